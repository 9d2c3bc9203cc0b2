//! The commit that an archive is compared with.

use super::spelling::Release;
use crate::release::git::{CommitObject, Pointer};

/// The commit that was found, and what leads to it.
#[derive(Debug, Clone)]
pub(crate) struct Commit {
    /// The object.
    pub(crate) object: CommitObject,
    /// The tag that was given, or found by the archive's version, with what it points at.
    pub(crate) tag: Option<(String, Pointer)>,
    /// Whether the tag was found by the version, not given.
    pub(crate) tag_found: bool,
    /// The first of the tags of that version on the same commit, where this one was taken for its signature.
    pub(crate) tag_instead: Option<String>,
    /// The name upstream that the archive was said to have, where the tag has none of its versions.
    pub(crate) upstream_unfit: Option<String>,
    /// Who attested the commit, where an attestation named it.
    pub(crate) attested_by: Option<String>,
    /// Whether no tag has the version, so that without provenance no commit would be known.
    pub(crate) only_by_provenance: bool,
    /// Whether that could have been anyone, and no tag has the version.
    pub(crate) by_anyone: bool,
    /// The commit that the tag points at, where it is another.
    pub(crate) tag_elsewhere: Option<String>,
    /// Where the clone was cloned from, by its own word.
    pub(crate) origin: Option<String>,
    /// The branches and tags that lead to it, as far as [`LISTED`].
    pub(crate) references: Vec<String>,
    /// Whether the clone's history is cut off.
    pub(crate) shallow: bool,
    /// The release that the archive's name, or the ebuild, says it is.
    pub(crate) release: Release,
}

impl Commit {
    /// Its whole name.
    pub(crate) fn name(&self) -> &str {
        &self.object.name
    }

    /// Whether a tag or the main branch leads to it, not only some branch that anyone who may push can make.
    pub(crate) fn is_on_release_line(&self) -> bool {
        self.references.iter().any(|reference| is_release_line(reference))
    }

    /// The tag's name.
    pub(crate) fn tag_name(&self) -> Option<&str> {
        self.tag.as_ref().map(|(name, _)| name.as_str())
    }
}

/// Whether a reference is a tag, or the branch that projects have for what is released. Any other anyone
/// who may push can make, by whatever name.
pub(super) fn is_release_line(reference: &str) -> bool {
    const BRANCHES: [&str; 4] = ["main", "master", "trunk", "default"];
    match reference.split('/').collect::<Vec<_>>().as_slice() {
        ["refs", "tags", ..] => true,
        ["refs", "heads", branch] | ["refs", "remotes", _, branch] => BRANCHES.contains(branch),
        _ => false,
    }
}
