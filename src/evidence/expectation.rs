//! Who must have published, and how: what an ebuild pins, compared with a certificate.
//!
//! An expectation always has an issuer and a repository (or account, or project): each variant
//! of [`PublisherExpectation`] holds both or implies one, so that an unset value can never mean
//! "anyone".

mod parse;
mod pins;

pub(crate) use parse::ExpectationError;
#[cfg(test)]
pub(crate) use pins::RefGlob;
pub(crate) use pins::{PINS, Pin, PinError, Pins};

use crate::answer::facts::DifferenceFacts;
use crate::answer::failure::FailureClass;
use crate::evidence::pep740::{
    ACTIVESTATE_ISSUER, CIRCLECI_ISSUER, Claim, Claims, GITHUB_ISSUER, GITHUB_LOGIN_ISSUER,
    GOOGLE_ISSUER, Identity, Publisher,
};
use std::fmt;

/// Who must have published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublisherExpectation {
    /// A workflow of a repository on github.com.
    GitHub {
        /// `owner/name`, compared without regard to case, as GitHub does.
        repository: String,
    },
    /// A pipeline of a project on a GitLab instance.
    GitLab {
        /// The instance's URL without a final slash, which is its issuer.
        issuer: String,
        /// `group/…/name`, compared without regard to case, as GitLab does.
        repository: String,
    },
    /// A Google Cloud service account, or another Google account.
    Google {
        /// Its address.
        email: String,
    },
    /// A project on CircleCI.
    CircleCi {
        /// Its UUID in lower case.
        project: String,
    },
    /// A project on the ActiveState platform.
    ActiveState {
        /// The organization.
        organization: String,
        /// The project.
        project: String,
    },
    /// A person who logged in with GitHub. PyPI takes no such attestation any more.
    GitHubLogin {
        /// Their address.
        email: String,
    },
}

impl PublisherExpectation {
    /// The OIDC issuer that must have vouched.
    pub(crate) fn issuer(&self) -> &str {
        match self {
            Self::GitHub { .. } => GITHUB_ISSUER,
            Self::GitLab { issuer, .. } => issuer,
            Self::Google { .. } => GOOGLE_ISSUER,
            Self::CircleCi { .. } => CIRCLECI_ISSUER,
            Self::ActiveState { .. } => ACTIVESTATE_ISSUER,
            Self::GitHubLogin { .. } => GITHUB_LOGIN_ISSUER,
        }
    }
}

impl fmt::Display for PublisherExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GitHub { repository } => write!(f, "https://github.com/{repository}"),
            Self::GitLab { issuer, repository } => write!(f, "{issuer}/{repository}"),
            Self::Google { email } => write!(f, "the Google account {email}"),
            Self::CircleCi { project } => write!(f, "the CircleCI project {project}"),
            Self::ActiveState { organization, project } => {
                write!(f, "the ActiveState project {organization}/{project}")
            }
            Self::GitHubLogin { email } => write!(f, "{email} ({GITHUB_LOGIN_ISSUER})"),
        }
    }
}

/// Something that was expected otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The failure class; one whose outcome is `agrees` is only said.
    pub(crate) class: FailureClass,
    /// What differs, in words.
    pub(crate) what: &'static str,
    /// What was expected.
    pub(crate) expected: String,
    /// What the certificate says; `None` where it says nothing.
    pub(crate) actual: Option<String>,
}

impl Difference {
    /// What a finding knows of it.
    pub(crate) fn facts(&self) -> DifferenceFacts {
        DifferenceFacts {
            class: self.class,
            what: self.what.to_owned(),
            expected: Some(self.expected.clone()),
            index: None,
            statement: None,
            actual: self.actual.clone(),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.actual {
            Some(actual) => {
                write!(f, "the {} is {actual}, expected {}", self.what, self.expected)
            }
            None => write!(f, "no {} is attested, expected {}", self.what, self.expected),
        }
    }
}

/// Events that someone without write access to the repository can cause, or that run with the
/// repository's rights on what such a person wrote. A release that one of them started was not
/// started by those who release.
const FOREIGN_TRIGGERS: [&str; 20] = [
    "pull_request",
    "pull_request_target",
    "pull_request_review",
    "pull_request_review_comment",
    "issue_comment",
    "issues",
    "commit_comment",
    "discussion",
    "discussion_comment",
    "fork",
    "watch",
    "workflow_run",
    "gollum",
    // An app that builds what outsiders propose reports by these.
    "check_run",
    "check_suite",
    "status",
    "deployment_status",
    // GitLab
    "merge_request_event",
    "external_pull_request_event",
    // A pipeline's child: the pipeline may be that of a merge request.
    "parent_pipeline",
];

/// Whether outsiders can cause `event`.
pub(crate) fn is_foreign_trigger(event: &str) -> bool {
    FOREIGN_TRIGGERS.contains(&event)
}

/// Holds `claims` against what was expected; nothing is returned where everything is as expected.
///
/// The issuer and the repository come first. Claims are compared exactly, except for the letter
/// case of owners and repositories; lists and globs match the whole value.
///
/// Where no publisher is expected, pins are compared all the same, and a signer of another repository is for
/// the caller to judge unless it is pinned.
pub(crate) fn judge(
    expectation: Option<&PublisherExpectation>,
    pins: &Pins,
    claims: &Claims,
) -> Vec<Difference> {
    let mut found = Vec::new();
    found.extend(expectation.and_then(|expectation| publisher(expectation, pins, claims)));
    found.extend(pins::differences(pins, claims));
    found.extend(trigger(pins, claims));
    let judged = expectation.is_some() || pins.signer.is_some();
    found.extend(judged.then(|| signer(pins, claims)).flatten());
    found.sort_by_key(|d| d.class != FailureClass::PublisherMismatch);
    found
}

fn publisher(
    expectation: &PublisherExpectation,
    pins: &Pins,
    claims: &Claims,
) -> Option<Difference> {
    use PublisherExpectation as E;
    let actual = Publisher::of(claims);
    let same = match (expectation, &actual) {
        (E::GitHub { repository: a }, Publisher::GitHub { repository: b, .. }) => {
            a.eq_ignore_ascii_case(b)
        }
        (
            E::GitLab { issuer: x, repository: a },
            Publisher::GitLab { issuer: y, repository: b, .. },
        ) => x == y && a.eq_ignore_ascii_case(b),
        (E::Google { email: a }, Publisher::Google { email: b }) => a == b,
        (E::CircleCi { project: a }, Publisher::CircleCi { project: b, .. }) => a == b,
        (
            E::ActiveState { organization: a, project: p },
            Publisher::ActiveState { organization: b, project: q },
        ) => a == b && p == q,
        (E::GitHubLogin { email }, Publisher::Other { issuer, .. }) => {
            issuer.as_deref() == Some(GITHUB_LOGIN_ISSUER)
                && *claims.identity() == Identity::Email(email.clone())
        }
        _ => false,
    };
    if same && (claims.issuer() == Some(expectation.issuer()) || claims.is_github_release()) {
        return None;
    }
    Some(Difference {
        class: moved(expectation, pins, claims, &actual),
        what: "publisher",
        expected: expectation.to_string(),
        actual: Some(actual.to_string()),
    })
}

/// Another repository, or the same one elsewhere: its number, where it is pinned, says which.
fn moved(
    expectation: &PublisherExpectation,
    pins: &Pins,
    claims: &Claims,
    actual: &Publisher,
) -> FailureClass {
    use PublisherExpectation as E;
    let (before, now) = match (expectation, actual) {
        (E::GitHub { repository: a }, Publisher::GitHub { repository: b, .. }) => (a, b),
        (
            E::GitLab { issuer: x, repository: a },
            Publisher::GitLab { issuer: y, repository: b, .. },
        ) if x == y => (a, b),
        _ => return FailureClass::PublisherMismatch,
    };
    let pinned = |pin: Option<u64>, claim| {
        pin.is_some_and(|pin| claims.get(claim) == Some(pin.to_string().as_str()))
    };
    if !pinned(pins.repository_id, Claim::SourceRepositoryIdentifier) {
        return FailureClass::PublisherMismatch;
    }
    let owner = |path: &str| path.rsplit_once('/').map(|(o, _)| o.to_ascii_lowercase());
    if owner(before) == owner(now) || pinned(pins.owner_id, Claim::SourceRepositoryOwnerIdentifier)
    {
        FailureClass::RepositoryRenamed
    } else {
        FailureClass::RepositoryTransferred
    }
}

/// Pinned triggers are an allow-list; without them, only what outsiders can cause is refused.
fn trigger(pins: &Pins, claims: &Claims) -> Option<Difference> {
    let actual = claims.get(Claim::BuildTrigger);
    let (fine, expected) = if pins.triggers.is_empty() {
        let foreign = actual.is_some_and(is_foreign_trigger);
        (!foreign, "one that only those with write access can cause".to_owned())
    } else {
        let listed = actual.is_some_and(|a| pins.triggers.iter().any(|t| t == a));
        (listed, pins.triggers.join(" or "))
    };
    (!fine).then(|| Difference {
        class: FailureClass::TriggerMismatch,
        what: "trigger",
        expected,
        actual: actual.map(str::to_owned),
    })
}

/// The workflow that signed: its own repository's, or the one that is pinned.
///
/// Only GitHub and GitLab have workflows of other repositories; CircleCI's signer is the project.
fn signer(pins: &Pins, claims: &Claims) -> Option<Difference> {
    let actual = claims.get(Claim::BuildSignerUri);
    let repository = claims.get(Claim::SourceRepositoryUri);
    let own = is_own_signer(claims);
    let (fine, expected) = match &pins.signer {
        Some(pin) => (actual.is_some_and(|a| is_signer(a, pin)), pin.clone()),
        None => {
            let expected = format!("a workflow of {}", repository.unwrap_or_default());
            (!is_external_signer(claims), expected)
        }
    };
    let class = if own { FailureClass::WorkflowMismatch } else { FailureClass::SignerExternal };
    (!fine).then(|| Difference {
        class,
        what: "signing workflow",
        expected,
        actual: actual.map(str::to_owned),
    })
}

/// Whether the workflow that signed is of the repository that it built.
fn is_own_signer(claims: &Claims) -> bool {
    let signer = claims.get(Claim::BuildSignerUri);
    signer.zip(claims.get(Claim::SourceRepositoryUri)).is_some_and(|(signer, repository)| {
        let head = signer.get(..repository.len()).unwrap_or_default();
        let rest = signer.get(repository.len()..).unwrap_or_default();
        head.eq_ignore_ascii_case(repository) && rest.starts_with('/')
    })
}

/// Whether a reusable workflow of another repository signed.
pub(crate) fn is_external_signer(claims: &Claims) -> bool {
    let forge =
        matches!(Publisher::of(claims), Publisher::GitHub { .. } | Publisher::GitLab { .. });
    forge && claims.get(Claim::BuildSignerUri).is_some() && !is_own_signer(claims)
}

/// Whether the signer is `pin`, or `pin` at some ref or commit.
fn is_signer(actual: &str, pin: &str) -> bool {
    let rest = actual.strip_prefix(pin);
    rest.is_some_and(|rest| match rest.strip_prefix('@') {
        None => rest.is_empty(),
        // A file can be called `a.yml@b.yml`; what follows has to be a ref or a commit.
        Some(at) => {
            let hex = |b: u8| b.is_ascii_hexdigit();
            // Such a file may be in a directory `a.yml@refs`, too.
            (at.starts_with("refs/") && !at.contains("@refs/"))
                || (matches!(at.len(), 40 | 64) && at.bytes().all(hex))
        }
    })
}

#[cfg(test)]
mod tests;
