//! What a package manager found out about an ebuild when it ran it, as far as that is on disk.
//!
//! Nothing is run here either. `metadata/md5-cache` of the repository and Portage's own cache hold
//! what the ebuild set when a package manager ran it. An entry counts where its digests are those of
//! the ebuild and of the eclasses that are there today: the same rule by which Portage takes it.

use super::repository::{Repository, depcache, md5};
use super::src_uri::{SrcUri, SrcUriError};
use super::{Ebuild, Expansion, Literal};
use crate::bytes::input::{InputError, read_bounded};
use crate::release::bash::Stop;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// The most that an entry may hold, in bytes.
const ENTRY_LIMIT: u64 = 4 << 20;

/// Where the list of distfiles comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An entry of `metadata/md5-cache` of the repository.
    Md5Cache(PathBuf),
    /// An entry of Portage's own cache.
    Portage(PathBuf),
    /// The ebuild's text, as far as it can be read without running it.
    Ebuild,
    /// Names in the Manifest or in DISTDIR that hold the version.
    Names,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5Cache(_) => "metadata/md5-cache",
            Self::Portage(_) => "Portage's cache",
            Self::Ebuild => "the ebuild's text",
            Self::Names => "file names with the version in them",
        })
    }
}

/// What is known of an ebuild's distfiles.
#[derive(Debug, Clone)]
pub(crate) struct Metadata {
    /// Where it comes from.
    pub(crate) origin: Origin,
    /// The files; `None` where only names tell.
    pub(crate) src_uri: Option<SrcUri>,
    /// Why better sources were not used.
    pub(crate) unused: Vec<Unused>,
    /// The eclasses, as far as they are known, and whether those are all.
    eclasses: (BTreeSet<String>, bool),
}

/// Why a better source was not used, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unused {
    /// What is wrong with an entry of a cache.
    Entry(String),
    /// What is not known of the ebuild's text.
    Text(String),
}

impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Entry(why) | Self::Text(why)) = self;
        f.write_str(why)
    }
}

/// Why an entry of a cache does not count.
#[derive(Debug, thiserror::Error)]
enum EntryError {
    #[error("cannot be read: {0}")]
    Input(#[from] InputError),
    #[error("line {0} is not KEY=VALUE, or has a key for the second time")]
    Line(usize),
    #[error("is of another state of the ebuild")]
    Stale,
    #[error("is of another state of {0}.eclass")]
    StaleEclass(String),
    #[error("was made with {0}.eclass, which is not found")]
    NoEclass(String),
    #[error("lists its eclasses in a form that is not known")]
    Eclasses,
    #[error("has a SRC_URI that cannot be read: {0}")]
    SrcUri(#[from] SrcUriError),
    #[error("lists other distfiles than the ebuild's text")]
    Forged,
}

impl Metadata {
    /// What is known of `ebuild`, of the repository and category that are given.
    pub(crate) fn of(ebuild: &Ebuild, place: Option<(&Repository, &str)>) -> Self {
        let literal = literal(ebuild);
        let mut unused = Vec::new();
        for (entry, origin, paths) in entries(ebuild, place) {
            let Some((repository, _)) = place else { break };
            if entry.symlink_metadata().is_err() {
                continue;
            }
            match read(&entry, ebuild, repository, paths, literal.as_ref().ok()) {
                Ok((src_uri, eclasses)) => {
                    let (src_uri, eclasses) = (Some(src_uri), (eclasses, true));
                    return Self { origin, src_uri, unused, eclasses };
                }
                Err(error) => {
                    unused.push(Unused::Entry(format!("{} {error}", entry.display())));
                }
            }
        }
        let eclasses = (ebuild.inherited().map(str::to_owned).collect(), false);
        match literal {
            Ok(src_uri) => {
                Self { origin: Origin::Ebuild, src_uri: Some(src_uri), unused, eclasses }
            }
            Err(why) => {
                unused.push(Unused::Text(why));
                Self { origin: Origin::Names, src_uri: None, unused, eclasses }
            }
        }
    }

    /// Whether a package manager's cache tells.
    #[cfg(test)]
    pub(crate) const fn is_cached(&self) -> bool {
        matches!(self.origin, Origin::Md5Cache(_) | Origin::Portage(_))
    }

    /// Whether the ebuild inherits `eclass`, itself or by another; `None` where that is not known.
    pub(crate) fn inherits(&self, eclass: &str) -> Option<bool> {
        let (known, all) = &self.eclasses;
        match known.contains(eclass) {
            true => Some(true),
            // An eclass inherits others.
            false => (*all || known.is_empty()).then_some(false),
        }
    }
}

/// The entries that may be there, with whether they name the directories of eclasses.
fn entries(ebuild: &Ebuild, place: Option<(&Repository, &str)>) -> Vec<(PathBuf, Origin, bool)> {
    let Some((repository, category)) = place else { return Vec::new() };
    let name = format!("{}-{}", ebuild.name, ebuild.version);
    let [cache, portage] = cache_entries(repository, category, &name);
    vec![
        (cache.clone(), Origin::Md5Cache(cache), false),
        (portage.clone(), Origin::Portage(portage), true),
    ]
}

/// Where `metadata/md5-cache` and Portage's cache have what they know of the ebuild PF.
pub(crate) fn cache_entries(repository: &Repository, category: &str, name: &str) -> [PathBuf; 2] {
    let cache = repository.root.join("metadata/md5-cache").join(category).join(name);
    [cache, depcache(&repository.root).join(category).join(name)]
}

/// The SRC_URI of an entry that fits.
fn read(
    path: &Path,
    ebuild: &Ebuild,
    repository: &Repository,
    paths: bool,
    literal: Option<&SrcUri>,
) -> Result<(SrcUri, BTreeSet<String>), EntryError> {
    let bytes = read_bounded(path, ENTRY_LIMIT)?;
    let text = String::from_utf8_lossy(&bytes);
    let values = values(&text)?;
    if values.get("_md5_") != Some(&ebuild.md5.as_str()) {
        return Err(EntryError::Stale);
    }
    let eclasses = values.get("_eclasses_").copied().unwrap_or_default();
    let eclasses = check_eclasses(eclasses, repository, paths)?;
    let src_uri = SrcUri::parse(values.get("SRC_URI").copied().unwrap_or_default())?;
    // Digests of the ebuild and the eclasses are no secret: anyone who writes an entry can make them
    // fit. What can be read of the ebuild itself has to agree.
    let names = |uri: &SrcUri| {
        let mut names: Vec<String> = uri.names().map(str::to_owned).collect();
        names.sort();
        names
    };
    match literal.is_none_or(|literal| names(literal) == names(&src_uri)) {
        true => Ok((src_uri, eclasses)),
        false => Err(EntryError::Forged),
    }
}

fn values(text: &str) -> Result<BTreeMap<&str, &str>, EntryError> {
    let mut values = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let (key, value) = line.split_once('=').ok_or(EntryError::Line(at + 1))?;
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if key.is_empty() || !key.chars().all(fits) || values.insert(key, value).is_some() {
            return Err(EntryError::Line(at + 1));
        }
    }
    Ok(values)
}

/// `NAME<tab>MD5<tab>…`; in Portage's cache `NAME<tab>DIRECTORY<tab>MD5<tab>…`.
fn check_eclasses(
    text: &str,
    repository: &Repository,
    paths: bool,
) -> Result<BTreeSet<String>, EntryError> {
    let mut names = BTreeSet::new();
    let words: Vec<&str> = text.split('\t').filter(|word| !word.is_empty()).collect();
    let each = if paths { 3 } else { 2 };
    if !words.len().is_multiple_of(each) {
        return Err(EntryError::Eclasses);
    }
    for eclass in words.chunks_exact(each) {
        let (Some(name), Some(digest)) = (eclass.first(), eclass.last()) else { continue };
        if name.contains('/') || name.starts_with('.') {
            return Err(EntryError::Eclasses);
        }
        let found = match (paths, eclass) {
            (true, [_, directory, _]) => {
                let path = Path::new(directory).join(format!("{name}.eclass"));
                read_bounded(&path, ENTRY_LIMIT).ok().map(|bytes| md5(&bytes))
            }
            _ => repository.eclass_md5(name),
        };
        match found {
            None => return Err(EntryError::NoEclass((*name).to_owned())),
            Some(found) if found != *digest => {
                return Err(EntryError::StaleEclass((*name).to_owned()));
            }
            Some(_) => names.insert((*name).to_owned()),
        };
    }
    Ok(names)
}

/// SRC_URI from the ebuild's text, or why it cannot be read.
fn literal(ebuild: &Ebuild) -> Result<SrcUri, String> {
    match ebuild.source() {
        Some(Literal::Words(words)) => SrcUri::parse(&words.join(" "))
            .map_err(|error| format!("SRC_URI in the ebuild's text cannot be read: {error}")),
        Some(Literal::Unknown(Expansion::Limit(limit))) => {
            Err(format!("SRC_URI is not followed in the ebuild's text: {limit}"))
        }
        Some(Literal::Unknown(Expansion::Line {
            stop: Stop { limit: Some(limit), .. }, ..
        })) => Err(format!("SRC_URI is not followed in the ebuild's text: {limit}")),
        Some(Literal::Unknown(_)) => Err("SRC_URI can only be known by bash".to_owned()),
        None if ebuild.inherits() => Err("SRC_URI comes from an eclass".to_owned()),
        // What is not there fetches nothing; but a package with distfiles has it somewhere.
        None => Err("the ebuild's text sets no SRC_URI".to_owned()),
    }
}
