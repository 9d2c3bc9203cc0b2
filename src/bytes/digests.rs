//! The hash functions that Manifests name (GLEP 74), computed while a file streams by.
//!
//! SHA-256 and SHA-512 run on OpenPGP hash contexts, because those can be cloned in mid-stream: an
//! OpenPGP signature's hash branches off the Manifest's own and costs nothing extra.

use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::types::HashAlgorithm;
use sha2::digest::DynDigest;

macro_rules! names {
    ($($(#[$doc:meta])* $variant:ident $name:literal $bytes:literal $strong:literal;)+) => {
        /// A hash function that this program computes, by its Manifest name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum HashName { $($(#[$doc])* $variant,)+ }

        impl HashName {
            /// Every function, strongest habit of ::gentoo first.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in Manifests.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Digest length in bytes.
            pub(crate) const fn size(self) -> usize {
                match self { $(Self::$variant => $bytes,)+ }
            }

            /// Whether no collisions are known or in reach: an agreement in one such hash counts.
            pub(crate) const fn is_strong(self) -> bool {
                match self { $(Self::$variant => $strong,)+ }
            }
        }
    };
}

names! {
    /// BLAKE2b with 512 bits.
    Blake2b "BLAKE2B" 64 true;
    /// SHA-512.
    Sha512 "SHA512" 64 true;
    /// SHA-256.
    Sha256 "SHA256" 32 true;
    /// BLAKE2s with 256 bits.
    Blake2s "BLAKE2S" 32 true;
    /// SHA3-256.
    Sha3_256 "SHA3_256" 32 true;
    /// SHA3-512.
    Sha3_512 "SHA3_512" 64 true;
    /// Streebog with 256 bits.
    Streebog256 "STREEBOG256" 32 true;
    /// Streebog with 512 bits.
    Streebog512 "STREEBOG512" 64 true;
    /// Whirlpool.
    Whirlpool "WHIRLPOOL" 64 true;
    /// RIPEMD-160.
    Rmd160 "RMD160" 20 false;
    /// SHA-1.
    Sha1 "SHA1" 20 false;
    /// MD5.
    Md5 "MD5" 16 false;
    /// SHA-384; no Manifest names it, some Sigstore bundles need it.
    Sha384 "SHA384" 48 true;
}

impl HashName {
    /// The function of that Manifest name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|h| h.name() == name)
    }
}

/// A digest in the making.
pub(crate) enum Hasher {
    /// Clonable, so that an OpenPGP signature can branch off it.
    OpenPgp(Box<Context>),
    /// From the fastest of the crates that have it: its speed counts most.
    Blake2b(Box<blake2b_simd::State>),
    /// Any other function.
    Plain(Box<dyn DynDigest + Send + Sync>),
}

impl Hasher {
    /// A fresh state of `name`.
    pub(crate) fn new(name: HashName) -> Self {
        if let Some(context) = openpgp_algorithm(name).and_then(document_context) {
            return Self::OpenPgp(Box::new(context));
        }
        Self::Plain(match name {
            HashName::Blake2b => return Self::Blake2b(Box::default()),
            HashName::Blake2s => Box::new(blake2::Blake2s256::default()),
            HashName::Sha256 => Box::new(sha2::Sha256::default()),
            HashName::Sha384 => Box::new(sha2::Sha384::default()),
            HashName::Sha512 => Box::new(sha2::Sha512::default()),
            HashName::Sha3_256 => Box::new(sha3::Sha3_256::default()),
            HashName::Sha3_512 => Box::new(sha3::Sha3_512::default()),
            HashName::Streebog256 => Box::new(streebog::Streebog256::default()),
            HashName::Streebog512 => Box::new(streebog::Streebog512::default()),
            HashName::Whirlpool => Box::new(whirlpool::Whirlpool::default()),
            HashName::Rmd160 => Box::new(ripemd::Ripemd160::default()),
            HashName::Sha1 => Box::new(sha1::Sha1::default()),
            HashName::Md5 => Box::new(md5::Md5::default()),
        })
    }

    /// Absorbs `bytes`.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::OpenPgp(context) => context.update(bytes),
            Self::Blake2b(state) => _ = state.update(bytes),
            Self::Plain(digest) => digest.update(bytes),
        }
    }

    /// The OpenPGP context at this point of the stream, where there is one.
    pub(crate) fn branch(&self) -> Option<Context> {
        match self {
            Self::OpenPgp(context) => Some(context.as_ref().clone()),
            Self::Blake2b(_) | Self::Plain(_) => None,
        }
    }

    /// The digest; `None` if the library for OpenPGP does not give one.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        match self {
            Self::OpenPgp(context) => context.into_digest().ok(),
            Self::Blake2b(state) => Some(state.finalize().as_bytes().to_vec()),
            Self::Plain(digest) => Some(digest.finalize().into_vec()),
        }
    }
}

/// The OpenPGP algorithm whose running state serves as this Manifest hash.
pub(crate) const fn openpgp_algorithm(name: HashName) -> Option<HashAlgorithm> {
    match name {
        HashName::Sha256 => Some(HashAlgorithm::SHA256),
        HashName::Sha512 => Some(HashAlgorithm::SHA512),
        _ => None,
    }
}

/// A context for documents signed by v3 and v4 signatures, which start without a salt.
pub(crate) fn document_context(algorithm: HashAlgorithm) -> Option<Context> {
    Some(algorithm.context().ok()?.for_signature(4))
}

/// `bytes` in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// The bytes that `text` is the lower-case hexadecimal of; `None` where it is none.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    base16ct::lower::decode_vec(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: HashName, bytes: &[u8]) -> String {
        let mut hasher = Hasher::new(name);
        for chunk in bytes.chunks(2) {
            hasher.update(chunk);
        }
        hex(&hasher.finish().unwrap_or_default())
    }

    /// The published digests of "abc", from each function's own specification.
    #[test]
    fn published_vectors() {
        for (name, expected) in [
            (HashName::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (HashName::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (HashName::Rmd160, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
            (HashName::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                HashName::Sha3_256,
                "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
            ),
            (HashName::Blake2s, "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"),
        ] {
            assert_eq!(of(name, b"abc"), expected, "{}", name.name());
        }
        for (name, start) in [
            (HashName::Blake2b, "ba80a53f981c4d0d6a2797b69f12f6e9"),
            (HashName::Sha512, "ddaf35a193617abacc417349ae204131"),
            (HashName::Sha384, "cb00753f45a35e8bb5a03d699ac65007"),
            (HashName::Sha3_512, "b751850b1a57168a5693cd924b6b096e"),
            (HashName::Whirlpool, "4e2448a4c6f486bb16b6562c73b4020b"),
        ] {
            assert!(of(name, b"abc").starts_with(start), "{}", name.name());
        }
    }

    #[test]
    fn every_digest_has_the_stated_length() {
        for name in HashName::ALL {
            assert_eq!(
                Hasher::new(*name).finish().map(|d| d.len()),
                Some(name.size()),
                "{}",
                name.name()
            );
        }
    }

    #[test]
    fn branching_does_not_disturb_the_digest() {
        let mut hasher = Hasher::new(HashName::Sha512);
        hasher.update(b"ab");
        let branch = hasher.branch().map(|mut c| c.update(b"zz"));
        assert!(branch.is_some());
        hasher.update(b"c");
        assert!(hasher.finish().is_some_and(|digest| hex(&digest).starts_with("ddaf35a193617aba")));
    }
}
