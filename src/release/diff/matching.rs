//! Which file of the old release is which of the new one.

use crate::release::archive::{Entry, Kind, Listing};
use crate::release::gentoo::{exchange, version_in};
use std::collections::{BTreeMap, HashMap};

/// A file of either release, or of both.
pub(super) struct Pair<'a> {
    pub(crate) old: Option<&'a Entry>,
    pub(crate) new: Option<&'a Entry>,
    /// Whether the two were matched by their contents rather than by their names.
    pub(crate) moved: bool,
}

/// Pairs files by path, by path with the version exchanged, then by contents.
pub(super) fn pairs<'a>(
    old: &'a Listing,
    new: &'a Listing,
    versions: Option<&(String, String)>,
) -> Vec<Pair<'a>> {
    let relevant = |listing: &'a Listing| -> BTreeMap<&'a [u8], &'a Entry> {
        listing.by_path().into_iter().filter(|(_, e)| e.kind != Kind::Directory).collect()
    };
    let (mut gone, mut come) = (relevant(old), relevant(new));
    let mut pairs = Vec::new();
    let shared: Vec<_> = gone.keys().filter(|path| come.contains_key(*path)).copied().collect();
    for path in shared {
        pairs.push(Pair { old: gone.remove(path), new: come.remove(path), moved: false });
    }
    if let Some((from, to)) = versions {
        let renamed: Vec<_> = gone
            .keys()
            .filter_map(|path| {
                Some((*path, exchange(std::str::from_utf8(path).ok()?, from, to)?.into_bytes()))
            })
            .filter(|(_, path)| come.contains_key(path.as_slice()))
            .collect();
        for (path, exchanged) in renamed {
            if let Some(new) = come.remove(exchanged.as_slice()) {
                pairs.push(Pair { old: gone.remove(path), new: Some(new), moved: false });
            }
        }
    }
    by_contents(&mut gone, &mut come, &mut pairs);
    pairs.extend(gone.into_values().map(|e| Pair { old: Some(e), new: None, moved: false }));
    pairs.extend(come.into_values().map(|e| Pair { old: None, new: Some(e), moved: false }));
    pairs
}

/// Pairs what has the same contents, by the same file name first; in one look at each file. Empty
/// files are left alone.
fn by_contents<'a>(
    gone: &mut BTreeMap<&'a [u8], &'a Entry>,
    come: &mut BTreeMap<&'a [u8], &'a Entry>,
    pairs: &mut Vec<Pair<'a>>,
) {
    let mut named: HashMap<([u8; 32], &'a [u8]), Vec<&'a Entry>> = HashMap::new();
    for entry in gone.values().rev().filter(|e| e.size > 0) {
        if let Some(digest) = entry.sha256 {
            named.entry((digest, file_name(entry))).or_default().push(entry);
        }
    }
    let news: Vec<&'a Entry> = come.values().copied().collect();
    let mut pair = |old: &'a Entry, new: &'a Entry, gone: &mut BTreeMap<&'a [u8], &'a Entry>| {
        gone.remove(old.path.as_slice());
        come.remove(new.path.as_slice());
        pairs.push(Pair { old: Some(old), new: Some(new), moved: true });
    };
    let mut left = Vec::new();
    for new in news {
        let same = new.sha256.and_then(|digest| named.get_mut(&(digest, file_name(new)))?.pop());
        match same {
            Some(old) => pair(old, new, gone),
            None => left.push(new),
        }
    }
    let mut contents: HashMap<[u8; 32], Vec<&'a Entry>> = HashMap::new();
    for entry in gone.values().rev().filter(|e| e.size > 0) {
        if let Some(digest) = entry.sha256 {
            contents.entry(digest).or_default().push(entry);
        }
    }
    for new in left {
        if let Some(old) = new.sha256.and_then(|digest| contents.get_mut(&digest)?.pop()) {
            pair(old, new, gone);
        }
    }
}

fn file_name(entry: &Entry) -> &[u8] {
    entry.path.rsplit(|b| *b == b'/').next().unwrap_or_default()
}

/// The versions of the two releases, where their names have one each that differ: of the top-level
/// directories, else of the files.
pub(super) fn versions(old: (&Listing, &str), new: (&Listing, &str)) -> Option<(String, String)> {
    let top = |listing: &Listing| {
        listing.top.as_ref().and_then(|top| String::from_utf8(top.clone()).ok())
    };
    let tops = top(old.0).zip(top(new.0));
    let versions = |one: &str, other: &str| Some((version_in(one)?, version_in(other)?));
    tops.and_then(|(one, other)| versions(&one, &other))
        .or_else(|| versions(old.1, new.1))
        .filter(|(old, new)| old != new)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Forty thousand files with the same contents took minutes when each was compared with each.
    #[test]
    fn files_with_the_same_contents_are_paired_in_one_look_at_each() {
        let listing = |directory: &str| {
            let entry = |n: usize| {
                crate::release::archive::tests_entry(&format!("{directory}/{n}{directory}"))
            };
            Listing { entries: (0..40_000).map(entry).collect(), ..Listing::default() }
        };
        let (old, new) = (listing("a"), listing("b"));
        let begin = std::time::Instant::now();
        let pairs = pairs(&old, &new, None);
        assert_eq!(pairs.len(), 40_000);
        assert!(pairs.iter().all(|pair| pair.moved));
        // No benchmark: a bound that only comparing each with each can reach.
        assert!(begin.elapsed().as_secs() < 20);
    }
}
