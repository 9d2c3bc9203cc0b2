//! The record that someone read the release, as a check of the plan.

use super::inputs::{Inputs, ReviewInput};
use crate::answer::access::Capability;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::pass::Measured;
use crate::release::gentoo::Alike;
use crate::release::review;

/// What the records say of the distfile `name`, of which `measured` tells.
///
/// Where no one named the previous file, a record of a diff counts only if the Manifest lists the very
/// file that it was compared with: anyone's old file will not do. One of the archive by itself counts
/// only if the Manifest lists no other version, or if all of it was read.
pub(super) fn check(
    inputs: &Inputs,
    input: &ReviewInput,
    name: &str,
    measured: &Measured,
) -> Finding {
    let absent = |text: &str| Finding::of_class(Check::Review, FailureClass::ReviewAbsent, text);
    let Some(new) = measured.digests.get(&HashName::Blake2b) else {
        return absent("the BLAKE2b digest of the file was not computed");
    };
    if input.same.contains(name) {
        let text = "the previous version takes the same file, and the last commit has the same entry of it";
        return Finding::agrees(Check::Review, text, "the Manifest of the last commit")
            .forged_by([Capability::Gentoo]);
    }
    match input.old.get(name) {
        Some(before) => review::check(before, new, &input.records),
        None => {
            let listed = |archive: &review::Archive| {
                inputs.manifest.as_ref().is_some_and(|manifest| {
                    manifest.blake2b(&archive.name) == Some(archive.blake2b.as_str())
                })
            };
            let alone = inputs.manifest.as_ref().is_some_and(|manifest| {
                let alike = input.alike.get_or_init(|| Alike::of(manifest.names()));
                !alike.has_other_version_of(name)
            });
            review::check_new(new, &input.records, &listed, alone)
        }
    }
}
