//! Which distfiles belong to a version, and which of the previous version is like which.

use super::package::{Package, PackageError, files_of};
use crate::bytes::suffix;
use crate::check::pairing::{Role, role};
use crate::evidence::manifest::Manifest;
use crate::release::gentoo::Version;
use std::collections::BTreeSet;
use std::path::Path;

/// A distfile of the new version that will be unpacked, and the one of the previous version that is
/// like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The name of the new one.
    pub(crate) new: String,
    /// The name of the old one, where there is one.
    pub(crate) old: Option<String>,
}

/// The text around the version in a distfile's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    before: String,
    after: String,
}

/// The shape of `name`, which has `version` in it in one of its spellings; `None` where it has not.
pub(super) fn shape(name: &str, version: &Version) -> Option<Shape> {
    version.spellings().iter().find_map(|spelling| {
        let mut at = name.match_indices(spelling.as_str()).map(|(at, _)| at);
        let found = at.find(|at| is_word(name, *at, at + spelling.len()))?;
        Some(Shape {
            before: name.get(..found)?.to_owned(),
            after: name.get(found + spelling.len()..)?.to_owned(),
        })
    })
}

/// Whether what stands from `start` to `end` is a whole version: `1.2` is not in `1.2.3`, `11.2` or
/// `1.2rc1`.
fn is_word(name: &str, start: usize, end: usize) -> bool {
    let mut before = name.get(..start).unwrap_or_default().chars().rev();
    let mut after = name.get(end..).unwrap_or_default().chars();
    let before = match (before.next(), before.next()) {
        (Some('.'), Some(c)) => !c.is_ascii_digit(),
        (Some(c), _) => !c.is_ascii_digit(),
        (None, _) => true,
    };
    let after = match (after.next(), after.next()) {
        (Some('.'), Some(c)) => !c.is_ascii_digit(),
        // A letter begins a suffix of the version: `1.2rc1`, `1.2b`, but not `1.2.tar.gz`.
        (Some('_'), Some('a' | 'b' | 'r' | 'p')) => name.get(end..).is_some_and(|rest| {
            !["_alpha", "_beta", "_rc", "_pre", "_p"].iter().any(|suffix| rest.starts_with(suffix))
        }),
        (Some(c), _) => !c.is_ascii_alphanumeric(),
        (None, _) => true,
    };
    before && after
}

/// The versions that names of one of these shapes have.
pub(super) fn versions_like(shapes: &[Shape], names: &[String]) -> Vec<Version> {
    let fits = |shape: &Shape, name: &String| {
        let middle = name.strip_prefix(&shape.before)?.strip_suffix(&shape.after)?;
        Version::from_upstream(middle)
    };
    names.iter().flat_map(|name| shapes.iter().filter_map(move |s| fits(s, name))).collect()
}

/// The names of the distfiles of `version` in `names`.
fn of_version(version: &Version, names: &[String]) -> Vec<String> {
    names.iter().filter(|name| shape(name, version).is_some()).cloned().collect()
}

/// The names that count: those of the Manifest, and those in `distdir` that stand beside one of
/// them as evidence.
fn known(manifest: Option<&Manifest>) -> Vec<String> {
    manifest.iter().flat_map(|manifest| manifest.names()).map(str::to_owned).collect()
}

/// The distfiles of the version of `package`: of the DIST entries, else of DISTDIR those named as
/// the ones of other versions are.
///
/// # Errors
///
/// Where there is none, or one is not there.
pub(super) fn distfiles(
    package: &Package,
    distdir: &Path,
    given: &[String],
) -> Result<Vec<String>, PackageError> {
    let version = &package.ebuild.version;
    let listed = known(package.manifest.as_ref());
    let mut names = match given.is_empty() {
        true => of_version(version, &listed),
        false => given.to_vec(),
    };
    if names.is_empty() {
        // Not fetched by the package manager yet: what is there and begins like the package.
        let there = of_version(version, &files_of(distdir));
        let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
        let package_name = plain(&package.ebuild.name);
        let shaped = |name: &String| {
            shape(name, version)
                .is_some_and(|s| plain(&s.before).trim_end_matches('-') == package_name)
        };
        names = there.into_iter().filter(shaped).collect();
    }
    if names.is_empty() {
        let mut looked = vec![distdir.to_owned()];
        looked.extend(package.manifest.as_ref().map(|manifest| manifest.path().to_owned()));
        return Err(PackageError::NoDistfile { version: version.to_string(), looked });
    }
    let set: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let is_content = |name: &&String| role(distdir, name, &set) == Role::Content;
    let missing =
        names.iter().filter(is_content).find(|name| distdir.join(name).symlink_metadata().is_err());
    match missing {
        Some(name) => {
            Err(PackageError::NotFetched { name: name.clone(), distdir: distdir.to_owned() })
        }
        None => Ok(names),
    }
}

/// Pairs the distfiles of this version that will be unpacked with those of the previous version.
pub(crate) fn pairs(package: &Package, distfiles: &[String], distdir: &Path) -> Vec<Pair> {
    let set: BTreeSet<&str> = distfiles.iter().map(String::as_str).collect();
    let contents = distfiles.iter().filter(|name| role(distdir, name, &set) == Role::Content);
    let names: BTreeSet<String> =
        known(package.manifest.as_ref()).into_iter().chain(files_of(distdir)).collect();
    contents.map(|new| Pair { new: new.clone(), old: old_name(package, new, &names) }).collect()
}

fn old_name(package: &Package, new: &str, names: &BTreeSet<String>) -> Option<String> {
    let before = package.before.as_ref()?;
    let shape = shape(new, &package.ebuild.version)?;
    let spelled = |spelling: &String| format!("{}{spelling}{}", shape.before, shape.after);
    let same = before.version.spellings().iter().map(spelled).find(|name| names.contains(name));
    // Upstream may have changed the compression.
    let stem = |text: &str| text.split(".tar").next().map(str::to_owned);
    same.or_else(|| {
        before.version.spellings().iter().find_map(|spelling| {
            let start = format!("{}{spelling}{}", shape.before, stem(&shape.after)?);
            let archive =
                |name: &&String| name.strip_prefix(&start).is_some_and(suffix::is_archive);
            names.iter().find(archive).cloned()
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn the_version_in_a_name() {
        for (name, text, expected) in [
            ("foo-1.2.tar.gz", "1.2", true),
            ("foo-1.2.tar.gz", "1.2-r3", true),
            ("foo-1.2.3.tar.gz", "1.2", false),
            ("foo-11.2.tar.gz", "1.2", false),
            ("foo-0.1.2.tar.gz", "1.2", false),
            ("foo-1.2rc1.tar.gz", "1.2", false),
            ("foo-1.2rc1.tar.gz", "1.2_rc1", true),
            ("foo-1.2_rc1.tar.gz", "1.2", false),
            ("foo_1_2.zip", "1.2", true),
            ("v1.2.tar.gz", "1.2", true),
            ("foo-1.2-py3-none-any.whl", "1.2", true),
        ] {
            assert_eq!(shape(name, &version(text)).is_some(), expected, "{name} {text}");
        }
    }

    #[test]
    fn versions_in_names_like_it() {
        let shapes = [shape("foo-1.3.tar.gz", &version("1.3")).unwrap()];
        let names = ["foo-1.2.tar.gz", "foo-1.2rc1.tar.gz", "foo-1.2.tar.gz.asc", "bar-9.tar.gz"];
        let found = versions_like(&shapes, &names.map(str::to_owned));
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["1.2", "1.2_rc1"]);
    }
}
