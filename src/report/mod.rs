//! Printing: the only place where findings become text.

pub(crate) mod bump;
pub(crate) mod diff;
mod findings;
pub(crate) mod inspect;
mod json;
pub(crate) mod json_writer;
pub(crate) mod layout;
mod next;
pub(crate) mod pin;
pub(crate) mod policy;
pub(crate) mod portage;
pub(crate) mod scan;
mod sets;
pub(crate) mod source;
mod text;
pub(crate) mod trust;
pub(crate) mod version;

use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::answer::summary::Clock;
use crate::check::{DistfileReport, Report};
use std::io::{self, Write};

/// The forms of a report, by the names of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// `level<TAB>line`: `say`, or the function ewarn, eqawarn or eerror of a package manager.
    Portage,
    /// One object, for programs.
    Json,
}

/// The features of this build, by their names in Cargo.toml.
const FEATURES: &[&str] = if cfg!(feature = "sigstore") { &["sigstore"] } else { &[] };

/// The object under `tool` in every JSON output.
pub(crate) fn tool() -> serde_json::Value {
    json::tool()
}

/// A finding as JSON.
pub(crate) fn finding_json(finding: &crate::answer::finding::Finding) -> serde_json::Value {
    json::finding(finding)
}

/// Prints one finding as text.
pub(crate) fn print_finding(
    finding: &crate::answer::finding::Finding,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    findings::print(finding, Style { colour, ..Style::default() }, out)
}

/// How much to print, and how.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Style {
    /// Only what does not agree.
    pub(crate) quiet: bool,
    /// The data behind each finding, too.
    pub(crate) verbose: bool,
    /// Terminal colours.
    pub(crate) colour: bool,
}

/// Prints `report` to `out`.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(
    report: &Report,
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::print(report, style, out),
        Format::Portage => portage::print(report, style, out),
        Format::Json => json::print(report, out),
    }
}

/// The sentence that a clock puts above everything else; `None` where no Manifest was asked for.
fn clock_sentence(report: &Report) -> Option<&'static str> {
    let is_manifest = |f: &Finding| f.check == Check::Manifest;
    let fixed = |d: &DistfileReport| d.findings.iter().any(|f| is_manifest(f) && f.class.is_none());
    if !report.distfiles.iter().flat_map(|d| &d.findings).any(is_manifest) {
        return None;
    }
    let given = |f: &Finding| is_manifest(f) && f.outcome() != Outcome::NotChecked;
    let given = report.distfiles.iter().flat_map(|d| &d.findings).any(given);
    Some(match report.clock {
        Clock::Bump if !given => "No Manifest was given.",
        Clock::Bump => "You are recording the Manifest now, so it protects nothing yet.",
        Clock::Emerge if report.distfiles.iter().all(fixed) => {
            "The Manifest already fixes these bytes; the other checks repeat those of the bump."
        }
        Clock::Emerge => {
            "The package manager compares distfiles with the Manifest before this runs; here no \
             Manifest agreed."
        }
    })
}

/// The classes of all that contradicts, required or not.
fn contradicted(report: &Report) -> impl Iterator<Item = FailureClass> {
    let findings = report.distfiles.iter().flat_map(|distfile| &distfile.findings);
    findings.filter_map(|f| f.class).filter(|class| class.outcome() == Outcome::Contradicts)
}

/// What provenance changed, in one line; `None` where there was none.
fn provenance_sentence(report: &Report) -> Option<String> {
    let summary = &report.summary;
    let stopped = summary.only_without_provenance();
    summary.has_provenance.then(|| match stopped.is_empty() {
        true => {
            "Provenance changes nothing here: the same attackers get past everything without it."
                .to_owned()
        }
        false => format!("Provenance also stops: {}.", sets::in_line(&stopped)),
    })
}
