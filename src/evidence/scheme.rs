//! One interface to every kind of detached signature: OpenPGP, signify, minisign, SSH.
//!
//! A new kind implements [`Scheme`] for the keys that count in it, and gets a row in the list of kinds
//! (`evidence::kinds`).

use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::pass::{self, Measured, Wanted};
use serde::Serialize;
use std::any::Any;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fmt, io};

/// Why something does not count: a class, and a sentence without a final full stop.
pub(crate) type Refusal = (FailureClass, String);

/// The day of `time` in UTC, as people read it.
pub(crate) fn date(time: SystemTime) -> String {
    match jiff::Timestamp::try_from(time) {
        Ok(time) => time.strftime("%Y-%m-%d").to_string(),
        Err(_) => "an impossible date".to_owned(),
    }
}

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

/// What a signature says of itself. All of it is a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Says {
    /// The kind of file, by its word in JSON.
    pub(crate) kind: &'static str,
    /// The kind of file, as a noun phrase for people.
    #[serde(skip)]
    pub(crate) name: String,
    /// The number or fingerprint of the key that it says made it.
    pub(crate) claimed_key: String,
    /// Whether it is over the digest of the file rather than the file itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prehashed: Option<bool>,
    /// The namespace that it says it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) claimed_namespace: Option<String>,
}

/// An option of the command line by which keys are given.
pub(crate) struct KeyOption {
    /// Its name, with the dashes.
    pub(crate) name: &'static str,
    /// What stands for its value in the help.
    pub(crate) value: &'static str,
    /// What the help says of it.
    pub(crate) help: &'static str,
    /// What its value is.
    pub(crate) takes: Takes,
}

/// What the value of a [`KeyOption`] is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// The path of a file with keys. The option may be given several times.
    Files,
    /// The path of a file with keys. The option may be given once.
    File,
    /// Text that only matters where the option `with` is given, too.
    Text {
        /// That option.
        with: &'static str,
        /// The text if the option is not given.
        default: Option<&'static str>,
    },
}

/// The values of the options of one kind of signature.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyOptions(pub(crate) Vec<(&'static str, OsString)>);

impl KeyOptions {
    /// The values of `option`, in the order of the command line.
    pub(crate) fn all(&self, option: &str) -> impl Iterator<Item = &OsStr> {
        self.0.iter().filter(move |(name, _)| *name == option).map(|(_, value)| value.as_os_str())
    }

    /// The values of `option` as paths.
    pub(crate) fn paths(&self, option: &str) -> Vec<PathBuf> {
        self.all(option).map(PathBuf::from).collect()
    }

    /// The one value of `option` as text.
    pub(crate) fn text(&self, option: &str) -> Option<String> {
        self.all(option).next().map(|value| value.to_string_lossy().into_owned())
    }
}

/// The keys that count for one kind of signature.
pub(crate) trait Scheme: fmt::Debug + Send + Sync + Any {
    /// A signature file as it is: nothing in it is authenticated.
    type Signature: fmt::Debug + Sync;

    /// Why keys could not be read: an error that names the file.
    type KeysError: std::error::Error;

    /// The check that its findings are of.
    const CHECK: Check;

    /// What its signatures are called.
    const NAME: &'static str;

    /// The options by which its keys are given, the one for key files first. OpenPGP's are read
    /// elsewhere: it alone has a policy.
    const OPTIONS: &'static [KeyOption] = &[];

    /// Whether a signature file is of this kind, by how it begins.
    fn recognizes(bytes: &[u8]) -> bool;

    /// Reads the keys that `options` name; `None` if they name none.
    ///
    /// # Errors
    ///
    /// If a key file cannot be read or holds no key.
    fn from_options(options: &KeyOptions) -> Result<Option<Self>, Self::KeysError>
    where
        Self: Sized,
    {
        let _ = options;
        Ok(None)
    }

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

    /// What `signature` says of itself; `None` if the kind is told in a form of its own.
    fn says(signature: &Self::Signature) -> Option<Says>;

    /// The first key that `signature` says made it.
    fn claimed_key(signature: &Self::Signature) -> Option<String> {
        Self::says(signature).map(|says| says.claimed_key)
    }
}

/// Any [`Scheme`], with its keys.
pub(crate) trait AnyScheme: fmt::Debug + Send + Sync + Any {
    /// The keys, for whoever knows their type.
    fn as_any(&self) -> &dyn Any;

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

/// A signature of any kind that was read, and the keys to judge it by. It may be judged over several files, from
/// any thread.
pub(crate) trait Unverified: fmt::Debug + Sync {
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
    fn as_any(&self) -> &dyn Any {
        self
    }

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

impl<U: Unverified + ?Sized> Unverified for &U {
    fn check(&self) -> Check {
        (**self).check()
    }

    fn wants(&self, wanted: &mut Wanted) {
        (**self).wants(wanted);
    }

    fn judge(&self, subject: &Subject<'_>) -> Finding {
        (**self).judge(subject)
    }
}

/// Judges a signature over `bytes` that are at hand, which errors call `what`, by keys of its kind: as over any file.
pub(crate) fn judge_bytes<S: Scheme>(
    keys: &S,
    signature: &[u8],
    bytes: &[u8],
    what: &str,
    now: SystemTime,
) -> Finding {
    let signature = match S::parse(signature) {
        Ok(signature) => signature,
        Err((class, text)) => return Finding::of_class(S::CHECK, class, text),
    };
    let mut wanted = Wanted::default();
    keys.wants(&signature, &mut wanted);
    let mut stream = io::Cursor::new(bytes);
    match pass::measure_stream(&mut stream, Path::new(what), &wanted, None, &mut |_| {}) {
        Ok(measured) => keys.judge(&signature, &Subject { name: "", measured: &measured, now }),
        Err(error) => {
            Finding::of_class(S::CHECK, FailureClass::EvidenceUnsupported, error.to_string())
        }
    }
}

/// A file that is not a signature of the kind: one of them, whatever is wrong with it.
pub(crate) fn malformed(fault: impl fmt::Display) -> Refusal {
    (FailureClass::SignatureMalformed, fault.to_string())
}
