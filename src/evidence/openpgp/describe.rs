//! What keys and signatures say of themselves, for people who look at them.

use super::armor::{self, ArmorFault};
use super::judge;
use super::policy::PolicyKind;
use super::ring;
use super::signature::UnverifiedSignatures;
use super::standing;
use crate::answer::failure::FailureClass;
use crate::evidence::scheme::date;
use sequoia_openpgp::cert::amalgamation::key::PrimaryKey as _;
use sequoia_openpgp::cert::{CertParser, ValidCert};
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::packet::{Key, Signature};
use sequoia_openpgp::parse::{PacketParser, Parse as _};
use sequoia_openpgp::types::{ReasonForRevocation, RevocationStatus, RevocationType};
use sequoia_openpgp::{Cert, KeyHandle};
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// How long before a key expires it is time to look for a refreshed copy.
pub(crate) const SOON: Duration = Duration::from_secs(90 * 86_400);

/// What a key file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct KeyFile {
    /// Certificates that cannot be read.
    pub(crate) unreadable: usize,
    /// The others.
    pub(crate) keys: Vec<Certificate>,
}

/// A certificate: a primary key and what is bound to it. Fingerprints are in upper-case
/// hexadecimal, times in RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Certificate {
    /// Fingerprint of the primary key.
    pub(crate) fingerprint: String,
    /// Version of the primary key.
    pub(crate) version: u8,
    /// Whether secret key material is in the file.
    pub(crate) secret: bool,
    /// The user ids, as their owner wrote them.
    pub(crate) user_ids: Vec<UserId>,
    /// The revocation of the whole, if there is one.
    pub(crate) revoked: Option<Revocation>,
    /// The primary key and the subkeys.
    pub(crate) keys: Vec<KeyInfo>,
    /// What there is to do for anyone who maintains the key package.
    pub(crate) refresh: Vec<Advice>,
}

/// A user id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UserId {
    /// Raw text from outside.
    pub(crate) user_id: String,
    /// Whether its owner has revoked it.
    pub(crate) revoked: bool,
}

/// A key of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct KeyInfo {
    /// Its fingerprint.
    pub(crate) fingerprint: String,
    /// Whether it is the primary key.
    pub(crate) primary: bool,
    /// Public key algorithm and size.
    pub(crate) algorithm: String,
    /// When it was made.
    pub(crate) created: Option<String>,
    /// Whether a self-signature that counts under the policy `gentoo` binds it to the certificate.
    pub(crate) bound: bool,
    /// When it expires, by its newest self-signature.
    pub(crate) expires: Option<String>,
    /// Its own revocation, if there is one.
    pub(crate) revoked: Option<Revocation>,
    /// What it is for: `sign`, `certify`, `encrypt`, `authenticate`.
    pub(crate) capabilities: Vec<&'static str>,
    /// What the policies say of a signature that it makes now; nothing for keys that only encrypt
    /// or authenticate.
    pub(crate) policies: Vec<PolicyWord>,
}

/// What one policy says of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PolicyWord {
    /// The policy.
    pub(crate) policy: PolicyKind,
    /// Why a signature made now would not count; `None` where it would.
    pub(crate) class: Option<FailureClass>,
    /// The reason.
    pub(crate) text: String,
    /// Weaknesses that would be said.
    pub(crate) weaknesses: Vec<String>,
}

/// A revocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Revocation {
    /// When it was made.
    pub(crate) when: Option<String>,
    /// Why.
    pub(crate) reason: &'static str,
    /// The text that the owner gave: raw text from outside.
    pub(crate) message: String,
    /// Whether older signatures fall, too.
    pub(crate) hard: bool,
}

/// What a maintainer may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Advice {
    /// The class that signatures by this key meet, now or soon.
    pub(crate) class: FailureClass,
    /// One sentence, without a full stop.
    pub(crate) text: String,
}

/// What a signature says of itself. Nothing of it is authenticated: anyone can write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Claim {
    /// Version of the packet.
    pub(crate) version: u8,
    /// Key ids and fingerprints of the key that it says made it.
    pub(crate) issuers: Vec<String>,
    /// When it says it was made.
    pub(crate) created: Option<String>,
    /// When it says it expires.
    pub(crate) expires: Option<String>,
    /// Hash function.
    pub(crate) hash: String,
    /// Public key algorithm.
    pub(crate) algorithm: String,
    /// Binary or text.
    pub(crate) over: &'static str,
}

/// Reads the keys of a file.
///
/// # Errors
///
/// If it holds no OpenPGP packets.
pub(crate) fn keys(bytes: &[u8], now: SystemTime) -> Result<KeyFile, ArmorFault> {
    let mut file = KeyFile { unreadable: 0, keys: Vec::new() };
    let mut blocks = armor::key_blocks(bytes)?;
    // What gpg passes over may revoke a key, and is no key by itself.
    blocks.sort_by_key(|(_, counts)| !counts);
    let mut known = BTreeSet::new();
    for (block, counts) in blocks {
        let Ok(packets) = PacketParser::from_bytes(&block) else {
            file.unreadable += usize::from(counts);
            continue;
        };
        if ring::is_flooded(&block) {
            return Err(ArmorFault::TooManyPackets);
        }
        for cert in CertParser::from(packets) {
            match cert {
                Ok(cert) => {
                    if counts {
                        known.insert(cert.fingerprint());
                    }
                    if known.contains(&cert.fingerprint()) {
                        file.keys.push(certificate(&cert, now));
                    }
                }
                Err(_) => file.unreadable += usize::from(counts),
            }
        }
    }
    Ok(file)
}

/// What the signatures of a file claim.
pub(crate) fn claims(signatures: &UnverifiedSignatures) -> Vec<Claim> {
    signatures.signatures().iter().map(claim).collect()
}

fn claim(signature: &Signature) -> Claim {
    Claim {
        version: signature.version(),
        issuers: signature.get_issuers().iter().map(KeyHandle::to_string).collect(),
        created: signature.signature_creation_time().and_then(timestamp),
        expires: signature.signature_expiration_time().and_then(timestamp),
        hash: signature.hash_algo().to_string(),
        algorithm: signature.pk_algo().to_string(),
        over: match signature.typ() {
            sequoia_openpgp::types::SignatureType::Text => "text",
            _ => "bytes",
        },
    }
}

/// Whether `claim` names the key, by its fingerprint or key id.
pub(crate) fn is_named(claim: &Claim, key: &KeyInfo) -> bool {
    let handle = |text: &str| text.parse::<KeyHandle>().ok();
    let key = handle(&key.fingerprint);
    claim.issuers.iter().any(|issuer| match (handle(issuer), &key) {
        (Some(issuer), Some(key)) => issuer.aliases(key),
        _ => false,
    })
}

fn certificate(cert: &Cert, now: SystemTime) -> Certificate {
    let policy = PolicyKind::Gentoo.to_policy();
    let valid = cert.with_policy(&policy, now).ok();
    let keys: Vec<_> = cert
        .keys()
        .map(|ka| {
            let key = ka.key().clone().role_into_unspecified();
            let subkey =
                cert.keys().subkeys().find(|sub| sub.key().fingerprint() == key.fingerprint());
            let revoked =
                subkey.and_then(|sub| revocation(&sub.bundle().revocation_status(&policy, now)));
            describe(cert, valid.as_ref(), &key, ka.primary(), revoked, now)
        })
        .collect();
    let revoked = revocation(&cert.revocation_status(&policy, now));
    let refresh = advice(valid.as_ref(), &keys, revoked.as_ref(), now);
    Certificate {
        fingerprint: cert.fingerprint().to_string(),
        version: cert.primary_key().key().version(),
        secret: cert.is_tsk(),
        user_ids: judge::own_user_ids(cert)
            .map(|ua| UserId {
                user_id: String::from_utf8_lossy(ua.userid().value()).into_owned(),
                revoked: matches!(ua.revocation_status(&policy, now), RevocationStatus::Revoked(_)),
            })
            .collect(),
        revoked,
        keys,
        refresh,
    }
}

fn describe(
    cert: &Cert,
    valid: Option<&ValidCert>,
    key: &Key<PublicParts, UnspecifiedRole>,
    primary: bool,
    revoked: Option<Revocation>,
    now: SystemTime,
) -> KeyInfo {
    let bound = valid.and_then(|v| v.keys().find(|ka| ka.key().fingerprint() == key.fingerprint()));
    let flags = bound.as_ref().and_then(|ka| ka.key_flags());
    let may_sign = bound.as_ref().is_some_and(standing::may_sign);
    let mut capabilities = Vec::new();
    if may_sign {
        capabilities.push("sign");
    }
    if let Some(flags) = &flags {
        let encrypts = flags.for_transport_encryption() || flags.for_storage_encryption();
        for (word, has) in [
            ("certify", flags.for_certification()),
            ("encrypt", encrypts),
            ("authenticate", flags.for_authentication()),
        ] {
            if has {
                capabilities.push(word);
            }
        }
    }
    // A key whose purpose is known and is another one is of no interest here.
    let signs = may_sign || flags.is_none();
    let word = |kind: PolicyKind| {
        let standing = standing::standing(cert, key, kind, now);
        let (class, text) = standing.refusal.unzip();
        // JSON has an empty text where there is no reason.
        let text = text.unwrap_or_default();
        PolicyWord { policy: kind, class, text, weaknesses: standing.weaknesses }
    };
    let expires = match (&bound, valid) {
        (Some(ka), Some(valid)) => standing::expiry(valid, ka),
        _ => None,
    };
    KeyInfo {
        fingerprint: key.fingerprint().to_string(),
        primary,
        algorithm: judge::algorithm(key),
        created: timestamp(key.creation_time()),
        bound: bound.is_some(),
        expires: expires.and_then(timestamp),
        revoked,
        capabilities,
        policies: if signs && key.pk_algo().for_signing() {
            vec![word(PolicyKind::Gentoo), word(PolicyKind::Strict)]
        } else {
            Vec::new()
        },
    }
}

/// What a maintainer may do about a certificate, the most urgent first.
fn advice(
    valid: Option<&ValidCert>,
    keys: &[KeyInfo],
    revoked: Option<&Revocation>,
    now: SystemTime,
) -> Vec<Advice> {
    let say = |class: FailureClass, text: String| Advice { class, text };
    if let Some(revocation) = revoked {
        let text = format!(
            "revoked ({}): find out which key took its place, and drop this one when no release \
             needs it",
            revocation.reason
        );
        return vec![say(FailureClass::KeyRevoked, text)];
    }
    let words = |policy: PolicyKind| {
        keys.iter().flat_map(|key| &key.policies).filter(move |word| word.policy == policy)
    };
    let mut advice = Vec::new();
    let counting = words(PolicyKind::Gentoo).any(|word| word.class.is_none());
    if !counting {
        let first =
            words(PolicyKind::Gentoo).find_map(|word| Some((word.class?, word.text.clone())));
        let (class, why) =
            first.unwrap_or((FailureClass::KeyUnusable, "it has no key that can sign".to_owned()));
        if class == FailureClass::EvidenceUnsupported {
            return vec![say(class, format!("nothing can be said of it: {why}"))];
        }
        let text = format!(
            "no key of it can make a signature that counts ({why}): fetch a fresh copy from \
             upstream, or ask for one"
        );
        return vec![say(class, text)];
    }
    if let Some(expiry) = last_expiry(valid).filter(|expiry| *expiry <= now + SOON) {
        let text = format!(
            "the last key of it that can sign expires on {}: fetch a fresh copy before the next \
             bump",
            date(expiry)
        );
        advice.push(say(FailureClass::KeyExpired, text));
    }
    if !words(PolicyKind::Strict).any(|word| word.class.is_none()) {
        let text = "nothing of it counts under the strict policy: ask upstream for a stronger key \
                    or newer self-signatures"
            .to_owned();
        advice.push(say(FailureClass::SignatureWeak, text));
    }
    advice
}

/// When the last of the keys that can sign expires; `None` where one never does.
fn last_expiry(valid: Option<&ValidCert>) -> Option<SystemTime> {
    let valid = valid?;
    let signing = valid.keys().alive().revoked(false).filter(standing::may_sign);
    let expiries: Option<Vec<_>> = signing.map(|ka| standing::expiry(valid, &ka)).collect();
    expiries?.into_iter().max()
}

fn revocation(status: &RevocationStatus) -> Option<Revocation> {
    let RevocationStatus::Revoked(revocations) = status else { return None };
    let of = |signature: &&Signature| {
        let reason = signature.reason_for_revocation();
        Revocation {
            when: signature.signature_creation_time().and_then(timestamp),
            reason: standing::reason_text(
                reason.map_or(ReasonForRevocation::Unspecified, |(reason, _)| reason),
            ),
            message: reason
                .map(|(_, text)| String::from_utf8_lossy(text).into_owned())
                .unwrap_or_default(),
            hard: reason.is_none_or(|(reason, _)| reason.revocation_type() == RevocationType::Hard),
        }
    };
    let all: Vec<_> = revocations.iter().map(of).collect();
    all.iter().find(|revocation| revocation.hard).or(all.first()).cloned()
}

fn timestamp(time: SystemTime) -> Option<String> {
    jiff::Timestamp::try_from(time).ok().map(|time| time.to_string())
}
