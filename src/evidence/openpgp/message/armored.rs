//! Finds the one message in an armored file.

use super::cleartext::{self, Cleartext};
use super::fault::MessageFault;
use super::lines::{Lines, is_line};
use crate::bytes::sniff::{BYTE_ORDER_MARK, Kind};
use crate::evidence::openpgp::armor;

/// The line that begins every kind of armor starts with this.
const BEGIN: &[u8] = b"-----BEGIN PGP ";
const MESSAGE: &[u8] = b"-----BEGIN PGP MESSAGE-----";
const MESSAGE_END: &[u8] = b"-----END PGP MESSAGE-----";

/// The message of a file.
pub(super) struct Found<'a> {
    /// The message.
    pub(crate) block: Block<'a>,
    /// Whether text precedes or behind it.
    pub(crate) surrounded: bool,
}

/// A message without its armor.
pub(super) enum Block<'a> {
    /// Cleartext-signed.
    Cleartext(Cleartext<'a>),
    /// Packets.
    Packets(Vec<u8>),
}

/// Finds the message of `bytes`: exactly one, and no other armored block next to it.
///
/// Lines of other text around it are passed over, as RFC 9580 (section 6.2) foresees and gpg does;
/// they are not part of the message.
pub(super) fn find(bytes: &[u8]) -> Result<Found<'_>, MessageFault> {
    let mut lines = Lines::new(bytes);
    let mut block = None;
    let mut surrounded = false;
    if bytes.strip_prefix(BYTE_ORDER_MARK).is_some_and(|rest| rest.starts_with(BEGIN)) {
        return Err(MessageFault::ByteOrderMark);
    }
    while let Some((number, line)) = lines.next() {
        if !line.starts_with(BEGIN) {
            surrounded |= !line.trim_ascii().is_empty();
            continue;
        }
        if block.is_some() {
            return Err(MessageFault::Second { line: number });
        }
        block = Some(if is_line(line, cleartext::BEGIN) {
            Block::Cleartext(cleartext::parse(&mut lines, number)?)
        } else if is_line(line, MESSAGE) {
            let whole = lines.until(MESSAGE_END, number)?;
            let blocks = armor::packets(whole).map_err(MessageFault::Armor)?;
            // There is never a choice to make among several.
            let [packets] = <[Vec<u8>; 1]>::try_from(blocks)
                .map_err(|_| MessageFault::Second { line: number })?;
            Block::Packets(packets)
        } else if line.starts_with(b"-----BEGIN PGP SIGNATURE-----") {
            return Err(match displaced(bytes, &[cleartext::BEGIN, MESSAGE]) {
                Some(fault) => fault,
                None => MessageFault::Detached,
            });
        } else if line.starts_with(b"-----BEGIN PGP P") {
            return Err(MessageFault::Key);
        } else {
            return Err(MessageFault::NotAMessage(Kind::of(line)));
        });
    }
    match block {
        Some(block) => Ok(Found { block, surrounded }),
        None => {
            let displaced = displaced(bytes, &[BEGIN]);
            Err(displaced.unwrap_or_else(|| MessageFault::NotAMessage(Kind::of(bytes))))
        }
    }
}

/// One of `headers` that is somewhere else than where its line begins.
fn displaced(bytes: &[u8], headers: &[&[u8]]) -> Option<MessageFault> {
    let stands = |line: &[u8]| {
        headers.iter().any(|header| {
            !line.starts_with(header) && line.windows(header.len()).any(|window| window == *header)
        })
    };
    let (line, _) = Lines::new(bytes).find(|(_, line)| stands(line))?;
    Some(MessageFault::Displaced { line })
}
