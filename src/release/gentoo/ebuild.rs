//! The literal variables of an ebuild.
//!
//! Nothing is sourced: an ebuild is a program, and to run it before it was read would be the wrong
//! order. A line that sets a variable is taken where its value is literal but for `${PV}` and the
//! like; anything else is named, so that a flag can say it.

use super::Version;
use super::context::{self, Runs};
use crate::bytes::input::{InputError, read_bounded};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The most that an ebuild may hold, in bytes.
const EBUILD_LIMIT: u64 = 1024 * 1024;

/// The variables that are read, each with the flag that says the same.
pub(crate) const VARIABLES: [(&str, &str); 16] = [
    ("VERIFY_SIG_METHOD", "a key flag or --identity"),
    ("VERIFY_SIG_OPENPGP_KEY_PATH", "--openpgp-key, --signify-key or --minisign-key"),
    ("VERIFY_SIG_CERT_IDENTITY", "--identity"),
    ("VERIFY_SIG_CERT_OIDC_ISSUER", "--issuer"),
    ("VERIFY_PROVENANCE_REPO", "--repository or --publisher"),
    ("VERIFY_PROVENANCE_WORKFLOW", "--workflow"),
    ("VERIFY_PROVENANCE_REF", "--ref"),
    ("VERIFY_PROVENANCE_TRIGGER", "--trigger"),
    ("VERIFY_PROVENANCE_RUNNER", "--runner"),
    ("VERIFY_PROVENANCE_REPOSITORY_ID", "--repository-id"),
    ("VERIFY_PROVENANCE_OWNER_ID", "--owner-id"),
    ("VERIFY_PROVENANCE_ENVIRONMENT", "--environment"),
    ("VERIFY_PROVENANCE_SIGNER", "--signer"),
    ("VERIFY_PROVENANCE_UPSTREAM_NAMES", "--upstream-name"),
    ("PYPI_VERIFY_REPO", "--repository or --publisher"),
    ("PYPI_PN", "--distfile"),
];

/// An ebuild: what its name and its literal variables say.
#[derive(Debug, Clone)]
pub(crate) struct Ebuild {
    /// The file.
    pub(crate) path: PathBuf,
    /// PN.
    pub(crate) name: String,
    /// PVR.
    pub(crate) version: Version,
    /// The variables that it sets, of those that are read.
    pub(crate) variables: BTreeMap<&'static str, Literal>,
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// As bash would have it; several words for an array.
    Words(Vec<String>),
    /// It is not literal, or set more than once to different values.
    Unknown(Expansion),
}

/// Why a value is not literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expansion {
    /// It holds an expansion that only bash can make: the text.
    Bash(String),
    /// It is set more than once.
    Several,
    /// It is set where only bash knows whether that runs: the line.
    Place(String),
    /// It is appended to, or the quotes do not end on its line.
    Form(String),
}

impl Ebuild {
    /// The ebuild at `path`; `Ok(None)` where its name is no `PN-PVR.ebuild`.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, InputError> {
        let Some((name, version)) = path.file_name().and_then(|n| n.to_str()).and_then(split)
        else {
            return Ok(None);
        };
        let bytes = read_bounded(path, EBUILD_LIMIT)?;
        let text = String::from_utf8_lossy(&bytes);
        let variables = variables(&text, &name, &version);
        Ok(Some(Self { path: path.to_owned(), name, version, variables }))
    }

    /// The literal value of a variable that is one word.
    pub(crate) fn literal(&self, variable: &str) -> Option<&str> {
        match self.variables.get(variable)? {
            Literal::Words(words) => words.first().map(String::as_str).filter(|w| !w.is_empty()),
            Literal::Unknown(_) => None,
        }
    }

    /// The words of an array.
    pub(crate) fn words(&self, variable: &str) -> &[String] {
        match self.variables.get(variable) {
            Some(Literal::Words(words)) => words,
            _ => &[],
        }
    }
}

/// PN and PVR of an ebuild's file name (PMS, section 3.1).
pub(crate) fn split(file_name: &str) -> Option<(String, Version)> {
    let stem = file_name.strip_suffix(".ebuild")?;
    // PN never ends in a hyphen and something like a version: the last fitting hyphen counts.
    stem.rmatch_indices('-').find_map(|(at, _)| {
        let (name, version) = (stem.get(..at)?, stem.get(at + 1..)?);
        let is_revision = version
            .strip_prefix('r')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
        if is_revision || name.is_empty() {
            return None;
        }
        Some((name.to_owned(), Version::parse(version)?))
    })
}

fn assignment() -> Option<&'static Regex> {
    static REGEX: OnceLock<Option<Regex>> = OnceLock::new();
    REGEX
        .get_or_init(|| {
            Regex::new(
                r#"(?m)^[ \t]*(?:export[ \t]+|declare[ \t]+|readonly[ \t]+)*([A-Z][A-Z0-9_]*)(\+?)=(\([^)]*\)|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s;#]*)"#,
            )
            .ok()
        })
        .as_ref()
}

fn variables(text: &str, name: &str, version: &Version) -> BTreeMap<&'static str, Literal> {
    let mut found: BTreeMap<&'static str, Literal> = BTreeMap::new();
    let (Some(assignment), Some(mention)) = (assignment(), mention()) else { return found };
    let lines = context::lines(text);
    let runs = |at: usize| {
        let line = lines.iter().take_while(|(start, _)| *start <= at).last();
        line.map_or(Runs::Perhaps, |(_, runs)| *runs)
    };
    // Where the names stand whose assignment was understood.
    let mut understood: BTreeSet<usize> = BTreeSet::new();
    for captures in assignment.captures_iter(text) {
        let Some(place) = captures.get(1).map(|name| name.start()) else { continue };
        understood.insert(place);
        let group = |index| captures.get(index).map_or("", |m| m.as_str());
        let Some((variable, _)) = VARIABLES.iter().find(|(known, _)| *known == group(1)) else {
            continue;
        };
        let raw = group(3);
        let literal = match (runs(place), group(2)) {
            (Runs::Never, _) => continue,
            (Runs::Perhaps, _) => Literal::Unknown(Expansion::Place(group(0).trim().to_owned())),
            (Runs::Always, "+") => Literal::Unknown(Expansion::Form(format!("+={raw}"))),
            (Runs::Always, _) => value(raw, name, version),
        };
        add(&mut found, variable, literal);
    }
    // `: "${VAR:=value}"`, `use x && VAR=value`: set in a way that is not understood.
    for captures in mention.captures_iter(text) {
        let Some(name) = captures.get(1).or_else(|| captures.get(2)) else { continue };
        let known = VARIABLES.iter().find(|(known, _)| *known == name.as_str());
        let Some((variable, _)) = known.filter(|_| !understood.contains(&name.start())) else {
            continue;
        };
        if runs(name.start()) != Runs::Never && !is_comment(text, name.start()) {
            let line = line_of(text, name.start()).trim().to_owned();
            add(&mut found, variable, Literal::Unknown(Expansion::Place(line)));
        }
    }
    found
}

fn add(found: &mut BTreeMap<&'static str, Literal>, variable: &'static str, literal: Literal) {
    match found.get_mut(variable) {
        Some(earlier) if *earlier != literal => *earlier = Literal::Unknown(Expansion::Several),
        Some(_) => {}
        None => {
            found.insert(variable, literal);
        }
    }
}

/// The line that holds the byte `at`.
fn line_of(text: &str, at: usize) -> &str {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
}

/// Whether the byte `at` stands behind a ` #` on its line.
fn is_comment(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.contains(" #") || line.contains("\t#")
}

/// `NAME=`, `NAME+=`, `NAME[0]=`, `${NAME:=`, `read … NAME`, `printf -v NAME`, `unset NAME` and kin.
const MENTION: &str = r"(?m)\b(?:read|mapfile|readarray|unset|printf[ \t]+-v|eval)\b[^\n]*?\b((?:VERIFY|PYPI)_[A-Z0-9_]+)|\b([A-Z][A-Z0-9_]*)(?:\[[^\]\n]*\])?(?::?\+?=[^=]|:?=$)";

/// Where a variable is set in whatever way.
fn mention() -> Option<&'static Regex> {
    static REGEX: OnceLock<Option<Regex>> = OnceLock::new();
    REGEX.get_or_init(|| Regex::new(MENTION).ok()).as_ref()
}

fn value(raw: &str, name: &str, version: &Version) -> Literal {
    let words = match raw.strip_prefix('(') {
        Some(inner) => words(inner.strip_suffix(')').unwrap_or(inner)),
        None => words(raw).filter(|words| words.len() < 2),
    };
    let Some(words) = words else {
        return Literal::Unknown(Expansion::Form(raw.to_owned()));
    };
    let expanded: Option<Vec<String>> =
        words.iter().map(|word| expand(word, name, version)).collect();
    match expanded {
        Some(words) => Literal::Words(words),
        None => Literal::Unknown(Expansion::Bash(raw.to_owned())),
    }
}

/// A character of a word, and whether bash would look into it.
type Character = (char, bool);

/// Splits words as bash does: quotes, backslashes, and comments in arrays. `None` where a quote
/// does not end.
fn words(text: &str) -> Option<Vec<Vec<Character>>> {
    let mut words: Vec<Vec<Character>> = Vec::new();
    let mut word: Option<Vec<Character>> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push((c, false)),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (_, '\\') => {
                let next = chars.next()?;
                let word = word.get_or_insert_default();
                if quote.is_some() && !matches!(next, '$' | '`' | '"' | '\\') {
                    word.push(('\\', false));
                }
                word.push((next, false));
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '#') if word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            (_, c) => word.get_or_insert_default().push((c, true)),
        }
    }
    if quote.is_some() {
        return None;
    }
    words.extend(word);
    Some(words)
}

/// Expands what the ebuild's name says; `None` where anything else would be expanded.
fn expand(word: &[Character], name: &str, version: &Version) -> Option<String> {
    let mut out = String::new();
    let mut rest = word;
    while let Some(((c, live), tail)) = rest.split_first() {
        rest = tail;
        match c {
            '$' if *live => {
                let (known, after) = variable_name(tail)?;
                out.push_str(&known_value(&known, name, version)?);
                rest = after;
            }
            '`' if *live => return None,
            _ => out.push(*c),
        }
    }
    Some(out)
}

/// The name behind a `$`, and what follows it.
fn variable_name(rest: &[Character]) -> Option<(String, &[Character])> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (braced, rest) = match rest.split_first() {
        Some((('{', true), tail)) => (true, tail),
        _ => (false, rest),
    };
    let end = rest.iter().position(|(c, _)| !is_name(*c)).unwrap_or(rest.len());
    let name: String = rest.get(..end)?.iter().map(|(c, _)| *c).collect();
    let rest = rest.get(end..)?;
    match (braced, rest.split_first()) {
        (true, Some((('}', _), tail))) => Some((name, tail)),
        (true, _) => None,
        (false, _) if name.is_empty() => None,
        (false, _) => Some((name, rest)),
    }
}

fn known_value(variable: &str, name: &str, version: &Version) -> Option<String> {
    let pv = version.without_revision();
    Some(match variable {
        "PN" => name.to_owned(),
        "PV" => pv.to_owned(),
        "PVR" => version.as_str().to_owned(),
        "P" => format!("{name}-{pv}"),
        "PF" => format!("{name}-{version}"),
        // The system that this runs on.
        "BROOT" | "EPREFIX" => String::new(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Ebuild {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("foo-bar-1.2_rc1-r3.ebuild");
        std::fs::write(&path, text).unwrap();
        Ebuild::read(&path).unwrap().unwrap()
    }

    #[test]
    fn names() {
        for (file, expected) in [
            ("foo-1.2.ebuild", Some(("foo", "1.2"))),
            ("foo-bar-1.2-r3.ebuild", Some(("foo-bar", "1.2-r3"))),
            ("foo-1-2.ebuild", Some(("foo-1", "2"))),
            ("a2ps-4.15.5.ebuild", Some(("a2ps", "4.15.5"))),
            ("foo-r3.ebuild", None),
            ("foo.ebuild", None),
            ("foo-1.2", None),
            ("-1.2.ebuild", None),
        ] {
            let found = split(file).map(|(name, version)| (name, version.to_string()));
            let expected = expected.map(|(n, v)| (n.to_owned(), v.to_owned()));
            assert_eq!(found, expected, "{file}");
        }
    }

    #[test]
    fn literal_values() {
        let ebuild = read(
            "VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/openpgp-keys/foo.asc\n\
             VERIFY_PROVENANCE_REF=\"refs/tags/v${PV}\"\n\
             VERIFY_PROVENANCE_WORKFLOW='.github/workflows/$x.yml' # comment\n\
             \tVERIFY_PROVENANCE_TRIGGER=push,release\n\
             VERIFY_PROVENANCE_SIGNER=\"https://example.org/\\$x\\\"$PN\"\n\
             VERIFY_PROVENANCE_UPSTREAM_NAMES=(\n\t\"${P}.a=${PN}\" # why\n\tb=c\n)\n\
             export PYPI_VERIFY_REPO=https://github.com/o/r\n\
             #VERIFY_PROVENANCE_RUNNER=commented\n\
             NOT_OURS=x\n",
        );
        let value = |name| ebuild.literal(name);
        assert_eq!(value("VERIFY_SIG_OPENPGP_KEY_PATH"), Some("/usr/share/openpgp-keys/foo.asc"));
        assert_eq!(value("VERIFY_PROVENANCE_REF"), Some("refs/tags/v1.2_rc1"));
        assert_eq!(value("VERIFY_PROVENANCE_WORKFLOW"), Some(".github/workflows/$x.yml"));
        assert_eq!(value("VERIFY_PROVENANCE_TRIGGER"), Some("push,release"));
        assert_eq!(value("VERIFY_PROVENANCE_SIGNER"), Some("https://example.org/$x\"foo-bar"));
        assert_eq!(value("PYPI_VERIFY_REPO"), Some("https://github.com/o/r"));
        assert_eq!(
            ebuild.words("VERIFY_PROVENANCE_UPSTREAM_NAMES"),
            ["foo-bar-1.2_rc1.a=foo-bar", "b=c"]
        );
        assert_eq!(value("VERIFY_PROVENANCE_RUNNER"), None);
        assert!(!ebuild.variables.contains_key("VERIFY_PROVENANCE_RUNNER"));
    }

    #[test]
    fn what_only_bash_knows_is_named() {
        for (text, expected) in [
            ("\"refs/tags/v${MY_PV}\"", "MY_PV"),
            ("\"refs/tags/v${PV/_/}\"", "PV/_/"),
            ("$(ver_cut 1-2)", "$(ver_cut"),
            ("\"`id`\"", "`id`"),
            ("\"unfinished", "\"unfinished"),
        ] {
            let ebuild = read(&format!("VERIFY_PROVENANCE_REF={text}\n"));
            let said = match ebuild.variables.get("VERIFY_PROVENANCE_REF") {
                Some(Literal::Unknown(Expansion::Bash(raw) | Expansion::Form(raw))) => raw.clone(),
                other => format!("{other:?}"),
            };
            assert!(said.contains(expected), "{text}: {said}");
            assert_eq!(ebuild.literal("VERIFY_PROVENANCE_REF"), None);
        }
        let twice = read("VERIFY_PROVENANCE_REF=refs/a\nVERIFY_PROVENANCE_REF=refs/b\n");
        assert_eq!(
            twice.variables.get("VERIFY_PROVENANCE_REF"),
            Some(&Literal::Unknown(Expansion::Several))
        );
        for text in [
            "if use x; then\n\tVERIFY_PROVENANCE_REF=refs/a\nfi\n",
            ": \"${VERIFY_PROVENANCE_REF:=refs/a}\"\n",
            "use x && VERIFY_PROVENANCE_REF=refs/a\n",
            "inherit x; VERIFY_PROVENANCE_REF=refs/a\n",
            "[[ a == b ]] || VERIFY_PROVENANCE_REF=refs/a\n",
            "declare -r VERIFY_PROVENANCE_REF=refs/a\n",
            "typeset VERIFY_PROVENANCE_REF=refs/a\n",
            "VERIFY_PROVENANCE_REF[0]=refs/a\n",
            "read -r VERIFY_PROVENANCE_REF <<<refs/a\n",
            "printf -v VERIFY_PROVENANCE_REF refs/a\n",
            "src_unpack() {\n\tlocal VERIFY_PROVENANCE_REF=refs/a\n}\n",
        ] {
            let found = read(text).variables.get("VERIFY_PROVENANCE_REF").cloned();
            assert!(
                matches!(found, Some(Literal::Unknown(Expansion::Place(_)))),
                "{text}: {found:?}"
            );
        }
        for text in [
            "cat <<-EOF\n\tVERIFY_PROVENANCE_REF=refs/a\nEOF\n",
            "[[ ${VERIFY_PROVENANCE_REF} == a ]]\n",
            "FOO=a # VERIFY_PROVENANCE_REF=refs/a\n",
            "if [[ ${PV} == 9999 ]]; then\n\tVERIFY_PROVENANCE_REF=refs/a\nfi\n",
        ] {
            assert_eq!(read(text).variables.get("VERIFY_PROVENANCE_REF"), None, "{text}");
        }
        let live = "if [[ ${PV} == 9999 ]]; then\n\tinherit git-r3\nelse\n\tVERIFY_PROVENANCE_REF=refs/a\nfi\n";
        assert_eq!(read(live).literal("VERIFY_PROVENANCE_REF"), Some("refs/a"));
        let appended = read("VERIFY_PROVENANCE_REF+=x\n");
        assert_eq!(appended.literal("VERIFY_PROVENANCE_REF"), None);
    }
}
