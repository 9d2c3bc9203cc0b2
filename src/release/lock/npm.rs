//! `package-lock.json` and `npm-shrinkwrap.json`, of npm's formats 1 to 3.

use super::{Damaged, LIMIT, MOST, Package, file_name, place};
use crate::bytes::json::{self, JsonCause, Limits};
use serde_json::{Map, Value};

/// What decides neither where a package comes from nor which bytes it is.
const HARMLESS: [&str; 34] = [
    "name",
    "version",
    "resolved",
    "integrity",
    "link",
    "from",
    "dev",
    "optional",
    "peer",
    "devOptional",
    "license",
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "requires",
    "engines",
    "os",
    "cpu",
    "libc",
    "funding",
    "bin",
    "deprecated",
    "workspaces",
    "extraneous",
    "bundled",
    "inBundle",
    "bundleDependencies",
    "bundledDependencies",
    "acceptDependencies",
    "hasShrinkwrap",
    "hasInstallScript",
    "ideallyInert",
];

/// The most values: some 20,000 packages have so many.
const VALUES: usize = 1_500_000;

/// A package, and whether it has a script that runs at install.
pub(crate) type Installed = (Package, bool);

/// Reads one of these lock files.
///
/// # Errors
///
/// If it is none.
pub(crate) fn npm(text: &str) -> Result<Vec<Installed>, Damaged> {
    if text.len() > LIMIT {
        return Err(Damaged::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}');
    let value = json::parse(text.as_bytes(), Limits::of_values(VALUES));
    let value = value.map_err(|error| match error.cause {
        JsonCause::TooMany { .. } => Damaged::TooLarge,
        _ => Damaged::Syntax("JSON"),
    })?;
    let mut found = Vec::new();
    let packages = value.get("packages");
    // Format 2 has both, for npm of either age.
    let older = value.get("dependencies");
    if packages.is_none() && older.is_none() && value.get("lockfileVersion").is_none() {
        return Err(Damaged::NoList);
    }
    for (path, entry) in map(packages)?.into_iter().flatten().filter(|(path, _)| !path.is_empty()) {
        let name = path.strip_prefix("node_modules/").unwrap_or(path);
        found.push(package(name, entry).ok_or(Damaged::Package)?);
    }
    nested("", older, &mut found)?;
    if found.len() > MOST { Err(Damaged::TooLarge) } else { Ok(found) }
}

fn map(value: Option<&Value>) -> Result<Option<&Map<String, Value>>, Damaged> {
    value.map(|value| value.as_object().ok_or(Damaged::NoList)).transpose()
}

/// The packages of format 1, each below the one that brings it.
fn nested(above: &str, list: Option<&Value>, found: &mut Vec<Installed>) -> Result<(), Damaged> {
    for (name, entry) in map(list)?.into_iter().flatten() {
        let path = format!("{above}{name}");
        found.push(package(&path, entry).ok_or(Damaged::Package)?);
        nested(&format!("{path}/node_modules/"), entry.get("dependencies"), found)?;
    }
    Ok(())
}

fn package(path: &str, entry: &Value) -> Option<Installed> {
    let table = entry.as_object()?;
    let text = |key: &str| table.get(key).and_then(Value::as_str);
    let version = text("version").unwrap_or_default();
    // Format 1 has an address in the place of a version.
    let address = version.contains(':').then_some(version);
    let resolved = text("resolved").or(address);
    let name = path.rsplit("node_modules/").next().unwrap_or(path);
    // One that is installed under another name.
    let other_name = text("name").filter(|own| *own != name);
    let link =
        if table.get("link").and_then(Value::as_bool) == Some(true) { "link to " } else { "" };
    let place = resolved.map(|resolved| {
        // Each package has a directory of its own in a registry.
        let end = format!("{}/-/{}", other_name.unwrap_or(name), file_name(resolved));
        let place = place(resolved);
        format!("{link}{}", place.strip_suffix(end.as_str()).unwrap_or(place))
    });
    let other = table.iter().filter(|(key, _)| !HARMLESS.contains(&key.as_str()));
    let package = Package {
        name: match other_name {
            Some(other) => format!("{path} (is {other})"),
            None => path.to_owned(),
        },
        version: version.to_owned(),
        source: place.clone(),
        place,
        files: text("integrity")
            .map(|sum| (String::new(), Some(sum.to_owned())))
            .into_iter()
            .collect(),
        other: other.map(|(key, value)| format!("{key} {value}")).collect(),
    };
    Some((package, table.get("hasInstallScript").and_then(Value::as_bool) == Some(true)))
}
