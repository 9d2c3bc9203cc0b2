//! `distvouch check`.

mod pairs;

use pairs::names_stream;
pub(super) use pairs::{known_names, split_pair};

use super::clone::{CloneArgs, SOURCE};
use super::keys::{KeyArgs, review_keys};
use super::options::{Distdir, PrintOptions, Stream, TimeOption};
use super::policy;
use super::progress::{self, size_of};
use super::sigstore::SigstoreOptions;
use crate::answer::finding::Check as CheckName;
use crate::answer::requirement::{Requirement, Status};
use crate::answer::summary::Clock;
use crate::bytes::compress::StreamLimits;
use crate::bytes::input::InputError;
use crate::bytes::{suffix, threads};
use crate::check::inputs::{Previous, ReviewInput, SourceInput};
use crate::check::signatures::Over;
use crate::check::{Inputs, pairing, run};
use crate::cli::error::{Error, UsageError};
use crate::evidence::manifest::{Manifest, is_distfile_name};
use crate::release::policy::Policy;
use crate::release::review::Reviews;
use crate::release::source::Options;
use crate::report::Format;
use clap::{Args, ValueEnum};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const CONTINUITY: &str = "Continuity";

/// Distfiles from which on threads pay, whatever their size.
const MANY: usize = 16;

/// Bytes from which on threads pay for a few.
const MUCH: u64 = 4 * 1024 * 1024;

const REVIEW: &str = "Review";

const EXAMPLES: &str = "\
Examples:
  # Every distfile of a package that was fetched, by its Manifest alone
  distvouch check --distdir /var/cache/distfiles --manifest Manifest

  # An upstream OpenPGP signature, foo-1.2.tar.gz.asc, next to the distfile
  distvouch check --distdir . --manifest Manifest --openpgp-key upstream.asc foo-1.2.tar.gz

  # PyPI provenance, foo-1.2.tar.gz.provenance, at a bump
  distvouch check --distdir . --repository https://github.com/example/foo \\
      --require provenance foo-1.2.tar.gz

  # Was it published in the same way as the previous release, and by the same key?
  distvouch check --distdir . --openpgp-key upstream.asc --require continuity \\
      --previous foo-1.1.tar.gz.provenance --previous-signature foo-1.1.tar.gz.asc \\
      foo-1.2.tar.gz";

/// Check distfiles.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// Distfiles to check; default: every DIST entry of the Manifest that lies in DIR
    #[arg(value_name = "DISTFILE")]
    pub(crate) distfiles: Vec<String>,

    /// Where the distfiles are.
    #[command(flatten)]
    pub(crate) distdir: Distdir,

    /// Manifest with the DIST entries
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,

    /// Pair a signature by hand; a bare file name is looked for in DIR. With DISTFILE lacking its
    /// compression suffix, the signature is over the uncompressed stream
    #[arg(long, value_name = "DISTFILE=FILE")]
    pub(crate) signature: Vec<String>,

    /// What the signatures are checked with.
    #[command(flatten)]
    pub(crate) keys: KeyArgs,
    /// Pair PEP 740 provenance by hand
    #[arg(long, value_name = "DISTFILE=FILE")]
    pub(crate) provenance: Vec<String>,

    /// Provenance of the previous release, for continuity; DISTFILE is the one of this release and
    /// only needed where there are several
    #[arg(long, value_name = "[DISTFILE=]FILE", help_heading = CONTINUITY)]
    pub(crate) previous: Vec<String>,

    /// Signature or Sigstore bundle of the previous release, whose own file is next to it, likewise
    #[arg(long, value_name = "[DISTFILE=]FILE", help_heading = CONTINUITY)]
    pub(crate) previous_signature: Vec<String>,

    /// A clone of upstream's repository, to compare the archives with
    #[arg(long, value_name = "CLONE", help_heading = SOURCE)]
    pub(crate) git: Option<PathBuf>,

    /// The commit, and how to compare
    #[command(flatten)]
    pub(crate) clone: CloneArgs,

    /// Whose signature over the tag, or over its commit, counts: OpenPGP keys, or SSH allowed signers.
    /// Repeatable; default: the policy's tag-keys
    #[arg(long, value_name = "FILE", requires = "git", help_heading = SOURCE)]
    pub(crate) tag_key: Vec<PathBuf>,

    /// Review records: someone must have read the diff from a file that the Manifest lists, or all of the new one
    #[arg(long, value_name = "FILE|DIR", help_heading = REVIEW)]
    pub(crate) reviews: Option<PathBuf>,

    /// Keys that must have signed a review record: OpenPGP, or SSH allowed signers
    #[arg(long, value_name = "FILE", requires = "reviews", help_heading = REVIEW)]
    pub(crate) review_key: Vec<PathBuf>,

    /// Name of a distfile before the ebuild's "->"
    #[arg(long, value_name = "DISTFILE=NAME")]
    pub(crate) upstream_name: Vec<String>,

    /// Most bytes that a compressed distfile may uncompress to, where the signature is over the
    /// uncompressed stream
    #[arg(long, value_name = "BYTES", default_value_t = StreamLimits::default().size)]
    pub(crate) uncompress_limit: u64,

    /// Sigstore bundles and provenance
    #[command(flatten)]
    pub(crate) sigstore: SigstoreOptions,

    /// When the question is asked: as the Manifest is recorded, or after
    #[arg(long, value_name = "CLOCK", default_value = "bump")]
    pub(crate) clock: ClockArg,

    /// Checks that must agree, separated by commas; default: manifest, each check for which a key,
    /// identity, repository, clone or file of records was given, and those of the overlay's policy
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = super::options::CheckName, hide_possible_values = true)]
    pub(crate) require: Vec<String>,

    /// Most threads, for several distfiles or one that is big; default: as many as there are
    /// processors
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,

    /// When to judge
    #[command(flatten)]
    pub(crate) time: TimeOption,

    /// How to print
    #[command(flatten)]
    pub(crate) print: PrintOptions,
}

/// The values of `--clock`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ClockArg {
    /// The Manifest is being recorded: it stops no one yet
    Bump,
    /// The Manifest was recorded before
    Emerge,
}

impl Check {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the command line does not fit or something named in it cannot be read.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let inputs = self.inputs()?;
        let total = total_size(&inputs);
        let bar = progress::bytes(total);
        let report = run(&inputs, &|bytes| bar.inc(bytes));
        bar.finish_and_clear();
        self.print.print(&report, Stream::Output)?;
        Ok(report.status())
    }

    fn inputs(&self) -> Result<Inputs, Error> {
        let directory = self.manifest.as_deref().map(|m| m.parent().unwrap_or(Path::new("")));
        let directory =
            directory.map(|d| if d.as_os_str().is_empty() { Path::new(".") } else { d });
        let asked = policy::asked(directory)?;
        let require = self.requirement(&asked)?;
        let now = self.time.now()?;
        if let Some(name) = self.distfiles.iter().find(|name| !is_distfile_name(name)) {
            return Err(UsageError::NotAName(name.clone()).into());
        }
        let distdir = self.distdir.path();
        std::fs::read_dir(&distdir)
            .map_err(|source| InputError::Open { path: distdir.clone(), source })?;
        let manifest = self.manifest.as_deref().map(Manifest::read_named).transpose()?;
        let distfiles = self.names(manifest.as_ref())?;
        let keys = self.keys.read_under(asked.openpgp())?;
        let signatures = self.signatures(&distfiles)?;
        let clock = match self.clock {
            ClockArg::Bump => Clock::Bump,
            ClockArg::Emerge => Clock::Emerge,
        };
        let bundle_policies = self.sigstore.bundle_policies()?;
        let mut inputs = Inputs {
            manifest,
            provenance: self.pairs("--provenance", &self.provenance, &distfiles)?,
            upstream_names: self.upstream_names(&distfiles)?,
            previous: self.previous(&distfiles)?,
            source: self.source(&asked)?,
            reviews: self.records()?,
            gaps: policy::publisher_gaps(&asked, &self.sigstore, &bundle_policies, &require),
            excuses: policy::excuses(&asked, None, now),
            distfiles,
            signatures,
            keys,
            limits: StreamLimits { size: self.uncompress_limit, ..StreamLimits::default() },
            bundle_policies,
            publisher: self.sigstore.expectation()?,
            pins: self.sigstore.pins()?,
            require,
            states_digests: self.print.format() == Format::Json,
            ..Inputs::new(distdir, clock, now)
        };
        // Reading the trusted root takes longer than reading a small distfile.
        let previous = inputs.previous.values().any(Previous::needs_verifier);
        if self.sigstore.trusted_root.is_some()
            || !inputs.bundle_policies.is_empty()
            || inputs.publisher.is_some()
            || previous
            || self.asks_of_sigstore(&inputs) && has_sigstore_evidence(&inputs)
        {
            inputs.verifier = Some(self.sigstore.verifier()?);
        }
        if let Some(jobs) = self.jobs {
            threads::limit(jobs);
        }
        inputs.threads = threads_pay(&inputs);
        Ok(inputs)
    }

    /// Whether bundles and provenance matter: not where the checks are named and neither is among
    /// them, nor anything that goes on from what they attest.
    fn asks_of_sigstore(&self, inputs: &Inputs) -> bool {
        let checks =
            [CheckName::Sigstore, CheckName::Provenance, CheckName::Continuity, CheckName::Source];
        self.require.is_empty()
            || checks.iter().any(|check| inputs.require.includes(*check))
            || inputs.publisher.is_some()
            || inputs.source.is_some()
            || !inputs.previous.is_empty()
            || !inputs.provenance.is_empty()
            || !inputs.signatures.is_empty()
    }

    /// The distfiles to check, each once.
    fn names(&self, manifest: Option<&Manifest>) -> Result<Vec<String>, UsageError> {
        if !self.distfiles.is_empty() {
            let mut seen = BTreeSet::new();
            return Ok(self.distfiles.iter().filter(|n| seen.insert(*n)).cloned().collect());
        }
        let manifest = manifest.ok_or(UsageError::NothingToCheck)?;
        let there = |name: &&str| self.distdir.path().join(name).symlink_metadata().is_ok();
        let names: Vec<_> = manifest.names().filter(there).map(str::to_owned).collect();
        if names.is_empty() { Err(UsageError::NothingThere) } else { Ok(names) }
    }

    fn requirement(&self, policy: &Policy) -> Result<Requirement, UsageError> {
        if self.require.is_empty() {
            let options = &self.sigstore;
            let bundle = !options.identity.is_empty() || !options.sigstore_key.is_empty();
            let provenance = options.names_publisher();
            let checks = [
                (CheckName::Manifest, true),
                (CheckName::Sigstore, bundle),
                (CheckName::Provenance, provenance),
                (CheckName::Source, self.git.is_some()),
                (CheckName::Review, self.reviews.is_some()),
            ];
            let checks = checks.iter().filter(|(_, on)| *on).map(|(check, _)| *check);
            return Ok(Requirement::of(checks.chain(self.keys.checks()).chain(policy.required())));
        }
        required(&self.require)
    }

    /// The signatures that were paired by hand.
    ///
    /// A distfile's name without its compression suffix stands for the stream that it compresses,
    /// as long as no distfile has that very name.
    fn signatures(
        &self,
        distfiles: &[String],
    ) -> Result<BTreeMap<String, Vec<(Over, PathBuf)>>, UsageError> {
        let known = known_names(distfiles);
        let streams: Vec<_> = distfiles
            .iter()
            .filter_map(|name| Some((name, suffix::without_compression(name)?)))
            .filter(|(_, stream)| !known.contains(stream))
            .collect();
        let mut names = distfiles.to_vec();
        names.extend(streams.iter().map(|(_, stream)| (*stream).to_owned()));
        let mut signatures: BTreeMap<String, Vec<(Over, PathBuf)>> = BTreeMap::new();
        for (name, paths) in self.pairs("--signature", &self.signature, &names)? {
            let of_stream = streams.iter().filter(|(_, stream)| *stream == name);
            let of_file = distfiles.iter().filter(|distfile| **distfile == name);
            for distfile in of_file.chain(of_stream.map(|(distfile, _)| *distfile)) {
                // Named by the stream, or itself named after it: f.tar.sign beside f.tar.xz.
                let over = |path: &Path| match *distfile != name || names_stream(path, distfile) {
                    true => Over::Uncompressed,
                    false => Over::File,
                };
                let paths = paths.iter().map(|path| (over(path), path.clone()));
                signatures.entry(distfile.clone()).or_default().extend(paths);
            }
        }
        Ok(signatures)
    }

    fn records(&self) -> Result<Option<ReviewInput>, Error> {
        let Some(place) = self.reviews.clone() else { return Ok(None) };
        let keys = review_keys(&self.review_key, self.time.now()?)?;
        let records = Reviews::of(vec![place], keys);
        Ok(Some(ReviewInput { records, ..ReviewInput::default() }))
    }

    fn source(&self, asked: &Policy) -> Result<Option<SourceInput>, Error> {
        let Some(clone) = self.git.clone() else { return Ok(None) };
        let commit = self.clone.commit();
        commit.check()?;
        let options = Options {
            tag_keys: policy::tag_keys(&self.tag_key, asked, self.time.now()?)?,
            ..self.clone.options()
        };
        Ok(Some(SourceInput { others: BTreeSet::new(), clone, commit, options }))
    }
}

/// The checks that `--require` names.
pub(super) fn required(names: &[String]) -> Result<Requirement, UsageError> {
    let parse = |name: &String| {
        CheckName::from_name(name.trim())
            .ok_or_else(|| UsageError::UnknownCheck { name: name.clone() })
    };
    let checks: Result<Vec<_>, _> = names.iter().map(parse).collect();
    Ok(Requirement::of(checks?))
}

/// Whether any distfile has a bundle or provenance next to it, or was given one.
fn has_sigstore_evidence(inputs: &Inputs) -> bool {
    let by_hand = inputs.signatures.values().flatten();
    let json = |path: &PathBuf| pairing::begins_like_json(path) == Some(true);
    by_hand.map(|(_, path)| path).any(json)
        || inputs.distfiles.iter().any(|name| {
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

/// Whether there is enough to do that starting a thread is worth it.
pub(super) fn threads_pay(inputs: &Inputs) -> bool {
    inputs.distfiles.len() >= MANY || total_size(inputs) >= MUCH
}
