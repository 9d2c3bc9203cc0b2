//! How a listing comes about, member by member.

use super::error::{Fault, Limit, ambiguous};
use super::listing::{Entry, Kind, Listing, Oddities, show};
use super::member::{self, Contents, Meter, Nature};
use super::name::{self, LONGEST};
use super::{ArchiveLimits, BUFFER, Keep, Oddity, Sink, Wanted, names};
use std::io::Read;
use std::sync::Arc;

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
    meter: Meter,
    listing: Listing,
    names: u64,
    kept: u64,
    oddities: Oddities,
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
            meter: Meter::new(wanted.limits.stream, size),
            listing: Listing { size, ..Listing::default() },
            names: 0,
            kept: 0,
            oddities: Oddities::default(),
            buffer: vec![0; BUFFER],
            sink,
        }
    }

    pub(super) const fn limits(&self) -> &ArchiveLimits {
        &self.wanted.limits
    }

    pub(super) fn say(&mut self, oddity: Oddity) {
        self.oddities.say(|| oddity);
    }

    pub(super) fn comment(&mut self, comment: String) {
        self.listing.comment = Some(comment);
    }

    /// Adds a member and reads its contents, where it is a file, to the end of `contents`.
    pub(super) fn add(&mut self, head: Head, contents: &mut dyn Read) -> Result<u64, Fault> {
        let limits = self.wanted.limits;
        let index = self.listing.entries.len();
        let refuse =
            |what| Err(ambiguous(show(head.name.get(..LONGEST).unwrap_or(&head.name)), what));
        if let Some(what) = name::refuse(&head.name, head.kind == Kind::Directory) {
            return refuse(what);
        }
        let bad_target = match (&head.target, head.kind) {
            (Some(target), Kind::Hardlink) => name::refuse(target, false).is_some(),
            (Some(target), _) => target.is_empty() || target.contains(&0) || target.len() > LONGEST,
            (None, _) => false,
        };
        if bad_target {
            return refuse("is a link that does not lead to one place");
        }
        self.names += (head.name.len() + head.target.as_ref().map_or(0, Vec::len)) as u64;
        let most = limits.names(self.listing.size);
        if self.names > most {
            return Err(Limit::Names(most).into());
        }
        let most = limits.entries(self.listing.size);
        if index as u64 >= most {
            return Err(Limit::Entries(most).into());
        }
        let mut entry = Entry {
            data: index,
            path: name::clean(&head.name),
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
            entry.blob = blob.finish().ok();
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
    pub(super) fn finish(mut self) -> Result<Listing, Fault> {
        let mut listing = std::mem::take(&mut self.listing);
        names::links(&mut listing.entries, &mut self.oddities)?;
        names::meetings(&listing.entries, &mut self.oddities)?;
        names::single(&listing.entries, &mut self.oddities);
        listing.top = names::top(&listing.entries);
        if let Some(top) = &listing.top {
            for entry in &mut listing.entries {
                let below = entry.path.strip_prefix(top.as_slice()).unwrap_or_default();
                entry.path = below.strip_prefix(b"/").unwrap_or(below).to_vec();
            }
        }
        listing.oddities = self.oddities.finish();
        Ok(listing)
    }
}
