//! The one decompressor: what is read from it is what the compressed file holds.

use super::framing::Edges;
use super::pump::{Counted, Frame, Input, Pump};
use super::{Compression, StreamFault, StreamLimits};
use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use lzma_rust2::{LzipStream, LzmaStream, XzReader};
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use std::io::{self, BufRead, ErrorKind, Read};

/// What several streams, one after the other, are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Members {
    /// Refused: there is one.
    One,
    /// One, where all tools of the format join them; gzip and lzma have one.
    Joined,
}

/// Streams that any file may have, one after the other; beyond that, one for each KiB. `pbzip2`
/// makes one of at least 100 kB, `pzstd` one of some megabytes and a skippable one of 12 bytes.
const STREAMS: u64 = 1000;

/// The uncompressed contents of a file, within limits. A fault in it is an [`io::Error`] with a
/// [`StreamFault`] inside; an error of the input is passed on as it is.
pub(crate) struct Decompressor<R: BufRead> {
    format: Option<Compression>,
    members: Members,
    limits: StreamLimits,
    /// Of the whole file where that is known, else what was read so far.
    compressed: Option<u64>,
    /// Compressed bytes of the streams before this one.
    before: u64,
    /// Uncompressed bytes, of all streams and of this one.
    written: u64,
    in_stream: u64,
    streams: u64,
    state: State<R>,
}

enum State<R: BufRead> {
    Plain(R),
    /// Before a stream.
    Start(Input<R>),
    Gzip(GzDecoder<Counted<R>>),
    Bzip2(BzDecoder<Counted<R>>),
    Xz(Box<XzReader<Counted<R>>>),
    Zstd(Box<Frame<R>>),
    Lzip(Box<Pump<R, LzipStream>>),
    Lzma(Box<Pump<R, LzmaStream>>),
    Done,
}

impl<R: BufRead> Decompressor<R> {
    /// Reads `inner`, which is compressed in `format` or not at all.
    pub(crate) fn new(
        format: Option<Compression>,
        members: Members,
        limits: StreamLimits,
        inner: R,
    ) -> Self {
        let state = match format {
            Some(_) => State::Start(Input { front: Vec::new(), inner }),
            None => State::Plain(inner),
        };
        let compressed = None;
        let (before, written, in_stream, streams) = (0, 0, 0, 0);
        Self { format, members, limits, compressed, before, written, in_stream, streams, state }
    }

    /// The same for a file of `size` bytes: what comes of it is compared with that, rather than with
    /// what was read so far.
    pub(crate) fn of_size(self, size: u64) -> Self {
        Self { compressed: Some(size), ..self }
    }

    /// Begins a stream; whether there is one.
    fn start(&mut self, format: Compression, mut inner: Input<R>) -> io::Result<bool> {
        let (first, joined) = (self.streams == 0, self.members == Members::Joined);
        self.streams += 1;
        if self.streams > STREAMS.saturating_add(self.before / 1024) {
            return Err(StreamFault::Streams(format).into());
        }
        let flags = inner.fill_buf()?.get(3).copied().unwrap_or_default();
        if joined && format == Compression::Gzip && flags & !0x1d != 0 {
            // A checksum of the header, encryption, and what is reserved (RFC 1952, section 2.3.1).
            return Err(StreamFault::Header(format).into());
        }
        let limit = self.limits.window;
        let mut input = Counted { inner, edges: Edges::new(format), failure: None };
        self.in_stream = 0;
        self.state = match format {
            Compression::Gzip => State::Gzip(GzDecoder::new(input)),
            Compression::Bzip2 => State::Bzip2(BzDecoder::new(input)),
            Compression::Xz => {
                State::Xz(Box::new(XzReader::new_mem_limit(input, false, limit + SLACK_KIB)))
            }
            Compression::Lzip => {
                let stream = LzipStream::new_mem_limit(false, limit + SLACK_KIB);
                State::Lzip(Box::new(Pump::new(input, stream)))
            }
            Compression::Lzma => {
                let stream = LzmaStream::new_mem_limit(limit + SLACK_KIB, None);
                State::Lzma(Box::new(Pump::new(input, stream)))
            }
            Compression::Zstd => {
                let mut decoder = FrameDecoder::new();
                decoder.set_max_window_size(u64::from(limit) * 1024);
                match decoder.init(&mut input) {
                    Ok(()) => State::Zstd(Box::new(Frame { input, decoder })),
                    Err(FrameDecoderError::ReadFrameHeaderError(
                        ReadFrameHeaderError::SkipFrame { length, .. },
                    )) => {
                        if !joined && first {
                            return Err(StreamFault::Format("a zstd skippable frame").into());
                        }
                        let length = u64::from(length);
                        if io::copy(&mut input.by_ref().take(length), &mut io::sink())? != length {
                            return Err(StreamFault::Damaged(format).into());
                        }
                        return self.end(format, input);
                    }
                    Err(FrameDecoderError::WindowSizeTooBig { .. }) => {
                        return Err(self.window(format));
                    }
                    Err(_) => {
                        return Err(input.failure.unwrap_or(StreamFault::Damaged(format).into()));
                    }
                }
            }
        };
        Ok(true)
    }

    fn window(&self, format: Compression) -> io::Error {
        StreamFault::Window(format, self.limits.window / 1024).into()
    }

    /// A stream ended: whether another begins.
    fn end(&mut self, format: Compression, input: Counted<R>) -> io::Result<bool> {
        let Counted { mut inner, edges, .. } = input;
        self.before += edges.read();
        // Stream padding (.xz file format, section 2.2), which xz makes no use of.
        if format == Compression::Xz && self.members == Members::Joined {
            let zeros = skip_zeros(&mut inner)?;
            if zeros % 4 != 0 {
                return Err(StreamFault::Damaged(format).into());
            }
            self.before += zeros;
        }
        let rest = inner.fill_buf()?;
        // A magic may straddle the end of the buffer; its first byte decides, and then the decoder.
        let another = match (format, rest.first()) {
            (_, None) => {
                self.state = State::Done;
                return Ok(false);
            }
            (Compression::Bzip2, Some(b'B'))
            | (Compression::Xz, Some(0xfd))
            | (Compression::Lzip, Some(b'L'))
            | (Compression::Zstd, Some(0x28 | 0x50..=0x5f)) => self.members == Members::Joined,
            _ => false,
        };
        if another {
            self.state = State::Start(inner);
            return Ok(true);
        }
        Err(match Compression::of(rest) == Some(format) {
            true => StreamFault::AnotherMember(format).into(),
            false => StreamFault::Trailing(format).into(),
        })
    }

    /// Goes on from a state that has no more bytes; whether there may be more.
    fn next(&mut self) -> io::Result<bool> {
        let Some(format) = self.format else { return Ok(false) };
        let input = match std::mem::replace(&mut self.state, State::Done) {
            State::Plain(_) | State::Done => return Ok(false),
            State::Start(inner) => return self.start(format, inner),
            State::Gzip(decoder) => decoder.into_inner(),
            State::Bzip2(decoder) => decoder.into_inner(),
            State::Xz(decoder) => decoder.into_inner(),
            State::Zstd(frame) => {
                let Frame { input, decoder } = *frame;
                // The decoder computes the frame's checksum but leaves comparing it to the caller.
                let stated = decoder.get_checksum_from_data();
                if stated.is_some() && stated != decoder.get_calculated_checksum() {
                    return Err(StreamFault::Damaged(format).into());
                }
                input
            }
            State::Lzip(pump) => pump.into_input(),
            State::Lzma(pump) => pump.into_input(),
        };
        if !input.edges.agree(self.in_stream) {
            return Err(StreamFault::Damaged(format).into());
        }
        self.end(format, input)
    }

    /// Compressed bytes that were read, of this stream too.
    fn read_so_far(&self) -> u64 {
        let here = match &self.state {
            State::Plain(_) | State::Start(_) | State::Done => 0,
            State::Gzip(decoder) => decoder.get_ref().edges.read(),
            State::Bzip2(decoder) => decoder.get_ref().edges.read(),
            State::Xz(decoder) => decoder.inner().edges.read(),
            State::Zstd(frame) => frame.input.edges.read(),
            State::Lzip(pump) => pump.input.edges.read(),
            State::Lzma(pump) => pump.input.edges.read(),
        };
        self.before + here
    }

    /// What a decoder's error means.
    fn fault(&mut self, error: io::Error) -> io::Error {
        let Some(format) = self.format else { return error };
        let failure = match &mut self.state {
            State::Plain(_) | State::Start(_) | State::Done => None,
            State::Gzip(decoder) => decoder.get_mut().failure.take(),
            State::Bzip2(decoder) => decoder.get_mut().failure.take(),
            State::Xz(decoder) => decoder.inner_mut().failure.take(),
            State::Zstd(frame) => frame.input.failure.take(),
            State::Lzip(pump) => pump.input.failure.take(),
            State::Lzma(pump) => pump.input.failure.take(),
        };
        match failure {
            Some(failure) => failure,
            None if StreamFault::of(&error).is_some() => error,
            None if error.kind() == ErrorKind::Interrupted => error,
            None if error.kind() == ErrorKind::OutOfMemory => self.window(format),
            None => StreamFault::Damaged(format).into(),
        }
    }
}

impl<R: BufRead> Read for Decompressor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = match &mut self.state {
                State::Plain(reader) => return reader.read(buffer),
                State::Start(_) | State::Done => Ok(0),
                State::Gzip(reader) => reader.read(buffer),
                State::Bzip2(reader) => reader.read(buffer),
                State::Xz(reader) => reader.read(buffer),
                State::Zstd(reader) => reader.read(buffer),
                State::Lzip(reader) => reader.read(buffer),
                State::Lzma(reader) => reader.read(buffer),
            };
            let read = read.map_err(|error| self.fault(error))?;
            if read > 0 {
                self.in_stream += read as u64;
                self.written += read as u64;
                let compressed = self.compressed.unwrap_or_else(|| self.read_so_far());
                return match self.limits.exceeded(compressed, self.written) {
                    Some(fault) => Err(fault.into()),
                    None => Ok(read),
                };
            }
            if !self.next()? {
                return Ok(0);
            }
        }
    }
}

/// What the decoders' tables take beside a window, in KiB.
const SLACK_KIB: u32 = 1024;

/// Skips zero bytes; how many there were.
fn skip_zeros(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut count = 0;
    loop {
        let bytes = reader.fill_buf()?;
        let zeros = bytes.iter().take_while(|b| **b == 0).count();
        let all = zeros == bytes.len();
        reader.consume(zeros);
        count += zeros as u64;
        if !all || zeros == 0 {
            return Ok(count);
        }
    }
}
