//! Who read the diff of a release.

use serde::Serialize;

/// One of the two archives of a review record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ReviewedArchive {
    pub(crate) name: String,
    /// Size in bytes.
    pub(crate) size: u64,
    /// BLAKE2b digest in lower-case hexadecimal.
    #[serde(rename = "BLAKE2B")]
    pub(crate) blake2b: String,
}

/// A record that someone read a release diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ReviewRecord {
    /// When it was recorded, RFC 3339.
    pub(crate) reviewed: String,
    pub(crate) reviewer: String,
    pub(crate) note: String,
    /// What it was compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) old: Option<ReviewedArchive>,
    pub(crate) new: ReviewedArchive,
    /// Of an archive that was read by itself: whether all of it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) whole: Option<bool>,
    /// The file that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// The name under which it was imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) imported_from: Option<String>,
    /// Who signed it, by the keys that were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_by: Option<String>,
}

/// The review records that fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ReviewFacts {
    pub(crate) records: Vec<ReviewRecord>,
}
