//! Who published it and how, against what the ebuild pins.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Attestation;

pub(in crate::answer::failure) const PUBLISHER_MISMATCH: Texts = Texts {
    happened: "A repository or account other than the expected one published this file.",
    implies: "The provenance names a publisher, but not the pinned one. Either the project \
        moved, or someone else's workflow can publish under its name.",
    benign: "The project moved to another forge or organization. Releases are built in a \
        repository of their own. VERIFY_PROVENANCE_REPO has a slip; a trailing `/`, `.git` \
        or letter case is not the cause, these are folded.",
    ask: "Is the repository that published this yours, since when does it publish, and where \
        did the old one announce it?",
    bogus: "“The README of the new repository says so”: it speaks for itself. “It is signed by \
        GitHub”: GitHub vouches that a workflow ran in that repository, and does so for \
        every repository it hosts. “The index accepted it.”",
    act: "Stop. Look for an announcement in the old repository that is older than the release, \
        and compare extensions 15 and 17 with the last release (`distvouch inspect FILE`). \
        Only then take new pins from `distvouch pin FILE`.",
};

pub(in crate::answer::failure) const PUBLISHER_NOT_ALLOWED: Texts = Texts {
    happened: "The ebuild expects a publisher or signer that the policy of the overlay does not allow.",
    implies: "Provenance by that publisher would agree with the ebuild. The reviewer of the ebuild's change \
        sees one URL; the list of publishers says that this one was not agreed on.",
    benign: "A new package of an upstream that is not on the list yet. The project moved, and the \
        ebuild is ahead of the policy. The URL has a slip.",
    ask: "Is that repository or account yours, and where do you name it: on a page that is older than the \
        release?",
    bogus: "“It is on the same forge.” “The name is the same”: on a forge anyone can take a name that is free.",
    act: "Compare the URL with the one that the previous version had (`git diff` of the ebuild). If it is right, \
        add it to `publishers` in `metadata/distvouch.toml`, in a commit of its own. `distvouch policy` \
        shows which line allows what.",
};

pub(in crate::answer::failure) const IDENTITY_MISMATCH: Texts = Texts {
    happened: "The certificate's identity or issuer differs from the expected one.",
    implies: "Someone else signed, or the same name at another login provider, which need not be \
        the same person. An identity counts only together with the issuer that asserts it.",
    benign: "Another release manager's turn. A workflow's identity ends in `@refs/tags/…` and \
        changes with every tag. The signer logged in through another provider, so that only \
        the issuer differs.",
    ask: "Which identities with which issuers may sign releases, and where has that list stood \
        since before this release?",
    bogus: "“That is my other address”: asserted by whom? “Anybody of our domain may sign”: then \
        the list is everybody with a mailbox there.",
    act: "Compare the subject alternative name and extension 8 in `distvouch inspect FILE` \
        with upstream's list. Change VERIFY_SIG_CERT_IDENTITY and \
        VERIFY_SIG_CERT_OIDC_ISSUER together or not at all.",
};

pub(in crate::answer::failure) const WORKFLOW_MISMATCH: Texts = Texts {
    happened: "A workflow other than the pinned one ran (extension 18).",
    implies: "The repository is right, the recipe is not the one that was reviewed. Another file \
        can have other permissions, other triggers and other readers; on many projects everybody \
        who may push a branch may add one.",
    benign: "The workflow was renamed or split. A hotfix went out through a workflow that is \
        started by hand.",
    ask: "Why did that workflow make this release, and does the publisher registration at the \
        index name it now?",
    bogus: "“It is the same repository”: the pin is there because that is not enough. “The old \
        workflow is deprecated”: since which commit?",
    act: "Read `git log -p -- .github/workflows/` up to the commit in extension 13 and open \
        the run in extension 21. If the new file is as narrow as the old one, pin it with \
        `--workflow PATH`.",
};

pub(in crate::answer::failure) const REF_MISMATCH: Texts = Texts {
    happened: "The run started from a branch or tag that the pin does not allow (extension 14).",
    implies: "The commit may never have been on the release branch. A publisher registration at \
        PyPI names no ref, so a run from any branch counts unless a protected environment \
        stops it.",
    benign: "A hotfix branch of an old series. The tags changed from `v1.2` to `1.2`. A run \
        started by hand from `main`. Certificates for GitHub's `release` event can lack the \
        claim.",
    ask: "Why was this not released from the usual ref, and on which branch is its commit now?",
    bogus: "“We tagged it afterwards”: a tag set later says nothing about what ran. “The branch \
        is deleted already”: then no one can look at it.",
    act: "`git branch -a --contains COMMIT` and `git tag --contains COMMIT` with the commit of \
        extension 13, then `distvouch source DISTFILE --git CLONE`. Widen `--ref GLOB` only \
        by what would be acceptable next time too.",
};

pub(in crate::answer::failure) const TRIGGER_MISMATCH: Texts = Texts {
    happened: "An event that is not pinned started the run (extension 20).",
    implies: "A push, a release or a manual dispatch needs write access. `pull_request_target` and \
        `issue_comment` can be caused by anybody with an account and still run with the \
        repository's secrets.",
    benign: "A `workflow_dispatch` after the tag's run had failed. A `schedule` for nightly \
        builds. A `workflow_run` chained behind the tests.",
    ask: "Which account started this run, and why not by the usual event?",
    bogus: "“The workflow only listens to maintainers”: that is an `if:` line in a file; which \
        one, at which commit? “Our bot did it”: on whose word?",
    act: "Open the run in extension 21, which names the actor. Where outsiders can cause the \
        event, stop; otherwise add it to `--trigger LIST` if it is there to stay.",
};

pub(in crate::answer::failure) const RUNNER_MISMATCH: Texts = Texts {
    happened: "The job ran on a kind of runner other than the pinned one (extension 11).",
    implies: "On a self-hosted machine its owner, and often whatever ran there earlier, can alter \
        the build, and the certificate looks the same. The forge vouches for less than \
        before.",
    benign: "The project moved to hardware of its own, for speed or for an architecture that the \
        forge does not offer. Rented runners count as self-hosted. CircleCI's certificates \
        hold two quote characters as the value.",
    ask: "Who runs this machine, is it wiped after each job, and may pull requests of \
        strangers run on it?",
    bogus: "“It is in our own rack”: that says who owns it, not what ran on it before.",
    act: "Hold the sdist against git with `distvouch source`; that does not depend on the \
        runner. For binaries stop until it is answered; pin a lasting change with `--runner \
        KIND`.",
};

pub(in crate::answer::failure) const ENVIRONMENT_MISMATCH: Texts = Texts {
    happened: "The job targeted a deployment environment other than the pinned one, or none (extension 23).",
    implies: "Environments are where the forge asks a second person or limits the refs. Outside of \
        the usual one, the same workflow may publish without anyone being asked.",
    benign: "The environment was renamed, say from `pypi` to `release`. Fulcio writes this claim \
        only since November 2025, and older certificates lack it.",
    ask: "Which protection rules does the new environment have, and does the registration at \
        the index still require one?",
    bogus: "“Environments are mere labels”: without rules they are, so show the rules.",
    act: "Compare extension 23 of both releases in `distvouch inspect FILE`. Re-pin when \
        upstream names the rules; an environment that vanished is a step down and wants an \
        answer.",
};

pub(in crate::answer::failure) const SIGNER_EXTERNAL: Texts = Texts {
    happened: "A reusable workflow of another repository did the signing (extension 9 is not 18). A \
        remark on an agreement: its tag points at another commit than at the last release.",
    implies: "The code that held the signing token lives in a repository that is not pinned. Who \
        can change it at that ref can sign for every project that calls it.",
    benign: "An organization keeps one release workflow for all its projects. A generator or a \
        vendor's build workflow is called by reference.",
    ask: "Who may write to that repository, and do you call the workflow by commit hash or by \
        a tag or branch?",
    bogus: "“Everybody uses that workflow”: that makes it the larger prize. “We pin v1”: tags \
        move, and those of tj-actions/changed-files were moved by an attacker in 2025.",
    act: "Read that workflow at the commit in extension 10. Then pin it in the ebuild or refuse it, \
        and in either case compare the archive with git (`distvouch source`).",
};

pub(in crate::answer::failure) const PUBLISHER_DISAGREES: Texts = Texts {
    happened: "The index's publisher object and the certificate name different publishers.",
    implies: "The object in the JSON is written by the index and not signed. One of the two is \
        wrong, and every tool that shows the object shows a name that no one vouches for.",
    benign: "The repository was renamed between upload and fetch. A mirror or private index fills \
        in the object by itself.",
    ask: "Did you rename the repository or edit the publisher registration lately? The rest is \
        a question to the index, which wrote the object.",
    bogus: "“The JSON came from the index over TLS”: so did the contradiction.",
    act: "Believe neither until the index explains it. Report both names to the index with the \
        file's digest; meanwhile treat the release as without provenance.",
};
