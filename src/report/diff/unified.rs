//! A unified diff, the dangerous files first.

use super::name;
use crate::bytes::escape::Escaped;
use crate::release::archive::show;
use crate::release::diff::lines::Lines;
use crate::release::diff::{Change, ChangeKind, Diff};
use anstyle::{AnsiColor, Effects, Style as Ansi};
use similar::{DiffOp, DiffTag, group_diff_ops};
use std::io::{self, Write};

/// Unchanged lines around each change.
const CONTEXT: usize = 3;

/// The most lines of one file that are printed.
pub(super) const LINES: usize = 20_000;

/// A line of a unified diff.
pub(super) enum Line<'a> {
    /// `@@ -1,2 +3,4 @@`
    Hunk(String),
    /// On both sides.
    Same(&'a [u8]),
    /// In the old text only.
    Removed(&'a [u8]),
    /// In the new text only.
    Added(&'a [u8]),
}

/// Prints the changes whose path fits.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub(crate) fn print(
    diff: &Diff,
    fits: &dyn Fn(&str) -> bool,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for change in diff.changes.iter().filter(|change| fits(&show(change.path()))) {
        print_change(change, colour, out)?;
    }
    Ok(())
}

fn print_change(change: &Change, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = |ansi: Ansi| if colour { ansi } else { Ansi::new() };
    let bold = paint(Ansi::new().effects(Effects::BOLD));
    let name = name(change);
    writeln!(out, "{bold}=== {} {}{bold:#}", change.kind.word(), Escaped(&name))?;
    for hazard in &change.hazards {
        writeln!(out, "=== {}", Escaped(&hazard.reason))?;
    }
    if let Some(silence) = silence(change) {
        return writeln!(out, "=== {silence}");
    }
    let Some(lines) = change.compared() else { return Ok(()) };
    let path = |entry: Option<&crate::release::archive::Entry>| {
        entry.map_or_else(|| "/dev/null".to_owned(), |entry| show(&entry.raw))
    };
    writeln!(out, "{bold}--- {}{bold:#}", Escaped(&path(change.old.as_ref())))?;
    writeln!(out, "{bold}+++ {}{bold:#}", Escaped(&path(change.new.as_ref())))?;
    for (printed, line) in unified(&lines).enumerate() {
        if printed == LINES {
            return writeln!(out, "=== more than {LINES} lines; the rest is left out");
        }
        // Never green: an added line is no better than a removed one.
        let (mark, ansi, bytes) = match line {
            Line::Hunk(hunk) => {
                let cyan = paint(Ansi::new().fg_color(Some(AnsiColor::Cyan.into())));
                writeln!(out, "{cyan}{hunk}{cyan:#}")?;
                continue;
            }
            Line::Same(bytes) => (' ', Ansi::new(), bytes),
            Line::Removed(bytes) => ('-', Ansi::new().effects(Effects::DIMMED), bytes),
            Line::Added(bytes) => {
                ('+', Ansi::new().fg_color(Some(AnsiColor::Yellow.into())), bytes)
            }
        };
        let ansi = paint(ansi);
        writeln!(
            out,
            "{ansi}{mark}{}{ansi:#}",
            Escaped(&shown(bytes)).to_string().replace("<U+0009>", "\t")
        )?;
        if !bytes.ends_with(b"\n") {
            writeln!(out, "\\ No newline at end of file")?;
        }
    }
    Ok(())
}

/// Why there are no lines to show; `None` where there are.
pub(super) fn silence(change: &Change) -> Option<String> {
    let nature = |entry: Option<&crate::release::archive::Entry>| {
        entry.map_or("nothing", |entry| entry.nature.describe())
    };
    match change.kind {
        ChangeKind::Moved => Some("the same contents under another name".to_owned()),
        ChangeKind::Removed => Some("gone; its contents are not shown".to_owned()),
        ChangeKind::Mode => Some("the same contents with another mode".to_owned()),
        _ if change.texts().is_some() => None,
        _ => {
            let target = |entry: Option<&crate::release::archive::Entry>| {
                let target = entry.and_then(|entry| entry.target.as_deref());
                target.map(|target| format!("link to {}", show(target)))
            };
            let side = |entry: Option<&crate::release::archive::Entry>| {
                target(entry).unwrap_or_else(|| match entry {
                    Some(entry) if !entry.nature.is_binary() && entry.size > 0 => {
                        format!("text that was not read ({} bytes)", entry.size)
                    }
                    Some(entry) => format!("{} ({} bytes)", nature(Some(entry)), entry.size),
                    None => "nothing".to_owned(),
                })
            };
            let text = format!("{} -> {}", side(change.old.as_ref()), side(change.new.as_ref()));
            Some(crate::bytes::escape::escaped(&text))
        }
    }
}

/// A line's bytes as text, without the line end: bytes that are not UTF-8 as `<0xFF>`.
pub(super) fn shown(line: &[u8]) -> String {
    show(line.strip_suffix(b"\n").unwrap_or(line))
}

/// The lines of the unified diff.
pub(super) fn unified<'a>(lines: &'a Lines<'a>) -> impl Iterator<Item = Line<'a>> {
    group_diff_ops(lines.ops.clone(), CONTEXT).into_iter().flat_map(move |group| {
        let hunk = Line::Hunk(hunk(&group));
        std::iter::once(hunk).chain(group.into_iter().flat_map(move |op| step(lines, &op)))
    })
}

fn step<'a>(lines: &'a Lines<'a>, op: &DiffOp) -> Vec<Line<'a>> {
    let old = || lines.old.get(op.old_range()).unwrap_or_default().iter();
    let new = || lines.new.get(op.new_range()).unwrap_or_default().iter();
    match op.tag() {
        DiffTag::Equal => old().map(|line| Line::Same(line)).collect(),
        DiffTag::Delete => old().map(|line| Line::Removed(line)).collect(),
        DiffTag::Insert => new().map(|line| Line::Added(line)).collect(),
        DiffTag::Replace => {
            let removed = old().map(|line| Line::Removed(line));
            removed.chain(new().map(|line| Line::Added(line))).collect()
        }
    }
}

fn hunk(group: &[DiffOp]) -> String {
    let range = |start: usize, end: usize| match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        length => format!("{},{length}", start + 1),
    };
    match (group.first(), group.last()) {
        (Some(first), Some(last)) => format!(
            "@@ -{} +{} @@",
            range(first.old_range().start, last.old_range().end.max(first.old_range().start)),
            range(first.new_range().start, last.new_range().end.max(first.new_range().start))
        ),
        _ => String::new(),
    }
}
