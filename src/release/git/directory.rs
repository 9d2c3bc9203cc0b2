//! A git directory of our own, with the clone's objects and references in it.
//!
//! git reads a repository's configuration before it does anything, follows its `include.path`
//! wherever that leads, and does what it says. In a directory whose configuration we wrote there is
//! nothing of the clone's but data.

use super::GitError;
use super::config::Settings;
use super::places;
use crate::bytes::input::{InputError, read_bounded};
use crate::release::archive::GitHash;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Bytes of a configuration, and of the small files that name other directories.
const CONFIG: u64 = 1 << 20;

/// Files and directories of a clone that are looked at for what is neither.
const ENTRIES: usize = 1_000_000;

/// The directory, which is removed when it is dropped.
#[derive(Debug)]
pub(super) struct Directory {
    own: tempfile::TempDir,
    objects: PathBuf,
    common: PathBuf,
    hash: GitHash,
    shallow: bool,
    origin: Option<String>,
}

impl Directory {
    /// Borrows the objects and references of the clone at `path`.
    pub(super) fn borrow(path: &Path) -> Result<Self, GitError> {
        let no_clone =
            |why: &str| GitError::NoClone { clone: path.to_owned(), why: why.to_owned() };
        let common = common(path).map_err(|why| no_clone(&why))?;
        let objects = common.join("objects");
        for name in ["objects", "refs"] {
            let there = common.join(name);
            if !there.is_dir() {
                return Err(no_clone(&match there.symlink_metadata() {
                    Ok(_) => unreadable(&there, "it is no directory"),
                    Err(_) => "it has no objects and refs".to_owned(),
                }));
            }
        }
        plain(path, &common)?;
        for borrowed in places::borrowed(&objects) {
            let error = match fs::read_dir(&borrowed) {
                Ok(_) => continue,
                // As for git, what is not there lends nothing.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => error,
            };
            let named = borrowed.display();
            let why = format!("its alternates name {named}, which is not read: {error}");
            return Err(GitError::Apart { clone: path.to_owned(), why });
        }
        let config = small(&common.join("config")).map_err(|why| no_clone(&why))?;
        let settings = Settings::read(&config.unwrap_or_default());
        let hash = match settings.object_format.as_deref() {
            None | Some("sha1") => GitHash::Sha1,
            Some("sha256") => GitHash::Sha256,
            Some(_) => return Err(no_clone("its objects are named by a hash that is not known")),
        };
        let reftable = match settings.ref_storage.as_deref() {
            None | Some("files") => false,
            Some("reftable") => true,
            Some(_) => {
                return Err(no_clone("its references are stored in a way that is not known"));
            }
        };
        let shallow = common.join("shallow").metadata().is_ok_and(|metadata| metadata.len() > 0);
        let directory = tempfile::env::temp_dir();
        let write = |source| GitError::Temporary { directory, source };
        let own = own(&common, hash, reftable).map_err(write)?;
        Ok(Self { own, objects, common, hash, shallow, origin: settings.origin })
    }

    /// The directory.
    pub(super) fn path(&self) -> &Path {
        self.own.path()
    }

    /// The clone's objects.
    pub(super) fn objects(&self) -> &Path {
        &self.objects
    }

    pub(super) const fn hash(&self) -> GitHash {
        self.hash
    }

    pub(super) const fn is_shallow(&self) -> bool {
        self.shallow
    }

    pub(super) fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// The git directory of the submodule at `path`: in the working tree, or among the modules.
    pub(super) fn submodule(&self, clone: &Path, path: &str) -> Option<PathBuf> {
        let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        if !path.split('/').all(plain) {
            return None;
        }
        let places = [clone.join(path), self.common.join("modules").join(path)];
        places.into_iter().find(|place| common(place).is_ok())
    }
}

/// Writes the directory.
fn own(common: &Path, hash: GitHash, reftable: bool) -> io::Result<tempfile::TempDir> {
    let own = tempfile::Builder::new().prefix("distvouch-git-").tempdir()?;
    fs::write(own.path().join("HEAD"), "ref: refs/heads/distvouch-none\n")?;
    let mut extensions = String::new();
    if hash == GitHash::Sha256 {
        extensions.push_str("\tobjectFormat = sha256\n");
    }
    if reftable {
        extensions.push_str("\trefStorage = reftable\n");
    }
    let (version, extensions) = match extensions.is_empty() {
        true => (0, String::new()),
        false => (1, format!("[extensions]\n{extensions}")),
    };
    let config =
        format!("[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extensions}");
    fs::write(own.path().join("config"), config)?;
    for name in ["refs", "packed-refs", "shallow", "reftable"] {
        let there = common.join(name);
        if there.exists() {
            symlink(there, own.path().join(name))?;
        }
    }
    Ok(own)
}

/// The directory that has a clone's objects and references: `.git`, the directory itself where it is
/// bare, or where a linked working tree leads.
fn common(path: &Path) -> Result<PathBuf, String> {
    let dot_git = path.join(".git");
    let git = match dot_git.symlink_metadata() {
        Err(_) => path.to_owned(),
        Ok(_) if dot_git.is_dir() => dot_git,
        Ok(_) => {
            let text = small(&dot_git)?.unwrap_or_default();
            let there = text.trim().strip_prefix("gitdir:").ok_or("its .git names no directory")?;
            path.join(there.trim())
        }
    };
    if git.join("HEAD").symlink_metadata().is_err() {
        return Err("it has neither .git nor HEAD".to_owned());
    }
    let common = match small(&git.join("commondir"))? {
        None => git,
        Some(text) => git.join(text.trim()),
    };
    common.canonicalize().map_err(|error| format!("{}: {error}", common.display()))
}

/// The text of a small regular file; `None` where there is none.
fn small(path: &Path) -> Result<Option<String>, String> {
    match read_bounded(path, CONFIG) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if InputError::is_missing(&error) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// What is said of a path in a clone that is not read, and of where it leads.
fn unreadable(path: &Path, error: &str) -> String {
    match fs::read_link(path) {
        Ok(there) => format!(
            "{} leads to {}, which is not read: {error} (links in a clone are followed to what looks \
             like a part of one)",
            path.display(),
            there.display()
        ),
        Err(_) => format!("{} is not read: {error}", path.display()),
    }
}

/// Refuses a clone in which git would open a FIFO or a device and wait for ever.
fn plain(clone: &Path, common: &Path) -> Result<(), GitError> {
    let refused = |path: &Path| GitError::NoClone {
        clone: clone.to_owned(),
        why: format!("{} is neither a file nor a directory", path.display()),
    };
    let mut left = ENTRIES;
    let mut directories =
        vec![common.join("refs"), common.join("objects"), common.join("reftable")];
    let not_read = |path: &Path, error: &dyn std::fmt::Display| GitError::Apart {
        clone: clone.to_owned(),
        why: unreadable(path, &error.to_string()),
    };
    for name in ["packed-refs", "shallow", "HEAD"] {
        let path = common.join(name);
        match path.metadata() {
            Ok(metadata) if !metadata.is_file() => return Err(refused(&path)),
            Ok(_) => {
                fs::File::open(&path).map_err(|error| not_read(&path, &error))?;
            }
            Err(_) => {}
        }
    }
    while let Some(directory) = directories.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            // git would pass over it, and miss what is in it.
            Err(error) => return Err(not_read(&directory, &error)),
        };
        for entry in entries.flatten() {
            left = match left.checked_sub(1) {
                Some(left) => left,
                // Each command has an end all the same.
                None => return Ok(()),
            };
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                directories.push(entry.path());
            } else if kind.is_symlink() {
                let path = entry.path();
                match path.metadata() {
                    Ok(there) if there.is_dir() => {
                        fs::read_dir(&path).map_err(|error| not_read(&path, &error))?;
                    }
                    Ok(there) if there.is_file() => {
                        fs::File::open(&path).map_err(|error| not_read(&path, &error))?;
                    }
                    Ok(_) => return Err(refused(&path)),
                    // A reference that leads nowhere is none.
                    Err(_) => {}
                }
            } else if !kind.is_file() {
                return Err(refused(&entry.path()));
            }
        }
    }
    Ok(())
}
