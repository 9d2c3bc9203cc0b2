//! What the files of a build read as code.
//!
//! A document is text until something includes it: `m4_esyscmd([cat VERSION])` makes shell code of
//! configure of it, `exec(open("README").read())` runs it.

use super::texts::name_of;
use crate::release::diff::lang::extension;
use std::collections::BTreeMap;

/// Bytes of files, and lines, that are looked at.
const BYTES: usize = 32 << 20;
const LINES: usize = 20_000;

/// Lines that are kept for one word.
const PLACES: usize = 200;

/// What runs or includes a file that it names.
const WORDS: [&str; 19] = [
    "m4_include",
    "m4_sinclude",
    "sinclude",
    "esyscmd",
    "syscmd",
    "include",
    "source ",
    ". ",
    "exec",
    "eval",
    "sh ",
    "python",
    "perl",
    "run_command",
    "execute_process",
    "import",
    "require",
    "load",
    "$(shell",
];

/// Names of files that decide how something is built.
pub(crate) fn is_build_file(path: &str) -> bool {
    let name = name_of(path);
    let extension = extension(name);
    matches!(extension, "m4" | "am" | "ac" | "mk" | "cmake" | "pri" | "pro" | "sh" | "gyp")
        || name.starts_with("Makefile")
        || name.starts_with("makefile")
        || matches!(
            name,
            "configure.in"
                | "CMakeLists.txt"
                | "GNUmakefile"
                | "SConstruct"
                | "build.rs"
                | "lib.rs"
                | "main.rs"
                | "bootstrap"
                | "configure"
                | "meson.build"
                | "meson_options.txt"
                | "setup.py"
                | "setup.cfg"
                | "pyproject.toml"
                | "wscript"
                | "autogen.sh"
        )
}

/// The lines of a build's files that run or include something.
#[derive(Debug, Default)]
pub(crate) struct Consumers {
    /// Path and line.
    lines: Vec<(String, String)>,
    /// Where each word of them is.
    words: BTreeMap<String, Vec<usize>>,
}

impl Consumers {
    /// The lines of `files`, texts by their paths.
    pub(crate) fn of(files: &BTreeMap<&str, &str>) -> Self {
        let mut room = BYTES;
        let mut lines = Vec::new();
        for (path, text) in files.iter().filter(|(path, _)| is_build_file(path)) {
            let Some(left) = room.checked_sub(text.len()) else { break };
            room = left;
            for line in text.lines().filter(|line| line.len() < 2000) {
                let code = line.trim_start();
                // An attribute of Rust's is none.
                let attribute = code.starts_with("#[") || code.starts_with("#![");
                let comment = code.starts_with("dnl") || code.starts_with('#') && !attribute;
                let runs = || WORDS.iter().any(|word| line.contains(word));
                if !comment && lines.len() < LINES && runs() {
                    lines.push(((*path).to_owned(), line.to_owned()));
                }
            }
        }
        let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, (_, line)) in lines.iter().enumerate() {
            for word in line.split(is_edge).filter(|word| !word.is_empty()) {
                let places = words.entry(word.to_owned()).or_default();
                if places.last() != Some(&at) && places.len() < PLACES {
                    places.push(at);
                }
            }
        }
        Self { lines, words }
    }

    /// The file that reads the one at `path` as code, where one does.
    pub(crate) fn reading(&self, path: &str) -> Option<&str> {
        let name = name_of(path);
        // A name of several words is where the first of them is.
        let first = name.split(is_edge).find(|word| !word.is_empty()).unwrap_or(name);
        let is_word = |line: &str| {
            line.match_indices(name).any(|(at, _)| {
                let before = line.get(..at).and_then(|text| text.chars().last());
                let after = line.get(at + name.len()..).and_then(|text| text.chars().next());
                before.is_none_or(is_edge) && after.is_none_or(is_edge)
            })
        };
        let places = self.words.get(first).map(Vec::as_slice).unwrap_or_default();
        let lines = places.iter().filter_map(|at| self.lines.get(*at));
        // An installed header or a list of files names many and includes none.
        let found = lines.into_iter().find(|(file, line)| {
            file != path && is_word(line) && (line.contains("syscmd") || includes(line))
        });
        found.map(|(file, _)| file.as_str())
    }
}

/// Whether a name ends before, or begins behind, `c`.
fn is_edge(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-')
}

/// Whether a line includes or runs a file, rather than names one that is installed or packed.
fn includes(line: &str) -> bool {
    let code = line.trim_start();
    let starts = [
        "include ",
        "-include ",
        "sinclude ",
        "include(",
        "m4_include",
        "m4_sinclude",
        "sinclude(",
        ". ",
        "source ",
        "eval ",
        "sh ",
        "python",
        "perl ",
        "import ",
        "exec ",
    ];
    starts.iter().any(|start| code.starts_with(start))
        || [
            "exec(",
            "eval(",
            "$(shell",
            "execfile(",
            "include_str!",
            "include!(",
            "include_bytes!",
            "run_command",
            "execute_process",
            "`",
        ]
        .iter()
        .any(|call| code.contains(call))
        || code.contains("| sh")
        || code.contains("; . ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_a_document() {
        let files = BTreeMap::from([
            ("configure.ac", "AC_INIT([foo],[m4_esyscmd([cat VERSION.txt])])\n"),
            ("setup.py", "exec(open('README.rst').read())\nx = open('NEWS').read()\n"),
            ("Makefile.am", "EXTRA_DIST = ChangeLog AUTHORS\ninclude doc/rules.md\n"),
            ("src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n"),
        ]);
        let consumers = Consumers::of(&files);
        assert_eq!(consumers.reading("VERSION.txt"), Some("configure.ac"));
        assert_eq!(consumers.reading("README.rst"), Some("setup.py"));
        assert_eq!(consumers.reading("doc/rules.md"), Some("Makefile.am"));
        // Its examples are tests.
        assert_eq!(consumers.reading("README.md"), Some("src/lib.rs"));
        for other in ["NEWS", "ChangeLog", "AUTHORS", "README", "VERSION"] {
            assert_eq!(consumers.reading(other), None, "{other}");
        }
    }
}
