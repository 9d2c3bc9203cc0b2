//! A build without the feature `sigstore`: it says that it did not look, and keeps requiring the
//! rest. Compiled in the default build too, where it has nothing to test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(not(feature = "sigstore"))]

use crate::common::{Run, Scratch, distvouch};

const REPOSITORY: [&str; 2] = ["--repository", "https://github.com/example/f"];

#[test]
fn provenance_is_not_checked_and_said_to_be() {
    let scratch = Scratch::new();
    scratch.write("f.tar.gz", "abc");
    scratch.write("f.tar.gz.provenance", include_str!("data/provenance.json"));
    scratch.write("f.tar.gz.sigstore.json", "{}");
    let manifest = scratch.manifest(&["f.tar.gz"]);
    let run = scratch.check(REPOSITORY.iter().chain(&["--manifest", manifest.to_str().unwrap()]));
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.said("manifest"), "agrees");
    assert_eq!(run.said("provenance"), "not-checked-build");
    assert_eq!(run.json()["tool"]["features"], serde_json::json!([]));
}

#[test]
fn nothing_required_is_lost_with_it() {
    let scratch = Scratch::new();
    scratch.write("f.tar.gz", "abc");
    scratch.write("f.tar.gz.provenance", include_str!("data/provenance.json"));
    let manifest = scratch.manifest(&["f.tar.gz"]);
    scratch.flip("f.tar.gz", 0);
    let run = scratch.check(REPOSITORY.iter().chain(&["--manifest", manifest.to_str().unwrap()]));
    assert_eq!((run.status, run.said("manifest").as_str()), (1, "manifest-mismatch"));
}

#[test]
fn an_empty_provenance_is_no_silence() {
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    scratch.write("f.provenance", r#"{"version":1,"attestation_bundles":[]}"#);
    let run = scratch.check(REPOSITORY.iter().chain(&["--require", "provenance", "f"]));
    assert_ne!(run.status, 0, "{}", run.stdout);
}

#[test]
fn trust_says_so() {
    let run = Run::of(distvouch().arg("trust").output().unwrap());
    assert!(run.stdout.contains("no Sigstore"), "{}", run.stdout);
}
