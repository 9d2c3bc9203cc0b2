//! `distvouch portage`: what the eclass asks, and answers in the form that it reads.
//!
//! Whatever happens, the last line says how it ended: `done`, or `die` with the reason. Where this
//! program cannot even say that, the eclass dies by itself.

mod all;
mod one;
mod setting;
mod text;

use super::printed;
use crate::answer::failure::FailureClass;
use crate::answer::requirement::Status;
use crate::cli::error::Error;
use crate::cli::restrict::Reach;
use crate::report::portage::{Answer, Refusal, answer};
use clap::{Args, Subcommand};
use setting::Unable;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// The version of the interface: what the eclass may pass, and what it may read.
const INTERFACE: &str = "1";

/// Answer the eclass.
#[derive(Debug, Args)]
pub(crate) struct Portage {
    /// Version of this interface that is spoken
    #[arg(long, value_name = "N", global = true)]
    interface: Option<String>,

    /// What is asked.
    #[command(subcommand)]
    verb: Verb,
}

/// The questions, after the functions of the eclass.
#[derive(Debug, Subcommand)]
enum Verb {
    /// All of A: pair it, and check every distfile
    All(Box<all::All>),
    /// One file with its detached signature, or its Sigstore bundle
    Detached(Box<one::Detached>),
    /// A signed message, of which only the signed text is handed on
    Message(Box<text::Message>),
    /// Files with a list of checksums
    Checksums(Box<text::Checksums>),
    /// One file with its PEP 740 provenance
    Provenance(Box<one::Provenance>),
}

impl Portage {
    /// What it reads and writes.
    pub(super) fn reach(&self, reach: &mut Reach) {
        match &self.verb {
            Verb::All(all) => all.reach(reach),
            Verb::Detached(one) => one.reach(reach),
            Verb::Message(message) => message.reach(reach),
            Verb::Checksums(list) => list.reach(reach),
            Verb::Provenance(one) => one.reach(reach),
        }
    }

    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written to.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let (subject, told) = match &self.verb {
            _ if self.interface.as_deref() != Some(INTERFACE) => {
                let theirs = self.interface.clone().unwrap_or_default();
                ("distvouch".to_owned(), Err(Unable::Interface { theirs, ours: INTERFACE }))
            }
            Verb::All(all) => (all.subject(), all.answer()),
            Verb::Detached(one) => (one.subject(), one.answer()),
            Verb::Message(message) => (message.subject(), message.answer()),
            Verb::Checksums(list) => (list.subject(), list.answer()),
            Verb::Provenance(one) => (one.subject(), one.answer()),
        };
        tell(&told.unwrap_or_else(|unable| refusal(subject, unable.class(), unable.to_string())))
    }
}

/// Answers a command line that does not fit, if it is one of the eclass's.
pub(super) fn misused(error: &clap::Error) -> Option<Result<Status, Error>> {
    let asked = std::env::args_os().nth(1).is_some_and(|word| word == "portage");
    if !asked || !error.use_stderr() {
        return None;
    }
    let text = error.render().to_string();
    let text: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = text.first().map_or("usage", |line| line.trim_start_matches("error: "));
    let class = FailureClass::NotCheckedNoAnswer;
    Some(tell(&refusal("distvouch".to_owned(), class, text.to_owned())))
}

fn refusal(file: String, class: FailureClass, text: String) -> Answer {
    Answer { refusals: vec![Refusal { file, class, text }], ..Answer::default() }
}

fn tell(told: &Answer) -> Result<Status, Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut met = false;
    let written = answer(told, &mut out).and_then(|done| {
        met = done;
        out.flush()
    });
    printed(written)?;
    Ok(if met { Status::Met } else { Status::NotMet })
}

/// The name of an operand in the answer.
fn subject(path: &Path) -> String {
    crate::check::operand::display_name(path)
}
