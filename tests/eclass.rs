//! `distvouch portage`: what the eclass asks. Every answer is compared with the form that it reads.

use crate::common::ed25519::Key;
use crate::common::messages::{self, armored, canonical, clearsigned, cleartext, packets};
use crate::common::messages::{public, signature, signature_with};
use crate::common::words::verdicts;
use crate::common::{Scratch, distvouch};
use sequoia_openpgp::Cert;
use sequoia_openpgp::packet::Packet;
use sequoia_openpgp::types::{HashAlgorithm, SignatureType};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

/// An answer: its lines by level, and how it ends.
struct Answer {
    lines: Vec<(String, String)>,
    end: String,
}

impl Answer {
    /// Takes an answer apart and fails where it is not in the form that the eclass reads.
    fn of(output: &Output) -> Self {
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(text.ends_with('\n'), "{text}");
        let mut all: Vec<&str> = text.lines().collect();
        let end = all.pop().unwrap().to_owned();
        assert!(end == "done" || end.starts_with("die\t"), "{text}");
        assert_eq!(output.status.code(), Some(i32::from(end != "done")), "{text}");
        let lines = all.into_iter().map(|line| {
            let (level, line) = line.split_once('\t').unwrap_or_else(|| panic!("{text}"));
            assert!(["say", "ewarn", "eqawarn", "eerror"].contains(&level), "{text}");
            assert!(!line.starts_with('-'), "an option of echo: {text}");
            (level.to_owned(), line.to_owned())
        });
        let printed: Vec<(String, String)> = lines.collect();
        for (_, line) in &printed {
            let fits = line.chars().count() <= 77 || !line.trim().contains(' ');
            assert!(fits, "{text}");
        }
        // What goes on in the next line is indented by four.
        let mut lines: Vec<(String, String)> = Vec::new();
        for (level, line) in printed {
            match lines.last_mut() {
                Some((last, whole)) if *last == level && line.starts_with("    ") => {
                    *whole = format!("{whole} {}", line.trim_start());
                }
                _ => lines.push((level, line)),
            }
        }
        let answer = Self { lines, end };
        let harmless = |c: char| !c.is_control() || c == '\n' || c == '\t';
        assert!(text.chars().all(harmless) && !text.contains('\u{202e}'), "{text:?}");
        // An odd number of backslashes would be the beginning of something for echo -e.
        for run in text.split(|c| c != '\\') {
            assert!(run.len().is_multiple_of(2), "{text}");
        }
        assert!(verdicts(&text).is_empty(), "{text}");
        for (level, line) in &answer.lines {
            assert!(level == "say" || !line.contains(" agrees: "), "{text}");
        }
        let count = |what: &str| answer.lines.iter().filter(|(_, l)| l.contains(what)).count();
        let settled = count("The Manifest already fixes");
        assert!(settled <= 1, "{text}");
        // Each line that agrees says who could forge it, and the Manifest's says so itself.
        assert_eq!(count(" agrees: "), count("could forge it: ") - settled, "{text}");
        if let Some(refusal) = answer.end.strip_prefix("die\t") {
            let (refusal, class) = refusal.rsplit_once("; see 'distvouch explain ").unwrap();
            let class = class.strip_suffix('\'').unwrap();
            assert!(refusal.contains(&format!(": {class}")), "{text}");
        }
        answer
    }

    /// `done`, or the classes of the refusal.
    fn class(&self) -> &str {
        if self.end == "done" {
            return "done";
        }
        let is_class = |part: &&str| {
            let class = |name: &str| {
                name.contains('-') && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            };
            part.split(", ").all(class)
        };
        self.end.split(": ").skip(1).find(is_class).unwrap()
    }

    fn text(&self) -> String {
        self.lines.iter().map(|(level, line)| format!("{level}: {line}\n")).collect()
    }

    fn says(&self, what: &str) -> bool {
        // As it reads when the hanging lines are joined.
        let joined: Vec<_> = self.lines.iter().map(|(_, line)| line.trim()).collect();
        joined.join(" ").contains(what)
    }

    fn level(&self, what: &str) -> &str {
        let line = self.lines.iter().find(|(_, line)| line.contains(what));
        line.map(|(level, _)| level.as_str()).unwrap_or_else(|| panic!("{what}: {}", self.text()))
    }
}

/// A package: its ebuild's directory, DISTDIR with links as Portage makes them, T, and keys.
struct Package {
    scratch: Scratch,
}

impl Package {
    fn new() -> Self {
        let scratch = Scratch::new();
        for directory in ["pkg", "store", "distdir", "temp"] {
            std::fs::create_dir(scratch.file(directory)).unwrap();
        }
        // FILESDIR is a link to what need not exist.
        std::os::unix::fs::symlink(scratch.file("pkg/files"), scratch.file("files")).unwrap();
        let alice = key("alice");
        scratch.write("alice.asc", armored("PUBLIC KEY BLOCK", &public(&alice)));
        scratch.write("bob.asc", armored("PUBLIC KEY BLOCK", &public(&key("bob"))));
        scratch.write("signify.pub", Key::new(7).public());
        scratch.write("minisign.pub", Key::new(8).public());
        Self { scratch }
    }

    /// Puts files into DISTDIR, and into the Manifest.
    fn fetch(&self, files: &[(&str, &[u8])]) {
        let mut lines = String::new();
        for (name, bytes) in files {
            let path = self.scratch.file("store").join(name);
            std::fs::write(&path, bytes).unwrap();
            let link = self.scratch.file("distdir").join(name);
            let _ = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(&path, link).unwrap();
            let digest = Command::new("b2sum").arg(&path).output().unwrap().stdout;
            let digest = String::from_utf8(digest).unwrap();
            let digest = digest.trim_start_matches('\\').split(' ').next().unwrap();
            lines.push_str(&format!("DIST {name} {} BLAKE2B {digest}\n", bytes.len()));
        }
        let manifest = self.scratch.file("pkg/Manifest");
        let before = std::fs::read_to_string(&manifest).unwrap_or_default();
        std::fs::write(manifest, before + &lines).unwrap();
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = distvouch();
        command.current_dir(self.scratch.file("distdir")).stdin(Stdio::null());
        command.env_clear().args(["portage", verb, "--interface=1", "--distdir"]);
        command.arg(self.scratch.file("distdir")).arg("--filesdir").arg(self.scratch.file("files"));
        command
    }

    fn ask<S: AsRef<OsStr>>(&self, verb: &str, args: impl IntoIterator<Item = S>) -> Answer {
        Answer::of(&self.command(verb).args(args).output().unwrap())
    }

    fn path(&self, name: &str) -> OsString {
        self.scratch.file(name).into()
    }

    fn openpgp(&self) -> Vec<OsString> {
        let mut key = OsString::from("--key=");
        key.push(self.path("alice.asc"));
        vec!["--method=openpgp".into(), key]
    }

    fn with_openpgp(&self, args: &[&str]) -> Vec<OsString> {
        self.openpgp().into_iter().chain(args.iter().map(OsString::from)).collect()
    }
}

/// The key of that name: the same one each time.
fn key(name: &str) -> Cert {
    static KEYS: Mutex<BTreeMap<String, Cert>> = Mutex::new(BTreeMap::new());
    let mut keys = KEYS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    keys.entry(name.to_owned()).or_insert_with(|| messages::key(name)).clone()
}

fn signed(bytes: &[u8]) -> Vec<u8> {
    let signature = signature(&key("alice"), SignatureType::Binary, bytes);
    armored("SIGNATURE", &packets([Packet::from(signature)]))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

const FILE: &[u8] = b"a release\n";

/// `f.tar` with a signature by alice, and one over other bytes.
fn one_signed() -> Package {
    let package = Package::new();
    package.fetch(&[("f.tar", FILE), ("f.tar.asc", &signed(FILE)), ("f.bad.asc", &signed(b"x"))]);
    package
}

#[test]
fn a_signature_by_any_road() {
    let package = one_signed();
    let ask =
        |file: &str, sig: &str| package.ask("detached", package.with_openpgp(&["--", file, sig]));
    let answer = ask("f.tar", "f.tar.asc");
    assert_eq!(answer.end, "done");
    assert!(answer.says("f.tar: openpgp agrees: "), "{}", answer.text());
    assert!(answer.says("The Manifest already fixes these bytes"), "{}", answer.text());
    let distdir = package.scratch.file("distdir");
    let absolute = distdir.join("f.tar").display().to_string();
    assert_eq!(ask(&absolute, "./f.tar.asc").end, "done");
    assert_eq!(ask("./f.tar", "f.bad.asc").class(), "signature-bad");
    assert_eq!(ask("f.tar", "f.tar").class(), "signature-malformed");
    assert_eq!(ask("none", "f.tar.asc").class(), "not-checked-no-answer");
    assert_eq!(ask("f.tar", "none").class(), "not-checked-no-answer");
    assert_eq!(ask("f.tar", "-").class(), "not-checked-no-answer");
    assert_eq!(ask(".", "f.tar.asc").class(), "not-checked-no-answer");
    assert_eq!(ask("f.tar", "/dev/zero").class(), "not-checked-no-answer");

    // Out of a pipe: standard input, and as bash hands over a process substitution.
    for (sig, class) in [("f.tar.asc", "done"), ("f.bad.asc", "signature-bad")] {
        for script in [
            r#"cat f.tar | "$@" - "$sig""#,
            r#"cat f.tar | "$@" /dev/stdin "$sig""#,
            r#""$@" - "$sig" < f.tar"#,
            r#""$@" <(sleep 1; cat f.tar) <(cat "$sig")"#,
        ] {
            let command = package.command("detached");
            let mut bash = Command::new("bash");
            bash.args(["-c", script, "-"]).arg(command.get_program()).args(command.get_args());
            bash.args(package.with_openpgp(&["--"])).env("sig", sig).stdin(Stdio::null());
            let answer = Answer::of(&bash.current_dir(&distdir).output().unwrap());
            assert_eq!(answer.class(), class, "{script}: {}", answer.text());
            assert!(!answer.says("fixes these bytes"), "nothing fixes what is in a pipe");
            let listed = answer.says(&format!("The Manifest already fixes {sig}"));
            assert_eq!(listed, class == "done" && !script.contains("<(cat"), "{script}");
        }
    }
}

#[test]
fn a_key_by_any_road() {
    let package = one_signed();
    let ask = |key: &str, more: &[&str]| {
        let mut args = vec!["--method=openpgp".to_owned(), format!("--key={key}")];
        args.extend(more.iter().map(|&arg| arg.to_owned()));
        args.extend(["--", "f.tar", "f.tar.asc"].map(str::to_owned));
        package.ask("detached", args)
    };
    let path = |name: &str| package.scratch.file(name).display().to_string();
    assert_eq!(ask(&path("alice.asc"), &[]).end, "done");
    assert_eq!(ask(&path("bob.asc"), &[]).class(), "signer-unknown");
    assert_eq!(ask("", &[]).class(), "not-checked-no-expectation");
    assert_eq!(ask("/nonexistent", &[]).class(), "not-checked-no-expectation");
    assert_eq!(ask(&path("distdir/f.tar"), &[]).class(), "not-checked-no-answer");
    assert_eq!(ask(&path("distdir"), &[]).class(), "not-checked-no-answer");

    // Only some of the certificates.
    let ours = key("alice").fingerprint().to_hex();
    let ours = ask(&path("alice.asc"), &[&format!("--fingerprint={ours}")]);
    assert!(ours.end == "done" || ours.class() == "not-checked-no-answer");
    let theirs = key("bob").fingerprint().to_hex();
    let theirs = ask(&path("alice.asc"), &[&format!("--fingerprint={theirs}")]);
    assert_eq!(theirs.class(), "not-checked-no-answer");

    // A key in a pipe.
    let command = package.command("detached");
    let mut bash = Command::new("bash");
    let script = r#""$@" --method=openpgp --key=<(cat ../alice.asc) -- f.tar f.tar.asc"#;
    bash.args(["-c", script, "-"]).arg(command.get_program()).args(command.get_args());
    let output = bash.current_dir(package.scratch.file("distdir")).output().unwrap();
    assert_eq!(Answer::of(&output).end, "done");
}

#[test]
fn names_of_every_kind() {
    let package = one_signed();
    for name in [
        &b"a b"[..],
        b"a\\033[2J\\c\\\\",
        b"\x1b[31m\x9b",
        b"a\nb * forged\ndone",
        b"a\tdone",
        "a\u{202e}\u{200b}b".as_bytes(),
        b"\xff\xfe",
        b"-e",
        b"--",
        b"die\tx: y",
        b"*.tar [x] $(id) `id` 'q' \"q\"",
    ] {
        let file = Path::new(OsStr::from_bytes(name));
        let sig = [name, b".asc"].concat();
        let sig = Path::new(OsStr::from_bytes(&sig));
        let temp = package.scratch.file("temp");
        std::fs::write(temp.join(file), FILE).unwrap();
        std::fs::write(temp.join(sig), signed(FILE)).unwrap();
        for bad in [false, true] {
            if bad {
                std::fs::write(temp.join(file), "other").unwrap();
            }
            let mut command = package.command("detached");
            command.current_dir(&temp).args(package.with_openpgp(&["--"])).arg(file).arg(sig);
            let answer = Answer::of(&command.output().unwrap());
            assert_eq!(answer.class(), if bad { "signature-bad" } else { "done" }, "{file:?}");
            // What has no DIST entry was settled by no one.
            assert!(!answer.says("Manifest"), "{}", answer.text());
        }
    }
}

#[test]
fn the_manifest_settles_what_it_lists() {
    let package = one_signed();
    let ask =
        |file: &str, sig: &str| package.ask("detached", package.with_openpgp(&["--", file, sig]));
    // A copy is the same; another file of that name is not the distfile.
    package.scratch.write("temp/f.tar", FILE);
    assert!(ask("../temp/f.tar", "f.tar.asc").says("fixes these bytes"));
    package.scratch.write("temp/f.tar", b"x");
    let answer = ask("../temp/f.tar", "f.bad.asc");
    assert!(answer.end == "done" && !answer.says("fixes these bytes"), "{}", answer.text());
    // The distfile itself may not differ, whatever a signature says.
    std::fs::write(package.scratch.file("store/f.tar"), b"x").unwrap();
    assert_eq!(ask("f.tar", "f.bad.asc").class(), "manifest-mismatch");
    assert_eq!(ask("f.tar", "f.tar.asc").class(), "manifest-mismatch, signature-bad");
    // No Manifest is no obstacle, and a broken one is one.
    std::fs::write(package.scratch.file("pkg/Manifest"), "DIST f.tar").unwrap();
    assert_eq!(ask("f.tar", "f.bad.asc").class(), "not-checked-no-answer");
    std::fs::remove_file(package.scratch.file("pkg/Manifest")).unwrap();
    let answer = ask("f.tar", "f.bad.asc");
    assert!(answer.end == "done" && !answer.says("Manifest"), "{}", answer.text());
}

#[test]
fn what_is_settled_is_said_once_in_a_phase() {
    let package = one_signed();
    let once = format!("--once={}", package.scratch.file("temp/once").display());
    let ask = |once: &str, refresh: &str| {
        let args = package.with_openpgp(&[once, refresh, "--", "f.tar", "f.tar.asc"]);
        let answer = package.ask("detached", args);
        assert_eq!(answer.end, "done");
        (answer.says("The Manifest already fixes"), answer.says("Keys were not refreshed"))
    };
    assert_eq!(ask(&once, "--refresh"), (true, true));
    assert_eq!(ask(&once, "--refresh"), (false, false));
    assert_eq!(ask(&format!("{once}2"), "--refresh"), (true, true));
    // Where no mark can be left it is said again.
    assert_eq!(ask("--once=/nonexistent/once", "--strict"), (true, false));
    assert_eq!(ask("--once=/nonexistent/once", "--strict"), (true, false));
}

#[test]
fn the_other_methods() {
    let package = Package::new();
    let (signify, minisign) = (Key::new(7), Key::new(8));
    package.fetch(&[
        ("f", FILE),
        ("f.sig", signify.signify(FILE).as_bytes()),
        ("f.minisig", minisign.minisign(FILE).as_bytes()),
        ("f.bad", signify.signify(b"x").as_bytes()),
    ]);
    let key = |name: &str| format!("--key={}", package.scratch.file(name).display());
    let ask = |args: &[&str]| package.ask("detached", args);
    let (s, m) = (key("signify.pub"), key("minisign.pub"));
    assert_eq!(ask(&["--method=signify", &s, "--", "f", "f.sig"]).end, "done");
    assert_eq!(ask(&["--method=signify", &s, "--", "f", "f.bad"]).class(), "signature-bad");
    assert_eq!(ask(&["--method=signify", &m, "--", "f", "f.sig"]).class(), "signer-unknown");
    assert_eq!(ask(&["--method=minisig", &m, "--", "f", "f.minisig"]).end, "done");
    assert_eq!(ask(&["--method=minisig", &s, "--", "f", "f.minisig"]).class(), "signer-unknown");
    // Mistakes of the ebuild.
    for (args, text) in [
        (&["--method=provenance", "--", "f", "f.sig"][..], "VERIFY_SIG_METHOD=provenance"),
        (&["--method=signify", &s, "--keyserver=x", "--", "f", "f.sig"], "KEYSERVER"),
        (&["--method=signify", &s, "--fingerprint=AB", "--", "f", "f.sig"], "FINGERPRINTS"),
        (&["--method=sigstore", &s, "--", "f", "f.sig"], "takes no key"),
        (&["--method=sigstore", "--identity=", "--issuer=x", "--", "f", "f.sig"], "CERT_IDENTITY"),
        (&["--method=sigstore", "--identity=x", "--issuer=", "--", "f", "f.sig"], "OIDC_ISSUER"),
        (&["--method=pgp", "--", "f", "f.sig"], "pgp"),
        (&["--method=openpgp", "--", "f"], "required"),
        (&["--method=openpgp", "--", "f", "f.sig", "--", "x"], "unexpected"),
        (&["--method=openpgp", "--ref=v*", "--", "f", "f.sig"], "refs/"),
        (&["--method=openpgp", "--repository-id=x", "--", "f", "f.sig"], "repository-id"),
        (&["--method=openpgp", "--output=x", "--", "f", "f.sig"], "required"),
        (&["--nonsense"], "--nonsense"),
    ] {
        let answer = ask(args);
        assert!(answer.class().starts_with("not-checked-no-"), "{args:?}: {}", answer.end);
        assert!(answer.end.contains(text), "{args:?}: {}", answer.end);
    }
}

#[test]
fn the_stream_is_handed_on_only_where_its_signature_agrees() {
    let package = Package::new();
    package.fetch(&[
        ("f.tar.gz", &gzip(FILE)),
        ("f.tar.sign", &signed(FILE)),
        ("bad.sign", &signed(b"x")),
        ("cut.tar.gz", &gzip(FILE)[..20]),
    ]);
    let out = package.scratch.file("temp/f.tar");
    let ask = |file: &str, sig: &str| {
        let output = format!("--output={}", out.display());
        package.ask("detached", package.with_openpgp(&["--uncompress", &output, "--", file, sig]))
    };
    for (file, sig, class) in [
        ("f.tar.gz", "bad.sign", "signature-bad"),
        ("cut.tar.gz", "f.tar.sign", "stream-malformed"),
        // What detached says of it, too.
        ("f.tar.sign", "f.tar.sign", "evidence-unsupported"),
    ] {
        assert_eq!(ask(file, sig).class(), class);
        assert!(!out.exists(), "{file}");
    }
    assert_eq!(ask("f.tar.gz", "f.tar.sign").end, "done");
    assert_eq!(std::fs::read(&out).unwrap(), FILE);
    std::fs::remove_file(&out).unwrap();
    // Also where the signature agrees and the Manifest does not.
    std::fs::write(package.scratch.file("store/f.tar.gz"), gzip(b"x")).unwrap();
    assert_eq!(ask("f.tar.gz", "bad.sign").class(), "manifest-mismatch");
    assert!(!out.exists());
}

#[test]
fn a_message_is_handed_on_only_where_its_signature_agrees() {
    let package = Package::new();
    let message = clearsigned(&key("alice"), "the text\n");
    let bad = message.replace("the text", "another text");
    let before = format!("unsigned\n{message}");
    package.fetch(&[
        ("m.asc", message.as_bytes()),
        ("bad.asc", bad.as_bytes()),
        ("before.asc", before.as_bytes()),
        ("plain", b"the text\n"),
    ]);
    let out = package.scratch.file("temp/out");
    let ask = |file: &str| {
        let output = format!("--output={}", out.display());
        package.ask("message", package.with_openpgp(&[&output, "--", file]))
    };
    for (file, class) in [
        ("bad.asc", "signature-bad"),
        ("plain", "signature-malformed"),
        ("none", "not-checked-no-answer"),
    ] {
        assert_eq!(ask(file).class(), class);
        assert!(!out.exists(), "{file}");
    }
    let answer = ask("m.asc");
    assert!(answer.end == "done" && answer.says("fixes these bytes"), "{}", answer.text());
    assert_eq!(std::fs::read(&out).unwrap(), b"the text\n");
    assert_eq!(ask("before.asc").level("message-surrounded"), "ewarn");
    assert_eq!(std::fs::read(&out).unwrap(), b"the text\n");
    // The text would stand among the answers, and could say "done".
    for output in ["-", "/dev/stdout", "/proc/self/fd/1"] {
        let args = package.with_openpgp(&["--output", output, "--", "m.asc"]);
        let answer = package.ask("message", args);
        assert_eq!(answer.class(), "not-checked-no-answer", "{output}");
        assert!(!answer.text().contains("the text"));
    }
    let method = ["--method=minisig", "--output=x", "--", "m.asc"];
    assert_eq!(package.ask("message", method).class(), "not-checked-no-answer");
}

#[test]
fn lists_with_and_without_a_signature() {
    let package = Package::new();
    let sum = |file: &str| {
        let output = Command::new("sha256sum").arg(file).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    package.fetch(&[("f", FILE), ("g", b"g")]);
    let dir = package.scratch.file("store");
    let list: String = ["f", "g"]
        .map(|name| {
            sum(dir.join(name).to_str().unwrap()).replace(&format!("{}/", dir.display()), "")
        })
        .concat();
    let signed_list = clearsigned(&key("alice"), &list);
    let stranger = clearsigned(&key("bob"), &list);
    let other = clearsigned(&key("alice"), &list.replace("  f", "  h"));
    let wrong = format!("{}  f\n", "0".repeat(64));
    package.fetch(&[
        ("list", list.as_bytes()),
        ("list.asc", signed_list.as_bytes()),
        ("stranger.asc", stranger.as_bytes()),
        ("other.asc", other.as_bytes()),
        ("wrong", wrong.as_bytes()),
        ("wrong.asc", clearsigned(&key("alice"), &wrong).as_bytes()),
    ]);
    let ask = |args: &[&str]| package.ask("checksums", package.with_openpgp(args));
    let answer = ask(&["--format=sha256", "--", "list", "f g"]);
    assert_eq!(answer.end, "done");
    assert!(answer.says("mirror"), "who can change the list: {}", answer.text());
    assert!(answer.says("fixes these bytes"));
    let answer = ask(&["--format=sha256", "--signed", "--", "list.asc", " f\n\tg "]);
    assert_eq!(answer.end, "done");
    assert!(answer.says("f: checksums agrees"), "{}", answer.text());
    assert!(!answer.says("mirror"), "nobody changes what is signed: {}", answer.text());
    for (args, class) in [
        (&["--format=sha256", "--", "wrong", "f"][..], "checksum-mismatch"),
        (&["--format=sha256", "--", "list", "f none"], "not-checked-no-answer"),
        (&["--format=sha256", "--", "wrong", "g"], "checksum-missing"),
        (&["--format=sha256", "--", "list", " "], "not-checked-no-answer"),
        (&["--format=sha256", "--", "list"], "not-checked-no-answer"),
        (&["--format=sha257", "--", "list", "f"], "not-checked-no-answer"),
        (&["--format=sha256", "--", "none", "f"], "not-checked-no-answer"),
        (&["--format=sha256", "--", "list.asc", "f"], "not-checked-no-expectation"),
        (&["--format=sha256", "--signed", "--", "stranger.asc", "f"], "signer-unknown"),
        (&["--format=sha256", "--signed", "--", "list", "f"], "signature-malformed"),
        (&["--format=sha256", "--signed", "--", "other.asc", "f"], "checksum-missing"),
        (&["--format=sha256", "--signed", "--", "wrong.asc", "f"], "checksum-mismatch"),
    ] {
        let answer = ask(args);
        assert_eq!(answer.class(), class, "{args:?}: {}", answer.text());
        // Nothing is compared with what no one vouches for.
        assert!(class != "signer-unknown" || !answer.says("checksums"), "{}", answer.text());
    }
}

/// Names are bytes: ebuilds hand them over as they are.
#[test]
fn names_in_lists_are_bytes() {
    let package = Package::new();
    let temp = package.scratch.file("temp");
    for name in [&b"\xff\xfe"[..], b"\x1b[31m\x9b", b"a\\033[2J\\c", "a\u{202e}b".as_bytes()] {
        std::fs::write(temp.join(OsStr::from_bytes(name)), FILE).unwrap();
        let sum = Command::new("sha256sum")
            .stdin(std::fs::File::open(temp.join(OsStr::from_bytes(name))).unwrap())
            .output()
            .unwrap()
            .stdout;
        let (digest, _) = sum.split_at(64);
        for (digest, class) in [(digest, "done"), (&[b'0'; 64], "checksum-mismatch")] {
            std::fs::write(temp.join("list"), [digest, b"  ", name, b"\n"].concat()).unwrap();
            let mut command = package.command("checksums");
            command.current_dir(&temp).args(["--method=openpgp", "--format=sha256", "--", "list"]);
            let answer = Answer::of(&command.arg(OsStr::from_bytes(name)).output().unwrap());
            assert_eq!(answer.class(), class, "{name:?}: {}", answer.text());
        }
    }
}

#[test]
fn all_of_a() {
    let package = Package::new();
    let sig = signed(FILE);
    package.fetch(&[
        ("f.tar.gz", &gzip(FILE)),
        ("f.tar.sign", &sig),
        ("g.tar", FILE),
        ("g.tar.asc", &sig),
        ("g.tar.sig", &sig),
        ("h.bundle", b"#!/bin/sh"),
        ("h.bundle.asc", &signed(b"#!/bin/sh")),
        ("stray.asc", &sig),
        ("unsigned", FILE),
        ("m.tar", FILE),
        ("m.tar.minisig", b"untrusted comment: x"),
    ]);
    let ask = |args: &[&str]| package.ask("all", package.with_openpgp(args));
    let answer = ask(&[
        "--want=signature",
        "--",
        "f.tar.gz",
        "f.tar.sign",
        "g.tar",
        "g.tar.asc",
        "g.tar.sig",
        "h.bundle",
        "h.bundle.asc",
    ]);
    assert_eq!(answer.end, "done", "{}", answer.text());
    for name in ["f.tar.gz", "g.tar", "h.bundle"] {
        assert!(answer.says(&format!("{name}: openpgp agrees")), "{}", answer.text());
    }
    assert!(answer.says("The Manifest already fixes these bytes"));
    assert!(answer.says("Who could still have forged this: gentoo"));
    for (files, class, named) in [
        (&["g.tar", "g.tar.asc", "unsigned"][..], "signature-absent", "unsigned"),
        (&["g.tar", "g.tar.asc", "stray.asc"], "signature-stray", "stray.asc"),
        (&["unsigned"], "signature-absent", "unsigned"),
        (&["stray.asc"], "signature-stray", "stray.asc"),
        (&["m.tar", "m.tar.minisig"], "signature-malformed", "m.tar"),
        (&["g.tar", "g.tar.asc", "none", "none.asc"], "not-checked-no-answer", "none"),
        (&["../store/g.tar", "../store/g.tar.asc"], "not-checked-no-answer", "g.tar"),
    ] {
        let mut args = vec!["--want=signature", "--"];
        args.extend(files);
        let answer = ask(&args);
        assert_eq!(answer.class(), class, "{files:?}: {}{}", answer.text(), answer.end);
        assert!(answer.end.starts_with(&format!("die\t{named}")), "{}", answer.end);
    }
    // Nothing wanted, nothing asked; and none of it looks like an answer.
    assert_eq!(ask(&["--", "unsigned"]).end, "done");
    assert_eq!(ask(&["--want=signature", "--"]).end, "done");
    // Of files that are all called like lists it is not said that nothing is wrong.
    for name in ["x.sha256", "y.sha256"] {
        std::fs::write(package.scratch.file(&format!("distdir/{name}")), "altered\n").unwrap();
        std::fs::write(package.scratch.file(&format!("distdir/{name}.asc")), &sig).unwrap();
    }
    let lists = ["x.sha256", "x.sha256.asc", "y.sha256", "y.sha256.asc"];
    for want in ["--want=signature", "--want=provenance"] {
        let answer = ask(&[&[want, "--"], &lists[..]].concat());
        assert_ne!(answer.end, "done", "{want}");
    }
    // What is only called like one has its own signature judged, next to what is signed well.
    let content = ["f.tar.gz", "f.tar.sign", "x.sha256", "x.sha256.asc"];
    let answer = ask(&[&["--want=signature", "--"], &content[..]].concat());
    assert_eq!(answer.class(), "signature-bad, manifest-missing-entry");
    assert!(answer.end.starts_with("die\tx.sha256: "), "{}", answer.end);
    let answer = ask(&["--want=provenance", "--", "unsigned"]);
    assert_eq!(answer.class(), "provenance-absent");

    // The worst is what counts, whatever agrees next to it.
    std::fs::write(package.scratch.file("store/g.tar"), b"x").unwrap();
    let answer = ask(&["--want=signature", "--", "h.bundle", "h.bundle.asc", "g.tar", "g.tar.asc"]);
    assert_eq!(answer.class(), "manifest-mismatch, signature-bad");
    assert!(answer.end.starts_with("die\tg.tar: ") && !answer.says("Who could still"));
    assert_eq!(answer.level("g.tar: openpgp"), "eerror");
}

#[test]
fn several_refusals_are_counted() {
    let package = Package::new();
    package.fetch(&[("a", FILE), ("b", FILE), ("c", FILE)]);
    let answer =
        package.ask("all", package.with_openpgp(&["--want=signature", "--", "a", "b", "c"]));
    assert!(answer.end.contains(", and 2 other files; see"), "{}", answer.end);
    assert_eq!(answer.lines.iter().filter(|(level, _)| level == "eerror").count(), 3);
}

#[test]
fn a_weakness_is_a_warning() {
    let package = Package::new();
    let alice = key("alice");
    let text = "x\n";
    let canonical = canonical(text);
    let weak = signature_with(&alice, SignatureType::Text, HashAlgorithm::SHA1, &canonical);
    package.fetch(&[("m.asc", cleartext(text, [weak]).as_bytes())]);
    let output = format!("--output={}", package.scratch.file("temp/out").display());
    let answer = package.ask("message", package.with_openpgp(&[&output, "--", "m.asc"]));
    assert_eq!((answer.end.as_str(), answer.level("signature-weak")), ("done", "eqawarn"));
}

#[test]
fn the_interface_has_a_version() {
    let package = one_signed();
    for (version, text) in [
        (&["--interface=2"][..], "interface \"2\", this distvouch 1"),
        (&["--interface="], "interface \"\""),
        (&[], "interface \"\""),
    ] {
        let mut command = distvouch();
        command
            .args(["portage", "detached"])
            .args(version)
            .arg("--distdir")
            .arg(package.path("distdir"));
        command.arg("--filesdir").arg(package.path("files"));
        command.args(package.with_openpgp(&["--", "f.tar", "f.tar.asc"]));
        let answer = Answer::of(&command.output().unwrap());
        assert_eq!(answer.class(), "not-checked-no-answer");
        assert!(answer.end.contains(text), "{}", answer.end);
    }
    let answer = Answer::of(&distvouch().args(["portage", "verify"]).output().unwrap());
    assert_eq!(answer.class(), "not-checked-no-answer");
    let help = distvouch().arg("--help").output().unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains("portage "), "it is hidden");
}

#[cfg(feature = "sigstore")]
mod provenance {
    use super::*;

    const NAME: &str = "hostile_ref-1.tar.gz";
    const REPOSITORY: &str = "https://github.com/example/hostile-ref";

    struct Published {
        package: Package,
        root: String,
    }

    impl Published {
        fn new() -> Self {
            let package = Package::new();
            let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/portage/hostile-ref");
            let read = |name: &str| std::fs::read(dir.join(name)).unwrap();
            let provenance = format!("{NAME}.provenance");
            package.fetch(&[(NAME, &read(NAME)), (&provenance, &read(&provenance))]);
            package.fetch(&[("renamed.tar.gz", &read(NAME))]);
            package.fetch(&[("renamed.tar.gz.provenance", &read(&provenance))]);
            Self { package, root: dir.join("trusted_root.json").display().to_string() }
        }

        fn ask(&self, verb: &str, args: &[&str]) -> Answer {
            let root = ["--trusted-root", &self.root, "--method=provenance"];
            self.package.ask(verb, root.iter().chain(args))
        }
    }

    #[test]
    fn who_published_it() {
        let published = Published::new();
        let provenance = format!("{NAME}.provenance");
        let repository = format!("--repository={REPOSITORY}");
        let by_hand = |args: &[&str], more: &[&str]| {
            let operands = ["--", NAME, &provenance];
            published.ask("provenance", &[args, &operands[..], more].concat())
        };
        let answer = by_hand(&[&repository], &[]);
        assert_eq!(answer.end, "done", "{}", answer.text());
        assert!(answer.says("Provenance changes nothing here"), "{}", answer.text());
        assert!(answer.says("refs/tags/x\\\\033[2J"), "{}", answer.text());
        for (args, more, class) in [
            (&[&repository, "--ref=refs/tags/v*"][..], &[][..], "ref-mismatch"),
            (&[&repository, "--workflow=other.yml"], &[], "workflow-mismatch"),
            (&["--repository=https://github.com/a/b"], &[], "publisher-mismatch"),
            (&["--repository=gcp:a@example.org"], &[], "publisher-mismatch"),
            (&["--repository=nonsense"], &[], "not-checked-no-answer"),
            (&[], &[], "not-checked-no-expectation"),
            (&[], &[""], "not-checked-no-expectation"),
            (&[&repository], &["https://github.com/a/b"], "publisher-mismatch"),
            // With the pins, however the repository is spelled.
            (
                &[&repository, "--workflow=other.yml"],
                &["https://github.com/Example/hostile-ref.git/"],
                "workflow-mismatch",
            ),
            (&["--workflow=other.yml"], &[REPOSITORY], "workflow-mismatch"),
        ] {
            let answer = by_hand(args, more);
            assert_eq!(answer.class(), class, "{args:?} {more:?}: {}", answer.text());
        }
        // The pins of one repository are not those of another, and that is said.
        let answer = by_hand(
            &["--repository=https://github.com/a/b", "--workflow=other.yml", "--owner-id=1"],
            &[REPOSITORY],
        );
        assert_eq!(answer.end, "done");
        assert_eq!(answer.level("--workflow does not count"), "ewarn");
        assert_eq!(answer.level("--owner-id does not count"), "ewarn");
    }

    #[test]
    fn all_of_a_with_provenance() {
        let published = Published::new();
        let provenance = format!("{NAME}.provenance");
        let repository = format!("--repository={REPOSITORY}");
        let ask = |args: &[&str]| {
            published.ask("all", &[&[&*repository, "--want=provenance"], args].concat())
        };
        let answer = ask(&["--", NAME, &provenance]);
        assert_eq!(answer.end, "done", "{}", answer.text());
        assert!(answer.says("provenance agrees"), "{}", answer.text());
        assert_eq!(ask(&["--", NAME]).class(), "provenance-absent");
        assert_eq!(ask(&["--", &provenance]).class(), "signature-stray");
        let renamed = ["--", "renamed.tar.gz", "renamed.tar.gz.provenance"];
        assert_eq!(ask(&renamed).class(), "subject-name");
        let name = format!("--upstream-name=renamed.tar.gz={NAME}");
        let answer = ask(&[&[&*name, "--upstream-name=other=x"], &renamed[..]].concat());
        assert_eq!(answer.end, "done", "{}", answer.text());
    }

    #[test]
    fn what_cannot_be_checked_is_refused_only_where_that_is_wanted() {
        let published = Published::new();
        let provenance = format!("{NAME}.provenance");
        // The root that is built in does not know this Sigstore.
        let args = ["--method=provenance", &format!("--repository={REPOSITORY}")];
        for strict in [None, Some("--strict")] {
            let operands = ["--", NAME, &provenance];
            let args: Vec<&str> = args.iter().copied().chain(strict).chain(operands).collect();
            let answer = published.package.ask("provenance", args);
            match strict {
                None => {
                    assert_eq!(answer.end, "done");
                    assert_eq!(answer.level("not checked: root-too-old"), "ewarn");
                    assert!(answer.says("VERIFY_SIG_STRICT=yes would refuse"));
                }
                Some(_) => {
                    assert_eq!(answer.class(), "root-too-old");
                    assert!(answer.end.contains("and VERIFY_SIG_STRICT=yes; see"));
                }
            }
        }
    }
}
