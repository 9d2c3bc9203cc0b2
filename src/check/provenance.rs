//! The findings for a PEP 740 provenance: one for each attestation in it.

use crate::answer::access::Capability;
use crate::answer::facts::{AttestedFacts, DifferenceFacts, Of, PlaceFacts};
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::evidence::expectation::{Pins, PublisherExpectation, judge};
use crate::evidence::pep740::{
    Claim, PUBLISH_V1, Provenance, Publisher, SLSA_V1, Subject, UnverifiedAttestation, differences,
    disagreements, unsigned,
};
use crate::evidence::sigstore::{
    AttestationFault, AuthenticatedAttestation, Verifier, describe_attestation,
};

/// A provenance, the file it stands beside, and who should have published.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The file with the provenance, whole.
    pub(crate) provenance: &'a [u8],
    /// The file that it is held against.
    pub(crate) subject: Subject<'a>,
    /// Who should have published; without it nothing is judged.
    pub(crate) expectation: Option<&'a PublisherExpectation>,
    /// What else should be so.
    pub(crate) pins: &'a Pins,
    /// The verifier.
    pub(crate) verifier: &'a Verifier,
}

/// One attestation, checked.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    /// What came out.
    pub(crate) finding: Finding,
    /// What was authenticated, whatever the judgement; `None` where nothing was.
    pub(crate) facts: Option<AuthenticatedAttestation>,
}

/// Checks a provenance: one finding of [`Check::Provenance`] for each attestation, so that none
/// that does not agree is outvoted by one that does; one finding where there is none.
pub(crate) fn check(request: &Request<'_>) -> Vec<Finding> {
    examine(request).into_iter().map(|checked| checked.finding).collect()
}

/// [`check`], with what was authenticated: continuity and source go on from there.
pub(crate) fn examine(request: &Request<'_>) -> Vec<Checked> {
    let provenance = match Provenance::parse(request.provenance) {
        Ok(provenance) => provenance,
        Err(fault) => {
            let finding = Finding::fails(Check::Provenance, fault.class(), fault.to_string());
            return vec![Checked { finding, facts: None }];
        }
    };
    let each = provenance.attestations().iter();
    each.map(|attestation| {
        let facts = request.verifier.attestation(attestation, &request.subject);
        let finding = match &facts {
            Ok(facts) => judged(request, attestation, facts),
            Err(fault) => unauthenticated(attestation, fault),
        };
        let mut finding = finding;
        if let Of::Attested(facts) = &mut finding.facts.of {
            facts.trusted_root = Some(request.verifier.root().source().to_string());
            facts.place = attestation
                .place()
                .map(|place| PlaceFacts { bundle: place.bundle, attestation: place.attestation });
        }
        Checked { finding, facts: facts.ok() }
    })
    .collect()
}

/// Nothing of the attestation may be relied on: what it says is marked so.
fn unauthenticated(attestation: &UnverifiedAttestation, fault: &AttestationFault) -> Finding {
    let mut claimed = describe_attestation(attestation);
    // A predicate has no bounds worth printing.
    claimed.remove("statement");
    Finding::fails(Check::Provenance, fault.class(), format!("the attestation: {fault}"))
        .knowing(AttestedFacts { unauthenticated: Some(claimed), ..AttestedFacts::default() })
}

/// What an authentic attestation is missing to agree.
struct Complaint {
    class: FailureClass,
    text: String,
}

fn judged(
    request: &Request<'_>,
    attestation: &UnverifiedAttestation,
    facts: &AuthenticatedAttestation,
) -> Finding {
    let claims = facts.claims();
    let mut known = facts.facts();
    let mut complaints = Vec::new();
    if let Some(expectation) = request.expectation {
        for difference in judge(expectation, request.pins, claims) {
            known.differences.push(difference.facts());
            let text = difference.to_string();
            complaints.push(Complaint { class: difference.class, text });
        }
    }
    if let Some(index) = attestation.publisher() {
        for found in disagreements(index, claims) {
            let class = FailureClass::PublisherDisagrees;
            let certificate = found.certificate.as_deref().unwrap_or("nothing");
            let text = format!(
                "the index says {} {}, the certificate {certificate}",
                found.field, found.index
            );
            known.differences.push(DifferenceFacts {
                class,
                what: found.field.to_owned(),
                expected: None,
                index: Some(found.index),
                statement: None,
                actual: found.certificate,
            });
            complaints.push(Complaint { class, text });
        }
        known.claimed_by_index_only = unsigned(index, claims);
    }
    for found in differences(facts.statement(), claims) {
        let class = FailureClass::StatementDisagrees;
        let text = format!(
            "the statement says {} for {}, the certificate {}",
            found.statement, found.field, found.certificate
        );
        known.differences.push(DifferenceFacts {
            class,
            what: found.field.to_owned(),
            expected: None,
            index: None,
            statement: Some(found.statement),
            actual: Some(found.certificate),
        });
        complaints.push(Complaint { class, text });
    }
    let predicate = facts.statement().predicate_type.as_str();
    if ![PUBLISH_V1, SLSA_V1].contains(&predicate) {
        complaints.push(Complaint {
            class: FailureClass::EvidenceUnsupported,
            text: format!("what an attestation of the type {predicate} says is not known"),
        });
    }
    if request.expectation.is_none() {
        complaints.push(Complaint {
            class: FailureClass::NotCheckedNoExpectation,
            text: format!("attested by {}; nobody said who should publish", facts.publisher()),
        });
    }
    finish(request, facts, complaints, known)
}

/// The first complaint names the finding, the others stand beside it.
fn finish(
    request: &Request<'_>,
    facts: &AuthenticatedAttestation,
    complaints: Vec<Complaint>,
    known: AttestedFacts,
) -> Finding {
    let (said, mut against): (Vec<_>, Vec<_>) =
        complaints.into_iter().partition(|c| c.class.outcome() == Outcome::Agrees);
    let rest = against.split_off(against.len().min(1));
    let mut finding = match against.pop() {
        Some(first) => Finding::fails(Check::Provenance, first.class, first.text),
        None => agreeing(request, facts),
    };
    for complaint in rest.into_iter().chain(said) {
        finding = finding.noting(complaint.class, complaint.text);
    }
    finding.knowing(known)
}

fn agreeing(request: &Request<'_>, facts: &AuthenticatedAttestation) -> Finding {
    let mut compared = format!(
        "the attested SHA-256 and name with this file, and {} with the publisher",
        facts.publisher()
    );
    let pins = request.pins;
    let pinned = [
        (pins.workflow.is_some(), "workflow"),
        (pins.reference.is_some(), "ref"),
        (!pins.triggers.is_empty(), "trigger"),
        (pins.runner.is_some(), "runner"),
        (pins.repository_id.is_some(), "repository's number"),
        (pins.owner_id.is_some(), "owner's number"),
        (pins.environment.is_some(), "environment"),
        (pins.signer.is_some(), "signing workflow"),
    ];
    let pinned: Vec<&str> = pinned.iter().filter(|p| p.0).map(|p| p.1).collect();
    if !pinned.is_empty() {
        compared = format!("{compared}; pinned: {}", pinned.join(", "));
    }
    let mut forgers = vec![Capability::Publish];
    if !pins.fix_workflow_and_ref() {
        forgers.push(Capability::Branch);
    }
    forgers.extend([
        Capability::Job,
        Capability::Source,
        Capability::Forge,
        Capability::Sigstore,
        Capability::Gentoo,
    ]);
    Finding::agrees(Check::Provenance, compared, vouches(facts)).forged_by(forgers)
}

/// Who vouches, in one line: the publisher, its workflow and ref, and when.
fn vouches(facts: &AuthenticatedAttestation) -> String {
    let claims = facts.claims();
    let mut text = match facts.publisher() {
        Publisher::GitHub { workflow: Some(workflow), .. }
        | Publisher::GitLab { workflow: Some(workflow), .. } => {
            format!("{workflow} of {}", facts.publisher())
        }
        other => other.to_string(),
    };
    if let Some(reference) = claims.get(Claim::SourceRepositoryRef) {
        text = format!("{text} at {reference}");
    }
    if let Some(trigger) = claims.get(Claim::BuildTrigger) {
        text = format!("{text}, started by {trigger}");
    }
    match facts.time() {
        Some(time) => format!("{text}, logged at {time}"),
        None => text,
    }
}
