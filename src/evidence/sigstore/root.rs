//! The Sigstore trusted root: which logs and authorities count, and where the list came from.

use super::backend;
use crate::bytes::input::{InputError, read_bounded};
use crate::bytes::json::{self, JsonError, Limits};
use jiff::Timestamp;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// Where Gentoo's sec-keys/sigstore-trusted-root installs sigstore-python's TUF cache.
pub(crate) const SYSTEM_DIRECTORY: &str = "/usr/share/sigstore-gentoo";

/// The cache of the production repository below [`SYSTEM_DIRECTORY`]: sigstore-python names it
/// after the percent-encoded URL. Those of other instances (staging) are never looked at.
const PRODUCTION: &str = ".cache/sigstore-python/tuf/https%3A%2F%2Ftuf-repo-cdn.sigstore.dev";

/// The name of the target; a TUF client may put the hash of the content and a dot before it.
const TARGET: &str = "trusted_root.json";

/// The largest trusted root that is read, in bytes. The production root has about 7,000.
const SIZE_LIMIT: u64 = 4 << 20;

/// How many directory entries are looked at in search of the system's root.
const ENTRY_LIMIT: usize = 1000;

/// Where a trusted root came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TrustedRootSource {
    /// A file that was named.
    File(PathBuf),
    /// The system's, as sec-keys/sigstore-trusted-root installs it.
    System(PathBuf),
    /// The public-good instance's root as it was when this program was built.
    BuiltIn,
}

impl fmt::Display for TrustedRootSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::System(path) => write!(f, "the system's {}", path.display()),
            Self::BuiltIn => f.write_str("the root that is built into this program"),
        }
    }
}

/// Why there is no trusted root.
#[derive(Debug)]
pub(crate) enum RootError {
    /// The file cannot be read, or is larger than a trusted root can be.
    Input(InputError),
    /// Not strict JSON.
    Json {
        /// Which; `None` for the built-in root.
        path: Option<PathBuf>,
        /// Where and why.
        source: JsonError,
    },
    /// JSON, but no trusted root that can be used.
    Unusable {
        /// Which; `None` for the built-in root.
        path: Option<PathBuf>,
        /// Why, in the words of the library that reads it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The system's cache holds several and nothing says which of them counts.
    Ambiguous {
        /// The first two.
        paths: [PathBuf; 2],
    },
}

impl fmt::Display for RootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |path: &Option<PathBuf>| match path {
            Some(path) => path.display().to_string(),
            None => "built-in".to_owned(),
        };
        match self {
            Self::Input(error) => write!(f, "the trusted root cannot be read: {error}"),
            Self::Json { path, source } => write!(f, "the trusted root {}: {source}", name(path)),
            Self::Unusable { path, source } => {
                write!(f, "the trusted root {} cannot be used: {source}", name(path))
            }
            Self::Ambiguous { paths: [a, b] } => write!(
                f,
                "the system has several trusted roots, {} and {}; name one with --trusted-root",
                a.display(),
                b.display()
            ),
        }
    }
}

impl std::error::Error for RootError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Input(error) => Some(error),
            Self::Json { source, .. } => Some(source),
            Self::Unusable { source, .. } => Some(source.as_ref()),
            Self::Ambiguous { .. } => None,
        }
    }
}

/// The logs and authorities that count.
#[derive(Debug)]
pub(crate) struct TrustedRoot {
    source: TrustedRootSource,
    pub(super) backend: backend::Root,
}

/// What a trusted root lists, for `distvouch trust`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RootSummary {
    /// Transparency logs (Rekor).
    pub(crate) logs: Vec<RootEntry>,
    /// Certificate authorities (Fulcio).
    pub(crate) certificate_authorities: Vec<RootEntry>,
    /// Certificate transparency logs.
    pub(crate) ct_logs: Vec<RootEntry>,
    /// Time stamp authorities (RFC 3161).
    pub(crate) timestamp_authorities: Vec<RootEntry>,
}

impl RootSummary {
    /// Every entry.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &RootEntry> {
        let logs = self.logs.iter().chain(&self.ct_logs);
        logs.chain(&self.certificate_authorities).chain(&self.timestamp_authorities)
    }

    /// The latest start of validity: what was founded after it cannot be in this root.
    pub(crate) fn newest_start(&self) -> Option<Timestamp> {
        self.entries().filter_map(|e| e.start).max()
    }
}

/// One log or authority of a trusted root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RootEntry {
    /// Its URL, or the subject of its certificate where it has none.
    pub(crate) name: String,
    /// The log's key id in lower-case hex; authorities have none.
    pub(crate) key_id: Option<String>,
    /// From when it counts; `None` is from ever.
    pub(crate) start: Option<Timestamp>,
    /// Until when it counts, inclusive; `None` is without end.
    pub(crate) end: Option<Timestamp>,
}

impl TrustedRoot {
    /// The root that `explicit` names, else the system's, else the built-in one.
    ///
    /// A root that is there and cannot be read or used is an error: another is never taken in
    /// its place.
    ///
    /// # Errors
    ///
    /// See [`RootError`].
    pub(crate) fn load(explicit: Option<&Path>) -> Result<Self, RootError> {
        Self::load_with(explicit, Path::new(SYSTEM_DIRECTORY))
    }

    /// [`load`](Self::load) with another directory in place of [`SYSTEM_DIRECTORY`].
    ///
    /// # Errors
    ///
    /// See [`RootError`].
    pub(crate) fn load_with(explicit: Option<&Path>, system: &Path) -> Result<Self, RootError> {
        let source = match explicit {
            Some(path) => TrustedRootSource::File(path.to_owned()),
            None => match find(system)? {
                Some(path) => TrustedRootSource::System(path),
                None => TrustedRootSource::BuiltIn,
            },
        };
        let backend = match &source {
            TrustedRootSource::File(path) | TrustedRootSource::System(path) => {
                let bytes = read_bounded(path, SIZE_LIMIT).map_err(RootError::Input)?;
                read(&bytes, Some(path))?
            }
            TrustedRootSource::BuiltIn => read(backend::Root::BUILT_IN.as_bytes(), None)?,
        };
        Ok(Self { source, backend })
    }

    /// The root that this build carries.
    ///
    /// # Errors
    ///
    /// Where it cannot be used.
    pub(crate) fn built_in() -> Result<Self, RootError> {
        let backend = read(backend::Root::BUILT_IN.as_bytes(), None)?;
        Ok(Self { source: TrustedRootSource::BuiltIn, backend })
    }

    /// Where it came from.
    pub(crate) fn source(&self) -> &TrustedRootSource {
        &self.source
    }

    /// What it lists; empty in a build without Sigstore.
    pub(crate) fn summary(&self) -> RootSummary {
        self.backend.summary()
    }
}

fn read(bytes: &[u8], path: Option<&Path>) -> Result<backend::Root, RootError> {
    let path = path.map(Path::to_owned);
    let tree = json::parse(bytes, Limits::default())
        .map_err(|source| RootError::Json { path: path.clone(), source })?;
    backend::Root::new(tree).map_err(|source| RootError::Unusable { path, source })
}

/// The production root in the TUF cache below `system`, if there is one.
///
/// The plain name counts before a name with a hash, the cache's own directory before `targets/`.
fn find(system: &Path) -> Result<Option<PathBuf>, RootError> {
    let cache = system.join(PRODUCTION);
    for directory in [cache.clone(), cache.join("targets")] {
        let plain = directory.join(TARGET);
        // A dangling link or an unreadable file is there too: fetching it says so.
        if fs::symlink_metadata(&plain).is_ok() {
            return Ok(Some(plain));
        }
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        let mut hashed: Vec<PathBuf> = entries
            .take(ENTRY_LIMIT)
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().to_str().is_some_and(has_hash))
            .map(|entry| entry.path())
            .collect();
        hashed.sort();
        match hashed.as_slice() {
            [] => {}
            [one] => return Ok(Some(one.clone())),
            [a, b, ..] => return Err(RootError::Ambiguous { paths: [a.clone(), b.clone()] }),
        }
    }
    Ok(None)
}

/// Whether `name` is the target's with a SHA-256 or SHA-512 before it.
fn has_hash(name: &str) -> bool {
    name.strip_suffix(TARGET).and_then(|n| n.strip_suffix('.')).is_some_and(|hash| {
        matches!(hash.len(), 64 | 128) && hash.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
#[path = "root_tests.rs"]
mod tests;
