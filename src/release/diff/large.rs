//! Large texts, of which only the parts that differ are ever held: both are cut into chunks at line
//! ends that the text itself decides on, and the chunks are compared by their digests.

use sha2::{Digest, Sha256};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Bytes that a chunk has at least.
const LEAST: u64 = 4 << 10;

/// Bytes that a chunk has at most.
const MOST: u64 = 256 << 10;

/// One line in so many ends a chunk.
const ONE_IN: u64 = 64;

/// How long two lists of chunks are compared before the comparison becomes coarse.
const PATIENCE: Duration = Duration::from_secs(2);

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    digest: [u8; 16],
    at: u64,
    bytes: u64,
    /// Lines before it.
    line: u64,
    lines: u64,
}

/// Cuts a text that comes in pieces.
#[derive(Debug)]
pub(super) struct Chunker {
    chunks: Vec<Chunk>,
    sha256: Sha256,
    /// FNV-1a over the line that is being read.
    hash: u64,
    at: u64,
    bytes: u64,
    line: u64,
    lines: u64,
}

impl Default for Chunker {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            sha256: Sha256::new(),
            hash: FNV,
            at: 0,
            bytes: 0,
            line: 0,
            lines: 0,
        }
    }
}

const FNV: u64 = 0xcbf2_9ce4_8422_2325;

impl Chunker {
    /// The next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            // A line without an end is cut where it must be.
            let mut line = line;
            while self.bytes + line.len() as u64 > MOST {
                let room = usize::try_from(MOST - self.bytes).unwrap_or_default();
                let (head, rest) = line.split_at(room.min(line.len()));
                self.add(head);
                self.cut();
                line = rest;
            }
            self.add(line);
            if line.ends_with(b"\n") {
                let ends = self.hash.is_multiple_of(ONE_IN) && self.bytes >= LEAST;
                self.hash = FNV;
                if ends {
                    self.cut();
                }
            }
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.bytes += bytes.len() as u64;
        self.lines += u64::from(bytes.ends_with(b"\n"));
    }

    fn cut(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let whole = self.sha256.finalize_reset();
        let mut digest = [0; 16];
        digest.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        let Self { at, bytes, line, lines, .. } = *self;
        self.chunks.push(Chunk { digest, at, bytes, line, lines });
        self.at += bytes;
        self.line += lines;
        (self.bytes, self.lines) = (0, 0);
    }

    /// The chunks of all that came.
    pub(super) fn finish(mut self) -> Vec<Chunk> {
        self.cut();
        self.chunks
    }
}

/// A part of two texts that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    /// The bytes of the old text.
    pub(super) old: Range<u64>,
    /// The bytes of the new text.
    pub(super) new: Range<u64>,
    /// How many lines come before, in the old and the new text.
    pub(super) before: (usize, usize),
}

/// The parts of two texts that differ.
pub(super) fn regions(old: &[Chunk], new: &[Chunk]) -> Vec<Region> {
    let digests = |chunks: &[Chunk]| -> Vec<[u8; 16]> { chunks.iter().map(|c| c.digest).collect() };
    let deadline = Instant::now().checked_add(PATIENCE);
    let ops =
        capture_diff_slices_deadline(Algorithm::Myers, &digests(old), &digests(new), deadline);
    let mut found: Vec<Region> = Vec::new();
    let mut open = false;
    for op in ops {
        if matches!(op, DiffOp::Equal { .. }) {
            open = false;
            continue;
        }
        let (old, new) = (span(old, op.old_range()), span(new, op.new_range()));
        match found.last_mut().filter(|_| open) {
            Some(last) => {
                last.old.end = last.old.end.max(old.0.end);
                last.new.end = last.new.end.max(new.0.end);
            }
            None => found.push(Region { old: old.0, new: new.0, before: (old.1, new.1) }),
        }
        open = true;
    }
    found
}

/// The bytes of some chunks, and the lines before them.
fn span(chunks: &[Chunk], range: Range<usize>) -> (Range<u64>, usize) {
    let end = |chunk: &Chunk| chunk.at + chunk.bytes;
    let total = chunks.last().map_or(0, end);
    let lines = chunks.last().map_or(0, |chunk| chunk.line + chunk.lines);
    let start = chunks.get(range.start).map_or((total, lines), |chunk| (chunk.at, chunk.line));
    let last = range.end.checked_sub(1).filter(|last| *last >= range.start);
    let end = last.and_then(|last| chunks.get(last)).map_or(start.0, end);
    (start.0..end, usize::try_from(start.1).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn chunks(text: &[u8], piece: usize) -> Vec<Chunk> {
        let mut chunker = Chunker::default();
        text.chunks(piece).for_each(|piece| chunker.feed(piece));
        chunker.finish()
    }

    fn text(lines: std::ops::Range<u32>) -> Vec<u8> {
        lines.flat_map(|n| format!("line {n} of a text\n").into_bytes()).collect()
    }

    #[test]
    fn a_change_touches_few_chunks() {
        let old = text(0..100_000);
        let mut new = old.clone();
        let at = 1_000_000;
        new.splice(at..at, *b"inserted\n");
        let (before, now) = (chunks(&old, 70_001), chunks(&new, 131_072));
        assert!(before.len() > 50 && before.len() < 500, "{}", before.len());
        let regions = regions(&before, &now);
        let [region] = regions.as_slice() else { unreachable!("{regions:?}") };
        assert!(region.new.contains(&(at as u64)), "{region:?}");
        assert!(region.new.end - region.new.start < 64 << 10, "{region:?}");
        assert_eq!(region.new.end - region.new.start, region.old.end - region.old.start + 9);
        let start = usize::try_from(region.old.start).unwrap();
        let lines = old.get(..start).unwrap().iter().filter(|b| **b == b'\n').count();
        assert_eq!(region.before, (lines, lines));
    }

    #[test]
    fn however_it_comes_the_chunks_are_the_same() {
        let text = [text(0..20_000), vec![b'x'; 3_000_000], text(0..9)].concat();
        assert_eq!(chunks(&text, 1), chunks(&text, 1 << 20));
        assert_eq!(regions(&chunks(&text, 999), &chunks(&text, 4096)), []);
        assert!(chunks(&text, 4096).iter().all(|chunk| chunk.bytes <= MOST));
        assert_eq!(chunks(b"", 1), []);
    }

    #[test]
    fn nothing_and_everything() {
        let all = chunks(&text(0..10_000), 4096);
        let end = all.last().map(|chunk| chunk.at + chunk.bytes).unwrap();
        assert_eq!(regions(&[], &all), [Region { old: 0..0, new: 0..end, before: (0, 0) }]);
        assert_eq!(regions(&all, &[]), [Region { old: 0..end, new: 0..0, before: (0, 0) }]);
    }
}
