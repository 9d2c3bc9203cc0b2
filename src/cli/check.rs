//! `distvouch check`.

use super::sigstore::SigstoreOptions;
use super::{colour, printed};
use crate::check::{Inputs, pairing, run};
use crate::error::{Error, UsageError};
use crate::finding::Check as CheckName;
use crate::manifest::{Manifest, is_distfile_name};
use crate::openpgp::{KeyRing, PolicyKind};
use crate::report::{self, Format, Style};
use crate::requirement::{Requirement, Status};
use crate::summary::Clock;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Distfiles of more than this many bytes together get a progress bar and threads.
const LONG_WORK: u64 = 32 * 1024 * 1024;

const EXAMPLES: &str = "\
Examples:
  # Every distfile of a package that was fetched, by its Manifest alone
  distvouch check --distdir /var/cache/distfiles --manifest Manifest

  # An upstream OpenPGP signature, foo-1.2.tar.gz.asc, beside the distfile
  distvouch check --distdir . --manifest Manifest --openpgp-key upstream.asc foo-1.2.tar.gz

  # PyPI provenance, foo-1.2.tar.gz.provenance, at a bump
  distvouch check --distdir . --repository https://github.com/example/foo \\
      --require provenance foo-1.2.tar.gz";

/// Check distfiles.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// Distfiles to check; default: every DIST entry of the Manifest that lies in DIR
    #[arg(value_name = "DISTFILE")]
    pub distfiles: Vec<String>,

    /// Directory of the distfiles and what stands beside them
    #[arg(long, value_name = "DIR")]
    pub distdir: PathBuf,

    /// Manifest with the DIST entries
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,

    /// Pair a signature by hand; a bare file name is looked for in DIR
    #[arg(long, value_name = "DISTFILE=FILE")]
    pub signature: Vec<String>,

    /// Pair PEP 740 provenance by hand
    #[arg(long, value_name = "DISTFILE=FILE")]
    pub provenance: Vec<String>,

    /// Name of a distfile before the ebuild's "->"
    #[arg(long, value_name = "DISTFILE=NAME")]
    pub upstream_name: Vec<String>,

    /// OpenPGP keys, armored or binary; the only keys that count
    #[arg(long, value_name = "FILE", help_heading = "OpenPGP")]
    pub openpgp_key: Vec<PathBuf>,

    /// Only these certificates of the key files count
    #[arg(long, value_name = "FPR", help_heading = "OpenPGP", requires = "openpgp_key")]
    pub openpgp_fingerprint: Vec<String>,

    /// Which OpenPGP cryptography counts: what gemato takes, with weaknesses said, or Sequoia's
    /// standard policy
    #[arg(long, value_name = "POLICY", default_value = "gentoo", help_heading = "OpenPGP")]
    pub openpgp_policy: PolicyArg,

    /// Sigstore bundles and provenance
    #[command(flatten)]
    pub sigstore: SigstoreOptions,

    /// When the question is asked: as the Manifest is recorded, or after
    #[arg(long, value_name = "CLOCK", default_value = "bump")]
    pub clock: ClockArg,

    /// Checks that must agree, separated by commas; default: manifest, and each check for which a
    /// key, identity or repository was given
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub require: Vec<String>,

    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,

    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    pub json: bool,

    /// Time to judge at, RFC 3339; default: now
    #[arg(long, value_name = "RFC3339")]
    pub time: Option<String>,

    /// Most distfiles read at the same time; default: as many as there are processors
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,

    /// Print only what is required and not met
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print the data behind each finding, too
    #[arg(short, long)]
    pub verbose: bool,
}

/// The values of `--openpgp-policy`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PolicyArg {
    /// What gemato takes, with weaknesses said
    Gentoo,
    /// Sequoia's standard policy
    Strict,
}

/// The values of `--clock`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ClockArg {
    /// The Manifest is being recorded: it stops nobody yet
    Bump,
    /// The Manifest was recorded before
    Emerge,
}

impl Check {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Where the command line does not fit or something named in it cannot be read.
    pub fn run(&self) -> Result<Status, Error> {
        let inputs = self.inputs()?;
        let total = total_size(&inputs);
        let bar = progress_bar(total);
        let report = run(&inputs, &|bytes| bar.inc(bytes));
        bar.finish_and_clear();
        for error in &report.errors {
            crate::cli::diagnose(error);
        }
        let format = if self.json { Format::Json } else { self.format };
        let style = Style { quiet: self.quiet, verbose: self.verbose, colour: colour() };
        let mut out = BufWriter::new(io::stdout().lock());
        printed(report::print(&report, format, style, &mut out).and_then(|()| out.flush()))?;
        Ok(report.status())
    }

    fn inputs(&self) -> Result<Inputs, Error> {
        let require = self.requirement()?;
        let now = self.now()?;
        if let Some(name) = self.distfiles.iter().find(|name| !is_distfile_name(name)) {
            return Err(UsageError::NotAName(name.clone()).into());
        }
        let manifest = self.manifest.as_deref().map(Manifest::read).transpose()?;
        let distfiles = self.names(manifest.as_ref())?;
        let ring = (!self.openpgp_key.is_empty())
            .then(|| KeyRing::read(&self.openpgp_key, &self.openpgp_fingerprint))
            .transpose()?;
        let signatures = self.pairs("--signature", &self.signature, &distfiles)?;
        let mut inputs = Inputs {
            distdir: self.distdir.clone(),
            manifest,
            provenance: self.pairs("--provenance", &self.provenance, &distfiles)?,
            upstream_names: self.upstream_names(&distfiles)?,
            distfiles,
            signatures,
            ring,
            bundle_policy: self.sigstore.bundle_policy()?,
            publisher: self.sigstore.expectation()?,
            pins: self.sigstore.pins()?,
            verifier: None,
            policy: match self.openpgp_policy {
                PolicyArg::Gentoo => PolicyKind::Gentoo,
                PolicyArg::Strict => PolicyKind::Strict,
            },
            require,
            clock: match self.clock {
                ClockArg::Bump => Clock::Bump,
                ClockArg::Emerge => Clock::Emerge,
            },
            now,
            jobs: 1,
        };
        // Reading the trusted root takes longer than reading a small distfile.
        if self.sigstore.trusted_root.is_some() || has_sigstore_evidence(&inputs) {
            inputs.verifier = Some(self.sigstore.verifier()?);
        }
        inputs.jobs = self.jobs.unwrap_or_else(|| default_jobs(&inputs)).max(1);
        Ok(inputs)
    }

    /// The distfiles to check, each once.
    fn names(&self, manifest: Option<&Manifest>) -> Result<Vec<String>, UsageError> {
        if !self.distfiles.is_empty() {
            let mut seen = BTreeSet::new();
            return Ok(self.distfiles.iter().filter(|n| seen.insert(*n)).cloned().collect());
        }
        let manifest = manifest.ok_or(UsageError::NothingToCheck)?;
        let there = |name: &&str| self.distdir.join(name).symlink_metadata().is_ok();
        let names: Vec<_> = manifest.names().filter(there).map(str::to_owned).collect();
        if names.is_empty() { Err(UsageError::NothingThere) } else { Ok(names) }
    }

    fn requirement(&self) -> Result<Requirement, UsageError> {
        if self.require.is_empty() {
            let options = &self.sigstore;
            let bundle = options.identity.is_some() || options.sigstore_key.is_some();
            let provenance = options.repository.is_some() || options.publisher.is_some();
            let checks = [
                (CheckName::Manifest, true),
                (CheckName::Openpgp, !self.openpgp_key.is_empty()),
                (CheckName::Sigstore, bundle),
                (CheckName::Provenance, provenance),
            ];
            return Ok(Requirement::of(checks.iter().filter(|(_, on)| *on).map(|(c, _)| *c)));
        }
        let parse = |name: &String| {
            CheckName::from_name(name.trim()).ok_or_else(|| UsageError::UnknownCheck(name.clone()))
        };
        let checks: Result<Vec<_>, _> = self.require.iter().map(parse).collect();
        Ok(Requirement::of(checks?))
    }

    fn now(&self) -> Result<SystemTime, UsageError> {
        let Some(text) = &self.time else { return Ok(SystemTime::now()) };
        let time: Result<jiff::Timestamp, _> = text.parse();
        time.map(SystemTime::from).map_err(|_| UsageError::BadTime(text.clone()))
    }

    fn upstream_names(&self, distfiles: &[String]) -> Result<BTreeMap<String, String>, UsageError> {
        let mut names = BTreeMap::new();
        for value in &self.upstream_name {
            let (distfile, name) = split_pair("--upstream-name", value, distfiles)?;
            if !is_distfile_name(name) {
                return Err(UsageError::NotAName(name.to_owned()));
            }
            names.insert(distfile.to_owned(), name.to_owned());
        }
        Ok(names)
    }

    /// The `DISTFILE=FILE` pairs of an option.
    fn pairs(
        &self,
        option: &'static str,
        values: &[String],
        distfiles: &[String],
    ) -> Result<BTreeMap<String, Vec<PathBuf>>, UsageError> {
        let mut pairs: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for value in values {
            let (name, file) = split_pair(option, value, distfiles)?;
            let path =
                if file.contains('/') { PathBuf::from(file) } else { self.distdir.join(file) };
            pairs.entry(name.to_owned()).or_default().push(path);
        }
        Ok(pairs)
    }
}

/// Splits `DISTFILE=VALUE`. A distfile's name may itself hold a `=`: the longest name that is
/// checked counts.
fn split_pair<'a>(
    option: &'static str,
    value: &'a str,
    distfiles: &[String],
) -> Result<(&'a str, &'a str), UsageError> {
    let splits: Vec<_> = value
        .match_indices('=')
        .filter_map(|(at, _)| Some((value.get(..at)?, value.get(at + 1..)?)))
        .collect();
    let known = |(name, rest): &&(&str, &str)| {
        !rest.is_empty() && distfiles.iter().any(|distfile| distfile == name)
    };
    match (splits.iter().rev().find(known), splits.first()) {
        (Some(pair), _) => Ok(*pair),
        (None, Some((name, rest))) if !name.is_empty() && !rest.is_empty() => {
            Err(UsageError::NotChecked { option, distfile: (*name).to_owned() })
        }
        _ => Err(UsageError::NotAPair { option, value: value.to_owned() }),
    }
}

/// Whether any distfile has a bundle or provenance beside it.
fn has_sigstore_evidence(inputs: &Inputs) -> bool {
    inputs.distfiles.iter().any(|name| {
        let beside = pairing::Evidence::beside(&inputs.distdir, name);
        inputs.provenance.contains_key(name)
            || !beside.provenance.is_empty()
            || !beside.bundles.is_empty()
    })
}

fn total_size(inputs: &Inputs) -> u64 {
    let size = |name: &String| -> u64 { size_of(&inputs.distdir.join(name)) };
    inputs.distfiles.iter().map(size).sum()
}

fn size_of(path: &Path) -> u64 {
    path.metadata().map(|metadata| metadata.len()).unwrap_or_default()
}

/// One, unless there is enough to read that threads pay.
fn default_jobs(inputs: &Inputs) -> usize {
    let contents = inputs.distfiles.iter().filter(|n| pairing::without_compression(n).is_some());
    if contents.count() < 2 || total_size(inputs) < LONG_WORK {
        return 1;
    }
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn progress_bar(total: u64) -> ProgressBar {
    if total < LONG_WORK || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{bytes} of {total_bytes} [{bar:30}] {binary_bytes_per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
