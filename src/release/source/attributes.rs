//! What a commit's own `.gitattributes` say: which files an archive leaves out (`export-ignore`), and
//! what is done to others (`export-subst`, `ident`, `eol`).
//!
//! Read from the commit's own tree, never from the clone's configuration. Patterns are those of
//! gitignore(5) without negation, as gitattributes(5) says; of several that fit the last decides,
//! and the file of a deeper directory goes before that of a higher one.

use globset::{GlobBuilder, GlobMatcher};
use std::cell::RefCell;
use std::collections::HashMap;

/// The name of the files.
pub(super) const FILE: &[u8] = b".gitattributes";

/// Lines that say something, of all files together, and how often one is compared with a path: more
/// than any known repository needs. Beyond them the attributes are not read.
const RULES: usize = 4000;
const COMPARED: usize = 20_000_000;

/// Bytes of one line that are read.
const LINE: usize = 4096;

/// What an attribute says of a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// It is left out of archives.
    pub(super) export_ignore: bool,
    /// `$Format:…$` in it is filled in.
    pub(super) export_subst: bool,
    /// `$Id$` in it is filled in.
    pub(super) ident: bool,
    /// Its lines end in CR LF where it is written out.
    pub(super) crlf: bool,
}

/// What one line sets; `None` where it says nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Sets {
    export_ignore: Option<bool>,
    export_subst: Option<bool>,
    ident: Option<bool>,
    crlf: Option<bool>,
}

enum Pattern {
    /// These very bytes.
    Literal(String),
    /// A name that ends like this: `*.c`.
    Suffix(String),
    Glob(GlobMatcher),
}

/// One line.
struct Rule {
    /// The directory of its file, with a slash behind it; empty for the root.
    base: Vec<u8>,
    /// Whether the pattern is compared with the name alone.
    name_only: bool,
    /// Whether it is for directories alone.
    directories: bool,
    pattern: Pattern,
    sets: Sets,
}

/// The rules of a tree.
#[derive(Default)]
pub(super) struct Attributes {
    rules: Vec<Rule>,
    /// What comparing a path with all of them costs.
    cost: usize,
    /// How many lines are too many to be read, or comparisons to be made.
    beyond: RefCell<bool>,
    left: RefCell<usize>,
    directories: RefCell<HashMap<Vec<u8>, bool>>,
}

impl Attributes {
    /// The rules in `files`: paths of `.gitattributes` files, with their contents.
    pub(super) fn of<'a>(files: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Self {
        // Higher directories first, so that the last rule that fits decides.
        let mut files: Vec<_> = files.collect();
        files.sort_by_key(|(path, _)| path.iter().filter(|b| **b == b'/').count());
        let mut rules = Vec::new();
        for (path, contents) in files {
            let base = path.strip_suffix(FILE).unwrap_or_default();
            for line in contents.split(|b| *b == b'\n').filter(|line| line.len() <= LINE) {
                let Some(rule) = rule(base, &String::from_utf8_lossy(line)) else { continue };
                if rules.len() == RULES {
                    return Self { beyond: RefCell::new(true), ..Self::default() };
                }
                rules.push(rule);
            }
        }
        let cost = rules.iter().map(Rule::cost).sum();
        Self { rules, cost, left: RefCell::new(COMPARED), ..Self::default() }
    }

    /// Whether there are more rules than are read, or than are compared.
    pub(super) fn is_beyond(&self) -> bool {
        *self.beyond.borrow()
    }

    /// What is said of the file at `path`.
    pub(super) fn of_file(&self, path: &[u8]) -> Said {
        let mut said = self.fitting(path, false);
        said.export_ignore |= self.parents_ignored(path);
        said
    }

    /// Whether an archive leaves out the file at `path`: it, or a directory that it is in.
    pub(super) fn ignores(&self, path: &[u8]) -> bool {
        !self.rules.is_empty()
            && (self.parents_ignored(path) || self.fitting(path, false).export_ignore)
    }

    fn parents_ignored(&self, path: &[u8]) -> bool {
        let Some(end) = path.iter().rposition(|b| *b == b'/') else { return false };
        let parent = path.get(..end).unwrap_or_default();
        if let Some(known) = self.directories.borrow().get(parent) {
            return *known;
        }
        let ignored = self.parents_ignored(parent) || self.fitting(parent, true).export_ignore;
        self.directories.borrow_mut().insert(parent.to_vec(), ignored);
        ignored
    }

    fn fitting(&self, path: &[u8], directory: bool) -> Said {
        let mut left = self.left.borrow_mut();
        match left.checked_sub(self.cost) {
            Some(rest) => *left = rest,
            None => {
                *self.beyond.borrow_mut() = true;
                return Said::default();
            }
        }
        let mut sets = Sets::default();
        for rule in self.rules.iter().rev().filter(|rule| rule.fits(path, directory)) {
            sets.export_ignore = sets.export_ignore.or(rule.sets.export_ignore);
            sets.export_subst = sets.export_subst.or(rule.sets.export_subst);
            sets.ident = sets.ident.or(rule.sets.ident);
            sets.crlf = sets.crlf.or(rule.sets.crlf);
        }
        Said {
            export_ignore: sets.export_ignore.unwrap_or_default(),
            export_subst: sets.export_subst.unwrap_or_default(),
            ident: sets.ident.unwrap_or_default(),
            crlf: sets.crlf.unwrap_or_default(),
        }
    }
}

impl Rule {
    /// What comparing it with a path costs, in comparisons of bytes.
    const fn cost(&self) -> usize {
        match self.pattern {
            Pattern::Literal(_) | Pattern::Suffix(_) => 1,
            Pattern::Glob(_) => 16,
        }
    }

    fn fits(&self, path: &[u8], directory: bool) -> bool {
        if self.directories && !directory {
            return false;
        }
        let Some(below) = path.strip_prefix(self.base.as_slice()) else { return false };
        let name = below.rsplit(|b| *b == b'/').next().unwrap_or_default();
        let compared = if self.name_only { name } else { below };
        match &self.pattern {
            Pattern::Literal(text) => compared == text.as_bytes(),
            Pattern::Suffix(end) => compared.ends_with(end.as_bytes()),
            Pattern::Glob(glob) => glob.is_match(String::from_utf8_lossy(compared).as_ref()),
        }
    }
}

/// A line that says something that is asked for here.
fn rule(base: &[u8], line: &str) -> Option<Rule> {
    let line = line.trim();
    if line.starts_with(['#', '"']) || line.starts_with("[attr]") {
        return None;
    }
    let mut words = line.split_whitespace();
    let pattern = words.next()?;
    let mut sets = Sets::default();
    for word in words {
        let (name, value) = match word.strip_prefix(['-', '!']) {
            Some(name) => (name, false),
            None => (word, true),
        };
        match name {
            "export-ignore" => sets.export_ignore = Some(value),
            "export-subst" => sets.export_subst = Some(value),
            "ident" => sets.ident = Some(value),
            "eol=crlf" => sets.crlf = Some(true),
            "eol=lf" | "binary" => sets.crlf = Some(false),
            _ => {}
        }
    }
    let Sets { export_ignore, export_subst, ident, crlf } = sets;
    if export_ignore.is_none() && export_subst.is_none() && ident.is_none() && crlf.is_none() {
        return None;
    }
    let directories = pattern.ends_with('/');
    let pattern = pattern.trim_end_matches('/');
    let name_only = !pattern.contains('/');
    let pattern = self::pattern(pattern.trim_start_matches('/'), name_only)?;
    Some(Rule { base: base.to_vec(), name_only, directories, pattern, sets })
}

fn pattern(text: &str, name_only: bool) -> Option<Pattern> {
    let special = |text: &str| text.contains(['*', '?', '[', '\\', '{']);
    if !special(text) {
        return Some(Pattern::Literal(text.to_owned()));
    }
    if let Some(end) = text.strip_prefix('*').filter(|end| name_only && !special(end)) {
        return Some(Pattern::Suffix(end.to_owned()));
    }
    // git's patterns know no braces.
    let text = text.replace('{', "\\{").replace('}', "\\}");
    let glob = GlobBuilder::new(&text).literal_separator(true).backslash_escape(true).build();
    glob.ok().map(|glob| Pattern::Glob(glob.compile_matcher()))
}

/// The paths of a tree's `.gitattributes`.
pub(super) fn is_file(path: &[u8]) -> bool {
    path.rsplit(|b| *b == b'/').next() == Some(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let root: &[u8] =
            b"# all\n/ci export-ignore\n*.draft export-ignore\nkeep.draft -export-ignore\n\
              docs/**/big export-ignore\n*.c text eol=lf\nonly/ export-ignore\nx{y} export-ignore\n\
              version.txt export-subst\n*.bat eol=crlf\n";
        let sub: &[u8] = b"here export-ignore\n";
        let files = [(&b".gitattributes"[..], root), (b"sub/.gitattributes", sub)];
        let attributes = Attributes::of(files.into_iter());
        for path in [
            "ci/x",
            "ci/a/b",
            "a.draft",
            "d/a.draft",
            "docs/a/b/big",
            "sub/here",
            "sub/d/here",
            "only/x",
            "x{y}",
        ] {
            assert!(attributes.ignores(path.as_bytes()), "{path}");
        }
        for path in
            ["a/ci/x", "cix", "keep.draft", "a.c", "here", "docs/small", "only", "", "xy", "x"]
        {
            assert!(!attributes.ignores(path.as_bytes()), "{path}");
        }
        assert!(attributes.of_file(b"d/version.txt").export_subst);
        assert!(attributes.of_file(b"a.bat").crlf && !attributes.of_file(b"a.c").crlf);
    }

    #[test]
    fn more_rules_than_are_read() {
        let text: String = (0..RULES + 1).map(|n| format!("a{n} export-ignore\n")).collect();
        let files = [(&b".gitattributes"[..], text.as_bytes())];
        let attributes = Attributes::of(files.into_iter());
        assert!(attributes.is_beyond() && !attributes.ignores(b"a1"));
    }
}
