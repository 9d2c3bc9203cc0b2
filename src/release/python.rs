//! The words of a Python program, as far as it takes to find the values that are written out in it.

use std::str::Chars;

/// The arguments of `setup()` that only describe the project.
pub(crate) const DESCRIBING: [&str; 12] = [
    "description",
    "long_description_content_type",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "url",
    "download_url",
    "project_urls",
    "license",
    "keywords",
    "classifiers",
];

/// A word of Python's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A text on one line, without a letter in front of it, with the escapes that `repr` writes.
    Text(String),
    Name(String),
    Mark(char),
    /// Any other text, with its quotes, as it is there.
    Other(String),
}

/// One word after the other. Blanks and comments are none.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    rest: Chars<'a>,
    /// Whether a line ended in front of the last word, though not behind a backslash.
    line_ended: bool,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(program: &'a str) -> Self {
        Self { rest: program.chars(), line_ended: false }
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a str {
        self.rest.as_str()
    }

    /// Whether a line ended in front of the last word, though not behind a backslash.
    pub(crate) const fn line_ended(&self) -> bool {
        self.line_ended
    }

    /// The next word; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Token> {
        self.line_ended = false;
        loop {
            match self.rest.next()? {
                '#' => {
                    self.rest.by_ref().find(|c| *c == '\n')?;
                    self.line_ended = true;
                }
                // A line that goes on.
                '\\' => match self.rest().strip_prefix('\n') {
                    Some(rest) => self.rest = rest.chars(),
                    None => return Some(Token::Mark('\\')),
                },
                '\n' => self.line_ended = true,
                c if c.is_whitespace() => {}
                quote @ ('"' | '\'') => return Some(self.quoted("", quote)),
                // Python takes letters of many scripts for the same name (NFKC).
                c if c.is_ascii_alphanumeric() || c == '_' => {
                    let rest = self.rest();
                    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    let (more, rest) = rest.split_at(end.unwrap_or(rest.len()));
                    self.rest = rest.chars();
                    let name = format!("{c}{more}");
                    // A text with a letter in front of it is read in another way.
                    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\''))
                    else {
                        return Some(Token::Name(name));
                    };
                    self.rest.next();
                    return Some(self.quoted(&name, quote));
                }
                mark => return Some(Token::Mark(mark)),
            }
        }
    }

    /// The rest of a text that begins with `prefix` and `quote`.
    fn quoted(&mut self, prefix: &str, quote: char) -> Token {
        let rest = self.rest();
        let three = [quote, quote].iter().collect::<String>();
        if prefix.is_empty()
            && !rest.starts_with(three.as_str())
            && let Some((text, after)) = plain(rest, quote)
        {
            self.rest = after.chars();
            return Token::Text(text);
        }
        let end = match rest.strip_prefix(three.as_str()) {
            Some(inner) => 2 + ends(inner, &format!("{quote}{three}"), false),
            None => ends(rest, quote.encode_utf8(&mut [0; 4]), true),
        };
        let (text, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.rest = after.chars();
        Token::Other(format!("{prefix}{quote}{text}"))
    }
}

/// Where a text ends, behind its quotes: at the end of the line where it has `one_line`.
fn ends(text: &str, quotes: &str, one_line: bool) -> usize {
    let mut rest = text;
    loop {
        let at = text.len() - rest.len();
        if rest.starts_with(quotes) {
            return at + quotes.len();
        }
        let mut chars = rest.chars();
        match chars.next() {
            None => return at,
            Some('\n') if one_line => return at,
            Some('\\') => {
                chars.next();
            }
            Some(_) => {}
        }
        rest = chars.as_str();
    }
}

/// A text that `quote` ends, on one line, with the escapes that `repr` writes, and what is behind it.
fn plain(text: &str, quote: char) -> Option<(String, &str)> {
    let mut rest = text.chars();
    let mut found = String::new();
    loop {
        match rest.next()? {
            c if c == quote => return Some((found, rest.as_str())),
            '\n' => return None,
            '\\' => found.push(match rest.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                c @ ('\\' | '\'' | '"') => c,
                'x' => code(&mut rest, 2)?,
                'u' => code(&mut rest, 4)?,
                'U' => code(&mut rest, 8)?,
                _ => return None,
            }),
            c => found.push(c),
        }
    }
}

/// The character whose number the next `digits` are.
fn code(rest: &mut Chars<'_>, digits: usize) -> Option<char> {
    let (number, after) = rest.as_str().split_at_checked(digits)?;
    *rest = after.chars();
    let is_number = number.bytes().all(|b| b.is_ascii_hexdigit());
    char::from_u32(u32::from_str_radix(number, 16).ok().filter(|_| is_number)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(program: &str) -> Vec<Token> {
        let mut tokens = Tokens::of(program);
        std::iter::from_fn(|| tokens.next()).collect()
    }

    #[test]
    fn texts_end_where_python_ends_them() {
        let text = |text: &str| Token::Text(text.to_owned());
        let other = |text: &str| Token::Other(text.to_owned());
        let name = |text: &str| Token::Name(text.to_owned());
        for (program, expected) in [
            ("'a\\x41' # 'b'\n", vec![text("aA")]),
            ("'' ''", vec![text(""), text("")]),
            ("'''a' # \\'''b\n''' c", vec![other("'''a' # \\'''b\n'''"), name("c")]),
            ("rb'\\' x' y", vec![other("rb'\\' x'"), name("y")]),
            ("f\"{a}\"", vec![other("f\"{a}\"")]),
            ("'\\d'", vec![other("'\\d'")]),
            ("'a\nb", vec![other("'a"), name("b")]),
            ("\"\"\"a", vec![other("\"\"\"a")]),
            ("'a\\", vec![other("'a\\")]),
        ] {
            assert_eq!(words(program), expected, "{program}");
        }
    }
}
