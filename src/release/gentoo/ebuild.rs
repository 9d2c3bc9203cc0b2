//! The literal variables of an ebuild.
//!
//! Nothing is sourced: an ebuild is a program, and to run it before it was read would be the wrong
//! order. [`Reading`] follows its text as far as it is certain what bash would do; what only bash
//! knows is named, so that a flag can say it.

use super::repository::md5;
use super::{Version, prepare};
use crate::bytes::input::{InputError, read_bounded};
use crate::evidence::expectation::PINS;
use crate::release::bash::{Limit, Reading, Reason, Stop, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The most that an ebuild may hold, in bytes.
const EBUILD_LIMIT: u64 = 1024 * 1024;

/// The variables that say whose signature or publishing is expected, each with the flag that says
/// the same.
const SIGNERS: [(&str, &str); 5] = [
    ("VERIFY_SIG_METHOD", "a key flag or --identity"),
    ("VERIFY_SIG_OPENPGP_KEY_PATH", "--openpgp-key, --signify-key or --minisign-key"),
    ("VERIFY_SIG_CERT_IDENTITY", "--identity"),
    ("VERIFY_SIG_CERT_OIDC_ISSUER", "--issuer"),
    ("VERIFY_PROVENANCE_REPO", "--repository or --publisher"),
];

/// The others, apart from pins.
const OTHERS: [(&str, &str); 3] = [
    ("VERIFY_PROVENANCE_UPSTREAM_NAMES", "--upstream-name"),
    ("PYPI_VERIFY_REPO", "--repository or --publisher"),
    ("PYPI_PN", "--distfile"),
];

/// The array of pins, as options.
const PIN_ARRAY: (&str, &str) = ("VERIFY_PROVENANCE_PINS", "the options in it");

/// The variables that are read, each with the flag that says the same: in the order of
/// documentation.
pub(crate) fn known_variables() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pins = PINS.iter().map(|pin| (pin.variable, pin.option));
    SIGNERS.into_iter().chain(pins).chain([PIN_ARRAY]).chain(OTHERS)
}

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
    /// From where on it is not understood.
    pub(crate) lost: Option<Stop>,
    /// Whether its src_prepare runs eautoreconf whatever happens.
    pub(crate) eautoreconf: bool,
    /// The MD5 digest of its text, by which package managers' caches name it.
    pub(super) md5: String,
    /// SRC_URI.
    src_uri: Option<Literal>,
    /// The eclasses that it is known to inherit.
    inherited: Vec<String>,
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    /// As bash would have it; several words for an array.
    Words(Vec<String>),
    /// Only bash knows it.
    Unknown(Expansion),
}

/// Why a value is not literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expansion {
    /// It holds an expansion that only bash can make: the text.
    Bash(String),
    /// It is set where only bash knows whether that runs: the line.
    Place(String),
    /// The ebuild is not understood from a line on.
    Line {
        /// The line, and the limit that stopped the reader there.
        stop: Stop,
        /// Whether the variable's name occurs in the ebuild.
        named: bool,
    },
    /// It would be beyond a limit.
    Limit(Limit),
    /// It is not of the form that it needs: the text.
    Form(String),
}

impl Expansion {
    /// Whether the ebuild names the variable at all.
    pub(crate) const fn is_named(&self) -> bool {
        !matches!(self, Self::Line { named: false, .. })
    }
}

impl Ebuild {
    /// The ebuild at `path`; `Ok(None)` where its name is no `PN-PVR.ebuild`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, InputError> {
        let Some((name, version)) = path.file_name().and_then(|n| n.to_str()).and_then(split)
        else {
            return Ok(None);
        };
        let bytes = read_bounded(path, EBUILD_LIMIT)?;
        let text = String::from_utf8_lossy(&bytes);
        let reading = Reading::of(&text, &known(path, &name, &version), order);
        Ok(Some(Self {
            path: path.to_owned(),
            variables: variables(&reading, &text),
            name,
            version,
            lost: reading.lost,
            eautoreconf: prepare::runs_eautoreconf(&text),
            md5: md5(&bytes),
            src_uri: of(&reading, &text, "SRC_URI"),
            inherited: reading.inherited,
        }))
    }

    /// The literal value of a variable that is one word.
    pub(crate) fn literal(&self, variable: &str) -> Option<&str> {
        match self.variables.get(variable)? {
            Literal::Words(words) => words.first().map(String::as_str).filter(|w| !w.is_empty()),
            Literal::Unknown(_) => None,
        }
    }

    /// Whether it sets a variable, as far as its text tells.
    pub(crate) fn sets(&self, variable: &str) -> bool {
        self.variables.get(variable).is_some_and(|literal| match literal {
            Literal::Unknown(Expansion::Line { named, .. }) => *named,
            Literal::Unknown(_) | Literal::Words(_) => true,
        })
    }

    /// SRC_URI, as the text tells it.
    pub(super) fn source(&self) -> Option<&Literal> {
        self.src_uri.as_ref()
    }

    /// The limit that SRC_URI would be beyond.
    pub(crate) const fn source_limit(&self) -> Option<Limit> {
        match &self.src_uri {
            Some(Literal::Unknown(Expansion::Limit(limit))) => Some(*limit),
            _ => None,
        }
    }

    /// Whether it is known to inherit an eclass.
    pub(super) fn inherits(&self) -> bool {
        !self.inherited.is_empty()
    }

    /// The eclasses that it is known to inherit.
    pub(super) fn inherited(&self) -> impl Iterator<Item = &str> {
        self.inherited.iter().map(String::as_str)
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

/// The known variables that the script sets.
fn variables(reading: &Reading, text: &str) -> BTreeMap<&'static str, Literal> {
    let found = known_variables().filter_map(|(name, _)| {
        let literal = match (of(reading, text, name), reading.in_function(name)) {
            // A phase sets it, so that what it holds depends on when it is asked for.
            (None | Some(Literal::Words(_)), Some(line)) => {
                Literal::Unknown(Expansion::Place(line))
            }
            (literal, _) => literal?,
        };
        Some((name, literal))
    });
    apart(found.collect())
}

/// The array of pins taken apart: each of its options as the variable that says the same. What is no
/// option of a pin, or is said by the variable as well, stays in the array, as unknown.
fn apart(mut variables: BTreeMap<&'static str, Literal>) -> BTreeMap<&'static str, Literal> {
    let (array, _) = PIN_ARRAY;
    let Some(Literal::Words(words)) = variables.get(array).cloned() else { return variables };
    variables.remove(array);
    let mut rest = Vec::new();
    for word in words {
        let pin = word.split_once('=').and_then(|(option, value)| {
            Some((PINS.iter().find(|pin| pin.option == option)?.variable, value))
        });
        match pin {
            Some((variable, value)) if !variables.contains_key(variable) => {
                variables.insert(variable, Literal::Words(vec![value.to_owned()]));
            }
            _ => rest.push(word),
        }
    }
    if !rest.is_empty() {
        variables.insert(array, Literal::Unknown(Expansion::Form(rest.join(" "))));
    }
    variables
}

/// What the script sets `name` to where it ends.
fn of(reading: &Reading, text: &str, name: &str) -> Option<Literal> {
    Some(match reading.value(name) {
        Value::Absent => return None,
        Value::Text(text) => Literal::Words(vec![text]),
        Value::Array(words) => Literal::Words(words),
        Value::Unknown(reason) => Literal::Unknown(match reason {
            Reason::Value(text) => Expansion::Bash(text),
            Reason::Place(line) => Expansion::Place(line),
            Reason::Line(stop) => Expansion::Line { stop, named: text.contains(name) },
            Reason::Limit(limit) => Expansion::Limit(limit),
        }),
    })
}

/// What package managers set before an ebuild begins, as far as its name tells.
fn known(path: &Path, name: &str, version: &Version) -> Vec<(&'static str, String)> {
    let pv = version.without_revision();
    let revision = version.as_str().get(pv.len()..).unwrap_or_default();
    let revision = if revision.is_empty() { "r0" } else { revision.trim_start_matches('-') };
    let category = path.canonicalize().ok().and_then(|path| {
        let category = path.parent()?.parent()?.file_name()?.to_str()?;
        let fits = |c: char| c.is_ascii_alphanumeric() || "+_.-".contains(c);
        (category.contains('-') && category.chars().all(fits)).then(|| category.to_owned())
    });
    let mut known = vec![
        ("PN", name.to_owned()),
        ("PV", pv.to_owned()),
        ("PR", revision.to_owned()),
        ("PVR", version.as_str().to_owned()),
        ("P", format!("{name}-{pv}")),
        ("PF", format!("{name}-{version}")),
        // The system that this runs on.
        ("BROOT", String::new()),
        ("EPREFIX", String::new()),
    ];
    known.extend(category.map(|category| ("CATEGORY", category)));
    known
}

/// Compares versions as `ver_test` does.
fn order(one: &str, other: &str) -> Option<Ordering> {
    Some(Version::parse(one)?.cmp(&Version::parse(other)?))
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
    fn the_array_of_pins_is_taken_apart() {
        let ebuild = read(
            "VERIFY_PROVENANCE_RUNNER=github-hosted\n\
             VERIFY_PROVENANCE_PINS=( --workflow=release.yml --ref=\"refs/tags/v${PV}\" --owner-id=22 )\n",
        );
        assert_eq!(ebuild.literal("VERIFY_PROVENANCE_WORKFLOW"), Some("release.yml"));
        assert_eq!(ebuild.literal("VERIFY_PROVENANCE_REF"), Some("refs/tags/v1.2_rc1"));
        assert_eq!(ebuild.literal("VERIFY_PROVENANCE_OWNER_ID"), Some("22"));
        assert_eq!(ebuild.literal("VERIFY_PROVENANCE_RUNNER"), Some("github-hosted"));
        assert!(!ebuild.variables.contains_key("VERIFY_PROVENANCE_PINS"));
        // What is not a pin, or is said twice, is not lost.
        let ebuild = read(
            "VERIFY_PROVENANCE_RUNNER=github-hosted\n\
             VERIFY_PROVENANCE_PINS=( --runner=mine --wokflow=a --signer )\n",
        );
        assert_eq!(ebuild.literal("VERIFY_PROVENANCE_RUNNER"), Some("github-hosted"));
        let rest = Expansion::Form("--runner=mine --wokflow=a --signer".to_owned());
        assert_eq!(ebuild.variables.get("VERIFY_PROVENANCE_PINS"), Some(&Literal::Unknown(rest)));
    }

    #[test]
    fn what_bash_would_make_of_it() {
        for (text, expected) in [
            ("VERIFY_PROVENANCE_REF=\"refs/tags/v${PV/_/}\"\n", "refs/tags/v1.2rc1"),
            ("VERIFY_PROVENANCE_REF=v$(ver_rs 2 -)\n", "v1.2-rc1"),
            ("MY_PV=${PV%_rc*}\nVERIFY_PROVENANCE_REF=v${MY_PV//./_}\n", "v1_2"),
            ("VERIFY_PROVENANCE_REF=refs/a\nVERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
            ("VERIFY_PROVENANCE_REF=refs/\nVERIFY_PROVENANCE_REF+=b\n", "refs/b"),
            ("inherit x; VERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
            ("[[ a == b ]] || VERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
            ("declare -r VERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
            ("typeset VERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
            ("VERIFY_PROVENANCE_REF=\"${BROOT}\"/refs/b\n", "/refs/b"),
            ("for a in a b; do VERIFY_PROVENANCE_REF=refs/${a}; done\n", "refs/b"),
            ("VERIFY_PROVENANCE_REF=\\\nrefs/b\n", "refs/b"),
            ("VERIFY_PROVENANCE\\\n_REF=refs/b\n", "refs/b"),
            ("A=$(( 1 << B ))\nVERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
            (
                "if [[ ${PV} == 9999 ]]; then\n\tinherit git-r3; fi\nVERIFY_PROVENANCE_REF=refs/b\n",
                "refs/b",
            ),
            ("f() {\n\tcat <<-\"E-O\"\n\tx\n\tE-O\n}\nVERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
            (
                "if [[ ${PV} == 9999 ]]; then\n\tinherit git-r3\nelse\n\tVERIFY_PROVENANCE_REF=refs/b\nfi\n",
                "refs/b",
            ),
            ("case ${PV} in\n*_rc*) VERIFY_PROVENANCE_REF=refs/b ;;\n*) die ;;\nesac\n", "refs/b"),
            (": \"${MY:=refs/b}\"\nMY=refs/b\nVERIFY_PROVENANCE_REF=${MY}\n", "refs/b"),
        ] {
            let ebuild = read(text);
            let found = ebuild.variables.get("VERIFY_PROVENANCE_REF");
            assert_eq!(found, Some(&Literal::Words(vec![expected.to_owned()])), "{text}");
        }
    }

    #[test]
    fn what_only_bash_knows_is_named() {
        for (text, expected) in [
            ("\"refs/tags/v${MY_PV}\"", "MY_PV"),
            ("\"refs/tags/v${PV@Q}\"", "PV@Q"),
            ("$(get_version 1-2)", "$(get_version"),
            ("\"`id`\"", "`id`"),
        ] {
            let ebuild = read(&format!("VERIFY_PROVENANCE_REF={text}\n"));
            let said = match ebuild.variables.get("VERIFY_PROVENANCE_REF") {
                Some(Literal::Unknown(Expansion::Bash(raw))) => raw.clone(),
                other => format!("{other:?}"),
            };
            assert!(said.contains(expected), "{text}: {said}");
            assert_eq!(ebuild.literal("VERIFY_PROVENANCE_REF"), None);
        }
        for text in [
            "if use x; then\n\tVERIFY_PROVENANCE_REF=refs/a\nfi\n",
            ": \"${VERIFY_PROVENANCE_REF:=refs/a}\"\n",
            "use x && VERIFY_PROVENANCE_REF=refs/a\n",
            "VERIFY_PROVENANCE_REF=refs/a\nuse x && VERIFY_PROVENANCE_REF=refs/b\n",
            "VERIFY_PROVENANCE_REF[0]=refs/a\n",
            "read -r VERIFY_PROVENANCE_REF <<<refs/a\n",
            "printf -v VERIFY_PROVENANCE_REF refs/a\n",
            "mapfile -t VERIFY_PROVENANCE_REF < x\n",
            "for VERIFY_PROVENANCE_REF in ${A}; do :; done\n",
            "while x; do VERIFY_PROVENANCE_REF=refs/a; done\n",
            "VERIFY_PROVENANCE_REF=refs/a\nwhile x; do unset VERIFY_PROVENANCE_REF; done\n",
            "src_unpack() {\n\tlocal VERIFY_PROVENANCE_REF=refs/a\n}\n",
            "f() { VERIFY_PROVENANCE_REF=refs/a; }\nf\n",
            "{ VERIFY_PROVENANCE_REF=refs/a; } < /nonexistent\n",
            "VERIFY_PROVENANCE_REF+=x\n",
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
            "VERIFY_PROVENANCE_REF=refs/a\nunset VERIFY_PROVENANCE_REF\n",
            "( VERIFY_PROVENANCE_REF=refs/a )\n",
            "true | VERIFY_PROVENANCE_REF=refs/a\n",
            "VERIFY_PROVENANCE_REF=refs/a true\n",
            "X=$(VERIFY_PROVENANCE_REF=refs/a)\n",
        ] {
            assert_eq!(read(text).variables.get("VERIFY_PROVENANCE_REF"), None, "{text}");
        }
    }

    /// After a line that is not understood nothing is known, and nothing is "not set".
    #[test]
    fn what_is_not_understood_ends_all_knowledge() {
        for (line, text) in [
            (2, "VERIFY_PROVENANCE_REF=refs/a\nVERIFY_PROVENANCE_RUNNER=\"unfinished\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\neval \"${X}\"\nVERIFY_PROVENANCE_RUNNER=x\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\nsource x\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\n. x\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\ndeclare -n X=VERIFY_PROVENANCE_REF\nX=refs/b\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\ndeclare \"${X}=refs/b\"\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\n${X} y\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\nread -r ${X} <<<refs/b\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\nprintf -v ${X} refs/b\n"),
            (4, "VERIFY_PROVENANCE_REF=refs/a\nif use x; then\n\ty\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\n(( VERIFY_PROVENANCE_REF = 1 ))\n"),
            (3, "X='VERIFY_PROVENANCE_REF = 1'\nVERIFY_PROVENANCE_REF=refs/a\n(( X ))\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\nIFS=/\n"),
            (4, "VERIFY_PROVENANCE_REF=refs/a\ncat <<EOF\nx\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\n)\n"),
            (2, "VERIFY_PROVENANCE_REF=refs/a\nset -- x\n"),
            (2, "readonly VERIFY_PROVENANCE_REF=refs/a\nVERIFY_PROVENANCE_REF=refs/b\n"),
            (1, "VERIFY_PROVENANCE_REF=refs/a\0\n"),
        ] {
            let ebuild = read(text);
            for name in ["VERIFY_PROVENANCE_REF", "VERIFY_PROVENANCE_RUNNER"] {
                let found = ebuild.variables.get(name);
                let stop = Stop { line, limit: None };
                let expected = Expansion::Line { stop, named: text.contains(name) };
                assert_eq!(found, Some(&Literal::Unknown(expected)), "{text}");
            }
        }
    }
}
