//! `distvouch review` through the command line.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::support::{release, run, status, stderr, stdout, text};
use crate::answer::failure::FailureClass;
use crate::release::review::{Archive, Before, Reviews, StoredRecord, check};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Scene {
    dir: tempfile::TempDir,
    old: PathBuf,
    new: PathBuf,
    file: PathBuf,
}

fn read(place: &Path) -> Vec<StoredRecord> {
    Reviews::at(place).read().unwrap()
}

fn scene() -> Scene {
    let dir = tempfile::tempdir().unwrap();
    let old = release(dir.path(), "foo-1.2", &[("a", text("a\n"))]);
    let new = release(dir.path(), "foo-1.3", &[("a", text("b\n"))]);
    let file = dir.path().join("reviews.jsonl");
    Scene { dir, old, new, file }
}

impl Scene {
    fn review(&self, more: &[&str]) -> Output {
        let arguments = ["review", self.old.to_str().unwrap(), self.new.to_str().unwrap()];
        let file = ["--file", self.file.to_str().unwrap()];
        run(&[&arguments, &file[..], more].concat())
    }

    fn class(&self) -> Option<FailureClass> {
        let digest = |path: &Path| {
            let hex = Archive::read(path).unwrap().blake2b;
            (0..64)
                .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
                .collect::<Vec<_>>()
        };
        let before = Before::Digest(digest(&self.old));
        check(&before, &digest(&self.new), &Reviews::at(&self.file)).class
    }
}

#[test]
fn a_record_is_bound_to_both_archives() {
    let scene = scene();
    assert_eq!(scene.class(), Some(FailureClass::ReviewAbsent));
    let output = scene.review(&["--reviewer", "Ada <ada@example.org>", "--note", "all of it"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let said = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    let end = "reviews.jsonl:1: Ada <ada@example.org> read the diff from foo-1.2.tar.gz to foo-1.3.tar.gz";
    assert!(said.ends_with(end), "{said}");
    assert_eq!(scene.class(), None);
    let text = std::fs::read_to_string(&scene.file).unwrap();
    let start = "{\"reviewed\":\"20";
    assert!(text.starts_with(start) && text.ends_with("\"note\":\"all of it\"}\n"), "{text}");
    // One byte more in either archive, and there is no record.
    for path in [&scene.old, &scene.new] {
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, [&bytes[..], b"\0"].concat()).unwrap();
        assert_eq!(scene.class(), Some(FailureClass::ReviewAbsent));
        std::fs::write(path, bytes).unwrap();
        assert_eq!(scene.class(), None);
    }
}

#[test]
fn lines_are_only_added() {
    let scene = scene();
    for (count, note) in ["one", "two\nlines", "\u{202e}three"].into_iter().enumerate() {
        let before = std::fs::read_to_string(&scene.file).unwrap_or_default();
        assert_eq!(status(&scene.review(&["--reviewer", "A", "--note", note])), 0);
        let after = std::fs::read_to_string(&scene.file).unwrap();
        assert!(after.starts_with(&before));
        assert_eq!(after.lines().count(), count + 1);
    }
    assert_eq!(read(&scene.file)[1].record.note, "two\nlines");
}

#[test]
fn a_damaged_file_is_not_added_to() {
    let scene = scene();
    assert_eq!(status(&scene.review(&["--reviewer", "A", "--note", "one"])), 0);
    let mut text = std::fs::read_to_string(&scene.file).unwrap();
    text.push_str("<<<<<<< HEAD\n");
    std::fs::write(&scene.file, &text).unwrap();
    let output = scene.review(&["--reviewer", "A", "--note", "two"]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("reviews.jsonl:2: not a review record"),
        "{}",
        stderr(&output)
    );
    assert_eq!(std::fs::read_to_string(&scene.file).unwrap(), text);
    assert_eq!(scene.class(), Some(FailureClass::ReviewAbsent));
}

#[test]
fn what_is_no_review_is_refused() {
    let scene = scene();
    assert_eq!(status(&scene.review(&["--reviewer", "A", "--note", " \n"])), 2);
    assert_eq!(status(&scene.review(&["--reviewer", "", "--note", "x"])), 2);
    assert_eq!(status(&scene.review(&["--reviewer", "A"])), 2);
    std::fs::copy(&scene.old, &scene.new).unwrap();
    assert_eq!(status(&scene.review(&["--reviewer", "A", "--note", "x"])), 2);
    assert!(!scene.file.exists());
}

#[test]
fn the_reviewer_is_gits_user_or_the_account() {
    let scene = scene();
    let home = scene.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let review = |user: Option<&str>| {
        let mut command = Command::new(super::common::program());
        command.arg("review").args([&scene.old, &scene.new]).args(["--note", "x"]);
        command.current_dir(&home).env("HOME", &home).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env_remove("XDG_CONFIG_HOME").env_remove("GIT_CONFIG_GLOBAL").env_remove("USER");
        user.map(|user| command.env("USER", user));
        command.output().unwrap()
    };
    let place = home.join("distvouch-reviews");
    assert_eq!(status(&review(None)), 2);
    assert_eq!(status(&review(Some("ada"))), 0);
    std::fs::write(home.join(".gitconfig"), "[user]\nname = Ada\nemail = ada@example.org\n")
        .unwrap();
    assert_eq!(status(&review(Some("other"))), 0);
    let who: BTreeSet<_> = read(&place).iter().map(|found| found.record.reviewer.clone()).collect();
    assert_eq!(who, ["Ada <ada@example.org>".to_owned(), "ada".to_owned()].into());
}
