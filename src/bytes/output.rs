//! Text that may only be handed on once something vouches for it.

use crate::answer::finding::Finding;
use crate::bytes::input::flags;
use rustix::fs::{AtFlags, CWD, OFlags};
use rustix::io::Errno;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::{NamedTempFile, SpooledTempFile};

/// What is kept in memory before a temporary file takes over, in bytes.
const MEMORY: usize = 1024 * 1024;

/// How long no one may read a FIFO before that is an error.
const READER_WAIT: Duration = Duration::from_secs(5);

/// What the names of temporary files next to a target begin with.
const PREFIX: &str = ".distvouch-";

/// Why text could not be handed on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    /// The text would go to standard error, where diagnostics go.
    #[error(
        "{} is standard error, where diagnostics go: give --output another file",
        .0.display()
    )]
    OutputIsStderr(PathBuf),
    /// Text goes to standard output, and standard error is the same file or pipe.
    #[error(
        "standard output and standard error are the same file or pipe: the report would \
         stand among the data; separate them, or give -q"
    )]
    StreamsShared,
    /// A file could not be written.
    #[error("{}: cannot write: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A symbolic link to write to leads nowhere.
    #[error("{}: is a symbolic link to a file that does not exist", .0.display())]
    Dangling(PathBuf),
    /// Standard output did not take the text, or not all of it.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
    /// A temporary file could not be written.
    #[error("cannot write a temporary file: {0}")]
    Spool(#[source] io::Error),
}

/// Permission to hand text on: something was found to vouch for it.
#[derive(Debug)]
pub(crate) struct Vouched(());

impl Vouched {
    /// The permission that `finding` gives: none, unless it agrees.
    pub(crate) fn by(finding: &Finding) -> Option<Self> {
        finding.class.is_none().then_some(Self(()))
    }

    /// The permission that `findings` give together: none, unless there are any and all agree.
    pub(crate) fn by_all(findings: &[Finding]) -> Option<Self> {
        let all = findings.iter().all(|finding| finding.class.is_none());
        (all && !findings.is_empty()).then_some(Self(()))
    }
}

/// Where the text goes in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output.
    Stdout,
    /// A file of that path.
    File(PathBuf),
}

impl Target {
    /// The target of that name. `-` is standard output, and so is any other name of it, such as
    /// /dev/stdout: the report then goes to standard error.
    ///
    /// # Errors
    ///
    /// If the text would stand among what goes to standard error: where that is the target, or
    /// the same file or pipe as standard output, unless the report is `quiet`.
    pub(crate) fn of(path: &Path, quiet: bool) -> Result<Self, OutputError> {
        let stdout = Identity::of_stream(io::stdout().as_fd());
        let stderr = Identity::of_stream(io::stderr().as_fd());
        let named = Identity::of_path(path);
        let is_stdout = path.as_os_str() == "-" || named.is_some() && named == stdout;
        // A terminal and /dev/null are no one's input.
        let mixed = |one: Option<Identity>| one.is_some_and(|one| !one.device) && one == stderr;
        match is_stdout {
            true if mixed(stdout) && !quiet => Err(OutputError::StreamsShared),
            true => Ok(Self::Stdout),
            false if mixed(named) => Err(OutputError::OutputIsStderr(path.to_owned())),
            false => Ok(Self::File(path.to_owned())),
        }
    }
}

/// Which file something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    file: (u64, u64),
    device: bool,
}

impl Identity {
    fn of_path(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok()?;
        let device = metadata.file_type().is_char_device();
        Some(Self { file: (metadata.dev(), metadata.ino()), device })
    }

    fn of_stream(stream: impl AsFd) -> Option<Self> {
        let file = File::from(stream.as_fd().try_clone_to_owned().ok()?);
        let metadata = file.metadata().ok()?;
        let device = metadata.file_type().is_char_device();
        Some(Self { file: (metadata.dev(), metadata.ino()), device })
    }
}

/// Holds text back until it is delivered. Dropped, it leaves nothing behind and its target as it
/// was.
#[derive(Debug)]
pub(crate) enum Spool {
    /// A file without a name in the target's file system, which gets its name in the end: anyone who
    /// opens the target sees the whole text, or what was there before. Whatever ends the program
    /// leaves nothing behind.
    Unnamed(File, PathBuf),
    /// For what cannot be renamed over: memory first, then a file without a name.
    Apart(SpooledTempFile, Target),
}

impl Spool {
    /// A spool for `target`.
    ///
    /// # Errors
    ///
    /// If `target` is a directory or a symbolic link to nothing, or no file can be made beside
    /// it.
    pub(crate) fn new(target: &Target) -> Result<Self, OutputError> {
        let apart = || Self::Apart(SpooledTempFile::new(MEMORY), target.clone());
        let Target::File(path) = target else { return Ok(apart()) };
        let failed = |source| OutputError::Write { path: path.clone(), source };
        match path.symlink_metadata() {
            // A device, FIFO or symbolic link is written to: /dev/null, or the shell's >( ).
            Ok(metadata) if !metadata.is_file() => match path.metadata() {
                Ok(metadata) if metadata.is_dir() => {
                    return Err(failed(io::ErrorKind::IsADirectory.into()));
                }
                Ok(_) => return Ok(apart()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(OutputError::Dangling(path.clone()));
                }
                Err(error) => return Err(failed(error)),
            },
            _ => {}
        }
        let directory = directory_of(path);
        match unnamed_in(directory) {
            Ok(file) => Ok(Self::Unnamed(file, path.clone())),
            // A file system without such files; but not a directory that is not one or is closed.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound
                ) =>
            {
                Err(failed(error))
            }
            Err(_) => Ok(Self::Unnamed(tempfile::tempfile().map_err(failed)?, path.clone())),
        }
    }

    /// Hands the text on. A file that was there keeps its permissions.
    ///
    /// # Errors
    ///
    /// If the target cannot be written to.
    pub(crate) fn deliver(self, _: Vouched) -> Result<(), OutputError> {
        match self {
            Self::Unnamed(mut file, path) => {
                give_name(&mut file, &path).map_err(|source| OutputError::Write { path, source })
            }
            Self::Apart(mut text, Target::Stdout) => {
                copy(&mut text, &mut io::stdout().lock()).map_err(OutputError::Stdout)
            }
            Self::Apart(mut text, Target::File(path)) => open(&path)
                .and_then(|mut file| copy(&mut text, &mut file))
                .map_err(|source| OutputError::Write { path, source }),
        }
    }
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// What becomes of a file that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It is replaced, and its permissions stay.
    Replaced,
    /// It stays, and that is an error.
    Kept,
}

/// Writes a file that appears whole or not at all, whatever ends the program: until then it has no
/// name.
///
/// # Errors
///
/// If it cannot be written, `write` fails, or a file is there that is to be kept.
pub(crate) fn write_whole(
    path: &Path,
    existing: Existing,
    write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let there = || {
        io::Error::new(io::ErrorKind::AlreadyExists, "it is there already, and is not overwritten")
    };
    if existing == Existing::Kept && path.symlink_metadata().is_ok() {
        return Err(there());
    }
    let directory = directory_of(path);
    let mut file = match unnamed_in(directory) {
        Ok(file) => file,
        Err(_) => tempfile::tempfile()?,
    };
    let mut buffered = BufWriter::new(&mut file);
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.sync_all()?;
    if existing == Existing::Replaced {
        return give_name(&mut file, path);
    }
    match link(&file, path) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => Err(there()),
        Err(_) => {
            let mut named = named_in(directory)?;
            copy(&mut file, &mut named)?;
            named.persist_noclobber(path).map(drop).map_err(|error| error.error)
        }
    }
}

/// A file without a name in `directory`.
fn unnamed_in(directory: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        // What any new file gets; the umask takes its part away.
        .mode(0o666)
        .custom_flags(flags(OFlags::TMPFILE))
        .open(directory)
}

/// Gives `file`, which has none, a name that no file has.
fn link(file: &File, name: &Path) -> Result<(), Errno> {
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::linkat(CWD, open, CWD, name, AtFlags::SYMLINK_FOLLOW)
}

fn named_in(directory: &Path) -> io::Result<NamedTempFile> {
    let mode = Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(PREFIX).permissions(mode).tempfile_in(directory)
}

/// Gives `file` the permissions of the regular file `path`, if there is one.
fn as_before(file: &File, path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(old) if old.is_file() => {
            file.set_permissions(Permissions::from_mode(old.mode() & 0o777))
        }
        _ => Ok(()),
    }
}

/// Puts `file`, which has no name, at `path`.
fn give_name(file: &mut File, path: &Path) -> io::Result<()> {
    as_before(file, path)?;
    match link(file, path) {
        Ok(()) => return Ok(()),
        // A link never replaces a file: under another name first, and then renamed.
        Err(Errno::EXIST) => {
            let made = tempfile::Builder::new()
                .prefix(PREFIX)
                .make_in(directory_of(path), |name| link(file, name).map_err(io::Error::from));
            if let Ok(made) = made {
                return made.persist(path).map(drop).map_err(|error| error.error);
            }
        }
        Err(_) => {}
    }
    // Without /proc there is no other way than a second file.
    let mut named = named_in(directory_of(path))?;
    copy(file, &mut named)?;
    as_before(named.as_file(), path)?;
    named.persist(path).map(drop).map_err(|error| error.error)
}

/// Opens what cannot be renamed over. Waits a while for someone to read a FIFO.
fn open(path: &Path) -> io::Result<File> {
    let begin = Instant::now();
    loop {
        let mut options = OpenOptions::new();
        options.write(true).truncate(true).custom_flags(flags(OFlags::NONBLOCK));
        match options.open(path) {
            Ok(file) => {
                let flags = rustix::fs::fcntl_getfl(&file)?;
                rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
                return Ok(file);
            }
            Err(error) if error.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {
                let is_fifo = path.metadata().is_ok_and(|file| file.file_type().is_fifo());
                if !is_fifo || begin.elapsed() > READER_WAIT {
                    return Err(error);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(error) => return Err(error),
        }
    }
}

fn copy(text: &mut (impl Read + Seek), out: &mut dyn Write) -> io::Result<()> {
    text.rewind()?;
    io::copy(text, out)?;
    out.flush()
}

impl Spool {
    /// A spool that no file receives: see [`Spool::reveal`].
    pub(crate) fn apart() -> Self {
        Self::Apart(SpooledTempFile::new(MEMORY), Target::Stdout)
    }

    /// The text itself, of at most `limit` bytes; `None` where it is longer.
    ///
    /// # Errors
    ///
    /// If the temporary file cannot be read.
    pub(crate) fn reveal(self, _: Vouched, limit: u64) -> Result<Option<Vec<u8>>, OutputError> {
        let bytes = match self {
            Self::Unnamed(file, _) => whole(file, limit),
            Self::Apart(text, _) => whole(text, limit),
        };
        bytes.map_err(OutputError::Spool)
    }
}

fn whole(mut text: impl Read + Seek, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    text.rewind()?;
    text.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Unnamed(file, _) => file.write(bytes),
            Self::Apart(text, _) => text.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Unnamed(file, _) => file.flush(),
            Self::Apart(text, _) => text.flush(),
        }
    }
}
