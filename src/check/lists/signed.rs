//! One list of checksums that someone signed: what its lines and its signature say together.

use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, file_name, read_bounded};
use crate::bytes::pass::{MeasureError, Measured, Wanted, measure_stream};
use crate::bytes::sniff::Kind;
use crate::check::attested::Question;
use crate::check::bundle::{self, BundleRequest, JudgedBundle, artifact, unasked};
use crate::check::inputs::Inputs;
use crate::check::pairing::{self, is_list_name};
use crate::check::signatures::{Over, Signatures};
use crate::evidence::checksums::{List, ListFormat, Requested};
use crate::evidence::openpgp::message::{self, MessageError};
use crate::evidence::{openpgp, signify, sigstore};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A list that names the distfile, and what its signature is worth.
#[derive(Debug, Clone)]
pub(in crate::check) struct SignedList {
    /// The list's own name, for the report.
    pub(super) name: String,
    /// The file with the signature.
    pub(super) evidence: PathBuf,
    /// The file of the list; `None` where it is in that of the signature alone.
    pub(super) covers: Option<String>,
    pub(super) list: List,
    /// One for each signature or bundle over the list.
    pub(super) vouched: Vec<Finding>,
}

impl SignedList {
    /// The list that `evidence`, which holds `bytes`, signs and which was paired by hand with the
    /// distfile called `name`; `None` where it signs no list.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(in crate::check) fn by_hand(
        inputs: &Inputs,
        evidence: &Path,
        bytes: &[u8],
        name: &str,
    ) -> Result<Option<Self>, InputError> {
        Self::of(inputs, evidence, bytes, &Requested::of([name.as_bytes()]), true)
    }

    /// The list that `evidence` signs, if it says something of the distfiles called `names`, or was
    /// paired with one by hand.
    pub(super) fn of(
        inputs: &Inputs,
        evidence: &Path,
        bytes: &[u8],
        names: &Requested,
        by_hand: bool,
    ) -> Result<Option<Self>, InputError> {
        if Kind::of(bytes) == Kind::Cleartext {
            return Ok(Self::clearsigned(inputs, evidence, bytes, names, by_hand));
        }
        if embedded(bytes).is_some() {
            return Ok(None);
        }
        let file = file_name(evidence);
        let Some((_, base)) = pairing::by_suffix(&file).filter(|(_, base)| is_list_name(base))
        else {
            return Ok(None);
        };
        let path = evidence.with_file_name(base);
        if (by_hand && names.contains(base.as_bytes())) || !path.is_file() {
            return Ok(None);
        }
        let text = read_bounded(&path, EVIDENCE_LIMIT)?;
        let Some(list) = relevant(base, &text, names, by_hand) else { return Ok(None) };
        let vouched = detached(inputs, evidence, bytes, base, &text)?;
        let (name, covers) = (base.to_owned(), Some(base.to_owned()));
        Ok(Some(Self { name, evidence: evidence.to_owned(), covers, list, vouched }))
    }

    fn clearsigned(
        inputs: &Inputs,
        evidence: &Path,
        bytes: &[u8],
        names: &Requested,
        by_hand: bool,
    ) -> Option<Self> {
        let file = file_name(evidence);
        let mut text = Vec::new();
        let read = message::read(&mut &*bytes, &mut text);
        let list = relevant(&file, &text, names, by_hand)?;
        let finding = match (read, inputs.keys.get::<openpgp::Keys>()) {
            (Ok(message), Some(keys)) => message::check(&message, keys.at(inputs.now)),
            (Ok(_), None) => {
                let class = FailureClass::NotCheckedNoExpectation;
                let text = format!("found the signed list {file}, but no key to check it with");
                Finding::of_class(Check::Openpgp, class, text)
            }
            (Err(MessageError::Fault(fault)), _) => {
                Finding::of_class(Check::Openpgp, fault.class(), fault.to_string())
            }
            (Err(MessageError::Read(error) | MessageError::Spool(error)), _) => Finding::of_class(
                Check::Openpgp,
                FailureClass::SignatureMalformed,
                error.to_string(),
            ),
        };
        let vouched = vec![finding];
        // The same list may be there without the signature around it.
        let plain = pairing::by_suffix(&file).map(|(_, base)| base.to_owned());
        let covers = plain.filter(|base| {
            let bytes = read_bounded(&evidence.with_file_name(base), EVIDENCE_LIMIT);
            bytes.is_ok_and(|bytes| same_lines(&bytes, &text))
        });
        Some(Self { name: file, evidence: evidence.to_owned(), covers, list, vouched })
    }

    /// The hashes that comparing the distfile `name` takes.
    pub(in crate::check) fn wanted(&self, name: &str) -> BTreeSet<HashName> {
        self.list.wanted(name.as_bytes())
    }

    /// Whether it is evidence for `check`.
    pub(in crate::check) fn is_for(&self, check: Check) -> bool {
        self.vouched.iter().any(|finding| finding.check == check)
    }

    /// What list and signature together say of the distfile `name`.
    pub(in crate::check) fn judge(&self, name: &str, measured: &Measured) -> Vec<Finding> {
        let listed = self.list.check_in(&self.name, name.as_bytes(), &measured.digests);
        self.vouched.iter().map(|vouched| self.joined(vouched, &listed)).collect()
    }

    /// The list is worth what its signature is; where that agrees, its line decides.
    fn joined(&self, vouched: &Finding, listed: &Finding) -> Finding {
        let (list, signature) = (&self.name, file_name(&self.evidence));
        let mut finding = vouched.clone();
        match (vouched.class, listed.class) {
            (Some(_), of_line) => {
                finding.compared = format!("the list {list}, by {signature}: {}", vouched.compared);
                // Whoever accepts the signature has not accepted other bytes.
                if let Some(class) = of_line {
                    finding = finding.noting(class, listed.compared.clone());
                    finding.also.push(class);
                }
            }
            (None, Some(class)) => {
                let text = format!("{} (a signed list)", listed.compared);
                finding = Finding::of_class(vouched.check, class, text);
            }
            (None, None) => {
                finding.compared = format!(
                    "{}, and that list by {signature}: {}",
                    listed.compared, vouched.compared
                );
                finding.notes.extend(listed.notes.clone());
            }
        }
        finding.read_from(&self.evidence)
    }
}

/// Whether two texts have the same lines, but for blanks at their ends.
fn same_lines(one: &[u8], other: &[u8]) -> bool {
    one.trim_ascii_end()
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .eq(other.trim_ascii_end().split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end))
}

/// The files that the list in a signify signature has; `None` where there is no such list.
pub(super) fn embedded(bytes: &[u8]) -> Option<BTreeSet<String>> {
    if Kind::of(bytes) != Kind::SignifySignature {
        return None;
    }
    signify::UnverifiedSignature::parse(bytes).ok()?.claimed_names()
}

/// The list in `text`, if it concerns one of the files `names`, or was paired with one by hand. Nothing of it is
/// authenticated.
fn relevant(list: &str, text: &[u8], names: &Requested, by_hand: bool) -> Option<List> {
    match by_hand {
        true => Some(List::read(text, ListFormat::guess(list, text), names)),
        false => List::about(list, text, names),
    }
}

/// What signature or bundles `bytes` say of the list `text`.
fn detached(
    inputs: &Inputs,
    evidence: &Path,
    bytes: &[u8],
    list: &str,
    text: &[u8],
) -> Result<Vec<Finding>, InputError> {
    let mut wanted = Wanted::default();
    let mut signatures = Signatures::default();
    let mut bundles = Vec::new();
    if Kind::of(bytes).is_json() {
        wanted.hashes.extend([HashName::Sha256, HashName::Sha512]);
        wanted.blob = true;
        bundles = sigstore::bundles(bytes).unwrap_or_else(|fault| vec![Err(fault)]);
    } else {
        signatures.add(&inputs.keys, evidence, bytes, Over::File, &mut wanted);
    }
    let measured = measure_stream(&mut &*text, evidence, &wanted, None, &mut |_| {});
    let measured = measured.map_err(|error| match error {
        MeasureError::Input(error) => error,
        MeasureError::Sink(source) => InputError::Read { path: evidence.to_owned(), source },
    })?;
    let mut findings = signatures.judge(inputs.now, list, &measured);
    let Some(verifier) = &inputs.verifier else {
        if !bundles.is_empty() {
            findings.push(unasked(Check::Sigstore, evidence));
        }
        return Ok(findings);
    };
    let Some(artifact) = artifact(&measured) else { return Ok(findings) };
    let judged = sigstore::about(&bundles, list, &artifact).map(|bundle| {
        JudgedBundle::of(BundleRequest {
            bundle,
            name: list,
            is_named: true,
            artifact,
            policies: &inputs.bundle_policies,
            question: Question { expectation: inputs.publisher.as_ref(), pins: &inputs.pins },
            verifier,
        })
    });
    findings.extend(bundle::findings(judged.collect()));
    if findings.is_empty() {
        findings.push(bundle::about_others(bundles.len()));
    }
    Ok(findings)
}
