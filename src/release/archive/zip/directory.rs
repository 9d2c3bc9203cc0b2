//! Where the directory of a zip is: what its end records say (APPNOTE, sections 4.3.14 to 4.3.16).

use super::super::error::{Fault, Limit, Structure, ambiguous_whole};
use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// The end record without its comment.
const RECORD: usize = 22;

/// Bytes at a file's end that can hold the end record: it, and the longest comment.
pub(in super::super) const END: usize = RECORD + 0xffff;

/// The longest comment that is read, in bytes: bsdtar looks for the record in 16 KiB.
const COMMENT: u64 = 16_000;

/// The largest directory that is read, in bytes.
const LARGEST: u64 = 256 << 20;

const SIGNATURE: &[u8] = b"PK\x05\x06";

/// The directory.
pub(super) struct Directory {
    /// Its offset in the file.
    pub(super) start: u64,
    /// How many bytes of it are records of members; end records follow.
    pub(super) size: usize,
    /// How many members it lists.
    pub(super) entries: u64,
    /// The file from `start` to its end.
    pub(super) bytes: Vec<u8>,
    /// The comment of the archive.
    pub(super) comment: Vec<u8>,
}

/// The little-endian number of `length` bytes at `at`.
pub(super) fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |value, b| value << 8 | u64::from(*b)))
}

/// Whether a zip archive ends in `tail`, the end of a file: an end record with a directory right
/// before it, or that says that it has none.
pub(in super::super) fn ends(tail: &[u8]) -> bool {
    let places = tail.windows(SIGNATURE.len()).enumerate().filter(|(_, w)| *w == SIGNATURE);
    places.map(|(at, _)| at).any(|at| {
        let record = tail.get(at..at + RECORD);
        let size = record.and_then(|record| number(record, 12, 4));
        let start = size.and_then(|size| at.checked_sub(usize::try_from(size).ok()?));
        // A directory that begins before what is looked at may well be one.
        record.is_some() && start.is_none_or(|at| tail.get(at..at + 4) == Some(b"PK\x01\x02"))
    })
}

/// Finds the directory of the zip in `file`, which has `size` bytes.
pub(super) fn read(file: &File, size: u64) -> Result<Directory, Fault> {
    let lacking = || Fault::from(Structure::Zip("no end record"));
    let elsewhere = || ambiguous_whole("its directory is not where and what its end record says");
    let length = size.min(END as u64);
    let mut tail = vec![0; usize::try_from(length).unwrap_or(END)];
    file.read_exact_at(&mut tail, size - length)?;
    let at = tail.windows(SIGNATURE.len()).rposition(|w| w == SIGNATURE).ok_or_else(lacking)?;
    let record = tail.get(at..at + RECORD).ok_or_else(lacking)?;
    let field = |at, length| number(record, at, length).ok_or_else(lacking);
    let comment = tail.get(at + RECORD..).unwrap_or_default().to_vec();
    if field(20, 2)? != comment.len() as u64 {
        return Err(ambiguous_whole("bytes follow its end record"));
    }
    if comment.len() as u64 > COMMENT {
        return Err(ambiguous_whole("its comment is longer than programs look through"));
    }
    let end_record = size - length + at as u64;
    let (count, bytes, start) = (field(10, 2)?, field(12, 4)?, field(16, 4)?);
    if field(4, 4)? != 0 || field(8, 2)? != count {
        return Err(ambiguous_whole("it is a part of several"));
    }
    let stated = Stated { entries: count, size: bytes, start };
    let large = Stated::of_large(file, end_record)?;
    let (place, end) = match large {
        Some((large, at)) if stated.fits(&large) => (large, at),
        None if stated.is_whole() => (stated, end_record),
        _ => return Err(elsewhere()),
    };
    if place.start.checked_add(place.size) != Some(end) {
        return Err(elsewhere());
    }
    if size - place.start > LARGEST {
        return Err(Limit::Names(LARGEST).into());
    }
    let mut bytes = vec![0; usize::try_from(size - place.start).unwrap_or_default()];
    file.read_exact_at(&mut bytes, place.start)?;
    let size = usize::try_from(place.size).unwrap_or_default();
    Ok(Directory { start: place.start, size, entries: place.entries, bytes, comment })
}

/// What an end record states of the directory.
struct Stated {
    entries: u64,
    size: u64,
    start: u64,
}

impl Stated {
    /// What the record for large archives states, and where it is; `None` where there is none.
    fn of_large(file: &File, end_record: u64) -> Result<Option<(Self, u64)>, Fault> {
        let mut locator = [0; 20];
        let Some(before) = end_record.checked_sub(20) else { return Ok(None) };
        file.read_exact_at(&mut locator, before)?;
        if !locator.starts_with(b"PK\x06\x07") {
            return Ok(None);
        }
        let apart = || ambiguous_whole("its end records do not follow each other");
        let at = before.checked_sub(56).ok_or_else(apart)?;
        let mut record = [0; 56];
        file.read_exact_at(&mut record, at)?;
        let field = |at, length| number(&record, at, length).ok_or_else(apart);
        let is_one = record.starts_with(b"PK\x06\x06")
            && field(4, 8)? == 44
            && field(16, 8)? == 0
            && field(24, 8)? == field(32, 8)?
            && number(&locator, 4, 4) == Some(0)
            && number(&locator, 8, 8) == Some(at)
            && number(&locator, 16, 4) == Some(1);
        if !is_one {
            return Err(apart());
        }
        let stated = Self { entries: field(32, 8)?, size: field(40, 8)?, start: field(48, 8)? };
        Ok(Some((stated, at)))
    }

    /// Whether no field says that the record for large archives has the value.
    fn is_whole(&self) -> bool {
        self.entries < 0xffff && self.size < 0xffff_ffff && self.start < 0xffff_ffff
    }

    /// Whether each field is that of `large`, or says that it is there.
    fn fits(&self, large: &Self) -> bool {
        (self.entries == 0xffff || self.entries == large.entries)
            && (self.size == 0xffff_ffff || self.size == large.size)
            && (self.start == 0xffff_ffff || self.start == large.start)
    }
}
