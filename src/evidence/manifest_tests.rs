#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;

const B2: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(Path::new("Manifest"), text.as_bytes())
}

fn fault(text: &str) -> (usize, Fault) {
    match parse(text) {
        Err(ManifestError::Syntax { line, fault, .. }) => (line, fault),
        other => panic!("{text:?} gave {other:?}"),
    }
}

#[test]
fn thin_and_thick_entries_are_kept_apart() {
    let text = format!(
        "AUX a.patch 3 BLAKE2B {B2}\nDIST f-1.tar.gz 10 BLAKE2B {B2}\nEBUILD f-1.ebuild 1\n\nMISC metadata.xml 2\n"
    );
    let manifest = parse(&text).unwrap();
    assert_eq!(manifest.names().collect::<Vec<_>>(), ["f-1.tar.gz"]);
    assert_eq!(manifest.others(), 3);
    let Lookup::Entry(entry) = manifest.lookup("f-1.tar.gz") else { panic!() };
    assert_eq!((entry.line, entry.size), (2, 10));
    assert_eq!(entry.known().collect::<Vec<_>>(), [(HashName::Blake2b, B2)]);
    assert_eq!(manifest.lookup("a.patch"), Lookup::Missing);
}

#[test]
fn equal_duplicates_are_one_entry_and_others_are_ambiguous() {
    let line = format!("DIST f 10 BLAKE2B {B2}\n");
    assert!(matches!(parse(&line.repeat(2)).unwrap().lookup("f"), Lookup::Entry(_)));
    let differ = [
        format!("{line}DIST f 11 BLAKE2B {B2}\n"),
        format!("{line}DIST f 10 BLAKE2B {}\n", B2.replace('0', "1")),
        // Portage would merge these into one entry with two hashes.
        format!("{line}DIST f 10 SHA512 {B2}\n"),
    ];
    for text in differ {
        let manifest = parse(&text).unwrap();
        assert_eq!(
            manifest.lookup("f"),
            Lookup::Ambiguous { lines: vec![1, 2], hash: None },
            "{text}"
        );
    }
}

#[test]
fn a_hash_twice_on_a_line_is_ambiguous_only_if_it_differs() {
    let other = B2.replace('0', "1");
    let manifest = parse(&format!("DIST f 1 BLAKE2B {B2} BLAKE2B {other}\n")).unwrap();
    assert_eq!(manifest.lookup("f"), Lookup::Ambiguous { lines: vec![1], hash: Some("BLAKE2B") });
    let manifest = parse(&format!("DIST f 1 BLAKE2B {B2} BLAKE2B {B2}\n")).unwrap();
    assert!(matches!(manifest.lookup("f"), Lookup::Entry(_)));
}

#[test]
fn unknown_hashes_are_kept_by_name() {
    let manifest = parse("DIST f 1 BLAKE9 abcd\n").unwrap();
    let Lookup::Entry(entry) = manifest.lookup("f") else { panic!() };
    assert_eq!(entry.unknown().collect::<Vec<_>>(), ["BLAKE9"]);
    assert_eq!(entry.known().count(), 0);
}

#[test]
fn every_fault_names_its_line() {
    let many = format!("DIST f 1{}\n", (0..33).map(|n| format!(" H{n} 00")).collect::<String>());
    let cases = [
        ("\nDIST f\n", 2, Fault::Incomplete),
        ("DIST f x\n", 1, Fault::BadSize("x".into())),
        ("DIST f -1\n", 1, Fault::BadSize("-1".into())),
        ("DIST f +1\n", 1, Fault::BadSize("+1".into())),
        ("DIST f 99999999999999999999\n", 1, Fault::BadSize("99999999999999999999".into())),
        ("DIST f 1 SHA512\n", 1, Fault::HashWithoutValue("SHA512".into())),
        ("DIST f 1 SHA512 abcd\n", 1, Fault::BadHash("SHA512".into())),
        (many.as_str(), 1, Fault::TooManyHashes),
        ("DIST f 1 MD5 D41D8CD98F00B204E9800998ECF8427E\n", 1, Fault::BadHash("MD5".into())),
        ("DIST a/b 1\n", 1, Fault::BadName("a/b 1".into())),
        ("DIST .. 1\n", 1, Fault::BadName(".. 1".into())),
        ("DIST \\x2e\\x2e 1\n", 1, Fault::BadName("\\x2e\\x2e 1".into())),
        ("DIST \\x66 1\n", 1, Fault::BadName("\\x66 1".into())),
        ("TIMESTAMP yesterday\n", 1, Fault::BadTimestamp("yesterday".into())),
        ("TIMESTAMP 2026-11-22T00:00:00Z x\n", 1, Fault::Surplus("x".into())),
        ("IGNORE a b\n", 1, Fault::Surplus("b".into())),
        ("OPTIONAL a\n", 1, Fault::UnknownTag("OPTIONAL".into())),
        ("DIST \\q 1\n", 1, Fault::BadName("\\q 1".into())),
        ("dist f 1\n", 1, Fault::UnknownTag("dist".into())),
        ("<html>\n", 1, Fault::UnknownTag("<html>".into())),
        ("EBUILD f\n", 1, Fault::Incomplete),
        ("DIST f 1\r\n", 1, Fault::CarriageReturn),
        ("DIST f\0 1\n", 1, Fault::ControlCharacter(0)),
    ];
    for (text, line, expected) in cases {
        assert_eq!(fault(text), (line, expected), "{text:?}");
    }
    let bytes = Manifest::parse(Path::new("M"), &b"DIST \xff 1\n"[..]);
    assert!(matches!(bytes, Err(ManifestError::Syntax { fault: Fault::NotUtf8, .. })));
    assert_eq!(fault(&"x".repeat(LINE_LIMIT + 1)), (1, Fault::LineTooLong));
}

#[test]
fn a_last_line_without_line_feed_counts() {
    assert_eq!(parse("DIST f 1").unwrap().names().count(), 1);
}

#[test]
fn encoded_names_are_decoded() {
    let manifest = parse("DIST a\\x20b\\u00a0\\U0000005cé 1\n").unwrap();
    assert_eq!(manifest.names().collect::<Vec<_>>(), ["a b\u{a0}\\é"]);
}

#[test]
fn an_armor_is_taken_off() {
    let text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nDIST f 1\n- \n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";
    let manifest = parse(text).unwrap();
    assert!(manifest.armored());
    assert_eq!(manifest.names().collect::<Vec<_>>(), ["f"]);
    assert!(!parse("DIST f 1\n").unwrap().armored());
}

#[test]
fn text_outside_of_the_armor_is_refused() {
    let armor = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nDIST f 1\n-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";
    for text in [
        format!("DIST g 1\n{armor}"),
        format!("{armor}DIST g 1\n"),
        format!("{armor}{armor}"),
        armor.replace("Hash: SHA512", "Comment: x"),
        armor.replace("-----END PGP SIGNATURE-----\n", ""),
        "-----BEGIN PGP SIGNATURE-----\n".to_owned(),
    ] {
        assert!(matches!(fault(&text).1, Fault::BadArmor(_)), "{text}");
    }
}
