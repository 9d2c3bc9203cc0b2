//! What the decoder does not hold against the blocks of a Zstandard frame: that each stream of a block's literals has as
//! many of them as it has to have (RFC 8878, section 3.1.1.3.1.6).
//!
//! ruzstd joins four streams whatever each has, and compares the sum. zstd writes a quarter of them for each, and what
//! a stream has too much or too few of is then lost, or other bytes: both decode such a block, to different contents.

use ruzstd::huff0::{HuffmanDecoder, HuffmanTable};

/// The magic number of a frame, and the length of a block's header.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const BLOCK_HEADER: usize = 3;

/// The most that a block has, in bytes (RFC 8878, section 3.1.1.2.4).
const BLOCK: usize = 128 << 10;

/// Follows a frame, and looks at the literals of its blocks.
#[derive(Debug, Default)]
pub(super) struct Literals {
    next: Part,
    /// What there is already of the part that is next.
    buffer: Vec<u8>,
    codes: Option<Codes>,
    /// Whether a stream has more or fewer literals than it has to have.
    broken: bool,
}

/// What comes next in a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    /// Magic number and descriptor.
    #[default]
    Descriptor,
    /// The rest of the frame's header, of so many bytes.
    Header(usize),
    BlockHeader,
    /// A block that is passed over.
    Passed {
        left: usize,
        last: bool,
    },
    /// A block with literals, of so many bytes.
    Compressed {
        size: usize,
        last: bool,
    },
    /// Nothing of interest any more.
    Rest,
}

impl Literals {
    /// Whether all that was seen so far is as it has to be.
    pub(super) const fn hold(&self) -> bool {
        !self.broken
    }

    /// Takes bytes of the frame.
    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let wanted = match &mut self.next {
                Part::Rest => return,
                Part::Passed { left, last } => {
                    let passed = bytes.len().min(*left);
                    *left -= passed;
                    bytes = bytes.get(passed..).unwrap_or_default();
                    if *left == 0 {
                        self.next = after(*last);
                    }
                    continue;
                }
                Part::Descriptor => MAGIC.len() + 1,
                Part::BlockHeader => BLOCK_HEADER,
                Part::Header(size) | Part::Compressed { size, .. } => *size,
            };
            let more = bytes.len().min(wanted.saturating_sub(self.buffer.len()));
            let (these, rest) = bytes.split_at(more);
            self.buffer.extend(these);
            bytes = rest;
            if self.buffer.len() >= wanted {
                self.take();
            }
        }
    }

    /// Takes the part that is there whole.
    fn take(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        self.next = match self.next {
            Part::Descriptor => match buffer.split_last() {
                Some((descriptor, magic)) if magic == MAGIC => header(*descriptor),
                _ => Part::Rest,
            },
            Part::Header(_) => Part::BlockHeader,
            Part::BlockHeader => self.block(&buffer),
            Part::Compressed { last, .. } => {
                self.broken |= self.literals(&buffer).is_none();
                after(last)
            }
            part => part,
        };
    }

    /// What follows the header of a block (RFC 8878, section 3.1.1.2).
    fn block(&mut self, header: &[u8]) -> Part {
        let number = number(header, 0, BLOCK_HEADER).unwrap_or_default();
        let (last, size) = (number & 1 == 1, number >> 3);
        match number >> 1 & 3 {
            0 if size == 0 => after(last),
            0 => Part::Passed { left: size, last },
            1 => Part::Passed { left: 1, last },
            2 if (1..=BLOCK).contains(&size) => Part::Compressed { size, last },
            _ => {
                self.broken = true;
                Part::Rest
            }
        }
    }

    /// Looks at the literals of a compressed block; `None` where they are not as they have to be (RFC 8878, section
    /// 3.1.1.3.1).
    fn literals(&mut self, block: &[u8]) -> Option<()> {
        let first = usize::from(*block.first()?);
        let kind = first & 3;
        if kind < 2 {
            return Some(());
        }
        let format = first >> 2 & 3;
        let (length, bits) = match format {
            0 | 1 => (3, 10),
            2 => (4, 14),
            _ => (5, 18),
        };
        let sizes = number(block, 0, length)? >> 4;
        let (literals, size) = (sizes & ((1 << bits) - 1), sizes >> bits);
        let content = block.get(length..length.checked_add(size)?)?;
        let used = match kind {
            2 => {
                let (codes, used) = Codes::read(content)?;
                self.codes = Some(codes);
                used
            }
            _ => 0,
        };
        let codes = self.codes.as_ref()?;
        let streams = content.get(used..)?;
        if format == 0 {
            return codes.has(streams, literals);
        }
        let quarter = literals.div_ceil(4);
        let (mut rest, mut left) = (streams.get(6..)?, literals);
        for at in [0, 2, 4] {
            let (stream, others) = rest.split_at_checked(number(streams, at, 2)?)?;
            codes.has(stream, quarter)?;
            (rest, left) = (others, left.checked_sub(quarter)?);
        }
        codes.has(rest, left)
    }
}

/// What follows a block.
const fn after(last: bool) -> Part {
    if last { Part::Rest } else { Part::BlockHeader }
}

/// The rest of a frame's header (RFC 8878, section 3.1.1.1).
const fn header(descriptor: u8) -> Part {
    let single = descriptor & 0x20 != 0;
    let dictionary = match descriptor & 3 {
        3 => 4,
        size => size as usize,
    };
    let content = match descriptor >> 6 {
        0 => single as usize,
        flag => 1 << flag,
    };
    match !single as usize + dictionary + content {
        0 => Part::BlockHeader,
        size => Part::Header(size),
    }
}

/// A number of `length` bytes, at most eight, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    let number = bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    usize::try_from(number).ok()
}

/// How many bits the code has that begins with so many bits as the longest has.
#[derive(Debug)]
struct Codes {
    longest: usize,
    lengths: Vec<u8>,
}

impl Codes {
    /// The codes that `content` begins with, and how many bytes say them.
    fn read(content: &[u8]) -> Option<(Self, usize)> {
        let mut table = HuffmanTable::new();
        let used = table.build_decoder(content).ok()?;
        let longest = usize::from(table.max_num_bits);
        let mut decoder = HuffmanDecoder::new(&table);
        let symbols: Vec<u8> = (0..1_u64 << longest)
            .map(|begin| {
                decoder.state = begin;
                decoder.decode_symbol()
            })
            .collect();
        // Each symbol has one code, which all begin with that mean it.
        let mut counts = [0_usize; 256];
        symbols.iter().for_each(|symbol| {
            if let Some(count) = counts.get_mut(usize::from(*symbol)) {
                *count += 1;
            }
        });
        let length = |symbol: &u8| {
            let free = counts.get(usize::from(*symbol))?.checked_ilog2()?;
            table.max_num_bits.checked_sub(u8::try_from(free).ok()?)
        };
        let lengths: Option<Vec<u8>> = symbols.iter().map(length).collect();
        Some((Self { longest, lengths: lengths? }, usize::try_from(used).ok()?))
    }

    /// Whether a stream, which is read from its end, has just so many literals, and no bits beyond.
    fn has(&self, stream: &[u8], literals: usize) -> Option<()> {
        // The highest bit of the last byte marks the end.
        let marked = stream.last()?.checked_ilog2()?;
        let mut left = (stream.len() - 1) * 8 + usize::try_from(marked).ok()?;
        for _ in 0..literals {
            let low = left.saturating_sub(self.longest);
            let bits = (0..3).fold(0_usize, |bits, at| {
                bits | usize::from(stream.get(low / 8 + at).copied().unwrap_or_default())
                    << (8 * at)
            });
            let there = left - low;
            let bits = (bits >> (low % 8) & ((1 << there) - 1)) << (self.longest - there);
            let length = usize::from(*self.lengths.get(bits)?);
            left = left.checked_sub(length).filter(|_| length > 0)?;
        }
        (left == 0).then_some(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::{Compression, StreamFault, StreamLimits, run};

    /// A stream of literals in seven bits each, the last one highest, with the mark of its end.
    fn stream(literals: &[u8]) -> Vec<u8> {
        let bits = literals.iter().rev().flat_map(|c| (0..7).map(move |at| c >> at & 1));
        let bits: Vec<u8> = bits.chain([1]).collect();
        bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |all, bit| all << 1 | bit)).collect()
    }

    /// A frame of one block: 127 codes of seven bits, and a stream for each of `parts`.
    fn frame(parts: [&[u8]; 4]) -> Vec<u8> {
        let streams = parts.map(stream);
        let literals = parts.iter().map(|part| part.len() as u64).sum::<u64>();
        let mut body = vec![254];
        body.extend([0x11; 63]);
        body.push(0x10);
        for stream in &streams[..3] {
            body.extend((stream.len() as u16).to_le_bytes());
        }
        body.extend(streams.concat());
        let header = 2 | 3 << 2 | literals << 4 | (body.len() as u64) << 22;
        // No sequences follow.
        let block = [&header.to_le_bytes()[..5], &body, &[0]].concat();
        let descriptor = 0xa0;
        let header = 1 | 2 << 1 | (block.len() as u32) << 3;
        let size = (literals as u32).to_le_bytes();
        [&super::MAGIC, &[descriptor][..], &size, &header.to_le_bytes()[..3], &block].concat()
    }

    fn read(bytes: &[u8]) -> Result<Vec<u8>, StreamFault> {
        assert_eq!(Compression::of(bytes), Some(Compression::Zstd));
        let mut out = Vec::new();
        let mut each = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            Ok(())
        };
        match run(&mut &*bytes, StreamLimits::default(), &mut each) {
            Ok(()) => Ok(out),
            Err(super::super::Stopped::Fault(fault)) => Err(fault),
            Err(super::super::Stopped::Sink(_)) => Ok(Vec::new()),
        }
    }

    /// zstd writes other bytes than the streams have where one has more or fewer than a quarter, and says nothing.
    #[test]
    fn each_stream_has_its_quarter() {
        let text: Vec<u8> = (0..1_003_u32).map(|n| (n * 7 % 120 + 1) as u8).collect();
        let cut = |at: [usize; 3]| {
            frame([&text[..at[0]], &text[at[0]..at[1]], &text[at[1]..at[2]], &text[at[2]..]])
        };
        assert_eq!(read(&cut([251, 502, 753])).as_ref(), Ok(&text));
        for at in
            [[252, 502, 753], [250, 502, 753], [251, 503, 753], [251, 502, 754], [250, 501, 752]]
        {
            assert_eq!(read(&cut(at)), Err(StreamFault::Damaged(Compression::Zstd)), "{at:?}");
        }
    }
}
