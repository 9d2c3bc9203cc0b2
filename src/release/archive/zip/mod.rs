//! zip and wheels, by a grammar that Info-ZIP's unzip, bsdtar and Python's zipfile are known to read
//! alike (APPNOTE 6.3, section 4.3).
//!
//! Members, each with its header, fill the file from its beginning to the directory, the directory
//! goes up to the end record, and that ends the file. Where both headers and the data descriptor
//! state something, they state the same. All else is ambiguous.
//!
//! The directory is read first; then the file is read once from its beginning to its end, and what
//! of it was the directory has to be the same bytes as before.

mod directory;
mod record;

use super::builder::{Builder, Head};
use super::error::{Fault, Structure, ambiguous, ambiguous_whole};
use super::listing::{Kind, show};
use super::name::LONGEST;
use super::{BUFFER, tar};
pub(super) use directory::{END, ends};
use record::{Central, DEFLATE, Local, STORE};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt as _;

/// Reads the zip archive in `file`, which has `size` bytes, begins with `head`, and is read again
/// from its beginning to its end as `stream`.
pub(super) fn read(
    file: &File,
    stream: impl Read,
    size: u64,
    head: &[u8],
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    if head.try_into().is_ok_and(tar::sums_up) {
        return Err(ambiguous_whole("it is a zip and a tar archive"));
    }
    let mut mark = [0; tar::DISC.len()];
    if file.read_exact_at(&mut mark, tar::DISC_AT).is_ok() && mark == tar::DISC {
        return Err(ambiguous_whole("it is a zip archive and an image of a disc"));
    }
    let directory = directory::read(file, size)?;
    builder.comment(show(&directory.comment));
    let mut members = record::all(&directory, builder.limits().entries(size))?;
    members.sort_by_key(|member| member.offset);
    let mut stream = BufReader::with_capacity(BUFFER, stream);
    let mut at = 0;
    let next = members.iter().skip(1).map(|member| member.offset).chain([directory.start]);
    for (member, next) in members.iter().zip(next) {
        if member.offset != at {
            return Err(ambiguous(show(&member.name), "does not follow the member before it"));
        }
        at = next;
        one(&mut stream, member, next, builder)?;
    }
    if at != directory.start {
        return Err(ambiguous_whole("bytes of it belong to no member"));
    }
    rest(&mut stream, &directory.bytes)
}

/// Compares what is left of the file with what was read of it before.
fn rest(stream: &mut impl BufRead, before: &[u8]) -> Result<(), Fault> {
    let mut left = before;
    loop {
        let bytes = stream.fill_buf()?;
        if bytes.is_empty() && left.is_empty() {
            return Ok(());
        }
        let Some(behind) = left.strip_prefix(bytes).filter(|_| !bytes.is_empty()) else {
            return Err(Structure::Zip("it changed while it was read").into());
        };
        let length = bytes.len();
        left = behind;
        stream.consume(length);
    }
}

/// Adds one member, which goes up to `next`.
fn one(
    stream: &mut impl BufRead,
    member: &Central,
    next: u64,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let shown = || show(&member.name);
    let local = Local::read(stream, member)?;
    let used = member.offset + local.length + member.compressed;
    let descriptor = next
        .checked_sub(used)
        .ok_or_else(|| ambiguous(shown(), "shares bytes with the member or directory behind it"))?;
    let kind = member.kind()?;
    let mut data = Checked {
        inner: match member.method {
            STORE => Method::Store(stream.by_ref().take(member.compressed)),
            DEFLATE => {
                let data = stream.by_ref().take(member.compressed);
                Method::Deflate(flate2::bufread::DeflateDecoder::new(data))
            }
            method => return Err(Structure::ZipMethod { member: shown(), method }.into()),
        },
        crc: flate2::Crc::new(),
        read: 0,
        most: member.size,
    };
    let mut head = Head {
        name: member.name.clone(),
        kind,
        mode: member.permissions(),
        size: member.size,
        target: None,
    };
    let contents = Structure::ZipContents(shown());
    let added = if kind == Kind::Symlink {
        let mut target = Vec::new();
        let read = data.by_ref().take(LONGEST as u64 + 1).read_to_end(&mut target);
        head.target = Some(target);
        read.map_err(Fault::from).and_then(|_| builder.add(head, &mut io::empty()))
    } else if kind == Kind::Directory {
        builder.add(head, &mut io::empty())
    } else {
        builder.add(head, &mut data)
    };
    match added {
        // Deflated data that is not one, or longer than stated.
        Err(Fault::Io(error)) if is_data(&error) => return Err(contents.into()),
        other => other?,
    };
    if kind == Kind::Directory {
        // Some writers compress the nothing that is in a directory.
        match io::copy(&mut data, &mut io::sink()) {
            Err(error) if is_data(&error) => return Err(contents.into()),
            other => other?,
        };
    }
    if data.read != member.size || data.crc.sum() != member.crc {
        return Err(contents.into());
    }
    let left = match data.inner {
        Method::Store(data) => data.limit(),
        Method::Deflate(decoder) => decoder.into_inner().limit(),
    };
    if left > 0 {
        return Err(ambiguous(shown(), "has more compressed bytes than its contents need"));
    }
    record::descriptor(stream, member, descriptor)
}

fn is_data(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
}

enum Method<R: BufRead> {
    Store(io::Take<R>),
    Deflate(flate2::bufread::DeflateDecoder<io::Take<R>>),
}

/// The contents of a member, with their CRC, up to one byte more than stated.
struct Checked<R: BufRead> {
    inner: Method<R>,
    crc: flate2::Crc,
    read: u64,
    most: u64,
}

impl<R: BufRead> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.inner {
            Method::Store(data) => data.read(buffer)?,
            Method::Deflate(decoder) => decoder.read(buffer)?,
        };
        self.read += read as u64;
        if self.read > self.most {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.crc.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
