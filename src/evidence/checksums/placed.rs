//! Names with a directory: `dist/foo-1.2.tar.gz` in the list of a release.

use super::listed::{Listed, Near, Placed};
use crate::bytes::digests::HashName;
use std::collections::BTreeMap;

/// So many lines about files of one name in directories are none that count.
const PLACE_LIMIT: usize = 64;

impl Listed {
    /// Whether a line of the list is about the file, or may be.
    pub(super) fn concerns(&self) -> bool {
        !self.bare && !(self.digests.is_empty() && self.malformed.is_empty())
    }

    /// A line that concerns the file cannot be read: the first is told.
    pub(super) fn is_malformed(&mut self, line: usize, reason: &'static str) {
        if self.malformed.is_empty() {
            self.malformed.push((line, reason));
        }
    }

    /// Adds a line about a file of that name in a directory.
    pub(super) fn place(&mut self, placed: Placed) {
        if self.placed.len() < PLACE_LIMIT {
            self.placed.push(placed);
        }
    }

    /// Takes the lines about a file of that name in a directory, if there are no others and they are
    /// of one mind.
    pub(super) fn take_placed(&mut self) {
        let placed = std::mem::take(&mut self.placed);
        let Some(first) = placed.first() else { return };
        if !self.digests.is_empty() || !self.malformed.is_empty() || placed.len() >= PLACE_LIMIT {
            return;
        }
        let mut digests: BTreeMap<HashName, BTreeMap<String, usize>> = BTreeMap::new();
        for &Placed { function, ref digest, line, .. } in &placed {
            digests.entry(function).or_default().entry(digest.clone()).or_insert(line);
        }
        if digests.values().all(|digests| digests.len() == 1) {
            self.placed_as = Some(first.name.clone());
            self.digests = digests;
        } else {
            self.near.insert(Near::Places, first.line);
        }
    }
}
