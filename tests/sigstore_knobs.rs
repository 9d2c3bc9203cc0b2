//! Provenance under a Sigstore of the test's own, through the command line: made as it should be it
//! agrees; with any one thing made otherwise it ends in exactly the class for that thing.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::common::overlay::{Overlay, archive, dist};
use crate::common::sigstore as made;
use crate::common::sigstore::{
    Key, Log, Signing, Sigstore, Workflow, b64, critical_unknown, email, flipped, provenance, uri,
};
use crate::common::{Run, Scratch};
use serde_json::{Value, json};
use std::sync::LazyLock;
use x509_cert::der::asn1::Ia5String;
use x509_cert::ext::pkix::name::GeneralName;

const NAME: &str = "widget-1.0.tar.gz";
const FILE: &[u8] = b"the bytes of a release\n";
const REPOSITORY: &str = "https://github.com/example/widget";
/// 2025-03-01 12:00:00 UTC.
const TIME: i64 = 1_740_830_400;
const COMMIT: &str = "1234567890abcdef1234567890abcdef12345678";

static OURS: LazyLock<Sigstore> = LazyLock::new(|| Sigstore::new("ours"));
static ELSEWHERE: LazyLock<Sigstore> = LazyLock::new(|| Sigstore::new("elsewhere"));

fn workflow() -> Workflow {
    Workflow::release("example/widget", "v1.0", COMMIT)
}

fn signing(run: &Workflow) -> Signing<'static> {
    Signing::of(&OURS, run, TIME, NAME, FILE)
}

/// What comes out of a run over a provenance file, with more arguments.
fn check_bytes(provenance: Option<&[u8]>, root: &Value, args: &[&str]) -> Run {
    let scratch = Scratch::new();
    scratch.write(NAME, FILE);
    if let Some(provenance) = provenance {
        scratch.write(&format!("{NAME}.provenance"), provenance);
    }
    // Not in the directory of the distfiles, where all is looked at.
    let elsewhere = Scratch::new();
    let root = elsewhere.write("trusted_root.json", root.to_string());
    let fixed = ["--require", "provenance", "--trusted-root", root.to_str().unwrap(), NAME];
    scratch.check(fixed.iter().chain(args))
}

/// The classes of the provenance findings, joined by commas, each with the classes that are said
/// next to it behind plus signs; `agrees` where there is none.
fn classes(run: &Run) -> String {
    let json = run.json();
    let findings = json["distfiles"][0]["findings"].as_array().unwrap();
    let findings = findings.iter().filter(|f| f["check"] == "provenance");
    let each = findings.map(|finding| {
        let class = finding["class"].as_str().or(finding["outcome"].as_str()).unwrap();
        let notes = finding["detail"]["notes"].as_array().into_iter().flatten();
        let notes = notes.map(|note| note["class"].as_str().unwrap());
        std::iter::once(class).chain(notes).collect::<Vec<_>>().join("+")
    });
    each.collect::<Vec<_>>().join(",")
}

/// What a run of the program must end in.
fn expect(what: &str, provenance: &Value, args: &[&str], class: &str) {
    expect_under(what, &OURS.trusted_root(), provenance, args, class);
}

fn expect_under(what: &str, root: &Value, provenance: &Value, args: &[&str], class: &str) {
    let bytes = provenance.to_string();
    let run = check_bytes(Some(bytes.as_bytes()), root, args);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert_eq!(classes(&run), class, "{what}: {said}");
    let status = match class {
        "root-too-old" | "not-checked-no-expectation" => 3,
        _ if class.split(',').all(|one| one.split('+').next() == Some("agrees")) => 0,
        _ => 1,
    };
    assert_eq!(run.status, status, "{what}: {said}");
}

const EXPECTED: [&str; 2] = ["--repository", REPOSITORY];

/// Signs with one thing made otherwise.
fn signed(what: &str, class: &str, change: impl FnOnce(&mut Signing<'static>)) {
    let run = workflow();
    let mut signing = signing(&run);
    change(&mut signing);
    expect(what, &signing.provenance(&run), &EXPECTED, class);
}

/// Changes one thing afterwards.
fn altered(what: &str, class: &str, pointer: &str, change: impl FnOnce(&Value) -> Value) {
    let run = workflow();
    let mut tree = signing(&run).attestation();
    let place = tree.pointer_mut(pointer).unwrap_or_else(|| panic!("{what}: no {pointer}"));
    let new = change(place);
    assert_ne!(*place, new, "{what}: nothing changed");
    *place = new;
    expect(what, &provenance(&run, &[tree]), &EXPECTED, class);
}

const ENTRY: &str = "/verification_material/transparency_entries/0";

#[test]
fn provenance_of_our_own_agrees() {
    let run = workflow();
    let bytes = signing(&run).provenance(&run).to_string();
    let result = check_bytes(Some(bytes.as_bytes()), &OURS.trusted_root(), &EXPECTED);
    assert_eq!((classes(&result).as_str(), result.status), ("agrees", 0), "{}", result.stdout);
    let finding = result.finding("provenance");
    assert_eq!(finding["detail"]["certificate"]["Source Repository Identifier"], "1001");
    assert_eq!(finding["detail"]["certificate"]["Source Repository Digest"], COMMIT);
    assert!(finding["vouches"].as_str().unwrap().contains("2025-03-01T12:00:00Z"), "{finding}");
    // Not under another root.
    let run = workflow();
    let tree = signing(&run).provenance(&run);
    expect_under("ours elsewhere", &ELSEWHERE.trusted_root(), &tree, &EXPECTED, "root-too-old");
}

#[test]
fn every_pin_agrees_with_what_was_made() {
    let mut run = workflow();
    run.environment = Some("pypi".to_owned());
    let tree = signing(&run).provenance(&run);
    let signer = format!("{REPOSITORY}/.github/workflows/release.yml");
    let pins = [
        "--repository",
        REPOSITORY,
        "--workflow",
        "release.yml",
        "--ref",
        "refs/tags/v*",
        "--trigger",
        "push,release",
        "--runner",
        "github-hosted",
        "--repository-id",
        "1001",
        "--owner-id",
        "77",
        "--environment",
        "pypi",
        "--signer",
        &signer,
    ];
    expect("pinned", &tree, &pins, "agrees");
}

#[test]
fn certificates() {
    signed("another authority", "certificate-untrusted", |s| {
        s.leaf.authority = &ELSEWHERE.authority;
    });
    static IMPOSTOR: LazyLock<made::Authority> = LazyLock::new(|| OURS.authority.impostor());
    signed("an authority of the same name", "certificate-untrusted", |s| {
        s.leaf.authority = &IMPOSTOR;
    });
    signed("not for code", "certificate-untrusted", |s| s.leaf.code_signing = false);
    signed("a claim twice", "certificate-malformed", |s| {
        s.leaf.claims.push((12, "https://github.com/evil/widget".to_owned()));
    });
    signed("a claim twice, the same", "certificate-malformed", |s| {
        s.leaf.claims.push((12, REPOSITORY.to_owned()));
    });
    signed("two names", "certificate-malformed", |s| {
        s.leaf.names.push(uri("https://github.com/evil/widget/.github/workflows/a.yml@refs/x"));
    });
    signed("no name", "certificate-malformed", |s| s.leaf.names.clear());
    signed("a host name", "certificate-malformed", |s| {
        s.leaf.names = vec![GeneralName::DnsName(Ia5String::new("github.com").unwrap())];
    });
    signed("an unknown critical extension", "certificate-malformed", |s| {
        s.leaf.extensions.push(critical_unknown());
    });
    signed("no issuer", "certificate-malformed", |s| {
        s.leaf.claim(1, None);
        s.leaf.claim(8, None);
    });
    // The old issuer claim stands in for the new one, and the other old ones decide nothing.
    signed("the old issuer alone", "agrees", |s| s.leaf.claim(8, None));
    signed("old claims that lie", "agrees", |s| {
        s.leaf.claim(2, Some("issue_comment"));
        s.leaf.claim(5, Some("evil/widget"));
        s.leaf.claim(6, Some("refs/heads/evil"));
    });
    signed("no old claims", "agrees", |s| s.leaf.claims.retain(|(number, _)| *number >= 8));
    altered("not DER", "certificate-malformed", "/verification_material/certificate", |v| {
        flipped(v, 0)
    });
    altered("its signature", "certificate-untrusted", "/verification_material/certificate", |v| {
        let length = made::unb64(v.as_str().unwrap()).len();
        flipped(v, length - 1)
    });
}

#[test]
fn certificate_transparency() {
    signed("no timestamp", "sct", |s| s.leaf.ct = None);
    signed("by a log that the root lacks", "root-too-old", |s| s.leaf.ct = Some(&ELSEWHERE.ct));
    signed("by another key under the log's name", "sct", |s| {
        s.leaf.ct_forger = Some(&ELSEWHERE.ct);
    });
}

/// That no certificate can be judged is the root's fault, which is named.
#[test]
fn a_root_without_certificate_logs() {
    let run = workflow();
    let tree = signing(&run).provenance(&run);
    for ct_logs in [json!([]), json!(null)] {
        let mut root = OURS.trusted_root();
        match ct_logs {
            Value::Null => _ = root.as_object_mut().unwrap().remove("ctlogs"),
            none => root["ctlogs"] = none,
        }
        expect_under("no certificate logs", &root, &tree, &EXPECTED, "root-too-old");
        let said = check_bytes(Some(tree.to_string().as_bytes()), &root, &EXPECTED);
        let compared = said.finding("provenance")["compared"].as_str().unwrap().to_owned();
        let named =
            compared.contains("no certificate logs") && compared.contains("trusted_root.json");
        assert!(named, "{compared}");
        // What does not hold under any root is no matter of its age.
        let run = workflow();
        let mut forged = signing(&run).attestation();
        let signature = forged.pointer_mut("/envelope/signature").unwrap();
        *signature = flipped(signature, 40);
        expect_under("forged", &root, &provenance(&run, &[forged]), &EXPECTED, "root-too-old");
    }
}

#[test]
fn the_log() {
    let entry = |path: &str| format!("{ENTRY}/{path}");
    let flip = |at: usize| move |v: &Value| flipped(v, at);
    let set = |value: Value| move |_: &Value| value;
    let promise = entry("inclusionPromise/signedEntryTimestamp");
    altered("the promise", "log-entry", &promise, flip(20));
    altered("the time it promises", "log-entry", &entry("integratedTime"), |_| {
        (TIME + 1).to_string().into()
    });
    altered("the index it promises", "log-entry", &entry("logIndex"), set(json!("7")));
    altered("a hash of the proof", "log-entry", &entry("inclusionProof/hashes/1"), flip(31));
    altered("no hash in the proof", "log-entry", &entry("inclusionProof/hashes"), set(json!([])));
    altered("the index of the proof", "log-entry", &entry("inclusionProof/logIndex"), |_| {
        json!("3")
    });
    altered("the size of the tree", "log-entry", &entry("inclusionProof/treeSize"), |_| json!("8"));
    altered("the root hash", "log-entry", &entry("inclusionProof/rootHash"), flip(0));
    altered("the body", "log-entry", &entry("canonicalizedBody"), flip(60));
    let checkpoint = entry("inclusionProof/checkpoint/envelope");
    let text = |from: &'static str, to: &'static str| {
        move |v: &Value| v.as_str().unwrap().replace(from, to).into()
    };
    altered("the checkpoint's size", "log-entry", &checkpoint, text("\n7\n", "\n8\n"));
    altered("the checkpoint's origin", "log-entry", &checkpoint, text("log.ours", "log.ourz"));
    altered("no promise", "time-unknown", &entry("inclusionPromise"), set(Value::Null));
    altered("no proof", "provenance-malformed", &entry("inclusionProof"), set(Value::Null));
    let entries = "/verification_material/transparency_entries";
    altered("no entry", "provenance-malformed", entries, set(json!([])));
    altered("an unknown kind", "evidence-unsupported", &entry("kindVersion/kind"), |_| {
        json!("alpine")
    });

    signed("a checkpoint by another key", "log-entry", |s| {
        s.checkpoint_key = &ELSEWHERE.log.key;
    });
    signed("a log that the root lacks", "root-too-old", |s| {
        s.log = &ELSEWHERE.log;
        s.checkpoint_key = &ELSEWHERE.log.key;
    });
    static FORGED: LazyLock<Log> = LazyLock::new(|| Log::new("log.ours.example", "forged log"));
    altered("a log of another key under the log's id", "log-entry", ENTRY, |_| {
        let run = workflow();
        let mut signing = signing(&run);
        (signing.log, signing.checkpoint_key) = (&FORGED, &FORGED.key);
        let mut entry = signing.attestation().pointer(ENTRY).unwrap().clone();
        entry["logId"]["keyId"] = b64(OURS.log.key.id()).into();
        entry
    });
    // In the log, promised and proven, but about another release.
    altered("another statement's entry", "log-entry", ENTRY, |_| {
        let run = workflow();
        let other = Signing::of(&OURS, &run, TIME, NAME, b"other bytes\n");
        other.attestation().pointer(ENTRY).unwrap().clone()
    });
    // Each entry counts, wherever the right one stands.
    for first in [true, false] {
        altered("a second entry that is altered", "log-entry", entries, |list| {
            let right = list[0].clone();
            let mut wrong = right.clone();
            wrong["inclusionPromise"]["signedEntryTimestamp"] =
                flipped(&right["inclusionPromise"]["signedEntryTimestamp"], 20);
            if first { json!([right, wrong]) } else { json!([wrong, right]) }
        });
    }
}

#[test]
fn another_sigstore_is_told_from_an_old_root() {
    let run = workflow();
    let tree = Signing::of(&ELSEWHERE, &run, TIME, NAME, FILE).provenance(&run);
    // Nothing in the root is as young as the signature: it may be the root's age.
    expect("younger than the root", &tree, &EXPECTED, "root-too-old");
    let mut root = OURS.trusted_root();
    let mut newer = Log::new("log2.example", "a newer log").in_root();
    newer["publicKey"]["validFor"]["start"] = "2025-06-01T00:00:00Z".into();
    root["tlogs"].as_array_mut().unwrap().push(newer);
    expect_under("older than the root", &root, &tree, &EXPECTED, "certificate-untrusted");
}

#[test]
fn the_time() {
    let lived = |seconds: i64| move |s: &mut Signing<'static>| s.leaf.not_before = TIME - seconds;
    signed("in the first second", "agrees", lived(0));
    signed("in the last second", "agrees", lived(600));
    signed("a second too late", "time-outside-certificate", lived(601));
    signed("a second too early", "time-outside-certificate", lived(-1));
    signed("a year too late", "time-outside-certificate", lived(31_536_000));
    // 2050 is the last year that a certificate's two digits reach.
    signed("in the future", "time-outside-certificate", |s| {
        s.time = 2_200_000_000;
        s.leaf.not_before = s.time - 60;
    });
}

#[test]
fn the_statement() {
    signed("other bytes", "subject-digest", |s| s.subjects[0].1 = "0a".repeat(32));
    signed("another name", "subject-name", |s| {
        s.subjects[0].0 = "gadget-1.0.tar.gz".to_owned();
    });
    signed("another version", "subject-name", |s| {
        s.subjects[0].0 = "widget-1.1.tar.gz".to_owned();
    });
    let run = Workflow::release("evil/evil", "v1.0", COMMIT);
    let mut other = signing(&run);
    other.subjects[0].0 = "gadget-1.0.tar.gz".to_owned();
    // Who published is said first, as of a bundle.
    let both = "publisher-mismatch+subject-name";
    expect("another publisher, too", &other.provenance(&run), &EXPECTED, both);
    expect(
        "no one expected",
        &other.provenance(&run),
        &[],
        "subject-name+not-checked-no-expectation",
    );
    signed("both", "subject-digest", |s| {
        s.subjects = vec![("gadget-1.0.tar.gz".to_owned(), "0a".repeat(32))];
    });
    signed("the name as PyPI may spell it", "agrees", |s| {
        s.subjects[0].0 = "Widget-1.0.tar.gz".to_owned();
    });
    signed("several subjects", "provenance-malformed", |s| {
        s.subjects.push(("widget-1.0-py3-none-any.whl".to_owned(), "0a".repeat(32)));
    });
    signed("no subject", "provenance-malformed", |s| s.subjects.clear());
    signed("a digest in capitals", "provenance-malformed", |s| {
        s.subjects[0].1 = s.subjects[0].1.to_uppercase();
    });
    signed("a predicate that nobody knows", "evidence-unsupported", |s| {
        s.predicate_type = "https://example.org/p";
    });
    static OTHER: LazyLock<Key> = LazyLock::new(|| Key::new("another signer"));
    signed("signed by another key", "signature-bad", |s| s.forger = Some(&OTHER));
    altered("the signature", "signature-bad", "/envelope/signature", |v| flipped(v, 40));
    altered("the statement", "signature-bad", "/envelope/statement", |v| {
        let text = String::from_utf8(made::unb64(v.as_str().unwrap())).unwrap();
        b64(format!("{text} ")).into()
    });
}

#[test]
fn slsa_is_held_against_the_certificate() {
    let run = workflow();
    let slsa = |field: &str, value: &str| {
        let mut signing = signing(&run).slsa(&run);
        if !field.is_empty() {
            *signing.predicate.pointer_mut(field).unwrap() = value.into();
        }
        signing.provenance(&run)
    };
    expect("the same", &slsa("", ""), &EXPECTED, "agrees");
    let github = "/buildDefinition/internalParameters/github";
    let started = "/buildDefinition/externalParameters/workflow";
    for (field, value) in [
        (format!("{started}/ref"), "refs/heads/main"),
        (format!("{started}/repository"), "https://github.com/evil/widget"),
        (format!("{started}/path"), ".github/workflows/other.yml"),
        (format!("{github}/event_name"), "workflow_dispatch"),
        (format!("{github}/repository_id"), "1002"),
        (format!("{github}/repository_owner_id"), "78"),
        (format!("{github}/runner_environment"), "self-hosted"),
        ("/buildDefinition/resolvedDependencies/0/digest/gitCommit".to_owned(), "0a0a"),
        ("/runDetails/builder/id".to_owned(), "https://example.org/builder"),
    ] {
        expect(&field, &slsa(&field, value), &EXPECTED, "statement-disagrees");
    }
}

#[test]
fn the_publisher() {
    let run = workflow();
    let tree = signing(&run).provenance(&run);
    for other in [
        "https://github.com/example/gadget",
        "https://github.com/evil/widget",
        "https://gitlab.com/example/widget",
    ] {
        expect(other, &tree, &["--repository", other], "publisher-mismatch");
    }
    expect("letter case", &tree, &["--repository", "https://github.com/Example/Widget"], "agrees");
    expect("slash", &tree, &["--repository", "https://github.com/example/widget.git"], "agrees");
    expect("an account", &tree, &["--publisher", "gcp:a@example.org"], "publisher-mismatch");
    expect("nobody", &tree, &[], "not-checked-no-expectation");
    signed("another forge's issuer", "publisher-mismatch+publisher-disagrees", |s| {
        s.leaf.claim(8, Some("https://gitlab.com"));
    });
    // What the index writes is compared with the certificate and never replaces it.
    let mut lie = tree.clone();
    lie["attestation_bundles"][0]["publisher"]["repository"] = "evil/widget".into();
    expect("the index lies", &lie, &EXPECTED, "publisher-disagrees");
    let mut evil = run.clone();
    evil.repository = "evil/widget".to_owned();
    let stolen = provenance(&run, &[signing(&evil).attestation()]);
    expect("the index covers", &stolen, &EXPECTED, "publisher-mismatch+publisher-disagrees");
}

/// What names a publisher, its issuer, its claims, its alternative name; and what names another.
type Kind = (&'static str, &'static str, &'static [(u32, &'static str)], GeneralName, &'static str);

/// Each kind of publisher agrees with what names it, and with nothing that names another.
#[test]
fn the_other_publishers() {
    const PIPELINE: &str = "https://gitlab.com/example/widget//.gitlab-ci.yml@refs/tags/v1.0";
    const CIRCLE: &str = "https://circleci.com/api/v2/projects/2b7c1f8a-0000-4000-8000-000000000001\
                  /pipeline-definitions/2b7c1f8a-0000-4000-8000-000000000002";
    let kinds: [Kind; 5] = [
        (
            "gitlab:example/widget",
            "https://gitlab.com",
            &[
                (9, PIPELINE),
                (12, "https://gitlab.com/example/widget"),
                (18, PIPELINE),
                (20, "push"),
            ],
            uri(PIPELINE),
            "gitlab:other/widget",
        ),
        (
            "gcp:release@widget.iam.gserviceaccount.com",
            "https://accounts.google.com",
            &[],
            email("release@widget.iam.gserviceaccount.com"),
            "gcp:other@widget.iam.gserviceaccount.com",
        ),
        (
            "circleci:2b7c1f8a-0000-4000-8000-000000000001",
            "https://oidc.circleci.com",
            &[(9, CIRCLE), (11, "\"\"")],
            uri(CIRCLE),
            "circleci:2b7c1f8a-0000-4000-8000-000000000003",
        ),
        (
            "github-login:maintainer@example.org",
            "https://github.com/login/oauth",
            &[],
            email("maintainer@example.org"),
            "github-login:other@example.org",
        ),
        (
            "activestate:example/widget",
            "https://platform.activestate.com/api/v1/oauth/oidc",
            &[(24, "org:example:project:widget")],
            email("builder@example.org"),
            "activestate:example/gadget",
        ),
    ];
    for (publisher, issuer, claims, name, other) in kinds {
        let run = workflow();
        let made = |issuer: &str| {
            let mut signing = signing(&run);
            signing.leaf.claims = vec![(1, issuer.to_owned()), (8, issuer.to_owned())];
            signing.leaf.claims.extend(claims.iter().map(|(n, v)| (*n, (*v).to_owned())));
            signing.leaf.names = vec![name.clone()];
            // Without the index's publisher object, of which each kind has its own.
            signing.attestation()
        };
        let tree = made(issuer);
        // Any pipeline definition of a CircleCI project would do: that is said, until one is named.
        let definition = ["--workflow", "2b7c1f8a-0000-4000-8000-000000000002"];
        let (pins, said) = match publisher.starts_with("circleci:") {
            true => (&definition[..], "agrees+not-checked-no-expectation"),
            false => (&[][..], "agrees"),
        };
        expect(publisher, &tree, &["--publisher", publisher], said);
        expect(publisher, &tree, &[&["--publisher", publisher], pins].concat(), "agrees");
        expect(other, &tree, &["--publisher", other], "publisher-mismatch");
        expect(REPOSITORY, &tree, &EXPECTED, "publisher-mismatch");
        let elsewhere = made("https://issuer.example");
        expect("its issuer", &elsewhere, &["--publisher", publisher], "publisher-mismatch");
    }
}

#[test]
fn each_pin() {
    let run = workflow();
    let tree = signing(&run).provenance(&run);
    let pin = |args: [&str; 2], class: &str| {
        expect(&args.join(" "), &tree, &[&EXPECTED[..], &args].concat(), class);
    };
    pin(["--workflow", "publish.yml"], "workflow-mismatch");
    pin(["--workflow", ".github/workflows/release.yaml"], "workflow-mismatch");
    pin(["--ref", "refs/heads/main"], "ref-mismatch");
    pin(["--ref", "refs/tags/v1"], "ref-mismatch");
    pin(["--ref", "refs/tags/v1.0"], "agrees");
    pin(["--trigger", "release,workflow_dispatch"], "trigger-mismatch");
    pin(["--trigger", "pus"], "trigger-mismatch");
    pin(["--runner", "self-hosted"], "runner-mismatch");
    pin(["--repository-id", "1002"], "repository-reregistered");
    pin(["--owner-id", "78"], "repository-transferred");
    pin(["--environment", "pypi"], "environment-mismatch");
    let other = format!("{REPOSITORY}/.github/workflows/other.yml");
    pin(["--signer", &other], "workflow-mismatch");
    pin(
        ["--signer", "https://github.com/shared/flows/.github/workflows/a.yml"],
        "workflow-mismatch",
    );
}

#[test]
fn a_run_that_went_otherwise() {
    let of = |change: &dyn Fn(&mut Workflow)| {
        let mut run = workflow();
        change(&mut run);
        signing(&run).provenance(&run)
    };
    // What outsiders can start is refused without a pin.
    for trigger in ["issue_comment", "pull_request_target", "workflow_run"] {
        let tree = of(&|run| run.trigger = trigger.to_owned());
        expect(trigger, &tree, &EXPECTED, "trigger-mismatch");
    }
    let tree = of(&|run| run.trigger = "schedule".to_owned());
    expect("schedule", &tree, &EXPECTED, "agrees");
    // A reusable workflow of another repository.
    let shared = "https://github.com/shared/flows/.github/workflows/publish.yml";
    let tree = of(&|run| run.signer = Some(format!("{shared}@refs/tags/v3")));
    expect("shared", &tree, &EXPECTED, "signer-external");
    let pinned = [&EXPECTED[..], &["--signer", shared]].concat();
    expect("shared, pinned", &tree, &pinned, "agrees");
    // The repository's own.
    let own = format!("{REPOSITORY}/.github/workflows/publish.yml@refs/tags/v1.0");
    let tree = of(&|run| run.signer = Some(own.clone()));
    expect("own", &tree, &EXPECTED, "agrees");
    // Known by its number under another name; said, and no more.
    let renamed = of(&|run| run.repository = "example/gizmo".to_owned());
    let number = [&EXPECTED[..], &["--repository-id", "1001"]].concat();
    expect("renamed", &renamed, &EXPECTED, "publisher-mismatch");
    expect("renamed, number pinned", &renamed, &number, "agrees+repository-renamed");
    let moved = of(&|run| {
        run.repository = "other/widget".to_owned();
        run.owner_id = 78;
    });
    expect("transferred", &moved, &number, "repository-transferred");
    // The environment is what the certificate says.
    let tree = of(&|run| run.environment = Some("testpypi".to_owned()));
    let pinned = [&EXPECTED[..], &["--environment", "pypi"]].concat();
    expect("environment", &tree, &pinned, "environment-mismatch");
}

#[test]
fn several_attestations_each_count() {
    let run = workflow();
    let right = signing(&run).attestation();
    let slsa = signing(&run).slsa(&run).attestation();
    expect("both", &provenance(&run, &[right.clone(), slsa]), &EXPECTED, "agrees,agrees");
    let mut wrong = right.clone();
    wrong["envelope"]["signature"] = flipped(&right["envelope"]["signature"], 40);
    let list = [right.clone(), wrong.clone()];
    // The worst first, wherever it is in the list.
    expect("wrong behind", &provenance(&run, &list), &EXPECTED, "signature-bad,agrees");
    expect("wrong before", &provenance(&run, &[wrong, right]), &EXPECTED, "signature-bad,agrees");
}

#[test]
fn none_and_nonsense() {
    let root = OURS.trusted_root();
    let run = workflow();
    let tree = signing(&run).provenance(&run);
    let of = |bytes: Option<&[u8]>| {
        let result = check_bytes(bytes, &root, &EXPECTED);
        assert_eq!(result.status, 1, "{}{}", result.stdout, result.stderr);
        classes(&result)
    };
    assert_eq!(of(None), "provenance-absent");
    assert_eq!(of(Some(b"{\"version\":1,\"attestation_bundles\":[]}")), "provenance-empty");
    assert_eq!(of(Some(provenance(&run, &[]).to_string().as_bytes())), "provenance-empty");
    assert_eq!(of(Some(b"")), "provenance-malformed");
    assert_eq!(of(Some(b"<html>502 Bad Gateway</html>")), "provenance-malformed");
    let twice = tree.to_string().replacen("\"version\":1", "\"version\":1,\"version\":1", 1);
    assert_eq!(of(Some(twice.as_bytes())), "provenance-malformed");
    let two = tree.to_string().replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(of(Some(two.as_bytes())), "provenance-malformed");
    let text = tree.to_string();
    assert_eq!(of(Some(&text.as_bytes()[..text.len() - 1])), "provenance-malformed");
}

/// The classes that a provenance alone can end in, or have said next to it: each is expected of the
/// program somewhere above.
#[test]
fn no_class_of_provenance_is_left_out() {
    // Up to this test: its own list is no expectation.
    let here = include_str!("sigstore_knobs.rs");
    let here = here.split("fn no_class_of_provenance_is_left_out").next().unwrap();
    let classes = [
        "provenance-absent",
        "provenance-empty",
        "provenance-malformed",
        "subject-digest",
        "subject-name",
        "signature-bad",
        "certificate-untrusted",
        "certificate-malformed",
        "log-entry",
        "sct",
        "time-outside-certificate",
        "time-unknown",
        "root-too-old",
        "publisher-mismatch",
        "workflow-mismatch",
        "ref-mismatch",
        "trigger-mismatch",
        "runner-mismatch",
        "environment-mismatch",
        "signer-external",
        "publisher-disagrees",
        "repository-renamed",
        "repository-transferred",
        "repository-reregistered",
        "statement-disagrees",
        "not-checked-no-expectation",
        "evidence-unsupported",
    ];
    for name in classes {
        let expected = [format!("\"{name}\""), format!("+{name}\"")];
        assert!(expected.iter().any(|e| here.contains(e)), "no test reaches {name}");
    }
}

/// A distfile that the ebuild may have renamed unseen is not said to be attested under another name:
/// that is asked for. Everything else about it is judged as ever.
#[test]
fn a_rename_that_cannot_be_read() {
    let run = workflow();
    let good = signing(&run);
    let bumped = |src_uri: &str, provenance: &Value, bytes: &[u8], more: &[&str]| {
        let overlay = Overlay::new();
        let lines = format!("{src_uri}\nVERIFY_PROVENANCE_REPO={REPOSITORY}\n");
        overlay.ebuild("dev-libs/foo", "1.0", &lines);
        overlay.distfile("foo-1.0.tar.gz", bytes);
        overlay.distfile("foo-1.0.tar.gz.provenance", provenance.to_string().as_bytes());
        overlay.write("dev-libs/foo/Manifest", &dist("foo-1.0.tar.gz", bytes));
        let root = overlay.scratch.write("root.json", OURS.trusted_root().to_string());
        let fixed = ["--json", "--trusted-root", root.to_str().unwrap()];
        let said = overlay.bump("dev-libs/foo", &[&fixed[..], more].concat());
        assert_ne!(said.status, 2, "{}{}", said.stdout, said.stderr);
        let compared = said.finding("provenance")["compared"].as_str().unwrap().to_owned();
        (classes(&said), compared)
    };
    let bytes = archive("widget-1.0", &[("a", "a")]);
    let about = |name: &str| Signing::of(&OURS, &run, TIME, name, &bytes);
    let unknown = "SRC_URI=\"$(get_uris)\"";
    let known = "SRC_URI=\"https://example.org/foo-1.0.tar.gz\"";
    let provenance = about(NAME).provenance(&run);
    let (class, text) = bumped(unknown, &provenance, &bytes, &[]);
    assert_eq!(class, "not-checked-no-expectation", "{text}");
    assert!(text.contains(&format!("--upstream-name foo-1.0.tar.gz={NAME}")), "{text}");
    // The name is known: the ebuild says it, or who runs this does.
    assert_eq!(bumped(known, &provenance, &bytes, &[]).0, "subject-name");
    let named = format!("foo-1.0.tar.gz={NAME}");
    assert_eq!(bumped(unknown, &provenance, &bytes, &["--upstream-name", &named]).0, "agrees");
    let other = ["--upstream-name", "foo-1.0.tar.gz=other-1.0.tar.gz"];
    assert_eq!(bumped(unknown, &provenance, &bytes, &other).0, "subject-name");
    let renames = format!("SRC_URI=\"https://example.org/{NAME} -> foo-1.0.tar.gz\"");
    assert_eq!(bumped(&renames, &provenance, &bytes, &[]).0, "agrees");
    // Nothing else becomes softer by it.
    assert_eq!(bumped(unknown, &good.provenance(&run), &bytes, &[]).0, "subject-digest");
    let fork = Workflow::release("example/fork", "v1.0", COMMIT);
    let forked = Signing::of(&OURS, &fork, TIME, NAME, &bytes).provenance(&fork);
    let (class, text) = bumped(unknown, &forked, &bytes, &[]);
    assert!(class.starts_with("publisher-mismatch"), "{class}: {text}");
    let elsewhere = Signing::of(&ELSEWHERE, &run, TIME, NAME, &bytes).provenance(&run);
    let (class, text) = bumped(unknown, &elsewhere, &bytes, &[]);
    assert!(
        ["root-too-old", "certificate-untrusted", "log-entry"].contains(&&*class),
        "{class}: {text}"
    );
}
