//! Options about Sigstore bundles, PEP 740 provenance and the trusted root.

use super::pins::PinOptions;
use crate::bytes::input::{EVIDENCE_LIMIT, read_operand};
use crate::cli::error::{Error, UsageError};
use crate::evidence::expectation::{Pins, PublisherExpectation};
use crate::evidence::sigstore::{BundlePolicy, GITHUB, ManagedKey, TrustedRoot, Verifier};
use clap::Args;
use std::path::{Path, PathBuf};

/// Who must have signed a bundle or published, and how.
#[derive(Debug, Args)]
pub(crate) struct SigstoreOptions {
    /// Identity in the certificate of a Sigstore bundle; repeatable, one of them is enough
    #[arg(long, value_name = "ID", help_heading = "Sigstore bundles")]
    pub(crate) identity: Vec<String>,

    /// OIDC issuer in the certificate of a Sigstore bundle: one for all, or one for each identity
    #[arg(long, value_name = "URL", requires = "identity", help_heading = "Sigstore bundles")]
    pub(crate) issuer: Vec<String>,

    /// Public key of a Sigstore bundle that has no certificate; repeatable
    #[arg(long, value_name = "FILE", help_heading = "Sigstore bundles")]
    pub(crate) sigstore_key: Vec<PathBuf>,

    /// Repository that must have published, https://github.com/OWNER/NAME or on gitlab.com
    #[arg(long, value_name = "URL", help_heading = "Provenance")]
    pub(crate) repository: Option<String>,

    /// Who must have published, where no repository is: gcp:EMAIL, circleci:UUID, gitlab:URL, …
    #[arg(
        long,
        value_name = "KIND:VALUE",
        conflicts_with = "repository",
        help_heading = "Provenance"
    )]
    pub(crate) publisher: Option<String>,

    #[command(flatten)]
    pub(crate) pins: PinOptions,

    /// Sigstore trusted_root.json, or "github" for GitHub's own authority; default: the newer of the
    /// system's and the one built in
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,
}

impl SigstoreOptions {
    /// Who may have signed bundles; empty where no one was named.
    ///
    /// # Errors
    ///
    /// If a key file cannot be read or holds no key, or an identity has no issuer.
    pub(crate) fn bundle_policies(&self) -> Result<Vec<BundlePolicy>, Error> {
        let mut policies = Vec::new();
        for path in &self.sigstore_key {
            let bytes = read_operand(path, EVIDENCE_LIMIT)?;
            let key = ManagedKey::parse(&bytes)
                .map_err(|source| Error::ManagedKey { path: path.clone(), source })?;
            policies.push(BundlePolicy::ManagedKey(key));
        }
        // GitHub's certificates for releases name no issuer.
        let github = self.trusted_root.as_deref() == Some(Path::new(GITHUB));
        let issuers: Vec<Option<&String>> = match self.issuer.as_slice() {
            [] if self.identity.is_empty() => Vec::new(),
            [] if github => self.identity.iter().map(|_| None).collect(),
            [one] => self.identity.iter().map(|_| Some(one)).collect(),
            several if several.len() == self.identity.len() => several.iter().map(Some).collect(),
            _ => return Err(UsageError::Issuers.into()),
        };
        for (identity, issuer) in self.identity.iter().zip(issuers) {
            let (identity, issuer) = (identity.clone(), issuer.cloned());
            policies.push(BundlePolicy::Identity { identity, issuer });
        }
        Ok(policies)
    }

    /// Whether someone is named who must have published.
    pub(crate) fn names_publisher(&self) -> bool {
        self.repository.is_some() || self.publisher.is_some()
    }

    /// Who must have published.
    ///
    /// # Errors
    ///
    /// If the option names no one.
    pub(crate) fn expectation(&self) -> Result<Option<PublisherExpectation>, UsageError> {
        let repository = self.repository.as_deref().map(PublisherExpectation::from_repository);
        let publisher = self.publisher.as_deref().map(PublisherExpectation::from_publisher);
        repository.or(publisher).transpose().map_err(UsageError::Publisher)
    }

    /// How it must have been published.
    ///
    /// # Errors
    ///
    /// If a glob does not parse, or no one is named whose publishing to pin.
    pub(crate) fn pins(&self) -> Result<Pins, UsageError> {
        let pins = self.pins_of_anybody()?;
        if !self.names_publisher() && !pins.is_empty() {
            return Err(UsageError::PinWithoutPublisher);
        }
        Ok(pins)
    }

    /// As [`Self::pins`], where someone else says whose publishing they are about.
    ///
    /// # Errors
    ///
    /// If a glob does not parse.
    pub(crate) fn pins_of_anybody(&self) -> Result<Pins, UsageError> {
        self.pins.pins()
    }

    /// A verifier under the trusted root that counts.
    ///
    /// # Errors
    ///
    /// If that root cannot be read or used.
    pub(crate) fn verifier(&self) -> Result<Verifier, Error> {
        Ok(Verifier::new(TrustedRoot::load(self.trusted_root.as_deref())?))
    }
}
