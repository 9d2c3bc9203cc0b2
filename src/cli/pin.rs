//! `distvouch pin`.

use super::printed;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::requirement::Status;
use crate::bytes::escape::escaped;
use crate::bytes::input::{EVIDENCE_LIMIT, read_operand};
use crate::check::pin::{Common, Pins, Value, common, variables};
use crate::cli::error::Error;
use crate::evidence::pep740::Provenance;
use crate::evidence::sigstore::{
    self, AttestationFault, DetachedAttestation, Form, TrustedRoot, Verifier,
};
use crate::report;
use crate::report::layout::prefixed;
use clap::Args;
use serde_json::{Map, json};
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

/// Why an attestation gives no pins.
struct Refused {
    class: FailureClass,
    text: String,
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
        let pins: Vec<Pins> = results.iter().flatten().map(Pins::of).collect();
        let common = common(&pins);
        let mut out = BufWriter::new(io::stdout().lock());
        let result = if self.json {
            print_json(&results, &common, &mut out)
        } else {
            self.print(&results, &common, &mut out)
        };
        printed(result.and_then(|()| out.flush()))?;
        Ok(status(&results, &common))
    }

    fn print(
        &self,
        results: &[Result<DetachedAttestation, Refused>],
        common: &Common,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let file = self.provenance.file_name().unwrap_or(self.provenance.as_os_str());
        let file = file.to_string_lossy();
        for (at, result) in results.iter().enumerate() {
            let number = at + 1;
            match result {
                Ok(facts) => {
                    let what = about(facts);
                    comment(out, &format!("{file}, attestation {number}: {what}"))?;
                }
                Err(refused) => {
                    let (class, text) = (refused.class.name(), &refused.text);
                    let what = format!("{class}, nothing taken from it: {text}");
                    comment(out, &format!("{file}, attestation {number}: {what}"))?;
                }
            }
        }
        for remark in &common.remarks {
            comment(out, &format!("Note: {remark}"))?;
        }
        for variable in variables() {
            if let Some(value) = common.values.get(variable) {
                writeln!(out, "{variable}={}", value.quoted())?;
            } else if let Some(values) = common.differing.get(variable) {
                let words: Vec<_> = values
                    .iter()
                    .map(|value| value.as_ref().map_or("nothing".to_owned(), Value::quoted))
                    .collect();
                comment(out, &format!("{variable} differs: {}", words.join(" or ")))?;
            }
        }
        if common.values.is_empty() {
            writeln!(out, "# Nothing to pin.")?;
        }
        Ok(())
    }
}

/// A comment for the ebuild, in lines that fit.
fn comment(out: &mut dyn Write, text: &str) -> io::Result<()> {
    prefixed(out, ["# ", "#   "], text)
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

/// What a person should look at.
fn about(facts: &DetachedAttestation) -> String {
    use crate::evidence::pep740::Claim;
    let names: Vec<_> = facts.names().iter().map(|name| escaped(name)).collect();
    let mut text = format!("{} by {}", names.join(", "), escaped(&facts.publisher().to_string()));
    if let Some(time) = facts.time() {
        text = format!("{text}, logged at {time}");
    }
    if let Some(run) = facts.claims().get(Claim::RunInvocationUri) {
        text = format!("{text}, run {}", escaped(run));
    }
    text
}

fn print_json(
    results: &[Result<DetachedAttestation, Refused>],
    common: &Common,
    out: &mut dyn Write,
) -> io::Result<()> {
    let attestations: Vec<_> = results
        .iter()
        .map(|result| match result {
            Ok(facts) => json!({"class": null, "authenticated": facts.facts()}),
            Err(refused) => json!({"class": refused.class.name(), "text": refused.text}),
        })
        .collect();
    let pins: Map<String, serde_json::Value> = common
        .values
        .iter()
        .map(|(variable, value)| ((*variable).to_owned(), json!(value.quoted())))
        .collect();
    let value = json!({
        "schema": 1,
        "tool": report::tool(),
        "attestations": attestations,
        "pins": pins,
        "differing": common.differing.keys().collect::<Vec<_>>(),
        "remarks": common.remarks,
    });
    crate::report::json_writer::print(&value, out)
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
