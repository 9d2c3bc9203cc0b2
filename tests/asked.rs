//! What was asked of a certificate decides, whichever came along: pins without a repository, identities of
//! several issuers, workflows that others may call.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "sigstore")]

use crate::common::overlay::{Overlay, dist};
use crate::common::sigstore::{Signing, Sigstore, Workflow, email, uri};
use crate::common::{Run, Scratch, distvouch};
use serde_json::Value;

const NAME: &str = "foo-1.3.tar.gz";
const FILE: &[u8] = b"the bytes of a release\n";
const TIME: i64 = 1_740_830_400;
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const GOOGLE: &str = "https://accounts.google.com";
const LOGIN: &str = "https://github.com/login/oauth";
const ALICE: &str = "alice@example.org";

fn release() -> Workflow {
    Workflow::release("example/foo", "v1.3", &"0a".repeat(20))
}

/// A release with the bundle that `sign` makes of a signing.
fn signed(run: &Workflow, sign: impl FnOnce(&mut Signing)) -> Scratch {
    let (scratch, sigstore) = (Scratch::new(), Sigstore::new("asked"));
    scratch.write("root.json", sigstore.trusted_root().to_string());
    scratch.write(NAME, FILE);
    let mut signing = Signing::of(&sigstore, run, TIME, NAME, FILE);
    sign(&mut signing);
    scratch.write(&format!("{NAME}.sigstore.json"), signing.bundle().to_string());
    scratch
}

/// A release that an account signed, according to `issuer`.
fn by_account(issuer: &str) -> Scratch {
    signed(&release(), |signing| {
        signing.leaf.claims = vec![(8, issuer.to_owned())];
        signing.leaf.names = vec![email(ALICE)];
    })
}

fn check(scratch: &Scratch, asked: &[&str]) -> Run {
    let root = scratch.file("root.json").to_string_lossy().into_owned();
    let fixed = ["--require", "sigstore", "--trusted-root", &root];
    scratch.check(fixed.iter().chain(asked).chain(&[NAME]))
}

/// The forgers of a bundle that agrees, in the order of the report.
fn forgers(run: &Run) -> Vec<String> {
    assert_eq!(run.said("sigstore"), "agrees", "{}{}", run.stdout, run.stderr);
    let forgers = run.finding("sigstore")["forgers"].clone();
    forgers.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

fn identity(run: &Workflow) -> [String; 4] {
    ["--identity".to_owned(), run.signer(), "--issuer".to_owned(), ISSUER.to_owned()]
}

/// What the eclass asks of a bundle, with these pins and no repository.
fn of_eclass(scratch: &Scratch, run: &Workflow, pins: &[&str]) -> String {
    let mut command = distvouch();
    command.args(["portage", "detached", "--interface=1", "--method=sigstore"]);
    command.arg("--distdir").arg(scratch.path()).arg("--filesdir").arg(scratch.file("files"));
    command.arg("--trusted-root").arg(scratch.file("root.json"));
    command.args(identity(run)).args(pins).arg("--").arg(scratch.file(NAME));
    let output = command.arg(scratch.file(&format!("{NAME}.sigstore.json"))).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn pins_without_a_repository_are_compared() {
    let mut run = release();
    run.environment = Some("pypi".to_owned());
    let scratch = signed(&run, |_| {});
    for (pin, class) in [
        ("--ref=refs/tags/EVIL", "ref-mismatch"),
        ("--workflow=other.yml", "workflow-mismatch"),
        ("--trigger=release", "trigger-mismatch"),
        ("--runner=self-hosted", "runner-mismatch"),
        ("--repository-id=666", "repository-reregistered"),
        ("--owner-id=666", "repository-transferred"),
        ("--environment=prod", "environment-mismatch"),
        ("--signer=https://github.com/x/y/.github/workflows/z.yml", "workflow-mismatch"),
    ] {
        let answer = of_eclass(&scratch, &run, &[pin]);
        assert!(answer.contains(&format!(": {class}:")), "{pin}: {answer}");
        assert!(answer.lines().last().unwrap().starts_with("die"), "{pin}: {answer}");
    }
    let pins = [
        "--ref=refs/tags/v*",
        "--workflow=release.yml",
        "--trigger=push",
        "--runner=github-hosted",
        "--repository-id=1001",
        "--owner-id=77",
        "--environment=pypi",
        &format!("--signer={}", run.signer()),
    ];
    let answer = of_eclass(&scratch, &run, &pins);
    assert_eq!(answer.lines().last(), Some("done"), "{answer}");
    assert!(answer.contains("pinned: workflow, ref"), "{answer}");
}

/// An overlay whose ebuild expects that identity, with these lines beside it.
fn overlay(run: &Workflow, lines: &str) -> Overlay {
    let (overlay, sigstore) = (Overlay::new(), Sigstore::new("asked"));
    overlay.scratch.write("root.json", sigstore.trusted_root().to_string());
    let lines = format!(
        "inherit verify-sig\nVERIFY_SIG_METHOD=sigstore\nVERIFY_SIG_CERT_IDENTITY={}\n\
         VERIFY_SIG_CERT_OIDC_ISSUER={ISSUER}\n{lines}\nSRC_URI=\"https://example.org/${{P}}.tar.gz \
         verify-sig? ( https://example.org/${{P}}.tar.gz.sigstore.json )\"",
        run.signer()
    );
    overlay.ebuild("dev-libs/foo", "1.3", &lines);
    let bundle = Signing::of(&sigstore, run, TIME, NAME, FILE).bundle().to_string();
    let evidence = format!("{NAME}.sigstore.json");
    overlay.distfile(NAME, FILE);
    overlay.distfile(&evidence, bundle.as_bytes());
    let manifest = dist(NAME, FILE) + &dist(&evidence, bundle.as_bytes());
    overlay.write("dev-libs/foo/Manifest", &manifest);
    overlay
}

#[test]
fn an_ebuild_s_pins_count_for_bundles_in_bump_and_scan() {
    let run = release();
    for (pins, said) in [
        ("VERIFY_PROVENANCE_REF=\"refs/tags/v*\"", "agrees"),
        ("VERIFY_PROVENANCE_REF=refs/tags/EVIL", "ref-mismatch"),
        ("VERIFY_PROVENANCE_PINS=( --workflow=other.yml )", "workflow-mismatch"),
    ] {
        let overlay = overlay(&run, pins);
        let root = overlay.scratch.file("root.json").to_string_lossy().into_owned();
        let bump = overlay.bump("dev-libs/foo", &["--json", "--trusted-root", &root]);
        assert_eq!(bump.said("sigstore"), said, "{}{}", bump.stdout, bump.stderr);
        let mut scan = overlay.command("scan");
        let scan = scan.arg(overlay.path("")).args(["--trusted-root", &root]).output().unwrap();
        let scan = String::from_utf8(scan.stdout).unwrap();
        assert_eq!(scan.contains(said), said != "agrees", "{scan}");
    }
}

/// The eclass hands the array over as options, and one of them may say who published.
#[test]
fn a_repository_in_the_array_of_pins_counts_for_bundles() {
    let run = release();
    for (pins, said) in [
        ("--repository=https://github.com/example/foo --ref=refs/tags/v1.3", "agrees"),
        ("--repository=https://github.com/Example/foo.git", "agrees"),
        ("--publisher=github:example/foo", "agrees"),
        ("--repository=https://github.com/evil/evil --ref=refs/tags/v1.3", "publisher-mismatch"),
        ("--publisher=github:evil/evil", "publisher-mismatch"),
        ("--repository=https://github.com/example/foo --ref=refs/tags/EVIL", "ref-mismatch"),
    ] {
        let overlay = overlay(&run, &format!("VERIFY_PROVENANCE_PINS=( {pins} )"));
        let root = overlay.scratch.file("root.json").to_string_lossy().into_owned();
        let bump = overlay.bump("dev-libs/foo", &["--json", "--trusted-root", &root]);
        assert_eq!(bump.said("sigstore"), said, "{pins}: {}{}", bump.stdout, bump.stderr);
        // No provenance is asked for by it.
        assert!(!bump.stdout.contains("provenance-absent"), "{pins}: {}", bump.stdout);
        let mut scan = overlay.command("scan");
        let scan = scan.arg(overlay.path("")).args(["--trusted-root", &root]).output().unwrap();
        let scan = String::from_utf8(scan.stdout).unwrap();
        assert_eq!(scan.contains(said), said != "agrees", "{pins}: {scan}");
        assert!(!scan.contains("expectation-unknown"), "{pins}: {scan}");
    }
    // What says no one, or is said twice, is asked for and never passed over.
    for lines in [
        "VERIFY_PROVENANCE_PINS=( --repository=https://example.org/foo )",
        "VERIFY_PROVENANCE_PINS=( --repository=github:example/foo )",
        "VERIFY_PROVENANCE_REPO=https://github.com/example/foo\n\
         VERIFY_PROVENANCE_PINS=( --repository=https://github.com/example/foo )",
    ] {
        let overlay = overlay(&run, lines);
        let root = overlay.scratch.file("root.json").to_string_lossy().into_owned();
        let bump = overlay.bump("dev-libs/foo", &["--json", "--trusted-root", &root]);
        assert!(bump.stdout.contains("VERIFY_PROVENANCE_PINS"), "{lines}: {}", bump.stdout);
        assert!(matches!(bump.status, 1 | 3), "{lines}: {}{}", bump.stdout, bump.stderr);
    }
}

/// The publishers of a policy are those of bundles, too.
#[test]
fn a_policy_restricts_who_signs_bundles() {
    let run = release();
    let own = identity(&run);
    let mut by_other = own.to_vec();
    *by_other.last_mut().unwrap() = "https://issuer.example".to_owned();
    let alice =
        |issuer: &str| ["--identity", ALICE, "--issuer", issuer].map(str::to_owned).to_vec();
    let repository =
        |url: &str| [own.to_vec(), vec!["--repository".to_owned(), url.to_owned()]].concat();
    for (allowed, asked, refused) in [
        ("https://github.com/example/", own.to_vec(), false),
        ("https://github.com/Example/foo", own.to_vec(), false),
        ("github:example/foo", own.to_vec(), false),
        // Only GitHub's issuer vouches for what happens there.
        ("https://github.com/example/", by_other.clone(), true),
        ("https://github.com/example/foo", by_other, true),
        ("https://github.com/exam/", own.to_vec(), true),
        ("https://github.com/example/fo", own.to_vec(), true),
        ("https://github.com/allowed/", own.to_vec(), true),
        ("google:alice@example.org", own.to_vec(), true),
        ("google:alice@example.org", alice(GOOGLE), false),
        ("google:alice@example.org", alice(LOGIN), true),
        ("github-login:alice@example.org", alice(LOGIN), false),
        ("google:bob@example.org", alice(GOOGLE), true),
        ("https://github.com/example/", alice(GOOGLE), true),
        ("https://github.com/example/", repository("https://github.com/example/foo"), false),
        ("https://github.com/allowed/", repository("https://github.com/example/foo"), true),
        // Bundles have to be of the repository that is named, whoever signs for it.
        ("https://github.com/allowed/", repository("https://github.com/allowed/foo"), false),
    ] {
        let overlay = overlay(&run, "");
        overlay
            .write("metadata/distvouch.toml", &format!("[policy]\npublishers = [\"{allowed}\"]\n"));
        let mut check = overlay.command("check");
        check.arg("--manifest").arg(overlay.path("dev-libs/foo/Manifest"));
        check.arg("--trusted-root").arg(overlay.scratch.file("root.json"));
        check.args(["--json", "--require", "sigstore", NAME]).args(&asked);
        let run = Run::of(check.output().unwrap());
        let said = run.stdout.contains("publisher-not-allowed");
        assert_eq!(said, refused, "{allowed} {asked:?}: {}{}", run.stdout, run.stderr);
        assert!(!refused || run.status == 1, "{allowed} {asked:?}: {}", run.stdout);
    }
    // The same of an ebuild.
    for (allowed, refused) in
        [("https://github.com/example/", false), ("https://github.com/a/", true)]
    {
        let overlay = overlay(&run, "");
        overlay
            .write("metadata/distvouch.toml", &format!("[policy]\npublishers = [\"{allowed}\"]\n"));
        let root = overlay.scratch.file("root.json").to_string_lossy().into_owned();
        let bump = overlay.bump("dev-libs/foo", &["--json", "--trusted-root", &root]);
        assert_eq!(bump.stdout.contains("publisher-not-allowed"), refused, "{}", bump.stdout);
        assert!(!refused || bump.status == 1, "{}", bump.stdout);
        let mut scan = overlay.command("scan");
        let scan = scan.arg(overlay.path("")).args(["--trusted-root", &root]).output().unwrap();
        let scan = String::from_utf8(scan.stdout).unwrap();
        let text = "publisher-not-allowed: foo-1.3.ebuild: VERIFY_SIG_CERT_IDENTITY";
        assert_eq!(crate::common::flat(&scan).contains(text), refused, "{scan}");
    }
}

/// A policy that accepts another identity has not accepted another repository or other bytes.
#[test]
fn an_exception_for_an_identity_is_for_that_alone() {
    let run = release();
    let mut other = identity(&run).to_vec();
    other[1].push('x');
    let exception = "[[exception]]\npackage = \"dev-libs/foo\"\nfinding = \"identity-mismatch\"\n\
                     reason = \"renamed\"\nexpires = 2999-01-01\n";
    for (bytes, repository, excused) in [
        (FILE, "https://github.com/example/foo", true),
        (FILE, "https://github.com/example/bar", false),
        (b"altered", "https://github.com/example/foo", false),
    ] {
        let overlay = overlay(&run, "");
        overlay.write("metadata/distvouch.toml", exception);
        overlay.distfile(NAME, bytes);
        overlay.write("dev-libs/foo/Manifest", &dist(NAME, bytes));
        let mut check = overlay.command("check");
        check.arg("--manifest").arg(overlay.path("dev-libs/foo/Manifest"));
        check.arg("--trusted-root").arg(overlay.scratch.file("root.json"));
        check.args(["--json", "--require", "sigstore", "--repository", repository, NAME]);
        let run = Run::of(check.args(&other).output().unwrap());
        assert_eq!(run.said("sigstore"), "identity-mismatch", "{}{}", run.stdout, run.stderr);
        assert_eq!(!run.finding("sigstore")["excused"].is_null(), excused, "{}", run.stdout);
        assert_eq!(run.status == 0, excused, "{}", run.stdout);
    }
}

#[test]
fn one_name_according_to_two_issuers_is_two_identities() {
    let both = ["--identity", ALICE, "--issuer", GOOGLE, "--identity", ALICE, "--issuer", LOGIN];
    for (issuer, other) in [(GOOGLE, LOGIN), (LOGIN, GOOGLE)] {
        let scratch = by_account(issuer);
        let run = check(&scratch, &both);
        let vouches = run.finding("sigstore")["vouches"].as_str().unwrap().to_owned();
        assert!(vouches.contains(issuer) && !vouches.contains(other), "{vouches}");
        // GitHub says itself who logged in to GitHub: the other certificate would have done.
        let sets = run.json()["attackers"].to_string();
        assert!(sets.contains("[\"forge\"]"), "{sets}");
    }
    let alone = check(&by_account(GOOGLE), &["--identity", ALICE, "--issuer", GOOGLE]);
    assert!(!alone.json()["attackers"].to_string().contains("[\"forge\"]"), "{}", alone.stdout);
}

/// A question gets one set of attackers, whether the certificate at hand was started directly or called from
/// elsewhere.
#[test]
fn a_workflow_may_be_called_whether_or_not_this_one_was() {
    let own = release();
    let mut called = Workflow::release("evil/evil", "v1.3", &"0b".repeat(20));
    called.signer = Some(own.signer());
    (called.reference, called.path) =
        ("refs/heads/main".to_owned(), ".github/workflows/x.yml".to_owned());
    let asked = identity(&own);
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let expected = ["publish", "branch", "job", "source", "forge", "caller", "sigstore", "gentoo"];
    for run in [&own, &called] {
        assert_eq!(forgers(&check(&signed(run, |_| {}), &asked)), expected);
    }
    // With the repository no other may call it, and with workflow and ref no other branch.
    let scratch = signed(&own, |_| {});
    let repository = ["--repository", "https://github.com/example/foo"];
    let named = forgers(&check(&scratch, &[&asked[..], &repository].concat()));
    assert!(!named.contains(&"caller".to_owned()) && named.contains(&"branch".to_owned()));
    let pins = ["--workflow", "release.yml", "--ref", "refs/tags/v*"];
    let pinned = forgers(&check(&scratch, &[&asked[..], &repository, &pins].concat()));
    assert_eq!(pinned, ["publish", "job", "source", "forge", "sigstore", "gentoo"]);
    let elsewhere = check(&signed(&called, |_| {}), &[&asked[..], &repository].concat());
    assert_eq!(elsewhere.said("sigstore"), "publisher-mismatch");
}

#[test]
fn a_certificate_without_a_build_s_claims_is_a_workflow_s_all_the_same() {
    let run = release();
    let old = signed(&run, |signing| signing.leaf.claims.retain(|(number, _)| *number <= 6));
    let asked = identity(&run);
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let found = forgers(&check(&old, &asked));
    assert!(
        ["publish", "forge", "branch", "caller"]
            .iter()
            .all(|word| found.contains(&(*word).to_owned())),
        "{found:?}"
    );
    assert!(!found.contains(&"account".to_owned()), "{found:?}");
    let (pipeline, issuer) = ("https://buildkite.com/org/pipe", "https://agent.buildkite.com");
    let other = signed(&run, |signing| {
        signing.leaf.claims = vec![(8, issuer.to_owned())];
        signing.leaf.names = vec![uri(pipeline)];
    });
    let found = forgers(&check(&other, &["--identity", pipeline, "--issuer", issuer]));
    assert_eq!(found, ["publish", "branch", "job", "source", "forge", "sigstore", "gentoo"]);
}

#[test]
fn a_key_says_nothing_of_pins() {
    let data = |name: &str| format!("{}/tests/data/evidence/{name}", env!("CARGO_MANIFEST_DIR"));
    let scratch = Scratch::new();
    scratch.write("g.tgz", std::fs::read(data("npm.tgz")).unwrap());
    scratch.write("g.tgz.sigstore.json", std::fs::read(data("npm-publish.json")).unwrap());
    let key = data("npm-2022.pem");
    let repository = ["--repository", "https://github.com/example/foo", "--ref", "refs/tags/v*"];
    let args = ["--require", "sigstore", "--sigstore-key", &key];
    let run = scratch.check(args.iter().chain(&repository).chain(&["g.tgz"]));
    assert_eq!(run.said("sigstore"), "publisher-mismatch", "{}", run.stdout);
    let compared = run.finding("sigstore")["compared"].clone();
    assert!(matches!(&compared, Value::String(text) if text.contains("the ref")), "{compared}");
}
