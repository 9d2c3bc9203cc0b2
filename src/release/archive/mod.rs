//! What a release archive holds: a listing with digests, in one streaming pass.
//!
//! tar (plain or compressed), `.crate`, zip and wheels. Nothing is ever unpacked and no link is
//! followed. What an unpacker could be surprised by is an [`Oddity`]; what would take more time or
//! memory than stated is a [`Limit`] and ends the reading.

mod error;
mod listing;
mod member;
mod oddity;
mod tar;
mod zip;

pub(crate) use error::ArchiveError;
use error::ambiguous;
pub(crate) use listing::{Entry, Kind, Listing, show};
pub(crate) use member::{Nature, object_name};
pub(crate) use oddity::Oddity;

use crate::bytes::compress::members::Compression;
use crate::bytes::input::open_regular;
use listing::Builder;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How much is read before reading stops with [`ArchiveError::Limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Members.
    pub(crate) entries: u64,
    /// Uncompressed bytes altogether.
    pub(crate) bytes: u64,
    /// Uncompressed bytes for each compressed one, where there are more than
    /// [`ratio_from`](Self::ratio_from) of them.
    pub(crate) ratio: u64,
    /// Uncompressed bytes from which on [`ratio`](Self::ratio) counts.
    pub(crate) ratio_from: u64,
    /// Bytes of one name, link target or extended header.
    pub(crate) name: u64,
    /// Bytes of all names and link targets together.
    pub(crate) names: u64,
}

impl Default for Limits {
    /// More than any known distfile needs: the largest have half a million members and 10 GiB.
    fn default() -> Self {
        Self {
            entries: 1_000_000,
            bytes: 16 << 30,
            ratio: 250,
            ratio_from: 256 << 20,
            name: 64 << 10,
            names: 256 << 20,
        }
    }
}

/// The hash of a git repository's object names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GitHash {
    /// SHA-1, with detection of collision attacks.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// Whose contents are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nobody's.
    #[default]
    Nothing,
    /// Those of all that is text, while there is room.
    Texts,
    /// Those of these members, by their places from 0, while there is room.
    These(BTreeSet<usize>),
}

/// What to compute beside the listing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Each file's object name in git.
    pub(crate) blob: Option<GitHash>,
    /// Whose contents are kept.
    pub(crate) contents: Keep,
    /// Bytes of one member's contents that are kept; of a larger one nothing is.
    pub(crate) contents_each: u64,
    /// Bytes of contents that are kept altogether.
    pub(crate) contents_all: u64,
    /// The limits.
    pub(crate) limits: Limits,
}

/// What is told how many more bytes of a file were read.
pub(crate) type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// What is shown the contents of every member as they are read, before the listing is complete.
pub(crate) trait Sink {
    /// The next bytes of the file that is being read.
    fn bytes(&mut self, bytes: &[u8]);

    /// The member that was read. Its path has the top-level directory still in front, and a hard
    /// link has neither size nor digest yet.
    fn member(&mut self, entry: &Entry);
}

/// Lists the archive at `path`.
///
/// # Errors
///
/// Where the file cannot be read, is no archive that is known, is damaged, or exceeds a limit.
pub(crate) fn read(
    path: &Path,
    wanted: &Wanted,
    progress: Progress<'_>,
) -> Result<Listing, ArchiveError> {
    read_to(path, wanted, None, progress)
}

/// As [`read`], and shows what is read to `sink`.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn read_to<'a>(
    path: &Path,
    wanted: &'a Wanted,
    sink: Option<&'a mut (dyn Sink + 'a)>,
    progress: Progress<'_>,
) -> Result<Listing, ArchiveError> {
    // A decompressor that panics on hostile input must not take the report down with it.
    catch_unwind(AssertUnwindSafe(|| read_inner(path, wanted, sink, progress)))
        .unwrap_or_else(|_| Err(ArchiveError::Decoder { path: path.to_owned() }))
}

fn read_inner<'a>(
    path: &Path,
    wanted: &'a Wanted,
    sink: Option<&'a mut (dyn Sink + 'a)>,
    progress: Progress<'_>,
) -> Result<Listing, ArchiveError> {
    let io = |source| ArchiveError::Read { path: path.to_owned(), source };
    let mut file = open_regular(path).map_err(ArchiveError::Input)?;
    let size = file.metadata().map_err(io)?.len();
    let mut head = Vec::new();
    file.by_ref().take(512).read_to_end(&mut head).map_err(io)?;
    file.rewind().map_err(io)?;
    let mut builder = Builder::new(wanted, size, sink);
    let is_zip = head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06");
    if named_zip(path).is_some_and(|named| named != is_zip) && !is_page(&head) {
        // A package manager unpacks by the name, and the other archive may be in it, too.
        let what = "its name says zip and its contents say tar, or the other way around";
        return Err(ambiguous("", what).at(path));
    }
    let result = if is_zip {
        zip::read(file, &mut builder, progress)
    } else {
        let compression = Compression::of(&head);
        let file = BufReader::with_capacity(BUFFER, Reporting { file, progress });
        tar::read(file, compression, &mut builder)
    };
    match result {
        Ok(()) => Ok(builder.finish()),
        Err(fault) => Err(fault.at(path)),
    }
}

/// Whether the name says zip; `None` where it says neither that nor tar.
fn named_zip(path: &Path) -> Option<bool> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    if ends(&[".zip", ".whl", ".jar", ".egg"]) {
        return Some(true);
    }
    let tar = ends(&[".tar", ".tgz", ".tbz2", ".txz", ".crate"]) || name.contains(".tar.");
    tar.then_some(false)
}

/// Whether it is no archive at all, which is said by itself.
fn is_page(head: &[u8]) -> bool {
    let start = head.trim_ascii_start();
    start.is_empty() || start.starts_with(b"<")
}

/// A file that tells how much of it was read.
struct Reporting<'a> {
    file: File,
    progress: Progress<'a>,
}

impl Read for Reporting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        (self.progress)(read as u64);
        Ok(read)
    }
}

/// Bytes read at a time.
const BUFFER: usize = 128 * 1024;

#[cfg(test)]
mod tests;
