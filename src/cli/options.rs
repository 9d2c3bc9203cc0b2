//! Options that several subcommands share.

use super::{colour, print_report};
use crate::check::Report;
use crate::cli::error::{Error, UsageError};
use crate::evidence::openpgp::{KeyRing, PolicyKind, RingError};
use crate::report::{Format, Style};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::SystemTime;

/// An option's name without its dashes, by which clap knows it.
pub(super) fn id(option: &'static str) -> &'static str {
    option.trim_start_matches('-')
}

/// The OpenPGP keys that count, and how strictly they are looked at.
#[derive(Debug, Clone, Args)]
pub(crate) struct OpenpgpOptions {
    /// OpenPGP keys, armored or binary; the only keys that count
    #[arg(long, value_name = "FILE", help_heading = "OpenPGP")]
    pub(crate) openpgp_key: Vec<PathBuf>,

    /// Only these certificates of the key files count
    #[arg(long, value_name = "FPR", help_heading = "OpenPGP", requires = "openpgp_key")]
    pub(crate) openpgp_fingerprint: Vec<String>,

    /// Which OpenPGP cryptography counts: what gemato takes, with weaknesses said, or Sequoia's
    /// standard policy; default: as the overlay's policy says, else gentoo
    #[arg(long, value_name = "POLICY", help_heading = "OpenPGP")]
    pub(crate) openpgp_policy: Option<PolicyArg>,
}

/// The values of `--openpgp-policy`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PolicyArg {
    /// What gemato takes, with weaknesses said
    Gentoo,
    /// Sequoia's standard policy
    Strict,
}

impl OpenpgpOptions {
    /// The key ring, if a key was given.
    ///
    /// # Errors
    ///
    /// As [`KeyRing::read`].
    pub(crate) fn ring(&self) -> Result<Option<KeyRing>, RingError> {
        (!self.openpgp_key.is_empty())
            .then(|| KeyRing::read(&self.openpgp_key, &self.openpgp_fingerprint))
            .transpose()
    }

    /// The policy: the one that is named, else `default`.
    pub(crate) fn policy(&self, default: PolicyKind) -> PolicyKind {
        match self.openpgp_policy {
            Some(PolicyArg::Gentoo) => PolicyKind::Gentoo,
            Some(PolicyArg::Strict) => PolicyKind::Strict,
            None => default,
        }
    }
}

/// When to judge.
#[derive(Debug, Args)]
pub(crate) struct TimeOption {
    /// Time to judge at, RFC 3339; default: now
    #[arg(long, value_name = "RFC3339")]
    pub(crate) time: Option<String>,
}

impl TimeOption {
    /// The time.
    ///
    /// # Errors
    ///
    /// If it is not RFC 3339.
    pub(crate) fn now(&self) -> Result<SystemTime, UsageError> {
        let Some(text) = &self.time else { return Ok(SystemTime::now()) };
        let time: Result<jiff::Timestamp, _> = text.parse();
        time.map(SystemTime::from).map_err(|_| UsageError::BadTime(text.clone()))
    }
}

/// A check's name, as a string that is judged later: completions know the names.
#[derive(Debug, Clone)]
pub(crate) struct CheckName;

impl clap::builder::TypedValueParser for CheckName {
    type Value = String;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        Ok(value.to_string_lossy().into_owned())
    }

    fn possible_values(
        &self,
    ) -> Option<Box<dyn Iterator<Item = clap::builder::PossibleValue> + '_>> {
        let names = crate::answer::check::Check::ALL.map(|check| check.name());
        Some(Box::new(names.into_iter().map(clap::builder::PossibleValue::new)))
    }
}

/// Where Portage keeps distfiles unless it is told otherwise.
const DISTDIR: &str = "/var/cache/distfiles";

/// The directory of the distfiles.
#[derive(Debug, Args)]
pub(crate) struct Distdir {
    /// Directory of the distfiles and the evidence about them; default: $DISTDIR, else
    /// /var/cache/distfiles
    #[arg(long, value_name = "DIR")]
    pub(crate) distdir: Option<PathBuf>,
}

impl Distdir {
    /// The directory.
    pub(crate) fn path(&self) -> PathBuf {
        let variable = || std::env::var_os("DISTDIR").filter(|dir| !dir.is_empty());
        let found = self.distdir.clone().or_else(|| variable().map(PathBuf::from));
        found.unwrap_or_else(|| PathBuf::from(DISTDIR))
    }
}

/// How to print a report.
#[derive(Debug, Args)]
pub(crate) struct PrintOptions {
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,

    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,

    /// Print only what is required and not met
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print the data behind each finding, too
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// Where to print a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Output,
    /// Standard error, where standard output carries something else.
    Diagnostics,
}

impl PrintOptions {
    /// The form of the report.
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// Prints `report`.
    ///
    /// # Errors
    ///
    /// If the stream cannot be written to.
    pub(crate) fn print(&self, report: &Report, stream: Stream) -> Result<(), Error> {
        let format = self.format();
        let style = Style { quiet: self.quiet, verbose: self.verbose, colour: colour() };
        print_report(report, format, style, stream)
    }
}
