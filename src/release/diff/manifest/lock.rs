//! Lock files in TOML: `Cargo.lock`, `uv.lock`, `poetry.lock`, `pdm.lock`. Each is a list of packages, with
//! where each comes from and the digests of its files.

use super::super::hazard::{Hazard, HazardKind, Named};
use super::cargo::{at, both, shown};
use super::{Sides, named, unreadable};
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

use HazardKind::{Configuration, Dependency, Hook};

/// What a lock file has of one version of a package.
#[derive(Default)]
struct Locked {
    /// Where it comes from, in the file's own words; several where it is listed several times.
    sources: BTreeSet<String>,
    /// The digests of its files, by their names; the only one of a crate has none.
    digests: BTreeMap<String, BTreeSet<String>>,
}

/// By name and version.
type Packages = BTreeMap<(String, String), Locked>;

/// What became of the packages: which are new, gone or of another version, which come from elsewhere, and which
/// are the same version and other bytes. A build reads what its language has `of_build`; the others are those of
/// whoever develops it.
pub(super) fn packages(sides: Sides<'_>, of_build: bool) -> Vec<Hazard> {
    let Some((old, new)) = both(sides) else { return unreadable("TOML") };
    let (old, new) = (read(&old), read(&new));
    let (before, now) = (versions(&old), versions(&new));
    let mut found = Vec::new();
    let mut say = |kind, what: &str, names: Vec<String>| {
        let names = names.into_iter().map(Named::from).collect();
        found.extend(named(kind, what, names));
    };
    let other = new.iter().filter_map(|(key, now)| altered(key, old.get(key)?, now));
    say(Hook, "", other.collect());
    // A new list is new as a whole: what is in it was not added to it.
    if !before.is_empty() {
        let places: BTreeSet<&str> = old.values().flat_map(Locked::places).collect();
        let mut from: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for ((name, _), locked) in new.iter().filter(|((name, _), _)| !before.contains_key(&**name))
        {
            let others = locked.places().filter(|place| !places.contains(place));
            from.entry(name).or_default().extend(others);
        }
        let added = |elsewhere: bool| -> Vec<String> {
            let names = from.iter().filter(|(_, from)| from.is_empty() != elsewhere);
            let shown = |(name, from): (&&str, &BTreeSet<&str>)| match from.first() {
                Some(place) => format!("{name} ({place})"),
                None => (*name).to_owned(),
            };
            names.map(shown).collect()
        };
        say(Hook, "package from elsewhere added", added(true));
        say(if of_build { Dependency } else { Configuration }, "package added", added(false));
    }
    let changed = now.iter().filter_map(|(name, now)| {
        let before = before.get(name).filter(|before| *before != now)?;
        let only = |these: &BTreeSet<&str>, those: &BTreeSet<&str>| -> String {
            these.difference(those).copied().collect::<Vec<_>>().join(" and ")
        };
        let change = match (only(before, now), only(now, before)) {
            (was, is) if was.is_empty() => format!("{name} also {is}"),
            (was, is) if is.is_empty() => format!("{name} no more {was}"),
            (was, is) => format!("{name} {was} -> {is}"),
        };
        Some(change)
    });
    say(Configuration, "package changed", changed.collect());
    let gone = before.keys().filter(|name| !now.contains_key(*name));
    say(Configuration, "package removed", gone.map(|name| (*name).to_owned()).collect());
    found
}

impl Locked {
    /// Where it comes from, without what names one of the versions there.
    fn places(&self) -> impl Iterator<Item = &str> {
        let place = |source: &String| source.split(['#', '?']).next().unwrap_or_default().len();
        self.sources.iter().filter_map(move |source| source.get(..place(source)))
    }
}

/// The versions of each package.
fn versions(packages: &Packages) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, version) in packages.keys() {
        versions.entry(name).or_default().insert(version);
    }
    versions
}

/// What makes the same version another package.
fn altered((name, version): &(String, String), before: &Locked, now: &Locked) -> Option<String> {
    let other = |(file, sums): (&String, &BTreeSet<String>)| {
        before.digests.get(file).is_some_and(|before| before != sums)
    };
    if now.digests.iter().any(other) {
        return Some(format!("{name} {version} has another checksum"));
    }
    (before.sources != now.sources).then(|| {
        let sources: Vec<&str> = now.sources.iter().map(String::as_str).collect();
        let source =
            if sources.is_empty() { "the workspace".to_owned() } else { sources.join(", ") };
        format!("{name} {version} comes from {source}")
    })
}

fn read(table: &Table) -> Packages {
    let mut found = Packages::new();
    // As poetry had them before 1.3.
    let apart = at(table, &["metadata", "files"]).and_then(Value::as_table);
    for package in table.get("package").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| package.get(key).map(shown);
        let Some(name) = text("name") else { continue };
        let files =
            package.get("files").filter(|files| files.as_array().is_some_and(|f| !f.is_empty()));
        let files = files.or_else(|| apart?.get(&name)).cloned();
        let locked = found.entry((name, text("version").unwrap_or_default())).or_default();
        locked.sources.extend(text("source"));
        let checksum = text("checksum").map(|sum| (String::new(), sum));
        // uv has an archive and wheels, the others files.
        let lists = [files.as_ref(), package.get("wheels")].into_iter().flatten();
        let lists = lists.filter_map(Value::as_array).flatten();
        let all = lists.chain(package.get("sdist")).filter_map(digest);
        for (file, sum) in all.chain(checksum) {
            locked.digests.entry(file).or_default().insert(sum);
        }
    }
    found
}

/// The name and the digest of a file.
fn digest(file: &Value) -> Option<(String, String)> {
    let text = |key: &str| file.get(key).map(shown);
    let name = text("file").or_else(|| text("url")).or_else(|| text("path"))?;
    let name = name.split(['#', '?']).next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    Some((name, text("hash")?))
}
