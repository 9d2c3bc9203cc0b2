//! doc/parity.md: each cell says what backs it, and that is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const TABLE: &str = include_str!("../doc/parity.md");

/// What backs cells, by its number.
fn sources() -> BTreeMap<usize, &'static str> {
    let list = TABLE.split_once("## What backs it").unwrap().1;
    let lines = list.lines().filter_map(|line| line.split_once(". "));
    lines.map(|(number, source)| (number.parse().unwrap(), source)).collect()
}

/// The cells of all tables but for their headings and first columns.
fn cells() -> Vec<(&'static str, &'static str)> {
    let mut cells = Vec::new();
    let mut columns = 0;
    for line in TABLE.lines().filter(|line| line.starts_with('|')) {
        let row: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        if row[0] == "capability" || row[0] == "---" {
            columns = row.len();
            continue;
        }
        assert_eq!(row.len(), columns, "{line}");
        cells.extend(row[1..].iter().map(|cell| (row[0], *cell)));
    }
    cells
}

/// The numbers at the end of a cell, such as `[1] [2]`.
fn numbers(cell: &str) -> Vec<usize> {
    let words = cell.split(' ').rev();
    words.map_while(|word| word.strip_prefix('[')?.strip_suffix(']')?.parse().ok()).collect()
}

#[test]
fn every_cell_is_backed() {
    let sources = sources();
    let mut used = BTreeSet::new();
    let cells = cells();
    assert!(cells.len() > 200, "{}", cells.len());
    for (capability, cell) in cells.iter().filter(|(_, cell)| *cell != "–") {
        let numbers = numbers(cell);
        assert!(!numbers.is_empty(), "{capability}: nothing backs \"{cell}\"");
        for number in numbers {
            assert!(sources.contains_key(&number), "{capability}: [{number}]");
            used.insert(number);
        }
    }
    for number in sources.keys() {
        assert!(used.contains(number), "nothing rests on {number}");
    }
}

/// The files of modules called `name` below `directory`.
fn find(directory: &Path, name: &str) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let below = paths.map(|path| match path.is_dir() {
        true => find(&path, name),
        false => Vec::from_iter(path.ends_with(format!("{name}.rs")).then_some(path)),
    });
    below.flatten().collect()
}

#[test]
fn every_test_that_backs_a_cell_exists() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = 0;
    for (number, source) in sources() {
        let name = source.strip_prefix('`').and_then(|name| name.strip_suffix('`'));
        let Some((file, test)) = name.and_then(|name| name.split_once("::")) else { continue };
        let paths: Vec<_> = ["tests", "src"].map(|place| find(&top.join(place), file)).concat();
        assert!(!paths.is_empty(), "{number}: no file of tests {file}");
        let found = paths.iter().any(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            text.contains(&format!("#[test]\nfn {test}()"))
        });
        assert!(found, "{number}: no test {source}");
        tests += 1;
    }
    assert!(tests > 35, "{tests}");
}
