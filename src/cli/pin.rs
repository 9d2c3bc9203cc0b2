//! `distvouch pin`.

use super::printed;
use crate::answer::failure::Outcome;
use crate::answer::requirement::Status;
use crate::bytes::input::{EVIDENCE_LIMIT, read_operand};
use crate::check::pin::{ClaimedPins, Common, Refused, common};
use crate::cli::error::Error;
use crate::evidence::pep740::Provenance;
use crate::evidence::sigstore::{
    self, AttestationFault, DetachedAttestation, Form, TrustedRoot, Verifier,
};
use crate::report::pin;
use clap::Args;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Every claim comes from a certificate that was authenticated. What is pinned is what was so at this
release: look at the run and the workflow first.

Exit status: 0 where all attestations give the same pins, 1 where they differ or one is refused, 3
where one could not be checked.

Examples:
  # The lines for the ebuild
  distvouch pin foo-1.2.tar.gz.provenance";

/// Print the eclass variables that pin who published a release, and how.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Pin {
    /// PEP 740 provenance of a release, or a Sigstore bundle
    #[arg(value_name = "FILE")]
    pub(crate) provenance: PathBuf,

    /// Sigstore trusted_root.json, or "github"; default: the newer of the system's and the one built in
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Print one JSON object, the values as words of bash
    #[arg(long)]
    pub(crate) json: bool,
}

impl Pin {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the file or the trusted root cannot be read.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let bytes = read_operand(&self.provenance, EVIDENCE_LIMIT)?;
        let verifier = Verifier::new(TrustedRoot::load(self.trusted_root.as_deref())?);
        let results = attestations(&bytes, &verifier);
        let pins: Vec<ClaimedPins> = results.iter().flatten().map(ClaimedPins::of).collect();
        let common = common(&pins);
        let mut out = BufWriter::new(io::stdout().lock());
        let result = if self.json {
            pin::print_json(&results, &common, &mut out)
        } else {
            pin::print(&self.provenance, &results, &common, &mut out)
        };
        printed(result.and_then(|()| out.flush()))?;
        Ok(status(&results, &common))
    }
}

/// What of a file can be authenticated.
fn attestations(bytes: &[u8], verifier: &Verifier) -> Vec<Result<DetachedAttestation, Refused>> {
    let refused = |what: &str, fault: AttestationFault| Refused {
        class: fault.class(),
        text: format!("the {what}: {fault}"),
    };
    let is_bundle = match sigstore::documents(bytes) {
        Ok(trees) => trees.iter().all(|tree| Form::of(tree) != Form::Provenance),
        Err(fault) => return vec![Err(refused("file", fault))],
    };
    if is_bundle {
        return match sigstore::bundles(bytes) {
            Ok(bundles) => bundles
                .into_iter()
                .map(|bundle| {
                    bundle
                        .and_then(|bundle| verifier.detached_bundle(&bundle))
                        .map_err(|fault| refused("bundle", fault))
                })
                .collect(),
            Err(fault) => vec![Err(refused("bundle", fault))],
        };
    }
    match Provenance::parse(bytes) {
        Ok(provenance) => provenance
            .attestations()
            .iter()
            .map(|attestation| {
                verifier.detached(attestation).map_err(|fault| refused("attestation", fault))
            })
            .collect(),
        Err(fault) => vec![Err(Refused { class: fault.class(), text: fault.to_string() })],
    }
}

fn status(results: &[Result<DetachedAttestation, Refused>], common: &Common) -> Status {
    let each = results.iter().map(|result| match result {
        Ok(_) => Status::Met,
        Err(refused) if refused.class.outcome() == Outcome::NotChecked => Status::NotChecked,
        Err(_) => Status::NotMet,
    });
    let nothing = common.values.is_empty() && results.iter().any(Result::is_ok);
    let differs = !common.differing.is_empty() || nothing;
    Status::worst(each.chain(differs.then_some(Status::NotMet)))
}
