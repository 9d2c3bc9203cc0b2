//! The distfiles of two ebuilds, paired.

use crate::check::bump::{Before, Bump, Package, PackageError, Pair, Source, pairs};
use std::path::{Path, PathBuf};

/// What two ebuilds fetch.
#[derive(Debug, Default)]
pub(super) struct Distfiles {
    /// Those that are like each other, by their paths.
    pub(super) pairs: Vec<(Option<PathBuf>, PathBuf)>,
    /// Those that both name.
    pub(super) same: Vec<String>,
    /// Those that only the old ebuild has.
    pub(super) old_only: Vec<String>,
    /// Those that only the new ebuild has.
    pub(super) new_only: Vec<String>,
}

/// Whether both arguments name ebuilds.
pub(super) fn are_ebuilds(old: &Path, new: &Path) -> bool {
    is_ebuild(old) && is_ebuild(new)
}

/// Whether an argument names an ebuild.
pub(super) fn is_ebuild(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ebuild")
}

/// Pairs the distfiles of two ebuilds that lie in `distdir`.
///
/// # Errors
///
/// If an ebuild or its Manifest cannot be read, or a distfile is not there.
pub(super) fn distfiles(old: &Path, new: &Path, distdir: &Path) -> Result<Distfiles, PackageError> {
    let before = Package::read(old)?;
    let mut package = Package::read(new)?;
    let old_names = Bump::distfiles(&before, distdir, &[])?.names;
    let new_names = Bump::distfiles(&package, distdir, &[])?.names;
    package.before = Some(Before {
        version: before.ebuild.version.clone(),
        source: Source::Given,
        metadata: Some(before.metadata.clone()),
    });
    let old_contents = contents(&before, &old_names, distdir);
    let mut found = Distfiles::default();
    let mut taken = Vec::new();
    for pair in pairs(&package, &new_names, distdir) {
        if old_names.contains(&pair.new) {
            taken.push(pair.new.clone());
            found.same.push(pair.new);
            continue;
        }
        // One on each side belong together, whatever they are called.
        let only = match old_contents.as_slice() {
            [only] if new_contents(&package, &new_names, distdir) == 1 => Some(only.clone()),
            _ => None,
        };
        let named = pair.old.filter(|old| old_contents.contains(old));
        match named.or(only) {
            Some(old) => {
                found.pairs.push((Some(distdir.join(&old)), distdir.join(&pair.new)));
                taken.push(old);
            }
            None => found.new_only.push(pair.new),
        }
    }
    found.old_only = old_contents.into_iter().filter(|name| !taken.contains(name)).collect();
    Ok(found)
}

/// The distfiles that are unpacked.
fn contents(package: &Package, names: &[String], distdir: &Path) -> Vec<String> {
    pairs(package, names, distdir).into_iter().map(|pair: Pair| pair.new).collect()
}

fn new_contents(package: &Package, names: &[String], distdir: &Path) -> usize {
    contents(package, names, distdir).len()
}
