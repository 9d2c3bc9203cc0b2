//! SLSA provenance of versions 0.1 and 0.2, as npm and the SLSA generator for GitHub wrote it.

use super::{StatementDiffers, differing};
use crate::evidence::pep740::claims::{Claim, Claims};
use serde_json::Value;

const BUILDER: &str = "/builder/id";

/// Where the two versions say it.
const SOURCES: [[&str; 3]; 2] = [
    [
        "/invocation/configSource/uri",
        "/invocation/configSource/digest/sha1",
        "/invocation/configSource/entryPoint",
    ],
    [
        "/recipe/definedInMaterial/uri",
        "/recipe/definedInMaterial/digest/sha1",
        "/recipe/entryPoint",
    ],
];

/// The environment that both producers copy from GitHub, in their own spelling.
const FIELDS: [(&str, Claim); 6] = [
    ("/invocation/environment/github_event_name", Claim::BuildTrigger),
    ("/invocation/environment/github_repository_id", Claim::SourceRepositoryIdentifier),
    ("/invocation/environment/github_repository_owner_id", Claim::SourceRepositoryOwnerIdentifier),
    ("/invocation/environment/GITHUB_EVENT_NAME", Claim::BuildTrigger),
    ("/invocation/environment/GITHUB_REPOSITORY_ID", Claim::SourceRepositoryIdentifier),
    ("/invocation/environment/GITHUB_REPOSITORY_OWNER_ID", Claim::SourceRepositoryOwnerIdentifier),
];

/// The fields of the predicate that `claims` contradict. What either side lacks is not compared.
pub(super) fn differences(predicate: &Value, claims: &Claims) -> Vec<StatementDiffers> {
    let mut found = Vec::new();
    let mut compare = |field, same: &dyn Fn(&str) -> bool, claim: Option<&str>| {
        found.extend(differing(field, predicate.pointer(field), claim, same));
    };
    for (field, claim) in FIELDS {
        let claim = claims.get(claim);
        compare(field, &|text| Some(text) == claim, claim);
    }
    // A builder that is a workflow is the one that signed; others are names of machines.
    let workflow = |text: &str| text.contains("/.github/workflows/");
    let signer = claims.get(Claim::BuildSignerUri);
    compare(BUILDER, &|text| !workflow(text) || Some(text) == signer, signer);
    let repository = claims.get(Claim::SourceRepositoryUri);
    let reference = claims.get(Claim::SourceRepositoryRef);
    let config = claims.get(Claim::BuildConfigUri).zip(repository);
    let config = config.and_then(|(config, uri)| claims.path_in(config, &format!("{uri}/")));
    for [uri, commit, path] in SOURCES {
        let is_source = |text: &str| {
            let rest = repository.and_then(|uri| text.strip_prefix("git+")?.strip_prefix(uri));
            rest.is_some_and(|rest| match rest.strip_prefix('@') {
                None => rest.is_empty() || rest == ".git",
                Some(at) => reference.is_none_or(|reference| at == reference),
            })
        };
        compare(uri, &is_source, repository);
        let claim = claims.get(Claim::SourceRepositoryDigest);
        compare(commit, &|text| Some(text) == claim, claim);
        // npm's names the workflow by its path, the SLSA generator's as well; others name a target.
        let path_like = |text: &str| text.starts_with(".github/workflows/");
        compare(path, &|text| !path_like(text) || Some(text) == config, config);
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::differences as of;
    use crate::evidence::pep740::claims::tests::github;
    use crate::evidence::pep740::statement::{SLSA_V0_2, Statement};
    use serde_json::{Value, json};

    fn statement() -> Statement {
        let predicate = json!({
            "builder": {"id": "https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1"},
            "invocation": {
                "configSource": {
                    "uri": "git+https://github.com/o/r@refs/tags/v1",
                    "digest": {"sha1": "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"},
                    "entryPoint": ".github/workflows/release.yml"},
                "environment": {
                    "github_event_name": "push",
                    "github_repository_id": "11",
                    "github_repository_owner_id": "22"}}});
        Statement { subjects: Vec::new(), predicate_type: SLSA_V0_2.to_owned(), predicate }
    }

    #[test]
    fn the_same_on_both_sides_is_no_difference() {
        assert_eq!(of(&statement(), &github(&[])), []);
        let mut hosted = statement();
        *hosted.predicate.pointer_mut(super::BUILDER).unwrap() =
            "https://github.com/actions/runner".into();
        *hosted.predicate.pointer_mut("/invocation/configSource/entryPoint").unwrap() =
            "goreleaser".into();
        assert_eq!(of(&hosted, &github(&[])), []);
    }

    #[test]
    fn each_field_is_compared() {
        for (pointer, other) in [
            ("/builder/id", "https://github.com/evil/evil/.github/workflows/x.yml@refs/heads/x"),
            ("/invocation/configSource/uri", "git+https://github.com/evil/evil@refs/tags/v1"),
            ("/invocation/configSource/uri", "git+https://github.com/o/r@refs/heads/x"),
            ("/invocation/configSource/uri", "git+https://github.com/o/r2@refs/tags/v1"),
            ("/invocation/configSource/digest/sha1", "ffff"),
            ("/invocation/configSource/entryPoint", ".github/workflows/other.yml"),
            ("/invocation/environment/github_event_name", "issue_comment"),
            ("/invocation/environment/github_repository_id", "12"),
            ("/invocation/environment/github_repository_owner_id", "23"),
        ] {
            let mut changed = statement();
            *changed.predicate.pointer_mut(pointer).unwrap() = Value::from(other);
            let found = of(&changed, &github(&[]));
            let fields: Vec<_> = found.iter().map(|d| (d.field, d.statement.as_str())).collect();
            assert_eq!(fields, [(pointer, other)]);
        }
    }
}
