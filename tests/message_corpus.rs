//! Real signed messages, most of them Debian's, and what gpg, gpgv and gemato say of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::{Run, Scratch, corpora, distvouch, tool};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the class says something else than the incumbents, and why. `gpg` stands for gpg, gpgv and
/// ::gentoo's verify-sig_verify_message, which agree with each other throughout.
struct Difference {
    case: &'static str,
    from: &'static [&'static str],
    class: &'static str,
    why: &'static str,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "dsc-dnsmasq_2.93-3.dsc",
        from: &["gpg"],
        class: "key-expired",
        why: "signed after the key had expired; gpg reports that and exits with 0",
    },
    Difference {
        case: "gemato-post-expiration",
        from: &["gpg"],
        class: "key-expired",
        why: "signed after the key had expired; gpg reports that and exits with 0",
    },
    Difference {
        case: "whonix-2026-08-17.3ddac2a5",
        from: &["gpg"],
        class: "key-expired",
        why: "signed after the key had expired; gpg reports that and exits with 0",
    },
    Difference {
        case: "gemato-two-sigs-one",
        from: &["gpg", "gemato"],
        class: "agrees",
        why: "a signature by a stranger beside one that counts is said, not held against it, as for \
              detached signatures",
    },
    #[cfg(feature = "crypto-rust")]
    Difference {
        case: "dsc-courier-unicode_2.1.2-2.dsc",
        from: &["gpg", "gemato"],
        class: "evidence-unsupported",
        why: "an RSA key with 8192 bits, which the pure Rust backend does not take",
    },
];

/// The class of every other refusal.
fn class(name: &str) -> &'static str {
    match name {
        "gemato-expired-sig" => "signature-expired",
        _ => "signer-unknown",
    }
}

struct Case {
    name: String,
    gpg: String,
    gemato: String,
}

fn cases(corpus: &Path) -> Vec<Case> {
    let table = std::fs::read_to_string(corpus.join("expected.tsv")).unwrap();
    let mut rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|h| *h == name).expect("a column");
    rows.map(|row| {
        let gpg = row[column("gpg")];
        assert_eq!(gpg, row[column("gpgv")]);
        assert_eq!(gpg, row[column("eclass_verify_message")]);
        Case {
            name: row[column("case")].to_owned(),
            gpg: gpg.to_owned(),
            gemato: row[column("gemato_openpgp_verify")].to_owned(),
        }
    })
    .collect()
}

fn message(message: &Path, key: &Path, out: &Path) -> Run {
    let output = distvouch()
        .args(["message", "--json", "--time", "2026-11-22T00:00:00Z", "--openpgp-key"])
        .arg(key)
        .arg("--output")
        .arg(out)
        .arg(message)
        .output()
        .unwrap();
    Run::of(output)
}

fn paths(corpus: &Path, case: &Case) -> (PathBuf, PathBuf) {
    let dir = corpus.join(&case.name);
    (dir.join("message.asc"), dir.join("key.pgp"))
}

/// A key file as gpgv wants it.
fn binary(key: Vec<u8>) -> Vec<u8> {
    if !key.starts_with(b"-") {
        return key;
    }
    let mut bytes = Vec::new();
    sequoia_openpgp::armor::Reader::from_bytes(&key, None).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_case_is_as_the_incumbents_say_or_differs_for_a_reason() {
    let Some(corpora) = corpora("message corpus") else { return };
    let corpus = corpora.join("messages");
    let cases = cases(&corpus);
    assert_eq!(cases.len(), 39);
    for case in &cases {
        let scratch = Scratch::new();
        let (file, key) = paths(&corpus, case);
        let out = scratch.file("out");
        let run = message(&file, &key, &out);
        let got = if run.status == 0 { "accept" } else { "reject" };
        let difference = DIFFERENCES.iter().find(|d| d.case == case.name);
        for (who, said) in [("gpg", &case.gpg), ("gemato", &case.gemato)] {
            let differs = difference.is_some_and(|d| d.from.contains(&who));
            assert_eq!(got != said, differs, "{}, {who}: {}", case.name, run.stdout);
        }
        let expected = match difference {
            Some(difference) => {
                assert!(!difference.why.is_empty());
                difference.class
            }
            None if got == "accept" => "agrees",
            None => class(&case.name),
        };
        assert_eq!(run.said("openpgp"), expected, "{}: {}", case.name, run.stdout);
        assert_eq!(out.exists(), got == "accept", "{}", case.name);
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), usize::from(out.exists()));
    }
}

#[test]
fn the_text_is_what_gpgv_writes() {
    let Some(corpora) = corpora("message corpus, gpgv's text") else { return };
    let Some(gpgv) = tool("message corpus, gpgv's text", "gpgv") else { return };
    let corpus = corpora.join("messages");
    let mut compared = 0;
    for case in cases(&corpus).iter().filter(|case| case.gpg == "accept") {
        let scratch = Scratch::new();
        let (file, key) = paths(&corpus, case);
        let (ours, theirs) = (scratch.file("ours"), scratch.file("theirs"));
        if message(&file, &key, &ours).status != 0 {
            continue;
        }
        let keyring = scratch.write("key.pgp", binary(std::fs::read(key).unwrap()));
        let status = Command::new(&gpgv)
            .arg("--keyring")
            .arg(keyring)
            .arg("--output")
            .arg(&theirs)
            .arg(file)
            .output()
            .unwrap()
            .status;
        assert!(status.success(), "{}", case.name);
        assert_eq!(std::fs::read(ours).unwrap(), std::fs::read(theirs).unwrap(), "{}", case.name);
        compared += 1;
    }
    assert!(compared >= 20, "{compared}");
}

#[test]
fn one_changed_letter_leaves_nothing() {
    let Some(corpora) = corpora("message corpus, one letter") else { return };
    let corpus = corpora.join("messages");
    for case in cases(&corpus).iter().filter(|case| case.gpg == "accept") {
        let scratch = Scratch::new();
        let (file, key) = paths(&corpus, case);
        let (out, intact) = (scratch.file("out"), scratch.file("intact"));
        if message(&file, &key, &intact).status != 0 {
            continue;
        }
        let mut text = std::fs::read(file).unwrap();
        let blank = text.windows(2).position(|w| w == b"\n\n").unwrap();
        text[blank + 2] ^= 1;
        let altered = scratch.write("altered", text);
        let run = message(&altered, &key, &out);
        assert_eq!(
            (run.status, run.said("openpgp").as_str()),
            (1, "signature-bad"),
            "{}",
            case.name
        );
        assert!(!out.exists(), "{}", case.name);
    }
}
