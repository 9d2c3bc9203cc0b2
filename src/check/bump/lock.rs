//! The checksums that a release's own Cargo.lock has of the crates it takes.

use super::files::Pair;
use super::names::split_crate;
use crate::check::inputs::Locked;
use crate::release::archive::{self, Entry, Sink, Wanted};
use crate::release::lock::{self, LIMIT, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The most bytes of lock files that are kept of one archive.
const TOTAL: usize = 64 << 20;

/// A member called Cargo.lock, kept while the archive is listed.
#[derive(Default)]
struct Keeper {
    /// The member that is read; `None` once it is too large.
    member: Option<Vec<u8>>,
    /// The lock files, by path.
    found: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Bytes of them.
    total: usize,
}

impl Sink for Keeper {
    fn bytes(&mut self, bytes: &[u8]) {
        match &mut self.member {
            Some(member) if member.len() + bytes.len() <= LIMIT => member.extend_from_slice(bytes),
            member => *member = None,
        }
    }

    fn member(&mut self, entry: &Entry) {
        let member = self.member.replace(Vec::new());
        let name = entry.path.rsplit(|b| *b == b'/').next().unwrap_or_default();
        if name == b"Cargo.lock"
            && let Some(member) = member
            && self.total + member.len() <= TOTAL
        {
            self.total += member.len();
            self.found.insert(entry.path.clone(), member);
        }
    }
}

/// What the lock files of the archives in `pairs` say of the crates among them, by distfile.
///
/// An archive without a lock file, or with one that cannot be read, says nothing.
pub(super) fn locked(pairs: &[Pair], distdir: &Path) -> BTreeMap<String, Vec<Locked>> {
    let mut found: BTreeMap<String, Vec<Locked>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    if !pairs.iter().any(|pair| split_crate(&pair.new).is_some()) {
        return found;
    }
    for pair in pairs.iter().filter(|pair| !pair.dependency) {
        let mut keeper = Keeper { member: Some(Vec::new()), ..Keeper::default() };
        let path = distdir.join(&pair.new);
        if archive::read_to(&path, &Wanted::default(), Some(&mut keeper), &|_| {}).is_err() {
            continue;
        }
        for lock in keeper.found.values() {
            for package in packages(lock) {
                let Some(sha256) = package.files.into_iter().find_map(|(_, sum)| sum) else {
                    continue;
                };
                let name = format!("{}-{}.crate", package.name, package.version);
                let locked = Locked { sha256: sha256.to_ascii_lowercase(), by: pair.new.clone() };
                if seen.insert((name.clone(), locked.clone())) {
                    found.entry(name).or_default().push(locked);
                }
            }
        }
    }
    found
}

/// The packages of a lock file. Of one that cannot be read, none: the release's diff says so.
fn packages(text: &[u8]) -> Vec<Package> {
    let text = std::str::from_utf8(text).unwrap_or_default();
    lock::cargo(text).map(|lock| lock.packages).unwrap_or_default()
}
