//! Line ends of text signatures (RFC 9580, section 5.2.1.2).

/// Splits a stream into stretches and line ends: LF, CR LF and a lone CR each count as one.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    after_cr: bool,
}

/// A piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Bytes without a line end.
    Stretch(&'a [u8]),
    /// A line end of any kind.
    End,
}

impl LineEnds {
    /// Hands the pieces of `bytes`, the next part of the stream, to `take`.
    pub(super) fn feed<E>(
        &mut self,
        mut bytes: &[u8],
        mut take: impl FnMut(Piece) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.after_cr && !bytes.is_empty() {
            self.after_cr = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = bytes.iter().position(|b| matches!(b, b'\r' | b'\n')) {
            let (line, rest) = bytes.split_at(end);
            if !line.is_empty() {
                take(Piece::Stretch(line))?;
            }
            take(Piece::End)?;
            bytes = match rest {
                [b'\r', b'\n', rest @ ..] => rest,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [_, rest @ ..] => rest,
                [] => &[],
            };
        }
        if bytes.is_empty() { Ok(()) } else { take(Piece::Stretch(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ends_are_one_whatever_they_are_and_wherever_chunks_end() {
        for text in ["one\n\ntwo\n", "one\r\n\r\ntwo\r\n", "one\r\rtwo\r", "one\n\r\ntwo\r"] {
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
                assert_eq!(out, b"one||two|", "{text:?} by {size}");
            }
        }
    }
}
