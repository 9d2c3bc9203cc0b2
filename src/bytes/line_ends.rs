//! Line ends of text signatures (RFC 9580, section 5.2.1.2).
//!
//! The hash is over text whose lines end in CR LF. What a line end is, RFC 9580 leaves to the host;
//! this follows gpg, whose signatures these are: LF ends a line, and carriage returns in front of it
//! or at the end of the text belong to the line end. A carriage return elsewhere is text.

/// Splits a stream into stretches and line ends.
#[derive(Debug, Default)]
pub(crate) struct LineEnds {
    /// Carriage returns that were seen and may yet turn out to be part of a line end.
    pending: u64,
}

/// A piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Bytes without a line end.
    Stretch(&'a [u8]),
    /// A line end.
    End,
}

impl LineEnds {
    /// Hands the pieces of `bytes`, the next part of the stream, to `take`.
    pub(crate) fn feed<E>(
        &mut self,
        mut bytes: &[u8],
        mut take: impl FnMut(Piece) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some((first, rest)) = bytes.split_first() {
            match first {
                b'\r' => {
                    self.pending += 1;
                    bytes = rest;
                }
                b'\n' => {
                    self.pending = 0;
                    take(Piece::End)?;
                    bytes = rest;
                }
                _ => {
                    for _ in 0..std::mem::take(&mut self.pending) {
                        take(Piece::Stretch(b"\r"))?;
                    }
                    let end = bytes.iter().position(|b| matches!(b, b'\r' | b'\n'));
                    let (stretch, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
                    take(Piece::Stretch(stretch))?;
                    bytes = rest;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn line_ends_are_those_of_gpg_wherever_chunks_end() {
        for (text, expected) in [
            ("one\n\ntwo\n", "one||two|"),
            ("one\r\n\r\ntwo\r\n", "one||two|"),
            ("one\r\r\ntwo\r\r", "one|two"),
            ("one\rtwo\r\rthree", "one\rtwo\r\rthree"),
            ("\n\r", "|"),
        ] {
            for size in 1..=text.len() {
                let mut line_ends = LineEnds::default();
                let mut out = Vec::new();
                for chunk in text.as_bytes().chunks(size) {
                    let taken: Result<(), ()> = line_ends.feed(chunk, |piece| {
                        match piece {
                            Piece::Stretch(bytes) => out.extend_from_slice(bytes),
                            Piece::End => out.push(b'|'),
                        }
                        Ok(())
                    });
                    taken.unwrap();
                }
                assert_eq!(String::from_utf8(out).unwrap(), expected, "{text:?} by {size}");
            }
        }
    }
}
