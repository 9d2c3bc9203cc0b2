//! SRC_URI (PMS, section 7.3.2): which files an ebuild fetches, from where and for which USE flags.

use crate::evidence::manifest::is_distfile_name;
use std::collections::BTreeMap;

/// The most URIs, the deepest nesting, and the most flags of all conditions together.
const FILES: usize = 20_000;
const DEPTH: usize = 64;
const FLAGS: usize = 200_000;

/// The longest flag; and the most that is shown of what is no SRC_URI.
const FLAG: usize = 256;

/// The files of an ebuild, in the order in which they are named first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SrcUri {
    /// The files.
    pub(crate) files: Vec<SourceFile>,
    /// Where each is among them.
    places: BTreeMap<String, usize>,
}

/// A file that an ebuild fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFile {
    /// Its name in DISTDIR.
    pub(crate) name: String,
    /// Where it is fetched from.
    pub(crate) uris: Vec<String>,
    /// Its name before `->`, where it is renamed.
    pub(crate) upstream: Option<String>,
    /// The conditions of each place that names it; empty where it is always fetched.
    pub(crate) conditions: Vec<Vec<Condition>>,
}

/// A USE flag that has to be set, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    /// The flag.
    pub(crate) flag: String,
    /// Whether it has to be unset.
    pub(crate) negated: bool,
}

/// Why a text is no SRC_URI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SrcUriError {
    /// Parentheses that do not pair.
    #[error("a parenthesis without its partner")]
    Parenthesis,
    /// A condition without its group.
    #[error("\"{0}\" has no group in parentheses behind it")]
    Condition(String),
    /// `->` without a URI before it or a name behind it.
    #[error("\"->\" without a URI before it and a name behind it")]
    Arrow,
    /// A name that no distfile can have.
    #[error("\"{0}\" cannot be the name of a distfile")]
    Name(String),
    /// Something that PMS does not have there.
    #[error("\"{0}\" has no place in SRC_URI")]
    Token(String),
    /// More than any ebuild needs.
    #[error("more than {FILES} files or {FLAGS} conditions, or groups deeper than {DEPTH}")]
    Limit,
}

impl SourceFile {
    /// Whether it is fetched whatever the USE flags are.
    pub(crate) fn is_unconditional(&self) -> bool {
        self.conditions.iter().any(Vec::is_empty)
    }

    /// Whether each place that names it asks for one of `flags`.
    pub(crate) fn needs_one_of(&self, flags: &[&str]) -> bool {
        let asks =
            |condition: &Condition| !condition.negated && flags.contains(&condition.flag.as_str());
        !self.conditions.is_empty() && self.conditions.iter().all(|all| all.iter().any(asks))
    }
}

impl SrcUri {
    /// Reads the value of SRC_URI.
    ///
    /// # Errors
    ///
    /// If it is not what PMS says.
    pub(crate) fn parse(text: &str) -> Result<Self, SrcUriError> {
        let mut found = Self::default();
        let (mut uris, mut flags) = (0, 0);
        // The conditions around, and for each open group whether one belongs to it.
        let mut conditions: Vec<Condition> = Vec::new();
        let mut groups: Vec<bool> = Vec::new();
        let mut words = text.split_ascii_whitespace().peekable();
        while let Some(word) = words.next() {
            match word {
                "(" => groups.push(false),
                ")" => {
                    if groups.pop().ok_or(SrcUriError::Parenthesis)? {
                        conditions.pop();
                    }
                }
                "->" => return Err(SrcUriError::Arrow),
                "||" | "^^" | "??" => return Err(SrcUriError::Token(shown(word))),
                _ if word.ends_with('?') && !word.contains('/') => {
                    conditions.push(condition(word)?);
                    if words.next() != Some("(") {
                        return Err(SrcUriError::Condition(shown(word)));
                    }
                    groups.push(true);
                }
                uri => {
                    let renamed = match words.next_if_eq(&"->") {
                        Some(_) => Some(words.next().ok_or(SrcUriError::Arrow)?),
                        None => None,
                    };
                    uris += 1;
                    flags += conditions.len();
                    found.add(uri, renamed, &conditions)?;
                }
            }
            if groups.len() > DEPTH || uris > FILES || flags > FLAGS {
                return Err(SrcUriError::Limit);
            }
        }
        if groups.is_empty() { Ok(found) } else { Err(SrcUriError::Parenthesis) }
    }

    fn add(
        &mut self,
        uri: &str,
        renamed: Option<&str>,
        conditions: &[Condition],
    ) -> Result<(), SrcUriError> {
        // EAPI 8 lets fetching and mirroring be restricted for one URI.
        let uri = uri.strip_prefix("fetch+").or_else(|| uri.strip_prefix("mirror+")).unwrap_or(uri);
        let base = uri.rsplit('/').next().unwrap_or(uri);
        let name = renamed.unwrap_or(base);
        if !is_distfile_name(name) || name.contains(['(', ')']) {
            return Err(SrcUriError::Name(shown(name)));
        }
        let place = *self.places.entry(name.to_owned()).or_insert(self.files.len());
        if place == self.files.len() {
            self.files.push(SourceFile {
                name: name.to_owned(),
                uris: Vec::new(),
                upstream: None,
                conditions: Vec::new(),
            });
        }
        let Some(file) = self.files.get_mut(place) else { return Ok(()) };
        file.uris.push(uri.to_owned());
        file.conditions.push(conditions.to_vec());
        let upstream = renamed.filter(|name| *name != base && !base.is_empty());
        if file.upstream.is_none() {
            file.upstream = upstream.map(|_| base.to_owned());
        }
        Ok(())
    }

    /// The file of that name.
    pub(crate) fn file(&self, name: &str) -> Option<&SourceFile> {
        self.files.get(*self.places.get(name)?)
    }

    /// The names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }
}

fn condition(word: &str) -> Result<Condition, SrcUriError> {
    let flag = word.strip_suffix('?').unwrap_or(word);
    let (negated, flag) = match flag.strip_prefix('!') {
        Some(flag) => (true, flag),
        None => (false, flag),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || "+_@-".contains(c);
    match (1..=FLAG).contains(&flag.len()) && flag.chars().all(fits) {
        true => Ok(Condition { flag: flag.to_owned(), negated }),
        false => Err(SrcUriError::Token(shown(word))),
    }
}

/// The word, or its beginning where it is long.
fn shown(word: &str) -> String {
    match word.char_indices().nth(FLAG) {
        Some((end, _)) => format!("{}…", word.get(..end).unwrap_or_default()),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn groups_and_renames() {
        let text = "https://example.org/a-1.tar.gz
            mirror://gnu/b/b-1.tar.xz
            https://example.org/v1.tar.gz -> c-1.gh.tar.gz
            verify-sig? ( https://example.org/a-1.tar.gz.asc
                !test? ( fetch+https://example.org/d.sig ) )
            amd64? ( https://example.org/e.bin ) arm64? ( https://example.org/e.bin )
            https://mirror.example.org/a-1.tar.gz";
        let found = SrcUri::parse(text).unwrap();
        let names: Vec<_> = found.names().collect();
        let expected =
            ["a-1.tar.gz", "b-1.tar.xz", "c-1.gh.tar.gz", "a-1.tar.gz.asc", "d.sig", "e.bin"];
        assert_eq!(names, expected);
        let file = |name| found.file(name).unwrap();
        assert_eq!(file("c-1.gh.tar.gz").upstream.as_deref(), Some("v1.tar.gz"));
        assert_eq!(file("a-1.tar.gz").uris.len(), 2);
        assert!(file("a-1.tar.gz").is_unconditional() && !file("e.bin").is_unconditional());
        assert!(file("d.sig").needs_one_of(&["verify-sig"]));
        assert!(!file("e.bin").needs_one_of(&["amd64"]));
        assert!(file("e.bin").needs_one_of(&["amd64", "arm64"]));
        assert!(SrcUri::parse("").unwrap().files.is_empty());
    }

    #[test]
    fn what_pms_does_not_have() {
        for text in [
            "( https://example.org/a",
            "https://example.org/a )",
            "x? https://example.org/a",
            "x?",
            "-> a",
            "https://example.org/a ->",
            "https://example.org/a -> b/c",
            "https://example.org/",
            "|| ( https://example.org/a )",
            "x{y}? ( https://example.org/a )",
        ] {
            assert!(SrcUri::parse(text).is_err(), "{text}");
        }
        let deep = format!("{}{}", "( ".repeat(100), ") ".repeat(100));
        assert_eq!(SrcUri::parse(&deep), Err(SrcUriError::Limit));
    }
}
