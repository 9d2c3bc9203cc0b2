//! An archive's listing against a commit's tree: what is the same, and what the rest is.

use super::attributes::Attributes;
use super::consumers::is_build_file;
use super::context::Context;
use super::explain::{self, Standing};
use super::texts::prose;
use super::view::View;
use crate::release::archive::{Entry, Kind, Listing, Oddity};
use crate::release::diff::hazard::{Hazard, HazardKind, by_name, by_nature};
use crate::release::diff::lines::{Lines, Patience};
use crate::release::git::{GitError, TreeEntry};
use std::collections::{BTreeMap, BTreeSet};

/// Lines of one file that are kept to be shown.
pub(super) const SHOWN: usize = 20_000;

/// How a file of the archive differs from git.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DifferenceKind {
    /// Its contents differ, or a link's target.
    Changed,
    /// It is a link here and a file there, or a device.
    Retyped,
    /// Git does not have it.
    Added,
}

impl DifferenceKind {
    /// The word for text and JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Retyped => "retyped",
            Self::Added => "added",
        }
    }
}

/// A file of the archive that is not in git as it is.
#[derive(Debug, Clone)]
pub(crate) struct Difference {
    /// How it differs.
    pub(crate) kind: DifferenceKind,
    /// Its path below the archive's top-level directory.
    pub(crate) path: Vec<u8>,
    /// What explains it, or that nothing does.
    pub(crate) standing: Standing,
    /// Why to read it before others, worst first.
    pub(crate) hazards: Vec<Hazard>,
    /// The lines that differ from git's, where they are wanted and both sides are text.
    pub(crate) hunks: Option<Vec<u8>>,
}

impl Difference {
    /// Worst first: what nothing explains, what runs, the rest.
    fn rank(&self) -> impl Ord + '_ {
        let worst = self.hazards.first().map(|hazard| hazard.kind);
        (self.standing.rank(), worst.is_none(), worst, self.kind, &self.path)
    }
}

/// How an archive compares with a commit's tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct Comparison {
    /// How many files and links are the same.
    pub(crate) same: usize,
    /// The files that are not in git as they are, worst first.
    pub(crate) differences: Vec<Difference>,
    /// The files of git that are not in the archive.
    pub(crate) missing: Vec<Vec<u8>>,
    /// The files of git that its own `.gitattributes` leaves out of archives, and that are not in
    /// this one.
    pub(crate) export_ignored: Vec<Vec<u8>>,
    /// Whether the `.gitattributes` have more lines than are read.
    pub(crate) attributes_beyond: bool,
    /// The files that are executable on one side only; whether that is the archive's.
    pub(crate) modes: Vec<(Vec<u8>, bool)>,
    /// What git has no word for: files that run as their owner, and directories with nothing in them.
    pub(crate) beyond_git: Vec<Vec<u8>>,
    /// What an unpacker could be surprised by.
    pub(crate) oddities: Vec<Oddity>,
    /// The directory of the tree that was compared; empty for its root.
    pub(crate) directory: Vec<u8>,
}

impl Comparison {
    /// Puts the worst first.
    pub(super) fn sort(&mut self) {
        self.differences.sort_by(|a, b| a.rank().cmp(&b.rank()));
    }

    /// How many files stand in a way.
    pub(crate) fn count(&self, fits: impl Fn(&Standing) -> bool) -> usize {
        self.differences.iter().filter(|difference| fits(&difference.standing)).count()
    }
}

/// The members whose contents are wanted: those that are not as git has them, and those that decide
/// how the archive is built.
pub(super) fn wanted(listing: &Listing, view: View<'_>) -> BTreeSet<usize> {
    let members = listing.by_path();
    let files = members.into_iter().filter(|(_, entry)| entry.is_file());
    let wanted = files.filter(|(path, entry)| match view.get(path) {
        // What git does not have is looked into: no one else reads it.
        None => true,
        Some(git) => !is_same(entry, git) || std::str::from_utf8(path).is_ok_and(is_build_file),
    });
    wanted.map(|(_, entry)| entry.data).collect()
}

/// Compares the members with the tree.
pub(super) fn compare(context: &Context<'_>, listing: &Listing) -> Result<Comparison, GitError> {
    let view = context.view;
    let mut comparison = Comparison { oddities: listing.oddities.clone(), ..Comparison::default() };
    let mut patience = Patience::default();
    let mut differing: Vec<(&Entry, &TreeEntry)> = Vec::new();
    for (path, entry) in context.members {
        let is_beyond = match entry.kind {
            Kind::Directory => !path.is_empty() && is_empty_directory(context, path),
            _ => entry.is_file() && entry.mode & SET_ID != 0,
        };
        if is_beyond {
            comparison.beyond_git.push(path.to_vec());
        }
        if entry.kind == Kind::Directory {
            continue;
        }
        match view.get(path) {
            None => {
                let standing = explain::added(context, entry);
                let kind = DifferenceKind::Added;
                let standing = (kind, standing);
                comparison.differences.push(difference(
                    context,
                    entry,
                    standing,
                    None,
                    &mut patience,
                ));
            }
            Some(git) if is_same(entry, git) => {
                comparison.same += 1;
                if entry.is_file() && entry.is_executable() != git.is_executable() {
                    comparison.modes.push((path.to_vec(), entry.is_executable()));
                }
            }
            Some(git) => differing.push((entry, git)),
        }
    }
    let objects: BTreeSet<Vec<u8>> = differing.iter().map(|(_, git)| git.object.clone()).collect();
    let blobs = view.whole().blobs(&objects.into_iter().collect::<Vec<_>>())?;
    for (entry, git) in differing {
        let blob = blobs.get(&git.object).map(Vec::as_slice);
        let standing = explain::changed(context, entry, git, blob);
        let kind = match is_retyped(entry, git) {
            true => DifferenceKind::Retyped,
            false => DifferenceKind::Changed,
        };
        let standing = (kind, standing);
        comparison.differences.push(difference(context, entry, standing, blob, &mut patience));
    }
    missing(context, &mut comparison);
    comparison.sort();
    Ok(comparison)
}

/// The bits of a mode that make a program run as the file's owner or group.
const SET_ID: u32 = 0o6000;

/// Whether a directory has nothing in it, and git has nothing at or below that place: a program that looks for the
/// name finds it.
fn is_empty_directory(context: &Context<'_>, path: &[u8]) -> bool {
    let below = [path, b"/"].concat();
    let first = context.members.range(below.as_slice()..).next();
    if first.is_some_and(|(member, _)| member.starts_with(&below)) {
        return false;
    }
    // Of a submodule, archives have the empty directory.
    let whole = [context.view.path(path).as_slice(), b"/"].concat();
    let next = context.view.whole().tree().range(whole.clone()..).next();
    let in_git = next.is_some_and(|(there, _)| there.starts_with(&whole));
    !in_git && context.view.get(path).is_none()
}

/// What git has and the archive lacks.
fn missing(context: &Context<'_>, comparison: &mut Comparison) {
    let members = context.members;
    // A directory in its place is not the file.
    let has = |path: &[u8]| members.get(path).is_some_and(|entry| entry.kind != Kind::Directory);
    // Where a link of git's was resolved, what is below it is there.
    let resolved = |path: &[u8], git: &TreeEntry| {
        git.is_symlink() && {
            let below = [path, b"/"].concat();
            members.range(below.as_slice()..).next().is_some_and(|(at, _)| at.starts_with(&below))
        }
    };
    for (path, git) in context.view.entries() {
        if git.is_submodule() || has(path) || resolved(path, git) {
            continue;
        }
        match context.attributes.ignores(&context.view.path(path)) {
            true => comparison.export_ignored.push(path.to_vec()),
            false => comparison.missing.push(path.to_vec()),
        }
    }
    comparison.attributes_beyond = context.attributes.is_beyond();
}

/// The attributes of the whole tree.
pub(super) fn attributes(view: View<'_>) -> Result<Attributes, GitError> {
    let whole = view.whole();
    let files =
        whole.tree().iter().filter(|(path, git)| super::attributes::is_file(path) && git.is_file());
    let files: Vec<(&Vec<u8>, &TreeEntry)> = files.collect();
    let objects: BTreeSet<Vec<u8>> = files.iter().map(|(_, git)| git.object.clone()).collect();
    let blobs = whole.blobs(&objects.into_iter().collect::<Vec<_>>())?;
    let read = files
        .into_iter()
        .filter_map(|(path, git)| Some((path.as_slice(), blobs.get(&git.object)?.as_slice())));
    Ok(Attributes::of(read))
}

/// Whether a file is one that changes nothing where it is missing: it is for those who develop the
/// project, by its place.
pub(super) fn is_for_developers(path: &[u8]) -> bool {
    const PLACES: [&str; 17] = [
        "test",
        "tests",
        "testing",
        "testsuite",
        "doc",
        "docs",
        "examples",
        "example",
        "benches",
        "benchmarks",
        "bench",
        "ci",
        "fuzz",
        "samples",
        "contrib",
        "website",
        "news",
    ];
    let text = String::from_utf8_lossy(path).to_lowercase();
    let (first, rest) = text.split_once('/').unwrap_or((&text, ""));
    // Below a package, code of that name may be what another part of it falls back from. Of dot files
    // some decide how something is built or served: `.cargo`, `.npmrc`, `.htaccess`.
    match rest.is_empty() {
        true => is_workshop(first),
        false => is_workshop(first) || PLACES.contains(&first),
    }
}

/// Dot files, and directories of such, that only upstream's forge, editors and checkers read.
fn is_workshop(name: &str) -> bool {
    const STEMS: [&str; 47] = [
        "git",
        "gitignore",
        "gitattributes",
        "gitmodules",
        "gitkeep",
        "gitlab",
        "gitlab-ci",
        "git-blame-ignore-revs",
        "github",
        "gitea",
        "forgejo",
        "woodpecker",
        "mailmap",
        "editorconfig",
        "circleci",
        "travis",
        "appveyor",
        "cirrus",
        "azure-pipelines",
        "packit",
        "copr",
        "obs",
        "readthedocs",
        "pre-commit-config",
        "pre-commit-hooks",
        "codecov",
        "coveragerc",
        "flake8",
        "pylintrc",
        "ruff",
        "isort",
        "mypy",
        "clang-format",
        "clang-tidy",
        "clangd",
        "rustfmt",
        "clippy",
        "eslintrc",
        "eslintignore",
        "prettierrc",
        "prettierignore",
        "vscode",
        "idea",
        "devcontainer",
        "dockerignore",
        "all-contributorsrc",
        "cspell",
    ];
    let Some(name) = name.strip_prefix('.') else { return false };
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
    let stem = stem.or_else(|| name.strip_suffix(".toml")).or_else(|| name.strip_suffix(".json"));
    STEMS.contains(&stem.unwrap_or(name))
}

fn is_same(entry: &Entry, git: &TreeEntry) -> bool {
    !is_retyped(entry, git) && entry.blob.as_ref() == Some(&git.object)
}

fn is_retyped(entry: &Entry, git: &TreeEntry) -> bool {
    match (git.is_symlink(), git.is_submodule()) {
        (true, _) => entry.kind != Kind::Symlink,
        (_, true) => true,
        _ => !entry.is_file(),
    }
}

/// A difference, with what can hurt in it: by its name, and in the lines that git does not have.
fn difference(
    context: &Context<'_>,
    entry: &Entry,
    (kind, standing): (DifferenceKind, Standing),
    git: Option<&[u8]>,
    patience: &mut Patience,
) -> Difference {
    let path = entry.path.clone();
    if !standing.has_room() && !context.unified {
        return Difference { kind, path, standing, hazards: Vec::new(), hunks: None };
    }
    let mut hazards: Vec<Hazard> =
        by_name(&entry.path).into_iter().chain(by_nature(&entry.path, entry.nature)).collect();
    if entry.kind == Kind::Symlink {
        let target = crate::release::archive::show(entry.target.as_deref().unwrap_or_default());
        hazards.push(Hazard::new(HazardKind::Link, format!("a symlink to {target}")));
    }
    let contents = entry.contents.as_deref().filter(|_| !entry.nature.is_binary());
    let mut hunks = None;
    if let Some(contents) = contents {
        let git = git.filter(|git| !git.contains(&0)).unwrap_or_default();
        let lines = Lines::compare(git, contents, patience);
        hazards.extend(lines.hazards(&entry.path));
        hunks = context.unified.then(|| lines.unified((0, 0), SHOWN));
    }
    hazards.sort();
    if !standing.has_room() {
        hazards.clear();
    }
    Difference { kind, path, standing, hazards, hunks }
}

/// The texts of a listing's members that decide how it is built.
pub(super) fn build_files<'a>(
    members: &BTreeMap<&'a [u8], &'a Entry>,
) -> BTreeMap<&'a str, &'a str> {
    let files = members.iter().filter_map(|(path, entry)| {
        let path = std::str::from_utf8(path).ok().filter(|path| is_build_file(path))?;
        Some((path, prose(entry)?))
    });
    files.collect()
}
