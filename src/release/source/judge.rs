//! What follows from a comparison.

use super::compare::{Comparison, Difference, DifferenceKind, is_for_developers};
use super::explain::Standing;
use super::signed::Signed;
use super::tag::{Commit, Lacking};
use super::{LISTED, origin};
use crate::answer::access::Capability;
use crate::answer::facts::{
    SourceComparison, SourceDifference, SourceFacts, SourceHazard, SourceTotals,
};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::release::archive::{Oddity, show};
use crate::release::git::Clone;

/// Names that a finding's sentence lists.
const NAMED: usize = 5;

/// Differences that are said one by one next to an outcome.
const SAID: usize = 10;

/// The clone does not have the commit.
pub(super) fn unavailable(clone: &Clone, lacking: &Lacking) -> Finding {
    let shallow = if clone.is_shallow() { ", whose history is cut off (shallow)" } else { "" };
    let missing = format!("{} is not in the clone{shallow}", lacking.what);
    let finding = match &lacking.tag {
        // What is on no branch or tag, a clone does not have; the tag is there to tell.
        Some((tag, elsewhere)) => {
            let compared = format!("{missing}, and tag {tag} points at {elsewhere}");
            Finding::fails(Check::Source, FailureClass::TagMismatch, compared)
                .noting(FailureClass::CommitUnavailable, missing)
        }
        None => Finding::fails(Check::Source, FailureClass::CommitUnavailable, missing),
    };
    let origin = clone.origin().and_then(origin::public);
    let clone = Some(clone.path().display().to_string());
    finding.knowing(SourceFacts { clone, origin, compared: None })
}

/// What follows from a comparison.
pub(super) fn judge(
    commit: &Commit,
    comparison: &Comparison,
    stated: Option<&str>,
    signed: Option<&Signed>,
) -> Finding {
    let short = short(commit);
    let tag = commit.tag_name().map(|tag| format!(" (tag {tag})")).unwrap_or_default();
    let by = commit.attested_by.as_ref().map(|by| format!(", attested by {by}"));
    let at = format!("commit {short}{tag}{}", by.unwrap_or_default());
    let (class, compared) = match failure(commit, comparison, signed, &at) {
        Some((class, compared)) => (Some(class), compared),
        None => (None, agreement(comparison, &at)),
    };
    let mut finding = match class {
        Some(class) => Finding::fails(Check::Source, class, compared),
        None => Finding::agrees(Check::Source, compared, vouches(commit, signed)),
    };
    finding = also(finding, commit, comparison, stated, signed);
    if finding.class.is_none() {
        finding = finding.forged_by(forgers(comparison, signed));
    }
    knowing(finding, commit, comparison, stated, signed)
}

fn short(commit: &Commit) -> &str {
    commit.name().get(..12).unwrap_or(commit.name())
}

/// Why it does not agree: the worst reason first.
fn failure(
    commit: &Commit,
    comparison: &Comparison,
    signed: Option<&Signed>,
    at: &str,
) -> Option<(FailureClass, String)> {
    let standing = |fits: fn(&Standing) -> bool| -> Vec<&Difference> {
        comparison.differences.iter().filter(|d| fits(&d.standing)).collect()
    };
    let listed = |list: &[&Difference]| names(list.iter().map(|d| d.path.as_slice()));
    let changed = standing(|s| matches!(s, Standing::Changed { .. }));
    let altered = standing(|s| matches!(s, Standing::Altered { .. }));
    let unexplained = standing(|s| matches!(s, Standing::Unexplained { .. }));
    let not_compared = standing(|s| matches!(s, Standing::NotCompared { .. }));
    let short = short(commit);
    if comparison.same == 0 && comparison.count(|s| matches!(s, Standing::Packed { .. })) == 0 {
        let hint = match comparison.directory.is_empty() {
            true => " (--directory names the package's, in a larger repository)",
            false => "",
        };
        let compared = format!("not one file of the archive is the same in git at {at}{hint}");
        return Some((FailureClass::SourceChanged, compared));
    }
    if !changed.is_empty() {
        let differ = if changed.len() == 1 { "differs" } else { "differ" };
        let (count, list) = (files(changed.len()), listed(&changed));
        let compared = format!("{count} of the archive {differ} from git at {at}: {list}");
        return Some((FailureClass::SourceChanged, compared));
    }
    if let Some(first) = altered.first() {
        let more = match altered.len() {
            1 => String::new(),
            count => format!(" ({} more are altered)", count - 1),
        };
        let (path, how) = (show(&first.path), first.standing.describe());
        let compared = format!("{path}, which git does not have at {at}, is {how}{more}");
        return Some((FailureClass::KnownFileAltered, compared));
    }
    if !unexplained.is_empty() {
        let are = if unexplained.len() == 1 { "is" } else { "are" };
        let (count, list) = (files(unexplained.len()), listed(&unexplained));
        let compared = format!(
            "{count} of the archive {are} neither in git at {at} nor explained by anything: {list}"
        );
        return Some((FailureClass::SourceUnexplained, compared));
    }
    if let Some(elsewhere) = &commit.tag_elsewhere {
        let compared = format!(
            "the files fit commit {short}, but tag {} points at {}",
            commit.tag_name().unwrap_or_default(),
            elsewhere.get(..12).unwrap_or(elsewhere)
        );
        return Some((FailureClass::TagMismatch, compared));
    }
    if commit.references.is_empty() && commit.shallow {
        let compared = format!(
            "the files fit {at}, but the clone's history is cut off (shallow), so whether a branch or tag leads there is open"
        );
        return Some((FailureClass::CommitUnavailable, compared));
    }
    if commit.references.is_empty() {
        let compared = format!("the files fit {at}, but no branch or tag leads there");
        return Some((FailureClass::CommitUnreachable, compared));
    }
    if let Some((class, signed)) = signed.and_then(|signed| Some((signed.class?, signed)))
        && signed.decides
    {
        return Some((class, format!("the files fit {at}, but {}", signed.text)));
    }
    if let Some(first) = not_compared.first() {
        let (count, how) = (not_compared.len(), first.standing.describe());
        let (are, list) = (if count == 1 { "is" } else { "are" }, listed(&not_compared));
        let compared = format!(
            "{}; {} {are} {how}: {list}",
            agreement(comparison, at),
            if count == 1 { "1".to_owned() } else { count.to_string() },
        );
        return Some((FailureClass::SourceNotCompared, compared));
    }
    None
}

/// The counts of what is explained.
fn agreement(comparison: &Comparison, at: &str) -> String {
    let below = match comparison.directory.as_slice() {
        [] => String::new(),
        directory => format!(" below {}", show(directory)),
    };
    let packed = comparison.count(|s| matches!(s, Standing::Packed { .. }));
    let in_git = comparison.same + packed;
    let are = |count: usize| if count == 1 { "is" } else { "are" };
    let mut parts = vec![format!("{} {} git's{below} at {at}", files(in_git), are(in_git))];
    let mut projects: Vec<&str> = Vec::new();
    let mut known = 0;
    for difference in &comparison.differences {
        if let Standing::Known { project, .. } = &difference.standing {
            known += 1;
            if !projects.contains(&project.as_str()) {
                projects.push(project);
            }
        }
    }
    projects.sort_unstable();
    if known > 0 {
        parts.push(format!("{} {} {}", thousands(known), are(known), owners(&projects)));
    }
    let derived = comparison.count(|s| matches!(s, Standing::Derived { .. }));
    let not_used = comparison.count(|s| matches!(s, Standing::NotUsed { .. }));
    let inert = comparison.count(|s| matches!(s, Standing::Inert { .. }));
    let partly = comparison.count(|s| matches!(s, Standing::Derived { rest: Some(_), .. }));
    let derived_from = match partly {
        0 => "derived from them".to_owned(),
        partly => {
            format!("derived from them ({} of these only partly compared)", thousands(partly))
        }
    };
    for (count, what) in
        [(derived, derived_from.as_str()), (not_used, "made anew by eautoreconf"), (inert, "inert")]
    {
        if count > 0 {
            parts.push(format!("{} {what}", thousands(count)));
        }
    }
    parts.join(", ")
}

/// `gnulib's, autoconf's and libtool's`.
fn owners(projects: &[&str]) -> String {
    let owners: Vec<String> = projects.iter().map(|project| format!("{project}'s")).collect();
    match owners.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

fn vouches(commit: &Commit, signed: Option<&Signed>) -> String {
    if let Some(signed) = signed.filter(|signed| signed.class.is_none()) {
        let over = signed.facts.over;
        let tag = commit.tag_name().filter(|_| over == "tag").unwrap_or(short(commit));
        return format!("{}, who signed the {over} {tag}", signed.vouches);
    }
    let repository = commit.origin.as_deref().unwrap_or("the repository");
    format!("anyone who may push to {repository}: {} is on {}", short(commit), places(commit))
}

/// What is said next to the outcome.
fn also(
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
    for difference in one_by_one.take(SAID) {
        let text = format!("{}: {}", show(&difference.path), difference.standing.describe());
        finding = finding.noting(class(difference), text);
    }
    finding = note_partly(finding, comparison);
    let partly = |d: &Difference| matches!(d.standing, Standing::Derived { rest: Some(_), .. });
    let changed = comparison.differences.iter().filter(|difference| {
        !difference.standing.is_contradiction()
            && difference.kind != DifferenceKind::Added
            && !partly(difference)
    });
    for difference in changed.take(SAID) {
        let text = format!("{}: {}", show(&difference.path), difference.standing.describe());
        finding = finding.noting(class(difference), text);
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
    finding
}

/// The missing files that are more than the project's own workshop.
fn missing(comparison: &Comparison) -> impl Iterator<Item = &[u8]> {
    comparison.missing.iter().map(Vec::as_slice).filter(|path| !is_for_developers(path))
}

/// Who gets past: anyone who lands a commit; where something was not compared with git, also anyone who
/// could put something there, or leave something out.
fn forgers(comparison: &Comparison, signed: Option<&Signed>) -> Vec<Capability> {
    use Capability::{Branch, Forge, Gentoo, Index, Job, Key, Mirror, Publish, Source, Token};
    // What a key signed, the forge cannot write anew.
    let by_key = signed.is_some_and(|signed| signed.class.is_none());
    let mut forgers = vec![Gentoo, Source, if by_key { Key } else { Forge }];
    let strange = comparison.oddities.iter().any(|oddity| !oddity.is_common());
    let room = comparison.differences.iter().any(|difference| difference.standing.has_room());
    let lacking = missing(comparison).next().is_some()
        || !comparison.modes.is_empty()
        || comparison.attributes_beyond;
    if strange || room || lacking {
        forgers.extend([Mirror, Index, Token, Publish, Branch, Job]);
    }
    forgers.sort();
    forgers
}

fn knowing(
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

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{} files", thousands(count)) }
}

/// `1,204`.
fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The branches and tags in words.
fn places(commit: &Commit) -> String {
    let word = |name: &String| {
        let kinds = [("refs/heads/", "branch"), ("refs/remotes/", "branch"), ("refs/tags/", "tag")];
        let short = |(prefix, kind): (&str, &str)| {
            name.strip_prefix(prefix).map(|short| format!("{kind} {short}"))
        };
        kinds.into_iter().find_map(short).unwrap_or_else(|| name.clone())
    };
    let words: Vec<_> = commit.references.iter().map(word).collect();
    let listed = names(words.iter().map(String::as_bytes));
    match words.iter().any(|word| word.starts_with("branch")) {
        true => listed,
        false => format!("{listed}, and on no branch"),
    }
}

/// The first few names, and how many more there are.
fn names<'a>(names: impl Iterator<Item = &'a [u8]>) -> String {
    let names: Vec<_> = names.collect();
    let shown: Vec<_> = names.iter().take(NAMED).map(|name| show(name)).collect();
    match names.len().checked_sub(NAMED) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(thousands(1_204), "1,204");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(
            owners(&["automake", "gnulib", "libtool"]),
            "automake's, gnulib's and libtool's"
        );
    }
}
