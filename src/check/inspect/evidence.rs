//! What provenance and Sigstore bundles say of themselves: claims, all of them.

use crate::answer::facts::ClaimedFacts;
use crate::evidence::pep740::{Provenance, ProvenanceFault};
use crate::evidence::sigstore::{
    self, AttestationFault, Form, UnverifiedBundle, describe_attestation,
};
use serde::Serialize;

/// A file with attestations or a bundle, of which nothing was checked.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ClaimedEvidence {
    /// What it is, as a noun phrase.
    pub(crate) what: &'static str,
    /// The claims of each attestation, or of the one bundle: the certificate's by their documented
    /// names, the statement, and the publisher object of the index.
    pub(crate) claims: Vec<ClaimedFacts>,
}

/// Why such a file is damaged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EvidenceFault {
    /// It is not JSON that can be read in one way only, or no bundle that is read here.
    #[error(transparent)]
    Bundle(Box<AttestationFault>),
    /// It is no provenance that is read here.
    #[error(transparent)]
    Provenance(ProvenanceFault),
}

impl ClaimedEvidence {
    /// Reads JSON about attestations; what it is instead where it is neither provenance nor bundles.
    ///
    /// # Errors
    ///
    /// If it is one of them, or no JSON at all, and damaged.
    pub(crate) fn read(bytes: &[u8]) -> Result<Result<Self, Form>, EvidenceFault> {
        let fault = |fault| EvidenceFault::Bundle(Box::new(fault));
        let documents = sigstore::documents(bytes).map_err(fault)?;
        let form = documents.iter().map(Form::of).find(|form| *form != Form::Other);
        match form.unwrap_or(Form::Other) {
            Form::Bundle => {
                let bundles = documents.into_iter().filter(|tree| Form::of(tree) == Form::Bundle);
                let claims: Result<Vec<_>, _> = bundles
                    .map(|tree| UnverifiedBundle::of(tree).map(|bundle| bundle.describe()))
                    .collect();
                let claims = claims.map_err(fault)?;
                let what = if claims.len() == 1 { "a Sigstore bundle" } else { "Sigstore bundles" };
                Ok(Ok(Self { what, claims }))
            }
            Form::Provenance => {
                let provenance = Provenance::parse(bytes).map_err(EvidenceFault::Provenance)?;
                let each = provenance.attestations().iter();
                let claims = each.map(describe_attestation).collect();
                Ok(Ok(Self { what: "PEP 740 provenance", claims }))
            }
            form => Ok(Err(form)),
        }
    }
}
