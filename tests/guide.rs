//! doc/guide.md: every command in it is run, in its scene, and prints what the guide shows.
#![cfg(feature = "sigstore")]

use crate::bump::{BEFORE, NOW, Stage, archive};
use crate::common::messages::{self, packets, signature_at, start};
use crate::common::overlay::Overlay;
use crate::common::{Scratch, program, tool};
use crate::recipes;
use openpgp::Packet;
use openpgp::types::SignatureType;
use sequoia_openpgp as openpgp;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

const GUIDE: &str = include_str!("../doc/guide.md");

/// What a part of the guide is about.
enum Scene {
    /// Two versions of a package.
    Bump(Box<Stage>),
    /// Three packages, in git.
    Overlay(Overlay),
}

impl Scene {
    fn scratch(&self) -> &Scratch {
        match self {
            Self::Bump(stage) => &stage.scratch,
            Self::Overlay(overlay) => &overlay.scratch,
        }
    }

    /// Where its commands are typed.
    fn directory(&self) -> std::path::PathBuf {
        match self {
            Self::Bump(stage) => stage.path("dev-libs/foo").into(),
            Self::Overlay(overlay) => overlay.path(""),
        }
    }
}

/// Stands for the part of ebuild(1) that the guide uses: the DIST entries of what is in DISTDIR.
const EBUILD: &str = "#!/bin/sh\nset -eu\ntest \"$2\" = manifest\nname=$(basename \"$1\" .ebuild).tar.gz\n\
    sum() { \"$1\" < \"$DISTDIR/$name\" | cut -d' ' -f1; }\n\
    echo \"DIST $name $(stat -c %s \"$DISTDIR/$name\") BLAKE2B $(sum b2sum) SHA512 $(sum sha512sum)\" \
    > \"$(dirname \"$1\")/Manifest\"\n";

/// The packages of the guide.
fn make(name: &str) -> Option<Scene> {
    if name == "overlay" {
        let overlay = recipes::three();
        for (name, bytes) in [("beta-1.tar.gz", b"a"), ("gamma-1.tar.gz", b"a")] {
            overlay.distfile(name, bytes);
        }
        return Some(Scene::Overlay(overlay));
    }
    let stage = Stage::new("");
    match name {
        "pypi" => {
            for (version, time) in [("1.2", BEFORE), ("1.10", NOW)] {
                stage.ebuild(version, "VERIFY_PROVENANCE_REPO=https://github.com/example/foo");
                stage.attest(version, time);
            }
        }
        "gnu" => {
            stage.sign("1.2");
            stage.sign("1.10");
            let names = ["foo-1.2.tar.gz", "foo-1.10.tar.gz"];
            let signatures = ["foo-1.2.tar.gz.asc", "foo-1.10.tar.gz.asc"];
            stage.manifest(&[names, signatures].concat());
        }
        "kernel" => {
            let xz = tool("guide, kernel-style", "xz")?;
            let tar = b"the bytes of a tar".repeat(1000);
            stage.distfile("foo-1.10.tar", &tar);
            let path = stage.path("distfiles/foo-1.10.tar");
            assert!(Command::new(xz).arg(path).status().unwrap().success());
            let at = start() + messages::DAY * 30;
            let signature = signature_at(&stage.signer, SignatureType::Binary, at, &tar);
            stage.distfile("foo-1.10.tar.sign", &packets([Packet::from(signature)]));
            stage.manifest(&["foo-1.10.tar.xz"]);
        }
        "rust" => {
            let lines = |version: &str| {
                format!(
                    "CRATES=alpha@{version}\ninherit cargo\n\
                     SRC_URI=\"https://example.org/${{P}}.tar.gz ${{CARGO_CRATE_URIS}}\""
                )
            };
            let mut names = vec!["foo-1.2.tar.gz", "foo-1.10.tar.gz"];
            for (version, name, new, text) in [
                ("1.2", "alpha-1.0.0.crate", "1.0.0", "// one\n"),
                ("1.10", "alpha-1.1.0.crate", "1.1.0", "// two\n"),
            ] {
                stage.ebuild(version, &lines(new));
                let top = format!("alpha-{new}");
                stage.distfile(name, &archive(&top, &[("src/lib.rs", text)]));
                names.push(name);
            }
            stage.manifest(&names);
        }
        "new" => {
            std::fs::remove_file(stage.path("dev-libs/foo/foo-1.2.ebuild")).unwrap();
            std::fs::remove_file(stage.path("distfiles/foo-1.2.tar.gz")).unwrap();
            let lines = "CRATES=alpha@1.0.0\ninherit cargo\n\
                         SRC_URI=\"https://example.org/${P}.tar.gz ${CARGO_CRATE_URIS} \
                         https://example.org/fix.patch\"";
            stage.ebuild("1.10", lines);
            let text = [("src/lib.rs", "// one\n")];
            stage.distfile("alpha-1.0.0.crate", &archive("alpha-1.0.0", &text));
            stage.distfile("fix.patch", b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n");
            stage.manifest(&["foo-1.10.tar.gz", "alpha-1.0.0.crate", "fix.patch"]);
        }
        other => panic!("no scene {other}"),
    }
    Some(Scene::Bump(Box::new(stage)))
}

/// Whether `printed` has the lines of `shown` in their order; `…` stands for anything.
fn shows(printed: &str, shown: &[&str]) -> Result<(), String> {
    let mut rest = printed;
    for line in shown.iter().filter(|line| **line != "…") {
        let wanted = line.trim_end_matches('…');
        match rest.find(wanted) {
            Some(at) => rest = &rest[at + wanted.len()..],
            None => return Err(format!("{line:?} is not there, or not in its place")),
        }
    }
    Ok(())
}

#[test]
fn the_guide_is_true() {
    let mut commands = 0;
    let mut scene = None;
    let mut block: Option<Vec<&str>> = None;
    for line in GUIDE.lines() {
        if let Some(name) = line.strip_prefix("<!-- scene: ").and_then(|l| l.strip_suffix(" -->")) {
            scene = make(name);
        } else if line == "```console" {
            block = Some(Vec::new());
        } else if line == "```" {
            let lines = block.take().unwrap();
            // A scene whose tools are missing was said to be skipped.
            if let Some(scene) = &scene {
                commands += run_block(&lines, scene);
            }
        } else if let Some(lines) = &mut block {
            lines.push(line);
        }
    }
    assert!(commands >= 30, "{commands}");
}

fn run_block(lines: &[&str], scene: &Scene) -> usize {
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push((command, Vec::new())),
            None => commands.last_mut().unwrap().1.push(line),
        }
    }
    for (command, shown) in &commands {
        let status = shown.last().and_then(|line| line.strip_prefix("(exit status "));
        let status: Option<i32> = status.map(|text| text.trim_end_matches(')').parse().unwrap());
        let shown = if status.is_some() { &shown[..shown.len() - 1] } else { shown };
        let (code, printed) = run(command, scene);
        assert_eq!(code, status.unwrap_or(0), "{command}: {printed}");
        if let Err(missing) = shows(&printed, shown) {
            panic!("{command}: {missing}:\n{printed}");
        }
    }
    commands.len()
}

fn run(command: &str, scene: &Scene) -> (i32, String) {
    let scratch = scene.scratch();
    let place = |name: &str| scratch.file(name).to_str().unwrap().to_owned();
    let bin = place("bin");
    std::fs::create_dir_all(&bin).unwrap();
    // The guide's provenance is of a Sigstore made here, whose root a reader does not have to name.
    let wrapper = format!(
        "#!/bin/sh\ncase $1 in bump|pin) set -- \"$@\" --trusted-root '{}' ;; esac\nexec '{}' \"$@\"\n",
        place("root.json"),
        program().display()
    );
    for (name, text) in [("distvouch", wrapper.as_str()), ("ebuild", EBUILD)] {
        let script = scratch.write(&format!("bin/{name}"), text);
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let home = scratch.file("home");
    let project = home.join("distvouch");
    if !project.exists() {
        std::fs::create_dir_all(&home).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_MANIFEST_DIR"), &project).unwrap();
    }
    let path = std::env::var("PATH").unwrap();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(scene.directory())
        .env("PATH", format!("{bin}:{path}"))
        .env("DISTDIR", place("distfiles"))
        .env("RUNNER_TEMP", scratch.path())
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", place("config"))
        .env("PORTAGE_DEPCACHEDIR", place("depcache"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "Larry")))
        .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "larry@example.org")))
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}
