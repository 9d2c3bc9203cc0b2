//! The names that lists are read for, and what one list says of them.

use super::listed::{Listed, up_to, without_dot};
use std::collections::{BTreeMap, BTreeSet};

/// The names of the files that someone asks about, made once for any number of lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Requested {
    names: BTreeSet<Vec<u8>>,
}

impl Requested {
    pub(crate) fn of<'n>(names: impl IntoIterator<Item = &'n [u8]>) -> Self {
        Self { names: names.into_iter().map(|name| without_dot(name).to_vec()).collect() }
    }

    pub(crate) fn contains(&self, name: &[u8]) -> bool {
        self.names.contains(without_dot(name))
    }

    /// The one name, where there are no others.
    fn only(&self) -> Option<&[u8]> {
        self.names.first().filter(|_| self.names.len() == 1).map(Vec::as_slice)
    }

    /// The last of them that does not come after `name` in the order of bytes.
    pub(super) fn last_up_to(&self, name: &[u8]) -> Option<&[u8]> {
        self.names.range::<[u8], _>(up_to(name)).next_back().map(Vec::as_slice)
    }
}

/// What one list says of the requested files. Those that no line is near are not here: many lists about few files of
/// many must not take the product of both.
#[derive(Debug)]
pub(super) struct Files<'r> {
    requested: &'r Requested,
    said: BTreeMap<Vec<u8>, Listed>,
}

impl<'r> Files<'r> {
    pub(super) const fn of(requested: &'r Requested) -> Self {
        Self { requested, said: BTreeMap::new() }
    }

    pub(super) const fn requested(&self) -> &'r Requested {
        self.requested
    }

    /// What is kept of the file `name`, if it is requested.
    pub(super) fn get_mut(&mut self, name: &[u8]) -> Option<&mut Listed> {
        let requested = self.requested.names.get(name)?;
        Some(self.said.entry(requested.clone()).or_default())
    }

    /// The same of the one file that is requested, where there are no others.
    pub(super) fn only(&mut self) -> Option<&mut Listed> {
        self.get_mut(self.requested.only()?)
    }

    pub(super) fn said(self) -> BTreeMap<Vec<u8>, Listed> {
        self.said
    }
}
