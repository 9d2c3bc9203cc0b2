//! The `sigstore` crate behind the types of this module's parent.

mod bundle;
mod certificate;
mod faults;
mod guard;
mod provider;
mod said;
mod stamp;

use super::fault::{AttestationFault, Reason};
use super::{
    ArtifactDigests, AuthenticatedAttestation, AuthenticatedBundle, BundlePolicy, Needs,
    RootSummary,
};
use crate::bytes::digests::{hex, unhex};
use crate::bytes::json::{self, Limits};
use crate::evidence::pep740::{
    Claims, FieldError, FieldProblem, Statement, StatementFault, Subject, UnverifiedAttestation,
    base64, same_file,
};
use ::sigstore::crypto::KeyAlgorithm;
use ::sigstore::trust_root;
use ::sigstore::types::bundle::VerificationMaterialContent;
use ::sigstore::types::{Artifact, ArtifactDigest, HashAlgorithm, SignatureContent};
use ::sigstore::{
    Error, PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier,
};
pub(super) use bundle::{Bundle, Key};
use certificate::Leaf;
use faults::Context;
pub(super) use said::describe_certificate;
use said::{agree, attested_digest, is_over_sha512, summarise, with_release};
use serde_json::{Value, json};
use std::fmt;

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const ROOT_MEDIA_TYPE: &str = "application/vnd.dev.sigstore.trustedroot";

/// A trusted root, and a verifier that has read its keys.
pub(super) struct Root {
    /// Whether it is GitHub's own: a time stamp stands in for log and certificate timestamp.
    github: bool,
    root: trust_root::TrustedRoot,
    summary: RootSummary,
    verifier: Verifier,
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Root {
    pub(super) const BUILT_IN: &str = trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT;
    pub(super) const GITHUB: &str = trust_root::SIGSTORE_GITHUB_TRUSTED_ROOT;

    /// The root of GitHub's own authority.
    pub(super) fn github(tree: Value) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self { github: true, ..Self::new(tree)? })
    }

    pub(super) fn new(tree: Value) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        provider::install();
        let root: trust_root::TrustedRoot = serde_json::from_value(tree)?;
        if !root.media_type.starts_with(ROOT_MEDIA_TYPE) {
            return Err(format!("its mediaType is {:?}", root.media_type).into());
        }
        let verifier = Verifier::new(&root)?;
        Ok(Self { github: false, summary: summarise(&root), root, verifier })
    }

    pub(super) fn summary(&self) -> RootSummary {
        self.summary.clone()
    }

    pub(super) fn attestation(
        &self,
        attestation: &UnverifiedAttestation,
        subject: Option<&Subject<'_>>,
    ) -> Result<AuthenticatedAttestation, AttestationFault> {
        let leaf = Leaf::read(&attestation.certificate).map_err(Reason::Certificate)?;
        leaf.check_key()?;
        let statement =
            Statement::parse_pep740(&attestation.statement).map_err(Reason::Statement)?;
        let Some(about) = statement.subjects.first() else {
            return Err(Reason::Statement(StatementFault::SubjectCount(0)).into());
        };
        let field = |problem| FieldError { path: "subject[0].digest.sha256".to_owned(), problem };
        let attested = about.digests.get("sha256").cloned();
        let attested = attested.ok_or_else(|| {
            Reason::Statement(StatementFault::Field(field(FieldProblem::Missing)))
        })?;
        let bundle = as_bundle(attestation)?.0;
        let entries = guard::entries(&bundle, Some(&leaf), &self.root, &self.summary)?;
        // Without a file, the statement is compared with itself.
        let sha256 = match subject {
            Some(subject) => subject.sha256.to_vec(),
            None => unhex(&attested).ok_or_else(|| {
                let problem = FieldProblem::NotA("a SHA-256 in lower-case hexadecimal");
                Reason::Statement(StatementFault::Field(field(problem)))
            })?,
        };
        let other = subject.is_some_and(|subject| !same_file(&about.name, subject.name));
        let mismatch = Reason::Digest {
            algorithm: "sha256".to_owned(),
            attested: Some(attested),
            actual: hex(&sha256),
            name: other.then(|| about.name.clone()),
        };
        let context = Context {
            bundle: &bundle,
            leaf: Some(&leaf),
            root: &self.root,
            summary: &self.summary,
            mismatch,
            unknown_stamps: 0,
        };
        let artifact = digest(HashAlgorithm::Sha2256, &sha256)?;
        let policy = VerificationPolicy::any_identity();
        let result = self.verifier.verify(artifact, &bundle, &policy);
        let result = result.map_err(|e| context.fault(e))?;
        self.certified(&result)?;
        if let Some(subject) = subject {
            agree(about, |name| subject.digest(name))?;
        }
        let times = result.verified_timestamps().to_vec();
        Ok(AuthenticatedAttestation::new(leaf.claims, statement, times, entries))
    }

    pub(super) fn bundle(
        &self,
        bundle: &Bundle,
        artifact: &ArtifactDigests<'_>,
        policy: Option<&BundlePolicy>,
    ) -> Result<AuthenticatedBundle, AttestationFault> {
        let needs = bundle.needs(policy);
        let (stamped, unknown_stamps) = self.without_unknown_stamps(&bundle.0);
        let named = || bundle.named_key();
        let bundle = &stamped;
        let leaf = self.leaf(bundle, policy)?;
        let key = match policy {
            Some(BundlePolicy::ManagedKey(key)) => key.0.algorithm(),
            _ => leaf.as_ref().and_then(Leaf::key),
        };
        if key == Some(KeyAlgorithm::Ed25519) && is_over_sha512(bundle) {
            return Err(Reason::Unsupported { what: "signed with Ed25519ph" }.into());
        }
        let statement = match &bundle.content {
            SignatureContent::DsseEnvelope(envelope) if envelope.payload_type == PAYLOAD_TYPE => {
                let statement = Statement::parse_bundle(envelope.payload.as_bytes());
                Some(statement.map_err(Reason::Statement)?)
            }
            SignatureContent::DsseEnvelope(_) => {
                return Err(Reason::Unsupported { what: "an envelope of another type" }.into());
            }
            _ => None,
        };
        let entries = self.entries(bundle, leaf.as_ref())?;
        let (algorithm, actual) = match (artifact.sha256, artifact.sha512) {
            (Some(digest), _) => ("sha256", hex(&digest)),
            (None, Some(digest)) => ("sha512", hex(&digest)),
            (None, None) => return Err(Reason::NoFile.into()),
        };
        let mismatch = Reason::Digest {
            algorithm: algorithm.to_owned(),
            attested: attested_digest(bundle, statement.as_ref()),
            actual,
            name: None,
        };
        let context = Context {
            bundle,
            leaf: leaf.as_ref(),
            root: &self.root,
            summary: &self.summary,
            mismatch,
            unknown_stamps,
        };
        let input = input(needs, artifact)?;
        let profiled = |policy: VerificationPolicy| match self.github {
            true => policy.skip_tlog_unsafe().skip_sct(),
            false => policy,
        };
        let result = match policy {
            None | Some(BundlePolicy::Identity { issuer: None, .. }) => {
                self.verifier.verify(input, bundle, &profiled(VerificationPolicy::any_identity()))
            }
            Some(BundlePolicy::Identity { identity, issuer: Some(issuer) }) => {
                let policy = VerificationPolicy::new(identity.as_str(), issuer);
                self.verifier.verify(input, bundle, &profiled(policy))
            }
            Some(BundlePolicy::ManagedKey(key)) => {
                let policy = PublicKeyVerificationPolicy::new(key.0.0.clone());
                let result = self.verifier.verify(input, bundle, &policy);
                // A signature by another key is not one over other bytes.
                match (&result, named().is(&key.0)) {
                    (Err(Error::SignatureInvalid(_)), Some(false)) => {
                        let claimed = named().text();
                        return Err(Reason::OtherKey { claimed }.into());
                    }
                    _ => result,
                }
            }
        };
        let result = result.map_err(|e| context.fault(e))?;
        if leaf.is_some() {
            self.certified(&result)?;
        }
        if !self.github && !result.tlog_verified() {
            return Err(Reason::Other.into());
        }
        if let Some(statement) = &statement {
            self.statement_agrees(statement, artifact)?;
        }
        let claims = leaf.map(|leaf| match &statement {
            Some(statement) if self.github => with_release(leaf.claims, statement),
            _ => leaf.claims,
        });
        if let Some(BundlePolicy::Identity { identity, issuer: None }) = policy {
            let actual = claims.as_ref().map(|claims| claims.identity().to_string());
            if actual.as_ref() != Some(identity) {
                return Err(Reason::Identity { expected: identity.clone(), actual }.into());
            }
            if let Some(actual) = claims.as_ref().and_then(Claims::issuer) {
                let actual = Some(actual.to_owned());
                return Err(Reason::Issuer { expected: None, actual }.into());
            }
        }
        let times = result.verified_timestamps().to_vec();
        Ok(AuthenticatedBundle::new(claims, statement, times, entries, unknown_stamps))
    }

    /// The certificate, where one must have signed.
    fn leaf(
        &self,
        bundle: &::sigstore::types::Bundle,
        policy: Option<&BundlePolicy>,
    ) -> Result<Option<Leaf>, AttestationFault> {
        match (bundle.signing_certificate(), policy) {
            (Some(der), None | Some(BundlePolicy::Identity { .. })) => {
                if !self.github && is_github_s_own(der.as_bytes()) {
                    return Err(Reason::GitHubAuthority.into());
                }
                let leaf = match self.github {
                    true => Leaf::read_any(der.as_bytes()),
                    false => Leaf::read(der.as_bytes()),
                };
                let leaf = leaf.map_err(Reason::Certificate)?;
                leaf.check_key()?;
                Ok(Some(leaf))
            }
            (None, Some(BundlePolicy::ManagedKey(_))) => Ok(None),
            (None, None | Some(BundlePolicy::Identity { .. })) => {
                Err(match bundle.verification_material.content {
                    VerificationMaterialContent::PublicKey(_) => Reason::KeyInstead.into(),
                    _ => Reason::Missing { what: "certificate" }.into(),
                })
            }
            (Some(_), Some(BundlePolicy::ManagedKey(_))) => Err(Reason::CertificateInstead.into()),
        }
    }

    /// The log entries, each with its proof; under GitHub's own root there are none.
    fn entries(
        &self,
        bundle: &::sigstore::types::Bundle,
        leaf: Option<&Leaf>,
    ) -> Result<Vec<super::authentic::LogEntry>, AttestationFault> {
        let entries = &bundle.verification_material.tlog_entries;
        if entries.is_empty() {
            return if self.github { Ok(Vec::new()) } else { Err(Reason::NotLogged.into()) };
        }
        for entry in entries.iter().filter(|entry| entry.inclusion_promise.is_some()) {
            let checkpoint =
                entry.inclusion_proof.as_ref().map(|p| p.checkpoint.checkpoint().is_some());
            if checkpoint != Some(true) {
                return Err(Reason::PromiseOnly { proof: checkpoint.is_some() }.into());
            }
        }
        guard::entries(bundle, leaf, &self.root, &self.summary)
    }

    /// The bundle without time stamps by authorities that the root does not know, where the log's
    /// promise gives a time, and how many there were. Without such a promise it stays as it is.
    ///
    /// What is left has to hold all the same: a stamp by a known authority is never passed over.
    fn without_unknown_stamps(
        &self,
        bundle: &::sigstore::types::Bundle,
    ) -> (::sigstore::types::Bundle, usize) {
        let mut bundle = bundle.clone();
        let material = &mut bundle.verification_material;
        let stamps = &mut material.timestamp_verification_data.rfc3161_timestamps;
        let before = stamps.len();
        let known = |token: &[u8]| stamp::names_any(token, &self.root);
        let unknown = stamps.iter().filter(|s| !known(s.signed_timestamp.as_bytes())).count();
        let promised = |entry: &::sigstore::types::TransparencyLogEntry| {
            entry.inclusion_promise.is_some() && entry.integrated_time.is_some()
        };
        if material.tlog_entries.iter().any(promised) {
            stamps.retain(|s| known(s.signed_timestamp.as_bytes()));
            debug_assert_eq!(before - stamps.len(), unknown);
        }
        (bundle, unknown)
    }

    /// Refuses unless the library says itself that it checked everything.
    fn certified(&self, result: &VerificationResult) -> Result<(), AttestationFault> {
        let logged = self.github || (result.sct_verified() && result.tlog_verified());
        let stamped = !result.verified_timestamps().is_empty();
        match result.certificate_verified() && logged && stamped {
            true => Ok(()),
            false => Err(Reason::Other.into()),
        }
    }

    /// Holds every subject that the library could have matched against all digests there are.
    fn statement_agrees(
        &self,
        statement: &Statement,
        artifact: &ArtifactDigests<'_>,
    ) -> Result<(), AttestationFault> {
        let known = |name: &str| artifact.named(name);
        let mut first = None;
        for subject in &statement.subjects {
            let compared = subject.digests.keys().any(|name| known(name).is_some());
            match agree(subject, known) {
                Ok(()) if compared => return Ok(()),
                Ok(()) => {}
                Err(fault) => first = first.or(Some(fault)),
            }
        }
        Err(first.unwrap_or_else(|| Reason::Other.into()))
    }
}

/// The version 0.3 bundle that PEP 740 says an attestation is ("Attestation objects").
fn as_bundle(attestation: &UnverifiedAttestation) -> Result<Bundle, AttestationFault> {
    Bundle::new(json!({
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {
            "certificate": {"rawBytes": base64(&attestation.certificate)},
            "tlogEntries": attestation.entries,
        },
        "dsseEnvelope": {
            "payloadType": PAYLOAD_TYPE,
            "payload": base64(&attestation.statement),
            "signatures": [{"sig": base64(&attestation.signature)}],
        },
    }))
}

/// Whether GitHub's own authority issued a certificate. This decides between two refusals only.
fn is_github_s_own(der: &[u8]) -> bool {
    let Ok(leaf) = Leaf::read_any(der) else { return false };
    let tree = json::parse(Root::GITHUB.as_bytes(), Limits::default());
    let root = tree.ok().and_then(|tree| serde_json::from_value(tree).ok());
    root.is_some_and(|root: trust_root::TrustedRoot| guard::is_issued_under(&leaf, &root))
}

fn digest(algorithm: HashAlgorithm, bytes: &[u8]) -> Result<Artifact<'static>, AttestationFault> {
    let digest = ArtifactDigest::new(algorithm, bytes.to_vec());
    Ok(Artifact::from_digest(digest.map_err(|e| AttestationFault::with(Reason::Format, e))?))
}

/// The one form of the file that the library takes.
fn input<'a>(
    needs: Needs,
    artifact: &ArtifactDigests<'a>,
) -> Result<Artifact<'a>, AttestationFault> {
    if needs.blob {
        return artifact.blob.map(Artifact::from_blob).ok_or_else(|| Reason::NoBlob.into());
    }
    match (artifact.sha256, artifact.sha512) {
        (_, Some(sha512)) if needs.sha512 => digest(HashAlgorithm::Sha2512, &sha512),
        (Some(sha256), _) => digest(HashAlgorithm::Sha2256, &sha256),
        (None, _) => Err(Reason::NoFile.into()),
    }
}
