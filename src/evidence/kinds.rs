//! The kinds of detached signature: one row each, and the keys of all of them together.

use crate::answer::check::Check;
use crate::evidence::ed25519::KeyError;
use crate::evidence::scheme::{AnyScheme, KeyOption, KeyOptions, Refusal, Says, Scheme};
use crate::evidence::ssh::{AllowedError, AllowedSigners};
use crate::evidence::{minisign, openpgp, signify};
use std::convert::Infallible;

/// The kinds. A file is of the first that recognizes it.
static KINDS: [SignatureKind; 4] = [
    SignatureKind::of::<minisign::Keys>(),
    SignatureKind::of::<signify::Keys>(),
    SignatureKind::of::<AllowedSigners>(),
    SignatureKind::of::<openpgp::Keys>(),
];

/// Why keys could not be read, of whatever kind.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    /// Those of signify or minisign.
    #[error(transparent)]
    Ed25519(#[from] KeyError),
    /// A list of SSH's allowed signers.
    #[error(transparent)]
    Allowed(#[from] AllowedError),
}

impl From<Infallible> for KeysError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A kind of signature, whatever its types are.
pub(crate) struct SignatureKind {
    /// The check that its findings are of.
    pub(crate) check: Check,
    /// The options by which its keys are given.
    pub(crate) options: &'static [KeyOption],
    recognizes: fn(&[u8]) -> bool,
    says: fn(&[u8]) -> Result<Option<Says>, Refusal>,
    claimed_key: fn(&[u8]) -> Option<String>,
    read_keys: fn(&KeyOptions) -> Result<Option<Box<dyn AnyScheme>>, KeysError>,
}

impl SignatureKind {
    const fn of<S: Scheme>() -> Self
    where
        KeysError: From<S::KeysError>,
    {
        Self {
            check: S::CHECK,
            options: S::OPTIONS,
            recognizes: S::recognizes,
            says: |bytes| Ok(S::says(&S::parse(bytes)?)),
            claimed_key: |bytes| S::claimed_key(&S::parse(bytes).ok()?),
            read_keys: |options| {
                let keys = S::from_options(options)?;
                Ok(keys.map(|keys| -> Box<dyn AnyScheme> { Box::new(keys) }))
            },
        }
    }

    /// The kind of a signature file: OpenPGP if it is of no other.
    pub(crate) fn of_file(bytes: &[u8]) -> &'static Self {
        let [others @ .., openpgp] = &KINDS;
        others.iter().find(|kind| (kind.recognizes)(bytes)).unwrap_or(openpgp)
    }

    /// The kind whose findings are of `check`.
    pub(crate) fn of_check(check: Check) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.check == check)
    }

    /// Whether it is OpenPGP, which tells of itself in a form of its own.
    pub(crate) fn is_openpgp(&self) -> bool {
        self.check == Check::Openpgp
    }

    /// What a signature file says of itself; `None` if the kind is told in a form of its own.
    ///
    /// # Errors
    ///
    /// Those of [`Scheme::parse`].
    pub(crate) fn says(&self, bytes: &[u8]) -> Result<Option<Says>, Refusal> {
        (self.says)(bytes)
    }

    /// The first key that a signature file says made it.
    pub(crate) fn claimed_key(&self, bytes: &[u8]) -> Option<String> {
        (self.claimed_key)(bytes)
    }
}

/// The keys that count, of every kind.
#[derive(Debug, Default)]
pub(crate) struct Keys(Vec<Box<dyn AnyScheme>>);

impl Keys {
    /// Reads the keys that `options` name. Those of OpenPGP are not among them.
    ///
    /// # Errors
    ///
    /// If a key file cannot be read or holds no key.
    pub(crate) fn read(options: &KeyOptions) -> Result<Self, KeysError> {
        let mut keys = Self::default();
        for kind in &KINDS {
            keys.0.extend((kind.read_keys)(options)?);
        }
        Ok(keys)
    }

    /// Sets the keys of one kind.
    pub(crate) fn set<S: Scheme>(&mut self, keys: S) {
        self.0.retain(|scheme| scheme.check() != S::CHECK);
        self.0.push(Box::new(keys));
    }

    /// The keys of one kind, by their type.
    pub(crate) fn get<S: Scheme>(&self) -> Option<&S> {
        self.0.iter().find_map(|scheme| (**scheme).as_any().downcast_ref())
    }

    /// The kinds of signature that there are keys for, in the order of the checks.
    pub(crate) fn schemes(&self) -> impl Iterator<Item = &dyn AnyScheme> {
        let of = |check| self.scheme(check);
        Check::SIGNATURES.into_iter().filter_map(of)
    }

    /// The keys for `check`.
    pub(crate) fn scheme(&self, check: Check) -> Option<&dyn AnyScheme> {
        self.0.iter().map(|scheme| &**scheme).find(|scheme| scheme.check() == check)
    }

    /// Whether there are keys for `check`.
    pub(crate) fn has(&self, check: Check) -> bool {
        self.scheme(check).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_check_is_of_one_kind() {
        for check in Check::SIGNATURES {
            assert!(SignatureKind::of_check(check).is_some(), "{}", check.name());
        }
        assert_eq!(KINDS.len(), Check::SIGNATURES.len());
        assert!(
            KINDS.last().is_some_and(SignatureKind::is_openpgp),
            "what nobody recognizes is OpenPGP's"
        );
    }

    #[test]
    fn a_file_is_of_one_kind() {
        for (bytes, check) in [
            (&b"untrusted comment: s\nRUQ=\n"[..], Check::Minisign),
            (b"untrusted comment: s\nRWQ=\ntrusted comment: t\nx==\n", Check::Minisign),
            (b"untrusted comment: s\nRWQ=\n", Check::Signify),
            (b"untrusted comment: s\nRWQ=\nhello\ntrusted comment: t\n", Check::Signify),
            (b"-----BEGIN SSH SIGNATURE-----\n", Check::Ssh),
            (b"-----BEGIN PGP SIGNATURE-----\n", Check::Openpgp),
            (b"", Check::Openpgp),
        ] {
            let kind = SignatureKind::of_file(bytes);
            assert_eq!(kind.check, check, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
