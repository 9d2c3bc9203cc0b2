//! Files that a tool made from what git has: what they say is compared with that.
//!
//! A file's name only decides which comparison it has to get past. What cannot be compared is said to
//! be so, and a file that says anything else than its source is not explained.

mod aclocal;
mod autotools;
mod cargo;
mod gettext;
mod npm;
mod python;
mod version;

pub(crate) use cargo::VcsInfo;

use super::context::Context;
use super::texts::name_of;
use crate::release::archive::Entry;
use std::collections::BTreeMap;

/// What comparing a file with what it was made from says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Checked {
    /// It says the same; how that was compared.
    Same(String),
    /// What git says of it, it says the same; and what in it was compared with nothing, though it decides
    /// what is built or installed.
    Partly { how: String, rest: String },
    /// It says something else.
    Differs(String),
    /// It could not be compared, and who made it by its own word.
    NotCompared(String),
}

impl Checked {
    fn same(how: impl Into<String>) -> Self {
        Self::Same(how.into())
    }

    /// The same, but for `rest`.
    fn partly(how: impl Into<String>, rest: Vec<String>) -> Self {
        match rest.is_empty() {
            true => Self::Same(how.into()),
            false => Self::Partly { how: how.into(), rest: rest.join("; ") },
        }
    }

    fn differs(why: impl Into<String>) -> Self {
        Self::Differs(why.into())
    }
}

/// Bytes of a file that is parsed as a whole.
const PARSED: usize = 1 << 20;

/// What is known of the file at `path`, whose contents in git are `original`; `None` where it is not
/// of a kind that is compared here.
pub(super) fn check(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
    blob: Option<&[u8]>,
) -> Option<Checked> {
    let original = blob.and_then(|blob| std::str::from_utf8(blob).ok());
    let name = name_of(path);
    if context.is_crate
        && let Some(checked) = cargo::check(context, entry, path, original)
    {
        return Some(checked);
    }
    python::check(context, entry, path, original)
        .or_else(|| npm::check(context, entry, path, original))
        .or_else(|| autotools::check(context, entry, path))
        .or_else(|| gettext::check(context, entry, path, blob))
        .or_else(|| version::check(context, entry, path, name, original))
}

/// What a .crate says of itself, where it is one.
pub(crate) fn vcs_info(members: &BTreeMap<&[u8], &Entry>) -> Option<VcsInfo> {
    cargo::vcs_info(members)
}
