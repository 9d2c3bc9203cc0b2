//! Files of git's in which only the release's version was filled in.

use super::{is_release, module};
use crate::release::diff::lang::{extension, is_among};
use crate::release::source::context::Context;
use crate::release::source::texts::name_of;
use regex::Regex;
use std::sync::LazyLock;

/// Lines of git's file that may differ.
const LINES: usize = 40;

/// Whether each differing line of `text` is git's with a word replaced by the release's version.
pub(super) fn is_stamped(context: &Context<'_>, path: &str, text: &str, original: &str) -> bool {
    if text.lines().count() != original.lines().count()
        || text.ends_with('\n') != original.ends_with('\n')
    {
        return false;
    }
    let mut kind = Kind::of(path);
    let mut count = 0;
    for (new, old) in text.lines().zip(original.lines()) {
        let own = kind.is_own(old);
        if new == old {
            continue;
        }
        count += 1;
        if count > LINES || !is_line_stamped(context, new, old, own) {
            return false;
        }
    }
    count > 0
}

/// What tells, in a file of some format, that a version is the project's and no dependency's.
enum Kind<'t> {
    /// Code and text: what precedes the number.
    Code,
    /// TOML and its like: the section, as read so far.
    Sections(&'t str),
    /// JSON: the depth of the first key.
    Json(Option<usize>),
    /// YAML: no indentation.
    Yaml,
    /// Nothing: a list of what others made, or a format that is not known.
    Other,
}

impl<'t> Kind<'t> {
    fn of(path: &str) -> Self {
        const CODE: &str = "py pyi h hh hpp hxx c cc cpp cxx rs go js mjs cjs ts rb pl pm php lua el java kt \
            cs swift hs ml vala tcl sh m4 ac am in cmake build spec pc rc iss nuspec plist gemspec podspec \
            cff cabal opam pro pri md rst adoc texi tex man dox html 1 2 3 4 5 6 7 8 9";
        let name = name_of(path);
        let extension = extension(name);
        match name {
            "pyproject.toml" | "setup.cfg" | "Cargo.toml" | ".bumpversion.cfg" => {
                Self::Sections("")
            }
            "package.json" | "composer.json" | "bower.json" | "manifest.json" | "info.json" => {
                Self::Json(None)
            }
            "galaxy.yml" | "pubspec.yaml" | "Chart.yaml" | "snapcraft.yaml" => Self::Yaml,
            "CMakeLists.txt" | "Doxyfile" | "DESCRIPTION" | "Makefile" | "README"
            | "README.txt" | "configure.in" => Self::Code,
            _ if is_among(CODE, extension) => Self::Code,
            _ => Self::Other,
        }
    }

    /// Whether a number in this line may be the project's version.
    fn is_own(&mut self, line: &'t str) -> bool {
        const OWN: [&str; 12] = [
            "",
            "project",
            "package",
            "workspace.package",
            "metadata",
            "tool.poetry",
            "tool.pdm",
            "tool.flit.metadata",
            "tool.commitizen",
            "tool.bumpversion",
            "bumpversion",
            "tool.briefcase",
        ];
        let indented = line.len() - line.trim_start().len();
        match self {
            Self::Code => true,
            Self::Sections(section) => {
                let header = line.trim().strip_prefix('[').and_then(|l| l.split(']').next());
                *section = header.unwrap_or(section);
                OWN.contains(section) && !line.contains('{')
            }
            Self::Json(depth) => {
                let key = line.trim_start().starts_with('"');
                let depth = if key { *depth.get_or_insert(indented) } else { usize::MAX };
                key && depth == indented
            }
            Self::Yaml => indented == 0,
            Self::Other => false,
        }
    }
}

fn is_line_stamped(context: &Context<'_>, new: &str, old: &str, own: bool) -> bool {
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
        || names_a_date(context, head) && is_dated(context, new, old)
        || new_tail == old_tail
            && is_release(context, new_word)
            && (is_placeholder(old_word) || own && older())
}

/// `@VERSION@`, whole, and by its name a version: not a decorator, not `@VERIFY@`, not an address.
pub(super) fn is_placeholder(word: &str) -> bool {
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
pub(super) fn is_version_number(word: &str) -> bool {
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
    static GIVEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"\A(?:["'\]]?\s*(?:=|:|:=|=>)?\s*[\["']*|\]\s*,\s*\[?)\z"#).ok()
    });
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
        && !is_anothers(context, before)
        && is_own_version(context, &last_name(head))
}

/// Whether what precedes a name tells that it is an attribute of something else, or an argument of a call that
/// is not known to declare the project.
fn is_anothers(context: &Context<'_>, before: &str) -> bool {
    const DECLARES: [&str; 13] = [
        "setup",
        "project",
        "set",
        "define",
        "m4_define",
        "AC_DEFINE",
        "AC_SUBST",
        "module",
        "application",
        "package",
        "Package",
        "AM_INIT_AUTOMAKE",
        "LT_INIT",
    ];
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let last = |text: &str| text.rsplit(|c| !word(c)).next().unwrap_or_default().to_owned();
    if let Some(object) = before.strip_suffix('.') {
        let object = last(object);
        let plain = object.to_ascii_lowercase().replace('_', "");
        return object != "exports" && plain != project(context);
    }
    let mut open = Vec::new();
    for (at, c) in before.char_indices() {
        match c {
            '(' => open.push(at),
            ')' => {
                open.pop();
            }
            _ => {}
        }
    }
    let callee = open.last().and_then(|at| before.get(..*at)).map(last);
    callee.is_some_and(|callee| !callee.is_empty() && !DECLARES.contains(&callee.as_str()))
}

/// Whether what precedes a name tells that it is looked at, or asked for, not set.
fn decides(before: &str) -> bool {
    const CONDITIONS: [&str; 22] = [
        "def", "fn", "func", "function", "lambda", "sub", "if", "elif", "elsif", "else", "while",
        "until", "unless", "when", "assert", "case", "test", "return", "and", "or", "not", "min",
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
fn is_dated(context: &Context<'_>, new: &str, old: &str) -> bool {
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
    dated.is_some() && dated == parts(&PLACE, old) && is_near(context, new)
}

/// Days between a commit and the day that a release of it is dated.
const NEAR: u64 = 60;

/// Whether the quoted date in a line is about that of the commit: an earlier or later one could be compared with
/// something.
fn is_near(context: &Context<'_>, line: &str) -> bool {
    let seconds = || {
        let raw = String::from_utf8_lossy(&context.commit.raw);
        let committer = raw.lines().find_map(|line| line.strip_prefix("committer "))?;
        committer.rsplit(' ').nth(1)?.parse::<i64>().ok()
    };
    let dated = || {
        let date: jiff::civil::Date = line.split('"').nth(1)?.parse().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
    };
    let (Some(committed), Some(dated)) = (seconds(), dated()) else { return false };
    committed.abs_diff(dated) <= NEAR * 86_400
}
