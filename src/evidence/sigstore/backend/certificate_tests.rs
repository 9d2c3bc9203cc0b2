#![allow(clippy::unwrap_used)]

use super::*;
use x509_cert::der::asn1::{Ia5String, OctetString};
use x509_cert::ext::pkix::name::GeneralNames;

const WORKFLOW: &str = "https://github.com/o/r/.github/workflows/r.yml@refs/tags/v1";

fn extension(oid: &str, critical: bool, value: Vec<u8>) -> Extension {
    let extn_id = ObjectIdentifier::new(oid).unwrap();
    Extension { extn_id, critical, extn_value: OctetString::new(value).unwrap() }
}

fn claim(number: u32, value: &str) -> Extension {
    let value = Utf8StringRef::new(value).unwrap().to_der().unwrap();
    extension(&format!("1.3.6.1.4.1.57264.1.{number}"), false, value)
}

fn uri(text: &str) -> GeneralName {
    GeneralName::UniformResourceIdentifier(Ia5String::new(text).unwrap())
}

fn email(text: &str) -> GeneralName {
    GeneralName::Rfc822Name(Ia5String::new(text).unwrap())
}

fn san(names: Vec<GeneralName>) -> Extension {
    let names: GeneralNames = names;
    extension("2.5.29.17", true, SubjectAltName(names).to_der().unwrap())
}

/// What every Fulcio certificate has.
fn fulcio() -> Vec<Extension> {
    vec![
        extension("2.5.29.15", true, vec![3, 2, 7, 128]),
        san(vec![uri(WORKFLOW)]),
        claim(8, "https://issuer"),
        claim(20, "push"),
    ]
}

#[test]
fn claims_are_read_by_number() {
    let claims = read_claims(&fulcio()).unwrap();
    assert_eq!(claims.issuer(), Some("https://issuer"));
    assert_eq!(*claims.identity(), Identity::Uri(WORKFLOW.to_owned()));
    assert_eq!(claims.get(Claim::BuildTrigger), Some("push"));
    assert_eq!(claims.get(Claim::RunnerEnvironment), None);
}

#[test]
fn the_old_issuer_counts_only_where_the_new_one_is_absent() {
    let old = extension("1.3.6.1.4.1.57264.1.1", false, b"https://old".to_vec());
    let mut both = fulcio();
    both.push(old.clone());
    assert_eq!(read_claims(&both).unwrap().issuer(), Some("https://issuer"));
    both.retain(|e| e.extn_id.to_string() != "1.3.6.1.4.1.57264.1.8");
    assert_eq!(read_claims(&both).unwrap().issuer(), Some("https://old"));
    both.retain(|e| e.extn_id != old.extn_id);
    assert_eq!(read_claims(&both), Err(CertificateFault::NoIssuer));
    // A broken new one is not replaced by the old.
    both.push(extension("1.3.6.1.4.1.57264.1.8", false, b"https://raw".to_vec()));
    both.push(old);
    assert_eq!(read_claims(&both), Err(CertificateFault::ClaimEncoding { number: 8 }));
}

#[test]
fn an_extension_that_stands_twice_is_refused() {
    for again in [claim(20, "release"), claim(20, "push"), claim(8, "https://x")] {
        let mut extensions = fulcio();
        let oid = again.extn_id.to_string();
        extensions.push(again);
        assert_eq!(read_claims(&extensions), Err(CertificateFault::DuplicateExtension { oid }));
    }
    // One that nothing reads counts too.
    let mut extensions = fulcio();
    extensions.extend([extension("1.2.3", false, vec![5, 0]), extension("1.2.3", false, vec![])]);
    let oid = "1.2.3".to_owned();
    assert_eq!(read_claims(&extensions), Err(CertificateFault::DuplicateExtension { oid }));
}

#[test]
fn an_unknown_critical_extension_is_refused() {
    let mut extensions = fulcio();
    extensions.push(extension("1.2.3", false, vec![5, 0]));
    assert!(read_claims(&extensions).is_ok());
    extensions.push(extension("1.2.4", true, vec![5, 0]));
    let oid = "1.2.4".to_owned();
    assert_eq!(read_claims(&extensions), Err(CertificateFault::UnknownCritical { oid }));
}

#[test]
fn there_is_exactly_one_name() {
    let with = |names: Option<Vec<GeneralName>>| {
        let mut extensions = fulcio();
        extensions.retain(|e| e.extn_id.to_string() != "2.5.29.17");
        extensions.extend(names.map(san));
        read_claims(&extensions).map(|claims| claims.identity().clone())
    };
    assert_eq!(with(Some(vec![email("a@b")])), Ok(Identity::Email("a@b".to_owned())));
    assert_eq!(with(None), Err(CertificateFault::NameCount { count: 0 }));
    assert_eq!(with(Some(vec![])), Err(CertificateFault::NameCount { count: 0 }));
    let two = vec![uri(WORKFLOW), email("a@b")];
    assert_eq!(with(Some(two)), Err(CertificateFault::NameCount { count: 2 }));
    let dns = GeneralName::DnsName(Ia5String::new("a.b").unwrap());
    assert_eq!(with(Some(vec![dns])), Err(CertificateFault::NameKind));
}

#[test]
fn a_claim_is_a_der_string_and_nothing_else() {
    for value in
        [&b"push"[..], &[12, 3, b'a'], &[12, 1, b'a', b'b'], &[19, 1, b'a'], &[12, 1, 0xff]]
    {
        let mut extensions = fulcio();
        extensions.retain(|e| e.extn_id.to_string() != "1.3.6.1.4.1.57264.1.20");
        extensions.push(extension("1.3.6.1.4.1.57264.1.20", false, value.to_vec()));
        let fault = CertificateFault::ClaimEncoding { number: 20 };
        assert_eq!(read_claims(&extensions), Err(fault), "{value:?}");
    }
}

#[test]
fn only_the_arc_itself_has_claims() {
    let mut extensions = fulcio();
    let value = claim(11, "x").extn_value.as_bytes().to_vec();
    for oid in ["1.3.6.1.4.1.57264.1.11.1", "1.3.6.1.4.1.57264.2.11", "1.3.6.1.4.1.57264.1.99"] {
        extensions.push(extension(oid, false, value.clone()));
    }
    assert_eq!(read_claims(&extensions), read_claims(&fulcio()));
}

#[test]
fn what_is_no_certificate_is_named() {
    for bytes in [&b""[..], b"x", &[0x30, 0x00], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]] {
        assert_eq!(Leaf::read(bytes).err(), Some(CertificateFault::NotDer));
    }
}

/// A public key with these identifiers of algorithm and curve.
fn public_key(algorithm: &str, curve: Option<&str>, key: &[u8]) -> DerPublicKey {
    use x509_cert::der::asn1::{AnyRef, BitStringRef};
    use x509_cert::spki::{AlgorithmIdentifier, SubjectPublicKeyInfo};
    let curve = curve.map(|curve| ObjectIdentifier::new(curve).unwrap());
    let algorithm = AlgorithmIdentifier {
        oid: ObjectIdentifier::new(algorithm).unwrap(),
        parameters: curve.as_ref().map(AnyRef::from),
    };
    let subject_public_key = BitStringRef::from_bytes(key).unwrap();
    DerPublicKey::new(SubjectPublicKeyInfo { algorithm, subject_public_key }.to_der().unwrap())
}

#[test]
fn keys_that_are_not_computed_are_named() {
    const EC: &str = "1.2.840.10045.2.1";
    for (algorithm, curve, what) in [
        (EC, Some("1.3.132.0.35"), "an ECDSA key on the curve P-521"),
        (EC, Some("1.3.132.0.33"), "an ECDSA key on the curve P-224"),
        (EC, Some("1.3.132.0.10"), "an ECDSA key on secp256k1"),
        (EC, Some("1.3.36.3.3.2.8.1.1.7"), "a key on brainpoolP256r1"),
        (EC, Some("1.2.3.4"), "a key of an unknown kind"),
        ("1.3.101.113", None, "an Ed448 key"),
        ("2.16.840.1.101.3.4.3.17", None, "an ML-DSA key"),
        ("1.2.3.4", None, "a key of an unknown kind"),
    ] {
        let key = public_key(algorithm, curve, &[4; 133]);
        assert_eq!(supported(&key), Err(what), "{algorithm} {curve:?}");
        assert!(is_key(&key));
    }
    let known = public_key(EC, Some("1.2.840.10045.3.1.7"), &[4; 65]);
    assert_eq!(supported(&known), Ok(KeyAlgorithm::EcdsaP256));
    assert!(!is_key(&DerPublicKey::from_bytes(b"no key")));
}
