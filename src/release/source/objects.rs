//! A clone's trees and blobs, each held against the name that its parent calls it by.
//!
//! git does not compare an object with its name when it hands it out. A clone may come from anybody:
//! without this a commit would fix nothing of the files below it.

use super::git::{BLOB_ALL, BLOB_EACH, Clone, GitError, TreeEntry};
use crate::bytes::digests::hex;
use crate::release::archive::{GitHash, object_name};
use std::collections::{BTreeMap, BTreeSet};

/// Files of one commit, and bytes of their paths, that are read: more than any known repository has.
const PATHS: usize = 1_000_000;
const PATH_BYTES: usize = 128 << 20;

const BATCH: &str = "cat-file --batch";

/// The mode of a directory.
const DIRECTORY: u32 = 0o40_000;

impl Clone {
    /// Every file, link and submodule of the commit's tree, by path.
    ///
    /// # Errors
    ///
    /// Where git refuses, or a tree is not there or is not what its name says.
    pub(crate) fn tree(&self, commit: &str) -> Result<BTreeMap<Vec<u8>, TreeEntry>, GitError> {
        let hash = self.hash()?;
        let command = "rev-parse --verify";
        let peeled = format!("{commit}^{{tree}}");
        let root = self.line(command, &["rev-parse", "--verify", "--end-of-options", &peeled])?;
        let root = super::git::unhex(&root).ok_or(GitError::Output { command })?;
        let mut files = BTreeMap::new();
        let mut bytes = 0;
        // One level of directories at a time: as many runs of git as the tree is deep.
        let mut level: Vec<(Vec<u8>, Vec<u8>)> = vec![(Vec::new(), root)];
        while !level.is_empty() {
            let names: BTreeSet<Vec<u8>> = level.iter().map(|(_, name)| name.clone()).collect();
            let names: Vec<Vec<u8>> = names.into_iter().collect();
            let trees = self.objects("tree", &names, hash)?;
            let mut next = Vec::new();
            for (prefix, name) in level {
                let tree = trees.get(&name).ok_or(GitError::Output { command: BATCH })?;
                for (entry_name, mode, object) in
                    entries(tree, name.len()).ok_or(GitError::Output { command: BATCH })?
                {
                    let path = [prefix.as_slice(), entry_name].concat();
                    bytes += path.len();
                    if files.len() + next.len() >= PATHS || bytes > PATH_BYTES {
                        return Err(GitError::Output { command: BATCH });
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
    /// Where git refuses, or a blob is not what its name says.
    pub(crate) fn blobs(
        &self,
        objects: &[Vec<u8>],
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, GitError> {
        if objects.is_empty() {
            return Ok(BTreeMap::new());
        }
        let hash = self.hash()?;
        let command = "cat-file --batch-check";
        let answer = self.run(command, &["cat-file", "--batch-check"], Some(lines(objects)))?;
        let mut room = BLOB_ALL;
        let checked = String::from_utf8_lossy(&answer.output).into_owned();
        let small = objects.iter().zip(checked.lines()).filter(|(_, line)| {
            let mut words = line.split(' ').skip(1);
            let size = match (words.next(), words.next().map(str::parse::<u64>)) {
                (Some("blob"), Some(Ok(size))) if size <= BLOB_EACH && size <= room => size,
                _ => return false,
            };
            room -= size;
            true
        });
        let small: Vec<_> = small.map(|(object, _)| object.clone()).collect();
        self.objects("blob", &small, hash)
    }

    /// Objects of one kind, by name.
    fn objects(
        &self,
        kind: &str,
        names: &[Vec<u8>],
        hash: GitHash,
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, GitError> {
        let answer = self.run(BATCH, &["cat-file", "--batch"], Some(lines(names)))?;
        let mut rest = answer.output.as_slice();
        let mut found = BTreeMap::new();
        for name in names {
            let refused =
                |what: &str| self.refused(BATCH, format!("the {kind} {} {what}", hex(name)));
            let (contents, after) =
                parse(rest, name, kind).ok_or_else(|| refused("is not there or cannot be read"))?;
            if object_name(hash, kind, contents).as_ref() != Some(name) {
                return Err(refused("is damaged: its contents have another name"));
            }
            found.insert(name.clone(), contents.to_vec());
            rest = after;
        }
        Ok(found)
    }
}

/// The names, one a line, for git's standard input.
fn lines(names: &[Vec<u8>]) -> Vec<u8> {
    names.iter().map(|name| hex(name) + "\n").collect::<String>().into_bytes()
}

/// `object SP kind SP size LF contents LF`, and what follows.
fn parse<'a>(bytes: &'a [u8], object: &[u8], kind: &str) -> Option<(&'a [u8], &'a [u8])> {
    let end = bytes.iter().position(|b| *b == b'\n')?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let rest = head.strip_prefix(&hex(object))?.strip_prefix(' ')?.strip_prefix(kind)?;
    let size: usize = rest.strip_prefix(' ')?.parse().ok()?;
    let contents = bytes.get(end + 1..)?.get(..size)?;
    let rest = bytes.get(end + 1 + size..)?.strip_prefix(b"\n")?;
    Some((contents, rest))
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
