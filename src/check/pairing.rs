//! Which files is next to a distfile as evidence about it.

use crate::answer::finding::Check;
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, open_regular, read_bounded};
use crate::bytes::sniff::Kind;
use crate::bytes::suffix::{self, without_compression};
use crate::evidence::checksums::{List, Requested};
use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// Suffixes of detached signatures over the distfile, or over the stream that it compresses.
const SIGNATURE: [&str; 3] = [".asc", ".sig", ".sign"];
/// The same, less usual: `.gpg` may be a key ring as well. Without the file that they are about they are
/// files like any other, not strays.
const RARE_SIGNATURE: [&str; 4] = [".sig.asc", ".signature", ".gpg", ".pgp"];
/// Suffix of minisign signatures.
const MINISIGN: &str = ".minisig";
/// Suffixes of Sigstore bundles.
const BUNDLE: [&str; 3] = [".sigstore", ".sigstore.json", ".bundle"];
/// JSON Lines with bundles, or with what the SLSA generator writes, likewise no strays.
const RARE_BUNDLE: [&str; 1] = [".intoto.jsonl"];
/// Suffix of PEP 740 provenance.
const PROVENANCE: &str = ".provenance";

/// What a file name says about the file's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EvidenceKind {
    /// A detached signature; which kind, its content tells.
    Signature,
    /// A minisign signature.
    Minisign,
    /// A Sigstore bundle.
    Bundle,
    /// PEP 740 provenance.
    Provenance,
}

/// The files that is next to one distfile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// Detached signatures over the distfile.
    pub(crate) signatures: Vec<PathBuf>,
    /// Detached signatures over the stream that the distfile compresses.
    pub(crate) uncompressed: Vec<PathBuf>,
    /// Minisign signatures.
    pub(crate) minisign: Vec<PathBuf>,
    /// Sigstore bundles.
    pub(crate) bundles: Vec<PathBuf>,
    /// PEP 740 provenance.
    pub(crate) provenance: Vec<PathBuf>,
}

impl EvidenceKind {
    /// The checks that evidence of this kind may be for; the likeliest first.
    pub(crate) fn checks(self) -> impl Iterator<Item = Check> {
        // minisign's has a suffix of its own; the others share theirs.
        let all: &[Check] = match self {
            Self::Signature => &Check::SIGNATURES,
            Self::Minisign => &[Check::Minisign],
            Self::Bundle => &[Check::Sigstore],
            Self::Provenance => &[Check::Provenance],
        };
        let own = move |check: &Check| self == Self::Minisign || *check != Check::Minisign;
        all.iter().copied().filter(own)
    }
}

impl Evidence {
    /// What is next to the distfile `name` in `dir`.
    pub(crate) fn beside(dir: &Path, name: &str) -> Self {
        let present = |base: &str, suffix: &str| {
            let path = dir.join(format!("{base}{suffix}"));
            // A broken link or a FIFO is still there: opening it will say what is wrong.
            path.symlink_metadata().is_ok().then_some(path)
        };
        let all = |base: &str, suffixes: &[&str]| -> Vec<PathBuf> {
            suffixes.iter().filter_map(|suffix| present(base, suffix)).collect()
        };
        let signatures = |base: &str| {
            let rare = all(base, &RARE_SIGNATURE).into_iter().filter(|path| !is_key(path));
            all(base, &SIGNATURE).into_iter().chain(rare).collect::<Vec<_>>()
        };
        let bundles = [&BUNDLE[..], &RARE_BUNDLE].concat();
        Self {
            signatures: signatures(name),
            uncompressed: without_compression(name).map(signatures).unwrap_or_default(),
            minisign: all(name, &[MINISIGN]),
            bundles: all(name, &bundles)
                .into_iter()
                .filter(|path| !is_other_bundle(path))
                .collect(),
            provenance: all(name, &[PROVENANCE]),
        }
    }
}

/// The evidence about the distfile `name` that is listed, but not in `dir`.
pub(crate) fn unfetched(
    is_listed: &dyn Fn(&str) -> bool,
    dir: &Path,
    name: &str,
) -> Vec<(EvidenceKind, String)> {
    let stream = without_compression(name).into_iter();
    let of_stream = stream.flat_map(evidence_names).filter(|(k, _)| *k == EvidenceKind::Signature);
    let names: BTreeSet<(String, EvidenceKind)> =
        evidence_names(name).chain(of_stream).map(|(kind, name)| (name, kind)).collect();
    let missing = |listed: &str| dir.join(listed).symlink_metadata().is_err();
    let names = names.into_iter().filter(|(listed, _)| is_listed(listed) && missing(listed));
    names.map(|(listed, kind)| (kind, listed)).collect()
}

/// Every suffix of evidence; the longest first: f.sig.asc is about f.
fn suffixes() -> impl Iterator<Item = (EvidenceKind, &'static str)> {
    let of = |kind, suffixes: &'static [&'static str]| suffixes.iter().map(move |s| (kind, *s));
    of(EvidenceKind::Signature, &RARE_SIGNATURE)
        .chain(of(EvidenceKind::Signature, &SIGNATURE))
        .chain(of(EvidenceKind::Bundle, &BUNDLE))
        .chain(of(EvidenceKind::Bundle, &RARE_BUNDLE))
        .chain([(EvidenceKind::Minisign, MINISIGN), (EvidenceKind::Provenance, PROVENANCE)])
}

/// The names that evidence about the file `base` may have.
fn evidence_names(base: &str) -> impl Iterator<Item = (EvidenceKind, String)> {
    let names = suffixes().map(move |(kind, suffix)| (kind, format!("{base}{suffix}")));
    names.filter(move |(_, name)| by_suffix(name).is_some_and(|(_, about)| about == base))
}

/// The name of what a detached signature called `name` is over, by its suffix.
pub(crate) fn signature_of(name: &str) -> Option<&str> {
    let suffixes = RARE_SIGNATURE.iter().chain(&SIGNATURE);
    suffixes.filter_map(|suffix| name.strip_suffix(suffix)).find(|base| !base.is_empty())
}

/// The part that `name` plays by its suffix, and the name of what it would be evidence about.
pub(crate) fn by_suffix(name: &str) -> Option<(EvidenceKind, &str)> {
    let strip = |kind, suffix: &str| Some((kind, name.strip_suffix(suffix)?));
    suffixes().filter_map(|(kind, suffix)| strip(kind, suffix)).find(|(_, base)| !base.is_empty())
}

/// Whether `name` ends with a suffix that other files have, too.
fn is_rare(name: &str) -> bool {
    RARE_SIGNATURE.iter().chain(&RARE_BUNDLE).any(|suffix| name.ends_with(suffix))
}

/// What a file name ends with that is a list's, in lower case, without `.txt`, hyphens and underscores.
const NAMES: [&str; 22] = [
    "sha256sums",
    "sha512sums",
    "sha256sum",
    "sha512sum",
    "b2sums",
    "b2sum",
    "shasum",
    "shasums",
    "shasums256",
    "shasums512",
    "checksum",
    "checksums",
    "checksumssha256",
    "checksumssha512",
    ".sha256",
    ".sha512",
    "md5sums",
    "md5sum",
    "sha1sums",
    "sha1sum",
    ".md5",
    ".sha1",
];

/// Whether a file is called as lists of checksums are.
pub(crate) fn is_list_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.strip_suffix(".txt").unwrap_or(&name).replace(['-', '_'], "");
    NAMES.iter().any(|end| stem.ends_with(end)) || ["sha256", "sha512"].contains(&stem.as_str())
}

/// What a distfile is to the others of its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Something that will be unpacked, built, installed.
    Content,
    /// Evidence about another distfile.
    Evidence,
    /// Evidence, by its name, about a distfile that is not there.
    Stray(EvidenceKind),
}

/// The names of a package's distfiles, by which each has its [`Role`].
#[derive(Debug, Clone)]
pub(crate) struct Names<'a> {
    all: BTreeSet<&'a str>,
    /// The first and the last of those that are neither evidence nor a list by their names: where there is none, what
    /// is called like a list is what will be unpacked.
    plain: Option<(&'a str, &'a str)>,
    /// What they are called upstream, as lists have them.
    listed: Requested,
}

impl<'a> Names<'a> {
    pub(crate) fn of(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::called(names, |_| None)
    }

    /// The same of files that have other names upstream, where `upstream` tells one.
    pub(crate) fn called<'u>(
        names: impl IntoIterator<Item = &'a str>,
        upstream: impl Fn(&str) -> Option<&'u str>,
    ) -> Self {
        let all: BTreeSet<&str> = names.into_iter().collect();
        let is_plain = |name: &&&str| by_suffix(name).is_none() && !is_list_name(name);
        let first = all.iter().find(is_plain).copied();
        let plain = first.zip(all.iter().rfind(is_plain).copied());
        let files = all.iter().filter(is_plain);
        let listed = Requested::of(files.map(|name| upstream(name).unwrap_or(name).as_bytes()));
        Self { all, plain, listed }
    }

    /// In order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a str> {
        self.all.iter().copied()
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.all.contains(name)
    }

    /// Whether a file that is no evidence is none of the list's own: does not begin with the name of `list`.
    ///
    /// Names that begin alike are one after the other, so that the first and the last tell of all.
    fn have_other_than(&self, list: &str) -> bool {
        self.plain.is_some_and(|(first, last)| !first.starts_with(list) || !last.starts_with(list))
    }

    /// Whether the list `name` of `dir` has a line about a file that is neither evidence nor a list, so that its
    /// signature is judged along with that file. One that has none is what will be unpacked, however it is called,
    /// and its signature is judged like any other. A list that is not there is taken at its name.
    fn is_about_others(&self, dir: &Path, name: &str) -> bool {
        match read_bounded(&dir.join(name), EVIDENCE_LIMIT) {
            Ok(text) => {
                List::about(name, &text, &self.listed).is_some_and(|list| list.concerns_any())
            }
            Err(InputError::Open { source, .. }) => source.kind() == ErrorKind::NotFound,
            Err(_) => false,
        }
    }

    /// The part of the distfile `name` of `dir`.
    ///
    /// `.bundle` is a name of installers and git bundles, too: such a file is evidence only if it
    /// begins like a Sigstore bundle.
    pub(crate) fn role(&self, dir: &Path, name: &str) -> Role {
        let Some((kind, base)) = by_suffix(name) else {
            // A list that is signed is evidence about what it lists.
            let signed = || evidence_names(name).any(|(_, name)| self.contains(&name));
            let is_list = is_list_name(name) && self.have_other_than(name) && signed();
            return match is_list && self.is_about_others(dir, name) {
                true => Role::Evidence,
                false => Role::Content,
            };
        };
        if is_other_bundle(&dir.join(name)) {
            return Role::Content;
        }
        // A list may be in the file of its signature.
        if is_list_name(base) && self.have_other_than(base) && !is_rare(name) {
            return Role::Evidence;
        }
        let compressed = || suffix::compressed(base).any(|name| self.contains(&name));
        if self.contains(base) || (kind == EvidenceKind::Signature && compressed()) {
            Role::Evidence
        } else if is_rare(name) {
            Role::Content
        } else {
            Role::Stray(kind)
        }
    }
}

/// How much of a file is read to tell its kind.
const SNIFFED: u64 = 4096;

/// Whether `path` begins like a key rather than a signature.
fn is_key(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = open_regular(path).ok().map(|file| file.take(SNIFFED).read_to_end(&mut start));
    matches!(read, Some(Ok(_)))
        && matches!(Kind::of(&start), Kind::OpenpgpKey | Kind::OpenpgpSecretKey | Kind::Keybox)
}

/// Whether `path` is called `.bundle` and is not a Sigstore bundle.
fn is_other_bundle(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "bundle")
        && begins_like_json(path).is_some_and(|json| !json)
}

/// Whether `path` holds what could be a Sigstore bundle, or is named like one.
pub(crate) fn looks_like_bundle(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match begins_like_json(path) {
        Some(json) => json,
        None => by_suffix(&name).is_some_and(|(kind, _)| kind == EvidenceKind::Bundle),
    }
}

/// Whether a file begins like a JSON object or array; `None` where it cannot be read.
pub(crate) fn begins_like_json(path: &Path) -> Option<bool> {
    let mut start = [0; 64];
    let read = open_regular(path).ok()?.read(&mut start).ok()?;
    Some(start.get(..read)?.trim_ascii_start().first().is_some_and(|byte| b"{[".contains(byte)))
}

#[cfg(test)]
#[path = "pairing_tests.rs"]
mod tests;
