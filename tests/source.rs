//! `distvouch source` on git histories and archives made here, hostile ones among them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::support;
use crate::support::{Node, binary, json, release, run, script, status, stderr, stdout, text};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository in a directory of its own.
pub(crate) struct Repo {
    pub(crate) dir: tempfile::TempDir,
}

impl Repo {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(options: &[&str]) -> Self {
        let repo = Self { dir: tempfile::tempdir().unwrap() };
        repo.git(&[&["init", "-q", "-b", "main"], options, &["clone"]].concat(), repo.dir.path());
        repo
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("clone")
    }

    pub(crate) fn git(&self, arguments: &[&str], directory: &Path) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=T", "-c", "user.email=t@example.org"])
            .args(["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .current_dir(directory)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn at(&self, arguments: &[&str]) -> String {
        self.git(arguments, &self.path())
    }

    /// Makes the tree exactly `files`, commits it, and gives the commit's name.
    pub(crate) fn commit(&self, files: &[(&str, Node)]) -> String {
        for entry in std::fs::read_dir(self.path()).unwrap() {
            let entry = entry.unwrap();
            match entry.file_name() == ".git" {
                true => {}
                false if entry.file_type().unwrap().is_dir() => {
                    std::fs::remove_dir_all(entry.path()).unwrap();
                }
                false => std::fs::remove_file(entry.path()).unwrap(),
            }
        }
        for (path, node) in files {
            let path = self.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match node {
                Node::File(contents, mode) => {
                    std::fs::write(&path, contents).unwrap();
                    use std::os::unix::fs::PermissionsExt;
                    let permissions = std::fs::Permissions::from_mode(*mode);
                    std::fs::set_permissions(&path, permissions).unwrap();
                }
                Node::Symlink(target) => std::os::unix::fs::symlink(target, &path).unwrap(),
                Node::Hardlink(_) | Node::Directory => {}
            }
        }
        self.at(&["add", "-A", "-f"]);
        self.at(&["commit", "-q", "--allow-empty", "-m", "x"]);
        self.at(&["rev-parse", "HEAD"])
    }

    pub(crate) fn tag(&self, name: &str) {
        self.at(&["tag", "-a", "-m", name, name]);
    }
}

pub(crate) fn source(distfile: &Path, clone: &Path, more: &[&str]) -> (i32, Value) {
    let distfile = distfile.to_str().unwrap();
    let clone = clone.to_str().unwrap();
    let output = run(&[&["source", distfile, "--git", clone, "--json"], more].concat());
    let code = status(&output);
    assert_ne!(code, 2, "{}", stderr(&output));
    let mut value = json(&output);
    (code, value["distfiles"][0]["findings"][0].take())
}

fn files() -> Vec<(&'static str, Node)> {
    vec![
        ("setup.py", text("setup()\n")),
        ("foo/__init__.py", text("x = 1\n")),
        ("run", script("#!/bin/sh\n")),
        ("link", Node::Symlink("setup.py".to_owned())),
    ]
}

fn with(more: &[(&'static str, Node)]) -> Vec<(&'static str, Node)> {
    let mut all = files();
    all.retain(|(path, _)| !more.iter().any(|(other, _)| other == path));
    all.extend_from_slice(more);
    all
}

/// A repository with the files at tag v1.3, and an archive of `archive`.
fn scene(archive: &[(&str, Node)]) -> (Repo, PathBuf) {
    let repo = Repo::new();
    repo.commit(&files());
    repo.tag("v1.3");
    let path = release(repo.dir.path(), "foo-1.3", archive);
    (repo, path)
}

fn paths(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|d| d["path"].as_str().unwrap()).collect()
}

#[test]
fn an_archive_of_the_tree_agrees() {
    let (repo, archive) = scene(&files());
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["outcome"]), (0, &Value::from("agrees")), "{finding}");
    assert_eq!(finding["check"], "source");
    assert_eq!(finding["forgers"], serde_json::json!(["gentoo", "source", "forge"]));
    assert_eq!(finding["detail"]["totals"]["same"], 4);
    assert_eq!(finding["detail"]["tag"], "v1.3");
    assert_eq!(
        finding["detail"]["references"],
        serde_json::json!(["refs/heads/main", "refs/tags/v1.3"])
    );
    let output =
        run(&["source", archive.to_str().unwrap(), "--git", repo.path().to_str().unwrap()]);
    let printed = stdout(&output);
    assert!(printed.contains("agrees      4 files are git's at commit"), "{printed}");
}

/// One byte, one link, one type: each is the same class, and names the file.
#[test]
fn every_change_is_source_changed() {
    for (change, path) in [
        (("foo/__init__.py", text("x = 2\n")), "foo/__init__.py"),
        (("link", Node::Symlink("run".to_owned())), "link"),
        (("link", text("setup.py")), "link"),
        (("setup.py", Node::Symlink("/etc/passwd".to_owned())), "setup.py"),
    ] {
        let (repo, archive) = scene(&with(&[change]));
        let (code, finding) = source(&archive, &repo.path(), &["--tag", "v1.3"]);
        assert_eq!((code, &finding["class"]), (1, &Value::from("source-changed")), "{finding}");
        assert!(finding["compared"].as_str().unwrap().contains(path), "{finding}");
    }
}

#[test]
fn what_is_added_contradicts_unless_it_is_inert() {
    let (repo, archive) = scene(&with(&[("foo/evil.py", text("import os\n"))]));
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("source-unexplained")), "{finding}");
    assert!(finding["compared"].as_str().unwrap().contains("foo/evil.py"), "{finding}");
    let (repo, archive) = scene(&with(&[("NEWS", text("More of it.\n"))]));
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["outcome"]), (0, &Value::from("agrees")));
    let notes = finding["detail"]["notes"].as_array().unwrap();
    assert_eq!(notes[0]["class"], "source-added");
    assert!(notes[0]["text"].as_str().unwrap().contains("NEWS"));
    let forgers = finding["forgers"].as_array().unwrap();
    assert!(forgers.contains(&Value::from("job")) && forgers.contains(&Value::from("token")));
}

#[test]
fn metadata_of_packaging_tools_is_said_and_gives_no_room() {
    let (repo, archive) = scene(&with(&[
        ("PKG-INFO", text("Metadata-Version: 2.1\nName: foo\nVersion: 1.3\n")),
        ("foo.egg-info/SOURCES.txt", text("foo/__init__.py\nlink\nrun\nsetup.py\n")),
        ("setup.cfg", text("[egg_info]\ntag_build = \ntag_date = 0\n\n")),
    ]));
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!(code, 0);
    assert_eq!(finding["forgers"], serde_json::json!(["gentoo", "source", "forge"]), "{finding}");
    let added = paths(&finding["detail"]["added"]);
    assert_eq!(added.len(), 3, "said, never hidden: {added:?}");
    let (repo, archive) =
        scene(&with(&[("setup.cfg", text("[options]\nsetup_requires = evil\n"))]));
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("source-unexplained")), "{finding}");
}

/// What is empty can hide what is not.
#[test]
fn an_empty_file_that_is_found_first() {
    for path in ["GNUmakefile", "bar/__init__.py", "pyproject.toml", "config.h"] {
        let (repo, archive) = scene(&with(&[(path, text(""))]));
        let (code, finding) = source(&archive, &repo.path(), &[]);
        let expected = Value::from("source-unexplained");
        assert_eq!((code, &finding["class"]), (1, &expected), "{path}: {finding}");
    }
}

#[test]
fn the_lines_that_differ_from_git() {
    let mut changed = files();
    changed[0] = ("setup.py", text("setup()\nevil()\n"));
    changed.push(("more.py", text("import os\n")));
    let (repo, archive) = scene(&changed);
    let clone = repo.dir.path().join("clone");
    let source = |more: &[&str]| {
        let fixed = ["source", archive.to_str().unwrap(), "--git", clone.to_str().unwrap()];
        run(&fixed.iter().chain(more).map(|s| (*s).to_owned()).collect::<Vec<_>>())
    };
    let output = source(&["--unified"]);
    assert_eq!(status(&output), 1);
    let printed = stdout(&output);
    let lines = "--- git/setup.py\n+++ archive/setup.py\n@@ -1,1 +1,2 @@\n setup()\n+evil()\n";
    let there =
        |text: &str| printed.contains(text) || printed.contains(&text.replace("-1,1 ", "-1 "));
    assert!(there(lines), "{printed}");
    assert!(
        printed.contains("=== added more.py\n") && printed.contains("+import os\n"),
        "{printed}"
    );
    assert!(!stdout(&source(&[])).contains("+evil()"));
}

/// xz 5.6: an m4 file in the tarball only, among much that autotools make.
#[test]
fn a_tarball_only_macro_stands_on_top() {
    let generated: Vec<(&str, Node)> = vec![
        ("Makefile.in", text("all:\n")),
        ("aclocal.m4", text("# aclocal\n")),
        ("configure", script("#!/bin/sh\n")),
        ("README", text("hello\n")),
        ("m4/build-to-host.m4", text("gl_evil\n")),
        ("tests/files/large.xz", binary(b"\xfd7zXZ\0\0\x04")),
        ("po/de.gmo", binary(b"\xde\x12\x04\x95\0")),
    ];
    let (repo, archive) = scene(&with(&generated));
    let arguments = [
        "source",
        archive.to_str().unwrap(),
        "--git",
        repo.dir.path().join("clone").to_str().unwrap(),
    ]
    .map(str::to_owned);
    let printed = stdout(&run(&arguments));
    let list = &printed[printed.find("unexplained files first:").unwrap()..];
    let first = list.lines().nth(1).unwrap();
    assert_eq!(first, "  added    m4/build-to-host.m4", "{printed}");
    assert!(list.lines().nth(3).unwrap().contains("gnulib's build-to-host.m4"), "{printed}");
    assert!(printed.contains("known-file-altered"), "{printed}");
    // None of the others is what a generator writes.
    assert!(list.contains("added    configure"), "{printed}");
    assert!(list.find("README").unwrap() > list.find("po/de.gmo").unwrap(), "{printed}");
}

#[test]
fn what_contents_explain_is_no_contradiction() {
    let repo = Repo::new();
    let digest = "c98c24b677eff44860afea6f493bbaec5bb1c4cbb209c6fc2bbb47f66ff2ad31";
    repo.commit(&with(&[
        ("setup.cfg", text("# hello\n[metadata]\nname=foo\n")),
        ("dos.txt", text("a\nb\n")),
        ("stamp.txt", text("$Format:%H$ $Format:%h$\n")),
        (".gitattributes", text("stamp.txt export-subst\n")),
        (
            "big.bin",
            text(&format!(
                "version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 14\n"
            )),
        ),
    ]));
    repo.tag("v1.3");
    let head = repo.at(&["rev-parse", "HEAD"]);
    let explained: &[(&'static str, Node)] = &[
        ("setup.cfg", text("[metadata]\nname = foo\n\n[egg_info]\ntag_build = \ntag_date = 0\n\n")),
        ("dos.txt", text("a\r\nb\r\n")),
        ("stamp.txt", text(&format!("{head} {}\n", &head[..9]))),
        (".gitattributes", text("stamp.txt export-subst\n")),
        ("big.bin", text("Hello, World!\n")),
    ];
    let archive = release(repo.dir.path(), "foo-1.3", &with(explained));
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["outcome"]), (0, &Value::from("agrees")), "{finding}");
    assert_eq!(paths(&finding["detail"]["changed"]).len(), 4, "said, never hidden");
    let notes = finding["detail"]["notes"].as_array().unwrap();
    assert_eq!(notes.iter().filter(|note| note["class"] == "source-changed").count(), 4);
    // And each of them with something slipped in.
    for (path, contents) in [
        (
            "setup.cfg",
            "[metadata]\nname = foo\n\n[egg_info]\ntag_build = \ntag_date = 0\n[options]\nx = y\n",
        ),
        ("dos.txt", "a\r\nb\r\nc\r\n"),
        ("dos.txt", "a\r\nb\n"),
        ("stamp.txt", "\"; import os\n"),
        ("stamp.txt", &format!("{} {}\n", "0".repeat(40), &head[..9])),
        ("big.bin", "Goodbye\n"),
    ] {
        let archive = release(repo.dir.path(), "foo-1.3", &with(&[(path, text(contents))]));
        let (code, finding) = source(&archive, &repo.path(), &[]);
        assert_eq!((code, &finding["class"]), (1, &Value::from("source-changed")), "{path}");
        assert!(paths(&finding["detail"]["changed"]).contains(&path));
    }
}

#[test]
fn nothing_in_common_is_no_agreement() {
    let (repo, archive) = scene(&[("other", text("unrelated\n"))]);
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("source-changed")), "{finding}");
}

#[test]
fn what_git_has_and_the_archive_lacks_is_said() {
    let mut some = files();
    some.retain(|(path, _)| *path != "run");
    let (repo, archive) = scene(&some);
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!(code, 0);
    assert_eq!(finding["detail"]["missing"], serde_json::json!(["run"]));
    let (repo, archive) = scene(&with(&[("foo/__init__.py", script("x = 1\n"))]));
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!(code, 0);
    assert_eq!(finding["detail"]["modes"], serde_json::json!(["foo/__init__.py"]));
}

#[test]
fn commits_and_tags() {
    let repo = Repo::new();
    let old = repo.commit(&[("a", text("old\n"))]);
    repo.tag("v1.2");
    let new = repo.commit(&files());
    repo.tag("v1.3");
    let archive = release(repo.dir.path(), "foo-1.3", &files());
    let clone = repo.path();
    let class = |more: &[&str]| {
        let (code, finding) = source(&archive, &clone, more);
        (code, finding["class"].as_str().map(str::to_owned))
    };
    let is = |code, class: &str| (code, Some(class.to_owned()));
    assert_eq!(class(&["--commit", &new]), (0, None));
    assert_eq!(class(&["--commit", &new[..12], "--tag", "v1.3"]), (0, None));
    assert_eq!(class(&["--commit", &new, "--tag", "v1.2"]), is(1, "tag-mismatch"));
    assert_eq!(class(&["--commit", &old]), is(1, "source-changed"));
    assert_eq!(class(&["--commit", &"0".repeat(40)]), is(3, "commit-unavailable"));
    assert_eq!(class(&["--tag", "v9.9"]), is(3, "commit-unavailable"));
    // A branch named like a commit does not stand for it.
    repo.at(&["branch", "00000000", &new]);
    assert_eq!(class(&["--commit", "00000000"]), is(3, "commit-unavailable"));
    for bad in [["--commit", "HEAD"], ["--commit", "main"], ["--tag", "a..b"], ["--tag=-x", "-v"]] {
        let output = run(&[
            &["source", archive.to_str().unwrap(), "--git", clone.to_str().unwrap()],
            &bad[..],
        ]
        .concat());
        assert_eq!(status(&output), 2, "{bad:?}");
    }
    // The version leads to its tag, unless there are two that differ, or none.
    assert_eq!(class(&[]), (0, None));
    repo.at(&["tag", "release-1.3", &old]);
    let output = run(&["source", archive.to_str().unwrap(), "--git", clone.to_str().unwrap()]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("several tags fit"), "{}", stderr(&output));
    // The project's own name goes before others.
    repo.at(&["tag", "foo-1.3", &new]);
    assert_eq!(class(&[]), (0, None));
    let other = release(repo.dir.path(), "foo-7", &files());
    let output = run(&["source", other.to_str().unwrap(), "--git", clone.to_str().unwrap()]);
    assert!(stderr(&output).contains("no tag for version 7"), "{}", stderr(&output));
}

/// A name upstream that leads to no tag is not passed over in silence.
#[test]
fn a_name_upstream_that_fits_nothing_is_named() {
    let repo = Repo::new();
    repo.commit(&files());
    repo.tag("v1.3");
    let archive = release(repo.dir.path(), "foo-1.3", &files());
    let notes = |more: &[&str]| {
        let (code, finding) = source(&archive, &repo.path(), more);
        assert_eq!((code, &finding["class"]), (0, &Value::Null), "{finding}");
        finding["detail"]["notes"].to_string()
    };
    for name in ["foo-9.9.tar.gz", "main.tar.gz"] {
        let notes = notes(&["--upstream-name", name]);
        assert!(
            notes.contains(&format!("the name upstream, {name}, has no version of")),
            "{notes}"
        );
    }
    for more in
        [&[][..], &["--upstream-name", "v1.3.tar.gz"], &["--upstream-name", "foo-1.3.tar.gz"]]
    {
        assert!(!notes(more).contains("the name upstream"), "{more:?}");
    }
    // Where neither name leads to a tag, both are said.
    repo.at(&["tag", "-d", "v1.3"]);
    let (archive, clone) = (archive.to_str().unwrap(), repo.path());
    let clone = clone.to_str().unwrap();
    let output = run(&["source", archive, "--git", clone, "--upstream-name", "foo-9.9.tar.gz"]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("version 9.9 or 1.3"), "{}", stderr(&output));
}

#[test]
fn a_commit_on_no_branch_or_tag_is_unreachable() {
    let (repo, archive) = scene(&files());
    let tree = repo.at(&["rev-parse", "HEAD^{tree}"]);
    let orphan = repo.at(&["commit-tree", "-m", "orphan", &tree]);
    let (code, finding) = source(&archive, &repo.path(), &["--commit", &orphan]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("commit-unreachable")), "{finding}");
    // Someone's pull request, a stash and notes are no branches.
    for reference in ["refs/pull/1/head", "refs/remotes/origin/pr/1", "refs/stash", "refs/notes/x"]
    {
        repo.at(&["update-ref", reference, &orphan]);
    }
    let (code, _) = source(&archive, &repo.path(), &["--commit", &orphan]);
    assert_eq!(code, 1);
    // A replacement and a graft do not make it one either.
    let head = repo.at(&["rev-parse", "HEAD"]);
    repo.at(&["replace", "-f", &head, &orphan]);
    std::fs::write(repo.path().join(".git/info/grafts"), format!("{head} {orphan}\n")).unwrap();
    let (code, finding) = source(&archive, &repo.path(), &["--commit", &orphan]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("commit-unreachable")), "{finding}");
    repo.at(&["branch", "release", &orphan]);
    let (code, _) = source(&archive, &repo.path(), &["--commit", &orphan]);
    assert_eq!(code, 0);
}

#[test]
fn bare_shallow_linked_and_sha256_clones() {
    let (repo, archive) = scene(&files());
    let base = repo.dir.path();
    let origin = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--bare", &origin, "bare"], base);
    repo.at(&["commit", "-q", "--allow-empty", "-m", "later"]);
    repo.git(&["clone", "-q", "--depth", "1", &origin, "shallow"], base);
    repo.git(&["clone", "-q", "--depth", "1", "--branch", "v1.3", &origin, "at-tag"], base);
    repo.at(&["worktree", "add", "-q", "../linked", "v1.3"]);
    for clone in ["bare", "at-tag", "linked"] {
        let (code, finding) = source(&archive, &base.join(clone), &["--tag", "v1.3"]);
        assert_eq!(code, 0, "{clone}: {finding}");
    }
    let (code, finding) = source(&archive, &base.join("shallow"), &["--tag", "v1.3"]);
    assert_eq!((code, &finding["class"]), (3, &Value::from("commit-unavailable")));
    assert!(finding["compared"].as_str().unwrap().contains("shallow"), "{finding}");
    let sha256 = Repo::with(&["--object-format=sha256"]);
    sha256.commit(&files());
    sha256.tag("v1.3");
    let (code, finding) = source(&archive, &sha256.path(), &[]);
    assert_eq!((code, &finding["detail"]["totals"]["same"]), (0, &Value::from(4)), "{finding}");
}

#[test]
fn what_is_no_archive_or_a_bomb_is_left_alone() {
    let (repo, archive) = scene(&files());
    std::fs::write(&archive, "<html>gone</html>").unwrap();
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("evidence-unsupported")), "{finding}");
    // 600 MiB of zeros behind a tar header.
    let mut header = tar::Header::new_gnu();
    header.set_path("foo-1.3/a").unwrap();
    header.set_size(600 << 20);
    header.set_mode(0o644);
    header.set_cksum();
    let mut gzip = flate2::write::GzEncoder::new(
        std::fs::File::create(&archive).unwrap(),
        flate2::Compression::best(),
    );
    gzip.write_all(header.as_bytes()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..600 {
        gzip.write_all(&zeros).unwrap();
    }
    gzip.finish().unwrap();
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("evidence-unsupported")), "{finding}");
    assert!(finding["compared"].as_str().unwrap().contains("more than 50 times"), "{finding}");
}

#[test]
fn submodules_and_directories_of_a_monorepo() {
    let repo = Repo::new();
    let inner: Vec<_> =
        files().into_iter().map(|(path, node)| (format!("pkg/foo/{path}"), node)).collect();
    let inner: Vec<_> = inner.iter().map(|(path, node)| (path.as_str(), node.clone())).collect();
    let head = repo.commit(&inner);
    repo.at(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},pkg/foo/vendor")]);
    repo.at(&["commit", "-q", "-m", "submodule"]);
    repo.tag("foo-1.3");
    let archive = release(repo.dir.path(), "foo-1.3", &with(&[("vendor/x.c", text("int x;\n"))]));
    let (code, finding) = source(&archive, &repo.path(), &["--directory", "pkg/foo"]);
    let not_compared = (3, &Value::from("source-not-compared"));
    assert_eq!((code, &finding["class"]), not_compared, "{finding}");
    assert!(finding["detail"]["added"][0]["explanation"].as_str().unwrap().contains("submodule"));
    // A directory that is not there is a mistake, not a release that git does not have.
    let mut command = crate::common::distvouch();
    command.args(["source", "--directory", "pkg/fo", "--git"]).arg(repo.path()).arg(&archive);
    let ended = crate::common::Run::of(command.output().unwrap());
    assert_eq!(ended.status, 2, "{}", ended.stdout);
    assert!(ended.stderr.contains("no directory \"pkg/fo\""), "{}", ended.stderr);
    // Nothing lies at the root: the directory is found by its files, and by its name.
    let (_, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!(finding["detail"]["directory"], "pkg/foo", "{finding}");
}

#[test]
fn a_wheel_is_held_against_the_directory_of_its_packages() {
    let repo = Repo::new();
    repo.commit(&[("src/foo/__init__.py", text("x = 1\n")), ("setup.py", text("setup()\n"))]);
    repo.tag("v1.3");
    let wheel = repo.dir.path().join("foo-1.3-py3-none-any.whl");
    let members = [
        ("foo/__init__.py".to_owned(), text("x = 1\n")),
        ("foo-1.3.dist-info/WHEEL".to_owned(), text("Wheel-Version: 1.0\n")),
        ("foo-1.3.dist-info/licenses/LICENSE".to_owned(), text("MIT\n")),
    ];
    support::wheel(&wheel, &members);
    let (code, finding) = source(&wheel, &repo.path(), &[]);
    assert_eq!((code, &finding["detail"]["directory"]), (0, &Value::from("src")), "{finding}");
    // A copy of what git has, outside of the package's directory as a rule.
    let license = |finding: &Value| {
        let added = finding["detail"]["added"].as_array().unwrap().clone();
        let is = |d: &&Value| d["path"].as_str().unwrap().ends_with("LICENSE");
        added.iter().find(is).unwrap()["explanation"].to_string()
    };
    assert!(!license(&finding).contains("a copy of git's"), "{finding}");
    repo.commit(&[
        ("src/foo/__init__.py", text("x = 1\n")),
        ("LICENSE", text("MIT\n")),
        ("setup.py", text("setup()\n")),
    ]);
    let head = repo.at(&["rev-parse", "HEAD"]);
    let (_, finding) = source(&wheel, &repo.path(), &["--commit", &head]);
    assert!(license(&finding).contains("a copy of git's LICENSE"), "{finding}");
}

/// As the real tools pack it.
#[test]
fn every_kind_of_archive() {
    let (repo, archive) = scene(&files());
    let base = repo.dir.path();
    repo.git(&["-c", "core.symlinks=true", "clone", "-q", "clone", "foo-1.3"], base);
    std::fs::remove_dir_all(base.join("foo-1.3/.git")).unwrap();
    let shell = |command: &str| {
        let output = Command::new("sh").args(["-c", command]).current_dir(base).output().unwrap();
        assert!(output.status.success(), "{command}: {}", stderr(&output));
    };
    shell("tar -cf foo-1.3.tar foo-1.3");
    for (tool, suffix) in [
        ("gzip", "tar.gz"),
        ("bzip2", "tar.bz2"),
        ("xz", "tar.xz"),
        ("zstd", "tar.zst"),
        ("lzip", "tar.lz"),
        ("xz --format=lzma", "tar.lzma"),
    ] {
        if Command::new(tool.split(' ').next().unwrap()).arg("--version").output().is_err() {
            common::skipped("every kind of archive", &format!("{tool} is not installed"));
            continue;
        }
        shell(&format!("{tool} -c <foo-1.3.tar >foo-1.3.{suffix}"));
        let path = base.join(format!("foo-1.3.{suffix}"));
        let (code, finding) = source(&path, &repo.path(), &[]);
        assert_eq!((code, &finding["outcome"]), (0, &Value::from("agrees")), "{finding}");
        let output = run(&["diff", archive.to_str().unwrap(), path.to_str().unwrap()]);
        assert!(stdout(&output).contains("No file differs"), "{suffix}: {}", stdout(&output));
    }
    // git's own zip, whose comment names the commit.
    let zip = base.join("foo-1.3.zip");
    repo.at(&["archive", "--prefix=foo-1.3/", "-o", zip.to_str().unwrap(), "v1.3"]);
    let (code, finding) = source(&zip, &repo.path(), &[]);
    assert_eq!(code, 0, "{finding}");
    assert_eq!(finding["detail"]["stated_commit"], finding["detail"]["commit"]);
}

/// What is explained away only where nothing hides behind the explanation.
#[test]
fn explanations_that_are_none() {
    let evil = "# x\r[options]\rsetup_requires = evil\r[egg_info]\ntag_build = \ntag_date = 0\n";
    let dist_info = "tests/x.dist-info/licenses/conftest.py";
    for (path, node) in [
        ("setup.cfg", text(evil)),
        (dist_info, text("import os\n")),
        ("INSTALL", binary(b"\x7fELF\x02\0\0")),
        ("ChangeLog", Node::Symlink("/etc/passwd".to_owned())),
        ("PKG-INFO", script("#!/bin/sh\n")),
    ] {
        let (repo, archive) = scene(&with(&[(path, node)]));
        let (code, finding) = source(&archive, &repo.path(), &[]);
        let contradicts = (1, &Value::from("source-unexplained"));
        assert_eq!((code, &finding["class"]), contradicts, "{path}: {finding}");
    }
    let (repo, archive) = scene(&with(&[("PKG-INFO", text("Name: foo\nVersion: 1.3\n"))]));
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!(code, 0, "{finding}");
    assert!(!finding["forgers"].to_string().contains("token"), "{finding}");
}

/// Only a .crate may say which directory it comes from.
#[test]
fn an_archive_does_not_choose_what_it_is_held_against() {
    let repo = Repo::new();
    repo.commit(&[
        ("setup.py", text("setup()\n")),
        ("tests/samples/bad/setup.py", text("evil()\n")),
    ]);
    repo.tag("v1.3");
    let info = text("{\"git\": {\"sha1\": \"00\"}, \"path_in_vcs\": \"tests/samples/bad\"}");
    let members = [("setup.py", text("evil()\n")), (".cargo_vcs_info.json", info)];
    let archive = release(repo.dir.path(), "foo-1.3", &members);
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("source-changed")), "{finding}");
}

#[test]
fn what_unpacks_in_two_ways_contradicts() {
    let mut twice = files();
    twice.push(("setup.py", text("setup(1)\n")));
    let (repo, archive) = scene(&twice);
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("archive-ambiguous")), "{finding}");
    assert!(finding["compared"].as_str().unwrap().contains("more than once"), "{finding}");
    // The same twice is unusual, and every program unpacks it to the same files.
    let mut same = files();
    same.push(("setup.py", text("setup()\n")));
    let (repo, archive) = scene(&same);
    let (code, finding) = source(&archive, &repo.path(), &[]);
    assert_eq!((code, &finding["outcome"]), (0, &Value::from("agrees")), "{finding}");
}

/// A commit fixes the files below it only if each object is what its name says.
#[test]
fn damaged_objects_are_not_believed() {
    let repo = Repo::new();
    let loose = |name: &str| repo.path().join(".git/objects").join(&name[..2]).join(&name[2..]);
    let tree = |repo: &Repo| repo.at(&["rev-parse", "HEAD:foo"]);
    repo.commit(&[("foo/__init__.py", text("evil()\n"))]);
    let evil = std::fs::read(loose(&tree(&repo))).unwrap();
    repo.commit(&[("foo/__init__.py", text("x = 1\n"))]);
    repo.tag("v1.3");
    let path = loose(&tree(&repo));
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, evil).unwrap();
    let members = [("foo/__init__.py", text("evil()\n"))];
    let archive = release(repo.dir.path(), "foo-1.3", &members);
    let clone = repo.path();
    let output =
        run(&["source", archive.to_str().unwrap(), "--git", clone.to_str().unwrap(), "--json"]);
    assert_eq!(status(&output), 2, "{}", stdout(&output));
    assert!(stderr(&output).contains("is damaged"), "{}", stderr(&output));
}

/// What the tree's own .gitattributes leaves out is told from what is missing.
#[test]
fn export_ignore_is_said() {
    let repo = Repo::new();
    let mut all = files();
    all.push((".gitattributes", text("/ci export-ignore\n")));
    all.push(("ci/run", text("x\n")));
    all.push(("docs/a", text("x\n")));
    repo.commit(&all);
    repo.tag("v1.3");
    let archive = release(repo.dir.path(), "foo-1.3", &files());
    let (_, finding) = source(&archive, &repo.path(), &[]);
    let detail = &finding["detail"];
    assert_eq!(detail["export_ignored"].to_string(), "[\"ci/run\"]", "{finding}");
    assert_eq!(detail["missing"].to_string(), "[\".gitattributes\",\"docs/a\"]", "{finding}");
}

/// A .crate as cargo itself makes it, of a package in a directory of its repository.
#[test]
fn a_crate_of_cargo() {
    let manifest = "[package]\nname = \"foo\"\nversion = \"1.3.0\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
                    description = \"x\"\n\n[lib]\nname = \"foo\"\n";
    let repo = Repo::new();
    let commit = repo.commit(&[
        ("crates/foo/Cargo.toml", text(manifest)),
        ("crates/foo/src/lib.rs", text("//! x\n")),
        ("crates/foo/LICENSE", text("MIT\n")),
        ("README.md", text("all of it\n")),
    ]);
    repo.tag("foo-1.3.0");
    let output = Command::new(env!("CARGO"))
        .args(["package", "--no-verify", "--offline", "--quiet", "--target-dir"])
        .arg(repo.dir.path().join("target"))
        .current_dir(repo.path().join("crates/foo"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let path = repo.dir.path().join("target/package/foo-1.3.0.crate");
    let (code, finding) = source(&path, &repo.path(), &[]);
    assert_eq!((code, &finding["outcome"]), (0, &Value::from("agrees")), "{finding}");
    let detail = &finding["detail"];
    assert_eq!(detail["stated_commit"], commit.as_str());
    assert_eq!(detail["directory"], "crates/foo");
    assert_eq!(detail["totals"]["missing"], 0, "{finding}");
    assert_eq!(paths(&detail["changed"]), ["Cargo.toml"]);
    // What cargo made of Cargo.toml says the same as git's: there is no room in it.
    let forgers = finding["forgers"].to_string();
    assert!(!forgers.contains("token"), "{forgers}");
    assert_eq!(detail["changed"][0]["standing"], "derived", "{finding}");
    // A build script that git's does not name is not cargo's doing.
    let members = [
        ("foo-1.3.0/Cargo.toml".to_owned(), text(&format!("{manifest}build = \"x.rs\"\n"))),
        ("foo-1.3.0/src/lib.rs".to_owned(), text("//! x\n")),
    ];
    std::fs::write(&path, support::gzip(&support::tar(&members))).unwrap();
    let (code, finding) = source(&path, &repo.path(), &["--directory", "crates/foo"]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("source-changed")), "{finding}");
}

#[test]
fn git_archive_names_its_commit() {
    let (repo, _) = scene(&files());
    let path = repo.dir.path().join("foo-1.3.tar.gz");
    repo.at(&["archive", "--prefix=foo-1.3/", "-o", path.to_str().unwrap(), "v1.3"]);
    let (code, finding) = source(&path, &repo.path(), &[]);
    assert_eq!(code, 0);
    assert_eq!(finding["detail"]["stated_commit"], finding["detail"]["commit"]);
    repo.at(&["commit", "-q", "--allow-empty", "-m", "later"]);
    let (code, finding) =
        source(&path, &repo.path(), &["--commit", &repo.at(&["rev-parse", "HEAD"])]);
    assert_eq!(code, 0);
    assert_eq!(finding["detail"]["notes"][0]["class"], "tag-mismatch", "{finding}");
}

#[test]
fn without_a_clone_nothing_is_compared() {
    let (_repo, archive) = scene(&files());
    let output = run(&["source", archive.to_str().unwrap()]);
    assert_eq!(status(&output), 3);
    assert!(stdout(&output).contains("not-checked-no-clone"));
    let empty = tempfile::tempdir().unwrap();
    for clone in [empty.path(), Path::new("/nonexistent"), Path::new("/dev/null")] {
        let output = run(&[
            "source",
            archive.to_str().unwrap(),
            "--git",
            clone.to_str().unwrap(),
            "--tag",
            "v1",
        ]);
        assert_eq!(status(&output), 2, "{}", clone.display());
    }
    // A directory inside of a clone is not the clone.
    let (repo, archive) = scene(&files());
    let inside = repo.path().join("foo");
    let output = run(&[
        "source",
        archive.to_str().unwrap(),
        "--git",
        inside.to_str().unwrap(),
        "--tag",
        "v1.3",
    ]);
    assert_eq!(status(&output), 2, "{}", stderr(&output));
}

/// A clone whose configuration and files name a program wherever git would run one.
#[test]
fn nothing_that_a_clone_names_is_run() {
    let (repo, archive) = scene(&with(&[("foo/__init__.py", text("x = 2\n"))]));
    let marker = repo.dir.path().join("marker");
    let program = repo.dir.path().join("program");
    std::fs::write(&program, format!("#!/bin/sh\necho \"$0 $*\" >> {}\ncat\n", marker.display()))
        .unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let run_it = program.to_str().unwrap();
    for (key, value) in [
        ("core.fsmonitor", run_it),
        ("core.hooksPath", repo.dir.path().to_str().unwrap()),
        ("core.pager", run_it),
        ("core.editor", run_it),
        ("core.sshCommand", run_it),
        ("core.alternateRefsCommand", run_it),
        ("pager.rev-parse", "true"),
        ("pager.ls-tree", "true"),
        ("pager.cat-file", run_it),
        ("pager.for-each-ref", run_it),
        ("diff.external", run_it),
        ("diff.evil.textconv", run_it),
        ("diff.evil.command", run_it),
        ("filter.evil.clean", run_it),
        ("filter.evil.smudge", run_it),
        ("filter.evil.process", run_it),
        ("filter.evil.required", "true"),
        ("alias.ls-tree", "!program"),
        ("alias.cat-file", "!program"),
        ("credential.helper", run_it),
        ("gpg.program", run_it),
        ("log.showSignature", "true"),
        ("uploadpack.packObjectsHook", run_it),
        ("remote.origin.url", &format!("ext::{run_it}")),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialCloneFilter", "blob:none"),
        ("extensions.partialClone", "origin"),
        ("protocol.ext.allow", "always"),
        ("protocol.allow", "always"),
    ] {
        repo.at(&["config", key, value]);
    }
    std::fs::write(repo.path().join(".git/info/attributes"), "* filter=evil diff=evil\n").unwrap();
    std::fs::write(repo.path().join(".gitattributes"), "* filter=evil diff=evil\n").unwrap();
    for hook in
        ["post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"]
    {
        std::fs::copy(&program, repo.path().join(".git/hooks").join(hook)).unwrap();
        std::fs::copy(&program, repo.dir.path().join(hook)).unwrap();
    }
    // A missing object would be fetched from the promisor by a git that is not told otherwise.
    let blob = repo
        .git(&["-c", "core.fsmonitor=false", "rev-parse", "v1.3:foo/__init__.py"], &repo.path());
    let _ = std::fs::remove_file(&marker);
    let (code, finding) = source(&archive, &repo.path(), &["--tag", "v1.3"]);
    assert_eq!((code, &finding["class"]), (1, &Value::from("source-changed")), "{finding}");
    let object = repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(object).unwrap();
    let (code, _) = source(&archive, &repo.path(), &["--tag", "v1.3"]);
    assert_eq!(code, 1);
    let (code, _) = source(&archive, &repo.path(), &["--commit", &"1".repeat(40)]);
    assert_eq!(code, 3);
    assert!(!marker.exists(), "was run: {}", std::fs::read_to_string(&marker).unwrap());
    // The trap works: an ordinary git walks into it.
    let _ = Command::new("git").args(["status"]).current_dir(repo.path()).output();
    assert!(marker.exists(), "the trap is none");
}

/// What the caller's environment says of git does not reach it.
#[test]
fn the_environment_is_clean() {
    let (repo, archive) = scene(&files());
    let other = Repo::new();
    other.commit(&[("other", text("x\n"))]);
    let output = Command::new(crate::common::program())
        .args(["source", "--tag", "v1.3", "--git"])
        .args([repo.path(), archive])
        .env("GIT_DIR", other.path().join(".git"))
        .env("GIT_OBJECT_DIRECTORY", "/nonexistent")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.bare")
        .env("GIT_CONFIG_VALUE_0", "nonsense")
        .env("GIT_TRACE", "1")
        .output()
        .unwrap();
    assert_eq!(status(&output), 0, "{}", stderr(&output));
}

#[test]
fn names_from_outside_are_escaped() {
    let (repo, archive) = scene(&with(&[("foo/\x1b[2J\u{202e}.py", text("x\n"))]));
    let clone = repo.path();
    let output = run(&["source", archive.to_str().unwrap(), "--git", clone.to_str().unwrap()]);
    let printed = stdout(&output);
    assert!(printed.contains("foo/<U+001B>[2J<U+202E>.py"), "{printed}");
    assert!(!printed.contains(['\x1b', '\u{202e}']));
}

/// Parts of a clone that lie elsewhere: where a symbolic link leads, or alternates that git quotes.
#[test]
fn clones_whose_parts_lie_elsewhere() {
    use std::os::unix::fs::symlink;
    let (repo, archive) = scene(&files());
    repo.at(&["gc", "-q"]);
    let base = repo.dir.path();
    let origin = format!("file://{}", repo.path().display());
    let cloned = |name: &str| {
        repo.git(&["clone", "-q", &origin, name], base);
        base.join(name)
    };
    let moved = |clone: &Path, part: &str, place: &str| {
        let place = base.join("places").join(place);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::rename(clone.join(part), &place).unwrap();
        symlink(&place, clone.join(part)).unwrap();
    };
    for (name, parts) in [
        ("git", &[".git"][..]),
        ("objects", &[".git/objects"]),
        ("refs", &[".git/refs"]),
        ("pack", &[".git/objects/pack"]),
        ("all", &[".git/objects/pack", ".git/objects", ".git/refs", ".git"]),
    ] {
        let clone = cloned(&format!("clone-{name}"));
        for part in parts {
            moved(&clone, part, &format!("{name}/{}", part.replace('/', "-")));
        }
        let (code, finding) = source(&archive, &clone, &["--tag", "v1.3"]);
        assert_eq!((code, &finding["outcome"]), (0, &Value::from("agrees")), "{name}: {finding}");
    }
    // As git-new-workdir makes it: all but HEAD is another clone's.
    let workdir = base.join("workdir/.git");
    std::fs::create_dir_all(&workdir).unwrap();
    std::fs::copy(base.join("clone-refs/.git/HEAD"), workdir.join("HEAD")).unwrap();
    for name in ["config", "packed-refs", "refs", "objects", "info", "hooks", "logs"] {
        symlink(repo.path().join(".git").join(name), workdir.join(name)).unwrap();
    }
    let (code, finding) = source(&archive, &base.join("workdir"), &["--tag", "v1.3"]);
    assert_eq!(code, 0, "{finding}");
    let packs = cloned("clone-packs").join(".git/objects/pack");
    for entry in std::fs::read_dir(&packs).unwrap().map(Result::unwrap) {
        moved(&packs, entry.file_name().to_str().unwrap(), entry.file_name().to_str().unwrap());
    }
    let (code, finding) = source(&archive, &base.join("clone-packs"), &["--tag", "v1.3"]);
    assert_eq!(code, 0, "{finding}");
    // As git quotes a path with a line feed in it.
    repo.git(&["clone", "-q", "--bare", &origin, "far"], base);
    repo.git(&["clone", "-q", "--shared", "far", "borrower"], base);
    std::fs::rename(base.join("far"), base.join("far\naway")).unwrap();
    let alternates = base.join("borrower/.git/objects/info/alternates");
    let quoted = format!("\"{}/far\\naway/objects\"\n", base.display());
    std::fs::write(&alternates, quoted).unwrap();
    let (code, finding) = source(&archive, &base.join("borrower"), &["--tag", "v1.3"]);
    assert_eq!(code, 0, "{finding}");
}

/// A clone names whatever there is in the place of its parts: that is refused, by its path, and no tag is
/// said to be missing.
#[test]
fn clones_that_lead_to_something_else() {
    use std::os::unix::fs::symlink;
    if !restricted("clones that lead to something else") {
        return;
    }
    let (repo, archive) = scene(&files());
    let secret = tempfile::tempdir().unwrap();
    std::fs::create_dir(secret.path().join("keys")).unwrap();
    std::fs::write(secret.path().join("id"), "secret").unwrap();
    let origin = format!("file://{}", repo.path().display());
    for part in ["objects", "refs", "objects/pack", "packed-refs", "refs/tags/x", "objects/ff"] {
        let name = format!("clone-{}", part.replace('/', "-"));
        repo.git(&["clone", "-q", &origin, &name], repo.dir.path());
        let clone = repo.dir.path().join(name);
        let place = clone.join(".git").join(part);
        let target = match part {
            "packed-refs" | "refs/tags/x" => secret.path().join("id"),
            _ => secret.path().to_owned(),
        };
        if place.is_dir() {
            std::fs::remove_dir_all(&place).unwrap();
        } else if place.exists() {
            std::fs::remove_file(&place).unwrap();
        }
        symlink(&target, &place).unwrap();
        let arguments = ["source", archive.to_str().unwrap(), "--git", clone.to_str().unwrap()];
        let output = run(&[&arguments[..], &["--tag", "v1.3"]].concat());
        let said = stderr(&output);
        assert_eq!(status(&output), 2, "{part}: {said}");
        assert!(
            said.contains(&format!(".git/{part} leads to {}", target.display())),
            "{part}: {said}"
        );
        assert!(said.contains("which is not read"), "{part}: {said}");
    }
}

#[test]
fn alternates_that_lead_to_something_else() {
    if !restricted("alternates that lead to something else") {
        return;
    }
    let (repo, archive) = scene(&files());
    let secret = tempfile::tempdir().unwrap();
    std::fs::write(secret.path().join("id"), "secret").unwrap();
    let alternates = repo.path().join(".git/objects/info/alternates");
    std::fs::write(&alternates, format!("{}\n", secret.path().display())).unwrap();
    let output =
        run(&["source", archive.to_str().unwrap(), "--git", repo.path().to_str().unwrap()]);
    let said = stderr(&output);
    let expected = format!("its alternates name {}, which is not read", secret.path().display());
    assert!(status(&output) == 2 && said.contains(&expected), "{said}");
}

fn restricted(test: &str) -> bool {
    let output = common::distvouch().arg("--version").output().unwrap();
    let restricts = String::from_utf8_lossy(&output.stdout).contains("files by Landlock");
    if !restricts {
        common::skipped(test, "this kernel has no Landlock");
    }
    restricts
}

#[test]
fn temporary_files_go_where_they_can() {
    let (repo, archive) = scene(&files());
    let run = |tmpdir: &str| {
        common::distvouch()
            .args(["source", archive.to_str().unwrap(), "--git", repo.path().to_str().unwrap()])
            .env("TMPDIR", tmpdir)
            .output()
            .unwrap()
    };
    let none = repo.dir.path().join("none");
    let output = run(none.to_str().unwrap());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let said = stderr(&output);
    assert!(said.contains(none.to_str().unwrap()) && said.contains("(see TMPDIR)"), "{said}");
    assert!(said.contains("/tmp is used"), "{said}");
    assert!(!stderr(&run(repo.dir.path().to_str().unwrap())).contains("TMPDIR"));
}
