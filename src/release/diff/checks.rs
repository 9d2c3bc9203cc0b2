//! Conditions, limits and addresses that became others, and lines that checked and are gone: what opens a
//! door in few characters, where no new call gives it away.
//!
//! Like everything here it orders what a person reads. Most such changes are what a release is for.

use super::hazard::{Hazard, HazardKind};
use super::lang::Lang;
use super::lines::Lines;
use super::place::{Place, Role};
use regex::bytes::Regex;
use similar::DiffOp;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Bytes of a line that are looked at.
const LOOKED_AT: usize = 400;

/// Lines of a replaced block that are held against each other, first with first.
const PAIRS: usize = 200;

/// The most lines of one text that are looked at.
const LINES: usize = 20_000;

/// Characters of a token that are shown.
const SHOWN: usize = 40;

static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = r"[A-Za-z_][A-Za-z_0-9]*|[0-9][0-9A-Za-z_.]*";
    let marks = r"===|!==|==|!=|<=|>=|=~|!~|&&|\|\||->|=>|<<|>>";
    Regex::new(&format!(r"(?-u){words}|{marks}|[^\s]")).ok()
});

/// What a line calls to check something.
static GUARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i-u)\b(?:compare_digest|\w*memcmp|timing_?safe_?\w*|constant_?time_?\w*|ct_eq|secure_compare",
        r"|\w*verify\w*|\w*authenticat\w*|\w*authoriz\w*|check_\w+|\w*_check|is_(?:valid|safe|admin|allowed)\w*|has_perm\w*",
        r"|\w*permission\w*|\w*escape\w*|\w*saniti[sz]e\w*|\w*csrf\w*|safe_\w+|secure_\w+|validate\w*|SafeLoader|realpath",
        r"|assert|assert_\w+|\w+_assert\w*|bounds?_check\w*|checked_\w+|\w*_limit\w*|require_\w+|landlock\w*|seccomp\w*|pledge|unveil)\b",
        r"|\|\s*e(?:scape)?\s*\}\}",
    ))
    .ok()
});

/// The host of an address.
static HOST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)\b[a-z][a-z0-9+.-]*://([A-Za-z0-9.@:_-]+)").ok());

/// A name whose number is a limit or a strength.
static LIMIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = r"iter|round|max|min|limit|size|len|timeout|expir|bits|depth|cost|strength|perm|umask|retries";
    Regex::new(&format!(r"(?i-u){names}")).ok()
});

/// What in the changed lines of a text made a check another one: at most one reason of each sort. `before` is how many
/// lines of the new text come before.
pub(super) fn changed(place: Place, lines: &Lines<'_>, before: usize) -> Vec<Hazard> {
    let read = matches!(place.role, Role::Build | Role::Startup | Role::Source);
    // What a C compiler, a shell or the like reads; prose and lists have no conditions.
    if !read || place.aside || place.lang == Lang::Text {
        return Vec::new();
    }
    let pairs = lines.ops.iter().flat_map(|op| match op {
        DiffOp::Replace { old_index, new_index, old_len, new_len } => {
            let count = (*old_len).min(*new_len).min(PAIRS);
            (0..count).map(|at| (old_index + at, new_index + at)).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    });
    let mut found: Vec<(usize, String)> = Vec::new();
    for (old, new) in pairs.take(LINES) {
        let (Some(old), Some(line)) = (lines.old.get(old), lines.new.get(new)) else { continue };
        let what = pair(place.lang, clip(old), clip(line));
        found.extend(what.map(|what| (new + 1 + before, what)));
    }
    let mut hazards = Vec::new();
    if let Some((line, what)) = found.first() {
        let more = match found.len() - 1 {
            0 => String::new(),
            more => format!(" ({more} more)"),
        };
        let reason = format!("line {line} {what}{more}");
        hazards.push(Hazard::at(HazardKind::CheckChanged, *line, reason));
    }
    hazards.extend(gone(place.lang, lines));
    hazards
}

fn clip(line: &[u8]) -> &[u8] {
    line.get(..LOOKED_AT).unwrap_or(line).trim_ascii()
}

/// What makes a line another check than the one that it replaces.
fn pair(lang: Lang, old: &[u8], new: &[u8]) -> Option<String> {
    if is_silent(lang, old) || is_silent(lang, new) {
        return None;
    }
    if let Some((was, is)) = hosts(old, new) {
        return Some(format!("names another host: {is} (was {was})"));
    }
    let (before, after) = (tokens(old)?, tokens(new)?);
    let first = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - first;
    let ends = before.iter().rev().zip(after.iter().rev());
    let last = ends.take(rest).take_while(|(a, b)| a == b).count();
    let was = before.get(first..before.len() - last)?;
    let is = after.get(first..after.len() - last)?;
    let same = before.len() - was.len();
    // Of a line that was written anew nothing can be said.
    if same < 2 || was.len() > 12 && is.len() > 12 {
        return None;
    }
    let shown = |tokens: &[&[u8]]| match tokens {
        [] => "nothing".to_owned(),
        tokens => {
            let text = crate::release::archive::show(&tokens.join(&b' '));
            text.chars().take(SHOWN).collect()
        }
    };
    // With two dots it is a version.
    let plain = |token: &[u8]| {
        token.first().is_some_and(u8::is_ascii_digit)
            && token.iter().filter(|b| **b == b'.').count() < 2
    };
    let number = |tokens: &[&[u8]]| match tokens {
        [one] => plain(one),
        [sign, one] => *sign == b"-" && plain(one),
        _ => false,
    };
    let compares = |tokens: &[&[u8]]| tokens.iter().any(|token| is_comparison(token));
    let joins = |tokens: &[&[u8]]| tokens.iter().any(|token| is_connective(token));
    let named = |line: &[u8]| LIMIT.as_ref().is_some_and(|limit| limit.is_match(line));
    let conditional = is_condition(&before) && is_condition(&after);
    let what = if number(was) && number(is) && !is_version(new) {
        let limits = compares(&after) || named(new);
        limits.then_some("has another limit")
    } else if compares(was) && compares(is) || conditional && (compares(was) || compares(is)) {
        Some("compares otherwise")
    } else if conditional && (joins(was) || joins(is)) {
        Some("has another condition")
    } else {
        None
    }?;
    Some(format!("{what}: {} (was {})", shown(is), shown(was)))
}

/// The hosts of both lines' addresses, where they differ.
fn hosts(old: &[u8], new: &[u8]) -> Option<(String, String)> {
    let pattern = HOST.as_ref()?;
    let host = |line| -> Option<String> {
        let host = pattern.captures(line)?.get(1)?;
        Some(crate::release::archive::show(host.as_bytes()))
    };
    let (was, is) = (host(old)?, host(new)?);
    (was != is).then_some((was, is))
}

/// A line that checked and is gone, where the new lines have no such call.
fn gone(lang: Lang, lines: &Lines<'_>) -> Option<Hazard> {
    let pattern = GUARD.as_ref()?;
    let mut kept: HashMap<&[u8], usize> = HashMap::new();
    let calls = |line| {
        let line = clip(line);
        let silent = is_silent(lang, line);
        pattern.find_iter(line).map(|hit| hit.as_bytes()).filter(move |_| !silent)
    };
    for (_, line) in lines.inserted().take(LINES) {
        for call in calls(line) {
            *kept.entry(call).or_default() += 1;
        }
    }
    let mut missing: Option<&[u8]> = None;
    let mut count = 0;
    for (_, line) in lines.deleted().take(LINES) {
        for call in calls(line) {
            match kept.get_mut(call).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => {
                    missing = missing.or(Some(clip(line)));
                    count += 1;
                }
            }
        }
    }
    let line = crate::release::archive::show(missing?);
    let more = if count > 1 { format!(" ({} more)", count - 1) } else { String::new() };
    let mut hazard =
        Hazard::new(HazardKind::CheckChanged, format!("a line that checks is gone{more}"));
    hazard.excerpt = Some(line.chars().take(100).collect());
    Some(hazard)
}

fn tokens(line: &[u8]) -> Option<Vec<&[u8]>> {
    Some(TOKEN.as_ref()?.find_iter(line).map(|hit| hit.as_bytes()).collect())
}

/// Whether a line only comments or names what is needed.
fn is_silent(lang: Lang, line: &[u8]) -> bool {
    let needs: [&[u8]; 5] = [b"import ", b"from ", b"#include", b"use ", b"require "];
    needs.iter().any(|start| line.starts_with(start))
        || lang.comments().iter().any(|mark| line.starts_with(mark))
        || line.starts_with(b"* ")
        || line.starts_with(b"/*")
}

fn is_comparison(token: &[u8]) -> bool {
    matches!(token, b"==" | b"!=" | b"===" | b"!==" | b"<" | b">" | b"<=" | b">=" | b"=~" | b"!~")
}

fn is_connective(token: &[u8]) -> bool {
    matches!(token, b"&&" | b"||" | b"and" | b"or" | b"not" | b"!")
}

/// Whether a line decides or answers something.
fn is_condition(tokens: &[&[u8]]) -> bool {
    let decides = |token: &&[u8]| {
        matches!(
            *token,
            b"if"
                | b"elif"
                | b"elsif"
                | b"while"
                | b"until"
                | b"unless"
                | b"return"
                | b"assert"
                | b"test"
                | b"case"
        )
    };
    tokens.iter().take(3).any(decides)
}

fn is_version(line: &[u8]) -> bool {
    let lower = line.to_ascii_lowercase();
    [&b"version"[..], b"copyright", b"serial", b"(c)", b"soname", b"revision"]
        .iter()
        .any(|word| lower.windows(word.len()).any(|window| window == *word))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::lines::Patience;
    use super::super::place::place;
    use super::*;

    fn said(path: &str, old: &str, new: &str) -> Vec<String> {
        let place = place(path.as_bytes(), new.as_bytes());
        let around = |line: &str| format!("first\n{line}\nlast\n");
        let (old, new) = (around(old), around(new));
        let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
        changed(place, &lines, 0).into_iter().map(|hazard| hazard.reason).collect()
    }

    #[test]
    fn a_door_opened_in_few_characters_is_named() {
        for (path, old, new, expected) in [
            ("a.c", "  if (n > 64)", "  if (n > 640)", "line 2 has another limit: 640 (was 64)"),
            ("a.c", "  if (n >= max)", "  if (n > max)", "line 2 compares otherwise: > (was >=)"),
            (
                "a.py",
                "ITERATIONS = 600000",
                "ITERATIONS = 6",
                "line 2 has another limit: 6 (was 600000)",
            ),
            (
                "a.py",
                "    if not check(u, p):",
                "    if not check(u, p) and u != \"svc\":",
                "line 2 compares otherwise: and u != \" svc \" (was nothing)",
            ),
            (
                "a.rs",
                "    if valid(x) && allowed(x) {",
                "    if valid(x) {",
                "line 2 has another condition: nothing (was && allowed ( x ))",
            ),
            (
                "a.js",
                "  return !bad(x)",
                "  return bad(x)",
                "line 2 has another condition: nothing (was !)",
            ),
            (
                "a.py",
                "URL = \"https://api.foo.org/v1\"",
                "URL = \"https://api.f00.org/v1\"",
                "line 2 names another host: api.f00.org (was api.foo.org)",
            ),
            (
                "a.py",
                "    return hmac.compare_digest(a, b)",
                "    return True",
                "a line that checks is gone",
            ),
        ] {
            assert!(
                said(path, old, new).contains(&expected.to_owned()),
                "{:?}",
                said(path, old, new)
            );
        }
    }

    #[test]
    fn other_changes_are_not() {
        for (path, old, new) in [
            ("a.c", "#define VERSION_MINOR 4", "#define VERSION_MINOR 5"),
            ("a.c", "// if (n > 64)", "// if (n > 640)"),
            ("a.c", "  x = 4;", "  x = 5;"),
            ("setup.py", "    'urllib3>=2.0.0',", "    'urllib3>=2.1.0',"),
            ("a.py", "from foo.validate import assertion", "from foo import assertion"),
            ("a.py", "    y = x + 1", "    y = x + 2"),
            (
                "a.py",
                "    return hmac.compare_digest(a, b)",
                "    return hmac.compare_digest(b, a)",
            ),
            ("tests/test_a.py", "    if n > 64:", "    if n > 640:"),
            ("README", "if n > 64", "if n > 640"),
            ("a.c", "  if (n > 64)", "  frobnicate(the, whole, thing);"),
        ] {
            assert_eq!(said(path, old, new), [""; 0], "{old}");
        }
    }

    #[test]
    fn many_are_counted() {
        let old: String = (0..500).map(|n| format!("if (n > {n}) a();\n")).collect();
        let new: String = (0..500).map(|n| format!("if (n > {}) a();\n", n + 1000)).collect();
        let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
        let found = changed(place(b"a.c", b""), &lines, 10);
        let [one] = found.as_slice() else { unreachable!("{found:?}") };
        assert_eq!(one.line, Some(11));
        assert!(one.reason.ends_with(" more)"), "{}", one.reason);
    }
}
