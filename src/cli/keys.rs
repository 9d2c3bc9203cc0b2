//! The options that name keys, which several subcommands share.

use super::options::OpenpgpOptions;
use crate::answer::finding::Check;
use crate::bytes::input::{EVIDENCE_LIMIT, read_operand};
use crate::check::signatures::Keys;
use crate::cli::error::{Error, UsageError};
use crate::evidence::ed25519::PublicKey;
use crate::evidence::openpgp::{KeyRing, PolicyKind};
use crate::evidence::ssh::AllowedSigners;
use crate::evidence::{minisign, openpgp, signify};
use crate::release::review;
use crate::release::source::{NAMESPACE, TagKeys};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// The options that name keys.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// OpenPGP
    #[command(flatten)]
    pub(crate) openpgp: OpenpgpOptions,

    /// A signify key, with the comment line or without
    #[arg(long, value_name = "FILE", help_heading = "Other signatures")]
    pub(crate) signify_key: Vec<PathBuf>,

    /// A minisign key, with the comment line or without
    #[arg(long, value_name = "FILE", help_heading = "Other signatures")]
    pub(crate) minisign_key: Vec<PathBuf>,

    /// Who may make SSH signatures, as ssh-keygen -Y verify takes it
    #[arg(long, value_name = "FILE", help_heading = "Other signatures")]
    pub(crate) ssh_allowed_signers: Option<PathBuf>,

    /// Who must have made the SSH signature; default: anybody of the list
    #[arg(
        long,
        value_name = "ID",
        help_heading = "Other signatures",
        requires = "ssh_allowed_signers"
    )]
    pub(crate) ssh_identity: Option<String>,

    /// What the SSH signature must be for
    #[arg(
        long,
        value_name = "NAME",
        default_value = "file",
        help_heading = "Other signatures",
        requires = "ssh_allowed_signers"
    )]
    pub(crate) ssh_namespace: String,
}

impl KeyArgs {
    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// Where a key file cannot be read or holds no key.
    pub(crate) fn read(&self) -> Result<Keys, Error> {
        self.read_under(PolicyKind::Gentoo)
    }

    /// Reads the keys; OpenPGP's under `policy` unless an option names one.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn read_under(&self, policy: PolicyKind) -> Result<Keys, Error> {
        let read = |paths: &[PathBuf]| -> Result<Vec<_>, _> {
            paths.iter().map(|path| PublicKey::read(path)).collect()
        };
        let given = |keys: Vec<PublicKey>| (!keys.is_empty()).then_some(keys);
        let policy = self.openpgp.policy(policy);
        Ok(Keys {
            openpgp: self.openpgp.ring()?.map(|ring| openpgp::Keys { ring, policy }),
            signify: given(read(&self.signify_key)?).map(signify::Keys),
            minisign: given(read(&self.minisign_key)?).map(minisign::Keys),
            ssh: self.allowed_signers()?,
        })
    }

    fn allowed_signers(&self) -> Result<Option<AllowedSigners>, Error> {
        let Some(path) = &self.ssh_allowed_signers else { return Ok(None) };
        let (identity, namespace) = (self.ssh_identity.clone(), self.ssh_namespace.clone());
        Ok(Some(AllowedSigners::read(path, identity, namespace)?))
    }

    /// The checks for which a key was given.
    pub(crate) fn checks(&self) -> impl Iterator<Item = Check> {
        let given = [
            (Check::Openpgp, !self.openpgp.openpgp_key.is_empty()),
            (Check::Signify, !self.signify_key.is_empty()),
            (Check::Minisign, !self.minisign_key.is_empty()),
            (Check::Ssh, self.ssh_allowed_signers.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(check, _)| check)
    }
}

/// The keys whose signatures over tags and commits count, and whether there has to be one; `None`
/// where no file was given.
///
/// # Errors
///
/// Where a file is neither a list of allowed signers nor holds an OpenPGP key.
pub(crate) fn tag_keys(
    files: &[PathBuf],
    required: bool,
    now: SystemTime,
) -> Result<Option<TagKeys>, Error> {
    let (openpgp, ssh) = signers(files, NAMESPACE)?;
    let openpgp = openpgp.map(Arc::new);
    Ok((!files.is_empty()).then_some(TagKeys { openpgp, ssh, required, now }))
}

/// The keys whose signatures over review records count; `None` where no file was given.
///
/// # Errors
///
/// Where a file is neither a list of allowed signers nor holds an OpenPGP key.
pub(crate) fn review_keys(
    files: &[PathBuf],
    now: SystemTime,
) -> Result<Option<Arc<review::Keys>>, Error> {
    let (openpgp, ssh) = signers(files, review::NAMESPACE)?;
    Ok((!files.is_empty()).then(|| Arc::new(review::Keys { openpgp, ssh, now })))
}

/// OpenPGP keys and lists of allowed signers, told apart by their contents.
fn signers(
    files: &[PathBuf],
    namespace: &str,
) -> Result<(Option<openpgp::Keys>, Option<AllowedSigners>), Error> {
    let (mut rings, mut ssh) = (Vec::new(), None);
    for path in files {
        // Once: it may be a pipe.
        let bytes = read_operand(path, EVIDENCE_LIMIT)?;
        if is_allowed_signers(&bytes) {
            if ssh.is_some() {
                return Err(UsageError::SeveralAllowedSigners.into());
            }
            ssh = Some(AllowedSigners::of(path, &bytes, None, namespace.to_owned())?);
        } else {
            rings.push((path.as_path(), bytes));
        }
    }
    let ring = (!rings.is_empty()).then(|| KeyRing::of(&rings)).transpose()?;
    let openpgp = ring.map(|ring| openpgp::Keys { ring, policy: PolicyKind::Gentoo });
    Ok((openpgp, ssh))
}

/// Whether a file is text with the name of an SSH key's kind in it, and not an OpenPGP key.
fn is_allowed_signers(bytes: &[u8]) -> bool {
    const KINDS: [&str; 4] = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-", "sk-"];
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        words.any(|word| KINDS.iter().any(|kind| word.starts_with(kind)))
    };
    !text.contains("-----BEGIN PGP") && text.lines().any(line)
}
