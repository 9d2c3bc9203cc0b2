//! What the `sigstore` crate leaves to its caller: every log entry has its proof, and the fields
//! that stand beside a checkpoint agree with it.
//!
//! The crate takes a bundle with any one proof, ignores `treeSize`, `rootHash` and `logId` where
//! the signed checkpoint says the same, and names an unknown log as a broken promise.

use super::super::fault::{AttestationFault, LogProof, Reason};
use super::super::{LogEntry, RootSummary};
use super::certificate::Leaf;
use crate::attestation::hex;
use ::sigstore::trust_root::TrustedRoot;
use ::sigstore::types::{Bundle, TransparencyLogEntry};
use jiff::Timestamp;

/// Checks every entry of `bundle`, whose certificate is `leaf` unless a key signed.
///
/// # Errors
///
/// A log that `root` lacks is [`Reason::UnknownLog`]. It is *foreign*, and then as untrusted as a
/// certificate from elsewhere, only where the certificate was not issued by an authority of the
/// root either and both claim to be from before the root's newest entry: an old root cannot
/// explain that. The claimed times are not authenticated, but they choose between two refusals.
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
        let log = root.tlogs.iter().find(|log| log.log_id.key_id == entry.log_id.key_id);
        let Some(log) = log else {
            return Err(unknown_log(entry, leaf, root, summary).into());
        };
        proof(i, entry)?;
        found.push(LogEntry {
            log: log.base_url.clone(),
            index: entry.log_index.get(),
            time: entry.integrated_time,
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
    // A key hint is the first four bytes of the log's key id.
    let hint = entry.log_id.key_id.as_bytes().get(..4);
    let signatures = checkpoint.signatures();
    if !signatures.iter().any(|s| hint == Some(s.key_id.as_slice())) {
        return fails(LogProof::Origin);
    }
    Ok(())
}

fn unknown_log(
    entry: &TransparencyLogEntry,
    leaf: Option<&Leaf>,
    root: &TrustedRoot,
    summary: &RootSummary,
) -> Reason {
    let key_id = hex(entry.log_id.key_id.as_bytes());
    let foreign = leaf.is_some_and(|leaf| {
        let claimed = entry.integrated_time.unwrap_or(leaf.not_before);
        !is_issued_under(leaf, root) && !is_later(claimed, summary)
    });
    Reason::UnknownLog { key_id, foreign }
}

/// Whether an authority of the root issued the certificate, whatever the time.
fn is_issued_under(leaf: &Leaf, root: &TrustedRoot) -> bool {
    let chains = root.certificate_authorities.iter().flat_map(|ca| &ca.cert_chain.certificates);
    chains.into_iter().any(|certificate| leaf.is_issued_by(&certificate.raw_bytes))
}

/// Whether `time` is later than every start of validity in the root.
pub(super) fn is_later(time: Timestamp, summary: &RootSummary) -> bool {
    summary.newest_start().is_none_or(|newest| time > newest)
}
