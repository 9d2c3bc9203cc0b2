//! The pins: what else of the certificate must be as it was when someone looked.

use super::Difference;
use crate::answer::failure::FailureClass;
use crate::evidence::pep740::{Claim, Claims, Publisher};
use globset::{GlobBuilder, GlobMatcher};

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

/// One thing that can be pinned: all that the command line, an ebuild and the reports need of it.
pub(crate) struct Pin {
    /// Its option.
    pub(crate) option: &'static str,
    /// What the option takes.
    pub(crate) value: &'static str,
    /// What the help says of it.
    pub(crate) help: &'static str,
    /// The variable of an ebuild.
    pub(crate) variable: &'static str,
    /// What it is about.
    pub(crate) what: &'static str,
    /// How a value gets into [`Pins`].
    put: fn(&mut Pins, &str) -> Result<(), PinError>,
    rule: Rule,
}

/// How a pin is compared.
enum Rule {
    /// The claim is the text of the pin.
    Exact(Claim, FailureClass, fn(&Pins) -> Option<String>),
    /// By a function of its own; this says whether it is pinned.
    Own(fn(&Pins) -> bool),
}

/// Why a value cannot be pinned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PinError {
    /// A ref that is not a glob.
    #[error(transparent)]
    Ref(#[from] RefGlobError),
    /// A number that is not one.
    #[error("\"{0}\" is not a number")]
    Number(String),
    /// A list that is empty, or has an empty part.
    #[error("name at least one event, and no empty one")]
    List,
}

/// Every pin, in the order of help, ebuilds and reports.
///
/// One more with a claim that is compared as it is takes a field of [`Pins`], a row here, and the
/// class of its mismatch.
pub(crate) const PINS: [Pin; 8] = [
    Pin {
        option: "--workflow",
        value: "PATH",
        help: "Workflow that must have run, as a path in the repository; for CircleCI the UUID of its \
               pipeline definition",
        variable: "VERIFY_PROVENANCE_WORKFLOW",
        what: "workflow",
        put: |pins, text| text_into(&mut pins.workflow, text),
        rule: Rule::Own(|pins| pins.workflow.is_some()),
    },
    Pin {
        option: "--ref",
        value: "GLOB",
        help: "Refs it may have run from, a glob over the whole ref: refs/tags/v*",
        variable: "VERIFY_PROVENANCE_REF",
        what: "ref",
        put: |pins, text| {
            pins.reference = Some(RefGlob::new(text)?);
            Ok(())
        },
        rule: Rule::Own(|pins| pins.reference.is_some()),
    },
    Pin {
        option: "--trigger",
        value: "LIST",
        help: "Events that may have started it, separated by commas: push,release",
        variable: "VERIFY_PROVENANCE_TRIGGER",
        what: "trigger",
        put: |pins, text| {
            let named: Vec<String> = text.split(',').map(|t| t.trim().to_owned()).collect();
            if named.iter().any(String::is_empty) {
                return Err(PinError::List);
            }
            pins.triggers.extend(named);
            Ok(())
        },
        rule: Rule::Own(|pins| !pins.triggers.is_empty()),
    },
    Pin {
        option: "--runner",
        value: "KIND",
        help: "Kind of runner: github-hosted",
        variable: "VERIFY_PROVENANCE_RUNNER",
        what: "runner",
        put: |pins, text| text_into(&mut pins.runner, text),
        rule: Rule::Exact(Claim::RunnerEnvironment, FailureClass::RunnerMismatch, |pins| {
            pins.runner.clone()
        }),
    },
    // Under the expected name another number is another repository, or another owner.
    Pin {
        option: "--repository-id",
        value: "N",
        help: "Number of the repository, which renames do not change",
        variable: "VERIFY_PROVENANCE_REPOSITORY_ID",
        what: "repository's number",
        put: |pins, text| number_into(&mut pins.repository_id, text),
        rule: Rule::Exact(
            Claim::SourceRepositoryIdentifier,
            FailureClass::RepositoryReregistered,
            |pins| pins.repository_id.map(|id| id.to_string()),
        ),
    },
    Pin {
        option: "--owner-id",
        value: "N",
        help: "Number of the repository's owner",
        variable: "VERIFY_PROVENANCE_OWNER_ID",
        what: "owner's number",
        put: |pins, text| number_into(&mut pins.owner_id, text),
        rule: Rule::Exact(
            Claim::SourceRepositoryOwnerIdentifier,
            FailureClass::RepositoryTransferred,
            |pins| pins.owner_id.map(|id| id.to_string()),
        ),
    },
    Pin {
        option: "--environment",
        value: "NAME",
        help: "Deployment environment",
        variable: "VERIFY_PROVENANCE_ENVIRONMENT",
        what: "environment",
        put: |pins, text| text_into(&mut pins.environment, text),
        rule: Rule::Exact(
            Claim::DeploymentEnvironment,
            FailureClass::EnvironmentMismatch,
            |pins| pins.environment.clone(),
        ),
    },
    Pin {
        option: "--signer",
        value: "URL",
        help: "Reusable workflow that must have signed, as a URL with or without its @ref",
        variable: "VERIFY_PROVENANCE_SIGNER",
        what: "signing workflow",
        put: |pins, text| text_into(&mut pins.signer, text),
        rule: Rule::Own(|pins| pins.signer.is_some()),
    },
];

fn text_into(field: &mut Option<String>, text: &str) -> Result<(), PinError> {
    *field = Some(text.to_owned());
    Ok(())
}

fn number_into(field: &mut Option<u64>, text: &str) -> Result<(), PinError> {
    *field = Some(text.parse().map_err(|_| PinError::Number(text.to_owned()))?);
    Ok(())
}

impl Pin {
    /// Whether `pins` has it.
    pub(crate) fn is_set(&self, pins: &Pins) -> bool {
        match &self.rule {
            Rule::Exact(_, _, value) => value(pins).is_some(),
            Rule::Own(is_set) => is_set(pins),
        }
    }

    /// The claim, where it is compared as it is, and what it is where it differs.
    pub(crate) fn exact(&self) -> Option<(Claim, FailureClass)> {
        match &self.rule {
            Rule::Exact(claim, class, _) => Some((*claim, *class)),
            Rule::Own(_) => None,
        }
    }

    /// Whether several values can be given.
    pub(crate) fn is_list(&self) -> bool {
        self.value == "LIST"
    }

    /// Whether a value has to be a number.
    pub(crate) fn is_number(&self) -> bool {
        self.value == "N"
    }

    /// Adds the value `text`.
    ///
    /// # Errors
    ///
    /// If it is not of the form that this pin takes.
    pub(crate) fn put(&self, pins: &mut Pins, text: &str) -> Result<(), PinError> {
        (self.put)(pins, text)
    }
}

impl Pins {
    /// Whether nothing is pinned.
    pub(crate) fn is_empty(&self) -> bool {
        self.set().next().is_none()
    }

    /// What each of the pins that are set is about.
    pub(crate) fn set(&self) -> impl Iterator<Item = &'static str> + '_ {
        PINS.iter().filter(|pin| pin.is_set(self)).map(|pin| pin.what)
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

/// Why a text is not a glob over refs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefGlobError {
    /// It could never match: every ref starts with `refs/`.
    #[error("the ref {text:?} does not start with refs/: say refs/tags/… or refs/heads/…")]
    NotARef {
        /// The text.
        text: String,
    },
    /// The glob does not parse.
    #[error("the ref is not a glob: {source}")]
    Syntax {
        /// Why.
        source: globset::Error,
    },
}

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

    /// Whether no one can make up a branch that matches: it names one ref, or only tags.
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
    for pin in &PINS {
        if let Rule::Exact(claim, class, value) = &pin.rule
            && let Some(expected) = value(pins)
        {
            let actual = claims.get(*claim);
            compare(*class, pin.what, &expected, actual, actual == Some(expected.as_str()));
        }
    }
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
