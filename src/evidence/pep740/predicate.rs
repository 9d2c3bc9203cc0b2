//! What a statement says about its files besides where they came from.
//!
//! Whoever is expected may sign that a file failed: such a statement is about these bytes, and does not
//! vouch for them.

use super::statement::{PUBLISH_V1, SLSA_V0_1, SLSA_V0_2, SLSA_V1, Statement};

/// What a predicate reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reported {
    /// Where the files came from: a build, a release, a signature.
    Origin,
    /// That they did what was asked of them.
    Success,
    /// That they did not, in a phrase.
    Failure(String),
    /// Something that is not read here.
    Unread,
}

/// Types of predicates that say where files came from.
const ORIGINS: [&str; 10] = [
    SLSA_V1,
    PUBLISH_V1,
    SLSA_V0_2,
    SLSA_V0_1,
    "https://in-toto.io/attestation/release/v0.1",
    "https://in-toto.io/attestation/release/v0.2",
    "https://in-toto.io/attestation/link/v0.3",
    "https://github.com/npm/attestation/tree/main/specs/publish/v0.1",
    "https://sigstore.dev/cosign/sign/v1",
    "https://cosign.sigstore.dev/attestation/v1",
];

/// Types of predicates with a result, the member that holds it, and the results that are good: SLSA's
/// verification summary, and in-toto's test result.
const RESULTS: [(&str, &str, &[&str]); 3] = [
    ("https://slsa.dev/verification_summary/v", "verificationResult", &["PASSED"]),
    ("https://slsa.dev/verification_summary/v", "verification_result", &["PASSED"]),
    ("https://in-toto.io/attestation/test-result/v", "result", &["PASSED", "WARNED"]),
];

/// Whether what a predicate of this type says is read.
fn is_read(kind: &str) -> bool {
    ORIGINS.contains(&kind) || RESULTS.iter().any(|(prefix, ..)| kind.starts_with(prefix))
}

/// What the predicate of `statement` reports.
pub(crate) fn reported(statement: &Statement) -> Reported {
    let kind = statement.predicate_type.as_str();
    if ORIGINS.contains(&kind) {
        return Reported::Origin;
    }
    if !is_read(kind) {
        return Reported::Unread;
    }
    let mut known = RESULTS.iter().filter(|(prefix, ..)| kind.starts_with(prefix));
    let found = known.find_map(|(_, member, good)| Some((*good, statement.predicate.get(member)?)));
    match found.map(|(good, value)| (good, value.as_str())) {
        Some((good, Some(result))) if good.contains(&result) => Reported::Success,
        Some((_, Some(result))) => Reported::Failure(format!("the result {result}")),
        _ => Reported::Failure("no result".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of(kind: &str, predicate: Value) -> Reported {
        reported(&Statement { subjects: Vec::new(), predicate_type: kind.to_owned(), predicate })
    }

    #[test]
    fn results_and_origins() {
        let summary = "https://slsa.dev/verification_summary/v1";
        let test = "https://in-toto.io/attestation/test-result/v0.1";
        assert_eq!(of(SLSA_V1, Value::Null), Reported::Origin);
        assert_eq!(of(summary, json!({"verificationResult": "PASSED"})), Reported::Success);
        assert_eq!(of(test, json!({"result": "WARNED"})), Reported::Success);
        let failure = |what: &str| Reported::Failure(what.to_owned());
        for (kind, predicate, expected) in [
            (summary, json!({"verificationResult": "FAILED"}), failure("the result FAILED")),
            (summary, json!({"verificationResult": "passed"}), failure("the result passed")),
            (summary, json!({"verificationResult": true}), failure("no result")),
            (summary, json!({"result": "PASSED"}), failure("no result")),
            (summary, Value::Null, failure("no result")),
            (test, json!({"result": "FAILED"}), failure("the result FAILED")),
            ("https://example.org/p", json!({"result": "FAILED"}), Reported::Unread),
        ] {
            assert_eq!(of(kind, predicate), expected, "{kind}");
        }
    }
}
