//! `distvouch checksums`.

use super::options::Stream;
use super::{colour, print_report};
use crate::answer::requirement::Status;
use crate::answer::summary::{Clock, Summary};
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, is_stdin, read_source};
use crate::bytes::pass::{self, Wanted};
use crate::check::pairing::Role;
use crate::check::{DistfileReport, Report};
use crate::cli::error::{Error, UsageError};
use crate::evidence::checksums::{List, ListFormat, Requested};
use crate::report::{Format, Style};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Every FILE must be in the list, by the name that is given here, and every line of the list about it
must agree: one whose digest cannot be read is said, not skipped. Lines about other files are
skipped, whatever they are. Who wrote the list is not checked here: use \"distvouch message\" or
\"distvouch detached\" for that.

Examples:
  # Against upstream's list
  distvouch checksums SHA256SUMS --format sha256 -- foo-1.2.tar.gz foo-doc-1.2.tar.gz

  # Against the signed part of a signed list
  distvouch message SHA256SUMS.asc --openpgp-key upstream.asc --output - |
      distvouch checksums - --format sha256 --distdir /var/cache/distfiles -- foo-1.2.tar.gz";

/// Compare files with a list of checksums.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Checksums {
    /// List of checksums; - for standard input
    #[arg(value_name = "LIST")]
    pub(crate) list: PathBuf,

    /// What kind of list it is
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: ListFormat,

    /// Directory of the files
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) distdir: PathBuf,

    /// Files to compare with the list, by their names there; - for standard input, which the
    /// list has to call -, too
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<OsString>,

    /// Name that the list has for FILE
    #[arg(long, value_name = "FILE=NAME")]
    pub(crate) upstream_name: Vec<String>,

    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) report: Format,

    /// Short for --report json
    #[arg(long, conflicts_with = "report")]
    pub(crate) json: bool,

    /// Print only what is required and not met
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Print the data behind each finding, too
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

impl Checksums {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the list cannot be read. A file that cannot be read is said in the report.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        if is_stdin(&self.list) && self.files.iter().any(|file| is_stdin(Path::new(file))) {
            return Err(UsageError::StdinTwice.into());
        }
        let bytes = read_source(&self.list, EVIDENCE_LIMIT)?;
        let names = self.listed_names()?;
        let listed = self.files.iter().map(|file| listed_name(&names, file));
        let list = List::read(&bytes, self.format, &Requested::of(listed));
        let mut distfiles = Vec::new();
        let mut errors = Vec::new();
        let mut seen = BTreeSet::new();
        for file in self.files.iter().filter(|file| seen.insert(*file)) {
            match self.check(&list, file, listed_name(&names, file)) {
                Ok(report) => distfiles.push(report),
                Err(error) => errors.push(error),
            }
        }
        let findings = distfiles.iter().map(|d: &DistfileReport| d.findings.as_slice());
        let summary = Summary::of(Clock::Bump, findings);
        let report =
            Report { clock: Clock::Bump, distfiles, errors, summary, strict: false, package: None };
        let format = if self.json { Format::Json } else { self.report };
        let style = Style { quiet: self.quiet, verbose: self.verbose, colour: colour() };
        print_report(&report, format, style, Stream::Output)?;
        Ok(report.status())
    }

    /// The names that the list has for files, where they are others.
    fn listed_names(&self) -> Result<BTreeMap<OsString, String>, UsageError> {
        let mut names = BTreeMap::new();
        for value in &self.upstream_name {
            let option = "--upstream-name";
            let (file, name) = value
                .split_once('=')
                .ok_or_else(|| UsageError::NotAPair { option, value: value.clone() })?;
            if !self.files.iter().any(|given| given == file) {
                return Err(UsageError::NotChecked { option, distfile: file.to_owned() });
            }
            names.insert(OsString::from(file), name.to_owned());
        }
        Ok(names)
    }

    fn check(
        &self,
        list: &List,
        file: &OsString,
        name: &[u8],
    ) -> Result<DistfileReport, InputError> {
        let wanted = Wanted { hashes: list.wanted(name), ..Wanted::default() };
        let path = Path::new(file);
        let path = if is_stdin(path) { path.to_owned() } else { self.distdir.join(path) };
        let measured = pass::measure_source(&path, &wanted, &mut |_| {})?;
        let mut finding = list.check(name, &measured.digests);
        finding.required = true;
        Ok(DistfileReport {
            name: file.to_string_lossy().into_owned(),
            size: measured.size,
            digests: measured.digests,
            role: Role::Content,
            findings: vec![finding],
        })
    }
}

/// The name that the list has for `file`.
fn listed_name<'a>(names: &'a BTreeMap<OsString, String>, file: &'a OsString) -> &'a [u8] {
    names.get(file).map_or(file.as_bytes(), |name| name.as_bytes())
}
