//! The pins of a release, for the ebuild.

use super::json_writer;
use super::layout::prefixed;
use crate::bytes::escape::escaped;
use crate::check::pin::{Common, Refused, Value, variables};
use crate::evidence::pep740::Claim;
use crate::evidence::sigstore::DetachedAttestation;
use serde_json::{Map, json};
use std::io::{self, Write};
use std::path::Path;

/// Prints the lines for the ebuild. `path` is the file that they are of.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(
    path: &Path,
    results: &[Result<DetachedAttestation, Refused>],
    common: &Common,
    out: &mut dyn Write,
) -> io::Result<()> {
    let file = path.file_name().unwrap_or(path.as_os_str());
    let file = file.to_string_lossy();
    for (at, result) in results.iter().enumerate() {
        let number = at + 1;
        match result {
            Ok(facts) => {
                let what = about(facts);
                comment(out, &format!("{file}, attestation {number}: {what}"))?;
            }
            Err(refused) => {
                let (class, text) = (refused.class.name(), &refused.text);
                let what = format!("{class}, nothing taken from it: {text}");
                comment(out, &format!("{file}, attestation {number}: {what}"))?;
            }
        }
    }
    for remark in &common.remarks {
        comment(out, &format!("Note: {remark}"))?;
    }
    for variable in variables() {
        if let Some(value) = common.values.get(variable) {
            writeln!(out, "{variable}={}", value.quoted())?;
        } else if let Some(values) = common.differing.get(variable) {
            let words: Vec<_> = values
                .iter()
                .map(|value| value.as_ref().map_or("nothing".to_owned(), Value::quoted))
                .collect();
            comment(out, &format!("{variable} differs: {}", words.join(" or ")))?;
        }
    }
    if common.values.is_empty() {
        writeln!(out, "# Nothing to pin.")?;
    }
    Ok(())
}

/// A comment for the ebuild, in lines that fit.
fn comment(out: &mut dyn Write, text: &str) -> io::Result<()> {
    prefixed(out, ["# ", "#   "], text)
}

/// What a person should look at.
fn about(facts: &DetachedAttestation) -> String {
    let names: Vec<_> = facts.names().iter().map(|name| escaped(name)).collect();
    let mut text = format!("{} by {}", names.join(", "), escaped(&facts.publisher().to_string()));
    if let Some(time) = facts.time() {
        text = format!("{text}, logged at {time}");
    }
    if let Some(run) = facts.claims().get(Claim::RunInvocationUri) {
        text = format!("{text}, run {}", escaped(run));
    }
    text
}

/// Prints one JSON object.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print_json(
    results: &[Result<DetachedAttestation, Refused>],
    common: &Common,
    out: &mut dyn Write,
) -> io::Result<()> {
    let attestations: Vec<_> = results
        .iter()
        .map(|result| match result {
            Ok(facts) => json!({"class": null, "authenticated": facts.facts()}),
            Err(refused) => json!({"class": refused.class.name(), "text": refused.text}),
        })
        .collect();
    let pins: Map<String, serde_json::Value> = common
        .values
        .iter()
        .map(|(variable, value)| ((*variable).to_owned(), json!(value.quoted())))
        .collect();
    let value = json!({
        "schema": 1,
        "tool": super::tool(),
        "attestations": attestations,
        "pins": pins,
        "differing": common.differing.keys().collect::<Vec<_>>(),
        "remarks": common.remarks,
    });
    json_writer::print(&value, out)
}
