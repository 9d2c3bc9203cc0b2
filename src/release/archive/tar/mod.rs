//! tar: ustar, pax (POSIX.1-2001), GNU and what was before, by a grammar that GNU tar, bsdtar,
//! busybox, Python's tarfile and the tar crate are known to read alike.
//!
//! Headers are in [`header`], pax records in [`pax`]; here is how they follow each other. Whatever
//! the grammar does not say is refused as ambiguous, whether or not a program is known that reads
//! it otherwise.

mod header;
mod pax;

use super::builder::{Builder, Head};
use super::error::{Fault, Limit, Structure, ambiguous, ambiguous_whole};
use super::listing::{Kind, show};
use super::name::LONGEST;
use super::{BUFFER, Oddity};
use crate::bytes::compress::{Compression, Decompressor, Members};
use crate::bytes::sniff;
pub(super) use header::sums_up;
use header::{Format, Header, NoHeader};
use pax::Records;
use std::io::{self, BufRead, BufReader, Read};

const BLOCK: u64 = 512;

/// What Python's tarfile calls a global header.
const PYTHON_GLOBAL: &[u8] = b"././@PaxHeader";

/// The longest extended header that is read, in bytes.
const EXTENDED: u64 = 1 << 20;

/// What extended headers say of the member that follows.
#[derive(Default)]
struct Extended {
    pax: Option<Records>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

impl Extended {
    fn is_empty(&self) -> bool {
        self.pax.is_none() && self.long_name.is_none() && self.long_link.is_none()
    }
}

/// Reads the tar stream in `file`, which has `size` bytes.
pub(super) fn read(
    file: impl BufRead,
    size: u64,
    compression: Option<Compression>,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let limits = builder.limits().stream;
    let file = Decompressor::new(compression, Members::Joined, limits, file).of_size(size);
    let inner = BufReader::with_capacity(BUFFER, Spot { inner: file, at: 0, seen: Vec::new() });
    let mut stream = Stream { inner, at: 0, head: Vec::new() };
    let first = members(&mut stream, builder)?;
    after_end(&mut stream)?;
    // bsdtar takes a file with that mark for an image of a disc, unless the headers have a magic.
    if first == Some(Format::Old) && stream.inner.get_ref().seen == DISC {
        return Err(ambiguous_whole("it is an image of a disc as well"));
    }
    if first == Some(Format::Old) && OTHERS.iter().any(|mark| stream.head.starts_with(mark)) {
        return Err(ambiguous_whole("it begins like an archive of another format"));
    }
    Ok(())
}

/// How formats begin that bsdtar takes a file without tar's magic for: the first member's name can be that.
const OTHERS: [&[u8]; 14] = [
    b"!<arch>", b"WARC/", b"MSCF", b"ISc(", b"070701", b"070702", b"070707", b"#mtree", b"xar!",
    b"Rar!", b"7z", b"PK", b"MZ", b"-lh",
];

/// The mark of an ISO 9660 image, and where it is.
pub(super) const DISC: &[u8] = b"CD001";
pub(super) const DISC_AT: u64 = 32769;

/// Keeps the bytes where an ISO 9660 image has its mark.
struct Spot<R> {
    inner: R,
    at: u64,
    seen: Vec<u8>,
}

impl<R: Read> Read for Spot<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        let missing = DISC_AT + self.seen.len() as u64;
        let wanted = DISC.len() - self.seen.len();
        if wanted > 0 && (self.at..self.at + read as u64).contains(&missing) {
            let from = usize::try_from(missing - self.at).unwrap_or(read);
            self.seen.extend(bytes.iter().skip(from).take(wanted));
        }
        self.at += read as u64;
        Ok(read)
    }
}

/// The uncompressed stream and how far it was read.
struct Stream<R> {
    inner: BufReader<Spot<R>>,
    at: u64,
    /// How it begins.
    head: Vec<u8>,
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
                    return Err(Structure::NoArchive(sniff::describe(head)).into());
                }
                Ok(0) => return Err(Structure::TarEnd(self.at + filled as u64).into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        if self.at == 0 {
            self.head = block.get(..8).unwrap_or_default().to_vec();
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
    fn data(&mut self, size: u64) -> Result<Vec<u8>, Fault> {
        if size > EXTENDED {
            return Err(Limit::Name(EXTENDED).into());
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

/// Reads the members; the format of the first header.
fn members<R: Read>(
    stream: &mut Stream<R>,
    builder: &mut Builder<'_>,
) -> Result<Option<Format>, Fault> {
    let mut extended = Extended::default();
    let mut first = None;
    loop {
        let start = stream.at;
        let block = stream.block()?;
        let ended = block.is_none_or(|block| block.iter().all(|b| *b == 0));
        if ended && !extended.is_empty() {
            return Err(ambiguous_whole("it ends with an extended header that no member follows"));
        }
        let Some(block) = block else {
            if start == 0 {
                return Err(Structure::NoArchive("an empty file").into());
            }
            builder.say(Oddity::NoEnd);
            return Ok(first);
        };
        if ended {
            return Ok(first);
        }
        let header = Header::read(&block).map_err(|fault| match fault {
            NoHeader::Checksum if start == 0 => {
                Structure::NoArchive(sniff::describe(&block)).into()
            }
            NoHeader::Checksum => Structure::TarHeader(start).into(),
            NoHeader::Ambiguous(what) => {
                ambiguous(show(super::name::until_nul(block.get(..100).unwrap_or_default())), what)
            }
        })?;
        if start == 0 && is_compressed(&block) {
            return Err(ambiguous(show(&header.name), "begins like a compressed file"));
        }
        // busybox reads no old tars, and would stop in the midst of one that begins otherwise.
        let format = *first.get_or_insert(header.format);
        if (format == Format::Old) != (header.format == Format::Old) {
            return Err(ambiguous(show(&header.name), "has another format than members before it"));
        }
        match header.flag {
            b'x' | b'g' | b'L' | b'K' => extend(stream, &header, &mut extended, builder)?,
            _ => member(stream, header, std::mem::take(&mut extended), builder)?,
        }
    }
}

/// Whether bsdtar would look for something compressed first.
fn is_compressed(block: &[u8; 512]) -> bool {
    const OTHERS: [&[u8]; 8] = [
        b"\x1f\x9d",
        b"\x1f\xa0",
        b"\x89LZO",
        b"\x04\x22\x4d\x18",
        b"LRZI",
        b"GRZip",
        b"\xed\xab\xee\xdb",
        b"begin ",
    ];
    Compression::of(block).is_some() || OTHERS.iter().any(|magic| block.starts_with(magic))
}

/// Takes an extended header: at most one of each kind before a member, and pax by itself.
fn extend<R: Read>(
    stream: &mut Stream<R>,
    header: &Header,
    extended: &mut Extended,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let shown = || show(&header.name);
    let several = || Err(ambiguous(shown(), "is another extended header for the same member"));
    if header.format == Format::Old {
        return Err(ambiguous(shown(), "is an extended header in the format of old tars"));
    }
    let data = stream.data(header.size)?;
    match header.flag {
        b'x' | b'g' if !extended.is_empty() => return several(),
        // The tar crate makes the directory that a global header would be in.
        b'g' if header.name.contains(&b'/') && header.name != PYTHON_GLOBAL => {
            return Err(ambiguous(shown(), "is a global header in a directory"));
        }
        b'g' => {
            let records = Records::read(&data, true, &shown())?;
            if let Some(comment) = records.comment {
                builder.comment(show(&comment));
            }
        }
        b'x' => extended.pax = Some(Records::read(&data, false, &shown())?),
        flag => {
            let long = if flag == b'L' { &mut extended.long_name } else { &mut extended.long_link };
            if extended.pax.is_some() || long.is_some() {
                return several();
            }
            let name = data.strip_suffix(b"\0").unwrap_or_default();
            if name.is_empty() || name.contains(&0) {
                return Err(ambiguous(shown(), "has a long name that does not end in one NUL"));
            }
            *long = Some(name.to_vec());
        }
    }
    Ok(())
}

/// One member that is not an extended header.
fn member<R: Read>(
    stream: &mut Stream<R>,
    header: Header,
    extended: Extended,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let is_long = extended.long_name.is_some();
    let has_long_link = extended.long_link.is_some();
    let pax = extended.pax.unwrap_or_default();
    let is_plain = !is_long && pax.path.is_none();
    // Python goes by the name in the header, whatever stands in for it, where the type is that of old
    // tars. Elsewhere a long name may have been cut there.
    let cut = header.flag == b'0' && !is_plain;
    let ends_like_directory = header.name.ends_with(b"/") && !cut;
    let name = extended.long_name.or(pax.path).unwrap_or(header.name);
    let link = extended.long_link.or(pax.link);
    let shown = || show(name.get(..LONGEST).unwrap_or(&name));
    let refuse = |what| Err(ambiguous(shown(), what));
    let kind = match header.flag {
        b'5' => Kind::Directory,
        // Before POSIX a directory was a file whose name ends in a slash.
        0 if header.format == Format::Old && is_plain && ends_like_directory => Kind::Directory,
        b'0' | 0 if ends_like_directory || name.ends_with(b"/") => {
            return refuse("is a file with the name of a directory");
        }
        b'0' | 0 => Kind::File,
        b'1' => Kind::Hardlink,
        b'2' => Kind::Symlink,
        b'3' | b'4' | b'6' => return refuse("is a device or FIFO"),
        b'S' => return refuse("is a sparse file, which is not put together here"),
        _ => return refuse("is of a kind that few programs know"),
    };
    // The header has zero if the size does not fit in.
    let size = pax.size.unwrap_or(header.size);
    if size != header.size && (header.size != 0 || size < 1 << 33) {
        return refuse("has another size in its tar header than in its pax header");
    }
    let is_link = matches!(kind, Kind::Symlink | Kind::Hardlink);
    if !is_link && (link.is_some() || has_long_link || !header.link.is_empty()) {
        return refuse("is not a link but states a target");
    }
    // bsdtar takes it for a file then.
    if is_link && link.is_some() && !has_long_link && header.link.is_empty() {
        return refuse("states where it leads in its pax header alone");
    }
    if kind != Kind::File && size != 0 {
        return refuse("is not a file but states a size");
    }
    // Some old tars write the type there, too.
    let typed = match kind {
        Kind::File | Kind::Hardlink => 0o100_000,
        Kind::Directory => 0o040_000,
        Kind::Symlink => 0o120_000,
    };
    if ![0, typed].contains(&(header.mode & !0o7777)) {
        return refuse("has another type in its mode");
    }
    let target = is_link.then(|| link.unwrap_or(header.link));
    let head = Head { name, kind, mode: header.mode, size, target };
    let read = builder.add(head, &mut stream.inner.by_ref().take(size))?;
    stream.at += read;
    if read < size {
        return Err(Structure::TarEnd(stream.at).into());
    }
    stream.skip(padding(size))
}

/// What follows the end marker: zeros fill up the last record, and nothing else belongs there.
fn after_end<R: Read>(stream: &mut Stream<R>) -> Result<(), Fault> {
    let mut total = 0;
    loop {
        let bytes = stream.inner.fill_buf()?;
        if bytes.is_empty() {
            // busybox reads whole blocks, and gives up on another.
            return match total % BLOCK {
                0 => Ok(()),
                _ => Err(ambiguous_whole("its last block is incomplete")),
            };
        }
        if bytes.iter().any(|b| *b != 0) {
            return Err(ambiguous_whole("bytes other than zero follow its end"));
        }
        let length = bytes.len();
        total += length as u64;
        stream.inner.consume(length);
    }
}

/// The bytes that fill up the last block of `size` bytes.
const fn padding(size: u64) -> u64 {
    (BLOCK - size % BLOCK) % BLOCK
}
