//! What must an attacker hold to pass everything that ran?

use crate::answer::access::{AccessSet, Attackers, Capability};
use crate::answer::finding::{Check, Finding};

/// When the question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Clock {
    /// The developer is about to record the Manifest: it stops nothing yet.
    #[default]
    Bump,
    /// The Manifest was recorded before: it has fixed the bytes.
    Emerge,
}

impl Clock {
    /// The name, as `--clock` and JSON know it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Bump => "bump",
            Self::Emerge => "emerge",
        }
    }
}

/// The attacker sets of a run, with provenance and without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// What gets past everything that ran.
    pub(crate) attackers: Attackers,
    /// What would get past it if no provenance had been looked at.
    pub(crate) without_provenance: Attackers,
    /// Whether any provenance agreed, so that the two can be compared.
    pub(crate) has_provenance: bool,
}

impl Summary {
    /// The sets for these distfiles, each with its findings: the weakest distfile decides.
    pub(crate) fn of<'a>(
        clock: Clock,
        distfiles: impl Iterator<Item = &'a [Finding]> + Clone,
    ) -> Self {
        let sets = |counts: &dyn Fn(&Finding) -> bool| {
            distfiles
                .clone()
                .map(|findings| obstacles(clock, findings, counts))
                .reduce(|a, b| a.or(&b))
                .unwrap_or_else(Attackers::anyone)
        };
        Self {
            attackers: sets(&|_| true),
            without_provenance: sets(&|finding| !finding.rests_on_provenance()),
            has_provenance: distfiles
                .clone()
                .flatten()
                .any(|finding| finding.rests_on_provenance() && finding.class.is_none()),
        }
    }
}

impl Summary {
    /// The sets that get past everything but provenance.
    pub(crate) fn only_without_provenance(&self) -> Vec<AccessSet> {
        let with = self.attackers.sets();
        self.without_provenance.sets().into_iter().filter(|set| !with.contains(set)).collect()
    }
}

/// What gets past all of one distfile's findings that count.
///
/// Only what agrees *and* is required stands in an attacker's way: evidence that may be missing can
/// be left out by whoever cannot forge it.
fn obstacles(clock: Clock, findings: &[Finding], counts: &dyn Fn(&Finding) -> bool) -> Attackers {
    findings
        .iter()
        .filter(|finding| finding.class.is_none() && finding.required && counts(finding))
        .map(|finding| ways_past(clock, finding))
        .fold(Attackers::anyone(), |all, one| all.join(&one))
}

/// What gets past one finding that agrees.
fn ways_past(clock: Clock, finding: &Finding) -> Attackers {
    match (finding.check, clock) {
        (Check::Manifest, Clock::Bump) => Attackers::anyone(),
        (Check::Manifest, Clock::Emerge) => Attackers::each_of([Capability::Gentoo]),
        _ => Attackers::each_of(finding.forgers.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Capability::*;

    const PROVENANCE: [Capability; 6] = [Publish, Branch, Job, Source, Sigstore, Gentoo];

    fn finding(check: Check, forgers: &[Capability]) -> Finding {
        let mut finding = Finding::agrees(check, "", "").forged_by(forgers.iter().copied());
        finding.required = true;
        finding
    }

    fn manifest() -> Finding {
        finding(Check::Manifest, &[Gentoo])
    }

    fn signature() -> Finding {
        finding(Check::Openpgp, &crate::evidence::openpgp::FORGERS)
    }

    fn provenance() -> Finding {
        finding(Check::Provenance, &PROVENANCE)
    }

    fn summary(clock: Clock, findings: &[Finding]) -> Summary {
        Summary::of(clock, std::iter::once(findings))
    }

    /// Every combination of checks that do not involve provenance.
    fn combinations() -> Vec<Vec<Finding>> {
        let all = [
            manifest(),
            signature(),
            finding(Check::Minisign, &crate::evidence::openpgp::FORGERS),
            finding(Check::Sigstore, &[Publish, Job, Source, Sigstore, Gentoo]),
            finding(Check::Continuity, &[Publish, Job, Source, Sigstore, Gentoo]),
            finding(Check::Source, &[Source, Gentoo]),
            finding(Check::Review, &[Reviewer, Gentoo]),
        ];
        (0..1u32 << all.len())
            .map(|bits| {
                let chosen = all.iter().enumerate().filter(|(i, _)| bits & 1 << i != 0);
                chosen.map(|(_, f)| f.clone()).collect()
            })
            .collect()
    }

    #[test]
    fn provenance_never_removes_publish_job_or_source() {
        for base in combinations() {
            for clock in [Clock::Bump, Clock::Emerge] {
                let before = summary(clock, &base).attackers.sets();
                let mut with = base.clone();
                with.push(provenance());
                let after = summary(clock, &with).attackers.sets();
                for capability in [Publish, Job, Source] {
                    for set in before.iter().filter(|set| set.contains(&capability)) {
                        let still = |s: &AccessSet| s.is_subset(set);
                        assert!(after.iter().any(still), "{set:?} is gone from {after:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn at_the_emerge_clock_provenance_adds_nothing_to_the_manifest() {
        let alone = summary(Clock::Emerge, &[manifest()]);
        let both = summary(Clock::Emerge, &[manifest(), provenance()]);
        assert_eq!(alone.attackers, both.attackers);
        assert_eq!(both.attackers, both.without_provenance);
        assert!(both.has_provenance);
        assert_eq!(both.attackers.sets(), [AccessSet::from([Gentoo])]);
    }

    #[test]
    fn at_the_bump_clock_the_manifest_stops_nothing() {
        assert!(summary(Clock::Bump, &[manifest()]).attackers.is_anyone());
        let both = summary(Clock::Bump, &[manifest(), provenance()]);
        assert!(!both.attackers.sets().contains(&AccessSet::from([Mirror])));
        assert!(both.without_provenance.sets().contains(&AccessSet::from([Mirror])));
    }

    #[test]
    fn a_key_and_a_workflow_are_needed_together() {
        let sets = summary(Clock::Bump, &[signature(), provenance()]).attackers.sets();
        assert!(sets.contains(&AccessSet::from([Key, Publish])), "{sets:?}");
        assert!(!sets.contains(&AccessSet::from([Key])), "{sets:?}");
    }

    #[test]
    fn what_is_not_required_or_does_not_agree_stands_in_nobodys_way() {
        let mut optional = provenance();
        optional.required = false;
        assert!(summary(Clock::Bump, &[optional]).attackers.is_anyone());
        let mut refused = provenance();
        refused.class = Some(crate::answer::failure::FailureClass::SubjectDigest);
        assert!(summary(Clock::Bump, &[refused]).attackers.is_anyone());
    }

    #[test]
    fn one_distfile_without_checks_decides() {
        let strong = [signature()];
        let none: [Finding; 0] = [];
        let summary = Summary::of(Clock::Bump, [&strong[..], &none[..]].into_iter());
        assert!(summary.attackers.is_anyone());
    }
}
