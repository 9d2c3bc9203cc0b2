//! The checksums that a release's own Cargo.lock has of the crates it takes.

use super::files::Pair;
use super::names::split_crate;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::check::inputs::{Gap, Locked};
use crate::release::archive::{self, Entry, Sink, Wanted};
use crate::release::lock::{self, Damaged, LIMIT, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The most bytes of lock files that are kept of one archive.
const TOTAL: usize = 64 << 20;

/// A member called Cargo.lock, kept while the archive is listed.
#[derive(Default)]
struct Keeper {
    /// The member that is read; `None` once it is too large.
    member: Option<Vec<u8>>,
    /// The lock files, by path; `None` for one that is too large.
    found: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
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
        if name == b"Cargo.lock" {
            let member = member.filter(|member| self.total + member.len() <= TOTAL);
            self.total += member.as_ref().map_or(0, Vec::len);
            self.found.insert(entry.path.clone(), member);
        }
    }
}

/// What the lock files of the archives in `pairs` say of the crates among them.
#[derive(Default)]
pub(super) struct Locks {
    /// By distfile.
    pub(super) locked: BTreeMap<String, Vec<Locked>>,
    /// The lock files that cannot be read.
    pub(super) gaps: Vec<Gap>,
}

/// What the lock files of the archives in `pairs` say of the crates among them. An archive without one, or that
/// cannot be read itself, says nothing here.
pub(super) fn locked(pairs: &[Pair], distdir: &Path) -> Locks {
    let mut locks = Locks::default();
    let mut seen = BTreeSet::new();
    if !pairs.iter().any(|pair| split_crate(&pair.new).is_some()) {
        return locks;
    }
    for pair in pairs.iter().filter(|pair| !pair.dependency) {
        let mut keeper = Keeper { member: Some(Vec::new()), ..Keeper::default() };
        let path = distdir.join(&pair.new);
        if archive::read_to(&path, &Wanted::default(), Some(&mut keeper), &|_| {}).is_err() {
            continue;
        }
        for (path, lock) in &keeper.found {
            let packages = lock.as_deref().ok_or(Damaged::TooLarge).and_then(packages);
            let packages = packages.unwrap_or_else(|damaged| {
                // Those further down are of examples and tests.
                if path.iter().filter(|b| **b == b'/').count() <= 1 {
                    locks.gaps.push(gap(pair, path, damaged));
                }
                Vec::new()
            });
            for package in packages {
                let Some(sha256) = package.files.into_iter().find_map(|(_, sum)| sum) else {
                    continue;
                };
                let name = format!("{}-{}.crate", package.name, package.version);
                let locked = Locked { sha256: sha256.to_ascii_lowercase(), by: pair.new.clone() };
                if seen.insert((name.clone(), locked.clone())) {
                    locks.locked.entry(name).or_default().push(locked);
                }
            }
        }
    }
    locks
}

fn packages(text: &[u8]) -> Result<Vec<Package>, Damaged> {
    let text = std::str::from_utf8(text).map_err(|_| Damaged::Syntax("UTF-8"))?;
    Ok(lock::cargo(text)?.packages)
}

/// That the crates are compared with nothing of a lock file.
fn gap(pair: &Pair, path: &[u8], damaged: Damaged) -> Gap {
    let path = String::from_utf8_lossy(path);
    let text = format!("no crate was compared with its {path}: {damaged}");
    let finding = Finding::of_class(Check::Checksums, FailureClass::EvidenceUnsupported, text);
    Gap { distfile: Some(pair.new.clone()), finding }
}
