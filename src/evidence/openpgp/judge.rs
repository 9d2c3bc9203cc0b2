//! Judges one signature: who made it, over these bytes, with a key that was live?

use super::policy::{self, PolicyKind};
use super::ring::{KeyRing, PACKET_LIMIT};
use super::standing::{self, CLOCK_TOLERANCE, Signing};
use crate::answer::failure::FailureClass;
use crate::answer::finding::Note;
use crate::evidence::scheme::Refusal;
use crate::evidence::scheme::date;
use sequoia_openpgp::cert::amalgamation::UserIDAmalgamation;
use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::crypto::mpi::PublicKey;
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::packet::{Key, Signature};
use sequoia_openpgp::policy::Policy;
use sequoia_openpgp::types::RevocationStatus;
use sequoia_openpgp::{Cert, Error as PgpError, KeyHandle};
use std::collections::BTreeSet;
use std::time::SystemTime;

/// Keys tried for one signature.
const BLIND_LIMIT: usize = 200;

/// How often a key is tried for all signatures of one file together.
pub(super) const TRIED: usize = 256;

/// Issuers of one signature that are looked at.
const ISSUER_LIMIT: usize = 16;

/// A key of the ring that made a signature over these bytes. Only [`judge`] makes one.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    certificate: String,
    key: String,
    user_id: Option<String>,
    revoked_ids: Option<usize>,
    algorithm: String,
}

impl Signer {
    /// Fingerprint of the primary key, upper-case hexadecimal.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }
    /// Fingerprint of the key that signed; that of the primary key unless it was a subkey.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
    /// The primary user id. Chosen by the key's owner: raw text from outside.
    pub(crate) fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }
    /// How many user ids there are, where the key's owner has revoked every one.
    pub(crate) fn revoked_ids(&self) -> Option<usize> {
        self.revoked_ids
    }
    /// Public key algorithm and size.
    pub(crate) fn algorithm(&self) -> &str {
        &self.algorithm
    }
}

/// What there is to say of one signature.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    /// Why it does not count; `None` where it does.
    pub(crate) class: Option<FailureClass>,
    /// The reason in a sentence without a full stop; empty where it counts.
    pub(crate) text: String,
    /// What else is against it, of other classes: whoever accepts the first has not accepted these.
    pub(crate) also: Vec<Refusal>,
    /// Who made it: known as soon as the cryptography holds, whether or not it counts.
    pub(crate) signer: Option<Signer>,
    /// Weaknesses and expiries that do not keep it from counting.
    pub(crate) notes: Vec<Note>,
}

impl Judgement {
    fn refused(class: FailureClass, text: impl Into<String>) -> Self {
        let (also, notes) = (Vec::new(), Vec::new());
        Self { class: Some(class), text: text.into(), also, signer: None, notes }
    }
}

const NOT_IN_RING: &str = "this is not among the given keys";

const UNREADABLE: &str = "its key is in the key file, with something that is no part of a key, so that what \
                          else is there, perhaps a revocation, is not known: get another copy";

type Candidate<'a> = (&'a Cert, Key<PublicParts, UnspecifiedRole>);

/// Judges `signature`, whose document hash is at `document`, at the time `now`.
///
/// The steps, in this order: a key of the ring is named; that key made the signature over these
/// bytes; hash and key are within the policy; the certificate binds the key, for signing; neither
/// is revoked; both were live when it signed; the signature has not expired. `left` is how often a key may
/// still be tried.
pub(crate) fn judge(
    signature: &Signature,
    document: Option<&Context>,
    ring: &KeyRing,
    kind: PolicyKind,
    now: SystemTime,
    left: &mut usize,
) -> Judgement {
    let issuers = signature.get_issuers();
    let mut candidates = candidates(&issuers, ring);
    if candidates.is_empty() {
        let unsupported = |text| Judgement::refused(FailureClass::EvidenceUnsupported, text);
        return match () {
            () if issuers.iter().any(|issuer| ring.is_flooded(issuer)) => unsupported(flooded()),
            () if issuers.iter().take(ISSUER_LIMIT).any(|issuer| ring.is_unreadable(issuer)) => {
                unsupported(UNREADABLE.to_owned())
            }
            () => Judgement::refused(FailureClass::SignerUnknown, NOT_IN_RING),
        };
    }
    let Some(signed) = signature.signature_creation_time() else {
        return Judgement::refused(
            FailureClass::SignatureMalformed,
            "it does not say when it was made",
        );
    };
    if signature.hash_algo() == sequoia_openpgp::types::HashAlgorithm::MD5 {
        let text = "it is over an MD5 hash, which can be made to fit other bytes";
        let also = "MD5 is not computed here, so that it may be over other bytes";
        return Judgement {
            also: vec![(FailureClass::EvidenceUnsupported, also.to_owned())],
            ..Judgement::refused(FailureClass::SignatureWeak, text)
        };
    }
    let Some(document) = document else {
        return Judgement::refused(
            FailureClass::EvidenceUnsupported,
            format!("this build does not compute the hash {}", signature.hash_algo()),
        );
    };
    let many = candidates.len() > *left;
    candidates.truncate(*left);
    *left -= candidates.len();
    // Two keys may share a key id, and two certificates a key.
    let mut failure = None;
    let mut made = Vec::new();
    for (cert, key) in &candidates {
        match made_by(signature, document, key, signed) {
            Ok(()) => {
                let signing = Signing::new(cert, key, kind, signed, now, Some(ring));
                made.push(judge_key(signature, &signing));
            }
            Err(refusal) => _ = failure.get_or_insert(refusal),
        }
    }
    if let Some(judgement) = strongest(made) {
        return judgement;
    }
    if many {
        let text = "its file has more signatures, and the key file more keys, than are tried";
        return Judgement::refused(FailureClass::EvidenceUnsupported, text);
    }
    match failure {
        // It named the key: that key signed something else. Without a name, no one is contradicted.
        Some((class, text)) if !issuers.is_empty() => {
            Judgement { also: not_computed(class), ..Judgement::refused(class, text) }
        }
        _ => Judgement::refused(FailureClass::SignerUnknown, NOT_IN_RING),
    }
}

/// What is not known where the library stops before it computes a signature: whoever accepts the date has not accepted
/// other bytes.
fn not_computed(class: FailureClass) -> Vec<Refusal> {
    let text =
        "a signature from before its key is not computed here, so that it may be over other bytes";
    let is_date = class == FailureClass::KeyNotYet;
    is_date.then(|| (FailureClass::EvidenceUnsupported, text.to_owned())).into_iter().collect()
}

/// The key is there, and was not read.
fn flooded() -> String {
    format!(
        "its key is in the key file, with more than the {PACKET_LIMIT} user ids, subkeys and \
         signatures of its own that are read: get a copy made with gpg --export-options \
         export-minimal"
    )
}

/// The keys that could have made it, each once, a bounded number of them.
fn candidates<'a>(issuers: &[KeyHandle], ring: &'a KeyRing) -> Vec<Candidate<'a>> {
    let mut found: Vec<Candidate> = if issuers.is_empty() {
        ring.first_keys(BLIND_LIMIT)
    } else {
        // A signature may name its issuer thousands of times where no signature covers it.
        let mut distinct: Vec<&KeyHandle> = Vec::new();
        for issuer in issuers {
            if distinct.len() < ISSUER_LIMIT && !distinct.contains(&issuer) {
                distinct.push(issuer);
            }
        }
        distinct.into_iter().flat_map(|issuer| ring.candidates(issuer)).collect()
    };
    let mut seen = BTreeSet::new();
    found.retain(|(cert, key)| seen.insert((cert.fingerprint(), key.fingerprint())));
    found.truncate(BLIND_LIMIT);
    found
}

/// The judgement if one key is in several certificates: a revocation in any of them counts,
/// and otherwise one that lets the signature count is enough.
fn strongest(verdicts: Vec<Judgement>) -> Option<Judgement> {
    let revoked = |v: &Judgement| v.class == Some(FailureClass::KeyRevoked);
    verdicts.into_iter().min_by_key(|v| (!revoked(v), v.class.is_some()))
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
            ) => (FailureClass::EvidenceUnsupported, unsupported(signature, key)),
            // The pure Rust backend stops there, before it looks at the signature.
            None if policy::beyond_backend(key) => {
                (FailureClass::EvidenceUnsupported, standing::beyond_backend(key, "signatures"))
            }
            _ if policy::is_short_for_botan(signature, key) => {
                (FailureClass::EvidenceUnsupported, policy::SHORT_FOR_BOTAN.to_owned())
            }
            _ => (
                FailureClass::SignatureBad,
                format!("the key {} signed different bytes", key.fingerprint()),
            ),
        }
    })
}

fn unsupported(signature: &Signature, key: &Key<PublicParts, UnspecifiedRole>) -> String {
    let algorithm = signature.pk_algo();
    match key.mpis() {
        PublicKey::ECDSA { curve, .. } | PublicKey::EdDSA { curve, .. } => {
            format!(
                "this build does not compute {algorithm} signatures on {curve}; one with the cargo \
                 feature crypto-openssl or crypto-botan in place of crypto-rust may"
            )
        }
        _ => format!("this build does not compute {algorithm} signatures"),
    }
}

/// Everything after the cryptography.
fn judge_key(signature: &Signature, signing: &Signing) -> Judgement {
    let signer = Signer {
        certificate: signing.cert.fingerprint().to_string(),
        key: signing.key.fingerprint().to_string(),
        user_id: user_id(signing.cert, &signing.policy, signing.now),
        revoked_ids: all_revoked(signing.cert, &signing.policy, signing.now),
        algorithm: algorithm(signing.key),
    };
    let mut notes = Vec::new();
    let mut refusals = refusals(signature, signing, &mut notes).into_iter();
    let (class, text) = match refusals.next() {
        None => (None, String::new()),
        Some((class, text)) => (Some(class), text),
    };
    Judgement { class, text, also: refusals.collect(), signer: Some(signer), notes }
}

/// Why the signature does not count, one reason of each class: nothing where it counts. What does not keep it from
/// counting goes to `notes`.
fn refusals(signature: &Signature, signing: &Signing, notes: &mut Vec<Note>) -> Vec<Refusal> {
    let weak = policy::weaknesses(signature, signing.key);
    let mut found = Vec::new();
    found.extend(taken(signature, signing, &weak).err());
    let expiry = signing.stands(&weak, notes).unwrap_or_else(|refusal| {
        found.push(refusal);
        // A policy may accept that: what else is against the key is asked all the same.
        found.extend(signing.not_revoked(&mut Vec::new()).err());
        signing.expiry()
    });
    found.extend(live(signature, signing, expiry, notes));
    let mut seen = BTreeSet::new();
    found.retain(|(class, _)| seen.insert(*class));
    if found.is_empty() {
        for text in weak.into_iter().chain(signing.binding_weaknesses()) {
            notes.push(Note { class: FailureClass::SignatureWeak, text });
        }
    }
    found
}

/// The policy takes the signature for what it is.
fn taken(signature: &Signature, signing: &Signing, weak: &[String]) -> Result<(), Refusal> {
    if !policy::takes_signature(&signing.policy, signature) {
        // Not for its strength: RFC 9580, section 5.2.3.7 wants such a signature refused.
        let text = "it has a critical part that is not understood here";
        return Err(match weak {
            [] => (FailureClass::EvidenceUnsupported, text.to_owned()),
            weak => signing.too_weak(weak),
        });
    }
    Ok(())
}

/// The key was live when it signed, and the signature is now; else all that is against that.
fn live(
    signature: &Signature,
    signing: &Signing,
    expiry: Option<SystemTime>,
    notes: &mut Vec<Note>,
) -> Vec<Refusal> {
    let Signing { signed, now, .. } = *signing;
    let mut found = Vec::new();
    if signed > now + CLOCK_TOLERANCE {
        let text = format!("it claims to be made on {}, which lies ahead", date(signed));
        found.push((FailureClass::KeyNotYet, text));
    }
    if let Some(expiry) = expiry.filter(|expiry| *expiry <= signed) {
        let text =
            format!("the key had expired on {} when it signed on {}", date(expiry), date(signed));
        found.push((FailureClass::KeyExpired, text));
    }
    if let Some(ended) = signature.signature_expiration_time().filter(|ended| *ended <= now) {
        let text = format!("the signature itself expired on {}", date(ended));
        found.push((FailureClass::SignatureExpired, text));
    }
    if let Some(expiry) = expiry.filter(|expiry| found.is_empty() && *expiry <= now) {
        let text = format!(
            "the key has expired since, on {}; it was live on {}",
            date(expiry),
            date(signed)
        );
        notes.push(Note { class: FailureClass::KeyExpiredNow, text });
    }
    found
}

/// The user ids that the key's owner has put a signature on, or revoked. Anyone can add others: they name no one.
pub(super) fn own_user_ids(cert: &Cert) -> impl Iterator<Item = UserIDAmalgamation<'_>> {
    cert.userids().filter(|ua| {
        let bundle = ua.bundle();
        bundle.self_signatures().next().is_some() || bundle.self_revocations().next().is_some()
    })
}

/// The user id that the certificate's owner put first. Where all were revoked, it is one of those: the
/// key counts all the same, as only a revocation of the key itself ends it.
fn user_id(cert: &Cert, policy: &dyn Policy, now: SystemTime) -> Option<String> {
    let valid = cert.with_policy(policy, now).ok();
    let primary = valid.as_ref().and_then(|v| v.primary_userid().ok());
    let bytes = match &primary {
        Some(primary) => primary.userid().value(),
        None => own_user_ids(cert).next()?.userid().value(),
    };
    Some(String::from_utf8_lossy(bytes).into_owned())
}

/// How many user ids a certificate has, where its owner has revoked every one of them.
fn all_revoked(cert: &Cert, policy: &dyn Policy, now: SystemTime) -> Option<usize> {
    let revoked = |ua: UserIDAmalgamation<'_>| {
        matches!(ua.revocation_status(policy, now), RevocationStatus::Revoked(_))
    };
    let count = own_user_ids(cert).count();
    (count > 0 && own_user_ids(cert).all(revoked)).then_some(count)
}

pub(super) fn algorithm(key: &Key<PublicParts, UnspecifiedRole>) -> String {
    match key.mpis().bits() {
        Some(bits) => format!("{} {bits}", key.pk_algo()),
        None => key.pk_algo().to_string(),
    }
}
