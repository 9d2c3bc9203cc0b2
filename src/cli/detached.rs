//! `distvouch detached`.

use super::keys::KeyArgs;
use super::options::{PrintOptions, Stream, TimeOption};
use super::progress::{self, size_of};
use crate::answer::failure::FailureClass;
use crate::answer::finding::Finding;
use crate::answer::requirement::Status;
use crate::answer::summary::{Clock, Summary};
use crate::bytes::compress::StreamLimits;
use crate::bytes::input::{
    EVIDENCE_LIMIT, file_name, is_stdin, open_regular, open_source, read_operand,
};
use crate::bytes::output::{Spool, Target, Vouched};
use crate::bytes::pass::{MeasureError, Measured, Wanted, measure_stream};
use crate::bytes::sniff::Kind;
use crate::check::pairing::Role;
use crate::check::signatures::{Over, Signatures};
use crate::check::{DistfileReport, Report};
use crate::cli::error::{Error, UsageError};
use clap::Args;
use std::io::{Read as _, Write};
use std::path::PathBuf;

/// The bytes of a file by which its kind is told.
const SNIFFED: u64 = 4096;

const EXAMPLES: &str = "\
Examples:
  # An OpenPGP signature over the file itself
  distvouch detached --openpgp-key upstream.asc foo-1.2.tar.gz.asc foo-1.2.tar.gz

  # A signature over the uncompressed archive, which is written only where it holds
  distvouch detached --openpgp-key upstream.asc --uncompress --output foo-1.2.tar \\
      foo-1.2.tar.sign foo-1.2.tar.xz

  # A minisign signature over what a pipe delivers
  curl … | distvouch detached --minisign-key foo.pub foo-1.2.tar.gz.minisig -

Signatures inside of git (signed tags and commits) are another matter: use git verify-tag.";

/// Check one detached signature.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Detached {
    /// The signature: OpenPGP, signify, minisign or SSH, as its content tells
    #[arg(value_name = "SIG")]
    pub(crate) signature: PathBuf,

    /// What was signed; - for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// What the signature is checked with.
    #[command(flatten)]
    pub(crate) keys: KeyArgs,

    /// The signature is over the stream that FILE compresses (xz, gzip, bzip2, zstd, lzip, lzma)
    #[arg(long)]
    pub(crate) uncompress: bool,

    /// Where to write the uncompressed stream once the signature holds; - for standard output
    #[arg(long, value_name = "OUT", requires = "uncompress")]
    pub(crate) output: Option<PathBuf>,

    /// Most bytes that FILE may uncompress to
    #[arg(long, value_name = "BYTES", default_value_t = StreamLimits::default().size)]
    pub(crate) uncompress_limit: u64,

    /// When to judge
    #[command(flatten)]
    pub(crate) time: TimeOption,

    /// How to print
    #[command(flatten)]
    pub(crate) print: PrintOptions,
}

impl Detached {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If no key was given or a file cannot be read or written.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let now = self.time.now()?;
        if self.keys.checks().next().is_none() {
            return Err(UsageError::NoKey.into());
        }
        let keys = self.keys.read()?;
        let bytes = read_operand(&self.signature, EVIDENCE_LIMIT)?;
        let limits = StreamLimits { size: self.uncompress_limit, ..StreamLimits::default() };
        let mut wanted = Wanted { limits, ..Wanted::default() };
        let over = if self.uncompress { Over::Uncompressed } else { Over::File };
        let mut signatures = Signatures::default();
        signatures.add(&keys, &self.signature, &bytes, over, &mut wanted);
        // A temporary file rather than a second pass: standard input cannot be read twice, and a
        // file that is read twice may have changed in between.
        let quiet = self.print.quiet;
        let target = self.output.as_deref().map(|out| Target::of(out, quiet)).transpose()?;
        let mut spool = target.as_ref().map(Spool::new).transpose()?;
        let measured = self.measure(&wanted, spool.as_mut())?;
        let mut findings = signatures.judge(now, &self.name(), &measured);
        if findings.iter().any(|f| f.class == Some(FailureClass::SignatureMalformed))
            && self.looks_swapped()
        {
            for finding in &mut findings {
                let names = [&self.file, &self.signature].map(|path| path.display().to_string());
                finding.compared =
                    format!("{}; did you mean: {}", finding.compared, names.join(" "));
            }
        }
        if let (Some(spool), Some(vouched)) = (spool, Vouched::by_all(&findings)) {
            spool.deliver(vouched)?;
        }
        let report = self.report(findings, measured);
        // Standard output belongs to the data, where it goes there.
        let data = target == Some(Target::Stdout);
        self.print.print(&report, if data { Stream::Diagnostics } else { Stream::Output })?;
        Ok(report.status())
    }

    /// Whether the file is a signature, while what was given as the signature is none.
    fn looks_swapped(&self) -> bool {
        let mut start = Vec::new();
        let read = !is_stdin(&self.file)
            && open_regular(&self.file)
                .is_ok_and(|file| file.take(SNIFFED).read_to_end(&mut start).is_ok());
        read && Kind::of(&start).is_signature()
    }

    /// The name of what was signed, as signed lists and the report have it.
    fn name(&self) -> String {
        file_name(&self.file)
    }

    fn measure(&self, wanted: &Wanted, spool: Option<&mut Spool>) -> Result<Measured, Error> {
        let mut input = open_source(&self.file)?;
        let path = self.output.clone().unwrap_or_default();
        let sink = spool.map(|spool| spool as &mut dyn Write);
        let bar = progress::bytes(size_of(&self.file));
        let measured =
            measure_stream(&mut input, &self.file, wanted, sink, &mut |bytes| bar.inc(bytes));
        bar.finish_and_clear();
        measured.map_err(|error| match error {
            MeasureError::Input(error) => error.into(),
            MeasureError::Sink(source) => Error::Create { path, source },
        })
    }

    /// The report on the one file. Everything that was found is required.
    fn report(&self, mut findings: Vec<Finding>, measured: Measured) -> Report {
        for finding in &mut findings {
            finding.required = true;
        }
        let summary = Summary::of(Clock::Bump, std::iter::once(findings.as_slice()));
        let distfile = DistfileReport {
            name: self.name(),
            size: measured.size,
            digests: measured.digests,
            role: Role::Content,
            findings,
        };
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
