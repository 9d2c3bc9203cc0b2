//! What must an attacker hold to get past every required check, and deliver the file?

use crate::answer::access::{AccessSet, Attackers, Capability};
use crate::answer::finding::{Check, Finding};
use std::collections::BTreeMap;

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
    /// What gets past everything that is required.
    pub(crate) attackers: Attackers,
    /// What would get past it if no provenance had been looked at.
    pub(crate) without_provenance: Attackers,
    /// Whether any provenance agreed, so that the two can be compared.
    pub(crate) has_provenance: bool,
    /// Whether some distfile has no check at all in an attacker's way.
    pub(crate) is_open: bool,
}

impl Summary {
    /// The sets for these distfiles, each with its findings: the weakest distfile decides.
    pub(crate) fn of<'a>(
        clock: Clock,
        distfiles: impl Iterator<Item = &'a [Finding]> + Clone,
    ) -> Self {
        let each = |counts: fn(&Finding) -> bool| {
            distfiles.clone().map(move |findings| obstacles(clock, findings, counts))
        };
        let sets = |counts| {
            let delivered = each(counts).map(|obstacles| obstacles.join(&Attackers::delivery()));
            delivered.reduce(|a, b| a.or(&b)).unwrap_or_else(Attackers::delivery)
        };
        let mut all = each(|_| true);
        Self {
            attackers: sets(|_| true),
            without_provenance: sets(|finding| !finding.rests_on_provenance()),
            has_provenance: distfiles
                .clone()
                .flatten()
                .any(|finding| finding.rests_on_provenance() && finding.class.is_none()),
            is_open: distfiles.clone().next().is_none() || all.any(|way| way.is_anyone()),
        }
    }

    /// The sets that only provenance stops.
    pub(crate) fn only_without_provenance(&self) -> Vec<AccessSet> {
        let with = self.attackers.sets();
        self.without_provenance.sets().into_iter().filter(|set| !with.contains(set)).collect()
    }
}

/// What gets past all of one distfile's findings that count.
///
/// Only what agrees *and* is required gets in an attacker's way: evidence that may be missing can
/// be left out by an attacker who cannot forge it. A review cannot be left out: it is a record of
/// these very bytes, and it is the only check that reads.
///
/// Of several signatures or bundles for one check, one is enough, and the others may be left out;
/// continuity misses each that the release before had. Of several identities and keys of which one is
/// enough, an attacker takes any.
fn obstacles(clock: Clock, findings: &[Finding], counts: fn(&Finding) -> bool) -> Attackers {
    let in_force = |finding: &Finding| finding.required || finding.check == Check::Review;
    let mut checks: BTreeMap<Check, Attackers> = BTreeMap::new();
    let stops = |finding: &&Finding| finding.class.is_none() && !finding.waived;
    for finding in findings.iter().filter(stops).filter(|f| in_force(f) && counts(f)) {
        let ways = ways_past(clock, finding);
        let all = match checks.get(&finding.check) {
            None => ways,
            Some(others) if finding.check == Check::Continuity => others.join(&ways),
            Some(others) => others.or(&ways),
        };
        checks.insert(finding.check, all);
    }
    checks.values().fold(Attackers::anyone(), |all, one| all.join(one))
}

/// What gets past one finding that agrees.
fn ways_past(clock: Clock, finding: &Finding) -> Attackers {
    match (finding.check, clock) {
        // The Manifest is being recorded from these very bytes.
        (Check::Manifest, Clock::Bump) => Attackers::anyone(),
        (Check::Manifest, Clock::Emerge) => Attackers::each_of([Capability::Gentoo]),
        _ => Attackers::each_of(finding.forgers.iter().copied()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Capability::*;

    const KEY: [Capability; 4] = [Key, Gentoo, Job, Source];

    fn finding(check: Check, forgers: &[Capability]) -> Finding {
        let mut finding = Finding::agrees(check, "", "").forged_by(forgers.iter().copied());
        finding.required = true;
        finding
    }

    fn manifest() -> Finding {
        finding(Check::Manifest, &[Gentoo])
    }

    fn signature() -> Finding {
        finding(Check::Openpgp, &KEY)
    }

    /// Provenance by every combination of claims and pins: those leave or remove `branch`, `caller`
    /// and `account`, never the rest.
    fn provenances() -> Vec<Finding> {
        let always = [Publish, Job, Source, Forge, Sigstore, Gentoo];
        let open = [Branch, Caller, Account];
        (0..1u32 << open.len())
            .map(|bits| {
                let open = open.iter().enumerate().filter(|(i, _)| bits & 1 << i != 0);
                let forgers: Vec<_> = always.iter().chain(open.map(|(_, c)| c)).copied().collect();
                finding(Check::Provenance, &forgers)
            })
            .collect()
    }

    fn provenance() -> Finding {
        provenances().swap_remove(1)
    }

    fn summary(clock: Clock, findings: &[Finding]) -> Summary {
        Summary::of(clock, std::iter::once(findings))
    }

    fn others() -> Vec<Finding> {
        vec![
            manifest(),
            signature(),
            finding(Check::Sigstore, &[Publish, Job, Source, Forge, Sigstore, Gentoo, Caller]),
            finding(Check::Sigstore, &[Account, Sigstore, Gentoo, Forge]),
            finding(Check::Source, &[Mirror, Index, Token, Publish, Branch, Job, Source, Gentoo]),
            finding(Check::Review, &[Reviewer, Gentoo]),
        ]
    }

    /// Every combination of checks that do not involve provenance.
    fn combinations() -> Vec<Vec<Finding>> {
        let all = others();
        (0..1u32 << all.len())
            .map(|bits| {
                let chosen = all.iter().enumerate().filter(|(i, _)| bits & 1 << i != 0);
                chosen.map(|(_, f)| f.clone()).collect()
            })
            .collect()
    }

    fn with(base: &[Finding], more: &Finding) -> Vec<Finding> {
        let mut with = base.to_vec();
        with.push(more.clone());
        with
    }

    const CLOCKS: [Clock; 2] = [Clock::Bump, Clock::Emerge];

    #[test]
    fn provenance_removes_no_set_with_publish_job_source_or_forge() {
        for base in combinations() {
            for provenance in provenances() {
                for clock in CLOCKS {
                    let before = summary(clock, &base).attackers.sets();
                    let after = summary(clock, &with(&base, &provenance)).attackers.sets();
                    let kept = |set: &AccessSet| {
                        [Publish, Job, Source, Forge].into_iter().any(|c| set.contains(c))
                    };
                    for set in before.iter().filter(|set| kept(set)) {
                        assert!(after.contains(set), "{set:?} is gone from {after:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn of_several_bundles_the_weakest_decides() {
        let account = finding(Check::Sigstore, &[Account, Sigstore, Gentoo]);
        let key = finding(Check::Sigstore, &[Key, Job, Source, Gentoo]);
        let weakest = |findings: &[Finding]| summary(Clock::Bump, findings).attackers.sets();
        let both = weakest(&[account.clone(), key.clone()]);
        for one in [account, key] {
            for set in weakest(&[one]) {
                assert!(both.iter().any(|way| way.is_subset(set)), "{set:?} is not in {both:?}");
            }
        }
        // Two kinds of evidence of the release before: continuity misses either.
        let kinds = [&[Key, Gentoo][..], &[Publish, Gentoo]];
        let kinds = kinds.map(|forgers| finding(Check::Continuity, forgers));
        assert!(!weakest(&kinds).contains(&AccessSet::from([Publish])));
    }

    #[test]
    fn other_evidence_that_would_do_is_a_way_too() {
        let account = finding(Check::Sigstore, &[Account, Job, Source, Gentoo]);
        let alone = summary(Clock::Bump, std::slice::from_ref(&account)).attackers.sets();
        let either = summary(Clock::Bump, &[account.also_forged_by(KEY)]);
        let either = either.attackers.sets();
        let with_key = |sets: &[AccessSet]| sets.iter().any(|set| set.contains(Key));
        assert!(!with_key(&alone) && with_key(&either), "{either:?}");
        for set in alone {
            assert!(either.contains(&set), "{set:?} is not in {either:?}");
        }
    }

    #[test]
    fn what_an_exception_accepts_anyway_stops_no_one() {
        let waived = Finding { waived: true, ..signature() };
        let open = summary(Clock::Bump, &[waived]);
        assert!(open.is_open);
        assert_eq!(open.attackers, summary(Clock::Bump, &[]).attackers);
    }

    #[test]
    fn at_the_emerge_clock_provenance_adds_nothing_to_the_manifest() {
        for provenance in provenances() {
            let alone = summary(Clock::Emerge, &[manifest()]);
            let both = summary(Clock::Emerge, &[manifest(), provenance]);
            assert_eq!(alone.attackers, both.attackers);
            assert_eq!(both.attackers, both.without_provenance);
            assert!(both.has_provenance);
            assert_eq!(both.attackers.sets(), [AccessSet::from([Gentoo])]);
        }
    }

    #[test]
    fn every_set_delivers() {
        for base in combinations() {
            for clock in CLOCKS {
                let summary = summary(clock, &base);
                for set in summary.attackers.sets().iter().chain(&summary.without_provenance.sets())
                {
                    assert!(set.iter().any(|c| c.delivers()), "{set:?} delivers nothing");
                }
            }
        }
    }

    #[test]
    fn another_check_never_makes_it_easier() {
        for base in combinations() {
            // A second bundle of one kind may stand for the first.
            let other = |more: &Finding| base.iter().all(|finding| finding.check != more.check);
            for more in others().into_iter().chain(provenances()).filter(other) {
                for clock in CLOCKS {
                    let before = summary(clock, &base).attackers.sets();
                    let after = summary(clock, &with(&base, &more)).attackers.sets();
                    for set in &after {
                        let above = before.iter().any(|known| known.is_subset(*set));
                        assert!(above, "{set:?} is new: {before:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_only_provenance_stops_is_what_the_line_says() {
        for base in combinations() {
            for provenance in provenances() {
                let without = summary(Clock::Bump, &base).attackers;
                let summary = summary(Clock::Bump, &with(&base, &provenance));
                assert_eq!(summary.without_provenance, without);
                let after = summary.attackers.sets();
                let stopped = summary.only_without_provenance();
                for set in without.sets() {
                    assert_eq!(stopped.contains(&set), !after.contains(&set), "{set:?}");
                }
            }
        }
    }

    #[test]
    fn beside_a_signature_provenance_stops_three_pairs() {
        let stopped = summary(Clock::Bump, &[signature(), provenance()]).only_without_provenance();
        let expected = [Mirror, Index, Token].map(|way| AccessSet::from([Key, way]));
        let sorted =
            |sets: &[AccessSet]| sets.iter().cloned().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(sorted(&stopped), sorted(&expected));
    }

    #[test]
    fn at_the_bump_clock_the_manifest_stops_nothing() {
        assert!(summary(Clock::Bump, &[manifest()]).is_open);
        let both = summary(Clock::Bump, &[manifest(), provenance()]);
        assert!(!both.attackers.sets().contains(&AccessSet::from([Mirror])));
        assert!(both.without_provenance.sets().contains(&AccessSet::from([Mirror])));
    }

    #[test]
    fn what_is_not_required_or_does_not_agree_stands_in_nobodys_way() {
        let mut optional = provenance();
        optional.required = false;
        assert!(summary(Clock::Bump, &[optional]).is_open);
        let mut refused = provenance();
        refused.class = Some(crate::answer::failure::FailureClass::SubjectDigest);
        assert!(summary(Clock::Bump, &[refused]).is_open);
    }

    #[test]
    fn a_recorded_review_is_in_force_without_being_asked_for() {
        let mut review = finding(Check::Review, &[Reviewer, Gentoo]);
        review.required = false;
        let summary = summary(Clock::Bump, &[review]);
        assert!(!summary.is_open);
        let sets = summary.attackers.sets();
        assert!(sets.contains(&AccessSet::from([Reviewer, Mirror])), "{sets:?}");
        assert!(!sets.contains(&AccessSet::from([Reviewer])), "{sets:?}");
    }

    #[test]
    fn one_distfile_without_checks_decides() {
        let strong = [signature()];
        let none: [Finding; 0] = [];
        let summary = Summary::of(Clock::Bump, [&strong[..], &none[..]].into_iter());
        assert!(summary.is_open);
    }
}
