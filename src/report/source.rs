//! What `distvouch source` prints beside its finding: each file that git has otherwise, or not at all.

use super::layout::{count, hang, paragraph};
use super::{diff, next, print_finding};
use crate::answer::failure::FailureClass;
use crate::answer::finding::Finding;
use crate::bytes::escape::{Escaped, escaped};
use crate::release::archive::show;
use crate::release::source::{Comparison, Difference, SourceReport};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Differences that are listed without `--verbose`.
const LISTED: usize = 40;

/// Paths of another list that are.
const PATHS: usize = 10;

/// The column of what is said of a file.
const REASON: usize = 13;

/// How much is printed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Shown {
    /// Every path.
    pub(crate) verbose: bool,
    /// The lines that differ.
    pub(crate) unified: bool,
    /// In colour.
    pub(crate) colour: bool,
}

/// The object for programs.
pub(crate) fn json(name: &str, report: &SourceReport, out: &mut dyn Write) -> io::Result<()> {
    let value = serde_json::json!({
        "schema": 1,
        "tool": super::tool(),
        "distfiles": [{
            "name": name,
            "size": report.size,
            "findings": [super::finding_json(&report.finding)],
        }],
    });
    super::json_writer::print(&value, out)
}

/// The text for people.
pub(crate) fn text(
    name: &str,
    report: &SourceReport,
    shown: Shown,
    out: &mut dyn Write,
) -> io::Result<()> {
    let size = count(report.size, "byte", "bytes");
    writeln!(out, "{} ({size})", Escaped(name))?;
    print_finding(&report.finding, shown.colour, out)?;
    if let Some(stated) = &report.stated {
        writeln!(out, "The archive itself names commit {stated}.")?;
    }
    if let Some(comparison) = &report.comparison {
        files(comparison, shown, out)?;
    }
    explain(&report.finding, out)
}

fn files(comparison: &Comparison, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    if comparison.same == 0 {
        let text = "If the archive was made from a directory of the repository, name it with \
                    --directory.";
        paragraph(out, 0, text)?;
    }
    if !comparison.differences.is_empty() {
        writeln!(out, "\nNot in git, or different there; unexplained files first:")?;
    }
    let most = if shown.verbose { usize::MAX } else { LISTED };
    for difference in comparison.differences.iter().take(most) {
        entry(difference, out)?;
    }
    if comparison.differences.len() > most {
        let more = comparison.differences.len() - most;
        writeln!(out, "  … and {more} more (--verbose lists them)")?;
    }
    paths("in git and not in the archive", &comparison.missing, shown, out)?;
    let ignored = "in git and left out by its .gitattributes (export-ignore)";
    paths(ignored, &comparison.export_ignored, shown, out)?;
    for (side, what) in
        [(true, "executable here and not in git"), (false, "executable in git and not here")]
    {
        let modes = comparison.modes.iter().filter(|(_, in_archive)| *in_archive == side);
        let modes: Vec<_> = modes.map(|(path, _)| path.clone()).collect();
        paths(what, &modes, shown, out)?;
    }
    for difference in comparison.differences.iter().filter(|_| shown.unified) {
        lines(difference, shown, out)?;
    }
    Ok(())
}

fn entry(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    let path = escaped(&show(&difference.path));
    writeln!(out, "  {:<8} {path}", difference.kind.word())?;
    let standing = format!("{}: {}", difference.standing.word(), difference.standing.describe());
    let reasons = difference.hazards.iter().map(|hazard| hazard.reason.clone());
    for text in reasons.chain([standing]) {
        hang(out, &" ".repeat(REASON), REASON, &text)?;
    }
    Ok(())
}

/// The lines of a file that git does not have as they are.
fn lines(difference: &Difference, shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    let path = escaped(&show(&difference.path));
    writeln!(out, "\n=== {} {path}", difference.kind.word())?;
    match &difference.hunks {
        Some(hunks) => {
            writeln!(out, "--- git/{path}\n+++ archive/{path}")?;
            diff::hunks(hunks, shown.colour, out)
        }
        None => writeln!(out, "=== no text, or too large to be shown"),
    }
}

fn paths(what: &str, paths: &[Vec<u8>], shown: Shown, out: &mut dyn Write) -> io::Result<()> {
    match paths.len() {
        0 => return Ok(()),
        1 => writeln!(out, "\n1 file is {what}:")?,
        count => writeln!(out, "\n{count} files are {what}:")?,
    }
    let most = if shown.verbose { usize::MAX } else { PATHS };
    for path in paths.iter().take(most) {
        writeln!(out, "  {}", Escaped(&show(path)))?;
    }
    if paths.len() > most {
        writeln!(out, "  … and {} more (--verbose lists them)", paths.len() - most)?;
    }
    Ok(())
}

fn explain(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let classes = finding.class.into_iter().chain(finding.notes.iter().map(|note| note.class));
    let classes: BTreeSet<_> = classes.collect();
    if classes.is_empty() {
        return Ok(());
    }
    let classes: Vec<FailureClass> = classes.into_iter().collect();
    writeln!(out)?;
    next::print(next::explain(&classes).as_slice(), out)
}
