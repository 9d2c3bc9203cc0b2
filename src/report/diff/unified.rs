//! A unified diff, in the order of the list.

use super::{name, reason};
use crate::bytes::escape::{Escaped, escaped, escaped_contents};
use crate::release::archive::{Entry, show};
use crate::release::diff::{Change, ChangeKind, Diff};
use anstyle::{AnsiColor, Effects, Style as Ansi};
use std::io::{self, Write};

/// Prints the changes that fit.
///
/// # Errors
///
/// If `out` cannot be written to, or the lines that were kept cannot be read.
pub(crate) fn print(
    diff: &Diff,
    fits: &dyn Fn(&Change) -> bool,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for change in diff.changes.iter().filter(|change| fits(change)) {
        print_change(diff, change, colour, out)?;
    }
    Ok(())
}

fn print_change(diff: &Diff, change: &Change, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = |ansi: Ansi| if colour { ansi } else { Ansi::new() };
    let bold = paint(Ansi::new().effects(Effects::BOLD));
    writeln!(out, "{bold}=== {} {}{bold:#}", change.kind.word(), Escaped(&name(change)))?;
    for hazard in &change.hazards {
        writeln!(out, "=== {}", Escaped(&reason(hazard)))?;
    }
    if let Some(silence) = silence(change) {
        return writeln!(out, "=== {silence}");
    }
    let Some(hunks) = diff.hunks(change)? else {
        return writeln!(out, "=== its lines could not be kept: no room for temporary files");
    };
    let path = |entry: Option<&Entry>| {
        entry.map_or_else(|| "/dev/null".to_owned(), |entry| show(&entry.raw))
    };
    writeln!(out, "{bold}--- {}{bold:#}", Escaped(&path(change.old.as_ref())))?;
    writeln!(out, "{bold}+++ {}{bold:#}", Escaped(&path(change.new.as_ref())))?;
    lines(&hunks, colour, out)
}

/// Prints the lines of hunks.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn lines(hunks: &[u8], colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = |ansi: Ansi| if colour { ansi } else { Ansi::new() };
    for line in hunks.split_inclusive(|b| *b == b'\n') {
        // Never green: an added line is no better than a removed one.
        let ansi = match line.first() {
            Some(b'@') => Ansi::new().fg_color(Some(AnsiColor::Cyan.into())),
            Some(b'-') => Ansi::new().effects(Effects::DIMMED),
            Some(b'+') => Ansi::new().fg_color(Some(AnsiColor::Yellow.into())),
            _ => Ansi::new(),
        };
        let ansi = paint(ansi);
        writeln!(out, "{ansi}{}{ansi:#}", escaped_contents(&shown(line)))?;
    }
    Ok(())
}

/// Why there are no lines to show; `None` where there are.
pub(super) fn silence(change: &Change) -> Option<String> {
    match change.kind {
        ChangeKind::Moved => Some("the same contents under another name".to_owned()),
        ChangeKind::Removed => Some("gone; its contents are not shown".to_owned()),
        ChangeKind::Mode => Some("the same contents with another mode".to_owned()),
        _ if change.lines.is_some() => None,
        _ => {
            let target = |entry: Option<&Entry>| {
                let target = entry.and_then(|entry| entry.target.as_deref());
                target.map(|target| format!("link to {}", show(target)))
            };
            let side = |entry: Option<&Entry>| {
                target(entry).unwrap_or_else(|| match entry {
                    Some(entry) => format!("{} ({} bytes)", entry.nature.describe(), entry.size),
                    None => "nothing".to_owned(),
                })
            };
            let text = format!("{} -> {}", side(change.old.as_ref()), side(change.new.as_ref()));
            Some(escaped(&text))
        }
    }
}

/// A line's bytes as text, without the line end: bytes that are not UTF-8 as `<0xFF>`.
pub(super) fn shown(line: &[u8]) -> String {
    show(line.strip_suffix(b"\n").unwrap_or(line))
}
