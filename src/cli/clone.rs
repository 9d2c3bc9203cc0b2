//! How an archive is compared with a clone: what `source`, `check` and `bump` are told alike.

use super::restrict;
use crate::release::source::{CommitSpec, Options};
use clap::Args;

/// The heading of what is about the source.
pub(crate) const SOURCE: &str = "Source";

/// Options beside `--git`.
#[derive(Debug, Args)]
pub(crate) struct CloneArgs {
    /// The commit of the release; default: the attested one, else that of the tag
    #[arg(long, value_name = "SHA", requires = "git", help_heading = SOURCE)]
    commit: Option<String>,

    /// The tag of the release; default: the attested one, else the one that has the version
    #[arg(long, value_name = "NAME", requires = "git", help_heading = SOURCE)]
    tag: Option<String>,

    /// The directory of the repository that the archive was made from
    #[arg(long, value_name = "PATH", requires = "git", help_heading = SOURCE)]
    directory: Option<String>,

    /// Run the autoconf and automake of the version that made configure, Makefile.in and the like, if
    /// it is installed, confined and over what git has, and compare what they make
    #[arg(long, requires = "git", help_heading = SOURCE)]
    regenerate: bool,
}

impl CloneArgs {
    /// The commit that was named.
    pub(crate) fn commit(&self) -> CommitSpec {
        CommitSpec::given(self.commit.as_ref(), self.tag.as_ref())
    }

    /// What the comparison was told.
    pub(crate) fn options(&self) -> Options {
        Options {
            directory: self.directory.clone(),
            regenerate: self.regenerate.then_some(restrict::confined),
            ..Options::default()
        }
    }
}
