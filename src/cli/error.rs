//! Why the program could not run: usage, input and output. Never the answer to the question that
//! was asked: that is a [`FailureClass`](crate::answer::failure::FailureClass).

use crate::answer::finding::Check;
use crate::bytes::input::InputError;
use crate::bytes::output::OutputError;
use crate::check::bump::{DiffError, PackageError};
use crate::check::message::ExamineError;
use crate::check::scan::ScanError;
use crate::evidence::ed25519::KeyError;
use crate::evidence::expectation::{ExpectationError, PINS, PinError};
use crate::evidence::kinds::KeysError;
use crate::evidence::manifest::ManifestError;
use crate::evidence::openpgp::RingError;
use crate::evidence::sigstore::{ManagedKeyError, RootError};
use crate::evidence::ssh::AllowedError;
use crate::release::archive::ArchiveError;
use crate::release::known::KnownError;
use crate::release::policy::{FileLine, PolicyError};
use crate::release::review::ReviewError;
use crate::release::source::SourceError;
use std::path::PathBuf;

/// Why the program could not run: exit status 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Ring(#[from] RingError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Allowed(#[from] AllowedError),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Diff(DiffError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Known(#[from] KnownError),
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("{}:{}: tag-keys: {source}", place.file.display(), place.line)]
    TagKeys { place: FileLine, source: Box<Self> },
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error("{}: another scan is writing to it", path.display())]
    Scanning { path: PathBuf },
    #[error("{}: does not hold results of a scan: name another file with --results", path.display())]
    NoResults { path: PathBuf },
    #[error(transparent)]
    Root(#[from] RootError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Message(#[from] ExamineError),
    #[error(transparent)]
    Usage(#[from] UsageError),
    #[error("{}: cannot write: {source}", path.display())]
    Create { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    ManagedKey { path: PathBuf, source: ManagedKeyError },
    #[error("{}:{line}: {what}", path.display())]
    Eclassdoc { path: PathBuf, line: usize, what: String },
    #[error("cannot write the report: {0}")]
    Report(#[source] std::io::Error),
}

/// What does not fit in the command line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("nothing to check: name a distfile, or a Manifest with --manifest")]
    NothingToCheck,
    #[error("nothing to check: no DIST entry of the Manifest lies in the directory of --distdir")]
    NothingThere,
    #[error(
        "\"{0}\" is not the name of a distfile: give a plain file name, and its directory with --distdir"
    )]
    NotAName(String),
    #[error("--require: \"{name}\" is not one of {}", Check::ALL.map(Check::name).join(" "))]
    UnknownCheck { name: String },
    #[error("{option}: \"{value}\" is not of the form DISTFILE=VALUE")]
    NotAPair { option: &'static str, value: String },
    #[error("{option}: \"{distfile}\" cannot be evidence about itself")]
    PairedWithItself { option: &'static str, distfile: String },
    #[error(
        "a pin ({}) needs --repository or --publisher", PINS.map(|pin| pin.option).join(", ")
    )]
    PinWithoutPublisher,
    #[error("{option}: {source}")]
    Pin { option: &'static str, source: PinError },
    #[error("--issuer: say one for all identities, or one for each --identity, in their order")]
    Issuers,
    #[error("{option}: \"{distfile}\" is not among the distfiles to check")]
    NotChecked { option: &'static str, distfile: String },
    #[error("{option}: there are several distfiles: say which with DISTFILE=FILE")]
    WhichDistfile { option: &'static str },
    #[error(
        "no key was given: name one with --openpgp-key, --signify-key, --minisign-key or --ssh-allowed-signers"
    )]
    NoKey,
    #[error("standard input cannot be both the list and a file: ./- is the file of that name")]
    StdinTwice,
    #[error("--tag-key: give one list of SSH allowed signers, with all of them in it")]
    SeveralAllowedSigners,
    #[error("name two ebuilds or two archives: one ebuild has nothing to compare with")]
    OneEbuild,
    #[error("\"{0}\" is not a glob pattern")]
    BadGlob(String),
    #[error("--repository or --publisher: {0}")]
    Publisher(ExpectationError),
    #[error("--package: \"{0}\" is not of the form CATEGORY/NAME")]
    NotAPackage(String),
    #[error("--shard: \"{0}\" is not of the form N/M with N from 1 to M")]
    Shard(String),
    #[error("{}: is not in an ebuild repository, which has profiles/ or metadata/layout.conf", .0.display())]
    NoRepository(PathBuf),
    #[error("--time: \"{0}\" is not a time like 2026-11-22T00:00:00Z (RFC 3339)")]
    BadTime(String),
}
