//! Files that hold the version and nothing else, and files of git's in which only the version was
//! filled in.
//!
//! What is in `.tarball-version` becomes shell code of configure, and `_version.py` is imported: each
//! may hold the release's version, a revision and a date, by a grammar that has no room for more.

mod header;
mod module;
mod own;
mod stamped;

use super::Checked;
use crate::release::archive::Entry;
use crate::release::diff::lang::is_among;
use crate::release::source::context::Context;
use crate::release::source::spelling::is_same;
use crate::release::source::texts::text;
use own::{is_word, says_no_more};
use regex::Regex;
use stamped::is_stamped;
use std::sync::LazyLock;

/// Bytes of such a file.
const SIZE: usize = 64 << 10;

/// Names of files that hold a version and nothing else.
const PLAIN: [&str; 12] = [
    ".tarball-version",
    ".version",
    ".dist-version",
    ".tarball-git-version",
    "RELEASE-VERSION",
    "RELEASE_VERSION",
    "VERSION",
    "VERSION.txt",
    "version",
    "version.txt",
    "_version.txt",
    "GIT_VERSION",
];

pub(super) fn check(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
    name: &str,
    original: Option<&str>,
) -> Option<Checked> {
    let text = text(entry).filter(|text| text.len() <= SIZE);
    // Below a directory of headers, `version` is what C++ includes by that name.
    if name == "version" && original.is_none() && path.contains('/') {
        return None;
    }
    if PLAIN.contains(&name) {
        let text = text.filter(|_| !entry.is_executable());
        let replaces = original.is_none_or(|original| is_word(context, original));
        let is = text.is_some_and(|text| is_release(context, text.trim_end()));
        return Some(match is && replaces {
            true => Checked::same("the release's version and nothing else"),
            false if original.is_some() => {
                Checked::differs("it holds something else than the release's version")
            }
            false => Checked::differs(
                "it holds something else than the release's version, and a build can read it",
            ),
        });
    }
    let text = text?;
    if let Some(original) = original
        && is_stamped(context, path, text, original)
    {
        return Some(Checked::same("git's, with the release's version filled in"));
    }
    // Any other file would be replaced by a version, or hidden by one of its name.
    if !is_about_versions(name)
        || original.is_some_and(|original| !says_no_more(context, original, text))
    {
        return None;
    }
    // What git lacks may be a settings file that a program looks for.
    let plain = original.is_some() || is_plain(path, name);
    if plain && !entry.is_executable() && is_release(context, text.trim_end()) {
        return Some(Checked::same("the release's version and nothing else"));
    }
    module::check(context, path, text).or_else(|| header::check(context, path, text))
}

/// Whether a file is called for what it holds: `_version.py`, `git-version.h`, `RELEASE`.
fn is_about_versions(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["version", "release", "revision", "commit", "_scm", "about"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether a file of that name is read as a word, not as settings or as a program.
fn is_plain(path: &str, name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(stem, extension)| match stem {
        "" => "",
        _ => extension,
    });
    matches!(extension, "" | "txt") && !path.split('/').any(|part| part.ends_with(".d"))
}

/// Whether a word is the release's version, in some spelling, and could be nothing but a version.
pub(super) fn is_release(context: &Context<'_>, word: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".+-~_".contains(&b);
    let word = word.trim_start_matches(['v', 'V']);
    if word.is_empty() || word.len() > 100 || !word.bytes().all(plain) {
        return false;
    }
    let version = &context.release.version;
    let named = word.strip_prefix(&context.release.name).map(|rest| rest.trim_start_matches('-'));
    // A local version says which commit: 1.2+gabc1234.
    let public = word.split('+').next().unwrap_or(word);
    is_same(word, version)
        || is_same(public, version)
            && is_local(context, word.get(public.len()..).unwrap_or_default())
        || named.is_some_and(|rest| !rest.is_empty() && is_same(rest, version))
        || context.tag.is_some_and(|tag| tag == word || is_same(tag, word))
        || is_described(context, word)
}

/// `+g1234abc`: the beginning of the commit's name.
fn is_local(context: &Context<'_>, local: &str) -> bool {
    let hex = local.trim_start_matches('+').trim_start_matches('g');
    hex.len() >= 7 && context.commit.name.starts_with(hex)
}

/// `1.2-0-g1234abc`, as git-describe(1) writes it of a tag's own commit.
fn is_described(context: &Context<'_>, word: &str) -> bool {
    let Some((rest, hex)) = word.rsplit_once("-g") else { return false };
    let Some(version) = rest.strip_suffix("-0") else { return false };
    is_local(context, hex) && is_same(version, &context.release.version)
}

/// Whether a value is a version, a revision or a date: something that says which release this is.
pub(super) fn is_value(context: &Context<'_>, value: &str) -> bool {
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)?\z").ok()
    });
    let hex = value.strip_prefix('g').unwrap_or(value);
    value.is_empty()
        || is_release(context, value)
        || hex.len() >= 7 && context.commit.name.starts_with(hex)
        || DATE.as_ref().is_some_and(|date| date.is_match(value))
}

/// Whether the name of a macro, in upper case, says that it is this project's version or a part of it, and
/// no other one: not `TLS_MIN_VERSION`, not `RELEASE_CHECKS`.
fn names_this_version(context: &Context<'_>, name: &str) -> bool {
    const WORDS: &str = "VERSION VER REVISION COMMIT RELEASE";
    const AROUND: &str = "MAJOR MINOR PATCH PATCHLEVEL MICRO TEENY SUBLEVEL STR STRING NUM \
        NUMBER INT HEX HASH GIT VCS SCM DATE BUILD ID SHA SHA1 TAG BRANCH SHORT FULL LONG SUFFIX EXTRA TWEAK LIB PACKAGE \
        PROJECT PROGRAM APP H A B C";
    let project = context.release.name.to_ascii_uppercase();
    let project: Vec<&str> = project.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let whole = project.concat();
    let own = |word: &str| {
        let bare = word.strip_prefix("LIB").filter(|bare| !bare.is_empty()).unwrap_or(word);
        word == whole || bare == whole || project.contains(&word) || project.contains(&bare)
    };
    let words = || name.split('_').filter(|word| !word.is_empty());
    let says = |word: &str| is_among(WORDS, word);
    words().any(says) && words().all(|word| own(word) || says(word) || is_among(AROUND, word))
}

/// Whether a number is the part of the version that a macro's name says.
fn is_part(context: &Context<'_>, name: &str, number: &str) -> bool {
    let parts: Vec<&str> = context.release.version.split('.').collect();
    let says = |words: &[&str]| name.split('_').any(|word| words.contains(&word));
    let place = if says(&["MAJOR"]) {
        Some(0)
    } else if says(&["MINOR"]) {
        Some(1)
    } else if says(&["PATCH", "MICRO", "PATCHLEVEL", "TEENY"]) {
        Some(2)
    } else {
        None
    };
    match place {
        Some(place) => parts.get(place).map_or(number == "0", |part| *part == number),
        None => parts.contains(&number),
    }
}
