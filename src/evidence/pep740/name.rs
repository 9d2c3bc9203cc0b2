//! Distribution file names, compared as PEP 625 (sdists) and PEP 427 (wheels) mean them.
//!
//! `Foo.Bar-1.0.tar.gz` and `foo_bar-1.0.tar.gz` name the same release file; `foo_bar-1.0.zip`
//! does not, and neither does `foo_bar-1.0-py3-none-any.whl.zip`, a rename that an ebuild's `->`
//! makes.

use pep440_rs::Version;
use std::collections::BTreeSet;
use std::str::FromStr;

#[derive(Debug, PartialEq, Eq)]
enum Name {
    Sdist { name: String, version: Version, extension: &'static str },
    Wheel { name: String, version: Version, build: Option<Build>, tags: Vec<BTreeSet<String>> },
}

/// A wheel's build tag: its number and what follows (PEP 427, "File name convention").
#[derive(Debug, PartialEq, Eq)]
struct Build {
    number: String,
    rest: String,
}

/// Whether `a` and `b` name the same file of the same release.
///
/// Names that are neither sdists nor wheels are the same only byte for byte.
pub(crate) fn same_file(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    matches!((parse(a), parse(b)), (Some(a), Some(b)) if a == b)
}

fn parse(file: &str) -> Option<Name> {
    if let Some(stem) = file.strip_suffix(".whl") {
        return wheel(stem);
    }
    let extension = [".tar.gz", ".zip"].into_iter().find(|e| file.ends_with(e))?;
    // The version of an sdist has no hyphen, the name before PEP 625 may have one.
    let (name, version) = file.strip_suffix(extension)?.rsplit_once('-')?;
    Some(Name::Sdist { name: project(name)?, version: Version::from_str(version).ok()?, extension })
}

fn wheel(stem: &str) -> Option<Name> {
    let parts: Vec<&str> = stem.split('-').collect();
    let (name, version, build, tags) = match parts.as_slice() {
        [name, version, tags @ ..] if tags.len() == 3 => (name, version, None, tags),
        [name, version, build, tags @ ..] if tags.len() == 3 => (name, version, Some(build), tags),
        _ => return None,
    };
    let build = match build {
        Some(text) => Some(build_tag(text)?),
        None => None,
    };
    let set = |tag: &&str| {
        let parts: BTreeSet<String> = tag.split('.').map(str::to_ascii_lowercase).collect();
        (!parts.contains("")).then_some(parts)
    };
    let tags = tags.iter().map(set).collect::<Option<_>>()?;
    let version = Version::from_str(version).ok()?;
    Some(Name::Wheel { name: project(name)?, version, build, tags })
}

fn build_tag(text: &str) -> Option<Build> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    let trimmed = number.trim_start_matches('0');
    (digits > 0).then(|| Build { number: trimmed.to_owned(), rest: rest.to_owned() })
}

/// A name in normal form (PEP 503): ASCII letters in lower case, runs of `-`, `_` and `.` as one `-`.
pub(crate) fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.push(c.to_ascii_lowercase()),
        }
    }
    normal
}

/// A project's name in normal form; `None` where it is none.
fn project(name: &str) -> Option<String> {
    let normal = normal(name);
    let is_name = normal.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let ends = normal.starts_with('-') || normal.ends_with('-');
    (is_name && !normal.is_empty() && !ends).then_some(normal)
}

#[cfg(test)]
mod tests {
    use super::{normal, same_file};

    #[test]
    fn normal_forms() {
        for (name, expected) in [
            ("Foo.Bar", "foo-bar"),
            ("foo_-.bar", "foo-bar"),
            ("foo--bar", "foo-bar"),
            ("_foo", "-foo"),
            ("\u{c4}", "\u{c4}"),
            ("", ""),
        ] {
            assert_eq!(normal(name), expected, "{name}");
        }
    }

    #[test]
    fn spellings_of_one_name_are_the_same() {
        for (a, b) in [
            ("sampleproject-4.0.0.tar.gz", "SampleProject-4.0.0.tar.gz"),
            ("shelf-reader-0.1.tar.gz", "shelf_reader-0.1.tar.gz"),
            ("zope.interface-5.0.tar.gz", "zope_interface-5.0.tar.gz"),
            ("a-4.0.0.tar.gz", "a-4.0.tar.gz"),
            ("a-1.0rc1.tar.gz", "a-1.0.RC1.tar.gz"),
            ("a-1.0-py2.py3-none-any.whl", "A-1.0-py3.py2-none-any.whl"),
            ("a-1.0-01-py3-none-any.whl", "a-1.0-1-py3-none-any.whl"),
            ("no extension", "no extension"),
        ] {
            assert!(same_file(a, b) && same_file(b, a), "{a} {b}");
        }
    }

    #[test]
    fn other_files_are_not() {
        for (a, b) in [
            ("sampleproject-4.0.0.tar.gz", "sampleproject-4.0.0.zip"),
            ("a-1.0.tar.gz", "a-1.0-py3-none-any.whl"),
            ("a-1.0-py3-none-any.whl", "a-1.0-py3-none-any.whl.zip"),
            ("a-1.0-py3-none-any.whl", "a-1.0-py2-none-any.whl"),
            ("a-1.0-py3-none-any.whl", "a-1.0-1-py3-none-any.whl"),
            ("a-1.0-1-py3-none-any.whl", "a-1.0-1a-py3-none-any.whl"),
            ("a-1.0.tar.gz", "a-1.0.post1.tar.gz"),
            ("a-1.0.tar.gz", "a-1.0+local.tar.gz"),
            ("a-1.0.tar.gz", "b-1.0.tar.gz"),
            ("a-1.0.tar.gz", "a-1.0.TAR.GZ"),
            ("a.b.txt", "a-b.txt"),
            ("a-1.0.tar.gz", "a-1.0.tar.gz\n"),
            ("\u{e4}-1.0.tar.gz", "\u{c4}-1.0.tar.gz"),
            ("a-1.0.tar.bz2", "A-1.0.tar.bz2"),
        ] {
            assert!(!same_file(a, b) && !same_file(b, a), "{a:?} {b:?}");
        }
    }
}
