//! JSON, schema 1. Additive changes only.

use crate::bytes::digests::hex;
use crate::release::archive::{Entry, Kind, show};
use crate::release::diff::{Change, ChangeKind, Diff, Side};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Prints one object.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    crate::report::json_writer::print(&value(diff), out)
}

/// The object.
pub(crate) fn value(diff: &Diff) -> Value {
    let totals: Map<String, Value> = ChangeKind::ALL
        .into_iter()
        .map(|kind| (kind.word().to_owned(), json!(diff.count(kind))))
        .chain([("same".to_owned(), json!(diff.same))])
        .collect();
    json!({
        "schema": 1,
        "tool": crate::report::tool(),
        "old": diff.old.as_ref().map(side),
        "new": side(&diff.new),
        "totals": totals,
        "new_oddities": diff.new_oddities.iter().map(oddity).collect::<Vec<_>>(),
        "changes": diff.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn side(side: &Side) -> Value {
    json!({
        "name": side.name(),
        "size": side.size,
        "digests": { "BLAKE2B": hex(&side.blake2b) },
        "top": side.top.as_deref().map(show),
        "files": side.files,
        "oddities": side.oddities.iter().map(oddity).collect::<Vec<_>>(),
    })
}

fn oddity(oddity: &crate::release::archive::Oddity) -> Value {
    json!({ "name": oddity.name(), "text": oddity.to_string() })
}

fn change(change: &Change) -> Value {
    let hazards: Vec<_> = change
        .hazards
        .iter()
        .map(|hazard| {
            json!({
                "name": hazard.kind.name(),
                "reason": hazard.reason,
                "line": hazard.line,
                "excerpt": hazard.excerpt,
            })
        })
        .collect();
    json!({
        "path": show(change.path()),
        "old_path": change.old_path().map(show),
        "change": change.kind.word(),
        "role": change.place.role.name(),
        "tier": change.tier.name(),
        "standard": change.standard,
        "lines_added": change.lines.map(|(added, _)| added),
        "lines_removed": change.lines.map(|(_, removed)| removed),
        "hazards": hazards,
        "old": change.old.as_ref().map(entry),
        "new": change.new.as_ref().map(entry),
    })
}

fn entry(entry: &Entry) -> Value {
    let mut object = Map::new();
    object.insert("kind".to_owned(), json!(entry.kind.word()));
    object.insert("mode".to_owned(), json!(format!("{:04o}", entry.mode)));
    if let Some(digest) = entry.sha256 {
        object.insert("size".to_owned(), json!(entry.size));
        object.insert("sha256".to_owned(), json!(hex(&digest)));
        object.insert("nature".to_owned(), json!(entry.nature.describe()));
    }
    if matches!(entry.kind, Kind::Symlink | Kind::Hardlink) {
        object.insert("target".to_owned(), json!(entry.target.as_deref().map(show)));
    }
    Value::Object(object)
}
