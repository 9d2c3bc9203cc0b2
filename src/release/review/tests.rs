#![allow(clippy::unwrap_used, clippy::panic)]
use super::super::judge::{Before, Reviews, check, check_new};
use super::super::record::Archive;
use super::*;
use crate::answer::access::Capability;
use crate::answer::failure::FailureClass;
use std::collections::BTreeSet;

fn record(note: &str) -> Record {
    let archive = |name: &str, digit: &str| Archive {
        name: name.to_owned(),
        size: 1,
        blake2b: digit.repeat(128),
    };
    Record {
        package: None,
        reviewed: "2026-11-22T00:00:00Z".to_owned(),
        reviewer: "A <a@example.org>".to_owned(),
        old: Some(archive("foo-1.2.tar.gz", "1")),
        new: archive("foo-1.3.tar.gz", "2"),
        whole: None,
        note: note.to_owned(),
    }
}

/// A record of one archive, read by itself.
fn by_itself(note: &str, whole: bool) -> Record {
    Record { old: None, whole: Some(whole), ..record(note) }
}

/// Less than all of an archive counts only where there is nothing to compare it with.
#[test]
fn an_archive_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (part, whole, diff) =
        (dir.path().join("part"), dir.path().join("whole"), dir.path().join("diff"));
    append(&part, &by_itself("src/", false)).unwrap();
    append(&whole, &by_itself("every file", true)).unwrap();
    append(&diff, &record("the diff")).unwrap();
    let (one, two) = ([0x11; 64], [0x22; 64]);
    let unknown = Before::Unknown("gone".to_owned());
    let mut other = two;
    other[0] ^= 1;
    for (before, of_part, of_whole, of_diff) in [
        (Before::None, true, true, false),
        (Before::Digest(one.to_vec()), false, true, true),
        (Before::Digest(other.to_vec()), false, true, false),
        (unknown, false, true, false),
    ] {
        for (place, expected) in [(&part, of_part), (&whole, of_whole), (&diff, of_diff)] {
            let finding = check(&before, &two, &Reviews::at(place));
            assert_eq!(finding.class.is_none(), expected, "{before:?} {}", place.display());
            if expected {
                assert_eq!(finding.forgers, [Capability::Gentoo, Capability::Reviewer]);
            }
            // Another archive was not read.
            let finding = check(&before, &other, &Reviews::at(place));
            assert_eq!(finding.class, Some(FailureClass::ReviewAbsent));
        }
    }
    let listed = |archive: &Archive| archive.name == "foo-1.2.tar.gz";
    for (place, alone, expected) in [
        (&part, true, true),
        (&part, false, false),
        (&whole, true, true),
        (&whole, false, true),
        (&diff, true, true),
        (&diff, false, true),
    ] {
        let finding = check_new(&two, &Reviews::at(place), &listed, alone);
        assert_eq!(finding.class.is_none(), expected, "{} {alone}", place.display());
    }
    let finding = check_new(&two, &Reviews::at(&diff), &|_| false, true);
    assert_eq!(finding.class, Some(FailureClass::ReviewAbsent));
}

#[test]
fn records_are_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reviews");
    assert_eq!(read(&path).unwrap(), []);
    assert_eq!(append(&path, &record("one\nwith a \u{202e} line")).unwrap(), 1);
    assert_eq!(append(&path, &record("two")).unwrap(), 2);
    let records: Vec<_> = read(&path).unwrap().into_iter().map(|found| found.record).collect();
    assert_eq!(records, [record("one\nwith a \u{202e} line"), record("two")]);
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
}

#[test]
fn several_at_the_same_time_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reviews");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for n in 0..5 {
                    append(path, &record(&format!("{thread} {n}"))).unwrap();
                }
            });
        }
    });
    let notes: BTreeSet<_> = read(&path).unwrap().into_iter().map(|f| f.record.note).collect();
    assert_eq!(notes.len(), 20);
}

#[test]
fn a_link_is_followed_and_the_mode_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (path, link) = (dir.path().join("reviews"), dir.path().join("link"));
    append(&path, &record("one")).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    append(&link, &record("two")).unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(read(&path).unwrap().len(), 2);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_line_that_is_no_record_is_named() {
    let line = serde_json::to_string(&record("x")).unwrap() + "\n";
    let by_itself = serde_json::to_string(&by_itself("x", true)).unwrap() + "\n";
    assert!(parse_list(by_itself.as_bytes(), Path::new("f")).is_ok());
    let refused = |text: String| match parse_list(text.as_bytes(), Path::new("f")) {
        Err(ReviewError::Line { line: 2, .. }) => true,
        other => panic!("{text}: {other:?}"),
    };
    for bad in [
        line.replace("\"size\":1", "\"size\":1,\"size\":1"),
        line.replace("\"size\":1", "\"size\":1,\"more\":1"),
        line.replace("\"size\":1", "\"size\":-1"),
        line.replace(&"1".repeat(128), &"1".repeat(127)),
        line.replace(&"2".repeat(128), &"A".repeat(128)),
        line.replace("2026-11-22T", "2026-11-32T"),
        line.replace("\"note\":\"x\"", "\"note\":\" \""),
        line.replace("A <a@example.org>", ""),
        line.replace(",\"note\":\"x\"", ""),
        line.replace(",\"note\"", ",\"whole\":true,\"note\""),
        line.replace("\"old\":{", "\"older\":{"),
        by_itself.replace(",\"whole\":true", ""),
        by_itself.replace("\"whole\":true", "\"whole\":null"),
        by_itself.replace("\"whole\":true", "\"whole\":1"),
        line.trim_end().to_owned(),
        format!("{} trailing\n", line.trim_end()),
        "\n".to_owned(),
        "# comment\n".to_owned(),
    ] {
        assert!(refused(format!("{line}{bad}")), "{bad}");
    }
    assert_eq!(parse_list(line.repeat(2).as_bytes(), Path::new("f")).unwrap().len(), 2);
}

#[test]
fn exactly_these_digests_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("reviews");
    append(&path, &record("read it all")).unwrap();
    let (one, two) = ([0x11; 64], [0x22; 64]);
    let check = |old: &[u8], new: &[u8], place: &Path| {
        check(&Before::Digest(old.to_vec()), new, &Reviews::at(place))
    };
    let finding = check(&one, &two, &path);
    assert_eq!(finding.class, None);
    assert_eq!(finding.forgers, [Capability::Gentoo, Capability::Reviewer]);
    let mut other = two;
    other[63] ^= 1;
    let empty = tempfile::tempdir().unwrap();
    for finding in [
        check(&one, &other, &path),
        check(&other, &two, &path),
        check(&two, &one, &path),
        check(&one, &two, &dir.path().join("none")),
        check(&one, &two, empty.path()),
    ] {
        assert_eq!(finding.class, Some(FailureClass::ReviewAbsent));
    }
}

#[test]
fn a_file_for_each_record() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("reviews");
    let later = Record { reviewed: "2026-11-23T00:00:00Z".to_owned(), ..record("later") };
    let (second, line) = add(&place, &later, None).unwrap();
    let (first, _) = add(&place, &record("first"), None).unwrap();
    assert_eq!(line, None);
    assert_ne!(first, second);
    let notes = |place: &Path| -> Vec<String> {
        read(place).unwrap().into_iter().map(|found| found.record.note).collect()
    };
    assert_eq!(notes(&place), ["first", "later"]);
    assert_eq!(notes(&first), ["first"]);
    // The same record again is the same file.
    assert_eq!(add(&place, &record("first"), None).unwrap().0, first);
    assert_eq!(std::fs::read_dir(&place).unwrap().count(), 2);
    // A link, a hidden file and another kind of file are none.
    std::os::unix::fs::symlink(&first, place.join("link.json")).unwrap();
    std::fs::write(place.join(".x.json"), "x").unwrap();
    std::fs::write(place.join("x.json.asc"), "x").unwrap();
    assert_eq!(notes(&place), ["first", "later"]);
    // What is not a record is named.
    std::fs::write(place.join("x.json"), "<<<<<<< HEAD\n").unwrap();
    let error = read(&place).unwrap_err().to_string();
    assert!(error.contains("x.json: not a review record"), "{error}");
}

#[test]
fn a_record_whose_signature_fails_is_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("reviews");
    let refuse = |_: &Path| Err(ReviewError::Sign { program: "gpg", why: "no key".to_owned() });
    assert!(add(&place, &record("x"), Some(&refuse)).is_err());
    assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0);
    let list = dir.path().join("list.jsonl");
    let signs = |path: &Path| Ok(path.to_owned());
    assert!(matches!(
        add(&list, &record("x"), Some(&signs)),
        Err(ReviewError::UnsignedList { .. })
    ));
}

#[test]
fn hostile_names_stay_in_their_directory() {
    let dir = tempfile::tempdir().unwrap();
    let mut hostile = record("x");
    hostile.new.name = "../../../etc/passwd\n\u{202e}".to_owned();
    let (path, _) = add(&dir.path().join("reviews"), &hostile, None).unwrap();
    assert_eq!(path.parent().unwrap(), dir.path().join("reviews"));
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("_.._.._etc_passwd__."), "{name}");
}

#[test]
fn places_of_a_package() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    let package = root.join("dev-libs/foo");
    std::fs::create_dir_all(&package).unwrap();
    assert_eq!(place_of(&package), package.join("distvouch-reviews"));
    std::fs::create_dir_all(root.join("profiles")).unwrap();
    std::fs::write(root.join("profiles/repo_name"), "x\n").unwrap();
    std::fs::create_dir_all(root.join("metadata/distvouch/imports/other")).unwrap();
    assert_eq!(place_of(&package), root.join("metadata/distvouch/reviews/dev-libs/foo"));
    assert_eq!(
        places_of(&package),
        [
            root.join("metadata/distvouch/reviews/dev-libs/foo"),
            root.join("metadata/distvouch/imports/other/dev-libs/foo"),
            package.join("distvouch-reviews"),
            package.join("distvouch-reviews.jsonl"),
        ]
    );
    assert_eq!(repository(&package), Some(root.clone()));
    assert_eq!(package_of(&root), None);
}
