//! The cleartext signature framework (RFC 9580, section 7).

use super::fault::{MessageError, MessageFault};
use super::lines::{Lines, is_line};
use super::{Form, UnverifiedMessage, contexts};
use crate::evidence::openpgp::{self, UnverifiedSignatures};
use std::io::Write;

/// The line above everything.
pub(super) const BEGIN: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const SIGNATURE_END: &[u8] = b"-----END PGP SIGNATURE-----";

/// What may stand in a `Hash:` line: the text names of the hash functions (RFC 9580, section 9.5).
/// Anything else could pass for a sentence of the message.
const HASHES: [&[u8]; 9] = [
    b"MD5",
    b"SHA1",
    b"RIPEMD160",
    b"SHA224",
    b"SHA256",
    b"SHA384",
    b"SHA512",
    b"SHA3-256",
    b"SHA3-512",
];

/// A cleartext-signed message: its lines as they stand in the file, and its armored signatures.
pub(super) struct Cleartext<'a> {
    lines: Vec<&'a [u8]>,
    signatures: &'a [u8],
}

/// Parses what follows the header line, which is line `begin`.
pub(super) fn parse<'a>(
    lines: &mut Lines<'a>,
    begin: usize,
) -> Result<Cleartext<'a>, MessageFault> {
    let unterminated = MessageFault::Unterminated { line: begin };
    loop {
        let (number, line) = lines.next().ok_or_else(|| unterminated.clone())?;
        // Blanks at the end are nothing; a form feed is no blank, and no header begins with one.
        let end = line.iter().rposition(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
        match line.get(..end.map_or(0, |at| at + 1)).unwrap_or_default() {
            [] => break,
            header if is_hash_header(header) => {}
            _ => return Err(MessageFault::Header { line: number }),
        }
    }
    let mut text = Vec::new();
    loop {
        let (number, line) = lines.next().ok_or_else(|| unterminated.clone())?;
        if is_line(line, SIGNATURE) {
            break;
        }
        text.push(match line {
            [b'-', b' ', escaped @ ..] => escaped,
            [b'-', ..] => return Err(MessageFault::Dash { line: number }),
            line => line,
        });
    }
    Ok(Cleartext { lines: text, signatures: lines.until(SIGNATURE_END, begin)? })
}

/// Whether a line without its end is `Hash:` and names of hash functions. Such lines are passed
/// over (RFC 9580, section 6.2.2.3): each signature says by itself which function it uses.
fn is_hash_header(line: &[u8]) -> bool {
    line.strip_prefix(b"Hash: ").is_some_and(|names| {
        names
            .split(|b| *b == b',')
            .all(|name| HASHES.iter().any(|hash| name.trim_ascii().eq_ignore_ascii_case(hash)))
    })
}

/// Writes the text of `message` to `spool` and computes the hashes that its signatures want.
///
/// Signed are the lines without trailing blanks, joined by CR LF; the end of the last one is not
/// signed. Written are the same lines, each with LF behind it, as people expect of a text file.
pub(super) fn read(
    message: &Cleartext,
    spool: &mut dyn Write,
) -> Result<UnverifiedMessage, MessageError> {
    let signatures =
        UnverifiedSignatures::parse(message.signatures).map_err(MessageFault::Signatures)?;
    let wanted = openpgp::wanted(&signatures);
    if wanted.iter().any(|document| !document.text) {
        return Err(MessageFault::MixedKinds.into());
    }
    let mut documents = contexts(&wanted);
    let mut size = 0;
    // A text of one empty line is signed as if it had none, so it is written as if it had none.
    let empty = message.lines.len() == 1 && message.lines.iter().all(|l| signed(l).is_empty());
    for (index, line) in message.lines.iter().filter(|_| !empty).enumerate() {
        let line = signed(line);
        for context in documents.values_mut() {
            if index > 0 {
                context.update(b"\r\n");
            }
            context.update(line);
        }
        spool.write_all(line).and_then(|()| spool.write_all(b"\n")).map_err(MessageError::Spool)?;
        size += line.len() as u64 + 1;
    }
    Ok(UnverifiedMessage {
        form: Form::Cleartext,
        signatures,
        documents,
        size,
        surrounded: false,
        line_ends: true,
    })
}

/// The part of a line that is signed. A CR is a blank only at the end of a line, as for gpg.
fn signed(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|b| !b" \t\r\n".contains(b)).map_or(0, |at| at + 1);
    line.get(..end).unwrap_or_default()
}
