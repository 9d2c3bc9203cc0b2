//! Text that may only be handed on once something vouches for it.

use crate::error::Error;
use crate::finding::Finding;
use std::fs::{OpenOptions, Permissions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, SpooledTempFile};

/// What is kept in memory before a temporary file takes over, in bytes.
const MEMORY: usize = 1024 * 1024;

/// Permission to hand text on: something was found to vouch for it.
#[derive(Debug)]
pub struct Vouched(());

impl Vouched {
    /// The permission that `finding` gives: none, unless it agrees.
    pub fn by(finding: &Finding) -> Option<Self> {
        finding.class.is_none().then_some(Self(()))
    }

    /// The permission that `findings` give together: none, unless there are any and all agree.
    pub fn by_all(findings: &[Finding]) -> Option<Self> {
        let all = findings.iter().all(|finding| finding.class.is_none());
        (all && !findings.is_empty()).then_some(Self(()))
    }
}

/// Where the text goes in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file of that path.
    File(PathBuf),
}

impl Target {
    /// The target of that name: `-` is standard output.
    pub fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::Stdout } else { Self::File(path.to_owned()) }
    }
}

/// Holds text back until it is delivered. Dropped, it leaves nothing behind and its target as it
/// was.
#[derive(Debug)]
pub enum Spool {
    /// A temporary file in the target's directory, which is renamed in the end: whoever opens the
    /// target sees the whole text, or what was there before.
    Beside(NamedTempFile, PathBuf),
    /// For what cannot be renamed over: memory first, then a file without a name.
    Apart(SpooledTempFile, Target),
}

impl Spool {
    /// A spool for `target`.
    ///
    /// # Errors
    ///
    /// Where `target` is a directory, or no file can be made beside it.
    pub fn new(target: &Target) -> Result<Self, Error> {
        let apart = || Self::Apart(SpooledTempFile::new(MEMORY), target.clone());
        let Target::File(path) = target else { return Ok(apart()) };
        let failed = |source| Error::Write { path: path.clone(), source };
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {
                return Err(failed(io::ErrorKind::IsADirectory.into()));
            }
            // A device, FIFO or symbolic link is written to: /dev/null, or the shell's >( ).
            Ok(metadata) if !metadata.is_file() => return Ok(apart()),
            _ => {}
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let file = tempfile::Builder::new()
            .prefix(".distvouch-")
            // What any new file gets; the umask takes its part away.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(directory)
            .map_err(failed)?;
        Ok(Self::Beside(file, path.clone()))
    }

    /// Hands the text on.
    ///
    /// # Errors
    ///
    /// Where the target cannot be written to.
    pub fn deliver(self, _: Vouched) -> Result<(), Error> {
        match self {
            Self::Beside(file, path) => {
                let written = file.persist(&path).map(drop).map_err(|error| error.error);
                written.map_err(|source| Error::Write { path, source })
            }
            Self::Apart(mut text, Target::Stdout) => {
                crate::cli::printed(copy(&mut text, &mut io::stdout().lock()))
            }
            Self::Apart(mut text, Target::File(path)) => OpenOptions::new()
                .write(true)
                .truncate(true)
                .open(&path)
                .and_then(|mut file| copy(&mut text, &mut file))
                .map_err(|source| Error::Write { path, source }),
        }
    }
}

fn copy(text: &mut (impl Read + Seek), out: &mut dyn Write) -> io::Result<()> {
    text.rewind()?;
    io::copy(text, out)?;
    out.flush()
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Beside(file, _) => file.write(bytes),
            Self::Apart(text, _) => text.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Beside(file, _) => file.flush(),
            Self::Apart(text, _) => text.flush(),
        }
    }
}
