//! The dependencies of a package.

use super::package::{Package, table};
use toml::{Table, Value};

/// The kinds of dependencies, each with its older spelling.
const KINDS: [(&str, &str); 3] = [
    ("dependencies", "dependencies"),
    ("dev-dependencies", "dev_dependencies"),
    ("build-dependencies", "build_dependencies"),
];

/// Says which dependency is not one of git's.
pub(super) fn compare(package: &Package<'_>, written: &Table) -> Result<(), String> {
    let original = package.original;
    for kind in KINDS {
        section(package, written, original, kind, "")?;
    }
    let nothing = Table::new();
    let known = table(original, "target").unwrap_or(&nothing);
    for (target, new) in table(written, "target").unwrap_or(&nothing) {
        let new = new.as_table().ok_or("[target] is not a table")?;
        let known = known.iter().find(|(other, _)| same_target(other, target));
        let known = known.and_then(|(_, table)| table.as_table()).unwrap_or(&nothing);
        if let Some(key) = new.keys().find(|key| {
            !KINDS.iter().any(|(kind, older)| key.as_str() == *kind || key.as_str() == *older)
        }) {
            return Err(format!("[target] has {key}, which cargo does not write"));
        }
        for kind in KINDS {
            section(package, new, known, kind, &format!(" for {target}"))?;
        }
    }
    for (target, known) in known {
        let new = table(written, "target").into_iter().flatten();
        let new =
            new.filter(|(other, _)| same_target(other, target)).find_map(|(_, t)| t.as_table());
        if let Some(known) = known.as_table() {
            left_out(package, new.unwrap_or(&nothing), known, &format!(" for {target}"));
        }
    }
    left_out(package, written, original, "");
    Ok(())
}

/// Notes dependencies of git's that the package lacks. cargo itself leaves out those of developers only.
fn left_out(package: &Package<'_>, written: &Table, known: &Table, place: &str) {
    for (kind, older) in KINDS.into_iter().filter(|(kind, _)| *kind != "dev-dependencies") {
        let has = |name: &str| {
            [kind, older]
                .iter()
                .any(|key| table(written, key).is_some_and(|t| t.contains_key(name)))
        };
        let known = table(known, kind).or_else(|| table(known, older)).into_iter().flatten();
        for (name, _) in known.filter(|(name, _)| !has(name)) {
            package.leave(format!("why it leaves out {name}{place} of [{kind}]"));
        }
    }
}

fn same_target(one: &str, other: &str) -> bool {
    let plain = |text: &str| -> String { text.split_whitespace().collect() };
    plain(one) == plain(other)
}

fn section(
    package: &Package<'_>,
    written: &Table,
    original: &Table,
    (kind, older): (&str, &str),
    place: &str,
) -> Result<(), String> {
    for key in [kind, older] {
        let Some(section) = written.get(key) else { continue };
        let section = section.as_table().ok_or(format!("[{key}] is not a table"))?;
        for (name, new) in section {
            let known = [kind, older].iter().find_map(|key| table(original, key)?.get(name));
            let Some(known) = known else {
                return Err(format!(
                    "it has a dependency {name}{place} in [{key}], which git's has not"
                ));
            };
            dependency(package, name, new, known)
                .map_err(|what| format!("its dependency {name}{place} in [{key}] {what}"))?;
        }
        if key == older && kind == older {
            break;
        }
    }
    Ok(())
}

/// A dependency of git's, with what it inherits from the workspace.
fn resolved(package: &Package<'_>, name: &str, known: &Value) -> Option<Table> {
    let own = as_table(known);
    if own.get("workspace") != Some(&Value::Boolean(true)) {
        return Some(own);
    }
    let inherited = package.workspace?.get("workspace")?.get("dependencies")?.get(name)?;
    let mut all = as_table(inherited);
    let mut features: Vec<Value> =
        all.get("features").and_then(Value::as_array).cloned().unwrap_or_default();
    features.extend(own.get("features").and_then(Value::as_array).cloned().unwrap_or_default());
    for (key, value) in own.into_iter().filter(|(key, _)| key != "workspace") {
        all.insert(key, value);
    }
    if !features.is_empty() {
        all.insert("features".to_owned(), Value::Array(features));
    }
    Some(all)
}

fn as_table(value: &Value) -> Table {
    match value {
        Value::Table(table) => {
            let spelled = table.iter().map(|(key, value)| (key.replace('_', "-"), value.clone()));
            spelled.collect()
        }
        other => Table::from_iter([("version".to_owned(), other.clone())]),
    }
}

fn dependency(package: &Package<'_>, name: &str, new: &Value, known: &Value) -> Result<(), String> {
    let known = resolved(package, name, known)
        .ok_or("is inherited from a workspace that git's directories above do not have")?;
    let new = as_table(new);
    for (key, value) in &new {
        match key.as_str() {
            "features" => {
                let list = value.as_array().ok_or("has features that are not a list")?;
                let old = known.get("features").and_then(Value::as_array);
                let more = list.iter().find(|item| !old.is_some_and(|old| old.contains(item)));
                if let Some(more) = more {
                    return Err(format!("has the feature {more:?}, which git's has not"));
                }
            }
            // cargo writes the registry that a name stands for.
            "registry-index"
                if known.contains_key("registry") || known.contains_key("registry-index") =>
            {
                if known.get(key) != Some(value) {
                    package.leave(format!("whether {name} comes from the registry that git names"));
                }
            }
            // What is the default may be written.
            "default-features" if *value == Value::Boolean(true) && !known.contains_key(key) => {}
            "optional" if *value == Value::Boolean(false) && !known.contains_key(key) => {}
            "version" if known.get(key).is_none() && value.as_str() == Some("*") => {}
            "version" | "package" | "optional" | "default-features" | "artifact" | "lib"
            | "target" | "public" | "registry" => {
                if known.get(key) != Some(value) {
                    return Err(format!("has another {key} than git's"));
                }
            }
            key => return Err(format!("has {key}, which cargo does not write")),
        }
    }
    let features = |table: &Table| table.get("features").and_then(Value::as_array).cloned();
    let there = features(&new).unwrap_or_default();
    if features(&known).is_some_and(|known| known.iter().any(|one| !there.contains(one))) {
        package.leave(format!("why {name} has fewer features than git's asks for"));
    }
    // What git's asks for and this does not: another package, or more of it than is wanted.
    for key in ["version", "package", "optional", "default-features"] {
        let default = known.get(key) == Some(&Value::Boolean(key == "default-features"));
        if known.contains_key(key) && !new.contains_key(key) && !default {
            return Err(format!("has no {key}, and git's has"));
        }
    }
    Ok(())
}
