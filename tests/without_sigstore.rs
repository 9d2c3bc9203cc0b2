//! A build without Sigstore says so, and never that anything agrees.
#![cfg(not(feature = "sigstore"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use distvouch::attestation::{Request, Subject, check};
use distvouch::expectation::{Pins, PublisherExpectation};
use distvouch::sigstore::{
    ArtifactDigests, BundlePolicy, BundleRequest, ManagedKey, TrustedRoot, UnverifiedBundle,
    Verifier, check_bundle,
};
use std::path::Path;

fn verifier() -> Verifier {
    Verifier::new(TrustedRoot::load_with(None, Path::new("/nonexistent")).unwrap())
}

fn class(provenance: &str) -> String {
    let expectation = PublisherExpectation::from_repository("https://github.com/o/r").unwrap();
    let findings = check(&Request {
        provenance: provenance.as_bytes(),
        subject: Subject { name: "a-1.tar.gz", sha256: [0; 32], others: &[] },
        expectation: Some(&expectation),
        pins: &Pins::default(),
        verifier: &verifier(),
    });
    let [one] = findings.as_slice() else { panic!("one finding") };
    one.class.map_or("agrees", |c| c.name()).to_owned()
}

#[test]
fn provenance_is_not_checked() {
    let one = r#"{"version":1,"attestation_bundles":[{"publisher":{"kind":"GitHub"},"attestations":[
        {"version":1,"verification_material":{"certificate":"AA==","transparency_entries":[{}]},
         "envelope":{"statement":"AA==","signature":"AA=="}}]}]}"#;
    assert_eq!(class(one), "not-checked-build");
    assert_eq!(class(r#"{"version":1,"attestation_bundles":[]}"#), "provenance-empty");
    assert_eq!(class("{"), "provenance-malformed");
}

#[test]
fn bundles_are_not_checked() {
    let bundle = UnverifiedBundle::parse(b"{}");
    let artifact = ArtifactDigests { sha256: [0; 32], sha384: None, sha512: None, blob: None };
    for policy in [
        BundlePolicy::Identity { identity: "a".to_owned(), issuer: "b".to_owned() },
        BundlePolicy::ManagedKey(ManagedKey::parse(b"x").unwrap()),
    ] {
        let verifier = verifier();
        let request =
            BundleRequest { bundle: &bundle, artifact, policy: Some(&policy), verifier: &verifier };
        let class = check_bundle(&request).class.map(|c| c.name());
        assert_eq!(class, Some("not-checked-build"));
    }
}
