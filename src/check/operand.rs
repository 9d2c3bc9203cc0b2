//! One file as a caller hands it over, by any path, in a pipe or on standard input, and the evidence
//! that was named for it.

use super::plan::Plan;
use super::run::not_looked_at;
use super::{DistfileReport, Inputs, Report};
use crate::answer::finding::{Check, Finding};
use crate::answer::summary::{Clock, Summary};
use crate::bytes::input::{InputError, file_name, is_stdin};
use crate::bytes::pass::{self, MeasureError, Measured, Wanted};
use crate::check::manifest as dist_entry;
use crate::check::pairing::Role;
use crate::evidence::manifest::{Lookup, Manifest};
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

pub(crate) use super::plan::{Named, NamedKind};

/// The name of an operand in reports.
pub(crate) fn display_name(path: &Path) -> String {
    if is_stdin(path) {
        return "(stdin)".to_owned();
    }
    // The last part of a pipe's name is a number.
    if path.exists() && !path.is_file() {
        return path.to_string_lossy().into_owned();
    }
    file_name(path)
}

/// Reads `input`, which `path` names, once and judges it by `named`. What comes out of the
/// decompressor goes to `sink`.
///
/// # Errors
///
/// If `input` cannot be read or `sink` cannot be written.
pub(crate) fn check(
    inputs: &Inputs,
    path: &Path,
    input: &mut dyn Read,
    named: Named<'_>,
    sink: Option<&mut dyn Write>,
) -> Result<DistfileReport, MeasureError> {
    let name = display_name(path);
    let mut plan = Plan::default();
    plan.wanted.limits = inputs.limits;
    plan.add_named(inputs, named);
    plan.wanted.hashes.extend(wanted(inputs, path).hashes);
    let measured = pass::measure_stream(input, path, &plan.wanted, sink, &mut |_| {})?;
    let mut findings = plan.judge(inputs, &name, &measured, &|_| {});
    findings.extend(not_looked_at(&inputs.require, &findings));
    findings.retain(|finding| finding.check != Check::Manifest);
    for finding in &mut findings {
        finding.required = inputs.require.includes(finding.check);
    }
    Ok(report(inputs, path, name, measured, findings))
}

/// The report on an operand that was `measured`, with what its DIST entry says of it put first.
pub(crate) fn report(
    inputs: &Inputs,
    path: &Path,
    name: String,
    measured: Measured,
    findings: Vec<Finding>,
) -> DistfileReport {
    let settled =
        inputs.manifest.as_ref().and_then(|m| settled(m, &inputs.distdir, path, &measured));
    DistfileReport {
        findings: settled.into_iter().chain(findings).collect(),
        name,
        size: measured.size,
        digests: measured.digests,
        role: Role::Content,
    }
}

/// What the Manifest says of a file: `None` where the file is not a distfile and no copy of one.
///
/// A file that only has the name of a distfile may be anything, so it has to be the distfile itself
/// to differ from its entry.
fn settled(
    manifest: &Manifest,
    distdir: &Path,
    path: &Path,
    measured: &Measured,
) -> Option<Finding> {
    let name = path.file_name()?.to_str()?;
    if manifest.lookup(name) == Lookup::Missing {
        return None;
    }
    let mut finding = dist_entry::check(manifest, name, measured);
    finding.required = true;
    (finding.class.is_none() || is_same_file(path, &distdir.join(name))).then_some(finding)
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| path.metadata().ok().map(|file| (file.dev(), file.ino()));
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

/// What of the file at `path` has to be computed for its DIST entry.
pub(crate) fn wanted(inputs: &Inputs, path: &Path) -> Wanted {
    let name = path.file_name().and_then(|name| name.to_str());
    let hashes = inputs.manifest.as_ref().zip(name).map(|(m, name)| dist_entry::wanted(m, name));
    Wanted { hashes: hashes.unwrap_or_default(), ..Wanted::default() }
}

/// Whether `bytes`, read from `path`, are what the Manifest lists under that name.
pub(crate) fn is_listed(inputs: &Inputs, path: &Path, bytes: &[u8]) -> bool {
    let Some(manifest) = &inputs.manifest else { return false };
    let mut bytes = bytes;
    pass::measure_stream(&mut bytes, path, &wanted(inputs, path), None, &mut |_| {})
        .ok()
        .and_then(|measured| settled(manifest, &inputs.distdir, path, &measured))
        .is_some_and(|finding| finding.class.is_none())
}

/// All of them together. Nothing was settled before where the Manifest lists none of them.
pub(crate) fn together(distfiles: Vec<DistfileReport>, errors: Vec<InputError>) -> Report {
    let is_fixed = |finding: &Finding| finding.check == Check::Manifest && finding.class.is_none();
    let fixed = |distfile: &DistfileReport| distfile.findings.iter().any(is_fixed);
    let clock = if distfiles.iter().any(fixed) { Clock::Emerge } else { Clock::Bump };
    let summary = Summary::of(clock, distfiles.iter().map(|d| d.findings.as_slice()));
    Report { clock, distfiles, errors, summary, strict: false, package: None }
}
