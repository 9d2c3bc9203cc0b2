//! Where no comparison took place.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Any;

pub(in crate::answer::failure) const NOT_CHECKED_ARCH: Texts = Texts {
    happened: "This architecture has no helper, so the eclass did only what it can without.",
    implies: "Provenance and Sigstore bundles were not checked; OpenPGP went through gemato and gpg \
        as before. Nothing follows about what was not checked.",
    benign: "Rust does not exist for alpha, hppa or m68k. A stage in the making has no helper \
        yet.",
    ask: "Nothing: another machine can check the same file.",
    bogus: "“It agreed on amd64”: about the same bytes, if the Manifest is the same. Say that, \
        rather than that it was checked here.",
    act: "Run `distvouch check` on another machine with the same Manifest, best of all at the \
        bump. VERIFY_SIG_STRICT=yes turns this class into a failed build.",
};

pub(in crate::answer::failure) const NOT_CHECKED_BUILD: Texts = Texts {
    happened: "This build of distvouch lacks the support for this evidence.",
    implies: "The evidence was not read. A required check that did not run gives exit status 3, \
        never 0.",
    benign: "distvouch was built without its `sigstore` feature, to save build time or because \
        its cryptography does not build there.",
    ask: "Nothing: the builder of this distvouch chose its features.",
    bogus: "“The package is installed, so it checks”: `tool.features` in the output of \
        `distvouch check --json` says what it can check.",
    act: "Build it with the feature, or run the check on a machine that has it. Taking the \
        check out of `--require` is a decision for the ebuild's commit message.",
};

pub(in crate::answer::failure) const NOT_CHECKED_NO_EXPECTATION: Texts = Texts {
    happened: "Nothing says from whom the evidence must come: no key, identity or repository was \
        given.",
    implies: "Anyone can sign anything, so a signature by no one in particular is worth nothing. An \
        expectation that is not set never means “anybody will do”.",
    benign: "The key package is not installed. The package is new and has no key package yet. The \
        ebuild fetches the `.asc` but sets no VERIFY_SIG_OPENPGP_KEY_PATH. A variable's name has a \
        slip.",
    ask: "Which key, identity or workflow makes your releases, and where is that published apart \
        from the download?",
    bogus: "“Take the key from the release page”: it is replaced along with the tarball. “The \
        signature names its key”: it names what the signer wrote.",
    act: "`distvouch inspect FILE` shows what is claimed. Find the fingerprint or repository \
        by a second way (older releases, other distributions, WKD), then set it; `distvouch \
        pin FILE` prints the lines for provenance.",
};

pub(in crate::answer::failure) const NOT_CHECKED_NO_CLONE: Texts = Texts {
    happened: "No git clone was given, so the archive was compared with no source.",
    implies: "Whether the release holds what the repository shows is open. Provenance names the \
        commit that started the job, not what the job packed.",
    benign: "distvouch opens no connection and fetches no clone by itself. Upstream may use no \
        git at all.",
    ask: "Where is the repository, which tag is this release, and which commands make the \
        archive from it?",
    bogus: "“The certificate names the commit”: a job can pack anything else.",
    act: "Clone upstream's repository with all tags, then `distvouch source DISTFILE --git \
        CLONE`; without provenance add `--commit SHA` of the release tag.",
};

pub(in crate::answer::failure) const NOT_CHECKED_NO_ANSWER: Texts = Texts {
    happened: "The eclass asked, and the program that compares gave no answer.",
    implies: "Nothing was compared. The eclass ends the phase, because silence from a missing, \
        killed or broken program must not look like agreement. Nothing follows about the file.",
    benign: "The program is not installed or does not start, memory ran out, a file or key \
        cannot be read, or the program and the eclass are of different releases.",
    ask: "Nothing: this is about the machine that builds.",
    bogus: "“The Manifest agreed, so skip it”: the Manifest repeats what someone saw at the \
        bump, which may be what is being looked for now.",
    act: "Run the command by hand and read what it says: `distvouch check`, or gemato, signify \
        and minisign where there is no distvouch. If it is one particular file that kills the \
        program, keep that file and report it.",
};

pub(in crate::answer::failure) const EVIDENCE_UNSUPPORTED: Texts = Texts {
    happened: "The evidence is of a kind that this build does not read, or beyond a stated limit.",
    implies: "Nothing can be concluded from it. The author of evidence chooses its kind and size, \
        so this counts as unusable and not as a gap on this side; ask what changed if earlier \
        releases could be compared.",
    benign: "An OpenPGP key of RSA beyond 4096 bits or on a Brainpool curve: builds with the cargo \
        feature `crypto-nettle` or `crypto-openssl` compute those. A bundle by GitHub's own authority \
        (`--trusted-root github`), of an old cosign, on P-521 or with Ed25519ph. cosign's bare \
        signature, of which `cosign bundle create` makes a bundle; one that `signify -z` put into a \
        gzip header. A list, or an archive once unpacked, beyond the limit.",
    ask: "Could you also sign with a key that every program computes (Ed25519, RSA up to 4096 bits), \
        or publish a bundle of the public Sigstore instance?",
    bogus: "“It is newer, so it is stronger”: nothing here was compared with anything.",
    act: "The finding names the kind or the limit, and the build or option that reads it where there \
        is one. Else check with the tool that made it, and say so in the commit.",
};

pub(in crate::answer::failure) const EVIDENCE_UNREADABLE: Texts = Texts {
    happened: "What is in the place of evidence cannot be opened or read.",
    implies: "Nothing was compared: it is a directory, a FIFO, a socket, a link that leads nowhere, or a \
        file that this user may not read. What else vouches for the distfile was judged all the same.",
    benign: "A download that was interrupted and left a directory or a broken link. Permissions that \
        keep this user from reading DISTDIR. A test's leftovers.",
    ask: "Nothing: the file is on this machine. If it comes from upstream's archive of the release, ask \
        which file belongs there.",
    bogus: "“The other signature agrees, so delete this one”: first find out who put it there. \
        Nothing that fetches distfiles makes a FIFO or a directory of that name.",
    act: "Look at the path with ls -l. Mend its permissions, or remove it and fetch the evidence again.",
};

pub(in crate::answer::failure) const NOT_FETCHED: Texts = Texts {
    happened: "The Manifest or the ebuild names a signature or provenance that is not in DISTDIR.",
    implies: "Nothing was compared. The evidence exists; whether it fits these bytes is open. This \
        is not the same as evidence that upstream stopped publishing.",
    benign: "The distfiles were fetched with USE=-verify-sig or USE=-verify-provenance, so Portage \
        left the evidence out. DISTDIR was cleaned.",
    ask: "Nothing: upstream published it, and the Manifest has its digest.",
    bogus: "“It is in the Manifest, so it was checked”: the Manifest records the digest of the \
        file, not what the file says.",
    act: "Fetch it: `USE='verify-sig verify-provenance' ebuild FILE fetch`, then run the same \
        command again.",
};
