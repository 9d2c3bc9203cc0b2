//! The checks, by name.

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
        match self {
            Self::Openpgp => "OpenPGP signature",
            Self::Signify => "signify signature",
            Self::Minisign => "minisign signature",
            Self::Ssh => "SSH signature",
            Self::Sigstore => "Sigstore bundle",
            Self::Provenance => "provenance",
            _ => "evidence",
        }
    }

    /// The name, as `--require`, JSON and the reports know it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Checksums => "checksums",
            Self::Openpgp => "openpgp",
            Self::Signify => "signify",
            Self::Minisign => "minisign",
            Self::Ssh => "ssh",
            Self::Sigstore => "sigstore",
            Self::Provenance => "provenance",
            Self::Continuity => "continuity",
            Self::Source => "source",
            Self::Review => "review",
        }
    }

    /// The check of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
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
