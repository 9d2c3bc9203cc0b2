//! The file itself, as TOML has it.

use super::FileLine;
use crate::answer::check::Check;
use crate::answer::kinds::FindingName;
use crate::bytes::input::{InputError, read_bounded};
use crate::bytes::toml::TomlError;
use crate::evidence::expectation::PublisherExpectation;
use crate::evidence::openpgp::PolicyKind;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use toml::Spanned;

/// The most that a file may hold, in bytes.
const LIMIT: u64 = 1 << 20;

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    /// The file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A symbolic link leads out of the overlay.
    #[error("{}: a symbolic link leads out of the overlay, and is not followed", .0.display())]
    Elsewhere(PathBuf),
    /// It is not what it should be.
    #[error("{}:{}: {what}", place.file.display(), place.line)]
    Form {
        /// Where.
        place: FileLine,
        /// What is wrong.
        what: String,
    },
}

/// A value and its line.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) line: usize,
}

/// What a table may set.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    pub(super) require: Option<At<BTreeSet<Check>>>,
    /// Whether it is required.
    pub(super) review: Option<At<bool>>,
    pub(super) openpgp_policy: Option<At<PolicyKind>>,
    pub(super) publishers: Option<At<Vec<String>>>,
    pub(super) clones: Option<At<PathBuf>>,
    pub(super) tag_keys: Option<At<Vec<PathBuf>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawSettings {
    require: Option<Spanned<Vec<Spanned<String>>>>,
    review: Option<Spanned<String>>,
    openpgp_policy: Option<Spanned<String>>,
    publishers: Option<Spanned<Vec<Spanned<String>>>>,
    clones: Option<Spanned<String>>,
    tag_keys: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    policy: RawSettings,
    #[serde(default)]
    package: BTreeMap<Spanned<String>, RawSettings>,
    #[serde(default)]
    exception: Vec<Spanned<RawException>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawException {
    package: Spanned<String>,
    version: Option<String>,
    finding: Spanned<String>,
    reason: Spanned<String>,
    expires: Spanned<toml::Value>,
}

/// A file that was understood.
#[derive(Debug, Clone, Default)]
pub(super) struct File {
    pub(super) policy: Settings,
    pub(super) package: BTreeMap<Spanned<String>, Settings>,
    pub(super) exception: Vec<ExceptionTable>,
}

/// An exception as it is written.
#[derive(Debug, Clone)]
pub(super) struct ExceptionTable {
    pub(super) package: Spanned<String>,
    pub(super) version: Option<String>,
    pub(super) finding: FindingName,
    pub(super) reason: Spanned<String>,
    pub(super) expires: Date,
    pub(super) line: usize,
}

/// Turns places in the text into lines, and says what is wrong there.
struct Reader<'a> {
    path: &'a Path,
    /// The overlay that the file is of; `None` for the user's own.
    root: Option<&'a Path>,
    text: &'a str,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    fn fails<T>(&self, at: usize, what: impl Into<String>) -> Result<T, PolicyError> {
        let place = FileLine { file: self.path.to_owned(), line: self.line(at) };
        Err(PolicyError::Form { place, what: what.into() })
    }

    fn at<T, R>(&self, value: &Spanned<T>, take: impl Fn(&T) -> R) -> At<R> {
        At { value: take(value.get_ref()), line: self.line(value.span().start) }
    }

    fn settings(&self, raw: &RawSettings) -> Result<Settings, PolicyError> {
        let words = |list: &Vec<Spanned<String>>| -> Vec<String> {
            list.iter().map(|word| word.get_ref().clone()).collect()
        };
        let require = raw.require.as_ref().map(|list| self.checks(list)).transpose()?;
        let reviews = [("required", true), ("optional", false)];
        let policies = PolicyKind::ALL.map(|kind| (kind.name(), kind));
        for publisher in raw.publishers.iter().flat_map(Spanned::get_ref) {
            let text = publisher.get_ref();
            let fails = |what: String| {
                self.fails(publisher.span().start, format!("publishers: {text:?} {what}"))
            };
            let kind = text.split_once(':').is_some_and(|(kind, rest)| {
                !kind.is_empty() && !rest.is_empty() && !rest.starts_with("//")
            });
            let url = text.starts_with("https://");
            if !url && !kind {
                return fails("is neither https://… nor KIND:VALUE".to_owned());
            }
            match (text.strip_suffix('/'), PublisherExpectation::from_text(text)) {
                (Some(start), _) if !url || start.ends_with(".git") => {
                    return fails("is not the beginning of any publisher".to_owned());
                }
                (None, Err(error)) => return fails(format!("names no publisher: {}", error.cause)),
                _ => {}
            }
        }
        if let Some(clones) = raw.clones.as_ref()
            && !Path::new(clones.get_ref()).is_absolute()
        {
            let what = format!("clones: {:?} is not an absolute path", clones.get_ref());
            return self.fails(clones.span().start, what);
        }
        let tag_keys = raw.tag_keys.as_ref().map(|list| {
            let files = list.get_ref().iter().map(|file| self.key_file(file));
            let line = self.line(list.span().start);
            files.collect::<Result<_, _>>().map(|value| At { value, line })
        });
        Ok(Settings {
            tag_keys: tag_keys.transpose()?,
            require,
            review: self.one_of("review", raw.review.as_ref(), &reviews)?,
            openpgp_policy: self.one_of(
                "openpgp-policy",
                raw.openpgp_policy.as_ref(),
                &policies,
            )?,
            publishers: raw.publishers.as_ref().map(|value| self.at(value, words)),
            clones: raw.clones.as_ref().map(|value| self.at(value, |path| PathBuf::from(path))),
        })
    }

    fn checks(
        &self,
        list: &Spanned<Vec<Spanned<String>>>,
    ) -> Result<At<BTreeSet<Check>>, PolicyError> {
        let check = |name: &Spanned<String>| match Check::from_name(name.get_ref()) {
            Some(check) => Ok(check),
            None => {
                let known: Vec<_> = Check::ALL.iter().map(|check| check.name()).collect();
                let known = known.join(", ");
                let what = format!("require: there is no check {:?}: {known}", name.get_ref());
                self.fails(name.span().start, what)
            }
        };
        let value = list.get_ref().iter().map(check).collect::<Result<_, _>>()?;
        Ok(At { value, line: self.line(list.span().start) })
    }

    /// The path of a file of keys: absolute, or one in the overlay, from its root.
    fn key_file(&self, text: &Spanned<String>) -> Result<PathBuf, PolicyError> {
        let path = Path::new(text.get_ref());
        if path.is_absolute() {
            return Ok(path.to_owned());
        }
        let normal = |part: Component<'_>| matches!(part, Component::Normal(_));
        let inside = path.components().next().is_some() && path.components().all(normal);
        let Some(root) = self.root.filter(|_| inside) else {
            let what = match self.root {
                Some(_) => "neither an absolute path nor one in the overlay",
                None => "not an absolute path",
            };
            let what = format!("tag-keys: {:?} is {what}", text.get_ref());
            return self.fails(text.span().start, what);
        };
        let path = root.join(path);
        match leads_out(root, &path) {
            true => Err(PolicyError::Elsewhere(path)),
            false => Ok(path),
        }
    }

    /// What the word of `key` stands for.
    fn one_of<T: Copy>(
        &self,
        key: &str,
        value: Option<&Spanned<String>>,
        words: &[(&str, T)],
    ) -> Result<Option<At<T>>, PolicyError> {
        let Some(value) = value else { return Ok(None) };
        match words.iter().find(|(word, _)| word == value.get_ref()) {
            Some((_, meant)) => Ok(Some(self.at(value, |_| *meant))),
            None => {
                let words = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
                let what = format!("{key}: {:?} is not one of {words}", value.get_ref());
                self.fails(value.span().start, what)
            }
        }
    }

    fn exception(&self, raw: &Spanned<RawException>) -> Result<ExceptionTable, PolicyError> {
        let at = raw.span().start;
        let raw = raw.get_ref();
        if !is_package(raw.package.get_ref()) {
            let what = format!("package: {:?} is not a CATEGORY/NAME", raw.package.get_ref());
            return self.fails(raw.package.span().start, what);
        }
        let Some(finding) = FindingName::from_name(raw.finding.get_ref()) else {
            let what =
                format!("finding: {:?} is not a class or kind of finding", raw.finding.get_ref());
            return self.fails(raw.finding.span().start, what);
        };
        if raw.reason.get_ref().trim().is_empty() {
            return self.fails(raw.reason.span().start, "reason: an exception needs one");
        }
        let text = match raw.expires.get_ref() {
            toml::Value::Datetime(date) => date.to_string(),
            toml::Value::String(text) => text.clone(),
            other => other.type_str().to_owned(),
        };
        let Ok(expires) = text.parse::<Date>() else {
            let what = format!("expires: {text:?} is not a date like 2026-12-31");
            return self.fails(raw.expires.span().start, what);
        };
        Ok(ExceptionTable {
            package: raw.package.clone(),
            version: raw.version.clone(),
            finding,
            reason: raw.reason.clone(),
            expires,
            line: self.line(at),
        })
    }
}

impl File {
    /// Reads the file of the overlay at `root`, or the user's own.
    pub(super) fn read(path: &Path, root: Option<&Path>) -> Result<Self, PolicyError> {
        let bytes = read_bounded(path, LIMIT)?;
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text,
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                let place = FileLine { file: path.to_owned(), line };
                return Err(PolicyError::Form { place, what: "is not UTF-8".to_owned() });
            }
        };
        let reader = Reader { path, root, text };
        let raw: RawFile = match crate::bytes::toml::parse(text) {
            Ok(raw) => raw,
            Err(error @ TomlError::TooMuch) => return reader.fails(0, error.to_string()),
            Err(TomlError::Syntax(error)) => {
                let at = error.span().map_or(0, |span| span.start);
                return reader.fails(at, error.message());
            }
        };
        let mut package = BTreeMap::new();
        for (name, settings) in &raw.package {
            if !is_package(name.get_ref()) {
                let what = format!("[package.{:?}]: is not a CATEGORY/NAME", name.get_ref());
                return reader.fails(name.span().start, what);
            }
            package.insert(name.clone(), reader.settings(settings)?);
        }
        let exceptions = raw.exception.iter().map(|raw| reader.exception(raw));
        Ok(Self {
            policy: reader.settings(&raw.policy)?,
            package,
            exception: exceptions.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn package(&self, name: &str) -> Option<&Settings> {
        self.package.iter().find(|(key, _)| key.get_ref() == name).map(|(_, settings)| settings)
    }
}

/// Whether a symbolic link takes `path` out of the overlay at `root`: who changes the overlay must not
/// choose which other file of this machine is read under one of its names.
pub(super) fn leads_out(root: &Path, path: &Path) -> bool {
    let real = root.canonicalize().ok().zip(path.canonicalize().ok());
    real.is_some_and(|(root, real)| !real.starts_with(root))
}

/// CATEGORY/NAME.
fn is_package(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['-', '.', '+'])
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "+_.-".contains(c))
    };
    text.split_once('/').is_some_and(|(category, name)| plain(category) && plain(name))
}
