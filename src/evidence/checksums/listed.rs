//! What the lines of a list say of one file.

use super::format::ListFormat;
use super::line::{Flaw, Function, Line, SHORTEST, tag, trim_end, trim_start};
use super::requested::{Requested, without_dot};
use crate::bytes::digests::HashName;
use std::collections::{BTreeMap, BTreeSet};

/// The digits of SHA-1's digests.
pub(super) const SHA1: usize = 40;

/// How often names are looked up in the lines of one list that are no checksums: a place in a line takes a few, and
/// only names made for it, all brackets say, take as many as there are names. Any file may be in what is left.
const LOOKUP_LIMIT: usize = 4_000_000;

/// The most different digests that are kept of one file: two already refuse it.
pub(super) const DIGEST_LIMIT: usize = 8;

/// A line about a file of a requested name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) name: Vec<u8>,
    pub(super) function: HashName,
    pub(super) digest: String,
    pub(super) line: usize,
}

/// What a list says of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// Digests in lower-case hexadecimal, each with the number of its first line, from 1.
    pub(super) digests: BTreeMap<HashName, BTreeMap<String, usize>>,
    /// Lines that concern the file and cannot be read, with the reason.
    pub(super) malformed: Vec<(usize, &'static str)>,
    /// Whether the list is one digest without a name.
    pub(super) bare: bool,
    /// What lines about a file of that name in a directory say.
    pub(super) placed: Vec<Placed>,
    /// The name with its directory, where such lines are all there is.
    pub(super) placed_as: Option<Vec<u8>>,
    /// Lines that may explain why there is no digest, with what they are.
    pub(super) near: BTreeMap<Near, usize>,
}

/// What one list says of the requested files. Those that no line is near are not here: many lists about few files of
/// many must not take the product of both.
#[derive(Debug)]
pub(super) struct Files<'r> {
    requested: &'r Requested,
    said: BTreeMap<Vec<u8>, Listed>,
    /// How often names may still be looked up in lines that are no checksums.
    lookups: usize,
    /// The first line in which they were not looked for any more.
    unsearched: Option<usize>,
}

impl<'r> Files<'r> {
    pub(super) const fn of(requested: &'r Requested) -> Self {
        Self { requested, said: BTreeMap::new(), lookups: LOOKUP_LIMIT, unsearched: None }
    }

    pub(super) const fn requested(&self) -> &'r Requested {
        self.requested
    }

    /// What is kept of the file `name`, if it is requested.
    pub(super) fn get_mut(&mut self, name: &[u8]) -> Option<&mut Listed> {
        let requested = self.requested.get(name)?;
        Some(self.said.entry(requested.to_vec()).or_default())
    }

    /// The same of the one file that is requested, where there are no others.
    pub(super) fn only(&mut self) -> Option<&mut Listed> {
        self.get_mut(self.requested.only()?)
    }

    pub(super) fn said(mut self) -> BTreeMap<Vec<u8>, Listed> {
        if let Some(number) = self.unsearched {
            for name in self.requested.names() {
                let listed = self.said.entry(name.to_vec()).or_default();
                listed.is_malformed(number, "it could begin with too many names to look for each");
            }
        }
        self.said
    }
}

/// What a line is that is about a file, or nearly, and is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Near {
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
    pub(super) const fn text(self) -> &'static str {
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

/// Takes a line of the form of a checksum, whose digest may have a `flaw`. Whether it is about one
/// of the files.
pub(super) fn add(
    files: &mut Files<'_>,
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
    let name = if files.requested().contains(name) { name } else { trim_end(trim_start(name)) };
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

/// Takes a line that is not a checksum. It concerns a file if it has its name as a word and something
/// that could be its digest, or begins as the lines of its function do.
pub(super) fn suspect(files: &mut Files<'_>, format: ListFormat, number: usize, line: &[u8]) {
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
    let Some(names) = words(files.requested, line, &mut files.lookups) else {
        files.unsearched.get_or_insert(number);
        return;
    };
    for name in names {
        if let Some(listed) = files.get_mut(&name) {
            listed.is_malformed(number, reason);
        }
    }
}

/// The names of `files` that are in `line` with nothing of a name right before or behind them. Names and places in
/// the line may be many: at each, only those are looked at that could begin there, and no more than `lookups` in all;
/// `None` where those are used up.
fn words(files: &Requested, line: &[u8], lookups: &mut usize) -> Option<BTreeSet<Vec<u8>>> {
    let outside = |byte: Option<&u8>| byte.is_none_or(is_outside);
    let mut found = BTreeSet::new();
    for at in (0..line.len()).filter(|at| outside(at.checked_sub(1).and_then(|at| line.get(at)))) {
        let mut rest = line.get(at..).unwrap_or_default();
        while !rest.is_empty()
            && let Some(name) = files.last_up_to(rest)
        {
            *lookups = lookups.checked_sub(1)?;
            let common = name.iter().zip(rest).take_while(|(a, b)| a == b).count();
            let whole = common == name.len();
            if whole && !name.is_empty() && outside(line.get(at + common)) {
                found.insert(name.to_vec());
            }
            // What begins here as well is shorter.
            let shorter = if whole { common.saturating_sub(1) } else { common };
            rest = rest.get(..shorter).unwrap_or_default();
        }
    }
    Some(found)
}

/// Whether a byte is of no name, in a line that is no checksum.
fn is_outside(byte: &u8) -> bool {
    b" \t*(),;:=\"'\0".contains(byte)
}

/// Whether some hash function in use has digests of so many hexadecimal digits.
const fn is_digest_length(digits: usize) -> bool {
    matches!(digits, 32 | 40 | 56 | 64 | 96 | 128)
}

/// A line about `dir/NAME`, or with a size before NAME, is about a file of that name and says
/// nothing about NAME at first, but may be what someone looks for.
fn note_other_place(
    files: &mut Files<'_>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_line() {
        let names = ["a", "a b", "a(1)", "a(1).tar", "(1)", "b", "ab", "é", "a,", ""];
        let files = Requested::of(names.iter().map(|name| name.as_bytes()));
        for (line, expected) in [
            ("a", &["a"][..]),
            ("xa a(1) (1)", &["a", "a(1)", "(1)"]),
            ("a(1).tar", &["a", "a(1).tar"]),
            ("a(1)tar b", &["a", "b"]),
            ("a b", &["a", "a b", "b"]),
            ("abc ab", &["ab"]),
            ("a, b=é", &["a", "a,", "b", "é"]),
            ("", &[]),
        ] {
            let expected: BTreeSet<Vec<u8>> =
                expected.iter().map(|name| name.as_bytes().to_vec()).collect();
            let found = words(&files, line.as_bytes(), &mut LOOKUP_LIMIT.clone());
            assert_eq!(found, Some(expected), "{line}");
        }
    }

    /// The same as looking for each name in the line, which takes as long as there are names.
    #[test]
    fn many_names_in_a_long_line() {
        let name = |n: usize| format!("{}({n}),x", "a(".repeat(n % 7)).into_bytes();
        let names: Vec<Vec<u8>> = (0..2_000).map(name).collect();
        let files = Requested::of(names.iter().map(Vec::as_slice));
        let line: Vec<u8> =
            (0..4_000).step_by(3).flat_map(|n| [name(n), b" ".to_vec()].concat()).collect();
        let begin = std::time::Instant::now();
        let found = words(&files, &line, &mut LOOKUP_LIMIT.clone()).unwrap_or_default();
        assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
        assert!((0..2_000).step_by(3).all(|n| found.contains(&name(n))));
    }

    /// Each of the names could begin at each bracket of the line.
    #[test]
    fn more_lookups_than_are_made() {
        let names: Vec<Vec<u8>> = (1..200).map(|n| vec![b'('; n]).chain([b"d".to_vec()]).collect();
        let requested = Requested::of(names.iter().map(Vec::as_slice));
        let line = [[b'0'; 64].as_slice(), b" x ", &vec![b'('; 100_000]].concat();
        let mut files = Files::of(&requested);
        suspect(&mut files, ListFormat::Sha256, 7, &line);
        suspect(&mut files, ListFormat::Sha256, 8, &line);
        let said = files.said();
        assert_eq!(said.len(), names.len());
        assert!(said.values().all(|listed| listed.malformed.first().is_some_and(|(n, _)| *n == 7)));
    }
}
