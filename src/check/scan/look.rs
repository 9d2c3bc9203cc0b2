//! What is known of a package while it is looked at.

use super::{Options, Package, keys};
use crate::evidence::manifest::Manifest;
use crate::release::gentoo::{Ebuild, Metadata};
use crate::release::policy::Policy;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The most findings of one kind that are told one by one of a package.
pub(super) const EACH: usize = 20;

/// A package as it is looked at.
pub(super) struct Look<'a> {
    pub(super) options: &'a Options,
    /// CATEGORY/NAME, which is its directory, too.
    pub(super) name: &'a str,
    pub(super) policy: Policy,
    pub(super) manifest: Option<Manifest>,
    pub(super) package: Package,
    /// The key files that were read.
    pub(super) keys: keys::Files,
}

/// An ebuild that was read.
pub(super) struct Read {
    pub(super) ebuild: Ebuild,
    pub(super) metadata: Metadata,
    /// Below the root.
    pub(super) file: PathBuf,
    /// The names of its distfiles, as far as they are known.
    pub(super) names: BTreeSet<String>,
}

impl Read {
    /// Whether it is a release that fetches something.
    pub(super) fn fetches(&self) -> bool {
        !self.ebuild.version.is_live()
            && self.metadata.src_uri.as_ref().is_some_and(|uri| !uri.files.is_empty())
    }

    /// Whether only bash knows what it fetches.
    pub(super) fn hides_source(&self) -> bool {
        self.metadata.src_uri.is_none() && self.ebuild.hides_source()
    }
}
