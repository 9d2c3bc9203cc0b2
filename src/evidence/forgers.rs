//! Who could have forged what a certificate or key vouches for, computed from the evidence and what was
//! asked of it. There is no fixed list for a kind of file.

use crate::answer::access::Capability;
use crate::evidence::expectation::{Pins, is_external_signer};
use crate::evidence::pep740::{
    Claim, Claims, GITHUB_LOGIN_ISSUER, GITLAB_ISSUER, Identity, Publisher,
};

/// What was asked of a certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Whether the repository or the account that published was compared with one that was named.
    pub(crate) publisher: bool,
    /// What else must be so.
    pub(crate) pins: &'a Pins,
    /// Whether the certificate's whole identity was named: a workflow at a ref, or an account.
    pub(crate) identity: bool,
    /// Whether the public log vouches for the certificate; without it, GitHub's own authority does.
    pub(crate) logged: bool,
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

/// Who gets past a certificate with these claims, of which that was `asked`, each by themselves.
pub(crate) fn forgers(claims: &Claims, asked: &Asked<'_>) -> Vec<Capability> {
    use Capability as C;
    let mut forgers = Vec::new();
    if claims.is_github_release() {
        return RELEASE.to_vec();
    }
    if is_account(claims) {
        // Anyone who signs by hand signs what they are handed.
        forgers.extend([C::Account, C::Job, C::Source]);
        if claims.issuer.as_deref().is_some_and(is_forge) {
            forgers.push(C::Forge);
        }
    } else {
        forgers.push(C::Publish);
        if !fixes_branch(claims, asked) {
            forgers.push(C::Branch);
        }
        forgers.extend([C::Job, C::Source, C::Forge]);
        if !asked.publisher && is_called(claims) {
            forgers.push(C::Caller);
        }
    }
    if asked.logged {
        forgers.push(C::Sigstore);
    }
    forgers.push(C::Gentoo);
    forgers
}

/// Who gets past a certificate of this identity, of which none is there: a workflow's, if it is a URI,
/// else an account's. Without an `issuer` it is one of GitHub's own authority.
pub(crate) fn forgers_of_identity(identity: &str, issuer: Option<&str>) -> Vec<Capability> {
    use Capability as C;
    let Some(issuer) = issuer else { return RELEASE.to_vec() };
    let is_workflow = identity.contains("://");
    let mut forgers = vec![if is_workflow { C::Publish } else { C::Account }, C::Job, C::Source];
    if is_workflow || is_forge(issuer) {
        forgers.push(C::Forge);
    }
    if is_pull_request(identity) {
        forgers.push(C::Branch);
    }
    forgers.extend([C::Sigstore, C::Gentoo]);
    forgers
}

/// Whether a ref, or an identity that ends in one, is that of a pull or merge request: anyone may
/// open one.
fn is_pull_request(reference: &str) -> bool {
    ["refs/pull/", "refs/merge-requests/"].iter().any(|begin| reference.contains(begin))
}

/// Whether no one's workflow ran: a person or a service account logged in.
fn is_account(claims: &Claims) -> bool {
    match Publisher::of(claims) {
        Publisher::GitHub { .. } | Publisher::GitLab { .. } | Publisher::CircleCi { .. } => false,
        Publisher::ActiveState { .. } => false,
        Publisher::Google { .. } => true,
        Publisher::Other { .. } => {
            matches!(claims.identity(), Identity::Email(_))
                || claims.get(Claim::BuildConfigUri).is_none()
        }
    }
}

/// Whether a forge says itself who logged in.
fn is_forge(issuer: &str) -> bool {
    [GITHUB_LOGIN_ISSUER, GITLAB_ISSUER].contains(&issuer)
}

/// Whether the workflow that signed was called by another. A public one anyone may call, and the certificate's
/// identity is that of the one that was called.
fn is_called(claims: &Claims) -> bool {
    let (signer, started) = (claims.get(Claim::BuildSignerUri), claims.get(Claim::BuildConfigUri));
    is_external_signer(claims) || signer.is_some() && started.is_some() && signer != started
}

/// Whether a run of another workflow, or from another branch, would be seen. Numbers, triggers and
/// environments say nothing of branches: anyone who runs some workflow has them, too.
fn fixes_branch(claims: &Claims, asked: &Asked<'_>) -> bool {
    // A whole identity names workflow and ref; of a reusable workflow, those of the callee.
    let fixed = asked.pins.fix_workflow_and_ref() || (asked.identity && !is_called(claims));
    fixed && !claims.get(Claim::SourceRepositoryRef).is_some_and(is_pull_request)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::evidence::expectation::RefGlob;
    use crate::evidence::pep740::claims_for_tests as github;
    use Capability as C;

    const OWN: &str = "https://github.com/o/r/.github/workflows/pub.yml@refs/tags/v1";
    const OTHER: &str = "https://github.com/x/y/.github/workflows/pub.yml@refs/tags/v1";

    fn asked(publisher: bool, pins: &Pins, identity: bool) -> Asked<'_> {
        Asked { publisher, pins, identity, logged: true }
    }

    #[test]
    fn a_workflow_by_its_repository_alone() {
        let pins = Pins::default();
        let found = forgers(&github(&[]), &asked(true, &pins, false));
        assert_eq!(
            found,
            [C::Publish, C::Branch, C::Job, C::Source, C::Forge, C::Sigstore, C::Gentoo]
        );
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
            let found = forgers(&github(&[]), &asked(true, &pins, false));
            assert_eq!(!found.contains(&C::Branch), stops, "{pins:?}");
        }
        let found = forgers(&github(&[]), &asked(false, &Pins::default(), true));
        assert!(!found.contains(&C::Branch) && !found.contains(&C::Caller));
    }

    #[test]
    fn a_reusable_workflow_is_open_to_callers_unless_the_repository_is_named() {
        let claims = github(&[(Claim::BuildSignerUri, Some(OTHER))]);
        let pins = Pins::default();
        let open = forgers(&claims, &asked(false, &pins, true));
        assert!(open.contains(&C::Caller) && open.contains(&C::Branch), "{open:?}");
        assert!(!forgers(&claims, &asked(true, &pins, true)).contains(&C::Caller));
        // One's own is called by others as well.
        let own = github(&[(Claim::BuildSignerUri, Some(OWN))]);
        let open = forgers(&own, &asked(false, &pins, true));
        assert!(open.contains(&C::Caller) && open.contains(&C::Branch), "{open:?}");
        let numbered = Pins { repository_id: Some(11), ..Pins::default() };
        assert!(!forgers(&claims, &asked(true, &numbered, true)).contains(&C::Caller));
    }

    #[test]
    fn an_account_is_logged_in_to_and_runs_no_workflow() {
        let mut claims = github(&[]);
        claims.identity = Identity::Email("a@example.org".to_owned());
        claims.issuer = Some("https://accounts.google.com".to_owned());
        claims.claims.clear();
        let found = forgers(&claims, &asked(false, &Pins::default(), true));
        assert_eq!(found, [C::Account, C::Job, C::Source, C::Sigstore, C::Gentoo]);
        // GitHub says itself who logged in to GitHub.
        claims.issuer = Some("https://github.com/login/oauth".to_owned());
        let found = forgers(&claims, &asked(false, &Pins::default(), true));
        assert!(found.contains(&C::Forge), "{found:?}");
    }

    #[test]
    fn what_github_alone_attests_rests_on_github() {
        let mut claims = github(&[]);
        claims.identity = Identity::Uri("https://dotcom.releases.github.com".to_owned());
        claims.issuer = None;
        let pins = Pins::default();
        let unlogged = Asked { logged: false, ..asked(false, &pins, true) };
        let found = forgers(&claims, &unlogged);
        assert!(found.contains(&C::Forge) && found.contains(&C::Token), "{found:?}");
        assert!(!found.contains(&C::Sigstore));
        let private = forgers(&github(&[]), &unlogged);
        assert!(private.contains(&C::Forge) && !private.contains(&C::Sigstore), "{private:?}");
    }
}
