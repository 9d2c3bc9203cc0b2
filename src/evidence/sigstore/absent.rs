//! What stands in for the `sigstore` crate in a build without it: nothing is ever checked.

use super::fault::Reason;
use super::{
    ArtifactDigests, AttestationFault, AuthenticatedAttestation, AuthenticatedBundle, BundlePolicy,
    ManagedKeyError, Needs, RootSummary, Subject,
};
use crate::answer::facts::ClaimedFacts;
use crate::evidence::pep740::UnverifiedAttestation;
use serde_json::Value;
use std::collections::BTreeMap;

/// A root that lists nothing.
#[derive(Debug)]
pub(super) struct Root;

impl Root {
    pub(super) const BUILT_IN: &str = "{}";
    pub(super) const GITHUB: &str = "{}";

    pub(super) fn github(tree: Value) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Self::new(tree)
    }

    pub(super) fn new(_: Value) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    pub(super) fn summary(&self) -> RootSummary {
        RootSummary::default()
    }

    pub(super) fn attestation(
        &self,
        _: &UnverifiedAttestation,
        _: Option<&Subject<'_>>,
    ) -> Result<AuthenticatedAttestation, AttestationFault> {
        Err(Reason::NoSupport.into())
    }

    pub(super) fn bundle(
        &self,
        _: &Bundle,
        _: &ArtifactDigests<'_>,
        _: Option<&BundlePolicy>,
    ) -> Result<AuthenticatedBundle, AttestationFault> {
        Err(Reason::NoSupport.into())
    }
}

/// A bundle of which only the JSON was read.
#[derive(Debug, Clone)]
pub(super) struct Bundle;

impl Bundle {
    pub(super) fn new(_: Value) -> Result<Self, AttestationFault> {
        Ok(Self)
    }

    pub(super) fn needs(&self, _: Option<&BundlePolicy>) -> Needs {
        Needs::default()
    }

    pub(super) fn is_keyed(&self) -> bool {
        false
    }

    pub(super) fn is_about(&self, _: &str, _: &ArtifactDigests<'_>) -> bool {
        true
    }

    pub(super) fn attested(&self) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
        (None, None)
    }

    pub(super) fn describe(&self) -> ClaimedFacts {
        ClaimedFacts::default()
    }
}

/// A key of which nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key;

impl Key {
    pub(super) fn new(_: &[u8]) -> Result<Self, ManagedKeyError> {
        Ok(Self)
    }
}

pub(super) fn describe_certificate(_: &[u8]) -> BTreeMap<String, String> {
    BTreeMap::new()
}
