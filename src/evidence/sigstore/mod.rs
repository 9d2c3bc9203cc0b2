//! Sigstore: the only callers of the Sigstore project's verifier crates.
//!
//! Evidence goes in as [`UnverifiedAttestation`] or [`UnverifiedBundle`] and comes out as
//! [`AuthenticatedAttestation`] or [`AuthenticatedBundle`], which nothing else can make: a claim
//! of a certificate cannot be read before its signature, its chain and its log entries were
//! checked.
//!
//! The crates judge certificates at the time that a log or time stamp authority signed, never at
//! now. They do compare that time with now, to refuse one that lies in the future, and take no
//! other clock: a time that `--time` gives does not reach this check.
//!
//! Attestations of private GitHub repositories and of immutable releases (GitHub's own instance: a time
//! stamp, but neither a log nor a certificate timestamp) are judged under GitHub's own root alone,
//! which has to be named: the bundle never chooses what is asked of it.
//!
//! A build without the feature `sigstore` has the same functions, and each answers
//! [`FailureClass::NotCheckedBuild`](crate::answer::failure::FailureClass::NotCheckedBuild).

// Without Sigstore nothing is ever authenticated, and what carries it is never reached.
#![cfg_attr(not(feature = "sigstore"), allow(dead_code))]

#[cfg(not(feature = "sigstore"))]
#[path = "absent.rs"]
mod backend;
#[cfg(feature = "sigstore")]
mod backend;

mod authentic;
mod bundle;
mod container;
mod fault;
mod form;
mod root;

pub(crate) use authentic::{AuthenticatedAttestation, AuthenticatedBundle, DetachedAttestation};
pub(crate) use bundle::{
    ArtifactDigests, BLOB_LIMIT, BundlePolicy, ManagedKey, ManagedKeyError, Needs,
    UnverifiedBundle, about, bundles,
};
pub(crate) use container::documents;
pub(crate) use fault::{AttestationFault, Reason};
pub(crate) use form::Form;
pub(crate) use root::{GITHUB, RootEntry, RootError, RootSummary, SYSTEM_DIRECTORY, TrustedRoot};

use crate::answer::facts::ClaimedFacts;
use crate::evidence::pep740::{Subject, UnverifiedAttestation};
#[cfg(any(feature = "fuzzing", test))]
use std::collections::BTreeMap;

/// Whether this build can check Sigstore evidence.
pub(crate) const SUPPORTED: bool = cfg!(feature = "sigstore");

/// Turns evidence into facts, under one trusted root.
#[derive(Debug)]
pub(crate) struct Verifier {
    root: TrustedRoot,
}

impl Verifier {
    /// A verifier under `root`.
    pub(crate) fn new(root: TrustedRoot) -> Self {
        Self { root }
    }

    /// The trusted root.
    pub(crate) fn root(&self) -> &TrustedRoot {
        &self.root
    }

    /// Authenticates an attestation of PEP 740, and that it is about `subject`: signature,
    /// certificate chain, certificate timestamp, every log entry and the one subject's digests. Who
    /// signed, and under what name, is for the caller to judge.
    ///
    /// # Errors
    ///
    /// The first thing that does not hold.
    pub(crate) fn attestation(
        &self,
        attestation: &UnverifiedAttestation,
        subject: &Subject<'_>,
    ) -> Result<AuthenticatedAttestation, AttestationFault> {
        self.root.backend.attestation(attestation, Some(subject))
    }

    /// Authenticates an attestation of PEP 740 whose file is not at hand: that of a previous
    /// release, or one to take pins from. What it is about is not compared with anything.
    ///
    /// # Errors
    ///
    /// The first thing that does not hold.
    pub(crate) fn detached(
        &self,
        attestation: &UnverifiedAttestation,
    ) -> Result<DetachedAttestation, AttestationFault> {
        let attestation = self.root.backend.attestation(attestation, None)?;
        Ok(DetachedAttestation::of_attestation(&attestation))
    }

    /// Authenticates a bundle with a certificate whose file is not at hand. What it is about is
    /// compared with itself alone.
    ///
    /// # Errors
    ///
    /// The first thing that does not hold.
    pub(crate) fn detached_bundle(
        &self,
        bundle: &UnverifiedBundle,
    ) -> Result<DetachedAttestation, AttestationFault> {
        let (sha256, sha512) = bundle.backend.attested();
        let sha256: Option<[u8; 32]> = sha256.and_then(|digest| digest.try_into().ok());
        let sha512: Option<[u8; 64]> = sha512.and_then(|digest| digest.try_into().ok());
        if sha256.is_none() && sha512.is_none() {
            return Err(Reason::NoFile.into());
        }
        // A statement that names a SHA-512 alone is compared by that.
        let sha512 = sha512.filter(|_| sha256.is_none());
        let artifact = ArtifactDigests { sha256, sha384: None, sha512, blob: None };
        let facts = self.root.backend.bundle(&bundle.backend, &artifact, None)?;
        DetachedAttestation::of_bundle(&facts).ok_or_else(|| Reason::KeyInstead.into())
    }

    /// Authenticates a Sigstore bundle, that it is about `artifact`, and that who `policy` names
    /// signed it.
    ///
    /// # Errors
    ///
    /// The first thing that does not hold.
    pub(crate) fn bundle(
        &self,
        bundle: &UnverifiedBundle,
        artifact: &ArtifactDigests<'_>,
        policy: &BundlePolicy,
    ) -> Result<AuthenticatedBundle, AttestationFault> {
        self.root.backend.bundle(&bundle.backend, artifact, Some(policy))
    }

    /// Authenticates a Sigstore bundle with a certificate, and that it is about `artifact`. Who
    /// signed it is in its claims, and for the caller to compare: that of a previous release.
    ///
    /// # Errors
    ///
    /// The first thing that does not hold.
    pub(crate) fn signer(
        &self,
        bundle: &UnverifiedBundle,
        artifact: &ArtifactDigests<'_>,
    ) -> Result<AuthenticatedBundle, AttestationFault> {
        self.root.backend.bundle(&bundle.backend, artifact, None)
    }
}

/// What a certificate claims, for the fuzz targets.
#[cfg(any(feature = "fuzzing", test))]
pub(crate) fn describe_der(der: &[u8]) -> BTreeMap<String, String> {
    backend::describe_certificate(der)
}

/// What an attestation *claims*, for inspection only; nothing of it was checked.
pub(crate) fn describe_attestation(attestation: &UnverifiedAttestation) -> ClaimedFacts {
    attestation.describe(&backend::describe_certificate)
}
