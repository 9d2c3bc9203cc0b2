//! What the names of distfiles tell.

use crate::bytes::suffix;
use crate::evidence::pep740::normal;
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

/// Name and version of a crate's file.
pub(super) fn split_crate(name: &str) -> Option<(&str, &str)> {
    let stem = name.strip_suffix(".crate")?;
    // Neither a crate's name has dots, nor does a version lack them.
    let dot = stem.find('.')?;
    let at = stem.get(..dot)?.rfind('-')?;
    Some((stem.get(..at)?, stem.get(at + 1..)?))
}

/// Which distfiles of one version are dependencies, by their names.
///
/// A package may be made of a crate, or of an archive, that is named as only those of dependencies are: where no
/// other archive is the package's own, it is.
#[derive(Debug, Clone)]
pub(super) struct DependencyNames {
    package: String,
    rest: Rest,
}

/// What is the package's own among the names that are like those of dependencies.
#[derive(Debug, Clone)]
enum Rest {
    /// None: another archive is.
    None,
    /// Those of this version.
    Of(Version),
    /// All.
    All,
}

impl DependencyNames {
    /// Those of the version of the package, whose distfiles are `names`.
    pub(super) fn of<'n>(
        package: &str,
        version: &Version,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let archives: Vec<&str> =
            names.into_iter().filter(|name| suffix::archive(name).is_some()).collect();
        let of_version = |name: &&str| VersionedName::of(name, version).is_some();
        let rest = if archives.iter().any(|name| !is_named_so(package, name)) {
            Rest::None
        } else if archives.iter().any(of_version) {
            Rest::Of(version.clone())
        } else {
            Rest::All
        };
        Self { package: package.to_owned(), rest }
    }

    /// Whether the distfile is one.
    pub(super) fn has(&self, name: &str) -> bool {
        let is_own = match &self.rest {
            Rest::None => false,
            Rest::Of(version) => VersionedName::of(name, version).is_some(),
            Rest::All => true,
        };
        !is_own && is_named_so(&self.package, name)
    }
}

/// Whether a distfile of the package is named as a dependency is: as a crate of another name, or, behind the
/// name of the package and a version, as what holds them.
fn is_named_so(package: &str, name: &str) -> bool {
    if let Some((of, _)) = split_crate(name) {
        return normal(of) != normal(package);
    }
    let rest = name.strip_prefix(package).unwrap_or(name);
    let is_version = |part: &str| {
        part.strip_prefix('v').unwrap_or(part).starts_with(|c: char| c.is_ascii_digit())
    };
    VENDORED.iter().any(|vendored| {
        rest.find(vendored)
            .and_then(|at| rest.get(..at))
            .is_some_and(|before| before.split(['-', '_']).any(is_version))
    })
}

/// The versions of `names` that are like those of the distfiles `like` of the ebuild. A dependency may
/// happen to have the ebuild's version; its others are none of the package's.
pub(super) fn other_versions(like: &[String], ebuild: &Ebuild, names: &[String]) -> Vec<Version> {
    let all = like.iter().map(String::as_str);
    let dependencies = DependencyNames::of(&ebuild.name, &ebuild.version, all);
    let own = like.iter().filter(|name| !dependencies.has(name));
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
    #![allow(clippy::unwrap_used)]
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
        let version = Version::parse("1.2").unwrap();
        let all = |package, names: &[&str]| -> Vec<String> {
            let found = DependencyNames::of(package, &version, names.iter().copied());
            names.iter().filter(|name| found.has(name)).map(|name| (*name).to_owned()).collect()
        };
        let vendored = ["serde-1.0.2.crate", "foo-1.2-vendor.tar.xz", "foo-v1-deps.tar.gz"];
        let with = |name| [vendored.as_slice(), &[name]].concat();
        assert_eq!(all("foo", &with("foo-1.2.tar.gz")), vendored);
        assert_eq!(all("foo", &with("vendor-1.0.tar.gz")), vendored);
        // A signature, or a patch, is not the release.
        assert_eq!(all("foo", &["a-1.2.crate", "b-1.0.crate", "b-1.0.crate.asc"]), ["b-1.0.crate"]);
        // The package's own crate.
        assert_eq!(all("serde-json", &["serde_json-1.0.2.crate", "a-1.0.crate"]), ["a-1.0.crate"]);
        assert_eq!(all("serde-json", &["serde-_json-1.0.2.crate", "a-1.0.crate"]), ["a-1.0.crate"]);
        // Under another name.
        let names = ["foo-cli-1.2.crate", "serde-1.0.2.crate"];
        assert_eq!(all("foo", &names), ["serde-1.0.2.crate"]);
        // Where no name tells, none is.
        assert_eq!(all("foo", &["foo-cli-3.0.crate", "serde-1.0.2.crate"]), [""; 0]);
        // What is part of the package's name says nothing, nor what comes before a version.
        let names = ["my-deps-1.2.tar.gz", "my-deps-1.2-deps.tar.gz", "foo-deps-1.2.tar.gz"];
        assert_eq!(all("my-deps", &names), ["my-deps-1.2-deps.tar.gz"]);
    }
}
