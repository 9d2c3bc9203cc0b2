//! What is read of tar, and what is refused.

use super::*;

#[test]
fn names_that_climb_out_are_refused() {
    assert!(refused(&[file("../../etc/passwd", b"x")]).contains("climbs out"));
    assert!(refused(&[file("foo/a/../../b", b"x")]).contains("climbs out"));
    assert!(refused(&[file("/etc/passwd", b"x")]).contains("absolute"));
    assert_eq!(oddities(&[file("./foo/./a", b"x")]), [""; 0]);
}

#[test]
fn links_that_lead_out() {
    let a = file("foo/a", b"a");
    assert_eq!(oddities(&[a.clone(), link("foo/l", "/etc")]), ["link-outside"]);
    assert_eq!(oddities(&[a.clone(), link("foo/d/l", "../../other")]), ["link-outside"]);
    assert_eq!(oddities(&[a.clone(), link("foo/d/l", "../a")]), [""; 0]);
    assert!(refused(&[a.clone(), hard("foo/h", "/etc/shadow")]).contains("link"));
    for target in ["foo/b", "foo", "foo/l", "foo/h"] {
        let members = [a.clone(), link("foo/l", "a"), hard("foo/h", target)];
        assert!(refused(&members).contains("other than an earlier file"), "{target}");
    }
    assert_eq!(oddities(&[a.clone(), hard("foo/h", "foo/a")]), ["hard-link"]);
    let chain = [a.clone(), hard("foo/h", "./foo/a"), hard("foo/i", "foo/h"), end()];
    let listing = listed(&chain.concat()).unwrap();
    assert_eq!(listing.entries[1].sha256, listing.entries[0].sha256);
    assert_eq!(listing.entries[2].data, 0);
    // The classical escape: a link, and then a file through it.
    assert!(refused(&[link("foo/l", "/tmp"), file("foo/l/x", b"x")]).contains("lies below"));
    assert!(refused(&[file("foo/l/x", b"x"), link("foo/l", "/tmp")]).contains("lies below"));
}

#[test]
fn members_that_meet() {
    assert_eq!(refused(&[file("foo/a", b"1"), file("foo/a", b"2")]), "occurs more than once");
    assert_eq!(refused(&[file("foo/a", b"1"), link("foo/a", "b")]), "occurs more than once");
    assert_eq!(oddities(&[file("foo/a", b"1"), file("foo/./a", b"1")]), ["duplicate"]);
    let other_mode = member(b"foo/a", b'0', b"", 0o755, b"1");
    assert_eq!(refused(&[file("foo/a", b"1"), other_mode]), "occurs more than once");
    assert_eq!(oddities(&[file("foo/README", b""), file("foo/readme", b"")]), ["case-collision"]);
    assert_eq!(oddities(&[file("foo/a", b""), file("foo/a.b", b""), file("foo/ab", b"")]), [""; 0]);
    assert!(refused(&[file("foo/a", b""), file("foo/a/b", b"")]).contains("lies below"));
}

#[test]
fn members_of_strange_kinds() {
    for flag in *b"346" {
        let device = member(b"foo/null", flag, b"", 0o666, b"");
        assert_eq!(refused(&[device]), "is a device or FIFO");
    }
    for flag in *b"Z7" {
        let other = member(b"foo/x", flag, b"", 0o644, b"x");
        assert_eq!(refused(&[other]), "is of a kind that few programs know");
    }
    assert_eq!(oddities(&[member(b"foo/x", b'0', b"", 0o4755, b"x")]), ["set-id"]);
    assert_eq!(oddities(&[member(b"foo/x", b'0', b"", 0o100_644, b"x")]), [""; 0]);
    assert!(refused(&[member(b"foo/x", b'0', b"", 0o040_644, b"x")]).contains("another type"));
    assert_eq!(oddities(&[file("foo/a\u{202e}b", b"")]), ["strange-name"]);
    assert_eq!(oddities(&[file("foo\\..\\a", b"")]), ["strange-name"]);
    let listing = listed(&[member(b"foo/\xff\n", b'0', b"", 0o644, b""), end()].concat()).unwrap();
    assert_eq!(listing.oddities[0].name(), "not-utf-8");
    assert_eq!(listing.entries[0].raw, b"foo/\xff\n");
    assert_eq!(paths(&listing), ["<0xFF>\n"]);
}

#[test]
fn long_names_of_gnu_and_pax() {
    let long = format!("foo/{}/{}", "x".repeat(200), "y".repeat(200));
    let gnu = member(b"././@LongLink", b'L', b"", 0, format!("{long}\0").as_bytes());
    let listing = listed(&[gnu, file("foo/short", b"1"), end()].concat()).unwrap();
    assert_eq!(show(&listing.entries[0].raw), long);
    let pax = member(b"pax", b'x', b"", 0, &pax_record("path", &long));
    let listing =
        listed(&[pax, file("foo/short", b"1"), file("foo/b", b""), end()].concat()).unwrap();
    assert_eq!(show(&listing.entries[0].raw), long);
    assert_eq!(show(&listing.entries[1].raw), "foo/b");
    for damaged in [
        "",
        "x",
        "99 path=a\n",
        "9 path=ab\n",
        "-1 path=a\n",
        "11 path=abcd",
        // Blanks and tabs that GNU tar skips, zeros in front, and line feeds that end a record for
        // the tar crate.
        "11  path=a\n",
        "11 \tpath=a\n",
        " 11 path=a\n",
        "011 path=ab\n",
        "18 path=a\n9 path=b\n",
        "9 path=\n",
        "10 path=a\n10 path=b\n",
        "11 unknown=\n",
        "10 size=+1\n",
        "11 size=1\0\n",
        "12 size=0x1\n",
        "21 hdrcharset=BINARY\n",
        "30 comment=22 hdrcharset=x y\n",
    ] {
        let pax = member(b"pax", b'x', b"", 0, damaged.as_bytes());
        let result = listed(&[pax, file("foo/short", b"1"), end()].concat());
        assert_eq!(result.is_ok(), damaged.is_empty(), "{damaged:?}");
    }
}

/// What unpackers are known to make different files of is not a listing.
#[test]
fn what_programs_read_differently_is_refused() {
    let refused = |members: &[Vec<u8>]| !super::tests::refused(members).is_empty();
    let pax = |flag, records: &[u8]| member(b"pax", flag, b"", 0, records);
    let a = || file("foo/a", b"a");
    let long = || member(b"././@LongLink", b'L', b"", 0, b"foo/long\0");
    assert!(!refused(&[a()]));
    assert!(!refused(&[pax(b'g', &pax_record("comment", "x")), a()]));
    assert!(refused(&[pax(b'g', &pax_record("path", "foo/b")), a()]));
    assert!(refused(&[pax(b'g', &pax_record("size", "0")), a()]));
    assert!(refused(&[pax(b'g', &pax_record("GNU.sparse.name", "foo/b")), a()]));
    let path = || pax(b'x', &pax_record("path", "foo/b"));
    assert!(!refused(&[path(), a()]));
    assert!(refused(&[path(), path(), a()]));
    assert!(refused(&[path(), long(), a()]));
    assert!(refused(&[long(), path(), a()]));
    assert!(refused(&[pax(b'x', &pax_record("path", "foo/b\0/c")), a()]));
    assert!(refused(&[pax(b'x', &pax_record("GNU.sparse.major", "1")), a()]));
    assert!(refused(&[member(b"foo/s", b'S', b"", 0o644, b"x")]));
    for kind in *b"2356" {
        assert!(refused(&[member(b"foo/d", kind, b"t", 0o755, b"data")]), "{kind}");
    }
    for kind in *b"XVMN" {
        assert!(refused(&[member(b"foo/x", kind, b"", 0o644, b"x")]), "{kind}");
    }
    // Before POSIX, and only there, a directory may be a file whose name ends in a slash.
    assert!(refused(&[file("foo/d/", b"x")]));
    assert!(refused(&[file("foo/d/", b""), a()]));
    let old = |name: &[u8], contents: &[u8]| {
        let mut header = Header::new_old();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.as_old_mut().linkflag = [0];
        header.set_mode(0o755);
        header.set_mtime(0);
        header.set_size(contents.len() as u64);
        header.set_cksum();
        block(header.as_bytes(), contents)
    };
    assert!(!refused(&[old(b"foo/d/", b""), old(b"foo/a", b"a")]));
    assert!(refused(&[old(b"foo/d/", b""), a()]));
    assert!(refused(&[a(), old(b"foo/d/", b"")]));
    assert!(refused(&[old(b"foo/d/", b"x")]));
    assert!(refused(&[long(), old(b"foo/d/", b"")]));
    let with = |at: usize, field: &[u8]| {
        let mut bytes = file("foo/a", b"");
        bytes[at..at + field.len()].copy_from_slice(field);
        let mut header = Header::from_byte_slice(&bytes).clone();
        header.set_cksum();
        header.as_bytes().to_vec()
    };
    let sized = |field: &[u8; 12]| with(124, field);
    assert!(!refused(&[sized(b"00000000000\0")]));
    assert!(!refused(&[sized(b"          0 ")]));
    for field in [
        b"+0\0\0\0\0\0\0\0\0\0\0",
        b"-0\0\0\0\0\0\0\0\0\0\0",
        b"0x0\0\0\0\0\0\0\0\0\0",
        b"0 0000000000",
    ] {
        assert!(refused(&[sized(field)]), "{field:?}");
    }
    for (at, field) in [
        (257, &b"ustar\x0001"[..]),
        (257, b"ustar  \0"),
        (257, b"\0\0\0\0\0\0\0\0user"),
        (257, b"ustarx00"),
        (108, b"bad\0"),
        (116, b"-000001\0"),
        (136, b"\xff\xff"),
        (100, b"\0\0\0\0\0\0\0\0"),
        (329, b"x"),
        (500, b"x"),
        (345, b"a\0b"),
        (50, b"x"),
        (157, b"foo/b"),
    ] {
        let changed = with(at, field);
        // GNU's magic is right in itself: there, nothing follows the devices.
        let fits = field == b"ustar  \0";
        assert_eq!(!refused(&[changed]), fits, "{at} {field:?}");
    }
    let mut gnu = with(257, b"ustar  \0");
    gnu[345] = b'x';
    let mut header = Header::from_byte_slice(&gnu).clone();
    header.set_cksum();
    assert!(refused(&[header.as_bytes().to_vec()]));
    for first in [&b"begin 644 x"[..], b"BZh9", b"\x1f\x9d"] {
        let first = member(first, b'0', b"", 0o644, b"");
        assert!(listed(&[first, end()].concat()).is_err());
    }
    // An extended header with nothing behind it, and a zip where a tar ends.
    assert!(refused(&[a(), path()]));
    let zip = zipped(&[(b"foo/b", b"b", None)], b"");
    let inside = [a(), file("foo/x.zip", &zip), end()].concat();
    assert!(ambiguous_because(&inside).contains("zip archive at its end"));
    let before = [file("foo/x.zip", &zip), file("foo/b", &[1; 80_000]), end()].concat();
    assert_eq!(ambiguous_because(&before), "");
}

/// The name by which a package manager unpacks, and the contents.
#[test]
fn a_name_that_says_another_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let read = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read(&path, &Wanted::default(), &|_| {}).is_ok()
    };
    let tar = [file("foo/a", b"a"), end()].concat();
    let zip = zipped(&[(b"foo/a", b"a", None)], b"");
    for name in ["a.tar", "a.tar.gz", "a.tgz", "a.crate", "a"] {
        assert!(read(name, &tar), "{name}");
    }
    for name in ["a.zip", "a.whl", "a"] {
        assert!(read(name, &zip), "{name}");
    }
    assert!(!read("a.tar", &zip) && !read("a.tar.xz", &zip));
    assert!(!read("a.zip", &tar) && !read("a.whl", &tar));
}

#[test]
fn what_follows_the_end() {
    let tar = [file("foo/a", b"a"), end()].concat();
    assert_eq!(ambiguous_because(&[tar.clone(), end()].concat()), "");
    let other = [tar.clone(), file("foo/b", b"b")].concat();
    assert!(ambiguous_because(&other).contains("follow its end"));
    let lone = [file("foo/a", b"a"), vec![0; 512], file("foo/b", b"b"), end()].concat();
    assert!(ambiguous_because(&lone).contains("follow its end"));
    for rest in [&b"payload"[..], &[0; 100], &gzip(&tar)] {
        let error = listed(&[&gzip(&tar), rest].concat()).unwrap_err();
        assert!(matches!(error, ArchiveError::Stream { .. }), "{error}");
        assert_eq!(error.class(), FailureClass::ArchiveAmbiguous);
    }
    let listing = listed(&file("foo/a", b"a")).unwrap();
    assert_eq!(listing.oddities, [Oddity::NoEnd]);
}

#[test]
fn contents_and_git_names_on_demand() {
    let tar = [file("a", b"hello\n"), file("b", b"other"), end()].concat();
    let wanted = Wanted {
        blob: Some(GitHash::Sha1),
        contents: Keep::These(BTreeSet::from([0])),
        contents_each: 6,
        contents_all: 6,
        ..Wanted::default()
    };
    let listing = with(&tar, &wanted).unwrap();
    assert_eq!(listing.entries[0].contents.as_ref().unwrap().as_slice(), b"hello\n");
    assert!(listing.entries[1].contents.is_none());
    // `printf 'hello\n' | git hash-object --stdin`
    let name = crate::bytes::digests::hex(listing.entries[0].blob.as_deref().unwrap());
    assert_eq!(name, "ce013625030ba8dba906f756967f9e9ca394464a");
    let listing = with(&tar, &Wanted { contents_each: 5, ..wanted.clone() }).unwrap();
    assert!(listing.entries[0].contents.is_none());
    let tar = [file("a", b"\0binary"), file("b", b"text"), file("c", b"more"), end()].concat();
    let wanted = Wanted { contents: Keep::Texts, contents_each: 9, contents_all: 7, ..wanted };
    let listing = with(&tar, &wanted).unwrap();
    let kept: Vec<_> = listing.entries.iter().map(|entry| entry.contents.is_some()).collect();
    assert_eq!(kept, [false, true, false], "binary; text; no room");
}
