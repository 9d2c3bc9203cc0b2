//! Reading the diff of a bump and recording that: `--record`, and the questions on a terminal.

use crate::common::overlay::{Overlay, archive};
use crate::common::{Run, flat, program, tool};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const FOO: &str = "dev-libs/foo";

/// Two versions of a package, whose diff is to read.
fn bumped() -> Overlay {
    let overlay = Overlay::new();
    for version in ["1.2", "1.3"] {
        let name = format!("foo-{version}");
        overlay.ebuild(FOO, version, "SRC_URI=\"https://example.org/${P}.tar.gz\"");
        overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("configure", version)]));
    }
    overlay.manifest(FOO, &["foo-1.2.tar.gz", "foo-1.3.tar.gz"]);
    overlay
}

fn records(overlay: &Overlay) -> Vec<PathBuf> {
    let place = overlay.path("metadata/distvouch/reviews/dev-libs/foo");
    let entries = std::fs::read_dir(place).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_record_says_what_was_read_and_the_bump_is_read() {
    let overlay = bumped();
    assert_eq!(overlay.bump(FOO, &[]).status, 3);
    let run = overlay.bump(FOO, &["--record", "all of it", "--reviewer", "Ada"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(
        run.stderr.contains("Ada read the diff from foo-1.2.tar.gz to foo-1.3.tar.gz"),
        "{}",
        run.stderr
    );
    let text = flat(&run.stdout);
    assert!(text.contains("review agrees") && text.contains("read by: Ada"), "{text}");
    assert!(!text.contains("Required checks that failed"), "{text}");
    assert_eq!(records(&overlay).len(), 1);
    let record = std::fs::read_to_string(&records(&overlay)[0]).unwrap();
    assert!(record.contains("\"dev-libs/foo\"") && record.contains("all of it"), "{record}");
    assert_eq!(overlay.bump(FOO, &[]).status, 0);
    // What is read is not recorded twice.
    let run = overlay.bump(FOO, &["--record", "again", "--reviewer", "Ada"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_eq!(records(&overlay).len(), 1);
    // The report of a record is for programs, too.
    let overlay = bumped();
    let run = overlay.bump(FOO, &["--record", "all", "--reviewer", "Ada", "--json"]);
    assert_eq!(run.said("review"), "agrees");
}

#[test]
fn a_record_makes_no_contradiction_disappear() {
    let overlay = bumped();
    overlay.distfile("foo-1.3.tar.gz", &archive("foo-1.3", &[("configure", "x")]));
    let run = overlay.bump(FOO, &["--record", "all", "--reviewer", "Ada"]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stdout.contains("manifest-mismatch"), "{}", run.stdout);
    // Nothing is recorded that could not be compared.
    let overlay = bumped();
    overlay.distfile("foo-1.3.tar.gz", b"no archive");
    let run = overlay.bump(FOO, &["--record", "all", "--reviewer", "Ada"]);
    assert_eq!((run.status, records(&overlay).len()), (1, 0), "{}", run.stdout);
    // Nor without a word, nor by nobody.
    let overlay = bumped();
    assert_eq!(overlay.bump(FOO, &["--record", " ", "--reviewer", "Ada"]).status, 2);
    assert_eq!(records(&overlay).len(), 0);
}

#[test]
fn dependencies_are_recorded_with_it() {
    let overlay = Overlay::new();
    let uri = |version: &str, library: &str| {
        format!(
            "SRC_URI=\"https://example.org/foo-{version}.tar.gz https://crates.io/lib-{library}.crate\""
        )
    };
    for (version, library) in [("1.2", "1.0.0"), ("1.3", "1.0.1")] {
        let name = format!("foo-{version}");
        overlay.ebuild(FOO, version, &uri(version, library));
        overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("a.rs", version)]));
        let library = format!("lib-{library}");
        overlay.distfile(&format!("{library}.crate"), &archive(&library, &[("lib.rs", version)]));
    }
    let names = ["foo-1.2.tar.gz", "foo-1.3.tar.gz", "lib-1.0.0.crate", "lib-1.0.1.crate"];
    overlay.manifest(FOO, &names);
    let run = overlay.bump(FOO, &["--record", "all", "--reviewer", "Ada"]);
    assert_eq!(records(&overlay).len(), 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.status, 0, "{}", run.stdout);
}

/// A bump on a terminal, with what is typed; `script` makes the terminal.
fn typed(overlay: &Overlay, script: &PathBuf, input: &str) -> Run {
    let quoted = |path: PathBuf| format!("'{}'", path.display());
    let line = format!(
        "{} bump {} --distdir {} --reviewer Ada",
        quoted(program()),
        quoted(overlay.path(FOO)),
        quoted(overlay.distdir())
    );
    let mut child = Command::new(script)
        .args(["-qefc", &line, "/dev/null"])
        .env("PAGER", "cat >\"$SEEN\"")
        .env("SEEN", overlay.scratch.file("seen"))
        .env("XDG_CONFIG_HOME", overlay.scratch.file("config"))
        .env("NO_COLOR", "1")
        .env_remove("DISTVOUCH_CLONES")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    use std::io::Write as _;
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Run::of(child.wait_with_output().unwrap())
}

#[test]
fn on_a_terminal_it_asks() {
    let Some(script) = tool("bump, questions on a terminal", "script") else { return };
    let overlay = bumped();
    let run = typed(&overlay, &script, "y\nall of configure\n");
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(run.stdout.contains("Read the diff of foo-1.3.tar.gz now?"), "{}", run.stdout);
    let seen = std::fs::read_to_string(overlay.scratch.file("seen")).unwrap();
    assert!(seen.contains("-1.2") && seen.contains("+1.3"), "{seen}");
    assert_eq!(records(&overlay).len(), 1);
    assert!(std::fs::read_to_string(&records(&overlay)[0]).unwrap().contains("all of configure"));
    // Read, there is nothing left to ask.
    let run = typed(&overlay, &script, "");
    assert_eq!(run.status, 0);
    assert!(!run.stdout.contains("now?"), "{}", run.stdout);
    // No, nothing, or the end of input: no record.
    for input in ["n\n", "\n", "y\n\n"] {
        let overlay = bumped();
        let run = typed(&overlay, &script, input);
        assert_eq!((run.status, records(&overlay).len()), (3, 0), "{input:?}: {}", run.stdout);
    }
}
