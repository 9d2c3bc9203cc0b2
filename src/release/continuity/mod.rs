//! Continuity: what changed between the previous release and this one in who published and signed.
//!
//! Each release's evidence may hold for itself; what a takeover cannot keep is that it is the same
//! as last time. Judging is pure: [`Facts`] are made from what verifiers authenticated, and
//! [`compare`] compares two of them. What the previous release had and this one lacks
//! is *dropped*, and contradicts: an attacker with an upload token need not forge a signature if
//! no one notices that it is missing.

mod changes;
mod forgers;
mod judge;
mod release;

pub(crate) use changes::publisher_changes;
pub(crate) use judge::{judge, no_previous};
pub(crate) use release::{Fault, Release};

use crate::answer::facts::ChangeFacts;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::Check;
use crate::evidence::pep740::{Claims, Publisher};
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

#[cfg(test)]
mod tests;
