//! The listing of an archive.

use super::Oddity;
use super::member::Nature;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The most oddities that are kept one by one.
const ODDITIES: usize = 1000;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A hard link to an earlier file.
    Hardlink,
}

impl Kind {
    /// The word for JSON and text.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Hardlink => "hardlink",
        }
    }
}

/// One member.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The place of the member that holds the contents: its own, or that of a hard link's target.
    pub(crate) data: usize,
    /// The name as it is stored.
    pub(crate) raw: Vec<u8>,
    /// The name without `.` and empty components and without the single top-level directory.
    pub(crate) path: Vec<u8>,
    /// What it is.
    pub(crate) kind: Kind,
    /// Permission bits (07777).
    pub(crate) mode: u32,
    /// Size of the contents in bytes; 0 but for files and the hard links to them.
    pub(crate) size: u64,
    /// SHA-256 of the contents of files and of the hard links to them.
    pub sha256: Option<[u8; 32]>,
    /// The object name of the contents in git, where wanted. `None` also where the contents are a
    /// collision attack on SHA-1.
    pub(crate) blob: Option<Vec<u8>>,
    /// Where a link leads.
    pub(crate) target: Option<Vec<u8>>,
    /// What the contents are.
    pub(crate) nature: Nature,
    /// The contents, where wanted and within the limits.
    pub(crate) contents: Option<Arc<Vec<u8>>>,
}

impl Entry {
    /// Whether it has contents: a file, or a hard link to one.
    pub(crate) const fn is_file(&self) -> bool {
        self.sha256.is_some()
    }

    /// Whether anyone may execute it.
    pub(crate) const fn is_executable(&self) -> bool {
        self.mode & 0o111 != 0
    }
}

/// What an archive holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    /// The single top-level directory, where there is one.
    pub(crate) top: Option<Vec<u8>>,
    /// The members, in the order of the archive.
    pub(crate) entries: Vec<Entry>,
    /// What is unusual about it.
    pub(crate) oddities: Vec<Oddity>,
    /// Size of the archive in bytes.
    pub(crate) size: u64,
    /// Its BLAKE2b digest, where wanted.
    pub(crate) blake2b: Option<Vec<u8>>,
    /// The comment of a pax global header or of a zip: `git archive` writes the commit there.
    pub(crate) comment: Option<String>,
}

impl Listing {
    /// The members by path; of several with one path the last, as unpacking leaves it.
    pub(crate) fn by_path(&self) -> BTreeMap<&[u8], &Entry> {
        self.entries.iter().map(|entry| (entry.path.as_slice(), entry)).collect()
    }

    /// The files, links and devices.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.kind != Kind::Directory)
    }
}

/// A name from an archive as text: bytes that are not UTF-8 as `<0xFF>`. Not yet escaped.
pub(crate) fn show(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "<0x{byte:02X}>");
        }
    }
    text
}

/// The oddities that were found, of which so many are kept.
#[derive(Default)]
pub(super) struct Oddities {
    list: Vec<Oddity>,
    more: u64,
}

impl Oddities {
    /// Adds one; it is made only while there is room.
    pub(super) fn say(&mut self, oddity: impl FnOnce() -> Oddity) {
        if self.list.len() < ODDITIES {
            self.list.push(oddity());
        } else {
            self.more += 1;
        }
    }

    pub(super) fn finish(mut self) -> Vec<Oddity> {
        self.list.sort();
        self.list.dedup();
        if self.more > 0 {
            self.list.push(Oddity::More(self.more));
        }
        self.list
    }
}
