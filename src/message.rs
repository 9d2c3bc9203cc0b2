//! One message that carries its own text: which kind is it, and who vouches for the text?

use crate::error::Error;
use crate::failure::FailureClass;
use crate::finding::{Check, Finding};
use crate::input::InputError;
use crate::openpgp::message::{self, MessageError, Vouched};
use crate::openpgp::{Circumstances, KeyRing, PolicyKind};
use crate::spool::Spool;
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;
use std::time::SystemTime;

/// With what to judge a message.
#[derive(Debug)]
pub struct Expectation {
    /// The OpenPGP keys that count, if any were given.
    pub ring: Option<KeyRing>,
    /// Which OpenPGP cryptography counts.
    pub policy: PolicyKind,
    /// The time to judge at.
    pub now: SystemTime,
}

/// How every signify file begins.
const SIGNIFY: &[u8] = b"untrusted comment:";

/// Reads the message of `input`, which `path` names, puts its text into `spool` and judges its
/// signatures. Only with what comes beside the finding can the spool be opened.
///
/// # Errors
///
/// Where `input` cannot be read or `spool` not be written to.
pub fn examine(
    input: &mut (dyn BufRead + Send + Sync),
    path: &Path,
    expectation: &Expectation,
    spool: &mut Spool,
) -> Result<(Finding, Option<Vouched>), Error> {
    let unread = |source| InputError::Read { path: path.to_owned(), source };
    if input.fill_buf().map_err(unread)?.starts_with(SIGNIFY) {
        return Ok((embedded_signify(), None));
    }
    let Some(ring) = &expectation.ring else {
        let text = "no key was given for the message";
        return Ok((
            Finding::fails(Check::Openpgp, FailureClass::NotCheckedNoExpectation, text),
            None,
        ));
    };
    let mut out = BufWriter::new(spool);
    let read = message::read(input, &mut out)
        .and_then(|message| out.flush().map(|()| message).map_err(MessageError::Spool));
    match read {
        Ok(message) => {
            let (policy, now) = (expectation.policy, expectation.now);
            Ok(message::check(&message, Circumstances { ring, policy, now }))
        }
        Err(MessageError::Fault(fault)) => {
            let text = format!("no signed message can be read from it: {fault}");
            Ok((Finding::fails(Check::Openpgp, fault.class(), text), None))
        }
        Err(MessageError::Read(source)) => Err(unread(source).into()),
        Err(MessageError::Spool(source)) => Err(Error::Spool(source)),
    }
}

/// A message of `signify -e`: a signature above its text.
fn embedded_signify() -> Finding {
    let text = "it is an embedded signify message, which is not read yet";
    Finding::fails(Check::Signify, FailureClass::EvidenceUnsupported, text)
}
