//! No output, help or document of ours reads as a verdict, and nothing is ever green.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::words::{stilted, verdicts};
use crate::common::{Run, Scratch, distvouch};
use std::path::{Path, PathBuf};

fn assert_clean(what: &str, text: &str) {
    let found = verdicts(text);
    assert!(found.is_empty(), "{what}: {found:?}\n{text}");
    let found = stilted(text);
    assert!(found.is_empty(), "{what}: {found:?}");
    assert!(!text.contains("\u{1b}[32m") && !text.contains("\u{1b}[92m"), "{what} is green");
}

/// The subcommands that `--help` lists.
fn subcommands() -> Vec<String> {
    let help = Run::of(distvouch().arg("--help").output().unwrap()).stdout;
    let list = help.split_once("Commands:").unwrap().1.split("\n\n").next().unwrap().to_owned();
    // A description that goes on in the next line is indented further.
    let names = list.lines().filter_map(|line| line.strip_prefix("  "));
    names
        .filter_map(|line| Some(line.split(' ').next().filter(|n| !n.is_empty())?.to_owned()))
        .collect()
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    for text in ["Verified.", "it is ok", "all good", "✓", "a trusted\nsource", "TRUSTED"] {
        assert!(!verdicts(text).is_empty(), "{text}");
    }
    assert_eq!(stilted("Nobody\n  is; held\nagainst it"), ["held against", "nobody"]);
    assert!(stilted("besides, it_is_nobody_else, an anybodysomebody").is_empty());
    for text in ["invalid", "the trusted\n  root", "trusted comment", "verify-sig", "goods"] {
        assert!(verdicts(text).is_empty(), "{text}");
    }
}

#[test]
fn help() {
    let commands = subcommands();
    assert!(commands.contains(&"check".to_owned()), "{commands:?}");
    for command in &commands {
        for flag in ["--help", "-h"] {
            let run = Run::of(distvouch().args([command, flag]).output().unwrap());
            assert_eq!(run.status, if command == "help" { 2 } else { 0 }, "{command}");
            assert_clean(&format!("{command} {flag}"), &(run.stdout + &run.stderr));
        }
    }
    let run = Run::of(distvouch().arg("--help").output().unwrap());
    assert_clean("--help", &run.stdout);
}

#[test]
fn explanations() {
    let list = Run::of(distvouch().arg("explain").output().unwrap()).stdout;
    assert_clean("explain", &list);
    let names = list.lines().filter_map(|line| line.strip_prefix("  "));
    let names: Vec<_> = names.filter(|line| !line.starts_with(' ')).collect();
    assert!(names.len() > 100, "{list}");
    for line in names {
        let class = line.split_whitespace().next().unwrap();
        let run = Run::of(distvouch().args(["explain", class]).output().unwrap());
        assert_eq!(run.status, 0, "{class}");
        assert_clean(class, &run.stdout);
    }
}

#[test]
fn documents() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md"), root.join("Cargo.toml")];
    collect(&root.join("doc"), &mut files);
    collect(&root.join("eclass"), &mut files);
    // A schema has the names of keys, which the program's own JSON is held to elsewhere.
    let schema = |file: &&PathBuf| file.extension().is_none_or(|suffix| suffix != "json");
    for file in files.iter().filter(|file| file.exists()).filter(schema) {
        // What the coreutils say of a file, which the eclass looks for and never prints.
        let text = std::fs::read_to_string(file).unwrap().replace("\"${file}: OK\"", "");
        assert_clean(&file.display().to_string(), &text);
    }
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

#[test]
fn reports() {
    let scratch = Scratch::new();
    scratch.write("f.tar.gz", "abc");
    scratch.write("f.tar.gz.asc", "<html>");
    scratch.write("f.tar.gz.provenance", "{}");
    let manifest = scratch.manifest(&["f.tar.gz"]);
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/key.asc");
    for clock in ["bump", "emerge"] {
        for format in ["text", "portage", "json"] {
            for extra in [&[][..], &["--verbose"], &["--quiet"]] {
                let mut command = distvouch();
                command.args(["check", "--clock", clock, "--format", format]).args(extra);
                command.arg("--distdir").arg(scratch.path());
                command.arg("--manifest").arg(&manifest).arg("--openpgp-key").arg(&key);
                let run = Run::of(command.output().unwrap());
                assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
                assert_clean(format, &(run.stdout + &run.stderr));
            }
        }
    }
}
