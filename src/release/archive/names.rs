//! What can only be said of all names of an archive together.

use super::error::{Fault, ambiguous};
use super::listing::{Entry, Kind, Oddities, show};
use super::{Oddity, name};
use crate::bytes::escape::is_harmful;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use unicode_normalization::UnicodeNormalization as _;

/// Names and modes of single members.
pub(super) fn single(entries: &[Entry], oddities: &mut Oddities) {
    for entry in entries {
        let shown = || show(&entry.raw);
        match std::str::from_utf8(&entry.raw) {
            Err(_) => oddities.say(|| Oddity::NotUtf8(shown())),
            Ok(name) if name.chars().any(|c| is_harmful(c) || c == '\\') => {
                oddities.say(|| Oddity::StrangeName(shown()));
            }
            Ok(_) => {}
        }
        if entry.mode & 0o6000 != 0 && entry.kind != Kind::Directory {
            oddities.say(|| Oddity::SetId(shown()));
        }
    }
}

/// Where links lead; hard links get the contents of their targets, which precede them.
pub(super) fn links(entries: &mut [Entry], oddities: &mut Oddities) -> Result<(), Fault> {
    let top = top(entries);
    for entry in entries.iter().filter(|entry| entry.kind == Kind::Symlink) {
        let target = entry.target.as_deref().unwrap_or_default();
        if leads_outside(&entry.path, target, top.as_deref()) {
            oddities.say(|| Oddity::LinkOutside { path: show(&entry.raw), target: show(target) });
        }
    }
    if !entries.iter().any(|entry| entry.kind == Kind::Hardlink) {
        return Ok(());
    }
    let mut originals: Vec<Option<usize>> = vec![None; entries.len()];
    let mut seen: HashMap<&[u8], usize> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if entry.kind == Kind::Hardlink {
            let target = entry.target.as_deref().unwrap_or_default();
            let before = seen.get(name::clean(target).as_slice()).copied();
            let original = before.and_then(|at| match entries.get(at)?.kind {
                Kind::File => Some(at),
                _ => *originals.get(at)?,
            });
            if original.is_none() {
                let what = "is a hard link to something other than an earlier file of the archive";
                return Err(ambiguous(show(&entry.raw), what));
            }
            if let Some(place) = originals.get_mut(index) {
                *place = original;
            }
            oddities.say(|| Oddity::HardLink { path: show(&entry.raw), target: show(target) });
        }
        seen.insert(&entry.path, index);
    }
    drop(seen);
    for (index, original) in originals.into_iter().enumerate() {
        let Some(original) = original.and_then(|at| entries.get(at)).cloned() else { continue };
        if let Some(entry) = entries.get_mut(index) {
            // Python gives the file the link's mode; others leave it.
            if (entry.mode & 0o111 == 0) != (original.mode & 0o111 == 0) {
                return Err(ambiguous(show(&entry.raw), "is a hard link with another mode"));
            }
            entry.data = original.data;
            entry.size = original.size;
            entry.sha256 = original.sha256;
            entry.blob = original.blob;
            entry.nature = original.nature;
            entry.contents = original.contents;
        }
    }
    Ok(())
}

/// Names that meet: twice the same, below something that is not a directory, only case differs.
pub(super) fn meetings(entries: &[Entry], oddities: &mut Oddities) -> Result<(), Fault> {
    // With `/` before every other byte, what lies below a name follows right after it.
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| components(a).cmp(components(b)));
    let mut above: Option<&Entry> = None;
    let mut previous: Option<&Entry> = None;
    for entry in sorted {
        let below = |other: &&Entry| {
            let rest = entry.path.strip_prefix(other.path.as_slice());
            rest.is_some_and(|rest| rest.starts_with(b"/"))
        };
        if above.filter(below).is_some() {
            return Err(ambiguous(show(&entry.raw), "lies below what is a link or a file"));
        }
        if entry.kind != Kind::Directory {
            above = Some(entry);
        }
        if let Some(other) = previous.filter(|other| other.path == entry.path) {
            let directories = other.kind == Kind::Directory && entry.kind == Kind::Directory;
            let files = other.kind == Kind::File && entry.kind == Kind::File;
            if files && (other.sha256, other.mode) == (entry.sha256, entry.mode) {
                oddities.say(|| Oddity::Duplicate(show(&entry.raw)));
            } else if !directories {
                return Err(ambiguous(show(&entry.raw), "occurs more than once"));
            }
        }
        previous = Some(entry);
    }
    // By a hash with a key that no one knows: no names can be chosen to meet.
    let state = RandomState::new();
    // bsdtar writes names of pax and zip composed (NFC).
    let composed =
        |entry: &Entry| -> String { String::from_utf8_lossy(&entry.path).nfc().collect() };
    let lower = |entry: &Entry| composed(entry).to_lowercase();
    let mut hashed: Vec<(u64, usize)> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| (state.hash_one(lower(entry)), index))
        .collect();
    hashed.sort_unstable();
    for pair in hashed.windows(2) {
        let [(one_hash, one), (other_hash, other)] = pair else { continue };
        let Some((one, other)) = entries.get(*one).zip(entries.get(*other)) else { continue };
        if one_hash == other_hash && one.path != other.path && lower(one) == lower(other) {
            if composed(one) == composed(other) {
                return Err(ambiguous(show(&other.raw), "has a name that some write as another's"));
            }
            oddities.say(|| Oddity::CaseCollision(show(&one.path), show(&other.path)));
        }
    }
    Ok(())
}

fn components(entry: &Entry) -> impl Iterator<Item = u8> + '_ {
    entry.path.iter().map(|b| if *b == b'/' { 0 } else { *b })
}

/// The first component that all names share, where it is a directory.
pub(super) fn top(entries: &[Entry]) -> Option<Vec<u8>> {
    let mut top: Option<&[u8]> = None;
    let mut below = false;
    for entry in entries.iter().filter(|entry| !entry.path.is_empty()) {
        let first = entry.path.split(|b| *b == b'/').next()?;
        if first == b".." || top.is_some_and(|top| top != first) {
            return None;
        }
        top = Some(first);
        if entry.path.len() > first.len() {
            below = true;
        } else if entry.kind != Kind::Directory {
            return None;
        }
    }
    top.filter(|_| below).map(<[u8]>::to_vec)
}

/// Whether a symbolic link at `path` to `target` leads out of the archive.
fn leads_outside(path: &[u8], target: &[u8], top: Option<&[u8]>) -> bool {
    joined(directory_of(path), target)
        .is_none_or(|at| top.is_some_and(|top| !is_at_or_below(&at, top)))
}

/// A path's directory, without a slash behind it.
pub(crate) fn directory_of(path: &[u8]) -> &[u8] {
    let end = path.iter().rposition(|b| *b == b'/').unwrap_or_default();
    path.get(..end).unwrap_or_default()
}

/// Whether a path is `top`, or below it.
fn is_at_or_below(path: &[u8], top: &[u8]) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// Where `target` leads from `directory`, part by part; `None` where it is absolute or climbs out of the root.
pub(crate) fn joined(directory: &[u8], target: &[u8]) -> Option<Vec<u8>> {
    if target.starts_with(b"/") {
        return None;
    }
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in [directory, target].into_iter().flat_map(|path| path.split(|b| *b == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join(&b'/'))
}
