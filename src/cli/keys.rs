//! The options that name keys, which several subcommands share.

use crate::check::signatures::Keys;
use crate::ed25519::PublicKey;
use crate::error::Error;
use crate::finding::Check;
use crate::openpgp::{KeyRing, PolicyKind};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The options that name keys.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// OpenPGP keys, armored or binary; the only keys that count
    #[arg(long, value_name = "FILE", help_heading = "OpenPGP")]
    pub openpgp_key: Vec<PathBuf>,

    /// Only these certificates of the key files count
    #[arg(long, value_name = "FPR", help_heading = "OpenPGP", requires = "openpgp_key")]
    pub openpgp_fingerprint: Vec<String>,

    /// Which OpenPGP cryptography counts: what gemato takes, with weaknesses said, or Sequoia's
    /// standard policy
    #[arg(long, value_name = "POLICY", default_value = "gentoo", help_heading = "OpenPGP")]
    pub openpgp_policy: PolicyArg,

    /// A signify key, with the comment line or without
    #[arg(long, value_name = "FILE", help_heading = "Other signatures")]
    pub signify_key: Vec<PathBuf>,

    /// A minisign key, with the comment line or without
    #[arg(long, value_name = "FILE", help_heading = "Other signatures")]
    pub minisign_key: Vec<PathBuf>,
}

/// The values of `--openpgp-policy`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PolicyArg {
    /// What gemato takes, with weaknesses said
    Gentoo,
    /// Sequoia's standard policy
    Strict,
}

impl KeyArgs {
    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// Where a key file cannot be read or holds no key.
    pub fn read(&self) -> Result<Keys, Error> {
        let ring = (!self.openpgp_key.is_empty())
            .then(|| KeyRing::read(&self.openpgp_key, &self.openpgp_fingerprint))
            .transpose()?;
        let read = |paths: &[PathBuf]| -> Result<Vec<_>, _> {
            paths.iter().map(|path| PublicKey::read(path)).collect()
        };
        Ok(Keys {
            ring,
            policy: match self.openpgp_policy {
                PolicyArg::Gentoo => PolicyKind::Gentoo,
                PolicyArg::Strict => PolicyKind::Strict,
            },
            signify: read(&self.signify_key)?,
            minisign: read(&self.minisign_key)?,
        })
    }

    /// The checks for which a key was given.
    pub fn checks(&self) -> impl Iterator<Item = Check> {
        let given = [
            (Check::Openpgp, !self.openpgp_key.is_empty()),
            (Check::Signify, !self.signify_key.is_empty()),
            (Check::Minisign, !self.minisign_key.is_empty()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(check, _)| check)
    }
}
