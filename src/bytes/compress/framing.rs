//! What the decoders do not hold against the stream: the index of an .xz file and its footer, and
//! the header of a Zstandard frame; its literals are looked at in [`super::literals`].
//!
//! Their crates read these fields and go by what they decode. xz and zstd refuse a file in which
//! both differ, so it is refused here, too.

use super::Compression;
use super::literals::Literals;
use std::collections::VecDeque;

/// The most of a stream's beginning that is kept, in bytes: a Zstandard frame header with its magic
/// (RFC 8878, section 3.1.1.1).
const HEAD: usize = 18;

/// The most of a stream's end that is kept, in bytes. An index beyond that has 50,000 blocks or
/// more; `xz` makes one block of 192 MiB at a time with `-T0 -9`.
const TAIL: usize = 1024 * 1024;

/// The size of the header and of the footer of an .xz stream (section 2.1 of the .xz file format).
const XZ_EDGE: u64 = 12;

/// Both ends of a compressed stream, as far as they are needed.
#[derive(Debug)]
pub(super) struct Edges {
    format: Compression,
    read: u64,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    literals: Literals,
}

impl Edges {
    pub(super) fn new(format: Compression) -> Self {
        Self {
            format,
            read: 0,
            head: Vec::new(),
            tail: VecDeque::new(),
            literals: Literals::default(),
        }
    }

    /// The bytes that were read so far.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// Takes bytes that the decoder took.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.read += bytes.len() as u64;
        match self.format {
            Compression::Zstd => {
                let more = HEAD.saturating_sub(self.head.len()).min(bytes.len());
                self.head.extend(bytes.get(..more).unwrap_or_default());
                self.literals.add(bytes);
            }
            Compression::Xz => {
                let kept = bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default();
                let surplus = (self.tail.len() + kept.len()).saturating_sub(TAIL);
                self.tail.drain(..surplus);
                self.tail.extend(kept);
            }
            _ => {}
        }
    }

    /// Whether what the stream says of itself agrees with what was read, and with the `written`
    /// bytes that came of it.
    pub(super) fn agree(&self, written: u64) -> bool {
        match self.format {
            Compression::Zstd => self.literals.hold() && zstd(&self.head, written).is_some(),
            Compression::Xz => {
                let tail: Vec<u8> = self.tail.iter().copied().collect();
                xz(&tail, self.read, written).is_some()
            }
            _ => true,
        }
    }
}

/// The frame header: its reserved bit is zero, and the size of the content, where it is stated, is
/// the one that came out (RFC 8878, sections 3.1.1.1.1.4 and 3.1.1.1.4).
fn zstd(head: &[u8], written: u64) -> Option<()> {
    let descriptor = *head.get(4)?;
    if descriptor & 0x08 != 0 {
        return None;
    }
    let single = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4].get(usize::from(descriptor & 3))?;
    let size = match descriptor >> 6 {
        0 => usize::from(single),
        flag => 1 << flag,
    };
    let at = 5 + usize::from(!single) + dictionary;
    let field = head.get(at..at + size)?;
    let stated = field.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
    // Two octets hold the size less 256.
    let stated = if size == 2 { stated + 256 } else { stated };
    (size == 0 || stated == written).then_some(())
}

/// The index and the footer: the backward size leads to the index, and the records add up to the
/// blocks that were read and the bytes that came out (sections 2.1.2 and 4 of the .xz file format).
/// The checksums of both were compared by the decoder.
fn xz(tail: &[u8], read: u64, written: u64) -> Option<()> {
    let footer = tail.len().checked_sub(XZ_EDGE as usize)?;
    let backward = tail.get(footer + 4..footer + 8)?;
    let size = (u64::from(u32::from_le_bytes(backward.try_into().ok()?)) + 1) * 4;
    let index = tail.get(footer.checked_sub(usize::try_from(size).ok()?)?..footer)?;
    let mut fields = Fields(index.strip_prefix(b"\0")?);
    let (mut blocks, mut content) = (0_u64, 0_u64);
    for _ in 0..fields.number()? {
        let unpadded = fields.number()?;
        blocks = blocks.checked_add(unpadded.checked_next_multiple_of(4)?)?;
        content = content.checked_add(fields.number()?)?;
    }
    let rest = fields.0;
    let (padding, _checksum) = rest.split_at_checked(rest.len().checked_sub(4)?)?;
    let whole = blocks.checked_add(size)?.checked_add(2 * XZ_EDGE)?;
    let ends = padding.len() < 4 && padding.iter().all(|byte| *byte == 0);
    (ends && whole == read && content == written).then_some(())
}

/// Numbers of a variable length, one after the other (section 1.2 of the .xz file format).
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}
