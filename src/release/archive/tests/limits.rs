//! Streams, damage and limits.

use super::*;

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
fn the_digest_is_that_of_the_bytes_that_were_read() {
    let tar = [file("foo/a", &[7; 300_000]), end()].concat();
    let wanted = Wanted { blake2b: true, ..Wanted::default() };
    for bytes in [gzip(&tar), tar, zipped(&[(b"foo/a", &[7; 300_000], None)], b"")] {
        let mut hasher = Hasher::new(HashName::Blake2b);
        hasher.update(&bytes);
        assert_eq!(with(&bytes, &wanted).unwrap().blake2b, hasher.finish());
    }
}

#[test]
fn bombs_are_stopped_by_the_stated_limits() {
    let stream =
        compress::StreamLimits { ratio: 50, free: 1 << 20, ..compress::StreamLimits::default() };
    let limits = ArchiveLimits { stream, ..ArchiveLimits::default() };
    let bomb = gzip(&[file("a", &vec![0; 3 << 20]), end()].concat());
    let said = |bytes: &[u8], limits: ArchiveLimits| match with(
        bytes,
        &Wanted { limits, ..Wanted::default() },
    ) {
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
    let stream = |stream: compress::StreamLimits| ArchiveLimits { stream, ..limits };
    assert_eq!(said(&bomb, limits), Err(None));
    assert_eq!(
        said(&bomb, stream(compress::StreamLimits { free: 4 << 20, ..limits.stream })),
        Ok(())
    );
    let size = compress::StreamLimits { size: 1 << 20, free: 4 << 20, ..limits.stream };
    assert_eq!(said(&bomb, stream(size)), Err(None));
    let many = [file("a", b""), file("b", b""), file("c", b""), end()].concat();
    let small = ArchiveLimits { entries_most: 2, ..limits };
    assert_eq!(said(&many, small), Err(Some(Limit::Entries(2))));
    assert_eq!(said(&many, ArchiveLimits { entries_most: 3, ..limits }), Ok(()));
    assert_eq!(said(&many, ArchiveLimits { names_most: 2, ..limits }), Err(Some(Limit::Names(2))));
    // What is free, and what an archive's own size allows on top.
    let size = many.len() as u64;
    let free = ArchiveLimits { entries: 0, ..limits };
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
    let mut overlapping = zipped(&[(b"foo/a", b"a", None), (b"foo/b", b"a", None)], b"");
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

/// Archives are uncompressed by what signatures over the stream are, within the same limits.
#[test]
fn a_stream_beyond_the_limits_is_refused_in_one_way() {
    let tar = [file("foo/a", b"a"), end()].concat();
    let mut lzip = compressed(Some(Compression::Lzip), &tar);
    // Its dictionary: 512 MiB.
    lzip[5] = 29;
    let error = listed(&lzip).unwrap_err();
    let ArchiveError::Stream { fault, .. } = &error else { panic!("{error}") };
    let stopped = compress::run(&mut &lzip[..], compress::StreamLimits::default(), &mut |_| Ok(()));
    match stopped {
        Err(compress::Stopped::Fault(other)) => assert_eq!(*fault, other),
        other => panic!("{other:?}"),
    }
    assert!(error.to_string().ends_with("wants more memory than the limit of 128 MiB"), "{error}");
    assert!(error.wants_larger_window() && error.is_unsupported());
}
