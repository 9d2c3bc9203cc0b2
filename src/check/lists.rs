//! Lists of checksums that someone signed, as evidence about the files in them: clearsigned, or beside
//! a detached signature or a bundle of their own.

mod signed;

use super::Inputs;
use super::pairing::{self, EvidenceKind, is_list_name};
use super::signatures::{Over, Signatures};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::answer::requirement::Requirement;
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, file_name, read_bounded};
use crate::bytes::pass::Wanted;
use crate::bytes::sniff::{Kind, without_mark};
use crate::evidence::checksums::{List, Requested};
use crate::evidence::manifest::Manifest;
pub(super) use signed::SignedList;
use signed::embedded;
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

    /// Whether the file called `list` is a list whose signature is judged along with a distfile: by a check of those that
    /// `require` names, where it names any that judges signatures. What stands in the place of its signature is not
    /// to decide that nobody looks at the list itself.
    pub(super) fn vouch_for(&self, list: &str, require: &Requirement) -> bool {
        let is_asked = |check: &Check| require.includes(*check);
        let any = Check::NAMING.iter().any(is_asked);
        let of_list = self.lists.iter().filter(|signed| signed.covers.as_deref() == Some(list));
        let mut checks =
            of_list.flat_map(|signed| signed.vouched.iter().map(|finding| finding.check));
        checks.any(|check| !any || is_asked(&check))
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
