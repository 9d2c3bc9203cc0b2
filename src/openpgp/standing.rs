//! What a policy would say of a signature that a key makes now.

use super::judge::{self, date};
use super::policy::{self, PolicyKind};
use crate::failure::FailureClass;
use sequoia_openpgp::Cert;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::policy::Policy as _;
use std::time::SystemTime;

/// What a policy says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Why a signature that it makes now would not count; `None` where it would.
    pub class: Option<FailureClass>,
    /// The reason in a sentence without a full stop; empty where it would count.
    pub text: String,
    /// Weaknesses that do not keep it from counting, as phrases.
    pub weaknesses: Vec<String>,
}

/// What `kind` says of a signature that `key` of `cert` makes at the time `now`, if its hash is
/// within the policy.
pub fn standing(
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    kind: PolicyKind,
    now: SystemTime,
) -> Standing {
    let result = live(cert, key, kind, now);
    let weaknesses =
        policy::key_weaknesses(key).into_iter().chain(judge::binding_weaknesses(cert, key, now));
    let weaknesses = weaknesses.collect();
    match result {
        Ok(()) => Standing { class: None, text: String::new(), weaknesses },
        Err((class, text)) => Standing { class: Some(class), text, weaknesses },
    }
}

/// The steps of [`judge::judge`] that concern the key alone, in the same order.
fn live(
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
    kind: PolicyKind,
    now: SystemTime,
) -> Result<(), judge::Refusal> {
    let policy = kind.to_policy();
    let weak = |mut reasons: Vec<String>| {
        reasons.extend(judge::binding_weaknesses(cert, key, now));
        (FailureClass::SignatureWeak, judge::refuse_weak(&reasons, kind))
    };
    if policy::too_short(key) {
        return Err(weak(policy::key_weaknesses(key)));
    }
    let unbound = || {
        if kind == PolicyKind::Strict
            && judge::bound(cert, key, &PolicyKind::Gentoo.to_policy(), now)
        {
            return weak(policy::key_weaknesses(key));
        }
        judge::refuse_binding(cert, key, kind, now)
    };
    let valid = cert.with_policy(&policy, now).map_err(|_| unbound())?;
    let ka =
        valid.keys().find(|ka| ka.key().fingerprint() == key.fingerprint()).ok_or_else(unbound)?;
    if policy.key(&ka).is_err() {
        return Err(weak(policy::key_weaknesses(key)));
    }
    if !judge::may_sign(&ka) {
        return Err((FailureClass::KeyUnusable, "it is not marked for signing".to_owned()));
    }
    judge::not_revoked(&valid, cert, key, &policy, now, now, &mut Vec::new())?;
    match judge::expiry(&valid, &ka).filter(|expiry| *expiry <= now) {
        Some(expiry) => Err((FailureClass::KeyExpired, format!("it expired on {}", date(expiry)))),
        None => Ok(()),
    }
}
