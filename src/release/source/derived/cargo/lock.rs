//! `Cargo.lock`: the part of git's that the package needs, or one that cargo made.

use super::{Checked, Context};
use crate::release::lock;
use std::collections::BTreeMap;

/// Where packages of crates.io come from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The packages of a lock file: checksums by name, version and source. There may be one version from several
/// places.
type Packages = BTreeMap<(String, String, Option<String>), Option<String>>;

pub(super) fn check(context: &Context<'_>, text: Option<&str>, original: Option<&str>) -> Checked {
    let Some(new) = text.and_then(packages) else {
        return Checked::differs("it is not a lock file of cargo's");
    };
    let above = context.view.upwards("Cargo.lock").into_iter().map(|(_, text)| text);
    let locks: Vec<Packages> = original
        .map(str::to_owned)
        .into_iter()
        .chain(above)
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
    let lock = lock::cargo(text).ok().filter(|lock| !lock.patched)?;
    let mut packages = Packages::new();
    for package in lock.packages {
        let checksum = package.files.into_iter().find_map(|(_, sum)| sum);
        // One of two that are called the same would be compared with nothing.
        if packages.insert((package.name, package.version, package.source), checksum).is_some() {
            return None;
        }
    }
    Some(packages)
}
