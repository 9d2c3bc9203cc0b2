//! What changed in manifests, in words, below the list that has one line of each.

use super::columns::{EACH, Listed, NAME, fill, head, short};
use crate::release::archive;
use crate::release::diff::Change;
use crate::release::diff::hazard::{Hazard, HazardKind};
use std::io::{self, Write};

/// Manifests of which all that they say otherwise is told below, and lines that each takes at most.
const MANIFESTS: usize = 10;
const SAID_OF_EACH: usize = 6;

/// How many names of a list are tried, until it fits; and the fewest.
const NAMES: [usize; 6] = [MOST, 24, 16, 10, 6, FEWEST];
const MOST: usize = 40;
const FEWEST: usize = 4;

/// What manifests say otherwise, in whole sentences, where a line above was too short for it.
pub(super) fn print<'c>(
    changes: impl Iterator<Item = &'c Change>,
    listed: Listed,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_cut = |change: &&Change| {
        let text = format!("{}{}", head(change, NAME), said(change, usize::MAX, MOST));
        says(change).next().is_some() && fill(&text, 2, 6, usize::MAX).len() > EACH
    };
    let cut: Vec<&Change> = changes.filter(is_cut).collect();
    if listed.verbose || cut.is_empty() {
        return Ok(());
    }
    writeln!(out, "What these manifests say now:")?;
    for change in cut.iter().take(MANIFESTS) {
        let lines = |(reasons, names): (usize, usize)| {
            let name = short(&archive::show(change.path()), NAME);
            fill(&format!("{name}: {}", said(change, reasons, names)), 2, 6, usize::MAX)
        };
        // As many reasons as the lines hold, of those as many names, and how many they do not.
        let count = says(change).count();
        let whole = NAMES.iter().map(|names| (count, *names));
        let fewer = (1..count).rev().map(|reasons| (reasons, FEWEST));
        let fitting = whole.chain(fewer).map(lines).find(|lines| lines.len() <= SAID_OF_EACH);
        let text = fitting.unwrap_or_else(|| {
            let mut lines = lines((1, FEWEST));
            lines.truncate(SAID_OF_EACH);
            lines
        });
        text.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    }
    match cut.len().saturating_sub(MANIFESTS) {
        0 => Ok(()),
        more => writeln!(out, "  … and {more} more manifests (--verbose)"),
    }
}

/// What a manifest says otherwise, without what every change of such a file is.
fn says(change: &Change) -> impl Iterator<Item = &Hazard> {
    change.hazards.iter().filter(|hazard| {
        use HazardKind::{Configuration, Dependency, Hook};
        matches!(hazard.kind, Hook | Dependency | Configuration) && hazard.line.is_none()
    })
}

/// The first `reasons` of these, with at most so many names each.
fn said(change: &Change, reasons: usize, names: usize) -> String {
    let first: Vec<String> = says(change).take(reasons).map(|hazard| hazard.brief(names)).collect();
    let more = match says(change).count().saturating_sub(reasons) {
        0 => String::new(),
        more => format!("; and {more} more (--verbose)"),
    };
    format!("{}{more}", first.join("; "))
}
