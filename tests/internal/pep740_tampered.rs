//! One real attestation with one thing changed: each change has exactly its class. And the same
//! attestation under trusted roots that lack something.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::common;
use super::common::sigstore::flipped;
use crate::answer::finding::Finding;
use crate::check::provenance::{Request, check};
use crate::evidence::expectation::{Pins, PublisherExpectation};
use crate::evidence::pep740::{Claim, Provenance, Subject};
use crate::evidence::sigstore::{TrustedRoot, Verifier};
use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

const NAME: &str = "sampleproject-4.0.0.tar.gz";
const ATTESTATION: &str = "/attestation_bundles/0/attestations/0";
const ENTRY: &str =
    "/attestation_bundles/0/attestations/0/verification_material/transparency_entries/0";

/// The provenance and the file's SHA-256.
fn case() -> Option<(Value, [u8; 32])> {
    let path = common::corpora("PEP 740 documents, tampered")?.join("pep740-edge/good");
    let provenance = fs::read(path.join("provenance.json")).unwrap();
    let sha256 = Sha256::digest(fs::read(path.join(NAME)).unwrap()).into();
    Some((serde_json::from_slice(&provenance).unwrap(), sha256))
}

/// A verifier under the production root with `change` made to it.
fn verifier(change: impl FnOnce(&mut Value)) -> Verifier {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("distvouch-tampered-{}-{count}.json", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut root: Value =
        serde_json::from_str(sigstore::trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT).unwrap();
    change(&mut root);
    fs::write(&path, root.to_string()).unwrap();
    let root = TrustedRoot::load(Some(&path));
    fs::remove_file(&path).unwrap();
    Verifier::new(root.unwrap())
}

fn run(provenance: &Value, sha256: [u8; 32], verifier: &Verifier) -> Vec<Finding> {
    let expectation =
        PublisherExpectation::from_repository("https://github.com/pypa/sampleproject").unwrap();
    check(&Request {
        provenance: provenance.to_string().as_bytes(),
        subject: Subject { name: NAME, is_named: true, sha256, others: &[] },
        expectation: Some(&expectation),
        pins: &Pins::default(),
        verifier,
    })
}

fn class(findings: &[Finding]) -> &'static str {
    let [one] = findings else { panic!("{} findings", findings.len()) };
    one.class.map_or("agrees", |c| c.name())
}

#[test]
fn every_change_has_its_class() {
    let Some((good, sha256)) = case() else { return };
    let verifier = verifier(|_| {});
    assert_eq!(class(&run(&good, sha256, &verifier)), "agrees");
    let changed = |pointer: &str, change: &dyn Fn(&Value) -> Value| {
        let mut tree = good.clone();
        let place = tree.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}"));
        *place = change(place);
        let findings = run(&tree, sha256, &verifier);
        println!("{pointer}: {}", findings[0].compared);
        class(&findings)
    };
    let flip = |at: usize| move |v: &Value| flipped(v, at);
    let set = |value: Value| move |_: &Value| value.clone();
    let entry = |path: &str| format!("{ENTRY}/{path}");
    let part = |path: &str| format!("{ATTESTATION}/{path}");

    // The log entry.
    let size = entry("inclusionProof/treeSize");
    assert_eq!(changed(&size, &set(json!("25232880"))), "log-entry");
    assert_eq!(changed(&size, &set(json!("0"))), "log-entry");
    assert_eq!(changed(&size, &set(json!(-1))), "provenance-malformed");
    assert_eq!(changed(&entry("inclusionProof/rootHash"), &flip(0)), "log-entry");
    assert_eq!(changed(&entry("inclusionProof/hashes/3"), &flip(31)), "log-entry");
    assert_eq!(changed(&entry("inclusionProof/hashes"), &set(json!([]))), "log-entry");
    let index = entry("inclusionProof/logIndex");
    assert_eq!(changed(&index, &set(json!("25232876"))), "log-entry");
    assert_eq!(changed(&index, &set(json!("99999999"))), "log-entry");
    // The index in the whole log is covered by the promise.
    assert_eq!(changed(&entry("logIndex"), &set(json!("1"))), "log-entry");
    assert_eq!(changed(&entry("integratedTime"), &set(json!("1730932628"))), "log-entry");
    assert_eq!(changed(&entry("integratedTime"), &set(json!("0"))), "time-unknown");
    let promise = entry("inclusionPromise/signedEntryTimestamp");
    assert_eq!(changed(&promise, &flip(20)), "log-entry");
    let checkpoint = entry("inclusionProof/checkpoint/envelope");
    let text = |from: &'static str, to: &'static str| {
        move |v: &Value| {
            let text = v.as_str().unwrap();
            assert!(text.contains(from), "{text}");
            text.replace(from, to).into()
        }
    };
    assert_eq!(
        changed(&checkpoint, &text("1193050959916656506", "1193050959916656507")),
        "log-entry"
    );
    assert_eq!(changed(&checkpoint, &text("\n25232879\n", "\n25232880\n")), "log-entry");
    assert_eq!(changed(&checkpoint, &text("dev wNI9aj", "dev wNI9ak")), "log-entry");
    // Four characters of base64 are the key hint; then it is another log's checkpoint.
    assert_eq!(changed(&checkpoint, &text("dev wNI9", "dev wNI8")), "log-entry");
    assert_eq!(changed(&checkpoint, &set(json!(""))), "provenance-malformed");
    assert_eq!(changed(&checkpoint, &set(json!("x"))), "provenance-malformed");
    assert_eq!(changed(&entry("inclusionPromise"), &set(Value::Null)), "time-unknown");
    assert_eq!(changed(&entry("inclusionProof"), &set(Value::Null)), "provenance-malformed");
    assert_eq!(changed(&entry("canonicalizedBody"), &flip(300)), "log-entry");
    // The log is not the root's, the certificate is.
    assert_eq!(changed(&entry("logId/keyId"), &flip(0)), "root-too-old");
    assert_eq!(
        changed(&entry("kindVersion/version"), &set(json!("0.0.9"))),
        "evidence-unsupported"
    );
    assert_eq!(changed(&entry("kindVersion/kind"), &set(json!("intoto"))), "evidence-unsupported");
    assert_eq!(changed(&entry("kindVersion/kind"), &set(json!(1))), "provenance-malformed");
    // Said to be of Rekor v2, its index in the whole log counts.
    let v2 = json!({"kind": "hashedrekord", "version": "0.0.2"});
    assert_eq!(changed(&entry("kindVersion"), &set(v2)), "log-entry");

    // The envelope.
    assert_eq!(changed(&part("envelope/signature"), &flip(40)), "signature-bad");
    assert_eq!(changed(&part("envelope/signature"), &set(json!("AA=="))), "signature-bad");
    // `_type` is the first key; then the digest; then white space at the end.
    assert_eq!(changed(&part("envelope/statement"), &flip(3)), "provenance-malformed");
    let digest = |from: &'static str, to: &'static str| {
        move |v: &Value| {
            let bytes = Base64::decode_vec(v.as_str().unwrap()).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(from), "{text}");
            Value::from(Base64::encode_string(text.replacen(from, to, 1).as_bytes()))
        }
    };
    let statement = part("envelope/statement");
    assert_eq!(changed(&statement, &digest("0ace79", "0ace78")), "signature-bad");
    assert_eq!(changed(&statement, &digest("{", "{ ")), "signature-bad");
    assert_eq!(changed(&statement, &digest("0ace79", "0ACE79")), "provenance-malformed");
    assert_eq!(
        changed(&statement, &digest("\"name\"", "\"name\":\"x\",\"name\"")),
        "provenance-malformed"
    );
    assert_eq!(changed(&statement, &digest("publish/v1", "publish/v2")), "signature-bad");

    // The certificate: its issuer's signature, its tag, one of its claims.
    let certificate = part("verification_material/certificate");
    let length =
        Base64::decode_vec(good.pointer(&certificate).unwrap().as_str().unwrap()).unwrap().len();
    assert_eq!(changed(&certificate, &flip(length - 1)), "certificate-untrusted");
    assert_eq!(changed(&certificate, &flip(0)), "certificate-malformed");
    let claim = |from: &'static [u8], to: &'static [u8]| {
        move |v: &Value| {
            let mut bytes = Base64::decode_vec(v.as_str().unwrap()).unwrap();
            let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
            bytes[at..at + to.len()].copy_from_slice(to);
            Value::from(Base64::encode_string(&bytes))
        }
    };
    assert_eq!(
        changed(&certificate, &claim(b"pypa/sampleproject", b"evil/sampleproject")),
        "certificate-untrusted"
    );
    // The extension .1.20 renamed to .1.11, which the certificate has.
    let twice = claim(b"\x83\xbf\x30\x01\x14", b"\x83\xbf\x30\x01\x0b");
    assert_eq!(changed(&certificate, &twice), "certificate-malformed");
    let unknown_then_critical =
        claim(b"\x03\x55\x1d\x0f\x01\x01\xff", b"\x03\x55\x1d\x7f\x01\x01\xff");
    assert_eq!(changed(&certificate, &unknown_then_critical), "certificate-malformed");
}

#[test]
fn what_the_root_lacks_is_told_apart() {
    let Some((good, sha256)) = case() else { return };
    let list = |root: &mut Value, name: &str| root[name].as_array_mut().unwrap().clone();
    let keep = |name: &'static str, word: &'static str| {
        move |root: &mut Value| {
            let mut items = list(root, name);
            items.retain(|item| !item.to_string().contains(word));
            root[name] = items.into();
        }
    };
    let under = |change: &dyn Fn(&mut Value)| {
        let findings = run(&good, sha256, &verifier(|root| change(root)));
        println!("{}", findings[0].compared);
        class(&findings)
    };
    let no_log = keep("tlogs", "https://rekor.sigstore.dev");
    let no_ct = keep("ctlogs", "ctfe.sigstore.dev/2022");
    let no_authority = |root: &mut Value| {
        // The first authority ended in 2022; the second issued the certificate.
        root["certificateAuthorities"].as_array_mut().unwrap().truncate(1);
    };
    assert_eq!(under(&|_| {}), "agrees");
    assert_eq!(under(&no_log), "root-too-old");
    assert_eq!(under(&no_ct), "root-too-old");
    // No authority covers the time of signing, which is later than all of them.
    assert_eq!(under(&no_authority), "root-too-old");
    // An authority is in force, but not the one that issued it, while the log is known.
    assert_eq!(
        under(&|root| {
            no_authority(root);
            root["certificateAuthorities"][0]["validFor"] =
                json!({"start": "2021-03-07T00:00:00Z"});
        }),
        "certificate-untrusted"
    );
    // Neither log nor authority is known, and the root is younger than the signature.
    assert_eq!(
        under(&|root| {
            no_log(root);
            no_authority(root);
        }),
        "certificate-untrusted"
    );
    // Neither is known, and nothing in the root is as young as the signature.
    assert_eq!(
        under(&|root| {
            root["tlogs"] = json!([]);
            root["ctlogs"] = json!([]);
            root["timestampAuthorities"] = json!([]);
            no_authority(root);
        }),
        "root-too-old"
    );
    // The log's key was no longer in force.
    assert_eq!(
        under(&|root| {
            root["tlogs"][0]["publicKey"]["validFor"]["end"] = json!("2024-01-01T00:00:00Z");
        }),
        "log-entry"
    );
}

#[test]
fn one_that_does_not_agree_is_never_outvoted() {
    let Some((good, sha256)) = case() else { return };
    let verifier = verifier(|_| {});
    let mut bad = good.pointer(ATTESTATION).unwrap().clone();
    bad["envelope"]["signature"] = flipped(&bad["envelope"]["signature"], 40);
    let one = good.pointer(ATTESTATION).unwrap().clone();
    for list in [json!([one, bad]), json!([bad, one])] {
        let mut tree = good.clone();
        tree["attestation_bundles"][0]["attestations"] = list.clone();
        let findings = run(&tree, sha256, &verifier);
        let mut classes: Vec<_> = findings.iter().map(|f| f.class.map(|c| c.name())).collect();
        classes.sort();
        assert_eq!(classes, [None, Some("signature-bad")]);
        // In bundles of their own too.
        let bundle = &good["attestation_bundles"][0]["publisher"];
        let bundles: Vec<Value> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|a| json!({"publisher": bundle, "attestations": [a]}))
            .collect();
        tree["attestation_bundles"] = bundles.into();
        assert_eq!(run(&tree, sha256, &verifier).len(), 2);
    }
    // Two log entries of which the second does not hold.
    let entries = format!("{ATTESTATION}/verification_material/transparency_entries");
    for swap in [false, true] {
        let mut tree = good.clone();
        let list = tree.pointer_mut(&entries).unwrap().as_array_mut().unwrap();
        let mut second = list[0].clone();
        second["inclusionProof"]["hashes"][0] = flipped(&second["inclusionProof"]["hashes"][0], 0);
        list.insert(usize::from(!swap), second);
        assert_eq!(class(&run(&tree, sha256, &verifier)), "log-entry");
    }
}

#[test]
fn the_previous_release_needs_no_file() {
    let Some((good, _)) = case() else { return };
    let verifier = verifier(|_| {});
    let read = |tree: &Value| Provenance::parse(tree.to_string().as_bytes()).unwrap();
    let facts = verifier.detached(&read(&good).attestations()[0]).unwrap();
    assert_eq!(facts.claims().get(Claim::SourceRepositoryIdentifier), Some("14899596"));
    assert_eq!(facts.names()[0], NAME);
    let mut bad = good.clone();
    let signature = bad.pointer_mut(&format!("{ATTESTATION}/envelope/signature")).unwrap();
    *signature = flipped(signature, 40);
    let fault = verifier.detached(&read(&bad).attestations()[0]).unwrap_err();
    assert_eq!(fault.class().name(), "signature-bad");
}

#[test]
fn rekor_v2_gives_a_pep_740_attestation_no_time() {
    let Some(corpora) = common::corpora("PEP 740 documents in Rekor v2") else { return };
    let path = corpora.join("sigstore-conformance/bundle-verify/rekor2-dsse-happy-path");
    let bundle: Value =
        serde_json::from_slice(&fs::read(path.join("bundle.sigstore.json")).unwrap()).unwrap();
    let material = &bundle["verificationMaterial"];
    let envelope = &bundle["dsseEnvelope"];
    let statement: Value =
        serde_json::from_slice(&Base64::decode_vec(envelope["payload"].as_str().unwrap()).unwrap())
            .unwrap();
    let sha256 = statement["subject"][0]["digest"]["sha256"].as_str().unwrap();
    let sha256 =
        std::array::from_fn(|i| u8::from_str_radix(&sha256[2 * i..2 * i + 2], 16).unwrap());
    let attestation = json!({
        "version": 1,
        "verification_material": {
            "certificate": material["certificate"]["rawBytes"],
            "transparency_entries": material["tlogEntries"],
        },
        "envelope": {
            "statement": envelope["payload"],
            "signature": envelope["signatures"][0]["sig"],
        },
    });
    let root = TrustedRoot::load(Some(&path.join("trusted_root.json"))).unwrap();
    let findings = run(&attestation, sha256, &Verifier::new(root));
    assert_eq!(class(&findings), "time-unknown");
    assert!(findings[0].compared.contains("Rekor v2"), "{}", findings[0].compared);
}

/// Every byte of the attestation matters: with any one of some hundreds changed, nothing agrees
/// and nothing panics. The index's publisher object is not part of it.
#[test]
fn no_changed_byte_is_taken() {
    let Some((good, sha256)) = case() else { return };
    let verifier = verifier(|_| {});
    let bare = good.pointer(ATTESTATION).unwrap().to_string();
    let expectation =
        PublisherExpectation::from_repository("https://github.com/pypa/sampleproject").unwrap();
    let class = |bytes: &[u8]| {
        let findings = check(&Request {
            provenance: bytes,
            subject: Subject { name: NAME, is_named: true, sha256, others: &[] },
            expectation: Some(&expectation),
            pins: &Pins::default(),
            verifier: &verifier,
        });
        class(&findings)
    };
    assert_eq!(class(bare.as_bytes()), "agrees");
    let mut taken = Vec::new();
    for at in (0..bare.len()).step_by(23) {
        for mask in [0x01, 0x20, 0x80] {
            let mut bytes = bare.as_bytes().to_vec();
            bytes[at] ^= mask;
            if class(&bytes) == "agrees" {
                taken.push(
                    String::from_utf8_lossy(&bytes[at.saturating_sub(40)..at + 9]).into_owned(),
                );
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    for length in (0..bare.len()).step_by(97) {
        assert_eq!(class(&bare.as_bytes()[..length]), "provenance-malformed");
    }
}
