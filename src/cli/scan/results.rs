//! The file of `--results`: what earlier runs found, and what this one finds.
//!
//! It is only ever replaced as a whole. A run writes to `FILE.part`, package by package; where it is
//! killed, the next run takes up what is there. A lock on `FILE.lock` keeps two runs apart.

use crate::check::scan::{Package, Version};
use crate::cli::error::Error;
use crate::report::scan::json::{self, Line};
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The longest line, in bytes.
const LINE: u64 = 64 << 20;

/// The file, open for one run.
pub(super) struct Results {
    path: PathBuf,
    part: PathBuf,
    lock: PathBuf,
    out: Option<BufWriter<File>>,
    /// Held as long as this is.
    _held: File,
}

/// What earlier runs found, read in the order in which packages are asked for.
#[derive(Default)]
pub(super) struct Earlier {
    reader: Option<Reader>,
    next: Option<Package>,
}

/// Reads packages from a file of results.
struct Reader {
    input: BufReader<File>,
    line: usize,
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

impl Results {
    /// Opens the file for a run, taking up what a killed one left.
    ///
    /// # Errors
    ///
    /// If another run has it open, it is not a file of results, or it cannot be written.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Create { path, source }
        };
        let lock = beside(path, ".lock");
        let held =
            OpenOptions::new().create(true).append(true).open(&lock).map_err(failed(&lock))?;
        // A run that ends removes the file: a lock on what has no name any more keeps no one out.
        let same = |path: &Path| {
            let (one, other) = (path.metadata().ok()?, held.metadata().ok()?);
            Some((one.dev(), one.ino()) == (other.dev(), other.ino()))
        };
        let locked = flock(&held, FlockOperation::NonBlockingLockExclusive).is_ok();
        if !locked || same(&lock) != Some(true) {
            return Err(Error::Scanning { path: path.to_owned() });
        }
        let part = beside(path, ".part");
        for file in [path, &part] {
            refuse_foreign(file)?;
        }
        if part.exists() {
            let merged = beside(path, ".merged");
            merge(&part, path, &merged).map_err(failed(&merged))?;
            std::fs::rename(&merged, path).map_err(failed(path))?;
            std::fs::remove_file(&part).map_err(failed(&part))?;
        }
        Ok(Self { path: path.to_owned(), part, lock, out: None, _held: held })
    }

    /// What earlier runs found; from now on, this run writes.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written.
    pub(super) fn earlier(&mut self) -> Result<Earlier, Error> {
        let failed = |source| Error::Create { path: self.part.clone(), source };
        self.out = Some(BufWriter::new(File::create(&self.part).map_err(failed)?));
        let reader = match File::open(&self.path) {
            Ok(file) => Some(Reader { input: BufReader::new(file), line: 0 }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(Error::Create { path: self.path.clone(), source }),
        };
        Ok(Earlier { reader, next: None })
    }

    /// Adds a package, so that it is there even if this run is killed.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(super) fn add(&mut self, package: &Package) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        json::lines(package, out)?;
        out.flush()
    }

    /// Puts this run's results in the place of the earlier ones.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        let failed = |source| Error::Create { path: self.path.clone(), source };
        if let Some(out) = self.out.take() {
            let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
            file.sync_all().map_err(failed)?;
            std::fs::rename(&self.part, &self.path).map_err(failed)?;
        }
        // Anyone who waits for the lock has a file of its own name.
        let _ = std::fs::remove_file(&self.lock);
        Ok(())
    }
}

/// A file that someone named by mistake is not replaced.
fn refuse_foreign(path: &Path) -> Result<(), Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(Error::Create { path: path.to_owned(), source }),
    };
    let mut first = String::new();
    let read = BufReader::new(file.take(LINE)).read_line(&mut first);
    // What a killed run wrote last may be cut off.
    let whole = first.ends_with('\n');
    match read {
        Ok(0) => Ok(()),
        Ok(_) if !whole && path.extension().is_some_and(|suffix| suffix == "part") => Ok(()),
        Ok(_) if json::read(&first).is_some() => Ok(()),
        _ => Err(Error::NoResults { path: path.to_owned() }),
    }
}

/// Writes what is in `part`, and what is in `whole` behind it, to `merged`.
fn merge(part: &Path, whole: &Path, merged: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(merged)?);
    let mut last = None;
    let mut reader = Reader { input: BufReader::new(File::open(part)?), line: 0 };
    while let Some(package) = reader.package() {
        json::lines(&package, &mut out)?;
        last = Some(package.name);
    }
    if let Ok(file) = File::open(whole) {
        let mut reader = Reader { input: BufReader::new(file), line: 0 };
        while let Some(package) = reader.package() {
            if last.as_ref().is_none_or(|last| key(&package.name) > key(last)) {
                json::lines(&package, &mut out)?;
            }
        }
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// The order of a scan: by category, then by name.
fn key(package: &str) -> (&str, &str) {
    package.split_once('/').unwrap_or((package, ""))
}

impl Reader {
    /// The next package that is there whole; what is cut off or is not ours is passed over.
    fn package(&mut self) -> Option<Package> {
        let mut versions: Vec<Version> = Vec::new();
        let mut owner: Option<String> = None;
        loop {
            let mut text = String::new();
            let read = (&mut self.input).take(LINE).read_line(&mut text).ok()?;
            self.line += 1;
            if read == 0 {
                return None;
            }
            match json::read(text.trim_end_matches('\n')) {
                Some(Line::Version(name, version)) => {
                    if owner.as_ref() != Some(&name) {
                        versions.clear();
                        owner = Some(name);
                    }
                    versions.push(version);
                }
                Some(Line::Package(mut package, count)) => {
                    if owner.as_ref().is_some_and(|owner| *owner != package.name) {
                        versions.clear();
                    }
                    if versions.len() == count {
                        package.versions = versions;
                        return Some(package);
                    }
                    versions.clear();
                    owner = None;
                }
                None => {
                    versions.clear();
                    owner = None;
                }
            }
        }
    }
}

impl Earlier {
    /// What was found in the package of that name. Packages are asked for in order.
    pub(super) fn find(&mut self, name: &str) -> Option<Package> {
        loop {
            if self.next.is_none() {
                self.next = self.reader.as_mut()?.package();
            }
            match key(&self.next.as_ref()?.name).cmp(&key(name)) {
                std::cmp::Ordering::Less => self.next = None,
                std::cmp::Ordering::Equal => return self.next.take(),
                std::cmp::Ordering::Greater => return None,
            }
        }
    }
}
