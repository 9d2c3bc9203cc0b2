#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::answer::access::Capability as C;
use crate::evidence::pep740::{Claim, claims_for_tests as github};

type Edits<'a> = &'a [(Claim, Option<&'a str>)];

fn publish(claims: Claims) -> Attested {
    Attested { claims, kind: Some("publish".to_owned()), served: false }
}

fn attested(edits: Edits) -> Facts {
    Facts { attestations: vec![publish(github(edits))], ..Facts::default() }
}

fn signed(evidence: Check, identities: &[&str]) -> Facts {
    let signer = |identity: &&str| ReleaseSigner {
        evidence,
        identity: (*identity).to_owned(),
        name: None,
        served: false,
    };
    Facts { signers: identities.iter().map(signer).collect(), ..Facts::default() }
}

fn classes(previous: &Facts, now: &Facts) -> Vec<FailureClass> {
    compare(previous, now).into_iter().map(|change| change.class).collect()
}

/// The classes where this release has these claims, and the one before those of the test
/// certificate.
fn changed(edits: Edits) -> Vec<FailureClass> {
    classes(&attested(&[]), &attested(edits))
}

const NEW_NAME: (Claim, Option<&str>) =
    (Claim::SourceRepositoryUri, Some("https://github.com/o/renamed"));
const NEW_OWNER_NAME: (Claim, Option<&str>) =
    (Claim::SourceRepositoryUri, Some("https://github.com/p/r"));
const NEW_ID: (Claim, Option<&str>) = (Claim::SourceRepositoryIdentifier, Some("99"));
const NEW_OWNER_ID: (Claim, Option<&str>) = (Claim::SourceRepositoryOwnerIdentifier, Some("99"));

/// The workflows of a repository that has moved move along.
fn workflows(repository: &str) -> [String; 1] {
    [format!("{repository}/.github/workflows/release.yml@refs/tags/v1")]
}

fn moved(edits: Edits) -> Vec<FailureClass> {
    let uri = edits.iter().find(|(claim, _)| *claim == Claim::SourceRepositoryUri);
    let [workflow] = workflows(uri.and_then(|(_, uri)| *uri).unwrap_or("https://github.com/o/r"));
    let mut edits = edits.to_vec();
    edits.push((Claim::BuildConfigUri, Some(workflow.as_str())));
    edits.push((Claim::BuildSignerUri, Some(workflow.as_str())));
    changed(&edits)
}

#[test]
fn another_tag_and_commit_are_no_change() {
    let workflow = "https://github.com/o/r/.github/workflows/release.yml@refs/tags/v2";
    assert_eq!(
        changed(&[
            (Claim::SourceRepositoryRef, Some("refs/tags/v2")),
            (Claim::SourceRepositoryDigest, Some("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b")),
            (Claim::BuildConfigUri, Some(workflow)),
            (Claim::BuildSignerUri, Some(workflow)),
            (Claim::RunInvocationUri, Some("https://github.com/o/r/actions/runs/2")),
        ]),
        []
    );
    assert_eq!(moved(&[(Claim::SourceRepositoryUri, Some("https://github.com/O/R"))]), []);
}

#[test]
fn numbers_decide_over_names() {
    use FailureClass as C;
    assert_eq!(moved(&[NEW_NAME]), [C::RepositoryRenamed]);
    assert_eq!(moved(&[NEW_OWNER_NAME]), [C::RepositoryRenamed]);
    assert_eq!(moved(&[NEW_OWNER_NAME, NEW_OWNER_ID]), [C::RepositoryTransferred]);
    assert_eq!(moved(&[NEW_OWNER_ID]), [C::RepositoryTransferred]);
    assert_eq!(moved(&[NEW_ID]), [C::RepositoryReregistered]);
    assert_eq!(moved(&[NEW_ID, NEW_OWNER_ID]), [C::RepositoryReregistered]);
    assert_eq!(moved(&[NEW_NAME, NEW_ID]), [C::PublisherChanged]);
}

#[test]
fn without_numbers_names_decide() {
    use FailureClass as C;
    let none = (Claim::SourceRepositoryIdentifier, None);
    let owner = (Claim::SourceRepositoryOwnerIdentifier, None);
    let before = attested(&[none, owner]);
    let now = |edits: Edits| attested(&[&[none, owner], edits].concat());
    assert_eq!(classes(&before, &now(&[])), []);
    assert!(classes(&before, &now(&[NEW_NAME])).contains(&C::PublisherChanged));
    // Numbers that are gone could hide that they are others.
    assert_eq!(changed(&[none]), [C::PublisherChanged]);
    // A transfer needs the owner's number, or another owner's name.
    assert!(moved(&[NEW_OWNER_NAME, owner]).contains(&C::RepositoryTransferred));
}

#[test]
fn each_change_has_its_class() {
    use FailureClass as C;
    let other = "https://github.com/o/r/.github/workflows/other.yml@refs/tags/v1";
    let external = "https://github.com/x/y/.github/workflows/release.yml@refs/heads/main";
    for (edit, expected) in [
        ((Claim::BuildTrigger, Some("issue_comment")), C::TriggerMismatch),
        ((Claim::BuildTrigger, None), C::TriggerMismatch),
        ((Claim::RunnerEnvironment, Some("self-hosted")), C::RunnerMismatch),
        ((Claim::SourceRepositoryRef, Some("refs/heads/main")), C::RefMismatch),
        ((Claim::BuildConfigUri, Some(other)), C::PublisherChanged),
        ((Claim::BuildSignerUri, Some(other)), C::PublisherChanged),
        ((Claim::BuildSignerUri, Some(external)), C::SignerExternal),
        ((Claim::BuildSignerUri, None), C::PublisherChanged),
    ] {
        assert!(changed(&[edit]).contains(&expected), "{edit:?}: {:?}", changed(&[edit]));
    }
    let environment = |name| (Claim::DeploymentEnvironment, name);
    let before = attested(&[environment(Some("pypi"))]);
    assert_eq!(classes(&before, &attested(&[])), [C::EnvironmentMismatch]);
    assert_eq!(changed(&[environment(Some("pypi"))]), []);
    let mut issuer = github(&[]);
    issuer.issuer = Some("https://gitlab.com".to_owned());
    let issuer = Facts { attestations: vec![publish(issuer)], ..Facts::default() };
    assert_eq!(classes(&attested(&[]), &issuer), [C::PublisherChanged]);
}

#[test]
fn from_a_branch_to_tags_is_a_step_up() {
    let branch = |name| attested(&[(Claim::SourceRepositoryRef, Some(name))]);
    let change =
        |previous: &Facts, now: &Facts| classes(previous, now).contains(&FailureClass::RefMismatch);
    assert!(change(&branch("refs/heads/main"), &branch("refs/heads/evil")));
    assert!(!change(&branch("refs/heads/main"), &branch("refs/tags/v2")));
    assert!(change(&branch("refs/tags/v1"), &branch("refs/pull/3/merge")));
}

#[test]
fn an_external_signer_that_stays_is_no_change() {
    let signer = |name| (Claim::BuildSignerUri, Some(name));
    let before = attested(&[signer("https://github.com/x/y/.github/workflows/p.yml@refs/tags/v1")]);
    let later = attested(&[signer("https://github.com/x/y/.github/workflows/p.yml@refs/tags/v2")]);
    let other = attested(&[signer("https://github.com/x/y/.github/workflows/q.yml@refs/tags/v2")]);
    assert_eq!(classes(&before, &later), []);
    assert_eq!(classes(&before, &other), [FailureClass::SignerExternal]);
}

#[test]
fn a_moved_tag_of_an_external_signer_is_said() {
    let uri = |uri| (Claim::BuildSignerUri, Some(uri));
    let commit = |commit| (Claim::BuildSignerDigest, Some(commit));
    let tag = "https://github.com/x/y/.github/workflows/p.yml@refs/tags/v1";
    let branch = "https://github.com/x/y/.github/workflows/p.yml@refs/heads/main";
    let changes = |edits: [Edits; 2]| {
        let [before, now] = edits.map(attested);
        compare(&before, &now)
    };
    let moved = changes([&[uri(tag), commit("0a")], &[uri(tag), commit("0b")]]);
    let [change] = moved.as_slice() else { panic!("{moved:?}") };
    assert_eq!(change.class, FailureClass::SignerExternal);
    assert!(!change.contradicts());
    assert_eq!(changes([&[uri(tag), commit("0a")], &[uri(tag), commit("0a")]]), []);
    // A branch is meant to move, and the workflow's own repository moves with the release.
    assert_eq!(changes([&[uri(branch), commit("0a")], &[uri(branch), commit("0b")]]), []);
    let own = "https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1";
    assert_eq!(changes([&[uri(own), commit("0a")], &[uri(own), commit("0b")]]), []);
}

#[test]
fn a_kind_that_is_gone_is_dropped() {
    let kind =
        |kind: &str| Attested { claims: github(&[]), kind: Some(kind.to_owned()), served: false };
    let facts = |kinds: &[&str]| Facts {
        attestations: kinds.iter().map(|k| kind(k)).collect(),
        ..Facts::default()
    };
    let dropped = [FailureClass::ProvenanceDropped];
    assert_eq!(classes(&facts(&["publish", "slsa"]), &facts(&["publish"])), dropped);
    assert_eq!(classes(&facts(&["slsa"]), &facts(&["publish"])), dropped);
    assert_eq!(classes(&facts(&["publish"]), &facts(&["slsa", "publish"])), []);
    let bundles = |kinds: &[&str]| Facts {
        bundles: kinds.iter().map(|k| kind(k)).collect(),
        ..Facts::default()
    };
    let dropped = [FailureClass::SignatureDropped];
    assert_eq!(classes(&bundles(&["a", "b"]), &bundles(&["b"])), dropped);
    assert_eq!(classes(&bundles(&["a"]), &Facts::default()), dropped);
    // A key in place of a certificate is another signer.
    let key = signed(Check::Sigstore, &["the given key"]);
    assert_eq!(classes(&bundles(&["a"]), &key), [FailureClass::SignerChanged]);
    assert_eq!(classes(&key, &bundles(&["a"])), [FailureClass::SignerChanged]);
}

#[test]
fn no_attestation_outvotes_another() {
    let before = attested(&[]);
    let evil = github(&[(Claim::BuildTrigger, Some("issue_comment"))]);
    for attestations in [vec![github(&[]), evil.clone()], vec![evil, github(&[])]] {
        let attestations = attestations.into_iter().map(publish).collect();
        let now = Facts { attestations, ..Facts::default() };
        assert_eq!(classes(&before, &now), [FailureClass::TriggerMismatch]);
    }
}

#[test]
fn what_was_there_and_is_not_is_dropped() {
    let nothing = Facts::default();
    assert_eq!(classes(&attested(&[]), &nothing), [FailureClass::ProvenanceDropped]);
    assert_eq!(classes(&nothing, &attested(&[])), []);
    for evidence in [Check::Openpgp, Check::Signify, Check::Minisign, Check::Ssh] {
        let before = signed(evidence, &["A"]);
        assert_eq!(classes(&before, &nothing), [FailureClass::SignatureDropped]);
        assert_eq!(classes(&before, &signed(evidence, &["B"])), [FailureClass::SignerChanged]);
        assert_eq!(classes(&before, &signed(evidence, &["B", "A"])), []);
    }
    let minisign = signed(Check::Minisign, &["A"]);
    assert_eq!(
        classes(&signed(Check::Openpgp, &["A"]), &minisign),
        [FailureClass::SignatureDropped]
    );
}

fn fault(evidence: Check, class: FailureClass) -> Release {
    let text = "x".to_owned();
    Release { faults: vec![Fault { evidence, class, text, file: None }], ..Release::default() }
}

fn judged(previous: &Release, now: &Release) -> Vec<Option<FailureClass>> {
    judge(previous, now).into_iter().map(|finding| finding.class).collect()
}

#[test]
fn evidence_that_does_not_hold_decides_nothing() {
    use FailureClass as C;
    let now = Release { facts: attested(&[]), ..Release::default() };
    let previous = |class| fault(Check::Provenance, class);
    assert_eq!(judged(&previous(C::SignatureBad), &now), [Some(C::PreviousUnusable)]);
    assert_eq!(judged(&previous(C::ProvenanceEmpty), &now), [Some(C::PreviousUnusable)]);
    assert_eq!(judged(&previous(C::RootTooOld), &now), [Some(C::RootTooOld)]);
    assert_eq!(judged(&Release::default(), &now), [Some(C::NotCheckedNoExpectation)]);
    // Nor does this release's: an empty provenance is not as if there were none.
    let previous = now;
    let now = fault(Check::Provenance, C::ProvenanceEmpty);
    assert_eq!(judged(&previous, &now), [Some(C::ProvenanceEmpty)]);
}

#[test]
fn a_key_that_is_not_in_the_ring_is_another_signer() {
    use FailureClass as C;
    let known = Release { facts: signed(Check::Openpgp, &["A"]), ..Release::default() };
    let unknown = fault(Check::Openpgp, C::SignerUnknown);
    assert_eq!(judged(&known, &unknown), [Some(C::SignerChanged)]);
    assert_eq!(judged(&unknown, &known), [Some(C::SignerChanged)]);
    let altered = fault(Check::Openpgp, C::SignatureBad);
    assert_eq!(judged(&known, &altered), [Some(C::SignatureBad)]);
    assert_eq!(judged(&altered, &known), [Some(C::PreviousUnusable)]);
}

#[test]
fn a_rename_is_said_beside_an_agreement() {
    let [workflow] = workflows("https://github.com/o/renamed");
    let now = Release {
        facts: attested(&[
            NEW_NAME,
            (Claim::BuildConfigUri, Some(&workflow)),
            (Claim::BuildSignerUri, Some(&workflow)),
        ]),
        ..Release::default()
    };
    let previous = Release { facts: attested(&[]), ..Release::default() };
    let findings = judge(&previous, &now);
    assert_eq!(findings[0].class, None);
    assert_eq!(findings[0].notes[0].class, FailureClass::RepositoryRenamed);
    let all = [C::Publish, C::Job, C::Source, C::Forge, C::Sigstore, C::Gentoo];
    assert_eq!(findings[0].forgers, all);
    // A run from a branch may be one from another branch.
    let on_branch = [(Claim::SourceRepositoryRef, Some("refs/heads/main"))];
    let past = forgers::past(Check::Provenance, &github(&on_branch));
    assert!(past.contains(&C::Branch), "{past:?}");
    assert!(findings[0].rests_on_provenance());
}

#[test]
fn the_most_telling_class_names_the_finding() {
    let now = Release {
        facts: attested(&[(Claim::BuildTrigger, Some("push2")), NEW_ID]),
        ..Release::default()
    };
    let previous = Release { facts: attested(&[]), ..Release::default() };
    let findings = judge(&previous, &now);
    assert_eq!(findings[0].class, Some(FailureClass::RepositoryReregistered));
    assert_eq!(findings[0].notes[0].class, FailureClass::TriggerMismatch);
    // An exception has to accept that one, too.
    assert_eq!(findings[0].also, [FailureClass::TriggerMismatch]);
    assert!(findings[0].forgers.is_empty());
}

#[test]
fn a_signer_that_is_lost_beside_another_is_said() {
    let both = signed(Check::Openpgp, &["A", "B"]);
    let one = signed(Check::Openpgp, &["B"]);
    let changes = compare(&both, &one);
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert!(!change.contradicts());
    assert_eq!(change.to_string(), "the other signer was A, and now there is none");
    assert_eq!(compare(&one, &both), []);
}
