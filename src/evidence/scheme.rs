//! One interface to every kind of detached signature: OpenPGP, signify, minisign, SSH.
//!
//! A new kind implements [`Scheme`] for the keys that count in it, and is named in the list of keys
//! (`check::signatures::Keys`).

use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::pass::{Measured, Wanted};
use std::fmt;
use std::time::SystemTime;

/// Why something does not count: a class, and a sentence without a final full stop.
pub(crate) type Refusal = (FailureClass, String);

/// What a signature is judged over.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// The file's name upstream.
    pub(crate) name: &'a str,
    /// What was measured of it.
    pub(crate) measured: &'a Measured,
    /// The time of judging.
    pub(crate) now: SystemTime,
}

/// The keys that count for one kind of signature.
pub(crate) trait Scheme: fmt::Debug + Sync {
    /// A signature file as it is: nothing in it is authenticated.
    type Signature: fmt::Debug;

    /// The check that its findings are of.
    const CHECK: Check;

    /// What its signatures are called.
    const NAME: &'static str;

    /// Reads a signature file.
    ///
    /// # Errors
    ///
    /// Why it is none, or none that is read here.
    fn parse(bytes: &[u8]) -> Result<Self::Signature, Refusal>;

    /// Adds what judging `signature` takes to `wanted`.
    fn wants(&self, signature: &Self::Signature, wanted: &mut Wanted);

    /// Judges `signature`.
    fn judge(&self, signature: &Self::Signature, subject: &Subject<'_>) -> Finding;

    /// The keys that `signature` says made it.
    fn claims(signature: &Self::Signature) -> Vec<String>;
}

/// Any [`Scheme`], with its keys.
pub(crate) trait AnyScheme: fmt::Debug + Sync {
    /// The check that its findings are of.
    fn check(&self) -> Check;

    /// What its signatures are called.
    fn name(&self) -> &'static str;

    /// Reads a signature file, as [`Scheme::parse`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Scheme::parse`].
    fn read<'k>(&'k self, bytes: &[u8]) -> Result<Box<dyn Unverified + 'k>, Refusal>;
}

/// A signature of any kind that was read, and the keys to judge it by.
pub(crate) trait Unverified: fmt::Debug {
    /// The check that its finding is of.
    fn check(&self) -> Check;

    /// Adds what judging it takes to `wanted`.
    fn wants(&self, wanted: &mut Wanted);

    /// Judges it.
    fn judge(&self, subject: &Subject<'_>) -> Finding;
}

#[derive(Debug)]
struct Pending<'k, S: Scheme> {
    keys: &'k S,
    signature: S::Signature,
}

impl<S: Scheme> AnyScheme for S {
    fn check(&self) -> Check {
        S::CHECK
    }

    fn name(&self) -> &'static str {
        S::NAME
    }

    fn read<'k>(&'k self, bytes: &[u8]) -> Result<Box<dyn Unverified + 'k>, Refusal> {
        Ok(Box::new(Pending { keys: self, signature: S::parse(bytes)? }))
    }
}

impl<S: Scheme> Unverified for Pending<'_, S> {
    fn check(&self) -> Check {
        S::CHECK
    }

    fn wants(&self, wanted: &mut Wanted) {
        self.keys.wants(&self.signature, wanted);
    }

    fn judge(&self, subject: &Subject<'_>) -> Finding {
        self.keys.judge(&self.signature, subject)
    }
}

/// A file that is no signature of the kind: one of them, whatever is wrong with it.
pub(crate) fn malformed(fault: impl fmt::Display) -> Refusal {
    (FailureClass::SignatureMalformed, fault.to_string())
}
