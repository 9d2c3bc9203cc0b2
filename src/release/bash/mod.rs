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
mod case;
mod changes;
mod commands;
mod conditions;
mod cursor;
mod each;
mod eclasses;
mod effects;
mod expand;
mod limits;
mod numbers;
mod operators;
mod parameter;
mod pattern;
mod redirections;
mod run;
mod simple;
mod state;
mod steps;
mod syntax;
mod test;
mod values;
mod versions;
mod words;

use cursor::Parser;
use effects::Effect;
pub(crate) use limits::Limit;
use limits::Lost;
use run::{Flow, Machine};
use state::{Value as Held, Variable, Variables, Why};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use syntax::{CommandKind, List};

/// The most characters of a script that are shown of one place.
const SHOWN: usize = 200;

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
    /// The reader does not understand the script from a line on, or stopped there.
    Line(Stop),
    /// It would be beyond a limit.
    Limit(Limit),
}

/// Where the reader gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    /// The line.
    pub(crate) line: usize,
    /// The limit that stopped it; `None` where it does not understand what is there.
    pub(crate) limit: Option<Limit>,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, limit } = self;
        match limit {
            None => write!(f, "is not understood from line {line} on"),
            Some(limit) => write!(f, "is read to line {line} only ({limit})"),
        }
    }
}

/// What is known of a script's variables.
#[derive(Debug, Clone)]
pub(crate) struct Reading<'t> {
    text: &'t str,
    values: Rc<Variables>,
    /// Variables that functions set, with the place.
    in_functions: BTreeMap<String, usize>,
    /// The eclasses that are inherited.
    pub(crate) inherited: Vec<String>,
    /// Where the reader gave up.
    pub(crate) lost: Option<Stop>,
}

/// Compares two versions; `None` where one is not a version.
pub(crate) type Order = fn(&str, &str) -> Option<Ordering>;

impl<'t> Reading<'t> {
    /// Reads `text`, in which the variables `known` are set before it begins, for good.
    pub(crate) fn of(text: &'t str, known: &[(&str, String)], order: Order) -> Self {
        let mut reading = Self {
            text,
            values: Rc::default(),
            in_functions: BTreeMap::new(),
            inherited: Vec::new(),
            lost: None,
        };
        if let Err(lost) = reading.read(known, order) {
            let line = line_number(text, lost.at);
            reading.lost = Some(Stop { line, limit: lost.limit });
        }
        reading
    }

    fn read(&mut self, known: &[(&str, String)], order: Order) -> Result<(), Lost> {
        if let Some(at) = self.text.find('\0') {
            return Err(Lost { at, limit: None });
        }
        let mut parser = Parser::new(self.text);
        let script = parser.script()?;
        let documents = std::mem::take(&mut parser.documents);
        functions(&script, &mut self.in_functions);
        let mut machine = Machine::new(&documents, self.text.len(), order);
        for (name, value) in known {
            let value = Held::text(value.clone());
            machine.put(name, Variable { value, readonly: true, associative: false, at: 0 })?;
        }
        match machine.list(&script)? {
            Flow::Next(_) | Flow::Ended => {}
            Flow::Dead => return Err(Lost { at: machine.at, limit: None }),
        }
        (self.values, self.inherited) = std::mem::take(&mut machine.state).take();
        Ok(())
    }

    /// What `name` holds where the script has ended.
    pub(crate) fn value(&self, name: &str) -> Value {
        if let Some(stop) = self.lost {
            return Value::Unknown(Reason::Line(stop));
        }
        let Some(variable) = self.values.get(name) else { return Value::Absent };
        match &variable.value {
            Held::Unset => Value::Absent,
            // What is not UTF-8 was replaced.
            Held::Text(value) if value.contains('\u{fffd}') => {
                Value::Unknown(Reason::Place(line_at(self.text, variable.at)))
            }
            Held::Text(value) => Value::Text(value.to_string()),
            Held::Array(values) => Value::Array(values.to_vec()),
            Held::Unknown(unknown) => Value::Unknown(match unknown.why {
                Why::Value => {
                    let (start, end) = unknown.span;
                    let assigned = self.text.get(start..end).unwrap_or_default();
                    let value = assigned.split_once('=').map_or(assigned, |(_, value)| value);
                    Reason::Value(shown(value))
                }
                Why::Place => Reason::Place(line_at(self.text, unknown.span.0)),
                Why::Limit(limit) => Reason::Limit(limit),
            }),
        }
    }

    /// The line in a function that sets `name`, if there is one.
    pub(crate) fn in_function(&self, name: &str) -> Option<String> {
        self.in_functions.get(name).map(|at| line_at(self.text, *at))
    }
}

/// Which variables the functions of a script set, and where.
fn functions(list: &List, found: &mut BTreeMap<String, usize>) {
    let commands = list.iter().flat_map(|chain| &chain.steps).flat_map(|step| &step.commands);
    for command in commands {
        match &command.kind {
            CommandKind::Function { body, .. } => effects::of_command(body, &mut |effect, at| {
                if let Effect::Sets(name) = effect {
                    found.entry(name.to_owned()).or_insert(at);
                }
            }),
            CommandKind::Group(inner) => functions(inner, found),
            CommandKind::If { arms, otherwise } => {
                for (_, body) in arms {
                    functions(body, found);
                }
                otherwise.iter().for_each(|body| functions(body, found));
            }
            CommandKind::Case { arms, .. } => {
                arms.iter().for_each(|arm| functions(&arm.body, found));
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
    shown(line.trim())
}

/// The text, or its beginning where it is long.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
