//! What a file's name alone says of its purpose: what runs by itself or during the build, what packers and
//! upstream's machines read.

use super::lang::{Lang, extension, lang};

/// What runs by itself.
pub(super) fn startup(name: &str, folders: &[&str]) -> Option<&'static str> {
    Some(match name {
        _ if name.ends_with(".pth") => "a .pth file: Python runs its import lines at every start",
        "sitecustomize.py" | "usercustomize.py" => "Python runs it at every start",
        "conftest.py" => "pytest runs it before the first test",
        "entry_points.txt" => "decides which commands and plugins are started",
        "conf.py" if folders.iter().any(|folder| matches!(*folder, "doc" | "docs")) => {
            "Sphinx runs it when the documentation is built"
        }
        ".envrc" => "direnv runs it when a shell enters the directory",
        _ => return None,
    })
}

/// What a system runs or obeys once it is installed: by the directory that it has in there.
pub(super) fn installed(name: &str, folders: &[&str]) -> Option<&'static str> {
    let inside = |names: &[&str]| folders.iter().any(|folder| names.contains(folder));
    Some(match extension(name) {
        "service" | "timer" | "socket" | "path" | "mount" | "automount" if !inside(&["bin"]) => {
            "systemd starts what it names"
        }
        "desktop" => "a desktop starts what it names",
        "rules" | "policy" => "udev or polkit acts on it",
        "pam" | "sudoers" | "logrotate" | "cron" => {
            "a system runs or obeys it once it is installed"
        }
        _ if matches!(name, "sudoers" | "crontab") => "a system obeys it once it is installed",
        _ if inside(&[
            "sudoers.d",
            "pam.d",
            "cron.d",
            "cron.hourly",
            "cron.daily",
            "cron.weekly",
            "logrotate.d",
            "init.d",
            "profile.d",
            "xinitrc.d",
        ]) =>
        {
            "a system runs or obeys what is in such a directory"
        }
        "conf" if inside(&["dbus-1", "system.d", "tmpfiles.d", "sysctl.d", "modprobe.d"]) => {
            "a system obeys what is in such a directory"
        }
        "conf" if ["tmpfiles", "sysusers", "sysctl"].iter().any(|kind| name.starts_with(kind)) => {
            "a system obeys it once it is installed"
        }
        _ if is_completion(name, folders) => "a shell runs it to complete a command",
        _ => return None,
    })
}

/// Where shells look for completions.
const COMPLETIONS: [&str; 8] = [
    "completion",
    "completions",
    "bash-completion",
    "bash_completion.d",
    "site-functions",
    "vendor_completions.d",
    "vendor-completions",
    "shell-completion",
];

/// Whether a file is a completion of a shell: it lies where they do, and its extension, if any, is a shell's.
pub(super) fn is_completion(name: &str, folders: &[&str]) -> bool {
    let shells = ["", "bash", "zsh", "fish", "sh", "ksh", "elv", "nu", "ps1"];
    let others = ["readme", "makefile", "license", "copying", "authors", "news", "changelog"];
    folders.iter().any(|folder| COMPLETIONS.contains(folder))
        && shells.contains(&extension(name))
        && matches!(lang(name, &[]), Lang::Shell | Lang::Text)
        && !others.contains(&name)
}

/// What an editor or its assistant runs for whoever opens the directory.
pub(super) fn opened(name: &str, folders: &[&str]) -> Option<&'static str> {
    let is = matches!(
        (folders.last().copied().unwrap_or_default(), name),
        (".vscode", "tasks.json" | "settings.json" | "launch.json")
            | (".claude" | ".gemini", "settings.json")
            | (".cursor" | ".vscode", "mcp.json")
            | (".devcontainer", "devcontainer.json")
            | (_, ".mcp.json" | ".devcontainer.json")
    );
    is.then_some("an editor runs what it names for whoever opens the directory")
}

/// What runs during the build, or decides what does.
pub(super) fn build(path: &str, name: &str, folders: &[&str]) -> Option<&'static str> {
    const MAKE: &str = "make rules: run during the build";
    const HELPER: &str = "a helper script of autotools: runs during the build";
    const JS: &str = "decides which JavaScript packages and scripts run at install time";
    const DEVELOP: &str = "lists the Python packages that those who develop it install";
    const OTHER: &str = "runs or decides what runs during the build";
    const VERSION: &str = "what it says becomes part of the build";
    let extension = extension(name);
    Some(match (name, extension) {
        (_, "m4") => "m4: becomes shell code of configure",
        ("configure" | "configure.ac" | "configure.in" | "config.status", _) => {
            "configure: runs before the build"
        }
        (
            "autogen.sh" | "autogen" | "bootstrap" | "bootstrap.sh" | "buildconf" | "config.guess"
            | "config.sub" | "config.rpath" | "ltmain.sh" | "libtool" | "install-sh" | "missing"
            | "depcomp" | "compile" | "ar-lib" | "mkinstalldirs" | "test-driver" | "ylwrap"
            | "py-compile" | "mdate-sh" | "git-version-gen" | "version.sh",
            _,
        ) => HELPER,
        ("makefile" | "gnumakefile" | "justfile" | "rakefile" | "taskfile.yml" | "kbuild", _)
        | (_, "mk" | "mak" | "am" | "ninja") => MAKE,
        ("cmakelists.txt" | "cmakepresets.json" | "cmakeuserpresets.json", _) | (_, "cmake") => {
            "CMake: runs before the build"
        }
        ("meson.build" | "meson_options.txt" | "meson.options", _) => {
            "Meson: runs before the build"
        }
        ("sconstruct" | "sconscript" | "wscript" | "waf", _) => {
            "SCons or waf: runs during the build"
        }
        (
            "setup.py" | "_custom_build.py" | "build.py" | "hatch_build.py" | "pdm_build.py"
            | "build_backend.py" | "versioneer.py",
            _,
        ) => "runs when the Python package is built",
        ("setup.cfg" | "pyproject.toml" | "manifest.in", _) => {
            "decides how the Python package is built: backend, hooks, contents"
        }
        ("pytest.ini" | ".pytest.ini" | ".coveragerc", _) => {
            "decides which plugins a test run loads"
        }
        (_, "wrap") => "Meson: decides what is fetched for the build",
        (
            "tsconfig.json" | "jsconfig.json" | "deno.json" | "deno.jsonc" | ".babelrc" | ".swcrc"
            | ".mocharc.json" | "babel.config.json",
            _,
        ) => "decides how JavaScript is compiled, and by which plugins",
        ("requires.txt", _) if folders.last().is_some_and(|f| f.ends_with(".egg-info")) => {
            return None;
        }
        (_, "txt") if name.starts_with("requirements") || name == "constraints.txt" => {
            "names Python packages to install"
        }
        ("pipfile" | "pipfile.lock", _) => "names Python packages to install",
        ("poetry.lock" | "uv.lock" | "pdm.lock", _) => DEVELOP,
        (_, "toml") if name.starts_with("pylock.") => DEVELOP,
        ("build.rs", _) => "runs when the crate is built",
        ("cargo.toml" | "cargo.lock", _) => "decides which crates are built, and how",
        ("rust-toolchain" | "rust-toolchain.toml", _) => "chooses the Rust compiler",
        ("config.toml" | "config", _) if folders.last() == Some(&".cargo") => {
            "configures cargo: linkers, wrappers, where crates come from"
        }
        (
            "package.json"
            | "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "pnpm-workspace.yaml"
            | "binding.gyp"
            | ".npmrc"
            | ".yarnrc"
            | ".yarnrc.yml"
            | ".pnpmfile.cjs"
            | "bun.lockb",
            _,
        ) => JS,
        (
            "makefile.pl"
            | "build.pl"
            | "extconf.rb"
            | "setup.hs"
            | "build.zig"
            | "pom.xml"
            | "build.xml"
            | "gemfile"
            | "gemfile.lock"
            | "composer.json"
            | "mix.exs"
            | "dune"
            | "dune-project"
            | "build.sbt"
            | "package.swift"
            | "gradlew"
            | "mvnw"
            | ".bazelrc"
            | "rebar.config"
            | "configure.py"
            | "cpanfile"
            | "gradle-wrapper.properties"
            | "libs.versions.toml"
            | "vcpkg.json"
            | "vcpkg-configuration.json"
            | "conanfile.txt"
            | "conanfile.py",
            _,
        )
        | (
            _,
            "gemspec" | "gradle" | "kts" | "cabal" | "pro" | "pri" | "gyp" | "gypi" | "bzl" | "nix"
            | "bazel" | "opam" | "rockspec" | "podspec" | "csproj" | "vcxproj" | "props"
            | "targets" | "fsproj" | "vbproj",
        ) => OTHER,
        ("build" | "workspace" | "build.sh" | "make.sh", _) => {
            "Bazel rules or a build script: run during the build"
        }
        ("go.mod" | "go.sum" | "go.work" | "go.work.sum", _) => {
            "decides which Go modules are built"
        }
        (
            ".tarball-version"
            | ".version"
            | "release-version"
            | ".tarball-git-version"
            | "version-gen"
            | "version.m4",
            _,
        ) => VERSION,
        ("version", "") if folders.is_empty() => VERSION,
        (_, "post" | "preinst" | "postinst" | "prerm" | "postrm" | "install" | "spec") => {
            "runs when it is installed"
        }
        ("install" | "install.sh" | "uninstall.sh", _)
            if folders.is_empty() && extension == "sh" =>
        {
            "runs when it is installed"
        }
        (_, "in") if name.ends_with("makefile.in") || name.starts_with("makefile") => MAKE,
        (_, "in") if name.contains("config") || name.ends_with(".pc.in") => {
            "a template of configure: becomes make rules or code"
        }
        _ if name.starts_with("configure") && extension != "rst" && extension != "md" => {
            "configure: runs before the build"
        }
        _ if name.starts_with("makefile.") || name.starts_with("gnumakefile.") => MAKE,
        _ if path.contains("build-aux/") && !extension.is_empty() => HELPER,
        _ => return None,
    })
}

/// What packers write.
pub(super) fn metadata(name: &str, folders: &[&str]) -> Option<&'static str> {
    let packed = folders.iter().any(|f| f.ends_with(".dist-info") || f.ends_with(".egg-info"));
    let known = matches!(
        name,
        "pkg-info"
            | ".cargo_vcs_info.json"
            | "cargo.toml.orig"
            | "meta.json"
            | "meta.yml"
            | "manifest"
            | "manifest.skip"
            | "checksums.yaml"
    );
    (packed || known).then_some("what the packer wrote about the package")
}

/// What only upstream's machines, editors and git read.
pub(super) fn ci(name: &str, folders: &[&str]) -> Option<&'static str> {
    const CI: &str = "tells upstream's machines how to build and publish";
    const HOUSE: &str = "for upstream's editors and formatters";
    let below = |folder: &str| folders.contains(&folder);
    if [".github", ".circleci", ".gitlab", ".ci", ".azure-pipelines", ".woodpecker", ".buildkite"]
        .into_iter()
        .any(below)
        || (below("ci") && !below("src"))
    {
        return Some(CI);
    }
    match name {
        "jenkinsfile"
        | "action.yml"
        | "action.yaml"
        | "azure-pipelines.yml"
        | "appveyor.yml"
        | "codecov.yml"
        | "tox.ini"
        | "noxfile.py"
        | "dockerfile"
        | "readthedocs.yml" => {
            return Some(CI);
        }
        _ => {}
    }
    if [".vscode", ".idea", ".husky", ".changeset", ".devcontainer"].into_iter().any(below) {
        return Some(HOUSE);
    }
    let dotfile = name.starts_with('.') && name.len() > 1;
    if !dotfile || lang(name, &[]).is_code() {
        return None;
    }
    let ci = [".travis.yml", ".gitlab-ci.yml", ".appveyor.yml", ".cirrus.yml", ".drone.yml"];
    Some(if ci.contains(&name) { CI } else { HOUSE })
}
