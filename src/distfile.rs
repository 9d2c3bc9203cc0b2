//! One pass over a distfile.
//!
//! A distfile is opened once and read once. Every check says beforehand what it wants computed
//! ([`Wanted`]); everything is fed from the same buffer, so no two checks can look at different
//! bytes and memory does not grow with the file. Only a Sigstore bundle signed with Ed25519 wants
//! the bytes themselves, up to [`BLOB_LIMIT`].

use crate::digests::{HashName, Hasher, document_context, openpgp_algorithm};
use crate::input::{InputError, open_regular};
use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::types::HashAlgorithm;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

/// The most bytes of a distfile that are kept in memory for a signature over the bytes themselves.
pub const BLOB_LIMIT: usize = 64 * 1024 * 1024;

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// The state of an OpenPGP document hash before the signature's own trailer (RFC 9580, section
/// 5.2.4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DocumentHash {
    /// The hash function.
    pub algorithm: HashAlgorithm,
    /// What v6 signatures hash first; empty for v3 and v4.
    pub salt: Vec<u8>,
    /// Whether line ends are made CR LF first.
    pub text: bool,
}

/// What the checks of one distfile want computed.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Digests by Manifest name.
    pub hashes: BTreeSet<HashName>,
    /// States for OpenPGP signatures.
    pub documents: BTreeSet<DocumentHash>,
    /// Whether the bytes themselves are wanted, up to [`BLOB_LIMIT`].
    pub blob: bool,
}

/// What was computed.
#[derive(Default)]
pub struct Measured {
    /// Size in bytes.
    pub size: u64,
    /// The digests, of the lengths that [`HashName::size`] says.
    pub digests: BTreeMap<HashName, Vec<u8>>,
    /// The states for OpenPGP signatures, ready for the trailer.
    pub documents: BTreeMap<DocumentHash, Context>,
    /// The bytes, where wanted and within [`BLOB_LIMIT`].
    pub blob: Option<Vec<u8>>,
}

/// Reads the distfile at `path` once and computes what is `wanted`; `progress` is told of each
/// chunk's size in bytes.
///
/// # Errors
///
/// Where the file cannot be opened or read, or is not a regular file.
pub fn measure(
    path: &Path,
    wanted: &Wanted,
    progress: &mut dyn FnMut(u64),
) -> Result<Measured, InputError> {
    let mut file = open_regular(path)?;
    let mut states = States::new(wanted);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => return Ok(states.finish()),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(InputError::Read { path: path.to_owned(), source }),
        };
        states.update(chunk.get(..read).unwrap_or_default());
        progress(read as u64);
    }
}

/// The running states of one stream.
struct States {
    size: u64,
    hashes: BTreeMap<HashName, Hasher>,
    documents: Vec<(DocumentHash, Document)>,
    blob: Option<Vec<u8>>,
}

/// How the state for an OpenPGP signature comes about.
enum Document {
    /// It is a copy of a Manifest hash's state at the end of the file.
    Branch(HashName),
    /// It runs beside the others.
    Binary(Box<Context>),
    /// It runs beside the others over CR LF text.
    Text(Box<Context>, LineEnds),
}

impl States {
    fn new(wanted: &Wanted) -> Self {
        let mut hashes: BTreeMap<_, _> =
            wanted.hashes.iter().map(|name| (*name, Hasher::new(*name))).collect();
        let mut documents = Vec::new();
        for document in &wanted.documents {
            let shared = HashName::ALL
                .iter()
                .find(|name| openpgp_algorithm(**name) == Some(document.algorithm));
            let state = match shared {
                Some(name) if document.salt.is_empty() && !document.text => {
                    hashes.entry(*name).or_insert_with(|| Hasher::new(*name));
                    Document::Branch(*name)
                }
                _ => {
                    let Some(mut context) = document_context(document.algorithm) else { continue };
                    context.update(&document.salt);
                    let context = Box::new(context);
                    match document.text {
                        true => Document::Text(context, LineEnds::default()),
                        false => Document::Binary(context),
                    }
                }
            };
            documents.push((document.clone(), state));
        }
        Self { size: 0, hashes, documents, blob: wanted.blob.then(Vec::new) }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        for hasher in self.hashes.values_mut() {
            hasher.update(bytes);
        }
        for (_, document) in &mut self.documents {
            match document {
                Document::Branch(_) => {}
                Document::Binary(context) => context.update(bytes),
                Document::Text(context, line_ends) => line_ends.feed(bytes, context),
            }
        }
        if let Some(blob) = &mut self.blob {
            if blob.len() + bytes.len() <= BLOB_LIMIT {
                blob.extend_from_slice(bytes);
            } else {
                self.blob = None;
            }
        }
    }

    fn finish(self) -> Measured {
        let documents = self.documents.into_iter().filter_map(|(key, state)| {
            let context = match state {
                Document::Branch(name) => self.hashes.get(&name)?.branch()?,
                Document::Binary(context) | Document::Text(context, _) => *context,
            };
            Some((key, context))
        });
        Measured {
            size: self.size,
            documents: documents.collect(),
            digests: self.hashes.into_iter().map(|(name, h)| (name, h.finish())).collect(),
            blob: self.blob,
        }
    }
}

/// Makes every line end CR LF, as text signatures want it (RFC 9580, section 5.2.1.2): a lone LF
/// and a lone CR count as line ends too.
#[derive(Default)]
struct LineEnds {
    after_cr: bool,
}

impl LineEnds {
    fn feed(&mut self, mut bytes: &[u8], context: &mut Context) {
        if self.after_cr {
            self.after_cr = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = bytes.iter().position(|b| matches!(b, b'\r' | b'\n')) {
            let (line, rest) = bytes.split_at(end);
            context.update(line);
            context.update(b"\r\n");
            bytes = match rest {
                [b'\r', b'\n', rest @ ..] => rest,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                [_, rest @ ..] => rest,
                [] => &[],
            };
        }
        context.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::digests::hex;

    fn measured(bytes: &[u8], wanted: &Wanted) -> Measured {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, bytes).unwrap();
        measure(&path, wanted, &mut |_| {}).unwrap()
    }

    fn document(algorithm: HashAlgorithm, text: bool) -> DocumentHash {
        DocumentHash { algorithm, salt: Vec::new(), text }
    }

    #[test]
    fn an_openpgp_state_branches_off_a_manifest_hash() {
        let key = document(HashAlgorithm::SHA512, false);
        let wanted = Wanted { documents: BTreeSet::from([key.clone()]), ..Wanted::default() };
        let measured = measured(b"abc", &wanted);
        let digest = measured.digests.get(&HashName::Sha512).unwrap();
        let context = measured.documents.get(&key).unwrap().clone();
        assert_eq!(&context.into_digest().unwrap(), digest);
        assert!(hex(digest).starts_with("ddaf35a193617aba"));
    }

    #[test]
    fn line_ends_become_cr_lf_wherever_chunks_end() {
        let expected = {
            let mut context = document_context(HashAlgorithm::SHA256).unwrap();
            context.update(b"one\r\ntwo\r\n\r\nthree");
            context.into_digest().unwrap()
        };
        for text in ["one\ntwo\n\nthree", "one\rtwo\r\rthree", "one\r\ntwo\n\r\nthree"] {
            for size in 1..=text.len() {
                let mut context = document_context(HashAlgorithm::SHA256).unwrap();
                let mut line_ends = LineEnds::default();
                text.as_bytes().chunks(size).for_each(|c| line_ends.feed(c, &mut context));
                assert_eq!(context.into_digest().unwrap(), expected, "{text:?} by {size}");
            }
        }
    }

    #[test]
    fn files_larger_than_a_chunk_are_read_whole() {
        let bytes = vec![7u8; CHUNK * 2 + 3];
        let wanted =
            Wanted { hashes: BTreeSet::from([HashName::Blake2b]), blob: true, ..Wanted::default() };
        let measured = measured(&bytes, &wanted);
        assert_eq!(measured.size, bytes.len() as u64);
        assert_eq!(measured.blob.as_deref(), Some(bytes.as_slice()));
        let mut hasher = Hasher::new(HashName::Blake2b);
        hasher.update(&bytes);
        assert_eq!(measured.digests.get(&HashName::Blake2b).unwrap(), &hasher.finish());
    }
}
