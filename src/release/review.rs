//! The record that a person read a release diff: one line of JSON for each reading, bound to the
//! digests of both archives.
//!
//! The file stands in the package directory, so that it is versioned and reviewed along with the
//! ebuild. Lines are only ever added; a file with a line that is no record is refused as a whole.

use crate::answer::access::Capability;
use crate::answer::facts::{ReviewFacts, ReviewRecord, ReviewedArchive};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::{HashName, hex};
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, read_bounded};
use crate::bytes::output::{Existing, write_whole};
use crate::bytes::pass;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The file's name where none is given.
pub(crate) const DEFAULT_FILE: &str = "distvouch-reviews.jsonl";

/// How long to wait for another process that appends.
const PATIENCE: Duration = Duration::from_secs(10);

/// One of the two archives of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Archive {
    /// Its file name.
    pub(crate) name: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its BLAKE2b digest with 512 bits, in lower-case hexadecimal, as Manifests have it.
    #[serde(rename = "BLAKE2B")]
    pub blake2b: String,
}

impl Archive {
    /// Names and digests the file at `path`.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self, InputError> {
        let (size, digest) = pass::digest(path, HashName::Blake2b, &mut |_| {})?;
        Ok(Self::of(path, size, &digest))
    }

    /// The file at `path`, which has this size and this digest.
    pub(crate) fn of(path: &Path, size: u64, blake2b: &[u8]) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self { name, size, blake2b: hex(blake2b) }
    }
}

/// One reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// When it was recorded, RFC 3339 in UTC.
    pub(crate) reviewed: String,
    /// Who read.
    pub(crate) reviewer: String,
    /// What was read before.
    pub(crate) old: Archive,
    /// What was read now.
    pub(crate) new: Archive,
    /// What there is to say of it.
    pub(crate) note: String,
}

impl Record {
    fn facts(&self) -> ReviewRecord {
        let archive = |archive: &Archive| ReviewedArchive {
            name: archive.name.clone(),
            size: archive.size,
            blake2b: archive.blake2b.clone(),
        };
        ReviewRecord {
            reviewed: self.reviewed.clone(),
            reviewer: self.reviewer.clone(),
            note: self.note.clone(),
            old: archive(&self.old),
            new: archive(&self.new),
        }
    }
}

/// Why a line is no record.
#[derive(Debug)]
pub(crate) enum LineFault {
    /// It is no JSON object with exactly the members of a record.
    Json(serde_json::Error),
    /// It is not UTF-8.
    Encoding,
    /// The time is not RFC 3339.
    Time,
    /// A digest is not 128 lower-case hexadecimal digits.
    Digest,
    /// The reviewer or the note is empty.
    Empty,
    /// It does not end in a newline.
    Unterminated,
}

/// Why the file of records cannot be used.
#[derive(Debug)]
pub(crate) enum ReviewError {
    /// It cannot be read.
    Input(InputError),
    /// A line is no record.
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why not.
        fault: LineFault,
    },
    /// Another process has been appending for too long.
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The record to append is none.
    Record(LineFault),
    /// Nothing says who reviews.
    Nobody,
    /// Both archives are the same bytes.
    SameArchive,
    /// A file has another digest than the one that was read.
    OtherFile(String),
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "not a review record: {error}"),
            Self::Encoding => f.write_str("not UTF-8"),
            Self::Time => f.write_str("\"reviewed\" is not a time like 2026-11-22T00:00:00Z"),
            Self::Digest => f.write_str("\"BLAKE2B\" is not 128 lower-case hexadecimal digits"),
            Self::Empty => f.write_str("the reviewer or the note is empty"),
            Self::Unterminated => f.write_str("the last line has no end, as after a crash"),
        }
    }
}

impl fmt::Display for ReviewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::Line { path, line, fault } => write!(f, "{}:{line}: {fault}", path.display()),
            Self::Locked { path } => {
                write!(f, "{}: another process keeps writing it", path.display())
            }
            Self::Write { path, source } => write!(f, "{}: cannot write: {source}", path.display()),
            Self::Record(fault) => fault.fmt(f),
            Self::Nobody => f.write_str("nothing says who you are: name yourself with --reviewer"),
            Self::OtherFile(name) => write!(
                f,
                "{name} is not the file whose diff was read: its BLAKE2B digest begins otherwise \
                 than --read says"
            ),
            Self::SameArchive => {
                f.write_str("OLD and NEW are the same bytes: there is no diff to have read")
            }
        }
    }
}

impl std::error::Error for ReviewError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Input(error) => Some(error),
            Self::Line { fault: LineFault::Json(error), .. } => Some(error),
            Self::Write { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The records of a file, in its order; none where there is no file.
///
/// # Errors
///
/// Where it cannot be read or a line is no record.
pub(crate) fn read(path: &Path) -> Result<Vec<Record>, ReviewError> {
    match read_bounded(path, EVIDENCE_LIMIT) {
        Ok(bytes) => parse(&bytes, path),
        Err(error) if error.is_missing() => Ok(Vec::new()),
        Err(error) => Err(ReviewError::Input(error)),
    }
}

fn parse(bytes: &[u8], path: &Path) -> Result<Vec<Record>, ReviewError> {
    let lines = bytes.split_inclusive(|b| *b == b'\n').enumerate();
    lines
        .map(|(at, line)| {
            let fault = |fault| ReviewError::Line { path: path.to_owned(), line: at + 1, fault };
            parse_line(line).map_err(fault)
        })
        .collect()
}

fn parse_line(line: &[u8]) -> Result<Record, LineFault> {
    let line = line.strip_suffix(b"\n").ok_or(LineFault::Unterminated)?;
    let line = std::str::from_utf8(line).map_err(|_| LineFault::Encoding)?;
    let record: Record = serde_json::from_str(line).map_err(LineFault::Json)?;
    check_record(&record)?;
    Ok(record)
}

fn check_record(record: &Record) -> Result<(), LineFault> {
    let time: Result<jiff::Timestamp, _> = record.reviewed.parse();
    time.map_err(|_| LineFault::Time)?;
    for archive in [&record.old, &record.new] {
        let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if archive.blake2b.len() != 128 || !archive.blake2b.bytes().all(digit) {
            return Err(LineFault::Digest);
        }
    }
    if record.reviewer.trim().is_empty() || record.note.trim().is_empty() {
        return Err(LineFault::Empty);
    }
    Ok(())
}

/// Appends a record; the number of its line. Whoever reads at the same time sees the file before or
/// after, never in between, and of several that append at the same time none is lost.
///
/// # Errors
///
/// Where the record is none, or the file cannot be read or written.
pub(crate) fn append(path: &Path, record: &Record) -> Result<usize, ReviewError> {
    check_record(record).map_err(ReviewError::Record)?;
    // A link is followed, not replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let failed = |source: io::Error| ReviewError::Write { path: path.clone(), source };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let lock = File::open(&directory).map_err(failed)?;
    acquire(&lock, &path)?;
    let mut bytes = match read_bounded(&path, EVIDENCE_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => Vec::new(),
        Err(error) => return Err(ReviewError::Input(error)),
    };
    let line = parse(&bytes, &path)?.len() + 1;
    serde_json::to_writer(&mut bytes, record).map_err(|error| failed(error.into()))?;
    bytes.push(b'\n');
    write_whole(&path, Existing::Replaced, &mut |out| out.write_all(&bytes)).map_err(failed)?;
    lock.sync_all().map_err(failed)?;
    Ok(line)
}

/// Locks a directory until the file is dropped.
fn acquire(directory: &File, path: &Path) -> Result<(), ReviewError> {
    let start = Instant::now();
    loop {
        match flock(directory, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(rustix::io::Errno::WOULDBLOCK) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(ReviewError::Locked { path: path.to_owned() });
            }
            Err(error) => {
                return Err(ReviewError::Write { path: path.to_owned(), source: error.into() });
            }
        }
    }
}

/// As [`check`], where nobody named the previous file: a record counts only if `listed` says that the
/// Manifest has the file that the release was read against.
pub(crate) fn check_new(new: &[u8], file: &Path, listed: &dyn Fn(&Archive) -> bool) -> Finding {
    let new_hex = hex(new);
    let records = match read(file) {
        Ok(records) => records,
        Err(error) => return unusable(&error),
    };
    let mut old = records.iter().filter(|record| record.new.blake2b == new_hex).map(|r| &r.old);
    match old.clone().find(|old| listed(old)) {
        Some(old) => fitting(&records, &old.blake2b, &new_hex, file),
        None => Finding::fails(
            Check::Review,
            FailureClass::ReviewAbsent,
            match old.next() {
                Some(old) => format!(
                    "{} has a record of this release, read against {}, which the Manifest does not \
                     list",
                    file.display(),
                    old.name
                ),
                None => format!("{} has no record of this release", file.display()),
            },
        ),
    }
}

fn unusable(error: &ReviewError) -> Finding {
    let text = format!("the review file cannot be used: {error}");
    Finding::fails(Check::Review, FailureClass::ReviewAbsent, text)
}

/// Whether somebody recorded reading the diff between the archives with these BLAKE2b digests.
///
/// Never fails: where the file cannot be used, the finding says why.
pub(crate) fn check(old: &[u8], new: &[u8], file: &Path) -> Finding {
    let records = match read(file) {
        Ok(records) => records,
        Err(error) => return unusable(&error),
    };
    fitting(&records, &hex(old), &hex(new), file)
}

/// What the records say of the diff between the archives with these digests.
fn fitting(records: &[Record], old: &str, new: &str, file: &Path) -> Finding {
    let shown = file.display().to_string();
    let absent = |text: String| Finding::fails(Check::Review, FailureClass::ReviewAbsent, text);
    let fitting: Vec<_> =
        records.iter().filter(|r| r.old.blake2b == old && r.new.blake2b == new).collect();
    let Some(last) = fitting.last() else {
        let others = records.iter().any(|record| record.new.blake2b == new);
        let text = match others {
            true => format!("{shown} has a record of this release, but against another old one"),
            false if records.is_empty() => format!("{shown} has no review record"),
            false => format!("{shown} has no record of a diff with exactly these digests"),
        };
        return absent(text);
    };
    let compared = format!(
        "the diff of exactly these two, recorded as {} and {}, was read on {}: {}",
        last.old.name, last.new.name, last.reviewed, last.note
    );
    let records = fitting.iter().map(|record| record.facts()).collect();
    Finding::agrees(Check::Review, compared, last.reviewer.as_str())
        .forged_by([Capability::Gentoo, Capability::Reviewer])
        .knowing(ReviewFacts { records })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use std::collections::BTreeSet;

    fn record(note: &str) -> Record {
        let archive = |name: &str, digit: &str| Archive {
            name: name.to_owned(),
            size: 1,
            blake2b: digit.repeat(128),
        };
        Record {
            reviewed: "2026-11-22T00:00:00Z".to_owned(),
            reviewer: "A <a@example.org>".to_owned(),
            old: archive("foo-1.2.tar.gz", "1"),
            new: archive("foo-1.3.tar.gz", "2"),
            note: note.to_owned(),
        }
    }

    #[test]
    fn records_are_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("reviews");
        assert_eq!(read(&path).unwrap(), []);
        assert_eq!(append(&path, &record("one\nwith a \u{202e} line")).unwrap(), 1);
        assert_eq!(append(&path, &record("two")).unwrap(), 2);
        let records = read(&path).unwrap();
        assert_eq!(records, [record("one\nwith a \u{202e} line"), record("two")]);
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
    }

    #[test]
    fn several_at_the_same_time_lose_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("reviews");
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for n in 0..5 {
                        append(path, &record(&format!("{thread} {n}"))).unwrap();
                    }
                });
            }
        });
        let notes: BTreeSet<_> = read(&path).unwrap().into_iter().map(|r| r.note).collect();
        assert_eq!(notes.len(), 20);
    }

    #[test]
    fn a_link_is_followed_and_the_mode_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (path, link) = (dir.path().join("reviews"), dir.path().join("link"));
        append(&path, &record("one")).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        append(&link, &record("two")).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(read(&path).unwrap().len(), 2);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_line_that_is_no_record_is_named() {
        let line = serde_json::to_string(&record("x")).unwrap() + "\n";
        let refused = |text: String| match parse(text.as_bytes(), Path::new("f")) {
            Err(ReviewError::Line { line: 2, .. }) => true,
            other => panic!("{text}: {other:?}"),
        };
        for bad in [
            line.replace("\"size\":1", "\"size\":1,\"size\":1"),
            line.replace("\"size\":1", "\"size\":1,\"more\":1"),
            line.replace("\"size\":1", "\"size\":-1"),
            line.replace(&"1".repeat(128), &"1".repeat(127)),
            line.replace(&"2".repeat(128), &"A".repeat(128)),
            line.replace("2026-11-22T", "2026-11-32T"),
            line.replace("\"note\":\"x\"", "\"note\":\" \""),
            line.replace("A <a@example.org>", ""),
            line.replace(",\"note\":\"x\"", ""),
            line.trim_end().to_owned(),
            format!("{} trailing\n", line.trim_end()),
            "\n".to_owned(),
            "# comment\n".to_owned(),
        ] {
            assert!(refused(format!("{line}{bad}")), "{bad}");
        }
        assert_eq!(parse(line.repeat(2).as_bytes(), Path::new("f")).unwrap().len(), 2);
    }

    #[test]
    fn exactly_these_digests_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("reviews");
        append(&path, &record("read it all")).unwrap();
        let (one, two) = ([0x11; 64], [0x22; 64]);
        let finding = check(&one, &two, &path);
        assert_eq!(finding.class, None);
        assert_eq!(finding.forgers, [Capability::Gentoo, Capability::Reviewer]);
        let mut other = two;
        other[63] ^= 1;
        for finding in [
            check(&one, &other, &path),
            check(&other, &two, &path),
            check(&two, &one, &path),
            check(&one, &two, &dir.path().join("none")),
            check(&one, &two, dir.path()),
        ] {
            assert_eq!(finding.class, Some(FailureClass::ReviewAbsent));
        }
    }
}
