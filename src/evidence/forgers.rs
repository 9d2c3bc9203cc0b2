//! Who could have forged what a certificate or key vouches for, computed from the evidence and what was
//! asked of it. There is no fixed list for a kind of file.
//!
//! What was asked decides, not which certificate came along: an attacker brings another one.

use crate::answer::access::Capability;
use crate::evidence::expectation::{Pins, is_foreign_trigger};
use crate::evidence::pep740::{
    Claim, Claims, GITHUB_ISSUER, GITHUB_LOGIN_ISSUER, GITLAB_ISSUER, Publisher,
};

/// What was asked of a certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Whether the repository or the account that published was compared with one that was named.
    pub(crate) publisher: bool,
    /// What else must be so: compared with every certificate.
    pub(crate) pins: &'a Pins,
    /// Whether the public log vouches for the certificate; without it, GitHub's own authority does.
    pub(crate) logged: bool,
}

impl Asked<'_> {
    /// Whether a run in a repository of somebody else's would be seen.
    const fn fixes_owner(&self) -> bool {
        self.fixes_repository() || self.pins.owner_id.is_some()
    }

    /// Whether a run in any other repository would be seen.
    const fn fixes_repository(&self) -> bool {
        self.publisher || self.pins.repository_id.is_some()
    }

    /// Whether anyone with an account can have caused the run, by an event that is accepted.
    fn takes_outsiders(&self) -> bool {
        self.pins.triggers.iter().any(|event| is_foreign_trigger(event))
    }
}

/// Who gets past a signature by a managed key, each by themselves.
pub(crate) const KEY: [Capability; 4] =
    [Capability::Key, Capability::Job, Capability::Source, Capability::Gentoo];

/// Who gets past a certificate of GitHub's own authority. It attests what was uploaded to a release,
/// anyone who did: no workflow is behind it.
const RELEASE: [Capability; 6] = [
    Capability::Forge,
    Capability::Token,
    Capability::Publish,
    Capability::Job,
    Capability::Source,
    Capability::Gentoo,
];

/// What is behind a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Maker {
    /// GitHub, which attests the releases of every repository under one identity.
    Release,
    /// Someone who logged in.
    Account {
        /// Whether the forge itself says who.
        of_forge: bool,
    },
    /// A run of a workflow.
    Workflow {
        /// Whether workflows of its kind can be called from other repositories. The certificate of one that was
        /// names it all the same.
        callable: bool,
        /// Whether whatever logs in as a service account gets such a certificate as well.
        service: bool,
    },
}

impl Maker {
    /// An address is an account's, and a URI a workflow's, or a service's: of those that name no build it
    /// is not known.
    fn of_identity(identity: &str, issuer: Option<&str>) -> Self {
        let Some(issuer) = issuer else { return Self::Release };
        if !identity.contains("://") {
            return Self::Account { of_forge: is_forge(issuer) };
        }
        let github = issuer == GITHUB_ISSUER || identity.contains("/.github/workflows/");
        // GitLab separates the repository from the path of the configuration with two slashes.
        let path = identity.split_once("://").map_or("", |(_, path)| path);
        let gitlab = issuer == GITLAB_ISSUER || path.contains("//");
        let service = identity.starts_with("spiffe://") || identity.contains("/serviceaccounts/");
        Self::Workflow { callable: github || gitlab, service }
    }

    fn of(claims: &Claims) -> Self {
        if claims.is_github_release() {
            return Self::Release;
        }
        match Publisher::of(claims) {
            Publisher::GitHub { .. } | Publisher::GitLab { .. } => {
                Self::Workflow { callable: true, service: false }
            }
            Publisher::CircleCi { .. } | Publisher::ActiveState { .. } => {
                Self::Workflow { callable: false, service: false }
            }
            Publisher::Google { .. } => Self::Account { of_forge: false },
            Publisher::Other { .. } => {
                Self::of_identity(claims.identity().as_str(), claims.issuer().or(Some("")))
            }
        }
    }

    fn forgers(self, asked: &Asked<'_>, pull_request: bool) -> Vec<Capability> {
        use Capability as C;
        let mut forgers = Vec::new();
        match self {
            Self::Release => {
                forgers.extend(RELEASE);
                // Anyone may make a release of their own.
                forgers.extend((!asked.fixes_owner()).then_some(C::Caller));
                return forgers;
            }
            Self::Account { of_forge } => {
                // Anyone who signs by hand signs what they are handed.
                forgers.extend([C::Account, C::Job, C::Source]);
                forgers.extend(of_forge.then_some(C::Forge));
            }
            Self::Workflow { callable, service } => {
                forgers.push(C::Publish);
                // An identity is that of the workflow that signed: a run from any branch may have called it.
                // Numbers, triggers and environments say nothing of branches: anyone who runs some workflow has
                // them, too.
                let elsewhere = asked.fixes_owner() && !asked.fixes_repository();
                if pull_request || elsewhere || !asked.pins.fix_workflow_and_ref() {
                    forgers.push(C::Branch);
                }
                forgers.extend([C::Job, C::Source, C::Forge]);
                let anyone = callable && !asked.fixes_owner() || asked.takes_outsiders();
                forgers.extend(anyone.then_some(C::Caller));
                forgers.extend(service.then_some(C::Account));
            }
        }
        forgers.extend(asked.logged.then_some(C::Sigstore));
        forgers.push(C::Gentoo);
        forgers
    }
}

/// Who gets past a certificate with these claims, of which that was `asked`, each by themselves.
pub(crate) fn forgers(claims: &Claims, asked: &Asked<'_>) -> Vec<Capability> {
    let reference = claims.get(Claim::SourceRepositoryRef);
    Maker::of(claims).forgers(asked, reference.is_some_and(is_pull_request))
}

/// As [`forgers`], of a certificate that the index takes as a publisher's (PEP 740). Who publishes there gets the
/// attestation along with it, an account as well as a workflow: whoever makes it publish, and who runs the cloud that
/// it is of.
pub(crate) fn forgers_of_published(claims: &Claims, asked: &Asked<'_>) -> Vec<Capability> {
    let mut forgers = forgers(claims, asked);
    for capability in [Capability::Publish, Capability::Forge] {
        if !forgers.contains(&capability) {
            forgers.push(capability);
        }
    }
    forgers
}

/// Who gets past a certificate of this identity, of which none is there. Without an `issuer` it is one of
/// GitHub's own authority.
pub(crate) fn forgers_of_identity(
    identity: &str,
    issuer: Option<&str>,
    asked: &Asked<'_>,
) -> Vec<Capability> {
    Maker::of_identity(identity, issuer).forgers(asked, is_pull_request(identity))
}

/// Whether a ref, or an identity that ends in one, is that of a pull or merge request: anyone may
/// open one.
fn is_pull_request(reference: &str) -> bool {
    ["refs/pull/", "refs/merge-requests/"].iter().any(|begin| reference.contains(begin))
}

/// Whether a forge says itself who logged in.
fn is_forge(issuer: &str) -> bool {
    [GITHUB_LOGIN_ISSUER, GITLAB_ISSUER].contains(&issuer)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::evidence::expectation::RefGlob;
    use crate::evidence::pep740::{GOOGLE_ISSUER, Identity, claims_for_tests as github};
    use Capability as C;

    const IDENTITY: &str = "https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1";
    const OTHER: &str = "https://github.com/x/y/.github/workflows/pub.yml@refs/tags/v1";
    const WORKFLOW: [C; 7] =
        [C::Publish, C::Branch, C::Job, C::Source, C::Forge, C::Sigstore, C::Gentoo];

    fn asked(publisher: bool, pins: &Pins) -> Asked<'_> {
        Asked { publisher, pins, logged: true }
    }

    /// Workflow and ref, as an ebuild pins them.
    fn fixed() -> Pins {
        Pins {
            workflow: Some("release.yml".to_owned()),
            reference: Some(RefGlob::new("refs/tags/v*").unwrap()),
            ..Pins::default()
        }
    }

    fn by(identity: Identity, issuer: &str) -> Claims {
        let mut claims = github(&[]);
        claims.identity = identity;
        claims.issuer = Some(issuer.to_owned());
        claims.claims.clear();
        claims
    }

    #[test]
    fn a_workflow_by_its_repository_alone() {
        let pins = Pins::default();
        let found = forgers(&github(&[]), &asked(true, &pins));
        assert_eq!(found, WORKFLOW);
    }

    #[test]
    fn only_what_fixes_workflow_and_ref_stops_branches() {
        let reference = |text: &str| Some(RefGlob::new(text).unwrap());
        let workflow = || Some("release.yml".to_owned());
        let none = Pins::default;
        for (pins, stops) in [
            (Pins { workflow: workflow(), reference: reference("refs/tags/v*"), ..none() }, true),
            (Pins { workflow: workflow(), reference: reference("refs/heads/*"), ..none() }, false),
            (Pins { workflow: workflow(), ..none() }, false),
            (Pins { reference: reference("refs/tags/v*"), ..none() }, false),
            (Pins { repository_id: Some(11), owner_id: Some(22), ..none() }, false),
            (Pins { triggers: vec!["push".to_owned()], ..none() }, false),
            (Pins { environment: Some("pypi".to_owned()), ..none() }, false),
        ] {
            for publisher in [true, false] {
                let found = forgers(&github(&[]), &asked(publisher, &pins));
                assert_eq!(!found.contains(&C::Branch), stops, "{pins:?}");
            }
        }
    }

    /// A workflow that this certificate shows to be started directly may be called all the same.
    #[test]
    fn a_workflow_is_open_to_callers_unless_the_repository_is_named() {
        for claims in [github(&[]), github(&[(Claim::BuildSignerUri, Some(OTHER))])] {
            let none = Pins::default();
            let open = forgers(&claims, &asked(false, &none));
            assert!(open.contains(&C::Caller) && open.contains(&C::Branch), "{open:?}");
            assert!(!forgers(&claims, &asked(true, &none)).contains(&C::Caller));
            for pins in [
                Pins { repository_id: Some(11), ..Pins::default() },
                Pins { owner_id: Some(22), ..Pins::default() },
            ] {
                assert!(!forgers(&claims, &asked(false, &pins)).contains(&C::Caller));
            }
            // Another repository may have a workflow and a tag of those names.
            let pins = fixed();
            let open = forgers(&claims, &asked(false, &pins));
            assert!(open.contains(&C::Caller) && !open.contains(&C::Branch), "{open:?}");
        }
    }

    #[test]
    fn an_account_is_logged_in_to_and_runs_no_workflow() {
        let mut claims =
            by(Identity::Email("a@example.org".to_owned()), "https://accounts.google.com");
        let found = forgers(&claims, &asked(false, &Pins::default()));
        assert_eq!(found, [C::Account, C::Job, C::Source, C::Sigstore, C::Gentoo]);
        // GitHub says itself who logged in to GitHub.
        claims.issuer = Some("https://github.com/login/oauth".to_owned());
        let found = forgers(&claims, &asked(false, &Pins::default()));
        assert!(found.contains(&C::Forge), "{found:?}");
    }

    /// A certificate of 2022 has no claim 18, and those of other builders never do.
    #[test]
    fn a_uri_is_a_workflow_whatever_else_the_certificate_says() {
        let (pins, open) =
            (Pins::default(), [&WORKFLOW[..5], &[C::Caller], &WORKFLOW[5..]].concat());
        for (identity, issuer, expected) in [
            (IDENTITY, GITHUB_ISSUER, &open[..]),
            (
                "https://gitlab.example/a/b//.gitlab-ci.yml@refs/tags/1",
                "https://gitlab.example",
                &open,
            ),
            ("https://buildkite.com/org/pipe", "https://agent.buildkite.com", &WORKFLOW),
        ] {
            let claims = by(Identity::Uri(identity.to_owned()), issuer);
            let found = forgers(&claims, &asked(false, &pins));
            assert_eq!(found, expected, "{identity}");
            // The certificate at hand, and one that is not there, get one answer.
            let other = forgers_of_identity(identity, Some(issuer), &asked(false, &pins));
            assert_eq!(other, expected, "{identity}");
        }
        let service = "https://kubernetes.io/namespaces/ci/serviceaccounts/signer";
        let claims = by(Identity::Uri(service.to_owned()), "https://container.googleapis.com/x");
        assert!(forgers(&claims, &asked(false, &pins)).contains(&C::Account));
    }

    /// Provenance removes no set of attackers with one of these: see the tests of the summary.
    #[test]
    fn who_publishes_gets_provenance_for_free() {
        let account = Identity::Email("rel@proj.iam.gserviceaccount.com".to_owned());
        let project = "https://circleci.com/api/v2/projects/a/pipeline-definitions/b";
        let pipeline = by(Identity::Uri(project.to_owned()), "https://oidc.circleci.com");
        let fixed = fixed();
        for claims in [
            github(&[]),
            by(account.clone(), GOOGLE_ISSUER),
            by(account, GITHUB_LOGIN_ISSUER),
            pipeline,
        ] {
            for pins in [&Pins::default(), &fixed] {
                let found = forgers_of_published(&claims, &asked(true, pins));
                for word in [C::Publish, C::Job, C::Source, C::Forge, C::Gentoo] {
                    assert!(found.contains(&word), "{word}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn what_github_alone_attests_rests_on_github() {
        let mut claims = github(&[]);
        claims.identity = Identity::Uri("https://dotcom.releases.github.com".to_owned());
        claims.issuer = None;
        let pins = Pins::default();
        let unlogged = Asked { logged: false, ..asked(true, &pins) };
        let found = forgers(&claims, &unlogged);
        assert!(found.contains(&C::Forge) && found.contains(&C::Token), "{found:?}");
        assert!(!found.contains(&C::Sigstore) && !found.contains(&C::Caller));
        let private = forgers(&github(&[]), &unlogged);
        assert!(private.contains(&C::Forge) && !private.contains(&C::Sigstore), "{private:?}");
    }

    /// One identity for the releases of all repositories: anyone has one.
    #[test]
    fn github_s_releases_are_open_to_anyone_unless_the_repository_is_named() {
        let releases = "https://dotcom.releases.github.com";
        let mut claims = github(&[]);
        claims.identity = Identity::Uri(releases.to_owned());
        claims.issuer = None;
        let numbered = Pins { repository_id: Some(11), ..Pins::default() };
        for (publisher, pins, open) in
            [(false, fixed(), true), (true, Pins::default(), false), (false, numbered, false)]
        {
            let asked = asked(publisher, &pins);
            assert_eq!(forgers(&claims, &asked).contains(&C::Caller), open);
            assert_eq!(forgers_of_identity(releases, None, &asked).contains(&C::Caller), open);
        }
    }
}
