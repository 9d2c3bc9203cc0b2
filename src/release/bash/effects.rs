//! What commands may change, where it is not known whether or how often they run.

use super::state::is_name;
use super::syntax::{
    Argument, Assigned, Assignment, Command, CommandKind, List, Operator, Parameter, Part,
    Redirection, Subscript, Test, Word,
};

/// Something that a command may do.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effect<'a> {
    /// Sets a variable.
    Sets(&'a str),
    /// Calls a command by its name.
    Calls(&'a str),
    /// Counts in the subscript of a variable, unless that has keys: then this is a text.
    Counts(&'a str),
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

/// The flags of `declare` and its kin that change no value. What `command` does not know of them makes it fail, and set
/// nothing.
pub(super) fn is_harmless_flag(command: &str, word: &str) -> bool {
    let known = match command {
        "export" => "p",
        "readonly" => "aAp",
        _ => "rxgaAp",
    };
    let plus = word.strip_prefix('+').filter(|_| !matches!(command, "export" | "readonly"));
    let letters = word.strip_prefix('-').or(plus);
    letters.is_some_and(|l| !l.is_empty() && l.chars().all(|c| known.contains(c)))
}

type Tell<'a, 't> = &'t mut dyn FnMut(Effect<'a>, usize);

/// How many bytes the commands of `list` have: what it takes to tell of it.
pub(super) fn size(list: &List) -> usize {
    let steps = list.iter().flat_map(|chain| &chain.steps);
    steps.flat_map(|step| &step.commands).map(|command| command.size).sum()
}

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
        CommandKind::Counted { body, .. } | CommandKind::Select { body } => {
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
        Test::All(tests) | Test::Any(tests) => {
            tests.iter().for_each(|test| of_test(test, at, tell));
        }
        Test::Word(word) => of_word(word, tell),
        Test::Unary(operator, word) => {
            of_word(word, tell);
            if operator == "-v" && !word.literal().is_some_and(|text| is_name(&text)) {
                match word.parts.first() {
                    Some(Part::Plain(text)) if text.contains('[') => {
                        tell(Effect::Counts(text.split('[').next().unwrap_or_default()), at);
                    }
                    _ => tell(Effect::Anything, at),
                }
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
    if !is_number(word) {
        tell(Effect::Anything, at);
    }
}

fn is_number(word: &Word) -> bool {
    let named = |text: String| text.contains(|c: char| c.is_alphabetic() || c == '_');
    word.literal().is_some_and(|text| !named(text))
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
    let names = ["export", "declare", "typeset", "local", "readonly", "read", "mapfile", "unset"];
    let sets = names.contains(&command) || command == "readarray";
    if command == "printf" {
        return printf(rest, at, tell);
    }
    for word in rest {
        let Argument::Word(word) = word else { continue };
        match word.parts.as_slice() {
            [Part::Plain(text) | Part::Quoted(text)] => {
                let name = text.split('=').next().unwrap_or_default().trim_end_matches('+');
                if is_name(name) {
                    tell(Effect::Sets(name), at);
                } else if sets && !is_harmless_flag(command, text) {
                    tell(Effect::Anything, at);
                }
            }
            _ if sets => tell(Effect::Anything, at),
            _ => {}
        }
    }
}

/// `printf -v NAME` sets a variable.
fn printf<'a>(arguments: &'a [Argument], at: usize, tell: Tell<'a, '_>) {
    let mut words = arguments.iter().map(|argument| match argument {
        Argument::Word(word) => word.plain(),
        Argument::Assignment(_) => None,
    });
    match words.next() {
        Some(Some("-v")) => match words.next().flatten().filter(|name| is_name(name)) {
            Some(name) => tell(Effect::Sets(name), at),
            None => tell(Effect::Anything, at),
        },
        Some(Some(text)) if text.starts_with("-v") => tell(Effect::Anything, at),
        // A format in quotes, or with an expansion behind its beginning, is not an option.
        Some(None) if begins_open(arguments) => tell(Effect::Anything, at),
        _ => {}
    }
}

fn begins_open(arguments: &[Argument]) -> bool {
    match arguments.first() {
        Some(Argument::Word(word)) => match word.parts.first() {
            Some(Part::Plain(text) | Part::Quoted(text)) => text.starts_with('-'),
            _ => true,
        },
        _ => true,
    }
}

fn value<'a>(assignment: &'a Assignment, tell: Tell<'a, '_>) {
    if let Some(subscript) = &assignment.subscript {
        if !is_number(subscript) {
            tell(Effect::Counts(&assignment.name), assignment.span.0);
        }
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
    if let Some(Subscript::Index(word)) = &parameter.subscript {
        if !is_number(word) {
            tell(Effect::Counts(&parameter.name), at);
        }
        of_word(word, tell);
    }
    // The keys of an array are only named.
    let keys = matches!(parameter.subscript, Some(Subscript::Each | Subscript::Joined))
        && matches!(parameter.operator, Operator::None);
    if parameter.indirect && !keys {
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
        Operator::Required { word } => of_word(word, tell),
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
