//! The files of the previous version, and which of them is like one of this version.

use super::names::{DependencyNames, files_of, split_crate};
use super::package::Package;
use crate::bytes::suffix;
use crate::check::pairing::by_suffix;
use crate::evidence::manifest::Manifest;
use crate::evidence::pep740::normal;
use crate::release::gentoo::{Ebuild, SrcUri, Version, VersionedName};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The files of the previous version that are not paired yet.
pub(super) struct Candidates {
    names: BTreeSet<String>,
    /// Those that a Manifest lists and this version does not take.
    others: BTreeSet<String>,
    /// Those of a Manifest that was committed before there was this version.
    committed: BTreeSet<String>,
    /// Whether they are exactly those of the previous version.
    exact: bool,
    /// The names by what makes them alike: each kind of key has its own.
    alike: BTreeMap<Key, BTreeSet<String>>,
    /// Which distfiles of this version are dependencies.
    pub(super) dependencies: DependencyNames,
}

/// What makes names alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// As the index of Python packages compares them.
    Plain(String),
    /// The name of a crate.
    Crate(String),
    /// With all numbers alike.
    Skeleton(String),
}

impl Key {
    /// Those of `name`.
    fn of(name: &str) -> impl Iterator<Item = Self> {
        let crate_name = split_crate(name).map(|(name, _)| Self::Crate(name.to_owned()));
        [Self::Plain(normal(name)), Self::Skeleton(skeleton(name))].into_iter().chain(crate_name)
    }
}

impl Candidates {
    pub(super) fn of(package: &Package, distfiles: &BTreeSet<&str>, distdir: &Path) -> Self {
        let listed = all_listed(package).into_iter();
        let (dependencies, committed) = committed_before(package, distfiles.iter().copied());
        let mut candidates = Self {
            names: BTreeSet::new(),
            others: listed.filter(|name| !distfiles.contains(name.as_str())).collect(),
            committed: committed.iter().flat_map(|m| m.names()).map(str::to_owned).collect(),
            exact: true,
            alike: BTreeMap::new(),
            dependencies,
        };
        let Some(before) = &package.before else { return candidates };
        let there = || all_listed(package).into_iter().chain(files_of(distdir));
        match before.src_uri() {
            Some(src_uri) => candidates.names = contents(src_uri),
            None => (candidates.names, candidates.exact) = (there().collect(), false),
        }
        for name in &candidates.names {
            for key in Key::of(name) {
                candidates.alike.entry(key).or_default().insert(name.clone());
            }
        }
        candidates
    }

    fn take(&mut self, name: String) -> Option<String> {
        for key in Key::of(&name) {
            if let Some(names) = self.alike.get_mut(&key) {
                names.remove(&name);
            }
        }
        self.names.remove(&name).then_some(name)
    }

    fn like(&self, key: &Key) -> impl DoubleEndedIterator<Item = &String> {
        self.alike.get(key).into_iter().flatten()
    }

    /// The same file.
    pub(super) fn same(&mut self, new: &str) -> Option<String> {
        let is_kept = || self.committed.contains(new) && self.dependencies.has(new);
        if self.exact || is_kept() { self.take(new.to_owned()) } else { None }
    }

    /// The same name but for the version.
    pub(super) fn versioned(&mut self, package: &Package, new: &str) -> Option<String> {
        let before = package.before.as_ref()?;
        let named = VersionedName::of(new, &package.ebuild.version)?;
        let spellings = before.version.spellings();
        let with = |spelling: &String| format!("{}{spelling}{}", named.before, named.after);
        let same = spellings.iter().map(with).find(|name| self.names.contains(name));
        // Upstream may have changed the compression.
        let other = || {
            let stem = named.after.split(".tar").next()?;
            spellings.iter().find_map(|spelling| {
                let start = format!("{}{spelling}{stem}", named.before);
                let archives = suffix::archives().map(|suffix| format!("{start}{suffix}"));
                archives.filter(|name| self.names.contains(name)).min()
            })
        };
        // Names of one project, as PEP 503 has it: PyFoo-1.0 and pyfoo-1.1.
        let normalised = || {
            let keys: BTreeSet<Key> =
                spellings.iter().map(|s| Key::Plain(normal(&with(s)))).collect();
            let mut fitting = keys.iter().flat_map(|key| self.like(key));
            let found = fitting.next().cloned();
            found.filter(|_| fitting.next().is_none())
        };
        let found = same.or_else(other).or_else(normalised)?;
        self.take(found)
    }

    /// The same crate, which has a version of its own.
    pub(super) fn of_crate(&mut self, new: &str) -> Option<String> {
        let (name, version) = split_crate(new)?;
        let key = Key::Crate(name.to_owned());
        let found = match self.exact {
            // Of several versions the last is nearest.
            true => self.like(&key).next_back()?.clone(),
            // Of another version of the package, which may have had this one besides.
            false => {
                let version = Version::from_upstream(version)?;
                let others = self.like(&key).filter(|name| self.others.contains(*name));
                let lower = others.filter_map(|name| {
                    let other = Version::from_upstream(split_crate(name)?.1)?;
                    (other < version).then_some((other, name))
                });
                lower.max()?.1.clone()
            }
        };
        self.take(found)
    }

    /// The only one that differs in numbers alone.
    pub(super) fn alike(&mut self, new: &str) -> Option<String> {
        if !self.exact {
            return None;
        }
        let shape = Key::Skeleton(skeleton(new));
        let fitting: Vec<&String> = self.like(&shape).take(2).collect();
        let [only] = fitting.as_slice() else { return None };
        let found = (*only).clone();
        self.take(found)
    }
}

/// What the Manifest lists, and that of the last commit where it counts.
pub(super) fn all_listed(package: &Package) -> Vec<String> {
    [&package.manifest, &package.committed].map(|manifest| listed(manifest.as_ref())).concat()
}

pub(super) fn listed(manifest: Option<&Manifest>) -> Vec<String> {
    manifest.iter().flat_map(|manifest| manifest.names()).map(str::to_owned).collect()
}

/// The Manifest of the last commit, where it has no distfile of this version: those that `names` has but
/// dependencies, which versions share. Which of them are, it says besides.
pub(super) fn committed_before<'p, 'n>(
    package: &'p Package,
    mut names: impl Iterator<Item = &'n str> + Clone,
) -> (DependencyNames, Option<&'p Manifest>) {
    let Ebuild { name, version, .. } = &package.ebuild;
    let dependencies = DependencyNames::of(name, version, names.clone());
    let committed = package
        .committed
        .as_ref()
        .filter(|committed| !names.any(|name| committed.has(name) && !dependencies.has(name)));
    (dependencies, committed)
}

/// The names of files that are no evidence about another.
pub(super) fn contents(src_uri: &SrcUri) -> BTreeSet<String> {
    let names: BTreeSet<&str> = src_uri.names().collect();
    let content = |name: &&&str| by_suffix(name).is_none_or(|(_, base)| !names.contains(base));
    names.iter().filter(content).map(|name| (*name).to_owned()).collect()
}

/// A name with all numbers alike.
fn skeleton(name: &str) -> String {
    let mut shape = String::with_capacity(name.len());
    for c in name.chars() {
        match c.is_ascii_digit() {
            true if shape.ends_with('#') => {}
            true => shape.push('#'),
            false => shape.push(c),
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skeletons() {
        assert_eq!(skeleton("bash52-015"), "bash#-#");
        assert_eq!(skeleton("foo-1.2.10.tar.gz"), "foo-#.#.#.tar.gz");
    }
}
