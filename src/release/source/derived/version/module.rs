//! Python modules that assign versions and nothing else.

use super::{is_release, is_value};
use crate::release::diff::lang::encodings;
use crate::release::source::context::Context;
use crate::release::source::derived::Checked;
use crate::release::source::spelling::is_same;
use regex::Regex;
use std::sync::LazyLock;

/// A Python module that assigns versions and nothing else, as setuptools-scm, hatch-vcs and
/// versioneer write it.
pub(super) fn check(context: &Context<'_>, path: &str, text: &str) -> Option<Checked> {
    if !path.ends_with(".py") {
        return None;
    }
    if is_versioneer(context, text) {
        return Some(Checked::same("versioneer's module with the release's version"));
    }
    assigns_versions(context, text).then(|| {
        Checked::same("a Python module that assigns the release's version and nothing else")
    })
}

/// Lines that setuptools-scm and hatch-vcs write around the assignments.
const AROUND: [&str; 21] = [
    "from __future__ import annotations",
    "__all__ = [",
    "]",
    "TYPE_CHECKING = False",
    "if TYPE_CHECKING:",
    "from typing import Tuple",
    "from typing import Union",
    "from typing import Tuple, Union",
    "VERSION_TUPLE = Tuple[Union[int, str], ...]",
    "VERSION_TUPLE = tuple[int | str, ...]",
    "VERSION_TUPLE = object",
    "COMMIT_ID = Union[str, None]",
    "COMMIT_ID = str | None",
    "COMMIT_ID = object",
    "else:",
    "version: str",
    "__version__: str",
    "__version_tuple__: VERSION_TUPLE",
    "version_tuple: VERSION_TUPLE",
    "commit_id: COMMIT_ID",
    "__commit_id__: COMMIT_ID",
];

/// Whether a line is one that they write around the assignments.
pub(super) fn is_around(line: &str) -> bool {
    AROUND.contains(&line)
}

/// Names that such a module may assign.
fn is_version_name(name: &str) -> bool {
    // An annotation is run as well.
    let (name, annotation) = name.split_once(':').unwrap_or((name, ""));
    let words = annotation.replace("...", "");
    let type_only = |b: u8| b.is_ascii_alphanumeric() || b"_[], |".contains(&b);
    if !words.bytes().all(type_only) {
        return false;
    }
    let name = name.trim();
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let bare = name.trim_matches('_').to_ascii_lowercase();
    let words = [
        "version",
        "version_tuple",
        "version_info",
        "commit_id",
        "commit",
        "git_version",
        "git_revision",
        "revision",
        "full_version",
        "short_version",
        "release",
        "git_commit",
        "gitversion",
        "build_date",
        "date",
        "version_string",
        "last_version",
        "git_hash",
        "git_describe",
        "version_str",
    ];
    plain && words.contains(&bare.as_str())
}

fn assigns_versions(context: &Context<'_>, text: &str) -> bool {
    // Python ends a line at characters where Rust does not.
    if !text.is_ascii() || text.replace("\r\n", "\n").contains(['\r', '\x0b', '\x0c', '\\']) {
        return false;
    }
    if names_an_encoding(text) {
        return false;
    }
    let mut quoted: Option<&str> = None;
    let mut listed = false;
    let mut assigned = 0;
    for line in text.lines().map(str::trim_end) {
        if let Some(mark) = quoted {
            if line.ends_with(mark) && line.matches(mark).count() == 1 {
                quoted = None;
            } else if line.contains(mark) {
                return false;
            }
            continue;
        }
        let code = line.trim_start();
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        if listed {
            let word = code.trim_end_matches(',').trim_matches(['"', '\'']);
            if code == "]" {
                listed = false;
            } else if !is_version_name(word) {
                return false;
            }
            continue;
        }
        if let Some(mark) = ["\"\"\"", "'''"].into_iter().find(|mark| code.starts_with(mark)) {
            let rest = code.get(3..).unwrap_or_default();
            match rest.find(mark) {
                Some(end) if end + 3 == rest.len() => {}
                Some(_) => return false,
                None => quoted = Some(mark),
            }
            continue;
        }
        listed = code == "__all__ = [";
        if is_list_of_names(code) {
            continue;
        }
        if AROUND.contains(&code) {
            continue;
        }
        let Some((names, value)) = code.rsplit_once('=') else { return false };
        if !names.split('=').all(|name| is_version_name(name.trim())) {
            return false;
        }
        let value = value.trim();
        let bare = |name: &str| {
            let name = name.split(':').next().unwrap_or(name).trim();
            name.trim_matches('_').to_ascii_lowercase()
        };
        // Of a commit or a date there may be none, of a version not; numpy once said `release = True`.
        let about_version = || names.split('=').any(|name| is_the_version(&bare(name)));
        let literal = match value {
            "None" | "\"\"" | "''" => !about_version(),
            "True" => bare(names) == "release",
            "False" => false,
            _ => is_literal(context, value),
        };
        if !literal && !is_version_name(value) {
            return false;
        }
        assigned += 1;
    }
    quoted.is_none() && assigned > 0
}

/// Whether a comment may tell Python to read the file in another encoding (PEP 263), in which it could
/// say anything.
fn names_an_encoding(text: &str) -> bool {
    const PLAIN: [&str; 4] = ["utf-8", "utf8", "ascii", "us-ascii"];
    let mut told = text.lines().take(2).flat_map(encodings);
    told.any(|name| !PLAIN.contains(&name.to_ascii_lowercase().as_str()))
}

/// `__all__ = ["version", "version_tuple"]`.
fn is_list_of_names(code: &str) -> bool {
    let names = code.strip_prefix("__all__ = [").and_then(|rest| rest.strip_suffix(']'));
    names.is_some_and(|names| {
        let names = names.trim_end_matches(',').split(',').map(str::trim);
        names.into_iter().all(|name| string(name).is_some_and(is_version_name))
    })
}

/// Whether a name is that of the version itself.
fn is_the_version(name: &str) -> bool {
    name.contains("version") && !name.starts_with("git")
}

/// A string, or a tuple of numbers and strings: a version as a whole.
fn is_literal(context: &Context<'_>, value: &str) -> bool {
    if let Some(word) = string(value) {
        return is_value(context, word);
    }
    let Some(items) = value.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let mut words = Vec::new();
    for item in items.trim_end_matches(',').split(',').map(str::trim) {
        match string(item) {
            Some(word) => words.push(word),
            None if !item.is_empty() && item.bytes().all(|b| b.is_ascii_digit()) => {
                words.push(item)
            }
            None => return false,
        }
    }
    let whole = words.join(".");
    is_release(context, &whole) || {
        // (1, 2, 0, "final", 0), as django has it.
        let numbers: Vec<&str> =
            words.iter().take_while(|w| w.bytes().all(|b| b.is_ascii_digit())).copied().collect();
        let rest: Vec<&str> = words.iter().skip(numbers.len()).copied().collect();
        let is_end = |word: &&str| matches!(*word, "final" | "0" | "");
        is_same(&numbers.join("."), &context.release.version) && rest.iter().all(is_end)
    }
}

pub(super) fn string(value: &str) -> Option<&str> {
    let mark = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = value.strip_prefix(mark)?.strip_suffix(mark)?;
    (!inner.contains(mark)).then_some(inner)
}

/// The module that versioneer puts in place of its own.
fn is_versioneer(context: &Context<'_>, text: &str) -> bool {
    const PATTERN: &str = r#"\A\s*# This file was generated by 'versioneer\.py' \([0-9.a-z+]+\) from\n(?:#[^\n]*\n)+\s*import json\n(?:import sys\n)?\s*version_json = '''\n\{\n(?: "[a-z-]+": (?:"[^"\\'\n]*"|null|true|false),?\n)+\}\n'''  # END VERSION_JSON\n\s*def get_versions\(\):\n    return json\.loads\(version_json\)\s*\z"#;
    static MODULE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PATTERN).ok());
    static VALUE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#""([a-z-]+)": "([^"]*)""#).ok());
    let (Some(module), Some(value)) = (MODULE.as_ref(), VALUE.as_ref()) else { return false };
    module.is_match(text)
        && text.is_ascii()
        && !names_an_encoding(text)
        && value.captures_iter(text).all(|found| {
            let (key, value) = (found.get(1).map_or("", |m| m.as_str()), found.get(2));
            let value = value.map_or("", |m| m.as_str());
            key != "error" && is_value(context, value)
        })
}
