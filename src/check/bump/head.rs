//! What of the Manifest is new since the last commit.

use super::package::{Package, committed_manifest};
use crate::evidence::manifest::Lookup;

/// The DIST entries that differ from those of the last commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ManifestChanges {
    /// Entries of files that had none.
    pub(crate) added: Vec<String>,
    /// Entries of files that had another: the file was replaced.
    pub(crate) replaced: Vec<String>,
    /// Files that have none any more.
    pub(crate) removed: Vec<String>,
}

impl ManifestChanges {
    /// What changed in the Manifest of `package`; `None` where no commit has one to compare with.
    pub(crate) fn of(package: &Package) -> Option<Self> {
        let now = package.manifest.as_ref()?;
        let before = match &package.committed {
            Some(committed) => committed.clone(),
            None => committed_manifest(&package.directory)?,
        };
        let mut changes = Self::default();
        for name in now.names() {
            match (before.lookup(name), now.lookup(name)) {
                (Lookup::Missing, _) => changes.added.push(name.to_owned()),
                (Lookup::Entry(before), Lookup::Entry(now)) if !before.may_be(now) => {
                    changes.replaced.push(name.to_owned());
                }
                _ => {}
            }
        }
        let gone = before.names().filter(|name| now.lookup(name) == Lookup::Missing);
        changes.removed = gone.map(str::to_owned).collect();
        Some(changes)
    }
}
