//! Evidence that is too much, about something else, or altered: bounded, and each of its own class.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![cfg(feature = "sigstore")]

use crate::common::ed25519::Key;
use crate::common::sigstore::{
    Authority, Leaf, Signing, Sigstore, Workflow, b64, critical_unknown, flipped, hex, unb64, uri,
};
use crate::common::{Run, Scratch, distvouch, flat, tool};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::process::Command;
use x509_cert::Certificate;
use x509_cert::der::asn1::{OctetString, Utf8StringRef};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::Extension;

const NAME: &str = "foo-1.3.tar.gz";
const FILE: &[u8] = b"the bytes of a release\n";
const TIME: i64 = 1_740_830_400;
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const CIRCLECI: &str = "https://oidc.circleci.com";

/// A release, and a Sigstore of its own.
struct Bench {
    scratch: Scratch,
    sigstore: Sigstore,
    run: Workflow,
}

impl Bench {
    fn new() -> Self {
        let (scratch, sigstore) = (Scratch::new(), Sigstore::new("handed"));
        scratch.write("root.json", sigstore.trusted_root().to_string());
        scratch.write(NAME, FILE);
        let run = Workflow::release("example/foo", "v1.3", &"0a".repeat(20));
        Self { scratch, sigstore, run }
    }

    /// The attestation of a file, the `number`th one.
    fn signing(&self, name: &str, file: &[u8], number: i64) -> Signing<'_> {
        Signing::of(&self.sigstore, &self.run, TIME + number, name, file).slsa(&self.run)
    }

    fn path(&self, name: &str) -> String {
        self.scratch.file(name).to_string_lossy().into_owned()
    }

    fn check(&self, bundle: &str, more: &[&str]) -> Run {
        self.scratch.write(&format!("{NAME}.sigstore.json"), bundle);
        let root = self.path("root.json");
        let args = ["--require", "sigstore", "--trusted-root", &root];
        self.scratch.check(args.iter().chain(more).chain(&[NAME]))
    }

    /// As [`Self::check`], with the workflow's identity.
    fn by(&self, bundle: &str) -> Run {
        self.check(bundle, &["--identity", &self.run.signer(), "--issuer", ISSUER])
    }
}

fn compared(run: &Run, check: &str) -> String {
    run.finding(check)["compared"].as_str().unwrap().to_owned()
}

fn data(name: &str) -> String {
    let path = format!("{}/tests/data/evidence/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_million_entries() {
    let scratch = Scratch::new();
    scratch.write(NAME, FILE);
    let key = Key::new(5);
    let public = scratch.write("k.pub", key.public()).to_string_lossy().into_owned();
    let line = |n: usize| format!("{:064x}  file-{n}.tar.gz\n", n);
    let own = format!("{}  {NAME}\n", hex(&Sha256::digest(FILE)));
    let check = |list: &str| {
        scratch.write("SHA256SUMS", list);
        scratch.write("SHA256SUMS.minisig", key.minisign(list.as_bytes()));
        scratch.check(["--minisign-key", &public, "--require", "minisign", NAME])
    };
    // As many as fit into what is read of a list, with that of the file at the end.
    let most: String = (0..150_000).map(line).chain([own.clone()]).collect();
    assert_eq!(check(&most).said("minisign"), "agrees");
    // A million lines are 86 MB: the finding says where the limit is.
    let many: String = (0..1_000_000).map(line).chain([own.clone()]).collect();
    let begun = std::time::Instant::now();
    let run = check(&many);
    assert_eq!((run.status, run.said("minisign").as_str()), (1, "evidence-unsupported"));
    assert!(compared(&run, "minisign").contains("16 MiB"), "{}", run.stdout);
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    // It says nothing where there is other evidence.
    scratch.write(&format!("{NAME}.minisig"), key.minisign(FILE));
    assert_eq!(check(&many).said("minisign"), "agrees");
    // The list by itself is read to its end, whatever its size.
    let list = scratch.write("list", &many).to_string_lossy().into_owned();
    let output = distvouch()
        .args(["checksums", &list, "--format", "sha256", "--json", "--distdir"])
        .arg(scratch.path())
        .args(["--", NAME])
        .output();
    let run = Run::of(output.unwrap());
    let bounded = run.stderr.contains("MiB") || run.stderr.contains("larger");
    assert!(run.status == 0 || run.status == 2 && bounded, "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_list_that_names_a_file_twice() {
    let scratch = Scratch::new();
    scratch.write(NAME, FILE);
    let key = Key::new(5);
    let public = scratch.write("k.pub", key.public()).to_string_lossy().into_owned();
    let (good, other) = (hex(&Sha256::digest(FILE)), hex(&Sha256::digest(b"x")));
    for (lines, expected) in [
        ([&good, &good], "agrees"),
        ([&good, &other], "checksum-ambiguous"),
        ([&other, &good], "checksum-ambiguous"),
        ([&other, &other], "checksum-mismatch"),
    ] {
        let list: String = lines.iter().map(|digest| format!("{digest}  {NAME}\n")).collect();
        scratch.write("SHA256SUMS", &list);
        scratch.write("SHA256SUMS.minisig", key.minisign(list.as_bytes()));
        let run = scratch.check(["--minisign-key", &public, "--require", "minisign", NAME]);
        assert_eq!(run.said("minisign"), expected, "{lines:?}");
    }
}

#[test]
fn a_list_signed_twice_by_different_keys() {
    let scratch = Scratch::new();
    scratch.write(NAME, FILE);
    let (one, two) = (Key::new(5), Key::new(6));
    let list = format!("{}  {NAME}\n", hex(&Sha256::digest(FILE)));
    let key =
        |name: &str, key: &Key| scratch.write(name, key.public()).to_string_lossy().into_owned();
    let (known, stranger) = (key("one.pub", &one), key("two.pub", &two));
    scratch.write("SHA256SUMS", &list);
    scratch.write("SHA256SUMS.minisig", one.minisign(list.as_bytes()));
    scratch.write("SHA256SUMS.sig", two.signify(list.as_bytes()));
    let check = |more: &[&str]| scratch.check(more.iter().chain(&[NAME]));
    // Each signature is judged by the keys of its kind; one does not speak for the other.
    let both = ["--minisign-key", &known, "--signify-key", &stranger];
    let run = check(&both);
    assert_eq!((run.said("minisign"), run.said("signify")), ("agrees".into(), "agrees".into()));
    let wrong = ["--minisign-key", &known, "--signify-key", &known];
    let run = check(&[&wrong[..], &["--require", "minisign,signify"]].concat());
    assert_eq!(run.said("minisign"), "agrees", "{}", run.stdout);
    assert_eq!((run.status, run.said("signify").as_str()), (1, "signer-unknown"));
    // One of them over another list.
    scratch.write("SHA256SUMS.sig", two.signify(b"another list\n"));
    let run = check(&[&both[..], &["--require", "minisign,signify"]].concat());
    assert_eq!((run.status, run.said("signify").as_str()), (1, "signature-bad"));
}

#[test]
fn a_detached_signature_of_a_list_by_two_openpgp_keys() {
    let Some(gpg) = tool("list signed twice", "gpg") else { return };
    let (scratch, home) = (Scratch::new(), Scratch::new());
    scratch.write(NAME, FILE);
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
    for name in ["a", "b"] {
        run(&["--quick-generate-key", &format!("{name}@example.org"), "ed25519", "sign", "never"]);
        scratch.write(&format!("{name}.asc"), run(&["--armor", "--export", name]));
    }
    let list = format!("{}  {NAME}\n", hex(&Sha256::digest(FILE)));
    let list = scratch.write("SHA256SUMS", list).to_string_lossy().into_owned();
    let signed = run(&["--armor", "--detach-sign", "-u", "a", "-u", "b", "--output", "-", &list]);
    scratch.write("SHA256SUMS.asc", signed);
    let path = |name: &str| scratch.file(name).to_string_lossy().into_owned();
    let check = |keys: &[&str]| {
        let keys: Vec<String> = keys.iter().map(|key| path(key)).collect();
        let keys = keys.iter().flat_map(|key| ["--openpgp-key", key.as_str()]);
        let args: Vec<&str> = keys.chain(["--require", "openpgp", NAME]).collect();
        scratch.check(args)
    };
    let run = check(&["a.asc"]);
    assert_eq!(run.said("openpgp"), "agrees", "{}", run.stdout);
    assert!(flat(&run.finding("openpgp").to_string()).contains("signer-unknown"));
    assert_eq!(check(&["a.asc", "b.asc"]).said("openpgp"), "agrees");
    scratch.write("SHA256SUMS", "");
    assert_eq!(check(&["a.asc"]).said("openpgp"), "signature-absent");
}

#[test]
fn bundles_for_other_subjects_duplicates_and_a_root_among_them() {
    let bench = Bench::new();
    let own = bench.signing(NAME, FILE, 0).bundle();
    let others: Vec<Value> = (1..60)
        .map(|n| bench.signing(&format!("bar-{n}.tar.gz"), format!("{n}").as_bytes(), n).bundle())
        .collect();
    let lines = |list: &[&Value]| list.iter().map(|b| format!("{b}\n")).collect::<String>();
    let mut all: Vec<&Value> = others.iter().collect();
    // 59 about other files and one about this, in the middle: one finding, and the others counted.
    all.insert(30, &own);
    let run = bench.by(&lines(&all));
    assert_eq!((run.status, run.said("sigstore").as_str()), (0, "agrees"), "{}", run.stdout);
    assert!(compared(&run, "sigstore").contains("59 more of"), "{}", run.stdout);
    // None is about this file.
    let run = bench.by(&lines(&others.iter().collect::<Vec<_>>()));
    assert_eq!(run.said("sigstore"), "subject-digest");
    assert!(compared(&run, "sigstore").contains("none of its 59 bundles"), "{}", run.stdout);
    // The same one 90 times over is one.
    let run = bench.by(&lines(&[&own; 90]));
    assert_eq!((run.status, run.said("sigstore").as_str()), (0, "agrees"));
    // A trusted root in between is not a bundle, and never counts as a root.
    let elsewhere = Sigstore::new("elsewhere");
    let theirs = Signing::of(&elsewhere, &bench.run, TIME, NAME, FILE).slsa(&bench.run).bundle();
    for root in [bench.sigstore.trusted_root(), elsewhere.trusted_root()] {
        let run = bench.by(&lines(&[&root, &own]));
        assert_eq!(run.said("sigstore"), "provenance-malformed,agrees", "{}", run.stdout);
        assert_eq!(run.status, 1);
        assert!(run.stdout.contains("--trusted-root"), "{}", run.stdout);
    }
    let run = bench.by(&lines(&[&elsewhere.trusted_root(), &theirs]));
    assert!(!run.said("sigstore").contains("agrees"), "{}", run.stdout);
    // One that does not hold among many that do, and the reverse: each is said.
    let mut bad = own.clone();
    let sig = &mut bad["dsseEnvelope"]["signatures"][0]["sig"];
    *sig = flipped(sig, 20);
    let again: Vec<Value> = (1..5).map(|n| bench.signing(NAME, FILE, n).bundle()).collect();
    let mut list: Vec<&Value> = again.iter().collect();
    list.insert(2, &bad);
    let run = bench.by(&lines(&list));
    assert_eq!(run.status, 1);
    assert_eq!(run.said("sigstore").matches("agrees").count(), 4, "{}", run.stdout);
    let bads: Vec<Value> = (1..5)
        .map(|n| {
            let mut bad = bench.signing(NAME, FILE, n).bundle();
            let sig = &mut bad["dsseEnvelope"]["signatures"][0]["sig"];
            *sig = flipped(sig, 20);
            bad
        })
        .collect();
    let list: Vec<&Value> = bads.iter().chain([&own]).collect();
    let run = bench.by(&lines(&list));
    assert_eq!(run.status, 1);
    assert_eq!(run.said("sigstore").matches("agrees").count(), 1, "{}", run.stdout);
}

#[test]
fn a_promise_with_a_forged_time() {
    let bench = Bench::new();
    let own = bench.signing(NAME, FILE, 0).bundle();
    for version in ["+json;version=0.1", "+json;version=0.2", ".v0.3+json"] {
        for forged in [TIME - 31_536_000, TIME + 1, TIME + 31_536_000] {
            let mut bundle = own.clone();
            bundle["mediaType"] = format!("application/vnd.dev.sigstore.bundle{version}").into();
            let entry = &mut bundle["verificationMaterial"]["tlogEntries"][0];
            entry["integratedTime"] = forged.to_string().into();
            // With its proof: the promise is over another time.
            let run = bench.by(&bundle.to_string());
            assert_eq!(run.said("sigstore"), "log-entry", "{version} {forged}: {}", run.stdout);
            let entry = &mut bundle["verificationMaterial"]["tlogEntries"][0];
            entry.as_object_mut().unwrap().remove("inclusionProof");
            let run = bench.by(&bundle.to_string());
            assert_eq!(run.said("sigstore"), "evidence-unsupported", "{version} {forged}");
            assert!(compared(&run, "sigstore").contains("promise"), "{}", run.stdout);
        }
    }
}

/// The certificate of a bundle, in DER.
fn certificate(bundle: &Value) -> Certificate {
    let raw = &bundle["verificationMaterial"]["certificate"]["rawBytes"];
    Certificate::from_der(&unb64(raw.as_str().unwrap())).unwrap()
}

fn claim(number: u32, value: &str) -> Extension {
    let value = Utf8StringRef::new(value).unwrap().to_der().unwrap();
    Extension {
        extn_id: ObjectIdentifier::new(&format!("1.3.6.1.4.1.57264.1.{number}")).unwrap(),
        critical: false,
        extn_value: OctetString::new(value).unwrap(),
    }
}

#[test]
fn extensions_of_fulcio_smuggled_into_what_github_attests() {
    let scratch = Scratch::new();
    scratch.write("f", "x\n");
    let check = |bundle: &Value, root: &[&str], issuer: &[&str]| {
        scratch.write("f.sigstore.json", bundle.to_string());
        let args = ["--require", "sigstore", "--identity", "https://dotcom.releases.github.com"];
        scratch.check(args.iter().chain(root).chain(issuer).chain(&["f"]))
    };
    let release: Value = serde_json::from_str(&data("github-release.json")).unwrap();
    let whole = check(&release, &["--trusted-root", "github"], &[]);
    assert_eq!(whole.said("sigstore"), "subject-digest", "{}", whole.stdout);
    // The certificate with claims that GitHub did not put there.
    let mut smuggled = release.clone();
    let mut changed = certificate(&release);
    changed.tbs_certificate.extensions.get_or_insert_default().extend([
        claim(8, ISSUER),
        claim(12, "https://github.com/example/foo"),
        claim(18, "https://github.com/example/foo/.github/workflows/r.yml@refs/tags/v1"),
    ]);
    smuggled["verificationMaterial"]["certificate"]["rawBytes"] =
        b64(changed.to_der().unwrap()).into();
    for issuer in [&[][..], &["--issuer", ISSUER]] {
        let run = check(&smuggled, &["--trusted-root", "github"], issuer);
        assert_eq!(run.status, 1);
        assert_eq!(run.said("sigstore"), "certificate-untrusted", "{}", run.stdout);
    }
    let run = check(&smuggled, &[], &["--issuer", ISSUER]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert_ne!(run.said("sigstore"), "agrees");
    // The statement with another repository.
    let mut other = release.clone();
    let payload = String::from_utf8(unb64(other["dsseEnvelope"]["payload"].as_str().unwrap()));
    let payload = payload.unwrap().replace("jdx/communique", "evil/communique");
    other["dsseEnvelope"]["payload"] = b64(payload).into();
    let run = check(&other, &["--trusted-root", "github"], &[]);
    assert_eq!((run.status, run.said("sigstore").as_str()), (1, "signature-bad"), "{}", run.stdout);

    // A public Fulcio never speaks for GitHub's releases, whatever name it puts into a certificate.
    let bench = Bench::new();
    let mut signing = bench.signing(NAME, FILE, 0);
    signing.leaf.names = vec![uri("https://dotcom.releases.github.com")];
    let releases = ["--identity", "https://dotcom.releases.github.com", "--issuer", ISSUER];
    let run = bench.check(&signing.bundle().to_string(), &releases);
    let compared_with = compared(&run, "sigstore");
    assert!(!compared_with.contains("GitHub for a release"), "{compared_with}");
    for number in [1, 8] {
        signing.leaf.claim(number, None);
    }
    let run = bench.check(&signing.bundle().to_string(), &releases);
    assert_eq!((run.status, run.said("sigstore").as_str()), (1, "certificate-malformed"));
}

#[test]
fn a_certificate_that_cannot_be_read_in_one_way_is_listed_by_its_extensions() {
    let bench = Bench::new();
    let mut signing = bench.signing(NAME, FILE, 0);
    signing.leaf.extensions = vec![critical_unknown()];
    let run = bench.by(&signing.bundle().to_string());
    assert_eq!(run.said("sigstore"), "certificate-malformed");
    let mut command = distvouch();
    let path = bench.path(&format!("{NAME}.sigstore.json"));
    let run = Run::of(command.args(["inspect", &path]).output().unwrap());
    let text = flat(&run.stdout);
    assert!(text.contains("Extension 1.3.6.1.4.1.57264.99.1, critical: \"must know\""), "{text}");
    assert!(text.contains("Extension 1.3.6.1.4.1.57264.1.12"), "{text}");
    assert!(text.contains("critical extension 1.3.6.1.4.1.57264.99.1 is unknown"), "{text}");
}

#[test]
fn the_pipeline_definition_of_circleci_is_a_pin() {
    let bench = Bench::new();
    let project = "6b6f4d4e-29b5-4c4d-9a43-0d6c5a2d9f11";
    let definition = "1f0e7a52-6b1e-4a35-8f14-2b3c4d5e6f70";
    let mut signing = bench.signing(NAME, FILE, 0);
    let signer =
        format!("https://circleci.com/api/v2/projects/{project}/pipeline-definitions/{definition}");
    signing.leaf = Leaf {
        claims: vec![(8, CIRCLECI.to_owned()), (9, signer.clone()), (11, "\"\"".to_owned())],
        names: vec![uri(&signer)],
        ..signing.leaf
    };
    signing.predicate_type = "https://in-toto.io/attestation/link/v0.3";
    signing.predicate = json!({});
    let bundle = signing.bundle().to_string();
    let publisher = format!("circleci:{project}");
    let by = |more: &[&str]| bench.check(&bundle, &[&["--publisher", &publisher], more].concat());
    let pinned = by(&["--workflow", definition]);
    assert_eq!(pinned.said("sigstore"), "agrees", "{}", pinned.stdout);
    assert!(!pinned.finding("sigstore").to_string().contains("compared with nothing"));
    let other = by(&["--workflow", "1f0e7a52-6b1e-4a35-8f14-2b3c4d5e6f71"]);
    assert_eq!(other.said("sigstore"), "workflow-mismatch");
    // Without the pin, it is said that another pipeline would have done.
    let open = by(&[]);
    assert_eq!(open.said("sigstore"), "agrees");
    let finding = open.finding("sigstore").to_string();
    assert!(finding.contains(definition) && finding.contains("--workflow"), "{finding}");
    assert!(finding.contains("branch"), "{finding}");
    assert_eq!(
        bench
            .check(&bundle, &["--publisher", "circleci:00000000-0000-4000-8000-000000000000"])
            .said("sigstore"),
        "publisher-mismatch"
    );
}

#[test]
fn an_authority_of_the_same_name_is_another() {
    let bench = Bench::new();
    let mut signing = bench.signing(NAME, FILE, 0);
    let impostor: Authority = bench.sigstore.authority.impostor();
    signing.leaf.authority = &impostor;
    let run = bench.by(&signing.bundle().to_string());
    assert_eq!((run.status, run.said("sigstore").as_str()), (1, "certificate-untrusted"));
}

#[test]
fn what_a_bundle_has_too_often_or_not_at_all() {
    let bench = Bench::new();
    let own = bench.signing(NAME, FILE, 0).bundle();
    let altered = |change: &dyn Fn(&mut Value)| {
        let mut bundle = own.clone();
        change(&mut bundle);
        bench.by(&bundle.to_string())
    };
    let entry = own["verificationMaterial"]["tlogEntries"][0].clone();
    let signature = own["dsseEnvelope"]["signatures"][0].clone();
    let stamps = json!({"rfc3161Timestamps": vec![json!({"signedTimestamp": "AAAA"}); 33]});
    for (change, class, part) in [
        (
            &(|b: &mut Value| {
                b["verificationMaterial"]["tlogEntries"] = json!(vec![entry.clone(); 500])
            }) as &dyn Fn(&mut Value),
            "evidence-unsupported",
            "500 log entries, of which at most 32",
        ),
        (
            &|b| b["verificationMaterial"]["timestampVerificationData"] = stamps.clone(),
            "evidence-unsupported",
            "33 time stamps",
        ),
        (
            &|b| b["dsseEnvelope"]["signatures"] = json!([signature, signature]),
            "provenance-malformed",
            "2 signatures, where a bundle has one",
        ),
        (&|b| b["dsseEnvelope"]["signatures"] = json!([]), "provenance-malformed", "0 signatures"),
        (
            &|b| drop(b["verificationMaterial"].as_object_mut().unwrap().remove("certificate")),
            "provenance-malformed",
            "no certificate, and no key either",
        ),
        (
            &|b| drop(b.as_object_mut().unwrap().remove("dsseEnvelope")),
            "provenance-malformed",
            "no signature, neither",
        ),
        (
            &|b| {
                let proof = &mut b["verificationMaterial"]["tlogEntries"][0]["inclusionProof"];
                proof.as_object_mut().unwrap().remove("checkpoint");
            },
            "evidence-unsupported",
            "without the checkpoint",
        ),
    ] {
        let run = altered(change);
        assert_eq!(run.said("sigstore"), class, "{part}: {}", run.stdout);
        assert!(
            compared(&run, "sigstore").contains(part),
            "{part}: {}",
            compared(&run, "sigstore")
        );
    }
    // The same entry a few times over is checked each time, and says no more.
    let run =
        altered(&|b| b["verificationMaterial"]["tlogEntries"] = json!(vec![entry.clone(); 3]));
    assert_eq!(run.said("sigstore"), "agrees", "{}", run.stdout);
}

#[test]
fn a_repository_alone_is_asked_of_what_is_named_by_hand_and_of_lists() {
    let bench = Bench::new();
    let root = bench.path("root.json");
    let own = bench.signing(NAME, FILE, 0).bundle();
    bench.scratch.write("evidence.json", json!([own]).to_string());
    let by_hand = format!("{NAME}=evidence.json");
    let check = |more: &[&str]| {
        bench.scratch.check(["--trusted-root", &root].iter().chain(more).chain(&[NAME]))
    };
    let good = ["--repository", "https://github.com/example/foo", "--require", "sigstore"];
    let evil = ["--repository", "https://github.com/evil/evil", "--require", "sigstore"];
    let signed = ["--signature", &by_hand];
    let run = check(&[&good[..], &signed].concat());
    assert_eq!(run.said("sigstore"), "agrees", "{}", run.stdout);
    assert_eq!(check(&[&evil[..], &signed].concat()).said("sigstore"), "publisher-mismatch");
    // No one was named: the signer is said, and nothing is agreed to.
    let run = Run::of(
        distvouch()
            .args(["check", "--json", "--distdir"])
            .arg(bench.scratch.path())
            .args(signed)
            .arg(NAME)
            .output()
            .unwrap(),
    );
    assert_ne!(run.said("sigstore"), "", "{}", run.stdout);
    assert!(!run.said("sigstore").contains("agrees"));
    // A bundle over a list of checksums.
    let list = format!("{}  {NAME}\n", hex(&Sha256::digest(FILE)));
    bench.scratch.write("checksums.txt", &list);
    let of_list = bench.signing("checksums.txt", list.as_bytes(), 3).bundle();
    bench.scratch.write("checksums.txt.sigstore.json", of_list.to_string());
    assert_eq!(check(&good).said("sigstore"), "agrees");
    assert_eq!(check(&evil).said("sigstore"), "publisher-mismatch");
    // Several bundles, none of them about the list.
    let other = [bench.signing("a", b"a", 5).bundle(), bench.signing("b", b"b", 6).bundle()];
    bench.scratch.write("checksums.txt.sigstore.json", json!(other).to_string());
    let run = check(&good);
    assert_eq!((run.status, run.said("sigstore").as_str()), (1, "subject-digest"));
}

#[test]
fn the_commit_comes_from_a_bundle_as_from_provenance() {
    let Some(git) = tool("source with a bundle", "git") else { return };
    let mut bench = Bench::new();
    let clone = bench.scratch.path().join("clone");
    std::fs::create_dir(&clone).unwrap();
    std::fs::write(clone.join("a.c"), "int a;\n").unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(&git)
            .args(["-c", "user.name=a", "-c", "user.email=a@b", "-C"])
            .arg(&clone)
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    run(&["init", "-q"]);
    run(&["add", "."]);
    run(&["commit", "-q", "-m", "a"]);
    run(&["tag", "v1.3"]);
    let commit = String::from_utf8(run(&["rev-parse", "HEAD"])).unwrap().trim().to_owned();
    let archive = run(&["archive", "--format=tar.gz", "--prefix=foo-1.3/", "HEAD"]);
    bench.scratch.write(NAME, &archive);
    bench.run = Workflow::release("example/foo", "v1.3", &commit);
    let signing = bench.signing(NAME, &archive, 0);
    let source = |more: &[&str]| {
        let mut command = distvouch();
        command.args(["source", "--json", "--trusted-root"]).arg(bench.scratch.file("root.json"));
        command.arg("--git").arg(&clone).arg(bench.scratch.file(NAME)).args(more);
        Run::of(command.output().unwrap())
    };
    let other = bench.signing("bar.tar.gz", b"another", 3).bundle();
    let own = signing.bundle();
    for (name, text) in [
        (format!("{NAME}.provenance"), signing.provenance(&bench.run).to_string()),
        (format!("{NAME}.sigstore.json"), own.to_string()),
        (format!("{NAME}.sigstore"), format!("{other}\n{own}\n")),
        ("by-hand.json".to_owned(), json!([own]).to_string()),
    ] {
        let path = bench.scratch.write(&name, text).to_string_lossy().into_owned();
        let by_hand = ["--provenance", &path];
        let run = source(if name == "by-hand.json" { &by_hand } else { &[] });
        let said = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(run.status, 0, "{name}: {said}");
        assert!(said.contains("https://github.com/example/foo"), "{name}: {said}");
        assert!(said.contains(&commit), "{name}: {said}");
        std::fs::remove_file(&path).unwrap();
    }
    // One that does not hold is never left aside for the tag.
    let mut bad = own.clone();
    let sig = &mut bad["dsseEnvelope"]["signatures"][0]["sig"];
    *sig = flipped(sig, 20);
    bench.scratch.write(&format!("{NAME}.sigstore.json"), bad.to_string());
    let run = source(&[]);
    assert_ne!(run.status, 0);
    assert!(
        run.stderr.contains("signature-bad") || run.stderr.contains("log-entry"),
        "{}",
        run.stderr
    );
    // The tag is named: nothing else is asked.
    assert_eq!(source(&["--tag", "v1.3"]).status, 0);
}
