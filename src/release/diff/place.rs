//! What a file of a release is for, by its path and its first bytes: the consequence that a change
//! in it has.

use super::lang::{Lang, extension, is_among, is_other_code, lang, without_template};
use super::purpose::{build, ci, installed, is_completion, metadata, opened, startup};
use crate::bytes::sniff::contains;
use crate::release::archive::Nature;

/// What a file is for, by consequence: what runs first, what no one runs last.
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

/// Where a file is in a release.
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

/// Where the file at `path` is, whose contents begin with `head`.
pub(crate) fn place(path: &[u8], head: &[u8]) -> Place {
    let lower = String::from_utf8_lossy(path).to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let parts: Vec<&str> = lower.split('/').collect();
    let folders = parts.get(..parts.len().saturating_sub(1)).unwrap_or_default();
    let tests = in_tests(folders, name);
    let docs = folders.iter().any(|part| is_docs_folder(part));
    let lang = match lang(name, head) {
        Lang::Text if is_completion(name, folders) => Lang::Shell,
        lang => lang,
    };
    let at = |role, why| Place { role, lang, why, aside: tests || docs };
    let made = without_template(name);
    let unasked = startup(made, folders).or_else(|| opened(made, folders));
    if let Some(why) = unasked.or_else(|| installed(made, folders)) {
        return at(Role::Startup, Some(why));
    }
    // `configure.in` and `Makefile.in` are known as they are.
    if let Some(why) = build(&lower, name, folders).or_else(|| build(&lower, made, folders)) {
        // A manifest among the tests is a sample; rules there are run along with the others.
        let rules = matches!(lang, Lang::Make | Lang::Cmake | Lang::Meson | Lang::M4);
        let role = if (tests || docs) && !rules { Role::Test } else { Role::Build };
        return at(role, Some(why));
    }
    let code = lang.is_code() && (lang != Lang::Other || is_other_code(extension(name)));
    if let Some(why) = metadata(name, folders).filter(|_| !code) {
        return at(Role::Metadata, Some(why));
    }
    // Inside a package, code of such a name is imported like any other.
    let machines = folders.first().is_none_or(|first| first.starts_with('.') || *first == "ci");
    if let Some(why) = ci(name, folders).filter(|_| !code || machines) {
        return at(Role::Ci, Some(why));
    }
    if is_translation(name, folders, head) {
        return at(Role::Translation, None);
    }
    let imported =
        || is_installed_with_tests(lang, folders, name) || is_only_named_test(lang, folders);
    if tests && !(code && imported()) {
        return at(Role::Test, None);
    }
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

/// Folders of tests, benchmarks and examples.
const TESTS: &str = "\
    test tests __tests__ __mocks__ testdata test-data test_data testsuite testcases fixtures fuzz \
    fuzzing bench benches benchmark benchmarks example examples regress";

/// The same, of which only a folder on top is one: elsewhere it may be a package of that name.
const TESTS_ON_TOP: &str = "t xt spec specs corpus corpora sample samples demo demos";

/// Extensions of documentation.
const PROSE: &str = "\
    md markdown rst adoc asciidoc texi texinfo pod org info mkd mdx rdoc textile dox man mdoc \
    roff";

/// Files of documentation, by the first word of their name.
const NAMED: &str = "\
    readme news changes changelog history authors thanks copying license licence licenses \
    unlicense notice install todo contributing contributors security maintainers citation \
    credits faq hacking release releases releasenotes bugs upgrading copyright patents \
    governance support code";

/// Extensions of pictures, fonts and sounds.
const IMAGES: &str = "\
    png jpg jpeg gif svg svgz ico icns webp bmp tif tiff xpm xbm ttf otf woff woff2 eot wav ogg \
    oga mp3 mp4 webm flac pdf eps ps drawio fig xcf psd";

fn in_tests(folders: &[&str], name: &str) -> bool {
    let folder = |part: &&str| {
        is_among(TESTS, part)
            || part.ends_with("_test")
            || part.ends_with("_tests")
            || part.ends_with("-tests")
            || part.starts_with("test_")
            || part.starts_with("tests_")
    };
    let stem = name.split('.').next().unwrap_or_default();
    let file = match extension(name) {
        "py" | "rs" | "go" | "c" | "cc" | "cpp" | "rb" | "lua" | "php" => {
            // Go compiles what begins with it, too.
            (stem.starts_with("test_") && extension(name) != "go")
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
    let on_top = folders.first().is_some_and(|part| is_among(TESTS_ON_TOP, part));
    file || on_top || folders.iter().any(folder)
}

/// Whether code below the tests of a package, as `foo/tests/plugin.py`, is installed and imported along
/// with it, and is not a test by its own name.
fn is_installed_with_tests(lang: Lang, folders: &[&str], name: &str) -> bool {
    let imported = matches!(lang, Lang::Python | Lang::Js | Lang::Ruby | Lang::Php | Lang::Perl);
    let on_top = folders.first().is_none_or(|part| in_tests(&[part], ""));
    imported && !on_top && !in_tests(&[], name)
}

/// Whether code is a test by nothing but a name that any module may have: `src/tests.rs`, `src/bench/mod.rs`,
/// `foo/test_hooks.py`. One line elsewhere makes it part of the program.
fn is_only_named_test(lang: Lang, folders: &[&str]) -> bool {
    match lang {
        Lang::Rust => {
            let source = folders.iter().position(|part| *part == "src");
            source.is_some_and(|at| !in_tests(folders.get(..at).unwrap_or_default(), ""))
        }
        Lang::Python => {
            folders.first().is_some_and(|top| *top != "testing") && !in_tests(folders, "")
        }
        _ => false,
    }
}

/// As [`is_only_named_test`], of the file at `path`.
pub(crate) fn is_named_test(path: &[u8], lang: Lang) -> bool {
    let lower = String::from_utf8_lossy(path).to_lowercase();
    let folders: Vec<&str> = lower.split('/').collect();
    let (name, folders) = folders.split_last().unwrap_or((&"", &[]));
    in_tests(folders, name) && is_only_named_test(lang, folders)
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

fn is_translation(name: &str, folders: &[&str], head: &[u8]) -> bool {
    let extension = extension(name);
    let folder = |part: &&str| {
        matches!(*part, "po" | "locale" | "locales" | "i18n" | "l10n" | "translations" | "lang")
            || part.ends_with(".lproj")
            || (part.starts_with("values-") && folders.contains(&"res"))
    };
    match extension {
        "po" | "pot" | "gmo" | "mo" | "xlf" | "xliff" | "ftl" | "qm" => true,
        // XML, not code that has such words in a comment.
        "ts" => {
            let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
            [&b"<?xml"[..], b"<!DOCTYPE TS", b"<TS"].iter().any(|begin| start.starts_with(begin))
                && (contains(head, b"<!DOCTYPE TS") || contains(head, b"<TS"))
        }
        "json" | "yml" | "yaml" | "properties" | "strings" | "xml" | "msg" => {
            folders.iter().any(folder)
        }
        "" => name == "linguas" && folders.iter().any(folder),
        _ => false,
    }
}

fn is_documentation(name: &str, folders: &[&str], docs: bool, code: bool, head: &[u8]) -> bool {
    if code || head.starts_with(b"#!") {
        return false;
    }
    let extension = extension(name);
    let prose = is_among(PROSE, extension);
    let section = matches!(extension, "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8")
        || matches!(extension, "1m" | "3pm" | "3ssl" | "7ssl" | "1ssl" | "5ssl");
    let manual = section && (docs || head.starts_with(b".") || head.starts_with(b"'\\\""));
    let stem = name.split(['.', '-', '_']).next().unwrap_or_default();
    let named = is_among(NAMED, stem)
        && (extension.is_empty() || is_among("txt html cff in old apache mit bsd", extension));
    let plain = extension == "txt" && folders.is_empty();
    prose || manual || named || plain || docs
}

/// Whether a name with this extension is a picture's, a font's or a sound's.
pub(crate) fn is_image(extension: &str) -> bool {
    is_among(IMAGES, extension)
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

#[cfg(test)]
mod tests;
