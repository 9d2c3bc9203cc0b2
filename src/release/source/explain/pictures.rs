//! Pictures that are nothing else by their contents.

use regex::bytes::Regex;
use std::sync::LazyLock;

/// Whether an SVG does anything but to be seen: a script in any namespace, a handler of events.
pub(super) fn is_active(contents: &[u8]) -> bool {
    static ACTIVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i-u)<[^\s<>/!?]*(?:script|foreignobject|handler|iframe|animate|set)\b|javascript:|\bon[a-z]+\s*=|<!entity|<\?xml-stylesheet|encoding\s*=\s*["']utf-?(?:7|16|32)|data:text/|<use\b[^>]*href\s*=\s*["'](?:[a-z]+:)?//|href\s*=\s*(?:"[^"]*(?:&#|&colon|&tab|&newline|[\t\r\n])|'[^']*(?:&#|&colon|&tab|&newline|[\t\r\n]))"#).ok()
    });
    ACTIVE.as_ref().is_none_or(|active| active.is_match(contents))
}

/// A picture or document by its first and last bytes, where its name says the same.
pub(super) fn picture(path: &str, contents: &[u8]) -> Option<&'static str> {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    let trimmed = contents.trim_ascii_end();
    let is = match extension.as_str() {
        "png" => contents.starts_with(b"\x89PNG\r\n\x1a\n") && png_ends(contents),
        "jpg" | "jpeg" => contents.starts_with(b"\xff\xd8\xff") && contents.ends_with(b"\xff\xd9"),
        "gif" => contents.starts_with(b"GIF8") && contents.ends_with(b";"),
        "ico" => contents.starts_with(b"\0\0\x01\0") && ico_ends(contents),
        "webp" => contents.starts_with(b"RIFF") && contents.get(8..12) == Some(b"WEBP"),
        "pdf" => contents.starts_with(b"%PDF-") && trimmed.ends_with(b"%%EOF"),
        _ => false,
    };
    match extension.as_str() {
        _ if !is => None,
        "pdf" => Some("a PDF document"),
        _ => Some("a picture"),
    }
}

/// Whether the pictures of an icon are all that it holds.
fn ico_ends(contents: &[u8]) -> bool {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
    let Some(count) = contents.get(4..6).map(number) else { return false };
    let mut end = 6 + 16 * count;
    for at in 0..count {
        let entry = contents.get(6 + 16 * at..22 + 16 * at);
        let Some((size, offset)) = entry.and_then(|e| e.get(8..12).zip(e.get(12..16))) else {
            return false;
        };
        if number(offset) != end {
            return false;
        }
        end = end.saturating_add(number(size));
    }
    count > 0 && end == contents.len()
}

/// Whether nothing follows the end of a PNG.
fn png_ends(contents: &[u8]) -> bool {
    let mut rest = contents.get(8..).unwrap_or_default();
    loop {
        // What is cut off ends all the same.
        let Some((length, after)) = rest.split_first_chunk::<4>() else { return true };
        let length = u32::from_be_bytes(*length) as usize;
        let Some((kind, _)) = after.split_first_chunk::<4>() else { return true };
        let Some(next) = length.checked_add(8).and_then(|skip| after.get(skip..)) else {
            return true;
        };
        if kind == b"IEND" {
            return next.is_empty();
        }
        rest = next;
    }
}
