//! What changed in manifests, in words, below the list that has one line of each.

use super::columns::{EACH, Listed, NAME, fill, head, short};
use crate::release::archive;
use crate::release::diff::Change;
use crate::release::diff::hazard::HazardKind;
use std::io::{self, Write};

/// Manifests of which all that they say otherwise is told below, and lines that each takes at most.
const MANIFESTS: usize = 10;
const SAID_OF_EACH: usize = 6;

/// Characters of one thing that a manifest says.
const SAID_OF_ONE: usize = 320;

/// What manifests say otherwise, in whole sentences, where a line above was too short for it.
pub(super) fn print<'c>(
    changes: impl Iterator<Item = &'c Change>,
    listed: Listed,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_cut = |change: &&Change| {
        let said: Vec<String> = says_of_manifest(change).collect();
        let text = format!("{}{}", head(change, NAME), said.join("; "));
        !said.is_empty() && fill(&text, 2, 6, usize::MAX).len() > EACH
    };
    let cut: Vec<&Change> = changes.filter(is_cut).collect();
    if listed.verbose || cut.is_empty() {
        return Ok(());
    }
    writeln!(out, "What these manifests say now:")?;
    for change in cut.iter().take(MANIFESTS) {
        let said: Vec<String> = says_of_manifest(change).collect();
        // As many reasons as the lines hold, and how many they do not.
        let lines = |count: usize| {
            let first = said.get(..count).unwrap_or_default().join("; ");
            let more = match said.len() - count {
                0 => String::new(),
                more => format!("; and {more} more (--verbose)"),
            };
            let name = short(&archive::show(change.path()), NAME);
            fill(&format!("{name}: {first}{more}"), 2, 6, usize::MAX)
        };
        let fitting = (1..=said.len()).rev().map(lines).find(|lines| lines.len() <= SAID_OF_EACH);
        let text = fitting.unwrap_or_else(|| {
            let mut lines = lines(1);
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

/// What a manifest says otherwise, each in at most a few hundred characters, without what every change of such
/// a file is.
fn says_of_manifest(change: &Change) -> impl Iterator<Item = String> {
    let facts = change.hazards.iter().filter(|hazard| {
        use HazardKind::{Configuration, Dependency, Hook};
        matches!(hazard.kind, Hook | Dependency | Configuration) && hazard.line.is_none()
    });
    facts.map(|hazard| match hazard.reason.char_indices().nth(SAID_OF_ONE) {
        Some((at, _)) => format!("{}…", hazard.reason.get(..at).unwrap_or_default()),
        None => hazard.reason.clone(),
    })
}
