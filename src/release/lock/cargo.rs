//! `Cargo.lock`.

use super::{Damaged, MOST, Package, place, toml};
use crate::bytes::toml::shown;
use ::toml::{Table, Value};

/// What a Cargo.lock says.
#[derive(Debug)]
pub(crate) struct CargoLock {
    /// Its packages, in the order of the file.
    pub(crate) packages: Vec<Package>,
    /// Whether it has patches that are not used.
    pub(crate) patched: bool,
}

/// Reads a Cargo.lock of any of cargo's versions until now.
///
/// # Errors
///
/// If it is none.
pub(crate) fn cargo(text: &str) -> Result<CargoLock, Damaged> {
    let table = toml(text)?;
    let known = ["version", "package", "root", "metadata", "patch"];
    if !table.keys().all(|key| known.contains(&key.as_str())) {
        return Err(Damaged::Unknown);
    }
    let list = table.get("package").and_then(Value::as_array).ok_or(Damaged::NoList)?;
    if list.len() > MOST {
        return Err(Damaged::TooLarge);
    }
    // Lock files of the first version have the checksums apart.
    let apart = table.get("metadata").and_then(Value::as_table);
    let packages = list.iter().map(|value| package(value, apart).ok_or(Damaged::Package));
    let packages = packages.collect::<Result<_, _>>()?;
    Ok(CargoLock { packages, patched: table.contains_key("patch") })
}

fn package(value: &Value, apart: Option<&Table>) -> Option<Package> {
    let table = value.as_table()?;
    let text = |key: &str| match table.get(key) {
        None => Some(None),
        Some(value) => Some(Some(value.as_str()?.to_owned())),
    };
    let (name, version) = (text("name")??, text("version")??);
    let source = text("source")?;
    let key = format!("checksum {name} {version} ({})", source.as_deref().unwrap_or_default());
    let older = apart.and_then(|apart| apart.get(&key)).and_then(Value::as_str);
    let checksum = text("checksum")?.or(older.map(str::to_owned));
    let known = ["name", "version", "source", "checksum", "dependencies", "replace"];
    let other = table.iter().filter(|(key, _)| !known.contains(&key.as_str()) || *key == "replace");
    Some(Package {
        place: source.as_deref().map(|source| place(source).to_owned()),
        files: checksum.map(|sum| (String::new(), Some(sum))).into_iter().collect(),
        other: other.map(|(key, value)| format!("{key} {}", shown(value))).collect(),
        name,
        version,
        source,
    })
}
