//! The `sigstore` crate behind the types of this module's parent.

mod bundle;
mod certificate;
mod faults;
mod guard;
mod provider;

use super::fault::{AttestationFault, Reason};
use super::{
    ArtifactDigests, AuthenticatedAttestation, AuthenticatedBundle, BundlePolicy, Needs, RootEntry,
    RootSummary,
};
use crate::bytes::digests::hex;
use crate::evidence::pep740::{
    Statement, StatementFault, Subject, UnverifiedAttestation, base64, same_file, unhex,
};
use ::sigstore::trust_root;
use ::sigstore::types::bundle::VerificationMaterialContent;
use ::sigstore::types::{Artifact, ArtifactDigest, HashAlgorithm, SignatureContent, TimeRange};
use ::sigstore::{PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult, Verifier};
pub(super) use bundle::{Bundle, Key};
use certificate::Leaf;
use faults::Context;
use serde_json::{Map, Value, json};
use std::fmt;

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const ROOT_MEDIA_TYPE: &str = "application/vnd.dev.sigstore.trustedroot";

/// A trusted root, and a verifier that has read its keys.
pub(super) struct Root {
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

    pub(super) fn new(tree: Value) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        provider::install();
        let root: trust_root::TrustedRoot = serde_json::from_value(tree)?;
        if !root.media_type.starts_with(ROOT_MEDIA_TYPE) {
            return Err(format!("its mediaType is {:?}", root.media_type).into());
        }
        let verifier = Verifier::new(&root)?;
        Ok(Self { summary: summarise(&root), root, verifier })
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
        let attested = about.digests.get("sha256").cloned().unwrap_or_default();
        let bundle = as_bundle(attestation)?.0;
        let entries = guard::entries(&bundle, Some(&leaf), &self.root, &self.summary)?;
        // Without a file, the statement is held against itself.
        let sha256 = match subject {
            Some(subject) => subject.sha256.to_vec(),
            None => unhex(&attested),
        };
        let other = subject.is_some_and(|subject| !same_file(&about.name, subject.name));
        let mismatch = Reason::Digest {
            algorithm: "sha256".to_owned(),
            attested: Some(attested),
            actual: hex(&sha256),
            name: other.then(|| about.name.clone()),
        };
        let context =
            Context { bundle: &bundle, leaf: Some(&leaf), summary: &self.summary, mismatch };
        let artifact = digest(HashAlgorithm::Sha2256, &sha256)?;
        let policy = VerificationPolicy::any_identity();
        let result = self.verifier.verify(artifact, &bundle, &policy);
        let result = result.map_err(|e| context.fault(e))?;
        certified(&result)?;
        if let Some(subject) = subject {
            agree(about, |name| subject.digest(name))?;
            if other {
                let (attested, actual) = (about.name.clone(), subject.name.to_owned());
                return Err(Reason::Name { attested, actual }.into());
            }
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
        let bundle = &bundle.0;
        let leaf = match (bundle.signing_certificate(), policy) {
            (Some(der), None | Some(BundlePolicy::Identity { .. })) => {
                let leaf = Leaf::read(der.as_bytes()).map_err(Reason::Certificate)?;
                leaf.check_key()?;
                Some(leaf)
            }
            (None, Some(BundlePolicy::ManagedKey(_))) => None,
            (None, None | Some(BundlePolicy::Identity { .. })) => {
                return Err(match bundle.verification_material.content {
                    VerificationMaterialContent::PublicKey(_) => Reason::KeyInstead.into(),
                    _ => Reason::Missing { what: "certificate" }.into(),
                });
            }
            (Some(_), Some(BundlePolicy::ManagedKey(_))) => {
                return Err(Reason::CertificateInstead.into());
            }
        };
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
        let entries = guard::entries(bundle, leaf.as_ref(), &self.root, &self.summary)?;
        let mismatch = Reason::Digest {
            algorithm: "sha256".to_owned(),
            attested: attested_digest(bundle, statement.as_ref()),
            actual: hex(&artifact.sha256),
            name: None,
        };
        let context = Context { bundle, leaf: leaf.as_ref(), summary: &self.summary, mismatch };
        let input = input(needs, artifact)?;
        let result = match policy {
            None => self.verifier.verify(input, bundle, &VerificationPolicy::any_identity()),
            Some(BundlePolicy::Identity { identity, issuer }) => {
                let policy = VerificationPolicy::new(identity, issuer);
                self.verifier.verify(input, bundle, &policy)
            }
            Some(BundlePolicy::ManagedKey(key)) => {
                let policy = PublicKeyVerificationPolicy::new(key.0.0.clone());
                self.verifier.verify(input, bundle, &policy)
            }
        };
        let result = result.map_err(|e| context.fault(e))?;
        if leaf.is_some() {
            certified(&result)?;
        }
        if !result.tlog_verified() {
            return Err(Reason::Other.into());
        }
        if let Some(statement) = &statement {
            self.statement_agrees(statement, artifact)?;
        }
        let times = result.verified_timestamps().to_vec();
        Ok(AuthenticatedBundle::new(leaf.map(|l| l.claims), statement, times, entries))
    }

    /// Holds every subject that the library could have matched against all digests there are.
    fn statement_agrees(
        &self,
        statement: &Statement,
        artifact: &ArtifactDigests<'_>,
    ) -> Result<(), AttestationFault> {
        let known = |name: &str| match name {
            "sha256" => Some(artifact.sha256.as_slice()),
            "sha384" => artifact.sha384.as_ref().map(<[u8; 48]>::as_slice),
            "sha512" => artifact.sha512.as_ref().map(<[u8; 64]>::as_slice),
            _ => None,
        };
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

/// Refuses unless the library says itself that it checked everything.
fn certified(result: &VerificationResult) -> Result<(), AttestationFault> {
    let all = result.certificate_verified()
        && result.sct_verified()
        && result.tlog_verified()
        && !result.verified_timestamps().is_empty();
    if all { Ok(()) } else { Err(Reason::Other.into()) }
}

/// Compares every digest of `subject` that `known` has.
fn agree<'a>(
    subject: &crate::evidence::pep740::StatementSubject,
    known: impl Fn(&str) -> Option<&'a [u8]>,
) -> Result<(), AttestationFault> {
    for (algorithm, attested) in &subject.digests {
        let Some(actual) = known(algorithm).map(hex) else { continue };
        if actual != *attested {
            let (algorithm, attested) = (algorithm.clone(), Some(attested.clone()));
            return Err(Reason::Digest { algorithm, attested, actual, name: None }.into());
        }
    }
    Ok(())
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
    match (needs, artifact.blob, artifact.sha512) {
        (Needs { blob: true, .. }, Some(blob), _) => Ok(Artifact::from_blob(blob)),
        (Needs { blob: true, .. }, None, _) => Err(Reason::NoBlob.into()),
        (Needs { sha512: true, .. }, _, Some(sha512)) => digest(HashAlgorithm::Sha2512, &sha512),
        _ => digest(HashAlgorithm::Sha2256, &artifact.sha256),
    }
}

/// The SHA-256, in hex, that the bundle says it is about, where it is about one file.
fn attested_digest(
    bundle: &::sigstore::types::Bundle,
    statement: Option<&Statement>,
) -> Option<String> {
    match (&bundle.content, statement.map(|s| s.subjects.as_slice())) {
        (SignatureContent::MessageSignature(signature), _) => {
            let digest = signature.message_digest.as_ref()?;
            (digest.algorithm == HashAlgorithm::Sha2256).then(|| hex(digest.digest.as_bytes()))
        }
        (_, Some([subject])) => subject.digests.get("sha256").cloned(),
        _ => None,
    }
}

/// What a certificate claims, for inspection only.
pub(super) fn describe_certificate(der: &[u8]) -> Map<String, Value> {
    match Leaf::read(der) {
        Ok(leaf) => {
            let claims = leaf.claims.by_name().into_iter();
            let mut map: Map<_, _> =
                claims.map(|(name, value)| (name.to_owned(), value.into())).collect();
            map.insert("Not Before".to_owned(), leaf.not_before.to_string().into());
            map.insert("Not After".to_owned(), leaf.not_after.to_string().into());
            map
        }
        Err(_) => Map::new(),
    }
}

fn summarise(root: &trust_root::TrustedRoot) -> RootSummary {
    let entry = |name: String, key_id, window: Option<TimeRange>| RootEntry {
        name,
        key_id,
        start: window.map(|w| w.start),
        end: window.and_then(|w| w.end),
    };
    let named = |uri: &str, common_name: &Option<String>, organization: &Option<String>| {
        let parts = [Some(uri), common_name.as_deref(), organization.as_deref()];
        let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(", ")
    };
    let logs = root.tlogs.iter();
    let ct_logs = root.ctlogs.iter();
    RootSummary {
        logs: logs
            .map(|l| {
                let id = hex(l.log_id.key_id.as_bytes());
                entry(l.base_url.clone(), Some(id), l.public_key.valid_for)
            })
            .collect(),
        ct_logs: ct_logs
            .map(|l| {
                let id = hex(l.log_id.key_id.as_bytes());
                entry(l.base_url.clone(), Some(id), l.public_key.valid_for)
            })
            .collect(),
        certificate_authorities: root
            .certificate_authorities
            .iter()
            .map(|ca| {
                let name = named(&ca.uri, &ca.subject.common_name, &ca.subject.organization);
                entry(name, None, ca.valid_for)
            })
            .collect(),
        timestamp_authorities: root
            .timestamp_authorities
            .iter()
            .map(|tsa| {
                let uri = tsa.uri.as_deref().unwrap_or_default();
                let name = named(uri, &tsa.subject.common_name, &tsa.subject.organization);
                entry(name, None, tsa.valid_for)
            })
            .collect(),
    }
}
