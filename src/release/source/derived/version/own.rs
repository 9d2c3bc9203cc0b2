//! Whether git's own file says a version and nothing else, so that another version can replace it.

use super::is_release;
use super::stamped::{is_placeholder, is_version_number};
use crate::release::source::context::Context;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Whether a text is one word that is a version, or stands for one.
pub(super) fn is_word(context: &Context<'_>, text: &str) -> bool {
    let word = text.trim();
    let number = |word: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".+-~_".contains(&b);
        is_version_number(word) && word.bytes().all(plain)
    };
    word.is_empty()
        || word.eq_ignore_ascii_case("unknown")
        || word.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        || number(word)
        || is_placeholder(word)
        || word.starts_with("$Format:") && word.ends_with('$') && word.matches('$').count() == 2
        || is_release(context, word)
}

/// Whether git's text says versions only, and nothing that `text` does not say as well.
pub(super) fn says_no_more(context: &Context<'_>, original: &str, text: &str) -> bool {
    // What versioneer puts in place of its own module.
    if original.contains("$Format:") && original.contains("versioneer") {
        return true;
    }
    if is_word(context, original) {
        return true;
    }
    match (names(original), names(text)) {
        (Some(before), Some(now)) => !before.is_empty() && before.is_subset(&now),
        _ => false,
    }
}

/// The names that a text gives a literal value; `None` where it does anything else.
fn names(text: &str) -> Option<BTreeSet<&str>> {
    static GIVEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let value = r#"(?:"[^"\\]*"|'[^'\\]*'|[0-9.]+|None|\([^()]*\))"#;
        let names = r"((?:[A-Za-z_][A-Za-z0-9_]*\s*(?::[A-Za-z0-9_\[\], |.]*)?=\s*)+)";
        Regex::new(&format!(r"\A{names}{value}\s*;?\s*(?:#.*)?\z")).ok()
    });
    static DEFINED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"\A#\s*define\s+([A-Za-z0-9_]+)(?:\s+(?:"[^"\\]*"|[0-9]+))?\z"#).ok()
    });
    let mut names = BTreeSet::new();
    let mut quoted = false;
    for line in text.lines().map(str::trim) {
        let marks = line.matches("\"\"\"").count();
        if quoted || line.starts_with("\"\"\"") {
            quoted ^= marks % 2 == 1;
            continue;
        }
        let around = line.is_empty()
            || line.starts_with("# ")
            || line == "#"
            || line.starts_with("//")
            || line.starts_with("/*") && line.ends_with("*/")
            || line.starts_with("#ifndef ")
            || line.starts_with("#endif")
            || line == "#pragma once"
            || super::module::is_around(line);
        if let Some(found) = DEFINED.as_ref()?.captures(line) {
            names.insert(found.get(1)?.as_str());
        } else if let Some(found) = GIVEN.as_ref()?.captures(line) {
            let given = found.get(1)?.as_str().split('=');
            let given = given.map(|name| name.split(':').next().unwrap_or(name).trim());
            names.extend(given.filter(|name| !name.is_empty()));
        } else if !around {
            return None;
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn what_is_given_a_value() {
        fn found(text: &str) -> Option<Vec<&str>> {
            names(text).map(|names| names.into_iter().collect())
        }
        assert_eq!(
            found("# x\n__version__ = version = '1.2'\n"),
            Some(vec!["__version__", "version"])
        );
        assert_eq!(found("version: str = \"1\"  # x\nT = (1, 2)\n"), Some(vec!["T", "version"]));
        assert_eq!(found("#ifndef A\n#define A\n#define V \"1\"\n#endif\n"), Some(vec!["A", "V"]));
        for more in [
            "#define CHECK(x) if (!(x)) abort();",
            "x = f()",
            "VERIFY=yes",
            "AC_DEFUN([A],[b])",
            "#!/bin/sh",
            "alice",
            "a = '1' if x else '2'",
        ] {
            assert_eq!(found(more).unwrap_or_default().len(), 0, "{more}");
        }
    }
}
