#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
use super::*;
use std::io::Write;

fn plain() -> Vec<u8> {
    (0..40_000u32).flat_map(|n| (n % 700).to_le_bytes()).collect()
}

fn compressed(format: Compression, plain: &[u8]) -> Vec<u8> {
    match format {
        Compression::Gzip => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(plain).unwrap();
            out.finish().unwrap()
        }
        Compression::Bzip2 => {
            let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            out.write_all(plain).unwrap();
            out.finish().unwrap()
        }
        Compression::Xz => {
            let options = lzma_rust2::XzOptions::with_preset(0);
            let mut out = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            out.write_all(plain).unwrap();
            out.finish().unwrap()
        }
        Compression::Lzip => {
            let options = lzma_rust2::LzipOptions::with_preset(0);
            let mut out = lzma_rust2::LzipWriter::new(Vec::new(), options);
            out.write_all(plain).unwrap();
            out.finish().unwrap()
        }
        Compression::Lzma => {
            let options = lzma_rust2::LzmaOptions::with_preset(0);
            let mut out =
                lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
            out.write_all(plain).unwrap();
            out.finish().unwrap()
        }
        Compression::Zstd => {
            ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest)
        }
    }
}

fn all() -> impl Iterator<Item = Compression> {
    use Compression::{Bzip2, Gzip, Lzip, Lzma, Xz, Zstd};
    [Xz, Gzip, Bzip2, Zstd, Lzip, Lzma].into_iter()
}

fn run_on(mut bytes: &[u8], limits: StreamLimits) -> Result<Vec<u8>, StreamFault> {
    let mut out = Vec::new();
    let mut each = |bytes: &[u8]| out.write_all(bytes);
    match run(&mut bytes, limits, &mut each) {
        Ok(()) => Ok(out),
        Err(Stopped::Fault(fault)) => Err(fault),
        Err(Stopped::Sink(error)) => panic!("{error}"),
    }
}

fn uncompressed(bytes: &[u8]) -> Result<Vec<u8>, StreamFault> {
    run_on(bytes, StreamLimits::default())
}

#[test]
fn every_format_comes_back_whole() {
    for format in all() {
        for plain in [plain(), Vec::new()] {
            let bytes = compressed(format, &plain);
            assert_eq!(Compression::of(&bytes), Some(format));
            assert!(uncompressed(&bytes) == Ok(plain), "{}", format.name());
        }
    }
}

#[test]
fn what_follows_the_end_is_refused() {
    for format in all() {
        let bytes = compressed(format, b"hello");
        let twice = [&bytes[..], &bytes].concat();
        assert_eq!(uncompressed(&twice), Err(StreamFault::AnotherMember(format)));
        for rest in [&b"\0\0\0\0"[..], b"garbage after the end", b"x"] {
            let longer = [&bytes[..], rest].concat();
            let fault = uncompressed(&longer);
            assert_eq!(fault, Err(StreamFault::Trailing(format)), "{rest:?}");
        }
    }
}

#[test]
fn what_is_cut_short_is_damaged() {
    for format in all() {
        let bytes = compressed(format, &plain());
        for at in [6, bytes.len() / 2, bytes.len() - 1] {
            let cut = uncompressed(&bytes[..at]);
            assert_eq!(cut, Err(StreamFault::Damaged(format)), "{at}");
        }
    }
}

#[test]
fn a_changed_bit_never_goes_unseen_where_the_format_has_a_checksum() {
    let plain = plain();
    for format in all().filter(|format| *format != Compression::Lzma) {
        let bytes = compressed(format, &plain);
        let step = (bytes.len() / 150).max(1);
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            if let Ok(out) = uncompressed(&changed) {
                assert!(out == plain, "{} byte {at}", format.name());
            }
        }
    }
}

#[test]
fn bombs_stop_at_the_limits() {
    let zeros = vec![0; 4 * 1024 * 1024];
    for format in all() {
        let bytes = compressed(format, &zeros);
        let limits = StreamLimits { size: 1024 * 1024, ..StreamLimits::default() };
        assert_eq!(run_on(&bytes, limits), Err(StreamFault::Size(1024 * 1024)));
        let limits = StreamLimits { ratio: 5, free: 1024 * 1024, ..StreamLimits::default() };
        assert_eq!(run_on(&bytes, limits), Err(StreamFault::Ratio(5)), "{}", format.name());
        let limits = StreamLimits { ratio: 5, free: 8 * 1024 * 1024, ..StreamLimits::default() };
        assert!(run_on(&bytes, limits) == Ok(zeros.clone()), "{}", format.name());
    }
}

#[test]
fn a_window_beyond_the_limit_is_not_allocated() {
    // The dictionary size of lzip is its sixth byte: 512 MiB.
    let mut bytes = compressed(Compression::Lzip, b"hello");
    bytes[5] = 29;
    assert_eq!(uncompressed(&bytes), Err(StreamFault::Window(Compression::Lzip, 128)));
    let mut bytes = compressed(Compression::Lzma, b"hello");
    bytes[1..5].copy_from_slice(&[0, 0, 0, 0xff]);
    assert_eq!(uncompressed(&bytes), Err(StreamFault::Window(Compression::Lzma, 128)));
    // A window descriptor of 8 GiB, and an empty last block (RFC 8878, section 3.1.1).
    let bytes = [&b"\x28\xb5\x2f\xfd"[..], &[0, 23 << 3, 1, 0, 0]].concat();
    assert_eq!(uncompressed(&bytes), Err(StreamFault::Window(Compression::Zstd, 128)));
}

#[test]
fn what_is_not_compressed_is_named() {
    for (bytes, kind) in [
        (&b""[..], "an empty file"),
        (b"\x1f\x9d\x90\0", "a file of compress(1)"),
        (b"\x50\x2a\x4d\x18\0\0\0\0", "a zstd skippable frame"),
        (b"hello", "a text file"),
    ] {
        assert_eq!(uncompressed(bytes), Err(StreamFault::Format(kind)));
    }
}

#[test]
fn a_sink_that_fails_stops_the_work() {
    let bytes = compressed(Compression::Gzip, &plain());
    let mut each = |_: &[u8]| Err(io::Error::from(ErrorKind::StorageFull));
    let stopped = run(&mut &bytes[..], StreamLimits::default(), &mut each);
    assert!(matches!(stopped, Err(Stopped::Sink(_))));
}

/// The footer with another backward size, and its checksum computed anew.
fn with_backward_size(bytes: &[u8], change: i32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let footer = bytes.len() - 12;
    let field = footer + 4..footer + 8;
    let size = i32::from_le_bytes(bytes[field.clone()].try_into().unwrap()) + change;
    bytes[field].copy_from_slice(&size.to_le_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[footer + 4..footer + 10]);
    bytes[footer..footer + 4].copy_from_slice(&crc.sum().to_le_bytes());
    bytes
}

#[test]
fn framing_that_is_made_up_is_damage() {
    let bytes = compressed(Compression::Xz, &plain());
    assert!(uncompressed(&with_backward_size(&bytes, 0)).is_ok());
    for change in [-1, 1, 1 << 20] {
        let changed = with_backward_size(&bytes, change);
        assert_eq!(uncompressed(&changed), Err(StreamFault::Damaged(Compression::Xz)), "{change}");
    }
    // A raw block of five bytes, the last one, in a single segment that states its size (RFC 8878,
    // section 3.1.1).
    let frame = |descriptor: u8, size: u8| {
        [b"\x28\xb5\x2f\xfd", &[descriptor, size, 5 << 3 | 1, 0, 0][..], b"hello"].concat()
    };
    assert_eq!(uncompressed(&frame(0x20, 5)), Ok(b"hello".to_vec()));
    for (descriptor, size) in [(0x28, 5), (0x20, 6), (0x20, 4), (0x20, 0)] {
        let fault = uncompressed(&frame(descriptor, size));
        assert_eq!(fault, Err(StreamFault::Damaged(Compression::Zstd)), "{descriptor} {size}");
    }
}

fn joined(bytes: &[u8]) -> Result<Vec<u8>, Option<StreamFault>> {
    let format = Compression::of(bytes);
    let mut out = Vec::new();
    // A buffer that is shorter than any header, so that every seam is met.
    let input = std::io::BufReader::with_capacity(3, bytes);
    let mut all = Decompressor::new(format, Members::Joined, StreamLimits::default(), input);
    match all.read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(error) => Err(StreamFault::of(&error).cloned()),
    }
}

#[test]
fn streams_are_joined_where_every_tool_joins_them() {
    for format in all() {
        let [one, two] = [&b"one"[..], b"two"].map(|text| compressed(format, text));
        let both = joined(&[&one[..], &two].concat());
        match format {
            Compression::Gzip | Compression::Lzma => assert!(both.is_err()),
            _ => assert_eq!(both, Ok(b"onetwo".to_vec()), "{}", format.name()),
        }
        let cut = joined(&[&one[..], &two[..two.len() - 2]].concat());
        assert!(cut.is_err(), "{}", format.name());
        for rest in [&b"\0"[..], b"garbage"] {
            assert!(joined(&[&one[..], rest].concat()).is_err(), "{}", format.name());
        }
    }
    // Stream padding of .xz comes in fours.
    let xz = compressed(Compression::Xz, b"one");
    assert_eq!(joined(&[&xz[..], &[0; 8], &xz].concat()), Ok(b"oneone".to_vec()));
    assert!(joined(&[&xz[..], &[0; 3], &xz].concat()).is_err());
}

#[test]
fn streams_without_end_stop_at_a_limit() {
    for format in [Compression::Bzip2, Compression::Zstd, Compression::Xz, Compression::Lzip] {
        let many = compressed(format, b"").repeat(1200);
        assert_eq!(joined(&many), Err(Some(StreamFault::Streams(format))), "{}", format.name());
    }
}
