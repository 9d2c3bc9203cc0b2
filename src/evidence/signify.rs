//! signify signatures (OpenBSD's signify(1)): detached, embedded, and lists of checksums.
//!
//! A signature file is a comment line and a line of base64, both ended by line feeds. What follows
//! is either nothing (detached), or the message itself (`-e`); such a message may be a list of
//! checksums in BSD form (`-C`). signify ignores what follows a detached signature, and so do we.

mod list;

use crate::answer::facts::{KeyFacts, Of};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::pass::{Ed25519Wanted, Measured, Wanted};
use crate::evidence::ed25519::{self, KeyError, KeyNumber, PLAIN, PublicKey, UNTRUSTED_COMMENT};
use crate::evidence::openpgp::FORGERS;
use crate::evidence::scheme::{KeyOption, KeyOptions, Refusal, Says, Scheme, Subject, Takes};
use list::List;
pub(crate) use list::list_hashes;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

/// The most bytes of a comment behind its prefix, as signify has it.
const COMMENT_LIMIT: usize = 1024;

/// The option that names a key file.
const KEY_OPTION: &str = "--signify-key";

/// A signature file as it is: nothing in it is authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnverifiedSignature {
    number: KeyNumber,
    signature: [u8; 64],
    rest: Vec<u8>,
}

/// Why a file holds no signify signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// The first line is not `untrusted comment: …`.
    NoComment,
    /// The comment is longer than signify reads.
    LongComment,
    /// The second line is missing, or no line feed ends it.
    NoSignature,
    /// The second line is not the base64 of 74 bytes.
    Base64,
    /// The algorithm is not signify's Ed25519.
    Algorithm,
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoComment => "its first line does not begin with \"untrusted comment: \"",
            Self::LongComment => "its comment is longer than signify reads",
            Self::NoSignature => "no line of base64 that a line feed ends follows the comment",
            Self::Base64 => "its second line is not the base64 of a signature",
            Self::Algorithm => "it is of another algorithm than signify's Ed25519",
        })
    }
}

impl UnverifiedSignature {
    /// Reads a signature file.
    ///
    /// # Errors
    ///
    /// If the file does not begin as signify writes it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, SignatureFault> {
        let (comment, rest) = ed25519::split_line(bytes).ok_or(match bytes {
            bytes if bytes.starts_with(UNTRUSTED_COMMENT.as_bytes()) => SignatureFault::NoSignature,
            _ => SignatureFault::NoComment,
        })?;
        let comment =
            comment.strip_prefix(UNTRUSTED_COMMENT.as_bytes()).ok_or(SignatureFault::NoComment)?;
        if comment.len() >= COMMENT_LIMIT {
            return Err(SignatureFault::LongComment);
        }
        let (line, rest) = ed25519::split_line(rest).ok_or(SignatureFault::NoSignature)?;
        // signify's decoder passes over white space anywhere, a carriage return for instance.
        let line: Vec<u8> = line.iter().copied().filter(|b| !is_space(*b)).collect();
        let line = ed25519::signature_line(&line).ok_or(SignatureFault::Base64)?;
        if line.algorithm != PLAIN {
            return Err(SignatureFault::Algorithm);
        }
        Ok(Self { number: line.number, signature: line.signature, rest: rest.to_vec() })
    }

    /// The key that it says made it: a claim.
    pub(crate) fn claimed_number(&self) -> KeyNumber {
        self.number
    }

    /// Whether something follows the signature, which may be the message.
    pub(crate) fn has_message(&self) -> bool {
        !self.rest.is_empty()
    }

    /// The files that the list of checksums has that it carries; `None` where it carries no list. Nothing of it
    /// is authenticated.
    pub(crate) fn claimed_names(&self) -> Option<BTreeSet<String>> {
        Some(List::parse(&self.rest)?.names().map(str::to_owned).collect())
    }

    /// The keys that the signature may be from, by the number it names.
    fn candidates<'a>(&self, keys: &'a [PublicKey]) -> impl Iterator<Item = &'a PublicKey> {
        keys.iter().filter(move |key| key.number() == self.number)
    }

    /// What judging it over a distfile takes, with those of `keys` that may have made it.
    pub(crate) fn wanted(&self, keys: &[PublicKey]) -> Vec<Ed25519Wanted> {
        self.candidates(keys).map(|key| Ed25519Wanted::new(key.key(), self.signature)).collect()
    }

    /// The message that follows the signature, if one of `keys` signed it.
    ///
    /// # Errors
    ///
    /// `signer-unknown` where none of `keys` has the number that the signature names,
    /// `signature-bad` where that key did not sign what follows.
    pub(crate) fn message<'a>(&'a self, keys: &'a [PublicKey]) -> Result<Message<'a>, Refusal> {
        let mut known = false;
        for key in self.candidates(keys) {
            known = true;
            if key.made(&self.signature, &self.rest) {
                return Ok(Message { bytes: &self.rest, key });
            }
        }
        let (class, text) = match known {
            true => (
                FailureClass::SignatureBad,
                format!("the key {} did not sign the text that the file carries", self.number),
            ),
            false => unknown(self.number, keys),
        };
        Err((class, text))
    }
}

/// What C's isspace takes.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// A message and the key that signed it. Only [`UnverifiedSignature::message`] makes one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'a> {
    bytes: &'a [u8],
    key: &'a PublicKey,
}

impl<'a> Message<'a> {
    /// Exactly the bytes that were signed.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The key that signed them.
    pub(crate) fn key(&self) -> &'a PublicKey {
        self.key
    }
}

/// A signature file that is judged by one set of keys.
#[derive(Debug)]
pub(crate) struct Judged {
    signature: UnverifiedSignature,
    /// Looked at once, however many files are on the list.
    carried: OnceLock<Option<Carried>>,
}

/// What follows a signature, where one of the keys signed that.
#[derive(Debug)]
struct Carried {
    key: PublicKey,
    /// `None` where it is no list.
    list: Option<List>,
}

impl Carried {
    fn of(signature: &UnverifiedSignature, keys: &[PublicKey]) -> Option<Self> {
        let message = signature.message(keys).ok().filter(|_| signature.has_message())?;
        Some(Self { key: message.key().clone(), list: List::parse(message.bytes()) })
    }
}

/// The keys whose signatures count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys(pub(crate) Vec<PublicKey>);

impl Scheme for Keys {
    type Signature = Judged;
    type KeysError = KeyError;

    const CHECK: Check = Check::Signify;
    const NAME: &'static str = "signify signature";
    const OPTIONS: &'static [KeyOption] = &[KeyOption {
        name: KEY_OPTION,
        value: "FILE",
        help: "A signify key, with the comment line or without",
        takes: Takes::Files,
    }];

    fn recognizes(bytes: &[u8]) -> bool {
        ed25519::begins_with_comment(bytes)
    }

    fn from_options(options: &KeyOptions) -> Result<Option<Self>, Self::KeysError> {
        Ok(PublicKey::read_all(&options.paths(KEY_OPTION))?.map(Self))
    }

    fn parse(bytes: &[u8]) -> Result<Judged, Refusal> {
        let signature = UnverifiedSignature::parse(bytes);
        let signature = signature.map_err(|fault| ed25519::named(bytes, fault))?;
        Ok(Judged { signature, carried: OnceLock::new() })
    }

    fn wants(&self, Judged { signature, .. }: &Judged, wanted: &mut Wanted) {
        wanted.ed25519.extend(signature.wanted(&self.0));
        if signature.has_message() {
            wanted.hashes.extend(list_hashes());
        }
    }

    fn judge(&self, judged: &Judged, subject: &Subject<'_>) -> Finding {
        let carried = judged.carried.get_or_init(|| Carried::of(&judged.signature, &self.0));
        check(&judged.signature, &self.0, carried.as_ref(), subject)
    }

    fn says(Judged { signature, .. }: &Judged) -> Option<Says> {
        Some(Says {
            kind: "signify-signature",
            name: "a signify signature".to_owned(),
            claimed_key: signature.claimed_number().to_string(),
            prehashed: None,
            claimed_namespace: None,
        })
    }
}

/// Reads a file with an embedded message (`signify -S -e`).
///
/// # Errors
///
/// If the file is no such file. The message itself comes out of
/// [`UnverifiedSignature::message`].
pub(crate) fn embedded(bytes: &[u8]) -> Result<UnverifiedSignature, SignatureFault> {
    UnverifiedSignature::parse(bytes)
}

/// Why no key counts that `number` names.
pub(crate) fn unknown(number: KeyNumber, keys: &[PublicKey]) -> (FailureClass, String) {
    let known: Vec<_> = keys.iter().map(|key| key.number().to_string()).collect();
    let text =
        format!("it names the key {number}, which is not among those given ({})", known.join(", "));
    (FailureClass::SignerUnknown, text)
}

/// Judges a signature over the distfile `subject`.
///
/// Where a list of checksums follows the signature, the list is what was signed: the distfile's
/// line in it decides. Otherwise the signature is over the distfile's bytes.
fn check(
    signature: &UnverifiedSignature,
    keys: &[PublicKey],
    carried: Option<&Carried>,
    subject: &Subject<'_>,
) -> Finding {
    let measured = subject.measured;
    let finding = match carried {
        Some(Carried { key, list: Some(list) }) => list.check(key, subject.name, measured),
        Some(Carried { list: None, .. }) if made_by(signature, keys, measured).is_none() => {
            Finding::of_class(
                Check::Signify,
                FailureClass::SignatureMalformed,
                "its signature is over the text that it carries, and that text is not a list of \
                 checksums in BSD form",
            )
        }
        _ => detached(signature, keys, measured),
    };
    claiming(finding, signature.number)
}

fn made_by<'a>(
    signature: &UnverifiedSignature,
    keys: &'a [PublicKey],
    measured: &Measured,
) -> Option<&'a PublicKey> {
    let made = |key: &&PublicKey| {
        measured.ed25519.contains(&Ed25519Wanted::new(key.key(), signature.signature))
    };
    signature.candidates(keys).find(made)
}

fn detached(signature: &UnverifiedSignature, keys: &[PublicKey], measured: &Measured) -> Finding {
    if let Some(key) = made_by(signature, keys, measured) {
        let text = format!("these bytes with the signature that the key {} made", key.number());
        return agreeing(text, key);
    }
    let (class, text) = match signature.candidates(keys).next() {
        Some(key) => {
            (FailureClass::SignatureBad, format!("the key {} signed different bytes", key.number()))
        }
        None => unknown(signature.number, keys),
    };
    Finding::of_class(Check::Signify, class, text)
}

fn agreeing(text: String, key: &PublicKey) -> Finding {
    Finding::agrees(Check::Signify, text, key.holder()).forged_by(FORGERS).knowing(key.facts())
}

/// Adds the key that a signature names.
pub(crate) fn claiming(mut finding: Finding, number: KeyNumber) -> Finding {
    let facts = match finding.facts.of {
        Of::Key(facts) => KeyFacts { claimed_key: number.to_string(), ..*facts },
        _ => KeyFacts { claimed_key: number.to_string(), ..KeyFacts::default() },
    };
    finding.facts.of = facts.into();
    finding
}

#[cfg(test)]
#[path = "signify_tests.rs"]
mod tests;
