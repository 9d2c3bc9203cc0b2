//! Attestations of PEP 740: reading them, what their certificates claim, and judging them.

// Without Sigstore nothing is ever authenticated, and what judges it is never reached.
#![cfg_attr(not(feature = "sigstore"), allow(dead_code))]

mod claims;
mod fields;
mod name;
mod predicate;
mod provenance;
mod publisher;
mod slsa;
mod statement;

pub(crate) use claims::{Claim, Claims, Identity};
pub(crate) use predicate::{Reported, reported};
pub(crate) use provenance::{Provenance, ProvenanceFault, UnverifiedAttestation};
pub(crate) use publisher::{
    ACTIVESTATE_ISSUER, CIRCLECI_ISSUER, GITHUB_ISSUER, GITHUB_LOGIN_ISSUER, GITLAB_ISSUER,
    GOOGLE_ISSUER, Publisher, disagreements, unsigned,
};
pub(crate) use slsa::differences;
pub(crate) use statement::{Statement, StatementFault, StatementSubject};

#[cfg(feature = "sigstore")]
pub(crate) use fields::{FieldError, FieldProblem, base64};
pub(crate) use name::{normal, same_file};

#[cfg(test)]
pub(crate) use claims::tests::github as claims_for_tests;

/// The file that an attestation is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// Its name upstream, before an ebuild's `->` renamed it.
    pub(crate) name: &'a str,
    /// Whether that is known: an ebuild that cannot be read may have renamed it.
    pub(crate) is_named: bool,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// Other digests that were computed, by in-toto's names (`sha384`, `sha512`, `blake2b`): an
    /// attestation that names one must agree.
    pub(crate) others: &'a [(&'a str, &'a [u8])],
}

impl Subject<'_> {
    #[cfg(feature = "sigstore")]
    pub(crate) fn digest(&self, algorithm: &str) -> Option<&[u8]> {
        if algorithm == "sha256" {
            return Some(&self.sha256);
        }
        self.others.iter().find(|(name, _)| *name == algorithm).map(|(_, digest)| *digest)
    }
}
