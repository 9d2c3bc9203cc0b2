//! Runs the main job: for each distfile, pair it with its evidence, parse that, ask each check what
//! it wants computed, read the distfile once, judge.

use super::inputs::Inputs;
use super::lists::Lists;
use super::pairing::{EvidenceKind, Names, Role, by_suffix};
use super::plan::Plan;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding, Note};
use crate::answer::requirement::{Requirement, Status, severity};
use crate::answer::summary::{Clock, Summary};
use crate::bytes::digests::HashName;
use crate::bytes::input::{InputError, file_name};
use crate::bytes::{pass, threads};
use crate::release::{continuity, source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

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
    /// One for each distfile that could not, and for each file with evidence that was named and
    /// could not.
    pub(crate) errors: Vec<InputError>,
    /// The attacker sets.
    pub(crate) summary: Summary,
    /// Whether any contradiction counts for the exit status, required or not.
    pub(crate) strict: bool,
    /// The package's directory, where `distvouch bump` would ask more than was asked here.
    pub(crate) package: Option<PathBuf>,
}

impl Report {
    /// The exit status that follows.
    pub(crate) fn status(&self) -> Status {
        let findings = self.distfiles.iter().flat_map(|d| &d.findings);
        let findings = findings.map(|finding| self.status_of(finding));
        let errors = self.errors.iter().map(|_| Status::CouldNotRun);
        Status::worst(findings.chain(errors))
    }
}

impl Report {
    /// The exit status that follows from one of its findings.
    fn status_of(&self, finding: &Finding) -> Status {
        if self.strict { Status::strictly(finding) } else { Status::of(finding) }
    }

    /// The distfiles by their names.
    pub(crate) fn by_name(&self) -> BTreeMap<&str, &DistfileReport> {
        let mut found = BTreeMap::new();
        for distfile in &self.distfiles {
            found.entry(distfile.name.as_str()).or_insert(distfile);
        }
        found
    }

    /// Whether the finding keeps the exit status from being 0.
    pub(crate) fn counts(&self, finding: &Finding) -> bool {
        self.status_of(finding) != Status::Met
    }
}

/// Runs the main job. `progress` is told how many bytes were read, from any thread.
pub(crate) fn run(inputs: &Inputs, progress: &(dyn Fn(u64) + Sync)) -> Report {
    let common = Common { lists: Lists::read(inputs), gaps: inputs.gaps_by_distfile() };
    let roles = roles(inputs, &common.lists);
    let role = |name: &str| roles.get(name).copied().unwrap_or(Role::Content);
    let one = |name: &String| check_one(inputs, &common, name, role(name), progress);
    let results = match inputs.threads {
        true => threads::each(&inputs.distfiles, one),
        false => inputs.distfiles.iter().map(one).collect(),
    };
    let mut distfiles = Vec::new();
    let mut errors = Vec::new();
    for result in results {
        match result {
            Ok((report, named)) => {
                distfiles.push(report);
                errors.extend(named);
            }
            Err(error) => errors.push(error),
        }
    }
    let contents =
        distfiles.iter().filter(|d| d.role != Role::Evidence).map(|d| d.findings.as_slice());
    let summary = Summary::of(inputs.clock, contents);
    distfiles.sort_by_key(|distfile: &DistfileReport| {
        distfile.findings.iter().map(severity).min().unwrap_or(u8::MAX)
    });
    Report {
        clock: inputs.clock,
        distfiles,
        errors,
        summary,
        strict: inputs.strict,
        package: inputs.package(),
    }
}

/// The part of each distfile.
///
/// Being evidence exempts a file from everything but the Manifest, so a file that others vouch for
/// by hand never is, and where nothing but evidence would be left, it is all content. A list is only evidence where one
/// of the `lists` that were judged is in that file.
fn roles<'i>(inputs: &'i Inputs, lists: &Lists<'_>) -> BTreeMap<&'i str, Role> {
    let known = Names::called(inputs.distfiles.iter().map(String::as_str), |name| {
        inputs.upstream_names.get(name).map(String::as_str)
    });
    let paired = inputs.paired();
    let by_hand: BTreeSet<String> = paired.iter().map(|path| file_name(path)).collect();
    let is_vouched = |name: &str| {
        let of_hand = |file: &String| by_suffix(file).is_some_and(|(_, base)| base == name);
        lists.vouch_for(name, &inputs.require) || by_hand.iter().any(of_hand)
    };
    let role = |name| match known.role(&inputs.distdir, name) {
        _ if inputs.has_evidence_by_hand(name) => Role::Content,
        Role::Stray(_) | Role::Content if paired.contains(inputs.distdir.join(name).as_path()) => {
            Role::Evidence
        }
        Role::Evidence if by_suffix(name).is_none() && !is_vouched(name) => Role::Content,
        role => role,
    };
    let roles: BTreeMap<_, _> = known.iter().map(|name| (name, role(name))).collect();
    if roles.values().all(|role| *role == Role::Evidence) {
        return known.iter().map(|name| (name, Role::Content)).collect();
    }
    roles
}

/// What is made ready once for all distfiles.
struct Common<'i> {
    lists: Lists<'i>,
    /// What the caller found out, by distfile; under `None`, of all of them.
    gaps: BTreeMap<Option<&'i str>, Vec<&'i Finding>>,
}

fn check_one<'i>(
    inputs: &'i Inputs,
    common: &'i Common<'i>,
    name: &str,
    role: Role,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(DistfileReport, Vec<InputError>), InputError> {
    let mut plan = Plan::default();
    plan.wanted.limits = inputs.limits;
    if role != Role::Evidence {
        plan.add_evidence(inputs, &common.lists, name);
    }
    if let Role::Stray(kind) = role {
        plan.findings.push(stray(inputs, kind));
    }
    plan.add_manifest(inputs, name);
    let errors = std::mem::take(&mut plan.errors);
    let measured =
        pass::measure(&inputs.distdir.join(name), &plan.wanted, &mut |bytes| progress(bytes))?;
    let mut findings = plan.judge(inputs, name, &measured, progress);
    if role != Role::Evidence {
        let gaps = [None, Some(name)].into_iter().filter_map(|about| common.gaps.get(&about));
        findings.extend(gaps.flatten().map(|finding| (*finding).clone()));
        let other = inputs.source.as_ref().is_some_and(|source| source.others.contains(name));
        let missing = not_looked_at(&inputs.require, &findings);
        findings.extend(missing.into_iter().filter(|f| !other || f.check != Check::Source));
    }
    for finding in &mut findings {
        finding.required = inputs.require.includes(finding.check);
        let accepted = |class: &FailureClass| inputs.excuses.get(class);
        let whole = finding.also.iter().all(|class| accepted(class).is_some());
        finding.excused = finding.class.as_ref().and_then(accepted).filter(|_| whole).cloned();
        waive(finding, &inputs.excuses);
    }
    findings.sort_by_key(|finding| (severity(finding), finding.check));
    let report = DistfileReport {
        name: name.to_owned(),
        size: measured.size,
        digests: measured.digests,
        role,
        findings,
    };
    Ok((report, errors))
}

/// Says of a finding that agrees where an exception would have accepted it otherwise, too.
fn waive(finding: &mut Finding, excuses: &BTreeMap<FailureClass, String>) {
    let relied_on = finding.required || finding.check == Check::Review;
    let accepted = excuses.iter().find(|(class, _)| finding.could_end_in(**class));
    if let Some((class, excuse)) = accepted.filter(|_| finding.class.is_none() && relied_on) {
        let class = *class;
        let text =
            format!("a file that ends in it is accepted, too, so this stops no one: {excuse}");
        finding.waived = true;
        finding.notes.push(Note { class, text });
    }
}

/// A finding for each required check that has none: nothing required is ever silently left out.
pub(super) fn not_looked_at(require: &Requirement, findings: &[Finding]) -> Vec<Finding> {
    let has = |check| findings.iter().any(|finding| finding.check == check);
    let missing = require.checks().filter(|check| !has(*check));
    let finding = |check| match check {
        Check::Source => source::no_clone(),
        Check::Review => {
            let text = "no file of review records was named";
            Finding::of_class(check, FailureClass::ReviewAbsent, text)
        }
        Check::Continuity => continuity::no_previous(),
        _ => {
            let text = "no key, identity or repository was given for it";
            Finding::of_class(check, FailureClass::NotCheckedNoExpectation, text)
        }
    };
    missing.map(finding).collect()
}

fn stray(inputs: &Inputs, kind: EvidenceKind) -> Finding {
    let check = match kind {
        EvidenceKind::Signature => {
            let required = |check: &Check| inputs.require.includes(*check);
            let mut others = kind.checks().filter(|check| *check != Check::Openpgp);
            others.find(required).unwrap_or(Check::Openpgp)
        }
        EvidenceKind::Minisign => Check::Minisign,
        EvidenceKind::Bundle => Check::Sigstore,
        EvidenceKind::Provenance => Check::Provenance,
    };
    let text = "named like evidence about a distfile that is not there";
    Finding::of_class(check, FailureClass::SignatureStray, text)
}
