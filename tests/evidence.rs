//! One evidence, one answer: the same certificate and statement as PEP 740 and as a bundle, bundles in
//! every container, GitHub's own authority, and lists of checksums that are signed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "sigstore")]

use crate::common::sigstore::{Signing, Sigstore, Workflow, flipped, hex, provenance};
use crate::common::{Run, Scratch, distvouch, ed25519, tool};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::process::Command;

const NAME: &str = "foo-1.3.tar.gz";
const FILE: &[u8] = b"the bytes of a release\n";
const COMMIT: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
const TIME: i64 = 1_740_830_400;
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const REUSABLE: &str = "https://github.com/x/shared/.github/workflows/pub.yml@refs/tags/v1";

/// A release and a Sigstore of its own.
struct Bench {
    scratch: Scratch,
    sigstore: Sigstore,
}

impl Bench {
    fn new() -> Self {
        let (scratch, sigstore) = (Scratch::new(), Sigstore::new("evidence"));
        scratch.write("root.json", sigstore.trusted_root().to_string());
        scratch.write(NAME, FILE);
        Self { scratch, sigstore }
    }

    fn signing(&self, run: &Workflow) -> Signing<'_> {
        Signing::of(&self.sigstore, run, TIME, NAME, FILE).slsa(run)
    }

    /// Another attestation of the same file, by another certificate.
    fn another(&self, run: &Workflow) -> Value {
        Signing::of(&self.sigstore, run, TIME + 5, NAME, FILE).slsa(run).bundle()
    }

    /// An attestation of another file.
    fn other_file(&self, run: &Workflow) -> Value {
        Signing::of(&self.sigstore, run, TIME + 9, "bar.tar.gz", b"another").slsa(run).bundle()
    }

    fn check(&self, more: &[&str]) -> Run {
        let root = self.scratch.file("root.json").to_string_lossy().into_owned();
        self.scratch.check(["--trusted-root", &root].iter().chain(more).chain(&[NAME]))
    }

    fn bundle(&self, text: &str, more: &[&str]) -> Run {
        self.scratch.write(&format!("{NAME}.sigstore.json"), text);
        let required = ["--require", "sigstore"];
        self.check(&required.iter().chain(more).copied().collect::<Vec<_>>())
    }

    fn provenance(&self, text: &str, more: &[&str]) -> Run {
        self.scratch.write(&format!("{NAME}.provenance"), text);
        let required = ["--require", "provenance"];
        self.check(&required.iter().chain(more).copied().collect::<Vec<_>>())
    }
}

fn release() -> Workflow {
    Workflow::release("example/foo", "v1.3", COMMIT)
}

fn identity(run: &Workflow) -> Vec<String> {
    ["--identity", &run.signer(), "--issuer", ISSUER].map(str::to_owned).to_vec()
}

fn forgers(run: &Run) -> String {
    run.finding("sigstore")["forgers"].to_string()
}

#[test]
fn what_was_asked_for_gets_the_same_answer_from_both_containers() {
    let bench = Bench::new();
    let repository = ["--repository", "https://github.com/example/foo"];
    let mut run = release();
    run.environment = Some("pypi".to_owned());
    for (more, expected) in [
        (&[][..], "agrees"),
        (&["--repository", "https://github.com/evil/evil"], "publisher-mismatch"),
        (&["--workflow", "release.yml"], "agrees"),
        (&["--workflow", "other.yml"], "workflow-mismatch"),
        (&["--ref", "refs/tags/v*"], "agrees"),
        (&["--ref", "refs/heads/main"], "ref-mismatch"),
        (&["--trigger", "release"], "trigger-mismatch"),
        (&["--runner", "self-hosted"], "runner-mismatch"),
        (&["--repository-id", "5"], "repository-reregistered"),
        (&["--owner-id", "5"], "repository-transferred"),
        (&["--environment", "test"], "environment-mismatch"),
        (&["--signer", REUSABLE], "workflow-mismatch"),
    ] {
        let args = match more.first() {
            Some(&"--repository") => more.to_vec(),
            _ => [&repository[..], more].concat(),
        };
        let signing = bench.signing(&run);
        let as_provenance = bench.provenance(&signing.provenance(&run).to_string(), &args);
        assert_eq!(as_provenance.said("provenance"), expected, "{args:?}");
        std::fs::remove_file(bench.scratch.file(&format!("{NAME}.provenance"))).unwrap();
        let whole = identity(&run);
        let named: Vec<&str> = whole.iter().map(String::as_str).chain(args.clone()).collect();
        for args in [&args, &named] {
            let as_bundle = bench.bundle(&signing.bundle().to_string(), args);
            let said = as_bundle.said("sigstore");
            assert_eq!(said, expected, "{args:?}\n{}", as_bundle.stdout);
            assert_eq!(as_bundle.status == 0, expected == "agrees", "{args:?}");
        }
        std::fs::remove_file(bench.scratch.file(&format!("{NAME}.sigstore.json"))).unwrap();
    }
}

/// A bundle about this name and other bytes contradicts in a file of many as in one of its own.
#[test]
fn other_bytes_of_this_name_in_either_container() {
    let bench = Bench::new();
    let run = release();
    let own = bench.signing(&run).bundle().to_string();
    let of = |name: &str, bytes: &[u8]| {
        Signing::of(&bench.sigstore, &run, TIME + 7, name, bytes).slsa(&run).bundle().to_string()
    };
    let whole = identity(&run);
    let args: Vec<&str> =
        ["--require", "sigstore"].into_iter().chain(whole.iter().map(String::as_str)).collect();
    let others = [
        (of("bar.tar.gz", b"other"), "agrees", 0),
        (of(NAME, b"other"), "subject-digest,agrees", 1),
        (of(&format!("dist/{NAME}"), b"other"), "subject-digest,agrees", 1),
    ];
    for (other, expected, status) in others {
        let many =
            bench.scratch.write(&format!("{NAME}.intoto.jsonl"), format!("{own}\n{other}\n"));
        let ended = bench.check(&args);
        assert_eq!((ended.said("sigstore").as_str(), ended.status), (expected, status));
        std::fs::remove_file(many).unwrap();
    }
}

/// A trigger that outsiders can cause lets anyone start the run that is pinned, and an owner's number any of the
/// owner's repositories.
#[test]
fn a_pin_that_lets_outsiders_in_makes_them_forgers() {
    let bench = Bench::new();
    let run = release();
    let bundle = bench.signing(&run).bundle().to_string();
    let whole = identity(&run);
    let sets = |more: &[&str]| {
        let args: Vec<&str> =
            whole.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let ended = bench.bundle(&bundle, &args);
        assert_eq!(ended.said("sigstore"), "agrees", "{}", ended.stdout);
        forgers(&ended)
    };
    let repository = ["--repository", "https://github.com/example/foo"];
    let pinned = ["--workflow", "release.yml", "--ref", "refs/tags/v1.3"];
    let own = [&repository[..], &pinned].concat();
    assert!(!sets(&[&own[..], &["--trigger", "push"]].concat()).contains("caller"));
    for event in ["issue_comment", "workflow_run", "pull_request_target"] {
        let said = sets(&[&own[..], &["--trigger", "push", "--trigger", event]].concat());
        assert!(said.contains("caller"), "{event}: {said}");
    }
}

/// Of several identities one is enough: an attacker takes the one that is easiest, whichever signed.
#[test]
fn of_several_identities_an_attacker_takes_any() {
    let bench = Bench::new();
    let run = release();
    let whole = identity(&run);
    let bundle = bench.signing(&run).bundle().to_string();
    let sets = |more: &[&str]| {
        let args: Vec<&str> =
            whole.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let ended = bench.bundle(&bundle, &args);
        assert_eq!(ended.said("sigstore"), "agrees", "{}", ended.stdout);
        ended.json()["attackers"].to_string()
    };
    let alone = sets(&[]);
    assert!(!alone.contains("account") && !alone.contains("key"), "{alone}");
    let account = ["--identity", "me@example.org", "--issuer", "https://accounts.google.com"];
    let either = sets(&account);
    assert!(either.contains("account") && either.contains("publish"), "{either}");
    let pull = run.signer().replace("refs/tags/v1.3", "refs/pull/7/merge");
    // The workflow may be called: from any branch, and from any repository.
    assert!(alone.contains("branch") && alone.contains("caller"), "{alone}");
    assert!(sets(&["--identity", &pull, "--issuer", ISSUER]).contains("branch"));
    // Where the publisher was named, an account does not fit.
    let repository = ["--repository", "https://github.com/example/foo"];
    assert!(!sets(&[&account[..], &repository].concat()).contains("account"));
}

/// What outsiders can start is no release, whether the repository or the whole identity was named.
#[test]
fn an_identity_that_outsiders_can_start() {
    let bench = Bench::new();
    for (trigger, said) in
        [("pull_request_target", "trigger-mismatch"), ("workflow_dispatch", "agrees")]
    {
        let mut run = release();
        run.trigger = trigger.to_owned();
        let whole = identity(&run);
        let args: Vec<&str> = whole.iter().map(String::as_str).collect();
        let ended = bench.bundle(&bench.signing(&run).bundle().to_string(), &args);
        assert_eq!(ended.said("sigstore"), said, "{trigger}: {}", ended.stdout);
    }
}

#[test]
fn a_pin_without_a_publisher_is_an_error() {
    let bench = Bench::new();
    let run = release();
    let mut args = identity(&run);
    args.extend(["--trigger".to_owned(), "push".to_owned()]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ended = bench.bundle(&bench.signing(&run).bundle().to_string(), &args);
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("--repository"), "{}", ended.stderr);
}

#[test]
fn what_statement_and_certificate_say_differently_is_said_or_contradicts() {
    let bench = Bench::new();
    let run = release();
    let mut lying = run.clone();
    lying.repository = "evil/evil".to_owned();
    let mut signing = bench.signing(&run);
    signing.predicate = lying.slsa();
    let text = signing.bundle().to_string();
    let whole = identity(&run);
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let said = bench.bundle(&text, &whole);
    assert_eq!((said.status, said.said("sigstore").as_str()), (0, "agrees"), "{}", said.stdout);
    let notes = |run: &Run| run.finding("sigstore")["detail"]["notes"].to_string();
    assert!(notes(&said).contains("statement-disagrees"), "{}", said.stdout);
    let repository = ["--repository", "https://github.com/example/foo"];
    let stated = bench.bundle(&text, &[&whole[..], &repository].concat());
    assert_eq!(stated.said("sigstore"), "statement-disagrees", "{}", stated.stdout);

    let mut renamed = bench.signing(&run);
    renamed.subjects[0].0 = "bar-1.3.tar.gz".to_owned();
    let text = renamed.bundle().to_string();
    let said = bench.bundle(&text, &whole);
    assert_eq!(said.said("sigstore"), "agrees");
    assert!(notes(&said).contains("subject-name"), "{}", said.stdout);
    let stated = bench.bundle(&text, &[&whole[..], &repository].concat());
    assert_eq!(stated.said("sigstore"), "subject-name");
    let upstream = format!("{NAME}=bar-1.3.tar.gz");
    let named = [&whole[..], &repository, &["--upstream-name", &upstream]].concat();
    assert_eq!(bench.bundle(&text, &named).said("sigstore"), "agrees");
}

/// Whoever is expected may sign that a file failed.
#[test]
fn a_statement_that_reports_a_failure_does_not_vouch() {
    let bench = Bench::new();
    let run = release();
    let whole = identity(&run);
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let said = |kind: &'static str, predicate: serde_json::Value| {
        let mut signing = bench.signing(&run);
        signing.predicate_type = kind;
        signing.predicate = predicate;
        bench.bundle(&signing.bundle().to_string(), &whole)
    };
    let summary = "https://slsa.dev/verification_summary/v1";
    for (result, expected) in [("PASSED", "agrees"), ("FAILED", "statement-disagrees")] {
        let ended = said(summary, serde_json::json!({"verificationResult": result}));
        assert_eq!(ended.said("sigstore"), expected, "{}", ended.stdout);
    }
    // What is not read may say so as well: it vouches for nothing, and is said beside what does.
    let other = said("https://example.org/revoked", serde_json::json!({"revoked": true}));
    assert_eq!(other.said("sigstore"), "evidence-unsupported");
    let compared = other.finding("sigstore")["compared"].as_str().unwrap().to_owned();
    assert!(compared.contains("is not read"), "{compared}");
    let mut signing = bench.signing(&run);
    signing.predicate_type = "https://example.org/revoked";
    let (unread, read) = (signing.bundle(), bench.another(&run));
    let both = bench.bundle(&format!("{unread}\n{read}\n"), &whole);
    assert_eq!(both.said("sigstore"), "agrees,agrees", "{}", both.stdout);
    assert!(both.stdout.contains("is not read"), "{}", both.stdout);
}

#[test]
fn a_reusable_workflow_is_open_to_every_caller() {
    let bench = Bench::new();
    let mut run = release();
    run.signer = Some(REUSABLE.to_owned());
    let text = bench.signing(&run).bundle().to_string();
    let whole = identity(&run);
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let open = bench.bundle(&text, &whole);
    assert_eq!(open.said("sigstore"), "agrees");
    assert!(forgers(&open).contains("caller"), "{}", forgers(&open));
    let repository = ["--repository", "https://github.com/example/foo", "--signer", REUSABLE];
    let pinned = bench.bundle(&text, &[&whole[..], &repository].concat());
    assert_eq!(pinned.said("sigstore"), "agrees", "{}", pinned.stdout);
    assert!(!forgers(&pinned).contains("caller"), "{}", forgers(&pinned));
    let unpinned = bench.bundle(&text, &["--repository", "https://github.com/example/foo"]);
    assert_eq!(unpinned.said("sigstore"), "signer-external");
}

#[test]
fn every_container_of_bundles() {
    let bench = Bench::new();
    let run = release();
    let (one, two, other) =
        (bench.signing(&run).bundle(), bench.another(&run), bench.other_file(&run));
    let mut bad = bench.another(&run);
    let signature = &mut bad["dsseEnvelope"]["signatures"][0]["sig"];
    *signature = flipped(signature, 20);
    let whole = identity(&run);
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let lines = |list: &[&Value]| list.iter().map(|b| format!("{b}\n")).collect::<String>();
    let api = |list: &[&Value]| {
        let list: Vec<Value> = list.iter().map(|b| json!({"bundle": b})).collect();
        json!({ "attestations": list }).to_string()
    };
    for (text, expected) in [
        (lines(&[&one]), "agrees"),
        (lines(&[&one, &one]), "agrees"),
        (lines(&[&one, &two]), "agrees,agrees"),
        (lines(&[&other, &one]), "agrees"),
        (api(&[&one, &other]), "agrees"),
        (json!([one, other]).to_string(), "agrees"),
        (lines(&[&other, &other]), "subject-digest"),
        (lines(&[&other, &bench.other_file(&release())]), "subject-digest"),
        (lines(&[&one, &json!({"a": 1})]), "provenance-malformed,agrees"),
        ("[]".to_owned(), "provenance-empty"),
        (api(&[]), "provenance-empty"),
    ] {
        let ended = bench.bundle(&text, &whole);
        assert_eq!(ended.said("sigstore"), expected, "{:.80}: {}", text, ended.stdout);
    }
    // One bad among good, and one good among bad: none hides another.
    for list in [[&one, &bad], [&bad, &one]] {
        let ended = bench.bundle(&lines(&list), &whole);
        assert_eq!(ended.status, 1, "{}", ended.stdout);
        assert_eq!(ended.said("sigstore").matches("agrees").count(), 1, "{}", ended.stdout);
    }
    let ended = bench.bundle(&lines(&[&one, &other]), &whole);
    let compared = ended.finding("sigstore")["compared"].as_str().unwrap().to_owned();
    assert!(compared.contains("1 more"), "{compared}");
}

#[test]
fn a_hundred_thousand_lines_are_bounded() {
    let bench = Bench::new();
    let run = release();
    let whole = identity(&run);
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let many: String = (0..100_000).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    let ended = bench.bundle(&many, &whole);
    assert_eq!(ended.said("sigstore"), "evidence-unsupported");
    let compared = ended.finding("sigstore")["compared"].as_str().unwrap().to_owned();
    assert!(compared.contains("100 documents"), "{compared}");
}

#[test]
fn a_file_of_another_kind_is_named_by_its_kind() {
    let bench = Bench::new();
    let run = release();
    let whole = identity(&run);
    let whole: Vec<&str> = whole.iter().map(String::as_str).collect();
    let signing = bench.signing(&run);
    let bundle = signing.bundle();
    let mut old = bundle.clone();
    old["verificationMaterial"]["tlogEntries"][0].as_object_mut().unwrap().remove("inclusionProof");
    let mut unlogged = bundle.clone();
    unlogged["verificationMaterial"]["tlogEntries"] = json!([]);
    let mut headless = bundle.clone();
    headless.as_object_mut().unwrap().remove("verificationMaterial");
    for (text, class, part) in [
        ("<html></html>".to_owned(), "provenance-malformed", "an HTML page"),
        (signing.provenance(&run).to_string(), "provenance-malformed", "--provenance"),
        (
            bundle["dsseEnvelope"].to_string(),
            "evidence-unsupported",
            "DSSE envelope without a bundle",
        ),
        (
            json!({"base64Signature": "", "cert": "", "rekorBundle": {}}).to_string(),
            "evidence-unsupported",
            "cosign bundle create",
        ),
        (bench.sigstore.trusted_root().to_string(), "provenance-malformed", "--trusted-root"),
        (
            json!({"attestations": [{"bundle_url": "x"}]}).to_string(),
            "evidence-unsupported",
            "gh att",
        ),
        (old.to_string(), "evidence-unsupported", "no proof of inclusion"),
        (unlogged.to_string(), "evidence-unsupported", "no transparency log"),
        (headless.to_string(), "provenance-malformed", "verificationMaterial"),
    ] {
        let ended = bench.bundle(&text, &whole);
        let finding = ended.finding("sigstore");
        let compared = finding["compared"].as_str().unwrap();
        assert_eq!(finding["class"], class, "{compared}");
        assert!(compared.contains(part), "{compared}");
        for word in ["struct", "serde", "BundleHelper", "enum", "variant"] {
            assert!(!compared.contains(word), "{compared}");
        }
    }
    let _ = std::fs::remove_file(bench.scratch.file(&format!("{NAME}.sigstore.json")));
    let ended =
        bench.provenance(&bundle.to_string(), &["--repository", "https://github.com/example/foo"]);
    let compared = ended.finding("provenance")["compared"].as_str().unwrap().to_owned();
    assert!(compared.contains("Sigstore bundle"), "{compared}");
}

#[test]
fn pins_are_taken_from_bundles() {
    let bench = Bench::new();
    let run = release();
    let path = bench.scratch.write("b.json", bench.signing(&run).bundle().to_string());
    let root = bench.scratch.file("root.json");
    let mut command = distvouch();
    let ended =
        Run::of(command.arg("pin").arg(path).arg("--trusted-root").arg(root).output().unwrap());
    assert_eq!(ended.status, 0, "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("VERIFY_PROVENANCE_REPO=https://github.com/example/foo"));
    assert!(
        ended.stdout.contains("VERIFY_PROVENANCE_REF=\"refs/tags/v${PV}\""),
        "{}",
        ended.stdout
    );
}

fn data(name: &str) -> String {
    let path = format!("{}/tests/data/evidence/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn path(name: &str) -> String {
    format!("{}/tests/data/evidence/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn github_s_own_authority_is_judged_under_its_own_root_alone() {
    let scratch = Scratch::new();
    scratch.write("f", "x\n");
    let releases = ["--identity", "https://dotcom.releases.github.com"];
    let private = [
        "--identity",
        "https://github.com/actions/attest-demo/.github/workflows/build-python.yml@refs/heads/main",
        "--issuer",
        ISSUER,
    ];
    let check = |bundle: &str, more: &[&str]| {
        scratch.write("f.sigstore.json", bundle);
        scratch.check(["--require", "sigstore"].iter().chain(more).chain(&["f"]))
    };
    for (file, who) in [("github-release.json", &releases[..]), ("github-private.json", &private)] {
        let bundle = data(file);
        let issuer = [&who[..2], &["--issuer", ISSUER]].concat();
        let public = check(&bundle, &issuer);
        assert_eq!(public.said("sigstore"), "evidence-unsupported", "{}", public.stdout);
        assert!(public.stdout.contains("--trusted-root github"), "{}", public.stdout);
        // All of it holds, and it is about other files than this one.
        let own = check(&bundle, &[&["--trusted-root", "github"], who].concat());
        assert_eq!(own.said("sigstore"), "subject-digest", "{}{}", own.stdout, own.stderr);
        // Of another identity, with another stamp, or with a changed statement nothing holds.
        let mut json: Value = serde_json::from_str(&bundle).unwrap();
        let sig = &mut json["dsseEnvelope"]["signatures"][0]["sig"];
        *sig = flipped(sig, 30);
        let altered = check(&json.to_string(), &[&["--trusted-root", "github"], who].concat());
        assert_eq!(altered.status, 1);
        let said = altered.said("sigstore");
        assert!(["signature-bad", "time-unknown"].contains(&said.as_str()), "{said}");
        let mut json: Value = serde_json::from_str(&bundle).unwrap();
        json["verificationMaterial"].as_object_mut().unwrap().remove("timestampVerificationData");
        let unstamped = check(&json.to_string(), &[&["--trusted-root", "github"], who].concat());
        assert_eq!(unstamped.said("sigstore"), "time-unknown", "{}", unstamped.stdout);
    }
}

#[test]
fn a_public_bundle_is_none_of_github_s() {
    let bench = Bench::new();
    let run = release();
    bench.scratch.write(&format!("{NAME}.sigstore.json"), bench.signing(&run).bundle().to_string());
    let whole = identity(&run);
    let mut args = vec!["--require", "sigstore", "--trusted-root", "github"];
    args.extend(whole.iter().map(String::as_str));
    args.push(NAME);
    let ended = bench.scratch.check(args);
    assert_ne!(ended.status, 0, "{}", ended.stdout);
}

#[test]
fn another_managed_key_is_a_stranger() {
    let scratch = Scratch::new();
    scratch.write("g.tgz", std::fs::read(path("npm.tgz")).unwrap());
    scratch.write("g.tgz.sigstore.json", data("npm-publish.json"));
    let (old, new) = (path("npm-2022.pem"), path("npm-2025.pem"));
    let check = |keys: &[&str]| {
        let keys = keys.iter().flat_map(|key| ["--sigstore-key", *key]);
        let args: Vec<&str> =
            ["--require", "sigstore"].into_iter().chain(keys).chain(["g.tgz"]).collect();
        scratch.check(args)
    };
    assert_eq!(check(&[&old]).said("sigstore"), "agrees");
    let other = check(&[&new]);
    assert_eq!(other.said("sigstore"), "signer-unknown");
    assert!(
        other.stdout.contains("SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA"),
        "{}",
        other.stdout
    );
    assert_eq!(check(&[&new, &old]).said("sigstore"), "agrees");
    scratch.flip("g.tgz", 100);
    assert_eq!(check(&[&old]).said("sigstore"), "subject-digest");
}

#[test]
fn the_log_s_promise_gives_the_time_beside_a_stamp_that_the_root_does_not_know() {
    let scratch = Scratch::new();
    scratch.write("f", "x\n");
    scratch.write("f.sigstore.json", data("stamped.json"));
    let root = path("root-2025-08.json");
    let identity = "https://github.com/kubewarden/kubewarden-controller/.github/workflows/release.yml@refs/tags/v1.34.0";
    let args = ["--require", "sigstore", "--identity", identity, "--issuer", ISSUER];
    // The file is another; all before that holds, with the old root as with the new one.
    for more in [&["--trusted-root", root.as_str()][..], &[]] {
        let ended = scratch.check(args.iter().chain(more).chain(&["f"]));
        assert_eq!(ended.said("sigstore"), "subject-digest", "{}", ended.stdout);
    }
}

/// A list of checksums with these lines.
fn sums(lines: &[(&[u8], &str)]) -> String {
    lines.iter().map(|(bytes, name)| format!("{}  {name}\n", hex(&Sha256::digest(bytes)))).collect()
}

#[test]
fn a_list_beside_a_signature_of_its_own() {
    let scratch = Scratch::new();
    scratch.write(NAME, FILE);
    let key = ed25519::Key::new(7);
    let public = scratch.write("k.pub", key.public()).to_string_lossy().into_owned();
    let check = |list: &str, signed: &str, more: &[&str]| {
        scratch.write("SHA256SUMS", list);
        scratch.write("SHA256SUMS.minisig", key.minisign(signed.as_bytes()));
        let args = ["--require", "minisign", "--minisign-key", &public];
        scratch.check(args.iter().chain(more).chain(&[NAME]))
    };
    let good = sums(&[(b"x", "bar.tar.gz"), (FILE, NAME)]);
    let agrees = check(&good, &good, &[]);
    assert_eq!(
        (agrees.status, agrees.said("minisign").as_str()),
        (0, "agrees"),
        "{}",
        agrees.stdout
    );
    let finding = agrees.finding("minisign");
    assert!(finding["compared"].as_str().unwrap().contains("line 2 of SHA256SUMS"), "{finding}");
    assert!(finding["forgers"].to_string().contains("key"));
    let bad = sums(&[(b"x", NAME)]);
    assert_eq!(check(&bad, &bad, &[]).said("minisign"), "checksum-mismatch");
    assert_eq!(check(&good, &bad, &[]).said("minisign"), "signature-bad");
    let twice = sums(&[(b"x", NAME), (FILE, NAME)]);
    assert_eq!(check(&twice, &twice, &[]).said("minisign"), "checksum-ambiguous");
    // A list that says nothing of the file is no evidence about it, unless it was named by hand.
    let other = sums(&[(b"x", "bar.tar.gz")]);
    assert_eq!(check(&other, &other, &[]).said("minisign"), "signature-absent");
    let by_hand = format!("{NAME}=SHA256SUMS.minisig");
    let run = check(&other, &other, &["--signature", &by_hand]);
    assert_eq!(run.said("minisign"), "checksum-missing", "{}", run.stdout);
    let renamed = sums(&[(FILE, "foo-1.3-final.tar.gz")]);
    let run = check(&renamed, &renamed, &["--signature", &by_hand]);
    assert!(run.stdout.contains("foo-1.3-final.tar.gz"), "{}", run.stdout);
    // A signature over the file itself and the list are two findings in one report.
    scratch.write(&format!("{NAME}.minisig"), key.minisign(FILE));
    assert_eq!(check(&good, &good, &[]).said("minisign"), "agrees,agrees");
    assert_eq!(check(&bad, &bad, &[]).status, 1);
}

/// What stands in the place of a list's signature does not decide that nobody looks at the list: it is one whose
/// signature was judged by a check that is required, or it is what will be unpacked.
#[test]
fn a_list_whose_signature_is_none_is_no_evidence() {
    let scratch = Scratch::new();
    let key = ed25519::Key::new(7);
    let public = scratch.write("k.pub", key.public()).to_string_lossy().into_owned();
    scratch.write(NAME, FILE);
    scratch.write(&format!("{NAME}.minisig"), key.minisign(FILE));
    let list = format!("#!/bin/sh\necho evil\nexit\n{}", sums(&[(FILE, NAME)]));
    scratch.write("foo-1.3-sha256sum", &list);
    let names =
        [NAME, &format!("{NAME}.minisig"), "foo-1.3-sha256sum", "foo-1.3-sha256sum.minisig"];
    let check = |signature: &[u8]| {
        scratch.write("foo-1.3-sha256sum.minisig", signature);
        let args = ["--require", "minisign", "--minisign-key", &public];
        scratch.check(args.iter().chain(&names)).status
    };
    let clearsigned = format!("-----BEGIN PGP SIGNED MESSAGE-----\n\n{list}");
    for signature in
        [&b"{}"[..], b"[]", b"", clearsigned.as_bytes(), key.minisign(b"other").as_bytes()]
    {
        assert_eq!(check(signature), 1, "{}", String::from_utf8_lossy(signature));
    }
    assert_eq!(check(key.minisign(list.as_bytes()).as_bytes()), 0);
}

#[test]
fn a_list_with_a_bundle_as_goreleaser_makes_it() {
    let bench = Bench::new();
    let run = release();
    let list = sums(&[(FILE, NAME)]);
    bench.scratch.write("foo_1.3_checksums.txt", &list);
    let signing =
        Signing::of(&bench.sigstore, &run, TIME, "foo_1.3_checksums.txt", list.as_bytes())
            .slsa(&run);
    bench.scratch.write("foo_1.3_checksums.txt.sigstore.json", signing.bundle().to_string());
    let whole = identity(&run);
    let mut args = vec!["--require", "sigstore"];
    args.extend(whole.iter().map(String::as_str));
    let agrees = bench.check(&args);
    assert_eq!(agrees.said("sigstore"), "agrees", "{}", agrees.stdout);
    assert!(forgers(&agrees).contains("publish"), "{}", forgers(&agrees));
    let evil = [&args[..], &["--repository", "https://github.com/evil/evil"]].concat();
    assert_eq!(bench.check(&evil).said("sigstore"), "publisher-mismatch");
    bench.scratch.flip(NAME, 3);
    assert_eq!(bench.check(&args).said("sigstore"), "checksum-mismatch");
}

#[test]
fn a_clearsigned_list() {
    let test = "clearsigned list";
    let Some(gpg) = tool(test, "gpg") else { return };
    let (scratch, home) = (Scratch::new(), Scratch::new());
    let run = |args: &[&str]| {
        let output = Command::new(&gpg)
            .args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""])
            .args(args)
            .env("GNUPGHOME", home.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    for name in ["a", "b"] {
        run(&["--quick-generate-key", &format!("{name}@example.org"), "ed25519", "sign", "never"]);
        scratch.write(&format!("{name}.asc"), run(&["--armor", "--export", name]));
    }
    scratch.write(NAME, FILE);
    scratch.write("plain", sums(&[(FILE, NAME)]));
    let plain = scratch.file("plain").to_string_lossy().into_owned();
    let sign = |users: &[&str]| {
        let users = users.iter().flat_map(|user| ["-u", *user]);
        let args: Vec<&str> = users.chain(["--clearsign", "--output", "-", &plain]).collect();
        run(&args)
    };
    let key = scratch.file("a.asc").to_string_lossy().into_owned();
    let check = |signed: &[u8]| {
        scratch.write("SHA256SUMS.asc", signed);
        scratch.check(["--require", "openpgp", "--openpgp-key", &key, NAME])
    };
    assert_eq!(check(&sign(&["a"])).said("openpgp"), "agrees");
    assert_eq!(check(&sign(&["b"])).said("openpgp"), "signer-unknown");
    let both = check(&sign(&["a", "b"]));
    assert_eq!(both.said("openpgp"), "agrees", "{}", both.stdout);
    let text = String::from_utf8(sign(&["a"])).unwrap();
    let altered = text.replacen(&hex(&Sha256::digest(FILE))[..8], "00000000", 1);
    assert_eq!(check(altered.as_bytes()).said("openpgp"), "signature-bad");
    scratch.flip(NAME, 0);
    assert_eq!(check(&sign(&["a"])).said("openpgp"), "checksum-mismatch");
}

#[test]
fn provenance_of_two_attestations_is_not_outvoted_either() {
    let bench = Bench::new();
    let (run, mut other) = (release(), release());
    other.path = ".github/workflows/other.yml".to_owned();
    let both = [bench.signing(&run).attestation(), bench.signing(&other).attestation()];
    let args = ["--repository", "https://github.com/example/foo", "--workflow", "release.yml"];
    let ended = bench.provenance(&provenance(&run, &both).to_string(), &args);
    assert_eq!(ended.status, 1);
}
