//! The `sigstore` crate's errors, as reasons of our own.
//!
//! Its text stays beneath as the source and is neither printed nor matched on: it has words that this program
//! never uses.

use super::super::RootSummary;
use super::super::fault::{AttestationFault, LogProof, Origin, Reason, UnknownTime};
use super::certificate::Leaf;
use super::stamp;
use ::sigstore::trust_root::TrustedRoot;
use ::sigstore::types::{Bundle, KindVersion};
use ::sigstore::{CertificateError, Error, TimestampError, TransparencyLogError, bundle, crypto};

/// What was being checked when an error came.
pub(super) struct Context<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) leaf: Option<&'a Leaf>,
    pub(super) root: &'a TrustedRoot,
    pub(super) summary: &'a RootSummary,
    /// The reason for "about another file".
    pub(super) mismatch: Reason,
    /// Time stamps by authorities that the root does not know.
    pub(super) unknown_stamps: usize,
}

impl Context<'_> {
    pub(super) fn fault(&self, error: Error) -> AttestationFault {
        AttestationFault::with(self.reason(&error), error)
    }

    fn reason(&self, error: &Error) -> Reason {
        match error {
            Error::SignatureInvalid(_) => Reason::Signature,
            Error::ArtifactMismatch(_) => self.mismatch(),
            Error::Certificate(e) => self.certificate(e),
            Error::TransparencyLog(e) => log(e),
            Error::Timestamp(e) => self.time(e),
            Error::InvalidBundle(_) | Error::Types(_) => Reason::Format,
            Error::UnsupportedBundle(_) => {
                Reason::Unsupported { what: "a combination of signature and log entry" }
            }
            Error::UnsupportedArtifact(_) => {
                Reason::Unsupported { what: "a signature over another digest" }
            }
            Error::Crypto(crypto::Error::UnsupportedAlgorithm(_)) => {
                Reason::Unsupported { what: "a combination of key and digest" }
            }
            Error::Crypto(_) => Reason::Format,
            Error::Bundle(e) => structure(e),
            // Where the bundle is judged, the root was read: what it lacks is a key for the log of certificates.
            Error::InvalidTrustRoot(_) => self.sct(),
            Error::IdentityMismatch { expected, actual } => Reason::Identity {
                expected: expected.to_string(),
                actual: actual.as_ref().map(ToString::to_string),
            },
            Error::IssuerMismatch { expected, actual } => {
                Reason::Issuer { expected: Some(expected.clone()), actual: actual.clone() }
            }
            _ => Reason::Other,
        }
    }

    /// The bundle is about another file; or about this one, and the log entry about another.
    fn mismatch(&self) -> Reason {
        match &self.mismatch {
            Reason::Digest { attested: Some(attested), actual, .. } if attested == actual => {
                Reason::Log { entry: None, proof: LogProof::Body }
            }
            other => other.clone(),
        }
    }

    fn certificate(&self, error: &CertificateError) -> Reason {
        match error {
            CertificateError::Malformed(_) => {
                Reason::Certificate(super::super::fault::CertificateFault::NotDer)
            }
            CertificateError::ChainInvalid(_) => self.chain(),
            CertificateError::NoValidAuthority { time } => {
                let ends = self.summary.certificate_authorities.iter().map(|ca| ca.end);
                // Without an end an authority is never outlived.
                let later = ends.into_iter().all(|end| end.is_some_and(|end| *time > end));
                Reason::NoAuthority { time: *time, later }
            }
            CertificateError::NotYetValid { time, .. } | CertificateError::Expired { time, .. } => {
                Reason::Time { time: Some(*time) }
            }
            CertificateError::Sct(_) => self.sct(),
            _ => Reason::Other,
        }
    }

    /// The library reports a leaf outside its lifetime as a chain that does not hold. The times of log and stamps held
    /// when this was said.
    fn chain(&self) -> Reason {
        let Some(leaf) = self.leaf else { return Reason::Other };
        let entries = self.bundle.verification_material.tlog_entries.iter();
        let logged = entries.filter_map(|e| e.inclusion_promise.as_ref().and(e.integrated_time));
        let mut times = logged.chain(stamp::times(self.bundle, self.root));
        match times.find(|time| *time < leaf.not_before || *time > leaf.not_after) {
            Some(outside) => Reason::Time { time: Some(outside) },
            None => Reason::Untrusted { issuer: leaf.issuer() },
        }
    }

    /// The chain was checked by then: a log that signs for it and is not in the root is new.
    fn sct(&self) -> Reason {
        match self.leaf.and_then(Leaf::ct_log) {
            Some(_) if self.summary.ct_logs.is_empty() => Reason::NoCtLogs,
            Some(key_id) if !self.knows_ct_log(&key_id) => Reason::UnknownCtLog { key_id },
            _ => Reason::Sct,
        }
    }

    fn knows_ct_log(&self, key_id: &str) -> bool {
        self.summary.ct_logs.iter().any(|log| log.key_id.as_deref() == Some(key_id))
    }

    /// Whether the certificate, or the log entry where there is none, says that it is younger than
    /// everything in the root. That chooses between two refusals only.
    fn is_younger(&self) -> bool {
        let entries = self.bundle.verification_material.tlog_entries.iter();
        let claimed = self.leaf.map(|leaf| leaf.not_before);
        let claimed = claimed.or_else(|| entries.filter_map(|e| e.integrated_time).max());
        claimed.zip(self.summary.newest_start()).is_some_and(|(claimed, newest)| claimed > newest)
    }

    fn time(&self, error: &TimestampError) -> Reason {
        Reason::NoTime(match error {
            TimestampError::Invalid(_) if self.unknown_stamps > 0 && self.is_younger() => {
                UnknownTime::NewerStamp
            }
            TimestampError::Invalid(_) => UnknownTime::Stamp,
            TimestampError::OutsideAuthorityValidity { .. } => UnknownTime::Authority,
            TimestampError::NoVerifiedTimestamp(_) => {
                let entries = &self.bundle.verification_material.tlog_entries;
                let v2 = |e: &::sigstore::types::TransparencyLogEntry| {
                    e.kind_version == KindVersion::HashedRekordV002
                };
                if entries.iter().any(v2) { UnknownTime::RekorV2 } else { UnknownTime::NoPromise }
            }
            _ => return Reason::Other,
        })
    }
}

fn log(error: &TransparencyLogError) -> Reason {
    let proof = match error {
        TransparencyLogError::InclusionProof(_) => LogProof::Inclusion,
        TransparencyLogError::Checkpoint(_) => LogProof::Checkpoint,
        TransparencyLogError::InclusionPromise(_) => LogProof::Promise,
        TransparencyLogError::EntryMismatch(_) => LogProof::Body,
        TransparencyLogError::IntegratedTime(_) => return Reason::Time { time: None },
        TransparencyLogError::MalformedEntry(_) => return Reason::Format,
        TransparencyLogError::UnknownLog { log_id } => {
            return Reason::UnknownLog { key_id: log_id.clone(), origin: Origin::Known };
        }
        _ => return Reason::Other,
    };
    Reason::Log { entry: None, proof }
}

fn structure(error: &bundle::Error) -> Reason {
    use bundle::Error as E;
    match error {
        E::UnsupportedMediaType(_) => {
            Reason::Unsupported { what: "a bundle of an unknown version" }
        }
        E::UnsupportedVerificationMaterial => {
            Reason::Unsupported { what: "a bundle signed by neither a certificate nor a key" }
        }
        E::CertificateChainNotAllowed(_) => Reason::Format,
        E::MissingInclusionPromise(_) => Reason::Missing { what: "inclusion promise" },
        E::MissingInclusionProof(_) => Reason::Missing { what: "inclusion proof" },
        // A log entry is asked for before; under GitHub's own root a stamp stands in for it.
        E::MissingSigningTimeEvidence => Reason::NoTime(UnknownTime::NoStamp),
        E::MissingTimestamp => Reason::Missing { what: "time stamp" },
        E::MissingCheckpoint => Reason::Missing { what: "checkpoint" },
        E::LogIndexOutOfRange { .. } => Reason::Log { entry: None, proof: LogProof::Inclusion },
        E::CheckpointRootMismatch => Reason::Log { entry: None, proof: LogProof::RootHash },
        _ => Reason::Other,
    }
}
