//! What conditions come to.

use super::cursor::Lost;
use super::run::{Machine, Status};
use super::state::{Value, is_name};
use super::syntax::Test;

impl<'a> Machine<'a> {
    /// `[[ … ]]`.
    pub(super) fn test(&mut self, test: &'a Test) -> Result<Status, Lost> {
        Ok(match test {
            Test::Not(inner) => self.test(inner)?.negated(),
            Test::And(one, other) => match self.test(one)? {
                Status::Fails => Status::Fails,
                Status::Succeeds => self.test(other)?,
                Status::Unknown => {
                    let mut status = Status::Unknown;
                    self.perhaps(|machine| {
                        status = machine.test(other)?;
                        Ok(())
                    })?;
                    if status == Status::Fails { Status::Fails } else { Status::Unknown }
                }
            },
            Test::Or(one, other) => match self.test(one)? {
                Status::Succeeds => Status::Succeeds,
                Status::Fails => self.test(other)?,
                Status::Unknown => {
                    let mut status = Status::Unknown;
                    self.perhaps(|machine| {
                        status = machine.test(other)?;
                        Ok(())
                    })?;
                    if status == Status::Succeeds { Status::Succeeds } else { Status::Unknown }
                }
            },
            Test::Word(word) => {
                let text = self.text_of(word)?;
                text.map_or(Status::Unknown, |text| Status::of(!text.is_empty()))
            }
            Test::Unary(operator, word) => {
                let text = self.text_of(word)?;
                self.unary(operator, text.as_deref())?
            }
            Test::Binary(one, operator, other) => {
                let text = self.text_of(one)?;
                match operator.as_str() {
                    "=" | "==" => self.fits(text.as_deref(), other)?,
                    "!=" => self.fits(text.as_deref(), other)?.negated(),
                    "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                        let (one, other) = (self.number(one)?, self.number(other)?);
                        one.zip(other).map_or(Status::Unknown, |(a, b)| compare(operator, a, b))
                    }
                    _ => {
                        self.text_of(other)?;
                        Status::Unknown
                    }
                }
            }
        })
    }

    /// `-n`, `-z` and `-v`; files are not looked at.
    pub(super) fn unary(&mut self, operator: &str, text: Option<&str>) -> Result<Status, Lost> {
        Ok(match (operator, text) {
            ("-n", Some(text)) => Status::of(!text.is_empty()),
            ("-z", Some(text)) => Status::of(text.is_empty()),
            ("-v", Some(name)) if is_name(name) => {
                match self.state.variables.get(name).map(|variable| &variable.value) {
                    Some(Value::Text(_)) => Status::Succeeds,
                    Some(Value::Unset) => Status::Fails,
                    _ => Status::Unknown,
                }
            }
            // `-v NAME[…]` counts, unless the array has keys.
            ("-v", Some(text)) if text.split('[').next().is_some_and(|n| self.has_keys(n)) => {
                Status::Unknown
            }
            ("-v", _) => return self.lost(),
            _ => Status::Unknown,
        })
    }

    fn has_keys(&self, name: &str) -> bool {
        self.state.variables.get(name).is_some_and(|variable| variable.associative)
    }
}

/// Compares numbers by an operator like `-eq`.
pub(super) fn compare(operator: &str, a: i64, b: i64) -> Status {
    Status::of(match operator {
        "-eq" => a == b,
        "-ne" => a != b,
        "-lt" => a < b,
        "-le" => a <= b,
        "-gt" => a > b,
        _ => a >= b,
    })
}
