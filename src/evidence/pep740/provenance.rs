//! The provenance object of PEP 740, as an index serves it, and the attestations in it.
//!
//! Nothing here is authenticated. The types say so by name, and the one thing to do with an
//! [`UnverifiedAttestation`] is to give it to `Verifier::attestation`.

use super::fields::{Field, FieldError, FieldProblem};
use crate::answer::facts::ClaimedFacts;
use crate::answer::failure::FailureClass;
use crate::bytes::json::{self, JsonError, Limits};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many attestations of one provenance object are read.
const ATTESTATION_LIMIT: usize = 64;

/// How many log entries of one attestation are read.
const ENTRY_LIMIT: usize = 16;

/// A provenance object (PEP 740, "Provenance objects"), or one bare attestation.
///
/// Unknown fields are read over at every level. PEP 740 gives the publisher object arbitrary
/// fields of its own and is silent about the rest; no unknown field is signed, so none can decide
/// anything, and an index that adds one must not turn every check into a failure. Repeated keys,
/// in which two readers could see two documents, are refused.
#[derive(Debug, Clone)]
pub(crate) struct Provenance {
    attestations: Vec<UnverifiedAttestation>,
}

/// One attestation, of which nothing has been checked.
#[derive(Debug, Clone)]
pub(crate) struct UnverifiedAttestation {
    pub(crate) certificate: Vec<u8>,
    pub(crate) entries: Vec<Value>,
    pub(crate) statement: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    place: Option<AttestationPlace>,
    publisher: Option<Arc<PublisherClaim>>,
}

/// Where in a provenance object an attestation is, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AttestationPlace {
    /// Which of the `attestation_bundles`.
    pub(crate) bundle: usize,
    /// Which of that bundle's `attestations`.
    pub(crate) attestation: usize,
}

/// What the index says of the publisher. It is not signed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PublisherClaim {
    /// The kind of publisher, such as `GitHub`.
    pub(crate) kind: String,
    /// The whole object.
    pub(crate) fields: Map<String, Value>,
}

/// Why a file is no provenance object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProvenanceFault {
    /// Not strict JSON.
    #[error("the provenance cannot be read: {0}")]
    Json(#[source] JsonError),
    /// A Sigstore bundle.
    #[error(
        "this is a Sigstore bundle, not PEP 740 provenance: give it with --signature, or name it FILE.sigstore.json"
    )]
    Bundle,
    /// JSON, but not what PEP 740 says.
    #[error("this is not PEP 740 provenance: {0}")]
    Field(#[from] FieldError),
    /// `attestation_bundles` is empty.
    #[error("the provenance holds no attestation at all")]
    NoBundles,
    /// A bundle has no attestation.
    #[error("attestation_bundles[{bundle}] holds no attestation")]
    NoAttestations {
        /// Which, counted from 0.
        bundle: usize,
    },
    /// More attestations, or log entries of one attestation, than this program reads.
    #[error("the provenance holds more than {limit} attestations or log entries")]
    TooMany {
        /// How many it reads.
        limit: usize,
    },
}

impl ProvenanceFault {
    /// The failure class.
    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Self::Bundle | Self::Json(_) | Self::Field(_) => FailureClass::ProvenanceMalformed,
            Self::NoBundles | Self::NoAttestations { .. } => FailureClass::ProvenanceEmpty,
            Self::TooMany { .. } => FailureClass::EvidenceUnsupported,
        }
    }
}

impl Provenance {
    /// Reads a provenance object, or one bare attestation object.
    ///
    /// # Errors
    ///
    /// A [`ProvenanceFault`] for anything but at least one bundle with at least one attestation
    /// in each: "all of none hold" must not become an answer.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ProvenanceFault> {
        let tree = json::parse(bytes, Limits::default()).map_err(ProvenanceFault::Json)?;
        let top = Field::top(&tree);
        if !top.object()?.contains_key("attestation_bundles") && top.optional("envelope")?.is_some()
        {
            return Ok(Self { attestations: vec![attestation(&top, None, None)?] });
        }
        if top.optional("mediaType")?.is_some() {
            return Err(ProvenanceFault::Bundle);
        }
        top.version_1()?;
        let mut attestations = Vec::new();
        let mut bundles = 0;
        for (i, bundle) in top.field("attestation_bundles")?.items()?.enumerate() {
            bundles += 1;
            let publisher = bundle.field("publisher")?;
            let publisher = Arc::new(PublisherClaim {
                kind: publisher.field("kind")?.string()?.to_owned(),
                fields: publisher.object()?.clone(),
            });
            let before = attestations.len();
            for (j, item) in bundle.field("attestations")?.items()?.enumerate() {
                if attestations.len() == ATTESTATION_LIMIT {
                    return Err(ProvenanceFault::TooMany { limit: ATTESTATION_LIMIT });
                }
                let place = AttestationPlace { bundle: i, attestation: j };
                attestations.push(attestation(&item, Some(place), Some(&publisher))?);
            }
            if attestations.len() == before {
                return Err(ProvenanceFault::NoAttestations { bundle: i });
            }
        }
        if bundles == 0 {
            return Err(ProvenanceFault::NoBundles);
        }
        Ok(Self { attestations })
    }

    /// Its attestations, at least one, in the order of the document.
    pub(crate) fn attestations(&self) -> &[UnverifiedAttestation] {
        &self.attestations
    }
}

fn attestation(
    field: &Field<'_>,
    place: Option<AttestationPlace>,
    publisher: Option<&Arc<PublisherClaim>>,
) -> Result<UnverifiedAttestation, ProvenanceFault> {
    field.version_1()?;
    let material = field.field("verification_material")?;
    let envelope = field.field("envelope")?;
    let list = material.field("transparency_entries")?;
    let mut entries = Vec::new();
    for entry in list.items()? {
        if entries.len() == ENTRY_LIMIT {
            return Err(ProvenanceFault::TooMany { limit: ENTRY_LIMIT });
        }
        entry.object()?;
        entries.push(entry.value.clone());
    }
    // PEP 740: "transparency_entries is a required JSON array of one or more objects".
    if entries.is_empty() {
        return Err(list.error(FieldProblem::Empty).into());
    }
    Ok(UnverifiedAttestation {
        certificate: material.field("certificate")?.base64()?,
        entries,
        statement: envelope.field("statement")?.base64()?,
        signature: envelope.field("signature")?.base64()?,
        place,
        publisher: publisher.cloned(),
    })
}

impl UnverifiedAttestation {
    /// Where in the provenance object it is; `None` for a bare attestation.
    pub(crate) fn place(&self) -> Option<AttestationPlace> {
        self.place
    }

    /// What the index says of the publisher; `None` for a bare attestation.
    pub(crate) fn publisher(&self) -> Option<&PublisherClaim> {
        self.publisher.as_deref()
    }

    /// What the attestation *claims*, for `distvouch inspect`: the statement, the certificate's
    /// claims and the index's publisher. None of it has been checked.
    pub(crate) fn describe(
        &self,
        describe_certificate: &dyn Fn(&[u8]) -> BTreeMap<String, String>,
    ) -> ClaimedFacts {
        let statement = json::parse(&self.statement, Limits::default());
        let publisher = self.publisher.as_ref().map(|p| Value::Object(p.fields.clone()));
        ClaimedFacts {
            media_type: None,
            certificate: Some(describe_certificate(&self.certificate)),
            statement: Some(statement.unwrap_or(Value::Null)),
            publisher: Some(publisher.unwrap_or(Value::Null)),
            log_entries: Some(self.entries.len()),
        }
    }
}

#[cfg(test)]
#[path = "provenance_tests.rs"]
mod tests;
