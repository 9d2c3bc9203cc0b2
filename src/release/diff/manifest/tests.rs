#![allow(clippy::unwrap_used)]
use super::super::place::place;
use super::*;

pub(super) fn said(path: &str, old: Option<&str>, new: &str) -> Vec<(HazardKind, String)> {
    let place = place(path.as_bytes(), new.as_bytes());
    let facts = facts(path.as_bytes(), place, old.map(str::as_bytes), new.as_bytes());
    facts.into_iter().map(|hazard| (hazard.kind, hazard.reason)).collect()
}

pub(super) fn expect(path: &str, old: &str, new: &str, kind: HazardKind, reason: &str) {
    let said = said(path, Some(old), new);
    assert!(said.contains(&(kind, reason.to_owned())), "{path}: {said:?}");
}

use HazardKind::{Configuration, Dependency, Hook};

#[test]
fn cargo() {
    let old = "[package]\nname = 'foo'\n[dependencies]\nserde = '1'\nlibc = '0.2'\n";
    let new = |more: &str| format!("{old}{more}");
    expect(
        "Cargo.toml",
        old,
        &new("left-pad = '1.0'\n"),
        Dependency,
        "dependency added: left-pad 1.0",
    );
    expect(
        "Cargo.toml",
        old,
        &new("x = { git = 'https://example.org/x', rev = 'abc' }\n"),
        Hook,
        "dependency from elsewhere added: x git https://example.org/x rev abc",
    );
    expect(
        "Cargo.toml",
        old,
        &old.replace("serde = '1'", "serde = { git = 'https://example.org/s' }"),
        Hook,
        "dependency now from elsewhere: serde 1 -> git https://example.org/s",
    );
    expect(
        "Cargo.toml",
        old,
        &old.replace("'0.2'", "'0.3'"),
        Configuration,
        "dependency changed: libc 0.2 -> 0.3",
    );
    expect(
        "Cargo.toml",
        old,
        &new("[build-dependencies]\ncc = '1'\n"),
        Dependency,
        "build dependency added: cc 1",
    );
    expect(
        "Cargo.toml",
        old,
        &new("[target.'cfg(unix)'.dependencies]\nnix = '1'\n"),
        Dependency,
        "dependency added: cfg(unix): nix 1",
    );
    expect(
        "Cargo.toml",
        old,
        &old.replace("name = 'foo'", "name = 'foo'\nbuild = 'tools/x.rs'"),
        Hook,
        "the build script is tools/x.rs",
    );
    expect(
        "Cargo.toml",
        old,
        &new("[patch.crates-io]\nserde = { path = 'vendor/serde' }\n"),
        Dependency,
        "replaced crate added: crates-io: serde path vendor/serde",
    );
    expect(
        "Cargo.toml",
        old,
        "not [ toml",
        Hook,
        "can no longer be read as TOML here; what it changes is not listed",
    );
    expect(
        ".cargo/config.toml",
        "",
        "[build]\nrustc-wrapper = './x'\n",
        Hook,
        "setting added: build.rustc-wrapper ./x",
    );
}

/// Which Python is needed, and what those who develop the project install (PEP 735).
#[test]
fn python_itself_and_groups() {
    let old = "[project]\nrequires-python = '>=3.8'\n[dependency-groups]\ndev = ['pytest>=8', {include-group = 'x'}]\n";
    for (from, to, kind, reason) in [
        ("3.8", "3.10", Configuration, "requires-python was >=3.8, is >=3.10"),
        (
            "'pytest>=8'",
            "'pytest>=8', 'tox'",
            Configuration,
            "dependency of a group added: dev: tox",
        ),
        (
            "pytest>=8",
            "pytest>=9",
            Configuration,
            "dependency of a group changed: dev: pytest >=8 -> >=9",
        ),
        ("'pytest>=8', ", "", Configuration, "dependency of a group removed: dev: pytest"),
        (
            ", {include-group = 'x'}",
            "",
            Configuration,
            "dependency of a group removed: dev: {include-group = x}",
        ),
        (
            "pytest>=8",
            "pytest @ git+https://x.example/p",
            Hook,
            "dependency of a group now from elsewhere: dev: pytest >=8 -> @ git+https://x.example/p",
        ),
    ] {
        expect("pyproject.toml", old, &old.replace(from, to), kind, reason);
    }
    let python = "python_requires was >=3.8, is >=3.10";
    for (path, old) in [
        ("setup.cfg", "[options]\npython_requires = >=3.8\n"),
        ("setup.py", "setup(\n    python_requires='>=3.8',\n)\n"),
        ("setup.py", "setup(**{\"python_requires\": \">=3.8\"})\n"),
    ] {
        expect(path, old, &old.replace("3.8", "3.10"), Configuration, python);
    }
    let metadata = "Name: a\nRequires-Python: >=3.8\n\nRequires-Python: text\n";
    let new = metadata.replace("3.8", "3.10");
    expect("PKG-INFO", metadata, &new, Configuration, "Requires-Python was >=3.8, is >=3.10");
}

#[test]
fn python() {
    let old = "[build-system]\nrequires = ['setuptools>=61']\nbuild-backend = 'setuptools.build_meta'\n\
        [project]\ndependencies = ['Requests>=2']\n";
    expect(
        "pyproject.toml",
        old,
        &old.replace("'setuptools.build_meta'", "'backend'\nbackend-path = ['.']"),
        Hook,
        "the build backend was setuptools.build_meta, is backend",
    );
    expect(
        "pyproject.toml",
        old,
        &old.replace("'Requests>=2'", "'requests>=2', 'evil_pkg'"),
        Dependency,
        "dependency added: evil-pkg",
    );
    expect(
        "pyproject.toml",
        old,
        &old.replace("'setuptools>=61'", "'setuptools>=61', 'x @ https://example.org/x.zip'"),
        Hook,
        "build requirement from elsewhere added: x @ https://example.org/x.zip",
    );
    expect(
        "pyproject.toml",
        old,
        &format!("{old}[project.scripts]\nfoo = 'foo:main'\n"),
        Hook,
        "command added: foo foo:main",
    );
    expect(
        "pyproject.toml",
        old,
        &format!("{old}[project.entry-points.pytest11]\nfoo = 'foo.x'\n"),
        Hook,
        "entry point added: pytest11: foo foo.x",
    );
    expect(
        "setup.cfg",
        "[options]\ninstall_requires =\n    a\n",
        "[options]\ninstall_requires =\n    a\n    b>1\n",
        Dependency,
        "dependency added: b >1",
    );
    expect(
        "setup.py",
        "setup(install_requires=['a'])\n",
        "setup(install_requires=['a', 'b'], cmdclass={'install': X})\n",
        Dependency,
        "dependency added: b",
    );
    expect(
        "setup.py",
        "setup(install_requires=['a'])\n",
        "setup(install_requires=['a', 'b'], cmdclass={'install': X})\n",
        Hook,
        "gives setup() what it did not: cmdclass",
    );
    expect(
        "foo.egg-info/entry_points.txt",
        "[console_scripts]\nfoo = foo:main\n",
        "[console_scripts]\nfoo = foo:main\npip = foo:pip\n",
        Hook,
        "entry point added: console_scripts: pip foo:pip",
    );
    expect(
        "PKG-INFO",
        "Name: foo\nRequires-Dist: a\n\nbody\n",
        "Name: foo\nRequires-Dist: a\nRequires-Dist: b\n\nbody\n",
        Dependency,
        "dependency added: b",
    );
    expect(
        "requirements.txt",
        "a==1\n",
        "a==1\n--index-url https://example.org\n",
        Hook,
        "option added: --index-url https://example.org",
    );
    expect(
        "foo.pth",
        "",
        "import os; os.system('x')\n",
        Hook,
        "line that Python runs at every start added: import os; os.system('x')",
    );
}

#[test]
fn javascript() {
    let old = r#"{"name": "foo", "scripts": {"test": "x"}, "dependencies": {"a": "^1"}}"#;
    expect(
        "package.json",
        old,
        &old.replace(r#""test": "x""#, r#""test": "x", "postinstall": "node x.js""#),
        Hook,
        "script that runs at install added: postinstall node x.js",
    );
    expect(
        "package.json",
        old,
        &old.replace(r#""a": "^1""#, r#""a": "^1", "b": "^2""#),
        Dependency,
        "dependency added: b ^2",
    );
    expect(
        "package.json",
        old,
        &old.replace(r#""^1""#, r#""https://example.org/a.tgz""#),
        Hook,
        "dependency now from elsewhere: a ^1 -> https://example.org/a.tgz",
    );
    let lock = r#"{"packages": {"node_modules/a": {"version": "1", "integrity": "x"}}}"#;
    expect(
        "package-lock.json",
        lock,
        &lock.replace(r#""x""#, r#""y""#),
        Hook,
        "a 1 has another checksum",
    );
    expect(
        "package-lock.json",
        lock,
        &lock.replace(r#""x""#, r#""x", "hasInstallScript": true"#),
        Hook,
        "package with a script that runs at install: a",
    );
}

#[test]
fn other_builds() {
    expect(
        "go.mod",
        "module x\nrequire (\n\ta v1\n)\n",
        "module x\nrequire (\n\ta v1\n\tb v2\n)\nreplace a => ./a\n",
        Dependency,
        "module added: b v2",
    );
    expect("go.mod", "module x\n", "replace a => ./a\n", Hook, "replaced module added: a => ./a");
    expect(
        "configure.ac",
        "AC_INIT\n",
        "AC_INIT\nPKG_CHECK_MODULES([X], [libx >= 1])\n",
        Dependency,
        "library added: libx",
    );
    expect(
        "configure.ac",
        "AC_INIT\n",
        "AC_INIT\nAC_CONFIG_COMMANDS([x], [sh x])\n",
        Hook,
        "command of config.status added: AC_CONFIG_COMMANDS([x",
    );
    expect(
        "meson.build",
        "project('x')\n",
        "project('x')\nz = dependency('zlib')\n",
        Dependency,
        "dependency added: zlib",
    );
    expect(
        "CMakeLists.txt",
        "project(x)\n",
        "project(x)\nfind_package(ZLIB REQUIRED)\n",
        Dependency,
        "package added: ZLIB",
    );
    expect(
        "Makefile.am",
        "all:\n",
        "all:\ninstall-data-hook:\n\tsh x\n",
        Hook,
        "hook of make added: install-data-hook",
    );
    expect(
        ".tarball-version",
        "1.2\n",
        "1.2`sh x`\n",
        Hook,
        "holds more than a version: 1.2`sh x`",
    );
    assert_eq!(said(".tarball-version", Some("1.2\n"), "1.3-rc1\n"), []);
    assert_eq!(said("build.rs", None, "fn main() {}\n").first().unwrap().0, Hook);
    assert_eq!(said("README", Some("a"), "curl x"), []);
    assert_eq!(
        said("tests/fixtures/package.json", Some("{}"), "{\"scripts\":{\"install\":\"x\"}}"),
        []
    );
}
