//! Who published or signed two releases, and what is not as it was.

use super::attested::Certificate;
use crate::answer::check::Check;
use crate::answer::failure::FailureClass;
use serde::Serialize;

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ChangeFacts {
    /// Its class.
    pub(crate) class: FailureClass,
    /// What changed, in words.
    pub(crate) what: &'static str,
    /// What it was.
    pub(crate) before: String,
    /// What it is; `None` where there is nothing any more.
    pub(crate) now: Option<String>,
}

/// Who published or signed one of two releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Party {
    /// By a certificate of Sigstore's.
    Certificate(Certificate),
    /// By a key.
    Signer(String),
}

/// What continuity compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ContinuityFacts {
    /// The kind of evidence.
    pub(crate) evidence: Check,
    /// The class of the previous release's evidence, where it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous_class: Option<FailureClass>,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous_file: Option<String>,
    /// What changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) changes: Option<Vec<ChangeFacts>>,
    /// Who published or signed the previous release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<Vec<Party>>,
    /// Who published or signed this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) now: Option<Vec<Party>>,
}

impl ContinuityFacts {
    /// Of `evidence`, with nothing compared yet.
    pub(crate) fn of(evidence: Check) -> Self {
        Self {
            evidence,
            previous_class: None,
            previous_file: None,
            changes: None,
            previous: None,
            now: None,
        }
    }
}
