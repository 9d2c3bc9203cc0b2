//! An archive's listing against a commit's tree.

use super::attributes::{self, Ignored};
use super::cargo;
use super::generated::{self, Explanation};
use super::git::{Clone, GitError, TreeEntry};
use crate::release::archive::{Entry, Kind, Listing, Oddity};
use crate::release::diff::hazard::{Hazard, HazardKind, by_name, by_nature};
use crate::release::diff::lines::{Lines, Patience};
use std::collections::{BTreeMap, BTreeSet};

/// The mode of a submodule in a tree.
const SUBMODULE: u32 = 0o160_000;

/// The mode of a symbolic link in a tree.
const SYMLINK: u32 = 0o120_000;

/// How a file of the archive stands to git.
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
    /// How it stands to git.
    pub(crate) kind: DifferenceKind,
    /// Its path below the archive's top-level directory.
    pub(crate) path: Vec<u8>,
    /// Why it may differ without anybody's hand.
    pub(crate) explanation: Option<Explanation>,
    /// Why to read it before others, worst first.
    pub(crate) hazards: Vec<Hazard>,
}

impl Difference {
    /// Whether its contents were compared and differ by something other than what is explained.
    pub(crate) fn is_contradiction(&self) -> bool {
        self.kind != DifferenceKind::Added
            && !matches!(
                self.explanation,
                Some(Explanation::Compared(_) | Explanation::Rewritten(_))
            )
    }

    /// Whether somebody could have put code of their own there.
    pub(crate) fn has_room(&self) -> bool {
        // Metadata by its name is only that as plain text that nothing runs.
        use HazardKind::{Dotfile, HiddenUnicode, HighEntropy, LongLine, RunsData, Unread};
        let text = [Dotfile, HiddenUnicode, HighEntropy, LongLine, RunsData, Unread];
        let plain = self.hazards.iter().all(|hazard| text.contains(&hazard.kind));
        match self.explanation {
            Some(Explanation::Compared(_)) => false,
            Some(Explanation::Usual { inert, .. }) => !(inert && plain),
            Some(Explanation::Rewritten(_)) | None => true,
        }
    }

    /// Worst first: what runs and nothing explains, what runs, what nothing explains, the rest.
    fn rank(&self) -> impl Ord + '_ {
        let compared = matches!(self.explanation, Some(Explanation::Compared(_)));
        let worst = self.hazards.first().map(|hazard| hazard.kind);
        let explained = self.explanation.is_some();
        (compared, worst.is_none(), explained, worst, self.explanation, self.kind, &self.path)
    }
}

/// How an archive stands to a commit's tree.
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
    /// The files that are executable on one side only; whether that is the archive's.
    pub(crate) modes: Vec<(Vec<u8>, bool)>,
    /// What an unpacker could be surprised by.
    pub(crate) oddities: Vec<Oddity>,
    /// The directory of the tree that was compared; empty for its root.
    pub(crate) directory: Vec<u8>,
}

/// Directories of a tree where a package may lie that is at the root of a wheel.
const WHEEL_ROOTS: [&[u8]; 4] = [b"", b"src", b"python", b"lib"];

/// Compares `listing` with `tree`, below `directory` of it where one is given.
///
/// # Errors
///
/// Where git cannot give the contents of what differs.
pub(crate) fn compare(
    listing: &Listing,
    tree: &BTreeMap<Vec<u8>, TreeEntry>,
    from: From<'_>,
    clone: &Clone,
) -> Result<Comparison, GitError> {
    let members = listing.by_path();
    let directory = from.directory(&members, tree);
    let (whole, tree) = (tree, below(tree, &directory));
    let oddities = listing.oddities.clone();
    let mut comparison = Comparison { directory, oddities, ..Comparison::default() };
    let mut differing: Vec<(&Entry, &TreeEntry)> = Vec::new();
    let mut patience = Patience::default();
    for (path, entry) in &members {
        if entry.kind == Kind::Directory {
            continue;
        }
        match tree.get(*path) {
            None => comparison.differences.push(added(entry, &tree, whole, &mut patience)),
            Some(git) if is_same(entry, git) => {
                comparison.same += 1;
                let executable = git.mode & 0o111 != 0;
                if entry.is_file() && entry.is_executable() != executable {
                    comparison.modes.push((path.to_vec(), !executable));
                }
            }
            Some(git) if is_retyped(entry, git) => {
                comparison.differences.push(retyped(entry, git, &mut patience));
            }
            Some(git) => differing.push((entry, git)),
        }
    }
    let objects: BTreeSet<Vec<u8>> = differing.iter().map(|(_, git)| git.object.clone()).collect();
    let blobs = clone.blobs(&objects.into_iter().collect::<Vec<_>>())?;
    for (entry, git) in differing {
        comparison.differences.push(changed(entry, blobs.get(&git.object), &tree, &mut patience));
    }
    if from.is_crate {
        explain_cargo(&members, &tree, &mut comparison);
    }
    // A directory in its place is not the file.
    let has = |path: &[u8]| members.get(path).is_some_and(|entry| entry.kind != Kind::Directory);
    let missing = tree.iter().filter(|(path, git)| git.mode != SUBMODULE && !has(path));
    let missing: Vec<Vec<u8>> = missing.map(|(path, _)| path.clone()).collect();
    let ignored = if missing.is_empty() { Ignored::default() } else { ignored(whole, clone)? };
    let prefix = match comparison.directory.is_empty() {
        true => Vec::new(),
        false => [comparison.directory.as_slice(), b"/"].concat(),
    };
    let is_ignored = |path: &Vec<u8>| ignored.contains(&[prefix.as_slice(), path].concat());
    (comparison.export_ignored, comparison.missing) = missing.into_iter().partition(is_ignored);
    comparison.differences.sort_by(|a, b| a.rank().cmp(&b.rank()));
    Ok(comparison)
}

/// What the tree's own `.gitattributes` files leave out of archives.
fn ignored(tree: &BTreeMap<Vec<u8>, TreeEntry>, clone: &Clone) -> Result<Ignored, GitError> {
    let is_file = |path: &[u8]| path.rsplit(|b| *b == b'/').next() == Some(attributes::FILE);
    let files: Vec<_> =
        tree.iter().filter(|(path, git)| is_file(path) && git.mode != SYMLINK).collect();
    let objects: BTreeSet<Vec<u8>> = files.iter().map(|(_, git)| git.object.clone()).collect();
    let blobs = clone.blobs(&objects.into_iter().collect::<Vec<_>>())?;
    let read =
        |(path, git): (&Vec<u8>, &TreeEntry)| Some((path.clone(), blobs.get(&git.object)?.clone()));
    Ok(Ignored::of(&files.into_iter().filter_map(read).collect()))
}

/// The members that `compare` will want the contents of: those that differ from the tree, and those
/// that it does not have.
pub(crate) fn wanted(
    listing: &Listing,
    tree: &BTreeMap<Vec<u8>, TreeEntry>,
    from: From<'_>,
) -> BTreeSet<usize> {
    let members = listing.by_path();
    let directory = from.directory(&members, tree);
    let tree = below(tree, &directory);
    let differs = |path: &[u8], entry: &Entry| match tree.get(path) {
        // What git does not have is looked into: nobody else reads it.
        None => true,
        Some(git) => !is_same(entry, git),
    };
    members
        .into_iter()
        .filter(|(path, entry)| entry.is_file() && differs(path, entry))
        .map(|(_, entry)| entry.data)
        .collect()
}

/// Where in the tree an archive comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct From<'a> {
    /// The directory that was given.
    pub(crate) given: Option<&'a str>,
    /// Whether it is a .crate by its name: it may say of itself where it comes from.
    pub(crate) is_crate: bool,
}

impl From<'_> {
    fn directory(
        self,
        members: &BTreeMap<&[u8], &Entry>,
        tree: &BTreeMap<Vec<u8>, TreeEntry>,
    ) -> Vec<u8> {
        let stated = || cargo::vcs_info(members).filter(|_| self.is_crate)?.directory;
        match self.given {
            Some(directory) => directory.trim_matches('/').as_bytes().to_vec(),
            None => stated().unwrap_or_else(|| wheel_root(members, tree)),
        }
    }
}

/// The tree below `directory`.
fn below(tree: &BTreeMap<Vec<u8>, TreeEntry>, directory: &[u8]) -> BTreeMap<Vec<u8>, TreeEntry> {
    let inside = |path: &[u8]| -> Option<Vec<u8>> {
        if directory.is_empty() {
            return Some(path.to_vec());
        }
        Some(path.strip_prefix(directory)?.strip_prefix(b"/")?.to_vec())
    };
    tree.iter()
        .filter_map(|(path, git)| {
            let git = TreeEntry { mode: git.mode, object: git.object.clone() };
            Some((inside(path)?, git))
        })
        .collect()
}

/// The directory of the tree that a wheel's packages come from: where most of its files are the
/// same. The root for everything that is no wheel.
fn wheel_root(members: &BTreeMap<&[u8], &Entry>, tree: &BTreeMap<Vec<u8>, TreeEntry>) -> Vec<u8> {
    if !members.keys().any(|path| path.ends_with(b".dist-info/WHEEL")) {
        return Vec::new();
    }
    let same = |root: &[u8]| {
        let there = |path: &[u8]| match root.is_empty() {
            true => tree.get(path),
            false => tree.get([root, b"/", path].concat().as_slice()),
        };
        members
            .iter()
            .filter(|(path, entry)| there(path).is_some_and(|g| is_same(entry, g)))
            .count()
    };
    // Of several that fit as well, the first.
    let best = WHEEL_ROOTS.iter().rev().max_by_key(|root| same(root));
    best.copied().unwrap_or_default().to_vec()
}

fn is_same(entry: &Entry, git: &TreeEntry) -> bool {
    !is_retyped(entry, git) && entry.blob.as_ref() == Some(&git.object)
}

fn is_retyped(entry: &Entry, git: &TreeEntry) -> bool {
    match git.mode {
        SYMLINK => entry.kind != Kind::Symlink,
        SUBMODULE => true,
        _ => !entry.is_file(),
    }
}

fn changed(
    entry: &Entry,
    blob: Option<&Vec<u8>>,
    tree: &BTreeMap<Vec<u8>, TreeEntry>,
    patience: &mut Patience,
) -> Difference {
    let compared = blob.and_then(|blob| generated::by_contents(entry, blob));
    let explanation = compared.or_else(|| generated::by_name(&entry.path, tree));
    difference(DifferenceKind::Changed, entry, explanation, blob.map(Vec::as_slice), patience)
}

fn retyped(entry: &Entry, git: &TreeEntry, patience: &mut Patience) -> Difference {
    let mut difference = difference(DifferenceKind::Retyped, entry, None, None, patience);
    let there = match git.mode {
        SYMLINK => "a symbolic link",
        SUBMODULE => "a submodule",
        _ => "a file",
    };
    let reason = format!("a {} here and {there} in git", entry.kind.word());
    difference.hazards.push(Hazard::new(HazardKind::Link, reason));
    difference
}

fn added(
    entry: &Entry,
    tree: &BTreeMap<Vec<u8>, TreeEntry>,
    whole: &BTreeMap<Vec<u8>, TreeEntry>,
    patience: &mut Patience,
) -> Difference {
    let setup_cfg = entry.path.ends_with(b"setup.cfg")
        && entry.contents.as_ref().is_some_and(|text| generated::is_only_egg_info(text));
    let in_submodule = || {
        let mut parents = entry.path.iter().enumerate().filter(|(_, b)| **b == b'/');
        parents.any(|(at, _)| {
            let parent = entry.path.get(..at).and_then(|parent| tree.get(parent));
            parent.is_some_and(|git| git.mode == SUBMODULE)
        })
    };
    let explanation = if setup_cfg {
        Some(Explanation::Compared("setuptools' own: nothing but its [egg_info] section"))
    } else if is_copied_license(entry, whole) {
        Some(Explanation::Compared("a copy for the wheel's metadata of a file that git has"))
    } else if in_submodule() {
        Some(Explanation::Usual { by: "a file of a git submodule", inert: false })
    } else {
        generated::by_name(&entry.path, tree)
    };
    difference(DifferenceKind::Added, entry, explanation, None, patience)
}

/// Whether a build backend copied a license or the like from the tree to where only the metadata of
/// a wheel lies. Elsewhere a copy of what git has may be what makes it run.
fn is_copied_license(entry: &Entry, tree: &BTreeMap<Vec<u8>, TreeEntry>) -> bool {
    let name = |path: &[u8]| path.rsplit(|b| *b == b'/').next().map(<[u8]>::to_vec);
    let in_metadata = |path: &[u8]| {
        let top = path.split(|b| *b == b'/').next().unwrap_or_default();
        top.ends_with(b".dist-info")
    };
    entry.is_file()
        && in_metadata(&entry.path)
        && name(&entry.path).is_none_or(|name| name != b"entry_points.txt")
        && entry.blob.is_some()
        && tree.iter().any(|(path, git)| {
            Some(&git.object) == entry.blob.as_ref() && name(path) == name(&entry.path)
        })
}

/// A difference, with what can hurt in it: by its name, and in the lines that git does not have.
fn difference(
    kind: DifferenceKind,
    entry: &Entry,
    explanation: Option<Explanation>,
    git: Option<&[u8]>,
    patience: &mut Patience,
) -> Difference {
    let mut hazards: Vec<Hazard> =
        by_name(&entry.path).into_iter().chain(by_nature(&entry.path, entry.nature)).collect();
    if entry.kind == Kind::Symlink {
        let target = crate::release::archive::show(entry.target.as_deref().unwrap_or_default());
        hazards.push(Hazard::new(HazardKind::Link, format!("a symlink to {target}")));
    }
    let inert = matches!(explanation, Some(Explanation::Usual { inert: true, .. }));
    if inert && entry.is_executable() {
        hazards.push(Hazard::new(HazardKind::ExecutableBit, "is executable"));
    }
    let text = entry.contents.as_deref().filter(|_| !entry.nature.is_binary());
    let compared = matches!(explanation, Some(Explanation::Compared(_)));
    if let Some(text) = text.filter(|_| !compared) {
        let git = git.filter(|git| !git.contains(&0)).unwrap_or_default();
        hazards.extend(Lines::compare(git, text, patience).hazards());
    }
    hazards.sort();
    Difference { kind, path: entry.path.clone(), explanation, hazards }
}

/// `cargo package` keeps what git has as `Cargo.toml.orig` and writes `Cargo.toml` anew.
fn explain_cargo(
    members: &BTreeMap<&[u8], &Entry>,
    tree: &BTreeMap<Vec<u8>, TreeEntry>,
    comparison: &mut Comparison,
) {
    let original = members.get(&b"Cargo.toml.orig"[..]);
    let git = tree.get(&b"Cargo.toml"[..]);
    let (Some(original), Some(git)) = (original, git) else { return };
    if !is_same(original, git) {
        return;
    }
    for difference in &mut comparison.differences {
        match difference.path.as_slice() {
            b"Cargo.toml.orig" => {
                let same = Explanation::Compared("the same as Cargo.toml in git");
                difference.explanation = Some(same);
            }
            b"Cargo.toml" if difference.kind == DifferenceKind::Changed => {
                let rewritten = "cargo package wrote it from Cargo.toml.orig, which is as in git";
                difference.explanation = Some(Explanation::Rewritten(rewritten));
            }
            _ => {}
        }
    }
}
