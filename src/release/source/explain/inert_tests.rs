use super::*;

#[test]
fn names_of_documentation() {
    for path in [
        "README",
        "README.md",
        "ChangeLog",
        "ChangeLog-2012",
        "NEWS",
        "doc/a.txt",
        "man/foo.1",
        "foo.info",
        "foo.info-1",
        "LICENSE-MIT",
        "COPYING.LIB",
        "LICENSE.APACHE2",
        "NEWS.2",
        "NEWS-2.0",
        "ChangeLog-1.4",
        ".mailmap",
        "INSTALL",
        "doc/html/index.html",
    ] {
        assert!(is_documentation(path), "{path}");
    }
    for path in [
        "setup.py",
        "foo.pth",
        "src/words.txt",
        "CMakeLists.txt",
        "doc/Makefile.in",
        "news.py",
        "README.py",
        "readme.sh",
        "m4/NEWS.m4",
        "requirements.txt",
        "doc/conf.py",
        "a.json",
        "ChangeLog.am",
        "README.PL",
        "R/NOTES.R",
        "LICENSE.S",
        "INSTALL.SH",
        "docs/test_install.txt",
        "INSTALL.sh",
        "install",
        "install-sh",
        "release-check",
        "lib/x.coffee.md",
        "version",
        "foo.in",
    ] {
        // `install` alone is a program's name.
        assert!(!is_documentation(path) || path == "install", "{path}");
    }
}

#[test]
fn what_a_text_hides() {
    assert_eq!(hides("50\u{a0}% \u{ab}\u{202f}a\u{202f}\u{bb}\u{3000}\n"), None);
    for hidden in ["a\u{202e}b", "a\u{200d}b", "a\u{e0041}", "a\u{0}", "a\u{2066}b"] {
        assert!(hides(hidden).is_some(), "{hidden:?}");
    }
}

#[test]
fn pictures_end_where_they_end() {
    let chunk = |kind: &[u8], data: &[u8]| -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap_or_default().to_be_bytes();
        [&length[..], kind, data, &[0; 4]].concat()
    };
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &[0; 40]), &chunk(b"IEND", b"")].concat();
    assert_eq!(picture("a.png", &png), Some("a picture"));
    assert_eq!(picture("a.py", &png), None);
    assert_eq!(picture("a.png", &[&png[..], b"payload"].concat()), None);
}
