//! What signify and minisign have in common: Ed25519 keys with a key number, in a two-line file.
//!
//! Both programs write `untrusted comment: …`, a line feed, and base64. The base64 holds two bytes
//! that name the algorithm, eight that name the key, and the key or signature itself. Neither the
//! comment nor the key number is authenticated by anything.

use crate::answer::facts::KeyFacts;
use crate::bytes::input::{InputError, read_operand};
use crate::bytes::sniff::Kind;
use crate::evidence::scheme::{Refusal, malformed};
use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signature, VerifyingKey};
use std::fmt;
use std::path::{Path, PathBuf};

/// What the first line of a key or signature begins with.
pub(crate) const UNTRUSTED_COMMENT: &str = "untrusted comment: ";

/// The algorithm of keys and of signatures over the bytes themselves.
pub(crate) const PLAIN: [u8; 2] = *b"Ed";
/// The algorithm of minisign's signatures over the BLAKE2b-512 digest of the bytes.
pub(crate) const PREHASHED: [u8; 2] = *b"ED";

/// The most bytes of a key file that are read; a key takes about 110.
const KEY_FILE_LIMIT: u64 = 64 * 1024;

/// The eight bytes by which a signature names its key. Chosen at random when the key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyNumber(pub [u8; 8]);

impl fmt::Display for KeyNumber {
    /// As minisign prints it: a little-endian number in upper-case hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", u64::from_le_bytes(self.0))
    }
}

/// Whether a file begins with a comment line of signify's or minisign's.
pub(crate) fn begins_with_comment(bytes: &[u8]) -> bool {
    bytes.starts_with(UNTRUSTED_COMMENT.trim_end().as_bytes())
}

/// A public key of a key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    number: KeyNumber,
    key: VerifyingKey,
    path: PathBuf,
}

impl PublicKey {
    /// Reads a key file: base64, with the comment line above it or without.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or holds anything but one such key.
    pub(crate) fn read(path: &Path) -> Result<Self, KeyError> {
        let bytes = read_operand(path, KEY_FILE_LIMIT).map_err(KeyError::Input)?;
        Self::parse(path, &bytes).map_err(|fault| KeyError::NoKey { path: path.to_owned(), fault })
    }

    /// Reads key files; `None` if there are none.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn read_all(paths: &[PathBuf]) -> Result<Option<Vec<Self>>, KeyError> {
        let keys: Result<Vec<_>, _> = paths.iter().map(|path| Self::read(path)).collect();
        Ok(Some(keys?).filter(|keys| !keys.is_empty()))
    }

    /// Reads the key file `path` whose content is `bytes`, as [`Self::read`] does.
    ///
    /// # Errors
    ///
    /// If they are anything but one such key.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, KeyFault> {
        let (number, key) = parse_key(bytes)?;
        Ok(Self { number, key, path: path.to_owned() })
    }

    /// The key number.
    pub(crate) fn number(&self) -> KeyNumber {
        self.number
    }

    /// The key.
    pub(crate) fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Whether it made `signature` over `message`, by RFC 8032 without points of small order, which
    /// is how libsodium decides.
    pub(crate) fn made(&self, signature: &[u8; 64], message: &[u8]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }

    /// What a finding knows of it.
    pub(crate) fn facts(&self) -> KeyFacts {
        KeyFacts {
            key: Some(self.number.to_string()),
            key_file: Some(self.path.to_string_lossy().into_owned()),
            ..KeyFacts::default()
        }
    }

    /// Anyone who holds its secret half, as a phrase.
    pub(crate) fn holder(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy();
        format!("the holder of the secret key {} of {name}", self.number)
    }
}

/// Why a file holds no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyFault {
    /// Neither one line of base64 nor a comment and such a line.
    #[error("a key is one line of base64, with a comment line above it")]
    Form,
    /// The base64 cannot be decoded.
    #[error("the base64 cannot be decoded")]
    Base64,
    /// It decodes to another number of bytes than a key has.
    #[error("it decodes to {0} bytes, and a key has 42")]
    Length(usize),
    /// A secret key.
    #[error("it is a secret key, which does not belong here")]
    Secret,
    /// A signature.
    #[error("it is a signature, not a key: are the two operands swapped?")]
    Signature,
    /// A file of another kind altogether.
    #[error("it is {}", .0.advice())]
    Kind(Kind),
    /// The first two bytes name no algorithm that is known.
    #[error("it is of another algorithm than Ed25519")]
    Algorithm,
    /// The bytes are no point of the curve, or one of small order that fits any signature.
    #[error("its bytes are not a usable Ed25519 key")]
    Point,
}

/// Why a key could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The file could not be read.
    #[error(transparent)]
    Input(InputError),
    /// The file holds no key.
    #[error("{}: holds no signify or minisign key: {fault}", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
        /// Why not.
        fault: KeyFault,
    },
}

fn parse_key(bytes: &[u8]) -> Result<(KeyNumber, VerifyingKey), KeyFault> {
    if matches!(
        Kind::of(bytes),
        Kind::SignifySignature | Kind::MinisignSignature | Kind::MinisignShort
    ) {
        return Err(KeyFault::Signature);
    }
    let kind = Kind::of(bytes);
    let named = [
        Kind::Empty,
        Kind::Text,
        Kind::Binary,
        Kind::Ed25519PublicKey,
        Kind::Ed25519SecretKey,
        Kind::Ed25519Other,
        // One line of base64 has the form of a key.
        Kind::BareSignature,
    ];
    if !named.contains(&kind) {
        return Err(KeyFault::Kind(kind));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| KeyFault::Form)?;
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let line = match lines.as_slice() {
        [line] if !line.starts_with(UNTRUSTED_COMMENT.trim_end()) => line,
        [comment, line] if comment.starts_with(UNTRUSTED_COMMENT.trim_end()) => line,
        _ => return Err(KeyFault::Form),
    };
    let bytes = Base64::decode_vec(line).map_err(|_| KeyFault::Base64)?;
    let Some((algorithm, rest)) = bytes.split_first_chunk::<2>() else {
        return Err(KeyFault::Length(bytes.len()));
    };
    let number_and_key = rest.split_first_chunk::<8>().and_then(|(number, key)| {
        let key: &[u8; 32] = key.try_into().ok()?;
        Some((*number, key))
    });
    let Some((number, key)) = number_and_key else {
        // Secret keys of both programs are longer.
        let secret = *algorithm == PLAIN && bytes.len() > 100;
        return Err(if secret { KeyFault::Secret } else { KeyFault::Length(bytes.len()) });
    };
    if *algorithm != PLAIN {
        return Err(KeyFault::Algorithm);
    }
    let key = VerifyingKey::from_bytes(key).map_err(|_| KeyFault::Point)?;
    if key.is_weak() {
        return Err(KeyFault::Point);
    }
    Ok((KeyNumber(number), key))
}

/// Why `bytes` are no signature: `fault`, unless they are a file of another kind altogether.
pub(crate) fn named(bytes: &[u8], fault: impl fmt::Display) -> Refusal {
    match Kind::of(bytes) {
        Kind::Text
        | Kind::Binary
        | Kind::SignifySignature
        | Kind::MinisignSignature
        | Kind::Ed25519Other => malformed(fault),
        kind => malformed(format!("it is {}", kind.advice())),
    }
}

/// A decoded signature line: 74 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignatureLine {
    /// The two bytes that name the algorithm.
    pub(crate) algorithm: [u8; 2],
    /// The key that it says made it.
    pub(crate) number: KeyNumber,
    /// The signature.
    pub(crate) signature: [u8; 64],
}

/// Decodes the base64 of a signature line.
pub(crate) fn signature_line(line: &[u8]) -> Option<SignatureLine> {
    let bytes = base64(line)?;
    let (algorithm, rest) = bytes.split_first_chunk::<2>()?;
    let (number, rest) = rest.split_first_chunk::<8>()?;
    let signature: [u8; 64] = rest.try_into().ok()?;
    Some(SignatureLine { algorithm: *algorithm, number: KeyNumber(*number), signature })
}

/// Decodes a line of base64.
pub(crate) fn base64(line: &[u8]) -> Option<Vec<u8>> {
    Base64::decode_vec(std::str::from_utf8(line).ok()?).ok()
}

/// Splits off the first line, without its line feed; `None` where there is no line feed.
pub(crate) fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    /// A key made from `seed`, as its file holds it.
    pub(crate) fn secret(seed: u8) -> (SigningKey, KeyNumber) {
        (SigningKey::from_bytes(&[seed; 32]), KeyNumber([seed; 8]))
    }

    pub(crate) fn public(seed: u8) -> PublicKey {
        let (secret, number) = secret(seed);
        PublicKey { number, key: secret.verifying_key(), path: PathBuf::from("test.pub") }
    }

    /// The base64 of a signature line.
    pub(crate) fn line(seed: u8, algorithm: [u8; 2], message: &[u8]) -> String {
        let (secret, number) = secret(seed);
        let signature = secret.sign(message).to_bytes();
        Base64::encode_string(&[&algorithm[..], &number.0, &signature].concat())
    }

    fn encoded(algorithm: &[u8], key: &[u8]) -> String {
        Base64::encode_string(&[algorithm, &[7; 8], key].concat())
    }

    #[test]
    fn keys_with_the_comment_line_and_without() {
        let key = secret(1).0.verifying_key();
        let line = encoded(b"Ed", key.as_bytes());
        let expected = Ok((KeyNumber([7; 8]), key));
        assert_eq!(parse_key(line.as_bytes()), expected);
        assert_eq!(parse_key(format!("untrusted comment: x\n{line}\n").as_bytes()), expected);
        assert_eq!(parse_key(format!("untrusted comment: x\r\n{line}\r\n").as_bytes()), expected);
        assert_eq!(parse_key(format!("untrusted comment:\n{line}\n\n").as_bytes()), expected);
    }

    #[test]
    fn what_is_no_key_is_named() {
        let key = secret(1).0.verifying_key();
        for (text, fault) in [
            (String::new(), KeyFault::Form),
            ("untrusted comment: x\n".to_owned(), KeyFault::Form),
            ("comment: x\nAAAA\n".to_owned(), KeyFault::Form),
            ("????".to_owned(), KeyFault::Base64),
            (encoded(b"Ed", &[0; 31]), KeyFault::Length(41)),
            (encoded(b"Ed", &[0; 94]), KeyFault::Secret),
            (encoded(b"EX", key.as_bytes()), KeyFault::Algorithm),
            // The neutral element, of order one: a forged signature would fit it.
            (encoded(b"Ed", &[&[1u8][..], &[0; 31]].concat()), KeyFault::Point),
        ] {
            assert_eq!(parse_key(text.as_bytes()), Err(fault), "{text}");
        }
    }

    #[test]
    fn key_numbers_read_as_minisign_prints_them() {
        let number = KeyNumber([0xbf, 0x83, 0x53, 0x71, 0x9e, 0x50, 0x9c, 0xaa]);
        assert_eq!(number.to_string(), "AA9C509E715383BF");
    }

    #[test]
    fn a_changed_bit_anywhere_is_another_signature() {
        let (signer, _) = secret(1);
        let signature = signer.sign(b"abc").to_bytes();
        assert!(public(1).made(&signature, b"abc"));
        assert!(!public(2).made(&signature, b"abc"));
        for at in 0..signature.len() {
            let mut changed = signature;
            changed[at] ^= 1;
            assert!(!public(1).made(&changed, b"abc"), "byte {at}");
        }
    }
}
