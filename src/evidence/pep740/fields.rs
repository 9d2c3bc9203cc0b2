//! Typed access to a JSON tree, with the path of what is wrong.

use base64ct::{Base64, Encoding as _};
use serde_json::{Map, Value};

/// A field that is not what the format says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {problem}", if path.is_empty() { "the document" } else { path.as_str() })]
pub(crate) struct FieldError {
    /// Where: keys joined by dots, indices in brackets; empty for the whole document.
    pub(crate) path: String,
    /// What is wrong with it.
    pub(crate) problem: FieldProblem,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FieldProblem {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It is of another type than this.
    #[error("is not {0}")]
    NotA(&'static str),
    /// It is empty.
    #[error("is empty")]
    Empty,
    /// It is not base64 in the standard alphabet, padded, on one line (RFC 4648 section 4).
    #[error("is not base64")]
    NotBase64,
    /// It has another value than this.
    #[error("is not {0}")]
    Expected(&'static str),
}

/// A value and its path.
#[derive(Debug, Clone)]
pub(crate) struct Field<'a> {
    pub(crate) path: String,
    pub(crate) value: &'a Value,
}

impl<'a> Field<'a> {
    pub(crate) fn top(value: &'a Value) -> Self {
        Self { path: String::new(), value }
    }

    pub(crate) fn error(&self, problem: FieldProblem) -> FieldError {
        FieldError { path: self.path.clone(), problem }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(crate) fn object(&self) -> Result<&'a Map<String, Value>, FieldError> {
        self.value.as_object().ok_or_else(|| self.error(FieldProblem::NotA("an object")))
    }

    /// The field of that name; an explicit null is a value like any other.
    pub(crate) fn optional(&self, key: &str) -> Result<Option<Self>, FieldError> {
        let value = self.object()?.get(key);
        Ok(value.map(|value| Self { path: self.path_of(key), value }))
    }

    pub(crate) fn field(&self, key: &str) -> Result<Self, FieldError> {
        let missing = || FieldError { path: self.path_of(key), problem: FieldProblem::Missing };
        self.optional(key)?.ok_or_else(missing)
    }

    pub(crate) fn items(&self) -> Result<impl Iterator<Item = Self>, FieldError> {
        let array = self.value.as_array();
        let array = array.ok_or_else(|| self.error(FieldProblem::NotA("an array")))?;
        let path = self.path.clone();
        let item = move |(i, value)| Self { path: format!("{path}[{i}]"), value };
        Ok(array.iter().enumerate().map(item))
    }

    pub(crate) fn string(&self) -> Result<&'a str, FieldError> {
        self.value.as_str().ok_or_else(|| self.error(FieldProblem::NotA("a string")))
    }

    pub(crate) fn base64(&self) -> Result<Vec<u8>, FieldError> {
        let bytes = Base64::decode_vec(self.string()?);
        let bytes = bytes.map_err(|_| self.error(FieldProblem::NotBase64))?;
        if bytes.is_empty() { Err(self.error(FieldProblem::Empty)) } else { Ok(bytes) }
    }

    /// The field `version`, which must be the integer 1.
    pub(crate) fn version_1(&self) -> Result<(), FieldError> {
        let version = self.field("version")?;
        match version.value.as_u64() {
            Some(1) => Ok(()),
            Some(_) => Err(version.error(FieldProblem::Expected("1"))),
            None => Err(version.error(FieldProblem::NotA("an integer"))),
        }
    }
}

/// The base64 of `bytes`, standard alphabet, padded.
#[cfg(feature = "sigstore")]
pub(crate) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}
