//! What files of SSH keys say: public keys, one a line, and lists of allowed signers.

use crate::answer::failure::FailureClass;
use crate::bytes::sniff::{is_ssh_certificate_type, is_ssh_key_type};
use crate::evidence::ssh;
use crate::evidence::ssh::allowed::{self, AllowedError, Line};
use jiff::Timestamp;
use serde::Serialize;
use ssh_key::PublicKey;
use ssh_key::public::KeyData;
use std::path::Path;
use std::time::SystemTime;

/// An SSH key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SshKey {
    /// The line of the file, from 1.
    pub(crate) line: usize,
    /// SHA-256 fingerprint.
    pub(crate) fingerprint: String,
    /// The kind of key, as the file names it.
    pub(crate) algorithm: String,
    /// Bits of an RSA key.
    pub(crate) bits: Option<usize>,
    /// What follows the key: a note that nothing authenticates.
    pub(crate) comment: String,
    /// The class that a signature made now ends in; `None` where it counts.
    pub(crate) class: Option<FailureClass>,
    /// Why.
    pub(crate) text: String,
}

/// A line of a list of allowed signers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SshSigner {
    /// The key.
    #[serde(flatten)]
    pub(crate) key: SshKey,
    /// Patterns of the identities that the key may sign as.
    pub(crate) principals: String,
    /// Whether the key only signs certificates.
    pub(crate) authority: bool,
    /// Patterns of the namespaces that it may sign for; `None` is any.
    pub(crate) namespaces: Option<String>,
    /// The time from which on it may sign (RFC 3339).
    pub(crate) valid_after: Option<String>,
    /// The time until which it may sign (RFC 3339).
    pub(crate) valid_before: Option<String>,
}

/// What a text file with SSH keys is.
#[derive(Debug)]
pub(super) enum SshFile {
    /// Public keys, as `ssh-keygen` writes them.
    Keys(Vec<SshKey>),
    /// Allowed signers.
    Signers(Vec<SshSigner>),
    /// A certificate.
    Certificate,
}

impl SshFile {
    /// Reads a file of SSH keys; `None` where no line begins as one of them or of a list.
    ///
    /// # Errors
    ///
    /// If a line cannot be read.
    pub(super) fn read(
        path: &Path,
        bytes: &[u8],
        now: SystemTime,
    ) -> Option<Result<Self, AllowedError>> {
        let text = std::str::from_utf8(bytes).ok()?;
        let line = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let first = text.lines().find(line)?;
        let mut words = first.split_ascii_whitespace();
        let name = words.next()?;
        if is_ssh_key_type(name) {
            if is_ssh_certificate_type(name) {
                return Some(Ok(Self::Certificate));
            }
            return Some(keys(path, text));
        }
        words.any(is_ssh_key_type).then(|| {
            let lines = allowed::parse(path, bytes)?;
            Ok(Self::Signers(lines.iter().map(|line| SshSigner::of(line, now)).collect()))
        })
    }
}

fn keys(path: &Path, text: &str) -> Result<SshFile, AllowedError> {
    let mut keys = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let key = PublicKey::from_openssh(line).map_err(|_| AllowedError::Line {
            path: path.to_owned(),
            line: number,
            fault: allowed::LineFault::Key,
        })?;
        keys.push(SshKey::of(number, key.key_data(), key.comment(), ssh::usable(key.key_data())));
    }
    Ok(SshFile::Keys(keys))
}

impl SshKey {
    fn of(
        line: usize,
        key: &KeyData,
        comment: &str,
        usable: Result<(), (FailureClass, String)>,
    ) -> Self {
        let bits = match key {
            KeyData::Rsa(rsa) => rsa.n.as_positive_bytes().map(|n| n.len() * 8),
            _ => None,
        };
        let (class, text) = match usable {
            Ok(()) => (None, String::new()),
            Err((class, text)) => (Some(class), text),
        };
        Self {
            line,
            fingerprint: ssh::fingerprint(key),
            algorithm: key.algorithm().as_str().to_owned(),
            bits,
            comment: comment.to_owned(),
            class,
            text,
        }
    }
}

impl SshSigner {
    fn of(line: &Line, now: SystemTime) -> Self {
        let time = |time: Option<SystemTime>| {
            time.and_then(|time| Timestamp::try_from(time).ok()).map(|time| time.to_string())
        };
        Self {
            key: SshKey::of(line.number, &line.key, "", ssh::standing(line, now)),
            principals: line.principals.clone(),
            authority: line.authority,
            namespaces: line.namespaces.clone(),
            valid_after: time(line.after),
            valid_before: time(line.before),
        }
    }
}
