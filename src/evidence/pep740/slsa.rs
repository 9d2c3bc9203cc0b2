//! SLSA provenance (<https://slsa.dev/provenance/v1>, and the versions before it) compared with the certificate.
//!
//! The predicate is written by the build itself, the certificate's claims by the forge. Where the
//! two speak of the same thing and differ, the certificate is right and the statement is not.

use super::claims::{Claim, Claims};
use super::statement::{SLSA_V0_1, SLSA_V0_2, SLSA_V1, Statement};
use serde_json::Value;

#[path = "slsa_old.rs"]
mod old;

/// A field of the predicate that the certificate contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatementDiffers {
    /// The path of the field, keys joined by slashes.
    pub(crate) field: &'static str,
    /// What the statement says.
    pub(crate) statement: String,
    /// What the certificate says.
    pub(crate) certificate: String,
}

/// The field (a JSON pointer), and the claim that says the same.
const FIELDS: [(&str, Claim); 8] = [
    ("/buildDefinition/externalParameters/workflow/ref", Claim::SourceRepositoryRef),
    ("/buildDefinition/externalParameters/workflow/repository", Claim::SourceRepositoryUri),
    ("/buildDefinition/internalParameters/github/event_name", Claim::BuildTrigger),
    ("/buildDefinition/internalParameters/github/repository_id", Claim::SourceRepositoryIdentifier),
    (
        "/buildDefinition/internalParameters/github/repository_owner_id",
        Claim::SourceRepositoryOwnerIdentifier,
    ),
    ("/buildDefinition/internalParameters/github/runner_environment", Claim::RunnerEnvironment),
    (BUILDER, Claim::BuildSignerUri),
    ("/runDetails/metadata/invocationId", Claim::RunInvocationUri),
];

const BUILDER: &str = "/runDetails/builder/id";
/// What npm writes as the builder, before the kind of runner.
const RUNNER: &str = "https://github.com/actions/runner/";
const PATH: &str = "/buildDefinition/externalParameters/workflow/path";
const DEPENDENCIES: &str = "/buildDefinition/resolvedDependencies";

/// The fields of a SLSA statement that `claims` contradict; none for other predicates.
///
/// A field that either side lacks is not compared: builders other than GitHub's leave most out.
pub(crate) fn differences(statement: &Statement, claims: &Claims) -> Vec<StatementDiffers> {
    match statement.predicate_type.as_str() {
        SLSA_V1 => of_version_1(&statement.predicate, claims),
        SLSA_V0_1 | SLSA_V0_2 => old::differences(&statement.predicate, claims),
        _ => Vec::new(),
    }
}

/// How a field differs from its claim, where both are there and it is not the `same`.
fn differing(
    field: &'static str,
    value: Option<&Value>,
    claim: Option<&str>,
    same: impl Fn(&str) -> bool,
) -> Option<StatementDiffers> {
    let (value, claim) = value.zip(claim)?;
    let statement = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let differs = !same(&statement);
    differs.then(|| StatementDiffers { field, statement, certificate: claim.to_owned() })
}

fn of_version_1(predicate: &Value, claims: &Claims) -> Vec<StatementDiffers> {
    let mut found = Vec::new();
    let mut compare = |field, value: Option<&Value>, claim: Option<&str>| {
        found.extend(differing(field, value, claim, |text| Some(text) == claim));
    };
    for (field, claim) in FIELDS {
        let value = predicate.pointer(field);
        // A hosted runner is both builder and signer. npm names the runner, which has a claim, too.
        let runner = value.and_then(Value::as_str).and_then(|id| id.strip_prefix(RUNNER));
        if field == BUILDER && runner.is_some() && runner == claims.get(Claim::RunnerEnvironment) {
            continue;
        }
        compare(field, value, claims.get(claim));
    }
    if let (Some(uri), Some(config)) =
        (claims.get(Claim::SourceRepositoryUri), claims.get(Claim::BuildConfigUri))
    {
        compare(PATH, predicate.pointer(PATH), claims.path_in(config, &format!("{uri}/")));
        for dependency in
            predicate.pointer(DEPENDENCIES).and_then(Value::as_array).into_iter().flatten()
        {
            let source = dependency.get("uri").and_then(Value::as_str);
            let rest = source.and_then(|s| s.strip_prefix("git+")?.strip_prefix(uri));
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@')) {
                let commit = dependency.pointer("/digest/gitCommit");
                compare(DEPENDENCIES, commit, claims.get(Claim::SourceRepositoryDigest));
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::evidence::pep740::claims::tests::github;
    use serde_json::json;

    fn statement() -> Statement {
        let predicate = json!({
            "buildDefinition": {
                "externalParameters": {"workflow": {
                    "ref": "refs/tags/v1",
                    "repository": "https://github.com/o/r",
                    "path": ".github/workflows/release.yml"}},
                "internalParameters": {"github": {
                    "event_name": "push",
                    "repository_id": "11",
                    "repository_owner_id": "22",
                    "runner_environment": "github-hosted"}},
                "resolvedDependencies": [
                    {"uri": "git+https://github.com/o/r@refs/tags/v1",
                     "digest": {"gitCommit": "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}},
                    {"uri": "git+https://github.com/o/rest@refs/heads/main",
                     "digest": {"gitCommit": "ffff"}}]},
            "runDetails": {
                "builder": {"id": "https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1"},
                "metadata": {"invocationId": "https://github.com/o/r/actions/runs/1/attempts/1"}}});
        Statement { subjects: Vec::new(), predicate_type: SLSA_V1.to_owned(), predicate }
    }

    #[test]
    fn the_same_on_both_sides_is_no_difference() {
        assert_eq!(differences(&statement(), &github(&[])), []);
    }

    #[test]
    fn each_field_is_compared() {
        let commit = "/buildDefinition/resolvedDependencies/0/digest/gitCommit";
        let fields =
            FIELDS.iter().map(|f| (f.0, f.0)).chain([(PATH, PATH), (commit, DEPENDENCIES)]);
        for (pointer, named) in fields {
            let mut changed = statement();
            *changed.predicate.pointer_mut(pointer).unwrap() = "other".into();
            let found = differences(&changed, &github(&[]));
            let fields: Vec<_> = found.iter().map(|d| (d.field, d.statement.as_str())).collect();
            assert_eq!(fields, [(named, "other")]);
        }
    }

    #[test]
    fn the_builder_may_be_the_runner_that_the_certificate_names() {
        let mut changed = statement();
        for (id, differs) in [("github-hosted", 0), ("self-hosted", 1), ("", 1)] {
            *changed.predicate.pointer_mut(BUILDER).unwrap() = format!("{RUNNER}{id}").into();
            assert_eq!(differences(&changed, &github(&[])).len(), differs, "{id}");
        }
        *changed.predicate.pointer_mut(BUILDER).unwrap() = format!("{RUNNER}github-hosted").into();
        let without = github(&[(Claim::RunnerEnvironment, None)]);
        assert!(differences(&changed, &without).iter().any(|found| found.field == BUILDER));
    }

    #[test]
    fn a_field_of_another_type_differs() {
        let mut changed = statement();
        let pointer = "/buildDefinition/internalParameters/github/repository_id";
        *changed.predicate.pointer_mut(pointer).unwrap() = json!([11]);
        assert_eq!(differences(&changed, &github(&[])).len(), 1);
    }

    #[test]
    fn a_publish_statement_has_nothing_to_compare() {
        let mut other = statement();
        other.predicate_type = "https://docs.pypi.org/attestations/publish/v1".to_owned();
        *other.predicate.pointer_mut(PATH).unwrap() = "other".into();
        assert_eq!(differences(&other, &github(&[])), []);
    }
}
