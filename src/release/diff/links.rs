//! Links that make a file stand in two places: what lies among the tests is built or imported by a link to it.

use super::hazard::{Hazard, HazardKind};
use super::place::{Place, place};
use super::{Change, ChangeKind};
use crate::release::archive::{self, Entry, Kind, Listing};
use std::collections::{BTreeMap, HashMap};

/// Links that are followed one after the other.
const DEPTH: usize = 8;

/// Where a link leads.
enum End<'a> {
    File(&'a Entry),
    /// A directory of the archive, by its path.
    Directory(Vec<u8>),
    Out,
    /// Nothing that the archive has.
    Nowhere,
}

/// The reasons that links give, one list for each change. What a link gives a place that reaches farther is judged there.
pub(super) fn follow(changes: &mut [Change], listing: &Listing) -> Vec<Vec<Hazard>> {
    let mut found: Vec<Vec<Hazard>> = changes.iter().map(|_| Vec::new()).collect();
    let is_link = |change: &Change| {
        let new = change.new.as_ref().filter(|_| change.kind != ChangeKind::Mode);
        new.is_some_and(|new| matches!(new.kind, Kind::Symlink | Kind::Hardlink))
    };
    if !changes.iter().any(is_link) {
        return found;
    }
    let files = listing.by_path();
    let mut reached: HashMap<Vec<u8>, (Place, Vec<u8>)> = HashMap::new();
    for (change, found) in changes.iter().zip(&mut found) {
        let Some(new) = change.new.as_ref().filter(|_| is_link(change)) else { continue };
        let end = end(new, listing, &files);
        if let End::File(file) = &end
            && moves(change.place, place(&file.path, b""))
        {
            reached.insert(file.path.clone(), (change.place, new.path.clone()));
        }
        found.extend(reason(change.place, new, &end));
    }
    for (change, found) in changes.iter_mut().zip(&mut found) {
        let Some((there, link)) = reached.get(change.path()) else { continue };
        change.place = Place { lang: change.place.lang, ..*there };
        let reason = format!("stands for {} too, by a link", archive::show(link));
        found.push(Hazard::new(HazardKind::Link, reason));
    }
    found
}

/// Whether what is at `to` reaches farther at `from`.
fn moves(from: Place, to: Place) -> bool {
    !from.aside && (from.role.reach() > to.role.reach() || from.role.reach() > 1 && to.aside)
}

fn reason(from: Place, new: &Entry, end: &End<'_>) -> Option<Hazard> {
    let code = from.role.reach() > 1 && !from.aside;
    let what = match end {
        End::File(file) => {
            let to = place(&file.path, b"");
            let other = from.lang.is_code() && from.lang != to.lang;
            if !code || to.role.reach() > 1 && !to.aside && !other {
                return None;
            }
            format!("is {}", archive::show(&file.path))
        }
        End::Directory(path) => {
            let aside = |path: &[u8]| place(&[path, b"/x"].concat(), b"").aside;
            if from.role.is_inert() || aside(&new.path) || !aside(path) {
                return None;
            }
            format!("is the directory {}", archive::show(path))
        }
        End::Out if code => "is outside of the release".to_owned(),
        End::Out | End::Nowhere => return None,
    };
    let reason = format!("named like {} and {what}, by a link", from.role.name());
    Some(Hazard::new(HazardKind::Disguised, reason))
}

fn end<'a>(link: &Entry, listing: &'a Listing, files: &BTreeMap<&[u8], &'a Entry>) -> End<'a> {
    if link.kind == Kind::Hardlink {
        return listing.entries.get(link.data).map_or(End::Nowhere, End::File);
    }
    let mut path = link.path.clone();
    let mut target = link.target.clone().unwrap_or_default();
    for _ in 0..DEPTH {
        let Some(next) = join(&path, &target, listing.top.as_deref()) else { return End::Out };
        match files.get(next.as_slice()) {
            Some(entry) if entry.kind == Kind::Symlink => {
                target = entry.target.clone().unwrap_or_default();
                path = next;
            }
            Some(entry) if entry.kind == Kind::Hardlink => {
                return listing.entries.get(entry.data).map_or(End::Nowhere, End::File);
            }
            Some(entry) if entry.is_file() => return End::File(entry),
            Some(_) => return End::Directory(next),
            None => {
                // Not every archive has an entry for each directory.
                let inside = [next.as_slice(), b"/"].concat();
                let mut below = files.range(inside.as_slice()..);
                let has = below.next().is_some_and(|(path, _)| path.starts_with(&inside));
                return if has { End::Directory(next) } else { End::Nowhere };
            }
        }
    }
    End::Nowhere
}

/// Where `target` leads from the link at `path`; `None` where that is not below the top of the archive.
fn join(path: &[u8], target: &[u8], top: Option<&[u8]>) -> Option<Vec<u8>> {
    let whole = [top.unwrap_or_default(), b"/", path].concat();
    let there = archive::joined(archive::directory_of(&whole), target)?;
    let Some(top) = top else { return Some(there) };
    let below = there.strip_prefix(top)?;
    match below.strip_prefix(b"/") {
        Some(below) => Some(below.to_vec()),
        None => below.is_empty().then(Vec::new),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn targets_are_joined_as_a_system_does() {
        for (path, target, expected) in [
            ("src/a.py", "b.py", Some("src/b.py")),
            ("src/a.py", "../tests/./b.py", Some("tests/b.py")),
            ("src/a.py", "../../foo-1/tests/b.py", Some("tests/b.py")),
            ("src/a.py", "../../bar/b.py", None),
            ("src/a.py", "../../../b.py", None),
            ("src/a.py", "/tmp/b.py", None),
        ] {
            let joined = join(path.as_bytes(), target.as_bytes(), Some(b"foo-1"));
            assert_eq!(joined.as_deref(), expected.map(str::as_bytes), "{target}");
        }
        assert_eq!(join(b"a.py", b"../b.py", None), None);
        assert_eq!(join(b"a/b.py", b"../b.py", None).unwrap(), b"b.py");
    }

    #[test]
    fn places_that_reach_farther() {
        let at = |path: &str| place(path.as_bytes(), b"");
        assert!(moves(at("src/a.c"), at("tests/a.c")));
        assert!(moves(at("setup.py"), at("src/a.py")));
        assert!(!moves(at("src/a.c"), at("lib/a.c")));
        assert!(!moves(at("tests/a.c"), at("src/a.c")));
    }
}
