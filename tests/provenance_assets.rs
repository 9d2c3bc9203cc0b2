//! Real PEP 740 provenance that every newcomer can get: the sdist of pypi-attestations 0.0.30 carries
//! earlier releases with theirs. tests/all unpacks it and sets `DISTVOUCH_ASSETS`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "sigstore")]

use crate::common::{Run, Scratch, distvouch, skipped, tool};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

const NAME: &str = "pypi_attestations-0.0.19.tar.gz";
const REPOSITORY: &str = "https://github.com/trailofbits/pypi-attestations";

fn assets(test: &str) -> Option<PathBuf> {
    let assets = std::env::var_os("DISTVOUCH_ASSETS").map(PathBuf::from);
    if assets.is_none() {
        skipped(test, "DISTVOUCH_ASSETS is not set; tests/all gets the releases from PyPI");
    }
    assets
}

/// The release and its provenance, in a directory where they may be changed.
fn release(test: &str) -> Option<Scratch> {
    let assets = assets(test)?;
    let scratch = Scratch::new();
    for name in [NAME.to_owned(), format!("{NAME}.provenance")] {
        scratch.write(&name, std::fs::read(assets.join(&name)).unwrap());
    }
    Some(scratch)
}

fn check(scratch: &Scratch, more: &[&str]) -> Run {
    scratch.check(["--require", "provenance"].iter().chain(more).chain(&[NAME]))
}

fn expect(run: &Run, status: i32, said: &str) {
    assert_eq!(
        (run.status, run.said("provenance").as_str()),
        (status, said),
        "{}{}",
        run.stdout,
        run.stderr
    );
}

/// Changes the provenance's JSON.
fn change(scratch: &Scratch, edit: impl FnOnce(&mut Value)) {
    let name = format!("{NAME}.provenance");
    let text = std::fs::read_to_string(scratch.file(&name)).unwrap();
    let mut json: Value = serde_json::from_str(&text).unwrap();
    edit(&mut json);
    scratch.write(&name, json.to_string());
}

#[test]
fn the_release_as_it_is() {
    let Some(scratch) = release("provenance of a real release") else { return };
    let run = check(&scratch, &["--repository", REPOSITORY]);
    expect(&run, 0, "agrees");
    let finding = run.finding("provenance");
    assert_eq!(
        finding["forgers"],
        serde_json::json!(["publish", "branch", "job", "source", "forge", "sigstore", "gentoo"])
    );
    let json = run.json();
    let is_enough =
        |sets: &Value| sets.as_array().unwrap().contains(&serde_json::json!(["mirror"]));
    assert!(!is_enough(&json["attackers"]), "{}", json["attackers"]);
    assert!(is_enough(&json["attackers_without_provenance"]), "{json}");
}

#[test]
fn one_byte_of_the_release() {
    let Some(scratch) = release("provenance, one byte of the release") else { return };
    scratch.flip(NAME, 500);
    expect(&check(&scratch, &["--repository", REPOSITORY]), 1, "subject-digest");
}

#[test]
fn one_byte_of_the_signature() {
    let Some(scratch) = release("provenance, one byte of the signature") else { return };
    change(&scratch, |json| {
        let signature =
            &mut json["attestation_bundles"][0]["attestations"][0]["envelope"]["signature"];
        let text = signature.as_str().unwrap();
        let at = text.len() / 2;
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        *signature = Value::String(format!("{}{other}{}", &text[..at], &text[at + 1..]));
    });
    let run = check(&scratch, &["--repository", REPOSITORY]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(
        ["signature-bad", "log-entry", "provenance-malformed"]
            .contains(&run.said("provenance").as_str())
    );
}

#[test]
fn each_pin_has_its_class() {
    let Some(scratch) = release("provenance, pins") else { return };
    let run = check(
        &scratch,
        &[
            "--repository",
            REPOSITORY,
            "--workflow",
            ".github/workflows/release.yml",
            "--ref",
            "refs/tags/v*",
            "--trigger",
            "push,release",
            "--runner",
            "github-hosted",
        ],
    );
    expect(&run, 0, "agrees");
    let forgers = run.finding("provenance")["forgers"].to_string();
    assert!(!forgers.contains("branch"), "{forgers}");
    for (option, value, class) in [
        ("--repository", "https://github.com/trailofbits/other", "publisher-mismatch"),
        ("--repository", "https://github.com/other/pypi-attestations", "publisher-mismatch"),
        ("--workflow", ".github/workflows/release.y", "workflow-mismatch"),
        ("--ref", "refs/heads/*", "ref-mismatch"),
        ("--ref", "refs/tags/v0.0.1", "ref-mismatch"),
        ("--trigger", "push", "trigger-mismatch"),
        ("--runner", "self-hosted", "runner-mismatch"),
    ] {
        let repository = ["--repository", REPOSITORY];
        let mut args: Vec<&str> =
            if option == "--repository" { Vec::new() } else { repository.to_vec() };
        args.extend([option, value]);
        expect(&check(&scratch, &args), 1, class);
    }
}

#[test]
fn nobody_is_expected() {
    let Some(scratch) = release("provenance, no expectation") else { return };
    expect(&check(&scratch, &[]), 3, "not-checked-no-expectation");
}

#[test]
fn empty_sets_and_ambiguous_json() {
    let Some(scratch) = release("provenance, empty sets") else { return };
    for (text, class) in [
        (r#"{"version":1,"attestation_bundles":[]}"#, "provenance-empty"),
        (r#"{"version":1,"version":1,"attestation_bundles":[]}"#, "provenance-malformed"),
        (r#"{"attestation_bundles":[]}"#, "provenance-malformed"),
        ("<html></html>", "provenance-malformed"),
        ("", "provenance-malformed"),
        ("\u{feff}{}", "provenance-malformed"),
    ] {
        scratch.write(&format!("{NAME}.provenance"), text);
        expect(&check(&scratch, &["--repository", REPOSITORY]), 1, class);
    }
    scratch.write(&format!("{NAME}.provenance"), "[".repeat(10_000));
    expect(&check(&scratch, &["--repository", REPOSITORY]), 1, "provenance-malformed");
    std::fs::remove_file(scratch.file(&format!("{NAME}.provenance"))).unwrap();
    expect(&check(&scratch, &["--repository", REPOSITORY]), 1, "provenance-absent");
}

#[test]
fn a_renamed_distfile() {
    let Some(scratch) = release("provenance, renamed distfile") else { return };
    std::fs::rename(scratch.file(NAME), scratch.file("renamed.tar.gz")).unwrap();
    let provenance = format!("renamed.tar.gz={NAME}.provenance");
    let base = ["--require", "provenance", "--repository", REPOSITORY, "--provenance", &provenance];
    expect(&scratch.check(base.iter().chain(&["renamed.tar.gz"])), 1, "subject-name");
    let name = format!("renamed.tar.gz={NAME}");
    let run = scratch.check(base.iter().chain(&["--upstream-name", &name, "renamed.tar.gz"]));
    expect(&run, 0, "agrees");
}

#[test]
fn every_other_release_in_it() {
    let Some(assets) = assets("provenance of other releases") else { return };
    for (name, option, value) in [
        (
            "gcb_attestation_test-0.0.0.tar.gz",
            "--publisher",
            "gcp:919436158236-compute@developer.gserviceaccount.com",
        ),
        (
            "circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl",
            "--publisher",
            "circleci:fdd9283f-e619-46af-8f9c-851f7d3e8b2b",
        ),
    ] {
        let output = distvouch()
            .args(["check", "--json", "--require", "provenance", option, value, "--distdir"])
            .arg(&assets)
            .arg(name)
            .output()
            .unwrap();
        expect(&Run::of(output), 0, "agrees");
    }
}

/// The incumbent agrees with us on the release and on a changed byte, and prints what we must not on
/// an empty set.
#[test]
fn pypi_attestations_says_the_same_but_for_empty_sets() {
    let test = "pypi-attestations beside ours";
    let Some(scratch) = release(test) else { return };
    let Some(incumbent) = tool(test, "pypi-attestations") else { return };
    let theirs = || {
        let output = Command::new(&incumbent)
            .args(["verify", "pypi", "--offline", "--repository", REPOSITORY, "--provenance-file"])
            .arg(scratch.file(&format!("{NAME}.provenance")))
            .arg(scratch.file(NAME))
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (agrees, stderr) = theirs();
    if !agrees {
        return skipped(test, &format!("it does not run offline here: {stderr}"));
    }
    let text = std::fs::read(scratch.file(&format!("{NAME}.provenance"))).unwrap();
    scratch.write(&format!("{NAME}.provenance"), r#"{"version":1,"attestation_bundles":[]}"#);
    assert!(theirs().0, "the incumbent no longer takes an empty set: README may say so");
    assert_eq!(check(&scratch, &["--repository", REPOSITORY]).status, 1);
    // A key twice: it goes by the last.
    let twice = String::from_utf8(text.clone()).unwrap().replacen('{', "{\"version\":7,", 1);
    scratch.write(&format!("{NAME}.provenance"), twice);
    assert!(theirs().0, "the incumbent no longer takes a key twice");
    assert_eq!(check(&scratch, &["--repository", REPOSITORY]).status, 1);
    scratch.write(&format!("{NAME}.provenance"), text);
    scratch.flip(NAME, 500);
    assert!(!theirs().0);
}
