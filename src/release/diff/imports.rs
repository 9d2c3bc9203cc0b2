//! What a file brings in and did not: modules that start processes, open connections, load code or make objects
//! of data, under whatever name they are called then; and files that lie among the tests.

use super::hazard::{Hazard, HazardKind, more};
use super::lang::{Lang, is_among};
use super::lines::{Lines, clip};
use super::place::{Place, Role, place};
use super::signs::commented;
use crate::bytes::sniff::contains;
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Lines of one text that are looked at.
const LINES: usize = 20_000;

/// Modules of Python that do so, with all that is in them.
const PYTHON: &str = "\
    subprocess pty pexpect posix _posixsubprocess socket socketserver telnetlib ftplib smtplib \
    xmlrpc webbrowser requests httpx aiohttp paramiko http.client urllib.request pickle cPickle \
    _pickle marshal shelve dill cloudpickle jsonpickle ctypes _ctypes cffi runpy code codeop imp \
    zipimport importlib.machinery importlib.import_module builtins pip ensurepip site \
    asyncio.subprocess asyncio.open_connection asyncio.start_server \
    asyncio.create_subprocess_exec asyncio.create_subprocess_shell multiprocessing.connection \
    os.system os.popen os.fork os.forkpty os.startfile os.execl os.execle os.execlp os.execlpe \
    os.execv os.execve os.execvp os.execvpe os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv \
    os.spawnve os.spawnvp os.spawnvpe os.posix_spawn os.posix_spawnp types.FunctionType \
    types.CodeType yaml.load yaml.full_load yaml.unsafe_load yaml.Loader yaml.FullLoader \
    yaml.UnsafeLoader";

/// Modules with which a program may do so, among much else.
const MAY: &str = "os importlib fs node:fs";

/// What a language's lines bring in: the first group that is there.
const PATTERNS: &[(Lang, &str)] = &[
    (
        Lang::Js,
        r#"(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s*\(?\s*)['"`](?:node:)?(child_process|vm|net|tls|dns|dns/promises|dgram|https?|http2|worker_threads|module|cluster|inspector|repl|wasi|fs|os)['"`]"#,
    ),
    (Lang::Rust, r"\b(?:std|tokio|async_std|smol)::((?:process|net)\b(?:::\{?\s*\w+)?)"),
    (Lang::Rust, r"\b(?:std|tokio)::\{[^}]*\b(process|net)\b"),
    (
        Lang::C,
        r"^\s*#\s*include\s*<(dlfcn\.h|sys/(?:socket|mman|ptrace|syscall)\.h|netdb\.h|netinet/in\.h|arpa/inet\.h|spawn\.h|curl/curl\.h|winsock2?\.h|wininet\.h|winhttp\.h)>",
    ),
    (
        Lang::Go,
        r#"^\s*(?:import\s+)?(?:[\w.]+\s+)?"(os/exec|net|net/http|syscall|plugin|unsafe|C|golang\.org/x/sys/unix)"\s*$"#,
    ),
    (
        Lang::Perl,
        r"^\s*use\s+(IPC::\w+|IO::Socket\S*|Socket|DynaLoader|Storable|LWP\S*|HTTP::Tiny|Net::\S+)",
    ),
    (Lang::Ruby, r#"\brequire\s*\(?\s*['"](open3|socket|net/\w+|pty|fiddle|open-uri|drb)\b"#),
    (Lang::Lua, r#"\brequire\s*\(?\s*['"](socket\b[^'"]*|ffi|posix\b[^'"]*)['"]"#),
    (
        Lang::Jvm,
        r"^\s*import\s+(?:static\s+)?(java\.net\.\S+|java\.lang\.(?:reflect|invoke|Process)[^;\s]*|javax\.(?:script|naming)[^;\s]*|java\.rmi[^;\s]*|sun\.misc\.Unsafe)",
    ),
];

/// Files and libraries that a line takes in, by their names.
const TAKEN: &[(Lang, &str)] = &[
    (Lang::C, r#"^\s*#\s*include\s*"([^"]+)""#),
    (Lang::Rust, r#"(?:#!?\[path\s*=|\binclude!\s*\()\s*"([^"]+)""#),
    (Lang::Rust, r#"\.file\s*\(\s*"([^"]+)""#),
    (Lang::Js, r#"(?:\brequire\s*\(\s*|\bfrom\s+|\bimport\s*\(?\s*)['"`](\.[^'"`]*/[^'"`]*)['"`]"#),
];

/// What is not in the release, or is not for this language.
const OUTSIDE: &[(Lang, &str)] = &[
    (Lang::Rust, r#"\binclude!\s*\(\s*(env!\s*\(\s*"[^"]*"\s*\))"#),
    (Lang::Rust, r#"#\[link\s*\(\s*name\s*=\s*("[^"]+")"#),
    (Lang::Js, r#"\bimport\s*\(?\s*['"`](https?:[^'"`]*|data:[^'"`]{0,20})"#),
];

type Rows = Vec<(Lang, Regex)>;

fn rows(table: &[(Lang, &str)]) -> Rows {
    let row = |(lang, pattern): &(Lang, &str)| {
        Some((*lang, Regex::new(&format!("(?-u){pattern}")).ok()?))
    };
    table.iter().filter_map(row).collect()
}

static MODULES: LazyLock<Rows> = LazyLock::new(|| rows(PATTERNS));
static FILES: LazyLock<Rows> = LazyLock::new(|| rows(TAKEN));
static OTHERS: LazyLock<Rows> = LazyLock::new(|| rows(OUTSIDE));

/// The patterns of all tables in one, by language.
static ANY: LazyLock<BTreeMap<Lang, Regex>> = LazyLock::new(|| {
    let mut all: BTreeMap<Lang, Vec<&str>> = BTreeMap::new();
    for (lang, pattern) in PATTERNS.iter().chain(TAKEN).chain(OUTSIDE) {
        all.entry(*lang).or_default().push(pattern);
    }
    let one = |(lang, patterns): (Lang, Vec<&str>)| {
        Some((lang, Regex::new(&format!("(?-u)(?:{})", patterns.join(")|(?:"))).ok()?))
    };
    all.into_iter().filter_map(one).collect()
});

/// What of Rust's `std::process` and `std::net` starts and opens nothing.
const HARMLESS: [&str; 13] = [
    "process::exit",
    "process::abort",
    "process::id",
    "process::ExitCode",
    "process::ExitStatus",
    "process::Termination",
    "net::IpAddr",
    "net::Ipv4Addr",
    "net::Ipv6Addr",
    "net::SocketAddr",
    "net::SocketAddrV4",
    "net::SocketAddrV6",
    "net::AddrParseError",
];

/// The reasons that imports give: at most one of each sort. `before` is how many lines of the new text come before.
/// A package at `path` brings in itself by its own name.
pub(super) fn changed(path: &[u8], at: Place, lines: &Lines<'_>, before: usize) -> Vec<Hazard> {
    if at.role.reach() < 2 || at.aside {
        return Vec::new();
    }
    let mut new: Vec<(usize, Vec<String>)> = lines
        .inserted()
        .take(LINES)
        .map(|(number, line)| (number, brought(at.lang, line)))
        .filter(|(_, names)| !names.is_empty())
        .collect();
    // Of a piece of a text nothing is known of what stands above.
    if !new.is_empty() && before == 0 {
        let quoted = commented(at.lang, &lines.new, new.iter().map(|(number, _)| *number));
        new.retain(|(number, _)| !quoted.contains(number));
    }
    if new.is_empty() {
        return Vec::new();
    }
    let mut known: BTreeSet<String> =
        lines.old.iter().take(LINES).flat_map(|line| brought(at.lang, line)).collect();
    let mut does: Vec<(usize, String)> = Vec::new();
    let mut may: Vec<(usize, String)> = Vec::new();
    for (number, names) in new {
        for name in names {
            if !is_own(path, at.lang, &name) && known.insert(name.clone()) {
                let list = if is_among(MAY, &name) { &mut may } else { &mut does };
                list.push((number, name));
            }
        }
    }
    // A new file needs what it needs, and a build file looks at files anyway.
    if lines.old.is_empty() || at.role == Role::Build {
        may.clear();
    }
    let said = |kind, list: &[(usize, String)]| {
        let (number, name) = list.first()?;
        let line = lines.new.get(number.checked_sub(1)?)?;
        let number = number + before;
        let reason = format!("line {number} brings in {name}, which was not{}", more(list.len()));
        Some(Hazard::at(kind, number, reason).quoting(clip(line)))
    };
    said(HazardKind::Import, &does).into_iter().chain(said(HazardKind::Module, &may)).collect()
}

/// Those of [`PYTHON`] that are releases of their own.
const RELEASED: &str =
    "requests httpx aiohttp paramiko pexpect dill cloudpickle jsonpickle cffi pip yaml";

/// Whether a module of Python is in the package that `path` is in.
fn is_own(path: &[u8], lang: Lang, name: &str) -> bool {
    let mut folders =
        path.split(|b| *b == b'/').skip_while(|part| [&b"src"[..], b"lib"].contains(part));
    let (package, inside) = (folders.next(), folders.next().is_some());
    let module = name.split('.').next().unwrap_or_default();
    let own = inside && package == Some(module.as_bytes());
    own && lang == Lang::Python && is_among(RELEASED, module)
}

/// What a line brings in of what is looked for.
fn brought(lang: Lang, line: &[u8]) -> Vec<String> {
    let line = clip(line);
    if lang.is_comment(line) {
        return Vec::new();
    }
    if lang == Lang::Python {
        return match contains(line, b"import") {
            true => python(&String::from_utf8_lossy(line)),
            false => Vec::new(),
        };
    }
    // Of most lines one look tells that they bring in nothing.
    let any = ANY.get(&lang);
    if any.is_none_or(|any| !any.is_match(line)) {
        return Vec::new();
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let find = |rows: &Rows| -> Vec<String> {
        let rows = rows.iter().filter(|(of, _)| *of == lang);
        let found = rows.flat_map(|(_, pattern)| pattern.captures_iter(line));
        found.filter_map(|found| found.get(1).map(|name| text(name.as_bytes()))).collect()
    };
    let mut names = find(&MODULES);
    names.retain(|name| !HARMLESS.contains(&name.as_str()));
    let tests = |name: &String| {
        let parts = name.split('/').filter(|part| !matches!(*part, "." | ".." | ""));
        let parts: Vec<&str> = parts.collect();
        place(parts.join("/").as_bytes(), b"").aside
    };
    names.extend(find(&FILES).into_iter().filter(tests));
    names.extend(find(&OTHERS).into_iter().filter(|name| !name.contains("OUT_DIR")));
    names
}

/// The modules that a line of Python imports, by their whole names.
fn python(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for part in line.split([';', ':']) {
        let part = part.split('#').next().unwrap_or_default().trim();
        let first = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
        if let Some(list) = part.strip_prefix("import ") {
            names.extend(list.split(',').map(first));
        } else if let Some((module, list)) =
            part.strip_prefix("from ").and_then(|rest| rest.split_once(" import"))
        {
            let module = module.trim();
            names.push(module.to_owned());
            let list = list.trim().trim_matches(['(', ')']).split(',');
            names.extend(list.map(|name| format!("{module}.{}", first(name))));
        }
    }
    let listed = |name: &String| -> Option<String> {
        let mut short = name.as_str();
        loop {
            if is_among(PYTHON, short) || is_among(MAY, short) && short == name {
                return Some(short.to_owned());
            }
            short = short.rsplit_once('.')?.0;
        }
    };
    names.iter().filter_map(listed).collect()
}

#[cfg(test)]
mod tests {
    use super::super::lines::Patience;
    use super::*;

    fn said(path: &str, old: &str, new: &str) -> Vec<(HazardKind, String)> {
        let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
        let found = changed(path.as_bytes(), place(path.as_bytes(), b""), &lines, 0);
        found.into_iter().map(|hazard| (hazard.kind, hazard.reason)).collect()
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(MODULES.len(), PATTERNS.len());
        assert_eq!(FILES.len() + OTHERS.len(), TAKEN.len() + OUTSIDE.len());
        assert!(
            MODULES.iter().chain(&*FILES).chain(&*OTHERS).all(|(lang, _)| ANY.contains_key(lang))
        );
    }

    #[test]
    fn what_is_brought_in_is_named() {
        for (path, line, name) in [
            ("foo/a.py", "import subprocess as sp", "subprocess"),
            ("foo/a.py", "    from subprocess import check_output as co", "subprocess"),
            ("foo/a.py", "from os import path, system as s", "os.system"),
            ("foo/a.py", "from socket import (", "socket"),
            ("foo/a.py", "import json, ctypes.util", "ctypes"),
            ("foo/a.py", "if x: import pickle", "pickle"),
            ("foo/a.py", "from yaml import load", "yaml.load"),
            ("foo/a.py", "from urllib import request", "urllib.request"),
            ("foo/a.py", "from pip._internal import main", "pip"),
            ("lib/a.js", "const {runInThisContext: r} = require('vm'); r(x)", "vm"),
            ("lib/a.js", "import { spawn as s } from 'node:child_process'", "child_process"),
            ("lib/a.js", "require('../test/support/x')", "../test/support/x"),
            ("lib/a.js", "import('https://x.example/x.mjs')", "https://x.example/x.mjs"),
            ("src/a.rs", "use std::process::Command as C;", "process::Command"),
            ("src/a.rs", "use std::{fs, process};", "process"),
            ("src/a.rs", "#[path = \"../tests/x.rs\"] mod x;", "../tests/x.rs"),
            ("src/a.rs", "include!(\"../tests/x.rs\");", "../tests/x.rs"),
            ("src/a.rs", "include!(env!(\"X\"));", "env!(\"X\")"),
            ("build.rs", "    cc::Build::new().file(\"tests/x.c\");", "tests/x.c"),
            ("src/a.c", "#include <dlfcn.h>", "dlfcn.h"),
            ("src/a.c", "#include \"../tests/x.h\"", "../tests/x.h"),
            ("a.go", "\t\"os/exec\"", "os/exec"),
            ("foo/httpx/a.py", "import httpx", "httpx"),
            ("httpx.py", "import httpx", "httpx"),
            ("subprocess/a.py", "import subprocess", "subprocess"),
        ] {
            let found = said(path, "first\n", &format!("first\n{line}\n"));
            let expected = format!("line 2 brings in {name}, which was not");
            assert!(found.contains(&(HazardKind::Import, expected)), "{line}: {found:?}");
        }
        assert_eq!(
            said("foo/a.py", "x = 1\n", "import os\nx = 1\n"),
            [(HazardKind::Module, "line 1 brings in os, which was not".to_owned())]
        );
    }

    #[test]
    fn what_was_there_is_not() {
        for (path, old, new) in [
            ("foo/a.py", "import subprocess\n", "from subprocess import run\n"),
            ("foo/a.py", "import os\n", "import os, sys\n"),
            ("foo/a.py", "", "import os\n"),
            ("foo/a.py", "x\n", "x\n# import subprocess\n"),
            ("foo/a.py", "x\n", "x\nfrom os import path\nimport important\n"),
            ("foo/a.py", "x\n", "x\nfrom .subprocess import run\n"),
            ("tests/test_a.py", "x\n", "x\nimport subprocess\n"),
            ("src/httpx/_x/a.py", "x\n", "x\nimport httpx\n"),
            ("src/a.rs", "x\n", "x\nuse std::net::IpAddr;\nstd::process::exit(1);\n"),
            ("src/a.rs", "x\n", "x\ninclude!(concat!(env!(\"OUT_DIR\"), \"/x.rs\"));\n"),
            ("src/a.c", "x\n", "x\n#include \"contest.h\"\n#include <stdio.h>\n"),
            ("README.md", "x\n", "x\nimport subprocess\n"),
        ] {
            let found = said(path, old, new);
            let os = |kind: &HazardKind| *kind == HazardKind::Module;
            assert!(found.iter().all(|(kind, _)| os(kind)), "{new}: {found:?}");
        }
    }
}
