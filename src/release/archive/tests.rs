//! Archives that are made here, hostile ones among them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

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

#[test]
fn every_compression_gives_the_same_listing() {
    let contents = b"hello\n".repeat(50_000);
    let tar = [file("foo-1/a", &contents), file("foo-1/b/c", b"c"), end()].concat();
    for compression in COMPRESSIONS {
        let bytes = compressed(compression, &tar);
        assert_eq!(Compression::of(&bytes), compression);
        let listing = listed(&bytes).unwrap();
        assert_eq!(paths(&listing), ["a", "b/c"], "{compression:?}");
        assert_eq!(listing.top.as_deref(), Some(&b"foo-1"[..]));
        assert_eq!(listing.oddities, [], "{compression:?}");
        assert_eq!(listing.entries[0].size, contents.len() as u64);
    }
}

#[test]
fn every_truncation_and_many_bit_flips_end_in_an_error_or_a_listing() {
    let tar =
        [file("foo-1/a", &b"hello world\n".repeat(40)), file("foo-1/b", b"b"), end()].concat();
    for compression in COMPRESSIONS {
        let bytes = compressed(compression, &tar);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("archive");
        for cut in (1..bytes.len()).step_by(bytes.len() / 60 + 1) {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            if let Ok(listing) = read(&path, &Wanted::default(), &|_| {}) {
                let whole = compression.is_none() && (cut % 512 == 0 || cut > tar.len() - 1024);
                assert!(whole, "{compression:?} cut at {cut}: {:?}", paths(&listing));
            }
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x41;
            std::fs::write(&path, &flipped).unwrap();
            let _ = read(&path, &Wanted::default(), &|_| {});
        }
    }
}

#[test]
fn names_that_climb_out_are_refused() {
    assert!(refused(&[file("../../etc/passwd", b"x")]).contains("climbs out"));
    assert!(refused(&[file("foo/a/../../b", b"x")]).contains("climbs out"));
    assert!(refused(&[file("/etc/passwd", b"x")]).contains("absolute"));
    assert_eq!(oddities(&[file("./foo/./a", b"x")]), [""; 0]);
}

fn link(name: &str, target: &str) -> Vec<u8> {
    member(name.as_bytes(), b'2', target.as_bytes(), 0o777, b"")
}

fn hard(name: &str, target: &str) -> Vec<u8> {
    member(name.as_bytes(), b'1', target.as_bytes(), 0o644, b"")
}

#[test]
fn links_that_lead_out() {
    let a = file("foo/a", b"a");
    assert_eq!(oddities(&[a.clone(), link("foo/l", "/etc")]), ["link-outside"]);
    assert_eq!(oddities(&[a.clone(), link("foo/d/l", "../../other")]), ["link-outside"]);
    assert_eq!(oddities(&[a.clone(), link("foo/d/l", "../a")]), [""; 0]);
    assert!(refused(&[a.clone(), hard("foo/h", "/etc/shadow")]).contains("link"));
    for target in ["foo/b", "foo", "foo/l", "foo/h"] {
        let members = [a.clone(), link("foo/l", "a"), hard("foo/h", target)];
        assert!(refused(&members).contains("other than an earlier file"), "{target}");
    }
    assert_eq!(oddities(&[a.clone(), hard("foo/h", "foo/a")]), ["hard-link"]);
    let chain = [a.clone(), hard("foo/h", "./foo/a"), hard("foo/i", "foo/h"), end()];
    let listing = listed(&chain.concat()).unwrap();
    assert_eq!(listing.entries[1].sha256, listing.entries[0].sha256);
    assert_eq!(listing.entries[2].data, 0);
    // The classical escape: a link, and then a file through it.
    assert!(refused(&[link("foo/l", "/tmp"), file("foo/l/x", b"x")]).contains("lies below"));
    assert!(refused(&[file("foo/l/x", b"x"), link("foo/l", "/tmp")]).contains("lies below"));
}

#[test]
fn members_that_meet() {
    assert_eq!(refused(&[file("foo/a", b"1"), file("foo/a", b"2")]), "occurs more than once");
    assert_eq!(refused(&[file("foo/a", b"1"), link("foo/a", "b")]), "occurs more than once");
    assert_eq!(oddities(&[file("foo/a", b"1"), file("foo/./a", b"1")]), ["duplicate"]);
    let other_mode = member(b"foo/a", b'0', b"", 0o755, b"1");
    assert_eq!(refused(&[file("foo/a", b"1"), other_mode]), "occurs more than once");
    assert_eq!(oddities(&[file("foo/README", b""), file("foo/readme", b"")]), ["case-collision"]);
    assert_eq!(oddities(&[file("foo/a", b""), file("foo/a.b", b""), file("foo/ab", b"")]), [""; 0]);
    assert!(refused(&[file("foo/a", b""), file("foo/a/b", b"")]).contains("lies below"));
}

#[test]
fn members_of_strange_kinds() {
    for flag in *b"346" {
        let device = member(b"foo/null", flag, b"", 0o666, b"");
        assert_eq!(refused(&[device]), "is a device or FIFO");
    }
    for flag in *b"Z7" {
        let other = member(b"foo/x", flag, b"", 0o644, b"x");
        assert_eq!(refused(&[other]), "is of a kind that few programs know");
    }
    assert_eq!(oddities(&[member(b"foo/x", b'0', b"", 0o4755, b"x")]), ["set-id"]);
    assert_eq!(oddities(&[member(b"foo/x", b'0', b"", 0o100_644, b"x")]), [""; 0]);
    assert!(refused(&[member(b"foo/x", b'0', b"", 0o040_644, b"x")]).contains("another type"));
    assert_eq!(oddities(&[file("foo/a\u{202e}b", b"")]), ["strange-name"]);
    assert_eq!(oddities(&[file("foo\\..\\a", b"")]), ["strange-name"]);
    let listing = listed(&[member(b"foo/\xff\n", b'0', b"", 0o644, b""), end()].concat()).unwrap();
    assert_eq!(listing.oddities[0].name(), "not-utf-8");
    assert_eq!(listing.entries[0].raw, b"foo/\xff\n");
    assert_eq!(paths(&listing), ["<0xFF>\n"]);
}

#[test]
fn long_names_of_gnu_and_pax() {
    let long = format!("foo/{}/{}", "x".repeat(200), "y".repeat(200));
    let gnu = member(b"././@LongLink", b'L', b"", 0, format!("{long}\0").as_bytes());
    let listing = listed(&[gnu, file("foo/short", b"1"), end()].concat()).unwrap();
    assert_eq!(show(&listing.entries[0].raw), long);
    let pax = member(b"pax", b'x', b"", 0, &pax_record("path", &long));
    let listing =
        listed(&[pax, file("foo/short", b"1"), file("foo/b", b""), end()].concat()).unwrap();
    assert_eq!(show(&listing.entries[0].raw), long);
    assert_eq!(show(&listing.entries[1].raw), "foo/b");
    for damaged in [
        "",
        "x",
        "99 path=a\n",
        "9 path=ab\n",
        "-1 path=a\n",
        "11 path=abcd",
        // Blanks and tabs that GNU tar skips, zeros in front, and line feeds that end a record for
        // the tar crate.
        "11  path=a\n",
        "11 \tpath=a\n",
        " 11 path=a\n",
        "011 path=ab\n",
        "18 path=a\n9 path=b\n",
        "9 path=\n",
        "10 path=a\n10 path=b\n",
        "11 unknown=\n",
        "10 size=+1\n",
        "11 size=1\0\n",
        "12 size=0x1\n",
        "21 hdrcharset=BINARY\n",
        "30 comment=22 hdrcharset=x y\n",
    ] {
        let pax = member(b"pax", b'x', b"", 0, damaged.as_bytes());
        let result = listed(&[pax, file("foo/short", b"1"), end()].concat());
        assert_eq!(result.is_ok(), damaged.is_empty(), "{damaged:?}");
    }
}

/// What unpackers are known to make different files of is not a listing.
#[test]
fn what_programs_read_differently_is_refused() {
    let refused = |members: &[Vec<u8>]| !super::tests::refused(members).is_empty();
    let pax = |flag, records: &[u8]| member(b"pax", flag, b"", 0, records);
    let a = || file("foo/a", b"a");
    let long = || member(b"././@LongLink", b'L', b"", 0, b"foo/long\0");
    assert!(!refused(&[a()]));
    assert!(!refused(&[pax(b'g', &pax_record("comment", "x")), a()]));
    assert!(refused(&[pax(b'g', &pax_record("path", "foo/b")), a()]));
    assert!(refused(&[pax(b'g', &pax_record("size", "0")), a()]));
    assert!(refused(&[pax(b'g', &pax_record("GNU.sparse.name", "foo/b")), a()]));
    let path = || pax(b'x', &pax_record("path", "foo/b"));
    assert!(!refused(&[path(), a()]));
    assert!(refused(&[path(), path(), a()]));
    assert!(refused(&[path(), long(), a()]));
    assert!(refused(&[long(), path(), a()]));
    assert!(refused(&[pax(b'x', &pax_record("path", "foo/b\0/c")), a()]));
    assert!(refused(&[pax(b'x', &pax_record("GNU.sparse.major", "1")), a()]));
    assert!(refused(&[member(b"foo/s", b'S', b"", 0o644, b"x")]));
    for kind in *b"2356" {
        assert!(refused(&[member(b"foo/d", kind, b"t", 0o755, b"data")]), "{kind}");
    }
    for kind in *b"XVMN" {
        assert!(refused(&[member(b"foo/x", kind, b"", 0o644, b"x")]), "{kind}");
    }
    // Before POSIX, and only there, a directory may be a file whose name ends in a slash.
    assert!(refused(&[file("foo/d/", b"x")]));
    assert!(refused(&[file("foo/d/", b""), a()]));
    let old = |name: &[u8], contents: &[u8]| {
        let mut header = Header::new_old();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.as_old_mut().linkflag = [0];
        header.set_mode(0o755);
        header.set_mtime(0);
        header.set_size(contents.len() as u64);
        header.set_cksum();
        block(header.as_bytes(), contents)
    };
    assert!(!refused(&[old(b"foo/d/", b""), old(b"foo/a", b"a")]));
    assert!(refused(&[old(b"foo/d/", b""), a()]));
    assert!(refused(&[a(), old(b"foo/d/", b"")]));
    assert!(refused(&[old(b"foo/d/", b"x")]));
    assert!(refused(&[long(), old(b"foo/d/", b"")]));
    let with = |at: usize, field: &[u8]| {
        let mut bytes = file("foo/a", b"");
        bytes[at..at + field.len()].copy_from_slice(field);
        let mut header = Header::from_byte_slice(&bytes).clone();
        header.set_cksum();
        header.as_bytes().to_vec()
    };
    let sized = |field: &[u8; 12]| with(124, field);
    assert!(!refused(&[sized(b"00000000000\0")]));
    assert!(!refused(&[sized(b"          0 ")]));
    for field in [
        b"+0\0\0\0\0\0\0\0\0\0\0",
        b"-0\0\0\0\0\0\0\0\0\0\0",
        b"0x0\0\0\0\0\0\0\0\0\0",
        b"0 0000000000",
    ] {
        assert!(refused(&[sized(field)]), "{field:?}");
    }
    for (at, field) in [
        (257, &b"ustar\x0001"[..]),
        (257, b"ustar  \0"),
        (257, b"\0\0\0\0\0\0\0\0user"),
        (257, b"ustarx00"),
        (108, b"bad\0"),
        (116, b"-000001\0"),
        (136, b"\xff\xff"),
        (100, b"\0\0\0\0\0\0\0\0"),
        (329, b"x"),
        (500, b"x"),
        (345, b"a\0b"),
        (50, b"x"),
        (157, b"foo/b"),
    ] {
        let changed = with(at, field);
        // GNU's magic is right in itself: there, nothing follows the devices.
        let fits = field == b"ustar  \0";
        assert_eq!(!refused(&[changed]), fits, "{at} {field:?}");
    }
    let mut gnu = with(257, b"ustar  \0");
    gnu[345] = b'x';
    let mut header = Header::from_byte_slice(&gnu).clone();
    header.set_cksum();
    assert!(refused(&[header.as_bytes().to_vec()]));
    for first in [&b"begin 644 x"[..], b"BZh9", b"\x1f\x9d"] {
        let first = member(first, b'0', b"", 0o644, b"");
        assert!(listed(&[first, end()].concat()).is_err());
    }
    // An extended header with nothing behind it, and a zip where a tar ends.
    assert!(refused(&[a(), path()]));
    let zip = zip(&[(b"foo/b", b"b", None)], b"");
    let inside = [a(), file("foo/x.zip", &zip), end()].concat();
    assert!(ambiguous_because(&inside).contains("zip archive at its end"));
    let before = [file("foo/x.zip", &zip), file("foo/b", &[1; 80_000]), end()].concat();
    assert_eq!(ambiguous_because(&before), "");
}

/// The name by which a package manager unpacks, and the contents.
#[test]
fn a_name_that_says_another_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let read = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read(&path, &Wanted::default(), &|_| {}).is_ok()
    };
    let tar = [file("foo/a", b"a"), end()].concat();
    let zip = zip(&[(b"foo/a", b"a", None)], b"");
    for name in ["a.tar", "a.tar.gz", "a.tgz", "a.crate", "a"] {
        assert!(read(name, &tar), "{name}");
    }
    for name in ["a.zip", "a.whl", "a"] {
        assert!(read(name, &zip), "{name}");
    }
    assert!(!read("a.tar", &zip) && !read("a.tar.xz", &zip));
    assert!(!read("a.zip", &tar) && !read("a.whl", &tar));
}

/// A second directory in front of the one that ends at the end record.
#[test]
fn a_zip_with_two_directories_is_refused() {
    let bytes = zip(&[(b"foo/a", b"a", None)], b"");
    assert!(listed(&bytes).is_ok());
    let at = bytes.len() - 22;
    assert_eq!(&bytes[at..at + 4], b"PK\x05\x06");
    // The number of entries, and the directory's size. Its offset is counted back from its end.
    for field in [10, 12] {
        let mut other = bytes.clone();
        other[at + field] ^= 1;
        assert!(listed(&other).is_err(), "{field}");
    }
    // Comments of the directory's last record can hide another zip: its end moves, nothing else.
    let mut padded = bytes[..at].to_vec();
    padded.extend_from_slice(b"hidden");
    padded.extend_from_slice(&bytes[at..]);
    assert!(listed(&padded).is_err());
    for name in [
        &b"foo/a\0b"[..],
        b"foo/a;1",
        b"foo/a;",
        b"foo/a\x02b",
        b"foo/a\x7fb",
        b"foo/a\xff",
        b"foo/\xc2\x85",
        b"foo/a.",
        b"foo/a ",
        b"foo./a",
        b"foo\\a",
        b"./foo",
        b"foo//a",
        b"foo/../a",
        b"/foo",
        b"",
    ] {
        let bytes = zip(&[(name, b"a", None)], b"");
        assert!(!ambiguous_because(&bytes).is_empty(), "{}", name.escape_ascii());
    }
}

/// One byte of a header that says something else to some program.
#[test]
fn a_zip_header_that_some_programs_read_otherwise_is_refused() {
    let bytes = zip(&[(b"foo/a", b"a", None)], b"");
    let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    for (at, value) in [
        (6, 1),
        (6, 0x20),
        (6, 8),
        (7, 0),
        (7, 0x20),
        (4, 0x2e),
        (central + 5, 7),
        (central + 5, 10),
        (central + 6, 63),
        (central + 8, 0x40),
        (central + 9, 0),
        (central + 34, 1),
        (central + 41, 0x41),
        (central + 41, 0x11),
    ] {
        let mut changed = bytes.clone();
        changed[at] = value;
        // Encryption is said by itself.
        assert!(listed(&changed).is_err(), "{at} {value}");
    }
    let mut host = bytes.clone();
    host[central + 5] = 0;
    assert!(listed(&host).is_ok());
    let disc =
        zip(&[(b"foo/a", &[b"x".repeat(32769 - 35), b"CD001".to_vec()].concat(), None)], b"");
    assert!(ambiguous_because(&disc).contains("image of a disc"));
}

/// A member that is data to a reader of one header and a file to a reader of the other.
#[test]
fn headers_that_state_different_sizes_are_refused() {
    let hidden = file("foo/hidden", b"payload");
    let pax = member(b"pax", b'x', b"", 0, &pax_record("size", &hidden.len().to_string()));
    let mut short = member(b"foo/a", b'0', b"", 0o644, &hidden[..10]);
    short.truncate(512);
    assert!(refused(&[pax.clone(), short, hidden.clone()]).contains("another size"));
    let zero = file("foo/a", b"");
    assert!(refused(&[pax, zero, hidden.clone()]).contains("another size"));
    let pax = member(b"pax", b'x', b"", 0, &pax_record("size", "7"));
    assert_eq!(refused(&[pax, file("foo/a", b"payload"), hidden]), "");
}

#[test]
fn what_follows_the_end() {
    let tar = [file("foo/a", b"a"), end()].concat();
    assert_eq!(ambiguous_because(&[tar.clone(), end()].concat()), "");
    let other = [tar.clone(), file("foo/b", b"b")].concat();
    assert!(ambiguous_because(&other).contains("follow its end"));
    let lone = [file("foo/a", b"a"), vec![0; 512], file("foo/b", b"b"), end()].concat();
    assert!(ambiguous_because(&lone).contains("follow its end"));
    for rest in [&b"payload"[..], &[0; 100], &gzip(&tar)] {
        let error = listed(&[&gzip(&tar), rest].concat()).unwrap_err();
        assert!(matches!(error, ArchiveError::Stream { .. }), "{error}");
        assert_eq!(error.class(), FailureClass::ArchiveAmbiguous);
    }
    let listing = listed(&file("foo/a", b"a")).unwrap();
    assert_eq!(listing.oddities, [Oddity::NoEnd]);
}

#[test]
fn the_digest_is_that_of_the_bytes_that_were_read() {
    let tar = [file("foo/a", &[7; 300_000]), end()].concat();
    let wanted = Wanted { blake2b: true, ..Wanted::default() };
    for bytes in [gzip(&tar), tar, zip(&[(b"foo/a", &[7; 300_000], None)], b"")] {
        let mut hasher = Hasher::new(HashName::Blake2b);
        hasher.update(&bytes);
        assert_eq!(with(&bytes, &wanted).unwrap().blake2b, Some(hasher.finish()));
    }
}

#[test]
fn bombs_are_stopped_by_the_stated_limits() {
    let stream = compress::Limits { ratio: 50, free: 1 << 20, ..compress::Limits::default() };
    let limits = Limits { stream, ..Limits::default() };
    let bomb = gzip(&[file("a", &vec![0; 3 << 20]), end()].concat());
    let said =
        |bytes: &[u8], limits: Limits| match with(bytes, &Wanted { limits, ..Wanted::default() }) {
            Err(error) => {
                assert!(error.is_unsupported());
                assert_eq!(error.class(), FailureClass::EvidenceUnsupported);
                match error {
                    ArchiveError::Limit { limit, .. } => Err(Some(limit)),
                    ArchiveError::Stream {
                        fault: StreamFault::Ratio(50) | StreamFault::Size(_),
                        ..
                    } => Err(None),
                    other => panic!("{other}"),
                }
            }
            Ok(_) => Ok(()),
        };
    let stream = |stream: compress::Limits| Limits { stream, ..limits };
    assert_eq!(said(&bomb, limits), Err(None));
    assert_eq!(said(&bomb, stream(compress::Limits { free: 4 << 20, ..limits.stream })), Ok(()));
    let size = compress::Limits { size: 1 << 20, free: 4 << 20, ..limits.stream };
    assert_eq!(said(&bomb, stream(size)), Err(None));
    let many = [file("a", b""), file("b", b""), file("c", b""), end()].concat();
    let small = Limits { entries_most: 2, ..limits };
    assert_eq!(said(&many, small), Err(Some(Limit::Entries(2))));
    assert_eq!(said(&many, Limits { entries_most: 3, ..limits }), Ok(()));
    assert_eq!(said(&many, Limits { names_most: 2, ..limits }), Err(Some(Limit::Names(2))));
    // What is free, and what an archive's own size allows on top.
    let size = many.len() as u64;
    let free = Limits { entries: 0, ..limits };
    assert_eq!((free.entries(size), free.names(size)), (size / 64, (16 << 20) + size));
    let mut huge = Header::new_gnu();
    huge.set_entry_type(EntryType::GNULongName);
    huge.set_size(1 << 40);
    huge.set_mode(0o644);
    huge.set_mtime(0);
    huge.set_cksum();
    let huge = [huge.as_bytes().to_vec(), file("a", b"")].concat();
    assert_eq!(said(&huge, limits), Err(Some(Limit::Name(1 << 20))));
    // Overlapping members: many files of the same bytes.
    let mut overlapping = zip(&[(b"foo/a", b"a", None), (b"foo/b", b"a", None)], b"");
    let at = overlapping.windows(5).rposition(|w| w == b"foo/b").unwrap();
    overlapping[at - 4..at].copy_from_slice(&[0; 4]);
    assert!(!ambiguous_because(&overlapping).is_empty());
}

#[test]
fn what_is_no_archive_is_named() {
    for (bytes, kind) in [
        (&b""[..], "an empty file"),
        (b"<html>not found</html>", "an HTML page"),
        (&gzip(b"only text"), "a text file"),
    ] {
        match listed(bytes) {
            Err(ArchiveError::Structure { structure: Structure::NoArchive(what), .. }) => {
                assert_eq!(what, kind);
            }
            other => panic!("{kind}: {other:?}"),
        }
    }
}

#[test]
fn contents_and_git_names_on_demand() {
    let tar = [file("a", b"hello\n"), file("b", b"other"), end()].concat();
    let wanted = Wanted {
        blob: Some(GitHash::Sha1),
        contents: Keep::These(BTreeSet::from([0])),
        contents_each: 6,
        contents_all: 6,
        ..Wanted::default()
    };
    let listing = with(&tar, &wanted).unwrap();
    assert_eq!(listing.entries[0].contents.as_ref().unwrap().as_slice(), b"hello\n");
    assert!(listing.entries[1].contents.is_none());
    // `printf 'hello\n' | git hash-object --stdin`
    let name = crate::bytes::digests::hex(listing.entries[0].blob.as_deref().unwrap());
    assert_eq!(name, "ce013625030ba8dba906f756967f9e9ca394464a");
    let listing = with(&tar, &Wanted { contents_each: 5, ..wanted.clone() }).unwrap();
    assert!(listing.entries[0].contents.is_none());
    let tar = [file("a", b"\0binary"), file("b", b"text"), file("c", b"more"), end()].concat();
    let wanted = Wanted { contents: Keep::Texts, contents_each: 9, contents_all: 7, ..wanted };
    let listing = with(&tar, &wanted).unwrap();
    let kept: Vec<_> = listing.entries.iter().map(|entry| entry.contents.is_some()).collect();
    assert_eq!(kept, [false, true, false], "binary; text; no room");
}

/// A member's name, its contents, and what its local header says instead of the name.
type ZipMember<'a> = (&'a [u8], &'a [u8], Option<&'a [u8]>);

/// A zip archive of stored members, with bytes between them that belong to none.
fn zip(members: &[ZipMember<'_>], between: &[u8]) -> Vec<u8> {
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

#[test]
fn zip_members_are_listed() {
    let listing = listed(&zip(&[(b"foo-1/a", b"a", None), (b"foo-1/b", b"b", None)], b"")).unwrap();
    assert_eq!(paths(&listing), ["a", "b"]);
    assert_eq!(listing.oddities, []);
    assert_eq!(listing.entries[0].mode, 0o644);
}

#[test]
fn zip_directory_and_members_that_disagree_are_refused() {
    let other = zip(&[(b"foo/a", b"a", Some(b"foo/z"))], b"");
    assert!(ambiguous_because(&other).contains("another name"));
    let between = zip(&[(b"foo/a", b"a", None)], b"PK hidden");
    assert!(ambiguous_because(&between).contains("belong to no member"));
    let tail = [zip(&[(b"foo/a", b"a", None)], b""), b"tail".to_vec()].concat();
    assert!(ambiguous_because(&tail).contains("follow its end record"));
    let twice = zip(&[(b"foo/a", b"1", None), (b"foo/a", b"2", None)], b"");
    assert_eq!(ambiguous_because(&twice), "occurs more than once");
}

#[test]
fn zip_contents_that_are_not_as_stated_are_refused() {
    let mut bytes = zip(&[(b"foo/a", b"abc", None)], b"");
    let at = bytes.windows(3).position(|w| w == b"abc").unwrap();
    bytes[at] ^= 1;
    assert!(matches!(
        listed(&bytes),
        Err(ArchiveError::Structure { structure: Structure::ZipContents(_), .. })
    ));
}

#[test]
fn damaged_zips_end_in_an_error_or_a_listing() {
    let bytes = zip(&[(b"foo/a", b"abc", None), (b"foo/b", b"def", None)], b"");
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0xff;
        let _ = listed(&flipped);
        assert!(listed(&bytes[..at]).is_err(), "cut at {at}");
    }
}

/// Archives are uncompressed by what signatures over the stream are, within the same limits.
#[test]
fn a_stream_beyond_the_limits_is_refused_in_one_way() {
    let tar = [file("foo/a", b"a"), end()].concat();
    let mut lzip = compressed(Some(Compression::Lzip), &tar);
    // Its dictionary: 512 MiB.
    lzip[5] = 29;
    let error = listed(&lzip).unwrap_err();
    let ArchiveError::Stream { fault, .. } = &error else { panic!("{error}") };
    let stopped = compress::run(&mut &lzip[..], compress::Limits::default(), &mut |_| Ok(()));
    match stopped {
        Err(compress::Stopped::Fault(other)) => assert_eq!(*fault, other),
        other => panic!("{other:?}"),
    }
    assert!(error.to_string().ends_with("wants more memory than the limit of 128 MiB"), "{error}");
    assert!(error.wants_larger_window() && error.is_unsupported());
}
