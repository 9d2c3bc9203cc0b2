//! Settings in TOML and the like, flat, by what is known of them: what is not known is compared.

use super::super::hazard::{Hazard, HazardKind};
use super::cargo::shown;
use super::{Said, Table, compare};
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
        let mut path = Vec::new();
        self.walk(table, &mut path, &mut flat);
        flat
    }

    /// Adds what is said under a name, where it is to be compared.
    pub(super) fn add(&self, path: &[&str], said: impl IntoIterator<Item = Said>, flat: &mut Flat) {
        if !is_among(self.apart, path) {
            let minor = is_among(self.minor, path);
            let name = path.join(".");
            let entries = said.into_iter().map(|said| (name.clone(), said));
            if minor { &mut flat.minor } else { &mut flat.acting }.extend(entries);
        }
    }

    fn walk<'t>(&self, table: &'t toml::Table, path: &mut Vec<&'t str>, flat: &mut Flat) {
        for (key, value) in table {
            path.push(key);
            match value {
                _ if is_among(self.apart, path) => {}
                Value::Table(inner) if !inner.is_empty() => self.walk(inner, path, flat),
                // Each by itself, so that one more is one more.
                Value::Array(values) if !values.is_empty() => {
                    self.add(path, values.iter().map(|value| shown(value).into()), flat);
                }
                value => self.add(path, [shown(value).into()], flat),
            }
            path.pop();
        }
    }
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
    /// Adds a setting that runs or chooses something.
    pub(super) fn act(&mut self, path: &[&str], said: impl IntoIterator<Item = Said>) {
        let name = path.join(".");
        self.acting.extend(said.into_iter().map(|said| (name.clone(), said)));
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
