//! Lock files: each is a list of packages, with where each comes from and the digests of its files.

use super::super::hazard::{Hazard, HazardKind, Named};
use super::{Sides, named, unreadable};
use crate::release::lock::{self, Damaged, Package};
use std::collections::{BTreeMap, BTreeSet};

use HazardKind::{Configuration, Dependency, Hook};

/// A kind of lock file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Format {
    Cargo,
    /// uv, poetry, pdm.
    Python,
    /// PEP 751.
    Pylock,
    Npm,
}

impl Format {
    /// That of the file called `name`, in lower case.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "cargo.lock" => Self::Cargo,
            "poetry.lock" | "uv.lock" | "pdm.lock" => Self::Python,
            "package-lock.json" | "npm-shrinkwrap.json" => Self::Npm,
            // `pylock.toml` and `pylock.NAME.toml`.
            _ if name.starts_with("pylock.") && name.ends_with("toml") => Self::Pylock,
            _ => return None,
        })
    }

    /// Where a package comes from of which the file does not say it.
    const fn nowhere(self) -> &'static str {
        match self {
            Self::Cargo | Self::Npm => "the workspace",
            Self::Python | Self::Pylock => "the index",
        }
    }

    /// What a new package is: a build reads the lock files of its own language, those of Python are for whoever develops it.
    const fn of_new(self) -> HazardKind {
        match self {
            Self::Cargo | Self::Npm => Dependency,
            Self::Python | Self::Pylock => Configuration,
        }
    }
}

/// What a lock file has of one version of a package; several of each where it is listed several times.
#[derive(Default)]
struct Locked {
    sources: BTreeSet<Option<String>>,
    places: BTreeSet<Option<String>>,
    /// The digests of its files, by their names.
    files: BTreeMap<String, BTreeSet<Option<String>>>,
    other: BTreeSet<String>,
    /// Whether it has a script that runs at install.
    script: bool,
}

/// By name, then by version.
type Packages = BTreeMap<String, BTreeMap<String, Locked>>;

/// What became of the packages: which are new, gone or of another version, which come from elsewhere than any version
/// of that name did, and which are the same version and other bytes.
pub(super) fn packages(sides: Sides<'_>, format: Format) -> Vec<Hazard> {
    let (old, new) = match (read(sides.old, format), read(sides.new, format)) {
        (Ok(old), Ok(new)) => (old, new),
        (was, is) => {
            let read = (was.is_ok(), is.is_ok());
            let damaged = is.err().or(was.err()).map(|d| d.to_string()).unwrap_or_default();
            return unreadable(sides, &format!("a lock file here ({damaged})"), read.0, read.1);
        }
    };
    let mut found = Vec::new();
    let mut say = |kind, what: &str, names: Vec<Named>| found.extend(named(kind, what, names));
    let (mut altered, mut registered) = (Vec::new(), Vec::new());
    let mut more = Vec::new();
    for (name, versions) in &new {
        for (version, now) in versions {
            let Some(before) = old.get(name).and_then(|old| old.get(version)) else { continue };
            if before.is_only_of(None) && now.is_only_of(Some(CRATES_IO)) {
                registered.push(format!("{name} {version}").into());
                continue;
            }
            let what = before.altered(now, format);
            if what.is_none() && !before.files.is_empty() && before.has_more_files(now) {
                more.push(format!("{name} {version}").into());
            }
            altered.extend(what.map(|what| Named::with(&format!("{name} {version}"), &what)));
        }
    }
    say(Hook, "", altered);
    // A new list is new as a whole: what is in it was not added to it, but for what comes from elsewhere.
    let is_new = sides.old.is_empty();
    let all: BTreeSet<&Option<String>> =
        old.values().flat_map(BTreeMap::values).flat_map(|l| &l.places).collect();
    let (mut added, mut from, mut now_from, mut changed) =
        <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
    for (name, now) in &new {
        let Some(before) = old.get(name) else {
            let mut places = now.values().flat_map(|locked| &locked.places).flatten();
            let is_known = |place: &String| all.contains(&Some(place.clone()));
            let other = places.find(|place| match format {
                Format::Cargo => !is_cargos_own(place) && !is_known(place),
                _ => !is_new && !is_known(place),
            });
            match other {
                Some(place) => from.push(Named::with(name, &format!("({place})"))),
                None if is_new => {}
                None => added.push(name.as_str().into()),
            }
            continue;
        };
        let places: BTreeSet<&Option<String>> = before.values().flat_map(|l| &l.places).collect();
        for (version, locked) in now.iter().filter(|(version, _)| !before.contains_key(*version)) {
            if let Some(place) = locked.places.iter().find(|place| !places.contains(place)) {
                let place = place.as_deref().unwrap_or(format.nowhere());
                now_from.push(Named::with(&format!("{name} {version}"), &format!("({place})")));
            }
        }
        changed.extend(versions(name, before, now));
    }
    let scripts = new.iter().filter(|(name, versions)| {
        let has =
            |versions: &BTreeMap<String, Locked>| versions.values().any(|locked| locked.script);
        has(versions) && !old.get(*name).is_some_and(has)
    });
    let scripts = scripts.map(|(name, _)| name.as_str().into()).collect();
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    let gone = gone.map(|name| name.as_str().into()).collect();
    say(Hook, "package now from elsewhere", now_from);
    say(Hook, "package from elsewhere added", from);
    say(Hook, "package with a script that runs at install", scripts);
    say(format.of_new(), "package added", added);
    say(Configuration, "package changed", changed);
    say(Configuration, "package of the workspace now from crates.io", registered);
    say(Configuration, "package with more files", more);
    say(Configuration, "package removed", gone);
    found
}

/// Which versions a package has that it had not.
fn versions(
    name: &str,
    before: &BTreeMap<String, Locked>,
    now: &BTreeMap<String, Locked>,
) -> Option<Named> {
    let only = |these: &BTreeMap<String, Locked>, those: &BTreeMap<String, Locked>| -> String {
        let only = these.keys().filter(|version| !those.contains_key(*version));
        only.map(String::as_str).collect::<Vec<_>>().join(" and ")
    };
    match (only(before, now), only(now, before)) {
        (was, is) if was.is_empty() && is.is_empty() => None,
        (was, is) if was.is_empty() => Some(format!("{name} also {is}").into()),
        (was, is) if is.is_empty() => Some(format!("{name} no more {was}").into()),
        (was, is) => Some(Named::changed(name, &was, &is)),
    }
}

/// As cargo names the registry that it takes for granted.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Whether a place is that registry, by either way to it.
fn is_cargos_own(place: &str) -> bool {
    matches!(place, CRATES_IO | "sparse+https://index.crates.io/")
}

impl Locked {
    fn is_only_of(&self, source: Option<&str>) -> bool {
        self.sources.iter().map(Option::as_deref).eq([source])
    }

    /// What makes the same version another package.
    fn altered(&self, now: &Self, format: Format) -> Option<String> {
        let same_names =
            now.files.iter().filter_map(|(name, sums)| Some((self.files.get(name)?, sums)));
        for (before, sums) in same_names {
            if before.contains(&None) || before == sums {
                continue;
            }
            return Some(match sums.contains(&None) {
                true => "has no checksum any more".to_owned(),
                false => "has another checksum".to_owned(),
            });
        }
        if !self.files.is_empty() && now.files.is_empty() {
            // The only file of a crate has no name.
            let crates = self.files.keys().all(String::is_empty);
            let what = if crates { "has no checksum any more" } else { "has no files any more" };
            return Some(what.to_owned());
        }
        let lost = self.files.keys().any(|name| !now.files.contains_key(name));
        if lost && self.has_more_files(now) {
            return Some("has other files".to_owned());
        }
        if self.sources != now.sources {
            let sources =
                now.sources.iter().map(|source| source.as_deref().unwrap_or(format.nowhere()));
            return Some(format!("comes from {}", sources.collect::<Vec<_>>().join(", ")));
        }
        let other = now.other.symmetric_difference(&self.other).next();
        other.map(|other| format!("says otherwise: {other}"))
    }

    /// Whether it has bytes now that it had not, under a new name.
    fn has_more_files(&self, now: &Self) -> bool {
        let known: BTreeSet<&str> =
            self.files.values().flatten().flatten().map(String::as_str).collect();
        let is_new = |sum: &Option<String>| sum.as_deref().is_none_or(|sum| !known.contains(sum));
        let mut more = now.files.iter().filter(|(name, _)| !self.files.contains_key(*name));
        more.any(|(_, sums)| sums.iter().any(is_new))
    }

    fn add(&mut self, package: Package, script: bool) {
        self.sources.insert(package.source);
        self.places.insert(package.place);
        for (file, sum) in package.files {
            self.files.entry(file).or_default().insert(sum);
        }
        self.other.extend(package.other);
        self.script |= script;
    }
}

/// The packages of a lock file; of one that is not there, none.
fn read(text: &str, format: Format) -> Result<Packages, Damaged> {
    let mut found = Packages::new();
    if text.is_empty() {
        return Ok(found);
    }
    let list: Vec<(Package, bool)> = match format {
        Format::Cargo => lock::cargo(text)?.packages.into_iter().map(|p| (p, false)).collect(),
        Format::Python => lock::python(text)?.into_iter().map(|p| (p, false)).collect(),
        Format::Pylock => lock::pylock(text)?.into_iter().map(|p| (p, false)).collect(),
        Format::Npm => lock::npm(text)?,
    };
    for (package, script) in list {
        let versions = found.entry(package.name.clone()).or_default();
        versions.entry(package.version.clone()).or_default().add(package, script);
    }
    Ok(found)
}
