//! `package.json`, and composer's file, which is alike.

use super::super::hazard::{Hazard, HazardKind};
use super::flat::{Flat, Known};
use super::{Said, Sides, Table, both, compare, setting};
use crate::bytes::json::{self, Limits};
use serde_json::Value;

use HazardKind::{Configuration, Dependency, Hook};

/// The scripts that npm runs by itself when a package is installed or packed.
const BY_ITSELF: [&str; 11] = [
    "preinstall",
    "install",
    "postinstall",
    "preprepare",
    "prepare",
    "postprepare",
    "prepublish",
    "preuninstall",
    "postuninstall",
    "post-install-cmd",
    "post-update-cmd",
];

/// The most values of a manifest: whoever compares two keeps some 500 bytes for each.
const VALUES: usize = 100_000;

/// A manifest in JSON; of one that is not there, nothing.
pub(super) fn parse(text: &str) -> Option<Value> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim().is_empty() {
        true => Some(Value::Null),
        false => json::parse(text.as_bytes(), Limits::of_values(VALUES)).ok(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn table(value: &Value, key: &str) -> Table {
    let entries = value.get(key).and_then(Value::as_object);
    let said = |value: &Value| Said::from(shown(value));
    entries.into_iter().flatten().map(|(name, value)| (name.clone(), said(value))).collect()
}

/// Packages with their versions.
fn packages(value: &Value, key: &str) -> Table {
    let mut packages = table(value, key);
    for (name, said) in &mut packages.0 {
        let value = value.get(key).and_then(|list| list.get(name));
        said.iter_mut().for_each(|said| said.elsewhere = value.is_some_and(is_elsewhere));
    }
    packages
}

/// Whether what is said of a package is more than a version, or a tag, of the registry: an address, a path, a
/// repository of GitHub's, another name. The workspace is in the same archive.
fn is_elsewhere(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let is_own = text.starts_with("workspace:") || text.starts_with("catalog:");
            text.contains(['/', ':', '\\']) && !is_own
        }
        Value::Object(table) => table.values().any(is_elsewhere),
        Value::Array(values) => values.iter().any(is_elsewhere),
        _ => false,
    }
}

pub(super) fn package(sides: Sides<'_>) -> Vec<Hazard> {
    let (old, new) = match both(sides, "JSON here", parse) {
        Ok(both) => both,
        Err(unreadable) => return unreadable,
    };
    let mut found = Vec::new();
    let scripts = |side: &Value, by_itself: bool| -> Table {
        let mut scripts = table(side, "scripts");
        scripts.0.retain(|name, _| BY_ITSELF.contains(&name.as_str()) == by_itself);
        scripts
    };
    let (before, now) = (scripts(&old, true), scripts(&new, true));
    found.extend(compare(Hook, "script that runs at install", &before, &now));
    for (key, what, kind) in [
        ("dependencies", "dependency", Dependency),
        ("optionalDependencies", "optional dependency", Dependency),
        ("require", "dependency", Dependency),
        ("overrides", "replaced dependency", Dependency),
        ("resolutions", "replaced dependency", Dependency),
        ("peerDependencies", "peer dependency", Configuration),
        ("devDependencies", "build dependency", Configuration),
    ] {
        found.extend(compare(kind, what, &packages(&old, key), &packages(&new, key)));
    }
    found.extend(compare(Hook, "command", &table(&old, "bin"), &table(&new, "bin")));
    let text = |side: &Value, key: &str| side.get(key).map(shown);
    for (key, what, kind) in [
        ("gypfile", "gypfile", Hook),
        ("main", "the file that is imported", Configuration),
        ("module", "the module that is imported", Configuration),
        ("browser", "the file for browsers", Configuration),
        ("type", "the type of its modules", Configuration),
    ] {
        let (old, new) = (text(&old, key), text(&new, key));
        found.extend(setting(kind, what, old.as_deref(), new.as_deref()));
    }
    let many = ["exports", "bundledDependencies", "bundleDependencies", "binary", "autoload"];
    for key in many.iter().filter(|key| old.get(**key) != new.get(**key)) {
        found.push(Hazard::new(Configuration, format!("\"{key}\" changed")));
    }
    let (before, now) = (scripts(&old, false), scripts(&new, false));
    found.extend(compare(Configuration, "script", &before, &now));
    found.extend(Flat::changed(&flat(&old), &flat(&new), sides.old.is_empty()));
    found
}

/// What is known of the other settings of `package.json` and `composer.json`.
const SETTINGS: Known = Known {
    apart: &[
        "name",
        "version",
        "description",
        "keywords",
        "homepage",
        "bugs",
        "support",
        "license",
        "licenses",
        "author",
        "authors",
        "contributors",
        "maintainers",
        "repository",
        "funding",
        "files",
        "readme",
        "readmeFilename",
        "gitHead",
        "tsd",
        "types",
        "typings",
        "private",
        "archive",
        "scripts",
        "scripts-descriptions",
        "bin",
        "gypfile",
        "main",
        "module",
        "browser",
        "type",
        "exports",
        "bundledDependencies",
        "bundleDependencies",
        "binary",
        "autoload",
        "autoload-dev",
        "dependencies",
        "optionalDependencies",
        "require",
        "overrides",
        "resolutions",
        "peerDependencies",
        "peerDependenciesMeta",
        "devDependencies",
        "require-dev",
        "browserslist",
        "commitlint",
        "eslintConfig",
        "eslintIgnore",
        "prettier",
        "standard",
        "xo",
        "size-limit",
        "testling",
        "greenkeeper",
        "spm",
        "templateOSS",
        "jspm",
        "suggest",
        "conflict",
        "provide",
        "minimum-stability",
        "prefer-stable",
    ],
    minor: &[
        "engines",
        "os",
        "cpu",
        "libc",
        "sideEffects",
        "imports",
        "jsdelivr",
        "unpkg",
        "jsnext:main",
        "es2015",
        "workspaces",
        "publishConfig",
        "config",
        "extra",
        "release",
        "np",
        "nyc",
        "c8",
        "typesVersions",
    ],
};

/// The settings that are compared as they are.
fn flat(side: &Value) -> Flat {
    match in_toml(side) {
        toml::Value::Table(table) => SETTINGS.of(&table),
        _ => Flat::default(),
    }
}

/// A value of JSON as one of TOML, which has no null.
fn in_toml(value: &Value) -> toml::Value {
    match value {
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), in_toml(value)));
            toml::Value::Table(entries.collect())
        }
        Value::Array(values) => toml::Value::Array(values.iter().map(in_toml).collect()),
        other => toml::Value::String(shown(other)),
    }
}
