//! Which commit a release is: as given, by its tag, or by the tag that has its version.

mod choice;
mod references;

use super::commit::Commit;
use super::spelling::{self, Release, Token, key, plain, releases, tokens};
use super::{CommitSpec, Options, SourceError, origin};
use crate::release::git::{Clone, CommitObject, Pointer, Reference, is_hex, is_hex_prefix};
use choice::{alike, one_of, signed};
use references::references;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Digits of an abbreviated commit name that are few enough to be a slip.
const ABBREVIATED: usize = 7;

/// Tags of one version that are looked at, and near misses that are listed.
const FITTING: usize = 50;
const NEAR: usize = 5;

/// What may be before the version in a tag without saying whose it is.
const WORDS: [&str; 10] =
    ["r", "rel", "release", "releases", "version", "ver", "v", "tag", "tags", "stable"];

/// Checks the words of a specification before git sees them.
pub(super) fn check(spec: &CommitSpec) -> Result<(), SourceError> {
    let fits = |name: &str| (ABBREVIATED..=64).contains(&name.len()) && is_hex_prefix(name);
    if let Some(commit) = spec.commit.as_ref().filter(|commit| !fits(commit)) {
        return Err(SourceError::BadCommit(commit.clone()));
    }
    match &spec.tag {
        Some(tag) if !is_tag_name(tag) => Err(SourceError::BadTag(tag.clone())),
        _ => Ok(()),
    }
}

/// The rules of git-check-ref-format(1), and no leading dash.
fn is_tag_name(name: &str) -> bool {
    let component =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    !name.starts_with('-')
        && !name.ends_with('.')
        && name.split('/').all(component)
        && !["..", "@{"].iter().any(|bad| name.contains(bad))
        && !name.chars().any(|c| c.is_control() || " ~^:?*[\\".contains(c))
}

/// What the clone lacks.
pub(super) struct Lacking {
    /// The commit or tag, in a phrase.
    pub(super) what: String,
    /// The release tag that the clone does have, and the commit that it points at, which is another.
    pub(super) tag: Option<(String, String)>,
}

/// The commit, or what of it the clone lacks.
pub(super) fn find(
    clone: &Clone,
    spec: &CommitSpec,
    options: &Options,
    file_name: &str,
) -> Result<Result<Commit, Lacking>, SourceError> {
    let tags = match (&spec.commit, &spec.tag) {
        (Some(_), None) if spec.attested_by.is_none() => Vec::new(),
        _ => clone.tags()?,
    };
    let candidates = candidates(options, file_name);
    let origin = clone.origin().and_then(origin::public);
    let tagged = match &spec.tag {
        None => None,
        Some(tag) => match tag_of(clone, &tags, tag)? {
            // An attestation names both: the commit alone can do.
            None if spec.attested_by.is_some() => None,
            None => return Ok(Err(Lacking { what: format!("tag {tag}"), tag: None })),
            Some(tagged) => Some(tagged),
        },
    };
    let mut by_anyone = spec.by_anyone;
    let mut only_by_provenance = false;
    let (object, tagged, tag_found, tag_elsewhere) = match (&spec.commit, tagged) {
        (Some(name), tagged) => match clone.commit(name)? {
            None => {
                let by = spec.attested_by.as_ref().map(|by| format!(", attested by {by},"));
                let what = format!("commit {name}{}", by.unwrap_or_default());
                let tag = tagged.map(|tagged| (tagged.name, tagged.commit.name));
                return Ok(Err(Lacking { what, tag }));
            }
            Some(found) => {
                // The version has a tag, whatever an attestation says that the workflow ran on.
                let own = match spec.attested_by {
                    Some(_) => version_tag(clone, &tags, &candidates, options, origin.as_deref())?,
                    None => None,
                };
                only_by_provenance = spec.by_provenance && own.is_none();
                by_anyone &= own.is_none();
                let better = |own: &Tagged| own.commit.name != found.name || own.instead.is_some();
                let tag_found = own.as_ref().is_some_and(|own| better(own) || tagged.is_none());
                let tagged = if tag_found { own } else { tagged };
                let elsewhere = tagged.as_ref().map(|tagged| tagged.commit.name.clone());
                let elsewhere = elsewhere.filter(|name| *name != found.name);
                (found, tagged, tag_found, elsewhere)
            }
        },
        (None, Some(tagged)) => (tagged.commit.clone(), Some(tagged), false, None),
        (None, None) => match by_version(clone, &tags, &candidates, options, origin.as_deref())? {
            Found::Tag(tagged) => (tagged.commit.clone(), Some(tagged), true, None),
            Found::Commit(commit) => (commit, None, false, None),
        },
    };
    let tag_name = tagged.as_ref().map(|tagged| tagged.name.as_str());
    let release = release(&candidates, tag_name);
    let unfit = |name: &&String| {
        let fits = |release: &Release| {
            tag_name.is_some_and(|tag| fitting(tag, &release.version).is_some())
        };
        **name != *file_name
            && !releases(name).iter().any(fits)
            && !spelling::stem(name).ends_with(&object.name)
    };
    let upstream_unfit =
        options.upstream_name.as_ref().filter(|_| tag_found).filter(unfit).cloned();
    let name = &object.name;
    let references = references(clone, name)?;
    Ok(Ok(Commit {
        tag_instead: tagged.as_ref().and_then(|tagged| tagged.instead.clone()),
        tag: tagged.map(|tagged| (tagged.name, tagged.pointer)),
        tag_found,
        upstream_unfit,
        attested_by: spec.attested_by.clone(),
        only_by_provenance,
        by_anyone,
        tag_elsewhere,
        origin,
        references,
        shallow: clone.is_shallow(),
        release,
        object,
    }))
}

/// The one tag that has the version, if there is such a one.
fn version_tag(
    clone: &Clone,
    tags: &[Reference],
    candidates: &[Release],
    options: &Options,
    origin: Option<&str>,
) -> Result<Option<Tagged>, SourceError> {
    match by_version(clone, tags, candidates, options, origin) {
        Ok(Found::Tag(tagged)) => Ok(Some(tagged)),
        Ok(Found::Commit(_)) => Ok(None),
        Err(SourceError::NoCommit { .. } | SourceError::SeveralTags(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The tag of that name, and its commit.
fn tag_of(clone: &Clone, tags: &[Reference], name: &str) -> Result<Option<Tagged>, SourceError> {
    let Some(reference) = tags.iter().find(|tag| short(&tag.name) == name) else { return Ok(None) };
    let commit = clone.peeled(&reference.to.object, &reference.to.kind)?;
    Ok(commit.map(|commit| Tagged::of(reference, commit)))
}

fn short(reference: &str) -> &str {
    reference.strip_prefix("refs/tags/").unwrap_or(reference)
}

/// What the release may be called: by the ebuild, by upstream's name of the archive, by its own.
fn candidates(options: &Options, file_name: &str) -> Vec<Release> {
    let own = releases(file_name);
    let upstream = options.upstream_name.as_deref().map(releases).unwrap_or_default();
    let name = |releases: &[Release]| releases.last().map(|release| release.name.clone());
    let mut candidates: Vec<Release> = Vec::new();
    let name = name(&own).or_else(|| name(&upstream)).unwrap_or_default();
    let ebuilds = options.version.clone().map(|version| Release { name, version });
    candidates.extend(upstream);
    candidates.extend(own);
    // A file with a version of its own may be another's.
    let is = |version: &str| candidates.iter().any(|r| spelling::is_same(&r.version, version));
    let first = ebuilds.as_ref().is_some_and(|r| candidates.is_empty() || is(&r.version));
    let at = if first { 0 } else { candidates.len() };
    candidates.splice(at..at, ebuilds);
    candidates
}

/// The release that a commit with that tag is: of what the name may mean, what the tag fits.
fn release(candidates: &[Release], tag: Option<&str>) -> Release {
    let fits = |release: &&Release| tag.is_some_and(|tag| fitting(tag, &release.version).is_some());
    // A name's last hyphen divides it, where no tag says otherwise.
    let found = candidates.iter().find(fits).or(candidates.last()).cloned();
    found.unwrap_or(Release { name: String::new(), version: String::new() })
}

/// What a name led to.
enum Found {
    Tag(Tagged),
    Commit(CommitObject),
}

/// A tag and its commit.
struct Tagged {
    name: String,
    pointer: Pointer,
    commit: CommitObject,
    /// The tag on the same commit that it was preferred to, for its signature.
    instead: Option<String>,
}

impl Tagged {
    fn of(reference: &Reference, commit: CommitObject) -> Self {
        let name = short(&reference.name).to_owned();
        Self { name, pointer: reference.to.clone(), commit, instead: None }
    }
}

/// How well a tag fits, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It has the project's own name in it.
    Named,
    /// Nothing is in it but the version, or a word such as "release".
    Plain,
}

/// The tag with the version, and its commit.
fn by_version(
    clone: &Clone,
    tags: &[Reference],
    candidates: &[Release],
    options: &Options,
    origin: Option<&str>,
) -> Result<Found, SourceError> {
    let mut names: BTreeSet<String> =
        candidates.iter().map(|release| plain(&release.name)).collect();
    names.extend(options.package.as_deref().map(plain));
    let repository = origin.and_then(|origin| origin.rsplit('/').next());
    names.extend(repository.map(|name| plain(name.strip_suffix(".git").unwrap_or(name))));
    names.remove("");
    for release in candidates {
        for fit in [Fit::Named, Fit::Plain] {
            let all: Vec<&Reference> = tags
                .iter()
                .filter(|tag| fits(short(&tag.name), &release.version, &names) == Some(fit))
                .take(FITTING + 1)
                .collect();
            // Which of more is meant, no one looks.
            if all.len() > FITTING {
                let names = all.iter().take(NEAR).map(|tag| short(&tag.name).to_owned());
                return Err(SourceError::SeveralTags(names.collect()));
            }
            if let Some(found) = one_of(clone, &all, release)? {
                let alike = alike(tags, fit, &release.version, &names);
                let keys = options.tag_keys.as_ref();
                return Ok(Found::Tag(signed(clone, found, &alike, keys)?));
            }
        }
    }
    for word in candidates.iter().flat_map(|release| [&release.name, &release.version]) {
        let hex = word.split(['-', '_', '.']).find(|word| is_hex(word));
        if let Some(commit) = hex.map(|hex| clone.commit(hex)).transpose()?.flatten() {
            return Ok(Found::Commit(commit));
        }
    }
    // What the archive was said to be called, and what it is called.
    let upstream = options.upstream_name.as_deref().and_then(|name| releases(name).pop());
    let own = candidates.last().map(|release| release.version.clone());
    let near = own.as_deref().map(|version| near(tags, version)).unwrap_or_default();
    let is_own = |version: &str| own.as_ref().is_some_and(|own| spelling::is_same(own, version));
    let upstream = upstream.map(|release| release.version).filter(|version| !is_own(version));
    let versions: Vec<String> = upstream.into_iter().chain(own.clone()).collect();
    let version = (!versions.is_empty()).then(|| versions.join(" or "));
    Err(SourceError::NoCommit { version, near })
}

/// What is in a tag before the version, where it ends in that.
fn fitting<'a>(tag: &'a str, version: &str) -> Option<&'a str> {
    let wanted = key(version);
    let found = tokens(tag);
    if !matches!(wanted.first(), Some(Token::Number(_))) {
        return None;
    }
    let from = found.len().checked_sub(wanted.len())?;
    let rest = found.get(from..)?;
    if !rest.iter().map(|(_, token)| token).eq(wanted.iter()) {
        return None;
    }
    tag.get(..rest.first()?.0)
}

/// How a tag fits: `1.2`, `v1.2`, `release-1.2`; `NAME-1.2`, `NAME/v1.2`, `@scope/NAME@1.2`.
fn fits(tag: &str, version: &str, names: &BTreeSet<String>) -> Option<Fit> {
    let prefix = fitting(tag, version)?;
    // A number right before it is part of another version: v0.1.2 is not 1.2.
    if prefix.trim_end_matches(['.', '_', '-', '/']).ends_with(|c: char| c.is_ascii_digit())
        && !names.contains(&plain(prefix))
    {
        return None;
    }
    let prefix = prefix.to_ascii_lowercase();
    let plain_prefix = plain(&prefix);
    if plain_prefix.is_empty() || WORDS.contains(&plain_prefix.as_str()) {
        return Some(Fit::Plain);
    }
    // The words of the prefix: of a path, the last part names the package.
    let parts: Vec<&str> = prefix.split(['/', '@']).filter(|part| !part.is_empty()).collect();
    let words = |part: &str| -> String {
        let kept = part.split(['-', '_', '.']).filter(|word| !WORDS.contains(word));
        plain(&kept.collect::<String>())
    };
    let named = |part: &str| names.contains(&plain(part)) || names.contains(&words(part));
    let last = parts.iter().rev().find(|part| !WORDS.contains(&plain(part).as_str()));
    let without_v = plain_prefix.strip_suffix('v').unwrap_or(&plain_prefix);
    let is = last.is_some_and(|part| named(part)) || names.contains(without_v) || named(&prefix);
    is.then_some(Fit::Named)
}

/// Tags that look like a version.
fn near(tags: &[Reference], version: &str) -> Vec<String> {
    let numbers = |text: &str| -> Vec<String> {
        let numbers = tokens(text).into_iter().filter_map(|(_, token)| match token {
            Token::Number(number) => Some(number),
            Token::Word(_) => None,
        });
        numbers.collect()
    };
    let wanted = numbers(version);
    let alike = |tag: &&Reference| {
        let found = numbers(short(&tag.name));
        let most = wanted.len().min(2);
        most > 0 && found.windows(most).any(|window| Some(window) == wanted.get(..most))
    };
    // Those with most in common first, and of these the newest.
    let mut near: Vec<_> = tags
        .iter()
        .filter(alike)
        .map(|tag| {
            let name = short(&tag.name);
            let found = numbers(name);
            let same = wanted.iter().filter(|number| found.contains(number)).count();
            let other = wanted.len().abs_diff(found.len()) + wanted.len() - same;
            let by_size: Vec<_> = found.into_iter().map(|n| (n.len(), n)).collect();
            (other, Reverse(by_size), name)
        })
        .collect();
    near.sort();
    near.into_iter().take(NEAR).map(|(_, _, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests;
