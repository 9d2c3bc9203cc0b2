//! A commit's tree as seen from the directory that the archive was made from.

use crate::release::archive;
use crate::release::git::{Clone, GitError, Tree, TreeEntry};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Links that are followed from one path, and links of a tree that are read.
const FOLLOWED: usize = 20;
const LINKS: usize = 5000;

/// Submodules whose trees are joined in.
const SUBMODULES: usize = 64;

/// Bytes of git's texts that one comparison reads next to the files that differ.
const TEXTS: u64 = 64 << 20;

/// Paths of one content that are told apart.
const SAME: usize = 32;

/// A commit's whole tree, with the submodules that the clone has, and where its links lead.
pub(super) struct Whole<'a> {
    clone: &'a Clone,
    inner: Vec<Clone>,
    tree: Tree,
    links: BTreeMap<Vec<u8>, Vec<u8>>,
    by_object: HashMap<Vec<u8>, Vec<Vec<u8>>>,
    texts: RefCell<BTreeMap<Vec<u8>, Option<Rc<Vec<u8>>>>>,
    room: Cell<u64>,
}

impl<'a> Whole<'a> {
    /// The tree of that name.
    pub(super) fn read(clone: &'a Clone, tree: &str) -> Result<Self, GitError> {
        let mut tree = clone.tree(tree)?;
        let mut inner = Vec::new();
        let modules: Vec<(Vec<u8>, Vec<u8>)> = tree
            .iter()
            .filter(|(_, entry)| entry.is_submodule())
            .take(SUBMODULES)
            .map(|(path, entry)| (path.clone(), entry.object.clone()))
            .collect();
        for (path, commit) in modules {
            let text = std::str::from_utf8(&path).ok();
            let Some(module) = text.and_then(|path| clone.submodule(path)) else { continue };
            if module.hash() != clone.hash() {
                continue;
            }
            let name = crate::bytes::digests::hex(&commit);
            let Ok(Some(commit)) = module.commit(&name) else { continue };
            for (below, entry) in module.tree(&commit.tree)? {
                tree.insert([path.as_slice(), b"/", &below].concat(), entry);
            }
            inner.push(module);
        }
        let mut by_object: HashMap<Vec<u8>, Vec<Vec<u8>>> = HashMap::new();
        for (path, entry) in &tree {
            let paths = by_object.entry(entry.object.clone()).or_default();
            if paths.len() < SAME {
                paths.push(path.clone());
            }
        }
        let mut whole = Self {
            clone,
            inner,
            tree,
            links: BTreeMap::new(),
            by_object,
            texts: RefCell::default(),
            room: Cell::new(TEXTS),
        };
        let links = whole.tree.iter().filter(|(_, entry)| entry.is_symlink()).take(LINKS);
        let links: Vec<_> = links.map(|(path, e)| (path.clone(), e.object.clone())).collect();
        let names: BTreeSet<Vec<u8>> = links.iter().map(|(_, object)| object.clone()).collect();
        let targets = whole.blobs(&names.into_iter().collect::<Vec<_>>())?;
        for (path, object) in links {
            if let Some(target) = targets.get(&object) {
                whole.links.insert(path, target.clone());
            }
        }
        Ok(whole)
    }

    /// The contents of blobs, of the clone's or of a submodule's.
    pub(super) fn blobs(
        &self,
        objects: &[Vec<u8>],
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, GitError> {
        let mut found = self.clone.blobs(objects)?;
        for inner in &self.inner {
            let left: Vec<_> =
                objects.iter().filter(|o| !found.contains_key(*o)).cloned().collect();
            if left.is_empty() {
                break;
            }
            found.extend(inner.blobs(&left)?);
        }
        Ok(found)
    }

    /// What git has at a path of the whole tree.
    pub(super) fn get(&self, path: &[u8]) -> Option<&TreeEntry> {
        self.tree.get(path)
    }

    /// The whole tree, by path.
    pub(super) const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The paths of the whole tree that have these contents, as far as they are told apart.
    pub(super) fn paths_of(&self, object: &[u8]) -> &[Vec<u8>] {
        self.by_object.get(object).map_or(&[], Vec::as_slice)
    }

    /// The file that `path` of the whole tree leads to by links of git's own; `None` where it leads
    /// through none, or nowhere.
    pub(super) fn followed(&self, path: &[u8]) -> Option<(Vec<u8>, &TreeEntry)> {
        if self.links.is_empty() {
            return None;
        }
        let mut path = path.to_vec();
        let mut through = false;
        for _ in 0..FOLLOWED {
            let ends = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
            let ends: Vec<usize> = ends.chain([path.len()]).collect();
            let link = ends.into_iter().find_map(|end| {
                let target = self.links.get(path.get(..end)?)?;
                Some((end, target))
            });
            let Some((end, target)) = link else {
                let entry = self.get(&path).filter(|entry| entry.is_file() && through)?;
                return Some((path, entry));
            };
            through = true;
            let parent = path.get(..end).unwrap_or_default();
            let parent = parent.iter().rposition(|b| *b == b'/').map_or(0, |at| at);
            let rest = path.get(end..).unwrap_or_default();
            let parent = path.get(..parent).unwrap_or_default();
            path = joined(parent, target, rest)?;
        }
        None
    }

    /// The text of the file at a path of the whole tree; `None` where it is none, or too large.
    fn text(&self, path: &[u8]) -> Option<Rc<Vec<u8>>> {
        let entry = self.get(path).filter(|entry| entry.is_file())?;
        if let Some(text) = self.texts.borrow().get(&entry.object) {
            return text.clone();
        }
        let mut found = self.blobs(std::slice::from_ref(&entry.object)).ok()?;
        let text = found.remove(&entry.object);
        let size = text.as_ref().map_or(0, |text| text.len() as u64);
        let text = self.room.get().checked_sub(size).and_then(|left| {
            self.room.set(left);
            text.map(Rc::new)
        });
        self.texts.borrow_mut().insert(entry.object.clone(), text.clone());
        text
    }
}

/// `target` as seen from the directory `parent`, with `rest` behind it; `None` where it leads out of
/// the tree.
fn joined(parent: &[u8], target: &[u8], rest: &[u8]) -> Option<Vec<u8>> {
    if target.is_empty() {
        return None;
    }
    archive::joined(parent, &[target, rest].concat())
}

/// The tree from a directory of it.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    whole: &'a Whole<'a>,
    directory: &'a [u8],
}

impl<'a> View<'a> {
    pub(super) const fn new(whole: &'a Whole<'a>, directory: &'a [u8]) -> Self {
        Self { whole, directory }
    }

    pub(super) const fn whole(&self) -> &'a Whole<'a> {
        self.whole
    }

    /// The path in the whole tree.
    pub(super) fn path(&self, below: &[u8]) -> Vec<u8> {
        match self.directory {
            [] => below.to_vec(),
            directory => [directory, b"/", below].concat(),
        }
    }

    /// What git has at `below`.
    pub(super) fn get(&self, below: &[u8]) -> Option<&'a TreeEntry> {
        match self.directory {
            [] => self.whole.get(below),
            _ => self.whole.get(&self.path(below)),
        }
    }

    /// Whether git has a file at `below`.
    pub(super) fn has_file(&self, below: &str) -> bool {
        self.get(below.as_bytes()).is_some_and(TreeEntry::is_file)
    }

    /// The file that `below` leads to by links of git's own.
    pub(super) fn followed(&self, below: &[u8]) -> Option<(Vec<u8>, &'a TreeEntry)> {
        self.whole.followed(&self.path(below))
    }

    /// Everything below the directory, by the path below it.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a [u8], &'a TreeEntry)> {
        let prefix = match self.directory {
            [] => Vec::new(),
            directory => [directory, b"/"].concat(),
        };
        let from = self.whole.tree.range(prefix.clone()..);
        from.map_while(move |(path, entry)| Some((path.strip_prefix(prefix.as_slice())?, entry)))
    }

    /// The submodule that a path lies in.
    pub(super) fn submodule(&self, below: &[u8]) -> Option<Vec<u8>> {
        let path = self.path(below);
        let ends = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
        ends.filter_map(|end| path.get(..end))
            .find(|parent| self.whole.get(parent).is_some_and(TreeEntry::is_submodule))
            .map(<[u8]>::to_vec)
    }

    /// git's text of the file at `below`.
    pub(super) fn text(&self, below: &str) -> Option<String> {
        let text = self.whole.text(&self.path(below.as_bytes()))?;
        String::from_utf8(text.to_vec()).ok()
    }

    /// git's bytes of the file at `below`.
    pub(super) fn bytes(&self, below: &str) -> Option<Rc<Vec<u8>>> {
        self.whole.text(&self.path(below.as_bytes()))
    }

    /// git's text of the file `name` in the directory or, where it has none, in the nearest above.
    pub(super) fn text_upwards(&self, name: &str) -> Option<String> {
        self.upwards(name).into_iter().next().map(|(_, text)| text)
    }

    /// git's texts of the file `name` in the directory and in those above it, with their paths.
    pub(super) fn upwards(&self, name: &str) -> Vec<(Vec<u8>, String)> {
        let mut directory = self.directory;
        let mut found = Vec::new();
        loop {
            let path = match directory {
                [] => name.as_bytes().to_vec(),
                directory => [directory, b"/", name.as_bytes()].concat(),
            };
            if let Some(text) = self.whole.text(&path)
                && let Ok(text) = String::from_utf8(text.to_vec())
            {
                found.push((path, text));
            }
            if directory.is_empty() {
                return found;
            }
            let up = directory.iter().rposition(|b| *b == b'/').unwrap_or(0);
            directory = directory.get(..up).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn targets() {
        let path = |parent: &str, target: &str, rest: &str| {
            joined(parent.as_bytes(), target.as_bytes(), rest.as_bytes())
                .map(|path| String::from_utf8_lossy(&path).into_owned())
        };
        assert_eq!(path("a/b", "../c", "/d").as_deref(), Some("a/c/d"));
        assert_eq!(path("", "LICENSE", "").as_deref(), Some("LICENSE"));
        assert_eq!(path("a", "../../x", ""), None);
        assert_eq!(path("a", "/etc/passwd", ""), None);
    }
}
