//! What the process takes from itself. Each limit by itself is tried in src/cli/restrict/tests.rs; here
//! is what of it a run of the program shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::common::{Run, Scratch, distvouch, installed};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Stdio;

/// Whether this kernel restricts files; `test` is left out where it does not.
fn restricts(test: &str) -> bool {
    let version = String::from_utf8(distvouch().arg("--version").output().unwrap().stdout).unwrap();
    assert!(version.contains("restricted: "), "{version}");
    let restricts = version.contains("files by Landlock");
    if !restricts {
        common::skipped(test, "this kernel has no Landlock");
    }
    restricts
}

/// A process that waits for its standard input can be looked at.
#[test]
fn it_is_restricted_before_it_reads() {
    if !restricts("a process that is restricted") {
        return;
    }
    let mut child = distvouch()
        .args(["checksums", "-", "--format", "sha256", "--", "f"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let path = format!("/proc/{}/status", child.id());
    let mut status = String::new();
    for _ in 0..500 {
        status = std::fs::read_to_string(&path).unwrap();
        if status.contains("NoNewPrivs:\t1") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.stdin.take().unwrap().write_all(b"").unwrap();
    child.wait().unwrap();
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    if cfg!(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")) {
        assert!(status.contains("Seccomp:\t2"), "{status}");
    }
}

/// The program that is run as git is whatever PATH has: it can do no more than distvouch.
#[test]
fn git_is_bound_as_well() {
    if !restricts("git that is restricted") || installed("git").is_none() {
        return;
    }
    let scratch = Scratch::new();
    let outside = Scratch::new();
    let secret = outside.write("secret", "a secret\n");
    std::fs::create_dir_all(scratch.file("clone/objects")).unwrap();
    std::fs::create_dir_all(scratch.file("clone/refs")).unwrap();
    std::fs::create_dir_all(scratch.file("program/bin")).unwrap();
    scratch.write("clone/HEAD", "ref: refs/heads/main\n");
    scratch.write("clone/config", "[core]\n\tbare = true\n");
    let mut tar = tar::Builder::new(std::fs::File::create(scratch.file("f-1.tar")).unwrap());
    let mut header = tar::Header::new_ustar();
    header.set_size(1);
    header.set_mode(0o644);
    tar.append_data(&mut header, "f-1/a", &b"x"[..]).unwrap();
    tar.finish().unwrap();
    let run = |attempt: &str| {
        let git = scratch.write("program/bin/git", format!("#!/bin/sh\n{attempt}\n"));
        std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
        let output = distvouch()
            .env("PATH", format!("{}:/usr/bin:/bin", scratch.file("program/bin").display()))
            .arg("source")
            .arg(scratch.file("f-1.tar"))
            .arg("--git")
            .arg(scratch.file("clone"))
            .args(["--tag", "v1"])
            .output()
            .unwrap();
        let run = Run::of(output);
        format!("{}{}", run.stdout, run.stderr)
    };
    // What it says on standard error is reported, so the refusal can be read.
    let said = run("echo 'it ran' >&2; exit 1");
    assert!(said.contains("it ran"), "{said}");
    let said = run(&format!("exec 2>&1; cat {} >&2 || exit 1", secret.display()));
    assert!(!said.contains("a secret"), "{said}");
    let written = outside.file("written");
    run(&format!("echo x >{}; exit 1", written.display()));
    run(&format!("echo x >{}; exit 1", scratch.file("clone/written").display()));
    assert!(!written.exists() && !scratch.file("clone/written").exists());
}

/// Portage's DISTDIR is a directory of symbolic links to where the files are.
#[test]
fn the_links_of_distdir_are_followed() {
    let scratch = Scratch::new();
    let real = Scratch::new();
    for name in ["f-1.tar.gz", "f-1.tar.gz.asc"] {
        let file = real.write(name, "no signature");
        symlink(file, scratch.file(name)).unwrap();
    }
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/key.asc");
    let run = scratch.check(["--openpgp-key", key, "f-1.tar.gz"]);
    let finding = run.finding("openpgp");
    assert_eq!(finding["class"], "signature-malformed", "{}{}", run.stdout, run.stderr);
}

/// Keys and signatures from a process substitution are pipes, in no directory.
#[test]
fn pipes_of_a_shell_are_read() {
    let Some(bash) = common::tool("process substitution", "bash") else { return };
    let scratch = Scratch::new();
    scratch.write("f-1.tar.gz", "x");
    let script = format!(
        "{program} detached --openpgp-key <(cat {key}) <(echo no signature) {file}",
        program = common::program().display(),
        key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/key.asc"),
        file = scratch.file("f-1.tar.gz").display(),
    );
    let output = std::process::Command::new(bash).args(["-c", &script]).output().unwrap();
    let run = Run::of(output);
    assert!(run.stdout.contains("signature-malformed"), "{}{}", run.stdout, run.stderr);
}
