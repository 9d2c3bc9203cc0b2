#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use sigstore::crypto::SigningScheme as S;

pub(super) const MESSAGE: &[u8] = b"distvouch test vector\n";

pub(super) const SCHEMES: [S; 14] = [
    S::EcdsaP256Sha256,
    S::EcdsaP256Sha384,
    S::EcdsaP384Sha256,
    S::EcdsaP384Sha384,
    S::Ed25519,
    S::RsaPssSha256,
    S::RsaPssSha384,
    S::RsaPssSha512,
    S::RsaPkcs1Sha256,
    S::RsaPkcs1Sha384,
    S::RsaPkcs1Sha512,
    S::MlDsa44,
    S::MlDsa65,
    S::MlDsa87,
];

pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
}

/// Scheme name, raw public key, signature over [`MESSAGE`].
pub(super) fn vectors() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let lines = include_str!("vectors.txt").lines().filter(|l| !l.starts_with('#'));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[0].to_owned(), hex(words[1]), hex(words[2]))
        })
        .collect()
}

fn scheme(name: &str) -> S {
    SCHEMES.into_iter().find(|s| format!("{s:?}") == name).unwrap()
}

fn holds(scheme: S, key: &[u8], data: &[u8], signature: &[u8]) -> bool {
    let raw = RustCrypto.verify_raw(scheme, key, data, signature).is_ok();
    if let Some(algorithm) = scheme.hash_algorithm() {
        let mut context = RustCrypto.hash(algorithm).unwrap();
        context.update(data);
        let digest = context.finalize();
        assert_eq!(raw, RustCrypto.verify_prehashed(scheme, key, &digest, signature).is_ok());
    }
    raw
}

#[test]
fn signatures_of_openssl_hold_and_altered_ones_do_not() {
    let mut seen = Vec::new();
    for (name, key, signature) in vectors().iter().filter(|v| !v.0.starts_with("short:")) {
        let scheme = scheme(name);
        seen.push(scheme);
        assert!(holds(scheme, key, MESSAGE, signature), "{name}");
        assert!(!holds(scheme, key, b"distvouch test vector", signature), "{name}: message");
        for place in [signature.len() / 4, signature.len() - 1] {
            let mut altered = signature.clone();
            altered[place] ^= 1;
            assert!(!holds(scheme, key, MESSAGE, &altered), "{name}: signature");
        }
        assert!(!holds(scheme, key, MESSAGE, &signature[1..]), "{name}: short");
        assert!(!holds(scheme, key, MESSAGE, &[]), "{name}: empty");
        for other in SCHEMES.into_iter().filter(|s| *s != scheme) {
            assert!(!holds(other, key, MESSAGE, signature), "{name} as {other:?}");
        }
    }
    let all = SCHEMES.into_iter().filter(|s| !format!("{s:?}").starts_with("MlDsa"));
    for scheme in all {
        assert!(seen.contains(&scheme), "no vector for {scheme:?}");
    }
}

#[test]
fn another_key_of_the_same_kind_does_not_hold() {
    let all = vectors();
    for (name, _, signature) in &all {
        for (other, key, _) in all.iter().filter(|v| v.0 != *name) {
            if let Some(scheme) = SCHEMES.into_iter().find(|s| format!("{s:?}") == *name) {
                let same = all.iter().any(|v| v.0 == *name && v.1 == *key);
                assert!(same || !holds(scheme, key, MESSAGE, signature), "{name} by {other}");
            }
        }
    }
}

#[test]
fn a_short_rsa_key_is_refused() {
    let short = vectors().into_iter().find(|v| v.0 == "short:RsaPkcs1Sha256").unwrap();
    let error = RustCrypto.verify_raw(S::RsaPkcs1Sha256, &short.1, MESSAGE, &short.2);
    assert!(matches!(error, Err(Error::InvalidKey(_))));
}

#[test]
fn a_compressed_point_is_refused() {
    for (name, size) in [("EcdsaP256Sha256", 33), ("EcdsaP384Sha384", 49)] {
        let (_, key, signature) = vectors().into_iter().find(|v| v.0 == name).unwrap();
        let mut short = key[..size].to_vec();
        short[0] = 2 + (key[key.len() - 1] & 1);
        assert!(!holds(scheme(name), &short, MESSAGE, &signature));
    }
}

/// A point has other encodings next to the uncompressed one; one that was refused and comes back
/// spelled otherwise must not get in.
#[test]
fn only_one_encoding_of_a_point_is_taken() {
    for (name, size) in [("EcdsaP256Sha256", 33), ("EcdsaP384Sha384", 49)] {
        let (_, key, signature) = vectors().into_iter().find(|v| v.0 == name).unwrap();
        for tag in 0..=u8::MAX {
            let refused = |key: &[u8]| !holds(scheme(name), key, MESSAGE, &signature);
            let mut whole = key.clone();
            whole[0] = tag;
            assert!(refused(&whole) || tag == 4, "{name} {tag}");
            whole.truncate(size);
            assert!(refused(&whole), "{name} {tag} short");
        }
        assert!(!holds(scheme(name), &[0], MESSAGE, &signature), "{name} at infinity");
        assert!(!holds(scheme(name), &[], MESSAGE, &signature), "{name} empty");
        let mut off = key.clone();
        off[size] ^= 1;
        assert!(!holds(scheme(name), &off, MESSAGE, &signature), "{name} off the curve");
    }
}

/// Of the two signatures that ECDSA has for each, both hold, as for every other verifier of Sigstore:
/// what is unique is the log's entry, not the signature.
#[test]
fn a_high_s_holds() {
    fn other(signature: &[u8], order: &str) -> Vec<u8> {
        // SEQUENCE { INTEGER r, INTEGER s }
        let r_end = 4 + usize::from(signature[3]);
        let s = &signature[r_end + 2..];
        let s = BigUint::from_bytes_be(&hex(order)) - BigUint::from_bytes_be(s);
        let mut s = s.to_bytes_be();
        if s[0] >= 0x80 {
            s.insert(0, 0);
        }
        let body = [&signature[2..r_end], &[2, s.len() as u8], &s].concat();
        [&[0x30, body.len() as u8][..], &body].concat()
    }
    let p256 = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let p384 = "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";
    for (name, order) in [("EcdsaP256Sha256", p256), ("EcdsaP384Sha384", p384)] {
        let (_, key, signature) = vectors().into_iter().find(|v| v.0 == name).unwrap();
        let other = other(&signature, order);
        assert_ne!(other, signature);
        assert!(holds(scheme(name), &key, MESSAGE, &other), "{name}");
    }
}

/// Keys and commitments of small order hold for many messages where no one looks.
#[test]
fn points_of_small_order_are_refused() {
    let points = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        // The same, not reduced.
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let (_, key, _) = vectors().into_iter().find(|v| v.0 == "Ed25519").unwrap();
    for point in points.map(hex) {
        for commitment in points.map(hex) {
            let signature = [commitment.as_slice(), &[0; 32]].concat();
            assert!(!holds(S::Ed25519, &point, MESSAGE, &signature), "{point:?}");
            assert!(!holds(S::Ed25519, &key, MESSAGE, &signature), "{commitment:?}");
        }
    }
}

#[test]
fn a_digest_of_another_length_is_refused() {
    for (name, key, signature) in vectors().iter().filter(|v| !v.0.starts_with("short:")) {
        let scheme = scheme(name);
        let Some(algorithm) = scheme.hash_algorithm() else { continue };
        let mut context = RustCrypto.hash(algorithm).unwrap();
        context.update(MESSAGE);
        let digest = context.finalize();
        for other in [&digest[..digest.len() - 1], &[&digest[..], &[0]].concat(), &[]] {
            assert!(RustCrypto.verify_prehashed(scheme, key, other, signature).is_err(), "{name}");
        }
        assert!(RustCrypto.verify_prehashed(scheme, key, &digest, signature).is_ok(), "{name}");
    }
    let none = RustCrypto.verify_prehashed(S::Ed25519, &[0; 32], &[0; 64], &[0; 64]);
    assert!(matches!(none, Err(Error::UnsupportedAlgorithm(_))));
}

/// What an RSA key may be: numbers in their one encoding, a modulus of 2048 to 8192 bits, an odd
/// exponent from 3 on that fits into 33 bits.
#[test]
fn the_bounds_of_rsa_keys() {
    /// A number, as DER has it.
    fn integer(bytes: &[u8]) -> Vec<u8> {
        let zero = if bytes[0] >= 0x80 { &[0][..] } else { &[] };
        element(2, &[zero, bytes].concat())
    }
    fn element(tag: u8, body: &[u8]) -> Vec<u8> {
        let [high, low] = (body.len() as u16).to_be_bytes();
        let length = match body.len() {
            0..=127 => vec![low],
            128..=255 => vec![0x81, low],
            _ => vec![0x82, high, low],
        };
        [&[tag], &length[..], body].concat()
    }
    let key = |modulus: &[u8], exponent: &[u8]| {
        element(0x30, &[integer(modulus), integer(exponent)].concat())
    };
    let odd = |bits: usize| {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        bytes[0] = u8::try_from((1u16 << ((bits - 1) % 8 + 1)) - 1).unwrap();
        bytes
    };
    let taken = |der: &[u8]| rsa_key(der).is_ok();
    let e = [1, 0, 1];
    for bits in [2048, 2049, 3072, 4096, 8191, 8192] {
        assert!(taken(&key(&odd(bits), &e)), "{bits} bits");
    }
    for bits in [1024, 2047, 8193, 16384] {
        assert!(!taken(&key(&odd(bits), &e)), "{bits} bits");
    }
    for exponent in [&[3][..], &[17], &e, &[1, 0xff, 0xff, 0xff, 0xff]] {
        assert!(taken(&key(&odd(2048), exponent)), "{exponent:?}");
    }
    for exponent in [&[1][..], &[2], &[4], &[1, 0, 0], &[2, 0, 0, 0, 1], &[0xff; 9], &odd(2048)] {
        assert!(!taken(&key(&odd(2048), exponent)), "{exponent:?}");
    }
    let mut even = odd(2048);
    even[255] = 0xfe;
    assert!(!taken(&key(&even, &e)));
    let negative = element(0x30, &[element(2, &odd(2048)), integer(&e)].concat());
    assert!(!taken(&negative));
    let padded = [&[0, 0][..], &odd(2048)].concat();
    assert!(!taken(&element(0x30, &[element(2, &padded), integer(&e)].concat())));
    let whole = key(&odd(2048), &e);
    assert!(!taken(&[&whole[..], &[0]].concat()) && !taken(&whole[..whole.len() - 1]));
}

#[test]
fn a_signature_above_the_modulus_is_refused() {
    let all = vectors();
    for (name, key, signature) in all.iter().filter(|v| v.0.starts_with("Rsa")) {
        let modulus = rsa::pkcs1::RsaPublicKey::from_der(key).unwrap();
        let modulus = BigUint::from_bytes_be(modulus.modulus.as_bytes());
        let above = (BigUint::from_bytes_be(signature) + modulus).to_bytes_be();
        assert!(!holds(scheme(name), key, MESSAGE, &above), "{name}");
        let longer = [&[0][..], signature].concat();
        assert!(!holds(scheme(name), key, MESSAGE, &longer), "{name}: a zero in front");
    }
}

#[test]
fn ml_dsa_is_named_as_unsupported() {
    for scheme in [S::MlDsa44, S::MlDsa65, S::MlDsa87] {
        let error = RustCrypto.verify_raw(scheme, &[0; 1312], MESSAGE, &[0; 2420]);
        assert!(matches!(error, Err(Error::UnsupportedAlgorithm(_))), "{scheme:?}");
    }
}

#[test]
fn digests_are_those_of_fips_180() {
    let abc = |algorithm| {
        let mut context = RustCrypto.hash(algorithm).unwrap();
        context.update(b"a");
        context.update(b"bc");
        context.finalize()[..4].to_vec()
    };
    assert_eq!(abc(HashAlgorithm::Sha2256), hex("ba7816bf"));
    assert_eq!(abc(HashAlgorithm::Sha2384), hex("cb00753f"));
    assert_eq!(abc(HashAlgorithm::Sha2512), hex("ddaf35a1"));
}
