#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

fn list(rows: &[(&str, &str, Option<u32>, u8)]) -> Known {
    let mut collected = Collected::default();
    for (name, project, day, digest) in rows {
        collected.add(name, project, *day, [*digest; KEPT]);
    }
    collected.into()
}

#[test]
fn both_forms_are_read_again() {
    let known = list(&[
        ("b.m4", "gnulib", Some(19_000), 1),
        ("a.m4", "gnulib", None, 2),
        ("a.m4", "gnulib", Some(3), 3),
        ("a.m4", "debian:autoconf 2.72-3", None, 1),
    ]);
    let bytes = known.to_bytes().unwrap();
    assert_eq!(codec::read(&bytes).unwrap(), known);
    let text = known.to_text();
    assert_eq!(text.lines().count(), 4);
    assert_eq!(text::read(text.as_bytes(), Path::new("x")).unwrap(), known);
    for cut in 0..bytes.len() {
        assert!(codec::read(&bytes[..cut]).is_err(), "{cut}");
    }
    for at in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        assert!(codec::read(&bytes).is_err(), "{at}");
    }
    assert!(codec::read(&[bytes.as_slice(), b"x"].concat()).is_err());
}

#[test]
fn what_is_found() {
    let known = list(&[
        ("a.m4", "gnulib", Some(5), 1),
        ("a.m4", "debian:gnulib 1", None, 1),
        ("b.m4", "gnulib", Some(6), 2),
    ]);
    assert_eq!(known.find("a.m4", &[1; 32]).unwrap().project, "gnulib");
    assert_eq!(known.find("b.m4", &[1; 32]), None);
    assert_eq!(known.find("a.m4", &[3; 32]), None);
    assert_eq!(known.with_contents(&[1; 32]).count(), 2);
    assert_eq!(known.called("a.m4").len(), 2);
    assert_eq!(known.called("c.m4"), []);
    assert_eq!(known.called("a.m4")[0].family(), "gnulib");
}

#[test]
fn lines_that_are_no_rows() {
    let digest = "0".repeat(64);
    for (line, why) in [
        ("", "four columns"),
        ("00\ta\tb\t-", "hexadecimal"),
        (&format!("{digest}\ta/b\tc\t-"), "second column"),
        (&format!("{digest}\ta\t\t-"), "third column"),
        (&format!("{digest}\ta\tb\t2024"), "fourth column"),
    ] {
        let text = format!("{digest}\ta\tb\t2024-01-02\n{line}\n");
        let error = text::read(text.as_bytes(), Path::new("x")).unwrap_err().to_string();
        assert!(error.starts_with("x: line 2:") && error.contains(why), "{error}");
    }
}

/// What projects copied for years, as their own repositories have it.
#[test]
fn the_list_in_the_program() {
    let known = Known::built_in().unwrap();
    assert!(known.len() > 40_000, "{}", known.len());
    assert!(BUILT_IN.len() < 1_500_000, "{}", BUILT_IN.len());
    // The macro that xz 5.6.0 had another one of the name of.
    let versions = known.called("build-to-host.m4");
    assert!(versions.len() >= 10 && versions.iter().all(|v| v.name == "build-to-host.m4"));
    assert!(versions.iter().any(|version| version.family() == "gnulib"));
}
