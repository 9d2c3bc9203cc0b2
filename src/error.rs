//! Why the program could not run: usage, input and output. Never the answer to the question that
//! was asked: that is a [`FailureClass`](crate::failure::FailureClass).

use crate::archive::ArchiveError;
use crate::bump::PackageError;
use crate::ed25519::KeyError;
use crate::expectation::ExpectationError;
use crate::input::InputError;
use crate::manifest::ManifestError;
use crate::openpgp::RingError;
use crate::review::ReviewError;
use crate::sigstore::{ManagedKeyError, RootError};
use crate::source::SourceError;
use crate::ssh::AllowedError;
use std::fmt;
use std::path::PathBuf;

/// Why the program could not run.
#[derive(Debug)]
pub enum Error {
    /// A file could not be opened or read.
    Input(InputError),
    /// The Manifest could not be read.
    Manifest(ManifestError),
    /// The OpenPGP key ring could not be made.
    Ring(RingError),
    /// A signify or minisign key could not be had.
    Key(KeyError),
    /// The list of allowed SSH signers could not be had.
    Allowed(AllowedError),
    /// There is no package to bump.
    Package(PackageError),
    /// A release archive could not be listed.
    Archive(ArchiveError),
    /// An archive could not be held against git.
    Source(SourceError),
    /// The file of review records cannot be used.
    Review(ReviewError),
    /// A file to write to could not be made.
    Create {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The Sigstore trusted root could not be read.
    Root(RootError),
    /// The key for Sigstore bundles is none.
    ManagedKey {
        /// The key file.
        path: PathBuf,
        /// Why not.
        source: ManagedKeyError,
    },
    /// The words of the command line do not fit.
    Usage(UsageError),
    /// A file could not be written.
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A symbolic link to write to leads nowhere.
    Dangling(PathBuf),
    /// The report could not be printed.
    Output(std::io::Error),
    /// A temporary file could not be written.
    Spool(std::io::Error),
}

/// What does not fit in the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsageError {
    /// Neither a Manifest nor a distfile was named.
    NothingToCheck,
    /// No DIST entry of the Manifest lies in the distdir.
    NothingThere,
    /// A distfile's name with a `/` or the like.
    NotAName(String),
    /// `--require` names no check.
    UnknownCheck(String),
    /// An option that pairs `DISTFILE=VALUE` has no `=`.
    NotAPair {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
    },
    /// An option pairs a distfile with itself.
    PairedWithItself {
        /// The option.
        option: &'static str,
        /// The distfile.
        distfile: String,
    },
    /// A pin without anybody whose publishing it would pin.
    PinWithoutPublisher,
    /// `--trigger` names no event.
    NoTrigger,
    /// An option is about a distfile that is not checked.
    NotChecked {
        /// The option.
        option: &'static str,
        /// The distfile.
        distfile: String,
    },
    /// An option does not say about which of several distfiles it is.
    WhichDistfile {
        /// The option.
        option: &'static str,
    },
    /// `explain` was asked for a class that does not exist.
    UnknownClass(String),
    /// `detached` was given no key at all.
    NoKey,
    /// The data would go to standard error, where diagnostics go.
    OutputIsStderr(PathBuf),
    /// Data go to standard output, and standard error is the same file or pipe.
    StreamsShared,
    /// Standard input was named as the list and as a file.
    StdinTwice,
    /// A pattern that is no glob.
    BadGlob(String),
    /// `--repository` or `--publisher` names nobody.
    Publisher(ExpectationError),
    /// `--ref` is no glob over refs.
    RefGlob(String),
    /// A time that is not RFC 3339.
    BadTime(String),
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToCheck => {
                f.write_str("nothing to check: name a distfile, or a Manifest with --manifest")
            }
            Self::NothingThere => f.write_str(
                "nothing to check: no DIST entry of the Manifest lies in the directory of --distdir",
            ),
            Self::NotAName(name) => write!(
                f,
                "\"{name}\" is not the name of a distfile: give a plain file name, and its directory with --distdir"
            ),
            Self::UnknownCheck(name) => {
                let names: Vec<_> =
                    crate::finding::Check::ALL.iter().map(|check| check.name()).collect();
                write!(f, "--require: \"{name}\" is not one of {}", names.join(" "))
            }
            Self::NotAPair { option, value } => {
                write!(f, "{option}: \"{value}\" is not of the form DISTFILE=VALUE")
            }
            Self::PairedWithItself { option, distfile } => {
                write!(f, "{option}: \"{distfile}\" cannot be evidence about itself")
            }
            Self::PinWithoutPublisher => f.write_str(
                "a pin (--workflow, --ref, --trigger, --runner, --repository-id, --owner-id, \
                 --environment, --signer) needs --repository or --publisher",
            ),
            Self::NoTrigger => f.write_str("--trigger: name at least one event, and no empty one"),
            Self::NotChecked { option, distfile } => {
                write!(f, "{option}: \"{distfile}\" is not among the distfiles to check")
            }
            Self::WhichDistfile { option } => write!(
                f,
                "{option}: there are several distfiles: say which with DISTFILE=FILE"
            ),
            Self::UnknownClass(name) => write!(
                f,
                "\"{name}\" is not a failure class: \"distvouch explain\" lists them"
            ),
            Self::NoKey => f.write_str(
                "no key was given: name one with --openpgp-key, --signify-key, --minisign-key or --ssh-allowed-signers",
            ),
            Self::OutputIsStderr(path) => write!(
                f,
                "{} is standard error, where diagnostics go: give --output another file",
                path.display()
            ),
            Self::StreamsShared => f.write_str(
                "standard output and standard error are the same file or pipe: the report would \
                 stand among the data; separate them, or give -q",
            ),
            Self::StdinTwice => f.write_str(
                "standard input cannot be both the list and a file: ./- is the file of that name",
            ),
            Self::BadGlob(text) => write!(f, "\"{text}\" is not a glob pattern"),
            Self::Publisher(error) => write!(f, "--repository or --publisher: {error}"),
            Self::RefGlob(error) => write!(f, "--ref: {error}"),
            Self::BadTime(text) => {
                write!(f, "--time: \"{text}\" is not a time like 2026-11-22T00:00:00Z (RFC 3339)")
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::Manifest(error) => error.fmt(f),
            Self::Ring(error) => error.fmt(f),
            Self::Key(error) => error.fmt(f),
            Self::Allowed(error) => error.fmt(f),
            Self::Package(error) => error.fmt(f),
            Self::Archive(error) => error.fmt(f),
            Self::Source(error) => error.fmt(f),
            Self::Review(error) => error.fmt(f),
            Self::Create { path, source } => {
                write!(f, "{}: cannot write: {source}", path.display())
            }
            Self::Root(error) => error.fmt(f),
            Self::ManagedKey { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Usage(error) => error.fmt(f),
            Self::Write { path, source } => {
                write!(f, "{}: cannot write: {source}", path.display())
            }
            Self::Dangling(path) => {
                write!(f, "{}: is a symbolic link to a file that does not exist", path.display())
            }
            Self::Output(error) => write!(f, "cannot write the report: {error}"),
            Self::Spool(error) => write!(f, "cannot write a temporary file: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Input(error) => Some(error),
            Self::Manifest(error) => Some(error),
            Self::Ring(error) => Some(error),
            Self::Key(error) => Some(error),
            Self::Output(error) | Self::Spool(error) => Some(error),
            Self::Allowed(error) => Some(error),
            Self::Write { source, .. } => Some(source),
            Self::Package(error) => Some(error),
            Self::Archive(error) => Some(error),
            Self::Source(error) => Some(error),
            Self::Review(error) => Some(error),
            Self::Create { source, .. } => Some(source),
            Self::Root(error) => Some(error),
            Self::ManagedKey { source, .. } => Some(source),
            Self::Usage(_) | Self::Dangling(_) => None,
        }
    }
}

macro_rules! wraps {
    ($($variant:ident $type:ty;)+) => {
        $(impl From<$type> for Error {
            fn from(error: $type) -> Self { Self::$variant(error) }
        })+
    };
}

wraps! {
    Input InputError;
    Manifest ManifestError;
    Ring RingError;
    Key KeyError;
    Allowed AllowedError;
    Package PackageError;
    Archive ArchiveError;
    Source SourceError;
    Review ReviewError;
    Root RootError;
    Usage UsageError;
}
