//! What `setup.py` has as plain text: lists of requirements in it, or all of it.

use super::requirement::Requirement;
use crate::release::python::{self, Token};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A value that is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// `None`, `True` or `False`.
    Constant,
    /// What was written out under that name.
    Name(String),
    List(Vec<Self>),
    Dictionary(Vec<(String, Self)>),
}

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn dictionary(&self) -> Option<&[(String, Self)]> {
        match self {
            Self::Dictionary(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// Whether the name of something is in it.
    fn names_something(&self) -> bool {
        match self {
            Self::Name(_) => true,
            Self::List(values) => values.iter().any(Self::names_something),
            Self::Dictionary(pairs) => pairs.iter().any(|(_, value)| value.names_something()),
            Self::Text(_) | Self::Constant => false,
        }
    }

    /// Whether each text in it is of one line, without characters that control anything.
    pub(super) fn is_of_lines(&self) -> bool {
        let plain = |text: &str| {
            !text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        };
        match self {
            Self::Text(text) | Self::Name(text) => plain(text),
            Self::Constant => true,
            Self::List(values) => values.iter().all(Self::is_of_lines),
            Self::Dictionary(pairs) => {
                pairs.iter().all(|(key, value)| plain(key) && value.is_of_lines())
            }
        }
    }

    /// The texts of a list that has nothing else.
    pub(super) fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::List(values) => values.iter().map(Self::text).collect(),
            _ => None,
        }
    }
}

/// How deep lists and dictionaries are nested.
const DEPTH: usize = 4;

/// What a program hands to `setup()` that does nothing else: it imports `setup`, gives names to values that are
/// written out, and calls it once, with such values, such names, or one dictionary of them. `None` for any other.
pub(super) fn call(program: &str) -> Option<Vec<(String, Value)>> {
    // A comment in the first two lines could name another encoding (PEP 263).
    static CODING: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[ \t]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)").ok());
    let coding = CODING.as_ref()?;
    let other = |line: &str| {
        let named = coding.captures(line).and_then(|found| found.get(1));
        named.is_some_and(|name| !matches!(name.as_str(), "utf-8" | "UTF-8" | "utf8"))
    };
    if program.lines().take(2).any(other) || program.contains(['\x0c', '\0', '\u{feff}']) {
        return None;
    }
    let mut tokens = Tokens(python::Tokens::of(program));
    let mut names: BTreeMap<String, Value> = BTreeMap::new();
    let mut imported = false;
    loop {
        let Token::Name(word) = tokens.next()? else { return None };
        match word.as_str() {
            "from" if !imported => {
                tokens.imports_setup()?;
                imported = true;
            }
            "setup" if imported => break,
            "from" | "setup" => return None,
            _ => {
                if tokens.next()? != Token::Mark('=') {
                    return None;
                }
                let first = tokens.next()?;
                let value = tokens.value(first, DEPTH)?;
                // Of two values by one name, an order would have to be kept.
                if names.insert(word, value).is_some() {
                    return None;
                }
            }
        }
    }
    let arguments = tokens.arguments(&mut names)?;
    if tokens.0.next().is_some() {
        return None;
    }
    // A name stands for its value once, and in no list, so that nothing grows.
    let written = arguments.into_iter().map(|(key, value)| match value {
        Value::Name(name) => Some((key, names.remove(&name)?)),
        value => Some((key, value)),
    });
    let written = written.collect::<Option<Vec<_>>>()?;
    // What has a name and is not used is there for something else.
    let plain = |(_, value): &(String, Value)| !value.names_something();
    (names.is_empty() && written.iter().all(plain)).then_some(written)
}

/// The string that `keyword` is given.
pub(super) fn text(setup: &str, keyword: &str) -> Option<String> {
    let mut tokens = Tokens::after(setup, keyword)?;
    let Token::Text(text) = tokens.next()? else { return None };
    // Nothing follows that would make another value of it.
    matches!(tokens.next()?, Token::Mark(',' | ')')).then_some(text)
}

/// The requirements of the list that `keyword` is given.
pub(super) fn list(setup: &str, keyword: &str) -> Option<Vec<Requirement>> {
    let mut tokens = Tokens::after(setup, keyword)?;
    let texts = tokens.list()?;
    matches!(tokens.next()?, Token::Mark(',' | ')')).then_some(())?;
    texts.iter().map(|text| Requirement::parse(text)).collect()
}

/// The requirements of the lists in the dictionary that `keyword` is given, each under its extra.
pub(super) fn lists(setup: &str, keyword: &str) -> Option<Vec<Requirement>> {
    let mut tokens = Tokens::after(setup, keyword)?;
    let mut all = Vec::new();
    if tokens.next()? != Token::Mark('{') {
        return None;
    }
    let mut token = tokens.next()?;
    loop {
        let extra = match token {
            Token::Mark('}') => break,
            Token::Text(extra) => extra,
            Token::Mark(_) | Token::Name(_) | Token::Other(_) => return None,
        };
        if tokens.next()? != Token::Mark(':') {
            return None;
        }
        let texts = tokens.list()?;
        let requires = texts.iter().map(|text| Some(Requirement::parse(text)?.under(&extra)));
        all.extend(requires.collect::<Option<Vec<_>>>()?);
        token = tokens.next()?;
        if token == Token::Mark(',') {
            token = tokens.next()?;
        } else if token != Token::Mark('}') {
            return None;
        }
    }
    matches!(tokens.next()?, Token::Mark(',' | ')')).then_some(all)
}

/// Words, of which a text of another kind than is read here ends all.
struct Tokens<'a>(python::Tokens<'a>);

impl<'a> Tokens<'a> {
    /// What follows `keyword=`, where that is an argument of its own.
    fn after(setup: &'a str, keyword: &str) -> Option<Self> {
        let (before, rest) = setup.split_once(keyword)?;
        let line = before.rsplit('\n').next()?;
        let before = before.trim_end();
        let is_argument = before.ends_with(['(', ',']) && !line.contains('#');
        let rest = rest.trim_start().strip_prefix('=').filter(|_| is_argument)?;
        Some(Self(python::Tokens::of(rest)))
    }

    /// `["a", 'b', ]`, or the same in round brackets.
    fn list(&mut self) -> Option<Vec<String>> {
        let end = match self.next()? {
            Token::Mark('[') => ']',
            Token::Mark('(') => ')',
            _ => return None,
        };
        let mut texts = Vec::new();
        loop {
            match self.next()? {
                Token::Mark(mark) if mark == end => break,
                Token::Text(text) => texts.push(text),
                Token::Mark(_) | Token::Name(_) | Token::Other(_) => return None,
            }
            match self.next()? {
                Token::Mark(',') => {}
                Token::Mark(mark) if mark == end => break,
                _ => return None,
            }
        }
        // ("a") is a string in brackets, and no list.
        (end == ']' || texts.len() != 1).then_some(texts)
    }

    /// What follows `from` in `from setuptools import setup`.
    fn imports_setup(&mut self) -> Option<()> {
        let word = |text: &str| Token::Name(text.to_owned());
        let module = self.next()?;
        if module == word("distutils") {
            (self.next()? == Token::Mark('.') && self.next()? == word("core")).then_some(())?;
        } else if module != word("setuptools") {
            return None;
        }
        (self.next()? == word("import") && self.next()? == word("setup")).then_some(())
    }

    /// A value that begins with the token `first`.
    fn value(&mut self, first: Token, depth: usize) -> Option<Value> {
        match first {
            Token::Text(text) => Some(Value::Text(text)),
            Token::Name(name) if matches!(name.as_str(), "None" | "True" | "False") => {
                Some(Value::Constant)
            }
            Token::Name(name) => Some(Value::Name(name)),
            Token::Mark('[') => self.values(depth.checked_sub(1)?).map(Value::List),
            Token::Mark('{') => self.pairs(depth.checked_sub(1)?).map(Value::Dictionary),
            // Brackets around one text, which is how long ones are wrapped.
            Token::Mark('(') => {
                let Token::Text(text) = self.next()? else { return None };
                let (text, end) = self.joined(text)?;
                (end == Token::Mark(')')).then_some(Value::Text(text))
            }
            Token::Mark(_) | Token::Other(_) => None,
        }
    }

    /// A text with those behind it, which Python joins inside brackets, and the token after them.
    fn joined(&mut self, mut text: String) -> Option<(String, Token)> {
        loop {
            match self.next()? {
                Token::Text(more) => text.push_str(&more),
                end => return Some((text, end)),
            }
        }
    }

    /// A value inside brackets and the token behind it.
    fn inside(&mut self, first: Token, depth: usize) -> Option<(Value, Token)> {
        if let Token::Text(text) = first {
            let (text, end) = self.joined(text)?;
            return Some((Value::Text(text), end));
        }
        let value = self.value(first, depth)?;
        Some((value, self.next()?))
    }

    /// The rest of a list.
    fn values(&mut self, depth: usize) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            let token = self.next()?;
            if token == Token::Mark(']') {
                return Some(values);
            }
            let (value, end) = self.inside(token, depth)?;
            values.push(value);
            match end {
                Token::Mark(',') => {}
                Token::Mark(']') => return Some(values),
                _ => return None,
            }
        }
    }

    /// The rest of a dictionary.
    fn pairs(&mut self, depth: usize) -> Option<Vec<(String, Value)>> {
        let (mut pairs, mut keys) = (Vec::new(), BTreeSet::new());
        loop {
            let key = match self.next()? {
                Token::Mark('}') => return Some(pairs),
                Token::Text(key) => key,
                _ => return None,
            };
            let (key, colon) = self.joined(key)?;
            // The last of one name would count.
            if colon != Token::Mark(':') || !keys.insert(key.clone()) {
                return None;
            }
            let first = self.next()?;
            let (value, end) = self.inside(first, depth)?;
            pairs.push((key, value));
            match end {
                Token::Mark(',') => {}
                Token::Mark('}') => return Some(pairs),
                _ => return None,
            }
        }
    }

    /// The arguments of a call: `(key=value, …)` or `(**name)`.
    fn arguments(&mut self, names: &mut BTreeMap<String, Value>) -> Option<Vec<(String, Value)>> {
        if self.next()? != Token::Mark('(') {
            return None;
        }
        let (mut arguments, mut keys) = (Vec::new(), BTreeSet::new());
        loop {
            match self.next()? {
                Token::Mark(')') => return Some(arguments),
                Token::Name(key) => {
                    if self.next()? != Token::Mark('=') || !keys.insert(key.clone()) {
                        return None;
                    }
                    let first = self.next()?;
                    let (value, end) = self.inside(first, DEPTH)?;
                    arguments.push((key, value));
                    match end {
                        Token::Mark(',') => {}
                        Token::Mark(')') => return Some(arguments),
                        _ => return None,
                    }
                }
                Token::Mark('*') if arguments.is_empty() => {
                    let (Token::Mark('*'), Token::Name(name)) = (self.next()?, self.next()?) else {
                        return None;
                    };
                    let Value::Dictionary(all) = names.remove(&name)? else { return None };
                    return (self.next()? == Token::Mark(')')).then_some(all);
                }
                _ => return None,
            }
        }
    }

    fn next(&mut self) -> Option<Token> {
        self.0.next().filter(|token| !matches!(token, Token::Other(_)))
    }
}

#[cfg(test)]
mod tests;
