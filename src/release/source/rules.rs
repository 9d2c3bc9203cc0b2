//! Files that git's own rules of make name: they are made for the archive.
//!
//! A rule in git says that there is such a file, not what is in it: what is in the archive by that
//! name was compared with nothing.

use super::texts::{directory_of, name_of, same_text};
use super::view::View;
use crate::release::archive::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of rules that are read.
const BYTES: usize = 8 << 20;

/// What git's rules of make name.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// The words in the rules of a directory, and where they are.
    words: BTreeMap<String, (String, BTreeSet<String>)>,
}

impl Rules {
    /// Of those that are in the archive as git has them.
    pub(crate) fn of(members: &BTreeMap<&[u8], &Entry>, view: View<'_>) -> Self {
        let files = members.iter().filter_map(|(path, entry)| {
            let path = std::str::from_utf8(path).ok().filter(|path| is_rules(path))?;
            same_text(view, path, entry).map(|text| (path, text))
        });
        Self::read(files)
    }

    fn read<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut rules = Self::default();
        let mut room = BYTES;
        for (path, text) in files {
            let Some(left) = room.checked_sub(text.len()) else { break };
            room = left;
            let at = rules.words.entry(directory_of(path).to_owned());
            let (_, words) = at.or_insert_with(|| (path.to_owned(), BTreeSet::new()));
            for line in text.lines().filter(|line| !is_silent(line)) {
                let line = line.replace("$(srcdir)/", "");
                let edge = |c: char| {
                    c.is_whitespace() || matches!(c, ':' | '=' | '(' | ')' | '"' | '\'' | ';')
                };
                let paths = line.split(edge).filter(|word| word.contains(['.', '/']));
                words.extend(paths.map(str::to_owned));
            }
        }
        rules
    }

    /// The rules that name the file at `path`, by its path from there.
    pub(super) fn naming(&self, path: &str) -> Option<&str> {
        let ends = path.match_indices('/').map(|(at, _)| at + 1).chain([0]);
        ends.into_iter().find_map(|end| {
            let (directory, below) = path.split_at_checked(end)?;
            let (at, words) = self.words.get(directory)?;
            words.contains(below).then_some(at.as_str())
        })
    }
}

/// Whether a line makes nothing: a comment, or one that reads other rules where there are any.
fn is_silent(line: &str) -> bool {
    let line = line.trim_start();
    let word = line.split_whitespace().next().unwrap_or_default();
    let reads = word.trim_start_matches(['-', '.', 's']);
    line.starts_with('#') || matches!(reads, "include" | "dinclude")
}

fn is_rules(path: &str) -> bool {
    let name = name_of(path);
    name.ends_with(".am") || name.ends_with(".mk") || name == "GNUmakefile" || name == "Makefile"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_name() {
        let rules = Rules::read(
            [
                (
                    "Makefile.am",
                    "EXTRA_DIST = doc/man/Makefile stamp\n# lib/b.c\nt/list.h: t/a.c\n",
                ),
                ("Makefile", "-include config.mk\n"),
                ("src/Makefile.am", "HUGE=tool_hugehelp.c\n$(srcdir)/x.c: y\n"),
            ]
            .into_iter(),
        );
        for (path, at) in [
            ("src/tool_hugehelp.c", Some("src/Makefile.am")),
            ("src/x.c", Some("src/Makefile.am")),
            ("t/list.h", Some("Makefile.am")),
            ("doc/man/Makefile", Some("Makefile.am")),
            ("lib/b.c", None),
            ("lib/tool_hugehelp.c", None),
            ("tool_hugehelp.c", None),
            ("src/hugehelp.c", None),
            ("stamp", None),
            // Where there is one, its rules are read.
            ("config.mk", None),
        ] {
            assert_eq!(rules.naming(path), at, "{path}");
        }
    }
}
