//! `Cargo.toml` and cargo's settings.

use super::super::hazard::{Hazard, HazardKind};
use super::super::place::place;
use super::flat::{Flat, Known};
use super::{Said, Sides, Table, both, compare, compare_sets, named, setting};
use crate::bytes::toml::{at, parse_any_integers, shown};
use std::collections::BTreeSet;
use toml::Value;

use HazardKind::{Configuration, Dependency, Hook};

pub(super) fn parse(text: &str) -> Option<toml::Table> {
    parse_any_integers(text).ok()
}

/// What is known of the settings of `Cargo.toml`.
const MANIFEST: Known = Known {
    apart: &[
        "package.name",
        "package.version",
        "package.authors",
        "package.description",
        "package.documentation",
        "package.readme",
        "package.homepage",
        "package.repository",
        "package.license",
        "package.license-file",
        "package.keywords",
        "package.categories",
        "package.exclude",
        "package.include",
        "package.publish",
        "package.metadata.docs",
        "package.rust-version",
        "package.build",
        "package.links",
        "package.edition",
        "lib.path",
        "lib.proc-macro",
        "lib.name",
        "lib.doc",
        "lib.test",
        "lib.doctest",
        "lib.bench",
        "lib.harness",
        "features",
        "badges",
        "lints",
        "dependencies",
        "build-dependencies",
        "build_dependencies",
        "dev-dependencies",
        "dev_dependencies",
        "target.*.dependencies",
        "target.*.build-dependencies",
        "target.*.build_dependencies",
        "target.*.dev-dependencies",
        "target.*.dev_dependencies",
        "patch",
        "replace",
        "workspace.members",
        "workspace.package",
        "workspace.metadata",
        "workspace.lints",
        "workspace.dependencies",
    ],
    minor: &[
        "bench",
        "bin",
        "example",
        "lib.crate-type",
        "package.autobenches",
        "package.autobins",
        "package.autoexamples",
        "package.autolib",
        "package.autotests",
        "package.default-run",
        "package.metadata",
        "package.resolver",
        "package.workspace",
        "profile.*.opt-level",
        "profile.*.lto",
        "profile.*.debug",
        "profile.*.codegen-units",
        "profile.*.panic",
        "profile.*.strip",
        "profile.*.incremental",
        "profile.*.inherits",
        "profile.*.overflow-checks",
        "profile.*.debug-assertions",
        "profile.*.package",
        "profile.*.build-override",
        "test",
        "workspace.default-members",
        "workspace.exclude",
        "workspace.resolver",
    ],
};

pub(super) fn manifest(sides: Sides<'_>) -> Vec<Hazard> {
    let (mut old, mut new) = match both(sides, "TOML here", parse) {
        Ok(both) => both,
        Err(unreadable) => return unreadable,
    };
    let mut found = Vec::new();
    for (table, what) in [
        ("build-dependencies", "build dependency"),
        ("dependencies", "dependency"),
        ("patch", "replaced crate"),
        ("replace", "replaced crate"),
    ] {
        let (old, new) = (dependencies(&old, table), dependencies(&new, table));
        found.extend(compare(Dependency, what, &old, &new));
    }
    let more = built(&new).difference(&built(&old)).cloned().collect::<BTreeSet<String>>();
    let known = all_dependencies(&old).map(|(name, _)| name.clone()).collect();
    let more = more.intersection(&known).map(|name| name.as_str().into()).collect();
    found.extend(named(Dependency, "optional dependency now built by default", more));
    let dev = |table| dependencies(table, "dev-dependencies");
    let dev = compare(Configuration, "test dependency", &dev(&old), &dev(&new));
    let text = |table: &toml::Table, path: &[&str]| at(table, path).map(shown);
    for (path, what, kind) in [
        (&["package", "build"][..], "the build script", Hook),
        (&["package", "links"], "links", Configuration),
        (&["lib", "path"], "the path of the library", Configuration),
        (&["lib", "proc-macro"], "proc-macro", Hook),
        (&["package", "edition"], "the edition", Configuration),
        (&["features", "default"], "the default features", Configuration),
    ] {
        let (old, new) = (text(&old, path), text(&new, path));
        found.extend(setting(kind, what, old.as_deref(), new.as_deref()));
    }
    let members = |table: &toml::Table, path: &[&str]| -> BTreeSet<String> {
        let value = at(table, path).and_then(Value::as_array);
        value.into_iter().flatten().map(shown).collect()
    };
    let path = ["workspace", "members"];
    let (before, now) = (members(&old, &path), members(&new, &path));
    found.extend(compare_sets(Configuration, "workspace member", before, now));
    found.extend(dev);
    [&mut old, &mut new].into_iter().for_each(leave_out_found);
    leave_out_unsought(&mut old, &mut new);
    found.extend(Flat::changed(&MANIFEST.of(&old), &MANIFEST.of(&new), sides.old.is_empty()));
    found
}

/// Takes out of a manifest the tests, benchmarks and examples that lie where cargo looks for them: the others may be any
/// file, and each is compared.
fn leave_out_found(table: &mut toml::Table) {
    for (kind, folder) in [("test", "tests/"), ("bench", "benches/"), ("example", "examples/")] {
        if let Some(Value::Array(targets)) = table.get_mut(kind) {
            targets.retain(|target| {
                let path = target.get("path").and_then(Value::as_str);
                path.is_some_and(|path| !path.starts_with(folder) || path.contains(".."))
            });
            if targets.is_empty() {
                table.remove(kind);
            }
        }
    }
}

/// Takes out that cargo looks for no targets of a kind, which it writes into every package; that it looks again is news.
fn leave_out_unsought(old: &mut toml::Table, new: &mut toml::Table) {
    for key in ["autobenches", "autobins", "autoexamples", "autolib", "autotests"] {
        if at(new, &["package", key]).and_then(Value::as_bool) == Some(false) {
            for side in [&mut *old, &mut *new] {
                side.get_mut("package")
                    .and_then(Value::as_table_mut)
                    .map(|table| table.remove(key));
            }
        }
    }
}

/// The dependencies of one kind, also of the workspace and of targets, whose names stand behind these. Cargo reads
/// `build_dependencies`, too.
fn dependencies(table: &toml::Table, kind: &str) -> Table {
    let mut found = Table::default();
    let mut add = |of: Option<&str>, value: Option<&Value>| {
        for (name, spec) in value.and_then(Value::as_table).into_iter().flatten() {
            // What is compiled is the package, by whatever name.
            let package = spec.get("package").map(|package| format!(" (is {})", shown(package)));
            let name = format!("{name}{}", package.unwrap_or_default());
            let name = of.map_or(name.clone(), |of| format!("{of}: {name}"));
            found.extend([(name, specification(spec))]);
        }
    };
    let tables =
        |value: Option<&Value>| value.and_then(Value::as_table).cloned().unwrap_or_default();
    if kind == "replace" {
        add(None, table.get(kind));
        return found;
    }
    if kind == "patch" {
        // A patch has a table for each source.
        tables(table.get(kind)).iter().for_each(|(source, patch)| add(Some(source), Some(patch)));
        return found;
    }
    for kind in [kind, &kind.replace('-', "_")].into_iter().collect::<BTreeSet<&str>>() {
        add(None, table.get(kind));
        add(Some("workspace"), at(table, &["workspace", kind]));
        for (target, value) in tables(table.get("target")) {
            add(Some(&target), value.get(kind));
        }
    }
    found
}

/// What is compiled with a crate, by name and with what is said of it.
fn all_dependencies(table: &toml::Table) -> impl Iterator<Item = (&String, &Value)> {
    const KINDS: [&str; 3] = ["dependencies", "build-dependencies", "build_dependencies"];
    let targets = table.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flatten().filter_map(|(_, target)| target.as_table());
    let lists = targets.chain([table]).flat_map(|side| KINDS.iter().filter_map(|k| side.get(*k)));
    lists.filter_map(Value::as_table).flatten()
}

/// The dependencies that are built where nobody chooses features: those that are not optional, and those that `default`
/// leads to.
fn built(table: &toml::Table) -> BTreeSet<String> {
    let features = table.get("features").and_then(Value::as_table);
    let (mut left, mut seen) = (vec!["default".to_owned()], BTreeSet::new());
    let mut found = BTreeSet::new();
    while let Some(name) = left.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        if let Some(list) = features.and_then(|f| f.get(&name)).and_then(Value::as_array) {
            left.extend(list.iter().map(shown));
        } else {
            // `dep:NAME`, `NAME/FEATURE`; `NAME?/FEATURE` builds nothing more.
            let name = name.strip_prefix("dep:").unwrap_or(&name);
            found.insert(name.split('/').next().unwrap_or(name).to_owned());
        }
    }
    let is_optional = |spec: &Value| spec.get("optional").and_then(Value::as_bool) == Some(true);
    let all = all_dependencies(table);
    let built = all.filter(|(name, spec)| !is_optional(spec) || found.contains(*name));
    built.map(|(name, _)| name.clone()).collect()
}

/// Where a dependency comes from, and with what it is built.
fn specification(spec: &Value) -> Said {
    let Some(table) = spec.as_table() else { return shown(spec).into() };
    // Default features are there unless somebody does without them.
    let is_silent = |key: &str, value: &Value| match key {
        "version" | "optional" | "package" | "workspace" => true,
        "default-features" | "default_features" => value.as_bool() == Some(true),
        _ => false,
    };
    let others = table.iter().filter(|(key, value)| !is_silent(key, value));
    let others = others.map(|(key, value)| format!("{} {}", key.replace('_', "-"), shown(value)));
    let mut said: Vec<String> = table.get("version").map(shown).into_iter().chain(others).collect();
    if table.get("workspace").and_then(Value::as_bool) == Some(true) {
        said.insert(0, "of the workspace".to_owned());
    }
    let elsewhere = ["git", "registry", "registry-index"];
    let elsewhere = elsewhere.iter().any(|key| table.contains_key(*key))
        || table.get("path").and_then(Value::as_str).is_some_and(is_aside);
    Said { text: said.join(" "), elsewhere }
}

/// Whether a crate lies among tests or documentation, where nobody looks for what is built.
fn is_aside(path: &str) -> bool {
    place(format!("{path}/src/lib.rs").as_bytes(), b"").aside
}

/// cargo's own settings: a wrapper or a linker there is a program that runs in every build.
pub(super) fn config(sides: Sides<'_>) -> Vec<Hazard> {
    let (old, new) = match both(sides, "TOML here", parse) {
        Ok(both) => both,
        Err(unreadable) => return unreadable,
    };
    let known = Known { apart: &[], minor: &[] };
    Flat::changed(&known.of(&old), &known.of(&new), sides.old.is_empty())
}
