//! Which Sigstore trusted root is used.

use super::json_writer;
use super::layout::{hang, paragraph};
use crate::evidence::sigstore::{RootEntry, RootSummary, SUPPORTED, TrustedRoot};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Prints one JSON object.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print_json(root: &TrustedRoot, out: &mut dyn Write) -> io::Result<()> {
    json_writer::print(&json(&root.source().to_string(), &root.summary()), out)
}

/// Prints it for people.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(root: &TrustedRoot, out: &mut dyn Write) -> io::Result<()> {
    text(&root.source().to_string(), root.day().as_deref(), &root.summary(), out)
}

fn lists(summary: &RootSummary) -> [(&'static str, &'static str, &[RootEntry]); 4] {
    [
        ("logs", "Transparency logs", &summary.logs),
        ("ct_logs", "Certificate transparency logs", &summary.ct_logs),
        ("certificate_authorities", "Certificate authorities", &summary.certificate_authorities),
        ("timestamp_authorities", "Time stamp authorities", &summary.timestamp_authorities),
    ]
}

fn text(
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
