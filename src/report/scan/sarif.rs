//! SARIF 2.1.0 (OASIS), result by result, so that nothing has to be kept.

use crate::answer::failure::FailureClass;
use crate::answer::kinds::{KINDS, Level};
use crate::bytes::escape::escaped;
use crate::check::scan::Observation;
use serde_json::{Value, json};
use std::io::{self, Write};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The beginning: the tool and its rules.
pub(super) fn begin(out: &mut dyn Write) -> io::Result<()> {
    let rule = |name: &str, text: &str, level: Level| {
        json!({
            "id": name,
            "shortDescription": {"text": text},
            "defaultConfiguration": {"level": level.name()},
        })
    };
    let kinds = KINDS.iter().map(|kind| rule(kind.name, kind.meaning, kind.level));
    let classes = FailureClass::ALL
        .iter()
        .map(|class| rule(class.name(), class.texts().happened, Level::of(*class)));
    let rules: Vec<Value> = kinds.chain(classes).collect();
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    });
    write!(
        out,
        "{{\"$schema\":{},\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\
         \"columnKind\":\"utf16CodeUnits\",\"results\":[",
        json!(SCHEMA)
    )
}

/// One result.
pub(super) fn result(
    observation: &Observation,
    first: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let uri: Vec<String> =
        observation.file.iter().map(|part| percent(&part.to_string_lossy())).collect();
    let region = observation.line.map(|line| json!({"startLine": line}));
    let mut location = json!({"artifactLocation": {"uri": uri.join("/")}});
    if let (Some(object), Some(region)) = (location.as_object_mut(), region) {
        object.insert("region".to_owned(), region);
    }
    let suppressions: Vec<Value> = observation
        .excused
        .iter()
        .map(|excused| json!({"kind": "external", "justification": excused}))
        .collect();
    let value = json!({
        "ruleId": observation.kind.name(),
        "level": observation.level.name(),
        "message": {"text": escaped(&observation.text)},
        "locations": [{"physicalLocation": location}],
        "suppressions": suppressions,
    });
    let separator = if first { "\n" } else { ",\n" };
    write!(out, "{separator}{value}")
}

/// The end.
pub(super) fn end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n]}}]}}")
}

/// A part of a path in a URI (RFC 3986).
fn percent(part: &str) -> String {
    let mut text = String::new();
    for byte in part.bytes() {
        match byte.is_ascii_alphanumeric() || b"-._~+".contains(&byte) {
            true => text.push(char::from(byte)),
            false => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
