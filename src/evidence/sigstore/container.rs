//! What JSON about attestations comes in: one bundle, several of them, or something else that is named.
//!
//! `gh attestation download` writes JSON Lines, the interfaces of GitHub and npm answer with
//! `{"attestations": [{"bundle": …}]}`, and both forms hold bundles about other files, too.

use super::fault::{AttestationFault, Reason};
use crate::bytes::json::{self, Limits};
use crate::bytes::sniff::Kind;
use serde_json::Value;

/// The most bundles of one file that are read.
pub(crate) const DOCUMENT_LIMIT: usize = 100;

/// The documents of a file, each once.
///
/// # Errors
///
/// If it is not JSON, or not strict JSON, or holds more documents than are read.
pub(crate) fn documents(bytes: &[u8]) -> Result<Vec<Value>, AttestationFault> {
    let kind = Kind::of(bytes);
    if !kind.is_json() {
        return Err(Reason::Kind(kind).into());
    }
    let mut documents: Vec<Value> = Vec::new();
    if kind == Kind::JsonLines {
        for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            if documents.len() == DOCUMENT_LIMIT {
                return Err(Reason::TooMany { limit: DOCUMENT_LIMIT }.into());
            }
            let parsed = json::parse(line, Limits::default());
            let tree = parsed.map_err(|fault| Reason::Line { line: number, fault })?;
            add(&mut documents, tree);
        }
        return Ok(documents);
    }
    let tree = json::parse(bytes, Limits::default()).map_err(Reason::Json)?;
    let listed = match tree {
        Value::Array(items) => items,
        Value::Object(mut map) if map.get("attestations").is_some_and(Value::is_array) => {
            match map.remove("attestations") {
                Some(Value::Array(items)) => items.into_iter().map(inner).collect(),
                _ => Vec::new(),
            }
        }
        tree => return Ok(vec![tree]),
    };
    if listed.len() > DOCUMENT_LIMIT {
        return Err(Reason::TooMany { limit: DOCUMENT_LIMIT }.into());
    }
    for item in listed {
        add(&mut documents, inner(item));
    }
    if documents.is_empty() { Err(Reason::NoDocument.into()) } else { Ok(documents) }
}

/// The same document twice says nothing more than once.
fn add(documents: &mut Vec<Value>, tree: Value) {
    if !documents.contains(&tree) {
        documents.push(tree);
    }
}

/// The bundle of an entry of `attestations`.
fn inner(mut item: Value) -> Value {
    match item.get_mut("bundle") {
        Some(bundle @ Value::Object(_)) => bundle.take(),
        _ => item,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::form::Form;
    use super::*;
    use crate::answer::failure::FailureClass;

    #[test]
    fn every_container_gives_its_documents() {
        for (text, count) in [
            ("{\"a\":1}", 1),
            ("{\"a\":1}\n{\"a\":2}\n\n", 2),
            ("{\"a\":1}\r\n{\"a\":1}\r\n", 1),
            ("[{\"a\":1},{\"a\":2}]", 2),
            ("{\"attestations\":[{\"bundle\":{\"a\":1}},{\"bundle\":{\"b\":1}}]}", 2),
            ("{\"attestations\":[{\"bundle_url\":\"x\",\"bundle\":null}]}", 1),
        ] {
            assert_eq!(documents(text.as_bytes()).unwrap().len(), count, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_named() {
        let long = "{\"a\":1}\n{\"b\":2}\n".repeat(50_000);
        let many: String = (0..100_000).map(|n| format!("{{\"n\":{n}}}\n")).collect();
        let class = |bytes: &[u8]| documents(bytes).map(|found| found.len()).map_err(|f| f.class());
        assert_eq!(class(long.as_bytes()), Ok(2));
        assert_eq!(class(many.as_bytes()), Err(FailureClass::EvidenceUnsupported));
        assert_eq!(class(b"<html>"), Err(FailureClass::ProvenanceMalformed));
        assert_eq!(class(b"[]"), Err(FailureClass::ProvenanceEmpty));
        assert_eq!(class(b"{\"attestations\":[]}"), Err(FailureClass::ProvenanceEmpty));
        assert_eq!(
            class(b"{\"a\":1}\n{\"a\":1,\"a\":2}\n"),
            Err(FailureClass::ProvenanceMalformed)
        );
        let html = documents(b"<html>").unwrap_err().to_string();
        assert!(html.contains("HTML"), "{html}");
        for (text, form) in [
            ("{\"payload\":\"\",\"payloadType\":\"\",\"signatures\":[]}", Form::Envelope),
            ("{\"version\":1,\"attestation_bundles\":[]}", Form::Provenance),
            ("{\"base64Signature\":\"\"}", Form::OldCosign),
            ("{\"bundle_url\":\"\"}", Form::References),
            ("{}", Form::Other),
        ] {
            assert_eq!(Form::of(&serde_json::from_str(text).unwrap()), form, "{text}");
        }
    }
}
