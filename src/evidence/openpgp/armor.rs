//! Takes OpenPGP armor off (RFC 9580, section 6.2), several blocks in one file too.

use crate::bytes::sniff;
use sequoia_openpgp::armor::{Reader, ReaderMode};
use std::fmt;
use std::io::Read;

/// Why a file holds no OpenPGP packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ArmorFault {
    /// Neither armored nor binary OpenPGP data.
    NotOpenPgp(&'static str),
    /// A block begins but does not end.
    Unterminated {
        /// The line on which it begins, from 1.
        line: usize,
    },
    /// A block's base64 is broken.
    Broken {
        /// The line on which it begins, from 1.
        line: usize,
    },
    /// What is inside the armor is armored again.
    Twice,
    /// A cleartext-signed message, where packets were expected.
    Cleartext,
}

impl fmt::Display for ArmorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpenPgp(what) => write!(f, "it is {what}"),
            Self::Unterminated { line } => {
                write!(f, "the armor that begins on line {line} does not end")
            }
            Self::Broken { line } => {
                write!(f, "the armor that begins on line {line} cannot be decoded")
            }
            Self::Twice => f.write_str("what is inside of its armor is armored once more"),
            Self::Cleartext => f.write_str(
                "it is a cleartext-signed message, which carries its own text, not a detached signature",
            ),
        }
    }
}

/// The packets of `bytes`, binary, from one armored block after the other or as they are.
///
/// Text before, between and behind the blocks is passed over, as gpg does: keys are often published
/// with a listing above them.
///
/// # Errors
///
/// Where there is neither armor nor binary OpenPGP data, or a block is broken.
pub(crate) fn packets(bytes: &[u8]) -> Result<Vec<Vec<u8>>, ArmorFault> {
    // Every OpenPGP packet begins with a set high bit, which no armor or text does.
    if bytes.first().is_some_and(|b| b & 0x80 != 0) && !bytes.starts_with(b"\xef\xbb\xbf") {
        return Ok(vec![bytes.to_vec()]);
    }
    let mut blocks = Vec::new();
    let mut open: Option<(usize, Vec<u8>)> = None;
    for (number, line) in (1..).zip(bytes.split_inclusive(|b| *b == b'\n')) {
        let dashed = line.trim_ascii_start();
        match &mut open {
            None if dashed.starts_with(b"-----BEGIN PGP SIGNED MESSAGE-----") => {
                return Err(ArmorFault::Cleartext);
            }
            // A file of no stated kind is not read as keys or signatures; neither does gpg.
            None if dashed.starts_with(b"-----BEGIN PGP ")
                && !dashed.starts_with(b"-----BEGIN PGP ARMORED FILE") =>
            {
                open = Some((number, dashed.to_vec()));
            }
            None => {}
            Some((begin, block)) => {
                block.extend_from_slice(line);
                if dashed.starts_with(b"-----END PGP ") {
                    blocks.push(decode(block, *begin)?);
                    open = None;
                }
            }
        }
    }
    if let Some((line, _)) = open {
        return Err(ArmorFault::Unterminated { line });
    }
    if blocks.is_empty() {
        return Err(ArmorFault::NotOpenPgp(sniff::describe(bytes)));
    }
    Ok(blocks)
}

/// What is inside of a file that is armored, but not as OpenPGP data (`gpg --enarmor`): Debian's
/// tools wrap any binary signature like that. `None` where the file is something else.
pub(crate) fn enarmored_file(bytes: &[u8]) -> Option<Vec<u8>> {
    let block = bytes.trim_ascii_start();
    if !block.starts_with(b"-----BEGIN PGP ") || block.starts_with(b"-----BEGIN PGP SIGNED") {
        return None;
    }
    let inside = decode(block, 1).ok()?;
    inside.first().is_some_and(u8::is_ascii).then_some(inside)
}

fn decode(block: &[u8], line: usize) -> Result<Vec<u8>, ArmorFault> {
    let mut out = Vec::new();
    Reader::from_bytes(block, ReaderMode::Tolerant(None))
        .read_to_end(&mut out)
        .map_err(|_| ArmorFault::Broken { line })?;
    if out.trim_ascii_start().starts_with(b"-----BEGIN PGP ") {
        return Err(ArmorFault::Twice);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const BLOCK: &str = "-----BEGIN PGP SIGNATURE-----\n\niQA=\n-----END PGP SIGNATURE-----\n";

    #[test]
    fn several_blocks_with_text_around() {
        let text = format!("pub rsa\n{BLOCK}between\n{BLOCK}");
        assert_eq!(packets(text.as_bytes()).unwrap(), [vec![0x89, 0], vec![0x89, 0]]);
        assert_eq!(packets(&[0x89, 0]).unwrap(), [vec![0x89, 0]]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cut = BLOCK.replace("-----END PGP SIGNATURE-----\n", "");
        assert_eq!(packets(cut.as_bytes()), Err(ArmorFault::Unterminated { line: 1 }));
        assert_eq!(packets(b"<html></html>"), Err(ArmorFault::NotOpenPgp("an HTML page")));
        assert_eq!(packets(b"-----BEGIN PGP SIGNED MESSAGE-----\n"), Err(ArmorFault::Cleartext));
        assert!(matches!(
            packets(b"-----BEGIN PGP ARMORED FILE-----\n\niQA=\n-----END PGP ARMORED FILE-----\n"),
            Err(ArmorFault::NotOpenPgp(kind)) if kind.contains("PGP ARMORED FILE")
        ));
    }
}
