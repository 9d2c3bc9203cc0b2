//! What is known of variables after something may have been done to them.

use super::effects::{self, Effect};
use super::limits::{COMMAND, Limit, Lost, VALUE};
use super::run::Machine;
use super::state::{Unknown, Value, Variable, Why};
use super::syntax::{Command, List};
use std::collections::BTreeSet;

/// What an element of an array takes beside its text.
const ELEMENT: usize = 32;

impl<'a> Machine<'a> {
    /// Takes for unknown all that `lists` may change, however often they run.
    pub(super) fn any_times(
        &mut self,
        lists: &[&'a List],
        name: Option<&'a str>,
        in_function: bool,
    ) -> Result<(), Lost> {
        let mut names: BTreeSet<&'a str> = name.into_iter().collect();
        let mut called: BTreeSet<&'a str> = BTreeSet::new();
        let mut anything = false;
        let mut found: Vec<Effect<'a>> = Vec::new();
        self.spend(lists.iter().map(|list| effects::size(list)).sum())?;
        lists.iter().for_each(|list| effects::of_list(list, &mut |effect, _| found.push(effect)));
        let mut bodies: Vec<&'a Command> = Vec::new();
        loop {
            self.spend(found.len())?;
            for effect in found.drain(..) {
                match effect {
                    Effect::Sets(name) => {
                        names.insert(name);
                    }
                    Effect::Calls(name) if called.insert(name) => {
                        bodies.extend(self.state.function(name).into_iter().flatten());
                    }
                    Effect::Calls(_) => {}
                    Effect::Counts(name) => {
                        let variable = self.state.variable(name);
                        anything |= !variable.is_some_and(|variable| variable.associative);
                    }
                    Effect::Anything => anything = true,
                }
            }
            let Some(body) = bodies.pop() else { break };
            self.spend(body.size)?;
            effects::of_command(body, &mut |effect, _| found.push(effect));
        }
        let returns = called.contains("return") && !in_function;
        if anything || returns {
            return self.lost();
        }
        self.spend(names.len() + called.len())?;
        let foreign = called.iter().any(|name| self.state.function(name).is_none());
        if foreign {
            self.forget_metadata()?;
        }
        for name in names {
            self.unknown(name)?;
        }
        Ok(())
    }

    /// Takes a variable for one that was set to something, perhaps an array.
    pub(super) fn unknown(&mut self, name: &str) -> Result<(), Lost> {
        let unknown = Unknown { why: Why::Place, span: (self.at, self.at), array: true };
        self.set(name, Value::Unknown(unknown))
    }

    /// Takes a variable for one that was set to some text.
    pub(super) fn unknown_text(&mut self, name: &str) -> Result<(), Lost> {
        let array = self.may_be_array(name);
        let unknown = Unknown { why: Why::Place, span: (self.at, self.at), array };
        self.set(name, Value::Unknown(unknown))
    }

    /// Sets a variable to a text; that of an array is its first element.
    pub(super) fn set_text(&mut self, name: &str, text: String) -> Result<(), Lost> {
        match self.may_be_array(name) {
            true => self.unknown(name),
            false => self.set(name, Value::text(text)),
        }
    }

    fn may_be_array(&self, name: &str) -> bool {
        self.state.value(name).is_some_and(Value::may_be_array)
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: Value) -> Result<(), Lost> {
        if changes_the_shell(name) {
            return self.lost();
        }
        let old = self.state.variable(name);
        if old.is_some_and(|variable| variable.readonly) {
            return self.lost();
        }
        let associative = old.is_some_and(|variable| variable.associative);
        self.put(name, Variable { value, readonly: false, associative, at: self.at })
    }

    /// Puts a variable where it belongs, unless its value is too long.
    pub(super) fn put(&mut self, name: &str, mut variable: Variable) -> Result<(), Lost> {
        let array = matches!(variable.value, Value::Array(_));
        if let Value::Array(elements) = &variable.value {
            self.spend(elements.len())?;
        }
        if size(&variable.value) > VALUE {
            let span = (self.at, self.at);
            let why = Why::Limit(Limit::Value);
            variable.value = Value::Unknown(Unknown { why, span, array });
        }
        self.spend(COMMAND + self.state.change_costs())?;
        if let Some(place) = self.state.variables_mut().get_mut(name) {
            *place = variable;
            return Ok(());
        }
        self.spend(name.len())?;
        self.one_more_variable()?;
        self.state.variables_mut().insert(name.into(), variable);
        Ok(())
    }
}

/// How much room a value takes.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Array(elements) => elements.iter().map(|element| element.len() + ELEMENT).sum(),
        Value::Unset | Value::Unknown(_) => 0,
    }
}

/// Variables that change how bash reads or that bash sets itself.
fn changes_the_shell(name: &str) -> bool {
    const NAMES: [&str; 46] = [
        "BASH",
        "BASHOPTS",
        "BASHPID",
        "BASH_ALIASES",
        "BASH_ARGC",
        "BASH_ARGV",
        "BASH_ARGV0",
        "BASH_CMDS",
        "BASH_COMMAND",
        "BASH_COMPAT",
        "BASH_ENV",
        "BASH_EXECUTION_STRING",
        "BASH_LINENO",
        "BASH_REMATCH",
        "BASH_SOURCE",
        "BASH_SUBSHELL",
        "BASH_TRAPSIG",
        "BASH_VERSINFO",
        "BASH_VERSION",
        "BASH_XTRACEFD",
        "DIRSTACK",
        "ENV",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "FUNCNEST",
        "GLOBIGNORE",
        "GROUPS",
        "HISTCMD",
        "IFS",
        "LANG",
        "LINENO",
        "OLDPWD",
        "OPTARG",
        "OPTIND",
        "PATH",
        "PIPESTATUS",
        "POSIXLY_CORRECT",
        "PPID",
        "PWD",
        "RANDOM",
        "SECONDS",
        "SHELLOPTS",
        "SRANDOM",
        "UID",
    ];
    NAMES.contains(&name) || ["LC_", "COMP_"].iter().any(|prefix| name.starts_with(prefix))
}
