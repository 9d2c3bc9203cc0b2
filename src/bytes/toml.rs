//! TOML that others wrote, counted before it is parsed.
//!
//! A parser keeps a table for each part of each key, and each line feed as a word: a few bytes of text can take a
//! hundred times their size. The lexer of that parser tells how many there will be.

use serde::de::DeserializeOwned;
use thiserror::Error;
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

#[cfg(test)]
mod tests {
    use super::*;
    use toml::Table;

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
}
