//! `distvouch source`.

use super::clone::{CloneArgs, SOURCE};
use super::options::TimeOption;
use super::pager::Pager;
use super::policy;
use super::progress::{self, size_of};
use super::{colour, printed};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check as CheckName, Finding};
use crate::answer::requirement::Status;
use crate::bytes::input::{EVIDENCE_LIMIT, read_operand};
use crate::check::said::said_of;
use crate::cli::error::Error;
use crate::evidence::sigstore::{TrustedRoot, Verifier};
use crate::release::source::{self, CommitSpec, Options, SourceError, SourceReport};
use crate::report::source as page;
use clap::Args;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  # The archive against the tag of its version
  distvouch source foo-1.3.tar.gz --git ~/src/foo

  # Against the commit that an attestation names
  distvouch source foo-1.3.tar.gz --git ~/src/foo --provenance foo-1.3.tar.gz.provenance

  # The tag has to be signed by one of these keys
  distvouch source foo-1.3.tar.gz --git ~/src/foo --tag-key foo.asc

  # What autoconf and automake made, made anew with the same versions
  distvouch source foo-1.3.tar.gz --git ~/src/foo --regenerate

  # Against a commit that the release tag must point at
  distvouch source foo-1.3.tar.gz --git ~/src/foo --commit 0123456789ab --tag v1.3

  # The lines that the archive has and git has not
  distvouch source --unified foo-1.3.tar.gz --git ~/src/foo

  # A package of a monorepo
  distvouch source foo-1.3.tar.gz --git ~/src/all --tag foo-1.3 --directory packages/foo

The provenance names the commit; who should have published it, `distvouch check` compares.
git only reads: nothing is fetched, no program that the clone's configuration names is run.";

/// Compare a release archive with git.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Source {
    /// The release archive
    #[arg(value_name = "DISTFILE")]
    pub(crate) distfile: PathBuf,

    /// A clone of upstream's repository, with its tags; bare and shallow ones, too
    #[arg(long, value_name = "CLONE", help_heading = SOURCE)]
    pub(crate) git: Option<PathBuf>,

    /// The commit, and how to compare
    #[command(flatten)]
    pub(crate) clone: CloneArgs,

    /// The archive's provenance, or a bundle; default: DISTFILE.provenance, .sigstore.json or
    /// .sigstore, whichever is there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["commit", "tag"])]
    pub(crate) provenance: Option<PathBuf>,

    /// The ebuild runs eautoreconf: configure, Makefile.in and the like of the archive are not used
    #[arg(long, requires = "git", conflicts_with = "regenerate", help_heading = SOURCE)]
    pub(crate) eautoreconf: bool,

    /// Whose signature over the tag, or over its commit, counts: OpenPGP keys, or SSH allowed signers.
    /// Repeatable; default: the tag-keys of the policy for the package in the current directory
    #[arg(long, value_name = "FILE", requires = "git", help_heading = SOURCE)]
    pub(crate) tag_key: Vec<PathBuf>,

    /// Time
    #[command(flatten)]
    pub(crate) time: TimeOption,

    /// The archive's name before an ebuild's "->" renamed it
    #[arg(long, value_name = "NAME")]
    pub(crate) upstream_name: Option<String>,

    /// Sigstore trusted_root.json, or "github"; default: the newer of the system's and the one built in
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// List every file that differs, is missing or has another mode
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Print the lines that differ from git, too, in $PAGER on a terminal
    #[arg(long, conflicts_with = "json")]
    pub(crate) unified: bool,

    /// Print to standard output even where that is a terminal
    #[arg(long)]
    pub(crate) no_pager: bool,
}

impl Source {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the archive cannot be listed or git cannot be run.
    pub(crate) fn run(&self, pager: Option<Pager>) -> Result<Status, Error> {
        let mut out = pager.unwrap_or_else(Pager::none);
        let result = self.show(&mut out);
        let finished = out.finish();
        result.and_then(|status| printed(finished).map(|()| status))
    }

    /// The pager to print in, where one is wanted.
    pub(crate) fn pager(&self) -> Option<Pager> {
        (self.unified && !self.no_pager).then(Pager::start)
    }

    fn show(&self, out: &mut Pager) -> Result<Status, Error> {
        let mut report = match &self.git {
            Some(clone) => {
                let spec = self.commit()?;
                let asked = policy::asked(Some(Path::new(".")))?;
                let options = Options {
                    upstream_name: self.upstream_name.clone(),
                    eautoreconf: self.eautoreconf,
                    tag_keys: policy::tag_keys(&self.tag_key, &asked, self.time.now()?)?,
                    unified: self.unified,
                    ..self.clone.options()
                };
                let bar = progress::bytes(size_of(&self.distfile));
                let report = source::report(&self.distfile, clone, &spec, &options, &|bytes| {
                    bar.inc(bytes);
                });
                bar.finish_and_clear();
                match report {
                    // It was left alone: that is an answer, not a failure to run.
                    Err(error @ SourceError::Archive(_)) if error.is_unsupported() => {
                        self.nothing_compared(source::failed(&error))?
                    }
                    other => other?,
                }
            }
            None => self.nothing_compared(source::no_clone())?,
        };
        report.finding.required = true;
        let shown = page::Shown { verbose: self.verbose, unified: self.unified, colour: colour() };
        printed(match self.json {
            true => page::json(&self.name(), &report, out),
            false => page::text(&self.name(), &report, shown, out),
        })?;
        Ok(Status::of(&report.finding))
    }

    /// The commit as it is given, or as the provenance names it.
    fn commit(&self) -> Result<CommitSpec, Error> {
        let given = self.clone.commit();
        let path = match &self.provenance {
            Some(path) => path.clone(),
            None if given != CommitSpec::default() => return Ok(given),
            None => match self.beside().find(|path| path.symlink_metadata().is_ok()) {
                Some(beside) => beside,
                None => return Ok(given),
            },
        };
        let bytes = read_operand(&path, EVIDENCE_LIMIT)?;
        let verifier = Verifier::new(TrustedRoot::load(self.trusted_root.as_deref())?);
        let name = self.name();
        let name = self.upstream_name.as_deref().unwrap_or(&name);
        let findings = said_of(&self.distfile, name, &bytes, &verifier)?;
        // Evidence that does not hold is not passed over, neither for a tag nor for another piece.
        let unjudged = Some(FailureClass::NotCheckedNoExpectation);
        let bad = findings.iter().find(|f| f.class.is_some() && f.class != unjudged).cloned();
        if let (None, Some(attested)) = (&bad, source::attested(&findings)?) {
            return Ok(CommitSpec::of(attested));
        }
        // A bundle that was not asked for may be by a person or a key, who name no commit.
        if bad.is_none() && self.provenance.is_none() && findings.iter().all(is_bundle) {
            return Ok(given);
        }
        let finding = bad.or_else(|| findings.into_iter().find(|f| f.class.is_some()));
        match finding.and_then(|finding| Some((finding.class?, finding.compared))) {
            Some((class, text)) => Err(SourceError::Unattested { path, class, text }.into()),
            None => Ok(given),
        }
    }

    /// What may be next to the archive as provenance.
    pub(in crate::cli) fn beside(&self) -> impl Iterator<Item = PathBuf> {
        let beside =
            |suffix: &str| self.distfile.with_file_name(format!("{}{suffix}", self.name()));
        [".provenance", ".sigstore.json", ".sigstore"].map(beside).into_iter()
    }

    fn nothing_compared(&self, finding: Finding) -> Result<SourceReport, Error> {
        let file = crate::bytes::input::open_regular(&self.distfile)?;
        let size = file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        Ok(SourceReport { comparison: None, stated: None, size, finding })
    }

    fn name(&self) -> String {
        let name = self.distfile.file_name().unwrap_or(self.distfile.as_os_str());
        name.to_string_lossy().into_owned()
    }
}

fn is_bundle(finding: &Finding) -> bool {
    finding.check == CheckName::Sigstore
}
