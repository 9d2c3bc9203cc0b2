//! The listing of an archive, and how it comes about.

use super::error::{Fault, Limit, ambiguous};
use super::member::{self, Contents, Meter, Nature};
use super::{BUFFER, Keep, Oddity, Sink, Wanted};
use crate::bytes::escape::is_harmful;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;

/// The most oddities that are listed one by one.
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
    /// A hard link to an earlier member.
    Hardlink,
    /// A device node or FIFO.
    Device,
}

impl Kind {
    /// The word for JSON and text.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::Symlink => "symlink",
            Self::Hardlink => "hardlink",
            Self::Device => "device",
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

    /// Whether anybody may execute it.
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
    /// What an unpacker could be surprised by.
    pub(crate) oddities: Vec<Oddity>,
    /// Size of the archive in bytes.
    pub(crate) size: u64,
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

/// A member's header, before its contents.
#[derive(Debug)]
pub(super) struct Head {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) mode: u32,
    /// Size of the contents as stated.
    pub(crate) size: u64,
    pub(crate) target: Option<Vec<u8>>,
}

/// A listing in the making.
pub(super) struct Builder<'a> {
    wanted: &'a Wanted,
    pub(crate) meter: Meter,
    listing: Listing,
    names: u64,
    kept: u64,
    more: u64,
    buffer: Vec<u8>,
    sink: Option<&'a mut (dyn Sink + 'a)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        wanted: &'a Wanted,
        size: u64,
        sink: Option<&'a mut (dyn Sink + 'a)>,
    ) -> Self {
        Self {
            wanted,
            meter: Meter::new(wanted.limits, size),
            listing: Listing { size, ..Listing::default() },
            names: 0,
            kept: 0,
            more: 0,
            buffer: vec![0; BUFFER],
            sink,
        }
    }

    pub(super) const fn name_limit(&self) -> u64 {
        self.wanted.limits.name
    }

    pub(super) fn say(&mut self, oddity: Oddity) {
        if self.listing.oddities.len() < ODDITIES {
            self.listing.oddities.push(oddity);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn comment(&mut self, comment: String) {
        self.listing.comment = Some(comment);
    }

    /// Adds a member and reads its contents, where it is a file, to the end of `contents`.
    pub(super) fn add(&mut self, head: Head, contents: &mut dyn Read) -> Result<u64, Fault> {
        let limits = self.wanted.limits;
        let index = self.listing.entries.len();
        let length = head.name.len() + head.target.as_ref().map_or(0, Vec::len);
        self.names += length as u64;
        let nul = |name: &[u8]| name.contains(&0);
        if nul(&head.name) || head.target.as_deref().is_some_and(nul) {
            return Err(ambiguous(show(&head.name), "has a NUL in its name or target"));
        }
        if length as u64 > limits.name {
            return Err(Limit::Name(limits.name).into());
        }
        if self.names > limits.names {
            return Err(Limit::Names(limits.names).into());
        }
        if index as u64 >= limits.entries {
            return Err(Limit::Entries(limits.entries).into());
        }
        let mut entry = Entry {
            data: index,
            path: clean(&head.name),
            raw: head.name,
            kind: head.kind,
            mode: head.mode & 0o7777,
            size: 0,
            sha256: None,
            blob: None,
            target: head.target,
            nature: Nature::Empty,
            contents: None,
        };
        if head.kind == Kind::File {
            let read = self.consume(index, head.size, contents)?;
            entry.size = read.size;
            entry.sha256 = Some(read.sha256);
            entry.blob = read.blob;
            entry.nature = read.nature;
            entry.contents = read.bytes.map(Arc::new);
        } else if let (Kind::Symlink, Some(hash)) = (head.kind, self.wanted.blob) {
            // What git stores of a symbolic link is its target.
            let target = entry.target.as_deref().unwrap_or_default();
            let mut blob = member::Blob::new(hash, target.len() as u64);
            blob.update(target);
            entry.blob = blob.finish();
        }
        let size = entry.size;
        if let Some(sink) = &mut self.sink {
            sink.member(&entry);
        }
        self.listing.entries.push(entry);
        Ok(size)
    }

    fn consume(
        &mut self,
        index: usize,
        declared: u64,
        reader: &mut dyn Read,
    ) -> Result<Contents, Fault> {
        let wanted = self.wanted;
        let room = wanted.contents_each.min(wanted.contents_all.saturating_sub(self.kept));
        let keep = match &wanted.contents {
            Keep::Nothing => 0,
            Keep::Texts => room,
            Keep::These(members) => {
                if members.contains(&index) {
                    room
                } else {
                    0
                }
            }
        };
        let mut contents = member::consume(
            reader,
            declared,
            wanted.blob,
            keep,
            &mut self.meter,
            &mut self.buffer,
            &mut self.sink,
        )?;
        if wanted.contents == Keep::Texts && contents.nature.is_binary() {
            contents.bytes = None;
        }
        self.kept += contents.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        Ok(contents)
    }

    /// The listing, with what can only be said of all members together.
    pub(super) fn finish(mut self) -> Listing {
        self.say_of_each();
        self.say_of_links();
        self.say_of_names();
        let listing = &mut self.listing;
        listing.top = top(&listing.entries);
        if let Some(top) = &listing.top {
            for entry in &mut listing.entries {
                let below = entry.path.strip_prefix(top.as_slice()).unwrap_or_default();
                entry.path = below.strip_prefix(b"/").unwrap_or(below).to_vec();
            }
        }
        listing.oddities.sort();
        listing.oddities.dedup();
        if self.more > 0 {
            listing.oddities.push(Oddity::More(self.more));
        }
        self.listing
    }

    /// Names, modes and types of single members.
    fn say_of_each(&mut self) {
        let mut said = Vec::new();
        for entry in &self.listing.entries {
            let shown = || show(&entry.raw);
            if entry.raw.starts_with(b"/") {
                said.push(Oddity::Absolute(shown()));
            }
            if entry.path.split(|b| *b == b'/').any(|component| component == b"..") {
                said.push(Oddity::ParentDirectory(shown()));
            }
            match std::str::from_utf8(&entry.raw) {
                Err(_) => said.push(Oddity::NotUtf8(shown())),
                Ok(name) if name.chars().any(|c| is_harmful(c) || c == '\\') => {
                    said.push(Oddity::StrangeName(shown()));
                }
                Ok(_) => {}
            }
            if entry.kind == Kind::Device {
                said.push(Oddity::Device(shown()));
            }
            if entry.mode & 0o6000 != 0 && entry.kind != Kind::Directory {
                said.push(Oddity::SetId(shown()));
            }
        }
        said.into_iter().for_each(|oddity| self.say(oddity));
    }

    /// Where links lead; hard links get the contents of their targets.
    fn say_of_links(&mut self) {
        let mut said = Vec::new();
        let top = top(&self.listing.entries);
        let mut seen: HashMap<Vec<u8>, usize> = HashMap::new();
        let has_links = self.listing.entries.iter().any(|e| e.kind == Kind::Hardlink);
        for index in 0..self.listing.entries.len() {
            let Some(entry) = self.listing.entries.get(index) else { break };
            let (path, target) = (show(&entry.raw), entry.target.as_deref().unwrap_or_default());
            if entry.kind == Kind::Symlink && leads_outside(&entry.path, target, top.as_deref()) {
                said.push(Oddity::LinkOutside { path, target: show(target) });
            } else if entry.kind == Kind::Hardlink {
                let shown = show(target);
                let original = seen
                    .get(&clean(target))
                    .and_then(|at| self.listing.entries.get(*at))
                    .filter(|original| original.is_file())
                    .cloned();
                match original {
                    None => said.push(Oddity::HardLinkOutside { path, target: shown }),
                    Some(original) => {
                        said.push(Oddity::HardLink { path, target: shown });
                        if let Some(entry) = self.listing.entries.get_mut(index) {
                            entry.data = original.data;
                            entry.size = original.size;
                            entry.sha256 = original.sha256;
                            entry.blob = original.blob;
                            entry.nature = original.nature;
                            entry.contents = original.contents;
                        }
                    }
                }
            }
            if let Some(entry) = self.listing.entries.get(index).filter(|_| has_links) {
                seen.insert(entry.path.clone(), index);
            }
        }
        said.into_iter().for_each(|oddity| self.say(oddity));
    }

    /// Names that meet: twice the same, only case differs, below something that is no directory.
    fn say_of_names(&mut self) {
        let mut said = Vec::new();
        let mut lower: HashMap<String, &Entry> = HashMap::new();
        for entry in &self.listing.entries {
            let key = String::from_utf8_lossy(&entry.path).to_lowercase();
            match lower.get(&key) {
                Some(other) if other.path != entry.path => {
                    said.push(Oddity::CaseCollision(show(&other.path), show(&entry.path)));
                }
                Some(_) => {}
                None => {
                    lower.insert(key, entry);
                }
            }
        }
        // With `/` before every other byte, what lies below a name follows right after it.
        let mut sorted: Vec<&Entry> = self.listing.entries.iter().collect();
        sorted.sort_by(|a, b| components(a).cmp(components(b)));
        let mut above: Option<&Entry> = None;
        let mut previous: Option<&Entry> = None;
        for entry in sorted {
            let below = |link: &&Entry| {
                let rest = entry.path.strip_prefix(link.path.as_slice());
                rest.is_some_and(|rest| rest.starts_with(b"/"))
            };
            if let Some(link) = above.filter(below) {
                said.push(Oddity::ThroughLink { path: show(&entry.raw), link: show(&link.raw) });
            } else if entry.kind != Kind::Directory {
                above = Some(entry);
            }
            let directories =
                |other: &Entry| other.kind == Kind::Directory && entry.kind == Kind::Directory;
            if previous.is_some_and(|other| other.path == entry.path && !directories(other)) {
                said.push(Oddity::Duplicate(show(&entry.raw)));
            }
            previous = Some(entry);
        }
        said.into_iter().for_each(|oddity| self.say(oddity));
    }
}

fn components(entry: &Entry) -> impl Iterator<Item = u8> + '_ {
    entry.path.iter().map(|b| if *b == b'/' { 0 } else { *b })
}

/// The name without empty and `.` components; `..` stays.
fn clean(name: &[u8]) -> Vec<u8> {
    let parts = name.split(|b| *b == b'/').filter(|part| !part.is_empty() && *part != b".");
    let mut clean = Vec::with_capacity(name.len());
    for part in parts {
        if !clean.is_empty() {
            clean.push(b'/');
        }
        clean.extend_from_slice(part);
    }
    clean
}

/// The first component that all names share, where it is a directory.
fn top(entries: &[Entry]) -> Option<Vec<u8>> {
    let mut top: Option<&[u8]> = None;
    let mut below = false;
    for entry in entries.iter().filter(|entry| !entry.path.is_empty()) {
        let first = entry.path.split(|b| *b == b'/').next()?;
        if first == b".." || top.is_some_and(|top| top != first) {
            return None;
        }
        top = Some(first);
        if entry.path.len() > first.len() {
            below = true;
        } else if entry.kind != Kind::Directory {
            return None;
        }
    }
    top.filter(|_| below).map(<[u8]>::to_vec)
}

/// Whether a symbolic link at `path` to `target` leads out of the archive.
fn leads_outside(path: &[u8], target: &[u8], top: Option<&[u8]>) -> bool {
    if target.starts_with(b"/") {
        return true;
    }
    let mut at: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
    at.pop();
    for part in target.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if at.pop().is_none() {
                    return true;
                }
            }
            _ => at.push(part),
        }
    }
    top.is_some_and(|top| at.first().is_none_or(|first| *first != top))
}
