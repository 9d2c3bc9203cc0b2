//! `${…}`.

use super::cursor::Parser;
use super::limits::Lost;
use super::syntax::{Operator, Parameter, Part, Subscript, Which, Word};
use super::words::Place;

impl Part {
    /// `$NAME`.
    pub(super) fn of(quoted: bool, name: String) -> Self {
        let parameter =
            Parameter { name, subscript: None, indirect: false, operator: Operator::None };
        Self::Parameter { quoted, parameter: Box::new(parameter) }
    }
}

impl Parser<'_> {
    /// What follows `${`, up to `}`.
    pub(super) fn parameter(&mut self, quoted: bool) -> Result<Parameter, Lost> {
        let mut length = false;
        let mut indirect = false;
        match self.peek() {
            Some(b'#') if !self.is_at("#}") => {
                self.at += 1;
                length = true;
            }
            Some(b'!') if !self.is_at("!}") => {
                self.at += 1;
                indirect = true;
            }
            _ => {}
        }
        let name = self.parameter_name()?;
        let subscript = match self.peek() {
            Some(b'[') => Some(self.subscript()?),
            _ => None,
        };
        if length {
            self.expect("}")?;
            return Ok(Parameter { name, subscript, indirect, operator: Operator::Length });
        }
        let operator = self.operator(quoted)?;
        self.expect("}")?;
        Ok(Parameter { name, subscript, indirect, operator })
    }

    fn parameter_name(&mut self) -> Result<String, Lost> {
        let name = self.name();
        if !name.is_empty() {
            return Ok(name);
        }
        let mut digits = String::new();
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            digits.push(char::from(byte));
            self.at += 1;
        }
        match self.peek() {
            _ if !digits.is_empty() => Ok(digits),
            Some(byte) if b"@*#?-$!".contains(&byte) => {
                self.at += 1;
                Ok(char::from(byte).to_string())
            }
            _ => self.lost(),
        }
    }

    /// `[…]` behind a name.
    pub(super) fn subscript(&mut self) -> Result<Subscript, Lost> {
        if self.takes("[@]") {
            return Ok(Subscript::Each);
        }
        if self.takes("[*]") {
            return Ok(Subscript::Joined);
        }
        self.expect("[")?;
        let word = self.word(Place::Subscript)?;
        self.expect("]")?;
        match word.parts.is_empty() {
            true => self.lost(),
            false => Ok(Subscript::Index(word)),
        }
    }

    fn operator(&mut self, quoted: bool) -> Result<Operator, Lost> {
        let text = |end| if quoted { Place::QuotedBrace(end, false) } else { Place::Brace(end) };
        let pattern = |end| if quoted { Place::QuotedBrace(end, true) } else { Place::Brace(end) };
        let Some(byte) = self.peek() else { return self.lost() };
        if byte == b'}' {
            return Ok(Operator::None);
        }
        self.at += 1;
        let colon = byte == b':' && matches!(self.peek(), Some(b'-' | b'=' | b'?' | b'+'));
        let byte = match (colon, self.peek()) {
            (true, Some(next)) => {
                self.at += 1;
                next
            }
            _ => byte,
        };
        Ok(match byte {
            b'-' => Operator::Default { colon, word: self.word(text(None))? },
            b'=' => Operator::Assign { colon, word: self.word(text(None))? },
            b'?' => Operator::Required { word: self.word(text(None))? },
            b'+' => Operator::Alternative { colon, word: self.word(text(None))? },
            b'#' | b'%' => {
                let longest = self.takes(char::from(byte).encode_utf8(&mut [0; 4]));
                Operator::Trim { end: byte == b'%', longest, pattern: self.word(pattern(None))? }
            }
            b'/' => self.replace(pattern(Some(b'/')), text(None))?,
            b':' => self.substring(quoted)?,
            b'^' | b',' => {
                let all = self.takes(char::from(byte).encode_utf8(&mut [0; 4]));
                Operator::Case { upper: byte == b'^', all, pattern: self.word(pattern(None))? }
            }
            // `@P` expands its value as a prompt, which may do anything.
            b'@' => match self.take() {
                Some('P') | None => return self.lost(),
                Some(c) if c.is_ascii_alphabetic() => Operator::Other,
                // `${!NAME@}`
                Some('}') => {
                    self.at -= 1;
                    Operator::Other
                }
                Some(_) => return self.lost(),
            },
            // `${!NAME*}`
            b'*' => Operator::Other,
            _ => return self.lost(),
        })
    }

    fn replace(&mut self, pattern: Place, text: Place) -> Result<Operator, Lost> {
        let which = match self.peek() {
            Some(b'/') => Which::All,
            Some(b'#') => Which::Prefix,
            Some(b'%') => Which::Suffix,
            _ => Which::First,
        };
        if which != Which::First {
            self.at += 1;
        }
        let pattern = self.word(pattern)?;
        // `${NAME/#/text}` puts a text in front; `/%` puts it behind.
        if pattern.parts.is_empty() && matches!(which, Which::First | Which::All) {
            return self.lost();
        }
        let replacement = match self.takes("/") {
            true => self.word(text)?,
            false => Word::default(),
        };
        Ok(Operator::Replace { which, pattern, replacement })
    }

    fn substring(&mut self, quoted: bool) -> Result<Operator, Lost> {
        let place = match quoted {
            true => Place::QuotedBrace(Some(b':'), false),
            false => Place::Brace(Some(b':')),
        };
        let offset = self.word(place)?;
        let length = match self.takes(":") {
            true => Some(self.word(place)?),
            false => None,
        };
        let conditional = |word: &Word| {
            word.parts
                .iter()
                .any(|part| matches!(part, Part::Plain(t) | Part::Quoted(t) if t.contains('?')))
        };
        if conditional(&offset) || length.as_ref().is_some_and(conditional) {
            return self.lost();
        }
        Ok(Operator::Substring { offset, length })
    }
}
