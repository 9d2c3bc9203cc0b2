//! Taking over the records of another repository: who read, what diff, what note. The files are
//! copied byte for byte, so that signatures over them still hold.

use super::error::ReviewError;
use super::judge::SIGNATURES;
use super::record::Record;
use super::store::{IMPORTS, RECORD_LIMIT, walk};
use crate::bytes::input::read_bounded;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How deep records lie: category and package.
const DEPTH: usize = 2;

/// A record that was taken over.
#[derive(Debug)]
pub(crate) struct Imported {
    /// What it says.
    pub(crate) record: Record,
    /// Where it lies now.
    pub(crate) path: PathBuf,
    /// Whether it was there before.
    pub(crate) known: bool,
}

/// Copies the records of the repository at `from`, or of a directory of records, into the repository
/// `into` under `name`; of one `package` only, if that is given.
///
/// # Errors
///
/// If `name` is none, there is nothing to import, a file is not a record, or one cannot be written.
pub(crate) fn import(
    from: &Path,
    name: &str,
    into: &Path,
    package: Option<&str>,
) -> Result<Vec<Imported>, ReviewError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || name.starts_with(['.', '-']) || !name.chars().all(plain) {
        return Err(ReviewError::BadName(name.to_owned()));
    }
    let records = from.join("metadata/distvouch/reviews");
    let from = if records.is_dir() { records } else { from.to_owned() };
    let mut files = Vec::new();
    walk(&from, DEPTH, &mut |path| {
        files.push(path.to_owned());
        Ok(())
    })?;
    let mut imported = Vec::new();
    for file in files {
        let Ok(below) = file.strip_prefix(&from) else { continue };
        if package.is_some_and(|package| !below.starts_with(package)) {
            continue;
        }
        let bytes = read_bounded(&file, RECORD_LIMIT)?;
        let fault = |fault| ReviewError::File { path: file.clone(), fault };
        let record = Record::parse(&bytes).map_err(fault)?;
        let path = into.join(IMPORTS).join(name).join(below);
        for suffix in SIGNATURES {
            let signature = file.with_extension(format!("json.{suffix}"));
            // A link would bring something else than the record's own signature.
            if signature.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
                let bytes = read_bounded(&signature, RECORD_LIMIT)?;
                copy(&bytes, &path.with_extension(format!("json.{suffix}")))?;
            }
        }
        let known = copy(&bytes, &path)?;
        imported.push(Imported { record, path, known });
    }
    match imported.is_empty() {
        true => Err(ReviewError::NothingToImport { path: from }),
        false => Ok(imported),
    }
}

/// Writes a file that must not be there, or be the same; whether it was.
fn copy(bytes: &[u8], path: &Path) -> Result<bool, ReviewError> {
    let failed = |source: io::Error| ReviewError::Write { path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    match File::create_new(path) {
        Ok(mut file) => {
            file.write_all(bytes).map_err(failed)?;
            Ok(false)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match read_bounded(path, RECORD_LIMIT)? == bytes {
                true => Ok(true),
                false => Err(ReviewError::Differs { path: path.to_owned() }),
            }
        }
        Err(error) => Err(failed(error)),
    }
}
