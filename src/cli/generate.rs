//! `distvouch completions` and `distvouch man`, for packages of this program.

use super::{Cli, printed};
use crate::answer::explain;
use crate::answer::requirement::Status;
use crate::cli::error::Error;
use clap::{Args, CommandFactory as _};
use clap_mangen::Man;
use std::io::{self, Write as _};

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
    /// Where standard output cannot be written to.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "distvouch", &mut text);
        printed(io::stdout().write_all(&text))?;
        Ok(Status::Met)
    }
}

/// Print the manual page.
#[derive(Debug, Args)]
pub(crate) struct ManPage {}

impl ManPage {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Where standard output cannot be written to.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        printed(io::stdout().write_all(&man_page().map_err(Error::Report)?))?;
        Ok(Status::Met)
    }
}

/// The manual page distvouch(1), in roff.
///
/// # Errors
///
/// Never in practice: it is written to memory.
pub(crate) fn man_page() -> io::Result<Vec<u8>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut page = Vec::new();
    let man = Man::new(command.clone()).source(concat!("distvouch ", env!("CARGO_PKG_VERSION")));
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        writeln!(page, ".SH \"DISTVOUCH {}\"", subcommand.get_name().to_uppercase())?;
        let man = Man::new(subcommand.clone());
        let mut part = Vec::new();
        man.render_description_section(&mut part)?;
        man.render_options_section(&mut part)?;
        if let Some(examples) = subcommand.get_after_help() {
            writeln!(part, ".SH EXAMPLES\n.nf\n{}\n.fi", roff(&examples.to_string()))?;
        }
        // The parts of a subcommand are subsections of its section.
        page.extend(String::from_utf8_lossy(&part).replace(".SH ", ".SS ").into_bytes());
    }
    writeln!(page, ".SH \"EXIT STATUS\"\n.nf\n{}\n.fi", roff(super::EXIT_STATUS))?;
    writeln!(page, ".SH \"FAILURE CLASSES\"")?;
    page.extend(explain::roff().into_bytes());
    Ok(page)
}

/// `text` as lines that roff takes literally.
fn roff(text: &str) -> String {
    let escape = |line: &str| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
    };
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}
