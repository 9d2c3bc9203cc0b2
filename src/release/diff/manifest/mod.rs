//! What changed in the files that decide how a package is built and what it needs, in words.
//!
//! Each is read with a reader of its own format where there is one; what cannot be read that way
//! says so, because a build tool may read it otherwise.

mod calls;
mod cargo;
mod flat;
mod javascript;
mod lists;
mod lock;
mod pyproject;
mod python;
mod sections;
mod settings;
mod setup_code;
mod setup_py;

use super::hazard::{Hazard, HazardKind, Named};
use super::place::{Place, Role};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes from which on a manifest is not read as one.
const LIMIT: usize = 4 << 20;

/// Lines, and what `;` parts, of a list that are read.
const LINES: usize = 50_000;

/// Both sides of a manifest; an empty old one where it is new.
#[derive(Debug, Clone, Copy)]
struct Sides<'a> {
    old: &'a str,
    new: &'a str,
}

impl Sides<'_> {
    /// What is read of lists, and what is to be said where that is not all.
    fn cut(self) -> (Self, Option<Hazard>) {
        let end = |text: &str| text.match_indices(['\n', ';']).nth(LINES).map(|(at, _)| at);
        let (old, new) = (end(self.old), end(self.new));
        let first = |text, end: Option<usize>| end.and_then(|end| str::get(text, ..end));
        let sides = Self {
            old: first(self.old, old).unwrap_or(self.old),
            new: first(self.new, new).unwrap_or(self.new),
        };
        let kind = if old.is_none() { HazardKind::Hook } else { HazardKind::Configuration };
        let reason = "has more lines than are read; what the others change is not listed";
        (sides, new.or(old).map(|_| Hazard::new(kind, reason)))
    }
}

/// What a name ends with behind its last dot; all of it where it has none.
fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, extension)| extension)
}

/// Whether a build, an installation or a start of the program reads the file.
const fn runs(place: Place) -> bool {
    matches!(place.role, Role::Build | Role::Startup | Role::Metadata)
}

/// Whether a manifest is a list of lines, each of which takes many times its size.
fn is_list(name: &str) -> bool {
    matches!(
        extension(name),
        "cfg" | "ini" | "txt" | "mod" | "sum" | "work" | "coveragerc" | "metadata"
    ) || matches!(name, "pkg-info" | ".npmrc" | ".yarnrc" | ".yarnrc.yml" | ".bazelrc")
}

/// What changed in the manifest at `path` from `old`, `None` where it is new, to `new`.
pub(crate) fn facts(path: &[u8], place: Place, old: Option<&[u8]>, new: &[u8]) -> Vec<Hazard> {
    let runs = runs(place);
    if new.len() > LIMIT || old.is_some_and(|old| old.len() > LIMIT) {
        return too_large(path, place).into_iter().collect();
    }
    if !runs && place.role != Role::Ci {
        return Vec::new();
    }
    let path = String::from_utf8_lossy(path).to_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let texts = (old.map(String::from_utf8_lossy), String::from_utf8_lossy(new));
    let sides = Sides { old: texts.0.as_deref().unwrap_or_default(), new: &texts.1 };
    let (sides, long) = if is_list(name) { sides.cut() } else { (sides, None) };
    if let Some(mut found) = settings::facts(name, sides) {
        found.extend(long);
        return found;
    }
    if !runs {
        return Vec::new();
    }
    let lock = lock::Format::of(name).map(|format| lock::packages(sides, format));
    let mut found = match name {
        _ if lock.is_some() => lock.unwrap_or_default(),
        "cargo.toml" => cargo::manifest(sides),
        "config.toml" | "config" if path.contains(".cargo/") => cargo::config(sides),
        "pyproject.toml" => pyproject::facts(sides),
        "setup.cfg" => python::setup_cfg(sides),
        "setup.py" => setup_py::facts(sides),
        "entry_points.txt" => python::entry_points(sides),
        "pkg-info" | "metadata" => python::metadata(sides),
        "requires.txt" => python::requires_txt(sides),
        "package.json" | "composer.json" => javascript::package(sides),
        "go.mod" | "go.work" => lists::go_mod(sides),
        "go.sum" | "go.work.sum" => lists::go_sum(sides),
        ".tarball-version" | ".version" | "release-version" | "version" => lists::version(sides),
        ".npmrc" | ".yarnrc" | ".yarnrc.yml" | ".bazelrc" => lists::settings(sides),
        _ if name.ends_with(".pth") => python::pth(sides),
        _ if name.ends_with(".txt") && place.role == Role::Build && !is_program(name) => {
            python::requirements(sides)
        }
        _ => calls::facts(place.lang, name, place.aside, sides),
    };
    found.extend(long);
    if is_lock(name) {
        found.extend(lists::hosts(sides));
    }
    if old.is_none() && place.role == Role::Build && !place.aside && is_rare(name) {
        let why = place.why.unwrap_or("runs during the build");
        found.insert(0, Hazard::new(HazardKind::Hook, format!("is new: {why}")));
    }
    found
}

/// That a manifest is larger than what is read as one; `None` of any other file.
pub(super) fn too_large(path: &[u8], place: Place) -> Option<Hazard> {
    let path = String::from_utf8_lossy(path).to_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    // What is data in a directory of build files, or written by autotools, is none.
    let reads = matches!(extension(name), "toml" | "cfg" | "json" | "lock" | "txt" | "ini" | "mod")
        || name == "setup.py"
        || matches!(name, "pkg-info" | "metadata");
    let reason = "is larger than 4 MiB: what it changes as a manifest is not listed";
    (reads && runs(place)).then(|| Hazard::new(HazardKind::Configuration, reason))
}

/// Whether the file at `path` is a lock file of which every package is compared: data, whose lines do nothing.
pub(super) fn is_read_as_lock(path: &[u8]) -> bool {
    let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
    lock::Format::of(&String::from_utf8_lossy(name).to_lowercase()).is_some()
}

/// Whether a text is a program of a build, and no list.
fn is_program(name: &str) -> bool {
    matches!(name, "cmakelists.txt" | "meson_options.txt")
}

/// Whether a file lists the packages of a build with their places.
fn is_lock(name: &str) -> bool {
    lock::Format::of(name).is_some()
        || name.ends_with(".lock")
        || name.ends_with("-lock.json")
        || name.ends_with("-lock.yaml")
}

/// Whether a package has one such file or none, so that a new one changes how it is built.
fn is_rare(name: &str) -> bool {
    matches!(
        name,
        "build.rs"
            | "setup.py"
            | "setup.cfg"
            | "hatch_build.py"
            | "pdm_build.py"
            | "_custom_build.py"
            | "build_backend.py"
            | "binding.gyp"
            | ".npmrc"
            | ".pnpmfile.cjs"
            | ".bazelrc"
            | "config.toml"
            | "rust-toolchain.toml"
            | "rust-toolchain"
            | "install.sh"
    )
}

/// What a manifest says of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    text: String,
    /// Whether it is neither from the registry that the format has nor from the same archive.
    elsewhere: bool,
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self { text, elsewhere: false }
    }
}

/// Names with all that is said of each, in the order of the file: one that is listed twice hides nothing.
#[derive(Debug, Clone, Default)]
struct Table(BTreeMap<String, Vec<Said>>);

impl Extend<(String, Said)> for Table {
    fn extend<T: IntoIterator<Item = (String, Said)>>(&mut self, entries: T) {
        for (name, said) in entries {
            self.0.entry(name).or_default().push(said);
        }
    }
}

impl FromIterator<(String, Said)> for Table {
    fn from_iter<T: IntoIterator<Item = (String, Said)>>(entries: T) -> Self {
        let mut table = Self::default();
        table.extend(entries);
        table
    }
}

/// A hazard for names, where there are any.
fn named(kind: HazardKind, what: &str, names: Vec<Named>) -> Option<Hazard> {
    (!names.is_empty()).then(|| Hazard::of_names(kind, what, names))
}

/// Hazards for what was added to a table, what is said otherwise, and what is gone.
fn compare(kind: HazardKind, what: &str, old: &Table, new: &Table) -> Vec<Hazard> {
    let (mut added, mut from, mut changed, mut now_from) =
        <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
    for (name, now) in &new.0 {
        match old.0.get(name) {
            None => {
                let said: BTreeSet<&Said> = now.iter().collect();
                let text =
                    if said.iter().all(|s| s.text.is_empty()) { String::new() } else { all(&said) };
                let elsewhere = now.iter().any(|said| said.elsewhere);
                if elsewhere { &mut from } else { &mut added }.push(Named::with(name, &text));
            }
            Some(before) if before != now => {
                let (change, elsewhere) = change(name, before, now);
                if elsewhere { &mut now_from } else { &mut changed }.push(change);
            }
            Some(_) => {}
        }
    }
    let gone = old.0.keys().filter(|name| !new.0.contains_key(*name));
    let gone = gone.map(|name| name.as_str().into()).collect();
    let other = if kind == HazardKind::Hook { kind } else { HazardKind::Configuration };
    [
        named(HazardKind::Hook, &format!("{what} from elsewhere added"), from),
        named(kind, &format!("{what} added"), added),
        named(HazardKind::Hook, &format!("{what} now from elsewhere"), now_from),
        named(other, &format!("{what} changed"), changed),
        named(HazardKind::Configuration, &format!("{what} removed"), gone),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What became of a name of which something else is said, and whether any of that is from elsewhere.
fn change(name: &str, before: &[Said], now: &[Said]) -> (Named, bool) {
    let [was, is]: [BTreeSet<&Said>; 2] = [before.iter().collect(), now.iter().collect()];
    let gone: BTreeSet<&Said> = was.difference(&is).copied().collect();
    let more: BTreeSet<&Said> = is.difference(&was).copied().collect();
    let elsewhere = more.iter().any(|said| said.elsewhere);
    let named = match (gone.is_empty(), more.is_empty()) {
        (true, true) => format!("{name} in another order").into(),
        (true, false) => Named::with(&format!("{name} also"), &all(&more)),
        (false, true) => Named::with(&format!("{name} no more"), &all(&gone)),
        (false, false) => Named::changed(name, &all(&gone), &all(&more)),
    };
    (named, elsewhere)
}

/// All that is said of a name.
fn all(said: &BTreeSet<&Said>) -> String {
    let text = |said: &&Said| match said.text.as_str() {
        "" => "\"\"".to_owned(),
        text => text.to_owned(),
    };
    said.iter().map(text).collect::<Vec<_>>().join(" and ")
}

/// As [`compare`], of names without anything said of them.
fn compare_sets(
    kind: HazardKind,
    what: &str,
    old: BTreeSet<String>,
    new: BTreeSet<String>,
) -> Vec<Hazard> {
    let table =
        |set: BTreeSet<String>| set.into_iter().map(|name| (name, Said::default())).collect();
    compare(kind, what, &table(old), &table(new))
}

/// A hazard where one setting is another.
fn setting(kind: HazardKind, what: &str, old: Option<&str>, new: Option<&str>) -> Option<Hazard> {
    (old != new).then(|| Hazard::of_setting(kind, what, old, new))
}

/// Both sides of a manifest as its format asks, by `parse`, or that one of them cannot be read so.
fn both<T>(
    sides: Sides<'_>,
    format: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<(T, T), Vec<Hazard>> {
    match (parse(sides.old), parse(sides.new)) {
        (Some(old), Some(new)) => Ok((old, new)),
        (old, new) => Err(unreadable(sides, format, old.is_some(), new.is_some())),
    }
}

/// A hazard where a manifest cannot be read as its format asks. Whatever it now says besides hides behind that, where it
/// could be read before.
fn unreadable(sides: Sides<'_>, format: &str, was_read: bool, is_read: bool) -> Vec<Hazard> {
    let (kind, cannot) = match (was_read, is_read) {
        (true, false) if sides.old.is_empty() => (HazardKind::Hook, "cannot be read"),
        (true, false) => (HazardKind::Hook, "can no longer be read"),
        (false, true) => (HazardKind::Configuration, "could not be read"),
        _ => (HazardKind::Configuration, "cannot be read"),
    };
    let reason = format!("{cannot} as {format}; what it changes is not listed");
    let (addresses, others): (Vec<&str>, Vec<&str>) =
        telling(sides).into_iter().partition(|part| part.contains("://"));
    let names = |parts: Vec<&str>| parts.into_iter().map(Named::from).collect();
    let mut found = vec![Hazard::new(kind, reason)];
    found.extend(named(HazardKind::Hook, "its new lines name an address", names(addresses)));
    found.extend(named(kind, "its new lines also say", names(others)));
    found
}

/// What new lines say that may name what is needed or run, where no reader takes the manifest apart: at most 20 parts of
/// lines, each of at most 200 characters.
fn telling(sides: Sides<'_>) -> Vec<&str> {
    const WORDS: [&str; 9] =
        ["://", "@", "requires", "depend", "script", "backend", "source", "path", "git"];
    const SHOWN: usize = 20;
    const LONG: usize = 200;
    fn parts(text: &str) -> impl Iterator<Item = &str> {
        let parts = text.split(['\n', ',']).map(str::trim);
        parts.filter(|part| WORDS.iter().any(|word| part.contains(word))).take(LINES)
    }
    let old: BTreeSet<&str> = parts(sides.old).collect();
    let new = parts(sides.new).filter(|part| !old.contains(part)).take(SHOWN);
    let end = |part: &str| part.char_indices().nth(LONG).map_or(part.len(), |(at, _)| at);
    new.map(|part| part.get(..end(part)).unwrap_or(part)).collect()
}

#[cfg(test)]
mod aimed_tests;
#[cfg(test)]
mod decoy_tests;
#[cfg(test)]
mod lock_tests;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod tests;
