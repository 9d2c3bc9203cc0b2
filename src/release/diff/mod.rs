//! What changed between two release archives, sorted by what can hurt.

pub(crate) mod hazard;
pub(crate) mod lines;
pub(crate) mod matching;
mod runs;

use crate::bytes::digests::HashName;
use crate::bytes::input::file_name;
use crate::bytes::{pass, threads};
use crate::release::archive::{
    self, ArchiveError, Entry, Keep, Kind, Listing, Oddity, Progress, Wanted,
};
use hazard::{Hazard, HazardKind, by_name, by_nature};
use lines::{Lines, Patience};
use matching::Pair;
use similar::DiffOp;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Bytes of one file that are compared line by line.
pub(crate) const CONTENTS_EACH: u64 = 4 << 20;

/// Bytes of each release's files that are compared line by line.
pub(crate) const CONTENTS_ALL: u64 = 128 << 20;

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ChangeKind {
    /// It is new.
    Added,
    /// It became something else: a file a link, a link a file.
    Retyped,
    /// Its contents, or a link's target, changed.
    Changed,
    /// It has the same contents under another name.
    Moved,
    /// Only its permissions changed.
    Mode,
    /// It is gone.
    Removed,
}

impl ChangeKind {
    /// Every kind, in the order of the summary.
    pub(crate) const ALL: [Self; 6] =
        [Self::Added, Self::Retyped, Self::Changed, Self::Moved, Self::Mode, Self::Removed];

    /// The word for text and JSON.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Retyped => "retyped",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Mode => "mode",
            Self::Removed => "removed",
        }
    }
}

/// One file that is not the same in both releases.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// What happened to it.
    pub(crate) kind: ChangeKind,
    /// The file in the old release.
    pub(crate) old: Option<Entry>,
    /// The file in the new release.
    pub(crate) new: Option<Entry>,
    /// Lines added and removed, where both sides are text that was read.
    pub(crate) lines: Option<(usize, usize)>,
    /// The steps from the old lines to the new ones, where both sides are text that was read.
    pub(crate) steps: Vec<DiffOp>,
    /// Why to read it before others, worst first.
    pub(crate) hazards: Vec<Hazard>,
}

impl Change {
    /// The path in the new release, or in the old one for what is gone.
    pub(crate) fn path(&self) -> &[u8] {
        let entry = self.new.as_ref().or(self.old.as_ref());
        entry.map(|entry| entry.path.as_slice()).unwrap_or_default()
    }

    /// The old path, where it is another.
    pub(crate) fn old_path(&self) -> Option<&[u8]> {
        let (old, new) = self.old.as_ref().zip(self.new.as_ref())?;
        (old.path != new.path).then_some(old.path.as_slice())
    }

    /// The contents of both sides, where they are text that was read; empty for what is not there.
    pub(crate) fn texts(&self) -> Option<(&[u8], &[u8])> {
        Some((text(self.old.as_ref())?, text(self.new.as_ref())?))
    }

    /// The lines of both sides, where they are text that was read.
    pub(crate) fn compared(&self) -> Option<Lines<'_>> {
        let (old, new) = self.texts()?;
        Some(Lines::of(old, new, self.steps.clone()))
    }

    fn rank(&self) -> (bool, Option<HazardKind>, ChangeKind, usize, &[u8]) {
        let worst = self.hazards.first().map(|hazard| hazard.kind);
        // What lies at the top is the release's own; a pyproject.toml far below is a sample.
        let depth = self.path().iter().filter(|b| **b == b'/').count();
        (worst.is_none(), worst, self.kind, depth, self.path())
    }
}

fn text(entry: Option<&Entry>) -> Option<&[u8]> {
    let Some(entry) = entry else { return Some(&[]) };
    match &entry.contents {
        _ if entry.nature.is_binary() => None,
        Some(contents) => Some(contents.as_slice()),
        None if entry.is_file() && entry.size == 0 => Some(&[]),
        None => None,
    }
}

/// One of the two releases.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    /// The file.
    pub(crate) file: PathBuf,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its BLAKE2b digest, which a review record is bound to.
    pub blake2b: Vec<u8>,
    /// Its single top-level directory.
    pub(crate) top: Option<Vec<u8>>,
    /// Its files, links and devices.
    pub(crate) files: usize,
    /// What is unusual about it.
    pub(crate) oddities: Vec<Oddity>,
}

impl Side {
    /// The file's name without its directory.
    pub(crate) fn name(&self) -> String {
        file_name(&self.file)
    }
}

/// What changed between two releases.
#[derive(Debug, Clone)]
pub(crate) struct Diff {
    /// The old release.
    pub(crate) old: Side,
    /// The new release.
    pub(crate) new: Side,
    /// The files that differ, worst first.
    pub(crate) changes: Vec<Change>,
    /// How many files are the same.
    pub(crate) same: usize,
    /// The oddities of the new release that the old one did not have.
    pub(crate) new_oddities: Vec<Oddity>,
}

impl Diff {
    /// How many changes are of `kind`.
    pub(crate) fn count(&self, kind: ChangeKind) -> usize {
        self.changes.iter().filter(|change| change.kind == kind).count()
    }
}

/// Compares two release archives. `progress` is told how many bytes were read: of each archive its
/// size twice, for its contents and for its digest, and more where not all text fits into memory.
///
/// # Errors
///
/// Where either cannot be listed.
pub(crate) fn compare(
    old: &Path,
    new: &Path,
    progress: Progress<'_>,
) -> Result<Diff, ArchiveError> {
    // One pass is enough where all text fits into memory; what did not is read again.
    let texts = wanted(Keep::Texts);
    let read = |path| -> Result<_, ArchiveError> {
        Ok((archive::read(path, &texts, progress)?, digest(path, progress)?))
    };
    let (old_side, new_side) = threads::both(|| read(old), || read(new));
    let ((mut old_listing, old_digest), (mut new_listing, new_digest)) = (old_side?, new_side?);
    let versions =
        matching::versions((&old_listing, &file_name(old)), (&new_listing, &file_name(new)));
    let pairs = matching::pairs(&old_listing, &new_listing, versions.as_ref());
    let total = pairs.len();
    let mut changes: Vec<Change> = pairs.iter().filter_map(change).collect();
    let same = total - changes.len();
    drop(pairs);
    forget(&mut old_listing);
    forget(&mut new_listing);
    read_contents(old, new, &mut changes)?;
    let mut patience = Patience::default();
    for change in &mut changes {
        judge(change, &mut patience);
    }
    changes.sort_by(|a, b| a.rank().cmp(&b.rank()));
    let new_oddities = unseen(&old_listing, &new_listing);
    Ok(Diff {
        old: side(old, old_listing, old_digest),
        new: side(new, new_listing, new_digest),
        changes,
        same,
        new_oddities,
    })
}

fn digest(path: &Path, progress: Progress<'_>) -> Result<Vec<u8>, ArchiveError> {
    let (_, digest) = pass::digest(path, HashName::Blake2b, &mut |bytes| progress(bytes))
        .map_err(ArchiveError::Input)?;
    Ok(digest)
}

fn side(file: &Path, listing: Listing, blake2b: Vec<u8>) -> Side {
    Side {
        file: file.to_owned(),
        size: listing.size,
        blake2b,
        files: listing.files().count(),
        top: listing.top,
        oddities: listing.oddities,
    }
}

/// What happened to a pair; `None` where it is the same.
fn change(pair: &Pair<'_>) -> Option<Change> {
    let kind = match (pair.old, pair.new) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        (Some(old), Some(new)) if pair.moved => {
            debug_assert_eq!(old.sha256, new.sha256);
            ChangeKind::Moved
        }
        (Some(old), Some(new)) => {
            let plain = |entry: &Entry| match entry.kind {
                Kind::Hardlink if entry.is_file() => Kind::File,
                other => other,
            };
            if plain(old) != plain(new) {
                ChangeKind::Retyped
            } else if old.sha256 != new.sha256 || (!new.is_file() && old.target != new.target) {
                ChangeKind::Changed
            } else if old.kind != Kind::Symlink && old.mode != new.mode {
                ChangeKind::Mode
            } else {
                return None;
            }
        }
    };
    Some(Change {
        kind,
        old: pair.old.cloned(),
        new: pair.new.cloned(),
        lines: None,
        steps: Vec::new(),
        hazards: Vec::new(),
    })
}

/// Lets go of the contents that no change holds on to.
fn forget(listing: &mut Listing) {
    for entry in &mut listing.entries {
        entry.contents = None;
    }
}

fn wanted(contents: Keep) -> Wanted {
    Wanted {
        contents,
        contents_each: CONTENTS_EACH,
        contents_all: CONTENTS_ALL,
        ..Wanted::default()
    }
}

/// Reads the contents of what is to be compared line by line and was not kept before.
fn read_contents(old: &Path, new: &Path, changes: &mut [Change]) -> Result<(), ArchiveError> {
    let lacking = |entry: &&Entry| {
        !entry.nature.is_binary()
            && (1..=CONTENTS_EACH).contains(&entry.size)
            && entry.contents.is_none()
    };
    let compared = |change: &&Change| {
        matches!(change.kind, ChangeKind::Changed | ChangeKind::Added | ChangeKind::Retyped)
    };
    let olds = changes.iter().filter(compared).filter_map(|c| c.old.as_ref()).filter(lacking);
    let news = changes.iter().filter(compared).filter_map(|c| c.new.as_ref()).filter(lacking);
    let olds: BTreeSet<usize> = olds.map(|entry| entry.data).collect();
    let news: BTreeSet<usize> = news.map(|entry| entry.data).collect();
    let read = |path: &Path, members: BTreeSet<usize>| match members.is_empty() {
        true => Ok(None),
        false => archive::read(path, &wanted(Keep::These(members)), &|_| {}).map(Some),
    };
    let (olds, news) = threads::both(|| read(old, olds.clone()), || read(new, news));
    let (olds, news) = (olds?, news?);
    for change in changes {
        take_contents(change.old.as_mut(), olds.as_ref(), old)?;
        take_contents(change.new.as_mut(), news.as_ref(), new)?;
    }
    Ok(())
}

/// Moves over contents that are still those of the first pass.
fn take_contents(
    entry: Option<&mut Entry>,
    listing: Option<&Listing>,
    path: &Path,
) -> Result<(), ArchiveError> {
    let Some((entry, listing)) = entry.zip(listing) else { return Ok(()) };
    let again = listing.entries.get(entry.data);
    if again.is_none_or(|again| again.sha256 != entry.sha256) {
        return Err(ArchiveError::Changed { path: path.to_owned() });
    }
    if entry.contents.is_none() {
        entry.contents = again.and_then(|again| again.contents.clone());
    }
    Ok(())
}

/// Finds out why a change deserves to be read.
fn judge(change: &mut Change, patience: &mut Patience) {
    let Some(new) = &change.new else { return };
    let mut hazards = Vec::new();
    let runs = by_name(&new.path);
    match change.kind {
        ChangeKind::Removed => return,
        // Its contents stand under the name that it is a link to, and are looked at there.
        _ if new.kind == Kind::Hardlink => hazards.extend(runs),
        ChangeKind::Added | ChangeKind::Changed | ChangeKind::Retyped => {
            hazards.extend(runs);
            hazards.extend(by_nature(&new.path, new.nature));
            let texts = change.texts().map(|(old, new)| Lines::compare(old, new, patience));
            if let Some(lines) = texts {
                hazards.extend(lines.hazards());
                let script = lines.new.first().is_some_and(|line| line.starts_with(b"#!"));
                if script && !hazards.iter().any(|h| h.kind == HazardKind::Script) {
                    hazards.push(Hazard::new(HazardKind::Script, "a script: begins with #!"));
                }
                let (count, steps) = (lines.count(), lines.ops);
                change.lines = Some(count);
                change.steps = steps;
            } else if new.size > 0 && !new.nature.is_binary() {
                let reason = format!("{} bytes of text, more than was looked into", new.size);
                hazards.push(Hazard::new(HazardKind::Unread, reason));
            }
        }
        ChangeKind::Moved => {
            // Moving a file can be what makes it run.
            let before = change.old.as_ref().and_then(|old| by_name(&old.path));
            hazards.extend(runs.filter(|hazard| Some(hazard) != before.as_ref()));
        }
        ChangeKind::Mode => {}
    }
    if matches!(new.kind, Kind::Symlink | Kind::Hardlink) && change.kind != ChangeKind::Mode {
        let target = archive::show(new.target.as_deref().unwrap_or_default());
        let was = change.old.as_ref().and_then(|old| old.target.as_deref());
        let was = was.filter(|was| Some(*was) != new.target.as_deref()).map(archive::show);
        let was = was.map(|was| format!(" (was to {was})")).unwrap_or_default();
        let reason = format!("a {} to {target}{was}", new.kind.word());
        hazards.push(Hazard::new(HazardKind::Link, reason));
    } else if change.kind == ChangeKind::Retyped {
        let was = change.old.as_ref().map_or("nothing", |old| old.kind.word());
        let reason = format!("was a {was} and is a {}", new.kind.word());
        hazards.push(Hazard::new(HazardKind::Link, reason));
    }
    hazards.extend(mode_hazard(change.old.as_ref(), new));
    hazards.sort();
    change.hazards = hazards;
}

/// A file that may be executed now, or with more rights.
fn mode_hazard(old: Option<&Entry>, new: &Entry) -> Option<Hazard> {
    if !new.is_file() {
        return None;
    }
    let before = old.map_or(0, |old| old.mode);
    let reason = if new.mode & 0o6000 & !before != 0 {
        "has a set-user-id or set-group-id bit"
    } else if new.is_executable() && before & 0o111 == 0 {
        if old.is_some() { "became executable" } else { "is executable" }
    } else {
        return None;
    };
    Some(Hazard::new(HazardKind::ExecutableBit, format!("{reason} (mode {:04o})", new.mode)))
}

/// The oddities of `new` that `old` does not have under its own top-level directory.
fn unseen(old: &Listing, new: &Listing) -> Vec<Oddity> {
    let top = |listing: &Listing| listing.top.as_deref().map(archive::show).unwrap_or_default();
    let (old_top, new_top) = (top(old), top(new));
    let same_place = |oddity: &Oddity| {
        let text = oddity.to_string();
        if old_top.is_empty() { text } else { text.replace(&old_top, &new_top) }
    };
    let known: BTreeSet<String> = old.oddities.iter().map(same_place).collect();
    new.oddities.iter().filter(|oddity| !known.contains(&oddity.to_string())).cloned().collect()
}
