//! Bundles and managed keys, as the library reads them.

use super::super::fault::{AttestationFault, Reason};
use super::super::{BundlePolicy, Needs};
use super::{certificate, describe_certificate, provider};
use crate::bytes::json::{self, Limits};
use crate::evidence::pep740::Statement;
use ::sigstore::crypto::{KeyAlgorithm, SigningScheme};
use ::sigstore::types::{DerPublicKey, HashAlgorithm, MediaType, SignatureContent};
use serde_json::{Map, Value};

/// A bundle as the library reads it.
#[derive(Debug, Clone)]
pub(in crate::evidence::sigstore) struct Bundle(pub(super) ::sigstore::types::Bundle);

impl Bundle {
    pub(in crate::evidence::sigstore) fn new(tree: Value) -> Result<Self, AttestationFault> {
        provider::install();
        if tree.get("base64Signature").is_some() {
            return Err(Reason::Unsupported { what: "a bundle of old cosign releases" }.into());
        }
        let unsupported = unsupported_kind(&tree);
        serde_json::from_value(tree).map(Self).map_err(|e| match unsupported {
            Some(what) => AttestationFault::with(Reason::Unsupported { what }, e),
            None => AttestationFault::with(Reason::Format, e),
        })
    }

    pub(in crate::evidence::sigstore) fn needs(&self, policy: Option<&BundlePolicy>) -> Needs {
        match &self.0.content {
            SignatureContent::DsseEnvelope(envelope) => {
                let statement = Statement::parse_bundle(envelope.payload.as_bytes());
                let sha256 = statement.iter().flat_map(|s| &s.subjects);
                let sha256 = sha256.into_iter().any(|s| s.digests.contains_key("sha256"));
                Needs { sha512: !sha256, blob: false }
            }
            SignatureContent::MessageSignature(signature) => {
                let algorithm = self.key(policy).and_then(|k| KeyAlgorithm::from_spki(&k).ok());
                let declared = signature.message_digest.as_ref().map(|d| d.algorithm);
                let scheme = algorithm.map(|key| match declared {
                    Some(digest) => key.resolve_signing_scheme(digest).ok(),
                    None => Some(key.default_signing_scheme()),
                });
                let signed = scheme.flatten().and_then(|s: SigningScheme| s.hash_algorithm());
                let sha256 = |a: Option<HashAlgorithm>| a == Some(HashAlgorithm::Sha2256);
                let plain = sha256(signed) && (declared.is_none() || sha256(declared));
                Needs { sha512: false, blob: !plain }
            }
            _ => Needs::default(),
        }
    }

    fn key(&self, policy: Option<&BundlePolicy>) -> Option<DerPublicKey> {
        match policy {
            Some(BundlePolicy::ManagedKey(key)) => Some(key.0.0.clone()),
            None | Some(BundlePolicy::Identity { .. }) => {
                let certificate = self.0.signing_certificate()?;
                let info = ::sigstore::crypto::parse_certificate_info(certificate).ok()?;
                Some(info.public_key)
            }
        }
    }

    pub(in crate::evidence::sigstore) fn describe(&self) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("media_type".to_owned(), self.0.media_type().as_str().into());
        if let Some(der) = self.0.signing_certificate() {
            map.insert("certificate".to_owned(), describe_certificate(der.as_bytes()).into());
        }
        if let SignatureContent::DsseEnvelope(envelope) = &self.0.content {
            let statement = json::parse(envelope.payload.as_bytes(), Limits::default());
            map.insert("statement".to_owned(), statement.unwrap_or(Value::Null));
        }
        let entries = self.0.verification_material.tlog_entries.len();
        map.insert("log_entries".to_owned(), entries.into());
        map
    }
}

/// What of a bundle is of a kind that the library does not read, which it reports as JSON of the
/// wrong shape.
fn unsupported_kind(tree: &Value) -> Option<&'static str> {
    let version = tree.get("mediaType").and_then(Value::as_str);
    if version.is_some_and(|version| version.parse::<MediaType>().is_err()) {
        return Some("a bundle of an unknown version");
    }
    let known = [
        ("hashedrekord", "0.0.1"),
        ("hashedrekord", "0.0.2"),
        ("dsse", "0.0.1"),
        ("intoto", "0.0.2"),
    ];
    let entries = tree.pointer("/verificationMaterial/tlogEntries")?.as_array()?;
    let unknown = entries.iter().any(|entry| {
        let text = |key: &str| entry.pointer(key).and_then(Value::as_str);
        match (text("/kindVersion/kind"), text("/kindVersion/version")) {
            (Some(kind), Some(version)) => !known.contains(&(kind, version)),
            _ => false,
        }
    });
    unknown.then_some("recorded as a log entry of an unknown kind")
}

/// A managed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::evidence::sigstore) struct Key(pub(super) DerPublicKey);

impl Key {
    pub(in crate::evidence::sigstore) fn new(bytes: &[u8]) -> Option<Self> {
        provider::install();
        let der = match std::str::from_utf8(bytes) {
            Ok(text) if text.contains("-----BEGIN") => DerPublicKey::from_pem(text).ok()?,
            _ => DerPublicKey::from_bytes(bytes),
        };
        let algorithm = KeyAlgorithm::from_spki(&der).ok()?;
        certificate::supported(algorithm).ok()?;
        Some(Self(der))
    }
}
