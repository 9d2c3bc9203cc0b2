//! The records of a pax extended header (POSIX.1-2001), as far as all programs read them alike.

use super::super::error::{Fault, ambiguous};
use super::super::listing::show;
use std::collections::BTreeSet;

/// What a pax header says of the member behind it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) comment: Option<Vec<u8>>,
}

/// Keys that decide neither where a member goes nor what is in it.
const INERT: [&[u8]; 14] = [
    b"atime",
    b"ctime",
    b"mtime",
    b"uid",
    b"gid",
    b"uname",
    b"gname",
    b"comment",
    b"LIBARCHIVE.creationtime",
    b"SCHILY.dev",
    b"SCHILY.ino",
    b"SCHILY.nlink",
    b"SCHILY.fflags",
    b"RHT.security.selinux",
];

/// Beginnings of such keys.
const INERT_START: [&[u8]; 3] = [b"LIBARCHIVE.xattr.", b"SCHILY.xattr.", b"NODETAR."];

/// How bsdtar's records of extended attributes begin; the value is in base64.
const ENCODED: &[u8] = b"LIBARCHIVE.xattr.";

/// Whether it is base64 as bsdtar writes it, without padding.
fn is_base64(value: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    !value.is_empty() && value.len() % 4 != 1 && value.iter().all(plain)
}

impl Records {
    /// Reads `data`; `global` where it is about all members behind it. `member` is what messages
    /// call it.
    pub(super) fn read(data: &[u8], global: bool, member: &str) -> Result<Self, Fault> {
        let refuse = |what| Err(ambiguous(member, what));
        let mut records = Self::default();
        let mut seen = BTreeSet::new();
        let mut rest = data;
        while !rest.is_empty() {
            let Some((key, value, behind)) = record(rest) else {
                return refuse("has a pax header that is not a plain list of records");
            };
            rest = behind;
            if !seen.insert(key) {
                return refuse("has a pax header that says something twice");
            }
            // Python looks for this key in values, too.
            if value.windows(11).any(|part| part == b"hdrcharset=") {
                return refuse("has a pax header that names a character set");
            }
            match key {
                b"path" | b"linkpath" | b"size" if global => {
                    let what = "is set for all members at once by a global pax header";
                    return Err(ambiguous(show(key), what));
                }
                b"path" | b"linkpath" => {
                    if value.is_empty() || std::str::from_utf8(value).is_err() {
                        return refuse("has a name in its pax header that is not UTF-8");
                    }
                    match key {
                        b"path" => records.path = Some(value.to_vec()),
                        _ => records.link = Some(value.to_vec()),
                    }
                }
                b"size" => match decimal(value) {
                    Some(size) => records.size = Some(size),
                    None => return refuse("has a size in its pax header that is not a number"),
                },
                b"uid" | b"gid" if decimal(value).is_none() => {
                    return refuse("has an owner in its pax header that is not a number");
                }
                b"atime" | b"ctime" | b"mtime" if !is_time(value) => {
                    return refuse("has a time in its pax header that is not a number");
                }
                b"comment" => records.comment = Some(value.to_vec()),
                _ if key.starts_with(ENCODED) && !is_base64(value) => {
                    return refuse("has an extended attribute that bsdtar cannot decode");
                }
                _ if INERT.contains(&key) => {}
                _ if INERT_START.iter().any(|start| key.starts_with(start)) => {}
                _ => return refuse("has a pax header with a key that few programs know"),
            }
        }
        Ok(records)
    }
}

/// The first record: its key, its value, and what follows it. A line feed or NUL in it would make it
/// two, or less, to some programs.
fn record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = data.iter().take(8).position(|b| *b == b' ')?;
    let length = decimal(data.get(..space)?)?;
    let (record, behind) = data.split_at_checked(usize::try_from(length).ok()?)?;
    let record = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|b| *b == b'=')?;
    let (key, value) = (record.get(..equals)?, record.get(equals + 1..)?);
    let plain = key.iter().all(u8::is_ascii_graphic) && !key.is_empty();
    (plain && !value.contains(&b'\n') && !value.contains(&0)).then_some((key, value, behind))
}

/// A decimal number without anything in front.
fn decimal(text: &[u8]) -> Option<u64> {
    let plain = matches!(text, [b'0'] | [b'1'..=b'9', ..]) && text.iter().all(u8::is_ascii_digit);
    let value: u64 = std::str::from_utf8(text).ok().filter(|_| plain)?.parse().ok()?;
    i64::try_from(value).is_ok().then_some(value)
}

/// Seconds since 1970, perhaps with a fraction, perhaps before.
fn is_time(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let mut parts = text.splitn(2, |b| *b == b'.');
    let whole = parts.next().is_some_and(|part| decimal(part).is_some());
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    whole && parts.next().is_none_or(digits) && text.len() < 40
}
