//! Simple commands: assignments, what bash has built in, and what package managers add.

use super::builtins::has;
use super::changes::size;
use super::eclasses::leaves_metadata;
use super::effects::may_do_anything;
use super::limits::{COMMAND, Lost, NotKnown};
use super::run::{Flow, Machine, Status};
use super::state::{Arguments, Unknown, Value, Why};
use super::syntax::{Argument, Assigned, Assignment, Command, CommandKind, Part, Word};
use std::rc::Rc;

/// Commands that set no variable and whose outcome is not known.
const HARMLESS: [&str; 29] = [
    "echo",
    "use",
    "usev",
    "usex",
    "use_enable",
    "use_with",
    "in_iuse",
    "has_version",
    "best_version",
    "ver_cut",
    "ver_rs",
    "ver_test",
    "einfo",
    "einfon",
    "elog",
    "ewarn",
    "eqawarn",
    "eerror",
    "ebegin",
    "eend",
    "EXPORT_FUNCTIONS",
    "assert",
    "pwd",
    "type",
    "hash",
    "umask",
    "test",
    "[",
    "shift",
];

impl<'a> Machine<'a> {
    pub(super) fn simple(
        &mut self,
        assignments: &'a [Assignment],
        words: &'a [Argument],
    ) -> Result<Flow, Lost> {
        if words.is_empty() {
            let mut status = Status::Succeeds;
            for assignment in assignments {
                if substitutes(assignment) {
                    status = Status::Unknown;
                }
                self.assign(assignment)?;
            }
            return Ok(Flow::Next(status));
        }
        for assignment in assignments {
            self.value(assignment)?;
        }
        let mut fields: Vec<Option<String>> = Vec::new();
        for word in words {
            match word {
                Argument::Word(word) => match self.fields(word)? {
                    Some(more) => fields.extend(more.into_iter().map(Some)),
                    None => fields.push(None),
                },
                Argument::Assignment(_) => fields.push(None),
            }
        }
        let Some((name, arguments)) = fields.split_first() else {
            return Ok(Flow::Next(Status::Unknown));
        };
        let Some(name) = name.as_deref() else { return self.lost() };
        if self.state.function(name).is_some() {
            return self.call(name, arguments);
        }
        // `NAME=value export NAME` and its kin set more than they seem to.
        let passing = !assignments.is_empty();
        if may_do_anything(name) || (passing && sets(name)) {
            return self.lost();
        }
        match name {
            ":" | "true" => Ok(Flow::Next(Status::Succeeds)),
            "false" => Ok(Flow::Next(Status::Fails)),
            "die" => Ok(Flow::Dead),
            "return" => Ok(Flow::Ended),
            "inherit" => {
                self.inherit(arguments)?;
                Ok(Flow::Next(Status::Succeeds))
            }
            "[" | "test" => Ok(Flow::Next(self.classic_test(name, arguments)?)),
            "has" => Ok(Flow::Next(has(arguments))),
            "ver_test" => Ok(Flow::Next(self.ver_test(arguments))),
            "export" | "declare" | "typeset" | "readonly" => self.declare(name, words),
            "unset" => self.unset(arguments),
            "read" | "mapfile" | "readarray" => self.read(arguments),
            "printf" => self.printf(arguments),
            _ if HARMLESS.contains(&name) => Ok(Flow::Next(Status::Unknown)),
            _ => {
                if !leaves_metadata(name) {
                    self.forget_metadata()?;
                }
                self.may_set(arguments)?;
                Ok(Flow::Next(Status::Unknown))
            }
        }
    }

    /// A command may be told the name of a variable to set.
    fn may_set(&mut self, arguments: &Arguments) -> Result<(), Lost> {
        for name in arguments.iter().flatten() {
            self.spend(COMMAND)?;
            if self.state.variable(name).is_some_and(|variable| !variable.readonly) {
                self.unknown(name)?;
            }
        }
        Ok(())
    }

    /// Calls a function of the script.
    fn call(&mut self, name: &str, arguments: &Arguments) -> Result<Flow, Lost> {
        let bodies: Vec<&'a Command> = self.state.function(name).unwrap_or_default().to_vec();
        self.spend(bodies.len())?;
        for body in bodies {
            let CommandKind::Group(list) = &body.kind else { return self.lost() };
            self.any_times(&[list], None, true)?;
        }
        self.may_set(arguments)?;
        Ok(Flow::Next(Status::Unknown))
    }

    fn assign(&mut self, assignment: &'a Assignment) -> Result<(), Lost> {
        let new = self.value(assignment)?;
        self.assign_value(assignment, new)
    }

    /// Assigns what [`Self::value`] made of the assignment before.
    pub(super) fn assign_value(
        &mut self,
        assignment: &'a Assignment,
        new: Value,
    ) -> Result<(), Lost> {
        self.at = assignment.span.0;
        let name = assignment.name.as_str();
        let place = Value::Unknown(Unknown { why: Why::Place, span: assignment.span, array: true });
        let old = self.state.variable(name);
        let associative = old.is_some_and(|variable| variable.associative);
        if assignment.subscript.is_some() || associative {
            return self.set(name, place);
        }
        let old = match assignment.append {
            true => self.taken(name)?,
            false => old.map(|variable| variable.value.clone()),
        };
        let array = matches!(assignment.value, Assigned::Array(_));
        let value = match (old, new, assignment.append) {
            // A text for an array is its first element.
            (Some(Value::Array(_) | Value::Unknown(Unknown { array: true, .. })), _, false)
                if !array =>
            {
                place
            }
            (Some(Value::Array(_)), Value::Text(_), true) => place,
            (_, new, false) => new,
            (Some(Value::Text(mut old)), Value::Text(new), true) => {
                self.spend(new.len() + if Rc::strong_count(&old) > 1 { old.len() } else { 0 })?;
                Rc::make_mut(&mut old).push_str(&new);
                Value::Text(old)
            }
            (Some(Value::Array(mut old)), Value::Array(new), true) => {
                if Rc::strong_count(&old) > 1 {
                    self.spend(size(&Value::Array(Rc::clone(&old))))?;
                }
                Rc::make_mut(&mut old).extend(new.iter().cloned());
                Value::Array(old)
            }
            (Some(Value::Text(old)), Value::Array(new), true) => {
                let elements = std::iter::once(old.to_string()).chain(new.iter().cloned());
                Value::Array(Rc::new(elements.collect()))
            }
            (Some(Value::Unset), new, true) => new,
            // Unknown is what was there, or what came.
            (Some(old @ Value::Unknown(_)), _, true) if !array => old,
            _ => place,
        };
        self.set(name, value)
    }

    /// Takes the value of a variable, to put another there: where it is nobody else's, what is
    /// added to it is all that is copied.
    fn taken(&mut self, name: &str) -> Result<Option<Value>, Lost> {
        self.spend(self.state.change_costs())?;
        let variable = self.state.variables_mut().get_mut(name);
        Ok(variable.map(|variable| std::mem::replace(&mut variable.value, Value::Unset)))
    }

    /// The value of an assignment.
    pub(super) fn value(&mut self, assignment: &'a Assignment) -> Result<Value, Lost> {
        self.at = assignment.span.0;
        let associative =
            self.state.variable(&assignment.name).is_some_and(|variable| variable.associative);
        if let Some(subscript) = &assignment.subscript {
            match associative {
                true => self.text_of(subscript)?.is_some(),
                false => self.number(subscript)?.is_some(),
            };
        }
        let array = matches!(assignment.value, Assigned::Array(_));
        let unknown = |not_known: NotKnown| {
            let why = not_known.limit.map_or(Why::Value, Why::Limit);
            Value::Unknown(Unknown { why, span: assignment.span, array })
        };
        Ok(match &assignment.value {
            Assigned::Word(word) => self.known_text(word)?.map_or_else(unknown, Value::text),
            Assigned::Array(words) => {
                let mut all = Ok(Vec::new());
                for word in words {
                    if keyed(word) {
                        // The subscript of an array without keys is an expression.
                        if !associative {
                            return self.lost();
                        }
                        self.fields(word)?;
                        all = Err(NotKnown::default());
                        continue;
                    }
                    let more = self.known_fields(word)?;
                    match (&mut all, more) {
                        (Ok(all), Ok(more)) => all.extend(more),
                        (Ok(_), Err(why)) => all = Err(why),
                        (Err(_), _) => {}
                    }
                }
                all.map_or_else(unknown, |all| Value::Array(Rc::new(all)))
            }
        })
    }
}

/// Whether the element of an array says where it goes: `[key]=value`.
fn keyed(word: &Word) -> bool {
    matches!(word.parts.first(), Some(Part::Plain(text)) if text.starts_with('['))
}

/// Whether the status of an assignment is that of a command in it.
fn substitutes(assignment: &Assignment) -> bool {
    let in_word = |word: &Word| {
        word.parts.iter().any(|part| !matches!(part, Part::Plain(_) | Part::Quoted(_)))
    };
    match &assignment.value {
        Assigned::Word(word) => in_word(word),
        Assigned::Array(words) => words.iter().any(in_word),
    }
}

/// Whether a command sets variables.
fn sets(command: &str) -> bool {
    ["export", "declare", "typeset", "readonly", "unset", "read", "mapfile", "readarray", "printf"]
        .contains(&command)
}
