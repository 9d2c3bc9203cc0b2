//! The sentences in which faults are told.

use super::super::BLOB_LIMIT;
use super::{CertificateFault, LogProof, Origin, Reason, UnknownTime};
use std::fmt;

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
                BLOB_LIMIT >> 20
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
            Self::NoCtLogs => f.write_str(
                "the trusted root has no certificate logs (ctlogs), so it can judge no certificate",
            ),
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
            Self::Identity { expected, actual } => {
                let actual = actual.as_deref().unwrap_or("no identity");
                write!(f, "signed by {actual}, expected {expected}")
            }
            Self::Issuer { expected, actual } => {
                let word = |issuer: &Option<String>| issuer.as_deref().unwrap_or("none").to_owned();
                write!(f, "the signer's issuer is {}, expected {}", word(actual), word(expected))
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
