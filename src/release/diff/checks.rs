//! Conditions, limits and addresses that became others, and lines that checked and are gone: what opens a
//! door in few characters, where no new call gives it away.
//!
//! Like everything here it orders what a person reads. Most such changes are what a release is for.

use super::addresses;
use super::blanks;
use super::guards::guards;
use super::hazard::{Hazard, HazardKind, more};
use super::jumps;
use super::lang::{Lang, is_annotation};
use super::lines::{Lines, clip};
use super::moved;
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
        let raw = lines.new.get(new.clone()).unwrap_or_default();
        let new_lines = raw.iter().map(|line| without_remark(place.lang, clip(line)));
        let block: Vec<(&[u8], Tokens)> = new_lines.map(|line| (line, tokens(line))).collect();
        for whole in lines.old.get(old).unwrap_or_default() {
            let line = without_remark(place.lang, clip(whole));
            let old = tokens(line);
            // The line that it became is the one that has most of it.
            let likeness = |tokens: &Tokens| {
                let (first, last) = common(&old, tokens);
                first + last
            };
            let best =
                block.iter().enumerate().max_by_key(|(at, (_, new))| (likeness(new), Reverse(*at)));
            let Some((at, (text, tokens))) = best else { continue };
            let what = pair(place.lang, (line, &old), (text, tokens));
            found.extend(what.map(|what| (new.start + at + 1 + before, what)));
        }
    }
    if let Some((line, what)) = found.first() {
        let reason = format!("line {line} {what}{}", more(found.len()));
        hazards.push(Hazard::at(HazardKind::CheckChanged, *line, reason));
    }
    hazards.extend(gone(place.lang, lines));
    hazards.extend(jumps::changed(place.lang, lines, before));
    hazards.extend(moved::changed(place.lang, lines, before));
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
        return blanks::spaced(lang, old, new, is_condition(before)).map(str::to_owned);
    }
    if is == [b";"]
        && last == 0
        && was.is_empty()
        && asks(before)
        && before.last() == Some(&&b")"[..])
    {
        return Some("decides nothing: ; ends it".to_owned());
    }
    let retyped = tells_other_types(before, first, was, is);
    // Another text, or a text in the place of a name.
    let requoted = || was.len() == is.len() && plain_words(was) == plain_words(is);
    let answers = asks(before)
        && asks(after)
        && (is_text(before, first, was) || is_text(after, first, is))
        && !requoted();
    // A message is made where the assertion fails, by whatever it calls.
    let calls = |tokens: &[&[u8]]| [&b"{"[..], b"("].iter().all(|mark| tokens.contains(mark));
    let asserts = after.first().is_some_and(|token| *token == b"assert");
    let numbers = number(was) && number(is) || arithmetic(was) && arithmetic(is);
    let what = if numbers && !is_version(new) {
        let limits = compares(after) || named(new);
        limits.then_some("has another limit")
    } else if compares(was) && compares(is) || conditional && (compares(was) || compares(is)) {
        Some("compares otherwise")
    } else if retyped || answers || conditional && (joins(was) || joins(is) || asserts && calls(is))
    {
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
    // `except A as e`: the name says nothing.
    let names = |tokens: &[&[u8]]| -> BTreeSet<Vec<u8>> {
        let word =
            |token: &&&[u8]| token.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
        let types = tokens.iter().take_while(|token| **token != b"as");
        types.filter(word).map(|token| token.to_vec()).collect()
    };
    let above = before.get(..first).unwrap_or_default();
    let asks = above.iter().any(|token| matches!(*token, b"isinstance" | b"issubclass"))
        || matches!(above, [b"except", ..])
        || matches!(above, [.., b")", b"is"] if above.contains(&&b"type"[..]));
    asks && names(was) != names(is)
}

/// Whether a condition begins a line.
fn asks(tokens: &[&[u8]]) -> bool {
    let asks = |token: &&[u8]| matches!(*token, b"if" | b"elif" | b"elsif" | b"unless" | b"assert");
    tokens.iter().take(3).any(asks)
}

/// Words without quotes.
fn plain_words<'l>(words: &[&'l [u8]]) -> Vec<&'l [u8]> {
    words.iter().copied().filter(|word| !matches!(*word, b"\"" | b"'")).collect()
}

/// Whether words of a line that begin behind `first` others are a text, or a part of one.
fn is_text(line: &Tokens<'_>, first: usize, words: &[&[u8]]) -> bool {
    let is_quote = |token: &&&[u8]| matches!(**token, b"\"" | b"'");
    let quotes = line.iter().take(first).filter(is_quote).count();
    quotes % 2 == 1 && !words.is_empty() || words.iter().any(|token| is_quote(&token))
}

/// A line of Python without the remark behind its code.
fn without_remark(lang: Lang, line: &[u8]) -> &[u8] {
    let mut quote = None;
    let is_remark = |byte: &u8| {
        match (quote, *byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
        quote.is_none() && *byte == b'#'
    };
    let end = if lang == Lang::Python { line.iter().position(is_remark) } else { None };
    match end {
        Some(end) if end > 0 => line.get(..end).unwrap_or(line).trim_ascii_end(),
        _ => line,
    }
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
