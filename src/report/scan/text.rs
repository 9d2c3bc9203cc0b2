//! What a scan found, for people.

use super::super::layout::{count, hang, paragraph};
use crate::bytes::escape::escaped;
use crate::check::scan::{Observation, Package, Totals};
use std::io::{self, Write};

/// Prints what was found in a package.
pub(super) fn package<'a>(
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
