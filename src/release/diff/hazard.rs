//! What can hurt in a change, in the order in which a reader should look at it.

use crate::release::archive::Nature;

/// The kinds of hazard, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum HazardKind {
    /// Directional or invisible characters: what is shown is not what is run.
    HiddenUnicode,
    /// Fetches or decodes something and runs it.
    RunsData,
    /// Runs while the package is configured, built or installed.
    BuildScript,
    /// Runs by itself when an interpreter or a test run starts.
    StartupCode,
    /// Tells upstream's machines how to build and publish.
    Workflow,
    /// Code that nobody can read.
    MachineCode,
    /// An archive or compressed data, whose contents nobody sees.
    PackedData,
    /// A line too long to be read in a diff.
    LongLine,
    /// Text that looks encoded.
    HighEntropy,
    /// A shell script, or another file that begins with `#!`.
    Script,
    /// A file became executable, or set-user-id.
    ExecutableBit,
    /// A symbolic or hard link, or what was one.
    Link,
    /// Binary data among the tests.
    BinaryTestData,
    /// Other binary data.
    Binary,
    /// A name that directory listings leave out.
    Dotfile,
    /// Too large to be looked into here.
    Unread,
}

impl HazardKind {
    /// The name for JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::HiddenUnicode => "hidden-unicode",
            Self::RunsData => "runs-data",
            Self::BuildScript => "build-script",
            Self::StartupCode => "startup-code",
            Self::Workflow => "ci-workflow",
            Self::MachineCode => "machine-code",
            Self::PackedData => "packed-data",
            Self::LongLine => "long-line",
            Self::HighEntropy => "high-entropy",
            Self::Script => "script",
            Self::ExecutableBit => "executable-bit",
            Self::Link => "link",
            Self::BinaryTestData => "binary-test-data",
            Self::Binary => "binary",
            Self::Dotfile => "dotfile",
            Self::Unread => "unread",
        }
    }
}

/// Why a change deserves to be read before others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hazard {
    /// The kind.
    pub(crate) kind: HazardKind,
    /// The reason, in a phrase without a final full stop. May hold text from outside.
    pub(crate) reason: String,
}

impl Hazard {
    /// A hazard of `kind`.
    pub(crate) fn new(kind: HazardKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }
}

/// What a file does by its name alone.
pub(crate) fn by_name(path: &[u8]) -> Option<Hazard> {
    use HazardKind::{BuildScript, Dotfile, Script, StartupCode, Workflow};
    let lower = String::from_utf8_lossy(path).to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    let below =
        |directory: &str| lower.starts_with(directory) || lower.contains(&format!("/{directory}"));
    let (kind, reason) = match (name, extension) {
        ("aclocal.m4" | "acinclude.m4", _) | (_, "m4") => {
            (BuildScript, "m4: becomes shell code of configure")
        }
        ("configure" | "configure.ac" | "configure.in" | "config.status", _) => {
            (BuildScript, "configure: runs before the build")
        }
        (
            "autogen.sh" | "autogen" | "bootstrap" | "bootstrap.sh" | "buildconf" | "config.guess"
            | "config.sub" | "config.rpath" | "ltmain.sh" | "libtool" | "install-sh" | "missing"
            | "depcomp" | "compile" | "ar-lib" | "mkinstalldirs" | "test-driver" | "ylwrap"
            | "py-compile" | "mdate-sh",
            _,
        ) => (BuildScript, "a helper script of autotools: runs during the build"),
        ("makefile" | "gnumakefile" | "justfile" | "rakefile" | "taskfile.yml", _)
        | (_, "mk" | "mak" | "am" | "ninja") => (BuildScript, "make rules: run during the build"),
        ("cmakelists.txt" | "cmakepresets.json", _) | (_, "cmake") => {
            (BuildScript, "CMake: runs before the build")
        }
        ("meson.build" | "meson_options.txt" | "meson.options", _) => {
            (BuildScript, "Meson: runs before the build")
        }
        ("sconstruct" | "sconscript" | "wscript" | "waf", _) => {
            (BuildScript, "SCons or waf: runs during the build")
        }
        ("setup.py" | "_custom_build.py" | "build.py" | "hatch_build.py" | "pdm_build.py", _) => {
            (BuildScript, "runs when the Python package is built")
        }
        ("setup.cfg" | "pyproject.toml" | "manifest.in", _) => {
            (BuildScript, "decides how the Python package is built: backend, hooks, contents")
        }
        ("build.rs", _) => (BuildScript, "runs when the crate is built"),
        ("cargo.toml" | "cargo.lock", _) => {
            (BuildScript, "decides which crates are built, and how")
        }
        (
            "package.json" | "package-lock.json" | "yarn.lock" | "pnpm-lock.yaml" | "binding.gyp"
            | ".npmrc" | ".yarnrc.yml",
            _,
        ) => (BuildScript, "decides which JavaScript packages and scripts run at install time"),
        ("makefile.pl" | "build.pl" | "extconf.rb" | "setup.hs" | "build.zig" | "pom.xml", _)
        | (_, "gemspec" | "gradle" | "kts" | "cabal" | "pro" | "gyp" | "gypi" | "bzl" | "nix") => {
            (BuildScript, "runs or decides what runs during the build")
        }
        ("build" | "build.bazel" | "workspace" | "module.bazel", _) => {
            (BuildScript, "Bazel rules or a build script: run during the build")
        }
        (".gitmodules" | ".gitattributes", _) => {
            (BuildScript, "decides what of the repository gets into an archive")
        }
        ("go.mod" | "go.sum", _) => (BuildScript, "decides which Go modules are built"),
        (_, "in") if name.ends_with("makefile.in") || name.contains("config") => {
            (BuildScript, "a template of configure: becomes make rules or code")
        }
        (_, "pth") => (StartupCode, "a .pth file: Python runs its import lines at every start"),
        ("sitecustomize.py" | "usercustomize.py", _) => {
            (StartupCode, "Python runs it at every start")
        }
        ("conftest.py", _) => (StartupCode, "pytest runs it before the first test"),
        ("tox.ini" | "noxfile.py", _) => (Script, "decides what runs in upstream's tests"),
        ("entry_points.txt", _) => (StartupCode, "decides which commands and plugins are started"),
        ("jenkinsfile" | "action.yml" | "action.yaml" | ".gitlab-ci.yml" | ".travis.yml", _)
        | ("appveyor.yml" | ".appveyor.yml" | ".cirrus.yml" | "azure-pipelines.yml", _) => {
            (Workflow, "tells upstream's machines how to build and publish")
        }
        _ if [".github/workflows/", ".github/actions/", ".circleci/", ".gitlab/", ".ci/"]
            .into_iter()
            .any(below) =>
        {
            (Workflow, "tells upstream's machines how to build and publish")
        }
        (_, "sh" | "bash" | "zsh" | "ksh" | "csh" | "fish" | "bat" | "cmd" | "ps1") => {
            (Script, "a shell script")
        }
        (_, "post" | "preinst" | "postinst" | "prerm" | "postrm" | "install" | "service") => {
            (Script, "runs at install time or as a service")
        }
        _ if name.starts_with("configure") || name.starts_with("makefile.") => {
            (BuildScript, "configure or make rules: run during the build")
        }
        _ if lower.split('/').any(|part| part.starts_with('.') && part.len() > 2) => {
            (Dotfile, "a hidden file: directory listings leave it out")
        }
        _ => return None,
    };
    Some(Hazard::new(kind, reason))
}

/// What a file's contents are by their first bytes, where nobody can read them.
pub(crate) fn by_nature(path: &[u8], nature: Nature) -> Option<Hazard> {
    let lower = String::from_utf8_lossy(path).to_lowercase();
    let tests = lower
        .split('/')
        .any(|part| part.contains("test") || matches!(part, "data" | "fixtures" | "corpus"));
    let among =
        if tests { " among the tests: the payload of xz 5.6 lay in such files" } else { "" };
    let kind = match nature {
        Nature::Empty | Nature::Text => return None,
        Nature::Code(_) => HazardKind::MachineCode,
        Nature::Packed(_) => HazardKind::PackedData,
        Nature::Binary if tests => HazardKind::BinaryTestData,
        Nature::Binary => HazardKind::Binary,
    };
    Some(Hazard::new(kind, format!("{}{among}, which nobody can read", nature.describe())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_that_run_are_known() {
        for (path, kind) in [
            ("m4/build-to-host.m4", HazardKind::BuildScript),
            ("configure", HazardKind::BuildScript),
            ("src/Makefile.in", HazardKind::BuildScript),
            ("Makefile.am", HazardKind::BuildScript),
            ("setup.py", HazardKind::BuildScript),
            ("pyproject.toml", HazardKind::BuildScript),
            ("build.rs", HazardKind::BuildScript),
            ("tests/conftest.py", HazardKind::StartupCode),
            ("foo/distutils-precedence.pth", HazardKind::StartupCode),
            (".github/workflows/release.yml", HazardKind::Workflow),
            ("tools/Run.SH", HazardKind::Script),
            (".hidden/x", HazardKind::Dotfile),
            ("src/config.h.in", HazardKind::BuildScript),
        ] {
            assert_eq!(by_name(path.as_bytes()).unwrap().kind, kind, "{path}");
        }
        for path in ["src/main.c", "README", "foo/__init__.py", "a/./b", "doc/index.in.rst"] {
            assert_eq!(by_name(path.as_bytes()), None, "{path}");
        }
    }

    #[test]
    fn unreadable_contents_are_named() {
        let hazard = by_nature(b"tests/files/bad-3.xz", Nature::Packed("xz data")).unwrap();
        assert_eq!(hazard.kind, HazardKind::PackedData);
        assert!(hazard.reason.contains("among the tests"), "{}", hazard.reason);
        assert_eq!(by_nature(b"x", Nature::Text), None);
    }
}
