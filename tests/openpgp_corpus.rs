//! Real upstream releases, and what gemato and sqv say of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::common::{Run, corpora, distvouch};
use std::path::Path;

/// Where the strict policy differs from sqv 1.1.0, and why.
const STRICT_DIFFERENCES: &[(&str, &str)] = &[(
    "apr-util@bookworm",
    "sqv gives up on the whole key ring because of one old key in it that it cannot read; \
     distvouch, like gpg, leaves out that key",
)];

struct Case {
    name: String,
    distfile: String,
    signature: String,
    gemato: String,
    sqv: String,
    uncompressed: String,
}

fn cases(corpus: &Path) -> Vec<Case> {
    let table = std::fs::read_to_string(corpus.join("expected.tsv")).unwrap();
    let mut rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let column = |name: &str| header.iter().position(|h| *h == name).expect("a column");
    rows.map(|row| Case {
        name: row[column("case")].to_owned(),
        distfile: row[column("distfile")].to_owned(),
        signature: row[column("signature")].to_owned(),
        gemato: row[column("gemato")].to_owned(),
        sqv: row[column("sqv")].to_owned(),
        uncompressed: row[column("gemato_on_uncompressed")].to_owned(),
    })
    .collect()
}

/// Whether this build's library refuses what the others take, and says so: then it is no matter of the policy.
fn is_beyond_botan(run: &Run) -> bool {
    let said = run.stdout.contains("begins with a zero byte");
    assert!(!said || cfg!(feature = "crypto-botan") && run.status == 1, "{}", run.stdout);
    said
}

fn check(corpus: &Path, case: &Case, policy: &str) -> Run {
    let dir = corpus.join(&case.name);
    let output = distvouch()
        .args(["check", "--json", "--require", "openpgp", "--time", "2026-11-22T00:00:00Z"])
        .args(["--openpgp-policy", policy, "--distdir"])
        .arg(&dir)
        .arg("--openpgp-key")
        .arg(dir.join("signing-key.asc"))
        .arg("--signature")
        .arg(format!("{}={}", case.distfile, case.signature))
        .arg(&case.distfile)
        .output()
        .unwrap();
    Run::of(output)
}

#[test]
fn the_default_policy_decides_as_gemato_does() {
    let Some(corpora) = corpora("openpgp corpus, gemato") else { return };
    let cases = cases(&corpora.join("openpgp"));
    assert!(cases.len() >= 36);
    for case in &cases {
        let run = check(&corpora.join("openpgp"), case, "gentoo");
        let got = if run.status == 0 { "accept" } else { "reject" };
        if is_beyond_botan(&run) {
            continue;
        }
        assert_eq!(got, case.gemato, "{}: {}{}", case.name, run.stdout, run.stderr);
        assert!(run.status <= 2, "{}", case.name);
    }
}

#[test]
fn the_strict_policy_decides_as_sqv_does() {
    let Some(corpora) = corpora("openpgp corpus, sqv") else { return };
    for case in cases(&corpora.join("openpgp")) {
        let run = check(&corpora.join("openpgp"), &case, "strict");
        let got = if run.status == 0 { "accept" } else { "reject" };
        if is_beyond_botan(&run) {
            continue;
        }
        let listed = STRICT_DIFFERENCES.iter().any(|(name, _)| *name == case.name);
        assert_eq!(got != case.sqv, listed, "{}: {got}: {}{}", case.name, run.stdout, run.stderr);
    }
}

#[test]
fn each_refusal_has_its_class() {
    let Some(corpora) = corpora("openpgp corpus, classes") else { return };
    let expected = [
        ("libidn2@trixie", "key-expired"),
        ("mawk@sid", "key-expired"),
        ("libtool@sid", "signature-bad"),
        ("lighttpd@trixie", "signature-malformed"),
        ("ofono@bookworm", "signature-bad"),
    ];
    let cases = cases(&corpora.join("openpgp"));
    for (name, class) in expected {
        let case = cases.iter().find(|case| case.name == name).expect(name);
        let run = check(&corpora.join("openpgp"), case, "gentoo");
        assert_eq!((run.status, run.said("openpgp").as_str()), (1, class), "{name}");
    }
    // Its key file is an armored file of no stated kind, which neither gpg nor we take for keys.
    let case = cases.iter().find(|case| case.name == "dos2unix@bookworm").unwrap();
    let run = check(&corpora.join("openpgp"), case, "gentoo");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("PGP ARMORED FILE"), "{}", run.stderr);
}

#[test]
fn weaknesses_are_said_beside_an_agreement() {
    let Some(corpora) = corpora("openpgp corpus, weaknesses") else { return };
    let cases = cases(&corpora.join("openpgp"));
    for (name, phrase) in [
        ("musl@bookworm", "SHA-1"),
        ("file@bookworm", "DSA"),
        ("byacc@bookworm", "expired since"),
        ("chrony@bullseye", "expired since"),
    ] {
        let case = cases.iter().find(|case| case.name == name).expect(name);
        let run = check(&corpora.join("openpgp"), case, "gentoo");
        let notes = run.finding("openpgp")["detail"]["notes"].to_string();
        assert!(notes.contains(phrase), "{name}: {notes}");
    }
}

#[test]
fn one_changed_byte_is_a_signature_that_does_not_fit() {
    let Some(corpora) = corpora("openpgp corpus, one byte") else { return };
    let corpus = corpora.join("openpgp");
    for case in cases(&corpus).iter().filter(|case| case.gemato == "accept") {
        let scratch = common::Scratch::new();
        for name in [&case.distfile, &case.signature] {
            scratch.write(name, std::fs::read(corpus.join(&case.name).join(name)).unwrap());
        }
        scratch.flip(&case.distfile, 100);
        let key = corpus.join(&case.name).join("signing-key.asc");
        let run = scratch.check([
            "--time".as_ref(),
            "2026-11-22T00:00:00Z".as_ref(),
            "--require".as_ref(),
            "openpgp".as_ref(),
            "--openpgp-key".as_ref(),
            key.as_os_str(),
            case.distfile.as_ref(),
        ]);
        assert_eq!(
            (run.status, run.said("openpgp").as_str()),
            (1, "signature-bad"),
            "{}",
            case.name
        );
    }
    assert!(cases(&corpus).iter().any(|case| case.uncompressed == "accept"));
}
