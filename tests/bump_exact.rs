//! The distfiles of a bump as package managers know them, the dependencies among them, and the
//! Manifest of the last commit.

use crate::common::Run;
use crate::common::overlay::{Overlay, archive, hex};
use serde_json::Value;
use sha2::Digest as _;

const FOO: &str = "dev-libs/foo";

/// The names that were examined.
fn examined(run: &Run) -> Vec<String> {
    let json = run.json();
    let names = json["distfiles"].as_array().unwrap().iter();
    let mut names: Vec<String> =
        names.map(|distfile| distfile["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn pairs(run: &Run) -> Vec<(String, Option<String>)> {
    let json = run.json();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let diffs = json["diffs"].as_array().unwrap().iter();
    diffs.map(|diff| (text(&diff["new"]).unwrap(), text(&diff["old"]))).collect()
}

/// Two versions whose distfiles no rule about names finds: a release of another name, patches, and
/// what is fetched for USE flags.
fn odd_names() -> (Overlay, [String; 2]) {
    let overlay = Overlay::new();
    let uri = |version: &str, patches: &str| {
        format!(
            "https://example.org/archive/{version}.tar.gz -> foo-{}.gh.tar.gz {patches} \
             verify-sig? ( https://example.org/foo.asc -> foo-{}.gh.tar.gz.asc ) \
             test? ( https://example.org/suite-7.tar.gz ) arm? ( https://example.org/arm.bin )",
            version.replace('.', ""),
            version.replace('.', "")
        )
    };
    let old = uri("1.2", "https://example.org/foo12-001 https://example.org/foo12-002");
    let new = uri("1.3", "https://example.org/foo12-002 https://example.org/foo13-001");
    // Nothing that the literal reader could know.
    let lines = "inherit verify-sig\nSRC_URI=\"$(made)\"";
    overlay.ebuild(FOO, "1.2", lines);
    overlay.ebuild(FOO, "1.3", lines);
    for (name, text) in [("foo-12.gh.tar.gz", "one\n"), ("foo-13.gh.tar.gz", "two\n")] {
        overlay.distfile(name, &archive(&name[..6], &[("a.c", text)]));
    }
    overlay.distfile("suite-7.tar.gz", &archive("suite", &[("t", "t\n")]));
    for name in ["foo12-001", "foo12-002", "foo13-001"] {
        overlay.distfile(name, format!("--- a\n+++ b\n@@ -1 +1 @@\n-{name}\n+x\n").as_bytes());
    }
    let names = [
        "foo-12.gh.tar.gz",
        "foo-13.gh.tar.gz",
        "suite-7.tar.gz",
        "foo12-001",
        "foo12-002",
        "foo13-001",
    ];
    overlay.manifest(FOO, &names);
    (overlay, [old, new])
}

#[test]
fn what_package_managers_cached() {
    let (overlay, [old, new]) = odd_names();
    // By names alone, nothing is found.
    let run = overlay.bump(FOO, &["--json"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    overlay.md5_cache(FOO, "1.2", &old);
    overlay.md5_cache(FOO, "1.3", &new);
    let run = overlay.bump(FOO, &["--json"]);
    let expected = ["foo-13.gh.tar.gz", "foo12-002", "foo13-001", "suite-7.tar.gz"];
    assert_eq!(examined(&run), expected, "{}", run.stderr);
    assert_eq!(run.json()["package"]["distfiles_from"], "metadata/md5-cache");
    assert_eq!(run.json()["unfetched"], serde_json::json!(["arm.bin"]));
    let pair = |new: &str, old: Option<&str>| (new.to_owned(), old.map(str::to_owned));
    let expected = [
        pair("foo-13.gh.tar.gz", Some("foo-12.gh.tar.gz")),
        pair("foo12-002", Some("foo12-002")),
        pair("foo13-001", Some("foo12-001")),
        pair("suite-7.tar.gz", Some("suite-7.tar.gz")),
    ];
    assert_eq!(pairs(&run), expected);
    // The signature that a USE flag would have fetched is not said to be missing upstream.
    assert_eq!(run.said("openpgp"), "not-fetched", "{}", run.stdout);
    let text = overlay.bump(FOO, &[]).stdout;
    assert!(text.contains("Distfiles taken from metadata/md5-cache."), "{text}");
    assert!(text.contains("arm.bin"), "{text}");
}

#[test]
fn what_portage_cached() {
    let (overlay, [old, new]) = odd_names();
    let root = overlay.path("").canonicalize().unwrap();
    let directory = overlay.path("eclass");
    for (version, uri) in [("1.2", &old), ("1.3", &new)] {
        let text = overlay.entry(FOO, version, uri, Some(directory.to_str().unwrap()));
        let path = overlay.scratch.file("depcache").join(root.strip_prefix("/").unwrap());
        let path = path.join(format!("dev-libs/foo-{version}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let run = overlay.bump(FOO, &["--json"]);
    assert_eq!(run.json()["package"]["distfiles_from"], "Portage's cache");
    assert_eq!(examined(&run).len(), 4, "{}", run.stdout);
}

/// An entry that does not fit the ebuild, an eclass or the ebuild's text is not used.
#[test]
fn entries_that_do_not_fit() {
    let lines = "inherit verify-sig\nSRC_URI=\"https://example.org/${P}.tar.gz\"";
    let make = || {
        let overlay = Overlay::new();
        for version in ["1.2", "1.3"] {
            overlay.ebuild(FOO, version, lines);
            let name = format!("foo-{version}");
            overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("a", version)]));
            overlay.md5_cache(FOO, version, &format!("https://example.org/{name}.tar.gz"));
        }
        overlay.manifest(FOO, &["foo-1.2.tar.gz", "foo-1.3.tar.gz"]);
        overlay
    };
    let said = |overlay: &Overlay| {
        let run = overlay.bump(FOO, &["--json"]);
        assert_eq!(examined(&run), ["foo-1.3.tar.gz"], "{}", run.stdout);
        let package = run.json()["package"].clone();
        (package["distfiles_from"].as_str().unwrap().to_owned(), package["not_used"].to_string())
    };
    assert_eq!(said(&make()), ("metadata/md5-cache".to_owned(), "[]".to_owned()));
    type Change = fn(&Overlay);
    let changes: [(&str, Change); 6] = [
        ("of another state of the ebuild", |overlay| {
            overlay.ebuild(
                FOO,
                "1.3",
                "inherit verify-sig\n# more\nSRC_URI=\"https://example.org/${P}.tar.gz\"",
            );
        }),
        ("of another state of verify-sig.eclass", |overlay| {
            overlay.write("eclass/verify-sig.eclass", "# other\n");
        }),
        ("made with verify-sig.eclass, which is not found", |overlay| {
            std::fs::remove_file(overlay.path("eclass/verify-sig.eclass")).unwrap();
        }),
        ("lists other distfiles than the ebuild's text", |overlay| {
            overlay.md5_cache(FOO, "1.3", "https://example.org/evil.tar.gz");
        }),
        ("line 2 is not KEY=VALUE", |overlay| {
            overlay.write("metadata/md5-cache/dev-libs/foo-1.3", "EAPI=8\nnothing\n");
        }),
        ("SRC_URI that cannot be read", |overlay| {
            overlay.md5_cache(FOO, "1.3", "x? https://example.org/foo-1.3.tar.gz");
        }),
    ];
    for (expected, change) in changes {
        let overlay = make();
        change(&overlay);
        let (from, unused) = said(&overlay);
        assert_eq!(from, "the ebuild's text", "{expected}");
        assert!(unused.contains(expected), "{unused}");
    }
}

fn crate_file(name: &str, version: &str, text: &str) -> Vec<u8> {
    archive(&format!("{name}-{version}"), &[("src/lib.rs", text), ("build.rs", "fn main() {}\n")])
}

/// Two versions of a program with crates; the lock file of the new one is `lock`, for the digest of
/// `alpha-1.1.0.crate`.
fn with_crates(lock: impl Fn(&str) -> String) -> Overlay {
    let overlay = Overlay::new();
    let uris = "\nSRC_URI=\"https://example.org/${P}.tar.gz ${CARGO_CRATE_URIS}\"";
    overlay.write("eclass/cargo.eclass", "# nothing\n");
    let old = "alpha@1.0.0 beta-x@2.0.0 gone@0.1.0 same@3.0.0";
    let new = "alpha@1.1.0 beta-x@2.0.1 new-one@0.9.0 same@3.0.0";
    overlay.ebuild(FOO, "1.2", &format!("CRATES=\"{old}\"\ninherit cargo{uris}"));
    overlay.ebuild(FOO, "1.3", &format!("CRATES=\"{new}\"\ninherit cargo{uris}"));
    let mut names = Vec::new();
    let mut add = |name: String, bytes: &[u8]| {
        overlay.distfile(&name, bytes);
        names.push(name);
    };
    let mut digest = String::new();
    for (name, version) in [
        ("alpha", "1.0.0"),
        ("alpha", "1.1.0"),
        ("beta-x", "2.0.0"),
        ("beta-x", "2.0.1"),
        ("gone", "0.1.0"),
        ("new-one", "0.9.0"),
        ("same", "3.0.0"),
    ] {
        let bytes = crate_file(name, version, &format!("// {version}\n"));
        if (name, version) == ("alpha", "1.1.0") {
            digest = hex(&sha2::Sha256::digest(&bytes));
        }
        add(format!("{name}-{version}.crate"), &bytes);
    }
    add("foo-1.2.tar.gz".to_owned(), &archive("foo-1.2", &[("main.rs", "1\n")]));
    let files = [("main.rs", "2\n"), ("Cargo.lock", &lock(&digest))];
    add("foo-1.3.tar.gz".to_owned(), &archive("foo-1.3", &files));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    overlay.manifest(FOO, &names);
    overlay.commit();
    overlay
}

fn finding(run: &Run, distfile: &str, check: &str) -> Value {
    let json = run.json();
    let found = json["distfiles"].as_array().unwrap().iter().find(|d| d["name"] == distfile);
    let findings = found.unwrap_or_else(|| panic!("{distfile}: {json}"))["findings"].clone();
    let findings = findings.as_array().unwrap().clone();
    findings.into_iter().find(|finding| finding["check"] == check).unwrap_or_default()
}

/// A crate with the version of the package itself is a dependency like any other: it does not tell which
/// version was before, and is compared with the one of that version, also where its ebuild is gone.
#[test]
fn a_crate_with_the_version_of_the_package() {
    for committed in [true, false] {
        let overlay = Overlay::new();
        overlay.write("eclass/cargo.eclass", "# nothing\n");
        let crates = [
            ("rayon", "1.2.5"),
            ("rayon", "1.3"),
            ("serde", "1.0.99"),
            ("serde", "1.0.200"),
            ("kept", "3.0.0"),
            ("two", "1.5.0"),
            ("two", "2.0.0"),
        ];
        let file = |(name, version): (&str, &str)| format!("{name}-{version}.crate");
        for (name, version) in crates {
            let bytes = crate_file(name, version, &format!("// {version}\n"));
            overlay.distfile(&file((name, version)), &bytes);
        }
        for version in ["1.2", "1.3"] {
            let top = format!("foo-{version}");
            overlay.distfile(&format!("{top}.tar.gz"), &archive(&top, &[("main.rs", version)]));
        }
        let of = |at: &[usize]| at.iter().map(|at| file(crates[*at])).collect::<Vec<_>>();
        let old = [of(&[0, 2, 4]), vec!["foo-1.2.tar.gz".to_owned()]].concat();
        let new = [of(&[1, 3, 4, 5, 6]), vec!["foo-1.3.tar.gz".to_owned()]].concat();
        let write = |names: &[String]| {
            overlay.manifest(FOO, &names.iter().map(String::as_str).collect::<Vec<_>>());
        };
        // The previous ebuild was renamed; its entries are in the last commit, or still there.
        if committed {
            write(&old);
            overlay.commit();
            write(&new);
        } else {
            write(&[&old[..], &new[..]].concat());
        }
        let list = "rayon@1.3 serde@1.0.200 kept@3.0.0 two@1.5.0 two@2.0.0";
        let uris = "SRC_URI=\"https://example.org/${P}.tar.gz ${CARGO_CRATE_URIS}\"";
        overlay.ebuild(FOO, "1.3", &format!("CRATES=\"{list}\"\ninherit cargo\n{uris}"));
        let run = overlay.bump(FOO, &["--json"]);
        let json = run.json();
        assert_eq!(json["package"]["previous_version"], "1.2", "{json}{}", run.stderr);
        let diffs = json["diffs"].as_array().unwrap();
        let diff = diffs.iter().find(|diff| diff["new"] == "foo-1.3.tar.gz").unwrap();
        assert_eq!(diff["old"], "foo-1.2.tar.gz", "{diff}");
        let found = &json["dependencies"];
        let changed = serde_json::json!([
            {"old": "rayon-1.2.5.crate", "new": "rayon-1.3.crate"},
            {"old": "serde-1.0.99.crate", "new": "serde-1.0.200.crate"},
        ]);
        assert_eq!(found["changed"], changed, "{found}");
        // Of the last commit it is known what it had; of a Manifest for both versions, not.
        let (same, fresh) = match committed {
            true => (1, serde_json::json!(["two-1.5.0.crate", "two-2.0.0.crate"])),
            false => {
                (0, serde_json::json!(["kept-3.0.0.crate", "two-1.5.0.crate", "two-2.0.0.crate"]))
            }
        };
        assert_eq!((&found["same"], &found["new"]), (&same.into(), &fresh), "{found}");
        let review = finding(&run, "two-2.0.0.crate", "review")["compared"].clone();
        let unknown = review.as_str().unwrap().contains("nothing tells");
        assert_eq!(unknown, !committed, "{review}");
    }
}

#[test]
fn dependencies_are_part_of_a_bump() {
    let overlay = with_crates(|digest| {
        format!("[[package]]\nname = \"alpha\"\nversion = \"1.1.0\"\nchecksum = \"{digest}\"\n")
    });
    let run = overlay.bump(FOO, &["--json"]);
    let found = run.json()["dependencies"].clone();
    let changed = serde_json::json!([
        {"old": "alpha-1.0.0.crate", "new": "alpha-1.1.0.crate"},
        {"old": "beta-x-2.0.0.crate", "new": "beta-x-2.0.1.crate"},
    ]);
    assert_eq!(found["changed"], changed, "{}{}", run.stdout, run.stderr);
    assert_eq!(found["new"], serde_json::json!(["new-one-0.9.0.crate"]));
    assert_eq!(found["removed"], serde_json::json!(["gone-0.1.0.crate"]));
    assert_eq!(found["same"], 1);
    assert_eq!(found["unread"].as_array().unwrap().len(), 3);
    assert_eq!(finding(&run, "alpha-1.1.0.crate", "checksums")["outcome"], "agrees");
    assert_eq!(finding(&run, "same-3.0.0.crate", "review")["outcome"], "agrees");
    // Reading the release alone closes nothing while what changed in its crates is unread.
    let (old, new) =
        (overlay.distdir().join("foo-1.2.tar.gz"), overlay.distdir().join("foo-1.3.tar.gz"));
    let review = |old: &std::path::Path, new: &std::path::Path| {
        let mut command = crate::common::distvouch();
        command.args(["review", "--note", "read", "--reviewer", "me"]).arg(old).arg(new);
        command.arg("--file").arg(overlay.path("dev-libs/foo/distvouch-reviews.jsonl"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    review(&old, &new);
    let run = overlay.bump(FOO, &["--json", "--require", "manifest,review"]);
    assert_eq!(finding(&run, "foo-1.3.tar.gz", "review")["outcome"], "agrees", "{}", run.stdout);
    assert_eq!(run.status, 3, "{}", run.stdout);
    let attackers = run.json()["attackers"].to_string();
    assert!(attackers.contains("mirror"), "{attackers}");
    let text = overlay.bump(FOO, &[]).stdout;
    for part in [
        "Dependencies",
        "alpha-1.0.0.crate -> alpha-1.1.0.crate",
        "gone-0.1.0.crate",
        "dependency-changed",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // With the changed ones read as well, the new one is left: it has nothing to be compared with.
    for name in ["alpha", "beta-x"] {
        let found = |version: &str| overlay.distdir().join(format!("{name}-{version}.crate"));
        let versions = if name == "alpha" { ("1.0.0", "1.1.0") } else { ("2.0.0", "2.0.1") };
        review(&found(versions.0), &found(versions.1));
    }
    let run = overlay.bump(FOO, &["--json"]);
    assert_eq!(run.json()["dependencies"]["unread"], serde_json::json!(["new-one-0.9.0.crate"]));
}

#[test]
fn a_crate_that_is_not_the_one_of_the_lock_file() {
    let overlay = with_crates(|_| {
        let other = "0".repeat(64);
        format!("[[package]]\nname = \"alpha\"\nversion = \"1.1.0\"\nchecksum = \"{other}\"\n")
    });
    let run = overlay.bump(FOO, &["--json"]);
    assert_eq!(finding(&run, "alpha-1.1.0.crate", "checksums")["class"], "checksum-mismatch");
    assert_eq!(run.status, 1);
    // A lock file that is not one says nothing.
    let overlay = with_crates(|_| "[[package]\n".to_owned());
    let run = overlay.bump(FOO, &["--json"]);
    assert_eq!(finding(&run, "alpha-1.1.0.crate", "checksums"), Value::Null);
}

/// A lock file that cannot be read is none without crates.
#[test]
fn a_lock_file_that_cannot_be_read_is_said() {
    let overlay = with_crates(|_| "[[package]\n".to_owned());
    let run = overlay.bump(FOO, &["--json"]);
    let said = finding(&run, "foo-1.3.tar.gz", "checksums");
    assert_eq!(said["class"], "evidence-unsupported", "{}", run.stdout);
    let text = said["compared"].as_str().unwrap();
    assert!(text.contains("foo-1.3/Cargo.lock: it is not TOML"), "{text}");
    assert!(finding(&run, "alpha-1.1.0.crate", "checksums").is_null());
}

#[test]
fn an_entry_that_was_another_in_the_last_commit() {
    let overlay = Overlay::new();
    for version in ["1.2", "1.3"] {
        overlay.ebuild(FOO, version, "SRC_URI=\"https://example.org/${P}.tar.gz\"");
        let name = format!("foo-{version}");
        overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("a", version)]));
    }
    overlay.manifest(FOO, &["foo-1.2.tar.gz", "foo-1.3.tar.gz"]);
    overlay.commit();
    let run = overlay.bump(FOO, &["--json"]);
    let nothing = serde_json::json!({"added": [], "replaced": [], "removed": []});
    assert_eq!(run.json()["manifest"], nothing);
    overlay.distfile("foo-1.3.tar.gz", &archive("foo-1.3", &[("a", "other")]));
    overlay.manifest(FOO, &["foo-1.2.tar.gz", "foo-1.3.tar.gz"]);
    let run = overlay.bump(FOO, &["--json"]);
    assert_eq!(run.json()["manifest"]["replaced"], serde_json::json!(["foo-1.3.tar.gz"]));
    let classes = run.said("manifest");
    assert!(classes.contains("manifest-replaced"), "{classes}");
    assert_eq!(run.status, 1);
}

/// The old distfile is compared with its own DIST line before anything is compared with it.
#[test]
fn an_old_distfile_that_is_not_the_one_of_the_manifest() {
    let overlay = Overlay::new();
    for version in ["1.0", "1.1"] {
        overlay.ebuild(FOO, version, "SRC_URI=\"https://example.org/${P}.tar.gz\"");
        overlay.distfile(
            &format!("foo-{version}.tar.gz"),
            &archive(&format!("foo-{version}"), &[("a", "a\n"), ("b", version)]),
        );
    }
    overlay.manifest(FOO, &["foo-1.0.tar.gz", "foo-1.1.tar.gz"]);
    // What was fetched as the old one is the new one.
    overlay.distfile("foo-1.0.tar.gz", &archive("foo-1.0", &[("a", "a\n"), ("b", "1.1")]));
    let (old, new) =
        (overlay.distdir().join("foo-1.0.tar.gz"), overlay.distdir().join("foo-1.1.tar.gz"));
    let reviews = overlay.path("dev-libs/foo/distvouch-reviews.jsonl");
    let mut review = crate::common::distvouch();
    review.args(["review", "--reviewer", "me", "--note", "ok"]).arg(old).arg(new);
    assert!(review.arg("--file").arg(reviews).output().unwrap().status.success());
    let run = overlay.bump(FOO, &["--json", "--require", "manifest,review"]);
    assert_ne!(finding(&run, "foo-1.1.tar.gz", "review")["outcome"], "agrees", "{}", run.stdout);
    assert_eq!(run.status, 1);
    assert!(run.said("manifest").contains("manifest-mismatch"), "{}", run.stdout);
}

/// A Manifest of 100,000 lines is read, and nothing grows with the square of it.
#[test]
fn a_manifest_of_100_000_lines() {
    let overlay = Overlay::new();
    for version in ["1.2", "1.3"] {
        overlay.ebuild(FOO, version, "SRC_URI=\"https://example.org/${P}.tar.gz\"");
        let name = format!("foo-{version}");
        overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("a", version)]));
    }
    overlay.manifest(FOO, &["foo-1.2.tar.gz", "foo-1.3.tar.gz"]);
    let path = overlay.path("dev-libs/foo/Manifest");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for number in 0..99_990 {
        text.push_str(&format!("DIST bar-{number}.tar.gz.asc 1 BLAKE2B {}\n", "0".repeat(128)));
    }
    std::fs::write(&path, text).unwrap();
    overlay.commit();
    let start = std::time::Instant::now();
    let run = overlay.bump(FOO, &["--json"]);
    assert_eq!(examined(&run), ["foo-1.3.tar.gz"], "{}", run.stderr);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
