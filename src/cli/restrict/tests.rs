//! Each limit, and an attempt to cross it. Rules bind the thread that makes them, so each test has one.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// Runs `work` in a thread with these rules; `None`, said, where the kernel has none.
fn restricted<T: Send>(reach: &Reach, work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let enforced = enter(reach);
            (enforced.files != Extent::None).then(work)
        });
        let result = thread.join().unwrap();
        if result.is_none() {
            crate::internal::common::skipped("self-restriction", "this kernel has no Landlock");
        }
        result
    })
}

#[track_caller]
fn refused<T>(result: std::io::Result<T>) {
    match result.err().map(|error| error.kind()) {
        Some(ErrorKind::PermissionDenied) => {}
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn only_what_was_named_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir(path("named")).unwrap();
    for name in ["named/in", "file", "secret", "target"] {
        fs::write(path(name), name).unwrap();
    }
    std::os::unix::fs::symlink(path("secret"), path("named/link")).unwrap();
    std::os::unix::fs::symlink(path("target"), path("file-link")).unwrap();
    let mut reach = Reach::new();
    reach.read_all([path("named"), path("file"), path("file-link"), path("absent")]);
    restricted(&reach, || {
        for name in ["named/in", "file", "file-link", "target"] {
            assert!(fs::read(path(name)).is_ok(), "{name}");
        }
        assert!(fs::read_dir(path("named")).is_ok());
        refused(fs::read(path("secret")));
        refused(fs::read(path("named/link")));
        refused(fs::read(path("named/../secret")));
        refused(fs::read_dir(dir.path()));
        refused(fs::read("/etc/passwd"));
        refused(fs::read_dir("/"));
        // That there is nothing is not hidden.
        assert_eq!(fs::read(path("absent")).unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn the_links_of_a_directory_lead_somewhere() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir(path("distdir")).unwrap();
    for name in ["a", "b"] {
        fs::write(path(name), name).unwrap();
        std::os::unix::fs::symlink(path(name), path("distdir").join(name)).unwrap();
    }
    let mut reach = Reach::new();
    reach.read_directory(&path("distdir"));
    restricted(&reach, || {
        assert!(fs::read(path("distdir/a")).is_ok() && fs::read(path("distdir/b")).is_ok());
    });
}

#[test]
fn only_what_was_asked_for_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    for name in ["in", "out"] {
        fs::create_dir(path(name)).unwrap();
        fs::write(path(name).join("there"), "x").unwrap();
    }
    let mut reach = Reach::new();
    reach.read(path("in"));
    reach.write(&path("out/page"));
    restricted(&reach, || {
        refused(fs::write(path("in/new"), "x"));
        refused(OpenOptions::new().append(true).open(path("in/there")));
        refused(fs::remove_file(path("in/there")));
        refused(fs::rename(path("in/there"), path("out/there")));
        refused(fs::write(path("beside"), "x"));
        refused(fs::create_dir(path("out/directory")));
        refused(std::os::unix::fs::symlink("x", path("out/link")));
        assert!(fs::write(path("out/page"), "x").is_ok());
        // As a file gets its name that was made without one, or with another.
        let mut beside = tempfile::NamedTempFile::new_in(path("out")).unwrap();
        beside.write_all(b"y").unwrap();
        beside.persist(path("out/page")).unwrap();
        let mut text = String::new();
        File::open(path("out/page")).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "y");
    });
}

#[test]
fn nothing_is_run_that_was_not_asked_for() {
    let ran = || Command::new("/bin/sh").args(["-c", "exit 7"]).status();
    restricted(&Reach::new(), || refused(ran()));
    let mut reach = Reach::new();
    reach.run(Path::new("/bin/sh"));
    restricted(&reach, || {
        assert_eq!(ran().unwrap().code(), Some(7));
        // What it runs is bound by the same rules.
        let status = Command::new("/bin/sh").args(["-c", ": </etc/passwd"]).status();
        assert!(!status.unwrap().success());
    });
}

#[test]
fn no_socket_is_made() {
    use std::net::{TcpListener, TcpStream, UdpSocket};
    use std::os::unix::net::{UnixDatagram, UnixListener};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut reach = Reach::new();
    reach.write(&path);
    let bound = std::thread::spawn(move || {
        if !enter(&reach).sockets {
            return crate::internal::common::skipped("no sockets", "no filter on this machine");
        }
        refused(TcpStream::connect(address));
        refused(TcpListener::bind("127.0.0.1:0"));
        refused(UdpSocket::bind("127.0.0.1:0"));
        refused(UnixListener::bind(&path));
        refused(UnixDatagram::pair());
    });
    bound.join().unwrap();
    // Another thread is free to: the rules began in that one.
    assert!(TcpStream::connect(address).is_ok());
}

/// What a program that makes files anew has no use for.
#[test]
fn a_tame_program_stays_where_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let group = Command::new("/bin/sh")
        .args(["-c", "read end"])
        .stdin(std::process::Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let group = Ended(group);
    let number = i32::try_from(group.0.id()).unwrap();
    let mut said = None;
    let confined = confined(dir.path(), number, &mut || {
        let tried = [
            "(POSIX::setsid() || -1) == -1",
            "!setpgrp(0, 0)",
            "kill(0, getppid()) == 0",
            "!defined(shmget(1, 1, 01666))",
            "!chown($<, $(, '/usr/bin/perl')",
            "!utime(1, 1, '/usr/bin/perl')",
            "!socket(S, 2, 1, 0)",
            "!open(F, '<', '/etc/passwd')",
            "!open(F, '>', '/tmp/distvouch-tame')",
            "chmod(0777, '/usr/bin/perl') && (stat('/usr/bin/perl'))[2] != 0100777",
        ];
        let script = tried.map(|test| format!("print q[{test}] unless {test};"));
        let mut perl = Command::new("/usr/bin/perl");
        perl.args(["-MPOSIX", "-e", &script.concat()]);
        said = Some(perl.current_dir(dir.path()).process_group(number).output());
    });
    if let Err(lacks) = confined {
        return crate::internal::common::skipped("a tame program", lacks);
    }
    let Ok(output) = said.unwrap() else {
        return crate::internal::common::skipped("a tame program", "perl is not installed");
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "not refused");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A process that is waited for.
struct Ended(std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
