//! Simple commands: assignments, what bash has built in, and what package managers add.

use super::cursor::Lost;
use super::effects::{is_harmless_flag, may_do_anything};
use super::run::{Flow, Machine, Status, compare};
use super::state::{Unknown, Value, Variable, Why, is_name};
use super::syntax::{Argument, Assigned, Assignment, Command, CommandKind, Part, Word};

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

/// Functions of eclasses that are called where an ebuild is read, and do not set SRC_URI.
const OF_ECLASSES: [&str; 10] = [
    "distutils_enable_tests",
    "distutils_enable_sphinx",
    "python_gen_any_dep",
    "python_gen_cond_dep",
    "python_gen_impl_dep",
    "python_gen_useflags",
    "llvm_gen_dep",
    "optfeature",
    "append-flags",
    "strip-linguas",
];

/// What package managers read, and eclasses set as well.
const METADATA: [&str; 15] = [
    "SRC_URI",
    "S",
    "IUSE",
    "HOMEPAGE",
    "DESCRIPTION",
    "LICENSE",
    "KEYWORDS",
    "RESTRICT",
    "PROPERTIES",
    "REQUIRED_USE",
    "DEPEND",
    "RDEPEND",
    "BDEPEND",
    "PDEPEND",
    "IDEPEND",
];

/// The arguments of a command: those that are not known are `None`.
type Arguments = [Option<String>];

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
        if self.state.functions.contains_key(name) {
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
                self.state.inherited.extend(arguments.iter().flatten().cloned());
                self.forget_metadata();
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
                if !OF_ECLASSES.contains(&name) {
                    self.forget_metadata();
                }
                // It may be told the name of a variable to set.
                for name in arguments.iter().flatten() {
                    if self.state.variables.get(name).is_some_and(|variable| !variable.readonly) {
                        self.unknown(name)?;
                    }
                }
                Ok(Flow::Next(Status::Unknown))
            }
        }
    }

    /// Calls a function of the script.
    fn call(&mut self, name: &str, arguments: &Arguments) -> Result<Flow, Lost> {
        let bodies: Vec<&'a Command> =
            self.state.functions.get(name).into_iter().flatten().copied().collect();
        for body in bodies {
            let CommandKind::Group(list) = &body.kind else { return self.lost() };
            self.any_times(&[list], None)?;
        }
        for name in arguments.iter().flatten() {
            if self.state.variables.get(name).is_some_and(|variable| !variable.readonly) {
                self.unknown(name)?;
            }
        }
        Ok(Flow::Next(Status::Unknown))
    }

    /// An eclass may have set what package managers read.
    pub(super) fn forget_metadata(&mut self) {
        let span = (self.at, self.at);
        for name in METADATA {
            if let Some(variable) = self.state.variables.get_mut(name) {
                variable.value = Value::Unknown(Unknown { why: Why::Place, span, array: false });
            }
        }
    }

    fn assign(&mut self, assignment: &'a Assignment) -> Result<(), Lost> {
        let new = self.value(assignment)?;
        self.at = assignment.span.0;
        let name = assignment.name.as_str();
        let place = Value::Unknown(Unknown { why: Why::Place, span: assignment.span, array: true });
        let old = self.state.variables.get(name);
        let associative = old.is_some_and(|variable| variable.associative);
        let old = old.map(|variable| variable.value.clone());
        if assignment.subscript.is_some() || associative {
            return self.set(name, place);
        }
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
                self.spend(old.len())?;
                old.push_str(&new);
                Value::Text(old)
            }
            (Some(Value::Array(mut old)), Value::Array(new), true) => {
                self.spend(old.len())?;
                old.extend(new);
                Value::Array(old)
            }
            (Some(Value::Text(old)), Value::Array(new), true) => {
                Value::Array(std::iter::once(old).chain(new).collect())
            }
            (Some(Value::Unset), new, true) => new,
            // Unknown is what was there, or what came.
            (Some(old @ Value::Unknown(_)), _, true) if !array => old,
            _ => place,
        };
        self.set(name, value)
    }

    /// The value of an assignment.
    fn value(&mut self, assignment: &'a Assignment) -> Result<Value, Lost> {
        self.at = assignment.span.0;
        let associative =
            self.state.variables.get(&assignment.name).is_some_and(|variable| variable.associative);
        if let Some(subscript) = &assignment.subscript {
            match associative {
                true => self.text_of(subscript)?.is_some(),
                false => self.number(subscript)?.is_some(),
            };
        }
        let array = matches!(assignment.value, Assigned::Array(_));
        let unknown = Value::Unknown(Unknown { why: Why::Value, span: assignment.span, array });
        Ok(match &assignment.value {
            Assigned::Word(word) => self.text_of(word)?.map_or(unknown, Value::Text),
            Assigned::Array(words) => {
                let mut all = Some(Vec::new());
                for word in words {
                    if keyed(word) {
                        // The subscript of an array without keys is an expression.
                        if !associative {
                            return self.lost();
                        }
                        self.fields(word)?;
                        all = None;
                        continue;
                    }
                    let more = self.fields(word)?;
                    all = all.zip(more).map(|(mut all, more)| {
                        all.extend(more);
                        all
                    });
                }
                all.map_or(unknown, Value::Array)
            }
        })
    }

    fn declare(&mut self, command: &str, words: &'a [Argument]) -> Result<Flow, Lost> {
        let mut flags = String::new();
        for word in words.iter().skip(1) {
            let named = match word {
                Argument::Assignment(assignment) => {
                    if flags.contains('A') && !self.state.variables.contains_key(&assignment.name) {
                        self.set(&assignment.name, Value::Unset)?;
                    }
                    if flags.contains('A') {
                        self.mark(&assignment.name, "A", false);
                    }
                    self.assign(assignment)?;
                    assignment.name.clone()
                }
                Argument::Word(word) => {
                    let Some(fields) = self.fields(word)? else { return self.lost() };
                    let [text] = fields.as_slice() else { return self.lost() };
                    if text.starts_with(['-', '+']) {
                        let functions = command == "export" && (text == "-f" || text == "-n");
                        if functions {
                            return Ok(Flow::Next(Status::Succeeds));
                        }
                        if !is_harmless_flag(text) {
                            return self.lost();
                        }
                        flags.push_str(text);
                        continue;
                    }
                    match text.split_once('=') {
                        Some((name, value)) if is_name(name) && !value.starts_with('(') => {
                            self.set_text(name, value.to_owned())?;
                            name.to_owned()
                        }
                        None if is_name(text) => text.clone(),
                        _ => return self.lost(),
                    }
                }
            };
            self.mark(&named, &flags, command == "readonly");
        }
        Ok(Flow::Next(Status::Succeeds))
    }

    /// Gives a variable what the flags of `declare` say.
    fn mark(&mut self, name: &str, flags: &str, readonly: bool) {
        let readonly = readonly || flags.contains('r');
        let associative = flags.contains('A');
        if !readonly && !associative {
            return;
        }
        let at = self.at;
        let unknown =
            Value::Unknown(Unknown { why: Why::Place, span: (at, at), array: associative });
        let variable = self.state.variables.entry(name.to_owned()).or_insert(Variable {
            value: unknown,
            readonly: false,
            associative: false,
            at,
        });
        variable.readonly |= readonly;
        variable.associative |= associative;
    }

    fn unset(&mut self, arguments: &Arguments) -> Result<Flow, Lost> {
        let mut functions = false;
        for argument in arguments {
            match argument.as_deref() {
                Some("-f") => functions = true,
                Some("-v") => {}
                Some(name) if functions => {
                    self.state.functions.remove(name);
                }
                Some(name) if is_name(name) => self.set(name, Value::Unset)?,
                _ => return self.lost(),
            }
        }
        Ok(Flow::Next(Status::Succeeds))
    }

    fn read(&mut self, arguments: &Arguments) -> Result<Flow, Lost> {
        for argument in arguments {
            match argument.as_deref() {
                None | Some("-C") => return self.lost(),
                Some(name) if is_name(name) => self.unknown(name)?,
                Some(text) if text.contains('[') => return self.lost(),
                Some(_) => {}
            }
        }
        for name in ["REPLY", "MAPFILE"] {
            self.unknown(name)?;
        }
        Ok(Flow::Next(Status::Unknown))
    }

    fn printf(&mut self, arguments: &Arguments) -> Result<Flow, Lost> {
        match arguments {
            [Some(option), Some(name), ..] if option == "-v" && is_name(name) => {
                self.unknown_text(name)?;
            }
            [None, ..] => return self.lost(),
            [Some(option), ..] if option.starts_with("-v") => return self.lost(),
            _ => {}
        }
        Ok(Flow::Next(Status::Unknown))
    }

    fn classic_test(&mut self, name: &str, arguments: &Arguments) -> Result<Status, Lost> {
        let arguments = match (name, arguments.split_last()) {
            ("[", Some((Some(end), rest))) if end == "]" => rest,
            ("[", _) => return Ok(Status::Unknown),
            _ => arguments,
        };
        // `-v NAME[…]` counts.
        let counts = |argument: &Option<String>| argument.as_deref() == Some("-v");
        if arguments.iter().any(counts) {
            return self.lost();
        }
        Ok(match arguments {
            [] => Status::Fails,
            [Some(text)] => Status::of(!text.is_empty()),
            [Some(operator), Some(text)] if operator == "-n" => Status::of(!text.is_empty()),
            [Some(operator), Some(text)] if operator == "-z" => Status::of(text.is_empty()),
            [Some(one), Some(operator), Some(other)] => match operator.as_str() {
                "=" | "==" => Status::of(one == other),
                "!=" => Status::of(one != other),
                "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => {
                    let number = |text: &str| text.parse::<i64>().ok();
                    let numbers = number(one).zip(number(other));
                    numbers.map_or(Status::Unknown, |(a, b)| compare(operator, a, b))
                }
                _ => Status::Unknown,
            },
            _ => Status::Unknown,
        })
    }

    fn ver_test(&self, arguments: &Arguments) -> Status {
        let pvr = match self.state.variables.get("PVR").map(|variable| &variable.value) {
            Some(Value::Text(pvr)) => pvr.as_str(),
            _ => return Status::Unknown,
        };
        let (one, operator, other) = match arguments {
            [Some(operator), Some(other)] => (pvr, operator, other),
            [Some(one), Some(operator), Some(other)] => (one.as_str(), operator, other),
            _ => return Status::Unknown,
        };
        let compared = (self.order)(one, other);
        let Some(order) = compared else { return Status::Unknown };
        match operator.as_str() {
            "-eq" => Status::of(order.is_eq()),
            "-ne" => Status::of(order.is_ne()),
            "-lt" => Status::of(order.is_lt()),
            "-le" => Status::of(order.is_le()),
            "-gt" => Status::of(order.is_gt()),
            "-ge" => Status::of(order.is_ge()),
            _ => Status::Unknown,
        }
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

/// `has WORD LIST…`.
fn has(arguments: &Arguments) -> Status {
    let Some((Some(word), list)) = arguments.split_first() else { return Status::Unknown };
    if list.iter().flatten().any(|known| known == word) {
        return Status::Succeeds;
    }
    match list.iter().all(Option::is_some) {
        true => Status::Fails,
        false => Status::Unknown,
    }
}

/// Whether a command sets variables.
fn sets(command: &str) -> bool {
    ["export", "declare", "typeset", "readonly", "unset", "read", "mapfile", "readarray", "printf"]
        .contains(&command)
}
