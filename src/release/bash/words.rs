//! Words, quotes and expansions.

use super::cursor::Parser;
use super::limits::Lost;
use super::syntax::{Part, Word};

/// Which text is being read: that decides where it ends and what is special in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In a command: blanks and operators end it.
    Command,
    /// In a pattern of `case`, or behind `==` in `[[ ]]`: the same, and `@(…)` may stand there.
    Pattern,
    /// Behind `=~`: the same, but for parentheses and what is in them.
    Regex,
    /// In `[…]` behind a name: `]` ends it.
    Subscript,
    /// In `${NAME…}` out of double quotes: `}` ends it, and the byte that is given.
    Brace(Option<u8>),
    /// The same in double quotes; whether a backslash makes anything literal.
    QuotedBrace(Option<u8>, bool),
}

impl Word {
    pub(super) fn literal_text(text: String, at: usize) -> Self {
        Self { parts: vec![Part::Quoted(text)], at }
    }

    fn push(&mut self, text: &str, quoted: bool) {
        match (self.parts.last_mut(), quoted) {
            (Some(Part::Plain(last)), false) | (Some(Part::Quoted(last)), true) => {
                last.push_str(text);
            }
            (_, false) => self.parts.push(Part::Plain(text.to_owned())),
            (_, true) => self.parts.push(Part::Quoted(text.to_owned())),
        }
    }
}

const fn is_meta(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
}

impl Parser<'_> {
    /// A word; it may have no parts where nothing is there.
    pub(super) fn word(&mut self, place: Place) -> Result<Word, Lost> {
        self.nested(|parser| {
            let mut word = Word { parts: Vec::new(), at: parser.at };
            parser.word_into(place, &mut word)?;
            Ok(word)
        })
    }

    fn word_into(&mut self, place: Place, word: &mut Word) -> Result<(), Lost> {
        let mut open = 0usize; // parentheses of a regular expression
        while let Some(byte) = self.peek() {
            let ends = match place {
                Place::Command | Place::Pattern => is_meta(byte),
                Place::Regex => open == 0 && is_meta(byte) && !matches!(byte, b'(' | b'|'),
                Place::Subscript => byte == b']',
                Place::Brace(end) | Place::QuotedBrace(end, _) => byte == b'}' || Some(byte) == end,
            };
            let quoted = matches!(place, Place::QuotedBrace(..));
            match byte {
                b'(' if place == Place::Pattern && ends_in_extension(word) => {
                    self.extension()?;
                    word.parts.push(Part::Pattern);
                }
                b'<' | b'>' if !quoted && self.is_process_substitution(byte) => {
                    if place != Place::Command {
                        return self.lost();
                    }
                    self.at += 2;
                    self.substituted()?;
                    word.parts.push(Part::Opaque);
                }
                _ if ends => break,
                b'\'' if quoted => self.doubtful_quote(word)?,
                b'\'' => {
                    self.at += 1;
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    let Some(end) = rest.find('\'') else { return self.lost() };
                    word.push(rest.get(..end).unwrap_or_default(), true);
                    self.at += end + 1;
                }
                b'"' => self.double_quotes(word)?,
                b'\\' => {
                    self.at += 1;
                    let Some(c) = self.take() else { return self.lost() };
                    let kept = match place {
                        Place::QuotedBrace(_, false) => !matches!(c, '$' | '`' | '"' | '\\' | '}'),
                        _ => false,
                    };
                    if kept {
                        word.push("\\", true);
                    }
                    word.push(c.encode_utf8(&mut [0; 4]), true);
                }
                b'$' if quoted && self.is_at("$\"") => return self.lost(),
                b'$' if quoted && self.is_at("$'") => {
                    self.at += 1;
                    self.doubtful_quote(word)?;
                }
                b'$' => {
                    let literal = matches!(place, Place::QuotedBrace(_, false));
                    self.dollar(quoted, literal, word)?;
                }
                b'`' => self.backquotes(word)?,
                b'\n' if place == Place::Subscript || matches!(place, Place::Regex) => {
                    return self.lost();
                }
                _ => {
                    match byte {
                        b'(' if place == Place::Regex => open += 1,
                        b')' if place == Place::Regex => open -= 1,
                        _ => {}
                    }
                    let Some(c) = self.take() else { return self.lost() };
                    word.push(c.encode_utf8(&mut [0; 4]), false);
                }
            }
        }
        Ok(())
    }

    fn is_process_substitution(&mut self, byte: u8) -> bool {
        self.is_at(if byte == b'<' { "<(" } else { ">(" })
    }

    /// What follows `?`, `*`, `+`, `@` or `!` in parentheses.
    fn extension(&mut self) -> Result<(), Lost> {
        self.at += 1;
        loop {
            self.word(Place::Pattern)?;
            match self.peek() {
                Some(b'|') => self.at += 1,
                Some(b')') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.lost(),
            }
        }
    }

    /// A single quote in `"${NAME…}"`: by the operator it is a quote or not. Where both readings
    /// end at the same place, only the value is in doubt.
    fn doubtful_quote(&mut self, word: &mut Word) -> Result<(), Lost> {
        let rest = self.text.get(self.at + 1..).unwrap_or_default();
        let Some(end) = rest.find('\'') else { return self.lost() };
        let between = rest.get(..end).unwrap_or_default();
        let escapes = between.contains("\\\\") || between.ends_with('\\');
        if escapes || between.contains(['}', '{', '"', '$', '`', '/', ':', '\n']) {
            return self.lost();
        }
        self.at += end + 2;
        word.parts.push(Part::Opaque);
        Ok(())
    }

    fn double_quotes(&mut self, word: &mut Word) -> Result<(), Lost> {
        let start = self.at;
        self.at += 1;
        let parts = word.parts.len();
        self.nested(|parser| parser.quoted_text(word, Some(b'"')))?;
        if !self.takes("\"") {
            return Err(Lost { at: start, limit: None });
        }
        if word.parts.len() == parts && !matches!(word.parts.last(), Some(Part::Quoted(_))) {
            word.push("", true);
        }
        Ok(())
    }

    /// The text of a here-document.
    pub(super) fn document_text(&mut self) -> Result<Word, Lost> {
        let mut word = Word { parts: Vec::new(), at: 0 };
        self.nested(|parser| parser.quoted_text(&mut word, None))?;
        Ok(word)
    }

    /// Text as in double quotes, up to `end`.
    fn quoted_text(&mut self, word: &mut Word, end: Option<u8>) -> Result<(), Lost> {
        while let Some(byte) = self.peek() {
            match byte {
                _ if Some(byte) == end => return Ok(()),
                b'\\' => {
                    self.at += 1;
                    let Some(c) = self.take() else { return self.lost() };
                    if !(matches!(c, '$' | '`' | '\\') || c == '"' && end.is_some()) {
                        word.push("\\", true);
                    }
                    word.push(c.encode_utf8(&mut [0; 4]), true);
                }
                b'$' => self.dollar(true, true, word)?,
                b'`' => self.backquotes(word)?,
                _ => {
                    let Some(c) = self.take() else { return self.lost() };
                    word.push(c.encode_utf8(&mut [0; 4]), true);
                }
            }
        }
        Ok(())
    }

    /// Up to the first backquote that has no backslash before it: nothing else counts there.
    fn backquotes(&mut self, word: &mut Word) -> Result<(), Lost> {
        self.at += 1;
        loop {
            match self.take() {
                None => return self.lost(),
                Some('`') => break,
                Some('\\') => {
                    self.take();
                }
                Some(_) => {}
            }
        }
        word.parts.push(Part::Opaque);
        Ok(())
    }

    /// What a `$` begins: in double quotes or not, and whether its value is taken as it is, without
    /// more words or patterns in it.
    fn dollar(&mut self, in_quotes: bool, quoted: bool, word: &mut Word) -> Result<(), Lost> {
        self.part()?;
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some(b'(') if self.is_at("((") => {
                self.at += 2;
                let expression = Box::new(self.arithmetic()?);
                word.parts.push(Part::Arithmetic { quoted, expression });
            }
            Some(b'(') => {
                self.at += 1;
                let list = std::rc::Rc::new(self.substituted()?);
                word.parts.push(Part::Substitution { quoted, list });
            }
            Some(b'{') => {
                self.at += 1;
                let parameter = self.nested(|parser| parser.parameter(in_quotes))?;
                word.parts.push(Part::Parameter { quoted, parameter: Box::new(parameter) });
            }
            Some(b'[') => return self.lost(),
            Some(b'\'') if !in_quotes => {
                self.at += 1;
                loop {
                    match self.take() {
                        None => return self.lost(),
                        Some('\'') => break,
                        Some('\\') => {
                            self.take();
                        }
                        Some(_) => {}
                    }
                }
                word.parts.push(Part::Opaque);
            }
            Some(b'"') if !in_quotes => {
                let mut translated = Word::default();
                self.double_quotes(&mut translated)?;
                word.parts.extend(translated.parts);
                word.parts.push(Part::Opaque);
            }
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                let name = self.name();
                word.parts.push(Part::of(quoted, name));
            }
            Some(byte) if byte.is_ascii_digit() || b"@*#?-$!".contains(&byte) => {
                self.at += 1;
                word.parts.push(Part::of(quoted, char::from(byte).to_string()));
            }
            _ => {
                debug_assert!(start < self.at);
                word.push("$", quoted);
            }
        }
        Ok(())
    }

    /// The name of a variable, where one is next.
    pub(super) fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(byte) = self.peek() {
            let fits = byte == b'_'
                || byte.is_ascii_alphabetic()
                || (byte.is_ascii_digit() && !name.is_empty());
            if !fits {
                break;
            }
            name.push(char::from(byte));
            self.at += 1;
        }
        name
    }

    /// An expression up to `))`.
    pub(super) fn arithmetic(&mut self) -> Result<Word, Lost> {
        self.nested(|parser| {
            let mut word = Word { parts: Vec::new(), at: parser.at };
            let mut open = 0usize;
            loop {
                match parser.peek() {
                    None | Some(b'\'' | b'\\') => return parser.lost(),
                    Some(b'"') => parser.double_quotes(&mut word)?,
                    Some(b'$') => parser.dollar(true, true, &mut word)?,
                    Some(b'`') => parser.backquotes(&mut word)?,
                    Some(b')') if open == 0 => {
                        parser.expect("))")?;
                        return Ok(word);
                    }
                    Some(byte) => {
                        match byte {
                            b'(' => open += 1,
                            b')' => open -= 1,
                            _ => {}
                        }
                        let Some(c) = parser.take() else { return parser.lost() };
                        word.push(c.encode_utf8(&mut [0; 4]), true);
                    }
                }
            }
        })
    }
}

fn ends_in_extension(word: &Word) -> bool {
    matches!(word.parts.last(), Some(Part::Plain(text)) if text.ends_with(['?', '*', '+', '@', '!']))
}
