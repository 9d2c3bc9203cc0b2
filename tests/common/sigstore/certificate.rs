//! Certificates as Fulcio issues them, and their embedded transparency timestamps.

use super::{Key, Key384};
use sha2::{Digest, Sha256};
use std::str::FromStr as _;
use std::time::Duration;
use x509_cert::der::asn1::{BitString, Ia5String, OctetString, UtcTime, Utf8StringRef};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::oid::db::{rfc5280, rfc5912, rfc6962};
use x509_cert::der::{Decode as _, Encode};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

/// The arc of Fulcio's claims.
const FULCIO: &str = "1.3.6.1.4.1.57264.1";

/// A certificate authority.
pub struct Authority {
    name: Name,
    key: Key384,
    der: Vec<u8>,
}

impl Authority {
    /// One that issued its own certificate.
    pub fn root(name: &str) -> Self {
        Self::made(name, None)
    }

    /// One below this one, that may issue for code signing only.
    pub fn intermediate(&self, name: &str) -> Self {
        Self::made(name, Some(self))
    }

    /// One of this one's name, with another key, that issued its own certificate.
    pub fn impostor(&self) -> Self {
        let mut other = Self::root("impostor");
        other.name = self.name.clone();
        other
    }

    fn made(name: &str, above: Option<&Self>) -> Self {
        let key = Key384::new(name);
        let name = Name::from_str(&format!("CN={name},O=example.org")).unwrap();
        let ca = BasicConstraints { ca: true, path_len_constraint: above.map(|_| 0) };
        let usage = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign);
        let mut extensions = vec![
            extension(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, &ca),
            extension(rfc5280::ID_CE_KEY_USAGE, true, &usage),
        ];
        if above.is_some() {
            extensions.push(code_signing());
        }
        let tbs = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::new(&[1]).unwrap(),
            signature: ecdsa_with_sha384(),
            issuer: above.map_or(&name, |above| &above.name).clone(),
            validity: validity(1_609_459_200, 2_240_611_199),
            subject: name.clone(),
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(&key.public()).unwrap(),
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions),
        };
        let der = signed(above.map_or(&key, |above| &above.key), tbs);
        Self { name, key, der }
    }

    /// Its certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

/// A leaf certificate that is to be issued.
pub struct Leaf<'a> {
    /// Who issues it.
    pub authority: &'a Authority,
    /// Fulcio's claims, by the last part of their identifiers.
    pub claims: Vec<(u32, String)>,
    /// The subject alternative names.
    pub names: Vec<GeneralName>,
    /// Further extensions.
    pub extensions: Vec<Extension>,
    /// The beginning of its lifetime, in seconds since 1970.
    pub not_before: i64,
    /// How many seconds it lives.
    pub lifetime: i64,
    /// Whether it may sign code.
    pub code_signing: bool,
    /// The certificate transparency log whose timestamp is embedded.
    pub ct: Option<&'a Key>,
    /// What signs that timestamp, where it is another key than the log's.
    pub ct_forger: Option<&'a Key>,
}

impl Leaf<'_> {
    /// Replaces a claim, or removes it.
    pub fn claim(&mut self, number: u32, value: Option<&str>) {
        let at = self.claims.iter().position(|(n, _)| *n == number);
        match (at, value) {
            (Some(at), Some(value)) => self.claims[at].1 = value.to_owned(),
            (Some(at), None) => drop(self.claims.remove(at)),
            (None, Some(value)) => self.claims.push((number, value.to_owned())),
            (None, None) => panic!("no claim {number} to remove"),
        }
    }

    /// The certificate for a key, in DER.
    pub fn der(&self, key: &Key) -> Vec<u8> {
        let usage = KeyUsage(KeyUsages::DigitalSignature.into());
        let mut extensions = vec![extension(rfc5280::ID_CE_KEY_USAGE, true, &usage)];
        if self.code_signing {
            extensions.push(code_signing());
        }
        let names = SubjectAltName(self.names.clone());
        extensions.push(extension(rfc5280::ID_CE_SUBJECT_ALT_NAME, true, &names));
        extensions.extend(self.claims.iter().map(|(number, value)| claim(*number, value)));
        extensions.extend(self.extensions.clone());
        let tbs = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::new(&[0x42, 0x17]).unwrap(),
            signature: ecdsa_with_sha384(),
            issuer: self.authority.name.clone(),
            validity: validity(self.not_before, self.not_before + self.lifetime),
            subject: Name::default(),
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(&key.public()).unwrap(),
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions),
        };
        signed(&self.authority.key, self.timestamped(tbs))
    }

    /// Adds the embedded timestamp over the rest (RFC 6962 §3.2 and §3.3).
    fn timestamped(&self, mut tbs: TbsCertificate) -> TbsCertificate {
        let Some(ct) = self.ct else { return tbs };
        let precertificate = tbs.to_der().unwrap();
        let time = (u64::try_from(self.not_before).unwrap() * 1000).to_be_bytes();
        let length = u32::try_from(precertificate.len()).unwrap().to_be_bytes();
        let authority = Sha256::digest(self.authority.key.public());
        let message = [
            // Version 1, a certificate timestamp.
            &[0, 0][..],
            &time,
            // A precertificate, which is under this authority's key; no extensions.
            &[0, 1],
            &authority,
            &length[1..],
            &precertificate,
            &[0, 0],
        ]
        .concat();
        let signature = self.ct_forger.unwrap_or(ct).sign(&message);
        // Version 1; the log; no extensions; SHA-256 and ECDSA.
        let sct = [&[0][..], &ct.id(), &time, &[0, 0, 4, 3], &counted(&signature)].concat();
        let list = OctetString::new(counted(&counted(&sct))).unwrap();
        let extension = extension(rfc6962::CT_PRECERT_SCTS, false, &list);
        tbs.extensions.get_or_insert_default().push(extension);
        tbs
    }
}

/// Bytes with their length before them, in two bytes.
fn counted(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn signed(key: &Key384, tbs: TbsCertificate) -> Vec<u8> {
    let signature = BitString::from_bytes(&key.sign(&tbs.to_der().unwrap())).unwrap();
    let signature_algorithm = ecdsa_with_sha384();
    Certificate { tbs_certificate: tbs, signature_algorithm, signature }.to_der().unwrap()
}

fn ecdsa_with_sha384() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: rfc5912::ECDSA_WITH_SHA_384, parameters: None }
}

fn validity(from: i64, to: i64) -> Validity {
    let time = |t: i64| {
        let since = Duration::from_secs(t.try_into().unwrap());
        Time::UtcTime(UtcTime::from_unix_duration(since).unwrap())
    };
    Validity { not_before: time(from), not_after: time(to) }
}

fn extension(oid: ObjectIdentifier, critical: bool, value: &impl Encode) -> Extension {
    let extn_value = OctetString::new(value.to_der().unwrap()).unwrap();
    Extension { extn_id: oid, critical, extn_value }
}

fn code_signing() -> Extension {
    let usage = ExtendedKeyUsage(vec![rfc5912::ID_KP_CODE_SIGNING]);
    extension(rfc5280::ID_CE_EXT_KEY_USAGE, false, &usage)
}

/// A claim: a UTF8String in DER from .8 on, the bare text before.
fn claim(number: u32, value: &str) -> Extension {
    let oid = ObjectIdentifier::new(&format!("{FULCIO}.{number}")).unwrap();
    let bytes = match number {
        0..=7 => value.as_bytes().to_vec(),
        _ => Utf8StringRef::new(value).unwrap().to_der().unwrap(),
    };
    Extension { extn_id: oid, critical: false, extn_value: OctetString::new(bytes).unwrap() }
}

/// An extension that no one knows and everybody must.
pub fn critical_unknown() -> Extension {
    let oid = ObjectIdentifier::new("1.3.6.1.4.1.57264.99.1").unwrap();
    extension(oid, true, &Utf8StringRef::new("must know").unwrap())
}

/// A URI as a subject alternative name.
pub fn uri(text: &str) -> GeneralName {
    GeneralName::UniformResourceIdentifier(Ia5String::new(text).unwrap())
}

/// An address as a subject alternative name.
pub fn email(text: &str) -> GeneralName {
    GeneralName::Rfc822Name(Ia5String::new(text).unwrap())
}
