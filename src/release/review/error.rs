//! Why records cannot be read, written or signed.

use super::record::RecordFault;
use crate::bytes::input::InputError;
use crate::release::archive::ArchiveError;
use std::io;
use std::path::PathBuf;

/// Why the records cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReviewError {
    /// A file cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A line of a list is not a record.
    #[error("{}:{line}: {fault}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why not.
        #[source]
        fault: RecordFault,
    },
    /// A file is not a record.
    #[error("{}: {fault}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        fault: RecordFault,
    },
    /// A directory cannot be listed.
    #[error("{}: cannot list: {source}", path.display())]
    List {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There are more records than are read.
    #[error("{}: more than {most} records", path.display())]
    Many {
        /// The directory.
        path: PathBuf,
        /// How many are read.
        most: usize,
    },
    /// Another process has been appending for too long.
    #[error("{}: another process keeps writing it", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("{}: cannot write: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The record to add is none.
    #[error(transparent)]
    Record(#[from] RecordFault),
    /// Nothing says who reviews.
    #[error("no reviewer: name yourself with --reviewer")]
    Nobody,
    /// Both archives are the same bytes.
    #[error("OLD and NEW are the same bytes: there is no diff to read")]
    SameArchive,
    /// There is no diff of the two that could have been read.
    #[error("these two cannot be compared, so the diff cannot have been read: {0}")]
    NoDiff(#[source] ArchiveError),
    /// The archive cannot be shown.
    #[error("this file cannot be shown, so it cannot have been read: {0}")]
    Unreadable(#[source] ArchiveError),
    /// A file is not the one that was read.
    #[error("--read: {name} is not the file that was read: its BLAKE2B begins with {found}")]
    NotRead {
        /// The file's name.
        name: String,
        /// How its digest begins.
        found: String,
    },
    /// What `--read` says is not the beginning of a digest for each archive.
    #[error(
        "--read: \"{0}\" is not OLD,NEW, or NEW alone without OLD, with at least 32 digits of each \
         BLAKE2B, as diff prints them"
    )]
    NotDigests(String),
    /// The program that signs could not be run, or refused.
    #[error("{program} did not sign the record, and none was written: {why}")]
    Sign {
        /// The program.
        program: &'static str,
        /// What it said.
        why: String,
    },
    /// No key to sign with is named where ssh-keygen needs one.
    #[error("which SSH key signs? Name it with --sign-key or git's user.signingkey")]
    NoSigningKey,
    /// A list cannot hold signatures.
    #[error("{}: a list of lines cannot be signed: give a directory", path.display())]
    UnsignedList {
        /// The list.
        path: PathBuf,
    },
    /// The name for an import is none.
    #[error("--as: \"{0}\" is not a name of letters, digits, dots and dashes")]
    BadName(String),
    /// There is nothing to import.
    #[error("{}: holds no review records to import", path.display())]
    NothingToImport {
        /// Where they were looked for.
        path: PathBuf,
    },
    /// An imported record is there already, with other contents.
    #[error("{}: is there already and says something else", path.display())]
    Differs {
        /// The file.
        path: PathBuf,
    },
    /// There is no ebuild repository to import into.
    #[error("{}: is in no ebuild repository: name one with --repository", path.display())]
    NoRepository {
        /// The directory.
        path: PathBuf,
    },
}
