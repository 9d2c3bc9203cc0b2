//! Opening files that may be anything.
//!
//! A path from an ebuild or a command line can name a FIFO, a directory or a file of any size.
//! Everything that is read into memory goes through [`read_bounded`]; distfiles are streamed from
//! [`open_regular`].

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The most that a signature, key ring, bundle or provenance file may hold, in bytes.
pub(crate) const EVIDENCE_LIMIT: u64 = 16 * 1024 * 1024;

/// What a FIFO and an anonymous pipe are called.
pub(crate) const FIFO: &str = "a FIFO";

/// What a FIFO is called that stays empty.
const SILENT: &str = "a FIFO that no one writes into";

/// How long to wait for someone to write into a FIFO.
const WRITER_WAIT: Timespec = Timespec { tv_sec: 5, tv_nsec: 0 };

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// The system refused to open it.
    #[error("{}: cannot open: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused to read it.
    #[error("{}: cannot read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not a regular file.
    #[error("{}: is {kind}, not a regular file", path.display())]
    NotRegular {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        kind: &'static str,
    },
    /// It is larger than what is read into memory.
    #[error("{}: is larger than the limit of {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
}

impl InputError {
    /// The file.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Open { path, .. }
            | Self::Read { path, .. }
            | Self::NotRegular { path, .. }
            | Self::TooLarge { path, .. } => path,
        }
    }

    /// Whether the file does not exist.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Open { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

/// Opens a regular file for reading, following symbolic links (Portage's DISTDIR is a directory
/// of them).
///
/// # Errors
///
/// If the file cannot be opened or is a directory, FIFO, socket or device. Never waits for the
/// other end of a FIFO.
pub(crate) fn open_regular(path: &Path) -> Result<File, InputError> {
    let (file, kind) = open(path)?;
    if kind.is_file() { Ok(file) } else { Err(not_regular(path, kind)) }
}

/// Opens a regular file or a pipe: what a shell hands over as `<( )`, /dev/stdin or a FIFO.
///
/// # Errors
///
/// As [`open_regular`], but for pipes; a FIFO into which no one writes for a while is an error.
pub(crate) fn open_operand(path: &Path) -> Result<File, InputError> {
    let (file, kind) = open(path)?;
    if kind.is_file() {
        return Ok(file);
    }
    if !kind.is_fifo() {
        return Err(not_regular(path, kind));
    }
    let unread = |source: rustix::io::Errno| InputError::Read {
        path: path.to_owned(),
        source: source.into(),
    };
    // Until the first writer has come, reading would find the end at once.
    let ready = poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&WRITER_WAIT));
    if ready.map_err(unread)? == 0 {
        return Err(InputError::NotRegular { path: path.to_owned(), kind: SILENT });
    }
    let flags = fcntl_getfl(&file).map_err(unread)?;
    fcntl_setfl(&file, flags - OFlags::NONBLOCK).map_err(unread)?;
    Ok(file)
}

fn open(path: &Path) -> Result<(File, FileType), InputError> {
    let open = |source| InputError::Open { path: path.to_owned(), source };
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags(OFlags::NONBLOCK))
        .open(path)
        .map_err(open)?;
    // The type is asked of the open file, not of the path, which may change in between.
    let kind = file.metadata().map_err(open)?.file_type();
    Ok((file, kind))
}

fn not_regular(path: &Path, kind: FileType) -> InputError {
    let kind = if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        FIFO
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    InputError::NotRegular { path: path.to_owned(), kind }
}

/// `flags` as [`OpenOptionsExt::custom_flags`] takes them.
pub(crate) const fn flags(flags: OFlags) -> i32 {
    flags.bits().cast_signed()
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
///
/// As [`open_regular`]; also where reading fails or there is more than `limit` bytes.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    read_all(open_regular(path)?, path, limit)
}

fn read_all(input: impl Read, path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    input
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|source| InputError::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > limit {
        return Err(InputError::TooLarge { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

/// Reads a regular file or a pipe of at most `limit` bytes.
///
/// # Errors
///
/// As [`open_operand`]; also where reading fails or there is more than `limit` bytes.
pub(crate) fn read_operand(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    read_all(open_operand(path)?, path, limit)
}

/// Reads a regular file, a pipe, or standard input for `-`, of at most `limit` bytes.
///
/// # Errors
///
/// As [`read_operand`].
pub(crate) fn read_source(path: &Path, limit: u64) -> Result<Vec<u8>, InputError> {
    read_all(open_source(path)?, path, limit)
}

/// The last part of `path`, for messages.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Whether `path` is how the command line names standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens a regular file, a pipe, or standard input for `-`.
///
/// # Errors
///
/// As [`open_operand`].
pub(crate) fn open_source(path: &Path) -> Result<Box<dyn Read + Send + Sync>, InputError> {
    if is_stdin(path) { Ok(Box::new(io::stdin())) } else { Ok(Box::new(open_operand(path)?)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_limit_is_exact() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read_bounded(&path, 5).unwrap(), b"12345");
        assert!(matches!(read_bounded(&path, 4), Err(InputError::TooLarge { limit: 4, .. })));
    }

    #[test]
    fn what_is_not_a_regular_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            open_regular(dir.path()),
            Err(InputError::NotRegular { kind: "a directory", .. })
        ));
        assert!(matches!(
            open_regular(Path::new("/dev/null")),
            Err(InputError::NotRegular { kind: "a device", .. })
        ));
        assert!(open_regular(&dir.path().join("none")).unwrap_err().is_missing());
    }

    #[test]
    fn a_fifo_does_not_block() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        assert!(matches!(open_regular(&path), Err(InputError::NotRegular { kind: "a FIFO", .. })));
    }

    #[test]
    fn an_operand_may_be_a_pipe_but_nothing_stranger() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let writer = {
            let path = path.clone();
            std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_millis(200));
                std::fs::write(path, b"late").unwrap();
            })
        };
        assert_eq!(read_operand(&path, 9).unwrap(), b"late");
        writer.join().unwrap();
        for (path, expected) in [(dir.path(), "a directory"), (Path::new("/dev/zero"), "a device")]
        {
            match open_operand(path) {
                Err(InputError::NotRegular { kind, .. }) => assert_eq!(kind, expected),
                other => unreachable!("{other:?}"),
            }
        }
    }
}
