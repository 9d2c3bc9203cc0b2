//! What conditions come to.

use super::limits::{COMMAND, Lost};
use super::run::{Machine, Status};
use super::state::{Value, is_name};
use super::syntax::Test;

impl<'a> Machine<'a> {
    /// `[[ … ]]`.
    pub(super) fn test(&mut self, test: &'a Test) -> Result<Status, Lost> {
        Ok(match test {
            Test::Not(inner) => self.test(inner)?.negated(),
            Test::All(tests) => self.tests(tests, Status::Succeeds)?,
            Test::Any(tests) => self.tests(tests, Status::Fails)?,
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

    /// Tests one after the other, as long as they come to `goes_on`.
    fn tests(&mut self, tests: &'a [Test], goes_on: Status) -> Result<Status, Lost> {
        let mut status = goes_on;
        for test in tests {
            self.spend(COMMAND)?;
            if status == goes_on {
                status = self.test(test)?;
            } else if status == Status::Unknown {
                // Whether this one is made at all is not known.
                let mut found = Status::Unknown;
                self.perhaps(|machine| {
                    found = machine.test(test)?;
                    Ok(())
                })?;
                if found == goes_on.negated() {
                    status = found;
                }
            } else {
                break;
            }
        }
        Ok(status)
    }

    /// `-n`, `-z` and `-v`; files are not looked at.
    pub(super) fn unary(&mut self, operator: &str, text: Option<&str>) -> Result<Status, Lost> {
        Ok(match (operator, text) {
            ("-n", Some(text)) => Status::of(!text.is_empty()),
            ("-z", Some(text)) => Status::of(text.is_empty()),
            ("-v", Some(name)) if is_name(name) => match self.state.value(name) {
                Some(Value::Text(_)) => Status::Succeeds,
                Some(Value::Unset) => Status::Fails,
                _ => Status::Unknown,
            },
            // `-v NAME[…]` counts, unless the array has keys.
            ("-v", Some(text)) if text.split('[').next().is_some_and(|n| self.has_keys(n)) => {
                Status::Unknown
            }
            ("-v", _) => return self.lost(),
            _ => Status::Unknown,
        })
    }

    fn has_keys(&self, name: &str) -> bool {
        self.state.variable(name).is_some_and(|variable| variable.associative)
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
