//! Judges one signature: who made it, over these bytes, with a key that was live?

use super::policy::{self, PolicyKind};
use super::ring::KeyRing;
use crate::failure::FailureClass;
use crate::finding::Note;
use sequoia_openpgp::cert::ValidCert;
use sequoia_openpgp::cert::amalgamation::key::{PrimaryKey, ValidErasedKeyAmalgamation};
use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::packet::{Key, Signature};
use sequoia_openpgp::policy::Policy;
use sequoia_openpgp::types::{ReasonForRevocation, RevocationStatus, RevocationType};
use sequoia_openpgp::{Cert, Error as PgpError};
use std::time::{Duration, SystemTime};

/// How far a signer's clock may be ahead of ours.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(30 * 60);

/// Keys tried for a signature that names no issuer.
const BLIND_LIMIT: usize = 200;

/// A key of the ring that made a signature over these bytes. Only [`judge`] makes one.
#[derive(Debug, Clone)]
pub struct Signer {
    certificate: String,
    key: String,
    user_id: Option<String>,
    algorithm: String,
}

impl Signer {
    /// Fingerprint of the primary key, upper-case hexadecimal.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }
    /// Fingerprint of the key that signed; that of the primary key unless it was a subkey.
    pub fn key(&self) -> &str {
        &self.key
    }
    /// The primary user id. Chosen by the key's owner: raw text from outside.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }
    /// Public key algorithm and size.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }
}

/// What there is to say of one signature.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Why it does not count; `None` where it does.
    pub class: Option<FailureClass>,
    /// The reason in a sentence without a full stop; empty where it counts.
    pub text: String,
    /// Who made it: known as soon as the cryptography holds, whether or not it counts.
    pub signer: Option<Signer>,
    /// Weaknesses and expiries that do not keep it from counting.
    pub notes: Vec<Note>,
}

impl Verdict {
    fn refused(class: FailureClass, text: impl Into<String>) -> Self {
        Self { class: Some(class), text: text.into(), signer: None, notes: Vec::new() }
    }
}

type Candidate<'a> = (&'a Cert, Key<PublicParts, UnspecifiedRole>);

/// Judges `signature`, whose document hash stands at `document`, at the time `now`.
///
/// The steps, in this order: a key of the ring is named; that key made the signature over these
/// bytes; hash and key are within the policy; the certificate binds the key, for signing; neither
/// is revoked; both were live when it signed; the signature has not expired.
pub fn judge(
    signature: &Signature,
    document: Option<&Context>,
    ring: &KeyRing,
    kind: PolicyKind,
    now: SystemTime,
) -> Verdict {
    let issuers = signature.get_issuers();
    let candidates: Vec<Candidate> = if issuers.is_empty() {
        ring.all_keys().into_iter().take(BLIND_LIMIT).collect()
    } else {
        issuers.iter().flat_map(|issuer| ring.candidates(issuer)).collect()
    };
    if candidates.is_empty() {
        return Verdict::refused(
            FailureClass::SignerUnknown,
            "made by a key that is not in the key ring",
        );
    }
    let Some(signed) = signature.signature_creation_time() else {
        return Verdict::refused(
            FailureClass::SignatureMalformed,
            "it does not say when it was made",
        );
    };
    if signature.hash_algo() == sequoia_openpgp::types::HashAlgorithm::MD5 {
        return Verdict::refused(
            FailureClass::SignatureWeak,
            "it is over an MD5 hash, which can be made to fit other bytes",
        );
    }
    let Some(document) = document else {
        return Verdict::refused(
            FailureClass::NotCheckedUnsupported,
            format!("this build does not compute the hash {}", signature.hash_algo()),
        );
    };
    // One that holds is enough: key ids are short, and two keys may share one.
    let mut failure = None;
    for (cert, key) in &candidates {
        match made_by(signature, document, key, signed) {
            Ok(()) => return judge_key(signature, cert, key, signed, kind, now),
            Err(verdict) => _ = failure.get_or_insert(verdict),
        }
    }
    failure.unwrap_or_else(|| {
        Verdict::refused(FailureClass::SignerUnknown, "made by a key that is not in the key ring")
    })
}

/// The cryptography alone: `key` made `signature` over the bytes behind `document`.
fn made_by(
    signature: &Signature,
    document: &Context,
    key: &Key<PublicParts, UnspecifiedRole>,
    signed: SystemTime,
) -> Result<(), Verdict> {
    if signed < key.creation_time() {
        return Err(Verdict::refused(
            FailureClass::KeyNotYet,
            format!(
                "it claims to be made on {}, before the key was, on {}",
                date(signed),
                date(key.creation_time())
            ),
        ));
    }
    signature.verify_hash(key, document.clone()).map_err(|error| {
        match error.downcast_ref::<PgpError>() {
            Some(
                PgpError::UnsupportedPublicKeyAlgorithm(_)
                | PgpError::UnsupportedEllipticCurve(_)
                | PgpError::UnsupportedHashAlgorithm(_)
                | PgpError::UnsupportedSignatureType(_),
            ) => Verdict::refused(
                FailureClass::NotCheckedUnsupported,
                format!("this build does not compute {} signatures", signature.pk_algo()),
            ),
            // The pure Rust backend stops at 4096 bits, before it looks at the signature.
            None if policy::beyond_backend(key) => Verdict::refused(
                FailureClass::NotCheckedUnsupported,
                format!(
                    "this build does not compute RSA signatures with {} bits",
                    key.mpis().bits().unwrap_or_default()
                ),
            ),
            _ => Verdict::refused(
                FailureClass::SignatureBad,
                format!("the key {} did not make it over these bytes", key.fingerprint()),
            ),
        }
    })
}

/// Everything after the cryptography.
fn judge_key(
    signature: &Signature,
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    signed: SystemTime,
    kind: PolicyKind,
    now: SystemTime,
) -> Verdict {
    let policy = kind.to_policy();
    let signer = Signer {
        certificate: cert.fingerprint().to_string(),
        key: key.fingerprint().to_string(),
        user_id: user_id(cert, &policy, now),
        algorithm: algorithm(key),
    };
    let mut verdict =
        Verdict { class: None, text: String::new(), signer: Some(signer), notes: Vec::new() };
    match live(signature, cert, key, signed, kind, &policy, now, &mut verdict.notes) {
        Ok(()) => {}
        Err((class, text)) => (verdict.class, verdict.text) = (Some(class), text),
    }
    verdict
}

pub(super) type Refusal = (FailureClass, String);

#[allow(clippy::too_many_arguments)]
fn live(
    signature: &Signature,
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    signed: SystemTime,
    kind: PolicyKind,
    policy: &dyn Policy,
    now: SystemTime,
    notes: &mut Vec<Note>,
) -> Result<(), Refusal> {
    let at = kind.reference_time(signed, now);
    let weak = policy::weaknesses(signature, key);
    if policy::too_short(key) || !policy::takes_signature(policy, signature) {
        return Err((FailureClass::SignatureWeak, refuse_weak(&weak, kind)));
    }
    let refuse_binding = || refuse_binding(cert, key, kind, now);
    let weak_binding = |class: Refusal| match kind {
        // What only the strict policy refuses is a matter of strength, not of the key's structure.
        PolicyKind::Strict if bound(cert, key, &PolicyKind::Gentoo.to_policy(), at) => (
            FailureClass::SignatureWeak,
            refuse_weak(&[weak.clone(), binding_weaknesses(cert, key, at)].concat(), kind),
        ),
        _ => class,
    };
    let valid = cert.with_policy(policy, at).map_err(|_| weak_binding(refuse_binding()))?;
    let ka = valid
        .keys()
        .find(|ka| ka.key().fingerprint() == key.fingerprint())
        .ok_or_else(|| weak_binding(refuse_binding()))?;
    if policy.key(&ka.clone().into()).is_err() {
        return Err((FailureClass::SignatureWeak, refuse_weak(&weak, kind)));
    }
    if !may_sign(&ka) {
        return Err((
            FailureClass::KeyUnusable,
            format!("the key {} is not marked for signing", key.fingerprint()),
        ));
    }
    not_revoked(&valid, cert, key, policy, signed, at, notes)?;
    if signed > now + CLOCK_TOLERANCE {
        return Err((
            FailureClass::KeyNotYet,
            format!("it claims to be made on {}, which lies ahead", date(signed)),
        ));
    }
    let expiry = expiry(&valid, &ka);
    if let Some(expiry) = expiry {
        if expiry <= signed {
            return Err((
                FailureClass::KeyExpired,
                format!(
                    "the key had expired on {} when it signed on {}",
                    date(expiry),
                    date(signed)
                ),
            ));
        }
        if expiry <= now {
            let text = format!(
                "the key has expired since, on {}; it was live on {}",
                date(expiry),
                date(signed)
            );
            notes.push(Note { class: FailureClass::KeyExpiredNow, text });
        }
    }
    if let Some(expiry) = signature.signature_expiration_time().filter(|e| *e <= now) {
        return Err((
            FailureClass::SignatureExpired,
            format!("the signature itself expired on {}", date(expiry)),
        ));
    }
    for text in weak.into_iter().chain(binding_weaknesses(cert, key, at)) {
        notes.push(Note { class: FailureClass::SignatureWeak, text });
    }
    Ok(())
}

/// When the key or its certificate expires, whichever comes first.
pub(super) fn expiry(
    valid: &ValidCert,
    ka: &ValidErasedKeyAmalgamation<PublicParts>,
) -> Option<SystemTime> {
    [valid.primary_key().key_expiration_time(), ka.key_expiration_time()]
        .into_iter()
        .flatten()
        .min()
}

/// Whether the certificate lets the key sign documents.
///
/// Old keys carry no key flags at all; gpg then lets the primary key do what its algorithm can. A
/// subkey without flags has no back signature either, and counts for nothing.
pub(super) fn may_sign(ka: &ValidErasedKeyAmalgamation<PublicParts>) -> bool {
    ka.for_signing()
        || (ka.primary() && ka.key_flags().is_none() && ka.key().pk_algo().for_signing())
}

/// Hard revocations fell every signature; soft ones (retired, superseded) those made afterwards.
pub(super) fn not_revoked(
    valid: &ValidCert,
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    policy: &dyn Policy,
    signed: SystemTime,
    at: SystemTime,
    notes: &mut Vec<Note>,
) -> Result<(), Refusal> {
    let subkey = cert.keys().subkeys().find(|ka| ka.key().fingerprint() == key.fingerprint());
    let statuses = [
        Some(valid.revocation_status()),
        subkey.as_ref().map(|ka| ka.bundle().revocation_status(policy, at)),
    ];
    for status in statuses.into_iter().flatten() {
        let revocations = match status {
            RevocationStatus::Revoked(revocations) => revocations,
            // A designated revoker that is not in hand cannot be told from a stranger.
            RevocationStatus::CouldBe(_) | RevocationStatus::NotAsFarAsWeKnow => continue,
        };
        for revocation in revocations {
            let (reason, soft) = match revocation.reason_for_revocation() {
                Some((reason, _)) => {
                    (reason_text(reason), reason.revocation_type() == RevocationType::Soft)
                }
                None => ("no reason given", false),
            };
            let when = revocation.signature_creation_time().unwrap_or(SystemTime::UNIX_EPOCH);
            let text = format!("the key was revoked on {} ({reason})", date(when));
            if soft && signed < when {
                let text = format!("{text}, after it signed on {}", date(signed));
                notes.push(Note { class: FailureClass::KeyRevoked, text });
            } else {
                return Err((FailureClass::KeyRevoked, text));
            }
        }
    }
    Ok(())
}

pub(super) fn reason_text(reason: ReasonForRevocation) -> &'static str {
    match reason {
        ReasonForRevocation::KeyCompromised => "the secret key leaked",
        ReasonForRevocation::KeySuperseded => "superseded by another key",
        ReasonForRevocation::KeyRetired => "no longer in use",
        ReasonForRevocation::UIDRetired => "a user id was retired",
        _ => "no reason given",
    }
}

pub(super) fn bound(
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    policy: &dyn Policy,
    at: SystemTime,
) -> bool {
    cert.with_policy(policy, at)
        .is_ok_and(|valid| valid.keys().any(|ka| ka.key().fingerprint() == key.fingerprint()))
}

/// Why no self-signature that counts was found.
pub(super) fn refuse_binding(
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    kind: PolicyKind,
    now: SystemTime,
) -> Refusal {
    let primary = cert.primary_key().key();
    if policy::beyond_backend(primary) {
        let bits = primary.mpis().bits().unwrap_or_default();
        let text =
            format!("this build does not compute the key's RSA self-signatures with {bits} bits");
        return (FailureClass::NotCheckedUnsupported, text);
    }
    (FailureClass::KeyUnusable, binding_text(cert, key, kind, now))
}

fn binding_text(
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    kind: PolicyKind,
    now: SystemTime,
) -> String {
    let gentoo = PolicyKind::Gentoo.to_policy();
    if kind == PolicyKind::Strict && bound(cert, key, &gentoo, now) {
        return "the key has no self-signature that is old enough to count for this signature"
            .to_owned();
    }
    "no self-signature that counts binds the key to its certificate".to_owned()
}

/// SHA-1 and the like in the self-signatures that make the key usable.
pub(super) fn binding_weaknesses(
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    at: SystemTime,
) -> Vec<String> {
    let policy = PolicyKind::Gentoo.to_policy();
    let Ok(valid) = cert.with_policy(&policy, at) else { return Vec::new() };
    let Some(ka) = valid.keys().find(|ka| ka.key().fingerprint() == key.fingerprint()) else {
        return Vec::new();
    };
    let primary = valid.primary_key().binding_signature();
    let mut hashes: Vec<_> = [primary, ka.binding_signature()]
        .into_iter()
        .filter_map(|signature| policy::weak_hash(signature.hash_algo()))
        .collect();
    hashes.dedup();
    hashes
        .into_iter()
        .map(|hash| format!("the key's self-signature is over a {hash} hash"))
        .collect()
}

pub(super) fn refuse_weak(weak: &[String], kind: PolicyKind) -> String {
    match weak {
        [] => format!("the {} policy does not take this kind of signature or key", kind.name()),
        weak => format!("{}, below the {} policy", weak.join(" and "), kind.name()),
    }
}

fn user_id(cert: &Cert, policy: &dyn Policy, now: SystemTime) -> Option<String> {
    let valid = cert.with_policy(policy, now).ok();
    let primary = valid.as_ref().and_then(|v| v.primary_userid().ok());
    let bytes = match &primary {
        Some(primary) => primary.userid().value(),
        None => cert.userids().next()?.userid().value(),
    };
    Some(String::from_utf8_lossy(bytes).into_owned())
}

pub(super) fn algorithm(key: &Key<PublicParts, UnspecifiedRole>) -> String {
    match key.mpis().bits() {
        Some(bits) => format!("{} {bits}", key.pk_algo()),
        None => key.pk_algo().to_string(),
    }
}

/// The day of `time` in UTC, as people read it.
pub fn date(time: SystemTime) -> String {
    match jiff::Timestamp::try_from(time) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        Err(_) => "an impossible date".to_owned(),
    }
}
