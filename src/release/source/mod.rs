//! An archive's contents against the git tree that it claims to come from.
//!
//! For every file the object name that git would give it is computed while the archive streams by,
//! and compared with the tree's: of equal files no byte is read from git. What differs is explained
//! where its contents explain it, named where its name does, and never left out.

mod attested;
mod attributes;
mod cargo;
pub(crate) mod compare;
pub(crate) mod generated;
pub(crate) mod git;
mod objects;
mod origin;
mod tag;

pub(crate) use attested::{Attested, attested};
pub(crate) use compare::{Comparison, Difference, DifferenceKind};
pub(crate) use git::GitError;

use crate::answer::access::Capability;
use crate::answer::facts::{
    SourceComparison, SourceDifference, SourceFacts, SourceHazard, SourceTotals,
};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::release::archive::{
    self, ArchiveError, GitHash, Keep, Listing, Oddity, Progress, Wanted, show,
};
use git::{BLOB_EACH, Clone};
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Names that a finding's sentence lists.
const NAMED: usize = 5;

/// Names that a finding's data lists, of each kind.
const LISTED: usize = 1000;

/// Which commit the archive is held against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CommitSpec {
    /// The commit's name, whole or at least seven digits of it.
    pub(crate) commit: Option<String>,
    /// The tag of the release. Where a commit is given too, it must point there.
    pub(crate) tag: Option<String>,
    /// Who attested that commit, where an attestation named it.
    pub(crate) attested_by: Option<String>,
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

    /// The commit of an attestation.
    pub(crate) fn of(attested: Attested) -> Self {
        let Attested { commit, tag, publisher } = attested;
        Self { commit: Some(commit), tag, attested_by: Some(publisher) }
    }
}

/// How to compare.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The directory of the tree that the archive was made from; `None` for its root.
    pub(crate) directory: Option<String>,
    /// How long one git command may take.
    pub(crate) timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { directory: None, timeout: Duration::from_secs(120) }
    }
}

/// Why an archive could not be compared.
#[derive(Debug)]
pub(crate) enum SourceError {
    /// The archive could not be listed.
    Archive(ArchiveError),
    /// git could not say anything.
    Git(GitError),
    /// A commit's name has other characters than lower-case hexadecimal digits, or too few.
    BadCommit(String),
    /// A tag's name that git would not allow.
    BadTag(String),
    /// Neither a commit nor a tag was given, and no tag of the clone has the archive's version.
    NoCommit {
        /// The version in the archive's name, if there is one.
        version: Option<String>,
    },
    /// Several tags have the archive's version and point at different commits.
    SeveralTags(Vec<String>),
    /// The provenance that should name the commit does not hold.
    Unattested {
        /// Its file.
        path: PathBuf,
        /// Why not.
        class: FailureClass,
        /// Why not, in words.
        text: String,
    },
    /// Several attestations of the archive name different commits.
    SeveralAttested(Vec<String>),
}

impl SourceError {
    /// Whether the archive was left alone, rather than could not be read.
    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(self, Self::Archive(error) if error.is_unsupported())
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Archive(error) => error.fmt(f),
            Self::Git(error) => error.fmt(f),
            Self::BadCommit(name) => write!(
                f,
                "\"{name}\" is not the name of a commit: give 40 or 64 hexadecimal digits, or at least 7 of them"
            ),
            Self::BadTag(name) => write!(f, "\"{name}\" is not the name of a tag"),
            Self::NoCommit { version: None } => f.write_str(
                "the archive's name has no version to look for among the tags: name the release with --tag or --commit",
            ),
            Self::NoCommit { version: Some(version) } => write!(
                f,
                "the clone has no tag for version {version}: name the release with --tag or --commit, or fetch the tags"
            ),
            Self::Unattested { path, class, text } => write!(
                f,
                "{}: no attestation that holds names a commit: {text} ({}); name the release with --commit or --tag",
                path.display(),
                class.name()
            ),
            Self::SeveralAttested(commits) => write!(
                f,
                "the attestations name different commits: name one with --commit ({})",
                commits.join(", ")
            ),
            Self::SeveralTags(tags) => write!(
                f,
                "several tags fit and point at different commits: name one with --tag ({})",
                tags.join(", ")
            ),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Archive(error) => Some(error),
            Self::Git(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ArchiveError> for SourceError {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}

impl From<GitError> for SourceError {
    fn from(error: GitError) -> Self {
        Self::Git(error)
    }
}

/// The commit that was found, and where it stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Commit {
    /// Its whole name.
    pub(crate) name: String,
    /// The tag that was given, or found by the archive's version.
    pub(crate) tag: Option<String>,
    /// Whether the tag was found by the version, not given.
    pub(crate) tag_found: bool,
    /// Who attested the commit, where an attestation named it.
    pub(crate) attested_by: Option<String>,
    /// The commit that the tag points at, where it is another.
    pub(crate) tag_elsewhere: Option<String>,
    /// Where the clone was cloned from, by its own word.
    pub(crate) origin: Option<String>,
    /// The branches and tags that lead to it, as far as [`LISTED`].
    pub(crate) references: Vec<String>,
    /// Whether the clone's history is cut off.
    pub(crate) shallow: bool,
}

/// Everything there is to say of an archive and a clone.
#[derive(Debug, Clone)]
pub(crate) struct Report {
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

/// The finding where nobody gave a clone.
pub(crate) fn no_clone() -> Finding {
    Finding::fails(
        Check::Source,
        FailureClass::NotCheckedNoClone,
        "no git clone was given to hold the archive against",
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
    Finding::fails(Check::Source, class, error.to_string())
}

/// Compares `distfile` with a commit in `clone`. `progress` is told how many bytes of the archive
/// were read.
///
/// # Errors
///
/// Where the archive cannot be listed, git cannot be run, or the commit is not named in a way that
/// fits.
pub(crate) fn report(
    distfile: &Path,
    clone: &Path,
    spec: &CommitSpec,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Report, SourceError> {
    tag::check(spec)?;
    let clone = Clone::open(clone, options.timeout)?;
    let hash = clone.hash()?;
    let file_name = distfile.file_name().unwrap_or(distfile.as_os_str()).to_string_lossy();
    let commit = match tag::find(&clone, spec, &file_name)? {
        Ok(commit) => commit,
        Err(lacking) => {
            let size = distfile.metadata().map(|metadata| metadata.len()).unwrap_or_default();
            return Ok(Report {
                comparison: None,
                stated: None,
                size,
                finding: unavailable(&clone, &lacking)?,
            });
        }
    };
    let tree = clone.tree(&commit.name)?;
    let from = compare::From {
        given: options.directory.as_deref(),
        is_crate: file_name.to_ascii_lowercase().ends_with(".crate"),
    };
    let listing = list(distfile, hash, progress, &|listing| compare::wanted(listing, &tree, from))?;
    let comparison = compare::compare(&listing, &tree, from, &clone)?;
    let stated = listing
        .comment
        .clone()
        .or_else(|| cargo::vcs_info(&listing.by_path()).filter(|_| from.is_crate)?.commit)
        .filter(|stated| git::is_hex(stated));
    let finding = judge(&commit, &comparison, stated.as_deref());
    Ok(Report { comparison: Some(comparison), stated, size: listing.size, finding })
}

/// Lists the archive with the contents of the members that `wanted` names, where they are text: in
/// one pass where all text fits into memory.
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
        listing.entries.get(*at).is_some_and(|entry| {
            entry.contents.is_none() && !entry.nature.is_binary() && entry.size <= BLOB_EACH
        })
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

fn unavailable(clone: &Clone, lacking: &tag::Lacking) -> Result<Finding, GitError> {
    let shallow = if clone.is_shallow()? { ", whose history is cut off (shallow)" } else { "" };
    let missing = format!("{} is not in the clone{shallow}", lacking.what);
    let finding = match &lacking.tag {
        // What is on no branch or tag, a clone does not have; the tag is there to tell.
        Some((tag, elsewhere)) => {
            let compared = format!("{missing}, and tag {tag} points at {elsewhere}");
            Finding::fails(Check::Source, FailureClass::TagMismatch, compared)
                .noting(FailureClass::CommitUnavailable, missing)
        }
        None => Finding::fails(Check::Source, FailureClass::CommitUnavailable, missing),
    };
    let origin = clone.origin()?;
    let clone = Some(clone.path().display().to_string());
    Ok(finding.knowing(SourceFacts { clone, origin, compared: None }))
}

/// What follows from a comparison.
fn judge(commit: &Commit, comparison: &Comparison, stated: Option<&str>) -> Finding {
    let contradictions: Vec<_> =
        comparison.differences.iter().filter(|d| d.is_contradiction()).collect();
    let added = || comparison.differences.iter().filter(|d| d.kind == DifferenceKind::Added);
    let short = commit.name.get(..12).unwrap_or(&commit.name);
    let tag = commit.tag.as_ref().map(|tag| format!(" (tag {tag})")).unwrap_or_default();
    let by = commit.attested_by.as_ref().map(|by| format!(", attested by {by}"));
    let at = format!("commit {short}{tag}{}", by.unwrap_or_default());
    let reachable = !commit.references.is_empty();
    let hint = match comparison.directory.is_empty() {
        true => " (--directory names the package's, in a larger repository)",
        false => "",
    };
    let mut finding = if comparison.same == 0 {
        let compared = format!("not one file of the archive is the same in git at {at}{hint}");
        Finding::fails(Check::Source, FailureClass::SourceChanged, compared)
    } else if !contradictions.is_empty() {
        let compared = format!(
            "{} of the archive {} from git at {at}: {}",
            files(contradictions.len()),
            if contradictions.len() == 1 { "differs" } else { "differ" },
            names(contradictions.iter().map(|d| d.path.as_slice()))
        );
        Finding::fails(Check::Source, FailureClass::SourceChanged, compared)
    } else if let Some(elsewhere) = &commit.tag_elsewhere {
        let compared = format!(
            "the files fit commit {short}, but tag {} points at {}",
            commit.tag.as_deref().unwrap_or_default(),
            elsewhere.get(..12).unwrap_or(elsewhere)
        );
        Finding::fails(Check::Source, FailureClass::TagMismatch, compared)
    } else if !reachable && commit.shallow {
        let compared = format!(
            "the files fit {at}, but the clone's history is cut off (shallow), so whether a branch or tag leads there is open"
        );
        Finding::fails(Check::Source, FailureClass::CommitUnavailable, compared)
    } else if !reachable {
        let compared = format!("the files fit {at}, but no branch or tag leads there");
        Finding::fails(Check::Source, FailureClass::CommitUnreachable, compared)
    } else {
        let are = if comparison.same == 1 { "is" } else { "are" };
        let below = match comparison.directory.as_slice() {
            [] => String::new(),
            directory => format!(" below {}", show(directory)),
        };
        let compared = format!("{} {are} the same in git{below} at {at}", files(comparison.same));
        let repository = commit.origin.as_deref().unwrap_or("the repository");
        let vouches = format!("whoever may push to {repository}: {short} is on {}", places(commit));
        Finding::agrees(Check::Source, compared, vouches)
    };
    let primary = finding.class;
    let also = |class: FailureClass| primary.is_some() && primary != Some(class);
    if !reachable && !commit.shallow && also(FailureClass::CommitUnreachable) {
        finding = finding
            .noting(FailureClass::CommitUnreachable, format!("no branch or tag leads to {short}"));
    }
    if let Some(elsewhere) =
        commit.tag_elsewhere.as_ref().filter(|_| also(FailureClass::TagMismatch))
    {
        finding =
            finding.noting(FailureClass::TagMismatch, format!("the tag points at {elsewhere}"));
    }
    finding = note_differences(finding, comparison);
    let strange = |oddity: &&Oddity| !oddity.is_common();
    for oddity in comparison.oddities.iter().filter(strange).take(NAMED) {
        finding = finding.noting(FailureClass::SourceAdded, oddity.to_string());
    }
    if added().any(|_| true) {
        finding = note_added(finding, comparison);
    }
    if let Some(stated) = stated.filter(|stated| *stated != commit.name) {
        let text = format!("the archive itself names another commit, {stated}");
        finding = finding.noting(FailureClass::TagMismatch, text);
    }
    if let Some((origin, by)) = commit.origin.as_ref().zip(commit.attested_by.as_ref())
        && origin::differ(origin, by)
    {
        let text = format!("the clone is one of {origin}, and the commit was attested by {by}");
        finding = finding.noting(FailureClass::PublisherMismatch, text);
    }
    if finding.class.is_none() {
        finding = finding.forged_by(forgers(comparison));
    }
    knowing(finding, commit, comparison, stated)
}

/// Says which files differ in a way that their contents explain.
fn note_differences(mut finding: Finding, comparison: &Comparison) -> Finding {
    for difference in &comparison.differences {
        if difference.kind == DifferenceKind::Added || difference.is_contradiction() {
            continue;
        }
        if let Some(explanation) = difference.explanation {
            let text = format!("{}: {}", show(&difference.path), explanation.describe());
            finding = finding.noting(FailureClass::SourceChanged, text);
            if finding.notes.len() >= 2 * NAMED {
                break;
            }
        }
    }
    finding
}

/// Says which files git does not have: those that run or build first.
fn note_added(mut finding: Finding, comparison: &Comparison) -> Finding {
    let added = || comparison.differences.iter().filter(|d| d.kind == DifferenceKind::Added);
    let parts: [(&str, Vec<&Difference>); 3] = [
        (
            "not in git, and run or build something",
            added().filter(|d| d.has_room() && !d.hazards.is_empty()).collect(),
        ),
        ("not in git either", added().filter(|d| d.has_room() && d.hazards.is_empty()).collect()),
        ("not in git, metadata of packaging tools", added().filter(|d| !d.has_room()).collect()),
    ];
    for (what, differences) in parts {
        if !differences.is_empty() {
            let names = names(differences.iter().map(|d| d.path.as_slice()));
            let text = format!("{what} ({}): {names}", differences.len());
            finding = finding.noting(FailureClass::SourceAdded, text);
        }
    }
    finding
}

/// Who gets past: whoever lands a commit; where there is room beside what git has, also whoever
/// could put something there.
fn forgers(comparison: &Comparison) -> Vec<Capability> {
    use Capability::{Branch, Forge, Gentoo, Index, Job, Mirror, Publish, Source, Token};
    let mut forgers = vec![Gentoo, Source, Forge];
    let strange = comparison.oddities.iter().any(|oddity| !oddity.is_common());
    if strange || comparison.differences.iter().any(Difference::has_room) {
        forgers.extend([Mirror, Index, Token, Publish, Branch, Job]);
    }
    forgers.sort();
    forgers
}

fn knowing(
    finding: Finding,
    commit: &Commit,
    comparison: &Comparison,
    stated: Option<&str>,
) -> Finding {
    let of = |kind: DifferenceKind| -> Vec<SourceDifference> {
        let fitting = comparison.differences.iter().filter(|d| d.kind == kind).take(LISTED);
        fitting.map(difference_facts).collect()
    };
    let paths = |paths: &[Vec<u8>]| -> Vec<String> {
        paths.iter().take(LISTED).map(|path| show(path)).collect()
    };
    let modes = |side: fn(bool) -> bool| -> Vec<Vec<u8>> {
        let fitting = comparison.modes.iter().filter(|(_, in_archive)| side(*in_archive));
        fitting.map(|(path, _)| path.clone()).collect()
    };
    let count = |kind| comparison.differences.iter().filter(|d| d.kind == kind).count();
    let compared = SourceComparison {
        commit: commit.name.clone(),
        tag: commit.tag.clone(),
        tag_found_by_version: commit.tag_found,
        tag_elsewhere: commit.tag_elsewhere.clone(),
        attested_by: commit.attested_by.clone(),
        references: commit.references.clone(),
        shallow: commit.shallow,
        stated_commit: stated.map(str::to_owned),
        directory: show(&comparison.directory),
        totals: SourceTotals {
            same: comparison.same,
            changed: count(DifferenceKind::Changed),
            retyped: count(DifferenceKind::Retyped),
            added: count(DifferenceKind::Added),
            missing: comparison.missing.len(),
            modes: comparison.modes.len(),
        },
        changed: of(DifferenceKind::Changed),
        retyped: of(DifferenceKind::Retyped),
        added: of(DifferenceKind::Added),
        missing: paths(&comparison.missing),
        export_ignored: paths(&comparison.export_ignored),
        modes: paths(&modes(|_| true)),
        executable_in_archive_only: paths(&modes(|in_archive| in_archive)),
    };
    let origin = commit.origin.clone();
    finding.knowing(SourceFacts { clone: None, origin, compared: Some(compared) })
}

fn difference_facts(difference: &Difference) -> SourceDifference {
    let hazards = difference.hazards.iter();
    SourceDifference {
        path: show(&difference.path),
        explanation: difference.explanation.map(generated::Explanation::describe),
        hazards: hazards
            .map(|h| SourceHazard { name: h.kind.name(), reason: h.reason.clone() })
            .collect(),
    }
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// The branches and tags in words.
fn places(commit: &Commit) -> String {
    let word = |name: &String| {
        let kinds = [("refs/heads/", "branch"), ("refs/remotes/", "branch"), ("refs/tags/", "tag")];
        let short = |(prefix, kind): (&str, &str)| {
            name.strip_prefix(prefix).map(|short| format!("{kind} {short}"))
        };
        kinds.into_iter().find_map(short).unwrap_or_else(|| name.clone())
    };
    let words: Vec<_> = commit.references.iter().map(word).collect();
    let listed = names(words.iter().map(String::as_bytes));
    match words.iter().any(|word| word.starts_with("branch")) {
        true => listed,
        false => format!("{listed}, and on no branch"),
    }
}

/// The first few names, and how many more there are.
fn names<'a>(names: impl Iterator<Item = &'a [u8]>) -> String {
    let names: Vec<_> = names.collect();
    let shown: Vec<_> = names.iter().take(NAMED).map(|name| show(name)).collect();
    match names.len().checked_sub(NAMED) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}
