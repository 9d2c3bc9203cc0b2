//! Files as the last commit has them.

use super::{Clone, GitError, is_hex, unhex};
use crate::bytes::input::read_bounded;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The most time that a command has.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How far up a repository's root may be.
const UP: usize = 8;

/// The most that HEAD, and what names the git directory, may hold.
const SMALL: u64 = 4096;

/// The contents of `path`, which need not exist, in the last commit of the repository that it is in;
/// `None` where there is no repository, no commit or no such file in it.
///
/// # Errors
///
/// If git cannot be run.
pub(crate) fn committed(path: &Path) -> Result<Option<Vec<u8>>, GitError> {
    let Some(root) = root_of(path) else { return Ok(None) };
    let inner = path.strip_prefix(root).ok().and_then(Path::to_str);
    let (Some(inner), Some(head)) = (inner, head(root)) else { return Ok(None) };
    Clone::open(root, TIMEOUT)?.committed(&head, inner)
}

/// The root of the working tree that `path` is in, where there is one.
pub(crate) fn root_of(path: &Path) -> Option<&Path> {
    let mut roots = path.ancestors().skip(1).take(UP);
    roots.find(|root| root.join(".git").symlink_metadata().is_ok())
}

/// What HEAD of the repository at `root` names: a commit, or a branch.
fn head(root: &Path) -> Option<String> {
    let text = |path: &Path| {
        let bytes = read_bounded(path, SMALL).ok()?;
        Some(String::from_utf8(bytes).ok()?.trim_end_matches('\n').to_owned())
    };
    let git = root.join(".git");
    let git = match git.is_dir() {
        true => git,
        false => root.join(PathBuf::from(text(&git)?.strip_prefix("gitdir: ")?)),
    };
    let head = text(&git.join("HEAD"))?;
    match head.strip_prefix("ref: ") {
        Some(name) if name.starts_with("refs/heads/") => Some(name.to_owned()),
        Some(_) => None,
        None => is_hex(&head).then_some(head),
    }
}

impl Clone {
    fn committed(&self, head: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let object = format!("{head}:{path}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &object];
        // A branch without a commit, and a path that the commit does not have, are refused alike.
        let name = match self.answer("rev-parse --verify", &arguments) {
            Ok(output) => unhex(String::from_utf8_lossy(&output).trim()),
            Err(GitError::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        let Some(name) = name else { return Ok(None) };
        Ok(self.blobs(std::slice::from_ref(&name))?.remove(&name))
    }
}
