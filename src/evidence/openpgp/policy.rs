//! Which OpenPGP cryptography counts.
//!
//! Two policies. `gentoo` takes what gemato takes, which is what gpg takes: SHA-1, RIPEMD-160, v3
//! signature packets, DSA and RSA from 1024 bits; each such weakness is said. `strict` is Sequoia's
//! `StandardPolicy`. MD5 never counts in either.
//!
//! They also differ in the moment at which a certificate is looked at. gpg reads a key as it is
//! now: its newest self-signature says when it expires, even if that self-signature is younger than
//! the signature on the release; key packages are often exported with only the newest one. Sequoia
//! reads it as it was when the signature was made.

use sequoia_openpgp::crypto::mpi::{self, PublicKey};
use sequoia_openpgp::packet::Tag;
use sequoia_openpgp::packet::{Key, Signature, key};
use sequoia_openpgp::policy::{AsymmetricAlgorithm, Policy, StandardPolicy};
use sequoia_openpgp::types::HashAlgorithm;
use serde::{Serialize, Serializer};
use std::time::SystemTime;

/// Which policy, by the names of `--openpgp-policy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PolicyKind {
    /// What gemato accepts, with weaknesses said.
    #[default]
    Gentoo,
    /// Sequoia's `StandardPolicy`.
    Strict,
}

impl Serialize for PolicyKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl PolicyKind {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Gentoo, Self::Strict];

    /// The name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gentoo => "gentoo",
            Self::Strict => "strict",
        }
    }

    /// Sequoia's form of the policy.
    pub(crate) fn to_policy(self) -> StandardPolicy<'static> {
        // Sequoia takes the clock's time itself where it is given none, and panics after 2106.
        let mut policy = StandardPolicy::at(SystemTime::now());
        if self == Self::Gentoo {
            for hash in [HashAlgorithm::SHA1, HashAlgorithm::RipeMD] {
                policy.accept_hash(hash);
            }
            for algorithm in [
                AsymmetricAlgorithm::RSA1024,
                AsymmetricAlgorithm::RSA2048,
                AsymmetricAlgorithm::DSA1024,
                AsymmetricAlgorithm::DSA2048,
                AsymmetricAlgorithm::DSA3072,
                AsymmetricAlgorithm::DSA4096,
            ] {
                policy.accept_asymmetric_algo(algorithm);
            }
            policy.accept_packet_tag_version(Tag::Signature, 3);
        }
        policy.reject_hash(HashAlgorithm::MD5);
        policy
    }

    /// The moment at which to look at a certificate whose key signed at `signed`.
    pub(crate) fn reference_time(self, signed: SystemTime, now: SystemTime) -> SystemTime {
        match self {
            Self::Gentoo => now,
            Self::Strict => signed,
        }
    }
}

/// RSA and DSA keys below this many bits count in no policy.
const LEAST_BITS: usize = 1024;

/// Whether `key` is too short for any policy.
pub(crate) fn too_short<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> bool {
    matches!(key.mpis(), PublicKey::RSA { .. } | PublicKey::DSA { .. })
        && key.mpis().bits().is_none_or(|bits| bits < LEAST_BITS - 1)
}

/// Whether the cryptographic backend of this build computes nothing with `key`: the pure Rust one
/// takes no RSA keys of more than 4096 bits.
pub(crate) fn beyond_backend<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> bool {
    cfg!(feature = "crypto-rust")
        && matches!(key.mpis(), PublicKey::RSA { .. })
        && key.mpis().bits().is_none_or(|bits| bits > 4096)
}

/// Whether the backend refuses a signature by `key` however right it is: Sequoia's for Botan (2.4) hands it RSA
/// signatures without the zero bytes that they begin with, and Botan wants them as long as the modulus.
pub(crate) fn is_short_for_botan<P: key::KeyParts, R: key::KeyRole>(
    signature: &Signature,
    key: &Key<P, R>,
) -> bool {
    let (PublicKey::RSA { n, .. }, mpi::Signature::RSA { s }) = (key.mpis(), signature.mpis())
    else {
        return false;
    };
    cfg!(feature = "crypto-botan") && s.value().len() < n.value().len()
}

/// What is said of such a signature.
pub(crate) const SHORT_FOR_BOTAN: &str = "this build's Botan does not take an RSA signature that begins with a zero \
    byte, as one in 256 does; one with the cargo feature crypto-nettle, crypto-openssl or crypto-rust does";

/// The weaknesses of a document signature and the key that made it, as phrases.
pub(crate) fn weaknesses<P: key::KeyParts, R: key::KeyRole>(
    signature: &Signature,
    key: &Key<P, R>,
) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(hash) = weak_hash(signature.hash_algo()) {
        found.push(format!("the signature is over a {hash} hash"));
    }
    if signature.version() == 3 {
        found.push("the signature is a version 3 packet".to_owned());
    }
    found.extend(key_weaknesses(key));
    found
}

/// The weaknesses of a key by itself, as phrases.
pub(crate) fn key_weaknesses<P: key::KeyParts, R: key::KeyRole>(key: &Key<P, R>) -> Vec<String> {
    let bits = key.mpis().bits();
    let said = bits.map_or_else(|| "an unknown number of".to_owned(), |bits| bits.to_string());
    match key.mpis() {
        PublicKey::RSA { .. } if bits.is_none_or(|bits| bits < 2040) => {
            vec![format!("the key is RSA with {said} bits")]
        }
        PublicKey::DSA { .. } => vec![format!("the key is DSA with {said} bits")],
        _ => Vec::new(),
    }
}

/// The name of a hash function that no longer resists collisions.
pub(crate) fn weak_hash(algorithm: HashAlgorithm) -> Option<&'static str> {
    match algorithm {
        HashAlgorithm::SHA1 => Some("SHA-1"),
        HashAlgorithm::RipeMD => Some("RIPEMD-160"),
        HashAlgorithm::MD5 => Some("MD5"),
        _ => None,
    }
}

/// Whether `policy` takes a document signature with this hash.
pub(crate) fn takes_signature(policy: &dyn Policy, signature: &Signature) -> bool {
    use sequoia_openpgp::policy::HashAlgoSecurity::CollisionResistance;
    policy.signature(signature, CollisionResistance).is_ok()
        && policy.packet(&signature.clone().into()).is_ok()
}
