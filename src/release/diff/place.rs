//! What a file of a release is for, by its path and its first bytes: the consequence that a change
//! in it has.

use crate::release::archive::Nature;

/// What a file is for, by consequence: what runs first, what nobody runs last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    /// Runs while the package is configured, built or installed, or decides what does.
    Build,
    /// Runs by itself when an interpreter or a test run starts.
    Startup,
    /// Is compiled, installed or imported.
    Source,
    /// Anything that code may open.
    Data,
    /// Tests, benchmarks, examples.
    Test,
    /// Documentation.
    Docs,
    /// Translations of messages.
    Translation,
    /// What upstream's machines and editors read: CI, formatters, git.
    Ci,
    /// Pictures, fonts, sounds.
    Image,
    /// What packers write about the package.
    Metadata,
}

impl Role {
    /// How far what is in it reaches: what runs by itself farthest.
    pub(crate) const fn reach(self) -> u8 {
        match self {
            Self::Build | Self::Startup => 3,
            Self::Source => 2,
            Self::Data | Self::Test => 1,
            _ => 0,
        }
    }

    /// The name for JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Startup => "startup",
            Self::Source => "source",
            Self::Data => "data",
            Self::Test => "test",
            Self::Docs => "docs",
            Self::Translation => "translation",
            Self::Ci => "ci",
            Self::Image => "image",
            Self::Metadata => "metadata",
        }
    }

    /// Whether neither a build nor an installed program runs or reads it.
    pub(crate) const fn is_inert(self) -> bool {
        matches!(self, Self::Docs | Self::Translation | Self::Ci | Self::Image | Self::Metadata)
    }
}

/// The language of a file, as far as what runs in it depends on that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Lang {
    /// C, C++, Objective-C, assembler and what is included by them.
    C,
    /// Python and Cython.
    Python,
    /// Shell.
    Shell,
    /// m4, autoconf and what autoconf makes of it.
    M4,
    /// Make rules.
    Make,
    /// CMake.
    Cmake,
    /// Meson.
    Meson,
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// JavaScript and TypeScript.
    Js,
    /// Perl.
    Perl,
    /// Ruby.
    Ruby,
    /// Lua.
    Lua,
    /// PHP.
    Php,
    /// Java, Kotlin, Scala, Groovy.
    Jvm,
    /// A language of another family.
    Other,
    /// Configuration and data in text.
    Text,
}

impl Lang {
    /// Whether it is a language that programs are written in.
    pub(crate) const fn is_code(self) -> bool {
        !matches!(self, Self::Text)
    }

    /// What a line begins with that is only a comment.
    pub(crate) const fn comments(self) -> &'static [&'static [u8]] {
        match self {
            Self::C | Self::Rust | Self::Go | Self::Js | Self::Jvm => &[b"//"],
            Self::Php => &[b"//", b"#"],
            Self::M4 => &[b"#", b"dnl "],
            Self::Lua => &[b"--"],
            Self::Other | Self::Text => &[],
            _ => &[b"#"],
        }
    }
}

/// Where a file stands in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// What it is for.
    pub(crate) role: Role,
    /// Its language.
    pub(crate) lang: Lang,
    /// What its name alone says of it, in a phrase.
    pub(crate) why: Option<&'static str>,
    /// Whether it lies among tests, examples or documentation, whatever its role.
    pub(crate) aside: bool,
}

/// Where the file at `path` stands, whose contents begin with `head`.
pub(crate) fn place(path: &[u8], head: &[u8]) -> Place {
    let lower = String::from_utf8_lossy(path).to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let parts: Vec<&str> = lower.split('/').collect();
    let folders = parts.get(..parts.len().saturating_sub(1)).unwrap_or_default();
    let tests = in_tests(folders, name);
    let docs = folders.iter().any(|part| is_docs_folder(part));
    let lang = lang(name, head);
    let at = |role, why| Place { role, lang, why, aside: tests || docs };
    if let Some((role, why)) = startup(name) {
        return at(role, Some(why));
    }
    if let Some(why) = build(&lower, name, folders) {
        // A manifest among the tests is a sample; rules there are run along with the others.
        let rules = matches!(lang, Lang::Make | Lang::Cmake | Lang::Meson | Lang::M4);
        let role = if (tests || docs) && !rules { Role::Test } else { Role::Build };
        return at(role, Some(why));
    }
    if let Some(why) = metadata(name, folders) {
        return at(Role::Metadata, Some(why));
    }
    if let Some(why) = ci(name, folders) {
        return at(Role::Ci, Some(why));
    }
    if is_translation(name, folders, head) {
        return at(Role::Translation, None);
    }
    if tests {
        return at(Role::Test, None);
    }
    let code = lang.is_code() && (lang != Lang::Other || is_other_code(extension(name)));
    if is_documentation(name, folders, docs, code, head) {
        return at(Role::Docs, None);
    }
    if is_image(extension(name)) {
        return at(Role::Image, None);
    }
    match code || head.starts_with(b"#!") {
        true if docs => at(Role::Test, Some("code next to the documentation")),
        true => at(Role::Source, None),
        // What lies on top is applied to the source.
        false if folders.is_empty() && matches!(extension(name), "patch" | "diff") => {
            at(Role::Source, None)
        }
        false => at(Role::Data, None),
    }
}

/// What follows the last dot of a name.
fn extension(name: &str) -> &str {
    name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default()
}

/// A template is of the language that it becomes.
fn without_template(name: &str) -> &str {
    let suffixes = [".in", ".tmpl", ".template", ".tpl", ".j2", ".jinja", ".mako", ".erb"];
    suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

fn in_tests(folders: &[&str], name: &str) -> bool {
    let folder = |part: &&str| {
        matches!(
            *part,
            "test"
                | "tests"
                | "t"
                | "xt"
                | "__tests__"
                | "__mocks__"
                | "spec"
                | "specs"
                | "testdata"
                | "test-data"
                | "test_data"
                | "testsuite"
                | "testcases"
                | "fixtures"
                | "corpus"
                | "corpora"
                | "fuzz"
                | "fuzzing"
                | "bench"
                | "benches"
                | "benchmark"
                | "benchmarks"
                | "example"
                | "examples"
                | "sample"
                | "samples"
                | "demo"
                | "demos"
                | "regress"
        ) || part.ends_with("_test")
            || part.ends_with("_tests")
            || part.ends_with("-tests")
            || part.starts_with("test_")
            || part.starts_with("tests_")
    };
    let stem = name.split('.').next().unwrap_or_default();
    let file = match extension(name) {
        "py" | "rs" | "go" | "c" | "cc" | "cpp" | "rb" | "lua" | "php" => {
            stem.starts_with("test_")
                || stem.ends_with("_test")
                || stem.ends_with("_tests")
                || matches!(stem, "test" | "tests")
        }
        "js" | "ts" | "jsx" | "tsx" | "mjs" | "cjs" => {
            name.contains(".test.") || name.contains(".spec.")
        }
        "t" => true,
        _ => false,
    };
    file || folders.iter().any(folder)
}

fn is_docs_folder(part: &str) -> bool {
    matches!(
        part,
        "doc" | "docs" | "documentation" | "man" | "manual" | "manpages" | "website" | "javadoc"
    ) || (part.starts_with("man")
        && part
            .get(3..)
            .is_some_and(|rest| matches!(rest, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8")))
}

/// What runs by itself.
fn startup(name: &str) -> Option<(Role, &'static str)> {
    Some(match name {
        _ if name.ends_with(".pth") => {
            (Role::Startup, "a .pth file: Python runs its import lines at every start")
        }
        "sitecustomize.py" | "usercustomize.py" => (Role::Startup, "Python runs it at every start"),
        "conftest.py" => (Role::Startup, "pytest runs it before the first test"),
        "entry_points.txt" => (Role::Startup, "decides which commands and plugins are started"),
        _ => return None,
    })
}

/// What runs during the build, or decides what does.
fn build(path: &str, name: &str, folders: &[&str]) -> Option<&'static str> {
    const MAKE: &str = "make rules: run during the build";
    const HELPER: &str = "a helper script of autotools: runs during the build";
    const JS: &str = "decides which JavaScript packages and scripts run at install time";
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
        ("cmakelists.txt" | "cmakepresets.json", _) | (_, "cmake") => {
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
        ("requires.txt", _) if folders.last().is_some_and(|f| f.ends_with(".egg-info")) => {
            return None;
        }
        (_, "txt") if name.starts_with("requirements") || name == "constraints.txt" => {
            "names Python packages to install"
        }
        ("pipfile" | "pipfile.lock" | "poetry.lock" | "uv.lock" | "pdm.lock", _) => {
            "names Python packages to install"
        }
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
            "makefile.pl" | "build.pl" | "extconf.rb" | "setup.hs" | "build.zig" | "pom.xml"
            | "build.xml" | "gemfile" | "gemfile.lock" | "composer.json" | "mix.exs" | "dune"
            | "dune-project" | "build.sbt" | "package.swift" | "gradlew" | "mvnw" | ".bazelrc"
            | "rebar.config" | "configure.py" | "cpanfile",
            _,
        )
        | (
            _,
            "gemspec" | "gradle" | "kts" | "cabal" | "pro" | "pri" | "gyp" | "gypi" | "bzl" | "nix"
            | "bazel" | "opam" | "rockspec" | "podspec" | "csproj" | "vcxproj" | "props",
        ) => OTHER,
        ("build" | "workspace" | "build.sh" | "make.sh", _) => {
            "Bazel rules or a build script: run during the build"
        }
        ("go.mod" | "go.sum" | "go.work", _) => "decides which Go modules are built",
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
fn metadata(name: &str, folders: &[&str]) -> Option<&'static str> {
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
fn ci(name: &str, folders: &[&str]) -> Option<&'static str> {
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

fn is_translation(name: &str, folders: &[&str], head: &[u8]) -> bool {
    let extension = extension(name);
    let folder = |part: &&str| {
        matches!(*part, "po" | "locale" | "locales" | "i18n" | "l10n" | "translations" | "lang")
            || part.ends_with(".lproj")
            || (part.starts_with("values-") && folders.contains(&"res"))
    };
    match extension {
        "po" | "pot" | "gmo" | "mo" | "xlf" | "xliff" | "ftl" | "qm" => true,
        "ts" => contains(head, b"<!DOCTYPE TS>") || contains(head, b"<TS "),
        "json" | "yml" | "yaml" | "properties" | "strings" | "xml" | "msg" => {
            folders.iter().any(folder)
        }
        "" => name == "linguas" && folders.iter().any(folder),
        _ => false,
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn is_documentation(name: &str, folders: &[&str], docs: bool, code: bool, head: &[u8]) -> bool {
    if code || head.starts_with(b"#!") {
        return false;
    }
    let extension = extension(name);
    let prose = matches!(
        extension,
        "md" | "markdown"
            | "rst"
            | "adoc"
            | "asciidoc"
            | "texi"
            | "texinfo"
            | "pod"
            | "org"
            | "info"
            | "mkd"
            | "mdx"
            | "rdoc"
            | "textile"
            | "dox"
            | "man"
            | "mdoc"
            | "roff"
    );
    let section = matches!(extension, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8")
        || matches!(extension, "1m" | "3pm" | "3ssl" | "7ssl" | "1ssl" | "5ssl");
    let manual = section && (docs || head.starts_with(b".") || head.starts_with(b"'\\\""));
    let stem = name.split(['.', '-', '_']).next().unwrap_or_default();
    let named = matches!(
        stem,
        "readme"
            | "news"
            | "changes"
            | "changelog"
            | "history"
            | "authors"
            | "thanks"
            | "copying"
            | "license"
            | "licence"
            | "licenses"
            | "unlicense"
            | "notice"
            | "install"
            | "todo"
            | "contributing"
            | "contributors"
            | "security"
            | "maintainers"
            | "citation"
            | "credits"
            | "faq"
            | "hacking"
            | "release"
            | "releases"
            | "releasenotes"
            | "bugs"
            | "upgrading"
            | "copyright"
            | "patents"
            | "governance"
            | "support"
            | "code"
    ) && matches!(
        extension,
        "" | "txt" | "html" | "cff" | "in" | "old" | "apache" | "mit" | "bsd"
    );
    let plain = extension == "txt" && folders.is_empty();
    prose || manual || named || plain || docs
}

/// Whether a name with this extension is a picture's, a font's or a sound's.
pub(crate) fn is_image(extension: &str) -> bool {
    matches!(
        extension,
        "png"
            | "jpg"
            | "jpeg"
            | "gif"
            | "svg"
            | "svgz"
            | "ico"
            | "icns"
            | "webp"
            | "bmp"
            | "tif"
            | "tiff"
            | "xpm"
            | "xbm"
            | "ttf"
            | "otf"
            | "woff"
            | "woff2"
            | "eot"
            | "wav"
            | "ogg"
            | "oga"
            | "mp3"
            | "mp4"
            | "webm"
            | "flac"
            | "pdf"
            | "eps"
            | "ps"
            | "drawio"
            | "fig"
            | "xcf"
            | "psd"
    )
}

/// Whether contents that begin with `head` are what an image's name says, where that can be told.
pub(crate) fn is_what_it_says(name: &[u8], head: &[u8], nature: Nature) -> bool {
    let lower = String::from_utf8_lossy(name).to_lowercase();
    let starts = |magic: &[u8]| head.starts_with(magic);
    match extension(&lower) {
        "png" => starts(b"\x89PNG"),
        "jpg" | "jpeg" => starts(b"\xff\xd8"),
        "gif" => starts(b"GIF8"),
        "ico" => starts(&[0, 0, 1, 0]) || starts(b"\x89PNG"),
        "webp" | "wav" => starts(b"RIFF"),
        "bmp" => starts(b"BM"),
        "pdf" => contains(head.get(..1024).unwrap_or(head), b"%PDF"),
        "woff" => starts(b"wOFF"),
        "woff2" => starts(b"wOF2"),
        "ogg" | "oga" => starts(b"OggS"),
        "svg" | "xpm" | "xbm" | "eps" => !matches!(nature, Nature::Code(_)),
        _ => !matches!(nature, Nature::Code(_)),
    }
}

/// The language of a file by its name, else by its first line.
pub(crate) fn lang(name: &str, head: &[u8]) -> Lang {
    let name = without_template(name);
    let by_name = match name {
        "makefile" | "gnumakefile" | "kbuild" => Some(Lang::Make),
        "cmakelists.txt" => Some(Lang::Cmake),
        "meson.build" => Some(Lang::Meson),
        "configure" | "configure.ac" | "config.status" => Some(Lang::M4),
        "sconstruct" | "sconscript" | "wscript" | "waf" => Some(Lang::Python),
        "rakefile" | "gemfile" => Some(Lang::Ruby),
        "configure.in" => Some(Lang::M4),
        "install-sh" | "missing" | "depcomp" | "compile" | "config.guess" | "config.sub" => {
            Some(Lang::Shell)
        }
        _ => None,
    };
    by_name.or_else(|| by_extension(extension(name))).unwrap_or_else(|| by_head(name, head))
}

fn by_extension(extension: &str) -> Option<Lang> {
    Some(match extension {
        "c" | "h" | "cc" | "cpp" | "cxx" | "c++" | "hh" | "hpp" | "hxx" | "h++" | "inc" | "inl"
        | "ipp" | "tcc" | "m" | "mm" | "s" | "asm" | "cu" | "y" | "yy" | "l" | "ll" | "xs"
        | "def" | "ino" | "cl" | "x" | "rl" => Lang::C,
        "py" | "pyx" | "pxd" | "pxi" | "pyw" | "pyi" | "pth" | "bzl" | "bazel" => Lang::Python,
        "sh" | "bash" | "zsh" | "ksh" | "csh" | "fish" | "bat" | "cmd" | "ps1" | "eclass"
        | "ebuild" | "post" | "preinst" | "postinst" | "prerm" | "postrm" => Lang::Shell,
        "m4" | "ac" => Lang::M4,
        "mk" | "mak" | "am" => Lang::Make,
        "cmake" => Lang::Cmake,
        "rs" => Lang::Rust,
        "go" => Lang::Go,
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte" => Lang::Js,
        "pl" | "pm" | "perl" | "t" | "plx" => Lang::Perl,
        "rb" | "gemspec" | "rake" => Lang::Ruby,
        "lua" | "rockspec" => Lang::Lua,
        "php" | "phtml" | "inc.php" => Lang::Php,
        "java" | "kt" | "kts" | "scala" | "groovy" | "gradle" | "clj" => Lang::Jvm,
        other if is_other_code(other) => Lang::Other,
        "txt" | "md" | "rst" | "json" | "yml" | "yaml" | "toml" | "xml" | "html" | "css"
        | "cfg" | "ini" | "conf" | "csv" | "tsv" | "po" | "pot" | "svg" | "in" | "lock" => {
            Lang::Text
        }
        _ => return None,
    })
}

/// Languages of which nothing is known here but that they are some.
fn is_other_code(extension: &str) -> bool {
    matches!(
        extension,
        "hs" | "lhs"
            | "ml"
            | "mli"
            | "zig"
            | "swift"
            | "d"
            | "nim"
            | "cr"
            | "ex"
            | "exs"
            | "erl"
            | "hrl"
            | "r"
            | "jl"
            | "f"
            | "f90"
            | "f95"
            | "f77"
            | "for"
            | "pas"
            | "pp"
            | "ada"
            | "adb"
            | "ads"
            | "el"
            | "lisp"
            | "scm"
            | "rkt"
            | "cs"
            | "fs"
            | "vb"
            | "tcl"
            | "vim"
            | "awk"
            | "sed"
            | "v"
            | "sv"
            | "vhd"
            | "vhdl"
            | "proto"
            | "idl"
            | "sql"
            | "nix"
            | "hx"
            | "dart"
            | "qml"
            | "vala"
            | "gir"
            | "gperf"
            | "pyc"
            | "wat"
            | "ld"
            | "lds"
            | "sol"
            | "move"
    )
}

/// By a line `#!`, or what autoconf writes.
fn by_head(name: &str, head: &[u8]) -> Lang {
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    if !line.starts_with(b"#!") {
        return Lang::Text;
    }
    let has = |word: &[u8]| contains(line, word);
    if name == "configure" {
        Lang::M4
    } else if has(b"python") {
        Lang::Python
    } else if has(b"perl") {
        Lang::Perl
    } else if has(b"ruby") {
        Lang::Ruby
    } else if has(b"node") || has(b"deno") || has(b"bun") {
        Lang::Js
    } else if has(b"php") {
        Lang::Php
    } else if has(b"lua") {
        Lang::Lua
    } else if has(b"sh") {
        Lang::Shell
    } else if has(b"make") {
        Lang::Make
    } else {
        Lang::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(path: &str) -> Role {
        place(path.as_bytes(), b"").role
    }

    #[test]
    fn roles_by_path() {
        for (path, expected) in [
            ("m4/build-to-host.m4", Role::Build),
            ("configure", Role::Build),
            ("src/Makefile.in", Role::Build),
            ("tests/Makefile.am", Role::Build),
            ("setup.py", Role::Build),
            ("build.rs", Role::Build),
            ("requirements.txt", Role::Build),
            (".cargo/config.toml", Role::Build),
            (".npmrc", Role::Build),
            (".tarball-version", Role::Build),
            ("src/config.h.in", Role::Build),
            ("tests/fixtures/package.json", Role::Test),
            ("examples/x/Cargo.toml", Role::Test),
            ("tests/conftest.py", Role::Startup),
            ("foo/evil.pth", Role::Startup),
            ("foo.egg-info/entry_points.txt", Role::Startup),
            ("src/main.c", Role::Source),
            ("foo/__init__.py", Role::Source),
            ("foo/news.py", Role::Source),
            ("src/components/i18n/index.ts", Role::Source),
            ("foo/data/table.json", Role::Data),
            ("src/notes.txt", Role::Data),
            ("tests/test_x.py", Role::Test),
            ("foo/x_test.go", Role::Test),
            ("src/x.test.ts", Role::Test),
            ("doc/conf.py", Role::Test),
            ("README.md", Role::Docs),
            ("NEWS", Role::Docs),
            ("docs/index.html", Role::Docs),
            ("man/foo.1", Role::Docs),
            ("po/de.po", Role::Translation),
            ("foo/locale/de/LC_MESSAGES/foo.mo", Role::Translation),
            (".github/workflows/release.yml", Role::Ci),
            (".gitignore", Role::Ci),
            ("tox.ini", Role::Ci),
            ("img/logo.png", Role::Image),
            ("foo.egg-info/SOURCES.txt", Role::Metadata),
            ("PKG-INFO", Role::Metadata),
        ] {
            assert_eq!(role(path), expected, "{path}");
        }
    }

    #[test]
    fn what_begins_like_a_script_is_no_documentation() {
        assert_eq!(place(b"docs/README", b"#!/bin/sh\n").role, Role::Test);
        assert_eq!(place(b"NEWS", b"#!/usr/bin/python\n").role, Role::Source);
        assert_eq!(place(b"tool", b"#!/usr/bin/env node\n").lang, Lang::Js);
        assert_eq!(place(b"l10n/app_de.ts", b"<?xml?>\n<!DOCTYPE TS>").role, Role::Translation);
    }

    #[test]
    fn pictures_are_pictures() {
        assert!(is_what_it_says(b"a/b.PNG", b"\x89PNG\r\n", Nature::Binary));
        assert!(!is_what_it_says(b"a/b.png", b"\x7fELF", Nature::Code("ELF object")));
        assert!(!is_what_it_says(b"a/b.jpg", b"#!/bin/sh", Nature::Text));
    }
}
