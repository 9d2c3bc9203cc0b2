//! What comparing an archive with a git commit found.

use crate::answer::failure::FailureClass;
use serde::Serialize;

/// How many files of an archive are what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SourceTotals {
    pub(crate) same: usize,
    pub(crate) changed: usize,
    pub(crate) retyped: usize,
    pub(crate) added: usize,
    pub(crate) missing: usize,
    pub(crate) modes: usize,
    /// git's, as packing left them.
    pub(crate) packed: usize,
    /// Standard build files.
    pub(crate) known: usize,
    /// Made from what git has, and compared with it.
    pub(crate) derived: usize,
    /// Made anew by the ebuild before they are used.
    pub(crate) not_used: usize,
    /// Neither run nor built, installed or imported.
    pub(crate) inert: usize,
    /// Generated, by their own word, and compared with nothing.
    pub(crate) not_compared: usize,
    /// Named like a standard build file, and none of its versions.
    pub(crate) altered: usize,
    /// Explained by nothing.
    pub(crate) unexplained: usize,
}

/// A file of an archive that git has otherwise or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SourceDifference {
    /// Its path in the archive.
    pub(crate) path: String,
    /// Its state, in one word.
    pub(crate) standing: &'static str,
    /// What explains it, or that nothing does.
    pub(crate) explanation: String,
    /// What it can do.
    pub(crate) hazards: Vec<SourceHazard>,
}

/// Something that a file can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SourceHazard {
    pub(crate) name: &'static str,
    pub(crate) reason: String,
}

/// What a signature of git's is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SignedObject {
    /// The tag: the signer vouches for the version as well.
    Tag,
    /// The commit, whichever tag leads there.
    Commit,
}

impl SignedObject {
    /// The word, as git has it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Commit => "commit",
        }
    }
}

/// A signature over the release's tag or commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SourceSignature {
    /// What it is over.
    pub(crate) over: SignedObject,
    /// Why it does not count; `None` where it does.
    pub(crate) class: Option<FailureClass>,
    /// What judging it said.
    pub(crate) said: String,
}

/// An archive and a commit of a clone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SourceFacts {
    /// The clone, where the commit is not in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clone: Option<String>,
    /// The clone's origin.
    pub(crate) origin: Option<String>,
    /// What the comparison said.
    #[serde(flatten)]
    pub(crate) compared: Option<SourceComparison>,
}

/// What comparing an archive with a commit said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SourceComparison {
    pub(crate) commit: String,
    pub(crate) tag: Option<String>,
    /// Whether the tag was found by the version in the archive's name.
    pub(crate) tag_found_by_version: bool,
    /// The commit that the tag leads to, where it is another.
    pub(crate) tag_elsewhere: Option<String>,
    /// Who attested the commit.
    pub(crate) attested_by: Option<String>,
    /// Whether only provenance told which commit it is: no tag has the version.
    #[serde(skip)]
    pub(crate) only_by_provenance: bool,
    /// The signature over the tag or commit, where there is one or one was asked for.
    pub(crate) signature: Option<SourceSignature>,
    /// The branches and tags that lead to it.
    pub(crate) references: Vec<String>,
    pub(crate) shallow: bool,
    /// The commit that the archive itself names.
    pub(crate) stated_commit: Option<String>,
    /// The directory of the repository that the archive was made from.
    pub(crate) directory: String,
    pub(crate) totals: SourceTotals,
    pub(crate) changed: Vec<SourceDifference>,
    pub(crate) retyped: Vec<SourceDifference>,
    pub(crate) added: Vec<SourceDifference>,
    pub(crate) missing: Vec<String>,
    pub(crate) export_ignored: Vec<String>,
    pub(crate) modes: Vec<String>,
    pub(crate) executable_in_archive_only: Vec<String>,
}
