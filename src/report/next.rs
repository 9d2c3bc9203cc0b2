//! What to run next: commands that a shell runs as they stand.

use super::layout::command;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::Finding;
use crate::answer::requirement::Status;
use crate::check::Report;
use crate::check::pin::Value;
use std::io::{self, Write};
use std::path::Path;

/// A command, word by word, quoted.
pub(crate) type Words = Vec<String>;

/// A word for a shell.
pub(crate) fn word(text: &str) -> String {
    Value::Literal(text.to_owned()).quoted()
}

/// A path for a shell.
pub(crate) fn path(path: &Path) -> String {
    word(&path.display().to_string())
}

/// A command of the program itself.
pub(crate) fn distvouch(arguments: impl IntoIterator<Item = String>) -> Words {
    std::iter::once("distvouch".to_owned()).chain(arguments).collect()
}

/// The classes worth explaining, worst first: what contradicts, and what is required and not met.
pub(crate) fn classes(report: &Report) -> Vec<FailureClass> {
    let mut classes = Vec::new();
    let findings = report.distfiles.iter().flat_map(|distfile| &distfile.findings);
    let counts = |finding: &&Finding| {
        let contradicts = finding.outcome() == Outcome::Contradicts && finding.excused.is_none();
        contradicts || Status::of(finding) != Status::Met
    };
    for class in findings.filter(counts).filter_map(|finding| finding.class) {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    classes
}

/// The command that explains them.
pub(crate) fn explain(classes: &[FailureClass]) -> Option<Words> {
    let names = classes.iter().map(|class| class.name().to_owned());
    let words = distvouch(std::iter::once("explain".to_owned()).chain(names));
    (!classes.is_empty()).then_some(words)
}

/// Writes the commands under one heading.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(commands: &[Words], out: &mut dyn Write) -> io::Result<()> {
    for (at, words) in commands.iter().enumerate() {
        command(out, if at == 0 { "Next: " } else { "      " }, words)?;
    }
    Ok(())
}
