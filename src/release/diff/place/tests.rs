//! Tests of what files are for.

use super::*;

fn role(path: &str) -> Role {
    place(path.as_bytes(), b"").role
}

#[test]
fn roles_by_path() {
    for (path, expected) in [
        ("m4/build-to-host.m4", Role::Build),
        ("configure", Role::Build),
        ("src/Makefile.in", Role::Build),
        ("tests/Makefile.am", Role::Build),
        ("setup.py", Role::Build),
        ("build.rs", Role::Build),
        ("requirements.txt", Role::Build),
        (".cargo/config.toml", Role::Build),
        (".npmrc", Role::Build),
        (".tarball-version", Role::Build),
        ("src/config.h.in", Role::Build),
        ("tests/fixtures/package.json", Role::Test),
        ("examples/x/Cargo.toml", Role::Test),
        ("tests/conftest.py", Role::Startup),
        ("foo/evil.pth", Role::Startup),
        ("sys-utils/fstrim.service.in", Role::Startup),
        ("udev/70-x.rules.in", Role::Startup),
        ("x.desktop.in.in", Role::Startup),
        ("data/tmpfiles-x.conf.in", Role::Startup),
        ("etc/profile.d/x.sh", Role::Startup),
        ("bash-completion/mount", Role::Startup),
        ("completions/_foo", Role::Startup),
        ("src/completions/mod.rs", Role::Source),
        ("src/completions/table.json", Role::Data),
        ("completions/README.md", Role::Docs),
        ("foo.spec.in", Role::Build),
        ("config/nginx.conf.in", Role::Data),
        ("foo.egg-info/entry_points.txt", Role::Startup),
        ("src/main.c", Role::Source),
        ("foo/__init__.py", Role::Source),
        ("foo/ci/__init__.py", Role::Source),
        ("foo/noxfile.py", Role::Source),
        ("foo.egg-info/run.py", Role::Source),
        ("foo/corpus/__init__.py", Role::Source),
        ("src/spec/mod.rs", Role::Source),
        ("spec/x_spec.rb", Role::Test),
        ("noxfile.py", Role::Ci),
        ("foo/news.py", Role::Source),
        ("src/components/i18n/index.ts", Role::Source),
        ("foo/data/table.json", Role::Data),
        ("src/notes.txt", Role::Data),
        ("tests/test_x.py", Role::Test),
        ("tests/helpers.py", Role::Test),
        ("foo/tests/test_x.py", Role::Test),
        ("foo/tests/plugin.py", Role::Source),
        ("src/foo/testing/client.py", Role::Source),
        ("src/tests/main.c", Role::Test),
        ("src/tests.rs", Role::Source),
        ("src/test/mod.rs", Role::Source),
        ("crates/x/src/de/x_test.rs", Role::Source),
        ("tests/src/main.rs", Role::Test),
        ("tests/x.rs", Role::Test),
        ("src/foo/test_hooks.py", Role::Source),
        ("test_hooks.py", Role::Test),
        ("testing/test_hooks.py", Role::Test),
        (".envrc", Role::Startup),
        (".vscode/tasks.json", Role::Startup),
        (".mcp.json", Role::Startup),
        (".vscode/extensions.json", Role::Ci),
        ("foo/x_test.go", Role::Test),
        ("src/x.test.ts", Role::Test),
        ("doc/conf.py", Role::Startup),
        ("doc/ext.py", Role::Test),
        ("README.md", Role::Docs),
        ("NEWS", Role::Docs),
        ("docs/index.html", Role::Docs),
        ("man/foo.1", Role::Docs),
        ("po/de.po", Role::Translation),
        ("foo/locale/de/LC_MESSAGES/foo.mo", Role::Translation),
        (".github/workflows/release.yml", Role::Ci),
        (".gitignore", Role::Ci),
        ("tox.ini", Role::Ci),
        ("img/logo.png", Role::Image),
        ("foo.egg-info/SOURCES.txt", Role::Metadata),
        ("PKG-INFO", Role::Metadata),
    ] {
        assert_eq!(role(path), expected, "{path}");
    }
}

#[test]
fn what_begins_like_a_script_is_no_documentation() {
    assert_eq!(place(b"docs/README", b"#!/bin/sh\n").role, Role::Test);
    assert_eq!(place(b"NEWS", b"#!/usr/bin/python\n").role, Role::Source);
    assert_eq!(place(b"tool", b"#!/usr/bin/env node\n").lang, Lang::Js);
    assert_eq!(place(b"src/index.ts", b"// <!DOCTYPE TS>\n").role, Role::Source);
    assert_eq!(place(b"l10n/app_de.ts", b"<?xml?>\n<!DOCTYPE TS>").role, Role::Translation);
}

#[test]
fn pictures_are_pictures() {
    assert!(is_what_it_says(b"a/b.PNG", b"\x89PNG\r\n", Nature::Binary));
    assert!(!is_what_it_says(b"a/b.png", b"\x7fELF", Nature::Code("ELF object")));
    assert!(!is_what_it_says(b"a/b.jpg", b"#!/bin/sh", Nature::Text));
}
