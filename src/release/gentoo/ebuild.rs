//! The literal variables of an ebuild.
//!
//! Nothing is sourced: an ebuild is a program, and to run it before it was read would be the wrong
//! order. [`Reading`] follows its text as far as it is certain what bash would do; what only bash
//! knows is named, so that a flag can say it.

use super::repository::md5;
use super::{Version, prepare};
use crate::answer::check::Check;
use crate::bytes::input::{InputError, read_bounded};
use crate::evidence::expectation::{PINS, PublisherExpectation};
use crate::release::bash::{Limit, Reading, Reason, Stop, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The most that an ebuild may hold, in bytes.
const EBUILD_LIMIT: u64 = 1024 * 1024;

/// The array of those certificates of an OpenPGP key file that count.
pub(crate) const FINGERPRINTS: &str = "VERIFY_SIG_OPENPGP_FINGERPRINTS";

/// The variables that say whose signature or publishing is expected, each with the flag that says
/// the same.
const SIGNERS: [(&str, &str); 6] = [
    ("VERIFY_SIG_METHOD", "a key flag or --identity"),
    ("VERIFY_SIG_OPENPGP_KEY_PATH", "--openpgp-key, --signify-key or --minisign-key"),
    (FINGERPRINTS, "--openpgp-fingerprint"),
    ("VERIFY_SIG_CERT_IDENTITY", "--identity"),
    ("VERIFY_SIG_CERT_OIDC_ISSUER", "--issuer"),
    ("VERIFY_PROVENANCE_REPO", "--repository or --publisher"),
];

/// The others, apart from pins.
const OTHERS: [(&str, &str); 3] = [
    ("VERIFY_PROVENANCE_UPSTREAM_NAMES", "--upstream-name"),
    ("PYPI_VERIFY_REPO", "--repository or --publisher"),
    ("PYPI_PN", "--distfile"),
];

/// The array of pins, as options.
const PIN_ARRAY: (&str, &str) = ("VERIFY_PROVENANCE_PINS", "the options in it");

/// The variables that name a repository, or another publisher.
pub(crate) const REPOSITORIES: [&str; 2] = ["VERIFY_PROVENANCE_REPO", "PYPI_VERIFY_REPO"];

/// The file of keys, of whatever kind.
pub(crate) const KEY_PATH: &str = "VERIFY_SIG_OPENPGP_KEY_PATH";

/// Which kind of signature it is.
const METHOD: &str = "VERIFY_SIG_METHOD";

/// Who published, in the array of pins: bundles have to be of that, and provenance is not asked for. No variable has
/// that name.
pub(crate) const BUNDLES_OF: &str = "VERIFY_PROVENANCE_PINS --repository";

/// The variables that are read, each with the flag that says the same: in the order of
/// documentation.
pub(crate) fn known_variables() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pins = PINS.iter().map(|pin| (pin.variable, pin.option));
    let of_array = [PIN_ARRAY, (BUNDLES_OF, "--repository or --publisher")];
    SIGNERS.into_iter().chain(pins).chain(of_array).chain(OTHERS)
}

/// An ebuild: what its name and its literal variables say.
#[derive(Debug, Clone)]
pub(crate) struct Ebuild {
    /// The file.
    pub(crate) path: PathBuf,
    /// PN.
    pub(crate) name: String,
    /// PVR.
    pub(crate) version: Version,
    /// The variables that it sets, of those that are read.
    pub(crate) variables: BTreeMap<&'static str, Literal>,
    /// From where on it is not understood.
    pub(crate) lost: Option<Stop>,
    /// Whether its src_prepare runs eautoreconf whatever happens.
    pub(crate) eautoreconf: bool,
    /// The MD5 digest of its text, by which package managers' caches name it.
    pub(super) md5: String,
    /// SRC_URI.
    src_uri: Option<Literal>,
    /// The eclasses that it is known to inherit.
    inherited: Vec<String>,
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// As bash would have it; several words for an array.
    Words(Vec<String>),
    /// Only bash knows it.
    Unknown(Expansion),
}

/// Why a value is not literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expansion {
    /// It holds an expansion that only bash can make: the text.
    Bash(String),
    /// It is set where only bash knows whether that runs: the line.
    Place(String),
    /// The ebuild is not understood from a line on.
    Line {
        /// The line, and the limit that stopped the reader there.
        stop: Stop,
        /// Whether the variable's name occurs in the ebuild.
        named: bool,
    },
    /// It would be beyond a limit.
    Limit(Limit),
    /// It is not of the form that it needs: the text.
    Form(String),
}

impl Expansion {
    /// Whether the ebuild names the variable at all.
    pub(crate) const fn is_named(&self) -> bool {
        !matches!(self, Self::Line { named: false, .. })
    }
}

impl Ebuild {
    /// The ebuild at `path`; `Ok(None)` where its name is no `PN-PVR.ebuild`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, InputError> {
        let Some((name, version)) = path.file_name().and_then(|n| n.to_str()).and_then(split)
        else {
            return Ok(None);
        };
        let bytes = read_bounded(path, EBUILD_LIMIT)?;
        let text = String::from_utf8_lossy(&bytes);
        let reading = Reading::of(&text, &known(path, &name, &version), order);
        Ok(Some(Self {
            path: path.to_owned(),
            variables: variables(&reading, &text),
            name,
            version,
            lost: reading.lost,
            eautoreconf: prepare::runs_eautoreconf(&text),
            md5: md5(&bytes),
            src_uri: of(&reading, &text, "SRC_URI"),
            inherited: reading.inherited,
        }))
    }

    /// The literal value of a variable that is one word.
    pub(crate) fn literal(&self, variable: &str) -> Option<&str> {
        match self.variables.get(variable)? {
            Literal::Words(words) => words.first().map(String::as_str).filter(|w| !w.is_empty()),
            Literal::Unknown(_) => None,
        }
    }

    /// The check of the signatures that it has verified; `None` where it has provenance alone.
    pub(crate) fn signature_check(&self) -> Option<Check> {
        match self.literal(METHOD) {
            None | Some("openpgp") => Some(Check::Openpgp),
            Some("signify") => Some(Check::Signify),
            Some("minisig") => Some(Check::Minisign),
            Some("sigstore") => Some(Check::Sigstore),
            Some(_) => None,
        }
    }

    /// The publisher that it expects, of bundles or provenance: as it is written.
    pub(crate) fn publisher(&self) -> Option<&str> {
        REPOSITORIES.into_iter().chain([BUNDLES_OF]).find_map(|name| self.literal(name))
    }

    /// Whether it sets a variable, as far as its text tells. To bash and to the eclass an empty value is none.
    pub(crate) fn sets(&self, variable: &str) -> bool {
        self.variables.get(variable).is_some_and(|literal| match literal {
            Literal::Unknown(Expansion::Line { named, .. }) => *named,
            Literal::Unknown(_) => true,
            Literal::Words(words) => !words.iter().all(String::is_empty),
        })
    }

    /// Whether it may set a variable: that it does not is certain otherwise.
    pub(crate) fn may_set(&self, variable: &str) -> bool {
        let unknown = matches!(self.variables.get(variable), Some(Literal::Unknown(_)));
        unknown || self.sets(variable)
    }

    /// SRC_URI, as the text tells it.
    pub(super) fn source(&self) -> Option<&Literal> {
        self.src_uri.as_ref()
    }

    /// Whether its own text sets SRC_URI to what only bash knows.
    pub(crate) const fn hides_source(&self) -> bool {
        match &self.src_uri {
            Some(Literal::Unknown(why)) => why.is_named(),
            _ => false,
        }
    }

    /// The limit that SRC_URI would be beyond.
    pub(crate) const fn source_limit(&self) -> Option<Limit> {
        match &self.src_uri {
            Some(Literal::Unknown(Expansion::Limit(limit))) => Some(*limit),
            _ => None,
        }
    }

    /// Whether it is known to inherit an eclass.
    pub(super) fn inherits(&self) -> bool {
        !self.inherited.is_empty()
    }

    /// The eclasses that it is known to inherit.
    pub(super) fn inherited(&self) -> impl Iterator<Item = &str> {
        self.inherited.iter().map(String::as_str)
    }

    /// The fingerprints of the OpenPGP certificates that count; empty where all do.
    pub(crate) fn fingerprints(&self) -> Vec<String> {
        self.words(FINGERPRINTS).iter().filter(|word| !word.is_empty()).cloned().collect()
    }

    /// The words of an array.
    pub(crate) fn words(&self, variable: &str) -> &[String] {
        match self.variables.get(variable) {
            Some(Literal::Words(words)) => words,
            _ => &[],
        }
    }
}

/// PN and PVR of an ebuild's file name (PMS, section 3.1).
pub(crate) fn split(file_name: &str) -> Option<(String, Version)> {
    let stem = file_name.strip_suffix(".ebuild")?;
    // PN never ends in a hyphen and something like a version: the last fitting hyphen counts.
    stem.rmatch_indices('-').find_map(|(at, _)| {
        let (name, version) = (stem.get(..at)?, stem.get(at + 1..)?);
        let is_revision = version
            .strip_prefix('r')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
        if is_revision || name.is_empty() {
            return None;
        }
        Some((name.to_owned(), Version::parse(version)?))
    })
}

/// The known variables that the script sets.
fn variables(reading: &Reading, text: &str) -> BTreeMap<&'static str, Literal> {
    let found = known_variables().filter_map(|(name, _)| {
        let literal = match (of(reading, text, name), reading.in_function(name)) {
            // A phase sets it, so that what it holds depends on when it is asked for.
            (None | Some(Literal::Words(_)), Some(line)) => {
                Literal::Unknown(Expansion::Place(line))
            }
            (literal, _) => literal?,
        };
        Some((name, literal))
    });
    apart(found.collect())
}

/// The array of pins taken apart: each of its options as the variable that says the same, who published as
/// [`BUNDLES_OF`]. What is neither, has no value, or is said twice, here or by the variable as well, stays in the
/// array, as unknown: the eclass hands over all of it, and no answer comes of that.
fn apart(mut variables: BTreeMap<&'static str, Literal>) -> BTreeMap<&'static str, Literal> {
    let (array, _) = PIN_ARRAY;
    let Some(Literal::Words(words)) = variables.get(array).cloned() else { return variables };
    variables.remove(array);
    let options: Vec<Option<(&'static str, &str)>> = words.iter().map(|w| pin(w)).collect();
    // The eclass hands over no empty value, and what only bash knows may be none.
    let is_set = |name: &str| {
        variables.get(name).is_some_and(|literal| match literal {
            Literal::Words(words) => !words.iter().all(String::is_empty),
            Literal::Unknown(_) => true,
        })
    };
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (variable, _) in options.iter().flatten() {
        *times.entry(variable).or_default() += 1;
    }
    let is_only = |variable: &str| {
        let named = variable == BUNDLES_OF && REPOSITORIES.iter().any(|name| is_set(name));
        times.get(variable) == Some(&1) && !named && !is_set(variable)
    };
    let mut found = BTreeMap::new();
    let mut rest = Vec::new();
    for (word, option) in words.iter().zip(&options) {
        match option.filter(|(variable, _)| is_only(variable)) {
            Some((variable, value)) => {
                found.insert(variable, Literal::Words(vec![value.to_owned()]));
            }
            None => rest.push(word.as_str()),
        }
    }
    variables.extend(found);
    if !rest.is_empty() {
        variables.insert(array, Literal::Unknown(Expansion::Form(rest.join(" "))));
    }
    variables
}

/// The variable that says the same as an option of the array of pins, and its value.
fn pin(word: &str) -> Option<(&'static str, &str)> {
    let (option, value) = word.split_once('=').filter(|(_, value)| !value.is_empty())?;
    let is_url = value.starts_with("https://");
    let variable = match option {
        "--repository" if PublisherExpectation::from_repository(value).is_ok() => BUNDLES_OF,
        "--publisher" if !is_url => BUNDLES_OF,
        _ => PINS.iter().find(|pin| pin.option == option)?.variable,
    };
    Some((variable, value))
}

/// What the script sets `name` to where it ends.
fn of(reading: &Reading, text: &str, name: &str) -> Option<Literal> {
    Some(match reading.value(name) {
        Value::Absent => return None,
        Value::Text(text) => Literal::Words(vec![text]),
        Value::Array(words) => Literal::Words(words),
        Value::Unknown(reason) => Literal::Unknown(match reason {
            Reason::Value(text) => Expansion::Bash(text),
            Reason::Place(line) => Expansion::Place(line),
            Reason::Line(stop) => Expansion::Line { stop, named: text.contains(name) },
            Reason::Limit(limit) => Expansion::Limit(limit),
        }),
    })
}

/// What package managers set before an ebuild begins, as far as its name tells.
fn known(path: &Path, name: &str, version: &Version) -> Vec<(&'static str, String)> {
    let pv = version.without_revision();
    let revision = version.as_str().get(pv.len()..).unwrap_or_default();
    let revision = if revision.is_empty() { "r0" } else { revision.trim_start_matches('-') };
    let category = path.canonicalize().ok().and_then(|path| {
        let category = path.parent()?.parent()?.file_name()?.to_str()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || "+_.-".contains(c);
        (category.contains('-') && category.chars().all(fits)).then(|| category.to_owned())
    });
    let mut known = vec![
        ("PN", name.to_owned()),
        ("PV", pv.to_owned()),
        ("PR", revision.to_owned()),
        ("PVR", version.as_str().to_owned()),
        ("P", format!("{name}-{pv}")),
        ("PF", format!("{name}-{version}")),
        // The system that this runs on.
        ("BROOT", String::new()),
        ("EPREFIX", String::new()),
    ];
    known.extend(category.map(|category| ("CATEGORY", category)));
    known
}

/// Compares versions as `ver_test` does.
fn order(one: &str, other: &str) -> Option<Ordering> {
    Some(Version::parse(one)?.cmp(&Version::parse(other)?))
}

#[cfg(test)]
#[path = "ebuild_tests.rs"]
mod tests;
