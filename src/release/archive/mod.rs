//! What a release archive holds: a listing with digests, in one streaming pass.
//!
//! tar (plain or compressed), `.crate`, zip and wheels. Nothing is ever unpacked and no link is
//! followed. There is a listing only of what programs are known to unpack to the same files; all
//! else is ambiguous, and what would take more time or memory than stated is beyond a limit. What
//! is unusual all the same is an [`Oddity`].

mod builder;
mod error;
mod listing;
mod member;
mod name;
mod names;
mod oddity;
mod tar;
mod zip;

pub(crate) use error::ArchiveError;
use error::{Fault, Structure, ambiguous_whole};
pub(crate) use listing::{Entry, Kind, Listing, show};
pub(crate) use member::{Collision, Nature, object_name};
pub(crate) use names::{directory_of, joined};
pub(crate) use oddity::Oddity;

use crate::bytes::compress::{self, Compression, Decompressor, Members};
use crate::bytes::digests::{HashName, Hasher};
use crate::bytes::input::{file_name, open_regular};
use crate::bytes::suffix;
use builder::{Builder, Head};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How much is read before reading stops with [`ArchiveError::Limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArchiveLimits {
    /// Members that any archive may have; one for each 64 of its bytes comes on top.
    pub(crate) entries: u64,
    /// Members at most.
    pub(crate) entries_most: u64,
    /// Bytes of all names and link targets together that any archive may have; its size comes on
    /// top.
    pub(crate) names: u64,
    /// Bytes of them at most.
    pub(crate) names_most: u64,
    /// What its uncompressed bytes are held to.
    pub(crate) stream: compress::StreamLimits,
}

impl Default for ArchiveLimits {
    /// More than any known distfile needs: the largest have half a million members and 20 GiB, and
    /// those of the smallest members have 100 bytes for each.
    fn default() -> Self {
        Self {
            entries: 100_000,
            entries_most: 1_000_000,
            names: 16 << 20,
            names_most: 256 << 20,
            stream: compress::StreamLimits::default(),
        }
    }
}

impl ArchiveLimits {
    /// The members that an archive of `size` bytes may have.
    fn entries(&self, size: u64) -> u64 {
        self.entries_most.min(self.entries.saturating_add(size / 64))
    }

    /// The bytes of names that an archive of `size` bytes may have.
    fn names(&self, size: u64) -> u64 {
        self.names_most.min(self.names.saturating_add(size))
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
    /// No one's.
    #[default]
    Nothing,
    /// Those of all that is text, while there is room.
    Texts,
    /// Those of these members, by their places from 0, while there is room.
    These(BTreeSet<usize>),
}

/// What to compute next to the listing.
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
    /// Whether the digest of the archive itself is wanted: of the same bytes, in the same pass.
    pub(crate) blake2b: bool,
    /// Whether a file that neither is an archive nor is named like one, such as a patch, is listed as
    /// the only member of itself.
    pub(crate) single: bool,
    /// The limits.
    pub(crate) limits: ArchiveLimits,
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
/// If the file cannot be read, is not an archive that is known, is damaged, or exceeds a limit.
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
    let named = suffix::archive(&file_name(path));
    if named.is_some_and(|named| (named == suffix::Archive::Zip) != is_zip) && !is_page(&head) {
        // A package manager unpacks by the name, and the other archive may be in it, too.
        let what = "its name says zip and its contents say tar, or the other way around";
        return Err(ambiguous_whole(what).at(path));
    }
    let mut whole = Whole::new(wanted.blake2b);
    let mut listing = if is_zip {
        let zip = file.try_clone().map_err(io)?;
        let stream = Reporting { file, progress, whole: &whole };
        zip::read(&zip, stream, size, &head, &mut builder)
    } else {
        let compression = Compression::of(&head);
        let stream = Reporting { file, progress, whole: &whole };
        let stream = BufReader::with_capacity(BUFFER, stream);
        tar::read(stream, size, compression, &mut builder).and_then(|()| match whole.ends_zip() {
            true => Err(ambiguous_whole("it is a tar archive with a zip archive at its end")),
            false => Ok(()),
        })
    };
    let is_single = matches!(&listing, Err(Fault::Structure(Structure::NoArchive(_))));
    if is_single && wanted.single && named.is_none() {
        // Nothing was listed yet: it failed at the first header.
        let file = open_regular(path).map_err(ArchiveError::Input)?;
        whole = Whole::new(wanted.blake2b);
        let stream = Reporting { file, progress, whole: &whole };
        let stream = BufReader::with_capacity(BUFFER, stream);
        listing = single(&file_name(path), stream, size, Compression::of(&head), &mut builder);
    }
    let mut listing = listing.and_then(|()| builder.finish()).map_err(|fault| fault.at(path))?;
    listing.blake2b = whole.digest();
    Ok(listing)
}

/// Lists a file that is not an archive as the only member of itself, uncompressed.
fn single(
    name: &str,
    stream: impl BufRead,
    size: u64,
    compression: Option<Compression>,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let limits = builder.limits().stream;
    let name = match compression {
        Some(_) => suffix::without_compression(name).unwrap_or(name),
        None => name,
    };
    let mut stream = Decompressor::new(compression, Members::Joined, limits, stream).of_size(size);
    let name = name.as_bytes().to_vec();
    let head = Head { name, kind: Kind::File, mode: 0o644, size: 0, target: None };
    builder.add(head, &mut stream).map(drop)
}

/// Whether it is not an archive at all, which is said by itself.
fn is_page(head: &[u8]) -> bool {
    let start = head.trim_ascii_start();
    start.is_empty() || start.starts_with(b"<")
}

/// What is found out about the file itself as it is read, from its beginning to its end.
struct Whole {
    hasher: RefCell<Option<Hasher>>,
    tail: RefCell<Vec<u8>>,
}

impl Whole {
    fn new(blake2b: bool) -> Self {
        let hasher = blake2b.then(|| Hasher::new(HashName::Blake2b));
        Self { hasher: RefCell::new(hasher), tail: RefCell::default() }
    }

    fn add(&self, bytes: &[u8]) {
        if let Some(hasher) = self.hasher.borrow_mut().as_mut() {
            hasher.update(bytes);
        }
        let mut tail = self.tail.borrow_mut();
        let last = bytes.get(bytes.len().saturating_sub(zip::END)..).unwrap_or(bytes);
        let surplus = (tail.len() + last.len()).saturating_sub(zip::END);
        tail.drain(..surplus);
        tail.extend_from_slice(last);
    }

    /// Whether a zip archive ends where the file ends: programs that do not go by the first bytes
    /// find it there.
    fn ends_zip(&self) -> bool {
        zip::ends(&self.tail.borrow())
    }

    fn digest(self) -> Option<Vec<u8>> {
        self.hasher.into_inner().and_then(Hasher::finish)
    }
}

/// A file that tells how much of it was read, and keeps what is to be known of it as a whole.
struct Reporting<'a> {
    file: File,
    progress: Progress<'a>,
    whole: &'a Whole,
}

impl Read for Reporting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        (self.progress)(read as u64);
        self.whole.add(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Bytes read at a time.
const BUFFER: usize = 128 * 1024;

#[cfg(test)]
pub(crate) mod colliding;
#[cfg(test)]
mod tests;

/// A file of one byte, for tests of what is done with listings.
#[cfg(test)]
pub(crate) fn tests_entry(path: &str) -> Entry {
    Entry {
        data: 0,
        raw: path.into(),
        path: path.into(),
        kind: Kind::File,
        mode: 0o644,
        size: 1,
        sha256: Some([7; 32]),
        blob: None,
        target: None,
        nature: Nature::Text,
        contents: None,
    }
}
