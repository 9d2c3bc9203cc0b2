//! Settings in TOML and the like, flat, by what is known of them: what is not known is compared.

use super::super::hazard::{Hazard, HazardKind};
use super::{Said, Table, compare};
use crate::bytes::toml::shown;
use toml::Value;

/// What is known of settings, by their names in parts: `*` is any part, and a name stands for all below it.
pub(super) struct Known {
    /// What is compared in other words, or decides nothing in a build, an installation, an import or a test run.
    pub(super) apart: &'static [&'static str],
    /// What is for those who develop the project, and what only decides how much is installed.
    pub(super) minor: &'static [&'static str],
}

/// Settings that run or choose something, and others.
#[derive(Default)]
pub(super) struct Flat {
    acting: Table,
    minor: Table,
}

impl Known {
    /// The settings of a table that are to be compared.
    pub(super) fn of(&self, table: &toml::Table) -> Flat {
        let mut flat = Flat::default();
        let left = Left { apart: self.apart.to_vec(), minor: self.minor.to_vec(), is_minor: false };
        walk(table, &left, &mut Vec::new(), &mut flat);
        flat
    }

    /// Adds what is said under a name, where it is to be compared.
    pub(super) fn add(&self, path: &[&str], said: impl IntoIterator<Item = Said>, flat: &mut Flat) {
        if !is_among(self.apart, path) {
            flat.table(is_among(self.minor, path)).extend(named(path, said));
        }
    }
}

/// What of the lists of names is about the settings of one table.
struct Left {
    apart: Vec<&'static str>,
    minor: Vec<&'static str>,
    is_minor: bool,
}

impl Left {
    /// The same for what is below `key`; `None` where that is compared apart.
    fn below(&self, key: &str) -> Option<Self> {
        let step = |list: &[&'static str]| {
            let (mut is_whole, mut left) = (false, Vec::new());
            for entry in list {
                let (first, rest) =
                    entry.split_once('.').map_or((*entry, None), |(f, r)| (f, Some(r)));
                if first == "*" || first == key {
                    is_whole |= rest.is_none();
                    left.extend(rest);
                }
            }
            (is_whole, left)
        };
        let (is_apart, apart) = step(&self.apart);
        let (is_minor, minor) = step(&self.minor);
        (!is_apart).then_some(Self { apart, minor, is_minor: self.is_minor || is_minor })
    }
}

fn walk<'t>(table: &'t toml::Table, left: &Left, path: &mut Vec<&'t str>, flat: &mut Flat) {
    for (key, value) in table {
        let Some(left) = left.below(key) else { continue };
        path.push(key);
        let said: Vec<Said> = match value {
            Value::Table(inner) if !inner.is_empty() => {
                walk(inner, &left, path, flat);
                Vec::new()
            }
            // Each by itself, so that one more is one more.
            Value::Array(values) if !values.is_empty() => {
                values.iter().map(|value| shown(value).into()).collect()
            }
            value => vec![shown(value).into()],
        };
        flat.table(left.is_minor).extend(named(path, said));
        path.pop();
    }
}

/// Each under the name that these parts are.
fn named(
    path: &[&str],
    said: impl IntoIterator<Item = Said>,
) -> impl Iterator<Item = (String, Said)> {
    // As TOML writes it: a part with a dot is one part.
    let part = |part: &&str| match part.contains('.') {
        true => format!("\"{part}\""),
        false => (*part).to_owned(),
    };
    let name = path.iter().map(part).collect::<Vec<_>>().join(".");
    said.into_iter().map(move |said| (name.clone(), said))
}

/// Whether a name, or what it is below, is in a list.
fn is_among(list: &[&str], path: &[&str]) -> bool {
    let fits = |entry: &&str| {
        let mut parts = path.iter();
        entry.split('.').all(|one| parts.next().is_some_and(|part| one == "*" || one == *part))
    };
    list.iter().any(fits)
}

impl Flat {
    /// Adds a setting: one that runs or chooses something, or a minor one.
    pub(super) fn put(
        &mut self,
        is_minor: bool,
        path: &[&str],
        said: impl IntoIterator<Item = Said>,
    ) {
        self.table(is_minor).extend(named(path, said));
    }

    fn table(&mut self, is_minor: bool) -> &mut Table {
        if is_minor { &mut self.minor } else { &mut self.acting }
    }

    /// What became of the settings; of a new file, only of those that run or choose something.
    pub(super) fn changed(old: &Self, new: &Self, is_new: bool) -> Vec<Hazard> {
        let mut found = compare(HazardKind::Hook, "setting", &old.acting, &new.acting);
        if !is_new {
            found.extend(compare(HazardKind::Configuration, "setting", &old.minor, &new.minor));
        }
        found
    }
}
