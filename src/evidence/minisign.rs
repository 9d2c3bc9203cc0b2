//! minisign signatures, prehashed and legacy.
//!
//! A signature file has four lines: a comment that nothing protects; the base64 of a signature over
//! the BLAKE2b-512 digest of the file (`ED`) or, as signify does it, over the file itself (`Ed`);
//! the trusted comment; and the base64 of a signature over the first signature and that comment.

use crate::answer::access::SERVING;
use crate::answer::facts::KeyFacts;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding, Note};
use crate::bytes::digests::HashName;
use crate::bytes::pass::{Ed25519Wanted, Measured, Wanted};
use crate::bytes::sniff::Kind;
use crate::evidence::ed25519::{
    self, KeyError, KeyNumber, PLAIN, PREHASHED, PublicKey, UNTRUSTED_COMMENT,
};
use crate::evidence::openpgp::FORGERS;
use crate::evidence::scheme::{
    KeyOption, KeyOptions, Refusal, Says, Scheme, Subject, Takes, malformed,
};
use crate::evidence::signify;
use std::fmt;

/// What the third line begins with.
const TRUSTED_COMMENT: &[u8] = b"trusted comment: ";

/// The most bytes of the first line and of the third, as minisign has it.
const COMMENT_LIMIT: usize = 1024;
const TRUSTED_COMMENT_LIMIT: usize = 8192;

/// The option that names a key file.
const KEY_OPTION: &str = "--minisign-key";

/// A signature file as it is: nothing in it is authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnverifiedSignature {
    number: KeyNumber,
    prehashed: bool,
    signature: [u8; 64],
    comment: Vec<u8>,
    comment_signature: [u8; 64],
}

/// Why a file holds no minisign signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// The first line is not `untrusted comment: …`.
    NoComment,
    /// A comment is longer than minisign reads, or has a NUL in it.
    Comment,
    /// The second line is not the base64 of 74 bytes.
    Base64,
    /// The algorithm is neither `ED` nor `Ed`.
    Algorithm,
    /// The third line is not `trusted comment: …`.
    NoTrustedComment,
    /// The fourth line is not the base64 of 64 bytes.
    CommentBase64,
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoComment => "its first line does not begin with \"untrusted comment: \"",
            Self::Comment => {
                "one of its comments is longer than minisign reads, or has a NUL in it"
            }
            Self::Base64 => "its second line is not the base64 of a signature",
            Self::Algorithm => "it is of another algorithm than minisign's Ed25519",
            Self::NoTrustedComment => "its third line does not begin with \"trusted comment: \"",
            Self::CommentBase64 => "its fourth line is not the base64 of a signature",
        })
    }
}

impl UnverifiedSignature {
    /// Reads a signature file. What follows the fourth line is ignored, as minisign does.
    ///
    /// # Errors
    ///
    /// If one of the four lines is missing or not what it should be.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, SignatureFault> {
        let mut lines = bytes.split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l));
        let mut line = || lines.next().unwrap_or_default();
        let comment = line();
        if !comment.starts_with(UNTRUSTED_COMMENT.as_bytes()) {
            return Err(SignatureFault::NoComment);
        }
        let signature = ed25519::signature_line(line()).ok_or(SignatureFault::Base64)?;
        let prehashed = match signature.algorithm {
            PREHASHED => true,
            PLAIN => false,
            _ => return Err(SignatureFault::Algorithm),
        };
        let trusted =
            line().strip_prefix(TRUSTED_COMMENT).ok_or(SignatureFault::NoTrustedComment)?;
        let long = comment.len() >= COMMENT_LIMIT || trusted.len() >= TRUSTED_COMMENT_LIMIT;
        if long || comment.contains(&0) || trusted.contains(&0) {
            return Err(SignatureFault::Comment);
        }
        let comment_signature = ed25519::base64(line())
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(SignatureFault::CommentBase64)?;
        Ok(Self {
            number: signature.number,
            prehashed,
            signature: signature.signature,
            comment: trusted.to_vec(),
            comment_signature,
        })
    }

    /// The key that it says made it: a claim.
    pub(crate) fn claimed_number(&self) -> KeyNumber {
        self.number
    }

    fn candidates<'a>(&self, keys: &'a [PublicKey]) -> impl Iterator<Item = &'a PublicKey> {
        keys.iter().filter(move |key| key.number() == self.number)
    }

    /// The digest that judging it takes.
    pub(crate) fn hash(&self) -> Option<HashName> {
        self.prehashed.then_some(HashName::Blake2b)
    }

    /// The signatures over the bytes themselves that judging it takes.
    pub(crate) fn wanted(&self, keys: &[PublicKey]) -> Vec<Ed25519Wanted> {
        let keys = self.candidates(keys).filter(|_| !self.prehashed);
        keys.map(|key| Ed25519Wanted::new(key.key(), self.signature)).collect()
    }

    fn verify<'a>(
        &self,
        keys: &'a [PublicKey],
        measured: &Measured,
    ) -> Result<Signed<'a>, Refusal> {
        let mut refusal = signify::unknown(self.number, keys);
        for key in self.candidates(keys) {
            match self.verify_with(key, measured) {
                Ok(trusted_comment) => return Ok(Signed { key, trusted_comment }),
                Err(class_and_text) => refusal = class_and_text,
            }
        }
        Err(refusal)
    }

    fn verify_with(&self, key: &PublicKey, measured: &Measured) -> Result<String, Refusal> {
        let over_file = match self.prehashed {
            true => measured
                .digests
                .get(&HashName::Blake2b)
                .is_some_and(|digest| key.made(&self.signature, digest)),
            false => measured.ed25519.contains(&Ed25519Wanted::new(key.key(), self.signature)),
        };
        if !over_file {
            let text = format!("the key {} signed different bytes", key.number());
            return Err((FailureClass::SignatureBad, text));
        }
        let signed = [&self.signature[..], &self.comment].concat();
        if !key.made(&self.comment_signature, &signed) {
            let text = format!(
                "the key {} made it over these bytes, but with another comment on its third line",
                key.number()
            );
            return Err((FailureClass::SignatureBad, text));
        }
        Ok(String::from_utf8_lossy(&self.comment).into_owned())
    }
}

/// The keys whose signatures count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys(pub(crate) Vec<PublicKey>);

impl Scheme for Keys {
    type Signature = UnverifiedSignature;
    type KeysError = KeyError;

    const CHECK: Check = Check::Minisign;
    const NAME: &'static str = "minisign signature";
    const OPTIONS: &'static [KeyOption] = &[KeyOption {
        name: KEY_OPTION,
        value: "FILE",
        help: "A minisign key, with the comment line or without",
        takes: Takes::Files,
    }];

    /// signify's form with a trusted comment behind it, or prehashed.
    fn recognizes(bytes: &[u8]) -> bool {
        let mut lines = bytes.split(|b| *b == b'\n').skip(1);
        let prehashed = lines.next().is_some_and(|line| line.starts_with(b"RU"));
        let commented = lines.next().is_some_and(|line| line.starts_with(TRUSTED_COMMENT));
        ed25519::begins_with_comment(bytes) && (prehashed || commented)
    }

    fn from_options(options: &KeyOptions) -> Result<Option<Self>, Self::KeysError> {
        Ok(PublicKey::read_all(&options.paths(KEY_OPTION))?.map(Self))
    }

    fn parse(bytes: &[u8]) -> Result<UnverifiedSignature, Refusal> {
        UnverifiedSignature::parse(bytes).map_err(|fault| match fault {
            // signify's form, which minisign wrote before there were trusted comments.
            SignatureFault::NoTrustedComment if Kind::of(bytes) == Kind::SignifySignature => {
                malformed(
                    "it is a signify signature, or a minisign signature without its trusted \
                     comment (check it with --signify-key)",
                )
            }
            fault => ed25519::named(bytes, fault),
        })
    }

    fn wants(&self, signature: &UnverifiedSignature, wanted: &mut Wanted) {
        wanted.hashes.extend(signature.hash());
        wanted.ed25519.extend(signature.wanted(&self.0));
    }

    fn judge(&self, signature: &UnverifiedSignature, subject: &Subject<'_>) -> Finding {
        check(signature, &self.0, subject.name, subject.measured)
    }

    fn says(signature: &UnverifiedSignature) -> Option<Says> {
        let over = if signature.prehashed { "the digest of the file" } else { "the file itself" };
        Some(Says {
            kind: "minisign-signature",
            name: format!("a minisign signature over {over}"),
            claimed_key: signature.claimed_number().to_string(),
            prehashed: Some(signature.prehashed),
            claimed_namespace: None,
        })
    }
}

/// What a key of the given ones signed.
struct Signed<'a> {
    key: &'a PublicKey,
    /// Reachable only here: both signatures hold.
    trusted_comment: String,
}

/// Judges a signature over the distfile `name`, of which `measured` tells.
pub(crate) fn check(
    signature: &UnverifiedSignature,
    keys: &[PublicKey],
    name: &str,
    measured: &Measured,
) -> Finding {
    let mut facts = KeyFacts::default();
    let finding = match signature.verify(keys, measured) {
        Ok(Signed { key, trusted_comment }) => {
            let text = format!(
                "these bytes with the signature that the key {} made; its trusted comment reads \
                 \"{trusted_comment}\"",
                key.number()
            );
            let note = other_file(&trusted_comment, name);
            facts = KeyFacts { trusted_comment: Some(trusted_comment), ..key.facts() };
            let mut finding =
                Finding::agrees(Check::Minisign, text, key.holder()).forged_by(FORGERS);
            if let Some(note) = note {
                // What was signed as another file says nothing of who serves it as this one.
                finding = finding.also_forged_by(SERVING);
                finding.notes.push(note);
            }
            finding
        }
        Err((class, text)) => Finding::of_class(Check::Minisign, class, text),
    };
    facts.claimed_key = signature.number.to_string();
    facts.prehashed = Some(signature.prehashed);
    finding.knowing(facts)
}

/// What there is to say where a trusted comment names another file than `name`: minisign writes the
/// name of what it signs there (`file:…`).
///
/// A mirror that serves an old release with its old signature under the new name is seen by this
/// alone.
fn other_file(comment: &str, name: &str) -> Option<Note> {
    let base = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let name = base(name);
    // Behind a tab, as minisign writes it, or a blank; the name may have blanks in it.
    let fields = comment.split('\t').flat_map(|field| {
        let starts = field.match_indices("file:").map(|(at, _)| at);
        let starts =
            starts.filter(move |at| *at == 0 || field.as_bytes().get(at - 1) == Some(&b' '));
        starts.filter_map(move |at| field.get(at + "file:".len()..))
    });
    let is_name = |signed: &str| {
        let rest = signed.strip_prefix(&name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let mut signed = fields.map(|signed| base(signed.trim())).filter(|signed| !signed.is_empty());
    let signed = signed.find(|signed| !is_name(signed))?;
    // rsign2 and others have blanks between the fields.
    let signed = signed.strip_suffix(" hashed").unwrap_or(&signed).to_owned();
    let (class, what) = match without_numbers(&signed) == without_numbers(&name) {
        true => (FailureClass::CommentOtherVersion, "another version"),
        false => (FailureClass::CommentOtherFile, "another file"),
    };
    Some(Note { class, text: format!("its trusted comment names {what}, {signed}") })
}

/// `name` with one mark for each run of digits and of dots between them.
fn without_numbers(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, numbers) = rest.split_at(at);
        let end = numbers.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(numbers.len());
        let (numbers, after) = numbers.split_at(end);
        // The dot of what follows the version is not the version's.
        let dot = if numbers.ends_with('.') { "." } else { "" };
        out.extend([before, "#", dot]);
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests;
