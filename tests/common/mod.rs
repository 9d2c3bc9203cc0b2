//! What several test files share: a scratch directory to check distfiles in, tools that may or may
//! not be installed, and the shared corpora, which a newcomer's clone does not have.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

pub mod classes;
pub mod ed25519;
pub mod message_cases;
pub mod messages;
pub mod mutations;
pub mod oddities;
pub mod openpgp_mutants;
pub mod overlay;
#[cfg(feature = "sigstore")]
pub mod replay;
#[cfg(feature = "sigstore")]
pub mod sigstore;
pub mod words;

use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The corpora next to the project, or `None` after saying that the test is skipped.
pub fn corpora(test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("DISTVOUCH_CORPORA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"),
        PathBuf::from,
    );
    if path.is_dir() {
        return Some(path);
    }
    skipped(test, &format!("no corpora at {}", path.display()));
    None
}

/// Says, past the test runner's capture, that something was not tested.
pub fn skipped(test: &str, why: &str) {
    use std::io::Write as _;
    let line = format!("skipped: {test}: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = std::env::var_os("DISTVOUCH_SKIPPED") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        let _ = file.and_then(|mut file| file.write_all(line.as_bytes()));
    }
}

/// The path of an installed program. The variable `DISTVOUCH_<NAME>` overrides the search.
pub fn installed(name: &str) -> Option<PathBuf> {
    let variable = format!("DISTVOUCH_{}", name.to_uppercase().replace('-', "_"));
    std::env::var_os(variable).map(PathBuf::from).or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|dir| dir.join(name)).find(|p| p.is_file())
    })
}

/// As [`installed`], or `None` after saying that the test is skipped.
pub fn tool(test: &str, name: &str) -> Option<PathBuf> {
    let found = installed(name);
    if found.is_none() {
        skipped(test, &format!("{name} is not installed"));
    }
    found
}

/// The path of `name` in `dir`; `lnk/NAME` is a symbolic link to NAME, made in `scratch`, because
/// corpora are copied about without their links.
pub fn linked(dir: &Path, name: &str, scratch: &Scratch) -> PathBuf {
    let Some(target) = name.strip_prefix("lnk/") else { return dir.join(name) };
    let link = scratch.file(target);
    if link.symlink_metadata().is_err() {
        std::os::unix::fs::symlink(dir.join(target), &link).unwrap();
    }
    link
}

/// The path of the program under test. The library's own tests find it where cargo puts it.
pub fn program() -> PathBuf {
    option_env!("CARGO_BIN_EXE_distvouch").map_or_else(
        || std::env::current_exe().unwrap().parent().unwrap().with_file_name("distvouch"),
        PathBuf::from,
    )
}

/// The program under test.
pub fn distvouch() -> Command {
    let mut command = Command::new(program());
    command.env("NO_COLOR", "1").env_remove("DISTVOUCH_TRUSTED_ROOT");
    command
}

/// Printed text without its line breaks and hanging indents.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a run printed, and its exit status.
#[derive(Debug)]
pub struct Run {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// Takes what a finished process left.
    pub fn of(output: Output) -> Self {
        let status = output.status.code().unwrap_or_else(|| panic!("died: {output:?}"));
        let run = Self {
            status,
            stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("diagnostics are UTF-8"),
        };
        if let Ok(json) = serde_json::from_str(&run.stdout) {
            classes::record(&json);
        }
        run
    }

    /// The JSON report.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}{}", self.stdout, self.stderr))
    }

    /// `outcome` or `class` of the findings of `check` on the first distfile, joined by commas.
    pub fn said(&self, check: &str) -> String {
        let json = self.json();
        let findings = json["distfiles"][0]["findings"].as_array().expect("findings").clone();
        let words: Vec<String> = findings
            .iter()
            .filter(|f| f["check"] == check)
            .map(|f| f["class"].as_str().unwrap_or(f["outcome"].as_str().unwrap()).to_owned())
            .collect();
        words.join(",")
    }

    /// The first finding of `check` on the first distfile.
    pub fn finding(&self, check: &str) -> Value {
        let json = self.json();
        let findings = json["distfiles"][0]["findings"].as_array().expect("findings").clone();
        findings.into_iter().find(|f| f["check"] == check).expect("a finding of that check")
    }
}

/// A directory with distfiles and evidence.
pub struct Scratch {
    dir: tempfile::TempDir,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }
}

impl Scratch {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Changes one byte of a file in it.
    pub fn flip(&self, name: &str, at: usize) {
        let mut bytes = std::fs::read(self.file(name)).unwrap();
        bytes[at] ^= 1;
        std::fs::write(self.file(name), bytes).unwrap();
    }

    /// Writes `Manifest` with DIST entries of `names`, computed by Python's hashlib-independent
    /// coreutils.
    pub fn manifest(&self, names: &[&str]) -> PathBuf {
        let digest = |tool: &str, name: &str| {
            let output = Command::new(tool).arg(self.file(name)).output().expect(tool);
            let text = String::from_utf8(output.stdout).unwrap();
            text.split_whitespace().next().unwrap().trim_start_matches('\\').to_owned()
        };
        let lines: String = names
            .iter()
            .map(|name| {
                format!(
                    "DIST {name} {} BLAKE2B {} SHA512 {}\n",
                    std::fs::metadata(self.file(name)).unwrap().len(),
                    digest("b2sum", name),
                    digest("sha512sum", name)
                )
            })
            .collect();
        self.write("Manifest", lines)
    }

    /// Runs `distvouch check --distdir HERE --json` with more arguments.
    pub fn check<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        let mut command = distvouch();
        command.args(["check", "--json", "--distdir"]).arg(self.path()).args(args);
        Run::of(command.output().unwrap())
    }
}
