//! What a record says, as a line of a list or as a file of its own.

use crate::answer::facts::{ReviewRecord, ReviewedArchive};
use crate::bytes::digests::{HashName, hex};
use crate::bytes::input::InputError;
use crate::bytes::pass;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::Path;

/// Characters of an archive's name that a record's file name begins with.
const NAME: usize = 100;

/// An archive of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Archive {
    /// Its file name.
    pub(crate) name: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its BLAKE2b digest with 512 bits, in lower-case hexadecimal, as Manifests have it.
    #[serde(rename = "BLAKE2B")]
    pub(crate) blake2b: String,
}

impl Archive {
    /// Names and digests the file at `path`.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Self, InputError> {
        let (size, digest) = pass::digest(path, HashName::Blake2b, &mut |_| {})?;
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, size, blake2b: hex(&digest) })
    }
}

/// One reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// The package, as `category/name`, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) package: Option<String>,
    /// When it was recorded, RFC 3339 in UTC.
    pub(crate) reviewed: String,
    /// Who read.
    pub(crate) reviewer: String,
    /// What the new archive was compared with; `None` if the new one was read by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) old: Option<Archive>,
    /// What was read.
    pub(crate) new: Archive,
    /// Of an archive that was read by itself: whether the reviewer says that they read all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) whole: Option<bool>,
    /// What there is to say of it.
    pub(crate) note: String,
}

impl Record {
    /// The record as facts of a finding, without where it is and who signed it.
    pub(super) fn facts(&self) -> ReviewRecord {
        let archive = |archive: &Archive| ReviewedArchive {
            name: archive.name.clone(),
            size: archive.size,
            blake2b: archive.blake2b.clone(),
        };
        ReviewRecord {
            reviewed: self.reviewed.clone(),
            reviewer: self.reviewer.clone(),
            note: self.note.clone(),
            old: self.old.as_ref().map(archive),
            new: archive(&self.new),
            whole: self.whole,
            file: None,
            imported_from: None,
            signed_by: None,
        }
    }
}

/// Why something is not a record.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordFault {
    /// It is not a JSON object with exactly the members of a record.
    #[error("not a review record: {0}")]
    Json(#[source] serde_json::Error),
    /// It is not UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// The time is not RFC 3339.
    #[error("\"reviewed\" is not a time like 2026-11-22T00:00:00Z")]
    Time,
    /// A digest is not 128 lower-case hexadecimal digits.
    #[error("\"BLAKE2B\" is not 128 lower-case hexadecimal digits")]
    Digest,
    /// It is neither about a diff nor about one archive, or about both.
    #[error("a record has either \"old\", the archive it was compared with, or \"whole\"")]
    Subject,
    /// The reviewer or the note is empty.
    #[error("the reviewer or the note is empty")]
    Empty,
    /// It does not end in a newline.
    #[error("the last line has no end, as after a crash")]
    Unterminated,
}

impl Record {
    /// Reads a record from its JSON.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, RecordFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| RecordFault::Encoding)?;
        let record: Self = serde_json::from_str(text).map_err(RecordFault::Json)?;
        record.check()?;
        Ok(record)
    }

    /// Reads a line of a list.
    ///
    /// # Errors
    ///
    /// If it is not a record, or has no end.
    pub(super) fn parse_line(line: &[u8]) -> Result<Self, RecordFault> {
        Self::parse(line.strip_suffix(b"\n").ok_or(RecordFault::Unterminated)?)
    }

    /// Whether it says what a record has to say.
    ///
    /// # Errors
    ///
    /// What it does not.
    pub(super) fn check(&self) -> Result<(), RecordFault> {
        let time: Result<jiff::Timestamp, _> = self.reviewed.parse();
        time.map_err(|_| RecordFault::Time)?;
        if self.old.is_some() == self.whole.is_some() {
            return Err(RecordFault::Subject);
        }
        for archive in self.old.iter().chain([&self.new]) {
            let digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
            if archive.blake2b.len() != 128 || !archive.blake2b.bytes().all(digit) {
                return Err(RecordFault::Digest);
            }
        }
        match self.reviewer.trim().is_empty() || self.note.trim().is_empty() {
            true => Err(RecordFault::Empty),
            false => Ok(()),
        }
    }

    /// The record as a file of its own.
    ///
    /// # Errors
    ///
    /// Never in practice: it is written to memory.
    pub(super) fn to_file(&self) -> Result<Vec<u8>, RecordFault> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(RecordFault::Json)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What was read, for a sentence that begins with who read it.
    pub(crate) fn subject(&self) -> String {
        let new = &self.new.name;
        match (&self.old, self.whole) {
            (Some(old), _) => format!("the diff from {} to {new}", old.name),
            (None, Some(true)) => format!("all of {new}"),
            (None, _) => format!("{new}, without a previous version"),
        }
    }

    /// The name of such a file, which no other record has.
    pub(super) fn file_name(&self, bytes: &[u8]) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._+-".contains(c) { c } else { '_' };
        let name: String = self.new.name.chars().map(plain).take(NAME).collect();
        let mut digest = hex(&Sha256::digest(bytes));
        digest.truncate(16);
        format!("{}.{digest}.json", name.trim_start_matches('.'))
    }
}
