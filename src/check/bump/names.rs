//! What the names of distfiles tell.

use crate::release::gentoo::{Ebuild, Version, VersionedName, versions_like};
use std::collections::BTreeSet;
use std::path::Path;

/// The most names by whose shape other versions are looked for.
const SHAPES: usize = 100;

/// Parts of names of archives that hold dependencies.
const VENDORED: [&str; 8] = [
    "-vendor",
    "-deps",
    "-crates",
    "-go-mod",
    "-gomod",
    "-node_modules",
    "-npm-cache",
    "-vendored",
];

/// A name as the index of Python packages compares it (PEP 503).
pub(super) fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

/// Name and version of a crate's file.
pub(super) fn split_crate(name: &str) -> Option<(&str, &str)> {
    let stem = name.strip_suffix(".crate")?;
    // Neither a crate's name has dots, nor does a version lack them.
    let dot = stem.find('.')?;
    let at = stem.get(..dot)?.rfind('-')?;
    Some((stem.get(..at)?, stem.get(at + 1..)?))
}

/// Whether a distfile of the package is a dependency, by its name: a crate of another name is.
pub(super) fn is_dependency(package: &str, name: &str) -> bool {
    split_crate(name).is_some_and(|(of, _)| plain(of) != plain(package))
        || VENDORED.iter().any(|part| name.contains(part))
}

/// The versions of `names` that are like those of the distfiles `like` of the ebuild. A dependency may
/// happen to have the ebuild's version; its others are none of the package's.
pub(super) fn other_versions(like: &[String], ebuild: &Ebuild, names: &[String]) -> Vec<Version> {
    let own = like.iter().filter(|name| !is_dependency(&ebuild.name, name));
    let shapes = own.filter_map(|name| VersionedName::of(name, &ebuild.version));
    let shapes: BTreeSet<VersionedName> = shapes.take(SHAPES).collect();
    versions_like(&shapes.into_iter().collect::<Vec<_>>(), names)
}

/// The names of the files in a directory; none where it cannot be listed.
pub(super) fn files_of(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates() {
        for (name, expected) in [
            ("serde-1.0.2.crate", Some(("serde", "1.0.2"))),
            ("windows-sys-0.48.0.crate", Some(("windows-sys", "0.48.0"))),
            ("a-1.0.0-rc.1+x-2.crate", Some(("a", "1.0.0-rc.1+x-2"))),
            (
                "winapi-x86_64-pc-windows-gnu-0.4.0.crate",
                Some(("winapi-x86_64-pc-windows-gnu", "0.4.0")),
            ),
            ("a.crate", None),
            ("a-1.0.tar.gz", None),
        ] {
            assert_eq!(split_crate(name), expected, "{name}");
        }
    }

    #[test]
    fn dependencies() {
        for name in ["serde-1.0.2.crate", "foo-1.2-vendor.tar.xz", "foo-1.2-deps.tar.gz"] {
            assert!(is_dependency("foo", name), "{name}");
        }
        for name in ["foo-1.2.tar.gz", "vendor-1.0.tar.gz", "foo-1.2.crate.asc"] {
            assert!(!is_dependency("foo", name), "{name}");
        }
        // The package's own.
        assert!(!is_dependency("serde-json", "serde_json-1.0.2.crate"));
    }
}
