//! Whether a key may make signatures that count: strength, binding, revocation, expiry.

use super::binding::newest_self_signature;
use super::policy::{self, PolicyKind};
use super::ring::KeyRing;
use crate::answer::failure::FailureClass;
use crate::answer::finding::Note;
use crate::evidence::scheme::Refusal;
use crate::evidence::scheme::date;
use sequoia_openpgp::cert::ValidCert;
use sequoia_openpgp::cert::amalgamation::key::{PrimaryKey, ValidErasedKeyAmalgamation};
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::packet::{Key, Signature};
use sequoia_openpgp::policy::{Policy, StandardPolicy};
use sequoia_openpgp::types::{ReasonForRevocation, RevocationType, SignatureType};
use sequoia_openpgp::{Cert, KeyHandle};
use std::time::{Duration, SystemTime};

/// What a policy says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyStanding {
    /// Why a signature that it makes now would not count; `None` where it would.
    pub(crate) refusal: Option<Refusal>,
    /// Weaknesses that do not keep it from counting, as phrases.
    pub(crate) weaknesses: Vec<String>,
}

/// What `kind` says of a signature that `key` of `cert` makes at the time `now`, if its hash is
/// within the policy.
pub(crate) fn standing(
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    kind: PolicyKind,
    now: SystemTime,
) -> KeyStanding {
    let signing = Signing::new(cert, key, kind, now, now, None);
    let weak = policy::key_weaknesses(key);
    let result = signing.stands(&weak, &mut Vec::new());
    let refusal = match result.map(|expiry| expiry.filter(|expiry| *expiry <= now)) {
        Ok(None) => None,
        Ok(Some(on)) => Some((FailureClass::KeyExpired, format!("it expired on {}", date(on)))),
        Err(refusal) => Some(refusal),
    };
    KeyStanding { refusal, weaknesses: [weak, signing.binding_weaknesses()].concat() }
}

/// How far a signer's clock may be ahead of ours.
pub(super) const CLOCK_TOLERANCE: Duration = Duration::from_secs(30 * 60);

/// Revocations by others that are looked at in one certificate.
const REVOCATION_LIMIT: usize = 16;

/// A key of a certificate, and when it signed.
pub(super) struct Signing<'a> {
    pub(super) cert: &'a Cert,
    pub(super) key: &'a Key<PublicParts, UnspecifiedRole>,
    pub(super) kind: PolicyKind,
    pub(super) policy: StandardPolicy<'static>,
    pub(super) signed: SystemTime,
    pub(super) now: SystemTime,
    /// Where the keys of designated revokers may be.
    ring: Option<&'a KeyRing>,
    /// The moment at which the certificate is looked at.
    at: SystemTime,
}

impl<'a> Signing<'a> {
    pub(super) fn new(
        cert: &'a Cert,
        key: &'a Key<PublicParts, UnspecifiedRole>,
        kind: PolicyKind,
        signed: SystemTime,
        now: SystemTime,
        ring: Option<&'a KeyRing>,
    ) -> Self {
        let mut signing = Self {
            cert,
            key,
            kind,
            policy: kind.to_policy(),
            signed,
            now,
            ring,
            at: kind.reference_time(signed, now),
        };
        // The same grace that a signature has: a key may be a few minutes younger than our clock.
        let graced = signing.at + CLOCK_TOLERANCE;
        if !signing.bound(&signing.policy, signing.at) && signing.bound(&signing.policy, graced) {
            signing.at = graced;
        }
        signing
    }

    /// The key is strong enough, its certificate binds it, for signing, and nothing has revoked
    /// it; then the moment at which it or its certificate expires.
    pub(super) fn stands(
        &self,
        weak: &[String],
        notes: &mut Vec<Note>,
    ) -> Result<Option<SystemTime>, Refusal> {
        if policy::too_short(self.key) {
            return Err(self.too_weak(weak));
        }
        let unbound = |_| self.unbound(weak);
        let valid = self.cert.with_policy(&self.policy, self.at).map_err(unbound)?;
        let ka = self.find(&valid).ok_or_else(|| self.unbound(weak))?;
        if self.policy.key(&ka).is_err() {
            return Err(self.too_weak(weak));
        }
        let flagged = self.kind != PolicyKind::Strict || ka.key_flags().is_some();
        if !may_sign(&ka) || !flagged {
            let text = format!("the key {} is not marked for signing", self.key.fingerprint());
            return Err((FailureClass::KeyUnusable, text));
        }
        self.not_revoked(notes)?;
        Ok(expiry(&valid, &ka))
    }

    /// When the key or its certificate expires, where the key does not stand: as far as the weakest policy tells.
    pub(super) fn expiry(&self) -> Option<SystemTime> {
        let policy = PolicyKind::Gentoo.to_policy();
        let valid = self.cert.with_policy(&policy, self.at).ok()?;
        expiry(&valid, &self.find(&valid)?)
    }

    /// Below the policy, for these reasons.
    pub(super) fn too_weak(&self, weak: &[String]) -> Refusal {
        let kind = self.kind.name();
        let text = match weak {
            [] => format!("the {kind} policy does not take this kind of signature or key"),
            weak => format!("{}, below the {kind} policy", weak.join(" and ")),
        };
        (FailureClass::SignatureWeak, text)
    }

    /// SHA-1 and the like in the self-signatures that make the key usable.
    pub(super) fn binding_weaknesses(&self) -> Vec<String> {
        let policy = PolicyKind::Gentoo.to_policy();
        let Ok(valid) = self.cert.with_policy(&policy, self.at) else { return Vec::new() };
        let Some(ka) = self.find(&valid) else { return Vec::new() };
        let signatures = [valid.primary_key().binding_signature(), ka.binding_signature()];
        let mut hashes: Vec<_> =
            signatures.iter().filter_map(|s| policy::weak_hash(s.hash_algo())).collect();
        hashes.dedup();
        hashes
            .into_iter()
            .map(|hash| format!("the key's self-signature is over a {hash} hash"))
            .collect()
    }

    fn find<'v>(
        &self,
        valid: &ValidCert<'v>,
    ) -> Option<ValidErasedKeyAmalgamation<'v, PublicParts>> {
        valid.keys().find(|ka| ka.key().fingerprint() == self.key.fingerprint())
    }

    fn bound(&self, policy: &dyn Policy, at: SystemTime) -> bool {
        self.cert.with_policy(policy, at).is_ok_and(|valid| self.find(&valid).is_some())
    }

    /// Why no self-signature binds the key: what only the strict policy refuses is a matter of
    /// strength or age, not of the key's structure.
    fn unbound(&self, weak: &[String]) -> Refusal {
        let primary = self.cert.primary_key().key().clone().role_into_unspecified();
        if policy::beyond_backend(&primary) {
            let text = beyond_backend(&primary, "self-signatures");
            return (FailureClass::EvidenceUnsupported, text);
        }
        let mut own = self.cert.bad_signatures();
        if own.any(|signature| policy::is_short_for_botan(signature, &primary)) {
            return (FailureClass::EvidenceUnsupported, policy::SHORT_FOR_BOTAN.to_owned());
        }
        let gentoo = PolicyKind::Gentoo.to_policy();
        if self.kind == PolicyKind::Strict && self.bound(&gentoo, self.at) {
            return self.too_weak(&[weak, &self.binding_weaknesses()].concat());
        }
        if let Some(ahead) = self.ahead(&gentoo) {
            return ahead;
        }
        let text = if self.kind == PolicyKind::Strict && self.bound(&gentoo, self.now) {
            "the key has no self-signature that is old enough to count for this signature"
                .to_owned()
        } else {
            self.missing()
        };
        (FailureClass::KeyUnusable, text)
    }

    /// Bound by a self-signature that lies ahead of the clock.
    fn ahead(&self, policy: &dyn Policy) -> Option<Refusal> {
        let newest = newest_self_signature(self.cert, self.key)?;
        if newest <= self.now + CLOCK_TOLERANCE || !self.bound(policy, newest) {
            return None;
        }
        let made = self.key.creation_time();
        let what = match made > self.now + CLOCK_TOLERANCE {
            true => format!("the key was made on {}", date(made)),
            false => format!("the newest self-signature of the key is of {}", date(newest)),
        };
        let text = format!("{what}, and the clock here says {}: is it right?", date(self.now));
        Some((FailureClass::KeyNotYet, text))
    }

    /// What the certificate lacks to bind the key.
    fn missing(&self) -> String {
        let primary = self.cert.primary_key();
        let key = self.key.fingerprint();
        let user_ids = self.cert.userids().count();
        let own = primary.bundle().self_signatures().count();
        if user_ids == 0 && own == 0 {
            return "the key file holds the key without a user id and without a self-signature of \
                    its own, as keys.openpgp.org hands it out: get a whole copy from upstream"
                .to_owned();
        }
        let subkey = self.cert.keys().subkeys().find(|ka| ka.key().fingerprint() == key);
        let Some(subkey) = subkey else {
            return "no self-signature that counts binds the user ids of the key to it".to_owned();
        };
        // Signatures that do not hold are listed elsewhere, and one without a back signature does not.
        let bindings: Vec<Signature> = subkey
            .bundle()
            .self_signatures()
            .chain(self.cert.bad_signatures())
            .filter(|signature| signature.typ() == SignatureType::SubkeyBinding)
            .cloned()
            .collect();
        let signs =
            |signature: &Signature| signature.key_flags().is_some_and(|flags| flags.for_signing());
        let bare = |signature: &Signature| signature.embedded_signatures().next().is_none();
        if bindings.is_empty() {
            format!("the key file has no signature that binds the subkey {key} to its certificate")
        } else if bindings.iter().any(|signature| signs(signature) && bare(signature)) {
            format!(
                "the subkey {key} may sign but has no back signature, without which anybody can put \
                 it into a certificate of their own: ask upstream to run gpg's \"cross-certify\""
            )
        } else {
            format!("no signature that counts binds the subkey {key} to its certificate")
        }
    }

    /// Hard revocations fell every signature; soft ones (retired, superseded) those made
    /// afterwards, and no newer self-signature takes a revocation back.
    pub(super) fn not_revoked(&self, notes: &mut Vec<Note>) -> Result<(), Refusal> {
        let primary = self.cert.primary_key();
        let mut subkeys = self.cert.keys().subkeys();
        let subkey = subkeys.find(|ka| ka.key().fingerprint() == self.key.fingerprint());
        let own = subkey.iter().flat_map(|ka| ka.bundle().self_revocations());
        let designated = self.designated_revocations(notes);
        for revocation in primary.self_revocations().chain(own).chain(designated) {
            let (reason, soft) = match revocation.reason_for_revocation() {
                Some((reason, _)) => {
                    (reason_text(reason), reason.revocation_type() == RevocationType::Soft)
                }
                None => ("no reason given", false),
            };
            // One that does not say when it was made falls every signature.
            let when = revocation.signature_creation_time();
            let on = when.map_or_else(|| "an unknown day".to_owned(), date);
            let text = format!("the key was revoked on {on} ({reason})");
            if !soft || when.is_none_or(|when| self.signed >= when) {
                return Err((FailureClass::KeyRevoked, text));
            }
            let text = format!("{text}, after it signed on {}", date(self.signed));
            notes.push(Note { class: FailureClass::KeyRevoked, text });
        }
        Ok(())
    }

    /// Revocations by a key that the certificate's owner has named for that (RFC 9580, section
    /// 5.2.3.23). One whose key is not in the ring cannot be told from a stranger's: it is said.
    fn designated_revocations(&self, notes: &mut Vec<Note>) -> Vec<&Signature> {
        let primary = self.cert.primary_key();
        let policy = PolicyKind::Gentoo.to_policy();
        let revokers: Vec<_> = self
            .cert
            .revocation_keys(&policy)
            .map(|revoker| KeyHandle::from(revoker.revoker().1.clone()))
            .collect();
        let by_revoker = |signature: &&Signature| {
            let issuers = signature.get_issuers();
            revokers.iter().any(|revoker| issuers.iter().any(|issuer| issuer.aliases(revoker)))
        };
        let ring = self.ring.iter();
        let keys: Vec<_> =
            ring.flat_map(|ring| revokers.iter().flat_map(|r| ring.revokers(r))).collect();
        let mut holding = Vec::new();
        for revocation in primary.other_revocations().filter(by_revoker).take(REVOCATION_LIMIT) {
            let holds = |key: &Key<PublicParts, UnspecifiedRole>| {
                revocation.verify_primary_key_revocation(key, primary.key()).is_ok()
            };
            if keys.iter().any(|(_, key)| holds(key)) {
                holding.push(revocation);
            } else if keys.is_empty() {
                let text = "it may be revoked, by a key that its owner named for that and that is \
                            not among the given keys";
                notes.push(Note { class: FailureClass::KeyRevoked, text: text.to_owned() });
            }
        }
        holding
    }
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
    let by_algorithm = ka.key_flags().is_none() && ka.key().pk_algo().for_signing();
    ka.for_signing() || (ka.primary() && by_algorithm)
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

/// What the pure Rust backend does not compute.
pub(super) fn beyond_backend(key: &Key<PublicParts, UnspecifiedRole>, what: &str) -> String {
    let bits = key.mpis().bits().map(|bits| format!(" with {bits} bits"));
    format!(
        "this build does not compute RSA {what}{}; one with the cargo feature \
         crypto-nettle or crypto-openssl in place of crypto-rust does",
        bits.unwrap_or_default()
    )
}
