//! The finding for a Sigstore bundle.

use crate::answer::access::Capability;
use crate::answer::facts::{AttestedFacts, Of};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::pass::Measured;
use crate::evidence::sigstore::{
    ArtifactDigests, AttestationFault, AuthenticatedBundle, BundlePolicy, UnverifiedBundle,
    Verifier,
};

/// A bundle, the file it stands beside, and who should have signed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BundleRequest<'a> {
    /// What [`UnverifiedBundle::parse`] made of the bundle.
    pub(crate) bundle: &'a Result<UnverifiedBundle, AttestationFault>,
    /// The file, with what [`UnverifiedBundle::needs`] asked for.
    pub(crate) artifact: ArtifactDigests<'a>,
    /// Who should have signed; where nobody is expected, nothing is checked.
    pub(crate) policy: Option<&'a BundlePolicy>,
    /// The verifier.
    pub(crate) verifier: &'a Verifier,
}

/// Checks a bundle: one finding of [`Check::Sigstore`].
pub(crate) fn check(request: &BundleRequest<'_>) -> Finding {
    let bundle = match request.bundle {
        Ok(bundle) => bundle,
        Err(fault) => return failing(fault),
    };
    let Some(policy) = request.policy else {
        let compared = "nobody said who should have signed the bundle";
        return Finding::fails(Check::Sigstore, FailureClass::NotCheckedNoExpectation, compared)
            .knowing(claimed(bundle));
    };
    let mut finding = match request.verifier.bundle(bundle, &request.artifact, policy) {
        Ok(facts) => agreeing(&facts, policy),
        Err(fault) => failing(&fault).knowing(claimed(bundle)),
    };
    if let Of::Attested(facts) = &mut finding.facts.of {
        facts.trusted_root = Some(request.verifier.root().source().to_string());
    }
    finding
}

fn claimed(bundle: &UnverifiedBundle) -> AttestedFacts {
    AttestedFacts { unauthenticated: Some(bundle.describe()), ..AttestedFacts::default() }
}

fn failing(fault: &AttestationFault) -> Finding {
    Finding::fails(Check::Sigstore, fault.class(), format!("the Sigstore bundle: {fault}"))
}

fn agreeing(facts: &AuthenticatedBundle, policy: &BundlePolicy) -> Finding {
    let about = match facts.statement() {
        Some(statement) => format!("a {} statement", statement.predicate_type),
        None => "a signature".to_owned(),
    };
    let time = facts.time().map(|t| format!(" at {t}")).unwrap_or_default();
    let (expected, vouches, forgers): (_, _, &[Capability]) = match policy {
        BundlePolicy::Identity { identity, issuer } => (
            format!("the certificate of {identity}"),
            format!("{identity} according to {issuer}, logged{time}"),
            &[
                Capability::Publish,
                Capability::Job,
                Capability::Source,
                Capability::Forge,
                Capability::Sigstore,
                Capability::Gentoo,
            ],
        ),
        BundlePolicy::ManagedKey(_) => (
            "the given key".to_owned(),
            format!("the holder of the given key, logged{time}"),
            &[Capability::Key, Capability::Job, Capability::Source, Capability::Gentoo],
        ),
    };
    let compared = format!("the bundle holds {about} over this file by {expected}");
    Finding::agrees(Check::Sigstore, compared, vouches)
        .forged_by(forgers.iter().copied())
        .knowing(facts.facts())
}

/// The digests of what was measured, in the form that bundles want.
pub(super) fn artifact(measured: &Measured) -> ArtifactDigests<'_> {
    fn array<const N: usize>(measured: &Measured, name: HashName) -> Option<[u8; N]> {
        measured.digests.get(&name)?.as_slice().try_into().ok()
    }
    ArtifactDigests {
        // Wanted by every bundle and every provenance, so it is there whenever it is looked at.
        sha256: array(measured, HashName::Sha256).unwrap_or_default(),
        sha384: array(measured, HashName::Sha384),
        sha512: array(measured, HashName::Sha512),
        blob: measured.blob.as_deref(),
    }
}
