//! `distvouch bump`.

mod expected;
mod inputs;
mod record;

use super::clone::{CloneArgs, SOURCE};
use super::keys::{KeyArgs, tag_keys};
use super::options::{Distdir, OpenpgpOptions, PrintOptions, Stream, TimeOption};
use super::policy;
use super::progress::{self, size_of};
use super::review::SignArg;
use super::sigstore::SigstoreOptions;
use super::{colour, printed, restrict};
use crate::answer::requirement::Status;
use crate::answer::summary::Clock;
use crate::check::Inputs;
use crate::check::bump::expectation;
use crate::check::bump::{Asked, Bump as Plan, Examined, Package, examine};
use crate::check::inputs::Gap;
use crate::check::inputs::SourceInput;
use crate::cli::error::{Error, UsageError};
use crate::evidence::manifest::is_distfile_name;
use crate::release::policy::Policy;
use crate::release::review::{self};
use crate::release::source::Options;
use crate::report::diff as page;
use crate::report::{Format, Style, bump as report};
use clap::Args;
use expected::Expected;
use indicatif::ProgressBar;
use inputs::{named, needs_verifier, present};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Nothing of the ebuild is run: its variables are read from its text. Those that only bash can know
are named, with the flag that sets them; a flag overrides the ebuild.

Examples:
  # In the package's directory, after `ebuild foo-1.3.ebuild manifest`
  distvouch bump .

  # Read what is unread, dependencies too, one after the other
  distvouch bump . --read

  # You have read the diffs: record it, and see what is left
  distvouch bump . --record 'all of src/; tests skimmed'

  # Compare the archive with a clone of upstream's repository, and write the diff as a page
  distvouch bump foo-1.3.ebuild --git ~/src/foo --html foo-1.3.html

  # For a script: everything has to agree, a recorded review included
  distvouch bump . --require manifest,openpgp,continuity,source,review --quiet";

const FILES: &str = "What is compared";
const RECORD: &str = "Record of the reading";

/// Look at a version bump.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Bump {
    /// A package's directory, of which the highest version counts that is not live, or an ebuild
    #[arg(value_name = "PKGDIR|EBUILD")]
    pub(crate) package: PathBuf,

    /// Where the distfiles are.
    #[command(flatten)]
    pub(crate) distdir: Distdir,

    /// Distfiles of the new version; default: the DIST entries that have it in their name
    #[arg(long, value_name = "NAME", help_heading = FILES)]
    pub(crate) distfile: Vec<String>,

    /// The previous version; default: the highest lower one of the ebuilds, else of the Manifest, else
    /// of DIR
    #[arg(long, value_name = "VERSION", help_heading = FILES)]
    pub(crate) previous_version: Option<String>,

    /// The distfile of the previous version, where its name is not like the new one's
    #[arg(long, value_name = "[DISTFILE=]NAME", help_heading = FILES)]
    pub(crate) previous_distfile: Vec<String>,

    /// Name of a distfile before the ebuild's "->"
    #[arg(long, value_name = "DISTFILE=NAME", help_heading = FILES)]
    pub(crate) upstream_name: Vec<String>,

    /// A directory or list of review records; default: the package's in the repository's
    /// metadata/distvouch/reviews, and those imported
    #[arg(long, value_name = "REVIEWS", help_heading = FILES)]
    pub(crate) reviews: Option<PathBuf>,

    /// Keys that must have signed a review record: OpenPGP, or SSH allowed signers
    #[arg(long, value_name = "FILE", help_heading = FILES)]
    pub(crate) review_key: Vec<PathBuf>,

    /// A clone of upstream's repository, with its tags; default: that of the package's name in
    /// $DISTVOUCH_CLONES, or in the policy's directory of clones, where there is one
    #[arg(long, value_name = "CLONE", help_heading = SOURCE)]
    pub(crate) git: Option<PathBuf>,

    /// The commit, and how to compare
    #[command(flatten)]
    pub(crate) clone: CloneArgs,

    /// Whose signature over the tag, or over its commit, counts: OpenPGP keys, or SSH allowed signers.
    /// Repeatable; default: the policy's tag-keys, else the ebuild's key, by which none has to be
    /// signed
    #[arg(long, value_name = "FILE", help_heading = SOURCE)]
    pub(crate) tag_key: Vec<PathBuf>,

    /// What the signatures are checked with.
    #[command(flatten)]
    pub(crate) keys: KeyArgs,

    /// Sigstore bundles and provenance
    #[command(flatten)]
    pub(crate) sigstore: SigstoreOptions,

    /// Checks that must agree, separated by commas; nothing else then counts for the exit status.
    /// Default: manifest, review, source if a clone is given, each check for which the ebuild or a
    /// flag has a key, identity or repository, those of the overlay's policy; and no check may
    /// contradict
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = super::options::CheckName, hide_possible_values = true)]
    pub(crate) require: Vec<String>,

    /// Record that you read the diffs, and archives without a previous version, with what there is to
    /// say about them; on a terminal, bump asks
    #[arg(long, value_name = "NOTE", help_heading = RECORD)]
    pub(crate) record: Option<String>,

    /// Go through all that is unread, dependencies too: on a terminal one after the other, asking for
    /// a note on each; else print every line after the report
    #[arg(long, conflicts_with_all = ["record", "json", "format", "quiet"], help_heading = RECORD)]
    pub(crate) read: bool,

    /// Who read; default: git's user.name and user.email, then $USER
    #[arg(long, value_name = "NAME", help_heading = RECORD)]
    pub(crate) reviewer: Option<String>,

    /// Sign the record with gpg or ssh-keygen; default: as git's gpg.format says
    #[arg(
        long,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "git",
        help_heading = RECORD
    )]
    pub(crate) sign: Option<SignArg>,

    /// The key to sign with; default: git's user.signingkey
    #[arg(long, value_name = "KEY", requires = "sign", help_heading = RECORD)]
    pub(crate) sign_key: Option<String>,

    /// Write the release diffs as one page of HTML to FILE, which must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// When to judge
    #[command(flatten)]
    pub(crate) time: TimeOption,

    /// How to print
    #[command(flatten)]
    pub(crate) print: PrintOptions,
}

impl Bump {
    /// How the archive is compared with the clone: what the ebuild says decides which tag is meant, and
    /// whose signature over it vouches.
    fn source_options(
        &self,
        package: &Package,
        expected: &Expected,
        asked: &Policy,
    ) -> Result<Options, Error> {
        let now = self.time.now()?;
        let named = policy::tag_keys(&self.tag_key, asked, now)?;
        // Of what the ebuild verifies the archive with, a tag need not be signed.
        let OpenpgpOptions { openpgp_key, openpgp_fingerprint, .. } = &expected.keys.openpgp;
        let tag_keys = match named {
            None => tag_keys(openpgp_key, openpgp_fingerprint, false, now)?,
            named => named,
        };
        Ok(Options {
            version: Some(package.ebuild.version.without_revision().to_owned()),
            package: Some(package.ebuild.name.clone()),
            eautoreconf: package.ebuild.eautoreconf,
            tag_keys,
            ..self.clone.options()
        })
    }

    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the package, its distfiles or something named on the command line cannot be read.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        if !self.writes_records() {
            let looked = self.look()?;
            self.print(&looked)?;
            return Ok(looked.outcome.report.status());
        }
        // Records are written, signed and asked for outside of what reads archives.
        let mut looked = restrict::within(&self.reach(), || self.look())?;
        if let Some(note) = &self.record {
            self.record_all(&mut looked, note)?;
        }
        self.print(&looked)?;
        if self.asks() {
            self.ask(&mut looked)?;
        } else if self.read {
            self.show_all(&looked)?;
        }
        Ok(looked.outcome.report.status())
    }

    fn look(&self) -> Result<Looked, Error> {
        if let Some(name) = self.distfile.iter().find(|name| !is_distfile_name(name)) {
            return Err(UsageError::NotAName(name.clone()).into());
        }
        let commit = self.clone.commit();
        commit.check()?;
        let mut package = Package::read(&self.package)?;
        let distdir = self.distdir.path();
        let distfiles = Plan::distfiles(&package, &distdir, &self.distfile)?;
        let names = distfiles.names;
        package.find_before(self.previous_version.as_deref(), &names, &distdir)?;
        let pairs = self.pairs(&package, &names, &distdir)?;
        let asked = policy::asked(Some(&package.directory))?;
        let expected = Expected::of(self, &package.ebuild);
        let dropped = expectation::dropped(&package, &|variable| self.says(variable));
        let clone = self.clone_of(&package);
        let now = self.time.now()?;
        let version = package.ebuild.version.as_str();
        let excuses = policy::excuses(&asked, Some(version), now);
        let require = self.requirement(&expected.checks, clone.is_some(), &asked)?;
        let bundle_policies = expected.sigstore.bundle_policies()?;
        let publishers =
            policy::publisher_gaps(&asked, &expected.sigstore, &bundle_policies, &require);
        let previous = Plan::previous(&package, &pairs, &distdir);
        let mut check = Inputs {
            manifest: package.manifest.clone(),
            renamed: self.renamed(&package, &names)?,
            upstream_names: self.upstream_names(&package, &names)?,
            distfiles: present(&names, &self.distdir.path()),
            keys: expected.keys.read_under(asked.openpgp())?,
            bundle_policies,
            publisher: expected.sigstore.expectation()?,
            pins: expected.pins(&self.sigstore)?,
            previous,
            source: clone
                .map(|clone| {
                    let options = self.source_options(&package, &expected, &asked)?;
                    let others = pairs.iter().filter(|pair| pair.dependency);
                    let others = others.map(|pair| pair.new.clone()).collect();
                    Ok::<_, Error>(SourceInput { others, clone, commit, options })
                })
                .transpose()?,
            named: named(&package),
            gaps: expected
                .gaps
                .into_iter()
                .chain(dropped)
                .map(Gap::of_all)
                .chain(publishers)
                .collect(),
            excuses,
            require,
            strict: self.require.is_empty(),
            threads: true,
            ..Inputs::new(distdir, Clock::Bump, now)
        };
        if needs_verifier(&check) {
            check.verifier = Some(expected.sigstore.verifier()?);
        }
        let plan = Plan { check, pairs, reviews: self.records(&package)?, package };
        let bar = progress_bar(&plan);
        let (plan, outcome) = examine(plan, &|phase, bytes| {
            bar.set_message(phase);
            bar.inc(bytes);
        });
        bar.finish_and_clear();
        let page = self.page(&outcome)?;
        let (asked, unfetched) = (expected.asked, distfiles.unfetched);
        Ok(Looked { plan, outcome, asked, unfetched, page })
    }

    /// The words of a command line that compares the same again.
    fn again(&self) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        let mut words = vec!["bump".to_owned(), path(&self.package)];
        let mut add = |option: &str, value: String| words.extend([option.to_owned(), value]);
        self.distdir.distdir.iter().for_each(|dir| add("--distdir", path(dir)));
        self.distfile.iter().for_each(|name| add("--distfile", name.clone()));
        self.previous_version.iter().for_each(|v| add("--previous-version", v.clone()));
        self.previous_distfile.iter().for_each(|name| add("--previous-distfile", name.clone()));
        self.reviews.iter().for_each(|place| add("--reviews", path(place)));
        words
    }

    /// Writes the page of the diffs.
    fn page(&self, outcome: &Examined) -> Result<Option<PathBuf>, Error> {
        let Some(path) = &self.html else { return Ok(None) };
        let diffs = outcome.comparisons.iter().filter_map(|c| c.diff.as_ref()?.as_ref().ok());
        let diffs: Vec<_> = diffs.collect();
        if diffs.is_empty() {
            return Ok(None);
        }
        let failed = |source| Error::Create { path: path.clone(), source };
        let mut page = BufWriter::new(File::create_new(path).map_err(failed)?);
        page::html(&diffs, &mut page).and_then(|()| page.flush()).map_err(failed)?;
        Ok(Some(path.clone()))
    }

    fn print(&self, looked: &Looked) -> Result<(), Error> {
        let Looked { plan, outcome, asked, unfetched, page } = looked;
        let format = if self.print.json { Format::Json } else { self.print.format };
        let here = review::place_of(Path::new("."));
        let reviews = plan.reviews.places.first().map(PathBuf::as_path);
        let reviews = reviews.filter(|place| *place != here);
        // A command to paste is shorter with a path from here.
        let current = std::env::current_dir().unwrap_or_default();
        let reviews = reviews.map(|place| place.strip_prefix(&current).unwrap_or(place));
        let unattributed = plan.package.unattributed(&plan.check.distfiles);
        let about = report::About {
            package: &plan.package,
            asked,
            reviews,
            unattributed: &unattributed,
            unfetched,
            page: page.as_deref(),
            again: &self.again(),
        };
        let style =
            Style { quiet: self.print.quiet, verbose: self.print.verbose, colour: colour() };
        let mut out = BufWriter::new(io::stdout().lock());
        let result = match format {
            Format::Json => report::json(about, outcome, &mut out),
            Format::Text => report::text(about, outcome, style, &mut out),
            // Line by line, as `distvouch check` does.
            Format::Portage => {
                drop(out);
                return self.print.print(&outcome.report, Stream::Output);
            }
        };
        for error in &outcome.report.errors {
            super::diagnose(error);
        }
        printed(result.and_then(|()| out.flush()))
    }
}

/// What was looked at, and what came out.
struct Looked {
    plan: Plan,
    outcome: Examined,
    /// What of the ebuild only bash can read.
    asked: Vec<Asked>,
    /// Distfiles that are fetched for some USE flags, and are not there.
    unfetched: Vec<String>,
    /// Where the page of the diff was written.
    page: Option<PathBuf>,
}

/// Over everything that is read: each new distfile for the checks; with the old one for the diff,
/// twice; and again for the comparison with git.
fn progress_bar(plan: &Plan) -> ProgressBar {
    let size = |name: &String| size_of(&plan.check.distdir.join(name));
    let checked: u64 = plan.check.distfiles.iter().map(size).sum();
    let pairs = plan.pairs.iter();
    let compared = pairs.filter_map(|pair| Some(2 * (size(&pair.new) + size(pair.old.as_ref()?))));
    let sourced =
        plan.pairs.iter().filter(|_| plan.check.source.is_some()).map(|pair| size(&pair.new));
    progress::phases(checked + compared.sum::<u64>() + sourced.sum::<u64>())
}
