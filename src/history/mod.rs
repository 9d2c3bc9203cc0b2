//! Continuity: what changed between the release before and this one in who published and signed.
//!
//! Each release's evidence may hold for itself; what a takeover cannot keep is that it is the same
//! as last time. Judging is pure: [`Facts`] are made from what verifiers authenticated, and
//! [`compare`] holds two of them against each other. What the release before had and this one lacks
//! is *dropped*, and contradicts: whoever took an upload token needs no forgery if nobody misses
//! the real thing.

mod changes;
mod release;

pub use changes::publisher_changes;
pub use release::{Fault, Release};

use crate::access::Capability;
use crate::attestation::{Claims, Publisher};
use crate::failure::{FailureClass, Outcome};
use crate::finding::{Check, Finding};
use crate::openpgp;
use serde_json::{Value, json};
use std::fmt;

/// Who gets past continuity of provenance, each by themselves: whoever can make the same workflow
/// publish, whatever it publishes.
pub const PROVENANCE_FORGERS: [Capability; 5] = [
    Capability::Publish,
    Capability::Job,
    Capability::Source,
    Capability::Sigstore,
    Capability::Gentoo,
];

/// The kinds of evidence that are compared, in the order of the findings.
pub const KINDS: [Check; 5] =
    [Check::Provenance, Check::Openpgp, Check::Signify, Check::Minisign, Check::Ssh];

/// What was authenticated about one release.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The claims of each attestation.
    pub attestations: Vec<Claims>,
    /// Who signed, by signatures that count.
    pub signers: Vec<Signer>,
}

impl Facts {
    /// Whether there is any evidence of that kind.
    pub fn has(&self, evidence: Check) -> bool {
        match evidence {
            Check::Provenance => !self.attestations.is_empty(),
            _ => self.signers.iter().any(|signer| signer.evidence == evidence),
        }
    }

    fn signers(&self, evidence: Check) -> impl Iterator<Item = &Signer> {
        self.signers.iter().filter(move |signer| signer.evidence == evidence)
    }
}

/// Who made a signature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The kind of signature.
    pub evidence: Check,
    /// What stays the same from one release to the next: the fingerprint of an OpenPGP
    /// certificate's primary key, the number of a signify or minisign key, an SSH key's fingerprint.
    pub identity: String,
    /// The user id, where there is one. Raw text from outside.
    pub name: Option<String>,
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} ({name})", self.identity),
            None => f.write_str(&self.identity),
        }
    }
}

/// Something that is not as it was at the release before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The evidence that shows it: [`Check::Provenance`], or a kind of signature.
    pub evidence: Check,
    /// The failure class; one whose outcome is `agrees` is only said.
    pub class: FailureClass,
    /// What changed, in words.
    pub what: &'static str,
    /// What it was.
    pub before: String,
    /// What it is; `None` where there is nothing any more.
    pub now: Option<String>,
}

impl Change {
    fn to_json(&self) -> Value {
        json!({
            "class": self.class.name(),
            "what": self.what,
            "before": self.before,
            "now": self.now,
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.now {
            Some(now) => write!(f, "the {} was {} and is {now}", self.what, self.before),
            None => write!(f, "the {} was {}, and now there is none", self.what, self.before),
        }
    }
}

/// What changed from `previous` to `now`; nothing where all is as it was.
///
/// Every attestation of this release has to fit one of the release before: the one that fits best
/// counts, and the attestation that fits worst is reported. Of signatures one by a signer of before
/// is enough; what the release before did not have is not missed.
pub fn compare(previous: &Facts, now: &Facts) -> Vec<Change> {
    KINDS
        .into_iter()
        .filter(|evidence| previous.has(*evidence))
        .flat_map(|evidence| match evidence {
            Check::Provenance => attested(previous, now),
            _ => signed(evidence, previous, now).into_iter().collect(),
        })
        .collect()
}

fn attested(previous: &Facts, now: &Facts) -> Vec<Change> {
    if now.attestations.is_empty() {
        let publisher = previous.attestations.first().map(Publisher::of);
        return vec![Change {
            evidence: Check::Provenance,
            class: FailureClass::ProvenanceDropped,
            what: "publisher",
            before: publisher.map(|p| p.to_string()).unwrap_or_default(),
            now: None,
        }];
    }
    let against = |changes: &Vec<Change>| {
        changes.iter().filter(|change| change.class.outcome() != Outcome::Agrees).count()
    };
    let weight = |changes: &Vec<Change>| (against(changes), changes.len());
    let best = |now: &Claims| {
        let each = previous.attestations.iter().map(|before| publisher_changes(before, now));
        each.min_by_key(weight).unwrap_or_default()
    };
    now.attestations.iter().map(best).max_by_key(weight).unwrap_or_default()
}

fn signed(evidence: Check, previous: &Facts, now: &Facts) -> Option<Change> {
    let before: Vec<&Signer> = previous.signers(evidence).collect();
    let same = |signer: &Signer| before.iter().any(|b| b.identity == signer.identity);
    if now.signers(evidence).any(same) {
        return None;
    }
    let list = |signers: &mut dyn Iterator<Item = &Signer>| {
        signers.map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let (class, actual) = match now.has(evidence) {
        true => (FailureClass::SignerChanged, Some(list(&mut now.signers(evidence)))),
        false => (FailureClass::SignatureDropped, None),
    };
    Some(Change {
        evidence,
        class,
        what: "signer",
        before: list(&mut before.iter().copied()),
        now: actual,
    })
}

/// The findings of [`Check::Continuity`] for a release and the one before: one for each kind of
/// evidence that the release before had, and one for each piece of it that does not hold.
pub fn judge(previous: &Release, now: &Release) -> Vec<Finding> {
    let mut findings: Vec<Finding> = previous.faults.iter().map(unusable).collect();
    let changes = compare(&previous.facts, &now.facts);
    for evidence in KINDS.into_iter().filter(|evidence| previous.facts.has(*evidence)) {
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
        let text = "the release before had neither provenance nor a signature to compare with";
        findings.push(Finding::fails(
            Check::Continuity,
            FailureClass::NotCheckedNoExpectation,
            text,
        ));
    }
    findings
}

/// The finding where nobody named a release before.
pub fn no_previous() -> Finding {
    let text = "no release before was given to compare with";
    Finding::fails(Check::Continuity, FailureClass::NotCheckedNoExpectation, text)
}

/// What the evidence is called.
pub const fn evidence_name(evidence: Check) -> &'static str {
    match evidence {
        Check::Provenance => "provenance",
        Check::Openpgp => "OpenPGP signature",
        Check::Signify => "signify signature",
        Check::Minisign => "minisign signature",
        Check::Ssh => "SSH signature",
        _ => "evidence",
    }
}

/// Evidence of the release before that does not hold: nothing can be concluded from it.
fn unusable(fault: &Fault) -> Finding {
    let name = evidence_name(fault.evidence);
    let class = match fault.class {
        // The ring has no key of the release before: the keys themselves were exchanged.
        FailureClass::SignerUnknown => FailureClass::SignerChanged,
        class if class.outcome() == Outcome::NotChecked => class,
        _ => FailureClass::PreviousUnusable,
    };
    let text = match class {
        FailureClass::SignerChanged => {
            format!("no key that was given made the {name} of the release before: {}", fault.text)
        }
        _ => format!("the {name} of the release before: {}", fault.text),
    };
    resting(Finding::fails(Check::Continuity, class, text), fault.evidence)
        .with("previous_class", fault.class.name())
        .with("previous_file", fault.file.clone())
}

/// Evidence of this release that does not hold and so cannot be compared.
fn incomparable(previous: &Facts, evidence: Check, fault: &Fault) -> Finding {
    let name = evidence_name(evidence);
    let (class, text) = match fault.class {
        FailureClass::SignerUnknown => {
            let signers: Vec<_> = previous.signers(evidence).map(ToString::to_string).collect();
            let text = format!("the signer was {}, and this is {}", signers.join(", "), fault.text);
            (FailureClass::SignerChanged, text)
        }
        class => (class, format!("the {name} of this release cannot be compared: {}", fault.text)),
    };
    resting(Finding::fails(Check::Continuity, class, text), evidence)
}

/// Marks what the finding rests on, for the attacker sets without provenance.
fn resting(finding: Finding, evidence: Check) -> Finding {
    finding.with("evidence", evidence.name())
}

fn finding(previous: &Release, now: &Release, evidence: Check, changes: &[&Change]) -> Finding {
    let of = match &previous.name {
        Some(name) => format!("the release before ({name})"),
        None => "the release before".to_owned(),
    };
    let (said, mut against): (Vec<&Change>, Vec<&Change>) =
        changes.iter().copied().partition(|c| c.class.outcome() == Outcome::Agrees);
    against.sort_by_key(|change| rank(change.class));
    let mut finding = match against.first() {
        Some(change) => {
            let text = match change.class {
                FailureClass::ProvenanceDropped => {
                    format!("{of} was attested by {}; this one has no provenance", change.before)
                }
                FailureClass::SignatureDropped => format!(
                    "{of} was signed by {}; this one has no {}",
                    change.before,
                    evidence_name(evidence)
                ),
                _ => format!("against {of}: {change}"),
            };
            Finding::fails(Check::Continuity, change.class, text)
        }
        None => agreeing(&now.facts, evidence, &of),
    };
    for change in against.iter().skip(1).chain(&said) {
        finding = finding.noting(change.class, change.to_string());
    }
    let changes: Vec<Value> = changes.iter().map(|change| change.to_json()).collect();
    resting(finding, evidence)
        .with("changes", changes)
        .with("previous", describe(&previous.facts, evidence))
        .with("now", describe(&now.facts, evidence))
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

fn agreeing(now: &Facts, evidence: Check, of: &str) -> Finding {
    if evidence == Check::Provenance {
        let publisher = now.attestations.first().map(|claims| Publisher::of(claims).to_string());
        return Finding::agrees(
            Check::Continuity,
            format!("publisher, numbers, workflow, trigger, runner and kind of ref with {of}"),
            publisher.unwrap_or_default(),
        )
        .forged_by(PROVENANCE_FORGERS);
    }
    let signers: Vec<_> = now.signers(evidence).map(ToString::to_string).collect();
    Finding::agrees(
        Check::Continuity,
        format!("the key of the {} with that of {of}", evidence_name(evidence)),
        format!("whoever holds the secret key {}", signers.join(", ")),
    )
    .forged_by(openpgp::FORGERS)
}

fn describe(facts: &Facts, evidence: Check) -> Value {
    match evidence {
        Check::Provenance => {
            facts.attestations.iter().map(|claims| Value::Object(claims.to_json())).collect()
        }
        _ => facts.signers(evidence).map(|signer| Value::from(signer.to_string())).collect(),
    }
}

#[cfg(test)]
mod tests;
