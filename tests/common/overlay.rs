//! An overlay made for a test: packages, Manifests, what package managers cache of them, and DISTDIR.

use super::{Run, Scratch, distvouch};
use blake2::Digest as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::path::PathBuf;
use std::process::Command;

/// An overlay at `overlay` and distfiles at `distfiles` of a scratch directory.
pub struct Overlay {
    /// Where it all is.
    pub scratch: Scratch,
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A tar archive of a release, compressed with gzip.
pub fn archive(top: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        tar.append_data(&mut header, format!("{top}/{path}"), text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// The DIST line of a file.
pub fn dist(name: &str, bytes: &[u8]) -> String {
    let (blake2b, sha512) = (blake2::Blake2b512::digest(bytes), sha2::Sha512::digest(bytes));
    format!("DIST {name} {} BLAKE2B {} SHA512 {}\n", bytes.len(), hex(&blake2b), hex(&sha512))
}

impl Default for Overlay {
    fn default() -> Self {
        Self::new()
    }
}

impl Overlay {
    /// An empty overlay without masters, with an eclass `verify-sig`.
    pub fn new() -> Self {
        let overlay = Self { scratch: Scratch::new() };
        std::fs::create_dir_all(overlay.scratch.file("distfiles")).unwrap();
        overlay.write("profiles/repo_name", "made\n");
        overlay.write("metadata/layout.conf", "masters =\nthin-manifests = true\n");
        overlay.write("eclass/verify-sig.eclass", "# nothing\n");
        overlay
    }

    /// The path of a file of the overlay.
    pub fn path(&self, name: &str) -> PathBuf {
        self.scratch.file("overlay").join(name)
    }

    /// Writes a file of the overlay.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Writes an ebuild: `dev-libs/foo`, `1.2`, its lines behind EAPI.
    pub fn ebuild(&self, package: &str, version: &str, lines: &str) {
        let name = package.rsplit('/').next().unwrap();
        self.write(&format!("{package}/{name}-{version}.ebuild"), &format!("EAPI=8\n{lines}\n"));
    }

    /// Puts a file into DISTDIR.
    pub fn distfile(&self, name: &str, bytes: &[u8]) {
        self.scratch.write(&format!("distfiles/{name}"), bytes);
    }

    /// The path of DISTDIR.
    pub fn distdir(&self) -> PathBuf {
        self.scratch.file("distfiles")
    }

    /// Writes the Manifest of a package: the entries of what is in DISTDIR by these names.
    pub fn manifest(&self, package: &str, names: &[&str]) {
        let lines: String = names
            .iter()
            .map(|name| dist(name, &std::fs::read(self.distdir().join(name)).unwrap()))
            .collect();
        self.write(&format!("{package}/Manifest"), &lines);
    }

    /// Writes the entry of `metadata/md5-cache` for an ebuild, as it is now.
    pub fn md5_cache(&self, package: &str, version: &str, src_uri: &str) {
        let (category, name) = package.split_once('/').unwrap();
        let entry = format!("metadata/md5-cache/{category}/{name}-{version}");
        let text = self.entry(package, version, src_uri, None);
        self.write(&entry, &text);
    }

    /// An entry of a cache; Portage's own names the directory of the eclass.
    pub fn entry(
        &self,
        package: &str,
        version: &str,
        src_uri: &str,
        eclasses: Option<&str>,
    ) -> String {
        let name = package.rsplit('/').next().unwrap();
        let md5 = |path: PathBuf| hex(&md5::Md5::digest(std::fs::read(path).unwrap()));
        let ebuild = md5(self.path(&format!("{package}/{name}-{version}.ebuild")));
        let eclass = md5(self.path("eclass/verify-sig.eclass"));
        let directory = eclasses.map(|directory| format!("{directory}\t")).unwrap_or_default();
        format!(
            "DEFINED_PHASES=-\nEAPI=8\nSRC_URI={src_uri}\n\
             _eclasses_=verify-sig\t{directory}{eclass}\n_md5_={ebuild}\n"
        )
    }

    /// Runs git in the overlay.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.path(""))
            .args(["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "gc.auto=0"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Commits everything.
    pub fn commit(&self) {
        if !self.path(".git").exists() {
            self.git(&["init", "-q", "-b", "main"]);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    /// A command of the program that finds DISTDIR here, and nothing of this machine.
    pub fn command(&self, subcommand: &str) -> Command {
        let mut command = distvouch();
        command.arg(subcommand).arg("--distdir").arg(self.distdir());
        command.env("PORTAGE_DEPCACHEDIR", self.scratch.file("depcache"));
        command.env("PORTAGE_CONFIGROOT", self.scratch.file("no-configuration"));
        command.env("XDG_CONFIG_HOME", self.scratch.file("config"));
        command.env_remove("DISTVOUCH_CLONES");
        command
    }

    /// `distvouch bump` of a package or ebuild.
    pub fn bump(&self, package: &str, more: &[&str]) -> Run {
        Run::of(self.command("bump").arg(self.path(package)).args(more).output().unwrap())
    }
}
