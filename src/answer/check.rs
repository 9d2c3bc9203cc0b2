//! The checks: what each is called, and what its agreement is worth.

use serde::{Serialize, Serializer};

/// The checks, by the names that `--require` and JSON use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Check {
    /// Size and hashes against the DIST entry of the Manifest (GLEP 74).
    Manifest,
    /// Digests against a list of checksums. Only `distvouch checksums` has it, so it is not among
    /// the checks that `--require` knows.
    Checksums,
    /// An OpenPGP signature (RFC 9580).
    Openpgp,
    /// A signify signature.
    Signify,
    /// A minisign signature.
    Minisign,
    /// An SSH signature.
    Ssh,
    /// A Sigstore bundle.
    Sigstore,
    /// PEP 740 provenance.
    Provenance,
    /// The previous release's provenance or signer.
    Continuity,
    /// The archive's contents against git.
    Source,
    /// The record that a person read the release diff.
    Review,
}

/// What there is to say of a check.
struct Row {
    name: &'static str,
    /// What its evidence is called.
    evidence: &'static str,
    texts: CheckTexts,
}

/// The texts of a check, for `distvouch explain`. Plain text, sentences with full stops.
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

impl Check {
    /// Every check of `distvouch check`, in the order of the reports.
    pub(crate) const ALL: [Self; 10] = [
        Self::Manifest,
        Self::Openpgp,
        Self::Signify,
        Self::Minisign,
        Self::Ssh,
        Self::Sigstore,
        Self::Provenance,
        Self::Continuity,
        Self::Source,
        Self::Review,
    ];

    /// The kinds of detached signature.
    pub(crate) const SIGNATURES: [Self; 4] =
        [Self::Openpgp, Self::Signify, Self::Minisign, Self::Ssh];

    /// The kinds of evidence that name who made it, in the order in which two releases are compared.
    pub(crate) const NAMING: [Self; 6] =
        [Self::Provenance, Self::Sigstore, Self::Openpgp, Self::Signify, Self::Minisign, Self::Ssh];

    /// What its evidence is called.
    pub(crate) const fn evidence(self) -> &'static str {
        self.row().evidence
    }

    /// The name, as `--require`, JSON and the reports know it.
    pub(crate) const fn name(self) -> &'static str {
        self.row().name
    }

    /// What an agreement of it is worth, and who gets past it.
    pub(crate) const fn texts(self) -> &'static CheckTexts {
        &self.row().texts
    }

    /// The check of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    const fn row(self) -> &'static Row {
        match self {
            Self::Manifest => &MANIFEST,
            Self::Checksums => &CHECKSUMS,
            Self::Openpgp => &OPENPGP,
            Self::Signify => &SIGNIFY,
            Self::Minisign => &MINISIGN,
            Self::Ssh => &SSH,
            Self::Sigstore => &SIGSTORE,
            Self::Provenance => &PROVENANCE,
            Self::Continuity => &CONTINUITY,
            Self::Source => &SOURCE,
            Self::Review => &REVIEW,
        }
    }
}

const MANIFEST: Row = Row {
    name: "manifest",
    evidence: "evidence",
    texts: CheckTexts {
        compares: "Size and hashes of the distfile with its DIST entry in the Manifest (GLEP 74).",
        worth: "After the bump everything: no mirror, index or upstream can change these bytes unnoticed. \
            At the bump nothing: the entry is being made from the very file it is compared with.",
        passes: "Anyone who can commit to the ebuild repository. At the bump, anyone who got the file \
            into DISTDIR before `ebuild … manifest` ran.",
        run: "`distvouch check --manifest Manifest --distdir DIR`; Portage does it at every emerge.",
    },
};

const CHECKSUMS: Row = Row {
    name: "checksums",
    evidence: "evidence",
    texts: CheckTexts {
        compares: "Digests of files with a list that upstream published, such as SHA256SUMS.",
        worth: "The download is complete. If the list is signed, the signer vouches for the files in it.",
        passes: "For an unsigned list, anyone who can replace the file, because they replace the list, \
            too. For a signed one, anyone who gets past the signature.",
        run: "`distvouch checksums FILE --format sha256 -- FILES`.",
    },
};

const OPENPGP: Row = Row {
    name: "openpgp",
    evidence: "OpenPGP signature",
    texts: CheckTexts {
        compares: "The distfile with a detached OpenPGP signature, under the keys that you give.",
        worth: "A holder of the key signed these bytes. If the key stays off the build machines, a \
            stolen upload token, a broken index or a bad mirror is not enough for a forgery.",
        passes: "Anyone who holds the secret key and can deliver the file; code in the job whose output is \
            signed unread; a commit that upstream released; a change to the key package.",
        run: "`distvouch check --distdir DIR --openpgp-key FILE DISTFILE`, with DISTFILE.asc in DIR.",
    },
};

const SIGNIFY: Row = Row {
    name: "signify",
    evidence: "signify signature",
    texts: CheckTexts {
        compares: "The distfile, or its line in a signed list, with a signify signature.",
        worth: "A holder of the one key of that file signed these bytes. There is no revocation and no \
            expiry: a stolen key keeps working until the key file is replaced.",
        passes: "Anyone who holds the secret key and can deliver the file; a signer who signs unread what a \
            job built; a change to the key package.",
        run: "`distvouch check --distdir DIR --signify-key FILE DISTFILE`.",
    },
};

const MINISIGN: Row = Row {
    name: "minisign",
    evidence: "minisign signature",
    texts: CheckTexts {
        compares: "The distfile with a minisign signature, and the trusted comment that it covers.",
        worth: "A holder of the key signed these bytes and that comment. A comment that names another \
            file or version hints at a file served under a wrong name.",
        passes: "Anyone who holds the secret key and can deliver the file; a signer who signs unread what a \
            job built; a change to the key package.",
        run: "`distvouch check --distdir DIR --minisign-key FILE DISTFILE`.",
    },
};

const SSH: Row = Row {
    name: "ssh",
    evidence: "SSH signature",
    texts: CheckTexts {
        compares: "The distfile with an SSH signature, under a list of allowed signers.",
        worth: "A holder of a listed key signed these bytes for the namespace that you asked for.",
        passes: "Anyone who holds the secret key and can deliver the file; a signer who signs unread what a \
            job built; a change to the list of allowed signers.",
        run: "`distvouch check --distdir DIR --ssh-allowed-signers FILE --ssh-identity ID DISTFILE`.",
    },
};

const SIGSTORE: Row = Row {
    name: "sigstore",
    evidence: "Sigstore bundle",
    texts: CheckTexts {
        compares: "The distfile with a Sigstore bundle, under an identity or a key that you give.",
        worth: "Someone who could log in as that identity, or run that workflow, signed these bytes, and \
            a public log recorded it. Which one it is follows from the identity.",
        passes: "For a workflow, anyone who can make it run, land a commit, run code in the job, or break \
            into the forge. For an account, anyone who logs in as it. Without `--repository` also anyone who \
            calls that workflow from a repository of their own, and, where GitHub attests releases, anyone \
            who makes one.",
        run: "`distvouch check --distdir DIR --identity ID --issuer URL DISTFILE`.",
    },
};

const PROVENANCE: Row = Row {
    name: "provenance",
    evidence: "provenance",
    texts: CheckTexts {
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
    },
};

const CONTINUITY: Row = Row {
    name: "continuity",
    evidence: "evidence",
    texts: CheckTexts {
        compares: "Who published and signed the previous release with who published and signed this one.",
        worth: "A release that came by another way than the last one is noticed: another key, repository, \
            workflow or owner, or no signature at all.",
        passes: "Anyone who publishes the usual way: the workflow, a job, a commit, the key. A project \
            that never signed has nothing to compare.",
        run: "`distvouch bump PKGDIR` finds the previous release; by hand `distvouch check --previous \
            FILE --previous-signature FILE`.",
    },
};

const SOURCE: Row = Row {
    name: "source",
    evidence: "evidence",
    texts: CheckTexts {
        compares: "Every file of the release archive with git at the attested commit or the tag.",
        worth: "What the archive adds to the repository, where malware hid in xz 5.6 and in many a \
            hijacked job, is named file by file, and nothing that can run is left unexplained.",
        passes: "Anyone who lands a commit or runs the forge: it says nothing about what is in git. Where a \
            file is not explained, it does not agree.",
        run: "`distvouch source DISTFILE --git CLONE`, or `--git CLONE` with `distvouch bump`.",
    },
};

const REVIEW: Row = Row {
    name: "review",
    evidence: "evidence",
    texts: CheckTexts {
        compares: "The digests of the previous and the new archive with the records of who read the diff.",
        worth: "A person recorded that they read the diff between exactly these two files. No other check \
            stops a hostile commit.",
        passes: "Whatever the reader overlooked, and anyone who can commit a record to the ebuild \
            repository.",
        run: "`distvouch diff --unified OLD NEW`, read it, then `distvouch review OLD NEW --note TEXT`.",
    },
};

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for check in Check::ALL {
            assert_eq!(Check::from_name(check.name()), Some(check));
        }
        assert_eq!(Check::from_name("Manifest"), None);
    }
}
