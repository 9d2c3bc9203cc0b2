//! Continuity through the command line: two releases, made here with a Sigstore and keys of the
//! test's own, of which one thing at a time is another.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::common::ed25519;
use crate::common::messages;
use crate::common::messages::{key, packets, public, signature_at, start};
use crate::common::sigstore as made;
use crate::common::sigstore::{Signing, Sigstore, Workflow, email, provenance};
use crate::common::{Run, Scratch};
use openpgp::types::SignatureType;
use openpgp::{Cert, Packet};
use sequoia_openpgp as openpgp;
use serde_json::{Value, json};

const OLD: &str = "foo-1.2.tar.gz";
const NEW: &str = "foo-1.3.tar.gz";
const OLD_PROVENANCE: &str = "foo-1.2.tar.gz.provenance";
const NEW_PROVENANCE: &str = "foo-1.3.tar.gz.provenance";
const COMMIT: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
const BEFORE: i64 = 1_738_411_200;
const NOW: i64 = 1_740_830_400;

fn run_of(version: &str) -> Workflow {
    Workflow::release("example/foo", &format!("v{version}"), COMMIT)
}

/// Two releases with provenance by the same workflow, but for what `edit` changes of the new one.
fn releases(edit: impl FnOnce(&mut Workflow)) -> Scratch {
    let scratch = Scratch::new();
    let sigstore = Sigstore::new("continuity");
    scratch.write("root.json", sigstore.trusted_root().to_string());
    let mut new = run_of("1.3");
    edit(&mut new);
    for (name, run, time) in [(OLD, &run_of("1.2"), BEFORE), (NEW, &new, NOW)] {
        scratch.write(name, name);
        let attested = Signing::of(&sigstore, run, time, name, name.as_bytes()).provenance(run);
        scratch.write(&format!("{name}.provenance"), attested.to_string());
    }
    scratch
}

fn check(scratch: &Scratch, more: &[&str]) -> Run {
    let root = scratch.file("root.json").to_string_lossy().into_owned();
    let require = ["--require", "continuity", "--trusted-root", &root];
    scratch.check(require.iter().chain(more).chain(&[NEW]))
}

fn compared(scratch: &Scratch) -> Run {
    check(scratch, &["--previous", OLD_PROVENANCE])
}

fn expect(run: &Run, status: i32, said: &str) {
    let found = (run.status, run.said("continuity"));
    assert_eq!(found, (status, said.to_owned()), "{}{}", run.stdout, run.stderr);
}

/// The classes said next to the first finding.
fn notes(run: &Run) -> Vec<String> {
    let notes = run.finding("continuity")["detail"]["notes"].clone();
    let notes = notes.as_array().cloned().unwrap_or_default();
    notes.iter().map(|note| note["class"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn published_as_before() {
    let run = compared(&releases(|_| {}));
    expect(&run, 0, "agrees");
    let finding = run.finding("continuity");
    assert_eq!(
        finding["forgers"],
        json!(["publish", "job", "source", "forge", "sigstore", "gentoo"])
    );
    assert!(finding["compared"].as_str().unwrap().contains(OLD), "{finding}");
    let json = run.json();
    let alone = |sets: &Value| sets.as_array().unwrap().contains(&json!(["token"]));
    assert!(!alone(&json["attackers"]), "{json}");
    // Continuity of provenance is nothing without provenance.
    assert!(alone(&json["attackers_without_provenance"]), "{json}");
}

#[test]
fn each_change_has_its_class() {
    type Edit = fn(&mut Workflow);
    let rows: [(Edit, &str); 13] = [
        (|w| w.repository = "other/bar".to_owned(), "repository-renamed"),
        (|w| w.owner_id = 5, "repository-transferred"),
        (|w| (w.repository, w.owner_id) = ("other/foo".to_owned(), 5), "repository-transferred"),
        (|w| w.repository_id = 5, "repository-reregistered"),
        (|w| (w.repository_id, w.owner_id) = (5, 6), "repository-reregistered"),
        (
            |w| {
                w.repository = "other/foo".to_owned();
                (w.repository_id, w.owner_id) = (5, 6);
            },
            "publisher-changed",
        ),
        (|w| w.path = ".github/workflows/other.yml".to_owned(), "publisher-changed"),
        (|w| w.trigger = "workflow_dispatch".to_owned(), "trigger-mismatch"),
        (|w| w.trigger = "issue_comment".to_owned(), "trigger-mismatch"),
        (|w| w.runner = "self-hosted".to_owned(), "runner-mismatch"),
        (|w| w.reference = "refs/heads/fix".to_owned(), "ref-mismatch"),
        (
            |w| {
                let path = "vendor/ci/.github/workflows/publish.yml@refs/tags/v1";
                w.signer = Some(format!("https://github.com/{path}"));
                w.signer_commit = Some("0b".repeat(20));
            },
            "signer-external",
        ),
        (|w| w.environment = Some("pypi".to_owned()), "agrees"),
    ];
    for (edit, expected) in rows {
        let run = compared(&releases(edit));
        match expected {
            "repository-renamed" => {
                expect(&run, 0, "agrees");
                assert_eq!(notes(&run), ["repository-renamed"], "{}", run.stdout);
            }
            "agrees" => expect(&run, 0, "agrees"),
            class => expect(&run, 1, class),
        }
    }
}

#[test]
fn an_environment_that_vanished() {
    let scratch = releases(|_| {});
    let sigstore = Sigstore::new("continuity");
    let mut run = run_of("1.2");
    run.environment = Some("pypi".to_owned());
    let before = Signing::of(&sigstore, &run, BEFORE, OLD, OLD.as_bytes()).provenance(&run);
    scratch.write(OLD_PROVENANCE, before.to_string());
    expect(&compared(&scratch), 1, "environment-mismatch");
}

#[test]
fn one_attestation_of_several() {
    let scratch = releases(|_| {});
    let sigstore = Sigstore::new("continuity");
    let (usual, mut odd) = (run_of("1.3"), run_of("1.3"));
    odd.trigger = "issue_comment".to_owned();
    let attest =
        |run: &Workflow| Signing::of(&sigstore, run, NOW, NEW, NEW.as_bytes()).attestation();
    for order in [[&usual, &odd], [&odd, &usual]] {
        let both = provenance(&usual, &order.map(attest));
        scratch.write(NEW_PROVENANCE, both.to_string());
        expect(&compared(&scratch), 1, "trigger-mismatch");
    }
}

#[test]
fn attested_before_and_not_now() {
    let scratch = releases(|_| {});
    std::fs::remove_file(scratch.file(NEW_PROVENANCE)).unwrap();
    let run = compared(&scratch);
    expect(&run, 1, "provenance-dropped");
    let text = run.finding("continuity")["compared"].as_str().unwrap().to_owned();
    assert!(text.contains("https://github.com/example/foo") && text.contains(OLD), "{text}");
    // Not required, it is said all the same.
    let run = scratch.check([
        "--require",
        "manifest",
        "--trusted-root",
        scratch.file("root.json").to_str().unwrap(),
        "--previous",
        OLD_PROVENANCE,
        NEW,
    ]);
    assert_eq!(run.said("continuity"), "provenance-dropped");
}

#[test]
fn an_empty_provenance_is_not_as_if_there_were_none() {
    let scratch = releases(|_| {});
    scratch.write(NEW_PROVENANCE, r#"{"version": 1, "attestation_bundles": []}"#);
    expect(&compared(&scratch), 1, "provenance-empty");
    scratch.write(NEW_PROVENANCE, "<html>");
    expect(&compared(&scratch), 1, "provenance-malformed");
}

#[test]
fn the_evidence_of_before_has_to_hold() {
    let scratch = releases(|_| {});
    let text = std::fs::read_to_string(scratch.file(OLD_PROVENANCE)).unwrap();
    let change = |pointer: &str| {
        let mut json: Value = serde_json::from_str(&text).unwrap();
        let value = json.pointer_mut(pointer).unwrap();
        *value = made::flipped(value, 20);
        scratch.write(OLD_PROVENANCE, json.to_string());
    };
    let attestation = "/attestation_bundles/0/attestations/0";
    for pointer in ["envelope/signature", "verification_material/certificate"] {
        change(&format!("{attestation}/{pointer}"));
        expect(&compared(&scratch), 1, "previous-unusable");
    }
    for text in [r#"{"version": 1, "attestation_bundles": []}"#, "{}", ""] {
        scratch.write(OLD_PROVENANCE, text);
        expect(&compared(&scratch), 1, "previous-unusable");
    }
    // Under another root it could be anyone's.
    let other = Sigstore::new("somebody else's");
    let run = run_of("1.2");
    let before = Signing::of(&other, &run, BEFORE, OLD, OLD.as_bytes()).provenance(&run);
    scratch.write(OLD_PROVENANCE, before.to_string());
    expect(&compared(&scratch), 1, "previous-unusable");
    std::fs::remove_file(scratch.file(OLD_PROVENANCE)).unwrap();
    assert_eq!(compared(&scratch).status, 2);
}

#[test]
fn nothing_to_compare_with_is_not_checked() {
    let scratch = releases(|_| {});
    expect(&check(&scratch, &[]), 3, "not-checked-no-expectation");
}

#[test]
fn which_distfile_has_to_be_clear() {
    let scratch = releases(|_| {});
    scratch.write("patch.diff", "patch");
    let run = check(&scratch, &["--previous", OLD_PROVENANCE, "patch.diff"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("--previous") && run.stderr.contains("DISTFILE=FILE"));
    let paired = format!("{NEW}={OLD_PROVENANCE}");
    let run = check(&scratch, &["--previous", &paired, "patch.diff"]);
    let json = run.json();
    let said = |name: &str| {
        let distfiles = json["distfiles"].as_array().unwrap();
        let distfile = distfiles.iter().find(|d| d["name"] == name).unwrap();
        let findings = distfile["findings"].as_array().unwrap();
        let finding = findings.iter().find(|f| f["check"] == "continuity").unwrap();
        finding["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!((said(NEW), said("patch.diff")), ("agrees".to_owned(), "not-checked".to_owned()));
    assert_eq!(run.status, 3);
}

#[test]
fn a_type_of_attestation_that_is_dropped() {
    let scratch = releases(|_| {});
    let sigstore = Sigstore::new("continuity");
    let attest = |run: &Workflow, time, name: &str, slsa: bool| {
        let publish = Signing::of(&sigstore, run, time, name, name.as_bytes());
        if slsa { publish.slsa(run).attestation() } else { publish.attestation() }
    };
    let (old, new) = (run_of("1.2"), run_of("1.3"));
    let both = [attest(&old, BEFORE, OLD, false), attest(&old, BEFORE, OLD, true)];
    scratch.write(OLD_PROVENANCE, provenance(&old, &both).to_string());
    let run = compared(&scratch);
    expect(&run, 1, "provenance-dropped");
    let text = run.finding("continuity")["compared"].as_str().unwrap().to_owned();
    assert!(text.contains("https://slsa.dev/provenance/v1"), "{text}");
    let both = [attest(&new, NOW, NEW, true), attest(&new, NOW, NEW, false)];
    scratch.write(NEW_PROVENANCE, provenance(&new, &both).to_string());
    expect(&compared(&scratch), 0, "agrees");
    // One more than before is no change.
    let one = [attest(&old, BEFORE, OLD, true)];
    scratch.write(OLD_PROVENANCE, provenance(&old, &one).to_string());
    expect(&compared(&scratch), 0, "agrees");
}

/// Two releases with a Sigstore bundle each, by these addresses and their issuers.
fn bundled(old: (&str, &str), new: Option<(&str, &str)>) -> Scratch {
    let scratch = Scratch::new();
    let sigstore = Sigstore::new("continuity");
    scratch.write("root.json", sigstore.trusted_root().to_string());
    for (name, time, signer) in [(OLD, BEFORE, Some(old)), (NEW, NOW, new)] {
        scratch.write(name, name);
        let Some((address, issuer)) = signer else { continue };
        let mut signing = Signing::of(&sigstore, &run_of("1"), time, name, name.as_bytes());
        signing.leaf.claims = vec![(8, issuer.to_owned())];
        signing.leaf.names = vec![email(address)];
        scratch.write(&format!("{name}.sigstore"), signing.bundle().to_string());
    }
    scratch
}

fn bundles(scratch: &Scratch, identity: Option<(&str, &str)>) -> Run {
    let mut more = vec!["--previous-signature", "foo-1.2.tar.gz.sigstore"];
    if let Some((identity, issuer)) = identity {
        more.extend(["--identity", identity, "--issuer", issuer]);
    }
    check(scratch, &more)
}

#[test]
fn signers_of_bundles() {
    let alice = ("alice@example.org", "https://accounts.google.com");
    let bob = ("bob@example.org", "https://accounts.google.com");
    let elsewhere = ("alice@example.org", "https://github.com/login/oauth");
    // Whether or not someone says who should have signed.
    for identity in [None, Some(alice)] {
        let run = bundles(&bundled(alice, Some(alice)), identity);
        expect(&run, 0, "agrees");
        let finding = run.finding("continuity");
        // An account runs no workflow: who logs in to it gets past.
        let forgers = json!(["account", "job", "source", "sigstore", "gentoo"]);
        assert_eq!(finding["forgers"], forgers);
        assert!(finding["vouches"].as_str().unwrap().contains("alice@"), "{finding}");
        expect(&bundles(&bundled(alice, Some(bob)), identity), 1, "publisher-changed");
        expect(&bundles(&bundled(alice, Some(elsewhere)), identity), 1, "publisher-changed");
        expect(&bundles(&bundled(alice, None), identity), 1, "signature-dropped");
    }
    // The bundle holds for whom it names, and that is not who was asked for.
    let run = bundles(&bundled(bob, Some(bob)), Some(alice));
    assert_eq!((run.said("sigstore"), run.said("continuity")), both("identity-mismatch", "agrees"));
    let run = bundles(&bundled(alice, Some(elsewhere)), Some(alice));
    assert_eq!(run.said("sigstore"), "identity-mismatch");
    let run = bundles(&bundled(alice, Some(alice)), Some(alice));
    assert_eq!((run.said("sigstore"), run.said("continuity")), both("agrees", "agrees"));
}

fn both(one: &str, other: &str) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

#[test]
fn bundles_of_before_have_to_hold() {
    let alice = ("alice@example.org", "https://accounts.google.com");
    let scratch = bundled(alice, Some(alice));
    scratch.write(OLD, "another file");
    expect(&bundles(&scratch, None), 1, "previous-unusable");
    std::fs::remove_file(scratch.file(OLD)).unwrap();
    expect(&bundles(&scratch, None), 1, "previous-unusable");
    scratch.write(OLD, OLD);
    expect(&bundles(&scratch, None), 0, "agrees");
    // And so do those of this release.
    scratch.write(NEW, "another file");
    expect(&bundles(&scratch, None), 1, "subject-digest");
    scratch.write("foo-1.3.tar.gz.sigstore", "{}");
    expect(&bundles(&scratch, None), 1, "provenance-malformed");
}

#[test]
fn a_workflow_signs_bundles_of_every_version() {
    let sigstore = Sigstore::new("continuity");
    let write = |scratch: &Scratch, name: &str, run: &Workflow, time| {
        let bundle = Signing::of(&sigstore, run, time, name, name.as_bytes()).bundle();
        scratch.write(&format!("{name}.sigstore.json"), bundle.to_string());
    };
    let said = |edit: fn(&mut Workflow)| {
        let scratch = bundled(("x@example.org", "https://x.example"), None);
        let mut new = run_of("1.3");
        edit(&mut new);
        write(&scratch, OLD, &run_of("1.2"), BEFORE);
        write(&scratch, NEW, &new, NOW);
        let run = check(&scratch, &["--previous-signature", "foo-1.2.tar.gz.sigstore.json"]);
        run.said("continuity")
    };
    assert_eq!(said(|_| {}), "agrees");
    assert_eq!(said(|w| w.trigger = "issue_comment".to_owned()), "trigger-mismatch");
    assert_eq!(said(|w| w.owner_id = 5), "repository-transferred");
}

/// Two releases without provenance, both signed by OpenPGP.
fn signed(old: &Cert, new: Option<&Cert>, ring: &[&Cert]) -> Scratch {
    let scratch = Scratch::new();
    let detached = |cert: &Cert, name: &str| {
        let at = start() + messages::DAY * 30;
        let signature = signature_at(cert, SignatureType::Binary, at, name.as_bytes());
        packets([Packet::from(signature)])
    };
    for (name, signer) in [(OLD, Some(old)), (NEW, new)] {
        scratch.write(name, name);
        if let Some(cert) = signer {
            scratch.write(&format!("{name}.asc"), detached(cert, name));
        }
    }
    let keys: Vec<u8> = ring.iter().flat_map(|cert| public(cert)).collect();
    scratch.write("ring.pgp", keys);
    scratch
}

fn signers(scratch: &Scratch) -> Run {
    let ring = scratch.file("ring.pgp").to_string_lossy().into_owned();
    let key = ["--openpgp-key", &ring, "--previous-signature", "foo-1.2.tar.gz.asc"];
    scratch.check(["--require", "continuity"].iter().chain(&key).chain(&[NEW]))
}

#[test]
fn signers_of_openpgp() {
    let (alice, bob) = (key("alice"), key("bob"));
    let run = signers(&signed(&alice, Some(&alice), &[&alice, &bob]));
    expect(&run, 0, "agrees");
    assert_eq!(run.finding("continuity")["forgers"], json!(["key", "gentoo", "job", "source"]));
    let run = signers(&signed(&alice, Some(&bob), &[&alice, &bob]));
    expect(&run, 1, "signer-changed");
    let text = run.finding("continuity")["compared"].as_str().unwrap().to_owned();
    assert!(text.contains("alice") && text.contains("bob"), "{text}");
    expect(&signers(&signed(&alice, None, &[&alice])), 1, "signature-dropped");
    // The ring was exchanged along with the key.
    expect(&signers(&signed(&alice, Some(&bob), &[&bob])), 1, "signer-changed");
    // The ring stayed, and someone else signed.
    expect(&signers(&signed(&alice, Some(&bob), &[&alice])), 1, "signer-changed");
}

#[test]
fn a_signature_of_before_has_to_hold() {
    let alice = key("alice");
    let scratch = signed(&alice, Some(&alice), &[&alice]);
    scratch.flip(OLD, 3);
    expect(&signers(&scratch), 1, "previous-unusable");
    scratch.flip(OLD, 3);
    expect(&signers(&scratch), 0, "agrees");
    std::fs::remove_file(scratch.file(OLD)).unwrap();
    expect(&signers(&scratch), 1, "previous-unusable");
}

#[test]
fn signers_of_minisign_and_signify() {
    let (one, other) = (ed25519::Key::new(1), ed25519::Key::new(2));
    for (suffix, option) in [("minisig", "--minisign-key"), ("sig", "--signify-key")] {
        let sign = |key: &ed25519::Key, name: &str| match suffix {
            "minisig" => key.minisign(name.as_bytes()),
            _ => key.signify(name.as_bytes()),
        };
        let scratch = Scratch::new();
        scratch.write("one.pub", one.public());
        scratch.write("other.pub", other.public());
        scratch.write(OLD, OLD);
        scratch.write(NEW, NEW);
        let previous = format!("{OLD}.{suffix}");
        scratch.write(&previous, sign(&one, OLD));
        let path = |name: &str| scratch.file(name).to_string_lossy().into_owned();
        let run = |keys: &[&str]| {
            let keys = keys.iter().flat_map(|name| [option.to_owned(), path(name)]);
            let fixed = ["--require", "continuity", "--previous-signature", &previous];
            let fixed = fixed.map(str::to_owned).into_iter();
            scratch.check(fixed.chain(keys).chain([NEW.to_owned()]))
        };
        let both = ["one.pub", "other.pub"];
        expect(&run(&both), 1, "signature-dropped");
        let signature = format!("{NEW}.{suffix}");
        scratch.write(&signature, sign(&one, NEW));
        expect(&run(&both), 0, "agrees");
        scratch.write(&signature, sign(&other, NEW));
        expect(&run(&both), 1, "signer-changed");
        expect(&run(&["other.pub"]), 1, "signer-changed");
        expect(&run(&["one.pub"]), 1, "signer-changed");
    }
}

fn forgers(run: &Run) -> Vec<String> {
    assert_eq!(run.said("continuity"), "agrees", "{}{}", run.stdout, run.stderr);
    let forgers = run.finding("continuity")["forgers"].clone();
    forgers.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// A release of before that two workflows attested: a new one may be by either, and the attackers are those of
/// both, whichever it is by and in whatever order.
#[test]
fn any_of_those_who_published_before_will_do() {
    let scratch = releases(|_| {});
    let sigstore = Sigstore::new("continuity");
    let (mut tagged, mut nightly) = (run_of("1.2"), run_of("1.2"));
    nightly.path = ".github/workflows/nightly.yml".to_owned();
    nightly.reference = "refs/heads/main".to_owned();
    let attest = |run: &Workflow, time, name: &str| {
        Signing::of(&sigstore, run, time, name, name.as_bytes()).attestation()
    };
    let both = [attest(&tagged, BEFORE, OLD), attest(&nightly, BEFORE + 5, OLD)];
    scratch.write(OLD_PROVENANCE, provenance(&tagged, &both).to_string());
    tagged.reference = "refs/tags/v1.3".to_owned();
    let (one, other) = (attest(&tagged, NOW, NEW), attest(&nightly, NOW + 5, NEW));
    let all = ["publish", "job", "source", "forge", "sigstore", "gentoo", "branch"];
    for now in [vec![&one], vec![&other], vec![&one, &other], vec![&other, &one]] {
        let now: Vec<Value> = now.into_iter().cloned().collect();
        scratch.write(NEW_PROVENANCE, provenance(&tagged, &now).to_string());
        assert_eq!(forgers(&compared(&scratch)), all);
    }
}

/// Bundles by a workflow and by an account of one release.
#[test]
fn an_account_and_a_workflow_of_before() {
    let sigstore = Sigstore::new("continuity");
    let google = "https://accounts.google.com";
    let bundle = |name: &str, time, account: bool| {
        let mut signing = Signing::of(&sigstore, &run_of("1"), time, name, name.as_bytes());
        if account {
            signing.leaf.claims = vec![(8, google.to_owned())];
            signing.leaf.names = vec![email("alice@example.org")];
        }
        signing.bundle().to_string()
    };
    for account in [false, true] {
        let scratch = bundled(("x@example.org", "https://x.example"), None);
        let before = [bundle(OLD, BEFORE, false), bundle(OLD, BEFORE + 5, true)];
        scratch.write("foo-1.2.tar.gz.sigstore", before.join("\n"));
        scratch.write("foo-1.3.tar.gz.sigstore", bundle(NEW, NOW, account));
        let found = forgers(&bundles(&scratch, None));
        for word in ["account", "publish", "forge"] {
            assert!(found.contains(&word.to_owned()), "{word}: {found:?}");
        }
    }
}

/// Continuity rests on what the other checks found: where that can be brought by a mirror, so can this.
#[test]
fn what_is_served_under_another_name_is_no_one_s_work() {
    let set = |run: &Run| run.json()["attackers"].to_string();
    let minisign = |file: &str| {
        let (scratch, key) = (Scratch::new(), ed25519::Key::new(1));
        scratch.write("k.pub", key.public());
        for name in [OLD, NEW] {
            scratch.write(name, if name == OLD { OLD } else { file });
        }
        scratch.write(&format!("{OLD}.minisig"), key.minisign_of(OLD.as_bytes(), OLD));
        scratch.write(&format!("{NEW}.minisig"), key.minisign_of(file.as_bytes(), file));
        let public = scratch.file("k.pub").to_string_lossy().into_owned();
        let previous = format!("{OLD}.minisig");
        let args = ["--require", "minisign,continuity", "--minisign-key", &public];
        scratch.check(args.iter().chain(&["--previous-signature", &previous, NEW]))
    };
    // The old release and its signature under the new name.
    let replayed = minisign(OLD);
    assert!(forgers(&replayed).contains(&"mirror".to_owned()), "{}", replayed.stdout);
    assert!(set(&replayed).contains("[\"mirror\"]"), "{}", replayed.stdout);
    let own = minisign(NEW);
    assert!(!forgers(&own).contains(&"mirror".to_owned()), "{}", own.stdout);
    // A signature that leaves line ends open.
    let alice = key("alice");
    for kind in [SignatureType::Binary, SignatureType::Text] {
        let scratch = signed(&alice, Some(&alice), &[&alice]);
        let at = start() + messages::DAY * 30;
        let signature = signature_at(&alice, kind, at, NEW.as_bytes());
        scratch.write(&format!("{NEW}.asc"), packets([Packet::from(signature)]));
        let found = forgers(&signers(&scratch));
        assert_eq!(found.contains(&"mirror".to_owned()), kind == SignatureType::Text);
    }
    // A bundle about these bytes by another name, whether or not anyone says who should have signed.
    let alice = ("alice@example.org", "https://accounts.google.com");
    for identity in [None, Some(alice)] {
        let scratch = bundled(alice, Some(alice));
        let sigstore = Sigstore::new("continuity");
        let mut signing = Signing::of(&sigstore, &run_of("1"), NOW, OLD, NEW.as_bytes());
        signing.leaf.claims = vec![(8, alice.1.to_owned())];
        signing.leaf.names = vec![email(alice.0)];
        scratch.write(&format!("{NEW}.sigstore"), signing.bundle().to_string());
        let found = forgers(&bundles(&scratch, identity));
        assert!(found.contains(&"mirror".to_owned()), "{found:?}");
    }
}
