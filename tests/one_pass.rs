//! A distfile is opened once, read once, and does not end up in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::common::{Run, Scratch, distvouch, tool};
use std::fs::File;
use std::process::Command;

/// 96 MiB of zeroes that take no space.
fn sparse(scratch: &Scratch) {
    File::create(scratch.file("f.tar.gz")).unwrap().set_len(96 << 20).unwrap();
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let scratch = Scratch::new();
    sparse(&scratch);
    // Far less than the file; the heap alone, so that the size of the program does not count.
    let output = Command::new("sh")
        .args(["-c", "ulimit -d 49152; exec \"$@\"", "sh"])
        .arg(crate::common::program())
        .args(["check", "--json", "--jobs", "1", "--distdir"])
        .arg(scratch.path())
        .arg("f.tar.gz")
        .output()
        .unwrap();
    let run = Run::of(output);
    assert_eq!(run.json()["distfiles"][0]["size"], 96 << 20, "{}", run.stderr);
}

#[test]
fn the_distfile_is_opened_once_and_no_socket_is() {
    let Some(strace) = tool("one open", "strace") else { return };
    let scratch = Scratch::new();
    scratch.write("f.tar.gz", vec![7; 1 << 20]);
    scratch.write("f.tar.gz.provenance", include_str!("data/provenance.json"));
    let manifest = scratch.manifest(&["f.tar.gz"]);
    let log = scratch.file("log");
    let output = Command::new(strace)
        .args(["-f", "-e", "trace=openat,open,socket,connect,clone,clone3,read", "-o"])
        .arg(&log)
        .arg(distvouch().get_program())
        .args(["check", "--json", "--repository", "https://github.com/example/f", "--distdir"])
        .arg(scratch.path())
        .arg("--manifest")
        .arg(manifest)
        .output()
        .unwrap();
    let log = std::fs::read_to_string(log).unwrap_or_default();
    if !log.contains("openat") {
        let why = String::from_utf8_lossy(&output.stderr);
        return common::skipped("one open", &format!("strace does not work here: {why}"));
    }
    let opened = log.lines().filter(|l| l.contains("open") && l.contains("/f.tar.gz\"")).count();
    assert_eq!(opened, 1, "{log}");
    for call in ["socket(", "connect(", "clone(", "clone3("] {
        assert!(!log.contains(call), "{call}: {log}");
    }
}
