//! Names of documentation, and of what else only people and tools of a working tree read.

use super::{directory_of, name_of};
use crate::release::diff::lang::{extension, is_among};

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

/// Those that no one calls a script.
const PLAIN: &str = "AUTHORS CHANGELOG CHANGES CONTRIBUTORS COPYING COPYRIGHT CREDITS FAQ LICENCE LICENSE NEWS NOTICE README \
    THANKS TODO";

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
pub(super) const WORKING_TREE: [&str; 13] = [
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
pub(super) const EVIDENCE: [&str; 5] = ["asc", "sig", "sha256", "sha512", "minisig"];

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
    let parts: Vec<&str> = directory_of(path).split('/').filter(|part| !part.is_empty()).collect();
    // Inside a package `help` and `license` may be data of a program.
    let inside = parts.iter().enumerate().any(|(at, part)| match at {
        0 => DOCUMENT_DIRECTORIES.contains(part),
        _ => matches!(*part, "doc" | "docs" | "documentation"),
    });
    let is_document = |word: &str| {
        let upper = word.to_ascii_uppercase();
        // In lower case `install`, `release` and `history` may be scripts and data.
        let said = word.starts_with(|c: char| c.is_ascii_uppercase())
            || inside
            || parts.last() == Some(&"licenses")
            || parts.is_empty() && (word != name || is_among(PLAIN, &upper));
        said && DOCUMENTS.contains(&upper.as_str())
    };
    let named = is_document(name)
        || is_document(stem)
            && (matches!(extension, "" | "txt" | "old" | "gz")
                || DOCUMENT_EXTENSIONS.contains(&extension))
        || is_edition_of_document(name);
    let manual = extension.len() == 1
        && extension.bytes().all(|b| (b'1'..=b'9').contains(&b))
        && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+:@[".contains(&b));
    let info = extension == "info"
        || name.rsplit_once(".info-").is_some_and(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()));
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
        // Elsewhere a program may read it: prompts, templates, messages.
        || DOCUMENT_EXTENSIONS.contains(&extension) && (inside || !path.contains('/'))
        || WORKING_TREE.contains(&name)
        || EVIDENCE.contains(&extension)
}

/// Whether a name is that of a document with an edition behind it: `ChangeLog-2012`, `NEWS-2.0`. It
/// begins with a capital: `release-check` and `install-sh` are scripts.
pub(super) fn is_edition_of_document(name: &str) -> bool {
    let extension = extension(name);
    let first = name.split(['.', '-', '_']).next().unwrap_or(name).to_ascii_uppercase();
    DOCUMENTS.contains(&first.as_str())
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && (extension.is_empty() || is_edition(extension))
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
