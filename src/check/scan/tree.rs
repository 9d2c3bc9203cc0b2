//! The packages of an overlay, in order. Symbolic links are not followed, so that none can lead
//! round in a circle or out of the overlay.

use super::{Observation, Options};
use crate::answer::kinds::{SYMLINK_SKIPPED, UNREADABLE};
use crate::release::gentoo::is_root;
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};

/// A part of an overlay: of `of` parts, the one with this number, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shard {
    /// The number.
    pub(crate) number: u64,
    /// The number of parts.
    pub(crate) of: u64,
}

impl Shard {
    /// All of it.
    pub(crate) const ALL: Self = Self { number: 1, of: 1 };

    /// Whether a package is in this part: by its name alone, wherever else it may be.
    fn has(self, package: &str) -> bool {
        // FNV-1a: a spread that is the same on every machine, and meant for nothing else.
        let hash = package.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        hash % self.of + 1 == self.number
    }
}

/// Why there is no overlay to scan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TreeError {
    /// The directory cannot be listed.
    #[error("{}: cannot be listed: {source}", path.display())]
    List {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not an ebuild repository.
    #[error("{}: is not an ebuild repository: it has neither profiles/ nor metadata/layout.conf", .0.display())]
    NoRepository(PathBuf),
}

/// Something on the way through the overlay.
#[derive(Debug)]
pub(super) enum Step {
    /// A package: CATEGORY/NAME.
    Package(String),
    /// What is found where a package could have been.
    Found(String, Observation),
}

/// Goes through an overlay.
pub(super) struct Tree<'a> {
    options: &'a Options,
    categories: VecDeque<String>,
    steps: VecDeque<Step>,
}

impl<'a> Tree<'a> {
    /// # Errors
    ///
    /// If the root is not a repository or cannot be listed.
    pub(super) fn new(options: &'a Options) -> Result<Self, TreeError> {
        let root = &options.root;
        if !is_root(root) {
            return Err(TreeError::NoRepository(root.clone()));
        }
        let mut tree = Self { options, categories: VecDeque::new(), steps: VecDeque::new() };
        let entries =
            list(root).map_err(|source| TreeError::List { path: root.clone(), source })?;
        for (name, kind) in entries.into_iter().filter(|(name, _)| is_category(name)) {
            match kind {
                Entry::Directory => tree.categories.push_back(name),
                Entry::Link => tree.pass_over(&name, Path::new(&name)),
                Entry::Other => {}
            }
        }
        Ok(tree)
    }

    fn pass_over(&mut self, package: &str, file: &Path) {
        let text = format!("{} is a symbolic link", file.display());
        self.found(package, Observation::of(SYMLINK_SKIPPED, file, text));
    }

    fn found(&mut self, package: &str, observation: Observation) {
        if self.takes(package) {
            self.steps.push_back(Step::Found(package.to_owned(), observation));
        }
    }

    fn takes(&self, package: &str) -> bool {
        let packages = &self.options.packages;
        self.options.shard.has(package) && (packages.is_empty() || packages.contains(package))
    }

    fn enter(&mut self, category: &str) {
        let directory = self.options.root.join(category);
        let entries = match list(&directory) {
            Ok(entries) => entries,
            Err(error) => {
                let text = format!("cannot be listed: {error}");
                return self
                    .found(category, Observation::of(UNREADABLE, Path::new(category), text));
            }
        };
        for (name, kind) in entries.into_iter().filter(|(name, _)| is_package(name)) {
            let package = format!("{category}/{name}");
            match kind {
                Entry::Directory if self.takes(&package) => {
                    self.steps.push_back(Step::Package(package));
                }
                Entry::Link => self.pass_over(&package, Path::new(&package)),
                Entry::Directory | Entry::Other => {}
            }
        }
    }
}

impl Iterator for Tree<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return Some(step);
            }
            let category = self.categories.pop_front()?;
            self.enter(&category);
        }
    }
}

/// What a name in a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Entry {
    Directory,
    Link,
    Other,
}

/// What is in a directory, by name. Names that are no text are left out: none of Gentoo's is.
pub(super) fn list(directory: &Path) -> io::Result<Vec<(String, Entry)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        let kind = if kind.is_dir() {
            Entry::Directory
        } else if kind.is_symlink() {
            Entry::Link
        } else {
            Entry::Other
        };
        found.push((name, kind));
    }
    found.sort();
    Ok(found)
}

/// PMS, section 3.1.1: and of all names that could be one, those that Gentoo has.
fn is_category(name: &str) -> bool {
    is_package(name) && (name.contains('-') || name == "virtual")
}

/// PMS, section 3.1.2, as far as it matters here.
fn is_package(name: &str) -> bool {
    !name.starts_with(['-', '.', '+'])
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "+_.-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_everything_among_them() {
        for of in 1..6 {
            let mut counts = vec![0; 6];
            for package in (0..600).map(|n| format!("dev-libs/p{n}")) {
                let has = |number: &u64| Shard { number: *number, of }.has(&package);
                let shards: Vec<u64> = (1..=of).filter(has).collect();
                assert_eq!(shards.len(), 1, "{package} {of}");
                if let Some(count) = shards.first().and_then(|n| counts.get_mut(*n as usize)) {
                    *count += 1;
                }
            }
            assert!(
                counts.iter().filter(|count| **count > 0).all(|c| *c > 600 / of / 2),
                "{counts:?}"
            );
        }
    }

    #[test]
    fn categories() {
        for name in ["dev-libs", "virtual", "x11-base", "sec-keys"] {
            assert!(is_category(name), "{name}");
        }
        for name in [".git", "eclass", "profiles", "metadata", "-x", "dev libs", "licenses"] {
            assert!(!is_category(name), "{name}");
        }
    }
}
