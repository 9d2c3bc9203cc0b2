//! Lists of lines: Go modules, settings, versions, and the hosts that a list names.

use super::super::hazard::{Hazard, HazardKind};
use super::{Sides, Table, compare, compare_sets, named};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use HazardKind::{Configuration, Dependency, Hook};

pub(super) fn go_mod(sides: Sides<'_>) -> Vec<Hazard> {
    let old = directives(sides.old);
    let new = directives(sides.new);
    let mut found = compare(Hook, "replaced module", &old.replaced, &new.replaced);
    found.extend(compare(Dependency, "module", &old.required, &new.required));
    found.extend(compare(Configuration, "setting", &old.other, &new.other));
    found
}

/// Go's checksums: a module of the same version with another one.
pub(super) fn go_sum(sides: Sides<'_>) -> Vec<Hazard> {
    let sums = |text: &str| -> BTreeMap<String, BTreeSet<String>> {
        let mut found = BTreeMap::<String, BTreeSet<String>>::new();
        for line in text.lines() {
            if let Some((module, sum)) = line.trim().rsplit_once(' ') {
                found.entry(module.trim().to_owned()).or_default().insert(sum.to_owned());
            }
        }
        found
    };
    let (old, new) = (sums(sides.old), sums(sides.new));
    let other =
        new.iter().filter(|(module, sums)| old.get(*module).is_some_and(|old| old != *sums));
    let other = other.map(|(module, _)| module.as_str().into()).collect();
    named(Hook, "module with another checksum", other).into_iter().collect()
}

#[derive(Default)]
struct Directives {
    required: Table,
    replaced: Table,
    other: Table,
}

fn directives(text: &str) -> Directives {
    let mut found = Directives::default();
    let mut block = String::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let words: Vec<&str> = line.split_whitespace().collect();
        let (directive, words) = match (words.as_slice(), block.is_empty()) {
            ([], _) => continue,
            ([")"], _) => {
                block.clear();
                continue;
            }
            ([name, "("], _) => {
                block = (*name).to_owned();
                continue;
            }
            (words, false) => (block.as_str(), words),
            ([name, rest @ ..], true) => (*name, rest),
        };
        let (Some(name), rest) = (words.first(), words.get(1..).unwrap_or_default()) else {
            continue;
        };
        let entry = ((*name).to_owned(), rest.join(" ").into());
        match directive {
            "require" => found.required.extend([entry]),
            "replace" => found.replaced.extend([entry]),
            "exclude" | "retract" | "module" => {}
            other => found.other.extend([(other.to_owned(), words.join(" ").into())]),
        }
    }
    found
}

/// A file that holds a version, which becomes part of shell code or of a program.
pub(super) fn version(sides: Sides<'_>) -> Vec<Hazard> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".+~_-:".contains(c);
    let text = sides.new.trim();
    let words = text.split_whitespace().count();
    if words <= 1 && text.chars().all(plain) && text.len() < 100 {
        return Vec::new();
    }
    vec![Hazard::of_names(Hook, "holds more than a version", vec![text.into()])]
}

/// Settings, one a line, of tools that fetch or run packages.
pub(super) fn settings(sides: Sides<'_>) -> Vec<Hazard> {
    let lines = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
    };
    compare_sets(Hook, "setting", lines(sides.old), lines(sides.new))
}

static HOST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:https?|git|ssh)://(?:[^@/\s\x22']*@)?([A-Za-z0-9.-]+)").ok());

/// The hosts of the addresses in a text.
pub(super) fn hosts_of(text: &str) -> BTreeSet<String> {
    let found = HOST.iter().flat_map(|host| host.captures_iter(text));
    found.filter_map(|c| Some(c.get(1)?.as_str().to_ascii_lowercase())).collect()
}

/// The hosts that a list of packages names and did not name before.
pub(super) fn hosts(sides: Sides<'_>) -> Option<Hazard> {
    let (old, new) = (hosts_of(sides.old), hosts_of(sides.new));
    let more = new.difference(&old).map(|host| host.as_str().into()).collect();
    named(Hook, "packages come from another host", more).filter(|_| !old.is_empty())
}
