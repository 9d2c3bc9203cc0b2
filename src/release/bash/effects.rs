//! What commands may change, where it is not known whether or how often they run.

use super::state::is_name;
use super::syntax::{
    Argument, Assigned, Assignment, Command, CommandKind, List, Operator, Parameter, Part,
    Redirection, Test, Word,
};

/// Something that a command may do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effect<'a> {
    /// Sets a variable.
    Sets(&'a str),
    /// Calls a command by its name.
    Calls(&'a str),
    /// May set any variable, or define a function.
    Anything,
}

/// Commands that may do anything: run text, set options, end the shell.
const ANYTHING: [&str; 19] = [
    "eval", ".", "source", "command", "builtin", "exec", "set", "shopt", "alias", "unalias",
    "trap", "enable", "let", "wait", "nonfatal", "exit", "local", "getopts", "coproc",
];

pub(super) fn may_do_anything(command: &str) -> bool {
    ANYTHING.contains(&command)
}

/// The flags of `declare` and its kin that change no value.
pub(super) fn is_harmless_flag(word: &str) -> bool {
    let letters = word.strip_prefix('-').or_else(|| word.strip_prefix('+'));
    letters.is_some_and(|l| !l.is_empty() && l.chars().all(|c| "rxgaAp".contains(c)))
}

type Tell<'a, 't> = &'t mut dyn FnMut(Effect<'a>, usize);

/// Tells of everything that `list` may do.
pub(super) fn of_list<'a>(list: &'a List, tell: Tell<'a, '_>) {
    for chain in list.iter().filter(|chain| !chain.background) {
        // Each command of a pipeline runs in a subshell.
        for step in chain.steps.iter().filter(|step| step.commands.len() == 1) {
            step.commands.iter().for_each(|command| of_command(command, tell));
        }
    }
}

pub(super) fn of_command<'a>(command: &'a Command, tell: Tell<'a, '_>) {
    for redirection in &command.redirections {
        match redirection {
            Redirection::Word(_, word) => of_word(word, tell),
            Redirection::Named(name, word) => {
                tell(Effect::Sets(name), command.at);
                of_word(word, tell);
            }
            // Something in its text may be assigned.
            Redirection::Document(_) => tell(Effect::Anything, command.at),
        }
    }
    match &command.kind {
        CommandKind::Simple { assignments, words } => simple(assignments, words, command.at, tell),
        CommandKind::Group(list) => of_list(list, tell),
        CommandKind::Subshell => {}
        CommandKind::If { arms, otherwise } => {
            for (condition, body) in arms {
                of_list(condition, tell);
                of_list(body, tell);
            }
            otherwise.iter().for_each(|list| of_list(list, tell));
        }
        CommandKind::Case { subject, arms } => {
            of_word(subject, tell);
            for arm in arms {
                arm.patterns.iter().for_each(|pattern| of_word(pattern, tell));
                of_list(&arm.body, tell);
            }
        }
        CommandKind::For { name, words, body } => {
            tell(Effect::Sets(name), command.at);
            words.iter().flatten().for_each(|word| of_word(word, tell));
            of_list(body, tell);
        }
        CommandKind::Counted { body } | CommandKind::Select { body } => {
            tell(Effect::Anything, command.at);
            of_list(body, tell);
        }
        CommandKind::Loop { condition, body } => {
            of_list(condition, tell);
            of_list(body, tell);
        }
        CommandKind::Function { body, .. } => {
            tell(Effect::Anything, command.at);
            of_command(body, tell);
        }
        CommandKind::Test(test) => of_test(test, command.at, tell),
        CommandKind::Arithmetic(word) => arithmetic(word, command.at, tell),
    }
}

fn of_test<'a>(test: &'a Test, at: usize, tell: Tell<'a, '_>) {
    match test {
        Test::Not(inner) => of_test(inner, at, tell),
        Test::And(one, other) | Test::Or(one, other) => {
            of_test(one, at, tell);
            of_test(other, at, tell);
        }
        Test::Word(word) => of_word(word, tell),
        Test::Unary(operator, word) => {
            of_word(word, tell);
            if operator == "-v" && !word.literal().is_some_and(|text| is_name(&text)) {
                tell(Effect::Anything, at);
            }
        }
        Test::Binary(one, operator, other) => {
            if ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"].contains(&operator.as_str()) {
                arithmetic(one, at, tell);
                arithmetic(other, at, tell);
            }
            of_word(one, tell);
            of_word(other, tell);
        }
    }
}

/// Arithmetic over a variable runs what the variable holds.
fn arithmetic<'a>(word: &'a Word, at: usize, tell: Tell<'a, '_>) {
    let plain =
        word.literal().is_some_and(|text| !text.contains(|c: char| c.is_alphabetic() || c == '_'));
    if !plain {
        tell(Effect::Anything, at);
    }
}

fn simple<'a>(assignments: &'a [Assignment], words: &'a [Argument], at: usize, tell: Tell<'a, '_>) {
    for assignment in assignments {
        if words.is_empty() {
            tell(Effect::Sets(&assignment.name), assignment.span.0);
        }
        value(assignment, tell);
    }
    for word in words {
        match word {
            Argument::Word(word) => of_word(word, tell),
            Argument::Assignment(assignment) => {
                tell(Effect::Sets(&assignment.name), assignment.span.0);
                value(assignment, tell);
            }
        }
    }
    let Some((Argument::Word(command), rest)) = words.split_first() else { return };
    let Some(command) = command.plain() else {
        // `\foo` and `"foo"` are foo, and an expansion may be anything.
        return tell(Effect::Anything, at);
    };
    if may_do_anything(command) && command != "local" {
        return tell(Effect::Anything, at);
    }
    tell(Effect::Calls(command), at);
    let declares = ["export", "declare", "typeset", "local", "readonly"].contains(&command);
    let sets = declares
        || ["read", "mapfile", "readarray", "unset"].contains(&command)
        || command == "printf";
    for word in rest {
        let Argument::Word(word) = word else { continue };
        match word.parts.as_slice() {
            [Part::Plain(text) | Part::Quoted(text)] => {
                let name = text.split('=').next().unwrap_or_default().trim_end_matches('+');
                if is_name(name) {
                    tell(Effect::Sets(name), at);
                } else if sets && command != "printf" && !is_harmless_flag(text) {
                    tell(Effect::Anything, at);
                }
            }
            _ if sets && command != "printf" => tell(Effect::Anything, at),
            // `printf -v "${NAME}"`
            _ if rest.iter().any(|a| matches!(a, Argument::Word(w) if w.plain() == Some("-v"))) => {
                tell(Effect::Anything, at);
            }
            _ => {}
        }
    }
}

fn value<'a>(assignment: &'a Assignment, tell: Tell<'a, '_>) {
    if let Some(subscript) = &assignment.subscript {
        arithmetic(subscript, assignment.span.0, tell);
        of_word(subscript, tell);
    }
    match &assignment.value {
        Assigned::Word(word) => of_word(word, tell),
        Assigned::Array(words) => words.iter().for_each(|word| of_word(word, tell)),
    }
}

fn of_word<'a>(word: &'a Word, tell: Tell<'a, '_>) {
    for part in &word.parts {
        match part {
            Part::Parameter { parameter, .. } => of_parameter(parameter, word.at, tell),
            Part::Arithmetic { expression, .. } => arithmetic(expression, word.at, tell),
            // A substitution runs in a subshell.
            _ => {}
        }
    }
}

fn of_parameter<'a>(parameter: &'a Parameter, at: usize, tell: Tell<'a, '_>) {
    if let Some(super::syntax::Subscript::Index(word)) = &parameter.subscript {
        arithmetic(word, at, tell);
    }
    if parameter.indirect {
        tell(Effect::Anything, at);
    }
    match &parameter.operator {
        Operator::None | Operator::Length | Operator::Other => {}
        Operator::Assign { word, .. } => {
            tell(Effect::Sets(&parameter.name), at);
            of_word(word, tell);
        }
        Operator::Default { word, .. }
        | Operator::Alternative { word, .. }
        | Operator::Trim { pattern: word, .. }
        | Operator::Case { pattern: word, .. } => of_word(word, tell),
        Operator::Required { word } => {
            tell(Effect::Anything, at);
            of_word(word, tell);
        }
        Operator::Replace { pattern, replacement, .. } => {
            of_word(pattern, tell);
            of_word(replacement, tell);
        }
        Operator::Substring { offset, length } => {
            arithmetic(offset, at, tell);
            length.iter().for_each(|length| arithmetic(length, at, tell));
        }
    }
}
