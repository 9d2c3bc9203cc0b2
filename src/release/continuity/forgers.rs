//! Who could have forged what continuity compares.

use super::Facts;
use crate::answer::access::{Capability, SERVING};
use crate::answer::finding::Check;
use crate::evidence::expectation::Pins;
use crate::evidence::forgers::{Asked, forgers, forgers_of_published};
use crate::evidence::openpgp;
use crate::evidence::pep740::{Claim, Claims};

/// Who gets past, each by themselves. An attacker is like any of those who published or signed before,
/// whichever of them this release is by.
pub(super) fn of(previous: &Facts, now: &Facts, evidence: Check) -> Vec<Capability> {
    let mut forgers: Vec<Capability> = previous
        .attested(evidence)
        .iter()
        .flat_map(|before| past(evidence, &before.claims))
        .collect();
    if previous.signers(evidence).next().is_some() {
        forgers.extend(openpgp::FORGERS);
    }
    // What is brought from elsewhere and counts here was made by the same people as before.
    let served = now.attested(evidence).iter().any(|attested| attested.served)
        || now.signers(evidence).any(|now| {
            now.served && previous.signers(evidence).any(|before| before.identity == now.identity)
        });
    if served {
        forgers.extend(SERVING);
    }
    forgers
}

/// Who gets past the comparison of two certificates, each by themselves.
pub(super) fn past(evidence: Check, claims: &Claims) -> Vec<Capability> {
    let pins = Pins::default();
    let asked = Asked { publisher: true, pins: &pins, logged: true };
    // The workflow is compared, and the kind of ref: from a branch no tag is made.
    let reference = claims.get(Claim::SourceRepositoryRef);
    let tagged = reference.is_some_and(|reference| reference.starts_with("refs/tags/"));
    let workflow = claims.get(Claim::BuildConfigUri).is_some();
    let stops = |capability: &Capability| tagged && workflow && *capability == Capability::Branch;
    let forgers = match evidence {
        Check::Provenance => forgers_of_published(claims, &asked),
        _ => forgers(claims, &asked),
    };
    forgers.into_iter().filter(|capability| !stops(capability)).collect()
}
