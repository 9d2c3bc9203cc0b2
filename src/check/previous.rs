//! Makes the facts that continuity compares: of the release before, and of this one.

use super::pairing::{COMPRESSION, signature_of, without_compression};
use super::signatures::{Keys, Over, Signatures};
use crate::attestation::{Checked, Provenance};
use crate::distfile::{self, Wanted};
use crate::failure::{FailureClass, Outcome};
use crate::finding::{Check, Finding};
use crate::history::{Fault, KINDS, Release, Signer};
use crate::input::{EVIDENCE_LIMIT, InputError, read_bounded};
use crate::sigstore::Verifier;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The evidence of the release before, as files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Previous {
    /// What it is called, for the report.
    pub name: Option<String>,
    /// Its provenance.
    pub provenance: Vec<PathBuf>,
    /// Its signatures, each with the file that it is over; without it, what stands beside it by
    /// its name.
    pub signatures: Vec<(PathBuf, Option<PathBuf>)>,
}

impl Previous {
    /// Whether reading it takes a verifier of Sigstore evidence.
    pub fn needs_verifier(&self) -> bool {
        !self.provenance.is_empty()
    }

    /// Reads and authenticates it.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read. What a file holds makes facts or faults.
    pub fn read(
        &self,
        keys: &Keys,
        verifier: Option<&Verifier>,
        now: SystemTime,
    ) -> Result<Release, InputError> {
        let mut release = Release { name: self.name.clone(), ..Release::default() };
        for path in &self.provenance {
            if let Some(verifier) = verifier {
                add_provenance(&mut release, path, verifier)?;
            }
        }
        for (signature, distfile) in &self.signatures {
            add_signature(&mut release, signature, distfile.as_deref(), keys, now)?;
        }
        Ok(release)
    }
}

/// What is known of this release: the attestations and signatures that were checked.
pub fn release(attestations: &[Checked], findings: &[Finding]) -> Release {
    let mut release = Release::default();
    for Checked { finding, facts } in attestations {
        match (facts, finding.class) {
            (Some(facts), _) => release.facts.attestations.push(facts.claims().clone()),
            (None, Some(class)) => release.faults.push(fault(finding, class)),
            (None, None) => {}
        }
    }
    add_signatures(&mut release, findings);
    release
}

fn fault(finding: &Finding, class: FailureClass) -> Fault {
    let file = finding.detail.get("file").and_then(Value::as_str).map(str::to_owned);
    Fault { evidence: finding.check, class, text: finding.compared.clone(), file }
}

/// The provenance of a release whose file is not needed: it says who published.
fn add_provenance(
    release: &mut Release,
    path: &Path,
    verifier: &Verifier,
) -> Result<(), InputError> {
    let bytes = read_bounded(path, EVIDENCE_LIMIT)?;
    let fault = |class, text| {
        let file = Some(path.to_string_lossy().into_owned());
        Fault { evidence: Check::Provenance, class, text, file }
    };
    let provenance = match Provenance::parse(&bytes) {
        Ok(provenance) => provenance,
        Err(error) => {
            release.faults.push(fault(error.class(), error.to_string()));
            return Ok(());
        }
    };
    for attestation in provenance.attestations() {
        match verifier.detached(attestation) {
            Ok(facts) => {
                release.facts.attestations.push(facts.claims().clone());
                let subject = facts.statement().subjects.first();
                release.name = release.name.take().or(subject.map(|s| s.name.clone()));
            }
            Err(error) => release.faults.push(fault(error.class(), error.to_string())),
        }
    }
    Ok(())
}

/// A signature of the release before, checked over the file that it is over.
fn add_signature(
    release: &mut Release,
    signature: &Path,
    distfile: Option<&Path>,
    keys: &Keys,
    now: SystemTime,
) -> Result<(), InputError> {
    let bytes = read_bounded(signature, EVIDENCE_LIMIT)?;
    let mut signatures = Signatures::default();
    let mut wanted = Wanted::default();
    let signed = signed_file(signature, distfile);
    let over = signed.as_ref().map_or(Over::File, |(_, over)| *over);
    signatures.add(keys, signature, &bytes, over, &mut wanted);
    let Some((path, _)) = signed else {
        let evidence = KINDS.into_iter().find(|kind| signatures.has(*kind));
        release.faults.push(Fault {
            evidence: evidence.unwrap_or(Check::Openpgp),
            class: FailureClass::SignatureStray,
            text: "what it is over is not there, so it cannot be checked".to_owned(),
            file: Some(signature.to_string_lossy().into_owned()),
        });
        return Ok(());
    };
    let measured = distfile::measure(&path, &wanted, &mut |_| {})?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    add_signatures(release, &signatures.judge(keys, now, &name, &measured));
    release.name.get_or_insert(name);
    Ok(())
}

fn add_signatures(release: &mut Release, findings: &[Finding]) {
    for finding in findings.iter().filter(|f| f.check != Check::Provenance) {
        match finding.class {
            _ if !KINDS.contains(&finding.check) => {}
            None => release.facts.signers.extend(signers(finding)),
            // Nothing was there: the comparison will say that it is missed.
            Some(class) if class.outcome() == Outcome::Absent => {}
            Some(class) => release.faults.push(fault(finding, class)),
        }
    }
}

/// The signers of a finding that agrees: those whose signatures count.
fn signers(finding: &Finding) -> Vec<Signer> {
    let signer = |of: &Map<String, Value>, key: &str| {
        let text = |key: &str| of.get(key).and_then(Value::as_str).map(str::to_owned);
        let name = text("user_id").or_else(|| text("principals"));
        text(key).map(|identity| Signer { evidence: finding.check, identity, name })
    };
    if finding.check != Check::Openpgp {
        return signer(&finding.detail, "key").into_iter().collect();
    }
    let each = finding.detail.get("signatures").and_then(Value::as_array).into_iter().flatten();
    let counting = each
        .filter_map(Value::as_object)
        .filter(|signature| signature.get("class").is_some_and(Value::is_null));
    counting.filter_map(|signature| signer(signature, "signer")).collect()
}

/// The file that a signature is over, by its name: the one beside it, or the one that compresses
/// what it is over.
fn signed_file(signature: &Path, distfile: Option<&Path>) -> Option<(PathBuf, Over)> {
    let name = signature.file_name()?.to_string_lossy().into_owned();
    let over = |distfile: &Path| {
        let file = distfile.file_name().unwrap_or_default().to_string_lossy();
        let stream = without_compression(&file);
        match stream.is_some() && signature_of(&name) == stream {
            true => Over::Uncompressed,
            false => Over::File,
        }
    };
    if let Some(distfile) = distfile {
        return Some((distfile.to_owned(), over(distfile)));
    }
    let base = signature_of(&name).or_else(|| name.strip_suffix(".minisig"))?;
    let plain = signature.with_file_name(base);
    let compressed =
        || COMPRESSION.iter().map(|suffix| signature.with_file_name(format!("{base}{suffix}")));
    std::iter::once(plain).chain(compressed()).find(|path| path.exists()).map(|path| {
        let over = over(&path);
        (path, over)
    })
}
