//! The directory for what has to wait and is too much for memory.
//!
//! It is the only place outside what was named that the process, and git under it, may write to. It
//! goes when the program ends, by a signal as well.

use super::note;
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
    SIGXFSZ,
};
use signal_hook::iterator::{Handle, Signals};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{Builder, JoinHandle};
use tempfile::TempDir;

/// Why there can be no such directory.
#[derive(Debug, thiserror::Error)]
#[error("no temporary files can be made in {} (see TMPDIR): {source}", path.display())]
pub(crate) struct TemporaryError {
    path: PathBuf,
    source: io::Error,
}

/// Where they are made if TMPDIR names no directory that can be written to.
const FALLBACK: &str = "/tmp";

/// The signals that end a program that does not wait for them, but for those of its own faults.
const ENDING: [i32; 11] = [
    SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
    SIGXFSZ,
];

/// The directory, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Temporary {
    path: PathBuf,
    handle: Handle,
    keeper: Option<JoinHandle<()>>,
}

impl Temporary {
    /// Makes it where the user's temporary files go. From now on `tempfile` makes its files in it.
    ///
    /// A thread keeps it, which has to be started before the process restricts itself: removing the
    /// directory writes to the one that it is in.
    ///
    /// # Errors
    ///
    /// If it can be made neither there nor in /tmp.
    pub(crate) fn make() -> Result<Self, TemporaryError> {
        let named = std::env::temp_dir();
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TemporaryError { path, source }
        };
        let error = match Self::make_in(&named).map_err(failed(&named)) {
            Ok(made) => return Ok(made),
            Err(error) => error,
        };
        // As tempnam(3) does where TMPDIR names no suitable directory.
        let fallback = Path::new(FALLBACK);
        if named == fallback {
            return Err(error);
        }
        note(&format!("{error}: {FALLBACK} is used"));
        Self::make_in(fallback).map_err(failed(fallback))
    }

    fn make_in(parent: &Path) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("distvouch-").tempdir_in(parent)?;
        let path = directory.path().to_owned();
        let mut signals = Signals::new(ENDING)?;
        let handle = signals.handle();
        let keep = move || {
            let signal = signals.forever().next();
            remove(directory);
            // What the signal does where no one waits for it.
            if let Some(signal) = signal {
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        };
        let keeper = Some(Builder::new().name("temporary".to_owned()).spawn(keep)?);
        // One command runs in a process, so nothing has taken another one before.
        let _ = tempfile::env::override_temp_dir(&path);
        Ok(Self { path, handle, keeper })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

/// Removes it; while others still write, again.
fn remove(directory: TempDir) {
    let path = directory.path().to_owned();
    for _ in 0..8 {
        if std::fs::remove_dir_all(&path).is_ok() {
            return;
        }
    }
    // Directories deeper than there are descriptors for.
    let _ = std::process::Command::new("/bin/rm").arg("-rf").arg("--").arg(&path).status();
    drop(directory);
}
