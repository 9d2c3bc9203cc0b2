//! Lock files: which packages a project takes, where each comes from, and the digests of their files.
//!
//! One that cannot be read is an error, and never one without packages.

mod cargo;
mod npm;
mod python;

pub(crate) use cargo::cargo;
pub(crate) use npm::npm;
pub(crate) use python::{pylock, python};

use crate::bytes::toml::TomlError;
use ::toml::Table;
use thiserror::Error;

/// Bytes of a lock file that is read.
pub(crate) const LIMIT: usize = 4 << 20;

/// The most packages of one: whoever compares two keeps some 3 KB for each.
const MOST: usize = 20_000;

/// Why a lock file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Damaged {
    /// Longer than [`LIMIT`], or with more than [`MOST`] packages or what takes as much.
    #[error("it is larger than what is read: 4 MiB, and some 20,000 packages")]
    TooLarge,
    /// Not of the format's language.
    #[error("it is not {0}")]
    Syntax(&'static str),
    /// It has no list of packages.
    #[error("it has no list of packages")]
    NoList,
    /// A package has no name, no version, or something else than text for one of them.
    #[error("one of its packages has no name or version")]
    Package,
    /// It has something else than such a file has.
    #[error("it has more than packages")]
    Unknown,
}

/// One package, as a lock file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its name, in the file's spelling.
    pub(crate) name: String,
    /// Its version; of what has none in the format, nothing.
    pub(crate) version: String,
    /// Where it comes from, in the file's words; `None` for what the format takes for granted.
    pub(crate) source: Option<String>,
    /// The same without what names one of the versions there.
    pub(crate) place: Option<String>,
    /// The names of its files with their digests, in the file's words. The only one of a crate has no name.
    pub(crate) files: Vec<(String, Option<String>)>,
    /// What else is said of it, without what is known to decide nothing of this.
    pub(crate) other: Vec<String>,
}

/// A place without a version there: a branch, a commit, the digest of a file.
fn place(source: &str) -> &str {
    source.split(['#', '?']).next().unwrap_or_default()
}

/// The name of the file that an address or a path leads to.
fn file_name(address: &str) -> String {
    let address = place(address);
    address.rsplit('/').next().unwrap_or_default().to_owned()
}

/// `text` as TOML.
fn toml(text: &str) -> Result<Table, Damaged> {
    if text.len() > LIMIT {
        return Err(Damaged::TooLarge);
    }
    crate::bytes::toml::parse_any_integers(text).map_err(|error| match error {
        TomlError::TooMuch => Damaged::TooLarge,
        TomlError::Syntax(_) => Damaged::Syntax("TOML"),
    })
}

#[cfg(test)]
mod tests;
