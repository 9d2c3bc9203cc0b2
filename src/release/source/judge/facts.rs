//! What a comparison found, as facts for the report.

use crate::answer::facts::{
    SourceComparison, SourceDifference, SourceFacts, SourceHazard, SourceTotals,
};
use crate::answer::finding::Finding;
use crate::release::archive::show;
use crate::release::source::LISTED;
use crate::release::source::commit::Commit;
use crate::release::source::compare::{Comparison, Difference, DifferenceKind};
use crate::release::source::explain::Standing;
use crate::release::source::signed::Signed;

pub(super) fn knowing(
    finding: Finding,
    commit: &Commit,
    comparison: &Comparison,
    stated: Option<&str>,
    signed: Option<&Signed>,
) -> Finding {
    let of = |kind: DifferenceKind| -> Vec<SourceDifference> {
        let fitting = comparison.differences.iter().filter(|d| d.kind == kind).take(LISTED);
        fitting.map(difference_facts).collect()
    };
    let paths = |paths: &[Vec<u8>]| -> Vec<String> {
        paths.iter().take(LISTED).map(|path| show(path)).collect()
    };
    let modes = |side: fn(bool) -> bool| -> Vec<Vec<u8>> {
        let fitting = comparison.modes.iter().filter(|(_, in_archive)| side(*in_archive));
        fitting.map(|(path, _)| path.clone()).collect()
    };
    let count = |kind| comparison.differences.iter().filter(|d| d.kind == kind).count();
    let standing = |fits: fn(&Standing) -> bool| comparison.count(fits);
    let totals = SourceTotals {
        same: comparison.same,
        changed: count(DifferenceKind::Changed),
        retyped: count(DifferenceKind::Retyped),
        added: count(DifferenceKind::Added),
        missing: comparison.missing.len(),
        modes: comparison.modes.len(),
        packed: standing(|s| matches!(s, Standing::Packed { .. })),
        known: standing(|s| matches!(s, Standing::Known { .. })),
        derived: standing(|s| matches!(s, Standing::Derived { .. })),
        not_used: standing(|s| matches!(s, Standing::NotUsed { .. })),
        inert: standing(|s| matches!(s, Standing::Inert { .. })),
        not_compared: standing(|s| matches!(s, Standing::NotCompared { .. })),
        altered: standing(|s| matches!(s, Standing::Altered { .. })),
        unexplained: standing(|s| matches!(s, Standing::Unexplained { .. })),
    };
    let compared = SourceComparison {
        commit: commit.name().to_owned(),
        tag: commit.tag_name().map(str::to_owned),
        tag_found_by_version: commit.tag_found,
        tag_elsewhere: commit.tag_elsewhere.clone(),
        attested_by: commit.attested_by.clone(),
        only_by_provenance: commit.only_by_provenance,
        signature: signed.map(|signed| signed.facts.clone()),
        references: commit.references.clone(),
        shallow: commit.shallow,
        stated_commit: stated.map(str::to_owned),
        directory: show(&comparison.directory),
        totals,
        changed: of(DifferenceKind::Changed),
        retyped: of(DifferenceKind::Retyped),
        added: of(DifferenceKind::Added),
        missing: paths(&comparison.missing),
        export_ignored: paths(&comparison.export_ignored),
        modes: paths(&modes(|_| true)),
        executable_in_archive_only: paths(&modes(|in_archive| in_archive)),
    };
    let origin = commit.origin.clone();
    finding.knowing(SourceFacts { clone: None, origin, compared: Some(compared) })
}

fn difference_facts(difference: &Difference) -> SourceDifference {
    let hazards = difference.hazards.iter();
    SourceDifference {
        path: show(&difference.path),
        standing: difference.standing.word(),
        explanation: difference.standing.describe(),
        hazards: hazards
            .map(|h| SourceHazard { name: h.kind.name(), reason: h.reason.clone() })
            .collect(),
    }
}
