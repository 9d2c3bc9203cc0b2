//! A member's bytes as text, and a path in parts.

use super::view::View;
use crate::release::archive::Entry;

/// A member's contents as text, where every reader sees the same lines in it.
pub(super) fn text(entry: &Entry) -> Option<&str> {
    prose(entry).filter(|text| has_plain_lines(text))
}

/// A member's contents as text.
pub(super) fn prose(entry: &Entry) -> Option<&str> {
    std::str::from_utf8(entry.contents.as_deref()?).ok()
}

/// Whether lines end in LF or CR LF and nowhere else. C, Python, JavaScript, shells and Rust disagree
/// on a lone CR and on other separators, so that one reader's comment is another's code. A form feed may
/// stand alone in a line, as GNU's sources have it.
pub(super) fn has_plain_lines(text: &str) -> bool {
    let separates = |c| matches!(c, '\x0b' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let alone = |line: &str| line == "\x0c" || !line.contains('\x0c');
    !text.contains(separates)
        && text.split('\n').all(|line| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            !line.contains('\r') && alone(line)
        })
}

/// The text of the member at `path`, where git has the same.
pub(super) fn same_text<'e>(view: View<'_>, path: &str, entry: &'e Entry) -> Option<&'e str> {
    let git = view.get(path.as_bytes())?;
    prose(entry).filter(|_| entry.blob.as_ref() == Some(&git.object))
}

/// The last part of a path.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A path's directory, with the slash behind it; empty for the root.
pub(super) fn directory_of(path: &str) -> &str {
    path.strip_suffix(name_of(path)).unwrap_or_default()
}
