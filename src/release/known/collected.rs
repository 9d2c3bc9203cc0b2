//! Lists in the making.

use super::{Digest, Known, Row};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Rows in the making, in any order.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    names: Interned,
    projects: Interned,
    /// The day by name, project and digest.
    rows: BTreeMap<(u32, u32, Digest), Option<u32>>,
    pub(super) read_from: Vec<(Option<PathBuf>, usize)>,
}

/// Words and their places.
#[derive(Debug, Default)]
struct Interned {
    places: BTreeMap<String, u32>,
    words: Vec<String>,
}

impl Interned {
    fn place(&mut self, word: &str) -> u32 {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let place = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.places.insert(word.to_owned(), place);
        self.words.push(word.to_owned());
        place
    }
}

impl Collected {
    /// Adds a row; of two that differ only by their days, the earlier counts.
    pub(crate) fn add(&mut self, name: &str, project: &str, day: Option<u32>, digest: Digest) {
        let key = (self.names.place(name), self.projects.place(project), digest);
        let known = self.rows.entry(key).or_insert(day);
        *known = match (*known, day) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl From<Known> for Collected {
    fn from(known: Known) -> Self {
        let mut rows = Self { read_from: known.read_from.clone(), ..Self::default() };
        for version in known.versions() {
            rows.add(version.name, version.project, version.day, version.digest);
        }
        rows
    }
}

impl From<Collected> for Known {
    fn from(collected: Collected) -> Self {
        let sorted = |words: &Interned| -> (Vec<String>, Vec<u32>) {
            let names: Vec<String> = words.places.keys().cloned().collect();
            let mut places = vec![0; words.words.len()];
            for (new, old) in words.places.values().enumerate() {
                if let Some(place) = places.get_mut(*old as usize) {
                    *place = u32::try_from(new).unwrap_or(u32::MAX);
                }
            }
            (names, places)
        };
        let (names, name_places) = sorted(&collected.names);
        let (projects, project_places) = sorted(&collected.projects);
        let place =
            |places: &[u32], old: u32| places.get(old as usize).copied().unwrap_or_default();
        let rows = collected.rows.into_iter().map(|((name, project, digest), day)| Row {
            name: place(&name_places, name),
            project: place(&project_places, project),
            day,
            digest,
        });
        Self::of(projects, names, rows.collect())
    }
}
