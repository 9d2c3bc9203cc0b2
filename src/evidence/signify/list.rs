//! Lists of checksums as `signify -C` reads them: all that follows a signature.

use crate::answer::facts::KeyFacts;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::{HashName, hex};
use crate::bytes::pass::Measured;
use crate::evidence::ed25519::PublicKey;
use std::collections::BTreeMap;

/// The most lines of a list.
const LIST_LIMIT: usize = 100_000;

/// The hash functions of signed lists, by the names that sha256(1) and sha512(1) write.
const LISTED: [(&str, HashName); 2] = [("SHA256", HashName::Sha256), ("SHA512", HashName::Sha512)];

/// The digests that comparing with a signed list may take.
pub(crate) fn list_hashes() -> impl Iterator<Item = HashName> {
    LISTED.iter().map(|(_, hash)| *hash)
}

/// A list of checksums in BSD form, `SHA256 (name) = hex`: the digests by name, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct List(BTreeMap<String, Vec<(HashName, String)>>);

impl List {
    /// Reads a list; `None` where any line of it is anything else, as signify -C refuses it too.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut names: BTreeMap<String, Vec<_>> = BTreeMap::new();
        let mut lines = 0;
        for line in text.lines() {
            let (algorithm, rest) = line.split_once(" (")?;
            let (name, digest) = rest.rsplit_once(") = ")?;
            let (_, hash) = LISTED.iter().find(|(known, _)| *known == algorithm)?;
            let digits =
                digest.len() == hash.size() * 2 && digest.bytes().all(|b| b.is_ascii_hexdigit());
            if !digits || name.is_empty() || lines >= LIST_LIMIT {
                return None;
            }
            lines += 1;
            let listed = names.entry(name.to_owned()).or_default();
            listed.push((*hash, digest.to_ascii_lowercase()));
        }
        (lines > 0).then_some(Self(names))
    }

    /// The files that it has.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Compares the file `name`, of which `measured` tells, with the list, which `key` signed.
    pub(super) fn check(&self, key: &PublicKey, name: &str, measured: &Measured) -> Finding {
        let lines = self.0.get(name).map(Vec::as_slice).unwrap_or_default();
        compare(lines, key, measured)
    }
}

fn compare(lines: &[(HashName, String)], key: &PublicKey, measured: &Measured) -> Finding {
    if lines.is_empty() {
        let text = format!(
            "the list of checksums that the key {} signed has no line for it",
            key.number()
        );
        return Finding::of_class(Check::Signify, FailureClass::SignatureAbsent, text);
    }
    let mut names = Vec::new();
    for (hash, digest) in lines {
        let actual = measured.digests.get(hash).map(|d| hex(d));
        if actual.as_ref() != Some(digest) {
            let text = format!(
                "the list that the key {} signed gives another {}",
                key.number(),
                hash.name()
            );
            return Finding::of_class(Check::Signify, FailureClass::SignatureBad, text).knowing(
                KeyFacts { expected: Some(digest.clone()), actual, ..KeyFacts::default() },
            );
        }
        if !names.contains(&hash.name()) {
            names.push(hash.name());
        }
    }
    let text = format!(
        "{} with the list of checksums that the key {} signed",
        names.join(" and "),
        key.number()
    );
    super::agreeing(text, key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lists_are_read_whole_or_not_at_all() {
        let digest = "a".repeat(64);
        let text = format!("SHA256 (a (b) = c.gz) = {digest}\n");
        let list = List::parse(text.as_bytes()).unwrap();
        let names = [("a (b) = c.gz".to_owned(), vec![(HashName::Sha256, digest.clone())])];
        assert_eq!(list, List(BTreeMap::from(names)));
        for text in [
            String::new(),
            format!("{digest}  a\n"),
            format!("SHA256 (a) = {digest}\nhello\n"),
            format!("SHA256 (a) = {digest}0\n"),
            format!("MD5 (a) = {digest}\n"),
            format!("SHA256 () = {digest}\n"),
        ] {
            assert!(List::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
