//! OpenPGP situations, made here: each comes out in one class, and as gemato (or, where it is not
//! installed, nothing) says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::{Run, Scratch, messages, tool};
use sequoia_openpgp as openpgp;

use openpgp::cert::{CertBuilder, CipherSuite};
use openpgp::packet::Signature;
use openpgp::packet::signature::SignatureBuilder;
use openpgp::policy::StandardPolicy;
use openpgp::serialize::MarshalInto as _;
use openpgp::types::{HashAlgorithm, ReasonForRevocation, SignatureType};
use openpgp::{Cert, Packet};
use std::process::Command;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(86_400);
const TEXT: &[u8] = b"a release, line one\nline two\n";

/// 2024-01-01, when keys are made; the judging happens at [`now`].
fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_200)
}

/// 2025-01-01.
fn now() -> SystemTime {
    start() + DAY * 366
}

fn builder(name: &str) -> CertBuilder<'static> {
    CertBuilder::general_purpose(Some(format!("{name} <{name}@example.org>")))
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(start())
        .set_validity_period(None)
}

fn generate(name: &str) -> Cert {
    builder(name).generate().unwrap().0
}

/// A detached signature by `cert` over `text`, made at `at`.
struct Signing<'a> {
    cert: &'a Cert,
    text: &'a [u8],
    at: SystemTime,
    hash: HashAlgorithm,
    kind: SignatureType,
    lifetime: Option<Duration>,
    anonymous: bool,
}

impl<'a> Signing<'a> {
    fn by(cert: &'a Cert) -> Self {
        Self {
            cert,
            text: TEXT,
            at: start() + DAY * 30,
            hash: HashAlgorithm::SHA512,
            kind: SignatureType::Binary,
            lifetime: None,
            anonymous: false,
        }
    }

    fn sign(self) -> Signature {
        let policy = StandardPolicy::new();
        let key = self
            .cert
            .keys()
            .with_policy(&policy, start() + DAY)
            .for_signing()
            .secret()
            .next()
            .expect("a signing key")
            .key()
            .clone();
        let mut pair = key.into_keypair().unwrap();
        let mut builder = SignatureBuilder::new(self.kind)
            .set_hash_algo(self.hash)
            .set_signature_creation_time(self.at)
            .unwrap();
        if let Some(lifetime) = self.lifetime {
            builder = builder.set_signature_validity_period(lifetime).unwrap();
        }
        if self.anonymous {
            return builder.sign_message_without_issuer(&mut pair, self.text);
        }
        builder.sign_message(&mut pair, self.text).unwrap()
    }
}

/// `sign_message` adds issuer subpackets by itself; this takes them off again before signing.
trait WithoutIssuer {
    fn sign_message_without_issuer(
        self,
        pair: &mut openpgp::crypto::KeyPair,
        text: &[u8],
    ) -> Signature;
}

impl WithoutIssuer for SignatureBuilder {
    fn sign_message_without_issuer(
        self,
        pair: &mut openpgp::crypto::KeyPair,
        text: &[u8],
    ) -> Signature {
        use openpgp::packet::signature::subpacket::SubpacketTag;
        let signature = self.sign_message(pair, text).unwrap();
        // The issuer of a v4 signature may stand in the unhashed area, which nothing covers.
        let mut signature = signature;
        signature.unhashed_area_mut().remove_all(SubpacketTag::Issuer);
        signature.unhashed_area_mut().remove_all(SubpacketTag::IssuerFingerprint);
        signature
    }
}

fn armored(signatures: &[Signature]) -> Vec<u8> {
    use openpgp::armor::{Kind, Writer};
    use openpgp::serialize::Serialize as _;
    let mut writer = Writer::new(Vec::new(), Kind::Signature).unwrap();
    for signature in signatures {
        Packet::from(signature.clone()).serialize(&mut writer).unwrap();
    }
    writer.finalize().unwrap()
}

/// Distfile, signatures and key ring in one directory.
struct Situation {
    scratch: Scratch,
}

impl Situation {
    fn new(signatures: &[Signature], ring: &[&Cert]) -> Self {
        let scratch = Scratch::new();
        scratch.write("f.tar", TEXT);
        scratch.write("f.tar.asc", armored(signatures));
        let keys: Vec<u8> = ring.iter().flat_map(|cert| cert.armored().to_vec().unwrap()).collect();
        scratch.write("keys.asc", keys);
        Self { scratch }
    }

    fn run(&self, more: &[&str]) -> Run {
        let key = self.scratch.file("keys.asc");
        let time = jiff::Timestamp::try_from(now()).unwrap().to_string();
        let base =
            ["--require", "openpgp", "--time", &time, "--openpgp-key", key.to_str().unwrap()];
        self.scratch.check(base.iter().chain(more).chain(&["f.tar"]))
    }

    /// What gemato says with the clock at [`now`]; `None` where it is not installed.
    fn gemato(&self, test: &str) -> Option<bool> {
        let gemato = tool(test, "gemato")?;
        let faketime = tool(test, "faketime")?;
        let status = Command::new(faketime)
            .arg("2025-01-01 00:00:00")
            .arg(gemato)
            .args(["openpgp-verify-detached", "-R", "--no-require-all-good", "-K"])
            .arg(self.scratch.file("keys.asc"))
            .arg(self.scratch.file("f.tar.asc"))
            .arg(self.scratch.file("f.tar"))
            .env("TZ", "UTC")
            .output()
            .unwrap();
        Some(status.status.success())
    }

    /// Both programs agree, and ours says `expected` (`agrees` or a class).
    fn is(&self, test: &str, expected: &str) -> Run {
        let run = self.run(&[]);
        assert_eq!(run.said("openpgp"), expected, "{test}: {}", run.stdout);
        assert_eq!(run.status == 0, expected == "agrees", "{test}: {}", run.stdout);
        if let Some(gemato) = self.gemato(test) {
            assert_eq!(
                gemato,
                expected == "agrees",
                "{test}: gemato differs; ours: {}",
                run.stdout
            );
        }
        run
    }

    /// What sqv says with the clock at [`now`]; `None` where it is not installed.
    fn sqv(&self, test: &str) -> Option<bool> {
        let sqv = tool(test, "sqv")?;
        let faketime = tool(test, "faketime")?;
        let output = Command::new(faketime)
            .arg("2025-01-01 00:00:00")
            .arg(sqv)
            .arg("--keyring")
            .arg(self.scratch.file("keys.asc"))
            .arg(self.scratch.file("f.tar.asc"))
            .arg(self.scratch.file("f.tar"))
            .env("TZ", "UTC")
            .output()
            .unwrap();
        Some(output.status.success())
    }

    /// Whether gpg imports `cert` from the key file; `None` where it is not installed.
    fn is_imported(&self, test: &str, cert: &Cert) -> Option<bool> {
        let gpg = tool(test, "gpg")?;
        let home = Scratch::new();
        let run = |arguments: &[&std::ffi::OsStr]| {
            let mut command = Command::new(gpg.clone());
            command.arg("--homedir").arg(home.path()).args(["--batch", "--quiet"]);
            command.args(arguments).output().unwrap().status.success()
        };
        run(&["--import".as_ref(), self.scratch.file("keys.asc").as_os_str()]);
        Some(run(&["--list-keys".as_ref(), cert.fingerprint().to_string().as_ref()]))
    }

    fn notes(run: &Run) -> String {
        run.finding("openpgp")["detail"]["notes"].to_string()
    }
}

#[test]
fn a_live_key_over_these_bytes() {
    let cert = generate("alice");
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    let run = situation.is("live key", "agrees");
    let finding = run.finding("openpgp");
    assert_eq!(finding["detail"]["signer"], cert.fingerprint().to_string());
    assert_eq!(finding["detail"]["created"], "2024-01-31T00:00:00Z");
    assert_eq!(finding["forgers"], serde_json::json!(["key", "gentoo", "job", "source"]));
    assert!(finding["vouches"].as_str().unwrap().contains("alice@example.org"));
    assert_eq!(situation.run(&["--openpgp-policy", "strict"]).status, 0);
}

#[test]
fn one_byte_of_the_distfile_the_signature_or_the_key() {
    let cert = generate("alice");
    let bytes = armored(&[Signing::by(&cert).sign()]);
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    situation.scratch.flip("f.tar", 3);
    situation.is("distfile altered", "signature-bad");

    // The signature's last base64 line is part of its MPIs or its checksum: decode, alter, encode.
    let mut packet = Packet::from(Signing::by(&cert).sign()).to_vec().unwrap();
    let last = packet.len() - 1;
    packet[last] ^= 1;
    let situation = Situation::new(&[], &[&cert]);
    situation.scratch.write("f.tar.asc", &packet);
    situation.is("signature altered", "signature-bad");

    let other = generate("alice");
    let situation = Situation::new(&[], &[&other]);
    situation.scratch.write("f.tar.asc", &bytes);
    situation.is("another key", "signer-unknown");
}

#[test]
fn several_signatures() {
    let (alice, bob) = (generate("alice"), generate("bob"));
    let good = || Signing::by(&alice).sign();
    let other_bytes = || Signing { text: b"other", ..Signing::by(&bob) }.sign();

    let run = Situation::new(&[good(), Signing::by(&bob).sign()], &[&alice])
        .is("unknown beside", "agrees");
    assert!(Situation::notes(&run).contains("signer-unknown"));
    let run = Situation::new(&[Signing::by(&bob).sign(), good()], &[&alice])
        .is("unknown first", "agrees");
    assert!(Situation::notes(&run).contains("signer-unknown"));
    Situation::new(&[good(), other_bytes()], &[&alice, &bob]).is("altered beside", "signature-bad");
    Situation::new(&[other_bytes(), good()], &[&alice, &bob]).is("altered first", "signature-bad");
    Situation::new(&[good(), other_bytes()], &[&alice]).is("unknown altered beside", "agrees");
    let run =
        Situation::new(&[good(), Signing::by(&bob).sign()], &[&alice, &bob]).is("two", "agrees");
    assert!(run.finding("openpgp")["vouches"].as_str().unwrap().contains("1 more"));
}

#[test]
fn only_the_given_fingerprints_count() {
    let (alice, bob) = (generate("alice"), generate("bob"));
    let situation = Situation::new(&[Signing::by(&bob).sign()], &[&alice, &bob]);
    let fingerprint = alice.fingerprint().to_string();
    let run = situation.run(&["--openpgp-fingerprint", &fingerprint]);
    assert_eq!(run.said("openpgp"), "signer-unknown");
    let run = situation.run(&["--openpgp-fingerprint", &bob.fingerprint().to_string()]);
    assert_eq!(run.status, 0);
    let run = situation.run(&["--openpgp-fingerprint", &"A".repeat(40)]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    let run = situation.run(&["--openpgp-fingerprint", "DEADBEEF"]);
    assert!(run.status == 2 && run.stderr.contains("not a fingerprint"), "{}", run.stderr);
}

#[test]
fn expiry() {
    let cert = builder("carol").set_validity_period(DAY * 60).generate().unwrap().0;
    let before = Signing { at: start() + DAY * 59, ..Signing::by(&cert) }.sign();
    let run = Situation::new(&[before], &[&cert]).is("key expired since", "agrees");
    assert!(Situation::notes(&run).contains("key-expired-now"));
    let after = Signing { at: start() + DAY * 61, ..Signing::by(&cert) }.sign();
    Situation::new(&[after], &[&cert]).is("key had expired", "key-expired");

    let cert = generate("dave");
    let brief = Signing { lifetime: Some(DAY * 10), ..Signing::by(&cert) }.sign();
    Situation::new(&[brief], &[&cert]).is("signature expired", "signature-expired");
}

#[test]
fn times_that_lie_ahead() {
    let cert = generate("erin");
    let ahead = Signing { at: now() + DAY * 2, ..Signing::by(&cert) }.sign();
    let run = Situation::new(&[ahead], &[&cert]).run(&[]);
    assert_eq!(run.said("openpgp"), "key-not-yet");
    let early = Signing { at: start() - DAY, ..Signing::by(&cert) }.sign();
    Situation::new(&[early], &[&cert]).is("before the key was made", "key-not-yet");
}

fn primary_pair(cert: &Cert) -> openpgp::crypto::KeyPair {
    let key = cert.primary_key().key().clone().parts_into_secret().unwrap();
    key.into_keypair().unwrap()
}

fn revoked(cert: &Cert, reason: ReasonForRevocation, at: SystemTime) -> Cert {
    let mut signer = primary_pair(cert);
    let revocation = openpgp::cert::CertRevocationBuilder::new()
        .set_signature_creation_time(at)
        .unwrap()
        .set_reason_for_revocation(reason, b"test")
        .unwrap()
        .build(&mut signer, cert, None)
        .unwrap();
    cert.clone().insert_packets(vec![Packet::from(revocation)]).unwrap().0
}

#[test]
fn revocation() {
    let cert = generate("frank");
    let signature = || Signing::by(&cert).sign();
    let leaked = revoked(&cert, ReasonForRevocation::KeyCompromised, start() + DAY * 90);
    Situation::new(&[signature()], &[&leaked]).is("hard revocation", "key-revoked");
    let retired = revoked(&cert, ReasonForRevocation::KeyRetired, start() + DAY * 10);
    Situation::new(&[signature()], &[&retired]).is("retired before it signed", "key-revoked");

    // Here we differ from gpg and gemato, which refuse whatever a retired key ever signed: RFC 9580
    // (section 5.2.3.31) lets such signatures stand. See doc/openpgp.md.
    let retired = revoked(&cert, ReasonForRevocation::KeyRetired, start() + DAY * 90);
    let situation = Situation::new(&[signature()], &[&retired]);
    let run = situation.run(&[]);
    assert_eq!((run.status, run.said("openpgp").as_str()), (0, "agrees"));
    assert!(Situation::notes(&run).contains("key-revoked"));
    if let Some(gemato) = situation.gemato("retired after it signed") {
        assert!(!gemato, "gemato agrees now: the documented difference is gone");
    }
}

/// A revocation that stands alone, as `gpg --gen-revoke` writes it, in an armored block of its own or before the
/// key; and one that is in a copy that was flooded, or behind what cannot be read.
#[test]
fn revocations_are_found_wherever_they_are() {
    let cert = generate("frida");
    let leaked = revoked(&cert, ReasonForRevocation::KeyCompromised, start() + DAY * 90);
    let revocation = leaked.primary_key().self_revocations().next().unwrap().clone();
    let alone = Packet::from(revocation.clone()).to_vec().unwrap();
    let armor = |bytes: &[u8]| {
        let mut writer =
            openpgp::armor::Writer::new(Vec::new(), openpgp::armor::Kind::PublicKey).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
        writer.finalize().unwrap()
    };
    let key = cert.to_vec().unwrap();
    let other = generate("fritz").to_vec().unwrap();
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    assert_eq!(situation.run(&[]).said("openpgp"), "agrees");
    for (what, keys) in [
        ("a block of its own", [armor(&key), armor(&alone)].concat()),
        ("before the key", [armor(&alone), armor(&key)].concat()),
        ("binary, before the key", [alone.clone(), key.clone()].concat()),
        ("behind another key", [key.clone(), other.clone(), alone.clone()].concat()),
        ("behind it and another", [other.clone(), key.clone(), alone.clone()].concat()),
        (
            "a block behind another key",
            [armor(&key), armor(&[&other[..], &alone].concat())].concat(),
        ),
    ] {
        situation.scratch.write("keys.asc", &keys);
        assert_eq!(situation.run(&[]).said("openpgp"), "key-revoked", "{what}");
    }
    // What follows the part that can be read is not known.
    for keys in [
        [key.clone(), armor(&leaked.to_vec().unwrap())].concat(),
        [key.clone(), vec![0; 9]].concat(),
        // gpg takes nothing of such a file either.
        [key.clone(), b"\n\n".to_vec()].concat(),
        // gpg reads what is in these, and we do not.
        [armor(&key), armor(&uncompressed(&alone))].concat(),
        [armor(&uncompressed(&alone)), armor(&key)].concat(),
        [&other[..], &uncompressed(&leaked.to_vec().unwrap()), &key].concat(),
    ] {
        situation.scratch.write("keys.asc", &keys);
        let run = situation.run(&[]);
        assert!(
            run.status == 2 && run.stderr.contains("only in part"),
            "{}{}",
            run.stdout,
            run.stderr
        );
    }
    // In a file of its own, whatever the order.
    situation.scratch.write("keys.asc", &key);
    let more = situation.scratch.write("more.asc", [&other[..], &alone].concat());
    let more = ["--openpgp-key", more.to_str().unwrap()];
    assert_eq!(situation.run(&more).said("openpgp"), "key-revoked");
    situation.scratch.write("keys.asc", [&other[..], &alone].concat());
    let more = situation.scratch.write("more.asc", &key);
    let more = ["--openpgp-key", more.to_str().unwrap()];
    assert_eq!(situation.run(&more).said("openpgp"), "key-revoked");
    let own = flooded(&leaked, &Packet::from(revocation), 5_000);
    situation.scratch.write("keys.asc", [key, own].concat());
    assert_eq!(situation.run(&[]).said("openpgp"), "evidence-unsupported");
}

/// `packets` in a compressed packet of the algorithm 0, which is none (RFC 9580, section 5.6).
fn uncompressed(packets: &[u8]) -> Vec<u8> {
    let length = u32::try_from(packets.len() + 1).unwrap().to_be_bytes();
    [&[0xc8, 0xff][..], &length, &[0], packets].concat()
}

/// A policy accepts what its exceptions name, and nothing that would have come to light behind that.
#[test]
fn an_exception_accepts_no_more_than_its_class() {
    let cert = generate("fritzi");
    let leaked = revoked(&cert, ReasonForRevocation::KeyCompromised, start() + DAY * 90);
    let signature = Signing::by(&cert).sign();
    let overlay = |signed: &str, signature: &[u8], more: &[(&str, &[u8])], classes: &[&str]| {
        let scratch = Scratch::new();
        scratch.write("profiles/repo_name", "test\n");
        scratch.write("metadata/layout.conf", "masters =\n");
        let exceptions: String = classes
            .iter()
            .map(|class| {
                format!(
                    "[[exception]]\npackage = \"a-b/f\"\nfinding = \"{class}\"\nreason = \"x\"\n\
                     expires = 2030-01-01\n"
                )
            })
            .collect();
        scratch.write("metadata/distvouch.toml", exceptions);
        scratch.write("keys.asc", leaked.armored().to_vec().unwrap());
        for (name, text) in more {
            scratch.write(&format!("d/{name}"), text);
        }
        scratch.write(&format!("d/{signed}.asc"), signature);
        scratch.write("a-b/f/Manifest", "");
        let time = jiff::Timestamp::try_from(now()).unwrap().to_string();
        let mut check = crate::common::distvouch();
        check.args(["check", "--json", "--require", "openpgp", "--time", &time]);
        check.arg("--manifest").arg(scratch.file("a-b/f/Manifest"));
        check.arg("--distdir").arg(scratch.file("d"));
        check.arg("--openpgp-key").arg(scratch.file("keys.asc")).arg("f.tar");
        let run = Run::of(check.output().unwrap());
        assert_eq!(run.said("openpgp"), "key-revoked", "{}{}", run.stdout, run.stderr);
        !run.finding("openpgp")["excused"].is_null()
    };
    let own = [("f.tar", TEXT)];
    let own_signature = armored(&[signature]);
    assert!(overlay("f.tar", &own_signature, &own, &["key-revoked"]));
    assert!(!overlay("f.tar", &own_signature, &own, &["key-expired"]));
    // The list is by the revoked key, and its line is of other bytes.
    let digest = "0".repeat(64);
    let list = format!("{digest}  f.tar\n");
    let text = [("f.tar", TEXT), ("SHA256SUMS", list.as_bytes())];
    let of_list = armored(&[Signing { text: list.as_bytes(), ..Signing::by(&cert) }.sign()]);
    assert!(!overlay("SHA256SUMS", &of_list, &text, &["key-revoked"]));
    assert!(overlay("SHA256SUMS", &of_list, &text, &["key-revoked", "checksum-mismatch"]));
}

/// A second copy of the key, revoked, with a packet in it that no key has: what can be read of the copies beside it
/// does not count for the whole.
#[test]
fn a_copy_that_cannot_be_read_may_hold_a_revocation() {
    let cert = generate("friedrich");
    let leaked = revoked(&cert, ReasonForRevocation::KeyCompromised, start() + DAY * 90);
    let (plain, leaked) = (cert.to_vec().unwrap(), leaked.to_vec().unwrap());
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    let armor = |bytes: &[u8]| messages::armored("PUBLIC KEY BLOCK", bytes);
    let literal = Packet::from(openpgp::packet::Literal::new(openpgp::types::DataFormat::Binary));
    let foreign = [
        ("literal", literal.to_vec().unwrap()),
        ("one-pass signature", [&[0xc4, 13, 3, 0, 10, 22][..], &[0; 8], &[1]].concat()),
        ("modification detection", [&[0xd3, 20][..], &[0; 20]].concat()),
        ("session key", vec![0xc3, 4, 4, 7, 0, 8]),
        ("critical", vec![0xd4, 2, 0, 0]),
        ("text", b"hello\n".to_vec()),
    ];
    for (what, foreign) in foreign {
        for keys in [
            [&plain[..], &leaked, &foreign].concat(),
            [&leaked[..], &foreign, &plain].concat(),
            [armor(&[&leaked[..], &foreign].concat()), armor(&plain)].concat(),
            [armor(&[&foreign[..], &leaked].concat()), armor(&plain)].concat(),
            [armor(&plain), armor(&[&foreign[..], &leaked].concat())].concat(),
        ] {
            situation.scratch.write("keys.asc", &keys);
            let run = situation.run(&[]);
            assert_ne!(run.status, 0, "{what}: {}", run.stdout);
        }
    }
    // The order of the blocks decides nothing.
    let broken = armor(b"hello\n");
    for keys in [[broken.clone(), armor(&plain)].concat(), [armor(&plain), broken].concat()] {
        situation.scratch.write("keys.asc", &keys);
        let run = situation.run(&[]);
        assert!(run.stderr.contains("only in part"), "{}{}", run.stdout, run.stderr);
    }
}

/// A file of two keys, one of them in armor that is not as it should be: a signature by that one counts where gpg
/// imports it.
#[test]
fn armor_that_gpg_passes_over() {
    let (cert, other) = (generate("felix"), generate("fiona"));
    let armor =
        |bytes: Vec<u8>| String::from_utf8(messages::armored("PUBLIC KEY BLOCK", &bytes)).unwrap();
    let (own, beside) = (armor(cert.to_vec().unwrap()), armor(other.to_vec().unwrap()));
    let indented = |by: &str, text: &str| -> String {
        text.lines().map(|line| format!("{by}{line}\n")).collect()
    };
    let called = |name: &str| own.replace("PUBLIC KEY BLOCK", name);
    let begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    for (what, block, taken) in [
        ("as it should be", own.clone(), true),
        ("behind blanks", indented("    ", &own), false),
        ("behind a tab", indented("\t", &own), false),
        ("behind a form feed", indented("\u{c}", &own), false),
        ("its first line alone behind a blank", format!(" {own}"), false),
        ("a quotation", indented("> ", &own), false),
        ("a message", called("MESSAGE"), false),
        ("a signature", called("SIGNATURE"), false),
        ("a private key, it says", called("PRIVATE KEY BLOCK"), true),
        ("blanks behind the first line", own.replace(begin, &format!("{begin}  ")), true),
        ("only the first line in front", indented("  ", &own).replacen("  ", "", 1), true),
    ] {
        for keys in [format!("{block}{beside}"), format!("{beside}{block}")] {
            situation.scratch.write("keys.asc", &keys);
            situation.is(what, if taken { "agrees" } else { "signer-unknown" });
            assert_ne!(situation.is_imported(what, &cert), Some(!taken), "{what}");
            let only = cert.fingerprint().to_string();
            let run = situation.run(&["--openpgp-fingerprint", &only]);
            assert_eq!(run.status, if taken { 0 } else { 2 }, "{what}: {}", run.stderr);
        }
        situation.scratch.write("keys.asc", &block);
        assert_eq!(situation.run(&[]).status, if taken { 0 } else { 2 }, "{what}");
    }
}

/// gpg takes nothing of a file with a checksum that does not hold; one that is not there is no fault.
#[test]
fn checksums_of_armored_keys() {
    let (cert, other) = (generate("ferdinand"), generate("flora"));
    let armor =
        |bytes: Vec<u8>| String::from_utf8(messages::armored("PUBLIC KEY BLOCK", &bytes)).unwrap();
    let (own, beside) = (armor(cert.to_vec().unwrap()), armor(other.to_vec().unwrap()));
    let with = |checksum: &str| {
        let mut lines: Vec<&str> = own.lines().filter(|line| !line.starts_with('=')).collect();
        let end = lines.pop().unwrap();
        lines.extend((!checksum.is_empty()).then_some(checksum).into_iter().chain([end]));
        lines.join("\n") + "\n"
    };
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    for (block, taken) in [(with(""), true), (with("=AAAA"), false), (with("=AAA"), false)] {
        for keys in [format!("{block}{beside}"), format!("{beside}{block}")] {
            situation.scratch.write("keys.asc", &keys);
            let run = situation.run(&[]);
            assert_eq!(run.status, if taken { 0 } else { 2 }, "{}{}", run.stdout, run.stderr);
            let named = run.stderr.contains("another checksum");
            assert_eq!(named, block.contains("=AAAA"), "{}", run.stderr);
            assert_ne!(situation.is_imported("checksum", &cert), Some(!taken), "{block}");
        }
    }
}

/// Files of which gpg takes nothing, or not the key at hand: we take nothing of them either, and say so.
#[test]
fn armored_keys_that_others_read_otherwise() {
    let (cert, other) = (generate("florian"), generate("frida"));
    let armor =
        |bytes: Vec<u8>| String::from_utf8(messages::armored("PUBLIC KEY BLOCK", &bytes)).unwrap();
    let (own, beside) = (armor(cert.to_vec().unwrap()), armor(other.to_vec().unwrap()));
    let begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n";
    let end = "-----END PGP PUBLIC KEY BLOCK-----\n";
    let lines: Vec<&str> = own.lines().filter(|line| !line.starts_with('=')).collect();
    let data = &lines[2..lines.len() - 1];
    let last = data.last().unwrap().trim_end_matches('=');
    let data = data.to_vec();
    let whole = data.join("\n");
    let block = |head: &str, data: &str| format!("{begin}{head}{data}\n{end}");
    let mut shorter = data;
    shorter.pop();
    let with_last = |last: &str| [shorter.join("\n"), last.to_owned()].join("\n");
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    for (what, keys) in [
        ("a checksum behind the data", block("\n", &with_last(&format!("{last}=AAAA")))),
        ("a checksum behind padding", block("\n", &with_last(&format!("{last}==AAAA")))),
        ("padding within", block("\n", &format!("AA==\n{whole}"))),
        ("a form feed behind the first line", own.replacen("-----\n", "-----\u{c}\n", 1)),
        ("no blank line, behind another", beside.clone() + &block("", &whole)),
        ("it ends at once", format!("{beside}{begin}{end}\n{whole}\n{end}")),
        ("it ends twice", format!("{own}{end}")),
        ("within something else", format!("-----BEGIN PGP FOO-----\n\n{own}{beside}")),
    ] {
        situation.scratch.write("keys.asc", &keys);
        let run = situation.run(&[]);
        assert_eq!(run.status, 2, "{what}: {}{}", run.stdout, run.stderr);
        let reasons = ["holds no OpenPGP key: ", "holds keys only in armor that gpg passes over"];
        assert!(reasons.iter().any(|reason| run.stderr.contains(reason)), "{}", run.stderr);
        // gpg looks for the next first line wherever it is, and passes over last lines.
        if !["it ends twice", "within something else"].contains(&what) {
            assert_ne!(situation.is_imported(what, &cert), Some(true), "{what}");
        }
    }
    let binary = [cert.to_vec().unwrap(), b"\n".to_vec()].concat();
    situation.scratch.write("keys.asc", binary);
    assert_eq!(situation.run(&[]).status, 2);
    assert_ne!(situation.is_imported("a line feed behind a binary key", &cert), Some(true));
}

/// What no key is taken from can revoke one all the same.
#[test]
fn a_revocation_counts_in_armor_that_gpg_passes_over() {
    let cert = generate("fabian");
    let leaked = revoked(&cert, ReasonForRevocation::KeyCompromised, start() + DAY * 90);
    let revocation = leaked.primary_key().self_revocations().next().unwrap().clone();
    let alone = Packet::from(revocation).to_vec().unwrap();
    let text =
        |name: &str, bytes: &[u8]| String::from_utf8(messages::armored(name, bytes)).unwrap();
    let key = text("PUBLIC KEY BLOCK", &cert.to_vec().unwrap());
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    for bytes in [leaked.to_vec().unwrap(), alone] {
        let plain = text("PUBLIC KEY BLOCK", &bytes);
        let indented: String = plain.lines().map(|line| format!("    {line}\n")).collect();
        for aside in [indented, text("SIGNATURE", &bytes), text("MESSAGE", &bytes)] {
            situation.scratch.write("keys.asc", format!("{key}{aside}"));
            assert_eq!(situation.run(&[]).said("openpgp"), "key-revoked", "{aside}");
            situation.scratch.write("keys.asc", format!("{aside}{key}"));
            assert_eq!(situation.run(&[]).said("openpgp"), "key-revoked", "{aside}");
        }
    }
    let flooded = flooded(
        &leaked,
        &Packet::from(leaked.primary_key().self_revocations().next().unwrap().clone()),
        5_000,
    );
    let aside = text("MESSAGE", &flooded);
    situation.scratch.write("keys.asc", format!("{key}{aside}"));
    assert_eq!(situation.run(&[]).said("openpgp"), "evidence-unsupported");
}

#[test]
fn weak_hashes() {
    let cert = generate("grace");
    for (hash, name) in [(HashAlgorithm::SHA1, "SHA-1"), (HashAlgorithm::RipeMD, "RIPEMD-160")] {
        let signature = Signing { hash, ..Signing::by(&cert) }.sign();
        let situation = Situation::new(&[signature], &[&cert]);
        let run = situation.is("weak hash", "agrees");
        assert!(Situation::notes(&run).contains(name), "{}", run.stdout);
        let strict = situation.run(&["--openpgp-policy", "strict"]);
        assert_eq!(
            (strict.status, strict.said("openpgp").as_str()),
            (1, "signature-weak"),
            "{name}"
        );
    }
    for hash in [HashAlgorithm::SHA224, HashAlgorithm::SHA256, HashAlgorithm::SHA384] {
        let signature = Signing { hash, ..Signing::by(&cert) }.sign();
        Situation::new(&[signature], &[&cert]).is("other hashes", "agrees");
    }
}

#[test]
fn the_strict_policy_beside_sqv() {
    let cert = generate("nina");
    let brief = builder("oscar").set_validity_period(DAY * 60).generate().unwrap().0;
    let leaked = revoked(&cert, ReasonForRevocation::KeyCompromised, start() + DAY * 90);
    let retired = revoked(&cert, ReasonForRevocation::KeyRetired, start() + DAY * 90);
    let other = generate("peggy");
    let signature = || Signing::by(&cert).sign();
    let md5 = Signing { hash: HashAlgorithm::MD5, ..Signing::by(&cert) }.sign();
    let late = Signing { at: start() + DAY * 61, ..Signing::by(&brief) }.sign();
    let early = Signing { at: start() + DAY * 59, ..Signing::by(&brief) }.sign();
    let sha1 = Signing { hash: HashAlgorithm::SHA1, ..Signing::by(&cert) }.sign();
    let altered = Signing { text: b"other", ..Signing::by(&cert) }.sign();
    let ended = Signing { lifetime: Some(DAY * 10), ..Signing::by(&cert) }.sign();
    for (name, signature, ring) in [
        ("live", signature(), &cert),
        ("unknown", signature(), &other),
        ("altered", altered, &cert),
        ("hard revocation", signature(), &leaked),
        ("retired since", signature(), &retired),
        ("MD5", md5, &cert),
        ("had expired", late, &brief),
        ("expired since", early, &brief),
        ("SHA-1", sha1, &cert),
        ("signature expired", ended, &cert),
    ] {
        let situation = Situation::new(&[signature], &[ring]);
        let run = situation.run(&["--openpgp-policy", "strict"]);
        let Some(sqv) = situation.sqv("strict policy beside sqv") else { return };
        assert_eq!(run.status == 0, sqv, "{name}: sqv differs; ours: {}", run.stdout);
    }
}

#[test]
fn md5_never_counts() {
    let cert = generate("heidi");
    let signature = Signing { hash: HashAlgorithm::MD5, ..Signing::by(&cert) }.sign();
    let situation = Situation::new(&[signature], &[&cert]);
    situation.is("MD5", "signature-weak");
    let run = situation.run(&["--openpgp-policy", "strict"]);
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "signature-weak"));
}

#[test]
fn text_signatures_ignore_line_ends() {
    let cert = generate("ivan");
    let signature = Signing {
        kind: SignatureType::Text,
        text: b"a release, line one\r\nline two\r\n",
        ..Signing::by(&cert)
    }
    .sign();
    let situation = Situation::new(std::slice::from_ref(&signature), &[&cert]);
    situation.is("text signature over LF", "agrees");
    situation.scratch.flip("f.tar", 3);
    situation.is("text signature, altered", "signature-bad");
}

#[test]
fn a_signature_that_names_no_issuer() {
    let cert = generate("judy");
    let signature = Signing { anonymous: true, ..Signing::by(&cert) }.sign();
    let run = Situation::new(std::slice::from_ref(&signature), &[&cert]).run(&[]);
    assert_eq!(run.said("openpgp"), "agrees", "{}", run.stdout);
    let other = generate("mallory");
    let run = Situation::new(&[signature], &[&other]).run(&[]);
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "signer-unknown"));
}

#[test]
fn a_signing_subkey() {
    let cert = CertBuilder::new()
        .add_userid("kim <kim@example.org>")
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(start())
        .add_signing_subkey()
        .generate()
        .unwrap()
        .0;
    let run = Situation::new(&[Signing::by(&cert).sign()], &[&cert]).is("subkey", "agrees");
    let detail = run.finding("openpgp")["detail"].clone();
    assert_ne!(detail["key"], detail["signer"]);

    let policy = StandardPolicy::new();
    let valid = cert.with_policy(&policy, start() + DAY).unwrap();
    let subkey = valid.keys().subkeys().for_signing().next().unwrap();
    // Without its binding signature the subkey belongs to no one.
    let unbound: Vec<Packet> = cert
        .clone()
        .into_packets()
        .filter(|p| !matches!(p, Packet::Signature(s) if s.typ() == SignatureType::SubkeyBinding))
        .collect();
    let unbound = Cert::from_packets(unbound.into_iter()).unwrap();
    assert_eq!(subkey.cert().fingerprint(), unbound.fingerprint());
    let run = Situation::new(&[Signing::by(&cert).sign()], &[&unbound]).run(&[]);
    assert!(run.status == 1, "{}", run.stdout);
}

#[test]
fn a_key_that_may_only_certify() {
    let flags = openpgp::types::KeyFlags::empty().set_certification();
    let cert = CertBuilder::new()
        .add_userid("leo <leo@example.org>")
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(start())
        .set_primary_key_flags(flags.clone().set_signing())
        .generate()
        .unwrap()
        .0;
    let signature = Signing::by(&cert).sign();
    Situation::new(std::slice::from_ref(&signature), &[&cert]).is("may sign", "agrees");

    // Rebound a day later, for certification alone.
    let at = start() + DAY;
    let mut pair = primary_pair(&cert);
    let key = cert.primary_key().key().clone();
    let userid = cert.userids().next().unwrap().userid().clone();
    let binding = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_key_flags(flags.clone())
        .unwrap()
        .set_signature_creation_time(at)
        .unwrap()
        .sign_userid_binding(&mut pair, &key, &userid)
        .unwrap();
    let direct = SignatureBuilder::new(SignatureType::DirectKey)
        .set_key_flags(flags)
        .unwrap()
        .set_signature_creation_time(at)
        .unwrap()
        .sign_direct_key(&mut pair, &key)
        .unwrap();
    let cert = cert.insert_packets(vec![Packet::from(binding), Packet::from(direct)]).unwrap().0;
    let run = Situation::new(&[signature], &[&cert]).run(&[]);
    assert_eq!((run.status, run.said("openpgp").as_str()), (1, "key-unusable"), "{}", run.stdout);
}

#[test]
fn version_6_keys_and_signatures() {
    let cert = builder("mia").set_profile(openpgp::Profile::RFC9580).unwrap().generate().unwrap().0;
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    // gpg does not read version 6; there is no one to compare with but sqv.
    let run = situation.run(&["--openpgp-policy", "strict"]);
    assert_eq!(run.said("openpgp"), "agrees", "{}{}", run.stdout, run.stderr);
    assert_eq!(run.finding("openpgp")["detail"]["version"], 6);
    situation.scratch.flip("f.tar", 0);
    assert_eq!(situation.run(&[]).said("openpgp"), "signature-bad");
}

/// `finding.compared` of the OpenPGP check.
fn compared(run: &Run) -> String {
    run.finding("openpgp")["compared"].as_str().unwrap().to_owned()
}

#[test]
fn a_clock_that_is_behind_is_named() {
    let cert = generate("rupert");
    let signature = Signing { at: start(), ..Signing::by(&cert) }.sign();
    let situation = Situation::new(&[signature], &[&cert]);
    let key = situation.scratch.file("keys.asc").to_string_lossy().into_owned();
    let at = |time: SystemTime| {
        let time = jiff::Timestamp::try_from(time).unwrap().to_string();
        let args = ["--require", "openpgp", "--openpgp-key", &key, "--time", &time, "f.tar"];
        situation.scratch.check(args)
    };
    for behind in [SystemTime::UNIX_EPOCH + DAY, start() - DAY * 700, start() - DAY] {
        let run = at(behind);
        assert_eq!(run.said("openpgp"), "key-not-yet", "{}", run.stdout);
        assert!(compared(&run).contains("clock here"), "{}", compared(&run));
    }
    // The half hour that signatures have, keys have too.
    assert_eq!(at(start() - DAY / 72).said("openpgp"), "agrees");
    assert_eq!(at(start() - DAY / 24).said("openpgp"), "key-not-yet");
}

#[test]
fn what_a_key_file_lacks_is_named() {
    let cert = generate("sybil");
    let bare = |packet: &Packet| {
        !matches!(packet, Packet::UserID(_))
            && !matches!(packet, Packet::Signature(s) if s.typ() != SignatureType::SubkeyBinding)
    };
    let packets: Vec<Packet> = cert.clone().into_packets().filter(bare).collect();
    let without = Cert::from_packets(packets.into_iter()).unwrap();
    let primary = builder("trent")
        .set_primary_key_flags(openpgp::types::KeyFlags::empty().set_certification().set_signing());
    let signer = primary.generate().unwrap().0;
    let packets: Vec<Packet> = signer.clone().into_packets().filter(bare).collect();
    let bare_signer = Cert::from_packets(packets.into_iter()).unwrap();
    let run = Situation::new(&[Signing::by(&signer).sign()], &[&bare_signer]).run(&[]);
    assert_eq!(run.said("openpgp"), "key-unusable", "{}", run.stdout);
    assert!(compared(&run).contains("without a user id"), "{}", compared(&run));
    assert_eq!(without.userids().count(), 0);

    // A subkey whose binding has no back signature.
    let cert = CertBuilder::new()
        .add_userid("uma <uma@example.org>")
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(start())
        .add_signing_subkey()
        .generate()
        .unwrap()
        .0;
    let signature = Signing::by(&cert).sign();
    let subkey = cert.keys().subkeys().next().unwrap().key().clone();
    let binding = SignatureBuilder::new(SignatureType::SubkeyBinding)
        .set_key_flags(openpgp::types::KeyFlags::empty().set_signing())
        .unwrap()
        .set_signature_creation_time(start())
        .unwrap()
        .sign_subkey_binding(&mut primary_pair(&cert), None, &subkey)
        .unwrap();
    let mut packets: Vec<Packet> = cert
        .clone()
        .into_packets()
        .filter(|p| !matches!(p, Packet::Signature(s) if s.typ() == SignatureType::SubkeyBinding))
        .collect();
    packets.push(Packet::from(binding));
    let one_sided = Cert::from_packets(packets.into_iter()).unwrap();
    let run = Situation::new(&[signature], &[&one_sided]).run(&[]);
    assert_eq!(run.said("openpgp"), "key-unusable", "{}", run.stdout);
    assert!(compared(&run).contains("back signature"), "{}", compared(&run));
}

#[test]
fn user_ids_that_were_all_revoked_are_said() {
    let cert = generate("ursula");
    let mut primary = primary_pair(&cert);
    let revocations: Vec<Packet> = cert
        .userids()
        .map(|ua| {
            let revocation = openpgp::cert::UserIDRevocationBuilder::new()
                .set_reason_for_revocation(ReasonForRevocation::UIDRetired, b"")
                .unwrap()
                .set_signature_creation_time(start() + DAY)
                .unwrap()
                .build(&mut primary, &cert, ua.userid(), None)
                .unwrap();
            Packet::from(revocation)
        })
        .collect();
    assert_eq!(revocations.len(), 1);
    let revoked = cert.clone().insert_packets(revocations).unwrap().0;
    let before = Situation::new(&[Signing::by(&cert).sign()], &[&cert]).is("user id", "agrees");
    let vouches = |run: &Run| run.finding("openpgp")["vouches"].as_str().unwrap().to_owned();
    assert!(!vouches(&before).contains("revoked"), "{}", vouches(&before));
    // The key itself was not: sqv takes it, as gpg does. gemato wants a user id that it can trust.
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&revoked]);
    let run = situation.run(&[]);
    assert_eq!(run.said("openpgp"), "agrees", "{}", run.stdout);
    assert!(situation.gemato("no user id").is_none_or(|takes| !takes), "gemato takes it now");
    assert!(situation.sqv("no user id").is_none_or(|takes| takes), "sqv refuses it now");
    assert!(vouches(&run).contains("revoked that user id, the only one"), "{}", vouches(&run));
    assert!(vouches(&run).contains(&cert.fingerprint().to_string()), "{}", vouches(&run));
}

/// Anyone can put a user id into a copy of a key: what its owner never signed names no one.
#[test]
fn a_user_id_that_its_owner_did_not_sign_names_no_one() {
    let (cert, stranger) = (generate("uwe"), generate("mallory"));
    let direct = SignatureBuilder::new(SignatureType::DirectKey)
        .set_signature_creation_time(start())
        .unwrap()
        .set_key_flags(openpgp::types::KeyFlags::empty().set_signing().set_certification())
        .unwrap()
        .sign_direct_key(&mut primary_pair(&cert), None)
        .unwrap();
    let famous = openpgp::packet::UserID::from("Linus Torvalds <torvalds@kernel.org>");
    let foreign = famous
        .certify(
            &mut primary_pair(&stranger),
            &cert,
            SignatureType::PositiveCertification,
            HashAlgorithm::SHA512,
            start(),
        )
        .unwrap();
    let primary = Packet::from(cert.primary_key().key().clone());
    let vouches = |own: &[Packet]| {
        let packets = [Packet::from(direct.clone())].into_iter().chain(own.iter().cloned());
        let bytes = messages::packets([primary.clone()].into_iter().chain(packets));
        let situation = Situation::new(&[signed_by_primary(&cert)], &[&cert]);
        situation.scratch.write("keys.asc", bytes);
        let run = situation.run(&[]);
        assert_eq!(run.said("openpgp"), "agrees", "{}{}", run.stdout, run.stderr);
        run.finding("openpgp").to_string()
    };
    let famous = Packet::from(famous);
    // One that a stranger signed, and one with a signature by the owner over another user id.
    let own = cert.userids().next().unwrap().bundle().self_signatures().next().unwrap().clone();
    for packets in [
        vec![famous.clone()],
        vec![famous.clone(), Packet::from(foreign)],
        vec![famous.clone(), Packet::from(own.clone())],
    ] {
        let said = vouches(&packets);
        assert!(!said.contains("Torvalds"), "{said}");
        assert!(said.contains(&cert.fingerprint().to_string()), "{said}");
    }
    // In front of the owner's own it is not the first.
    let mut packets: Vec<Packet> = cert.clone().into_packets().collect();
    packets.insert(1, famous);
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    situation.scratch.write("keys.asc", messages::packets(packets));
    let said = situation.run(&[]).finding("openpgp").to_string();
    assert!(said.contains("uwe@example.org") && !said.contains("Torvalds"), "{said}");
}

/// A signature by the primary key itself.
fn signed_by_primary(cert: &Cert) -> Signature {
    SignatureBuilder::new(SignatureType::Binary)
        .set_hash_algo(HashAlgorithm::SHA512)
        .set_signature_creation_time(start() + DAY * 30)
        .unwrap()
        .sign_message(&mut primary_pair(cert), TEXT)
        .unwrap()
}

#[test]
fn the_fingerprint_of_a_subkey_names_its_certificate() {
    let cert = CertBuilder::new()
        .add_userid("vic <vic@example.org>")
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(start())
        .add_signing_subkey()
        .generate()
        .unwrap()
        .0;
    let other = generate("walter");
    let subkey = cert.keys().subkeys().next().unwrap().key().fingerprint().to_string();
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert, &other]);
    let run = situation.run(&["--openpgp-fingerprint", &subkey]);
    assert_eq!(run.said("openpgp"), "agrees", "{}{}", run.stdout, run.stderr);
    assert!(compared(&run).contains(&cert.fingerprint().to_string()));
    // A stranger's subkey in a certificate that does not bind it pins nothing.
    let stolen: Vec<Packet> = other
        .clone()
        .into_packets()
        .chain([Packet::from(cert.keys().subkeys().next().unwrap().key().clone())])
        .collect();
    let stolen = Cert::from_packets(stolen.into_iter()).unwrap();
    let situation = Situation::new(&[Signing::by(&other).sign()], &[&stolen]);
    let run = situation.run(&["--openpgp-fingerprint", &subkey]);
    assert_eq!(run.status, 2, "{}", run.stdout);
    assert!(run.stderr.contains("nothing binds it"), "{}", run.stderr);
}

#[test]
fn a_note_says_whose_signature_it_is_about() {
    let (known, weak, stranger) = (generate("xena"), generate("yves"), generate("zoe"));
    let text = Signing { kind: SignatureType::Text, ..Signing::by(&stranger) }.sign();
    let run = Situation::new(&[Signing::by(&known).sign(), text], &[&known]).run(&[]);
    let notes = Situation::notes(&run);
    assert!(notes.contains("signer-unknown") && !notes.contains("signature-weak"), "{notes}");
    let sha1 = Signing { hash: HashAlgorithm::SHA1, ..Signing::by(&weak) }.sign();
    let run = Situation::new(&[Signing::by(&known).sign(), sha1], &[&known, &weak]).run(&[]);
    let notes = Situation::notes(&run);
    assert!(notes.contains("SHA-1"), "{notes}");
    assert!(notes.contains(&weak.fingerprint().to_string()), "{notes}");
}

/// `cert` with `count` copies of `packet` behind its first user id.
fn flooded(cert: &Cert, packet: &Packet, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for own in cert.clone().into_packets() {
        let is_user_id = matches!(own, Packet::UserID(_));
        bytes.extend(own.to_vec().unwrap());
        if is_user_id {
            bytes.extend(packet.to_vec().unwrap().repeat(count));
        }
    }
    bytes
}

/// A mirror can add a CR to a file under a text signature: whoever serves it is enough.
#[test]
fn who_serves_a_file_can_change_its_line_ends() {
    let cert = generate("tess");
    let forgers = |signatures: &[Signature]| {
        let situation = Situation::new(signatures, &[&cert]);
        let run = situation.run(&[]);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["distfiles"][0]["findings"].as_array().unwrap().clone();
        let finding = findings.into_iter().find(|f| f["check"] == "openpgp").unwrap();
        assert_eq!(finding["outcome"], "agrees", "{finding}");
        finding["forgers"].to_string()
    };
    let text = b"a release, line one\r\nline two\r\n";
    let text = || Signing { kind: SignatureType::Text, text, ..Signing::by(&cert) }.sign();
    assert!(forgers(&[text()]).contains("mirror"));
    let binary = || Signing::by(&cert).sign();
    assert!(!forgers(&[binary()]).contains("mirror"));
    // Whoever serves both serves the text signature alone.
    for both in [[binary(), text()], [text(), binary()]] {
        assert!(forgers(&both).contains("mirror"));
    }
}

/// What is printed once for several distfiles is so of each of them.
#[test]
fn files_by_different_keys_are_not_folded() {
    let (one, other) = (generate("one"), generate("other"));
    let situation = Situation::new(&[Signing::by(&one).sign()], &[&one, &other]);
    for (name, cert) in [("f1.tar", &one), ("f2.tar", &one), ("f3.tar", &other)] {
        situation.scratch.write(name, TEXT);
        situation.scratch.write(&format!("{name}.asc"), armored(&[Signing::by(cert).sign()]));
    }
    let key = situation.scratch.file("keys.asc");
    let time = jiff::Timestamp::try_from(now()).unwrap().to_string();
    let mut command = crate::common::distvouch();
    command.args(["check", "--require", "openpgp", "--time", &time, "--openpgp-key"]).arg(key);
    command.arg("--distdir").arg(situation.scratch.file(".")).args(["f1.tar", "f2.tar", "f3.tar"]);
    let run = Run::of(command.output().unwrap());
    let text: String = run.stdout.split_whitespace().collect();
    for cert in [&one, &other] {
        assert!(text.contains(&cert.fingerprint().to_string()), "{}{}", run.stdout, run.stderr);
    }
}

/// More lists than are judged are not passed over in silence.
#[test]
fn lists_beyond_the_limit_are_said() {
    let cert = generate("lisa");
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    let list = format!("{}  f.tar\n", "0".repeat(64));
    for number in 0..66 {
        let name = format!("f{number:03}-SHA256SUMS");
        situation.scratch.write(&name, &list);
        situation.scratch.write(&format!("{name}.asc"), armored(&[Signing::by(&cert).sign()]));
    }
    let run = situation.run(&[]);
    assert!(run.stdout.contains("were not looked at"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_flooded_key_is_read_without_what_strangers_put_there() {
    let (cert, stranger) = (generate("anna"), generate("mallet"));
    let userid = cert.userids().next().unwrap().userid().clone();
    let certification = |signer: &Cert| {
        let signature = SignatureBuilder::new(SignatureType::GenericCertification)
            .set_signature_creation_time(start() + DAY)
            .unwrap()
            .sign_userid_binding(&mut primary_pair(signer), cert.primary_key().key(), &userid)
            .unwrap();
        Packet::from(signature)
    };
    let by_stranger = certification(&stranger);
    // About 9 MB of them.
    let count = 9_000_000 / by_stranger.to_vec().unwrap().len();
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    situation.scratch.write("keys.asc", flooded(&cert, &by_stranger, count));
    let begun = std::time::Instant::now();
    let run = situation.run(&[]);
    assert_eq!(run.said("openpgp"), "agrees", "{}{}", run.stdout, run.stderr);
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());

    // What names the key itself as its maker cannot be told apart from what it made.
    let own = flooded(&cert, &certification(&cert), 5_000);
    situation.scratch.write("keys.asc", &own);
    let run = situation.run(&[]);
    assert_eq!(run.status, 2, "{}", run.stdout);
    assert!(run.stderr.contains("4000"), "{}", run.stderr);
    // Beside another key, the ring stays.
    let other = generate("bert");
    situation.scratch.write("keys.asc", [own, other.to_vec().unwrap()].concat());
    let run = situation.run(&[]);
    assert_eq!(run.said("openpgp"), "evidence-unsupported", "{}", run.stdout);
    situation.scratch.write("f.tar.asc", armored(&[Signing::by(&other).sign()]));
    assert_eq!(situation.run(&[]).said("openpgp"), "agrees");
}

#[test]
fn a_key_file_of_another_kind_is_named() {
    let cert = generate("carl");
    let signature = Signing::by(&cert).sign();
    let situation = Situation::new(std::slice::from_ref(&signature), &[&cert]);
    let text = String::from_utf8(cert.armored().to_vec().unwrap()).unwrap();
    let utf16: Vec<u8> =
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let empty = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nNote: none\n\n\n=twTO\n-----END PGP PUBLIC KEY BLOCK-----\n";
    for (bytes, part) in [
        (b"\0\0\0\x20\x01\x01\0\x02KBXf\0\0\0\0".to_vec(), "gpg --no-default-keyring"),
        (utf16, "iconv"),
        (empty.as_bytes().to_vec(), "empty key block"),
        (armored(&[signature]), "signature, not a key"),
        (b"untrusted comment: x\nRWQ=\n".to_vec(), "signify or minisign"),
        (b"<html></html>".to_vec(), "HTML"),
    ] {
        situation.scratch.write("keys.asc", bytes);
        let run = situation.run(&[]);
        assert_eq!(run.status, 2, "{}", run.stdout);
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn armor_headers_without_a_value_and_a_byte_order_mark() {
    let cert = generate("dora");
    let situation = Situation::new(&[Signing::by(&cert).sign()], &[&cert]);
    let text = String::from_utf8(armored(&[Signing::by(&cert).sign()])).unwrap();
    for header in ["Version:\n", "Version: \n", "Comment:\n", "Version: x\nComment:\n"] {
        let with = text.replacen("SIGNATURE-----\n", &format!("SIGNATURE-----\n{header}"), 1);
        situation.scratch.write("f.tar.asc", with);
        situation.is(header, "agrees");
    }
    let broken = text.replacen("SIGNATURE-----\n", "SIGNATURE-----\nwhat is this\n", 1);
    situation.scratch.write("f.tar.asc", broken.replacen("\n\n", "\n\n!", 1));
    let run = situation.run(&[]);
    assert!(compared(&run).contains("line 2"), "{}", compared(&run));
    situation.scratch.write("f.tar.asc", format!("\u{feff}{text}"));
    let run = situation.run(&[]);
    assert_eq!(run.said("openpgp"), "signature-malformed");
    assert!(compared(&run).contains("byte order mark"), "{}", compared(&run));
}

/// A clock that is wrong, or right in eighty years: what OpenPGP cannot write as a time is no reason to
/// fall over.
#[test]
fn clocks_far_back_and_far_ahead() {
    let Some(faketime) = tool("clocks", "faketime") else { return };
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/check.in");
    for clock in ["1970-01-01 00:00:10", "2038-01-19 03:14:08", "2107-06-01 00:00:00"] {
        let output = Command::new(&faketime)
            .args(["-f", clock, env!("CARGO_BIN_EXE_distvouch"), "check", "--distdir", examples])
            .args(["--openpgp-key", &format!("{examples}/upstream.asc"), "--require", "openpgp"])
            .arg("foo-1.2.tar.gz")
            .env("TZ", "UTC")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{clock}: {said}");
        assert!(!said.contains("panicked"), "{clock}: {said}");
    }
}
