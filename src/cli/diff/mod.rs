//! `distvouch diff`.

mod ebuilds;

use super::options::Distdir;
use super::pager::Pager;
use super::progress::{self, size_of};
use super::{colour, printed};
use crate::answer::requirement::Status;
use crate::bytes::output::{Existing, OutputError, write_whole};
use crate::check::bump::held;
use crate::cli::error::{Error, UsageError};
use crate::evidence::manifest::Manifest;
use crate::release::archive::show;
use crate::release::diff::{Change, Diff as Compared, compare_showing};
use crate::report::diff as page;
use clap::Args;
use ebuilds::Distfiles;
use globset::{Glob, GlobMatcher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
What runs at build, install or import comes first, then source by what its new lines do, then data
and tests; documentation, translations, CI and images are counted.

Examples:
  # What changed between two releases, riskiest first
  distvouch diff foo-1.2.tar.gz foo-1.3.tar.gz

  # Every line, in $PAGER on a terminal; only the macros of autoconf
  distvouch diff --unified foo-1.2.tar.gz foo-1.3.tar.gz
  distvouch diff --unified='*.m4' foo-1.2.tar.gz foo-1.3.tar.gz

  # Only what is run or read to build and install it
  distvouch diff --build --unified foo-1.2.tar.gz foo-1.3.tar.gz

  # A new package or dependency, which has no previous release: all of it is new
  distvouch diff --unified bar-0.1.tar.gz

  # What two ebuilds fetch, as their Manifest has it, from DISTDIR
  distvouch diff foo-1.2.ebuild foo-1.3.ebuild

  # One page to read in a browser
  distvouch diff --html foo.html foo-1.2.tar.gz foo-1.3.tar.gz

An archive that programs may unpack to different files is not compared. One of more than 100,000
members and one for each 64 bytes, or that unpacks to more than 512 MiB and 50 times its size, is
left unread. Of a text of more than 4 MiB, the parts that differ are compared.";

/// Compare two release archives, or what two ebuilds fetch.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, override_usage = "distvouch diff [OPTIONS] [OLD] <NEW>")]
pub(crate) struct Diff {
    /// The previous release, or its ebuild; leave it out if there is none, and name only NEW
    #[arg(value_name = "OLD")]
    pub(crate) first: PathBuf,

    /// The release to read, or its ebuild
    #[arg(value_name = "NEW")]
    pub(crate) second: Option<PathBuf>,

    /// Where the distfiles are that ebuilds name.
    #[command(flatten)]
    pub(crate) distdir: Distdir,

    /// Print the changed lines, too, of all files or of those whose path fits
    #[arg(
        long,
        value_name = "PATH-GLOB",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "*",
        conflicts_with = "json"
    )]
    pub(crate) unified: Option<String>,

    /// Only what runs at build, install or start, or decides what does
    #[arg(long, conflicts_with = "json")]
    pub(crate) build: bool,

    /// List everything: documentation, translations, tests, CI and images, too; JSON always does
    #[arg(long)]
    pub(crate) all: bool,

    /// Print every reason, and the digests; JSON always has them
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Write one page of HTML with every changed line to FILE, which must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// Print to standard output even where that is a terminal
    #[arg(long)]
    pub(crate) no_pager: bool,
}

impl Diff {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If an archive cannot be listed, the pattern is none, or the page cannot be written.
    pub(crate) fn run(&self, pager: Option<Pager>) -> Result<Status, Error> {
        let mut out = pager.unwrap_or_else(Pager::none);
        let result = self.show(&mut out);
        // What there is to say is said when the pager has ended.
        let finished = out.finish();
        result.and_then(|status| printed(finished).map(|()| status))
    }

    /// The two ebuilds, where that is what was named.
    pub(crate) fn ebuilds(&self) -> Vec<&Path> {
        match self.both() {
            Some((old, new)) if ebuilds::are_ebuilds(old, new) => vec![old, new],
            _ => Vec::new(),
        }
    }

    /// The old one and the new one, where both are named.
    fn both(&self) -> Option<(&Path, &Path)> {
        Some((&self.first, self.second.as_deref()?))
    }

    /// The files that were named.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.first).chain(&self.second)
    }

    /// The pager to print in, where one is wanted.
    pub(crate) fn pager(&self) -> Option<Pager> {
        (self.unified.is_some() && !self.no_pager).then(Pager::start)
    }

    fn show(&self, out: &mut Pager) -> Result<Status, Error> {
        // An ebuild beside an archive would be compared as a file.
        let given = [Some(&self.first), self.second.as_ref()];
        let ebuilds = given.into_iter().flatten().filter(|path| ebuilds::is_ebuild(path));
        if ebuilds.count() == 1 {
            return Err(UsageError::OneEbuild.into());
        }
        let glob = self.unified.as_deref().map(pattern).transpose()?;
        let distfiles = match self.ebuilds().as_slice() {
            [old, new] => Some(ebuilds::distfiles(old, new, &self.distdir.path())?),
            _ => None,
        };
        let pairs: Vec<(Option<PathBuf>, PathBuf)> = match (&distfiles, &self.second) {
            (Some(distfiles), _) => distfiles.pairs.clone(),
            (None, Some(new)) => vec![(Some(self.first.clone()), new.clone())],
            (None, None) => vec![(None, self.first.clone())],
        };
        let diffs = self.compare(&pairs, glob.as_ref(), distfiles.is_some())?;
        let read: Vec<&Compared> = diffs.iter().filter_map(|diff| diff.as_ref().ok()).collect();
        if let Some(path) = &self.html {
            write_page(path, &read)?;
        }
        let result = match (self.json, &distfiles, read.as_slice()) {
            (true, None, [diff]) => page::json(diff, out),
            (true, Some(distfiles), _) => {
                page::json_of_several(&self.between(distfiles), &read, out)
            }
            _ => self.text(distfiles.as_ref(), &read, glob.as_ref(), out),
        };
        printed(result)?;
        // Of several, those that can be compared are shown before the first that cannot is named.
        diffs.into_iter().find_map(Result::err).map_or(Ok(Status::Met), Err)
    }

    /// Compares each pair; for ebuilds, only files that are those of the Manifest.
    fn compare(
        &self,
        pairs: &[(Option<PathBuf>, PathBuf)],
        glob: Option<&GlobMatcher>,
        ebuilds: bool,
    ) -> Result<Vec<Result<Compared, Error>>, Error> {
        let fits = |path: &[u8]| glob.is_some_and(|glob| glob.is_match(show(path)));
        let wants = |path: &[u8]| self.html.is_some() || fits(path);
        let manifests = match self.both().filter(|_| ebuilds) {
            Some((old, new)) => [manifest_of(old)?, manifest_of(new)?],
            None => [None, None],
        };
        let total = pairs.iter().map(|(old, new)| old.as_deref().map_or(0, size_of) + size_of(new));
        let bar = progress::bytes(total.sum());
        let compared = pairs.iter().map(|(old, new)| {
            let diff = compare_showing(old.as_deref(), new, &wants, &|bytes| bar.inc(bytes))?;
            let sides = [diff.old.as_ref(), Some(&diff.new)];
            for (manifest, side) in manifests.iter().zip(sides) {
                if let Some((manifest, side)) = manifest.as_ref().zip(side) {
                    held(manifest, &side.name(), side).map_err(Error::Diff)?;
                }
            }
            Ok(diff)
        });
        let compared = compared.collect();
        bar.finish_and_clear();
        Ok(compared)
    }

    fn listed(&self) -> page::Listed {
        let Self { all, verbose, build, .. } = *self;
        page::Listed { all, verbose, build, colour: colour(), first: 0 }
    }

    fn between<'a>(&'a self, distfiles: &'a Distfiles) -> page::Between<'a> {
        page::Between {
            old: &self.first,
            new: self.second.as_deref().unwrap_or(&self.first),
            same: &distfiles.same,
            old_only: &distfiles.old_only,
            new_only: &distfiles.new_only,
        }
    }

    fn text(
        &self,
        distfiles: Option<&Distfiles>,
        diffs: &[&Compared],
        glob: Option<&GlobMatcher>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for (at, diff) in diffs.iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            page::text(diff, self.listed(), out)?;
        }
        if let Some(distfiles) = distfiles {
            page::between(&self.between(distfiles), out)?;
        }
        if let Some(glob) = glob {
            let fits =
                |change: &Change| self.listed().has(change) && glob.is_match(show(change.path()));
            for diff in diffs {
                writeln!(out)?;
                page::unified(diff, &fits, colour(), out)?;
            }
        }
        page::next(diffs, glob.is_some(), out)
    }
}

/// The Manifest of an ebuild's directory, where there is one.
fn manifest_of(ebuild: &Path) -> Result<Option<Manifest>, Error> {
    let path = ebuild.with_file_name("Manifest");
    match path.symlink_metadata().is_ok() {
        true => Ok(Some(Manifest::read(&path)?)),
        false => Ok(None),
    }
}

/// Writes the page of some diffs to a file that must not exist.
///
/// # Errors
///
/// If it exists or cannot be written.
fn write_page(path: &Path, diffs: &[&Compared]) -> Result<(), OutputError> {
    let failed = |source| OutputError::Write { path: path.to_owned(), source };
    write_whole(path, Existing::Kept, &mut |out| page::html(diffs, out)).map_err(failed)
}

fn pattern(text: &str) -> Result<GlobMatcher, UsageError> {
    let glob = Glob::new(text).map_err(|_| UsageError::BadGlob(text.to_owned()))?;
    Ok(glob.compile_matcher())
}
