//! The distfiles of every ebuild of a repository that a package manager has run: what the reader of
//! the text tells must be what the package manager found out.
//!
//! `DISTVOUCH_REPOSITORY` names repositories with `metadata/md5-cache`, with colons between them;
//! `egencache --update` writes that. Without it, nothing is compared here; tests/bump_exact.rs has
//! the idioms, in ebuilds of its own.

use super::common::skipped;
use crate::release::gentoo::{Ebuild, Metadata, Repository};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn ebuilds(repository: &Path) -> Vec<PathBuf> {
    let list = |path: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let packages = list(repository).iter().flat_map(|category| list(category)).collect::<Vec<_>>();
    let files = packages.iter().flat_map(|package| list(package));
    files.filter(|path| path.extension().is_some_and(|suffix| suffix == "ebuild")).collect()
}

#[test]
fn as_a_package_manager_found_them() {
    let Some(repositories) = std::env::var_os("DISTVOUCH_REPOSITORY") else {
        return skipped("SRC_URI of a repository", "DISTVOUCH_REPOSITORY does not name any");
    };
    for root in std::env::split_paths(&repositories) {
        let (mut all, mut same, mut open, mut other) = (0, 0, 0, Vec::new());
        for path in ebuilds(&root) {
            let Some(ebuild) = Ebuild::read(&path).ok().flatten() else { continue };
            let Some((repository, category)) = Repository::of_package(path.parent().unwrap())
            else {
                continue;
            };
            let run = Metadata::of(&ebuild, Some((&repository, category.as_str())));
            let Some(run) = run.src_uri.as_ref().filter(|_| run.is_cached()) else { continue };
            all += 1;
            let names = |uris: &crate::release::gentoo::SrcUri| {
                uris.names().map(str::to_owned).collect::<BTreeSet<_>>()
            };
            match Metadata::of(&ebuild, None).src_uri {
                None => open += 1,
                Some(text) if names(&text) == names(run) => same += 1,
                Some(_) => other.push(path),
            }
        }
        println!(
            "{}: {all} ebuilds with a valid cache entry; by the text alone: {same} the same, {open} left open, {} other",
            root.display(),
            other.len()
        );
        assert!(all > 0, "no valid entry in {}", root.display());
        assert!(other.is_empty(), "{other:#?}");
    }
}
