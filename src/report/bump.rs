//! The report on a bump: what to read first on top, short enough to paste into a bug.

mod dependencies;

use super::diff as page;
use super::findings::{self, ansi};
use super::layout::{count, hang, paragraph, shorten};
use super::next::{self, Words};
use super::{Style, json as report_json, text};
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::Check;
use crate::bytes::digests::{HashName, hex};
use crate::bytes::escape::escaped;
use crate::check::DistfileReport;
use crate::check::bump::{Asked, Comparison, Examined, Package};
use crate::check::pairing::Role;
use crate::release::diff::Diff;
use crate::release::review::Before;
use anstyle::{AnsiColor, Effects, Style as Ansi};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// The most changes that are listed; `distvouch diff` has all.
const LISTED: usize = 12;

/// Files whose version is not known that are named.
const NAMED: usize = 8;

/// What the report is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    /// The package.
    pub(crate) package: &'a Package,
    /// What of the ebuild only bash can read, and no flag said.
    pub(crate) asked: &'a [Asked],
    /// The file of review records, where it is not the one that `distvouch review` takes here.
    pub(crate) reviews: Option<&'a Path>,
    /// DIST entries of which nothing tells whether they are of this version.
    pub(crate) unattributed: &'a [String],
    /// Distfiles that are fetched for some USE flags, and are not in DISTDIR.
    pub(crate) unfetched: &'a [String],
    /// Where the page of the diff was written.
    pub(crate) page: Option<&'a Path>,
    /// The words of the command line that compare the same again.
    pub(crate) again: &'a [String],
}

/// Prints the report for people.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn text(
    about: About<'_>,
    outcome: &Examined,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    if style.quiet {
        let title = format!("{}-{}", about.package.title(), about.package.ebuild.version);
        return text::print_unmet(&outcome.report, Some(&title), style, out);
    }
    let bold = ansi(style, Ansi::new().effects(Effects::BOLD));
    heading(about.package, bold, out)?;
    against(outcome, style, out)?;
    writeln!(out)?;
    let comparisons = outcome.by_new();
    // Dependencies, and files that both versions take, are told of below.
    let alone = |distfile: &DistfileReport| {
        let comparison = comparisons.get(distfile.name.as_str()).copied();
        comparison.filter(|c| !c.pair.dependency && !c.pair.is_same())
    };
    for distfile in &outcome.report.distfiles {
        if let Some(comparison) = alone(distfile) {
            file(distfile, comparison, style, out)?;
        }
    }
    dependencies::print(outcome, &comparisons, out)?;
    let rest: Vec<_> = outcome.report.distfiles.iter().filter(|d| alone(d).is_none()).collect();
    let worth_a_line = |d: &&&DistfileReport| {
        d.role == Role::Content || d.findings.iter().any(|f| f.class.is_some())
    };
    let rest: Vec<_> = rest.iter().filter(worth_a_line).copied().collect();
    text::print_distfiles(&rest, style, out)?;
    text::print_summary(&outcome.report, style, out)?;
    gaps(about, out)?;
    text::print_unmet(&outcome.report, None, style, out)?;
    next::print(&commands(about, outcome), out)
}

fn heading(package: &Package, bold: Ansi, out: &mut dyn Write) -> io::Result<()> {
    let (title, version) = (escaped(&package.title()), &package.ebuild.version);
    match &package.before {
        Some(before) => {
            writeln!(out, "{bold}{title}: {} -> {version}{bold:#}", before.version)?;
            writeln!(out, "  (previous version taken {})", before.source)?;
        }
        None => {
            writeln!(out, "{bold}{title}: {version}{bold:#}")?;
            writeln!(out, "  (no previous version was found; --previous-version names one)")?;
        }
    }
    Ok(())
}

/// What contradicts, required or not, before everything else.
fn against(outcome: &Examined, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let contents = outcome.report.distfiles.iter();
    let lines: Vec<_> = contents
        .flat_map(|distfile| distfile.findings.iter().map(move |finding| (distfile, finding)))
        .filter(|(_, finding)| finding.outcome() == Outcome::Contradicts)
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    let red = ansi(style, Ansi::new().fg_color(Some(AnsiColor::Red.into())));
    writeln!(out)?;
    writeln!(out, "{red}Contradicted, so read this before anything else:{red:#}")?;
    for (distfile, finding) in lines {
        let class = finding.class.map_or("", FailureClass::name);
        hang(out, "  ", 4, &format!("{} of {}: {class}", finding.check.name(), distfile.name))?;
    }
    Ok(())
}

/// The distfile, its findings, and what changed in it.
fn file(
    distfile: &DistfileReport,
    comparison: &Comparison,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let bold = ansi(style, Ansi::new().effects(Effects::BOLD));
    let size = count(distfile.size, "byte", "bytes");
    let name = shorten(&escaped(&distfile.name), 77 - size.len());
    writeln!(out, "{bold}{name}{bold:#} ({size})")?;
    if let Some(digest) = distfile.digests.get(&HashName::Blake2b) {
        let digest = hex(digest);
        let shown = if style.verbose { digest } else { shorten(&digest, 64) };
        writeln!(out, "  BLAKE2B {shown}")?;
    }
    for finding in &distfile.findings {
        findings::print(finding, style, out)?;
    }
    match (&comparison.diff, &comparison.pair.old) {
        (Some(Ok(diff)), _) => changes(diff, &comparison.before, out)?,
        (Some(Err(error)), Some(old)) => {
            paragraph(out, 2, &format!("Not compared with {old}: {error}"))?;
        }
        (None, Some(old)) => paragraph(out, 2, &format!("Not compared: {old} is not in DISTDIR"))?,
        (Some(Err(error)), None) => paragraph(out, 2, &format!("Not shown: {error}"))?,
        (None, None) => {}
    }
    writeln!(out)
}

fn changes(diff: &Diff, before: &Before, out: &mut dyn Write) -> io::Result<()> {
    let made = match &diff.old {
        Some(_) => "new in how the archive is packed",
        None => "unusual in how the archive is packed",
    };
    for oddity in diff.new_oddities.iter().filter(|o| !o.is_common()).take(LISTED) {
        hang(out, "  ", 4, &format!("{made}: {oddity}"))?;
    }
    match &diff.old {
        Some(old) => paragraph(out, 2, &format!("Since {}:", old.name()))?,
        None => {
            let text = match before {
                Before::Unknown(why) => format!("Compared with nothing: {why}."),
                _ => "There is no previous version of it, so all of it is new:".to_owned(),
            };
            paragraph(out, 2, &text)?;
        }
    }
    page::list(diff, page::Listed { first: LISTED, ..page::Listed::default() }, out)
}

/// What could not be read or attributed, and how to say it.
fn gaps(about: About<'_>, out: &mut dyn Write) -> io::Result<()> {
    let metadata = &about.package.metadata;
    let unused: Vec<_> = metadata.unused.iter().map(ToString::to_string).collect();
    let unused = unused.join("; ");
    let unused = if unused.is_empty() { unused } else { format!(" ({unused})") };
    paragraph(out, 2, &format!("Distfiles taken from {}{unused}.", metadata.origin))?;
    if let Some(stop) = about.package.ebuild.lost {
        paragraph(out, 2, &format!("The ebuild {stop}, so what it sets is not known."))?;
    }
    for asked in about.asked {
        paragraph(out, 2, &format!("Not read from the ebuild: {asked}."))?;
    }
    if !about.unattributed.is_empty() {
        // Of a package with crates there may be hundreds; the JSON has them all.
        let names: Vec<&str> = about.unattributed.iter().take(NAMED).map(String::as_str).collect();
        let more = about.unattributed.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = format!("{}{more}", names.join(", "));
        let text = "Not compared: the package's version is not in the file name";
        paragraph(out, 2, &format!("{text}: {names} (name them with --distfile)."))?;
    }
    if !about.unfetched.is_empty() {
        let names = about.unfetched.join(", ");
        let text = "Not compared: fetched for some USE flags only, and not in DISTDIR";
        paragraph(out, 2, &format!("{text}: {names}."))?;
    }
    if let Some(page) = about.page {
        paragraph(out, 2, &format!("The diff as a page: {}", page.display()))?;
    }
    Ok(())
}

/// What to run next: explain what failed, read each unread diff, record the reading. However many
/// dependencies are unread, one command walks through them.
fn commands(about: About<'_>, outcome: &Examined) -> Vec<Words> {
    let word = |text: &str| text.to_owned();
    let classes = next::classes(&outcome.report);
    let classes: Vec<_> =
        classes.into_iter().filter(|class| *class != FailureClass::ReviewAbsent).collect();
    let mut commands: Vec<Words> = next::explain(&classes).into_iter().collect();
    let read = outcome.report.by_name();
    for comparison in &outcome.comparisons {
        let unread = read
            .get(comparison.pair.new.as_str())
            .iter()
            .flat_map(|d| &d.findings)
            .any(|f| f.check == Check::Review && f.class == Some(FailureClass::ReviewAbsent));
        let fits = unread && !comparison.pair.dependency;
        let (Some(Ok(diff)), true) = (&comparison.diff, fits) else { continue };
        let paths = diff.old.iter().chain([&diff.new]).map(|side| next::path(&side.file));
        let paths: Vec<_> = paths.collect();
        let show = [word("diff"), word("--unified")].into_iter().chain(paths.clone());
        commands.push(next::distvouch(show));
        let mut review = vec![word("review")];
        review.extend(paths);
        if !comparison.counts() {
            // A record of less than all of it would not count.
            review.push(word("--whole"));
        }
        if let Some(path) = about.reviews {
            review.extend([word("--file"), next::path(path)]);
        }
        review.extend([word("--note"), word("TEXT")]);
        commands.push(next::distvouch(review));
    }
    if !outcome.dependencies.unread.is_empty() {
        for how in [vec![word("--read")], vec![word("--record"), word("TEXT")]] {
            let again = about.again.iter().map(|text| next::word(text));
            commands.push(next::distvouch(again.chain(how)));
        }
    }
    commands
}

/// Prints the report as JSON: that of `distvouch check`, and what is of the bump next to it.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn json(about: About<'_>, outcome: &Examined, out: &mut dyn Write) -> io::Result<()> {
    let mut value = report_json::value(&outcome.report);
    if let Value::Object(object) = &mut value {
        let package = about.package;
        let before = package.before.as_ref();
        let looked = json!({
            "name": package.title(),
            "ebuild": package.ebuild.path.to_string_lossy(),
            "version": package.ebuild.version.as_str(),
            "previous_version": before.map(|b| b.version.as_str()),
            "previous_found": before.map(|b| b.source.to_string()),
            "distfiles_from": package.metadata.origin.to_string(),
            "distfiles": package.metadata.src_uri.as_ref().map(|src_uri| src_uri.names().collect::<Vec<_>>()),
            "not_used": package.metadata.unused.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        object.insert("package".to_owned(), looked);
        let diffs: Vec<Value> = outcome.comparisons.iter().map(diff_json).collect();
        object.insert("diffs".to_owned(), diffs.into());
        let asked = about.asked.iter().map(|asked| {
            json!({"variable": asked.variable, "flag": asked.flag, "text": asked.to_string()})
        });
        object.insert("asked".to_owned(), asked.collect());
        object.insert("unattributed".to_owned(), about.unattributed.into());
        object.insert("unfetched".to_owned(), about.unfetched.into());
        object.insert("dependencies".to_owned(), dependencies::value(&outcome.dependencies));
        let manifest = outcome.manifest.as_ref().map(|changes| {
            json!({
                "added": changes.added,
                "replaced": changes.replaced,
                "removed": changes.removed,
            })
        });
        object.insert("manifest".to_owned(), manifest.into());
        object.insert("next".to_owned(), report_json::commands(&commands(about, outcome)));
    }
    super::json_writer::print(&value, out)
}

fn diff_json(comparison: &Comparison) -> Value {
    let (diff, error) = match &comparison.diff {
        Some(Ok(diff)) => (Some(page::value(diff)), None),
        Some(Err(error)) => (None, Some(error.to_string())),
        None => (None, None),
    };
    json!({
        "new": comparison.pair.new,
        "old": comparison.pair.old,
        "diff": diff,
        "error": error,
    })
}
