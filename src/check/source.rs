//! The archive against git, as a check of the plan: which commit, and what the comparison says.

use super::inputs::SourceInput;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::release::source::{self, CommitSpec, Options};
use std::path::Path;

/// Compares the archive at `path`, which is `upstream_name` upstream and about
/// which `findings` were made, with the clone. `progress` is
/// told how many bytes were read.
///
/// Never fails: where nothing could be compared, the finding says why.
pub(super) fn check(
    input: &SourceInput,
    path: &Path,
    upstream_name: &str,
    findings: &[Finding],
    progress: &(dyn Fn(u64) + Sync),
) -> Finding {
    let mut spec = input.commit.clone();
    if spec == CommitSpec::default() {
        match source::attested(findings) {
            Ok(Some(attested)) => spec = CommitSpec::of(attested),
            Ok(None) => {}
            Err(error) => return source::failed(&error),
        }
    }
    // A name without a version, as of a download by its number, is nothing to find a tag by.
    let upstream_name = source::has_version(upstream_name).then(|| upstream_name.to_owned());
    let options = Options { upstream_name, ..input.options.clone() };
    let finding = source::check(path, &input.clone, &spec, &options, progress);
    let refused = findings.iter().any(|finding| {
        matches!(finding.check, Check::Provenance | Check::Sigstore)
            && matches!(finding.outcome(), Outcome::Contradicts | Outcome::Unusable)
    });
    if refused && spec.attested_by.is_none() {
        return finding.noting(
            FailureClass::CommitUnavailable,
            "the provenance does not hold, so the commit comes from a tag or the command line",
        );
    }
    finding
}
