//! Assignments and redirections.

use super::cursor::{Announced, Parser};
use super::limits::Lost;
use super::syntax::{Assigned, Assignment, Redirection, Subscript, Word};
use super::words::Place;

/// What redirects, longest first.
const OPERATORS: [&str; 12] =
    ["<<-", "<<<", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">", "&>>", "&>"];

impl Parser<'_> {
    /// `NAME=…`, `NAME+=…`, `NAME[…]=…` or `NAME=(…)`, if one is next.
    pub(super) fn assignment(&mut self) -> Result<Option<Assignment>, Lost> {
        let start = self.at;
        let name = self.name();
        if name.is_empty() {
            self.at = start;
            return Ok(None);
        }
        let subscript = match self.peek() {
            // `NAME[` may also begin a pattern that names files.
            Some(b'[') => match self.subscript() {
                Ok(Subscript::Index(word)) => Some(word),
                _ => {
                    self.at = start;
                    return self.lost();
                }
            },
            _ => None,
        };
        let append = self.takes("+=");
        if !append && !self.takes("=") {
            self.at = start;
            return Ok(None);
        }
        let value = match self.raw() {
            Some(b'(') if subscript.is_none() => Assigned::Array(self.array()?),
            Some(b'(') => return self.lost(),
            _ => Assigned::Word(self.word(Place::Command)?),
        };
        Ok(Some(Assignment { name, subscript, append, value, span: (start, self.at) }))
    }

    fn array(&mut self) -> Result<Vec<Word>, Lost> {
        self.at += 1;
        let mut words = Vec::new();
        loop {
            self.newlines()?;
            if self.takes(")") {
                // `NAME=(a)b` is not an assignment that anyone means.
                return match self.peek() {
                    None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')') => Ok(words),
                    Some(_) => self.lost(),
                };
            }
            words.push(self.some_word(Place::Command)?);
        }
    }

    /// Takes a redirection, if one is next.
    pub(super) fn redirection(&mut self, found: &mut Vec<Redirection>) -> Result<bool, Lost> {
        self.blanks();
        let start = self.at;
        let mut variable = None;
        if self.takes("{") {
            let name = self.name();
            match !name.is_empty() && self.takes("}") && matches!(self.peek(), Some(b'<' | b'>')) {
                true => variable = Some(name),
                false => self.at = start,
            }
        }
        while variable.is_none() && self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let process = self.is_at("<(") || self.is_at(">(");
        let numbered = self.at != start;
        let operator = OPERATORS.into_iter().find(|operator| {
            let fits = !process && (!numbered || !operator.starts_with('&'));
            fits && self.takes(operator)
        });
        let Some(operator) = operator else {
            self.at = start;
            return Ok(false);
        };
        self.blanks();
        if matches!(operator, "<<" | "<<-") {
            if variable.is_some() {
                return self.lost();
            }
            found.push(Redirection::Document(self.announce(operator == "<<-")?));
            return Ok(true);
        }
        let word = self.some_word(Place::Command)?;
        found.push(match variable {
            Some(name) => Redirection::Named(name, word),
            None => Redirection::Word(operator, word),
        });
        Ok(true)
    }

    fn announce(&mut self, indented: bool) -> Result<usize, Lost> {
        let start = self.at;
        let word = self.some_word(Place::Command)?;
        let Some(end) = word.literal() else { return self.lost() };
        let raw = self.text.get(start..self.at).unwrap_or_default();
        if end.contains('\n') || raw.contains("\\\n") {
            return self.lost();
        }
        let literal = raw.contains(['\'', '"', '\\']);
        let index = self.documents.len();
        self.documents.push(Word::default());
        self.announced.push(Announced { index, end, literal, indented });
        Ok(index)
    }
}
