//! What every question comes with: the package's directories, the method, its key, and the pins.

use crate::answer::failure::FailureClass;
use crate::answer::finding::Check;
use crate::answer::requirement::Requirement;
use crate::answer::summary::Clock;
use crate::bytes::input::InputError;
use crate::bytes::output::OutputError;
use crate::check::Inputs;
use crate::check::message::ExamineError;
use crate::cli::error::{Error, UsageError};
use crate::cli::options::TimeOption;
use crate::cli::restrict::Reach;
use crate::cli::sigstore::SigstoreOptions;
use crate::evidence::ed25519::PublicKey;
use crate::evidence::expectation::PublisherExpectation;
use crate::evidence::kinds::Keys;
use crate::evidence::manifest::Manifest;
use crate::evidence::openpgp::{KeyRing, PolicyKind};
use crate::evidence::sigstore::BundlePolicy;
use crate::evidence::{minisign, openpgp, signify};
use crate::report::portage::Answer;
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// What every question comes with.
#[derive(Debug, Args)]
pub(super) struct Setting {
    /// DISTDIR
    #[arg(long, value_name = "DIR")]
    pub(super) distdir: PathBuf,

    /// FILESDIR: the Manifest is next to it
    #[arg(long, value_name = "DIR")]
    pub(super) filesdir: PathBuf,

    /// VERIFY_SIG_METHOD
    #[arg(long, value_name = "METHOD")]
    pub(super) method: Method,

    /// The key file
    #[arg(long, value_name = "FILE")]
    key: Option<OsString>,

    /// Only these certificates of an OpenPGP key file count
    #[arg(long, value_name = "FPR")]
    fingerprint: Vec<String>,

    /// VERIFY_SIG_OPENPGP_KEYSERVER, which is never asked
    #[arg(long, value_name = "URL")]
    keyserver: Option<String>,

    /// The user wants keys refreshed
    #[arg(long)]
    refresh: bool,

    /// Identity, issuer, repository and pins
    #[command(flatten)]
    sigstore: SigstoreOptions,

    /// DISTFILE=NAME: the name of a distfile before the ebuild's "->"
    #[arg(long, value_name = "DISTFILE=NAME")]
    upstream_name: Vec<String>,

    /// Refuse what was not checked
    #[arg(long)]
    pub(super) strict: bool,

    /// What is to be said only once in a phase was said if a file of this name, and more, exists
    #[arg(long, value_name = "FILE")]
    once: Option<PathBuf>,

    /// When to judge
    #[command(flatten)]
    time: TimeOption,
}

/// The values of VERIFY_SIG_METHOD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Method {
    /// OpenPGP
    Openpgp,
    /// signify
    Signify,
    /// minisign
    Minisig,
    /// Sigstore bundles
    Sigstore,
    /// No signatures
    Provenance,
}

impl Method {
    /// The check that it means; `None` where there are no signatures.
    pub(super) const fn check(self) -> Option<Check> {
        match self {
            Self::Openpgp => Some(Check::Openpgp),
            Self::Signify => Some(Check::Signify),
            Self::Minisig => Some(Check::Minisign),
            Self::Sigstore => Some(Check::Sigstore),
            Self::Provenance => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Openpgp => "openpgp",
            Self::Signify => "signify",
            Self::Minisig => "minisig",
            Self::Sigstore => "sigstore",
            Self::Provenance => "provenance",
        }
    }
}

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unable {
    #[error("the eclass speaks interface \"{theirs}\", this distvouch {ours}; update one of them")]
    Interface { theirs: String, ours: &'static str },
    #[error("no key was given, and VERIFY_SIG_OPENPGP_KEY_PATH is not set")]
    NoKey,
    #[error("the key file {} does not exist (is the key package in BDEPEND?)", .0.display())]
    NoKeyFile(PathBuf),
    #[error("{0} must be set for VERIFY_SIG_METHOD=sigstore")]
    NoIdentity(&'static str),
    #[error("VERIFY_SIG_METHOD=sigstore takes no key")]
    KeyForSigstore,
    #[error("no repository was given, and VERIFY_PROVENANCE_REPO is not set")]
    NoPublisher,
    #[error("PGP armor found, use verify-sig_verify_signed_checksums instead")]
    Armor,
    #[error("VERIFY_SIG_OPENPGP_KEYSERVER is not supported with VERIFY_SIG_METHOD={0}")]
    Keyserver(&'static str),
    #[error("VERIFY_SIG_OPENPGP_FINGERPRINTS is not supported with VERIFY_SIG_METHOD={0}")]
    Fingerprints(&'static str),
    #[error("not supported with VERIFY_SIG_METHOD={0}")]
    Method(&'static str),
    #[error("no files were given")]
    NoFiles,
    #[error("standard output is for the answer to the eclass: name another file to write to")]
    OutputIsAnswer,
    #[error("the signed text is larger than the limit of {0} bytes")]
    TextTooLarge(u64),
    #[error(transparent)]
    Other(#[from] Error),
}

impl Unable {
    /// The class that says so.
    pub(super) const fn class(&self) -> FailureClass {
        match self {
            Self::NoKey
            | Self::NoKeyFile(_)
            | Self::NoIdentity(_)
            | Self::NoPublisher
            | Self::Armor => FailureClass::NotCheckedNoExpectation,
            _ => FailureClass::NotCheckedNoAnswer,
        }
    }
}

impl From<InputError> for Unable {
    fn from(error: InputError) -> Self {
        Self::Other(error.into())
    }
}

impl From<OutputError> for Unable {
    fn from(error: OutputError) -> Self {
        Self::Other(error.into())
    }
}

impl From<ExamineError> for Unable {
    fn from(error: ExamineError) -> Self {
        Self::Other(error.into())
    }
}

impl From<UsageError> for Unable {
    fn from(error: UsageError) -> Self {
        Self::Other(error.into())
    }
}

impl Setting {
    pub(super) fn reach(&self, reach: &mut Reach) {
        reach.read_directory(&self.distdir);
        // FILESDIR may be a link to the package's own.
        let files = self.filesdir.read_link().unwrap_or_else(|_| self.filesdir.clone());
        reach.read_all(files.parent());
        reach.read_all(&self.key);
        self.sigstore.reach(reach);
        self.once.iter().for_each(|once| reach.write(once));
    }

    /// What to check operands or distfiles by: `signatures` by the method, `provenance` by `publisher`
    /// or the repository that was given.
    pub(super) fn inputs(
        &self,
        signatures: bool,
        provenance: bool,
        publisher: Option<PublisherExpectation>,
    ) -> Result<Inputs, Unable> {
        // A mistake in the pins is said even where another one comes first.
        let pins = self.sigstore.pins_of_anybody()?;
        let mut checks = Vec::new();
        let mut keys = Keys::default();
        let mut bundle_policies = Vec::new();
        if signatures {
            checks.extend(self.method.check());
            match self.method {
                Method::Sigstore => bundle_policies.push(self.identity()?),
                _ => keys = self.keys()?,
            }
        }
        let publisher = match publisher {
            Some(publisher) => Some(publisher),
            None => self.publisher()?,
        };
        if provenance {
            checks.push(Check::Provenance);
            publisher.as_ref().ok_or(Unable::NoPublisher)?;
        }
        let sigstore = provenance || !bundle_policies.is_empty();
        let manifest = self.manifest()?;
        if manifest.is_some() {
            checks.push(Check::Manifest);
        }
        Ok(Inputs {
            manifest,
            keys,
            bundle_policies,
            publisher,
            pins,
            verifier: sigstore.then(|| self.sigstore.verifier()).transpose()?,
            require: Requirement::of(checks),
            states_digests: false,
            ..Inputs::new(self.distdir.clone(), Clock::Emerge, self.time.now()?)
        })
    }

    /// The key file. The eclass hands over what it has, which may be nothing.
    fn key(&self) -> Option<&OsString> {
        self.key.as_ref().filter(|key| !key.is_empty())
    }

    fn keys(&self) -> Result<Keys, Unable> {
        let others = self.method != Method::Openpgp;
        if self.keyserver.is_some() && others {
            return Err(Unable::Keyserver(self.method.name()));
        }
        if !self.fingerprint.is_empty() && others {
            return Err(Unable::Fingerprints(self.method.name()));
        }
        let path = &PathBuf::from(self.key().ok_or(Unable::NoKey)?);
        if !path.exists() {
            return Err(Unable::NoKeyFile(path.clone()));
        }
        let mut keys = Keys::default();
        let one = || PublicKey::read(path).map_err(Error::from);
        match self.method {
            Method::Openpgp => {
                let ring = KeyRing::read(std::slice::from_ref(path), &self.fingerprint);
                let ring = ring.map_err(Error::from)?;
                keys.set(openpgp::Keys { ring, policy: PolicyKind::Gentoo });
            }
            Method::Signify => keys.set(signify::Keys(vec![one()?])),
            Method::Minisig => keys.set(minisign::Keys(vec![one()?])),
            Method::Sigstore | Method::Provenance => {
                return Err(Unable::Method(self.method.name()));
            }
        }
        Ok(keys)
    }

    fn identity(&self) -> Result<BundlePolicy, Unable> {
        if self.keyserver.is_some() {
            return Err(Unable::Keyserver(self.method.name()));
        }
        if !self.fingerprint.is_empty() {
            return Err(Unable::Fingerprints(self.method.name()));
        }
        if self.key().is_some() {
            return Err(Unable::KeyForSigstore);
        }
        let given = |values: &[String]| values.first().cloned().filter(|value| !value.is_empty());
        let identity = given(&self.sigstore.identity);
        let identity = identity.ok_or(Unable::NoIdentity("VERIFY_SIG_CERT_IDENTITY"))?;
        let issuer = given(&self.sigstore.issuer);
        let issuer = issuer.ok_or(Unable::NoIdentity("VERIFY_SIG_CERT_OIDC_ISSUER"))?;
        Ok(BundlePolicy::Identity { identity, issuer: Some(issuer) })
    }

    /// Who must have published, if anyone is expected.
    pub(super) fn publisher(&self) -> Result<Option<PublisherExpectation>, Unable> {
        match &self.sigstore.repository {
            Some(text) => Ok(Some(publisher(text)?)),
            None => Ok(self.sigstore.expectation()?),
        }
    }

    /// The pins that were given, by their options.
    pub(super) fn pinned(&self) -> Vec<&'static str> {
        self.sigstore.pins.options()
    }

    /// The package's Manifest, if it can be found. PMS does not promise that: FILESDIR is the
    /// package's directory with "files" behind it, or a link to that, whether it exists or not.
    fn manifest(&self) -> Result<Option<Manifest>, Unable> {
        let files = self.filesdir.read_link().unwrap_or_else(|_| self.filesdir.clone());
        let package = files.parent().filter(|_| files.is_absolute() && files.ends_with("files"));
        let Some(path) = package.map(|package| package.join("Manifest")) else { return Ok(None) };
        if std::fs::File::open(&path).is_err() {
            return Ok(None);
        }
        Ok(Some(Manifest::read(&path).map_err(Error::from)?))
    }

    /// The name that upstream gave to `distfile`, if SRC_URI has renamed it.
    pub(super) fn upstream_name(&self, distfile: &str) -> Option<String> {
        let given = self.upstream_name.iter().find_map(|pair| {
            pair.strip_prefix(distfile)?.strip_prefix('=').filter(|name| !name.is_empty())
        });
        let wheel = || distfile.strip_suffix(".zip").filter(|name| name.ends_with(".whl"));
        given.or_else(wheel).map(str::to_owned)
    }

    /// Whether `what` was not said yet in this phase.
    pub(super) fn first_time(&self, what: &str) -> bool {
        let Some(once) = &self.once else { return true };
        let mut name = once.clone().into_os_string();
        name.push(".");
        name.push(what);
        let made = OpenOptions::new().write(true).create_new(true).open(name);
        // Where no file can be made it is said once too often.
        !made.is_err_and(|error| error.kind() == std::io::ErrorKind::AlreadyExists)
    }

    /// The answer that is common to all questions, still without a report.
    pub(super) fn answer(&self) -> Answer {
        let mut remarks = Vec::new();
        if self.refresh && self.first_time("refresh") {
            let text = "Keys were not refreshed: distvouch does not use the network, \
                        VERIFY_SIG_OPENPGP_KEY_REFRESH has no effect";
            remarks.push(text.to_owned());
        }
        Answer { strict: self.strict, remarks, ..Answer::default() }
    }
}

/// A repository's URL, or KIND:VALUE.
pub(super) fn publisher(text: &str) -> Result<PublisherExpectation, Unable> {
    let parsed = match text.starts_with("https://") || text.starts_with("http://") {
        true => PublisherExpectation::from_repository(text),
        false => PublisherExpectation::from_publisher(text),
    };
    Ok(parsed.map_err(UsageError::Publisher)?)
}

/// A path from the command line, as it is.
pub(super) fn named(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}
