//! Takes OpenPGP armor off (RFC 9580, section 6.2), several blocks in one file too.

mod grammar;

use crate::bytes::sniff::{self, BYTE_ORDER_MARK, Kind};
use grammar::{Armor, crc24, is_header};
use sequoia_openpgp::armor::{Reader, ReaderMode};
use std::borrow::Cow;
use std::fmt;
use std::io::Read;

/// How the first line of every block begins.
pub(super) const BEGIN: &[u8] = b"-----BEGIN PGP ";
/// How the last line of every block begins.
const END: &[u8] = b"-----END PGP ";
/// The first line of a cleartext-signed message.
const CLEARTEXT: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";

/// Why a file holds no OpenPGP packets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ArmorFault {
    /// Neither armored nor binary OpenPGP data.
    NotOpenPgp(Kind),
    /// A UTF-8 byte order mark before the first line of an armored block.
    ByteOrderMark,
    /// A line between the first line of a block and its blank line that is not a header.
    Header {
        /// The line, from 1.
        line: usize,
    },
    /// A block begins but does not end.
    Unterminated {
        /// The line on which it begins, from 1.
        line: usize,
    },
    /// A block's base64 is broken.
    Broken {
        /// The line on which the block begins, from 1.
        line: usize,
        /// The first line with something that base64 does not have, where there is one.
        at: Option<usize>,
    },
    /// A last line without a block before it: what precedes it would be passed over.
    StrayEnd {
        /// The line, from 1.
        line: usize,
    },
    /// A block's checksum is not that of what is in it.
    Checksum {
        /// The line on which the block begins, from 1.
        line: usize,
    },
    /// What is inside the armor is armored again.
    Twice,
    /// A cleartext-signed message, where packets were expected.
    Cleartext,
    /// More keys, or packets of a key, than the limits.
    TooManyPackets,
}

impl fmt::Display for ArmorFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpenPgp(kind) => write!(f, "it is {}", kind.advice()),
            Self::ByteOrderMark => f.write_str(
                "a UTF-8 byte order mark precedes its first line, which is then no armor: \
                 take the first three bytes off",
            ),
            Self::Header { line } => {
                write!(f, "line {line} of its armor is neither a header (\"Key: value\") nor base64")
            }
            Self::Unterminated { line } => {
                write!(f, "the armor that begins on line {line} does not end")
            }
            Self::Broken { line, at: None } => {
                write!(f, "the armor that begins on line {line} cannot be decoded")
            }
            Self::Broken { line, at: Some(at) } => write!(
                f,
                "the armor that begins on line {line} cannot be decoded: line {at} is not base64"
            ),
            Self::StrayEnd { line } => {
                write!(f, "line {line} ends armor that does not begin")
            }
            Self::Checksum { line } => write!(
                f,
                "the armor that begins on line {line} has another checksum than what is in it, and gpg \
                 takes nothing of such a file"
            ),
            Self::TooManyPackets => {
                f.write_str("it holds more keys, or more packets of a key, than are looked at")
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
/// If there is neither armor nor binary OpenPGP data, or a block is broken.
pub(crate) fn packets(bytes: &[u8]) -> Result<Vec<Vec<u8>>, ArmorFault> {
    Ok(blocks(bytes)?.blocks.into_iter().map(|block| block.packets).collect())
}

/// As [`packets`], of a file with keys: each block with whether its keys count. Those that gpg passes over, behind
/// blanks or called something else, do not.
///
/// # Errors
///
/// As [`packets`]; and where gpg takes nothing of a block or of the file, or may read another key than we do: if a
/// block that gpg takes keys from is not of the grammar in [`grammar`], has a wrong checksum (RFC 9580, section 6.1,
/// would have that passed over), or if something begins within a block or ends outside of one.
pub(super) fn key_blocks(bytes: &[u8]) -> Result<Vec<(Vec<u8>, bool)>, ArmorFault> {
    let Blocks { blocks, stray_end } = blocks(bytes)?;
    if let Some(line) = stray_end {
        return Err(ArmorFault::StrayEnd { line });
    }
    let each = blocks.into_iter().map(|block| match block.armor {
        Some(Armor { line, nested: true, .. }) => Err(ArmorFault::Unterminated { line }),
        Some(Armor { of_keys: false, .. }) => Ok((block.packets, false)),
        Some(Armor { checksum: Err(fault), .. }) => Err(fault),
        Some(Armor { line, checksum: Ok(Some(stated)), .. }) if stated != crc24(&block.packets) => {
            Err(ArmorFault::Checksum { line })
        }
        _ => Ok((block.packets, true)),
    });
    each.collect()
}

/// What is in a file.
struct Blocks {
    blocks: Vec<Block>,
    /// The first line that ends a block where none begins, from 1.
    stray_end: Option<usize>,
}

/// A block, or a whole binary file.
struct Block {
    packets: Vec<u8>,
    /// `None` where it is binary.
    armor: Option<Armor>,
}

fn blocks(bytes: &[u8]) -> Result<Blocks, ArmorFault> {
    let kind = Kind::of(bytes);
    // Every OpenPGP packet begins with a set high bit, which no armor or text does.
    if bytes.first().is_some_and(|b| b & 0x80 != 0) && !bytes.starts_with(BYTE_ORDER_MARK) {
        return match kind {
            Kind::Utf16 | Kind::Snappy | Kind::Xz | Kind::Keybox | Kind::Tar => {
                Err(ArmorFault::NotOpenPgp(kind))
            }
            _ => {
                let blocks = vec![Block { packets: bytes.to_vec(), armor: None }];
                Ok(Blocks { blocks, stray_end: None })
            }
        };
    }
    if sniff::without_mark(bytes).starts_with(BEGIN) && bytes.starts_with(BYTE_ORDER_MARK) {
        return Err(ArmorFault::ByteOrderMark);
    }
    let mut blocks = Vec::new();
    let mut stray_end = None;
    let mut open: Option<(usize, bool, Vec<u8>)> = None;
    for (number, line) in (1..).zip(bytes.split_inclusive(|b| *b == b'\n')) {
        let dashed = line.trim_ascii_start();
        match &mut open {
            // Wherever on the line it is: the block that follows is over that text.
            None if line.windows(CLEARTEXT.len()).any(|window| window == CLEARTEXT) => {
                return Err(ArmorFault::Cleartext);
            }
            // A file of no stated kind is not read as keys or signatures; neither does gpg.
            None if dashed.starts_with(BEGIN)
                && !dashed.starts_with(b"-----BEGIN PGP ARMORED FILE") =>
            {
                open = Some((number, dashed.len() < line.len(), dashed.to_vec()));
            }
            None if line.starts_with(END) => stray_end = stray_end.or(Some(number)),
            None => {}
            Some((begin, indented, block)) => {
                block.extend_from_slice(line);
                if dashed.starts_with(END) {
                    let armor = Some(Armor::of(block, *begin, *indented));
                    blocks.push(Block { packets: decode(block, *begin)?, armor });
                    open = None;
                }
            }
        }
    }
    if let Some((line, ..)) = open {
        return Err(ArmorFault::Unterminated { line });
    }
    if blocks.is_empty() {
        return Err(ArmorFault::NotOpenPgp(kind));
    }
    Ok(Blocks { blocks, stray_end })
}

/// What is inside of a file that is armored, but not as OpenPGP data (`gpg --enarmor`): Debian's
/// tools wrap any binary signature like that. `None` where the file is something else.
pub(crate) fn enarmored_file(bytes: &[u8]) -> Option<Vec<u8>> {
    let block = bytes.trim_ascii_start();
    if !block.starts_with(BEGIN) || block.starts_with(b"-----BEGIN PGP SIGNED") {
        return None;
    }
    let inside = decode(block, 1).ok()?;
    inside.first().is_some_and(u8::is_ascii).then_some(inside)
}

fn decode(block: &[u8], line: usize) -> Result<Vec<u8>, ArmorFault> {
    let mut out = Vec::new();
    Reader::from_bytes(&with_header_values(block), ReaderMode::Tolerant(None))
        .read_to_end(&mut out)
        .map_err(|_| fault(block, line))?;
    if out.trim_ascii_start().starts_with(BEGIN) {
        return Err(ArmorFault::Twice);
    }
    Ok(out)
}

/// `block` with a blank behind the colon of each header that has no value: some services write
/// `Version:`, gpg reads it, and no signature covers it.
fn with_header_values(block: &[u8]) -> Cow<'_, [u8]> {
    let end = block.windows(2).position(|pair| pair == b"\n\n" || pair == b"\n\r");
    let (headers, rest) = block.split_at(end.map_or(0, |at| at + 1));
    let is_empty = |line: &[u8]| is_header(line) && line.trim_ascii_end().ends_with(b":");
    if !headers.split(|b| *b == b'\n').any(is_empty) {
        return Cow::Borrowed(block);
    }
    let mut out = Vec::with_capacity(block.len() + 16);
    for line in headers.split_inclusive(|b| *b == b'\n') {
        match is_empty(line) {
            true => out.extend([line.trim_ascii_end(), b" \n"].concat()),
            false => out.extend_from_slice(line),
        }
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// What is wrong with a block that cannot be decoded and begins on line `begin`.
fn fault(block: &[u8], begin: usize) -> ArmorFault {
    let mut lines = (begin..).zip(block.split(|b| *b == b'\n')).skip(1).peekable();
    let base64 = |line: &[u8]| {
        line.trim_ascii().iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
    };
    while let Some((number, line)) = lines.next_if(|(_, line)| !line.trim_ascii().is_empty()) {
        if !is_header(line) && !base64(line) {
            return ArmorFault::Header { line: number };
        }
    }
    let mut body = lines.take_while(|(_, line)| !line.trim_ascii().starts_with(b"-----"));
    ArmorFault::Broken { line: begin, at: body.find(|(_, line)| !base64(line)).map(|(n, _)| n) }
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
        assert_eq!(packets(b"<html></html>"), Err(ArmorFault::NotOpenPgp(Kind::Html)));
        assert_eq!(packets(b"-----BEGIN PGP SIGNED MESSAGE-----\n"), Err(ArmorFault::Cleartext));
        assert!(matches!(
            packets(b"-----BEGIN PGP ARMORED FILE-----\n\niQA=\n-----END PGP ARMORED FILE-----\n"),
            Err(ArmorFault::NotOpenPgp(Kind::OpenpgpArmoredFile))
        ));
    }

    #[test]
    fn a_header_without_a_value_is_a_header() {
        for header in ["Version:", "Version: ", "Comment:\t", "X-Thing:"] {
            for end in ["\n", "\r\n"] {
                let headers = format!("BLOCK-----{end}{header}{end}Hash: x{end}{end}iQA=");
                let text = BLOCK.replace("SIGNATURE-----\n\niQA=", &headers);
                let text = text.replace("SIGNATURE", "BLOCK").replace("BLOCKBLOCK", "BLOCK");
                let text = text.replace("BEGIN PGP BLOCK", "BEGIN PGP SIGNATURE");
                let text = text.replace("END PGP BLOCK", "END PGP SIGNATURE");
                assert_eq!(packets(text.as_bytes()).unwrap(), [vec![0x89, 0]], "{text:?}");
            }
        }
    }

    #[test]
    fn the_line_is_named() {
        let header = BLOCK.replace("-----\n\n", "-----\nVersion: 1\nwhat is this\n\n!");
        assert_eq!(packets(header.as_bytes()), Err(ArmorFault::Header { line: 3 }));
        let body = format!("a key\n{}", BLOCK.replace("iQA=", "iQ!A="));
        assert_eq!(packets(body.as_bytes()), Err(ArmorFault::Broken { line: 2, at: Some(4) }));
        let marked = format!("\u{feff}{BLOCK}");
        assert_eq!(packets(marked.as_bytes()), Err(ArmorFault::ByteOrderMark));
        let indented = format!("> -----BEGIN PGP SIGNED MESSAGE-----\nx\n{BLOCK}");
        assert_eq!(packets(indented.as_bytes()), Err(ArmorFault::Cleartext));
    }
}
