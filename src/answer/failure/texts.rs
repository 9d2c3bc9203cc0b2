//! The texts behind `distvouch explain`, one file a family of classes.
//!
//! Commands, options, file names and class names stand in backquotes: the renderings keep such a
//! span on one line, and the tests look each of them up.

mod certificate;
mod checksum;
mod continuity;
mod key;
mod manifest;
mod message;
mod provenance;
mod publisher;
mod signature;
mod source;
mod unchecked;

use super::FailureClass;

/// What there is to say of a failure class. Plain text, sentences with full stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts {
    /// What happened. The first sentence stands by itself in lists.
    pub(crate) happened: &'static str,
    /// What it implies.
    pub(crate) implies: &'static str,
    /// Causes without an attacker.
    pub(crate) benign: &'static str,
    /// What to ask upstream.
    pub(crate) ask: &'static str,
    /// Answers that explain nothing.
    pub(crate) bogus: &'static str,
    /// What to do.
    pub(crate) act: &'static str,
}

impl Texts {
    /// Every text under its heading, in the order of printing.
    pub(crate) const fn sections(&self) -> [(&'static str, &'static str); 6] {
        [
            ("What happened", self.happened),
            ("What it implies", self.implies),
            ("Causes without an attacker", self.benign),
            ("What to ask upstream", self.ask),
            ("Answers that explain nothing", self.bogus),
            ("What to do", self.act),
        ]
    }

    /// The first sentence of [`happened`](Self::happened), with its full stop.
    pub(crate) fn summary(&self) -> &'static str {
        let end = self.happened.find(". ").map_or(self.happened.len(), |dot| dot + 1);
        self.happened.get(..end).unwrap_or(self.happened)
    }
}

pub(super) const fn of(class: FailureClass) -> &'static Texts {
    match class {
        FailureClass::ManifestMissingEntry => &manifest::MANIFEST_MISSING_ENTRY,
        FailureClass::ManifestMismatch => &manifest::MANIFEST_MISMATCH,
        FailureClass::ManifestAmbiguous => &manifest::MANIFEST_AMBIGUOUS,
        FailureClass::ManifestWeak => &manifest::MANIFEST_WEAK,
        FailureClass::ManifestReplaced => &manifest::MANIFEST_REPLACED,
        FailureClass::SignatureAbsent => &signature::SIGNATURE_ABSENT,
        FailureClass::SignatureStray => &signature::SIGNATURE_STRAY,
        FailureClass::SignatureMalformed => &signature::SIGNATURE_MALFORMED,
        FailureClass::SignatureRefused => &signature::SIGNATURE_REFUSED,
        FailureClass::SignatureBad => &signature::SIGNATURE_BAD,
        FailureClass::StreamMalformed => &signature::STREAM_MALFORMED,
        FailureClass::SignatureExpired => &signature::SIGNATURE_EXPIRED,
        FailureClass::SignerUnknown => &signature::SIGNER_UNKNOWN,
        FailureClass::KeyExpiredNow => &key::KEY_EXPIRED_NOW,
        FailureClass::KeyExpired => &key::KEY_EXPIRED,
        FailureClass::KeyNotYet => &key::KEY_NOT_YET,
        FailureClass::KeyRevoked => &key::KEY_REVOKED,
        FailureClass::KeyUnusable => &key::KEY_UNUSABLE,
        FailureClass::SignatureWeak => &signature::SIGNATURE_WEAK,
        FailureClass::CommentOtherFile => &signature::COMMENT_OTHER_FILE,
        FailureClass::CommentOtherVersion => &signature::COMMENT_OTHER_VERSION,
        FailureClass::MessageSurrounded => &message::MESSAGE_SURROUNDED,
        FailureClass::ChecksumMismatch => &checksum::CHECKSUM_MISMATCH,
        FailureClass::ChecksumMissing => &checksum::CHECKSUM_MISSING,
        FailureClass::ChecksumAmbiguous => &checksum::CHECKSUM_AMBIGUOUS,
        FailureClass::ChecksumWeak => &checksum::CHECKSUM_WEAK,
        FailureClass::ChecksumMalformed => &checksum::CHECKSUM_MALFORMED,
        FailureClass::ProvenanceAbsent => &provenance::PROVENANCE_ABSENT,
        FailureClass::ProvenanceDropped => &provenance::PROVENANCE_DROPPED,
        FailureClass::SignatureDropped => &continuity::SIGNATURE_DROPPED,
        FailureClass::NotFetched => &unchecked::NOT_FETCHED,
        FailureClass::ExpectationDropped => &continuity::EXPECTATION_DROPPED,
        FailureClass::ProvenanceEmpty => &provenance::PROVENANCE_EMPTY,
        FailureClass::ProvenanceMalformed => &provenance::PROVENANCE_MALFORMED,
        FailureClass::SubjectDigest => &provenance::SUBJECT_DIGEST,
        FailureClass::SubjectName => &provenance::SUBJECT_NAME,
        FailureClass::CertificateUntrusted => &certificate::CERTIFICATE_UNTRUSTED,
        FailureClass::CertificateMalformed => &certificate::CERTIFICATE_MALFORMED,
        FailureClass::LogEntry => &certificate::LOG_ENTRY,
        FailureClass::Sct => &certificate::SCT,
        FailureClass::TimeOutsideCertificate => &certificate::TIME_OUTSIDE_CERTIFICATE,
        FailureClass::TimeUnknown => &certificate::TIME_UNKNOWN,
        FailureClass::RootTooOld => &certificate::ROOT_TOO_OLD,
        FailureClass::PublisherMismatch => &publisher::PUBLISHER_MISMATCH,
        FailureClass::PublisherNotAllowed => &publisher::PUBLISHER_NOT_ALLOWED,
        FailureClass::IdentityMismatch => &publisher::IDENTITY_MISMATCH,
        FailureClass::WorkflowMismatch => &publisher::WORKFLOW_MISMATCH,
        FailureClass::RefMismatch => &publisher::REF_MISMATCH,
        FailureClass::TriggerMismatch => &publisher::TRIGGER_MISMATCH,
        FailureClass::RunnerMismatch => &publisher::RUNNER_MISMATCH,
        FailureClass::EnvironmentMismatch => &publisher::ENVIRONMENT_MISMATCH,
        FailureClass::SignerExternal => &publisher::SIGNER_EXTERNAL,
        FailureClass::PublisherDisagrees => &publisher::PUBLISHER_DISAGREES,
        FailureClass::PublisherChanged => &continuity::PUBLISHER_CHANGED,
        FailureClass::SignerChanged => &continuity::SIGNER_CHANGED,
        FailureClass::PreviousUnusable => &continuity::PREVIOUS_UNUSABLE,
        FailureClass::RepositoryRenamed => &continuity::REPOSITORY_RENAMED,
        FailureClass::RepositoryTransferred => &continuity::REPOSITORY_TRANSFERRED,
        FailureClass::RepositoryReregistered => &continuity::REPOSITORY_REREGISTERED,
        FailureClass::StatementDisagrees => &provenance::STATEMENT_DISAGREES,
        FailureClass::CommitUnavailable => &source::COMMIT_UNAVAILABLE,
        FailureClass::CommitUnreachable => &source::COMMIT_UNREACHABLE,
        FailureClass::TagMismatch => &source::TAG_MISMATCH,
        FailureClass::SourceChanged => &source::SOURCE_CHANGED,
        FailureClass::SourceAdded => &source::SOURCE_ADDED,
        FailureClass::SourceUnexplained => &source::SOURCE_UNEXPLAINED,
        FailureClass::KnownFileAltered => &source::KNOWN_FILE_ALTERED,
        FailureClass::SourceNotCompared => &source::SOURCE_NOT_COMPARED,
        FailureClass::SourceMissing => &source::SOURCE_MISSING,
        FailureClass::SourceMode => &source::SOURCE_MODE,
        FailureClass::ArchiveAmbiguous => &source::ARCHIVE_AMBIGUOUS,
        FailureClass::DependencyChanged => &source::DEPENDENCY_CHANGED,
        FailureClass::ReviewAbsent => &source::REVIEW_ABSENT,
        FailureClass::NotCheckedArch => &unchecked::NOT_CHECKED_ARCH,
        FailureClass::NotCheckedBuild => &unchecked::NOT_CHECKED_BUILD,
        FailureClass::NotCheckedNoExpectation => &unchecked::NOT_CHECKED_NO_EXPECTATION,
        FailureClass::NotCheckedNoClone => &unchecked::NOT_CHECKED_NO_CLONE,
        FailureClass::NotCheckedNoAnswer => &unchecked::NOT_CHECKED_NO_ANSWER,
        FailureClass::EvidenceUnsupported => &unchecked::EVIDENCE_UNSUPPORTED,
    }
}
