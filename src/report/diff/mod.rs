//! Printing a release diff: a list for people, a unified diff, JSON, and one page of HTML.

mod between;
mod columns;
mod html;
mod json;
mod manifests;
mod text;
mod unified;

pub(crate) use between::{Between, json as json_of_several, next, print as between};
pub(crate) use columns::Listed;
pub(crate) use html::print as html;
pub(crate) use json::{print as json, value};
pub(crate) use text::{list, print as text};
pub(crate) use unified::{lines as hunks, print as unified};

use crate::release::archive;
use crate::release::diff::hazard::Hazard;
use crate::release::diff::{Change, ChangeKind, Diff};

/// What a reader is told of the size of a change: lines where there are some, bytes else.
pub(crate) fn extent(change: &Change) -> String {
    match (change.kind, change.lines) {
        (ChangeKind::Moved | ChangeKind::Removed, _) => String::new(),
        _ if change.new.as_ref().is_some_and(|new| !new.is_file()) => String::new(),
        (ChangeKind::Mode, _) => {
            let mode = |entry: Option<&archive::Entry>| entry.map_or(0, |entry| entry.mode);
            format!("{:04o} -> {:04o}", mode(change.old.as_ref()), mode(change.new.as_ref()))
        }
        (_, Some((added, 0))) => format!("+{added}"),
        (_, Some((added, removed))) => format!("+{added} -{removed}"),
        (ChangeKind::Added, None) => format!("{} bytes", size(change.new.as_ref())),
        (_, None) => {
            format!("{} -> {} bytes", size(change.old.as_ref()), size(change.new.as_ref()))
        }
    }
}

fn size(entry: Option<&archive::Entry>) -> u64 {
    entry.map_or(0, |entry| entry.size)
}

/// The path, with the old one in front where it differs. Not yet escaped.
pub(crate) fn name(change: &Change) -> String {
    let path = archive::show(change.path());
    match change.old_path() {
        Some(old) => format!("{} -> {path}", archive::show(old)),
        None => path,
    }
}

/// A reason with the line that it is about.
pub(crate) fn reason(hazard: &Hazard) -> String {
    quoting(hazard.reason.clone(), hazard)
}

/// As [`reason`], of a list as many names as one line has room for.
fn brief(hazard: &Hazard) -> String {
    quoting(hazard.brief(IN_A_LINE), hazard)
}

/// The most names of a list in one line.
const IN_A_LINE: usize = 6;

fn quoting(reason: String, hazard: &Hazard) -> String {
    match &hazard.excerpt {
        // In a sentence it is no matter how it is indented.
        Some(excerpt) => {
            let words: Vec<&str> = excerpt.split([' ', '\t']).filter(|w| !w.is_empty()).collect();
            format!("{reason}: {}", words.join(" "))
        }
        None => reason,
    }
}

/// One sentence on how much changed.
pub(crate) fn totals(diff: &Diff) -> String {
    let counts: Vec<_> = ChangeKind::ALL
        .into_iter()
        .map(|kind| (kind, diff.count(kind)))
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| match kind {
            ChangeKind::Mode => format!("{count} with another mode"),
            ChangeKind::Retyped => format!("{count} of another type"),
            _ => format!("{count} {}", kind.word()),
        })
        .collect();
    match (counts.is_empty(), diff.same) {
        (true, _) if diff.old.is_none() => "No file is in it".to_owned(),
        (true, 1) => "No file differs: 1 file, unchanged".to_owned(),
        (true, same) => format!("No file differs: {same} files, unchanged"),
        (false, _) if diff.old.is_none() => counts.join(", "),
        (false, same) => format!("{}, {same} unchanged", counts.join(", ")),
    }
}

/// How the top-level directories were matched.
fn tops(diff: &Diff) -> Option<String> {
    let top = |side: &crate::release::diff::Side| {
        side.top.as_deref().map_or_else(
            || "the archive itself".to_owned(),
            |top| format!("{}/", archive::show(top)),
        )
    };
    let old = diff.old.as_ref()?;
    (old.top != diff.new.top).then(|| format!("Compared {} with {}", top(old), top(&diff.new)))
}

/// The two archives, or the only one.
pub(crate) fn title(diff: &Diff) -> String {
    let new = diff.new.name();
    match &diff.old {
        Some(old) => format!("{} -> {new}", old.name()),
        None => format!("{new}, compared with nothing: every file is new"),
    }
}
