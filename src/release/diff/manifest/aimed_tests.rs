//! What was planted where the words of a manifest did not reach.

use super::HazardKind::{Configuration, Dependency, Hook};
use super::tests::expect;

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
            Dependency,
            "replaced crate added: crates-io: serde path tests/x".to_owned(),
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
