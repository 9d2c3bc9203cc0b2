//! Where git looks for what it reads: the directories of a clone, and who the user says to be.

use super::run::program;
use crate::bytes::input::read_bounded;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The most bytes of a file in which git names a directory.
const LIMIT: u64 = 64 * 1024;

/// The most directories of one clone.
const DIRECTORIES: usize = 32;

/// The directory of a clone, and those elsewhere that it names: of the repository that a worktree is
/// of, and of the objects that a clone with `--shared` borrows.
pub(crate) fn directories(clone: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut left = vec![clone.to_owned()];
    while let Some(directory) = left.pop() {
        let Ok(directory) = directory.canonicalize() else { continue };
        if found.len() >= DIRECTORIES || !directory.is_dir() || !found.insert(directory.clone()) {
            continue;
        }
        let inside = directory.join(".git");
        if inside.is_file() {
            left.extend(lines(&inside, "gitdir: ").map(|path| directory.join(path)));
        }
        for git in [inside, directory] {
            left.extend(lines(&git.join("commondir"), "").map(|path| git.join(path)));
            // Either a repository, or a directory of objects.
            for objects in [git.join("objects"), git] {
                let named = lines(&objects.join("info/alternates"), "");
                left.extend(named.map(|path| objects.join(path)));
            }
        }
    }
    found
}

/// The paths that a small file names, one a line, behind `key`.
fn lines(file: &Path, key: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let bytes = read_bounded(file, LIMIT).unwrap_or_default();
    let named =
        bytes.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(key.as_bytes()));
    let named = named.filter(|path| !path.is_empty() && !path.starts_with(b"#"));
    named.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect::<Vec<_>>().into_iter()
}

/// What the user's own settings say of `key`. Nothing of the directory that the program was started in counts.
pub(crate) fn setting(key: &str) -> Option<String> {
    let kept = ["HOME", "XDG_CONFIG_HOME"];
    let kept = kept.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let output = Command::new(program()?)
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("LC_ALL", "C"), ("GIT_CEILING_DIRECTORIES", "/")])
        .env("GIT_DIR", "/dev/null")
        .envs(kept)
        .args(["config", "--get", key])
        .current_dir("/")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let value = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::fs::{create_dir_all, write};

    #[test]
    fn a_worktree_and_a_borrower_lead_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().canonicalize().unwrap().join(name);
        for name in ["tree", "main/.git/worktrees/tree", "main/.git/objects/info", "far/objects"] {
            create_dir_all(path(name)).unwrap();
        }
        let git = path("main/.git/worktrees/tree");
        write(path("tree/.git"), format!("gitdir: {}\n", git.display())).unwrap();
        write(git.join("commondir"), "../..\n").unwrap();
        let far = path("far/objects");
        write(path("main/.git/objects/info/alternates"), format!("{}\n/none\n", far.display()))
            .unwrap();
        let expected = [path("tree"), git, path("main/.git"), far];
        assert_eq!(directories(&path("tree")), BTreeSet::from(expected));
        assert!(directories(&path("none")).is_empty());
        // A circle ends.
        write(path("far/objects/commondir"), path("tree").display().to_string()).unwrap();
        assert_eq!(directories(&path("tree")).len(), 4);
    }
}
