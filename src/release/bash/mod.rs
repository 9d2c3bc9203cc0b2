//! A reader for the part of bash that ebuilds say their variables in.
//!
//! Nothing is run: no command, no file is opened, and only the script's own text counts. The script
//! is parsed whole, by bash's grammar, and then followed as far as it is certain what bash would do.
//! What is not certain makes a value unknown; what is not understood makes all values unknown, since
//! bash may go on from there in any way. So a value that is told is the one that bash has.
//!
//! Taken as given: package managers do not alias their commands, and neither eclasses nor commands
//! set a variable of which the script is the first to speak, but for what PMS has them set.

mod builtins;
mod changes;
mod commands;
mod conditions;
mod cursor;
mod eclasses;
mod effects;
mod expand;
mod numbers;
mod parameter;
mod pattern;
mod redirections;
mod run;
mod simple;
mod state;
mod syntax;
mod test;
mod values;
mod versions;
mod words;

use cursor::{Lost, Parser};
use effects::Effect;
use run::{Flow, Machine};
use state::{Value as Held, Variable, Why};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use syntax::{CommandKind, List};

/// What a variable holds at the end of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// The script does not set it.
    Absent,
    /// A text.
    Text(String),
    /// The elements of an array.
    Array(Vec<String>),
    /// Only bash knows.
    Unknown(Reason),
}

/// Why a value is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Its text holds an expansion that only bash can make.
    Value(String),
    /// It is set where only bash knows whether that runs, or by a command: the line.
    Place(String),
    /// The reader does not understand the script from this line on.
    Line(usize),
}

/// What is known of a script's variables.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    values: BTreeMap<String, Value>,
    /// Variables that functions set, with the line.
    in_functions: BTreeMap<String, String>,
    /// The eclasses that are inherited.
    pub(crate) inherited: Vec<String>,
    /// The line from which on it is not understood.
    pub(crate) lost: Option<usize>,
}

/// Compares two versions; `None` where one is no version.
pub(crate) type Order = fn(&str, &str) -> Option<Ordering>;

impl Reading {
    /// Reads `text`, in which the variables `known` are set before it begins, for good.
    pub(crate) fn of(text: &str, known: &[(&str, String)], order: Order) -> Self {
        let mut reading = Self {
            values: BTreeMap::new(),
            in_functions: BTreeMap::new(),
            inherited: Vec::new(),
            lost: None,
        };
        if let Err(lost) = reading.read(text, known, order) {
            reading.lost = Some(line_number(text, lost.at));
        }
        reading
    }

    fn read(&mut self, text: &str, known: &[(&str, String)], order: Order) -> Result<(), Lost> {
        if let Some(at) = text.find('\0') {
            return Err(Lost { at });
        }
        let mut parser = Parser::new(text);
        let script = parser.script()?;
        let documents = std::mem::take(&mut parser.documents);
        functions(&script, text, &mut self.in_functions);
        let mut machine = Machine::new(&documents, order);
        for (name, value) in known {
            let value = Held::Text(value.clone());
            let variable = Variable { value, readonly: true, associative: false, at: 0 };
            machine.state.variables.insert((*name).to_owned(), variable);
        }
        match machine.list(&script)? {
            Flow::Next(_) | Flow::Ended => {}
            Flow::Dead => return Err(Lost { at: machine.at }),
        }
        let state = std::mem::take(&mut machine.state);
        self.inherited = state.inherited;
        for (name, variable) in state.variables {
            let value = match variable.value {
                Held::Unset => continue,
                // What is not UTF-8 was replaced.
                Held::Text(value) if value.contains('\u{fffd}') => {
                    Value::Unknown(Reason::Place(line_at(text, variable.at)))
                }
                Held::Text(value) => Value::Text(value),
                Held::Array(values) => Value::Array(values),
                Held::Unknown(unknown) => Value::Unknown(match unknown.why {
                    Why::Value => {
                        let (start, end) = unknown.span;
                        let assigned = text.get(start..end).unwrap_or_default();
                        let value = assigned.split_once('=').map_or(assigned, |(_, value)| value);
                        Reason::Value(value.to_owned())
                    }
                    Why::Place => Reason::Place(line_at(text, unknown.span.0)),
                }),
            };
            self.values.insert(name, value);
        }
        Ok(())
    }

    /// What `name` holds where the script has ended.
    pub(crate) fn value(&self, name: &str) -> Value {
        match self.lost {
            Some(line) => Value::Unknown(Reason::Line(line)),
            None => self.values.get(name).cloned().unwrap_or(Value::Absent),
        }
    }

    /// The line in a function that sets `name`, if there is one.
    pub(crate) fn in_function(&self, name: &str) -> Option<&str> {
        self.in_functions.get(name).map(String::as_str)
    }
}

/// Which variables the functions of a script set, and in which lines.
fn functions(list: &List, text: &str, found: &mut BTreeMap<String, String>) {
    let commands = list.iter().flat_map(|chain| &chain.steps).flat_map(|step| &step.commands);
    for command in commands {
        match &command.kind {
            CommandKind::Function { body, .. } => effects::of_command(body, &mut |effect, at| {
                if let Effect::Sets(name) = effect {
                    found.entry(name.to_owned()).or_insert_with(|| line_at(text, at));
                }
            }),
            CommandKind::Group(inner) => functions(inner, text, found),
            CommandKind::If { arms, otherwise } => {
                for (_, body) in arms {
                    functions(body, text, found);
                }
                otherwise.iter().for_each(|body| functions(body, text, found));
            }
            CommandKind::Case { arms, .. } => {
                arms.iter().for_each(|arm| functions(&arm.body, text, found));
            }
            _ => {}
        }
    }
}

fn line_number(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at.min(text.len())).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The line that holds the byte `at`, without its blanks.
fn line_at(text: &str, at: usize) -> String {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    line.trim().to_owned()
}
