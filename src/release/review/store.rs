//! Where records lie, and how one is added.
//!
//! One file a record, named after its contents, so that the records of two people never conflict in
//! git. A list of lines, as earlier versions wrote it, is still read and added to by name.

use super::error::ReviewError;
use super::record::Record;
use crate::bytes::input::{EVIDENCE_LIMIT, read_bounded, read_operand};
use crate::release::gentoo::root_above;
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The directory below a repository that records lie in, by category and package.
const IN_REPOSITORY: &str = "metadata/distvouch/reviews";

/// The directory below a repository that imported records lie in, by where they come from.
pub(super) const IMPORTS: &str = "metadata/distvouch/imports";

/// The directory of records next to an ebuild that is in no repository.
const DIRECTORY: &str = "distvouch-reviews";

/// The list of records that earlier versions wrote next to an ebuild.
const LIST: &str = "distvouch-reviews.jsonl";

/// Bytes of one record's file.
pub(super) const RECORD_LIMIT: u64 = 64 << 10;

/// The most records that are read.
const RECORDS: usize = 20_000;

/// How deep directories are looked through: imports have a name, a category and a package.
const DEPTH: usize = 4;

/// How long to wait for another process that appends.
const PATIENCE: Duration = Duration::from_secs(10);

/// A record, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredRecord {
    /// What it says.
    pub(crate) record: Record,
    /// The file.
    pub(crate) path: PathBuf,
    /// The bytes of its own file, which a signature is over; `None` for a line of a list.
    pub(super) bytes: Option<Vec<u8>>,
}

impl StoredRecord {
    /// The name under which it was imported.
    pub(crate) fn imported_from(&self) -> Option<String> {
        let parts: Vec<_> = self.path.iter().map(|part| part.to_string_lossy()).collect();
        let mut windows = parts.windows(3);
        windows.find_map(|window| match window {
            [one, two, name] if one == "distvouch" && two == "imports" => Some(name.to_string()),
            _ => None,
        })
    }
}

/// The repository that a directory is in: the nearest above it that says so of itself.
pub(crate) fn repository(directory: &Path) -> Option<PathBuf> {
    let directory = directory.canonicalize().ok()?;
    root_above(&directory).map(Path::to_owned)
}

/// The repository of a package's directory, and `category/name`.
pub(crate) fn package_of(directory: &Path) -> Option<(PathBuf, String)> {
    let directory = directory.canonicalize().ok()?;
    let repository = repository(&directory)?;
    let below = directory.strip_prefix(&repository).ok()?;
    let parts: Vec<_> = below.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [category, name] if *category != "metadata" && *category != "profiles" => {
            Some((repository, format!("{category}/{name}")))
        }
        _ => None,
    }
}

/// Where the records of the package in `directory` are written.
pub(crate) fn place_of(directory: &Path) -> PathBuf {
    match package_of(directory) {
        Some((repository, package)) => repository.join(IN_REPOSITORY).join(package),
        None => directory.join(DIRECTORY),
    }
}

/// Where records about the package in `directory` may lie: its own, imported ones, and those of
/// earlier versions.
pub(crate) fn places_of(directory: &Path) -> Vec<PathBuf> {
    let mut places = vec![place_of(directory)];
    if let Some((repository, package)) = package_of(directory) {
        let imports = repository.join(IMPORTS);
        let mut names: Vec<PathBuf> =
            std::fs::read_dir(imports).into_iter().flatten().flatten().map(|e| e.path()).collect();
        names.sort();
        places.extend(names.into_iter().map(|name| name.join(&package)));
        places.push(directory.join(DIRECTORY));
    }
    places.push(directory.join(LIST));
    places
}

/// The records at `place`: a list of lines, a file of one record, or a directory of such files; none
/// where there is nothing. Sorted by when they were recorded.
///
/// # Errors
///
/// If something cannot be read or is not a record.
pub(crate) fn read(place: &Path) -> Result<Vec<StoredRecord>, ReviewError> {
    let mut found = Vec::new();
    if place.is_dir() {
        walk(place, DEPTH, &mut |path| {
            if found.len() == RECORDS {
                return Err(ReviewError::Many { path: place.to_owned(), most: RECORDS });
            }
            found.push(read_file(path)?);
            Ok(())
        })?;
        let time = |found: &StoredRecord| found.record.reviewed.parse::<jiff::Timestamp>().ok();
        found.sort_by(|a, b| time(a).cmp(&time(b)).then_with(|| a.path.cmp(&b.path)));
        return Ok(found);
    }
    if place.extension().is_some_and(|extension| extension == "json") && place.exists() {
        return Ok(vec![read_file(place)?]);
    }
    match read_operand(place, EVIDENCE_LIMIT) {
        Ok(bytes) => {
            let records = parse_list(&bytes, place)?.into_iter();
            let found = |record| StoredRecord { record, path: place.to_owned(), bytes: None };
            Ok(records.map(found).collect())
        }
        Err(error) if error.is_missing() => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Calls `each` for every record's file below `directory`. Links are not followed.
pub(super) fn walk(
    directory: &Path,
    depth: usize,
    each: &mut dyn FnMut(&Path) -> Result<(), ReviewError>,
) -> Result<(), ReviewError> {
    let failed = |source| ReviewError::List { path: directory.to_owned(), source };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        entries.push((entry.path(), entry.file_type().map_err(failed)?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in entries {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if kind.is_dir() && depth > 0 && !hidden {
            walk(&path, depth - 1, each)?;
        } else if kind.is_file() && path.extension().is_some_and(|e| e == "json") && !hidden {
            each(&path)?;
        }
    }
    Ok(())
}

fn read_file(path: &Path) -> Result<StoredRecord, ReviewError> {
    let bytes = read_bounded(path, RECORD_LIMIT)?;
    let fault = |fault| ReviewError::File { path: path.to_owned(), fault };
    let record = Record::parse(&bytes).map_err(fault)?;
    Ok(StoredRecord { record, path: path.to_owned(), bytes: Some(bytes) })
}

fn parse_list(bytes: &[u8], path: &Path) -> Result<Vec<Record>, ReviewError> {
    let lines = bytes.split_inclusive(|b| *b == b'\n').enumerate();
    lines
        .map(|(at, line)| {
            let fault = |fault| ReviewError::Line { path: path.to_owned(), line: at + 1, fault };
            Record::parse_line(line).map_err(fault)
        })
        .collect()
}

/// Adds a record to `place`: a line where that is a list, else a file of its own in that directory,
/// signed by `sign` if that is given. Where it lies, and which line it is.
///
/// # Errors
///
/// If the record is none, it cannot be written, or it is not signed.
pub(crate) fn add(
    place: &Path,
    record: &Record,
    sign: Option<&dyn Fn(&Path) -> Result<PathBuf, ReviewError>>,
) -> Result<(PathBuf, Option<usize>), ReviewError> {
    record.check()?;
    let is_list = place.is_file() || place.extension().is_some_and(|e| e == "jsonl");
    match (is_list, sign) {
        (true, None) => Ok((place.to_owned(), Some(append(place, record)?))),
        (true, Some(_)) => Err(ReviewError::UnsignedList { path: place.to_owned() }),
        (false, sign) => Ok((add_file(place, record, sign)?, None)),
    }
}

fn add_file(
    directory: &Path,
    record: &Record,
    sign: Option<&dyn Fn(&Path) -> Result<PathBuf, ReviewError>>,
) -> Result<PathBuf, ReviewError> {
    let bytes = record.to_file()?;
    let name = record.file_name(&bytes);
    let path = directory.join(&name);
    let failed = |source: io::Error| ReviewError::Write { path: path.clone(), source };
    std::fs::create_dir_all(directory).map_err(failed)?;
    // No one sees a record without the signature that it is to have.
    let making =
        tempfile::Builder::new().prefix(".making").tempdir_in(directory).map_err(failed)?;
    let made = making.path().join(&name);
    let mut file = File::create_new(&made).map_err(failed)?;
    file.write_all(&bytes).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    if let Some(sign) = sign {
        let signature = sign(&made)?;
        let name = signature.file_name().unwrap_or_default();
        std::fs::rename(&signature, directory.join(name)).map_err(failed)?;
    }
    std::fs::rename(&made, &path).map_err(failed)?;
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)?;
    Ok(path)
}

/// Appends a record; the number of its line. A reader at the same time sees the file before or after,
/// never in between, and of several that append at the same time none is lost.
///
/// # Errors
///
/// If the record is none, or the file cannot be read or written.
fn append(path: &Path, record: &Record) -> Result<usize, ReviewError> {
    record.check()?;
    // A link is followed, not replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let failed = |source: io::Error| ReviewError::Write { path: path.clone(), source };
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let lock = File::open(&directory).map_err(failed)?;
    acquire(&lock, &path)?;
    let mut bytes = match read_bounded(&path, EVIDENCE_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => Vec::new(),
        Err(error) => return Err(ReviewError::Input(error)),
    };
    let line = parse_list(&bytes, &path)?.len() + 1;
    serde_json::to_writer(&mut bytes, record).map_err(|error| failed(error.into()))?;
    bytes.push(b'\n');
    let permissions = path.metadata().map(|metadata| metadata.permissions()).ok();
    let mut file = tempfile::Builder::new()
        .prefix(".distvouch-reviews")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(&directory)
        .map_err(failed)?;
    file.write_all(&bytes).map_err(failed)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions).map_err(failed)?;
    }
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    lock.sync_all().map_err(failed)?;
    Ok(line)
}

/// Locks a directory until the file is dropped.
fn acquire(directory: &File, path: &Path) -> Result<(), ReviewError> {
    let start = Instant::now();
    loop {
        match flock(directory, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(rustix::io::Errno::WOULDBLOCK) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(ReviewError::Locked { path: path.to_owned() });
            }
            Err(error) => {
                return Err(ReviewError::Write { path: path.to_owned(), source: error.into() });
            }
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
