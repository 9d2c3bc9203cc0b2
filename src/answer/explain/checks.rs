//! What an agreement of each check is worth: the other half of `distvouch explain`.

use crate::answer::finding::Check;

/// What there is to say of a check. Plain text, sentences with full stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckTexts {
    /// What is compared with what.
    pub(crate) compares: &'static str,
    /// What an agreement tells.
    pub(crate) worth: &'static str,
    /// What an agreement does not tell, and who gets past it.
    pub(crate) passes: &'static str,
    /// How to make it run.
    pub(crate) run: &'static str,
}

impl CheckTexts {
    /// Every text under its heading, in the order of printing.
    pub(crate) const fn sections(&self) -> [(&'static str, &'static str); 4] {
        [
            ("What it compares", self.compares),
            ("What an agreement is worth", self.worth),
            ("Who gets past it", self.passes),
            ("How to run it", self.run),
        ]
    }
}

/// The texts of `check`.
pub(crate) const fn of(check: Check) -> &'static CheckTexts {
    match check {
        Check::Manifest => &MANIFEST,
        Check::Checksums => &CHECKSUMS,
        Check::Openpgp => &OPENPGP,
        Check::Signify => &SIGNIFY,
        Check::Minisign => &MINISIGN,
        Check::Ssh => &SSH,
        Check::Sigstore => &SIGSTORE,
        Check::Provenance => &PROVENANCE,
        Check::Continuity => &CONTINUITY,
        Check::Source => &SOURCE,
        Check::Review => &REVIEW,
    }
}

const MANIFEST: CheckTexts = CheckTexts {
    compares: "Size and hashes of the distfile with its DIST entry in the Manifest (GLEP 74).",
    worth: "After the bump everything: no mirror, index or upstream can change these bytes unnoticed. \
        At the bump nothing: the entry is being made from the very file it is compared with.",
    passes: "Anyone who can commit to the ebuild repository. At the bump, anyone who got the file \
        into DISTDIR before `ebuild … manifest` ran.",
    run: "`distvouch check --manifest Manifest --distdir DIR`; Portage does it at every emerge.",
};

const CHECKSUMS: CheckTexts = CheckTexts {
    compares: "Digests of files with a list that upstream published, such as SHA256SUMS.",
    worth: "The download is complete. If the list is signed, the signer vouches for the files in it.",
    passes: "For an unsigned list, anyone who can replace the file, because they replace the list, \
        too. For a signed one, anyone who gets past the signature.",
    run: "`distvouch checksums FILE --format sha256 -- FILES`.",
};

const OPENPGP: CheckTexts = CheckTexts {
    compares: "The distfile with a detached OpenPGP signature, under the keys that you give.",
    worth: "A holder of the key signed these bytes. If the key stays off the build machines, a \
        stolen upload token, a broken index or a bad mirror is not enough for a forgery.",
    passes: "Anyone who holds the secret key and can deliver the file; code in the job whose output is \
        signed unread; a commit that upstream released; a change to the key package.",
    run: "`distvouch check --distdir DIR --openpgp-key FILE DISTFILE`, with DISTFILE.asc in DIR.",
};

const SIGNIFY: CheckTexts = CheckTexts {
    compares: "The distfile, or its line in a signed list, with a signify signature.",
    worth: "A holder of the one key of that file signed these bytes. There is no revocation and no \
        expiry: a stolen key keeps working until the key file is replaced.",
    passes: "Anyone who holds the secret key and can deliver the file; a signer who signs unread what a \
        job built; a change to the key package.",
    run: "`distvouch check --distdir DIR --signify-key FILE DISTFILE`.",
};

const MINISIGN: CheckTexts = CheckTexts {
    compares: "The distfile with a minisign signature, and the trusted comment that it covers.",
    worth: "A holder of the key signed these bytes and that comment. A comment that names another \
        file or version hints at a file served under a wrong name.",
    passes: "Anyone who holds the secret key and can deliver the file; a signer who signs unread what a \
        job built; a change to the key package.",
    run: "`distvouch check --distdir DIR --minisign-key FILE DISTFILE`.",
};

const SSH: CheckTexts = CheckTexts {
    compares: "The distfile with an SSH signature, under a list of allowed signers.",
    worth: "A holder of a listed key signed these bytes for the namespace that you asked for.",
    passes: "Anyone who holds the secret key and can deliver the file; a signer who signs unread what a \
        job built; a change to the list of allowed signers.",
    run: "`distvouch check --distdir DIR --ssh-allowed-signers FILE --ssh-identity ID DISTFILE`.",
};

const SIGSTORE: CheckTexts = CheckTexts {
    compares: "The distfile with a Sigstore bundle, under an identity or a key that you give.",
    worth: "Someone who could log in as that identity, or run that workflow, signed these bytes, and \
        a public log recorded it. Which one it is follows from the identity.",
    passes: "For a workflow, anyone who can make it run, land a commit, run code in the job, or break \
        into the forge. For an account, anyone who logs in as it. For a reusable workflow without `--repository`, anyone.",
    run: "`distvouch check --distdir DIR --identity ID --issuer URL DISTFILE`.",
};

const PROVENANCE: CheckTexts = CheckTexts {
    compares: "The distfile with the attestation that the index serves (PEP 740): digest, name, \
        repository, and the pins that you give.",
    worth: "The named workflow of the named repository published these bytes. A bad mirror, and a \
        stolen upload token if the absence of provenance counts, are not enough for a forgery. It \
        names the commit to compare with and the run to look at.",
    passes: "Anyone who can make the workflow publish: push to the repository, land a \
        commit, run code in the job, or break into the forge. They get it without forging anything. \
        After the bump the Manifest has fixed the bytes, so it adds nothing. Read the diff.",
    run: "`distvouch check --distdir DIR --repository URL DISTFILE`; `distvouch pin FILE` prints \
        pins that shut out other branches and workflows.",
};

const CONTINUITY: CheckTexts = CheckTexts {
    compares: "Who published and signed the previous release with who published and signed this one.",
    worth: "A release that came by another way than the last one is noticed: another key, repository, \
        workflow or owner, or no signature at all.",
    passes: "Anyone who publishes the usual way: the workflow, a job, a commit, the key. A project \
        that never signed has nothing to compare.",
    run: "`distvouch bump PKGDIR` finds the previous release; by hand `distvouch check --previous \
        FILE --previous-signature FILE`.",
};

const SOURCE: CheckTexts = CheckTexts {
    compares: "Every file of the release archive with git at the attested commit or the tag.",
    worth: "What the archive adds to the repository, where malware hid in xz 5.6 and in many a \
        hijacked job, is named file by file, and nothing that can run is left unexplained.",
    passes: "Anyone who lands a commit or runs the forge: it says nothing about what is in git. Where a \
        file is not explained, it does not agree.",
    run: "`distvouch source DISTFILE --git CLONE`, or `--git CLONE` with `distvouch bump`.",
};

const REVIEW: CheckTexts = CheckTexts {
    compares: "The digests of the previous and the new archive with the records of who read the diff.",
    worth: "A person recorded that they read the diff between exactly these two files. No other check \
        stops a hostile commit.",
    passes: "Whatever the reader overlooked, and anyone who can commit a record to the ebuild \
        repository.",
    run: "`distvouch diff --unified OLD NEW`, read it, then `distvouch review OLD NEW --note TEXT`.",
};
