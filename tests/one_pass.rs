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

/// Runs the program where it cannot start a thread: as a user who has one process already. `None`
/// where that cannot be arranged.
fn without_threads(args: &[&std::ffi::OsStr]) -> Option<Run> {
    let prlimit = tool("no threads", "prlimit")?;
    let mut command = Command::new(prlimit);
    command.arg("--nproc=0");
    if rustix::process::geteuid().is_root() {
        // The limit does not bind root.
        let setpriv = tool("no threads", "setpriv")?;
        command.arg(setpriv).args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    command.arg(common::program());
    let version = Command::new(command.get_program()).args(command.get_args()).arg("-V").output();
    if !version.is_ok_and(|output| output.status.success()) {
        common::skipped("no threads", "another user cannot run the program where it is");
        return None;
    }
    Some(Run::of(command.args(args).output().unwrap()))
}

#[test]
fn it_works_where_no_thread_can_be_started() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = Scratch::new();
    std::fs::set_permissions(scratch.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["f-1.tar.gz", "f-2.tar.gz"] {
        File::create(scratch.file(name)).unwrap().set_len(6 << 20).unwrap();
    }
    let manifest = scratch.manifest(&["f-1.tar.gz", "f-2.tar.gz"]);
    let [distdir, manifest] = [scratch.path(), &manifest].map(|path| path.as_os_str());
    let args = ["check", "--json", "--distdir"].map(AsRef::as_ref);
    let args = [&args[..], &[distdir, "--manifest".as_ref(), manifest]].concat();
    let Some(run) = without_threads(&args) else { return };
    assert_eq!(run.status, 0, "{}", run.stderr);
    let run = run.json();
    assert_eq!(run["distfiles"].as_array().unwrap().len(), 2);

    for (version, text) in [("1", "x"), ("2", "y")] {
        let mut tar =
            tar::Builder::new(File::create(scratch.file(&format!("o-{version}.tar"))).unwrap());
        let mut header = tar::Header::new_ustar();
        header.set_size(1);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("o-{version}/a"), text.as_bytes()).unwrap();
        tar.finish().unwrap();
    }
    let [old, new] = ["o-1.tar", "o-2.tar"].map(|name| scratch.file(name));
    let run = without_threads(&["diff".as_ref(), old.as_os_str(), new.as_os_str()]).unwrap();
    assert!(
        run.status < 2 && run.stdout.contains("o-1") && !run.stderr.contains("panicked"),
        "{run:?}"
    );
}
