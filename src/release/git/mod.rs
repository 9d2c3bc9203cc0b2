//! git, run so that nothing in a clone can make it run something else.
//!
//! A clone's own configuration names programs (`core.fsmonitor`, hooks, filters, diff drivers, an ssh
//! command) and files (`include.path`), and may come from anyone. git never reads it: it runs in a
//! directory of our own that borrows the clone's objects and references ([`directory`]), in a clean
//! environment; nothing is fetched, no replacement or graft is honoured, each command has an end.
//! Every commit, tag, tree and blob that is used is hashed again, with detection of collision
//! attacks on SHA-1, and compared with the name that it was asked for by.

mod batch;
mod config;
mod directory;
mod error;
mod head;
mod history;
mod objects;
pub(crate) mod places;
mod refs;
mod run;

pub(crate) use error::GitError;
pub(crate) use head::{committed, root_of};
pub(crate) use objects::{CommitObject, Tree, TreeEntry};
pub(crate) use refs::{Pointer, Reference};
pub(crate) use run::program;

use crate::bytes::digests;
use crate::release::archive::GitHash;
use batch::Batch;
use directory::Directory;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// The most bytes of one blob that are read, and of all that one comparison reads.
pub(crate) const BLOB_EACH: u64 = 4 << 20;
pub(crate) const BLOB_ALL: u64 = 64 << 20;

/// A clone, bare or with a working tree, whole or shallow.
#[derive(Debug)]
pub(crate) struct Clone {
    program: PathBuf,
    path: PathBuf,
    directory: Directory,
    timeout: Duration,
    /// The two long-lived processes: one that tells sizes, one that gives contents.
    sizes: Mutex<Option<Batch>>,
    contents: Mutex<Option<Batch>>,
}

impl Clone {
    /// The clone at `path`.
    ///
    /// # Errors
    ///
    /// If there is no git program, no such directory, or the directory is not a clone.
    pub(crate) fn open(path: &Path, timeout: Duration) -> Result<Self, GitError> {
        Self::with(program().ok_or(GitError::NoProgram)?, path, timeout)
    }

    /// As [`open`](Self::open), with `program` for git.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub(crate) fn with(program: PathBuf, path: &Path, timeout: Duration) -> Result<Self, GitError> {
        let path = path
            .canonicalize()
            .ok()
            .filter(|path| path.is_dir())
            .ok_or_else(|| GitError::NoDirectory { clone: path.to_owned() })?;
        let directory = Directory::borrow(&path)?;
        let (sizes, contents) = (Mutex::default(), Mutex::default());
        Ok(Self { program, path, directory, timeout, sizes, contents })
    }

    /// The clone's directory.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The hash of its object names.
    pub(crate) const fn hash(&self) -> GitHash {
        self.directory.hash()
    }

    /// Whether history is cut off.
    pub(crate) const fn is_shallow(&self) -> bool {
        self.directory.is_shallow()
    }

    /// Where it was cloned from, by its configuration, as it is written there.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.directory.origin()
    }

    /// The git directories of its submodules that lie in it, by the path that
    /// `git submodule update` gave them.
    pub(crate) fn submodule(&self, path: &str) -> Option<Self> {
        let inner = self.directory.submodule(&self.path, path)?;
        Self::open(&inner, self.timeout).ok()
    }

    /// What git says of a clone in which something is wrong.
    pub(crate) fn refused(&self, command: &'static str, message: impl Into<String>) -> GitError {
        GitError::Refused { clone: self.path.clone(), command, message: message.into() }
    }
}

/// Whether `text` is a whole object name.
pub(crate) fn is_hex(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && is_hex_prefix(text)
}

/// Whether `text` could be the beginning of an object name.
pub(crate) fn is_hex_prefix(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The bytes of a whole object name.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if is_hex(text) { digests::unhex(text) } else { None }
}
