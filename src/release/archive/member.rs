//! The contents of one member, as they stream by.

use super::error::Fault;
use super::{GitHash, Sink};
use crate::bytes::compress::{self, Compression};
use sha1collisiondetection::Sha1CD;
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// What a file's contents are, from their first bytes and from whether there is a NUL in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nature {
    /// Nothing.
    Empty,
    /// Lines that a person can read.
    Text,
    /// Machine code: an executable, object, library, class or bytecode file.
    Code(&'static str),
    /// An archive or compressed stream, whose contents this program does not look into.
    Packed(&'static str),
    /// Anything else.
    Binary,
}

impl Nature {
    /// A noun phrase.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Empty => "empty file",
            Self::Text => "text",
            Self::Code(what) | Self::Packed(what) => what,
            Self::Binary => "binary file",
        }
    }

    /// Whether a person cannot read it.
    pub(crate) const fn is_binary(self) -> bool {
        !matches!(self, Self::Empty | Self::Text)
    }
}

/// What was computed over one member's contents.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    pub(crate) size: u64,
    pub sha256: [u8; 32],
    pub(crate) blob: Option<Vec<u8>>,
    pub(crate) nature: Nature,
    pub(crate) bytes: Option<Vec<u8>>,
}

/// Bytes of a member's beginning that decide its [`Nature`].
const HEAD: usize = 4096;

/// What has been read so far, against the limits.
#[derive(Debug)]
pub(super) struct Meter {
    limits: compress::StreamLimits,
    compressed: u64,
    bytes: u64,
}

impl Meter {
    pub(super) const fn new(limits: compress::StreamLimits, compressed: u64) -> Self {
        Self { limits, compressed, bytes: 0 }
    }

    /// Counts `more` uncompressed bytes.
    fn count(&mut self, more: u64) -> Result<(), Fault> {
        self.bytes = self.bytes.saturating_add(more);
        self.limits.exceeded(self.compressed, self.bytes).map_or(Ok(()), |fault| Err(fault.into()))
    }
}

/// Reads `reader` to its end. `declared` is the size that goes into the git object name; up to
/// `keep` bytes are kept, and nothing of what is longer.
pub(super) fn consume(
    reader: &mut dyn Read,
    declared: u64,
    git: Option<GitHash>,
    keep: u64,
    meter: &mut Meter,
    buffer: &mut [u8],
    sink: &mut Option<&mut (dyn Sink + '_)>,
) -> Result<Contents, Fault> {
    let mut sha256 = Sha256::new();
    let mut blob = git.map(|hash| Blob::new(hash, declared));
    let mut head = Vec::new();
    let mut kept = (keep > 0 && declared <= keep).then(Vec::new);
    let mut size = 0u64;
    let mut nul = false;
    loop {
        let read = match reader.read(buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        size += read as u64;
        meter.count(read as u64)?;
        sha256.update(bytes);
        if let Some(sink) = sink {
            sink.bytes(bytes);
        }
        if let Some(blob) = &mut blob {
            blob.update(bytes);
        }
        nul = nul || bytes.contains(&0);
        if head.len() < HEAD {
            head.extend_from_slice(
                bytes.get(..bytes.len().min(HEAD - head.len())).unwrap_or(bytes),
            );
        }
        if let Some(all) = &mut kept {
            if size <= keep {
                all.extend_from_slice(bytes);
            } else {
                kept = None;
            }
        }
    }
    Ok(Contents {
        size,
        sha256: sha256.finalize().into(),
        blob: blob.and_then(|blob| blob.finish().ok()),
        nature: nature(&head, nul),
        bytes: kept,
    })
}

/// The object name of a blob in the making.
pub(super) enum Blob {
    Sha1(Box<Sha1CD>),
    Sha256(Box<Sha256>),
}

impl Blob {
    pub(super) fn new(hash: GitHash, size: u64) -> Self {
        Self::of_kind(hash, "blob", size)
    }

    fn of_kind(hash: GitHash, kind: &str, size: u64) -> Self {
        let mut object = match hash {
            GitHash::Sha1 => Self::Sha1(Box::default()),
            GitHash::Sha256 => Self::Sha256(Box::default()),
        };
        object.update(format!("{kind} {size}\0").as_bytes());
        object
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    /// The name. Bytes that are a collision attack on SHA-1 have none, so that they never equal what
    /// git has.
    pub(super) fn finish(self) -> Result<Vec<u8>, Collision> {
        match self {
            Self::Sha1(mut hash) => {
                let mut name = sha1collisiondetection::Output::default();
                hash.finalize_into_dirty_cd(&mut name).map_err(|_| Collision)?;
                Ok(name.to_vec())
            }
            Self::Sha256(hash) => Ok(hash.finalize().to_vec()),
        }
    }
}

/// Bytes of which somebody made two versions with one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a collision attack on SHA-1")]
pub(crate) struct Collision;

/// The name that git gives an object of `kind` (`blob`, `tree`) with these contents.
///
/// # Errors
///
/// If they are a collision attack on SHA-1.
pub(crate) fn object_name(
    hash: GitHash,
    kind: &str,
    contents: &[u8],
) -> Result<Vec<u8>, Collision> {
    let mut object = Blob::of_kind(hash, kind, contents.len() as u64);
    object.update(contents);
    object.finish()
}

/// The nature of contents that begin with `head`; `nul` where there is a NUL anywhere in them.
pub(crate) fn nature(head: &[u8], nul: bool) -> Nature {
    match head {
        [] => Nature::Empty,
        [0x7f, b'E', b'L', b'F', ..] => Nature::Code("ELF object"),
        [b'M', b'Z', ..] if nul => Nature::Code("Windows executable"),
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', b'\n', ..] => {
            Nature::Code("ar archive (library)")
        }
        [0, b'a', b's', b'm', ..] => Nature::Code("WebAssembly module"),
        [0xca, 0xfe, 0xba, 0xbe, ..] => Nature::Code("Java class or Mach-O object"),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] => Nature::Code("Mach-O object"),
        [_, _, b'\r', b'\n', ..] if nul => Nature::Code("Python bytecode"),
        [b'd', b'e', b'x', b'\n', ..] if nul => Nature::Code("Dalvik bytecode"),
        [b'P', b'K', 3, 4, ..] => Nature::Packed("zip archive"),
        [b'7', b'z', 0xbc, 0xaf, ..] => Nature::Packed("7z archive"),
        _ => match Compression::of(head) {
            // Four letters may begin a text.
            Some(compression) if compression != Compression::Lzip || nul => {
                Nature::Packed(compression.data())
            }
            _ if nul || !reads_as_text(head) => Nature::Binary,
            _ => Nature::Text,
        },
    }
}

/// Whether the bytes are UTF-8, or an older encoding with few characters beyond ASCII.
fn reads_as_text(head: &[u8]) -> bool {
    let control = head.iter().filter(|b| **b < 0x20 && !matches!(b, 0x08..=0x0d | 0x1b)).count();
    if control * 20 > head.len() {
        return false;
    }
    match std::str::from_utf8(head) {
        Ok(_) => true,
        // The beginning may end within a character.
        Err(error) if error.error_len().is_none() => true,
        Err(_) => head.iter().filter(|b| **b >= 0x80).count() * 4 < head.len(),
    }
}
