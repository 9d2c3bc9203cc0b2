//! Which failure classes came out of the program through its command line.
//!
//! Where `DISTVOUCH_CLASSES` names a file, each class of each finding in each JSON report that a test
//! reads is appended to it. tests/all holds the collection against `distvouch explain`, so that no
//! class is there that no test reaches.

use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write as _;

/// Takes down the classes of a JSON report.
pub fn record(report: &Value) {
    let Some(path) = std::env::var_os("DISTVOUCH_CLASSES") else { return };
    let mut found = BTreeSet::new();
    collect(report, &mut found);
    let lines: String = found.iter().map(|class| format!("{class}\n")).collect();
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let _ = file.and_then(|mut file| file.write_all(lines.as_bytes()));
}

fn collect<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("class").and_then(Value::as_str));
            members.values().for_each(|member| collect(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
