//! The main job: everything that vouches for a set of distfiles, in one pass over each.
//!
//! For each distfile: pair it with the evidence beside it, parse that evidence, ask each check
//! what it wants computed, read the distfile once, judge.

pub(crate) mod bump;
pub(crate) mod bundle;
pub(crate) mod inspect;
pub(crate) mod manifest;
pub(crate) mod message;
pub(crate) mod pairing;
pub(crate) mod pin;
mod plan;
pub(crate) mod previous;
pub(crate) mod provenance;
pub(crate) mod signatures;

use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::answer::requirement::{Requirement, Status};
use crate::answer::summary::{Clock, Summary};
use crate::bytes::compress::Limits;
use crate::bytes::digests::HashName;
use crate::bytes::input::InputError;
use crate::bytes::pass;
use crate::evidence::expectation::{Pins, PublisherExpectation};
use crate::evidence::manifest::Manifest;
use crate::evidence::sigstore::{BundlePolicy, Verifier};
use crate::release::continuity;
use pairing::{EvidenceKind, Role};
use plan::Plan;
use previous::Previous;
use signatures::{Keys, Over};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
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
    /// Signature files that were paired by hand, by distfile: they replace those found beside it.
    pub(crate) signatures: BTreeMap<String, Vec<(Over, PathBuf)>>,
    /// The keys that count, of every kind.
    pub(crate) keys: Keys,
    /// Where decompressing stops.
    pub(crate) limits: Limits,
    /// Provenance files that were paired by hand, likewise.
    pub(crate) provenance: BTreeMap<String, Vec<PathBuf>>,
    /// Names before the ebuild's `->`, by distfile.
    pub(crate) upstream_names: BTreeMap<String, String>,
    /// Who must have signed Sigstore bundles, if anybody is expected.
    pub(crate) bundle_policy: Option<BundlePolicy>,
    /// Who must have published, if anybody is expected.
    pub(crate) publisher: Option<PublisherExpectation>,
    /// How it must have been published.
    pub(crate) pins: Pins,
    /// The release before, by distfile of this one.
    pub(crate) previous: BTreeMap<String, Previous>,
    /// Checks Sigstore evidence; `None` where there is none to check.
    pub(crate) verifier: Option<Verifier>,
    /// The checks that must agree.
    pub(crate) require: Requirement,
    /// Bump or emerge.
    pub(crate) clock: Clock,
    /// The time to judge at.
    pub(crate) now: SystemTime,
    /// The most distfiles read at the same time.
    pub(crate) jobs: usize,
}

impl Inputs {
    /// Whether the distfile `name` was given by hand as evidence about another.
    fn is_paired(&self, name: &str) -> bool {
        let path = self.distdir.join(name);
        self.signatures.values().flatten().any(|(_, signature)| *signature == path)
            || self.provenance.values().flatten().any(|provenance| *provenance == path)
    }

    /// Whether evidence about the distfile `name` was given by hand.
    fn has_evidence_by_hand(&self, name: &str) -> bool {
        self.signatures.contains_key(name) || self.provenance.contains_key(name)
    }
}

/// What there is to say of one distfile.
#[derive(Debug, Clone)]
pub(crate) struct DistfileReport {
    /// Its name.
    pub(crate) name: String,
    /// Size in bytes.
    pub(crate) size: u64,
    /// Its digests.
    pub(crate) digests: BTreeMap<HashName, Vec<u8>>,
    /// Whether it will be unpacked, or is evidence about another.
    pub(crate) role: Role,
    /// What each check says.
    pub(crate) findings: Vec<Finding>,
}

/// What there is to say of all of them.
#[derive(Debug)]
pub(crate) struct Report {
    /// Bump or emerge.
    pub(crate) clock: Clock,
    /// One for each distfile that could be read.
    pub(crate) distfiles: Vec<DistfileReport>,
    /// One for each distfile that could not.
    pub(crate) errors: Vec<InputError>,
    /// The attacker sets.
    pub(crate) summary: Summary,
}

impl Report {
    /// The exit status that follows.
    pub(crate) fn status(&self) -> Status {
        let findings = self.distfiles.iter().flat_map(|d| &d.findings).map(Status::of);
        let errors = self.errors.iter().map(|_| Status::CouldNotRun);
        Status::worst(findings.chain(errors))
    }
}

/// Runs the main job. `progress` is told how many bytes were read, from any thread.
pub(crate) fn run(inputs: &Inputs, progress: &(dyn Fn(u64) + Sync)) -> Report {
    let known: BTreeSet<&str> = inputs.distfiles.iter().map(String::as_str).collect();
    let roles = roles(inputs, &known);
    let role = |name: &str| roles.get(name).copied().unwrap_or(Role::Content);
    let results = each(inputs, &|name| check_one(inputs, name, role(name), progress));
    let mut distfiles = Vec::new();
    let mut errors = Vec::new();
    for result in results {
        match result {
            Ok(report) => distfiles.push(report),
            Err(error) => errors.push(error),
        }
    }
    let contents =
        distfiles.iter().filter(|d| d.role != Role::Evidence).map(|d| d.findings.as_slice());
    let summary = Summary::of(inputs.clock, contents);
    Report { clock: inputs.clock, distfiles, errors, summary }
}

type Outcome = Result<DistfileReport, InputError>;

/// Runs `work` for each distfile, on as many threads as it pays to start.
fn each(inputs: &Inputs, work: &(dyn Fn(&str) -> Outcome + Sync)) -> Vec<Outcome> {
    let jobs = inputs.jobs.min(inputs.distfiles.len());
    if jobs < 2 {
        return inputs.distfiles.iter().map(|name| work(name)).collect();
    }
    let queue = Mutex::new(inputs.distfiles.iter().enumerate());
    let done: Mutex<BTreeMap<usize, Outcome>> = Mutex::new(BTreeMap::new());
    // A poisoned lock means that another thread panicked, and the scope will panic with it.
    let take = || queue.lock().ok().and_then(|mut queue| queue.next());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((index, name)) = take() {
                    let outcome = work(name);
                    if let Ok(mut done) = done.lock() {
                        done.insert(index, outcome);
                    }
                }
            });
        }
    });
    done.into_inner().map(|done| done.into_values().collect()).unwrap_or_default()
}

/// The part of each distfile.
///
/// Being evidence exempts a file from everything but the Manifest, so a file that others vouch for
/// by hand never is, and where nothing but evidence would be left, it is all content.
fn roles<'a>(inputs: &'a Inputs, known: &BTreeSet<&'a str>) -> BTreeMap<&'a str, Role> {
    let role = |name: &'a str| match pairing::role(&inputs.distdir, name, known) {
        _ if inputs.has_evidence_by_hand(name) => Role::Content,
        Role::Stray(_) | Role::Content if inputs.is_paired(name) => Role::Evidence,
        role => role,
    };
    let roles: BTreeMap<_, _> = known.iter().map(|name| (*name, role(name))).collect();
    if roles.values().all(|role| *role == Role::Evidence) {
        return known.iter().map(|name| (*name, Role::Content)).collect();
    }
    roles
}

fn check_one(inputs: &Inputs, name: &str, role: Role, progress: &(dyn Fn(u64) + Sync)) -> Outcome {
    let mut plan = Plan::default();
    plan.wanted.limits = inputs.limits;
    if role != Role::Evidence {
        plan.add_evidence(inputs, name)?;
    }
    if let Role::Stray(kind) = role {
        plan.findings.push(stray(inputs, kind));
    }
    plan.add_manifest(inputs, name);
    let measured =
        pass::measure(&inputs.distdir.join(name), &plan.wanted, &mut |bytes| progress(bytes))?;
    let mut findings = plan.judge(inputs, name, &measured);
    if role != Role::Evidence {
        findings.extend(not_looked_at(&inputs.require, &findings));
    }
    for finding in &mut findings {
        finding.required = inputs.require.includes(finding.check);
    }
    findings.sort_by_key(|finding| finding.check);
    Ok(DistfileReport {
        name: name.to_owned(),
        size: measured.size,
        digests: measured.digests,
        role,
        findings,
    })
}

/// A finding for each required check that has none: nothing required is ever silently left out.
fn not_looked_at(require: &Requirement, findings: &[Finding]) -> Vec<Finding> {
    let has = |check| findings.iter().any(|finding| finding.check == check);
    let missing = require.checks().filter(|check| !has(*check));
    let finding = |check| match check {
        Check::Source => {
            let text = "no clone was given to hold the archive against";
            Finding::fails(check, FailureClass::NotCheckedNoClone, text)
        }
        Check::Review => {
            let text = "no record was given that anybody read the release diff";
            Finding::fails(check, FailureClass::ReviewAbsent, text)
        }
        Check::Continuity => continuity::no_previous(),
        _ => {
            let text = "no key, identity or repository was given for it";
            Finding::fails(check, FailureClass::NotCheckedNoExpectation, text)
        }
    };
    missing.map(finding).collect()
}

fn stray(inputs: &Inputs, kind: EvidenceKind) -> Finding {
    let check = match kind {
        EvidenceKind::Signature => [Check::Signify, Check::Ssh]
            .into_iter()
            .find(|check| inputs.require.includes(*check))
            .unwrap_or(Check::Openpgp),
        EvidenceKind::Minisign => Check::Minisign,
        EvidenceKind::Bundle => Check::Sigstore,
        EvidenceKind::Provenance => Check::Provenance,
    };
    let text = "named like evidence about a distfile that is not there";
    Finding::fails(check, FailureClass::SignatureStray, text)
}
