//! Signed messages, and lists of checksums with or without a signature.

use super::one::{spool, told};
use super::setting::{Method, Setting, Unable};
use super::subject;
use crate::answer::finding::{Check, Finding};
use crate::answer::summary::Clock;
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, open_source, read_source};
use crate::bytes::output::{Spool, Vouched};
use crate::bytes::pass::{self, Measured, Recorder};
use crate::check::{DistfileReport, Inputs, message, operand};
use crate::cli::restrict::Reach;
use crate::evidence::checksums::{List, ListFormat, Requested};
use crate::report::portage::Answer;
use clap::Args;
use std::ffi::{OsStr, OsString};
use std::io::BufReader;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// A signed message.
#[derive(Debug, Args)]
pub(super) struct Message {
    #[command(flatten)]
    setting: Setting,

    /// Where the signed text goes once the signature agrees
    #[arg(long, value_name = "OUT")]
    output: PathBuf,

    /// The message; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Message {
    pub(super) fn reach(&self, reach: &mut Reach) {
        self.setting.reach(reach);
        reach.read(&self.file);
        reach.output(&self.output);
    }

    pub(super) fn subject(&self) -> String {
        subject(&self.file)
    }

    pub(super) fn answer(&self) -> Result<Answer, Unable> {
        let inputs = signed_text(&self.setting)?;
        let mut spool = spool(&self.output)?;
        let report = examined(&inputs, &self.file, &mut spool)?;
        if let Some(vouched) = Vouched::by_all(&report.findings) {
            spool.deliver(vouched)?;
        }
        Ok(told(&self.setting, report, None))
    }
}

/// Files with a list of checksums.
#[derive(Debug, Args)]
pub(super) struct Checksums {
    #[command(flatten)]
    setting: Setting,

    /// What kind of list it is
    #[arg(long, value_name = "FORMAT")]
    format: ListFormat,

    /// The list is a signed message
    #[arg(long)]
    signed: bool,

    /// The list; - for standard input
    #[arg(value_name = "LIST")]
    list: PathBuf,

    /// The files, as words of one text or of several, by their names in the list
    #[arg(value_name = "FILES")]
    files: Vec<OsString>,
}

impl Checksums {
    /// The files one by one, whatever bytes their names are made of.
    fn words(&self) -> impl Iterator<Item = &OsStr> {
        let words = self.files.iter().flat_map(|f| f.as_bytes().split(u8::is_ascii_whitespace));
        words.filter(|word| !word.is_empty()).map(OsStr::from_bytes)
    }

    pub(super) fn reach(&self, reach: &mut Reach) {
        self.setting.reach(reach);
        reach.read(&self.list);
        reach.read_all(self.words());
        // The text of a signed list waits for its signature.
        reach.temporary();
    }

    pub(super) fn subject(&self) -> String {
        subject(&self.list)
    }

    pub(super) fn answer(&self) -> Result<Answer, Unable> {
        let mut files: Vec<&OsStr> = Vec::new();
        for file in self.words() {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        if files.is_empty() {
            return Err(Unable::NoFiles);
        }
        let mut reports = Vec::new();
        let (inputs, bytes) = if self.signed {
            let inputs = signed_text(&self.setting)?;
            let mut spool = Spool::apart();
            let report = examined(&inputs, &self.list, &mut spool)?;
            let vouched = Vouched::by_all(&report.findings);
            reports.push(report);
            let Some(vouched) = vouched else { return Ok(self.told(reports, Vec::new())) };
            let text = spool.reveal(vouched, EVIDENCE_LIMIT)?;
            (inputs, text.ok_or(Unable::TextTooLarge(EVIDENCE_LIMIT))?)
        } else {
            let bytes = read_source(&self.list, EVIDENCE_LIMIT)?;
            if bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"-----BEGIN")) {
                return Err(Unable::Armor);
            }
            (self.setting.inputs(false, false, None)?, bytes)
        };
        let signature = reports.first().and_then(signature).cloned();
        // What signify signs is always a list in the form of BSD.
        let bsd = self.signed && self.setting.method == Method::Signify;
        let format = if bsd { ListFormat::Bsd } else { self.format };
        let list =
            List::read(&bytes, format, &Requested::of(files.iter().map(|file| file.as_bytes())));
        let mut errors = Vec::new();
        for file in files {
            match compared(&inputs, &list, file, signature.as_ref()) {
                Ok(report) => reports.push(report),
                Err(error) => errors.push(error),
            }
        }
        Ok(self.told(reports, errors))
    }

    fn told(&self, reports: Vec<DistfileReport>, errors: Vec<InputError>) -> Answer {
        let report = operand::together(reports, errors);
        let settled = report.clock == Clock::Emerge && self.setting.first_time("manifest");
        Answer { report: Some(report), settled, ..self.setting.answer() }
    }
}

/// What the signature of a message says.
fn signature(report: &DistfileReport) -> Option<&Finding> {
    report.findings.iter().find(|finding| finding.check != Check::Manifest)
}

/// What to check a message by.
fn signed_text(setting: &Setting) -> Result<Inputs, Unable> {
    match setting.method {
        Method::Openpgp | Method::Signify => setting.inputs(true, false, None),
        other => Err(Unable::Method(other.name())),
    }
}

/// Reads the message at `path` and puts its text into `spool`.
fn examined(inputs: &Inputs, path: &Path, spool: &mut Spool) -> Result<DistfileReport, Unable> {
    let recorder = Recorder::new(open_source(path)?, &operand::wanted(inputs, path));
    let mut input = BufReader::new(recorder);
    let mut finding = message::examine(&mut input, path, &inputs.keys, inputs.now, spool)?;
    finding.required = true;
    let unread = |source| InputError::Read { path: path.to_owned(), source };
    let measured = input.into_inner().finish().map_err(unread)?;
    Ok(operand::report(inputs, path, subject(path), measured, vec![finding]))
}

/// Compares one file with the list. Who can forge a list that is signed, the signature tells.
fn compared(
    inputs: &Inputs,
    list: &List,
    file: &OsStr,
    signature: Option<&Finding>,
) -> Result<DistfileReport, InputError> {
    let path = Path::new(file);
    let mut wanted = operand::wanted(inputs, path);
    wanted.hashes.extend(list.wanted(file.as_bytes()));
    let measured: Measured = pass::measure_source(path, &wanted, &mut |_| {})?;
    let mut finding = list.check(file.as_bytes(), &measured.digests);
    finding.required = true;
    if let (Some(signature), None) = (signature, finding.class) {
        finding.vouches.clone_from(&signature.vouches);
        finding.forgers.clone_from(&signature.forgers);
    }
    let name = file.to_string_lossy().into_owned();
    Ok(operand::report(inputs, path, name, measured, vec![finding]))
}
