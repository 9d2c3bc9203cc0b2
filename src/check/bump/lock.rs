//! The checksums that a release's own Cargo.lock has of the crates it takes.

use super::files::Pair;
use super::names::split_crate;
use crate::check::inputs::Locked;
use crate::release::archive::{self, Entry, Sink, Wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The largest lock file that is read, and the most of all in one archive, in bytes.
const LIMIT: usize = 8 << 20;
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

#[derive(serde::Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<LockedPackage>,
}

#[derive(serde::Deserialize)]
struct LockedPackage {
    name: String,
    version: String,
    checksum: Option<String>,
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
            for package in parse(lock) {
                let Some(sha256) = package.checksum else { continue };
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

fn parse(lock: &[u8]) -> Vec<LockedPackage> {
    let text = std::str::from_utf8(lock).unwrap_or_default();
    toml::from_str::<Lock>(text).map(|lock| lock.package).unwrap_or_default()
}
