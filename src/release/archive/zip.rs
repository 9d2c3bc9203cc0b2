//! zip and wheels: what the central directory lists, held against what lies in front of each
//! member.

use super::error::{Fault, Limit, Structure, ambiguous};
use super::listing::{Builder, Head, Kind, show};
use super::{Oddity, Progress};
use rawzip::extra_fields::ExtraFieldId;
use rawzip::{CompressionMethod, ErrorKind, FileReader, RECOMMENDED_BUFFER_SIZE, ZipArchive};
use rawzip::{ZipArchiveEntryWayfinder, ZipEntry};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;

/// Bytes of the archive's comment that are read: more than the name of a commit.
const COMMENT: u64 = 256;

/// The lengths of a data descriptor: with or without a signature, with sizes of 4 or 8 bytes. Which
/// it is, nothing states.
const DESCRIPTORS: [u64; 4] = [12, 16, 20, 24];

/// One record of the central directory.
struct Record {
    name: Vec<u8>,
    mode: u32,
    method: CompressionMethod,
    encrypted: bool,
    descriptor: bool,
    size: u64,
    compressed: u64,
    crc: u32,
    header_offset: u64,
    way: ZipArchiveEntryWayfinder,
}

/// Reads the zip archive in `file`.
pub(super) fn read(
    file: File,
    builder: &mut Builder<'_>,
    progress: Progress<'_>,
) -> Result<(), Fault> {
    let length = file.metadata()?.len();
    let raw = file.try_clone()?;
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = ZipArchive::from_file(file, &mut buffer).map_err(fault)?;
    // `git archive` writes the commit there, and so do the forges.
    let mut comment = Vec::new();
    archive.comment().take(COMMENT).read_to_end(&mut comment)?;
    builder.comment(show(&comment));
    let records = directory(&archive, &mut buffer, builder)?;
    let placed = Directory::read(&raw, archive.eocd_offset())?;
    if placed.start.checked_add(placed.size) != Some(placed.end)
        || archive.directory_offset() != placed.start
        || placed.entries != records.len() as u64
    {
        return Err(ambiguous("", "its directory is not where and what its end record says"));
    }
    let mut extents = Vec::new();
    for record in &records {
        extents.push(member(&archive, record, builder)?);
        progress(record.compressed);
    }
    unlisted(&archive, extents, length, builder);
    Ok(())
}

/// Where the end record of a zip puts its directory (APPNOTE, sections 4.3.14 to 4.3.16).
struct Directory {
    /// The offset of the end record: the directory ends there.
    end: u64,
    /// Bytes of the directory.
    size: u64,
    /// Its offset, counted back from its end as unzip and Python do.
    start: u64,
    /// Its entries.
    entries: u64,
}

impl Directory {
    fn read(file: &File, end_record: u64) -> Result<Self, Fault> {
        let damaged = || Fault::from(Structure::Zip("no end record".to_owned()));
        let mut record = [0; 22];
        file.read_exact_at(&mut record, end_record)?;
        let number = |bytes: &[u8], at: usize, length: usize| -> Option<u64> {
            let bytes = bytes.get(at..at.checked_add(length)?)?;
            Some(bytes.iter().rev().fold(0, |value, b| value << 8 | u64::from(*b)))
        };
        let field = |at, length| number(&record, at, length).ok_or_else(damaged);
        let (entries, size, offset) = (field(10, 2)?, field(12, 4)?, field(16, 4)?);
        let deferred = entries == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff;
        let mut locator = [0; 20];
        let has_locator = end_record >= 20
            && file.read_exact_at(&mut locator, end_record - 20).is_ok()
            && locator.starts_with(b"PK\x06\x07");
        if !deferred || !has_locator {
            let start = end_record.checked_sub(size).ok_or_else(damaged)?;
            return Ok(Self { end: end_record, size, start, entries });
        }
        let at = number(&locator, 8, 8).ok_or_else(damaged)?;
        let mut record = [0; 56];
        file.read_exact_at(&mut record, at)?;
        let field = |at, length| number(&record, at, length).ok_or_else(damaged);
        let (length, entries, size) = (field(4, 8)?, field(32, 8)?, field(40, 8)?);
        if !record.starts_with(b"PK\x06\x06")
            || at.checked_add(12).and_then(|at| at.checked_add(length)) != Some(end_record - 20)
        {
            return Err(ambiguous("", "its end records do not follow each other"));
        }
        let start = at.checked_sub(size).ok_or_else(damaged)?;
        Ok(Self { end: at, size, start, entries })
    }
}

/// The records of the central directory, in its order.
fn directory(
    archive: &ZipArchive<FileReader>,
    buffer: &mut [u8],
    builder: &mut Builder<'_>,
) -> Result<Vec<Record>, Fault> {
    let mut records = Vec::new();
    let mut entries = archive.entries(buffer);
    while let Some(entry) = entries.next_entry().map_err(fault)? {
        let name = entry.file_path().as_bytes().to_vec();
        // Each record is at least 46 bytes; counting them bounds what this list takes.
        builder.meter.count(46 + name.len() as u64)?;
        for (id, data) in entry.extra_fields() {
            let other = data.get(5..).is_some_and(|unicode| unicode != name);
            if id == ExtraFieldId::new(0x7075) && other {
                builder.say(Oddity::LocalDisagrees {
                    path: show(&name),
                    what: "the name (a Unicode path field states another)",
                });
            }
        }
        records.push(Record {
            mode: entry.mode().value(),
            method: entry.compression_method(),
            encrypted: entry.flags().is_encrypted() || entry.flags().has_strong_encryption(),
            descriptor: entry.flags().has_data_descriptor(),
            size: entry.uncompressed_size_hint(),
            compressed: entry.compressed_size_hint(),
            crc: entry.crc32(),
            header_offset: entry.local_header_offset(),
            way: entry.wayfinder(),
            name,
        });
    }
    Ok(records)
}

/// Adds one member; the bytes of the file that it takes.
fn member(
    archive: &ZipArchive<FileReader>,
    record: &Record,
    builder: &mut Builder<'_>,
) -> Result<Extent, Fault> {
    let shown = show(&record.name);
    if record.encrypted {
        return Err(Structure::ZipEncrypted(shown).into());
    }
    let entry = archive.get_entry(record.way).map_err(fault)?;
    let (_, data_end) = entry.compressed_data_range();
    compare_local(&entry, record, &shown, builder)?;
    let kind = match record.mode & 0o170_000 {
        0o120_000 => Kind::Symlink,
        0o040_000 if record.name.ends_with(b"/") => Kind::Directory,
        // unzip and Python go by the name, others by the mode.
        0o040_000 => return Err(ambiguous(shown, "is a directory with the name of a file")),
        0o020_000 | 0o060_000 | 0o010_000 | 0o140_000 => Kind::Device,
        _ if record.name.ends_with(b"/") => Kind::Directory,
        _ => Kind::File,
    };
    // What DOS attributes say of modes is made up.
    let mode = record.mode & 0o7777;
    let mut head = Head { name: record.name.clone(), kind, mode, size: record.size, target: None };
    let raw = entry.reader();
    let contents: Box<dyn Read + '_> = match record.method {
        CompressionMethod::STORE => Box::new(raw),
        CompressionMethod::DEFLATE => Box::new(flate2::read::DeflateDecoder::new(raw)),
        CompressionMethod::BZIP2 => Box::new(bzip2::read::BzDecoder::new(raw)),
        CompressionMethod::XZ => {
            Box::new(lzma_rust2::XzReader::new_mem_limit(raw, true, 200 * 1024))
        }
        other => {
            return Err(Structure::ZipMethod { member: shown, method: other.as_u16() }.into());
        }
    };
    // One byte more than stated is enough to see that there is more.
    let contents = contents.take(record.size.saturating_add(1));
    let mut contents = entry.verifying_reader(contents);
    let result = match kind {
        Kind::Symlink => {
            let mut target = Vec::new();
            let limit = builder.name_limit();
            let read = contents.by_ref().take(limit + 1).read_to_end(&mut target);
            if target.len() as u64 > limit {
                return Err(Limit::Name(limit).into());
            }
            head.target = Some(target);
            read.map_err(Fault::from).and_then(|_| builder.add(head, &mut io::empty()))
        }
        Kind::File => builder.add(head, &mut contents),
        Kind::Directory | Kind::Device | Kind::Hardlink => {
            if record.size != 0 {
                return Err(ambiguous(shown, "is a directory and has contents"));
            }
            builder.add(head, &mut io::empty())
        }
    };
    match result {
        Err(Fault::Io(error)) if is_mismatch(&error) => {
            return Err(Structure::ZipContents(shown).into());
        }
        other => other?,
    };
    Ok(Extent {
        start: record.header_offset,
        end: data_end,
        descriptor: record.descriptor,
        name: shown,
    })
}

/// Says where the member's own header and the central directory differ.
fn compare_local(
    entry: &ZipEntry<'_, FileReader>,
    record: &Record,
    shown: &str,
    builder: &mut Builder<'_>,
) -> Result<(), Fault> {
    let mut buffer = vec![0; 2 * 65536];
    let local = entry.local_header(&mut buffer).map_err(fault)?;
    let mut say = |what| {
        builder.say(Oddity::LocalDisagrees { path: shown.to_owned(), what });
    };
    if local.file_path().as_bytes() != record.name {
        say("the name");
    }
    if local.compression_method() != record.method {
        say("the compression method");
    }
    if local.flags().is_encrypted() {
        say("the encryption flag");
    }
    // Where the values follow the data, the local header has zeros.
    let deferred = local.flags().has_data_descriptor();
    let differs = |local: u64, central: u64| local != central && !(deferred && local == 0);
    if differs(local.uncompressed_size_hint(), record.size)
        || differs(local.compressed_size_hint(), record.compressed)
    {
        say("the size");
    }
    if differs(u64::from(local.crc32()), u64::from(record.crc)) {
        say("the CRC");
    }
    Ok(())
}

/// The bytes of the file that a member takes.
struct Extent {
    start: u64,
    end: u64,
    /// Whether a data descriptor follows, of one of [`DESCRIPTORS`] bytes.
    descriptor: bool,
    name: String,
}

/// Says which bytes belong to no member, and which to two.
fn unlisted(
    archive: &ZipArchive<FileReader>,
    mut extents: Vec<Extent>,
    length: u64,
    builder: &mut Builder<'_>,
) {
    extents.sort_by_key(|extent| (extent.start, extent.end));
    let mut at = 0;
    let mut descriptor = false;
    let mut gap = 0;
    let directory = archive.directory_offset();
    let ends = [Extent { start: directory, end: directory, descriptor, name: String::new() }];
    for extent in extents.into_iter().chain(ends) {
        if extent.start < at {
            builder.say(Oddity::Overlap(extent.name));
        }
        let hole = extent.start.saturating_sub(at);
        if !(descriptor && DESCRIPTORS.contains(&hole)) {
            gap += hole;
        }
        descriptor = extent.descriptor;
        at = at.max(extent.end);
    }
    gap += length.saturating_sub(archive.end_offset());
    if gap > 0 {
        builder.say(Oddity::Unlisted(gap));
    }
}

fn is_mismatch(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<rawzip::Error>()).is_some_and(|error| {
        matches!(error.kind(), ErrorKind::InvalidChecksum { .. } | ErrorKind::InvalidSize { .. })
    })
}

fn fault(error: rawzip::Error) -> Fault {
    match error.into_kind() {
        ErrorKind::IO(error) => Fault::Io(error),
        other => Structure::Zip(format!("{other:?}")).into(),
    }
}
