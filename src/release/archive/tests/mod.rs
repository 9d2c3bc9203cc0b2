//! Archives that are made here, hostile ones among them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod limits;
mod tar;
mod zip;

use super::error::{Limit, Structure};
use super::*;
use crate::answer::failure::FailureClass;
use crate::bytes::compress::StreamFault;
use ::tar::{EntryType, Header};
use std::io::{Cursor, Write};

/// A tar member with whatever name and link, which the builder of the `tar` crate would refuse.
fn member(name: &[u8], flag: u8, link: &[u8], mode: u32, contents: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link);
    header.set_entry_type(EntryType::new(flag));
    header.set_mode(mode);
    header.set_size(contents.len() as u64);
    header.set_cksum();
    block(header.as_bytes(), contents)
}

fn block(header: &[u8], contents: &[u8]) -> Vec<u8> {
    let mut bytes = header.to_vec();
    bytes.extend_from_slice(contents);
    bytes.resize(bytes.len().div_ceil(512) * 512, 0);
    bytes
}

fn file(name: &str, contents: &[u8]) -> Vec<u8> {
    member(name.as_bytes(), b'0', b"", 0o644, contents)
}

fn pax_record(key: &str, value: &str) -> Vec<u8> {
    let length = (1..).find(|n: &usize| n.to_string().len() + key.len() + value.len() + 3 == *n);
    format!("{} {key}={value}\n", length.unwrap()).into_bytes()
}

fn end() -> Vec<u8> {
    vec![0; 1024]
}

fn listed(bytes: &[u8]) -> Result<Listing, ArchiveError> {
    with(bytes, &Wanted::default())
}

fn with(bytes: &[u8], wanted: &Wanted) -> Result<Listing, ArchiveError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("archive");
    std::fs::write(&path, bytes).unwrap();
    read(&path, wanted, &|_| {})
}

fn paths(listing: &Listing) -> Vec<String> {
    listing.entries.iter().map(|entry| show(&entry.path)).collect()
}

/// The oddities of a tar of `members`, by name.
fn oddities(members: &[Vec<u8>]) -> Vec<&'static str> {
    let listing = listed(&[members.concat(), end()].concat()).unwrap();
    listing.oddities.iter().map(Oddity::name).collect()
}

/// Why an archive is refused as ambiguous; empty where it is not.
fn ambiguous_because(bytes: &[u8]) -> &'static str {
    match listed(bytes) {
        Err(error @ ArchiveError::Structure { .. }) => {
            let ArchiveError::Structure { structure, .. } = &error else { return "" };
            let Structure::Ambiguous { what, .. } = structure else { return "" };
            assert_eq!(error.class(), FailureClass::ArchiveAmbiguous);
            what
        }
        _ => "",
    }
}

fn refused(members: &[Vec<u8>]) -> &'static str {
    ambiguous_because(&[members.concat(), end()].concat())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn compressed(compression: Option<Compression>, bytes: &[u8]) -> Vec<u8> {
    let Some(compression) = compression else { return bytes.to_vec() };
    match compression {
        Compression::Gzip => gzip(bytes),
        Compression::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Xz => {
            let options = lzma_rust2::XzOptions::with_preset(1);
            let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Lzip => {
            let options = lzma_rust2::LzipOptions::with_preset(1);
            let mut encoder = lzma_rust2::LzipWriter::new(Vec::new(), options);
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Lzma => {
            let options = lzma_rust2::LzmaOptions::with_preset(1);
            let mut encoder =
                lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd => ruzstd::encoding::compress_to_vec(
            Cursor::new(bytes),
            ruzstd::encoding::CompressionLevel::Fastest,
        ),
    }
}

const COMPRESSIONS: [Option<Compression>; 7] = [
    None,
    Some(Compression::Gzip),
    Some(Compression::Bzip2),
    Some(Compression::Xz),
    Some(Compression::Zstd),
    Some(Compression::Lzip),
    Some(Compression::Lzma),
];

fn link(name: &str, target: &str) -> Vec<u8> {
    member(name.as_bytes(), b'2', target.as_bytes(), 0o777, b"")
}

fn hard(name: &str, target: &str) -> Vec<u8> {
    member(name.as_bytes(), b'1', target.as_bytes(), 0o644, b"")
}

/// A member's name, its contents, and what its local header says instead of the name.
type ZipMember<'a> = (&'a [u8], &'a [u8], Option<&'a [u8]>);

/// A zip archive of stored members, with bytes between them that belong to none.
fn zipped(members: &[ZipMember<'_>], between: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for (name, contents, local) in members {
        let offset = bytes.len() as u32;
        let mut crc = flate2::Crc::new();
        crc.update(contents);
        let crc = crc.sum();
        let common = |name: &[u8]| {
            let mut fields = Vec::new();
            fields.extend_from_slice(&[20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]);
            fields.extend_from_slice(&crc.to_le_bytes());
            fields.extend_from_slice(&(contents.len() as u32).to_le_bytes());
            fields.extend_from_slice(&(contents.len() as u32).to_le_bytes());
            fields.extend_from_slice(&(name.len() as u16).to_le_bytes());
            fields.extend_from_slice(&[0, 0]);
            fields
        };
        let local = local.unwrap_or(name);
        bytes.extend_from_slice(b"PK\x03\x04");
        bytes.extend_from_slice(&common(local));
        bytes.extend_from_slice(local);
        bytes.extend_from_slice(contents);
        bytes.extend_from_slice(between);
        directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        directory.extend_from_slice(&common(name));
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&(0o100_644u32 << 16).to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name);
    }
    let (start, length, count) = (bytes.len() as u32, directory.len() as u32, members.len() as u16);
    bytes.extend_from_slice(&directory);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes
}
