//! The report of `distvouch check`, for people: worst first, alike distfiles folded, then who could
//! still have forged it, then what to run next.

use super::findings::{ansi, paint};
use super::layout::{count, hang, paragraph, shorten};
use super::next::{self, Words};
use super::{Style, findings, sets};
use crate::answer::failure::Outcome;
use crate::answer::finding::{Check, Finding};
use crate::bytes::escape::escaped;
use crate::check::pairing::Role;
use crate::check::{DistfileReport, Report};
use anstyle::{Effects, Style as Ansi};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// From how many distfiles on those that are alike fold.
const FOLDED: usize = 3;

/// The most names of folded distfiles that are printed.
const NAMED: usize = 6;

/// Prints the whole report.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(super) fn print(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if style.quiet {
        return print_unmet(report, None, style, out);
    }
    let shown: Vec<&DistfileReport> = report.distfiles.iter().collect();
    print_distfiles(&shown, style, out)?;
    print_summary(report, style, out)?;
    print_unmet(report, None, style, out)?;
    let mut commands: Vec<Words> = next::explain(&next::classes(report)).into_iter().collect();
    commands.extend(
        report
            .package
            .as_ref()
            .map(|directory| next::distvouch(["bump".to_owned(), next::path(directory)])),
    );
    next::print(&commands, out)
}

/// Prints distfiles, those that are alike together.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(super) fn print_distfiles(
    distfiles: &[&DistfileReport],
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut groups: Vec<Vec<&DistfileReport>> = Vec::new();
    let mut places = BTreeMap::new();
    for distfile in distfiles.iter().copied() {
        let place = *places.entry(said(distfile)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(distfile),
            None => groups.push(vec![distfile]),
        }
    }
    for group in groups {
        if group.len() >= FOLDED && !style.verbose {
            print_folded(&group, style, out)?;
            continue;
        }
        for distfile in group {
            print_distfile(distfile, style, out)?;
        }
    }
    Ok(())
}

/// What a distfile has to say, to be compared with another's: the words but for its own name.
fn said(distfile: &DistfileReport) -> impl Ord + use<'_> {
    let findings = distfile.findings.iter().map(|finding| {
        let folded = folded(finding, &distfile.name);
        let notes = folded.notes.into_iter().map(|note| (note.class, note.text));
        (
            (finding.check, finding.class, finding.required, &finding.forgers),
            (&finding.vouches, &finding.excused, folded.compared, notes.collect::<Vec<_>>()),
            (findings::commit(finding), findings::run(finding)),
        )
    });
    (distfile.role, findings.collect::<Vec<_>>())
}

fn print_folded(group: &[&DistfileReport], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let bold = ansi(style, Ansi::new().effects(Effects::BOLD));
    let kind = match group.first().map(|distfile| distfile.role) {
        Some(Role::Evidence) => "evidence files",
        _ => "distfiles",
    };
    writeln!(out, "{bold}{} {kind}{bold:#}", group.len())?;
    let names: Vec<_> = group.iter().take(NAMED).map(|d| shorten(&escaped(&d.name), 40)).collect();
    let more = match group.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    hang(out, "  ", 2, &format!("{}{more}", names.join(", ")))?;
    for distfile in group.iter().take(1) {
        for finding in &distfile.findings {
            let mut finding = folded(finding, &distfile.name);
            finding.compared.push_str(" (each)");
            findings::print(&finding, style, out)?;
        }
    }
    writeln!(out)
}

/// The finding without what is one distfile's alone.
fn folded(finding: &Finding, name: &str) -> Finding {
    let mut finding = finding.clone();
    // Short names may be a part of any word.
    if name.len() > 4 {
        finding.compared = finding.compared.replace(name, "…");
        for note in &mut finding.notes {
            note.text = note.text.replace(name, "…");
        }
    }
    if let crate::answer::facts::Of::Manifest(facts) = &finding.facts.of
        && let Some(line) = facts.line
    {
        finding.compared = finding.compared.replace(&format!(":{line}"), "");
    }
    finding
}

pub(super) fn print_distfile(
    report: &DistfileReport,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let kind = if report.role == Role::Evidence { ", evidence about another distfile" } else { "" };
    let bold = ansi(style, Ansi::new().effects(Effects::BOLD));
    let size = count(report.size, "byte", "bytes");
    let name = shorten(&escaped(&report.name), 80 - size.len() - kind.len() - 3);
    writeln!(out, "{bold}{name}{bold:#} ({size}{kind})")?;
    for finding in &report.findings {
        findings::print(finding, style, out)?;
    }
    writeln!(out)
}

/// Prints the clock, who could still have forged it, and which checks did not run.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(super) fn print_summary(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if report.distfiles.is_empty() {
        return Ok(());
    }
    let bold = ansi(style, Ansi::new().effects(Effects::BOLD));
    if let Some(sentence) = super::clock_sentence(report) {
        paragraph(out, 0, sentence)?;
    }
    let heading = match (report.summary.is_open, super::contradicted(report).next()) {
        (true, _) => "No required check stops anyone. Each of these is enough:",
        // An attacker did not get past what contradicts.
        (false, Some(_)) => "To get past what agrees, an attacker needs one of:",
        (false, None) => "To get past every required check, an attacker needs one of:",
    };
    writeln!(out, "{bold}{heading}{bold:#}")?;
    sets::print(&report.summary.attackers.sets(), out)?;
    if let Some(sentence) = super::provenance_sentence(report) {
        paragraph(out, 2, &sentence)?;
    }
    let not_checked = not_checked(report);
    // Only `check` and `bump` know of everything there could be.
    if super::clock_sentence(report).is_some() && !not_checked.is_empty() {
        paragraph(out, 2, &format!("Not checked: {}.", not_checked.join(", ")))?;
    }
    Ok(())
}

/// The checks that compared nothing on any distfile.
fn not_checked(report: &Report) -> Vec<&'static str> {
    let compared: BTreeSet<Check> = report
        .distfiles
        .iter()
        .flat_map(|d| &d.findings)
        .filter(|f| f.outcome() != Outcome::NotChecked)
        .map(|f| f.check)
        .collect();
    Check::ALL.iter().filter(|c| !compared.contains(c)).map(|c| c.name()).collect()
}

/// One line for each required check that did not agree. `package` is put before the distfile.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(super) fn print_unmet(
    report: &Report,
    package: Option<&str>,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let unmet: Vec<_> = report
        .distfiles
        .iter()
        .flat_map(|d| d.findings.iter().map(move |f| (d, f)))
        .filter(|(_, f)| report.counts(f))
        .collect();
    if !unmet.is_empty() && !style.quiet {
        let paint = ansi(style, paint(Outcome::Contradicts));
        writeln!(out, "{paint}Required checks that failed:{paint:#}")?;
    }
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut places = BTreeMap::new();
    for (distfile, finding) in unmet {
        let Some(class) = finding.class else { continue };
        let package = package.map(|package| format!("{package}: ")).unwrap_or_default();
        let what = format!("{} {}", finding.check.name(), class.name());
        let text = match style.quiet {
            true => format!("{package}{}: {what}: {}", distfile.name, finding.compared),
            false => format!("{}: {what}", distfile.name),
        };
        if style.quiet {
            lines.push((text, 0));
            continue;
        }
        let place = *places.entry(what).or_insert(lines.len());
        match lines.get_mut(place) {
            Some((_, more)) => *more += 1,
            None => lines.push((text, 0)),
        }
    }
    for (line, more) in lines {
        let more = if more > 0 { format!(" (and {more} more like it)") } else { String::new() };
        let indent = if style.quiet { "" } else { "  " };
        hang(out, indent, 4, &format!("{line}{more}"))?;
    }
    Ok(())
}
