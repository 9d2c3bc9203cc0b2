//! The facts behind a finding, as types: what was authenticated, compared and measured.
//!
//! Judging reads the fields; JSON is made of them in `report`, where each field's name is a
//! documented key of `detail` (`doc/json.md`). Text in them may come from outside: printers escape it.

mod attested;
mod continuity;
mod review;
mod source;

pub(crate) use attested::{
    AttestedFacts, Certificate, ClaimedFacts, DifferenceFacts, LogEntryFacts, PlaceFacts,
};
pub(crate) use continuity::{ChangeFacts, ContinuityFacts, Party};
pub(crate) use review::{ReviewFacts, ReviewRecord, ReviewedArchive};
pub(crate) use source::{
    SignedObject, SourceComparison, SourceDifference, SourceFacts, SourceHazard, SourceSignature,
    SourceTotals,
};

use super::failure::FailureClass;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything behind one finding. Absent fields are unknown or do not apply.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Facts {
    /// The file with the evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// What a file that could not be judged seems to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) looks_like: Option<String>,
    /// Size of the stream that the distfile compresses, where the signature covers that, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uncompressed_size: Option<u64>,
    /// What is known of the evidence itself.
    #[serde(flatten)]
    pub(crate) of: Of,
}

/// The facts of one kind of check.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Of {
    /// Nothing but what the finding says.
    Nothing {},
    /// A DIST entry.
    Manifest(ManifestFacts),
    /// A list of checksums.
    Checksums(ChecksumFacts),
    /// OpenPGP signatures.
    Openpgp(Box<OpenpgpFacts>),
    /// A signify, minisign or SSH signature.
    Key(Box<KeyFacts>),
    /// A Sigstore bundle or an attestation of PEP 740.
    Attested(Box<AttestedFacts>),
    /// Two releases.
    Continuity(Box<ContinuityFacts>),
    /// An archive and a commit.
    Source(Box<SourceFacts>),
    /// Review records.
    Review(ReviewFacts),
}

impl Default for Of {
    fn default() -> Self {
        Self::Nothing {}
    }
}

macro_rules! from {
    ($($variant:ident $type:ty, $boxed:expr;)+) => {
        $(impl From<$type> for Of {
            fn from(facts: $type) -> Self { Self::$variant($boxed(facts)) }
        })+
    };
}

from! {
    Manifest ManifestFacts, std::convert::identity;
    Checksums ChecksumFacts, std::convert::identity;
    Openpgp OpenpgpFacts, Box::new;
    Key KeyFacts, Box::new;
    Attested AttestedFacts, Box::new;
    Continuity ContinuityFacts, Box::new;
    Source SourceFacts, Box::new;
    Review ReviewFacts, std::convert::identity;
}

/// A size in bytes or a digest in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Measure {
    Size(u64),
    Digest(String),
}

/// A DIST entry (GLEP 74) and what was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct ManifestFacts {
    /// The Manifest's path.
    pub(crate) manifest: String,
    /// Whether the Manifest has an OpenPGP signature around it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) armored: bool,
    /// The entry's line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    /// The lines of entries that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) lines: Vec<usize>,
    /// What agrees: `size`, and hashes by their names in the Manifest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) compared: Vec<String>,
    /// What the entry says and the distfile does not fit.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) expected: BTreeMap<String, Measure>,
    /// What was measured instead.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) actual: BTreeMap<String, Measure>,
    /// Hashes of the entry that this program does not compute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_computed: Vec<String>,
}

/// A digest of a list of checksums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ListedDigest {
    /// In lower-case hexadecimal.
    pub(crate) digest: String,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// What a list of checksums says of a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct ChecksumFacts {
    /// The digests by hash function.
    pub(crate) listed: BTreeMap<&'static str, Vec<ListedDigest>>,
    /// The function whose digest differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<&'static str>,
    /// The digest of the file by that function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) actual: Option<String>,
    /// The line that cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
}

/// What one OpenPGP signature says of itself, and which key made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OpenpgpSignature {
    /// The packet's version (RFC 9580, section 5.2).
    pub(crate) version: u8,
    /// The hash function.
    pub(crate) hash: String,
    /// The keys that it names as its maker, unauthenticated.
    pub(crate) claimed_issuers: Vec<String>,
    /// When it says it was made, RFC 3339.
    pub(crate) created: Option<String>,
    /// The key that made it.
    #[serde(flatten)]
    pub(crate) maker: Option<OpenpgpMaker>,
}

/// The key of the key ring that made a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OpenpgpMaker {
    /// Fingerprint of the certificate's primary key.
    pub(crate) signer: String,
    /// Fingerprint of the key or subkey.
    pub(crate) key: String,
    /// The primary user id, as the certificate has it.
    pub(crate) user_id: Option<String>,
    /// The key's algorithm.
    pub(crate) algorithm: String,
}

/// One of several OpenPGP signatures, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct JudgedSignature {
    /// Why it does not count; `None` where it does.
    pub(crate) class: Option<FailureClass>,
    /// The outcome's word.
    pub(crate) outcome: &'static str,
    #[serde(flatten)]
    pub(crate) signature: OpenpgpSignature,
}

/// The OpenPGP signatures of a file or message.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct OpenpgpFacts {
    /// The policy's name.
    pub(crate) policy: &'static str,
    /// Each of them.
    pub(crate) signatures: Vec<JudgedSignature>,
    /// The one that decided.
    #[serde(flatten)]
    pub(crate) deciding: Option<OpenpgpSignature>,
    /// The form of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<&'static str>,
    /// Size of its text in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text_size: Option<u64>,
    /// What became of line ends that the signature does not cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line_ends: Option<&'static str>,
}

/// A signify, minisign or SSH signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct KeyFacts {
    /// The key that the signature names, unauthenticated: a key number, or an SSH fingerprint.
    pub(crate) claimed_key: String,
    /// The key that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// The file of that key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_file: Option<String>,
    /// The principals of the line of allowed signers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) principals: Option<String>,
    /// The namespace of an SSH signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    /// The line of allowed signers, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    /// The hash function of an SSH signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hash: Option<&'static str>,
    /// minisign's trusted comment, where its signature holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trusted_comment: Option<String>,
    /// Whether a minisign signature is over the BLAKE2b digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prehashed: Option<bool>,
    /// Size of an embedded message's text in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text_size: Option<u64>,
    /// The digest of a signed list that the file does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expected: Option<String>,
    /// The digest that it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) actual: Option<String>,
}
