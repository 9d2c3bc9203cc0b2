//! The dependencies that a release brings along as distfiles of their own: crates, and archives of
//! vendored sources.

use super::files::Pair;
use super::names::DependencyNames;
use super::package::Package;
use crate::answer::failure::Outcome;
use crate::answer::finding::Check;
use crate::check::pairing;
use crate::check::run::Report;
use std::collections::BTreeSet;

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

    /// What became of the dependencies among `pairs`, of which `report` tells.
    pub(super) fn of(package: &Package, pairs: &[Pair], report: &Report) -> Self {
        let mut found = Self::default();
        for pair in pairs.iter().filter(|pair| pair.dependency) {
            match &pair.old {
                _ if pair.is_same() => found.same += 1,
                Some(old) => found.changed.push((old.clone(), pair.new.clone())),
                None => found.new.push(pair.new.clone()),
            }
        }
        let read = report.by_name();
        let unread = |name: &&String| {
            read.get(name.as_str()).is_none_or(|distfile| {
                let mut reviews = distfile.findings.iter().filter(|f| f.check == Check::Review);
                !reviews.any(|finding| finding.outcome() == Outcome::Agrees)
            })
        };
        let changed = found.changed.iter().map(|(_, new)| new);
        found.unread = changed.chain(&found.new).filter(unread).cloned().collect();
        found.removed = removed(package, pairs);
        found
    }
}

/// The dependencies of the previous version that no file of this one is paired with.
fn removed(package: &Package, pairs: &[Pair]) -> Vec<String> {
    let before = package.before.as_ref();
    let known = before.and_then(|before| Some((before, before.src_uri()?)));
    let Some((before, src_uri)) = known else { return Vec::new() };
    let kept: BTreeSet<&str> = pairs.iter().filter_map(|pair| pair.old.as_deref()).collect();
    let content = |name: &&str| pairing::by_suffix(name).is_none();
    let names = src_uri.names().filter(content);
    let all = src_uri.names();
    let dependencies = DependencyNames::of(&package.ebuild.name, &before.version, all);
    names.filter(|name| dependencies.has(name) && !kept.contains(name)).map(str::to_owned).collect()
}
