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

/// The most directories of one clone, and the most files that are links.
const DIRECTORIES: usize = 32;
const LINKS: usize = 1024;

/// What packs, and what belongs to them, end with.
const PACKS: [&str; 7] = ["pack", "idx", "rev", "bitmap", "keep", "promisor", "mtimes"];

/// The directory of a clone, and what it names elsewhere: the repository that a worktree is of, the
/// objects that a clone with `--shared` borrows, and what symbolic links in a git directory lead to.
///
/// A clone may come from anyone, and is not to name whatever there is: what is named has to look like
/// what it is named for. The rest is told by [`super::directory`], when it cannot be read.
pub(crate) fn directories(clone: &Path) -> BTreeSet<PathBuf> {
    let mut found = Found::default();
    if let Ok(clone) = clone.canonicalize()
        && clone.is_dir()
    {
        found.add(&clone);
        found.git_directory(&clone);
        found.git_directory(&clone.join(".git"));
    }
    found.paths
}

#[derive(Default)]
struct Found {
    paths: BTreeSet<PathBuf>,
    /// What was looked into.
    seen: BTreeSet<PathBuf>,
}

impl Found {
    fn add(&mut self, path: &Path) {
        self.paths.insert(path.to_owned());
    }

    /// Whether the directory `path` is new, and there is room for it: its real path.
    fn enter(&mut self, path: &Path) -> Option<PathBuf> {
        let real = path.canonicalize().ok().filter(|real| real.is_dir())?;
        (self.seen.len() < DIRECTORIES && self.seen.insert(real.clone())).then_some(real)
    }

    /// A git directory, or the file that names one.
    fn git_directory(&mut self, path: &Path) {
        if path.is_file() {
            let beside = path.parent().unwrap_or(Path::new("."));
            for named in lines(path, "gitdir: ") {
                self.git_directory(&beside.join(named));
            }
            return;
        }
        if !looks_like_git(path) {
            return;
        }
        let Some(real) = self.enter(path) else { return };
        self.add(&real);
        for named in lines(&real.join("commondir"), "") {
            self.git_directory(&real.join(named));
        }
        // As git-new-workdir makes them: to the file of that name in another git directory.
        for name in ["config", "packed-refs", "shallow", "HEAD", "commondir"] {
            let same = |there: &Path| {
                there.is_file()
                    && there.file_name() == Some(OsStr::new(name))
                    && there.parent().is_some_and(looks_like_git)
            };
            self.link(&real.join(name), same);
        }
        let references =
            |path: &Path| ["heads", "tags"].iter().all(|name| path.join(name).is_dir());
        self.link(&real.join("refs"), references);
        self.link(&real.join("reftable"), |path| path.join("tables.list").is_file());
        self.objects(&real.join("objects"));
    }

    /// A directory of objects, and those that it borrows from.
    fn objects(&mut self, path: &Path) {
        if !looks_like_objects(path) {
            return;
        }
        let Some(real) = self.enter(path) else { return };
        self.add(&real);
        for named in alternates(&real.join("info/alternates")) {
            self.objects(&real.join(named));
        }
        for fan in (0..=0xff_u8).map(|byte| format!("{byte:02x}")) {
            self.link(&real.join(fan), |path| holds_only(path, is_object));
        }
        self.link(&real.join("info"), |path| path.parent().is_some_and(looks_like_objects));
        let packs = real.join("pack");
        self.link(&packs, |path| holds_only(path, is_pack));
        let entries = std::fs::read_dir(&packs).into_iter().flatten().flatten();
        for entry in entries.take(LINKS) {
            let path = entry.path();
            self.link(&path, |there| {
                let extension = path.extension().and_then(OsStr::to_str);
                let own = extension.is_some_and(|extension| PACKS.contains(&extension));
                own && there.is_file() && there.extension() == path.extension()
            });
        }
    }

    /// What a symbolic link leads to, where that is what it should be.
    fn link(&mut self, path: &Path, fits: impl Fn(&Path) -> bool) {
        if path.is_symlink()
            && let Ok(real) = path.canonicalize()
            && real.parent().is_some()
            && fits(&real)
        {
            self.add(&real);
        }
    }
}

/// Whether the directory `path` has what every git directory has.
fn looks_like_git(path: &Path) -> bool {
    path.join("HEAD").symlink_metadata().is_ok()
        && ["objects", "commondir"].iter().any(|name| path.join(name).symlink_metadata().is_ok())
}

/// Whether the directory `path` is one of objects: a directory with something else in it is not read.
fn looks_like_objects(path: &Path) -> bool {
    let fan = |name: &str| name.len() == 2 && is_hexadecimal(name);
    holds_only(path, |name| name == "info" || name == "pack" || fan(name) || is_temporary(name))
}

/// Whether `path` is a directory, and all names in it fit.
fn holds_only(path: &Path, fits: impl Fn(&str) -> bool) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    let names = entries.flatten().map(|entry| entry.file_name());
    names.into_iter().all(|name| name.to_str().is_some_and(&fits))
}

fn is_hexadecimal(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The name of an object's file, which lacks the first two digits.
fn is_object(name: &str) -> bool {
    matches!(name.len(), 38 | 62) && is_hexadecimal(name) || is_temporary(name)
}

/// The name of a pack, or of what belongs to one.
fn is_pack(name: &str) -> bool {
    ["pack-", "multi-pack-index", ".tmp-"].iter().any(|own| name.starts_with(own))
        || is_temporary(name)
}

/// Whether git left it when it was killed.
fn is_temporary(name: &str) -> bool {
    name.starts_with("tmp_") || name.starts_with("incoming-") || name.starts_with("maintenance.")
}

/// The paths that a small file names, one a line, behind `key`.
fn lines(file: &Path, key: &str) -> Vec<PathBuf> {
    let bytes = read_bounded(file, LIMIT).unwrap_or_default();
    let named =
        bytes.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(key.as_bytes()));
    let named = named.filter(|path| !path.is_empty());
    named.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect()
}

/// The directories of objects that those at `objects` borrow from, and that these do.
pub(super) fn borrowed(objects: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut left = vec![objects.to_owned()];
    while let Some(objects) = left.pop() {
        let named = alternates(&objects.join("info/alternates")).into_iter();
        let named = named.map(|path| objects.join(path));
        left.extend(named.filter(|path| found.len() < DIRECTORIES && found.insert(path.clone())));
    }
    found
}

/// The directories that an `alternates` file names.
fn alternates(file: &Path) -> Vec<PathBuf> {
    let named = lines(file, "").into_iter();
    let named = named.filter(|path| !path.as_os_str().as_bytes().starts_with(b"#"));
    named
        .map(|path| match unquoted(path.as_os_str().as_bytes()) {
            Some(bytes) => PathBuf::from(OsStr::from_bytes(&bytes)),
            None => path,
        })
        .collect()
}

/// A path that git wrote in double quotes as C does; `None` where it is not so.
fn unquoted(line: &[u8]) -> Option<Vec<u8>> {
    let inner = line.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut bytes = inner.iter().copied();
    let mut path = Vec::new();
    while let Some(byte) = bytes.next() {
        path.push(match byte {
            b'"' => return None,
            b'\\' => match bytes.next()? {
                b'a' => 7,
                b'b' => 8,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 11,
                b'f' => 12,
                b'r' => b'\r',
                byte @ (b'"' | b'\\') => byte,
                first @ b'0'..=b'3' => {
                    let digits = [first, bytes.next()?, bytes.next()?];
                    u8::from_str_radix(str::from_utf8(&digits).ok()?, 8).ok()?
                }
                _ => return None,
            },
            byte => byte,
        });
    }
    Some(path)
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
    use std::os::unix::fs::symlink;

    #[test]
    fn a_worktree_and_a_borrower_lead_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().canonicalize().unwrap().join(name);
        for name in
            ["tree", "main/.git/worktrees/tree", "main/.git/objects/info", "far/objects/info"]
        {
            create_dir_all(path(name)).unwrap();
        }
        let git = path("main/.git/worktrees/tree");
        for head in [git.join("HEAD"), path("main/.git/HEAD")] {
            write(head, "ref: refs/heads/main\n").unwrap();
        }
        write(path("tree/.git"), format!("gitdir: {}\n", git.display())).unwrap();
        write(git.join("commondir"), "../..\n").unwrap();
        let far = path("far/objects");
        write(path("main/.git/objects/info/alternates"), format!("{}\n/none\n", far.display()))
            .unwrap();
        let own = path("main/.git/objects");
        let expected = BTreeSet::from([path("tree"), git, path("main/.git"), own.clone(), far]);
        assert_eq!(directories(&path("tree")), expected);
        assert!(directories(&path("none")).is_empty());
        // As git writes a path with a line feed or a quote in it.
        create_dir_all(path("q\n\"ä/objects/pack")).unwrap();
        let quoted = format!("\"{}/q\\n\\\"\\303\\244/objects\"\n", path("").display());
        write(own.join("info/alternates"), quoted).unwrap();
        assert!(directories(&path("tree")).contains(&path("q\n\"ä/objects")));
        // A circle ends.
        write(path("far/objects/info/alternates"), format!("{}\n", own.display())).unwrap();
        write(own.join("info/alternates"), format!("{}\n", path("far/objects").display())).unwrap();
        assert_eq!(directories(&path("tree")), expected);
    }

    #[test]
    fn links_lead_to_what_they_are_for_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().canonicalize().unwrap().join(name);
        for name in ["clone", "git/objects/info", "refs/tags", "refs/heads", "packs", "secret/keys"]
        {
            create_dir_all(path(name)).unwrap();
        }
        write(path("git/HEAD"), "ref: refs/heads/main\n").unwrap();
        write(path("packs/pack-1.pack"), "").unwrap();
        write(path("secret/id"), "").unwrap();
        symlink(path("git"), path("clone/.git")).unwrap();
        symlink(path("refs"), path("git/refs")).unwrap();
        symlink(path("packs"), path("git/objects/pack")).unwrap();
        let expected = ["clone", "git", "git/objects", "refs", "packs"].map(path);
        assert_eq!(directories(&path("clone")), BTreeSet::from(expected));
        // What a hostile clone would have read.
        for (link, left) in [
            ("git/refs", vec!["clone", "git", "git/objects", "packs"]),
            ("git/objects/pack", vec!["clone", "git", "git/objects"]),
            ("git/objects/ff", vec!["clone", "git", "git/objects"]),
            ("git/packed-refs", vec!["clone", "git", "git/objects"]),
            ("git/objects", vec!["clone", "git"]),
        ] {
            if path(link).is_symlink() {
                std::fs::remove_file(path(link)).unwrap();
            } else if path(link).exists() {
                std::fs::remove_dir_all(path(link)).unwrap();
            }
            let target = if link == "git/packed-refs" { "secret/id" } else { "secret" };
            symlink(path(target), path(link)).unwrap();
            let expected: BTreeSet<_> = left.into_iter().map(path).collect();
            assert_eq!(directories(&path("clone")), expected, "{link}");
        }
        let alternates = format!("{}\n/\n", path("secret").display());
        std::fs::remove_file(path("git/objects")).unwrap();
        create_dir_all(path("git/objects/info")).unwrap();
        write(path("git/objects/info/alternates"), alternates).unwrap();
        let expected = ["clone", "git", "git/objects"].map(path);
        assert_eq!(directories(&path("clone")), BTreeSet::from(expected));
    }
}
