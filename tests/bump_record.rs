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
    // Nor without a word, nor by no one.
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

/// A package whose first version brings an archive, a crate and a patch.
fn first() -> Overlay {
    let overlay = Overlay::new();
    let uri = "SRC_URI=\"https://example.org/foo-1.2.tar.gz https://crates.io/lib-1.0.0.crate \
               https://example.org/foo-fix.patch\"";
    overlay.ebuild(FOO, "1.2", uri);
    overlay.distfile("foo-1.2.tar.gz", &archive("foo-1.2", &[("configure", "1.2")]));
    overlay.distfile("lib-1.0.0.crate", &archive("lib-1.0.0", &[("build.rs", "fn main() {}\n")]));
    overlay.distfile("foo-fix.patch", b"--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b\n");
    overlay.manifest(FOO, &["foo-1.2.tar.gz", "lib-1.0.0.crate", "foo-fix.patch"]);
    overlay
}

#[test]
fn a_new_package_is_read_too() {
    let overlay = first();
    let run = overlay.bump(FOO, &[]);
    assert_eq!(run.status, 3, "{}", run.stdout);
    let text = flat(&run.stdout);
    for part in [
        "so all of it is new",
        "Build files: 1 file (+1 -0): configure",
        "new lib-1.0.0.crate: 1 added; first build.rs",
        "Next: distvouch diff --unified",
        "distvouch review",
        "--read",
    ] {
        assert!(text.contains(part), "{part}: {}", run.stdout);
    }
    let run = overlay.bump(FOO, &["--record", "all", "--reviewer", "Ada"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("Ada read lib-1.0.0.crate, without a previous version"));
    assert!(flat(&run.stdout).contains("with no previous version to compare it with: all"));
    assert_eq!(records(&overlay).len(), 3);
    assert_eq!(overlay.bump(FOO, &[]).status, 0);
    // Who could have forged it: who reads, and who commits, as for a diff.
    let report = overlay.bump(FOO, &["--json"]).json();
    for distfile in report["distfiles"].as_array().unwrap() {
        let findings = distfile["findings"].as_array().unwrap();
        let review = findings.iter().find(|finding| finding["check"] == "review").unwrap();
        assert_eq!(review["forgers"], serde_json::json!(["gentoo", "reviewer"]), "{review}");
        assert_eq!(review["detail"]["records"][0]["whole"], false, "{review}");
    }
    // Another file under the name was not read.
    overlay.distfile("foo-1.2.tar.gz", &archive("foo-1.2", &[("configure", "other")]));
    overlay.manifest(FOO, &["foo-1.2.tar.gz", "lib-1.0.0.crate", "foo-fix.patch"]);
    assert_eq!(overlay.bump(FOO, &[]).status, 3);
}

/// `distvouch review` in the package's directory.
fn review(overlay: &Overlay, arguments: &[&str]) -> Run {
    let mut command = crate::common::distvouch();
    command.arg("review").args(arguments).args(["--reviewer", "Ada"]);
    Run::of(command.current_dir(overlay.path(FOO)).output().unwrap())
}

#[test]
fn an_archive_by_itself_is_not_the_diff() {
    let overlay = bumped();
    let path = |name: &str| format!("{}/{name}", overlay.distdir().display());
    let new = path("foo-1.3.tar.gz");
    assert_eq!(review(&overlay, &[&new, "--note", "looked at it"]).status, 0);
    let run = overlay.bump(FOO, &[]);
    assert_eq!(run.status, 3, "{}", run.stdout);
    assert!(
        flat(&run.stdout).contains("by itself that does not claim all of it was read"),
        "{}",
        run.stdout
    );
    // Who says that they read all of it read what changed, too.
    assert_eq!(review(&overlay, &[&new, "--whole", "--note", "every file"]).status, 0);
    let run = overlay.bump(FOO, &[]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(flat(&run.stdout).contains("all of exactly this file"), "{}", run.stdout);
    // A diff is not an archive by itself, and no one reads what cannot be shown.
    let old = path("foo-1.2.tar.gz");
    assert_eq!(review(&overlay, &[&old, &new, "--whole", "--note", "x"]).status, 2);
    overlay.distfile("page.tar.gz", b"<html>not found</html>");
    let run = review(&overlay, &[&path("page.tar.gz"), "--note", "x"]);
    assert!(run.status == 2 && run.stderr.contains("cannot be shown"), "{}", run.stderr);
}

/// A record of the diff from some other archive is none of this package's first version.
#[test]
fn anybody_s_old_archive_is_no_previous_version() {
    let overlay = first();
    let path = |name: &str| format!("{}/{name}", overlay.distdir().display());
    overlay.distfile("other-1.tar.gz", &archive("foo-1.2", &[("configure", "1.1")]));
    let (old, new) = (path("other-1.tar.gz"), path("foo-1.2.tar.gz"));
    assert_eq!(review(&overlay, &[&old, &new, "--note", "one line"]).status, 0);
    let run = overlay.bump(FOO, &[]);
    assert_eq!(run.status, 3, "{}", run.stdout);
    assert!(flat(&run.stdout).contains("compares it with other-1.tar.gz"), "{}", run.stdout);
}

/// An ebuild that was renamed, with its Manifest made anew, has a previous version all the same.
#[test]
fn the_last_commit_has_the_previous_version() {
    if tool("bump, previous version in the last commit", "git").is_none() {
        return;
    }
    let overlay = bumped();
    overlay.manifest(FOO, &["foo-1.2.tar.gz"]);
    std::fs::remove_file(overlay.path("dev-libs/foo/foo-1.3.ebuild")).unwrap();
    overlay.commit();
    overlay.git(&["mv", "dev-libs/foo/foo-1.2.ebuild", "dev-libs/foo/foo-1.3.ebuild"]);
    overlay.manifest(FOO, &["foo-1.3.tar.gz"]);
    let run = overlay.bump(FOO, &[]);
    assert!(
        flat(&run.stdout).contains("previous version taken from the Manifest of the last commit"),
        "{}",
        run.stdout
    );
    let new = format!("{}/foo-1.3.tar.gz", overlay.distdir().display());
    assert_eq!(review(&overlay, &[&new, "--note", "looked at it"]).status, 0);
    assert_eq!(overlay.bump(FOO, &[]).status, 3);
    // Nor is it a first version where DISTDIR has lost the old file.
    std::fs::remove_file(format!("{}/foo-1.2.tar.gz", overlay.distdir().display())).unwrap();
    assert_eq!(overlay.bump(FOO, &[]).status, 3);
}

/// An ebuild was renamed, with its Manifest made anew: `old` is in the last commit, `new` in the Manifest.
fn renamed(package: &str, old: &str, new: &str) -> Overlay {
    let overlay = Overlay::new();
    let name = package.rsplit('/').next().unwrap();
    let uri = |file: &str| format!("SRC_URI=\"https://example.org/{file}\"");
    for (file, text) in [(old, "1.2"), (new, "1.3")] {
        let top = file.trim_end_matches(".crate").trim_end_matches(".tar.gz");
        overlay.distfile(file, &archive(top, &[("build.rs", text)]));
    }
    overlay.ebuild(package, "1.2", &uri(old));
    overlay.manifest(package, &[old]);
    overlay.commit();
    std::fs::remove_file(overlay.path(&format!("{package}/{name}-1.2.ebuild"))).unwrap();
    overlay.ebuild(package, "1.3", &uri(new));
    overlay.manifest(package, &[new]);
    overlay
}

/// Has `new` recorded as read by itself, and gives what the bump then says.
fn reviewed_alone(overlay: &Overlay, package: &str, new: &str) -> Run {
    let mut command = crate::common::distvouch();
    command.args(["review", "--note", "skimmed", "--reviewer", "Ada"]);
    command.arg(overlay.distdir().join(new)).current_dir(overlay.path(package));
    let run = Run::of(command.output().unwrap());
    assert_eq!(run.status, 0, "{}", run.stderr);
    overlay.bump(package, &["--json"])
}

/// The package's own crate may have another name, and its archive one as those of dependencies have: it is
/// compared with the version before all the same.
#[test]
fn a_release_that_is_named_like_a_dependency() {
    if tool("bump, previous version in the last commit", "git").is_none() {
        return;
    }
    for (package, old, new) in [
        (FOO, "foo-cli-1.2.crate", "foo-cli-1.3.crate"),
        ("dev-libs/my-deps", "my-deps-1.2.tar.gz", "my-deps-1.3.tar.gz"),
        ("dev-libs/my", "my-2-deps-1.2.tar.gz", "my-2-deps-1.3.tar.gz"),
    ] {
        let run = reviewed_alone(&renamed(package, old, new), package, new);
        let json = run.json();
        assert_eq!(json["package"]["previous_version"], "1.2", "{json}{}", run.stderr);
        assert_eq!(json["diffs"][0]["old"], old, "{json}");
        assert_eq!(json["dependencies"]["changed"], serde_json::json!([]), "{json}");
        assert_eq!(run.status, 3, "{json}");
    }
}

/// Where a Manifest has another distfile, a release without a previous version may be that under another name.
#[test]
fn a_new_name_is_no_first_version() {
    if tool("bump, a new name", "git").is_none() {
        return;
    }
    let run = reviewed_alone(&renamed(FOO, "old.tar.gz", "foo-1.3.tar.gz"), FOO, "foo-1.3.tar.gz");
    let json = run.json();
    assert!(json["package"]["previous_version"].is_null(), "{json}{}", run.stderr);
    assert!(json.to_string().contains("has old.tar.gz, and this may be another version"), "{json}");
    assert_eq!(run.status, 3, "{json}");
}

/// However many dependencies are unread, what to run next stays short and walks through them.
#[test]
fn many_unread_dependencies_have_one_command() {
    let overlay = Overlay::new();
    let mut names = Vec::new();
    for version in ["1.2", "1.3"] {
        let minor = if version == "1.2" { 0 } else { 1 };
        let crates: Vec<_> = (0..40).map(|n| format!("lib{n}-1.{minor}.0.crate")).collect();
        let uris: Vec<_> = crates.iter().map(|c| format!("https://crates.io/{c}")).collect();
        let uri =
            format!("SRC_URI=\"https://example.org/foo-{version}.tar.gz {}\"", uris.join(" "));
        overlay.ebuild(FOO, version, &uri);
        for name in &crates {
            let text = format!("// {version}\n");
            let top = name.trim_end_matches(".crate");
            overlay.distfile(name, &archive(top, &[("lib.rs", &text)]));
        }
        let name = format!("foo-{version}");
        overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("a.rs", version)]));
        names.extend(crates);
        names.push(format!("{name}.tar.gz"));
    }
    overlay.manifest(FOO, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let run = overlay.bump(FOO, &[]);
    let (_, next) = run.stdout.split_once("\nNext: ").unwrap();
    assert!(next.lines().count() <= 16, "{next}");
    // The command that walks through them, as it is printed.
    let next = next.replace(" \\\n", " ");
    let line = next.lines().find(|line| line.trim_end().ends_with("--read")).unwrap();
    let line = line.trim().replacen("distvouch", &program().display().to_string(), 1);
    let output = Command::new("sh")
        .args(["-c", &line])
        .env("XDG_CONFIG_HOME", overlay.scratch.file("config"))
        .env_remove("DISTVOUCH_CLONES")
        .output()
        .unwrap();
    let walked = Run::of(output);
    assert_eq!(walked.status, 3, "{}", walked.stderr);
    assert_eq!(walked.stdout.matches("\n+// 1.3\n").count(), 40, "{}", walked.stdout);
    assert_eq!(records(&overlay).len(), 0);
}

#[test]
fn on_a_terminal_read_asks_about_dependencies() {
    let Some(script) = tool("bump --read on a terminal", "script") else { return };
    let overlay = first();
    let read = |input: &str| typed_with(&overlay, &script, &["--read"], input);
    let run = read("y\nthe archive\nn\nq\n");
    assert_eq!((run.status, records(&overlay).len()), (3, 1), "{}", run.stdout);
    assert!(run.stdout.contains("which is new now? (1 of 3)"), "{}", run.stdout);
    let run = read("y\nthe crate\ny\nthe patch\n");
    assert_eq!((run.status, records(&overlay).len()), (0, 3), "{}", run.stdout);
}

/// A bump on a terminal, with what is typed; `script` makes the terminal.
fn typed(overlay: &Overlay, script: &PathBuf, input: &str) -> Run {
    typed_with(overlay, script, &[], input)
}

fn typed_with(overlay: &Overlay, script: &PathBuf, more: &[&str], input: &str) -> Run {
    let quoted = |path: PathBuf| format!("'{}'", path.display());
    let line = format!(
        "{} bump {} --distdir {} --reviewer Ada {}",
        quoted(program()),
        quoted(overlay.path(FOO)),
        quoted(overlay.distdir()),
        more.join(" ")
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
