//! Which checks must agree, and the exit status that follows.

use crate::answer::failure::Outcome;
use crate::answer::finding::{Check, Finding};
use std::collections::BTreeSet;

/// The checks that must agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Requirement(BTreeSet<Check>);

impl Requirement {
    /// These checks, and no others.
    pub(crate) fn of(checks: impl IntoIterator<Item = Check>) -> Self {
        Self(checks.into_iter().collect())
    }

    /// Whether `check` must agree.
    pub(crate) fn includes(&self, check: Check) -> bool {
        self.0.contains(&check)
    }

    /// The checks, in the order of the reports.
    pub(crate) fn checks(&self) -> impl Iterator<Item = Check> {
        self.0.iter().copied()
    }
}

/// The exit status. It says only whether something required was contradicted, missing or not
/// checked; it is no verdict on the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Nothing required was contradicted, missing or left out.
    Met,
    /// A required check was not checked, and nothing was worse.
    NotChecked,
    /// A required check contradicts, is absent or is unusable.
    NotMet,
    /// The program could not run.
    CouldNotRun,
}

impl Status {
    /// The process's exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Met => 0,
            Self::NotMet => 1,
            Self::CouldNotRun => 2,
            Self::NotChecked => 3,
        }
    }

    /// The status after one finding.
    pub(crate) fn of(finding: &Finding) -> Self {
        match finding.outcome() {
            _ if !finding.required || finding.excused.is_some() => Self::Met,
            Outcome::Agrees => Self::Met,
            Outcome::NotChecked => Self::NotChecked,
            Outcome::Contradicts | Outcome::Absent | Outcome::Unusable => Self::NotMet,
        }
    }

    /// The status after one finding at a bump, where a contradiction counts even if no one required
    /// the check: that is where someone decides.
    pub(crate) fn strictly(finding: &Finding) -> Self {
        match finding.outcome() {
            Outcome::Contradicts if finding.excused.is_none() => Self::NotMet,
            _ => Self::of(finding),
        }
    }

    /// The worst of several: anything refused outweighs anything that was not checked.
    pub(crate) fn worst(statuses: impl IntoIterator<Item = Self>) -> Self {
        statuses.into_iter().max().unwrap_or(Self::Met)
    }
}

/// How much a finding matters to a reader: the worst is least.
pub(crate) fn severity(finding: &Finding) -> u8 {
    match (finding.outcome(), finding.required) {
        (Outcome::Contradicts, true) => 0,
        (Outcome::Contradicts, false) => 1,
        (Outcome::Unusable | Outcome::Absent, true) => 2,
        (Outcome::NotChecked, true) => 3,
        (Outcome::Unusable, false) => 4,
        (Outcome::Absent, false) => 5,
        (Outcome::NotChecked, false) => 6,
        (Outcome::Agrees, _) => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::failure::FailureClass;

    #[test]
    fn only_what_is_required_counts() {
        let mut finding = Finding::of_class(Check::Openpgp, FailureClass::SignatureBad, "x");
        assert_eq!(Status::of(&finding), Status::Met);
        finding.required = true;
        assert_eq!(Status::of(&finding), Status::NotMet);
        finding.class = Some(FailureClass::RootTooOld);
        assert_eq!(Status::of(&finding), Status::NotChecked);
    }

    #[test]
    fn what_an_exception_accepts_does_not_count() {
        let mut finding = Finding::of_class(Check::Openpgp, FailureClass::SignatureBad, "x");
        finding.required = true;
        assert_eq!(Status::strictly(&finding), Status::NotMet);
        finding.excused = Some("until 2026-12-31: x".to_owned());
        assert_eq!((Status::of(&finding), Status::strictly(&finding)), (Status::Met, Status::Met));
    }

    #[test]
    fn a_refusal_outweighs_what_was_not_checked() {
        assert_eq!(Status::worst([Status::NotChecked, Status::NotMet, Status::Met]).code(), 1);
        assert_eq!(Status::worst([Status::NotChecked, Status::Met]).code(), 3);
        assert_eq!(Status::worst([]).code(), 0);
    }
}
