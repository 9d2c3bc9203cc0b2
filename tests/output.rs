//! Where text and data go that something vouches for: `--output` of `message` and `detached`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::messages::*;
use crate::common::{Run, Scratch, distvouch, skipped};
use openpgp::types::SignatureType;
use sequoia_openpgp as openpgp;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::{Command, Stdio};

const TEXT: &str = "one\n- two\n";

/// A message by alice, and a compressed file with her signature over what is inside.
struct Bench {
    scratch: Scratch,
}

impl Bench {
    fn new() -> Self {
        let cert = key("alice");
        let bench = Self { scratch: Scratch::new() };
        bench.scratch.write("key.pgp", public(&cert));
        bench.scratch.write("message.asc", clearsigned(&cert, TEXT));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(TEXT.as_bytes()).unwrap();
        bench.scratch.write("f.gz", gzip.finish().unwrap());
        let signature = signature(&cert, SignatureType::Binary, TEXT.as_bytes());
        bench.scratch.write("f.sign", packets([signature.into()]));
        bench
    }

    /// Both commands that write, with their arguments but for OUT.
    fn commands() -> [&'static str; 2] {
        [
            "message --openpgp-key key.pgp message.asc",
            "detached --openpgp-key key.pgp --uncompress f.sign f.gz",
        ]
    }

    fn command(&self, args: &str) -> Command {
        let mut command = distvouch();
        command.current_dir(self.scratch.path()).args(args.split(' '));
        command.args(["--time", "2025-01-01T00:00:00Z"]);
        command
    }

    fn run(&self, args: &str) -> Run {
        Run::of(self.command(args).output().unwrap())
    }

    /// By way of a shell, with redirections.
    fn shell(&self, args: &str, redirections: &str) -> Run {
        let program = crate::common::program().display().to_string();
        let line = format!("'{program}' {args} --time 2025-01-01T00:00:00Z {redirections}");
        let mut command = Command::new("sh");
        command.args(["-c", &line]).env("NO_COLOR", "1").current_dir(self.scratch.path());
        Run::of(command.output().unwrap())
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.scratch.file(name)).unwrap()
    }

    fn mode(&self, name: &str) -> u32 {
        std::fs::metadata(self.scratch.file(name)).unwrap().mode() & 0o7777
    }

    /// The hidden files.
    fn left_behind(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.scratch.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with('.')).collect()
    }
}

#[test]
fn another_name_of_standard_output_is_standard_output() {
    let bench = Bench::new();
    for args in Bench::commands() {
        for out in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            let run = bench.run(&format!("{args} --output {out}"));
            assert_eq!((run.status, run.stdout.as_str()), (0, TEXT), "{args} {out}");
            assert!(run.stderr.contains("agrees"), "{}", run.stderr);
        }
        // The file that standard output goes to, by its own name.
        let run = bench.shell(args, "--output log > log");
        assert_eq!((run.status, bench.read("log").as_str()), (0, TEXT), "{args}");
        assert!(run.stderr.contains("agrees"), "{}", run.stderr);
    }
}

#[test]
fn data_never_stand_among_diagnostics() {
    let bench = Bench::new();
    for args in Bench::commands() {
        let run = bench.run(&format!("{args} --output /dev/stderr"));
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args}");
        let expected = "/dev/stderr is standard error, where diagnostics go";
        assert!(run.stderr.contains(expected), "{}", run.stderr);
        assert!(!run.stderr.contains("two"), "{}", run.stderr);
        for out in ["-", "/dev/stdout"] {
            let run = bench.shell(args, &format!("--output {out} > both 2>&1"));
            assert_eq!(run.status, 2, "{args}");
            assert!(
                bench.read("both").contains("are the same file or pipe"),
                "{}",
                bench.read("both")
            );
            assert!(!bench.read("both").contains("two"));
            // Without a report there is nothing to mix.
            let run = bench.shell(args, &format!("-q --output {out} > both 2>&1"));
            assert_eq!((run.status, bench.read("both").as_str()), (0, TEXT));
        }
        assert_eq!(bench.shell(args, "--output - > /dev/null 2>&1").status, 0);
        assert_eq!(bench.shell(args, "--output /dev/null > /dev/null 2>&1").status, 0);
    }
}

#[test]
fn a_file_that_was_there_keeps_its_permissions() {
    let bench = Bench::new();
    for args in Bench::commands() {
        for mode in [0o600, 0o640, 0o644, 0o755] {
            let path = bench.scratch.write("out", "older");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(bench.run(&format!("{args} --output out")).status, 0);
            assert_eq!((bench.read("out").as_str(), bench.mode("out")), (TEXT, mode), "{args}");
        }
        // Not those bits that would let anyone run it as someone else.
        let path = bench.scratch.write("out", "older");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o4755)).unwrap();
        assert_eq!(bench.run(&format!("{args} --output out")).status, 0);
        assert_eq!(bench.mode("out"), 0o755);
        std::fs::remove_file(path).unwrap();
        assert_eq!(bench.left_behind(), Vec::<String>::new());
    }
}

#[test]
fn what_cannot_be_written_to_is_named_before_anything_is_read() {
    let bench = Bench::new();
    let scratch = &bench.scratch;
    std::fs::create_dir(scratch.file("dir")).unwrap();
    std::os::unix::fs::symlink("dir", scratch.file("to-dir")).unwrap();
    std::os::unix::fs::symlink("nowhere", scratch.file("dangling")).unwrap();
    std::os::unix::fs::symlink("loop", scratch.file("loop")).unwrap();
    for args in Bench::commands() {
        for (out, phrase) in [
            ("dir", "dir: cannot write: is a directory"),
            ("to-dir", "to-dir: cannot write: is a directory"),
            ("dangling", "dangling: is a symbolic link to a file that does not exist"),
            ("loop", "loop: cannot write: "),
            ("none/out", "none/out: cannot write: "),
        ] {
            let run = bench.run(&format!("{args} --output {out}"));
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args} {out}");
            assert!(run.stderr.contains(phrase), "{}", run.stderr);
        }
        assert!(!scratch.file("nowhere").exists());
    }
}

#[test]
fn a_fifo_that_nobody_reads_is_an_error_after_a_while() {
    let bench = Bench::new();
    let made = Command::new("mkfifo").arg(bench.scratch.file("fifo")).status().unwrap();
    assert!(made.success());
    let run = bench.run(&format!("{} --output fifo", Bench::commands()[0]));
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("fifo: cannot write: "), "{}", run.stderr);
}

#[test]
fn whatever_ends_the_program_leaves_nothing_behind() {
    let bench = Bench::new();
    for (args, input) in [
        ("message --openpgp-key key.pgp - --output out", "message.asc"),
        ("detached --openpgp-key key.pgp --uncompress f.sign - --output out", "f.gz"),
    ] {
        let mut command = bench.command(args);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let bytes = std::fs::read(bench.scratch.file(input)).unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&bytes[..bytes.len() / 2]).unwrap();
        // Its file is there, with a name or without, once it waits for the other half.
        let fds = format!("/proc/{}/fd", child.id());
        let mut open = Vec::new();
        for _ in 0..200 {
            std::thread::sleep(std::time::Duration::from_millis(20));
            let entries = std::fs::read_dir(&fds).unwrap();
            open = entries.filter_map(|e| std::fs::read_link(e.unwrap().path()).ok()).collect();
            if open.iter().any(|path| path.starts_with(bench.scratch.path())) {
                break;
            }
        }
        let file = open.iter().find(|path| path.starts_with(bench.scratch.path()));
        let file = file.unwrap_or_else(|| panic!("{args}: no file among {open:?}"));
        let named = !file.to_string_lossy().ends_with("(deleted)");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!bench.scratch.file("out").exists());
        if named {
            skipped("output, killed", "this file system has no files without a name");
        } else {
            assert_eq!(bench.left_behind(), Vec::<String>::new(), "{args}");
        }
    }
}
