//! One change in one line, sentences in lines of 80 columns, and how much of a list is wanted.

use super::extent;
use crate::bytes::escape::escaped;
use crate::release::archive;
use crate::release::diff::place::Role;
use crate::release::diff::rank::Tier;
use crate::release::diff::{Change, ChangeKind};
use crate::report::layout::{WIDTH, shorten};

/// Lines that one change takes at most: the more of them are seen at a glance.
pub(super) const EACH: usize = 1;

/// Columns that its name takes at most.
pub(super) const NAME: usize = 56;

/// `text`, escaped, in lines of at most 80 columns: the first behind `indent` blanks, the others behind
/// `hanging`. What does not fit in `most` lines is cut, and ends in `…`; so is a word too long for one line, but
/// where there may be any number of lines.
pub(super) fn fill(text: &str, indent: usize, hanging: usize, most: usize) -> Vec<String> {
    let text = escaped(text);
    let whole = most == usize::MAX;
    let room = if whole { usize::MAX } else { WIDTH - hanging - 2 };
    let words: Vec<String> = text.split(' ').map(|word| shorten(word, room)).collect();
    let (first, others) = (" ".repeat(indent), " ".repeat(hanging));
    // Two columns are left for what is cut.
    let options = textwrap::Options::new(WIDTH - 2).break_words(whole);
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    let options = options.initial_indent(&first).subsequent_indent(&others);
    let mut lines: Vec<String> =
        textwrap::wrap(&words.join(" "), options).into_iter().map(Into::into).collect();
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}

/// A name of at most `room` columns, escaped.
pub(super) fn short(name: &str, room: usize) -> String {
    shorten(&escaped(name), room)
}

/// How much is listed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Listed {
    /// Every change, also those that are folded into one line.
    pub(crate) all: bool,
    /// Every reason, and the whole digests.
    pub(crate) verbose: bool,
    /// Only what runs at build, install or start, or decides what does.
    pub(crate) build: bool,
    /// In colour.
    pub(crate) colour: bool,
    /// Only so many changes with a reason, and the others as counts; 0 for all.
    pub(crate) first: usize,
}

impl Listed {
    /// Whether a change is to be listed at all.
    pub(crate) fn has(&self, change: &Change) -> bool {
        let builds = matches!(change.place.role, Role::Build | Role::Startup)
            || change.place.role == Role::Metadata && change.tier == Tier::BuildActs;
        !self.build || builds
    }
}

/// The name in at most `room` columns, and how much changed.
pub(super) fn head(change: &Change, room: usize) -> String {
    format!("{}{}: ", short(&archive::show(change.path()), room), size(change))
}

/// What happened and how much, in parentheses.
pub(super) fn size(change: &Change) -> String {
    let extent = extent(change);
    let word = match change.kind {
        ChangeKind::Changed if !extent.is_empty() => String::new(),
        ChangeKind::Added => "new".to_owned(),
        kind => match change.old_path().filter(|_| kind == ChangeKind::Moved) {
            Some(old) => format!("{} from {}", kind.word(), short(&archive::show(old), 40)),
            None => kind.word().to_owned(),
        },
    };
    match (word.is_empty(), extent.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!(" ({extent})"),
        (false, true) => format!(" ({word})"),
        (false, false) => format!(" ({word}, {extent})"),
    }
}
