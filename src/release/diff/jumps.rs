//! What leaves a function or a loop: a jump that is new and stands alone, and a condition to leave that is gone.

use super::hazard::{Hazard, HazardKind, more};
use super::lang::{Lang, is_annotation};
use super::lines::Lines;
use similar::{DiffOp, DiffTag};
use std::collections::HashSet;

/// Lines of one text that are looked at.
const LINES: usize = 5_000;

/// Lines below a condition among which what it does is looked for.
const BELOW: usize = 3;

/// Lines of the block below a condition that are looked at, where it has become longer.
const BLOCK: usize = 30;

/// Characters of a line that are shown.
const SHOWN: usize = 40;

/// What a line begins with that leaves.
const JUMPS: [&str; 10] =
    ["return", "goto", "break", "continue", "exit", "raise", "throw", "die", "abort", "_exit"];

/// What a line begins with that asks.
const ASKS: [&str; 6] = ["if", "elif", "elsif", "unless", "guard", "assert"];

/// The reasons that jumps give: at most one of each sort. `before` is how many lines of the new text come before.
pub(super) fn changed(lang: Lang, lines: &Lines<'_>, before: usize) -> Vec<Hazard> {
    let alone: Vec<usize> =
        lines.ops.iter().filter_map(|op| alone(lang, lines, *op)).take(LINES).collect();
    let new = alone.first().map(|at| {
        let line = at + 1 + before;
        let reason = format!("line {line} leaves before what follows it{}", more(alone.len()));
        let text = lines.new.get(*at).copied().unwrap_or_default();
        Hazard::at(HazardKind::CheckChanged, line, reason).quoting(text)
    });
    new.into_iter().chain(gone(lang, lines)).chain(otherwise(lang, lines, before)).collect()
}

/// A condition that is as it was, below which the text does not leave any more, or with another answer.
fn otherwise(lang: Lang, lines: &Lines<'_>, before: usize) -> Option<Hazard> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut last: Option<(usize, usize, usize)> = None;
    for op in &lines.ops {
        let (old, new) = (op.old_range(), op.new_range());
        if op.tag() == DiffTag::Equal {
            let ends = old.end.checked_sub(1).zip(new.end.checked_sub(1));
            last = ends.map(|(was, is)| (was, is, old.len()));
            continue;
        }
        let Some((was, is, run)) = last.take().filter(|_| found.len() < LINES) else { continue };
        // What is above may be the condition, or what is done before the text leaves.
        for up in 0..BELOW.min(was + 1).min(is + 1).min(run) {
            let what = answers(lang, (&lines.old, was - up), (&lines.new, is - up));
            if let Some((at, what)) = what {
                found.push((at, what));
                break;
            }
        }
    }
    let (at, what) = found.first()?;
    let line = at + 1 + before;
    let text = lines.new.get(*at).copied().unwrap_or_default();
    let reason = format!("line {line} {what}{}", more(found.len()));
    Some(Hazard::at(HazardKind::CheckChanged, line, reason).quoting(text))
}

/// What became of how two texts leave below the same condition, and in which line of the new one.
fn answers(
    lang: Lang,
    (old, was): (&[&[u8]], usize),
    (new, is): (&[&[u8]], usize),
) -> Option<(usize, String)> {
    let condition = old.get(was).filter(|line| is_header(line) && !is_silent(lang, line))?;
    let (_, before) = leaves_below(lang, (old, was), condition, BELOW)?;
    let Some((at, now)) = leaves_below(lang, (new, is), condition, BLOCK) else {
        let below = new.get(is + 1..)?.iter().position(|line| !is_silent(lang, line))?;
        let what = format!("does not leave any more: was {}", shown(before));
        return refuses(before).then_some((is + 1 + below, what));
    };
    let what = || format!("leaves otherwise: {} (was {})", shown(now), shown(before));
    is_weaker(before, now).then(|| (at, what()))
}

/// Whether a line ends more than a block, or answers.
fn refuses(line: &[u8]) -> bool {
    let word = first_word(line);
    ENDS.contains(&word) || word == b"goto" || word == b"return" && is_answer(&value(line))
}

/// Whether a text that left in one way leaves in another that may let pass what was refused.
fn is_weaker(before: &[u8], now: &[u8]) -> bool {
    let (was, is) = (first_word(before), first_word(now));
    let (old, new) = (value(before), value(now));
    let both_answer = is_answer(&old) && is_answer(&new) && old != new;
    match was {
        b"return" => is == b"return" && both_answer,
        b"goto" => is == b"return" && is_answer(&new),
        _ if ENDS.contains(&was) && ENDS.contains(&is) => both_answer,
        _ => ENDS.contains(&was) && old != new,
    }
}

/// What ends a function and those that called it.
const ENDS: [&[u8]; 6] = [b"raise", b"throw", b"die", b"abort", b"exit", b"_exit"];

/// What a jump hands on, without brackets.
fn value(line: &[u8]) -> Vec<u8> {
    let rest = line.trim_ascii().get(first_word(line).len()..).unwrap_or_default();
    let end = rest.iter().position(|b| b";#/".contains(b)).unwrap_or(rest.len());
    let rest = rest.get(..end).unwrap_or_default().iter();
    rest.copied().filter(|b| !b"() \t\r\n".contains(b)).collect()
}

fn shown(line: &[u8]) -> String {
    crate::release::archive::show(line.trim_ascii()).chars().take(SHOWN).collect()
}

/// The line in which a text leaves below a condition, deeper than that stands.
fn leaves_below<'l>(
    lang: Lang,
    (text, at): (&[&'l [u8]], usize),
    condition: &[u8],
    most: usize,
) -> Option<(usize, &'l [u8])> {
    let below = text.get(at + 1..)?.iter().enumerate();
    let code = below.filter(|(_, line)| !is_silent(lang, line) && line.trim_ascii() != b"{");
    let mut inside = code.take(most).take_while(|(_, line)| indent(line) > indent(condition));
    inside.find(|(_, line)| leaves(line)).map(|(below, line)| (at + 1 + below, *line))
}

/// Whether a value is one of few: yes or no, a number, nothing, a constant.
fn is_answer(value: &[u8]) -> bool {
    let words = ["True", "False", "None", "true", "false", "nullptr", "null", "nil"];
    let number = value.strip_prefix(b"-").unwrap_or(value);
    let constant = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    words.iter().any(|word| value == word.as_bytes())
        || !number.is_empty() && number.iter().all(constant)
}

/// Where a step adds nothing but one jump that something follows in its block.
fn alone(lang: Lang, lines: &Lines<'_>, op: DiffOp) -> Option<usize> {
    let DiffOp::Insert { .. } = op else { return None };
    let code = |at: &usize| lines.new.get(*at).is_some_and(|line| !is_silent(lang, line));
    let mut added = op.new_range().take(LINES).filter(code);
    let (Some(at), None) = (added.next(), added.next()) else { return None };
    let line = lines.new.get(at)?;
    let below = lines.new.get(at + 1..)?.iter().find(|line| !is_silent(lang, line))?;
    let text = below.trim_ascii_start();
    let ends = text.starts_with(b"}") || text.starts_with(b"case") || text.starts_with(b"default");
    let words = [&b"fi"[..], b"done", b"end", b"esac", b";;", b"el"];
    let ends = ends || words.iter().any(|word| text.starts_with(word));
    // Below a condition without braces the second of two runs whatever the condition.
    let above = at.checked_sub(1).and_then(|above| lines.new.get(above));
    let twice = above.is_some_and(|above| above.trim_ascii() == line.trim_ascii());
    (leaves(line) && (twice || !ends && indent(below) >= indent(line))).then_some(at)
}

/// A condition to leave of the old text that the new lines have neither as it was nor in another form.
fn gone(lang: Lang, lines: &Lines<'_>) -> Option<Hazard> {
    let asked = lines.deleted().take(LINES);
    let mut missing: Vec<&[u8]> =
        asked.filter_map(|(at, _)| asks_to_leave(lang, &lines.old, at)).collect();
    if missing.is_empty() {
        return None;
    }
    let kept: HashSet<&[u8]> =
        lines.inserted().take(LINES).map(|(_, line)| line.trim_ascii()).collect();
    missing.retain(|line| !kept.contains(line));
    let others = lines.inserted().take(LINES);
    let others = others.filter(|(at, _)| asks_to_leave(lang, &lines.new, *at).is_some());
    let others = others.count();
    let first = missing.first().filter(|_| missing.len() > others)?;
    let count = missing.len() - others;
    let reason = format!("a condition to leave is gone from here{}", more(count));
    Some(Hazard::new(HazardKind::CheckChanged, reason).quoting(first))
}

/// The condition to leave that a text has in a line, which is counted from 1.
pub(super) fn asks_to_leave<'l>(lang: Lang, text: &[&'l [u8]], at: usize) -> Option<&'l [u8]> {
    let line = text.get(at.checked_sub(1)?)?;
    if !asks(line) || is_silent(lang, line) {
        return None;
    }
    let below = text.get(at..(at + BELOW).min(text.len())).unwrap_or_default();
    let leaving = leads_away(line) || below.iter().any(|line| leaves(line));
    leaving.then(|| line.trim_ascii())
}

pub(super) fn first_word(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    let end = line.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    line.get(..end.unwrap_or(line.len())).unwrap_or_default()
}

/// Whether a line begins with a word that leaves.
pub(super) fn leaves(line: &[u8]) -> bool {
    JUMPS.iter().any(|word| first_word(line) == word.as_bytes())
}

fn asks(line: &[u8]) -> bool {
    // `} else if`, `[ x ] ||` and the like are left to the conditions of a line.
    let line = without_brace(line);
    let line = line.strip_prefix(b"else").unwrap_or(line);
    ASKS.iter().any(|word| first_word(line) == word.as_bytes())
}

/// Whether a line begins a block that runs under a condition.
fn is_header(line: &[u8]) -> bool {
    let others = [&b"else"[..], b"except", b"catch", b"case", b"default", b"rescue"];
    asks(line) || others.contains(&first_word(without_brace(line)))
}

fn without_brace(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    line.strip_prefix(b"}").unwrap_or(line).trim_ascii_start()
}

/// Whether a line asks and leaves at once.
fn leads_away(line: &[u8]) -> bool {
    let word = |b: &u8| !b.is_ascii_alphanumeric() && *b != b'_';
    first_word(line) == b"assert"
        || line.split(word).any(|part| JUMPS.iter().any(|jump| part == jump.as_bytes()))
}

pub(super) fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

pub(super) fn is_silent(lang: Lang, line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || lang.seems_comment(line) || is_annotation(lang, line)
}

#[cfg(test)]
mod tests {
    use super::super::lines::Patience;
    use super::*;

    fn said(lang: Lang, old: &str, new: &str) -> Vec<String> {
        let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
        changed(lang, &lines, 0).into_iter().map(|hazard| hazard.reason).collect()
    }

    #[test]
    fn jumps_that_stand_alone_are_named() {
        let goto = "  if ((e = update(&h)) != 0)\n    goto fail;\n  if ((e = final(&h)) != 0)\n    goto fail;\n";
        let twice = goto.replacen("goto fail;\n", "goto fail;\n    goto fail;\n", 1);
        assert_eq!(said(Lang::C, goto, &twice), ["line 3 leaves before what follows it"]);
        let old = "def check(u):\n    if u in known:\n        return True\n    return False\n";
        let early = old.replace("(u):\n", "(u):\n    return True\n");
        assert_eq!(said(Lang::Python, old, &early), ["line 2 leaves before what follows it"]);
        // At the end of a block it changes nothing that stood below it.
        let old = "switch (x) {\n  case 1:\n    a();\n  case 2:\n    b();\n}\n";
        assert_eq!(said(Lang::C, old, &old.replace("a();\n", "a();\n    break;\n")), [""; 0]);
        assert_eq!(said(Lang::C, old, &old.replace("b();\n", "b();\n    return;\n")), [""; 0]);
    }

    #[test]
    fn conditions_that_let_pass_what_they_refused_are_named() {
        let old = "def g(x):\n    if not valid(x):\n        raise Bad(x)\n    return load(x)\n";
        for (to, reason) in [
            ("pass", "line 3 does not leave any more: was raise Bad(x)"),
            ("log.warning(x)", "line 3 does not leave any more: was raise Bad(x)"),
            ("a()\n        b()\n        c()", "line 3 does not leave any more: was raise Bad(x)"),
            ("return", "line 3 leaves otherwise: return (was raise Bad(x))"),
        ] {
            assert_eq!(said(Lang::Python, old, &old.replace("raise Bad(x)", to)), [reason]);
        }
        let old = "def g(x):\n    for a in x:\n        if a.bad:\n            return False\n    return True\n";
        let new = old.replacen("return False", "return True", 1);
        assert_eq!(
            said(Lang::Python, old, &new),
            ["line 4 leaves otherwise: return True (was return False)"]
        );
        let old = "try:\n    f(x)\nexcept Bad:\n    raise\n";
        let new = old.replace("raise", "pass");
        assert_eq!(said(Lang::Python, old, &new), ["line 4 does not leave any more: was raise"]);
        let old =
            "int g(char *x)\n{\n  if (!valid(x))\n    return -1;\n  load(x);\n  return 0;\n}\n";
        for (to, reason) in [
            ("return 0;", "line 4 leaves otherwise: return 0; (was return -1;)"),
            ("return OK;", "line 4 leaves otherwise: return OK; (was return -1;)"),
            (";", "line 4 does not leave any more: was return -1;"),
        ] {
            assert_eq!(said(Lang::C, old, &old.replace("return -1;", to)), [reason]);
        }
        for to in ["log(x);\n    return -1;", "return (-1);", "goto out;", "return -1; /* bad */"] {
            assert_eq!(said(Lang::C, old, &old.replace("return -1;", to)), [""; 0], "{to}");
        }
    }

    #[test]
    fn conditions_that_are_gone_are_named() {
        let old = "int f(int n)\n{\n  if (n > max)\n    return -1;\n  copy(n);\n  return 0;\n}\n";
        let without = old.replace("  if (n > max)\n    return -1;\n", "");
        assert_eq!(said(Lang::C, old, &without), ["a condition to leave is gone from here"]);
        // Elsewhere, or in other words, it still is there.
        let moved = format!("{without}int g(int n)\n{{\n  if (n > max)\n    return -1;\n}}\n");
        assert_eq!(said(Lang::C, old, &moved), [""; 0]);
        let other = old.replace("if (n > max)", "if (is_large(n))");
        assert_eq!(said(Lang::C, old, &other), [""; 0]);
        // One that does not leave.
        let old = "a()\nif x:\n    b()\nc()\n";
        assert_eq!(said(Lang::Python, old, "a()\nc()\n"), [""; 0]);
    }
}
