//! `distvouch detached`, and signatures over the uncompressed stream.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::{Run, Scratch, corpora, distvouch, tool};
use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// A tar-like file, larger than what is read at a time.
fn plain() -> Vec<u8> {
    (0..100_000u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect()
}

/// Writes `key.pub`, and `name` with a signify signature over `bytes`.
fn sign(scratch: &Scratch, name: &str, bytes: &[u8]) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let line = |rest: &[u8]| Base64::encode_string(&[b"Ed", &b"number 7"[..], rest].concat());
    let public = line(key.verifying_key().as_bytes());
    scratch.write("key.pub", format!("untrusted comment: key\n{public}\n"));
    let signature = line(&key.sign(bytes).to_bytes());
    scratch.write(name, format!("untrusted comment: signature\n{signature}\n"));
}

/// `f.tar.gz` and `f.tar.sig`, which is over the uncompressed stream.
fn signed_gzip() -> Scratch {
    let scratch = Scratch::new();
    sign(&scratch, "f.tar.sig", &plain());
    scratch.write("f.tar.gz", gzip(&plain()));
    scratch
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn command(scratch: &Scratch, args: &[&str]) -> Command {
    let mut command = distvouch();
    command.args(["detached", "--signify-key", "key.pub"]).args(args);
    command.current_dir(scratch.path()).stdin(Stdio::null());
    command
}

fn detached(scratch: &Scratch, args: &[&str]) -> Run {
    Run::of(command(scratch, args).output().unwrap())
}

/// The names in the directory, hidden ones too.
fn names(scratch: &Scratch) -> Vec<String> {
    let entries = std::fs::read_dir(scratch.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_was_signed_is_written_and_nothing_else_is() {
    let scratch = signed_gzip();
    let before = names(&scratch);
    let args = ["--uncompress", "--output", "out.tar", "f.tar.sig", "f.tar.gz"];
    let run = detached(&scratch, &args);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(std::fs::read(scratch.file("out.tar")).unwrap() == plain());
    let mode = std::fs::metadata(scratch.file("out.tar")).unwrap().permissions().mode();
    let like = std::fs::metadata(scratch.file("key.pub")).unwrap().permissions().mode();
    assert_eq!(mode, like, "as the umask says");

    // Signed by another, over other bytes, or not one whole stream: OUT stays as it was.
    scratch.write("out.tar", "before");
    let mut other = plain();
    other[99_999] ^= 1;
    let whole = gzip(&plain());
    for (what, bytes, class) in [
        ("other bytes", gzip(&other), "signature-bad"),
        ("garbage behind", [&whole[..], b"garbage"].concat(), "stream-malformed"),
        ("two members", [&whole[..], &whole].concat(), "stream-malformed"),
        ("cut short", whole[..whole.len() - 9].to_vec(), "stream-malformed"),
        ("not compressed", plain(), "evidence-unsupported"),
    ] {
        scratch.write("f.tar.gz", bytes);
        let run = detached(&scratch, &[&args[..], &["--json"]].concat());
        assert_eq!(run.said("signify"), class, "{what}");
        assert_eq!(run.status, 1, "{what}");
        assert_eq!(std::fs::read(scratch.file("out.tar")).unwrap(), b"before", "{what}");
    }
    std::fs::remove_file(scratch.file("out.tar")).unwrap();
    assert_eq!(detached(&scratch, &args).status, 1);
    assert_eq!(names(&scratch), before, "nothing is left behind");
}

#[test]
fn standard_output_and_other_places() {
    let scratch = signed_gzip();
    let args = ["--uncompress", "f.tar.sig", "f.tar.gz", "--output"];
    // The data and the report do not mix.
    let output = command(&scratch, &[&args[..], &["-"]].concat()).output().unwrap();
    assert!(output.status.success() && output.stdout == plain());
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(report.contains("signify       agrees"), "{report}");
    // A link is written through, a device is not replaced.
    scratch.write("target", "a longer text than what is written would be, were it one byte");
    std::os::unix::fs::symlink("target", scratch.file("link")).unwrap();
    assert_eq!(detached(&scratch, &[&args[..], &["link"]].concat()).status, 0);
    assert!(scratch.file("link").symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read(scratch.file("target")).unwrap() == plain());
    assert_eq!(detached(&scratch, &[&args[..], &["/dev/null"]].concat()).status, 0);
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    // Nothing goes to standard output where the signature does not hold.
    sign(&scratch, "f.tar.sig", b"something else");
    let output = command(&scratch, &[&args[..], &["-"]].concat()).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    // A directory that is not there is an error, found before anything is read.
    let run = detached(&scratch, &[&args[..], &["none/out"]].concat());
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("none/out: cannot write"), "{}", run.stderr);
}

#[test]
fn standard_input() {
    let scratch = signed_gzip();
    sign(&scratch, "plain.sig", &plain());
    for (args, input) in [
        (&["--json", "plain.sig", "-"][..], plain()),
        (&["--json", "--uncompress", "f.tar.sig", "-"], gzip(&plain())),
    ] {
        let mut child =
            command(&scratch, args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(&input).unwrap();
        let run = Run::of(child.wait_with_output().unwrap());
        assert_eq!((run.status, run.said("signify").as_str()), (0, "agrees"), "{args:?}");
        assert_eq!(run.json()["distfiles"][0]["size"], input.len());
    }
}

#[test]
fn limits_and_usage() {
    let scratch = signed_gzip();
    let size = plain().len();
    let limited = |limit: usize| {
        let limit = limit.to_string();
        let args = ["--uncompress", "--json", "--uncompress-limit", &limit];
        detached(&scratch, &[&args[..], &["f.tar.sig", "f.tar.gz"]].concat())
    };
    assert_eq!(limited(size).said("signify"), "agrees");
    let run = limited(size - 1);
    assert_eq!((run.status, run.said("signify").as_str()), (1, "evidence-unsupported"));
    let compared = run.finding("signify")["compared"].as_str().unwrap().to_owned();
    assert!(compared.contains(&format!("the limit of {} bytes", size - 1)), "{compared}");

    for args in [
        &["f.tar.sig"][..],
        &["--output", "x", "f.tar.sig", "f.tar.gz"],
        &["f.tar.sig", "none"],
        &["none", "f.tar.gz"],
        &["f.tar.sig", "."],
        &["--time", "yesterday", "f.tar.sig", "f.tar.gz"],
        &["--signify-key", "f.tar.gz", "f.tar.sig", "f.tar.gz"],
    ] {
        let run = detached(&scratch, args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!run.stderr.is_empty(), "{args:?}");
    }
    let mut without = distvouch();
    without.args(["detached", "f.tar.sig", "f.tar.gz"]).current_dir(scratch.path());
    let run = Run::of(without.output().unwrap());
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("no key was given"), "{}", run.stderr);
}

#[test]
fn beside_a_distfile_in_every_format() {
    for (suffix, program, args) in [
        ("xz", "xz", &["-0", "-k"][..]),
        ("gz", "gzip", &["-k"]),
        ("bz2", "bzip2", &["-k"]),
        ("zst", "zstd", &["-q", "-k"]),
        ("lz", "lzip", &["-0", "-k"]),
        ("lzma", "xz", &["-0", "-k", "--format=lzma"]),
    ] {
        let Some(program) = tool(&format!("detached .{suffix}"), program) else { continue };
        let scratch = Scratch::new();
        scratch.write("f.tar", plain());
        let status = Command::new(program).args(args).arg(scratch.file("f.tar")).status().unwrap();
        assert!(status.success());
        std::fs::remove_file(scratch.file("f.tar")).unwrap();
        sign(&scratch, "f.tar.sign", &plain());
        let name = format!("f.tar.{suffix}");
        let manifest = scratch.manifest(&[&name, "f.tar.sign"]);
        let key = scratch.file("key.pub");
        let (manifest, key) = (manifest.to_str().unwrap(), key.to_str().unwrap());
        let args = ["--manifest", manifest, "--signify-key", key, &name, "f.tar.sign"];
        let run = scratch.check(args);
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        assert_eq!(run.said("manifest"), "agrees", "{suffix}");
        let finding = run.finding("signify");
        assert_eq!(finding["detail"]["uncompressed_size"], plain().len(), "{suffix}");

        // Another byte behind the stream: the Manifest contradicts as before, the signature is
        // over something that cannot be had in one way only.
        let mut bytes = std::fs::read(scratch.file(&name)).unwrap();
        bytes.push(0);
        scratch.write(&name, bytes);
        let run = scratch.check(args);
        assert_eq!(run.status, 1, "{suffix}");
        assert_eq!(run.said("manifest"), "manifest-mismatch", "{suffix}");
        assert_eq!(run.said("signify"), "stream-malformed", "{suffix}");
    }
}

#[test]
fn paired_by_hand_over_the_stream() {
    let scratch = signed_gzip();
    std::fs::rename(scratch.file("f.tar.sig"), scratch.file("odd")).unwrap();
    let key = scratch.file("key.pub");
    let key = key.to_str().unwrap();
    let check = |pair: &str| {
        let args = ["--signify-key", key, "--require", "signify", "--signature", pair];
        scratch.check([&args[..], &["f.tar.gz"]].concat())
    };
    assert_eq!(check("f.tar=odd").said("signify"), "agrees");
    assert_eq!(check("f.tar.gz=odd").said("signify"), "signature-bad");
    let run = check("g.tar=odd");
    assert_eq!(run.status, 2, "{}", run.stdout);
}

#[test]
fn ofono_is_signed_over_the_uncompressed_archive() {
    let Some(corpora) = corpora("detached ofono") else { return };
    let case = corpora.join("openpgp/ofono@bookworm");
    let run = |uncompress: &[&str]| {
        let mut command = distvouch();
        command.args(["detached", "--json", "--time", "2026-11-22T00:00:00Z", "--openpgp-key"]);
        command.arg(case.join("signing-key.asc")).args(uncompress);
        command.arg(case.join("ofono_1.31.orig.tar.xz.asc"));
        command.arg(case.join("ofono_1.31.orig.tar.xz"));
        Run::of(command.output().unwrap())
    };
    assert_eq!(run(&["--uncompress"]).said("openpgp"), "agrees");
    assert_eq!(run(&[]).said("openpgp"), "signature-bad");
}
