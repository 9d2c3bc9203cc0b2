//! What Gentoo's Manifest says of a distfile.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Manifest;

pub(in crate::answer::failure) const MANIFEST_MISSING_ENTRY: Texts = Texts {
    happened: "The Manifest has no DIST entry for this distfile. Neither its size nor a hash could \
        be compared.",
    implies: "Absence, not contradiction: the ebuild repository says nothing about these bytes. \
        Portage refuses to unpack a file of SRC_URI without such an entry, so either the \
        bump is unfinished or the file was named by hand.",
    benign: "`ebuild … manifest` was not run after SRC_URI changed. A `.asc` or `.provenance` was \
        added to SRC_URI later than the tarball. The file in DISTDIR is left over from \
        another version.",
    ask: "Nothing about the Manifest, which upstream does not write. Do ask whether hashes of the \
        release are published anywhere other than next to the download.",
    bogus: "“The file is on our release page”: where a file lies does not say which bytes the \
        ebuild's author looked at.",
    act: "Look at the release first (`distvouch bump`, `distvouch diff OLD NEW`), then run \
        `ebuild … manifest`: from that moment the Manifest fixes whatever was fetched.",
};

pub(in crate::answer::failure) const MANIFEST_MISMATCH: Texts = Texts {
    happened: "The file's size or a hash differs from its DIST entry. These are not the bytes that \
        the developer recorded at the bump.",
    implies: "Either the file was replaced after the bump, or this copy is damaged; whatever was \
        looked at during the bump was another file. A file replaced in place shows itself \
        here, as with Codecov's uploader script in 2021.",
    benign: "A truncated download or an HTML error page under the distfile's name: compare the \
        size first. GitHub's `/archive/` tarballs are compressed on request, and another \
        gzip changes every byte of the file but none of the contents. Upstream re-rolled the \
        tarball without a new version. A `.provenance` fetched again has other bytes, \
        because the index generates its JSON on request.",
    ask: "Did you replace the file of this release, when, and what changed in it? Please give \
        the new contents a new version, and keep the old file where the two can be compared.",
    bogus: "“The checksum on our website matches”: it comes from the same server that could replace the file. \
        “CI regenerated it”: that says what ran, not what changed. “We uploaded it again”: \
        PyPI never accepts a file name twice.",
    act: "Move the file aside, fetch from another mirror, and if upstream's copy is the one \
        that differs, read `distvouch diff OLD NEW`. Run `ebuild --force … manifest` only \
        when the difference is explained and read; give the new bytes a new name with `->`.",
};

pub(in crate::answer::failure) const MANIFEST_AMBIGUOUS: Texts = Texts {
    happened: "The Manifest contradicts itself about this file: DIST lines or repeated hashes \
        differ.",
    implies: "Nothing can be concluded, because every reader picks its own answer: Portage merges \
        duplicate DIST lines, gemato keeps the last of two equal hash names. Portage may \
        install the file without a word.",
    benign: "A merge or rebase of two bumps kept both sides. The Manifest was edited by hand. Two \
        ebuilds of the package fetch different files under one name.",
    ask: "Only where two ebuilds fetch different bytes under one name: which of the two did \
        you release under it?",
    bogus: "“emerge takes it”: Portage does not look for the conflict. “The second line is the \
        newer one”: order means nothing in a Manifest.",
    act: "`git log -p -- Manifest` shows which commit brought each line. Delete the wrong \
        ones, fetch anew, compare with upstream's signature or the previous release, and run \
        `ebuild … manifest`.",
};

pub(in crate::answer::failure) const MANIFEST_WEAK: Texts = Texts {
    happened: "The DIST entry has no strong hash that this program computes.",
    implies: "A size, an MD5 or a SHA1 can be met by other bytes made for the purpose, so equality \
        would fix nothing. No difference was found either: nothing was compared that counts.",
    benign: "The overlay's `metadata/layout.conf` still asks for old `manifest-hashes`. The entry \
        was written by a very old Portage. The hash is newer than this program.",
    ask: "Nothing: the ebuild repository chooses the hashes of its Manifest.",
    bogus: "“No one can make a second file for a given SHA1”: the maker of the release may have \
        made both files beforehand, and for that a collision is enough.",
    act: "Set `manifest-hashes = BLAKE2B SHA512` in `metadata/layout.conf`, fetch anew, \
        compare the file with a signature or an older copy, then run `ebuild --force … \
        manifest`.",
};

pub(in crate::answer::failure) const MANIFEST_REPLACED: Texts = Texts {
    happened: "The DIST entry of this file differs from that in the last commit: other bytes, same name.",
    implies: "A file that was released, recorded and perhaps installed was replaced at its source. \
        Users who fetched before have other bytes than users who fetch from now on.",
    benign: "Upstream re-rolled the tarball. A forge compresses its `/archive/` tarballs on request, \
        and compressed this one otherwise. The earlier entry was of a damaged download.",
    ask: "Did you replace the file of this release, when, and what changed in it? Please give the \
        new contents a new version.",
    bogus: "“We only fixed the documentation”: the comparison of both files tells, not the memory of \
        who made them. “The new checksum is on the website”: so would a forger's be.",
    act: "Keep the old file, fetch the new one under another name with `->`, and read \
        `distvouch diff OLD NEW` before the new entry is committed.",
};
