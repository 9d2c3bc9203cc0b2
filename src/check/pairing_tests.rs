#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn names_of_lists() {
    for name in [
        "SHA256SUMS",
        "SHA512SUMS.txt",
        "sha256sum.txt",
        "SHASUMS256.txt",
        "foo_1.2_checksums.txt",
        "foo-1.2.tar.gz.sha256",
        "SHA256",
        "SHA-256SUMS",
        "foo_1.2_SHA256-SUMS",
        "checksums_sha256.txt",
        "checksum.txt",
    ] {
        assert!(is_list_name(name), "{name}");
    }
    for name in ["foo-1.2.tar.gz", "sha256sum-1.0.tar.gz", "checksums.py", "README.txt"] {
        assert!(!is_list_name(name), "{name}");
    }
}

#[test]
fn roles() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("f.tar.xz.sigstore.json"), " {}").unwrap();
    std::fs::write(dir.path().join("VMware-17.bundle"), "#!/bin/sh").unwrap();
    std::fs::write(dir.path().join("stray.bundle"), "{}").unwrap();
    let known = Names::of(["f.tar.xz", "g.whl"]);
    for (name, expected) in [
        ("f.tar.xz", Role::Content),
        ("f.tar.xz.asc", Role::Evidence),
        ("f.tar.sign", Role::Evidence),
        ("f.tar.xz.sigstore.json", Role::Evidence),
        ("g.whl.provenance", Role::Evidence),
        ("h.tar.gz.asc", Role::Stray(EvidenceKind::Signature)),
        ("f.tar.provenance", Role::Stray(EvidenceKind::Provenance)),
        ("f.tar.xz.sig.asc", Role::Evidence),
        ("f.tar.xz.signature", Role::Evidence),
        ("f.tar.gpg", Role::Evidence),
        ("f.tar.xz.intoto.jsonl", Role::Evidence),
        ("keys.gpg", Role::Content),
        ("multiple.intoto.jsonl", Role::Content),
        (".asc", Role::Content),
        ("VMware-17.bundle", Role::Content),
        ("stray.bundle", Role::Stray(EvidenceKind::Bundle)),
    ] {
        assert_eq!(known.role(dir.path(), name), expected, "{name}");
    }
}

#[test]
fn a_list_is_evidence_about_files_that_are_not_its_own() {
    let dir = tempfile::tempdir().unwrap();
    for (names, expected) in [
        (&["SHA256SUMS.asc"][..], Role::Stray(EvidenceKind::Signature)),
        (&["SHA256SUMS", "SHA256SUMS.asc"], Role::Evidence),
        (&["SHA256SUMS", "SHA256SUMS.1", "SHA256SUMS.asc"], Role::Evidence),
        (&["SHA256SUMS.asc", "f.asc"], Role::Stray(EvidenceKind::Signature)),
        (&["SHA256SUMS.asc", "f"], Role::Evidence),
        (&["A", "SHA256SUMS", "SHA256SUMS.asc"], Role::Evidence),
        (&["A", "SHA256SUMS.asc"], Role::Evidence),
    ] {
        let known = Names::of(names.iter().copied());
        assert_eq!(known.role(dir.path(), "SHA256SUMS.asc"), expected, "{names:?}");
    }
    let lists = ["SHA256SUMS", "SHA256SUMS.1", "SHA256SUMS.asc"];
    for (more, expected) in
        [(None, Role::Content), (Some("A"), Role::Evidence), (Some("f"), Role::Evidence)]
    {
        let known = Names::of(lists.into_iter().chain(more));
        assert_eq!(known.role(dir.path(), "SHA256SUMS"), expected, "{more:?}");
    }
}

/// Where nothing else is there, what is called like a list is what will be unpacked.
#[test]
fn lists_alone_are_content() {
    let dir = tempfile::tempdir().unwrap();
    let lists = ["a.sha256", "a.sha256.asc", "b.sha256", "b.sha256.asc"];
    let known = Names::of(lists);
    assert_eq!(known.role(dir.path(), "a.sha256"), Role::Content);
    assert_eq!(known.role(dir.path(), "b.sha256.asc"), Role::Evidence);
    let known = Names::of(lists.into_iter().chain(["c.tar.gz"]));
    assert_eq!(known.role(dir.path(), "a.sha256"), Role::Evidence);
}

/// A file is evidence for what it says of others, not for its name.
#[test]
fn a_list_that_says_nothing_of_the_others_is_content() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["f-1.tar.gz", "f-1-b2sum", "f-1-b2sum.sig"];
    let digest = "0".repeat(128);
    for (text, upstream, expected) in [
        ("#!/bin/sh\n".to_owned(), None, Role::Content),
        (format!("{digest}  other.tar.gz\n"), None, Role::Content),
        (format!("{digest}  f-1-b2sum\n"), None, Role::Content),
        (format!("{digest}\n"), None, Role::Content),
        // What only comes near is no line about it.
        (format!("{}  f-1.tar.gz\n", &digest[..32]), None, Role::Content),
        (
            format!("{digest}  x/f-1.tar.gz\n{}  y/f-1.tar.gz\n", "1".repeat(128)),
            None,
            Role::Content,
        ),
        (format!("{digest}  x f-1.tar.gz\n"), None, Role::Content),
        (format!("{}  f-1.tar.gz\n", &digest[..64]), None, Role::Content),
        (format!("{digest}  f-1.tar.gz\n"), None, Role::Evidence),
        (format!("{digest}  f-1.tar.gz\n"), Some("v1.tar.gz"), Role::Content),
        (format!("{digest}  v1.tar.gz\n"), Some("v1.tar.gz"), Role::Evidence),
    ] {
        std::fs::write(dir.path().join("f-1-b2sum"), &text).unwrap();
        let known = Names::called(names, |name| upstream.filter(|_| name == "f-1.tar.gz"));
        assert_eq!(known.role(dir.path(), "f-1-b2sum"), expected, "{text} {upstream:?}");
        assert_eq!(known.role(dir.path(), "f-1-b2sum.sig"), Role::Evidence);
    }
}

/// What each list is read for does not grow with all names.
#[test]
fn many_lists_and_many_names() {
    let dir = tempfile::tempdir().unwrap();
    let lists: Vec<String> = (0..1_000).map(|n| format!("{n:05}.sha256")).collect();
    for list in &lists {
        std::fs::write(dir.path().join(list), "nothing\n").unwrap();
    }
    let others: Vec<String> = (0..30_000).map(|n| format!("{n:05}.tar.gz")).collect();
    let signatures: Vec<String> = lists.iter().map(|list| format!("{list}.asc")).collect();
    let names = lists.iter().chain(&signatures).chain(&others);
    let known = Names::of(names.map(String::as_str));
    let begin = std::time::Instant::now();
    assert!(lists.iter().all(|list| known.role(dir.path(), list) == Role::Content));
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
}

#[test]
fn many_names_in_a_moment() {
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..20_000).map(|n| format!("{n:05}.md5.asc")).collect();
    let known = Names::of(names.iter().map(String::as_str).chain(["f"]));
    let begin = std::time::Instant::now();
    assert!(names.iter().all(|name| known.role(dir.path(), name) == Role::Evidence));
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
}

#[test]
fn what_stands_beside() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["f.tar.xz", "f.tar.xz.asc", "f.tar.sign", "f.tar.xz.provenance", "f.asc"] {
        std::fs::write(dir.path().join(name), "").unwrap();
    }
    let evidence = Evidence::beside(dir.path(), "f.tar.xz");
    assert_eq!(evidence.signatures, [dir.path().join("f.tar.xz.asc")]);
    assert_eq!(evidence.uncompressed, [dir.path().join("f.tar.sign")]);
    assert_eq!(evidence.provenance, [dir.path().join("f.tar.xz.provenance")]);
    assert!(evidence.bundles.is_empty() && evidence.minisign.is_empty());
}

#[test]
fn rare_suffixes() {
    let dir = tempfile::tempdir().unwrap();
    let key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n";
    for (name, text) in [
        ("f.sig.asc", ""),
        ("f.signature", ""),
        ("f.gpg", key),
        ("f.pgp", "-----BEGIN PGP SIGNATURE-----\n\n"),
        ("f.intoto.jsonl", "{}\n{}\n"),
    ] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let evidence = Evidence::beside(dir.path(), "f");
    let named = |names: &[&str]| names.iter().map(|n| dir.path().join(n)).collect::<Vec<_>>();
    assert_eq!(evidence.signatures, named(&["f.sig.asc", "f.signature", "f.pgp"]));
    assert_eq!(evidence.bundles, named(&["f.intoto.jsonl"]));
    assert_eq!(by_suffix("f.sig.asc"), Some((EvidenceKind::Signature, "f")));
}
