//! What is found, and the forms in which it is told.

use super::{PLAIN, SIGNED, found, install, kinds, lines, package, scan};
use crate::common::messages::{key, public, signature};
use crate::common::overlay::{Overlay, archive, dist};
use crate::common::{distvouch, flat, messages};
use openpgp::serialize::SerializeInto as _;
use openpgp::types::{ReasonForRevocation, SignatureType};
use openpgp::{Cert, Packet};
use sequoia_openpgp as openpgp;
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, SystemTime};

const FOO: &str = "dev-libs/foo";

/// An overlay with the key of `cert` installed.
fn with_key(cert: &[u8]) -> Overlay {
    let overlay = Overlay::new();
    install(&overlay, "openpgp-keys/foo.asc", cert);
    overlay
}

/// A release with a signature by `cert` over `signed`.
fn signed(overlay: &Overlay, version: &str, cert: &Cert, signed: Option<&[u8]>) {
    let name = format!("foo-{version}");
    let file = format!("{name}.tar.gz");
    let bytes = archive(&name, &[("a.c", version)]);
    let signature = signature(cert, SignatureType::Binary, signed.unwrap_or(&bytes));
    let signature = Packet::from(signature).to_vec().unwrap();
    overlay.ebuild(FOO, version, SIGNED);
    overlay.distfile(&file, &bytes);
    overlay.distfile(&format!("{file}.asc"), &signature);
    overlay.manifest(FOO, &[&file, &format!("{file}.asc")]);
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let overlay = Overlay::new();
    package(&overlay, "app-misc/alpha", "1", PLAIN);
    let run = scan(&overlay, &[]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    let expected = "1 package, 1 ebuild, 1 distfile, of which 1 is in DISTDIR. \
                    0 errors, 0 warnings, 0 notes.";
    assert_eq!(flat(&run.stdout), expected);
    assert_eq!(scan(&overlay, &["--fail-on", "note"]).status, 0);
}

/// One overlay, and what makes each kind of finding: kind, level, what to do to an overlay in which
/// nothing is found.
type Case = (&'static str, &'static str, fn(&Overlay));

const CASES: &[Case] = &[
    ("signature-unchecked", "warning", |overlay| {
        let lines =
            "SRC_URI=\"https://example.org/${P}.tar.gz https://example.org/${P}.tar.gz.asc\"";
        overlay.ebuild(FOO, "1", lines);
        let text = dist("foo-1.tar.gz", b"a") + &dist("foo-1.tar.gz.asc", b"b");
        overlay.write("dev-libs/foo/Manifest", &text);
        std::fs::remove_file(overlay.distdir().join("foo-1.tar.gz")).unwrap();
    }),
    ("provenance-unchecked", "warning", |overlay| {
        let lines = "inherit verify-sig\nSRC_URI=\"https://example.org/${P}.tar.gz \
            verify-sig? ( https://example.org/x -> ${P}.tar.gz.provenance )\"";
        overlay.ebuild(FOO, "1", lines);
        let text = dist("foo-1.tar.gz", b"a") + &dist("foo-1.tar.gz.provenance", b"b");
        overlay.write("dev-libs/foo/Manifest", &text);
        std::fs::remove_file(overlay.distdir().join("foo-1.tar.gz")).unwrap();
    }),
    ("provenance-unpinned", "warning", |overlay| {
        let lines = "VERIFY_PROVENANCE_REPO=https://github.com/example/foo\n\
            SRC_URI=\"https://example.org/${P}.tar.gz\"";
        overlay.ebuild(FOO, "1", lines);
    }),
    ("evidence-unconditional", "note", |overlay| {
        let lines = "inherit verify-sig\nSRC_URI=\"https://example.org/${P}.tar.gz \
            https://example.org/${P}.tar.gz.asc\"";
        overlay.ebuild(FOO, "1", lines);
        overlay.md5_cache(
            FOO,
            "1",
            "https://example.org/foo-1.tar.gz https://example.org/foo-1.tar.gz.asc",
        );
        let text = dist("foo-1.tar.gz", b"a") + &dist("foo-1.tar.gz.asc", b"b");
        overlay.write("dev-libs/foo/Manifest", &text);
        std::fs::remove_file(overlay.distdir().join("foo-1.tar.gz")).unwrap();
    }),
    ("expectation-unknown", "note", |overlay| {
        let lines = format!("VERIFY_SIG_OPENPGP_KEY_PATH=$(made)\n{PLAIN}");
        overlay.ebuild(FOO, "1", &lines);
    }),
    ("distfiles-unknown", "note", |overlay| {
        let lines = "for name in foo-1; do SRC_URI+=\" https://example.org/${name}.tar.gz\"; done";
        overlay.ebuild(FOO, "1", lines);
    }),
    ("ebuild-not-understood", "warning", |overlay| {
        let lines =
            format!("{PLAIN}\nVERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/x.asc\neval \"$(made)\"");
        overlay.ebuild(FOO, "1", &lines);
        install(overlay, "x.asc", public(&key("x")));
    }),
    ("cache-unused", "note", |overlay| {
        overlay.ebuild(FOO, "1", &format!("inherit verify-sig\n{PLAIN}"));
        overlay.md5_cache(FOO, "1", "https://example.org/foo-1.tar.gz");
        overlay.ebuild(FOO, "1", &format!("inherit verify-sig\n{PLAIN}\n# another"));
    }),
    ("manifest-missing", "error", |overlay| {
        std::fs::remove_file(overlay.path("dev-libs/foo/Manifest")).unwrap();
    }),
    ("manifest-unreadable", "error", |overlay| {
        overlay.write("dev-libs/foo/Manifest", "DIST foo-1.tar.gz x BLAKE2B 00\n");
    }),
    ("manifest-missing-entry", "error", |overlay| {
        overlay.write("dev-libs/foo/Manifest", &dist("other-1.tar.gz", b"a"));
    }),
    ("manifest-ambiguous", "error", |overlay| {
        let text = dist("other-1.tar.gz", b"a") + &dist("other-1.tar.gz", b"b");
        let path = overlay.path("dev-libs/foo/Manifest");
        let before = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, before + &text).unwrap();
    }),
    ("manifest-weak", "error", |overlay| {
        let path = overlay.path("dev-libs/foo/Manifest");
        let before = std::fs::read_to_string(&path).unwrap();
        let line = format!("DIST other-1.tar.gz 1 SHA1 {}\n", "0".repeat(40));
        std::fs::write(path, before + &line).unwrap();
    }),
    ("manifest-mismatch", "error", |overlay| {
        overlay.distfile("foo-1.tar.gz", b"another");
    }),
    ("key-file-missing", "note", |overlay| {
        let lines = format!("VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/x.asc\n{PLAIN}");
        overlay.ebuild(FOO, "1", &lines);
    }),
    ("key-file-unreadable", "error", |overlay| {
        let lines = format!("VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/x.asc\n{PLAIN}");
        overlay.ebuild(FOO, "1", &lines);
        install(overlay, "x.asc", "no key");
    }),
    ("key-file-unreadable", "error", |overlay| {
        let lines = format!(
            "VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/x.asc\n\
             VERIFY_SIG_OPENPGP_FINGERPRINTS=( {} )\n{PLAIN}",
            "A".repeat(40)
        );
        overlay.ebuild(FOO, "1", &lines);
        install(overlay, "x.asc", public(&key("x")));
    }),
    ("key-file-unreadable", "error", |overlay| {
        let lines = format!(
            "VERIFY_SIG_METHOD=minisig\nVERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/x.pub\n{PLAIN}"
        );
        overlay.ebuild(FOO, "1", &lines);
        install(overlay, "x.pub", "no key");
    }),
    ("key-package-unused", "note", |overlay| {
        overlay.ebuild("sec-keys/openpgp-keys-bar", "20260101", "");
    }),
    ("expectation-dropped", "error", |overlay| {
        install(overlay, "openpgp-keys/foo.asc", public(&key("x")));
        overlay.ebuild(FOO, "1", &SIGNED.replace("foo.asc", "foo.asc\n"));
        package(overlay, FOO, "2", PLAIN);
        let path = overlay.path("dev-libs/foo/Manifest");
        let before = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, before + &dist("foo-1.tar.gz.asc", b"a")).unwrap();
    }),
    ("review-missing", "note", |overlay| package(overlay, FOO, "2", PLAIN)),
];

#[test]
fn each_kind_is_found() {
    for (kind, level, make) in CASES {
        let overlay = Overlay::new();
        package(&overlay, FOO, "1", PLAIN);
        let before = found(&scan(&overlay, &["--json"]));
        assert!(before.is_empty(), "{kind}: {before:?}");
        make(&overlay);
        let run = scan(&overlay, &["--json", "--fail-on", "note"]);
        let found = found(&run);
        let of = |(name, found, _): &(String, String, String)| name == kind && found == level;
        assert!(found.iter().any(of), "{kind}: {found:?}");
        // `review-missing` comes with every second version, the rest by itself.
        let others: Vec<_> =
            found.iter().filter(|f| f.0 != *kind && f.0 != "review-missing").collect();
        assert!(others.is_empty(), "{kind}: {others:?}");
        assert_eq!(run.status, 1, "{kind}");
        let default = scan(&overlay, &["--quiet"]);
        assert_eq!(default.status, i32::from(*level == "error"), "{kind}");
        // Every name can be looked up.
        let explained = distvouch().args(["explain", kind]).output().unwrap();
        assert!(explained.status.success() && explained.stdout.starts_with(kind.as_bytes()));
    }
}

#[test]
fn the_reading_of_a_diff_counts_wherever_it_was_recorded() {
    let overlay = Overlay::new();
    package(&overlay, FOO, "1", PLAIN);
    package(&overlay, FOO, "2", PLAIN);
    assert_eq!(kinds(&scan(&overlay, &["--json"])), ["review-missing"]);
    let run = distvouch()
        .args(["review", "--note", "all", "--reviewer", "a"])
        .args(["foo-1.tar.gz", "foo-2.tar.gz"].map(|name| overlay.distdir().join(name)))
        .current_dir(overlay.path(FOO))
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    assert_eq!(kinds(&scan(&overlay, &["--json"])), Vec::<String>::new());
    // The ebuild of the version before is gone, and its entry with it: the record is there still.
    std::fs::remove_file(overlay.path("dev-libs/foo/foo-1.ebuild")).unwrap();
    overlay.manifest(FOO, &["foo-2.tar.gz"]);
    assert_eq!(kinds(&scan(&overlay, &["--json"])), Vec::<String>::new());
    // A third version of a package whose versions are read.
    std::fs::remove_file(overlay.path("dev-libs/foo/foo-2.ebuild")).unwrap();
    std::fs::remove_file(overlay.path("dev-libs/foo/Manifest")).unwrap();
    package(&overlay, FOO, "3", PLAIN);
    assert_eq!(kinds(&scan(&overlay, &["--json"])), ["review-missing"]);
}

#[test]
fn signatures_are_checked_by_the_key_that_the_ebuild_names() {
    let (cert, stranger) = (key("a"), key("b"));
    let overlay = with_key(&public(&cert));
    signed(&overlay, "1", &cert, None);
    let run = scan(&overlay, &["--json"]);
    assert_eq!(kinds(&run), Vec::<String>::new());
    assert_eq!(lines(&run)[0]["fetched"], 2);
    signed(&overlay, "1", &stranger, None);
    assert_eq!(kinds(&scan(&overlay, &["--json"])), ["signer-unknown"]);
    signed(&overlay, "1", &cert, Some(b"other bytes"));
    let run = scan(&overlay, &["--json"]);
    assert_eq!(
        found(&run),
        [("signature-bad".into(), "error".into(), "dev-libs/foo/foo-1.ebuild".into())]
    );
    assert_eq!(run.status, 1);
    // What is not read is not said, and what is not there is only counted.
    assert_eq!(kinds(&scan(&overlay, &["--json", "--no-distfiles"])), Vec::<String>::new());
    std::fs::remove_file(overlay.distdir().join("foo-1.tar.gz")).unwrap();
    std::fs::remove_file(overlay.distdir().join("foo-1.tar.gz.asc")).unwrap();
    let run = scan(&overlay, &["--json"]);
    assert_eq!((kinds(&run), run.status), (Vec::new(), 0));
    assert_eq!(lines(&run)[0]["fetched"], 0);
}

/// DISTDIR is that of all packages: a signed list counts where the Manifest or the ebuild has it.
#[test]
fn signed_lists_are_those_of_the_package() {
    let cert = key("a");
    let overlay = with_key(&public(&cert));
    signed(&overlay, "1", &cert, None);
    let list = format!("{}  foo-1.tar.gz\n", "0".repeat(64));
    let over = Packet::from(signature(&cert, SignatureType::Binary, list.as_bytes()));
    overlay.distfile("SHA256SUMS", list.as_bytes());
    overlay.distfile("SHA256SUMS.asc", &over.to_vec().unwrap());
    assert_eq!(kinds(&scan(&overlay, &["--json"])), Vec::<String>::new());
    let names = ["foo-1.tar.gz", "foo-1.tar.gz.asc", "SHA256SUMS", "SHA256SUMS.asc"];
    overlay.manifest(FOO, &names);
    assert!(kinds(&scan(&overlay, &["--json"])).contains(&"checksum-mismatch".to_owned()));
}

/// A certificate with a signing key that lives for `days`.
fn expiring(days: u64) -> Cert {
    openpgp::cert::CertBuilder::new()
        .set_creation_time(messages::start())
        .set_validity_period(Duration::from_secs(days * 86_400))
        .add_userid("a")
        .add_signing_subkey()
        .generate()
        .unwrap()
        .0
}

fn time(at: SystemTime) -> String {
    jiff::Timestamp::try_from(at).unwrap().to_string()
}

#[test]
fn keys_that_expire_and_are_revoked() {
    let day = Duration::from_secs(86_400);
    let cert = expiring(400);
    let overlay = with_key(&public(&cert));
    overlay.ebuild(FOO, "1", SIGNED);
    let text = dist("foo-1.tar.gz", b"a") + &dist("foo-1.tar.gz.asc", b"b");
    overlay.write("dev-libs/foo/Manifest", &text);
    let at = |days: u32| {
        let time = time(messages::start() + day * days);
        scan(&overlay, &["--json", "--time", &time])
    };
    assert_eq!(kinds(&at(100)), Vec::<String>::new());
    assert_eq!(kinds(&at(350)), ["key-file-expiring"]);
    assert_eq!(kinds(&at(401)), ["key-file-expired"]);
    assert_eq!(at(401).status, 1);
    // The line says from when on it is otherwise: 90 days before.
    let until = lines(&at(100))[1]["until"].as_str().unwrap().to_owned();
    let expected = messages::start() + day * 310;
    assert_eq!(
        until.parse::<jiff::Timestamp>().unwrap(),
        jiff::Timestamp::try_from(expected).unwrap()
    );

    let (cert, _) = openpgp::cert::CertBuilder::new()
        .set_creation_time(messages::start())
        .add_userid("a")
        .add_signing_subkey()
        .generate()
        .unwrap();
    let mut signer =
        cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let revocation =
        cert.revoke(&mut signer, ReasonForRevocation::KeyCompromised, b"lost").unwrap();
    let (cert, _) = cert.insert_packets([revocation]).unwrap();
    install(&overlay, "openpgp-keys/foo.asc", public(&cert));
    assert_eq!(kinds(&scan(&overlay, &["--json"])), ["key-file-revoked"]);
    // Where another certificate of the file still counts, it is worth knowing and no more.
    let both = [public(&cert), public(&key("b"))].concat();
    install(&overlay, "openpgp-keys/foo.asc", both);
    let run = scan(&overlay, &["--json"]);
    assert_eq!(found(&run)[0].1, "note", "{}", run.stdout);
    assert_eq!(run.status, 0);
}

#[test]
fn a_line_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(
        &std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("doc/scan.schema.json"),
        )
        .unwrap(),
    )
    .unwrap();
    let mut seen = 0;
    for (_, _, make) in CASES {
        let overlay = Overlay::new();
        package(&overlay, FOO, "1", PLAIN);
        make(&overlay);
        for line in lines(&scan(&overlay, &["--json"])) {
            let which = if line["version"].is_null() { "package" } else { "version" };
            fits(&schema, &schema["$defs"][which], &line);
            seen += 1;
        }
    }
    assert!(seen > 2 * CASES.len());
}

/// Holds a value against the part of JSON Schema that the document uses.
fn fits(root: &Value, schema: &Value, value: &Value) {
    if let Some(name) = schema["$ref"].as_str() {
        return fits(root, &root["$defs"][name.rsplit('/').next().unwrap()], value);
    }
    for (word, rule) in schema.as_object().unwrap() {
        let fine = match word.as_str() {
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => {
                let kind = match value {
                    Value::Null => "null",
                    Value::Bool(_) => "boolean",
                    Value::Number(number) if number.is_u64() => "integer",
                    Value::Number(_) => "number",
                    Value::String(_) => "string",
                    Value::Array(_) => "array",
                    Value::Object(_) => "object",
                };
                rule == kind || rule.as_array().is_some_and(|kinds| kinds.contains(&kind.into()))
            }
            "items" => {
                value.as_array().unwrap().iter().for_each(|item| fits(root, rule, item));
                true
            }
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    value.get(key).iter().for_each(|value| fits(root, rule, value));
                }
                true
            }
            "required" => rule
                .as_array()
                .unwrap()
                .iter()
                .all(|key| value.get(key.as_str().unwrap()).is_some()),
            "additionalProperties" => {
                let known = schema["properties"].as_object().unwrap();
                value.as_object().unwrap().keys().all(|key| known.contains_key(key))
            }
            other => panic!("{other} is not known here"),
        };
        assert!(fine, "{word}: {rule}\n{value}");
    }
}

/// The overlay of a CI run: one package with an error, one with a warning.
fn troubled() -> Overlay {
    let overlay = Overlay::new();
    package(&overlay, "app-misc/alpha", "1", PLAIN);
    package(&overlay, FOO, "1", PLAIN);
    overlay.distfile("foo-1.tar.gz", b"another");
    let lines = "VERIFY_PROVENANCE_REPO=https://github.com/example/foo\n\
        SRC_URI=\"https://example.org/${P}.tar.gz\"";
    package(&overlay, "x11-libs/bar", "1", lines);
    overlay
}

#[test]
fn text_for_people() {
    let overlay = troubled();
    let run = scan(&overlay, &[]);
    assert_eq!(run.status, 1);
    let text = flat(&run.stdout);
    let order = [
        "1 error dev-libs/foo error manifest-mismatch: foo-1.ebuild: ",
        "1 warning x11-libs/bar warning provenance-unpinned: bar-1.ebuild: ",
        "error manifest-mismatch 1 warning provenance-unpinned 1 3 packages",
        "1 error, 1 warning, 0 notes. Next: distvouch explain manifest-mismatch provenance-unpinned",
    ];
    let mut at = 0;
    for part in order {
        let found = text[at..].find(part);
        assert!(found.is_some(), "{part}: {text}");
        at += found.unwrap();
    }
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.stdout);
    assert!(!scan(&overlay, &["--least", "error"]).stdout.contains("x11-libs/bar"));
    assert_eq!(scan(&overlay, &["--quiet"]).stdout.lines().count(), 2);
    assert_eq!(scan(&overlay, &["--fail-on", "never"]).status, 0);
    let one = scan(&overlay, &["--package", "x11-libs/bar", "--fail-on", "warning"]);
    assert_eq!(one.status, 1);
    assert!(flat(&one.stdout).contains("1 package, 1 ebuild"), "{}", one.stdout);
    assert_eq!(scan(&overlay, &["--package", "app-misc/alpha"]).status, 0);
    assert_eq!(scan(&overlay, &["--package", "alpha"]).status, 2);
}

/// Errors come first, in whatever order the packages are.
#[test]
fn the_worst_is_on_top() {
    let overlay = Overlay::new();
    package(&overlay, "app-misc/first", "1", "SRC_URI=\"https://example.org/${P}.tar.gz\"");
    package(&overlay, "dev-libs/note", "1", "SRC_URI=\"https://example.org/${P}.tar.gz\"");
    package(
        &overlay,
        "dev-libs/warning",
        "1",
        "SRC_URI=\"https://example.org/${P}.tar.gz https://example.org/${P}.tar.gz.asc\"",
    );
    overlay.write(
        "x11-libs/last/last-1.ebuild",
        "EAPI=8\nSRC_URI=\"https://example.org/${P}.tar.gz\"\n",
    );
    let entry = dist("warning-1.tar.gz.asc", b"x");
    let manifest = overlay.path("dev-libs/warning/Manifest");
    let text = std::fs::read_to_string(&manifest).unwrap() + &entry;
    std::fs::write(&manifest, text).unwrap();
    let run = scan(&overlay, &["--least", "note"]);
    let levels = run.stdout.lines().filter_map(|line| {
        let word = line.strip_prefix("  ")?.split(' ').next()?;
        ["error", "warning", "note"].iter().position(|level| *level == word)
    });
    let levels: Vec<usize> = levels.collect();
    assert!(levels.len() > 1 && levels.is_sorted() && levels.contains(&0), "{}", run.stdout);
    assert!(levels.contains(&1) || levels.contains(&2), "{}", run.stdout);
    let (_, next) = run.stdout.split_once("Next: ").unwrap();
    assert!(next.starts_with("distvouch explain manifest-missing"), "{next}");
    // What is hidden is pointed to, and lines for programs keep the order of the tree.
    let run = scan(&overlay, &["--least", "error"]);
    let command = flat(&run.stdout.replace(" \\\n", " "));
    assert!(command.ends_with("--least note"), "{}", run.stdout);
    let run = scan(&overlay, &["--json"]);
    let names: Vec<_> = lines(&run).iter().map(|line| line["package"].to_string()).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn annotations_of_github() {
    let run = scan(&troubled(), &["--format", "github"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let [error, warning] = lines.as_slice() else { panic!("{}", run.stdout) };
    let head = "::error file=dev-libs/foo/foo-1.ebuild,title=distvouch%3A manifest-mismatch::";
    assert!(error.starts_with(head), "{error}");
    assert!(warning.starts_with("::warning file=x11-libs/bar/bar-1.ebuild,"), "{warning}");
    assert!(run.stderr.contains("1 error, 1 warning"), "{}", run.stderr);
}

#[test]
fn sarif() {
    let run = scan(&troubled(), &["--format", "sarif"]);
    let sarif = run.json();
    assert_eq!((sarif["version"].as_str(), run.status), (Some("2.1.0"), 1));
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]), "{result}");
        let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert!(location["uri"].as_str().unwrap().ends_with(".ebuild"), "{result}");
        assert_eq!(result["suppressions"], serde_json::json!([]));
    }
    // Nothing found is a whole document, too.
    let overlay = Overlay::new();
    let run = scan(&overlay, &["--format", "sarif"]);
    assert_eq!(run.json()["runs"][0]["results"], serde_json::json!([]));
}
