//! Renders the texts of the failure classes: for the terminal, for doc/failure-classes.md and for
//! the manual page.
//!
//! The texts are this program's own, so nothing here is escaped against hostile input.

use crate::answer::access::Capability;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::Check;
use crate::answer::kinds::{KINDS, Kind};
use std::fmt::Write as _;

/// Columns of the terminal and Markdown renderings.
const WIDTH: usize = 79;

/// The six texts of `class` under their headings, wrapped; the first line is
/// `class — outcome`.
pub(crate) fn render(class: FailureClass) -> String {
    let mut out = format!("{} — {}\n", class.name(), class.outcome().word());
    for (heading, text) in class.texts().sections() {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n{heading}\n{}", wrapped(text, "  "));
    }
    out
}

/// What `distvouch explain` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// A failure class.
    Class(FailureClass),
    /// A check: what an agreement of it is worth.
    Check(Check),
    /// A kind of finding of a scan.
    Kind(Kind),
    /// A kind of access that an attacker may have.
    Access(Capability),
}

/// The checks that have a text: all of `distvouch check`, and lists of checksums.
fn checks() -> impl Iterator<Item = Check> {
    Check::ALL.into_iter().chain([Check::Checksums])
}

impl Topic {
    /// The topic of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let check = || checks().find(|check| check.name() == name).map(Self::Check);
        let kind = || Kind::from_name(name).map(Self::Kind);
        let access = || accesses().find(|access| access.word() == name).map(Self::Access);
        FailureClass::from_name(name).map(Self::Class).or_else(check).or_else(kind).or_else(access)
    }

    /// Every name.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let classes = FailureClass::ALL.iter().map(|class| class.name());
        let kinds = KINDS.iter().map(|kind| kind.name);
        let accesses = accesses().map(Capability::word);
        classes.chain(checks().map(Check::name)).chain(kinds).chain(accesses)
    }

    /// The text, as [`render`] has it for a class.
    pub(crate) fn render(self) -> String {
        let check = match self {
            Self::Class(class) => return render(class),
            Self::Check(check) => check,
            Self::Kind(kind) => {
                let (name, level) = (kind.name, kind.level.name());
                let head = format!("{name} — a finding of distvouch scan ({level})\n\n");
                return head + &wrapped(kind.meaning, "  ");
            }
            Self::Access(access) => {
                let head = format!("{} — who could forge it\n\n", access.word());
                return head + &wrapped(&meaning(access), "  ");
            }
        };
        let mut out = format!("{} — a check\n", check.name());
        for (heading, text) in check.texts().sections() {
            let _ = write!(out, "\n{heading}\n{}", wrapped(text, "  "));
        }
        if let Some(access) = Capability::ALL.iter().find(|access| access.word() == check.name()) {
            let text = wrapped(&meaning(*access), "  ");
            let _ = write!(out, "\nAs a word for who could forge it\n{text}");
        }
        out
    }
}

/// The kinds of access whose word is not that of a check as well.
fn accesses() -> impl Iterator<Item = Capability> {
    let is_check = |access: &Capability| checks().any(|check| check.name() == access.word());
    Capability::ALL.into_iter().filter(move |access| !is_check(access))
}

/// What an attacker with that access can do.
fn meaning(access: Capability) -> String {
    let delivery = match access.delivers() {
        true => "This access alone puts a forged file where the ebuild fetches it.",
        false => {
            "This makes a forgery pass and does not deliver it: the attacker also needs a way to put \
             the file where the ebuild fetches it."
        }
    };
    format!("The attacker can {}. {delivery}", access.phrase())
}

/// A part of the list: its heading, and each name with a sentence.
type Part = (&'static str, Vec<(&'static str, String)>);

/// Every name with its first sentence, by what it is; classes by their outcome, worst first.
pub(crate) fn list() -> String {
    let mut parts: Vec<Part> = OUTCOMES.map(classes_of).into();
    let checks = checks().map(|check| (check.name(), first_sentence(check.texts().compares)));
    parts.push(("Checks: what an agreement is worth", checks.collect()));
    let accesses = accesses().map(|access| (access.word(), format!("Can {}.", access.phrase())));
    parts.push(("Access: who could have forged it", accesses.collect()));
    let kinds = KINDS.iter().map(|kind| (kind.name, first_sentence(kind.meaning)));
    parts.push(("Findings of distvouch scan", kinds.collect()));
    let names = parts.iter().flat_map(|(_, entries)| entries).map(|(name, _)| name.len());
    let width = names.max().unwrap_or(0);
    let text = |(heading, entries): &Part| {
        let entry = |(name, text): &(&str, String)| {
            let indent = " ".repeat(width + 4);
            let text = wrapped(text, &indent);
            format!("  {name:<width$}  {}", text.trim_start_matches(' '))
        };
        format!("{heading}\n{}", entries.iter().map(entry).collect::<String>())
    };
    parts.iter().map(text).collect::<Vec<_>>().join("\n")
}

/// The outcomes that classes have, worst first, with what they mean.
const OUTCOMES: [(Outcome, &str); 5] = [
    (Outcome::Contradicts, "Classes that contradict: what was compared differs"),
    (Outcome::Unusable, "Classes that are unusable: nothing can be concluded from the evidence"),
    (Outcome::Absent, "Classes that are absent: there was nothing to compare with"),
    (Outcome::NotChecked, "Classes that were not checked: no comparison took place"),
    (Outcome::Agrees, "Remarks on what agrees"),
];

fn classes_of((outcome, heading): (Outcome, &'static str)) -> Part {
    let classes = FailureClass::ALL.iter().filter(|class| class.outcome() == outcome);
    let entries = classes.map(|class| (class.name(), class.texts().summary().to_string()));
    (heading, entries.collect())
}

fn first_sentence(text: &str) -> String {
    let first = text.split(". ").next().unwrap_or_default();
    format!("{}.", first.trim_end_matches('.'))
}

/// The whole of doc/failure-classes.md.
#[cfg(test)]
pub(crate) fn markdown() -> String {
    let mut out = String::from(MARKDOWN_HEAD);
    for class in FailureClass::ALL {
        let (name, outcome) = (class.name(), class.outcome().word());
        let _ = writeln!(out, "| [{name}](#{name}) | {outcome} | {} |", class.texts().summary());
    }
    for class in FailureClass::ALL {
        let _ = write!(out, "\n## {}\n\nOutcome: {}.\n", class.name(), class.outcome().word());
        for (heading, text) in class.texts().sections() {
            let _ = write!(out, "\n{}", wrapped(&format!("**{heading}.** {text}"), ""));
        }
    }
    out
}

#[cfg(test)]
const MARKDOWN_HEAD: &str = "\
<!-- Generated from src/answer/failure/texts by `DISTVOUCH_BLESS=1 cargo test explain`. -->

# Failure classes

Every answer of distvouch other than a plain agreement has one of these names;
`distvouch explain CLASS` prints its section. The class fixes the outcome:

- `contradicts`: what was compared differs.
- `absent`: there was nothing to compare with.
- `unusable`: there was something, but nothing can be concluded from it.
- `not-checked`: no comparison took place.
- `agrees`: what was compared is the same, and the class is a remark on it.

\"Extension N\" is the claim 1.3.6.1.4.1.57264.1.N of a certificate that Fulcio
issued; `distvouch inspect FILE` prints them all.

| class | outcome | |
|---|---|---|
";

/// The table of findings in doc/scan.md.
#[cfg(test)]
pub(crate) fn kinds_markdown() -> String {
    let row =
        |kind: &Kind| format!("| `{}` | {} | {} |\n", kind.name, kind.level.name(), kind.meaning);
    "| finding | level | |\n|---|---|---|\n".to_owned() + &KINDS.iter().map(row).collect::<String>()
}

/// The body of a manual page's section: a subsection a class, without the section's own heading.
pub(crate) fn roff() -> String {
    let mut out = String::new();
    for class in FailureClass::ALL {
        let (name, outcome) = (class.name(), class.outcome().word());
        let _ = writeln!(out, ".SS {}", roff_line(&format!("{name} — {outcome}")));
        for (heading, text) in class.texts().sections() {
            let _ = writeln!(out, ".TP\n.B {}\n{}", roff_line(heading), roff_line(text));
        }
    }
    out
}

/// `text` as one line of roff input; spans in backquotes become bold.
fn roff_line(text: &str) -> String {
    let mut out = String::new();
    if text.starts_with(['.', '\'']) {
        out.push_str(r"\&");
    }
    let mut bold = false;
    for c in text.chars() {
        match c {
            '`' => {
                bold = !bold;
                out.push_str(if bold { r"\fB" } else { r"\fR" });
            }
            '\\' => out.push_str(r"\(rs"),
            '\'' => out.push_str(r"\(aq"),
            '-' => out.push_str(r"\-"),
            '^' => out.push_str(r"\(ha"),
            '~' => out.push_str(r"\(ti"),
            c if c.is_ascii() => out.push(c),
            // Not every formatter reads UTF-8 without being told.
            c => {
                let _ = write!(out, r"\[u{:04X}]", u32::from(c));
            }
        }
    }
    out
}

/// `text` in lines of at most [`WIDTH`] columns, each behind `indent` and with a line feed.
///
/// A span in backquotes stays on one line, so that a command can be copied; one that is longer
/// than the line stands out.
fn wrapped(text: &str, indent: &str) -> String {
    let mut in_span = false;
    let words = text.split(|c| {
        in_span ^= c == '`';
        c == ' ' && !in_span
    });
    let mut out = String::new();
    let mut column = 0;
    for word in words {
        let length = word.chars().count();
        if column > 0 && column + 1 + length <= WIDTH {
            out.push(' ');
            column += 1 + length;
        } else {
            if column > 0 {
                out.push('\n');
            }
            out.push_str(indent);
            column = indent.len() + length;
        }
        out.push_str(word);
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_outside_spans() {
        let long = "x".repeat(70);
        assert_eq!(wrapped(&format!("{long} a b"), ""), format!("{long} a b\n"));
        assert_eq!(
            wrapped(&format!("{long} `a b c d e f`."), "  "),
            format!("  {long}\n  `a b c d e f`.\n")
        );
    }

    #[test]
    fn a_line_is_filled_to_the_last_column() {
        let (left, right) = ("x".repeat(39), "y".repeat(39));
        assert_eq!(wrapped(&format!("{left} {right} z"), ""), format!("{left} {right}\nz\n"));
        assert_eq!(wrapped(&format!("{left} {right}y"), ""), format!("{left}\n{right}y\n"));
    }

    #[test]
    fn roff_escapes_what_would_be_a_request_or_another_character() {
        assert_eq!(roff_line(r".a 'b' \n"), r"\&.a \(aqb\(aq \(rsn");
        assert_eq!(
            roff_line("'tis `ebuild … manifest`"),
            r"\&\(aqtis \fBebuild \[u2026] manifest\fR"
        );
        assert_eq!(roff_line("a-b ~^ “"), r"a\-b \(ti\(ha \[u201C]");
    }
}
