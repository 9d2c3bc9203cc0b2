//! What a Sigstore bundle or an attestation of PEP 740 proved.

use crate::answer::failure::FailureClass;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The claims of a certificate, by Fulcio's documented names.
pub(crate) type Certificate = BTreeMap<&'static str, String>;

/// An entry of a transparency log whose proofs hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LogEntryFacts {
    /// The log's URL, from the trusted root.
    pub(crate) log: String,
    /// The entry's index; `None` where the log did not sign it.
    pub(crate) index: Option<u64>,
    /// When the log took it in, RFC 3339; `None` where the log did not sign it.
    pub(crate) time: Option<String>,
}

/// Where an attestation is in a provenance object, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct PlaceFacts {
    pub(crate) bundle: usize,
    pub(crate) attestation: usize,
}

/// Something that two sources say differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DifferenceFacts {
    /// The class that it makes.
    pub(crate) class: FailureClass,
    /// What differs, in words.
    pub(crate) what: String,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<String>,
    /// What the index says, unauthenticated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<String>,
    /// What the signed statement says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) statement: Option<String>,
    /// What the certificate says; `None` where it says nothing.
    pub(crate) actual: Option<String>,
}

/// What a bundle or an attestation says of itself. Nothing of it was authenticated.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct ClaimedFacts {
    /// The bundle's media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    /// The certificate's claims by Fulcio's documented names, and what else there is to say of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<BTreeMap<String, String>>,
    /// The statement as it stands, where the signature is over one; null where it is not strict JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) statement: Option<Value>,
    /// The index's publisher as it stands, for an attestation; null where it names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) publisher: Option<Value>,
    /// How many log entries there are; `None` where this build reads none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) log_entries: Option<usize>,
}

/// What a bundle or attestation proved, and what of it differs from what was expected.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct AttestedFacts {
    /// Who published, by the certificate alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) publisher: Option<String>,
    /// The commit that the certificate names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// The branch or tag that it names, in full.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// The URL of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<String>,
    /// All claims of the certificate.
    #[serde(skip_serializing_if = "Certificate::is_empty")]
    pub(crate) certificate: Certificate,
    /// The type of the statement's predicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) predicate_type: Option<String>,
    /// The names of the statement's subjects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subjects: Option<Vec<String>>,
    /// The earliest time that a log or time stamp authority vouches for, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_at: Option<String>,
    /// The log entries whose proofs hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) log_entries: Vec<LogEntryFacts>,
    /// Where the trusted root came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trusted_root: Option<String>,
    /// Where it is in the provenance object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<PlaceFacts>,
    /// Fields of the index's publisher that no signature covers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) claimed_by_index_only: BTreeMap<&'static str, String>,
    /// What differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) differences: Vec<DifferenceFacts>,
    /// What the evidence claims where nothing of it could be authenticated. For people only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unauthenticated: Option<ClaimedFacts>,
}
