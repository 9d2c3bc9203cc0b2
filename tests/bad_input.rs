//! Input that is not what it should be: a sentence that names the file and the cause, the right
//! status, no panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::common::overlay::archive;
use crate::common::{Run, Scratch, distvouch, tool};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

/// A key that only has to be one; made once with gpg, without a secret.
const KEY: &str = include_str!("data/key.asc");

fn args(run: &Run) -> (i32, &str) {
    (run.status, run.stderr.as_str())
}

fn mkfifo(scratch: &Scratch, name: &str) {
    assert!(Command::new("mkfifo").arg(scratch.file(name)).status().unwrap().success());
}

#[test]
fn something_other_than_a_distfile() {
    let scratch = Scratch::new();
    mkfifo(&scratch, "fifo");
    fs::create_dir(scratch.file("directory")).unwrap();
    symlink("nowhere", scratch.file("broken")).unwrap();
    symlink("/dev/zero", scratch.file("device")).unwrap();
    for (name, cause) in [
        ("missing", "No such file"),
        ("fifo", "is a FIFO"),
        ("directory", "is a directory"),
        ("broken", "No such file"),
        ("device", "is a device"),
    ] {
        let run = scratch.check(["--require", "openpgp", name]);
        let (status, stderr) = args(&run);
        assert_eq!(status, 2, "{name}: {stderr}");
        assert!(stderr.contains(name) && stderr.contains(cause), "{name}: {stderr}");
        assert_eq!(run.json()["distfiles"].as_array().unwrap().len(), 0);
    }
}

#[test]
fn one_missing_distfile_does_not_hide_the_others() {
    let scratch = Scratch::new();
    scratch.write("there", "x");
    scratch.manifest(&["there"]);
    let manifest = scratch.file("Manifest");
    let run = scratch.check(["--manifest", manifest.to_str().unwrap(), "there", "gone"]);
    assert_eq!(run.status, 2);
    assert_eq!(run.said("manifest"), "agrees");
    assert!(run.json()["errors"][0].as_str().unwrap().contains("gone"));
}

#[test]
fn entries_that_say_two_things_or_too_little() {
    let scratch = Scratch::new();
    scratch.write("f", "x");
    let manifest = scratch.manifest(&["f"]);
    let line = fs::read_to_string(&manifest).unwrap();
    let run = |text: &str| {
        fs::write(&manifest, text).unwrap();
        let run = scratch.check(["--manifest", manifest.to_str().unwrap(), "f"]);
        (run.status, run.said("manifest"))
    };
    assert_eq!(run(&line), (0, "agrees".to_owned()));
    let ambiguous = (1, "manifest-ambiguous".to_owned());
    assert_eq!(run(&format!("{line}{}", line.replace("DIST f 1 ", "DIST f 2 "))), ambiguous);
    let weak = (1, "manifest-weak".to_owned());
    // The MD5 of "x".
    assert_eq!(run("DIST f 1 MD5 9dd4e461268c8034f5c8564e155c67a6\n"), weak);
    assert_eq!(run("DIST f 1\n"), weak);
}

#[test]
fn an_empty_distfile_is_a_distfile() {
    let scratch = Scratch::new();
    scratch.write("empty", "");
    let manifest = scratch.manifest(&["empty"]);
    let run = scratch.check(["--manifest", manifest.to_str().unwrap()]);
    assert_eq!((run.status, run.said("manifest").as_str()), (0, "agrees"));
}

#[test]
fn a_distfile_that_may_not_be_read() {
    let scratch = Scratch::new();
    let path = scratch.write("secret", "x");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        return common::skipped("unreadable distfile", "running as root, who may read everything");
    }
    let run = scratch.check(["secret"]);
    assert!(run.status == 2 && run.stderr.contains("Permission denied"), "{}", run.stderr);
}

#[test]
fn names_that_leave_the_directory() {
    let scratch = Scratch::new();
    for name in ["../f", "/etc/passwd", "a/b", "", "."] {
        let run = scratch.check([name]);
        assert!(run.status == 2 && run.stderr.contains("not the name of a distfile"), "{name:?}");
    }
}

#[test]
fn manifests() {
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    mkfifo(&scratch, "fifo");
    fs::create_dir(scratch.file("directory")).unwrap();
    for (name, text, cause) in [
        ("size", &b"DIST f x BLAKE2B 00\n"[..], "size:1: \"x\" is not a size"),
        ("tokens", b"DIST f 3 SHA512\n", "tokens:1: the hash SHA512 has no value"),
        ("nul", b"DIST f\0 3\n", "nul:1: the line holds the control character 0x00"),
        ("crlf", b"DIST f 3\r\n", "crlf:1: the line ends in CR LF"),
        ("html", b"<!doctype html>\n", "html:1: \"<!doctype\" is not a Manifest entry"),
        ("utf8", b"DIST \xff 3\n", "utf8:1: the line is not UTF-8"),
        ("path", b"DIST ../f 3\n", "path:1: \"../f 3\" cannot be the name of a distfile"),
    ] {
        let path = scratch.write(name, text);
        let run = scratch.check(["--manifest", path.to_str().unwrap(), "f"]);
        assert_eq!(run.status, 2, "{name}");
        assert!(run.stderr.contains(cause), "{name}: {}", run.stderr);
    }
    for (name, cause) in
        [("fifo", "is a FIFO"), ("directory", "is a directory"), ("none", "No such file")]
    {
        let run = scratch.check(["--manifest", scratch.file(name).to_str().unwrap(), "f"]);
        assert!(run.status == 2 && run.stderr.contains(cause), "{name}: {}", run.stderr);
    }
    // An empty Manifest is one: it just says nothing about the file.
    let path = scratch.write("empty", "");
    let run = scratch.check(["--manifest", path.to_str().unwrap(), "f"]);
    assert_eq!((run.status, run.said("manifest").as_str()), (1, "manifest-missing-entry"));
    let run = scratch.check(["--manifest", path.to_str().unwrap()]);
    assert!(run.status == 2 && run.stderr.contains("nothing to check"), "{}", run.stderr);
}

#[test]
fn a_hundred_megabytes_of_junk() {
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    let path = scratch.write("junk", vec![b'x'; 100 << 20]);
    let run = scratch.check(["--manifest", path.to_str().unwrap(), "f"]);
    assert!(run.status == 2 && run.stderr.contains("longer than"), "{}", run.stderr);
    let line = format!("IGNORE {}\n", "x".repeat(993));
    let path = scratch.write("many", line.repeat(100 << 10));
    let run = scratch.check(["--manifest", path.to_str().unwrap(), "f"]);
    assert_eq!(run.said("manifest"), "manifest-missing-entry", "{}", run.stderr);
}

#[test]
fn signature_files_are_named_for_what_they_are() {
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    let key = scratch.write("key.asc", KEY);
    let twice = "-----BEGIN PGP SIGNATURE-----\n\nLS0tLS1CRUdJTiBQR1AgU0lHTkFUVVJFLS0tLS0KCmlRQT0KLS0tLS1FTkQgUEdQIFNJR05BVFVSRS0tLS0tCg==\n-----END PGP SIGNATURE-----\n";
    let long = "x".repeat(1 << 20);
    for (text, cause) in [
        ("", "an empty file"),
        ("<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nabc\n", "cleartext-signed message"),
        (KEY, "an OpenPGP key, not a signature"),
        (twice, "armored once more"),
        ("-----BEGIN PGP SIGNATURE-----\n\niQA=\n", "does not end"),
        ("-----BEGIN PGP SIGNATURE-----\n\n!!!!\n-----END PGP SIGNATURE-----\n", "f.asc"),
        ("\u{89}\u{01}", "f.asc"),
        (long.as_str(), "a text file"),
    ] {
        scratch.write("f.asc", text);
        let run =
            scratch.check(["--require", "openpgp", "--openpgp-key", key.to_str().unwrap(), "f"]);
        assert_eq!(
            (run.status, run.said("openpgp").as_str()),
            (1, "signature-malformed"),
            "{text:.40}: {}",
            run.stdout
        );
        let compared = run.finding("openpgp")["compared"].to_string();
        assert!(compared.contains("f.asc") && compared.contains(cause), "{text:.40}: {compared}");
    }
}

#[test]
fn key_files_are_named_for_what_they_are() {
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    for (name, text, cause) in [
        ("empty", "", "an empty file"),
        ("html", "<html></html>", "an HTML page"),
        (
            "armored",
            "-----BEGIN PGP ARMORED FILE-----\n\niQA=\n-----END PGP ARMORED FILE-----\n",
            "PGP ARMORED FILE",
        ),
        (
            "signature",
            "-----BEGIN PGP SIGNATURE-----\n\niQA=\n-----END PGP SIGNATURE-----\n",
            "no key",
        ),
        ("cut", &KEY[..KEY.len() / 2], "does not end"),
    ] {
        let path = scratch.write(name, text);
        let run = scratch.check(["--openpgp-key", path.to_str().unwrap(), "f"]);
        assert_eq!(run.status, 2, "{name}");
        assert!(run.stderr.contains(name) && run.stderr.contains(cause), "{name}: {}", run.stderr);
    }
    let run = scratch.check(["--openpgp-key", "/dev/zero", "f"]);
    assert!(run.status == 2 && run.stderr.contains("is a device"), "{}", run.stderr);
}

#[test]
fn evidence_that_cannot_be_read_is_no_absence() {
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    let key = scratch.write("key.asc", KEY);
    let remove = |name: &str| {
        let path = scratch.file(name);
        if path.is_dir() { fs::remove_dir(path).unwrap() } else { fs::remove_file(path).unwrap() }
    };
    let fifo: &dyn Fn(&str) = &|name| mkfifo(&scratch, name);
    let directory: &dyn Fn(&str) = &|name| fs::create_dir(scratch.file(name)).unwrap();
    let broken: &dyn Fn(&str) = &|name| symlink("nowhere", scratch.file(name)).unwrap();
    scratch.manifest(&["f"]);
    let manifest = scratch.file("Manifest");
    for (make, cause) in [(fifo, "a FIFO"), (directory, "a directory"), (broken, "No such file")] {
        for (name, check, option) in [
            ("f.asc", "openpgp", "--openpgp-key"),
            ("f.sig", "openpgp", "--openpgp-key"),
            ("SHA256SUMS.asc", "openpgp", "--openpgp-key"),
        ] {
            make(name);
            let arguments = ["--manifest", manifest.to_str().unwrap(), option];
            let run = scratch.check([&arguments[..], &[key.to_str().unwrap(), "f"]].concat());
            // One finding; the others are there.
            let said = (run.status, run.said(check), run.said("manifest"));
            assert_eq!(said.0, 1, "{name}, {cause}: {}", run.stderr);
            assert_eq!(
                (said.1.as_str(), said.2.as_str()),
                ("evidence-unreadable", "agrees"),
                "{name}"
            );
            assert!(run.stdout.contains(cause) && run.stdout.contains(name), "{}", run.stdout);
            remove(name);
        }
        // What somebody named is an error as well, and takes nothing from the others.
        make("mine.asc");
        let named = format!("f={}", scratch.file("mine.asc").display());
        let arguments = ["--manifest", manifest.to_str().unwrap(), "--signature", &named];
        let run = scratch
            .check([&arguments[..], &["--openpgp-key", key.to_str().unwrap(), "f"]].concat());
        assert_eq!((run.status, run.said("manifest").as_str()), (2, "agrees"), "{}", run.stderr);
        assert_eq!(run.said("openpgp"), "evidence-unreadable");
        assert!(run.stderr.contains("mine.asc") && run.stderr.contains(cause), "{}", run.stderr);
        remove("mine.asc");
    }
}

#[test]
fn evidence_keys_and_manifests_may_be_pipes() {
    let Some(bash) = tool("pipes of a shell", "bash") else { return };
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    scratch.manifest(&["f"]);
    let run = |arguments: &str| {
        let program = distvouch().get_program().to_owned();
        let script = format!("exec \"$0\" check --json --distdir . {arguments} f");
        let output = Command::new(&bash)
            .current_dir(scratch.file("."))
            .args(["-c", &script])
            .arg(program)
            .output()
            .unwrap();
        Run::of(output)
    };
    let whole = run("--manifest <(cat Manifest)");
    assert_eq!((whole.status, whole.said("manifest").as_str()), (0, "agrees"), "{}", whole.stderr);
    // The same as from files, whatever that is: nothing is read twice.
    scratch.write("key.asc", KEY);
    for (file, pipe) in [
        ("--openpgp-key key.asc", "--openpgp-key <(cat key.asc)"),
        (
            "--openpgp-key key.asc --signature f=key.asc",
            "--openpgp-key <(cat key.asc) --signature f=<(cat key.asc)",
        ),
        ("--provenance f=key.asc", "--provenance f=<(cat key.asc)"),
        ("--previous-signature f=key.asc", "--previous-signature f=<(cat key.asc)"),
    ] {
        let (file, pipe) = (run(file), run(pipe));
        let told = |run: &Run| (run.status, run.json()["distfiles"][0]["findings"].clone());
        let classes = |run: &Run| -> Vec<_> {
            let findings = told(run).1;
            findings.as_array().unwrap().iter().map(|f| f["class"].clone()).collect()
        };
        assert_eq!((file.status, classes(&file)), (pipe.status, classes(&pipe)), "{}", pipe.stderr);
    }
    // An archive has to be a file, and that is said.
    let release = archive("f-1", &[("a", "a")]);
    scratch.write("f-1.tar.gz", release);
    for command in ["diff <(cat f-1.tar.gz) f-1.tar.gz", "diff f-1.tar.gz <(cat f-1.tar.gz)"] {
        let program = distvouch().get_program().to_owned();
        let output = Command::new(&bash)
            .current_dir(scratch.file("."))
            .args(["-c", &format!("exec \"$0\" {command}")])
            .arg(program)
            .output()
            .unwrap();
        let run = Run::of(output);
        let expected = "an archive is read more than once, so it has to be a file";
        assert!(run.status == 2 && run.stderr.contains(expected), "{}", run.stderr);
    }
}

#[test]
fn usage() {
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    for (arguments, cause) in [
        (&["--require", "gpg", "f"][..], "is not one of manifest openpgp"),
        (&["--time", "yesterday", "f"], "RFC 3339"),
        (&["--signature", "f", "f"], "DISTFILE=VALUE"),
        (&["--signature", "g=f.asc", "f"], "not among the distfiles"),
        (&[], "nothing to check"),
        (&["--openpgp-policy", "lax", "f"], "possible values"),
    ] {
        let run = scratch.check(arguments);
        assert_eq!(run.status, 2, "{arguments:?}");
        assert!(run.stderr.contains(cause), "{arguments:?}: {}", run.stderr);
    }
    let run = Run::of(distvouch().args(["explain", "nonsense"]).output().unwrap());
    assert!(run.status == 2 && run.stderr.contains("invalid value 'nonsense'"), "{}", run.stderr);
    assert!(run.stderr.contains("'distvouch explain' lists all names"), "{}", run.stderr);
    let run = Run::of(distvouch().args(["explain", "signature-bat"]).output().unwrap());
    assert!(run.stderr.contains("'signature-bad'"), "{}", run.stderr);
}

#[test]
fn characters_that_could_harm_arrive_harmless() {
    let scratch = Scratch::new();
    let run = scratch.check(["f\u{1b}[32mx"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("f<U+001B>[32mx") && !run.stderr.contains('\u{1b}'),
        "{}",
        run.stderr
    );

    let name = "f\u{202e}\\n\\033[32m";
    scratch.write(name, "abc");
    for format in ["text", "portage"] {
        let mut command = distvouch();
        command.args(["check", "--format", format, "--distdir"]).arg(scratch.path()).arg(name);
        let run = Run::of(command.output().unwrap());
        assert_eq!(run.status, 3, "{}{}", run.stdout, run.stderr);
        assert!(
            run.stdout.contains("f<U+202E>") && !run.stdout.contains('\u{202e}'),
            "{}",
            run.stdout
        );
        // ewarn and its kind are echo -e.
        let script = "while IFS= read -r line; do echo -e \"$line\"; done";
        let echoed = piped("bash", &["-c", script], &run.stdout);
        let expected = if format == "text" { "f<U+202E>\n" } else { r"f<U+202E>\n\033[32m:" };
        assert!(echoed.contains(expected), "{echoed}");
        assert_eq!(format == "text", echoed.contains('\u{1b}'), "{echoed}");
    }
}

fn piped(program: &str, args: &[&str], input: &str) -> String {
    let mut command = Command::new(program);
    command.args(args).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let scratch = Scratch::new();
    for number in 0..200 {
        scratch.write(&format!("f{number}"), "abc");
    }
    let names: Vec<_> = (0..200).map(|number| format!("f{number}")).collect();
    let mut command = distvouch();
    command.args(["check", "--distdir"]).arg(scratch.path()).args(names);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(3));
}
