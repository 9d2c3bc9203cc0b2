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
        in_function: bool,
    ) -> Result<(), Lost> {
        let mut names: BTreeSet<&'a str> = name.into_iter().collect();
        let mut called: BTreeSet<&'a str> = BTreeSet::new();
        let mut anything = false;
        let mut found: Vec<Effect<'a>> = Vec::new();
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
                        bodies.extend(self.state.functions.get(name).into_iter().flatten());
                    }
                    Effect::Calls(_) => {}
                    Effect::Counts(name) => {
                        let variable = self.state.variables.get(name);
                        anything |= !variable.is_some_and(|variable| variable.associative);
                    }
                    Effect::Anything => anything = true,
                }
            }
            let Some(body) = bodies.pop() else { break };
            effects::of_command(body, &mut |effect, _| found.push(effect));
        }
        let returns = called.contains("return") && !in_function;
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
