//! `distvouch message` from the outside: what is written, when, and what is said.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::messages::*;
use crate::common::{Run, Scratch, distvouch, tool};
use openpgp::Cert;
use openpgp::cert::{CertBuilder, CipherSuite};
use openpgp::types::{HashAlgorithm, ReasonForRevocation, SignatureType};
use sequoia_openpgp as openpgp;
use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

const TEXT: &str = "one\n- two\n";

/// 2025-01-01.
const NOW: &str = "2025-01-01T00:00:00Z";

struct Bench {
    scratch: Scratch,
}

impl Bench {
    /// A directory with `alice`'s key and a message by her.
    fn new() -> Self {
        let cert = key("alice");
        let bench = Self { scratch: Scratch::new() };
        bench.scratch.write("key.pgp", public(&cert));
        bench.scratch.write("message.asc", clearsigned(&cert, TEXT));
        bench
    }

    fn command(&self) -> Command {
        let mut command = distvouch();
        command.current_dir(self.scratch.path()).args(["message", "--time", NOW]);
        command
    }

    fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        Run::of(self.command().args(args).output().unwrap())
    }

    /// With the key, to `out`.
    fn message(&self, file: &str) -> Run {
        self.run(["--openpgp-key", "key.pgp", "--json", "--output", "out", file])
    }

    fn out(&self) -> Option<String> {
        std::fs::read_to_string(self.scratch.file("out")).ok()
    }

    fn alter(&self) {
        let text = std::fs::read_to_string(self.scratch.file("message.asc")).unwrap();
        self.scratch.write("message.asc", text.replace("one", "six"));
    }

    /// The files that lie there, but for those that were put there.
    fn others(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.scratch.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !["key.pgp", "message.asc", "out"].contains(&name.as_str())).collect()
    }
}

#[test]
fn the_text_is_written_and_nothing_beside_it() {
    let bench = Bench::new();
    let run = bench.message("message.asc");
    assert_eq!((run.status, run.said("openpgp").as_str()), (0, "agrees"));
    assert_eq!(bench.out().as_deref(), Some(TEXT));
    assert_eq!(bench.others(), Vec::<String>::new());
    let finding = run.finding("openpgp");
    assert_eq!(finding["detail"]["message"], "cleartext-signed");
    assert_eq!(finding["detail"]["text_size"], TEXT.len());
    assert!(finding["vouches"].as_str().unwrap().contains("alice"), "{finding}");
    assert_eq!(finding["forgers"], serde_json::json!(["key", "gentoo", "job", "source"]));
    // As any new file, whatever the temporary one had.
    let mode = std::fs::metadata(bench.scratch.file("out")).unwrap().permissions().mode();
    let plain = bench.scratch.write("plain", "");
    assert_eq!(mode, std::fs::metadata(plain).unwrap().permissions().mode());
}

#[test]
fn a_refused_message_leaves_what_was_there() {
    let bench = Bench::new();
    bench.alter();
    let run = bench.message("message.asc");
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "signature-bad"));
    assert_eq!(bench.out(), None);
    bench.scratch.write("out", "older");
    assert_eq!(bench.message("message.asc").status, 1);
    assert_eq!(bench.out().as_deref(), Some("older"));
    assert_eq!(bench.others(), Vec::<String>::new());
}

#[test]
fn standard_output_has_the_text_and_standard_error_the_report() {
    let bench = Bench::new();
    let args = ["--openpgp-key", "key.pgp", "--output", "-", "message.asc"];
    let run = bench.run(args);
    assert_eq!((run.status, run.stdout.as_str()), (0, TEXT));
    assert!(run.stderr.contains("agrees"), "{}", run.stderr);
    let quiet = bench.run(["-q"].into_iter().chain(args));
    assert_eq!((quiet.status, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, TEXT, ""));
    bench.alter();
    let run = bench.run(args);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("signature-bad"), "{}", run.stderr);
}

#[test]
fn standard_input_is_read() {
    let bench = Bench::new();
    let mut child = bench
        .command()
        .args(["--openpgp-key", "key.pgp", "--output", "out", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let message = std::fs::read(bench.scratch.file("message.asc")).unwrap();
    child.stdin.take().unwrap().write_all(&message).unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(run.stdout.contains("standard input"), "{}", run.stdout);
    assert_eq!(bench.out().as_deref(), Some(TEXT));
}

#[test]
fn what_is_no_regular_file_is_written_to_and_not_replaced() {
    let bench = Bench::new();
    let target = bench.scratch.write("target", "older and longer");
    std::os::unix::fs::symlink(&target, bench.scratch.file("out")).unwrap();
    assert_eq!(bench.message("message.asc").status, 0);
    assert!(bench.scratch.file("out").is_symlink());
    assert_eq!(std::fs::read_to_string(&target).unwrap(), TEXT);

    let run = bench.run(["--openpgp-key", "key.pgp", "--output", "/dev/null", "message.asc"]);
    assert_eq!(run.status, 0);
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());

    let fifo = bench.scratch.file("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let reader = Command::new("cat").arg(&fifo).stdout(Stdio::piped()).spawn().unwrap();
    let run = bench.run(["--openpgp-key", "key.pgp", "--output", "fifo", "message.asc"]);
    assert_eq!(run.status, 0);
    assert_eq!(Run::of(reader.wait_with_output().unwrap()).stdout, TEXT);
}

#[test]
fn what_cannot_be_read_or_written_is_an_error() {
    let bench = Bench::new();
    std::fs::create_dir(bench.scratch.file("dir")).unwrap();
    for (file, out, phrase) in [
        ("none", "out", "none: cannot open"),
        ("dir", "out", "dir: is a directory"),
        ("message.asc", "dir", "dir: cannot write"),
        ("message.asc", "none/out", "none/out: cannot write"),
    ] {
        let run = bench.run(["--openpgp-key", "key.pgp", "--output", out, file]);
        assert_eq!(run.status, 2, "{file} {out}");
        assert!(run.stderr.contains(phrase), "{}", run.stderr);
        assert_eq!(bench.out(), None);
    }
    let run = bench.run(["--output", "out", "message.asc"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("no key was given"), "{}", run.stderr);
    let run = bench.run(["--openpgp-key", "key.pgp", "message.asc"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("--output"), "{}", run.stderr);
}

#[test]
fn what_is_larger_than_the_limit_is_not_checked() {
    let bench = Bench::new();
    let file = std::fs::File::create(bench.scratch.file("large")).unwrap();
    file.set_len(64 * 1024 * 1024 + 1).unwrap();
    let run = bench.message("large");
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "evidence-unsupported"));
}

#[test]
fn text_around_the_message_is_said() {
    let bench = Bench::new();
    let message = std::fs::read_to_string(bench.scratch.file("message.asc")).unwrap();
    bench.scratch.write("message.asc", format!("run this as root:\n\n{message}"));
    let run = bench.message("message.asc");
    assert_eq!(run.status, 0);
    assert_eq!(run.finding("openpgp")["detail"]["notes"][0]["class"], "message-surrounded");
    assert_eq!(bench.out().as_deref(), Some(TEXT));
    let run = bench.run([
        "--openpgp-key",
        "key.pgp",
        "--format",
        "portage",
        "--output",
        "out",
        "message.asc",
    ]);
    let levels: Vec<_> = run.stdout.lines().filter_map(|l| l.split('\t').next()).collect();
    assert!(levels.contains(&"ewarn") && levels.contains(&"say"), "{}", run.stdout);
}

#[test]
fn weak_hashes_are_a_matter_of_policy() {
    let bench = Bench::new();
    let cert = key("alice");
    bench.scratch.write("key.pgp", public(&cert));
    let weak = signature_with(&cert, SignatureType::Text, HashAlgorithm::SHA1, &canonical(TEXT));
    bench.scratch.write("message.asc", cleartext(TEXT, [weak]));
    let run = bench.message("message.asc");
    assert_eq!(run.finding("openpgp")["detail"]["notes"][0]["class"], "signature-weak");
    assert_eq!(run.status, 0);
    let run = bench.run([
        "--openpgp-key",
        "key.pgp",
        "--openpgp-policy",
        "strict",
        "--json",
        "--output",
        "strict",
        "message.asc",
    ]);
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "signature-weak"));
    assert!(!bench.scratch.file("strict").exists());
}

/// A key that expires 60 days after it was made.
fn expiring() -> Cert {
    let builder = CertBuilder::new().add_userid("alice").add_signing_subkey();
    builder
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(start())
        .set_validity_period(DAY * 60)
        .generate()
        .unwrap()
        .0
}

/// `cert`, revoked on day 60.
fn revoked(cert: &Cert, reason: ReasonForRevocation) -> Cert {
    let key = cert.primary_key().key().clone().parts_into_secret().unwrap();
    let mut signer = key.into_keypair().unwrap();
    let revocation = openpgp::cert::CertRevocationBuilder::new()
        .set_signature_creation_time(start() + DAY * 60)
        .unwrap()
        .set_reason_for_revocation(reason, b"")
        .unwrap()
        .build(&mut signer, cert, None)
        .unwrap();
    cert.clone().insert_packets(revocation).unwrap().0
}

/// What the incumbent call of verify-sig_verify_message, `gpg --verify --output`, makes of it.
fn gpg_takes(bench: &Bench) -> Option<bool> {
    let gpg = tool("messages of dead keys, gpg", "gpg")?;
    let home = bench.scratch.file("gnupg");
    std::fs::create_dir(&home).unwrap();
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(&gpg);
        command.current_dir(bench.scratch.path()).arg("--homedir").arg(&home).arg("--batch");
        command.args(args).output().unwrap().status.success()
    };
    assert!(run(&["--import", "key.pgp"]));
    Some(run(&["--verify", "--output", "gpg", "message.asc"]))
}

#[test]
fn keys_that_were_dead_are_refused_where_gpg_takes_them() {
    let (live, dead) = (DAY * 30, DAY * 90);
    let soft = ReasonForRevocation::KeyRetired;
    let hard = ReasonForRevocation::KeyCompromised;
    let cases: [(Cert, _, i32, &str, &[&str]); 5] = [
        (expiring(), live, 0, "agrees", &["key-expired-now"]),
        (expiring(), dead, 1, "key-expired", &[]),
        (key("alice"), live, 0, "agrees", &["key-revoked"]),
        (key("alice"), dead, 1, "key-revoked", &[]),
        (key("mallory"), live, 1, "key-revoked", &[]),
    ];
    for (index, (cert, age, status, said, notes)) in cases.into_iter().enumerate() {
        let bench = Bench::new();
        let shipped = match index {
            0 | 1 => cert.clone(),
            2 | 3 => revoked(&cert, soft),
            _ => revoked(&cert, hard),
        };
        bench.scratch.write("key.pgp", public(&shipped));
        let signature = signature_at(&cert, SignatureType::Text, start() + age, &canonical(TEXT));
        bench.scratch.write("message.asc", cleartext(TEXT, [signature]));
        let run = bench.message("message.asc");
        assert_eq!((run.status, run.said("openpgp").as_str()), (status, said), "{index}");
        let found = run.finding("openpgp")["detail"]["notes"].clone();
        let found: Vec<_> =
            found.as_array().into_iter().flatten().map(|n| n["class"].clone()).collect();
        assert_eq!(found, notes, "{index}");
        assert_eq!(bench.out().is_some(), status == 0, "{index}");
        // Revoked and expired keys alike.
        assert_ne!(gpg_takes(&bench), Some(false), "{index}");
    }
}

/// The incumbent call of verify-sig_verify_message writes its output whatever it finds.
#[test]
fn gpg_writes_what_no_one_signed() {
    let Some(gpg) = tool("messages, gpg writes", "gpg") else { return };
    let bench = Bench::new();
    bench.alter();
    std::fs::create_dir(bench.scratch.file("home")).unwrap();
    let gpg = |args: &[&str]| {
        let mut command = Command::new(&gpg);
        command.args(["--batch", "--quiet", "--homedir", "home"]).args(args);
        command.current_dir(bench.scratch.path()).output().unwrap().status.success()
    };
    assert!(gpg(&["--import", "key.pgp"]));
    assert!(!gpg(&["--output", "theirs", "--verify", "message.asc"]));
    let theirs = std::fs::read_to_string(bench.scratch.file("theirs")).unwrap();
    assert!(theirs.contains("six"), "{theirs}");
    assert_eq!((bench.message("message.asc").status, bench.out()), (1, None));
}

#[test]
fn embedded_signify_messages() {
    let bench = Bench::new();
    let Some(signify) = tool("messages, signify", "signify-openbsd") else { return };
    let run = |args: &[&str]| {
        Command::new(&signify).current_dir(bench.scratch.path()).args(args).output().unwrap()
    };
    bench.scratch.write("text", TEXT);
    for name in ["a", "b"] {
        let (public, secret) = (format!("{name}.pub"), format!("{name}.sec"));
        assert!(run(&["-G", "-n", "-p", &public, "-s", &secret]).status.success());
    }
    assert!(run(&["-S", "-e", "-s", "a.sec", "-m", "text", "-x", "signed"]).status.success());
    let ours = |key: &str| {
        let _ = std::fs::remove_file(bench.scratch.file("out"));
        bench.run(["--signify-key", key, "--json", "--output", "out", "signed"])
    };
    let theirs = |key: &str| {
        let _ = std::fs::remove_file(bench.scratch.file("theirs"));
        run(&["-V", "-e", "-p", key, "-m", "theirs", "-x", "signed"]).status.success()
    };
    let whole = std::fs::read_to_string(bench.scratch.file("signed")).unwrap();
    for (text, key, said) in [
        (whole.clone(), "a.pub", "agrees"),
        (whole.clone(), "b.pub", "signer-unknown"),
        (whole.replace("one", "six"), "a.pub", "signature-bad"),
        (format!("{whole}more\n"), "a.pub", "signature-bad"),
        (whole.trim_end().to_owned(), "a.pub", "signature-bad"),
        (whole.replacen("\nRW", "\nRX", 1), "a.pub", "signature-malformed"),
        (whole.lines().take(1).collect(), "a.pub", "signature-malformed"),
    ] {
        bench.scratch.write("signed", &text);
        let run = ours(key);
        assert_eq!(run.said("signify"), said, "{text}");
        assert_eq!(bench.out().as_deref(), (said == "agrees").then_some(TEXT), "{text}");
        assert_eq!(theirs(key), said == "agrees", "{text}");
    }
    let run = bench.run(["--signify-key", "a.pub", "--json", "--output", "out", "message.asc"]);
    assert_eq!(run.said("signify"), "signature-malformed");
    bench.scratch.write("signed", &whole);
    let run = bench.message("signed");
    assert_eq!(run.said("openpgp"), "signature-malformed");
    assert_eq!(bench.out(), None);
}
