//! A digest of everything that a package's findings depend on, by which a later run tells that nothing
//! has changed.

use super::Options;
use super::tree::{Entry, list};
use crate::bytes::digests::hex;
use crate::bytes::input::{EVIDENCE_LIMIT, open_regular};
use crate::release::gentoo::cache_entries;
use crate::release::review;
use std::collections::BTreeSet;
use std::io::Read;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The program: another one may find something else.
const PROGRAM: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), " scan 2");

/// How deep directories of records are looked through.
const DEPTH: usize = 4;

/// Absorbs what a package depends on.
struct Absorber {
    hasher: blake2b_simd::State,
}

impl Absorber {
    fn new() -> Self {
        Self { hasher: blake2b_simd::Params::new().hash_length(20).to_state() }
    }

    fn finish(self) -> String {
        hex(self.hasher.finalize().as_bytes())
    }

    /// What a directory has, or that it cannot be listed, which is not the same as that it has nothing.
    fn entries(&mut self, directory: &Path) -> Vec<(String, Entry)> {
        list(directory).unwrap_or_else(|error| {
            // No name has a slash.
            self.text(&format!("/{:?}", error.kind()));
            Vec::new()
        })
    }

    /// Records of reviews.
    fn records(&mut self, directory: &Path, depth: usize) {
        for (name, kind) in self.entries(directory) {
            let path = directory.join(&name);
            self.text(&name);
            match kind {
                Entry::Other => self.file(&path),
                Entry::Directory if depth > 0 => self.records(&path, depth - 1),
                Entry::Directory | Entry::Link => {}
            }
        }
    }

    /// A text with its length, so that no two lists of texts are the same bytes.
    fn text(&mut self, text: &str) {
        self.hasher.update(&(text.len() as u64).to_le_bytes());
        self.hasher.update(text.as_bytes());
    }

    /// The contents of a file, as far as it can be read.
    fn file(&mut self, path: &Path) {
        let Ok(mut file) = open_regular(path) else { return self.text("-") };
        let mut buffer = [0; 16 << 10];
        let mut size = 0u64;
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => {
                    size += read as u64;
                    self.hasher.update(buffer.get(..read).unwrap_or_default());
                }
                Err(_) => return self.text("-"),
            }
        }
        self.hasher.update(&size.to_le_bytes());
    }

    /// Size and time of a file: distfiles are too large to be read for this.
    fn stamp(&mut self, path: &Path) {
        let Ok(metadata) = path.metadata() else { return self.text("-") };
        let time = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        self.hasher.update(&metadata.len().to_le_bytes());
        self.hasher.update(&time.map_or(0, |time| time.as_nanos()).to_le_bytes());
    }
}

/// A digest of what `package` has of its own: its files, the caches' entries, records of reviews, and
/// which of its distfiles are there.
pub(super) fn own(options: &Options, package: &str) -> String {
    let mut absorber = Absorber::new();
    absorber.text(PROGRAM);
    absorber.text(&options.settings);
    absorber.text(package);
    let directory = options.root.join(package);
    let category = package.split('/').next().unwrap_or_default();
    for (name, kind) in absorber.entries(&directory) {
        absorber.text(&name);
        absorber.text(&format!("{kind:?}"));
        if kind != Entry::Other {
            continue;
        }
        absorber.file(&directory.join(&name));
        if let Some(stem) = name.strip_suffix(".ebuild") {
            for entry in cache_entries(&options.repository, category, stem) {
                absorber.file(&entry);
            }
        }
    }
    for place in review::places_of(&directory) {
        absorber.records(&place, DEPTH);
    }
    if options.distfiles {
        each_dist(&directory.join("Manifest"), &mut |name| {
            absorber.text(name);
            absorber.stamp(&options.distdir.join(name));
        });
    }
    absorber.finish()
}

/// The fingerprint of a package with the digest `own`, whose key files are `key_files`.
pub(super) fn with_keys(own: &str, key_files: &BTreeSet<PathBuf>) -> String {
    let mut absorber = Absorber::new();
    absorber.text(own);
    let mut seen = BTreeSet::new();
    for path in key_files {
        absorber.text(&path.to_string_lossy());
        let identity = path.metadata().ok().map(|file| (file.dev(), file.ino(), file.len()));
        match identity {
            // What is too large to be read as keys decides nothing but by being that.
            Some((.., size)) if size > EVIDENCE_LIMIT => absorber.text(&size.to_string()),
            // By many names, it is one file.
            Some((device, inode, _)) if !seen.insert((device, inode)) => {
                absorber.text(&format!("{device} {inode}"));
            }
            _ => absorber.file(path),
        }
    }
    absorber.finish()
}

/// The names of a Manifest's DIST lines, whatever else is wrong with it.
fn each_dist(path: &Path, tell: &mut dyn FnMut(&str)) {
    let mut text = String::new();
    let read = open_regular(path).and_then(|file| {
        let failed =
            |source| crate::bytes::input::InputError::Read { path: path.to_owned(), source };
        file.take(256 << 20).read_to_string(&mut text).map_err(failed)
    });
    if read.is_err() {
        return;
    }
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        if words.next() == Some("DIST")
            && let Some(name) = words.next().filter(|name| !name.contains('/'))
        {
            tell(name);
        }
    }
}
