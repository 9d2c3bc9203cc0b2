//! What changed between two release archives, what reaches farthest first.

mod addresses;
mod again;
mod blanks;
mod blocks;
mod checks;
mod guards;
pub(crate) mod hazard;
mod imports;
mod judge;
mod jumps;
pub(crate) mod lang;
mod large;
pub(crate) mod lines;
mod links;
mod manifest;
pub(crate) mod matching;
mod meeting;
mod moved;
pub(crate) mod place;
mod purpose;
pub(crate) mod rank;
mod reading;
mod shadow;
mod signs;
mod store;
mod task;
mod text;

pub(crate) use store::Store;
pub(crate) use text::Generator;

use crate::bytes::input::file_name;
use crate::release::archive::{self, ArchiveError, Entry, Kind, Listing, Oddity, Progress};
use hazard::Hazard;
use judge::judge;
use matching::Pair;
use place::{Place, place};
use rank::Tier;
use reading::Read;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use store::Piece;

/// Bytes up to which a text is compared as a whole; of larger ones, the parts that differ.
pub(crate) const CONTENTS_EACH: u64 = 4 << 20;

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
    /// What it is for.
    pub(crate) place: Place,
    /// How far it reaches.
    pub(crate) tier: Tier,
    /// What wrote it, by its own words.
    pub(crate) generated: Option<Generator>,
    /// Whose standard build file it is, byte for byte.
    pub(crate) standard: Option<String>,
    /// Lines added and removed, where both sides are text that was read.
    pub(crate) lines: Option<(usize, usize)>,
    /// Why to read it before others, worst first.
    pub(crate) hazards: Vec<Hazard>,
    shown: Option<Piece>,
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

    /// Whether there is a new text whose lines were not in the old release.
    fn has_text(&self) -> bool {
        let new = self.new.as_ref();
        let new = new.filter(|new| new.is_file() && new.size > 0 && !new.nature.is_binary());
        new.is_some_and(|new| {
            // Under the name that it is a link to, it is looked at already.
            new.kind != Kind::Hardlink
                && matches!(
                    self.kind,
                    ChangeKind::Added | ChangeKind::Changed | ChangeKind::Retyped
                )
                || self.runs_anew()
        })
    }

    /// Whether moving it made it run, or reach farther than before: all that it does is new then.
    fn runs_anew(&self) -> bool {
        let reach = |path: &[u8]| place(path, b"").role.reach();
        self.kind == ChangeKind::Moved
            && self.old_path().is_some_and(|old| reach(old) < reach(self.path()))
    }

    /// The text that its lines are compared with.
    fn base(&self) -> Option<&Entry> {
        self.old.as_ref().filter(|_| !self.runs_anew())
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
    pub(crate) blake2b: Vec<u8>,
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
#[derive(Debug)]
pub(crate) struct Diff {
    /// The old release; `None` where there is none, so that all is new.
    pub(crate) old: Option<Side>,
    /// The new release.
    pub(crate) new: Side,
    /// The files that differ, worst first.
    pub(crate) changes: Vec<Change>,
    /// How many files are the same.
    pub(crate) same: usize,
    /// The oddities of the new release that the old one did not have.
    pub(crate) new_oddities: Vec<Oddity>,
    store: Store,
}

impl Diff {
    /// The changed lines of a file as hunks of a unified diff; `None` where it has none, or they
    /// were not kept. Each line begins with `@`, a blank, `-`, `+` or `\\`.
    ///
    /// # Errors
    ///
    /// If what was kept cannot be read.
    pub(crate) fn hunks(&self, change: &Change) -> io::Result<Option<Vec<u8>>> {
        change.shown.map(|piece| self.store.get(piece)).transpose()
    }

    /// How many changes are of `kind`.
    pub(crate) fn count(&self, kind: ChangeKind) -> usize {
        self.changes.iter().filter(|change| change.kind == kind).count()
    }
}

/// Compares two release archives, or one with nothing, and keeps all changed lines to be shown. `progress` is told how
/// many bytes were read: of each archive its size twice, for its contents and for its digest, and
/// more where something has to be read again.
///
/// # Errors
///
/// If either cannot be listed.
pub(crate) fn compare(
    old: Option<&Path>,
    new: &Path,
    progress: Progress<'_>,
) -> Result<Diff, ArchiveError> {
    compare_showing(old, new, &|_| true, progress)
}

/// As [`compare`], and keeps the changed lines only of files whose path `show` wants.
///
/// # Errors
///
/// As [`compare`].
pub(crate) fn compare_showing(
    old: Option<&Path>,
    new: &Path,
    show: &(dyn Fn(&[u8]) -> bool + Sync),
    progress: Progress<'_>,
) -> Result<Diff, ArchiveError> {
    let files = (old, new);
    let (mut before, mut now, contents) = reading::first(files, show, progress)?;
    let names = (old.map(file_name).unwrap_or_default(), file_name(new));
    let versions = matching::versions((&before.listing, &names.0), (&now.listing, &names.1));
    let pairs = matching::pairs(&before.listing, &now.listing, versions.as_ref());
    let total = pairs.len();
    let mut changes: Vec<Change> = pairs.iter().filter_map(change).collect();
    let same = total - changes.len();
    drop(pairs);
    let new_oddities = unseen(&before.listing, &now.listing);
    let mut results = reading::texts(files, (&before, &now), &changes, contents, show)?;
    let store = Store::default();
    judge(&mut changes, &mut results, &now, &store);
    changes.sort_by_cached_key(rank::key);
    Ok(Diff {
        old: old.map(|old| side(old, &mut before)).transpose()?,
        new: side(new, &mut now)?,
        changes,
        same,
        new_oddities,
        store,
    })
}

fn side(file: &Path, read: &mut Read) -> Result<Side, ArchiveError> {
    let listing = std::mem::take(&mut read.listing);
    let no_digest = || ArchiveError::NoDigest { path: file.to_owned() };
    Ok(Side {
        file: file.to_owned(),
        size: listing.size,
        files: listing.files().count(),
        // Wanted of every archive that is read here.
        blake2b: listing.blake2b.ok_or_else(no_digest)?,
        top: listing.top,
        oddities: listing.oddities,
    })
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
    let path = pair.new.or(pair.old).map(|entry| entry.path.as_slice()).unwrap_or_default();
    Some(Change {
        kind,
        old: pair.old.cloned(),
        new: pair.new.cloned(),
        place: place(path, b""),
        tier: Tier::Source,
        generated: None,
        standard: None,
        lines: None,
        hazards: Vec::new(),
        shown: None,
    })
}

/// The oddities of `new` that `old` does not have under its own top-level directory.
fn unseen(old: &Listing, new: &Listing) -> Vec<Oddity> {
    let top = |listing: &Listing| listing.top.as_deref().map(archive::show).unwrap_or_default();
    let (old_top, new_top) = (top(old), top(new));
    let same_place = |oddity: &Oddity| match old_top.is_empty() {
        true => oddity.clone(),
        false => oddity.below(&old_top, &new_top),
    };
    let known: BTreeSet<Oddity> = old.oddities.iter().map(same_place).collect();
    new.oddities.iter().filter(|oddity| !known.contains(oddity)).cloned().collect()
}
