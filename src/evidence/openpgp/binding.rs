//! Which keys a certificate's owner bound to it.

use super::policy::PolicyKind;
use sequoia_openpgp::Cert;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use std::time::SystemTime;

/// Whether a self-signature binds `key` to `cert`, at whatever time.
pub(super) fn binds(cert: &Cert, key: &Key<PublicParts, UnspecifiedRole>) -> bool {
    let policy = PolicyKind::Gentoo.to_policy();
    let at = newest_self_signature(cert, key).max(Some(SystemTime::now()));
    at.is_some_and(|at| {
        cert.with_policy(&policy, at)
            .is_ok_and(|valid| valid.keys().any(|ka| ka.key().fingerprint() == key.fingerprint()))
    })
}

/// The latest date among the self-signatures of `cert` that say something of `key`, and the dates on
/// which the keys were made.
pub(super) fn newest_self_signature(
    cert: &Cert,
    key: &Key<PublicParts, UnspecifiedRole>,
) -> Option<SystemTime> {
    let primary = cert.primary_key();
    let subkey = cert.keys().subkeys().find(|ka| ka.key().fingerprint() == key.fingerprint());
    let of_user_ids = cert.userids().flat_map(|ua| ua.bundle().self_signatures());
    let of_subkey = subkey.iter().flat_map(|ka| ka.bundle().self_signatures());
    primary
        .bundle()
        .self_signatures()
        .chain(of_user_ids)
        .chain(of_subkey)
        .filter_map(|signature| signature.signature_creation_time())
        .chain([primary.key().creation_time(), key.creation_time()])
        .max()
}
