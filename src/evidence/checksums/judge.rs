//! What follows from what a list says of a file.

use super::FORGERS;
use super::listed::Listed;
use crate::answer::facts::{ChecksumFacts, ListedDigest};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::{HashName, hex};
use std::collections::BTreeMap;

pub(super) fn facts(digests: &BTreeMap<String, usize>) -> Vec<ListedDigest> {
    let fact =
        |(digest, line): (&String, &usize)| ListedDigest { digest: digest.clone(), line: *line };
    digests.iter().map(fact).collect()
}

pub(super) fn judge(
    list: &str,
    listed: &Listed,
    computed: &BTreeMap<HashName, Vec<u8>>,
    facts: &mut ChecksumFacts,
) -> Finding {
    let fails = |class, text: String| Finding::of_class(Check::Checksums, class, text);
    let mut agreeing = Vec::new();
    let mut ambiguous = None;
    for (function, digests) in &listed.digests {
        let actual = computed.get(function).map(|digest| hex(digest));
        let (same, other): (Vec<_>, Vec<_>) =
            digests.iter().partition(|(digest, _)| Some(*digest) == actual.as_ref());
        match (same.first(), other.first()) {
            (None, Some((_, line))) => {
                let text = format!("{} differs from line {line} of {list}", function.name());
                facts.function = Some(function.name());
                facts.actual = actual;
                return fails(FailureClass::ChecksumMismatch, text);
            }
            (Some((_, one)), Some((_, two))) => {
                ambiguous.get_or_insert(format!(
                    "lines {} and {} of {list} have two digests for it, of which one is that of \
                     these bytes",
                    one.min(two),
                    one.max(two)
                ));
            }
            (Some((_, line)), None) => agreeing.push((*function, *line)),
            (None, None) => {}
        }
    }
    if let Some(text) = ambiguous {
        return fails(FailureClass::ChecksumAmbiguous, text);
    }
    if let Some((line, reason)) = listed.malformed.first() {
        let text = format!("line {line} of {list} names it, but {reason}");
        facts.line = Some(*line);
        return fails(FailureClass::ChecksumMalformed, text);
    }
    let Some((_, line)) = agreeing.first() else {
        let mut text = format!("{list} has no checksum of it");
        if let Some((what, line)) = listed.near.first_key_value() {
            text = format!("{text}; line {line} {}", what.text());
        }
        return fails(FailureClass::ChecksumMissing, text);
    };
    let names: Vec<_> = agreeing.iter().map(|(function, _)| function.name()).collect();
    if !agreeing.iter().any(|(function, _)| function.is_strong()) {
        let text = format!("{list} has only {} of it", names.join(" and "));
        return fails(FailureClass::ChecksumWeak, text);
    }
    Finding::agrees(
        Check::Checksums,
        match listed.bare {
            true => format!(
                "{} with the one digest of {list}, which names no file",
                names.join(" and ")
            ),
            false => match &listed.placed_as {
                Some(place) => format!(
                    "{} with line {line} of {list}, which has it as {}",
                    names.join(" and "),
                    String::from_utf8_lossy(place)
                ),
                None => format!("{} with line {line} of {list}", names.join(" and ")),
            },
        },
        "the author of the list, whom nothing here identifies",
    )
    .forged_by(FORGERS)
}
