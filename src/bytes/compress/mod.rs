//! Decompresses distfiles: xz, gzip, bzip2, zstd, lzip and lzma, each by a crate without C code.
//!
//! There is one decompressor, with one set of limits, for signatures over what a distfile compresses
//! and for archives. A signed stream is one stream and nothing else ([`Members::One`]): tools differ
//! in what they make of another behind it, so the bytes that were signed would not be the bytes
//! that are unpacked. In an archive several streams are one where every tool joins them
//! ([`Members::Joined`]). Bombs stop at [`StreamLimits`].

mod framing;
mod literals;
mod pump;
mod reader;

pub(crate) use reader::{Decompressor, Members};

use crate::answer::failure::FailureClass;
pub(crate) use crate::bytes::compression::Compression;
use crate::bytes::sniff;
use std::io::{self, BufRead, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Uncompressed bytes handed on at a time.
const CHUNK: usize = 256 * 1024;

/// The most memory for a stream's window (dictionary), in KiB. `xz -9` takes 64 MiB, `zstd --ultra
/// -22` takes 128 MiB; the decoder's own tables come on top.
pub(crate) const WINDOW_KIB: u32 = 128 * 1024;

/// Where decompressing stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StreamLimits {
    /// The most uncompressed bytes.
    pub(crate) size: u64,
    /// The most uncompressed bytes for each compressed one, beyond [`free`](Self::free).
    pub(crate) ratio: u64,
    /// Uncompressed bytes that any stream may have: megabytes of zeros are no bomb.
    pub(crate) free: u64,
    /// The most memory for a window, in KiB.
    pub(crate) window: u32,
}

impl Default for StreamLimits {
    /// 64 GiB, and 512 MiB plus 50 for each compressed byte: the largest source archives hold some
    /// 20 GiB, and the best of them shrink to a twentieth.
    fn default() -> Self {
        Self { size: 64 << 30, ratio: 50, free: 512 << 20, window: WINDOW_KIB }
    }
}

impl StreamLimits {
    /// The fault where `written` bytes came of `read` compressed ones.
    pub(crate) fn exceeded(&self, read: u64, written: u64) -> Option<StreamFault> {
        if written > self.size {
            Some(StreamFault::Size(self.size))
        } else if written > self.free.saturating_add(read.saturating_mul(self.ratio)) {
            Some(StreamFault::Ratio(self.ratio))
        } else {
            None
        }
    }
}

/// Why a distfile's uncompressed stream cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StreamFault {
    /// It is not compressed in a format that is read here.
    #[error("the file is compressed by none of xz, gzip, bzip2, zstd, lzip and lzma: it is {0}")]
    Format(&'static str),
    /// The stream cannot be decoded, is cut short, or its own checksum differs.
    #[error("the {} stream is damaged or cut short", .0.name())]
    Damaged(Compression),
    /// Another stream follows the first.
    #[error(
        "another {} stream follows the first, and tools differ in what they make of that", .0.name()
    )]
    AnotherMember(Compression),
    /// Bytes follow the stream.
    #[error("bytes follow the end of the {} stream", .0.name())]
    Trailing(Compression),
    /// A gzip header with a field that some tools do not know.
    #[error("the {} header has flags that tools read differently", .0.name())]
    Header(Compression),
    /// The stream wants more memory than the limit, in MiB.
    #[error("the {} stream wants more memory than the limit of {} MiB", .0.name(), .1)]
    Window(Compression, u32),
    /// More uncompressed bytes than the limit.
    #[error("the file uncompresses to more than the limit of {0} bytes")]
    Size(u64),
    /// More uncompressed bytes for each compressed one than the limit.
    #[error("the file uncompresses to more than {0} times its size, which is the limit")]
    Ratio(u64),
    /// More streams, one after the other, than the limit.
    #[error("the file has more {} streams, one after the other, than the limit", .0.name())]
    Streams(Compression),
}

impl StreamFault {
    /// The class that a signature over the stream ends in.
    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Self::Damaged(_) | Self::AnotherMember(_) | Self::Trailing(_) | Self::Header(_) => {
                FailureClass::StreamMalformed
            }
            Self::Format(_)
            | Self::Window(..)
            | Self::Size(_)
            | Self::Ratio(_)
            | Self::Streams(_) => FailureClass::EvidenceUnsupported,
        }
    }

    /// The fault inside an error of a [`Decompressor`].
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<StreamFault> for io::Error {
    fn from(fault: StreamFault) -> Self {
        Self::new(ErrorKind::InvalidData, fault)
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

/// Decompresses `input`, one stream, and hands the bytes to `each`. The format is told by the
/// content.
///
/// Where `input` itself fails, that looks like a damaged stream here: the caller knows.
///
/// # Errors
///
/// If the stream is not one whole stream within `limits`, or `each` fails.
pub(crate) fn run(
    input: &mut dyn BufRead,
    limits: StreamLimits,
    each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Stopped> {
    let start = input.fill_buf().unwrap_or_default();
    let format =
        Compression::of(start).ok_or_else(|| StreamFault::Format(sniff::describe(start)))?;
    // The decoders are other people's code over hostile bytes: should one panic, this distfile's
    // stream cannot be had, and the others are still checked.
    catch_unwind(AssertUnwindSafe(|| copy(format, input, limits, each)))
        .unwrap_or(Err(StreamFault::Damaged(format).into()))
}

fn copy(
    format: Compression,
    input: &mut dyn BufRead,
    limits: StreamLimits,
    each: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Stopped> {
    let mut decompressor = Decompressor::new(Some(format), Members::One, limits, input);
    let mut chunk = vec![0; CHUNK];
    loop {
        match decompressor.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(read) => each(chunk.get(..read).unwrap_or_default()).map_err(Stopped::Sink)?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                let damaged = StreamFault::Damaged(format);
                return Err(StreamFault::of(&error).cloned().unwrap_or(damaged).into());
            }
        }
    }
}

#[cfg(test)]
mod tests;
