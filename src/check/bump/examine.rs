//! Comparing everything that was found.

use super::files::{Pair, distfiles};
use super::package::{Package, PackageError};
use crate::answer::facts::{ContinuityFacts, ContinuityOf};
use crate::answer::failure::{self, FailureClass};
use crate::answer::finding::{Check, Finding};
use crate::answer::summary::Summary;
use crate::bytes::digests::HashName;
use crate::bytes::pass;
use crate::check::pairing::{EvidenceKind, Role, by_suffix, without_compression};
use crate::check::previous::Previous;
use crate::check::{self, DistfileReport, Report, pairing};
use crate::release::archive::ArchiveError;
use crate::release::continuity;
use crate::release::diff::{self, Diff};
use crate::release::review;
use crate::release::source::{self, CommitSpec};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is compared.
#[derive(Debug)]
pub(crate) struct Bump {
    /// The package.
    pub(crate) package: Package,
    /// The distfiles that will be unpacked, each with the one of the version before.
    pub(crate) pairs: Vec<Pair>,
    /// What `distvouch check` would be asked.
    pub(crate) check: check::Inputs,
    /// The clone.
    pub(crate) git: Option<PathBuf>,
    /// The commit or tag that was given.
    pub(crate) commit: CommitSpec,
    /// How the archive is held against the clone.
    pub(crate) options: source::Options,
    /// The file with the review records.
    pub(crate) reviews: PathBuf,
    /// What could not be found out, as findings of every distfile.
    pub(crate) gaps: Vec<Finding>,
}

/// What came out.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// One for each distfile that will be unpacked, in the order of the pairs.
    pub(crate) comparisons: Vec<Comparison>,
    /// The findings and the attacker sets.
    pub(crate) report: Report,
}

/// A distfile and the one of the version before.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// Their names.
    pub(crate) pair: Pair,
    /// What changed; `None` where there is none of the version before.
    pub(crate) diff: Option<Result<Diff, ArchiveError>>,
}

impl Bump {
    /// The distfiles of the new version: see [`PackageError`] for where there is none.
    ///
    /// # Errors
    ///
    /// Where none is known, or one is not in `distdir`.
    pub(crate) fn distfiles(
        package: &Package,
        distdir: &Path,
        given: &[String],
    ) -> Result<Vec<String>, PackageError> {
        distfiles(package, distdir, given)
    }

    /// The evidence of the version before, by distfile of the new one; and for evidence that the
    /// Manifest knows and that is not there, what can be said without it.
    pub(crate) fn previous(
        package: &Package,
        pairs: &[Pair],
        distdir: &Path,
    ) -> (BTreeMap<String, Previous>, BTreeMap<String, Vec<Finding>>) {
        let mut previous = BTreeMap::new();
        let mut findings: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
        for pair in pairs {
            let Some(old) = &pair.old else { continue };
            let path = distdir.join(old);
            let beside = pairing::Evidence::beside(distdir, old);
            let over = path.symlink_metadata().is_ok().then_some(path);
            let signatures = beside.signatures.into_iter();
            let signatures = signatures.chain(beside.uncompressed).chain(beside.minisign);
            let signatures = signatures.chain(beside.bundles);
            let files = Previous {
                name: Some(old.clone()),
                provenance: beside.provenance,
                signatures: signatures.map(|signature| (signature, over.clone())).collect(),
            };
            let missing = missing_evidence(package, old, distdir);
            let unread =
                missing.iter().map(|(kind, name)| unread_evidence(*kind, name, &pair.new, distdir));
            let findings = findings.entry(pair.new.clone()).or_default();
            findings.extend(unread);
            let nothing = files.provenance.is_empty() && files.signatures.is_empty();
            if !nothing || missing.is_empty() {
                previous.insert(pair.new.clone(), files);
            }
        }
        (previous, findings)
    }
}

/// The evidence about `old` that the Manifest knows and `distdir` does not have.
fn missing_evidence(package: &Package, old: &str, distdir: &Path) -> Vec<(EvidenceKind, String)> {
    let names = package.manifest.iter().flat_map(|manifest| manifest.names());
    names
        .filter_map(|name| {
            let (kind, base) = by_suffix(name)?;
            let about = base == old || without_compression(old) == Some(base);
            let missing = distdir.join(name).symlink_metadata().is_err();
            (about && missing).then(|| (kind, name.to_owned()))
        })
        .collect()
}

/// What the Manifest tells of evidence that is not at hand: that it was there.
fn unread_evidence(kind: EvidenceKind, name: &str, new: &str, distdir: &Path) -> Finding {
    let beside = pairing::Evidence::beside(distdir, new);
    let (there, class, evidence) = match kind {
        EvidenceKind::Provenance => (
            !beside.provenance.is_empty(),
            FailureClass::ProvenanceDropped,
            ContinuityOf::Check(Check::Provenance),
        ),
        EvidenceKind::Bundle => (
            !beside.bundles.is_empty(),
            FailureClass::SignatureDropped,
            ContinuityOf::Check(Check::Sigstore),
        ),
        EvidenceKind::Minisign => (
            !beside.minisign.is_empty(),
            FailureClass::SignatureDropped,
            ContinuityOf::Check(Check::Minisign),
        ),
        EvidenceKind::Signature => (
            !beside.signatures.is_empty() || !beside.uncompressed.is_empty(),
            FailureClass::SignatureDropped,
            ContinuityOf::Signature,
        ),
    };
    let finding = match there {
        true => Finding::fails(
            Check::Continuity,
            FailureClass::NotCheckedNoExpectation,
            format!("{name} of the release before is not in DISTDIR to compare with"),
        ),
        false => Finding::fails(
            Check::Continuity,
            class,
            format!(
                "the Manifest has {name} for the release before, and nothing like it stands beside {new}"
            ),
        ),
    };
    finding.knowing(ContinuityFacts::named(evidence))
}

/// What is told what is done, and how many more bytes were read.
pub(crate) type Progress<'a> = &'a (dyn Fn(&'static str, u64) + Sync);

/// Compares everything. `progress` is told what is done next, and how many bytes were read.
pub(crate) fn examine(
    bump: &Bump,
    more: &BTreeMap<String, Vec<Finding>>,
    progress: Progress<'_>,
) -> Outcome {
    let distdir = &bump.check.distdir;
    progress("signatures and provenance", 0);
    let mut report = check::run(&bump.check, &|bytes| progress("signatures and provenance", bytes));
    let mut comparisons = Vec::new();
    for pair in &bump.pairs {
        progress("release diff", 0);
        let diff = pair.old.as_ref().filter(|old| distdir.join(old).exists()).map(|old| {
            let (old, new) = (distdir.join(old), distdir.join(&pair.new));
            diff::compare(&old, &new, &|bytes| progress("release diff", bytes))
        });
        comparisons.push(Comparison { pair: pair.clone(), diff });
    }
    for distfile in report.distfiles.iter_mut().filter(|d| d.role == Role::Content) {
        let comparison = comparisons.iter().find(|c| c.pair.new == distfile.name);
        progress("source", 0);
        let mut findings = vec![reviewed(bump, comparison), sourced(bump, distfile, progress)];
        findings.extend(bump.gaps.iter().cloned());
        findings.extend(more.get(&distfile.name).into_iter().flatten().cloned());
        // What stands in for them where they are required and nobody looks.
        distfile.findings.retain(|f| ![Check::Source, Check::Review].contains(&f.check));
        // The evidence that is not at hand says more than that none was given.
        if findings.iter().any(|finding| finding.check == Check::Continuity) {
            let nothing = continuity::no_previous();
            distfile
                .findings
                .retain(|f| (f.check, &f.compared) != (nothing.check, &nothing.compared));
        }
        let compared = |findings: &[Finding]| findings.iter().any(|f| f.check == Check::Continuity);
        if !compared(&findings) && !compared(&distfile.findings) {
            findings.push(continuity::no_previous());
        }
        for finding in &mut findings {
            finding.required = bump.check.require.includes(finding.check);
        }
        distfile.findings.extend(findings);
        distfile.findings.sort_by_key(|finding| finding.check);
    }
    let contents = report.distfiles.iter().filter(|d| d.role == Role::Content);
    report.summary = Summary::of(report.clock, contents.map(|d| d.findings.as_slice()));
    Outcome { comparisons, report }
}

fn reviewed(bump: &Bump, comparison: Option<&Comparison>) -> Finding {
    let absent = |text: &str| Finding::fails(Check::Review, FailureClass::ReviewAbsent, text);
    match comparison.and_then(|c| c.diff.as_ref().map(|diff| (c, diff))) {
        None => {
            absent("there is no file of the release before, so no diff that anybody could read")
        }
        Some((_, Ok(diff))) => review::check(&diff.old.blake2b, &diff.new.blake2b, &bump.reviews),
        Some((comparison, Err(_))) => {
            // What is no archive was perhaps read all the same.
            let digest = |name: &String| {
                let path = bump.check.distdir.join(name);
                let digest = pass::digest(&path, HashName::Blake2b, &mut |_| {});
                digest.ok().map(|(_, digest)| digest)
            };
            let old = comparison.pair.old.as_ref().and_then(digest);
            match old.zip(digest(&comparison.pair.new)) {
                Some((old, new)) => review::check(&old, &new, &bump.reviews),
                None => absent("the file of the release before cannot be read"),
            }
        }
    }
}

fn sourced(bump: &Bump, distfile: &DistfileReport, progress: Progress<'_>) -> Finding {
    let Some(clone) = &bump.git else { return source::no_clone() };
    let mut spec = bump.commit.clone();
    if spec == CommitSpec::default() {
        match source::attested(&distfile.findings) {
            Ok(Some(attested)) => spec = CommitSpec::of(attested),
            Ok(None) => {}
            Err(error) => return source::failed(&error),
        }
    }
    let path = bump.check.distdir.join(&distfile.name);
    let finding =
        source::check(&path, clone, &spec, &bump.options, &|bytes| progress("source", bytes));
    let refused = |finding: &&Finding| {
        finding.check == Check::Provenance
            && matches!(
                finding.outcome(),
                failure::Outcome::Contradicts | failure::Outcome::Unusable
            )
    };
    match distfile.findings.iter().find(refused).filter(|_| spec.attested_by.is_none()) {
        Some(_) => finding.noting(
            FailureClass::CommitUnavailable,
            "the provenance does not hold, so what names the commit is a tag or whoever asked",
        ),
        None => finding,
    }
}
