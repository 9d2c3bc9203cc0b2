//! What new lines of code do: start processes, open connections, run text, load code.
//!
//! This orders what a person reads. Names that are put together at run time escape it, and it says
//! nothing of what it does not find.

mod comments;
mod docstring;
mod patterns;
mod shape;
mod unicode;

use super::hazard::{Hazard, HazardKind, more};
use super::lang::{Lang, encodings};
use super::place::{Place, Role};
use crate::bytes::sniff::contains;
pub(crate) use comments::long_comments;
use comments::{Block, Quotes};
pub(crate) use shape::LONG_LINE;
pub(crate) use unicode::strange_path;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many lines may stand between getting something and running it.
const NEAR: usize = 5;

/// Bytes of a line that are looked at; a longer line is said to be long anyway.
const LOOKED_AT: usize = 16 << 10;

/// The most events of one file that are kept.
const EVENTS: usize = 400;

/// Characters of a line that are shown.
const EXCERPT: usize = 100;

/// Something that a line does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    kind: HazardKind,
    line: usize,
    /// Of the line without the blanks around it: the same line elsewhere was moved.
    hash: u64,
    excerpt: String,
    /// Whether it is done as soon as the file is imported.
    at_import: bool,
    /// Whether it is probably a comment.
    comment: bool,
}

/// What was seen in the lines of one side of a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    events: Vec<Event>,
    shape: Vec<Hazard>,
}

impl Seen {
    /// Looks at numbered lines of `text`, that of a file at `place`, or of a piece of it that `first` lines
    /// come before. `old_is_long` tells that there were long lines before.
    pub(crate) fn of<'a>(
        place: Place,
        (text, first): (&[&[u8]], usize),
        lines: impl Iterator<Item = (usize, &'a [u8])>,
        old_is_long: bool,
    ) -> Self {
        let mut watch = Watch::new(place, old_is_long);
        watch.block = Block::new(place.lang, (first == 0).then_some(text));
        let mut read = 0;
        for (number, line) in lines {
            let before = text.get(read..number.saturating_sub(1)).unwrap_or_default();
            before.iter().for_each(|line| watch.block.line(line));
            read = number;
            watch.line(number + first, line);
        }
        watch.finish()
    }

    /// As [`of`](Self::of), of lines that are gone, from the text that they stood in.
    pub(crate) fn of_gone<'a>(
        place: Place,
        text: &[&[u8]],
        lines: impl Iterator<Item = (usize, &'a [u8])>,
    ) -> Self {
        let mut watch = Watch::new(place, true);
        let mut quotes = Quotes::new(place.lang);
        let mut read = 0;
        for (number, line) in lines {
            let before = text.get(read..number.saturating_sub(1)).unwrap_or_default();
            before.iter().for_each(|line| quotes.line(line));
            read = number.saturating_sub(1);
            watch.quoted = quotes.open;
            watch.line(number, line);
        }
        watch.finish()
    }

    /// Leaves how the lines are written, without what they would do in a program.
    pub(crate) fn forget_events(&mut self) {
        self.events.clear();
    }

    /// Adds what was seen in later lines of the same side.
    pub(crate) fn extend(&mut self, more: Self) {
        self.events.extend(more.events);
        self.shape.extend(more.shape);
    }

    /// The lines in which something was done.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        self.events.iter().map(|event| event.hash)
    }

    /// The reasons to read, without what only moved: what `gone` has.
    pub(crate) fn hazards(&self, place: Place, gone: &HashSet<u64>) -> Vec<Hazard> {
        let new: Vec<&Event> =
            self.events.iter().filter(|event| !gone.contains(&event.hash)).collect();
        let mut found = self.shape.clone();
        found.extend(runs_data(&new));
        // Upstream's tests start processes and open connections all the time.
        if place.role == Role::Test {
            return found;
        }
        let mut kinds: Vec<HazardKind> = new.iter().map(|event| event.kind).collect();
        kinds.sort();
        kinds.dedup();
        for kind in kinds {
            let of_kind = || new.iter().filter(move |event| event.kind == kind);
            let count = of_kind().count();
            let first = of_kind().min_by_key(|e| (e.comment, !e.at_import, e.line));
            let Some(first) = first.filter(|event| !event.comment) else { continue };
            found.push(said(first, count));
        }
        found
    }
}

fn said(event: &Event, count: usize) -> Hazard {
    let what = match event.kind {
        HazardKind::Process => "starts a process",
        HazardKind::Network => "opens a connection or names an address",
        HazardKind::Eval => "runs text as code",
        HazardKind::DynamicLoading => "loads code at run time",
        HazardKind::Constructor => "runs before main or when it is loaded",
        HazardKind::Deserialising => "makes objects of data",
        HazardKind::Credentials => "touches credentials or files that run at login",
        HazardKind::Obfuscated => "is written not to be read",
        HazardKind::Decoding => "decodes data",
        // As in xz 5.6.1, where it made the check for Landlock fail.
        HazardKind::Weakened if event.excerpt == "." => {
            "is a lone dot: a check that compiles it always fails"
        }
        HazardKind::Weakened => "turns a protection off or does without one",
        _ => "deserves a look",
    };
    let import = if event.at_import { " at import" } else { "" };
    let reason = format!("line {} {what}{import}{}", event.line, more(count));
    Hazard {
        excerpt: Some(event.excerpt.clone()),
        unasked: event.at_import,
        ..Hazard::at(event.kind, event.line, reason)
    }
}

/// Whether something is fetched or decoded, and near it something is run.
fn runs_data(events: &[&Event]) -> Option<Hazard> {
    let runs = |event: &&&Event| {
        matches!(
            event.kind,
            HazardKind::Process
                | HazardKind::Eval
                | HazardKind::DynamicLoading
                | HazardKind::Deserialising
        ) && !event.comment
    };
    let gets = |event: &&&Event| {
        matches!(event.kind, HazardKind::Network | HazardKind::Decoding) && !event.comment
    };
    for get in events.iter().filter(gets) {
        let run = events.iter().filter(runs).find(|run| run.line.abs_diff(get.line) <= NEAR);
        let Some(run) = run else { continue };
        let reason = if get.line == run.line {
            format!("line {} fetches or decodes something and runs it or a program", get.line)
        } else {
            format!(
                "line {} fetches or decodes something, line {} runs code or a program",
                get.line, run.line
            )
        };
        let hazard = Hazard::at(HazardKind::RunsData, get.line.min(run.line), reason);
        return Some(Hazard { excerpt: Some(run.excerpt.clone()), ..hazard });
    }
    None
}

/// Those of `numbers`, which ascend from 1, that are lines in a comment or a docstring of a text.
pub(crate) fn commented(
    lang: Lang,
    text: &[&[u8]],
    numbers: impl Iterator<Item = usize>,
) -> HashSet<usize> {
    let mut block = Block::new(lang, Some(text));
    let mut read = 0;
    let is_commented = |number: &usize| {
        let before = text.get(read..number.saturating_sub(1)).unwrap_or_default();
        before.iter().for_each(|line| block.line(line));
        read = number.saturating_sub(1);
        text.get(read).is_some_and(|line| block.holds(line))
    };
    numbers.filter(is_commented).collect()
}

/// Looks at numbered lines one after the other.
pub(crate) struct Watch {
    place: Place,
    /// Whether the next line stands in a comment or in a text of several lines.
    quoted: bool,
    block: Block,
    events: Vec<Event>,
    shape: shape::Shape,
    unicode: unicode::Unicode,
}

impl Watch {
    /// For lines of a file that is at `place`.
    pub(crate) fn new(place: Place, old_is_long: bool) -> Self {
        Self {
            place,
            quoted: false,
            block: Block::new(place.lang, None),
            events: Vec::new(),
            shape: shape::Shape::new(old_is_long),
            unicode: unicode::Unicode::default(),
        }
    }

    /// The next new line.
    pub(crate) fn line(&mut self, number: usize, line: &[u8]) {
        let in_block = self.block.holds(line);
        self.block.line(line);
        // Of translations, what makes objects of them.
        let translated = self.place.role == Role::Translation;
        let tagged = || [&b"!!python/"[..], b"!ruby/"].iter().any(|tag| contains(line, tag));
        if self.place.role.is_inert() && !(translated && tagged()) {
            return;
        }
        self.shape.line(number, line);
        if self.place.lang.is_code() || self.place.role <= Role::Source {
            self.unicode.line(number, line);
        }
        if self.events.len() >= EVENTS {
            return;
        }
        let trimmed = line.trim_ascii();
        let line = line.get(..LOOKED_AT).unwrap_or(line);
        let inner = trimmed.get(..LOOKED_AT).unwrap_or(trimmed);
        if self.place.lang == Lang::Python && number <= 2 && is_encoded(inner) {
            let mut hasher = DefaultHasher::new();
            trimmed.hash(&mut hasher);
            self.events.push(Event {
                kind: HazardKind::Obfuscated,
                line: number,
                hash: hasher.finish(),
                excerpt: excerpt(inner, 0),
                at_import: true,
                comment: false,
            });
        }
        if self.place.lang.is_comment(inner) {
            return;
        }
        let indented = line.first().is_some_and(|b| matches!(b, b' ' | b'\t'));
        for (kind, at) in patterns::found(self.place.lang, inner) {
            if translated && kind != HazardKind::Deserialising {
                continue;
            }
            // What asks for it may as well refuse it.
            if kind == HazardKind::Weakened && asks(inner) {
                continue;
            }
            let imported = kind != HazardKind::Weakened
                && matches!(self.place.lang, Lang::Python | Lang::Js | Lang::Php)
                && self.place.role != Role::Build
                && !indented
                && !declares(self.place.lang, inner);
            let mut hasher = DefaultHasher::new();
            // Out of a function, a comment or another language it does not only move.
            let comment = self.quoted || in_block;
            (trimmed, imported, comment, self.place.lang).hash(&mut hasher);
            self.events.push(Event {
                kind,
                line: number,
                hash: hasher.finish(),
                excerpt: excerpt(inner, at),
                at_import: imported,
                comment,
            });
        }
    }

    /// What was seen.
    pub(crate) fn finish(self) -> Seen {
        let mut shape = self.unicode.hazards();
        shape.extend(self.shape.hazards(self.place));
        Seen { events: self.events, shape }
    }
}

/// Whether a comment has Python read the file in an encoding in which ASCII may stand for something else
/// (PEP 263): UTF-7 and its like.
fn is_encoded(line: &[u8]) -> bool {
    const PLAIN: [&str; 10] = [
        "utf-8",
        "utf8",
        "ascii",
        "us-ascii",
        "latin-1",
        "latin1",
        "iso-8859-1",
        "iso-8859-15",
        "cp1252",
        "windows-1252",
    ];
    let text = String::from_utf8_lossy(line).to_ascii_lowercase().replace('_', "-");
    text.starts_with('#')
        && encodings(&text).any(|name| !name.is_empty() && !PLAIN.contains(&name.as_str()))
}

/// Whether a line decides something.
fn asks(line: &[u8]) -> bool {
    let starts: [&[u8]; 9] = [
        b"if ",
        b"if(",
        b"elif ",
        b"} else if",
        b"else if",
        b"assert",
        b"while ",
        b"case ",
        b"unless ",
    ];
    starts.iter().any(|start| line.starts_with(start))
}

/// Whether a line at the beginning of a column only declares something.
fn declares(lang: Lang, line: &[u8]) -> bool {
    let requires = || line.windows(8).any(|window| window == b"require(");
    if lang == Lang::Js && requires() {
        return true;
    }
    [
        &b"def "[..],
        b"class ",
        b"async def ",
        b"import ",
        b"from ",
        b"@",
        b"function ",
        b"async function ",
        b"export ",
        b"interface ",
        b"type ",
        b"\"",
        b"'",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// The part of a line around what was found at `at`.
fn excerpt(line: &[u8], at: usize) -> String {
    let text = crate::release::archive::show(line);
    let at = at.min(text.len());
    let skip = match at > EXCERPT / 2 {
        true => text.char_indices().map(|(i, _)| i).rfind(|i| *i + 20 <= at).unwrap_or(0),
        false => 0,
    };
    let rest = text.get(skip..).unwrap_or(&text);
    let mut short: String = rest.chars().take(EXCERPT).collect();
    if skip > 0 {
        short.insert(0, '…');
    }
    if rest.chars().nth(EXCERPT).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
