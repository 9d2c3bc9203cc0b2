//! The Sigstore trusted root: which logs and authorities count, and where the list came from.

use super::backend;
use crate::bytes::input::{InputError, read_bounded};
use crate::bytes::json::{self, JsonError, Limits};
use crate::bytes::sniff::Kind;
use jiff::Timestamp;
use serde_json::Value;
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

/// What names the root of GitHub's own authority in place of a file.
pub(crate) const GITHUB: &str = "github";

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
    /// The root of GitHub's own authority, as it was when this program was built.
    GitHub,
}

impl fmt::Display for TrustedRootSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::System(path) => write!(f, "the system's {}", path.display()),
            Self::BuiltIn => f.write_str("the root that is built into this program"),
            Self::GitHub => f.write_str("GitHub's own root that is built into this program"),
        }
    }
}

/// Why there is no trusted root.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RootError {
    /// The file cannot be read, or is larger than a trusted root can be.
    #[error("the trusted root cannot be read: {0}")]
    Input(#[source] InputError),
    /// Several roots, one a line, as `gh attestation trusted-root` writes them.
    #[error(
        "the trusted root {}: JSON Lines, {count} documents; put the one that you mean into a file of its own, or say --trusted-root github for GitHub's", path.display()
    )]
    Lines {
        /// Which.
        path: PathBuf,
        /// How many documents.
        count: usize,
    },
    /// No JSON at all.
    #[error("the trusted root {}: it is {}", path.display(), kind.advice())]
    Kind {
        /// Which.
        path: PathBuf,
        /// What it is.
        kind: Kind,
    },
    /// Not strict JSON.
    #[error("the trusted root {}: {source}", named(path.as_deref()))]
    Json {
        /// Which; `None` for the built-in root.
        path: Option<PathBuf>,
        /// Where and why.
        source: JsonError,
    },
    /// JSON, but no trusted root that can be used.
    #[error("the trusted root {} cannot be used: {source}", named(path.as_deref()))]
    Unusable {
        /// Which; `None` for the built-in root.
        path: Option<PathBuf>,
        /// Why, in the words of the library that reads it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The system's cache holds several and nothing says which of them counts.
    #[error(
        "the system has several trusted roots, {} and {}; name one with --trusted-root", paths[0].display(), paths[1].display()
    )]
    Ambiguous {
        /// The first two.
        paths: [PathBuf; 2],
    },
}

fn named(path: Option<&Path>) -> String {
    path.map_or_else(|| "built-in".to_owned(), |path| path.display().to_string())
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
    /// The root that `explicit` names, else the newer of the system's and the built-in one; of two
    /// that are equally old, the system's. [`GITHUB`] names that of GitHub's own authority.
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
        let built_in = |source: TrustedRootSource| {
            let backend = read(backend::Root::BUILT_IN.as_bytes(), None)?;
            Ok(Self { source, backend })
        };
        let file = |path: PathBuf, source: fn(PathBuf) -> TrustedRootSource| {
            let bytes = read_bounded(&path, SIZE_LIMIT).map_err(RootError::Input)?;
            let backend = read(&bytes, Some(&path))?;
            Ok(Self { source: source(path), backend })
        };
        if let Some(path) = explicit {
            if path == Path::new(GITHUB) {
                let tree = tree(backend::Root::GITHUB.as_bytes(), None)?;
                let backend = backend::Root::github(tree)
                    .map_err(|source| RootError::Unusable { path: None, source })?;
                return Ok(Self { source: TrustedRootSource::GitHub, backend });
            }
            return file(path.to_owned(), TrustedRootSource::File);
        }
        let Some(path) = find(system)? else { return built_in(TrustedRootSource::BuiltIn) };
        let system: Self = file(path, TrustedRootSource::System)?;
        let built_in: Self = built_in(TrustedRootSource::BuiltIn)?;
        match built_in.summary().newest_start() > system.summary().newest_start() {
            true => Ok(built_in),
            false => Ok(system),
        }
    }

    /// The day of its newest entry: what was founded later is not in it.
    pub(crate) fn day(&self) -> Option<String> {
        Some(self.summary().newest_start()?.strftime("%Y-%m-%d").to_string())
    }

    /// The root that this build carries.
    ///
    /// # Errors
    ///
    /// If it cannot be used.
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
    let tree = tree(bytes, path)?;
    let path = path.map(Path::to_owned);
    backend::Root::new(tree).map_err(|source| RootError::Unusable { path, source })
}

fn tree(bytes: &[u8], path: Option<&Path>) -> Result<Value, RootError> {
    let kind = Kind::of(bytes);
    if let (Kind::JsonLines, Some(path)) = (kind, path) {
        let count = bytes.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).count();
        return Err(RootError::Lines { path: path.to_owned(), count });
    }
    if let (false, Some(path)) = (kind.is_json(), path) {
        return Err(RootError::Kind { path: path.to_owned(), kind });
    }
    json::parse(bytes, Limits::default())
        .map_err(|source| RootError::Json { path: path.map(Path::to_owned), source })
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
