//! `Cargo.lock`: the part of git's that the package needs, or one that cargo made.

use super::{Checked, Context};
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// Bytes of a lock file that is parsed.
const SIZE: usize = 4 << 20;

/// Where packages of crates.io come from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The packages of a lock file: checksums by name, version and source. There may be one version from several
/// places.
type Packages = BTreeMap<(String, String, Option<String>), Option<String>>;

pub(super) fn check(context: &Context<'_>, text: Option<&str>, original: Option<&str>) -> Checked {
    let Some(new) = text.filter(|text| text.len() <= SIZE).and_then(packages) else {
        return Checked::differs("it is not a lock file of cargo's");
    };
    let above = context.view.upwards("Cargo.lock").into_iter().map(|(_, text)| text);
    let locks: Vec<Packages> = original
        .map(str::to_owned)
        .into_iter()
        .chain(above)
        .filter(|text| text.len() <= SIZE)
        .filter_map(|text| packages(&text))
        .collect();
    if locks.is_empty() {
        return without(context, &new);
    }
    let mut why = String::new();
    for lock in &locks {
        match within(context, &new, lock) {
            Ok(rest) => {
                let how = "the part of git's Cargo.lock that the package needs";
                return Checked::partly(how, rest);
            }
            Err(differs) => why = differs,
        }
    }
    Checked::Differs(why)
}

/// Whether every package is one of git's lock file, and which checksums that does not have.
fn within(context: &Context<'_>, new: &Packages, old: &Packages) -> Result<Vec<String>, String> {
    let mut rest = Vec::new();
    for ((name, version, source), checksum) in new {
        if *name == context.release.name && source.is_none() {
            continue;
        }
        let from = |source: Option<String>| old.get(&(name.clone(), version.clone(), source));
        // A package of the workspace is one of the registry where it is published.
        let in_registry = source.as_deref().is_some_and(is_crates_io);
        let own = from(source.clone());
        let published = own.is_none() && in_registry && from(None).is_some();
        if own.is_none() && !published {
            let known = old.keys().any(|(n, v, _)| n == name && v == version);
            return Err(match known {
                true => {
                    format!("it takes {name} {version} from another place than git's Cargo.lock")
                }
                false => format!("it has {name} {version}, which git's Cargo.lock has not"),
            });
        }
        if own.is_some_and(|own| checksum != own) {
            return Err(format!(
                "its checksum of {name} {version} is not that of git's Cargo.lock"
            ));
        }
        if published {
            rest.push(format!("the checksum of {name} {version}, of which git has the sources"));
        }
    }
    Ok(rest)
}

/// A lock file that git has none of: cargo made it when the package was.
fn without(context: &Context<'_>, new: &Packages) -> Checked {
    for ((name, version, source), checksum) in new {
        let own = *name == context.release.name && source.is_none();
        if !own && (!source.as_deref().is_some_and(is_crates_io) || checksum.is_none()) {
            return Checked::Differs(format!(
                "it takes {name} {version} from another place than crates.io"
            ));
        }
    }
    let programs = context.view.has_file("src/main.rs")
        || context.view.entries().any(|(path, _)| path.starts_with(b"src/bin/"))
        || context.view.text("Cargo.toml").is_some_and(|text| text.contains("[[bin]]"));
    match programs {
        true => {
            Checked::NotCompared("a Cargo.lock that cargo made, of which git has none".to_owned())
        }
        // Only a program is built by its own lock file, and a library where it is tested.
        false => {
            let rest = match new.len().saturating_sub(1) {
                0 => Vec::new(),
                _ => vec!["versions and checksums, because git has no Cargo.lock".to_owned()],
            };
            Checked::partly("cargo's, of a library, all of it from crates.io", rest)
        }
    }
}

fn is_crates_io(source: &str) -> bool {
    source == CRATES_IO
}

fn packages(text: &str) -> Option<Packages> {
    let table: Table = text.parse().ok()?;
    let known: BTreeSet<&str> =
        ["version", "package", "root", "metadata", "patch"].into_iter().collect();
    if table.contains_key("patch") || !table.keys().all(|key| known.contains(key.as_str())) {
        return None;
    }
    let metadata = table.get("metadata").and_then(Value::as_table);
    let mut packages = Packages::new();
    for package in table.get("package")?.as_array()? {
        let text = |key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
        let (name, version) = (text("name")?, text("version")?);
        let source = text("source");
        // Lock files of the first version have the checksums apart.
        let place =
            format!("checksum {name} {version} ({})", source.as_deref().unwrap_or_default());
        let older = metadata.and_then(|metadata| metadata.get(&place)).and_then(Value::as_str);
        let checksum = text("checksum").or(older.map(str::to_owned));
        // One of two that are called the same would be compared with nothing.
        if packages.insert((name, version, source), checksum).is_some() {
            return None;
        }
    }
    Some(packages)
}
