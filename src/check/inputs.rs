//! What the main job is given.

use super::pairing::EvidenceKind;
use super::signatures::Over;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::answer::requirement::Requirement;
use crate::answer::summary::Clock;
use crate::bytes::compress::StreamLimits;
use crate::evidence::expectation::{Pins, PublisherExpectation};
use crate::evidence::kinds::Keys;
use crate::evidence::manifest::Manifest;
use crate::evidence::sigstore::{BundlePolicy, Verifier};
use crate::release::gentoo::Alike;
use crate::release::review::{Before, Reviews};
use crate::release::source::{CommitSpec, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

/// What to check, and by what.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// The directory of the distfiles.
    pub(crate) distdir: PathBuf,
    /// The Manifest, if one was given.
    pub(crate) manifest: Option<Manifest>,
    /// The distfiles, in the order of the report.
    pub(crate) distfiles: Vec<String>,
    /// Signature files that were paired by hand, by distfile: they replace those found next to it.
    pub(crate) signatures: BTreeMap<String, Vec<(Over, PathBuf)>>,
    /// The keys that count, of every kind.
    pub(crate) keys: Keys,
    /// Where decompressing stops.
    pub(crate) limits: StreamLimits,
    /// Provenance files that were paired by hand, likewise.
    pub(crate) provenance: BTreeMap<String, Vec<PathBuf>>,
    /// Names before the ebuild's `->`, by distfile.
    pub(crate) upstream_names: BTreeMap<String, String>,
    /// Distfiles of which nothing tells whether the ebuild renames them, and from what.
    pub(crate) renamed: BTreeSet<String>,
    /// Who may have signed Sigstore bundles; empty where no one was named.
    pub(crate) bundle_policies: Vec<BundlePolicy>,
    /// Who must have published, if anyone is expected.
    pub(crate) publisher: Option<PublisherExpectation>,
    /// How it must have been published.
    pub(crate) pins: Pins,
    /// The previous release, by distfile of this one.
    pub(crate) previous: BTreeMap<String, Previous>,
    /// The clone to compare archives with, if one was given.
    pub(crate) source: Option<SourceInput>,
    /// The review records, if any were named.
    pub(crate) reviews: Option<ReviewInput>,
    /// Files that the ebuild fetches, beyond what the Manifest lists.
    pub(crate) named: BTreeSet<String>,
    /// What lock files say of dependencies, by distfile.
    pub(crate) locked: BTreeMap<String, Vec<Locked>>,
    /// What the caller found out, or could not, by itself.
    pub(crate) gaps: Vec<Gap>,
    /// The classes that an exception of the policy accepts, each with why and until when.
    pub(crate) excuses: BTreeMap<FailureClass, String>,
    /// Checks Sigstore evidence; `None` where there is none to check, or no one asked.
    pub(crate) verifier: Option<Verifier>,
    /// The checks that must agree.
    pub(crate) require: Requirement,
    /// Whether any contradiction counts, required or not.
    pub(crate) strict: bool,
    /// Bump or emerge.
    pub(crate) clock: Clock,
    /// The time to judge at.
    pub(crate) now: SystemTime,
    /// Whether the report states the digests that a DIST entry of today would hold, without a Manifest, too.
    pub(crate) states_digests: bool,
    /// Whether DISTDIR is that of many packages. Signed lists that neither the Manifest nor the ebuild has belong to
    /// others then, and to read them for each package takes the product of both.
    pub(crate) shared: bool,
    /// Whether there is enough to do that several distfiles at a time pay.
    pub(crate) threads: bool,
}

/// The evidence of the previous release, as files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Previous {
    /// What it is called, for the report; `None` where its files were named by hand.
    pub(crate) name: Option<String>,
    /// Its provenance.
    pub(crate) provenance: Vec<PathBuf>,
    /// Its signatures and Sigstore bundles, each with the file that it is over; without it, what is next to it by
    /// its name.
    pub(crate) signatures: Vec<(PathBuf, Option<PathBuf>)>,
    /// Its evidence that the Manifest lists and that is not in DISTDIR.
    pub(crate) unfetched: Vec<(EvidenceKind, String)>,
    /// The BLAKE2b digest of its own DIST entry, in lower-case hexadecimal: what is in DISTDIR counts
    /// only if it has that.
    pub(crate) blake2b: Option<String>,
}

/// The clone, and how to compare with it.
#[derive(Debug, Clone)]
pub(crate) struct SourceInput {
    /// Distfiles of other projects, which the clone is not one of.
    pub(crate) others: BTreeSet<String>,
    /// The clone.
    pub(crate) clone: PathBuf,
    /// The commit or tag that was given.
    pub(crate) commit: CommitSpec,
    /// How to compare.
    pub(crate) options: Options,
}

/// The review records, and what they must be about.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReviewInput {
    /// The records.
    pub(crate) records: Reviews,
    /// What is known of the previous release's file, by distfile of this one.
    pub(crate) old: BTreeMap<String, Before>,
    /// The distfiles that the previous version takes as well, by an entry that was committed.
    pub(crate) same: BTreeSet<String>,
    /// The names of the Manifest, once someone asks which are alike.
    pub(crate) alike: OnceLock<Alike>,
}

/// What a lock file says of a dependency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Locked {
    /// Its SHA-256 digest, in lower-case hexadecimal.
    pub(crate) sha256: String,
    /// The distfile that the lock file is in.
    pub(crate) by: String,
}

/// A finding that the caller brings.
#[derive(Debug, Clone)]
pub(crate) struct Gap {
    /// The distfile that it is about; `None` for all that will be unpacked.
    pub(crate) distfile: Option<String>,
    /// The finding.
    pub(crate) finding: Finding,
}

impl Gap {
    /// About all distfiles that will be unpacked.
    pub(crate) fn of_all(finding: Finding) -> Self {
        Self { distfile: None, finding }
    }
}

impl Inputs {
    /// A question about no distfile yet, with nothing to compare with.
    pub(crate) fn new(distdir: PathBuf, clock: Clock, now: SystemTime) -> Self {
        Self {
            distdir,
            manifest: None,
            distfiles: Vec::new(),
            signatures: BTreeMap::new(),
            keys: Keys::default(),
            limits: StreamLimits::default(),
            provenance: BTreeMap::new(),
            upstream_names: BTreeMap::new(),
            renamed: BTreeSet::new(),
            bundle_policies: Vec::new(),
            publisher: None,
            pins: Pins::default(),
            previous: BTreeMap::new(),
            source: None,
            reviews: None,
            named: BTreeSet::new(),
            locked: BTreeMap::new(),
            gaps: Vec::new(),
            excuses: BTreeMap::new(),
            verifier: None,
            require: Requirement::of([]),
            strict: false,
            clock,
            now,
            states_digests: true,
            shared: false,
            threads: false,
        }
    }

    /// The package's directory, where the bump of its newest ebuild would ask more.
    pub(super) fn package(&self) -> Option<PathBuf> {
        let asked = self.source.is_some() && self.reviews.is_some();
        let directory = self.manifest.as_ref()?.path().parent()?;
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let is_ebuild = |entry: std::fs::DirEntry| {
            Path::new(&entry.file_name()).extension().is_some_and(|suffix| suffix == "ebuild")
        };
        let ebuild = || {
            let mut entries = std::fs::read_dir(directory).ok()?.filter_map(Result::ok);
            entries.any(is_ebuild).then(|| directory.to_owned())
        };
        if self.clock == Clock::Bump && !asked { ebuild() } else { None }
    }

    /// Whether the Manifest lists a file of that name, or the ebuild fetches one.
    pub(super) fn lists(&self, name: &str) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| manifest.has(name))
            || self.named.contains(name)
    }

    /// What the caller found out, by distfile; under `None`, of all that will be unpacked.
    pub(super) fn gaps_by_distfile(&self) -> BTreeMap<Option<&str>, Vec<&Finding>> {
        let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for gap in &self.gaps {
            found.entry(gap.distfile.as_deref()).or_default().push(&gap.finding);
        }
        found
    }

    /// The files that were given by hand as evidence.
    pub(super) fn paired(&self) -> BTreeSet<&Path> {
        let signatures = self.signatures.values().flatten().map(|(_, path)| path);
        signatures.chain(self.provenance.values().flatten()).map(PathBuf::as_path).collect()
    }

    /// The name upstream of the distfile `name`.
    pub(super) fn upstream<'n>(&'n self, name: &'n str) -> &'n str {
        self.upstream_names.get(name).map_or(name, String::as_str)
    }

    /// Whether anyone said who should sign bundles, or wants one.
    pub(super) fn asks_of_bundles(&self) -> bool {
        !self.bundle_policies.is_empty()
            || self.publisher.is_some()
            || self.require.includes(Check::Sigstore)
    }

    /// Whether evidence about the distfile `name` was given by hand.
    pub(super) fn has_evidence_by_hand(&self, name: &str) -> bool {
        self.signatures.contains_key(name) || self.provenance.contains_key(name)
    }
}
