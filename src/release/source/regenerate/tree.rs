//! The tree that the programs run in: what git has, and what else of the archive was explained.

use crate::release::git::{GitError, TreeEntry};
use crate::release::source::compare::Comparison;
use crate::release::source::context::Context;
use crate::release::source::explain::Standing;
use crate::release::source::texts::name_of;
use std::collections::BTreeSet;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path};
use tempfile::TempDir;

/// Files of git's that are written, and bytes of all files.
const FILES: usize = 20_000;
const BYTES: usize = 256 << 20;

/// Blobs that are asked for at a time.
const AT_ONCE: usize = 256;

/// The tree, which is removed when this is dropped.
pub(super) struct Tree {
    /// Where it is, or why there is none.
    pub(super) root: Result<TempDir, String>,
    /// Macro files that are not in it, for nothing explains them.
    lacking: Vec<String>,
}

impl Tree {
    /// Writes one more file.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(super) fn put(&self, path: &str, contents: &[u8]) -> io::Result<()> {
        let root = self.root.as_ref().map_err(|why| io::Error::other(why.clone()))?;
        Writer { root: root.path(), left: BYTES }.write(path.as_bytes(), contents, false)
    }

    /// What is not in it, behind the reason that a program gives.
    pub(super) fn lacking(&self) -> String {
        match self.lacking.as_slice() {
            [] => String::new(),
            [one] => format!(" ({one}, which nothing explains, was left out)"),
            [one, more @ ..] => {
                format!(" ({one} and {} more, which nothing explains, were left out)", more.len())
            }
        }
    }
}

/// Writes it, without the `targets`.
///
/// # Errors
///
/// If git cannot be read.
pub(super) fn write(
    context: &Context<'_>,
    comparison: &Comparison,
    targets: &BTreeSet<&str>,
) -> Result<Tree, GitError> {
    let none = |why: String| Ok(Tree { root: Err(why), lacking: Vec::new() });
    let files: Vec<(&[u8], &TreeEntry)> = context
        .view
        .entries()
        .filter_map(|(path, git)| match git.is_symlink() {
            true => context.view.followed(path).map(|(_, file)| (path, file)),
            false => git.is_file().then_some((path, git)),
        })
        .filter(|(path, _)| !std::str::from_utf8(path).is_ok_and(|path| targets.contains(path)))
        .collect();
    if files.len() > FILES {
        return none(format!("git has more than {FILES} files"));
    }
    let root = match tempfile::Builder::new().prefix("distvouch-regenerate-").tempdir() {
        Ok(root) => root,
        Err(error) => return none(format!("no directory for it can be made: {error}")),
    };
    let mut writer = Writer { root: root.path(), left: BYTES };
    for some in files.chunks(AT_ONCE) {
        let names: BTreeSet<Vec<u8>> = some.iter().map(|(_, git)| git.object.clone()).collect();
        let blobs = context.view.whole().blobs(&names.into_iter().collect::<Vec<_>>())?;
        for (path, git) in some {
            let Some(contents) = blobs.get(&git.object) else { continue };
            if let Err(error) = writer.write(path, contents, git.is_executable()) {
                return none(format!("its inputs cannot be written: {error}"));
            }
        }
    }
    let mut lacking = Vec::new();
    for difference in &comparison.differences {
        let Some(path) = std::str::from_utf8(&difference.path).ok() else { continue };
        let Some(entry) = context.members.get(path.as_bytes()).filter(|_| !targets.contains(path))
        else {
            continue;
        };
        let contents = match &difference.standing {
            // git's was written, if it has one; an aclocal.m4 is made anew, or put there as it is.
            _ if context.view.get(path.as_bytes()).is_some() => continue,
            _ if name_of(path) == "aclocal.m4" => continue,
            Standing::NotUsed { .. } => continue,
            standing if !standing.has_room() => {
                entry.contents.as_deref().map_or(&[][..], Vec::as_slice)
            }
            _ if path.ends_with(".m4") => {
                lacking.push(path.to_owned());
                continue;
            }
            // automake looks at what is there, such as scripts and documents, and does not read it.
            _ => &[],
        };
        if let Err(error) = writer.write(path.as_bytes(), contents, entry.is_executable()) {
            return none(format!("its inputs cannot be written: {error}"));
        }
    }
    Ok(Tree { root: Ok(root), lacking })
}

/// Writes files below a directory.
struct Writer<'a> {
    root: &'a Path,
    left: usize,
}

impl Writer<'_> {
    fn write(&mut self, path: &[u8], contents: &[u8], executable: bool) -> io::Result<()> {
        let Ok(path) = std::str::from_utf8(path) else { return Ok(()) };
        let path = Path::new(path);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Ok(());
        }
        let too_much = || io::Error::other(format!("they have more than {BYTES} bytes"));
        self.left = self.left.checked_sub(contents.len()).ok_or_else(too_much)?;
        let there = self.root.join(path);
        if let Some(directory) = there.parent() {
            std::fs::create_dir_all(directory)?;
        }
        std::fs::write(&there, contents)?;
        let mode = if executable { 0o755 } else { 0o644 };
        std::fs::set_permissions(&there, std::fs::Permissions::from_mode(mode))
    }
}
