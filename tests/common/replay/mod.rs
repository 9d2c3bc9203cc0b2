//! Incidents, played again: two releases, a repository, what was published next to them, and what
//! each level of checking is expected to answer.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod scenes;
mod stage;

pub use scenes::*;
pub use stage::{Stage, Tree, tree};

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

/// A level of checking; each asks for more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The Manifest of the bump, afterwards.
    Manifest,
    /// Which repository published: what other tools ask.
    Repository,
    /// How it published, too.
    Pins,
    /// Whether that is as it was the last time.
    Continuity,
    /// Whether the archive is what git has.
    Source,
    /// What a person sees who reads the diff.
    Diff,
    /// All of it, as the maintainer asks who bumps the package.
    Bump,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 7] = [
        Self::Manifest,
        Self::Repository,
        Self::Pins,
        Self::Continuity,
        Self::Source,
        Self::Diff,
        Self::Bump,
    ];

    /// Its name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifest => "Manifest",
            Self::Repository => "repository only",
            Self::Pins => "pins",
            Self::Continuity => "continuity",
            Self::Source => "source",
            Self::Diff => "diff",
            Self::Bump => "bump",
        }
    }

    /// The check whose findings count; `None` where all do.
    fn check(self) -> Option<&'static str> {
        match self {
            Self::Manifest => Some("manifest"),
            Self::Repository | Self::Pins => Some("provenance"),
            Self::Continuity => Some("continuity"),
            Self::Source => Some("source"),
            Self::Diff | Self::Bump => None,
        }
    }
}

/// What a level is expected to answer, and the exit status.
pub type Expected = (Level, &'static str, i32);

/// An incident.
pub struct Replay {
    /// The heading in the document.
    pub title: &'static str,
    /// What is known of it, and what is re-enacted.
    pub told: &'static str,
    /// Makes the releases and the repository.
    pub stage: fn() -> Stage,
    /// What each level answers; for [`Level::Diff`], whether it lists what was slipped in `first`, or
    /// among others; for [`Level::Bump`], what contradicts.
    pub levels: &'static [Expected],
    /// What to take from it.
    pub lesson: &'static str,
}

impl Replay {
    fn staged(&self) -> Stage {
        let stage = (self.stage)();
        if self.levels.iter().any(|(level, ..)| *level == Level::Bump) {
            stage.package();
        }
        stage
    }

    /// Plays it, and holds every level to what is expected.
    pub fn hold(&self) {
        let stage = self.staged();
        let answers: Vec<_> = self
            .levels
            .iter()
            .map(|(level, ..)| {
                let (answer, status) = stage.answer(*level);
                (*level, answer, status)
            })
            .collect();
        let expected: Vec<_> =
            self.levels.iter().map(|(l, a, s)| (*l, (*a).to_owned(), *s)).collect();
        assert_eq!(answers, expected, "{}", self.title);
    }

    /// What the program printed at each level, as a section of the document. What an earlier
    /// incident printed on the same command, `seen`, is not repeated.
    pub fn section(&self, seen: &mut BTreeMap<(String, String), &'static str>, out: &mut String) {
        let stage = self.staged();
        write!(out, "\n## {}\n\n{}", self.title, wrapped(self.told)).unwrap();
        for (level, ..) in self.levels {
            let arguments = stage.arguments(*level);
            let (status, text, said) = stage.run(&arguments);
            assert_eq!(said, "", "{} at {}", self.title, level.name());
            let (command, text) = (command_line(&arguments), plain(&text));
            write!(out, "\n### {}: {}\n\n", self.short(), level.name()).unwrap();
            match seen.entry((command, text)) {
                Entry::Occupied(earlier) => {
                    writeln!(out, "The same, to the letter, as under {}.", earlier.get()).unwrap();
                }
                Entry::Vacant(place) => {
                    let (command, text) = place.key();
                    write!(out, "```console\n{command}\n{text}```\n\nExit status {status}.\n")
                        .unwrap();
                    place.insert(self.short());
                }
            }
        }
        write!(out, "\n### {}: what to take from it\n\n{}", self.short(), wrapped(self.lesson))
            .unwrap();
    }

    /// The part of the title before the colon.
    pub fn short(&self) -> &'static str {
        self.title.split(':').next().unwrap()
    }

    /// Its row of the table.
    pub fn row(&self, out: &mut String) {
        write!(out, "| {} |", self.short()).unwrap();
        for level in Level::ALL {
            let cell = self.levels.iter().find(|(l, ..)| *l == level);
            match cell {
                None => out.push_str(" – |"),
                Some((Level::Bump, answer, status)) => {
                    let answer = match *answer {
                        "" => "only reading helps: review-absent",
                        answer => answer,
                    };
                    write!(out, " {answer} ({status}) |").unwrap();
                }
                Some((Level::Diff, "first", _)) => out.push_str(" lists it first |"),
                Some((Level::Diff, ..)) => out.push_str(" lists it |"),
                Some((_, answer, _)) => {
                    let (first, rest) = answer.split_once('+').unwrap_or((answer, ""));
                    let rest = rest.replace('+', ", ");
                    match (first, rest.as_str()) {
                        (first, "") => write!(out, " {first} |").unwrap(),
                        ("agrees", rest) => write!(out, " agrees; said: {rest} |").unwrap(),
                        (first, rest) => write!(out, " {first}; also: {rest} |").unwrap(),
                    }
                }
            }
        }
        out.push('\n');
    }
}

/// Text in lines of at most 88 columns.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > 88 {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
    }
    out.push('\n');
    out
}

/// The command as one would type it, in several lines where it is long; an option stays with what
/// it is set to.
fn command_line(arguments: &[String]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut option_waits = false;
    for argument in arguments {
        let quoted = match argument.contains(['*', ' ']) {
            true => format!("'{argument}'"),
            false => argument.clone(),
        };
        match words.last_mut() {
            Some(option) if option_waits => write!(option, " {quoted}").unwrap(),
            _ => words.push(quoted),
        }
        option_waits = argument.starts_with("--") && argument != "--unified";
    }
    let mut lines = vec!["$ distvouch".to_owned()];
    for word in words {
        let line = lines.last_mut().unwrap();
        if line.len() + word.len() > 84 {
            line.push_str(" \\");
            lines.push(format!("      {word}"));
        } else {
            write!(line, " {word}").unwrap();
        }
    }
    lines.join("\n")
}

/// The output, without what depends on how well the archives were compressed.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        match line.split_once("BLAKE2B ") {
            Some((before, hash)) if hash.len() == 128 => {
                writeln!(out, "{before}BLAKE2B …").unwrap();
            }
            _ => writeln!(out, "{}", line.trim_end()).unwrap(),
        }
    }
    out
}
