//! An archive's contents against the git tree that it claims to come from.
//!
//! For every file the object name that git would give it is computed while the archive streams by,
//! and compared with the tree's: of equal files no byte is read from git. Every other file has to be
//! explained by its contents; what nothing explains is said, and where it could run or be built,
//! installed or imported, it contradicts.

mod attested;
mod attributes;
mod commit;
pub(crate) mod compare;
mod consumers;
mod context;
mod derived;
mod error;
mod explain;
mod generated;
mod judge;
mod origin;
mod place;
mod regenerate;
mod rules;
mod signed;
mod spelling;
mod tag;
mod texts;
mod view;

pub(crate) use attested::{Attested, attested};
pub(crate) use compare::{Comparison, Difference};
pub(crate) use error::SourceError;
pub(crate) use regenerate::Confine;
pub(crate) use signed::{NAMESPACE, TagKeys};

use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::release::archive::{
    self, ArchiveError, Entry, GitHash, Keep, Listing, Progress, Wanted,
};
use crate::release::git::{self, BLOB_EACH, Clone};
use crate::release::known::Known;
use consumers::Consumers;
use context::Context;
use rules::Rules;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use view::{View, Whole};

/// Names that a finding's data lists, of each kind.
const LISTED: usize = 1000;

/// Which commit the archive is compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CommitSpec {
    /// The commit's name, whole or at least seven digits of it.
    pub(crate) commit: Option<String>,
    /// The tag of the release. Where a commit is given too, it must point there.
    pub(crate) tag: Option<String>,
    /// Who attested that commit, where an attestation named it.
    pub(crate) attested_by: Option<String>,
    /// Whether no one said who should attest it.
    pub(crate) by_anyone: bool,
    /// Whether provenance named it, and no other attestation.
    pub(crate) by_provenance: bool,
}

impl CommitSpec {
    /// Checks the names before git sees them.
    ///
    /// # Errors
    ///
    /// [`SourceError::BadCommit`] or [`SourceError::BadTag`].
    pub(crate) fn check(&self) -> Result<(), SourceError> {
        tag::check(self)
    }

    /// As it was given.
    pub(crate) fn given(commit: Option<&String>, tag: Option<&String>) -> Self {
        Self { commit: commit.cloned(), tag: tag.cloned(), ..Self::default() }
    }

    /// The commit of an attestation.
    pub(crate) fn of(attested: Attested) -> Self {
        let Attested { commit, tag, publisher, by_anyone, by_provenance } = attested;
        Self { commit: Some(commit), tag, attested_by: Some(publisher), by_anyone, by_provenance }
    }
}

/// How to compare.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The directory of the tree that the archive was made from; `None` where it is to be found.
    pub(crate) directory: Option<String>,
    /// How long one git command may take.
    pub(crate) timeout: Duration,
    /// The release's version, where an ebuild says it (PV).
    pub(crate) version: Option<String>,
    /// The package's name, where an ebuild says it (PN).
    pub(crate) package: Option<String>,
    /// The archive's name before an ebuild renamed it.
    pub(crate) upstream_name: Option<String>,
    /// Whether the ebuild runs eautoreconf, so that what autoconf and automake left in the archive
    /// is not used.
    pub(crate) eautoreconf: bool,
    /// Whose signatures over the tag or commit count; `None` where none was asked for.
    pub(crate) tag_keys: Option<TagKeys>,
    /// Whether the lines that differ are wanted.
    pub(crate) unified: bool,
    /// How programs are confined that make files anew; `None` where none is to be run.
    pub(crate) regenerate: Option<Confine>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            directory: None,
            timeout: Duration::from_secs(120),
            version: None,
            package: None,
            upstream_name: None,
            eautoreconf: false,
            tag_keys: None,
            unified: false,
            regenerate: None,
        }
    }
}

/// Everything there is to say of an archive and a clone.
#[derive(Debug, Clone)]
pub(crate) struct SourceReport {
    /// The comparison; `None` where the clone does not have the commit.
    pub(crate) comparison: Option<Comparison>,
    /// The commit that the archive itself names: in the header that `git archive` writes, or in the
    /// file that `cargo package` does.
    pub(crate) stated: Option<String>,
    /// Size of the archive in bytes.
    pub(crate) size: u64,
    /// The finding.
    pub(crate) finding: Finding,
}

/// Whether a file's name has something in it that may be a version.
pub(crate) fn has_version(file_name: &str) -> bool {
    !spelling::releases(file_name).is_empty()
}

/// The finding where no clone was given.
pub(crate) fn no_clone() -> Finding {
    Finding::of_class(
        Check::Source,
        FailureClass::NotCheckedNoClone,
        "no git clone was given to compare the archive with",
    )
}

/// What the comparison of `distfile` with a commit in `clone` says. Never fails: where nothing
/// could be compared, the finding says why.
pub(crate) fn check(
    distfile: &Path,
    clone: &Path,
    commit: &CommitSpec,
    options: &Options,
    progress: Progress<'_>,
) -> Finding {
    match report(distfile, clone, commit, options, progress) {
        Ok(report) => report.finding,
        Err(error) => failed(&error),
    }
}

/// What follows where nothing could be compared.
pub(crate) fn failed(error: &SourceError) -> Finding {
    let class = match error {
        SourceError::Archive(error) => error.class(),
        SourceError::Git(_) => FailureClass::NotCheckedNoClone,
        _ => FailureClass::CommitUnavailable,
    };
    Finding::of_class(Check::Source, class, error.to_string())
}

/// Compares `distfile` with a commit in `clone`. `progress` is told how many bytes of the archive
/// were read.
///
/// # Errors
///
/// If the archive cannot be listed, git cannot be run, or the commit is not named in a way that
/// fits.
pub(crate) fn report(
    distfile: &Path,
    clone: &Path,
    spec: &CommitSpec,
    options: &Options,
    progress: Progress<'_>,
) -> Result<SourceReport, SourceError> {
    tag::check(spec)?;
    let known = Known::load()?;
    let clone = Clone::open(clone, options.timeout)?;
    let file_name = distfile.file_name().unwrap_or(distfile.as_os_str()).to_string_lossy();
    let commit = match tag::find(&clone, spec, options, &file_name)? {
        Ok(commit) => commit,
        Err(lacking) => {
            let size = distfile.metadata().map(|metadata| metadata.len()).unwrap_or_default();
            let finding = judge::unavailable(&clone, &lacking);
            return Ok(SourceReport { comparison: None, stated: None, size, finding });
        }
    };
    let signed = signed::judge(&clone, &commit, options.tag_keys.as_ref())?;
    let whole = Whole::read(&clone, &commit.object.tree)?;
    if let Some(given) = options.directory.as_deref().map(|given| given.trim_matches('/'))
        && !given.is_empty()
        && View::new(&whole, given.as_bytes()).entries().next().is_none()
    {
        return Err(SourceError::NoDirectory(given.to_owned()));
    }
    let from = place::From {
        given: options.directory.as_deref(),
        is_crate: file_name.to_ascii_lowercase().ends_with(".crate"),
        release: &commit.release,
    };
    let listing = list(distfile, clone.hash(), progress, &|listing| {
        let directory = from.directory(&listing.by_path(), &whole);
        compare::wanted(listing, View::new(&whole, &directory))
    })?;
    let members = listing.by_path();
    let directory = from.directory(&members, &whole);
    let view = View::new(&whole, &directory);
    let attributes = compare::attributes(view)?;
    let context = Context {
        members: &members,
        view,
        commit: &commit.object,
        tag: commit.tag_name(),
        attributes: &attributes,
        known: &known,
        release: &commit.release,
        top: listing.top.as_deref(),
        is_crate: from.is_crate,
        eautoreconf: options.eautoreconf,
        unified: options.unified,
        metadata: metadata(&members),
        consumers: &Consumers::of(&compare::build_files(&members)),
        rules: &Rules::of(&members, view),
    };
    let mut comparison = compare::compare(&context, &listing)?;
    comparison.directory.clone_from(&directory);
    if let Some(confine) = options.regenerate {
        regenerate::again(&context, &mut comparison, confine)?;
        comparison.sort();
    }
    let stated = stated(&listing, from.is_crate);
    let finding = judge::judge(&commit, &comparison, stated.as_deref(), signed.as_ref());
    Ok(SourceReport { comparison: Some(comparison), stated, size: listing.size, finding })
}

/// The commit that the archive itself names.
fn stated(listing: &Listing, is_crate: bool) -> Option<String> {
    let by_cargo = || derived::vcs_info(&listing.by_path()).filter(|_| is_crate)?.commit;
    listing.comment.clone().or_else(by_cargo).filter(|stated| git::is_hex(stated))
}

/// Lists the archive with the contents of the members that `wanted` names: in one pass where they
/// are text and all text fits into memory.
fn list(
    distfile: &Path,
    hash: GitHash,
    progress: Progress<'_>,
    wanted: &dyn Fn(&Listing) -> BTreeSet<usize>,
) -> Result<Listing, ArchiveError> {
    let pass = |contents| {
        let wanted = Wanted {
            blob: Some(hash),
            contents,
            contents_each: BLOB_EACH,
            contents_all: 64 << 20,
            ..Wanted::default()
        };
        archive::read(distfile, &wanted, progress)
    };
    let listing = pass(Keep::Texts)?;
    let members = wanted(&listing);
    let lacks = |at: &usize| {
        listing
            .entries
            .get(*at)
            .is_some_and(|entry| entry.contents.is_none() && entry.size <= BLOB_EACH)
    };
    if !members.iter().any(lacks) {
        return Ok(listing);
    }
    let again = pass(Keep::These(members))?;
    let digests = |listing: &Listing| -> Vec<_> {
        listing.entries.iter().map(|entry| entry.sha256).collect()
    };
    match digests(&again) == digests(&listing) {
        true => Ok(again),
        false => Err(ArchiveError::Changed { path: distfile.to_owned() }),
    }
}

/// Reads an attributes file and compares some paths with it, for the fuzz targets.
#[cfg(any(feature = "fuzzing", test))]
pub(crate) fn fuzz_attributes(bytes: &[u8]) {
    let files = [(attributes::FILE, bytes), (b"doc/.gitattributes", bytes)];
    let attributes = attributes::Attributes::of(files.into_iter());
    for path in [&b"a"[..], b"doc/a.txt", b"doc/x/y.c", b"\xff", b"a b"] {
        let _ = (attributes.of_file(path), attributes.ignores(path));
    }
}

/// How many files of a distribution's metadata there are.
fn metadata(members: &BTreeMap<&[u8], &Entry>) -> usize {
    let is = |path: &&[u8]| path.ends_with(b"PKG-INFO") || path.ends_with(b"METADATA");
    members.keys().copied().filter(is).count()
}
