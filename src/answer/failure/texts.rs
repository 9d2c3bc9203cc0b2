//! The texts behind `distvouch explain`, one file a family of classes.
//!
//! Commands, options, file names and class names stand in backquotes: the renderings keep such a
//! span on one line, and the tests look each of them up.

pub(super) mod certificate;
pub(super) mod checksum;
pub(super) mod continuity;
pub(super) mod key;
pub(super) mod manifest;
pub(super) mod message;
pub(super) mod provenance;
pub(super) mod publisher;
pub(super) mod signature;
pub(super) mod source;
pub(super) mod unchecked;

use super::Family;

/// What there is to say of a failure class. Plain text, sentences with full stops.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts {
    /// What happened. The first sentence stands by itself in lists.
    pub(crate) happened: &'static str,
    /// What it implies.
    pub(crate) implies: &'static str,
    /// Causes without an attacker.
    pub(crate) benign: &'static str,
    /// What to ask upstream.
    pub(crate) ask: &'static str,
    /// Answers that explain nothing.
    pub(crate) bogus: &'static str,
    /// What to do.
    pub(crate) act: &'static str,
}

impl Texts {
    /// Every text under its heading, in the order of printing.
    pub(crate) const fn sections(&self) -> [(&'static str, &'static str); 6] {
        [
            ("What happened", self.happened),
            ("What it implies", self.implies),
            ("Causes without an attacker", self.benign),
            ("What to ask upstream", self.ask),
            ("Answers that explain nothing", self.bogus),
            ("What to do", self.act),
        ]
    }

    /// The first sentence of [`happened`](Self::happened), with its full stop.
    pub(crate) fn summary(&self) -> &'static str {
        let end = self.happened.find(". ").map_or(self.happened.len(), |dot| dot + 1);
        self.happened.get(..end).unwrap_or(self.happened)
    }
}
