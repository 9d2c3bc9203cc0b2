//! ClaimedPins: the eclass variables that say what an authenticated certificate claims.
//!
//! [`ClaimedPins::of`] takes the claims of an authenticated attestation, so that nothing can be pinned that
//! no one vouched for. A pin fixes what is; whether that is right, a person has to look at.

use crate::answer::failure::FailureClass;
use crate::bytes::escape::is_harmful;
use crate::evidence::expectation::{PINS, Pins, PublisherExpectation, is_foreign_trigger, judge};
use crate::evidence::pep740::{Claim, Claims, Publisher};
use crate::evidence::sigstore::DetachedAttestation;
use crate::release::gentoo::{occurrences, version_in};
use std::collections::BTreeMap;

/// Why an attestation gives no pins.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The class.
    pub(crate) class: FailureClass,
    /// Why, in a sentence without a full stop.
    pub(crate) text: String,
}

/// Who published.
const REPO: &str = "VERIFY_PROVENANCE_REPO";

/// The variables of the eclass that are pins, in the order of printing.
pub(crate) fn variables() -> impl Iterator<Item = &'static str> {
    std::iter::once(REPO).chain(PINS.iter().map(|pin| pin.variable))
}

/// What one attestation lets one pin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClaimedPins {
    /// Values by the variable's name, as bash would have them after expanding: not quoted.
    pub(crate) values: BTreeMap<&'static str, Value>,
    /// What a person should know before taking them, each a sentence without a final full stop.
    /// May hold text from outside.
    pub(crate) remarks: Vec<String>,
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// As it is.
    Literal(String),
    /// The parts around each `${PV}`.
    Template(Vec<String>),
}

impl Value {
    /// As a word of bash, quoted where need be.
    pub(crate) fn quoted(&self) -> String {
        match self {
            Self::Literal(text) if is_plain(text) => text.clone(),
            Self::Literal(text) => format!("\"{}\"", escape(text)),
            Self::Template(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| escape(part)).collect();
                format!("\"{}\"", parts.join("${PV}"))
            }
        }
    }

    fn is_printable(&self) -> bool {
        let harmless = |text: &String| !text.chars().any(is_harmful);
        match self {
            Self::Literal(text) => harmless(text),
            Self::Template(parts) => parts.iter().all(harmless),
        }
    }
}

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/:@+-,".contains(c);
    !text.is_empty() && text.chars().all(plain)
}

/// What stands for `text` between double quotes in bash.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '"' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

impl ClaimedPins {
    /// What `attestation` lets one pin.
    pub(crate) fn of(attestation: &DetachedAttestation) -> Self {
        let names = attestation.names().iter();
        let version = names.filter_map(|name| version_in(name)).next();
        Self::of_claims(attestation.claims(), version.as_deref())
    }

    fn of_claims(claims: &Claims, version: Option<&str>) -> Self {
        let mut pins = Self::default();
        let (repository, workflow) = match Publisher::of(claims) {
            Publisher::GitHub { repository, workflow } => {
                (Some(format!("https://github.com/{repository}")), workflow)
            }
            Publisher::GitLab { issuer, repository, workflow }
                if issuer == crate::evidence::pep740::GITLAB_ISSUER =>
            {
                (Some(format!("{issuer}/{repository}")), workflow)
            }
            Publisher::GitLab { issuer, repository, workflow } => {
                (Some(format!("gitlab:{issuer}/{repository}")), workflow)
            }
            Publisher::Google { email } => (Some(format!("gcp:{email}")), None),
            Publisher::CircleCi { project, definition } => {
                (Some(format!("circleci:{project}")), Some(definition))
            }
            Publisher::ActiveState { organization, project } => {
                (Some(format!("activestate:{organization}/{project}")), None)
            }
            Publisher::Other { identity, issuer }
                if issuer.as_deref() == Some(crate::evidence::pep740::GITHUB_LOGIN_ISSUER) =>
            {
                (Some(format!("github-login:{identity}")), None)
            }
            Publisher::Other { identity, issuer } => {
                let issuer = issuer.as_deref().unwrap_or("no issuer");
                pins.remark(format!(
                    "signed by {identity} ({issuer}), for whom the eclass has no pin"
                ));
                (None, None)
            }
        };
        let Some(repository) = repository else { return pins };
        let expectation = match repository.starts_with("https:") {
            true => PublisherExpectation::from_repository(&repository),
            false => PublisherExpectation::from_publisher(&repository),
        };
        let Ok(expectation) = expectation else {
            pins.remark(format!("{repository} is not written as a repository or account can be"));
            return pins;
        };
        pins.put(REPO, Some(repository));
        pins.put("VERIFY_PROVENANCE_WORKFLOW", workflow);
        pins.put_ref(claims, version);
        pins.put_trigger(claims);
        for pin in &PINS {
            let Some(value) = pin.exact().and_then(|(claim, _)| claims.get(claim)) else {
                continue;
            };
            // CircleCI claims two quotation marks for its runner, which say nothing, and numbers its
            // projects by UUIDs, which the publisher pin holds already.
            let says = value != "\"\"" && (!pin.is_number() || value.parse::<u64>().is_ok());
            pins.put(pin.variable, says.then(|| value.to_owned()));
        }
        pins.put_signer(&expectation, claims);
        pins
    }

    fn remark(&mut self, text: String) {
        self.remarks.push(text);
    }

    fn put(&mut self, variable: &'static str, value: Option<String>) {
        self.put_value(variable, value.map(Value::Literal));
    }

    fn put_value(&mut self, variable: &'static str, value: Option<Value>) {
        match value {
            Some(value) if value.is_printable() => {
                self.values.insert(variable, value);
            }
            Some(_) => self.remark(format!(
                "no {variable}: the certificate has characters there that cannot be shown"
            )),
            None => {}
        }
    }

    fn put_ref(&mut self, claims: &Claims, version: Option<&str>) {
        let Some(reference) = claims.get(Claim::SourceRepositoryRef) else {
            return self.remark("the certificate names no ref, so none can be pinned".to_owned());
        };
        if !reference.starts_with("refs/") {
            return self.remark(format!("the ref {reference} cannot be pinned"));
        }
        let glob = escape_glob(reference);
        if reference.starts_with("refs/heads/") {
            self.remark(format!("released from the branch {reference}, not from a tag"));
        }
        let parts = version.and_then(|version| split_at(&glob, version).zip(Some(version)));
        let value = match parts {
            Some((parts, version)) if is_gentoo_version(version) => Value::Template(parts),
            Some((parts, version)) => {
                self.remark(format!(
                    "the version {version} is not written as PV writes it: the ref has * in its place"
                ));
                Value::Literal(parts.join("*"))
            }
            None => self.spelled_otherwise(glob, version),
        };
        self.put_value("VERIFY_PROVENANCE_REF", Some(value));
    }

    /// A ref that has the version in another spelling, or not at all.
    fn spelled_otherwise(&mut self, glob: String, version: Option<&str>) -> Value {
        let found = version.and_then(|version| {
            ['.', '_', '-'].iter().find_map(|separator| same_numbers(&glob, *separator, version))
        });
        if let Some((parts, spelling)) = found {
            let text = "PV is not written like that, so the ref has * in its place";
            self.remark(format!("the tag writes the version as {spelling}: {text}"));
            return Value::Literal(parts.join("*"));
        }
        if glob.starts_with("refs/tags/") {
            self.remark(
                "the tag fits this release alone: the next one needs another ref".to_owned(),
            );
        }
        Value::Literal(glob)
    }

    fn put_trigger(&mut self, claims: &Claims) {
        match claims.get(Claim::BuildTrigger) {
            Some(trigger) if is_foreign_trigger(trigger) => self.remark(format!(
                "no VERIFY_PROVENANCE_TRIGGER: {trigger} is an event that outsiders can cause; \
                 see \"distvouch explain {}\"",
                FailureClass::TriggerMismatch.name()
            )),
            trigger => self.put("VERIFY_PROVENANCE_TRIGGER", trigger.map(str::to_owned)),
        }
    }

    /// Only a workflow of another repository needs to be named.
    fn put_signer(&mut self, expectation: &PublisherExpectation, claims: &Claims) {
        let external = judge(Some(expectation), &Pins::default(), claims)
            .into_iter()
            .any(|difference| difference.class == FailureClass::SignerExternal);
        let Some(uri) = claims.get(Claim::BuildSignerUri).filter(|_| external) else { return };
        let path = match uri.rfind("@refs/").or_else(|| uri.rfind('@')) {
            Some(at) => uri.get(..at).unwrap_or(uri),
            None => uri,
        };
        self.remark(format!(
            "signed by a workflow of another repository, {uri}: read it before pinning it"
        ));
        self.put("VERIFY_PROVENANCE_SIGNER", Some(path.to_owned()));
    }
}

/// `text` as a glob that matches it alone.
fn escape_glob(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The parts of `reference` around each `version` that is there as a word; `None` where it does
/// not.
fn split_at(reference: &str, version: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = 0;
    for at in occurrences(reference, version) {
        let end = at + version.len();
        // `v.1.2` has a name of its own.
        let before = reference.get(..at)?.chars().last();
        if at < rest || before == Some('.') {
            continue;
        }
        parts.push(reference.get(rest..at)?.to_owned());
        rest = end;
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(reference.get(rest..)?.to_owned());
    Some(parts)
}

/// The parts of `reference` around each word that has the numbers of `version`, with zeros in front
/// or missing at the end, or `separator` for the dots; and the last of these words.
fn same_numbers(reference: &str, separator: char, version: &str) -> Option<(Vec<String>, String)> {
    let numbers = |text: &str, separator: char| -> Option<Vec<String>> {
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty();
        let parts: Vec<&str> = text.split(separator).collect();
        let parts = parts.iter().all(|part| digits(part)).then_some(parts)?;
        let mut numbers: Vec<String> =
            parts.iter().map(|part| part.trim_start_matches('0').to_owned()).collect();
        while numbers.last().is_some_and(String::is_empty) {
            numbers.pop();
        }
        Some(numbers)
    };
    let wanted = numbers(version, '.').filter(|numbers| !numbers.is_empty())?;
    let part_of_run = |c: char| c.is_ascii_digit() || c == separator;
    let (mut parts, mut rest, mut spelling) = (Vec::new(), 0, None);
    let mut from = 0;
    while let Some(start) = reference.get(from..)?.find(|c: char| c.is_ascii_digit()) {
        let start = from + start;
        let run = reference.get(start..)?;
        let run = run.split(|c| !part_of_run(c)).next()?.trim_end_matches(separator);
        let end = start + run.len();
        let next = reference.get(end..)?.chars().next();
        let word = next.is_none_or(|c| !c.is_ascii_alphanumeric());
        if word && numbers(run, separator).as_ref() == Some(&wanted) {
            parts.push(reference.get(rest..start)?.to_owned());
            (rest, spelling) = (end, Some(run.to_owned()));
        }
        from = end;
    }
    parts.push(reference.get(rest..)?.to_owned());
    spelling.map(|spelling| (parts, spelling))
}

/// Whether PV writes the version like this: numbers and dots. Anything else that upstream writes is
/// written otherwise in a Gentoo version (`1.0rc1` is `1.0_rc1`).
fn is_gentoo_version(version: &str) -> bool {
    version.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// What several attestations agree on, and the variables in which they differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Common {
    /// Values that all of them have.
    pub(crate) values: BTreeMap<&'static str, Value>,
    /// Values of those variables that not all of them have alike; `None` for one that has none.
    pub(crate) differing: BTreeMap<&'static str, Vec<Option<Value>>>,
    /// The remarks, each once.
    pub(crate) remarks: Vec<String>,
}

/// Joins the pins of several attestations.
pub(crate) fn common(pins: &[ClaimedPins]) -> Common {
    let mut common = Common::default();
    for variable in variables() {
        let mut values: Vec<Option<&Value>> = Vec::new();
        for pins in pins {
            let value = pins.values.get(variable);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        match values.as_slice() {
            [] | [None] => {}
            [Some(value)] => {
                common.values.insert(variable, (*value).clone());
            }
            several => {
                let several = several.iter().map(|value| value.cloned()).collect();
                common.differing.insert(variable, several);
            }
        }
    }
    for remark in pins.iter().flat_map(|pins| &pins.remarks) {
        if !common.remarks.contains(remark) {
            common.remarks.push(remark.clone());
        }
    }
    common
}

#[cfg(test)]
#[path = "pin_tests.rs"]
mod tests;
