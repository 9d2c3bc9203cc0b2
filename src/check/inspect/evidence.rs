//! What provenance and Sigstore bundles say of themselves: claims, all of them.

use crate::bytes::json::{self, JsonError, Limits};
use crate::evidence::pep740::{Provenance, ProvenanceFault};
use crate::evidence::sigstore::{AttestationFault, UnverifiedBundle, describe_attestation};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt;

/// A file with attestations or a bundle, of which nothing was checked.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Evidence {
    /// What it is, as a noun phrase.
    pub(crate) what: &'static str,
    /// The claims of each attestation, or of the one bundle: the certificate's by their documented
    /// names, the statement, and the publisher object of the index.
    pub(crate) claims: Vec<Map<String, Value>>,
}

/// Why such a file is damaged.
#[derive(Debug)]
pub(crate) enum EvidenceFault {
    /// It is no JSON that can be read in one way only.
    Json(JsonError),
    /// It is no bundle that is read here.
    Bundle(Box<AttestationFault>),
    /// It is no provenance that is read here.
    Provenance(ProvenanceFault),
}

impl fmt::Display for EvidenceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(fault) => fault.fmt(f),
            Self::Bundle(fault) => fault.fmt(f),
            Self::Provenance(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for EvidenceFault {}

impl Evidence {
    /// Reads a JSON document; `Ok(None)` where it is neither provenance nor a bundle.
    ///
    /// # Errors
    ///
    /// Where it is one of them, or no JSON at all, and damaged.
    pub(crate) fn read(bytes: &[u8]) -> Result<Option<Self>, EvidenceFault> {
        let tree = json::parse(bytes, Limits::default()).map_err(EvidenceFault::Json)?;
        let has = |key: &str| tree.get(key).is_some();
        let bundle = tree.get("mediaType").and_then(Value::as_str);
        if bundle.is_some_and(|kind| kind.contains("sigstore.bundle")) {
            let bundle = UnverifiedBundle::parse(bytes)
                .map_err(|fault| EvidenceFault::Bundle(Box::new(fault)))?;
            return Ok(Some(Self { what: "a Sigstore bundle", claims: vec![bundle.describe()] }));
        }
        if has("attestation_bundles") || (has("verification_material") && has("envelope")) {
            let provenance = Provenance::parse(bytes).map_err(EvidenceFault::Provenance)?;
            let each = provenance.attestations().iter();
            let claims = each.map(describe_attestation).collect();
            return Ok(Some(Self { what: "PEP 740 provenance", claims }));
        }
        Ok(None)
    }
}
