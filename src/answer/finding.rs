//! A finding: what one check says of one distfile.

use crate::answer::access::{Capability, SERVING};
pub(crate) use crate::answer::check::Check;

use crate::answer::facts::{Facts, Of};
use crate::answer::failure::{FailureClass, Family, Outcome};
use std::path::Path;

/// A class and a sentence that are said next to the outcome: a weakness, an expiry since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    /// The class, whose texts `distvouch explain` prints.
    pub(crate) class: FailureClass,
    /// One sentence, without a final full stop.
    pub(crate) text: String,
}

/// What one check says of one distfile.
///
/// The outcome follows from the class, so that the two can never disagree: `None` is
/// [`Outcome::Agrees`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    /// Which check.
    pub(crate) check: Check,
    /// Why it does not agree; `None` exactly where it agrees.
    pub(crate) class: Option<FailureClass>,
    /// What else counts against it: an exception has to accept each of them, too.
    pub(crate) also: Vec<FailureClass>,
    /// Whether the exit status depends on it.
    pub(crate) required: bool,
    /// What was compared with what, or why nothing was; one sentence without a final full stop.
    /// May hold text from outside: printers escape it.
    pub(crate) compared: String,
    /// Who vouches for the bytes; empty where no one does.
    pub(crate) vouches: String,
    /// Who could have forged what was compared, or what would have done in its place, each by themselves.
    pub(crate) forgers: Vec<Capability>,
    /// What is said next to the outcome.
    pub(crate) notes: Vec<Note>,
    /// The facts behind it.
    pub(crate) facts: Facts,
    /// Why an exception of the policy accepts it, and until when: it does not count then.
    pub(crate) excused: Option<String>,
    /// Whether an exception of the policy accepts a class that it could have ended in: it stops no
    /// one then, as altered bytes get past it.
    pub(crate) waived: bool,
}

impl Finding {
    /// A finding of `check` that agrees: `compared` with `vouches` behind it.
    pub(crate) fn agrees(
        check: Check,
        compared: impl Into<String>,
        vouches: impl Into<String>,
    ) -> Self {
        Self {
            check,
            class: None,
            also: Vec::new(),
            required: false,
            compared: compared.into(),
            vouches: vouches.into(),
            forgers: Vec::new(),
            notes: Vec::new(),
            facts: Facts::default(),
            excused: None,
            waived: false,
        }
    }

    /// Whether another file could have made its check end in `class`.
    pub(crate) fn could_end_in(&self, class: FailureClass) -> bool {
        use Check as C;
        if class.outcome() == Outcome::Agrees {
            return false;
        }
        match class.family() {
            Family::Any => true,
            Family::Manifest => matches!(self.check, C::Manifest | C::Continuity),
            // A tag, a commit or a record of a review is signed where a key is among those who could have forged it.
            Family::Signature => match self.check {
                C::Manifest => false,
                C::Source | C::Review => self.forgers.contains(&Capability::Key),
                _ => true,
            },
            Family::Attestation => {
                matches!(self.check, C::Sigstore | C::Provenance | C::Continuity)
            }
            Family::Continuity => self.check == C::Continuity,
            Family::Source => matches!(self.check, C::Source | C::Review),
        }
    }

    /// What `check` says where it ends in `class`: as [`FailureClass::outcome`] has it.
    ///
    /// A class that is only ever said next to an agreement becomes a note of one.
    pub(crate) fn of_class(check: Check, class: FailureClass, compared: impl Into<String>) -> Self {
        let mut finding = Self::agrees(check, compared, "");
        if class.outcome() == Outcome::Agrees {
            finding.notes.push(Note { class, text: finding.compared.clone() });
        } else {
            finding.class = Some(class);
        }
        finding
    }

    /// The outcome, which follows from the class.
    pub(crate) fn outcome(&self) -> Outcome {
        self.class.map_or(Outcome::Agrees, FailureClass::outcome)
    }

    /// Whether it would not be there without provenance: provenance itself, its continuity, and a
    /// comparison with a commit that only provenance named.
    pub(crate) fn rests_on_provenance(&self) -> bool {
        match (&self.facts.of, self.check) {
            (_, Check::Provenance) => true,
            (Of::Continuity(facts), _) => facts.evidence == Check::Provenance,
            (Of::Source(facts), _) => facts.compared.as_ref().is_some_and(|c| c.only_by_provenance),
            _ => false,
        }
    }

    /// Adds what is known of the evidence.
    #[must_use]
    pub(crate) fn knowing(mut self, facts: impl Into<Of>) -> Self {
        self.facts.of = facts.into();
        self
    }

    /// Names the file with the evidence.
    #[must_use]
    pub(crate) fn read_from(mut self, path: &Path) -> Self {
        self.facts.file = Some(path.to_string_lossy().into_owned());
        self
    }

    /// Says `text` under `class` next to the outcome.
    #[must_use]
    pub(crate) fn noting(mut self, class: FailureClass, text: impl Into<String>) -> Self {
        self.notes.push(Note { class, text: text.into() });
        self
    }

    /// Names who could have forged what was compared.
    #[must_use]
    pub(crate) fn forged_by(mut self, forgers: impl IntoIterator<Item = Capability>) -> Self {
        self.forgers = forgers.into_iter().collect();
        self
    }

    /// Names more who could have forged it.
    #[must_use]
    pub(crate) fn also_forged_by(mut self, more: impl IntoIterator<Item = Capability>) -> Self {
        for capability in more {
            if !self.forgers.contains(&capability) {
                self.forgers.push(capability);
            }
        }
        self
    }

    /// Whether those who serve the file get past it, each by themselves.
    pub(crate) fn is_open_to_servers(&self) -> bool {
        SERVING.iter().all(|capability| self.forgers.contains(capability))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_fixes_the_outcome() {
        for class in FailureClass::ALL {
            let finding = Finding::of_class(Check::Openpgp, *class, "x");
            assert_eq!(finding.outcome(), class.outcome(), "{}", class.name());
            assert_eq!(finding.class.is_none(), finding.outcome() == Outcome::Agrees);
        }
    }
}
