//! The names that lists are read for.

use std::collections::BTreeSet;
use std::ops::Bound;

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

    /// All of them.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.names.iter().map(Vec::as_slice)
    }

    /// The one name, where there are no others.
    pub(super) fn only(&self) -> Option<&[u8]> {
        self.names.first().filter(|_| self.names.len() == 1).map(Vec::as_slice)
    }

    /// The one that is the same as `name` to the byte.
    pub(super) fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.names.get(name).map(Vec::as_slice)
    }

    /// The last of them that does not come after `name` in the order of bytes.
    pub(super) fn last_up_to(&self, name: &[u8]) -> Option<&[u8]> {
        self.names.range::<[u8], _>(up_to(name)).next_back().map(Vec::as_slice)
    }
}

/// The names as far as `name`, and with it.
fn up_to(name: &[u8]) -> (Bound<&[u8]>, Bound<&[u8]>) {
    (Bound::Unbounded, Bound::Included(name))
}

/// `name` without `./` in front, which means the same file.
pub(super) fn without_dot(mut name: &[u8]) -> &[u8] {
    while let Some(rest) = name.strip_prefix(b"./") {
        name = rest;
        while let Some(rest) = name.strip_prefix(b"/") {
            name = rest;
        }
    }
    name
}
