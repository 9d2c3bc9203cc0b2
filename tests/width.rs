//! What people read fits 80 columns: transcripts, replays, the guide, help and lists. What may be wider
//! is listed here by its kind, and nothing else may.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "sigstore")]

use crate::bump::{BEFORE, NOW, Stage};
use crate::common::overlay::{Overlay, archive};
use crate::common::{Run, distvouch};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Columns of a line.
const WIDTH: usize = 80;

/// Columns from which on a path, a URL or a digest is one that no line has room for.
const LONG: usize = 36;

/// Why a line may be wider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// One word cannot be broken and is to be copied: a path, a URL, a digest, an assignment.
    Word,
    /// A command in an explanation, which is to be copied as a whole.
    Command,
    /// A diagnostic on standard error, one line each, as compilers print them.
    Diagnostic,
    /// The line that ends an answer to the eclass.
    End,
    /// JSON, or an annotation of GitHub Actions, which are for programs.
    Program,
    /// A line of someone's file in a diff.
    Diff,
}

/// Why `line` may be as wide as it is; `None` where nothing allows that.
fn kind(line: &str) -> Option<Kind> {
    let text = line.trim_start();
    let words: Vec<&str> = text.split(' ').collect();
    let is_long = |word: &&&str| {
        let copied = word.contains('/') || word.contains('=') || word.contains("://");
        let hex = word.chars().all(|c| c.is_ascii_hexdigit() || "…:,".contains(c));
        word.chars().count() >= LONG && (copied || hex)
    };
    let rest = line.chars().count()
        - words.iter().filter(is_long).map(|word| word.chars().count()).sum::<usize>();
    if text.starts_with("distvouch: ") {
        Some(Kind::Diagnostic)
    } else if line.starts_with("die\t") {
        Some(Kind::End)
    } else if line.starts_with(['+', '-', '@']) || line.starts_with("===") {
        Some(Kind::Diff)
    } else if words.iter().any(|word| is_long(&word)) && rest <= WIDTH / 2 {
        Some(Kind::Word)
    } else if text.starts_with(['{', '"', '}', ']']) || line.starts_with("::") {
        Some(Kind::Program)
    } else if line.split('`').skip(1).step_by(2).any(|span| span.chars().count() > WIDTH / 2) {
        Some(Kind::Command)
    } else {
        None
    }
}

/// Adds the lines of `text` that are wider to `wide`, and fails where one is of no kind.
fn measure(what: &str, text: &str, wide: &mut BTreeMap<Kind, usize>) {
    for line in text.lines() {
        // The eclass and elog's functions print three columns for the level.
        let shown = match line.split_once('\t') {
            Some(("say" | "ewarn" | "eqawarn" | "eerror", rest)) => format!("   {rest}"),
            _ => line.to_owned(),
        };
        if shown.chars().count() > WIDTH {
            let kind = kind(&shown);
            let kind = kind.unwrap_or_else(|| panic!("{what}: {} columns: {line}", shown.len()));
            *wide.entry(kind).or_default() += 1;
        }
    }
}

fn top(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What was printed in a document or a transcript: the lines in fenced blocks that are not typed.
fn printed(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let mut block = false;
    let mut typed = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.starts_with("```") {
            true => block = !block,
            false if block => {
                let begins = line.starts_with("$ ") || line.starts_with("> ");
                if !(begins || typed) {
                    lines.push(line);
                }
                // A command goes on behind a backslash.
                typed = (begins || typed) && line.ends_with('\\');
            }
            false => {}
        }
    }
    assert!(!lines.is_empty(), "{}: nothing is printed", path.display());
    lines.join("\n")
}

#[test]
fn the_measure_finds_prose() {
    let prose = "word ".repeat(20);
    assert_eq!(kind(&prose), None);
    assert_eq!(kind(&format!("   {prose}/usr/share/{}", "x".repeat(60))), None);
    let url = format!("  published by: https://example.org/{}", "x".repeat(60));
    assert_eq!(kind(&url), Some(Kind::Word));
    assert_eq!(kind(&format!("  {}", "0f".repeat(64))), Some(Kind::Word));
    assert_eq!(kind(&format!("  {}", "word-".repeat(40))), None);
}

#[test]
fn transcripts_replays_and_the_guide() {
    let mut wide = BTreeMap::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(top("tests/cli"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "trycmd"))
        .collect();
    assert!(files.len() >= 2, "{files:?}");
    files.extend([top("doc/incidents.md"), top("doc/guide.md")]);
    for file in files {
        measure(&file.display().to_string(), &printed(&file), &mut wide);
    }
    eprintln!("wider than {WIDTH} columns: {wide:?}");
    assert!(wide.keys().all(|kind| *kind != Kind::Command), "{wide:?}");
}

fn run(arguments: &[&str]) -> Run {
    Run::of(distvouch().args(arguments).output().unwrap())
}

#[test]
fn help_and_lists() {
    let mut wide = BTreeMap::new();
    let help = run(&["--help"]).stdout;
    measure("--help", &help, &mut wide);
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = names.map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(names.len() >= 12, "{names:?}");
    for name in names {
        for flag in ["--help", "-h"] {
            measure(name, &run(&[name, flag]).stdout, &mut wide);
        }
    }
    let list = run(&["explain"]).stdout;
    measure("explain", &list, &mut wide);
    assert!(wide.is_empty(), "{wide:?}");
    let entries = list.lines().filter_map(|line| line.strip_prefix("  "));
    let entries = entries.filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty());
    let names: Vec<&str> = entries.collect();
    measure("explain, all", &run(&[&["explain"], &names[..]].concat()).stdout, &mut wide);
    measure("trust", &run(&["trust"]).stdout, &mut wide);
    measure("known", &run(&["known"]).stdout, &mut wide);
    let only: Vec<_> = wide.keys().copied().collect();
    assert!(only.iter().all(|kind| [Kind::Command, Kind::Word].contains(kind)), "{wide:?}");
}

#[test]
fn what_files_say_of_themselves() {
    let mut wide = BTreeMap::new();
    for file in [
        "tests/data/key.asc",
        "tests/data/provenance.json",
        "tests/data/attacks/dd.asc",
        "tests/data/attacks/soft.gpg",
        "tests/data/attacks/vic1.gpg",
        "tests/data/evidence/github-release.json",
        "tests/data/evidence/stamped.json",
        "tests/data/evidence/npm-publish.json",
        "tests/data/instructions/rsa4096.asc",
    ] {
        let run = run(&["inspect", top(file).to_str().unwrap()]);
        assert!(!run.stdout.is_empty(), "{file}: {}", run.stderr);
        measure(file, &run.stdout, &mut wide);
    }
    let pins = run(&["pin", top("tests/data/provenance.json").to_str().unwrap()]);
    measure("pin", &pins.stdout, &mut wide);
    assert!(wide.keys().all(|kind| *kind == Kind::Word), "{wide:?}");
}

/// Reports in every form of a release that agrees, and of one that does not.
#[test]
#[cfg(feature = "sigstore")]
fn reports_of_a_bump() {
    let stage = Stage::new("VERIFY_PROVENANCE_REPO=https://github.com/example/foo");
    for (version, time) in [("1.2", BEFORE), ("1.10", NOW)] {
        stage.attest(version, time);
        stage.sign(version);
    }
    let mut wide = BTreeMap::new();
    for clock in ["bump", "emerge"] {
        for format in ["text", "portage"] {
            for key in [&[][..], &["--openpgp-key"]] {
                let mut command = distvouch();
                command.args(["check", "foo-1.10.tar.gz", "--clock", clock, "--format", format]);
                command.args([
                    "--repository",
                    "https://github.com/example/foo",
                    "--ref",
                    "refs/tags/x",
                ]);
                command.arg("--distdir").arg(stage.path("distfiles"));
                command.arg("--trusted-root").arg(stage.path("root.json"));
                key.iter().for_each(|key| {
                    command.arg(key).arg(stage.path("key.pgp"));
                });
                let run = Run::of(command.output().unwrap());
                assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
                measure(&format!("check, {clock}, {format}"), &run.stdout, &mut wide);
            }
        }
    }
    let mut command = distvouch();
    command.arg("bump").arg(stage.path("dev-libs/foo"));
    command.arg("--distdir").arg(stage.path("distfiles"));
    command.arg("--trusted-root").arg(stage.path("root.json"));
    let run = Run::of(command.output().unwrap());
    assert!(run.status == 3 || run.status == 1, "{}{}", run.stdout, run.stderr);
    measure("bump", &run.stdout, &mut wide);
    assert!(wide.keys().all(|kind| *kind == Kind::Word), "{wide:?}");
}

#[test]
fn a_scan_and_records() {
    let overlay = Overlay::new();
    for version in ["1.2", "1.3"] {
        let name = format!("foo-{version}");
        let uri = "SRC_URI=\"https://example.org/${P}.tar.gz https://example.org/${P}.tar.gz.asc\"";
        overlay.ebuild("dev-libs/foo", version, uri);
        overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("configure", version)]));
        overlay.distfile(&format!("{name}.tar.gz.asc"), b"x");
    }
    overlay.manifest("dev-libs/foo", &["foo-1.2.tar.gz", "foo-1.3.tar.gz"]);
    let mut wide = BTreeMap::new();
    let scan = Run::of(
        overlay.command("scan").arg(overlay.path("")).args(["--least", "note"]).output().unwrap(),
    );
    assert!(scan.stdout.contains("signature-unchecked"), "{}{}", scan.stdout, scan.stderr);
    measure("scan", &scan.stdout, &mut wide);
    let path = |name: &str| overlay.distdir().join(name).display().to_string();
    let (old, new) = (path("foo-1.2.tar.gz"), path("foo-1.3.tar.gz"));
    measure("diff", &run(&["diff", &old, &new]).stdout, &mut wide);
    measure("diff of one", &run(&["diff", &new]).stdout, &mut wide);
    let place = overlay.path("reviews").display().to_string();
    let note = "word ".repeat(40);
    for archives in [vec![old.as_str(), new.as_str()], vec![new.as_str()]] {
        let more = ["--note", &note, "--reviewer", "Ada", "--file", &place];
        let run = run(&[&["review"], &archives[..], &more].concat());
        assert_eq!(run.status, 0, "{}", run.stderr);
        measure("review", &run.stdout, &mut wide);
    }
    measure("review --list", &run(&["review", "--list", "--file", &place]).stdout, &mut wide);
    let package = overlay.path("dev-libs/foo").display().to_string();
    measure("policy", &run(&["policy", &package]).stdout, &mut wide);
    assert!(wide.keys().all(|kind| *kind == Kind::Word), "{wide:?}");
}
