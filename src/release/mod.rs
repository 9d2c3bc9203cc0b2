//! What is in a release: archives, what changed between two, git, review records, continuity, ebuilds.

pub(crate) mod archive;
pub(crate) mod bash;
pub(crate) mod continuity;
pub(crate) mod diff;
pub(crate) mod gentoo;
pub(crate) mod git;
pub(crate) mod known;
pub(crate) mod lock;
pub(crate) mod policy;
pub(crate) mod python;
pub(crate) mod review;
pub(crate) mod source;
