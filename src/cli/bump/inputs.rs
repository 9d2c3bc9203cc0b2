//! What a bump takes from the command line, the package and the policy together.

use super::super::check::{known_names, required, split_pair};
use super::super::keys::review_keys;
use super::super::policy;
use super::Bump;
use crate::answer::finding::Check;
use crate::answer::requirement::Requirement;
use crate::check::Inputs;
use crate::check::bump::{Package, Pair, may_be_renamed, pairs};
use crate::check::pairing::Evidence;
use crate::cli::error::{Error, UsageError};
use crate::evidence::manifest::is_distfile_name;
use crate::release::gentoo::{BUNDLES_OF, FINGERPRINTS};
use crate::release::policy::Policy;
use crate::release::review::{self, Reviews};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

impl Bump {
    /// Whether a flag says what the ebuild's `variable` would.
    pub(super) fn says(&self, variable: &str) -> bool {
        let options = &self.sigstore;
        match variable {
            "VERIFY_SIG_OPENPGP_KEY_PATH" => self.keys.checks().next().is_some(),
            FINGERPRINTS => !self.keys.openpgp.openpgp_fingerprint.is_empty(),
            "VERIFY_PROVENANCE_REPO" | "PYPI_VERIFY_REPO" | BUNDLES_OF => options.names_publisher(),
            _ => false,
        }
    }

    pub(super) fn pairs(
        &self,
        package: &Package,
        names: &[String],
        distdir: &Path,
    ) -> Result<Vec<Pair>, UsageError> {
        let option = "--previous-distfile";
        let mut pairs = pairs(package, names, distdir);
        let contents: Vec<String> = pairs.iter().map(|pair| pair.new.clone()).collect();
        let known = known_names(&contents);
        for value in &self.previous_distfile {
            let (new, old) = match (split_pair(option, value, &known), contents.as_slice()) {
                (Ok((new, old)), _) => (new.to_owned(), old),
                (Err(_), [only]) => (only.clone(), value.as_str()),
                (Err(_), _) => return Err(UsageError::WhichDistfile { option }),
            };
            if !is_distfile_name(old) {
                return Err(UsageError::NotAName(old.to_owned()));
            }
            for pair in pairs.iter_mut().filter(|pair| pair.new == new) {
                pair.old = Some(old.to_owned());
            }
        }
        Ok(pairs)
    }

    pub(super) fn upstream_names(
        &self,
        package: &Package,
        names: &[String],
    ) -> Result<BTreeMap<String, String>, UsageError> {
        let names = known_names(names);
        let mut found = BTreeMap::new();
        let files = package.metadata.src_uri.iter().flat_map(|src_uri| &src_uri.files);
        for file in files.filter(|file| names.contains(file.name.as_str())) {
            if let Some(upstream) = &file.upstream {
                found.insert(file.name.clone(), upstream.clone());
            }
        }
        // The array may also name distfiles of other USE flags that are not fetched.
        for value in package.ebuild.words("VERIFY_PROVENANCE_UPSTREAM_NAMES") {
            if let Ok((distfile, name)) = split_pair("--upstream-name", value, &names) {
                found.insert(distfile.to_owned(), name.to_owned());
            }
        }
        for value in &self.upstream_name {
            let (distfile, name) = split_pair("--upstream-name", value, &names)?;
            found.insert(distfile.to_owned(), name.to_owned());
        }
        match found.values().find(|name| !is_distfile_name(name)) {
            Some(name) => Err(UsageError::NotAName(name.clone())),
            None => Ok(found),
        }
    }

    /// The distfiles that the ebuild may rename, and from what, nothing tells.
    pub(super) fn renamed(
        &self,
        package: &Package,
        names: &[String],
    ) -> Result<BTreeSet<String>, UsageError> {
        let named = self.upstream_names(package, names)?;
        let is_renamed = |name: &&String| {
            !named.contains_key(*name) && may_be_renamed(&package.ebuild, &package.metadata, name)
        };
        Ok(names.iter().filter(is_renamed).cloned().collect())
    }

    /// The clone that is given, or the one that stands ready for the package.
    pub(crate) fn clone_of(&self, package: &Package) -> Option<PathBuf> {
        let ready = || {
            let set = std::env::var_os("DISTVOUCH_CLONES").filter(|dir| !dir.is_empty());
            let asked = || policy::asked(Some(&package.directory)).ok()?.clones;
            let clones = set.map(PathBuf::from).or_else(|| asked().map(|set| set.value))?;
            let name = &package.ebuild.name;
            let names = [package.title(), name.clone(), format!("{name}.git")];
            let paths = names.iter().map(|name| Path::new(&clones).join(name));
            paths.into_iter().find(|path| path.is_dir())
        };
        self.git.clone().or_else(ready)
    }

    pub(super) fn requirement(
        &self,
        expected: &BTreeSet<Check>,
        has_clone: bool,
        policy: &Policy,
    ) -> Result<Requirement, UsageError> {
        let review = policy.review.as_ref().is_none_or(|set| set.value);
        match self.require.is_empty() {
            true => Ok(Requirement::of(
                [Check::Manifest]
                    .into_iter()
                    .chain(review.then_some(Check::Review))
                    .chain(has_clone.then_some(Check::Source))
                    .chain(expected.iter().copied())
                    .chain(policy.required()),
            )),
            false => required(&self.require),
        }
    }

    /// Where the review records are, and who must have signed them.
    pub(super) fn records(&self, package: &Package) -> Result<Reviews, Error> {
        let given = self.reviews.clone().map(|place| vec![place]);
        let places = given.unwrap_or_else(|| review::places_of(&package.directory));
        Ok(Reviews::of(places, review_keys(&self.review_key, self.time.now()?)?))
    }
}

/// The names that the ebuild fetches, where they are known.
pub(super) fn named(package: &Package) -> BTreeSet<String> {
    let files = package.metadata.src_uri.iter().flat_map(|src_uri| src_uri.names());
    files.map(str::to_owned).collect()
}

/// Evidence that the Manifest lists for a USE flag may not be fetched.
pub(super) fn present(names: &[String], distdir: &Path) -> Vec<String> {
    let there = |name: &&String| distdir.join(name).symlink_metadata().is_ok();
    names.iter().filter(there).cloned().collect()
}

pub(super) fn needs_verifier(inputs: &Inputs) -> bool {
    let beside = |name: &String| {
        let evidence = Evidence::beside(&inputs.distdir, name);
        !evidence.provenance.is_empty() || !evidence.bundles.is_empty()
    };
    inputs.previous.values().any(|previous| previous.needs_verifier())
        || inputs.distfiles.iter().any(beside)
}
