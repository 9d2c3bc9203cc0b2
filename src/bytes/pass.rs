//! One pass over a distfile.
//!
//! A distfile is opened once and read once. Every check says beforehand what it wants computed
//! ([`Wanted`]); everything is fed from the same buffer, so no two checks can look at different
//! bytes and memory does not grow with the file. Only a Sigstore bundle signed with Ed25519 wants
//! the bytes themselves, up to [`BLOB_LIMIT`].
//!
//! A big file is read and hashed on as many threads as there are processors free ([`crew`]).
//!
//! Where a signature is over the stream that the distfile compresses, the decompressor reads through
//! the same tee ([`Tee`]) that feeds everything else, and its output has states of its own.

mod block;
mod crew;
mod lanes;

use crate::bytes::compress::{self, Stopped, StreamFault, StreamLimits};
use crate::bytes::digests::{HashName, Hasher};
use crate::bytes::input::{InputError, open_regular, open_source};
use block::Block;
use crew::{Crew, Stream};
use ed25519_dalek::{Signature, StreamVerifier, VerifyingKey};
use rustix::fs::{Advice, fadvise};
use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::types::HashAlgorithm;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read, Write};
use std::path::Path;
use std::sync::Arc;

/// The most bytes of a distfile that are kept in memory for a signature over the bytes themselves.
pub(crate) const BLOB_LIMIT: usize = 64 * 1024 * 1024;

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
    pub(crate) limits: StreamLimits,
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
#[derive(Debug, thiserror::Error)]
pub(crate) enum MeasureError {
    /// It could not be read.
    #[error(transparent)]
    Input(InputError),
    /// The uncompressed stream could not be written.
    #[error("cannot write what it uncompresses to: {0}")]
    Sink(#[source] io::Error),
}

/// The size of a file in bytes, and its digest by one hash. `progress` is told how many bytes were
/// read.
///
/// # Errors
///
/// As [`measure`], and if the digest cannot be computed.
pub(crate) fn digest(
    path: &Path,
    hash: HashName,
    progress: &mut dyn FnMut(u64),
) -> Result<(u64, Vec<u8>), InputError> {
    let wanted = Wanted { hashes: BTreeSet::from([hash]), ..Wanted::default() };
    let mut measured = measure(path, &wanted, progress)?;
    let digest = measured.digests.remove(&hash).ok_or_else(|| InputError::Read {
        path: path.to_owned(),
        source: io::Error::other(format!("{} cannot be computed", hash.name())),
    })?;
    Ok((measured.size, digest))
}

/// Reads the distfile at `path` once and computes what is `wanted`; `progress` is told of each
/// chunk's size in bytes.
///
/// # Errors
///
/// If the file cannot be opened or read, or is not a regular file.
pub(crate) fn measure(
    path: &Path,
    wanted: &Wanted,
    progress: &mut dyn FnMut(u64),
) -> Result<Measured, InputError> {
    let mut file = open_regular(path)?;
    // All of it is read, once: the system may read ahead. Where it does not listen, nothing is lost.
    let _ = fadvise(&file, 0, None, Advice::Sequential);
    measure_reader(&mut file, path, wanted, progress)
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
/// If `input` cannot be read or `sink` cannot be written.
pub(crate) fn measure_stream(
    input: &mut dyn Read,
    path: &Path,
    wanted: &Wanted,
    mut sink: Option<&mut dyn Write>,
    progress: &mut dyn FnMut(u64),
) -> Result<Measured, MeasureError> {
    let states = wanted.uncompressed.as_deref().map(lanes::lanes).unwrap_or_default();
    let crew = RefCell::new(Crew::new(lanes::lanes(wanted), states));
    let mut tee = Tee { input, crew: &crew, progress, block: None, used: 0, failure: None };
    let mut fault = None;
    if wanted.uncompressed.is_some() {
        let result = compress::run(&mut tee, wanted.limits, &mut |bytes| {
            crew.borrow_mut().feed_uncompressed(bytes);
            sink.as_mut().map_or(Ok(()), |sink| sink.write_all(bytes))
        });
        fault = match result {
            Ok(()) => None,
            Err(Stopped::Fault(fault)) => Some(fault),
            Err(Stopped::Sink(error)) => return Err(MeasureError::Sink(error)),
        };
    }
    // Whatever became of the decompressor, the distfile's own digests take every byte.
    tee.drain();
    if let Some(source) = tee.failure {
        let path = path.to_owned();
        return Err(MeasureError::Input(InputError::Read { path, source }));
    }
    drop(tee.block);
    let crew = crew.into_inner();
    let [size, inside] = [Stream::File, Stream::Uncompressed].map(|stream| crew.size(stream));
    let [file, stream] = crew.finish();
    let mut measured = lanes::finish(file, wanted, size);
    measured.uncompressed = wanted.uncompressed.as_deref().map(|wanted| match fault {
        None => Ok(Box::new(lanes::finish(stream, wanted, inside))),
        Some(fault) => Err(fault),
    });
    Ok(measured)
}

/// Hashes all that is read through it, for readers of their own.
pub(crate) struct Recorder<R> {
    input: R,
    size: u64,
    hashers: BTreeMap<HashName, Hasher>,
}

impl<R: Read> Recorder<R> {
    /// Only the digests of what is `wanted` are computed.
    pub(crate) fn new(input: R, wanted: &Wanted) -> Self {
        let hashers = wanted.hashes.iter().map(|name| (*name, Hasher::new(*name))).collect();
        Self { input, size: 0, hashers }
    }

    /// Reads what is left, too.
    ///
    /// # Errors
    ///
    /// If that cannot be read.
    pub(crate) fn finish(mut self) -> io::Result<Measured> {
        io::copy(&mut self, &mut io::sink())?;
        let hashers = self.hashers.into_iter();
        let digests = hashers.filter_map(|(name, hasher)| Some((name, hasher.finish()?)));
        Ok(Measured { size: self.size, digests: digests.collect(), ..Measured::default() })
    }
}

impl<R: Read> Read for Recorder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        let bytes = out.get(..read).unwrap_or_default();
        self.size += bytes.len() as u64;
        self.hashers.values_mut().for_each(|hasher| hasher.update(bytes));
        Ok(read)
    }
}

/// Feeds everything that is read through it to the lanes.
struct Tee<'a> {
    input: &'a mut dyn Read,
    crew: &'a RefCell<Crew>,
    progress: &'a mut dyn FnMut(u64),
    /// What was read last; `None` before and behind the stream.
    block: Option<Arc<Block>>,
    /// How much of the block the decompressor has had.
    used: usize,
    /// Why reading failed, kept because decompressors wrap or swallow errors.
    failure: Option<io::Error>,
}

impl Tee<'_> {
    /// Reads until the block is full, so that a pipe's short reads cannot split a format's magic.
    fn refill(&mut self) {
        let mut crew = self.crew.borrow_mut();
        if let Some(block) = self.block.take() {
            crew.give_back(block);
        }
        self.used = 0;
        let mut block = crew.block();
        while !block.room().is_empty() {
            match self.input.read(block.room()) {
                Ok(0) => break,
                Ok(read) => block.grow(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    break;
                }
            }
        }
        let read = block.bytes().len();
        let block = Arc::new(block);
        if read > 0 {
            crew.feed(&block);
            (self.progress)(read as u64);
            self.block = Some(block);
        }
    }

    fn drain(&mut self) {
        while self.failure.is_none() {
            self.refill();
            if self.block.is_none() {
                return;
            }
        }
    }

    fn left(&self) -> &[u8] {
        let block = self.block.as_ref().map(|block| block.bytes());
        block.and_then(|bytes| bytes.get(self.used..)).unwrap_or_default()
    }
}

impl BufRead for Tee<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left().is_empty() && self.failure.is_none() {
            self.refill();
        }
        match &self.failure {
            Some(error) => Err(error.kind().into()),
            None => Ok(self.left()),
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.used += bytes.min(self.left().len());
    }
}

impl Read for Tee<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
