//! What only looks as if it decided nothing.

use super::HazardKind::{Configuration, Dependency, Hook};
use super::tests::{expect, said};

/// A target that cargo would not have found may be any file.
#[test]
fn targets_that_lie_elsewhere_are_named() {
    let old = "[package]\nname = 'a'\n[dependencies]\nb = { version = '1' }\n";
    for (new, kind, reason) in [
        (
            old.replace("version = '1'", "version = '1', path = 'tests/b'"),
            Hook,
            "dependency now from elsewhere: b 1 -> 1 path tests/b",
        ),
        (
            old.replace("version = '1'", "version = '1', path = '../b'"),
            Configuration,
            "dependency changed: b 1 -> 1 path ../b",
        ),
        (
            format!("{old}[[test]]\nname = 'x'\npath = 'docs/x.rs'\n"),
            Configuration,
            "setting added: test {name = x, path = docs/x.rs}",
        ),
        (
            format!("{old}[[example]]\nname = 'x'\npath = 'examples/../docs/x.rs'\n"),
            Configuration,
            "setting added: example {name = x, path = examples/../docs/x.rs}",
        ),
    ] {
        expect("Cargo.toml", old, &new, kind, reason);
    }
    for more in ["[[test]]\nname = 'x'\npath = 'tests/x.rs'\n", "[[bench]]\nname = 'x'\n"] {
        assert_eq!(said("Cargo.toml", Some(old), &format!("{old}{more}")), [], "{more}");
    }
    let closed = old.replace("name = 'a'", "name = 'a'\nautobins = false");
    assert_eq!(said("Cargo.toml", Some(old), &closed), []);
    let reason = "setting removed: package.autobins";
    expect("Cargo.toml", &closed, old, Configuration, reason);
}

/// A list that had nothing is no new list, and a new one says what is not of the registry.
#[test]
fn new_lists_hide_nothing() {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let package = |source: &str| {
        format!("version = 3\n[[package]]\nname = 'a'\nversion = '1'\nsource = '{source}'\n")
    };
    let added = "package added: a";
    expect("uv.lock", "package = []\n", "[[package]]\nname = 'a'\n", Configuration, added);
    expect("Cargo.lock", "version = 3\npackage = []\n", &package(registry), Dependency, added);
    let evil = "git+https://evil.example/a";
    let reason = format!("package from elsewhere added: a ({evil})");
    expect("Cargo.lock", "", &package(&format!("{evil}#1")), Hook, &reason);
    let found = said("Cargo.lock", Some(""), &package(registry));
    assert!(found.iter().all(|(_, said)| !said.contains("package")), "{found:?}");
}

/// A condition is said of what is needed anyway.
#[test]
fn conditions_make_no_optional_dependencies() {
    let (old, new) = ("a\nb\n", "a\n\n[:python_version < \"3\"]\nb\n");
    let reason = "dependency changed: b \"\" -> ; python_version < \"3\"";
    expect("foo.egg-info/requires.txt", old, new, Configuration, reason);
}
