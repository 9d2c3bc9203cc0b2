#![allow(clippy::unwrap_used)]

use super::*;
use crate::evidence::pep740::claims_for_tests as github;
use FailureClass as F;

fn expected() -> PublisherExpectation {
    PublisherExpectation::from_repository("https://github.com/o/r").unwrap()
}

fn classes(pins: &Pins, changes: &[(Claim, Option<&str>)]) -> Vec<FailureClass> {
    judge(Some(&expected()), pins, &github(changes)).iter().map(|d| d.class).collect()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn urls_of_one_repository_are_the_same() {
    for url in [
        "https://github.com/o/r",
        "https://github.com/o/r/",
        "https://github.com/o/r.git",
        "https://github.com/o/r.git/",
        "https://GitHub.COM/o/r",
        "HTTPS://github.com/O/R",
    ] {
        let expectation = PublisherExpectation::from_repository(url).unwrap();
        assert_eq!(expectation.issuer(), GITHUB_ISSUER);
        assert_eq!(judge(Some(&expectation), &Pins::default(), &github(&[])), [], "{url}");
    }
}

#[test]
fn other_repositories_are_not() {
    for url in [
        "https://github.com/o/rr",
        "https://github.com/oo/r",
        "https://github.com/r/o",
        "https://github.com/o/r.git.git",
        "https://gitlab.com/o/r",
    ] {
        let expectation = PublisherExpectation::from_repository(url).unwrap();
        let found = judge(Some(&expectation), &Pins::default(), &github(&[]));
        assert_eq!(found.first().map(|d| d.class), Some(F::PublisherMismatch), "{url}");
    }
    // Not ASCII: another letter, however it folds.
    let kelvin = github(&[(Claim::SourceRepositoryUri, Some("https://github.com/o/\u{212a}"))]);
    let k = PublisherExpectation::from_repository("https://github.com/o/k").unwrap();
    assert_eq!(judge(Some(&k), &Pins::default(), &kelvin).len(), 2);
}

#[test]
fn a_url_that_could_mean_two_things_is_refused() {
    use super::parse::ExpectationCause as C;
    let parts = C::PartCount { expected: "owner/name" };
    for (url, cause) in [
        ("http://github.com/o/r", C::NotHttps),
        ("o/r", C::NotHttps),
        ("github.com/o/r", C::NotHttps),
        ("git+https://github.com/o/r", C::NotHttps),
        ("", C::NotHttps),
        ("https://x@github.com/o/r", C::UserInfo),
        ("https://github.com@evil.example/o/r", C::UserInfo),
        ("https://github.com:443/o/r", C::Port),
        ("https://github.com/o/r?x", C::Query),
        ("https://github.com/o/r#x", C::Fragment),
        ("https://github.com//o/r", C::EmptyPart),
        ("https://github.com/o//r", C::EmptyPart),
        ("https://github.com/o/r//", C::EmptyPart),
        ("https://github.com/o/.git", C::EmptyPart),
        ("https://github.com/", C::EmptyPart),
        ("https://github.com", parts.clone()),
        ("https://github.com/o", parts.clone()),
        ("https://github.com/o/r/tree/main", parts),
        ("https://github.com/o/..", C::DotPart),
        ("https://github.com/./r", C::DotPart),
        ("https://github.com/o/r%2e", C::Character('%')),
        ("https://github.com/o/r ", C::Character(' ')),
        ("https://github.com/o/r\n", C::Character('\n')),
        ("https://github.com/o/\u{440}", C::Character('\u{440}')),
        ("https://github\u{2024}com/o/r", C::Character('\u{2024}')),
        ("https://www.github.com/o/r", C::UnknownHost("www.github.com".to_owned())),
        ("https://gitlab.com/p", C::PartCount { expected: "group/name, or deeper" }),
    ] {
        let error = PublisherExpectation::from_repository(url).unwrap_err();
        assert_eq!(error.cause, cause, "{url}");
    }
}

#[test]
fn publishers_have_kinds() {
    use PublisherExpectation as E;
    let parse = |text| E::from_publisher(text);
    let gitlab = |issuer: &str, repository: &str| {
        Ok(E::GitLab { issuer: issuer.to_owned(), repository: repository.to_owned() })
    };
    assert_eq!(parse("github:o/r"), Ok(E::GitHub { repository: "o/r".to_owned() }));
    assert_eq!(parse("github:https://github.com/o/r/"), parse("github:o/r"));
    assert_eq!(parse("gitlab:g/s/p"), gitlab("https://gitlab.com", "g/s/p"));
    assert_eq!(
        parse("gitlab:https://gitlab.Example.org/g/p.git"),
        gitlab("https://gitlab.example.org", "g/p")
    );
    let google = Ok(E::Google { email: "a@b.example".to_owned() });
    assert_eq!(parse("gcp:a@b.example"), google);
    assert_eq!(parse("google:a@b.example"), google);
    let activestate = E::ActiveState { organization: "o".to_owned(), project: "p".to_owned() };
    assert_eq!(parse("activestate:o/p"), Ok(activestate));
    assert!(parse("circleci:FDD9283F-e619-46af-8f9c-851f7d3e8b2b").is_ok());
    for text in [
        "github:https://gitlab.com/o/r",
        "gitlab:https://github.com/o/r",
        "gitlab:http://gitlab.com/o/r",
        "gcp:a",
        "gcp:@b",
        "gcp:a@b@c",
        "gcp:a b@c",
        "gcp:",
        "circleci:o/r",
        "circleci:fdd9283fe61946af8f9c851f7d3e8b2b",
        "activestate:o",
        "GITHUB:o/r",
        "o/r",
        "",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn every_pin_has_its_class_and_only_that() {
    let none = Pins::default;
    assert_eq!(classes(&none(), &[]), []);
    let tag = RefGlob::new("refs/tags/v*").ok();
    for (pins, claim, class) in [
        (Pins { workflow: text("release.yml"), ..none() }, None, F::WorkflowMismatch),
        (Pins { reference: tag, ..none() }, Some(Claim::SourceRepositoryRef), F::RefMismatch),
        (
            Pins { triggers: vec!["push".to_owned()], ..none() },
            Some(Claim::BuildTrigger),
            F::TriggerMismatch,
        ),
        (
            Pins { runner: text("github-hosted"), ..none() },
            Some(Claim::RunnerEnvironment),
            F::RunnerMismatch,
        ),
        (
            Pins { repository_id: Some(11), ..none() },
            Some(Claim::SourceRepositoryIdentifier),
            F::RepositoryReregistered,
        ),
        (
            Pins { owner_id: Some(22), ..none() },
            Some(Claim::SourceRepositoryOwnerIdentifier),
            F::RepositoryTransferred,
        ),
    ] {
        assert_eq!(classes(&pins, &[]), [], "{class:?}");
        let claim = claim.unwrap_or(Claim::BuildConfigUri);
        for value in [None, Some(""), Some("x"), Some("push\n"), Some("111")] {
            assert_eq!(classes(&pins, &[(claim, value)]), [class], "{class:?} {value:?}");
        }
    }
    let pins = Pins { environment: text("pypi"), ..none() };
    assert_eq!(classes(&pins, &[]), [F::EnvironmentMismatch]);
    let claim = Claim::DeploymentEnvironment;
    assert_eq!(classes(&pins, &[(claim, Some("pypi"))]), []);
    assert_eq!(classes(&pins, &[(claim, Some("pypi2"))]), [F::EnvironmentMismatch]);
}

#[test]
fn a_workflow_is_a_whole_path() {
    let uri = |file: &str| format!("https://github.com/o/r/{file}@refs/tags/v1");
    let matches = |pin: &str, file: &str| {
        let pins = Pins { workflow: text(pin), ..Pins::default() };
        classes(&pins, &[(Claim::BuildConfigUri, Some(&uri(file)))]).is_empty()
    };
    assert!(matches("release.yml", ".github/workflows/release.yml"));
    assert!(matches(".github/workflows/release.yml", ".github/workflows/release.yml"));
    for file in
        ["release.yml@x.yml", "xrelease.yml", "release.yml2", "x/release.yml", "Release.yml"]
    {
        assert!(!matches("release.yml", &format!(".github/workflows/{file}")), "{file}");
    }
    assert!(!matches("release.yml", "release.yml"));
}

#[test]
fn a_glob_matches_the_whole_ref() {
    for (glob, reference, expected) in [
        ("refs/tags/v*", "refs/tags/v1", true),
        ("refs/tags/v*", "refs/tags/v1/x", false),
        ("refs/tags/v*", "xrefs/tags/v1", false),
        ("refs/tags/v*", "refs/heads/refs/tags/v1", false),
        ("refs/tags/v1", "refs/tags/v10", false),
        ("refs/tags/v1.*", "refs/tags/v1x0", false),
        ("refs/tags/**", "refs/tags/a/b", true),
        ("refs/{tags/v*,heads/main}", "refs/heads/main", true),
        ("refs/{tags/v*,heads/main}", "refs/heads/main2", false),
        ("refs/tags/v[0-9]", "refs/tags/v5", true),
        ("refs/heads/main", "refs/heads/main\n", false),
        ("refs/heads/main", "refs/heads/x\nrefs/heads/main", false),
    ] {
        assert_eq!(RefGlob::new(glob).unwrap().matches(reference), expected, "{glob} {reference}");
    }
    for glob in ["", "v*", "*", "main", "refs/tags/[", "refs/{a"] {
        assert!(RefGlob::new(glob).is_err(), "{glob}");
    }
}

#[test]
fn without_a_pin_outsiders_may_not_start_it() {
    for trigger in [
        "pull_request_target",
        "issue_comment",
        "pull_request",
        "workflow_run",
        "issues",
        "check_run",
        "check_suite",
        "status",
        "deployment_status",
        "parent_pipeline",
    ] {
        let changes = [(Claim::BuildTrigger, Some(trigger))];
        assert_eq!(classes(&Pins::default(), &changes), [F::TriggerMismatch], "{trigger}");
        let pins = Pins { triggers: vec![trigger.to_owned()], ..Pins::default() };
        assert_eq!(classes(&pins, &changes), [], "{trigger}, pinned");
    }
    for trigger in ["push", "release", "workflow_dispatch", "schedule"] {
        assert_eq!(classes(&Pins::default(), &[(Claim::BuildTrigger, Some(trigger))]), []);
    }
    assert_eq!(classes(&Pins::default(), &[(Claim::BuildTrigger, None)]), []);
}

#[test]
fn a_workflow_of_another_repository_has_to_be_pinned() {
    let shared = "https://github.com/org/ci/.github/workflows/publish.yml@refs/tags/v3";
    let changes = [(Claim::BuildSignerUri, Some(shared))];
    assert_eq!(classes(&Pins::default(), &changes), [F::SignerExternal]);
    let pinned = |pin: &str| classes(&Pins { signer: text(pin), ..Pins::default() }, &changes);
    assert_eq!(pinned(shared), []);
    assert_eq!(pinned("https://github.com/org/ci/.github/workflows/publish.yml"), []);
    for pin in [
        "https://github.com/org/ci",
        "https://github.com/org/ci/.github/workflows/publish",
        "https://github.com/org/ci/.github/workflows/publish.yml@refs/tags/v",
        "",
    ] {
        assert_eq!(pinned(pin), [F::SignerExternal], "{pin}");
    }
    // A file called publish.yml@x.yml is another file.
    let other = "https://github.com/org/ci/.github/workflows/publish.yml@x.yml@refs/tags/v3";
    let pins = Pins { signer: text(shared.split_once('@').unwrap().0), ..Pins::default() };
    assert_eq!(classes(&pins, &[(Claim::BuildSignerUri, Some(other))]), [F::SignerExternal]);
    let directory =
        "https://github.com/org/ci/.github/workflows/publish.yml@refs/x.yml@refs/heads/m";
    assert_eq!(classes(&pins, &[(Claim::BuildSignerUri, Some(directory))]), [F::SignerExternal]);
    let at = "https://github.com/org/ci/.github/workflows/publish.yml@refs/tags/ci@3";
    assert_eq!(classes(&pins, &[(Claim::BuildSignerUri, Some(at))]), []);
    // Of the same repository, and of one whose name only starts the same.
    let own = "https://github.com/O/r/.github/workflows/publish.yml@refs/tags/v1";
    assert_eq!(classes(&Pins::default(), &[(Claim::BuildSignerUri, Some(own))]), []);
    let near = "https://github.com/o/rx/.github/workflows/publish.yml@refs/tags/v1";
    assert_eq!(
        classes(&Pins::default(), &[(Claim::BuildSignerUri, Some(near))]),
        [F::SignerExternal]
    );
}

#[test]
fn a_pinned_number_tells_a_move_from_another_repository() {
    let moved = |uri: &str, pins: &Pins| {
        let signer = format!("{uri}/.github/workflows/release.yml@refs/tags/v1");
        classes(
            pins,
            &[(Claim::SourceRepositoryUri, Some(uri)), (Claim::BuildSignerUri, Some(&signer))],
        )
    };
    let pins = |repository_id, owner_id| Pins { repository_id, owner_id, ..Pins::default() };
    let (renamed, transferred) = ("https://github.com/o/new", "https://github.com/org/r");
    assert_eq!(moved(renamed, &pins(None, None)), [F::PublisherMismatch]);
    assert_eq!(moved(renamed, &pins(Some(11), None)), [F::RepositoryRenamed]);
    assert_eq!(moved(transferred, &pins(Some(11), None)), [F::RepositoryTransferred]);
    // The owner was renamed: the same number.
    assert_eq!(moved(transferred, &pins(Some(11), Some(22))), [F::RepositoryRenamed]);
    let both = moved(renamed, &pins(Some(12), None));
    assert_eq!(both, [F::PublisherMismatch, F::RepositoryReregistered]);
}

/// Pins need no publisher; what only a publisher has is not judged.
#[test]
fn pins_are_compared_without_a_publisher() {
    let shared = "https://github.com/org/ci/.github/workflows/publish.yml@refs/tags/v3";
    let claims = github(&[(Claim::BuildSignerUri, Some(shared))]);
    let alone = |pins: &Pins| -> Vec<_> {
        judge(None, pins, &claims).iter().map(|difference| difference.class).collect()
    };
    assert_eq!(alone(&Pins::default()), []);
    let pins = Pins { workflow: text("other.yml"), owner_id: Some(5), ..Pins::default() };
    assert_eq!(alone(&pins), [F::WorkflowMismatch, F::RepositoryTransferred]);
    let signer = |pin: &str| alone(&Pins { signer: text(pin), ..Pins::default() });
    assert_eq!(signer(shared), []);
    assert_eq!(signer("https://github.com/org/ci/.github/workflows/x.yml"), [F::SignerExternal]);
}
