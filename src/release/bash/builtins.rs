//! What bash and package managers have built in.

use super::conditions::compare;
use super::effects::is_harmless_flag;
use super::expand::braces;
use super::limits::Lost;
use super::run::{Flow, Machine, Status};
use super::state::{Arguments, Unknown, Value, Variable, Why, is_name};
use super::syntax::{Argument, Assigned, Assignment};

/// What a command that declares is given.
enum Operand<'a> {
    /// An assignment, and what it assigns.
    Assigned(&'a Assignment, Value),
    /// `NAME=VALUE` that came of an expansion.
    Text(String, String),
    Name(String),
}

impl<'a> Machine<'a> {
    pub(super) fn declare(&mut self, command: &str, words: &'a [Argument]) -> Result<Flow, Lost> {
        let Some((flags, operands)) = self.operands(command, words)? else {
            return Ok(Flow::Next(Status::Succeeds));
        };
        // bash fills arrays while it still expands what stands behind them.
        let arrays = operands.iter().any(|operand| {
            matches!(operand, Operand::Assigned(one, _) if matches!(one.value, Assigned::Array(_)))
        });
        let mixed = arrays && operands.len() > 1;
        for operand in operands {
            let named = match operand {
                Operand::Assigned(assignment, value) => {
                    self.assign_value(assignment, value)?;
                    if becomes_other(assignment, &flags) || mixed {
                        self.unknown(&assignment.name)?;
                    }
                    assignment.name.clone()
                }
                Operand::Text(name, value) => {
                    self.set_text(&name, value)?;
                    if mixed {
                        self.unknown(&name)?;
                    }
                    name
                }
                Operand::Name(name) => name,
            };
            self.mark(&named, &flags, command == "readonly")?;
        }
        Ok(Flow::Next(Status::Succeeds))
    }

    /// The flags and operands of `declare` and its kin, each expanded before any is assigned; `None` for functions.
    fn operands(
        &mut self,
        command: &str,
        words: &'a [Argument],
    ) -> Result<Option<(String, Vec<Operand<'a>>)>, Lost> {
        let mut flags = String::new();
        let mut operands = Vec::new();
        for word in words.iter().skip(1) {
            let options = operands.is_empty();
            let operand = match word {
                Argument::Assignment(assignment) => {
                    if flags.contains('A') && self.state.variable(&assignment.name).is_none() {
                        self.set(&assignment.name, Value::Unset)?;
                    }
                    if flags.contains('A') {
                        self.mark(&assignment.name, "A", false)?;
                    }
                    Operand::Assigned(assignment, self.value(assignment)?)
                }
                Argument::Word(word) => {
                    let Some(fields) = self.fields(word)? else { return self.lost() };
                    let [text] = fields.as_slice() else { return self.lost() };
                    if text.starts_with(['-', '+']) {
                        let functions = command == "export" && text == "-f";
                        if functions && options {
                            return Ok(None);
                        }
                        let keeps = command == "export" && text == "-n";
                        // Behind a name nothing is an option.
                        if !options || !(keeps || is_harmless_flag(command, text)) {
                            return self.lost();
                        }
                        if !keeps {
                            flags.push_str(text);
                        }
                        continue;
                    }
                    match text.split_once('=') {
                        Some((name, value)) if is_name(name) && !value.starts_with('(') => {
                            Operand::Text(name.to_owned(), value.to_owned())
                        }
                        None if is_name(text) => Operand::Name(text.clone()),
                        _ => return self.lost(),
                    }
                }
            };
            operands.push(operand);
        }
        // What only prints assigns nothing, in some of them.
        let assigns = |operand: &Operand<'_>| !matches!(operand, Operand::Name(_));
        if flags.contains('p') && operands.iter().any(assigns) {
            return self.lost();
        }
        Ok(Some((flags, operands)))
    }

    /// Gives a variable what the flags of `declare` say.
    fn mark(&mut self, name: &str, flags: &str, readonly: bool) -> Result<(), Lost> {
        let readonly = readonly || flags.contains('r');
        let associative = flags.contains('A');
        if !readonly && !associative {
            return Ok(());
        }
        let at = self.at;
        let unknown =
            Value::Unknown(Unknown { why: Why::Place, span: (at, at), array: associative });
        let mut variable = self.state.variable(name).cloned().unwrap_or(Variable {
            value: unknown,
            readonly: false,
            associative: false,
            at,
        });
        variable.readonly |= readonly;
        variable.associative |= associative;
        self.put(name, variable)
    }

    pub(super) fn unset(&mut self, arguments: &Arguments) -> Result<Flow, Lost> {
        let mut functions = false;
        for argument in arguments {
            match argument.as_deref() {
                Some("-f") => functions = true,
                Some("-v") => {}
                Some(name) if functions => {
                    self.spend(self.state.functions_cost())?;
                    self.state.functions_mut().remove(name);
                }
                Some(name) if is_name(name) => self.set(name, Value::Unset)?,
                _ => return self.lost(),
            }
        }
        Ok(Flow::Next(Status::Succeeds))
    }

    pub(super) fn read(&mut self, arguments: &Arguments) -> Result<Flow, Lost> {
        for argument in arguments {
            match argument.as_deref() {
                None | Some("-C") => return self.lost(),
                Some(name) if is_name(name) => self.unknown(name)?,
                Some(text) if text.contains('[') => return self.lost(),
                Some(_) => {}
            }
        }
        for name in ["REPLY", "MAPFILE"] {
            self.unknown(name)?;
        }
        Ok(Flow::Next(Status::Unknown))
    }

    pub(super) fn printf(&mut self, arguments: &Arguments) -> Result<Flow, Lost> {
        match arguments {
            [Some(option), Some(name), ..] if option == "-v" && is_name(name) => {
                self.unknown_text(name)?;
            }
            [None, ..] => return self.lost(),
            [Some(option), ..] if option.starts_with("-v") => return self.lost(),
            _ => {}
        }
        Ok(Flow::Next(Status::Unknown))
    }

    pub(super) fn classic_test(
        &mut self,
        name: &str,
        arguments: &Arguments,
    ) -> Result<Status, Lost> {
        let arguments = match (name, arguments.split_last()) {
            ("[", Some((Some(end), rest))) if end == "]" => rest,
            ("[", _) => return Ok(Status::Unknown),
            _ => arguments,
        };
        // `-v NAME[…]` counts.
        let counts = |argument: &Option<String>| argument.as_deref() == Some("-v");
        if arguments.iter().any(counts) {
            return self.lost();
        }
        Ok(match arguments {
            [] => Status::Fails,
            [Some(text)] => Status::of(!text.is_empty()),
            [Some(operator), Some(text)] if operator == "-n" => Status::of(!text.is_empty()),
            [Some(operator), Some(text)] if operator == "-z" => Status::of(text.is_empty()),
            [Some(one), Some(operator), Some(other)] => match operator.as_str() {
                "=" | "==" => Status::of(one == other),
                "!=" => Status::of(one != other),
                "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                    let number = |text: &str| text.parse::<i64>().ok();
                    let numbers = number(one).zip(number(other));
                    numbers.map_or(Status::Unknown, |(a, b)| compare(operator, a, b))
                }
                _ => Status::Unknown,
            },
            _ => Status::Unknown,
        })
    }

    pub(super) fn ver_test(&self, arguments: &Arguments) -> Status {
        let Some(pvr) = self.state.text("PVR") else { return Status::Unknown };
        let (one, operator, other) = match arguments {
            [Some(operator), Some(other)] => (pvr, operator, other),
            [Some(one), Some(operator), Some(other)] => (one.as_str(), operator, other),
            _ => return Status::Unknown,
        };
        let compared = (self.order)(one, other);
        let Some(order) = compared else { return Status::Unknown };
        match operator.as_str() {
            "-eq" => Status::of(order.is_eq()),
            "-ne" => Status::of(order.is_ne()),
            "-lt" => Status::of(order.is_lt()),
            "-le" => Status::of(order.is_le()),
            "-gt" => Status::of(order.is_gt()),
            "-ge" => Status::of(order.is_ge()),
            _ => Status::Unknown,
        }
    }
}

/// Whether `declare` makes something else of an assignment than the assignment alone would be: several
/// words of braces, and an array of what is in quotes.
fn becomes_other(assignment: &Assignment, flags: &str) -> bool {
    match &assignment.value {
        Assigned::Word(word) => braces(word) || flags.contains(['a', 'A']),
        Assigned::Array(_) => false,
    }
}

/// `has WORD LIST…`.
pub(super) fn has(arguments: &Arguments) -> Status {
    let Some((Some(word), list)) = arguments.split_first() else { return Status::Unknown };
    if list.iter().flatten().any(|known| known == word) {
        return Status::Succeeds;
    }
    match list.iter().all(Option::is_some) {
        true => Status::Fails,
        false => Status::Unknown,
    }
}
