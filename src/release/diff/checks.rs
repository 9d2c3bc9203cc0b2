//! Conditions, limits and addresses that became others, and lines that checked and are gone: what opens a
//! door in few characters, where no new call gives it away.
//!
//! Like everything here it orders what a person reads. Most such changes are what a release is for.

use super::addresses;
use super::blanks;
use super::hazard::{Hazard, HazardKind, more};
use super::jumps;
use super::lang::{Lang, is_annotation};
use super::lines::{Lines, clip};
use super::place::{Place, Role};
use regex::bytes::Regex;
use similar::DiffOp;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// Lines of a replaced block that are held against each other.
const PAIRS: usize = 40;

/// The most lines of one text that are looked at.
const LINES: usize = 5_000;

/// Characters of a token that are shown.
const SHOWN: usize = 40;

static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = r"[A-Za-z_][A-Za-z_0-9]*|[0-9][0-9A-Za-z_.]*";
    let marks = r"===|!==|==|!=|<=|>=|=~|!~|&&|\|\||->|=>|<<|>>";
    Regex::new(&format!(r"(?-u){words}|{marks}|[^\s]")).ok()
});

/// Parts of the names of what checks something.
const GUARDS: [&str; 26] = [
    "compare_digest",
    "memcmp",
    "timing",
    "constant_time",
    "ct_eq",
    "secure",
    "verif",
    "authent",
    "authoriz",
    "check",
    "is_valid",
    "is_safe",
    "is_admin",
    "is_allowed",
    "permission",
    "escape",
    "saniti",
    "csrf",
    "safe_",
    "safeloader",
    "validate",
    "realpath",
    "assert",
    "require_",
    "seccomp",
    "landlock",
];

/// What a line calls to check something.
static GUARD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?i-u)(?:{})", GUARDS.join("|"))).ok());

/// The whole names around what looks like a check, each once.
fn guards(line: &[u8]) -> Vec<&[u8]> {
    let Some(pattern) = GUARD.as_ref() else { return Vec::new() };
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let mut names: Vec<&[u8]> = Vec::new();
    for hit in pattern.find_iter(line) {
        let start = line.get(..hit.start()).unwrap_or_default();
        let start = hit.start() - start.iter().rev().take_while(|b| word(b)).count();
        let rest = line.get(hit.end()..).unwrap_or_default();
        let end = hit.end() + rest.iter().take_while(|b| word(b)).count();
        let name = line.get(start..end).unwrap_or_default();
        // `assertion`, `checkout` and `check` in a sentence are no calls.
        let called = line.get(end..).unwrap_or_default().trim_ascii_start().starts_with(b"(");
        let opening =
            name.eq_ignore_ascii_case(b"assert") || name.eq_ignore_ascii_case(b"SafeLoader");
        if (called || opening) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A name whose number is a limit or a strength.
static LIMIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = r"iter|round|max|min|limit|size|len|timeout|expir|bits|depth|cost|strength|perm|umask|retries";
    Regex::new(&format!(r"(?i-u){names}")).ok()
});

/// What in the changed lines of a text made a check another one: at most one reason of each sort. `before` is how many
/// lines of the new text come before.
pub(super) fn changed(place: Place, lines: &Lines<'_>, before: usize) -> Vec<Hazard> {
    let read = place.role.reach() > 1;
    if place.aside || !read && place.role != Role::Data {
        return Vec::new();
    }
    let mut hazards = Vec::new();
    if addresses::touches_key(lines.text, lines.inserted().take(LINES).map(|(_, line)| line)) {
        let reason = "a key or a certificate became another one";
        hazards.push(Hazard::new(HazardKind::CheckChanged, reason));
    }
    // What a C compiler, a shell or the like reads; prose and lists have no conditions.
    if !read || place.lang == Lang::Text {
        return hazards;
    }
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut left = LINES;
    for op in &lines.ops {
        let DiffOp::Replace { .. } = op else { continue };
        let (old, new) = (op.old_range(), op.new_range());
        if old.len().max(new.len()) > PAIRS || old.len() > left {
            continue;
        }
        left -= old.len();
        let same_count = old.len() == new.len();
        let raw = lines.new.get(new.clone()).unwrap_or_default();
        let block: Vec<(&[u8], Tokens)> = raw.iter().map(|l| (clip(l), tokens(clip(l)))).collect();
        let mut moved = 0;
        for whole in lines.old.get(old).unwrap_or_default() {
            let line = clip(whole);
            let old = tokens(line);
            // The line that it became is the one that has most of it.
            let likeness = |tokens: &Tokens| {
                let (first, last) = common(&old, tokens);
                first + last
            };
            let best =
                block.iter().enumerate().max_by_key(|(at, (_, new))| (likeness(new), Reverse(*at)));
            let Some((at, (text, tokens))) = best else { continue };
            // What is moved with the line above it stays where it was in its block.
            let by = jumps::moved_by(place.lang, whole, raw.get(at).copied().unwrap_or_default());
            let deeper = same_count && by.is_some_and(|by| by != moved && jumps::leaves(line));
            moved = by.unwrap_or_default();
            let what = match deeper {
                true => Some("leaves at another depth".to_owned()),
                false => pair(place.lang, (line, &old), (text, tokens)),
            };
            found.extend(what.map(|what| (new.start + at + 1 + before, what)));
        }
    }
    if let Some((line, what)) = found.first() {
        let reason = format!("line {line} {what}{}", more(found.len()));
        hazards.push(Hazard::at(HazardKind::CheckChanged, *line, reason));
    }
    hazards.extend(gone(place.lang, lines));
    hazards.extend(jumps::changed(place.lang, lines, before));
    hazards
}

type Tokens<'l> = Vec<&'l [u8]>;

/// How many tokens two lines have in common at their beginning, and then at their end.
fn common(before: &Tokens<'_>, after: &Tokens<'_>) -> (usize, usize) {
    let first = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - first;
    let ends = before.iter().rev().zip(after.iter().rev());
    (first, ends.take(rest).take_while(|(a, b)| a == b).count())
}

/// What makes a line another check than the one that it replaces.
fn pair(lang: Lang, old: (&[u8], &Tokens<'_>), new: (&[u8], &Tokens<'_>)) -> Option<String> {
    let ((old, before), (new, after)) = (old, new);
    // A line of code that becomes a comment is gone, and is told by what it did.
    if is_silent(lang, old) && is_silent(lang, new)
        || lang.seems_comment(old)
        || lang.seems_comment(new)
    {
        return None;
    }
    if let Some(what) = addresses::changed(old, new) {
        return Some(what);
    }
    let (first, last) = common(before, after);
    let was = before.get(first..before.len() - last)?;
    let is = after.get(first..after.len() - last)?;
    let same = before.len() - was.len();
    // Of a line that was written anew nothing can be said.
    let shorter = before.len().min(after.len());
    if same < 2 || same * 2 < shorter || was.len() > 12 && is.len() > 12 {
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
    let conditional = is_condition(before) && is_condition(after);
    // Elsewhere `<` opens the parameters of a type.
    let compares = |tokens: &[&[u8]]| {
        let type_only = |token: &[u8]| !conditional && matches!(token, b"<" | b">");
        tokens.iter().any(|token| is_comparison(token) && !type_only(token))
    };
    let joins =
        |tokens: &[&[u8]]| !is_default(tokens) && tokens.iter().any(|token| is_connective(token));
    let named = |line: &[u8]| LIMIT.as_ref().is_some_and(|limit| limit.is_match(line));
    // `64 * 10`, `size & 0`.
    let arithmetic = |tokens: &[&[u8]]| {
        let mark =
            |token: &[u8]| matches!(token, b"*" | b"+" | b"-" | b"/" | b"<<" | b">>" | b"&" | b"|");
        tokens.iter().all(|token| mark(token) || plain(token))
    };
    // Lines with the same tokens are only spaced otherwise.
    if was.is_empty() && is.is_empty() {
        return blanks::spaced(old, new, is_condition(before)).map(str::to_owned);
    }
    let retyped = tells_other_types(before, first, was, is);
    // A message is made where the assertion fails, by whatever it calls.
    let calls = |tokens: &[&[u8]]| [&b"{"[..], b"("].iter().all(|mark| tokens.contains(mark));
    let asserts = after.first().is_some_and(|token| *token == b"assert");
    let numbers = number(was) && number(is) || arithmetic(was) && arithmetic(is);
    let what = if numbers && !is_version(new) {
        let limits = compares(after) || named(new);
        limits.then_some("has another limit")
    } else if compares(was) && compares(is) || conditional && (compares(was) || compares(is)) {
        Some("compares otherwise")
    } else if conditional && (joins(was) || joins(is) || retyped || asserts && calls(is)) {
        Some("has another condition")
    } else {
        None
    }?;
    Some(format!("{what}: {} (was {})", shown(is), shown(was)))
}

/// A line that checked and is gone, where the new lines have no such call.
fn gone(lang: Lang, lines: &Lines<'_>) -> Option<Hazard> {
    let mut kept: HashMap<&[u8], usize> = HashMap::new();
    let calls = |line| {
        let line = clip(line);
        if is_silent(lang, line) { Vec::new() } else { guards(line) }
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
    let line = missing?;
    let reason = format!("a line that checks is gone from here{}", more(count));
    Some(Hazard::new(HazardKind::CheckChanged, reason).quoting(line))
}

fn tokens(line: &[u8]) -> Tokens<'_> {
    let found = TOKEN.iter().flat_map(|token| token.find_iter(line));
    found.map(|hit| hit.as_bytes()).collect()
}

/// Whether a line only comments or names what is needed.
fn is_silent(lang: Lang, line: &[u8]) -> bool {
    let needs: [&[u8]; 5] = [b"import ", b"from ", b"#include", b"use ", b"require "];
    needs.iter().any(|start| line.starts_with(start))
        || lang.seems_comment(line)
        || is_annotation(lang, line)
}

fn is_comparison(token: &[u8]) -> bool {
    matches!(token, b"==" | b"!=" | b"===" | b"!==" | b"<" | b">" | b"<=" | b">=" | b"=~" | b"!~")
}

fn is_connective(token: &[u8]) -> bool {
    matches!(token, b"&&" | b"||" | b"and" | b"or" | b"not" | b"!")
}

/// Whether a line of Python asks for other types: `was` became `is` behind `first` words, and `(A, B)` is as good as `A | B`.
fn tells_other_types(before: &Tokens<'_>, first: usize, was: &[&[u8]], is: &[&[u8]]) -> bool {
    let names = |tokens: &[&[u8]]| -> BTreeSet<Vec<u8>> {
        let word =
            |token: &&&[u8]| token.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        tokens.iter().filter(word).map(|token| token.to_vec()).collect()
    };
    let asks = before.iter().take(first).any(|token| *token == b"isinstance");
    let comments = [was, is].iter().any(|tokens| tokens.contains(&&b"#"[..]));
    asks && !comments && names(was) != names(is)
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

/// Whether `or` gives a value for nothing, which is as false as nothing: `or {}`.
fn is_default(tokens: &[&[u8]]) -> bool {
    let [b"or" | b"||", rest @ ..] = tokens else { return false };
    let rest: Vec<&[u8]> = rest.iter().take(3).copied().collect();
    matches!(
        rest.as_slice(),
        [b"{", b"}"]
            | [b"[", b"]"]
            | [b"(", b")"]
            | [b"\"", b"\""]
            | [b"'", b"'"]
            | [b"None" | b"null"]
    )
}

fn is_version(line: &[u8]) -> bool {
    let lower = line.to_ascii_lowercase();
    // A manifest's Python is told by the reader of manifests.
    [&b"version"[..], b"copyright", b"serial", b"(c)", b"soname", b"revision", b"python_requires"]
        .iter()
        .any(|word| lower.windows(word.len()).any(|window| window == *word))
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
