//! `distvouch review`: records that merge, that are signed, that are imported.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::{self, distvouch};
use crate::support::{json, release, status, stderr, stdout, text};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A repository with one package, two releases in DISTDIR, and a home directory.
struct Stage {
    dir: tempfile::TempDir,
    old: PathBuf,
    new: PathBuf,
}

impl Stage {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("overlay");
        for path in ["profiles", "metadata", "dev-libs/foo"] {
            std::fs::create_dir_all(root.join(path)).unwrap();
        }
        std::fs::write(root.join("profiles/repo_name"), "overlay\n").unwrap();
        std::fs::write(root.join("metadata/layout.conf"), "masters =\nthin-manifests = true\n")
            .unwrap();
        std::fs::create_dir(dir.path().join("home")).unwrap();
        let old = release(dir.path(), "foo-1.2", &[("a.c", text("int a;\n"))]);
        let new = release(dir.path(), "foo-1.3", &[("a.c", text("int b;\n"))]);
        Self { dir, old, new }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    /// The program in `directory`, with a home of its own.
    fn run(&self, directory: &str, arguments: &[&str]) -> Output {
        let mut command = distvouch();
        command.args(arguments).current_dir(self.path(directory));
        command.env("HOME", self.path("home")).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GNUPGHOME", self.path("gnupg")).env_remove("XDG_CONFIG_HOME");
        command.output().unwrap()
    }

    fn review(&self, more: &[&str]) -> Output {
        let (old, new) = (self.old.to_str().unwrap(), self.new.to_str().unwrap());
        let arguments = ["review", old, new, "--reviewer", "Ada <ada@example.org>"];
        self.run("overlay/dev-libs/foo", &[&arguments[..], more].concat())
    }

    /// What `check` says of the review, by the records of the repository.
    fn checked(&self, more: &[&str]) -> serde_json::Value {
        let manifest = self.path("Manifest");
        let entry = |path: &Path| {
            let bytes = std::fs::read(path).unwrap();
            let digest = |program: &str| {
                let output = Command::new(program).arg(path).output().unwrap();
                String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
            };
            let (name, size) = (path.file_name().unwrap().to_str().unwrap(), bytes.len());
            let (b2, sha) = (digest("b2sum"), digest("sha512sum"));
            format!("DIST {name} {size} BLAKE2B {b2} SHA512 {sha}\n")
        };
        std::fs::write(&manifest, entry(&self.old) + &entry(&self.new)).unwrap();
        let distdir = self.dir.path().to_str().unwrap();
        let arguments = ["check", "foo-1.3.tar.gz", "--json", "--distdir", distdir, "--manifest"];
        let place = self.path("overlay/metadata/distvouch");
        let reviews = ["--reviews", place.to_str().unwrap()];
        let manifest = [manifest.to_str().unwrap()];
        let output = self.run(".", &[&arguments[..], &manifest, &reviews, more].concat());
        let report = json(&output);
        let findings = report["distfiles"][0]["findings"].as_array().unwrap();
        findings.iter().find(|finding| finding["check"] == "review").unwrap().clone()
    }
}

/// The files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn git(directory: &Path, arguments: &[&str]) -> Output {
    Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap()
}

#[test]
fn records_of_two_people_merge() {
    if common::tool("merging review records", "git").is_none() {
        return;
    }
    let stage = Stage::new();
    let overlay = stage.path("overlay");
    let done = |arguments: &[&str]| {
        let output = git(&overlay, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    };
    done(&["init", "-q", "-b", "main"]);
    done(&["add", "-A"]);
    done(&["commit", "-qm", "base"]);
    for (branch, note) in [("one", "all of it"), ("two", "all of src/")] {
        done(&["checkout", "-q", "-b", branch, "main"]);
        assert_eq!(status(&stage.review(&["--note", note])), 0);
        done(&["add", "-A"]);
        done(&["commit", "-qm", branch]);
    }
    done(&["merge", "-q", "one", "-m", "merge"]);
    let place = stage.path("overlay/metadata/distvouch/reviews/dev-libs/foo");
    assert_eq!(files(&place).len(), 2);
    let finding = stage.checked(&[]);
    assert_eq!(finding["outcome"], "agrees", "{finding}");
    assert_eq!(finding["detail"]["records"].as_array().unwrap().len(), 2);
    let listed = stdout(&stage.run("overlay/dev-libs/foo", &["review", "--list"]));
    let said =
        "dev-libs/foo: foo-1.2.tar.gz -> foo-1.3.tar.gz, read by Ada <ada@example.org> on 20";
    assert!(listed.replace("\n  ", " ").contains(said), "{listed}");
    assert!(listed.contains("all of it") && listed.contains("all of src/"), "{listed}");
}

#[test]
fn the_files_have_to_be_those_that_were_read() {
    let stage = Stage::new();
    let (old, new) = (stage.old.to_str().unwrap(), stage.new.to_str().unwrap());
    let printed = stdout(&stage.run(".", &["diff", old, new]));
    let digests = printed.split("--read ").nth(1).unwrap();
    // Behind the end of a line that goes on.
    let digests = digests.trim_start_matches('\\').split_whitespace().next().unwrap();
    let read = ["--note", "x", "--read", digests];
    assert_eq!(status(&stage.review(&read)), 0);
    // The archive is exchanged between reading and recording.
    release(stage.dir.path(), "foo-1.3", &[("a.c", text("int c;\n"))]);
    let output = stage.review(&read);
    assert_eq!(status(&output), 2);
    let said = stderr(&output);
    assert!(said.contains("foo-1.3.tar.gz is not the file that was read"), "{said}");
    for bad in ["", "00", "x,y", &digests[..40], &digests.to_uppercase()] {
        let output = stage.review(&["--note", "x", "--read", bad]);
        assert_eq!(status(&output), 2, "{bad}");
    }
}

/// A diff that no one could have been shown was read by no one.
#[test]
fn what_diff_refuses_is_not_recorded() {
    let stage = Stage::new();
    std::fs::write(&stage.new, "<html>not found</html>").unwrap();
    let (old, new) = (stage.old.to_str().unwrap(), stage.new.to_str().unwrap());
    assert_eq!(status(&stage.run(".", &["diff", old, new])), 2);
    let output = stage.review(&["--note", "x"]);
    assert_eq!(status(&output), 2);
    let said = stderr(&output);
    assert!(said.contains("these two cannot be compared"), "{said}");
    assert!(!stage.path("overlay/metadata/distvouch").exists());
}

/// Signs a record, judges it by the right key, by another one and after it was altered.
fn signing(stage: &Stage, sign: &[&str], key: &Path, other: &Path) {
    let output = stage.review(&[&["--note", "all of it"], sign].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let place = stage.path("overlay/metadata/distvouch/reviews/dev-libs/foo");
    let written = files(&place);
    assert_eq!(written.len(), 2, "{written:?}");
    let (key, other) = (key.to_str().unwrap(), other.to_str().unwrap());
    let finding = stage.checked(&["--review-key", key]);
    assert_eq!(finding["outcome"], "agrees", "{finding}");
    assert!(finding["vouches"].as_str().unwrap().contains(", signed by "), "{finding}");
    assert!(finding["detail"]["records"][0]["signed_by"].is_string(), "{finding}");
    // Another key did not sign it.
    let finding = stage.checked(&["--review-key", other]);
    assert_eq!(finding["class"], "review-absent", "{finding}");
    // Without keys, no one asks.
    assert_eq!(stage.checked(&[])["outcome"], "agrees");
    // Altered after it was signed.
    let record = written.iter().find(|path| path.extension().unwrap() == "json").unwrap();
    let before = std::fs::read_to_string(record).unwrap();
    std::fs::write(record, before.replace("all of it", "all of us")).unwrap();
    let finding = stage.checked(&["--review-key", key]);
    assert_eq!(finding["outcome"], "contradicts", "{finding}");
    assert_eq!(finding["class"], "signature-bad", "{finding}");
    std::fs::write(record, before).unwrap();
    // The signature is gone.
    let signature = written.iter().find(|path| path.extension().unwrap() != "json").unwrap();
    std::fs::remove_file(signature).unwrap();
    let finding = stage.checked(&["--review-key", key]);
    assert_eq!(finding["class"], "review-absent", "{finding}");
    assert!(finding["compared"].as_str().unwrap().contains("it is not signed"), "{finding}");
}

#[test]
fn a_record_signed_with_ssh() {
    let Some(keygen) = common::tool("signed review records", "ssh-keygen") else { return };
    let stage = Stage::new();
    let made = |name: &str| {
        let path = stage.path(name);
        let output = Command::new(&keygen)
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let public = std::fs::read_to_string(stage.path(&format!("{name}.pub"))).unwrap();
        let signers = stage.path(&format!("{name}.allowed"));
        std::fs::write(&signers, format!("ada@example.org {public}")).unwrap();
        (path, signers)
    };
    let ((key, signers), (_, others)) = (made("one"), made("two"));
    let key = key.to_str().unwrap();
    signing(&stage, &["--sign=ssh", "--sign-key", key], &signers, &others);
    // A signature for another purpose does not count.
    let place = stage.path("overlay/metadata/distvouch/reviews/dev-libs/foo");
    let record = files(&place).into_iter().next().unwrap();
    let output = Command::new(&keygen)
        .args(["-Y", "sign", "-q", "-n", "file", "-f", key])
        .arg(&record)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let finding = stage.checked(&["--review-key", signers.to_str().unwrap()]);
    assert_ne!(finding["outcome"], "agrees", "{finding}");
    std::fs::remove_dir_all(&place).unwrap();
    // As git signs commits.
    for (setting, value) in [("gpg.format", "ssh"), ("user.signingkey", key)] {
        let output = Command::new("git")
            .args(["config", "--file"])
            .arg(stage.path("home/.gitconfig"))
            .args([setting, value])
            .output()
            .unwrap();
        assert!(output.status.success());
    }
    assert_eq!(status(&stage.review(&["--note", "by git's key", "--sign"])), 0);
    let finding = stage.checked(&["--review-key", signers.to_str().unwrap()]);
    assert_eq!(finding["outcome"], "agrees", "{finding}");
    // A signature that the key made over other bytes is not outvoted by one that holds.
    let record =
        files(&place).into_iter().find(|path| path.extension().unwrap() == "json").unwrap();
    let other = stage.path("other");
    std::fs::write(&other, "another record").unwrap();
    let output = Command::new(&keygen)
        .args(["-Y", "sign", "-q", "-n", "distvouch-review", "-f", key])
        .arg(&other)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    std::fs::copy(stage.path("other.sig"), record.with_extension("json.asc")).unwrap();
    let finding = stage.checked(&["--review-key", signers.to_str().unwrap()]);
    assert_eq!(finding["class"], "signature-bad", "{finding}");
}

#[test]
fn a_record_signed_with_gpg() {
    let Some(gpg) = common::tool("signed review records", "gpg") else { return };
    let stage = Stage::new();
    let made = |home: &str| {
        let home = stage.path(home);
        std::fs::create_dir(&home).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&home, mode).unwrap();
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&gpg);
            command.args(["--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback"]);
            let output = command.args(arguments).env("GNUPGHOME", &home).output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            output.stdout
        };
        let user = "Ada <ada@example.org>";
        run(&["--passphrase", "", "--quick-gen-key", user, "ed25519", "sign", "0"]);
        let file = home.with_extension("asc");
        std::fs::write(&file, run(&["--armor", "--export"])).unwrap();
        file
    };
    let (key, other) = (made("gnupg"), made("gnupg-other"));
    signing(&stage, &["--sign=openpgp"], &key, &other);
    for home in ["gnupg", "gnupg-other"] {
        let mut command = Command::new("gpgconf");
        let _ = command.args(["--kill", "all"]).env("GNUPGHOME", stage.path(home)).output();
    }
}

#[test]
fn a_key_that_cannot_sign_leaves_no_record() {
    let stage = Stage::new();
    let key = stage.path("none");
    let output = stage.review(&["--note", "x", "--sign=ssh", "--sign-key", key.to_str().unwrap()]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("did not sign the record"), "{}", stderr(&output));
    assert!(files(&stage.path("overlay/metadata/distvouch/reviews/dev-libs/foo")).is_empty());
}

#[test]
fn records_are_imported_from_another_repository() {
    let (theirs, ours) = (Stage::new(), Stage::new());
    assert_eq!(status(&theirs.review(&["--note", "read for the team"])), 0);
    std::fs::copy(&theirs.old, &ours.old).unwrap();
    std::fs::copy(&theirs.new, &ours.new).unwrap();
    let from = theirs.path("overlay");
    let import = |more: &[&str]| {
        let arguments = ["review", "--import", from.to_str().unwrap(), "--as", "theirs"];
        ours.run("overlay", &[&arguments[..], more].concat())
    };
    let output = import(&[]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let printed = stdout(&output);
    assert!(printed.contains("1 imported from"), "{printed}");
    assert!(printed.replace("\n  ", " ").contains("read for the team"), "{printed}");
    let finding = ours.checked(&[]);
    assert_eq!(finding["outcome"], "agrees", "{finding}");
    assert_eq!(finding["vouches"], "Ada <ada@example.org>, imported from theirs");
    assert_eq!(finding["detail"]["records"][0]["imported_from"], "theirs");
    // Again, it is known; nothing of another package; and no way out of the directory.
    assert!(stdout(&import(&[])).contains("0 imported from"));
    assert_eq!(status(&import(&["--package", "dev-libs/bar"])), 2);
    for name in ["../x", ".x", "", "a/b"] {
        let arguments = ["review", "--import", from.to_str().unwrap(), "--as", name];
        assert_eq!(status(&ours.run("overlay", &arguments)), 2, "{name}");
    }
    // What they changed after we took it over is not taken silently.
    let place = theirs.path("overlay/metadata/distvouch/reviews/dev-libs/foo");
    let record = files(&place).into_iter().next().unwrap();
    let changed = std::fs::read_to_string(&record).unwrap().replace("the team", "all teams");
    std::fs::write(&record, changed).unwrap();
    let output = import(&[]);
    assert_eq!(status(&output), 2);
    let said = stderr(&output);
    assert!(said.contains("is there already and says something else"), "{said}");
    // A link out of their repository is not followed.
    std::fs::remove_file(&record).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &record).unwrap();
    assert_eq!(status(&import(&[])), 2);
}

/// The place of earlier versions in a package's directory is still read.
#[test]
fn a_list_of_earlier_versions_counts() {
    let stage = Stage::new();
    let list = stage.path("overlay/dev-libs/foo/distvouch-reviews.jsonl");
    assert_eq!(status(&stage.review(&["--note", "x", "--file", list.to_str().unwrap()])), 0);
    assert_eq!(std::fs::read_to_string(&list).unwrap().lines().count(), 1);
    let listed = stdout(&stage.run("overlay/dev-libs/foo", &["review", "--list"]));
    assert!(listed.contains("foo-1.2.tar.gz -> foo-1.3.tar.gz"), "{listed}");
}
