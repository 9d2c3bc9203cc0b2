//! The failure classes: every answer other than `agrees` that a check can give.
//!
//! A class fixes its [`Outcome`]; the six texts that `distvouch explain` prints for it stand in
//! [`texts`]. Nothing here knows of checks, files or reports.

mod texts;

pub(crate) use texts::Texts;

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

macro_rules! classes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $outcome:ident;)+) => {
        /// Why a check does not agree, or what is said beside an agreement.
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
            /// [`Outcome::Agrees`] marks a class that is only ever *said* beside an agreement.
            pub(crate) const fn outcome(self) -> Outcome {
                match self { $(Self::$variant => Outcome::$outcome,)+ }
            }
        }
    };
}

classes! {
    /// The Manifest has no DIST entry for the distfile.
    ManifestMissingEntry "manifest-missing-entry" Absent;
    /// Size or a hash differs from the DIST entry.
    ManifestMismatch "manifest-mismatch" Contradicts;
    /// Two DIST lines, or one hash twice, that differ.
    ManifestAmbiguous "manifest-ambiguous" Unusable;
    /// The DIST entry has no strong hash that this program computes.
    ManifestWeak "manifest-weak" Unusable;
    /// The DIST entry of the last commit was another, for the same name.
    ManifestReplaced "manifest-replaced" Contradicts;
    /// No signature stands beside the distfile.
    SignatureAbsent "signature-absent" Absent;
    /// A signature for a file that is not there.
    SignatureStray "signature-stray" Unusable;
    /// The file holds no signature of the expected kind.
    SignatureMalformed "signature-malformed" Unusable;
    /// Another program refused the signature, and this one was not asked.
    SignatureRefused "signature-refused" Unusable;
    /// A known key made a signature, but not over these bytes.
    SignatureBad "signature-bad" Contradicts;
    /// The distfile is not one whole compressed stream, and the signature is over what it compresses.
    StreamMalformed "stream-malformed" Unusable;
    /// The signature had expired at the time of judging.
    SignatureExpired "signature-expired" Contradicts;
    /// Signed by a key that is not in the key ring.
    SignerUnknown "signer-unknown" Contradicts;
    /// The key has expired since; it was live when it signed.
    KeyExpiredNow "key-expired-now" Agrees;
    /// The key had expired when it signed.
    KeyExpired "key-expired" Contradicts;
    /// The signature, or the key that made it, lies in the future.
    KeyNotYet "key-not-yet" Contradicts;
    /// The key was revoked.
    KeyRevoked "key-revoked" Contradicts;
    /// The key may not sign, or its certificate binds it by nothing that counts.
    KeyUnusable "key-unusable" Unusable;
    /// Hash, packet or key below the policy.
    SignatureWeak "signature-weak" Unusable;
    /// The trusted comment of a minisign signature names another file.
    CommentOtherFile "comment-other-file" Agrees;
    /// The trusted comment of a minisign signature names another version of the file.
    CommentOtherVersion "comment-other-version" Agrees;
    /// Text stands outside of the signed message.
    MessageSurrounded "message-surrounded" Agrees;
    /// A list of checksums has another digest for the file.
    ChecksumMismatch "checksum-mismatch" Contradicts;
    /// A list of checksums does not name the file.
    ChecksumMissing "checksum-missing" Absent;
    /// A list of checksums has two digests for the file that differ.
    ChecksumAmbiguous "checksum-ambiguous" Unusable;
    /// A list of checksums has only digests for the file that do not resist collisions.
    ChecksumWeak "checksum-weak" Unusable;
    /// A line of a list of checksums that concerns the file cannot be read in one way only.
    ChecksumMalformed "checksum-malformed" Unusable;
    /// No provenance stands beside the distfile.
    ProvenanceAbsent "provenance-absent" Absent;
    /// Attested before, not now.
    ProvenanceDropped "provenance-dropped" Contradicts;
    /// Signed before, not now.
    SignatureDropped "signature-dropped" Contradicts;
    /// The Manifest or the ebuild names evidence that is not in DISTDIR.
    NotFetched "not-fetched" NotChecked;
    /// The previous ebuild named a key, a repository or pins; this one does not.
    ExpectationDropped "expectation-dropped" Contradicts;
    /// The provenance holds no attestation at all.
    ProvenanceEmpty "provenance-empty" Unusable;
    /// The provenance or bundle is not what its format says.
    ProvenanceMalformed "provenance-malformed" Unusable;
    /// The attestation is about other bytes.
    SubjectDigest "subject-digest" Contradicts;
    /// The attestation is about another name.
    SubjectName "subject-name" Contradicts;
    /// The certificate was not issued under the trusted root.
    CertificateUntrusted "certificate-untrusted" Contradicts;
    /// The certificate's extensions cannot be read in one way only.
    CertificateMalformed "certificate-malformed" Unusable;
    /// A proof of the transparency log does not hold.
    LogEntry "log-entry" Contradicts;
    /// The certificate's transparency timestamp does not hold.
    Sct "sct" Contradicts;
    /// Signed outside the lifetime of the certificate.
    TimeOutsideCertificate "time-outside-certificate" Contradicts;
    /// Nothing that the trusted root vouches for says when it was signed.
    TimeUnknown "time-unknown" Unusable;
    /// Signed by a log or authority that the trusted root does not know.
    RootTooOld "root-too-old" NotChecked;
    /// Another repository or account published it.
    PublisherMismatch "publisher-mismatch" Contradicts;
    /// The ebuild expects a publisher that the overlay's policy does not allow.
    PublisherNotAllowed "publisher-not-allowed" Contradicts;
    /// The certificate's identity or issuer is another.
    IdentityMismatch "identity-mismatch" Contradicts;
    /// Another workflow ran.
    WorkflowMismatch "workflow-mismatch" Contradicts;
    /// Ran from another ref.
    RefMismatch "ref-mismatch" Contradicts;
    /// Another event started it.
    TriggerMismatch "trigger-mismatch" Contradicts;
    /// Ran on another kind of runner.
    RunnerMismatch "runner-mismatch" Contradicts;
    /// Targeted another deployment environment.
    EnvironmentMismatch "environment-mismatch" Contradicts;
    /// A reusable workflow of another repository signed.
    SignerExternal "signer-external" Contradicts;
    /// The index's JSON and the certificate differ.
    PublisherDisagrees "publisher-disagrees" Contradicts;
    /// Another repository, workflow, owner or account than the last release.
    PublisherChanged "publisher-changed" Contradicts;
    /// Another key signed than the last release.
    SignerChanged "signer-changed" Contradicts;
    /// The evidence of the previous release does not hold.
    PreviousUnusable "previous-unusable" Unusable;
    /// The same repository under a new name.
    RepositoryRenamed "repository-renamed" Agrees;
    /// The repository has a new owner.
    RepositoryTransferred "repository-transferred" Contradicts;
    /// Another repository under the old name.
    RepositoryReregistered "repository-reregistered" Contradicts;
    /// The SLSA predicate and the certificate differ.
    StatementDisagrees "statement-disagrees" Contradicts;
    /// The attested commit is not in the clone.
    CommitUnavailable "commit-unavailable" NotChecked;
    /// The attested commit is on no branch or tag.
    CommitUnreachable "commit-unreachable" Contradicts;
    /// The release tag or the archive's own header names another commit.
    TagMismatch "tag-mismatch" Contradicts;
    /// A file of the archive differs from git.
    SourceChanged "source-changed" Contradicts;
    /// A file of the archive is not in git.
    SourceAdded "source-added" Agrees;
    /// A file that git lacks, that nothing explains, and that can run or be built, installed or
    /// imported.
    SourceUnexplained "source-unexplained" Contradicts;
    /// A file is named like a standard build file, and is none of its versions.
    KnownFileAltered "known-file-altered" Contradicts;
    /// A file says that a generator made it, and nothing compared it.
    SourceNotCompared "source-not-compared" NotChecked;
    /// The archive lacks a file of git's.
    SourceMissing "source-missing" Agrees;
    /// A file is executable in git or in the archive only.
    SourceMode "source-mode" Agrees;
    /// Programs unpack the archive to different files.
    ArchiveAmbiguous "archive-ambiguous" Contradicts;
    /// Crates or vendored sources differ from those of the previous version.
    DependencyChanged "dependency-changed" Agrees;
    /// Nobody recorded reading the diff.
    ReviewAbsent "review-absent" NotChecked;
    /// The architecture has no helper.
    NotCheckedArch "not-checked-arch" NotChecked;
    /// This build lacks the support.
    NotCheckedBuild "not-checked-build" NotChecked;
    /// No key, identity or repository was given.
    NotCheckedNoExpectation "not-checked-no-expectation" NotChecked;
    /// No clone was given.
    NotCheckedNoClone "not-checked-no-clone" NotChecked;
    /// The program that compares gave no answer.
    NotCheckedNoAnswer "not-checked-no-answer" NotChecked;
    /// The evidence is beyond a stated limit of this program, or of a kind it does not read.
    EvidenceUnsupported "evidence-unsupported" Unusable;
}

impl FailureClass {
    /// The class of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.name() == name)
    }

    /// What `distvouch explain` says of it.
    pub(crate) fn texts(self) -> &'static Texts {
        texts::of(self)
    }
}
