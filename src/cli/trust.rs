//! `distvouch trust`.

use super::printed;
use crate::answer::requirement::Status;
use crate::bytes::escape::Escaped;
use crate::cli::error::Error;
use crate::evidence::sigstore::{RootEntry, RootSummary, SUPPORTED, TrustedRoot};
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, Write as _};
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
    /// Where the trusted root cannot be read or used.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let root = TrustedRoot::load(self.trusted_root.as_deref())?;
        let source = root.source().to_string();
        let text = match self.json {
            true => format!("{:#}\n", json(&source, &root.summary())),
            false => text(&source, root.day().as_deref(), &root.summary()),
        };
        printed(io::stdout().write_all(text.as_bytes()))?;
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

fn text(source: &str, day: Option<&str>, summary: &RootSummary) -> String {
    let mut text = format!("Trusted root: {}\n", Escaped(source));
    if let Some(day) = day {
        let _ = writeln!(text, "Its newest entry is of {day}.");
    }
    if !SUPPORTED {
        text.push_str("This build has no Sigstore: bundles and provenance are not checked.\n");
        return text;
    }
    for (_, title, entries) in lists(summary) {
        let _ = writeln!(text, "\n{title}:");
        for entry in entries {
            let day = |time: Option<jiff::Timestamp>, open: &str| {
                time.map_or(open.to_owned(), |t| t.strftime("%Y-%m-%d").to_string())
            };
            let (start, end) = (day(entry.start, "ever"), day(entry.end, "now on"));
            let _ = writeln!(text, "  {start} to {end:<10}  {}", Escaped(&entry.name));
            if let Some(id) = &entry.key_id {
                let _ = writeln!(text, "                            {id}");
            }
        }
    }
    text
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
