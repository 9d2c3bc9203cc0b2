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

const NOT_IN_RING: &str = "made by a key that is not in the key ring";

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
        return Verdict::refused(FailureClass::SignerUnknown, NOT_IN_RING);
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
    match failure {
        // It named the key: that key signed something else. Without a name, nobody is contradicted.
        Some((class, text)) if !issuers.is_empty() => Verdict::refused(class, text),
        _ => Verdict::refused(FailureClass::SignerUnknown, NOT_IN_RING),
    }
}

/// The cryptography alone: `key` made `signature` over the bytes behind `document`.
fn made_by(
    signature: &Signature,
    document: &Context,
    key: &Key<PublicParts, UnspecifiedRole>,
    signed: SystemTime,
) -> Result<(), Refusal> {
    if signed < key.creation_time() {
        let made = date(key.creation_time());
        let text =
            format!("it claims to be made on {}, before the key was, on {made}", date(signed));
        return Err((FailureClass::KeyNotYet, text));
    }
    signature.verify_hash(key, document.clone()).map_err(|error| {
        match error.downcast_ref::<PgpError>() {
            Some(
                PgpError::UnsupportedPublicKeyAlgorithm(_)
                | PgpError::UnsupportedEllipticCurve(_)
                | PgpError::UnsupportedHashAlgorithm(_)
                | PgpError::UnsupportedSignatureType(_),
            ) => (
                FailureClass::NotCheckedUnsupported,
                format!("this build does not compute {} signatures", signature.pk_algo()),
            ),
            _ => (
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
    let at = kind.reference_time(signed, now);
    let made = Made { signature, cert, key, signed, kind, policy: &policy, at, now };
    let mut notes = Vec::new();
    let (class, text) = match made.counts(&mut notes) {
        Ok(()) => (None, String::new()),
        Err((class, text)) => (Some(class), text),
    };
    Verdict { class, text, signer: Some(signer), notes }
}

type Refusal = (FailureClass, String);

/// A signature that a key of the ring made over these bytes.
struct Made<'a> {
    signature: &'a Signature,
    cert: &'a Cert,
    key: &'a Key<PublicParts, UnspecifiedRole>,
    signed: SystemTime,
    kind: PolicyKind,
    policy: &'a dyn Policy,
    /// The moment at which the certificate is looked at.
    at: SystemTime,
    now: SystemTime,
}

impl Made<'_> {
    /// Whether it counts; what does not keep it from counting goes to `notes`.
    fn counts(&self, notes: &mut Vec<Note>) -> Result<(), Refusal> {
        let weak = policy::weaknesses(self.signature, self.key);
        let too_weak = || (FailureClass::SignatureWeak, refuse_weak(&weak, self.kind));
        if policy::too_short(self.key) || !policy::takes_signature(self.policy, self.signature) {
            return Err(too_weak());
        }
        let unbound = |_| self.unbound(&weak);
        let valid = self.cert.with_policy(self.policy, self.at).map_err(unbound)?;
        let ka = valid.keys().find(|ka| ka.key().fingerprint() == self.key.fingerprint());
        let ka = ka.ok_or_else(|| self.unbound(&weak))?;
        if self.policy.key(&ka).is_err() {
            return Err(too_weak());
        }
        if !may_sign(&ka) {
            let text = format!("the key {} is not marked for signing", self.key.fingerprint());
            return Err((FailureClass::KeyUnusable, text));
        }
        self.not_revoked(&valid, notes)?;
        let primary_expiry = valid.primary_key().key_expiration_time();
        self.live([primary_expiry, ka.key_expiration_time()].into_iter().flatten().min(), notes)?;
        for text in weak.into_iter().chain(self.binding_weaknesses()) {
            notes.push(Note { class: FailureClass::SignatureWeak, text });
        }
        Ok(())
    }

    /// The key was live when it signed, and the signature is now.
    fn live(&self, expiry: Option<SystemTime>, notes: &mut Vec<Note>) -> Result<(), Refusal> {
        let Self { signed, now, .. } = *self;
        if signed > now + CLOCK_TOLERANCE {
            let text = format!("it claims to be made on {}, which lies ahead", date(signed));
            return Err((FailureClass::KeyNotYet, text));
        }
        if let Some(expiry) = expiry.filter(|expiry| *expiry <= signed) {
            let text = format!(
                "the key had expired on {} when it signed on {}",
                date(expiry),
                date(signed)
            );
            return Err((FailureClass::KeyExpired, text));
        }
        let ended = self.signature.signature_expiration_time();
        if let Some(ended) = ended.filter(|ended| *ended <= now) {
            let text = format!("the signature itself expired on {}", date(ended));
            return Err((FailureClass::SignatureExpired, text));
        }
        if let Some(expiry) = expiry.filter(|expiry| *expiry <= now) {
            let text = format!(
                "the key has expired since, on {}; it was live on {}",
                date(expiry),
                date(signed)
            );
            notes.push(Note { class: FailureClass::KeyExpiredNow, text });
        }
        Ok(())
    }

    /// Hard revocations fell every signature; soft ones (retired, superseded) those made
    /// afterwards.
    fn not_revoked(&self, valid: &ValidCert, notes: &mut Vec<Note>) -> Result<(), Refusal> {
        let mut subkeys = self.cert.keys().subkeys();
        let subkey = subkeys.find(|ka| ka.key().fingerprint() == self.key.fingerprint());
        let statuses = [
            Some(valid.revocation_status()),
            subkey.as_ref().map(|ka| ka.bundle().revocation_status(self.policy, self.at)),
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
                if !soft || self.signed >= when {
                    return Err((FailureClass::KeyRevoked, text));
                }
                let text = format!("{text}, after it signed on {}", date(self.signed));
                notes.push(Note { class: FailureClass::KeyRevoked, text });
            }
        }
        Ok(())
    }

    /// Why no self-signature binds the key: what only the strict policy refuses is a matter of
    /// strength or age, not of the key's structure.
    fn unbound(&self, weak: &[String]) -> Refusal {
        let gentoo = PolicyKind::Gentoo.to_policy();
        if self.kind == PolicyKind::Strict && self.bound(&gentoo, self.at) {
            let weak = [weak, &self.binding_weaknesses()].concat();
            return (FailureClass::SignatureWeak, refuse_weak(&weak, self.kind));
        }
        let text = if self.kind == PolicyKind::Strict && self.bound(&gentoo, self.now) {
            "the key has no self-signature that is old enough to count for this signature"
        } else {
            "no self-signature that counts binds the key to its certificate"
        };
        (FailureClass::KeyUnusable, text.to_owned())
    }

    fn bound(&self, policy: &dyn Policy, at: SystemTime) -> bool {
        self.cert.with_policy(policy, at).is_ok_and(|valid| {
            valid.keys().any(|ka| ka.key().fingerprint() == self.key.fingerprint())
        })
    }

    /// SHA-1 and the like in the self-signatures that make the key usable.
    fn binding_weaknesses(&self) -> Vec<String> {
        let policy = PolicyKind::Gentoo.to_policy();
        let Ok(valid) = self.cert.with_policy(&policy, self.at) else { return Vec::new() };
        let mut keys = valid.keys();
        let Some(ka) = keys.find(|ka| ka.key().fingerprint() == self.key.fingerprint()) else {
            return Vec::new();
        };
        let signatures = [valid.primary_key().binding_signature(), ka.binding_signature()];
        let mut hashes: Vec<_> =
            signatures.iter().filter_map(|s| policy::weak_hash(s.hash_algo())).collect();
        hashes.dedup();
        hashes
            .into_iter()
            .map(|hash| format!("the key's self-signature is over a {hash} hash"))
            .collect()
    }
}

/// Whether the certificate lets the key sign documents.
///
/// Old keys carry no key flags at all; gpg then lets the primary key do what its algorithm can. A
/// subkey without flags has no back signature either, and counts for nothing.
fn may_sign(ka: &ValidErasedKeyAmalgamation<PublicParts>) -> bool {
    let by_algorithm = ka.key_flags().is_none() && ka.key().pk_algo().for_signing();
    ka.for_signing() || (ka.primary() && by_algorithm)
}

fn reason_text(reason: ReasonForRevocation) -> &'static str {
    match reason {
        ReasonForRevocation::KeyCompromised => "the secret key leaked",
        ReasonForRevocation::KeySuperseded => "superseded by another key",
        ReasonForRevocation::KeyRetired => "no longer in use",
        ReasonForRevocation::UIDRetired => "a user id was retired",
        _ => "no reason given",
    }
}

fn refuse_weak(weak: &[String], kind: PolicyKind) -> String {
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

fn algorithm(key: &Key<PublicParts, UnspecifiedRole>) -> String {
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
