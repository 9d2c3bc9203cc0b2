#![allow(clippy::indexing_slicing, clippy::panic)]

use super::*;
use crate::evidence::pep740::claims::tests::github;
use serde_json::json;
use std::collections::BTreeMap;

fn claims(issuer: &str, identity: Identity, list: &[(Claim, &str)]) -> Claims {
    let claims: BTreeMap<_, _> = list.iter().map(|(c, v)| (*c, (*v).to_owned())).collect();
    Claims { issuer: Some(issuer.to_owned()), identity, claims }
}

fn gitlab(issuer: &str) -> Claims {
    let config = format!("{issuer}/g/s/p//.gitlab-ci.yml@refs/heads/main");
    let repository = format!("{issuer}/g/s/p");
    claims(
        issuer,
        Identity::Uri(config.clone()),
        &[
            (Claim::BuildSignerUri, &config),
            (Claim::BuildConfigUri, &config),
            (Claim::SourceRepositoryUri, &repository),
            (Claim::SourceRepositoryRef, "refs/heads/main"),
        ],
    )
}

fn circleci() -> Claims {
    let uri = "https://circleci.com/api/v2/projects/p-1/pipeline-definitions/d-2";
    claims(
        CIRCLECI_ISSUER,
        Identity::Uri(uri.to_owned()),
        &[
            (Claim::BuildSignerUri, uri),
            (Claim::SourceRepositoryUri, "github.com/o/r"),
            (Claim::SourceRepositoryRef, "refs/heads/pypi"),
        ],
    )
}

fn google() -> Claims {
    claims(GOOGLE_ISSUER, Identity::Email("a@b.example".to_owned()), &[])
}

fn activestate(subject: &str) -> Claims {
    claims(ACTIVESTATE_ISSUER, Identity::Uri("x".to_owned()), &[(Claim::TokenSubject, subject)])
}

#[test]
fn activestate_is_read_from_the_subject_of_its_own_issuer() {
    let expected = Publisher::ActiveState { organization: "o".to_owned(), project: "p".to_owned() };
    let claims = activestate("org:o:project:p");
    assert_eq!(Publisher::of(&claims), expected);
    let index = |project| json!({"kind": "ActiveState", "organization": "o", "project": project});
    assert_eq!(fields(index("p"), &claims), [""; 0]);
    assert_eq!(fields(index("q"), &claims), ["project"]);
    for subject in ["org:o", "org:o:project:", "org:o:project:p:q", "org:o:x:project:p", "o/p"] {
        assert!(
            matches!(Publisher::of(&activestate(subject)), Publisher::Other { .. }),
            "{subject}"
        );
    }
}

fn index(value: Value) -> PublisherClaim {
    let Value::Object(fields) = value else { panic!("an object") };
    let kind = fields.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    PublisherClaim { kind, fields }
}

fn fields(index: Value, claims: &Claims) -> Vec<&'static str> {
    disagreements(&self::index(index), claims).iter().map(|d| d.field).collect()
}

#[test]
fn the_publisher_is_the_certificate_s() {
    let workflow = Some(".github/workflows/release.yml".to_owned());
    let expected = Publisher::GitHub { repository: "o/r".to_owned(), workflow };
    assert_eq!(Publisher::of(&github(&[])), expected);
    for issuer in ["https://gitlab.com", "https://gitlab.example.org"] {
        let expected = Publisher::GitLab {
            issuer: issuer.to_owned(),
            repository: "g/s/p".to_owned(),
            workflow: Some(".gitlab-ci.yml".to_owned()),
        };
        assert_eq!(Publisher::of(&gitlab(issuer)), expected);
    }
    let expected = Publisher::CircleCi { project: "p-1".to_owned(), definition: "d-2".to_owned() };
    assert_eq!(Publisher::of(&circleci()), expected);
    assert_eq!(Publisher::of(&google()), Publisher::Google { email: "a@b.example".to_owned() });
}

#[test]
fn the_issuer_decides_what_a_claim_means() {
    let mut forged = github(&[]);
    forged.issuer = Some("https://issuer.example".to_owned());
    assert!(matches!(Publisher::of(&forged), Publisher::Other { .. }));
    // A prefix of the issuer's URL is not the issuer.
    let mut forged = gitlab("https://gitlab.com");
    forged.issuer = Some("https://gitlab.com.evil.example".to_owned());
    assert!(matches!(Publisher::of(&forged), Publisher::Other { .. }));
    forged.issuer = Some("https://gitlab.co".to_owned());
    assert!(matches!(Publisher::of(&forged), Publisher::Other { .. }));
    let email = Identity::Email("a@b.example".to_owned());
    let other = claims(GITHUB_LOGIN_ISSUER, email, &[]);
    assert!(matches!(Publisher::of(&other), Publisher::Other { .. }));
    let uri = claims(GOOGLE_ISSUER, Identity::Uri("a@b.example".to_owned()), &[]);
    assert!(matches!(Publisher::of(&uri), Publisher::Other { .. }));
    let elsewhere = github(&[(Claim::SourceRepositoryUri, Some("https://example.org/o/r"))]);
    assert!(matches!(Publisher::of(&elsewhere), Publisher::Other { .. }));
}

#[test]
fn the_index_may_say_the_same_or_nothing() {
    for object in [
        json!({"kind": "GitHub", "repository": "o/r", "workflow": "release.yml", "environment": null}),
        json!({"kind": "GitHub", "repository": "O/R", "workflow": "release.yml", "environment": ""}),
        json!({"kind": "GitHub", "repository": "o/r", "claims": null, "x": 1}),
        json!({"kind": "GitHub"}),
    ] {
        assert_eq!(fields(object, &github(&[])), [""; 0]);
    }
    let object =
        json!({"kind": "GitLab", "repository": "g/s/p", "workflow_filepath": ".gitlab-ci.yml"});
    assert_eq!(fields(object, &gitlab(GITLAB_ISSUER)), [""; 0]);
    let object = json!({"kind": "CircleCI", "project_id": "p-1", "pipeline_definition_id": "d-2",
        "vcs_origin": "github.com/o/r", "vcs_ref": "refs/heads/pypi"});
    assert_eq!(fields(object, &circleci()), [""; 0]);
    assert_eq!(fields(json!({"kind": "Google", "email": "a@b.example"}), &google()), [""; 0]);
}

#[test]
fn each_field_that_differs_is_named() {
    let github = github(&[]);
    for (object, expected) in [
        (json!({"kind": "github"}), &["kind"][..]),
        (json!({"kind": "GitLab", "repository": "o/r"}), &["kind"]),
        (json!({"kind": "GitHub", "repository": "o/x"}), &["repository"]),
        (json!({"kind": "GitHub", "repository": 1}), &["repository"]),
        (json!({"kind": "GitHub", "workflow": "x.yml"}), &["workflow"]),
        (json!({"kind": "GitHub", "workflow": "Release.yml"}), &["workflow"]),
        (
            json!({"kind": "GitHub", "repository": "x/y", "workflow": "z"}),
            &["repository", "workflow"],
        ),
    ] {
        assert_eq!(fields(object.clone(), &github), expected, "{object}");
    }
    let object = json!({"kind": "CircleCI", "project_id": "x", "pipeline_definition_id": "x",
        "vcs_origin": "x", "vcs_ref": "x"});
    let all = ["project_id", "pipeline_definition_id", "vcs_origin", "vcs_ref"];
    assert_eq!(fields(object, &circleci()), all);
    assert_eq!(fields(json!({"kind": "Google", "email": "x@b.example"}), &google()), ["email"]);
    let object = json!({"kind": "GitLab", "workflow_filepath": "x.yml"});
    assert_eq!(fields(object, &gitlab(GITLAB_ISSUER)), ["workflow_filepath"]);
}

#[test]
fn an_environment_is_compared_where_the_certificate_has_one() {
    let object = json!({"kind": "GitHub", "environment": "pypi"});
    let without = github(&[]);
    assert_eq!(fields(object.clone(), &without), [""; 0]);
    assert_eq!(unsigned(&index(object.clone()), &without)["environment"], "pypi");
    let same = github(&[(Claim::DeploymentEnvironment, Some("PyPI"))]);
    assert_eq!(fields(object.clone(), &same), [""; 0]);
    assert!(unsigned(&index(object.clone()), &same).is_empty());
    let other = github(&[(Claim::DeploymentEnvironment, Some("test"))]);
    assert_eq!(fields(object, &other), ["environment"]);
}
