use super::*;
use crate::evidence::expectation::RefGlob;
use crate::evidence::pep740::claims_for_tests as github;

fn pins(changes: &[(Claim, Option<&str>)], version: &str) -> ClaimedPins {
    ClaimedPins::of_claims(&github(changes), Some(version))
}

fn printed(pins: &ClaimedPins, variable: &str) -> Option<String> {
    pins.values.get(variable).map(Value::quoted)
}

#[test]
fn every_claim_has_its_variable() {
    let pins = pins(
        &[
            (Claim::SourceRepositoryRef, Some("refs/tags/v1.2")),
            (Claim::DeploymentEnvironment, Some("release to pypi")),
            (
                Claim::BuildConfigUri,
                Some("https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1.2"),
            ),
        ],
        "1.2",
    );
    let lines: Vec<_> =
        pins.values.iter().map(|(name, value)| format!("{name}={}", value.quoted())).collect();
    assert_eq!(
        lines,
        [
            "VERIFY_PROVENANCE_ENVIRONMENT=\"release to pypi\"",
            "VERIFY_PROVENANCE_OWNER_ID=22",
            "VERIFY_PROVENANCE_REF=\"refs/tags/v${PV}\"",
            "VERIFY_PROVENANCE_REPO=https://github.com/o/r",
            "VERIFY_PROVENANCE_REPOSITORY_ID=11",
            "VERIFY_PROVENANCE_RUNNER=github-hosted",
            "VERIFY_PROVENANCE_TRIGGER=push",
            "VERIFY_PROVENANCE_WORKFLOW=.github/workflows/release.yml",
        ]
    );
    assert_eq!(pins.remarks, [""; 0]);
}

#[test]
fn the_version_becomes_pv_only_as_a_word() {
    let reference = |text: &str, version: &str| {
        let pins = pins(&[(Claim::SourceRepositoryRef, Some(text))], version);
        printed(&pins, "VERIFY_PROVENANCE_REF")
    };
    for (text, version, expected) in [
        ("refs/tags/v1.2", "1.2", "\"refs/tags/v${PV}\""),
        ("refs/tags/1.2", "1.2", "\"refs/tags/${PV}\""),
        ("refs/tags/r-1.2/1.2", "1.2", "\"refs/tags/r-${PV}/${PV}\""),
        ("refs/tags/11.2", "1.2", "refs/tags/11.2"),
        ("refs/tags/v1.2.3", "1.2", "refs/tags/v1.2.3"),
        ("refs/tags/v1.2rc1", "1.2", "refs/tags/v1.2rc1"),
        ("refs/tags/v1.2rc1", "1.2rc1", "\"refs/tags/v*\""),
        ("refs/heads/main", "1.2", "refs/heads/main"),
        ("refs/tags/v2024.10.08", "2024.10.8", "\"refs/tags/v*\""),
        ("refs/tags/v2024.10.08-1", "2024.10.8", "\"refs/tags/v*-1\""),
        ("refs/tags/v1_2_3", "1.2.3", "\"refs/tags/v*\""),
        ("refs/tags/foo-1-2-3", "1.2.3", "\"refs/tags/foo-*\""),
        ("refs/tags/py3/v01.02", "1.2", "\"refs/tags/py3/v*\""),
        ("refs/tags/v1.2", "1.2.0", "\"refs/tags/v*\""),
        ("refs/tags/v1.02rc1", "1.2", "refs/tags/v1.02rc1"),
        ("refs/tags/v1.20", "1.2", "refs/tags/v1.20"),
        ("refs/tags/v0", "0", "\"refs/tags/v${PV}\""),
        ("refs/tags/release", "1.2", "refs/tags/release"),
    ] {
        assert_eq!(reference(text, version).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn a_ref_that_no_other_release_fits_is_remarked_upon() {
    for (text, version, remark) in [
        ("refs/tags/v2024.10.08", "2024.10.8", "writes the version as 2024.10.08"),
        ("refs/tags/nightly", "1.2", "fits this release alone"),
        ("refs/tags/v1.0-rc.1", "1.0rc1", "fits this release alone"),
    ] {
        let pins = pins(&[(Claim::SourceRepositoryRef, Some(text))], version);
        assert!(pins.remarks.iter().any(|r| r.contains(remark)), "{text}: {:?}", pins.remarks);
        let value = pins.values.get("VERIFY_PROVENANCE_REF");
        let Some(Value::Literal(glob)) = value else { unreachable!("{value:?}") };
        assert!(RefGlob::new(glob).is_ok_and(|glob| glob.matches(text)), "{text}");
    }
    let pins = pins(&[(Claim::SourceRepositoryRef, Some("refs/tags/v1.2"))], "1.2");
    assert_eq!(pins.remarks, [""; 0]);
}

#[test]
fn a_template_matches_what_it_was_made_from() {
    for reference in ["refs/tags/v1.2", "refs/tags/{1.2}", "refs/tags/a$b`c\"-1.2"] {
        let pins = pins(&[(Claim::SourceRepositoryRef, Some(reference))], "1.2");
        let parts = match pins.values.get("VERIFY_PROVENANCE_REF") {
            Some(Value::Template(parts)) => parts.clone(),
            _ => Vec::new(),
        };
        let glob = RefGlob::new(&parts.join("1.2"));
        assert!(glob.as_ref().is_ok_and(|glob| glob.matches(reference)), "{reference}");
        let other = RefGlob::new(&parts.join("1.3"));
        assert!(other.is_ok_and(|glob| !glob.matches(reference)), "{reference}");
    }
}

#[test]
fn nothing_of_a_claim_runs_in_bash() {
    let hostile = "x\"; $(touch /tmp/x) `id` \\";
    let pins = pins(&[(Claim::DeploymentEnvironment, Some(hostile))], "1");
    assert_eq!(
        printed(&pins, "VERIFY_PROVENANCE_ENVIRONMENT").as_deref(),
        Some("\"x\\\"; \\$(touch /tmp/x) \\`id\\` \\\\\"")
    );
}

#[test]
fn what_cannot_be_shown_is_not_pinned() {
    for hostile in ["a\nb", "a\u{202e}b"] {
        let pins = pins(&[(Claim::DeploymentEnvironment, Some(hostile))], "1");
        assert_eq!(printed(&pins, "VERIFY_PROVENANCE_ENVIRONMENT"), None);
        assert_eq!(pins.remarks.len(), 1);
    }
}

#[test]
fn an_event_of_outsiders_is_never_a_pin() {
    let pins = pins(&[(Claim::BuildTrigger, Some("issue_comment"))], "1");
    assert_eq!(printed(&pins, "VERIFY_PROVENANCE_TRIGGER"), None);
    assert!(pins.remarks.iter().any(|remark| remark.contains("issue_comment")));
}

#[test]
fn an_external_signer_is_named_without_its_ref() {
    let uri = "https://github.com/x/y/.github/workflows/pub.yml@refs/heads/main";
    let pins = pins(&[(Claim::BuildSignerUri, Some(uri))], "1");
    assert_eq!(
        printed(&pins, "VERIFY_PROVENANCE_SIGNER").as_deref(),
        Some("https://github.com/x/y/.github/workflows/pub.yml")
    );
    assert!(pins.remarks.iter().any(|remark| remark.contains(uri)));
}

#[test]
fn attestations_that_differ_pin_only_what_they_share() {
    let one = pins(&[], "1");
    let other = pins(&[(Claim::BuildTrigger, Some("release"))], "1");
    let common = common(&[one, other]);
    assert!(common.values.contains_key("VERIFY_PROVENANCE_REPO"));
    assert!(!common.values.contains_key("VERIFY_PROVENANCE_TRIGGER"));
    assert_eq!(common.differing.keys().copied().collect::<Vec<_>>(), ["VERIFY_PROVENANCE_TRIGGER"]);
}
