//! Which file of the old release is which of the new one.

use crate::bytes::suffix;
use crate::release::archive::{Entry, Kind, Listing};
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
            .filter_map(|path| Some((*path, exchange(path, from, to)?)))
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
    let versions = |one: &str, other: &str| Some((version(one)?, version(other)?));
    tops.and_then(|(one, other)| versions(&one, &other))
        .or_else(|| versions(old.1, new.1))
        .filter(|(old, new)| old != new)
}

/// The version in a name like `foo-bar-1.2rc1.tar.gz`, `v1.2` or `foo-1.2-py3-none-any.whl`.
pub(crate) fn version(name: &str) -> Option<String> {
    let name = name.rsplit('/').next().unwrap_or(name);
    let starts = name.char_indices().filter(|(at, c)| {
        let before = name.get(..*at).unwrap_or_default();
        let after_separator = matches!(before.chars().last(), None | Some('-' | '_'));
        let after_v = before == "v" || before.ends_with("-v") || before.ends_with("_v");
        c.is_ascii_digit() && (after_separator || after_v)
    });
    let start = starts.map(|(at, _)| at).next()?;
    let rest = name.get(start..)?;
    let end = rest.find(['-', '_']).unwrap_or(rest.len());
    Some(suffix::stem(rest.get(..end)?).to_owned()).filter(|version| !version.is_empty())
}

/// `path` with the version `from` replaced by `to` where it stands as a word; `None` where it does
/// not.
fn exchange(path: &[u8], from: &str, to: &str) -> Option<Vec<u8>> {
    let path = std::str::from_utf8(path).ok()?;
    let mut result = String::with_capacity(path.len());
    let mut rest = 0;
    for (at, _) in path.match_indices(from) {
        let before = path.get(..at)?.chars().last();
        let after = path.get(at + from.len()..)?.chars().next();
        let word = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_digit());
        if at < rest || !word(before) || !word(after) {
            continue;
        }
        result.push_str(path.get(rest..at)?);
        result.push_str(to);
        rest = at + from.len();
    }
    result.push_str(path.get(rest..)?);
    (result != path).then(|| result.into_bytes())
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

    #[test]
    fn versions_in_names() {
        for (name, expected) in [
            ("foo-1.2.tar.gz", Some("1.2")),
            ("foo-bar-1.2rc1", Some("1.2rc1")),
            ("foo-1.2-py3-none-any.whl", Some("1.2")),
            ("v1.10.0", Some("1.10.0")),
            ("project-v2.0.zip", Some("2.0")),
            ("sqlite3", None),
            ("foo", None),
            ("foo_bar-20.5.crate", Some("20.5")),
        ] {
            assert_eq!(version(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn versions_are_exchanged_as_words() {
        let exchanged = |path: &str| {
            exchange(path.as_bytes(), "1.2", "1.3").map(|path| String::from_utf8(path).unwrap())
        };
        assert_eq!(exchanged("foo-1.2.dist-info/x").as_deref(), Some("foo-1.3.dist-info/x"));
        assert_eq!(exchanged("a1.2/1.2/11.2/1.25"), Some("a1.3/1.3/11.2/1.25".to_owned()));
        assert_eq!(exchanged("foo/bar"), None);
    }
}
