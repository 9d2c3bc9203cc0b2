//! What is read of zip, and what is refused.

use super::*;

/// A second directory in front of the one that ends at the end record.
#[test]
fn a_zip_with_two_directories_is_refused() {
    let bytes = zipped(&[(b"foo/a", b"a", None)], b"");
    assert!(listed(&bytes).is_ok());
    let at = bytes.len() - 22;
    assert_eq!(&bytes[at..at + 4], b"PK\x05\x06");
    // The number of entries, and the directory's size. Its offset is counted back from its end.
    for field in [10, 12] {
        let mut other = bytes.clone();
        other[at + field] ^= 1;
        assert!(listed(&other).is_err(), "{field}");
    }
    // Comments of the directory's last record can hide another zip: its end moves, nothing else.
    let mut padded = bytes[..at].to_vec();
    padded.extend_from_slice(b"hidden");
    padded.extend_from_slice(&bytes[at..]);
    assert!(listed(&padded).is_err());
    for name in [
        &b"foo/a\0b"[..],
        b"foo/a;1",
        b"foo/a;",
        b"foo/a\x02b",
        b"foo/a\x7fb",
        b"foo/a\xff",
        b"foo/\xc2\x85",
        b"foo/a.",
        b"foo/a ",
        b"foo./a",
        b"foo\\a",
        b"./foo",
        b"foo//a",
        b"foo/../a",
        b"/foo",
        b"",
    ] {
        let bytes = zipped(&[(name, b"a", None)], b"");
        assert!(!ambiguous_because(&bytes).is_empty(), "{}", name.escape_ascii());
    }
}

/// One byte of a header that says something else to some program.
#[test]
fn a_zip_header_that_some_programs_read_otherwise_is_refused() {
    let bytes = zipped(&[(b"foo/a", b"a", None)], b"");
    let central = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    for (at, value) in [
        (6, 1),
        (6, 0x20),
        (6, 8),
        (7, 0),
        (7, 0x20),
        (4, 0x2e),
        (central + 5, 7),
        (central + 5, 10),
        (central + 6, 63),
        (central + 8, 0x40),
        (central + 9, 0),
        (central + 34, 1),
        (central + 41, 0x41),
        (central + 41, 0x11),
    ] {
        let mut changed = bytes.clone();
        changed[at] = value;
        // Encryption is said by itself.
        assert!(listed(&changed).is_err(), "{at} {value}");
    }
    let mut host = bytes.clone();
    host[central + 5] = 0;
    assert!(listed(&host).is_ok());
    let disc =
        zipped(&[(b"foo/a", &[b"x".repeat(32769 - 35), b"CD001".to_vec()].concat(), None)], b"");
    assert!(ambiguous_because(&disc).contains("image of a disc"));
}

/// A member that is data to a reader of one header and a file to a reader of the other.
#[test]
fn headers_that_state_different_sizes_are_refused() {
    let hidden = file("foo/hidden", b"payload");
    let pax = member(b"pax", b'x', b"", 0, &pax_record("size", &hidden.len().to_string()));
    let mut short = member(b"foo/a", b'0', b"", 0o644, &hidden[..10]);
    short.truncate(512);
    assert!(refused(&[pax.clone(), short, hidden.clone()]).contains("another size"));
    let zero = file("foo/a", b"");
    assert!(refused(&[pax, zero, hidden.clone()]).contains("another size"));
    let pax = member(b"pax", b'x', b"", 0, &pax_record("size", "7"));
    assert_eq!(refused(&[pax, file("foo/a", b"payload"), hidden]), "");
}

#[test]
fn zip_members_are_listed() {
    let listing =
        listed(&zipped(&[(b"foo-1/a", b"a", None), (b"foo-1/b", b"b", None)], b"")).unwrap();
    assert_eq!(paths(&listing), ["a", "b"]);
    assert_eq!(listing.oddities, []);
    assert_eq!(listing.entries[0].mode, 0o644);
}

#[test]
fn zip_directory_and_members_that_disagree_are_refused() {
    let other = zipped(&[(b"foo/a", b"a", Some(b"foo/z"))], b"");
    assert!(ambiguous_because(&other).contains("another name"));
    let between = zipped(&[(b"foo/a", b"a", None)], b"PK hidden");
    assert!(ambiguous_because(&between).contains("belong to no member"));
    let tail = [zipped(&[(b"foo/a", b"a", None)], b""), b"tail".to_vec()].concat();
    assert!(ambiguous_because(&tail).contains("follow its end record"));
    let forms = ["foo/e\u{301}", "foo/\u{e9}"].map(str::as_bytes);
    let composed = zipped(&forms.map(|name| (name, &b"1"[..], None)), b"");
    assert_eq!(ambiguous_because(&composed), "has a name that some write as another's");
    let twice = zipped(&[(b"foo/a", b"1", None), (b"foo/a", b"2", None)], b"");
    assert_eq!(ambiguous_because(&twice), "occurs more than once");
}

#[test]
fn zip_contents_that_are_not_as_stated_are_refused() {
    let mut bytes = zipped(&[(b"foo/a", b"abc", None)], b"");
    let at = bytes.windows(3).position(|w| w == b"abc").unwrap();
    bytes[at] ^= 1;
    assert!(matches!(
        listed(&bytes),
        Err(ArchiveError::Structure { structure: Structure::ZipContents(_), .. })
    ));
}

#[test]
fn damaged_zips_end_in_an_error_or_a_listing() {
    let bytes = zipped(&[(b"foo/a", b"abc", None), (b"foo/b", b"def", None)], b"");
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0xff;
        let _ = listed(&flipped);
        assert!(listed(&bytes[..at]).is_err(), "cut at {at}");
    }
}
