//! What `${…}` expands to.

use super::expand::{Pieces, tilde};
use super::limits::{COMMAND, Lost, NotKnown};
use super::run::Machine;
use super::state::{Value, is_name};
use super::syntax::{Operator, Parameter, Subscript, Word};
use std::rc::Rc;

/// What a parameter holds.
enum Held {
    Unset,
    Text(Rc<String>),
    Elements(Rc<Vec<String>>),
    /// Set by the script to something that is not known, or not set by it.
    Unknown(NotKnown),
}

impl Machine<'_> {
    /// Expands a parameter.
    pub(super) fn parameter(
        &mut self,
        parameter: &Parameter,
        quoted: bool,
        found: &mut Pieces,
    ) -> Result<(), Lost> {
        let held = self.held(parameter)?;
        match &parameter.operator {
            Operator::None => match held {
                Held::Elements(elements) => {
                    let joined = quoted && matches!(parameter.subscript, Some(Subscript::Joined));
                    let last = elements.len().saturating_sub(1);
                    for (at, element) in elements.iter().enumerate() {
                        self.push(found, element.as_str(), quoted, !quoted)?;
                        match joined {
                            _ if at == last => {}
                            true => self.push(found, " ", true, false)?,
                            false => self.push_break(found)?,
                        }
                    }
                    if joined && elements.is_empty() {
                        self.push(found, "", true, false)?;
                    }
                }
                held => self.plain(held, quoted, found)?,
            },
            Operator::Length => match held {
                Held::Text(text) if text.is_ascii() => {
                    self.push(found, text.len().to_string(), quoted, !quoted)?;
                }
                Held::Unset => self.push(found, "0", quoted, !quoted)?,
                Held::Elements(elements) => {
                    self.push(found, elements.len().to_string(), quoted, !quoted)?;
                }
                Held::Text(_) => found.unknown(NotKnown::default()),
                Held::Unknown(why) => found.unknown(why),
            },
            Operator::Default { colon, word } => match is_null(&held, *colon) {
                Some(true) => self.operand(word, quoted, found)?,
                Some(false) => self.plain(held, quoted, found)?,
                None => {
                    self.perhaps_word(word)?;
                    found.unknown(NotKnown::default());
                }
            },
            Operator::Alternative { colon, word } => match is_null(&held, *colon) {
                Some(true) => self.push(found, "", quoted, !quoted)?,
                Some(false) => self.operand(word, quoted, found)?,
                None => {
                    self.perhaps_word(word)?;
                    found.unknown(NotKnown::default());
                }
            },
            Operator::Assign { colon, word } => {
                if parameter.indirect || parameter.subscript.is_some() || !is_name(&parameter.name)
                {
                    return self.lost();
                }
                match is_null(&held, *colon) {
                    Some(false) => self.plain(held, quoted, found)?,
                    Some(true) => match self.text_of(word)? {
                        Some(text) => {
                            self.set_text(&parameter.name, text.clone())?;
                            self.push(found, text, quoted, !quoted)?;
                        }
                        None => {
                            self.unknown_text(&parameter.name)?;
                            found.unknown(NotKnown::default());
                        }
                    },
                    None => {
                        self.perhaps_word(word)?;
                        self.unknown_text(&parameter.name)?;
                        found.unknown(NotKnown::default());
                    }
                }
            }
            Operator::Required { .. } => match held {
                Held::Text(text) if !text.is_empty() => {
                    self.push(found, text.as_str(), quoted, !quoted)?;
                }
                Held::Text(_) | Held::Unset => return self.lost(),
                // If it is empty, the ebuild has failed.
                Held::Elements(_) => found.unknown(NotKnown::default()),
                Held::Unknown(why) => found.unknown(why),
            },
            Operator::Other => found.unknown(NotKnown::default()),
            operator => {
                let joined = matches!(parameter.subscript, Some(Subscript::Joined));
                self.changed(operator, held, (quoted, joined), found)?;
            }
        }
        Ok(())
    }

    /// What stands in place of a value, where a tilde becomes a directory unless it is in quotes.
    fn operand(&mut self, word: &Word, quoted: bool, found: &mut Pieces) -> Result<(), Lost> {
        self.pieces(&word.parts, quoted, true, found)?;
        if !quoted && tilde(word) {
            found.unknown(NotKnown::default());
        }
        Ok(())
    }

    fn plain(&mut self, held: Held, quoted: bool, found: &mut Pieces) -> Result<(), Lost> {
        match held {
            Held::Text(text) => self.push(found, text.as_str(), quoted, !quoted)?,
            Held::Unset => self.push(found, "", quoted, !quoted)?,
            Held::Elements(_) => found.unknown(NotKnown::default()),
            Held::Unknown(why) => found.unknown(why),
        }
        Ok(())
    }

    fn perhaps_word(&mut self, word: &Word) -> Result<(), Lost> {
        self.perhaps(|machine| machine.pieces(&word.parts, false, true, &mut Pieces::default()))
    }

    /// What the parameter holds, before its operator.
    fn held(&mut self, parameter: &Parameter) -> Result<Held, Lost> {
        self.spend(COMMAND)?;
        let unknown = Ok(Held::Unknown(NotKnown::default()));
        let name = match parameter.indirect {
            false => parameter.name.as_str(),
            true if matches!(parameter.subscript, Some(Subscript::Each | Subscript::Joined)) => {
                // The keys of an array.
                return match parameter.operator {
                    Operator::None => unknown,
                    _ => self.lost(),
                };
            }
            true => {
                // `${!NAME}` runs what the name holds, if that is no name.
                let target = match self.state.value(&parameter.name) {
                    Some(Value::Text(target)) if is_name(target) => Rc::clone(target),
                    _ => return self.indirect_names(parameter),
                };
                if parameter.subscript.is_some() || matches!(parameter.operator, Operator::Other) {
                    return unknown;
                }
                return Ok(self.held_by(&target, None));
            }
        };
        if let Some(Subscript::Index(word)) = &parameter.subscript {
            return self.element(name, word);
        }
        Ok(self.held_by(name, parameter.subscript.as_ref()))
    }

    fn held_by(&self, name: &str, subscript: Option<&Subscript>) -> Held {
        // The last word of the command before, whatever was assigned.
        if name == "_" {
            return Held::Unknown(NotKnown::default());
        }
        let Some(variable) = self.state.variable(name) else {
            return Held::Unknown(NotKnown::FOREIGN);
        };
        match (&variable.value, subscript) {
            _ if variable.associative => Held::Unknown(NotKnown::default()),
            (Value::Unset, None) => Held::Unset,
            (Value::Unset, Some(_)) => Held::Elements(Rc::default()),
            (Value::Text(text), None) => Held::Text(Rc::clone(text)),
            (Value::Text(text), Some(_)) => Held::Elements(Rc::new(vec![text.to_string()])),
            (Value::Array(elements), None) => {
                elements.first().map_or(Held::Unset, |first| Held::Text(Rc::new(first.clone())))
            }
            (Value::Array(elements), Some(_)) => Held::Elements(Rc::clone(elements)),
            (Value::Unknown(unknown), _) => Held::Unknown(unknown.not_known()),
        }
    }

    /// `${!PREFIX*}` and `${!PREFIX@}` name names only.
    fn indirect_names(&self, parameter: &Parameter) -> Result<Held, Lost> {
        match parameter.operator {
            Operator::Other => Ok(Held::Unknown(NotKnown::default())),
            _ => self.lost(),
        }
    }

    fn element(&mut self, name: &str, index: &Word) -> Result<Held, Lost> {
        let variable = self.state.variable(name);
        if variable.is_some_and(|variable| variable.associative) {
            self.text_of(index)?;
            return Ok(Held::Unknown(NotKnown::default()));
        }
        let held = variable.map(|variable| variable.value.clone());
        let index = self.number(index)?.and_then(|index| usize::try_from(index).ok());
        Ok(match (held, index) {
            (None, _) => Held::Unknown(NotKnown::FOREIGN),
            (Some(Value::Text(text)), Some(0)) => Held::Text(text),
            (Some(Value::Array(elements)), Some(index)) => {
                let element = elements.get(index);
                element.map_or(Held::Unset, |element| Held::Text(Rc::new(element.clone())))
            }
            _ => Held::Unknown(NotKnown::default()),
        })
    }

    /// Operators that make another text of a text; of an array, of each element.
    fn changed(
        &mut self,
        operator: &Operator,
        held: Held,
        (quoted, joined): (bool, bool),
        found: &mut Pieces,
    ) -> Result<(), Lost> {
        let one = |text| Rc::new(vec![text]);
        let known = match held {
            Held::Text(text) => Ok(one(text.to_string())),
            Held::Unset => Ok(one(String::new())),
            Held::Elements(elements)
                if quoted && !matches!(operator, Operator::Substring { .. }) =>
            {
                Ok(elements)
            }
            Held::Elements(_) => Err(NotKnown::default()),
            Held::Unknown(why) => Err(NotKnown { foreign: false, ..why }),
        };
        // The operands may set something even so.
        let change = self.change(operator)?;
        let (texts, change) = match (known, change) {
            (Ok(texts), Ok(change)) => (texts, change),
            (Err(why), _) | (Ok(_), Err(why)) => {
                found.unknown(why);
                return Ok(());
            }
        };
        let last = texts.len().saturating_sub(1);
        for (at, text) in texts.iter().enumerate() {
            match self.apply(&change, text)? {
                Ok(text) => self.push(found, text, quoted, !quoted)?,
                Err(why) => {
                    found.unknown(why);
                    return Ok(());
                }
            }
            // In quotes `[*]` is one word.
            match joined && quoted {
                _ if at == last => {}
                true => self.push(found, " ", true, false)?,
                false => self.push_break(found)?,
            }
        }
        Ok(())
    }
}

/// Whether a parameter is unset, or with `colon` empty; `None` where that is not known.
fn is_null(held: &Held, colon: bool) -> Option<bool> {
    match held {
        Held::Unset => Some(true),
        Held::Text(text) => Some(colon && text.is_empty()),
        Held::Elements(_) | Held::Unknown(_) => None,
    }
}
