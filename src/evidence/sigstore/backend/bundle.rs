//! Bundles and managed keys, as the library reads them.

use super::super::fault::{AttestationFault, Reason};
use super::super::{ArtifactDigests, BundlePolicy, ManagedKeyError, Needs};
use super::{certificate, describe_certificate, provider};
use crate::answer::facts::ClaimedFacts;
use crate::bytes::digests::{hex, unhex};
use crate::bytes::json::{self, Limits};
use crate::evidence::pep740::Statement;
use ::sigstore::crypto::{KeyAlgorithm, SigningScheme};
use ::sigstore::types::bundle::VerificationMaterialContent;
use ::sigstore::types::{DerPublicKey, HashAlgorithm, MediaType, SignatureContent};
use base64ct::{Base64, Base64Unpadded, Encoding as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A bundle as the library reads it.
#[derive(Debug, Clone)]
pub(in crate::evidence::sigstore) struct Bundle(pub(super) ::sigstore::types::Bundle);

impl Bundle {
    pub(in crate::evidence::sigstore) fn new(tree: Value) -> Result<Self, AttestationFault> {
        provider::install();
        for (place, what) in BOUNDED {
            let count = tree.pointer(place).and_then(Value::as_array).map_or(0, Vec::len);
            if count > PART_LIMIT {
                return Err(Reason::TooManyParts { what, count, limit: PART_LIMIT }.into());
            }
        }
        let unsupported = unsupported_kind(&tree);
        let shape = wrong_shape(&tree);
        serde_json::from_value(tree).map(Self).map_err(|e| match (unsupported, shape) {
            (Some(what), _) => AttestationFault::with(Reason::Unsupported { what }, e),
            (None, Some(reason)) => AttestationFault::with(reason, e),
            (None, None) => AttestationFault::with(missing(&e), e),
        })
    }

    pub(in crate::evidence::sigstore) fn is_keyed(&self) -> bool {
        matches!(self.0.verification_material.content, VerificationMaterialContent::PublicKey(_))
    }

    pub(in crate::evidence::sigstore) fn is_about(
        &self,
        name: &str,
        artifact: &ArtifactDigests<'_>,
    ) -> bool {
        match &self.0.content {
            SignatureContent::DsseEnvelope(envelope) => {
                let Ok(statement) = Statement::parse_bundle(envelope.payload.as_bytes()) else {
                    return true;
                };
                let has_bytes = |(algorithm, digest): (&String, &String)| {
                    artifact.named(algorithm).is_some_and(|actual| hex(actual) == *digest)
                };
                statement
                    .subjects
                    .iter()
                    .any(|subject| subject.is_called(name) || subject.digests.iter().any(has_bytes))
            }
            SignatureContent::MessageSignature(signature) => {
                let digest = signature.message_digest.as_ref();
                digest.is_none_or(|d| {
                    d.algorithm != HashAlgorithm::Sha2256
                        || artifact.sha256.is_none_or(|sha256| d.digest.as_bytes() == sha256)
                })
            }
            _ => true,
        }
    }

    /// The SHA-256 and SHA-512 that the bundle says it is about, of the first file that it names.
    pub(in crate::evidence::sigstore) fn attested(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        match &self.0.content {
            SignatureContent::DsseEnvelope(envelope) => {
                let statement = Statement::parse_bundle(envelope.payload.as_bytes());
                let subjects = || statement.iter().flat_map(|s| &s.subjects);
                let first = |name: &str| {
                    subjects().find_map(|s| s.digests.get(name)).and_then(|digest| unhex(digest))
                };
                (first("sha256"), first("sha512"))
            }
            SignatureContent::MessageSignature(signature) => {
                let digest = signature.message_digest.as_ref();
                let sha256 = digest.filter(|d| d.algorithm == HashAlgorithm::Sha2256);
                (sha256.map(|d| d.digest.as_bytes().to_vec()), None)
            }
            _ => (None, None),
        }
    }

    /// What the bundle says of the key that signed it: the key in its log entry, or its hint.
    pub(super) fn named_key(&self) -> NamedKey {
        let entries = &self.0.verification_material.tlog_entries;
        let keys = entries.iter().filter_map(|entry| {
            let body = json::parse(entry.canonicalized_body.as_bytes(), Limits::default()).ok()?;
            logged_key(&body)
        });
        let hint = match &self.0.verification_material.content {
            VerificationMaterialContent::PublicKey(key) => key.hint.clone(),
            _ => String::new(),
        };
        NamedKey { logged: keys.into_iter().next(), hint }
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

    pub(in crate::evidence::sigstore) fn describe(&self) -> ClaimedFacts {
        let certificate = self.0.signing_certificate();
        let statement = match &self.0.content {
            SignatureContent::DsseEnvelope(envelope) => {
                let statement = json::parse(envelope.payload.as_bytes(), Limits::default());
                Some(statement.unwrap_or(Value::Null))
            }
            _ => None,
        };
        ClaimedFacts {
            media_type: Some(self.0.media_type().as_str().to_owned()),
            certificate: certificate.map(|der| describe_certificate(der.as_bytes())),
            statement,
            publisher: None,
            log_entries: Some(self.0.verification_material.tlog_entries.len()),
        }
    }
}

/// The most log entries, and the most time stamps, of a bundle: as other verifiers have it.
const PART_LIMIT: usize = 32;

/// What each costs a verification.
const BOUNDED: [(&str, &str); 2] = [
    ("/verificationMaterial/tlogEntries", "log entries"),
    ("/verificationMaterial/timestampVerificationData/rfc3161Timestamps", "time stamps"),
];

/// What a bundle lacks, or has too often, of what its format says (sigstore_bundle.proto).
fn wrong_shape(tree: &Value) -> Option<Reason> {
    let material = tree.get("verificationMaterial")?;
    let keys = ["certificate", "x509CertificateChain", "publicKey"];
    let signatures = tree.pointer("/dsseEnvelope/signatures").and_then(Value::as_array);
    let signed = ["dsseEnvelope", "messageSignature"].iter().any(|key| tree.get(key).is_some());
    if !keys.iter().any(|key| material.get(key).is_some()) {
        Some(Reason::Missing { what: "certificate, and no key either" })
    } else if !signed {
        Some(Reason::Missing { what: "signature, neither over a file nor over a statement" })
    } else {
        let count = signatures.map(Vec::len).filter(|count| *count != 1)?;
        Some(Reason::Signatures { count })
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

/// Where entries of the log have the key, and whether its PEM is in base64 there.
const LOGGED_KEYS: [&str; 4] = [
    "/spec/signature/publicKey/content",
    "/spec/signatures/0/verifier",
    "/spec/content/envelope/signatures/0/publicKey",
    "/spec/publicKey",
];

/// The public key in the body of a log entry, in DER.
fn logged_key(body: &Value) -> Option<Vec<u8>> {
    let text = LOGGED_KEYS.iter().find_map(|place| body.pointer(place)?.as_str())?;
    let pem = String::from_utf8(Base64::decode_vec(text).ok()?).ok()?;
    Some(DerPublicKey::from_pem(&pem).ok()?.as_bytes().to_vec())
}

/// What a bundle says of the key that signed it.
pub(super) struct NamedKey {
    /// The key that the log has, in DER.
    logged: Option<Vec<u8>>,
    /// A hint in no fixed form; may be empty.
    hint: String,
}

impl NamedKey {
    /// Whether it is `key`; `None` where neither log nor hint tells.
    pub(super) fn is(&self, key: &Key) -> Option<bool> {
        let der = key.0.as_bytes();
        if let Some(logged) = &self.logged {
            return Some(logged == der);
        }
        let digest = Sha256::digest(der);
        let forms = [
            format!("SHA256:{}", Base64Unpadded::encode_string(&digest)),
            Base64::encode_string(&digest),
            hex(&digest),
        ];
        (!self.hint.is_empty()).then(|| forms.contains(&self.hint))
    }

    /// The key, as the bundle names it.
    pub(super) fn text(&self) -> String {
        match &self.logged {
            Some(der) if self.hint.is_empty() => {
                format!("SHA256:{}", Base64Unpadded::encode_string(&Sha256::digest(der)))
            }
            _ => self.hint.clone(),
        }
    }
}

/// The field that is missing, where that is all that the library says in words of its own.
fn missing(error: &serde_json::Error) -> Reason {
    let text = error.to_string();
    let field = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    match field {
        Some(field) => Reason::MissingField(field.to_owned()),
        None => Reason::Format,
    }
}

/// A managed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::evidence::sigstore) struct Key(pub(super) DerPublicKey);

impl Key {
    pub(in crate::evidence::sigstore) fn new(bytes: &[u8]) -> Result<Self, ManagedKeyError> {
        provider::install();
        let der = match std::str::from_utf8(bytes) {
            Ok(text) if text.contains("-----BEGIN") => {
                DerPublicKey::from_pem(text).map_err(|_| ManagedKeyError::NoKey)?
            }
            _ => DerPublicKey::from_bytes(bytes),
        };
        match certificate::supported(&der) {
            Ok(_) => Ok(Self(der)),
            Err(_) if !certificate::is_key(&der) => Err(ManagedKeyError::NoKey),
            Err(what) => Err(ManagedKeyError::Unsupported(what)),
        }
    }

    /// Its kind.
    pub(super) fn algorithm(&self) -> Option<KeyAlgorithm> {
        KeyAlgorithm::from_spki(&self.0).ok()
    }
}
