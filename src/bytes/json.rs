//! A strict JSON reader (RFC 8259) for documents that come from outside.
//!
//! serde_json's own `Value` keeps the last of two equal keys, so that two readers of one document
//! can disagree about what it says; here a repeated key is an error at any depth. Size and depth
//! are bounded before anything grows with the input.

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::{Cell, RefCell};
use std::fmt;

/// How much of a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The largest document, in bytes.
    pub(crate) size: usize,
    /// How deep arrays and objects may nest; a scalar at the top has depth 0.
    pub(crate) depth: usize,
    /// The most values. An object that is not empty counts as [`OBJECT`] more, as it takes as much room.
    pub(crate) values: usize,
}

/// The most values of one document.
const VALUES: usize = 3_000_000;
const OBJECT: usize = 20;

impl Default for Limits {
    /// 16 MiB, 64 levels, three million values.
    fn default() -> Self {
        Self { size: 16 << 20, depth: 64, values: VALUES }
    }
}

impl Limits {
    /// As by default, with another number of values.
    pub(crate) fn of_values(values: usize) -> Self {
        Self { values, ..Self::default() }
    }
}

/// Why a document is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{cause}", at(*line, *column))]
pub(crate) struct JsonError {
    /// What is wrong.
    pub(crate) cause: JsonCause,
    /// The line, counted from 1; 0 where no place can be named.
    pub(crate) line: usize,
    /// The column in bytes, counted from 1; 0 before the first byte of a line.
    pub(crate) column: usize,
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JsonCause {
    /// Larger than the limit, both in bytes.
    #[error("the document has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// The size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// Nothing but white space.
    #[error("the document is empty")]
    Empty,
    /// Starts with a byte order mark, which RFC 8259 section 8.1 forbids.
    #[error("the document starts with a byte order mark")]
    ByteOrderMark,
    /// Not UTF-8.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// The same key twice in one object.
    #[error("the key {key:?} occurs twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// Nested deeper than the limit.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// More values than are kept.
    #[error(
        "the document has more than {limit} values, each object that is not empty being {OBJECT}"
    )]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Ends in the middle.
    #[error("the document ends in the middle")]
    Truncated,
    /// Something follows the document.
    #[error("something follows the document")]
    TrailingData,
    /// Starts like HTML or XML: usually the error page of a server.
    #[error("this is HTML or XML rather than JSON")]
    Markup,
    /// Not JSON.
    #[error("this is not JSON")]
    Syntax,
}

/// Where something is wrong; line 0 is the document as a whole.
fn at(line: usize, column: usize) -> String {
    if line > 0 { format!("line {line}, column {column}: ") } else { String::new() }
}

/// Reads one JSON document.
///
/// # Errors
///
/// A [`JsonError`] for anything that RFC 8259 forbids or leaves to the reader (repeated keys, a
/// byte order mark), and for what exceeds `limits`.
pub(crate) fn parse(bytes: &[u8], limits: Limits) -> Result<Value, JsonError> {
    let at_top = |cause| JsonError { cause, line: 0, column: 0 };
    if bytes.len() > limits.size {
        return Err(at_top(JsonCause::TooLarge { size: bytes.len(), limit: limits.size }));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(at_top(JsonCause::ByteOrderMark));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let (line, column) = place(bytes.get(..e.valid_up_to()).unwrap_or_default());
        JsonError { cause: JsonCause::NotUtf8, line, column }
    })?;
    match text.trim_start_matches([' ', '\t', '\n', '\r']).chars().next() {
        None => return Err(at_top(JsonCause::Empty)),
        Some('<') => return Err(at_top(JsonCause::Markup)),
        Some(_) => {}
    }
    let cause = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let left = Cell::new(limits.values);
    let strict = Strict { depth: 0, limits, cause: &cause, left: &left };
    let tree = strict.deserialize(&mut reader);
    let refused = |e: &serde_json::Error, other| JsonError {
        cause: cause.take().unwrap_or(other),
        line: e.line(),
        column: e.column(),
    };
    let tree = tree.map_err(|e| {
        let other = if e.is_eof() { JsonCause::Truncated } else { JsonCause::Syntax };
        refused(&e, other)
    })?;
    reader.end().map_err(|e| refused(&e, JsonCause::TrailingData))?;
    Ok(tree)
}

/// The line and column that follow `before`.
fn place(before: &[u8]) -> (usize, usize) {
    let line = before.iter().filter(|b| **b == b'\n').count();
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    (line + 1, before.len() - start + 1)
}

/// Builds a [`Value`], refusing what serde_json would let pass.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    limits: Limits,
    cause: &'a RefCell<Option<JsonCause>>,
    /// How many values there may still be.
    left: &'a Cell<usize>,
}

impl Strict<'_> {
    /// The seed for what is inside an array or object at this level.
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == self.limits.depth {
            return Err(self.refuse(JsonCause::TooDeep { limit: self.limits.depth }));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn spend<E: de::Error>(self, values: usize) -> Result<(), E> {
        let left = self.left.get().checked_sub(values);
        self.left.set(
            left.ok_or_else(|| self.refuse(JsonCause::TooMany { limit: self.limits.values }))?,
        );
        Ok(())
    }

    fn refuse<E: de::Error>(self, cause: JsonCause) -> E {
        self.cause.replace(Some(cause));
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| self.refuse(JsonCause::Syntax))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(inner)? {
            self.spend(1)?;
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            self.spend(if map.is_empty() { OBJECT } else { 1 })?;
            if map.contains_key(&key) {
                return Err(self.refuse(JsonCause::DuplicateKey { key }));
            }
            map.insert(key, access.next_value_seed(inner)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn cause(text: &[u8]) -> JsonCause {
        parse(text, Limits::default()).unwrap_err().cause
    }

    #[test]
    fn an_ordinary_document_is_read() {
        let text = r#"{"a": [1, -2, 2.5, "x\u00e9", true, null], "b": {}}"#;
        let tree = parse(text.as_bytes(), Limits::default()).unwrap();
        assert_eq!(tree, serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn many_values_are_refused() {
        let many = |value: &str, count: usize| {
            let values = vec![value; count].join(",");
            parse(format!("[{values}]").as_bytes(), Limits::default()).err().map(|e| e.cause)
        };
        assert_eq!(many("1", VALUES), None);
        assert_eq!(many("1", VALUES + 1), Some(JsonCause::TooMany { limit: VALUES }));
        assert_eq!(many(r#"{"a":1}"#, VALUES / (OBJECT + 1)), None);
        assert_eq!(
            many(r#"{"a":1}"#, VALUES / (OBJECT + 1) + 1),
            Some(JsonCause::TooMany { limit: VALUES })
        );
    }

    #[test]
    fn repeated_keys_are_refused_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"x":[{"y":{"a":1,"b":2,"a":3}}]}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"[[{"a":{}, "a":{}}]]"#,
        ] {
            assert_eq!(cause(text.as_bytes()), JsonCause::DuplicateKey { key: "a".into() });
        }
        let error = parse(b"{\"a\":1,\n \"a\":2}", Limits::default()).unwrap_err();
        assert_eq!((error.line, error.to_string().contains("line 2")), (2, true));
    }

    #[test]
    fn the_same_key_in_two_objects_is_no_repetition() {
        assert!(parse(br#"[{"a":1},{"a":{"a":2}}]"#, Limits::default()).is_ok());
    }

    #[test]
    fn depth_is_bounded_without_recursion() {
        let nested = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        assert!(parse(&nested(64), Limits::default()).is_ok());
        for n in [65, 128, 10_000, 1_000_000] {
            assert_eq!(cause(&nested(n)), JsonCause::TooDeep { limit: 64 });
        }
        let objects = br#"{"a":"#.repeat(10_000);
        assert_eq!(cause(&objects), JsonCause::TooDeep { limit: 64 });
    }

    #[test]
    fn size_is_bounded() {
        let limits = Limits { size: 4, depth: 1, ..Limits::default() };
        assert!(parse(b"null", limits).is_ok());
        let error = parse(b"false", limits).unwrap_err();
        assert_eq!(error.cause, JsonCause::TooLarge { size: 5, limit: 4 });
    }

    #[test]
    fn what_is_not_json_is_named() {
        for (text, expected) in [
            (&b"\xef\xbb\xbf{}"[..], JsonCause::ByteOrderMark),
            (b"{\"a\":\"\xff\"}", JsonCause::NotUtf8),
            (b"\xc0\x80", JsonCause::NotUtf8),
            (b"", JsonCause::Empty),
            (b" \n\t", JsonCause::Empty),
            (b"{\"a\":", JsonCause::Truncated),
            (b"\"abc", JsonCause::Truncated),
            (b"{} {}", JsonCause::TrailingData),
            (b"{}\0", JsonCause::TrailingData),
            (b"<!DOCTYPE html>", JsonCause::Markup),
            (b"404 Not Found", JsonCause::TrailingData),
            (b"Not Found", JsonCause::Syntax),
            (b"{'a':1}", JsonCause::Syntax),
            (b"[1,]", JsonCause::Syntax),
            (b"{\"a\":NaN}", JsonCause::Syntax),
            (b"\"\\ud800\"", JsonCause::Syntax),
            (b"\"a\nb\"", JsonCause::Syntax),
            (b"1e999", JsonCause::Syntax),
            (b"01", JsonCause::Syntax),
        ] {
            let got = cause(text);
            assert_eq!(got, expected, "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn bad_utf8_has_a_place() {
        let error = parse(b"{\n\"a\":\xff}", Limits::default()).unwrap_err();
        assert_eq!((error.line, error.column), (2, 5));
    }
}
