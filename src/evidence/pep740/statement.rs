//! in-toto statements, version 1 (<https://github.com/in-toto/attestation>, spec/v1/statement.md).

use super::fields::{Field, FieldError, FieldProblem};
use super::name::same_file;
use crate::bytes::json::{self, JsonError, Limits};
use serde_json::Value;
use std::collections::BTreeMap;

/// The predicate of PyPI's publish attestation. It is empty: who published is in the
/// certificate.
pub(crate) const PUBLISH_V1: &str = "https://docs.pypi.org/attestations/publish/v1";
/// The predicate of SLSA provenance.
pub(crate) const SLSA_V1: &str = "https://slsa.dev/provenance/v1";
/// The types of its earlier versions.
pub(super) const SLSA_V0_1: &str = "https://slsa.dev/provenance/v0.1";
pub(super) const SLSA_V0_2: &str = "https://slsa.dev/provenance/v0.2";

const TYPE_V1: &str = "https://in-toto.io/Statement/v1";
const TYPE_V01: &str = "https://in-toto.io/Statement/v0.1";

/// A statement about some files.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    /// What it is about; at least one.
    pub(crate) subjects: Vec<StatementSubject>,
    /// The type URI of the predicate.
    pub(crate) predicate_type: String,
    /// The predicate; null where there is none.
    pub(crate) predicate: Value,
}

/// One file of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatementSubject {
    /// Its name; may be empty in a Sigstore bundle.
    pub(crate) name: String,
    /// Its digests by in-toto's names of the algorithms, in lower-case hex as they stand.
    pub(crate) digests: BTreeMap<String, String>,
}

impl StatementSubject {
    /// Whether it is a file called `name`, in whatever directory.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        same_file(self.name.rsplit('/').next().unwrap_or_default(), name)
    }
}

/// Why a payload is not a statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StatementFault {
    /// Not strict JSON.
    #[error("the statement cannot be read: {0}")]
    Json(#[source] JsonError),
    /// JSON, but not what the specification says.
    #[error("in the statement, {0}")]
    Field(#[from] FieldError),
    /// An attestation of PEP 740 is about exactly one file.
    #[error("the statement has {0} subjects instead of one")]
    SubjectCount(usize),
}

impl Statement {
    /// Reads the statement of a PEP 740 attestation: `_type` exact, one named subject with a
    /// SHA-256 of 64 lower-case hex digits.
    ///
    /// # Errors
    ///
    /// See [`StatementFault`].
    pub(crate) fn parse_pep740(bytes: &[u8]) -> Result<Self, StatementFault> {
        let statement = Self::parse(bytes, &[TYPE_V1])?;
        let [subject] = statement.subjects.as_slice() else {
            return Err(StatementFault::SubjectCount(statement.subjects.len()));
        };
        let error =
            |path: &str, problem| FieldError { path: format!("subject[0].{path}"), problem };
        if subject.name.is_empty() {
            return Err(error("name", FieldProblem::Empty).into());
        }
        if !subject.digests.contains_key("sha256") {
            return Err(error("digest.sha256", FieldProblem::Missing).into());
        }
        Ok(statement)
    }

    /// Reads the statement of a Sigstore bundle: versions 1 and 0.1, one or more subjects, names
    /// optional.
    ///
    /// # Errors
    ///
    /// See [`StatementFault`].
    pub(crate) fn parse_bundle(bytes: &[u8]) -> Result<Self, StatementFault> {
        Self::parse(bytes, &[TYPE_V1, TYPE_V01])
    }

    fn parse(bytes: &[u8], types: &[&str]) -> Result<Self, StatementFault> {
        let tree = json::parse(bytes, Limits::default()).map_err(StatementFault::Json)?;
        let top = Field::top(&tree);
        let kind = top.field("_type")?;
        if !types.contains(&kind.string()?) {
            return Err(kind.error(FieldProblem::Expected(TYPE_V1)).into());
        }
        let mut subjects = Vec::new();
        for subject in top.field("subject")?.items()? {
            subjects.push(read_subject(&subject)?);
        }
        if subjects.is_empty() {
            return Err(StatementFault::SubjectCount(0));
        }
        let predicate_type = top.field("predicateType")?;
        if predicate_type.string()?.is_empty() {
            return Err(predicate_type.error(FieldProblem::Empty).into());
        }
        let predicate = top.optional("predicate")?.map_or(Value::Null, |p| p.value.clone());
        Ok(Self { subjects, predicate_type: predicate_type.string()?.to_owned(), predicate })
    }
}

fn read_subject(field: &Field<'_>) -> Result<StatementSubject, FieldError> {
    let name = match field.optional("name")? {
        Some(name) => name.string()?.to_owned(),
        None => String::new(),
    };
    let set = field.field("digest")?;
    let mut digests = BTreeMap::new();
    for algorithm in set.object()?.keys() {
        let value = set.field(algorithm)?;
        let text = value.string()?;
        let size = match algorithm.as_str() {
            "sha256" => Some(64),
            "sha384" => Some(96),
            "sha512" => Some(128),
            _ => None,
        };
        let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if size.is_some_and(|size| text.len() != size || !text.bytes().all(lower)) {
            let expected = "lower-case hex of that algorithm's length";
            return Err(value.error(FieldProblem::Expected(expected)));
        }
        digests.insert(algorithm.clone(), text.to_owned());
    }
    if digests.is_empty() {
        return Err(set.error(FieldProblem::Empty));
    }
    Ok(StatementSubject { name, digests })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn hash() -> String {
        "0a".repeat(32)
    }

    fn statement(subject: &str) -> String {
        format!(
            r#"{{"_type":"{TYPE_V1}","subject":{subject},"predicateType":"{PUBLISH_V1}","predicate":null}}"#
        )
    }

    fn one() -> String {
        statement(&format!(r#"[{{"name":"a-1.tar.gz","digest":{{"sha256":"{}"}}}}]"#, hash()))
    }

    #[test]
    fn a_publish_statement_is_read() {
        let statement = Statement::parse_pep740(one().as_bytes()).unwrap();
        assert_eq!(statement.subjects[0].name, "a-1.tar.gz");
        assert_eq!(statement.subjects[0].digests["sha256"], hash());
        assert_eq!(statement.predicate_type, PUBLISH_V1);
    }

    #[test]
    fn exactly_one_subject() {
        let subject = format!(r#"{{"name":"a","digest":{{"sha256":"{}"}}}}"#, hash());
        for (n, list) in [(0, "[]".to_owned()), (2, format!("[{subject},{subject}]"))] {
            let fault = Statement::parse_pep740(statement(&list).as_bytes()).unwrap_err();
            assert_eq!(fault, StatementFault::SubjectCount(n));
        }
        let two = statement(&format!("[{subject},{subject}]"));
        assert_eq!(Statement::parse_bundle(two.as_bytes()).unwrap().subjects.len(), 2);
    }

    #[test]
    fn what_the_specification_does_not_say_is_refused() {
        let upper = hash().to_uppercase();
        let cases = [
            (one().replace("Statement/v1", "Statement/v2"), "_type is not"),
            (one().replace("Statement/v1", "Statement/v0.1"), "_type is not"),
            (one().replace("Statement/v1", "Statement/v1/"), "_type is not"),
            (one().replace(r#""_type""#, r#""type""#), "_type is missing"),
            (one().replace("sha256", "sha512"), "subject[0].digest.sha512"),
            (one().replace("sha256", "md5"), "subject[0].digest.sha256 is missing"),
            (one().replace(&hash(), &upper), "subject[0].digest.sha256 is not lower-case"),
            (one().replace(&hash(), &hash()[1..]), "subject[0].digest.sha256 is not lower-case"),
            (one().replace(&hash(), &format!(" {}", &hash()[1..])), "is not lower-case"),
            (one().replace(&format!("\"{}\"", hash()), "1"), "sha256 is not a string"),
            (one().replace("\"a-1.tar.gz\"", "7"), "subject[0].name is not a string"),
            (one().replace("a-1.tar.gz", ""), "subject[0].name is empty"),
            (one().replace(PUBLISH_V1, ""), "predicateType is empty"),
            (one().replace(r#""name":"#, r#""name":"b","name":"#), "occurs twice"),
            ("[]".to_owned(), "is not an object"),
        ];
        for (text, expected) in cases {
            let fault = Statement::parse_pep740(text.as_bytes()).unwrap_err().to_string();
            assert!(fault.contains(expected), "{text}: {fault}");
        }
    }
}
