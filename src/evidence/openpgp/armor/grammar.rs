//! The grammar of armored keys: what all readers of them read alike.

use super::{ArmorFault, BEGIN, END};
use base64ct::{Base64, Encoding};

/// The first lines of blocks that gpg takes keys from.
const KEYS: [&[u8]; 3] = [
    b"-----BEGIN PGP PUBLIC KEY BLOCK-----",
    b"-----BEGIN PGP PRIVATE KEY BLOCK-----",
    b"-----BEGIN PGP SECRET KEY BLOCK-----",
];

/// The most bytes of a line. gpg reads no more than 20,000.
const LONGEST: usize = 16_384;

/// The armor around a block.
pub(super) struct Armor {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// Whether gpg takes keys from it.
    pub(super) of_keys: bool,
    /// Whether another block begins within it.
    pub(super) nested: bool,
    /// The checksum that it states, of a block that is of the grammar.
    pub(super) checksum: Result<Option<u32>, ArmorFault>,
}

impl Armor {
    pub(super) fn of(block: &[u8], line: usize, indented: bool) -> Self {
        let mut lines = block.split(|b| *b == b'\n');
        let first = lines.next().unwrap_or_default();
        let of_keys = !indented && KEYS.contains(&trim_end(first));
        let nested = lines.any(|line| line.trim_ascii_start().starts_with(BEGIN));
        Self { line, of_keys, nested, checksum: grammar(block, line) }
    }
}

/// `line` without what gpg does not see at its end.
fn trim_end(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|b| !b" \t\r".contains(b)).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}

/// Holds a block that begins on line `begin` to what all readers of keys read alike: headers, a blank line, lines of
/// base64, padding only at their end, at most one checksum on a line of its own, the last line. The checksum.
fn grammar(block: &[u8], begin: usize) -> Result<Option<u32>, ArmorFault> {
    let mut lines = (begin..).zip(block.split(|b| *b == b'\n'));
    if let Some((line, _)) = lines.clone().find(|(_, line)| line.len() > LONGEST) {
        return Err(ArmorFault::Broken { line: begin, at: Some(line) });
    }
    lines.next();
    for (line, text) in lines.by_ref().take_while(|(_, text)| !trim_end(text).is_empty()) {
        // gpg takes nothing but a blank behind the colon, or the end of the line.
        let behind = text.iter().position(|b| *b == b':').and_then(|colon| text.get(colon + 1));
        if !is_header(trim_end(text)) || !matches!(behind, None | Some(b' ' | b'\r')) {
            return Err(ArmorFault::Header { line });
        }
    }
    let (mut padded, mut stated) = (false, None);
    for (line, text) in lines.map(|(line, text)| (line, trim_end(text))) {
        let blanks = text.iter().take_while(|b| b" \t".contains(b)).count();
        let text = text.get(blanks..).unwrap_or_default();
        let digits = text.iter().take_while(|b| is_digit(b)).count();
        let padding = text.get(digits..).unwrap_or_default();
        match (padding, checksum(text)) {
            _ if text.starts_with(END) => return Ok(stated),
            _ if text.is_empty() => {}
            (_, Some(sum)) if stated.is_none() => stated = Some(sum),
            (b"" | b"=" | b"==", None) if digits > 0 && !padded && stated.is_none() => {
                padded = !padding.is_empty();
            }
            _ => return Err(ArmorFault::Broken { line: begin, at: Some(line) }),
        }
    }
    Err(ArmorFault::Unterminated { line: begin })
}

/// Whether a byte is one of base64's, without its padding.
const fn is_digit(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// The checksum that a line states: `=` and four characters of base64.
fn checksum(line: &[u8]) -> Option<u32> {
    let digits = str::from_utf8(line.strip_prefix(b"=")?).ok().filter(|d| d.len() == 4)?;
    match *Base64::decode_vec(digits).ok()? {
        [high, middle, low] => Some(u32::from_be_bytes([0, high, middle, low])),
        _ => None,
    }
}

/// The checksum of armor (RFC 9580, section 6.1.1).
pub(super) fn crc24(bytes: &[u8]) -> u32 {
    let shift = |crc: u32| if crc & 0x80_0000 == 0 { crc << 1 } else { crc << 1 ^ 0x186_4CFB };
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte) << 16, |crc, _| shift(crc));
    bytes.iter().fold(0xB7_04CE, byte) & 0xFF_FFFF
}

/// Whether a line is `Key: value`, or a key and a colon alone.
pub(super) fn is_header(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let Some(colon) = line.iter().position(|b| *b == b':') else { return false };
    let (key, value) = line.split_at(colon);
    !key.is_empty()
        && key.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && matches!(value, [b':'] | [b':', b' ', ..])
}
