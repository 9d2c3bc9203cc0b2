//! Lists of checksums, as sha256sum, sha512sum, b2sum, BSD's tools and `openssl dgst` write them.
//!
//! Strict about every line that concerns a requested file, silent about all others: such lists are
//! often part of an announcement, or hold digests of several kinds.

mod format;
mod judge;
mod line;
mod listed;
mod placed;
mod requested;
mod wrapped;

use crate::answer::access::Capability;
use crate::answer::facts::ChecksumFacts;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::{HashName, hex};
use crate::bytes::sniff::{self, Kind};
pub(crate) use format::ListFormat;
use judge::{facts, judge};
use line::Parsed;
use listed::{Files, Listed, SHA1, add, suspect};
pub(crate) use requested::Requested;
use requested::without_dot;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use wrapped::parsed;

/// Who gets past a list of checksums that no one signed: anyone who can change it along with the file.
pub(crate) const FORGERS: [Capability; 9] = [
    Capability::Gentoo,
    Capability::Mirror,
    Capability::Index,
    Capability::Token,
    Capability::Publish,
    Capability::Branch,
    Capability::Job,
    Capability::Source,
    Capability::Forge,
];

/// What a list says of the requested files.
#[derive(Debug, Clone)]
pub(crate) struct List {
    files: BTreeMap<Vec<u8>, Listed>,
    /// The whole list, to look for a digest under another name.
    bytes: Vec<u8>,
    /// The hash function that it is all in, where its lines do not name one.
    function: Option<HashName>,
    /// Why nothing of it can be read.
    encoding: Option<Kind>,
    /// Where each digest that proves something stands first, by what name: made once, when the first file is not
    /// on the list.
    places: OnceLock<BTreeMap<String, (usize, String)>>,
}

impl List {
    /// Reads what `bytes` says of the `requested` files.
    ///
    /// A name of the list means a requested one where they are the same bytes, but for `./` in
    /// front and blanks around the name of the list. A file of that name in a directory is another,
    /// unless the list has no line for the name itself, and all its lines about such files have one
    /// digest: then it means the requested one, as upstream has it in a directory.
    pub(crate) fn read(bytes: &[u8], format: ListFormat, requested: &Requested) -> Self {
        let mut files = Files::of(requested);
        let bytes = sniff::without_mark(bytes);
        let encoding = Some(Kind::of(bytes)).filter(|kind| *kind == Kind::Utf16);
        for (number, parsed, line) in parsed(bytes) {
            match parsed {
                Parsed::Checksum(parsed) => {
                    add(&mut files, format, number, &parsed, None);
                }
                Parsed::Broken(parsed, flaw)
                    if add(&mut files, format, number, &parsed, Some(flaw)) => {}
                Parsed::Broken(..) | Parsed::Other => suspect(&mut files, format, number, line),
            }
        }
        take_bare_digest(&mut files, format, bytes);
        let mut files = files.said();
        files.values_mut().for_each(Listed::take_placed);
        let (bytes, function) = (bytes.to_vec(), format.function());
        Self { files, bytes, function, encoding, places: OnceLock::new() }
    }

    /// The list `text`, which is called `list`, if it says something of the `requested` files or comes near.
    pub(crate) fn about(list: &str, text: &[u8], requested: &Requested) -> Option<Self> {
        let list = Self::read(text, ListFormat::guess(list, text), requested);
        let tells = |listed: &Listed| listed.concerns() || !listed.near.is_empty();
        list.files.values().any(tells).then_some(list)
    }

    /// The list without its text, by which a digest is found under another name.
    pub(crate) fn without_text(self) -> Self {
        Self { bytes: Vec::new(), ..self }
    }

    /// The digests that judging the file `name` takes.
    pub(crate) fn wanted(&self, name: &[u8]) -> BTreeSet<HashName> {
        let listed = self.of(name);
        let digests = listed.into_iter().flat_map(|listed| listed.digests.keys());
        let wanted: BTreeSet<_> = digests.copied().collect();
        match (wanted.is_empty(), self.function) {
            (false, _) => wanted,
            // To find the digest under another name.
            (true, Some(function)) => BTreeSet::from([function]),
            (true, None) => BTreeSet::from([HashName::Sha256, HashName::Sha512]),
        }
    }

    /// Whether a line of it is about the file `name`, or may be.
    pub(crate) fn concerns(&self, name: &[u8]) -> bool {
        self.of(name).is_some_and(Listed::concerns)
    }

    /// Whether a line of it is about any of the requested files, or may be.
    pub(crate) fn concerns_any(&self) -> bool {
        self.files.values().any(Listed::concerns)
    }

    /// What it says that comes near the file `name` and is of no use, where that is all; `list` is
    /// what it is called.
    pub(crate) fn comes_near(&self, name: &[u8], list: &str) -> Option<String> {
        let listed = self.of(name).filter(|_| !self.concerns(name))?;
        let (what, line) = listed.near.first_key_value()?;
        Some(format!("{list} has no checksum of it; line {line} {}", what.text()))
    }

    fn of(&self, name: &[u8]) -> Option<&Listed> {
        self.files.get(without_dot(name))
    }

    /// What the list says of the file `name`, whose digests stand at `computed`.
    ///
    /// All lines must agree: one that differs is never outvoted by another.
    pub(crate) fn check(&self, name: &[u8], computed: &BTreeMap<HashName, Vec<u8>>) -> Finding {
        self.check_in("the list", name, computed)
    }

    /// The same, of a list that is called `list`.
    pub(crate) fn check_in(
        &self,
        list: &str,
        name: &[u8],
        computed: &BTreeMap<HashName, Vec<u8>>,
    ) -> Finding {
        let nothing = Listed::default();
        let listed = self.of(name).unwrap_or(&nothing);
        let mut facts = ChecksumFacts {
            listed: listed.digests.iter().map(|(f, digests)| (f.name(), facts(digests))).collect(),
            ..ChecksumFacts::default()
        };
        if let Some(encoding) = self.encoding {
            let text = format!("{list} is {}", encoding.advice());
            return Finding::of_class(Check::Checksums, FailureClass::ChecksumMalformed, text);
        }
        let mut finding = judge(list, listed, computed, &mut facts);
        if finding.class == Some(FailureClass::ChecksumMissing)
            && let Some((line, other)) = self.elsewhere(computed)
        {
            facts.line = Some(*line);
            let near = listed.near.values().any(|near| near == line);
            let text = format!("line {line} of {list} has this digest under the name {other}");
            finding.compared = match near {
                true => format!("{}: {text}", finding.compared),
                false => format!("{list} has no checksum under this name; {text}"),
            };
        }
        finding.knowing(facts)
    }

    /// The first line that has one of the digests `computed`, and the name it has there.
    fn elsewhere(&self, computed: &BTreeMap<HashName, Vec<u8>>) -> Option<&(usize, String)> {
        let places = self.places.get_or_init(|| places(&self.bytes));
        let digests = computed.iter().filter(|(function, _)| function.is_strong());
        digests.filter_map(|(_, digest)| places.get(&hex(digest))).min()
    }
}

/// Takes a list that is one digest and nothing else for that of the one file that was asked for:
/// `sha256sum FILE | cut -d' ' -f1`, as many `.sha256` files have it.
fn take_bare_digest(files: &mut Files<'_>, format: ListFormat, bytes: &[u8]) {
    // Blanks behind it would be the separator of a line without its name.
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let word = line.strip_suffix(b"\r").unwrap_or(line);
    let Some(function) = format.function() else { return };
    let is_digest = word.len() == function.size() * 2 && word.iter().all(u8::is_ascii_hexdigit);
    if let Ok(digest) = str::from_utf8(word)
        && is_digest
        && let Some(listed) = files.only()
    {
        let digests = listed.digests.entry(function).or_default();
        digests.insert(digest.to_ascii_lowercase(), 1);
        listed.bare = true;
    }
}

/// Where each digest of a list stands first, by what name, without those that are too short to prove anything.
fn places(bytes: &[u8]) -> BTreeMap<String, (usize, String)> {
    let mut places = BTreeMap::new();
    for (number, parsed, _) in parsed(bytes) {
        if let Parsed::Checksum(line) = parsed
            && line.digest.len() > SHA1
        {
            let name = || (number, String::from_utf8_lossy(&line.name).into_owned());
            places.entry(line.digest).or_insert_with(name);
        }
    }
    places
}

#[cfg(test)]
mod tests;
