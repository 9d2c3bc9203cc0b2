//! `level<TAB>line`, for the eclass to hand to einfo, elog, ewarn, eqawarn and eerror.
//!
//! These print through `echo -e`: a backslash that came from outside would be interpreted there, so
//! it is shown by its code point, like a control character.

use super::Style;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::Finding;
use crate::answer::requirement::Status;
use crate::answer::summary::Clock;
use crate::bytes::escape::escaped;
use crate::check::{DistfileReport, Report};
use std::io::{self, Write};

pub(super) fn print(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for distfile in &report.distfiles {
        for finding in &distfile.findings {
            print_finding(distfile, finding, style, out)?;
        }
    }
    for error in &report.errors {
        line(out, "eerror", &error.to_string())?;
    }
    if !style.quiet && !report.distfiles.is_empty() {
        if let Some(sentence) =
            super::clock_sentence(report).filter(|_| report.clock == Clock::Emerge)
        {
            line(out, "einfo", sentence)?;
        }
        if !report.summary.is_open {
            let sets = super::sets::in_line(&report.summary.attackers.sets());
            line(out, "einfo", &format!("Who could still have forged this: {sets}"))?;
        }
        if let Some(sentence) = super::provenance_sentence(report) {
            line(out, "einfo", &sentence)?;
        }
    }
    Ok(())
}

fn print_finding(
    distfile: &DistfileReport,
    finding: &Finding,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let level = level(finding);
    if style.quiet && level == "einfo" {
        return Ok(());
    }
    let word = finding.outcome().word().replace('-', " ");
    let head = format!("{}: {} {word}", distfile.name, finding.check.name());
    match finding.class {
        None if finding.vouches.is_empty() => {
            line(out, level, &format!("{head}: {}", finding.compared))?
        }
        None => {
            line(
                out,
                level,
                &format!("{head}: {}; vouches: {}", finding.compared, finding.vouches),
            )?;
        }
        Some(class) => {
            line(out, level, &format!("{head}: {}: {}", class.name(), finding.compared))?;
            if Status::of(finding) != Status::Met {
                line(out, level, &format!("see: distvouch explain {}", class.name()))?;
            }
        }
    }
    for note in &finding.notes {
        let level = match note.class {
            FailureClass::SignatureWeak | FailureClass::KeyExpiredNow => "eqawarn",
            _ => "ewarn",
        };
        line(out, level, &format!("{head}, but {} ({})", note.text, note.class.name()))?;
    }
    Ok(())
}

fn level(finding: &Finding) -> &'static str {
    match finding.outcome() {
        Outcome::Agrees => "einfo",
        Outcome::NotChecked if finding.required => "ewarn",
        _ if finding.required => "eerror",
        Outcome::Contradicts | Outcome::Unusable => "ewarn",
        Outcome::Absent | Outcome::NotChecked => "elog",
    }
}

fn line(out: &mut dyn Write, level: &str, text: &str) -> io::Result<()> {
    writeln!(out, "{level}\t{}", escaped(text).replace('\\', "<U+005C>"))
}
