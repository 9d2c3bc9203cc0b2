//! One line of a list of checksums.

use crate::digests::HashName;
use std::borrow::Cow;

/// What a line says: that a file of this name has this digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The hash function, as far as the line says.
    pub function: Function<'a>,
    /// The digest, in lower-case hexadecimal.
    pub digest: String,
    /// The name, without escapes.
    pub name: Cow<'a, [u8]>,
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
const NAMES: [(&str, HashName); 25] = [
    ("MD5", HashName::Md5),
    ("SHA1", HashName::Sha1),
    ("SHA", HashName::Sha1),
    ("RMD160", HashName::Rmd160),
    ("RIPEMD160", HashName::Rmd160),
    ("RIPEMD-160", HashName::Rmd160),
    ("SHA256", HashName::Sha256),
    ("SHA2-256", HashName::Sha256),
    ("SHA384", HashName::Sha384),
    ("SHA2-384", HashName::Sha384),
    ("SHA512", HashName::Sha512),
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

impl<'a> Line<'a> {
    /// Reads `DIGEST  NAME`, `DIGEST *NAME`, `DIGEST NAME`, `FUNCTION (NAME) = DIGEST` or
    /// `FUNCTION(NAME)= DIGEST`, as coreutils' `--check` does; `None` for anything else.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let line = trim_start(line);
        // With a backslash in front, the name is escaped.
        let (escaped, line) = match line {
            [b'\\', rest @ ..] => (true, rest),
            line => (false, line),
        };
        let (function, name, digest) = tagged(line).or_else(|| plain(line))?;
        let name = if escaped { Cow::Owned(unescape(name)?) } else { Cow::Borrowed(name) };
        Some(Self { function, digest: digest.to_ascii_lowercase(), name })
    }
}

type Parts<'a> = (Function<'a>, &'a [u8], &'a str);

/// `FUNCTION (NAME) = DIGEST` and `FUNCTION(NAME)= DIGEST`. The name ends at the last bracket, as a
/// digest has none.
fn tagged(line: &[u8]) -> Option<Parts<'_>> {
    let open = line.iter().take(NAME_LIMIT).position(|b| *b == b'(')?;
    let function = line.get(..open)?;
    let function = function.strip_suffix(b" ").unwrap_or(function);
    let word = |b: &u8| b.is_ascii_alphanumeric() || b"-/_".contains(b);
    if function.is_empty() || !function.iter().all(word) {
        return None;
    }
    let close = line.iter().rposition(|b| *b == b')')?;
    let name = line.get(open + 1..close)?;
    let digest = trim_start(line.get(close + 1..)?).strip_prefix(b"=")?;
    let known = NAMES.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(function));
    let function = known.map_or(Function::Other(function), |(_, hash)| Function::Known(*hash));
    Some((function, name, hexadecimal(trim_end(trim_start(digest)))?))
}

/// `DIGEST  NAME`, with a blank or `*` for the second blank, or only one.
fn plain(line: &[u8]) -> Option<Parts<'_>> {
    let end = line.iter().position(|b| matches!(b, b' ' | b'\t'))?;
    let digest = hexadecimal(line.get(..end)?)?;
    let name = line.get(end + 1..)?;
    let name = match name {
        [b' ' | b'*', name @ ..] => name,
        name => name,
    };
    (!name.is_empty() && digest.len() >= SHORTEST).then_some((Function::Unnamed, name, digest))
}

/// The digits of the shortest digest, MD5's. Shorter numbers are no digests.
const SHORTEST: usize = 32;

fn hexadecimal(bytes: &[u8]) -> Option<&str> {
    (!bytes.is_empty() && bytes.iter().all(u8::is_ascii_hexdigit))
        .then(|| std::str::from_utf8(bytes).ok())
        .flatten()
}

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
        Line::parse(line.as_bytes()).map(|l| {
            assert_eq!(l.digest, MD5);
            String::from_utf8(l.name.into_owned()).unwrap()
        })
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
