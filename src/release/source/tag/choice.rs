//! Which of several tags of one version.

use super::{FITTING, Fit, Tagged, WORDS, fits, short};
use crate::release::git::{Clone, Reference};
use crate::release::source::SourceError;
use crate::release::source::signed::{TagKeys, best};
use crate::release::source::spelling::{Release, plain};
use std::collections::{BTreeMap, BTreeSet};

/// The one commit that several tags point at, and the first of them.
pub(super) fn one_of(
    clone: &Clone,
    tags: &[&Reference],
    release: &Release,
) -> Result<Option<Tagged>, SourceError> {
    let mut commits: BTreeMap<String, Tagged> = BTreeMap::new();
    for tag in tags {
        if let Some(commit) = clone.peeled(&tag.to.object, &tag.to.kind)? {
            let name = commit.name.clone();
            commits.entry(name).or_insert_with(|| Tagged::of(tag, commit));
        }
    }
    if commits.len() < 2 {
        return Ok(commits.into_values().next());
    }
    // 1.01 and 1.1 are the same numbers: that which is spelled alike is meant.
    let digits = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_digit() || !c.is_alphanumeric()).collect()
    };
    let is_spelled = |tag: &Tagged| {
        digits(&tag.name).replace(['_', '-'], ".").ends_with(&digits(&release.version))
    };
    let names = commits.values().map(|tag| tag.name.clone()).collect();
    let mut exact = commits.into_values().filter(is_spelled);
    match (exact.next(), exact.next()) {
        (Some(only), None) => Ok(Some(only)),
        _ => Err(SourceError::SeveralTags(names)),
    }
}

/// The tags that have the version. A tag without a name in it means the project that has the name only
/// where no tag is of another: in a repository of many packages `v1.2` and `foo-1.2` may be two releases.
pub(super) fn alike<'a>(
    tags: &'a [Reference],
    found: Fit,
    version: &str,
    names: &BTreeSet<String>,
) -> Vec<&'a Reference> {
    let of_another = |tag: &Reference| {
        let name = short(&tag.name);
        let before = name.find(|c: char| c.is_ascii_digit()).and_then(|at| name.get(..at));
        let before = plain(&before.unwrap_or_default().to_ascii_lowercase());
        let own = before.strip_suffix('v').unwrap_or(&before);
        !WORDS.contains(&before.as_str()) && !own.is_empty() && !names.contains(own)
    };
    let alone = !tags.iter().any(of_another);
    let fit = |tag: &Reference| fits(short(&tag.name), version, names);
    let is_alike = |tag: &&Reference| fit(tag).is_some_and(|fit| fit == found || alone);
    tags.iter().filter(is_alike).take(FITTING).collect()
}

/// The tag of `alike` on the commit of `first` whose signature counts, in the place of it; `first` itself
/// where its own counts, or none does.
pub(super) fn signed(
    clone: &Clone,
    first: Tagged,
    alike: &[&Reference],
    keys: Option<&TagKeys>,
) -> Result<Tagged, SourceError> {
    // Only an object has a signature; git says of each tag what it points at.
    let mut all = vec![(first.name.as_str(), &first.pointer)];
    for tag in alike.iter().filter(|tag| tag.to.kind == "tag" && short(&tag.name) != first.name) {
        all.push((short(&tag.name), &tag.to));
    }
    if all.len() < 2 {
        return Ok(first);
    }
    let Some((name, pointer)) = best(clone, &all, &first.commit, keys)?.and_then(|at| all.get(at))
    else {
        return Ok(first);
    };
    if *name == first.name {
        return Ok(first);
    }
    let (name, pointer) = ((*name).to_owned(), (*pointer).clone());
    Ok(Tagged { name, pointer, instead: Some(first.name), commit: first.commit })
}
