//! The command line: definitions here and in one file a subcommand; dispatch at the end.

pub(crate) mod bump;
pub(crate) mod check;
pub(crate) mod checksums;
mod clone;
pub(crate) mod detached;
pub(crate) mod diff;
pub(crate) mod error;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod inspect;
pub(crate) mod keys;
pub(crate) mod known;
pub(crate) mod message;
pub(crate) mod options;
pub(crate) mod pager;
pub(crate) mod pin;
pub(crate) mod pins;
pub(crate) mod policy;
pub(crate) mod portage;
mod progress;
mod reaches;
mod restrict;
pub(crate) mod review;
pub(crate) mod scan;
pub(crate) mod sigstore;
pub(crate) mod source;
mod temporary;
pub(crate) mod trust;

use crate::answer::requirement::Status;
use crate::bytes::escape::escaped;
use crate::check::Report;
use crate::cli::error::Error;
use crate::report::{self, Format, Style};
use clap::builder::Styles;
use clap::error::ErrorKind;
use clap::{ArgMatches, Args as _, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use options::Stream;
use restrict::Reach;
use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;
use temporary::Temporary;

/// Says, distfile by distfile, who vouches for these bytes and who could still have forged them.
#[derive(Debug, Parser)]
#[command(name = "distvouch", version, max_term_width = 80, after_help = after_help(), styles = Styles::plain())]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_STATUS: &str = "  0  nothing required was contradicted, missing or left out
  1  a required check contradicts, is absent or is unusable
  2  could not run: usage, input, a malformed Manifest
  3  a required check was not checked, and nothing was worse";

fn after_help() -> String {
    format!("Exit status:\n{EXIT_STATUS}\n\nNothing here opens a network connection.")
}

/// The subcommands. Their options are only built for the one that is run: all of them together take longer
/// than checking a small file.
macro_rules! subcommands {
    ($(#[doc = $about:literal] $kind:ident $variant:ident($options:ty) = $name:literal;)+) => {
        /// The subcommands.
        #[derive(Debug)]
        pub(crate) enum Command {
            $(#[doc = $about] $variant(Box<$options>),)+
        }

        impl Subcommand for Command {
            fn augment_subcommands(command: clap::Command) -> clap::Command {
                command.subcommands([$(
                    clap::Command::new($name)
                        .about($about.trim())
                        .hide(stringify!($kind) == "hidden")
                        .defer(|command| <$options>::augment_args(command).about($about.trim())),
                )+])
            }

            fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
                Self::augment_subcommands(command)
            }

            fn has_subcommand(name: &str) -> bool {
                [$($name),+].contains(&name)
            }
        }

        impl clap::FromArgMatches for Command {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                match matches.subcommand() {
                    $(Some(($name, options)) => {
                        <$options>::from_arg_matches(options).map(Box::new).map(Self::$variant)
                    })+
                    _ => Err(clap::Error::new(ErrorKind::MissingSubcommand)),
                }
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }
    };
}

subcommands! {
    /// Check distfiles: Manifest, signatures, bundles and provenance, in one pass over each
    shown Check(check::Check) = "check";
    /// Check a new version: its diff, evidence and source, from its ebuild, Manifest and DISTDIR
    shown Bump(bump::Bump) = "bump";
    /// Check a whole overlay, every package and version of it
    shown Scan(scan::Scan) = "scan";
    /// Check one detached signature, over a file or over what the file compresses
    shown Detached(detached::Detached) = "detached";
    /// Read a signed message and hand on its text only if the signature agrees
    shown Message(message::Message) = "message";
    /// Compare files with a list of checksums
    shown Checksums(checksums::Checksums) = "checksums";
    /// What changed between two release archives or ebuilds, riskiest first
    shown Diff(diff::Diff) = "diff";
    /// A release archive against the git tree that it claims to come from
    shown Source(source::Source) = "source";
    /// Show, make or extend the list of standard build files that source knows
    shown Known(known::KnownCommand) = "known";
    /// Record that a person read a release diff
    shown Review(review::Review) = "review";
    /// Print the eclass variables that pin who published a release, and how
    shown Pin(pin::Pin) = "pin";
    /// List what a key, signature or message says of itself, as claims
    shown Inspect(inspect::Inspect) = "inspect";
    /// Explain what a report names: failure classes, checks, kinds of access
    shown Explain(explain::Explain) = "explain";
    /// Show which Sigstore trusted root would be used, its logs and authorities and their dates
    shown Trust(trust::Trust) = "trust";
    /// Show what an overlay's policy asks of its packages
    shown Policy(policy::PolicyCommand) = "policy";
    /// Answer the eclass
    hidden Portage(portage::Portage) = "portage";
    /// Print the completions of a shell
    hidden Completions(generate::Completions) = "completions";
    /// Print the manual page
    hidden Man(generate::ManPage) = "man";
}

/// Runs the command and says with which status to exit.
///
/// # Errors
///
/// If the program could not run; the caller prints the error and exits with status 2.
fn run(cli: &Cli) -> Result<Status, Error> {
    // The user's pager is not of what is restricted.
    let pager = match &cli.command {
        Command::Diff(diff) => diff.pager(),
        Command::Source(source) => source.pager(),
        _ => None,
    };
    let mut reach = cli.command.reach();
    let waits = reach.as_ref().is_some_and(Reach::needs_temporary);
    // Not everything that may need it does, and what does says so, too.
    let temporary = waits.then(Temporary::make).transpose();
    let temporary = temporary.map_err(|error| note(&error.to_string())).ok().flatten();
    if let Some(reach) = &mut reach {
        temporary.iter().for_each(|temporary| reach.scratch_in(temporary.path()));
        restrict::enter(reach);
    }
    match &cli.command {
        Command::Check(check) => check.run(),
        Command::Bump(bump) => bump.run(),
        Command::Scan(scan) => scan.run(),
        Command::Detached(detached) => detached.run(),
        Command::Message(message) => message.run(),
        Command::Checksums(checksums) => checksums.run(),
        Command::Diff(diff) => diff.run(pager),
        Command::Source(source) => source.run(pager),
        Command::Known(known) => known.run(),
        Command::Review(review) => review.run(),
        Command::Pin(pin) => pin.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Explain(explain) => explain.run(),
        Command::Trust(trust) => trust.run(),
        Command::Policy(policy) => policy.run(),
        Command::Portage(portage) => portage.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    }
}

/// Whether to colour what goes to standard output.
fn colour() -> bool {
    io::stdout().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Prints `report`, and the errors in it to standard error as well.
fn print_report(
    report: &Report,
    format: Format,
    mut style: Style,
    stream: Stream,
) -> Result<(), Error> {
    for error in &report.errors {
        diagnose(error);
    }
    let mut out: Box<dyn Write> = match stream {
        Stream::Output => Box::new(BufWriter::new(io::stdout().lock())),
        Stream::Diagnostics => {
            style.colour = false;
            Box::new(BufWriter::new(io::stderr().lock()))
        }
    };
    printed(report::print(report, format, style, &mut out).and_then(|()| out.flush()))
}

/// EPIPE is not an error: the reader has seen what it wanted.
pub(crate) fn printed(result: io::Result<()>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Error::Report),
    }
}

/// The command line, or why it is not one, or what to print of help or the version.
fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    // Only --version is worth reading the trusted root.
    if std::env::args_os().any(|argument| argument == "--version") {
        let restricted = restrict::probe().map(|enforced| format!("\nrestricted: {enforced}"));
        let text = report::version::long() + &restricted.unwrap_or_default();
        command = command.long_version(text);
    }
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// Parses the command line, runs what it asks for, and says how that ended.
#[must_use]
pub fn main() -> ExitCode {
    let result = match parse(std::env::args_os()) {
        Ok(cli) => run(&cli),
        Err(error) => {
            let error = harmless(error);
            portage::misused(&error).unwrap_or_else(|| error.exit())
        }
    };
    let status = result.unwrap_or_else(|error| {
        diagnose(&error);
        Status::CouldNotRun
    });
    ExitCode::from(status.code())
}

/// The error about a command line as it is for one without control characters: the error shows arguments, and
/// a glob of the shell's makes file names of them.
fn harmless(error: clap::Error) -> clap::Error {
    let given: Vec<OsString> = std::env::args_os().collect();
    let shown = |argument: &OsString| escaped(&argument.to_string_lossy()).into();
    let escaped: Vec<OsString> = given.iter().map(shown).collect();
    if escaped == given || !error.use_stderr() {
        return error;
    }
    parse(escaped.into_iter()).err().filter(clap::Error::use_stderr).unwrap_or_else(|| {
        let text = "an argument has control or invisible characters in it";
        clap::Error::raw(ErrorKind::InvalidValue, text)
    })
}

/// Prints what is worth knowing and stops nothing, to standard error.
pub(crate) fn note(text: &str) {
    let text = escaped(text);
    let _ = writeln!(io::stderr(), "distvouch: note: {text}");
}

/// Prints why something could not run, to standard error.
fn diagnose(error: &impl std::fmt::Display) {
    let text = escaped(&error.to_string());
    // Where standard error is full or closed there is no one to tell; the status still does.
    let _ = writeln!(io::stderr(), "distvouch: error: {text}");
}
