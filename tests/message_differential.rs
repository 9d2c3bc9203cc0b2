//! Messages made and altered here: what gpg and gpgv make of each, and where distvouch differs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::message_cases::{Case, TEXT, cleartext_cases, inline_cases};
use crate::common::messages::{key, public};
use crate::common::{Run, Scratch, distvouch, tool};
use std::path::{Path, PathBuf};
use std::process::Command;

struct Bench {
    scratch: Scratch,
    key: PathBuf,
    cases: Vec<Case>,
}

impl Bench {
    fn new() -> Self {
        let (cert, stranger) = (key("alice"), key("mallory"));
        let scratch = Scratch::new();
        let key = scratch.write("key.pgp", public(&cert));
        let mut cases = cleartext_cases(&cert, &stranger);
        cases.extend(inline_cases(&cert, &stranger));
        Self { scratch, key, cases }
    }

    fn ours(&self, case: &Case) -> (Run, Option<Vec<u8>>) {
        let out = self.scratch.file("ours");
        let _ = std::fs::remove_file(&out);
        let message = self.scratch.write("message", &case.bytes);
        let output = distvouch()
            .args(["message", "--json", "--openpgp-key"])
            .arg(&self.key)
            .arg("--output")
            .arg(&out)
            .arg(message)
            .output()
            .unwrap();
        (Run::of(output), std::fs::read(out).ok())
    }

    /// Whether another program exits with 0, and what it wrote.
    fn theirs(&self, case: &Case, command: &mut Command) -> (bool, Option<Vec<u8>>) {
        let out = self.scratch.file("theirs");
        let _ = std::fs::remove_file(&out);
        let message = self.scratch.write("message", &case.bytes);
        let output = command.arg("--output").arg(&out).arg("--").arg(message).output().unwrap();
        (output.status.success(), std::fs::read(out).ok())
    }

    fn home(&self, gpg: &Path) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let home = self.scratch.file("gnupg");
        std::fs::create_dir(&home).unwrap();
        std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
        let imported = Command::new(gpg)
            .arg("--homedir")
            .arg(&home)
            .args(["--batch", "--import"])
            .arg(&self.key)
            .output()
            .unwrap();
        assert!(imported.status.success(), "{imported:?}");
        home
    }
}

#[test]
fn each_message_has_its_class_and_text() {
    let bench = Bench::new();
    assert!(bench.cases.len() > 100);
    let mut failures = Vec::new();
    for case in &bench.cases {
        let (run, text) = bench.ours(case);
        let status = if case.said == "agrees" { 0 } else { 1 };
        let said = run.said("openpgp");
        if said != case.said || run.status != status || text != case.text {
            let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
            let compared = run.finding("openpgp")["compared"].to_string();
            failures.push(format!("{}: {said} {}, {text:?}, {compared}", case.name, run.status));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Where gpg and gpgv do something else, and why. They do the same among themselves.
enum Difference {
    Refuses(&'static str),
    Accepts(&'static str),
    Writes(&'static str, &'static str),
}

fn difference(case: &str) -> Option<Difference> {
    use Difference::*;
    const STRANGER: &str = "one signature that cannot be checked makes gpg fail; as for detached \
        signatures, one that counts is enough here, and the other is said";
    const HASH: &str = "gpg hashes with what the header names, before it sees the signature; RFC \
        9580, section 6.2.2.3, has the header ignored";
    const MANY: &str = "a limit of ours, against work without end";
    const GRAMMAR: &str = "gpg takes packets beyond the grammar of messages";
    Some(match case {
        "CR LF throughout" => Writes(
            "first line\r\n- a dash\r\n-----\r\nFrom here\r\n\r\n  indented\r\nlast line\r\n",
            "gpg keeps line ends, which are not signed; ours are always LF",
        ),
        "CR LF in the text" => Writes(
            "first line\r\n- a dash\n-----\nFrom here\n\n  indented\nlast line\n",
            "gpg keeps line ends, which are not signed; ours are always LF",
        ),
        "no text" => Writes("\n", "no text and an empty line are signed alike: one of the two"),
        "as bytes in a text literal" => {
            Writes(TEXT, "gpg changes line ends by the format of the literal, which is not signed")
        }
        "no Hash header" | "another Hash header" => Refuses(HASH),
        "a line of 30000 bytes" => Refuses("gpg takes lines of up to 20000 bytes"),
        "a stranger beside it" | "a stranger before it" | "with a stranger" => Refuses(STRANGER),
        "as text with LF" => {
            Refuses("gpg hashes what the literal holds; RFC 9580, section 5.2.1.2, wants CR LF")
        }
        "65 signatures" | "65 signatures around a text" | "300 markers" => Accepts(MANY),
        "a signature over bytes" => {
            Accepts("gpg hashes the text as if the signature were over text")
        }
        "two signature blocks" => Accepts("gpg does not look behind the first"),
        "no end of the signature" => Accepts("gpg takes the end of the file for it"),
        "a text behind, compressed" => Accepts("gpg does not look behind a compressed packet"),
        "a text in the compressed packet, behind its stream"
        | "a NUL in the compressed packet, behind its stream"
        | "a text in the compressed packet with a length, behind its stream"
        | "a text behind the compressed packet with a length"
        | "a compressed packet longer than the file" => {
            Accepts("gpg drops what stands behind the stream")
        }
        "compressed twice" | "signed around a signed message" => Accepts(GRAMMAR),
        _ => return None,
    })
}

/// Holds another program against what distvouch says of each case.
fn compare(bench: &Bench, program: &dyn Fn() -> Command) {
    let mut failures = Vec::new();
    for case in &bench.cases {
        let (accepts, text) = bench.theirs(case, &mut program());
        let ours = case.said == "agrees";
        let expected = match difference(case.name) {
            None => (ours, case.text.clone()),
            Some(Difference::Writes(text, why)) => {
                assert!(!why.is_empty() && case.text.as_deref() != Some(text.as_bytes()));
                (true, Some(text.as_bytes().to_vec()))
            }
            Some(Difference::Refuses(why)) => {
                assert!(!why.is_empty() && ours, "{}", case.name);
                (false, None)
            }
            Some(Difference::Accepts(why)) => {
                assert!(!why.is_empty() && !ours, "{}", case.name);
                (true, None)
            }
        };
        let same_text = !ours || !expected.0 || text == expected.1;
        if accepts != expected.0 || !same_text {
            let text = text.map(|text| String::from_utf8_lossy(&text).into_owned());
            failures.push(format!("{}: accepts: {accepts}, {text:?}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn gpg_says_the_same_or_the_difference_has_a_reason() {
    let Some(gpg) = tool("messages, gpg", "gpg") else { return };
    let bench = Bench::new();
    let home = bench.home(&gpg);
    compare(&bench, &|| {
        let mut command = Command::new(&gpg);
        command.arg("--homedir").arg(&home).args(["--batch", "--verify"]);
        command
    });
}

#[test]
fn gpgv_says_the_same_or_the_difference_has_a_reason() {
    let Some(gpgv) = tool("messages, gpgv", "gpgv") else { return };
    let bench = Bench::new();
    compare(&bench, &|| {
        let mut command = Command::new(&gpgv);
        command.arg("--keyring").arg(&bench.key);
        command
    });
}

/// Where gemato does something else than gpg, whether it accepts, and why.
fn gemato_difference(case: &str) -> Option<(bool, &'static str)> {
    const CR: &str = "gemato reads text with every CR as a line end";
    const BEHIND: &str = "gemato does not look behind the first message";
    Some(match case {
        "a CR in the blanks" | "a CR inside of a line" => (false, CR),
        "only CR" => (true, CR),
        "two messages" | "a stranger's message behind" | "a key behind" => (true, BEHIND),
        name if name.starts_with("a stranger be") => (true, "asked to, as distvouch does"),
        _ => return None,
    })
}

/// gemato asks gpg, but decides by itself; it reads cleartext-signed files only.
#[test]
fn gemato_says_as_gpg_or_the_difference_has_a_reason() {
    let Some(gemato) = tool("messages, gemato", "gemato") else { return };
    let bench = Bench::new();
    let cleartext: Vec<_> = bench
        .cases
        .iter()
        .filter(|case| case.bytes.starts_with(b"-----BEGIN PGP SIGNED MESSAGE-----\n"))
        .collect();
    assert!(cleartext.len() > 50);
    let mut failures = Vec::new();
    for case in cleartext {
        let message = bench.scratch.write("message", &case.bytes);
        let output = Command::new(&gemato)
            .args(["openpgp-verify", "-q", "-R", "--no-require-all-good", "-K"])
            .arg(&bench.key)
            .arg(message)
            .output()
            .unwrap();
        let ours = case.said == "agrees";
        let expected = match (gemato_difference(case.name), difference(case.name)) {
            (Some((accepts, _)), _) => accepts,
            (None, Some(Difference::Accepts(_))) => true,
            (None, Some(Difference::Refuses(_))) => false,
            (None, _) => ours,
        };
        if output.status.success() != expected {
            failures.push(format!("{}: {}", case.name, String::from_utf8_lossy(&output.stderr)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
