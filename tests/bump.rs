//! `distvouch bump`: a package with two versions, made here, of which one thing at a time is missing
//! or another.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::common::messages;
use crate::common::messages::{key, packets, public, signature_at, start};
use crate::common::sigstore::{Signing, Sigstore, Workflow};
use crate::common::words;
use crate::common::{Run, Scratch, distvouch, flat};
use flate2::Compression;
use flate2::write::GzEncoder;
use openpgp::types::SignatureType;
use openpgp::{Cert, Packet};
use sequoia_openpgp as openpgp;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

pub(crate) const BEFORE: i64 = 1_738_411_200;
pub(crate) const NOW: i64 = 1_740_830_400;

pub(crate) type Files<'a> = &'a [(&'a str, &'a str)];

const OLD: Files = &[("setup.py", "setup()\n"), ("foo.py", "one\n")];
const NEW: Files = &[("setup.py", "setup()\nimport os\n"), ("foo.py", "one\ntwo\n")];

pub(crate) fn archive(top: &str, files: Files) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        tar.append_data(&mut header, format!("{top}/{path}"), text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A package's directory, its DISTDIR, a clone and a Sigstore.
pub(crate) struct Stage {
    pub(crate) scratch: Scratch,
    sigstore: Sigstore,
    pub(crate) signer: Cert,
}

impl Stage {
    /// Two versions whose ebuild ends in `lines`, published from the clone.
    pub(crate) fn new(lines: &str) -> Self {
        let stage = Self {
            scratch: Scratch::new(),
            sigstore: Sigstore::new("bump"),
            signer: key("upstream"),
        };
        for dir in ["dev-libs", "dev-libs/foo", "distfiles", "clone"] {
            std::fs::create_dir(stage.scratch.file(dir)).unwrap();
        }
        stage.scratch.write("root.json", stage.sigstore.trusted_root().to_string());
        stage.scratch.write("key.pgp", public(&stage.signer));
        stage.git(&["init", "-q", "-b", "main"]);
        for (version, files) in [("1.2", OLD), ("1.10", NEW)] {
            stage.ebuild(version, lines);
            stage.distfile(
                &format!("foo-{version}.tar.gz"),
                &archive(&format!("foo-{version}"), files),
            );
            stage.commit(version, files);
        }
        stage.manifest(&["foo-1.2.tar.gz", "foo-1.10.tar.gz"]);
        stage
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.scratch.file("clone"))
            .args(["-c", "user.name=x", "-c", "user.email=x@example.org"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn commit(&self, version: &str, files: Files) {
        for (path, text) in files {
            std::fs::write(self.scratch.file("clone").join(path), text).unwrap();
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", version]);
        self.git(&["tag", &format!("v{version}")]);
    }

    pub(crate) fn ebuild(&self, version: &str, lines: &str) {
        let text = format!("EAPI=8\ninherit verify-sig\n{lines}\n");
        self.scratch.write(&format!("dev-libs/foo/foo-{version}.ebuild"), text);
    }

    pub(crate) fn distfile(&self, name: &str, bytes: &[u8]) {
        self.scratch.write(&format!("distfiles/{name}"), bytes);
    }

    pub(crate) fn manifest(&self, names: &[&str]) {
        let names: Vec<String> = names.iter().map(|name| format!("distfiles/{name}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let manifest = std::fs::read_to_string(self.scratch.manifest(&names)).unwrap();
        let manifest = manifest.replace("DIST distfiles/", "DIST ");
        self.scratch.write("dev-libs/foo/Manifest", manifest);
    }

    pub(crate) fn remove(&self, name: &str) {
        std::fs::remove_file(self.scratch.file(&format!("distfiles/{name}"))).unwrap();
    }

    pub(crate) fn sign(&self, version: &str) {
        let name = format!("foo-{version}.tar.gz");
        let bytes = std::fs::read(self.scratch.file(&format!("distfiles/{name}"))).unwrap();
        let at = start() + messages::DAY * 30;
        let signature = signature_at(&self.signer, SignatureType::Binary, at, &bytes);
        self.distfile(&format!("{name}.asc"), &packets([Packet::from(signature)]));
    }

    pub(crate) fn attest(&self, version: &str, time: i64) {
        let name = format!("foo-{version}.tar.gz");
        let bytes = std::fs::read(self.scratch.file(&format!("distfiles/{name}"))).unwrap();
        let tag = format!("v{version}");
        let commit = self.git(&["rev-parse", &format!("{tag}^{{commit}}")]);
        let run = Workflow::release("example/foo", &tag, &commit);
        let provenance = Signing::of(&self.sigstore, &run, time, &name, &bytes).provenance(&run);
        self.distfile(&format!("{name}.provenance"), provenance.to_string().as_bytes());
    }

    pub(crate) fn bump_of(&self, package: &str, more: &[&str]) -> Run {
        let mut command = distvouch();
        command.arg("bump").arg(self.scratch.file(package)).arg("--distdir");
        command.arg(self.scratch.file("distfiles"));
        command.arg("--trusted-root").arg(self.scratch.file("root.json"));
        Run::of(command.args(more).output().unwrap())
    }

    pub(crate) fn bump(&self, more: &[&str]) -> Run {
        self.bump_of("dev-libs/foo", &[&["--json"], more].concat())
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.scratch.file(name).to_string_lossy().into_owned()
    }
}

const PINS: &str = "\
VERIFY_SIG_METHOD=provenance
VERIFY_PROVENANCE_REPO=https://github.com/example/foo
VERIFY_PROVENANCE_WORKFLOW=.github/workflows/release.yml
VERIFY_PROVENANCE_REF=\"refs/tags/v${PV}\"
VERIFY_PROVENANCE_OWNER_ID=77";

#[track_caller]
fn expect(run: &Run, check: &str, said: &str) {
    assert_eq!(run.said(check), said, "{}{}", run.stdout, run.stderr);
}

#[test]
fn everything_agrees() {
    let stage = Stage::new(PINS);
    stage.attest("1.2", BEFORE);
    stage.attest("1.10", NOW);
    let (old, new) =
        (stage.path("distfiles/foo-1.2.tar.gz"), stage.path("distfiles/foo-1.10.tar.gz"));
    let reviews = stage.path("dev-libs/foo/distvouch-reviews.jsonl");
    let review = ["review", &old, &new, "--note", "read", "--file", &reviews, "--reviewer", "me"];
    assert!(distvouch().args(review).output().unwrap().status.success());
    let clone = stage.path("clone");
    let require = "manifest,provenance,continuity,source,review";
    let run = stage.bump(&["--git", &clone, "--require", require]);
    for check in ["manifest", "provenance", "continuity", "source", "review"] {
        expect(&run, check, "agrees");
    }
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let json = run.json();
    assert_eq!(json["package"]["name"], "dev-libs/foo");
    // By Gentoo's order, not by that of letters.
    assert_eq!(json["package"]["version"], "1.10");
    assert_eq!(json["package"]["previous_version"], "1.2");
    assert_eq!(json["diffs"][0]["diff"]["totals"]["changed"], 2);
    assert_eq!(json["diffs"][0]["diff"]["changes"][0]["path"], "setup.py");
    // The attested commit, not the tag of the version, was what git was asked for.
    let commit = stage.git(&["rev-parse", "v1.10^{commit}"]);
    assert_eq!(run.finding("source")["detail"]["commit"], commit.as_str());
    assert!(!json["attackers"].to_string().contains("token"));
}

/// Without a tag of the version, only provenance tells with which commit to compare: what that
/// comparison stops, nothing would stop without provenance.
#[test]
fn a_commit_that_only_provenance_names() {
    let stage = Stage::new(PINS);
    stage.attest("1.10", NOW);
    let clone = stage.path("clone");
    let tokens = || {
        let run = stage.bump(&["--git", &clone, "--require", "source"]);
        expect(&run, "source", "agrees");
        let json = run.json();
        ["attackers", "attackers_without_provenance"]
            .map(|name| json[name].to_string().contains(r#"["token"]"#))
    };
    assert_eq!(tokens(), [false, false]);
    stage.git(&["tag", "-d", "v1.10"]);
    assert_eq!(tokens(), [false, true]);
}

#[test]
fn the_order_of_the_text() {
    let stage = Stage::new(PINS);
    stage.attest("1.2", BEFORE);
    stage.attest("1.10", NOW);
    let run = stage.bump_of("dev-libs/foo/foo-1.10.ebuild", &["--git", &stage.path("clone")]);
    // Nothing contradicts, and no one read the diff.
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    let mut at = 0;
    for text in [
        "dev-libs/foo: 1.2 -> 1.10",
        // Worst first: what is not checked before what agrees.
        "  review ",
        "  manifest ",
        "  provenance ",
        "  continuity ",
        "  source ",
        "Since foo-1.2.tar.gz:",
        "2 changed",
        "setup.py",
        "an attacker needs one of",
        "Provenance changes nothing here",
        "Not checked",
        "Required checks that failed",
        "Next: distvouch diff --unified",
        "distvouch review ",
    ] {
        let found = run.stdout[at..].find(text);
        at += found.unwrap_or_else(|| panic!("{text} is not in its place:\n{}", run.stdout));
    }
    assert_eq!(words::verdicts(&run.stdout), [""; 0]);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.stdout);
}

#[test]
fn attested_before_and_not_now() {
    let stage = Stage::new(PINS);
    stage.attest("1.2", BEFORE);
    let run = stage.bump(&["--require", "continuity"]);
    expect(&run, "continuity", "provenance-dropped");
    assert_eq!(run.status, 1);
    let text = stage.bump_of("dev-libs/foo", &[]).stdout;
    let first = text.lines().take(5).collect::<Vec<_>>().join("\n");
    assert!(first.contains("provenance-dropped"), "{text}");
    assert!(flat(&text).contains("Each of these is enough: gentoo"), "{text}");
    assert!(text.contains("  mirror "), "{text}");
}

#[test]
fn signed_before_and_not_now() {
    let key_path = "VERIFY_SIG_OPENPGP_KEY_PATH=/nonexistent/foo.asc";
    let stage = Stage::new(key_path);
    stage.sign("1.2");
    let key = stage.path("key.pgp");
    let run = stage.bump(&["--require", "continuity", "--openpgp-key", &key]);
    expect(&run, "continuity", "signature-dropped");
    stage.sign("1.10");
    let run = stage.bump(&["--require", "continuity,openpgp", "--openpgp-key", &key]);
    expect(&run, "continuity", "agrees");
    expect(&run, "openpgp", "agrees");
    assert_eq!(run.status, 0);
    // The key that the ebuild names is not installed, which is no agreement.
    let run = stage.bump(&[]);
    assert!(run.said("openpgp").contains("not-checked-no-expectation"), "{}", run.stdout);
    assert!(run.stdout.contains("/nonexistent/foo.asc is not there"), "{}", run.stdout);
    assert_eq!(run.status, 3);
}

/// A key that comes with the release, or from wherever the command is run, is no one's.
#[test]
fn a_key_that_no_package_installed_does_not_count() {
    let stage = Stage::new("");
    let key = std::fs::read(stage.path("key.pgp")).unwrap();
    stage.distfile("key-1.10.bin", &key);
    stage.sign("1.10");
    let delivered = stage.path("distfiles/key-1.10.bin");
    for (path, why) in [(delivered.as_str(), "it is in DISTDIR"), ("key.pgp", "not absolute")] {
        stage.ebuild("1.10", &format!("VERIFY_SIG_OPENPGP_KEY_PATH={path}"));
        let run = stage.bump(&["--require", "openpgp"]);
        assert_ne!(run.status, 0, "{path}: {}", run.stdout);
        assert!(!run.said("openpgp").contains("agrees"), "{path}: {}", run.stdout);
        assert!(flat(&run.stdout).contains(why), "{path}: {}", run.stdout);
    }
}

#[test]
fn the_manifest_remembers_what_was_there() {
    let stage = Stage::new("");
    stage.sign("1.2");
    stage.attest("1.2", BEFORE);
    let old = ["foo-1.2.tar.gz", "foo-1.2.tar.gz.asc", "foo-1.2.tar.gz.provenance"];
    stage.manifest(&[&old[..], &["foo-1.10.tar.gz"]].concat());
    stage.remove("foo-1.2.tar.gz.asc");
    stage.remove("foo-1.2.tar.gz.provenance");
    let run = stage.bump(&["--require", "continuity"]);
    expect(&run, "continuity", "signature-dropped,provenance-dropped");
    assert_eq!(run.status, 1);
    // With the same for the new one, what is missing was only not fetched.
    stage.sign("1.10");
    stage.attest("1.10", NOW);
    let run = stage.bump(&["--require", "continuity"]);
    expect(&run, "continuity", "not-fetched,not-fetched");
    assert_eq!(run.status, 3);
}

#[test]
fn another_publisher_than_before() {
    let stage = Stage::new("");
    stage.attest("1.2", BEFORE);
    let bytes = std::fs::read(stage.path("distfiles/foo-1.10.tar.gz")).unwrap();
    let mut run = Workflow::release("example/foo", "v1.10", &"0b".repeat(20));
    run.repository_id = 5;
    let name = "foo-1.10.tar.gz";
    let provenance = Signing::of(&stage.sigstore, &run, NOW, name, &bytes).provenance(&run);
    stage.distfile("foo-1.10.tar.gz.provenance", provenance.to_string().as_bytes());
    expect(&stage.bump(&["--require", "continuity"]), "continuity", "repository-reregistered");
}

#[test]
fn an_archive_that_is_not_what_git_has() {
    let stage = Stage::new("");
    let files = [NEW, &[("m4/host.m4", "eval x\n")]].concat();
    stage.distfile("foo-1.10.tar.gz", &archive("foo-1.10", &files));
    stage.manifest(&["foo-1.2.tar.gz", "foo-1.10.tar.gz"]);
    let run = stage.bump(&["--git", &stage.path("clone"), "--require", "source"]);
    assert!(run.stdout.contains("host.m4"), "{}", run.stdout);
    let first = run.json()["diffs"][0]["diff"]["changes"][0]["path"].clone();
    assert_eq!(first, "m4/host.m4", "what runs first stands on top");
    let changed = [("setup.py", "other\n"), NEW[1]];
    stage.distfile("foo-1.10.tar.gz", &archive("foo-1.10", &changed));
    let run = stage.bump(&["--git", &stage.path("clone"), "--require", "source"]);
    expect(&run, "source", "source-changed");
    assert_eq!(run.status, 1);
    expect(&stage.bump(&["--require", "source"]), "source", "not-checked-no-clone");
}

#[test]
fn what_the_ebuild_no_longer_expects() {
    let stage = Stage::new("");
    stage.ebuild("1.2", "VERIFY_PROVENANCE_REPO=https://github.com/example/foo");
    let run = stage.bump(&[]);
    expect(&run, "provenance", "expectation-dropped");
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
}

/// What a dropped file of keys was for, the method of the ebuild that had it tells.
#[test]
fn a_dropped_key_is_of_its_method() {
    for (method, check) in [("openpgp", "openpgp"), ("signify", "signify"), ("minisig", "minisign")]
    {
        let stage = Stage::new("");
        let lines =
            format!("VERIFY_SIG_METHOD={method}\nVERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/foo.pub");
        stage.ebuild("1.2", &lines);
        let run = stage.bump(&[]);
        expect(&run, check, "expectation-dropped");
        assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    }
}

/// An expectation that is emptied is gone, as it is for bash and the eclass.
#[test]
fn an_expectation_that_was_emptied() {
    let key = "VERIFY_SIG_OPENPGP_KEY_PATH";
    for (variable, value, empty) in [
        ("VERIFY_PROVENANCE_REPO", "https://github.com/example/foo", "\"\""),
        ("VERIFY_PROVENANCE_REF", "\"refs/tags/v*\"", ""),
        ("VERIFY_PROVENANCE_WORKFLOW", "release.yml", "\"\""),
        ("VERIFY_PROVENANCE_PINS", "( --ref=refs/tags/v1 )", "()"),
        ("VERIFY_PROVENANCE_PINS", "( --ref=refs/tags/v1 )", "( --ref= )"),
        ("VERIFY_PROVENANCE_PINS", "( --repository=https://github.com/a/b )", "()"),
        (key, "/usr/share/openpgp-keys/foo.asc", ""),
        ("VERIFY_SIG_OPENPGP_FINGERPRINTS", "( AB )", "()"),
        ("VERIFY_SIG_CERT_IDENTITY", "a@example.org", ""),
    ] {
        let stage = Stage::new("");
        stage.ebuild("1.2", &format!("{variable}={value}"));
        stage.ebuild("1.10", &format!("{variable}={empty}"));
        let run = stage.bump(&[]);
        assert_eq!(run.status, 1, "{variable}: {}{}", run.stdout, run.stderr);
        let json = run.json();
        let findings = json["distfiles"][0]["findings"].as_array().unwrap().clone();
        let dropped = findings.iter().filter(|f| f["class"] == "expectation-dropped").count();
        assert_eq!(dropped, 1, "{variable}: {}", run.stdout);
        // What is not known is not missing; which pins an array holds would be.
        stage.ebuild("1.10", &format!("{variable}=$(made)"));
        let run = stage.bump(&[]);
        let array = variable == "VERIFY_PROVENANCE_PINS";
        assert!(array || !run.stdout.contains("expectation-dropped"), "{variable}: {}", run.stdout);
    }
}

/// A key file with several keys, of which the ebuild lets one count.
#[test]
fn only_the_fingerprints_of_the_ebuild_count() {
    let stage = Stage::new("");
    let other = key("other");
    let keys = [public(&stage.signer), public(&other)].concat();
    stage.scratch.write("keys.pgp", keys);
    stage.sign("1.10");
    let lines = |fingerprints: &str| {
        format!(
            "VERIFY_SIG_OPENPGP_KEY_PATH={}\nVERIFY_SIG_OPENPGP_FINGERPRINTS={fingerprints}",
            stage.path("keys.pgp")
        )
    };
    let (signer, other) = (stage.signer.fingerprint().to_string(), other.fingerprint().to_string());
    let key = stage.path("keys.pgp");
    for (fingerprints, more, said) in [
        (format!("( {signer} )"), &[][..], "agrees"),
        (format!("( {other} {signer} )"), &[], "agrees"),
        (format!("( {other} )"), &[], "signer-unknown"),
        (format!("( {other} )"), &["--openpgp-key", &key], "signer-unknown"),
        (
            format!("( {other} )"),
            &["--openpgp-key", &key, "--openpgp-fingerprint", &signer],
            "agrees",
        ),
    ] {
        stage.ebuild("1.10", &lines(&fingerprints));
        let run = stage.bump(&[&["--require", "openpgp"], more].concat());
        assert_eq!(
            run.said("openpgp"),
            said,
            "{fingerprints} {more:?}: {}{}",
            run.stdout,
            run.stderr
        );
    }
    stage.ebuild("1.10", &lines(&format!("( {} )", "A".repeat(40))));
    let run = stage.bump(&[]);
    assert!(run.status == 2 && run.stderr.contains("AAAA"), "{}{}", run.stdout, run.stderr);
    // Which key it is, only bash knows: that is said.
    stage.ebuild("1.10", &lines("( $(made) )"));
    let run = stage.bump(&[]);
    assert!(run.said("openpgp").contains("not-checked-no-expectation"), "{}", run.stdout);
    assert_eq!(run.status, 3, "{}", run.stdout);
}

#[test]
fn a_publisher_that_names_nobody() {
    let stage = Stage::new("PYPI_VERIFY_REPO=\"someone/foo\"");
    stage.attest("1.10", NOW);
    let run = stage.bump(&[]);
    // The provenance as such, and what the ebuild says of it.
    expect(&run, "provenance", "not-checked-no-expectation,not-checked-no-expectation");
    assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
    let text = stage.bump_of("dev-libs/foo", &[]).stdout;
    assert!(text.contains("PYPI_VERIFY_REPO cannot be read (someone/foo)"), "{text}");
    // A flag says it instead.
    let url = "https://github.com/example/foo";
    expect(&stage.bump(&["--repository", url]), "provenance", "agrees");
}

/// Names of one project are compared as PEP 503 has it.
#[test]
fn a_previous_distfile_with_other_capitals() {
    let stage = Stage::new("");
    stage.remove("foo-1.2.tar.gz");
    stage.distfile("Foo-1.2.tar.gz", &archive("foo-1.2", OLD));
    stage.manifest(&["Foo-1.2.tar.gz", "foo-1.10.tar.gz"]);
    let text = stage.bump_of("dev-libs/foo", &[]).stdout;
    assert!(text.contains("Since Foo-1.2.tar.gz:"), "{text}");
}

/// A crate that happens to have the package's version is another project's.
#[test]
fn a_dependency_is_not_compared_with_the_package_s_clone() {
    let stage = Stage::new("");
    stage.distfile("rayon-1.10.crate", &archive("rayon-1.10", NEW));
    stage.manifest(&["foo-1.2.tar.gz", "foo-1.10.tar.gz", "rayon-1.10.crate"]);
    let run = stage.bump(&["--git", &stage.path("clone")]);
    let json = run.json();
    let sources = |name: &str| {
        let distfiles = json["distfiles"].as_array().unwrap();
        let distfile = distfiles.iter().find(|distfile| distfile["name"] == name).unwrap();
        let findings = distfile["findings"].as_array().unwrap();
        findings.iter().filter(|finding| finding["check"] == "source").count()
    };
    assert_eq!((sources("foo-1.10.tar.gz"), sources("rayon-1.10.crate")), (1, 0));
}

/// Lines before the pins that a reader of bash may take for something else: the pins stay.
#[test]
fn pins_behind_odd_lines() {
    for (what, lines) in [
        ("nothing", ""),
        ("<< in a string", "DESCRIPTION=\"Stream operators << for humans\"\n"),
        ("<< in arithmetic", "MASK=$(( 1 << BITS ))\n"),
        ("a here-document's word with a dash", "f() {\n\tcat <<-\"E-O\" || die\n\tx\n\tE-O\n}\n"),
        ("fi behind a command", "if [[ ${PV} == 9999 ]]; then\n\tinherit git-r3; fi\n"),
        ("a string of several lines", "X=\"\n\t<<x\n\"\n"),
        ("a continued line", "X=a\\\nb\n"),
        ("a here-document that ends at once", "cat <<EOF; Y=(\nx\nEOF\n)\n"),
        ("a comment in an array", "Y=( # )\n\tx\n)\n"),
    ] {
        let stage = Stage::new(&format!("{lines}{}", PINS.replace("example/foo", "other/other")));
        stage.attest("1.10", NOW);
        let run = stage.bump(&[]);
        expect(&run, "provenance", "publisher-mismatch");
        assert_eq!((run.json()["asked"].as_array().unwrap().len(), run.status), (0, 1), "{what}");
    }
    // What is not understood is said, and the pins are then not said to be missing.
    for lines in ["eval \"${X}\"\n", "X=\"\n", "declare -n X=Y\n", "case x in\n"] {
        let stage = Stage::new(&format!("{lines}{PINS}"));
        stage.attest("1.10", NOW);
        let run = stage.bump(&["--require", "manifest,provenance"]);
        assert_eq!(run.status, 3, "{lines}{}", run.stdout);
        assert_eq!(run.json()["asked"].as_array().unwrap().len(), 5, "{}", run.stdout);
        let text = stage.bump_of("dev-libs/foo", &[]).stdout;
        assert!(text.contains("The ebuild is not understood from line"), "{text}");
    }
}

#[test]
fn what_only_bash_knows_is_asked_for() {
    let lines = PINS.replace("v${PV}", "v$(sed -n 1p <<<${PV})");
    let stage = Stage::new(&lines);
    stage.attest("1.10", NOW);
    let run = stage.bump(&[]);
    let asked = run.json()["asked"][0].clone();
    assert_eq!(
        (&asked["variable"], &asked["flag"]),
        (&"VERIFY_PROVENANCE_REF".into(), &"--ref".into())
    );
    assert_eq!(run.status, 3, "a pin that was not compared is no agreement: {}", run.stdout);
    let required = ["--require", "manifest,provenance"];
    let run = stage.bump(&[&["--ref", "refs/tags/v1.10"][..], &required].concat());
    assert_eq!((run.json()["asked"].clone(), run.status), (Value::Array(Vec::new()), 0));
    let run = stage.bump(&["--ref", "refs/tags/v1.9"]);
    expect(&run, "provenance", "ref-mismatch");
    let text = stage.bump_of("dev-libs/foo", &[]).stdout;
    assert!(text.contains("Not read from the ebuild: VERIFY_PROVENANCE_REF"), "{text}");
}

#[test]
fn the_version_before() {
    let stage = Stage::new("");
    // No other ebuild: the Manifest knows of it, then DISTDIR, then no one.
    std::fs::remove_file(stage.scratch.file("dev-libs/foo/foo-1.2.ebuild")).unwrap();
    let found = |more: &[&str]| {
        let json = stage.bump(more).json();
        (json["package"]["previous_version"].clone(), json["package"]["previous_found"].clone())
    };
    assert_eq!(found(&[]), ("1.2".into(), "from the Manifest".into()));
    stage.manifest(&["foo-1.10.tar.gz"]);
    assert_eq!(found(&[]), ("1.2".into(), "from DISTDIR".into()));
    assert_eq!(found(&["--previous-version", "1.2"]).1, "as given");
    stage.remove("foo-1.2.tar.gz");
    assert_eq!(found(&[]), (Value::Null, Value::Null));
    let run = stage.bump(&["--require", "review,continuity"]);
    assert_eq!(run.status, 3);
    expect(&run, "review", "review-absent");
    expect(&run, "continuity", "not-checked-no-expectation");
    let run = stage.bump(&["--previous-version", "1.10"]);
    assert!(run.status == 2 && run.stderr.contains("--previous-version"), "{}", run.stderr);
}

#[test]
fn what_is_not_a_version_before() {
    let stage = Stage::new("");
    stage.ebuild("1.10-r1", "");
    stage.ebuild("9999", "");
    stage.ebuild("1.3_rc1", "");
    let json = stage.bump(&[]).json();
    assert_eq!(json["package"]["version"], "1.10-r1");
    assert_eq!(json["package"]["previous_version"], "1.3_rc1");
    // Its distfile is not known: nothing was compared, and that is said.
    let text = stage.bump_of("dev-libs/foo", &[]).stdout;
    assert!(text.contains("Compared with nothing: nothing tells which distfiles"), "{text}");
    assert!(text.contains("--whole"), "{text}");
}

#[test]
fn what_cannot_be_found() {
    let stage = Stage::new("");
    for (package, more, said) in [
        ("nothing-1.0.ebuild", &[][..], "nothing-1.0.ebuild"),
        ("distfiles", &[], "neither a package directory nor an ebuild"),
        ("dev-libs/foo", &["--distfile", "../x"], "not the name of a distfile"),
        ("dev-libs/foo", &["--distfile", "bar.tar.gz"], "bar.tar.gz is not in"),
        ("dev-libs/foo", &["--require", "everything"], "--require"),
    ] {
        let run = stage.bump_of(package, more);
        assert_eq!(run.status, 2, "{package}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(said), "{package}: {}", run.stderr);
    }
    stage.ebuild("2.0", "");
    let run = stage.bump(&[]);
    assert!(run.status == 2 && run.stderr.contains("--distfile"), "{}", run.stderr);
    let only_live = stage.scratch.file("dev-libs/live");
    std::fs::create_dir(&only_live).unwrap();
    std::fs::write(only_live.join("live-9999.ebuild"), "").unwrap();
    let run = stage.bump_of("dev-libs/live", &[]);
    assert!(run.status == 2 && run.stderr.contains("live"), "{}", run.stderr);
}

#[test]
fn before_the_manifest_is_made() {
    let stage = Stage::new("");
    std::fs::remove_file(stage.scratch.file("dev-libs/foo/Manifest")).unwrap();
    let run = stage.bump(&["--require", "continuity"]);
    assert_eq!(run.json()["distfiles"][0]["name"], "foo-1.10.tar.gz", "{}", run.stderr);
    expect(&run, "manifest", "not-checked-no-expectation");
    stage.manifest(&["foo-1.2.tar.gz"]);
    expect(&stage.bump(&[]), "manifest", "manifest-missing-entry");
}

#[test]
fn a_page_of_the_diff() {
    let stage = Stage::new("");
    let page = stage.path("diff.html");
    assert_eq!(stage.bump(&["--html", &page]).status, 3, "nobody read it");
    let text = std::fs::read_to_string(&page).unwrap();
    assert!(text.contains("setup.py"), "{text}");
    assert_eq!(text.matches("<h1>").count(), 1);
    assert_eq!(stage.bump(&["--html", &page]).status, 2, "it is not overwritten");
}

#[test]
fn a_page_of_the_diffs_of_every_distfile() {
    let stage = Stage::new("");
    for (version, text) in [("1.2", "one"), ("1.10", "other")] {
        let top = format!("foo-data-{version}");
        stage.distfile(&format!("{top}.tar.gz"), &archive(&top, &[("data.sh", text)]));
    }
    let names = ["foo-1.2.tar.gz", "foo-1.10.tar.gz"];
    let data = ["foo-data-1.2.tar.gz", "foo-data-1.10.tar.gz"];
    stage.manifest(&[names, data].concat());
    let page = stage.path("diff.html");
    assert_eq!(stage.bump(&["--html", &page]).status, 3, "nobody read them");
    let text = std::fs::read_to_string(&page).unwrap();
    assert_eq!(text.matches("<h1>").count(), 2);
    assert!(text.contains("setup.py") && text.contains("data.sh"), "{text}");
}

#[test]
fn source_by_itself_takes_the_attested_commit() {
    let stage = Stage::new("");
    // The tag of the version has moved since.
    stage.attest("1.10", NOW);
    let attested = stage.git(&["rev-parse", "v1.10^{commit}"]);
    stage.git(&["commit", "-q", "--allow-empty", "-m", "later"]);
    stage.git(&["tag", "-f", "v1.10"]);
    let run = |more: &[&str]| {
        let mut command = distvouch();
        command.args(["source", "--json", "--git", &stage.path("clone")]);
        command.args(["--trusted-root", &stage.path("root.json")]).args(more);
        command.arg(stage.path("distfiles/foo-1.10.tar.gz"));
        Run::of(command.output().unwrap())
    };
    let by_provenance = run(&[]);
    expect(&by_provenance, "source", "tag-mismatch");
    let finding = by_provenance.finding("source");
    assert_eq!(finding["detail"]["commit"], attested.as_str());
    let by = finding["detail"]["attested_by"].as_str().unwrap().to_owned();
    assert!(by.contains("example/foo"), "{by}");
    // Anyone who names a commit or tag is not asked for provenance.
    expect(&run(&["--tag", "v1.10"]), "source", "agrees");
    let name = stage.path("distfiles/foo-1.10.tar.gz.provenance");
    assert_eq!(run(&["--provenance", &name]).said("source"), "tag-mismatch");
    // Provenance that does not hold is not passed over in favor of the tag.
    let text = std::fs::read_to_string(&name).unwrap();
    for broken in [text.replacen("MEUC", "MEUD", 1), "{}".to_owned(), text.replace('a', "b")] {
        if broken == text {
            continue;
        }
        std::fs::write(&name, broken).unwrap();
        let run = run(&[]);
        assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(".provenance: no attestation that holds"), "{}", run.stderr);
    }
    std::fs::write(&name, &text).unwrap();
    stage.distfile("foo-1.10.tar.gz", &archive("foo-1.10", OLD));
    let run = run(&[]);
    assert!(run.status == 2 && run.stderr.contains("subject-digest"), "{}", run.stderr);
}

/// A clone has no commit that is on no branch or tag: the tag is there to tell.
#[test]
fn an_attested_commit_that_the_clone_lacks() {
    let stage = Stage::new("");
    stage.attest("1.10", NOW);
    let attested = stage.git(&["rev-parse", "v1.10^{commit}"]);
    stage.git(&["commit", "-q", "--amend", "-m", "another"]);
    stage.git(&["tag", "-f", "v1.10"]);
    let tagged = stage.git(&["rev-parse", "v1.10"]);
    stage.git(&["reflog", "expire", "--expire=now", "--all"]);
    stage.git(&["gc", "-q", "--prune=now"]);
    let clone = stage.path("clone");
    let run = stage.bump(&["--git", &clone]);
    expect(&run, "source", "tag-mismatch");
    let said = run.finding("source")["compared"].as_str().unwrap().to_owned();
    assert!(said.contains(&attested) && said.contains(&tagged), "{said}");
    stage.git(&["tag", "-d", "v1.10"]);
    expect(&stage.bump(&["--git", &clone]), "source", "commit-unavailable");
    // The clone of another repository than the attested one is said, and its secrets are not.
    stage.git(&["remote", "add", "origin", "https://me:token@github.com/mallory/foo.git"]);
    let run = stage.bump(&["--git", &clone]);
    assert_eq!(run.finding("source")["detail"]["origin"], "https://github.com/mallory/foo.git");
}

#[test]
fn a_clone_that_stands_ready() {
    let stage = Stage::new("");
    let clones = stage.scratch.file("clones/dev-libs");
    std::fs::create_dir_all(&clones).unwrap();
    std::fs::rename(stage.scratch.file("clone"), clones.join("foo")).unwrap();
    let run = |variable: &str| {
        let mut command = distvouch();
        command.args(["bump", "--json", "--distdir", &stage.path("distfiles")]);
        command.env("DISTVOUCH_CLONES", variable).arg(stage.path("dev-libs/foo"));
        Run::of(command.output().unwrap())
    };
    let ready = run(&stage.path("clones"));
    expect(&ready, "source", "agrees");
    assert_eq!(ready.finding("source")["required"], true);
    for other in ["", &stage.path("distfiles")] {
        expect(&run(other), "source", "not-checked-no-clone");
    }
}

#[test]
fn entries_without_a_version_are_said() {
    let stage = Stage::new("");
    stage.distfile("vendor-20240601.tar.gz", &archive("vendor", &[("a", "a")]));
    stage.manifest(&["foo-1.2.tar.gz", "foo-1.10.tar.gz", "vendor-20240601.tar.gz"]);
    let run = stage.bump(&[]);
    assert_eq!(run.json()["unattributed"].to_string(), "[\"vendor-20240601.tar.gz\"]");
    let text = stage.bump_of("dev-libs/foo", &[]).stdout;
    let said = "the package's version is not in the file name: vendor-20240601.tar.gz";
    assert!(flat(&text).contains(said), "{text}");
}

/// That no one could check the old signature does not make it one that was never there.
#[test]
fn a_signature_that_nobody_could_check_is_missed() {
    let stage = Stage::new("");
    stage.sign("1.2");
    let run = stage.bump(&["--require", "continuity"]);
    expect(&run, "continuity", "signature-dropped");
    assert_eq!(run.status, 1);
    stage.sign("1.10");
    expect(&stage.bump(&["--require", "continuity"]), "continuity", "not-checked-no-expectation");
}

#[test]
fn nothing_of_an_ebuild_runs() {
    let stage = Stage::new("");
    let trap = stage.path("trap");
    let lines = format!(
        "touch {trap}\nVERIFY_PROVENANCE_REPO=$(touch {trap})\nVERIFY_PROVENANCE_REF=`touch {trap}`"
    );
    stage.ebuild("1.10", &lines);
    let run = stage.bump(&[]);
    expect(
        &run,
        "provenance",
        "provenance-absent,not-checked-no-expectation,not-checked-no-expectation",
    );
    assert_eq!(run.status, 1);
    assert!(!Path::new(&trap).exists());
}

#[test]
fn names_from_outside_are_escaped() {
    let stage = Stage::new("");
    let files = [NEW, &[("x\u{1b}[32m\u{202e}.m4", "x\n")]].concat();
    stage.distfile("foo-1.10.tar.gz", &archive("foo-1.10", &files));
    stage.ebuild("1.10", "VERIFY_PROVENANCE_REF=\"$(x)\u{1b}[32m\"");
    let text = stage.bump_of("dev-libs/foo", &[]).stdout;
    assert!(text.contains("<U+001B>") || text.contains("\\x1b"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
}
