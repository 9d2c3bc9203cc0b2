//! The report on a bump: what to read first on top, short enough to paste into a bug.

use super::diff as page;
use super::{Style, json as report_json, text};
use crate::answer::failure::{FailureClass, Outcome as Verdict};
use crate::answer::finding::{Check, Finding};
use crate::answer::requirement::Status;
use crate::bytes::digests::{HashName, hex};
use crate::bytes::escape::Escaped;
use crate::check::DistfileReport;
use crate::check::bump::{Asked, Comparison, Outcome, Package};
use crate::check::pairing::Role;
use crate::check::pin::Value as Word;
use crate::release::diff::{Change, ChangeKind, Diff};
use anstyle::{Effects, Style as Ansi};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// The most changes that are listed; `distvouch diff` has all.
const LISTED: usize = 12;

/// The most of the other changes that are named.
const NAMED: usize = 24;

/// The findings, in the order in which they are worth reading.
const ORDER: [Check; 11] = [
    Check::Review,
    Check::Source,
    Check::Continuity,
    Check::Openpgp,
    Check::Signify,
    Check::Minisign,
    Check::Ssh,
    Check::Sigstore,
    Check::Provenance,
    Check::Manifest,
    Check::Checksums,
];

/// What the report is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// The package.
    pub(crate) package: &'a Package,
    /// What of the ebuild only bash can read, and no flag said.
    pub(crate) asked: &'a [Asked],
    /// The file of review records, where it is not the one that `distvouch review` takes here.
    pub(crate) reviews: Option<&'a Path>,
    /// DIST entries of which nothing tells whether they are of this version.
    pub(crate) unattributed: &'a [String],
    /// Where the page of the diff was written.
    pub(crate) page: Option<&'a Path>,
}

/// Prints the report for people.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub(crate) fn text(
    about: About<'_>,
    outcome: &Outcome,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bold = text::ansi(style, Ansi::new().effects(Effects::BOLD));
    heading(about.package, bold, out)?;
    against(outcome, style, out)?;
    for comparison in &outcome.comparisons {
        let found = |d: &&DistfileReport| d.name == comparison.pair.new;
        let distfile = outcome.report.distfiles.iter().find(found);
        writeln!(out)?;
        file(comparison, distfile, bold, out)?;
        if let Some(distfile) = distfile {
            writeln!(out)?;
            for finding in in_order(&distfile.findings) {
                text::print_finding(finding, style, out)?;
            }
        }
    }
    for distfile in outcome.report.distfiles.iter().filter(|d| d.role != Role::Content) {
        print_evidence(distfile, style, out)?;
    }
    writeln!(out)?;
    text::print_summary(&outcome.report, style, out)?;
    if outcome.report.summary.attackers.is_anyone() && outcome.report.status() != Status::Met {
        let sets = outcome.report.summary.attackers.sets();
        let words: Vec<_> = sets.iter().flatten().map(|capability| capability.word()).collect();
        writeln!(out, "As it stands, each of these alone gets past: {}.", words.join(", "))?;
    }
    gaps(about, outcome, out)?;
    text::print_unmet(&outcome.report, style, out)
}

fn heading(package: &Package, bold: Ansi, out: &mut dyn Write) -> io::Result<()> {
    let (title, version) = (package.title(), &package.ebuild.version);
    match &package.before {
        Some(before) => writeln!(
            out,
            "{bold}{}: {} -> {version}{bold:#} (the version before {})",
            Escaped(&title),
            before.version,
            before.source
        ),
        None => writeln!(
            out,
            "{bold}{}: {version}{bold:#} (no version before was found: give --previous-version)",
            Escaped(&title)
        ),
    }
}

/// What contradicts, required or not, before everything else.
fn against(outcome: &Outcome, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let contents = outcome.report.distfiles.iter();
    let lines: Vec<_> = contents
        .flat_map(|distfile| in_order(&distfile.findings).map(move |finding| (distfile, finding)))
        .filter(|(_, finding)| finding.outcome() == Verdict::Contradicts)
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let red = Ansi::new().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let red = text::ansi(style, red);
    writeln!(out)?;
    writeln!(out, "{red}Contradicted, so read this before anything else:{red:#}")?;
    for (distfile, finding) in lines {
        let class = finding.class.map_or("", FailureClass::name);
        let check = finding.check.name();
        writeln!(out, "  {check} of {}: {class}", Escaped(&distfile.name))?;
    }
    Ok(())
}

/// The distfile and what changed in it.
fn file(
    comparison: &Comparison,
    distfile: Option<&DistfileReport>,
    bold: Ansi,
    out: &mut dyn Write,
) -> io::Result<()> {
    let pair = &comparison.pair;
    write!(out, "{bold}{}{bold:#}", Escaped(&pair.new))?;
    if let Some(distfile) = distfile {
        writeln!(out, " ({} bytes)", distfile.size)?;
        if let Some(digest) = distfile.digests.get(&HashName::Blake2b) {
            writeln!(out, "  BLAKE2B {}", hex(digest))?;
        }
    } else {
        writeln!(out)?;
    }
    match (&comparison.diff, &pair.old) {
        (Some(Ok(diff)), _) => changes(diff, out),
        (Some(Err(error)), Some(old)) => {
            writeln!(out, "Not compared with {}: {}", Escaped(old), Escaped(&error.to_string()))
        }
        (None, Some(old)) => {
            writeln!(out, "Not compared: {} is not in DISTDIR", Escaped(old))
        }
        (_, None) => writeln!(out, "Not compared: no file of the version before is like it"),
    }
}

fn changes(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Since {}: {}.", Escaped(&diff.old.name()), page::totals(diff))?;
    for oddity in diff.new_oddities.iter().filter(|o| !o.is_common()).take(LISTED) {
        writeln!(out, "  new in how the archive is made: {}", Escaped(&oddity.to_string()))?;
    }
    let dangerous = |change: &&Change| !change.hazards.is_empty();
    let removed = |change: &&Change| change.kind == ChangeKind::Removed;
    let first: Vec<_> = diff.changes.iter().filter(dangerous).collect();
    let rest: Vec<_> = diff.changes.iter().filter(|c| !dangerous(c) && !removed(c)).collect();
    if !first.is_empty() {
        writeln!(out, "Read first, worst on top:")?;
    }
    for change in first.iter().take(LISTED) {
        let (name, extent) = (page::name(change), page::extent(change));
        let reasons: Vec<_> = change.hazards.iter().map(|h| h.reason.as_str()).collect();
        let gap = if extent.is_empty() { "" } else { "  " };
        writeln!(
            out,
            "  {:<8} {}{gap}{extent}: {}",
            change.kind.word(),
            Escaped(&name),
            Escaped(&reasons.join("; "))
        )?;
    }
    if first.len() > LISTED {
        writeln!(out, "  … and {} more with a reason", first.len() - LISTED)?;
    }
    if !rest.is_empty() {
        let (added, gone): (Vec<usize>, Vec<usize>) =
            rest.iter().filter_map(|change| change.lines).unzip();
        let (added, gone): (usize, usize) = (added.iter().sum(), gone.iter().sum());
        let names: Vec<_> = rest.iter().take(NAMED).map(|c| page::name(c)).collect();
        let more = rest.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let head = if first.is_empty() { "Changed" } else { "Then" };
        writeln!(out, "{head} (+{added} -{gone} lines): {}{more}", Escaped(&names.join(", ")))?;
    }
    Ok(())
}

fn in_order(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    ORDER.into_iter().flat_map(move |check| findings.iter().filter(move |f| f.check == check))
}

/// Evidence files only where something is wrong with them.
fn print_evidence(distfile: &DistfileReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let against: Vec<_> = distfile.findings.iter().filter(|f| f.class.is_some()).collect();
    if against.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    writeln!(out, "{} ({} bytes)", Escaped(&distfile.name), distfile.size)?;
    for finding in against {
        text::print_finding(finding, style, out)?;
    }
    Ok(())
}

/// What nobody looked at beyond the checks, and how to look.
fn gaps(about: About<'_>, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for asked in about.asked {
        writeln!(out, "Not read from the ebuild: {}.", Escaped(&asked.to_string()))?;
    }
    if !about.unattributed.is_empty() {
        let names = about.unattributed.join(", ");
        writeln!(
            out,
            "Not looked at, because no version is in the name: {} (--distfile names them).",
            Escaped(&names)
        )?;
    }
    let of = |comparison: &Comparison, check: Check, class: FailureClass| {
        outcome
            .report
            .distfiles
            .iter()
            .filter(|d| d.name == comparison.pair.new)
            .flat_map(|d| &d.findings)
            .any(|f| f.check == check && f.class == Some(class))
    };
    for comparison in &outcome.comparisons {
        let unread = of(comparison, Check::Review, FailureClass::ReviewAbsent);
        if let (Some(Ok(diff)), true) = (&comparison.diff, unread) {
            let files = diff.changes.iter().filter(|c| c.kind != ChangeKind::Removed).count();
            let what = if files == 1 { "1 changed file" } else { "changed files" };
            let count = if files == 1 { String::new() } else { format!("{files} ") };
            writeln!(
                out,
                "Nobody recorded reading the {count}{what} of {}:",
                Escaped(&comparison.pair.new)
            )?;
            let (old, new) = (&diff.old.file, &diff.new.file);
            let word = |path: &Path| Word::Literal(path.display().to_string()).quoted();
            let (old, new) = (word(old), word(new));
            writeln!(out, "  distvouch diff --unified {} {}", Escaped(&old), Escaped(&new))?;
            let file = match about.reviews {
                Some(path) => format!(" --file {}", word(path)),
                None => String::new(),
            };
            let command = format!("distvouch review {old} {new}{file} --note TEXT");
            writeln!(out, "  {}", Escaped(&command))?;
        }
    }
    if let Some(page) = about.page {
        writeln!(out, "The diff as a page: {}", Escaped(&page.display().to_string()))?;
    }
    Ok(())
}

/// Prints the report as JSON: that of `distvouch check`, and what is of the bump beside it.
///
/// # Errors
///
/// Where `out` cannot be written to.
pub(crate) fn json(about: About<'_>, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut value = report_json::value(&outcome.report);
    if let Value::Object(object) = &mut value {
        let package = about.package;
        let before = package.before.as_ref();
        let looked = json!({
            "name": package.title(),
            "ebuild": package.ebuild.path.to_string_lossy(),
            "version": package.ebuild.version.as_str(),
            "previous_version": before.map(|b| b.version.as_str()),
            "previous_found": before.map(|b| b.source.to_string()),
        });
        object.insert("package".to_owned(), looked);
        let diffs: Vec<Value> = outcome.comparisons.iter().map(diff_json).collect();
        object.insert("diffs".to_owned(), diffs.into());
        let asked = about.asked.iter().map(|asked| {
            json!({"variable": asked.variable, "flag": asked.flag, "text": asked.to_string()})
        });
        object.insert("asked".to_owned(), asked.collect());
        object.insert("unattributed".to_owned(), about.unattributed.into());
    }
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

fn diff_json(comparison: &Comparison) -> Value {
    let (diff, error) = match &comparison.diff {
        Some(Ok(diff)) => (Some(page::value(diff)), None),
        Some(Err(error)) => (None, Some(error.to_string())),
        None => (None, None),
    };
    json!({
        "new": comparison.pair.new,
        "old": comparison.pair.old,
        "diff": diff,
        "error": error,
    })
}
