//! The options that name keys, which several subcommands share.

use super::options::{OpenpgpOptions, id};
use crate::answer::finding::Check;
use crate::bytes::input::{EVIDENCE_LIMIT, read_operand};
use crate::bytes::sniff::is_ssh_key_type;
use crate::cli::error::{Error, UsageError};
use crate::evidence::kinds::{Keys, SignatureKind};
use crate::evidence::openpgp::{self, KeyRing, PolicyKind};
use crate::evidence::scheme::{KeyOption, KeyOptions, Takes};
use crate::evidence::ssh::AllowedSigners;
use crate::release::review;
use crate::release::source::{NAMESPACE, TagKeys};
use clap::{Arg, ArgAction, ArgMatches, Args, Command};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// The options that name keys.
#[derive(Debug, Clone, Args)]
pub(crate) struct KeyArgs {
    /// OpenPGP
    #[command(flatten)]
    pub(crate) openpgp: OpenpgpOptions,

    /// Every other kind of signature
    #[command(flatten)]
    pub(crate) others: KeyOptions,
}

impl KeyArgs {
    /// Reads the keys.
    ///
    /// # Errors
    ///
    /// If a key file cannot be read or holds no key.
    pub(crate) fn read(&self) -> Result<Keys, Error> {
        self.read_under(PolicyKind::Gentoo)
    }

    /// Reads the keys; OpenPGP's under `policy` unless an option names one.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub(crate) fn read_under(&self, policy: PolicyKind) -> Result<Keys, Error> {
        let ring = self.openpgp.ring()?;
        let mut keys = Keys::read(&self.others)?;
        if let Some(ring) = ring {
            keys.set(openpgp::Keys { ring, policy: self.openpgp.policy(policy) });
        }
        Ok(keys)
    }

    /// The checks for which a key was given.
    pub(crate) fn checks(&self) -> impl Iterator<Item = Check> {
        Check::SIGNATURES.into_iter().filter(|check| self.has(*check))
    }

    /// Whether a key for `check` was given.
    pub(crate) fn has(&self, check: Check) -> bool {
        match key_option(check) {
            Some(option) => self.others.all(option.name).next().is_some(),
            None => check == Check::Openpgp && !self.openpgp.openpgp_key.is_empty(),
        }
    }

    /// Adds a key file for `check`, as its option does.
    pub(crate) fn add(&mut self, check: Check, file: PathBuf) {
        match key_option(check) {
            Some(option) => self.others.0.push((option.name, file.into_os_string())),
            None => self.openpgp.openpgp_key.push(file),
        }
    }

    /// The key files.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> {
        let others = Check::SIGNATURES.into_iter().filter_map(key_option);
        let others = others.flat_map(|option| self.others.paths(option.name));
        self.openpgp.openpgp_key.iter().cloned().chain(others)
    }
}

/// The option for key files of `check`; `None` for OpenPGP and for what has no keys.
pub(crate) fn key_option(check: Check) -> Option<&'static KeyOption> {
    SignatureKind::of_check(check)?.options.first()
}

/// The heading of the options for keys in the help.
const HEADING: &str = "Other signatures";

/// The options of every kind, in the order of the checks.
fn options() -> impl Iterator<Item = &'static KeyOption> {
    Check::SIGNATURES.into_iter().filter_map(SignatureKind::of_check).flat_map(|kind| kind.options)
}

impl Args for KeyOptions {
    fn augment_args(command: Command) -> Command {
        options().fold(command, |command, option| {
            let arg = Arg::new(id(option.name)).long(id(option.name)).value_name(option.value);
            let arg = arg.help(option.help).help_heading(HEADING);
            let path = || clap::builder::ValueParser::path_buf();
            command.arg(match option.takes {
                Takes::Files => arg.action(ArgAction::Append).value_parser(path()),
                Takes::File => arg.value_parser(path()),
                Takes::Text { with, default } => {
                    let arg = arg.requires(id(with));
                    default.into_iter().fold(arg, |arg, text| arg.default_value(text))
                }
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for KeyOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut options = Self::default();
        options.update_from_arg_matches(matches)?;
        Ok(options)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let given = options().flat_map(|option| {
            let raw = matches.get_raw(id(option.name)).into_iter().flatten();
            raw.map(|value| (option.name, value.to_owned()))
        });
        self.0 = given.collect();
        Ok(())
    }
}

/// The keys whose signatures over tags and commits count, and whether there has to be one; `None`
/// where no file was given. Of OpenPGP certificates `only` those count, where it names any.
///
/// # Errors
///
/// If a file is neither a list of allowed signers nor holds an OpenPGP key, or a certificate is not there.
pub(crate) fn tag_keys(
    files: &[PathBuf],
    only: &[String],
    required: bool,
    now: SystemTime,
) -> Result<Option<TagKeys>, Error> {
    let (openpgp, ssh) = signers(files, only, NAMESPACE)?;
    let openpgp = openpgp.map(Arc::new);
    Ok((!files.is_empty()).then_some(TagKeys { openpgp, ssh, required, now }))
}

/// The keys whose signatures over review records count; `None` where no file was given.
///
/// # Errors
///
/// If a file is neither a list of allowed signers nor holds an OpenPGP key.
pub(crate) fn review_keys(
    files: &[PathBuf],
    now: SystemTime,
) -> Result<Option<Arc<review::ReviewKeys>>, Error> {
    let (openpgp, ssh) = signers(files, &[], review::NAMESPACE)?;
    Ok((!files.is_empty()).then(|| Arc::new(review::ReviewKeys { openpgp, ssh, now })))
}

/// OpenPGP keys and lists of allowed signers, told apart by their contents.
fn signers(
    files: &[PathBuf],
    only: &[String],
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
    let ring = (!rings.is_empty()).then(|| KeyRing::of(&rings, only)).transpose()?;
    let openpgp = ring.map(|ring| openpgp::Keys { ring, policy: PolicyKind::Gentoo });
    Ok((openpgp, ssh))
}

/// Whether a file is text with the name of an SSH key's kind in it, and not an OpenPGP key.
fn is_allowed_signers(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let line = |line: &str| line.split_whitespace().any(is_ssh_key_type);
    !text.contains("-----BEGIN PGP") && text.lines().any(line)
}
