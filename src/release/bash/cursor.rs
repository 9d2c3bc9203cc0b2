//! A place in a script, and what is common to all that is read there.

use super::limits::{Limit, Lost, NESTING, Parts};
use super::syntax::Word;

/// A here-document that was announced and not read yet.
#[derive(Debug)]
pub(super) struct Announced {
    /// Its place among the script's.
    pub(super) index: usize,
    /// The line at which it ends.
    pub(super) end: String,
    /// Whether a quote stood in the word that said so: nothing is expanded then.
    pub(super) literal: bool,
    /// `<<-`: tabs in front of lines are dropped.
    pub(super) indented: bool,
}

/// Reads a script from its beginning to its end.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    depth: usize,
    parts: Parts,
    pub(super) announced: Vec<Announced>,
    /// The here-documents, as words.
    pub(super) documents: Vec<Word>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            parts: Parts::default(),
            announced: Vec::new(),
            documents: Vec::new(),
        }
    }

    pub(super) fn lost<T>(&self) -> Result<T, Lost> {
        Err(self.lost_by(None))
    }

    fn lost_by(&self, limit: Option<Limit>) -> Lost {
        Lost { at: self.at.min(self.text.len()), limit }
    }

    /// Counts a part more.
    pub(super) fn part(&mut self) -> Result<(), Lost> {
        self.parts.more().map_err(|limit| self.lost_by(Some(limit)))
    }

    /// Reads what may be nested.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Lost>,
    ) -> Result<T, Lost> {
        if self.depth == NESTING {
            return Err(self.lost_by(Some(Limit::Nesting)));
        }
        self.part()?;
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// The next byte, whatever it is.
    pub(super) fn raw(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte; a backslash at the end of a line joins it with the next.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while self.text.as_bytes().get(self.at..self.at + 2) == Some(b"\\\n") {
            self.at += 2;
        }
        self.raw()
    }

    /// Takes one character.
    pub(super) fn take(&mut self) -> Option<char> {
        let c = self.text.get(self.at..)?.chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Takes `expected` where it is next.
    pub(super) fn takes(&mut self, expected: &str) -> bool {
        let start = self.at;
        for byte in expected.bytes() {
            if self.peek() != Some(byte) {
                self.at = start;
                return false;
            }
            self.at += 1;
        }
        true
    }

    /// Whether `expected` is next.
    pub(super) fn is_at(&mut self, expected: &str) -> bool {
        let start = self.at;
        let found = self.takes(expected);
        self.at = start;
        found
    }

    pub(super) fn expect(&mut self, expected: &str) -> Result<(), Lost> {
        if self.takes(expected) { Ok(()) } else { self.lost() }
    }

    /// Skips blanks and a comment.
    pub(super) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        if self.raw() == Some(b'#') {
            // A backslash at the end of a comment joins nothing.
            let rest = self.text.get(self.at..).unwrap_or_default();
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// Skips blanks, comments and ends of lines.
    pub(super) fn newlines(&mut self) -> Result<(), Lost> {
        loop {
            self.blanks();
            if self.peek() != Some(b'\n') {
                return Ok(());
            }
            self.newline()?;
        }
    }

    /// Takes the end of a line, and the here-documents that it begins.
    pub(super) fn newline(&mut self) -> Result<(), Lost> {
        self.at += 1;
        for announced in std::mem::take(&mut self.announced) {
            self.document(&announced)?;
        }
        Ok(())
    }

    fn document(&mut self, announced: &Announced) -> Result<(), Lost> {
        let mut body = String::new();
        let mut at = self.at;
        loop {
            let start = self.at;
            let mut line = self.line()?;
            // Joined lines end a document as one line does.
            while !announced.literal && ends_in_backslash(&line) {
                line.pop();
                line.push_str(&self.line()?);
            }
            let bare = match announced.indented {
                true => line.trim_start_matches('\t'),
                false => line.as_str(),
            };
            if bare == announced.end {
                break;
            }
            if self.at > self.text.len() {
                self.at = start;
                return self.lost();
            }
            body.push_str(bare);
            body.push('\n');
        }
        std::mem::swap(&mut at, &mut self.at);
        let word = match announced.literal {
            true => Word::literal_text(body, self.at),
            false => {
                let mut inner = Parser::new(&body);
                inner.depth = self.depth;
                inner.parts = std::mem::take(&mut self.parts);
                let word = inner.document_text();
                let word = word.map_err(|lost| Lost { at: self.at, limit: lost.limit })?;
                self.parts = std::mem::take(&mut inner.parts);
                if !inner.documents.is_empty() {
                    return self.lost();
                }
                word
            }
        };
        self.at = at;
        match self.documents.get_mut(announced.index) {
            Some(place) => *place = word,
            None => return self.lost(),
        }
        Ok(())
    }

    /// Takes a line; the last one may lack its end, and then the place is behind the script's.
    fn line(&mut self) -> Result<String, Lost> {
        let Some(rest) = self.text.get(self.at..) else { return self.lost() };
        match rest.split_once('\n') {
            Some((line, _)) => {
                self.at += line.len() + 1;
                Ok(line.to_owned())
            }
            None => {
                self.at = self.text.len() + 1;
                Ok(rest.to_owned())
            }
        }
    }
}

fn ends_in_backslash(line: &str) -> bool {
    line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}
