//! Why a file of an archive may differ from git without anybody's hand.
//!
//! Two strengths, never mixed: contents that were compared and explain the whole difference, and
//! names that tools usually write, whose contents nobody compared.

use super::git::TreeEntry;
use crate::bytes::digests::hex;
use crate::release::archive::Entry;
use std::collections::BTreeMap;

/// Why a file may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Explanation {
    /// Tools usually write a file of this name; its contents were compared with nothing.
    Usual {
        /// The tool, in a phrase that completes "usually …".
        by: &'static str,
        /// Whether nothing runs or builds by it: metadata that an installer reads.
        inert: bool,
    },
    /// A tool made it from a file that is as it is in git, which stands beside it; what the tool
    /// made of that was compared with nothing.
    Rewritten(&'static str),
    /// The contents were compared, and this is all that differs.
    Compared(&'static str),
}

impl Explanation {
    /// In a phrase.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Usual { by, .. } => format!("usually {by}; contents compared with nothing"),
            Self::Rewritten(what) => format!("{what}; what it became was compared with nothing"),
            Self::Compared(what) => format!("compared: {what}"),
        }
    }
}

/// What usually writes a file of this name.
pub(crate) fn by_name(path: &[u8], tree: &BTreeMap<Vec<u8>, TreeEntry>) -> Option<Explanation> {
    let path = std::str::from_utf8(path).ok()?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let parent = path.strip_suffix(name).unwrap_or_default().trim_end_matches('/');
    let directory = parent.rsplit('/').next().unwrap_or_default();
    let in_git = |path: String| tree.contains_key(path.as_bytes());
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let (by, inert) = match name {
        "PKG-INFO" => ("made by setuptools or another build backend", true),
        "SOURCES.txt"
        | "requires.txt"
        | "top_level.txt"
        | "dependency_links.txt"
        | "zip-safe"
        | "not-zip-safe"
        | "entry_points.txt"
        | "namespace_packages.txt"
            if directory.ends_with(".egg-info") =>
        {
            ("made by setuptools", name != "entry_points.txt")
        }
        "METADATA" | "RECORD" | "WHEEL" | "top_level.txt" | "entry_points.txt"
            if directory.ends_with(".dist-info") =>
        {
            ("made by the build backend", name != "entry_points.txt")
        }
        "setup.cfg" => ("rewritten by setuptools", false),
        "_version.py" | "version.py" | "_version.c" | "version.txt" | "_version.txt" => {
            ("written by setuptools-scm or a tool like it", false)
        }
        ".cargo_vcs_info.json" => ("made by cargo package", true),
        "Cargo.toml.orig" => ("kept by cargo package: the original Cargo.toml", true),
        "Cargo.toml" => ("rewritten by cargo package", false),
        "Cargo.lock" => ("added by cargo package", false),
        "configure" | "aclocal.m4" => ("made by autoconf and automake", false),
        "config.h.in" | "configure~" => ("made by autoheader", false),
        "Makefile.in" => ("made by automake", false),
        "install-sh" | "missing" | "depcomp" | "compile" | "config.guess" | "config.sub"
        | "ar-lib" | "test-driver" | "ylwrap" | "py-compile" | "mkinstalldirs" | "mdate-sh" => {
            ("copied by automake", false)
        }
        "ltmain.sh" | "libtool.m4" | "ltoptions.m4" | "ltsugar.m4" | "ltversion.m4"
        | "lt~obsolete.m4" => ("copied by libtool", false),
        // Not build-to-host.m4: by that name came the macro of xz 5.6.
        "config.rpath"
        | "gettext.m4"
        | "host-cpu-c-abi.m4"
        | "iconv.m4"
        | "intlmacosx.m4"
        | "lib-ld.m4"
        | "lib-link.m4"
        | "lib-prefix.m4"
        | "nls.m4"
        | "po.m4"
        | "progtest.m4"
        | "Makefile.in.in"
        | "Makevars.template"
        | "Rules-quot"
        | "quot.sed"
        | "boldquot.sed"
        | "en@quot.header"
        | "en@boldquot.header"
        | "insert-header.sin"
        | "remove-potcdate.sin"
        | "remove-potcdate.sed" => ("copied by autopoint (gettext)", false),
        "texinfo.tex" | "INSTALL" => ("copied by automake", true),
        ".tarball-version" | ".version" | "RELEASE-VERSION" => ("written by git-version-gen", true),
        "ChangeLog" | "AUTHORS" if !in_git(path.to_owned()) => {
            ("made from the history by the release tool", true)
        }
        "META.yml" | "META.json" | "MANIFEST" => ("made by the release tool", true),
        _ if name.ends_with(".gmo") || name.ends_with(".mo") || name.ends_with(".pot") => {
            ("made by gettext", false)
        }
        _ if name.ends_with(".c") || name.ends_with(".cpp") => {
            if in_git(format!("{stem}.pyx")) || in_git(format!("{stem}.py")) {
                ("made by Cython from the file beside it", false)
            } else if in_git(format!("{stem}.y")) || in_git(format!("{stem}.l")) {
                ("made by a parser generator from the file beside it", false)
            } else {
                return None;
            }
        }
        _ if is_license_of_wheel(parent) => ("copied by the build backend", true),
        _ => return None,
    };
    Some(Explanation::Usual { by, inert })
}

/// Whether the directory is that of the licenses in a wheel's metadata.
fn is_license_of_wheel(parent: &str) -> bool {
    let mut parts = parent.split('/');
    parts.next().is_some_and(|top| top.ends_with(".dist-info")) && parts.next() == Some("licenses")
}

/// What the contents of both sides say: `None` where they do not explain the whole difference.
pub(crate) fn by_contents(entry: &Entry, blob: &[u8]) -> Option<Explanation> {
    let digest = entry.sha256.map(|digest| hex(&digest));
    if digest.is_some() && lfs_digest(blob) == digest.as_deref() {
        return Some(Explanation::Compared(
            "git has a Git LFS pointer with the SHA-256 of these contents",
        ));
    }
    let contents = entry.contents.as_ref()?.as_slice();
    if !blob.contains(&0) && without_returns(contents) == without_returns(blob) {
        return Some(Explanation::Compared("only line ends differ"));
    }
    let (text, original) = (std::str::from_utf8(contents).ok()?, std::str::from_utf8(blob).ok()?);
    if entry.path.ends_with(b"setup.cfg") && is_with_egg_info(text, original) {
        return Some(Explanation::Compared(
            "setuptools added its [egg_info] section; the other settings are the same",
        ));
    }
    if is_expanded(text, original) {
        return Some(Explanation::Compared(
            "git archive filled in $Format:…$ (export-subst); the rest is the same",
        ));
    }
    None
}

/// Whether `text` is a whole setup.cfg of setuptools' own making: nothing but `[egg_info]`.
pub(crate) fn is_only_egg_info(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| is_with_egg_info(text, ""))
}

/// The SHA-256 in a Git LFS pointer.
fn lfs_digest(blob: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(blob).ok().filter(|text| text.len() < 1024)?;
    let mut lines = text.lines();
    lines.next().filter(|line| *line == "version https://git-lfs.github.com/spec/v1")?;
    lines.find_map(|line| line.strip_prefix("oid sha256:"))
}

fn without_returns(text: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        if !(*first == b'\r' && after.first() == Some(&b'\n')) {
            result.push(*first);
        }
        rest = after;
    }
    result
}

/// Whether the settings of `text` are those of `original` and setuptools' own: `setup.cfg` is read
/// and written anew, which loses comments and spacing.
fn is_with_egg_info(text: &str, original: &str) -> bool {
    let own = |(section, key, value): &(String, String, String)| {
        section == "egg_info"
            && matches!(
                (key.as_str(), value.as_str()),
                ("tag_build", "") | ("tag_date", "0") | ("tag_svn_revision", "0")
            )
    };
    match (settings(text), settings(original)) {
        (Some(new), Some(old)) => {
            let new: Vec<_> = new.into_iter().filter(|setting| !own(setting)).collect();
            new == old.into_iter().filter(|setting| !own(setting)).collect::<Vec<_>>()
        }
        _ => false,
    }
}

/// The settings of an INI file, as Python's configparser reads them, in order; `None` where a line
/// is none.
fn settings(text: &str) -> Option<Vec<(String, String, String)>> {
    // Python ends a line at a lone carriage return, too, and takes other characters for blanks.
    if text.replace("\r\n", "\n").contains('\r') || !text.is_ascii() {
        return None;
    }
    let mut continued = false;
    let mut settings: Vec<(String, String, String)> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            let (_, _, value) = settings.last_mut().filter(|_| continued)?;
            value.push('\n');
            value.push_str(trimmed);
        } else if let Some(name) = trimmed.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name.to_owned();
            continued = false;
        } else {
            continued = true;
            let (key, value) = trimmed.split_once(['=', ':'])?;
            settings.push((section.clone(), key.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    Some(settings)
}

/// Whether `text` is `original` with each `$Format:…$` replaced by what `git archive` would write
/// there, as far as that can be told by its form: object names, times, references, numbers. What
/// others may choose freely, such as names and subjects, is not taken.
fn is_expanded(text: &str, original: &str) -> bool {
    const OPEN: &str = "$Format:";
    if !original.contains(OPEN) || text.len() > 64 * 1024 {
        return false;
    }
    let mut pattern = String::from(r"\A");
    let mut rest = original;
    while let Some(at) = rest.find(OPEN) {
        pattern.push_str(&regex::escape(rest.get(..at).unwrap_or_default()));
        let placeholder = rest.get(at + OPEN.len()..).unwrap_or_default();
        let Some(close) = placeholder.find(['$', '\n']) else { return false };
        if placeholder.get(close..).is_none_or(|p| p.starts_with('\n')) {
            return false;
        }
        let Some(form) = form(placeholder.get(..close).unwrap_or_default()) else { return false };
        pattern.push_str(&form);
        rest = placeholder.get(close + 1..).unwrap_or_default();
    }
    pattern.push_str(&regex::escape(rest));
    pattern.push_str(r"\z");
    regex::RegexBuilder::new(&pattern)
        .size_limit(4 << 20)
        .build()
        .is_ok_and(|pattern| pattern.is_match(text))
}

/// The form of what `git archive` writes for a format of git-log(1), as a regular expression; `None`
/// where somebody else chooses what that is.
fn form(format: &str) -> Option<String> {
    const REF: &str = r"[0-9A-Za-z._/+@#-]{1,200}";
    let reference = format!("(?:HEAD -> {REF}|tag: {REF}|{REF})");
    let references = format!("{reference}(?:, {reference})*");
    let day = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
    let month = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    let (clock, zone) = (r"[0-9]{2}:[0-9]{2}:[0-9]{2}", r"[+-][0-9]{2}:?[0-9]{2}");
    let mut pattern = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        pattern.push_str(&regex::escape(rest.get(..at).unwrap_or_default()));
        let code = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = code.strip_prefix("(describe") {
            let close = after.find(')')?;
            pattern.push_str(REF);
            rest = after.get(close + 1..).unwrap_or_default();
            continue;
        }
        let known = [
            ("H", r"[0-9a-f]{40,64}".to_owned()),
            ("T", r"[0-9a-f]{40,64}".to_owned()),
            ("h", r"[0-9a-f]{4,64}".to_owned()),
            ("t", r"[0-9a-f]{4,64}".to_owned()),
            ("d", format!(r"(?: \({references}\))?")),
            ("D", format!("(?:{references})?")),
            ("at", r"[0-9]{1,12}".to_owned()),
            ("ct", r"[0-9]{1,12}".to_owned()),
            ("ai", format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {clock} {zone}")),
            ("ci", format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {clock} {zone}")),
            ("aI", format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{clock}(?:Z|{zone})")),
            ("cI", format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{clock}(?:Z|{zone})")),
            ("as", r"[0-9]{4}-[0-9]{2}-[0-9]{2}".to_owned()),
            ("cs", r"[0-9]{4}-[0-9]{2}-[0-9]{2}".to_owned()),
            ("ad", format!("{day} {month} [0-9]{{1,2}} {clock} [0-9]{{4}} {zone}")),
            ("cd", format!("{day} {month} [0-9]{{1,2}} {clock} [0-9]{{4}} {zone}")),
            ("aD", format!("{day}, [0-9]{{1,2}} {month} [0-9]{{4}} {clock} {zone}")),
            ("cD", format!("{day}, [0-9]{{1,2}} {month} [0-9]{{4}} {clock} {zone}")),
            ("n", r"\n".to_owned()),
            ("%", "%".to_owned()),
        ];
        let (name, form) = known.iter().find(|(name, _)| code.starts_with(name))?;
        pattern.push_str(form);
        rest = code.get(name.len()..).unwrap_or_default();
    }
    pattern.push_str(&regex::escape(rest));
    Some(format!("(?:{pattern})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setup_cfg_with_egg_info_only() {
        let original = "# comment\n[metadata]\nname=foo\n[options]\ninstall_requires =\n  a\n  b\n";
        let written = "[metadata]\nname = foo\n\n[options]\ninstall_requires = \n\ta\n\tb\n\n[egg_info]\ntag_build = \ntag_date = 0\n\n";
        assert!(is_with_egg_info(written, original));
        assert!(is_only_egg_info(b"[egg_info]\ntag_build = \ntag_date = 0\n\n"));
        for other in [
            written.replace("name = foo", "name = bar"),
            written.replace("\tb\n", "\tb\n\tevil\n"),
            written.replace("tag_build = ", "tag_build = .dev"),
            format!("{written}[options.entry_points]\nx = y\n"),
            format!("# x\r[options]\rsetup_requires = evil\r{written}"),
            written.replace("\ta\n", "[other]\n\ta\n"),
        ] {
            assert!(!is_with_egg_info(&other, original), "{other}");
        }
    }

    #[test]
    fn format_placeholders_take_names_and_no_code() {
        let original = "names = \"$Format:%d$\"\nfull = \"$Format:%H$\"\n";
        let expanded = "names = \" (HEAD -> main, tag: v1.2)\"\nfull = \"0123456789012345678901234567890123456789\"\n";
        assert!(is_expanded(expanded, original));
        for other in [
            expanded.replace(
                "0123456789012345678901234567890123456789",
                "\"; import os; os.system(\"x",
            ),
            expanded.replace("0123456789012345678901234567890123456789", "a\nb"),
            format!("{expanded}x = 1\n"),
            expanded.replace("full", "fool"),
            expanded.replace("0123456789012345678901234567890123456789", "x touch /tmp/y"),
        ] {
            assert!(!is_expanded(&other, original), "{other}");
        }
        assert!(!is_expanded("a", "b"));
    }

    #[test]
    fn names_that_tools_write() {
        let tree = BTreeMap::from([(
            b"src/fast.pyx".to_vec(),
            TreeEntry { mode: 0o100_644, object: Vec::new() },
        )]);
        let harmless = |path: &str| {
            let explanation = by_name(path.as_bytes(), &tree);
            explanation.map(|e| matches!(e, Explanation::Usual { inert: true, .. }))
        };
        assert_eq!(harmless("PKG-INFO"), Some(true));
        assert_eq!(harmless("foo.egg-info/SOURCES.txt"), Some(true));
        assert_eq!(harmless("configure"), Some(false));
        assert_eq!(harmless("src/fast.c"), Some(false));
        for other in ["src/slow.c", "m4/build-to-host.m4", "SOURCES.txt", "setup.py", "foo.pth"] {
            assert_eq!(harmless(other), None, "{other}");
        }
    }
}
