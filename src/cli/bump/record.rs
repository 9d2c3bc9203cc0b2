//! Reading the diffs of a bump, and recording that.

use super::super::diff::Diff;
use super::super::options::Distdir;
use super::super::review::{Reading, record};
use super::super::{printed, restrict};
use super::{Bump, Looked};
use crate::answer::failure::FailureClass;
use crate::answer::finding::Check;
use crate::bytes::digests::hex;
use crate::bytes::input::file_name;
use crate::check::bump::judge_again;
use crate::cli::error::Error;
use crate::cli::pager::Pager;
use crate::release::review;
use crate::report::Format;
use crate::report::layout::whole;
use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::path::PathBuf;

/// The longest answer, in bytes.
const ANSWER: u64 = 64 << 10;

/// A diff, or an archive without one before it, that no record says was read.
struct Unread {
    old: Option<PathBuf>,
    new: PathBuf,
    /// The digests, as they were compared.
    digests: String,
    dependency: bool,
}

impl Unread {
    /// What there is to read.
    fn subject(&self) -> String {
        let new = file_name(&self.new);
        match &self.old {
            Some(_) => format!("the diff of {new}"),
            None => format!("{new}, which is new"),
        }
    }
}

impl Bump {
    /// Whether records may be written.
    pub(crate) fn writes_records(&self) -> bool {
        self.record.is_some() || self.asks() || self.read
    }

    /// Whether someone is there to be asked.
    pub(super) fn asks(&self) -> bool {
        let text = !self.print.json && self.print.format == Format::Text && !self.print.quiet;
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        text && terminal && self.record.is_none()
    }

    /// Shows every unread diff where no one can be asked.
    pub(super) fn show_all(&self, looked: &Looked) -> Result<(), Error> {
        unread(looked).iter().try_for_each(|diff| show(diff, false))
    }

    /// Records all diffs that were compared as read.
    pub(super) fn record_all(&self, looked: &mut Looked, note: &str) -> Result<(), Error> {
        let unread = unread(looked);
        // One note for hundreds of archives is worth less than one for each, and the record says so.
        let shared = match unread.len() {
            _ if note.trim().is_empty() => note.to_owned(),
            0 | 1 => note.to_owned(),
            all => format!("{} (one note for {all} archives)", note.trim()),
        };
        for diff in unread {
            self.record_one(looked, &diff, &shared)?;
        }
        self.judge_again(looked);
        Ok(())
    }

    /// Offers each diff, and to record its reading; those of dependencies only if asked to.
    pub(super) fn ask(&self, looked: &mut Looked) -> Result<(), Error> {
        let mut recorded = false;
        let unread = unread(looked).into_iter().filter(|diff| self.read || !diff.dependency);
        let unread: Vec<_> = unread.collect();
        for (at, diff) in unread.iter().enumerate() {
            let place = match unread.len() {
                1 => String::new(),
                all => format!(" ({} of {all})", at + 1),
            };
            let question = format!("\nRead {} now?{place} [y/N/q] ", diff.subject());
            match answer(&question)?.as_deref() {
                Some("y" | "Y" | "yes") => {}
                None | Some("q" | "Q" | "quit") => break,
                Some(_) => continue,
            }
            show(diff, true)?;
            let question = "What did you read? (a note for the record; empty: no record) ";
            if let Some(note) = answer(question)?.filter(|note| !note.is_empty()) {
                self.record_one(looked, diff, &note)?;
                recorded = true;
            }
        }
        if recorded {
            self.judge_again(looked);
        }
        Ok(())
    }

    fn record_one(&self, looked: &Looked, diff: &Unread, note: &str) -> Result<(), Error> {
        let directory = looked.plan.package.directory.as_path();
        let place = self.reviews.clone().unwrap_or_else(|| review::place_of(directory));
        let reading = Reading {
            old: diff.old.as_deref(),
            new: &diff.new,
            whole: false,
            note,
            read: Some(&diff.digests),
            reviewer: self.reviewer.clone(),
            sign: self.sign.map(|format| (format, self.sign_key.clone())),
            directory,
        };
        let text = record(&reading, &place)?;
        // Standard output is the report's.
        printed(whole(&mut io::stderr(), 0, &text))
    }

    /// Judges with what is recorded now.
    fn judge_again(&self, looked: &mut Looked) {
        let (plan, outcome) = (&looked.plan, &mut looked.outcome);
        restrict::within(&self.reach(), || judge_again(plan, outcome));
    }
}

/// The diffs that were compared, and that no record says were read, if a record of that would count.
fn unread(looked: &Looked) -> Vec<Unread> {
    let outcome = &looked.outcome;
    let read = outcome.report.by_name();
    let is_unread = |name: &str| {
        let absent = |f: &crate::answer::finding::Finding| {
            f.check == Check::Review && f.class == Some(FailureClass::ReviewAbsent)
        };
        read.get(name).is_some_and(|distfile| distfile.findings.iter().any(absent))
    };
    let counting = outcome.comparisons.iter().filter(|comparison| comparison.counts());
    let diffs = counting.filter_map(|comparison| {
        let diff = comparison.diff.as_ref()?.as_ref().ok()?;
        let dependency = comparison.pair.dependency;
        let sides = diff.old.iter().chain([&diff.new]);
        let digests: Vec<_> = sides.map(|side| hex(&side.blake2b)).collect();
        is_unread(&comparison.pair.new).then(|| Unread {
            old: diff.old.as_ref().map(|old| old.file.clone()),
            new: diff.new.file.clone(),
            digests: digests.join(","),
            dependency,
        })
    });
    diffs.collect()
}

/// Shows the diff, line by line: in the user's pager, which is not of what is restricted, or on
/// standard output.
fn show(diff: &Unread, paged: bool) -> Result<(), Error> {
    let (first, second) = match &diff.old {
        Some(old) => (old.clone(), Some(diff.new.clone())),
        None => (diff.new.clone(), None),
    };
    let command = Diff {
        first,
        second,
        distdir: Distdir { distdir: None },
        unified: Some("*".to_owned()),
        build: false,
        all: false,
        verbose: false,
        html: None,
        json: false,
        no_pager: false,
    };
    let pager = if paged { Pager::start() } else { Pager::none() };
    let mut reach = restrict::Reach::new();
    reach.known_files();
    reach.read_all(diff.old.iter().chain([&diff.new]));
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
