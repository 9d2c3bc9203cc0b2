//! The directory of a repository that an archive was made from.

use super::derived::vcs_info;
use super::spelling::{Release, plain};
use super::view::Whole;
use crate::release::archive::{Entry, Kind};
use std::collections::{BTreeMap, HashMap};
use toml::{Table, Value};

/// Directories of a tree where a package may be that is at the root of a wheel.
const WHEEL_ROOTS: [&[u8]; 4] = [b"", b"src", b"python", b"lib"];

/// Files that name the package of a directory.
const MANIFESTS: [&str; 4] = ["Cargo.toml", "pyproject.toml", "package.json", "setup.cfg"];

/// Parts of paths below which packages are made up for tests, or are others'.
const NOT_RELEASED: [&str; 14] = [
    "test",
    "tests",
    "testing",
    "testdata",
    "sample",
    "samples",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "vendor",
    "third_party",
    "node_modules",
    "__tests__",
];

/// Where in the tree an archive comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct From<'a> {
    /// The directory that was given.
    pub(super) given: Option<&'a str>,
    /// Whether it is a .crate by its name: it may say of itself where it comes from.
    pub(super) is_crate: bool,
    /// The release's name.
    pub(super) release: &'a Release,
}

impl From<'_> {
    /// The directory: as given, as a .crate says, or found by the files.
    pub(super) fn directory(self, members: &BTreeMap<&[u8], &Entry>, whole: &Whole<'_>) -> Vec<u8> {
        if let Some(directory) = self.given {
            return directory.trim_matches('/').as_bytes().to_vec();
        }
        if self.is_crate {
            // Only a package of the release's own name: an archive does not choose what it is
            // compared with.
            let stated = vcs_info(members).and_then(|info| info.directory);
            let stated = stated.filter(|at| at.is_empty() || self.is_package(whole, at));
            if let Some(directory) = stated {
                return directory;
            }
        }
        if members.keys().any(|path| path.ends_with(b".dist-info/WHEEL")) {
            return self.wheel_root(members, whole);
        }
        self.by_files(members, whole)
    }

    /// The directory below which most of the files are the same, where its package has the
    /// release's name. The root where as many are the same there.
    fn by_files(self, members: &BTreeMap<&[u8], &Entry>, whole: &Whole<'_>) -> Vec<u8> {
        let files = || members.values().filter(|entry| entry.kind == Kind::File);
        let mut same: HashMap<&[u8], usize> = HashMap::new();
        for entry in files() {
            let Some(blob) = &entry.blob else { continue };
            for path in whole.paths_of(blob) {
                let Some(above) = path.strip_suffix(entry.path.as_slice()) else { continue };
                match above {
                    [] => *same.entry(b"").or_default() += 1,
                    [directory @ .., b'/'] => *same.entry(directory).or_default() += 1,
                    _ => {}
                }
            }
        }
        let at_root = same.get(&b""[..]).copied().unwrap_or_default();
        let mut better: Vec<(usize, &[u8])> = same
            .into_iter()
            .filter(|(directory, count)| !directory.is_empty() && *count > at_root)
            .map(|(directory, count)| (count, directory))
            .collect();
        better.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let found = better.into_iter().find(|(_, directory)| self.is_package(whole, directory));
        found.map(|(_, directory)| directory.to_vec()).unwrap_or_default()
    }

    /// Whether the package in `directory` has the release's name, and is not made up for a test.
    fn is_package(self, whole: &Whole<'_>, directory: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(directory) else { return false };
        let parts: Vec<&str> = text.split('/').collect();
        if parts.iter().any(|part| NOT_RELEASED.contains(part)) {
            return false;
        }
        let is = |name: &str| {
            let name = name.rsplit('/').next().unwrap_or(name);
            !plain(name).is_empty() && plain(name) == plain(&self.release.name)
        };
        let view = super::view::View::new(whole, directory);
        parts.last().is_some_and(|part| is(part))
            || MANIFESTS.iter().any(|manifest| {
                view.text(manifest)
                    .and_then(|text| package(manifest, &text))
                    .is_some_and(|n| is(&n))
            })
    }

    /// The directory of the tree that a wheel's packages come from: where most of its files are the
    /// same.
    fn wheel_root(self, members: &BTreeMap<&[u8], &Entry>, whole: &Whole<'_>) -> Vec<u8> {
        let same = |root: &[u8]| {
            let there = |path: &[u8]| match root.is_empty() {
                true => whole.get(path),
                false => whole.get(&[root, b"/", path].concat()),
            };
            members
                .iter()
                .filter(|(path, entry)| {
                    there(path).is_some_and(|git| entry.blob.as_ref() == Some(&git.object))
                })
                .count()
        };
        // Of several that fit as well, the first.
        let best = WHEEL_ROOTS.iter().rev().max_by_key(|root| same(root));
        best.copied().unwrap_or_default().to_vec()
    }
}

/// The package's name in a manifest.
fn package(manifest: &str, text: &str) -> Option<String> {
    if manifest == "package.json" {
        let limits = crate::bytes::json::Limits::default();
        let value = crate::bytes::json::parse(text.as_bytes(), limits).ok()?;
        return value.get("name")?.as_str().map(str::to_owned);
    }
    if manifest == "setup.cfg" {
        let line = text.lines().find(|line| line.trim_start().starts_with("name"))?;
        return Some(line.split_once('=')?.1.trim().to_owned());
    }
    let table: Table = crate::bytes::toml::parse(text).ok()?;
    let name = |path: &[&str]| {
        let mut value = table.get(*path.first()?)?;
        for part in path.iter().skip(1) {
            value = value.get(part)?;
        }
        Value::as_str(value).map(str::to_owned)
    };
    name(&["package", "name"])
        .or_else(|| name(&["project", "name"]))
        .or_else(|| name(&["tool", "poetry", "name"]))
}
