//! What is in a release: archives, what changed between two, git, review records, continuity, ebuilds.

pub mod archive;
pub mod continuity;
pub mod diff;
pub mod gentoo;
pub mod review;
pub mod source;
