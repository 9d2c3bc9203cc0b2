//! Manifests (GLEP 74): the DIST entries, read strictly and with line numbers.
//!
//! Thin and thick Manifests are read alike; only DIST entries are kept, the others are counted.
//! A cleartext OpenPGP armor around a Manifest is recognised and taken off; its signature is not
//! looked at, which [`Manifest::armored`] lets the report say.

mod line;

use crate::bytes::digests::{HashName, hex};
use crate::bytes::input::{InputError, open_operand, open_regular};
pub(crate) use line::is_distfile_name;
use line::{Armor, HASHES, Line, clean_line, parse_line};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest line, in bytes. The longest that Portage writes are below 1 KiB.
const LINE_LIMIT: usize = 64 * 1024;
/// The largest Manifest, in bytes. A full tree's top-level Manifest is a few hundred KiB.
const SIZE_LIMIT: u64 = 256 * 1024 * 1024;
/// The most DIST entries that are kept.
const ENTRY_LIMIT: usize = 100_000;

/// One DIST line: `DIST <name> <size> (<hash> <value>)…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DistEntry {
    /// Its line, from 1.
    pub(crate) line: usize,
    /// Size in bytes.
    pub(crate) size: u64,
    /// The hashes by Manifest name, lower-case hexadecimal. Names may be unknown to us.
    pub(crate) hashes: BTreeMap<String, String>,
    /// Names that stand more than once on the line with different values.
    pub(crate) contested: Vec<String>,
}

/// Whether a file is the one that a Manifest lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// By size and BLAKE2B.
    Same,
    /// It has another size or digest.
    Otherwise,
    /// Its entries contradict each other, or have no BLAKE2B.
    Unclear,
    /// It has no entry.
    Not,
}

impl DistEntry {
    fn blake2b(&self) -> Option<&str> {
        self.known().find(|(hash, _)| *hash == HashName::Blake2b).map(|(_, value)| value)
    }

    /// The hashes that this program computes.
    pub(crate) fn known(&self) -> impl Iterator<Item = (HashName, &str)> {
        self.hashes.iter().filter_map(|(n, v)| Some((HashName::from_name(n)?, v.as_str())))
    }

    /// The names of the hashes that it does not.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = &str> {
        self.hashes.keys().map(String::as_str).filter(|n| HashName::from_name(n).is_none())
    }

    /// Whether both may be of the same bytes: the size and all hashes that both have are the same.
    pub(crate) fn may_be(&self, other: &Self) -> bool {
        let same = |(name, value): (&String, &String)| {
            other.hashes.get(name).is_none_or(|other| other == value)
        };
        self.size == other.size && self.hashes.iter().all(same)
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.size == other.size && self.hashes == other.hashes
    }
}

/// The entries of one distfile. What they are to each other is told as they are added: they are looked up for each
/// version of a package.
#[derive(Debug, Clone, Default)]
struct Entries {
    all: Vec<DistEntry>,
    /// Whether one says something else than the first.
    differ: bool,
    /// The first that contradicts itself.
    contested: Option<usize>,
}

impl Entries {
    fn push(&mut self, entry: DistEntry) {
        self.differ |= self.all.first().is_some_and(|first| !first.says_the_same(&entry));
        if self.contested.is_none() && !entry.contested.is_empty() {
            self.contested = Some(self.all.len());
        }
        self.all.push(entry);
    }
}

/// What a Manifest says of one distfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lookup<'a> {
    /// It has no DIST entry.
    Missing,
    /// It has one, or several that say the same.
    Entry(&'a DistEntry),
    /// It has several that differ, or one that contradicts itself.
    Ambiguous {
        /// The lines.
        lines: Vec<usize>,
        /// The hash that one line gives twice, if that is the trouble.
        hash: Option<&'a str>,
    },
}

/// The DIST entries of a Manifest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manifest {
    path: PathBuf,
    /// Shared among copies.
    dist: Arc<BTreeMap<String, Entries>>,
    others: usize,
    armored: bool,
}

/// Why a Manifest could not be read. The program stops on these: a line that one reader skips and
/// another believes is how files get lost.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    /// The file could not be opened or read.
    #[error(transparent)]
    Input(InputError),
    /// A line is not what GLEP 74 allows.
    #[error("{}:{line}: {fault}", path.display())]
    Syntax {
        /// The Manifest.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Longer than 64 KiB.
    #[error("the line is longer than {LINE_LIMIT} bytes")]
    LineTooLong,
    /// The Manifest is larger than 256 MiB or has more than 100,000 DIST entries.
    #[error("the Manifest is larger than {SIZE_LIMIT} bytes or {ENTRY_LIMIT} DIST entries")]
    TooLarge,
    /// Not UTF-8.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// A NUL or another control character.
    #[error("the line holds the control character {0:#04x}")]
    ControlCharacter(u8),
    /// Ends in CR LF.
    #[error("the line ends in CR LF; GLEP 74 Manifests end their lines in LF")]
    CarriageReturn,
    /// Starts with a word that GLEP 74 does not define.
    #[error("\"{0}\" is not a Manifest entry; Portage would have skipped the line")]
    UnknownTag(String),
    /// Too few words.
    #[error("the entry lacks a name or a size")]
    Incomplete,
    /// The size is not a number.
    #[error("\"{0}\" is not a size in bytes")]
    BadSize(String),
    /// The file name cannot be one of a distfile.
    #[error("\"{0}\" cannot be the name of a distfile")]
    BadName(String),
    /// A time stamp that is not of GLEP 74's form.
    #[error("\"{0}\" is not a time like 2026-11-22T00:00:00Z")]
    BadTimestamp(String),
    /// Words behind the last one that the entry has.
    #[error("\"{0}\" follows the end of the entry")]
    Surplus(String),
    /// A hash name without a value.
    #[error("the hash {0} has no value")]
    HashWithoutValue(String),
    /// More hashes than there are hash functions.
    #[error("the entry has more than {HASHES} hashes")]
    TooManyHashes,
    /// A value that is not lower-case hexadecimal of the right length.
    #[error("the value of {0} is not lower-case hexadecimal of its length")]
    BadHash(String),
    /// Text before or after the OpenPGP armor, or an armor that does not end.
    #[error("broken OpenPGP armor: {0}")]
    BadArmor(&'static str),
}

impl Manifest {
    /// Reads the Manifest at `path`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or a line is not what GLEP 74 allows. Entries that contradict
    /// each other are no error here: [`Manifest::lookup`] tells of them.
    pub(crate) fn read(path: &Path) -> Result<Self, ManifestError> {
        let file = open_regular(path).map_err(ManifestError::Input)?;
        Self::parse(path, file)
    }

    /// Reads the Manifest that somebody named, which may be a pipe.
    ///
    /// # Errors
    ///
    /// As [`Manifest::read`].
    pub(crate) fn read_named(path: &Path) -> Result<Self, ManifestError> {
        let file = open_operand(path).map_err(ManifestError::Input)?;
        Self::parse(path, file)
    }

    /// Reads a Manifest from `reader`; `path` is for messages.
    ///
    /// # Errors
    ///
    /// As [`Manifest::read`].
    pub(crate) fn parse(path: &Path, reader: impl Read) -> Result<Self, ManifestError> {
        let mut reader = BufReader::new(reader.take(SIZE_LIMIT + 1));
        let mut manifest = Self { path: path.to_owned(), ..Self::default() };
        let (mut armor, mut number, mut total, mut entries) = (Armor::None, 0usize, 0u64, 0usize);
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            number += 1;
            let syntax =
                |fault| ManifestError::Syntax { path: path.to_owned(), line: number, fault };
            let read = (&mut reader)
                .take(LINE_LIMIT as u64 + 1)
                .read_until(b'\n', &mut buffer)
                .map_err(|source| {
                    ManifestError::Input(InputError::Read { path: path.to_owned(), source })
                })?;
            if read == 0 {
                return match armor.at_end() {
                    Some(what) => Err(syntax(Fault::BadArmor(what))),
                    None => Ok(manifest),
                };
            }
            total += read as u64;
            if total > SIZE_LIMIT || entries > ENTRY_LIMIT {
                return Err(syntax(Fault::TooLarge));
            }
            let line = clean_line(&buffer).map_err(syntax)?;
            let Some(line) = armor.step(line).map_err(|w| syntax(Fault::BadArmor(w)))? else {
                manifest.armored = true;
                continue;
            };
            match parse_line(line, number).map_err(syntax)? {
                Line::Empty => {}
                Line::Other => manifest.others += 1,
                Line::Dist(name, entry) => {
                    entries += 1;
                    let dist = Arc::make_mut(&mut manifest.dist);
                    dist.entry(name).or_default().push(entry);
                }
            }
        }
    }

    /// Where it was read from.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether an OpenPGP armor stood around it. Its signature was not looked at.
    pub(crate) fn armored(&self) -> bool {
        self.armored
    }

    /// How many entries are not DIST (EBUILD, AUX, MISC, DATA, MANIFEST, IGNORE, TIMESTAMP).
    #[cfg(test)]
    pub(crate) fn others(&self) -> usize {
        self.others
    }

    /// The names of all DIST entries, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.dist.keys().map(String::as_str)
    }

    /// The BLAKE2b digest that it has for the distfile `name`, in lower-case hexadecimal; `None` where
    /// it has none, or several that differ.
    pub(crate) fn blake2b(&self, name: &str) -> Option<&str> {
        match self.lookup(name) {
            Lookup::Entry(entry) => entry.blake2b(),
            Lookup::Missing | Lookup::Ambiguous { .. } => None,
        }
    }

    /// Whether a file of `size` bytes with that BLAKE2b digest is the distfile `name`.
    pub(crate) fn lists(&self, name: &str, size: u64, blake2b: &[u8]) -> Listed {
        match self.lookup(name) {
            Lookup::Missing => Listed::Not,
            Lookup::Ambiguous { .. } => Listed::Unclear,
            Lookup::Entry(entry) if entry.size != size => Listed::Otherwise,
            Lookup::Entry(entry) => match entry.blake2b() {
                Some(listed) if listed == hex(blake2b) => Listed::Same,
                Some(_) => Listed::Otherwise,
                None => Listed::Unclear,
            },
        }
    }

    /// Whether it has a DIST entry for the distfile `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.dist.contains_key(name)
    }

    /// What it says of the distfile `name`.
    pub(crate) fn lookup(&self, name: &str) -> Lookup<'_> {
        let Some(entries) = self.dist.get(name) else { return Lookup::Missing };
        let Some(first) = entries.all.first() else { return Lookup::Missing };
        let contested = entries.contested.and_then(|at| entries.all.get(at));
        if let Some((entry, hash)) = contested.and_then(|e| Some((e, e.contested.first()?))) {
            return Lookup::Ambiguous { lines: vec![entry.line], hash: Some(hash) };
        }
        match entries.differ {
            true => {
                let lines = entries.all.iter().map(|entry| entry.line).collect();
                Lookup::Ambiguous { lines, hash: None }
            }
            false => Lookup::Entry(first),
        }
    }
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
