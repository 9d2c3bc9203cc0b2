//! The dependencies that a release brings along as distfiles of their own: crates, and archives of
//! vendored sources.

use super::examine::{Bump, Outcome};
use super::files::{plain, split_crate};
use crate::answer::failure::Outcome as Said;
use crate::answer::finding::Check;
use crate::check::pairing;
use std::collections::BTreeSet;

/// Parts of names of archives that hold dependencies.
const VENDORED: [&str; 8] = [
    "-vendor",
    "-deps",
    "-crates",
    "-go-mod",
    "-gomod",
    "-node_modules",
    "-npm-cache",
    "-vendored",
];

/// What became of the dependencies since the previous version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dependencies {
    /// The old file and the new one.
    pub(crate) changed: Vec<(String, String)>,
    /// Files without one like it before.
    pub(crate) new: Vec<String>,
    /// Files of the previous version that are gone.
    pub(crate) removed: Vec<String>,
    /// How many files both versions take.
    pub(crate) same: usize,
    /// The changed and new ones of which no reading is recorded.
    pub(crate) unread: Vec<String>,
}

impl Dependencies {
    /// Whether there is anything to say.
    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.new.is_empty() && self.removed.is_empty() && self.same == 0
    }

    /// What became of the dependencies of `bump`, of which `outcome` tells.
    pub(crate) fn of(bump: &Bump, outcome: &Outcome) -> Self {
        let mut found = Self::default();
        for pair in bump.pairs.iter().filter(|pair| pair.dependency) {
            match &pair.old {
                _ if pair.is_same() => found.same += 1,
                Some(old) => found.changed.push((old.clone(), pair.new.clone())),
                None => found.new.push(pair.new.clone()),
            }
        }
        let read = outcome.report.by_name();
        let unread = |name: &&String| {
            read.get(name.as_str()).is_none_or(|distfile| {
                let mut reviews = distfile.findings.iter().filter(|f| f.check == Check::Review);
                !reviews.any(|finding| finding.outcome() == Said::Agrees)
            })
        };
        let changed = found.changed.iter().map(|(_, new)| new);
        found.unread = changed.chain(&found.new).filter(unread).cloned().collect();
        found.removed = removed(bump);
        found
    }
}

/// Whether a distfile of the package is a dependency, by its name: a crate of another name is.
pub(super) fn is_dependency(package: &str, name: &str) -> bool {
    split_crate(name).is_some_and(|(of, _)| plain(of) != plain(package))
        || VENDORED.iter().any(|part| name.contains(part))
}

/// The dependencies of the previous version that no file of this one is paired with.
fn removed(bump: &Bump) -> Vec<String> {
    let before = bump.package.before.as_ref();
    let Some(src_uri) = before.and_then(|before| before.src_uri()) else { return Vec::new() };
    let kept: BTreeSet<&str> = bump.pairs.iter().filter_map(|pair| pair.old.as_deref()).collect();
    let content = |name: &&str| pairing::by_suffix(name).is_none();
    let names = src_uri.names().filter(content);
    let package = &bump.package.ebuild.name;
    names
        .filter(|name| is_dependency(package, name) && !kept.contains(name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::is_dependency;

    #[test]
    fn by_name() {
        for name in ["serde-1.0.2.crate", "foo-1.2-vendor.tar.xz", "foo-1.2-deps.tar.gz"] {
            assert!(is_dependency("foo", name), "{name}");
        }
        for name in ["foo-1.2.tar.gz", "vendor-1.0.tar.gz", "foo-1.2.crate.asc"] {
            assert!(!is_dependency("foo", name), "{name}");
        }
        // The package's own.
        assert!(!is_dependency("serde-json", "serde_json-1.0.2.crate"));
    }
}
