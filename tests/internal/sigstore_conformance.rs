//! The bundle cases of sigstore-conformance, through the library.
#![cfg(feature = "sigstore")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::common;
use crate::check::attested::Question;
use crate::check::bundle::{BundleRequest, JudgedBundle, findings};
use crate::evidence::expectation::Pins;
use crate::evidence::sigstore::{
    ArtifactDigests, BundlePolicy, ManagedKey, TrustedRoot, UnverifiedBundle, Verifier,
};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// The class of every case that must be refused.
const CLASSES: &[(&str, &str)] = &[
    // No certificate in the chain; not base64; not JSON; an index below zero.
    ("bundle-empty-certificate-chain_fail", "provenance-malformed"),
    ("bundle-invalid-base64-signature_fail", "provenance-malformed"),
    ("bundle-malformed-json_fail", "provenance-malformed"),
    ("bundle-negative-log-index_fail", "provenance-malformed"),
    // Staging: neither its log nor its authority is in the production root, and it is older.
    ("bundle-from-wrong-instance_fail", "certificate-untrusted"),
    ("bundle-unknown-version_fail", "evidence-unsupported"),
    // The log's promise next to a proof without a checkpoint, or none at all.
    ("bundle-with-root-cert_fail", "evidence-unsupported"),
    ("intoto-missing-inclusion-proof_fail", "evidence-unsupported"),
    ("invalid-inclusion-proof_fail", "evidence-unsupported"),
    ("rekor2-no-inclusion-proof_fail", "provenance-malformed"),
    // Proofs that are there and do not hold.
    ("checkpoint-bad-keyhint_fail", "log-entry"),
    ("checkpoint-wrong-roothash_fail", "log-entry"),
    ("inclusion-proof-corrupted-hash_fail", "log-entry"),
    ("incorrect-public-key_fail", "log-entry"),
    ("invalid-checkpoint-signature_fail", "log-entry"),
    ("rekor2-checkpoint-no-matching-signature_fail", "log-entry"),
    ("set-invalid-signature_fail", "log-entry"),
    // Entries about something else.
    ("dsse-mismatch-envelope_fail", "log-entry"),
    ("dsse-mismatch-sig_fail", "log-entry"),
    ("rekor2-dsse-mismatch-envelope_fail", "log-entry"),
    ("rekor2-dsse-mismatch-sig_fail", "log-entry"),
    ("wrong-hashedrekord-artifact_fail", "log-entry"),
    ("wrong-hashedrekord-cert-and-sig_fail", "log-entry"),
    ("wrong-hashedrekord-entry_fail", "log-entry"),
    // Its body is not a Rekor entry of that kind.
    ("intoto-log-entry-mismatch_fail", "provenance-malformed"),
    // Checkpoints that cannot be read.
    ("rekor2-checkpoint-missing-log-signature_fail", "provenance-malformed"),
    ("rekor2-checkpoint-missing-origin_fail", "provenance-malformed"),
    ("rekor2-checkpoint-missing-root-hash_fail", "provenance-malformed"),
    ("rekor2-checkpoint-missing-size_fail", "provenance-malformed"),
    // The signature.
    ("dsse-invalid-sig_fail", "signature-bad"),
    ("rekor2-dsse-invalid-sig_fail", "signature-bad"),
    ("signature-mismatch_fail", "signature-bad"),
    ("message-digest-mismatch_fail", "subject-digest"),
    ("wrong-material_fail", "subject-digest"),
    // Who signed.
    ("managed-key-no-key_fail", "identity-mismatch"),
    // The key file holds no point of the curve.
    ("managed-key-wrong-key_fail", "key"),
    // When.
    ("integrated-time-in-future_fail", "time-outside-certificate"),
    ("intoto-expired-certificate_fail", "time-outside-certificate"),
    ("intoto-set-outside-signing-cert-validity_fail", "time-outside-certificate"),
    ("intoto-tsa-timestamp-outside-cert-validity_fail", "time-outside-certificate"),
    ("rekor2-no-timestamp_fail", "time-unknown"),
    ("rekor2-timestamp-outside-trust-root-tsa-validity_fail", "time-unknown"),
    ("rekor2-timestamp-outside-tsa-cert-validity_fail", "time-unknown"),
    ("rekor2-timestamp-payload-mismatch_fail", "time-unknown"),
    // Signed after the newest entry of the root, and stamped by an authority that is not in it: a newer
    // root may have it.
    ("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", "root-too-old"),
    ("rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", "root-too-old"),
    // The base64 of its time stamp has line breaks.
    ("rekor2-timestamp-with-incorrect-time_fail", "provenance-malformed"),
    // The root has another key in place of the certificate log that signed.
    ("invalid-ct-key_fail", "root-too-old"),
    // The root has a window without a start.
    ("trust-root-tlog-missing-validity-start_fail", "root"),
];

fn corpus() -> Option<PathBuf> {
    Some(common::corpora("Sigstore conformance")?.join("sigstore-conformance"))
}

/// `agrees`, a class, or what kept the case from being checked at all.
fn outcome(case: &Path, corpus: &Path) -> String {
    let read = |name: &str| fs::read(case.join(name)).ok();
    let text = |name, default: &str| {
        read(name).map_or(default.to_owned(), |b| String::from_utf8(b).unwrap().trim().to_owned())
    };
    let blob = read("artifact").unwrap_or_else(|| fs::read(corpus.join("a.txt")).unwrap());
    let root = case.join("trusted_root.json");
    let root =
        match TrustedRoot::load_with(root.is_file().then_some(&root), Path::new("/nonexistent")) {
            Ok(root) => root,
            Err(_) => return "root".to_owned(),
        };
    let policy = match read("key.pub").map(|key| ManagedKey::parse(&key)) {
        Some(Ok(key)) => BundlePolicy::ManagedKey(key),
        Some(Err(_)) => return "key".to_owned(),
        None => BundlePolicy::Identity {
            identity: text("identity", IDENTITY),
            issuer: Some(text("issuer", ISSUER)),
        },
    };
    let bundle = UnverifiedBundle::parse(&read("bundle.sigstore.json").unwrap());
    let artifact = ArtifactDigests {
        sha256: Some(Sha256::digest(&blob).into()),
        sha384: Some(Sha384::digest(&blob).into()),
        sha512: Some(Sha512::digest(&blob).into()),
        blob: None,
    };
    let verifier = Verifier::new(root);
    let request = BundleRequest {
        bundle: &bundle,
        name: "artifact",
        is_named: true,
        artifact,
        policies: std::slice::from_ref(&policy),
        question: Question { expectation: None, pins: &Pins::default() },
        verifier: &verifier,
    };
    let findings = findings(vec![JudgedBundle::of(request)]);
    let finding = findings.first().unwrap();
    println!("{}: {}", case.file_name().unwrap().display(), finding.compared);
    finding.class.map_or("agrees", |class| class.name()).to_owned()
}

#[test]
fn every_case_comes_out_right() {
    let Some(corpus) = corpus() else { return };
    let classes: BTreeMap<&str, &str> = CLASSES.iter().copied().collect();
    let mut seen = 0;
    let mut wrong = Vec::new();
    let mut cases: Vec<PathBuf> =
        fs::read_dir(corpus.join("bundle-verify")).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    for case in cases.iter().filter(|c| c.join("bundle.sigstore.json").is_file()) {
        seen += 1;
        let name = case.file_name().unwrap().to_str().unwrap();
        let got = outcome(case, &corpus);
        let expected = if name.ends_with("_fail") {
            classes.get(name).copied().unwrap_or("a class in the table")
        } else {
            "agrees"
        };
        if got != expected {
            wrong.push(format!("(\"{name}\", \"{got}\"), expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen, 70);
}
