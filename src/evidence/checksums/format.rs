//! The kinds of lists.

use super::line::{Function, Parsed};
use super::wrapped::parsed;
use crate::bytes::digests::HashName;
use crate::bytes::sniff;
use std::collections::BTreeSet;

/// The lines of a list by which its kind is guessed.
const GUESS_LIMIT: usize = 1_000;

/// The kinds of lists, by the names of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ListFormat {
    /// What sha256sum writes
    Sha256,
    /// What sha512sum writes
    Sha512,
    /// What b2sum writes: BLAKE2b with 512 bits
    B2,
    /// What openssl dgst writes
    OpensslDgst,
    /// What BSD's tools and sha256sum --tag write
    Bsd,
}

impl ListFormat {
    /// The kind that a list called `name` seems to be, for one that no one named the kind of.
    pub(crate) fn guess(name: &str, bytes: &[u8]) -> Self {
        let (name, bytes) = (name.to_ascii_lowercase(), sniff::without_mark(bytes));
        let named = [
            ("sha256", Self::Sha256),
            ("sha512", Self::Sha512),
            ("b2sum", Self::B2),
            ("blake2b", Self::B2),
            ("shasums256", Self::Sha256),
            ("shasums512", Self::Sha512),
        ];
        let lines = parsed(bytes).take(GUESS_LIMIT);
        let unnamed = lines.filter_map(|(_, parsed, _)| match parsed {
            Parsed::Checksum(line) if line.function == Function::Unnamed => Some(line.digest.len()),
            _ => None,
        });
        let lengths: BTreeSet<_> = unnamed.collect();
        let by_name = named.iter().find(|(part, _)| name.contains(part)).map(|(_, format)| *format);
        let bare = bytes.trim_ascii();
        let bare = bare.iter().all(u8::is_ascii_hexdigit).then_some(bare.len());
        match (by_name, lengths.last().copied().or(bare)) {
            (Some(format), Some(_)) => format,
            (None, Some(128)) => Self::Sha512,
            (None, Some(_)) => Self::Sha256,
            (_, None) => Self::Bsd,
        }
    }

    /// The one hash function of lists whose lines do not name it.
    pub(super) const fn function(self) -> Option<HashName> {
        match self {
            Self::Sha256 => Some(HashName::Sha256),
            Self::Sha512 => Some(HashName::Sha512),
            Self::B2 => Some(HashName::Blake2b),
            Self::OpensslDgst | Self::Bsd => None,
        }
    }
}
