//! The list for people: what reaches farthest first.

use super::columns::{EACH, Listed, NAME, fill, head, short, size};
use super::{brief, manifests, name, reason, tops, totals};
use crate::bytes::digests::hex;
use crate::release::archive;
use crate::release::diff::hazard::HazardKind;
use crate::release::diff::place::Role;
use crate::release::diff::rank::Tier;
use crate::release::diff::{Change, Diff, Generator, Side};
use crate::report::layout::{WIDTH, paragraph};
use anstyle::{AnsiColor, Effects, Style as Ansi};
use std::io::{self, Write};

/// The most changes of one part that are listed without `--all`.
const LISTED: usize = 40;

/// The most names that are listed in one sentence.
const NAMED: usize = 8;

/// The most oddities that are listed.
const ODDITIES: usize = 5;

/// Lines that one sentence takes at most.
const LINES: usize = 2;

/// Prints what changed.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(diff: &Diff, listed: Listed, out: &mut dyn Write) -> io::Result<()> {
    let bold = paint(listed, Ansi::new().effects(Effects::BOLD));
    let red = paint(listed, Ansi::new().fg_color(Some(AnsiColor::Red.into())));
    for line in fill(&super::title(diff), 0, 2, 2) {
        writeln!(out, "{bold}{line}{bold:#}")?;
    }
    let strange: Vec<_> = diff.new_oddities.iter().filter(|o| !o.is_common()).collect();
    let packed =
        if diff.old.is_some() { "new in how it is packed" } else { "unusual in how it is packed" };
    for oddity in strange.iter().take(ODDITIES) {
        for line in fill(&format!("{packed}: {oddity}"), 2, 4, LINES) {
            writeln!(out, "{red}{line}{red:#}")?;
        }
    }
    if strange.len() > ODDITIES {
        writeln!(out, "  … and {} more (--json lists them)", strange.len() - ODDITIES)?;
    }
    list(diff, listed, out)?;
    let common = diff.new_oddities.len() - strange.len();
    if common > 0 && !listed.build && diff.old.is_some() {
        writeln!(out, "Packed differently in {common} common ways (--json lists them).")?;
    }
    if let Some(tops) = tops(diff) {
        writeln!(out, "{}.", short(&tops, WIDTH - 1))?;
    }
    if listed.verbose {
        diff.old.iter().try_for_each(|old| print_side("old", old, out))?;
        print_side("new", &diff.new, out)?;
    }
    Ok(())
}

fn paint(listed: Listed, ansi: Ansi) -> Ansi {
    if listed.colour { ansi } else { Ansi::new() }
}

fn print_side(word: &str, side: &Side, out: &mut dyn Write) -> io::Result<()> {
    let text = format!("{word}: {} bytes, {} files, BLAKE2B", side.size, side.files);
    writeln!(out, "{text}")?;
    let digest = hex(&side.blake2b);
    let (one, other) = digest.split_at(digest.len() / 2);
    writeln!(out, "  {one}\n  {other}")
}

/// Prints the totals and the list of changes.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn list(diff: &Diff, listed: Listed, out: &mut dyn Write) -> io::Result<()> {
    let changes: Vec<&Change> = diff.changes.iter().filter(|change| listed.has(change)).collect();
    let (standard, changes): (Vec<&Change>, Vec<&Change>) =
        changes.into_iter().partition(|change| is_standard(change));
    let (written, changes): (Vec<&Change>, Vec<&Change>) =
        changes.into_iter().partition(|change| is_written(change));
    let first: Vec<&Change> = changes.iter().copied().filter(|change| is_risky(change)).collect();
    let heading = if first.is_empty() { "" } else { " Riskiest first:" };
    for line in fill(&format!("{}.{heading}", totals(diff)), 0, 2, LINES) {
        writeln!(out, "{line}")?;
    }
    let most = if listed.first == 0 { first.len() } else { listed.first };
    for change in first.iter().take(most) {
        entry(change, listed, out)?;
    }
    if first.len() > most {
        writeln!(out, "  … and {} more with a reason", first.len() - most)?;
    }
    manifests::print(first.iter().copied().take(most), listed, out)?;
    names_in_one("Written by autotools", &written, listed, out)?;
    names_in_one(&format!("As {} published them", owners(&standard)), &standard, listed, out)?;
    let rest = |tiers: &[Tier]| -> Vec<&Change> {
        let rest = changes.iter().copied().filter(|change| !is_risky(change));
        rest.filter(|change| tiers.contains(&change.tier)).collect()
    };
    part("Build files", &rest(&[Tier::Build]), listed, out)?;
    part("Source, most lines first", &rest(&[Tier::Source, Tier::Opaque]), listed, out)?;
    part("Data", &rest(&[Tier::Data]), listed, out)?;
    let tests = rest(&[Tier::Test]);
    match listed.all {
        true => part("Tests and examples", &tests, listed, out)?,
        false => names_in_one("Tests and examples", &tests, listed, out)?,
    }
    let inert = rest(&[Tier::Inert]);
    match listed.all {
        true => part("What neither a build nor a program reads", &inert, listed, out)?,
        false => folded(&inert, out)?,
    }
    names_in_one("Removed", &rest(&[Tier::Gone]), listed, out)
}

/// Whether it is listed with its reasons, before everything else.
fn is_risky(change: &Change) -> bool {
    let reasons = change.hazards.iter().any(|hazard| {
        use HazardKind::{
            Binary, BinaryTestData, BuildScript, Configuration, Dotfile, ExecutableBit, Generated,
            Link, LongLine, MachineCode, PackedData, Script, StartupCode, Unread, Workflow,
        };
        match hazard.kind {
            BuildScript | Script | Dotfile | Workflow | Binary | StartupCode => false,
            Configuration => change.tier == Tier::Build,
            ExecutableBit | LongLine => change.tier <= Tier::Source,
            Link => true,
            PackedData | BinaryTestData => true,
            MachineCode | Generated | Unread => true,
            _ => change.tier <= Tier::Data,
        }
    });
    change.tier < Tier::Build || (reasons && change.tier < Tier::Inert)
}

/// Whether it is a standard build file, byte for byte.
fn is_standard(change: &Change) -> bool {
    change.standard.is_some() && change.hazards.is_empty() && change.tier == Tier::Build
}

/// `gnulib, libtool`.
fn owners(changes: &[&Change]) -> String {
    let projects: std::collections::BTreeSet<&str> =
        changes.iter().filter_map(|change| change.standard.as_deref()).collect();
    projects.into_iter().collect::<Vec<_>>().join(", ")
}

/// Whether a tool of autotools wrote it and it does nothing else than before.
fn is_written(change: &Change) -> bool {
    change.generated == Some(Generator::Autotools) && change.tier == Tier::Build
}

/// A change in at most a few lines.
fn entry(change: &Change, listed: Listed, out: &mut dyn Write) -> io::Result<()> {
    let bold = paint(listed, Ansi::new().effects(Effects::BOLD));
    let room = if listed.verbose { usize::MAX } else { NAME };
    let name = short(&archive::show(change.path()), room);
    let most = if listed.verbose { usize::MAX } else { EACH };
    let said = if listed.verbose { reason } else { brief };
    let said: Vec<String> = change.hazards.iter().map(said).collect();
    // What was escaped stays as it is.
    let text = format!("{}{}", head(change, room), said.join("; "));
    for (at, line) in fill(&text, 2, 6, most).into_iter().enumerate() {
        match line.trim_start().split_at_checked(name.len()) {
            Some((first, rest)) if at == 0 && first == name => {
                writeln!(out, "  {bold}{first}{bold:#}{rest}")?;
            }
            _ => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

/// Changes without a reason, each in a line.
fn part(heading: &str, changes: &[&Change], listed: Listed, out: &mut dyn Write) -> io::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    if listed.first > 0 {
        return names_in_one(heading, changes, listed, out);
    }
    let bold = paint(listed, Ansi::new().effects(Effects::BOLD));
    writeln!(out, "{bold}{heading}:{bold:#}")?;
    let most = if listed.all { changes.len() } else { LISTED };
    for change in changes.iter().take(most) {
        let size = size(change);
        let room = WIDTH.saturating_sub(2 + size.chars().count());
        let name =
            short(&archive::show(change.path()), if listed.verbose { usize::MAX } else { room });
        writeln!(out, "  {name}{size}")?;
    }
    if changes.len() > most {
        let rest: Vec<&Change> = changes.iter().skip(most).copied().collect();
        let (added, removed) = lines(&rest);
        writeln!(out, "  … and {} more (+{added} -{removed}; --all lists them)", rest.len())?;
    }
    Ok(())
}

fn lines(changes: &[&Change]) -> (usize, usize) {
    let lines = changes.iter().filter_map(|change| change.lines);
    lines.fold((0, 0), |(added, removed), (a, r)| (added + a, removed + r))
}

/// Changes in one sentence: how many, and the names of some.
fn names_in_one(
    heading: &str,
    changes: &[&Change],
    listed: Listed,
    out: &mut dyn Write,
) -> io::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    if listed.all {
        return part(heading, changes, listed, out);
    }
    let (added, removed) = lines(changes);
    let count = match changes.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let size = match (added, removed) {
        (0, 0) => String::new(),
        (added, removed) => format!(" (+{added} -{removed})"),
    };
    let names: Vec<String> = changes.iter().take(NAMED).map(|c| short(&name(c), 60)).collect();
    let more = match changes.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let text = format!("{heading}: {count}{size}: {}{more}.", names.join(", "));
    for line in fill(&text, 0, 2, 4) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What no one needs to read: counts in one line.
fn folded(changes: &[&Change], out: &mut dyn Write) -> io::Result<()> {
    let words = [
        (Role::Docs, "documentation"),
        (Role::Translation, "translations"),
        (Role::Ci, "CI and editors"),
        (Role::Image, "images and fonts"),
        (Role::Metadata, "packer's metadata"),
    ];
    let count = |role| changes.iter().filter(|change| change.place.role == role).count();
    let counts = words.map(|(role, word)| (count(role), word));
    let counts: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    if counts.is_empty() {
        return Ok(());
    }
    paragraph(out, 2, &format!("Folded: {} (--all lists them).", counts.join(", ")))
}
