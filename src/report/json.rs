//! JSON, schema 2 (`doc/json.md`). Additive changes only.

use super::next;
use crate::answer::access::Attackers;
use crate::answer::facts::Facts;
use crate::answer::finding::{Finding, Note};
use crate::bytes::digests::hex;
use crate::check::{DistfileReport, Report};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

pub(super) fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    super::json_writer::print(&value(report), out)
}

/// The object.
pub(super) fn value(report: &Report) -> Value {
    let errors: Vec<_> = report.errors.iter().map(ToString::to_string).collect();
    json!({
        "schema": 2,
        "tool": tool(),
        "clock": report.clock.name(),
        "distfiles": report.distfiles.iter().map(distfile).collect::<Vec<_>>(),
        "attackers": attackers(&report.summary.attackers),
        "attackers_without_provenance": attackers(&report.summary.without_provenance),
        "errors": errors,
        "next": commands(next::explain(&next::classes(report)).as_slice()),
    })
}

/// Commands as lines for a shell.
pub(super) fn commands(commands: &[next::Words]) -> Value {
    commands.iter().map(|words| json!(words.join(" "))).collect()
}

/// The object under `tool`.
pub(super) fn tool() -> Value {
    json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "features": super::FEATURES,
    })
}

fn distfile(report: &DistfileReport) -> Value {
    let digests: Map<String, Value> = report
        .digests
        .iter()
        .map(|(name, digest)| (name.name().to_owned(), json!(hex(digest))))
        .collect();
    json!({
        "name": report.name,
        "size": report.size,
        "digests": digests,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

pub(super) fn finding(finding: &Finding) -> Value {
    let mut detail = detail(&finding.facts);
    if !finding.notes.is_empty() {
        detail.insert("notes".to_owned(), finding.notes.iter().map(note).collect());
    }
    let mut value = json!({
        "check": finding.check.name(),
        "outcome": finding.outcome().word(),
        "class": finding.class.map(crate::answer::failure::FailureClass::name),
        "required": finding.required,
        "compared": finding.compared,
        "vouches": finding.vouches,
        "forgers": finding.forgers.iter().map(|c| c.word()).collect::<Vec<_>>(),
        "detail": detail,
    });
    if let (Some(excused), Some(object)) = (&finding.excused, value.as_object_mut()) {
        object.insert("excused".to_owned(), excused.as_str().into());
    }
    value
}

/// The facts, by their documented keys.
pub(super) fn detail(facts: &Facts) -> Map<String, Value> {
    match serde_json::to_value(facts) {
        Ok(Value::Object(map)) => map,
        // Plain structs with string keys always make an object.
        Ok(_) | Err(_) => Map::new(),
    }
}

fn note(note: &Note) -> Value {
    json!({ "class": note.class.name(), "text": note.text })
}

fn attackers(attackers: &Attackers) -> Value {
    let words = |set: crate::answer::access::AccessSet| -> Value {
        set.iter().map(|capability| json!(capability.word())).collect()
    };
    attackers.sets().into_iter().map(words).collect()
}
