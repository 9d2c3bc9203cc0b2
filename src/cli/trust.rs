//! `distvouch trust`.

use super::printed;
use crate::answer::requirement::Status;
use crate::cli::error::Error;
use crate::evidence::sigstore::TrustedRoot;
use crate::report::trust;
use clap::Args;
use std::io;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  # Which logs and authorities count, and until when
  distvouch trust

  # Those of another file
  distvouch trust --trusted-root trusted_root.json";

/// Show which Sigstore trusted root would be used.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Trust {
    /// Sigstore trusted_root.json, or "github"; default: the newer of the system's and the one built in
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Trust {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the trusted root cannot be read or used.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let root = TrustedRoot::load(self.trusted_root.as_deref())?;
        let mut out = io::stdout().lock();
        let result = match self.json {
            true => trust::print_json(&root, &mut out),
            false => trust::print(&root, &mut out),
        };
        printed(result)?;
        Ok(Status::Met)
    }
}
