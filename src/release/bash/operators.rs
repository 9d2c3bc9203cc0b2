//! What `${NAME…}` does with a value: trims, replaces, cuts, changes the case.

use super::limits::{COMMAND, Known, Lost, NotKnown, VALUE};
use super::pattern::Pattern;
use super::run::Machine;
use super::syntax::{Operator, Which};

/// What an operator does, with its operands expanded.
pub(super) enum Change {
    Trim { end: bool, longest: bool, pattern: Pattern },
    Replace { which: Which, pattern: Pattern, replacement: String },
    Substring { offset: i64, length: Option<i64> },
    Case { upper: bool, all: bool },
}

impl Machine<'_> {
    /// What the operator does, or why that is not known.
    pub(super) fn change(&mut self, operator: &Operator) -> Result<Known<Change>, Lost> {
        let change = match operator {
            Operator::Trim { end, longest, pattern } => {
                let pattern = self.pattern(pattern)?;
                pattern.map(|pattern| Change::Trim { end: *end, longest: *longest, pattern })
            }
            Operator::Replace { which, pattern, replacement } => {
                let pattern = self.pattern(pattern)?;
                let replacement = self.known_text(replacement)?;
                let (Some(pattern), Ok(replacement)) = (pattern, &replacement) else {
                    return Ok(Err(replacement.err().unwrap_or_default()));
                };
                // A backslash or `&` in it may mean something; by the version of bash.
                let plain = !replacement.contains(['&', '\\']);
                plain.then(|| Change::Replace {
                    which: *which,
                    pattern,
                    replacement: replacement.clone(),
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
        };
        Ok(change.ok_or_else(NotKnown::default))
    }

    /// What becomes of `text`.
    pub(super) fn apply(&mut self, change: &Change, text: &str) -> Result<Known<String>, Lost> {
        self.spend(COMMAND + text.len())?;
        if let Change::Trim { pattern, .. } | Change::Replace { pattern, .. } = change
            && !pattern.reads(text)
        {
            return Ok(Err(NotKnown::default()));
        }
        let known = match change {
            Change::Trim { end, longest, pattern } => {
                let chars: Vec<char> = text.chars().collect();
                let (least, most) = match pattern.length() {
                    Some(length) if length > chars.len() => return Ok(Ok(text.to_owned())),
                    Some(length) => (length, length),
                    None => (0, chars.len()),
                };
                for step in least..=most {
                    let length = if *longest { most - (step - least) } else { step };
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
                        return Ok(kept
                            .map(|kept| kept.iter().collect())
                            .ok_or_else(NotKnown::default));
                    }
                }
                Some(text.to_owned())
            }
            Change::Replace { which, pattern, replacement } => {
                let chars: Vec<char> = text.chars().collect();
                return self.replace(&chars, *which, pattern, replacement);
            }
            Change::Substring { offset, length } => {
                if !text.is_ascii() {
                    return Ok(Err(NotKnown::default()));
                }
                let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
                let start = if *offset < 0 { size.saturating_add(*offset) } else { *offset };
                if start < 0 || start > size {
                    return Ok(Ok(String::new()));
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
                    return Ok(Err(NotKnown::default()));
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
        };
        Ok(known.ok_or_else(NotKnown::default))
    }

    fn replace(
        &mut self,
        chars: &[char],
        which: Which,
        pattern: &Pattern,
        replacement: &str,
    ) -> Result<Known<String>, Lost> {
        let not_known = Ok(Err(NotKnown::default()));
        if pattern.length() == Some(0) {
            let text: String = chars.iter().collect();
            self.spend(replacement.len())?;
            return match which {
                Which::Prefix => Ok(Ok(format!("{replacement}{text}"))),
                Which::Suffix => Ok(Ok(format!("{text}{replacement}"))),
                Which::First | Which::All => not_known,
            };
        }
        // Bash has cases of its own for patterns that fit nothing at all.
        self.spend(pattern.cost(0))?;
        if pattern.matches(&[]) {
            return not_known;
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
                let longest = if begins { longest } else { 0 };
                for length in (shortest..=longest).rev() {
                    self.spend(pattern.cost(length))?;
                    if chars.get(at..at + length).is_some_and(|part| pattern.matches(part)) {
                        matched = Some(length);
                        break;
                    }
                }
            }
            match matched {
                Some(length) => {
                    self.spend(replacement.len())?;
                    if text.len() + replacement.len() > VALUE {
                        return Ok(Err(NotKnown::LARGE));
                    }
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
        Ok(Ok(text))
    }
}
