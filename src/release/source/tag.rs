//! Which commit a release is: as given, by its tag, or by the tag that has its version.

use super::git::{Clone, is_hex, is_hex_prefix};
use super::{Commit, CommitSpec, LISTED, SourceError};
use crate::release::diff::matching::version;
use std::collections::BTreeSet;

/// Digits of an abbreviated commit name that are few enough to be a slip.
const ABBREVIATED: usize = 7;

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
    pub(crate) what: String,
    /// The release tag that the clone does have, and the commit that it points at, which is another.
    pub(crate) tag: Option<(String, String)>,
}

/// The commit, or what of it the clone lacks.
pub(super) fn find(
    clone: &Clone,
    spec: &CommitSpec,
    file_name: &str,
) -> Result<Result<Commit, Lacking>, SourceError> {
    let mut commit = Commit {
        tag: spec.tag.clone(),
        attested_by: spec.attested_by.clone(),
        ..Commit::default()
    };
    let tagged = match &spec.tag {
        None => None,
        Some(tag) => match clone.commit(&format!("refs/tags/{tag}"))? {
            // An attestation names both: the commit alone can do.
            None if spec.attested_by.is_some() => None,
            None => return Ok(Err(Lacking { what: format!("tag {tag}"), tag: None })),
            found => found,
        },
    };
    match (&spec.commit, tagged) {
        (Some(name), tagged) => {
            // A branch may be named like the beginning of a commit: what is found must fit.
            match clone.commit(name)?.filter(|found| found.starts_with(name.as_str())) {
                None => {
                    let by = spec.attested_by.as_ref().map(|by| format!(", attested by {by},"));
                    let what = format!("commit {name}{}", by.unwrap_or_default());
                    let tag = spec.tag.clone().zip(tagged);
                    return Ok(Err(Lacking { what, tag }));
                }
                Some(found) => commit.name = found,
            }
            commit.tag_elsewhere = tagged.filter(|tagged| *tagged != commit.name);
        }
        (None, Some(tagged)) => commit.name = tagged,
        (None, None) => {
            let (tag, name) = by_version(clone, file_name)?;
            commit.tag = Some(tag);
            commit.tag_found = true;
            commit.name = name;
        }
    }
    debug_assert!(is_hex(&commit.name));
    commit.shallow = clone.is_shallow()?;
    commit.origin = clone.origin()?;
    commit.references = references(clone, &commit.name)?;
    Ok(Ok(commit))
}

/// The tag with the version in `file_name`, and its commit.
fn by_version(clone: &Clone, file_name: &str) -> Result<(String, String), SourceError> {
    let Some(version) = version(file_name) else {
        return Err(SourceError::NoCommit { version: None });
    };
    let name = file_name.split_once(&version).map_or("", |(before, _)| before);
    let tags = clone.references(None, &["refs/tags"])?;
    let tags = tags.iter().filter_map(|tag| tag.strip_prefix("refs/tags/"));
    let fitting: Vec<String> =
        tags.filter(|tag| fits(tag, &version, name)).map(str::to_owned).collect();
    let mut commits = BTreeSet::new();
    for tag in &fitting {
        commits.extend(clone.commit(&format!("refs/tags/{tag}"))?);
    }
    match (fitting.first(), commits.len(), commits.pop_first()) {
        (Some(tag), 1, Some(commit)) => Ok((tag.clone(), commit)),
        (Some(_), 2.., _) => Err(SourceError::SeveralTags(fitting)),
        _ => Err(SourceError::NoCommit { version: Some(version) }),
    }
}

/// Whether a tag is that of `version`: `1.2`, `v1.2`, `release-1.2`, `NAME-1.2`, `NAME-v1.2`, with
/// underscores for dots.
fn fits(tag: &str, version: &str, name: &str) -> bool {
    let tag = tag.to_lowercase();
    let version = version.to_lowercase();
    let prefix = tag
        .strip_suffix(&version)
        .or_else(|| tag.strip_suffix(&version.replace('.', "_")))
        .or_else(|| tag.strip_suffix(&version.replace('.', "-")));
    let Some(prefix) = prefix else { return false };
    let plain = |text: &str| {
        let separator = |c: char| matches!(c, '-' | '_' | '/' | '.' | '@');
        text.trim_matches(separator).replace(separator, "-")
    };
    let prefix = prefix.strip_suffix('v').unwrap_or(prefix);
    let (prefix, name) = (plain(prefix), plain(&name.to_lowercase()));
    prefix.is_empty()
        || prefix == name
        || ["r", "rel", "release", "releases", "version", "ver"].contains(&prefix.as_str())
}

/// The branches and tags that lead to a commit. What others proposed does not count: pull requests
/// are refs in the clone too, and anybody can open one.
fn references(clone: &Clone, commit: &str) -> Result<Vec<String>, SourceError> {
    let contains = format!("--contains={commit}");
    let below = ["refs/heads", "refs/tags", "refs/remotes"];
    let references = clone.references(Some(&contains), &below)?;
    Ok(references.into_iter().filter(|name| !proposed(name)).take(LISTED).collect())
}

/// Whether a reference holds what somebody proposed: `pull/12/head`, `pr/12`, `merge-requests/12`,
/// `changes/34/1234/5`, wherever whoever fetched it put it.
fn proposed(reference: &str) -> bool {
    const KINDS: [&str; 10] = [
        "pr",
        "prs",
        "pull",
        "pulls",
        "pull-requests",
        "pull_requests",
        "mr",
        "merge-requests",
        "merge_requests",
        "changes",
    ];
    let parts: Vec<&str> = reference.split('/').skip(2).collect();
    let numeric = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.windows(2).any(|pair| match pair {
        [kind, number] => KINDS.contains(kind) && numeric(number),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_a_version() {
        for tag in ["1.2", "v1.2", "V1.2", "release-1.2", "foo-1.2", "foo-v1.2", "foo/v1.2", "v1_2"]
        {
            assert!(fits(tag, "1.2", "foo-"), "{tag}");
        }
        for tag in ["1.20", "11.2", "v1.2rc1", "bar-1.2", "v0.1.2", "foo"] {
            assert!(!fits(tag, "1.2", "foo-"), "{tag}");
        }
    }

    #[test]
    fn what_others_proposed() {
        for name in [
            "refs/remotes/origin/pr/1",
            "refs/remotes/pr/12",
            "refs/remotes/pull/12/head",
            "refs/heads/pr/12",
            "refs/remotes/o/pull-requests/3/from",
            "refs/heads/merge_requests/4",
            "refs/remotes/gerrit/changes/34/1234/5",
        ] {
            assert!(proposed(name), "{name}");
        }
        for name in [
            "refs/heads/main",
            "refs/tags/v1",
            "refs/heads/changes",
            "refs/heads/pr/fix",
            "refs/heads/1.2",
        ] {
            assert!(!proposed(name), "{name}");
        }
    }

    #[test]
    fn words_for_git_are_looked_at_first() {
        let commit = |name: &str| {
            check(&CommitSpec { commit: Some(name.to_owned()), ..CommitSpec::default() }).is_ok()
        };
        assert!(commit("0123abc") && commit(&"0".repeat(40)));
        for name in ["", "HEAD", "--help", "0123ab", "main", "0123ABCD", "0123abc^{tree}"] {
            assert!(!commit(name), "{name}");
        }
        let tag = |name: &str| {
            check(&CommitSpec { tag: Some(name.to_owned()), ..CommitSpec::default() }).is_ok()
        };
        assert!(tag("v1.2") && tag("release/1.2"));
        for name in ["", "-v", "a b", "a..b", "a^{}", "a:b", "a\n", "a@{1}", "a//b", "x.lock", "/a"]
        {
            assert!(!tag(name), "{name}");
        }
    }
}
