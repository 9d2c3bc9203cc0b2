//! What explaining a file of an archive needs to know.

use super::attributes::Attributes;
use super::consumers::Consumers;
use super::rules::Rules;
use super::spelling::Release;
use super::view::View;
use crate::release::archive::Entry;
use crate::release::git::CommitObject;
use crate::release::known::Known;
use std::collections::BTreeMap;

/// What explaining needs to know.
pub(crate) struct Context<'a> {
    /// The archive's members by path.
    pub(super) members: &'a BTreeMap<&'a [u8], &'a Entry>,
    /// The commit's tree.
    pub(super) view: View<'a>,
    /// The commit.
    pub(super) commit: &'a CommitObject,
    /// The tag's name.
    pub(super) tag: Option<&'a str>,
    /// What its `.gitattributes` say.
    pub(super) attributes: &'a Attributes,
    /// The standard build files.
    pub(super) known: &'a Known,
    /// The release's name and version.
    pub(super) release: &'a Release,
    /// The name of the archive's single directory.
    pub(super) top: Option<&'a [u8]>,
    /// Whether it is a .crate by its name.
    pub(super) is_crate: bool,
    /// Whether the ebuild runs eautoreconf.
    pub(super) eautoreconf: bool,
    /// Whether the lines that differ are wanted.
    pub(super) unified: bool,
    /// How many files of a distribution's metadata there are.
    pub(super) metadata: usize,
    /// What the build's own files read as code.
    pub(super) consumers: &'a Consumers,
    /// What git's rules of make name.
    pub(super) rules: &'a Rules,
}

impl Context<'_> {
    /// autoconf's input in a directory of git's, which has a slash behind it.
    pub(super) fn configure_input(&self, directory: &str) -> Option<&'static str> {
        let has = |name: &&str| self.view.has_file(&format!("{directory}{name}"));
        ["configure.ac", "configure.in"].into_iter().find(has)
    }
}
