//! The list of allowed signers (ssh-keygen(1), ALLOWED SIGNERS).

use crate::bytes::input::{EVIDENCE_LIMIT, InputError, read_operand};
use crate::bytes::sniff::Kind;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The most lines of a list.
const LINE_LIMIT: usize = 100_000;

/// One signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// The line, from 1.
    pub(crate) number: usize,
    /// Patterns of the identities that the key may sign as.
    pub(crate) principals: String,
    /// The key.
    pub(crate) key: KeyData,
    /// Whether the key only signs certificates.
    pub(crate) authority: bool,
    /// Patterns of the namespaces that it may sign for; `None` is any.
    pub(crate) namespaces: Option<String>,
    /// The time from which on it may sign.
    pub(crate) after: Option<SystemTime>,
    /// The time until which it may sign.
    pub(crate) before: Option<SystemTime>,
}

/// The signers that count, and for what.
#[derive(Debug, Clone)]
pub(crate) struct AllowedSigners {
    path: PathBuf,
    lines: Vec<Line>,
    identity: Option<String>,
    namespace: String,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LineFault {
    /// Not UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// A quotation mark is missing.
    #[error("a quotation mark is missing")]
    Quote,
    /// Not principals, options and a key.
    #[error("a line is made of principals, options and a key")]
    Form,
    /// The key cannot be read.
    #[error("the key cannot be read")]
    Key,
    /// An option that ssh-keygen does not know either.
    #[error("the option \"{0}\" is unknown, malformed or given twice")]
    Option(String),
    /// A time that is not `YYYYMMDD`, with `HHMM` and `SS` and `Z` or without.
    #[error("\"{0}\" is not a time like 20260131 or 202601311200Z")]
    Time(String),
}

/// Why a list could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AllowedError {
    /// The file could not be read.
    #[error(transparent)]
    Input(InputError),
    /// A line is not what it should be.
    #[error("{}:{line}: {fault}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        fault: LineFault,
    },
    /// It is not a list, but a file of another kind.
    #[error("{}: is not a list of allowed signers: it is {}", path.display(), kind.advice())]
    Kind {
        /// The file.
        path: PathBuf,
        /// What it is.
        kind: Kind,
    },
    /// The list has no signers.
    #[error("{}: lists no allowed signer", .0.display())]
    Empty(PathBuf),
    /// The list has more lines than are read.
    #[error("{}: lists more than {LINE_LIMIT} allowed signers", .0.display())]
    TooMany(PathBuf),
}

impl AllowedSigners {
    /// Reads a list. Only lines about `identity` count, if one is given, and only signatures for
    /// `namespace`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, a line of it cannot be understood, or it has none. ssh-keygen
    /// passes over such a line; anyone who wrote it meant a signer.
    pub(crate) fn read(
        path: &Path,
        identity: Option<String>,
        namespace: String,
    ) -> Result<Self, AllowedError> {
        let bytes = read_operand(path, EVIDENCE_LIMIT).map_err(AllowedError::Input)?;
        Self::of(path, &bytes, identity, namespace)
    }

    /// Reads the list that is `bytes`, of the file at `path`.
    ///
    /// # Errors
    ///
    /// As [`AllowedSigners::read`].
    pub(crate) fn of(
        path: &Path,
        bytes: &[u8],
        identity: Option<String>,
        namespace: String,
    ) -> Result<Self, AllowedError> {
        let lines = parse(path, bytes).map_err(|error| match Kind::of(bytes) {
            Kind::Text | Kind::Binary | Kind::Empty => error,
            kind => AllowedError::Kind { path: path.to_owned(), kind },
        })?;
        Ok(Self { path: path.to_owned(), lines, identity, namespace })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The signers.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Who must have signed; `None` is anyone of the list.
    pub(crate) fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// What signatures must be for.
    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }
}

/// Reads the signers of the list `path`, whose content is `bytes`.
///
/// # Errors
///
/// As [`AllowedSigners::read`].
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<Line>, AllowedError> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|b| *b == b'\n')) {
        match parse_line(number, line) {
            Ok(line) => lines.extend(line),
            Err(fault) => {
                return Err(AllowedError::Line { path: path.to_owned(), line: number, fault });
            }
        }
        if lines.len() > LINE_LIMIT {
            return Err(AllowedError::TooMany(path.to_owned()));
        }
    }
    match lines.is_empty() {
        true => Err(AllowedError::Empty(path.to_owned())),
        false => Ok(lines),
    }
}

/// What is between words: no other blanks, which ssh-keygen takes for part of a word.
const BLANKS: [char; 2] = [' ', '\t'];

/// Reads one line; `None` where it is empty or a comment.
fn parse_line(number: usize, line: &[u8]) -> Result<Option<Line>, LineFault> {
    if line.contains(&0) {
        return Err(LineFault::Form);
    }
    // A carriage return at the end is all that ssh-keygen passes over but blanks.
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = std::str::from_utf8(line).map_err(|_| LineFault::Encoding)?.trim_matches(BLANKS);
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (principals, rest) = word(line)?;
    // Quotation marks stand around all of it, or nowhere.
    let principals = unquoted(principals).ok_or(LineFault::Quote)?.to_owned();
    if principals.is_empty() || rest.is_empty() {
        return Err(LineFault::Form);
    }
    let (options, key) = match parse_key(rest) {
        Some(key) => ("", key),
        None => {
            let (options, rest) = word(rest)?;
            if rest.is_empty() {
                return Err(LineFault::Form);
            }
            (options, parse_key(rest).ok_or(LineFault::Key)?)
        }
    };
    let mut line = Line {
        number,
        principals,
        key,
        authority: false,
        namespaces: None,
        after: None,
        before: None,
    };
    // ssh-keygen passes over empty options, but for one at the end.
    if options.ends_with(',') {
        return Err(LineFault::Option(options.to_owned()));
    }
    for option in split_outside_quotes(options, ',') {
        let fault = || LineFault::Option(option.to_owned());
        let (name, value) = match option.split_once('=') {
            Some((name, value)) if value.starts_with('"') => {
                (name, unquoted(value).ok_or_else(fault)?)
            }
            // Like ssh-keygen: a value is in quotation marks.
            Some(_) => return Err(fault()),
            None => (option, ""),
        };
        // Like ssh-keygen: a second clause of a kind is an error, not another chance.
        let twice = match name.to_ascii_lowercase().as_str() {
            "cert-authority" if option == name => std::mem::replace(&mut line.authority, true),
            "namespaces" if !value.is_empty() => {
                line.namespaces.replace(value.to_owned()).is_some()
            }
            "valid-after" => line.after.replace(time(value)?).is_some(),
            "valid-before" => line.before.replace(time(value)?).is_some(),
            _ => return Err(fault()),
        };
        if twice {
            return Err(fault());
        }
    }
    Ok(Some(line))
}

/// `value` without the quotation marks around it; `None` where there are others.
fn unquoted(value: &str) -> Option<&str> {
    let inner = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => value,
    };
    (!inner.contains('"')).then_some(inner)
}

/// The key at the start of `text`: its type and base64, whatever follows.
fn parse_key(text: &str) -> Option<KeyData> {
    let mut words = text.split(BLANKS).filter(|word| !word.is_empty());
    let key = PublicKey::from_openssh(&format!("{} {}", words.next()?, words.next()?)).ok()?;
    Some(key.key_data().clone())
}

/// Splits off the first word, which may hold spaces inside of quotation marks.
fn word(text: &str) -> Result<(&str, &str), LineFault> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                let (word, rest) = text.split_at(at);
                return Ok((word, rest.trim_start_matches(BLANKS)));
            }
            _ => {}
        }
    }
    if quoted { Err(LineFault::Quote) } else { Ok((text, "")) }
}

fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .filter(|part| !part.is_empty())
}

/// Reads `YYYYMMDD[HHMM[SS]][Z]`, or `UTC` for the Z. Without it, ssh-keygen means the local time zone; here it is
/// UTC, so that the answer does not depend on the machine.
fn time(text: &str) -> Result<SystemTime, LineFault> {
    let fault = || LineFault::Time(text.to_owned());
    let zone = |zone: &str| {
        let (digits, end) = text.split_at_checked(text.len().checked_sub(zone.len())?)?;
        end.eq_ignore_ascii_case(zone).then_some(digits)
    };
    let digits = zone("Z").or_else(|| zone("UTC")).unwrap_or(text);
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return Err(fault());
    }
    // Before there was a time.
    if digits.get(..4).is_none_or(|year| year < "1970") {
        return Err(fault());
    }
    let number = |from: usize, to: usize| -> i8 {
        digits.get(from..to).and_then(|part| part.parse().ok()).unwrap_or_default()
    };
    let year = digits.get(..4).and_then(|part| part.parse().ok()).ok_or_else(fault)?;
    let time = DateTime::new(
        year,
        number(4, 6),
        number(6, 8),
        number(8, 10),
        number(10, 12),
        number(12, 14),
        0,
    )
    .map_err(|_| fault())?;
    // The last days of the year 9999 are a way to say never, and beyond what is counted here.
    let time = time.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |time| time.timestamp());
    Ok(time.into())
}

/// Whether `text` matches a list of patterns (ssh_config(5), PATTERNS): one of them matches, and
/// none that begins with `!` does.
pub(super) fn matches_list(text: &str, list: &str) -> bool {
    let mut matched = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(pattern) if matches_pattern(text, pattern) => return false,
            Some(_) => {}
            None => matched |= matches_pattern(text, pattern),
        }
    }
    matched
}

/// Whether all of `text` matches `pattern`, with `*` and `?`. Takes time proportional to the product
/// of both lengths at worst.
fn matches_pattern(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
    let (mut t, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                t += 1;
                p += 1;
            }
            _ => {
                // Let the last star take one byte more.
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                (t, p) = (from + 1, after);
            }
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|b| *b == b'*')
}

#[cfg(test)]
#[path = "allowed_tests.rs"]
mod tests;
