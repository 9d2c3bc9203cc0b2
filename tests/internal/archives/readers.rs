//! The programs that unpack, and what they leave.

use super::super::common::{installed, skipped};
use crate::release::archive::{Entry, Kind, Listing};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// The contents, and whether it may be executed.
    File(Vec<u8>, bool),
    Link(Vec<u8>),
    Directory,
}

/// What was unpacked, by path.
pub type Tree = BTreeMap<Vec<u8>, Node>;

/// A program that unpacks.
pub enum Reader {
    /// A program, with arguments before and behind the archive's path; it runs in the directory to
    /// unpack to.
    Program(&'static str, PathBuf, &'static [&'static str], &'static [&'static str]),
    /// Python, which stays and is told of one archive after the other.
    Python(Box<Python>),
    /// The tar crate.
    Crate,
}

pub struct Python {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

const SCRIPT: &str = r#"
import sys, tarfile, zipfile, inspect
trusted = {"filter": "fully_trusted"} if "filter" in inspect.signature(tarfile.TarFile.extractall).parameters else {}
for line in sys.stdin:
    kind, archive, to = line.rstrip("\n").split("\t")
    try:
        if kind == "zip":
            with zipfile.ZipFile(archive) as z: z.extractall(to)
        else:
            with tarfile.open(archive) as t: t.extractall(to, **trusted)
        print("done", flush=True)
    except BaseException as e:
        print("failed", type(e).__name__, ascii(str(e)), flush=True)
"#;

impl Python {
    fn start(program: &Path) -> Self {
        let mut child = Command::new(program)
            .args(["-X", "utf8", "-c", SCRIPT])
            .env("PYTHONWARNINGS", "ignore")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, to, from: BufReader::new(from) }
    }

    fn unpack(&mut self, kind: &str, archive: &Path, to: &Path) -> bool {
        writeln!(self.to, "{kind}\t{}\t{}", archive.display(), to.display()).unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        assert!(line.starts_with("done") || line.starts_with("failed"), "{line:?}");
        line.starts_with("done")
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Reader {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Program(name, ..) => name,
            Self::Python(_) => "Python",
            Self::Crate => "the tar crate",
        }
    }

    /// Unpacks `archive`, of that kind, to an empty directory; whether it says that all went well.
    pub fn unpack(&mut self, kind: &str, archive: &Path, to: &Path) -> bool {
        match self {
            Self::Program(_, program, before, behind) => {
                let status = Command::new(program)
                    .args(*before)
                    .arg(archive)
                    .args(*behind)
                    .current_dir(to)
                    .env("LC_ALL", "C.UTF-8")
                    .env_remove("UNZIP")
                    .env_remove("TAR_OPTIONS")
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .unwrap();
                status.success()
            }
            Self::Python(python) => python.unpack(kind, archive, to),
            Self::Crate => {
                let mut bytes = fs::read(archive).unwrap();
                if bytes.starts_with(b"\x1f\x8b") {
                    let mut out = Vec::new();
                    if flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut out).is_err() {
                        return false;
                    }
                    bytes = out;
                }
                tar::Archive::new(&bytes[..]).unpack(to).is_ok()
            }
        }
    }
}

fn found(test: &str, programs: &[(&'static str, Start)]) -> Vec<Reader> {
    let mut readers = Vec::new();
    for (name, start) in programs {
        match installed(name) {
            Some(path) => readers.push(start(path)),
            None => skipped(test, &format!("{name} is not installed")),
        }
    }
    readers
}

type Start = fn(PathBuf) -> Reader;

/// The programs for tar that are here.
pub fn of_tar(test: &str) -> Vec<Reader> {
    let mut readers = found(
        test,
        &[
            ("tar", |p| {
                Reader::Program("GNU tar", p, &["--no-same-owner", "--no-xattrs", "-xf"], &[])
            }),
            ("bsdtar", |p| {
                Reader::Program("bsdtar", p, &["--no-same-owner", "--no-xattrs", "-xf"], &[])
            }),
            ("busybox", |p| Reader::Program("busybox", p, &["tar", "-x", "-o", "-f"], &[])),
            ("python3", |p| Reader::Python(Box::new(Python::start(&p)))),
        ],
    );
    readers.push(Reader::Crate);
    readers
}

/// The programs for zip that are here.
pub fn of_zip(test: &str) -> Vec<Reader> {
    found(
        test,
        &[
            ("unzip", |p| Reader::Program("unzip", p, &["-qo"], &[])),
            ("bsdtar", |p| {
                Reader::Program("bsdtar", p, &["--no-same-owner", "--no-xattrs", "-xf"], &[])
            }),
            ("python3", |p| Reader::Python(Box::new(Python::start(&p)))),
        ],
    )
}

/// What is below `root`.
pub fn tree(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut todo = vec![root.to_owned()];
    while let Some(directory) = todo.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let node = if metadata.is_symlink() {
                Node::Link(fs::read_link(&path).unwrap().into_os_string().into_vec())
            } else if metadata.is_dir() {
                todo.push(path.clone());
                Node::Directory
            } else {
                let contents = if metadata.is_file() { fs::read(&path).unwrap() } else { vec![] };
                Node::File(contents, metadata.permissions().mode() & 0o100 != 0)
            };
            let below = path.strip_prefix(root).unwrap();
            tree.insert(below.as_os_str().as_bytes().to_vec(), node);
        }
    }
    tree
}

/// What `listing` says will be there, files by their SHA-256. Of a zip, Python writes a link as a
/// file with its target in it.
pub fn expected(listing: &Listing, links: bool) -> BTreeMap<Vec<u8>, Expected> {
    let mut all = BTreeMap::new();
    for entry in &listing.entries {
        let mut path = Vec::new();
        for part in [listing.top.as_deref().unwrap_or_default(), &entry.path] {
            if !path.is_empty() && !part.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(part);
        }
        let above = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
        for at in above.collect::<Vec<_>>() {
            all.entry(path[..at].to_vec()).or_insert(Expected::Directory);
        }
        let what = one(entry, links);
        if !path.is_empty() {
            all.insert(path, what);
        }
    }
    all
}

#[derive(Debug, PartialEq, Eq)]
pub enum Expected {
    File([u8; 32], Option<bool>),
    Link(Vec<u8>),
    Directory,
}

fn one(entry: &Entry, links: bool) -> Expected {
    match (entry.kind, &entry.target) {
        (Kind::Directory, _) => Expected::Directory,
        (Kind::Symlink, Some(target)) if links => Expected::Link(target.clone()),
        (Kind::Symlink, Some(target)) => Expected::File(sha256(target), None),
        _ => Expected::File(entry.sha256.unwrap(), Some(entry.mode & 0o100 != 0)),
    }
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).into()
}

/// How `tree` differs from what is expected; `modes` where it is to be executable as expected.
pub fn difference(
    tree: &Tree,
    expected: &BTreeMap<Vec<u8>, Expected>,
    modes: bool,
) -> Option<String> {
    for (path, node) in tree {
        let shown = path.escape_ascii();
        let same = match (node, expected.get(path)) {
            (Node::Directory, Some(Expected::Directory)) => true,
            (Node::Link(target), Some(Expected::Link(other))) => target == other,
            (Node::File(bytes, executable), Some(Expected::File(digest, mode))) => {
                sha256(bytes) == *digest && (!modes || mode.is_none_or(|mode| mode == *executable))
            }
            (_, None) => return Some(format!("{shown} is written and not listed")),
            _ => false,
        };
        if !same {
            return Some(format!("{shown} is not as listed: {:?}", expected.get(path)));
        }
    }
    let missing = expected.keys().find(|path| !tree.contains_key(*path));
    missing.map(|path| format!("{} is listed and not written", path.escape_ascii()))
}

/// Holds one archive against all programs: whose files are others than the listing says.
pub fn compare(
    readers: &mut [Reader],
    kind: &str,
    archive: &Path,
    listing: &Listing,
) -> Vec<String> {
    let mut problems = Vec::new();
    for reader in readers {
        let to = tempfile::tempdir().unwrap();
        let well = reader.unpack(kind, archive, to.path());
        let zip = kind == "zip";
        let is_python = matches!(reader, Reader::Python(_));
        // Python's zipfile sets no permissions.
        let modes = !(zip && is_python) && !matches!(reader, Reader::Crate);
        let expected = expected(listing, !(zip && is_python));
        let tree = tree(to.path());
        // Of tars of before POSIX, it says that they are none.
        if reader.name() == "busybox" && !well && tree.is_empty() {
            continue;
        }
        let differs = difference(&tree, &expected, modes);
        match (differs, well) {
            (Some(how), true) => problems.push(format!("{}: {how}", reader.name())),
            (Some(how), false) => problems.push(format!("{} fails: {how}", reader.name())),
            (None, false) => problems.push(format!("{} fails", reader.name())),
            (None, true) => {}
        }
    }
    problems
}

/// Whether all programs make the same of it, and say that all went well.
pub fn alike(readers: &mut [Reader], kind: &str, archive: &Path) -> bool {
    let mut trees = readers.iter_mut().map(|reader| {
        let to = tempfile::tempdir().unwrap();
        let well = reader.unpack(kind, archive, to.path());
        (well, tree(to.path()).into_iter().map(|(path, node)| (path, kind_of(node))).collect())
    });
    let first: (bool, Vec<(Vec<u8>, Node)>) = trees.next().unwrap();
    first.0 && trees.all(|other| other == first)
}

fn kind_of(node: Node) -> Node {
    match node {
        Node::File(bytes, _) => Node::File(bytes, false),
        other => other,
    }
}
