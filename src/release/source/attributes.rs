//! What `.gitattributes` leaves out of an archive (`export-ignore`).
//!
//! Read from the commit's own tree, never from the clone's configuration. Patterns are those of
//! gitignore(5) without negation, as gitattributes(5) says; of several that fit the last decides,
//! and the file of a deeper directory goes before that of a higher one.

use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeMap;

/// The name of the files.
pub(crate) const FILE: &[u8] = b".gitattributes";

/// One line that sets or unsets the attribute.
struct Rule {
    /// The directory of its file, with a slash behind it; empty for the root.
    base: Vec<u8>,
    /// Whether the pattern is held against the name alone.
    name_only: bool,
    /// Whether it is for directories alone.
    directories: bool,
    pattern: GlobMatcher,
    ignored: bool,
}

/// The rules of a tree.
#[derive(Default)]
pub(crate) struct Ignored(Vec<Rule>);

impl Ignored {
    /// The rules in `files`: paths of `.gitattributes` files, with their contents.
    pub(crate) fn of(files: &BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        // Higher directories first, so that the last rule that fits decides.
        let mut files: Vec<_> = files.iter().collect();
        files.sort_by_key(|(path, _)| path.iter().filter(|b| **b == b'/').count());
        let mut rules = Vec::new();
        for (path, contents) in files {
            let base = path.strip_suffix(FILE).unwrap_or_default();
            let text = String::from_utf8_lossy(contents);
            rules.extend(text.lines().filter_map(|line| rule(base, line)));
        }
        Self(rules)
    }

    /// Whether an archive leaves out the file at `path`: it, or a directory that it is in.
    pub(crate) fn contains(&self, path: &[u8]) -> bool {
        let parents = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at);
        let mut parents = parents.filter_map(|at| path.get(..at));
        parents.any(|parent| self.fits(parent, true)) || self.fits(path, false)
    }

    fn fits(&self, path: &[u8], directory: bool) -> bool {
        let last = self.0.iter().rev().find(|rule| rule.fits(path, directory));
        last.is_some_and(|rule| rule.ignored)
    }
}

impl Rule {
    fn fits(&self, path: &[u8], directory: bool) -> bool {
        let Some(below) = path.strip_prefix(self.base.as_slice()) else { return false };
        let name = below.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let held = String::from_utf8_lossy(if self.name_only { name } else { below });
        (directory || !self.directories) && self.pattern.is_match(held.as_ref())
    }
}

/// A line's rule about `export-ignore`, if it has one.
fn rule(base: &[u8], line: &str) -> Option<Rule> {
    let line = line.trim();
    if line.starts_with(['#', '"']) {
        return None;
    }
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let ignored = words.rev().find_map(|word| match word {
        "export-ignore" => Some(true),
        "-export-ignore" | "!export-ignore" => Some(false),
        _ => None,
    })?;
    let directories = pattern.ends_with('/');
    let pattern = pattern.trim_end_matches('/');
    let name_only = !pattern.contains('/');
    let glob = GlobBuilder::new(pattern.trim_start_matches('/'))
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .ok()?;
    let pattern = glob.compile_matcher();
    Some(Rule { base: base.to_vec(), name_only, directories, pattern, ignored })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let files = BTreeMap::from([
            (
                b".gitattributes".to_vec(),
                b"# all\n/ci export-ignore\n*.draft export-ignore\nkeep.draft -export-ignore\n\
                  docs/**/big export-ignore\n*.c text eol=lf\nonly/ export-ignore\n"
                    .to_vec(),
            ),
            (b"sub/.gitattributes".to_vec(), b"here export-ignore\n".to_vec()),
        ]);
        let ignored = Ignored::of(&files);
        for path in [
            "ci/x",
            "ci/a/b",
            "a.draft",
            "d/a.draft",
            "docs/a/b/big",
            "sub/here",
            "sub/d/here",
            "only/x",
        ] {
            assert!(ignored.contains(path.as_bytes()), "{path}");
        }
        for path in ["a/ci/x", "cix", "keep.draft", "a.c", "here", "docs/small", "only", ""] {
            assert!(!ignored.contains(path.as_bytes()), "{path}");
        }
    }
}
