//! Text for people.

use super::Style;
use crate::answer::access::{AccessSet, Attackers};
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::answer::requirement::Status;
use crate::bytes::escape::Escaped;
use crate::check::pairing::Role;
use crate::check::{DistfileReport, Report};
use anstyle::{AnsiColor, Effects, Style as Ansi};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Where the text of a finding begins.
const INDENT: &str = "                            ";

pub(super) fn print(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for distfile in &report.distfiles {
        print_distfile(distfile, style, out)?;
    }
    if !style.quiet {
        print_summary(report, style, out)?;
    }
    print_unmet(report, style, out)
}

fn print_distfile(report: &DistfileReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown: Vec<_> =
        report.findings.iter().filter(|f| !style.quiet || Status::of(f) != Status::Met).collect();
    if style.quiet && shown.is_empty() {
        return Ok(());
    }
    let kind = if report.role == Role::Evidence { ", evidence about another distfile" } else { "" };
    let bold = ansi(style, Ansi::new().effects(Effects::BOLD));
    writeln!(out, "{bold}{}{bold:#} ({} bytes{kind})", Escaped(&report.name), report.size)?;
    for finding in shown {
        print_finding(finding, style, out)?;
    }
    writeln!(out)
}

pub(super) fn print_finding(
    finding: &Finding,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let outcome = finding.outcome();
    let paint = ansi(style, paint(outcome));
    let word = outcome.word().replace('-', " ");
    write!(out, "  {:<12}  {paint}{word:<11}{paint:#} ", finding.check.name())?;
    match finding.class {
        None => writeln!(out, "{}", Escaped(&finding.compared))?,
        Some(class) => writeln!(out, "{}: {}", class.name(), Escaped(&finding.compared))?,
    }
    if !finding.vouches.is_empty() {
        writeln!(out, "{INDENT}vouches: {}", Escaped(&finding.vouches))?;
    }
    if !finding.forgers.is_empty() {
        let words: Vec<_> = finding.forgers.iter().map(|c| c.word()).collect();
        writeln!(out, "{INDENT}could forge it: {}", words.join(", "))?;
    }
    for note in &finding.notes {
        writeln!(out, "{INDENT}but: {} ({})", Escaped(&note.text), note.class.name())?;
    }
    if style.verbose {
        for (key, value) in super::json::detail(&finding.facts) {
            writeln!(out, "{INDENT}{}: {}", Escaped(&key), Escaped(&value.to_string()))?;
        }
    }
    Ok(())
}

pub(super) fn print_summary(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if report.distfiles.is_empty() {
        return Ok(());
    }
    let bold = ansi(style, Ansi::new().effects(Effects::BOLD));
    if let Some(sentence) = super::clock_sentence(report) {
        writeln!(out, "{sentence}")?;
    }
    let listed = !report.summary.attackers.is_anyone() || report.status() == Status::Met;
    if !report.summary.attackers.is_anyone() {
        // Whatever it is that contradicts, nobody got past that.
        let heading = match super::contradicted(report).next() {
            None => "To pass everything that ran, an attacker must hold one of:",
            Some(_) => {
                "To pass what agrees, leaving aside what contradicts, an attacker must hold one of:"
            }
        };
        writeln!(out, "{bold}{heading}{bold:#}")?;
        print_sets(&report.summary.attackers, out)?;
    } else if listed {
        writeln!(out, "{bold}Nothing that ran and was required stands in their way:{bold:#}")?;
        print_sets(&report.summary.attackers, out)?;
    }
    if let Some(sentence) = super::provenance_sentence(report).filter(|_| listed) {
        writeln!(out, "{sentence}")?;
        for set in report.summary.only_without_provenance() {
            writeln!(out, "  {}", words(&set))?;
        }
    }
    let unlooked = unlooked(report);
    // Only `check` looks at everything there could be.
    if super::clock_sentence(report).is_some() && !unlooked.is_empty() {
        writeln!(out, "Nobody looked at: {}.", unlooked.join(", "))?;
    }
    Ok(())
}

fn print_sets(attackers: &Attackers, out: &mut dyn Write) -> io::Result<()> {
    for set in attackers.sets() {
        let phrases: Vec<_> = set.iter().map(|c| c.phrase()).collect();
        writeln!(out, "  {:<18} {}", words(&set), phrases.join("; and "))?;
    }
    Ok(())
}

fn words(set: &AccessSet) -> String {
    set.iter().map(|c| c.word()).collect::<Vec<_>>().join(" + ")
}

/// The checks that compared nothing on any distfile.
fn unlooked(report: &Report) -> Vec<&'static str> {
    let looked: BTreeSet<Check> = report
        .distfiles
        .iter()
        .flat_map(|d| &d.findings)
        .filter(|f| f.outcome() != Outcome::NotChecked)
        .map(|f| f.check)
        .collect();
    Check::ALL.iter().filter(|c| !looked.contains(c)).map(|c| c.name()).collect()
}

/// One line for each required check that did not agree, and how to learn more.
pub(super) fn print_unmet(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let unmet: Vec<_> = report
        .distfiles
        .iter()
        .flat_map(|d| d.findings.iter().map(move |f| (d, f)))
        .filter(|(_, f)| Status::of(f) != Status::Met)
        .collect();
    let mut classes: BTreeSet<_> = super::contradicted(report).map(FailureClass::name).collect();
    if !unmet.is_empty() {
        let paint = ansi(style, paint(Outcome::Contradicts));
        writeln!(out, "{paint}Required, and not met:{paint:#}")?;
    }
    for (distfile, finding) in unmet {
        let Some(class) = finding.class else { continue };
        classes.insert(class.name());
        writeln!(out, "  {} {}: {}", Escaped(&distfile.name), finding.check.name(), class.name())?;
    }
    for class in classes {
        writeln!(out, "What it means and what to ask: distvouch explain {class}")?;
    }
    Ok(())
}

/// Never green: no outcome is a verdict on the release.
fn paint(outcome: Outcome) -> Ansi {
    match outcome {
        Outcome::Agrees => Ansi::new(),
        Outcome::Contradicts => Ansi::new().fg_color(Some(AnsiColor::Red.into())),
        Outcome::Absent | Outcome::Unusable | Outcome::NotChecked => {
            Ansi::new().fg_color(Some(AnsiColor::Yellow.into()))
        }
    }
}

pub(super) fn ansi(style: Style, ansi: Ansi) -> Ansi {
    if style.colour { ansi } else { Ansi::new() }
}
