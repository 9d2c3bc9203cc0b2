//! What a scan found, for people: worst first, so that nothing is printed before the end.

use super::super::layout::{count, hang, paragraph};
use super::super::next;
use crate::answer::explain::Topic;
use crate::answer::kinds::Level;
use crate::bytes::escape::escaped;
use crate::check::scan::{Observation, Package, Totals};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Seek as _, Write};
use tempfile::SpooledTempFile;

/// The levels, worst first.
const LEVELS: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

/// Bytes of text of a level that are kept in memory; more goes to a temporary file.
const MEMORY: usize = 1 << 20;

/// The most kinds that one command explains.
const EXPLAINED: usize = 6;

/// The text of what was found so far, by level, and how often each kind was.
#[derive(Default)]
pub(super) struct Kept {
    texts: BTreeMap<Reverse<Level>, SpooledTempFile>,
    kinds: BTreeMap<(Reverse<Level>, &'static str), u64>,
}

impl Kept {
    /// Keeps what is told of a package.
    pub(super) fn package(
        &mut self,
        found: &Package,
        told: &dyn Fn(&Observation) -> bool,
    ) -> io::Result<()> {
        for level in LEVELS {
            let told = || found.all().filter(|one| one.level == level && told(one));
            if told().next().is_none() {
                continue;
            }
            let text = self.texts.entry(Reverse(level));
            package(found, told(), text.or_insert_with(|| SpooledTempFile::new(MEMORY)))?;
            for observation in told() {
                *self.kinds.entry((Reverse(level), observation.kind.name())).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Prints it, worst first, and then how often each kind was found.
    pub(super) fn print(&mut self, out: &mut dyn Write) -> io::Result<()> {
        for (level, text) in &mut self.texts {
            let (one, many) = match level.0 {
                Level::Error => ("error", "errors"),
                Level::Warning => ("warning", "warnings"),
                Level::Note => ("note", "notes"),
            };
            let of_level = self.kinds.iter().filter(|((of, _), _)| of == level);
            let number = of_level.map(|(_, number)| number).sum();
            writeln!(out, "{}", count(number, one, many))?;
            text.rewind()?;
            io::copy(text, out)?;
            writeln!(out)?;
        }
        let wide = self.kinds.keys().map(|(_, kind)| kind.len()).max().unwrap_or_default();
        for (level, kind, number) in self.sorted() {
            writeln!(out, "{:<7}  {kind:<wide$}  {number:>6}", level.name())?;
        }
        if self.kinds.is_empty() { Ok(()) } else { writeln!(out) }
    }

    /// The kinds, worst first, then those that were found most often.
    fn sorted(&self) -> Vec<(Level, &str, u64)> {
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by(|((level, kind), number), ((other, name), most)| {
            level.cmp(other).then(most.cmp(number)).then(kind.cmp(name))
        });
        kinds.into_iter().map(|((level, kind), number)| (level.0, *kind, *number)).collect()
    }

    /// Prints what to run next; `again` scans the same once more.
    pub(super) fn next(&self, again: Option<&[String]>, out: &mut dyn Write) -> io::Result<()> {
        let mut names: Vec<String> = Vec::new();
        for (_, kind, _) in self.sorted() {
            if Topic::from_name(kind).is_some() && !names.iter().any(|name| name == kind) {
                names.push(kind.to_owned());
            }
        }
        names.truncate(EXPLAINED);
        let mut commands = Vec::new();
        if !names.is_empty() {
            let words = std::iter::once("explain".to_owned()).chain(names);
            commands.push(next::distvouch(words));
        }
        commands.extend(again.map(|words| {
            let words = words.iter().map(|text| next::word(text));
            next::distvouch(words.chain(["--least".to_owned(), "note".to_owned()]))
        }));
        next::print(&commands, out)
    }
}

/// Prints what was found in a package.
fn package<'a>(
    package: &Package,
    found: impl Iterator<Item = &'a Observation>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", escaped(&package.name))?;
    for observation in found {
        let file = observation.file.file_name().map(|name| name.to_string_lossy().into_owned());
        let line = observation.line.map(|line| format!(":{line}")).unwrap_or_default();
        let place = format!("{}{line}", file.unwrap_or_default());
        let head = format!("  {:<7} ", observation.level.name());
        let excused = observation.excused.as_ref().map(|e| format!(" (excepted {e})"));
        let about = observation.distfile.as_ref().filter(|name| !observation.text.contains(*name));
        let about = about.map(|name| format!(" [{name}]")).unwrap_or_default();
        let (kind, excused) = (&observation.kind, excused.unwrap_or_default());
        let text = format!("{kind}: {place}: {}{about}{excused}", observation.text);
        hang(out, &head, 10, &text)?;
    }
    Ok(())
}

/// Prints the numbers.
pub(crate) fn totals(totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
    let reused = match totals.reused {
        0 => String::new(),
        reused => {
            format!(" ({} as an earlier run left them)", count(reused, "package", "packages"))
        }
    };
    let text = format!(
        "{}{reused}, {}, {}, of which {} in DISTDIR.",
        count(totals.packages, "package", "packages"),
        count(totals.versions, "ebuild", "ebuilds"),
        count(totals.distfiles, "distfile", "distfiles"),
        match totals.fetched {
            1 => "1 is".to_owned(),
            fetched => format!("{fetched} are"),
        },
    );
    paragraph(out, 2, &text)?;
    if totals.unknown > 0 {
        let text = format!(
            "What {} fetch{} is not known (distfiles-unknown).",
            count(totals.unknown, "ebuild", "ebuilds"),
            if totals.unknown == 1 { "es" } else { "" },
        );
        paragraph(out, 2, &text)?;
    }
    let excused = match totals.excused {
        0 => String::new(),
        excused => format!(", {} excepted", count(excused, "finding", "findings")),
    };
    let text = format!(
        "{}, {}, {}{excused}.",
        count(totals.errors, "error", "errors"),
        count(totals.warnings, "warning", "warnings"),
        count(totals.notes, "note", "notes"),
    );
    paragraph(out, 2, &text)
}
