//! What an overlay asks of its packages: metadata/distvouch.toml.

use crate::common::overlay::{Overlay, archive, dist};
use crate::common::{Run, distvouch, flat};
use std::process::Command;

const FOO: &str = "dev-libs/foo";
const PLAIN: &str = "SRC_URI=\"https://example.org/${P}.tar.gz\"";

/// Two versions of a package, fetched.
fn bumped() -> Overlay {
    let overlay = Overlay::new();
    for version in ["1.2", "1.3"] {
        let name = format!("foo-{version}");
        overlay.ebuild(FOO, version, PLAIN);
        overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("a.c", version)]));
    }
    overlay.manifest(FOO, &["foo-1.2.tar.gz", "foo-1.3.tar.gz"]);
    overlay
}

fn policy(overlay: &Overlay, text: &str) {
    overlay.write("metadata/distvouch.toml", text);
}

fn exception(finding: &str, expires: &str) -> String {
    format!(
        "[[exception]]\npackage = \"{FOO}\"\nfinding = \"{finding}\"\nreason = \"told upstream\"\n\
         expires = {expires}\n"
    )
}

fn of(mut command: Command) -> Run {
    Run::of(command.output().unwrap())
}

/// `distvouch policy` of a path of the overlay.
fn shown(overlay: &Overlay, path: &str, more: &[&str]) -> Run {
    let mut command = distvouch();
    command.arg("policy").arg(overlay.path(path)).args(more);
    command.env("XDG_CONFIG_HOME", overlay.scratch.file("config"));
    of(command)
}

fn scan(overlay: &Overlay, more: &[&str]) -> Run {
    let mut command = overlay.command("scan");
    command.arg(overlay.path("")).args(more);
    of(command)
}

#[test]
fn it_is_shown_with_the_lines_that_say_it() {
    let overlay = bumped();
    let run = shown(&overlay, FOO, &[]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.contains("no policy file was found"), "{}", run.stdout);
    policy(
        &overlay,
        "[policy]\nrequire = [\"openpgp\"]\nreview = \"required\"\npublishers = [\"https://github.com/example/\"]\n\n\
         [package.\"dev-libs/foo\"]\nrequire = [\"manifest\", \"source\"]\nclones = \"/srv/clones\"\n\n\
         [[exception]]\npackage = \"dev-libs/foo\"\nversion = \"1.3\"\nfinding = \"signer-unknown\"\n\
         reason = \"a new key, see bug 1\"\nexpires = 2030-01-31\n",
    );
    let config = overlay.scratch.file("config/distvouch");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(
        config.join("policy.toml"),
        "[policy]\nopenpgp-policy = \"strict\"\nreview = \"optional\"\n",
    )
    .unwrap();
    let run = shown(&overlay, FOO, &[]);
    let text = flat(&run.stdout);
    for part in [
        "require manifest, source (metadata/distvouch.toml:7)",
        "review required (metadata/distvouch.toml:3)",
        "openpgp-policy strict (",
        "policy.toml:2)",
        "publishers https://github.com/example/ (metadata/distvouch.toml:4)",
        "clones /srv/clones (metadata/distvouch.toml:8)",
        "dev-libs/foo-1.3: signer-unknown until 2030-01-31: a new key, see bug 1 (metadata/distvouch.toml:10)",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.stdout);
    // An ebuild stands for its package; the root for the overlay; another package has other rules.
    assert_eq!(shown(&overlay, "dev-libs/foo/foo-1.3.ebuild", &[]).stdout, run.stdout);
    let root = flat(&shown(&overlay, "", &[]).stdout);
    assert!(
        root.contains("require openpgp") && root.contains("rules of their own: dev-libs/foo"),
        "{root}"
    );
    let json = shown(&overlay, FOO, &["--json"]).json();
    assert_eq!(json["require"]["value"], serde_json::json!(["manifest", "source"]));
    assert_eq!(json["require"]["set"]["line"], 7);
    assert_eq!(json["exceptions"][0]["expires"], "2030-01-31");
    let outside = distvouch().arg("policy").arg("/").output().unwrap();
    assert_eq!(outside.status.code(), Some(2));
}

/// What a policy file must not say, the line, and part of what is said about it.
const FAULTS: &[(&str, usize, &str)] = &[
    ("[policy]\nrequires = []\n", 2, "unknown field `requires`"),
    ("[polizy]\n", 1, "unknown field `polizy`"),
    ("[policy]\nrequire = [\"openpgp\", \"gpg\"]\n", 2, "no check \"gpg\""),
    ("[policy]\nrequire = \"openpgp\"\n", 2, ""),
    ("[policy]\nreview = \"yes\"\n", 2, "required, optional"),
    ("[policy]\n\nopenpgp-policy = \"weak\"\n", 3, "gentoo, strict"),
    ("[policy]\npublishers = [\"github.com/a\"]\n", 2, "github.com/a"),
    ("[policy]\npublishers = [\"http://github.com/a\"]\n", 2, "http://github.com/a"),
    ("[policy]\npublishers = [\"github:owner/\"]\n", 2, "not the beginning of any publisher"),
    ("[policy]\npublishers = [\"https://github.com/o/r.git/\"]\n", 2, "not the beginning"),
    ("[policy]\npublishers = [\"https://github.com/o\"]\n", 2, "names no publisher"),
    ("[policy]\npublishers = [\"https://forge.example/o/r\"]\n", 2, "names no publisher"),
    ("[policy]\nclones = \"clones\"\n", 2, "not an absolute path"),
    ("[policy]\nreview = \"required\"\nreview = \"optional\"\n", 3, "duplicate"),
    ("[package.\"foo\"]\nreview = \"optional\"\n", 1, "not a CATEGORY/NAME"),
    ("[package.\"../../etc\"]\n", 1, "not a CATEGORY/NAME"),
    (
        "[[exception]]\npackage = \"a/b\"\nfinding = \"signer-unknown\"\nexpires = 2030-01-01\n",
        1,
        "reason",
    ),
    (
        "[[exception]]\npackage = \"a/b\"\nfinding = \"signer-unknown\"\nreason = \"x\"\n",
        1,
        "expires",
    ),
    (
        "[[exception]]\npackage = \"a/b\"\nfinding = \"signer-unknown\"\nreason = \" \"\nexpires = 2030-01-01\n",
        4,
        "needs one",
    ),
    (
        "[[exception]]\npackage = \"a/b\"\nfinding = \"no-such\"\nreason = \"x\"\nexpires = 2030-01-01\n",
        3,
        "no-such",
    ),
    (
        "[[exception]]\npackage = \"a/*\"\nfinding = \"signer-unknown\"\nreason = \"x\"\nexpires = 2030-01-01\n",
        2,
        "a/*",
    ),
    (
        "[[exception]]\npackage = \"a/b\"\nfinding = \"signer-unknown\"\nreason = \"x\"\nexpires = \"never\"\n",
        5,
        "never",
    ),
    (
        "[[exception]]\npackage = \"a/b\"\nfinding = \"signer-unknown\"\nreason = \"x\"\nexpires = 1\n",
        5,
        "",
    ),
    ("[policy\n", 1, ""),
    ("\u{0}", 1, ""),
];

#[test]
fn every_fault_is_named_with_its_line() {
    let overlay = bumped();
    for (text, line, said) in FAULTS {
        policy(&overlay, text);
        let bump = overlay.bump(FOO, &[]);
        for run in [shown(&overlay, FOO, &[]), scan(&overlay, &[]), bump] {
            assert_eq!(run.status, 2, "{text}: {}", run.stdout);
            let place = format!("metadata/distvouch.toml:{line}: ");
            let error = flat(&run.stderr);
            assert!(error.contains(&place) && error.contains(said), "{text}: {error}");
            assert_eq!(run.stderr.lines().count(), 1, "{text}: {}", run.stderr);
            assert!(!run.stderr.contains('\u{0}'), "{text}");
        }
    }
    // Not text, and more than a policy needs.
    std::fs::write(overlay.path("metadata/distvouch.toml"), b"[policy]\n# \xff\n").unwrap();
    assert!(shown(&overlay, FOO, &[]).stderr.contains("distvouch.toml:2: is not UTF-8"));
    std::fs::write(overlay.path("metadata/distvouch.toml"), vec![b'#'; 2 << 20]).unwrap();
    assert_eq!(shown(&overlay, FOO, &[]).status, 2);
    // What is not a file is not passed over.
    std::fs::remove_file(overlay.path("metadata/distvouch.toml")).unwrap();
    std::fs::create_dir(overlay.path("metadata/distvouch.toml")).unwrap();
    assert_eq!(scan(&overlay, &[]).status, 2);
}

/// Whoever changes an overlay does not choose what else of the machine is read.
#[test]
fn a_link_out_of_the_overlay_is_not_followed() {
    let overlay = bumped();
    let elsewhere = crate::common::Scratch::new();
    let secret = elsewhere.write("secret.toml", "[registry]\ntoken = \"hunter2\"\n");
    let place = overlay.path("metadata/distvouch.toml");
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&secret, &place).unwrap();
    for run in [scan(&overlay, &[]), shown(&overlay, FOO, &[])] {
        assert_eq!(run.status, 2, "{}", run.stdout);
        assert!(run.stderr.contains("leads out of the overlay"), "{}", run.stderr);
        assert!(!run.stderr.contains("registry") && !run.stderr.contains("hunter2"));
    }
}

/// Nor does whoever may change one package take it out of the policy.
#[test]
fn a_package_is_no_repository() {
    let overlay = bumped();
    policy(&overlay, "[policy]\nrequire = [\"openpgp\"]\n");
    assert_eq!(overlay.bump(FOO, &[]).status, 1);
    for place in ["profiles", "../profiles"] {
        let place = overlay.path(FOO).join(place);
        std::fs::create_dir_all(&place).unwrap();
        let run = overlay.bump(FOO, &[]);
        assert!(flat(&run.stdout).contains("openpgp signature-absent"), "{}", run.stdout);
        assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
        std::fs::remove_dir(&place).unwrap();
    }
}

#[test]
fn exceptions_of_a_scan() {
    let overlay = bumped();
    overlay.distfile("foo-1.3.tar.gz", b"another");
    assert_eq!(scan(&overlay, &[]).status, 1);
    let at = ["--time", "2030-01-31T23:00:00Z"];
    policy(&overlay, &exception("manifest-mismatch", "2030-01-31"));
    let run = scan(&overlay, &at);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(flat(&run.stdout).contains("1 finding excepted"), "{}", run.stdout);
    assert!(!run.stdout.contains("manifest-mismatch"), "{}", run.stdout);
    let run = scan(&overlay, &[&at[..], &["-v"]].concat());
    assert!(
        flat(&run.stdout).contains("(excepted until 2030-01-31: told upstream)"),
        "{}",
        run.stdout
    );
    let run = scan(&overlay, &[&at[..], &["--format", "sarif"]].concat());
    let results = run.json()["runs"][0]["results"].clone();
    let excused =
        results.as_array().unwrap().iter().find(|r| r["ruleId"] == "manifest-mismatch").unwrap();
    assert_eq!(excused["suppressions"][0]["justification"], "until 2030-01-31: told upstream");
    // Its last day is over.
    let run = scan(&overlay, &["--time", "2030-02-01T00:00:00Z"]);
    assert_eq!(run.status, 1);
    let text = flat(&run.stdout);
    assert!(text.contains("exception-expired: distvouch.toml:1: "), "{text}");
    assert!(text.contains("manifest-mismatch"), "{text}");
    // Of another version, another package, another finding.
    for text in [
        exception("manifest-mismatch", "2030-01-31\nversion = \"1.2\""),
        exception("manifest-mismatch", "2030-01-31").replace(FOO, "dev-libs/bar"),
        exception("signer-unknown", "2030-01-31"),
    ] {
        policy(&overlay, &text);
        assert_eq!(scan(&overlay, &at).status, 1, "{text}");
    }
    policy(&overlay, &exception("manifest-mismatch", "2030-01-31\nversion = \"1.3\""));
    assert_eq!(scan(&overlay, &at).status, 0);
}

/// A record that the diff was read.
fn record(overlay: &Overlay) {
    let run = overlay.bump(FOO, &["--record", "all", "--reviewer", "a"]);
    assert!(run.stderr.contains("a read the diff from foo-1.2"), "{}", run.stderr);
}

#[test]
fn a_bump_under_it() {
    let overlay = bumped();
    assert_eq!(overlay.bump(FOO, &[]).status, 3);
    record(&overlay);
    assert_eq!(overlay.bump(FOO, &[]).status, 0);
    // More is required.
    policy(&overlay, "[policy]\nrequire = [\"openpgp\"]\n");
    let run = overlay.bump(FOO, &[]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(flat(&run.stdout).contains("openpgp signature-absent"), "{}", run.stdout);
    // The command line goes before it.
    assert_eq!(overlay.bump(FOO, &["--require", "manifest"]).status, 0);
    // Accepted for a while: said, and not counted.
    let text = "[policy]\nrequire = [\"openpgp\"]\n".to_owned()
        + &exception("signature-absent", "2030-01-31");
    policy(&overlay, &text);
    let at = ["--time", "2029-12-01T00:00:00Z"];
    let run = overlay.bump(FOO, &at);
    assert_eq!(run.status, 0, "{}", run.stdout);
    let said = flat(&run.stdout);
    assert!(said.contains("excepted until 2030-01-31: told upstream ("), "{said}");
    assert!(!said.contains("Required checks that failed"), "{said}");
    let run = overlay.bump(FOO, &[&at[..], &["--json"]].concat());
    let excused = run.finding("openpgp")["excused"].as_str().unwrap().to_owned();
    assert!(excused.starts_with("until 2030-01-31: told upstream"), "{excused}");
    let run = overlay.bump(FOO, &["--time", "2030-02-01T00:00:00Z"]);
    assert_eq!(run.status, 1);
    assert!(
        flat(&run.stderr).contains("the exception for signature-absent expired on 2030-01-31"),
        "{}",
        run.stderr
    );
    // A contradiction counts until an exception accepts it.
    overlay.distfile("foo-1.3.tar.gz", &archive("foo-1.3", &[("a.c", "x")]));
    policy(&overlay, "[policy]\nreview = \"optional\"\n");
    assert_eq!(overlay.bump(FOO, &[]).status, 1);
    policy(
        &overlay,
        &("[policy]\nreview = \"optional\"\n".to_owned()
            + &exception("manifest-mismatch", "2999-01-31")),
    );
    assert_eq!(overlay.bump(FOO, &[]).status, 0);
}

#[test]
fn without_a_review() {
    let overlay = bumped();
    policy(&overlay, &format!("[package.\"{FOO}\"]\nreview = \"optional\"\n"));
    assert_eq!(overlay.bump(FOO, &[]).status, 0);
    assert_eq!(scan(&overlay, &["--fail-on", "note"]).status, 0);
    policy(&overlay, "[policy]\nreview = \"required\"\n");
    assert_eq!(overlay.bump(FOO, &[]).status, 3);
    let run = scan(&overlay, &[]);
    assert_eq!(run.status, 1);
    assert!(flat(&run.stdout).contains("error review-missing"), "{}", run.stdout);
    record(&overlay);
    assert_eq!(scan(&overlay, &[]).status, 0);
}

#[test]
fn publishers() {
    let overlay = bumped();
    let lines = "VERIFY_PROVENANCE_REPO=https://github.com/attacker/foo\n\
        VERIFY_PROVENANCE_WORKFLOW=release.yml\nVERIFY_PROVENANCE_REF='refs/tags/v*'";
    overlay.ebuild(FOO, "1.3", &format!("{lines}\n{PLAIN}"));
    policy(
        &overlay,
        "[policy]\nreview = \"optional\"\npublishers = [\"https://github.com/example/\", \"https://github.com/o/r\"]\n",
    );
    let run = scan(&overlay, &[]);
    assert_eq!(run.status, 1);
    let text = flat(&run.stdout);
    assert!(
        text.contains("error publisher-not-allowed: foo-1.3.ebuild: VERIFY_PROVENANCE_REPO"),
        "{text}"
    );
    let run = overlay.bump(FOO, &["--json"]);
    assert_eq!(run.status, 1);
    assert!(run.said("provenance").contains("publisher-not-allowed"), "{}", run.said("provenance"));
    for (url, allowed) in [
        ("https://github.com/example/foo", true),
        ("https://github.com/O/R.git", true),
        ("https://github.com/o/r/", true),
        ("https://github.com/o/r2", false),
        ("https://github.com/example-2/foo", false),
        ("https://gitlab.com/example/foo", false),
    ] {
        overlay.ebuild(
            FOO,
            "1.3",
            &format!("{}\n{PLAIN}", lines.replace("https://github.com/attacker/foo", url)),
        );
        assert_eq!(scan(&overlay, &[]).status, i32::from(!allowed), "{url}");
        let mut check = overlay.command("check");
        check.arg("--manifest").arg(overlay.path("dev-libs/foo/Manifest"));
        check.args(["--repository", url, "--json", "foo-1.3.tar.gz"]);
        let said = of(check).said("provenance");
        assert_eq!(said.contains("publisher-not-allowed"), !allowed, "{url}: {said}");
    }
}

#[test]
fn check_reads_that_of_its_manifest() {
    let overlay = bumped();
    let check = |more: &[&str]| {
        let mut command = overlay.command("check");
        command.arg("--manifest").arg(overlay.path("dev-libs/foo/Manifest")).args(more);
        of(command)
    };
    assert_eq!(check(&[]).status, 0);
    policy(&overlay, "[policy]\nrequire = [\"openpgp\"]\n");
    assert_eq!(check(&[]).status, 1);
    policy(
        &overlay,
        &("[policy]\nrequire = [\"openpgp\"]\n".to_owned()
            + &exception("signature-absent", "2999-01-31")),
    );
    assert_eq!(check(&[]).status, 0);
    // Which version is checked is not known here.
    policy(
        &overlay,
        &("[policy]\nrequire = [\"openpgp\"]\n".to_owned()
            + &exception("signature-absent", "2999-01-31\nversion = \"1.3\"")),
    );
    assert_eq!(check(&[]).status, 1);
    assert_eq!(check(&["--require", "manifest"]).status, 0);
}

#[test]
fn clones_and_the_strict_policy() {
    let overlay = bumped();
    let clones = overlay.scratch.file("clones");
    std::fs::create_dir_all(clones.join("foo")).unwrap();
    policy(&overlay, &format!("[policy]\nclones = \"{}\"\n", clones.display()));
    // It is not a clone, and it is asked.
    let run = overlay.bump(FOO, &["--json"]);
    let said = |run: &Run| run.finding("source")["compared"].as_str().unwrap().to_owned();
    assert!(said(&run).contains("is not a git clone"), "{}", said(&run));
    std::fs::remove_dir(clones.join("foo")).unwrap();
    let run = overlay.bump(FOO, &["--json"]);
    assert!(!said(&run).contains("is not a git clone"), "{}", said(&run));
    // Required checks for which the ebuild names no one.
    policy(&overlay, "[policy]\nrequire = [\"openpgp\", \"provenance\"]\n");
    let run = scan(&overlay, &["--json"]);
    assert_eq!(run.stdout.matches("required-unmet").count(), 2, "{}", run.stdout);
    assert_eq!(run.status, 1);
    // No ebuild can name a key of SSH.
    policy(&overlay, "[policy]\nrequire = [\"ssh\", \"minisign\"]\n");
    let run = scan(&overlay, &["--json"]);
    assert_eq!(run.stdout.matches("required-unmet").count(), 2, "{}", run.stdout);
    overlay.write("dev-libs/foo/Manifest", &dist("foo-1.3.tar.gz", b"a"));
}
