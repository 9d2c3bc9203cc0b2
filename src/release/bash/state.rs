//! What is known of a script's variables at one place of it.

use super::limits::{Limit, NotKnown};
use super::syntax::Command;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The arguments of a command: those that are not known are `None`.
pub(super) type Arguments = [Option<String>];

/// What a variable, a function or an eclass takes that is copied.
const COPIED: usize = 8;

/// Why a value is not known, and where in the script that is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown {
    pub(super) why: Why,
    pub(super) span: (usize, usize),
    /// Whether it may be an array: a text that is assigned then is its first element.
    pub(super) array: bool,
}

impl Unknown {
    pub(super) const fn not_known(&self) -> NotKnown {
        let limit = match self.why {
            Why::Limit(limit) => Some(limit),
            Why::Value | Why::Place => None,
        };
        NotKnown { foreign: false, limit }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The value holds something that is not expanded here.
    Value,
    /// It is set where only bash knows whether that runs, or by a command.
    Place,
    /// It would be beyond a limit.
    Limit(Limit),
}

/// What a variable holds. Copies of a value share its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Unset,
    Text(Rc<String>),
    Array(Rc<Vec<String>>),
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

pub(super) type Variables = BTreeMap<Rc<str>, Variable>;

/// The variables that the script set, and its functions. What else there is in the environment, and
/// what eclasses set, is not known.
///
/// A copy costs nothing before one of the two is changed.
#[derive(Debug, Clone, Default)]
pub(super) struct State<'a> {
    variables: Rc<Variables>,
    /// The bodies that a function may have.
    functions: Rc<BTreeMap<&'a str, Vec<&'a Command>>>,
    inherited: Rc<Vec<String>>,
}

impl Value {
    pub(super) fn text(text: String) -> Self {
        Self::Text(Rc::new(text))
    }

    pub(super) fn may_be_array(&self) -> bool {
        match self {
            Self::Array(_) => true,
            Self::Unknown(unknown) => unknown.array,
            Self::Unset | Self::Text(_) => false,
        }
    }
}

impl<'a> State<'a> {
    pub(super) fn len(&self) -> usize {
        self.variables.len()
    }

    pub(super) fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.get(name)
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.variables.get(name).map(|variable| &variable.value)
    }

    /// The text that a variable is known to hold.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What changing it takes.
    pub(super) fn change_costs(&self) -> usize {
        let shared = Rc::strong_count(&self.variables) > 1;
        if shared { self.variables.len() * COPIED } else { 0 }
    }

    /// What joining it with `other` takes.
    pub(super) fn merge_costs(&self, other: &Self) -> usize {
        let same = Rc::ptr_eq(&self.variables, &other.variables);
        let variables = if same { 0 } else { self.len() + other.len() };
        let bodies = |(name, bodies): (&&str, &Vec<&Command>)| {
            bodies.len().saturating_mul(self.functions.get(name).map_or(1, Vec::len))
        };
        let functions = match Rc::ptr_eq(&self.functions, &other.functions) {
            true => 0,
            false => self.functions.len() + other.functions.iter().map(bodies).sum::<usize>(),
        };
        let inherited = match Rc::ptr_eq(&self.inherited, &other.inherited) {
            true => 0,
            false => self.inherited.len().saturating_mul(other.inherited.len()),
        };
        (variables + functions + inherited).saturating_mul(COPIED)
    }

    pub(super) fn variables_mut(&mut self) -> &mut Variables {
        Rc::make_mut(&mut self.variables)
    }

    pub(super) fn function(&self, name: &str) -> Option<&[&'a Command]> {
        self.functions.get(name).map(Vec::as_slice)
    }

    pub(super) fn functions_mut(&mut self) -> &mut BTreeMap<&'a str, Vec<&'a Command>> {
        Rc::make_mut(&mut self.functions)
    }

    pub(super) fn functions_cost(&self) -> usize {
        let shared = Rc::strong_count(&self.functions) > 1;
        if shared { self.functions.len() * COPIED } else { 0 }
    }

    pub(super) fn inherit(&mut self, eclasses: impl Iterator<Item = String>) {
        Rc::make_mut(&mut self.inherited).extend(eclasses);
    }

    /// How many eclasses are inherited.
    pub(super) fn inherits(&self) -> usize {
        self.inherited.len()
    }

    /// The variables, and the eclasses that are inherited.
    pub(super) fn take(self) -> (Rc<Variables>, Vec<String>) {
        (self.variables, self.inherited.to_vec())
    }

    /// What is known where either this or `other` holds.
    pub(super) fn merge(&mut self, other: Self) {
        if !Rc::ptr_eq(&self.variables, &other.variables) {
            merge_variables(Rc::make_mut(&mut self.variables), &other.variables);
        }
        if !Rc::ptr_eq(&self.functions, &other.functions) {
            let functions = Rc::make_mut(&mut self.functions);
            for (name, bodies) in other.functions.iter() {
                let own: &mut Vec<&'a Command> = functions.entry(name).or_default();
                for body in bodies {
                    if !own.iter().any(|known| std::ptr::eq(*known, *body)) {
                        own.push(body);
                    }
                }
            }
        }
        if !Rc::ptr_eq(&self.inherited, &other.inherited) {
            let inherited = Rc::make_mut(&mut self.inherited);
            for eclass in other.inherited.iter() {
                if !inherited.contains(eclass) {
                    inherited.push(eclass.clone());
                }
            }
        }
    }
}

fn merge_variables(variables: &mut Variables, others: &Variables) {
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
    for (name, own) in variables.iter_mut() {
        let theirs = others.get(name);
        if theirs.is_none_or(|theirs| theirs.value != own.value) {
            own.value = either(own, theirs);
        }
    }
    for (name, theirs) in others {
        let own = variables
            .entry(Rc::clone(name))
            .or_insert_with(|| Variable { value: either(theirs, None), ..theirs.clone() });
        own.readonly |= theirs.readonly;
        own.associative |= theirs.associative;
    }
}

/// Whether `text` can be a variable's name.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
