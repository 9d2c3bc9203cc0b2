//! The cryptography behind the `sigstore` crates, from the RustCrypto crates: no C library, so
//! that every architecture with Rust can check provenance.
//!
//! ML-DSA is refused: nothing in Sigstore signs with it yet, and no RustCrypto release is ready.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::pkcs1::der::Decode;
use rsa::traits::{PublicKeyParts, SignatureScheme};
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::digest::Digest;
use sha2::{Sha256, Sha384, Sha512};
use sigstore::crypto::{
    CryptoProvider, Error, HashContext, SigningScheme, install_default_provider,
};
use sigstore::types::HashAlgorithm;

/// The RSA moduli that are accepted, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Makes the RustCrypto provider the one that the `sigstore` crates use in this process.
///
/// Calling it again changes nothing.
pub(super) fn install() {
    // An error says that a provider is there already: this one, as no one else installs any.
    let _ = install_default_provider(&RustCrypto);
}

#[derive(Debug)]
struct RustCrypto;

struct Context<D>(D);

impl<D: Digest + Send> HashContext for Context<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

impl CryptoProvider for RustCrypto {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>, Error> {
        match algorithm {
            HashAlgorithm::Sha2256 => Ok(Box::new(Context(Sha256::new()))),
            HashAlgorithm::Sha2384 => Ok(Box::new(Context(Sha384::new()))),
            HashAlgorithm::Sha2512 => Ok(Box::new(Context(Sha512::new()))),
            other => Err(Error::UnsupportedAlgorithm(other.to_string())),
        }
    }

    fn verify_raw(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        data: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        match scheme.hash_algorithm() {
            Some(algorithm) => {
                let mut context = self.hash(algorithm)?;
                context.update(data);
                self.verify_prehashed(scheme, key, &context.finalize(), signature)
            }
            None if scheme == SigningScheme::Ed25519 => ed25519(key, data, signature),
            None => Err(Error::UnsupportedAlgorithm(scheme.name().to_owned())),
        }
    }

    fn verify_prehashed(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        use SigningScheme as S;
        let size = scheme.hash_algorithm().map(|a| a.digest_size());
        if size != Some(digest.len()) {
            return Err(Error::UnsupportedAlgorithm(scheme.name().to_owned()));
        }
        match scheme {
            S::EcdsaP256Sha256 | S::EcdsaP256Sha384 => p256(key, digest, signature),
            S::EcdsaP384Sha256 | S::EcdsaP384Sha384 => p384(key, digest, signature),
            S::RsaPkcs1Sha256 => rsa(key, Pkcs1v15Sign::new::<Sha256>(), digest, signature),
            S::RsaPkcs1Sha384 => rsa(key, Pkcs1v15Sign::new::<Sha384>(), digest, signature),
            S::RsaPkcs1Sha512 => rsa(key, Pkcs1v15Sign::new::<Sha512>(), digest, signature),
            S::RsaPssSha256 => rsa(key, Pss::new::<Sha256>(), digest, signature),
            S::RsaPssSha384 => rsa(key, Pss::new::<Sha384>(), digest, signature),
            S::RsaPssSha512 => rsa(key, Pss::new::<Sha512>(), digest, signature),
            _ => return Err(Error::UnsupportedAlgorithm(scheme.name().to_owned())),
        }
        .map_err(|error| match error {
            Fault::Key(text) => Error::InvalidKey(text.to_owned()),
            Fault::Signature => Error::Verification(format!("{} signature invalid", scheme.name())),
        })
    }
}

/// Why a signature does not hold.
enum Fault {
    /// The key is none that is taken.
    Key(&'static str),
    /// The signature is not by the key over the digest.
    Signature,
}

/// The tag of an uncompressed point (SEC 1, section 2.3.3). Only that one is taken: one key has one
/// encoding.
const UNCOMPRESSED: u8 = 4;

macro_rules! ecdsa {
    ($curve:ident) => {
        fn $curve(key: &[u8], digest: &[u8], signature: &[u8]) -> Result<(), Fault> {
            use $curve::ecdsa::{Signature, VerifyingKey};
            let key = Some(key).filter(|key| key.first() == Some(&UNCOMPRESSED));
            let key = key.and_then(|key| VerifyingKey::from_sec1_bytes(key).ok());
            let signature = Signature::from_der(signature).ok();
            match (key, signature) {
                (Some(key), Some(s)) if key.verify_prehash(digest, &s).is_ok() => Ok(()),
                _ => Err(Fault::Signature),
            }
        }
    };
}

ecdsa!(p256);
ecdsa!(p384);

/// The `rsa` crate takes a PSS signature to which the modulus was added for the same one; RFC 8017
/// (section 5.2.2) does not.
fn rsa(
    key: &[u8],
    scheme: impl SignatureScheme,
    digest: &[u8],
    signature: &[u8],
) -> Result<(), Fault> {
    let key = rsa_key(key).map_err(Fault::Key)?;
    if signature.len() != key.size() || BigUint::from_bytes_be(signature) >= *key.n() {
        return Err(Fault::Signature);
    }
    key.verify(scheme, digest, signature).map_err(|_| Fault::Signature)
}

/// Reads a PKCS#1 `RSAPublicKey`.
///
/// By way of the integers, because `rsa` caps keys that it decodes itself at 4096 bits.
fn rsa_key(key: &[u8]) -> Result<RsaPublicKey, &'static str> {
    let key = rsa::pkcs1::RsaPublicKey::from_der(key).map_err(|_| "not an RSAPublicKey")?;
    let modulus = BigUint::from_bytes_be(key.modulus.as_bytes());
    if !RSA_BITS.contains(&modulus.bits()) {
        return Err("the RSA modulus does not have 2048 to 8192 bits");
    }
    let exponent = BigUint::from_bytes_be(key.public_exponent.as_bytes());
    RsaPublicKey::new_with_max_size(modulus, exponent, *RSA_BITS.end())
        .map_err(|_| "the RSA exponent is out of range")
}

fn ed25519(key: &[u8], data: &[u8], signature: &[u8]) -> Result<(), Error> {
    let refused = || Error::Verification("ED25519 signature invalid".to_owned());
    let key: [u8; 32] = key.try_into().map_err(|_| refused())?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| refused())?;
    let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| refused())?;
    // The strict rule leaves no key and signature that hold for several messages.
    key.verify_strict(data, &signature).map_err(|_| refused())
}

#[cfg(test)]
mod differential_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wycheproof_tests;
