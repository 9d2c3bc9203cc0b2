//! Kinds that no fixed bytes at the beginning tell: what is inside has to be looked at.

use super::Kind;
use crate::bytes::compression::Compression;
use base64ct::{Base64, Encoding};

/// A byte order mark of UTF-16, or ASCII with a NUL in every other byte.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let wide = |odd: usize| {
        bytes.len() >= 8
            && bytes.iter().take(8).enumerate().all(|(at, byte)| match at % 2 == odd {
                true => *byte == 0,
                false => byte.is_ascii_graphic() || *byte == b' ',
            })
    };
    // Both marks begin frames of UTF-32 and MPEG audio, too; what follows has to be text.
    let text = |pair: &[u8]| pair.contains(&0) && pair.iter().any(|b| b.is_ascii() && *b != 0);
    (marked && bytes.get(2..4).is_none_or(text)) || wide(0) || wide(1)
}

/// What is below an untrusted comment: the number of bytes that its base64 encodes tells.
pub(super) fn ed25519(text: &[u8]) -> Kind {
    let mut lines = text.split(|b| *b == b'\n').skip(1);
    let line = lines.next().unwrap_or_default().trim_ascii();
    let prehashed = line.starts_with(b"RU");
    let commented = lines.next().is_some_and(|line| line.starts_with(b"trusted comment: "));
    let padding = line.iter().rev().take_while(|b| **b == b'=').count();
    match (line.len() / 4 * 3).saturating_sub(padding) {
        74 if commented => Kind::MinisignSignature,
        74 if prehashed => Kind::MinisignShort,
        74 => Kind::SignifySignature,
        42 => Kind::Ed25519PublicKey,
        // signify's has 104 bytes, minisign's 158.
        100.. => Kind::Ed25519SecretKey,
        _ => Kind::Ed25519Other,
    }
}

/// Whether a second document follows the one on the first line.
pub(super) fn is_lines(text: &[u8]) -> bool {
    let mut lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.next().unwrap_or_default();
    let whole = first.starts_with(b"{") && first.ends_with(b"}") && first.len() > 2;
    whole && lines.find(|line| !line.is_empty()).is_some_and(|line| line.starts_with(b"{"))
}

/// Where a gzip header has its flags, and where what they announce begins (RFC 1952, section 2.3).
const GZIP_FLAGS: usize = 3;
const GZIP_REST: usize = 10;
/// There is a comment, and nothing before it.
const GZIP_COMMENT: u8 = 0x10;

/// Whether the header of a gzip file has the comment that `signify -z` writes.
pub(super) fn is_signify_gzip(bytes: &[u8]) -> bool {
    Compression::of(bytes) == Some(Compression::Gzip)
        && bytes.get(GZIP_FLAGS) == Some(&GZIP_COMMENT)
        && bytes.get(GZIP_REST..).is_some_and(|rest| rest.starts_with(b"untrusted comment: "))
}

/// The longest signature in base64, with line breaks: RSA with 4096 bits.
const BARE_LIMIT: usize = 1024;
/// How a PEM certificate begins, in base64.
const BARE_CERTIFICATE: &[u8] = b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR";

/// What `cosign sign-blob --output-signature` and `--output-certificate` write.
pub(super) fn bare(text: &[u8]) -> Option<Kind> {
    if text.starts_with(BARE_CERTIFICATE) {
        return Some(Kind::BareCertificate);
    }
    if text.len() > BARE_LIMIT {
        return None;
    }
    let digits: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let bytes = Base64::decode_vec(std::str::from_utf8(&digits).ok()?).ok()?;
    // ECDSA in DER: a sequence of two integers, and nothing behind it. Ed25519 and RSA have a length.
    let ecdsa = matches!(bytes.as_slice(), [0x30, length, 2, rest @ ..]
        if usize::from(*length) == rest.len() + 1 && rest.len() >= 5);
    let long = matches!(bytes.len(), 256 | 384 | 512) && openpgp(&bytes).is_none();
    (ecdsa || long || bytes.len() == 64 && digits.ends_with(b"==")).then_some(Kind::BareSignature)
}

/// The kind of a binary OpenPGP file by its first packet (RFC 9580, section 4.2): the tag and, behind
/// the length, a version that such packets have.
pub(super) fn openpgp(bytes: &[u8]) -> Option<Kind> {
    let first = *bytes.first()?;
    let (tag, length) = match first {
        0xc0.. => {
            let length = match bytes.get(1)? {
                0..=191 | 224..=254 => 1,
                192..=223 => 2,
                255 => 5,
            };
            (first & 0x3f, length)
        }
        0x80.. => ((first >> 2) & 0x0f, [1, 2, 4, 0].get(usize::from(first & 3)).copied()?),
        _ => return None,
    };
    let version = *bytes.get(1 + length)?;
    match (tag, version) {
        (2, 2..=6) => Some(Kind::OpenpgpSignature),
        (6, 2..=6) => Some(Kind::OpenpgpKey),
        (5, 2..=6) => Some(Kind::OpenpgpSecretKey),
        (4, 3 | 6) => Some(Kind::OpenpgpMessage),
        (8, 1..=3) => Some(Kind::OpenpgpMessage),
        (11, b'b' | b't' | b'u') => Some(Kind::OpenpgpMessage),
        _ => None,
    }
}

/// A Snappy block without a frame: the length as a varint, then a literal that begins like JSON.
pub(super) fn is_bare_snappy(bytes: &[u8]) -> bool {
    let length = bytes.iter().take(5).take_while(|b| **b & 0x80 != 0).count() + 1;
    let Some((tag, rest)) = bytes.get(length..).and_then(<[u8]>::split_first) else { return false };
    let extra = match tag >> 2 {
        size @ 60..=63 => usize::from(size - 59),
        _ => 0,
    };
    tag & 3 == 0 && rest.get(extra..).is_some_and(|literal| literal.starts_with(b"{"))
}
