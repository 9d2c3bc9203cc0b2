//! Which version is new, and which was before it.

use super::names::{files_of, other_versions};
use crate::bytes::input::InputError;
use crate::evidence::manifest::{Manifest, ManifestError};
use crate::release::gentoo::{Ebuild, Metadata, Repository, SrcUri, Version, VersionedName};
use crate::release::git::committed;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A package at a bump.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// The package's directory.
    pub(crate) directory: PathBuf,
    /// The ebuild of the new version.
    pub(crate) ebuild: Ebuild,
    /// Its Manifest, if there is one.
    pub(crate) manifest: Option<Manifest>,
    /// Its repository, where the directory is in one, and its category.
    pub(crate) place: Option<Arc<(Repository, String)>>,
    /// What is known of the ebuild's distfiles.
    pub(crate) metadata: Metadata,
    /// The previous version.
    pub(crate) before: Option<Before>,
    /// The Manifest of the last commit, where no ebuild has the previous version.
    pub(crate) committed: Option<Manifest>,
}

/// The previous version.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    /// The version.
    pub(crate) version: Version,
    /// Where it was found.
    pub(crate) source: Source,
    /// What is known of its distfiles, where it has an ebuild.
    pub(crate) metadata: Option<Metadata>,
}

impl Before {
    /// What its ebuild fetches, where that is known.
    pub(super) fn src_uri(&self) -> Option<&SrcUri> {
        self.metadata.as_ref()?.src_uri.as_ref()
    }
}

/// Where the previous version was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// Someone said so.
    Given,
    /// Another ebuild of the package.
    Ebuild,
    /// A DIST entry of the Manifest.
    Manifest,
    /// A DIST entry of the Manifest of the last commit.
    Commit,
    /// A file in DISTDIR.
    Distdir,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given => "as given",
            Self::Ebuild => "from its ebuild",
            Self::Manifest => "from the Manifest",
            Self::Commit => "from the Manifest of the last commit",
            Self::Distdir => "from DISTDIR",
        })
    }
}

/// Why there is no package to bump.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PackageError {
    /// A file could not be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The Manifest could not be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The directory could not be listed.
    #[error("{}: cannot list: {source}", path.display())]
    List {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The path is neither a package directory nor an ebuild.
    #[error("{}: is neither a package directory nor an ebuild", .0.display())]
    NoEbuild(PathBuf),
    /// The directory holds no ebuild but live ones.
    #[error("{}: has only live ebuilds, which have no release to check", .0.display())]
    OnlyLive(PathBuf),
    /// The ebuilds of the directory have different names.
    #[error("{}: holds ebuilds of several packages: name the ebuild", .0.display())]
    SeveralPackages(PathBuf),
    /// What `--previous-version` names is not a version, or not an earlier one.
    #[error("--previous-version: \"{0}\" is not a version before this one")]
    NotBefore(String),
    /// The ebuild fetches nothing.
    #[error("the ebuild of version {0} fetches nothing: there is nothing to compare")]
    NoSource(String),
    /// No distfile of the version is known.
    #[error(
        "no distfile of version {version} was found in {}{}: name it with --distfile",
        all(looked),
        why(unread)
    )]
    NoDistfile {
        /// The version.
        version: String,
        /// What was looked through.
        looked: Vec<PathBuf>,
        /// Why the ebuild and the caches tell none.
        unread: Vec<String>,
    },
    /// A distfile of the version is not in DISTDIR.
    #[error(
        "{name} is not in {}: fetch it first, or say where it is with --distdir", distdir.display()
    )]
    NotFetched {
        /// Its name.
        name: String,
        /// DISTDIR.
        distdir: PathBuf,
    },
}

fn all(looked: &[PathBuf]) -> String {
    let looked: Vec<_> = looked.iter().map(|path| path.display().to_string()).collect();
    looked.join(" and ")
}

fn why(unread: &[String]) -> String {
    if unread.is_empty() { String::new() } else { format!(" ({})", unread.join("; ")) }
}

impl Package {
    /// The package at `path`: a directory, of which the highest version counts that is not live, or
    /// an ebuild.
    ///
    /// # Errors
    ///
    /// See [`PackageError`].
    pub(crate) fn read(path: &Path) -> Result<Self, PackageError> {
        let (directory, file) = match path.is_dir() {
            true => (path.to_owned(), highest(path)?),
            false => {
                let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
                (parent.unwrap_or(Path::new(".")).to_owned(), path.to_owned())
            }
        };
        let ebuild = Ebuild::read(&file)?.ok_or_else(|| PackageError::NoEbuild(path.to_owned()))?;
        let manifest = directory.join("Manifest");
        let manifest = match manifest.symlink_metadata().is_ok() {
            true => Some(Manifest::read(&manifest)?),
            false => None,
        };
        let place = Repository::of_package(&directory).map(Arc::new);
        let metadata = metadata(&ebuild, place.as_deref());
        Ok(Self { directory, ebuild, manifest, place, metadata, before: None, committed: None })
    }

    /// Finds the previous version: `given`, or the highest lower one that an ebuild has; else that of
    /// which the Manifest, else that of the last commit, else DISTDIR, has a distfile named like one of
    /// `names`.
    ///
    /// # Errors
    ///
    /// If `given` is not an earlier version.
    pub(crate) fn find_before(
        &mut self,
        given: Option<&str>,
        names: &[String],
        distdir: &Path,
    ) -> Result<(), PackageError> {
        let now = &self.ebuild.version.clone();
        if let Some(text) = given {
            let version = Version::from_upstream(text)
                .filter(|version| version < now)
                .ok_or_else(|| PackageError::NotBefore(text.to_owned()))?;
            self.before = Some(self.at(version, Source::Given));
            return Ok(());
        }
        let of = |versions: Vec<Version>, source| {
            // A revision of the same version has the same distfiles.
            let lower = versions.into_iter().filter(|version| {
                version < now && version.without_revision() != now.without_revision()
            });
            lower.max().map(|version| self.at(version, source))
        };
        let ebuilds = ebuilds(&self.directory)?;
        let ebuilds = ebuilds.into_iter().filter(|(_, name, _)| *name == self.ebuild.name);
        let ebuilds = ebuilds.map(|(.., version)| version).filter(|v| !v.is_live()).collect();
        let listed: Vec<String> =
            self.manifest.iter().flat_map(|manifest| manifest.names().map(str::to_owned)).collect();
        let known = of(ebuilds, Source::Ebuild);
        if known.is_some() {
            self.before = known;
            return Ok(());
        }
        // The ebuild was renamed, and its Manifest perhaps made anew: the committed one tells which
        // dependencies there were.
        let committed = committed_manifest(&self.directory);
        let gone: Vec<String> =
            committed.iter().flat_map(|manifest| manifest.names().map(str::to_owned)).collect();
        let like = |listed: &[String]| other_versions(names, &self.ebuild, listed);
        self.before = of(like(&listed), Source::Manifest)
            .or_else(|| of(like(&gone), Source::Commit))
            .or_else(|| of(like(&files_of(distdir)), Source::Distdir));
        self.committed = committed;
        Ok(())
    }

    /// The previous version, as far as its ebuild tells.
    pub(super) fn at(&self, version: Version, source: Source) -> Before {
        let ebuild = self.ebuild_of(&version);
        let metadata = ebuild.map(|ebuild| metadata(&ebuild, self.place.as_deref()));
        Before { version, source, metadata }
    }

    /// The ebuild of the previous version, where the directory has one that can be read.
    pub(crate) fn previous_ebuild(&self) -> Option<Ebuild> {
        self.ebuild_of(&self.before.as_ref()?.version)
    }

    fn ebuild_of(&self, wanted: &Version) -> Option<Ebuild> {
        let ebuilds = ebuilds(&self.directory).ok()?;
        // `--previous-version` says no revision: the highest has what was recorded last.
        let same = |version: &Version| version.without_revision() == wanted.without_revision();
        let mut fitting: Vec<_> = ebuilds
            .into_iter()
            .filter(|(_, name, version)| *name == self.ebuild.name && same(version))
            .collect();
        fitting.sort_by(|(.., a), (.., b)| a.cmp(b));
        let exact = fitting.iter().position(|(.., version)| version == wanted);
        let at = exact.or(fitting.len().checked_sub(1))?;
        let (path, ..) = fitting.get(at)?;
        Ebuild::read(path).ok().flatten()
    }

    /// The DIST entries of which nothing tells whether they are of the new version: not among
    /// `names`, and without the version of any ebuild in their names.
    ///
    /// Where SRC_URI is known, nothing is left open.
    pub(crate) fn unattributed(&self, names: &[String]) -> Vec<String> {
        if self.metadata.src_uri.is_some() {
            return Vec::new();
        }
        let ebuilds = ebuilds(&self.directory).unwrap_or_default();
        let mut versions: Vec<Version> = ebuilds.into_iter().map(|(.., version)| version).collect();
        versions.push(self.ebuild.version.clone());
        versions.extend(self.before.iter().map(|before| before.version.clone()));
        let mut other: BTreeSet<&str> =
            self.manifest.iter().flat_map(|manifest| manifest.names()).collect();
        names.iter().for_each(|name| {
            other.remove(name.as_str());
        });
        for version in &versions {
            let known: Vec<&str> = VersionedName::having(version, other.iter().copied()).collect();
            known.into_iter().for_each(|name| {
                other.remove(name);
            });
        }
        other.into_iter().map(str::to_owned).collect()
    }

    /// A name for the report: the category, where the directory's parent looks like one, and PN.
    pub(crate) fn title(&self) -> String {
        let directory = self.directory.canonicalize().unwrap_or_else(|_| self.directory.clone());
        let category = directory.parent().and_then(Path::file_name).map(|n| n.to_string_lossy());
        let is_category = |name: &str| {
            name.contains('-')
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "+_.-".contains(c))
        };
        match category.filter(|name| is_category(name) || name == "virtual") {
            Some(category) => format!("{category}/{}", self.ebuild.name),
            None => self.ebuild.name.clone(),
        }
    }
}

/// The Manifest of a package's directory as the last commit has it.
pub(super) fn committed_manifest(directory: &Path) -> Option<Manifest> {
    let path = directory.canonicalize().ok()?.join("Manifest");
    let bytes = committed(&path).ok().flatten()?;
    Manifest::parse(&path, bytes.as_slice()).ok()
}

fn metadata(ebuild: &Ebuild, place: Option<&(Repository, String)>) -> Metadata {
    Metadata::of(ebuild, place.map(|(repository, category)| (repository, category.as_str())))
}

type Named = (PathBuf, String, Version);

/// The ebuilds of a directory.
fn ebuilds(directory: &Path) -> Result<Vec<Named>, PackageError> {
    let failed = |source| PackageError::List { path: directory.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let split = name.to_str().and_then(crate::release::gentoo::split);
        found.extend(split.map(|(pn, version)| (directory.join(&name), pn, version)));
    }
    Ok(found)
}

/// The ebuild with the highest version of a directory.
fn highest(directory: &Path) -> Result<PathBuf, PackageError> {
    let ebuilds = ebuilds(directory)?;
    if ebuilds.is_empty() {
        return Err(PackageError::NoEbuild(directory.to_owned()));
    }
    let released: Vec<_> = ebuilds.into_iter().filter(|(.., version)| !version.is_live()).collect();
    let names: std::collections::BTreeSet<_> = released.iter().map(|(_, name, _)| name).collect();
    if names.len() > 1 {
        return Err(PackageError::SeveralPackages(directory.to_owned()));
    }
    let highest = released.into_iter().max_by(|(.., a), (.., b)| a.cmp(b));
    highest.map(|(path, ..)| path).ok_or_else(|| PackageError::OnlyLive(directory.to_owned()))
}
