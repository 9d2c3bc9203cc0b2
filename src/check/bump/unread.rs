//! Which distfiles of a version no record says were read, by the Manifest alone.

use super::files::{WithoutPair, pairs};
use super::names::other_versions;
use super::package::{Package, Source};
use crate::answer::failure::Outcome;
use crate::bytes::digests::unhex;
use crate::check::pairing::by_suffix;
use crate::release::review::{self, Before, Reviews};
use std::collections::BTreeSet;
use std::path::Path;

/// What the records say of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// These distfiles are new or changed since the previous version, and no record says that someone
    /// read them.
    Unread(Vec<String>),
    /// No previous version is known, and no record is about this one.
    First {
        /// Whether there are records about other versions.
        earlier: bool,
    },
}

/// What the records say of the version of `package`, whose distfiles are `names`; `None` where the
/// Manifest tells too little.
///
/// The digests are those of the Manifest: no distfile has to be there.
pub(crate) fn unread(package: &mut Package, names: &[String], distdir: &Path) -> Option<Reading> {
    package.manifest.as_ref()?;
    if package.before.is_none() {
        package.before = before_by_manifest(package, names);
    }
    let reviews = Reviews::of(review::places_of(&package.directory), None);
    let manifest = package.manifest.as_ref()?;
    let digest = |name: &str| manifest.blake2b(name).and_then(unhex);
    if package.before.is_none() {
        // Another distfile may be another version under another name: see `WithoutPair`.
        let taken: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let alone = manifest.names().all(|name| taken.contains(name) || by_suffix(name).is_some());
        let read = |name: &String| {
            let found = review::check_new(&digest(name)?, &reviews, &|_| true, alone);
            Some(found.outcome() == Outcome::Agrees)
        };
        let earlier = || reviews.has_any();
        return Some(match names.iter().filter_map(read).any(|read| read) {
            true => Reading::Unread(Vec::new()),
            false => Reading::First { earlier: earlier() },
        });
    }
    let mut unread = Vec::new();
    let pairs = pairs(package, names, distdir);
    let without_pair = WithoutPair::of(package, &pairs);
    for pair in pairs.iter().filter(|pair| !pair.is_same()) {
        let Some(new) = digest(&pair.new) else { continue };
        let before = match &pair.old {
            Some(old) => match digest(old) {
                Some(old) if old == new => continue,
                Some(old) => Before::Digest(old),
                None => continue,
            },
            None => without_pair.before(pair),
        };
        if review::check(&before, &new, &reviews).outcome() != Outcome::Agrees {
            unread.push(pair.new.clone());
        }
    }
    Some(Reading::Unread(unread))
}

/// The highest lower version of which the Manifest has a distfile named like one of `names`.
fn before_by_manifest(package: &Package, names: &[String]) -> Option<super::package::Before> {
    let now = &package.ebuild.version;
    let listed: Vec<String> = package.manifest.as_ref()?.names().map(str::to_owned).collect();
    let lower = other_versions(names, &package.ebuild, &listed).into_iter();
    let lower = lower.filter(|v| v < now && v.without_revision() != now.without_revision());
    Some(package.at(lower.max()?, Source::Manifest))
}
