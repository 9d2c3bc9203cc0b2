//! signify and minisign keys and signatures, made here.
#![allow(dead_code, clippy::unwrap_used)]

use base64ct::{Base64, Encoding as _};
use blake2::{Blake2b512, Digest as _};
use ed25519_dalek::{Signer as _, SigningKey};

/// A key of signify and minisign: they share the format.
pub struct Key {
    number: [u8; 8],
    secret: SigningKey,
}

impl Key {
    /// The key with that seed.
    pub fn new(seed: u8) -> Self {
        Self { number: [seed; 8], secret: SigningKey::from_bytes(&[seed; 32]) }
    }

    /// The file with the public key.
    pub fn public(&self) -> String {
        let key = self.secret.verifying_key();
        let text = Base64::encode_string(&[b"Ed", &self.number[..], key.as_bytes()].concat());
        format!("untrusted comment: key\n{text}\n")
    }

    /// A signify signature over `file`.
    pub fn signify(&self, file: &[u8]) -> String {
        let signature = self.secret.sign(file).to_bytes();
        let text = Base64::encode_string(&[b"Ed", &self.number[..], &signature[..]].concat());
        format!("untrusted comment: signature\n{text}\n")
    }

    /// A minisign signature over the digest of `file`.
    pub fn minisign(&self, file: &[u8]) -> String {
        self.commented(file, "a release")
    }

    /// The same, with the comment that minisign writes of a file of that name.
    pub fn minisign_of(&self, file: &[u8], name: &str) -> String {
        self.commented(file, &format!("timestamp:1740830400\tfile:{name}\thashed"))
    }

    fn commented(&self, file: &[u8], comment: &str) -> String {
        let signature = self.secret.sign(&Blake2b512::digest(file)).to_bytes();
        let text = Base64::encode_string(&[b"ED", &self.number[..], &signature[..]].concat());
        let over = [&signature[..], comment.as_bytes()].concat();
        let whole = Base64::encode_string(&self.secret.sign(&over).to_bytes());
        format!("untrusted comment: signature\n{text}\ntrusted comment: {comment}\n{whole}\n")
    }
}
