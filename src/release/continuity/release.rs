//! One release, as far as its evidence holds.

use super::Facts;
use crate::answer::failure::FailureClass;
use crate::answer::finding::Check;

/// One release: what was authenticated about it, and what was there but does not hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Release {
    /// What it is called, for the report.
    pub(crate) name: Option<String>,
    /// What was authenticated.
    pub(crate) facts: Facts,
    /// Evidence that does not hold.
    pub(crate) faults: Vec<Fault>,
}

/// A piece of evidence that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The kind of evidence.
    pub(crate) evidence: Check,
    /// Why not.
    pub(crate) class: FailureClass,
    /// Why not, in words. May hold text from outside.
    pub(crate) text: String,
    /// The file, where there is one.
    pub(crate) file: Option<String>,
}
