//! Which distfiles belong to a version, and which of the previous version is like which.

use super::candidates::{Candidates, all_listed, committed_before, contents, listed};
use super::names::{DependencyNames, files_of};
use super::package::{Package, PackageError};
use crate::check::pairing::{Names, Role, by_suffix};
use crate::evidence::pep740::normal;
use crate::release::gentoo::{Version, VersionedName};
use crate::release::review::Before;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A distfile of the new version that will be unpacked, and the one of the previous version that is
/// like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The name of the new one.
    pub(crate) new: String,
    /// The name of the old one, where there is one.
    pub(crate) old: Option<String>,
    /// Whether it is another project's, which this one brings along.
    pub(crate) dependency: bool,
}

impl Pair {
    /// Whether both versions take the same file.
    pub(crate) fn is_same(&self) -> bool {
        self.old.as_ref() == Some(&self.new)
    }
}

/// The distfiles of a version.
#[derive(Debug, Clone, Default)]
pub(crate) struct Distfiles {
    /// Their names.
    pub(crate) names: Vec<String>,
    /// Files that are fetched for some USE flags, and are not there.
    pub(crate) unfetched: Vec<String>,
}

/// The names of the distfiles of `version` in `names`.
fn of_version(version: &Version, names: &[String]) -> Vec<String> {
    let fits = |name: &&String| VersionedName::of(name, version).is_some();
    names.iter().filter(fits).cloned().collect()
}

/// The distfiles of the version of `package`: those of its SRC_URI; else of the DIST entries, else of
/// DISTDIR those with the version in their names.
///
/// # Errors
///
/// If there is none, or one that is always fetched is not there.
pub(super) fn distfiles(
    package: &Package,
    distdir: &Path,
    given: &[String],
) -> Result<Distfiles, PackageError> {
    let names = match (&package.metadata.src_uri, given.is_empty()) {
        (_, false) => given.to_vec(),
        (Some(src_uri), true) => src_uri.names().map(str::to_owned).collect(),
        (None, true) => by_name(package, distdir),
    };
    let version = &package.ebuild.version;
    if names.is_empty() {
        if package.metadata.src_uri.is_some() {
            return Err(PackageError::NoSource(version.to_string()));
        }
        let mut looked = vec![distdir.to_owned()];
        looked.extend(package.manifest.as_ref().map(|manifest| manifest.path().to_owned()));
        let unread = package.metadata.unused.iter().map(ToString::to_string).collect();
        return Err(PackageError::NoDistfile { version: version.to_string(), looked, unread });
    }
    let known = known(package, &names);
    let missing = |name: &&String| distdir.join(name).symlink_metadata().is_err();
    let contents = names.iter().filter(|name| known.role(distdir, name) == Role::Content);
    let mut unfetched = Vec::new();
    for name in contents.filter(missing) {
        let file = package.metadata.src_uri.as_ref().and_then(|src_uri| src_uri.file(name));
        match file.filter(|file| given.is_empty() && !file.is_unconditional()) {
            Some(_) => unfetched.push(name.clone()),
            None => {
                let (name, distdir) = (name.clone(), distdir.to_owned());
                return Err(PackageError::NotFetched { name, distdir });
            }
        }
    }
    let absent: BTreeSet<&String> = unfetched.iter().collect();
    let names: Vec<String> = names.iter().filter(|name| !absent.contains(name)).cloned().collect();
    let there = names.iter().any(|name| distdir.join(name).symlink_metadata().is_ok());
    match (there, unfetched.first()) {
        (false, Some(name)) => {
            Err(PackageError::NotFetched { name: name.clone(), distdir: distdir.to_owned() })
        }
        _ => Ok(Distfiles { names, unfetched }),
    }
}

fn by_name(package: &Package, distdir: &Path) -> Vec<String> {
    let version = &package.ebuild.version;
    let names = of_version(version, &listed(package.manifest.as_ref()));
    if !names.is_empty() {
        return names;
    }
    // Not fetched by the package manager yet: what is there and begins like the package.
    let package_name = normal(&package.ebuild.name);
    let shaped = |name: &String| {
        VersionedName::of(name, version)
            .is_some_and(|named| normal(&named.before).trim_end_matches('-') == package_name)
    };
    of_version(version, &files_of(distdir)).into_iter().filter(shaped).collect()
}

/// The distfiles `names` of the package, with what SRC_URI has them as.
fn known<'a>(package: &'a Package, names: &'a [String]) -> Names<'a> {
    let src_uri = package.metadata.src_uri.as_ref();
    let upstream = |name: &str| src_uri?.file(name)?.upstream.as_deref();
    Names::called(names.iter().map(String::as_str), upstream)
}

/// Pairs the distfiles of this version that will be unpacked with those of the previous version.
pub(crate) fn pairs(package: &Package, distfiles: &[String], distdir: &Path) -> Vec<Pair> {
    let known = known(package, distfiles);
    let contents: Vec<&String> =
        distfiles.iter().filter(|name| known.role(distdir, name) == Role::Content).collect();
    let set: BTreeSet<&str> = distfiles.iter().map(String::as_str).collect();
    let mut old = Candidates::of(package, &set, distdir);
    // Exact matches first, so that what is only alike takes nothing from them.
    let steps: [fn(&mut Candidates, &Package, &str) -> Option<String>; 4] = [
        |old, _, new| old.same(new),
        Candidates::versioned,
        |old, _, new| old.of_crate(new),
        |old, _, new| old.alike(new),
    ];
    let mut found: BTreeMap<&str, String> = BTreeMap::new();
    for step in steps {
        for new in &contents {
            if !found.contains_key(new.as_str())
                && let Some(name) = step(&mut old, package, new)
            {
                found.insert(new, name);
            }
        }
    }
    let dependencies = old.dependencies;
    let pair = |new: &&String| Pair {
        new: (*new).clone(),
        old: found.get(new.as_str()).cloned(),
        dependency: dependencies.has(new),
    };
    contents.iter().map(pair).collect()
}

/// What is known of the previous version's file where a distfile has none in [`pairs`].
///
/// A new file may be an old one under another name. So there is certainly none only if the distfiles of
/// the previous version are known, and each has its pair; of a dependency, whether or not others are gone. Where no
/// previous version is known, there is none only if no Manifest has a distfile that this version does not take.
#[derive(Debug, Clone)]
pub(super) struct WithoutPair {
    dependency: Before,
    other: Before,
}

impl WithoutPair {
    pub(super) fn of(package: &Package, pairs: &[Pair]) -> Self {
        let both = |before: Before| Self { dependency: before.clone(), other: before };
        let Some(before) = &package.before else {
            let fetched = package.metadata.src_uri.iter().flat_map(|src_uri| src_uri.names());
            let new = pairs.iter().map(|pair| pair.new.as_str());
            let taken: BTreeSet<&str> = fetched.chain(new).collect();
            let listed = all_listed(package);
            let is_other =
                |name: &&String| by_suffix(name).is_none() && !taken.contains(name.as_str());
            return both(listed.iter().find(is_other).map_or(Before::None, |name| {
                Before::Unknown(format!(
                    "the Manifest, or that of the last commit, has {name}, and this may be another version of it \
                     (--previous-version says so)"
                ))
            }));
        };
        let known = before.src_uri();
        let names: Vec<String> = match known {
            Some(src_uri) => contents(src_uri).into_iter().collect(),
            None => {
                let of_version = of_version(&before.version, &all_listed(package));
                of_version.into_iter().filter(|name| by_suffix(name).is_none()).collect()
            }
        };
        let all = pairs.iter().map(|pair| pair.new.as_str());
        let is_known = known.is_some() || committed_before(package, all).1.is_some();
        let text = "nothing tells which distfiles the previous version has";
        let unknown = Before::Unknown(text.to_owned());
        if known.is_none() && names.is_empty() {
            return both(unknown);
        }
        let paired: BTreeSet<&String> = pairs.iter().filter_map(|pair| pair.old.as_ref()).collect();
        let all = names.iter().map(String::as_str);
        let dependencies = DependencyNames::of(&package.ebuild.name, &before.version, all);
        let is_left = |name: &&String| !paired.contains(name) && !dependencies.has(name);
        let other = names.iter().find(is_left).map_or(Before::None, |name| {
            Before::Unknown(format!(
                "the previous version has {name}, and this may be the same under another name \
                 (--previous-distfile says so)"
            ))
        });
        Self { dependency: if is_known { Before::None } else { unknown }, other }
    }

    /// What is known of that of `pair`.
    pub(super) fn before(&self, pair: &Pair) -> Before {
        if pair.dependency { self.dependency.clone() } else { self.other.clone() }
    }
}
