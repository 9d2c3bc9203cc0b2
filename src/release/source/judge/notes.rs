//! What is said next to the outcome.

use super::words::{NAMED, names};
use super::{missing, short};
use crate::answer::failure::FailureClass;
use crate::answer::finding::Finding;
use crate::release::archive::{Oddity, show};
use crate::release::source::commit::Commit;
use crate::release::source::compare::{Comparison, Difference, DifferenceKind};
use crate::release::source::explain::Standing;
use crate::release::source::origin;
use crate::release::source::signed::Signed;

/// Differences that are said one by one next to an outcome.
const SAID: usize = 10;

/// What is said next to the outcome.
pub(super) fn also(
    mut finding: Finding,
    commit: &Commit,
    comparison: &Comparison,
    stated: Option<&str>,
    signed: Option<&Signed>,
) -> Finding {
    let primary = finding.class;
    let also = |class: FailureClass| primary.is_some() && primary != Some(class);
    if commit.references.is_empty() && !commit.shallow && also(FailureClass::CommitUnreachable) {
        let text = format!("no branch or tag leads to {}", short(commit));
        finding = finding.noting(FailureClass::CommitUnreachable, text);
    }
    if let Some(elsewhere) =
        commit.tag_elsewhere.as_ref().filter(|_| also(FailureClass::TagMismatch))
    {
        finding =
            finding.noting(FailureClass::TagMismatch, format!("the tag points at {elsewhere}"));
    }
    if let Some(name) = &commit.upstream_unfit {
        let tag = commit.tag_name().unwrap_or_default();
        let text = format!(
            "the name upstream, {name}, has no version of any tag; {tag} is that of the archive's own name"
        );
        finding = finding.noting(FailureClass::CommitUnavailable, text);
    }
    if let Some((class, signed)) = signed.and_then(|signed| Some((signed.class?, signed)))
        && primary != Some(class)
    {
        finding = finding.noting(class, signed.text.clone());
    }
    finding = note_differences(finding, comparison, primary);
    finding = note_lacking(finding, comparison);
    let strange = |oddity: &&Oddity| !oddity.is_common();
    for oddity in comparison.oddities.iter().filter(strange).take(NAMED) {
        finding = finding.noting(FailureClass::SourceAdded, oddity.to_string());
    }
    if let Some(stated) = stated.filter(|stated| *stated != commit.name()) {
        let text = format!("the archive itself names another commit, {stated}");
        finding = finding.noting(FailureClass::TagMismatch, text);
    }
    if let Some((origin, by)) = commit.origin.as_ref().zip(commit.attested_by.as_ref())
        && origin::differ(origin, by)
    {
        let text = format!("the clone is one of {origin}, and the commit was attested by {by}");
        finding = finding.noting(FailureClass::PublisherMismatch, text);
    }
    finding
}

/// Says how the files stand that are not as git has them: those that contradict one by one, the
/// others by their kinds.
fn note_differences(
    mut finding: Finding,
    comparison: &Comparison,
    primary: Option<FailureClass>,
) -> Finding {
    let class = |difference: &Difference| match (&difference.standing, difference.kind) {
        (Standing::Altered { .. }, _) => FailureClass::KnownFileAltered,
        (Standing::Unexplained { .. }, _) => FailureClass::SourceUnexplained,
        (Standing::NotCompared { .. }, _) => FailureClass::SourceNotCompared,
        (Standing::Changed { .. }, _) => FailureClass::SourceChanged,
        (_, DifferenceKind::Added) => FailureClass::SourceAdded,
        _ => FailureClass::SourceChanged,
    };
    let one_by_one = comparison.differences.iter().filter(|d| d.standing.is_contradiction());
    // The first altered file is what was compared, where nothing was worse.
    let altered = |d: &&Difference| matches!(d.standing, Standing::Altered { .. });
    let told = comparison.differences.iter().find(altered);
    let told = told.filter(|_| primary == Some(FailureClass::KnownFileAltered));
    let one_by_one = one_by_one.filter(|d| told.is_none_or(|told| told.path != d.path));
    let one_by_one: Vec<&Difference> = one_by_one.collect();
    let each = |mut finding: Finding, list: &[&Difference]| {
        for difference in list.iter().take(SAID) {
            let text = format!("{}: {}", show(&difference.path), difference.standing.describe());
            finding = finding.noting(class(difference), text);
        }
        finding
    };
    finding = each(finding, &one_by_one);
    if let Some(first) = one_by_one.get(SAID) {
        let text = format!("and {} more, by the list below or --json", one_by_one.len() - SAID);
        finding = finding.noting(class(first), text);
    }
    finding = note_partly(finding, comparison);
    let partly = |d: &Difference| matches!(d.standing, Standing::Derived { rest: Some(_), .. });
    let changed = comparison.differences.iter().filter(|difference| {
        !difference.standing.is_contradiction()
            && difference.kind != DifferenceKind::Added
            && !partly(difference)
    });
    let changed: Vec<&Difference> = changed.collect();
    finding = each(finding, &changed);
    if changed.len() > SAID {
        let text = format!("and {} more that are not as in git", changed.len() - SAID);
        finding = finding.noting(FailureClass::SourceChanged, text);
    }
    let kinds: [(&str, fn(&Standing) -> bool); 2] = [
        ("not in git, and inert", |s| matches!(s, Standing::Inert { .. })),
        ("not in git, derived from what git has", |s| {
            matches!(s, Standing::Derived { rest: None, .. })
        }),
    ];
    for (what, fits) in kinds {
        let added = comparison.differences.iter().filter(|difference| {
            difference.kind == DifferenceKind::Added && fits(&difference.standing)
        });
        let added: Vec<_> = added.map(|difference| difference.path.as_slice()).collect();
        if !added.is_empty() {
            let text = format!("{what} ({}): {}", added.len(), names(added.iter().copied()));
            finding = finding.noting(FailureClass::SourceAdded, text);
        }
    }
    let not_compared = comparison.count(|s| matches!(s, Standing::NotCompared { .. }));
    if not_compared > 0 && primary != Some(FailureClass::SourceNotCompared) {
        let list = comparison
            .differences
            .iter()
            .filter(|difference| matches!(difference.standing, Standing::NotCompared { .. }));
        let list = names(list.map(|difference| difference.path.as_slice()));
        let text = format!("generated, and not compared ({not_compared}): {list}");
        finding = finding.noting(FailureClass::SourceNotCompared, text);
    }
    finding
}

/// Says what was compared with nothing in files that are otherwise derived from git's.
fn note_partly(mut finding: Finding, comparison: &Comparison) -> Finding {
    let mut all: Vec<(&str, Vec<&[u8]>)> = Vec::new();
    for difference in &comparison.differences {
        let Standing::Derived { rest: Some(rest), .. } = &difference.standing else { continue };
        match all.iter_mut().find(|(other, _)| other == rest) {
            Some((_, paths)) => paths.push(&difference.path),
            None => all.push((rest, vec![&difference.path])),
        }
    }
    for (rest, paths) in all.iter().take(SAID) {
        let text = format!("{}: not compared: {rest}", names(paths.iter().copied()));
        finding = finding.noting(FailureClass::SourceNotCompared, text);
    }
    if let Some(more) = all.len().checked_sub(SAID).filter(|more| *more > 0) {
        let text = format!("{more} more reasons why files are only partly compared: see --json");
        finding = finding.noting(FailureClass::SourceNotCompared, text);
    }
    finding
}

/// Says what git has and the archive lacks, and which files are executable on one side only.
fn note_lacking(mut finding: Finding, comparison: &Comparison) -> Finding {
    let missing: Vec<&[u8]> = missing(comparison).collect();
    if !missing.is_empty() {
        let text = format!(
            "in git and not in the archive ({}): {}",
            missing.len(),
            names(missing.iter().copied())
        );
        finding = finding.noting(FailureClass::SourceMissing, text);
    }
    if comparison.attributes_beyond {
        let text =
            "the .gitattributes have more lines than are read, so what they leave out is not known";
        finding = finding.noting(FailureClass::SourceMissing, text);
    }
    if !comparison.modes.is_empty() {
        let count = comparison.modes.len();
        let list = names(comparison.modes.iter().map(|(path, _)| path.as_slice()));
        let text = format!("executable in git or in the archive only ({count}): {list}");
        finding = finding.noting(FailureClass::SourceMode, text);
    }
    if !comparison.beyond_git.is_empty() {
        let count = comparison.beyond_git.len();
        let list = names(comparison.beyond_git.iter().map(Vec::as_slice));
        let text = format!(
            "set-user-ID files and empty directories, which git does not have ({count}): {list}"
        );
        finding = finding.noting(FailureClass::SourceMode, text);
    }
    finding
}
