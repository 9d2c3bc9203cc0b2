//! Which failure classes came out of the program through its command line.
//!
//! Where `DISTVOUCH_CLASSES` names a file, each class of each finding in each JSON report that a test
//! reads is appended to it. tests/all holds the collection against `distvouch explain`, so that no
//! class is there that no test reaches.

use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write as _;

/// Takes down the classes of a JSON report, and the report itself for `tests/check-schema`.
pub fn record(report: &Value) {
    if report.get("attackers").is_some() {
        append("DISTVOUCH_REPORTS", &format!("{report}\n"));
    }
    let mut found = BTreeSet::new();
    collect(report, &mut found);
    let lines: String = found.iter().map(|class| format!("{class}\n")).collect();
    append("DISTVOUCH_CLASSES", &lines);
}

/// Appends `text` to the file that `variable` names, in one write: tests run at the same time.
fn append(variable: &str, text: &str) {
    let Some(path) = std::env::var_os(variable) else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let _ = file.and_then(|mut file| file.write_all(text.as_bytes()));
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
