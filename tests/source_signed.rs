//! Signed tags and commits, made by git with gpg and ssh-keygen, and what is not a signature over them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::common::Run;
use crate::common::overlay::Overlay;
use crate::source::{Repo, source};
use crate::support::{Node, json, release, run, status, stderr, text};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

fn files() -> Vec<(&'static str, Node)> {
    vec![("a.py", text("x = 1\n")), ("sub/b.py", text("y = 1\n"))]
}

/// A repository with an archive of its tree, and two SSH keys with lists of allowed signers.
struct Scene {
    repo: Repo,
    archive: PathBuf,
}

impl Scene {
    fn new() -> Option<Self> {
        common::tool("signed tags", "ssh-keygen")?;
        let repo = Repo::new();
        repo.commit(&files());
        let archive = release(repo.dir.path(), "foo-1.3", &files());
        for name in ["one", "two"] {
            let key = repo.dir.path().join(name);
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
                .arg(&key)
                .status()
                .unwrap();
            assert!(made.success());
            let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
            let list = format!("{name}@example.org {public}");
            std::fs::write(repo.dir.path().join(format!("{name}.list")), list).unwrap();
        }
        Some(Self { repo, archive })
    }

    fn file(&self, name: &str) -> String {
        self.repo.dir.path().join(name).to_str().unwrap().to_owned()
    }

    /// Runs git with the key `one` for signatures.
    fn signing(&self, arguments: &[&str]) -> String {
        let key = format!("user.signingkey={}", self.file("one.pub"));
        self.repo.at(&[&["-c", "gpg.format=ssh", "-c", &key], arguments].concat())
    }

    fn source(&self, list: &str, more: &[&str]) -> (i32, Value) {
        let list = self.file(list);
        source(&self.archive, &self.repo.path(), &[&["--tag-key", &list], more].concat())
    }
}

fn class(said: &(i32, Value)) -> (i32, &str) {
    (said.0, said.1["class"].as_str().unwrap_or("agrees"))
}

#[test]
fn a_tag_signed_by_ssh() {
    let Some(scene) = Scene::new() else { return };
    scene.signing(&["tag", "-s", "-m", "1.3", "v1.3"]);
    let said = scene.source("one.list", &[]);
    assert_eq!(class(&said), (0, "agrees"), "{}", said.1);
    assert_eq!(said.1["forgers"], serde_json::json!(["key", "gentoo", "source"]));
    assert!(said.1["vouches"].as_str().unwrap().contains("who signed the tag v1.3"), "{}", said.1);
    assert_eq!(said.1["detail"]["signature"]["class"], Value::Null);
    // Another's key, no key, and a tag that is not signed.
    assert_eq!(class(&scene.source("two.list", &[])), (1, "signer-unknown"));
    let (code, finding) = source(&scene.archive, &scene.repo.path(), &[]);
    assert_eq!(code, 0);
    assert!(finding["detail"]["notes"].to_string().contains("no --tag-key was given"), "{finding}");
    scene.repo.tag("foo-1.3");
    assert_eq!(class(&scene.source("one.list", &["--tag", "foo-1.3"])), (1, "signature-absent"));
}

/// Of several tags of one version on one commit, the one whose signature counts is used, not the first by name.
#[test]
fn the_signed_one_of_several_tags() {
    let Some(scene) = Scene::new() else { return };
    scene.repo.at(&["tag", "1.3"]);
    scene.repo.at(&["tag", "-a", "-m", "1.3", "foo-1.3"]);
    let (code, finding) = source(&scene.archive, &scene.repo.path(), &[]);
    assert_eq!(code, 0);
    assert!(finding["compared"].as_str().unwrap().contains("(tag foo-1.3)"), "{finding}");
    scene.signing(&["tag", "-s", "-m", "1.3", "v1.3"]);
    for list in [None, Some("one.list")] {
        let (code, finding) = match list {
            Some(list) => scene.source(list, &[]),
            None => source(&scene.archive, &scene.repo.path(), &[]),
        };
        assert_eq!(code, 0, "{finding}");
        let text = finding["compared"].as_str().unwrap();
        assert!(text.contains("(tag v1.3, taken before foo-1.3 for its signature)"), "{text}");
        let forger = if list.is_some() { "key" } else { "forge" };
        assert!(finding["forgers"].to_string().contains(forger), "{finding}");
    }
    // The key decides which: one by another's key is no better than none.
    let said = scene.source("two.list", &[]);
    assert_eq!(class(&said), (1, "signature-absent"), "{}", said.1);
    let key = format!("user.signingkey={}", scene.file("two.pub"));
    scene.repo.at(&["-c", "gpg.format=ssh", "-c", &key, "tag", "-s", "-m", "1.3", "release-1.3"]);
    for (list, tag) in [("one.list", "v1.3"), ("two.list", "release-1.3")] {
        let said = scene.source(list, &[]);
        assert_eq!(class(&said), (0, "agrees"), "{}", said.1);
        assert!(said.1["vouches"].as_str().unwrap().contains(&format!("the tag {tag}")), "{list}");
    }
    // A tag that was named is the one.
    assert_eq!(class(&scene.source("one.list", &["--tag", "1.3"])), (1, "signature-absent"));
}

/// The signed tag has to be of this version, about this commit, and called as it calls itself.
#[test]
fn signed_tags_that_do_not_stand_in() {
    let Some(scene) = Scene::new() else { return };
    scene.repo.at(&["tag", "1.3"]);
    scene.signing(&["tag", "-s", "-m", "1.2", "v1.2"]);
    assert_eq!(class(&scene.source("one.list", &[])), (1, "signature-absent"));
    // The object of another version's tag under this one's name.
    let old = scene.repo.at(&["rev-parse", "refs/tags/v1.2"]);
    scene.repo.at(&["update-ref", "refs/tags/v1.3", &old]);
    let said = scene.source("one.list", &[]);
    assert_eq!(class(&said), (1, "signature-absent"), "{}", said.1);
    assert!(said.1["compared"].as_str().unwrap().contains("(tag 1.3)"), "{}", said.1);
    scene.repo.at(&["tag", "-d", "v1.3"]);
    // In a repository of many packages, v1.3 is not foo's.
    scene.repo.at(&["tag", "foo-1.3"]);
    scene.signing(&["tag", "-s", "-m", "1.3", "v1.3"]);
    assert_eq!(class(&scene.source("one.list", &[])), (0, "agrees"));
    scene.repo.at(&["tag", "bar-0.7"]);
    let said = scene.source("one.list", &[]);
    assert_eq!(class(&said), (1, "signature-absent"), "{}", said.1);
    // On another commit it is another release.
    scene.repo.at(&["tag", "-d", "bar-0.7", "foo-1.3", "v1.3"]);
    scene.repo.at(&["commit", "-q", "--allow-empty", "-m", "later"]);
    scene.signing(&["tag", "-s", "-m", "1.3", "v1.3"]);
    let (archive, clone) = (scene.archive.to_str().unwrap(), scene.repo.path());
    let output = run(&["source", archive, "--git", clone.to_str().unwrap()]);
    assert!(stderr(&output).contains("several tags fit"), "{}", stderr(&output));
}

#[test]
fn a_commit_signed_by_ssh() {
    let Some(scene) = Scene::new() else { return };
    scene.signing(&["commit", "-q", "--allow-empty", "-S", "-m", "x"]);
    scene.repo.at(&["tag", "v1.3"]);
    let said = scene.source("one.list", &[]);
    assert_eq!(class(&said), (0, "agrees"), "{}", said.1);
    assert_eq!(said.1["detail"]["signature"]["over"], "commit");
    assert_eq!(class(&scene.source("two.list", &[])), (1, "signer-unknown"));
}

/// A signature is over a name and a commit, wherever a reference was moved.
#[test]
fn a_signed_tag_of_something_else() {
    let Some(scene) = Scene::new() else { return };
    // The signed tag of the release before, under this one's name.
    scene.signing(&["tag", "-s", "-m", "1.2", "v1.2"]);
    let old = scene.repo.at(&["rev-parse", "refs/tags/v1.2"]);
    scene.repo.at(&["update-ref", "refs/tags/v1.3", &old]);
    let said = scene.source("one.list", &[]);
    assert_eq!(class(&said), (1, "tag-mismatch"), "{}", said.1);
    assert!(said.1["compared"].as_str().unwrap().contains("the tag object of v1.2"));
    // A signed tag of a tag.
    scene.repo.tag("inner");
    scene.repo.at(&["tag", "-d", "v1.3"]);
    scene.signing(&["tag", "-s", "-m", "outer", "v1.3", "inner"]);
    let said = scene.source("one.list", &[]);
    assert_eq!(class(&said), (1, "tag-mismatch"), "{}", said.1);
    // A commit that the signed tag does not lead to.
    scene.repo.at(&["tag", "-d", "v1.3"]);
    scene.signing(&["tag", "-s", "-m", "1.3", "v1.3"]);
    scene.repo.at(&["commit", "-q", "--allow-empty", "-m", "later"]);
    let head = scene.repo.at(&["rev-parse", "HEAD"]);
    let said = scene.source("one.list", &["--commit", &head, "--tag", "v1.3"]);
    assert_eq!(class(&said), (1, "tag-mismatch"), "{}", said.1);
    // The tag's text with another's signature behind it.
    let raw = scene.repo.at(&["cat-file", "tag", "v1.3"]).replace("tag v1.3", "tag v1.4");
    let path = scene.repo.dir.path().join("raw");
    std::fs::write(&path, format!("{raw}\n")).unwrap();
    let object = scene.repo.at(&["hash-object", "-t", "tag", "-w", path.to_str().unwrap()]);
    scene.repo.at(&["update-ref", "refs/tags/v1.4", &object]);
    let said = scene.source("one.list", &["--tag", "v1.4"]);
    assert_eq!(class(&said), (1, "signature-bad"), "{}", said.1);
}

/// A signature fixes the files only where each object is what its name says.
#[test]
fn objects_below_a_signed_tag() {
    let Some(scene) = Scene::new() else { return };
    scene.signing(&["tag", "-s", "-m", "1.3", "v1.3"]);
    let loose =
        |name: &str| scene.repo.path().join(".git/objects").join(&name[..2]).join(&name[2..]);
    let tree = scene.repo.at(&["rev-parse", "v1.3:sub"]);
    scene.repo.commit(&[("sub/b.py", text("evil()\n"))]);
    let evil = std::fs::read(loose(&scene.repo.at(&["rev-parse", "HEAD:sub"]))).unwrap();
    std::fs::remove_file(loose(&tree)).unwrap();
    std::fs::write(loose(&tree), evil).unwrap();
    let hostile = [("a.py", text("x = 1\n")), ("sub/b.py", text("evil()\n"))];
    let archive = release(scene.repo.dir.path(), "foo-1.3", &hostile);
    let (list, clone) = (scene.file("one.list"), scene.repo.path());
    let output = run(&[
        "source",
        archive.to_str().unwrap(),
        "--git",
        clone.to_str().unwrap(),
        "--tag-key",
        &list,
    ]);
    assert_eq!(status(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains("is damaged"), "{}", stderr(&output));
}

#[test]
fn a_tag_signed_by_openpgp_and_one_by_x509() {
    let Some(scene) = Scene::new() else { return };
    if common::tool("signed tags", "gpg").is_none() {
        return;
    }
    let home = scene.repo.dir.path().join("gnupg");
    std::fs::create_dir(&home).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
    let gpg = |arguments: &[&str]| {
        let output = Command::new("gpg")
            .args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""])
            .args(arguments)
            .env("GNUPGHOME", &home)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        output.stdout
    };
    gpg(&["--quick-generate-key", "T <t@example.org>", "ed25519", "sign", "never"]);
    let key = scene.repo.dir.path().join("key.asc");
    std::fs::write(&key, gpg(&["--armor", "--export"])).unwrap();
    let output = Command::new("git")
        .args(["-c", "user.name=T", "-c", "user.email=t@example.org", "tag", "-s", "-m", "1.3"])
        .arg("v1.3")
        .current_dir(scene.repo.path())
        .env("GNUPGHOME", &home)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let said = scene.source("key.asc", &[]);
    assert_eq!(class(&said), (0, "agrees"), "{}", said.1);
    assert_eq!(said.1["forgers"], serde_json::json!(["key", "gentoo", "source"]));
    assert_eq!(class(&scene.source("one.list", &[])), (1, "signer-unknown"));
    let _ = Command::new("gpgconf").args(["--kill", "all"]).env("GNUPGHOME", &home).status();
    // gitsign's: said, and not taken for anything.
    let raw = scene.repo.at(&["cat-file", "tag", "v1.3"]);
    let text = raw.split("-----BEGIN").next().unwrap().replace("tag v1.3", "tag v1.5");
    let block = "-----BEGIN SIGNED MESSAGE-----\nMIIB\n-----END SIGNED MESSAGE-----\n";
    let path = scene.repo.dir.path().join("raw");
    std::fs::write(&path, format!("{text}{block}")).unwrap();
    let object = scene.repo.at(&["hash-object", "-t", "tag", "-w", path.to_str().unwrap()]);
    scene.repo.at(&["update-ref", "refs/tags/v1.5", &object]);
    let said = scene.source("key.asc", &["--tag", "v1.5"]);
    assert_eq!(class(&said), (1, "evidence-unsupported"), "{}", said.1);
    let text = said.1["compared"].as_str().unwrap();
    assert!(text.contains("X.509") && text.contains("gitsign verify-tag"), "{text}");
    // No key is asked for that could read it, and it counts for nothing.
    let more = ["--tag", "v1.5"];
    let (code, finding) = source(&scene.archive, &scene.repo.path(), &more);
    assert_eq!((code, &finding["class"]), (0, &Value::Null), "{finding}");
    let text = finding["detail"]["notes"].to_string();
    assert!(text.contains("found and not read") && !text.contains("--tag-key"), "{text}");
    assert_eq!(finding["forgers"], serde_json::json!(["gentoo", "source", "forge"]));
    scene.repo.at(&["tag", "1.5"]);
    let archive = release(scene.repo.dir.path(), "foo-1.5", &files());
    let (_, finding) = source(&archive, &scene.repo.path(), &[]);
    assert!(finding["compared"].as_str().unwrap().contains("(tag 1.5)"), "{finding}");
    // Nor does one over a commit.
    let commit = scene.repo.at(&["cat-file", "commit", "HEAD"]);
    let block = block.trim_end().replace('\n', "\n ");
    let (head, body) = commit.split_once("\n\n").unwrap();
    std::fs::write(&path, format!("{head}\ngpgsig {block}\n\n{body}\n")).unwrap();
    let object = scene.repo.at(&["hash-object", "-t", "commit", "-w", path.to_str().unwrap()]);
    scene.repo.at(&["update-ref", "refs/tags/v1.6", &object]);
    let said = scene.source("key.asc", &["--tag", "v1.6"]);
    assert_eq!(class(&said), (1, "evidence-unsupported"), "{}", said.1);
    assert!(said.1["compared"].as_str().unwrap().contains("`gitsign verify`"), "{}", said.1);
    let output = run(&["source", "x.tar.gz", "--git", ".", "--tag-key", "/nonexistent", "--json"]);
    assert_eq!(status(&output), 2);
    let _ = json;
}

/// A key of the policy counts as one of `--tag-key` does, and behind it.
#[test]
fn keys_of_the_policy() {
    let Some(scene) = Scene::new() else { return };
    scene.signing(&["tag", "-s", "-m", "1.3", "v1.3"]);
    let overlay = Overlay::new();
    let package = "dev-libs/foo";
    overlay.ebuild(package, "1.3", "SRC_URI=\"https://example.org/${P}.tar.gz\"");
    overlay.distfile("foo-1.3.tar.gz", &std::fs::read(&scene.archive).unwrap());
    overlay.manifest(package, &["foo-1.3.tar.gz"]);
    for name in ["one", "two"] {
        let list = std::fs::read_to_string(scene.file(&format!("{name}.list"))).unwrap();
        overlay.write(&format!("metadata/keys/{name}"), &list);
    }
    let clone = scene.repo.path();
    let git = ["--git", clone.to_str().unwrap(), "--json"];
    let runs = |policy: &str, more: &[&str]| -> Vec<(&str, Run)> {
        overlay.write("metadata/distvouch.toml", policy);
        let of = |command: &mut Command| Run::of(command.args(git).args(more).output().unwrap());
        let manifest = overlay.path(&format!("{package}/Manifest"));
        let mut source = common::distvouch();
        source.arg("source").arg(&scene.archive).current_dir(overlay.path(package));
        source.env("XDG_CONFIG_HOME", overlay.scratch.file("config"));
        let mut check = overlay.command("check");
        check.args(["--require", "source", "--manifest"]).arg(manifest);
        let mut bump = overlay.command("bump");
        bump.arg(overlay.path(package));
        vec![("source", of(&mut source)), ("check", of(&mut check)), ("bump", of(&mut bump))]
    };
    let class = |(_, run): &(&str, Run)| -> String {
        run.finding("source")["class"].as_str().unwrap_or("agrees").to_owned()
    };
    let keys = |list: &str| format!("[package.\"{package}\"]\ntag-keys = [{list}]\n");
    for run in runs(&keys("\"metadata/keys/one\""), &[]) {
        assert_eq!(class(&run), "agrees", "{} {}", run.0, run.1.stderr);
        assert!(run.1.stdout.contains("who signed the tag v1.3"), "{}", run.1.stdout);
    }
    for run in runs(&keys("\"metadata/keys/two\""), &[]) {
        assert_eq!(class(&run), "signer-unknown", "{} {}", run.0, run.1.stderr);
    }
    // The flag goes first.
    let one = scene.file("one.list");
    for run in runs(&keys("\"metadata/keys/two\""), &["--tag-key", &one]) {
        assert_eq!(class(&run), "agrees", "{} {}", run.0, run.1.stderr);
    }
    // A key that is not there, or elsewhere under a name of the overlay, is an error with its line.
    let elsewhere = overlay.path("metadata/keys/elsewhere");
    std::os::unix::fs::symlink(scene.file("one.list"), elsewhere).unwrap();
    for (list, said) in [
        ("\"metadata/keys/three\"", "distvouch.toml:2: tag-keys: "),
        ("\"/nonexistent/key\"", "distvouch.toml:2: tag-keys: "),
        ("\"metadata/../../x\"", "neither an absolute path nor one in the overlay"),
        ("\"\"", "neither an absolute path nor one in the overlay"),
        ("\"metadata/keys/elsewhere\"", "leads out of the overlay"),
    ] {
        for (command, run) in runs(&keys(list), &[]) {
            assert_eq!(run.status, 2, "{command} {list}: {}", run.stdout);
            assert!(common::flat(&run.stderr).contains(said), "{command} {list}: {}", run.stderr);
        }
    }
    // The user's own file has them for every package, by whole paths.
    let user = overlay.scratch.file("config/distvouch");
    std::fs::create_dir_all(&user).unwrap();
    let write = |list: &str| {
        std::fs::write(user.join("policy.toml"), format!("[policy]\ntag-keys = [\"{list}\"]\n"))
    };
    write(&one).unwrap();
    for run in runs("", &[]) {
        assert_eq!(class(&run), "agrees", "{} {}", run.0, run.1.stderr);
    }
    write("keys/one").unwrap();
    for (command, run) in runs("", &[]) {
        assert_eq!(run.status, 2, "{command}: {}", run.stdout);
    }
}
