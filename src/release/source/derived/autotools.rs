//! What autoconf and its kin make: `aclocal.m4` by its pieces, `config.h.in`, stamps and gettext's list
//! of sources by their grammars.

use super::{Checked, aclocal};
use crate::release::archive::Entry;
use crate::release::source::context::Context;
use crate::release::source::generated::{is_autoheader, is_plain_header};
use crate::release::source::texts::{directory_of, name_of, text};

pub(super) fn check(context: &Context<'_>, entry: &Entry, path: &str) -> Option<Checked> {
    let directory = directory_of(path);
    let configured = |directory: &str| context.configure_input(directory).is_some();
    if name_of(path) == "aclocal.m4" && configured(directory) {
        return aclocal::check(context, directory, text(entry)?);
    }
    // One that git has is autoheader's there, too. git's text is read last: there is room for so many.
    let own = || {
        context.view.has_file(path)
            && !context.view.text(path).is_some_and(|text| is_autoheader(&text))
    };
    if path.ends_with(".in")
        && (configured(directory) || configured(""))
        && is_plain_header(entry)
        && !own()
    {
        let rest = "which macros configure may define in it".to_owned();
        return Some(Checked::partly("autoheader's: nothing but comments and #undef", vec![rest]));
    }
    let name = name_of(path);
    if is_called_stamp(name) && text(entry).is_some_and(is_stamp) && !entry.is_executable() {
        return Some(Checked::same("a stamp of make's: a word or a date and nothing else"));
    }
    if name == "POTFILES.in" {
        let has = |file: &str| context.members.contains_key(file.as_bytes());
        return text(entry)
            .filter(|text| is_list(text, &has))
            .map(|_| Checked::same("gettext's list of sources, each of which is in the archive"));
    }
    None
}

/// Whether a name is that of automake's, autoheader's, gettext's or texinfo's stamps. Any other may tell make
/// that a step of git's own is done.
fn is_called_stamp(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("stamp-") else { return false };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let header = rest.strip_prefix('h').map(|rest| rest.strip_suffix(".in").unwrap_or(rest));
    header.is_some_and(digits) || digits(rest) || matches!(rest, "vti" | "po")
}

/// `timestamp`, or a date.
fn is_stamp(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | ':' | '-' | '+' | ',');
    let text = text.trim_end();
    text.len() <= 40
        && (text == "timestamp"
            || text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.contains(':')
            || text.is_empty())
        && text.chars().all(plain)
}

/// A list of files, one a line, each of which `has` knows.
fn is_list(text: &str, has: &dyn Fn(&str) -> bool) -> bool {
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.into_iter().all(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_and_lists() {
        assert!(is_stamp("timestamp\n") && is_stamp("Sun Nov 22 10:00:00 UTC 2026\n"));
        for other in ["time\nstamp", "rm -rf /", "a: $(x)", "timestamp; x", "all:\n\tx"] {
            assert!(!is_stamp(other), "{other}");
        }
        let has = |file: &str| file == "src/a.c";
        assert!(is_list("# sources\n\nsrc/a.c\n", &has) && !is_list("src/a.c\nsrc/b.c\n", &has));
    }
}
