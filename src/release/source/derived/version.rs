//! Files that hold the version and nothing else, and files of git's in which only the version was
//! filled in.
//!
//! What is in `.tarball-version` becomes shell code of configure, and `_version.py` is imported: each
//! may hold the release's version, a revision and a date, by a grammar that has no room for more.

mod module;

use super::Checked;
use crate::release::archive::Entry;
use crate::release::source::explain::{Context, text};
use crate::release::source::tag::spelling::is_same;
use regex::Regex;
use std::sync::LazyLock;

/// Bytes of such a file, and lines of git's file that may differ.
const SIZE: usize = 64 << 10;
const LINES: usize = 40;

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
        return Some(match text.is_some_and(|text| is_release(context, text.trim_end())) {
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
        && is_stamped(context, text, original)
    {
        return Some(Checked::same("git's, with the release's version filled in"));
    }
    // Any other file would be replaced by a version, or hidden by one of its name.
    if !is_about_versions(name) || original.is_some_and(has_code) {
        return None;
    }
    if !entry.is_executable() && is_release(context, text.trim_end()) {
        return Some(Checked::same("the release's version and nothing else"));
    }
    module::check(context, path, text).or_else(|| header(context, path, text))
}

/// Whether a file is called for what it holds: `_version.py`, `git-version.h`, `RELEASE`.
fn is_about_versions(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["version", "release", "revision", "commit", "_scm", "about"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether git's file does more than to say a version: then one that says only that is another file.
fn has_code(original: &str) -> bool {
    const WORDS: [&str; 12] = [
        "#!", "def ", "class ", "lambda", "(){", "() {", "return ", "exit", "|| ", "&& ", "exec",
        "$(",
    ];
    // What versioneer puts in place of its own module.
    let replaced = original.contains("$Format:") && original.contains("versioneer");
    !replaced && WORDS.iter().any(|word| original.contains(word))
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

/// Whether each differing line of `text` is git's with a word replaced by the release's version.
fn is_stamped(context: &Context<'_>, text: &str, original: &str) -> bool {
    if text.lines().count() != original.lines().count()
        || text.ends_with('\n') != original.ends_with('\n')
    {
        return false;
    }
    let differing = text.lines().zip(original.lines()).filter(|(new, old)| new != old);
    let mut count = 0;
    for (new, old) in differing {
        count += 1;
        if count > LINES || !is_line_stamped(context, new, old) {
            return false;
        }
    }
    count > 0
}

fn is_line_stamped(context: &Context<'_>, new: &str, old: &str) -> bool {
    let part =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_' | '~' | '@');
    let same_start = new.char_indices().zip(old.chars()).take_while(|((_, a), b)| a == b).count();
    let start = new.chars().take(same_start).collect::<String>();
    // Back to where the word begins.
    let head = start.trim_end_matches(part);
    let (Some(new_rest), Some(old_rest)) = (new.get(head.len()..), old.get(head.len()..)) else {
        return false;
    };
    let end = |text: &str| text.find(|c| !part(c)).unwrap_or(text.len());
    let (new_word, new_tail) = new_rest.split_at(end(new_rest));
    let (old_word, old_tail) = old_rest.split_at(end(old_rest));
    // Of a number, or of nothing between quotes, only its name tells that it is a version: of code it
    // may be anything.
    let quoted = || head.ends_with('"') && old_tail.starts_with('"');
    let older = || {
        let none = old_word.is_empty() || old_word.eq_ignore_ascii_case("unknown");
        (is_version_number(old_word) || none && quoted()) && names_a_version(context, head)
    };
    is_defined(context, new, old)
        || names_a_date(context, head) && is_dated(new, old)
        || new_tail == old_tail
            && is_release(context, new_word)
            && (is_placeholder(old_word) || older())
}

/// `@VERSION@`, whole, and by its name a version: not a decorator, not `@VERIFY@`, not an address.
fn is_placeholder(word: &str) -> bool {
    let inner = word.strip_prefix('v').unwrap_or(word);
    let inner = inner.strip_prefix('@').and_then(|inner| inner.strip_suffix('@'));
    inner.is_some_and(|name| {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let plain = name.to_ascii_lowercase();
        let said = ["version", "release", "revision"].iter().any(|said| plain.ends_with(said));
        name.bytes().all(word) && said
    })
}

/// `1.2`, `v0.0.0-development`: digits, a dot, digits.
fn is_version_number(word: &str) -> bool {
    let numbers: Vec<&str> = word.trim_start_matches(['v', 'V']).split('.').collect();
    let digit = |part: &&str| part.starts_with(|c: char| c.is_ascii_digit());
    numbers.len() > 1 && numbers.iter().take(2).all(digit)
}

/// The last identifier of what precedes a value, in lower case and without underscores.
fn last_name(head: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = head.trim_end_matches(|c| !word(c));
    let name = end.rsplit(|c| !word(c)).next().unwrap_or_default();
    name.to_ascii_lowercase().replace('_', "")
}

/// Whether what precedes a value names the project's version, and nothing else that has one: not
/// `min_tls_version`, not a requirement, not a comparison.
fn names_a_version(context: &Context<'_>, head: &str) -> bool {
    static GIVEN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"\A["'\]]?\s*(?:=|:|:=|=>|,)?\s*[\["'(]*\z"#).ok());
    static AC_INIT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\A\s*AC_INIT\(\s*\[?[^,\[\]]*\]?\s*,\s*\[?\z").ok());
    if AC_INIT.as_ref().is_some_and(|init| init.is_match(head)) {
        return true;
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let named = head.trim_end_matches(|c| !word(c));
    let before = named.trim_end_matches(word);
    let given = head.get(named.len()..).unwrap_or_default();
    GIVEN.as_ref().is_some_and(|pattern| pattern.is_match(given))
        && !decides(before)
        && is_own_version(context, &last_name(head))
}

/// Whether what precedes a name tells that it is looked at, or asked for, not set.
fn decides(before: &str) -> bool {
    const CONDITIONS: [&str; 16] = [
        "if", "elif", "elsif", "else", "while", "until", "unless", "when", "assert", "case",
        "test", "return", "and", "or", "not", "min",
    ];
    const ASKING: [&str; 6] = ["requir", "minimum", "policy", "depend", "find_", "need"];
    let plain = before.to_ascii_lowercase();
    let word = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let asks = plain
        .split(word)
        .any(|word| CONDITIONS.contains(&word) || ASKING.iter().any(|asks| word.contains(asks)));
    asks || plain.trim_start().starts_with('[')
        || plain.contains(['<', '>', '!', '?', '|', '&', '`'])
            && !plain.trim_start().starts_with('<')
}

/// Whether a name, in lower case and without underscores, is that of the project's version.
fn is_own_version(context: &Context<'_>, name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "version",
        "release",
        "pkgver",
        "pkgversion",
        "packageversion",
        "projectversion",
        "fullversion",
        "versionstring",
        "versionstr",
        "versiontext",
        "libversion",
        "gitversion",
    ];
    let project = project(context);
    NAMES.contains(&name)
        || !project.is_empty()
            && name
                .split_once(&project)
                .is_some_and(|(before, after)| NAMES.contains(&format!("{before}{after}").as_str()))
}

/// The project's name as [`last_name`] would write it.
fn project(context: &Context<'_>) -> String {
    let name = context.release.name.chars().filter(char::is_ascii_alphanumeric);
    name.collect::<String>().to_ascii_lowercase()
}

/// Whether a name has the project's in it.
fn is_projects_own(context: &Context<'_>, name: &str) -> bool {
    let project = project(context);
    !project.is_empty() && name.contains(&project)
}

/// Whether what precedes a value names the day of the release.
fn names_a_date(context: &Context<'_>, head: &str) -> bool {
    const NAMES: [&str; 7] =
        ["date", "releasedate", "builddate", "versiondate", "timestamp", "released", "buildtime"];
    let name = last_name(head);
    let ends = || NAMES.iter().any(|word| name.ends_with(word));
    NAMES.contains(&name.as_str())
        || is_projects_own(context, &name) && ends()
        || head.starts_with(".TH")
        || head.trim_start().starts_with(".Dd")
}

/// Whether a macro that stood for the version now is it: `#define CURL_VERSION LIBCURL_VERSION` as
/// `#define CURL_VERSION "8.14.1"`.
fn is_defined(context: &Context<'_>, new: &str, old: &str) -> bool {
    let parts = |line: &str| -> Option<(String, String)> {
        let rest = line.strip_prefix('#')?.trim_start().strip_prefix("define")?;
        let (name, value) = rest.trim().split_once(char::is_whitespace)?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    let identifier = |word: &str| {
        word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !word.is_empty()
    };
    let (Some((name, value)), Some((old_name, old_value))) = (parts(new), parts(old)) else {
        return false;
    };
    let is_version = |word: &str| identifier(word) && is_own_version(context, &last_name(word));
    name == old_name
        && is_version(&name)
        && is_version(&old_value)
        && value.starts_with('"')
        && module::string(&value).is_some_and(|word| is_release(context, word))
}

/// Whether a quoted date is at a place where git may have one: `"[unreleased]"`.
fn is_dated(new: &str, old: &str) -> bool {
    const DATE: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
    static DATED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(&format!(r#"\A([^"]*)"{DATE}"([^"]*)\z"#)).ok());
    static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(&format!(r#"\A([^"]*)"(?:\[[a-z]+\]|unreleased|{DATE})"([^"]*)\z"#)).ok()
    });
    let parts = |pattern: &Option<Regex>, line: &str| {
        let found = pattern.as_ref()?.captures(line)?;
        let part = |at: usize| found.get(at).map(|m| m.as_str().to_owned());
        Some((part(1)?, part(2)?))
    };
    let dated = parts(&DATED, new);
    dated.is_some() && dated == parts(&PLACE, old)
}

/// A header of C that defines versions and nothing else.
fn header(context: &Context<'_>, path: &str, text: &str) -> Option<Checked> {
    static DEFINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"\A#\s*define\s+([A-Za-z0-9_]+)(?:\s+(?:"([^"\\]*)"|([0-9]+)))?\s*(?:/\*[^*]*\*/)?\z"#).ok()
    });
    if !path.ends_with(".h") {
        return None;
    }
    let define = DEFINE.as_ref()?;
    let guard_name =
        text.lines().find_map(|line| line.trim().strip_prefix("#ifndef ")).map(str::trim);
    let parts: Vec<&str> = context.release.version.split('.').collect();
    let mut defined = 0;
    for line in text.lines().map(str::trim) {
        let comment = line.starts_with("//") && !line.ends_with('\\')
            || line.starts_with("/*") && line.ends_with("*/") && line.matches("*/").count() == 1;
        let guard = line.starts_with("#ifndef ")
            || line == "#endif"
            || line == "#pragma once"
            || line.starts_with("#endif /*") && line.ends_with("*/");
        if line.is_empty() || comment || guard {
            continue;
        }
        let found = define.captures(line)?;
        let name = found.get(1).map_or("", |m| m.as_str()).to_ascii_uppercase();
        let word = |at| found.get(at).map(|m: regex::Match<'_>| m.as_str());
        let about = ["VERSION", "REVISION", "COMMIT", "RELEASE"].iter().any(|w| name.contains(w));
        match (word(2), word(3)) {
            // A guard against being included twice.
            (None, None) if guard_name.is_some_and(|guard| guard.eq_ignore_ascii_case(&name)) => {}
            (Some(value), _) if about && is_value(context, value) => defined += 1,
            (None, Some(number)) if about && parts.contains(&number) => defined += 1,
            _ => return None,
        }
    }
    (defined > 0)
        .then(|| Checked::same("a header that defines the release's version and nothing else"))
}
