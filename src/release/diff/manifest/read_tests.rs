//! Whether all of a manifest is read.

use super::HazardKind::{Configuration, Dependency, Hook};
use super::tests::expect;

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
