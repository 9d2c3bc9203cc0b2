//! Messages that carry their own text: cleartext-signed (RFC 9580, section 7), and signed packets
//! around a literal (RFC 9580, section 10.3), binary or armored, compressed or not.
//!
//! [`read`] writes the text to a spool while it computes the document hashes; no one reads the
//! spool before [`check`] has judged the signatures.

mod armored;
mod cleartext;
mod compressed;
mod fault;
mod inline;
mod lines;

pub(crate) use fault::{MessageError, MessageFault};

use super::{Circumstances, UnverifiedSignatures};
use crate::answer::facts::Of;
use crate::answer::failure::FailureClass;
use crate::answer::finding::Finding;
use crate::bytes::digests::document_context;
use crate::bytes::pass::DocumentHash;
use sequoia_openpgp::crypto::hash::Context;
use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};

/// The most that an armored or cleartext-signed message may hold, in bytes: it is read into
/// memory. Binary messages are streamed and have no such limit.
pub(crate) const ARMORED_LIMIT: u64 = 64 * 1024 * 1024;

/// The most that a compressed message may unpack to, in bytes.
pub(crate) const UNPACKED_LIMIT: u64 = 1024 * 1024 * 1024;

/// What kind of message it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text between armor header lines (RFC 9580, section 7).
    Cleartext,
    /// Signature packets around a literal packet.
    Inline,
}

impl Form {
    /// The word that JSON and the reports use.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Cleartext => "cleartext-signed",
            Self::Inline => "inline-signed",
        }
    }
}

/// The signatures of a message and the hashes of its text; nothing in it is authenticated.
pub(crate) struct UnverifiedMessage {
    form: Form,
    signatures: UnverifiedSignatures,
    documents: BTreeMap<DocumentHash, Context>,
    /// Size of the text in bytes, as it was written.
    size: u64,
    /// Whether text stood before or behind the message.
    surrounded: bool,
    /// Whether the signature leaves the kind of line end open.
    line_ends: bool,
}

impl UnverifiedMessage {
    /// The signatures: claims, before [`check`] has judged them.
    pub(crate) fn signatures(&self) -> &UnverifiedSignatures {
        &self.signatures
    }
}

/// Reads the message of `input` and writes its text to `spool`.
///
/// What is written follows from what is signed alone: of a cleartext-signed message the lines
/// without dash escapes and trailing blanks, each ended by LF; of a message signed as text the
/// lines ended by LF; of one signed as binary its very bytes.
///
/// # Errors
///
/// If `input` is not a message of one text and its signatures, or goes over a limit, or reading or
/// writing fails. The spool then holds any part of the text.
pub(crate) fn read(
    input: &mut (dyn BufRead + Send + Sync),
    spool: &mut dyn Write,
) -> Result<UnverifiedMessage, MessageError> {
    let start = input.fill_buf().map_err(MessageError::Read)?;
    // Every OpenPGP packet begins with a set high bit, which no armor or text does.
    if start.first().is_some_and(|b| b & 0x80 != 0) && !start.starts_with(b"\xef\xbb\xbf") {
        return inline::read(input, spool, UNPACKED_LIMIT);
    }
    let mut bytes = Vec::new();
    input
        .take(ARMORED_LIMIT.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(MessageError::Read)?;
    if bytes.len() as u64 > ARMORED_LIMIT {
        return Err(MessageFault::TooLarge.into());
    }
    let found = armored::find(&bytes)?;
    let mut message = match found.block {
        armored::Block::Cleartext(block) => cleartext::read(&block, spool)?,
        armored::Block::Packets(packets) => {
            inline::read(&mut packets.as_slice(), spool, UNPACKED_LIMIT)?
        }
    };
    message.surrounded = found.surrounded;
    Ok(message)
}

/// Judges the signatures over the text, as [`super::check`] does those over a distfile.
pub(crate) fn check(message: &UnverifiedMessage, circumstances: Circumstances) -> Finding {
    let mut finding = super::check(&message.signatures, &message.documents, circumstances);
    if let Of::Openpgp(facts) = &mut finding.facts.of {
        facts.message = Some(message.form.word());
        facts.text_size = Some(message.size);
        facts.line_ends =
            message.line_ends.then_some("the signature does not fix them: written as LF");
    }
    if finding.class.is_none() && message.surrounded {
        let text = "there is text outside of the signed message; it was dropped";
        finding = finding.noting(FailureClass::MessageSurrounded, text);
    }
    finding
}

/// The states that `wanted` names, for text that is about to be fed to them.
fn contexts<'a>(
    wanted: impl IntoIterator<Item = &'a DocumentHash>,
) -> BTreeMap<DocumentHash, Context> {
    wanted
        .into_iter()
        .filter_map(|document| {
            let mut context = document_context(document.algorithm)?;
            context.update(&document.salt);
            Some((document.clone(), context))
        })
        .collect()
}
