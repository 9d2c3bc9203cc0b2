//! What is known of a script's variables at one place of it.

use super::syntax::Command;
use std::collections::BTreeMap;

/// Why a value is not known, and where in the script that is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown {
    pub(super) why: Why,
    pub(super) span: (usize, usize),
    /// Whether it may be an array: a text that is assigned then is its first element.
    pub(super) array: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The value holds something that is not expanded here.
    Value,
    /// It is set where only bash knows whether that runs, or by a command.
    Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Unset,
    Text(String),
    Array(Vec<String>),
    Unknown(Unknown),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) value: Value,
    pub(super) readonly: bool,
    pub(super) associative: bool,
    /// Where it was set.
    pub(super) at: usize,
}

/// The variables that the script set, and its functions. What else there is in the environment, and
/// what eclasses set, is not known.
#[derive(Debug, Clone, Default)]
pub(super) struct State<'a> {
    pub(super) variables: BTreeMap<String, Variable>,
    /// The bodies that a function may have.
    pub(super) functions: BTreeMap<&'a str, Vec<&'a Command>>,
    pub(super) inherited: Vec<String>,
}

impl Value {
    pub(super) fn may_be_array(&self) -> bool {
        match self {
            Self::Array(_) => true,
            Self::Unknown(unknown) => unknown.array,
            Self::Unset | Self::Text(_) => false,
        }
    }
}

impl<'a> State<'a> {
    /// What is known where either this or `other` holds.
    pub(super) fn merge(&mut self, other: Self) {
        let either = |one: &Variable, other: Option<&Variable>| {
            let known = |variable: &&Variable| matches!(variable.value, Value::Unknown(_));
            let unknown = std::iter::once(one).chain(other).find(known);
            let at = other.map_or(one.at, |other| other.at.max(one.at));
            let mut unknown = match unknown.map(|variable| &variable.value) {
                Some(Value::Unknown(unknown)) => *unknown,
                _ => Unknown { why: Why::Place, span: (at, at), array: false },
            };
            unknown.array =
                one.value.may_be_array() || other.is_some_and(|other| other.value.may_be_array());
            Value::Unknown(unknown)
        };
        for (name, own) in &mut self.variables {
            let theirs = other.variables.get(name);
            if theirs.is_none_or(|theirs| theirs.value != own.value) {
                own.value = either(own, theirs);
            }
        }
        for (name, theirs) in other.variables {
            let own = self
                .variables
                .entry(name)
                .or_insert_with(|| Variable { value: either(&theirs, None), ..theirs.clone() });
            own.readonly |= theirs.readonly;
            own.associative |= theirs.associative;
        }
        for (name, bodies) in other.functions {
            let own: &mut Vec<&'a Command> = self.functions.entry(name).or_default();
            for body in bodies {
                if !own.iter().any(|known| std::ptr::eq(*known, body)) {
                    own.push(body);
                }
            }
        }
        for eclass in other.inherited {
            if !self.inherited.contains(&eclass) {
                self.inherited.push(eclass);
            }
        }
    }
}

/// Whether `text` can be a variable's name.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
