//! The checksum that a lock file has of a dependency, as a check of the plan.

use super::inputs::Locked;
use crate::answer::access::Capability;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::hex;

/// What `locked` says of a file with that SHA-256 digest.
///
/// A lock file is worth what the archive is worth that it comes in: who can forge that, can forge both.
pub(super) fn check(locked: &[Locked], sha256: &[u8]) -> Option<Finding> {
    let first = locked.first()?;
    let digest = hex(sha256);
    let other = locked.iter().find(|locked| locked.sha256 != digest);
    Some(match other {
        Some(other) => {
            let text = format!(
                "Cargo.lock in {} has SHA-256 {}, and this file has {digest}",
                other.by, other.sha256
            );
            Finding::of_class(Check::Checksums, FailureClass::ChecksumMismatch, text)
        }
        None => {
            let text = format!("SHA-256 with Cargo.lock in {}", first.by);
            Finding::agrees(Check::Checksums, text, format!("the Cargo.lock in {}", first.by))
                .forged_by([
                    Capability::Mirror,
                    Capability::Index,
                    Capability::Token,
                    Capability::Publish,
                    Capability::Job,
                    Capability::Source,
                    Capability::Forge,
                    Capability::Gentoo,
                ])
        }
    })
}
