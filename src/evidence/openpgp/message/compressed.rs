//! A message in a compressed packet (RFC 9580, section 5.6), taken out of it by hand.
//!
//! gpg writes such packets without a length: they end where the file does. A decompressor stops at
//! the end of its stream, and what follows it in the packet would be dropped without a word.
//! Here it is known what was left.

use super::fault::{MessageError, MessageFault, io_error};
use bzip2::bufread::BzDecoder;
use flate2::bufread::{DeflateDecoder, ZlibDecoder};
use sequoia_openpgp::types::CompressionAlgorithm;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

/// An input that may be shared among threads, as the packet parser wants it.
pub(super) type Input<'a> = &'a mut (dyn Read + Send + Sync);

/// The tag of a compressed packet.
const TAG: u8 = 8;

/// A marker packet in either format of headers (section 5.8), which may come first.
const MARKERS: [&[u8]; 2] = [b"\xca\x03PGP", b"\xa8\x03PGP"];

/// The most of them that are passed over.
const MARKER_LIMIT: usize = 16;

/// How a file begins.
pub(super) enum Start<'a> {
    /// With another packet: the input from its beginning.
    Other(io::Chain<Cursor<Vec<u8>>, Input<'a>>),
    /// With a compressed packet.
    Compressed(CompressionAlgorithm, Body<'a>),
}

/// Looks at the first packet of `input`.
///
/// # Errors
///
/// If it cannot be read.
pub(super) fn start(input: Input<'_>) -> io::Result<Start<'_>> {
    let mut head = Vec::new();
    for _ in 0..MARKER_LIMIT {
        let at = head.len();
        more(input, &mut head, 1)?;
        let first = head.get(at).copied().unwrap_or_default();
        let is_marker = |marker: &&[u8]| marker.first() == Some(&first);
        if let Some(marker) = MARKERS.iter().find(|marker| is_marker(marker)) {
            more(input, &mut head, marker.len() - 1)?;
            if head.get(at..) == Some(*marker) {
                continue;
            }
        } else if let Some(body) = length(first, input, &mut head)? {
            more(input, &mut head, 1)?;
            if let (Some((left, partial)), Some(algorithm)) = (body, head.last()) {
                let algorithm = CompressionAlgorithm::from(*algorithm);
                let mut body = Body { input, left, partial };
                // The octet that names the algorithm is of the body.
                body.used(1);
                return Ok(Start::Compressed(algorithm, body));
            }
        }
        break;
    }
    Ok(Start::Other(Cursor::new(head).chain(input)))
}

/// Appends `count` bytes of `input` to `head`, or as many as there are.
fn more(input: &mut dyn Read, head: &mut Vec<u8>, count: usize) -> io::Result<()> {
    input.take(count as u64).read_to_end(head).map(drop)
}

/// The length of a body, `None` for as far as the input goes; and whether another part follows.
type Length = (Option<u64>, bool);

/// The length in the header of a compressed packet (section 4.2), which begins with `first`: outer
/// `None` where it is another packet, inner `None` where the file ends within.
fn length(first: u8, input: Input<'_>, head: &mut Vec<u8>) -> io::Result<Option<Option<Length>>> {
    let at = head.len();
    if first == 0xc0 | TAG {
        return new_length(input, head).map(Some);
    }
    if first & !3 != 0x80 | TAG << 2 {
        return Ok(None);
    }
    if first & 3 == 3 {
        return Ok(Some(Some((None, false))));
    }
    more(input, head, 1 << (first & 3))?;
    let octets = head.get(at..).unwrap_or_default();
    Ok(Some((octets.len() == 1 << (first & 3)).then(|| (Some(number(octets)), false))))
}

/// A length of the new format (section 4.2.1).
fn new_length(input: Input<'_>, head: &mut Vec<u8>) -> io::Result<Option<Length>> {
    let at = head.len();
    more(input, head, 1)?;
    let Some(first) = head.get(at).copied() else { return Ok(None) };
    let rest = match first {
        0..192 => return Ok(Some((Some(first.into()), false))),
        192..224 => 1,
        224..255 => return Ok(Some((Some(1 << (first & 31)), true))),
        255 => 4,
    };
    more(input, head, rest)?;
    let octets = head.get(at + 1..).unwrap_or_default();
    if octets.len() < rest {
        return Ok(None);
    }
    let value = number(octets);
    let value = if rest == 1 { (u64::from(first) - 192) * 256 + value + 192 } else { value };
    Ok(Some((Some(value), false)))
}

/// A number, most significant octet first.
fn number(octets: &[u8]) -> u64 {
    octets.iter().fold(0, |value, octet| value << 8 | u64::from(*octet))
}

/// The body of a packet, without the lengths of its parts.
pub(super) struct Body<'a> {
    input: Input<'a>,
    /// What is left of this part; `None` for as far as the input goes.
    left: Option<u64>,
    /// Whether another part follows.
    partial: bool,
}

impl Body<'_> {
    fn used(&mut self, bytes: u64) {
        self.left = self.left.map(|left| left.saturating_sub(bytes));
    }
}

impl Read for Body<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.left == Some(0) {
            if !self.partial {
                return Ok(0);
            }
            let next = new_length(self.input, &mut Vec::new())?;
            (self.left, self.partial) = next.ok_or(ErrorKind::UnexpectedEof)?;
        }
        let most = self.left.map_or(out.len() as u64, |left| left.min(out.len() as u64));
        let read = self.input.take(most).read(out)?;
        if read == 0 && !out.is_empty() && self.left.is_some() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.used(read as u64);
        Ok(read)
    }
}

/// What is inside of a compressed packet.
pub(super) enum Inside<'a> {
    Stored(BufReader<Body<'a>>),
    Zip(DeflateDecoder<BufReader<Body<'a>>>),
    Zlib(ZlibDecoder<BufReader<Body<'a>>>),
    Bzip2(BzDecoder<BufReader<Body<'a>>>),
}

impl<'a> Inside<'a> {
    /// Unpacks `body`.
    ///
    /// # Errors
    ///
    /// If the algorithm is not read here.
    pub(super) fn new(
        algorithm: CompressionAlgorithm,
        body: Body<'a>,
    ) -> Result<Self, MessageFault> {
        let body = BufReader::new(body);
        match algorithm {
            CompressionAlgorithm::Uncompressed => Ok(Self::Stored(body)),
            CompressionAlgorithm::Zip => Ok(Self::Zip(DeflateDecoder::new(body))),
            CompressionAlgorithm::Zlib => Ok(Self::Zlib(ZlibDecoder::new(body))),
            CompressionAlgorithm::BZip2 => Ok(Self::Bzip2(BzDecoder::new(body))),
            other => Err(MessageFault::Compression(u8::from(other))),
        }
    }

    /// Holds that nothing is left: neither in the packet, behind the compressed stream, nor behind
    /// the packet.
    ///
    /// # Errors
    ///
    /// If something is, or the input cannot be read.
    pub(super) fn finish(mut self) -> Result<(), MessageError> {
        // The stream has to end, with its checksum.
        let mut rest = [0; 1];
        if self.read(&mut rest).map_err(io_error)? > 0 {
            return Err(MessageFault::Trailing.into());
        }
        let mut body = match self {
            Self::Stored(body) => body,
            Self::Zip(decoder) => decoder.into_inner(),
            Self::Zlib(decoder) => decoder.into_inner(),
            Self::Bzip2(decoder) => decoder.into_inner(),
        };
        let left = body.fill_buf().map_err(io_error)?.len();
        let behind = body.into_inner().input.read(&mut rest).map_err(io_error)?;
        if left > 0 || behind > 0 {
            return Err(MessageFault::Trailing.into());
        }
        Ok(())
    }
}

impl Read for Inside<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(inside) => inside.read(out),
            Self::Zip(inside) => inside.read(out),
            Self::Zlib(inside) => inside.read(out),
            Self::Bzip2(inside) => inside.read(out),
        }
    }
}
