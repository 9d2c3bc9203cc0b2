//! Where an incident is played: releases, what is next to them, repositories, a package.

use super::super::sigstore::{Signing, Sigstore, Workflow};
use super::Level;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The files of a release or a commit.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// A tree of some files.
pub fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

/// A directory with two releases, their evidence, a trusted root and a clone.
pub struct Stage {
    dir: tempfile::TempDir,
    /// The Sigstore that the provenance is of.
    pub sigstore: Sigstore,
    /// The file name of the last release.
    pub old: String,
    /// The file name of the release in question.
    pub new: String,
    /// The repository that the ebuild names.
    pub repository: String,
    /// The pins that the ebuild has, as arguments.
    pub pins: Vec<String>,
    /// The commit that was attested, where one was.
    pub commit: Option<String>,
    /// The file with what was slipped in.
    pub payload: &'static str,
    /// The clone that the maintainer has.
    pub clone: String,
}

impl Stage {
    /// An empty one, for two versions of `package` of the repository `example/PACKAGE`.
    pub fn new(package: &str, old: &str, new: &str, payload: &'static str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for sub in ["old", "new"] {
            std::fs::create_dir(dir.path().join(sub)).unwrap();
        }
        let sigstore = Sigstore::new("replay");
        let root = sigstore.trusted_root().to_string();
        std::fs::write(dir.path().join("trusted_root.json"), root).unwrap();
        let pins = [
            "--workflow",
            "release.yml",
            "--ref",
            "refs/tags/v*",
            "--trigger",
            "push",
            "--runner",
            "github-hosted",
            "--repository-id",
            "1001",
            "--owner-id",
            "77",
        ];
        let stage = Self {
            dir,
            sigstore,
            old: format!("{package}-{old}.tar.gz"),
            new: format!("{package}-{new}.tar.gz"),
            repository: format!("https://github.com/example/{package}"),
            pins: pins.map(str::to_owned).to_vec(),
            commit: None,
            payload,
            clone: "clone".to_owned(),
        };
        stage.init("clone");
        stage
    }

    /// The path of something in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes the archives.
    pub fn archives(&self, old: &Tree, new: &Tree) {
        for (place, name, tree) in [("old", &self.old, old), ("new", &self.new, new)] {
            std::fs::write(self.path(place).join(name), archive(name, tree)).unwrap();
        }
    }

    /// Publishes provenance next to the archive in `place`, as `run` would at `time`.
    pub fn attest(&mut self, place: &str, run: &Workflow, time: i64) {
        let name = if place == "old" { &self.old } else { &self.new };
        let file = std::fs::read(self.path(place).join(name)).unwrap();
        let signing = Signing::of(&self.sigstore, run, time, name, &file);
        let path = self.path(place).join(format!("{name}.provenance"));
        std::fs::write(path, signing.provenance(run).to_string()).unwrap();
        if place == "new" {
            self.commit = Some(run.commit.clone());
        }
    }

    /// Writes the Manifest of the new archive as it is now.
    pub fn manifest(&self) {
        let line = dist(&self.new, &self.path("new").join(&self.new));
        std::fs::write(self.path("Manifest"), line).unwrap();
    }

    /// Makes the package's directory and the distfiles, as a maintainer has them before the bump.
    pub fn package(&self) {
        let package = self.old.rsplit_once('-').unwrap().0;
        std::fs::create_dir(self.path(package)).unwrap();
        std::fs::create_dir(self.path("distfiles")).unwrap();
        let mut manifest = String::new();
        let mut attested = false;
        for (place, name) in [("old", &self.old), ("new", &self.new)] {
            let version = name.strip_suffix(".tar.gz").unwrap();
            for file in [name.clone(), format!("{name}.provenance")] {
                let path = self.path(place).join(&file);
                if !path.exists() {
                    continue;
                }
                std::fs::copy(&path, self.path("distfiles").join(&file)).unwrap();
                manifest.push_str(&dist(&file, &path));
                attested |= file.ends_with(".provenance");
            }
            let mut ebuild = "EAPI=8\n".to_owned();
            if attested {
                writeln!(ebuild, "VERIFY_PROVENANCE_REPO={}", self.repository).unwrap();
                for pin in self.pins.chunks(2) {
                    let name = pin[0].trim_start_matches('-').to_uppercase().replace('-', "_");
                    writeln!(ebuild, "VERIFY_PROVENANCE_{name}=\"{}\"", pin[1]).unwrap();
                }
            }
            std::fs::write(self.path(package).join(format!("{version}.ebuild")), ebuild).unwrap();
        }
        std::fs::write(self.path(package).join("Manifest"), manifest).unwrap();
    }

    /// Makes an empty repository there.
    pub fn init(&self, clone: &str) {
        self.git(".", &["init", "-q", "-b", "main", clone]);
    }

    /// Runs git in `clone`; what it prints.
    pub fn git(&self, clone: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Upstream", "-c", "user.email=upstream@example.org"])
            .args(["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false"])
            .args(["-c", "core.autocrlf=false", "-c", "gc.auto=0"])
            .args(arguments)
            .current_dir(self.path(clone))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_DEFAULT_HASH")
            // The same commits at every run.
            .env("GIT_AUTHOR_DATE", "2025-02-01T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2025-02-01T00:00:00Z")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits exactly `tree` on the branch that is checked out; the commit's name.
    pub fn commit(&self, clone: &str, tree: &Tree, message: &str) -> String {
        self.git(clone, &["rm", "-r", "-q", "-f", "--ignore-unmatch", "."]);
        for (path, bytes) in tree {
            let path = self.path(clone).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, bytes).unwrap();
        }
        self.git(clone, &["add", "-A", "-f"]);
        self.git(clone, &["commit", "-q", "--allow-empty", "-m", message]);
        self.git(clone, &["rev-parse", "HEAD"])
    }

    /// Tags the commit that is checked out.
    pub fn tag(&self, clone: &str, name: &str) {
        self.git(clone, &["tag", "-a", "-m", name, name]);
    }

    /// The arguments of a level.
    pub fn arguments(&self, level: Level) -> Vec<String> {
        let (old, new) = (format!("old/{}", self.old), format!("new/{}", self.new));
        let check = |more: &[&str]| {
            let fixed = ["check", "--distdir", "new"];
            let mut all: Vec<String> = fixed.iter().chain(more).map(|s| (*s).to_owned()).collect();
            all.push(self.new.clone());
            all
        };
        let by = ["--trusted-root", "trusted_root.json", "--repository", &self.repository];
        let required = ["--require", "provenance"];
        match level {
            Level::Manifest => {
                check(&[&by[..], &["--manifest", "Manifest", "--clock", "emerge"]].concat())
            }
            Level::Repository => check(&[&by[..], &required].concat()),
            Level::Pins => {
                let pins: Vec<&str> = self.pins.iter().map(String::as_str).collect();
                check(&[&by[..], &required, &pins].concat())
            }
            Level::Continuity => {
                let previous = format!("{old}.provenance");
                check(&[&by[..], &["--previous", &previous, "--require", "continuity"]].concat())
            }
            Level::Source => {
                let mut all = vec!["source", &new, "--git", &self.clone];
                all.extend(self.commit.iter().flat_map(|commit| ["--commit", commit.as_str()]));
                all.into_iter().map(str::to_owned).collect()
            }
            Level::Diff => ["diff", "--unified", &old, &new].map(str::to_owned).to_vec(),
            Level::Bump => {
                let package = self.old.rsplit_once('-').unwrap().0;
                let fixed = ["bump", package, "--distdir", "distfiles", "--git", &self.clone];
                let all = fixed.iter().chain(&by[..2]);
                all.map(|s| (*s).to_owned()).collect()
            }
        }
    }

    /// Runs the program in here: exit status, what it printed, and its diagnostics.
    pub fn run(&self, arguments: &[String]) -> (i32, String, String) {
        let mut command = Command::new(super::super::program());
        command.args(arguments).current_dir(self.dir.path()).env("NO_COLOR", "1");
        let output = command.env_remove("DISTVOUCH_TRUSTED_ROOT").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// What a level answers: the class of its finding, with the classes said next to it behind plus
    /// signs, and the exit status. For the diff, whether it lists the payload; for the bump, all
    /// classes that contradict.
    pub fn answer(&self, level: Level) -> (String, i32) {
        let mut arguments = self.arguments(level);
        if level == Level::Diff {
            let (status, text, said) = self.run(&arguments);
            // The first line names both archives; each line that begins with a path is a change.
            let listed = text
                .lines()
                .skip(1)
                .filter(|line| line.strip_prefix("  ").is_some_and(|rest| !rest.starts_with(' ')));
            let listed = listed.take_while(|line| !line.starts_with("==="));
            let at = listed.map(str::trim_start).position(|line| {
                line.strip_prefix(self.payload).is_some_and(|rest| rest.starts_with(' '))
            });
            let at = at.unwrap_or_else(|| panic!("{} is not listed: {text}{said}", self.payload));
            return (if at == 0 { "first" } else { "listed" }.to_owned(), status);
        }
        arguments.push("--json".to_owned());
        let (status, text, said) = self.run(&arguments);
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {said}"));
        super::super::classes::record(&json);
        let findings = json["distfiles"][0]["findings"].as_array().unwrap();
        let Some(check) = level.check() else {
            let against = findings.iter().filter(|f| f["outcome"] == "contradicts");
            let mut classes: Vec<_> = against.map(|f| f["class"].as_str().unwrap()).collect();
            classes.dedup();
            return (classes.join(", "), status);
        };
        let each: Vec<String> =
            findings.iter().filter(|f| f["check"] == check).map(classes).collect();
        (each.join(","), status)
    }
}

fn classes(finding: &Value) -> String {
    let class = finding["class"].as_str().or(finding["outcome"].as_str()).unwrap();
    let notes = finding["detail"]["notes"].as_array().into_iter().flatten();
    let notes = notes.map(|note| note["class"].as_str().unwrap());
    let mut all = Vec::new();
    for class in std::iter::once(class).chain(notes) {
        if !all.contains(&class) {
            all.push(class);
        }
    }
    all.join("+")
}

/// A .tar.gz of `tree` below the directory of its name, the same at every run.
fn archive(name: &str, tree: &Tree) -> Vec<u8> {
    let top = name.strip_suffix(".tar.gz").unwrap();
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in tree {
        let mut header = tar::Header::new_gnu();
        header.set_mtime(1_738_368_000);
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, format!("{top}/{path}"), bytes.as_slice()).unwrap();
    }
    let tar = builder.into_inner().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    gzip.write_all(&tar).unwrap();
    gzip.finish().unwrap()
}

/// A DIST line of a Manifest.
fn dist(name: &str, path: &Path) -> String {
    let size = std::fs::metadata(path).unwrap().len();
    let (blake2b, sha512) = (sum("b2sum", path), sum("sha512sum", path));
    format!("DIST {name} {size} BLAKE2B {blake2b} SHA512 {sha512}\n")
}

fn sum(tool: &str, path: &Path) -> String {
    let output = Command::new(tool).arg(path).output().expect(tool);
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().next().unwrap().to_owned()
}
