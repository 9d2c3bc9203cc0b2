//! What blanks make of a line.

use super::jumps::first_word;
use super::lang::Lang;

/// What blanks make of a line with the same words: a comment where there was none, other words where blanks part them, or
/// another text in a line that `decides` something; elsewhere texts are only printed.
pub(super) fn spaced(lang: Lang, old: &[u8], new: &[u8], decides: bool) -> Option<&'static str> {
    const PAIRS: [&[u8]; 5] = [b"/*", b"*/", b"//", b"++", b"--"];
    let count = |line: &[u8], pair: &[u8]| line.windows(2).filter(|two| *two == pair).count();
    if PAIRS.iter().any(|pair| count(old, pair) != count(new, pair)) {
        return Some("has blanks that make another comment or operator");
    }
    let [was, is] = [old, new].map(|line| if lang == Lang::Make { value(line) } else { line });
    if matches!(lang, Lang::Shell | Lang::Make) && in_words(was) != in_words(is) {
        return Some("has blanks that make other words");
    }
    if lang == Lang::C && takes_arguments(old) != takes_arguments(new) {
        return Some("has a blank that makes another macro");
    }
    (decides && in_texts(old) != in_texts(new)).then_some("has another text: by its blanks")
}

/// What a line of make gives a name, or needs for it; all of one that does neither.
fn value(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|b| b"=:".contains(b)).unwrap_or_default();
    let (name, rest) = line.split_at(end);
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || b" \t_-.%/+?!".contains(b);
    let rest = rest.iter().position(|b| !b"=:".contains(b)).and_then(|at| rest.get(at..));
    rest.filter(|_| !name.is_empty() && name.iter().all(is_name)).unwrap_or(line)
}

/// Whether a line defines a macro that takes arguments: a bracket follows its name at once.
fn takes_arguments(line: &[u8]) -> Option<bool> {
    let rest = line.trim_ascii().strip_prefix(b"#")?.trim_ascii().strip_prefix(b"define")?;
    let rest = rest.trim_ascii_start();
    Some(rest.get(first_word(rest).len()) == Some(&b'('))
}

/// A line of shell in its words: blanks within texts as they are, none where an operator parts words anyway.
fn in_words(line: &[u8]) -> Vec<u8> {
    let mut found: Vec<u8> = Vec::new();
    let parts = |byte: &u8| b";|&()<>".contains(byte);
    let mut quotes = Quotes::default();
    let mut blank = false;
    for byte in line.trim_ascii() {
        let is_text = quotes.holds(*byte);
        if !is_text && byte.is_ascii_whitespace() {
            blank = true;
            continue;
        }
        // A comment.
        if !is_text && *byte == b'#' && blank {
            break;
        }
        // Behind `$(x)` the same word goes on.
        let goes_on = |last: &u8| *last == b')' || !parts(last);
        let between = blank && !parts(byte) && found.last().is_some_and(goes_on);
        if std::mem::take(&mut blank) && between {
            found.push(b' ');
        }
        found.push(*byte);
    }
    found
}

/// A line without the blanks that stand in no text.
fn in_texts(line: &[u8]) -> Vec<u8> {
    let mut quotes = Quotes::default();
    let kept = line.iter().filter(|byte| quotes.holds(**byte) || !byte.is_ascii_whitespace());
    kept.copied().collect()
}

/// Follows the texts of a line.
#[derive(Default)]
struct Quotes {
    open: Option<u8>,
    escaped: bool,
}

impl Quotes {
    /// Whether a byte is in a text, or begins one.
    fn holds(&mut self, byte: u8) -> bool {
        let quote = matches!(byte, b'"' | b'\'' | b'`');
        match self.open {
            Some(_) if self.escaped => self.escaped = false,
            Some(_) if byte == b'\\' => self.escaped = true,
            Some(end) if end == byte => self.open = None,
            None if quote => self.open = Some(byte),
            _ => {}
        }
        self.open.is_some()
    }
}
