//! `uv.lock`, `poetry.lock`, `pdm.lock` and `pylock.toml` (PEP 751).

use super::{Damaged, MOST, Package, file_name, place, toml};
use crate::bytes::toml::shown;
use ::toml::{Table, Value};
use std::collections::BTreeSet;

/// What decides neither where a package comes from nor which bytes it is.
const HARMLESS: [&str; 23] = [
    "name",
    "version",
    "dependencies",
    "dev-dependencies",
    "optional-dependencies",
    "dependency-groups",
    "extras",
    "extra",
    "groups",
    "marker",
    "markers",
    "environment_marker",
    "resolution-markers",
    "requires_python",
    "requires-python",
    "python-versions",
    "summary",
    "description",
    "category",
    "optional",
    "metadata",
    "inherit_metadata",
    "attestation-identities",
];

/// What is read as files.
const FILES: [&str; 4] = ["files", "wheels", "sdist", "archive"];

/// Where a package comes from, each with what names one version there.
const PLACES: [&str; 10] = [
    "source",
    "index",
    "vcs",
    "directory",
    "archive",
    "git",
    "url",
    "path",
    "editable",
    "subdirectory",
];
const VERSIONS: [&str; 8] = [
    "revision",
    "ref",
    "reference",
    "resolved_reference",
    "commit-id",
    "requested-revision",
    "hashes",
    "size",
];

/// Reads a lock file of uv's, poetry's or pdm's.
///
/// # Errors
///
/// If it is none.
pub(crate) fn python(text: &str) -> Result<Vec<Package>, Damaged> {
    read(text, "package")
}

/// Reads a `pylock.toml`, whose list has another name: under that of the others it would be no more than a decoy.
///
/// # Errors
///
/// If it is none.
pub(crate) fn pylock(text: &str) -> Result<Vec<Package>, Damaged> {
    read(text, "packages")
}

fn read(text: &str, list: &str) -> Result<Vec<Package>, Damaged> {
    let table = toml(text)?;
    let list = table.get(list).and_then(Value::as_array).ok_or(Damaged::NoList)?;
    if list.len() > MOST {
        return Err(Damaged::TooLarge);
    }
    // As poetry had them before 1.3.
    let apart = table.get("metadata").and_then(|metadata| metadata.get("files"));
    list.iter().map(|value| package(value, apart).ok_or(Damaged::Package)).collect()
}

fn package(value: &Value, apart: Option<&Value>) -> Option<Package> {
    let table = value.as_table()?;
    let name = table.get("name")?.as_str()?.to_owned();
    let version = match table.get("version") {
        None => String::new(),
        Some(version) => version.as_str()?.to_owned(),
    };
    let is_of = |list: &[&str], key: &str| list.contains(&key);
    let source = |versions: bool| -> Option<String> {
        let keys = |(key, _): &(&String, &Value)| {
            is_of(&PLACES, key) || versions && is_of(&VERSIONS, key) && *key != "size"
        };
        let said: Vec<String> =
            table.iter().filter(keys).map(|(key, v)| words(key, v, versions)).collect();
        (!said.is_empty()).then(|| said.join(" "))
    };
    let many = ["files", "wheels"].into_iter().filter_map(|key| table.get(key)?.as_array());
    let one = ["sdist", "archive"].into_iter().filter_map(|key| table.get(key));
    let mut listed: Vec<&Value> = many.flatten().chain(one).collect();
    if listed.is_empty() {
        listed.extend(apart.and_then(|a| a.get(&name)?.as_array()).into_iter().flatten());
    }
    let elsewhere: BTreeSet<String> = listed.iter().copied().filter_map(file_place).collect();
    let elsewhere = elsewhere.into_iter().map(|place| format!("files of {place}"));
    let place: Vec<String> = source(false).into_iter().chain(elsewhere).collect();
    let known = |key: &str| {
        [&HARMLESS[..], &FILES, &PLACES, &VERSIONS].iter().any(|list| list.contains(&key))
    };
    let other = table.iter().filter(|(key, _)| !known(key));
    Some(Package {
        source: source(true),
        place: (!place.is_empty()).then(|| place.join(", ")),
        files: listed.into_iter().map(file).collect(),
        other: other.map(|(key, value)| format!("{key} {}", shown(value))).collect(),
        name,
        version,
    })
}

/// Where something comes from, in words; without `versions` as far as it names none.
fn words(key: &str, value: &Value, versions: bool) -> String {
    let text = match value {
        Value::Table(table) => {
            let kept = |(key, _): &(&String, &Value)| {
                !matches!(key.as_str(), "hashes" | "size" | "upload-time")
                    && (versions || !VERSIONS.contains(&key.as_str()))
            };
            let said = table.iter().filter(kept).map(|(key, value)| words(key, value, versions));
            said.collect::<Vec<_>>().join(" ")
        }
        Value::String(text) if versions => text.clone(),
        Value::String(text) => place(text).to_owned(),
        other => shown(other),
    };
    match key {
        "source" => text,
        key => format!("{key} {text}"),
    }
}

/// Whose a file is, by its address or path, where it is not on PyPI's own host: the host, and on a host of many
/// projects the project.
fn file_place(value: &Value) -> Option<String> {
    const SHARED: [&str; 6] = [
        "github.com",
        "raw.githubusercontent.com",
        "gitlab.com",
        "codeberg.org",
        "bitbucket.org",
        "git.sr.ht",
    ];
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let Some(url) = text("url") else {
        let path = place(text("path")?);
        return Some(path.rsplit_once('/').map_or(".", |(directory, _)| directory).to_owned());
    };
    let mut parts = url.split_once("://").map_or(url, |(_, rest)| rest).split('/');
    let host = parts.next()?.to_ascii_lowercase();
    let owned = parts.take(if SHARED.contains(&host.as_str()) { 2 } else { 0 });
    let whole = [host.as_str()].into_iter().chain(owned).collect::<Vec<_>>().join("/");
    (host != "files.pythonhosted.org").then_some(whole)
}

/// The name and the digests of a file; nothing of one that is not described as a file is.
fn file(value: &Value) -> (String, Option<String>) {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    let name =
        text("file").or_else(|| text("name")).or_else(|| text("url")).or_else(|| text("path"));
    let hashes = |table: &Table| -> String {
        let each = table.iter().map(|(kind, sum)| match sum.as_str() {
            Some(sum) => format!("{kind}:{sum}"),
            None => format!("{kind}:{}", shown(sum)),
        });
        each.collect::<Vec<_>>().join(" ")
    };
    let many = || value.get("hashes").and_then(Value::as_table).map(hashes);
    let digest = text("hash").map(str::to_owned).or_else(many).filter(|text| !text.is_empty());
    (name.map(file_name).unwrap_or_default(), digest)
}
