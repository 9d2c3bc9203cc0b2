//! A finding: what one check says of one distfile.

use crate::answer::access::Capability;
use crate::answer::facts::{Facts, Of};
use crate::answer::failure::{FailureClass, Outcome};
use std::path::Path;

/// The checks, by the names that `--require` and JSON use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Check {
    /// Size and hashes against the DIST entry of the Manifest (GLEP 74).
    Manifest,
    /// Digests against a list of checksums. Only `distvouch checksums` has it, so it is not among
    /// the checks that `--require` knows.
    Checksums,
    /// An OpenPGP signature (RFC 9580).
    Openpgp,
    /// A signify signature.
    Signify,
    /// A minisign signature.
    Minisign,
    /// An SSH signature.
    Ssh,
    /// A Sigstore bundle.
    Sigstore,
    /// PEP 740 provenance.
    Provenance,
    /// The previous release's provenance or signer.
    Continuity,
    /// The archive's contents against git.
    Source,
    /// The record that a person read the release diff.
    Review,
}

impl Check {
    /// Every check of `distvouch check`, in the order of the reports.
    pub(crate) const ALL: [Self; 10] = [
        Self::Manifest,
        Self::Openpgp,
        Self::Signify,
        Self::Minisign,
        Self::Ssh,
        Self::Sigstore,
        Self::Provenance,
        Self::Continuity,
        Self::Source,
        Self::Review,
    ];

    /// The name, as `--require`, JSON and the reports know it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Checksums => "checksums",
            Self::Openpgp => "openpgp",
            Self::Signify => "signify",
            Self::Minisign => "minisign",
            Self::Ssh => "ssh",
            Self::Sigstore => "sigstore",
            Self::Provenance => "provenance",
            Self::Continuity => "continuity",
            Self::Source => "source",
            Self::Review => "review",
        }
    }

    /// The check of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// A class and a sentence that are said beside the outcome: a weakness, an expiry since.
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
    /// Whether the exit status depends on it.
    pub(crate) required: bool,
    /// What was compared with what, or why nothing was; one sentence without a final full stop.
    /// May hold text from outside: printers escape it.
    pub(crate) compared: String,
    /// Who vouches for the bytes; empty where nobody does.
    pub(crate) vouches: String,
    /// Who could have forged what was compared, each by themselves.
    pub(crate) forgers: Vec<Capability>,
    /// What is said beside the outcome.
    pub(crate) notes: Vec<Note>,
    /// The facts behind it.
    pub(crate) facts: Facts,
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
            required: false,
            compared: compared.into(),
            vouches: vouches.into(),
            forgers: Vec::new(),
            notes: Vec::new(),
            facts: Facts::default(),
        }
    }

    /// A finding of `check` that ends in `class`.
    ///
    /// A class that is only ever said beside an agreement becomes a note of one.
    pub(crate) fn fails(check: Check, class: FailureClass, compared: impl Into<String>) -> Self {
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

    /// Whether it would not be there without provenance: provenance itself, and its continuity.
    pub(crate) fn rests_on_provenance(&self) -> bool {
        match (&self.facts.of, self.check) {
            (_, Check::Provenance) => true,
            (Of::Continuity(facts), _) => facts.evidence == Check::Provenance,
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
    pub(crate) fn from_file(mut self, path: &Path) -> Self {
        self.facts.file = Some(path.to_string_lossy().into_owned());
        self
    }

    /// Says `text` under `class` beside the outcome.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_fixes_the_outcome() {
        for class in FailureClass::ALL {
            let finding = Finding::fails(Check::Openpgp, *class, "x");
            assert_eq!(finding.outcome(), class.outcome(), "{}", class.name());
            assert_eq!(finding.class.is_none(), finding.outcome() == Outcome::Agrees);
        }
    }

    #[test]
    fn names_are_read_back() {
        for check in Check::ALL {
            assert_eq!(Check::from_name(check.name()), Some(check));
        }
        assert_eq!(Check::from_name("Manifest"), None);
    }
}
