//! `distvouch diff`.

use super::progress::{self, size_of};
use super::{colour, printed};
use crate::answer::requirement::Status;
use crate::bytes::output::OutputError;
use crate::cli::error::{Error, UsageError};
use crate::release::diff::compare;
use crate::report::diff as page;
use clap::Args;
use globset::{Glob, GlobMatcher};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  # What changed between two releases, what can hurt first
  distvouch diff foo-1.2.tar.gz foo-1.3.tar.gz

  # Every line, for a pager; only the macros of autoconf
  distvouch diff --unified foo-1.2.tar.gz foo-1.3.tar.gz | less
  distvouch diff --unified='*.m4' foo-1.2.tar.gz foo-1.3.tar.gz

  # One page to read in a browser
  distvouch diff --html foo.html foo-1.2.tar.gz foo-1.3.tar.gz

An archive of more than 1000000 members or 16 GiB, or that unpacks to more than 250 times its
size, is left unread. Of each file up to 4 MiB are compared line by line.";

/// Compare two release archives.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Diff {
    /// The release that was read before
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,

    /// The release to read
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,

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

    /// Write one page of HTML with every changed line to FILE, which must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Diff {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Where an archive cannot be listed, the pattern is none, or the page cannot be written.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let glob = self.unified.as_deref().map(pattern).transpose()?;
        let total = 2 * (size_of(&self.old) + size_of(&self.new));
        let bar = progress::bytes(total);
        let diff = compare(&self.old, &self.new, &|bytes| bar.inc(bytes));
        bar.finish_and_clear();
        let diff = diff?;
        if let Some(path) = &self.html {
            let failed = |source| OutputError::Write { path: path.clone(), source };
            let mut page = BufWriter::new(File::create_new(path).map_err(failed)?);
            page::html(&[&diff], &mut page).and_then(|()| page.flush()).map_err(failed)?;
        }
        let mut out = BufWriter::new(io::stdout().lock());
        let result = if self.json {
            page::json(&diff, &mut out)
        } else {
            page::text(&diff, colour(), &mut out).and_then(|()| match &glob {
                None => Ok(()),
                Some(glob) => {
                    writeln!(out)?;
                    page::unified(&diff, &|path| glob.is_match(path), colour(), &mut out)
                }
            })
        };
        printed(result.and_then(|()| out.flush()))?;
        Ok(Status::Met)
    }
}

fn pattern(text: &str) -> Result<GlobMatcher, UsageError> {
    let glob = Glob::new(text).map_err(|_| UsageError::BadGlob(text.to_owned()))?;
    Ok(glob.compile_matcher())
}
