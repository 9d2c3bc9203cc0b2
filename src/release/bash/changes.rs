//! What is known of variables after something may have been done to them.

use super::cursor::Lost;
use super::effects::{self, Effect};
use super::run::Machine;
use super::state::{Unknown, Value, Variable, Why};
use super::syntax::{Command, List};
use std::collections::BTreeSet;

impl<'a> Machine<'a> {
    /// Takes for unknown all that `lists` may change, however often they run.
    pub(super) fn any_times(
        &mut self,
        lists: &[&'a List],
        name: Option<&'a str>,
    ) -> Result<(), Lost> {
        let mut names: BTreeSet<&'a str> = name.into_iter().collect();
        let mut called: BTreeSet<&'a str> = BTreeSet::new();
        let mut anything = false;
        let mut bodies: Vec<&'a Command> = Vec::new();
        let mut tell = |effect: Effect<'a>, _| match effect {
            Effect::Sets(name) => {
                names.insert(name);
            }
            Effect::Calls(name) => {
                called.insert(name);
            }
            Effect::Anything => anything = true,
        };
        lists.iter().for_each(|list| effects::of_list(list, &mut tell));
        let mut entered: BTreeSet<&'a str> = BTreeSet::new();
        loop {
            let next = called.iter().find(|name| !entered.contains(*name)).copied();
            let Some(function) = next else { break };
            entered.insert(function);
            bodies.extend(self.state.functions.get(function).into_iter().flatten());
            for body in bodies.drain(..) {
                self.spend(100)?;
                let mut tell = |effect: Effect<'a>, _| match effect {
                    Effect::Sets(name) => {
                        names.insert(name);
                    }
                    Effect::Calls(name) => {
                        called.insert(name);
                    }
                    Effect::Anything => anything = true,
                };
                effects::of_command(body, &mut tell);
            }
        }
        let returns = called.contains("return") && name.is_some();
        if anything || returns {
            return self.lost();
        }
        self.spend(names.len() + called.len())?;
        let foreign = called.iter().any(|name| !self.state.functions.contains_key(name));
        if foreign {
            self.forget_metadata();
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
            false => self.set(name, Value::Text(text)),
        }
    }

    fn may_be_array(&self, name: &str) -> bool {
        self.state.variables.get(name).is_some_and(|variable| variable.value.may_be_array())
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: Value) -> Result<(), Lost> {
        if changes_the_shell(name) {
            return self.lost();
        }
        let at = self.at;
        match self.state.variables.get_mut(name) {
            Some(variable) if variable.readonly => return self.lost(),
            Some(variable) => {
                variable.value = value;
                variable.at = at;
            }
            None => {
                let variable = Variable { value, readonly: false, associative: false, at };
                self.state.variables.insert(name.to_owned(), variable);
            }
        }
        Ok(())
    }
}

/// Variables that change how bash reads or that bash sets itself.
fn changes_the_shell(name: &str) -> bool {
    const NAMES: [&str; 26] = [
        "IFS",
        "POSIXLY_CORRECT",
        "GLOBIGNORE",
        "LANG",
        "SHELLOPTS",
        "FUNCNEST",
        "RANDOM",
        "SRANDOM",
        "SECONDS",
        "LINENO",
        "EPOCHSECONDS",
        "EPOCHREALTIME",
        "DIRSTACK",
        "GROUPS",
        "FUNCNAME",
        "PIPESTATUS",
        "OPTIND",
        "OPTARG",
        "HISTCMD",
        "UID",
        "EUID",
        "PPID",
        "PATH",
        "ENV",
        "PWD",
        "OLDPWD",
    ];
    NAMES.contains(&name) || ["BASH", "LC_", "COMP_"].iter().any(|prefix| name.starts_with(prefix))
}
