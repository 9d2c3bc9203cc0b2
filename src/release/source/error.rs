//! Why an archive could not be compared.

use crate::answer::failure::FailureClass;
use crate::release::archive::ArchiveError;
use crate::release::git::GitError;
use crate::release::known::KnownError;
use std::path::PathBuf;

/// Why an archive could not be compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// The archive could not be listed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// git could not say anything.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A list of standard build files could not be read.
    #[error(transparent)]
    Known(#[from] KnownError),
    /// A commit's name has other characters than lower-case hexadecimal digits, or too few.
    #[error(
        "\"{0}\" is not the name of a commit: give 40 or 64 hexadecimal digits, or at least 7 of them"
    )]
    BadCommit(String),
    /// A tag's name that git would not allow.
    #[error("\"{0}\" is not the name of a tag")]
    BadTag(String),
    /// Neither a commit nor a tag was given, and no tag of the clone has the archive's version.
    #[error("{}", no_commit(version.as_deref(), near))]
    NoCommit {
        /// The version in the archive's name, if there is one.
        version: Option<String>,
        /// Tags that look like it.
        near: Vec<String>,
    },
    /// The directory that was given is not in the commit's tree.
    #[error("there is no directory \"{0}\" in git at that commit")]
    NoDirectory(String),
    /// Several tags have the archive's version and point at different commits.
    #[error("several tags fit and point at different commits: name one with --tag ({})", .0.join(", "))]
    SeveralTags(Vec<String>),
    /// The provenance that should name the commit does not hold.
    #[error(
        "{}: no attestation that holds names a commit: {text} ({}); name the release with --commit or --tag",
        path.display(),
        class.name()
    )]
    Unattested {
        /// Its file.
        path: PathBuf,
        /// Why not.
        class: FailureClass,
        /// Why not, in words.
        text: String,
    },
    /// Several attestations of the archive name different commits.
    #[error("the attestations name different commits: name one with --commit ({})", .0.join(", "))]
    SeveralAttested(Vec<String>),
}

impl SourceError {
    /// Whether the archive was left alone, rather than could not be read.
    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(self, Self::Archive(error) if error.is_unsupported())
    }
}

fn no_commit(version: Option<&str>, near: &[String]) -> String {
    let Some(version) = version else {
        return "the archive's name has no version to look for among the tags: name the release with --tag or --commit".to_owned();
    };
    match near {
        [] => format!(
            "the clone has no tag for version {version}: name the release with --tag or --commit, or fetch the tags"
        ),
        near => format!(
            "the clone has no tag for version {version}; near it are {}: name the release with --tag or --commit",
            near.join(", ")
        ),
    }
}
