//! Beside another implementation: whatever is made of a key, a message and a signature, both say the
//! same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::tests::{MESSAGE, SCHEMES, vectors};
use super::*;
use aws_lc_rs::signature::{self as peer, UnparsedPublicKey, VerificationAlgorithm};
use sigstore::crypto::SigningScheme as S;

/// Mutants of each vector.
const MUTANTS: usize = 400;

fn algorithm(scheme: S) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match scheme {
        S::EcdsaP256Sha256 => &peer::ECDSA_P256_SHA256_ASN1,
        S::EcdsaP256Sha384 => &peer::ECDSA_P256_SHA384_ASN1,
        S::EcdsaP384Sha256 => &peer::ECDSA_P384_SHA256_ASN1,
        S::EcdsaP384Sha384 => &peer::ECDSA_P384_SHA384_ASN1,
        S::Ed25519 => &peer::ED25519,
        S::RsaPssSha256 => &peer::RSA_PSS_2048_8192_SHA256,
        S::RsaPssSha384 => &peer::RSA_PSS_2048_8192_SHA384,
        S::RsaPssSha512 => &peer::RSA_PSS_2048_8192_SHA512,
        S::RsaPkcs1Sha256 => &peer::RSA_PKCS1_2048_8192_SHA256,
        S::RsaPkcs1Sha384 => &peer::RSA_PKCS1_2048_8192_SHA384,
        S::RsaPkcs1Sha512 => &peer::RSA_PKCS1_2048_8192_SHA512,
        _ => return None,
    })
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    fn byte(&mut self) -> u8 {
        let known = [0, 1, 2, 3, 4, 5, 0x30, 0x7f, 0x80, 0x81, 0x82, 0xff];
        match self.roll(3) {
            0 => u8::try_from(self.roll(256)).unwrap(),
            _ => known[self.roll(known.len())],
        }
    }

    fn alter(&mut self, bytes: &mut Vec<u8>) {
        // What is encoded is at the beginning.
        let near = if self.roll(2) == 0 { bytes.len().min(12) } else { bytes.len() };
        let at = self.roll(near);
        match self.roll(8) {
            0 => bytes.truncate(at),
            1 => bytes.push(self.byte()),
            2 => bytes.insert(at, self.byte()),
            3 if !bytes.is_empty() => drop(bytes.remove(at)),
            4 => bytes.extend_from_slice(&bytes.clone()),
            5 if !bytes.is_empty() => bytes[at] ^= 1 << self.roll(8),
            6 => bytes[at..].fill(0),
            _ if !bytes.is_empty() => bytes[at] = self.byte(),
            _ => {}
        }
    }
}

#[test]
fn mutants_are_judged_alike() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let all = vectors();
    let (mut tried, mut held, mut differ) = (0, 0, Vec::new());
    for (name, key, signature) in all.iter().filter(|v| !v.0.starts_with("short:")) {
        let own = SCHEMES.into_iter().find(|s| format!("{s:?}") == *name).unwrap();
        for round in 0..MUTANTS {
            let (mut scheme, mut key, mut message) = (own, key.clone(), MESSAGE.to_vec());
            let mut signature = signature.clone();
            for _ in 0..dice.roll(3) {
                match dice.roll(8) {
                    0..=4 => dice.alter(&mut signature),
                    5 | 6 => dice.alter(&mut key),
                    _ => dice.alter(&mut message),
                }
            }
            if dice.roll(10) == 0 {
                scheme = SCHEMES[dice.roll(SCHEMES.len())];
            }
            let Some(algorithm) = algorithm(scheme) else { continue };
            let ours = RustCrypto.verify_raw(scheme, &key, &message, &signature).is_ok();
            let theirs = UnparsedPublicKey::new(algorithm, &key).verify(&message, &signature);
            tried += 1;
            held += usize::from(ours);
            if ours != theirs.is_ok() {
                differ.push(format!("{name} {round} as {scheme:?}: ours {ours}"));
            }
        }
    }
    assert!(differ.is_empty(), "{} of {tried} differ: {differ:#?}", differ.len());
    assert!(tried > 10 * MUTANTS && held > MUTANTS, "{tried} tried, {held} held");
}
