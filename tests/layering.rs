//! The house: seven floors, imports only downward, no circle among rooms, and a plan that names them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// From the ground up.
const FLOORS: [&str; 7] = ["answer", "bytes", "evidence", "release", "check", "report", "cli"];

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

/// The path of a file's module, without the crate: a `mod.rs` is its directory.
fn module<'a>(parts: &'a [std::borrow::Cow<'a, str>]) -> Vec<&'a str> {
    let mut module: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    if module.last() == Some(&"mod") {
        module.pop();
    }
    module
}

/// A room is a module right below a floor: `evidence::openpgp`.
type Room = (String, String);

/// The rooms, and for each the rooms that it imports with the file that does.
fn imports() -> BTreeMap<Room, BTreeMap<Room, PathBuf>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let path = regex::Regex::new(r"\bcrate::(\w+)::(\w+)").unwrap();
    // `use super::plan::Plan`, `use super::{review, source}`, `super::super::check::split`.
    let relatives = regex::Regex::new(r"\b((?:super::)+)(\w+|\{[^}]*\})").unwrap();
    let mut rooms: BTreeMap<Room, BTreeMap<Room, PathBuf>> = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap().with_extension("");
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let [floor, room, ..] = parts.as_slice() else { continue };
        let here = (floor.to_string(), room.to_string());
        let entry = rooms.entry(here.clone()).or_default();
        let text = std::fs::read_to_string(&file).unwrap();
        // Tests at a file's end may look anywhere.
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        if relative.ends_with("tests") || relative.to_string_lossy().ends_with("_tests") {
            continue;
        }
        let module = module(&parts);
        let mut see = |there: Vec<&str>| {
            let [floor, room, ..] = there.as_slice() else { return };
            let there = ((*floor).to_owned(), (*room).to_owned());
            let is_room = src.join(&there.0).join(&there.1).is_dir()
                || src.join(&there.0).join(format!("{}.rs", there.1)).is_file();
            if there != here && is_room {
                entry.insert(there, relative.clone());
            }
        };
        for found in path.captures_iter(code) {
            see(vec![found.get(1).unwrap().as_str(), found.get(2).unwrap().as_str()]);
        }
        for found in relatives.captures_iter(code) {
            let up = found[1].matches("super::").count();
            let names = found.get(2).unwrap().as_str();
            let names = names.trim_matches(['{', '}']).split(',');
            for name in names.filter_map(|name| name.trim().split(':').next()) {
                let above = module.get(..module.len().saturating_sub(up)).unwrap_or_default();
                see(above.iter().copied().chain([name]).collect());
            }
        }
    }
    rooms
}

fn height(floor: &str) -> usize {
    FLOORS.iter().position(|known| *known == floor).unwrap_or_else(|| panic!("no floor {floor}"))
}

#[test]
fn imports_go_down() {
    let mut up = Vec::new();
    for (here, imported) in imports() {
        for (there, file) in imported {
            if height(&there.0) > height(&here.0) {
                up.push(format!("{}: {}::{}", file.display(), there.0, there.1));
            }
        }
    }
    assert!(up.is_empty(), "imports that go up:\n{}", up.join("\n"));
}

#[test]
fn no_circle_among_rooms() {
    let mut left = imports();
    // A floor's own mod.rs is the floor: what it re-exports is imported from above only.
    left.retain(|(_, room), _| room != "mod");
    loop {
        let known: BTreeSet<_> = left.keys().cloned().collect();
        let free: Vec<_> = left
            .iter()
            .filter(|(_, imported)| !imported.keys().any(|room| known.contains(room)))
            .map(|(room, _)| room.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|room, _| !free.contains(room));
    }
    let circle: Vec<_> = left.keys().map(|(floor, room)| format!("{floor}::{room}")).collect();
    assert!(circle.is_empty(), "in or behind a circle: {}", circle.join(", "));
}

#[test]
fn the_plan_names_every_room() {
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("doc/architecture.md");
    let plan = std::fs::read_to_string(plan).unwrap();
    let missing: Vec<_> = imports()
        .into_keys()
        .filter(|(_, room)| room != "mod" && !room.ends_with("tests"))
        .filter(|(floor, room)| !plan.contains(&format!("`{floor}/{room}`")))
        .map(|(floor, room)| format!("{floor}/{room}"))
        .collect();
    assert!(missing.is_empty(), "doc/architecture.md does not name {}", missing.join(", "));
}
