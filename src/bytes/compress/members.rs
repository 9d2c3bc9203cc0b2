//! Which compression a stream has, and its contents.
//!
//! Chosen by the bytes alone, never by a file's name. Several members one after the other, as
//! `cat a.gz b.gz` makes them, are one stream, like for the tools of each format.

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::{LzipReader, LzmaReader, XzReader};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, Read};

/// The most memory that an xz or lzma stream may ask for, in KiB: what `xz -9` needs, times three.
const XZ_MEMORY_KIB: u32 = 200 * 1024;

/// The compressions that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Compression {
    /// None that is known.
    None,
    /// gzip (RFC 1952).
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Zstandard (RFC 8878).
    Zstd,
    /// lzip.
    Lzip,
    /// The .lzma format of before xz.
    Lzma,
}

impl Compression {
    /// The compression of a stream that begins with `head`.
    pub(crate) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [b'L', b'Z', b'I', b'P', 1, ..] => Self::Lzip,
            // It has no magic: these are the parameters that every writer of it takes.
            [0x5d, 0, 0, ..] => Self::Lzma,
            _ => Self::None,
        }
    }
}

/// The uncompressed contents of a stream.
///
/// What follows the last member is counted by [`trailing`](Self::trailing), where the format's own
/// tool would ignore it; where that tool would refuse it, reading fails.
pub(crate) struct Decompressor<R: BufRead> {
    state: State<R>,
    trailing: u64,
}

enum State<R: BufRead> {
    Plain(R),
    Gzip(GzDecoder<R>),
    Bzip2(BzDecoder<R>),
    Zstd(Box<Frame<R>>),
    Xz(Box<XzReader<R>>),
    Lzip(Box<LzipReader<R>>),
    Lzma(Box<LzmaReader<R>>),
    Done,
}

impl<R: BufRead> Decompressor<R> {
    /// Reads `inner`, which is compressed by `compression`.
    ///
    /// # Errors
    ///
    /// Where the first header is not one, or the input cannot be read.
    pub(crate) fn new(compression: Compression, inner: R) -> io::Result<Self> {
        let state = match compression {
            Compression::None => State::Plain(inner),
            Compression::Gzip => State::Gzip(GzDecoder::new(inner)),
            Compression::Bzip2 => State::Bzip2(BzDecoder::new(inner)),
            Compression::Xz => {
                State::Xz(Box::new(XzReader::new_mem_limit(inner, true, XZ_MEMORY_KIB)))
            }
            Compression::Lzip => State::Lzip(Box::new(LzipReader::new(inner))),
            Compression::Lzma => {
                State::Lzma(Box::new(LzmaReader::new_mem_limit(inner, XZ_MEMORY_KIB, None)?))
            }
            Compression::Zstd => zstd_frame(inner)?.0,
        };
        Ok(Self { state, trailing: 0 })
    }

    /// How many bytes followed the compressed stream and were ignored; zero bytes, which tapes
    /// leave, are not counted. Known once everything was read.
    pub(crate) const fn trailing(&self) -> u64 {
        self.trailing
    }

    /// The member ended: begins the next, or counts what there is instead.
    fn next_member(&mut self) -> io::Result<bool> {
        let (compression, mut inner) = match std::mem::replace(&mut self.state, State::Done) {
            State::Gzip(decoder) => (Compression::Gzip, decoder.into_inner()),
            State::Bzip2(decoder) => (Compression::Bzip2, decoder.into_inner()),
            State::Zstd(decoder) => {
                let Frame { inner, decoder } = *decoder;
                let stated = decoder.get_checksum_from_data();
                if stated.is_some() && stated != decoder.get_calculated_checksum() {
                    return Err(fault("zstd: the checksum of a frame differs"));
                }
                (Compression::Zstd, inner)
            }
            // The next two go on to the next member by themselves; .lzma has one.
            State::Plain(_) | State::Xz(_) | State::Lzip(_) | State::Done => return Ok(false),
            State::Lzma(decoder) => {
                self.trailing = count_nonzero(&mut decoder.into_inner())?;
                return Ok(false);
            }
        };
        // A member's header may straddle the end of the buffer; its first byte decides.
        match inner.fill_buf()?.first() {
            None => return Ok(false),
            Some(0x1f) if compression == Compression::Gzip => {
                self.state = State::Gzip(GzDecoder::new(inner));
            }
            Some(b'B') if compression == Compression::Bzip2 => {
                self.state = State::Bzip2(BzDecoder::new(inner));
            }
            Some(0x28 | 0x50..=0x5f) if compression == Compression::Zstd => {
                let (state, any) = zstd_frame(inner)?;
                self.state = state;
                return Ok(any);
            }
            Some(_) if compression == Compression::Zstd => {
                return Err(fault("zstd: something other than a frame follows"));
            }
            Some(_) => {
                self.trailing = count_nonzero(&mut inner)?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl<R: BufRead> Read for Decompressor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = match &mut self.state {
                State::Plain(reader) => reader.read(buffer)?,
                State::Gzip(reader) => reader.read(buffer)?,
                State::Bzip2(reader) => reader.read(buffer)?,
                State::Zstd(reader) => reader.read(buffer)?,
                State::Xz(reader) => reader.read(buffer)?,
                State::Lzip(reader) => reader.read(buffer)?,
                State::Lzma(reader) => reader.read(buffer)?,
                State::Done => 0,
            };
            if read > 0 || !self.next_member()? {
                return Ok(read);
            }
        }
    }
}

/// One Zstandard frame in the making.
struct Frame<R> {
    inner: R,
    decoder: FrameDecoder,
}

impl<R: BufRead> Read for Frame<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            self.decoder
                .decode_blocks(&mut self.inner, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        self.decoder.read(buffer)
    }
}

/// The next frame with contents, behind any skippable ones; whether there is one.
fn zstd_frame<R: BufRead>(mut inner: R) -> io::Result<(State<R>, bool)> {
    loop {
        if inner.fill_buf()?.is_empty() {
            return Ok((State::Done, false));
        }
        let mut decoder = FrameDecoder::new();
        match decoder.init(&mut inner) {
            Ok(()) => return Ok((State::Zstd(Box::new(Frame { inner, decoder })), true)),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let length = u64::from(length);
                if io::copy(&mut inner.by_ref().take(length), &mut io::sink())? != length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
        }
    }
}

/// How many bytes other than zero `reader` still has.
fn count_nonzero(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut count = 0;
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(count);
        }
        count += bytes.iter().filter(|b| **b != 0).count() as u64;
        let length = bytes.len();
        reader.consume(length);
    }
}

fn fault(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
