//! Lists of requirements that `setup.py` has as plain text: strings in brackets and nothing else.

use super::requirement::Requirement;
use std::str::Chars;

/// A word of Python's, as far as a list of strings has any.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Text(String),
    Mark(char),
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
            Token::Mark(_) => return None,
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

struct Tokens<'a>(Chars<'a>);

impl<'a> Tokens<'a> {
    /// What follows `keyword=`, where that is an argument of its own.
    fn after(setup: &'a str, keyword: &str) -> Option<Self> {
        let (before, rest) = setup.split_once(keyword)?;
        let line = before.rsplit('\n').next()?;
        let before = before.trim_end();
        let is_argument = before.ends_with(['(', ',']) && !line.contains('#');
        let rest = rest.trim_start().strip_prefix('=').filter(|_| is_argument)?;
        Some(Self(rest.chars()))
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
                Token::Mark(_) => return None,
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

    fn next(&mut self) -> Option<Token> {
        loop {
            match self.0.next()? {
                '#' => {
                    self.0.by_ref().find(|c| *c == '\n')?;
                }
                c if c.is_whitespace() => {}
                quote @ ('"' | '\'') => {
                    let mut text = String::new();
                    loop {
                        match self.0.next()? {
                            c if c == quote => break,
                            '\\' | '\n' => return None,
                            c => text.push(c),
                        }
                    }
                    return Some(Token::Text(text));
                }
                mark => return Some(Token::Mark(mark)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lists_that_are_text() {
        let setup = "setup(\n  python_requires='>=3',\n  needs=[  # why\n 'a>=1', \"b\",\n ],\n more={'e': ['c']},\n)\n";
        assert_eq!(text(setup, "python_requires").unwrap(), ">=3");
        assert_eq!(list(setup, "needs").unwrap().len(), 2);
        assert_eq!(lists(setup, "more").unwrap(), [Requirement::parse("c; extra == 'e'").unwrap()]);
    }

    #[test]
    fn what_has_to_be_run_is_no_list() {
        for other in [
            "setup(x=['a'] + more)",
            "setup(x=['a' 'b'])",
            "setup(x=['a', *more])",
            "setup(x=[f'a'])",
            "setup(x=('a'))",
            "setup(x=['a' if y else 'b'])",
            "setup(x=['a'].copy())",
            "x=['a']\nsetup()",
            "# setup(x=['a'])",
            "setup(x=[\"\"\"a\"\"\"])",
            "setup(x=['a'",
        ] {
            assert_eq!(list(other, "x"), None, "{other}");
        }
        for other in ["setup(y={'e': z})", "setup(y={**z})", "setup(y={'e': ['a']} | z)"] {
            assert_eq!(lists(other, "y"), None, "{other}");
        }
    }
}
