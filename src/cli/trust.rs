//! `distvouch trust`.

use super::printed;
use crate::answer::requirement::Status;
use crate::cli::error::Error;
use crate::evidence::sigstore::{RootEntry, RootSummary, SUPPORTED, TrustedRoot};
use crate::report::json_writer;
use crate::report::layout::{hang, paragraph};
use clap::Args;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  # Which logs and authorities count, and until when
  distvouch trust

  # Those of another file
  distvouch trust --trusted-root trusted_root.json";

/// Show which Sigstore trusted root would be used.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Trust {
    /// Sigstore trusted_root.json, or "github"; default: the newer of the system's and the one built in
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Trust {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the trusted root cannot be read or used.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let root = TrustedRoot::load(self.trusted_root.as_deref())?;
        let source = root.source().to_string();
        let mut out = io::stdout().lock();
        let result = match self.json {
            true => json_writer::print(&json(&source, &root.summary()), &mut out),
            false => print(&source, root.day().as_deref(), &root.summary(), &mut out),
        };
        printed(result)?;
        Ok(Status::Met)
    }
}

fn lists(summary: &RootSummary) -> [(&'static str, &'static str, &[RootEntry]); 4] {
    [
        ("logs", "Transparency logs", &summary.logs),
        ("ct_logs", "Certificate transparency logs", &summary.ct_logs),
        ("certificate_authorities", "Certificate authorities", &summary.certificate_authorities),
        ("timestamp_authorities", "Time stamp authorities", &summary.timestamp_authorities),
    ]
}

fn print(
    source: &str,
    newest: Option<&str>,
    summary: &RootSummary,
    out: &mut dyn Write,
) -> io::Result<()> {
    paragraph(out, 2, &format!("Trusted root: {source}"))?;
    if let Some(day) = newest {
        writeln!(out, "Its newest entry is from {day}.")?;
    }
    if !SUPPORTED {
        return writeln!(
            out,
            "This build has no Sigstore: bundles and provenance are not checked."
        );
    }
    for (_, title, entries) in lists(summary) {
        writeln!(out, "\n{title}:")?;
        for entry in entries {
            let day = |time: Option<jiff::Timestamp>, open: &str| {
                time.map_or(open.to_owned(), |t| t.strftime("%Y-%m-%d").to_string())
            };
            let (start, end) = (day(entry.start, "ever"), day(entry.end, "now on"));
            hang(out, &format!("  {start:<10} to {end:<10}  "), 28, &entry.name)?;
            if let Some(id) = &entry.key_id {
                // A digest is copied as a whole, and takes a line of its own.
                writeln!(out, "    key {id}")?;
            }
        }
    }
    Ok(())
}

fn json(source: &str, summary: &RootSummary) -> Value {
    let entry = |entry: &RootEntry| {
        json!({
            "name": entry.name,
            "key_id": entry.key_id,
            "start": entry.start.map(|t| t.to_string()),
            "end": entry.end.map(|t| t.to_string()),
        })
    };
    let mut value = json!({ "schema": 1, "source": source, "supported": SUPPORTED });
    if let Some(map) = value.as_object_mut() {
        for (key, _, entries) in lists(summary) {
            map.insert(key.to_owned(), entries.iter().map(entry).collect());
        }
    }
    value
}
