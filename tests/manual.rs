//! The manual pages below doc/man are made from the command line's definitions, the explain table and
//! the eclassdoc of verify-sig.eclass.

use crate::common::{Run, distvouch, tool};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("doc/man")
}

fn eclass() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("eclass/verify-sig.eclass")
}

fn pages(directory: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    entries.map(|path| (name(&path), std::fs::read_to_string(&path).unwrap())).collect()
}

#[test]
fn the_manual_pages_are_what_the_program_writes() {
    let scratch = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let output = distvouch().args(["man", "--dir"]).arg(scratch.path()).args(more).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&[]);
    run(&["--eclass", eclass().to_str().unwrap()]);
    let written = pages(scratch.path());
    if std::env::var_os("DISTVOUCH_BLESS").is_some() {
        std::fs::create_dir_all(directory()).unwrap();
        for (name, text) in &written {
            std::fs::write(directory().join(name), text).unwrap();
        }
    }
    let there = pages(&directory());
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&there), names(&written));
    let differ: Vec<_> = written.iter().filter(|(name, text)| there[*name] != **text).collect();
    assert!(differ.is_empty(), "write them anew: DISTVOUCH_BLESS=1 cargo test manual::");
}

#[test]
fn every_subcommand_has_its_page_with_examples() {
    let pages = pages(&directory());
    let help = Run::of(distvouch().arg("--help").output().unwrap()).stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<_> = names.map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(names.len() >= 12, "{names:?}");
    for name in names.iter().filter(|name| **name != "help") {
        let page = &pages[&format!("distvouch-{name}.1")];
        for section in ["SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO"] {
            let heading = [format!(".SH {section}\n"), format!(".SH \"{section}\"\n")];
            assert!(heading.iter().any(|heading| page.contains(heading)), "{name}: {section}");
        }
        let plain = ["completions", "man", "trust"].contains(name);
        assert!(plain || page.contains(".SH EXAMPLES\n"), "{name}: no examples");
        assert!(pages["distvouch.1"].contains(&format!("distvouch\\-{name}")), "{name}");
    }
}

#[test]
fn the_page_of_the_eclass_has_every_function_and_variable() {
    let page = std::fs::read_to_string(directory().join("verify-sig.eclass.5")).unwrap();
    let text = std::fs::read_to_string(eclass()).unwrap();
    for section in ["DESCRIPTION", "FUNCTIONS", "VARIABLES", "EXAMPLES", "FILES", "\"SEE ALSO\""] {
        assert!(page.contains(&format!("\n.SH {section}\n")), "{section}");
    }
    let (head, functions) = page.split_once(".SH FUNCTIONS\n").unwrap();
    let (functions, variables) = functions.split_once(".SH VARIABLES\n").unwrap();
    let (variables, _) = variables.split_once(".SH EXAMPLES\n").unwrap();
    assert!(head.contains("verify\\-sig.eclass \\- "), "{head}");
    let has = |part: &str, name: &str| {
        part.contains(&format!(".TP\n\\fB{}\\fR", name.replace('-', "\\-")))
    };
    // What ebuilds may call, and what they or users may set, by the code and not by its comments.
    let called: Vec<_> = text.lines().filter_map(|line| line.strip_suffix("() {")).collect();
    let (inner, public): (Vec<&str>, Vec<&str>) =
        called.into_iter().partition(|name| name.starts_with('_'));
    assert!(public.len() >= 8, "{public:?}");
    for name in public {
        assert!(has(functions, name), "{name}");
    }
    for name in inner {
        assert!(!has(functions, name), "{name}");
    }
    let name = |c: char| c.is_ascii_uppercase() || c == '_';
    let starts = text.match_indices("VERIFY_").filter(|(at, _)| !text[..*at].ends_with('_'));
    let names = starts.map(|(at, _)| text[at..].split(|c| !name(c)).next().unwrap());
    // One is put together from its parts, and stands for one each.
    let names = names.filter(|name| !["VERIFY_PROVENANCE_", "VERIFY_SIG_OPENPGP_"].contains(name));
    let names: std::collections::BTreeSet<&str> =
        names.filter(|name| *name != "VERIFY_PROVENANCE_WORKFLOW").collect();
    assert!(names.len() >= 11, "{names:?}");
    for name in names {
        assert!(has(variables, name), "{name}");
    }
}

#[test]
fn a_broken_eclassdoc_is_named() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("x.eclass");
    std::fs::write(&path, "# @ECLASS: x.eclass\n# @BLURB: x\n# @FUNTION: x\n").unwrap();
    let run = Run::of(distvouch().args(["man", "--eclass"]).arg(&path).output().unwrap());
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("x.eclass:3: @FUNTION"), "{}", run.stderr);
}

/// What `program` says of every page.
fn complaints(test: &str, program: &str, arguments: &[&str]) {
    let Some(program) = tool(test, program) else { return };
    for name in pages(&directory()).keys() {
        let output = Command::new(&program)
            .args(arguments)
            .arg(directory().join(name))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said =
            [output.stderr, if arguments.contains(&"lint") { output.stdout } else { Vec::new() }];
        let said = String::from_utf8_lossy(&said.concat()).into_owned();
        assert!(said.is_empty(), "{name}: {said}");
    }
}

#[test]
fn groff_has_no_complaint() {
    complaints("manual pages, groff", "groff", &["-Kutf8", "-man", "-ww", "-Tutf8"]);
}

#[test]
fn mandoc_has_no_complaint() {
    complaints("manual pages, mandoc", "mandoc", &["-T", "lint", "-W", "warning"]);
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Run::of(distvouch().args(["completions", shell]).output().unwrap());
        assert_eq!(run.status, 0, "{shell}: {}", run.stderr);
        assert!(run.stdout.contains("openpgp-key"), "{shell}");
        // They know the names that a report prints.
        if ["bash", "zsh", "fish"].contains(&shell) {
            assert!(run.stdout.contains("continuity"), "{shell}");
            // clap_complete writes no values of positional arguments for fish.
            assert!(shell == "fish" || run.stdout.contains("signer-unknown"), "{shell}");
        }
    }
}
