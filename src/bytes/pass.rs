//! One pass over a distfile.
//!
//! A distfile is opened once and read once. Every check says beforehand what it wants computed
//! ([`Wanted`]); everything is fed from the same buffer, so no two checks can look at different
//! bytes and memory does not grow with the file. Only a Sigstore bundle signed with Ed25519 wants
//! the bytes themselves, up to [`BLOB_LIMIT`].
//!
//! Where a signature is over the stream that the distfile compresses, the decompressor reads through
//! the same tee ([`Tee`]) that feeds everything else, and its output has states of its own.

use crate::bytes::compress::{self, Limits, Stopped, StreamFault};
use crate::bytes::digests::{HashName, Hasher, document_context, openpgp_algorithm};
use crate::bytes::input::{InputError, open_regular, open_source};
use crate::bytes::line_ends::{LineEnds, Piece};
use ed25519_dalek::{Signature, StreamVerifier, VerifyingKey};
use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::types::HashAlgorithm;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::io::{self, BufRead, Read, Write};
use std::path::Path;

/// The most bytes of a distfile that are kept in memory for a signature over the bytes themselves.
pub(crate) const BLOB_LIMIT: usize = 64 * 1024 * 1024;

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// The state of an OpenPGP document hash before the signature's own trailer (RFC 9580, section
/// 5.2.4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DocumentHash {
    /// The hash function.
    pub(crate) algorithm: HashAlgorithm,
    /// What v6 signatures hash first; empty for v3 and v4.
    pub(crate) salt: Vec<u8>,
    /// Whether line ends are made CR LF first.
    pub(crate) text: bool,
}

/// An Ed25519 signature over the bytes themselves (signify, and minisign's legacy form), and the key
/// that may have made it. Such a signature is hashed into the state before the first byte, so it
/// has to be known before the distfile is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ed25519Wanted {
    key: [u8; 32],
    signature: [u8; 64],
}

impl Ed25519Wanted {
    /// Whether `key` made `signature` is what is wanted.
    pub(crate) fn new(key: &VerifyingKey, signature: [u8; 64]) -> Self {
        Self { key: key.to_bytes(), signature }
    }

    /// The state before the first byte; `None` where the signature fits no message at all.
    ///
    /// Unlike `verify_strict` it takes points of small order in the signature, which only the
    /// holder of the key could put there: keys of small order are refused as they are read.
    fn start(&self) -> Option<StreamVerifier> {
        let key = VerifyingKey::from_bytes(&self.key).ok()?;
        key.verify_stream(&Signature::from_bytes(&self.signature)).ok()
    }
}

/// What the checks of one distfile want computed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Digests by Manifest name.
    pub(crate) hashes: BTreeSet<HashName>,
    /// States for OpenPGP signatures.
    pub(crate) documents: BTreeSet<DocumentHash>,
    /// Signatures over the bytes themselves.
    pub ed25519: BTreeSet<Ed25519Wanted>,
    /// Whether the bytes themselves are wanted, up to [`BLOB_LIMIT`].
    pub(crate) blob: bool,
    /// What is wanted of the stream that the distfile compresses.
    pub(crate) uncompressed: Option<Box<Wanted>>,
    /// Where decompressing stops.
    pub(crate) limits: Limits,
}

/// What was computed.
#[derive(Default)]
pub(crate) struct Measured {
    /// Size in bytes.
    pub(crate) size: u64,
    /// The digests, of the lengths that [`HashName::size`] says.
    pub(crate) digests: BTreeMap<HashName, Vec<u8>>,
    /// The states for OpenPGP signatures, ready for the trailer.
    pub(crate) documents: BTreeMap<DocumentHash, Context>,
    /// Those of the wanted signatures over the bytes themselves that hold.
    pub ed25519: BTreeSet<Ed25519Wanted>,
    /// The bytes, where wanted and within [`BLOB_LIMIT`].
    pub(crate) blob: Option<Vec<u8>>,
    /// What was computed of the stream that the distfile compresses, or why nothing was.
    pub(crate) uncompressed: Option<Result<Box<Measured>, StreamFault>>,
}

/// Why a distfile could not be measured.
#[derive(Debug)]
pub(crate) enum MeasureError {
    /// It could not be read.
    Input(InputError),
    /// The uncompressed stream could not be written.
    Sink(io::Error),
}

/// The size of a file in bytes, and its digest by one hash. `progress` is told how many bytes were
/// read.
///
/// # Errors
///
/// As [`measure`].
pub(crate) fn digest(
    path: &Path,
    hash: HashName,
    progress: &mut dyn FnMut(u64),
) -> Result<(u64, Vec<u8>), InputError> {
    let wanted = Wanted { hashes: BTreeSet::from([hash]), ..Wanted::default() };
    let mut measured = measure(path, &wanted, progress)?;
    Ok((measured.size, measured.digests.remove(&hash).unwrap_or_default()))
}

/// Reads the distfile at `path` once and computes what is `wanted`; `progress` is told of each
/// chunk's size in bytes.
///
/// # Errors
///
/// Where the file cannot be opened or read, or is not a regular file.
pub(crate) fn measure(
    path: &Path,
    wanted: &Wanted,
    progress: &mut dyn FnMut(u64),
) -> Result<Measured, InputError> {
    measure_reader(&mut open_regular(path)?, path, wanted, progress)
}

/// As [`measure`], with `-` for standard input.
///
/// # Errors
///
/// As [`measure`].
pub(crate) fn measure_source(
    path: &Path,
    wanted: &Wanted,
    progress: &mut dyn FnMut(u64),
) -> Result<Measured, InputError> {
    measure_reader(&mut open_source(path)?, path, wanted, progress)
}

fn measure_reader(
    input: &mut dyn Read,
    path: &Path,
    wanted: &Wanted,
    progress: &mut dyn FnMut(u64),
) -> Result<Measured, InputError> {
    match measure_stream(input, path, wanted, None, progress) {
        Ok(measured) => Ok(measured),
        Err(MeasureError::Input(error)) => Err(error),
        // There is no sink that could fail.
        Err(MeasureError::Sink(source)) => Err(InputError::Read { path: path.to_owned(), source }),
    }
}

/// Reads `input`, which messages call `path`, to its end and computes what is `wanted`. What comes
/// out of the decompressor goes to `sink`, too, as it comes: nothing is known of it yet.
///
/// # Errors
///
/// Where `input` cannot be read or `sink` cannot be written.
pub(crate) fn measure_stream(
    input: &mut dyn Read,
    path: &Path,
    wanted: &Wanted,
    mut sink: Option<&mut dyn Write>,
    progress: &mut dyn FnMut(u64),
) -> Result<Measured, MeasureError> {
    let mut tee = Tee {
        input,
        states: States::new(wanted),
        progress,
        chunk: vec![0; CHUNK],
        filled: 0,
        used: 0,
        failure: None,
    };
    let mut uncompressed = None;
    if let Some(stream) = &wanted.uncompressed {
        let mut states = States::new(stream);
        let result = compress::run(&mut tee, wanted.limits, &mut |bytes| {
            states.update(bytes);
            sink.as_mut().map_or(Ok(()), |sink| sink.write_all(bytes))
        });
        uncompressed = match result {
            Ok(()) => Some(Ok(Box::new(states.finish()))),
            Err(Stopped::Fault(fault)) => Some(Err(fault)),
            Err(Stopped::Sink(error)) => return Err(MeasureError::Sink(error)),
        };
    }
    // Whatever became of the decompressor, the distfile's own digests take every byte.
    tee.drain();
    if let Some(source) = tee.failure {
        let path = path.to_owned();
        return Err(MeasureError::Input(InputError::Read { path, source }));
    }
    let mut measured = tee.states.finish();
    measured.uncompressed = uncompressed;
    Ok(measured)
}

/// Feeds everything that is read through it to the running states.
struct Tee<'a> {
    input: &'a mut dyn Read,
    states: States,
    progress: &'a mut dyn FnMut(u64),
    chunk: Vec<u8>,
    filled: usize,
    used: usize,
    /// Why reading failed, kept because decompressors wrap or swallow errors.
    failure: Option<io::Error>,
}

impl Tee<'_> {
    /// Reads until the chunk is full, so that a pipe's short reads cannot split a format's magic.
    fn refill(&mut self) {
        (self.filled, self.used) = (0, 0);
        while let Some(free) = self.chunk.get_mut(self.filled..).filter(|free| !free.is_empty()) {
            match self.input.read(free) {
                Ok(0) => break,
                Ok(read) => self.filled += read.min(free.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    break;
                }
            }
        }
        self.states.update(self.chunk.get(..self.filled).unwrap_or_default());
        (self.progress)(self.filled as u64);
    }

    fn drain(&mut self) {
        while self.failure.is_none() {
            self.refill();
            if self.filled == 0 {
                return;
            }
        }
    }
}

impl BufRead for Tee<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.used >= self.filled && self.failure.is_none() {
            self.refill();
        }
        match &self.failure {
            Some(error) => Err(error.kind().into()),
            None => Ok(self.chunk.get(self.used..self.filled).unwrap_or_default()),
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.used = self.used.saturating_add(bytes).min(self.filled);
    }
}

impl Read for Tee<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

/// The running states of one stream.
struct States {
    size: u64,
    hashes: BTreeMap<HashName, Hasher>,
    documents: Vec<(DocumentHash, Document)>,
    ed25519: Vec<(Ed25519Wanted, StreamVerifier)>,
    blob: Option<Vec<u8>>,
}

/// How the state for an OpenPGP signature comes about.
enum Document {
    /// It is a copy of a Manifest hash's state at the end of the file.
    Branch(HashName),
    /// It runs beside the others.
    Binary(Box<Context>),
    /// It runs beside the others over CR LF text.
    Text(Box<Context>, LineEnds),
}

impl States {
    fn new(wanted: &Wanted) -> Self {
        let mut hashes: BTreeMap<_, _> =
            wanted.hashes.iter().map(|name| (*name, Hasher::new(*name))).collect();
        let mut documents = Vec::new();
        for document in &wanted.documents {
            let shared = HashName::ALL
                .iter()
                .find(|name| openpgp_algorithm(**name) == Some(document.algorithm));
            let state = match shared {
                Some(name) if document.salt.is_empty() && !document.text => {
                    hashes.entry(*name).or_insert_with(|| Hasher::new(*name));
                    Document::Branch(*name)
                }
                _ => {
                    let Some(mut context) = document_context(document.algorithm) else { continue };
                    context.update(&document.salt);
                    let context = Box::new(context);
                    match document.text {
                        true => Document::Text(context, LineEnds::default()),
                        false => Document::Binary(context),
                    }
                }
            };
            documents.push((document.clone(), state));
        }
        let ed25519 = wanted.ed25519.iter().filter_map(|w| Some((*w, w.start()?))).collect();
        Self { size: 0, hashes, documents, ed25519, blob: wanted.blob.then(Vec::new) }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        for hasher in self.hashes.values_mut() {
            hasher.update(bytes);
        }
        for (_, document) in &mut self.documents {
            match document {
                Document::Branch(_) => {}
                Document::Binary(context) => context.update(bytes),
                Document::Text(context, line_ends) => {
                    let Ok(()) = line_ends.feed(bytes, |piece| {
                        context.update(match piece {
                            Piece::Stretch(bytes) => bytes,
                            Piece::End => b"\r\n",
                        });
                        Ok::<(), Infallible>(())
                    });
                }
            }
        }
        for (_, verifier) in &mut self.ed25519 {
            verifier.update(bytes);
        }
        if let Some(blob) = &mut self.blob {
            if blob.len() + bytes.len() <= BLOB_LIMIT {
                blob.extend_from_slice(bytes);
            } else {
                self.blob = None;
            }
        }
    }

    fn finish(self) -> Measured {
        let documents = self.documents.into_iter().filter_map(|(key, state)| {
            let context = match state {
                Document::Branch(name) => self.hashes.get(&name)?.branch()?,
                Document::Binary(context) | Document::Text(context, _) => *context,
            };
            Some((key, context))
        });
        let ed25519 = self.ed25519.into_iter();
        let holds = ed25519.filter_map(|(key, v)| v.finalize_and_verify().is_ok().then_some(key));
        Measured {
            size: self.size,
            ed25519: holds.collect(),
            uncompressed: None,
            documents: documents.collect(),
            digests: self.hashes.into_iter().map(|(name, h)| (name, h.finish())).collect(),
            blob: self.blob,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::bytes::digests::hex;

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
        let bytes = vec![7u8; CHUNK * 2 + 3];
        let wanted =
            Wanted { hashes: BTreeSet::from([HashName::Blake2b]), blob: true, ..Wanted::default() };
        let measured = measured(&bytes, &wanted);
        assert_eq!(measured.size, bytes.len() as u64);
        assert_eq!(measured.blob.as_deref(), Some(bytes.as_slice()));
        let mut hasher = Hasher::new(HashName::Blake2b);
        hasher.update(&bytes);
        assert_eq!(measured.digests.get(&HashName::Blake2b).unwrap(), &hasher.finish());
    }

    #[test]
    fn the_stream_and_the_file_are_hashed_in_one_pass() {
        use std::io::Write as _;
        let plain: Vec<u8> = (0..CHUNK as u32).flat_map(u32::to_le_bytes).collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&plain).unwrap();
        let gzip = gzip.finish().unwrap();
        assert!(gzip.len() > CHUNK, "{}", gzip.len());
        let hashes = || Wanted { hashes: BTreeSet::from([HashName::Sha512]), ..Wanted::default() };
        let wanted = Wanted { uncompressed: Some(Box::new(hashes())), ..hashes() };
        let (file, stream) = (measured(&gzip, &hashes()), measured(&plain, &hashes()));
        let both = measured(&gzip, &wanted);
        assert_eq!((both.size, &both.digests), (file.size, &file.digests));
        let inside = both.uncompressed.unwrap().unwrap();
        assert_eq!((inside.size, inside.digests), (stream.size, stream.digests));

        // A stream that cannot be had takes nothing from what is known of the file.
        for rest in [&b"x"[..], &[7; CHUNK + 1]] {
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
            let error =
                measure_stream(&mut Failing(0), "x".as_ref(), &wanted, None, &mut |_| {}).err();
            assert!(matches!(error, Some(MeasureError::Input(InputError::Read { .. }))));
        }
    }
}
