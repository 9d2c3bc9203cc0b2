//! The lines of an armored file, with their numbers.

use super::fault::MessageFault;

/// Whether `line` is `header` and nothing else but blanks behind it.
pub(super) fn is_line(line: &[u8], header: &[u8]) -> bool {
    line.strip_prefix(header).is_some_and(|rest| rest.iter().all(|b| b" \t\r\n".contains(b)))
}

/// The lines of a file with their numbers, from 1. Only LF ends a line.
pub(super) struct Lines<'a> {
    all: &'a [u8],
    /// Where the next line begins.
    at: usize,
    /// Where the line before it begins.
    before: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(all: &'a [u8]) -> Self {
        Self { all, at: 0, before: 0, number: 0 }
    }

    /// The lines from the one that came last to the next `end`, both included. `begin` is the
    /// number of the line on which the message begins.
    pub(super) fn until(&mut self, end: &[u8], begin: usize) -> Result<&'a [u8], MessageFault> {
        let start = self.before;
        while let Some((number, line)) = self.next() {
            if is_line(line, end) {
                return Ok(self.all.get(start..self.at).unwrap_or_default());
            }
            // Neither does white space in front hide a line of another armor.
            if line.trim_ascii_start().starts_with(b"-----") {
                return Err(MessageFault::Second { line: number });
            }
        }
        Err(MessageFault::Unterminated { line: begin })
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.all.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |at| at + 1);
        self.before = self.at;
        self.at += end;
        self.number += 1;
        Some((self.number, rest.get(..end)?))
    }
}
