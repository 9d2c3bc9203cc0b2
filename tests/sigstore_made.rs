//! Bundles that this test signs and logs itself, with a log of its own: kinds that no corpus has.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use distvouch::sigstore::{
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

fn b64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A log with one key, whose tree never has more than one leaf.
struct Log(p256::ecdsa::SigningKey);

impl Log {
    fn new() -> Self {
        Self(p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap())
    }

    fn key(&self) -> Vec<u8> {
        self.0.verifying_key().to_public_key_der().unwrap().into_vec()
    }

    fn id(&self) -> [u8; 32] {
        Sha256::digest(self.key()).into()
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let signature: p256::ecdsa::Signature = self.0.sign(bytes);
        signature.to_der().as_bytes().to_vec()
    }

    fn root(&self) -> Verifier {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("distvouch-made-{}-{count}.json", std::process::id());
        let path = std::env::temp_dir().join(name);
        let root = json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [{
                "baseUrl": "https://log.example",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": b64(self.key()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": {"start": "2021-01-01T00:00:00Z"}},
                "logId": {"keyId": b64(self.id())}}],
        });
        fs::write(&path, root.to_string()).unwrap();
        let root = TrustedRoot::load(Some(&path)).unwrap();
        fs::remove_file(&path).unwrap();
        Verifier::new(root)
    }

    /// A bundle of `content` whose log entry is `body`.
    fn bundle(&self, kind: &str, body: &Value, content: (&str, Value)) -> Value {
        let body = body.to_string();
        let leaf: [u8; 32] = Sha256::digest([&[0], body.as_bytes()].concat()).into();
        let note = format!("log.example\n1\n{}\n", b64(leaf));
        let signed = [&self.id()[..4], &self.sign(note.as_bytes())].concat();
        let checkpoint = format!("{note}\n\u{2014} log.example {}\n", b64(signed));
        let promise = json!({
            "body": b64(&body), "integratedTime": 1_700_000_000, "logID": hex(&self.id()), "logIndex": 0});
        let (key, content) = content;
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "publicKey": {"hint": ""},
                "tlogEntries": [{
                    "logIndex": "0",
                    "logId": {"keyId": b64(self.id())},
                    "kindVersion": {"kind": kind, "version": "0.0.1"},
                    "integratedTime": "1700000000",
                    "inclusionPromise": {"signedEntryTimestamp": b64(self.sign(promise.to_string().as_bytes()))},
                    "inclusionProof": {
                        "logIndex": "0", "treeSize": "1", "rootHash": b64(leaf), "hashes": [],
                        "checkpoint": {"envelope": checkpoint}},
                    "canonicalizedBody": b64(&body)}]},
            key: content})
    }
}

fn pem(der: &[u8]) -> String {
    let text = b64(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|c| std::str::from_utf8(c).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

fn hashedrekord(algorithm: &str, digest: &[u8], signature: &[u8], key: &[u8]) -> Value {
    json!({
        "apiVersion": "0.0.1", "kind": "hashedrekord",
        "spec": {
            "data": {"hash": {"algorithm": algorithm, "value": hex(digest)}},
            "signature": {"content": b64(signature), "publicKey": {"content": b64(pem(key))}}}})
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
    let signer = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
    let key = signer.verifying_key().to_public_key_der().unwrap().into_vec();
    let payload = json!({
        "_type": "https://in-toto.io/Statement/v1", "subject": digests,
        "predicateType": "https://example.org/p", "predicate": {}})
    .to_string();
    let kind = "application/vnd.in-toto+json";
    let pae = format!("DSSEv1 {} {kind} {} {payload}", kind.len(), payload.len());
    let signature: p256::ecdsa::Signature = signer.sign(pae.as_bytes());
    let signature = signature.to_der().as_bytes().to_vec();
    let body = json!({
        "apiVersion": "0.0.1", "kind": "dsse",
        "spec": {
            "envelopeHash": {"algorithm": "sha256", "value": "00".repeat(32)},
            "payloadHash": {"algorithm": "sha256", "value": hex(&Sha256::digest(&payload))},
            "signatures": [{"signature": b64(&signature), "verifier": b64(pem(&key))}]}});
    let content = json!({
        "payload": b64(&payload), "payloadType": kind, "signatures": [{"sig": b64(&signature)}]});
    (log.bundle("dsse", &body, ("dsseEnvelope", content)), key)
}

fn artifact<'a>(file: &'a [u8], needs: Needs) -> ArtifactDigests<'a> {
    ArtifactDigests {
        sha256: Sha256::digest(file).into(),
        sha384: None,
        sha512: needs.sha512.then(|| Sha512::digest(file).into()),
        blob: needs.blob.then_some(file),
    }
}

/// What is needed for the bundle, and what comes out for [`FILE`] and for another file.
fn run(log: &Log, bundle: &Value, key: &[u8]) -> (Needs, &'static str, &'static str) {
    let verifier = log.root();
    let policy = BundlePolicy::ManagedKey(ManagedKey::parse(pem(key).as_bytes()).unwrap());
    let bundle = UnverifiedBundle::parse(bundle.to_string().as_bytes()).unwrap();
    let needs = bundle.needs(&policy);
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
    let log = Log::new();
    let signer = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
    let key = signer.verifying_key().to_public_key_der().unwrap().into_vec();
    let signature: p256::ecdsa::Signature = signer.sign(FILE);
    let signature = signature.to_der().as_bytes().to_vec();
    let sha256 = Sha256::digest(FILE);
    let body = hashedrekord("sha256", &sha256, &signature, &key);
    let bundle = log.bundle("hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    assert_eq!(run(&log, &bundle, &key), (PLAIN, "agrees", "subject-digest"));
    // By another key.
    let other = p256::ecdsa::SigningKey::from_slice(&[8; 32]).unwrap();
    let other = other.verifying_key().to_public_key_der().unwrap().into_vec();
    assert_eq!(run(&log, &bundle, &other).1, "signature-bad");
}

#[test]
fn ed25519_is_checked_over_the_bytes() {
    let log = Log::new();
    let signer = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let key = [&prefix[..], signer.verifying_key().as_bytes()].concat();
    let signature = signer.sign(FILE).to_bytes();
    let sha256 = Sha256::digest(FILE);
    let body = hashedrekord("sha256", &sha256, &signature, &key);
    let bundle = log.bundle("hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    assert_eq!(run(&log, &bundle, &key), (BLOB, "agrees", "subject-digest"));
    let mut altered = signature;
    altered[3] ^= 1;
    let body = hashedrekord("sha256", &sha256, &altered, &key);
    let bundle = log.bundle("hashedrekord", &body, message("SHA2_256", &sha256, &altered));
    assert_eq!(run(&log, &bundle, &key).1, "signature-bad");
}

#[test]
fn a_file_that_is_not_at_hand_is_not_checked() {
    let log = Log::new();
    let signer = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let key = [&prefix[..], signer.verifying_key().as_bytes()].concat();
    let signature = signer.sign(FILE).to_bytes();
    let sha256 = Sha256::digest(FILE);
    let body = hashedrekord("sha256", &sha256, &signature, &key);
    let bundle = log.bundle("hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    let bundle = UnverifiedBundle::parse(bundle.to_string().as_bytes()).unwrap();
    let policy = BundlePolicy::ManagedKey(ManagedKey::parse(&key).unwrap());
    let fault = log.root().bundle(&bundle, &artifact(FILE, PLAIN), &policy).unwrap_err();
    assert_eq!(fault.class().name(), "evidence-unsupported");
}

#[test]
fn sha_384_is_checked_over_the_bytes() {
    let log = Log::new();
    let signer = p384::ecdsa::SigningKey::from_slice(&[9; 48]).unwrap();
    let key = signer.verifying_key().to_public_key_der().unwrap().into_vec();
    let sha384 = Sha384::digest(FILE);
    let signature: p384::ecdsa::Signature = signer.sign_prehash(&sha384).unwrap();
    let signature = signature.to_der().as_bytes().to_vec();
    let body = hashedrekord("sha256", &Sha256::digest(FILE), &signature, &key);
    let bundle = log.bundle("hashedrekord", &body, message("SHA2_384", &sha384, &signature));
    assert_eq!(run(&log, &bundle, &key), (BLOB, "agrees", "subject-digest"));
    // P-384 with SHA-256 needs no bytes.
    let sha256 = Sha256::digest(FILE);
    let signature: p384::ecdsa::Signature = signer.sign_prehash(&sha256).unwrap();
    let signature = signature.to_der().as_bytes().to_vec();
    let body = hashedrekord("sha256", &sha256, &signature, &key);
    let bundle = log.bundle("hashedrekord", &body, message("SHA2_256", &sha256, &signature));
    assert_eq!(run(&log, &bundle, &key), (PLAIN, "agrees", "subject-digest"));
    // As the public log records it: by the SHA-384 alone.
    let signature: p384::ecdsa::Signature = signer.sign_prehash(&sha384).unwrap();
    let signature = signature.to_der().as_bytes().to_vec();
    let body = hashedrekord("sha384", &sha384, &signature, &key);
    let bundle = log.bundle("hashedrekord", &body, message("SHA2_384", &sha384, &signature));
    assert_eq!(run(&log, &bundle, &key).1, "evidence-unsupported");
}

#[test]
fn every_digest_of_a_statement_agrees() {
    let log = Log::new();
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
    let fault = log.root().bundle(&bundle, &known, &policy).unwrap_err();
    assert_eq!(fault.class().name(), "subject-digest");
}

#[test]
fn a_bundle_without_its_proof_is_malformed_under_every_version() {
    let log = Log::new();
    let (bundle, key) = envelope(&log, json!([{"digest": {"sha256": hex(&Sha256::digest(FILE))}}]));
    for version in [".v0.3+json", "+json;version=0.3", "+json;version=0.2", "+json;version=0.1"] {
        let mut bundle = bundle.clone();
        bundle["mediaType"] = format!("application/vnd.dev.sigstore.bundle{version}").into();
        assert_eq!(run(&log, &bundle, &key).1, "agrees", "{version}");
        bundle["verificationMaterial"]["tlogEntries"][0]
            .as_object_mut()
            .unwrap()
            .remove("inclusionProof");
        assert_eq!(run(&log, &bundle, &key).1, "provenance-malformed", "{version}");
        bundle["verificationMaterial"]["tlogEntries"] = json!([]);
        assert_eq!(run(&log, &bundle, &key).1, "provenance-malformed", "{version}");
    }
}

#[test]
fn an_identity_is_not_met_by_a_key() {
    let log = Log::new();
    let (bundle, _) = envelope(&log, json!([{"digest": {"sha256": hex(&Sha256::digest(FILE))}}]));
    let bundle = UnverifiedBundle::parse(bundle.to_string().as_bytes()).unwrap();
    let policy =
        BundlePolicy::Identity { identity: "a@b".to_owned(), issuer: "https://c".to_owned() };
    let fault = log.root().bundle(&bundle, &artifact(FILE, PLAIN), &policy).unwrap_err();
    assert_eq!(fault.class().name(), "identity-mismatch");
}

#[test]
fn one_verifier_serves_several_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Log::new().root());
}

#[test]
fn what_is_no_bundle_is_named() {
    for (text, class) in [
        ("{}", "provenance-malformed"),
        ("[]", "provenance-malformed"),
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
