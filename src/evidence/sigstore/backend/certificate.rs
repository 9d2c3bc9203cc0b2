//! The leaf certificate, read strictly: nothing in it may be readable in two ways.

use super::super::fault::{AttestationFault, CertificateFault, Reason};
use crate::bytes::digests::hex;
use crate::evidence::pep740::{Claim, Claims, Identity};
use ::sigstore::crypto::{KeyAlgorithm, SigningScheme, VerificationKey};
use ::sigstore::types::{DerCertificate, DerPublicKey, SignatureBytes};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use x509_cert::Certificate;
use x509_cert::der::asn1::Utf8StringRef;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::oid::db::{rfc5280, rfc5912, rfc6962};
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::spki::SubjectPublicKeyInfoRef;

/// The arc of Fulcio's extensions.
const FULCIO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.1");

/// The extensions whose meaning the verifier crates act upon.
const KNOWN: [ObjectIdentifier; 6] = [
    rfc5280::ID_CE_KEY_USAGE,
    rfc5280::ID_CE_EXT_KEY_USAGE,
    rfc5280::ID_CE_SUBJECT_ALT_NAME,
    rfc5280::ID_CE_BASIC_CONSTRAINTS,
    rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER,
    rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER,
];

/// A leaf certificate that was read; its chain is for the verifier to check.
pub(super) struct Leaf {
    pub(super) claims: Claims,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    certificate: Certificate,
}

impl Leaf {
    /// Reads a certificate that names its OIDC issuer.
    pub(super) fn read(der: &[u8]) -> Result<Self, CertificateFault> {
        Self::read_with(der, read_claims)
    }

    /// Reads a certificate that may name none, as GitHub's own authority issues for releases.
    pub(super) fn read_any(der: &[u8]) -> Result<Self, CertificateFault> {
        Self::read_with(der, any_claims)
    }

    fn read_with(
        der: &[u8],
        claims: fn(&[Extension]) -> Result<Claims, CertificateFault>,
    ) -> Result<Self, CertificateFault> {
        let certificate = Certificate::from_der(der).map_err(|_| CertificateFault::NotDer)?;
        let time = |t: x509_cert::time::Time| {
            Timestamp::try_from(t.to_system_time()).map_err(|_| CertificateFault::NotDer)
        };
        let validity = certificate.tbs_certificate.validity;
        Ok(Self {
            claims: claims(extensions(&certificate))?,
            not_before: time(validity.not_before)?,
            not_after: time(validity.not_after)?,
            certificate,
        })
    }

    /// Who the certificate says issued it.
    pub(super) fn issuer(&self) -> String {
        self.certificate.tbs_certificate.issuer.to_string()
    }

    /// Refuses a key that the provider does not have, before the library calls its signature bad.
    pub(super) fn check_key(&self) -> Result<(), AttestationFault> {
        match self.certificate.tbs_certificate.subject_public_key_info.to_der() {
            Ok(key) => match supported(&DerPublicKey::new(key)) {
                Ok(_) => Ok(()),
                Err(what) => Err(Reason::UnsupportedKey { what }.into()),
            },
            Err(_) => Err(Reason::Certificate(CertificateFault::NotDer).into()),
        }
    }

    /// The key that it certifies.
    pub(super) fn key(&self) -> Option<KeyAlgorithm> {
        let key = self.certificate.tbs_certificate.subject_public_key_info.to_der().ok()?;
        KeyAlgorithm::from_spki(&DerPublicKey::new(key)).ok()
    }

    /// Whether `authority` signed this certificate: name and signature, whatever the time.
    ///
    /// This decides between two refusals only; what agrees is decided by the library.
    pub(super) fn is_issued_by(&self, authority: &DerCertificate) -> bool {
        let Ok(authority) = Certificate::from_der(authority.as_bytes()) else { return false };
        let (ours, theirs) = (&self.certificate.tbs_certificate, &authority.tbs_certificate);
        let (Ok(signed), Ok(key)) = (ours.to_der(), theirs.subject_public_key_info.to_der()) else {
            return false;
        };
        let key = DerPublicKey::new(key);
        let scheme = match (self.certificate.signature_algorithm.oid, KeyAlgorithm::from_spki(&key))
        {
            (rfc5912::ECDSA_WITH_SHA_256, Ok(KeyAlgorithm::EcdsaP256)) => {
                SigningScheme::EcdsaP256Sha256
            }
            (rfc5912::ECDSA_WITH_SHA_256, Ok(KeyAlgorithm::EcdsaP384)) => {
                SigningScheme::EcdsaP384Sha256
            }
            (rfc5912::ECDSA_WITH_SHA_384, Ok(KeyAlgorithm::EcdsaP256)) => {
                SigningScheme::EcdsaP256Sha384
            }
            (rfc5912::ECDSA_WITH_SHA_384, Ok(KeyAlgorithm::EcdsaP384)) => {
                SigningScheme::EcdsaP384Sha384
            }
            (rfc5912::SHA_256_WITH_RSA_ENCRYPTION, Ok(KeyAlgorithm::Rsa)) => {
                SigningScheme::RsaPkcs1Sha256
            }
            _ => return false,
        };
        let signature = SignatureBytes::from_bytes(self.certificate.signature.raw_bytes());
        ours.issuer == theirs.subject
            && VerificationKey::from_spki_with_scheme(&key, scheme)
                .is_ok_and(|key| key.verify(&signed, &signature).is_ok())
    }

    /// The key id, in hex, of the log whose timestamp the certificate carries (RFC 6962).
    pub(super) fn ct_log(&self) -> Option<String> {
        let sct = rfc6962::CT_PRECERT_SCTS;
        let list = extensions(&self.certificate).iter().find(|e| e.extn_id == sct)?;
        let list = x509_cert::der::asn1::OctetStringRef::from_der(list.extn_value.as_bytes());
        // Two lengths of 2 bytes and a version of 1 precede the 32 of the key id.
        list.ok()?.as_bytes().get(5..37).map(hex)
    }
}

/// The kind of a key, if the provider can check signatures by it.
///
/// # Errors
///
/// What kind of key it is, as a noun phrase.
pub(super) fn supported(key: &DerPublicKey) -> Result<KeyAlgorithm, &'static str> {
    use KeyAlgorithm as A;
    match KeyAlgorithm::from_spki(key) {
        Ok(known @ (A::EcdsaP256 | A::EcdsaP384 | A::Ed25519 | A::Rsa)) => Ok(known),
        Ok(_) => Err("an ML-DSA key"),
        Err(_) => Err(unsupported_key(key.as_bytes())),
    }
}

/// Kinds of keys that are not computed here, by the identifier of the curve, or of the algorithm.
const UNSUPPORTED: [(ObjectIdentifier, &str); 9] = [
    (rfc5912::SECP_521_R_1, "an ECDSA key on the curve P-521"),
    (rfc5912::SECP_224_R_1, "an ECDSA key on the curve P-224"),
    (ObjectIdentifier::new_unwrap("1.3.132.0.10"), "an ECDSA key on secp256k1"),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.7"), "a key on brainpoolP256r1"),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.11"), "a key on brainpoolP384r1"),
    (ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.13"), "a key on brainpoolP512r1"),
    (ObjectIdentifier::new_unwrap("1.3.101.113"), "an Ed448 key"),
    (ObjectIdentifier::new_unwrap("1.2.840.10040.4.1"), "a DSA key"),
    (ObjectIdentifier::new_unwrap("1.2.156.10197.1.301"), "an SM2 key"),
];

/// Whether the bytes are a public key of any kind.
pub(super) fn is_key(key: &DerPublicKey) -> bool {
    SubjectPublicKeyInfoRef::from_der(key.as_bytes()).is_ok()
}

/// What kind of key it is that the library does not read.
fn unsupported_key(der: &[u8]) -> &'static str {
    let unknown = "a key of an unknown kind";
    let Ok(key) = SubjectPublicKeyInfoRef::from_der(der) else { return unknown };
    let curve = key.algorithm.parameters_oid().ok();
    let named = |oid| UNSUPPORTED.iter().find(|(known, _)| *known == oid).map(|(_, what)| *what);
    curve.and_then(named).or_else(|| named(key.algorithm.oid)).unwrap_or(unknown)
}

/// The extensions of a certificate as they are, whatever they mean: the identifier of each, whether it
/// is critical, and its value.
pub(super) fn list_extensions(der: &[u8]) -> Vec<(String, String)> {
    let Ok(certificate) = Certificate::from_der(der) else { return Vec::new() };
    let each = extensions(&certificate).iter().map(|extension| {
        let value = extension.extn_value.as_bytes();
        let text = match Utf8StringRef::from_der(value) {
            Ok(text) => format!("{:?}", text.as_str()),
            Err(_) => {
                format!("{} bytes, {}", value.len(), hex(value.get(..SHOWN).unwrap_or(value)))
            }
        };
        let critical = if extension.critical { ", critical" } else { "" };
        (format!("Extension {}{critical}", extension.extn_id), text)
    });
    each.collect()
}

/// The bytes of an extension that are shown.
const SHOWN: usize = 32;

fn extensions(certificate: &Certificate) -> &[Extension] {
    certificate.tbs_certificate.extensions.as_deref().unwrap_or_default()
}

/// What a certificate says that names its OIDC issuer.
fn read_claims(extensions: &[Extension]) -> Result<Claims, CertificateFault> {
    let claims = any_claims(extensions)?;
    match claims.issuer {
        Some(_) => Ok(claims),
        None => Err(CertificateFault::NoIssuer),
    }
}

/// What a certificate says that may name none.
fn any_claims(extensions: &[Extension]) -> Result<Claims, CertificateFault> {
    let mut seen = BTreeSet::new();
    for extension in extensions {
        let oid = extension.extn_id;
        if !seen.insert(oid) {
            return Err(CertificateFault::DuplicateExtension { oid: oid.to_string() });
        }
        if extension.critical && !KNOWN.contains(&oid) {
            return Err(CertificateFault::UnknownCritical { oid: oid.to_string() });
        }
    }
    let mut claims = BTreeMap::new();
    let mut issuer = None;
    let mut old_issuer = None;
    for extension in extensions {
        let Some(number) = number(extension.extn_id) else { continue };
        let value = extension.extn_value.as_bytes();
        let fault = CertificateFault::ClaimEncoding { number };
        // From 8 on a DER UTF8String, before that the bare text.
        let utf8 = || Utf8StringRef::from_der(value).map(|s| s.as_str().to_owned()).ok();
        match number {
            1 => old_issuer = Some(String::from_utf8(value.to_vec()).map_err(|_| fault)?),
            8 => issuer = Some(utf8().ok_or(fault)?),
            _ => {
                if let Some(claim) = Claim::from_number(number) {
                    claims.insert(claim, utf8().ok_or(fault)?);
                }
            }
        }
    }
    let issuer = issuer.or(old_issuer).filter(|i| !i.is_empty());
    Ok(Claims { issuer, identity: identity(extensions)?, claims })
}

/// The last part of a Fulcio extension's identifier.
fn number(oid: ObjectIdentifier) -> Option<u32> {
    (oid.parent() == Some(FULCIO)).then(|| oid.arcs().last())?
}

fn identity(extensions: &[Extension]) -> Result<Identity, CertificateFault> {
    let san = rfc5280::ID_CE_SUBJECT_ALT_NAME;
    let Some(extension) = extensions.iter().find(|e| e.extn_id == san) else {
        return Err(CertificateFault::NameCount { count: 0 });
    };
    let names = SubjectAltName::from_der(extension.extn_value.as_bytes());
    let names = names.map_err(|_| CertificateFault::NotDer)?.0;
    match names.as_slice() {
        [GeneralName::Rfc822Name(name)] => Ok(Identity::Email(name.to_string())),
        [GeneralName::UniformResourceIdentifier(name)] => Ok(Identity::Uri(name.to_string())),
        [_] => Err(CertificateFault::NameKind),
        names => Err(CertificateFault::NameCount { count: names.len() }),
    }
}

#[cfg(test)]
#[path = "certificate_tests.rs"]
mod tests;
