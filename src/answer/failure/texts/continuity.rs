//! What changed since the last release.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Continuity;

pub(in crate::answer::failure) const SIGNATURE_DROPPED: Texts = Texts {
    happened: "The previous release was signed; this one has no signature.",
    implies: "The maker of this release did not have the key, or did not want to be compared with \
        it. An attacker with the account need not forge a signature if no one misses the real \
        one.",
    benign: "The holder of the key was away. Releases moved to CI, which rightly cannot reach an \
        offline key. The signature is uploaded hours after the tarball. The ebuild lost the \
        `.asc` in SRC_URI.",
    ask: "Is signing given up, by whose decision, and is there a statement by the old key? If \
        not, please add the signature of this release.",
    bogus: "“No one checks them”: someone just did. “Attestations replace it”: those vouch for a \
        workflow, the key for a person, and only the key can announce its own end.",
    act: "Look again after a day, in the directory listing as well. If it stays away, stop \
        until the old key or a maintainer known before confirms it; only then take \
        `verify-sig` out of the ebuild.",
};

pub(in crate::answer::failure) const PUBLISHER_CHANGED: Texts = Texts {
    happened: "A different repository, workflow, owner or account published the previous release.",
    implies: "Each provenance may hold for itself; it is the change that is reported. A project \
        that moved and a project that was taken over look alike from outside.",
    benign: "The project joined an organization, left a forge, or renamed its release workflow. \
        `--previous FILE` belongs to another project or series.",
    ask: "Where was this announced in the old place before this release, and which of the \
        earlier maintainers made the change?",
    bogus: "“We moved”, said only in the new place. “We have a new CI, the code is the same”: \
        then the diff is short and can be read.",
    act: "Stop until there is an announcement in the old place that is older than the release. \
        Compare extensions 12, 15, 17 and 18 of both with `distvouch inspect FILE`, read \
        `distvouch diff OLD NEW`, and keep this provenance for the next bump.",
};

pub(in crate::answer::failure) const SIGNER_CHANGED: Texts = Texts {
    happened: "This release is signed by a different key than the previous one.",
    implies: "Both keys may be in the ring, and still no one announced that this one would sign now. A \
        ring of many keys falls with the weakest of its holders.",
    benign: "Release managers take turns. The same certificate has a new signing subkey. A key \
        was rotated before its expiry.",
    ask: "Who made this release, and on which list of release keys has that person's \
        fingerprint stood since before it?",
    bogus: "“All of us may sign”: then an older list says so. “I lost my token”, with no word \
        from anybody else.",
    act: "Compare both signatures with `distvouch inspect SIG`. The same primary key: go on. \
        Another one: wait for the old key or the list, and narrow the ring with \
        `--openpgp-fingerprint FPR`.",
};

pub(in crate::answer::failure) const PREVIOUS_UNUSABLE: Texts = Texts {
    happened: "The provenance or signature of the previous release does not hold by itself.",
    implies: "There is nothing to compare this release with. It may be as before or not: a \
        comparison with evidence that does not hold would let the author of that evidence \
        choose the answer.",
    benign: "The file belongs to another package, or was fetched again since and is an error page. \
        The distfile that the old signature is over is not in the directory any more. The \
        Sigstore root is not the one under which it was signed.",
    ask: "Nothing yet. If the file is what upstream published: is that still so, and did anybody \
        check it when that release was new?",
    bogus: "“It was fine at the last bump”: then the file from that bump holds, so find it.",
    act: "Check the old release by itself first, with `distvouch check` on its own file. Take its \
        evidence from your own archive of distfiles rather than from upstream's server of \
        today; then compare again with `--previous FILE`.",
};

pub(in crate::answer::failure) const REPOSITORY_RENAMED: Texts = Texts {
    happened: "The same repository, by its numeric id, has a new name.",
    implies: "This is a remark on an agreement: extensions 15 and 17 survive a rename. The old name \
        is free from now on, and pins by name follow the next owner.",
    benign: "The project or its organization got a new name; nothing else is needed.",
    ask: "Is the new name permanent, and will you keep the old one occupied?",
    bogus: "“The forge redirects the old name”: until someone registers it.",
    act: "Change VERIFY_PROVENANCE_REPO, SRC_URI and HOMEPAGE in the same commit, and pin the \
        ids (`--repository-id N`, `--owner-id N`).",
};

pub(in crate::answer::failure) const REPOSITORY_TRANSFERRED: Texts = Texts {
    happened: "The repository has a new owner: the same repository id, another owner id.",
    implies: "History and name may be the same, but someone else now controls its workflows, \
        secrets and collaborators.",
    benign: "The project joined a foundation or an organization of its own. A maintainer handed \
        it to a successor.",
    ask: "Who handed the project to whom, and why? Do the earlier maintainers still have write \
        access?",
    bogus: "“The project is in new hands”, said by the new hands. “Issues, stars and tags are \
        all still there”: they move along with every transfer.",
    act: "Wait for a word from the old owner, in a place that was theirs before. Read the \
        whole of `distvouch diff OLD NEW`, then pin the new `--owner-id N`.",
};

pub(in crate::answer::failure) const REPOSITORY_REREGISTERED: Texts = Texts {
    happened: "Another repository now has the old name: its numeric id differs.",
    implies: "The name was given up and taken again, or the repository was deleted and made anew. \
        Every link, redirect and pin by name now leads to the newcomer.",
    benign: "The maintainer deleted and re-created it, to shed history or to detach a fork. The \
        project left the forge and came back.",
    ask: "Did you delete the repository, when and why? Please confirm it with something older: \
        a known key, the index account, the project's domain.",
    bogus: "“It is the same URL”: that is how such a takeover works. “The history is all there”: \
        anybody can push a clone.",
    act: "Stop, and take no pins from this file. Treat it as a new upstream: compare with a \
        clone from before, and require proof by something that the name alone does not give.",
};

pub(in crate::answer::failure) const EXPECTATION_DROPPED: Texts = Texts {
    happened: "The previous ebuild named a key, a repository or a pin, and the new one does not.",
    implies: "An empty value names nothing. The new version is compared with less than the old one was. A forgery that the old \
        ebuild would have refused can pass the new one.",
    benign: "The ebuild was rewritten or copied from a template. Upstream moved, and the old value \
        did not fit any more. The variable has a new name.",
    ask: "Where did the key or the repository move, and where is that announced in the old place?",
    bogus: "“It failed, so I removed it”: that is what an attacker needs you to do. “The Manifest \
        covers it”: you are recording that Manifest now.",
    act: "Put the variable back, or replace it by one that fits the announcement, and say so in \
        the commit message. `distvouch pin FILE` prints the lines for provenance.",
};
