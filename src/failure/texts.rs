//! The texts behind `distvouch explain`.

use super::FailureClass;

/// What there is to say of a failure class. Plain text, sentences with full stops.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    /// What happened.
    pub happened: &'static str,
    /// What it implies.
    pub implies: &'static str,
    /// Causes without an attacker.
    pub benign: &'static str,
    /// What to ask upstream.
    pub ask: &'static str,
    /// Answers that explain nothing.
    pub bogus: &'static str,
    /// What to do.
    pub act: &'static str,
}

pub(super) fn of(_class: FailureClass) -> &'static Texts {
    &Texts { happened: "", implies: "", benign: "", ask: "", bogus: "", act: "" }
}
