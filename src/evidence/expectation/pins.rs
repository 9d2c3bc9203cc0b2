//! The pins: what else of the certificate must be as it was when somebody looked.

use super::Difference;
use crate::answer::failure::FailureClass;
use crate::evidence::pep740::{Claim, Claims, Publisher};
use globset::{GlobBuilder, GlobMatcher};
use std::fmt;

/// What of the certificate is pinned; nothing by default.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pins {
    /// The workflow that was started: a path below the repository, for GitHub the bare file name
    /// too; for CircleCI the UUID of the pipeline definition.
    pub(crate) workflow: Option<String>,
    /// The branch or tag.
    pub(crate) reference: Option<RefGlob>,
    /// The events of which one must have started it. Where there is none, those that outsiders
    /// can cause are refused.
    pub(crate) triggers: Vec<String>,
    /// The kind of runner, such as `github-hosted`.
    pub(crate) runner: Option<String>,
    /// The forge's number for the repository.
    pub(crate) repository_id: Option<u64>,
    /// The forge's number for the owner.
    pub(crate) owner_id: Option<u64>,
    /// The deployment environment.
    pub(crate) environment: Option<String>,
    /// The workflow that signed, as a URI, with or without `@` and a ref. Needed where it is of
    /// another repository.
    pub(crate) signer: Option<String>,
}

impl Pins {
    /// Whether nothing is pinned.
    pub(crate) fn is_empty(&self) -> bool {
        // By name, so that a new pin cannot be forgotten here.
        let Self {
            workflow,
            reference,
            triggers,
            runner,
            repository_id,
            owner_id,
            environment,
            signer,
        } = self;
        let texts = [workflow, runner, environment, signer];
        texts.iter().all(|text| text.is_none())
            && reference.is_none()
            && triggers.is_empty()
            && repository_id.is_none()
            && owner_id.is_none()
    }

    /// Whether a run of some other workflow, or from some other branch, would be seen: the ref is
    /// one branch by its full name, or only tags match.
    pub(crate) fn fix_workflow_and_ref(&self) -> bool {
        self.workflow.is_some() && self.reference.as_ref().is_some_and(RefGlob::fixes_branch)
    }
}

/// A glob over full refs, such as `refs/tags/v*`: `*` stays within one part, `**` does not, and
/// the whole ref must match.
#[derive(Debug, Clone)]
pub(crate) struct RefGlob {
    text: String,
    matcher: GlobMatcher,
}

/// Why a text is no glob over refs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RefGlobError {
    /// It could never match: every ref starts with `refs/`.
    NotARef {
        /// The text.
        text: String,
    },
    /// The glob does not parse.
    Syntax {
        /// Why.
        source: globset::Error,
    },
}

impl fmt::Display for RefGlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARef { text } => write!(
                f,
                "the ref {text:?} does not start with refs/: say refs/tags/… or refs/heads/…"
            ),
            Self::Syntax { source } => write!(f, "the ref is no glob: {source}"),
        }
    }
}

impl std::error::Error for RefGlobError {}

impl RefGlob {
    /// Reads a glob.
    ///
    /// # Errors
    ///
    /// See [`RefGlobError`].
    pub(crate) fn new(text: &str) -> Result<Self, RefGlobError> {
        if !text.starts_with("refs/") {
            return Err(RefGlobError::NotARef { text: text.to_owned() });
        }
        let glob = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
        let matcher = glob.map_err(|source| RefGlobError::Syntax { source })?.compile_matcher();
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// Whether the whole of `reference` matches.
    pub(crate) fn matches(&self, reference: &str) -> bool {
        self.matcher.is_match(reference)
    }

    /// Whether nobody can make up a branch that matches: it names one ref, or only tags.
    pub(crate) fn fixes_branch(&self) -> bool {
        let literal = !self.text.contains(['*', '?', '[', '{', '\\']);
        literal || self.text.starts_with("refs/tags/")
    }

    /// The glob.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// The pins that `claims` contradict, apart from triggers and signer.
pub(super) fn differences(pins: &Pins, claims: &Claims) -> Vec<Difference> {
    use FailureClass as C;
    let mut found = Vec::new();
    let mut compare = |class, what, expected: &str, actual: Option<&str>, same: bool| {
        if !same {
            let (expected, actual) = (expected.to_owned(), actual.map(str::to_owned));
            found.push(Difference { class, what, expected, actual });
        }
    };
    if let Some(pin) = &pins.workflow {
        let (actual, pin) = workflow(claims, pin);
        let same = actual.as_deref() == Some(pin.as_str());
        compare(C::WorkflowMismatch, "workflow", &pin, actual.as_deref(), same);
    }
    if let Some(glob) = &pins.reference {
        let actual = claims.get(Claim::SourceRepositoryRef);
        let same = actual.is_some_and(|a| glob.matches(a));
        compare(C::RefMismatch, "ref", glob.as_str(), actual, same);
    }
    let mut exact = |class, what, pin: Option<&str>, claim| {
        if let Some(pin) = pin {
            let actual = claims.get(claim);
            compare(class, what, pin, actual, actual == Some(pin));
        }
    };
    exact(C::RunnerMismatch, "runner", pins.runner.as_deref(), Claim::RunnerEnvironment);
    let environment = pins.environment.as_deref();
    exact(C::EnvironmentMismatch, "environment", environment, Claim::DeploymentEnvironment);
    // Under the expected name another number is another repository, or another owner.
    let id = pins.repository_id.map(|id| id.to_string());
    let claim = Claim::SourceRepositoryIdentifier;
    exact(C::RepositoryReregistered, "repository's number", id.as_deref(), claim);
    let id = pins.owner_id.map(|id| id.to_string());
    let claim = Claim::SourceRepositoryOwnerIdentifier;
    exact(C::RepositoryTransferred, "owner's number", id.as_deref(), claim);
    found
}

/// The workflow that was started and the pin, both as paths.
fn workflow(claims: &Claims, pin: &str) -> (Option<String>, String) {
    match Publisher::of(claims) {
        Publisher::GitHub { workflow, .. } if !pin.contains('/') => {
            (workflow, format!(".github/workflows/{pin}"))
        }
        Publisher::GitHub { workflow, .. } | Publisher::GitLab { workflow, .. } => {
            (workflow, pin.to_owned())
        }
        Publisher::CircleCi { definition, .. } => (Some(definition), pin.to_ascii_lowercase()),
        Publisher::ActiveState { .. } | Publisher::Google { .. } | Publisher::Other { .. } => {
            (None, pin.to_owned())
        }
    }
}
