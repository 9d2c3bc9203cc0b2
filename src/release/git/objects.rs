//! A clone's commits, tags, trees and blobs, each compared with the name that it is called by.
//!
//! git does not compare an object with its name when it hands it out. A clone may come from anyone:
//! without this a commit, and a signature over it, would fix nothing of the files below it.

use super::batch::{Mode, OBJECT, Reply};
use super::{BLOB_ALL, BLOB_EACH, Clone, GitError, is_hex, unhex};
use crate::bytes::digests::hex;
use crate::release::archive::{Collision, object_name};
use std::collections::{BTreeMap, BTreeSet};

/// Files of one commit, and bytes of their paths, that are read: more than any known repository has.
const PATHS: usize = 600_000;
const PATH_BYTES: usize = 64 << 20;

/// Tags that name tags, before the commit.
const NESTED: usize = 5;

/// The mode of a directory.
const DIRECTORY: u32 = 0o40_000;

/// One entry of a commit's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// The mode as git writes it: 100644, 100755, 120000 or 160000.
    pub(crate) mode: u32,
    /// The object's name.
    pub(crate) object: Vec<u8>,
}

/// The mode of a symbolic link in a tree.
const SYMLINK: u32 = 0o120_000;
/// The mode of a submodule in a tree.
const SUBMODULE: u32 = 0o160_000;

impl TreeEntry {
    /// Whether it is a symbolic link.
    pub(crate) const fn is_symlink(&self) -> bool {
        self.mode == SYMLINK
    }

    /// Whether it is a submodule.
    pub(crate) const fn is_submodule(&self) -> bool {
        self.mode == SUBMODULE
    }

    /// Whether it is a file.
    pub(crate) const fn is_file(&self) -> bool {
        !self.is_symlink() && !self.is_submodule()
    }

    /// Whether it may be executed.
    pub(crate) const fn is_executable(&self) -> bool {
        self.mode & 0o111 != 0
    }
}

/// Every file, link and submodule of a commit, by path.
pub(crate) type Tree = BTreeMap<Vec<u8>, TreeEntry>;

/// A commit, as its object is written.
#[derive(Debug, Clone)]
pub(crate) struct CommitObject {
    /// Its name.
    pub(crate) name: String,
    /// The name of its tree.
    pub(crate) tree: String,
    /// The whole object.
    pub(crate) raw: Vec<u8>,
}

/// An annotated tag, as its object is written.
#[derive(Debug, Clone)]
pub(crate) struct TagObject {
    /// The name of what it points at.
    pub(crate) object: String,
    /// The kind of that: `commit`, `tag`, `tree` or `blob`.
    pub(crate) kind: String,
    /// The name that it gives itself.
    pub(crate) tag: Vec<u8>,
    /// The whole object.
    pub(crate) raw: Vec<u8>,
}

impl Clone {
    /// The commit that `name`, the beginning of an object's name in hexadecimal, is; `None` where
    /// the clone has none such. A tag's name leads to its commit.
    ///
    /// # Errors
    ///
    /// If git cannot be run.
    pub(crate) fn commit(&self, name: &str) -> Result<Option<CommitObject>, GitError> {
        let mut found = None;
        self.ask(Mode::Sizes, &[format!("{name}^{{commit}}")], &mut |_, reply| {
            if let Reply::Object { name, kind, .. } = reply {
                found = (kind == "commit").then_some(name);
            }
            Ok(())
        })?;
        // A branch may be called like the beginning of a commit: what is found must fit.
        match found.filter(|found| is_hex(found) && found.starts_with(name)) {
            Some(found) => self.whole_commit(&found).map(Some),
            None => Ok(None),
        }
    }

    /// The commit of that whole name.
    ///
    /// # Errors
    ///
    /// If it is not there or is not what its name says.
    pub(crate) fn whole_commit(&self, name: &str) -> Result<CommitObject, GitError> {
        let raw = self.object("commit", name)?;
        let tree = header(&raw, "tree").filter(|tree| is_hex(tree));
        let tree =
            tree.ok_or_else(|| self.refused("cat-file", format!("commit {name} has no tree")))?;
        Ok(CommitObject { name: name.to_owned(), tree: tree.to_owned(), raw })
    }

    /// The tag object of that whole name.
    ///
    /// # Errors
    ///
    /// If it is not there or is not what its name says.
    pub(crate) fn tag(&self, name: &str) -> Result<TagObject, GitError> {
        let raw = self.object("tag", name)?;
        let refused = || self.refused("cat-file", format!("the tag {name} is not in a tag's form"));
        let (object, kind) = (header(&raw, "object"), header(&raw, "type"));
        let (object, kind) = object.zip(kind).ok_or_else(refused)?;
        let tag = header_bytes(&raw, "tag").ok_or_else(refused)?.to_vec();
        let (object, kind) = (object.to_owned(), kind.to_owned());
        Ok(TagObject { object, kind, tag, raw })
    }

    /// The commit that the object `name` leads to, which may be a tag; `None` where it is neither.
    ///
    /// # Errors
    ///
    /// If an object is not there or is not what its name says.
    pub(crate) fn peeled(&self, name: &str, kind: &str) -> Result<Option<CommitObject>, GitError> {
        let (mut name, mut kind) = (name.to_owned(), kind.to_owned());
        for _ in 0..NESTED {
            match kind.as_str() {
                "commit" => return self.whole_commit(&name).map(Some),
                "tag" => {
                    let tag = self.tag(&name)?;
                    (name, kind) = (tag.object, tag.kind);
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Every file, link and submodule below the tree of that name, by path.
    ///
    /// # Errors
    ///
    /// If git refuses, or a tree is not there or is not what its name says.
    pub(crate) fn tree(&self, root: &str) -> Result<Tree, GitError> {
        let broken = || GitError::Output { command: Mode::Contents.command() };
        let root = unhex(root).ok_or_else(broken)?;
        let mut files = BTreeMap::new();
        let mut bytes = 0;
        // One level of directories at a time.
        let mut level: Vec<(Vec<u8>, Vec<u8>)> = vec![(Vec::new(), root)];
        while !level.is_empty() {
            let names: BTreeSet<Vec<u8>> = level.iter().map(|(_, name)| name.clone()).collect();
            let names: Vec<Vec<u8>> = names.into_iter().collect();
            let trees = self.objects("tree", &names)?;
            let mut next = Vec::new();
            for (prefix, name) in level {
                let tree = trees.get(&name).ok_or_else(broken)?;
                for (entry_name, mode, object) in entries(tree, name.len()).ok_or_else(broken)? {
                    let path = [prefix.as_slice(), entry_name].concat();
                    bytes += path.len();
                    if files.len() + next.len() >= PATHS || bytes > PATH_BYTES {
                        return Err(GitError::TooLarge { files: PATHS, bytes: PATH_BYTES });
                    }
                    match mode {
                        DIRECTORY => next.push(([path.as_slice(), b"/"].concat(), object.to_vec())),
                        _ => {
                            let entry = TreeEntry { mode: usual(mode), object: object.to_vec() };
                            files.insert(path, entry);
                        }
                    }
                }
            }
            level = next;
        }
        Ok(files)
    }

    /// The contents of blobs, by object name, as far as they are within the limits.
    ///
    /// # Errors
    ///
    /// If git refuses, or a blob is not what its name says.
    pub(crate) fn blobs(
        &self,
        objects: &[Vec<u8>],
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, GitError> {
        let mut room = BLOB_ALL;
        let mut small = Vec::new();
        let names: Vec<String> = objects.iter().map(|object| hex(object)).collect();
        self.ask(Mode::Sizes, &names, &mut |at, reply| {
            if let (Some(object), Reply::Object { kind, size, .. }) = (objects.get(at), reply)
                && kind == "blob"
                && size <= BLOB_EACH.min(room)
            {
                room -= size;
                small.push(object.clone());
            }
            Ok(())
        })?;
        self.objects("blob", &small)
    }

    /// One object, by its whole name.
    fn object(&self, kind: &'static str, name: &str) -> Result<Vec<u8>, GitError> {
        let broken = || GitError::Output { command: Mode::Contents.command() };
        let name = unhex(name).ok_or_else(broken)?;
        let mut found = self.objects(kind, std::slice::from_ref(&name))?;
        found.remove(&name).ok_or_else(broken)
    }

    /// Objects of one kind, by name.
    fn objects(
        &self,
        kind: &'static str,
        names: &[Vec<u8>],
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, GitError> {
        let hash = self.hash();
        let mut found = BTreeMap::new();
        let mut room = 4 * OBJECT;
        let questions: Vec<String> = names.iter().map(|name| hex(name)).collect();
        let command = Mode::Contents.command();
        self.ask(Mode::Contents, &questions, &mut |at, reply| {
            let Some(name) = names.get(at) else { return Err(GitError::Output { command }) };
            let refused =
                |what: &str| self.refused(command, format!("the {kind} {} {what}", hex(name)));
            let contents = match reply {
                Reply::Object { kind: is, contents, .. } if is == kind => contents,
                _ => return Err(refused("is not there or cannot be read")),
            };
            if let Some(wrong) = wrong(&object_name(hash, kind, &contents), name) {
                return Err(refused(wrong));
            }
            room = room
                .checked_sub(contents.len() as u64)
                .ok_or_else(|| refused("is one too many: together they are beyond the limit"))?;
            found.insert(name.clone(), contents);
            Ok(())
        })?;
        Ok(found)
    }
}

/// What is wrong with an object that git calls `name`, whose contents have another, or none.
fn wrong(computed: &Result<Vec<u8>, Collision>, name: &[u8]) -> Option<&'static str> {
    match computed {
        Ok(computed) if computed == name => None,
        Ok(_) => Some("is damaged: its contents have another name"),
        Err(Collision) => {
            Some("is a collision attack on SHA-1: somebody made two objects of this name")
        }
    }
}

/// A line of a commit's or tag's header, as text.
fn header<'a>(object: &'a [u8], key: &str) -> Option<&'a str> {
    std::str::from_utf8(header_bytes(object, key)?).ok()
}

/// A line of a commit's or tag's header: the first of that key, before the empty line.
fn header_bytes<'a>(object: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let lines = object.split(|b| *b == b'\n').take_while(|line| !line.is_empty());
    lines.into_iter().find_map(|line| line.strip_prefix(key.as_bytes())?.strip_prefix(b" "))
}

/// Name, mode and object of a tree's entry.
type Item<'a> = (&'a [u8], u32, &'a [u8]);

/// `mode SP name NUL object`, one after the other, with objects' names of `length` bytes.
fn entries(mut tree: &[u8], length: usize) -> Option<Vec<Item<'_>>> {
    let mut entries = Vec::new();
    while !tree.is_empty() {
        let space = tree.iter().take(8).position(|b| *b == b' ')?;
        let mode = std::str::from_utf8(tree.get(..space)?).ok()?;
        let mode = u32::from_str_radix(mode, 8).ok()?;
        let rest = tree.get(space + 1..)?;
        let nul = rest.iter().position(|b| *b == 0)?;
        let name = rest.get(..nul).filter(|name| !name.is_empty() && !name.contains(&b'/'))?;
        let object = rest.get(nul + 1..)?.get(..length)?;
        entries.push((name, mode, object));
        tree = rest.get(nul + 1 + length..)?;
    }
    Some(entries)
}

/// Old repositories have modes such as 100664.
const fn usual(mode: u32) -> u32 {
    match mode & 0o170_000 {
        0o100_000 if mode & 0o100 != 0 => 0o100_755,
        0o100_000 => 0o100_644,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::archive::colliding;

    #[test]
    fn what_is_said_of_an_object_with_another_name_or_none() {
        let name = [7; 20];
        assert_eq!(wrong(&Ok(name.to_vec()), &name), None);
        assert!(wrong(&Ok(vec![8; 20]), &name).is_some_and(|said| said.contains("is damaged")));
        let attack = wrong(&colliding::attack(), &name);
        assert!(attack.is_some_and(|said| said.starts_with("is a collision attack on SHA-1")));
    }
}
