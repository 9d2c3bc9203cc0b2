//! What words expand to.

use super::limits::{COMMAND, Known, Lost, NotKnown, VALUE};
use super::numbers::{self, Number};
use super::pattern::{Pattern, PatternChar};
use super::run::Machine;
use super::state::{Value, is_name};
use super::syntax::{Argument, CommandKind, List, Part, Word};
use super::versions;

/// The most bytes of a pattern that is looked into.
const LONG_PATTERN: usize = 4096;

/// A piece of what a word expands to.
#[derive(Debug)]
pub(super) enum Piece {
    Text {
        text: String,
        quoted: bool,
        /// Whether blanks in it separate words.
        split: bool,
    },
    /// The end of an element of an array.
    Break,
    /// Something that is not known.
    Unknown(NotKnown),
}

/// What a word expands to, in order, as far as that is not too long.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pieces: Vec<Piece>,
    size: usize,
}

impl Pieces {
    fn all(self) -> Vec<Piece> {
        self.pieces
    }

    pub(super) fn unknown(&mut self, why: NotKnown) {
        self.pieces.push(Piece::Unknown(why));
    }
}

impl<'a> Machine<'a> {
    /// What `word` is where words are not separated: in assignments, tests and redirections; `None`
    /// where that is not known.
    pub(super) fn text_of(&mut self, word: &Word) -> Result<Option<String>, Lost> {
        Ok(self.known_text(word)?.ok())
    }

    /// The same, or why it is not known.
    pub(super) fn known_text(&mut self, word: &Word) -> Result<Known<String>, Lost> {
        let mut found = Pieces::default();
        self.pieces(&word.parts, false, false, &mut found)?;
        if tilde(word) {
            return Ok(Err(NotKnown::default()));
        }
        let mut text = String::new();
        for piece in found.all() {
            match piece {
                Piece::Text { text: more, .. } => text.push_str(&more),
                Piece::Break => text.push(' '),
                Piece::Unknown(why) => return Ok(Err(why)),
            }
        }
        self.spend(text.len())?;
        Ok(Ok(text))
    }

    /// The words that `word` becomes; `None` where they are not known.
    pub(super) fn fields(&mut self, word: &Word) -> Result<Option<Vec<String>>, Lost> {
        Ok(self.known_fields(word)?.ok())
    }

    /// The same, or why they are not known.
    pub(super) fn known_fields(&mut self, word: &Word) -> Result<Known<Vec<String>>, Lost> {
        let mut found = Pieces::default();
        self.pieces(&word.parts, false, false, &mut found)?;
        if tilde(word) || braces(word) {
            return Ok(Err(NotKnown::default()));
        }
        let mut fields = Vec::new();
        let mut field: Option<String> = None;
        for piece in found.all() {
            let (text, quoted, split) = match piece {
                Piece::Unknown(why) => return Ok(Err(why)),
                Piece::Break => {
                    fields.extend(field.take());
                    continue;
                }
                Piece::Text { text, quoted, split } => (text, quoted, split),
            };
            self.spend(text.len())?;
            // What could be the names of files.
            let class = text.split_once('[').is_some_and(|(_, rest)| rest.contains(']'));
            if !quoted && (class || text.contains(['*', '?', '\\'])) {
                return Ok(Err(NotKnown::default()));
            }
            if !split {
                field.get_or_insert_default().push_str(&text);
                continue;
            }
            for c in text.chars() {
                match c {
                    ' ' | '\t' | '\n' => fields.extend(field.take()),
                    _ => {
                        if field.is_none() {
                            self.spend(COMMAND)?;
                        }
                        field.get_or_insert_default().push(c);
                    }
                }
            }
        }
        fields.extend(field);
        Ok(Ok(fields))
    }

    /// `word` as a pattern; `None` where it is not known or not understood.
    pub(super) fn pattern(&mut self, word: &Word) -> Result<Option<Pattern>, Lost> {
        let mut found = Pieces::default();
        self.pieces(&word.parts, false, false, &mut found)?;
        if found.size > LONG_PATTERN {
            return Ok(None);
        }
        let mut chars: Vec<PatternChar> = Vec::new();
        for piece in found.all() {
            match piece {
                Piece::Text { text, quoted, .. } => {
                    self.spend(text.len())?;
                    chars.extend(text.chars().map(|c| (c, quoted)));
                }
                Piece::Break | Piece::Unknown(_) => return Ok(None),
            }
        }
        if tilde(word) {
            return Ok(None);
        }
        Ok(Pattern::parse(&chars))
    }

    /// The value of an expression; `None` where it is not known.
    pub(super) fn number(&mut self, word: &Word) -> Result<Option<i64>, Lost> {
        let mut found = Pieces::default();
        self.pieces(&word.parts, true, false, &mut found)?;
        let mut text = String::new();
        for piece in found.all() {
            match piece {
                Piece::Text { text: more, .. } => text.push_str(&more),
                // A name that is never set, as what is not known.
                Piece::Unknown(NotKnown { foreign: true, .. }) => text.push_str(FOREIGN),
                Piece::Break | Piece::Unknown(_) => return self.lost(),
            }
        }
        self.spend(text.len())?;
        match numbers::evaluate(&text, &mut |name| self.number_of(name)) {
            Number::Known(number) => Ok(Some(number)),
            Number::Unknown => Ok(None),
            Number::Effects => self.lost(),
        }
    }

    fn number_of(&self, name: &str) -> Number {
        let value = self.state.value(name).filter(|_| name != FOREIGN);
        let Some(value) = value else { return Number::Unknown };
        match value {
            Value::Unset => Number::Known(0),
            Value::Text(text) if text.is_empty() => Number::Known(0),
            Value::Text(text) if is_integer(text) => {
                let digits = text.trim_start_matches('-');
                let plain = digits == "0" || !digits.starts_with('0');
                text.parse().ok().filter(|_| plain).map_or(Number::Unknown, Number::Known)
            }
            // No expression that could set anything.
            Value::Text(text) if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
                Number::Unknown
            }
            _ => Number::Effects,
        }
    }

    /// The variable that a header like `i = 1; i <= 5; i++` counts with; `None` for any other.
    pub(super) fn counter(&mut self, header: &Word) -> Result<Option<String>, Lost> {
        let mut found = Pieces::default();
        self.pieces(&header.parts, true, false, &mut found)?;
        let mut text = String::new();
        for piece in found.all() {
            match piece {
                Piece::Text { text: more, .. } => text.push_str(&more),
                Piece::Unknown(NotKnown { foreign: true, .. }) => text.push_str(FOREIGN),
                Piece::Break | Piece::Unknown(_) => return Ok(None),
            }
        }
        let parts: Vec<&str> = text.split(';').map(str::trim).collect();
        let [start, condition, step] = parts.as_slice() else { return Ok(None) };
        let Some((name, first)) = start.split_once('=') else { return Ok(None) };
        let name = name.trim();
        let mut variable = |known: &str| match known == name {
            true => Number::Unknown,
            false => self.number_of(known),
        };
        let harmless = |text: &str, variable: &mut dyn FnMut(&str) -> Number| {
            numbers::evaluate(text, variable) != Number::Effects
        };
        let steps = ["++", "--"].iter().any(|sign| {
            step.strip_prefix(sign).or_else(|| step.strip_suffix(sign)).map(str::trim) == Some(name)
        });
        let counts = is_name(name)
            && steps
            && harmless(first, &mut variable)
            && harmless(condition, &mut variable);
        Ok(counts.then(|| name.to_owned()))
    }

    /// Adds a text. One that would be too long is not known, and takes no room.
    pub(super) fn push(
        &mut self,
        found: &mut Pieces,
        text: impl Into<String> + AsRef<str>,
        quoted: bool,
        split: bool,
    ) -> Result<(), Lost> {
        let length = text.as_ref().len();
        self.spend(COMMAND + length)?;
        found.size = found.size.saturating_add(length);
        if found.size > VALUE {
            found.pieces.clear();
            found.unknown(NotKnown::LARGE);
            return Ok(());
        }
        found.pieces.push(Piece::Text { text: text.into(), quoted, split });
        Ok(())
    }

    /// Adds the end of an element.
    pub(super) fn push_break(&mut self, found: &mut Pieces) -> Result<(), Lost> {
        self.spend(COMMAND)?;
        found.pieces.push(Piece::Break);
        Ok(())
    }

    /// What `parts` expand to, in order, and what that changes.
    pub(super) fn pieces(
        &mut self,
        parts: &[Part],
        in_quotes: bool,
        operand: bool,
        found: &mut Pieces,
    ) -> Result<(), Lost> {
        for part in parts {
            match part {
                Part::Plain(text) => {
                    self.push(found, text.as_str(), in_quotes, operand && !in_quotes)?;
                }
                Part::Quoted(text) => self.push(found, text.as_str(), true, false)?,
                Part::Parameter { quoted, parameter } => {
                    self.parameter(parameter, *quoted || in_quotes, found)?;
                }
                Part::Substitution { quoted, list } => {
                    let quoted = *quoted || in_quotes;
                    match self.substitution(list) {
                        Some(text) => self.push(found, text, quoted, !quoted)?,
                        None => found.unknown(NotKnown::default()),
                    }
                }
                Part::Arithmetic { quoted, expression } => {
                    let quoted = *quoted || in_quotes;
                    match self.number(expression)? {
                        Some(number) => self.push(found, number.to_string(), quoted, !quoted)?,
                        None => found.unknown(NotKnown::FOREIGN),
                    }
                }
                Part::Opaque | Part::Pattern => found.unknown(NotKnown::default()),
            }
        }
        Ok(())
    }

    /// What a command prints, where that is known. It runs in a subshell, so that nothing it does
    /// stays.
    fn substitution(&mut self, list: &List) -> Option<String> {
        let [chain] = list.as_slice() else { return None };
        let [step] = chain.steps.as_slice() else { return None };
        let [command] = step.commands.as_slice() else { return None };
        let CommandKind::Simple { assignments, words } = &command.kind else { return None };
        if chain.background || !assignments.is_empty() || !command.redirections.is_empty() {
            return None;
        }
        let Some((Argument::Word(name), arguments)) = words.split_first() else { return None };
        let name = name.plain()?;
        if self.state.function(name).is_some() {
            return None;
        }
        let mut fields = Vec::new();
        let before = self.state.clone();
        for argument in arguments {
            let Argument::Word(word) = argument else { return None };
            // Where all steps are taken, the next one says so.
            let more = self.fields(word).ok().flatten();
            self.state = before.clone();
            fields.extend(more?);
        }
        let pv = self.state.text("PV")?.to_owned();
        let size: usize = fields.iter().map(|field| field.len() + 1).sum();
        self.spend(size).ok().filter(|()| size <= VALUE)?;
        let printed = match name {
            "ver_cut" => versions::cut(&fields, &pv)?,
            "ver_rs" => versions::replace_separators(&fields, &pv)?,
            "cargo_crate_uris" => self.cargo_crate_uris(&fields)?,
            "echo" => {
                let plain = |text: &String| !text.contains('\\');
                if !fields.iter().all(plain) || fields.first().is_some_and(|f| f.starts_with('-')) {
                    return None;
                }
                fields.join(" ")
            }
            _ => return None,
        };
        Some(printed.trim_end_matches('\n').to_owned())
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Stands for a number that is not known.
const FOREIGN: &str = "__distvouch_not_known";

/// Whether a tilde in `word` may become a directory.
pub(super) fn tilde(word: &Word) -> bool {
    word.parts.iter().enumerate().any(|(at, part)| match part {
        Part::Plain(text) => {
            (at == 0 && text.starts_with('~')) || text.contains(":~") || text.contains("=~")
        }
        _ => false,
    })
}

/// Whether braces in `word` may make several words of it.
pub(super) fn braces(word: &Word) -> bool {
    let plain = || {
        word.parts.iter().filter_map(|part| match part {
            Part::Plain(text) => Some(text.as_str()),
            _ => None,
        })
    };
    plain().any(|text| text.contains('{'))
        && plain().any(|text| text.contains(',') || text.contains(".."))
}
