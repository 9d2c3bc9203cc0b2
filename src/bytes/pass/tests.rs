#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::block::BLOCK;
use super::*;
use crate::bytes::digests::{Hasher, hex};

fn measured(bytes: &[u8], wanted: &Wanted) -> Measured {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f");
    std::fs::write(&path, bytes).unwrap();
    measure(&path, wanted, &mut |_| {}).unwrap()
}

fn document(algorithm: HashAlgorithm, text: bool) -> DocumentHash {
    DocumentHash { algorithm, salt: Vec::new(), text }
}

#[test]
fn an_openpgp_state_branches_off_a_manifest_hash() {
    let key = document(HashAlgorithm::SHA512, false);
    let wanted = Wanted { documents: BTreeSet::from([key.clone()]), ..Wanted::default() };
    let measured = measured(b"abc", &wanted);
    let digest = measured.digests.get(&HashName::Sha512).unwrap();
    let context = measured.documents.get(&key).unwrap().clone();
    assert_eq!(&context.into_digest().unwrap(), digest);
    assert!(hex(digest).starts_with("ddaf35a193617aba"));
}

#[test]
fn files_larger_than_a_chunk_are_read_whole() {
    let bytes = vec![7u8; BLOCK * 2 + 3];
    let wanted =
        Wanted { hashes: BTreeSet::from([HashName::Blake2b]), blob: true, ..Wanted::default() };
    let measured = measured(&bytes, &wanted);
    assert_eq!(measured.size, bytes.len() as u64);
    assert_eq!(measured.blob.as_deref(), Some(bytes.as_slice()));
    let mut hasher = Hasher::new(HashName::Blake2b);
    hasher.update(&bytes);
    assert_eq!(measured.digests.get(&HashName::Blake2b), hasher.finish().as_ref());
}

#[test]
fn the_stream_and_the_file_are_hashed_in_one_pass() {
    use std::io::Write as _;
    let plain: Vec<u8> = (0..BLOCK as u32).flat_map(u32::to_le_bytes).collect();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let gzip = gzip.finish().unwrap();
    assert!(gzip.len() > BLOCK, "{}", gzip.len());
    let hashes = || Wanted { hashes: BTreeSet::from([HashName::Sha512]), ..Wanted::default() };
    let wanted = Wanted { uncompressed: Some(Box::new(hashes())), ..hashes() };
    let (file, stream) = (measured(&gzip, &hashes()), measured(&plain, &hashes()));
    let both = measured(&gzip, &wanted);
    assert_eq!((both.size, &both.digests), (file.size, &file.digests));
    let inside = both.uncompressed.unwrap().unwrap();
    assert_eq!((inside.size, inside.digests), (stream.size, stream.digests));

    // A stream that cannot be had takes nothing from what is known of the file.
    for rest in [&b"x"[..], &[7; BLOCK + 1]] {
        let longer = [&gzip[..], rest].concat();
        let both = measured(&longer, &wanted);
        assert!(matches!(both.uncompressed, Some(Err(StreamFault::Trailing(_)))));
        assert_eq!(both.digests, measured(&longer, &hashes()).digests);
        assert_eq!(both.size, longer.len() as u64);
    }
}

#[test]
fn a_reader_that_fails_is_an_error_of_the_input() {
    struct Failing(u8);
    impl Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => Err(io::ErrorKind::Interrupted.into()),
                2 => {
                    out[..3].copy_from_slice(b"\x1f\x8b\x08");
                    Ok(3)
                }
                _ => Err(io::Error::other("broken")),
            }
        }
    }
    for uncompressed in [None, Some(Box::new(Wanted::default()))] {
        let wanted = Wanted { uncompressed, ..Wanted::default() };
        let error = measure_stream(&mut Failing(0), "x".as_ref(), &wanted, None, &mut |_| {}).err();
        assert!(matches!(error, Some(MeasureError::Input(InputError::Read { .. }))));
    }
}

/// Bytes that no decoder makes small.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(bytes).collect()
}

/// What one thread makes of it, without any of the machinery.
fn plainly(bytes: &[u8], name: HashName) -> Vec<u8> {
    let mut hasher = Hasher::new(name);
    hasher.update(bytes);
    hasher.finish().unwrap()
}

#[test]
fn a_big_file_comes_out_as_from_one_thread() {
    let file = noise(13 * BLOCK + 5);
    let hashes = [HashName::Blake2b, HashName::Sha256, HashName::Sha512, HashName::Md5];
    let text = document(HashAlgorithm::SHA256, true);
    let salted = DocumentHash { salt: vec![1; 32], ..document(HashAlgorithm::SHA512, false) };
    let shared = document(HashAlgorithm::SHA512, false);
    let wanted = Wanted {
        hashes: BTreeSet::from(hashes),
        documents: BTreeSet::from([text.clone(), salted.clone(), shared.clone()]),
        blob: true,
        ..Wanted::default()
    };
    let measured = measured(&file, &wanted);
    assert_eq!(measured.size, file.len() as u64);
    assert_eq!(measured.blob.as_ref(), Some(&file));
    for name in hashes {
        assert_eq!(measured.digests[&name], plainly(&file, name), "{}", name.name());
    }
    let digest = |key: &DocumentHash| measured.documents[key].clone().into_digest().unwrap();
    assert_eq!(digest(&shared), measured.digests[&HashName::Sha512]);
    assert_eq!(digest(&salted), plainly(&[&[1; 32], &file[..]].concat(), HashName::Sha512));
    let mut line_ends = crate::bytes::line_ends::LineEnds::default();
    let mut lines = Vec::new();
    let taken: Result<(), ()> = line_ends.feed(&file, |piece| {
        lines.extend_from_slice(match piece {
            crate::bytes::line_ends::Piece::Stretch(bytes) => bytes,
            crate::bytes::line_ends::Piece::End => b"\r\n",
        });
        Ok(())
    });
    taken.unwrap();
    assert_eq!(digest(&text), plainly(&lines, HashName::Sha256));
}

#[test]
fn a_big_stream_comes_out_as_from_one_thread() {
    use std::io::Write as _;
    // Both grow big: noise that is stored, then zeroes that shrink to nothing.
    let plain = [noise(9 * BLOCK + 7), vec![0; 30 * BLOCK]].concat();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let gzip = gzip.finish().unwrap();
    let hashes = BTreeSet::from([HashName::Sha512, HashName::Blake2b, HashName::Sha256]);
    for inside in [hashes.clone(), BTreeSet::new()] {
        let wanted = Wanted {
            hashes: hashes.clone(),
            uncompressed: Some(Box::new(Wanted { hashes: inside.clone(), ..Wanted::default() })),
            ..Wanted::default()
        };
        let mut sink = Vec::new();
        let measured =
            measure_stream(&mut &gzip[..], "x".as_ref(), &wanted, Some(&mut sink), &mut |_| {});
        let measured = measured.unwrap();
        assert!(sink == plain);
        let stream = measured.uncompressed.unwrap().unwrap();
        assert_eq!((measured.size, stream.size), (gzip.len() as u64, plain.len() as u64));
        for name in &hashes {
            assert_eq!(measured.digests[name], plainly(&gzip, *name));
        }
        for name in &inside {
            assert_eq!(stream.digests[name], plainly(&plain, *name));
        }
        // Neither a sink that is full nor a stream that breaks off leaves a thread behind.
        let mut room = vec![0; BLOCK * 11];
        let mut full = &mut room[..];
        let stopped =
            measure_stream(&mut &gzip[..], "x".as_ref(), &wanted, Some(&mut full), &mut |_| {});
        assert!(matches!(stopped, Err(MeasureError::Sink(_))));
        let cut = &gzip[..gzip.len() - 100];
        let cut = measure_stream(&mut &cut[..], "x".as_ref(), &wanted, None, &mut |_| {}).unwrap();
        assert!(matches!(cut.uncompressed, Some(Err(StreamFault::Damaged(_)))));
    }
}
