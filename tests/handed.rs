//! What people are handed next to a release: each form is judged, or named with what to do about it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::ed25519::Key;
use crate::common::{Run, Scratch, distvouch, flat, tool};
use sha2::{Digest as _, Sha256};
use std::path::Path;
use std::process::Command;

const NAME: &str = "foo-1.3.tar.gz";
const FILE: &[u8] = b"the bytes of a release\n";
#[cfg(feature = "sigstore")]
const ISSUER: &str = "https://issuer.example";

fn data(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn release() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(NAME, FILE);
    scratch
}

fn path(scratch: &Scratch, name: &str) -> String {
    scratch.file(name).to_string_lossy().into_owned()
}

fn compared(run: &Run, check: &str) -> String {
    run.finding(check)["compared"].as_str().unwrap().to_owned()
}

/// Runs the program, and joins the lines of what it prints.
fn said(args: &[&str]) -> (i32, String) {
    let run = Run::of(distvouch().args(args).output().unwrap());
    (run.status, flat(&format!("{}{}", run.stdout, run.stderr)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn signatures_under_less_usual_names() {
    let scratch = release();
    let key = Key::new(3);
    let public = scratch.write("k.pub", key.public()).to_string_lossy().into_owned();
    for suffix in ["asc", "sig", "sign", "sig.asc", "signature", "gpg", "pgp"] {
        let name = format!("{NAME}.{suffix}");
        scratch.write(&name, key.signify(FILE));
        let run = scratch.check(["--signify-key", &public, "--require", "signify", NAME]);
        assert_eq!(run.said("signify"), "agrees", "{suffix}: {}", run.stdout);
        // As a distfile of its own it is evidence, and nothing is asked of it.
        let run = scratch.check(["--signify-key", &public, "--require", "signify", NAME, &name]);
        assert_eq!(run.json()["distfiles"].as_array().unwrap().len(), 2);
        assert_eq!(run.status, 0, "{suffix}: {}", run.stdout);
        scratch.write(&name, key.signify(b"other bytes"));
        let run = scratch.check(["--signify-key", &public, "--require", "signify", NAME]);
        assert_eq!(run.said("signify"), "signature-bad", "{suffix}");
        std::fs::remove_file(scratch.file(&name)).unwrap();
    }
    // A key is not a signature, whatever it is beside.
    scratch.write(&format!("{NAME}.gpg"), std::fs::read(data("key.asc")).unwrap());
    let run = scratch.check(["--signify-key", &public, "--require", "signify", NAME]);
    assert_eq!(run.said("signify"), "signature-absent");
}

#[cfg(feature = "sigstore")]
#[test]
fn a_signature_and_a_certificate_of_cosign() {
    let scratch = release();
    let signature = format!("{NAME}.sig");
    // ECDSA, as base64 and nothing else.
    scratch.write(&signature, "MAYCAQECAQI=");
    let identity = ["--identity", "a@example.org", "--issuer", ISSUER];
    let check = |more: &[&str]| scratch.check(more.iter().chain(&[NAME]));
    let run = check(&[&identity[..], &["--require", "sigstore"]].concat());
    assert_eq!(run.said("sigstore"), "evidence-unsupported", "{}", run.stdout);
    let text = compared(&run, "sigstore");
    assert!(text.contains("bare signature in base64"), "{text}");
    assert!(text.contains("cosign bundle create --artifact foo-1.3.tar.gz"), "{text}");
    for certificate in ["foo-1.3.tar.gz.pem", "foo-1.3.tar.gz.sig.crt", "foo-1.3.tar.gz.cert"] {
        scratch.write(certificate, "-----BEGIN CERTIFICATE-----\n");
        let run = check(&[&identity[..], &["--require", "sigstore"]].concat());
        let text = compared(&run, "sigstore");
        assert!(text.contains(&format!("--certificate {certificate} ")), "{text}");
        std::fs::remove_file(scratch.file(certificate)).unwrap();
    }
    // Where an OpenPGP signature is wanted, it is none.
    let key = data("key.asc");
    let run = check(&["--openpgp-key", &key, "--require", "openpgp"]);
    assert_eq!(run.said("openpgp"), "signature-malformed");
    assert!(compared(&run, "openpgp").contains("bare signature in base64"), "{}", run.stdout);
    let (status, text) = said(&[
        "detached",
        "--openpgp-key",
        &key,
        &path(&scratch, &signature),
        &path(&scratch, NAME),
    ]);
    assert_eq!(status, 1);
    assert!(text.contains("cosign bundle create"), "{text}");
    let (_, text) = said(&["inspect", &path(&scratch, &signature)]);
    assert!(text.contains("bare signature in base64"), "{text}");
    scratch.write("c.pem", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==\n");
    let (_, text) = said(&["inspect", &path(&scratch, "c.pem")]);
    assert!(text.contains("a certificate in base64"), "{text}");
}

#[test]
fn a_signature_in_the_header_of_a_gzip_file() {
    let Some(signify) = tool("signify -z", "signify-openbsd") else { return };
    let scratch = Scratch::new();
    scratch.write("f", FILE);
    let run = |program: &Path, args: &[&str]| {
        Command::new(program).args(args).current_dir(scratch.path()).status().unwrap().success()
    };
    assert!(run(Path::new("gzip"), &["-n", "f"]));
    assert!(run(&signify, &["-G", "-n", "-p", "k.pub", "-s", "k.sec"]));
    assert!(run(&signify, &["-Sz", "-s", "k.sec", "-m", "f.gz", "-x", "f.tgz"]));
    let key = path(&scratch, "k.pub");
    let run = scratch.check(["--signify-key", &key, "--require", "signify", "f.tgz"]);
    assert_eq!((run.status, run.said("signify").as_str()), (1, "evidence-unsupported"));
    assert!(compared(&run, "signify").contains("signify -Vz -p KEY"), "{}", run.stdout);
    let file = path(&scratch, "f.tgz");
    let (status, text) = said(&["detached", "--signify-key", &key, &file, &file]);
    assert_eq!(status, 1);
    assert!(text.contains("signify -z"), "{text}");
    let (_, text) = said(&["inspect", &file]);
    assert!(text.contains("signify -z"), "{text}");
    // An ordinary gzip file has none.
    assert!(
        Command::new(&signify)
            .args(["-Vz", "-q", "-p", &key, "-x", &file, "-m"])
            .arg(scratch.file("again.gz"))
            .status()
            .unwrap()
            .success()
    );
    scratch.write("g.tgz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03");
    let run = scratch.check(["--signify-key", &key, "--require", "signify", "g.tgz"]);
    assert_eq!(run.said("signify"), "signature-absent");
}

#[test]
fn a_signed_list_whose_names_have_a_directory() {
    let scratch = release();
    let key = Key::new(4);
    let public = scratch.write("k.pub", key.public()).to_string_lossy().into_owned();
    let (good, other) = (hex(&Sha256::digest(FILE)), hex(&Sha256::digest(b"x")));
    let check = |list: &str| {
        scratch.write("SHA256SUMS", list);
        scratch.write("SHA256SUMS.minisig", key.minisign(list.as_bytes()));
        scratch.check(["--minisign-key", &public, "--require", "minisign", NAME])
    };
    let run = check(&format!("{good}  dist/{NAME}\n"));
    assert_eq!(run.said("minisign"), "agrees", "{}", run.stdout);
    let expected = format!(
        "SHA256 with line 1 of SHA256SUMS, which has it as dist/{NAME}, and that list by \
         SHA256SUMS.minisig: "
    );
    assert!(compared(&run, "minisign").starts_with(&expected), "{}", run.stdout);
    let run = check(&format!("{other}  dist/{NAME}\n"));
    assert_eq!(run.said("minisign"), "checksum-mismatch");
    let expected = "SHA256 differs from line 1 of SHA256SUMS (a signed list)";
    assert_eq!(compared(&run, "minisign"), expected);
    let run = check(&format!("{good}  {NAME}\n"));
    assert!(compared(&run, "minisign").starts_with("SHA256 with line 1 of SHA256SUMS, and that"));
    // What is there and of no use is said, with the reason. Two builds by one name: neither is meant.
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    for (list, reason) in [
        (
            format!("{good}  linux/{NAME}\n{other}  windows/{NAME}\n"),
            "in directories, which differ",
        ),
        (format!("{good}  ../{NAME}\n"), "of that name in a directory"),
        (format!("{md5}  {NAME}\n"), "MD5"),
        (format!("BLAKE9 ({NAME}) = {good}\n"), "not computed here"),
    ] {
        let run = check(&list);
        assert_eq!((run.status, run.said("minisign").as_str()), (1, "checksum-missing"), "{list}");
        let text = compared(&run, "minisign");
        assert!(text.contains("SHA256SUMS has no checksum of it; line 1"), "{text}");
        assert!(text.contains(reason), "{text}");
        // Where nothing is expected, too; a signature of the file itself is not touched by it.
        let run = scratch.check(["--require", "manifest", NAME]);
        assert_eq!(run.said("minisign"), "checksum-missing", "{}", run.stdout);
    }
    let run = check(&format!("{good}  another.tar.gz\n"));
    assert_eq!(run.said("minisign"), "signature-absent");
    assert!(compared(&run, "minisign").contains("signed list SHA256SUMS does not name it"));
    let weak = format!("MD5 ({NAME}) = {md5}\n");
    assert_eq!(check(&weak).said("minisign"), "checksum-mismatch");
    let own = format!("{other}  old/{NAME}\n{good}  {NAME}\n");
    assert_eq!(check(&own).said("minisign"), "agrees");
}

#[test]
fn rsa_beyond_4096_bits_names_the_build() {
    let scratch = Scratch::new();
    scratch.write("f", FILE);
    let (key, signature) = (data("signatures/rsa8192.key"), data("signatures/s.rsa8192.asc"));
    let (status, text) =
        said(&["detached", "--openpgp-key", &key, &signature, &path(&scratch, "f")]);
    assert_eq!(status, 1);
    assert!(text.contains("evidence-unsupported"), "{text}");
    assert!(text.contains("RSA signatures with 8192 bits"), "{text}");
    assert!(text.contains("crypto-nettle"), "{text}");
}

#[test]
fn a_curve_that_is_not_computed_is_named() {
    let Some(gpg) = tool("Brainpool", "gpg") else { return };
    let (scratch, home) = (release(), Scratch::new());
    let run = |args: &[&str]| {
        let output = Command::new(&gpg)
            .args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""])
            .args(args)
            .env("GNUPGHOME", home.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    run(&["--quick-generate-key", "a@example.org", "brainpoolP384r1", "sign", "never"]);
    scratch.write("k.asc", run(&["--armor", "--export"]));
    scratch.write("s.asc", run(&["--armor", "--detach-sign", "-o", "-", &path(&scratch, NAME)]));
    let args = [
        "detached",
        "--openpgp-key",
        &path(&scratch, "k.asc"),
        &path(&scratch, "s.asc"),
        &path(&scratch, NAME),
    ];
    let (status, text) = said(&args);
    // Builds with another backend do compute it.
    if status == 0 {
        return;
    }
    assert!(text.contains("evidence-unsupported"), "{text}");
    assert!(text.contains("brainpoolP384r1") && text.contains("crypto-openssl"), "{text}");
}

#[cfg(feature = "sigstore")]
#[test]
fn a_managed_key_that_is_not_computed_is_named() {
    let Some(openssl) = tool("managed keys", "openssl") else { return };
    let scratch = release();
    scratch.write(&format!("{NAME}.sigstore.json"), "{}");
    for (args, part) in [
        (&["ecparam", "-name", "secp521r1", "-genkey"][..], "on the curve P-521"),
        (&["ecparam", "-name", "secp256k1", "-genkey"], "secp256k1"),
        (&["genpkey", "-algorithm", "ed448"], "an Ed448 key"),
    ] {
        let secret = Command::new(&openssl).args(args).output().unwrap();
        let secret = scratch.write("secret.pem", secret.stdout);
        let public =
            Command::new(&openssl).args(["pkey", "-pubout", "-in"]).arg(secret).output().unwrap();
        let public = scratch.write("k.pem", public.stdout).to_string_lossy().into_owned();
        let run = scratch.check(["--sigstore-key", &public, NAME]);
        assert_eq!(run.status, 2, "{part}");
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    let text = scratch.write("k.pem", "no key").to_string_lossy().into_owned();
    let run = scratch.check(["--sigstore-key", &text, NAME]);
    assert!(run.stderr.contains("not a PEM or DER public key"), "{}", run.stderr);
}

#[cfg(feature = "sigstore")]
#[test]
fn what_is_inspected_says_what_it_is_about_or_what_to_do_with_it() {
    let (_, text) = said(&["inspect", &data("evidence/github-release.json")]);
    for part in [
        "Subject Alternative Name: https://dotcom.releases.github.com",
        "release repository: jdx/communique",
        "release tag: v0.1.9",
        "about communique-x86_64-pc-windows-msvc.zip, sha256 bac58b65",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let scratch = Scratch::new();
    for (bytes, part) in [
        (&b"\0\0\0\x20\x01\x01\0\x02KBXf\0\0"[..], "gpg --no-default-keyring"),
        (b"\xff\x06\x00\x00sNaPpY\x00", "decompress it first"),
        (b"\xff\xfe-\0-\0-\0-\0", "iconv"),
    ] {
        let path = scratch.write("f", bytes).to_string_lossy().into_owned();
        let (status, text) = said(&["inspect", &path]);
        assert_eq!(status, 3, "{text}");
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_key_of_another_kind_is_named() {
    let scratch = release();
    let file = path(&scratch, NAME);
    let key = Key::new(3);
    let signature = scratch.write("s", key.signify(FILE)).to_string_lossy().into_owned();
    for (bytes, part) in [
        (std::fs::read(data("key.asc")).unwrap(), "give it with --openpgp-key"),
        (b"-----BEGIN PGP SIGNATURE-----\n\niQA=\n".to_vec(), "it is an OpenPGP signature"),
        (b"ssh-ed25519 AAAA a@b\n".to_vec(), "list it, after a name"),
        (b"<html></html>".to_vec(), "an HTML page"),
        (key.signify(FILE).into_bytes(), "it is a signature, not a key"),
        (b"\x1f\x8b\x08\0".to_vec(), "a gzip file"),
    ] {
        let wrong = scratch.write("k", &bytes).to_string_lossy().into_owned();
        for option in ["--signify-key", "--minisign-key"] {
            let (status, text) = said(&["detached", option, &wrong, &signature, &file]);
            assert_eq!(status, 2, "{part}: {text}");
            assert!(text.contains(part), "{option} {part}: {text}");
        }
    }
    for (bytes, part) in [
        (&b"ssh-ed25519 AAAA a@b\n"[..], "list it, after a name"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "give it with --openpgp-key"),
    ] {
        let wrong = scratch.write("k", bytes).to_string_lossy().into_owned();
        let (status, text) =
            said(&["detached", "--ssh-allowed-signers", &wrong, &signature, &file]);
        assert_eq!(status, 2, "{text}");
        assert!(text.contains("not a list of allowed signers") && text.contains(part), "{text}");
    }
}

#[test]
fn a_signed_list_in_another_encoding_is_named() {
    let scratch = release();
    let key = Key::new(4);
    let public = scratch.write("k.pub", key.public()).to_string_lossy().into_owned();
    let list = format!("{}  {NAME}\n", hex(&Sha256::digest(FILE)));
    let wide: Vec<u8> =
        format!("\u{feff}{list}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    scratch.write("SHA256SUMS", &wide);
    scratch.write("SHA256SUMS.minisig", key.minisign(&wide));
    let run = scratch.check(["--minisign-key", &public, "--require", "minisign", NAME]);
    assert_eq!((run.status, run.said("minisign").as_str()), (1, "checksum-malformed"));
    assert!(compared(&run, "minisign").contains("iconv"), "{}", run.stdout);
    // With a byte order mark of UTF-8 it is read all the same.
    let marked = format!("\u{feff}{list}");
    scratch.write("SHA256SUMS", &marked);
    scratch.write("SHA256SUMS.minisig", key.minisign(marked.as_bytes()));
    let run = scratch.check(["--minisign-key", &public, "--require", "minisign", NAME]);
    assert_eq!(run.said("minisign"), "agrees", "{}", run.stdout);
    std::fs::remove_file(scratch.file("SHA256SUMS")).unwrap();
    std::fs::remove_file(scratch.file("SHA256SUMS.minisig")).unwrap();
    // Clearsigned, the armor has to begin the file.
    let openpgp = data("key.asc");
    let text = format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{list}");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, part) in
        [(format!("\u{feff}{text}").into_bytes(), "byte order mark"), (wide, "UTF-16")]
    {
        scratch.write("SHA256SUMS.asc", bytes);
        let run = scratch.check(["--openpgp-key", &openpgp, "--require", "openpgp", NAME]);
        assert_eq!((run.status, run.said("openpgp").as_str()), (1, "signature-malformed"));
        assert!(compared(&run, "openpgp").contains(part), "{}", run.stdout);
    }
}
