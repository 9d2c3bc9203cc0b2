//! What follows from a comparison.

mod facts;
mod notes;
mod words;

use super::commit::Commit;
use super::compare::{Comparison, Difference, is_for_developers};
use super::explain::Standing;
use super::origin;
use super::signed::Signed;
use super::tag::Lacking;
use crate::answer::access::Capability;
use crate::answer::facts::{SignedObject, SourceFacts};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::release::archive::show;
use crate::release::git::Clone;
use facts::knowing;
use notes::also;
use words::{agreement, files, names, places};

/// The clone does not have the commit.
pub(super) fn unavailable(clone: &Clone, lacking: &Lacking) -> Finding {
    let shallow = if clone.is_shallow() { ", whose history is cut off (shallow)" } else { "" };
    let missing = format!("{} is not in the clone{shallow}", lacking.what);
    let finding = match &lacking.tag {
        // What is on no branch or tag, a clone does not have; the tag is there to tell.
        Some((tag, elsewhere)) => {
            let compared = format!("{missing}, and tag {tag} points at {elsewhere}");
            let mut finding = Finding::of_class(Check::Source, FailureClass::TagMismatch, compared)
                .noting(FailureClass::CommitUnavailable, missing);
            // Whoever accepts another tag has not accepted that nothing was compared.
            finding.also.push(FailureClass::CommitUnavailable);
            finding
        }
        None => Finding::of_class(Check::Source, FailureClass::CommitUnavailable, missing),
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
    // Which of several tags: the signature says who vouches.
    let instead = commit
        .tag_instead
        .as_ref()
        .map(|other| format!(", taken before {other} for its signature"));
    let instead = instead.unwrap_or_default();
    let tag = commit.tag_name().map(|tag| format!(" (tag {tag}{instead})")).unwrap_or_default();
    let by = commit.attested_by.as_ref().map(|by| format!(", attested by {by}"));
    let at = format!("commit {short}{tag}{}", by.unwrap_or_default());
    let (class, compared) = match failure(commit, comparison, signed, &at) {
        Some((class, compared)) => (Some(class), compared),
        None => (None, agreement(comparison, &at)),
    };
    let mut finding = match class {
        Some(class) => Finding::of_class(Check::Source, class, compared),
        None => Finding::agrees(Check::Source, compared, vouches(commit, signed)),
    };
    finding.also = classes(commit, comparison, signed);
    finding = also(finding, commit, comparison, stated, signed);
    if finding.class.is_none() {
        finding = finding.forged_by(forgers(commit, comparison, signed));
    }
    knowing(finding, commit, comparison, stated, signed)
}

fn short(commit: &Commit) -> &str {
    commit.name().get(..12).unwrap_or(commit.name())
}

/// All that counts against it.
fn classes(commit: &Commit, comparison: &Comparison, signed: Option<&Signed>) -> Vec<FailureClass> {
    let mut classes: Vec<FailureClass> = comparison
        .differences
        .iter()
        .filter_map(|difference| match difference.standing {
            Standing::Changed { .. } => Some(FailureClass::SourceChanged),
            Standing::Altered { .. } => Some(FailureClass::KnownFileAltered),
            Standing::Unexplained { .. } => Some(FailureClass::SourceUnexplained),
            Standing::NotCompared { .. } => Some(FailureClass::SourceNotCompared),
            _ => None,
        })
        .collect();
    classes.extend(commit.tag_elsewhere.as_ref().map(|_| FailureClass::TagMismatch));
    if commit.references.is_empty() {
        classes.push(match commit.shallow {
            true => FailureClass::CommitUnavailable,
            false => FailureClass::CommitUnreachable,
        });
    }
    let signed = signed.filter(|signed| signed.decides && signed.class.is_some());
    classes.extend(signed.iter().flat_map(|signed| signed.class.iter().chain(&signed.also)));
    classes.sort_unstable();
    classes.dedup();
    classes
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
        let others = altered.len() + unexplained.len();
        let others = match others {
            0 => String::new(),
            _ => format!("; {} more are altered or explained by nothing", files(others)),
        };
        let compared = format!("{count} of the archive {differ} from git at {at}: {list}{others}");
        return Some((FailureClass::SourceChanged, compared));
    }
    if let Some(first) = altered.first() {
        let more = match altered.len() {
            1 => String::new(),
            2 => " (1 more is altered)".to_owned(),
            count => format!(" ({} more are altered)", count - 1),
        };
        let others = match unexplained.len() {
            0 => String::new(),
            count => format!("; {} more explained by nothing", files(count)),
        };
        let (path, how) = (show(&first.path), first.standing.describe());
        let compared = format!("{path}, which git does not have at {at}, is {how}{more}{others}");
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

fn vouches(commit: &Commit, signed: Option<&Signed>) -> String {
    if let Some(signed) = signed.filter(|signed| signed.class.is_none()) {
        let over = signed.facts.over;
        let is_tag = over == SignedObject::Tag;
        let what = commit.tag_name().filter(|_| is_tag).unwrap_or(short(commit));
        let only = match commit.tag_name() {
            Some(tag) if !is_tag => format!(", not the tag {tag}"),
            _ => String::new(),
        };
        return format!("{}, who signed the {} {what}{only}", signed.vouches, over.word());
    }
    let repository = commit.origin.as_deref().unwrap_or("the repository");
    format!("anyone who may push to {repository}: {} is on {}", short(commit), places(commit))
}

/// The missing files that are more than the project's own workshop.
fn missing(comparison: &Comparison) -> impl Iterator<Item = &[u8]> {
    comparison.missing.iter().map(Vec::as_slice).filter(|path| !is_for_developers(path))
}

/// Who gets past: anyone who lands a commit; where something was not compared with git, also anyone who
/// could put something there, or leave something out.
fn forgers(commit: &Commit, comparison: &Comparison, signed: Option<&Signed>) -> Vec<Capability> {
    use Capability::{Branch, Forge, Gentoo, Index, Job, Key, Mirror, Publish, Source, Token};
    // What a key signed, the forge cannot write anew.
    // A signed commit says nothing of which release it is: the forge can set the tag on an older one.
    let by_key = signed.is_some_and(|signed| {
        signed.class.is_none() && (signed.facts.over == SignedObject::Tag || commit.tag.is_none())
    });
    let mut forgers = vec![Gentoo, Source, if by_key { Key } else { Forge }];
    let strange = comparison.oddities.iter().any(|oddity| !oddity.is_common());
    let room = comparison.differences.iter().any(|difference| difference.standing.has_room());
    let lacking = missing(comparison).next().is_some()
        || !comparison.modes.is_empty()
        || !comparison.beyond_git.is_empty()
        || comparison.attributes_beyond;
    if strange || room || lacking || commit.by_anyone {
        forgers.extend([Mirror, Index, Token, Publish, Branch, Job]);
    } else if !by_key && !commit.is_on_release_line() {
        forgers.push(Branch);
    }
    forgers.sort();
    forgers
}
