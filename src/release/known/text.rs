//! The text form of a list: one row a line, in columns with tabs between them.
//!
//! The SHA-256 in hexadecimal (at least the 32 digits that are kept), the file's name, the project,
//! and the day as `YYYY-MM-DD` or `-`.

use super::{Collected, Digest, KEPT, Known, KnownError};
use crate::bytes::digests::hex;
use jiff::civil::Date;
use std::path::Path;

/// Whether the bytes begin as the text form does.
pub(crate) fn is_list(bytes: &[u8]) -> bool {
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    std::str::from_utf8(line).is_ok_and(|line| row(line).is_ok())
}

pub(super) fn read(bytes: &[u8], path: &Path) -> Result<Known, KnownError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| KnownError::Form { path: path.to_owned(), why: "it is not UTF-8" })?;
    let mut rows = Collected::default();
    for (at, line) in text.lines().enumerate() {
        let (digest, name, project, day) = row(line).map_err(|why| KnownError::Line {
            path: path.to_owned(),
            line: at + 1,
            why,
        })?;
        rows.add(name, project, day, digest);
    }
    if rows.len() == 0 {
        return Err(KnownError::Form { path: path.to_owned(), why: "it is empty" });
    }
    Ok(rows.into())
}

pub(super) fn write(known: &Known) -> String {
    let mut text = String::new();
    for version in known.versions() {
        let day = version.day.map_or_else(|| "-".to_owned(), date);
        let digest = hex(&version.digest);
        text.push_str(&format!("{digest}\t{}\t{}\t{day}\n", version.name, version.project));
    }
    text
}

type Line<'a> = (Digest, &'a str, &'a str, Option<u32>);

fn row(line: &str) -> Result<Line<'_>, &'static str> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [digest, name, project, day] = columns.as_slice() else {
        return Err("it has not four columns with tabs between them");
    };
    let digits = digest.len() >= 2 * KEPT && digest.len() <= 64;
    if !digits || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("the first column is not 32 to 64 hexadecimal digits");
    }
    let plain = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
    if !plain(name) || name.contains('/') {
        return Err("the second column is not a file's name");
    }
    if !plain(project) {
        return Err("the third column does not name a project");
    }
    let day = match *day {
        "-" => None,
        day => Some(days(day).ok_or("the fourth column is neither - nor a day as YYYY-MM-DD")?),
    };
    let mut kept = Digest::default();
    for (to, pair) in kept.iter_mut().zip(digest.as_bytes().chunks(2)) {
        let digit = |b: &u8| (*b as char).to_digit(16).and_then(|d| u8::try_from(d).ok());
        if let [high, low] = pair {
            *to = digit(high).unwrap_or_default() << 4 | digit(low).unwrap_or_default();
        }
    }
    Ok((kept, name, project, day))
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn days(day: &str) -> Option<u32> {
    let day: Date = day.parse().ok()?;
    let span = day.since(EPOCH).ok()?;
    u32::try_from(span.get_days()).ok()
}

/// A day since 1970 as `YYYY-MM-DD`.
pub(crate) fn date(day: u32) -> String {
    let span = jiff::Span::new().try_days(day);
    match span.and_then(|span| EPOCH.checked_add(span)) {
        Ok(day) => day.to_string(),
        Err(_) => "an impossible date".to_owned(),
    }
}
