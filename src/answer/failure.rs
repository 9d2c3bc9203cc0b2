//! The failure classes: every answer other than `agrees` that a check can give.
//!
//! A class fixes its [`Outcome`]; the six texts that `distvouch explain` prints for it stand in
//! [`texts`]. Nothing here knows of checks, files or reports.

mod texts;

pub(crate) use texts::Texts;

use serde::{Serialize, Serializer};
use std::fmt;

/// The five outcomes of a check. There is no sixth, and none of them is a verdict on the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Outcome {
    /// What was compared is the same.
    Agrees,
    /// What was compared differs.
    Contradicts,
    /// There was nothing to compare with.
    Absent,
    /// There was something, but nothing can be concluded from it.
    Unusable,
    /// No comparison took place.
    NotChecked,
}

impl Outcome {
    /// The word, as JSON and the reports print it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Contradicts => "contradicts",
            Self::Absent => "absent",
            Self::Unusable => "unusable",
            Self::NotChecked => "not-checked",
        }
    }
}

/// What the checks that can end in a class compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// The Manifest.
    Manifest,
    /// Signatures and signed lists.
    Signature,
    /// Certificates and statements.
    Attestation,
    /// The release before.
    Continuity,
    /// The contents.
    Source,
    /// Anything.
    Any,
}

macro_rules! classes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $outcome:ident $file:ident::$texts:ident;)+) => {
        /// Why a check does not agree, or what is said next to an agreement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum FailureClass {
            $($(#[$doc])* $variant,)+
        }

        impl FailureClass {
            /// Every class, in the order of the documentation.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name, as JSON, the reports and `distvouch explain` know it.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The outcome of a check that ends in this class.
            ///
            /// [`Outcome::Agrees`] marks a class that is only ever *said* next to an agreement.
            pub(crate) const fn outcome(self) -> Outcome {
                match self { $(Self::$variant => Outcome::$outcome,)+ }
            }

            /// What the checks that can end in this class compare.
            pub(crate) const fn family(self) -> Family {
                match self { $(Self::$variant => texts::$file::FAMILY,)+ }
            }

            /// What `distvouch explain` says of it.
            pub(crate) const fn texts(self) -> &'static Texts {
                match self { $(Self::$variant => &texts::$file::$texts,)+ }
            }
        }
    };
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for FailureClass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

classes! {
    /// The Manifest has no DIST entry for the distfile.
    ManifestMissingEntry "manifest-missing-entry" Absent manifest::MANIFEST_MISSING_ENTRY;
    /// Size or a hash differs from the DIST entry.
    ManifestMismatch "manifest-mismatch" Contradicts manifest::MANIFEST_MISMATCH;
    /// Two DIST lines, or one hash twice, that differ.
    ManifestAmbiguous "manifest-ambiguous" Unusable manifest::MANIFEST_AMBIGUOUS;
    /// The DIST entry has no strong hash that this program computes.
    ManifestWeak "manifest-weak" Unusable manifest::MANIFEST_WEAK;
    /// The DIST entry of the last commit was another, for the same name.
    ManifestReplaced "manifest-replaced" Contradicts manifest::MANIFEST_REPLACED;
    /// No signature is next to the distfile.
    SignatureAbsent "signature-absent" Absent signature::SIGNATURE_ABSENT;
    /// A signature for a file that is not there.
    SignatureStray "signature-stray" Unusable signature::SIGNATURE_STRAY;
    /// The file holds no signature of the expected kind.
    SignatureMalformed "signature-malformed" Unusable signature::SIGNATURE_MALFORMED;
    /// Another program refused the signature, and this one was not asked.
    SignatureRefused "signature-refused" Unusable signature::SIGNATURE_REFUSED;
    /// A known key made this signature over different bytes.
    SignatureBad "signature-bad" Contradicts signature::SIGNATURE_BAD;
    /// The distfile is not one whole compressed stream, and the signature is over what it compresses.
    StreamMalformed "stream-malformed" Unusable signature::STREAM_MALFORMED;
    /// The signature had expired at the time of judging.
    SignatureExpired "signature-expired" Contradicts signature::SIGNATURE_EXPIRED;
    /// Signed by a key that is not in the key ring.
    SignerUnknown "signer-unknown" Contradicts signature::SIGNER_UNKNOWN;
    /// The key has expired since; it was live when it signed.
    KeyExpiredNow "key-expired-now" Agrees key::KEY_EXPIRED_NOW;
    /// The key had expired when it signed.
    KeyExpired "key-expired" Contradicts key::KEY_EXPIRED;
    /// The signature, or the key that made it, lies in the future.
    KeyNotYet "key-not-yet" Contradicts key::KEY_NOT_YET;
    /// The key was revoked.
    KeyRevoked "key-revoked" Contradicts key::KEY_REVOKED;
    /// The key may not sign, or its certificate binds it by nothing that counts.
    KeyUnusable "key-unusable" Unusable key::KEY_UNUSABLE;
    /// Hash, packet or key below the policy.
    SignatureWeak "signature-weak" Unusable signature::SIGNATURE_WEAK;
    /// The trusted comment of a minisign signature names another file.
    CommentOtherFile "comment-other-file" Agrees signature::COMMENT_OTHER_FILE;
    /// The trusted comment of a minisign signature names another version of the file.
    CommentOtherVersion "comment-other-version" Agrees signature::COMMENT_OTHER_VERSION;
    /// There is text outside of the signed message.
    MessageSurrounded "message-surrounded" Agrees message::MESSAGE_SURROUNDED;
    /// A list of checksums has another digest for the file.
    ChecksumMismatch "checksum-mismatch" Contradicts checksum::CHECKSUM_MISMATCH;
    /// A list of checksums does not name the file.
    ChecksumMissing "checksum-missing" Absent checksum::CHECKSUM_MISSING;
    /// A list of checksums has two digests for the file that differ.
    ChecksumAmbiguous "checksum-ambiguous" Unusable checksum::CHECKSUM_AMBIGUOUS;
    /// A list of checksums has only digests for the file that do not resist collisions.
    ChecksumWeak "checksum-weak" Unusable checksum::CHECKSUM_WEAK;
    /// A line of a list of checksums that concerns the file cannot be read in one way only.
    ChecksumMalformed "checksum-malformed" Unusable checksum::CHECKSUM_MALFORMED;
    /// No provenance is next to the distfile.
    ProvenanceAbsent "provenance-absent" Absent provenance::PROVENANCE_ABSENT;
    /// Attested before, not now.
    ProvenanceDropped "provenance-dropped" Contradicts provenance::PROVENANCE_DROPPED;
    /// Signed before, not now.
    SignatureDropped "signature-dropped" Contradicts continuity::SIGNATURE_DROPPED;
    /// What is in the place of evidence cannot be read.
    EvidenceUnreadable "evidence-unreadable" Unusable unchecked::EVIDENCE_UNREADABLE;
    /// The Manifest or the ebuild names evidence that is not in DISTDIR.
    NotFetched "not-fetched" NotChecked unchecked::NOT_FETCHED;
    /// The previous ebuild named a key, a repository or pins; this one does not.
    ExpectationDropped "expectation-dropped" Contradicts continuity::EXPECTATION_DROPPED;
    /// The provenance holds no attestation at all.
    ProvenanceEmpty "provenance-empty" Unusable provenance::PROVENANCE_EMPTY;
    /// The provenance or bundle is not what its format says.
    ProvenanceMalformed "provenance-malformed" Unusable provenance::PROVENANCE_MALFORMED;
    /// The attestation is about other bytes.
    SubjectDigest "subject-digest" Contradicts provenance::SUBJECT_DIGEST;
    /// The attestation is about another name.
    SubjectName "subject-name" Contradicts provenance::SUBJECT_NAME;
    /// The certificate was not issued under the trusted root.
    CertificateUntrusted "certificate-untrusted" Contradicts certificate::CERTIFICATE_UNTRUSTED;
    /// The certificate's extensions cannot be read in one way only.
    CertificateMalformed "certificate-malformed" Unusable certificate::CERTIFICATE_MALFORMED;
    /// A proof of the transparency log does not hold.
    LogEntry "log-entry" Contradicts certificate::LOG_ENTRY;
    /// The certificate's transparency timestamp does not hold.
    Sct "sct" Contradicts certificate::SCT;
    /// Signed outside the lifetime of the certificate.
    TimeOutsideCertificate "time-outside-certificate" Contradicts certificate::TIME_OUTSIDE_CERTIFICATE;
    /// Nothing that the trusted root vouches for says when it was signed.
    TimeUnknown "time-unknown" Unusable certificate::TIME_UNKNOWN;
    /// Signed by a log or authority that the trusted root does not know.
    RootTooOld "root-too-old" NotChecked certificate::ROOT_TOO_OLD;
    /// Another repository or account published it.
    PublisherMismatch "publisher-mismatch" Contradicts publisher::PUBLISHER_MISMATCH;
    /// The ebuild expects a publisher that the overlay's policy does not allow.
    PublisherNotAllowed "publisher-not-allowed" Contradicts publisher::PUBLISHER_NOT_ALLOWED;
    /// The certificate's identity or issuer is another.
    IdentityMismatch "identity-mismatch" Contradicts publisher::IDENTITY_MISMATCH;
    /// Another workflow ran.
    WorkflowMismatch "workflow-mismatch" Contradicts publisher::WORKFLOW_MISMATCH;
    /// Ran from another ref.
    RefMismatch "ref-mismatch" Contradicts publisher::REF_MISMATCH;
    /// Another event started it.
    TriggerMismatch "trigger-mismatch" Contradicts publisher::TRIGGER_MISMATCH;
    /// Ran on another kind of runner.
    RunnerMismatch "runner-mismatch" Contradicts publisher::RUNNER_MISMATCH;
    /// Targeted another deployment environment.
    EnvironmentMismatch "environment-mismatch" Contradicts publisher::ENVIRONMENT_MISMATCH;
    /// A reusable workflow of another repository signed.
    SignerExternal "signer-external" Contradicts publisher::SIGNER_EXTERNAL;
    /// The index's JSON and the certificate differ.
    PublisherDisagrees "publisher-disagrees" Contradicts publisher::PUBLISHER_DISAGREES;
    /// Another repository, workflow, owner or account than the last release.
    PublisherChanged "publisher-changed" Contradicts continuity::PUBLISHER_CHANGED;
    /// Another key signed than the last release.
    SignerChanged "signer-changed" Contradicts continuity::SIGNER_CHANGED;
    /// The evidence of the previous release does not hold.
    PreviousUnusable "previous-unusable" Unusable continuity::PREVIOUS_UNUSABLE;
    /// The same repository under a new name.
    RepositoryRenamed "repository-renamed" Agrees continuity::REPOSITORY_RENAMED;
    /// The repository has a new owner.
    RepositoryTransferred "repository-transferred" Contradicts continuity::REPOSITORY_TRANSFERRED;
    /// Another repository under the old name.
    RepositoryReregistered "repository-reregistered" Contradicts continuity::REPOSITORY_REREGISTERED;
    /// The SLSA predicate and the certificate differ.
    StatementDisagrees "statement-disagrees" Contradicts provenance::STATEMENT_DISAGREES;
    /// The attested commit is not in the clone.
    CommitUnavailable "commit-unavailable" NotChecked source::COMMIT_UNAVAILABLE;
    /// The attested commit is on no branch or tag.
    CommitUnreachable "commit-unreachable" Contradicts source::COMMIT_UNREACHABLE;
    /// The release tag or the archive's own header names another commit.
    TagMismatch "tag-mismatch" Contradicts source::TAG_MISMATCH;
    /// A file of the archive differs from git.
    SourceChanged "source-changed" Contradicts source::SOURCE_CHANGED;
    /// A file of the archive is not in git.
    SourceAdded "source-added" Agrees source::SOURCE_ADDED;
    /// A file that git lacks, that nothing explains, and that can run or be built, installed or
    /// imported.
    SourceUnexplained "source-unexplained" Contradicts source::SOURCE_UNEXPLAINED;
    /// A file is named like a standard build file, and is none of its versions.
    KnownFileAltered "known-file-altered" Contradicts source::KNOWN_FILE_ALTERED;
    /// A file says that a generator made it, and nothing compared it.
    SourceNotCompared "source-not-compared" NotChecked source::SOURCE_NOT_COMPARED;
    /// The archive lacks a file of git's.
    SourceMissing "source-missing" Agrees source::SOURCE_MISSING;
    /// A file is executable on one side only or set-user-ID, or a directory is empty.
    SourceMode "source-mode" Agrees source::SOURCE_MODE;
    /// Programs unpack the archive to different files.
    ArchiveAmbiguous "archive-ambiguous" Contradicts source::ARCHIVE_AMBIGUOUS;
    /// Crates or vendored sources differ from those of the previous version.
    DependencyChanged "dependency-changed" Agrees source::DEPENDENCY_CHANGED;
    /// No one recorded reading the diff.
    ReviewAbsent "review-absent" NotChecked source::REVIEW_ABSENT;
    /// The architecture has no helper.
    NotCheckedArch "not-checked-arch" NotChecked unchecked::NOT_CHECKED_ARCH;
    /// This build lacks the support.
    NotCheckedBuild "not-checked-build" NotChecked unchecked::NOT_CHECKED_BUILD;
    /// No key, identity or repository was given.
    NotCheckedNoExpectation "not-checked-no-expectation" NotChecked unchecked::NOT_CHECKED_NO_EXPECTATION;
    /// No clone was given.
    NotCheckedNoClone "not-checked-no-clone" NotChecked unchecked::NOT_CHECKED_NO_CLONE;
    /// The program that compares gave no answer.
    NotCheckedNoAnswer "not-checked-no-answer" NotChecked unchecked::NOT_CHECKED_NO_ANSWER;
    /// The evidence is beyond a stated limit of this program, or of a kind it does not read.
    EvidenceUnsupported "evidence-unsupported" Unusable unchecked::EVIDENCE_UNSUPPORTED;
}

impl FailureClass {
    /// The class of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.name() == name)
    }
}
