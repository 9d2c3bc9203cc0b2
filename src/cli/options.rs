//! Options that several subcommands share.

use super::{colour, print_report};
use crate::check::Report;
use crate::error::Error;
use crate::report::{Format, Style};
use clap::Args;

/// How to print a report.
#[derive(Debug, Args)]
pub struct PrintOptions {
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,

    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,

    /// Print only what is required and not met
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print the data behind each finding, too
    #[arg(short, long)]
    pub verbose: bool,
}

/// Where to print a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error, where standard output carries something else.
    Diagnostics,
}

impl PrintOptions {
    /// Prints `report`.
    ///
    /// # Errors
    ///
    /// Where the stream cannot be written to.
    pub fn print(&self, report: &Report, stream: Stream) -> Result<(), Error> {
        let format = if self.json { Format::Json } else { self.format };
        let style = Style { quiet: self.quiet, verbose: self.verbose, colour: colour() };
        print_report(report, format, style, stream)
    }
}
