//! Making a list: from the histories of clones, from directories, archives and packages.

use super::{Collected, Known, KnownError, is_copied, kept};
use crate::bytes::suffix;
use crate::release::archive::{self, Entry, Wanted};
use crate::release::git::Clone;
use globset::{Glob, GlobSet, GlobSetBuilder};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long one git command may take: a whole history is read.
const TIMEOUT: Duration = Duration::from_secs(1800);

/// Files of a directory that are read, and bytes of one.
const FILES: usize = 1_000_000;
const FILE: u64 = 64 << 20;

const SECONDS_A_DAY: i64 = 86_400;

/// Which files of a source go into a list, and under whose name.
#[derive(Debug, Default)]
pub(crate) struct Making {
    /// Whose files they are; `None` for the source's own name.
    project: Option<String>,
    /// Patterns for names or, with a slash in them, for paths; `None` for the names of files that
    /// projects copy.
    only: Option<GlobSet>,
}

impl Making {
    /// # Errors
    ///
    /// If a pattern is none.
    pub(crate) fn new(project: Option<String>, only: &[String]) -> Result<Self, KnownError> {
        if only.is_empty() {
            return Ok(Self { project, only: None });
        }
        let bad = |glob: &str, error: globset::Error| {
            KnownError::Pattern(glob.to_owned(), error.kind().to_string())
        };
        let mut set = GlobSetBuilder::new();
        for glob in only {
            let whole = match glob.contains('/') {
                true => glob.clone(),
                false => format!("**/{glob}"),
            };
            set.add(Glob::new(&whole).map_err(|error| bad(glob, error))?);
        }
        let set = set.build().map_err(|error| bad(&only.join(" "), error))?;
        Ok(Self { project, only: Some(set) })
    }

    fn fits(&self, path: &str) -> bool {
        match &self.only {
            Some(set) => set.is_match(path),
            None => is_copied(path.rsplit('/').next().unwrap_or(path)),
        }
    }

    /// Adds what is in `source`: a list in either form, a clone, a directory, an archive, or a .deb
    /// package. Says how many rows that were.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub(crate) fn add(&self, source: &Path, rows: &mut Collected) -> Result<usize, KnownError> {
        let before = rows.len();
        if source.is_dir() {
            match Clone::open(source, TIMEOUT) {
                Ok(clone) => self.history(source, &clone, rows)?,
                Err(crate::release::git::GitError::NoClone { .. }) => {
                    self.directory(source, rows)?
                }
                Err(error) => return Err(failed(source, error.to_string())),
            }
            return Ok(rows.len() - before);
        }
        let mut file = crate::bytes::input::open_regular(source)?;
        let mut head = [0; 512];
        let read = file.read(&mut head).map_err(|error| failed(source, error.to_string()))?;
        let head = head.get(..read).unwrap_or_default();
        if head.starts_with(b"!<arch>\ndebian-binary") {
            self.debian(source, file, rows)?;
        } else if super::codec::is_list(head) || super::text::is_list(head) {
            let mut known = Known::default();
            known.add_file(source)?;
            for version in known.versions() {
                if self.fits(version.name) {
                    let project = self.project.as_deref().unwrap_or(version.project);
                    rows.add(version.name, project, version.day, version.digest);
                }
            }
        } else {
            self.archive(source, &stem(source), rows)?;
        }
        Ok(rows.len() - before)
    }

    /// Every version in a clone's history.
    fn history(&self, path: &Path, clone: &Clone, rows: &mut Collected) -> Result<(), KnownError> {
        let project = self.project.clone().unwrap_or_else(|| stem(path));
        let failed = |error: crate::release::git::GitError| failed(path, error.to_string());
        let versions = clone.versions(&|path| self.fits(path)).map_err(failed)?;
        let mut blobs: BTreeMap<&str, Vec<(&str, i64)>> = BTreeMap::new();
        for (version, time) in &versions {
            blobs.entry(&version.blob).or_default().push((&version.name, *time));
        }
        let names: Vec<String> = blobs.keys().map(|blob| (*blob).to_owned()).collect();
        clone
            .each_blob(&names, &mut |blob, contents| {
                let sha256: [u8; 32] = Sha256::digest(contents).into();
                for (name, time) in blobs.get(blob).into_iter().flatten() {
                    let day = u32::try_from(time / SECONDS_A_DAY).ok();
                    rows.add(name, &project, day, kept(&sha256));
                }
            })
            .map_err(failed)
    }

    /// The files below a directory.
    fn directory(&self, top: &Path, rows: &mut Collected) -> Result<(), KnownError> {
        let project = self.project.clone().unwrap_or_else(|| stem(top));
        let mut left = FILES;
        let mut directories = vec![top.to_owned()];
        while let Some(directory) = directories.pop() {
            let entries = std::fs::read_dir(&directory)
                .map_err(|error| failed(&directory, error.to_string()))?;
            for entry in entries.flatten() {
                left = left
                    .checked_sub(1)
                    .ok_or_else(|| failed(top, format!("it has more than {FILES} files")))?;
                let (path, kind) = (entry.path(), entry.file_type());
                let Ok(kind) = kind else { continue };
                let below = path.strip_prefix(top).unwrap_or(&path).to_string_lossy().into_owned();
                if kind.is_dir() {
                    directories.push(path);
                } else if kind.is_file() && self.fits(&below) {
                    let bytes = crate::bytes::input::read_bounded(&path, FILE)?;
                    let name = entry.file_name().to_string_lossy().into_owned();
                    rows.add(&name, &project, None, kept(&Sha256::digest(&bytes).into()));
                }
            }
        }
        Ok(())
    }

    /// The files of an archive.
    fn archive(&self, path: &Path, stem: &str, rows: &mut Collected) -> Result<(), KnownError> {
        let listing = archive::read(path, &Wanted::default(), &|_| {})
            .map_err(|error| failed(path, error.to_string()))?;
        let project = self.project.as_deref().unwrap_or(stem);
        let files = listing.entries.iter().filter_map(|entry: &Entry| {
            let below = std::str::from_utf8(&entry.path).ok().filter(|below| self.fits(below))?;
            Some((below.rsplit('/').next().unwrap_or(below), entry.sha256?))
        });
        for (name, sha256) in files {
            rows.add(name, project, None, kept(&sha256));
        }
        Ok(())
    }

    /// The files that a .deb package installs: an ar archive with a tar in it.
    fn debian(&self, path: &Path, mut file: File, rows: &mut Collected) -> Result<(), KnownError> {
        let io = |error: std::io::Error| failed(path, error.to_string());
        let damaged = || failed(path, "its ar archive is damaged, or has no data.tar".to_owned());
        file.seek(SeekFrom::Start(8)).map_err(io)?;
        loop {
            let mut head = [0; 60];
            file.read_exact(&mut head).map_err(|_| damaged())?;
            let text = |from: usize, to: usize| {
                head.get(from..to).and_then(|text| std::str::from_utf8(text).ok()).map(str::trim)
            };
            let name = text(0, 16).ok_or_else(damaged)?.trim_end_matches('/').to_owned();
            let size: u64 = text(48, 58).and_then(|n| n.parse().ok()).ok_or_else(damaged)?;
            if !name.starts_with("data.tar") {
                file.seek_relative((size + size % 2).cast_signed()).map_err(io)?;
                continue;
            }
            let mut inner = tempfile::Builder::new().suffix(".tar").tempfile().map_err(io)?;
            std::io::copy(&mut file.by_ref().take(size), &mut inner).map_err(io)?;
            return self.archive(inner.path(), &debian_name(path), rows).map_err(
                |error| match error {
                    KnownError::Source { why, .. } => failed(path, why),
                    other => other,
                },
            );
        }
    }
}

fn failed(path: &Path, why: String) -> KnownError {
    KnownError::Source { path: path.to_owned(), why }
}

/// `debian:PACKAGE VERSION` of a package's file name.
fn debian_name(path: &Path) -> String {
    let stem = stem(path);
    let mut parts = stem.split('_');
    let (package, version) = (parts.next().unwrap_or_default(), parts.next());
    match version {
        Some(version) => format!("debian:{package} {}", version.replace("%3a", ":")),
        None => format!("debian:{package}"),
    }
}

/// A source's own name: without its directory and the suffixes of archives.
fn stem(path: &Path) -> String {
    let path: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = suffix::stem_besides(&name, &[".deb", ".git"]);
    name.chars().filter(|c| !c.is_control()).collect()
}
