//! `distvouch completions` and `distvouch man`, for packages of this program.

mod eclass;

use super::{Cli, printed};
use crate::answer::explain;
use crate::answer::requirement::Status;
use crate::bytes::input::{EVIDENCE_LIMIT, read_bounded};
use crate::cli::error::Error;
use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Print the completions of a shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

impl Completions {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written to.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "distvouch", &mut text);
        printed(io::stdout().write_all(&text))?;
        Ok(Status::Met)
    }
}

/// Print a manual page, or write all of them.
#[derive(Debug, Args)]
pub(crate) struct ManPage {
    /// Write every page to DIR
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,

    /// The page of this eclass, from its eclassdoc, instead
    #[arg(long, value_name = "FILE")]
    pub(crate) eclass: Option<PathBuf>,
}

impl ManPage {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the pages cannot be written.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let pages = match &self.eclass {
            Some(path) => vec![eclass_page(path)?],
            None => pages().map_err(Error::Report)?,
        };
        let Some(dir) = &self.dir else {
            let main = pages.into_iter().next().unwrap_or_default();
            printed(io::stdout().write_all(&main.text))?;
            return Ok(Status::Met);
        };
        for page in pages {
            let path = dir.join(&page.name);
            std::fs::write(&path, &page.text).map_err(|source| Error::Create { path, source })?;
        }
        Ok(Status::Met)
    }
}

fn eclass_page(path: &Path) -> Result<Page, Error> {
    let bytes = read_bounded(path, EVIDENCE_LIMIT)?;
    eclass::page(&String::from_utf8_lossy(&bytes)).map_err(|(line, what)| Error::Eclassdoc {
        path: path.to_owned(),
        line,
        what,
    })
}

/// The date of the pages: that of the release.
const DATE: &str = "2026-11-29";

/// A manual page in roff.
#[derive(Debug, Default)]
struct Page {
    /// Its file name, such as `distvouch-check.1`.
    name: String,
    text: Vec<u8>,
}

/// A variable or file, the subcommands that read it, and what it is.
type Entry = (&'static str, &'static [&'static str], &'static str);

const TRUSTED: &[&str] = &["check", "bump", "scan", "source", "pin", "inspect", "trust"];

const POLICY: &[&str] = &["check", "bump", "scan", "policy"];

const ENVIRONMENT: &[Entry] = &[
    (
        "DISTDIR",
        &["check", "bump", "diff", "scan"],
        "The directory of the distfiles, unless an option names one.",
    ),
    (
        "DISTVOUCH_CLONES",
        &["bump"],
        "A directory with clones of upstream repositories, named as the package or CATEGORY/PN.",
    ),
    ("NO_COLOR", &["check", "bump", "diff", "source", "detached"], "If set, no colours."),
    ("PAGER", &["bump", "diff"], "Shows a diff line by line on a terminal."),
];

const FILES: &[Entry] = &[
    (
        "/var/cache/distfiles",
        &["check", "bump", "scan"],
        "Where the package manager keeps distfiles by default.",
    ),
    (
        "/usr/share/sigstore-gentoo",
        TRUSTED,
        "The system's Sigstore trusted root; the newer of it and the built-in one is used.",
    ),
    (
        "metadata/distvouch/reviews/CATEGORY/PN/",
        &["bump", "review", "scan"],
        "The review records of a package, one file each, in its repository.",
    ),
    (
        "metadata/distvouch/imports/NAME/",
        &["bump", "review", "scan"],
        "The review records that were imported from another repository.",
    ),
    (
        "metadata/distvouch.toml",
        POLICY,
        "What an overlay asks of its packages, and exceptions; see distvouch-policy(1).",
    ),
    (
        "$XDG_CONFIG_HOME/distvouch/policy.toml",
        POLICY,
        "What the user asks of all packages; an overlay's policy goes before it.",
    ),
    (
        "distvouch-reviews.jsonl",
        &["bump", "review", "scan"],
        "A list of review records in a package's directory, as earlier versions wrote it.",
    ),
];

/// Every page: distvouch(1), one a subcommand, and distvouch-classes(7).
fn pages() -> io::Result<Vec<Page>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let shown: Vec<_> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).collect();
    let mut pages = vec![main_page(&command, &shown)?];
    for sub in shown {
        pages.push(sub_page(sub)?);
    }
    pages.push(classes_page());
    for page in &mut pages {
        page.text = without_breaks(&String::from_utf8_lossy(&page.text)).into_bytes();
    }
    Ok(pages)
}

fn title(name: &str, section: u8, about: &str) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        ".TH {} {section} \"{DATE}\" \"distvouch {version}\" \"distvouch\"\n.SH NAME\n{} \\- {}\n",
        name.to_uppercase().replace('-', "\\-"),
        name.replace('-', "\\-"),
        roff(about)
    )
    .into_bytes()
}

fn about(command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    about.trim_end_matches('.').to_owned()
}

fn main_page(command: &Command, subcommands: &[&Command]) -> io::Result<Page> {
    let mut text = title("distvouch", 1, &about(command));
    let man = Man::new(command.clone());
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    writeln!(text, ".SH COMMANDS")?;
    for sub in subcommands {
        let name = sub.get_name();
        writeln!(text, ".TP\n\\fBdistvouch\\-{}\\fR(1)\n{}", roff(name), roff(&about(sub)))?;
    }
    exit_status(&mut text, super::EXIT_STATUS)?;
    let see: Vec<_> =
        subcommands.iter().map(|sub| format!("distvouch-{}(1)", sub.get_name())).collect();
    let more = ["distvouch-classes(7)", "verify-sig.eclass(5)"];
    see_also(&mut text, see.iter().map(String::as_str).chain(more))?;
    Ok(Page { name: "distvouch.1".to_owned(), text })
}

fn sub_page(command: &Command) -> io::Result<Page> {
    let name = format!("distvouch-{}", command.get_name());
    let mut text = title(&name, 1, &about(command));
    let man = Man::new(command.clone().bin_name(format!("distvouch {}", command.get_name())));
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    for (heading, entries) in [("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)] {
        let here = |entry: &&Entry| entry.1.contains(&command.get_name());
        let mut entries = entries.iter().filter(here).peekable();
        if entries.peek().is_some() {
            writeln!(text, ".SH {heading}")?;
        }
        for (what, _, meaning) in entries {
            writeln!(text, ".TP\n.B {}\n{}", roff(what), roff(meaning))?;
        }
    }
    let examples = command.get_after_help().map(ToString::to_string);
    let (examples, own) = match examples.as_deref().and_then(|t| t.split_once("\n\nExit status:\n"))
    {
        Some((examples, own)) => (Some(examples.to_owned()), Some(own)),
        None => (examples.clone(), None),
    };
    exit_status(&mut text, own.unwrap_or(super::EXIT_STATUS))?;
    if let Some(examples) = examples {
        let examples = examples.strip_prefix("Examples:\n").unwrap_or(&examples);
        writeln!(text, ".SH EXAMPLES\n.nf\n{}\n.fi", roff(examples))?;
    }
    see_also(&mut text, ["distvouch(1)", "distvouch-explain(1)", "distvouch-classes(7)"])?;
    Ok(Page { name: format!("{name}.1"), text })
}

fn classes_page() -> Page {
    let mut text = title("distvouch-classes", 7, "failure classes of distvouch");
    text.extend(
        b".SH DESCRIPTION\nEach is what distvouch-explain(1) prints.\n.SH CLASSES\n".map(|b| b),
    );
    text.extend(explain::roff().into_bytes());
    Page { name: "distvouch-classes.7".to_owned(), text }
}

fn exit_status(text: &mut Vec<u8>, status: &str) -> io::Result<()> {
    writeln!(text, ".SH \"EXIT STATUS\"\n.nf\n{}\n.fi", roff(status))
}

fn see_also<'a>(text: &mut Vec<u8>, pages: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
    let pages: Vec<_> = pages
        .into_iter()
        .map(|page| match page.split_once('(') {
            Some((name, section)) => format!(".BR {} ({section}", roff(name)),
            None => page.to_owned(),
        })
        .collect();
    writeln!(text, ".SH \"SEE ALSO\"\n{}", pages.join(" ,\n"))
}

/// Without line breaks next to vertical space, which mean nothing there.
fn without_breaks(page: &str) -> String {
    let lines: Vec<_> = page.lines().map(str::trim_end).collect();
    let space = |at: Option<usize>| {
        at.and_then(|at| lines.get(at)).is_some_and(|l| l.is_empty() || l.starts_with(".sp"))
    };
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        if *line != ".br" || !(space(at.checked_sub(1)) || space(Some(at + 1))) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// `text` as lines that roff takes literally.
fn roff(text: &str) -> String {
    let escape = |line: &str| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
    };
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}
