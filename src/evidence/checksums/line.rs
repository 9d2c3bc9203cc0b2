//! One line of a list of checksums.

use crate::bytes::digests::HashName;
use std::borrow::Cow;

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parsed<'a> {
    /// It is a checksum.
    Checksum(Line<'a>),
    /// It has the form of a checksum, but no digest where one belongs. The digest of that
    /// line is empty.
    Broken(Line<'a>, Flaw),
    /// Anything else.
    Other,
}

/// What is where a digest belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Nothing at all.
    Empty,
    /// Hexadecimal digits, but too few for any digest.
    Short,
    /// Something that is not hexadecimal.
    NotHexadecimal,
}

impl Flaw {
    pub(super) fn of(digest: &[u8]) -> Option<Self> {
        match digest {
            [] => Some(Self::Empty),
            digest if !digest.iter().all(u8::is_ascii_hexdigit) => Some(Self::NotHexadecimal),
            digest if digest.len() < SHORTEST => Some(Self::Short),
            _ => None,
        }
    }

    /// What is wrong, in words.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Empty => "its digest is empty",
            Self::Short => "its digest has a length that no digest has",
            Self::NotHexadecimal => "its digest is not hexadecimal",
        }
    }
}

/// What a line says: that a file of this name has this digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The hash function, as far as the line says.
    pub(crate) function: Function<'a>,
    /// The digest, in lower-case hexadecimal.
    pub(crate) digest: String,
    /// The name, without escapes.
    pub(crate) name: Cow<'a, [u8]>,
}

/// The hash function of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function<'a> {
    /// The line holds a digest and a name only.
    Unnamed,
    /// One that is computed here.
    Known(HashName),
    /// Another one.
    Other(&'a [u8]),
}

/// The names that BSD's tools, coreutils and openssl give to hash functions.
const NAMES: [(&str, HashName); 31] = [
    ("MD5", HashName::Md5),
    ("SHA1", HashName::Sha1),
    ("SHA", HashName::Sha1),
    ("RMD160", HashName::Rmd160),
    ("RIPEMD160", HashName::Rmd160),
    ("RIPEMD-160", HashName::Rmd160),
    ("SHA256", HashName::Sha256),
    ("SHA2-256", HashName::Sha256),
    ("SHA-256", HashName::Sha256),
    ("SHA_256", HashName::Sha256),
    ("SHA2_256", HashName::Sha256),
    ("SHA384", HashName::Sha384),
    ("SHA-384", HashName::Sha384),
    ("SHA2-384", HashName::Sha384),
    ("SHA512", HashName::Sha512),
    ("SHA-512", HashName::Sha512),
    ("SHA-1", HashName::Sha1),
    ("SHA2-512", HashName::Sha512),
    ("SHA3-256", HashName::Sha3_256),
    ("SHA3-512", HashName::Sha3_512),
    ("BLAKE2B", HashName::Blake2b),
    ("BLAKE2B512", HashName::Blake2b),
    ("BLAKE2B-512", HashName::Blake2b),
    ("BLAKE2S", HashName::Blake2s),
    ("BLAKE2S256", HashName::Blake2s),
    ("BLAKE2S-256", HashName::Blake2s),
    ("B2", HashName::Blake2b),
    ("B2SUM", HashName::Blake2b),
    ("WHIRLPOOL", HashName::Whirlpool),
    ("STREEBOG256", HashName::Streebog256),
    ("STREEBOG512", HashName::Streebog512),
];

/// The longest name of a hash function that is looked for.
const NAME_LIMIT: usize = 32;

impl<'a> Parsed<'a> {
    /// Reads `DIGEST  NAME`, `DIGEST *NAME`, `DIGEST NAME`, `FUNCTION (NAME) = DIGEST` or
    /// `FUNCTION(NAME)= DIGEST`, as coreutils' `--check` does.
    pub(super) fn of(line: &'a [u8]) -> Self {
        let trimmed = trim_start(line);
        // With a backslash in front, the name is escaped.
        let (escaped, trimmed) = match trimmed {
            [b'\\', rest @ ..] => (true, rest),
            line => (false, line),
        };
        // Two blanks without anything in front are the separator of a line without its digest.
        let whole = if escaped { trimmed } else { line };
        let Some((function, name, digest)) =
            tagged(trimmed).or_else(|| plain(trimmed)).or_else(|| plain(whole))
        else {
            return Self::Other;
        };
        let name = match escaped.then(|| unescape(name)) {
            Some(None) => return Self::Other,
            Some(Some(name)) => Cow::Owned(name),
            None => Cow::Borrowed(name),
        };
        let line = |digest| Line { function, digest, name };
        match (Flaw::of(digest), std::str::from_utf8(digest)) {
            (None, Ok(digest)) => Self::Checksum(line(digest.to_ascii_lowercase())),
            (flaw, _) => Self::Broken(line(String::new()), flaw.unwrap_or(Flaw::NotHexadecimal)),
        }
    }
}

type Parts<'a> = (Function<'a>, &'a [u8], &'a [u8]);

/// The function of a line `FUNCTION (…` or `FUNCTION(…`, and what follows the bracket.
pub(super) fn tag(line: &[u8]) -> Option<(Function<'_>, &[u8])> {
    let open = line.iter().take(NAME_LIMIT).position(|b| *b == b'(')?;
    let function = line.get(..open)?;
    let function = function.strip_suffix(b" ").unwrap_or(function);
    let word = |b: &u8| b.is_ascii_alphanumeric() || b"-/_".contains(b);
    if function.is_empty() || !function.iter().all(word) {
        return None;
    }
    Some((
        named(function).map_or(Function::Other(function), Function::Known),
        line.get(open + 1..)?,
    ))
}

/// The hash function of that name.
pub(super) fn named(function: &[u8]) -> Option<HashName> {
    let known = NAMES.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(function));
    known.map(|(_, hash)| *hash)
}

/// `FUNCTION (NAME) = DIGEST` and `FUNCTION(NAME)= DIGEST`. The name ends at the last bracket before
/// an equals sign, as a digest has neither.
fn tagged(line: &[u8]) -> Option<Parts<'_>> {
    let (function, rest) = tag(line)?;
    let ends = |at: usize| rest.get(at + 1..).map(trim_start).is_some_and(|r| r.starts_with(b"="));
    let close = (0..rest.len()).rev().find(|at| rest.get(*at) == Some(&b')') && ends(*at))?;
    let name = rest.get(..close)?;
    let digest = trim_start(rest.get(close + 1..)?).strip_prefix(b"=")?;
    Some((function, name, trim_end(trim_start(digest))))
}

/// `DIGEST  NAME`, with a blank or `*` for the second blank, or only one.
fn plain(line: &[u8]) -> Option<Parts<'_>> {
    let end = line.iter().position(|b| matches!(b, b' ' | b'\t'))?;
    let digest = line.get(..end)?;
    let (name, two) = match line.get(end + 1..)? {
        [b' ' | b'*', name @ ..] => (name, true),
        name => (name, false),
    };
    (!name.is_empty() && stands_for_a_digest(digest, two)).then_some((
        Function::Unnamed,
        name,
        digest,
    ))
}

/// Whether `word` is where a line of coreutils has its digest. Such lists stand in
/// announcements, so words of prose and of commands are told apart from damaged digests: whatever
/// precedes the two characters that separate a digest from its name, unless it ends in a
/// colon, and before a single blank a word with a digit that is not the name of a program.
fn stands_for_a_digest(word: &[u8], two: bool) -> bool {
    if word.len() >= SHORTEST {
        return true;
    }
    if two {
        return !word.ends_with(b":");
    }
    let program = word.strip_suffix(b"sum").unwrap_or(word);
    word.iter().all(u8::is_ascii_alphanumeric)
        && word.iter().any(u8::is_ascii_digit)
        && named(program).is_none()
}

/// The digits of the shortest digest, MD5's. Shorter numbers are no digests.
pub(super) const SHORTEST: usize = 32;

/// Takes coreutils' escapes off: `\\`, `\n` and `\r`; `None` for any other.
fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len());
    let mut bytes = name.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                _ => return None,
            },
            byte => *byte,
        });
    }
    Some(out)
}

/// `bytes` without the blanks in front.
pub(super) fn trim_start(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}

/// `bytes` without the blanks behind.
pub(super) fn trim_end(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |at| at + 1);
    bytes.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn name(line: &str) -> Option<String> {
        let line = line.replace("HEX", MD5);
        let Parsed::Checksum(line) = Parsed::of(line.as_bytes()) else { return None };
        assert_eq!(line.digest, MD5);
        Some(String::from_utf8(line.name.into_owned()).unwrap())
    }

    fn flaw(line: &str) -> Option<Flaw> {
        let line = line.replace("HEX", MD5);
        let Parsed::Broken(line, flaw) = Parsed::of(line.as_bytes()) else { return None };
        assert_eq!((&line.name[..], line.digest.as_str()), (&b"a"[..], ""));
        Some(flaw)
    }

    #[test]
    fn digests_that_are_none() {
        for (expected, lines) in [
            (Flaw::Empty, &["  a", " *a", "\\  a", "MD5 (a) =", "MD5 (a) = ", "MD5(a)= \t"][..]),
            (Flaw::Short, &["0123  a", "123 a", "123 *a", "1f\ta", "MD5 (a) = 123", "f  a"]),
            (
                Flaw::NotHexadecimal,
                &[
                    "gHEX  a",
                    "HEXg a",
                    "-HEX  a",
                    "HEX\0  a",
                    "12g a",
                    "MD5 (a) = HEXg",
                    "MD5 (a) = HEX x",
                    "MD5 (a) = = HEX",
                    "MD5(a)= none",
                    "none *a",
                ],
            ),
        ] {
            for line in lines {
                assert_eq!(flaw(line), Some(expected), "{line:?}");
            }
        }
    }

    #[test]
    fn words_that_are_no_digests() {
        for line in [
            "sha256sum a",
            "md5 a",
            "see a",
            "1. a",
            "a",
            " a",
            "    a",
            "File:  a",
            "MD5 (a)",
            "(a) = HEX",
            "\\x  a\\x",
        ] {
            assert_eq!(flaw_of_any_name(line), None, "{line:?}");
        }
    }

    fn flaw_of_any_name(line: &str) -> Option<Flaw> {
        let line = line.replace("HEX", MD5);
        match Parsed::of(line.as_bytes()) {
            Parsed::Broken(line, flaw) if *line.name == *b"a" => Some(flaw),
            _ => None,
        }
    }

    #[test]
    fn forms() {
        for (line, expected) in [
            ("HEX  a b", "a b"),
            ("HEX *a", "a"),
            ("HEX a", "a"),
            ("HEX\ta", "a"),
            ("HEX   a", " a"),
            ("HEX  *a", "*a"),
            ("  HEX  a", "a"),
            ("\\HEX  a\\\\b\\nc\\rd", "a\\b\nc\rd"),
            ("HEX  a\\nb", "a\\nb"),
            ("MD5 (a) = HEX", "a"),
            ("MD5(a)= HEX", "a"),
            ("md5(a)= HEX", "a"),
            ("MD5 (a) = b) = HEX", "a) = b"),
            ("\\MD5 (a\\nb) = HEX", "a\nb"),
            ("BLAKE9 (a) = HEX", "a"),
        ] {
            assert_eq!(name(line).as_deref(), Some(expected), "{line}");
        }
        assert_eq!(name(&format!("{}  a", MD5.to_uppercase())).as_deref(), Some("a"));
    }

    #[test]
    fn what_is_no_checksum() {
        for line in [
            "",
            " ",
            "HEX",
            "HEX ",
            "HEX  ",
            "gHEX  a",
            "-HEX  a",
            "0123  a",
            "\\HEX  a\\x",
            "\\HEX  a\\",
            "MD5 (a) HEX",
            "MD5 (a = HEX",
            "MD5 (a) = HEX x",
            "MD5 (a) = ",
            "sha256sum a",
            "SHA256  (a) = HEX",
            "(a) = HEX",
        ] {
            assert_eq!(name(line), None, "{line:?}");
        }
    }
}
