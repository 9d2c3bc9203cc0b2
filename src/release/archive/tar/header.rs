//! The 512 bytes before a member, by a grammar that GNU tar, bsdtar, busybox, Python's tarfile and
//! the tar crate are known to read alike. What it does not say is refused.

use super::super::name::until_nul;

/// The formats of headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// POSIX: magic `ustar\0`, version `00`; the prefix field counts.
    Ustar,
    /// GNU: magic `ustar `, version ` \0`; nothing follows the device numbers.
    Gnu,
    /// Of before POSIX: nothing follows the link's name but device numbers.
    Old,
}

/// What a header says.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) format: Format,
    pub(super) flag: u8,
    pub(super) name: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) mode: u32,
    pub(super) size: u64,
}

/// Why a block is not a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// It is damaged: its checksum is another.
    Checksum,
    /// Programs read it differently; completes a sentence about the member.
    Ambiguous(&'static str),
}

/// The largest number that fits into a field of 8 bytes in octal, and into one of 12.
const SHORT: u64 = 0o777_7777;
const LONG: u64 = 0o777_7777_7777;

impl Header {
    /// Reads the block.
    pub(super) fn read(block: &[u8; 512]) -> Result<Self, NoHeader> {
        if !sums_up(block) {
            return Err(NoHeader::Checksum);
        }
        let field = |from: usize, to: usize| block.get(from..to).unwrap_or_default();
        let ambiguous = NoHeader::Ambiguous;
        let format = match (field(257, 263), field(263, 265)) {
            (b"ustar\0", b"00") => Format::Ustar,
            (b"ustar ", b" \0") => Format::Gnu,
            (b"\0\0\0\0\0\0", b"\0\0") => Format::Old,
            _ => return Err(ambiguous("has another magic than ustar, GNU or old tars")),
        };
        let zero = |from, to| field(from, to).iter().all(|b| *b == 0);
        let clean = match format {
            Format::Ustar => {
                (padded(field(345, 500)) || has_times(field(345, 500))) && zero(500, 512)
            }
            Format::Gnu => zero(345, 512),
            Format::Old => zero(265, 329) && zero(345, 512),
        };
        if !clean {
            return Err(ambiguous("has something behind its header that some programs read"));
        }
        if !padded(field(0, 100)) || !padded(field(157, 257)) {
            return Err(ambiguous("has a name or link with more behind its end"));
        }
        let number = |from: usize, to: usize, most: u64| {
            number(field(from, to), most).ok_or(ambiguous("has a field that is not a number"))
        };
        let wanted = |value: Option<u64>| value.ok_or(ambiguous("lacks its size, mode or time"));
        let mode = wanted(number(100, 108, SHORT)?)?;
        // Owners and devices may be left out: all programs take them for zero.
        number(108, 116, SHORT)?;
        number(116, 124, SHORT)?;
        let size = wanted(number(124, 136, LONG)?)?;
        wanted(number(136, 148, LONG)?)?;
        number(329, 337, SHORT)?;
        number(337, 345, SHORT)?;
        let mut name = until_nul(field(345, 500)).to_vec();
        if !name.is_empty() {
            name.push(b'/');
        }
        name.extend_from_slice(until_nul(field(0, 100)));
        let flag = block.get(156).copied().unwrap_or_default();
        let link = until_nul(field(157, 257)).to_vec();
        let mode = u32::try_from(mode).unwrap_or(u32::MAX);
        Ok(Self { format, flag, name, link, mode, size })
    }
}

/// Whether a prefix is followed by two times, as node-tar and star write them: behind a NUL, where no
/// program that takes the prefix for 155 bytes of text looks.
fn has_times(prefix: &[u8]) -> bool {
    let Some((name, times)) = prefix.split_at_checked(131) else { return false };
    let octal = |time: &[u8]| match time {
        [digits @ .., 0 | b' '] => digits.iter().all(|b| matches!(b, b'0'..=b'7')),
        _ => false,
    };
    name.ends_with(b"\0") && padded(name) && times.len() == 24 && times.chunks(12).all(octal)
}

/// Whether only NULs follow the first one.
fn padded(field: &[u8]) -> bool {
    field.iter().skip_while(|b| **b != 0).all(|b| *b == 0)
}

/// A number as all programs read it: octal digits with blanks in front, and behind them at least one
/// blank or NUL and nothing else; or GNU's binary form for what is more than `most`. `Some(None)`
/// where the field is empty; `None` where it is not a number.
fn number(field: &[u8], most: u64) -> Option<Option<u64>> {
    if field.iter().all(|b| *b == 0) {
        return Some(None);
    }
    if let [0x80, rest @ ..] = field {
        let (above, value) = rest.split_at_checked(rest.len().saturating_sub(8))?;
        let value = value.iter().fold(0, |value, b| value << 8 | u64::from(*b));
        let needed = value > most && i64::try_from(value).is_ok();
        return (needed && above.iter().all(|b| *b == 0)).then_some(Some(value));
    }
    let start = field.iter().position(|b| *b != b' ')?;
    let text = field.get(start..)?;
    let end = text.iter().position(|b| !(b'0'..=b'7').contains(b))?;
    let (digits, rest) = text.split_at_checked(end)?;
    let ended = rest.iter().all(|b| matches!(b, 0 | b' '));
    let value = digits.iter().fold(0, |value, b| value << 3 | u64::from(b - b'0'));
    (!digits.is_empty() && ended).then_some(Some(value))
}

/// Whether the header's checksum is the sum of its bytes.
pub(in super::super) fn sums_up(block: &[u8; 512]) -> bool {
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(at, b)| if (148..156).contains(&at) { b' ' } else { *b })
        .map(u64::from)
        .sum();
    let stated = block.get(148..156).and_then(|field| number(field, SHORT));
    stated == Some(Some(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (field, expected) in [
            (&b"0000644\0"[..], Some(Some(0o644))),
            (b"000644 \0", Some(Some(0o644))),
            (b"   644 \0", Some(Some(0o644))),
            (b"644\0\0\0\0\0", Some(Some(0o644))),
            (b"012345\0 ", Some(Some(0o12345))),
            (b"\0\0\0\0\0\0\0\0", Some(None)),
            (b"        ", None),
            (b"00000644", None),
            (b"0644\0x\0\0", None),
            (b"+000644\0", None),
            (b"-000644\0", None),
            (b"0_00644\0", None),
            (b"\t000644\0", None),
            (b"\x00000644\0", None),
            (b"0000648\0", None),
            (b"\x80\0\0\0\0\x20\0\0", Some(Some(0o10000000))),
            (b"\x80\0\0\0\0\x1f\xff\xff", None),
            (b"\x81\0\0\0\0\x20\0\0", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff", None),
        ] {
            assert_eq!(number(field, SHORT), expected, "{field:?}");
        }
        let large = b"\x80\0\0\0\0\0\0\x02\0\0\0\0";
        assert_eq!(number(large, LONG), Some(Some(1 << 33)));
        assert_eq!(number(b"\x80\0\0\x01\0\0\0\x02\0\0\0\0", LONG), None);
    }
}
