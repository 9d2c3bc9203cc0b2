//! What a line of a program depends on: the conditions and loops around it, roughly, by what lines begin with.
//!
//! Both sides of a text are followed in the same way, so that what is misread is misread twice.

use super::jumps::{first_word, indent};
use super::lang::Lang;
use super::signs::long_comments;

/// The most blocks in each other that are told apart.
const DEPTH: usize = 200;

/// What a statement begins with that decides whether or how often the block behind it runs.
const DECIDES: [&str; 20] = [
    "if", "elif", "elsif", "else", "for", "foreach", "while", "until", "unless", "do", "loop",
    "switch", "match", "case", "try", "catch", "except", "select", "begin", "rescue",
];

/// What is around a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Around {
    /// How many blocks within its function decide whether it runs.
    pub(super) depth: usize,
    /// The line, from 0, with which the innermost of them begins.
    pub(super) opener: Option<usize>,
    /// How many `#if` are open within the function, and the line of the last.
    pub(super) directives: usize,
    pub(super) directive: Option<usize>,
    /// Whether it is within a comment, or a text of several lines.
    pub(super) hidden: bool,
}

/// Follows one text from its first line on.
#[derive(Debug)]
pub(super) struct Blocks {
    lang: Lang,
    open: Vec<Block>,
    /// The `#if`s that are open: the line, and whether it is within a block. One around whole functions leaves them as they are.
    directives: Vec<(usize, bool)>,
    /// Whether a directive was seen: the first may be what keeps a header from being read twice.
    directed: bool,
    /// What ends the comment or text that is open.
    end: Option<&'static [u8]>,
    /// The statement at hand, as the block that it may begin.
    statement: Option<Block>,
    /// Parentheses that are open; of Python's brackets, all.
    parentheses: usize,
    /// Whether what was read of the statement ends in a bracket, or is `else` or `do`.
    complete: bool,
    at: usize,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    line: usize,
    indent: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Decides,
    Function,
    Other,
}

impl Blocks {
    pub(super) const fn new(lang: Lang) -> Self {
        Self {
            lang,
            open: Vec::new(),
            directives: Vec::new(),
            directed: false,
            end: None,
            statement: None,
            parentheses: 0,
            complete: false,
            at: 0,
        }
    }

    /// Whether blocks are known in a language.
    pub(super) const fn are_known(lang: Lang) -> bool {
        matches!(lang, Lang::Python | Lang::Shell) || Self::has_braces(lang)
    }

    const fn has_braces(lang: Lang) -> bool {
        lang.has_blocks() || matches!(lang, Lang::Perl)
    }

    /// What is around the next line; then goes on behind it.
    pub(super) fn line(&mut self, line: &[u8]) -> Around {
        let at = self.at;
        self.at += 1;
        let hidden = self.end.is_some();
        let text = line.trim_ascii();
        let is_directive = self.lang == Lang::C && !hidden && text.starts_with(b"#");
        let code = self.code(text);
        if is_directive {
            let around = self.around(hidden);
            self.directive(at, text);
            return around;
        }
        if code.is_empty() {
            return self.around(hidden);
        }
        match self.lang {
            Lang::Python => self.python(at, line, &code, hidden),
            Lang::Shell => self.shell(at, &code, hidden),
            _ => self.braces(at, line, &code, hidden),
        }
    }

    fn around(&self, hidden: bool) -> Around {
        let function = self.open.iter().rposition(|block| block.kind == Kind::Function);
        let inner = self.open.get(function.map_or(0, |at| at + 1)..).unwrap_or_default();
        let directives =
            || self.directives.iter().filter(|(_, is_inner)| *is_inner).map(|(at, _)| *at);
        let deciding = || inner.iter().filter(|block| block.kind == Kind::Decides);
        // Without a brace, the statement behind a condition is a block by itself.
        let header = self.statement.filter(|statement| {
            statement.kind == Kind::Decides
                && self.complete
                && self.parentheses == 0
                && Self::has_braces(self.lang)
        });
        Around {
            depth: deciding().count() + usize::from(header.is_some()),
            opener: header.or(deciding().next_back().copied()).map(|block| block.line),
            directives: directives().count(),
            directive: directives().next_back(),
            hidden,
        }
    }

    fn push(&mut self, line: usize, kind: Kind) {
        if self.open.len() < DEPTH {
            self.open.push(Block { line, indent: 0, kind });
        }
    }

    fn directive(&mut self, at: usize, text: &[u8]) {
        let word = first_word(text.get(1..).unwrap_or_default());
        let is_first = !std::mem::replace(&mut self.directed, true);
        match word {
            // What keeps a header from being read twice.
            b"ifndef" if is_first => {}
            b"if" | b"ifdef" | b"ifndef" if self.directives.len() < DEPTH => {
                self.directives.push((at, !self.open.is_empty()));
            }
            b"else" | b"elif" => {
                if let Some((last, _)) = self.directives.last_mut() {
                    *last = at;
                }
            }
            b"endif" => {
                self.directives.pop();
            }
            _ => {}
        }
    }

    /// By how far lines stand in.
    fn python(&mut self, at: usize, line: &[u8], code: &[u8], hidden: bool) -> Around {
        // A statement over several lines stands where its first does.
        if self.parentheses == 0 && !hidden {
            let depth = indent(line);
            while self.open.last().is_some_and(|block| block.indent >= depth) {
                self.open.pop();
            }
            let kind = match first_word(code) {
                b"def" | b"class" | b"async" => Kind::Function,
                _ if decides(code) => Kind::Decides,
                _ => Kind::Other,
            };
            self.statement = Some(Block { line: at, indent: depth, kind });
        }
        let around = self.around(hidden);
        for byte in code {
            match byte {
                b'(' | b'[' | b'{' => self.parentheses += 1,
                b')' | b']' | b'}' => self.parentheses = self.parentheses.saturating_sub(1),
                _ => {}
            }
        }
        if self.parentheses == 0 && code.ends_with(b":") {
            self.open.extend(self.statement.filter(|_| self.open.len() < DEPTH));
        }
        around
    }

    /// By the words that begin and end a block.
    fn shell(&mut self, at: usize, code: &[u8], hidden: bool) -> Around {
        let word = |b: &u8| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'{' | b'}');
        let words = || code.split(word).filter(|word| !word.is_empty());
        let ends = |word: &&[u8]| matches!(*word, b"fi" | b"done" | b"esac" | b"}");
        let first = words().next().unwrap_or_default();
        if ends(&first) {
            self.open.pop();
            return self.around(hidden);
        }
        let around = self.around(hidden);
        let begins = matches!(first, b"if" | b"for" | b"while" | b"until" | b"case" | b"select");
        if begins && !words().any(|word| ends(&word)) {
            self.push(at, Kind::Decides);
        } else if code.trim_ascii_end().ends_with(b"{") {
            self.push(at, Kind::Function);
        }
        around
    }

    /// By braces.
    fn braces(&mut self, at: usize, line: &[u8], code: &[u8], hidden: bool) -> Around {
        // What was read wrongly until there, as by a brace in each of two cases of `#if`, ends with the function.
        if line.starts_with(b"}") || line.starts_with(b"{") {
            self.open.truncate(1);
        }
        let closes = code.iter().take_while(|b| **b == b'}').count();
        for _ in 0..closes {
            self.open.pop();
            self.statement = None;
        }
        let around = self.around(hidden);
        let code = code.get(closes..).unwrap_or_default();
        // Not every language ends a statement with a mark.
        if self.parentheses == 0 && decides(code) {
            self.statement = None;
        }
        for (index, byte) in code.iter().enumerate() {
            if self.statement.is_none() && !byte.is_ascii_whitespace() && !b";{}".contains(byte) {
                let is_deciding = decides(code.get(index..).unwrap_or_default());
                let kind = if is_deciding { Kind::Decides } else { Kind::Other };
                self.statement = Some(Block { line: at, indent: 0, kind });
                (self.parentheses, self.complete) = (0, false);
            }
            match byte {
                b'{' => {
                    let block = self.statement.take();
                    self.push(block.map_or(at, |b| b.line), block.map_or(Kind::Other, |b| b.kind));
                }
                b'}' => {
                    self.open.pop();
                    self.statement = None;
                }
                b';' if self.parentheses == 0 => self.statement = None,
                b'(' => self.parentheses += 1,
                b')' => {
                    self.parentheses = self.parentheses.saturating_sub(1);
                    self.complete = true;
                }
                byte if byte.is_ascii_whitespace() => {}
                _ => self.complete = false,
            }
        }
        self.complete |= matches!(code.trim_ascii(), b"else" | b"do");
        around
    }

    /// The part of a line that is neither a comment nor a text.
    fn code(&mut self, line: &[u8]) -> Vec<u8> {
        let mut code = Vec::new();
        let mut at = 0;
        while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
            if let Some(end) = self.end {
                let Some(found) = crate::bytes::sniff::find(rest, end) else { break };
                self.end = None;
                at += found + end.len();
                continue;
            }
            let long = long_comments(self.lang).iter().find(|(begin, _)| rest.starts_with(begin));
            if let Some((begin, end)) = long {
                self.end = Some(end);
                at += begin.len();
                continue;
            }
            let after_blank = code.last().is_none_or(u8::is_ascii_whitespace);
            let remarks = self.lang.comments().iter().any(|mark| rest.starts_with(mark));
            if remarks && (after_blank || self.lang != Lang::Shell) {
                break;
            }
            match rest {
                [b'\\', ..] => at += 2,
                // A lifetime, and digits in groups.
                [b'\'', inner @ ..] if has_letters(self.lang) && !is_letter(inner) => at += 1,
                [quote @ (b'"' | b'\'' | b'`'), inner @ ..] => match closing(inner, *quote) {
                    Some(length) => at += 1 + length,
                    None => {
                        // Elsewhere one quote holds to the end of the line.
                        self.end = match (self.lang, quote) {
                            (Lang::Shell, b'"') => Some(b"\""),
                            (Lang::Shell, b'\'') => Some(b"'"),
                            (Lang::Js | Lang::Go, b'`') => Some(b"`"),
                            _ => None,
                        };
                        break;
                    }
                },
                [byte, ..] => {
                    code.push(*byte);
                    at += 1;
                }
                [] => break,
            }
        }
        code.trim_ascii().to_vec()
    }
}

fn decides(code: &[u8]) -> bool {
    DECIDES.iter().any(|word| first_word(code) == word.as_bytes())
}

/// Whether one quote begins a letter rather than a text.
const fn has_letters(lang: Lang) -> bool {
    matches!(lang, Lang::C | Lang::Rust | Lang::Go | Lang::Jvm)
}

/// Whether a letter and a quote follow.
fn is_letter(inner: &[u8]) -> bool {
    let most = match inner.first() {
        Some(b'\\') => 12,
        Some(first) if !first.is_ascii() => 5,
        _ => 2,
    };
    closing(inner.get(..most.min(inner.len())).unwrap_or_default(), b'\'').is_some()
}

/// How long the rest of a text is, with the quote that ends it.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut escaped = false;
    let at = text.iter().position(|byte| {
        let ends = !escaped && *byte == quote;
        escaped = !escaped && *byte == b'\\';
        ends
    });
    at.map(|at| at + 1)
}
