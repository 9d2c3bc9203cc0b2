//! What `-V` and `--version` say.
use crate::common::{Run, distvouch};

fn version(flag: &str) -> String {
    let run = Run::of(distvouch().arg(flag).output().unwrap());
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{flag}");
    run.stdout
}

#[test]
fn the_short_one_is_one_line() {
    assert_eq!(version("-V"), concat!("distvouch ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn the_long_one_says_how_this_build_differs_from_others() {
    let text = version("--version");
    let lines: Vec<&str> = text.lines().collect();
    let [first, features, openpgp, root, restricted] = lines.as_slice() else { panic!("{text}") };
    assert_eq!(*first, concat!("distvouch ", env!("CARGO_PKG_VERSION")));
    let sigstore = cfg!(feature = "sigstore");
    assert_eq!(*features, if sigstore { "features: sigstore" } else { "features: none" });
    if cfg!(feature = "crypto-rust") {
        assert_eq!(*openpgp, "OpenPGP: RustCrypto");
    }
    assert!(openpgp.starts_with("OpenPGP: "), "{text}");
    assert!(restricted.starts_with("restricted: files "), "{text}");
    if !sigstore {
        assert_eq!(*root, "trusted root: none built in");
        return;
    }
    // The newest date that `trust` lists for this root, and no other.
    let trust = Run::of(distvouch().args(["trust", "--json"]).output().unwrap());
    let trust: serde_json::Value = serde_json::from_str(&trust.stdout).unwrap();
    if trust["source"] != "built-in" {
        crate::common::skipped("date of the trusted root", "the system has one of its own");
        return;
    }
    let mut starts = Vec::new();
    for list in ["logs", "ct_logs", "certificate_authorities", "timestamp_authorities"] {
        for entry in trust[list].as_array().unwrap() {
            starts.extend(entry["start"].as_str().map(|start| start[..10].to_owned()));
        }
    }
    let newest = starts.iter().max().expect("a date");
    assert_eq!(*root, format!("trusted root: built in, newest entry of {newest}"));
}
