//! Finding what a bump compares, and comparing it: the diffs here, everything else by the main job.

use super::dependencies::Dependencies;
use super::files::{Distfiles, Pair, WithoutPair, distfiles};
use super::head::ManifestChanges;
use super::lock;
use super::package::{Package, PackageError};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding, Note};
use crate::bytes::digests::{HashName, unhex};
use crate::bytes::pass;
use crate::check::inputs::Previous;
use crate::check::inputs::ReviewInput;
use crate::check::inputs::{Gap, Inputs};
use crate::check::pairing::{self, Role};
use crate::check::run::{self, Report};
use crate::evidence::manifest::{Listed, Manifest};
use crate::release::archive::ArchiveError;
use crate::release::continuity;
use crate::release::diff::{self, Diff, Side};
use crate::release::review::{Before, Reviews};
use crate::release::source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is compared.
#[derive(Debug)]
pub(crate) struct Bump {
    /// The package.
    pub(crate) package: Package,
    /// The distfiles that will be unpacked, each with the one of the previous version.
    pub(crate) pairs: Vec<Pair>,
    /// What the main job is asked.
    pub(crate) check: Inputs,
    /// The review records.
    pub(crate) reviews: Reviews,
}

/// What came out.
#[derive(Debug)]
pub(crate) struct Examined {
    /// One for each distfile that will be unpacked, in the order of the pairs.
    pub(crate) comparisons: Vec<Comparison>,
    /// The findings and the attacker sets.
    pub(crate) report: Report,
    /// What became of the dependencies.
    pub(crate) dependencies: Dependencies,
    /// What of the Manifest is not in the last commit, where there is one to compare with.
    pub(crate) manifest: Option<ManifestChanges>,
}

impl Examined {
    /// The comparisons, by the names of the new files.
    pub(crate) fn by_new(&self) -> BTreeMap<&str, &Comparison> {
        let mut found = BTreeMap::new();
        for comparison in &self.comparisons {
            found.entry(comparison.pair.new.as_str()).or_insert(comparison);
        }
        found
    }
}

/// A distfile and the one of the previous version.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// Their names.
    pub(crate) pair: Pair,
    /// What changed, or, where the previous version has no file like it, what is in the new one; `None`
    /// where the previous one is not in DISTDIR, or is the same.
    pub(crate) diff: Option<Result<Diff, DiffError>>,
    /// What is known of the file of the previous version.
    pub(crate) before: Before,
}

impl Comparison {
    /// Whether a record counts that says only that someone read what is shown here.
    pub(crate) fn counts(&self) -> bool {
        self.pair.old.is_some() || self.before == Before::None
    }
}

/// Why two releases were not compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiffError {
    /// An archive cannot be listed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The previous version's file is not the one that its DIST entry lists.
    #[error("{0} is not the file that its DIST entry lists: nothing was compared with it")]
    Altered(String),
    /// The Manifest does not tell which file it is.
    #[error(
        "{0} has DIST entries that contradict each other or have no BLAKE2B: nothing was compared with it"
    )]
    Unclear(String),
    /// The new file changed between two readings.
    #[error("{0} changed while it was being read")]
    Changed(String),
}

impl Bump {
    /// The distfiles of the new version: see [`PackageError`] for where there is none.
    ///
    /// # Errors
    ///
    /// If none is known, or one is not in `distdir`.
    pub(crate) fn distfiles(
        package: &Package,
        distdir: &Path,
        given: &[String],
    ) -> Result<Distfiles, PackageError> {
        distfiles(package, distdir, given)
    }

    /// The evidence of the previous version, by distfile of the new one.
    pub(crate) fn previous(
        package: &Package,
        pairs: &[Pair],
        distdir: &Path,
    ) -> BTreeMap<String, Previous> {
        let of = |pair: &Pair| {
            let old = pair.old.as_ref()?;
            let path = distdir.join(old);
            let beside = pairing::Evidence::beside(distdir, old);
            let over = path.symlink_metadata().is_ok().then_some(path);
            let signatures = beside.signatures.into_iter();
            let signatures = signatures.chain(beside.uncompressed).chain(beside.minisign);
            let signatures = signatures.chain(beside.bundles);
            let manifest = package.manifest.as_ref();
            let fetched = package.before.as_ref().and_then(|before| before.src_uri());
            let is_listed = |name: &str| {
                manifest.is_some_and(|manifest| manifest.has(name))
                    || fetched.is_some_and(|src_uri| src_uri.file(name).is_some())
            };
            let previous = Previous {
                name: Some(old.clone()),
                provenance: beside.provenance,
                signatures: signatures.map(|signature| (signature, over.clone())).collect(),
                unfetched: pairing::unfetched(&is_listed, distdir, old),
                blake2b: manifest.and_then(|m| m.blake2b(old)).map(str::to_owned),
            };
            Some((pair.new.clone(), previous))
        };
        pairs.iter().filter_map(of).collect()
    }
}

/// What is told what is done, and how many more bytes were read.
pub(crate) type Progress<'a> = &'a (dyn Fn(&'static str, u64) + Sync);

/// Compares everything. `progress` is told what is done next, and how many bytes were read.
pub(crate) fn examine(mut bump: Bump, progress: Progress<'_>) -> (Bump, Examined) {
    progress("release diff", 0);
    let without_pair = WithoutPair::of(&bump.package, &bump.pairs);
    let compare = |pair| compare(&bump, &without_pair, pair, progress);
    let mut comparisons: Vec<Comparison> = bump.pairs.iter().map(compare).collect();
    let old = comparisons.iter();
    let old = old.map(|comparison| (comparison.pair.new.clone(), comparison.before.clone()));
    let manifest = ManifestChanges::of(&bump.package);
    bump.check.reviews = Some(ReviewInput {
        records: bump.reviews.clone(),
        old: old.collect(),
        same: same(&bump, manifest.as_ref()),
        ..ReviewInput::default()
    });
    let locks = lock::locked(&bump.pairs, &bump.check.distdir);
    bump.check.locked = locks.locked;
    bump.check.gaps.extend(locks.gaps);
    bump.check.gaps.extend(comparisons.iter().flat_map(gaps));
    let replaced: Vec<Gap> = manifest.iter().flat_map(|changes| replaced(&bump, changes)).collect();
    bump.check.gaps.extend(replaced);
    if bump.check.source.is_none() {
        bump.check.gaps.push(Gap::of_all(source::no_clone()));
    }
    progress("signatures and provenance", 0);
    let report = run::run(&bump.check, &|bytes| progress("signatures and provenance", bytes));
    let read = report.by_name();
    for comparison in &mut comparisons {
        let read = read.get(comparison.pair.new.as_str());
        let read = read.and_then(|distfile| distfile.digests.get(&HashName::Blake2b));
        if let (Some(Ok(diff)), Some(read)) = (&comparison.diff, read)
            && diff.new.blake2b != *read
        {
            comparison.diff = Some(Err(DiffError::Changed(comparison.pair.new.clone())));
        }
    }
    let mut outcome =
        Examined { comparisons, report, dependencies: Dependencies::default(), manifest };
    outcome.dependencies = Dependencies::of(&bump.package, &bump.pairs, &outcome.report);
    note_dependencies(&mut outcome);
    (bump, outcome)
}

/// Runs the main job once more: someone has recorded what they read since.
pub(crate) fn judge_again(bump: &Bump, outcome: &mut Examined) {
    bump.reviews.forget();
    outcome.report = run::run(&bump.check, &|_| {});
    outcome.dependencies = Dependencies::of(&bump.package, &bump.pairs, &outcome.report);
    note_dependencies(outcome);
}

/// The distfiles that both versions take, by an entry that was committed.
fn same(bump: &Bump, manifest: Option<&ManifestChanges>) -> BTreeSet<String> {
    let Some(changes) = manifest else { return BTreeSet::new() };
    let changed: BTreeSet<&String> = changes.added.iter().chain(&changes.replaced).collect();
    let committed = |name: &String| !changed.contains(name);
    let same = bump.pairs.iter().filter(|pair| pair.is_same()).map(|pair| pair.new.clone());
    same.filter(committed).collect()
}

/// Distfiles whose entry in the last commit was another.
fn replaced(bump: &Bump, changes: &ManifestChanges) -> Vec<Gap> {
    let distfiles: BTreeSet<&String> = bump.check.distfiles.iter().collect();
    let names = changes.replaced.iter().filter(|name| distfiles.contains(name));
    let gap = |name: &String| {
        let text = "the last commit has another DIST entry of it: a released file was replaced";
        let finding = Finding::of_class(Check::Manifest, FailureClass::ManifestReplaced, text);
        Gap { distfile: Some(name.clone()), finding }
    };
    names.map(gap).collect()
}

/// Says what became of the dependencies beside what was read of the release itself.
fn note_dependencies(outcome: &mut Examined) {
    let found = &outcome.dependencies;
    if found.changed.is_empty() && found.new.is_empty() && found.removed.is_empty() {
        return;
    }
    let text = format!(
        "dependencies: {} changed, {} new, {} gone; {} of them not read",
        found.changed.len(),
        found.new.len(),
        found.removed.len(),
        found.unread.len()
    );
    let brought = outcome.comparisons.iter().map(|comparison| &comparison.pair);
    let brought: BTreeSet<&str> =
        brought.filter(|pair| pair.dependency).map(|pair| pair.new.as_str()).collect();
    let release = outcome.report.distfiles.iter_mut().filter(|distfile| {
        distfile.role == Role::Content && !brought.contains(distfile.name.as_str())
    });
    for finding in release.flat_map(|distfile| &mut distfile.findings) {
        if finding.check == Check::Review {
            let note = Note { class: FailureClass::DependencyChanged, text: text.clone() };
            finding.notes.push(note);
        }
    }
}

fn compare(
    bump: &Bump,
    without_pair: &WithoutPair,
    pair: &Pair,
    progress: Progress<'_>,
) -> Comparison {
    let distdir = &bump.check.distdir;
    let (old, new) = (pair.old.as_ref().map(|old| distdir.join(old)), distdir.join(&pair.new));
    let compared = !pair.is_same() && old.as_ref().is_none_or(|old| old.exists());
    let diff = compared.then(|| {
        let diff = diff::compare(old.as_deref(), &new, &|bytes| progress("release diff", bytes))?;
        let manifests = [&bump.check.manifest, &bump.package.committed];
        if let Some((old, side)) = pair.old.as_ref().zip(diff.old.as_ref()) {
            let mut listing = manifests.into_iter().flatten().filter(|m| m.has(old));
            listing.next().map_or(Ok(()), |manifest| held(manifest, old, side))?;
        }
        Ok(diff)
    });
    let before = match &pair.old {
        Some(old) => before(bump, old, diff.as_ref()),
        None => without_pair.before(pair),
    };
    Comparison { pair: pair.clone(), diff, before }
}

/// Whether a file that was compared is the one that its DIST entry lists, where it has one.
///
/// # Errors
///
/// If it is not, or the entry does not tell.
pub(crate) fn held(manifest: &Manifest, name: &str, side: &Side) -> Result<(), DiffError> {
    match manifest.lists(name, side.size, &side.blake2b) {
        Listed::Same | Listed::Not => Ok(()),
        Listed::Otherwise => Err(DiffError::Altered(name.to_owned())),
        Listed::Unclear => Err(DiffError::Unclear(name.to_owned())),
    }
}

/// What is known of the previous file `old`, which a review record must name.
fn before(bump: &Bump, old: &str, diff: Option<&Result<Diff, DiffError>>) -> Before {
    let digest = match diff {
        Some(Ok(diff)) => diff.old.as_ref().map(|old| old.blake2b.clone()),
        // What is not an archive may have been read all the same.
        Some(Err(DiffError::Archive(_))) => {
            let path = bump.check.distdir.join(old);
            match pass::digest(&path, HashName::Blake2b, &mut |_| {}) {
                Ok((_, digest)) => Some(digest),
                Err(error) => return Before::Unknown(error.to_string()),
            }
        }
        Some(Err(error)) => return Before::Unknown(error.to_string()),
        // The Manifest tells which file it is, where DISTDIR does not have it.
        None => {
            let manifest = bump.check.manifest.as_ref();
            manifest.and_then(|manifest| manifest.blake2b(old)).and_then(unhex)
        }
    };
    let unknown = || Before::Unknown(format!("{old} is neither in DISTDIR nor in the Manifest"));
    digest.map_or_else(unknown, Before::Digest)
}

/// What the comparison itself has to say.
fn gaps(comparison: &Comparison) -> Vec<Gap> {
    let distfile = Some(comparison.pair.new.clone());
    let gap = |finding| Gap { distfile: distfile.clone(), finding };
    let mut gaps = Vec::new();
    if comparison.pair.old.is_none() {
        gaps.push(gap(continuity::no_previous()));
    }
    if let Some(Err(DiffError::Archive(error))) = &comparison.diff {
        let of_new = error.path().and_then(Path::file_name);
        let of_new = of_new.is_some_and(|name| name == comparison.pair.new.as_str());
        // A record that someone read it says nothing of the files that are unpacked.
        if of_new && error.class() == FailureClass::ArchiveAmbiguous {
            let class = FailureClass::ArchiveAmbiguous;
            gaps.push(gap(Finding::of_class(Check::Review, class, error.to_string())));
        }
    }
    if let Some(Err(error @ (DiffError::Altered(_) | DiffError::Unclear(_)))) = &comparison.diff {
        let class = FailureClass::ManifestMismatch;
        gaps.push(gap(Finding::of_class(Check::Manifest, class, error.to_string())));
    }
    gaps
}
