//! What a bundle, a statement and a trusted root say, as the rest of the program reads it.

use super::super::fault::{AttestationFault, Reason};
use super::super::{RootEntry, RootSummary};
use super::certificate;
use super::certificate::Leaf;
use crate::bytes::digests::hex;
use crate::bytes::json::{self, Limits};
use crate::evidence::pep740::{Claim, Claims, Statement, StatementSubject};
use ::sigstore::trust_root;
use ::sigstore::types::{HashAlgorithm, SignatureContent, TimeRange};
use serde_json::Value;
use std::collections::BTreeMap;

/// The claims of a certificate by which GitHub attests a release, with what the statement says: the
/// same authority vouches for both.
pub(super) fn with_release(mut claims: Claims, statement: &Statement) -> Claims {
    if !claims.is_github_release() {
        return claims;
    }
    let text = |key: &str| statement.predicate.get(key).and_then(Value::as_str);
    let mut put = |claim, value: Option<String>| {
        if let Some(value) = value {
            claims.claims.insert(claim, value);
        }
    };
    let repository = text("repository").map(|name| format!("https://github.com/{name}"));
    put(Claim::SourceRepositoryUri, repository);
    put(Claim::SourceRepositoryRef, text("tag").map(|tag| format!("refs/tags/{tag}")));
    put(Claim::SourceRepositoryIdentifier, text("repositoryId").map(str::to_owned));
    put(Claim::SourceRepositoryOwnerIdentifier, text("ownerId").map(str::to_owned));
    let mut commits = statement.subjects.iter().filter(|subject| subject.name.is_empty());
    let commit = commits.find_map(|subject| subject.digests.get("sha1"));
    put(Claim::SourceRepositoryDigest, commit.cloned());
    claims
}

/// Compares every digest of `subject` that `known` has.
pub(super) fn agree<'a>(
    subject: &StatementSubject,
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

/// Whether a file's SHA-512 was signed, by the bundle or by its log entry. With an Ed25519 key that is
/// Ed25519ph (RFC 8032, section 5.1), which the library does not have.
pub(super) fn is_over_sha512(bundle: &::sigstore::types::Bundle) -> bool {
    let SignatureContent::MessageSignature(signature) = &bundle.content else { return false };
    let declared = signature.message_digest.as_ref().map(|digest| digest.algorithm);
    let recorded = |entry: &::sigstore::types::TransparencyLogEntry| {
        let body = json::parse(entry.canonicalized_body.as_bytes(), Limits::default()).ok()?;
        Some(body.pointer("/spec/data/hash/algorithm")?.as_str()? == "sha512")
    };
    let entries = &bundle.verification_material.tlog_entries;
    declared == Some(HashAlgorithm::Sha2512)
        || entries.iter().any(|entry| recorded(entry) == Some(true))
}

/// The SHA-256, in hex, that the bundle says it is about, where it is about one file.
pub(super) fn attested_digest(
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
pub(in crate::evidence::sigstore) fn describe_certificate(der: &[u8]) -> BTreeMap<String, String> {
    match Leaf::read_any(der) {
        Ok(leaf) => {
            let claims = leaf.claims.by_name().into_iter();
            let mut map: BTreeMap<_, _> =
                claims.map(|(name, value)| (name.to_owned(), value)).collect();
            map.insert("Not Before".to_owned(), leaf.not_before.to_string());
            map.insert("Not After".to_owned(), leaf.not_after.to_string());
            map
        }
        // What it claims cannot be told; how it is made can.
        Err(fault) => {
            let mut map: BTreeMap<_, _> = certificate::list_extensions(der).into_iter().collect();
            map.insert("Not usable".to_owned(), fault.to_string());
            map
        }
    }
}

pub(super) fn summarise(root: &trust_root::TrustedRoot) -> RootSummary {
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
