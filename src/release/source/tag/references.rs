//! The branches and tags that lead to a commit.

use crate::release::git::Clone;
use crate::release::source::{LISTED, SourceError};

/// The branches and tags that lead to a commit. What others proposed does not count: pull requests
/// are refs in the clone too, and anyone can open one.
pub(super) fn references(clone: &Clone, commit: &str) -> Result<Vec<String>, SourceError> {
    let references = clone.containing(commit)?;
    Ok(references.into_iter().filter(|name| !proposed(name)).take(LISTED).collect())
}

/// Whether a reference holds what was proposed: `pull/12/head`, `pr/12`, `merge-requests/12`,
/// `changes/34/1234/5`, wherever it was fetched to.
pub(super) fn proposed(reference: &str) -> bool {
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
