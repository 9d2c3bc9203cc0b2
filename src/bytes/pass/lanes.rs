//! What one stream's bytes are fed to: states that know nothing of each other, and so can run on
//! different threads.

use super::{BLOB_LIMIT, DocumentHash, Ed25519Wanted, Measured, Wanted};
use crate::bytes::digests::{HashName, Hasher, document_context, openpgp_algorithm};
use crate::bytes::line_ends::{LineEnds, Piece};
use ed25519_dalek::StreamVerifier;
use sequoia_openpgp::crypto::hash::Context;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// A running state.
pub(super) enum Lane {
    /// A digest.
    Hash(HashName, Hasher),
    /// An OpenPGP signature's own hash, over the text's lines where those are.
    Document(DocumentHash, Box<Context>, Option<LineEnds>),
    /// An Ed25519 signature over the bytes themselves.
    Ed25519(Ed25519Wanted, Box<StreamVerifier>),
    /// The bytes, until there are more than [`BLOB_LIMIT`].
    Blob(Option<Vec<u8>>),
}

impl Lane {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Hash(_, hasher) => hasher.update(bytes),
            Self::Document(_, context, None) => context.update(bytes),
            Self::Document(_, context, Some(line_ends)) => {
                let Ok(()) = line_ends.feed(bytes, |piece| {
                    context.update(match piece {
                        Piece::Stretch(bytes) => bytes,
                        Piece::End => b"\r\n",
                    });
                    Ok::<(), Infallible>(())
                });
            }
            Self::Ed25519(_, verifier) => verifier.update(bytes),
            Self::Blob(blob) => match blob {
                Some(kept) if kept.len() + bytes.len() <= BLOB_LIMIT => {
                    kept.extend_from_slice(bytes);
                }
                _ => *blob = None,
            },
        }
    }
}

/// The Manifest hash whose state at the end of the file is that of `document`.
fn shared(document: &DocumentHash) -> Option<HashName> {
    let same = |name: &&HashName| openpgp_algorithm(**name) == Some(document.algorithm);
    let name = HashName::ALL.iter().find(same)?;
    (document.salt.is_empty() && !document.text).then_some(*name)
}

/// The states that `wanted` asks for.
pub(super) fn lanes(wanted: &Wanted) -> Vec<Lane> {
    let mut hashes = wanted.hashes.clone();
    hashes.extend(wanted.documents.iter().filter_map(shared));
    let own = |document: &&DocumentHash| shared(document).is_none();
    let documents = wanted.documents.iter().filter(own).filter_map(|document| {
        let mut context = document_context(document.algorithm)?;
        context.update(&document.salt);
        let line_ends = document.text.then(LineEnds::default);
        Some(Lane::Document(document.clone(), Box::new(context), line_ends))
    });
    let ed25519 = wanted.ed25519.iter();
    let ed25519 = ed25519.filter_map(|w| Some(Lane::Ed25519(*w, Box::new(w.start()?))));
    let hashes = hashes.iter().map(|name| Lane::Hash(*name, Hasher::new(*name)));
    let blob = wanted.blob.then(|| Lane::Blob(Some(Vec::new())));
    hashes.chain(documents).chain(ed25519).chain(blob).collect()
}

/// What came of `lanes`, which `wanted` asked for, over `size` bytes.
pub(super) fn finish(lanes: Vec<Lane>, wanted: &Wanted, size: u64) -> Measured {
    let mut measured = Measured { size, ..Measured::default() };
    let mut hashes = BTreeMap::new();
    for lane in lanes {
        match lane {
            Lane::Hash(name, hasher) => {
                hashes.insert(name, hasher);
            }
            Lane::Document(document, context, _) => {
                measured.documents.insert(document, *context);
            }
            Lane::Ed25519(signature, verifier) => {
                if verifier.finalize_and_verify().is_ok() {
                    measured.ed25519.insert(signature);
                }
            }
            Lane::Blob(blob) => measured.blob = blob,
        }
    }
    for document in &wanted.documents {
        let state = shared(document).and_then(|name| hashes.get(&name)?.branch());
        if let Some(state) = state {
            measured.documents.insert(document.clone(), state);
        }
    }
    let digests = hashes.into_iter().filter_map(|(name, hasher)| Some((name, hasher.finish()?)));
    measured.digests = digests.collect();
    measured
}
