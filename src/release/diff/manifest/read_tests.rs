//! Whether all of a manifest is read.

use super::HazardKind::{Configuration, Dependency, Hook};
use super::tests::{expect, said};

/// What could be read before hides whatever it says now; an integer hides nothing.
#[test]
fn what_can_no_longer_be_read_is_no_small_thing() {
    let project = "[project]\ndependencies = ['click']\n";
    let no_more = |format: &str| {
        format!("can no longer be read as {format} here; what it changes is not listed")
    };
    let deep = format!("{project}[tool.black]\nx={}{}\n", "[".repeat(100), "]".repeat(100));
    let many = format!("{project}[tool.black]\nx=[{}]\n", "1,".repeat(401_000));
    for (path, old, new, format) in [
        ("pyproject.toml", project, deep.as_str(), "TOML"),
        ("pyproject.toml", project, &many, "TOML"),
        ("Cargo.toml", "[package]\nname='a'\n", "a", "TOML"),
        ("package.json", "{}", "{\"a\":1,\"a\":2}", "JSON"),
        ("vcpkg.json", "{}", "{", "JSON"),
    ] {
        expect(path, old, new, Hook, &no_more(format));
        let both = no_more(format).replace("can no longer", "cannot");
        expect(path, new, &format!("{new}\n"), Configuration, &both);
        let before = no_more(format).replace("can no longer", "could not");
        expect(path, new, old, Configuration, &before);
        expect(path, "", new, Hook, &both);
    }
    let unknown = "can no longer be read as a lock file here (it has more than packages); \
        what it changes is not listed";
    expect("Cargo.lock", "package = []\n", "x = 1\npackage = []\n", Hook, unknown);
    let evil = "dependency from elsewhere added: evil @ https://x.example";
    for integer in ["99999999999999999999", "-99999999999999999999", "0xffff_ffff_ffff_ffff_ffff"] {
        let new = project.replace("'click'", "'click', 'evil @ https://x.example'");
        let new = format!("{new}[tool.black]\nx={integer}\n");
        expect("pyproject.toml", project, &new, Hook, evil);
        let lock = "[[package]]\nname = 'a'\nversion = '1'\n";
        let new = format!("version = {integer}\n{lock}{}", lock.replace("'a'", "'b'"));
        expect("Cargo.lock", lock, &new, Dependency, "package added: b");
    }
}

/// Where no reader gets through, lines are told.
#[test]
fn what_cannot_be_read_is_told_by_its_lines() {
    let old = "[project]\ndependencies = ['click']\n";
    let deep = format!("[tool.black]\nx={}{}\n", "[".repeat(100), "]".repeat(100));
    let new = old.replace("'click'", "'click', 'evil @ https://x.example'") + &deep;
    let reason = "its new lines name an address: 'evil @ https://x.example']";
    expect("pyproject.toml", old, &new, Hook, reason);
    // Also where it never could be read.
    let before = format!("{old}{deep}");
    expect("pyproject.toml", &before, &new, Hook, reason);
    let more = format!("{before}[build-system]\nrequires = ['evil']\n");
    let reason = "its new lines also say: requires = ['evil']";
    expect("pyproject.toml", &before, &more, Configuration, reason);
    let long = format!("{before}{}", "https://x.example/".repeat(100_000));
    let found = said("pyproject.toml", Some(&before), &long);
    assert!(found.iter().all(|(_, reason)| reason.len() < 1_000));
    let (lock, bad) = ("package = []\n", "x = 1\npackage = []\nsource = 'git+https://e.example'\n");
    let reason = "its new lines name an address: source = 'git+https://e.example'";
    expect("Cargo.lock", lock, bad, Hook, reason);
}

/// Where a requirement comes from is seen in each of its forms.
#[test]
fn what_is_from_elsewhere_is_seen() {
    let evil = "@ https://evil.example/c.whl";
    let project = "[project]\ndependencies = ['click>=8']\n";
    for place in [&format!("[x] {evil}"), &format!("[x,y]{evil}"), evil] {
        let new = project.replace(">=8", place);
        let reason = format!("dependency now from elsewhere: click >=8 -> {place}");
        expect("pyproject.toml", project, &new, Hook, &reason);
    }
    let added = format!("dependency from elsewhere added: evil {evil}");
    let cfg = "[options]\ninstall_requires = click\n";
    let new = cfg.replace("click", &format!("click; evil {evil}"));
    expect("setup.cfg", cfg, &new, Hook, &added);
    let cfg = "[options.extras_require]\nx = click\n";
    let new = cfg.replace("click", &format!("click; evil {evil}"));
    let of_extra = format!("optional dependency from elsewhere added: x: evil {evil}");
    expect("setup.cfg", cfg, &new, Hook, &of_extra);
    // In a list of lines, a condition.
    let cfg = "[options]\ninstall_requires =\n    click; python_version < '3'\n";
    assert_eq!(said("setup.cfg", Some(cfg), &format!("{cfg}# more\n")), []);
    for comment in ["# pinned \\\n", "  # pinned \\\n", "a # pinned \\\n"] {
        let new = format!("{comment}evil {evil}\n");
        expect("requirements.txt", "a\n", &new, Hook, &added);
    }
    for path in
        ["./docs/evil-1.0.tar.gz", "/opt/x", "${EVIL}", "../x", "~/x", "docs/x.whl", "file:///x"]
    {
        let found = said("requirements.txt", Some("a\n"), &format!("a\n{path}\n"));
        let is_said = |(kind, reason): &(_, String)| {
            *kind == Hook && reason.starts_with("dependency from elsewhere added: ")
        };
        assert!(found.iter().any(is_said), "{path}: {found:?}");
    }
    for line in [".", ".[dev]", "b==1", "...", "# ./x"] {
        let found = said("requirements.txt", Some("a\n"), &format!("a\n{line}\n"));
        assert!(found.iter().all(|(kind, _)| *kind != Hook), "{line}: {found:?}");
    }
}

#[test]
fn what_is_from_elsewhere_is_seen_by_poetry_and_npm() {
    let poetry = "[tool.poetry.dependencies]\nclick = '^8'\n";
    for spec in [
        "{file = 'docs/x.whl'}",
        "[{version = '1'}, {git = 'https://evil.example/x'}]",
        "{version = '8', source = 'evil'}",
    ] {
        let found = said("pyproject.toml", Some(poetry), &poetry.replace("'^8'", spec));
        let is_said = |(kind, reason): &(_, String)| {
            *kind == Hook && reason.starts_with("dependency now from elsewhere: click ^8 -> ")
        };
        assert!(found.iter().any(is_said), "{spec}: {found:?}");
    }
    let package = |spec: &str| format!(r#"{{"dependencies": {{"left": {spec}}}}}"#);
    for spec in [
        "evil/left",
        "link:./docs/x",
        "bitbucket:e/l",
        "gist:11",
        "ssh://e/l",
        "patch:left@1",
        "./x",
        "../x",
        "~/x",
        "file:x",
        "npm:evil@1",
    ] {
        let reason = format!("dependency now from elsewhere: left ^1 -> {spec}");
        let new = package(&format!("\"{spec}\""));
        expect("package.json", &package("\"^1\""), &new, Hook, &reason);
    }
    for spec in ["~2.0", "*", "latest", "1 - 2", ">=1 <3 || 5.x", "workspace:^"] {
        let reason = format!("dependency changed: left ^1 -> {spec}");
        let new = package(&format!("\"{spec}\""));
        expect("package.json", &package("\"^1\""), &new, Configuration, &reason);
    }
    let overrides = |spec: &str| format!(r#"{{"overrides": {{"a": {{"b": "{spec}"}}}}}}"#);
    let reason = r#"replaced dependency now from elsewhere: a {"b":"1"} -> {"b":"evil/b"}"#;
    expect("package.json", &overrides("1"), &overrides("evil/b"), Hook, reason);
    // Paths are what scripts and commands are made of.
    let scripts = r#"{"scripts": {"test": "node ./x"}, "dependencies": {}}"#;
    let new = scripts.replace("./x", "./y:z");
    let reason = "script changed: test node ./x -> node ./y:z";
    expect("package.json", scripts, &new, Configuration, reason);
}

/// What only looks harmless: options of pytest, plugins of mypy, a decoy in a lock file, features of a crate.
#[test]
fn what_acts_by_another_name_is_seen() {
    let project = "[project]\nname = 'a'\n";
    for (option, reason) in [
        ("-c docs/x.ini", "-c docs/x.ini"),
        ("-q --doctest-glob=*.rst docs", "--doctest-glob=*.rst docs"),
        ("--doctest-modules -v", "--doctest-modules"),
        ("-o python_files=x", "-o python_files=x"),
        ("--rootdir=x", "--rootdir=x"),
        ("-q docs/x.py", "docs/x.py"),
        ("--cov-config=docs/x", "--cov-config=docs/x"),
    ] {
        let reason = format!("option of a test run added: {reason}");
        let new = format!("{project}[tool.pytest.ini_options]\naddopts = '{option}'\n");
        expect("pyproject.toml", project, &new, Hook, &reason);
        let new = format!("[tool:pytest]\naddopts = {option}\n");
        expect("setup.cfg", "[tool:pytest]\n", &new, Hook, &reason);
        let new = format!("[pytest]\naddopts = {option}\n");
        expect("pytest.ini", "[pytest]\n", &new, Hook, &reason);
    }
    let quiet = "-q -ra -vv --strict-markers --cov=src --cov-report term -n auto -m 'not slow'";
    let new = format!("{project}[tool.pytest.ini_options]\naddopts = \"{quiet}\"\n");
    assert_eq!(said("pyproject.toml", Some(project), &new), []);
    for (setting, value) in [("testpaths", "docs/x"), ("filterwarnings", "ignore::docs.evil.W")] {
        let reason = format!("setting added: tool.pytest.{setting} {value}");
        let new = format!("{project}[tool.pytest.ini_options]\n{setting} = ['{value}']\n");
        let old = format!("{project}[tool.pytest.ini_options]\n");
        expect("pyproject.toml", &old, &new, Configuration, &reason);
        let reason = format!("setting added: tool:pytest.{setting} {value}");
        let new = format!("[tool:pytest]\n{setting} =\n    {value}\n");
        expect("setup.cfg", "[tool:pytest]\n", &new, Configuration, &reason);
        let reason = format!("setting of a test run added: {setting} {value}");
        let new = format!("[pytest]\n{setting} =\n    {value}\n");
        expect("pytest.ini", "[pytest]\n", &new, Configuration, &reason);
    }
    // configparser takes sections in another case for others.
    let old = "[Options]\ninstall_requires = evil\n";
    expect("setup.cfg", old, &old.replace('O', "o"), Dependency, "dependency added: evil");
    let new = format!("{project}[tool.mypy]\nplugins = ['docs/x.py']\n");
    expect("pyproject.toml", project, &new, Hook, "plugins of mypy is [docs/x.py]");
    let lock = "package = []\n[[packages]]\nname = 'a'\nversion = '1'\n";
    let new = format!("{lock}[[packages]]\nname = 'b'\nversion = '1'\n");
    expect("pylock.toml", lock, &new, Configuration, "package added: b");
}

#[test]
fn dependencies_that_are_built_by_default_now_are_seen() {
    let old = "[features]\ndefault = ['std']\nstd = []\nmore = []\n\
        [dependencies]\nevil = { version = '1', optional = true }\n";
    let reason = "optional dependency now built by default: evil";
    for (from, to) in [
        ("std = []", "std = ['dep:evil']"),
        ("std = []", "std = ['evil']"),
        ("std = []\nmore = []", "std = ['more']\nmore = ['evil/x']"),
        (", optional = true", ""),
        ("default = ['std']", "default = ['std', 'dep:evil']"),
    ] {
        expect("Cargo.toml", old, &old.replace(from, to), Dependency, reason);
    }
    let old = "[dependencies]\nb = { version = '1', default-features = false }\n";
    let reason = "dependency changed: b 1 default-features false -> 1";
    for new in ["'1'", "{ version = '1' }", "{ version = '1', default_features = true }"] {
        expect("Cargo.toml", old, &format!("[dependencies]\nb = {new}\n"), Configuration, reason);
    }
    let package = "[package]\nname = 'a'\n";
    let new = format!("{package}autobins = true\n");
    expect("Cargo.toml", package, &new, Configuration, "setting added: package.autobins true");
    let old = "[features]\ndefault = ['std']\nstd = []\nmore = []\n\
        [dependencies]\nevil = { version = '1', optional = true }\n";
    for (from, to) in [("more = []", "more = ['dep:evil']"), ("std = []", "std = ['evil?/x']")] {
        let found = said("Cargo.toml", Some(old), &old.replace(from, to));
        assert!(found.iter().all(|(_, said)| said != reason), "{to}: {found:?}");
    }
}

/// What releases do every day is no first line.
#[test]
fn what_no_build_asks_for_is_left_out() {
    let old = "[package]\nname = 'a'\n";
    let new = format!("{old}[package.metadata.docs.rs]\nrustdoc-args = ['x']\n");
    assert_eq!(said("Cargo.toml", Some(old), &new), []);
    let old = "[tool.sponcon]\nsponsors = ['a', 'b']\n";
    assert_eq!(said("pyproject.toml", Some(old), &old.replace(", 'b'", "")), []);
}

/// Settings in JSON that no reader knows, and those that are known to do nothing.
#[test]
fn settings_of_package_json_are_compared() {
    let old = r#"{"name": "a", "jest": {"testMatch": ["x"]}}"#;
    for (setting, kind, reason) in [
        (
            r#""pnpm": {"patchedDependencies": {"b": "docs/b.patch"}}"#,
            Hook,
            "setting added: pnpm.patchedDependencies.b docs/b.patch",
        ),
        (
            r#""packageManager": "yarn@https://evil.example/y.js""#,
            Hook,
            "setting added: packageManager yarn@https://evil.example/y.js",
        ),
        (r#""directories": {"bin": "docs/bin"}"#, Hook, "setting added: directories.bin docs/bin"),
        (
            r#""mocha": {"require": ["./docs/x.js"]}"#,
            Hook,
            "setting added: mocha.require ./docs/x.js",
        ),
        (
            r##""imports": {"#x": "./docs/x.js"}"##,
            Configuration,
            "setting added: imports.#x ./docs/x.js",
        ),
        (r#""workspaces": ["docs/*"]"#, Configuration, "setting added: workspaces docs/*"),
    ] {
        expect(
            "package.json",
            old,
            &old.replace("\"name\"", &format!("{setting}, \"name\"")),
            kind,
            reason,
        );
    }
    let reason = "setting added: jest.setupFiles ./docs/x.js";
    expect(
        "package.json",
        old,
        &old.replace("\"testMatch\"", "\"setupFiles\": [\"./docs/x.js\"], \"testMatch\""),
        Hook,
        reason,
    );
    let reason = "setting added: repositories {type = path, url = docs/x}";
    let new = r#"{"repositories": [{"type": "path", "url": "docs/x"}]}"#;
    expect("composer.json", "{}", new, Hook, reason);
    let new = old.replace("\"name\"", r#""funding": "x", "eslintConfig": {"root": true}, "name""#);
    assert_eq!(said("package.json", Some(old), &new), []);
}

#[test]
fn another_checksum_of_a_module_is_seen() {
    let old = "a/b v1.0.0 h1:aa=\na/b v1.0.0/go.mod h1:bb=\n";
    let reason = "module with another checksum: a/b v1.0.0";
    expect("go.sum", old, &old.replace("aa=", "cc="), Hook, reason);
    expect("go.sum", old, &format!("{old}a/b v1.0.0 h1:dd=\n"), Hook, reason);
    let more = format!("{old}a/b v1.1.0 h1:dd=\n");
    assert_eq!(said("go.sum", Some(old), &more), []);
}
