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
            "package from elsewhere added: b ({git = https://x.example/b)",
        ),
        (uv("a", "2", ""), Configuration, "package changed: a 1 -> 2"),
        (old.clone() + &uv("a", "2", ""), Configuration, "package changed: a also 2"),
        (uv("b", "2", ""), Configuration, "package removed: a"),
        (old.replace("sha256:aa", "sha256:cc"), Hook, "a 1 has another checksum"),
        (old.replace("sha256:bb", "sha256:cc"), Hook, "a 1 has another checksum"),
        (
            old.replace("registry = 'https://pypi.org/simple'", "url = 'https://files.example/x'"),
            Hook,
            "a 1 comes from {url = https://files.example/x}",
        ),
        (
            old.replace("files.example", "x.example"),
            Hook,
            "packages come from another host: x.example",
        ),
    ] {
        expect("uv.lock", &old, &new, kind, reason);
    }
    // Another place of the same bytes on the same host, and one more wheel, are no news.
    let moved = old.replace("/y/", "/z/").replace(
        "wheels = [",
        "wheels = [{ url = 'https://files.example/c.whl', hash = 'sha256:dd' }, ",
    );
    assert_eq!(said("uv.lock", Some(&old), &moved), []);
    let poetry =
        "[[package]]\nname = 'a'\nversion = '1'\nfiles = [{file = 'a.whl', hash = 'sha256:aa'}]\n";
    expect("poetry.lock", poetry, &poetry.replace(":aa", ":bb"), Hook, "a 1 has another checksum");
    let apart = "[[package]]\nname = 'a'\nversion = '1'\n[metadata.files]\na = [{file = 'a.whl', hash = 'sha256:aa'}]\n";
    expect("poetry.lock", apart, &apart.replace(":aa", ":bb"), Hook, "a 1 has another checksum");
    expect(
        "uv.lock",
        &old,
        "not [ toml",
        Configuration,
        "cannot be read as TOML here; what it changes is not listed",
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
