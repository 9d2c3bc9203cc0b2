//! Who published, as the certificate says it; and whether the index says the same.
//!
//! The publisher object of a PEP 740 provenance is written by the index and not signed. It is
//! compared with the certificate, and a difference reported; nothing is ever decided by it.

use super::claims::{Claim, Claims, Identity};
use super::provenance::PublisherClaim;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// GitHub Actions' OIDC issuer.
pub(crate) const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";
/// gitlab.com's OIDC issuer.
pub(crate) const GITLAB_ISSUER: &str = "https://gitlab.com";
/// The issuer for Google accounts and Google Cloud service accounts.
pub(crate) const GOOGLE_ISSUER: &str = "https://accounts.google.com";
/// CircleCI's OIDC issuer.
pub(crate) const CIRCLECI_ISSUER: &str = "https://oidc.circleci.com";
/// ActiveState's OIDC issuer, as PyPI knows it.
pub(crate) const ACTIVESTATE_ISSUER: &str = "https://platform.activestate.com/api/v1/oauth/oidc";
/// The issuer for people who log in with GitHub.
pub(crate) const GITHUB_LOGIN_ISSUER: &str = "https://github.com/login/oauth";

const CIRCLECI_PROJECTS: &str = "https://circleci.com/api/v2/projects/";

/// The identity that published, derived from a certificate alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Publisher {
    /// A GitHub Actions workflow.
    GitHub {
        /// `owner/name`.
        repository: String,
        /// The path of the workflow that was started, below the repository.
        workflow: Option<String>,
    },
    /// A GitLab CI/CD pipeline.
    GitLab {
        /// The issuer, which is the instance.
        issuer: String,
        /// `group/…/name`.
        repository: String,
        /// The path of the pipeline's configuration.
        workflow: Option<String>,
    },
    /// A Google account, or a Google Cloud service account.
    Google {
        /// Its address.
        email: String,
    },
    /// A CircleCI pipeline.
    CircleCi {
        /// The project's UUID.
        project: String,
        /// The pipeline definition's UUID.
        definition: String,
    },
    /// A project on the ActiveState platform.
    ActiveState {
        /// The organization.
        organization: String,
        /// The project.
        project: String,
    },
    /// Someone or something else.
    Other {
        /// Who.
        identity: String,
        /// Says who; `None` where the certificate names no issuer.
        issuer: Option<String>,
    },
}

impl Publisher {
    /// The publisher that `claims` name.
    pub(crate) fn of(claims: &Claims) -> Self {
        Self::github(claims)
            .or_else(|| Self::gitlab(claims))
            .or_else(|| Self::google(claims))
            .or_else(|| Self::circleci(claims))
            .or_else(|| Self::activestate(claims))
            .unwrap_or_else(|| Self::Other {
                identity: claims.identity().to_string(),
                issuer: claims.issuer().map(str::to_owned),
            })
    }

    fn github(claims: &Claims) -> Option<Self> {
        if claims.issuer() != Some(GITHUB_ISSUER) && !claims.is_github_release() {
            return None;
        }
        let uri = claims.get(Claim::SourceRepositoryUri)?;
        let repository = uri.strip_prefix("https://github.com/")?;
        let config = claims.get(Claim::BuildConfigUri);
        let workflow = config.and_then(|c| claims.path_in(c, &format!("{uri}/")));
        Some(Self::GitHub {
            repository: repository.to_owned(),
            workflow: workflow.map(str::to_owned),
        })
    }

    // Fulcio issues to other instances than gitlab.com too: their issuer is the instance's URL.
    fn gitlab(claims: &Claims) -> Option<Self> {
        let issuer = claims.issuer()?;
        let uri = claims.get(Claim::SourceRepositoryUri)?;
        let repository = uri.strip_prefix(issuer)?.strip_prefix('/')?;
        let config = claims.get(Claim::BuildConfigUri);
        let workflow = config.and_then(|c| claims.path_in(c, &format!("{uri}//")));
        Some(Self::GitLab {
            issuer: issuer.to_owned(),
            repository: repository.to_owned(),
            workflow: workflow.map(str::to_owned),
        })
    }

    fn google(claims: &Claims) -> Option<Self> {
        match claims.identity() {
            Identity::Email(email) if claims.issuer() == Some(GOOGLE_ISSUER) => {
                Some(Self::Google { email: email.clone() })
            }
            _ => None,
        }
    }

    fn circleci(claims: &Claims) -> Option<Self> {
        if claims.issuer() != Some(CIRCLECI_ISSUER) {
            return None;
        }
        let rest = claims.get(Claim::BuildSignerUri)?.strip_prefix(CIRCLECI_PROJECTS)?;
        let (project, definition) = rest.split_once("/pipeline-definitions/")?;
        let plain = |part: &str| !part.is_empty() && !part.contains('/');
        (plain(project) && plain(definition)).then(|| Self::CircleCi {
            project: project.to_owned(),
            definition: definition.to_owned(),
        })
    }

    /// The token's subject is `org:ORGANIZATION:project:PROJECT`, which PyPI compares when a release
    /// is uploaded. Fulcio keeps it in claim .24; it has no other claim for this issuer.
    fn activestate(claims: &Claims) -> Option<Self> {
        if claims.issuer() != Some(ACTIVESTATE_ISSUER) {
            return None;
        }
        let rest = claims.get(Claim::TokenSubject)?.strip_prefix("org:")?;
        let (organization, project) = rest.split_once(":project:")?;
        let plain = |part: &str| !part.is_empty() && !part.contains(':');
        (plain(organization) && plain(project)).then(|| Self::ActiveState {
            organization: organization.to_owned(),
            project: project.to_owned(),
        })
    }

    /// The kind, as PyPI's publisher objects call it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::GitHub { .. } => "GitHub",
            Self::GitLab { .. } => "GitLab",
            Self::Google { .. } => "Google",
            Self::CircleCi { .. } => "CircleCI",
            Self::ActiveState { .. } => "ActiveState",
            Self::Other { .. } => "other",
        }
    }
}

impl fmt::Display for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GitHub { repository, .. } => write!(f, "https://github.com/{repository}"),
            Self::GitLab { issuer, repository, .. } => write!(f, "{issuer}/{repository}"),
            Self::Google { email } => write!(f, "the Google account {email}"),
            Self::CircleCi { project, .. } => write!(f, "the CircleCI project {project}"),
            Self::ActiveState { organization, project } => {
                write!(f, "the ActiveState project {organization}/{project}")
            }
            Self::Other { identity, issuer: Some(issuer) } => write!(f, "{identity} ({issuer})"),
            Self::Other { identity, issuer: None } => f.write_str(identity),
        }
    }
}

/// A field in which the index and the certificate differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Disagreement {
    /// The field of the publisher object.
    pub(crate) field: &'static str,
    /// What the index says.
    pub(crate) index: String,
    /// What the certificate says.
    pub(crate) certificate: Option<String>,
}

/// The fields of the publisher object that the certificate contradicts.
///
/// A field that the index leaves empty claims nothing, and one that no certificate of that kind
/// has (an `environment` before November 2025) cannot be compared: see [`unsigned`].
pub(crate) fn disagreements(index: &PublisherClaim, claims: &Claims) -> Vec<Disagreement> {
    let publisher = Publisher::of(claims);
    let known = ["GitHub", "GitLab", "Google", "CircleCI", "ActiveState"];
    let other = matches!(publisher, Publisher::Other { .. });
    if other && !known.contains(&index.kind.as_str()) {
        return Vec::new();
    }
    if index.kind != publisher.kind() {
        return vec![Disagreement {
            field: "kind",
            index: index.kind.clone(),
            certificate: Some(publisher.kind().to_owned()),
        }];
    }
    let mut found = Vec::new();
    let mut compare = |field, certificate: Option<&str>, same: fn(&str, &str) -> bool| {
        let index = match index.fields.get(field) {
            None | Some(Value::Null) => return,
            Some(Value::String(text)) if text.is_empty() => return,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        if !certificate.is_some_and(|c| same(&index, c)) {
            let certificate = certificate.map(str::to_owned);
            found.push(Disagreement { field, index, certificate });
        }
    };
    let exact = |a: &str, b: &str| a == b;
    let caseless = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    match &publisher {
        Publisher::GitHub { repository, workflow } => {
            compare("repository", Some(repository), caseless);
            // PyPI registers the file's name alone.
            let file = workflow.as_deref().and_then(|w| w.strip_prefix(".github/workflows/"));
            compare("workflow", file, exact);
        }
        Publisher::GitLab { repository, workflow, .. } => {
            compare("repository", Some(repository), caseless);
            compare("workflow_filepath", workflow.as_deref(), exact);
        }
        Publisher::Google { email } => compare("email", Some(email), exact),
        Publisher::CircleCi { project, definition } => {
            compare("project_id", Some(project), exact);
            compare("pipeline_definition_id", Some(definition), exact);
            compare("vcs_origin", claims.get(Claim::SourceRepositoryUri), exact);
            compare("vcs_ref", claims.get(Claim::SourceRepositoryRef), exact);
        }
        Publisher::ActiveState { organization, project } => {
            compare("organization", Some(organization), exact);
            compare("project", Some(project), exact);
        }
        Publisher::Other { .. } => {}
    }
    if let Some(environment) = claims.get(Claim::DeploymentEnvironment) {
        // The forges compare environments without regard to case, and PyPI keeps lower case.
        compare("environment", Some(environment), caseless);
    }
    found
}

/// The fields of the publisher object that nothing in the certificate could confirm or
/// contradict, and that a reader must not take for attested.
pub(crate) fn unsigned(index: &PublisherClaim, claims: &Claims) -> BTreeMap<&'static str, String> {
    let mut map = BTreeMap::new();
    if let Some(Value::String(text)) = index.fields.get("environment")
        && !text.is_empty()
        && claims.get(Claim::DeploymentEnvironment).is_none()
    {
        map.insert("environment", text.clone());
    }
    map
}

#[cfg(test)]
#[path = "publisher_tests.rs"]
mod tests;
