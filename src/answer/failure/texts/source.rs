//! The archive against git, and the reading of the diff.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Source;

pub(in crate::answer::failure) const COMMIT_UNAVAILABLE: Texts = Texts {
    happened: "The attested commit is not in the clone.",
    implies: "The archive was compared with nothing. Whether the commit exists elsewhere, the \
        clone cannot say.",
    benign: "The clone is shallow, has one branch only, or was not updated since the release. It \
        is a clone of another repository, or of the old place of one that moved.",
    ask: "On which branch or tag is this commit? Please push it if it is not public.",
    bogus: "“The forge shows it under `/commit/`”: GitHub shows the commits of forks there too.",
    act: "`git fetch --tags` in the clone (in a shallow one also `--unshallow`), since distvouch \
        fetches nothing; then `distvouch source DISTFILE --git CLONE` again.",
};

pub(in crate::answer::failure) const COMMIT_UNREACHABLE: Texts = Texts {
    happened: "The attested commit is in the clone, but on no branch or tag.",
    implies: "The release was built from code that people who follow the project's history never see. \
        A branch pushed for one run and deleted afterwards leaves exactly this.",
    benign: "The release branch was deleted after a squash merge. A tag was moved, or history \
        rewritten. The clone was made without tags.",
    ask: "Which branch held this commit, who pushed it, and how does it differ from the tag?",
    bogus: "“It was squashed, the contents are the same”: then `git diff COMMIT TAG` is empty. \
        “We always clean up branches”: releases are what tags are for.",
    act: "Fetch all tags and branches once more. If it stays, stop, read `git diff COMMIT \
        TAG`, and ask for a tag on the commit that was really built.",
};

pub(in crate::answer::failure) const TAG_MISMATCH: Texts = Texts {
    happened: "The release tag, or the archive's own header, names another commit.",
    implies: "Two places that should name one commit name two. Someone who reads the tag reads other \
        code than what was built; a tag that was moved after the release leaves this as well.",
    benign: "The tag was set by hand, one commit late. The release job committed a version bump \
        first and built that. The clone's copy of a tag is older than the one upstream moved.",
    ask: "Which of the two commits is the release, and was the tag ever moved?",
    bogus: "“The tag is only a label”: then nothing says which code a version is. “The \
        difference is trivial”: show it.",
    act: "`git diff COMMIT TAG`, and read every line. Delete the clone's tag and fetch it \
        again; if the two still differ, stop and ask.",
};

pub(in crate::answer::failure) const SOURCE_CHANGED: Texts = Texts {
    happened: "A file of the archive differs from the same file in git.",
    implies: "The archive holds code that no one could read in the repository, and provenance does \
        not notice it. In December 2024 Ultralytics 8.3.41 got its payload this way, inside \
        the release job and with attestations that held.",
    benign: "Version stamps such as setuptools-scm's `_version.py`. `export-subst` or `eol` in \
        `.gitattributes`. Git LFS pointers. Parsers or Cython's `.c` that are committed and \
        generated again.",
    ask: "Which step of the release changes this file, and which command gives the same result \
        from the tag?",
    bogus: "“The build does that”, without the name of the step. “It is generated code”: by \
        what, in which version, from which input? “git lags behind the tarball.”",
    act: "Read these files before all others. Generate them again with the named tool and \
        compare; a difference in hand-written code is a reason to stop.",
};

pub(in crate::answer::failure) const SOURCE_ADDED: Texts = Texts {
    happened: "A file of the archive is not in git, and what it holds explains it.",
    implies: "A remark: the file was derived from what git has and compared with \
        that, or it can neither run nor be built, installed or imported. Documentation of this \
        kind was read by no one.",
    benign: "`PKG-INFO`, `setup.cfg` and `*.egg-info` in every sdist. Manual pages, `ChangeLog` \
        and translations that the release tool writes.",
    ask: "Which tool in which version makes this file?",
    bogus: "“It is only documentation”: which the list says as well, and `distvouch source` \
        looked at what is in it.",
    act: "Nothing needs to be done. Look at the list once, so that the next release's can be \
        compared with it.",
};

pub(in crate::answer::failure) const SOURCE_UNEXPLAINED: Texts = Texts {
    happened: "A file that can run, build or be installed is neither in git nor explained by anything.",
    implies: "Code that no one could read in the repository gets onto the machines that build it. \
        The malware of aiocpa in 2024 was such a file: it was in the archive on PyPI and never in \
        git.",
    benign: "A generator that distvouch does not know. A file that the release tool copies from \
        another project. Sources of a submodule, built JavaScript, or data that a script fetched.",
    ask: "Which tool in which version makes this file, from which input, and may the ebuild make \
        it itself?",
    bogus: "“All tarballs look like that”: which is why it worked in xz. “It is generated code”: by \
        what, from what? “It is in our build container.”",
    act: "Read it. Prefer making it anew in the ebuild, or an archive of the tag, so that the \
        shipped copy does not matter. Where it is a standard build file that the list lacks, \
        `distvouch known` adds it.",
};

pub(in crate::answer::failure) const KNOWN_FILE_ALTERED: Texts = Texts {
    happened: "A file has the name of a standard build file and matches none of its known versions.",
    implies: "The macro that started the backdoor of xz 5.6.0 was named like gnulib's \
        `build-to-host.m4`, and was none of its versions. People pass over such names, because \
        every release has them.",
    benign: "A distribution's patch to `ltmain.sh` or `libtool.m4`. A version that is newer than the \
        list, or from a snapshot between two. A local change to a macro that was never committed.",
    ask: "From which version of which project is this file, and what was changed in it?",
    bogus: "“It comes from gnulib”: from which commit, and is it the same? “autoreconf puts it \
        there”: then the ebuild can run that itself.",
    act: "Compare it with the nearest version, line by line. Let the ebuild run `eautoreconf`. Where \
        the list is too old, `distvouch known` makes a newer one from a clone of the project.",
};

pub(in crate::answer::failure) const SOURCE_NOT_COMPARED: Texts = Texts {
    happened: "A file that a generator made, or a part of one, was compared with nothing.",
    implies: "Everything else is explained, and this is not: the maker of the archive, or anyone on \
        its way, could have written anything there. `configure` has 20,000 lines, and runs. Where \
        only a part was not compared (requirements in `PKG-INFO` that `setup.py` computes, \
        checksums in a `Cargo.lock` that git does not have) it is a remark, and the attackers' \
        lines count everyone who could have written it.",
    benign: "`configure` and `Makefile.in` in every release of a project that uses autotools. \
        Parsers by Bison, C by Cython. Sources of a submodule that the clone does not have.",
    ask: "Which generator in which version made it, from which input?",
    bogus: "“Everyone ships `configure`”: and no one reads it.",
    act: "With `--regenerate` the autoconf and automake of that version, if they are installed, make it anew \
        and the bytes are compared. Or let the ebuild make it anew: with `eautoreconf` what the archive \
        has is not used, and the comparison says so. For a submodule, `git submodule update --init` in the clone.",
};

pub(in crate::answer::failure) const SOURCE_MISSING: Texts = Texts {
    happened: "The archive lacks files that git has.",
    implies: "A remark. What is left out can change what a build makes: a check \
        that is skipped, another file that is found in its place. Any one on the way could have \
        left it out.",
    benign: "`MANIFEST.in`, `include` in `Cargo.toml` or `files` in `package.json` leave out what \
        a release does not need. `.gitattributes` do so, too, and what they name is not counted.",
    ask: "Is it meant that the release lacks this file?",
    bogus: "“No one needs it”: then why is it in git?",
    act: "Look whether what is missing is built or run where it is there. Prefer an archive of the \
        tag where it matters.",
};

pub(in crate::answer::failure) const SOURCE_MODE: Texts = Texts {
    happened: "A file is executable on one side only or set-user-ID, or a directory is empty.",
    implies: "A remark. A hook or helper that is not executable is skipped without \
        a word; one that became so can be started. `make` takes an empty directory for a target that is made, Python for a package.",
    benign: "Archives made on Windows, or by tools that keep no modes (`zip`, some versions of \
        `setuptools`).",
    ask: "Is it meant that this file may be executed?",
    bogus: "“Modes do not matter”: they decide what `make` and hooks run.",
    act: "Look at what the file is. Where the build starts it by its name, the mode decides.",
};

pub(in crate::answer::failure) const ARCHIVE_AMBIGUOUS: Texts = Texts {
    happened: "The archive has something in it that programs are not known to read alike.",
    implies: "The files that were looked at may not be the files that are unpacked, so nothing was \
        compared. Two names for one member, headers that contradict each other or data behind the \
        end let one archive show clean files to a reader and others to `tar`, `unzip` or Python.",
    benign: "An unusual or very old tool made it: sparse files, device nodes, `cat a.gz b.gz`, a \
        self-extracting zip, zip names without their encoding. It was damaged and mended.",
    ask: "Which program in which version wrote this archive, and can it be made again with plain \
        tar or zip?",
    bogus: "“It unpacks fine here”: with which program, and to the same files as with the others? \
        “Our CDN repacks it”: then no one vouches for what it makes.",
    act: "Unpack it in scratch directories with GNU tar, bsdtar and Python (or unzip, bsdtar and \
        Python) and compare these with `diff -r`. Where they differ, stop. Where they do not, ask \
        for another archive, or read what is unpacked by hand.",
};

pub(in crate::answer::failure) const DEPENDENCY_CHANGED: Texts = Texts {
    happened: "Crates or archives of vendored sources are not those of the previous version.",
    implies: "They are built into the program like its own source. A diff of the release alone does \
        not show what changed in them; each unread one is a way in.",
    benign: "Normal work: dependencies are updated with nearly every release.",
    ask: "Nothing about single crates. A changelog that says which updates were needed helps to \
        tell those that were not.",
    bogus: "“The lock file pins them”: it says which bytes, not what they do. “They are popular”: \
        popular crates and packages were taken over before.",
    act: "Read the list, `distvouch diff OLD NEW` for each that matters, build scripts first, and \
        record it. `distvouch bump . --read` goes through all of them; `distvouch bump . --record \
        NOTE` records all that was compared.",
};

pub(in crate::answer::failure) const REVIEW_ABSENT: Texts = Texts {
    happened: "No record says that anyone read the diff between the previous release and this one.",
    implies: "All other checks ask who made the bytes; only a reader asks what they do. A \
        maintainer who turns hostile gets past everything but this.",
    benign: "Someone read the diff and left no record. The package or the dependency is new, has no \
        previous release, and was not read yet. The record names other digests, because one of the \
        archives was fetched anew with other bytes.",
    ask: "Is there a list of the commits between the two tags? It helps with reading and does \
        not replace it.",
    bogus: "“It has provenance”, “it is signed”, “it is only a patch release”: none of these has \
        read a line.",
    act: "Read `distvouch diff OLD NEW`, then record it: `distvouch review OLD NEW --note \
        TEXT`. Not every byte is equal: begin with the build system and whatever runs at \
        install time. A new package or dependency has no diff: read the archive, `distvouch diff NEW`, \
        and record that by `distvouch review NEW --note TEXT`. `distvouch bump . --read` goes through \
        all that is unread.",
};
