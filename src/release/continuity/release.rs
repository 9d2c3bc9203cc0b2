//! One release, as far as its evidence holds.

use super::Facts;
use crate::answer::failure::FailureClass;
use crate::answer::finding::Check;

/// One release: what was authenticated about it, and what was there but does not hold.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// What it is called, for the report.
    pub name: Option<String>,
    /// What was authenticated.
    pub facts: Facts,
    /// Evidence that does not hold.
    pub faults: Vec<Fault>,
}

/// A piece of evidence that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The kind of evidence.
    pub evidence: Check,
    /// Why not.
    pub class: FailureClass,
    /// Why not, in words. May hold text from outside.
    pub text: String,
    /// The file, where there is one.
    pub file: Option<String>,
}
