//! `distvouch explain`.

use super::printed;
use crate::answer::explain;
use crate::answer::failure::FailureClass;
use crate::answer::requirement::Status;
use crate::cli::error::{Error, UsageError};
use clap::Args;
use std::io::{self, Write};

const EXAMPLES: &str = "\
Examples:
  # Every class, one line each
  distvouch explain

  # What a class means, causes without an attacker, what to ask upstream
  distvouch explain signer-unknown";

/// Explain a failure class.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The class, as a report names it; default: list all
    #[arg(value_name = "CLASS")]
    pub(crate) class: Option<String>,
}

impl Explain {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Where no class has that name.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let text = match &self.class {
            None => explain::list(),
            Some(name) => {
                let class = FailureClass::from_name(name);
                explain::render(class.ok_or_else(|| UsageError::UnknownClass(name.clone()))?)
            }
        };
        printed(io::stdout().write_all(text.as_bytes()))?;
        Ok(Status::Met)
    }
}
