//! doc/distvouch.1 is made from the command line's definitions and the explain table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::{Run, distvouch, tool};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_manual_page_is_what_the_program_prints() {
    let page = Run::of(distvouch().arg("man").output().unwrap()).stdout;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("doc/distvouch.1");
    if std::env::var_os("DISTVOUCH_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "write it anew: DISTVOUCH_BLESS=1 cargo test manual::");
}

#[test]
fn groff_has_no_complaint() {
    let Some(groff) = tool("manual page", "groff") else { return };
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("doc/distvouch.1");
    let output = Command::new(groff)
        .args(["-Kutf8", "-man", "-ww", "-Tutf8"])
        .arg(page)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}");
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Run::of(distvouch().args(["completions", shell]).output().unwrap());
        assert_eq!(run.status, 0, "{shell}: {}", run.stderr);
        assert!(run.stdout.contains("openpgp-key"), "{shell}");
    }
}
