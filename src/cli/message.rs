//! `distvouch message`.

use super::keys::KeyArgs;
use super::options::{PrintOptions, Stream, TimeOption};
use crate::answer::finding::Finding;
use crate::answer::requirement::Status;
use crate::answer::summary::{Clock, Summary};
use crate::bytes::input::{is_stdin, open_source};
use crate::bytes::output::{Spool, Target, Vouched};
use crate::check::message::{examine, is_judged_by};
use crate::check::pairing::Role;
use crate::check::{DistfileReport, Report};
use crate::cli::error::{Error, UsageError};
use clap::Args;
use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::PathBuf;

const EXAMPLES: &str = "\
OUT is written only if a signature of the given keys agrees: to a temporary file next to it, which
is then renamed. With OUT - the text goes to standard output and the report to standard error.

OUT is what is signed and nothing else. Of a cleartext-signed message: its lines without dash
escapes and blanks at their ends, each ended by LF. Of a message signed as text: its lines, each
ended by LF as far as it ended. Of a message signed as binary: its very bytes.

Examples:
  # The signed list of checksums, without its signature
  distvouch message SHA256SUMS.asc --openpgp-key upstream.asc --output SHA256SUMS

  # And on to the checksums themselves; a refused message is an empty list there
  distvouch message SHA256SUMS.asc --openpgp-key upstream.asc --output - |
      distvouch checksums - --format sha256 -- foo-1.2.tar.gz";

/// Read a signed message and hand on its text only if the signature agrees.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Message {
    /// Message: OpenPGP, cleartext-signed or inline-signed, or of signify -e; - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// Where the signed text goes; - for standard output
    #[arg(long, value_name = "OUT")]
    pub(crate) output: PathBuf,

    /// The keys that count. OpenPGP and signify have messages that carry their text.
    #[command(flatten)]
    pub(crate) keys: KeyArgs,

    /// When to judge
    #[command(flatten)]
    pub(crate) time: TimeOption,

    /// How to print.
    #[command(flatten)]
    pub(crate) print: PrintOptions,
}

impl Message {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the command line does not fit, something named in it cannot be read, or OUT cannot be
    /// written.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let now = self.time.now()?;
        let keys = self.keys.read()?;
        if !is_judged_by(&keys) {
            return Err(UsageError::NoKey.into());
        }
        let target = Target::of(&self.output, self.print.quiet)?;
        let mut spool = Spool::new(&target)?;
        let mut input = BufReader::new(open_source(&self.file)?);
        let finding = examine(&mut input, &self.file, &keys, now, &mut spool)?;
        if let Some(vouched) = Vouched::by(&finding) {
            spool.deliver(vouched)?;
        }
        let report = self.report(finding);
        let stream = if target == Target::Stdout { Stream::Diagnostics } else { Stream::Output };
        self.print.print(&report, stream)?;
        Ok(report.status())
    }

    fn report(&self, mut finding: Finding) -> Report {
        finding.required = true;
        let stdin = is_stdin(&self.file);
        let distfile = DistfileReport {
            name: if stdin { "standard input".into() } else { self.file.display().to_string() },
            size: self.file.metadata().map(|m| m.len()).unwrap_or_default(),
            digests: BTreeMap::new(),
            role: Role::Content,
            findings: vec![finding],
        };
        let summary = Summary::of(Clock::Bump, [distfile.findings.as_slice()].into_iter());
        Report {
            clock: Clock::Bump,
            distfiles: vec![distfile],
            errors: Vec::new(),
            summary,
            strict: false,
            package: None,
        }
    }
}
