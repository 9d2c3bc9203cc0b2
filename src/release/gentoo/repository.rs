//! An ebuild repository: its root, its masters and their eclasses.

use crate::bytes::digests::hex;
use crate::bytes::input::read_bounded;
use md5::{Digest as _, Md5};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The most that layout.conf, a file of repos.conf or an eclass may hold.
const LIMIT: u64 = 4 << 20;

/// The most masters of a repository.
const MASTERS: usize = 32;

/// Where Portage is told which repositories there are, its own defaults first.
const REPOS_CONF: [&str; 2] = ["/usr/share/portage/config/repos.conf", "etc/portage/repos.conf"];

/// Where Portage keeps its cache unless PORTAGE_DEPCACHEDIR says otherwise.
const DEPCACHE: &str = "/var/cache/edb/dep";

/// A repository.
#[derive(Debug)]
pub(crate) struct Repository {
    /// Its root.
    pub(crate) root: PathBuf,
    /// The directories that eclasses are taken from, the one that counts first.
    eclasses: Vec<PathBuf>,
    /// The MD5 digests of eclasses, as they were asked for.
    digests: Mutex<BTreeMap<String, Option<String>>>,
}

impl Repository {
    /// The repository of the package in `directory`, and the package's category.
    pub(crate) fn of_package(directory: &Path) -> Option<(Self, String)> {
        let directory = directory.canonicalize().ok()?;
        let category = directory.parent()?;
        let root = category.parent()?;
        let name = category.file_name()?.to_str()?.to_owned();
        is_root(root).then(|| (Self::at(root), name))
    }

    /// The repository at `root`.
    pub(crate) fn at(root: &Path) -> Self {
        let layout = read(&root.join("metadata/layout.conf"));
        let masters = setting(&layout, "masters").unwrap_or_default();
        let locations = locations();
        let mut eclasses = vec![root.join("eclass")];
        // What a later master has goes before what an earlier one has.
        let mut seen = std::collections::BTreeSet::from([root.canonicalize().ok()]);
        for master in masters.split_whitespace().rev().take(MASTERS) {
            let sibling = root.parent().map(|parent| parent.join(master));
            let sibling = sibling.filter(|path| is_root(path));
            let configured = locations.get(master).cloned().filter(|path| is_root(path));
            // By however many names, each is one.
            let path = configured.or(sibling).filter(|path| seen.insert(path.canonicalize().ok()));
            eclasses.extend(path.map(|path| path.join("eclass")));
        }
        Self { root: root.to_owned(), eclasses, digests: Mutex::default() }
    }

    /// Everything that is read of it, and of what Portage knows of it, beside its packages.
    pub(crate) fn places(&self) -> Vec<PathBuf> {
        let mut places = vec![self.root.join("metadata"), self.root.join("profiles")];
        places.extend(self.eclasses.iter().cloned());
        places.extend(repos_conf());
        places.push(depcache(&self.root));
        places
    }

    /// A digest of all eclasses, by which it shows that one of them has changed.
    pub(crate) fn eclasses_print(&self) -> String {
        let mut text = String::new();
        for directory in &self.eclasses {
            let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
            let mut names: Vec<_> =
                entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
            names.sort();
            for name in names.iter().filter_map(|name| name.strip_suffix(".eclass")) {
                text.push_str(&format!("{name} {}\n", self.eclass_md5(name).unwrap_or_default()));
            }
        }
        md5(text.as_bytes())
    }

    /// The MD5 digest of an eclass, as lower-case hexadecimal; `None` where it is not found.
    pub(crate) fn eclass_md5(&self, name: &str) -> Option<String> {
        let known = self.digests.lock().ok().and_then(|known| known.get(name).cloned());
        if let Some(known) = known {
            return known;
        }
        let file = format!("{name}.eclass");
        let paths = self.eclasses.iter().map(|directory| directory.join(&file));
        let found = paths.into_iter().find(|path| path.is_file());
        let digest = found.and_then(|path| read_bounded(&path, LIMIT).ok()).map(|b| md5(&b));
        if let Ok(mut known) = self.digests.lock() {
            known.insert(name.to_owned(), digest.clone());
        }
        digest
    }
}

/// The MD5 digest of `bytes`, by which package managers tell whether an entry of their cache fits.
pub(crate) fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// The root of the repository that an absolute `path` is in: the nearest directory above it, or itself, that says so
/// of itself. Neither a package nor its category is one, whatever they hold: who may change a package does not take it
/// out of what the repository's policy says of it.
pub(crate) fn root_above(path: &Path) -> Option<&Path> {
    let below = if is_package(path) { 2 } else { 0 };
    path.ancestors().skip(below).find(|path| is_root(path))
}

/// Whether a directory is that of a package.
fn is_package(path: &Path) -> bool {
    let entries = std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    entries.into_iter().any(|entry| entry.file_name().as_encoded_bytes().ends_with(b".ebuild"))
}

/// Whether a directory is the root of a repository.
pub(crate) fn is_root(path: &Path) -> bool {
    path.join("profiles").is_dir() || path.join("metadata/layout.conf").is_file()
}

fn read(path: &Path) -> String {
    let bytes = read_bounded(path, LIMIT).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The value of `key = value` in a file without sections.
fn setting(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (name, value) = line.split('#').next()?.split_once('=')?;
        (name.trim() == key).then(|| value.trim().to_owned())
    })
}

/// Where Portage is configured.
fn repos_conf() -> [PathBuf; 2] {
    let root = std::env::var_os("PORTAGE_CONFIGROOT").unwrap_or_else(|| "/".into());
    REPOS_CONF.map(|place| Path::new(&root).join(place))
}

/// Portage's own cache of the repository at `root`.
pub(super) fn depcache(root: &Path) -> PathBuf {
    let directory = std::env::var_os("PORTAGE_DEPCACHEDIR").filter(|dir| !dir.is_empty());
    let directory = directory.map_or_else(|| PathBuf::from(DEPCACHE), PathBuf::from);
    directory.join(root.strip_prefix("/").unwrap_or(root))
}

/// Where the repositories are that Portage is configured with, by name.
fn locations() -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for path in repos_conf() {
        let mut files = vec![path.clone()];
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
            files = entries.map(|entry| entry.path()).collect();
            files.retain(|file| {
                let name = file.file_name().map(|n| n.to_string_lossy().into_owned());
                name.is_some_and(|name| !name.starts_with('.') && !name.ends_with('~'))
            });
            files.sort();
        }
        for file in files {
            let text = read(&file);
            let mut section = String::new();
            for line in text.lines().map(str::trim) {
                if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                    section = name.trim().to_owned();
                } else if let Some((key, value)) = line.split_once('=')
                    && key.trim() == "location"
                {
                    found.insert(section.clone(), PathBuf::from(value.trim()));
                }
            }
        }
    }
    found
}
