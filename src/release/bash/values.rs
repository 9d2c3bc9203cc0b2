//! What `${…}` expands to.

use super::cursor::Lost;
use super::expand::Piece;
use super::pattern::Pattern;
use super::run::Machine;
use super::state::{Value, is_name};
use super::syntax::{Operator, Parameter, Subscript, Which, Word};

/// What a parameter holds.
enum Held {
    Unset,
    Text(String),
    Elements(Vec<String>),
    /// Set by the script to something that is not known.
    Unknown,
    /// Not set by the script.
    Foreign,
}

impl Machine<'_> {
    /// Expands a parameter.
    pub(super) fn parameter(
        &mut self,
        parameter: &Parameter,
        quoted: bool,
        found: &mut Vec<Piece>,
    ) -> Result<(), Lost> {
        let held = self.held(parameter)?;
        let push = |found: &mut Vec<Piece>, text: String| {
            found.push(Piece::Text { text, quoted, split: !quoted });
        };
        let not_known = |found: &mut Vec<Piece>, held: &Held| {
            found.push(Piece::Unknown { foreign: matches!(held, Held::Foreign) });
        };
        match &parameter.operator {
            Operator::None => match held {
                Held::Text(text) => push(found, text),
                Held::Unset => push(found, String::new()),
                Held::Elements(elements) => {
                    let joined = matches!(parameter.subscript, Some(Subscript::Joined));
                    if joined && quoted {
                        push(found, elements.join(" "));
                        return Ok(());
                    }
                    let last = elements.len().saturating_sub(1);
                    for (at, element) in elements.into_iter().enumerate() {
                        push(found, element);
                        if at < last {
                            found.push(Piece::Break);
                        }
                    }
                }
                held => not_known(found, &held),
            },
            Operator::Length => match held {
                Held::Text(text) if text.is_ascii() => push(found, text.len().to_string()),
                Held::Unset => push(found, "0".to_owned()),
                Held::Elements(elements) => push(found, elements.len().to_string()),
                held => not_known(found, &held),
            },
            Operator::Default { colon, word } => match is_null(&held, *colon) {
                Some(true) => self.pieces(&word.parts, quoted, true, found)?,
                Some(false) => self.plain(held, quoted, found),
                None => {
                    self.perhaps_word(word)?;
                    found.push(Piece::Unknown { foreign: false });
                }
            },
            Operator::Alternative { colon, word } => match is_null(&held, *colon) {
                Some(true) => push(found, String::new()),
                Some(false) => self.pieces(&word.parts, quoted, true, found)?,
                None => {
                    self.perhaps_word(word)?;
                    found.push(Piece::Unknown { foreign: false });
                }
            },
            Operator::Assign { colon, word } => {
                if parameter.indirect || parameter.subscript.is_some() || !is_name(&parameter.name)
                {
                    return self.lost();
                }
                match is_null(&held, *colon) {
                    Some(false) => self.plain(held, quoted, found),
                    Some(true) => match self.text_of(word)? {
                        Some(text) => {
                            self.set_text(&parameter.name, text.clone())?;
                            push(found, text);
                        }
                        None => {
                            self.unknown_text(&parameter.name)?;
                            found.push(Piece::Unknown { foreign: false });
                        }
                    },
                    None => {
                        self.perhaps_word(word)?;
                        self.unknown_text(&parameter.name)?;
                        found.push(Piece::Unknown { foreign: false });
                    }
                }
            }
            Operator::Required { .. } => match held {
                Held::Text(text) if !text.is_empty() => push(found, text),
                Held::Text(_) | Held::Unset => return self.lost(),
                // If it is empty, the ebuild has failed.
                held => not_known(found, &held),
            },
            Operator::Other => found.push(Piece::Unknown { foreign: false }),
            operator => self.changed(operator, held, quoted, found)?,
        }
        Ok(())
    }

    fn plain(&self, held: Held, quoted: bool, found: &mut Vec<Piece>) {
        found.push(match held {
            Held::Text(text) => Piece::Text { text, quoted, split: !quoted },
            _ => Piece::Unknown { foreign: false },
        });
    }

    fn perhaps_word(&mut self, word: &Word) -> Result<(), Lost> {
        self.perhaps(|machine| machine.pieces(&word.parts, false, true, &mut Vec::new()))
    }

    /// What the parameter holds, before its operator.
    fn held(&mut self, parameter: &Parameter) -> Result<Held, Lost> {
        let name = match parameter.indirect {
            false => parameter.name.clone(),
            true if matches!(parameter.subscript, Some(Subscript::Each | Subscript::Joined)) => {
                // The keys of an array.
                return match parameter.operator {
                    Operator::None => Ok(Held::Unknown),
                    _ => self.lost(),
                };
            }
            true => {
                // `${!NAME}` runs what the name holds, if that is no name.
                let target = match self.state.variables.get(&parameter.name).map(|v| &v.value) {
                    Some(Value::Text(target)) if is_name(target) => target.clone(),
                    _ => return self.indirect_names(parameter),
                };
                if parameter.subscript.is_some() || matches!(parameter.operator, Operator::Other) {
                    return Ok(Held::Unknown);
                }
                target
            }
        };
        if let Some(Subscript::Index(word)) = &parameter.subscript {
            return self.element(&name, word);
        }
        let Some(variable) = self.state.variables.get(&name) else { return Ok(Held::Foreign) };
        Ok(match (&variable.value, &parameter.subscript) {
            _ if variable.associative => Held::Unknown,
            (Value::Unset, None) => Held::Unset,
            (Value::Unset, Some(_)) => Held::Elements(Vec::new()),
            (Value::Text(text), None) => Held::Text(text.clone()),
            (Value::Text(text), Some(_)) => Held::Elements(vec![text.clone()]),
            (Value::Array(elements), None) => {
                elements.first().map_or(Held::Unset, |first| Held::Text(first.clone()))
            }
            (Value::Array(elements), Some(_)) => Held::Elements(elements.clone()),
            (Value::Unknown(_), _) => Held::Unknown,
        })
    }

    /// `${!PREFIX*}` and `${!PREFIX@}` name names only.
    fn indirect_names(&self, parameter: &Parameter) -> Result<Held, Lost> {
        match parameter.operator {
            Operator::Other => Ok(Held::Unknown),
            _ => self.lost(),
        }
    }

    fn element(&mut self, name: &str, index: &Word) -> Result<Held, Lost> {
        let variable = self.state.variables.get(name);
        if variable.is_some_and(|variable| variable.associative) {
            self.text_of(index)?;
            return Ok(Held::Unknown);
        }
        let held = variable.map(|variable| variable.value.clone());
        let index = self.number(index)?.and_then(|index| usize::try_from(index).ok());
        Ok(match (held, index) {
            (None, _) => Held::Foreign,
            (Some(Value::Text(text)), Some(0)) => Held::Text(text),
            (Some(Value::Array(elements)), Some(index)) => {
                elements.into_iter().nth(index).map_or(Held::Unset, Held::Text)
            }
            _ => Held::Unknown,
        })
    }

    /// Operators that make another text of a text; of an array, of each element.
    fn changed(
        &mut self,
        operator: &Operator,
        held: Held,
        quoted: bool,
        found: &mut Vec<Piece>,
    ) -> Result<(), Lost> {
        let known = match held {
            Held::Text(text) => Some(vec![text]),
            Held::Unset => Some(vec![String::new()]),
            Held::Elements(elements)
                if quoted && !matches!(operator, Operator::Substring { .. }) =>
            {
                Some(elements)
            }
            Held::Elements(_) | Held::Unknown | Held::Foreign => None,
        };
        // The operands may set something even so.
        let change = self.change(operator)?;
        let (Some(texts), Some(change)) = (known, change) else {
            found.push(Piece::Unknown { foreign: false });
            return Ok(());
        };
        let last = texts.len().saturating_sub(1);
        for (at, text) in texts.into_iter().enumerate() {
            let Some(text) = self.apply(&change, &text)? else {
                found.push(Piece::Unknown { foreign: false });
                return Ok(());
            };
            found.push(Piece::Text { text, quoted, split: !quoted });
            if at < last {
                found.push(Piece::Break);
            }
        }
        Ok(())
    }

    fn change(&mut self, operator: &Operator) -> Result<Option<Change>, Lost> {
        Ok(match operator {
            Operator::Trim { end, longest, pattern } => {
                let pattern = self.pattern(pattern)?;
                pattern.map(|pattern| Change::Trim { end: *end, longest: *longest, pattern })
            }
            Operator::Replace { which, pattern, replacement } => {
                let pattern = self.pattern(pattern)?;
                // A backslash or `&` in it may mean something; by the version of bash.
                let replaced = self.text_of(replacement)?;
                let replaced = replaced.filter(|text| !text.contains(['&', '\\']));
                pattern.zip(replaced).map(|(pattern, replacement)| Change::Replace {
                    which: *which,
                    pattern,
                    replacement,
                })
            }
            Operator::Substring { offset, length } => {
                let offset = self.number(offset)?;
                let length = match length {
                    Some(word) => Some(self.number(word)?),
                    None => None,
                };
                match (offset, length) {
                    (Some(offset), None) => Some(Change::Substring { offset, length: None }),
                    (Some(offset), Some(Some(length))) => {
                        Some(Change::Substring { offset, length: Some(length) })
                    }
                    _ => None,
                }
            }
            Operator::Case { upper, all, pattern } => match pattern.parts.is_empty() {
                true => Some(Change::Case { upper: *upper, all: *all }),
                false => {
                    self.pattern(pattern)?;
                    None
                }
            },
            _ => None,
        })
    }

    fn apply(&mut self, change: &Change, text: &str) -> Result<Option<String>, Lost> {
        let chars: Vec<char> = text.chars().collect();
        self.spend(chars.len())?;
        Ok(match change {
            Change::Trim { end, longest, pattern } => {
                let mut lengths: Vec<usize> = (0..=chars.len()).collect();
                if *longest {
                    lengths.reverse();
                }
                for length in lengths {
                    let (low, high) = match end {
                        true => (chars.len() - length, chars.len()),
                        false => (0, length),
                    };
                    self.spend(pattern.cost(length))?;
                    if chars.get(low..high).is_some_and(|part| pattern.matches(part)) {
                        let kept = match end {
                            true => chars.get(..low),
                            false => chars.get(high..),
                        };
                        return Ok(kept.map(|kept| kept.iter().collect()));
                    }
                }
                Some(text.to_owned())
            }
            Change::Replace { which, pattern, replacement } => {
                self.replace(&chars, *which, pattern, replacement)?
            }
            Change::Substring { offset, length } => {
                if !text.is_ascii() {
                    return Ok(None);
                }
                let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
                let start = if *offset < 0 { size.saturating_add(*offset) } else { *offset };
                if start < 0 || start > size {
                    return Ok(Some(String::new()));
                }
                let end = match length {
                    None => size,
                    Some(length) if *length < 0 => size.saturating_add(*length),
                    Some(length) => start.saturating_add(*length).min(size),
                };
                if end < start {
                    return self.lost();
                }
                let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
                range.and_then(|(start, end)| text.get(start..end)).map(str::to_owned)
            }
            Change::Case { upper, all } => {
                if !text.is_ascii() {
                    return Ok(None);
                }
                let mut bytes = text.to_owned();
                let end = if *all { bytes.len() } else { bytes.len().min(1) };
                if let Some(part) = bytes.get_mut(..end) {
                    match upper {
                        true => part.make_ascii_uppercase(),
                        false => part.make_ascii_lowercase(),
                    }
                }
                Some(bytes)
            }
        })
    }

    fn replace(
        &mut self,
        chars: &[char],
        which: Which,
        pattern: &Pattern,
        replacement: &str,
    ) -> Result<Option<String>, Lost> {
        if pattern.length() == Some(0) {
            let text: String = chars.iter().collect();
            return Ok(match which {
                Which::Prefix => Some(format!("{replacement}{text}")),
                Which::Suffix => Some(format!("{text}{replacement}")),
                Which::First | Which::All => None,
            });
        }
        // Bash has cases of its own for patterns that fit nothing at all.
        self.spend(pattern.cost(0))?;
        if pattern.matches(&[]) {
            return Ok(None);
        }
        let mut text = String::new();
        let mut at = 0;
        while at < chars.len() {
            let mut matched = None;
            if which != Which::Prefix || at == 0 {
                let rest = chars.len() - at;
                let (shortest, longest) = match (pattern.length(), which) {
                    (_, Which::Suffix) => (rest, rest),
                    (Some(length), _) => (length, length),
                    (None, _) => (1, rest),
                };
                self.spend(1)?;
                let begins = chars.get(at).is_some_and(|c| pattern.may_begin_with(*c));
                for length in (shortest..=longest).rev().filter(|_| begins) {
                    self.spend(pattern.cost(length))?;
                    if chars.get(at..at + length).is_some_and(|part| pattern.matches(part)) {
                        matched = Some(length);
                        break;
                    }
                }
            }
            match matched {
                Some(length) => {
                    text.push_str(replacement);
                    at += length;
                    if which == Which::First || which == Which::Prefix {
                        break;
                    }
                }
                None => {
                    text.extend(chars.get(at));
                    at += 1;
                }
            }
        }
        text.extend(chars.get(at..).unwrap_or_default());
        Ok(Some(text))
    }
}

/// What an operator does, with its operands expanded.
enum Change {
    Trim { end: bool, longest: bool, pattern: Pattern },
    Replace { which: Which, pattern: Pattern, replacement: String },
    Substring { offset: i64, length: Option<i64> },
    Case { upper: bool, all: bool },
}

/// Whether a parameter is unset, or with `colon` empty; `None` where that is not known.
fn is_null(held: &Held, colon: bool) -> Option<bool> {
    match held {
        Held::Unset => Some(true),
        Held::Text(text) => Some(colon && text.is_empty()),
        Held::Elements(_) | Held::Unknown | Held::Foreign => None,
    }
}
