//! What two ebuilds fetch next to the archives that were compared, and what to run next.

use super::json::value;
use crate::bytes::digests::hex;
use crate::release::diff::Diff;
use crate::report::layout::paragraph;
use crate::report::next;
use serde_json::json;
use std::io::{self, Write};
use std::path::Path;

/// Digits of a BLAKE2B digest that name an archive: 128 bits.
const DIGITS: usize = 32;

/// Two ebuilds and their distfiles that are not compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Between<'a> {
    /// The old ebuild.
    pub(crate) old: &'a Path,
    /// The new ebuild.
    pub(crate) new: &'a Path,
    /// Distfiles that both name.
    pub(crate) same: &'a [String],
    /// Distfiles that only the old one has.
    pub(crate) old_only: &'a [String],
    /// Distfiles that only the new one has.
    pub(crate) new_only: &'a [String],
}

/// Prints which distfiles were not compared, and why.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(between: &Between<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (what, names) in [
        ("Named by both ebuilds, so the same", between.same),
        ("Not compared, because only the new ebuild has it", between.new_only),
        ("Not compared, because only the old ebuild has it", between.old_only),
    ] {
        if !names.is_empty() {
            paragraph(out, 2, &format!("{what}: {}.", names.join(", ")))?;
        }
    }
    Ok(())
}

/// Prints one object for all.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn json(between: &Between<'_>, diffs: &[&Diff], out: &mut dyn Write) -> io::Result<()> {
    let object = json!({
        "schema": 1,
        "tool": crate::report::tool(),
        "old": between.old.to_string_lossy(),
        "new": between.new.to_string_lossy(),
        "same": between.same,
        "old_only": between.old_only,
        "new_only": between.new_only,
        "diffs": diffs.iter().map(|diff| value(diff)).collect::<Vec<_>>(),
    });
    crate::report::json_writer::print(&object, out)
}

/// Prints how to see the lines, and how to record that they were read.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn next(diffs: &[&Diff], shown: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut commands = Vec::new();
    for diff in diffs.iter().filter(|diff| !diff.changes.is_empty()) {
        let word = |text: &str| text.to_owned();
        let sides: Vec<_> = diff.old.iter().chain([&diff.new]).collect();
        let paths: Vec<_> = sides.iter().map(|side| next::path(&side.file)).collect();
        if !shown {
            let words = [word("diff"), word("--unified")].into_iter().chain(paths.clone());
            commands.push(next::distvouch(words));
        }
        let read: Vec<_> = sides.iter().map(|side| digits(&side.blake2b)).collect();
        let words = [word("--read"), read.join(","), word("--note"), word("TEXT")];
        let words = std::iter::once(word("review")).chain(paths).chain(words);
        commands.push(next::distvouch(words));
    }
    next::print(&commands, out)
}

/// The beginning of a digest, long enough to name what it is of.
fn digits(digest: &[u8]) -> String {
    let mut hex = hex(digest);
    hex.truncate(DIGITS);
    hex
}
