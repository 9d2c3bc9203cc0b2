//! Continuity: what changed between the previous release and this one in who published and signed.
//!
//! Each release's evidence may hold for itself; what a takeover cannot keep is that it is the same
//! as last time. Judging is pure: [`Facts`] are made from what verifiers authenticated, and
//! [`compare`] compares two of them. What the previous release had and this one lacks
//! is *dropped*, and contradicts: an attacker with an upload token need not forge a signature if
//! no one notices that it is missing.

mod changes;
mod forgers;
mod release;

pub(crate) use changes::publisher_changes;
pub(crate) use release::{Fault, Release};

use crate::answer::facts::{ChangeFacts, ContinuityFacts, Party};
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::evidence::pep740::{Claim, Claims, Publisher};
use std::fmt;

/// What was authenticated about one release.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The attestations of its provenance.
    pub(crate) attestations: Vec<Attested>,
    /// Its Sigstore bundles that have a certificate.
    pub(crate) bundles: Vec<Attested>,
    /// Who signed, by signatures that count.
    pub(crate) signers: Vec<ReleaseSigner>,
}

impl Facts {
    /// Whether there is any evidence of that kind.
    pub(crate) fn has(&self, evidence: Check) -> bool {
        !self.attested(evidence).is_empty() || self.signers(evidence).next().is_some()
    }

    /// What was signed under a certificate.
    fn attested(&self, evidence: Check) -> &[Attested] {
        match evidence {
            Check::Provenance => &self.attestations,
            Check::Sigstore => &self.bundles,
            _ => &[],
        }
    }

    fn signers(&self, evidence: Check) -> impl Iterator<Item = &ReleaseSigner> {
        self.signers.iter().filter(move |signer| signer.evidence == evidence)
    }

    /// Who signed, in words, by whatever kind of key.
    fn who(&self, evidence: Check) -> Vec<String> {
        let publishers = self.attested(evidence).iter().map(Attested::publisher);
        publishers.chain(self.signers(evidence).map(ToString::to_string)).collect()
    }
}

/// Something that was signed under a certificate of Sigstore's.
#[derive(Debug, Clone)]
pub(crate) struct Attested {
    /// What the certificate says of who signed.
    pub(crate) claims: Claims,
    /// The type of the statement's predicate; `None` where the file itself was signed.
    pub(crate) kind: Option<String>,
    /// Whether those who serve the file get past it: it is about these bytes under another name.
    pub(crate) served: bool,
}

impl Attested {
    fn publisher(&self) -> String {
        Publisher::of(&self.claims).to_string()
    }
}

/// Who made a signature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReleaseSigner {
    /// The kind of signature.
    pub(crate) evidence: Check,
    /// What stays the same from one release to the next: the fingerprint of an OpenPGP
    /// certificate's primary key, the number of a signify or minisign key, an SSH key's fingerprint.
    pub(crate) identity: String,
    /// The user id, where there is one. Raw text from outside.
    pub(crate) name: Option<String>,
    /// Whether those who serve the file get past the signature: it leaves something open.
    pub(crate) served: bool,
}

impl fmt::Display for ReleaseSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} ({name})", self.identity),
            None => f.write_str(&self.identity),
        }
    }
}

/// Something that is not as it was at the previous release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The evidence that shows it: [`Check::Provenance`], or a kind of signature.
    pub(crate) evidence: Check,
    /// The failure class; one whose outcome is `agrees` is only said.
    pub(crate) class: FailureClass,
    /// What changed, in words.
    pub(crate) what: &'static str,
    /// What it was.
    pub(crate) before: String,
    /// What it is; `None` where there is nothing any more.
    pub(crate) now: Option<String>,
    /// Whether it is said next to an agreement only, though its class would contradict: what is
    /// usual, and still worth a look.
    pub(crate) usual: bool,
}

impl Change {
    /// Whether it contradicts.
    pub(crate) fn contradicts(&self) -> bool {
        !self.usual && self.class.outcome() != Outcome::Agrees
    }

    fn facts(&self) -> ChangeFacts {
        ChangeFacts {
            class: self.class,
            what: self.what,
            before: self.before.clone(),
            now: self.now.clone(),
        }
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
/// Every attestation of this release has to fit one of the previous release: the one that fits best
/// counts, and the attestation that fits worst is reported. Of signatures one by a signer of before
/// is enough; what the previous release did not have is not missed.
pub(crate) fn compare(previous: &Facts, now: &Facts) -> Vec<Change> {
    Check::NAMING
        .into_iter()
        .filter(|evidence| previous.has(*evidence))
        .flat_map(|evidence| {
            let (before, now_attested) = (previous.attested(evidence), now.attested(evidence));
            match (before, now_attested) {
                ([], _) | (_, []) => {
                    let changed = signed(evidence, previous, now);
                    changed.or_else(|| fewer(evidence, previous, now)).into_iter().collect()
                }
                _ => attested(evidence, before, now_attested),
            }
        })
        .collect()
}

fn attested(evidence: Check, previous: &[Attested], now: &[Attested]) -> Vec<Change> {
    let against =
        |changes: &Vec<Change>| changes.iter().filter(|change| change.contradicts()).count();
    let weight = |changes: &Vec<Change>| (against(changes), changes.len());
    let best = |now: &Attested| {
        let each = previous.iter().map(|before| publisher_changes(&before.claims, &now.claims));
        each.min_by_key(weight).unwrap_or_default()
    };
    let mut changes = now.iter().map(best).max_by_key(weight).unwrap_or_default();
    for change in &mut changes {
        change.evidence = evidence;
    }
    // A statement of how it was built says more than one that it was published: the one does not
    // stand in for the other.
    let mut dropped: Vec<&str> = previous.iter().filter_map(|a| a.kind.as_deref()).collect();
    dropped.sort_unstable();
    dropped.dedup();
    dropped.retain(|kind| !now.iter().any(|a| a.kind.as_deref() == Some(kind)));
    changes.extend(dropped.into_iter().map(|kind| Change {
        evidence,
        class: dropped_class(evidence),
        what: "type of an attestation",
        before: kind.to_owned(),
        now: None,
        usual: false,
    }));
    changes
}

/// The class where evidence of a kind was there and is not.
const fn dropped_class(evidence: Check) -> FailureClass {
    match evidence {
        Check::Provenance => FailureClass::ProvenanceDropped,
        _ => FailureClass::SignatureDropped,
    }
}

fn signed(evidence: Check, previous: &Facts, now: &Facts) -> Option<Change> {
    let same =
        |signer: &ReleaseSigner| previous.signers(evidence).any(|b| b.identity == signer.identity);
    if now.signers(evidence).any(same) {
        return None;
    }
    let (class, actual) = match now.has(evidence) {
        true => (FailureClass::SignerChanged, Some(now.who(evidence).join(", "))),
        false => (dropped_class(evidence), None),
    };
    let what = if evidence == Check::Provenance { "publisher" } else { "signer" };
    let before = previous.who(evidence);
    // Attestations of one release are by one publisher, as a rule.
    let mut unique: Vec<String> = Vec::new();
    for who in before {
        if !unique.contains(&who) {
            unique.push(who);
        }
    }
    Some(Change { evidence, class, what, before: unique.join(", "), now: actual, usual: false })
}

/// Signers of the previous release that did not sign this one, where others of them did: said, since of
/// several signatures one is enough.
fn fewer(evidence: Check, previous: &Facts, now: &Facts) -> Option<Change> {
    let signs =
        |before: &&ReleaseSigner| now.signers(evidence).any(|s| s.identity == before.identity);
    let mut lost: Vec<String> =
        previous.signers(evidence).filter(|s| !signs(s)).map(ToString::to_string).collect();
    lost.sort();
    lost.dedup();
    (!lost.is_empty() && now.signers(evidence).next().is_some()).then(|| Change {
        evidence,
        class: FailureClass::SignerChanged,
        what: "other signer",
        before: lost.join(", "),
        now: None,
        usual: true,
    })
}

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

#[cfg(test)]
mod tests;
