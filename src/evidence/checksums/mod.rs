//! Lists of checksums, as sha256sum, sha512sum, b2sum, BSD's tools and `openssl dgst` write them.
//!
//! Strict about every line that concerns a requested file, silent about all others: such lists are
//! often part of an announcement, or hold digests of several kinds.

mod line;
mod placed;
mod wrapped;

use crate::answer::access::Capability;
use crate::answer::facts::{ChecksumFacts, ListedDigest};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::{HashName, hex};
use crate::bytes::sniff::{self, Kind};
use line::{Flaw, Function, Line, Parsed, SHORTEST, tag, trim_end, trim_start};
use placed::Placed;
use std::collections::{BTreeMap, BTreeSet};
use wrapped::Wrapped;

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

/// The lines of a list by which its kind is guessed.
const GUESS_LIMIT: usize = 1_000;

/// The digits of SHA-1's digests.
const SHA1: usize = 40;

/// The most different digests that are kept of one file: two already refuse it.
const DIGEST_LIMIT: usize = 8;

/// The kinds of lists, by the names of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ListFormat {
    /// What sha256sum writes
    Sha256,
    /// What sha512sum writes
    Sha512,
    /// What b2sum writes: BLAKE2b with 512 bits
    B2,
    /// What openssl dgst writes
    OpensslDgst,
    /// What BSD's tools and sha256sum --tag write
    Bsd,
}

impl ListFormat {
    /// The kind that a list called `name` seems to be, for one that no one named the kind of.
    pub(crate) fn guess(name: &str, bytes: &[u8]) -> Self {
        let (name, bytes) = (name.to_ascii_lowercase(), sniff::without_mark(bytes));
        let named = [
            ("sha256", Self::Sha256),
            ("sha512", Self::Sha512),
            ("b2sum", Self::B2),
            ("blake2b", Self::B2),
            ("shasums256", Self::Sha256),
            ("shasums512", Self::Sha512),
        ];
        let lines = parsed(bytes).take(GUESS_LIMIT);
        let unnamed = lines.filter_map(|(_, parsed, _)| match parsed {
            Parsed::Checksum(line) if line.function == Function::Unnamed => Some(line.digest.len()),
            _ => None,
        });
        let lengths: BTreeSet<_> = unnamed.collect();
        let by_name = named.iter().find(|(part, _)| name.contains(part)).map(|(_, format)| *format);
        let bare = bytes.trim_ascii();
        let bare = bare.iter().all(u8::is_ascii_hexdigit).then_some(bare.len());
        match (by_name, lengths.last().copied().or(bare)) {
            (Some(format), Some(_)) => format,
            (None, Some(128)) => Self::Sha512,
            (None, Some(_)) => Self::Sha256,
            (_, None) => Self::Bsd,
        }
    }

    /// The one hash function of lists whose lines do not name it.
    const fn function(self) -> Option<HashName> {
        match self {
            Self::Sha256 => Some(HashName::Sha256),
            Self::Sha512 => Some(HashName::Sha512),
            Self::B2 => Some(HashName::Blake2b),
            Self::OpensslDgst | Self::Bsd => None,
        }
    }
}

/// What a list says of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Listed {
    /// Digests in lower-case hexadecimal, each with the number of its first line, from 1.
    digests: BTreeMap<HashName, BTreeMap<String, usize>>,
    /// Lines that concern the file and cannot be read, with the reason.
    malformed: Vec<(usize, &'static str)>,
    /// Whether the list is one digest without a name.
    bare: bool,
    /// What lines about a file of that name in a directory say.
    placed: Vec<Placed>,
    /// The name with its directory, where such lines are all there is.
    placed_as: Option<Vec<u8>>,
    /// Lines that may explain why there is no digest, with what they are.
    near: BTreeMap<Near, usize>,
}

/// What a line is that is about a file, or nearly, and is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Near {
    /// As short as those of MD5 and SHA-1.
    Short,
    /// Of another kind than was asked for.
    OtherKind,
    /// Of a hash function that is not computed.
    NotComputed,
    /// Of files of that name in directories, which differ.
    Places,
    /// Of a file of that name in a directory.
    Directory,
    /// Behind something else than a digest.
    Behind,
}

impl Near {
    const fn text(self) -> &'static str {
        match self {
            Self::Short => "has a digest as short as those of MD5 and SHA-1, which prove nothing",
            Self::OtherKind => "has one of another kind than --format says",
            Self::NotComputed => "has one of a function that is not computed here",
            Self::Places => "has one of several files of that name in directories, which differ",
            Self::Directory => "has one of a file of that name in a directory",
            Self::Behind => "has one, but something else precedes the name",
        }
    }
}

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
}

impl List {
    /// Reads what `bytes` says of the files that are named `requested`.
    ///
    /// A name of the list means a requested one where they are the same bytes, but for `./` in
    /// front and blanks around the name of the list. A file of that name in a directory is another,
    /// unless the list has no line for the name itself, and all its lines about such files have one
    /// digest: then it means the requested one, as upstream has it in a directory.
    pub(crate) fn read<'n>(
        bytes: &[u8],
        format: ListFormat,
        requested: impl IntoIterator<Item = &'n [u8]>,
    ) -> Self {
        let mut files: BTreeMap<Vec<u8>, Listed> = requested
            .into_iter()
            .map(|name| (without_dot(name).to_vec(), Listed::default()))
            .collect();
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
        let mut list = Self { files, bytes: bytes.to_vec(), function: format.function(), encoding };
        list.take_bare_digest();
        list.files.values_mut().for_each(Listed::take_placed);
        list
    }

    /// Takes a list that is one digest and nothing else for that of the one file that was asked for:
    /// `sha256sum FILE | cut -d' ' -f1`, as many `.sha256` files have it.
    fn take_bare_digest(&mut self) {
        // Blanks behind it would be the separator of a line without its name.
        let line = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let word = line.strip_suffix(b"\r").unwrap_or(line);
        let mut files = self.files.values_mut();
        let (Some(function), Some(listed), None) = (self.function, files.next(), files.next())
        else {
            return;
        };
        let is_digest = word.len() == function.size() * 2 && word.iter().all(u8::is_ascii_hexdigit);
        if let Ok(digest) = str::from_utf8(word)
            && is_digest
        {
            let digests = listed.digests.entry(function).or_default();
            digests.insert(digest.to_ascii_lowercase(), 1);
            listed.bare = true;
        }
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
        self.of(name).is_some_and(|listed| {
            !listed.bare && !(listed.digests.is_empty() && listed.malformed.is_empty())
        })
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
            return Finding::fails(Check::Checksums, FailureClass::ChecksumMalformed, text);
        }
        let mut finding = judge(list, listed, computed, &mut facts);
        if finding.class == Some(FailureClass::ChecksumMissing)
            && let Some((line, other)) = self.elsewhere(computed)
        {
            facts.line = Some(line);
            let near = listed.near.values().any(|near| *near == line);
            let text = format!("line {line} of {list} has this digest under the name {other}");
            finding.compared = match near {
                true => format!("{}: {text}", finding.compared),
                false => format!("{list} has no checksum under this name; {text}"),
            };
        }
        finding.knowing(facts)
    }

    /// The first line that has one of the digests `computed`, and the name it has there.
    fn elsewhere(&self, computed: &BTreeMap<HashName, Vec<u8>>) -> Option<(usize, String)> {
        let digests: Vec<_> = computed
            .iter()
            .filter(|(function, _)| function.is_strong())
            .map(|(_, digest)| hex(digest))
            .collect();
        parsed(&self.bytes).find_map(|(number, parsed, _)| match parsed {
            Parsed::Checksum(line) if digests.contains(&line.digest) => {
                Some((number, String::from_utf8_lossy(&line.name).into_owned()))
            }
            _ => None,
        })
    }
}

fn facts(digests: &BTreeMap<String, usize>) -> Vec<ListedDigest> {
    let fact =
        |(digest, line): (&String, &usize)| ListedDigest { digest: digest.clone(), line: *line };
    digests.iter().map(fact).collect()
}

fn judge(
    list: &str,
    listed: &Listed,
    computed: &BTreeMap<HashName, Vec<u8>>,
    facts: &mut ChecksumFacts,
) -> Finding {
    let fails = |class, text: String| Finding::fails(Check::Checksums, class, text);
    let mut agreeing = Vec::new();
    let mut ambiguous = None;
    for (function, digests) in &listed.digests {
        let actual = computed.get(function).map(|digest| hex(digest)).unwrap_or_default();
        let (same, other): (Vec<_>, Vec<_>) =
            digests.iter().partition(|(digest, _)| **digest == actual);
        match (same.first(), other.first()) {
            (None, Some((_, line))) => {
                let text = format!("{} differs from line {line} of {list}", function.name());
                facts.function = Some(function.name());
                facts.actual = Some(actual);
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

/// The lines of a list, each with its number from 1. A digest that gpg --print-md wraps over several
/// lines is one of them.
fn parsed(bytes: &[u8]) -> impl Iterator<Item = (usize, Parsed<'_>, &[u8])> {
    let mut lines = (1..)
        .zip(bytes.split(|b| *b == b'\n'))
        .map(|(number, line)| (number, line.strip_suffix(b"\r").unwrap_or(line)))
        .peekable();
    std::iter::from_fn(move || {
        let (number, line) = lines.next()?;
        let Some(mut wrapped) = Wrapped::of(line) else {
            return Some((number, Parsed::of(line), line));
        };
        while !wrapped.is_whole()
            && let Some((_, more)) = lines.next_if(|(_, line)| Wrapped::is_continued_by(line))
        {
            wrapped.push(more);
        }
        Some((number, wrapped.parsed().unwrap_or_else(|| Parsed::of(line)), line))
    })
}

/// Takes a line of the form of a checksum, whose digest may have a `flaw`. Whether it is about one
/// of the files.
fn add(
    files: &mut BTreeMap<Vec<u8>, Listed>,
    format: ListFormat,
    number: usize,
    line: &Line<'_>,
    flaw: Option<Flaw>,
) -> bool {
    // A program in C sees the name as far as its first NUL byte.
    let (name, cut) = match line.name.iter().position(|b| *b == 0) {
        Some(at) => (line.name.get(..at).unwrap_or_default(), true),
        None => (line.name.as_ref(), false),
    };
    let name = without_dot(name);
    let name = if files.contains_key(name) { name } else { trim_end(trim_start(name)) };
    let Some(listed) = files.get_mut(without_dot(name)) else {
        note_other_place(files, format, number, name, line, flaw.is_none() && !cut);
        return false;
    };
    match taken(line, format, flaw, cut) {
        Taken::Digest(function) => {
            let digests = listed.digests.entry(function).or_default();
            if digests.len() < DIGEST_LIMIT {
                digests.entry(line.digest.clone()).or_insert(number);
            }
        }
        Taken::Malformed(reason) => listed.is_malformed(number, reason),
        Taken::Near(what) => {
            listed.near.entry(what).or_insert(number);
        }
    }
    true
}

/// What becomes of a line about a requested file.
enum Taken {
    /// Its digest counts.
    Digest(HashName),
    /// It cannot be read, for that reason.
    Malformed(&'static str),
    /// It is of no use here, but worth to be mentioned.
    Near(Near),
}

fn taken(line: &Line<'_>, format: ListFormat, flaw: Option<Flaw>, cut: bool) -> Taken {
    let length = line.digest.len();
    let function = match (line.function, format.function()) {
        (Function::Known(function), None) => function,
        (Function::Known(function), Some(wanted)) if function == wanted => function,
        (Function::Unnamed, Some(wanted)) if flaw.is_some() || length == wanted.size() * 2 => {
            wanted
        }
        (Function::Unnamed, Some(_)) if !is_digest_length(length) => {
            return Taken::Malformed("its digest has a length that no digest has");
        }
        (Function::Unnamed, Some(_)) if length <= SHA1 => return Taken::Near(Near::Short),
        (Function::Known(_), Some(_)) | (Function::Unnamed, _) => {
            return Taken::Near(Near::OtherKind);
        }
        (Function::Other(_), _) => return Taken::Near(Near::NotComputed),
    };
    if let Some(flaw) = flaw {
        return Taken::Malformed(flaw.text());
    }
    if length != function.size() * 2 {
        return Taken::Malformed("its digest has another length than its function says");
    }
    if cut {
        return Taken::Malformed("a NUL byte follows the name");
    }
    Taken::Digest(function)
}

/// A line about `dir/NAME`, or with a size before NAME, is about a file of that name and says
/// nothing about NAME at first, but may be what someone looks for.
fn note_other_place(
    files: &mut BTreeMap<Vec<u8>, Listed>,
    format: ListFormat,
    number: usize,
    name: &[u8],
    line: &Line<'_>,
    whole: bool,
) {
    let last = name.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let up = name.split(|b| *b == b'/').any(|part| part == b"..");
    if let (Some(listed), true) =
        (files.get_mut(last).filter(|_| last.len() < name.len() && !up), whole)
        && let Taken::Digest(function) = taken(line, format, None, false)
    {
        listed.place(Placed {
            name: name.to_vec(),
            function,
            digest: line.digest.clone(),
            line: number,
        });
    }
    let mut after = |delimiters: &[u8], what| {
        let last = name.rsplit(|b| delimiters.contains(b)).next().unwrap_or_default();
        if let Some(listed) = files.get_mut(last) {
            listed.near.entry(what).or_insert(number);
        }
    };
    after(b"/", Near::Directory);
    after(b" \t*", Near::Behind);
}

/// Takes a line that is not a checksum. It concerns a file if it has its name as a word and something
/// that could be its digest, or begins as the lines of its function do.
fn suspect(files: &mut BTreeMap<Vec<u8>, Listed>, format: ListFormat, number: usize, line: &[u8]) {
    let wanted = |function| format.function().is_none_or(|wanted| wanted == function);
    let tagged =
        matches!(tag(trim_start(line)), Some((Function::Known(function), _)) if wanted(function));
    let digest_like = line.split(|b| !b.is_ascii_hexdigit()).map(<[u8]>::len).any(|run| {
        let size = format.function().map_or(run, |function| function.size() * 2);
        if is_digest_length(run) { run == size } else { run >= SHORTEST }
    });
    if !digest_like && !tagged {
        return;
    }
    let reason = "it is not of the form that --format says";
    for word in line.split(is_outside) {
        if let Some(listed) = files.get_mut(word) {
            listed.is_malformed(number, reason);
        }
    }
    // Names that are no word of their own, of which there are few.
    for (name, listed) in files.iter_mut().filter(|(name, _)| name.iter().any(is_outside)) {
        if has_word(line, name) {
            listed.is_malformed(number, reason);
        }
    }
}

/// Whether a byte is of no name, in a line that is no checksum.
fn is_outside(byte: &u8) -> bool {
    b" \t*(),;:=\"'\0".contains(byte)
}

/// Whether `name` is in `line` with nothing of a name right before or behind it.
fn has_word(line: &[u8], name: &[u8]) -> bool {
    let outside = |b: Option<&u8>| b.is_none_or(is_outside);
    line.windows(name.len()).enumerate().any(|(at, window)| {
        window == name
            && outside(at.checked_sub(1).and_then(|at| line.get(at)))
            && outside(line.get(at + name.len()))
    })
}

/// Whether some hash function in use has digests of so many hexadecimal digits.
const fn is_digest_length(digits: usize) -> bool {
    matches!(digits, 32 | 40 | 56 | 64 | 96 | 128)
}

/// `name` without `./` in front, which means the same file.
fn without_dot(mut name: &[u8]) -> &[u8] {
    while let Some(rest) = name.strip_prefix(b"./") {
        name = rest;
        while let Some(rest) = name.strip_prefix(b"/") {
            name = rest;
        }
    }
    name
}

#[cfg(test)]
mod tests;
