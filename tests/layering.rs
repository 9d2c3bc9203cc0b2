//! The house: seven floors, imports only downward, no circle among modules, and a plan that names the rooms.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From the ground up.
const FLOORS: [&str; 7] = ["answer", "bytes", "evidence", "release", "check", "report", "cli"];

/// A module's path, without the crate.
type Module = Vec<String>;

/// What each module imports, with the path that says so.
type Imports = BTreeMap<Module, BTreeMap<Module, String>>;

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|suffix| suffix == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The modules with their code: without comments, and without tests, which may look anywhere.
fn modules() -> BTreeMap<Module, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut modules = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap().with_extension("");
        let mut module: Module =
            relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if module.iter().any(|part| part == "tests" || part.ends_with("_tests")) {
            continue;
        }
        if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
            module.pop();
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code: Vec<&str> =
            text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let code = code.join("\n");
        modules.insert(module, code.split("#[cfg(test)]\nmod ").next().unwrap().to_owned());
    }
    modules
}

/// The paths of a tree of `use`: `a::{b, c::{d, e}}` has a::b, a::c::d and a::c::e.
fn expand(tree: &str, prefix: &str, paths: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default().trim();
        paths.push(format!("{prefix}{path}"));
        return;
    };
    let prefix = format!("{prefix}{head}");
    let inside = &rest[..rest.rfind('}').unwrap()];
    let (mut depth, mut from) = (0, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&inside[from..at], &prefix, paths);
                from = at + 1;
            }
            _ => {}
        }
    }
    if !inside[from..].trim().is_empty() {
        expand(&inside[from..], &prefix, paths);
    }
}

/// All that code names by `use` or by a path from the crate, its parent or itself.
fn named(code: &str) -> Vec<String> {
    let uses = regex::Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))? )?use\s+([^;]+);").unwrap();
    let inline = regex::Regex::new(r"\b(?:crate|super|self)(?:::\w+)+").unwrap();
    let mut paths = Vec::new();
    for found in uses.captures_iter(code) {
        let tree = found[1].split_whitespace().collect::<Vec<_>>().join(" ");
        expand(&tree, "", &mut paths);
    }
    let rest = uses.replace_all(code, "");
    paths.extend(inline.find_iter(&rest).map(|found| found.as_str().to_owned()));
    paths
}

/// What `path` in `here` leads to: the longest beginning that is a module.
fn resolve(here: &Module, path: &str, known: &BTreeMap<Module, String>) -> Option<Module> {
    let mut parts: Vec<&str> = path.split("::").map(str::trim).collect();
    let mut base = match parts.first().copied()? {
        "crate" => Module::new(),
        "super" | "self" => here.clone(),
        child if known.contains_key(&[here.as_slice(), &[child.to_owned()]].concat()) => {
            here.clone()
        }
        _ => return None,
    };
    while let Some(first @ ("crate" | "super" | "self")) = parts.first().copied() {
        if first == "super" {
            base.pop();
        }
        parts.remove(0);
    }
    base.extend(parts.iter().map(|part| (*part).to_owned()));
    while !known.contains_key(&base) && !base.is_empty() {
        base.pop();
    }
    Some(base)
}

fn imports() -> Imports {
    let known = modules();
    let mut imports = Imports::new();
    for (here, code) in &known {
        let entry = imports.entry(here.clone()).or_default();
        for path in named(code) {
            if let Some(there) = resolve(here, &path, &known).filter(|there| there != here) {
                entry.insert(there, path);
            }
        }
    }
    imports
}

fn height(module: &Module) -> Option<usize> {
    FLOORS.iter().position(|floor| Some(*floor) == module.first().map(String::as_str))
}

#[test]
fn every_form_of_an_import_is_seen() {
    let code = "use crate::{answer::check::Check, report as r};\npub(crate) use super::super::a::{self, b::{c, d}};\n\
        fn f() { crate::cli::run::<u8>(); self::inner::g() }\n";
    let mut paths = named(code);
    paths.sort();
    assert_eq!(
        paths,
        [
            "crate::answer::check::Check",
            "crate::cli::run",
            "crate::report",
            "self::inner::g",
            "super::super::a::b::c",
            "super::super::a::b::d",
            "super::super::a::self"
        ]
    );
    // What a floor hands on is the floor's.
    let known = modules();
    let here = vec!["answer".to_owned(), "check".to_owned()];
    assert_eq!(resolve(&here, "crate::report::Style", &known), Some(vec!["report".to_owned()]));
    assert_eq!(resolve(&here, "super::finding::Finding", &known).unwrap().len(), 2);
}

#[test]
fn imports_go_down() {
    let mut up = Vec::new();
    for (here, imported) in imports() {
        // The interface of the library stands on all floors, and what a fuzzer feeds.
        let Some(floor) = height(&here) else { continue };
        for (there, path) in imported {
            let down = height(&there).is_some_and(|below| below <= floor);
            // Of the crate itself only the list of modules is there.
            if !down && !there.is_empty() {
                up.push(format!("{}: {path}", here.join("::")));
            }
        }
    }
    assert!(up.is_empty(), "imports that go up:\n{}", up.join("\n"));
}

/// What is left of a graph when everything that leads to no circle is taken out.
fn circle(mut left: BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    for keep_callers in [false, true] {
        loop {
            let known: BTreeSet<String> = match keep_callers {
                false => left.keys().cloned().collect(),
                true => left.values().flatten().cloned().collect(),
            };
            let before = left.len();
            match keep_callers {
                // Whoever imports nothing that is left is in no circle, nor is what nothing imports.
                false => left.retain(|_, imported| imported.iter().any(|one| known.contains(one))),
                true => left.retain(|name, _| known.contains(name)),
            }
            let names: BTreeSet<String> = left.keys().cloned().collect();
            left.values_mut().for_each(|imported| imported.retain(|one| names.contains(one)));
            if left.len() == before {
                break;
            }
        }
    }
    left.into_keys().collect()
}

/// At every depth: of the modules of one parent, with all that is in them, none is in a circle.
#[test]
fn no_circle_among_modules() {
    let imports = imports();
    let parents: BTreeSet<&[String]> =
        imports.keys().flat_map(|module| (0..module.len()).map(|depth| &module[..depth])).collect();
    let mut circles = Vec::new();
    for parent in parents {
        let child = |module: &Module| {
            let inside = module.starts_with(parent) && module.len() > parent.len();
            inside.then(|| module[parent.len()].clone())
        };
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (here, imported) in &imports {
            let Some(from) = child(here) else { continue };
            let entry = graph.entry(from.clone()).or_default();
            entry.extend(imported.keys().filter_map(child).filter(|to| *to != from));
        }
        let names: BTreeSet<String> =
            circle(graph).into_iter().map(|name| [parent, &[name]].concat().join("::")).collect();
        if !names.is_empty() {
            circles.push(names.into_iter().collect::<Vec<_>>().join(", "));
        }
    }
    assert!(circles.is_empty(), "in or between circles:\n{}", circles.join("\n"));
}

#[test]
fn the_plan_names_every_room() {
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("doc/architecture.md");
    let plan = std::fs::read_to_string(plan).unwrap();
    let missing: BTreeSet<String> = modules()
        .into_keys()
        .filter(|module| module.len() == 2)
        .map(|module| module.join("/"))
        .filter(|room| !plan.contains(&format!("`{room}`")))
        .collect();
    assert!(missing.is_empty(), "doc/architecture.md does not name {missing:?}");
}
