//! Workflow commands of GitHub Actions, which show as annotations next to the lines of a change.

use crate::answer::kinds::Level;
use crate::bytes::escape::escaped;
use crate::check::scan::Observation;
use std::io::{self, Write};

/// Prints an annotation.
pub(super) fn annotation(observation: &Observation, out: &mut dyn Write) -> io::Result<()> {
    let command = match observation.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let file = property(&observation.file.to_string_lossy());
    let line = observation.line.map(|line| format!(",line={line}")).unwrap_or_default();
    let title = property(&format!("distvouch: {}", observation.kind));
    let text = data(&observation.text);
    writeln!(out, "::{command} file={file}{line},title={title}::{text}")
}

/// Text in a workflow command: what begins or ends one is encoded.
fn data(text: &str) -> String {
    escaped(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The same in a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
