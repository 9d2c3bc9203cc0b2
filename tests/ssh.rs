//! SSH signatures, compared with ssh-keygen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::mutations;
use crate::common::{Run, Scratch, distvouch, tool};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Ssh {
    keygen: PathBuf,
    scratch: Scratch,
}

impl Ssh {
    /// Keys of every kind that is asked for, a file `f`, and `f.KIND.sig` by each key.
    fn new(test: &str, kinds: &[(&str, &[&str])]) -> Option<Self> {
        let keygen = tool(test, "ssh-keygen")?;
        let ssh = Self { keygen, scratch: Scratch::new() };
        ssh.scratch.write("f", "a release\n");
        for (kind, args) in kinds {
            ssh.run(&[&["-q", "-N", "", "-C", "", "-f", kind][..], args].concat());
            ssh.sign(kind, "file", &[]);
        }
        Some(ssh)
    }

    fn run(&self, args: &[&str]) {
        let mut command = Command::new(&self.keygen);
        let output = command.args(args).current_dir(self.scratch.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
    }

    fn sign(&self, key: &str, namespace: &str, more: &[&str]) {
        let _ = std::fs::remove_file(self.scratch.file("f.sig"));
        let args = ["-Y", "sign", "-f", key, "-n", namespace];
        self.run(&[&args[..], more, &["f"]].concat());
        std::fs::rename(self.scratch.file("f.sig"), self.scratch.file(&format!("f.{key}.sig")))
            .unwrap();
    }

    fn key(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.scratch.file(&format!("{name}.pub"))).unwrap();
        text.trim().to_owned()
    }

    /// What ssh-keygen decides.
    fn real(&self, signature: &Path, identity: &str) -> bool {
        let mut command = Command::new(&self.keygen);
        command.args(["-Y", "verify", "-f", "allowed", "-I", identity, "-n", "file", "-s"]);
        command.arg(signature).current_dir(self.scratch.path());
        command.stdin(Stdio::from(File::open(self.scratch.file("f")).unwrap()));
        command.output().unwrap().status.success()
    }

    fn ours(&self, signature: &Path, more: &[&str]) -> Run {
        let mut command = distvouch();
        command.args(["detached", "--json", "--ssh-allowed-signers"]);
        command.arg(self.scratch.file("allowed")).args(more);
        command.arg(signature).arg(self.scratch.file("f"));
        Run::of(command.output().unwrap())
    }
}

const ED25519: (&str, &[&str]) = ("ed", &["-t", "ed25519"]);

#[test]
fn every_kind_of_key() {
    let kinds: &[(&str, &[&str])] = &[
        ED25519,
        ("p256", &["-t", "ecdsa", "-b", "256"]),
        ("p384", &["-t", "ecdsa", "-b", "384"]),
        ("p521", &["-t", "ecdsa", "-b", "521"]),
        ("rsa2048", &["-t", "rsa", "-b", "2048"]),
        ("rsa4096", &["-t", "rsa", "-b", "4096"]),
        ("rsa1024", &["-t", "rsa", "-b", "1024"]),
    ];
    let Some(ssh) = Ssh::new("ssh every_kind_of_key", kinds) else { return };
    for (kind, _) in kinds {
        ssh.scratch.write("allowed", format!("a@b {}\n", ssh.key(kind)));
        let signature = ssh.scratch.file(&format!("f.{kind}.sig"));
        assert!(ssh.real(&signature, "a@b"), "{kind}");
        let run = ssh.ours(&signature, &["--ssh-identity", "a@b"]);
        // OpenSSH still takes RSA with 1024 bits.
        let expected = if *kind == "rsa1024" { "signature-weak" } else { "agrees" };
        assert_eq!(run.said("ssh"), expected, "{kind}");
        ssh.scratch.write("f", "b release\n");
        assert!(!ssh.real(&signature, "a@b"));
        let expected = if *kind == "rsa1024" { "signature-weak" } else { "signature-bad" };
        assert_eq!(ssh.ours(&signature, &[]).said("ssh"), expected, "{kind}");
        ssh.scratch.write("f", "a release\n");
    }
}

#[test]
fn differential() {
    let kinds = [ED25519, ("p256", &["-t", "ecdsa", "-b", "256"])];
    let Some(ssh) = Ssh::new("ssh differential", &kinds) else { return };
    for (kind, _) in kinds {
        ssh.scratch.write("allowed", format!("a@b {}\n", ssh.key(kind)));
        let text = std::fs::read(ssh.scratch.file(&format!("f.{kind}.sig"))).unwrap();
        let mut real = |bytes: &[u8]| ssh.real(&ssh.scratch.write("x.sig", bytes), "a@b");
        let mut ours = |bytes: &[u8]| {
            let signature = ssh.scratch.write("y.sig", bytes);
            ssh.ours(&signature, &["--ssh-identity", "a@b"]).status == 0
        };
        mutations::compare(&text, &mut real, &mut ours, &|_, _| None);
    }
}

#[test]
fn lists_of_allowed_signers() {
    let Some(ssh) = Ssh::new("ssh lists", &[ED25519, ("other", &["-t", "ed25519"])]) else {
        return;
    };
    let (key, other) = (ssh.key("ed"), ssh.key("other"));
    let signature = ssh.scratch.file("f.ed.sig");
    // With the identity a@b; the lists, and what we say.
    for (list, expected) in [
        (format!("a@b {key}\n"), "agrees"),
        (format!("# a comment\n\n*@b,c@d {key} comment\n"), "agrees"),
        (format!("\"a@b\" {key}\n"), "agrees"),
        (format!("a@b {other}\na@b {key}\n"), "agrees"),
        (format!("a@b {other}\n"), "signer-unknown"),
        (format!("c@d {key}\n"), "signer-unknown"),
        (format!("*,!a@b {key}\n"), "signer-unknown"),
        (format!("c@d {key}\na@b {other}\n"), "signer-unknown"),
        (format!("a@b namespaces=\"file\" {key}\n"), "agrees"),
        (format!("a@b namespaces=\"f*,git\" {key}\n"), "agrees"),
        (format!("a@b namespaces=\"git\" {key}\n"), "key-unusable"),
        (format!("a@b cert-authority {key}\n"), "key-unusable"),
        (format!("a@b valid-after=\"20200101\" {key}\n"), "agrees"),
        (format!("a@b valid-after=\"20990101\" {key}\n"), "key-not-yet"),
        (format!("a@b valid-before=\"20990101\" {key}\n"), "agrees"),
        (format!("a@b valid-before=\"20200101\" {key}\n"), "key-expired"),
        (format!("a@b valid-before=\"20200101\" {key}\na@b {key}\n"), "agrees"),
    ] {
        ssh.scratch.write("allowed", &list);
        let run = ssh.ours(&signature, &["--ssh-identity", "a@b"]);
        assert_eq!(run.said("ssh"), expected, "{list}");
        assert_eq!(run.status == 0, ssh.real(&signature, "a@b"), "{list}");
    }
    // A line that cannot be read stops us; ssh-keygen passes over it.
    for list in [format!("a@b nonsense {key}\n"), "a@b ssh-ed25519 AAAA\n".to_owned()] {
        ssh.scratch.write("allowed", &list);
        let run = ssh.ours(&signature, &[]);
        assert_eq!(run.status, 2, "{list}");
        assert!(run.stderr.contains("allowed:1: "), "{}", run.stderr);
    }
}

#[test]
fn what_is_said_and_what_is_not() {
    let Some(ssh) = Ssh::new("ssh what_is_said", &[ED25519]) else { return };
    ssh.scratch.write("allowed", format!("# x\nrelease@example.org {}\n", ssh.key("ed")));
    let signature = ssh.scratch.file("f.ed.sig");
    // Without an identity anyone of the list counts, and is named. ssh-keygen asks for one.
    assert!(ssh.real(&signature, "release@example.org"));
    let mut command = Command::new(&ssh.keygen);
    command.args(["-Y", "verify", "-f", "allowed", "-n", "file", "-s"]).arg(&signature);
    command.stdin(Stdio::from(File::open(ssh.scratch.file("f")).unwrap()));
    assert!(!command.current_dir(ssh.scratch.path()).output().unwrap().status.success());
    let finding = ssh.ours(&signature, &[]).finding("ssh");
    assert_eq!(finding["detail"]["principals"], "release@example.org");
    assert_eq!(finding["detail"]["line"], 2);
    assert!(finding["vouches"].as_str().unwrap().contains("release@example.org"));
    // A principal is unreachable before the signature holds.
    ssh.scratch.write("f", "b release\n");
    let finding = ssh.ours(&signature, &[]).finding("ssh");
    assert_eq!(finding["class"], "signature-bad");
    assert!(finding["detail"].get("principals").is_none(), "{finding}");
    ssh.scratch.write("f", "a release\n");
    // For another namespace, and over another hash.
    ssh.sign("ed", "git", &[]);
    assert_eq!(ssh.ours(&signature, &[]).said("ssh"), "signature-bad");
    assert_eq!(ssh.ours(&signature, &["--ssh-namespace", "git"]).said("ssh"), "agrees");
    ssh.sign("ed", "file", &["-O", "hashalg=sha256"]);
    let finding = ssh.ours(&signature, &[]).finding("ssh");
    assert_eq!((&finding["class"], &finding["detail"]["hash"]), (&().into(), &"sha256".into()));
}

#[test]
fn certificates_are_named() {
    let Some(ssh) = Ssh::new("ssh certificates", &[ED25519, ("ca", &["-t", "ed25519"])]) else {
        return;
    };
    ssh.run(&["-q", "-s", "ca", "-I", "id", "-n", "a@b", "ed.pub"]);
    let list = format!("a@b cert-authority {}\na@b {}\n", ssh.key("ca"), ssh.key("ed"));
    ssh.scratch.write("allowed", list);
    std::fs::copy(ssh.scratch.file("ed"), ssh.scratch.file("ed-cert")).unwrap();
    ssh.run(&["-Y", "sign", "-f", "ed-cert.pub", "-n", "file", "f"]);
    let signature = ssh.scratch.file("f.sig");
    assert!(ssh.real(&signature, "a@b"));
    let run = ssh.ours(&signature, &[]);
    assert_eq!((run.status, run.said("ssh").as_str()), (1, "evidence-unsupported"));
}

#[test]
fn beside_a_distfile() {
    let Some(ssh) = Ssh::new("ssh beside_a_distfile", &[ED25519]) else { return };
    let list = ssh.scratch.write("allowed", format!("a@b {}\n", ssh.key("ed")));
    let list = list.to_str().unwrap();
    std::fs::rename(ssh.scratch.file("f.ed.sig"), ssh.scratch.file("f.sig")).unwrap();
    let run = ssh.scratch.check(["--ssh-allowed-signers", list, "--require", "ssh", "f"]);
    assert_eq!((run.status, run.said("ssh").as_str()), (0, "agrees"));
    let run = ssh.scratch.check(["--require", "ssh", "f"]);
    assert_eq!((run.status, run.said("ssh").as_str()), (3, "not-checked-no-expectation"));
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/key.asc");
    let key = key.to_str().unwrap();
    let run = ssh.scratch.check(["--openpgp-key", key, "--require", "openpgp", "f"]);
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "signature-malformed"));
    assert_eq!(run.finding("openpgp")["detail"]["looks_like"], "an SSH signature");
}

/// Where ssh-keygen reads a list otherwise: a row of doc/signatures.md, and what is in its lists.
const ODDITIES: &[(&str, &[&str])] = &[
    (
        "a line of the allowed signers that cannot be read, next to one that can",
        &["garbage\n", "\ngarbage", "KEY\na@b KEY"],
    ),
    ("a NUL byte in the list", &["\0"]),
    ("a day that its month does not have", &["20200230"]),
];

/// Lists of allowed signers with every oddity that their syntax has room for.
#[test]
fn odd_lists_beside_ssh_keygen() {
    let Some(ssh) = Ssh::new("ssh odd lists", &[ED25519, ("other", &["-t", "ed25519"])]) else {
        return;
    };
    let (key, other) = (ssh.key("ed"), ssh.key("other"));
    let signature = ssh.scratch.file("f.ed.sig");
    let (kind, b64) = key.split_once(' ').unwrap();
    let b64 = b64.split(' ').next().unwrap();
    let lists = [
        format!("a@b ,,, {key}\n"),
        format!("a@b , {key}\n"),
        format!("a@b namespaces=\"file\",,valid-after=\"20200101\" {key}\n"),
        format!("a@b namespaces=\"file\", {key}\n"),
        format!("a@b ,namespaces=\"file\" {key}\n"),
        format!("!a@b {key}\n"),
        format!("!c@d {key}\n"),
        format!("!c@d,a@b {key}\n"),
        format!("a@b,!c@d {key}\n"),
        format!("!a@b,a@b {key}\n"),
        format!("!!a@b {key}\n"),
        format!("a@b, {key}\n"),
        format!(",a@b {key}\n"),
        format!("a@b,,c@d {key}\n"),
        format!("a@b, c@d {key}\n"),
        format!("a@B {key}\n"),
        format!("A@B {key}\n"),
        format!("a?b {key}\n"),
        format!("* {key}\n"),
        format!("\"*\" {key}\n"),
        format!("\"a@b\",c@d {key}\n"),
        format!("a\"@\"b {key}\n"),
        format!("\"a@b {key}\n"),
        format!("a@b\" {key}\n"),
        format!("\"\"a@b\"\" {key}\n"),
        format!("\"a@b\"\"c\" {key}\n"),
        format!("'a@b' {key}\n"),
        format!("\\a@b {key}\n"),
        format!("\" a@b\" {key}\n"),
        format!("\"a@b,c@d\" {key}\n"),
        format!("\"\" {key}\n"),
        format!("a@b namespaces=file {key}\n"),
        format!("a@b namespaces=\"\" {key}\n"),
        format!("a@b namespaces= {key}\n"),
        format!("a@b namespaces {key}\n"),
        format!("a@b namespaces=\"!git\" {key}\n"),
        format!("a@b namespaces=\"*,!file\" {key}\n"),
        format!("a@b namespaces=\"*,!git\" {key}\n"),
        format!("a@b namespaces=\"FILE\" {key}\n"),
        format!("a@b namespaces=\"file \" {key}\n"),
        format!("a@b namespaces=\"git, file\" {key}\n"),
        format!("a@b namespaces='file' {key}\n"),
        format!("a@b NAMESPACES=\"file\" {key}\n"),
        format!("a@b Valid-After=\"20200101\" {key}\n"),
        format!("a@b CERT-AUTHORITY {key}\n"),
        format!("a@b cert-authority,namespaces=\"file\" {key}\n"),
        format!("a@b namespaces=\"file\" valid-after=\"20200101\" {key}\n"),
        format!("a@b namespaces =\"file\" {key}\n"),
        format!("a@b namespaces= \"file\" {key}\n"),
        format!("a@b namespaces=\"file\"valid-after=\"20200101\" {key}\n"),
        format!("a@b namespaces=\"fi\\\"le\" {key}\n"),
        format!("a@b namespaces=\"file\",namespaces=\"file\" {key}\n"),
        format!("a@b valid-after=\"20200101\",valid-after=\"20200101\" {key}\n"),
        format!("a@b valid-before=\"20200101\",valid-before=\"20990101\" {key}\n"),
        format!("a@b valid-after=\"20990101\",valid-before=\"20200101\" {key}\n"),
        format!("a@b valid-after=20200101 {key}\n"),
        format!("a@b valid-after=\"2020-01-01\" {key}\n"),
        format!("a@b valid-after=\"20200101T000000\" {key}\n"),
        format!("a@b valid-after=\"202001010000\" {key}\n"),
        format!("a@b valid-after=\"20200101000000\" {key}\n"),
        format!("a@b valid-after=\"20200101000000Z\" {key}\n"),
        format!("a@b valid-after=\"20200101000000z\" {key}\n"),
        format!("a@b valid-after=\"20200101UTC\" {key}\n"),
        format!("a@b valid-after=\"20201301\" {key}\n"),
        format!("a@b valid-after=\"20200230\" {key}\n"),
        format!("a@b valid-after=\"0\" {key}\n"),
        format!("a@b valid-after=\"\" {key}\n"),
        format!("a@b valid-after=\"20200101 \" {key}\n"),
        format!("a@b valid-before=\"99991231\" {key}\n"),
        format!("a@b valid-before=\"19600101\" {key}\n"),
        format!("a@b no-touch-required {key}\n"),
        format!("a@b verify-required {key}\n"),
        format!("a@b restrict {key}\n"),
        format!("a@b x=\"y\" {key}\n"),
        format!("a@b {kind} {b64}\n"),
        format!("a@b {kind}   {b64}\n"),
        format!("a@b\t{kind}\t{b64}\n"),
        format!("a@b {kind} {b64} more words \"and quotes\n"),
        format!("a@b {kind} {b64}x\n"),
        format!("a@b {kind} {b64}=\n"),
        format!("a@b {kind} {}\n", &b64[..b64.len() - 4]),
        format!("a@b ssh-rsa {b64}\n"),
        format!("a@b SSH-ED25519 {b64}\n"),
        format!("a@b {b64}\n"),
        format!("a@b ecdsa-sha2-nistp256 {b64}\n"),
        format!(" a@b {key}\n"),
        format!("\ta@b {key}\n"),
        format!("a@b {key}"),
        format!("a@b {key}\r\n"),
        format!("a@b {key} \r\n"),
        format!("\u{feff}a@b {key}\n"),
        format!("#a@b {key}\n"),
        format!(" # x\na@b {key}\n"),
        format!("a@b {key} # comment\n"),
        format!("a@b {key}\0\n"),
        format!("\0\na@b {key}\n"),
        format!("a@b\0x {key}\n"),
        format!("garbage\na@b {key}\n"),
        format!("a@b {key}\ngarbage\n"),
        format!("{key}\n"),
        format!("{key}\na@b {key}\n"),
        format!("a@b c@d {key}\n"),
        format!("a@b {other}\na@b {key}\n"),
        format!("a@b {key}\n!a@b {key}\n"),
        format!("!a@b {key}\na@b {key}\n"),
        format!("a@b namespaces=\"git\" {key}\na@b {key}\n"),
        format!("a@b cert-authority {key}\na@b {key}\n"),
        format!("a@b {key}\na@b namespaces=\"git\" {key}\n"),
        format!("a@b {key}\n{}", "#\n".repeat(50)),
        format!("{} {key}\n", vec!["x@y"; 2000].join(",") + ",a@b"),
        format!("a@b {key} {}\n", "x".repeat(9000)),
        String::new(),
        "\n".into(),
        "# only\n".into(),
    ];
    let (mut taken, mut seen) = (0, Vec::new());
    for list in &lists {
        ssh.scratch.write("allowed", list);
        let run = ssh.ours(&signature, &["--ssh-identity", "a@b"]);
        let real = ssh.real(&signature, "a@b");
        taken += usize::from(real);
        if real == (run.status == 0) {
            continue;
        }
        let shown = list.replace(&key, "KEY");
        let row = ODDITIES.iter().find(|(_, parts)| parts.iter().any(|part| shown.contains(part)));
        let (row, _) = row.unwrap_or_else(|| {
            panic!("{shown:?}: ssh-keygen {real}, ours {}{}", run.stdout, run.stderr)
        });
        // What we refuse there, we refuse to read.
        assert!(real && run.status == 2, "{shown:?}: {}", run.stdout);
        seen.push(*row);
    }
    assert!(taken > 30 && taken < lists.len() - 30, "{taken} of {}", lists.len());
    println!("ssh: {} lists, {} listed as different", lists.len(), seen.len());
    let manual = include_str!("../doc/signatures.md");
    for (row, _) in ODDITIES {
        assert!(seen.contains(row), "no longer so: {row}");
        assert!(manual.contains(&format!("| ssh-keygen | {row} |")), "{row}");
    }
}

#[test]
fn times_without_a_zone_do_not_depend_on_the_machine() {
    let Some(ssh) = Ssh::new("ssh time zones", &[ED25519]) else { return };
    ssh.scratch.write("allowed", format!("a@b valid-after=\"20260101\" {}\n", ssh.key("ed")));
    let signature = ssh.scratch.file("f.ed.sig");
    let taken = |zone: &str| {
        let mut command = Command::new(&ssh.keygen);
        command.args(["-Y", "verify", "-f", "allowed", "-I", "a@b", "-n", "file"]);
        command.args(["-Overify-time=20251231220000Z", "-s"]).arg(&signature).env("TZ", zone);
        command.current_dir(ssh.scratch.path());
        command.stdin(Stdio::from(File::open(ssh.scratch.file("f")).unwrap()));
        let real = command.output().unwrap().status.success();
        let mut command = distvouch();
        command.args(["detached", "--json", "--time", "2025-12-31T22:00:00Z"]).env("TZ", zone);
        command.args(["--ssh-allowed-signers", "allowed"]).arg(&signature).arg("f");
        let ours = Run::of(command.current_dir(ssh.scratch.path()).output().unwrap());
        (real, ours.said("ssh"))
    };
    assert_eq!(taken("UTC"), (false, "key-not-yet".to_owned()));
    assert_eq!(taken("EARLY-14"), (true, "key-not-yet".to_owned()));
}
