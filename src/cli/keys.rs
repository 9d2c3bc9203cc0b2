//! The options that name keys, which several subcommands share.

use super::options::OpenpgpOptions;
use crate::check::signatures::Keys;
use crate::ed25519::PublicKey;
use crate::error::Error;
use crate::finding::Check;
use clap::Args;
use std::path::PathBuf;

/// The options that name keys.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// OpenPGP
    #[command(flatten)]
    pub openpgp: OpenpgpOptions,

    /// A signify key, with the comment line or without
    #[arg(long, value_name = "FILE", help_heading = "Other signatures")]
    pub signify_key: Vec<PathBuf>,

    /// A minisign key, with the comment line or without
    #[arg(long, value_name = "FILE", help_heading = "Other signatures")]
    pub minisign_key: Vec<PathBuf>,
}

impl KeyArgs {
    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// Where a key file cannot be read or holds no key.
    pub fn read(&self) -> Result<Keys, Error> {
        let read = |paths: &[PathBuf]| -> Result<Vec<_>, _> {
            paths.iter().map(|path| PublicKey::read(path)).collect()
        };
        Ok(Keys {
            ring: self.openpgp.ring()?,
            policy: self.openpgp.policy(),
            signify: read(&self.signify_key)?,
            minisign: read(&self.minisign_key)?,
        })
    }

    /// The checks for which a key was given.
    pub fn checks(&self) -> impl Iterator<Item = Check> {
        let given = [
            (Check::Openpgp, !self.openpgp.openpgp_key.is_empty()),
            (Check::Signify, !self.signify_key.is_empty()),
            (Check::Minisign, !self.minisign_key.is_empty()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(check, _)| check)
    }
}
