//! PEP 740 provenance, real and made, through the library.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::common;
use crate::answer::access::Capability;
use crate::answer::facts::{AttestedFacts, Of};
use crate::answer::finding::{Check, Finding};
use crate::check::provenance::{Request, check};
use crate::evidence::expectation::{Pins, PublisherExpectation, RefGlob};
use crate::evidence::pep740::Subject;
use crate::evidence::sigstore::{TrustedRoot, Verifier};
use sha2::{Digest, Sha256, Sha512};
use std::fs;
use std::path::{Path, PathBuf};

const SAMPLE: &str = "https://github.com/pypa/sampleproject";

fn corpora(name: &str) -> Option<PathBuf> {
    Some(common::corpora(&format!("PEP 740 documents, {name}"))?.join(name))
}

fn verifier() -> Verifier {
    Verifier::new(TrustedRoot::load_with(None, Path::new("/nonexistent")).unwrap())
}

/// Sigstore's staging instance, whose root the library's crates carry.
fn staging() -> Verifier {
    let path = std::env::temp_dir().join(format!("distvouch-staging-{}.json", std::process::id()));
    fs::write(&path, sigstore::trust_root::SIGSTORE_STAGING_TRUSTED_ROOT).unwrap();
    let root = TrustedRoot::load(Some(&path)).unwrap();
    fs::remove_file(&path).unwrap();
    Verifier::new(root)
}

/// What is next to a file: a provenance or a bare attestation.
fn document(case: &Path) -> Vec<u8> {
    let names = ["provenance.json", "attestation.json"];
    names.iter().find_map(|name| fs::read(case.join(name)).ok()).unwrap()
}

fn unhex(text: &str) -> [u8; 32] {
    std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

struct File<'a> {
    name: &'a str,
    sha256: [u8; 32],
    sha512: &'a [u8],
}

fn run(
    document: &[u8],
    file: &File<'_>,
    expectation: Option<&str>,
    pins: &Pins,
    verifier: &Verifier,
) -> Vec<Finding> {
    let expectation = expectation.map(|text| {
        let url = text.starts_with("https://");
        let parse = if url {
            PublisherExpectation::from_repository
        } else {
            PublisherExpectation::from_publisher
        };
        parse(text).unwrap()
    });
    let others: [(&str, &[u8]); 1] = [("sha512", file.sha512)];
    let findings = check(&Request {
        provenance: document,
        subject: Subject { name: file.name, is_named: true, sha256: file.sha256, others: &others },
        expectation: expectation.as_ref(),
        pins,
        verifier,
    });
    assert!(!findings.is_empty(), "absence must be an answer");
    assert!(findings.iter().all(|f| f.check == Check::Provenance));
    findings
}

/// Runs a case with the file that is next to its provenance.
fn run_case(case: &Path, expectation: &str, pins: &Pins, verifier: &Verifier) -> Vec<Finding> {
    let entries = fs::read_dir(case).unwrap().map(|e| e.unwrap().path());
    let path = entries.filter(|p| p.extension().is_none_or(|e| e != "json")).min().unwrap();
    let blob = fs::read(&path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let sha512 = Sha512::digest(&blob);
    let file = File { name, sha256: Sha256::digest(&blob).into(), sha512: &sha512 };
    let expectation = Some(expectation).filter(|e| !e.is_empty());
    run(&document(case), &file, expectation, pins, verifier)
}

/// `agrees` or the class of each finding, and `+class` for each note.
fn summary(findings: &[Finding]) -> String {
    let one = |f: &Finding| {
        let class = f.class.map_or("agrees", |c| c.name());
        f.notes.iter().fold(class.to_owned(), |s, n| format!("{s} +{}", n.class.name()))
    };
    findings.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Case, expectation, and whether it agrees under the production root or is of the staging
/// instance: then what the production root makes of it.
#[rustfmt::skip]
const REAL: &[(&str, &str, &str)] = &[
    // Publish attestations by GitHub Actions under the production root.
    ("abi3info-2024.10.3-py3-none-any.whl.provenance", "https://github.com/woodruffw/abi3info", "production"),
    ("abi3info-2024.10.8-py3-none-any.whl.provenance", "https://github.com/woodruffw/abi3info", "production"),
    ("abi3info-2024.10.8.tar.gz.provenance", "https://github.com/woodruffw/abi3info", "production"),
    ("pypi_attestation_models-0.0.4a2.tar.gz.attestation", "https://github.com/trailofbits/pypi-attestation-models", "production"),
    ("pypi_attestations-0.0.16.tar.gz.attestation", "https://github.com/trailofbits/pypi-attestations", "production"),
    ("pypi_attestations-0.0.19.tar.gz.provenance", "https://github.com/trailofbits/pypi-attestations", "production"),
    ("pypi_attestations-0.0.19.tar.gz.publish.attestation", "https://github.com/trailofbits/pypi-attestations", "production"),
    ("pypi_attestations-0.0.19.tar.gz.slsa.attestation", "https://github.com/trailofbits/pypi-attestations", "production"),
    ("sampleproject-4.0.0-py3-none-any.whl.publish.attestation", SAMPLE, "production"),
    ("sampleproject-4.0.0.tar.gz.provenance", SAMPLE, "production"),
    ("sigstore-3.6.1.tar.gz.provenance", "https://github.com/sigstore/sigstore-python", "production"),
    // Staging, and later than everything in the production root; a name from before PEP 625, and
    // a run started by hand.
    ("shelf-reader-0.1.tar.gz.publish.attestation", "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon", "root-too-old"),
    ("shelf_reader-0.1-py2-none-any.whl.publish.attestation", "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon", "root-too-old"),
    // Other publishers.
    ("circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl.provenance", "circleci:fdd9283f-e619-46af-8f9c-851f7d3e8b2b", "production"),
    ("circleci_sign_publish_example-0.0.1.dev137-py3-none-any.whl.publish.attestation", "circleci:fdd9283f-e619-46af-8f9c-851f7d3e8b2b", "production"),
    ("gcb_attestation_test-0.0.0.tar.gz.provenance", "gcp:919436158236-compute@developer.gserviceaccount.com", "production"),
    ("gitlab_oidc_project-0.0.3.tar.gz.publish.attestation", "https://gitlab.com/facutuesca/gitlab-oidc-project", "production"),
    ("pep740-sampleproject-1.0.0.tar.gz.provenance", "https://gitlab.com/pep740-example/sampleproject", "production"),
    ("sampleproject-3.0.0.tar.gz.publish.attestation", "gcp:919436158236-compute@developer.gserviceaccount.com", "production"),
    // Staging of 2024, signed by a person: no age of the production root explains that.
    ("rfc8785-0.1.2-py3-none-any.whl.attestation", "github-login:william@yossarian.net", "certificate-untrusted"),
    ("rfc8785-0.1.2-py3-none-any.whl.publish.attestation", "github-login:william@yossarian.net", "certificate-untrusted"),
    ("spt3g-1.0-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl.publish.attestation", "github-login:william@yossarian.net", "certificate-untrusted"),
];

#[test]
fn real_documents_give_what_their_content_deserves() {
    let Some(corpus) = corpora("pep740") else { return };
    let table = fs::read_to_string(corpus.join("expected.tsv")).unwrap();
    let (production, staging) = (verifier(), staging());
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [case, name, sha256, _, _, identity, issuer] = fields.as_slice() else { panic!() };
        let Some((_, expected, under)) = REAL.iter().find(|r| r.0 == *case) else {
            panic!("{case} is not in the table")
        };
        let document = document(&corpus.join(case));
        let sha256 = unhex(sha256);
        let judged = |verifier: &Verifier, expectation: Option<&str>, sha256| {
            let file = File { name, sha256, sha512: &[0; 64] };
            run(&document, &file, expectation, &Pins::default(), verifier)
        };
        let mut expect = |what: &str, findings: &[Finding], expected: &str| {
            let got = summary(findings);
            if got != expected {
                wrong.push(format!("{case}, {what}: {got}: {}", findings[0].compared));
            }
        };
        let verifier = match *under {
            "production" => &production,
            class => {
                // A staging document under the production root.
                expect("production", &judged(&production, Some(expected), sha256), class);
                &staging
            }
        };
        let findings = judged(verifier, Some(expected), sha256);
        // Any pipeline definition of a CircleCI project would do: that is said.
        let agrees = match expected.starts_with("circleci:") {
            true => "agrees +not-checked-no-expectation",
            false => "agrees",
        };
        expect("as expected", &findings, agrees);
        let certificate = &attested(&findings[0]).certificate;
        assert_eq!(certificate["Subject Alternative Name"], *identity);
        assert_eq!(certificate["Issuer"], *issuer);
        let other = Some("https://github.com/example/other");
        expect("another publisher", &judged(verifier, other, sha256), "publisher-mismatch");
        expect("nobody", &judged(verifier, None, sha256), "not-checked-no-expectation");
        let mut altered = sha256;
        altered[31] ^= 1;
        expect("other bytes", &judged(verifier, Some(expected), altered), "subject-digest");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Case, expectation, what must come out.
#[rustfmt::skip]
const EDGE: &[(&str, &str, &str)] = &[
    ("good", SAMPLE, "agrees"),
    // "All of none" is no agreement.
    ("empty-bundles", SAMPLE, "provenance-empty"),
    ("empty-bundles-no-repo", "", "provenance-empty"),
    ("empty-attestations", SAMPLE, "provenance-empty"),
    // One bundle is empty, the other would agree.
    ("second-bundle-google-empty", SAMPLE, "provenance-empty"),
    ("no-version", SAMPLE, "provenance-malformed"),
    ("truncated-json", SAMPLE, "provenance-malformed"),
    ("bom-json", SAMPLE, "provenance-malformed"),
    ("no-tlog", SAMPLE, "provenance-malformed"),
    ("no-inclusion-proof", SAMPLE, "provenance-malformed"),
    // The second entry is an empty object.
    ("second-tlog-garbage", SAMPLE, "provenance-malformed"),
    // The log's time is authenticated by the promise alone.
    ("no-inclusion-promise", SAMPLE, "time-unknown"),
    ("sig-tampered", SAMPLE, "signature-bad"),
    // Each is checked and each is reported.
    ("dup-attestation", SAMPLE, "agrees, agrees"),
    ("two-tlog-entries", SAMPLE, "agrees"),
    // Nothing unknown is signed, so nothing unknown decides.
    ("unknown-fields", SAMPLE, "agrees"),
    // Spellings of the same repository.
    ("repo-trailing-slash", "https://github.com/pypa/sampleproject/", "agrees"),
    ("repo-dotgit", "https://github.com/pypa/sampleproject.git", "agrees"),
    ("repo-case", "https://github.com/PyPA/sampleproject", "agrees"),
    ("repo-host-case", "https://GitHub.com/pypa/sampleproject", "agrees"),
    // Usage errors: see the test below.
    ("repo-http", SAMPLE, "agrees"),
    ("repo-bare", SAMPLE, "agrees"),
    ("repo-doubleslash", SAMPLE, "agrees"),
    ("repo-fragment", SAMPLE, "agrees"),
    ("repo-userinfo", SAMPLE, "agrees"),
    ("repo-port", SAMPLE, "agrees"),
    // What the index says is compared with the certificate and never decides for it.
    ("publisher-repo-forged", "https://github.com/evil/x", "publisher-mismatch +publisher-disagrees"),
    ("publisher-repo-forged", SAMPLE, "publisher-disagrees"),
    ("publisher-workflow-forged", SAMPLE, "publisher-disagrees"),
    ("unknown-kind", SAMPLE, "publisher-disagrees"),
    ("kind-lowercase", SAMPLE, "publisher-disagrees"),
    // No certificate of 2024 has an environment: the finding says that no one signed it.
    ("publisher-environment-forged", SAMPLE, "agrees"),
    // Names as PEP 625 and PEP 440 compare them, with the extension.
    ("renamed-dist-normalised", SAMPLE, "agrees"),
    ("renamed-dist-version-form", SAMPLE, "agrees"),
    ("renamed-dist-zip", SAMPLE, "subject-name"),
    ("wheel-with-sdist-prov", SAMPLE, "subject-digest"),
];

#[test]
fn made_documents_are_named_for_what_is_wrong_with_them() {
    let Some(corpus) = corpora("pep740-edge") else { return };
    let verifier = verifier();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(&corpus).unwrap().map(|e| e.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        let known = EDGE.iter().any(|case| case.0 == name);
        assert!(known || name.ends_with(".tsv"), "{name} is not in the table");
    }
    for (case, expectation, expected) in EDGE {
        let findings = run_case(&corpus.join(case), expectation, &Pins::default(), &verifier);
        let got = summary(&findings);
        println!("{case}: {}", findings[0].compared);
        if got != *expected {
            wrong.push(format!("{case}: {got}, expected {expected}: {}", findings[0].compared));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn repositories_that_could_be_read_in_two_ways_are_usage_errors() {
    for url in [
        "http://github.com/pypa/sampleproject",
        "pypa/sampleproject",
        "https://github.com//pypa/sampleproject",
        "https://github.com/pypa/sampleproject#x",
        "https://x@github.com/pypa/sampleproject",
        "https://github.com:443/pypa/sampleproject",
    ] {
        assert!(PublisherExpectation::from_repository(url).is_err(), "{url}");
    }
}

fn attested(finding: &Finding) -> &AttestedFacts {
    match &finding.facts.of {
        Of::Attested(facts) => facts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_environment_that_only_the_index_claims_is_marked() {
    let Some(corpus) = corpora("pep740-edge") else { return };
    let case = corpus.join("publisher-environment-forged");
    let findings = run_case(&case, SAMPLE, &Pins::default(), &verifier());
    assert_eq!(attested(&findings[0]).claimed_by_index_only["environment"], "forged");
    let findings = run_case(&corpus.join("good"), SAMPLE, &Pins::default(), &verifier());
    assert!(attested(&findings[0]).claimed_by_index_only.is_empty());
}

#[test]
fn who_could_have_forged_it_depends_on_the_pins() {
    use Capability::{Branch, Forge, Gentoo, Job, Publish, Sigstore, Source};
    let Some(corpus) = corpora("pep740-edge") else { return };
    let reference = Some(RefGlob::new("refs/heads/main").unwrap());
    let workflow = Some("release.yml".to_owned());
    for (pins, branch) in [
        (Pins::default(), true),
        (Pins { workflow: workflow.clone(), ..Pins::default() }, true),
        (Pins { reference: reference.clone(), ..Pins::default() }, true),
        (Pins { workflow, reference, ..Pins::default() }, false),
    ] {
        let findings = run_case(&corpus.join("good"), SAMPLE, &pins, &verifier());
        assert_eq!(summary(&findings), "agrees");
        let mut forgers = findings[0].forgers.clone();
        forgers.sort();
        let mut expected = vec![Gentoo, Publish, Job, Source, Sigstore, Forge];
        expected.extend(branch.then_some(Branch));
        expected.sort();
        assert_eq!(forgers, expected);
        assert!(findings[0].vouches.contains("pypa/sampleproject"));
    }
}

#[test]
fn each_pin_is_held_against_the_certificate() {
    let Some(corpus) = corpora("pep740-edge") else { return };
    let pins = Pins {
        workflow: Some(".github/workflows/release.yml".to_owned()),
        reference: Some(RefGlob::new("refs/heads/*").unwrap()),
        triggers: vec!["release".to_owned(), "push".to_owned()],
        runner: Some("github-hosted".to_owned()),
        repository_id: Some(14_899_596),
        owner_id: Some(647_025),
        environment: None,
        signer: None,
    };
    let verifier = verifier();
    let run = |pins: &Pins| summary(&run_case(&corpus.join("good"), SAMPLE, pins, &verifier));
    assert_eq!(run(&pins), "agrees");
    let text = |t: &str| Some(t.to_owned());
    let tags = Some(RefGlob::new("refs/tags/*").unwrap());
    for (changed, expected) in [
        (Pins { workflow: text("elease.yml"), ..pins.clone() }, "workflow-mismatch"),
        (Pins { reference: tags, ..pins.clone() }, "ref-mismatch"),
        (Pins { triggers: vec!["pus".to_owned()], ..pins.clone() }, "trigger-mismatch"),
        (Pins { runner: text("self-hosted"), ..pins.clone() }, "runner-mismatch"),
        (Pins { environment: text("pypi"), ..pins.clone() }, "environment-mismatch"),
        (Pins { repository_id: Some(1), ..pins.clone() }, "repository-reregistered"),
        (Pins { owner_id: Some(1), ..pins.clone() }, "repository-transferred"),
        (
            Pins { signer: text("https://github.com/pypa/other"), ..pins.clone() },
            "workflow-mismatch",
        ),
    ] {
        assert_eq!(run(&changed), expected);
    }
}
