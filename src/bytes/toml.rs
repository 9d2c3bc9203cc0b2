//! TOML that others wrote, counted before it is parsed.
//!
//! A parser keeps a table for each part of each key, and each line feed as a word: a few bytes of text can take a
//! hundred times their size. The lexer of that parser tells how many there will be.

use serde::de::DeserializeOwned;
use thiserror::Error;
use toml::{Table, Value};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// What one document may take, in units of some 150 bytes of memory. The lock file of 12,000 files has 100,000.
const LIMIT: usize = 400_000;

/// The most words, blanks, comments and line feeds: the parser keeps some 50 bytes for each.
const WORDS: usize = 1_000_000;

/// Why a document was not read.
#[derive(Debug, Error)]
pub(crate) enum TomlError {
    /// More keys, tables and values than [`LIMIT`], or more than [`WORDS`].
    #[error("it has more keys, tables and values than are read")]
    TooMuch,
    /// Not TOML, or not of the form that is asked for.
    #[error(transparent)]
    Syntax(#[from] toml::de::Error),
}

/// Reads one document (TOML 1.1).
///
/// # Errors
///
/// If it is not of that form, or has more in it than is read.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, TomlError> {
    let weight = |kind| match kind {
        TokenKind::Dot => 8,
        TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => 2,
        TokenKind::Equals => 3,
        TokenKind::Comma => 2,
        _ => 0,
    };
    let (mut left, mut words) = (LIMIT, WORDS);
    for token in Source::new(text).lex() {
        left = left.checked_sub(weight(token.kind())).ok_or(TomlError::TooMuch)?;
        words = words.checked_sub(1).ok_or(TomlError::TooMuch)?;
    }
    Ok(toml::from_str(text)?)
}

/// As [`parse`], of a document in which integers decide nothing: those of more than 64 bits, which TOML lets a reader
/// refuse and Python's takes, are read by their first digits.
///
/// # Errors
///
/// As [`parse`].
pub(crate) fn parse_any_integers(text: &str) -> Result<Table, TomlError> {
    let error = match parse(text) {
        Err(TomlError::Syntax(error)) => error,
        other => return other,
    };
    let mut short = String::with_capacity(text.len());
    let mut end = 0;
    for token in Source::new(text).lex() {
        let word = text.get(token.span().start()..token.span().end()).unwrap_or_default();
        end = token.span().end();
        let is_number = |c: char| c.is_ascii_hexdigit() || matches!(c, '+' | '-' | '_' | 'x' | 'o');
        let is_long = token.kind() == TokenKind::Atom
            && word.len() > DIGITS
            && word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'))
            && word.chars().all(is_number);
        let kept = if is_long { word.get(..DIGITS).unwrap_or(word) } else { word };
        short.push_str(kept.trim_end_matches(if is_long { '_' } else { '\0' }));
    }
    // What the lexer leaves out is no document that was shortened.
    if end != text.len() || short.len() == text.len() {
        return Err(error.into());
    }
    parse(&short)
}

/// Of an integer, with its sign and what tells its base: 15 hexadecimal digits fit into 64 bits.
const DIGITS: usize = 16;

/// The value at `path` of tables in tables.
pub(crate) fn at<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (last, parents) = path.split_last()?;
    let mut table = table;
    for part in parents {
        table = table.get(*part)?.as_table()?;
    }
    table.get(*last)
}

/// A value of TOML in one line.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(is) => is.to_string(),
        Value::Datetime(time) => time.to_string(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(shown).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Table(table) => {
            let entry = |(key, value): (&String, &Value)| format!("{key} = {}", shown(value));
            let entries: Vec<String> = table.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted() {
        for (what, one) in [
            ("dotted keys", "{a.b.c.d.e.f.g=1},"),
            ("arrays", "[],"),
            ("tables", "{},"),
            ("values", "1,"),
        ] {
            let text = |count| format!("x=[{}]", one.repeat(count));
            assert!(parse::<Table>(&text(5_000)).is_ok(), "{what}");
            assert!(matches!(parse::<Table>(&text(500_000)), Err(TomlError::TooMuch)), "{what}");
        }
        let headers: String = (0..20_000).map(|n| format!("[a{n}.b.c.d]\n")).collect();
        assert!(matches!(parse::<Table>(&headers), Err(TomlError::TooMuch)));
        // What says nothing is kept as well.
        for one in ["\n", "#\n", "a \n", "\"\n", "\x01 "] {
            let text = one.repeat(WORDS + 1);
            assert!(matches!(parse::<Table>(&text), Err(TomlError::TooMuch)), "{one:?}");
        }
        let keys = |count| (0..count).map(|n| format!("a{n}=1\n")).collect::<String>();
        assert!(parse::<Table>(&keys(100_000)).is_ok());
        assert!(matches!(parse::<Table>(&keys(200_000)), Err(TomlError::TooMuch)));
        assert!(parse::<Table>(&"\n".repeat(500_000)).is_ok());
        // What is quoted, or remarked, takes its own size alone.
        let text = format!("x = '''{0}'''\n# {0}\ny = \"{0}\"\n", "a.b={[,".repeat(100_000));
        assert!(parse::<Table>(&text).is_ok());
        assert!(matches!(parse::<Table>("x = "), Err(TomlError::Syntax(_))));
    }

    #[test]
    fn large_integers_hide_nothing() {
        for number in ["99999999999999999999", "-9_9999_9999_9999_9999_99", "0xffffffffffffffffff"]
        {
            let text = format!("a = [{number}, 1] # {number}\nb = '{number}'\n");
            let refused = parse::<Table>(&text);
            assert!(matches!(refused, Err(TomlError::Syntax(_))), "{number}");
            let table = parse_any_integers(&text).unwrap();
            assert_eq!(table.get("b").and_then(|b| b.as_str()), Some(number));
            assert!(parse_any_integers(&format!("{text}c")).is_err());
        }
    }
}
