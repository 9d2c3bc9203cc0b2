//! One file: its detached signature or bundle, or its provenance.

use super::setting::{Method, Setting, Unable, named, publisher};
use super::subject;
use crate::answer::summary::Clock;
use crate::bytes::input::{EVIDENCE_LIMIT, open_source, read_operand};
use crate::bytes::output::{OutputError, Spool, Target, Vouched};
use crate::bytes::pass::MeasureError;
use crate::check::operand::{self, Named, NamedKind};
use crate::check::signatures::Over;
use crate::check::{DistfileReport, Inputs};
use crate::cli::error::Error;
use crate::evidence::expectation::{Pins, PublisherExpectation};
use crate::report::portage::Answer;
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};

/// One file with its detached signature.
#[derive(Debug, Args)]
pub(super) struct Detached {
    #[command(flatten)]
    setting: Setting,

    /// The signature is over the stream that FILE compresses
    #[arg(long)]
    uncompress: bool,

    /// Where that stream goes once the signature agrees
    #[arg(long, value_name = "OUT", requires = "uncompress")]
    output: Option<PathBuf>,

    /// What was signed; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The signature
    #[arg(value_name = "SIG")]
    signature: PathBuf,
}

impl Detached {
    pub(super) fn subject(&self) -> String {
        subject(&self.file)
    }

    pub(super) fn answer(&self) -> Result<Answer, Unable> {
        let method = self.setting.method;
        let kind = match method {
            Method::Provenance => return Err(Unable::Method(method.name())),
            Method::Sigstore if self.uncompress => return Err(Unable::Method(method.name())),
            Method::Sigstore => NamedKind::Bundle,
            _ if self.uncompress => NamedKind::Signature(Over::Uncompressed),
            _ => NamedKind::Signature(Over::File),
        };
        let inputs = self.setting.inputs(true, false, None)?;
        let mut spool = self.output.as_deref().map(spool).transpose()?;
        let sink = spool.as_mut().map(|spool| spool as &mut dyn Write);
        let (report, listed) = checked(&inputs, &self.file, kind, &self.signature, sink)?;
        let all = report.findings.iter().filter(|finding| finding.required).cloned();
        if let (Some(spool), Some(vouched)) = (spool, Vouched::by_all(&all.collect::<Vec<_>>())) {
            spool.deliver(vouched)?;
        }
        Ok(told(&self.setting, report, listed))
    }
}

/// One file with its PEP 740 provenance.
#[derive(Debug, Args)]
pub(super) struct Provenance {
    #[command(flatten)]
    setting: Setting,

    /// What was published
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The provenance
    #[arg(value_name = "PROVENANCE")]
    provenance: PathBuf,

    /// Who must have published it; the pins count for --repository only
    #[arg(id = "operand", value_name = "REPOSITORY")]
    publisher: Option<String>,
}

impl Provenance {
    pub(super) fn subject(&self) -> String {
        subject(&self.file)
    }

    pub(super) fn answer(&self) -> Result<Answer, Unable> {
        let other = self.publisher.as_deref().filter(|text| !text.is_empty());
        let other = other.map(publisher).transpose()?;
        let mut inputs = self.setting.inputs(false, true, other.clone())?;
        let mut unpinned = Vec::new();
        if let (Some(ours), Some(theirs)) = (self.setting.publisher()?, other)
            && !is_same(&ours, &theirs)
        {
            unpinned = self.setting.pinned();
            inputs.pins = Pins::default();
        }
        let upstream = named(&self.file).and_then(|name| self.setting.upstream_name(name));
        if let Some(upstream) = upstream {
            inputs.upstream_names.insert(self.subject(), upstream);
        }
        let (report, listed) =
            checked(&inputs, &self.file, NamedKind::Provenance, &self.provenance, None)?;
        let mut told = told(&self.setting, report, listed);
        told.summary = true;
        told.remarks.extend(
            unpinned.iter().map(|pin| {
                format!("{pin} does not count here: it goes with VERIFY_PROVENANCE_REPO")
            }),
        );
        Ok(told)
    }
}

fn is_same(one: &PublisherExpectation, other: &PublisherExpectation) -> bool {
    one.to_string().eq_ignore_ascii_case(&other.to_string())
}

/// A spool for the file `path`, which must not be the pipe that the answer goes through.
pub(super) fn spool(path: &Path) -> Result<Spool, Unable> {
    match Target::of(path, true)? {
        Target::Stdout => Err(Unable::OutputIsAnswer),
        target => Ok(Spool::new(&target)?),
    }
}

/// Reads and judges `file` with the evidence at `path`, and says whether that is in the Manifest.
fn checked(
    inputs: &Inputs,
    file: &Path,
    kind: NamedKind,
    path: &Path,
    sink: Option<&mut dyn Write>,
) -> Result<(DistfileReport, Option<String>), Unable> {
    let bytes = read_operand(path, EVIDENCE_LIMIT)?;
    let listed = operand::is_listed(inputs, path, &bytes).then(|| subject(path));
    let mut input = open_source(file)?;
    let named = Named { kind, path, bytes: &bytes };
    let report = operand::check(inputs, file, &mut input, named, sink);
    let report = report.map_err(|error| match error {
        MeasureError::Input(error) => Error::from(error),
        MeasureError::Sink(source) => Error::from(OutputError::Spool(source)),
    })?;
    Ok((report, listed))
}

/// The answer about one file.
pub(super) fn told(setting: &Setting, report: DistfileReport, listed: Option<String>) -> Answer {
    let report = operand::together(vec![report], Vec::new());
    let settles = listed.is_some() || report.clock == Clock::Emerge;
    let settled = settles && setting.first_time("manifest");
    Answer { report: Some(report), settled, listed, ..setting.answer() }
}
