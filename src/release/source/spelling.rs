//! How a version is spelled: in an archive's name, in a tag, in an ebuild's PV.
//!
//! Two spellings are the same version where their numbers and words are: `1.0.0_rc9`, `1.0.0-rc.9`
//! and `v1_0_0RC9`; `10.3p1` and `V_10_3_P1`; `2024.10.8` and `2024.10.08`.

use crate::bytes::suffix;

/// A number or a word of a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token {
    /// Without leading zeros.
    Number(String),
    Word(String),
}

/// The numbers and words of a text, each with the place where it begins.
pub(super) fn tokens(text: &str) -> Vec<(usize, Token)> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut at = 0;
    while let Some(first) = rest.chars().next() {
        let same = |c: char| match first.is_ascii_digit() {
            true => c.is_ascii_digit(),
            false => c.is_ascii_alphabetic(),
        };
        let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
        let end = if end == 0 { first.len_utf8() } else { end };
        let word = rest.get(..end).unwrap_or_default();
        if first.is_ascii_digit() {
            let number = word.trim_start_matches('0');
            let number = if number.is_empty() { "0" } else { number };
            tokens.push((at, Token::Number(number.to_owned())));
        } else if first.is_ascii_alphabetic() {
            tokens.push((at, Token::Word(canonical(word))));
        }
        at += end;
        rest = rest.get(end..).unwrap_or_default();
    }
    tokens
}

/// One word for each kind of suffix.
fn canonical(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let word = match lower.as_str() {
        "a" => "alpha",
        "b" => "beta",
        "c" => "rc",
        "dev" | "preview" => "pre",
        "pl" | "patch" | "post" => "p",
        other => other,
    };
    word.to_owned()
}

/// The numbers and words of a version.
pub(super) fn key(version: &str) -> Vec<Token> {
    tokens(version).into_iter().map(|(_, token)| token).collect()
}

/// Whether two spellings are the same version.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (key(unprefixed(one)), key(unprefixed(other)));
    !one.is_empty() && one == other
}

/// Without a `v` in front of it.
fn unprefixed(version: &str) -> &str {
    let rest = version.strip_prefix(['v', 'V']).unwrap_or(version);
    if rest.trim_start_matches(['.', '_', '-']).starts_with(|c: char| c.is_ascii_digit()) {
        return rest.trim_start_matches(['.', '_', '-']);
    }
    version
}

/// A release's name and version, as they may be meant by the name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    /// The project's name; empty where the file's name has none.
    pub(crate) name: String,
    /// The version, as it is written.
    pub(crate) version: String,
}

/// Suffixes of file names before those of archives: what Gentoo's renames put there, and what says that it is the
/// source.
const SUFFIXES: [&str; 8] = [".gh", ".gl", ".cb", "-src", "-source", "-sources", "_src", ".github"];

/// A file's name without the suffixes of archives.
pub(super) fn stem(name: &str) -> &str {
    suffix::stem_besides(name.rsplit('/').next().unwrap_or(name), &SUFFIXES)
}

/// What a file's name may mean, the longest version first: the last hyphen whose rest fits a tag
/// counts, as between PN and PV.
pub(crate) fn releases(file_name: &str) -> Vec<Release> {
    let base = file_name.rsplit('/').next().unwrap_or(file_name);
    if let Some(wheel) = base.strip_suffix(".whl") {
        let mut parts = wheel.split('-');
        let (name, version) = (parts.next(), parts.next());
        let release = |(name, version): (&str, &str)| Release {
            name: name.to_owned(),
            version: version.to_owned(),
        };
        return name.zip(version).map(release).into_iter().collect();
    }
    let stem = stem(base);
    let mut found: Vec<Release> = Vec::new();
    for (at, c) in stem.char_indices() {
        let (before, rest) =
            (stem.get(..at).unwrap_or_default(), stem.get(at..).unwrap_or_default());
        let begins = before.is_empty() || before.ends_with(['-', '_', '.', '@', '~']);
        let version = unprefixed(rest);
        let is_version = version.starts_with(|c: char| c.is_ascii_digit())
            && (c.is_ascii_digit() || matches!(c, 'v' | 'V'));
        // `foo-1.2`: not also `foo-1` and `2`.
        let inside = before.ends_with('.')
            && (before.contains(|c: char| c.is_ascii_digit()) || !version.contains('.'));
        if begins && is_version && !inside {
            let name = before.trim_end_matches(['-', '_', '.', '@', '~']).to_owned();
            found.push(Release { name, version: version.to_owned() });
        }
    }
    // `tcl8.6.13`.
    let joined = stem.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0);
    if let Some(at) = joined
        && let (Some(name), Some(version)) = (stem.get(..at), stem.get(at..))
        && name.ends_with(|c: char| c.is_ascii_alphabetic())
        && version.contains('.')
    {
        let release = Release { name: name.to_owned(), version: version.to_owned() };
        if !found.iter().any(|known| known.version == release.version) {
            found.push(release);
        }
    }
    found
}

/// A name without what is spelled differently from place to place.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_versions() {
        for (one, other) in [
            ("1.0.0_rc9", "1.0.0-rc.9"),
            ("10.3p1", "V_10_3_P1"),
            ("10.3_p1", "10.3p1"),
            ("2024.10.8", "v2024.10.08"),
            ("1.0_beta15", "1.0.b15"),
            ("1.0_pre3", "1.0.dev3"),
            ("1.18.1", "1_18_1"),
        ] {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in
            [("1.0", "1.0.0"), ("1.0-rc.9", "1.0"), ("1.2", "11.2"), ("1.2a", "1.2b"), ("", "")]
        {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn what_names_mean() {
        let first = |name: &str| releases(name).into_iter().map(|r| (r.name, r.version)).collect();
        let is = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        for (name, expected) in [
            ("foo-1.2.tar.gz", is(&[("foo", "1.2")])),
            ("foo-2.34.2.gh.tar.gz", is(&[("foo", "2.34.2")])),
            ("md-5-0.10.6.crate", is(&[("md", "5-0.10.6"), ("md-5", "0.10.6")])),
            ("foo-1.0.0-rc.9.crate", is(&[("foo", "1.0.0-rc.9")])),
            ("v2.34.2.tar.gz", is(&[("", "2.34.2")])),
            ("V_10_3_P1.tar.gz", is(&[("", "10_3_P1"), ("V", "10_3_P1"), ("V_10", "3_P1")])),
            ("c-ares-1.18.1.tar.gz", is(&[("c-ares", "1.18.1")])),
            ("foo-1.2-py3-none-any.whl", is(&[("foo", "1.2")])),
            ("tcl8.6.13-src.tar.gz", is(&[("tcl", "8.6.13")])),
            ("sqlite3.tar.gz", is(&[])),
        ] {
            let found: Vec<(String, String)> = first(name);
            assert_eq!(found, expected, "{name}");
        }
    }
}
