//! Decompresses distfiles whose signature is over the uncompressed stream: xz, gzip, bzip2, zstd,
//! lzip and lzma, each by a crate without C code.
//!
//! A distfile is one compressed stream and nothing else. Concatenated members and anything behind
//! the end are refused: tools differ in what they make of them, so the bytes that were signed would
//! not be the bytes that are unpacked. Bombs stop at [`Limits`].

mod framing;
pub(crate) mod members;

use crate::answer::failure::FailureClass;
use crate::bytes::sniff;
use framing::Edges;
use lzma_rust2::{Action, LzipStream, LzmaStream, Status, StreamResult, XzReader};
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::FrameDecoderError;
use std::cell::RefCell;
use std::fmt;
use std::io::{self, BufRead, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Uncompressed bytes written at a time.
const CHUNK: usize = 256 * 1024;

/// The most memory for a stream's window (dictionary), in KiB. `xz -9` takes 64 MiB, `zstd --ultra
/// --long=27` takes 128 MiB.
const WINDOW_LIMIT_KIB: u32 = 256 * 1024 + 1024;

/// Where decompressing stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The most uncompressed bytes.
    pub(crate) size: u64,
    /// The most uncompressed bytes for each compressed one.
    pub(crate) ratio: u64,
    /// The uncompressed bytes from which on the ratio counts: a few megabytes of zeros are no bomb.
    pub(crate) ratio_from: u64,
}

impl Default for Limits {
    /// 64 GiB, and from 256 MiB on 1000 to one: the largest source archives hold some 20 GiB, and
    /// the best of them shrink to a twentieth.
    fn default() -> Self {
        Self { size: 64 * 1024 * 1024 * 1024, ratio: 1000, ratio_from: 256 * 1024 * 1024 }
    }
}

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    /// The .xz format.
    Xz,
    /// gzip (RFC 1952).
    Gzip,
    /// bzip2.
    Bzip2,
    /// Zstandard (RFC 8878).
    Zstd,
    /// lzip.
    Lzip,
    /// The .lzma format, which has no magic.
    Lzma,
}

impl Compression {
    /// Each format with what its files begin with.
    const MAGIC: [(Self, &[u8]); 6] = [
        (Self::Xz, b"\xfd7zXZ\0"),
        (Self::Gzip, b"\x1f\x8b"),
        (Self::Bzip2, b"BZh"),
        (Self::Zstd, b"\x28\xb5\x2f\xfd"),
        (Self::Lzip, b"LZIP"),
        // lc=3 lp=0 pb=2 and a dictionary of at least 64 KiB: what every writer of it puts there.
        (Self::Lzma, b"\x5d\0\0"),
    ];

    /// The format by the first bytes of a file.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        Self::MAGIC.iter().find(|(_, magic)| start.starts_with(magic)).map(|(format, _)| *format)
    }

    /// The name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Xz => "xz",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Zstd => "zstd",
            Self::Lzip => "lzip",
            Self::Lzma => "lzma",
        }
    }
}

/// Why a distfile's uncompressed stream cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StreamFault {
    /// It is not compressed in a format that is read here.
    Format(&'static str),
    /// The stream cannot be decoded, is cut short, or its own checksum differs.
    Damaged(Compression),
    /// Another stream follows the first.
    AnotherMember(Compression),
    /// Bytes follow the stream.
    Trailing(Compression),
    /// The stream wants more memory than the limit.
    Window(Compression),
    /// More uncompressed bytes than the limit.
    Size(u64),
    /// More uncompressed bytes for each compressed one than the limit.
    Ratio(u64),
}

impl StreamFault {
    /// The class that a signature over the stream ends in.
    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Self::Damaged(_) | Self::AnotherMember(_) | Self::Trailing(_) => {
                FailureClass::StreamMalformed
            }
            Self::Format(_) | Self::Window(_) | Self::Size(_) | Self::Ratio(_) => {
                FailureClass::EvidenceUnsupported
            }
        }
    }
}

impl fmt::Display for StreamFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(kind) => write!(
                f,
                "the file is compressed by none of xz, gzip, bzip2, zstd, lzip and lzma: it is {kind}"
            ),
            Self::Damaged(format) => {
                write!(f, "the {} stream is damaged or cut short", format.name())
            }
            Self::AnotherMember(format) => write!(
                f,
                "another {} stream follows the first, and tools differ in what they make of that",
                format.name()
            ),
            Self::Trailing(format) => {
                write!(f, "bytes follow the end of the {} stream", format.name())
            }
            Self::Window(format) => write!(
                f,
                "the {} stream wants more memory than the limit of 256 MiB",
                format.name()
            ),
            Self::Size(limit) => {
                write!(f, "the file uncompresses to more than the limit of {limit} bytes")
            }
            Self::Ratio(limit) => write!(
                f,
                "the file uncompresses to more than {limit} times its size, which is the limit"
            ),
        }
    }
}

/// Why decompressing stopped before the end.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// Something is wrong with the stream.
    Fault(StreamFault),
    /// The uncompressed bytes could not be handed on.
    Sink(io::Error),
}

impl From<StreamFault> for Stopped {
    fn from(fault: StreamFault) -> Self {
        Self::Fault(fault)
    }
}

/// Decompresses `input` and hands the bytes to `each`. The format is told by the content.
///
/// Where `input` itself fails, that looks like a damaged stream here: the caller knows.
///
/// # Errors
///
/// Where the stream is not one whole stream within `limits`, or `each` fails.
pub(crate) fn run(
    input: &mut dyn BufRead,
    limits: Limits,
    each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Stopped> {
    let start = input.fill_buf().unwrap_or_default();
    let format = Compression::of(start).ok_or_else(|| {
        let kind = match start.get(..4) {
            Some([0x50..=0x5f, 0x2a, 0x4d, 0x18]) => "a zstd skippable frame",
            _ => sniff::describe(start),
        };
        StreamFault::Format(kind)
    })?;
    // The decoders are other people's code over hostile bytes: should one panic, this distfile's
    // stream cannot be had, and the others are still checked.
    catch_unwind(AssertUnwindSafe(|| decode(format, input, limits, each)))
        .unwrap_or(Err(StreamFault::Damaged(format).into()))
}

fn decode(
    format: Compression,
    input: &mut dyn BufRead,
    limits: Limits,
    each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Stopped> {
    let edges = RefCell::new(Edges::new(format));
    let mut input = Counted { input, edges: &edges };
    let mut sink = Sink { format, limits, edges: &edges, written: 0, each };
    let mut unused = Vec::new();
    match format {
        Compression::Gzip => sink.copy(flate2::bufread::GzDecoder::new(&mut input))?,
        Compression::Bzip2 => sink.copy(bzip2::bufread::BzDecoder::new(&mut input))?,
        Compression::Xz => {
            sink.copy(XzReader::new_mem_limit(&mut input, false, WINDOW_LIMIT_KIB))?;
        }
        Compression::Zstd => sink.zstd(&mut input)?,
        Compression::Lzip => {
            let mut stream = LzipStream::new_mem_limit(false, WINDOW_LIMIT_KIB);
            sink.pump(&mut input, &mut |i, o, action| stream.process(i, o, action))?;
            unused.extend_from_slice(stream.unused_input());
        }
        Compression::Lzma => {
            let mut stream = LzmaStream::new_mem_limit(WINDOW_LIMIT_KIB, None);
            sink.pump(&mut input, &mut |i, o, action| stream.process(i, o, action))?;
            unused.extend_from_slice(stream.unused_input());
        }
    }
    let written = sink.written;
    if !edges.borrow().agree(written) {
        return Err(StreamFault::Damaged(format).into());
    }
    unused.extend(input.fill_buf().unwrap_or_default().iter().take(8));
    match unused.as_slice() {
        [] => Ok(()),
        rest if Compression::of(rest) == Some(format) => {
            Err(StreamFault::AnotherMember(format).into())
        }
        _ => Err(StreamFault::Trailing(format).into()),
    }
}

/// Keeps count of the compressed bytes that a decoder takes.
struct Counted<'a> {
    input: &'a mut dyn BufRead,
    edges: &'a RefCell<Edges>,
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        let taken = self.input.fill_buf().unwrap_or_default().get(..bytes).unwrap_or_default();
        self.edges.borrow_mut().add(taken);
        self.input.consume(bytes);
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

/// A decoder that is handed buffers.
type Process<'a> = &'a mut dyn FnMut(&[u8], &mut [u8], Action) -> io::Result<StreamResult>;

/// Takes what comes out of a decoder, within the limits.
struct Sink<'a> {
    format: Compression,
    limits: Limits,
    edges: &'a RefCell<Edges>,
    written: u64,
    each: &'a mut dyn FnMut(&[u8]) -> io::Result<()>,
}

impl Sink<'_> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Stopped> {
        self.written += bytes.len() as u64;
        if self.written > self.limits.size {
            return Err(StreamFault::Size(self.limits.size).into());
        }
        if self.written > self.limits.ratio_from
            && self.written / self.limits.ratio.max(1) > self.edges.borrow().read()
        {
            return Err(StreamFault::Ratio(self.limits.ratio).into());
        }
        (self.each)(bytes).map_err(Stopped::Sink)
    }

    /// Reads `decoder` to its end.
    fn copy(&mut self, mut decoder: impl Read) -> Result<(), Stopped> {
        let mut chunk = vec![0; CHUNK];
        loop {
            match decoder.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => self.take(chunk.get(..read).unwrap_or_default())?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fault(&error)),
            }
        }
    }

    /// Drives a decoder that is handed buffers.
    fn pump(&mut self, input: &mut dyn BufRead, process: Process) -> Result<(), Stopped> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let bytes = input.fill_buf().map_err(|_| StreamFault::Damaged(self.format))?;
            let ended = bytes.is_empty();
            let action = if ended { Action::Finish } else { Action::Run };
            let result = process(bytes, &mut chunk, action).map_err(|error| self.fault(&error))?;
            input.consume(result.bytes_consumed);
            self.take(chunk.get(..result.bytes_produced).unwrap_or_default())?;
            match result.status {
                Status::StreamEnd => return Ok(()),
                // No progress at the end of the input: the decoder waits for what never comes.
                Status::Ok if ended && result.bytes_produced == 0 => {
                    return Err(StreamFault::Damaged(self.format).into());
                }
                Status::Ok => {}
            }
        }
    }

    fn zstd(&mut self, input: &mut dyn BufRead) -> Result<(), Stopped> {
        let window = u64::from(WINDOW_LIMIT_KIB) * 1024;
        let mut decoder = StreamingDecoder::new_with_max_window_size(input, window).map_err(
            |error| match error {
                FrameDecoderError::WindowSizeTooBig { .. } => StreamFault::Window(self.format),
                _ => StreamFault::Damaged(self.format),
            },
        )?;
        self.copy(&mut decoder)?;
        // The decoder computes the frame's checksum but leaves comparing it to the caller.
        let stated = decoder.decoder.get_checksum_from_data();
        if stated.is_some() && stated != decoder.decoder.get_calculated_checksum() {
            return Err(StreamFault::Damaged(self.format).into());
        }
        Ok(())
    }

    fn fault(&self, error: &io::Error) -> Stopped {
        Stopped::Fault(match error.kind() {
            ErrorKind::OutOfMemory => StreamFault::Window(self.format),
            _ => StreamFault::Damaged(self.format),
        })
    }
}

#[cfg(test)]
mod tests;
