//! tar: ustar, pax (POSIX.1-2001) and GNU, as GNU tar reads them; what GNU tar, bsdtar and Python are
//! known to read differently is refused.
//!
//! The headers' fields are decoded by the `tar` crate; the framing is done here, so that sizes that
//! disagree, data after the end and headers of any length are seen rather than smoothed over.

use super::error::{Fault, Limit, Structure, ambiguous};
use super::listing::{Builder, Head, Kind, show};
use super::{BUFFER, Oddity};
use crate::bytes::compress::members::{Compression, Decompressor};
use std::io::{self, BufRead, BufReader, Read};
use tar::{EntryType, Header};

const BLOCK: u64 = 512;

/// What extended headers say of the member that follows.
#[derive(Default)]
struct Extended {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    /// How many headers there were of pax, and of GNU's long names.
    pax: usize,
    long_names: usize,
    /// Whether what is stored is pieces of a file.
    sparse: bool,
}

/// The keys of a global pax header that do not decide what a member is.
const GLOBAL: [&[u8]; 10] = [
    b"comment",
    b"mtime",
    b"atime",
    b"ctime",
    b"uid",
    b"gid",
    b"uname",
    b"gname",
    b"charset",
    b"hdrcharset",
];

/// Reads the tar stream in `file`.
pub(super) fn read(
    file: impl BufRead,
    compression: Compression,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let decompressor = Decompressor::new(compression, file)?;
    let mut stream = Stream { inner: BufReader::with_capacity(BUFFER, decompressor), at: 0 };
    members(&mut stream, builder)?;
    after_end(&mut stream, builder)
}

/// The uncompressed stream and how far it was read.
struct Stream<R> {
    inner: R,
    at: u64,
}

impl<R: Read> Stream<R> {
    /// The next block; `None` at the end.
    fn block(&mut self) -> Result<Option<[u8; 512]>, Fault> {
        let mut block = [0; 512];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.inner.read(rest) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) if self.at == 0 => {
                    let head = block.get(..filled).unwrap_or_default();
                    return Err(Structure::NoArchive(crate::bytes::sniff::describe(head)).into());
                }
                Ok(0) => return Err(Structure::TarEnd(self.at + filled as u64).into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.at += BLOCK;
        Ok(Some(block))
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Fault> {
        let skipped = io::copy(&mut self.inner.by_ref().take(bytes), &mut io::sink())?;
        self.at += skipped;
        if skipped < bytes { Err(Structure::TarEnd(self.at).into()) } else { Ok(()) }
    }

    /// The data of an extended header.
    fn data(&mut self, size: u64, limit: u64) -> Result<Vec<u8>, Fault> {
        // A list of records may be longer than the one name that matters.
        let limit = limit.saturating_mul(16);
        if size > limit {
            return Err(Limit::Name(limit).into());
        }
        let mut data = Vec::new();
        self.inner.by_ref().take(size).read_to_end(&mut data)?;
        self.at += data.len() as u64;
        if (data.len() as u64) < size {
            return Err(Structure::TarEnd(self.at).into());
        }
        self.skip(padding(size))?;
        Ok(data)
    }
}

fn members<R: Read>(stream: &mut Stream<R>, builder: &mut Builder<'_>) -> Result<(), Fault> {
    let mut extended = Extended::default();
    loop {
        let start = stream.at;
        let Some(block) = stream.block()? else {
            if start == 0 {
                return Err(Structure::NoArchive("an empty file").into());
            }
            builder.say(Oddity::NoEnd);
            return Ok(());
        };
        if block.iter().all(|b| *b == 0) {
            return Ok(());
        }
        let header = Header::from_byte_slice(&block);
        if !sums_up(header, &block) {
            return Err(match start {
                0 => Structure::NoArchive(crate::bytes::sniff::describe(&block)).into(),
                _ => Structure::TarHeader(start).into(),
            });
        }
        if !is_number(block.get(124..136).unwrap_or_default()) {
            return Err(Structure::TarHeader(start).into());
        }
        let size = header.entry_size().map_err(|_| Structure::TarHeader(start))?;
        builder.meter.count(BLOCK)?;
        let limit = builder.name_limit();
        match header.entry_type() {
            EntryType::XHeader => {
                let data = stream.data(size, limit)?;
                builder.meter.count(size)?;
                extended.pax += 1;
                pax(&data, start, &mut extended)?;
            }
            EntryType::XGlobalHeader => {
                let data = stream.data(size, limit)?;
                builder.meter.count(size)?;
                for (key, value) in records(&data).ok_or(Structure::PaxHeader(start))? {
                    if key == b"comment" {
                        builder.comment(show(value));
                    } else if !GLOBAL.contains(&key) {
                        let what = "is set for all members at once by a global pax header";
                        return Err(ambiguous(show(key), what));
                    }
                }
            }
            EntryType::GNULongName => {
                extended.long_names += 1;
                extended.path = Some(until_nul(stream.data(size, limit)?));
                builder.meter.count(size)?;
            }
            EntryType::GNULongLink => {
                extended.link = Some(until_nul(stream.data(size, limit)?));
                builder.meter.count(size)?;
            }
            _ => {
                let extended = std::mem::take(&mut extended);
                member(stream, header, size, extended, builder)?;
            }
        }
    }
}

/// One member that is not an extended header.
fn member<R: Read>(
    stream: &mut Stream<R>,
    header: &Header,
    header_size: u64,
    extended: Extended,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let start = stream.at;
    let name = extended.path.unwrap_or_else(|| header.path_bytes().into_owned());
    let shown = show(&name);
    if extended.pax > 1 || (extended.pax > 0 && extended.long_names > 0) || extended.long_names > 1
    {
        return Err(ambiguous(shown, "has more than one extended header"));
    }
    if extended.sparse {
        return Err(sparse(shown));
    }
    let size = extended.size.unwrap_or(header_size);
    // Zero stands in the header where the size does not fit in.
    if size != header_size && header_size != 0 {
        builder.say(Oddity::SizeDisagrees(shown.clone()));
    }
    let flag = header.entry_type();
    let kind = match flag {
        EntryType::Directory => Kind::Directory,
        // Before POSIX a directory was a file whose name ends in a slash.
        EntryType::Regular if name.ends_with(b"/") && size == 0 => Kind::Directory,
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Link => Kind::Hardlink,
        EntryType::Symlink => Kind::Symlink,
        EntryType::Char | EntryType::Block | EntryType::Fifo => Kind::Device,
        EntryType::GNUSparse => return Err(sparse(shown)),
        // Of Solaris: pax headers for some; and what GNU tar does not unpack.
        other if b"XVMND".contains(&other.as_byte()) => {
            return Err(ambiguous(shown, "is of a kind that few programs know"));
        }
        other => {
            builder.say(Oddity::UnknownType { path: shown.clone(), flag: other.as_byte() });
            Kind::File
        }
    };
    if kind == Kind::File && name.ends_with(b"/") {
        return Err(ambiguous(shown, "is a file with the name of a directory"));
    }
    let target = matches!(kind, Kind::Symlink | Kind::Hardlink).then(|| {
        let in_header = || header.link_name_bytes().map(|name| name.into_owned());
        extended.link.or_else(in_header).unwrap_or_default()
    });
    // Old tars leave the field blank; unpackers take that for no permissions.
    let mode = header.mode().unwrap_or_default();
    if kind == Kind::Hardlink && size != 0 {
        builder.say(Oddity::LinkWithData(shown));
    } else if kind != Kind::File && size != 0 {
        return Err(ambiguous(shown, "is no file and states a size"));
    }
    // GNU tar takes a hard link to have no data whatever it states.
    let stored = if kind == Kind::Hardlink { 0 } else { size };
    let head = Head { name, kind, mode, size: stored, target };
    if kind == Kind::File {
        let read = builder.add(head, &mut stream.inner.by_ref().take(stored))?;
        stream.at += read;
        if read < stored {
            return Err(Structure::TarEnd(stream.at).into());
        }
        stream.skip(padding(stored))
    } else {
        builder.add(head, &mut io::empty())?;
        builder.meter.count(stored)?;
        stream.skip(stored.checked_add(padding(stored)).ok_or(Structure::TarHeader(start))?)
    }
}

/// A sparse file: what is stored is pieces of it, and a map of where they belong.
fn sparse(member: String) -> Fault {
    ambiguous(member, "is a sparse file, which is not put together here")
}

/// Whether a field is a number as all programs read it: octal digits, padded with blanks in front
/// and ended by blanks or NUL; or GNU's binary form.
fn is_number(field: &[u8]) -> bool {
    if field.first() == Some(&0x80) {
        return true;
    }
    let text = field.trim_ascii_start();
    let end = text.iter().position(|b| !(b'0'..=b'7').contains(b)).unwrap_or(text.len());
    let rest = text.get(end..).unwrap_or_default();
    rest.iter().all(|b| matches!(b, 0 | b' '))
}

/// What follows the end marker: zeros fill up the last record, and nothing else belongs there.
fn after_end<R: BufRead>(
    stream: &mut Stream<BufReader<Decompressor<R>>>,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let mut count = 0;
    loop {
        let bytes = stream.inner.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        count += bytes.iter().filter(|b| **b != 0).count() as u64;
        let length = bytes.len();
        stream.inner.consume(length);
        builder.meter.count(length as u64)?;
    }
    count += stream.inner.get_ref().trailing();
    if count > 0 {
        builder.say(Oddity::AfterEnd(count));
    }
    Ok(())
}

/// The bytes that fill up the last block of `size` bytes.
const fn padding(size: u64) -> u64 {
    (BLOCK - size % BLOCK) % BLOCK
}

/// Whether the header's checksum is that of its bytes; old tars summed up signed bytes.
fn sums_up(header: &Header, block: &[u8; 512]) -> bool {
    let Ok(stated) = header.cksum() else { return false };
    let bytes = || {
        let field = 148..156;
        block.iter().enumerate().map(move |(at, b)| if field.contains(&at) { b' ' } else { *b })
    };
    let unsigned: u32 = bytes().map(u32::from).sum();
    let signed: i32 = bytes().map(|b| i32::from(b.cast_signed())).sum();
    stated == unsigned || i32::try_from(stated) == Ok(signed)
}

fn until_nul(mut data: Vec<u8>) -> Vec<u8> {
    let end = data.iter().position(|b| *b == 0).unwrap_or(data.len());
    data.truncate(end);
    data
}

/// Takes over the records of a pax header that decide name and extent of a member.
fn pax(data: &[u8], start: u64, extended: &mut Extended) -> Result<(), Fault> {
    let fault = || Fault::from(Structure::PaxHeader(start));
    for (key, value) in records(data).ok_or_else(fault)? {
        if key.starts_with(b"GNU.sparse.") || key == b"SCHILY.realsize" {
            extended.sparse = true;
        }
        if matches!(key, b"path" | b"linkpath") && value.contains(&0) {
            return Err(ambiguous(show(value), "has a NUL in its name"));
        }
        match key {
            b"path" => extended.path = Some(value.to_vec()),
            b"linkpath" => extended.link = Some(value.to_vec()),
            b"size" => {
                let text = std::str::from_utf8(value).map_err(|_| fault())?;
                if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(fault());
                }
                extended.size = Some(text.parse().map_err(|_| fault())?);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The `length key=value` records of a pax header; `None` where they are not.
fn records(mut data: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut records = Vec::new();
    while !data.is_empty() {
        let space = data.iter().take(20).position(|b| *b == b' ')?;
        let digits = data.get(..space)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let length: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
        let record = data.get(space + 1..length)?.strip_suffix(b"\n")?;
        let equals = record.iter().position(|b| *b == b'=')?;
        records.push((record.get(..equals)?, record.get(equals + 1..)?));
        data = data.get(length..)?;
    }
    Some(records)
}
