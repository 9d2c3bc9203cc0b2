//! Whose time stamp it is (RFC 3161): which of the root's authorities the token names.

use ::sigstore::trust_root::TrustedRoot;
use ::sigstore::tsa::verify_timestamp_for_authority;
use ::sigstore::types::{Bundle, SignatureContent};
use jiff::Timestamp;
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

/// Whether `token` names the certificate of an authority of `root` as its signer's: by issuer and
/// serial number, as a CMS signer is named (RFC 5652, section 5.3), or whole.
///
/// This decides which refusal is given, and whether a stamp that no one here can judge is passed over;
/// what counts as a time is decided by the library.
pub(super) fn names_any(token: &[u8], root: &TrustedRoot) -> bool {
    let chains = root.timestamp_authorities.iter().map(|authority| &authority.cert_chain);
    let certificates = chains.flat_map(|chain| &chain.certificates);
    certificates.into_iter().any(|certificate| {
        let der = certificate.raw_bytes.as_bytes();
        holds(token, der) || name(der).is_some_and(|name| holds(token, &name))
    })
}

/// The times of the stamps over the bundle's signature that an authority of `root` made.
pub(super) fn times(bundle: &Bundle, root: &TrustedRoot) -> Vec<Timestamp> {
    let signature = match &bundle.content {
        SignatureContent::DsseEnvelope(envelope) => &envelope.signature.sig,
        SignatureContent::MessageSignature(message) => &message.signature,
        _ => return Vec::new(),
    };
    let authorities = root.tsa_authorities();
    let stamps = &bundle.verification_material.timestamp_verification_data.rfc3161_timestamps;
    let time = |token| {
        let of = |authority| verify_timestamp_for_authority(token, signature, authority).ok();
        authorities.iter().find_map(of)
    };
    stamps.iter().filter_map(|stamp| time(&stamp.signed_timestamp)).collect()
}

/// Issuer and serial number of a certificate, one behind the other, in DER.
fn name(der: &[u8]) -> Option<Vec<u8>> {
    let certificate = Certificate::from_der(der).ok()?;
    let issuer = certificate.tbs_certificate.issuer.to_der().ok()?;
    let serial = certificate.tbs_certificate.serial_number.to_der().ok()?;
    Some([issuer, serial].concat())
}

fn holds(token: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && token.windows(part.len()).any(|window| window == part)
}
