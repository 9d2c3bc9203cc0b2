//! A digest as `gpg --print-md` writes it: `NAME: SHA256 = 98EA6E4F 216F2FB4 …`, in groups of digits
//! that are wrapped over several lines.

use super::line::{Flaw, Function, Line, Parsed, named};
use std::borrow::Cow;

/// The hexadecimal digits of the longest digest.
const LONGEST: usize = 128;

/// Such a digest as far as it was read.
pub(super) struct Wrapped<'a> {
    name: &'a [u8],
    function: Function<'a>,
    digits: Vec<u8>,
}

impl<'a> Wrapped<'a> {
    /// Reads its first line.
    pub(super) fn of(line: &'a [u8]) -> Option<Self> {
        let colon = line.windows(2).rposition(|pair| pair == b": ")?;
        let (name, rest) = line.split_at(colon);
        let rest = rest.get(1..)?.trim_ascii();
        let (function, digits) = match rest.windows(3).position(|part| part == b" = ") {
            Some(at) => {
                let (function, digits) = rest.split_at(at);
                let known = named(function).map_or(Function::Other(function), Function::Known);
                (known, digits.get(3..)?)
            }
            None => (Function::Unnamed, rest),
        };
        let grouped = groups(digits)?;
        (!name.is_empty() && grouped.len() > 1).then(|| Self {
            name,
            function,
            digits: grouped.concat(),
        })
    }

    /// Whether `line` may go on with a digest.
    pub(super) fn is_continued_by(line: &[u8]) -> bool {
        line.starts_with(b"    ") && groups(line.trim_ascii()).is_some()
    }

    /// Adds a line that goes on with it.
    pub(super) fn push(&mut self, line: &[u8]) {
        if let Some(groups) = groups(line.trim_ascii()) {
            self.digits.extend(groups.concat());
        }
    }

    /// Whether no longer digest exists.
    pub(super) fn is_whole(&self) -> bool {
        let size = match self.function {
            Function::Known(function) => function.size() * 2,
            _ => LONGEST,
        };
        self.digits.len() >= size
    }

    /// The line that it stands for; `None` where it is none after all.
    pub(super) fn parsed(self) -> Option<Parsed<'a>> {
        if !matches!(self.digits.len(), 32 | 40 | 56 | 64 | 96 | 128) {
            return None;
        }
        let digest = String::from_utf8(self.digits).ok()?.to_ascii_lowercase();
        let line = Line { function: self.function, digest, name: Cow::Borrowed(self.name) };
        match Flaw::of(line.digest.as_bytes()) {
            None => Some(Parsed::Checksum(line)),
            Some(flaw) => Some(Parsed::Broken(line, flaw)),
        }
    }
}

/// The groups of digits of a line; `None` where anything else is there.
fn groups(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let words = text.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let group = |word: &[u8]| {
        let digits = matches!(word.len(), 2 | 4 | 8) && word.iter().all(u8::is_ascii_hexdigit);
        digits.then(|| word.to_vec())
    };
    let groups: Option<Vec<_>> = words.map(group).collect();
    groups.filter(|groups| !groups.is_empty())
}

/// The lines of a list, each with its number from 1. A digest that gpg --print-md wraps over several
/// lines is one of them.
pub(super) fn parsed(bytes: &[u8]) -> impl Iterator<Item = (usize, Parsed<'_>, &[u8])> {
    let mut lines = (1..)
        .zip(bytes.split(|b| *b == b'\n'))
        .map(|(number, line)| (number, line.strip_suffix(b"\r").unwrap_or(line)))
        .peekable();
    std::iter::from_fn(move || {
        let (number, line) = lines.next()?;
        let Some(mut wrapped) = Wrapped::of(line) else {
            return Some((number, Parsed::of(line), line));
        };
        while !wrapped.is_whole()
            && let Some((_, more)) = lines.next_if(|(_, line)| Wrapped::is_continued_by(line))
        {
            wrapped.push(more);
        }
        Some((number, wrapped.parsed().unwrap_or_else(|| Parsed::of(line)), line))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::super::parsed;
    use super::*;
    use crate::bytes::digests::HashName;

    #[test]
    fn what_gpg_prints() {
        let text = b"hi-1.tar.gz:    MD5 = 76 4E FA 88 3D DA 1E 11  DB 47 67 1C 4A 3B BD 9E\n\
            hi-1.tar.gz: SHA256 = 98EA6E4F 216F2FB4 B69FFF9B 3A44842C 38686CA6 85F3F55D\n\
            \x20                     C48C5D3F B1107BE4\n\
            a: b: 98EA6E4F 216F2FB4 B69FFF9B 3A44842C 38686CA6 85F3F55D C48C5D3F\n\
            \x20     B1107BE4\n\
            last: DE AD\n";
        let found: Vec<_> = parsed(text)
            .filter_map(|(number, parsed, _)| match parsed {
                Parsed::Checksum(line) => {
                    let name = String::from_utf8(line.name.into_owned()).unwrap();
                    Some((number, line.function, name, line.digest.len()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            found,
            [
                (1, Function::Known(HashName::Md5), "hi-1.tar.gz".to_owned(), 32),
                (2, Function::Known(HashName::Sha256), "hi-1.tar.gz".to_owned(), 64),
                (4, Function::Unnamed, "a: b".to_owned(), 64),
            ]
        );
    }
}
