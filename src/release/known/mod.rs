//! Standard build files, by content.
//!
//! autoconf, automake, libtool, gettext, gnulib and others have files that every project copies into
//! its releases and few keep in git: macros, `config.guess`, `ltmain.sh`. A list of every version that
//! they ever had tells a copy from a file that only has its name, as the macro of xz 5.6 did.
//!
//! One list is part of this program, newer ones are read from a data directory that the person who
//! runs it, or the distribution, fills. An archive or a clone that brings a list of its own is not
//! asked.

mod codec;
mod collected;
mod copied;
pub(crate) mod make;
mod text;

pub(crate) use collected::Collected;
pub(crate) use copied::{is_copied, is_distinctive};
pub(crate) use text::date;

use crate::bytes::input::{InputError, read_bounded};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The list that is part of the program. `doc/known-files.md` says how it was made.
const BUILT_IN: &[u8] = include_bytes!("known-files.list");

/// The suffix of the lists in a data directory.
const SUFFIX: &str = "list";

/// Bytes of a list.
const LIMIT: u64 = 64 << 20;

/// Bytes of the SHA-256 digest that a list keeps.
pub(crate) const KEPT: usize = 16;

/// Where a distribution puts lists.
const SYSTEM: &str = "/usr/share/distvouch";

/// How many contents versions have: several projects may have one of them.
pub(crate) fn contents_of(versions: &[Version<'_>]) -> usize {
    versions.iter().map(|version| version.digest).collect::<BTreeSet<_>>().len()
}

/// The known versions of a name that a file has and is none of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoneOf {
    name: String,
    projects: String,
    versions: usize,
    days: Option<(u32, u32)>,
}

impl NoneOf {
    /// In short, for a line of a list.
    pub(crate) fn short(&self) -> String {
        let Self { name, projects, versions, .. } = self;
        format!("none of the {versions} known versions of {projects}'s {name}")
    }
}

impl std::fmt::Display for NoneOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, projects, versions, days } = self;
        write!(
            f,
            "named like {projects}'s {name} and matches none of its {versions} known versions"
        )?;
        match days {
            Some((first, last)) => write!(f, ", {} to {}", date(*first), date(*last)),
            None => Ok(()),
        }
    }
}

/// The beginning of a SHA-256 digest.
pub(crate) type Digest = [u8; KEPT];

/// One content under one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    /// Place of the name among the list's names.
    pub(crate) name: u32,
    /// Place of the project among the list's projects.
    pub(crate) project: u32,
    /// When it was first committed, in days since 1970; `None` where that is not known.
    pub(crate) day: Option<u32>,
    /// The beginning of the contents' SHA-256.
    pub(crate) digest: Digest,
}

/// Why a list cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KnownError {
    /// It cannot be opened or read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// It is not a list, or a damaged one.
    #[error("{}: is not a list of known files: {why}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A line of the text form cannot be read.
    #[error("{}: line {line}: {why}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A source of contents cannot be read.
    #[error("{}: {why}", path.display())]
    Source {
        /// The clone, directory, archive or package.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A pattern for names cannot be read.
    #[error("\"{0}\" is not a pattern for names: {1}")]
    Pattern(String, String),
}

/// A list, or several joined into one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Known {
    projects: Vec<String>,
    names: Vec<String>,
    /// In order, without doubles: by name first.
    rows: Vec<Row>,
    /// The places of the rows in the order of their digests.
    by_digest: Vec<u32>,
    /// The files that it was read from, with how many rows each had.
    read_from: Vec<(Option<PathBuf>, usize)>,
}

/// One version of a standard build file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version<'a> {
    /// Whose it is: `gnulib`, or `debian:libtool 2.4.7-5`.
    pub(crate) project: &'a str,
    /// The name that it has there.
    pub(crate) name: &'a str,
    /// When it was first committed there, in days since 1970.
    pub(crate) day: Option<u32>,
    /// The beginning of the contents' SHA-256.
    pub(crate) digest: Digest,
}

impl Version<'_> {
    /// The project without its kind and version: `libtool`.
    pub(crate) fn family(&self) -> &str {
        let project = self.project.split_once(':').map_or(self.project, |(_, package)| package);
        project.split(' ').next().unwrap_or(project)
    }
}

impl Known {
    /// The list in the program, and those of the data directory.
    ///
    /// # Errors
    ///
    /// If a list of the data directory cannot be read.
    pub(crate) fn load() -> Result<Self, KnownError> {
        let mut known = Self::built_in()?;
        for path in data_files()? {
            known.add_file(&path)?;
        }
        Ok(known)
    }

    /// The list in the program.
    ///
    /// # Errors
    ///
    /// If the program was built with one that is damaged.
    pub(crate) fn built_in() -> Result<Self, KnownError> {
        let mut known = Self::default();
        known.add(BUILT_IN, None)?;
        Ok(known)
    }

    /// Adds the list at `path`, in either form.
    ///
    /// # Errors
    ///
    /// If it cannot be read or is none.
    pub(crate) fn add_file(&mut self, path: &Path) -> Result<(), KnownError> {
        let bytes = read_bounded(path, LIMIT)?;
        self.add(&bytes, Some(path))
    }

    fn add(&mut self, bytes: &[u8], path: Option<&Path>) -> Result<(), KnownError> {
        let shown = path.unwrap_or(Path::new("the list in the program"));
        let list = match codec::is_list(bytes) {
            true => codec::read(bytes)
                .map_err(|why| KnownError::Form { path: shown.to_owned(), why })?,
            false => text::read(bytes, shown)?,
        };
        let rows = list.rows.len();
        self.join(list);
        self.read_from.push((path.map(Path::to_owned), rows));
        Ok(())
    }

    /// Adds what `other` has.
    pub(crate) fn join(&mut self, other: Self) {
        if self.rows.is_empty() {
            let read_from = std::mem::take(&mut self.read_from);
            *self = other;
            self.read_from.splice(0..0, read_from);
        } else {
            let mut rows = Collected::from(std::mem::take(self));
            for row in &other.rows {
                let version = other.version(row);
                rows.add(version.name, version.project, version.day, version.digest);
            }
            let read_from = rows.read_from.clone();
            *self = Self::from(rows);
            self.read_from = read_from;
            self.read_from.extend(other.read_from);
        }
    }

    /// How many rows it has.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The files that it was read from, with how many rows each had; `None` is the program.
    pub(crate) fn read_from(&self) -> &[(Option<PathBuf>, usize)] {
        &self.read_from
    }

    /// Every version of everything, in order.
    pub(crate) fn versions(&self) -> impl Iterator<Item = Version<'_>> {
        self.rows.iter().map(|row| self.version(row))
    }

    /// The versions with these contents, under whatever name.
    pub(crate) fn with_contents(&self, sha256: &[u8; 32]) -> impl Iterator<Item = Version<'_>> {
        let digest = kept(sha256);
        let row = |at: &u32| self.rows.get(*at as usize);
        let from = self.by_digest.partition_point(|at| row(at).is_some_and(|r| r.digest < digest));
        let rows = self.by_digest.iter().skip(from).filter_map(row);
        rows.take_while(move |row| row.digest == digest).map(|row| self.version(row))
    }

    /// The version called `name` with these contents: of several the first, of those that say when.
    pub(crate) fn find(&self, name: &str, sha256: &[u8; 32]) -> Option<Version<'_>> {
        let same = self.with_contents(sha256).filter(|version| version.name == name);
        same.min_by_key(|version| (version.day.is_none(), version.day, version.project))
    }

    /// The versions that a file of that name is none of; `None` where none is known.
    pub(crate) fn none_of(&self, name: &str) -> Option<NoneOf> {
        let versions = self.called(name);
        let projects: BTreeSet<&str> = versions.iter().map(Version::family).collect();
        let days = || versions.iter().filter_map(|version| version.day);
        (!versions.is_empty()).then(|| NoneOf {
            name: name.to_owned(),
            projects: projects.into_iter().collect::<Vec<_>>().join("'s and "),
            versions: contents_of(&versions),
            days: days().min().zip(days().max()),
        })
    }

    /// The versions called `name`.
    pub(crate) fn called(&self, name: &str) -> Vec<Version<'_>> {
        let Ok(place) = self.names.binary_search_by(|known| known.as_str().cmp(name)) else {
            return Vec::new();
        };
        let of = |row: &Row| row.name as usize;
        let from = self.rows.partition_point(|row| of(row) < place);
        let rows = self.rows.iter().skip(from).take_while(|row| of(row) == place);
        rows.map(|row| self.version(row)).collect()
    }

    /// The compact form, as it is read again.
    pub(crate) fn to_bytes(&self) -> std::io::Result<Vec<u8>> {
        codec::write(self)
    }

    /// The text form, one row a line.
    pub(crate) fn to_text(&self) -> String {
        text::write(self)
    }

    fn version(&self, row: &Row) -> Version<'_> {
        let text = |list: &'_ [String], at: u32| -> Option<usize> {
            list.get(at as usize).map(|_| at as usize)
        };
        let name = text(&self.names, row.name).and_then(|at| self.names.get(at));
        let project = text(&self.projects, row.project).and_then(|at| self.projects.get(at));
        Version {
            project: project.map_or("", String::as_str),
            name: name.map_or("", String::as_str),
            day: row.day,
            digest: row.digest,
        }
    }
}

/// What a list keeps of a digest.
pub(crate) fn kept(sha256: &[u8; 32]) -> Digest {
    let mut digest = Digest::default();
    digest.iter_mut().zip(sha256).for_each(|(to, from)| *to = *from);
    digest
}

impl Known {
    /// A list of rows whose places are those of `projects` and `names`, which are in order.
    fn of(projects: Vec<String>, names: Vec<String>, mut rows: Vec<Row>) -> Self {
        rows.sort_unstable();
        rows.dedup();
        let mut by_digest: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
        by_digest.sort_by_key(|at| rows.get(*at as usize).map(|row| row.digest));
        Self { projects, names, rows, by_digest, read_from: Vec::new() }
    }
}

/// The directory whose `known` directory has newer lists: that of `DISTVOUCH_DATA`, else the
/// system's.
pub(crate) fn data_directory() -> PathBuf {
    let given = std::env::var_os("DISTVOUCH_DATA").filter(|given| !given.is_empty());
    given.map_or_else(|| PathBuf::from(SYSTEM), PathBuf::from).join("known")
}

/// The lists of the data directory, in the order of their names.
fn data_files() -> Result<Vec<PathBuf>, KnownError> {
    let directory = data_directory();
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(InputError::Open { path: directory, source }.into()),
    };
    let files = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == SUFFIX))
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
