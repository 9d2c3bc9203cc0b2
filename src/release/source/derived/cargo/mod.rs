//! What `cargo package` writes into a .crate.

mod dependencies;
mod lock;
mod manifest;
mod package;
mod targets;

use super::{Checked, PARSED};
use crate::bytes::json::{self, Limits};
use crate::bytes::toml;
use crate::release::archive::Entry;
use crate::release::source::context::Context;
use crate::release::source::texts::text;
use ::toml::Table;
use serde_json::Value;
use std::collections::BTreeMap;

/// The file that names the commit.
const VCS_INFO: &str = ".cargo_vcs_info.json";

/// What the .crate says of itself. Anyone who made it wrote this.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct VcsInfo {
    /// The commit.
    pub(crate) commit: Option<String>,
    /// Whether the working tree had changes that no commit has.
    pub(crate) dirty: bool,
    /// The package's directory in the repository, without slashes at its ends.
    pub(crate) directory: Option<Vec<u8>>,
}

/// What the .crate with these members says; `None` where it says nothing that can be read.
pub(super) fn vcs_info(members: &BTreeMap<&[u8], &Entry>) -> Option<VcsInfo> {
    parse(members.get(VCS_INFO.as_bytes())?.contents.as_ref()?)
}

fn parse(text: &[u8]) -> Option<VcsInfo> {
    let tree = json::parse(text, Limits::default()).ok()?;
    let only = |value: Option<&Value>, keys: &[&str]| match value {
        None => true,
        Some(Value::Object(map)) => map.keys().all(|key| keys.contains(&key.as_str())),
        Some(_) => false,
    };
    if !only(Some(&tree), &["git", "path_in_vcs"]) || !only(tree.get("git"), &["sha1", "dirty"]) {
        return None;
    }
    let text = |pointer: &str| tree.pointer(pointer).and_then(Value::as_str);
    let directory = text("/path_in_vcs").map(|path| path.trim_matches('/').as_bytes().to_vec());
    let dirty = tree.pointer("/git/dirty") == Some(&Value::Bool(true));
    Some(VcsInfo { commit: text("/git/sha1").map(str::to_owned), dirty, directory })
}

pub(super) fn check(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
    original: Option<&str>,
) -> Option<Checked> {
    match path {
        VCS_INFO => Some(match entry.contents.as_ref().and_then(|text| parse(text)) {
            Some(VcsInfo { dirty: true, .. }) => {
                Checked::differs("cargo says that the working tree had changes that no commit has")
            }
            Some(_) => Checked::same("cargo's note of the commit"),
            None => Checked::differs("it is not what cargo writes"),
        }),
        "Cargo.toml.orig" => Some(match git_manifest(context).as_deref() == text(entry) {
            true => Checked::same("git's Cargo.toml, kept by cargo package"),
            false => Checked::differs("it is not git's Cargo.toml"),
        }),
        "Cargo.toml" => Some(manifest(context, entry)),
        "Cargo.lock" => Some(lock::check(context, text(entry), original)),
        _ => None,
    }
}

/// git's `Cargo.toml` of the package.
fn git_manifest(context: &Context<'_>) -> Option<String> {
    context.view.text("Cargo.toml").filter(|text| text.len() <= PARSED)
}

/// `Cargo.toml`, which cargo writes anew, against git's.
fn manifest(context: &Context<'_>, entry: &Entry) -> Checked {
    let Some(written) = text(entry).filter(|text| text.len() <= PARSED) else {
        return Checked::differs("it is not UTF-8, or too large");
    };
    let Some(original) = git_manifest(context) else {
        return Checked::differs("git has no Cargo.toml at that place");
    };
    let parse = |text: &str| toml::parse::<Table>(text).ok();
    let (Some(written), Some(original)) = (parse(written), parse(&original)) else {
        return Checked::differs("it is not TOML, or git's is not");
    };
    let workspace = workspace(context, &original);
    let package = package::Package::new(&original, workspace.as_ref(), context);
    match package.compare(&written) {
        Ok(rest) => {
            let how = "cargo's Cargo.toml: the same package, targets and dependencies as git's";
            Checked::partly(how, rest)
        }
        Err(why) => Checked::Differs(why),
    }
}

/// The manifest of the workspace that a package is in.
fn workspace(context: &Context<'_>, original: &Table) -> Option<Table> {
    if original.contains_key("workspace") {
        return Some(original.clone());
    }
    let above = context.view.upwards("Cargo.toml").into_iter();
    let mut tables = above.filter_map(|(_, text)| toml::parse::<Table>(&text).ok());
    tables.find(|table| table.contains_key("workspace"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_writes() {
        let info = parse(br#"{"git": {"sha1": "0a"}, "path_in_vcs": "crates/foo/"}"#);
        let directory = Some(b"crates/foo".to_vec());
        let commit = Some("0a".to_owned());
        assert_eq!(info, Some(VcsInfo { commit, dirty: false, directory }));
        assert_eq!(parse(b"{}"), Some(VcsInfo::default()));
        for other in [&b"[]"[..], b"{\"git\": {}, \"git\": {}}", b"x", b"{\"run\": 1}"] {
            assert_eq!(parse(other), None);
        }
        assert!(parse(br#"{"git": {"sha1": "0a", "dirty": true}}"#).is_some_and(|info| info.dirty));
    }
}
