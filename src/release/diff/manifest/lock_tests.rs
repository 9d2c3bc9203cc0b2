use super::HazardKind::{Configuration, Dependency, Hook};
use super::tests::{expect, said};

/// The lock files of Python are data like cargo's: what is in them is told, and no line does anything.
#[test]
fn lock_files_of_python() {
    let uv = |name: &str, version: &str, more: &str| {
        format!(
            "[[package]]\nname = '{name}'\nversion = '{version}'\n\
             source = {{ registry = 'https://pypi.org/simple' }}\n\
             sdist = {{ url = 'https://files.example/x/{name}-{version}.tar.gz', hash = 'sha256:aa' }}\n\
             wheels = [{{ url = 'https://files.example/y/{name}-{version}.whl', hash = 'sha256:bb' }}]\n{more}"
        )
    };
    let old = uv("a", "1", "");
    let git = |name: &str| {
        format!(
            "[[package]]\nname = '{name}'\nversion = '2'\nsource = {{ git = 'https://x.example/b#0a' }}\n"
        )
    };
    for (new, kind, reason) in [
        (old.clone() + &uv("b", "2", ""), Configuration, "package added: b"),
        (
            old.clone() + &git("b"),
            Hook,
            "package from elsewhere added: b (git https://x.example/b)",
        ),
        (uv("a", "2", ""), Configuration, "package changed: a 1 -> 2"),
        (old.clone() + &uv("a", "2", ""), Configuration, "package changed: a also 2"),
        (uv("b", "2", ""), Configuration, "package removed: a"),
        (old.replace("sha256:aa", "sha256:cc"), Hook, "a 1 has another checksum"),
        (old.replace("sha256:bb", "sha256:cc"), Hook, "a 1 has another checksum"),
        (
            old.replace("registry = 'https://pypi.org/simple'", "url = 'https://files.example/x'"),
            Hook,
            "a 1 comes from url https://files.example/x",
        ),
        (
            old.replace("files.example", "x.example"),
            Hook,
            "packages come from another host: x.example",
        ),
    ] {
        expect("uv.lock", &old, &new, kind, reason);
    }
    // Another place of the same bytes on the same host, or another name for them, is no news.
    let moved = old.replace("/y/a-1", "/z/A-1");
    assert_eq!(said("uv.lock", Some(&old), &moved), []);
    // Of a host of many projects, another project is another place, and so is a path.
    let forge = |version: &str, owner: &str| {
        let url =
            format!("https://github.com/{owner}/b/releases/download/v{version}/b-{version}.whl");
        let file = format!("wheels = [{{ url = '{url}', hash = 'sha256:{version}' }}]");
        format!("{old}[[package]]\nname = 'b'\nversion = '{version}'\n{file}\n")
    };
    expect(
        "uv.lock",
        &forge("1", "o"),
        &forge("2", "o"),
        Configuration,
        "package changed: b 1 -> 2",
    );
    let reason = "package now from elsewhere: b 2 (files of github.com/evil/b)";
    expect("uv.lock", &forge("1", "o"), &forge("2", "evil"), Hook, reason);
    let path = uv("a", "2", "").replace("url = 'https://files.example/y/", "path = 'docs/");
    let from = "registry https://pypi.org/simple, files of docs, files of files.example";
    let reason = format!("package now from elsewhere: a 2 ({from})");
    expect("uv.lock", &old, &path, Hook, &reason);
    let poetry =
        "[[package]]\nname = 'a'\nversion = '1'\nfiles = [{file = 'a.whl', hash = 'sha256:aa'}]\n";
    expect("poetry.lock", poetry, &poetry.replace(":aa", ":bb"), Hook, "a 1 has another checksum");
    let apart = "[[package]]\nname = 'a'\nversion = '1'\n[metadata.files]\na = [{file = 'a.whl', hash = 'sha256:aa'}]\n";
    expect("poetry.lock", apart, &apart.replace(":aa", ":bb"), Hook, "a 1 has another checksum");
    expect(
        "uv.lock",
        &old,
        "not [ toml",
        Hook,
        "can no longer be read as a lock file here (it is not TOML); what it changes is not listed",
    );
}

#[test]
fn lock_files_of_cargo() {
    let locked = |version: &str, sum: &str| {
        format!(
            "[[package]]\nname = 'a'\nversion = '{version}'\nsource = 'registry+https://x.example'\nchecksum = '{sum}'\n"
        )
    };
    expect("Cargo.lock", &locked("1", "aa"), &locked("1", "bb"), Hook, "a 1 has another checksum");
    expect(
        "Cargo.lock",
        &locked("1", "aa"),
        &locked("1", "aa").replace("x.example", "y.example"),
        Hook,
        "packages come from another host: y.example",
    );
    expect(
        "Cargo.lock",
        &locked("1", "aa"),
        &locked("2", "bb"),
        Configuration,
        "package changed: a 1 -> 2",
    );
    let more = locked("1", "aa") + "[[package]]\nname = 'b'\nversion = '2'\n";
    expect("Cargo.lock", &locked("1", "aa"), &more, Dependency, "package added: b");
}

/// What changes the place along with the version, and other files of the same version.
#[test]
fn packages_from_elsewhere_are_named() {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let package = |version: &str, source: &str, sum: &str| {
        format!("[[package]]\nname = 'a'\nversion = '{version}'\nsource = '{source}'\n{sum}")
    };
    let (sum, git) = ("checksum = 'aa'\n", "git+https://github.com/evil/a#0a");
    let old = package("1.0.1", registry, sum);
    let place = "(git+https://github.com/evil/a)";
    for (new, reason) in [
        (package("1.0.2", git, ""), format!("package now from elsewhere: a 1.0.2 {place}")),
        (
            format!("{old}{}", package("2.0.1", git, "")),
            format!("package now from elsewhere: a 2.0.1 {place}"),
        ),
        (package("1.0.1", registry, ""), "a 1.0.1 has no checksum any more".to_owned()),
        (
            "[[package]]\nname = 'a'\nversion = '1.0.2'\n".to_owned(),
            "package now from elsewhere: a 1.0.2 (the workspace)".to_owned(),
        ),
    ] {
        expect("Cargo.lock", &old, &new, Hook, &reason);
    }
    let index = "registry = 'https://pypi.org/simple'";
    let uv = |version: &str, source: &str, files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, hash)| {
            format!("{{ url = 'https://files.example/x/{name}', {hash} size = 1 }}, ")
        });
        let files: String = files.collect();
        format!(
            "[[package]]\nname = 'a'\nversion = '{version}'\nsource = {{ {source} }}\nwheels = [{files}]\n"
        )
    };
    let [aa, ee] = ["hash = 'sha256:aa',", "hash = 'sha256:ee',"];
    let old = uv("1", index, &[("a-1.whl", aa)]);
    for (new, kind, reason) in [
        (
            uv("2", "directory = 'tests/a'", &[]),
            Hook,
            "package now from elsewhere: a 2 (directory tests/a)",
        ),
        (
            uv("2", "registry = 'https://pypi.org/evil'", &[("a-2.whl", aa)]),
            Hook,
            "package now from elsewhere: a 2 (registry https://pypi.org/evil, files of files.example)",
        ),
        (
            uv("1", index, &[("a-1.whl", aa), ("a-1-1.whl", ee)]),
            Configuration,
            "package with more files: a 1",
        ),
        (uv("1", index, &[("a-1-1.whl", ee)]), Hook, "a 1 has other files"),
        (uv("1", index, &[("a-1.whl", "")]), Hook, "a 1 has no checksum any more"),
        (uv("1", index, &[]), Hook, "a 1 has no files any more"),
        (
            "version = 1\n".to_owned(),
            Hook,
            "can no longer be read as a lock file here (it has no list of packages); what it changes is not listed",
        ),
        (
            old.replace("name = 'a'", "name = ['a']"),
            Hook,
            "can no longer be read as a lock file here (one of its packages has no name or version); \
             what it changes is not listed",
        ),
    ] {
        expect("uv.lock", &old, &new, kind, reason);
    }
    let old = "lock-version = '1.0'\n[[packages]]\nname = 'a'\nversion = '1'\n\
        wheels = [{ name = 'a-1.whl', url = 'https://files.example/a-1.whl', hashes = { sha256 = 'aa' } }]\n";
    let vcs = "[[packages]]\nname = 'b'\nvcs = { type = 'git', url = 'https://x.example/b', commit-id = '0a' }\n";
    for (new, reason) in [
        (
            format!("{old}{vcs}"),
            "package from elsewhere added: b (vcs type git url https://x.example/b)",
        ),
        (old.replace("'aa'", "'bb'"), "a 1 has another checksum"),
    ] {
        expect("pylock.toml", old, &new, Hook, reason);
        expect("pylock.dev.toml", old, &new, Hook, reason);
    }
}

#[test]
fn lock_files_of_npm() {
    let one = |name: &str, version: &str, resolved: &str| {
        format!(
            r#""node_modules/{name}": {{"version": "{version}", "resolved": "{resolved}", "integrity": "x"}}"#
        )
    };
    let at = |name: &str, version: &str| {
        format!("https://registry.npmjs.org/{name}/-/{name}-{version}.tgz")
    };
    let lock = |packages: &str| {
        format!(r#"{{"lockfileVersion": 3, "packages": {{"": {{}}, {packages}}}}}"#)
    };
    let old = lock(&one("a", "1", &at("a", "1")));
    let git = "git+ssh://git@github.com/evil/a.git#0a";
    for (packages, kind, reason) in [
        (one("a", "2", &at("a", "2")), Configuration, "package changed: a 1 -> 2"),
        (
            one("a", "2", git),
            Hook,
            "package now from elsewhere: a 2 (git+ssh://git@github.com/evil/a.git)",
        ),
        (
            format!("{}, {}", one("a", "1", &at("a", "1")), one("b", "1", &at("b", "1"))),
            Dependency,
            "package added: b",
        ),
        (
            format!("{}, {}", one("a", "1", &at("a", "1")), one("b", "1", git)),
            Hook,
            "package from elsewhere added: b (git+ssh://git@github.com/evil/a.git)",
        ),
        (
            one("a", "1", &at("a", "1")).replace(r#", "integrity": "x""#, ""),
            Hook,
            "a 1 has no checksum any more",
        ),
    ] {
        expect("package-lock.json", &old, &lock(&packages), kind, reason);
    }
}

/// A project that takes its own last release from the registry is no news; from elsewhere, it is.
#[test]
fn a_crate_of_the_workspace_from_the_registry() {
    let own = "[[package]]\nname = 'a'\nversion = '1'\n";
    let from = |source: &str| format!("{own}source = '{source}'\nchecksum = 'aa'\n");
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let reason = "package of the workspace now from crates.io: a 1";
    expect("Cargo.lock", own, &from(registry), Configuration, reason);
    for other in ["registry+https://github.com/evil/index", "git+https://github.com/evil/a#0a"] {
        expect("Cargo.lock", own, &from(other), Hook, &format!("a 1 comes from {other}"));
    }
}
