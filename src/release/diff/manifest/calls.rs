//! What build files call: libraries, programs, hooks, rules.

use super::super::hazard::{Hazard, HazardKind};
use super::super::lang::Lang;
use super::{Sides, compare_sets};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use HazardKind::{Configuration, Dependency, Hook};

/// Options that have a compiler load, read or run something, in any build file.
const COMPILER: &str = r#"[ \t'"=(](-fplugin=[^\s'")]*|-specs=[^\s'")]*|-wrapper['",\s]+[^\s'")]+|-include['",\s]+[^\s'"),]+)"#;

/// A language, a pattern whose first group is a name, and what that name is.
const CALLS: &[(Lang, &str, HazardKind, &str)] = &[
    (
        Lang::M4,
        r"PKG_(?:CHECK_MODULES|CHECK_EXISTS|PREREQ)\w*\(\s*\[?\w+\]?\s*,\s*\[?\s*([\w.+-]+)",
        Dependency,
        "library",
    ),
    (Lang::M4, r"AC_(?:CHECK|HAVE)_LIB\(\s*\[?([\w.+-]+)", Dependency, "library"),
    (Lang::M4, r"AC_SEARCH_LIBS\(\s*\[?\w+\]?\s*,\s*\[?([\w.+ -]+)", Dependency, "library"),
    (
        Lang::M4,
        r"\b(AC_CONFIG_COMMANDS(?:_PRE|_POST)?\(\s*\[?[\w.$-]*)",
        Hook,
        "command of config.status",
    ),
    (Lang::M4, r"AC_CONFIG_SUBDIRS\(\s*\[?([\w./ -]+)", Configuration, "directory"),
    (Lang::M4, r"AC_ARG_(?:ENABLE|WITH)\(\s*\[?([\w-]+)", Configuration, "option"),
    (Lang::M4, r"AC_DEFUN(?:_ONCE)?\(\s*\[?([\w$]+)", Configuration, "macro"),
    (Lang::Meson, r"\bdependency\s*\(\s*'([^']+)'", Dependency, "dependency"),
    (Lang::Meson, r"\bsubproject\s*\(\s*'([^']+)'", Dependency, "subproject"),
    (Lang::Meson, r"\bfind_program\s*\(\s*'([^']+)'", Configuration, "program"),
    (Lang::Meson, r"\bfind_library\s*\(\s*'([^']+)'", Dependency, "library"),
    (Lang::Meson, r"\bsubdir\s*\(\s*'([^']+)'", Configuration, "directory"),
    (Lang::Meson, r"\b(add_install_script|add_postconf_script|add_dist_script)\b", Hook, "script"),
    (Lang::Cmake, r"(?i)\bfind_package\s*\(\s*([\w${}+-]+)", Dependency, "package"),
    (Lang::Cmake, r"(?i)\bpkg_(?:check|search)_modules?\s*\(\s*(\w+)", Dependency, "library"),
    (
        Lang::Cmake,
        r"(?i)\b(?:FetchContent_Declare|ExternalProject_Add|CPMAddPackage)\s*\(\s*([\w${}+-]+)",
        Hook,
        "fetched project",
    ),
    (Lang::Cmake, r"(?i)\badd_subdirectory\s*\(\s*([\w${}/.+-]+)", Configuration, "directory"),
    (Lang::Cmake, r"(?i)\boption\s*\(\s*(\w+)", Configuration, "option"),
    (
        Lang::Make,
        r"(?m)^((?:all|install|check|dist|uninstall|clean)(?:-\w+)?-(?:hook|local))\s*:",
        Hook,
        "hook of make",
    ),
    (Lang::Make, r"(?m)^([\w./%-]+)\s*:{1,2}(?:[^=]|$)", Configuration, "rule"),
    (Lang::Ruby, r#"add_(?:runtime_)?dependency\s*\(?\s*['"]([\w-]+)"#, Dependency, "dependency"),
    (Lang::Ruby, r#"\bextensions\s*=\s*(.+)"#, Hook, "extension that is built at install"),
    (
        Lang::Rust,
        r"cargo::?(rustc-(?:link-arg[\w-]*|flags|env=(?:LD_|PATH|RUSTC)\w*)[^\x22{]*)",
        Hook,
        "instruction to the linker",
    ),
    (Lang::Rust, r"cargo::?(rustc-[\w-]+=[^\x22{]*)", Configuration, "instruction to cargo"),
    // What is taken in, and which tools do the work.
    (Lang::Make, r"(?m)^[ ]*(-?s?include\s+\S+)", Hook, "included file"),
    (
        Lang::Make,
        r"(?m)^[ ]*((?:override\s+|export\s+)*(?:SHELL|MAKE|CC|CXX|CPP|LD|AR|AS|RANLIB|STRIP|OBJCOPY)\s*[:?]?=\s*\S.*)$",
        Hook,
        "tool",
    ),
    (Lang::M4, r"(?m)^\s*((?:\.|source)\s+[^\s;]+)", Hook, "sourced file"),
    (
        Lang::M4,
        r"(?m)^\s*((?:SHELL|CONFIG_SHELL|MAKE|CC|CXX|CPP|LD|AR|AS|RANLIB)=[^\s;]+)",
        Hook,
        "tool",
    ),
    (Lang::M4, r"\b(?:m4_include|m4_sinclude)\(\s*\[?([^\])\s]+)", Hook, "included file"),
    (Lang::Cmake, r#"(?i)\binclude\s*\(\s*"?([^)\s"]*[/.][^)\s"]*)"#, Hook, "included file"),
    (
        Lang::Cmake,
        r"(?i)\b(CMAKE_\w+_(?:COMPILER|LINKER)_LAUNCHER|CMAKE_(?:C|CXX)_COMPILER|CMAKE_PROJECT_\w*INCLUDE\w*|RULE_LAUNCH_\w+)\b",
        Hook,
        "tool",
    ),
    (Lang::Cmake, r"(?i)\bfile\s*\(\s*(DOWNLOAD)\b", Hook, "file command that fetches"),
    (
        Lang::Cmake,
        r"(?i)\b(?:try_compile|try_run)\s*\(\s*(\w+)",
        Configuration,
        "program that is tried",
    ),
    (
        Lang::Meson,
        r"\bcommand\s*:\s*\[?\s*('(?:[^']*/)?(?:ba|da|z|k)?sh'[^\]]*)",
        Hook,
        "command of a shell",
    ),
    (Lang::Make, COMPILER, Hook, "option of the compiler"),
    (Lang::M4, COMPILER, Hook, "option of the compiler"),
    (Lang::Cmake, COMPILER, Hook, "option of the compiler"),
    (Lang::Meson, COMPILER, Hook, "option of the compiler"),
];

static TABLE: LazyLock<Vec<(Lang, Regex, HazardKind, &str)>> = LazyLock::new(|| {
    let rows = CALLS.iter();
    rows.filter_map(|(lang, p, kind, what)| Some((*lang, Regex::new(p).ok()?, *kind, *what)))
        .collect()
});

/// The names that build files call and did not, and those that they did and do not: of one that lies `aside`, as that of the
/// documentation, it is no news which rules are gone.
pub(super) fn facts(lang: Lang, name: &str, aside: bool, sides: Sides<'_>) -> Vec<Hazard> {
    // What autoconf and automake write says in long what other files say in short.
    let written = [sides.new, sides.old].iter().any(|text| {
        let head: String = text.lines().take(20).collect();
        head.contains("enerated by automake")
            || head.contains("enerated by GNU Autoconf")
            || head.contains("enerated automatically by aclocal")
    });
    if written || name == "configure" {
        return Vec::new();
    }
    let [old, new] = [sides.old, sides.new].map(|text| without_comments(lang, text));
    let mut found = Vec::new();
    for (_, pattern, kind, what) in TABLE.iter().filter(|(of, ..)| *of == lang) {
        // Every name in a new file is new.
        if sides.old.is_empty() && *kind == Configuration {
            continue;
        }
        let names = |text: &str| -> BTreeSet<String> {
            let captures = pattern.captures_iter(text);
            captures.filter_map(|c| Some(c.get(1)?.as_str().trim().to_owned())).collect()
        };
        let (mut was, is) = (names(&old), names(&new));
        was.retain(|name| !aside || *kind != Configuration || is.contains(name));
        found.extend(compare_sets(*kind, what, was, is));
    }
    found
}

fn without_comments(lang: Lang, text: &str) -> String {
    let comment = |line: &&str| lang.is_comment(line.trim().as_bytes());
    let lines: Vec<&str> = text.lines().filter(|line| !comment(line)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_documentation_that_are_gone_are_no_news() {
        let (old, new) = ("all:\nhtml:\n", "all:\nall-local:\n");
        let said = |aside: bool| -> Vec<String> {
            let found = facts(Lang::Make, "makefile", aside, Sides { old, new });
            found.into_iter().map(|hazard| hazard.reason).collect()
        };
        let added = ["hook of make added: all-local", "rule added: all-local"];
        assert_eq!(said(true), added);
        assert_eq!(said(false), [&added[..], &["rule removed: html"]].concat());
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(TABLE.len(), CALLS.len());
    }
}
