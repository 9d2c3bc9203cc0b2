//! Between the input and a decompressor: bytes put back, counted, and pumped through.

use super::framing::Edges;
use lzma_rust2::{Action, LzipStream, LzmaStream, Status, StreamResult};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, ErrorKind, Read};

/// Bytes that a decoder is handed at a time, because it takes them all whatever it needs.
const PORTION: usize = 64 * 1024;

/// A reader that bytes can be put back into.
pub(super) struct Input<R> {
    pub(super) front: Vec<u8>,
    pub(super) inner: R,
}

impl<R> Input<R> {
    pub(super) fn put_back(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.front.splice(..0, bytes.iter().copied());
        }
    }
}

impl<R: BufRead> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.front.is_empty() { self.inner.fill_buf() } else { Ok(&self.front) }
    }

    fn consume(&mut self, bytes: usize) {
        if self.front.is_empty() {
            self.inner.consume(bytes);
        } else {
            self.front.drain(..bytes.min(self.front.len()));
        }
    }
}

/// Keeps count of the compressed bytes that a decoder takes, and of why the input failed, which
/// decoders wrap or swallow.
pub(super) struct Counted<R> {
    pub(super) inner: Input<R>,
    pub(super) edges: Edges,
    pub(super) failure: Option<io::Error>,
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.inner.fill_buf() {
            Ok(bytes) => Ok(bytes),
            Err(error) => {
                let kind = error.kind();
                if kind != ErrorKind::Interrupted {
                    self.failure = Some(error);
                }
                Err(kind.into())
            }
        }
    }

    fn consume(&mut self, bytes: usize) {
        let taken = self.inner.fill_buf().unwrap_or_default().get(..bytes).unwrap_or_default();
        self.edges.add(taken);
        self.inner.consume(bytes);
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

/// One Zstandard frame in the making.
pub(super) struct Frame<R> {
    pub(super) input: Counted<R>,
    pub(super) decoder: FrameDecoder,
}

impl<R: BufRead> Read for Frame<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            self.decoder
                .decode_blocks(&mut self.input, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        }
        self.decoder.read(buffer)
    }
}

/// A decoder that is handed buffers.
pub(super) trait Process {
    fn process(&mut self, input: &[u8], output: &mut [u8], end: Action)
    -> io::Result<StreamResult>;

    /// The bytes that it took and that belong to what follows its stream, once that has ended.
    fn surplus(&self) -> &[u8];
}

impl Process for LzipStream {
    fn process(&mut self, i: &[u8], o: &mut [u8], action: Action) -> io::Result<StreamResult> {
        Self::process(self, i, o, action)
    }

    fn surplus(&self) -> &[u8] {
        self.unused_input()
    }
}

impl Process for LzmaStream {
    fn process(&mut self, i: &[u8], o: &mut [u8], action: Action) -> io::Result<StreamResult> {
        Self::process(self, i, o, action)
    }

    fn surplus(&self) -> &[u8] {
        self.unused_input()
    }
}

/// Drives such a decoder.
pub(super) struct Pump<R, S> {
    pub(super) input: Counted<R>,
    pub(super) stream: S,
    pub(super) ended: bool,
}

impl<R: BufRead, S: Process> Pump<R, S> {
    pub(super) fn new(input: Counted<R>, stream: S) -> Self {
        Self { input, stream, ended: false }
    }

    pub(super) fn into_input(self) -> Counted<R> {
        self.input
    }
}

impl<R: BufRead, S: Process> Read for Pump<R, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let bytes = self.input.fill_buf()?;
            let bytes = bytes.get(..bytes.len().min(PORTION)).unwrap_or_default();
            let finished = bytes.is_empty();
            let action = if finished { Action::Finish } else { Action::Run };
            let result = self.stream.process(bytes, buffer, action)?;
            self.ended = result.status == Status::StreamEnd;
            let surplus = if self.ended { self.stream.surplus() } else { &[] };
            // What it took too much is still here, but for a few bytes of the portion before.
            let (here, gone) = match result.bytes_consumed.checked_sub(surplus.len()) {
                Some(used) => (used, &[][..]),
                None => (0, surplus.get(..surplus.len() - result.bytes_consumed).unwrap_or(&[])),
            };
            self.input.consume(here);
            self.input.inner.put_back(gone);
            if result.bytes_produced > 0 {
                return Ok(result.bytes_produced);
            }
            // No progress at the end of the input: the decoder waits for what never comes.
            if finished && !self.ended {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}
