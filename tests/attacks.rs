//! What an attacker tried, and what became of it. The files in tests/data/attacks were made with
//! gpg; no one uses the keys.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::{Run, Scratch, distvouch};
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/attacks").join(name)
}

fn detached(key: &str, signature: &str, file: &str) -> Run {
    let output = distvouch()
        .args(["detached", "--json", "--time", "2026-11-23T00:00:00Z", "--openpgp-key"])
        .args([data(key), data(signature), data(file)])
        .output()
        .unwrap();
    Run::of(output)
}

fn notes(run: &Run) -> String {
    run.finding("openpgp")["detail"]["notes"].to_string()
}

#[test]
fn revocations_that_hide() {
    const FILE: &str = "foo-1.tar.gz";
    for (key, signature, said, note) in [
        // By a designated revoker whose key is in the ring.
        ("vic1.gpg", "vic.sig", "key-revoked", ""),
        // Superseded, with a newer self-signature: the one takes back nothing of the other.
        ("soft.gpg", "soft.sig", "agrees", "key-revoked"),
        ("soft.gpg", "soft2.sig", "key-revoked", ""),
        ("subboth.gpg", "sub.sig", "agrees", "key-revoked"),
        ("subboth.gpg", "sub2.sig", "key-revoked", ""),
        // The same subkey in two certificates, in either order.
        ("rL.gpg", "sub.sig", "key-revoked", ""),
        ("rL2.gpg", "sub.sig", "key-revoked", ""),
        // And one that took it over without its back signature.
        ("rL3.gpg", "sub.sig", "agrees", ""),
    ] {
        let run = detached(key, signature, FILE);
        assert_eq!(run.said("openpgp"), said, "{key} {signature}: {}", run.stdout);
        assert!(notes(&run).contains(note), "{key} {signature}: {}", run.stdout);
    }
}

#[test]
fn line_ends_of_text_signatures() {
    let run = detached("k.gpg", "t.sig", "t.txt");
    assert_eq!(run.said("openpgp"), "agrees");
    assert!(notes(&run).contains("how lines end"), "{}", run.stdout);
    // LF replaced by CR is another text: in a shell script, one long comment.
    assert_eq!(detached("k.gpg", "t.sig", "t2.txt").said("openpgp"), "signature-bad");
    assert_eq!(detached("k.gpg", "u.sig", "u.txt").said("openpgp"), "agrees");
}

#[test]
fn an_issuer_that_is_named_thousands_of_times() {
    let start = std::time::Instant::now();
    assert_eq!(detached("k.gpg", "many1.sig", "t.txt").said("openpgp"), "signature-bad");
    // It took forty seconds. This is not a benchmark: a bound that only a hang can reach.
    assert!(start.elapsed().as_secs() < 20);
}

#[test]
fn a_critical_notation_that_nobody_knows() {
    let run = detached("k.gpg", "crit.sig", "foo-1.tar.gz");
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "evidence-unsupported"));
}

/// Armor lines behind a blank: gpg reads one message where another reader sees two.
#[test]
fn there_is_no_choice_among_several_messages() {
    for name in ["dd.asc", "de.asc", "x20.asc"] {
        let scratch = Scratch::new();
        let out = scratch.file("out");
        let output = distvouch()
            .args(["message", "--time", "2026-11-23T00:00:00Z", "--openpgp-key"])
            .args([data("al.pgp"), data(name)])
            .arg("--output")
            .arg(&out)
            .output()
            .unwrap();
        let run = Run::of(output);
        assert_eq!(run.status, 1, "{name}: {}", run.stdout);
        assert!(!out.exists(), "{name}");
    }
}

#[test]
fn a_flooded_key() {
    use sequoia_openpgp::Packet;
    use sequoia_openpgp::cert::CertBuilder;
    use sequoia_openpgp::packet::UserID;
    use sequoia_openpgp::serialize::Serialize as _;
    let (cert, _) = CertBuilder::new().add_userid("a").generate().unwrap();
    let scratch = Scratch::new();
    let mut bytes = Vec::new();
    cert.serialize(&mut bytes).unwrap();
    for number in 0..5000 {
        Packet::from(UserID::from(format!("b{number}"))).serialize(&mut bytes).unwrap();
    }
    let key = scratch.write("key.pgp", bytes);
    scratch.write("f", "abc");
    let run = scratch.check(["--openpgp-key", key.to_str().unwrap(), "f"]);
    assert!(run.status == 2 && run.stderr.contains("more than 4000"), "{}", run.stderr);
}

#[test]
fn required_checks_without_anything_to_check_by() {
    let scratch = Scratch::new();
    scratch.write("f", "abc");
    for (check, class) in [
        ("review", "review-absent"),
        ("source", "not-checked-no-clone"),
        ("continuity", "not-checked-no-expectation"),
    ] {
        let run = scratch.check(["--require", check, "f"]);
        assert_eq!((run.status, run.said(check).as_str()), (3, class), "{}", run.stdout);
    }
}

/// A scratch directory with the key and `name`, next to which stands a signature over other bytes.
fn badly_signed(name: &str) -> (Scratch, String) {
    let scratch = Scratch::new();
    scratch.write(name, "evil");
    scratch.write(&format!("{name}.sig"), std::fs::read(data("vic.sig")).unwrap());
    let key = data("vic1.gpg").to_str().unwrap().to_owned();
    (scratch, key)
}

#[test]
fn names_that_look_like_evidence() {
    for name in ["VMware-17.bundle", "bar.minisig", "bar.provenance", "bar.sign", "bar.sigstore"] {
        let (scratch, key) = badly_signed(name);
        let run = scratch.check(["--openpgp-key", &key, "--require", "openpgp", name]);
        assert_eq!(run.status, 1, "{name}: {}", run.stdout);
        assert!(run.said("openpgp").contains("signature-bad"), "{name}: {}", run.stdout);
    }
    // Beside a distfile of the shorter name, too.
    let (scratch, key) = badly_signed("pkg.bundle");
    scratch.write("pkg", "x");
    let run = scratch.check(["--openpgp-key", &key, "--require", "openpgp", "pkg.bundle", "pkg"]);
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "signature-bad"), "{}", run.stdout);
}

#[test]
fn a_stray_name_does_not_hide_from_the_attacker_sets() {
    let scratch = Scratch::new();
    scratch.write("VMware-17.bundle", "#!/bin/sh");
    let manifest = scratch.manifest(&["VMware-17.bundle"]);
    let run = scratch.check(["--clock", "emerge", "--manifest", manifest.to_str().unwrap()]);
    assert_eq!(run.json()["attackers"], serde_json::json!([["gentoo"]]), "{}", run.stdout);
}

#[test]
fn distfiles_that_vouch_for_themselves() {
    let (scratch, key) = badly_signed("z.tar.gz");
    scratch.write("z2.tar", "y");
    let base = ["--openpgp-key", &key, "--require", "openpgp"];
    let run = scratch.check(base.iter().chain(&["--signature", "z.tar.gz=z.tar.gz", "z.tar.gz"]));
    assert!(run.status == 2 && run.stderr.contains("about itself"), "{}", run.stderr);
    let mutual = ["--signature", "z.tar.gz=z2.tar", "--signature", "z2.tar=z.tar.gz"];
    let run = scratch.check(base.iter().chain(&mutual).chain(&["z.tar.gz", "z2.tar"]));
    assert_eq!(run.status, 1, "{}", run.stdout);
    // Nothing but evidence is nothing but content.
    scratch.write("f.tar.gz.sig", "x");
    let run = scratch.check(base.iter().chain(&["f.tar.gz.sig"]));
    assert_eq!(run.status, 1, "{}", run.stdout);
}
