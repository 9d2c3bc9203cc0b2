//! What the `sigstore` crate leaves to its caller: every log entry has its proof, and the fields
//! that is next to a checkpoint agree with it.
//!
//! The crate takes a bundle with any one proof, ignores `treeSize`, `rootHash` and `logId` where
//! the signed checkpoint says the same, and names an unknown log as a broken promise.

use super::super::RootSummary;
use super::super::authentic::LogEntry;
use super::super::fault::{AttestationFault, LogProof, Origin, Reason};
use super::certificate::Leaf;
use crate::bytes::digests::hex;
use ::sigstore::rekor::body::RekorEntryBody;
use ::sigstore::trust_root::TrustedRoot;
use ::sigstore::types::{Bundle, HashAlgorithm, KindVersion, TransparencyLogEntry};

/// A log's id is the SHA-256 of its key (RFC 6962, section 3.2).
const LOG_ID_SIZE: usize = 32;

/// Checks every entry of `bundle`, whose certificate is `leaf` unless a key signed.
///
/// # Errors
///
/// A log that `root` lacks is [`Reason::UnknownLog`]. It counts as another Sigstore's only where
/// the certificate was not issued by an authority of the root either and the entry claims to be
/// from before the root's newest entry: the age of the root cannot explain that. The claimed time
/// is not authenticated, but all it does is choose between two refusals.
///
/// The opposite, a known log and an authority that is not in the root, never counts as an old
/// root: the public log takes entries by any certificate, so anyone could bring that about.
pub(super) fn entries(
    bundle: &Bundle,
    leaf: Option<&Leaf>,
    root: &TrustedRoot,
    summary: &RootSummary,
) -> Result<Vec<LogEntry>, AttestationFault> {
    let entries = &bundle.verification_material.tlog_entries;
    if entries.is_empty() {
        return Err(Reason::Missing { what: "log entry" }.into());
    }
    let mut found = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        if entry.log_id.key_id.as_bytes().len() != LOG_ID_SIZE {
            return Err(Reason::Missing { what: "log id of 32 bytes" }.into());
        }
        let log = root.tlogs.iter().find(|log| log.log_id.key_id == entry.log_id.key_id);
        let Some(log) = log else {
            return Err(unknown_log(entry, leaf, root, summary).into());
        };
        proof(i, entry)?;
        recorded_digest(entry)?;
        // Index and time are covered by the promise of Rekor v1; in v2 the proof has the index.
        let v2 = entry.kind_version == KindVersion::HashedRekordV002;
        let promised = !v2 && entry.inclusion_promise.is_some();
        found.push(LogEntry {
            log: log.base_url.clone(),
            index: (v2 || promised).then(|| entry.log_index.get()),
            time: entry.integrated_time.filter(|_| promised),
        });
    }
    Ok(found)
}

fn proof(index: usize, entry: &TransparencyLogEntry) -> Result<(), AttestationFault> {
    let fails = |proof| Err(Reason::Log { entry: Some(index), proof }.into());
    let Some(proof) = &entry.inclusion_proof else {
        return Err(Reason::Missing { what: "inclusion proof for one of its log entries" }.into());
    };
    let Some(checkpoint) = proof.checkpoint.checkpoint() else {
        return Err(Reason::Missing { what: "checkpoint for one of its log entries" }.into());
    };
    if proof.tree_size != checkpoint.tree_size() {
        return fails(LogProof::TreeSize);
    }
    if proof.root_hash != *checkpoint.root_hash() {
        return fails(LogProof::RootHash);
    }
    // A key hint is the first four bytes of the log's key id, and the line names the origin: that
    // of Rekor v1 has the number of the tree after it (C2SP signed-note, tlog-checkpoint).
    let hint = entry.log_id.key_id.as_bytes().get(..4);
    let origin = checkpoint.origin();
    let named = |name: &str| {
        origin.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(" - "))
    };
    let mut signatures = checkpoint.signatures().iter();
    if !signatures.any(|s| hint == Some(s.key_id.as_slice()) && named(&s.name)) {
        return fails(LogProof::Origin);
    }
    Ok(())
}

/// Refuses a Rekor v1 entry by another digest than SHA-256, which the library cannot compare and
/// takes for one that does not parse.
fn recorded_digest(entry: &TransparencyLogEntry) -> Result<(), AttestationFault> {
    let body = RekorEntryBody::parse(&entry.canonicalized_body, entry.kind_version);
    match body {
        Ok(RekorEntryBody::HashedRekordV001(record))
            if record.spec.data.hash.algorithm != HashAlgorithm::Sha2256 =>
        {
            Err(Reason::Unsupported { what: "in the log by another digest than SHA-256" }.into())
        }
        _ => Ok(()),
    }
}

fn unknown_log(
    entry: &TransparencyLogEntry,
    leaf: Option<&Leaf>,
    root: &TrustedRoot,
    summary: &RootSummary,
) -> Reason {
    let key_id = hex(entry.log_id.key_id.as_bytes());
    let origin = match leaf {
        Some(leaf) if !is_issued_under(leaf, root) => {
            let claimed = entry.integrated_time.unwrap_or(leaf.not_before);
            let newest = summary.newest_start();
            if newest.is_none_or(|newest| claimed > newest) {
                Origin::Later
            } else {
                Origin::Foreign
            }
        }
        _ => Origin::Known,
    };
    Reason::UnknownLog { key_id, origin }
}

/// Whether an authority of the root issued the certificate, whatever the time.
pub(super) fn is_issued_under(leaf: &Leaf, root: &TrustedRoot) -> bool {
    let chains = root.certificate_authorities.iter().flat_map(|ca| &ca.cert_chain.certificates);
    chains.into_iter().any(|certificate| leaf.is_issued_by(&certificate.raw_bytes))
}
