//! One message that carries its own text: which kind is it, and who vouches for the text?

use crate::answer::facts::KeyFacts;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::input::InputError;
use crate::bytes::output::{OutputError, Spool};
use crate::evidence::ed25519;
use crate::evidence::kinds::Keys;
use crate::evidence::openpgp;
use crate::evidence::openpgp::message::{ARMORED_LIMIT, MessageError};
use crate::evidence::signify;
use std::io::{BufRead, BufWriter, Read as _, Write};
use std::path::Path;
use std::time::SystemTime;

/// Why a message could not be examined.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExamineError {
    /// It could not be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Its text could not be kept.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// The kinds of messages, each with what its messages are called.
const KINDS: [(Check, &str); 2] =
    [(Check::Openpgp, "OpenPGP message"), (Check::Signify, "embedded signify message")];

/// Whether `keys` holds any that a message can be judged by.
pub(crate) fn is_judged_by(keys: &Keys) -> bool {
    KINDS.iter().any(|(check, _)| keys.has(*check))
}

/// Reads the message of `input`, which `path` names, puts its text into `spool` and judges its
/// signatures at the time `now`. The spool holds the signed text where the finding agrees, and
/// anything or nothing otherwise.
///
/// # Errors
///
/// If `input` cannot be read or `spool` not be written to.
pub(crate) fn examine(
    input: &mut (dyn BufRead + Send + Sync),
    path: &Path,
    keys: &Keys,
    now: SystemTime,
    spool: &mut Spool,
) -> Result<Finding, ExamineError> {
    let unread = |source| InputError::Read { path: path.to_owned(), source };
    let is_signify = ed25519::begins_with_comment(input.fill_buf().map_err(unread)?);
    let check = if is_signify { Check::Signify } else { Check::Openpgp };
    let mut out = BufWriter::new(spool);
    let read = match (check, keys.get::<openpgp::Keys>(), keys.get::<signify::Keys>()) {
        (Check::Openpgp, Some(keys), _) => openpgp::message::read(input, &mut out)
            .map(|message| openpgp::message::check(&message, keys.at(now))),
        (Check::Signify, _, Some(keys)) => signify_message(input, keys, &mut out),
        _ => return Ok(without_key(keys, check)),
    };
    let flushed = out.flush().map_err(MessageError::Spool);
    match read.and_then(|finding| flushed.map(|()| finding)) {
        Ok(finding) => Ok(finding),
        Err(MessageError::Fault(fault)) => {
            let text = format!("no signed message can be read from it: {fault}");
            Ok(Finding::of_class(Check::Openpgp, fault.class(), text))
        }
        Err(MessageError::Read(source)) => Err(unread(source).into()),
        Err(MessageError::Spool(source)) => Err(OutputError::Spool(source).into()),
    }
}

/// The keys that were given are for another kind of message.
fn without_key(keys: &Keys, check: Check) -> Finding {
    let name = |wanted: Check| {
        KINDS.iter().find(|(check, _)| *check == wanted).map_or("message", |(_, name)| *name)
    };
    match KINDS.iter().find(|(other, _)| keys.has(*other)) {
        Some((other, expected)) => {
            let text = format!("it is no {expected}, but looks like an {}", name(check));
            Finding::of_class(*other, FailureClass::SignatureMalformed, text)
        }
        None => {
            let text = format!("no key was given for the {}", name(check));
            Finding::of_class(check, FailureClass::NotCheckedNoExpectation, text)
        }
    }
}

/// Judges what `signify -S -e` wrote: a signature above its text.
fn signify_message(
    input: &mut dyn BufRead,
    keys: &signify::Keys,
    out: &mut dyn Write,
) -> Result<Finding, MessageError> {
    let mut bytes = Vec::new();
    input.take(ARMORED_LIMIT + 1).read_to_end(&mut bytes).map_err(MessageError::Read)?;
    if bytes.len() as u64 > ARMORED_LIMIT {
        let text = format!("it is larger than the limit of {ARMORED_LIMIT} bytes");
        return Ok(Finding::of_class(Check::Signify, FailureClass::EvidenceUnsupported, text));
    }
    let signature = match signify::embedded(&bytes) {
        Ok(signature) => signature,
        Err(fault) => {
            let text = format!("no embedded signify message can be read from it: {fault}");
            return Ok(Finding::of_class(Check::Signify, FailureClass::SignatureMalformed, text));
        }
    };
    let finding = match signature.message(&keys.0) {
        Ok(message) => {
            out.write_all(message.bytes()).map_err(MessageError::Spool)?;
            let key = message.key();
            let text = format!("the text with the signature that the key {} made", key.number());
            let text_size = Some(message.bytes().len() as u64);
            Finding::agrees(Check::Signify, text, key.holder())
                .forged_by(openpgp::FORGERS)
                .knowing(KeyFacts { text_size, ..key.facts() })
        }
        Err((class, text)) => Finding::of_class(Check::Signify, class, text),
    };
    Ok(signify::claiming(finding, signature.claimed_number()))
}
