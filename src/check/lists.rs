//! Lists of checksums that someone signed, as evidence about the files in them: clearsigned, or beside
//! a detached signature or a bundle of their own.

use super::Inputs;
use super::attested::Question;
use super::bundle::{self, BundleRequest, JudgedBundle, artifact, unasked};
use super::pairing::{self, EvidenceKind, is_list_name};
use super::signatures::{Over, Signatures};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, file_name, read_bounded};
use crate::bytes::pass::{MeasureError, Measured, Wanted, measure_stream};
use crate::bytes::sniff::{Kind, without_mark};
use crate::evidence::checksums::{List, ListFormat, Requested};
use crate::evidence::manifest::Manifest;
use crate::evidence::openpgp;
use crate::evidence::openpgp::message::{self, MessageError};
use crate::evidence::signify;
use crate::evidence::sigstore;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The most lists about the distfiles that are judged, and the most of one directory that are looked at.
const LIST_LIMIT: usize = 64;
const FILE_LIMIT: usize = 2_000;

/// The signed lists of DISTDIR that say something of the distfiles, each read and judged once.
#[derive(Debug, Default)]
pub(super) struct Lists<'k> {
    lists: Vec<SignedList>,
    /// Signify signatures that carry a list themselves, which are judged as any other signature, and the files
    /// that the list has.
    carrying: Vec<(BTreeSet<String>, Signatures<'k>)>,
    /// What cannot be read of a list, by the kind of evidence that it may be.
    unread: Vec<(EvidenceKind, FailureClass, String)>,
    /// The lists that say nothing of the distfiles.
    others: Vec<(EvidenceKind, String)>,
    /// Those beyond the limits that may say something of them.
    left_out: Vec<PathBuf>,
}

impl<'k> Lists<'k> {
    /// Reads them, without those that were named by hand, which are read for their distfile.
    pub(super) fn read(inputs: &'k Inputs) -> Self {
        let names = inputs.distfiles.iter().map(|name| inputs.upstream(name).as_bytes());
        let names = Requested::of(names);
        let named = inputs.signatures.values().flatten().map(|(_, path)| path.as_path());
        let by_hand: BTreeSet<&Path> = named.collect();
        let mut lists = Self::default();
        let mut found = if inputs.shared { own(inputs) } else { find(&inputs.distdir) };
        lists.left_out = found.split_off(found.len().min(FILE_LIMIT));
        for path in found.into_iter().filter(|path| !by_hand.contains(path.as_path())) {
            if lists.lists.len() + lists.carrying.len() >= LIST_LIMIT {
                lists.left_out.extend(Some(path).filter(|path| may_concern(path, &names)));
                continue;
            }
            match lists.add(inputs, &path, &names) {
                Ok(()) => {}
                Err(InputError::TooLarge { path: large, .. }) => {
                    let limit = EVIDENCE_LIMIT >> 20;
                    let text = format!(
                        "the list {} is larger than {limit} MiB, the most that is read of a list",
                        file_name(&large)
                    );
                    lists.cannot_read(&path, FailureClass::EvidenceUnsupported, text);
                }
                Err(error) => {
                    let text = format!("{error} (a signed list, by its name)");
                    lists.cannot_read(&path, FailureClass::EvidenceUnreadable, text);
                }
            }
        }
        lists
    }

    fn add(
        &mut self,
        inputs: &'k Inputs,
        path: &Path,
        names: &Requested,
    ) -> Result<(), InputError> {
        let bytes = read_bounded(path, EVIDENCE_LIMIT)?;
        let is_asked =
            |listed: &BTreeSet<String>| listed.iter().any(|n| names.contains(n.as_bytes()));
        let listed = embedded(&bytes).filter(is_asked);
        if let Some(listed) = listed {
            let mut signatures = Signatures::default();
            signatures.add(&inputs.keys, path, &bytes, Over::File, &mut Wanted::default());
            self.carrying.push((listed, signatures));
        } else if let Some(list) = SignedList::of(inputs, path, &bytes, names, false)? {
            self.lists.push(SignedList { list: list.list.without_text(), ..list });
        } else if let Some((class, text)) = unreadable(path, &bytes) {
            self.cannot_read(path, class, text);
        } else if let Some((kind, list)) = pairing::by_suffix(&file_name(path)) {
            self.others.push((kind, list.to_owned()));
        }
        Ok(())
    }

    fn cannot_read(&mut self, path: &Path, class: FailureClass, text: String) {
        let kind = pairing::by_suffix(&file_name(path)).map(|(kind, _)| kind);
        self.unread.extend(kind.map(|kind| (kind, class, text)));
    }

    /// Those that say something of the distfile called `name`.
    pub(super) fn about(&self, name: &str) -> impl Iterator<Item = &SignedList> {
        self.lists.iter().filter(move |list| list.list.concerns(name.as_bytes()))
    }

    /// What lists that are for `check` have of the distfile called `name` that is of no use: one
    /// finding, about the first.
    pub(super) fn near(&self, check: Check, name: &str) -> Option<Finding> {
        let lists = self.lists.iter().filter(|list| list.is_for(check));
        let near = lists.filter_map(|list| {
            let text = list.list.comes_near(name.as_bytes(), &list.name)?;
            let text = format!("{text} (a signed list)");
            let finding = Finding::of_class(check, FailureClass::ChecksumMissing, text);
            Some(finding.read_from(&list.evidence))
        });
        near.into_iter().next()
    }

    /// The first of the lists that are for `check` and say nothing of the files.
    pub(super) fn about_others(&self, check: Check) -> Option<&str> {
        let fits = |kind: &EvidenceKind| kind.checks().any(|of| of == check);
        self.others.iter().find(|(kind, _)| fits(kind)).map(|(_, list)| list.as_str())
    }

    /// The signify signatures that carry a list with a line for the distfile called `name`.
    pub(super) fn carrying(&self, name: &str) -> impl Iterator<Item = &Signatures<'k>> {
        let carrying = self.carrying.iter().filter(move |(listed, _)| listed.contains(name));
        carrying.map(|(_, signatures)| signatures)
    }

    /// What is said where there are more lists than are looked at: one that contradicts may be among them.
    pub(super) fn left_out(&self) -> Option<Finding> {
        let first = self.left_out.first()?;
        let kind = pairing::by_suffix(&file_name(first)).map(|(kind, _)| kind)?;
        let text = format!(
            "{} of the signed lists in DISTDIR were not looked at: there are more than {LIST_LIMIT} of them \
             about these files; the first is {}",
            self.left_out.len(),
            file_name(first)
        );
        let check = kind.checks().next()?;
        Some(Finding::of_class(check, FailureClass::EvidenceUnsupported, text))
    }

    /// What is said where `check` found nothing else, and a list that may be for it cannot be read.
    pub(super) fn unread(&self, check: Check) -> Option<Finding> {
        let fits = |kind: &EvidenceKind| kind.checks().any(|of| of == check);
        let (_, class, text) = self.unread.iter().find(|(kind, ..)| fits(kind))?;
        Some(Finding::of_class(check, *class, text.clone()))
    }
}

/// Whether a list, in the file of its signature or beside that, has a line about one of `names`.
fn may_concern(evidence: &Path, names: &Requested) -> bool {
    let file = file_name(evidence);
    let beside = pairing::by_suffix(&file).map(|(_, list)| evidence.with_file_name(list));
    let paths = [Some(evidence.to_owned()), beside];
    let texts = paths.into_iter().flatten().filter_map(|p| read_bounded(&p, EVIDENCE_LIMIT).ok());
    texts.into_iter().any(|text| List::about(&file, &text, names).is_some())
}

/// Why nothing can be told of what `evidence`, which holds `bytes`, signs: its encoding.
fn unreadable(evidence: &Path, bytes: &[u8]) -> Option<(FailureClass, String)> {
    let file = file_name(evidence);
    if Kind::of(bytes) == Kind::Utf16 {
        let text = format!("{file} is {}", Kind::Utf16.advice());
        return Some((FailureClass::SignatureMalformed, text));
    }
    if Kind::of(bytes) == Kind::Cleartext && without_mark(bytes).len() < bytes.len() {
        let text = format!(
            "a UTF-8 byte order mark precedes the first line of {file}, which is then no \
             armor: take the first three bytes off"
        );
        return Some((FailureClass::SignatureMalformed, text));
    }
    let (_, base) = pairing::by_suffix(&file)?;
    let list = read_bounded(&evidence.with_file_name(base), EVIDENCE_LIMIT).ok()?;
    let text = format!("the list {base} is {}", Kind::Utf16.advice());
    (Kind::of(&list) == Kind::Utf16).then_some((FailureClass::ChecksumMalformed, text))
}

/// Whether a file is evidence about a list, by its name.
fn is_of_list(name: &str) -> bool {
    pairing::by_suffix(name).is_some_and(|(_, base)| is_list_name(base))
}

/// What could be a signed list among the files of the Manifest and the distfiles.
fn own(inputs: &Inputs) -> Vec<PathBuf> {
    let listed = inputs.manifest.iter().flat_map(Manifest::names);
    let names = listed.chain(inputs.distfiles.iter().map(String::as_str));
    let names: BTreeSet<&str> = names.filter(|name| is_of_list(name)).collect();
    let paths = names.into_iter().map(|name| inputs.distdir.join(name));
    paths.filter(|path| path.symlink_metadata().is_ok()).collect()
}

/// What could be a signed list in a directory.
fn find(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| is_of_list(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// A list that names the distfile, and what its signature is worth.
#[derive(Debug, Clone)]
pub(super) struct SignedList {
    /// The list's own name, for the report.
    name: String,
    /// The file with the signature.
    evidence: PathBuf,
    list: List,
    /// One for each signature or bundle over the list.
    vouched: Vec<Finding>,
}

impl SignedList {
    /// The list that `evidence`, which holds `bytes`, signs and which was paired by hand with the
    /// distfile called `name`; `None` where it signs no list.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub(super) fn by_hand(
        inputs: &Inputs,
        evidence: &Path,
        bytes: &[u8],
        name: &str,
    ) -> Result<Option<Self>, InputError> {
        Self::of(inputs, evidence, bytes, &Requested::of([name.as_bytes()]), true)
    }

    /// The list that `evidence` signs, if it says something of the distfiles called `names`, or was
    /// paired with one by hand.
    fn of(
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
        Ok(Some(Self { name: base.to_owned(), evidence: evidence.to_owned(), list, vouched }))
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
        Some(Self { name: file, evidence: evidence.to_owned(), list, vouched })
    }

    /// The hashes that comparing the distfile `name` takes.
    pub(super) fn wanted(&self, name: &str) -> BTreeSet<HashName> {
        self.list.wanted(name.as_bytes())
    }

    /// Whether it is evidence for `check`.
    pub(super) fn is_for(&self, check: Check) -> bool {
        self.vouched.iter().any(|finding| finding.check == check)
    }

    /// What list and signature together say of the distfile `name`.
    pub(super) fn judge(&self, name: &str, measured: &Measured) -> Vec<Finding> {
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

/// The files that the list in a signify signature has; `None` where there is no such list.
fn embedded(bytes: &[u8]) -> Option<BTreeSet<String>> {
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
