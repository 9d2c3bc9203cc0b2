//! The bundles of one file.

use crate::answer::failure::FailureClass;
use crate::answer::finding::Finding;
use crate::bytes::input::file_name;
use crate::check::bundle::{self, JudgedBundle};
use crate::evidence::sigstore::{AttestationFault, UnverifiedBundle};
use std::path::{Path, PathBuf};

/// The bundles of one file.
pub(super) struct Bundles {
    pub(super) path: PathBuf,
    pub(super) read: Vec<Result<UnverifiedBundle, AttestationFault>>,
}

impl Bundles {
    /// A finding for each of the `judged` that are about the file: none hides another. `alone` is what
    /// [`bundle::alone`] says of all bundles of the file.
    pub(super) fn findings(&self, judged: Vec<JudgedBundle<'_>>, alone: bool) -> Vec<Finding> {
        let finding = |one: JudgedBundle<'_>| from(&self.path, one.finding(alone));
        let mut findings: Vec<_> = judged.into_iter().map(finding).collect();
        let others = self.read.len() - findings.len();
        match findings.first_mut() {
            Some(first) if others > 0 => {
                first.compared = format!(
                    "{} ({others} more of {} are about other files)",
                    first.compared,
                    file_name(&self.path)
                );
            }
            Some(_) => {}
            None => findings.push(from(&self.path, bundle::about_others(self.read.len()))),
        }
        findings
    }
}

pub(super) fn from(path: &Path, mut finding: Finding) -> Finding {
    // What is wrong with a file itself names the file.
    use FailureClass::{ProvenanceEmpty, ProvenanceMalformed};
    if matches!(finding.class, Some(ProvenanceEmpty | ProvenanceMalformed)) {
        finding.compared = format!("{}: {}", file_name(path), finding.compared);
    }
    finding.read_from(path)
}
