//! The summary for people.

use super::{extent, name, tops, totals};
use crate::bytes::digests::hex;
use crate::bytes::escape::Escaped;
use crate::release::archive::Oddity;
use crate::release::diff::{Change, ChangeKind, Diff, Side};
use anstyle::{AnsiColor, Effects, Style as Ansi};
use std::io::{self, Write};

/// The most changes of one part that are listed; JSON and HTML have all.
const LISTED: usize = 500;

/// The most oddities that are listed.
const ODDITIES: usize = 50;

/// Prints what changed: what can hurt first.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub(crate) fn print(diff: &Diff, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let bold = if colour { Ansi::new().effects(Effects::BOLD) } else { Ansi::new() };
    let red = if colour { Ansi::new().fg_color(Some(AnsiColor::Red.into())) } else { Ansi::new() };
    for (word, side) in [("old", &diff.old), ("new", &diff.new)] {
        print_side(word, side, bold, out)?;
    }
    if let Some(tops) = tops(diff) {
        writeln!(out, "{}.", Escaped(&tops))?;
    }
    writeln!(out, "{}.", totals(diff))?;
    print_oddities(&diff.new_oddities, red, out)?;
    let dangerous = |change: &&Change| !change.hazards.is_empty();
    let removed = |change: &&Change| change.kind == ChangeKind::Removed;
    print_part(
        "Read these first, worst on top:",
        diff.changes.iter().filter(dangerous),
        bold,
        out,
    )?;
    let rest = diff.changes.iter().filter(|c| !dangerous(c) && !removed(c));
    print_part("Then these:", rest, bold, out)?;
    print_part("Gone:", diff.changes.iter().filter(removed), bold, out)?;
    if diff.changes.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(
        out,
        "Nothing here read a line for you: --unified or --html shows them; then record it"
    )?;
    writeln!(out, "with \"distvouch review OLD NEW --note TEXT\".")
}

fn print_side(word: &str, side: &Side, bold: Ansi, out: &mut dyn Write) -> io::Result<()> {
    let name = side.name();
    writeln!(
        out,
        "{word}  {bold}{}{bold:#} ({} bytes, {} files)",
        Escaped(&name),
        side.size,
        side.files
    )?;
    writeln!(out, "     BLAKE2B {}", hex(&side.blake2b))
}

fn print_oddities(oddities: &[Oddity], red: Ansi, out: &mut dyn Write) -> io::Result<()> {
    if oddities.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "New in how the archive is made:")?;
    let (common, strange): (Vec<_>, Vec<_>) = oddities.iter().partition(|o| o.is_common());
    for oddity in strange.iter().chain(&common).take(ODDITIES) {
        let paint = if oddity.is_common() { Ansi::new() } else { red };
        writeln!(out, "  {paint}{}{paint:#}", Escaped(&oddity.to_string()))?;
    }
    if oddities.len() > ODDITIES {
        writeln!(out, "  … and {} more (--json lists them)", oddities.len() - ODDITIES)?;
    }
    Ok(())
}

fn print_part<'a>(
    heading: &str,
    changes: impl Iterator<Item = &'a Change>,
    bold: Ansi,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut count = 0usize;
    for change in changes {
        if count == 0 {
            writeln!(out)?;
            writeln!(out, "{bold}{heading}{bold:#}")?;
        }
        count += 1;
        if count > LISTED {
            continue;
        }
        let name = name(change);
        let extent = extent(change);
        let gap = if extent.is_empty() { "" } else { "  " };
        writeln!(out, "  {:<8} {}{gap}{extent}", change.kind.word(), Escaped(&name))?;
        for hazard in &change.hazards {
            writeln!(out, "             {}", Escaped(&hazard.reason))?;
        }
    }
    if count > LISTED {
        writeln!(out, "  … and {} more (--json and --html list them)", count - LISTED)?;
    }
    Ok(())
}
