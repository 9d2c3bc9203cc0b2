//! What a scan found: lines of JSON, text, SARIF, annotations for GitHub.

mod github;
pub(crate) mod json;
mod sarif;
mod text;

pub(crate) use text::totals;

use crate::answer::kinds::Level;
use crate::check::scan::{Observation, Package, Totals};
use std::io::{self, Write};
use text::Kept;

/// How to print what a scan found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
    /// SARIF 2.1.0, which code scanning services read.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// Prints packages one after the other, as they come; for people, at the end and worst first.
pub(crate) struct Printer<'w> {
    out: &'w mut dyn Write,
    format: ScanFormat,
    /// What is below this level is left out of text and annotations.
    least: Level,
    /// Whether findings that an exception accepts are told in text.
    excused: bool,
    /// How many results were written: SARIF separates them.
    written: u64,
    /// What is for people.
    kept: Kept,
    /// The words of the command line that scans the same again.
    again: Vec<String>,
}

impl<'w> Printer<'w> {
    /// A printer that writes the beginning.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written to.
    pub(crate) fn new(
        out: &'w mut dyn Write,
        format: ScanFormat,
        least: Level,
        excused: bool,
        again: Vec<String>,
    ) -> io::Result<Self> {
        if format == ScanFormat::Sarif {
            sarif::begin(out)?;
        }
        Ok(Self { out, format, least, excused, written: 0, kept: Kept::default(), again })
    }

    /// Prints a package.
    ///
    /// # Errors
    ///
    /// If the output cannot be written to.
    pub(crate) fn package(&mut self, package: &Package) -> io::Result<()> {
        match self.format {
            ScanFormat::Json => json::lines(package, self.out),
            ScanFormat::Text => {
                let (least, excused) = (self.least, self.excused);
                let told = |observation: &Observation| {
                    observation.level >= least && (excused || observation.excused.is_none())
                };
                self.kept.package(package, &told)
            }
            ScanFormat::Sarif => {
                for observation in package.all() {
                    sarif::result(observation, self.written == 0, self.out)?;
                    self.written += 1;
                }
                Ok(())
            }
            ScanFormat::Github => {
                let told = package.all().filter(|o| o.level >= self.least && o.excused.is_none());
                told.into_iter()
                    .try_for_each(|observation| github::annotation(observation, self.out))
            }
        }
    }

    /// Prints the end.
    ///
    /// # Errors
    ///
    /// If the output cannot be written to.
    pub(crate) fn end(&mut self, totals: &Totals) -> io::Result<()> {
        match self.format {
            ScanFormat::Text => {
                self.kept.print(self.out)?;
                text::totals(totals, self.out)?;
                let hidden = match self.least {
                    Level::Note => 0,
                    Level::Warning => totals.notes,
                    Level::Error => totals.notes + totals.warnings,
                };
                let again = (hidden > 0).then_some(self.again.as_slice());
                self.kept.next(again, self.out)
            }
            ScanFormat::Sarif => sarif::end(self.out),
            ScanFormat::Json | ScanFormat::Github => Ok(()),
        }
    }
}
