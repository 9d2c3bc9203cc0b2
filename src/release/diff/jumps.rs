//! What leaves a function or a loop: a jump that is new and stands alone, and a condition to leave that is gone.

use super::hazard::{Hazard, HazardKind, more};
use super::lang::{Lang, is_annotation};
use super::lines::Lines;
use similar::DiffOp;
use std::collections::HashSet;

/// Lines of one text that are looked at.
const LINES: usize = 5_000;

/// Lines below a condition among which what it does is looked for.
const BELOW: usize = 3;

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
    new.into_iter().chain(gone(lang, lines)).collect()
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
fn asks_to_leave<'l>(lang: Lang, text: &[&'l [u8]], at: usize) -> Option<&'l [u8]> {
    let line = text.get(at.checked_sub(1)?)?;
    if !asks(line) || is_silent(lang, line) {
        return None;
    }
    let below = text.get(at..(at + BELOW).min(text.len())).unwrap_or_default();
    let leaving = leads_away(line) || below.iter().any(|line| leaves(line));
    leaving.then(|| line.trim_ascii())
}

fn first_word(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    let end = line.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    line.get(..end.unwrap_or(line.len())).unwrap_or_default()
}

/// How much deeper a line of Python stands that is the same otherwise.
pub(super) fn moved_by(lang: Lang, old: &[u8], new: &[u8]) -> Option<isize> {
    let depth = |line| isize::try_from(indent(line)).ok();
    let same = lang == Lang::Python && old.trim_ascii() == new.trim_ascii();
    same.then_some(depth(new)? - depth(old)?)
}

/// Whether a line begins with a word that leaves.
pub(super) fn leaves(line: &[u8]) -> bool {
    JUMPS.iter().any(|word| first_word(line) == word.as_bytes())
}

fn asks(line: &[u8]) -> bool {
    // `} else if`, `[ x ] ||` and the like are left to the conditions of a line.
    let line = line.trim_ascii_start();
    let line = line.strip_prefix(b"}").unwrap_or(line).trim_ascii_start();
    let line = line.strip_prefix(b"else").unwrap_or(line);
    ASKS.iter().any(|word| first_word(line) == word.as_bytes())
}

/// Whether a line asks and leaves at once.
fn leads_away(line: &[u8]) -> bool {
    let word = |b: &u8| !b.is_ascii_alphanumeric() && *b != b'_';
    first_word(line) == b"assert"
        || line.split(word).any(|part| JUMPS.iter().any(|jump| part == jump.as_bytes()))
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

fn is_silent(lang: Lang, line: &[u8]) -> bool {
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
