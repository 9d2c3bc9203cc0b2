//! Versions in the names of files, by one rule for all of the program.

use super::Version;
use crate::bytes::suffix;
use std::collections::{BTreeMap, BTreeSet};

/// A name with a version in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VersionedName {
    /// What precedes the version.
    pub(crate) before: String,
    /// What follows it.
    pub(crate) after: String,
}

impl VersionedName {
    /// Splits `name` at `version`, in whichever of its spellings is there; `None` where none is.
    pub(crate) fn of(name: &str, version: &Version) -> Option<Self> {
        version.spellings().iter().find_map(|spelling| {
            let at = occurrences(name, spelling).next()?;
            Some(Self {
                before: name.get(..at)?.to_owned(),
                after: name.get(at + spelling.len()..)?.to_owned(),
            })
        })
    }

    /// Those of `names` that have `version` in one of its spellings.
    pub(crate) fn having<'n>(
        version: &Version,
        names: impl Iterator<Item = &'n str>,
    ) -> impl Iterator<Item = &'n str> {
        let spellings = version.spellings();
        // All begin with the same number, which most names lack.
        let number = version.as_str().split(|c: char| !c.is_ascii_digit()).next();
        let number = number.unwrap_or_default().to_owned();
        let has = move |name: &str| {
            name.contains(&number)
                && spellings.iter().any(|spelling| occurrences(name, spelling).next().is_some())
        };
        names.filter(move |name| has(name))
    }
}

/// The version in a name like `foo-bar-1.2rc1.tar.gz`, `v1.2` or `foo-1.2-py3-none-any.whl`.
pub(crate) fn version_in(name: &str) -> Option<String> {
    split_at_version(name).map(|(_, version)| version)
}

/// Names by what precedes the version in them, and by that.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alike(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Alike {
    pub(crate) fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let mut found = Self::default();
        for name in names {
            if let Some((before, version)) = split_at_version(name) {
                let versions = found.0.entry(before.to_owned()).or_default();
                versions.entry(version).or_default().insert(name.to_owned());
            }
        }
        found
    }

    /// Whether one of them is of another version of the thing `name`, as far as names tell.
    pub(crate) fn has_other_version_of(&self, name: &str) -> bool {
        let Some((before, version)) = split_at_version(name) else { return false };
        let versions = self.0.get(before).into_iter().flatten();
        let mut others = versions.filter(|(other, _)| **other != version).flat_map(|(_, n)| n);
        // A signature's name goes on where the archive's ends.
        others.any(|other| !name.starts_with(other.as_str()))
    }
}

/// What precedes the version in a name, and the version.
fn split_at_version(name: &str) -> Option<(&str, String)> {
    let name = name.rsplit('/').next().unwrap_or(name);
    let starts = name.char_indices().filter(|(at, c)| {
        let before = name.get(..*at).unwrap_or_default();
        let after_separator = matches!(before.chars().last(), None | Some('-' | '_'));
        let after_v = before == "v" || before.ends_with("-v") || before.ends_with("_v");
        c.is_ascii_digit() && (after_separator || after_v)
    });
    let start = starts.map(|(at, _)| at).next()?;
    let rest = name.get(start..)?;
    let end = rest.find(['-', '_']).unwrap_or(rest.len());
    let version = suffix::stem(rest.get(..end)?).to_owned();
    (!version.is_empty()).then_some((name.get(..start)?, version))
}

/// Where `version` is in `text` as a whole version: `1.2` is not in `1.2.3`, `11.2` or `1.2rc1`.
pub(crate) fn occurrences<'a>(text: &'a str, version: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(version)
        .map(|(at, _)| at)
        .filter(move |at| is_whole(text, *at, at + version.len()))
}

/// Whether the text from `start` to `end` is a whole version.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let mut before = text.get(..start).unwrap_or_default().chars().rev();
    let mut after = text.get(end..).unwrap_or_default().chars();
    let before = match (before.next(), before.next()) {
        (Some('.'), Some(c)) => !c.is_ascii_digit(),
        (Some(c), _) => !c.is_ascii_digit(),
        (None, _) => true,
    };
    let after = match (after.next(), after.next()) {
        (Some('.'), Some(c)) => !c.is_ascii_digit(),
        // A letter begins a suffix of the version: `1.2rc1`, `1.2b`, but not `1.2.tar.gz`.
        (Some('_'), Some('a' | 'b' | 'r' | 'p')) => text.get(end..).is_some_and(|rest| {
            !["_alpha", "_beta", "_rc", "_pre", "_p"].iter().any(|suffix| rest.starts_with(suffix))
        }),
        (Some(c), _) => !c.is_ascii_alphanumeric(),
        (None, _) => true,
    };
    before && after
}

/// `text` with the version `from` replaced by `to` wherever it is a whole word; `None` where it
/// does not.
pub(crate) fn exchange(text: &str, from: &str, to: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = 0;
    for at in occurrences(text, from) {
        if at < rest {
            continue;
        }
        result.push_str(text.get(rest..at)?);
        result.push_str(to);
        rest = at + from.len();
    }
    result.push_str(text.get(rest..)?);
    (rest > 0).then_some(result)
}

/// The versions that names of one of these shapes have.
pub(crate) fn versions_like(shapes: &[VersionedName], names: &[String]) -> Vec<Version> {
    let fits = |shape: &VersionedName, name: &String| {
        let middle = name.strip_prefix(&shape.before)?.strip_suffix(&shape.after)?;
        Version::from_upstream(middle)
    };
    names.iter().flat_map(|name| shapes.iter().filter_map(move |s| fits(s, name))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn the_version_in_a_name() {
        for (name, text, expected) in [
            ("foo-1.2.tar.gz", "1.2", true),
            ("foo-1.2.tar.gz", "1.2-r3", true),
            ("foo-1.2.3.tar.gz", "1.2", false),
            ("foo-11.2.tar.gz", "1.2", false),
            ("foo-0.1.2.tar.gz", "1.2", false),
            ("foo-1.2rc1.tar.gz", "1.2", false),
            ("foo-1.2rc1.tar.gz", "1.2_rc1", true),
            ("foo-1.2_rc1.tar.gz", "1.2", false),
            ("foo_1_2.zip", "1.2", true),
            ("v1.2.tar.gz", "1.2", true),
            ("foo-1.2-py3-none-any.whl", "1.2", true),
        ] {
            let found = VersionedName::of(name, &version(text));
            assert_eq!(found.is_some(), expected, "{name} {text}");
        }
    }

    #[test]
    fn versions_in_names_like_it() {
        let shapes = [VersionedName::of("foo-1.3.tar.gz", &version("1.3")).unwrap()];
        let names = ["foo-1.2.tar.gz", "foo-1.2rc1.tar.gz", "foo-1.2.tar.gz.asc", "bar-9.tar.gz"];
        let found = versions_like(&shapes, &names.map(str::to_owned));
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["1.2", "1.2_rc1"]);
    }

    #[test]
    fn versions_are_exchanged_as_wholes() {
        let exchanged = |text: &str| exchange(text, "1.2", "1.3");
        assert_eq!(exchanged("foo-1.2.dist-info/x").as_deref(), Some("foo-1.3.dist-info/x"));
        assert_eq!(exchanged("a1.2/1.2/11.2/1.25").as_deref(), Some("a1.3/1.3/11.2/1.25"));
        assert_eq!(exchanged("libfoo.so.1.2.3"), None);
        assert_eq!(exchanged("foo/bar"), None);
    }

    #[test]
    fn names_of_two_versions() {
        for (one, other, expected) in [
            ("foo-1.3.tar.gz", "foo-1.2.tar.xz", true),
            ("foo-1.3.tar.gz", "foo-1.3.tar.gz.asc", false),
            ("foo-1.3.tar.gz", "foo-1.3-vendor.tar.xz", false),
            ("foo-1.3.tar.gz", "foo-docs-1.2.tar.gz", false),
            ("a-1.3.0.crate", "a-1.2.9.crate", true),
            ("fix.patch", "other.patch", false),
        ] {
            let alike = Alike::of([one].into_iter());
            assert_eq!(alike.has_other_version_of(other), expected, "{one} {other}");
        }
    }

    #[test]
    fn versions_in_names() {
        for (name, expected) in [
            ("foo-1.2.tar.gz", Some("1.2")),
            ("foo-bar-1.2rc1", Some("1.2rc1")),
            ("foo-1.2-py3-none-any.whl", Some("1.2")),
            ("v1.10.0", Some("1.10.0")),
            ("project-v2.0.zip", Some("2.0")),
            ("sqlite3", None),
            ("foo", None),
            ("foo_bar-20.5.crate", Some("20.5")),
        ] {
            assert_eq!(version_in(name).as_deref(), expected, "{name}");
        }
    }
}
