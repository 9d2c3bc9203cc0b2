//! The commit that a distfile's attestations name.

use super::SourceError;
use crate::answer::facts::Of;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use std::collections::BTreeSet;

/// A commit that an authentic attestation of the distfile names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Attested {
    /// The commit.
    pub(crate) commit: String,
    /// The tag that the workflow ran on.
    pub(crate) tag: Option<String>,
    /// Who published. Raw text from outside.
    pub(crate) publisher: String,
    /// Whether no one said who should have published: anyone can attest any commit.
    pub(crate) by_anyone: bool,
    /// Whether provenance named it, and no other attestation.
    pub(crate) by_provenance: bool,
}

/// What the findings about a distfile say of its commit: of those attestations that count, or of
/// all that are authentic where no one said who should have published.
///
/// # Errors
///
/// [`SourceError::SeveralAttested`] where attestations name different commits.
pub(crate) fn attested(findings: &[Finding]) -> Result<Option<Attested>, SourceError> {
    let counts = |finding: &&Finding| {
        matches!(finding.check, Check::Provenance | Check::Sigstore)
            && matches!(finding.class, None | Some(FailureClass::NotCheckedNoExpectation))
    };
    let named: BTreeSet<Attested> = findings.iter().filter(counts).filter_map(named).collect();
    let commits: BTreeSet<String> = named.iter().map(|n| n.commit.clone()).collect();
    match commits.len() {
        0 | 1 => {
            let by_provenance = named.iter().all(|named| named.by_provenance);
            Ok(named.into_iter().next().map(|first| Attested { by_provenance, ..first }))
        }
        _ => Err(SourceError::SeveralAttested(commits.into_iter().collect())),
    }
}

fn named(finding: &Finding) -> Option<Attested> {
    let Of::Attested(facts) = &finding.facts.of else { return None };
    let tag = facts.reference.as_ref().and_then(|reference| reference.strip_prefix("refs/tags/"));
    Some(Attested {
        commit: facts.commit.clone()?,
        tag: tag.map(str::to_owned),
        publisher: facts.publisher.clone()?,
        by_anyone: finding.class.is_some(),
        by_provenance: finding.check == Check::Provenance,
    })
}
