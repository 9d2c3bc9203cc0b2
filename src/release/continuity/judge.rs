//! What continuity says, as findings.

use super::{Change, Facts, Fault, Release, compare, dropped_class, forgers};
use crate::answer::facts::{ContinuityFacts, Party};
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::evidence::pep740::{Claim, Claims, Publisher};

/// The findings of [`Check::Continuity`] for a release and the one before: one for each kind of
/// evidence that the previous release had, and one for each piece of it that does not hold.
pub(crate) fn judge(previous: &Release, now: &Release) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for fault in &previous.faults {
        let there = now.facts.has(fault.evidence)
            || now.faults.iter().any(|other| other.evidence == fault.evidence);
        findings.push(match fault.class.outcome() {
            // No one could check what was there; that nothing is there now needs no check.
            Outcome::NotChecked if !there => unchecked_dropped(fault),
            _ => unusable(fault),
        });
    }
    let changes = compare(&previous.facts, &now.facts);
    for evidence in Check::NAMING.into_iter().filter(|evidence| previous.facts.has(*evidence)) {
        let changes: Vec<&Change> = changes.iter().filter(|c| c.evidence == evidence).collect();
        let fault = now.faults.iter().find(|fault| fault.evidence == evidence);
        findings.push(match fault {
            Some(fault) if !now.facts.has(evidence) => {
                incomparable(&previous.facts, evidence, fault)
            }
            _ => finding(previous, now, evidence, &changes),
        });
    }
    if findings.is_empty() {
        let of = previous.name.as_deref().unwrap_or("the previous release");
        let text = format!("no signature or provenance of {of} in DISTDIR or the Manifest");
        findings.push(Finding::of_class(
            Check::Continuity,
            FailureClass::NotCheckedNoExpectation,
            text,
        ));
    }
    findings
}

/// The finding where no one named a release before.
pub(crate) fn no_previous() -> Finding {
    let text = "no previous release was given to compare with";
    Finding::of_class(Check::Continuity, FailureClass::NotCheckedNoExpectation, text)
}

/// Evidence of the previous release that does not hold: nothing can be concluded from it.
fn unusable(fault: &Fault) -> Finding {
    let name = fault.evidence.evidence();
    let class = match fault.class {
        // The ring has no key of the previous release: the keys themselves were exchanged.
        FailureClass::SignerUnknown => FailureClass::SignerChanged,
        class if class.outcome() == Outcome::NotChecked => class,
        _ => FailureClass::PreviousUnusable,
    };
    let text = match class {
        FailureClass::SignerChanged => {
            format!("no key that was given made the {name} of the previous release: {}", fault.text)
        }
        _ => format!("the {name} of the previous release: {}", fault.text),
    };
    Finding::of_class(Check::Continuity, class, text).knowing(faulty(fault))
}

fn faulty(fault: &Fault) -> ContinuityFacts {
    ContinuityFacts {
        previous_class: Some(fault.class),
        previous_file: fault.file.clone(),
        ..ContinuityFacts::of(fault.evidence)
    }
}

fn unchecked_dropped(fault: &Fault) -> Finding {
    let name = fault.evidence.evidence();
    let file = fault.file.as_deref().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or_default();
    let text = format!("the previous release had a {name} ({file}), and this release has none");
    let class = dropped_class(fault.evidence);
    Finding::of_class(Check::Continuity, class, text).knowing(faulty(fault))
}

/// Evidence of this release that does not hold and so cannot be compared.
fn incomparable(previous: &Facts, evidence: Check, fault: &Fault) -> Finding {
    let name = evidence.evidence();
    let (class, text) = match fault.class {
        FailureClass::SignerUnknown => {
            let signers = previous.who(evidence).join(", ");
            let text = format!("the signer was {signers}, and this is {}", fault.text);
            (FailureClass::SignerChanged, text)
        }
        class => (class, format!("the {name} of this release cannot be compared: {}", fault.text)),
    };
    Finding::of_class(Check::Continuity, class, text).knowing(ContinuityFacts::of(evidence))
}

fn finding(previous: &Release, now: &Release, evidence: Check, changes: &[&Change]) -> Finding {
    let of = match &previous.name {
        Some(name) => format!("the previous release ({name})"),
        None => "the previous release".to_owned(),
    };
    let (said, mut against): (Vec<&Change>, Vec<&Change>) =
        changes.iter().copied().partition(|change| !change.contradicts());
    against.sort_by_key(|change| rank(change.class));
    let mut finding = match against.first() {
        Some(change) => {
            let text = match change.class {
                FailureClass::ProvenanceDropped | FailureClass::SignatureDropped
                    if now.facts.has(evidence) =>
                {
                    format!(
                        "{of} had an attestation of type {}, and this one has none of that type",
                        change.before
                    )
                }
                FailureClass::ProvenanceDropped => {
                    format!("{of} was attested by {}; this one has no provenance", change.before)
                }
                FailureClass::SignatureDropped => format!(
                    "{of} was signed by {}; this one has no {}",
                    change.before,
                    evidence.evidence()
                ),
                _ => format!("against {of}: {change}"),
            };
            Finding::of_class(Check::Continuity, change.class, text)
        }
        None => agreeing(&previous.facts, &now.facts, evidence, &of),
    };
    finding.also = against.iter().skip(1).map(|change| change.class).collect();
    for change in against.iter().skip(1).chain(&said) {
        finding = finding.noting(change.class, change.to_string());
    }
    finding.knowing(ContinuityFacts {
        changes: Some(changes.iter().map(|change| change.facts()).collect()),
        previous: Some(parties(&previous.facts, evidence)),
        now: Some(parties(&now.facts, evidence)),
        ..ContinuityFacts::of(evidence)
    })
}

/// The most telling class names the finding.
fn rank(class: FailureClass) -> usize {
    const ORDER: [FailureClass; 5] = [
        FailureClass::RepositoryReregistered,
        FailureClass::RepositoryTransferred,
        FailureClass::PublisherChanged,
        FailureClass::SignerExternal,
        FailureClass::TriggerMismatch,
    ];
    ORDER.iter().position(|known| *known == class).unwrap_or(ORDER.len())
}

fn agreeing(previous: &Facts, now: &Facts, evidence: Check, of: &str) -> Finding {
    let finding = match now.attested(evidence) {
        [] => Finding::agrees(
            Check::Continuity,
            format!("the {} is by the same key as that of {of}", evidence.evidence()),
            format!("the holder of the secret key {}", now.who(evidence).join(", ")),
        ),
        [first, rest @ ..] => {
            let mut what = compared(&first.claims);
            what.retain(|what| rest.iter().all(|other| compared(&other.claims).contains(what)));
            let text = format!("{} with {of}", what.join(", "));
            Finding::agrees(Check::Continuity, text, first.publisher())
        }
    };
    finding.also_forged_by(forgers::of(previous, now, evidence))
}

/// What of a certificate is compared: what it has.
fn compared(claims: &Claims) -> Vec<&'static str> {
    let forge =
        matches!(Publisher::of(claims), Publisher::GitHub { .. } | Publisher::GitLab { .. });
    let has = |claim| claims.get(claim).is_some();
    let what = [
        ("publisher", true),
        ("issuer", !forge),
        ("numbers", has(Claim::SourceRepositoryIdentifier)),
        ("workflow", has(Claim::BuildConfigUri) || has(Claim::BuildSignerUri)),
        ("trigger", has(Claim::BuildTrigger)),
        ("runner", has(Claim::RunnerEnvironment)),
        ("kind of ref", has(Claim::SourceRepositoryRef)),
    ];
    what.into_iter().filter(|(_, has)| *has).map(|(what, _)| what).collect()
}

fn parties(facts: &Facts, evidence: Check) -> Vec<Party> {
    let attested = facts.attested(evidence).iter();
    let attested = attested.map(|attested| Party::Certificate(attested.claims.by_name()));
    attested.chain(facts.signers(evidence).map(|s| Party::Signer(s.to_string()))).collect()
}
