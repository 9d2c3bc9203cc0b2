//! What of `setup.py` can be told without running it.

use super::super::hazard::{Hazard, HazardKind, Named};
use super::python::{NEEDED, requirement, under};
use super::setup_code::{Word, code, shown};
use super::{Sides, Table, compare, compare_sets, named, setting};
use crate::release::python::{DESCRIBING, Token, Tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use HazardKind::{Configuration, Dependency, Hook};

/// Other arguments that are compared wherever they are given: in a call, in a dictionary, by name.
const ACTING: [&str; 14] = [
    "cmdclass",
    "ext_modules",
    "entry_points",
    "data_files",
    "scripts",
    "package_dir",
    "dependency_links",
    "distclass",
    "command_packages",
    "command_options",
    "ext_package",
    "cffi_modules",
    "rust_extensions",
    "use_scm_version",
];

/// Others that decide nothing in a build, an installation or an import, or are compared in other words, besides those
/// that only describe the project.
const APART: [&str; 11] = [
    "name",
    "version",
    "long_description",
    "license_files",
    "license_expression",
    "platforms",
    "provides",
    "obsoletes",
    "zip_safe",
    "extras_require",
    "python_requires",
];

/// Words that are looked at, for each word of the text: values may stand in values.
const LOOKS: usize = 4;

/// Words that are read.
const WORDS: usize = 300_000;

/// The values that are given under a name, in words.
#[derive(Default)]
struct Given<'w> {
    values: BTreeMap<&'w str, Vec<&'w [Word]>>,
    /// The words that are compared by that, as places.
    compared: Vec<Range<usize>>,
    /// Whether there was more than is looked at.
    more: bool,
}

pub(super) fn facts(sides: Sides<'_>) -> Vec<Hazard> {
    let [old_words, new_words] = [words(sides.old), words(sides.new)];
    let [old, new] = [Given::of(&old_words), Given::of(&new_words)];
    let mut found = Vec::new();
    for (key, what, kind) in NEEDED {
        found.extend(compare(kind, what, &old.requirements(key), &new.requirements(key)));
        let (was, is) = (old.computed(key), new.computed(key));
        found.extend(setting(
            Hook,
            &format!("what {key} is made of"),
            was.as_deref(),
            is.as_deref(),
        ));
    }
    for (extras, kind, what) in
        [(false, Dependency, "dependency"), (true, Configuration, "optional dependency")]
    {
        found.extend(compare(kind, what, &old.extras(extras), &new.extras(extras)));
    }
    let (was, is) = (old.text("python_requires"), new.text("python_requires"));
    found.extend(setting(Configuration, "python_requires", was.as_deref(), is.as_deref()));
    let is_long = new_words.len() >= WORDS && old_words.len() < WORDS;
    if new.more && !old.more || is_long {
        let reason = "has more than is looked at here; not all that it changes is listed";
        found.push(Hazard::new(Configuration, reason));
    }
    // What a new file gives is all new.
    if sides.old.is_empty() {
        return found;
    }
    let (mut added, mut changed) = (Vec::new(), Vec::new());
    for (key, values) in &new.values {
        if is_apart(key) || is_needed(key) {
            continue;
        }
        let is = shown(values);
        match old.values.get(key).map(|values| shown(values)) {
            None => added.push((*key).into()),
            Some(was) if was != is => changed.push(Named::changed(key, &was, &is)),
            Some(_) => {}
        }
    }
    found.extend(named(Hook, "gives setup() what it did not", added));
    found.extend(named(Hook, "gives setup() another", changed));
    if !is_long {
        let (was, is) = (code(&old_words, &old.compared), code(&new_words, &new.compared));
        // What is needed or run is named by a text.
        for (kind, named) in [(Dependency, true), (HazardKind::BuildScript, false)] {
            let side = |lines: &BTreeSet<String>| -> BTreeSet<String> {
                let is = |line: &&String| line.contains(['"', '\'']) == named;
                lines.iter().filter(is).cloned().collect()
            };
            found.extend(compare_sets(kind, "line of its code", side(&was), side(&is)));
        }
    }
    found
}

fn words(text: &str) -> Vec<Word> {
    let mut tokens = Tokens::of(text);
    let words = std::iter::from_fn(|| tokens.next().map(|token| (token, tokens.line_ended())));
    words.take(WORDS).collect()
}

fn is_mark(words: &[Word], at: usize, mark: char) -> bool {
    words.get(at).is_some_and(|(token, _)| *token == Token::Mark(mark))
}

impl<'w> Given<'w> {
    fn of(words: &'w [Word]) -> Self {
        let mut given = Self::default();
        let mut left = words.len().saturating_mul(LOOKS);
        // Where brackets are open, and whether each is that of a call of `setup`.
        let mut open: Vec<bool> = Vec::new();
        for (at, (token, _)) in words.iter().enumerate() {
            let begins = |before| is_mark(words, before, '(') || is_mark(words, before, ',');
            let is_argument = open.last() == Some(&true) && at.checked_sub(1).is_some_and(begins);
            match token {
                Token::Mark('(') => {
                    let name = at.checked_sub(1).and_then(|before| words.get(before));
                    let is_setup = matches!(name, Some((Token::Name(name), _)) if name == "setup");
                    let def = at.checked_sub(2).and_then(|before| words.get(before));
                    let is_def = matches!(def, Some((Token::Name(word), _)) if word == "def");
                    open.push(is_setup && !is_def);
                }
                Token::Mark('[' | '{') => open.push(false),
                Token::Mark(')' | ']' | '}') => {
                    open.pop();
                }
                _ => {}
            }
            let (key, begin) = match token {
                Token::Name(name) | Token::Text(name) if is_known(name) => {
                    let Some(begin) = value_after(words, at) else { continue };
                    (name.as_str(), begin)
                }
                Token::Name(name) if is_argument && is_mark(words, at + 1, '=') => {
                    (name.as_str(), at + 2)
                }
                Token::Mark('*') if is_argument && is_mark(words, at + 1, '*') => ("**", at + 2),
                _ => continue,
            };
            let rest = words.get(begin..).unwrap_or_default();
            let end = end(rest.get(..left.min(rest.len())).unwrap_or_default(), !open.is_empty());
            given.more |= end == left && end < rest.len();
            left -= end;
            let value = rest.get(..end).unwrap_or_default();
            given.values.entry(key).or_default().push(value);
            // What only describes may still be computed by anything.
            if !is_apart(key) || value.iter().all(|(token, _)| !matches!(token, Token::Name(_))) {
                given.compared.push(at..begin + end);
            }
        }
        given
    }

    /// The texts under a name that look like requirements.
    fn requirements(&self, key: &str) -> Table {
        let values = self.values.get(key).into_iter().flatten();
        let texts = values.flat_map(|words| Parts::of(words).texts);
        let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        lines.filter_map(|line| requirement(&line)).collect()
    }

    /// What else than texts and lists of them is under a name.
    fn computed(&self, key: &str) -> Option<String> {
        let values = self.values.get(key).into_iter().flatten();
        let others: Vec<String> = values.flat_map(|words| Parts::of(words).others).collect();
        (!others.is_empty()).then(|| others.join(" "))
    }

    /// The requirements of extras; or of what is called like one and is always needed, or under a condition.
    fn extras(&self, extras: bool) -> Table {
        let mut found = Table::default();
        let mut extra = "";
        for words in self.values.get("extras_require").into_iter().flatten() {
            for (at, (token, _)) in words.iter().enumerate() {
                let Token::Text(text) = token else { continue };
                if is_mark(words, at + 1, ':') {
                    extra = text;
                } else if extras != (extra.is_empty() || extra.starts_with(':')) {
                    let said = text.lines().filter_map(requirement);
                    found.extend(said.map(|(name, said)| (under(extra, &name), said)));
                }
            }
        }
        found
    }

    fn text(&self, key: &str) -> Option<String> {
        self.values.get(key).map(|values| match values.as_slice() {
            [[(Token::Text(text), _)]] => text.clone(),
            values => shown(values),
        })
    }
}

/// A value, taken apart.
#[derive(Default)]
struct Parts {
    /// The texts in its lists. Those that follow each other are one.
    texts: Vec<String>,
    /// What makes more of them: names, and what is handed to calls.
    others: Vec<String>,
}

impl Parts {
    fn of(words: &[Word]) -> Self {
        let mut parts = Self::default();
        // Whether each bracket around a word is that of a call.
        let mut calls: Vec<bool> = Vec::new();
        let mut before: Option<&Token> = None;
        for (at, (token, _)) in words.iter().enumerate() {
            // `"a b".split()`: what becomes of a text is not known.
            let is_handed_on = calls.contains(&true) || is_mark(words, at + 1, '.');
            match token {
                Token::Text(text) if is_handed_on => parts.others.push(format!("{text:?}")),
                Token::Text(text) => match (before, parts.texts.last_mut()) {
                    (Some(Token::Text(_)), Some(last)) => last.push_str(text),
                    _ => parts.texts.push(text.clone()),
                },
                Token::Name(text) | Token::Other(text) => parts.others.push(text.clone()),
                Token::Mark(open @ ('(' | '[' | '{')) => {
                    let called = matches!(before, Some(Token::Name(_) | Token::Mark(')' | ']')));
                    calls.push(*open == '(' && called);
                }
                Token::Mark(')' | ']' | '}') => {
                    calls.pop();
                }
                Token::Mark(_) => {}
            }
            if let Token::Mark(mark) = token
                && !"()[],".contains(*mark)
            {
                parts.others.push(mark.to_string());
            }
            before = Some(token);
        }
        parts
    }
}

/// Whether an argument decides nothing, or is compared in other words.
fn is_apart(key: &str) -> bool {
    DESCRIBING.contains(&key) || APART.contains(&key)
}

fn is_needed(key: &str) -> bool {
    NEEDED.iter().any(|(needed, ..)| *needed == key)
}

/// Whether a name is one that is looked for everywhere.
fn is_known(name: &str) -> bool {
    ACTING.contains(&name)
        || is_needed(name)
        || matches!(name, "extras_require" | "python_requires")
}

/// Where the value begins that the name at `at` is given: `name=`, `name +=`, `"name":`, `["name"] =`, `name[0] =`,
/// `name.extend(`.
fn value_after(words: &[Word], at: usize) -> Option<usize> {
    let is_text = matches!(words.get(at), Some((Token::Text(_), _)));
    let mut next = at + 1;
    if is_text && is_mark(words, next, ':') {
        return Some(next + 1);
    }
    if is_text {
        if !is_mark(words, next, ']') {
            return None;
        }
        next += 1;
    }
    let name = |at: usize| match words.get(at) {
        Some((Token::Name(name), _)) => name.as_str(),
        _ => "",
    };
    if is_mark(words, next, '.')
        && matches!(name(next + 1), "append" | "extend" | "insert" | "update" | "setdefault")
        && is_mark(words, next + 2, '(')
    {
        return Some(next + 3);
    }
    if !is_text && is_mark(words, next, '[') && is_mark(words, next + 2, ']') {
        next += 3;
    }
    next += usize::from(is_mark(words, next, '+') || is_mark(words, next, '|'));
    (is_mark(words, next, '=') && !is_mark(words, next + 1, '=')).then_some(next + 1)
}

/// How many words a value has: to a comma, to the bracket around it, or to the end of the line where there is none.
fn end(words: &[Word], bracketed: bool) -> usize {
    let mut depth = 0_usize;
    for (at, (token, line_ended)) in words.iter().enumerate() {
        if depth == 0 && at > 0 && *line_ended && !bracketed {
            return at;
        }
        match token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return at,
            },
            Token::Mark(',') if depth == 0 => return at,
            _ => {}
        }
    }
    words.len()
}
