//! `distvouch inspect`.

use super::options::TimeOption;
use super::printed;
use crate::answer::requirement::Status;
use crate::check::inspect::{Contents, attribute, inspect};
use crate::cli::error::Error;
use crate::report::inspect::{json, text};
use clap::Args;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
A signature file alone authenticates nothing: what it says is printed as a claim. Whether a key is
the right one, no key file can tell.

Exit status: 0 where every file could be read, 1 where one is damaged or is a secret key of signify,
minisign or SSH, 3 where one is of a kind that is not read here.

Examples:
  # What a key package ships, and what is to be refreshed
  distvouch inspect /usr/share/openpgp-keys/foo.asc

  # Who published a release, by its own words
  distvouch inspect foo-1.2.tar.gz.provenance

  # Which of the keys the releases name
  distvouch inspect foo.asc --signature foo-1.2.tar.gz.asc --signature foo-1.3.tar.gz.asc";

/// List what a key, signature, message or provenance says of itself, as claims.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inspect {
    /// Keys, signatures or messages (OpenPGP, signify, minisign, SSH), lists of allowed SSH signers, PEP 740 provenance or Sigstore
    /// bundles, as their content tells
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Say which of the keys in FILE this signature names
    #[arg(long, value_name = "SIG")]
    pub(crate) signature: Vec<PathBuf>,

    /// When to judge
    #[command(flatten)]
    pub(crate) time: TimeOption,

    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

impl Inspect {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let now = self.time.now()?;
        let files: Result<Vec<_>, _> = self.files.iter().map(|path| inspect(path, now)).collect();
        let files = files?;
        let signatures: Result<Vec<_>, _> =
            self.signature.iter().map(|path| attribute(path, &files, now)).collect();
        let signatures = signatures?;
        let mut out = BufWriter::new(io::stdout().lock());
        let print = if self.json { json } else { text };
        printed(print(&files, &signatures, &mut out).and_then(|()| out.flush()))?;
        let signatures = signatures.iter().map(|attribution| &attribution.signature);
        Ok(Status::worst(files.iter().chain(signatures).map(|file| status(&file.contents))))
    }
}

fn status(contents: &Contents) -> Status {
    match contents {
        Contents::Unusable { .. } | Contents::SecretKey { .. } => Status::NotMet,
        Contents::Enarmored { inside } => status(inside),
        Contents::NotRead { .. } => Status::NotChecked,
        _ => Status::Met,
    }
}
