//! Why an attestation or a bundle could not be authenticated.

use super::container::Form;
use crate::answer::failure::FailureClass;
use crate::bytes::json::JsonError;
use crate::bytes::sniff::Kind;
use crate::evidence::pep740::StatementFault;
use jiff::Timestamp;
use std::error::Error;
use std::fmt;

/// Why an attestation or a bundle could not be authenticated, with the error beneath it.
#[derive(Debug)]
pub(crate) struct AttestationFault {
    /// Why.
    pub(crate) reason: Reason,
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
    /// About another name.
    Name {
        /// What the attestation says.
        attested: String,
        /// The file's.
        actual: String,
    },
    /// Another identity.
    Identity {
        /// What was expected.
        expected: String,
        /// What the certificate says.
        actual: String,
    },
    /// Another issuer.
    Issuer {
        /// What was expected.
        expected: String,
        /// What the certificate says.
        actual: String,
    },
    /// An identity was expected, but a key signed.
    KeyInstead,
    /// A key was expected, but a certificate signed.
    CertificateInstead,
    /// Something that has no class of its own; the error beneath says it.
    Other,
}

/// Where the certificate beside an unknown log is from.
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
    /// The tree size that stands beside the checkpoint is another than the checkpoint's.
    TreeSize,
    /// The root hash that stands beside the checkpoint is another than the checkpoint's.
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

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDer => f.write_str("it is not X.509 in DER"),
            Self::DuplicateExtension { oid } => write!(f, "the extension {oid} occurs twice"),
            Self::UnknownCritical { oid } => {
                write!(f, "the critical extension {oid} is unknown")
            }
            Self::NameCount { count } => {
                write!(f, "it has {count} subject alternative names instead of one")
            }
            Self::NameKind => {
                f.write_str("its subject alternative name is neither an address nor a URI")
            }
            Self::NoIssuer => f.write_str("it does not say which OIDC issuer vouched"),
            Self::ClaimEncoding { number } => {
                write!(f, "the claim 1.3.6.1.4.1.57264.1.{number} is not encoded as documented")
            }
        }
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
            | Reason::NoAuthority { .. } => C::RootTooOld,
            Reason::Log { .. } => C::LogEntry,
            Reason::Sct => C::Sct,
            Reason::Time { .. } => C::TimeOutsideCertificate,
            Reason::NoTime(_) => C::TimeUnknown,
            Reason::Signature => C::SignatureBad,
            Reason::Digest { .. } => C::SubjectDigest,
            Reason::Name { .. } => C::SubjectName,
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

impl fmt::Display for AttestationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.reason, &self.beneath) {
            (Reason::Other, Some(beneath)) => {
                write!(f, "it cannot be used, for a reason without a name here: {beneath}")
            }
            (reason, _) => reason.fmt(f),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(not(feature = "sigstore"))]
            Self::NoSupport => f.write_str("this build of distvouch has no Sigstore"),
            Self::Kind(kind) => write!(f, "it is {}", kind.advice()),
            Self::Form(form) => write!(f, "it is {}", form.advice()),
            Self::Line { line, fault } => write!(f, "line {line} of it cannot be read: {fault}"),
            Self::NoDocument => f.write_str("it is a list without a bundle"),
            Self::TooMany { limit } => {
                write!(f, "it holds more than {limit} documents, the most that are read")
            }
            Self::NotAbout { count } => write!(f, "none of its {count} bundles is about this file"),
            Self::GitHubAuthority => f.write_str(
                "it is an attestation by GitHub's own authority (a release, or a private \
                 repository), which is in no public log: judge it with --trusted-root github",
            ),
            Self::PromiseOnly { proof: false } => f.write_str(
                "it holds the log's promise and no proof of inclusion, which shows that the log \
                 kept it: a bundle of version 0.3 has one",
            ),
            Self::PromiseOnly { proof: true } => f.write_str(
                "it holds the log's promise, and a proof of inclusion without the checkpoint that \
                 the log signs, which shows nothing: a bundle of version 0.3 has one",
            ),
            Self::TooManyParts { what, count, limit } => {
                write!(f, "it has {count} {what}, of which at most {limit} are read")
            }
            Self::Signatures { count } => {
                write!(f, "its envelope has {count} signatures, where a bundle has one")
            }
            Self::NoFile => f.write_str(
                "it names no digest of what it signs, so nothing of it holds without the file",
            ),
            Self::NotLogged => f.write_str(
                "it is in no transparency log, so nothing public shows when and by whom it was \
                 signed",
            ),
            Self::OtherKey { claimed } => {
                write!(f, "it is signed by the key {claimed}, which is not among the given ones")
            }
            Self::MissingField(field) => write!(f, "it has no {field}"),
            Self::Json(e) => write!(f, "it cannot be read: {e}"),
            Self::Format => f.write_str("it is not what its format says"),
            Self::Statement(e) => e.fmt(f),
            Self::Unsupported { what } => write!(f, "it is {what}, which distvouch does not read"),
            Self::UnsupportedKey { what } => {
                write!(f, "it is signed by {what}, which distvouch does not compute")
            }
            Self::NoBlob => write!(
                f,
                "its signature covers the whole file, whose bytes are kept up to {} MiB only",
                super::BLOB_LIMIT >> 20
            ),
            Self::Certificate(e) => write!(f, "the certificate cannot be used: {e}"),
            Self::Untrusted { issuer } => {
                write!(f, "the certificate, issued by {issuer}, is not under the trusted root")
            }
            Self::NoAuthority { time, later } => {
                let when = if *later { "later than" } else { "outside" };
                write!(
                    f,
                    "signed at {time}, {when} the time of every authority of the trusted root"
                )
            }
            Self::UnknownLog { key_id, origin: Origin::Known } => {
                write!(f, "the trusted root does not know the log {key_id}")
            }
            Self::UnknownLog { key_id, origin: Origin::Later } => write!(
                f,
                "the trusted root knows neither the log {key_id} nor who issued the certificate; \
                 the signature is younger than the root, or from another Sigstore"
            ),
            Self::UnknownLog { key_id, origin: Origin::Foreign } => write!(
                f,
                "the trusted root knows neither the log {key_id} nor who issued the certificate, \
                 and the signature is older than the root: it is from another Sigstore"
            ),
            Self::UnknownCtLog { key_id } => {
                write!(f, "the trusted root does not know the certificate log {key_id}")
            }
            Self::Log { entry, proof } => {
                match entry {
                    Some(entry) => write!(f, "in log entry {}, ", entry + 1),
                    None => f.write_str("in the log entry, "),
                }?;
                f.write_str(match proof {
                    LogProof::Inclusion => "the inclusion proof does not hold",
                    LogProof::Checkpoint => "the signature of the checkpoint does not hold",
                    LogProof::TreeSize => "the tree size is not the checkpoint's",
                    LogProof::RootHash => "the root hash is not the checkpoint's",
                    LogProof::Origin => "the checkpoint is not of the log that is named",
                    LogProof::Promise => {
                        "the inclusion promise holds under no key that the trusted root has for \
                         that log and time"
                    },
                    LogProof::Body => "another signature, key or file is recorded",
                })
            }
            Self::Missing { what } => write!(f, "it has no {what}"),
            Self::Sct => f.write_str(
                "the certificate's transparency timestamp holds under no key that the trusted root has \
                 for that log and time",
            ),
            Self::Time { time: Some(time) } => {
                write!(f, "signed at {time}, outside the lifetime of the certificate")
            }
            Self::Time { time: None } => {
                f.write_str("signed outside the lifetime of the certificate, or in the future")
            }
            Self::NoTime(why) => f.write_str(match why {
                UnknownTime::RekorV2 => {
                    "the log (Rekor v2) does not say when it was signed, and no time stamp does"
                }
                UnknownTime::NoPromise => {
                    "the log did not sign the time (no inclusion promise), and no time stamp does"
                }
                UnknownTime::NoStamp => "it has neither a time stamp nor a log entry",
                UnknownTime::Stamp => {
                    "the time stamp is not from an authority of the trusted root, or does not hold"
                }
                UnknownTime::NewerStamp => {
                    "the time stamp is from an authority that the trusted root does not know, and \
                     the signature is younger than the root"
                }
                UnknownTime::Authority => {
                    "the time stamp is from outside the time of the authority that signed it"
                }
            }),
            Self::Signature => f.write_str("the signature does not hold"),
            Self::Digest { algorithm, attested, actual, name } => {
                let name = name.as_deref().unwrap_or("a file");
                match attested {
                    Some(attested) => write!(
                        f,
                        "it is about {name} with {algorithm} {attested}, this file has {actual}"
                    ),
                    None => write!(
                        f,
                        "it is about other bytes than this file with {algorithm} {actual}"
                    ),
                }
            }
            Self::Name { attested, actual } => {
                write!(f, "it is about {attested}, and this file is {actual}")
            }
            Self::Identity { expected, actual } => {
                write!(f, "signed by {actual}, expected {expected}")
            }
            Self::Issuer { expected, actual } => {
                write!(f, "the signer's issuer is {actual}, expected {expected}")
            }
            Self::KeyInstead => {
                f.write_str("signed by a key without a certificate, an identity was expected")
            }
            Self::CertificateInstead => {
                f.write_str("signed with a certificate rather than by the expected key")
            }
            Self::Other => f.write_str("it cannot be used, for a reason without a name here"),
        }
    }
}

impl Error for AttestationFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.beneath.as_ref().map(|e| e.as_ref() as _)
    }
}
