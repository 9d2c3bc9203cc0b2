//! Files that can neither run nor be built, installed or imported.
//!
//! Both have to hold: no tool takes a file of this name for anything but text or a picture, by a
//! list of such names; and its contents are that: text that does not begin as a script, is not
//! executable, hides nothing and that no file of the build reads as code; or a picture that ends where
//! pictures end.

use super::{Context, directory_of, name_of, text};
use crate::bytes::escape::is_harmful;
use crate::release::archive::{Entry, Nature};
use crate::release::diff::hazard::{HazardKind, by_name};
use crate::release::diff::place::place;
use regex::bytes::Regex;
use std::sync::LazyLock;

/// What a file is for, by its name and how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A shell script or make rules, m4 or another thing that a shell reads in the end.
    Shell,
    /// Code or data of another kind.
    Other,
}

impl Role {
    /// `None` for documentation.
    pub(super) fn of(path: &str, contents: &[u8]) -> Option<Self> {
        if contents.starts_with(b"#!") {
            return Some(Self::Shell);
        }
        if is_documentation(path) {
            return None;
        }
        let name = name_of(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let shell = by_name(path.as_bytes()).is_some_and(|hazard| {
            matches!(hazard.kind, HazardKind::BuildScript | HazardKind::Script)
        });
        let other = ["py", "toml", "cfg", "json", "rs", "lock", "cmake", "build"];
        match shell && !other.contains(&extension) {
            true => Some(Self::Shell),
            false => Some(Self::Other),
        }
    }

    /// Whether a CR before a line's end changes what it does.
    pub(super) const fn minds_returns(self) -> bool {
        matches!(self, Self::Shell)
    }
}

/// Names of documentation, in upper case and without extension.
const DOCUMENTS: [&str; 41] = [
    "ABOUT-NLS",
    "ACKNOWLEDGEMENTS",
    "ANNOUNCE",
    "AUTHORS",
    "BUGS",
    "CHANGELOG",
    "CHANGES",
    "CODE_OF_CONDUCT",
    "CODEOWNERS",
    "CONTRIBUTING",
    "CONTRIBUTORS",
    "COPYING",
    "COPYING.LESSER",
    "COPYING.LIB",
    "COPYING.LGPL",
    "COPYRIGHT",
    "CREDITS",
    "DCO",
    "FAQ",
    "GPL",
    "HACKING",
    "HISTORY",
    "INSTALL",
    "LGPL",
    "LICENCE",
    "LICENSE",
    "LICENSES",
    "MAINTAINERS",
    "NEWS",
    "NOTES",
    "NOTICE",
    "OVERVIEW",
    "PATENTS",
    "README",
    "RELEASE",
    "RELEASE-NOTES",
    "RELEASE_NOTES",
    "SECURITY",
    "THANKS",
    "TODO",
    "UPGRADING",
];

/// Extensions of documentation. Manual pages, which end in a digit, besides.
const DOCUMENT_EXTENSIONS: [&str; 15] = [
    "wiki", "md", "rst", "adoc", "asciidoc", "texi", "texinfo", "pod", "org", "info", "man",
    "markdown", "rdoc", "textile", "mdown",
];

/// Extensions of what is documentation in a directory of documentation: elsewhere a program may fill
/// in a page, or install it.
const PAGES: [&str; 7] = ["html", "htm", "css", "tex", "devhelp2", "txt", "xhtml"];

/// What precedes the extension of a document where it is a program: `x.coffee.md`, `Foo.lagda.md`.
const LITERATE: [&str; 9] = ["coffee", "lagda", "lidr", "lit", "litcoffee", "hs", "py", "r", "jl"];

/// Files that only tools of a working tree read.
const WORKING_TREE: [&str; 13] = [
    ".mailmap",
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".gitkeep",
    ".git-blame-ignore-revs",
    ".hgignore",
    ".cvsignore",
    ".editorconfig",
    ".npmignore",
    ".dockerignore",
    "CITATION.cff",
    ".all-contributorsrc",
];

/// Extensions of signatures and digests.
const EVIDENCE: [&str; 5] = ["asc", "sig", "sha256", "sha512", "minisig"];

/// Directories in which plain text is documentation.
const DOCUMENT_DIRECTORIES: [&str; 9] = [
    "doc",
    "docs",
    "documentation",
    "man",
    "licenses",
    "license",
    "changelogs",
    "LICENSES",
    "help",
];

/// Whether a file of this name is documentation.
pub(super) fn is_documentation(path: &str) -> bool {
    let name = name_of(path);
    // `Makefile.in` in a directory of documentation is make rules all the same.
    if name == "CMakeLists.txt"
        || name.starts_with("requirements")
        || name.starts_with("constraints")
    {
        return false;
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (name, ""),
    };
    let upper = name.to_ascii_uppercase();
    let is_document = |word: &str| DOCUMENTS.contains(&word);
    let named = is_document(&upper)
        || is_document(&stem.to_ascii_uppercase())
            && matches!(extension, "" | "txt" | "old" | "gz")
        // `ChangeLog-2012` begins with a capital: `release-check` and `install-sh` are scripts.
        || upper.split(['.', '-', '_']).next().is_some_and(is_document)
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && (extension.is_empty() || is_edition(extension));
    let manual = extension.len() == 1
        && extension.bytes().all(|b| (b'1'..=b'9').contains(&b))
        && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+:@[".contains(&b));
    let info =
        name.rsplit_once(".info-").is_some_and(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()));
    let inside = directory_of(path).split('/').any(|part| DOCUMENT_DIRECTORIES.contains(&part));
    // pytest runs the examples in `test*.txt`.
    let plain =
        inside && PAGES.contains(&extension) && !stem.to_ascii_lowercase().starts_with("test");
    // Programs that are written as documents.
    let literate = stem
        .rsplit_once('.')
        .is_some_and(|(_, inner)| LITERATE.contains(&inner.to_ascii_lowercase().as_str()));
    if literate {
        return false;
    }
    named
        || manual
        || info
        || plain
        || DOCUMENT_EXTENSIONS.contains(&extension)
        || WORKING_TREE.contains(&name)
        || EVIDENCE.contains(&extension)
}

/// Whether an extension tells documents of one name apart: `NEWS.2`, `LICENSE.APACHE2`. Others in upper
/// case are those of programs: `README.PL`, `NOTES.R`.
fn is_edition(extension: &str) -> bool {
    const LICENSES: [&str; 17] = [
        "LIB", "LESSER", "LGPL", "GPL", "AGPL", "MIT", "APACHE", "BSD", "ISC", "MPL", "RUNTIME",
        "OFL", "ZLIB", "UNICODE", "DOC", "OLD", "LGPLV",
    ];
    let word = extension.trim_end_matches(|c: char| c.is_ascii_digit());
    word.is_empty() || LICENSES.contains(&word)
}

/// Whether another file of that name in place of git's decides something, though it runs nowhere: what
/// is packed, and what is compared with.
pub(super) fn decides(path: &str) -> bool {
    let name = name_of(path);
    let packs = name.starts_with('.') && WORKING_TREE.contains(&name);
    packs || is_called_evidence(name)
}

/// Whether a name is that of a signature or a digest.
fn is_called_evidence(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| EVIDENCE.contains(&extension))
}

/// Whether what is called a signature or a digest is one. Keys, and digests that a build compares with,
/// decide something.
fn is_evidence(name: &str, contents: &[u8]) -> bool {
    let Some((_, extension)) = name.rsplit_once('.') else { return false };
    let text = String::from_utf8_lossy(contents);
    match extension {
        "sha256" | "sha512" => false,
        "asc" => {
            text.starts_with("-----BEGIN PGP SIGNATURE-----")
                && text.matches("-----BEGIN ").count() == 1
        }
        _ => true,
    }
}

/// What the file is, where it is inert; else what it could do.
pub(super) fn inert(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
) -> Result<&'static str, String> {
    let what = |entry: &Entry| match by_name(path.as_bytes()) {
        Some(hazard) => hazard.reason,
        None => kind(path, entry),
    };
    if entry.is_executable() {
        return Err("it is executable".to_owned());
    }
    if path.split('/').any(|part| part.starts_with('-')) {
        return Err("its name begins with a dash, as an option does".to_owned());
    }
    match entry.nature {
        // One that is found first hides another: GNUmakefile, a header, a package of Python's.
        Nature::Empty if place(path.as_bytes(), b"").role.reach() > 1 => {
            return Err("an empty file where a build or a program may look for one".to_owned());
        }
        Nature::Empty => return Ok("an empty file"),
        Nature::Text => {}
        Nature::Code(what) | Nature::Packed(what) => {
            return Err(format!("{what}, which cannot be reviewed"));
        }
        Nature::Binary => {
            let contents = entry.contents.as_deref().map(Vec::as_slice);
            return match contents.and_then(|contents| picture(path, contents)) {
                Some(what) => Ok(what),
                None => Err("binary data, which cannot be reviewed".to_owned()),
            };
        }
    }
    let Some(contents) = entry.contents.as_deref() else {
        return Err("text too large to be looked into".to_owned());
    };
    if contents.starts_with(b"#!") {
        return Err("it begins with #! like a script".to_owned());
    }
    if path.ends_with(".svg") && contents.windows(4).any(|w| w == b"<svg") {
        return match (is_active(contents), context.consumers.reading(path)) {
            (true, _) => Err("a picture with a script in it".to_owned()),
            (false, Some(place)) => Err(format!("{place} reads it as code")),
            (false, None) => Ok("a picture"),
        };
    }
    if !is_documentation(path) {
        return Err(what(entry));
    }
    let name = name_of(path);
    if let Some(why) = acts(name, contents) {
        return Err(why.to_owned());
    }
    if is_called_evidence(name) && !is_evidence(name, contents) {
        return Err("keys or digests that something may be compared with".to_owned());
    }
    if let Some(why) = text(entry).map_or(Some("its text is not UTF-8"), hides) {
        // Old documents are in Latin-1.
        if text(entry).is_some() {
            return Err(why.to_owned());
        }
    }
    if let Some(place) = context.consumers.reading(path) {
        return Err(format!("{place} reads it as code"));
    }
    Ok("documentation")
}

/// What a document does when it is made into pages, or as something else than a document.
fn acts(name: &str, contents: &[u8]) -> Option<&'static str> {
    // Directives of Sphinx and mkdocs that run a program; requests of groff, TeX's way to a shell.
    static RUNS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?m-u)^[ \t]*\.\. (?:command-output|program-output|exec[a-z_]*|jupyter-execute|ipython|plot|runblock|autorun)::|^[ \t]*[`~]{3}.*\bexec=|^[ \t]*[`~]{3}\{(?:command-output|program-output|jupyter-execute|code-cell|plot)|^[.'][ \t]*(?:sy|pso|pi|opena?)\b|\\write18|\\directlua|\\input\|"#,
        )
        .ok()
    });
    static FILLED_IN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?-u)\{\{|\{%|<\?(?:php|=)|<%").ok());
    let found = |pattern: &Option<Regex>| pattern.as_ref().is_none_or(|p| p.is_match(contents));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if name.starts_with('.') && name.ends_with("ignore") {
        return Some("rules for what is left out, which packers read");
    }
    if found(&RUNS) {
        return Some("a document of which a part runs when it is made into pages");
    }
    if matches!(extension, "html" | "htm" | "xhtml") && found(&FILLED_IN) {
        return Some("a page that a program fills in");
    }
    // `libfoo.so.3` may be a text for the linker.
    let digit = extension.len() == 1 && extension.bytes().all(|b| b.is_ascii_digit());
    let roff = match contents.trim_ascii_start() {
        [b'.' | b'\'', next, ..] => next.is_ascii_alphabetic() || *next == b'\\',
        _ => false,
    };
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem).to_ascii_uppercase();
    (digit && !roff && !DOCUMENTS.contains(&stem.as_str()))
        .then_some("called like a manual page, and none by its contents")
}

/// Whether an SVG does anything but to be seen: a script in any namespace, a handler of events.
fn is_active(contents: &[u8]) -> bool {
    static ACTIVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i-u)<[^\s<>/!?]*(?:script|foreignobject|handler|iframe|animate|set)\b|javascript:|\bon[a-z]+\s*=|<!entity|href\s*=\s*(?:"[^"]*&#|'[^']*&#)"#).ok()
    });
    ACTIVE.as_ref().is_none_or(|active| active.is_match(contents))
}

/// What in a text is not what it seems.
fn hides(text: &str) -> Option<&'static str> {
    // Blanks that do not break, wide ones and places to divide words are typography.
    let typography = |c: char| {
        matches!(c, '\u{a0}' | '\u{ad}' | '\u{2009}' | '\u{200b}' | '\u{202f}' | '\u{3000}')
    };
    let allowed = |c: char| {
        matches!(c, '\n' | '\r' | '\t' | '\x0c' | '\x1f' | '\x1b' | '\x08') || typography(c)
    };
    let hidden = |c: char| is_harmful(c) && !allowed(c) && c != '\u{feff}';
    text.chars().any(hidden).then_some("it has invisible characters in it")
}

/// What a file of that name is for.
fn kind(path: &str, entry: &Entry) -> String {
    let name = name_of(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "py" | "pyx" | "pxd" | "pyi" => "Python code that can be imported",
        "c" | "cc" | "cpp" | "cxx" | "h" | "hh" | "hpp" | "hxx" | "inc" | "S" | "s" | "asm" => {
            "source that can be compiled"
        }
        "rs" => "Rust code that can be compiled",
        "js" | "mjs" | "cjs" | "ts" | "jsx" | "tsx" => "JavaScript that can be imported",
        "pl" | "pm" | "rb" | "lua" | "php" | "go" | "java" | "vala" | "d" | "tcl" | "scm"
        | "el" => "code that can be run or compiled",
        "in" => "a template that configure fills in",
        "json" | "yml" | "yaml" | "toml" | "xml" | "ini" | "conf" | "cfg" => {
            "settings or data that a program can read"
        }
        _ if entry.size == 0 => "an empty file",
        _ => "text that a build or a program can read",
    }
    .to_owned()
}

/// A picture or document by its first and last bytes, where its name says the same.
fn picture(path: &str, contents: &[u8]) -> Option<&'static str> {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    let trimmed = contents.trim_ascii_end();
    let is = match extension.as_str() {
        "png" => contents.starts_with(b"\x89PNG\r\n\x1a\n") && png_ends(contents),
        "jpg" | "jpeg" => contents.starts_with(b"\xff\xd8\xff") && contents.ends_with(b"\xff\xd9"),
        "gif" => contents.starts_with(b"GIF8") && contents.ends_with(b";"),
        "ico" => contents.starts_with(b"\0\0\x01\0") && ico_ends(contents),
        "webp" => contents.starts_with(b"RIFF") && contents.get(8..12) == Some(b"WEBP"),
        "pdf" => contents.starts_with(b"%PDF-") && trimmed.ends_with(b"%%EOF"),
        _ => false,
    };
    match extension.as_str() {
        _ if !is => None,
        "pdf" => Some("a PDF document"),
        _ => Some("a picture"),
    }
}

/// Whether the pictures of an icon are all that it holds.
fn ico_ends(contents: &[u8]) -> bool {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
    let Some(count) = contents.get(4..6).map(number) else { return false };
    let mut end = 6 + 16 * count;
    for at in 0..count {
        let entry = contents.get(6 + 16 * at..22 + 16 * at);
        let Some((size, offset)) = entry.and_then(|e| e.get(8..12).zip(e.get(12..16))) else {
            return false;
        };
        if number(offset) != end {
            return false;
        }
        end = end.saturating_add(number(size));
    }
    count > 0 && end == contents.len()
}

/// Whether nothing follows the end of a PNG.
fn png_ends(contents: &[u8]) -> bool {
    let mut rest = contents.get(8..).unwrap_or_default();
    loop {
        // What is cut off ends all the same.
        let Some((length, after)) = rest.split_first_chunk::<4>() else { return true };
        let length = u32::from_be_bytes(*length) as usize;
        let Some((kind, _)) = after.split_first_chunk::<4>() else { return true };
        let Some(next) = length.checked_add(8).and_then(|skip| after.get(skip..)) else {
            return true;
        };
        if kind == b"IEND" {
            return next.is_empty();
        }
        rest = next;
    }
}

#[cfg(test)]
#[path = "inert_tests.rs"]
mod tests;
