//! One finding, for people.

use super::Style;
use super::layout::hang;
use crate::answer::facts::Of;
use crate::answer::failure::Outcome;
use crate::answer::finding::{Check, Finding};
use crate::bytes::escape::escaped;
use anstyle::{AnsiColor, Style as Ansi};
use std::io::{self, Write};

/// Where the text of a finding begins.
const COLUMN: usize = 28;

/// Writes it: the check, the outcome, what was compared, who vouches, who could forge it.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(finding: &Finding, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let outcome = finding.outcome();
    let paint = ansi(style, paint(outcome));
    let word = outcome.word().replace('-', " ");
    let head = format!("  {:<12}  {paint}{word:<11}{paint:#} ", finding.check.name());
    let compared = match finding.class {
        None => finding.compared.clone(),
        Some(class) => format!("{}: {}", class.name(), finding.compared),
    };
    hang(out, &head, COLUMN, &compared)?;
    let lines = [
        (vouching(finding), finding.vouches.clone()),
        ("commit", commit(finding)),
        ("could forge it", words(finding)),
    ];
    for (what, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
        line(out, &format!("{what}: {text}"))?;
    }
    if let Some(run) = run(finding) {
        super::layout::whole(out, 2, &format!("run {run}"))?;
    }
    for note in &finding.notes {
        let also = noting(finding);
        line(out, &format!("{also}: {} ({})", note.text, note.class.name()))?;
    }
    if let Some(excused) = &finding.excused {
        line(out, &format!("excepted {excused}"))?;
    }
    if style.verbose {
        for (key, value) in super::json::detail(&finding.facts) {
            writeln!(out, "{:COLUMN$}{}: {}", "", escaped(&key), escaped(&value.to_string()))?;
        }
    }
    Ok(())
}

fn line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    hang(out, &" ".repeat(COLUMN), COLUMN, text)
}

/// What the one who vouches did.
pub(super) fn vouching(finding: &Finding) -> &'static str {
    match finding.check {
        Check::Provenance => "published by",
        Check::Sigstore => "signed by",
        check if Check::SIGNATURES.contains(&check) => "signed by",
        Check::Review => "read by",
        _ => "vouches",
    }
}

/// The word before a remark: on what agrees, it takes something away.
pub(super) fn noting(finding: &Finding) -> &'static str {
    if finding.class.is_none() { "but" } else { "also" }
}

/// The commit that a certificate names.
pub(super) fn commit(finding: &Finding) -> String {
    match &finding.facts.of {
        Of::Attested(facts) if finding.class.is_none() => facts.commit.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// The URL of the run that a certificate names.
pub(super) fn run(finding: &Finding) -> Option<String> {
    match &finding.facts.of {
        Of::Attested(facts) => {
            let run = facts.run.as_deref()?;
            Some(run.split("/attempts/").next().unwrap_or(run).to_owned())
        }
        _ => None,
    }
}

fn words(finding: &Finding) -> String {
    finding.forgers.iter().map(|capability| capability.word()).collect::<Vec<_>>().join(", ")
}

/// Never green: no outcome is a verdict on the release.
pub(crate) fn paint(outcome: Outcome) -> Ansi {
    match outcome {
        Outcome::Agrees => Ansi::new(),
        Outcome::Contradicts => Ansi::new().fg_color(Some(AnsiColor::Red.into())),
        Outcome::Absent | Outcome::Unusable | Outcome::NotChecked => {
            Ansi::new().fg_color(Some(AnsiColor::Yellow.into()))
        }
    }
}

/// `ansi`, where there are colours.
pub(crate) fn ansi(style: Style, ansi: Ansi) -> Ansi {
    if style.colour { ansi } else { Ansi::new() }
}
