//! The findings for a PEP 740 provenance: one for each attestation in it.

use super::attested::{self, Complaints, Counts, Question, not_named, vouches};
use crate::answer::facts::{AttestedFacts, DifferenceFacts, Of, PlaceFacts};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::evidence::expectation::{Pins, PublisherExpectation};
use crate::evidence::forgers::{Asked, forgers_of_published};
use crate::evidence::pep740::{
    Provenance, Subject, UnverifiedAttestation, disagreements, same_file, unsigned,
};
use crate::evidence::sigstore::{
    AttestationFault, AuthenticatedAttestation, Verifier, describe_attestation,
};

/// A provenance, the file it is next to, and who should have published.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The file with the provenance, whole.
    pub(crate) provenance: &'a [u8],
    /// The file that it is compared with.
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
    /// Whether it is about another name, which may be that of this file upstream.
    pub(crate) renamed: bool,
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
            let finding = Finding::of_class(Check::Provenance, fault.class(), fault.to_string());
            return vec![Checked { finding, facts: None, renamed: false }];
        }
    };
    let each = provenance.attestations().iter();
    each.map(|attestation| {
        let facts = request.verifier.attestation(attestation, &request.subject);
        let finding = match &facts {
            Ok(facts) => judged(request, attestation, facts),
            Err(fault) => unauthenticated(request.verifier, attestation, fault),
        };
        let mut finding = finding;
        if let Of::Attested(facts) = &mut finding.facts.of {
            facts.trusted_root = Some(request.verifier.root().source().to_string());
            facts.place = attestation
                .place()
                .map(|place| PlaceFacts { bundle: place.bundle, attestation: place.attestation });
        }
        let other = facts.as_ref().is_ok_and(|facts| other_name(facts, request).is_some());
        // What is certainly about another name is nothing that anything else may go on from.
        let facts = facts.ok().filter(|_| !(other && request.subject.is_named));
        Checked { finding, facts, renamed: other && !request.subject.is_named }
    })
    .collect()
}

/// Nothing of the attestation may be relied on: what it says is marked so.
fn unauthenticated(
    verifier: &Verifier,
    attestation: &UnverifiedAttestation,
    fault: &AttestationFault,
) -> Finding {
    let mut claimed = describe_attestation(attestation);
    // A predicate has no bounds worth printing.
    claimed.statement = None;
    let text = attested::unauthenticated("the attestation", fault, verifier);
    Finding::of_class(Check::Provenance, fault.class(), text)
        .knowing(AttestedFacts { unauthenticated: Some(claimed), ..AttestedFacts::default() })
}

fn judged(
    request: &Request<'_>,
    attestation: &UnverifiedAttestation,
    facts: &AuthenticatedAttestation,
) -> Finding {
    let claims = facts.claims();
    let mut known = facts.facts();
    let question = Question { expectation: request.expectation, pins: request.pins };
    let is_named = request.expectation.is_some();
    let statement = Some(facts.statement());
    let mut complaints = Complaints::of(&question, claims, statement, is_named, &mut known);
    let about = other_name(facts, request);
    if let Some(about) = about.filter(|_| request.subject.is_named) {
        let name = request.subject.name;
        let text =
            format!("it is about these bytes under the name {about}, and this file is {name}");
        complaints.add(FailureClass::SubjectName, text, true);
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
            complaints.add(class, text, true);
        }
        known.claimed_by_index_only = unsigned(index, claims);
    }
    complaints.report(facts.statement(), Counts::Yes);
    if request.expectation.is_none() {
        let text =
            format!("attested by {}; no publisher was given to compare with", facts.publisher());
        complaints.add(FailureClass::NotCheckedNoExpectation, text, true);
    }
    if let Some(about) = about.filter(|_| !request.subject.is_named) {
        let (class, text) = not_named(request.subject.name, about);
        complaints.add(class, text, true);
    }
    let agreeing = |pinned: &str| agreeing(request, facts, pinned);
    complaints.finding(Check::Provenance, false, agreeing).knowing(known)
}

/// The name that is attested, where it is another than this file's.
fn other_name<'f>(facts: &'f AuthenticatedAttestation, request: &Request<'_>) -> Option<&'f str> {
    let about = facts.statement().subjects.first().map(|about| about.name.as_str());
    about.filter(|about| !same_file(about, request.subject.name))
}

fn agreeing(request: &Request<'_>, facts: &AuthenticatedAttestation, pinned: &str) -> Finding {
    let compared = format!(
        "the attested SHA-256 and name with this file, and {} with the publisher{pinned}",
        facts.publisher()
    );
    let asked = Asked { publisher: true, pins: request.pins, logged: true };
    let vouches = vouches(facts.claims(), facts.time(), true);
    Finding::agrees(Check::Provenance, compared, vouches)
        .forged_by(forgers_of_published(facts.claims(), &asked))
}
