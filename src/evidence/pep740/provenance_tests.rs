#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;
use serde_json::json;

fn attestation_object() -> Value {
    json!({
        "version": 1,
        "verification_material": {"certificate": "AA==", "transparency_entries": [{}]},
        "envelope": {"statement": "e30=", "signature": "AA=="},
    })
}

fn provenance_object() -> Value {
    json!({
        "version": 1,
        "attestation_bundles": [
            {"publisher": {"kind": "GitHub"}, "attestations": [attestation_object()]}],
    })
}

fn parse(tree: &Value) -> Result<Provenance, ProvenanceFault> {
    Provenance::parse(tree.to_string().as_bytes())
}

/// The fault after setting `pointer` to `value`, or removing it.
fn fault(pointer: &str, value: Option<Value>) -> ProvenanceFault {
    let mut tree = provenance_object();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = tree.pointer_mut(parent).unwrap();
    match value {
        Some(value) => parent[key] = value,
        None => {
            parent.as_object_mut().unwrap().remove(key);
        }
    }
    parse(&tree).unwrap_err()
}

const ATTESTATION: &str = "/attestation_bundles/0/attestations/0";

#[test]
fn a_provenance_and_a_bare_attestation_are_read() {
    let provenance = parse(&provenance_object()).unwrap();
    let [one] = provenance.attestations() else { panic!("one") };
    assert_eq!(one.place(), Some(AttestationPlace { bundle: 0, attestation: 0 }));
    assert_eq!(one.publisher().unwrap().kind, "GitHub");
    let bare = parse(&attestation_object()).unwrap();
    let [one] = bare.attestations() else { panic!("one") };
    assert_eq!((one.place(), one.publisher()), (None, None));
}

#[test]
fn nothing_attested_is_an_answer() {
    let fault = fault("/attestation_bundles", Some(json!([])));
    assert_eq!((fault.class(), fault), (FailureClass::ProvenanceEmpty, ProvenanceFault::NoBundles));
    let mut tree = provenance_object();
    let empty = json!({"publisher": {"kind": "Google"}, "attestations": []});
    tree["attestation_bundles"].as_array_mut().unwrap().push(empty);
    let fault = parse(&tree).unwrap_err();
    assert_eq!(fault, ProvenanceFault::NoAttestations { bundle: 1 });
    assert_eq!(fault.class(), FailureClass::ProvenanceEmpty);
}

#[test]
fn the_version_is_the_number_1() {
    let attestation = format!("{ATTESTATION}/version");
    for pointer in ["/version", attestation.as_str()] {
        for value in [None, Some(json!(2)), Some(json!(0)), Some(json!("1")), Some(json!(1.5))] {
            let fault = fault(pointer, value.clone());
            assert_eq!(fault.class(), FailureClass::ProvenanceMalformed, "{pointer} {value:?}");
            assert!(fault.to_string().contains("version"), "{fault}");
        }
    }
}

#[test]
fn every_field_has_its_type() {
    for field in [
        "/attestation_bundles",
        "/attestation_bundles/0/publisher",
        "/attestation_bundles/0/publisher/kind",
        "/attestation_bundles/0/attestations",
        &format!("{ATTESTATION}/verification_material"),
        &format!("{ATTESTATION}/verification_material/certificate"),
        &format!("{ATTESTATION}/verification_material/transparency_entries"),
        &format!("{ATTESTATION}/envelope"),
        &format!("{ATTESTATION}/envelope/statement"),
        &format!("{ATTESTATION}/envelope/signature"),
    ] {
        for value in [None, Some(Value::Null), Some(json!(1)), Some(json!(true))] {
            let fault = fault(field, value.clone());
            assert!(matches!(fault, ProvenanceFault::Field(_)), "{field} {value:?}: {fault}");
        }
    }
}

#[test]
fn base64_is_of_one_spelling() {
    for field in ["certificate", "statement", "signature"] {
        let parent = if field == "certificate" { "verification_material" } else { "envelope" };
        for text in ["", "A", "AA", "AA=", "AB==", "A_==", "AA==\n", " AA==", "AA==AA=="] {
            let fault = fault(&format!("{ATTESTATION}/{parent}/{field}"), Some(json!(text)));
            assert!(matches!(fault, ProvenanceFault::Field(_)), "{field} {text:?}");
        }
    }
}

#[test]
fn an_attestation_without_log_entries_is_malformed() {
    let list = format!("{ATTESTATION}/verification_material/transparency_entries");
    for value in [json!([]), json!([1]), json!([null]), json!({})] {
        assert_eq!(fault(&list, Some(value)).class(), FailureClass::ProvenanceMalformed);
    }
}

#[test]
fn repeated_keys_are_refused_wherever_they_stand() {
    let text = provenance_object().to_string();
    for key in ["version", "attestation_bundles", "publisher", "kind", "statement", "certificate"] {
        let key = format!("\"{key}\":");
        let text = text.replacen(&key, &format!("{key}0,{key}"), 1);
        let fault = Provenance::parse(text.as_bytes()).unwrap_err();
        assert!(
            matches!(&fault, ProvenanceFault::Json(e)
            if matches!(e.cause, json::JsonCause::DuplicateKey { .. })),
            "{key}: {fault}"
        );
    }
}

#[test]
fn unknown_fields_are_read_over() {
    let mut tree = provenance_object();
    tree["x"] = json!({"y": [1]});
    tree["attestation_bundles"][0]["x"] = json!(1);
    tree["attestation_bundles"][0]["publisher"]["x"] = json!(1);
    tree["attestation_bundles"][0]["attestations"][0]["x"] = json!(1);
    assert!(parse(&tree).is_ok());
}

#[test]
fn numbers_of_attestations_and_entries_are_bounded() {
    let mut tree = provenance_object();
    tree["attestation_bundles"][0]["attestations"] = vec![attestation_object(); 64].into();
    assert_eq!(parse(&tree).unwrap().attestations().len(), 64);
    tree["attestation_bundles"][0]["attestations"] = vec![attestation_object(); 65].into();
    assert_eq!(parse(&tree).unwrap_err(), ProvenanceFault::TooMany { limit: 64 });
    let list = format!("{ATTESTATION}/verification_material/transparency_entries");
    let fault = fault(&list, Some(vec![json!({}); 17].into()));
    assert_eq!(fault, ProvenanceFault::TooMany { limit: 16 });
}

#[test]
fn a_server_s_error_page_is_named() {
    let fault = Provenance::parse(b"<html><body>404").unwrap_err();
    assert_eq!(fault.class(), FailureClass::ProvenanceMalformed);
    assert!(fault.to_string().contains("HTML"));
}
