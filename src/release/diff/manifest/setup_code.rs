//! The lines of `setup.py`, where what is given to `setup()` may come from.

use crate::release::python::Token;
use std::collections::BTreeSet;
use std::ops::Range;

/// A word, and whether a line ended in front of it.
pub(super) type Word = (Token, bool);

/// The words of a line of code that are shown as one.
const SHOWN: usize = 40;

/// What is left of a program, line by line, without what is `compared` in other words, texts that nothing is done with
/// and the project's version. What setup.py gives `setup()` can come from any line.
pub(super) fn code(words: &[Word], compared: &[Range<usize>]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut line: Vec<Word> = Vec::new();
    let mut compared = compared.iter().peekable();
    let (mut depth, mut begun, mut end) = (0_usize, 0_usize, 0_usize);
    for (at, (token, line_ended)) in words.iter().enumerate() {
        if *line_ended {
            found.extend(line_of_code(&line, begun));
            line.clear();
            begun = depth;
        }
        match token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        while let Some(range) = compared.next_if(|range| range.start <= at) {
            end = end.max(range.end);
        }
        if at >= end && *token != Token::Mark(',') {
            line.push((token.clone(), false));
        }
    }
    found.extend(line_of_code(&line, begun));
    found
}

/// A line that begins at a depth of brackets, in parts; none where it does nothing.
fn line_of_code(line: &[Word], depth: usize) -> Vec<String> {
    // Where brackets begin and end, lines are broken in either way.
    let is = |word: Option<&Word>, marks: &str| matches!(word, Some((Token::Mark(mark), _)) if marks.contains(*mark));
    let mut line = line;
    while let (true, [_, rest @ ..]) = (is(line.first(), ")]}"), line) {
        line = rest;
    }
    while let (true, [rest @ .., _]) = (is(line.last(), "([{)]}"), line) {
        line = rest;
    }
    // A letter in front of the quotes, `f` say, can make it code.
    let is_text = |(token, _): &Word| match token {
        Token::Text(_) => true,
        Token::Other(text) => text.starts_with(['"', '\'']),
        Token::Name(name) => name.bytes().all(|b| b.is_ascii_digit()),
        Token::Mark(mark) => "()[].".contains(*mark),
    };
    let of_version = match line {
        [] => return Vec::new(),
        [(Token::Name(name), _), (Token::Mark('='), _), value @ ..] => {
            name.to_ascii_lowercase().contains("version") && value.iter().all(is_text)
        }
        _ => false,
    };
    let nothing = depth == 0 && line.iter().all(is_text);
    let parts = if of_version || nothing { &[][..] } else { line };
    parts.chunks(SHOWN).map(|part| shown(&[part])).collect()
}

/// Values in one line.
pub(super) fn shown(values: &[&[Word]]) -> String {
    let mut all: BTreeSet<String> = BTreeSet::new();
    for words in values {
        let mut text = String::new();
        for (token, _) in *words {
            let is_word = !matches!(token, Token::Mark(_));
            let after_word =
                text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '\''));
            if text.ends_with([',', ':']) || is_word && after_word {
                text.push(' ');
            }
            match token {
                Token::Text(inner) => text.push_str(&format!("{inner:?}")),
                Token::Name(inner) | Token::Other(inner) => text.push_str(inner),
                Token::Mark(mark) => text.push(*mark),
            }
        }
        all.insert(text);
    }
    all.into_iter().collect::<Vec<_>>().join("; ")
}
