#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use sigstore::crypto::SigningScheme as S;

const MESSAGE: &[u8] = b"distvouch test vector\n";

const SCHEMES: [S; 14] = [
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

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
}

/// Scheme name, raw public key, signature over [`MESSAGE`].
fn vectors() -> Vec<(String, Vec<u8>, Vec<u8>)> {
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
