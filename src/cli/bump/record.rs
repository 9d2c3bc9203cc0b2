//! Reading the diffs of a bump, and recording that.

use super::super::diff::Diff;
use super::super::options::Distdir;
use super::super::review::{Reading, record};
use super::super::{printed, restrict};
use super::{Bump, Looked};
use crate::answer::failure::FailureClass;
use crate::answer::finding::Check;
use crate::bytes::digests::hex;
use crate::bytes::escape::escaped;
use crate::check::bump::judge_again;
use crate::cli::error::Error;
use crate::cli::pager::Pager;
use crate::release::review;
use crate::report::Format;
use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::path::PathBuf;

/// The longest answer, in bytes.
const ANSWER: u64 = 64 << 10;

/// A diff that no record says was read.
struct Unread {
    old: PathBuf,
    new: PathBuf,
    /// The digests of both, as they were compared.
    digests: String,
    dependency: bool,
}

impl Bump {
    /// Whether records may be written.
    pub(crate) fn writes_records(&self) -> bool {
        self.record.is_some() || self.asks()
    }

    /// Whether somebody is there to be asked.
    pub(super) fn asks(&self) -> bool {
        let text = !self.print.json && self.print.format == Format::Text && !self.print.quiet;
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        text && terminal && self.record.is_none()
    }

    /// Records all diffs that were compared as read.
    pub(super) fn record_all(&self, looked: &mut Looked, note: &str) -> Result<(), Error> {
        for diff in unread(looked) {
            self.record_one(looked, &diff, note)?;
        }
        self.again(looked);
        Ok(())
    }

    /// Offers each diff, and to record its reading.
    pub(super) fn ask(&self, looked: &mut Looked) -> Result<(), Error> {
        let mut recorded = false;
        for diff in unread(looked).into_iter().filter(|diff| !diff.dependency) {
            let name = |path: &PathBuf| crate::bytes::input::file_name(path);
            let question = format!("\nRead the diff of {} now? [y/N] ", name(&diff.new));
            if !matches!(answer(&question)?.as_deref(), Some("y" | "Y" | "yes")) {
                continue;
            }
            show(&diff)?;
            let question = "What did you read? (a note for the record; nothing: no record) ";
            if let Some(note) = answer(question)?.filter(|note| !note.is_empty()) {
                self.record_one(looked, &diff, &note)?;
                recorded = true;
            }
        }
        if recorded {
            self.again(looked);
        }
        Ok(())
    }

    fn record_one(&self, looked: &Looked, diff: &Unread, note: &str) -> Result<(), Error> {
        let directory = looked.plan.package.directory.as_path();
        let place = self.reviews.clone().unwrap_or_else(|| review::place_of(directory));
        let reading = Reading {
            old: &diff.old,
            new: &diff.new,
            note,
            read: Some(&diff.digests),
            reviewer: self.reviewer.clone(),
            sign: self.sign.map(|format| (format, self.sign_key.clone())),
            directory,
        };
        let text = record(&reading, &place)?;
        // Standard output is the report's.
        printed(writeln!(io::stderr(), "{}", escaped(&text)))
    }

    /// Judges with what is recorded now.
    fn again(&self, looked: &mut Looked) {
        let (plan, outcome) = (&looked.plan, &mut looked.outcome);
        restrict::within(&self.reach(), || judge_again(plan, outcome));
    }
}

/// The diffs that were compared, and that no record says were read.
fn unread(looked: &Looked) -> Vec<Unread> {
    let outcome = &looked.outcome;
    let is_unread = |name: &str| {
        let mut own = outcome.report.distfiles.iter().filter(|d| d.name == name);
        let absent = |f: &crate::answer::finding::Finding| {
            f.check == Check::Review && f.class == Some(FailureClass::ReviewAbsent)
        };
        own.any(|distfile| distfile.findings.iter().any(absent))
    };
    let diffs = outcome.comparisons.iter().filter_map(|comparison| {
        let diff = comparison.diff.as_ref()?.as_ref().ok()?;
        let dependency = comparison.pair.dependency;
        is_unread(&comparison.pair.new).then(|| Unread {
            old: diff.old.file.clone(),
            new: diff.new.file.clone(),
            digests: format!("{},{}", hex(&diff.old.blake2b), hex(&diff.new.blake2b)),
            dependency,
        })
    });
    diffs.collect()
}

/// Shows the diff, line by line, in the user's pager, which is not of what is restricted.
fn show(diff: &Unread) -> Result<(), Error> {
    let command = Diff {
        old: diff.old.clone(),
        new: diff.new.clone(),
        distdir: Distdir { distdir: None },
        unified: Some("*".to_owned()),
        build: false,
        all: false,
        verbose: false,
        html: None,
        json: false,
        no_pager: false,
    };
    let pager = Pager::start();
    let mut reach = restrict::Reach::new();
    reach.read_all([&diff.old, &diff.new]);
    restrict::within(&reach, || command.run(Some(pager))).map(drop)
}

/// A line from the terminal; `None` where there is no more.
fn answer(question: &str) -> Result<Option<String>, Error> {
    let mut err = io::stderr();
    printed(write!(err, "{question}").and_then(|()| err.flush()))?;
    let mut text = String::new();
    let mut line = io::Read::take(io::stdin().lock(), ANSWER);
    let read = line.read_line(&mut text).map_err(Error::Report)?;
    Ok((read > 0).then(|| text.trim().to_owned()))
}
