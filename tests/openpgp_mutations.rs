//! Mutated OpenPGP signatures: gpg and we agree on each, or the difference is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;
#[path = "common/mutations.rs"]
mod mutations;
use common::{Run, Scratch, tool};
use distvouch::openpgp::UnverifiedSignatures;
use std::path::Path;
use std::process::{Command, Output};

fn gpg(program: &Path, scratch: &Scratch, args: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(["--batch", "--no-tty", "--quiet", "--homedir", "home", "--passphrase", ""]);
    command.args(["--pinentry-mode", "loopback"]).args(args);
    command.current_dir(scratch.path()).output().unwrap()
}

#[test]
fn differential() {
    let Some(program) = tool("openpgp_mutations differential", "gpg") else { return };
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.file("home")).unwrap();
    scratch.write("f", "a release\n");
    let done = |args: &[&str]| {
        let output = gpg(&program, &scratch, args);
        assert!(output.status.success(), "{args:?}: {output:?}");
    };
    done(&["--quick-generate-key", "a <a@example.org>", "ed25519", "sign", "never"]);
    done(&["--armor", "--output", "key.asc", "--export"]);
    done(&["--armor", "--output", "f.asc", "--detach-sign", "f"]);
    done(&["--output", "f.sig", "--detach-sign", "f"]);
    let mut real = |bytes: &[u8]| {
        scratch.write("x", bytes);
        gpg(&program, &scratch, &["--verify", "x", "f"]).status.success()
    };
    let mut ours = |bytes: &[u8]| {
        scratch.write("y", bytes);
        let mut command = common::distvouch();
        command.args(["detached", "--openpgp-key", "key.asc", "y", "f"]);
        Run::of(command.current_dir(scratch.path()).output().unwrap()).status == 0
    };
    let protected = |bytes: &[u8]| {
        let signatures = UnverifiedSignatures::parse(bytes).ok()?;
        let [signature] = signatures.signatures() else { return None };
        Some((signature.hashed_area().clone(), signature.mpis().clone(), signature.hash_algo()))
    };
    for name in ["f.asc", "f.sig"] {
        let whole = std::fs::read(scratch.file(name)).unwrap();
        assert!(protected(&whole).is_some());
        let explain = |real: bool, bytes: &[u8]| match (real, protected(bytes)) {
            // gpg does without an armor's last line, and with padding and text behind the base64.
            (true, None) => Some("gpg takes armor that is broken, and we call it malformed"),
            // An issuer key id outside of what is hashed, white space around armor lines.
            (false, parts) if parts.is_some() && parts == protected(&whole) => {
                Some("nothing that the signature protects was changed")
            }
            _ => None,
        };
        mutations::compare(&whole, &mut real, &mut ours, &explain);
    }
    let kill = Command::new("gpgconf")
        .args(["--homedir", "home", "--kill", "all"])
        .current_dir(scratch.path())
        .status();
    drop(kill);
}
