//! The library and programs of a package.

use super::package::{Package, table};
use toml::{Table, Value};

/// Keys that cargo spells with `-` or `_`.
fn key(key: &str) -> String {
    key.replace('_', "-")
}

/// Says how the targets differ by something that is not cargo's doing.
pub(super) fn compare(
    package: &Package<'_>,
    written: &Table,
    original_package: &Table,
) -> Result<(), String> {
    let name = original_package.get("name").and_then(Value::as_str).unwrap_or_default();
    library(package, written, name)?;
    // Examples, tests and benchmarks may be left out of a package; a program is what it installs.
    let programs = |table: &Table| -> Vec<String> {
        let list = table.get("bin").and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|bin| bin.get("name")?.as_str().map(str::to_owned)).collect()
    };
    let there = programs(written);
    for name in programs(package.original).into_iter().filter(|name| !there.contains(name)) {
        package.leave(format!("why it leaves out the program {name}"));
    }
    for kind in ["bin", "example", "test", "bench"] {
        let Some(list) = written.get(kind) else { continue };
        let list = list.as_array().ok_or(format!("[[{kind}]] is not a list"))?;
        for target in list {
            let target = target.as_table().ok_or(format!("[[{kind}]] is not a table"))?;
            one(package, kind, target, original_package)?;
        }
    }
    Ok(())
}

fn library(package: &Package<'_>, written: &Table, name: &str) -> Result<(), String> {
    let nothing = Table::new();
    let original = table(package.original, "lib").unwrap_or(&nothing);
    let Some(new) = table(written, "lib") else {
        return match original.is_empty() {
            true => Ok(()),
            false => Err("its [lib] is missing".to_owned()),
        };
    };
    let default = name.replace('-', "_");
    let path = original.get("path").and_then(Value::as_str).unwrap_or("src/lib.rs");
    let known = original.get("name").and_then(Value::as_str).unwrap_or(&default).replace('-', "_");
    same_path(new, path, "lib")?;
    // Where it is not written, it is the usual one.
    if new.get("path").is_none() && path.trim_start_matches("./") != "src/lib.rs" {
        return Err(format!("its lib.path is missing, and git's is {path}"));
    }
    if new.get("name").and_then(Value::as_str).is_some_and(|new| new.replace('-', "_") != known) {
        return Err("lib.name is not as git has it".to_owned());
    }
    same_rest(new, original, "lib")
}

fn one(
    package: &Package<'_>,
    kind: &str,
    new: &Table,
    package_table: &Table,
) -> Result<(), String> {
    let package_name = package_table.get("name").and_then(Value::as_str).unwrap_or_default();
    let name =
        new.get("name").and_then(Value::as_str).ok_or(format!("a [[{kind}]] has no name"))?;
    let named = |table: &&Table| table.get("name").and_then(Value::as_str) == Some(name);
    let list = package.original.get(kind).and_then(Value::as_array);
    let original = list.into_iter().flatten().filter_map(Value::as_table).find(named);
    let usual = usual(kind, name, package_name);
    let path = new.get("path").and_then(Value::as_str);
    let path = path.map(|path| path.strip_prefix("./").unwrap_or(path));
    let nothing = Table::new();
    let what = format!("{kind}.{name}");
    match original.and_then(|table| table.get("path")).and_then(Value::as_str) {
        Some(known) => same_path(new, known, &what)?,
        None => {
            let fits = |path: &str| usual.iter().any(|usual| usual == path);
            if path.is_some_and(|path| !fits(path) || !package.context.view.has_file(path)) {
                return Err(format!("it has a target {what}, which git's has not"));
            }
            let found = format!("auto{kind}s").replace("benchs", "benches");
            let off = package_table.get(&found) == Some(&Value::Boolean(false));
            if original.is_none() && (path.is_none() || off) {
                return Err(format!("it has a target {what}, which git's has not"));
            }
        }
    }
    same_rest(new, original.unwrap_or(&nothing), &what)
}

/// Where cargo finds a target without being told.
fn usual(kind: &str, name: &str, package: &str) -> Vec<String> {
    let directory = match kind {
        "bin" => "src/bin",
        "example" => "examples",
        "test" => "tests",
        _ => "benches",
    };
    let mut places = vec![format!("{directory}/{name}.rs"), format!("{directory}/{name}/main.rs")];
    if kind == "bin" && name == package {
        places.push("src/main.rs".to_owned());
    }
    places
}

fn same_path(new: &Table, known: &str, what: &str) -> Result<(), String> {
    let plain = |path: &str| path.strip_prefix("./").unwrap_or(path).to_owned();
    match new.get("path").and_then(Value::as_str) {
        Some(path) if plain(path) != plain(known) => {
            Err(format!("{what}.path is {path}, and git's is {known}"))
        }
        _ => Ok(()),
    }
}

/// Whether everything but name and path is as it was.
fn same_rest(new: &Table, original: &Table, what: &str) -> Result<(), String> {
    let rest = |table: &Table| -> Table {
        let other = table.iter().filter(|(key, _)| !matches!(key.as_str(), "name" | "path"));
        other.map(|(name, value)| (key(name), value.clone())).collect()
    };
    let (new, original) = (rest(new), rest(original));
    let differs = |key: &&String| new.get(*key) != original.get(*key);
    // cargo leaves out what is the default.
    let dropped = |key: &&String| {
        !new.contains_key(*key) && matches!(original.get(*key), Some(Value::Boolean(true)))
    };
    match new.keys().chain(original.keys()).find(|key| differs(key) && !dropped(key)) {
        Some(key) => Err(format!("{what}.{key} is not as git has it")),
        None => Ok(()),
    }
}
