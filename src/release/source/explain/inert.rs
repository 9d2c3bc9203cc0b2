//! Files that can neither run nor be built, installed or imported.
//!
//! Both have to hold: no tool takes a file of this name for anything but text or a picture, by a
//! list of such names; and its contents are that: text that does not begin as a script, is not
//! executable, hides nothing and that no file of the build reads as code; or a picture that ends where
//! pictures end.

use super::acting::acts;
use super::documents::{EVIDENCE, WORKING_TREE, is_documentation};
use super::pictures::{is_active, picture};
use super::{Context, name_of, prose};
use crate::bytes::escape::is_harmful;
use crate::release::archive::{Entry, Nature};
use crate::release::diff::hazard::by_name;
use crate::release::diff::lang::{extension, is_among};
use crate::release::diff::place::place;

/// What a file is for, by its name and how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A shell script or make rules, or something else that may take a CR for a character of the line.
    Shell,
    /// Code or data whose readers take CR LF for a line's end.
    Other,
}

/// Extensions of files whose readers take CR LF for a line's end.
const RETURNS: &str = "py pyi pyx pxd c h cc cpp cxx hh hpp hxx ipp inl m mm rs go js mjs cjs jsx ts tsx vue java kt \
    kts scala groovy cs vb fs swift dart php json toml xml html htm css scss less svg xsd xsl xslt yml yaml \
    bat cmd ps1 psm1 sln vcxproj csproj vbproj fsproj props targets rc def cmake build md rst sql proto txt csv tsv ini";

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
        let extension = extension(name);
        match is_among(RETURNS, &extension.to_ascii_lowercase()) {
            true => Some(Self::Other),
            false => Some(Self::Shell),
        }
    }

    /// Whether a CR before a line's end changes what it does.
    pub(super) const fn minds_returns(self) -> bool {
        matches!(self, Self::Shell)
    }
}

/// Bytes that tell the language of a file.
const HEAD: usize = 256;

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
    let opening = contents.strip_prefix(b"\xef\xbb\xbf").unwrap_or(contents).trim_ascii_start();
    let markup = [&b"<?xml"[..], b"<svg", b"<!--", b"<!DOCTYPE svg"];
    if path.ends_with(".svg")
        && markup.iter().any(|begin| opening.starts_with(begin))
        && contents.windows(4).any(|w| w == b"<svg")
    {
        return match (is_active(contents), context.consumers.reading(path)) {
            (true, _) => Err("a picture with a script in it".to_owned()),
            (false, Some(place)) => Err(format!("{place} reads it as code")),
            (false, None) => Ok("a picture"),
        };
    }
    if !is_documentation(path) {
        return Err(what(entry));
    }
    if let Some(why) = runs_by_place(path, contents) {
        return Err(why.to_owned());
    }
    let name = name_of(path);
    if let Some(why) = acts(name, contents) {
        return Err(why.to_owned());
    }
    if is_called_evidence(name) && !is_evidence(name, contents) {
        return Err("keys or digests that something may be compared with".to_owned());
    }
    // Old documents are in Latin-1.
    if let Some(why) = prose(entry).and_then(hides) {
        return Err(why.to_owned());
    }
    if contents.windows(2).any(|pair| matches!(pair, [b'\r', next] if *next != b'\n')) {
        return Err("it has line ends that only some readers take for such".to_owned());
    }
    if let Some(place) = context.consumers.reading(path) {
        return Err(format!("{place} reads it as code"));
    }
    Ok("documentation")
}

/// What makes of a document something that a system or a build obeys: where it lies.
fn runs_by_place(path: &str, contents: &[u8]) -> Option<&'static str> {
    let head = contents.get(..HEAD).unwrap_or(contents);
    let place = place(path.as_bytes(), head);
    if place.role.reach() > 1 {
        return Some(place.why.unwrap_or("a build or a program reads it by that name"));
    }
    // What a wheel installs outside of its package: of that, only pages and licenses are documents.
    let (first, rest) = path.split_once('/')?;
    let shared = ["data/share/doc/", "data/share/man/", "data/share/licenses/"];
    (first.ends_with(".data") && !shared.iter().any(|place| rest.starts_with(place)))
        .then_some("installed outside of the package")
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
    let extension = extension(name);
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

#[cfg(test)]
#[path = "inert_tests.rs"]
mod tests;
