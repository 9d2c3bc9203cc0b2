//! Checks that are still there and do not act as they did: at another depth, below a condition that is new, in a comment,
//! behind what they guarded.

use super::blocks::{Around, Blocks};
use super::guards::guards;
use super::hazard::{Hazard, HazardKind, more};
use super::jumps::{asks_to_leave, first_word, indent, is_silent, leaves};
use super::lang::Lang;
use super::lines::{Lines, clip};
use similar::{DiffOp, DiffTag};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Unchanged lines that part two places of a text from each other.
const APART: usize = 6;

/// Lines of one place, and changed lines of one text, that are looked at.
const PLACE: usize = 400;
const LINES: usize = 5_000;

/// Lines below a check among which what it guards is looked for.
const BELOW: usize = 20;

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Checks,
    Leaves,
    /// An answer that is set, a branch.
    Stands,
}

/// The reason that such lines give. `before` is how many lines of the new text come before.
pub(super) fn changed(lang: Lang, lines: &Lines<'_>, before: usize) -> Option<Hazard> {
    let is_changed = |op: &DiffOp| op.tag() != DiffTag::Equal;
    if !Blocks::are_known(lang) || lines.old.is_empty() || !lines.ops.iter().any(is_changed) {
        return None;
    }
    let trimmed = |(_, line): (usize, &'_ [u8])| line.trim_ascii().to_vec();
    let mut walk = Walk {
        lang,
        lines,
        gone: lines.deleted().take(LINES).map(trimmed).collect(),
        come: lines.inserted().take(LINES).map(trimmed).collect(),
        found: Vec::new(),
    };
    walk.all();
    walk.found.sort_unstable();
    let (at, what) = walk.found.first()?;
    let line = at + 1 + before;
    let reason = format!("line {line} {what}{}", more(walk.found.len()));
    let text = lines.new.get(*at).copied().unwrap_or_default();
    Some(Hazard::at(HazardKind::CheckChanged, line, reason).quoting(text))
}

struct Walk<'l, 't> {
    lang: Lang,
    lines: &'l Lines<'t>,
    /// The changed lines of both texts, without the blanks around them.
    gone: HashSet<Vec<u8>>,
    come: HashSet<Vec<u8>>,
    /// Lines of the new text with what became of them.
    found: Vec<(usize, &'static str)>,
}

/// What changed in one place.
#[derive(Default)]
struct Spot {
    gone: Vec<(usize, Around)>,
    come: Vec<(usize, Around)>,
    /// All lines there.
    old: Vec<usize>,
    new: Vec<usize>,
}

impl<'t> Walk<'_, 't> {
    fn all(&mut self) {
        let (mut old, mut new) = (Blocks::new(self.lang), Blocks::new(self.lang));
        let mut spot = Spot::default();
        let ops = self.lines.ops.clone();
        for op in ops {
            let (was, is) = (op.old_range(), op.new_range());
            if op.tag() == DiffTag::Equal {
                let apart = was.len() > APART;
                spot.keep(
                    was.start..was.end.min(was.start + APART),
                    is.start..is.end.min(is.start + APART),
                );
                if apart {
                    self.judge_spot(&std::mem::take(&mut spot));
                }
                for (o, n) in was.zip(is) {
                    let line = self.lines.new.get(n).copied().unwrap_or_default();
                    let (was, is) = (old.line(line), new.line(line));
                    // Where depth is told by blanks, lines that are the same stand where they stood.
                    let by_blanks = self.lang == Lang::Python && was.hidden == is.hidden;
                    if was != is && !by_blanks {
                        self.judge((o, was), (n, is));
                    }
                }
                continue;
            }
            spot.keep(was.clone(), is.clone());
            spot.gone.extend(around(&mut old, &self.lines.old, was));
            spot.come.extend(around(&mut new, &self.lines.new, is));
        }
        self.judge_spot(&spot);
    }

    /// What became of the lines that one place still has.
    fn judge_spot(&mut self, spot: &Spot) {
        if spot.gone.is_empty() || spot.come.is_empty() {
            return;
        }
        let lines = self.lines;
        let by_text = |list: &[(usize, Around)], text: &[&'t [u8]]| {
            let mut found: HashMap<&'t [u8], Vec<(usize, Around)>> = HashMap::new();
            for (at, around) in list.iter().take(PLACE) {
                let line = text.get(*at).copied().unwrap_or_default().trim_ascii();
                if !is_silent(self.lang, line) {
                    found.entry(line).or_default().push((*at, *around));
                }
            }
            found
        };
        let gone = by_text(&spot.gone, &lines.old);
        let mut come = by_text(&spot.come, &lines.new);
        for (text, mut gone) in gone {
            let Some(mut come) = come.remove(text) else { continue };
            // One that stands as it did is the same.
            come.retain(|(_, is)| {
                let same = gone.iter().position(|(_, was)| self.is_same(*was, *is));
                same.map(|at| gone.remove(at)).is_none()
            });
            for (was, is) in gone.into_iter().zip(come) {
                self.judge(was, is);
            }
        }
        self.judge_order(spot);
    }

    fn is_same(&self, was: Around, is: Around) -> bool {
        was.depth == is.depth && was.hidden == is.hidden && self.has_same_opener(was, is)
    }

    fn has_same_opener(&self, was: Around, is: Around) -> bool {
        let opener = |lines: &[&'t [u8]], around: Around| {
            around.opener.and_then(|at| lines.get(at)).map(|line| line.trim_ascii())
        };
        opener(&self.lines.old, was) == opener(&self.lines.new, is)
    }

    /// What became of one line of the old text that the new one has, too.
    fn judge(&mut self, (o, was): (usize, Around), (n, is): (usize, Around)) {
        if was.hidden {
            return;
        }
        let Some(sort) = sort(self.lang, &self.lines.old, o) else { return };
        let checks = sort == Sort::Checks;
        // What is moved with the line that it belongs to stays where it was in its block.
        let along = !checks && self.has_same_opener(was, is);
        let what = if is.hidden {
            checks.then_some("checks in a comment or a text now")
        } else if along {
            None
        } else if is.depth > was.depth {
            // What is put below a new condition as a whole is what releases do, but for what guards.
            let is_new = is.opener.is_some_and(|at| self.is_new(at));
            match sort {
                Sort::Checks if is_new => Some("checks only below a new condition"),
                _ if is_new => None,
                Sort::Checks => Some("checks at another depth"),
                Sort::Leaves => Some("leaves at another depth"),
                Sort::Stands => Some("stands at another depth"),
            }
        } else if is.depth < was.depth {
            let is_gone = was.opener.is_some_and(|at| self.is_gone(at));
            match sort {
                _ if is_gone => None,
                Sort::Checks => Some("checks at another depth"),
                Sort::Leaves => Some("leaves at another depth"),
                Sort::Stands => Some("stands at another depth"),
            }
        } else if is.directives > was.directives {
            let is_new = is.directive.is_some_and(|at| self.is_new(at));
            (checks && is_new).then_some("checks only below a new #if")
        } else {
            None
        };
        self.found.extend(what.map(|what| (n, what)));
    }

    /// Whether a line of the new text is in no line of the old one.
    fn is_new(&self, at: usize) -> bool {
        let line = self.lines.new.get(at).copied().unwrap_or_default().trim_ascii();
        is_in_step(&self.lines.ops, at, |op| op.new_range()) && !self.gone.contains(line)
    }

    fn is_gone(&self, at: usize) -> bool {
        let line = self.lines.old.get(at).copied().unwrap_or_default().trim_ascii();
        is_in_step(&self.lines.ops, at, |op| op.old_range()) && !self.come.contains(line)
    }

    /// Checks that stand behind what stood behind them.
    fn judge_order(&mut self, spot: &Spot) {
        // Of lines that are there twice nobody knows which is which.
        let places = |list: &[usize], text: &[&'t [u8]]| {
            let mut found: HashMap<&'t [u8], Option<usize>> = HashMap::new();
            for (place, at) in list.iter().enumerate() {
                let line = text.get(*at).copied().unwrap_or_default().trim_ascii();
                found.entry(line).and_modify(|place| *place = None).or_insert(Some(place));
            }
            found
        };
        let [was, is] = [places(&spot.old, &self.lines.old), places(&spot.new, &self.lines.new)];
        let line = |at: &usize| self.lines.old.get(*at).copied().unwrap_or_default();
        let now = |text: &[u8]| {
            was.get(text).copied().flatten()?;
            is.get(text).copied().flatten()
        };
        for (place, at) in spot.old.iter().enumerate() {
            let check = line(at);
            let Some(stands) = now(check.trim_ascii()) else { continue };
            if sort(self.lang, &self.lines.old, *at) != Some(Sort::Checks) {
                continue;
            }
            let below = spot.old.get(place + 1..).unwrap_or_default().iter().take(BELOW).map(line);
            let inside = below
                .take_while(|line| line.trim_ascii().is_empty() || indent(line) >= indent(check));
            let mut acts = inside.map(|line| line.trim_ascii()).filter(|line| {
                let acts = line.contains(&b'(') || line.contains(&b'=');
                acts && !leaves(line) && !is_silent(self.lang, line)
            });
            if acts.any(|line| now(line).is_some_and(|acts| acts < stands)) {
                let at = spot.new.get(stands).copied().unwrap_or_default();
                self.found.push((at, "checks below what it stood above"));
            }
        }
    }
}

impl Spot {
    fn keep(&mut self, old: Range<usize>, new: Range<usize>) {
        self.old.extend(old.take(PLACE.saturating_sub(self.old.len())));
        self.new.extend(new.take(PLACE.saturating_sub(self.new.len())));
    }
}

/// The lines of a range with what is around each.
fn around<'b>(
    blocks: &'b mut Blocks,
    text: &'b [&[u8]],
    range: Range<usize>,
) -> impl Iterator<Item = (usize, Around)> + 'b {
    range.map(|at| (at, blocks.line(text.get(at).copied().unwrap_or_default())))
}

/// Whether a line is in a step that changes something.
fn is_in_step(ops: &[DiffOp], at: usize, range: impl Fn(&DiffOp) -> Range<usize>) -> bool {
    let step = ops.get(ops.partition_point(|op| range(op).end <= at));
    step.is_some_and(|op| op.tag() != DiffTag::Equal)
}

/// What a line of a text is for, as far as that decides something.
fn sort(lang: Lang, text: &[&[u8]], at: usize) -> Option<Sort> {
    let line = clip(text.get(at).copied().unwrap_or_default());
    if is_silent(lang, line) {
        return None;
    }
    let word = first_word(line);
    let defines = [&b"def"[..], b"class", b"fn", b"pub", b"func", b"function", b"async", b"static"];
    if defines.contains(&word) {
        return None;
    }
    if asks_to_leave(lang, text, at + 1).is_some() || !guards(line).is_empty() {
        return Some(Sort::Checks);
    }
    // Where braces tell, every case of a switch ends alike.
    if leaves(line) && !(lang != Lang::Python && matches!(word, b"break" | b"continue")) {
        return Some(Sort::Leaves);
    }
    let branches = [&b"else"[..], b"elif", b"except", b"finally"].contains(&word);
    // `ok = False`.
    let (name, value) = line.split_at(line.iter().position(|b| *b == b'=').unwrap_or(line.len()));
    let value = value.strip_prefix(b"=").unwrap_or_default().trim_ascii();
    let answers = !name.is_empty()
        && name.ends_with(b" ")
        && [&b"True"[..], b"False", b"None", b"0", b"1"].contains(&value);
    (lang == Lang::Python && (branches || answers)).then_some(Sort::Stands)
}

#[cfg(test)]
#[path = "moved_tests.rs"]
mod tests;
