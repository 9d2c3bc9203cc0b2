//! Signing a record with the user's own gpg or ssh-keygen, as git signs commits.

use super::error::ReviewError;
use super::judge::NAMESPACE;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SigningProgram {
    /// gpg.
    Openpgp,
    /// ssh-keygen.
    Ssh,
}

/// Signs the file at `path` by `key`, and names the signature's file next to it.
///
/// # Errors
///
/// If the program cannot be run or refuses, or SSH has no key.
pub(crate) fn sign(
    signer: SigningProgram,
    key: Option<&str>,
    path: &Path,
) -> Result<PathBuf, ReviewError> {
    let beside = |suffix: &str| {
        let mut name = OsString::from(path);
        name.push(suffix);
        PathBuf::from(name)
    };
    let (program, mut command, signature) = match signer {
        SigningProgram::Openpgp => {
            let signature = beside(".asc");
            let mut command = Command::new("gpg");
            command.args(["--detach-sign", "--armor", "--output"]).arg(&signature);
            if let Some(key) = key {
                command.arg("--local-user").arg(key);
            }
            command.arg("--").arg(path);
            ("gpg", command, signature)
        }
        SigningProgram::Ssh => {
            let key = key.ok_or(ReviewError::NoSigningKey)?;
            let mut command = Command::new("ssh-keygen");
            command.args(["-Y", "sign", "-q", "-n", NAMESPACE, "-f", key]).arg(path);
            ("ssh-keygen", command, beside(".sig"))
        }
    };
    let refused = |why: String| ReviewError::Sign { program, why };
    let output =
        command.stdin(Stdio::inherit()).output().map_err(|error| refused(error.to_string()))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    match output.status.success() && signature.is_file() {
        true => Ok(signature),
        false if said.is_empty() => Err(refused(output.status.to_string())),
        false => Err(refused(said)),
    }
}
