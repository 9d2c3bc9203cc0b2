//! `distvouch pin`: what it prints is so, and nothing that was not authenticated is printed.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::common::sigstore as made;
use crate::common::sigstore::{Signing, Sigstore, Workflow, provenance};
use crate::common::{Run, Scratch, corpora, distvouch, flat, skipped};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAME: &str = "foo-1.3.tar.gz";
const COMMIT: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
const TIME: i64 = 1_740_830_400;

fn pin(file: &Path, more: &[&str]) -> Run {
    Run::of(distvouch().arg("pin").arg(file).args(more).output().unwrap())
}

/// The lines that bash would read.
fn variables(run: &Run) -> Vec<&str> {
    run.stdout.lines().filter(|line| !line.starts_with('#')).collect()
}

struct Made {
    scratch: Scratch,
    sigstore: Sigstore,
}

impl Made {
    fn new() -> Self {
        let (scratch, sigstore) = (Scratch::new(), Sigstore::new("pins"));
        scratch.write("root.json", sigstore.trusted_root().to_string());
        scratch.write(NAME, NAME);
        Self { scratch, sigstore }
    }

    fn attest(&self, runs: &[&Workflow]) -> PathBuf {
        let attestations: Vec<Value> = runs
            .iter()
            .map(|run| Signing::of(&self.sigstore, run, TIME, NAME, NAME.as_bytes()).attestation())
            .collect();
        let text = provenance(runs[0], &attestations).to_string();
        self.scratch.write(&format!("{NAME}.provenance"), text)
    }

    fn root(&self) -> [String; 2] {
        let root = self.scratch.file("root.json").to_string_lossy().into_owned();
        ["--trusted-root".to_owned(), root]
    }

    fn pin(&self, runs: &[&Workflow]) -> Run {
        let root = self.root();
        pin(&self.attest(runs), &[&root[0], &root[1]])
    }
}

fn release() -> Workflow {
    let mut run = Workflow::release("example/foo", "v1.3", COMMIT);
    run.environment = Some("pypi".to_owned());
    run
}

#[test]
fn every_variable() {
    let made = Made::new();
    let mut run = release();
    let shared = "https://github.com/vendor/ci/.github/workflows/publish.yml";
    run.signer = Some(format!("{shared}@refs/tags/v1"));
    run.signer_commit = Some("0b".repeat(20));
    let found = made.pin(&[&run]);
    assert_eq!(found.status, 0, "{}{}", found.stdout, found.stderr);
    assert_eq!(
        variables(&found),
        [
            "VERIFY_PROVENANCE_REPO=https://github.com/example/foo",
            "VERIFY_PROVENANCE_WORKFLOW=.github/workflows/release.yml",
            "VERIFY_PROVENANCE_REF=\"refs/tags/v${PV}\"",
            "VERIFY_PROVENANCE_TRIGGER=push",
            "VERIFY_PROVENANCE_RUNNER=github-hosted",
            "VERIFY_PROVENANCE_REPOSITORY_ID=1001",
            "VERIFY_PROVENANCE_OWNER_ID=77",
            "VERIFY_PROVENANCE_ENVIRONMENT=pypi",
            &format!("VERIFY_PROVENANCE_SIGNER={shared}"),
        ]
    );
    assert!(found.stdout.contains("another repository"), "{}", found.stdout);
}

/// What bash makes of the lines, as arguments of `distvouch check`.
fn arguments(lines: &[&str]) -> Vec<String> {
    let options = [
        ("REPO", "--repository"),
        ("WORKFLOW", "--workflow"),
        ("REF", "--ref"),
        ("TRIGGER", "--trigger"),
        ("RUNNER", "--runner"),
        ("REPOSITORY_ID", "--repository-id"),
        ("OWNER_ID", "--owner-id"),
        ("ENVIRONMENT", "--environment"),
        ("SIGNER", "--signer"),
    ];
    let mut arguments = Vec::new();
    for (name, option) in options {
        let script =
            format!("PV=1.3\n{}\nprintf %s \"$VERIFY_PROVENANCE_{name}\"", lines.join("\n"));
        let output = Command::new("bash").args(["-uc", &script]).output().unwrap();
        if output.status.success() {
            arguments.push(option.to_owned());
            arguments.push(String::from_utf8(output.stdout).unwrap());
        }
    }
    arguments
}

#[test]
fn what_is_pinned_agrees_and_anything_else_does_not() {
    let made = Made::new();
    let mut hostile = release();
    hostile.environment = Some("a b\"$(echo x)`echo y`\\".to_owned());
    hostile.reference = "refs/tags/{v}1.3".to_owned();
    for run in [release(), hostile] {
        let found = made.pin(&[&run]);
        let pins = arguments(&variables(&found));
        assert_eq!(pins.len(), 16, "{pins:?}");
        let check = |extra: &[&str]| {
            let all = pins.iter().map(String::as_str).chain(extra.iter().copied());
            let root = made.root();
            let root = root.iter().map(String::as_str);
            made.scratch.check(all.chain(root).chain([NAME]))
        };
        let agreed = check(&[]);
        assert_eq!(agreed.said("provenance"), "agrees", "{}{}", agreed.stdout, agreed.stderr);
    }
    // The same pins with the next version, whose tag is another.
    let found = made.pin(&[&release()]);
    let pins: Vec<String> =
        arguments(&variables(&found)).iter().map(|pin| pin.replace("v1.3", "v1.4")).collect();
    let root = made.root();
    let run = made.scratch.check(pins.iter().chain(&root).map(String::as_str).chain([NAME]));
    assert_eq!(run.said("provenance"), "ref-mismatch");
}

#[test]
fn attestations_that_differ_are_said() {
    let made = Made::new();
    let mut other = release();
    other.trigger = "workflow_dispatch".to_owned();
    for runs in [[release(), other.clone()], [other, release()]] {
        let found = made.pin(&[&runs[0], &runs[1]]);
        assert_eq!(found.status, 1, "{}", found.stdout);
        assert!(!variables(&found).iter().any(|line| line.contains("TRIGGER")));
        assert!(found.stdout.contains("# VERIFY_PROVENANCE_TRIGGER differs:"), "{}", found.stdout);
        assert!(variables(&found).iter().any(|line| line.contains("OWNER_ID")));
    }
}

#[test]
fn an_event_of_outsiders_is_not_pinned() {
    let made = Made::new();
    let mut run = release();
    run.trigger = "issue_comment".to_owned();
    let found = made.pin(&[&run]);
    assert!(!variables(&found).iter().any(|line| line.contains("TRIGGER")), "{}", found.stdout);
    assert!(found.stdout.contains("explain trigger-mismatch"), "{}", found.stdout);
}

#[test]
fn nothing_is_pinned_that_was_not_authenticated() {
    let made = Made::new();
    let file = made.attest(&[&release()]);
    let root = made.root();
    let text = std::fs::read_to_string(&file).unwrap();
    let attestation = "/attestation_bundles/0/attestations/0";
    for (pointer, classes) in [
        ("envelope/signature", &["signature-bad", "log-entry", "provenance-malformed"][..]),
        ("envelope/statement", &["signature-bad", "log-entry", "provenance-malformed"]),
        (
            "verification_material/certificate",
            &["certificate-malformed", "certificate-untrusted", "provenance-malformed"],
        ),
    ] {
        let mut json: Value = serde_json::from_str(&text).unwrap();
        let value = json.pointer_mut(&format!("{attestation}/{pointer}")).unwrap();
        *value = made::flipped(value, 40);
        std::fs::write(&file, json.to_string()).unwrap();
        let run = pin(&file, &[&root[0], &root[1]]);
        assert_eq!(run.status, 1, "{pointer}: {}", run.stdout);
        assert_eq!(variables(&run), [""; 0], "{pointer}");
        assert!(classes.iter().any(|class| run.stdout.contains(class)), "{}", run.stdout);
        let run = pin(&file, &[&root[0], &root[1], "--json"]);
        assert_eq!(run.json()["pins"], serde_json::json!({}));
    }
    // Under the real root, no one knows this one.
    std::fs::write(&file, &text).unwrap();
    let run = pin(&file, &[]);
    assert_ne!(run.status, 0, "{}", run.stdout);
    assert_eq!(variables(&run), [""; 0]);
    for text in [r#"{"version": 1, "attestation_bundles": []}"#, "<html>", ""] {
        std::fs::write(&file, text).unwrap();
        let run = pin(&file, &[]);
        assert_eq!((run.status, variables(&run)), (1, Vec::new()), "{text}");
    }
    assert_eq!(pin(Path::new("/nonexistent"), &[]).status, 2);
}

#[test]
fn one_that_does_not_hold_beside_one_that_does() {
    let made = Made::new();
    let file = made.attest(&[&release(), &release()]);
    let mut json: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let value =
        json.pointer_mut("/attestation_bundles/0/attestations/1/envelope/signature").unwrap();
    *value = made::flipped(value, 40);
    std::fs::write(&file, json.to_string()).unwrap();
    let root = made.root();
    let run = pin(&file, &[&root[0], &root[1]]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("attestation 2: "), "{}", run.stdout);
    let text = flat(&run.stdout.replace("\n#  ", ""));
    assert!(text.contains("nothing taken from it"), "{}", run.stdout);
}

#[test]
fn real_provenance() {
    let Some(corpora) = corpora("pins of real provenance") else { return };
    let file = corpora.join("pep740-edge/good/provenance.json");
    let run = pin(&file, &[]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(
        variables(&run),
        [
            "VERIFY_PROVENANCE_REPO=https://github.com/pypa/sampleproject",
            "VERIFY_PROVENANCE_WORKFLOW=.github/workflows/release.yml",
            "VERIFY_PROVENANCE_REF=refs/heads/main",
            "VERIFY_PROVENANCE_TRIGGER=push",
            "VERIFY_PROVENANCE_RUNNER=github-hosted",
            "VERIFY_PROVENANCE_REPOSITORY_ID=14899596",
            "VERIFY_PROVENANCE_OWNER_ID=647025",
        ]
    );
}

#[test]
fn real_releases() {
    let Some(assets) = std::env::var_os("DISTVOUCH_ASSETS").map(PathBuf::from) else {
        return skipped("pins of real releases", "DISTVOUCH_ASSETS is not set");
    };
    for (name, line) in [
        ("pypi_attestations-0.0.19.tar.gz", "VERIFY_PROVENANCE_REF=\"refs/tags/v${PV}\""),
        (
            "gcb_attestation_test-0.0.0.tar.gz",
            "VERIFY_PROVENANCE_REPO=gcp:919436158236-compute@developer.gserviceaccount.com",
        ),
        (
            "circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl",
            "VERIFY_PROVENANCE_REPO=circleci:fdd9283f-e619-46af-8f9c-851f7d3e8b2b",
        ),
    ] {
        let run = pin(&assets.join(format!("{name}.provenance")), &[]);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        assert!(variables(&run).contains(&line), "{name}: {}", run.stdout);
    }
}

#[test]
fn inspect_marks_claims_as_such() {
    let made = Made::new();
    let file = made.attest(&[&release()]);
    let inspect =
        |more: &[&str]| Run::of(distvouch().arg("inspect").arg(&file).args(more).output().unwrap());
    let run = inspect(&[]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(flat(&run.stdout).contains("nothing of it was checked"), "{}", run.stdout);
    assert!(run.stdout.contains("claims: Build Trigger: push"), "{}", run.stdout);
    let claims = inspect(&["--json"]).json()["files"][0]["claims"][0].clone();
    assert_eq!(claims["certificate"]["Source Repository Identifier"], "1001");
    std::fs::write(&file, r#"{"version": 1, "attestation_bundles": []}"#).unwrap();
    assert_eq!(inspect(&[]).status, 1);
}
