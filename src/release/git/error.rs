//! Why git could not say anything.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why git could not say anything.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// There is no git program in PATH.
    #[error("there is no git program in PATH")]
    NoProgram,
    /// It is not a directory.
    #[error("{}: is not a readable directory", clone.display())]
    NoDirectory {
        /// The clone.
        clone: PathBuf,
    },
    /// The system refused to start git, or to read what it printed.
    #[error("cannot run git {command}: {source}")]
    Run {
        /// The command.
        command: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// There is no place for the directory that git runs in.
    #[error("no temporary files, which git needs, can be made in {} (see TMPDIR): {source}", directory.display())]
    Temporary {
        /// Where it was tried.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// git refused, or the clone is not what a clone is.
    #[error("{}: git {command} refuses: {message}", clone.display())]
    Refused {
        /// The clone.
        clone: PathBuf,
        /// The command.
        command: &'static str,
        /// The first line of what git said.
        message: String,
    },
    /// The directory is not a clone.
    #[error("{}: is not a git clone: {why}", clone.display())]
    NoClone {
        /// The directory.
        clone: PathBuf,
        /// What it lacks.
        why: String,
    },
    /// A part of the clone lies where it is not read.
    #[error("{}: cannot be read as a clone: {why}", clone.display())]
    Apart {
        /// The directory.
        clone: PathBuf,
        /// The part, where it leads, and why it is not read.
        why: String,
    },
    /// git took too long.
    #[error("git {command} took more than {} seconds", limit.as_secs())]
    Timeout {
        /// The command.
        command: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// git printed something unexpected, or too much.
    #[error("git {command} printed what it should not, or more than the limit")]
    Output {
        /// The command.
        command: &'static str,
    },
    /// The commit's tree is larger than what is looked through.
    #[error(
        "the commit's tree has more than {files} files, or their paths more than {bytes} bytes"
    )]
    TooLarge {
        /// The most files.
        files: usize,
        /// The most bytes of paths.
        bytes: usize,
    },
}
