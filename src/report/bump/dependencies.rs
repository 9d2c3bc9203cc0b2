//! What became of the dependencies since the previous version.

use super::super::diff as page;
use super::super::layout::{count, hang, paragraph};
use crate::check::bump::{Comparison, Dependencies, Examined};
use crate::release::diff::Diff;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The most that are listed of a kind; JSON has all.
const LISTED: usize = 24;

/// The comparisons, by the names of the new files.
type Comparisons<'a> = BTreeMap<&'a str, &'a Comparison>;

/// Prints the dependencies, riskiest first.
pub(super) fn print(
    outcome: &Examined,
    comparisons: &Comparisons<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let found = &outcome.dependencies;
    if found.is_empty() {
        return Ok(());
    }
    writeln!(out, "Dependencies")?;
    let kinds = [
        (found.changed.len(), "changed"),
        (found.new.len(), "new"),
        (found.removed.len(), "gone"),
        (found.same, "as before"),
    ];
    let kinds: Vec<_> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    paragraph(out, 2, &format!("  {}.", kinds.join(", ")))?;
    let mut changed: Vec<(usize, String)> =
        found.changed.iter().map(|(old, new)| line(comparisons, old, new)).collect();
    changed.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.cmp(y)));
    for (_, text) in changed.iter().take(LISTED) {
        hang(out, "  changed ", 10, text)?;
    }
    more(out, changed.len())?;
    let mut new: Vec<(usize, String)> =
        found.new.iter().map(|new| alone(comparisons, new)).collect();
    new.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.cmp(y)));
    for (_, text) in new.iter().take(LISTED) {
        hang(out, "  new     ", 10, text)?;
    }
    more(out, new.len())?;
    if !found.removed.is_empty() {
        let shown: Vec<_> = found.removed.iter().take(LISTED).map(String::as_str).collect();
        hang(out, "  gone    ", 10, &shown.join(", "))?;
        more(out, found.removed.len())?;
    }
    if !found.unread.is_empty() {
        let what = count(found.unread.len() as u64, "of them is", "of them are");
        let text = format!("  {what} not read: each is a way into the program.");
        paragraph(out, 2, &text)?;
    }
    writeln!(out)
}

fn more(out: &mut dyn Write, number: usize) -> io::Result<()> {
    match number.checked_sub(LISTED) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "  … and {more} more"),
    }
}

/// How many changes of a dependency are worth reading first, and a line about it.
fn line(comparisons: &Comparisons<'_>, old: &str, new: &str) -> (usize, String) {
    let comparison = comparisons.get(new);
    match comparison.and_then(|comparison| comparison.diff.as_ref()) {
        Some(Ok(diff)) => {
            let (risky, text) = risk(diff);
            (risky, format!("{old} -> {new}: {text}"))
        }
        Some(Err(error)) => (usize::MAX, format!("{old} -> {new}: not compared: {error}")),
        None => (usize::MAX, format!("{old} -> {new}: not compared, {old} is not in DISTDIR")),
    }
}

/// The same of one without a previous version.
fn alone(comparisons: &Comparisons<'_>, new: &str) -> (usize, String) {
    let comparison = comparisons.get(new);
    match comparison.and_then(|comparison| comparison.diff.as_ref()) {
        Some(Ok(diff)) => {
            let (risky, text) = risk(diff);
            (risky, format!("{new}: {text}"))
        }
        Some(Err(error)) => (usize::MAX, format!("{new}: not shown: {error}")),
        None => (usize::MAX, new.to_owned()),
    }
}

/// How many changes have a reason to be read first, and how much changed.
fn risk(diff: &Diff) -> (usize, String) {
    let risky: Vec<_> = diff.changes.iter().filter(|c| !c.hazards.is_empty()).collect();
    let first = risky.first().map(|change| format!("; first {}", page::name(change)));
    (risky.len(), format!("{}{}", page::totals(diff), first.unwrap_or_default()))
}

/// The dependencies as JSON.
pub(super) fn value(found: &Dependencies) -> Value {
    let changed = found.changed.iter().map(|(old, new)| json!({"old": old, "new": new}));
    json!({
        "changed": changed.collect::<Vec<_>>(),
        "new": found.new,
        "removed": found.removed,
        "same": found.same,
        "unread": found.unread,
    })
}
