//! `package.json`, `package-lock.json`, and composer's file, which is alike.

use super::super::hazard::{Hazard, HazardKind};
use super::{Said, Sides, Table, compare, named, setting, unreadable};
use serde_json::Value;
use std::collections::BTreeMap;

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

fn parse(text: &str) -> Option<Value> {
    match text.trim().is_empty() {
        true => Some(Value::Null),
        false => serde_json::from_str(text.trim_start_matches('\u{feff}')).ok(),
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
    let said = |value: &Value| {
        let text = shown(value);
        let elsewhere = PLACES.iter().any(|place| text.starts_with(place));
        Said { text, elsewhere }
    };
    entries.into_iter().flatten().map(|(name, value)| (name.clone(), said(value))).collect()
}

/// How the specification of a package begins that is not from the registry, or of another name.
const PLACES: [&str; 8] = ["http:", "https:", "git+", "git:", "git@", "github:", "file:", "npm:"];

pub(super) fn package(sides: Sides<'_>) -> Vec<Hazard> {
    let (Some(old), Some(new)) = (parse(sides.old), parse(sides.new)) else {
        return unreadable("JSON");
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
        ("bin", "command", Hook),
        ("peerDependencies", "peer dependency", Configuration),
        ("devDependencies", "build dependency", Configuration),
    ] {
        found.extend(compare(kind, what, &table(&old, key), &table(&new, key)));
    }
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
    found
}

struct Locked {
    version: String,
    integrity: Option<String>,
    script: bool,
}

fn packages(value: &Value) -> BTreeMap<String, Locked> {
    let list = value.get("packages").or_else(|| value.get("dependencies"));
    let list = list.and_then(Value::as_object).into_iter().flatten();
    list.filter(|(path, _)| !path.is_empty())
        .map(|(path, package)| {
            let name = path.strip_prefix("node_modules/").unwrap_or(path).to_owned();
            let text = |key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
            let script = package.get("hasInstallScript").and_then(Value::as_bool) == Some(true);
            let version = text("version").unwrap_or_default();
            (name, Locked { version, integrity: text("integrity"), script })
        })
        .collect()
}

pub(super) fn lock(sides: Sides<'_>) -> Vec<Hazard> {
    let (Some(old), Some(new)) = (parse(sides.old), parse(sides.new)) else {
        return unreadable("JSON");
    };
    let (old, new) = (packages(&old), packages(&new));
    let mut found: Vec<Hazard> = Vec::new();
    let more = new.keys().filter(|name| !old.contains_key(*name));
    let more = more.map(|name| name.as_str().into()).collect();
    found.extend(named(Dependency, "package added", more).filter(|_| !old.is_empty()));
    let scripts = new.iter().filter(|(name, package)| {
        package.script && old.get(*name).is_none_or(|before| !before.script)
    });
    let scripts = scripts.map(|(name, _)| name.as_str().into()).collect();
    found.extend(named(Hook, "package with a script that runs at install", scripts));
    let other = new.iter().filter(|(name, now)| {
        old.get(*name).is_some_and(|before| {
            let sums = before.integrity.is_some() && now.integrity.is_some();
            before.version == now.version && sums && before.integrity != now.integrity
        })
    });
    let other = other.map(|(name, _)| name.as_str().into()).collect();
    found.extend(named(Hook, "the same version with another checksum", other));
    found
}
