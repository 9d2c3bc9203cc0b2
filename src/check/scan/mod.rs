//! A whole overlay: every package, every version, without running anything of it.
//!
//! [`tree`] finds the packages in order; [`work`] spreads them over the processors and hands them on
//! in order again, so that memory does not grow with the overlay; [`package`] looks at one, and
//! [`version`] at one of its ebuilds.

mod evidence;
mod fingerprint;
mod keys;
mod look;
mod package;
mod tree;
mod version;
mod work;

pub(crate) use package::ANY_KEY_PACKAGE;
pub(crate) use tree::Shard;
pub(crate) use work::{ScanError, run};

use crate::answer::kinds::{DISTFILES_UNKNOWN, FindingName, Level};
use crate::release::gentoo::Repository;
use crate::release::policy::Policies;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What is scanned, and how.
#[derive(Debug)]
pub(crate) struct Options {
    /// The root of the overlay.
    pub(crate) root: PathBuf,
    /// The repository at it.
    pub(crate) repository: Repository,
    /// Where distfiles are.
    pub(crate) distdir: PathBuf,
    /// Whether distfiles that are there are read.
    pub(crate) distfiles: bool,
    /// What key files' paths are below; `/` on a Gentoo system.
    pub(crate) keys: PathBuf,
    /// The part of the overlay that is looked at.
    pub(crate) shard: Shard,
    /// Only these packages, CATEGORY/NAME; all where there is none.
    pub(crate) packages: BTreeSet<String>,
    /// The policies.
    pub(crate) policies: Policies,
    /// Sigstore's trusted root, where another is meant than the system's or the one built in.
    pub(crate) trusted_root: Option<PathBuf>,
    /// The time to judge at.
    pub(crate) now: SystemTime,
    /// The most threads.
    pub(crate) threads: usize,
    /// What else of the options decides what is found: part of each package's fingerprint.
    pub(crate) settings: String,
}

/// What was found in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// CATEGORY/NAME.
    pub(crate) name: String,
    /// One for each ebuild, the lowest version first.
    pub(crate) versions: Vec<Version>,
    /// What is found in the package as a whole.
    pub(crate) findings: Vec<Observation>,
    /// The key packages that its ebuilds name.
    pub(crate) key_packages: BTreeSet<String>,
    /// The key files that were looked at.
    pub(crate) key_files: BTreeSet<PathBuf>,
    /// A digest of everything that this depends on.
    pub(crate) fingerprint: String,
    /// From when on it is another, if that is known: a key expires.
    pub(crate) until: Option<SystemTime>,
}

/// What was found in an ebuild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// PVR.
    pub(crate) version: String,
    /// The ebuild, below the root.
    pub(crate) ebuild: PathBuf,
    /// Where its distfiles are taken from.
    pub(crate) distfiles_from: String,
    /// How many distfiles it has.
    pub(crate) distfiles: usize,
    /// How many of them are in DISTDIR.
    pub(crate) fetched: usize,
    /// What is found.
    pub(crate) findings: Vec<Observation>,
}

/// Something that is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observation {
    /// The kind, or the failure class of a check.
    pub(crate) kind: FindingName,
    /// How much it matters.
    pub(crate) level: Level,
    /// The file that it is about, below the root.
    pub(crate) file: PathBuf,
    /// The line, from 1.
    pub(crate) line: Option<usize>,
    /// The distfile that it is about.
    pub(crate) distfile: Option<String>,
    /// What is found, in one sentence without a full stop. May hold text from outside.
    pub(crate) text: String,
    /// The reason of the exception that accepts it, with its last day.
    pub(crate) excused: Option<String>,
}

/// The key packages that the overlay's eclasses name.
pub(crate) fn key_packages_of_eclasses(root: &Path) -> BTreeSet<String> {
    let directory = root.join("eclass");
    let entries = match tree::list(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return BTreeSet::new(),
        Err(_) => return BTreeSet::from([ANY_KEY_PACKAGE.to_owned()]),
    };
    let files = entries.iter().filter(|(name, _)| name.ends_with(".eclass"));
    let paths = files.map(|(name, _)| directory.join(name));
    paths.flat_map(|path| package::key_packages_in(&path, "")).collect()
}

/// What became of the packages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Packages.
    pub(crate) packages: u64,
    /// Of which nothing had changed since an earlier run.
    pub(crate) reused: u64,
    /// Ebuilds.
    pub(crate) versions: u64,
    /// Distfiles, counted once for each ebuild.
    pub(crate) distfiles: u64,
    /// Of them, those in DISTDIR.
    pub(crate) fetched: u64,
    /// Findings by level, excused ones apart.
    pub(crate) errors: u64,
    /// Warnings.
    pub(crate) warnings: u64,
    /// Notes.
    pub(crate) notes: u64,
    /// Findings that an exception accepts.
    pub(crate) excused: u64,
    /// Ebuilds of which it is not known what they fetch.
    pub(crate) unknown: u64,
}

/// The most characters that are told of one finding.
const SHOWN: usize = 2000;

/// The text, or its beginning where it is long: many findings wait to be printed.
fn shown(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}

impl Observation {
    /// A finding of a kind, or of a failure class, about `file`.
    pub(super) fn of(kind: impl Into<FindingName>, file: &Path, text: impl Into<String>) -> Self {
        let kind = kind.into();
        Self {
            kind,
            level: kind.level(),
            file: file.to_owned(),
            line: None,
            distfile: None,
            text: shown(text.into()),
            excused: None,
        }
    }

    pub(super) fn on_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn about(mut self, distfile: &str) -> Self {
        self.distfile = Some(distfile.to_owned());
        self
    }
}

impl Package {
    /// Everything that is found, with the versions first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Observation> {
        self.versions.iter().flat_map(|version| &version.findings).chain(&self.findings)
    }
}

impl Totals {
    /// Counts a package.
    pub(crate) fn add(&mut self, package: &Package, reused: bool) {
        self.packages += 1;
        self.reused += u64::from(reused);
        self.versions += package.versions.len() as u64;
        for version in &package.versions {
            self.distfiles += version.distfiles as u64;
            self.fetched += version.fetched as u64;
        }
        self.findings(package);
    }

    /// Counts what is found in a package that was counted.
    pub(crate) fn findings(&mut self, package: &Package) {
        for observation in package.all() {
            self.count(observation);
        }
    }

    fn count(&mut self, observation: &Observation) {
        if observation.kind == DISTFILES_UNKNOWN.into() {
            self.unknown += 1;
        }
        match (observation.excused.is_some(), observation.level) {
            (true, _) => self.excused += 1,
            (_, Level::Error) => self.errors += 1,
            (_, Level::Warning) => self.warnings += 1,
            (_, Level::Note) => self.notes += 1,
        }
    }
}
