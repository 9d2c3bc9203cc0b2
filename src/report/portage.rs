//! Lines for a package manager: `LEVEL<TAB>TEXT`, and for the eclass one line that ends them.
//!
//! LEVEL is `say` for what is printed without a mark, or the name of an elog function: `ewarn`,
//! `eqawarn`, `eerror`. What agrees is only ever said: einfo and elog put a green star in front. All of
//! these print through `echo -e`, so a backslash comes twice, and control characters are escaped.

use super::{Style, findings};
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::answer::requirement::Status;
use crate::answer::summary::Clock;
use crate::bytes::escape::escaped_line;
use crate::bytes::input::file_name;
use crate::check::{DistfileReport, Report};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The columns of a line: the eclass and elog's functions put three before it.
const WIDTH: usize = 77;

/// What the eclass is told.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// What was checked; `None` where that never began.
    pub(crate) report: Option<Report>,
    /// What is refused for another reason than a finding.
    pub(crate) refusals: Vec<Refusal>,
    /// What the user should be warned of next to it.
    pub(crate) remarks: Vec<String>,
    /// Whether what was not checked is refused.
    pub(crate) strict: bool,
    /// Whether to say what the Manifest has settled.
    pub(crate) settled: bool,
    /// Evidence that is listed in the Manifest itself, by name.
    pub(crate) listed: Option<String>,
    /// Whether to say who gets past all of it together.
    pub(crate) summary: bool,
}

/// Why a file is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Its name.
    pub(crate) file: String,
    /// The class.
    pub(crate) class: FailureClass,
    /// What happened.
    pub(crate) text: String,
}

/// Prints `report` for `--format portage`.
pub(super) fn print(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    print_findings(report, style.quiet, false, out)?;
    if !style.quiet && !report.distfiles.is_empty() {
        print_settled(report, report.clock, None, out)?;
        print_summary(report, out)?;
    }
    Ok(())
}

/// Prints `answer` and its end. Returns whether everything required was met, or at least not refused.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn answer(answer: &Answer, out: &mut dyn Write) -> io::Result<bool> {
    for remark in &answer.remarks {
        line(out, "ewarn", remark)?;
    }
    if let Some(report) = &answer.report {
        print_findings(report, false, answer.strict, out)?;
    }
    for refusal in &answer.refusals {
        let text = format!("{}: {}: {}", refusal.file, refusal.class.name(), refusal.text);
        line(out, "eerror", &text)?;
    }
    if let Some(refusal) = end(answer) {
        // The line that ends an answer is one line.
        return writeln!(out, "die\t{}", no_option(&protected(&refusal))).map(|()| false);
    }
    if let Some(report) = &answer.report {
        if let Some(unchecked) = required(report).find(|(_, f)| f.class.is_some()) {
            let text =
                "something was not checked, see above; VERIFY_SIG_STRICT=yes would refuse it";
            line(out, "ewarn", &format!("{}: {text}", unchecked.0.name))?;
        }
        if answer.settled {
            // The eclass only ever asks once the Manifest was recorded.
            print_settled(report, Clock::Emerge, answer.listed.as_deref(), out)?;
        }
        if answer.summary {
            print_summary(report, out)?;
        }
    }
    writeln!(out, "done").map(|()| true)
}

/// The line of the refusal, if anything is refused: of the first file, with all of its classes.
fn end(answer: &Answer) -> Option<String> {
    let mut refused: Vec<(String, FailureClass, String)> = Vec::new();
    for (distfile, finding) in answer.report.iter().flat_map(required) {
        let Some(class) = finding.class else { continue };
        let text = match finding.outcome() {
            Outcome::NotChecked if answer.strict => {
                format!("{}, and VERIFY_SIG_STRICT=yes", finding.compared)
            }
            Outcome::NotChecked => continue,
            _ => finding.compared.clone(),
        };
        refused.push((distfile.name.clone(), class, text));
    }
    for error in answer.report.iter().flat_map(|report| &report.errors) {
        let file = file_name(error.path());
        refused.push((file, FailureClass::NotCheckedNoAnswer, error.to_string()));
    }
    refused.extend(answer.refusals.iter().map(|r| (r.file.clone(), r.class, r.text.clone())));

    let (file, class, text) = refused.first()?;
    let mut classes: Vec<&str> = Vec::new();
    for (_, class, _) in refused.iter().filter(|(other, ..)| other == file) {
        if !classes.contains(&class.name()) {
            classes.push(class.name());
        }
    }
    let files: BTreeSet<_> = refused.iter().map(|(file, ..)| file).collect();
    let more = match files.len() {
        0 | 1 => String::new(),
        2 => ", and another file".to_owned(),
        many => format!(", and {} other files", many - 1),
    };
    let (classes, class) = (classes.join(", "), class.name());
    Some(format!("{file}: {classes}: {text}{more}; see 'distvouch explain {class}'"))
}

/// The required findings, each with its distfile.
fn required(report: &Report) -> impl Iterator<Item = (&DistfileReport, &Finding)> {
    let each = report.distfiles.iter().flat_map(|d| d.findings.iter().map(move |f| (d, f)));
    each.filter(|(_, finding)| finding.required)
}

fn print_findings(
    report: &Report,
    quiet: bool,
    strict: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for distfile in &report.distfiles {
        for finding in &distfile.findings {
            // That is said once, of all of them.
            if finding.check != Check::Manifest || finding.class.is_some() {
                print_finding(distfile, finding, quiet, strict, out)?;
            }
        }
    }
    for error in &report.errors {
        line(out, "eerror", &error.to_string())?;
    }
    Ok(())
}

fn print_finding(
    distfile: &DistfileReport,
    finding: &Finding,
    quiet: bool,
    strict: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let level = level(finding, strict);
    let word = finding.outcome().word().replace('-', " ");
    let head = format!("{}: {} {word}", distfile.name, finding.check.name());
    match finding.class {
        _ if quiet && level == "say" => {}
        None => {
            said(out, &format!("{head}: {}", finding.compared))?;
            if !finding.vouches.is_empty() {
                let what = findings::vouching(finding);
                said(out, &format!("  {what}: {}", finding.vouches))?;
            }
            let commit = findings::commit(finding);
            if !commit.is_empty() {
                said(out, &format!("  commit: {commit}"))?;
            }
            if let Some(run) = findings::run(finding) {
                said(out, &format!("  run: {run}"))?;
            }
            if !finding.forgers.is_empty() {
                let words: Vec<_> = finding.forgers.iter().map(|c| c.word()).collect();
                said(out, &format!("  could forge it: {}", words.join(", ")))?;
            }
        }
        Some(class) if level == "say" => {
            said(out, &format!("{head}: {}: {}", class.name(), finding.compared))?;
        }
        Some(class) => {
            line(out, level, &format!("{head}: {}: {}", class.name(), finding.compared))?;
        }
    }
    for note in &finding.notes {
        let level = match note.class {
            FailureClass::SignatureWeak | FailureClass::KeyExpiredNow => "eqawarn",
            _ => "ewarn",
        };
        let also = findings::noting(finding);
        line(out, level, &format!("{head}, {also} {} ({})", note.text, note.class.name()))?;
    }
    Ok(())
}

fn level(finding: &Finding, strict: bool) -> &'static str {
    match finding.outcome() {
        Outcome::Agrees => "say",
        Outcome::NotChecked if finding.required && !strict => "ewarn",
        _ if Status::of(finding) != Status::Met => "eerror",
        Outcome::Contradicts | Outcome::Unusable => "ewarn",
        Outcome::Absent | Outcome::NotChecked => "say",
    }
}

/// What the Manifest has settled, if anything, and who is left.
fn print_settled(
    report: &Report,
    clock: Clock,
    listed: Option<&str>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let agrees = |finding: &Finding| finding.check == Check::Manifest && finding.class.is_none();
    let fixed = report.distfiles.iter().filter(|d| d.findings.iter().any(agrees));
    let fixed: Vec<_> = fixed.map(|distfile| distfile.name.as_str()).collect();
    let what = match listed {
        _ if !fixed.is_empty() && fixed.len() == report.distfiles.len() => "these bytes".to_owned(),
        Some(listed) if fixed.is_empty() => listed.to_owned(),
        _ if fixed.is_empty() => return Ok(()),
        _ => fixed.join(", "),
    };
    said(
        out,
        &match clock {
            Clock::Bump => format!(
                "The Manifest lists {what} (could forge it: gentoo). You are recording it now, so \
                 it protects nothing yet."
            ),
            Clock::Emerge => format!(
                "The Manifest already fixes {what} (could forge it: gentoo); the other checks \
                 repeat those of the bump."
            ),
        },
    )
}

/// Who gets past all of it together, and what provenance changes about that.
fn print_summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if !report.summary.is_open {
        let sets = super::sets::in_line(&report.summary.attackers.sets());
        said(out, &format!("Who could still have forged this: {sets}"))?;
    }
    if let Some(sentence) = super::provenance_sentence(report) {
        said(out, &sentence)?;
    }
    Ok(())
}

/// Text without a mark.
fn said(out: &mut dyn Write, text: &str) -> io::Result<()> {
    line(out, "say", text)
}

/// Text in lines that fit; what follows the first is indented.
fn line(out: &mut dyn Write, level: &str, text: &str) -> io::Result<()> {
    let text = protected(text);
    let indent = " ".repeat(text.len() - text.trim_start_matches(' ').len());
    let hanging = format!("{indent}    ");
    let options = textwrap::Options::new(WIDTH).break_words(false).initial_indent(&indent);
    let options = options.subsequent_indent(&hanging);
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    // Between blanks only, so that a backslash stays with its second one.
    let options = options.word_separator(textwrap::WordSeparator::AsciiSpace);
    let lines = textwrap::wrap(text.trim_start_matches(' '), options);
    lines.iter().try_for_each(|text| writeln!(out, "{level}\t{}", no_option(text)))
}

/// `text` as `echo -e` prints it back.
fn protected(text: &str) -> String {
    escaped_line(text).replace('\\', "\\\\")
}

/// `ewarn -e` is an option of echo.
fn no_option(text: &str) -> Cow<'_, str> {
    if text.starts_with('-') { format!(" {text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::bytes::escape::escaped;

    fn printed(text: &str) -> String {
        let mut out = Vec::new();
        said(&mut out, text).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_fit_and_hang() {
        let text = format!("  {}", "word ".repeat(40).trim_end());
        let printed = printed(&text);
        let lines: Vec<_> = printed.lines().map(|l| l.strip_prefix("say\t").unwrap()).collect();
        assert!(lines.len() > 2 && lines.iter().all(|l| l.chars().count() <= WIDTH), "{printed}");
        assert!(lines[0].starts_with("  word") && lines[1].starts_with("      word"), "{printed}");
        let joined: Vec<_> = lines.iter().flat_map(|l| l.split_whitespace()).collect();
        assert_eq!(joined.len(), 40);
    }

    #[test]
    fn a_word_that_does_not_fit_stays_whole() {
        let long = "x".repeat(100);
        assert_eq!(printed(&long), format!("say\t{long}\n"));
        assert_eq!(printed(&format!("a {long}")), format!("say\ta\nsay\t    {long}\n"));
        assert_eq!(printed(""), "say\t\n");
    }

    /// The words of the alphabet that `echo -e` knows, beside control characters.
    #[test]
    fn echo_prints_what_was_there() {
        let text = "-e \\033[2J \\x1b \\c \\\\ \\u202e \u{1b}[31m\u{9b}\u{202e}\n * forged\t.";
        let mut out = Vec::new();
        line(&mut out, "eerror", text).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.lines().count() > 1, "{out}");
        let script = "shopt -u xpg_echo; echo -e \"$1\"";
        let echo = |line: &str| {
            let argument = line.strip_prefix("eerror\t").unwrap();
            assert!(argument.starts_with(' '), "an option, or no line that goes on: {out}");
            let mut echoed = std::process::Command::new("bash");
            echoed.args(["-c", script, "-", argument]);
            String::from_utf8(echoed.output().unwrap().stdout).unwrap().trim().to_owned()
        };
        let echoed: Vec<String> = out.lines().map(echo).collect();
        assert_eq!(echoed.join(" "), escaped(text));
    }
}
