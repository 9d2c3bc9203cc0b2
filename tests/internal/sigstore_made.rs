//! Bundles that this test signs and logs itself, with a log of its own: kinds that no corpus has.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::common::sigstore::{Key, Log, b64, dsse, hex, pem, trusted_root};
use crate::evidence::sigstore::{
    ArtifactDigests, BundlePolicy, ManagedKey, Needs, TrustedRoot, UnverifiedBundle, Verifier,
};
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::pkcs8::EncodePublicKey as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

const FILE: &[u8] = b"the bytes of a release\n";

/// A log that nothing else is taken from.
fn new_log() -> Log {
    Log::new("log.example", "a log")
}

fn verifier(log: &Log) -> Verifier {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("distvouch-made-{}-{count}.json", std::process::id());
    let path = std::env::temp_dir().join(name);
    fs::write(&path, trusted_root(&[log]).to_string()).unwrap();
    let root = TrustedRoot::load(Some(&path)).unwrap();
    fs::remove_file(&path).unwrap();
    Verifier::new(root)
}

/// A bundle of `content` whose log entry is `body`, signed by a key.
fn bundled(log: &Log, kind: &str, body: &Value, content: (&str, Value)) -> Value {
    let (key, content) = content;
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "publicKey": {"hint": ""},
            "tlogEntries": [log.entry(kind, body, 1_700_000_000, &log.key)]},
        key: content})
}

fn hashedrekord(algorithm: &str, digest: &[u8], signature: &[u8], key: &[u8]) -> Value {
    json!({
        "apiVersion": "0.0.1", "kind": "hashedrekord",
        "spec": {
            "data": {"hash": {"algorithm": algorithm, "value": hex(digest)}},
            "signature": {"content": b64(signature), "publicKey": {"content": b64(pem("PUBLIC KEY", key))}}}})
}

fn message(algorithm: &str, digest: &[u8], signature: &[u8]) -> (&'static str, Value) {
    (
        "messageSignature",
        json!({
        "messageDigest": {"algorithm": algorithm, "digest": b64(digest)},
        "signature": b64(signature)}),
    )
}

/// A DSSE bundle over a statement about digests, signed by a P-256 key; and the key.
fn envelope(log: &Log, digests: Value) -> (Value, Vec<u8>) {
    let signer = Key::new("a managed key");
    let key = signer.public();
    let payload = json!({
        "_type": "https://in-toto.io/Statement/v1", "subject": digests,
        "predicateType": "https://example.org/p", "predicate": {}})
    .to_string();
    let kind = "application/vnd.in-toto+json";
    let (signature, body) = dsse(&signer, &payload, &pem("PUBLIC KEY", &key), kind);
    let content = json!({
        "payload": b64(&payload), "payloadType": kind, "signatures": [{"sig": b64(&signature)}]});
    (bundled(log, "dsse", &body, ("dsseEnvelope", content)), key)
}

fn artifact<'a>(file: &'a [u8], needs: Needs) -> ArtifactDigests<'a> {
    ArtifactDigests {
        sha256: Some(Sha256::digest(file).into()),
        sha384: None,
        sha512: needs.sha512.then(|| Sha512::digest(file).into()),
        blob: needs.blob.then_some(file),
    }
}

/// What is needed for the bundle, and what comes out for [`FILE`] and for another file.
fn run(log: &Log, bundle: &Value, key: &[u8]) -> (Needs, &'static str, &'static str) {
    let verifier = verifier(log);
    let policy =
        BundlePolicy::ManagedKey(ManagedKey::parse(pem("PUBLIC KEY", key).as_bytes()).unwrap());
    let bundle = UnverifiedBundle::parse(bundle.to_string().as_bytes()).unwrap();
    let needs = bundle.needs(Some(&policy));
    let outcome = |file| match verifier.bundle(&bundle, &artifact(file, needs), &policy) {
        Ok(_) => "agrees",
        Err(fault) => {
            println!("{fault}");
            fault.class().name()
        }
    };
    (needs, outcome(FILE), outcome(b"the bytes of another\n"))
}

const PLAIN: Needs = Needs { sha512: false, blob: false };
const BLOB: Needs = Needs { sha512: false, blob: true };

#[test]
fn a_signature_over_sha_256_needs_no_bytes() {
    let log = new_log();
    let signer = Key::new("a managed key");
    let (key, signature) = (signer.public(), signer.sign(FILE));
    let sha256 = Sha256::digest(FILE);
    let body = hashedrekord("sha256", &sha256, &signature, &key);
    let bundle = bundled(&log, "hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    assert_eq!(run(&log, &bundle, &key), (PLAIN, "agrees", "subject-digest"));
    // By another key than the given one; and by that one, over other bytes.
    let other = Key::new("another key");
    assert_eq!(run(&log, &bundle, &other.public()).1, "signer-unknown");
    let signature = other.sign(b"the bytes of another\n");
    let body = hashedrekord("sha256", &sha256, &signature, &other.public());
    let bundle = bundled(&log, "hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    assert_eq!(run(&log, &bundle, &other.public()).1, "signature-bad");
}

#[test]
fn ed25519_is_checked_over_the_bytes() {
    let log = new_log();
    let signer = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let key = [&prefix[..], signer.verifying_key().as_bytes()].concat();
    let signature = signer.sign(FILE).to_bytes();
    let sha256 = Sha256::digest(FILE);
    let body = hashedrekord("sha256", &sha256, &signature, &key);
    let bundle = bundled(&log, "hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    assert_eq!(run(&log, &bundle, &key), (BLOB, "agrees", "subject-digest"));
    let mut altered = signature;
    altered[3] ^= 1;
    let body = hashedrekord("sha256", &sha256, &altered, &key);
    let bundle = bundled(&log, "hashedrekord", &body, message("SHA2_256", &sha256, &altered));
    assert_eq!(run(&log, &bundle, &key).1, "signature-bad");
}

#[test]
fn what_is_signed_by_a_prehash_of_ed25519_is_named() {
    let log = new_log();
    let signer = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let key = [&prefix[..], signer.verifying_key().as_bytes()].concat();
    let sha512 = Sha512::digest(FILE);
    let mut state = Sha512::new();
    state.update(FILE);
    let signature = signer.sign_prehashed(state, None).unwrap().to_bytes();
    // As cosign has them: the log names the SHA-512, the bundle that or none.
    let body = hashedrekord("sha512", &sha512, &signature, &key);
    for content in [
        message("SHA2_512", &sha512, &signature),
        ("messageSignature", json!({"signature": b64(signature)})),
    ] {
        let bundle = bundled(&log, "hashedrekord", &body, content);
        assert_eq!(run(&log, &bundle, &key).1, "evidence-unsupported");
        let bundle = UnverifiedBundle::parse(bundle.to_string().as_bytes()).unwrap();
        let policy = BundlePolicy::ManagedKey(ManagedKey::parse(&key).unwrap());
        let fault = verifier(&log).bundle(&bundle, &artifact(FILE, BLOB), &policy).unwrap_err();
        assert!(fault.to_string().contains("Ed25519ph"), "{fault}");
    }
}

#[test]
fn a_file_that_is_not_at_hand_is_not_checked() {
    let log = new_log();
    let signer = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let key = [&prefix[..], signer.verifying_key().as_bytes()].concat();
    let signature = signer.sign(FILE).to_bytes();
    let sha256 = Sha256::digest(FILE);
    let body = hashedrekord("sha256", &sha256, &signature, &key);
    let bundle = bundled(&log, "hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    let bundle = UnverifiedBundle::parse(bundle.to_string().as_bytes()).unwrap();
    let policy = BundlePolicy::ManagedKey(ManagedKey::parse(&key).unwrap());
    let fault = verifier(&log).bundle(&bundle, &artifact(FILE, PLAIN), &policy).unwrap_err();
    assert_eq!(fault.class().name(), "evidence-unsupported");
}

#[test]
fn sha_384_is_checked_over_the_bytes() {
    let log = new_log();
    let signer = p384::ecdsa::SigningKey::from_slice(&[9; 48]).unwrap();
    let key = signer.verifying_key().to_public_key_der().unwrap().into_vec();
    let sha384 = Sha384::digest(FILE);
    let signature: p384::ecdsa::Signature = signer.sign_prehash(&sha384).unwrap();
    let signature = signature.to_der().as_bytes().to_vec();
    let body = hashedrekord("sha256", &Sha256::digest(FILE), &signature, &key);
    let bundle = bundled(&log, "hashedrekord", &body, message("SHA2_384", &sha384, &signature));
    assert_eq!(run(&log, &bundle, &key), (BLOB, "agrees", "subject-digest"));
    // P-384 with SHA-256 needs no bytes.
    let sha256 = Sha256::digest(FILE);
    let signature: p384::ecdsa::Signature = signer.sign_prehash(&sha256).unwrap();
    let signature = signature.to_der().as_bytes().to_vec();
    let body = hashedrekord("sha256", &sha256, &signature, &key);
    let bundle = bundled(&log, "hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    assert_eq!(run(&log, &bundle, &key), (PLAIN, "agrees", "subject-digest"));
    // As the public log records it: by the SHA-384 alone.
    let signature: p384::ecdsa::Signature = signer.sign_prehash(&sha384).unwrap();
    let signature = signature.to_der().as_bytes().to_vec();
    let body = hashedrekord("sha384", &sha384, &signature, &key);
    let bundle = bundled(&log, "hashedrekord", &body, message("SHA2_384", &sha384, &signature));
    assert_eq!(run(&log, &bundle, &key).1, "evidence-unsupported");
}

#[test]
fn every_digest_of_a_statement_agrees() {
    let log = new_log();
    let (sha256, sha512) = (hex(&Sha256::digest(FILE)), hex(&Sha512::digest(FILE)));
    let outcome = |subjects| {
        let (bundle, key) = envelope(&log, subjects);
        let (needs, this, _) = run(&log, &bundle, &key);
        (needs, this)
    };
    let only_512 = Needs { sha512: true, blob: false };
    let zeros = "0".repeat(128);
    assert_eq!(outcome(json!([{"digest": {"sha256": sha256}}])), (PLAIN, "agrees"));
    assert_eq!(outcome(json!([{"digest": {"sha512": sha512}}])), (only_512, "agrees"));
    assert_eq!(outcome(json!([{"digest": {"sha512": zeros}}])), (only_512, "subject-digest"));
    let other = json!({"digest": {"sha256": "0".repeat(64)}});
    assert_eq!(outcome(json!([other, {"digest": {"sha256": sha256}}])), (PLAIN, "agrees"));
    assert_eq!(outcome(json!([other])), (PLAIN, "subject-digest"));
    // One digest right and one wrong is wrong, if it was computed.
    let (bundle, key) = envelope(&log, json!([{"digest": {"sha256": sha256, "sha512": zeros}}]));
    let bundle = UnverifiedBundle::parse(bundle.to_string().as_bytes()).unwrap();
    let policy = BundlePolicy::ManagedKey(ManagedKey::parse(&key).unwrap());
    let known = artifact(FILE, only_512);
    let fault = verifier(&log).bundle(&bundle, &known, &policy).unwrap_err();
    assert_eq!(fault.class().name(), "subject-digest");
}

#[test]
fn a_bundle_without_its_proof_is_refused_under_every_version() {
    let log = new_log();
    let (bundle, key) = envelope(&log, json!([{"digest": {"sha256": hex(&Sha256::digest(FILE))}}]));
    for version in [".v0.3+json", "+json;version=0.3", "+json;version=0.2", "+json;version=0.1"] {
        let mut bundle = bundle.clone();
        bundle["mediaType"] = format!("application/vnd.dev.sigstore.bundle{version}").into();
        assert_eq!(run(&log, &bundle, &key).1, "agrees", "{version}");
        bundle["verificationMaterial"]["tlogEntries"][0]
            .as_object_mut()
            .unwrap()
            .remove("inclusionProof");
        assert_eq!(run(&log, &bundle, &key).1, "evidence-unsupported", "{version}");
        bundle["verificationMaterial"]["tlogEntries"] = json!([]);
        assert_eq!(run(&log, &bundle, &key).1, "evidence-unsupported", "{version}");
    }
}

#[test]
fn an_identity_is_not_met_by_a_key() {
    let log = new_log();
    let (bundle, _) = envelope(&log, json!([{"digest": {"sha256": hex(&Sha256::digest(FILE))}}]));
    let bundle = UnverifiedBundle::parse(bundle.to_string().as_bytes()).unwrap();
    let policy =
        BundlePolicy::Identity { identity: "a@b".to_owned(), issuer: Some("https://c".to_owned()) };
    let fault = verifier(&log).bundle(&bundle, &artifact(FILE, PLAIN), &policy).unwrap_err();
    assert_eq!(fault.class().name(), "identity-mismatch");
}

#[test]
fn one_verifier_serves_several_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&verifier(&new_log()));
}

#[test]
fn what_is_no_bundle_is_named() {
    for (text, class) in [
        ("{}", "provenance-malformed"),
        ("[]", "provenance-empty"),
        ("{\"attestations\":[]}", "provenance-empty"),
        ("{\"a\":1,\"a\":1}", "provenance-malformed"),
        ("", "provenance-malformed"),
        ("{\"base64Signature\":\"\",\"cert\":\"\",\"rekorBundle\":{}}", "evidence-unsupported"),
        (
            "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.4+json\"}",
            "evidence-unsupported",
        ),
    ] {
        let fault = UnverifiedBundle::parse(text.as_bytes()).unwrap_err();
        assert_eq!(fault.class().name(), class, "{text}");
    }
}
