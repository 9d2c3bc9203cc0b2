//! Why an attestation or a bundle could not be authenticated.

mod text;

use super::form::Form;
use crate::answer::failure::FailureClass;
use crate::bytes::json::JsonError;
use crate::bytes::sniff::Kind;
use crate::evidence::pep740::StatementFault;
use jiff::Timestamp;
use std::error::Error;

/// Why an attestation or a bundle could not be authenticated, with the error beneath it.
#[derive(Debug, thiserror::Error)]
#[error("{}", told(reason, beneath.as_deref()))]
pub(crate) struct AttestationFault {
    /// Why.
    pub(crate) reason: Reason,
    #[source]
    beneath: Option<Box<dyn Error + Send + Sync>>,
}

/// Why an attestation or a bundle could not be authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// This build has no Sigstore.
    #[cfg(not(feature = "sigstore"))]
    NoSupport,
    /// No JSON at all.
    Kind(Kind),
    /// JSON of another form than a bundle.
    Form(Form),
    /// A line of JSON Lines is not strict JSON.
    Line {
        /// Which, from 1.
        line: usize,
        /// Why.
        fault: JsonError,
    },
    /// A list without an entry.
    NoDocument,
    /// More documents than are read.
    TooMany {
        /// How many are.
        limit: usize,
    },
    /// More of something in one bundle than is read.
    TooManyParts {
        /// Of what, as a plural.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many are read.
        limit: usize,
    },
    /// An envelope without a signature, or with several.
    Signatures {
        /// How many.
        count: usize,
    },
    /// It names no digest of the file, which is not at hand.
    NoFile,
    /// Of several bundles none is about this file.
    NotAbout {
        /// How many there are.
        count: usize,
    },
    /// By GitHub's own authority, which the trusted root that counts is not of.
    GitHubAuthority,
    /// The log's promise without a proof that it kept it.
    PromiseOnly {
        /// Whether there is a proof, but no checkpoint that the log signed.
        proof: bool,
    },
    /// No log has it.
    NotLogged,
    /// Another key than those that were given.
    OtherKey {
        /// What the bundle says of the key.
        claimed: String,
    },
    /// A field of the format is not there.
    MissingField(String),
    /// Not strict JSON.
    Json(JsonError),
    /// It has the fields of the format, but the library cannot read it as such.
    Format,
    /// The statement is not what its format says.
    Statement(StatementFault),
    /// Of a kind that this program does not read.
    Unsupported {
        /// What it is.
        what: &'static str,
    },
    /// Signed by a key of a kind that this program does not compute.
    UnsupportedKey {
        /// What key, as a noun phrase.
        what: &'static str,
    },
    /// The bytes of the file are needed and not at hand: see [`super::BLOB_LIMIT`].
    NoBlob,
    /// The certificate can be read in more ways than one, or in none.
    Certificate(CertificateFault),
    /// The certificate does not lead to an authority of the trusted root.
    Untrusted {
        /// Who the certificate says issued it.
        issuer: String,
    },
    /// No authority of the trusted root was in force at that time.
    NoAuthority {
        /// The signing time.
        time: Timestamp,
        /// Whether it is later than everything in the trusted root.
        later: bool,
    },
    /// A log that the trusted root does not have.
    UnknownLog {
        /// Its key id in hex.
        key_id: String,
        /// Where the certificate is from.
        origin: Origin,
    },
    /// A certificate transparency log that the trusted root does not have.
    UnknownCtLog {
        /// Its key id in hex.
        key_id: String,
    },
    /// The trusted root has no certificate transparency log at all.
    NoCtLogs,
    /// A proof of the transparency log does not hold.
    Log {
        /// Which of the entries, counted from 0; `None` where the library does not say.
        entry: Option<usize>,
        /// Which proof.
        proof: LogProof,
    },
    /// A part that must be there is not.
    Missing {
        /// What.
        what: &'static str,
    },
    /// The certificate's transparency timestamp does not hold.
    Sct,
    /// Signed outside the lifetime of the certificate, or in the future.
    Time {
        /// When; `None` where the library does not say.
        time: Option<Timestamp>,
    },
    /// Nothing that the trusted root vouches for says when it was signed.
    NoTime(UnknownTime),
    /// The signature does not hold.
    Signature,
    /// About other bytes.
    Digest {
        /// The algorithm, by in-toto's name.
        algorithm: String,
        /// What the attestation says, in hex; `None` where the signature covers it unnamed.
        attested: Option<String>,
        /// What the file has, in hex.
        actual: String,
        /// The name it is about, where that is another too.
        name: Option<String>,
    },
    /// Another identity.
    Identity {
        /// What was expected.
        expected: String,
        /// What the certificate says, if it does.
        actual: Option<String>,
    },
    /// Another issuer.
    Issuer {
        /// What was expected, if any was.
        expected: Option<String>,
        /// What the certificate says, if it does.
        actual: Option<String>,
    },
    /// An identity was expected, but a key signed.
    KeyInstead,
    /// A key was expected, but a certificate signed.
    CertificateInstead,
    /// Something that has no class of its own; the error beneath says it.
    Other,
}

/// Where the certificate next to an unknown log is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An authority of the trusted root issued it, or a key signed without one: the log is new.
    Known,
    /// From elsewhere too, and later than everything in the trusted root: either may be.
    Later,
    /// From elsewhere too, and not later: no age of the trusted root explains that.
    Foreign,
}

/// What does not hold of a transparency log entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogProof {
    /// The inclusion proof.
    Inclusion,
    /// The signature of the checkpoint.
    Checkpoint,
    /// The tree size that is next to the checkpoint is another than the checkpoint's.
    TreeSize,
    /// The root hash that is next to the checkpoint is another than the checkpoint's.
    RootHash,
    /// The checkpoint is not of the log that the entry names.
    Origin,
    /// The inclusion promise (signed entry timestamp).
    Promise,
    /// The entry is about another signature, key or file.
    Body,
}

/// Why no time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownTime {
    /// Rekor v2 gives no time, and there is no time stamp.
    RekorV2,
    /// The log entry has no promise (signed entry timestamp) that covers its time.
    NoPromise,
    /// Neither a log entry nor a time stamp.
    NoStamp,
    /// The time stamp is not from an authority of the trusted root, or does not hold.
    Stamp,
    /// The time stamp is from an authority that the trusted root lacks, and younger than the root.
    NewerStamp,
    /// The time stamp authority was not in force when it signed.
    Authority,
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CertificateFault {
    /// Not a certificate in DER (RFC 5280).
    NotDer,
    /// The same extension twice.
    DuplicateExtension {
        /// Its object identifier.
        oid: String,
    },
    /// A critical extension that this program does not know.
    UnknownCritical {
        /// Its object identifier.
        oid: String,
    },
    /// Not exactly one subject alternative name.
    NameCount {
        /// How many.
        count: usize,
    },
    /// A subject alternative name that is neither an address nor a URI.
    NameKind,
    /// No issuer claim.
    NoIssuer,
    /// A claim that is not encoded as Fulcio documents.
    ClaimEncoding {
        /// The last part of its object identifier.
        number: u32,
    },
}

/// The reason in words; the error beneath where it has none.
fn told(reason: &Reason, beneath: Option<&(dyn Error + Send + Sync)>) -> String {
    match (reason, beneath) {
        (Reason::Other, Some(beneath)) => {
            format!("it cannot be used, for a reason without a name here: {beneath}")
        }
        (reason, _) => reason.to_string(),
    }
}

impl AttestationFault {
    pub(crate) fn new(reason: Reason) -> Self {
        Self { reason, beneath: None }
    }

    #[cfg(feature = "sigstore")]
    pub(super) fn with(reason: Reason, beneath: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { reason, beneath: Some(beneath.into()) }
    }

    /// The failure class.
    pub(crate) fn class(&self) -> FailureClass {
        use FailureClass as C;
        match &self.reason {
            #[cfg(not(feature = "sigstore"))]
            Reason::NoSupport => C::NotCheckedBuild,
            Reason::NoDocument => C::ProvenanceEmpty,
            Reason::Form(Form::Envelope | Form::OldCosign | Form::References)
            | Reason::TooMany { .. }
            | Reason::TooManyParts { .. }
            | Reason::NoFile
            | Reason::GitHubAuthority
            | Reason::PromiseOnly { .. }
            | Reason::NotLogged => C::EvidenceUnsupported,
            Reason::NotAbout { .. } => C::SubjectDigest,
            Reason::OtherKey { .. } => C::SignerUnknown,
            Reason::NoTime(UnknownTime::NewerStamp) => C::RootTooOld,
            Reason::Kind(_)
            | Reason::Form(_)
            | Reason::Line { .. }
            | Reason::Json(_)
            | Reason::MissingField(_)
            | Reason::Format
            | Reason::Signatures { .. }
            | Reason::Statement(_)
            | Reason::Missing { .. }
            | Reason::Other => C::ProvenanceMalformed,
            Reason::Unsupported { .. } | Reason::UnsupportedKey { .. } | Reason::NoBlob => {
                C::EvidenceUnsupported
            }
            Reason::Certificate(_) => C::CertificateMalformed,
            Reason::Untrusted { .. }
            | Reason::UnknownLog { origin: Origin::Foreign, .. }
            | Reason::NoAuthority { later: false, .. } => C::CertificateUntrusted,
            Reason::UnknownLog { .. }
            | Reason::UnknownCtLog { .. }
            | Reason::NoCtLogs
            | Reason::NoAuthority { .. } => C::RootTooOld,
            Reason::Log { .. } => C::LogEntry,
            Reason::Sct => C::Sct,
            Reason::Time { .. } => C::TimeOutsideCertificate,
            Reason::NoTime(_) => C::TimeUnknown,
            Reason::Signature => C::SignatureBad,
            Reason::Digest { .. } => C::SubjectDigest,
            Reason::Identity { .. } | Reason::Issuer { .. } | Reason::KeyInstead => {
                C::IdentityMismatch
            }
            Reason::CertificateInstead => C::SignerUnknown,
        }
    }
}

impl From<Reason> for AttestationFault {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}
