//! Keys that are derived from names, and encodings.

use base64ct::{Base64, Encoding as _};
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384};

/// Base64 as JSON carries it.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    Base64::encode_string(bytes.as_ref())
}

/// And back.
pub fn unb64(text: &str) -> Vec<u8> {
    Base64::decode_vec(text).unwrap()
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// PEM (RFC 7468) of something in DER.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = b64(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|c| std::str::from_utf8(c).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A P-256 key.
#[derive(Clone)]
pub struct Key(p256::ecdsa::SigningKey);

impl Key {
    /// The one of that name.
    pub fn new(name: &str) -> Self {
        Self(p256::ecdsa::SigningKey::from_slice(&Sha256::digest(name)).unwrap())
    }

    /// The public key, as a SubjectPublicKeyInfo in DER.
    pub fn public(&self) -> Vec<u8> {
        self.0.verifying_key().to_public_key_der().unwrap().into_vec()
    }

    /// What a log with this key is known by: the SHA-256 of the public key (RFC 6962 §3.2).
    pub fn id(&self) -> [u8; 32] {
        Sha256::digest(self.public()).into()
    }

    /// ECDSA over the SHA-256, in DER.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::Signature = self.0.sign(bytes);
        signature.to_der().as_bytes().to_vec()
    }

    /// A trusted root's `publicKey`.
    pub fn in_root(&self) -> Value {
        json!({
            "rawBytes": b64(self.public()),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": {"start": "2021-01-01T00:00:00Z"}})
    }
}

/// A P-384 key, as Fulcio's authorities have.
pub struct Key384(p384::ecdsa::SigningKey);

impl Key384 {
    /// The one of that name.
    pub fn new(name: &str) -> Self {
        Self(p384::ecdsa::SigningKey::from_slice(&Sha384::digest(name)).unwrap())
    }

    /// The public key, as a SubjectPublicKeyInfo in DER.
    pub fn public(&self) -> Vec<u8> {
        self.0.verifying_key().to_public_key_der().unwrap().into_vec()
    }

    /// ECDSA over the SHA-384, in DER.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let signature: p384::ecdsa::Signature = self.0.sign(bytes);
        signature.to_der().as_bytes().to_vec()
    }
}
