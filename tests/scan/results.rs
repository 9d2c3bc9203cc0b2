//! Results that are kept: incremental, resumable, in parts, in one order whatever the number of threads.

use super::{PLAIN, SIGNED, install, kinds, lines, overlay_of, package, scan};
use crate::common::overlay::{Overlay, dist};
use crate::common::{Run, flat, messages};
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

fn results(overlay: &Overlay) -> PathBuf {
    overlay.scratch.file("results.jsonl")
}

/// A scan with results; how many packages it did not have to look at again.
fn again(overlay: &Overlay) -> (Run, usize) {
    let file = results(overlay);
    let run = scan(overlay, &["--results", file.to_str().unwrap()]);
    let text = flat(&run.stdout);
    let reused = text.rsplit_once('(').and_then(|(_, rest)| {
        let (words, _) = rest.split_once(" as an earlier run left")?;
        words.split(' ').next()?.parse().ok()
    });
    (run, reused.unwrap_or(0))
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let overlay = overlay_of(60);
    overlay.distfile("p0007-1.tar.gz", b"another");
    let one = scan(&overlay, &["--json", "--jobs", "1"]);
    assert_eq!(lines(&one).len(), 120);
    assert_eq!(kinds(&one), ["manifest-mismatch"]);
    for jobs in ["2", "7"] {
        assert!(scan(&overlay, &["--json", "--jobs", jobs]).stdout == one.stdout, "{jobs}");
    }
}

#[test]
fn parts_are_the_whole() {
    let overlay = overlay_of(40);
    let whole = scan(&overlay, &["--json"]).stdout;
    let mut whole: Vec<&str> = whole.lines().collect();
    let parts: String =
        (1..=3).map(|n| scan(&overlay, &["--json", "--shard", &format!("{n}/3")]).stdout).collect();
    let mut parts: Vec<&str> = parts.lines().collect();
    whole.sort_unstable();
    parts.sort_unstable();
    assert!(whole == parts, "{} {}", whole.len(), parts.len());
    for wrong in ["0/3", "4/3", "3", "a/b", "1/0", "-1/2"] {
        let run = scan(&overlay, &["--shard", wrong]);
        assert_eq!(run.status, 2, "{wrong}");
    }
}

#[test]
fn what_has_not_changed_is_not_looked_at_again() {
    let overlay = overlay_of(3);
    install(&overlay, "openpgp-keys/foo.asc", messages::public(&messages::key("a")));
    package(&overlay, "app-misc/signed", "1", SIGNED);
    let path = overlay.path("app-misc/signed/Manifest");
    let text = std::fs::read_to_string(&path).unwrap() + &dist("signed-1.tar.gz.asc", b"a");
    std::fs::write(path, text).unwrap();
    assert_eq!(again(&overlay).1, 0);
    let before = std::fs::read(results(&overlay)).unwrap();
    assert_eq!(again(&overlay).1, 4);
    assert_eq!(std::fs::read(results(&overlay)).unwrap(), before);
    let changes: [(&str, usize, &dyn Fn()); 8] = [
        ("an ebuild", 3, &|| overlay.ebuild("app-misc/p0001", "1", &format!("{PLAIN}\n#"))),
        ("a Manifest", 3, &|| {
            let path = overlay.path("app-misc/p0001/Manifest");
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(path, text + &dist("other", b"a")).unwrap();
        }),
        ("a new version", 3, &|| package(&overlay, "app-misc/p0002", "2", PLAIN)),
        ("a distfile", 3, &|| overlay.distfile("p0000-1.tar.gz", b"x")),
        ("a cache entry", 3, &|| {
            overlay.md5_cache("app-misc/p0000", "1", "https://e.org/p0000-1.tar.gz")
        }),
        ("a record", 3, &|| {
            overlay.write("metadata/distvouch/reviews/app-misc/p0000/x.json", "{}");
        }),
        ("a key file", 3, &|| {
            let path = "openpgp-keys/foo.asc";
            install(&overlay, path, messages::public(&messages::key("b")));
        }),
        ("an eclass", 0, &|| {
            overlay.write("eclass/verify-sig.eclass", "# another\n");
        }),
    ];
    for (what, reused, change) in changes {
        change();
        assert_eq!(again(&overlay).1, reused, "{what}");
        assert_eq!(again(&overlay).1, 4, "{what}");
        let kept = std::fs::read_to_string(results(&overlay)).unwrap();
        assert!(kept == scan(&overlay, &["--json"]).stdout, "{what}");
    }
    overlay.write("metadata/distvouch.toml", "[policy]\nreview = \"required\"\n");
    assert_eq!(again(&overlay).1, 0);
}

#[test]
fn what_holds_for_a_time_is_looked_at_again() {
    let overlay = overlay_of(1);
    overlay.distfile("p0000-1.tar.gz", b"another");
    let text = "[[exception]]\npackage = \"app-misc/p0000\"\nfinding = \"manifest-mismatch\"\n\
                reason = \"upstream replaced it\"\nexpires = 2030-05-01\n";
    overlay.write("metadata/distvouch.toml", text);
    let file = results(&overlay);
    let at = |time: &str| {
        let run = scan(&overlay, &["--results", file.to_str().unwrap(), "--time", time]);
        (run.status, run.stdout.contains("as an earlier run left"))
    };
    assert_eq!(at("2030-04-30T00:00:00Z"), (0, false));
    assert_eq!(at("2030-05-01T23:59:00Z"), (0, true));
    assert_eq!(at("2030-05-02T00:00:00Z"), (1, false));
}

#[test]
fn a_killed_scan_is_taken_up_again() {
    let overlay = overlay_of(40);
    let fresh = scan(&overlay, &["--json"]).stdout;
    let file = results(&overlay);
    let part = overlay.scratch.file("results.jsonl.part");
    // Wherever it was cut off: between lines, in a line, in a package.
    for cut in [0, 1, 200, fresh.len() / 3, fresh.len() / 2, fresh.len() - 1, fresh.len()] {
        let _ = std::fs::remove_file(&file);
        std::fs::write(&part, &fresh[..cut]).unwrap();
        let (run, reused) = again(&overlay);
        assert_eq!(run.status, 0, "{cut}: {}", run.stderr);
        let whole = fresh[..cut].matches("\"version\":null").count();
        // The last line counts only if it is whole.
        assert!(whole - reused <= 1, "{cut}: {whole} {reused}");
        assert!(std::fs::read_to_string(&file).unwrap() == fresh, "{cut}");
        assert!(!part.exists());
    }
    // What the run before had counts for the rest.
    overlay.ebuild("app-misc/p0000", "1", &format!("{PLAIN}\n# another"));
    std::fs::write(&part, fresh.lines().take(4).map(|l| format!("{l}\n")).collect::<String>())
        .unwrap();
    assert_eq!(again(&overlay).1, 39);
}

/// A scan that waits: no one reads what it writes.
fn waiting(overlay: &Overlay) -> Child {
    let mut command = overlay.command("scan");
    command.arg(overlay.path("")).arg("--results").arg(results(overlay));
    command.arg("--key-root").arg(overlay.scratch.file("root"));
    command.args(["--json", "--jobs", "2"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().unwrap();
    let part = overlay.scratch.file("results.jsonl.part");
    let start = Instant::now();
    let grown = || std::fs::metadata(&part).map(|m| m.len()).unwrap_or(0) > 20_000;
    while !grown() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(grown(), "the scan does not write");
    child
}

#[test]
fn two_at_once_and_one_that_is_killed() {
    // More than a pipe holds.
    let overlay = overlay_of(400);
    let mut first = waiting(&overlay);
    let (run, _) = again(&overlay);
    assert_eq!(run.status, 2, "{}", run.stdout);
    assert!(run.stderr.contains("another scan is writing to it"), "{}", run.stderr);
    first.kill().unwrap();
    first.wait().unwrap();
    let (run, reused) = again(&overlay);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!((1..400).contains(&reused), "{reused}");
    let kept = std::fs::read_to_string(results(&overlay)).unwrap();
    assert!(kept == scan(&overlay, &["--json"]).stdout);
    assert!(!overlay.scratch.file("results.jsonl.lock").exists());
    // Two with files of their own are in no one's way, and one that is read to its end ends.
    let mut first = waiting_on(&overlay, "other.jsonl");
    let mut text = String::new();
    assert_eq!(again(&overlay).0.status, 0);
    first.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(first.wait().unwrap().success());
    assert_eq!(text.lines().count(), 800);
}

fn waiting_on(overlay: &Overlay, file: &str) -> Child {
    let mut command = overlay.command("scan");
    command.arg(overlay.path("")).arg("--results").arg(overlay.scratch.file(file));
    command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let overlay = overlay_of(1);
    for text in ["precious\n", "{}\n", "{\"schema\":2}\n", "\u{0}\n"] {
        std::fs::write(results(&overlay), text).unwrap();
        let (run, _) = again(&overlay);
        assert_eq!(run.status, 2, "{text}");
        assert_eq!(std::fs::read_to_string(results(&overlay)).unwrap(), text);
    }
    std::fs::remove_file(results(&overlay)).unwrap();
    std::fs::create_dir(results(&overlay)).unwrap();
    assert_eq!(again(&overlay).0.status, 2);
}

#[test]
fn a_reader_that_has_gone() {
    let overlay = overlay_of(400);
    let mut command = overlay.command("scan");
    command.arg(overlay.path("")).arg("--json").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    assert_eq!(output.status.code(), Some(2));
}
