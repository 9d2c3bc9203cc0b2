//! What is commented out, and what only looks as if it were.

use super::super::lang::Lang;
use super::LOOKED_AT;
use super::docstring::{Docstring, do_nothing};
use crate::bytes::sniff::find;

/// Follows the block comments of C that are written as most are: `/*` begins a line, and each line below begins with `*`.
///
/// Anything else counts as code: `/*` in a text, or behind `//`, opens nothing, and what is taken for a comment is
/// not looked at.
#[derive(Debug)]
pub(super) struct Block {
    lang: Lang,
    open: bool,
    docstring: Docstring,
}

impl Block {
    /// From the first line of a text on; `None` where nothing is known of what is above, or of the whole.
    pub(super) fn new(lang: Lang, text: Option<&[&[u8]]>) -> Self {
        let known = lang == Lang::Python && text.is_some_and(do_nothing);
        let docstring = if known { Docstring::default() } else { Docstring::lost() };
        Self { lang, open: false, docstring }
    }

    /// Whether the next line is within one, to its end.
    pub(super) fn holds(&self, line: &[u8]) -> bool {
        if self.lang == Lang::Python {
            return self.docstring.holds(line);
        }
        let line = line.trim_ascii();
        let ends = || {
            let end = line.windows(2).position(|pair| pair == b"*/");
            end.is_none_or(|at| at + 2 == line.len())
        };
        self.open && line.starts_with(b"*") && ends()
    }

    /// Goes on behind a line.
    pub(super) fn line(&mut self, line: &[u8]) {
        if self.lang == Lang::Python {
            return self.docstring.line(line);
        }
        let line = line.trim_ascii();
        let ends = |text: &[u8]| text.windows(2).any(|pair| pair == b"*/");
        self.open = match line.strip_prefix(b"/*") {
            Some(inner) => self.lang.has_blocks() && !ends(inner),
            None => self.open && (line.is_empty() || line.starts_with(b"*")) && !ends(line),
        };
    }
}

/// Follows comments and texts of several lines, roughly: what is in one does nothing.
pub(super) struct Quotes {
    marks: &'static [(&'static [u8], &'static [u8])],
    end: &'static [u8],
    pub(super) open: bool,
}

/// What begins and what ends a comment or a text of several lines.
pub(crate) fn long_comments(lang: Lang) -> &'static [(&'static [u8], &'static [u8])] {
    match lang {
        Lang::Python => &[(b"\"\"\"", b"\"\"\""), (b"'''", b"'''")],
        Lang::C | Lang::Rust | Lang::Go | Lang::Js | Lang::Jvm | Lang::Php => &[(b"/*", b"*/")],
        Lang::Perl => &[(b"=pod", b"=cut"), (b"=head", b"=cut")],
        Lang::Ruby => &[(b"=begin", b"=end")],
        Lang::Lua => &[(b"--[[", b"]]")],
        _ => &[],
    }
}

impl Quotes {
    pub(super) fn new(lang: Lang) -> Self {
        Self { marks: long_comments(lang), end: b"", open: false }
    }

    pub(super) fn line(&mut self, line: &[u8]) {
        let mut rest = line.get(..LOOKED_AT).unwrap_or(line);
        loop {
            if self.open {
                let Some(at) = find(rest, self.end) else { return };
                rest = rest.get(at + self.end.len()..).unwrap_or_default();
                self.open = false;
            }
            let starts = self.marks.iter();
            let starts = starts.filter_map(|(begin, end)| Some((find(rest, begin)?, begin, end)));
            let Some((at, begin, end)) = starts.min_by_key(|(at, ..)| *at) else { return };
            rest = rest.get(at + begin.len()..).unwrap_or_default();
            (self.open, self.end) = (true, end);
        }
    }
}
