//! `distvouch inspect`: what keys and signatures say of themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::common::flat;
use crate::common::messages::*;
use crate::common::{Run, Scratch, corpora, distvouch, tool};
use openpgp::cert::{CertBuilder, CipherSuite};
use openpgp::serialize::SerializeInto as _;
use openpgp::types::{ReasonForRevocation, SignatureType};
use openpgp::{Cert, Packet};
use sequoia_openpgp as openpgp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

fn inspect<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    Run::of(distvouch().arg("inspect").args(args).output().unwrap())
}

/// 2025-01-01.
const TIME: [&str; 3] = ["--time", "2025-01-01T00:00:00Z", "--json"];

fn json(scratch: &Scratch, files: &[&str]) -> Value {
    let files = files.iter().map(|file| scratch.file(file).into_os_string());
    let run = inspect(TIME.iter().map(|a| (*a).into()).chain(files));
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    run.json()
}

fn certificate(scratch: &Scratch, cert: &Cert) -> Value {
    scratch.write("key.pgp", public(cert));
    json(scratch, &["key.pgp"])["files"][0]["keys"][0].clone()
}

fn valid_for(days: u32) -> Cert {
    let builder = CertBuilder::new().add_userid("alice").add_signing_subkey();
    builder
        .add_transport_encryption_subkey()
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(start())
        .set_validity_period(DAY * days)
        .generate()
        .unwrap()
        .0
}

fn revoked(cert: &Cert, reason: ReasonForRevocation) -> Cert {
    let key = cert.primary_key().key().clone().parts_into_secret().unwrap();
    let mut signer = key.into_keypair().unwrap();
    let revocation = openpgp::cert::CertRevocationBuilder::new()
        .set_signature_creation_time(start() + DAY)
        .unwrap()
        .set_reason_for_revocation(reason, b"gone\x1b[2J")
        .unwrap()
        .build(&mut signer, cert, None)
        .unwrap();
    cert.clone().insert_packets(revocation).unwrap().0
}

#[test]
fn a_key_is_described() {
    let scratch = Scratch::new();
    let cert = valid_for(1000);
    let found = certificate(&scratch, &cert);
    assert_eq!(found["fingerprint"], cert.fingerprint().to_string());
    assert_eq!(found["user_ids"][0]["user_id"], "alice");
    assert_eq!((&found["revoked"], &found["secret"]), (&Value::Null, &Value::Bool(false)));
    assert_eq!(found["refresh"], serde_json::json!([]));
    let keys = found["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 3);
    assert_eq!(keys[0]["created"], "2024-01-01T00:00:00Z");
    assert_eq!(keys[0]["expires"], "2026-09-27T00:00:00Z");
    let signing = keys.iter().find(|k| k["capabilities"] == serde_json::json!(["sign"])).unwrap();
    for (policy, name) in signing["policies"].as_array().unwrap().iter().zip(["gentoo", "strict"]) {
        assert_eq!((&policy["policy"], &policy["class"]), (&name.into(), &Value::Null));
    }
    let other = keys.iter().find(|k| k["capabilities"] == serde_json::json!(["encrypt"])).unwrap();
    assert_eq!(other["policies"], serde_json::json!([]));
    // The primary key is marked for certifying alone.
    assert_eq!(keys[0]["policies"], serde_json::json!([]));
}

#[test]
fn what_is_to_be_refreshed() {
    let scratch = Scratch::new();
    // 366 days after the key was made.
    for (cert, class, phrase) in [
        (valid_for(100), "key-expired", "it expired on 2024-04-10"),
        (valid_for(366), "key-expired", "it expired on 2025-01-01"),
        (valid_for(367), "key-expired", "expires on 2025-01-02"),
        (valid_for(366 + 90), "key-expired", "expires on 2025-04-01"),
        (
            revoked(&valid_for(1000), ReasonForRevocation::KeySuperseded),
            "key-revoked",
            "superseded",
        ),
        (revoked(&valid_for(1000), ReasonForRevocation::KeyCompromised), "key-revoked", "leaked"),
    ] {
        let found = certificate(&scratch, &cert);
        assert_eq!(found["refresh"][0]["class"], class, "{phrase}: {found}");
        let text = found["refresh"][0]["text"].as_str().unwrap();
        assert!(text.contains(phrase), "{text}");
        let run = inspect(TIME[..2].iter().map(PathBuf::from).chain([scratch.file("key.pgp")]));
        let last = flat(run.stdout.split("To refresh:").nth(1).unwrap());
        assert!(last.contains(class) && last.contains(phrase), "{}", run.stdout);
    }
    for days in [366 + 91, 10_000] {
        let found = certificate(&scratch, &valid_for(days));
        assert_eq!(found["refresh"], serde_json::json!([]), "{days}");
    }
    let hard = revoked(&valid_for(1000), ReasonForRevocation::KeyCompromised);
    let found = certificate(&scratch, &hard);
    assert_eq!(found["revoked"]["hard"], true);
    assert_eq!(found["revoked"]["when"], "2024-01-02T00:00:00Z");
    let text = inspect([scratch.file("key.pgp")]).stdout;
    assert!(text.contains("gone<U+001B>[2J") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn signatures_are_claims_and_name_their_keys() {
    let scratch = Scratch::new();
    let (alice, bob) = (key("alice"), key("bob"));
    scratch.write("alice.pgp", public(&alice));
    scratch
        .write("both.asc", armored("PUBLIC KEY BLOCK", &[public(&bob), public(&alice)].concat()));
    let sign = |cert| signature(cert, SignatureType::Binary, b"whatever");
    scratch.write("alice.sig", packets([sign(&alice).into()]));
    scratch
        .write("bob.asc", armored("SIGNATURE", &packets([sign(&bob).into(), sign(&alice).into()])));
    scratch.write("message.asc", clearsigned(&bob, "text\n"));
    let run = |key: &str, signature: &str| {
        let files = [scratch.file(key), "--signature".into(), scratch.file(signature)];
        inspect(TIME.iter().map(PathBuf::from).chain(files)).json()["signatures"][0].clone()
    };
    let subkey =
        |cert: &Cert| cert.keys().subkeys().next().unwrap().key().fingerprint().to_string();

    let found = run("alice.pgp", "alice.sig");
    assert_eq!(found["kind"], "openpgp-signatures");
    assert_eq!(found["claims"][0]["hash"], "SHA512");
    assert_eq!(found["claims"][0]["created"], "2024-01-31T00:00:00Z");
    assert_eq!(found["named"][0][0]["key"], subkey(&alice));
    assert_eq!(found["named"][0][0]["certificate"], alice.fingerprint().to_string());
    assert_eq!(run("alice.pgp", "bob.asc")["named"][0], serde_json::json!([]));
    assert_eq!(run("alice.pgp", "bob.asc")["named"][1][0]["key"], subkey(&alice));
    assert_eq!(run("both.asc", "bob.asc")["named"][0][0]["key"], subkey(&bob));
    let found = run("both.asc", "message.asc");
    assert_eq!(found["kind"], "openpgp-message");
    assert_eq!(found["named"][0][0]["certificate"], bob.fingerprint().to_string());

    // A signature with a byte changed claims the same: nothing was checked.
    scratch.flip("alice.sig", 100);
    assert_eq!(run("alice.pgp", "alice.sig")["named"][0][0]["key"], subkey(&alice));
    let text = inspect([scratch.file("alice.sig")]).stdout;
    // Further lines are indented by four more.
    let lines = text.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with("    "));
    assert!(lines.into_iter().all(|line| line.starts_with("  claims: ")), "{text}");
    assert!(flat(&text).contains("was not looked at"), "{text}");
}

#[test]
fn what_an_owner_wrote_cannot_forge_a_line() {
    let scratch = Scratch::new();
    let cert = CertBuilder::new()
        .add_userid("alice\n  gentoo a signature made now would count\u{202e}\u{1b}[32m")
        .add_signing_subkey()
        .set_creation_time(start())
        .generate()
        .unwrap()
        .0;
    scratch.write("key.pgp", public(&cert));
    let text = inspect([scratch.file("key.pgp")]).stdout;
    assert!(text.contains("alice<U+000A> <U+0020>gentoo"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
}

#[test]
fn secret_keys_are_pointed_out() {
    let scratch = Scratch::new();
    let cert = key("alice");
    scratch.write("key.pgp", cert.as_tsk().to_vec().unwrap());
    let text = inspect([scratch.file("key.pgp")]).stdout;
    assert!(text.contains("SECRET"), "{text}");
}

#[test]
fn other_kinds_and_damage() {
    let scratch = Scratch::new();
    let plain = public(&key("alice"));
    let unsupported = Packet::Marker(Default::default());
    for (name, bytes, status, kind) in [
        ("html", b"<html></html>".to_vec(), 3, "not-read"),
        ("json", b"{\"mediaType\": 1}".to_vec(), 3, "not-read"),
        ("text", b"hello\n".to_vec(), 3, "not-read"),
        ("empty", Vec::new(), 3, "not-read"),
        ("marker", packets([unsupported]), 1, "unusable"),
        ("cut", plain[..20].to_vec(), 1, "unusable"),
        ("unsigned", unsigned(b"text"), 1, "unusable"),
        ("armor", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n".to_vec(), 1, "unusable"),
        ("signify", b"untrusted comment: x\nRWQ=\n".to_vec(), 1, "unusable"),
        ("pub", b"untrusted comment: x public key\nRWQ=\n".to_vec(), 1, "unusable"),
        ("ssh", b"-----BEGIN SSH SIGNATURE-----\nAAAA\n".to_vec(), 1, "unusable"),
    ] {
        let path = scratch.write(name, bytes);
        let run = inspect(["--json".as_ref(), path.as_os_str()]);
        assert_eq!((run.status, &run.json()["files"][0]["kind"]), (status, &kind.into()), "{name}");
        assert_eq!(inspect([path]).status, status, "{name}");
    }
    let run = inspect([scratch.file("none")]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("none: cannot open"), "{}", run.stderr);
}

#[test]
fn files_of_other_kinds_are_named() {
    let scratch = Scratch::new();
    scratch.write("plain", "text\n".repeat(1000));
    let made = |program: &str, name: &str, args: &[&str]| {
        let program = tool(&format!("inspect, a file of {program}"), program)?;
        let output = Command::new(program).args(args).current_dir(scratch.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        Some(scratch.write(name, output.stdout))
    };
    for (program, name, args, what) in [
        ("xz", "f.xz", &["-c", "plain"][..], "an xz file"),
        ("gzip", "f.gz", &["-c", "plain"], "a gzip file"),
        ("bzip2", "f.bz2", &["-c", "plain"], "a bzip2 file"),
        ("zstd", "f.zst", &["-c", "plain"], "a zstd file"),
        ("lzip", "f.lz", &["-c", "plain"], "an lzip file"),
        ("tar", "f.tar", &["-c", "plain"], "a tar archive"),
    ] {
        let Some(path) = made(program, name, args) else { continue };
        let run = inspect([path.as_os_str()]);
        assert_eq!(run.status, 3, "{name}");
        assert!(run.stdout.contains(&format!("{name}: not read here: {what}")), "{}", run.stdout);
        // Any name will do, and so will --signature.
        let other = scratch.write("foo.asc", std::fs::read(&path).unwrap());
        let run = inspect([path.as_os_str(), "--signature".as_ref(), other.as_os_str()]);
        assert!(run.stdout.contains(&format!("foo.asc: not read here: {what}")), "{}", run.stdout);
    }
}

/// Base64 of a secret key of `size` bytes, with the two bytes of its algorithm in front.
fn secret(size: usize) -> String {
    use base64ct::{Base64, Encoding as _};
    let bytes = [&b"Ed"[..], &vec![0x5e; size - 2]].concat();
    Base64::encode_string(bytes.as_ref())
}

#[test]
fn secret_keys_are_named_and_never_shown() {
    let scratch = Scratch::new();
    let (signify, minisign) = (secret(104), secret(158));
    let ssh = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
    let key = "a signify or minisign secret key";
    for (name, text, shown, what) in [
        ("sec", format!("untrusted comment: signify secret key\n{signify}\n"), &signify[..], key),
        (
            "mini",
            format!("untrusted comment: minisign encrypted secret key\n{minisign}\n"),
            &minisign,
            key,
        ),
        ("other", format!("untrusted comment: whatever\n{signify}\n"), &signify, key),
        ("lies", format!("untrusted comment: my public key\n{minisign}\n"), &minisign, key),
        ("bare", format!("{signify}\n"), &signify, key),
        (
            "ssh",
            format!(
                "-----BEGIN OPENSSH PRIVATE KEY-----\n{ssh}\n-----END OPENSSH PRIVATE KEY-----\n"
            ),
            ssh,
            "an OpenSSH secret key",
        ),
        (
            "pem",
            format!("-----BEGIN EC PRIVATE KEY-----\n{ssh}\n-----END EC PRIVATE KEY-----\n"),
            ssh,
            "a secret key in PEM",
        ),
    ] {
        let path = scratch.write(name, &text);
        for args in [&[][..], &["--json"]] {
            let run = inspect(args.iter().map(AsRef::as_ref).chain([path.as_os_str()]));
            assert_eq!(run.status, 1, "{name}: {}", run.stdout);
            assert!(run.stdout.contains(what), "{name}: {}", run.stdout);
            let output = run.stdout + &run.stderr;
            assert!(!output.contains(&shown[..12]), "{name}: {output}");
        }
        // As a key for checking, it is refused as what it is, and not shown either.
        if what == key {
            scratch.write("f", "text");
            scratch.write("f.sig", "untrusted comment: x\nRWQ=\n");
            let run = Run::of(
                distvouch()
                    .args(["detached", "f.sig", "f", "--signify-key", name])
                    .current_dir(scratch.path())
                    .output()
                    .unwrap(),
            );
            assert_eq!(run.status, 2);
            assert!(run.stderr.contains("it is a secret key"), "{}", run.stderr);
            assert!(!run.stderr.contains(&shown[..12]), "{}", run.stderr);
        }
    }
}

#[test]
fn keys_of_the_real_programs_are_read_and_their_secret_halves_named() {
    let scratch = Scratch::new();
    let made = |program: &str, args: &[&str]| {
        let Some(program) = tool(&format!("inspect, keys of {program}"), program) else {
            return false;
        };
        let output = Command::new(program).args(args).current_dir(scratch.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        true
    };
    for (program, args, public, private) in [
        ("signify-openbsd", &["-G", "-n", "-p", "s.pub", "-s", "s.sec"][..], "s.pub", "s.sec"),
        ("minisign", &["-G", "-f", "-W", "-p", "m.pub", "-s", "m.key"], "m.pub", "m.key"),
        ("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", "id"], "id.pub", "id"),
    ] {
        if !made(program, args) {
            continue;
        }
        assert_eq!(inspect([scratch.file(public)]).status, 0, "{program}");
        let run = inspect([scratch.file(private)]);
        assert_eq!(run.status, 1, "{program}");
        assert!(
            run.stdout.contains("SECRET: ") && run.stdout.contains("secret key"),
            "{}",
            run.stdout
        );
        let text = std::fs::read_to_string(scratch.file(private)).unwrap();
        let base64 = text.lines().nth(1).unwrap();
        assert!(!run.stdout.contains(&base64[..16]), "{}", run.stdout);
    }
}

#[test]
fn ssh_keys_and_allowed_signers() {
    let Some(keygen) = tool("inspect, ssh-keygen", "ssh-keygen") else { return };
    let scratch = Scratch::new();
    let keygen = |args: &[&str]| {
        let output = Command::new(&keygen).args(args).current_dir(scratch.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    scratch.write("f", "a release\n");
    let mut lines = Vec::new();
    for (name, args) in [
        ("ed", &["-t", "ed25519"][..]),
        ("weak", &["-t", "rsa", "-b", "1024"]),
        ("other", &["-t", "ecdsa", "-b", "256"]),
    ] {
        keygen(&[&["-q", "-N", "", "-C", "a note", "-f", name], args].concat());
        lines.push(std::fs::read_to_string(scratch.file(&format!("{name}.pub"))).unwrap());
    }
    keygen(&["-Y", "sign", "-f", "ed", "-n", "file", "f"]);
    // As ssh-keygen -l lists them.
    scratch.write("keys", lines.concat());
    let listed = keygen(&["-l", "-f", "keys"]);
    let fingerprints: Vec<_> = listed.lines().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(fingerprints.len(), 3);
    let run = inspect([scratch.file("keys").as_os_str(), "--json".as_ref()]);
    let found = run.json()["files"][0].clone();
    assert_eq!((run.status, &found["kind"]), (0, &"ssh-keys".into()));
    for (key, fingerprint) in found["keys"].as_array().unwrap().iter().zip(&fingerprints) {
        assert_eq!(
            (&key["fingerprint"], &key["comment"]),
            (&(*fingerprint).into(), &"a note".into())
        );
    }
    assert_eq!(
        (&found["keys"][1]["bits"], &found["keys"][1]["class"]),
        (&1024.into(), &"signature-weak".into())
    );
    assert_eq!(found["keys"][0]["class"], Value::Null);

    let options = "namespaces=\"file,git\",valid-before=\"20240601Z\"";
    let list = format!(
        "# signers\na@b,*@c {options} {}*@d {}x cert-authority {}",
        lines[0], lines[1], lines[2]
    );
    scratch.write("allowed", list);
    let args = ["allowed", "--signature", "f.sig", "--signature", "f"]
        .map(|arg| if arg.starts_with('-') { PathBuf::from(arg) } else { scratch.file(arg) });
    let args: Vec<_> = TIME.iter().map(PathBuf::from).chain(args).collect();
    let run = inspect(&args);
    assert_eq!(run.status, 3, "{}", run.stdout);
    let found = run.json();
    let signers = &found["files"][0]["signers"];
    assert_eq!(found["files"][0]["kind"], "ssh-allowed-signers");
    assert_eq!((&signers[0]["principals"], &signers[0]["line"]), (&"a@b,*@c".into(), &2.into()));
    assert_eq!(signers[0]["namespaces"], "file,git");
    assert_eq!(signers[0]["valid_before"], "2024-06-01T00:00:00Z");
    assert_eq!(signers[0]["class"], "key-expired");
    assert_eq!(signers[1]["class"], "signature-weak");
    assert_eq!(
        (&signers[2]["authority"], &signers[2]["class"]),
        (&true.into(), &"key-unusable".into())
    );
    // The signature is attributed to the line that holds its key.
    let signature = &found["signatures"][0];
    assert_eq!(
        (&signature["kind"], &signature["claimed_namespace"]),
        (&"ssh-signature".into(), &"file".into())
    );
    assert_eq!(signature["named"][0][0]["key"], fingerprints[0]);
    let text = inspect([scratch.file("keys"), "--signature".into(), scratch.file("f.sig")]).stdout;
    assert!(flat(&text).contains(&format!("which is {} in ", fingerprints[0])), "{text}");
    scratch.write("stranger", &lines[2]);
    let text =
        inspect([scratch.file("stranger"), "--signature".into(), scratch.file("f.sig")]).stdout;
    assert!(text.contains("which is not among the inspected keys"), "{text}");

    // Damage, and what is not read.
    scratch.write("bad", lines[0].replace("AAAA", "AAAB"));
    scratch.write("list", format!("a@b no-such-option {}", lines[0]));
    for (name, status, phrase) in
        [("bad", 1, ":1: the key cannot be read"), ("list", 1, ":1: the option \"no-such-option\"")]
    {
        let run = inspect([scratch.file(name)]);
        assert_eq!(run.status, status, "{name}: {}", run.stdout);
        assert!(flat(&run.stdout).contains(phrase), "{}", run.stdout);
    }
}

/// What Debian's fuse3 has as .asc: upstream's signify signature in OpenPGP armor.
#[test]
fn an_armored_signify_signature_is_named_for_what_it_is() {
    use base64ct::{Base64, Encoding as _};
    let scratch = Scratch::new();
    let line = [&b"Ed"[..], &[7; 8], &[9; 64]].concat();
    let base64 = |bytes: &[u8]| Base64::encode_string(bytes);
    let inside = format!("untrusted comment: verify with fuse-3.17.pub\n{}\n", base64(&line));
    // The base point of the curve is a key, too.
    let key = base64(&[&b"Ed"[..], &[7; 8], &[0x58], &[0x66; 31]].concat());
    scratch.write("key.pub", format!("untrusted comment: fuse public key\n{key}\n"));
    for label in ["ARMORED FILE", "SIGNATURE", "MESSAGE"] {
        let armored = format!(
            "-----BEGIN PGP {label}-----\n\n{}\n-----END PGP {label}-----\n",
            base64(inside.as_bytes())
        );
        scratch.write("fuse.tar.gz.asc", armored);
        let args = ["key.pub", "--signature", "fuse.tar.gz.asc"]
            .map(|arg| if arg.starts_with('-') { PathBuf::from(arg) } else { scratch.file(arg) });
        let run = inspect(&args);
        let expected = "in OpenPGP armor, but not OpenPGP: a signify signature";
        assert!(flat(&run.stdout).contains(expected), "{label}: {}", run.stdout);
        assert!(run.stdout.contains("which is 0707070707070707 in "), "{}", run.stdout);
        assert_eq!(run.status, 0);
    }
    // Such files among the real ones, where they are there.
    let Some(corpora) = corpora("inspect, armored signify signatures") else { return };
    let mut found = 0;
    for file in files_below(&corpora).into_iter().filter(|f| f.extension() == Some("asc".as_ref()))
    {
        let bytes = std::fs::read(&file).unwrap();
        // "untrusted comment:" in base64, on a line of its own.
        let begins = b"\ndW50cnVzdGVkIGNvbW1lbnQ6";
        if bytes.windows(begins.len()).any(|window| window == begins) {
            let text = inspect([&file]).stdout;
            assert!(text.contains("but not OpenPGP: a signify signature"), "{text}");
            found += 1;
        }
    }
    if found == 0 {
        common::skipped("inspect, armored signify signatures", "the corpora have none");
    }
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files_below(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found
}

/// Fingerprints and expiry of the primary keys (seconds), and all fingerprints, as gpg lists them.
fn listed_by_gpg(
    gpg: &Path,
    home: &Path,
    file: &Path,
) -> (BTreeMap<String, u64>, BTreeSet<String>) {
    let output = Command::new(gpg)
        .arg("--homedir")
        .arg(home)
        .args(["--batch", "--show-keys", "--with-colons", "--with-subkey-fingerprint"])
        .arg(file)
        .output()
        .unwrap();
    let (mut primaries, mut all) = (BTreeMap::new(), BTreeSet::new());
    let mut last = (String::new(), 0);
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let fields: Vec<_> = line.split(':').collect();
        match fields[0] {
            "pub" | "sub" => last = (fields[0].to_owned(), fields[6].parse().unwrap_or(0)),
            "fpr" => {
                all.insert(fields[9].to_owned());
                if last.0 == "pub" {
                    primaries.insert(fields[9].to_owned(), last.1);
                }
            }
            _ => {}
        }
    }
    (primaries, all)
}

#[test]
fn real_key_files_are_listed_as_gpg_lists_them() {
    let Some(corpora) = corpora("inspect, key files") else { return };
    let Some(gpg) = tool("inspect, gpg", "gpg") else { return };
    let home = Scratch::new();
    let mut compared = 0;
    for (corpus, name) in [("openpgp", "signing-key.asc"), ("messages", "key.pgp")] {
        for entry in std::fs::read_dir(corpora.join(corpus)).unwrap() {
            let file = entry.unwrap().path().join(name);
            if !file.is_file() {
                continue;
            }
            let run = inspect([
                "--json".as_ref(),
                "--time".as_ref(),
                "2026-11-22T00:00:00Z".as_ref(),
                file.as_os_str(),
            ]);
            // An armored file of no stated kind: gpg lists nothing of it either.
            let (primaries, all) = listed_by_gpg(&gpg, home.path(), &file);
            let json = run.json();
            let none = Vec::new();
            let keys = json["files"][0]["keys"].as_array().unwrap_or(&none);
            let ours: BTreeSet<_> = keys
                .iter()
                .flat_map(|k| k["keys"].as_array().unwrap())
                .map(|k| k["fingerprint"].as_str().unwrap().to_owned())
                .collect();
            assert!(ours.is_superset(&all), "{}: {all:?} {ours:?}", file.display());
            for key in keys.iter().filter(|key| key["keys"][0]["bound"] == true) {
                let Some(expiry) = primaries.get(key["fingerprint"].as_str().unwrap()) else {
                    continue;
                };
                let ours = key["keys"][0]["expires"].as_str().map_or(0, |time| {
                    let time: jiff::Timestamp = time.parse().unwrap();
                    time.as_second() as u64
                });
                assert_eq!(ours, *expiry, "{}: {}", file.display(), key["fingerprint"]);
                compared += 1;
            }
        }
    }
    assert!(compared > 60, "{compared}");
}
