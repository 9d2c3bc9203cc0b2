//! One line of a Manifest (GLEP 74), and the armor around all of them.

use super::{DistEntry, Fault, LINE_LIMIT};
use crate::bytes::digests::HashName;
use std::collections::BTreeMap;

/// The most hashes of one entry; GLEP 74 knows eleven.
pub(super) const HASHES: usize = 32;

pub(super) enum Line {
    Empty,
    Other,
    Dist(String, DistEntry),
}

/// Where in a cleartext signature (RFC 9580, section 7) the reader is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Armor {
    /// No armor so far, and only empty lines.
    None,
    /// Entries without an armor.
    Plain,
    /// Between the first line and the empty line.
    Headers,
    /// In the signed text.
    Text,
    /// In the signature.
    Signature,
    /// After the last line.
    Done,
}

impl Armor {
    /// The entry on `line`, or `None` where the line belongs to the armor.
    pub(super) fn step<'a>(&mut self, line: &'a str) -> Result<Option<&'a str>, &'static str> {
        match *self {
            Self::None | Self::Plain if line == "-----BEGIN PGP SIGNED MESSAGE-----" => {
                if *self == Self::Plain {
                    return Err("there are entries before it, outside of what was signed");
                }
                *self = Self::Headers;
            }
            Self::None | Self::Plain => {
                if line.starts_with("-----") {
                    return Err("a dashed line without the beginning of a signed message");
                }
                if !line.is_empty() {
                    *self = Self::Plain;
                }
                return Ok(Some(line));
            }
            Self::Headers if line.is_empty() => *self = Self::Text,
            Self::Headers if line.starts_with("Hash: ") => {}
            Self::Headers => return Err("a header other than Hash is above the signed text"),
            Self::Text if line == "-----BEGIN PGP SIGNATURE-----" => *self = Self::Signature,
            Self::Text => {
                if line.starts_with("-----") {
                    return Err("a dashed line in the signed text is not dash-escaped");
                }
                return Ok(Some(line.strip_prefix("- ").unwrap_or(line)));
            }
            Self::Signature if line == "-----END PGP SIGNATURE-----" => *self = Self::Done,
            Self::Signature => {}
            Self::Done if line.is_empty() => {}
            Self::Done => return Err("there is text after it, outside of what was signed"),
        }
        Ok(None)
    }

    pub(super) fn at_end(self) -> Option<&'static str> {
        match self {
            Self::None | Self::Plain | Self::Done => None,
            Self::Headers | Self::Text | Self::Signature => Some("the file ends inside of it"),
        }
    }
}

/// The line without its LF, as text without control characters.
pub(super) fn clean_line(raw: &[u8]) -> Result<&str, Fault> {
    let line = raw.strip_suffix(b"\n").unwrap_or(raw);
    if line.len() > LINE_LIMIT || (line.len() == LINE_LIMIT && line.len() == raw.len()) {
        return Err(Fault::LineTooLong);
    }
    if line.last() == Some(&b'\r') {
        return Err(Fault::CarriageReturn);
    }
    if let Some(c) = line.iter().find(|c| c.is_ascii_control() && **c != b'\t') {
        return Err(Fault::ControlCharacter(*c));
    }
    std::str::from_utf8(line).map_err(|_| Fault::NotUtf8)
}

pub(super) fn parse_line(line: &str, number: usize) -> Result<Line, Fault> {
    // GLEP 74 separates by spaces; Portage and gemato split at any white space, but a no-break
    // space inside a name would then be read in two ways. Only what all agree on separates here.
    let mut words = line.split([' ', '\t']).filter(|w| !w.is_empty());
    let Some(tag) = words.next() else { return Ok(Line::Empty) };
    match tag {
        "DIST" => {}
        "TIMESTAMP" | "IGNORE" => {
            let word = words.next().ok_or(Fault::Incomplete)?;
            if tag == "TIMESTAMP" && !is_timestamp(word) {
                return Err(Fault::BadTimestamp(shorten(word)));
            }
            return match words.next() {
                None => Ok(Line::Other),
                Some(more) => Err(Fault::Surplus(shorten(more))),
            };
        }
        "MANIFEST" | "DATA" | "EBUILD" | "AUX" | "MISC" => {
            words.next().ok_or(Fault::Incomplete)?;
            parse_size(words.next().ok_or(Fault::Incomplete)?)?;
            return Ok(Line::Other);
        }
        other => return Err(Fault::UnknownTag(shorten(other))),
    }
    let name = words.next().ok_or(Fault::Incomplete)?;
    let name = unescape(name).filter(|n| is_distfile_name(n));
    let name = name.ok_or_else(|| Fault::BadName(shorten(line.get(5..).unwrap_or_default())))?;
    let size = parse_size(words.next().ok_or(Fault::Incomplete)?)?;
    let mut hashes = BTreeMap::new();
    let mut contested = Vec::new();
    while let Some(hash) = words.next() {
        let value = words.next().ok_or_else(|| Fault::HashWithoutValue(shorten(hash)))?;
        let length = HashName::from_name(hash).map(|h| h.size() * 2);
        let is_hex = value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hex || length.is_some_and(|l| l != value.len()) {
            return Err(Fault::BadHash(shorten(hash)));
        }
        let earlier = hashes.insert(hash.to_owned(), value.to_owned());
        if earlier.is_some_and(|e| e != value) && contested.is_empty() {
            contested.push(hash.to_owned());
        }
        if hashes.len() > HASHES {
            return Err(Fault::TooManyHashes);
        }
    }
    Ok(Line::Dist(name, DistEntry { line: number, size, hashes, contested }))
}

/// GLEP 74: `YYYY-MM-DDTHH:MM:SSZ`.
pub(super) fn is_timestamp(word: &str) -> bool {
    word.len() == 20 && word.ends_with('Z') && word.parse::<jiff::Timestamp>().is_ok()
}

pub(super) fn parse_size(word: &str) -> Result<u64, Fault> {
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    word.parse().ok().filter(|_| digits).ok_or_else(|| Fault::BadSize(shorten(word)))
}

/// Whether `name` can be a distfile's: one path component without control characters that is not
/// `.` or `..`.
pub(crate) fn is_distfile_name(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && !name.contains(|c: char| c == '/' || c == '\0' || c.is_control())
}

/// Undoes GLEP 74's path encoding: `\xHH`, `\uHHHH` and `\UHHHHHHHH`.
pub(super) fn unescape(word: &str) -> Option<String> {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let digits = match after.chars().next()? {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => return None,
        };
        let code = after.get(1..1 + digits)?;
        if !code.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
        // Portage does not decode names. One that only pretends to be encoded would be another
        // file there.
        if !c.is_whitespace() && c != '\\' {
            return None;
        }
        out.push(c);
        rest = after.get(1 + digits..)?;
    }
    out.push_str(rest);
    Some(out)
}

/// The start of a word from outside, for a message of bounded length.
pub(super) fn shorten(word: &str) -> String {
    let mut short: String = word.chars().take(60).collect();
    if short.len() < word.len() {
        short.push('…');
    }
    crate::bytes::escape::escaped(&short)
}
