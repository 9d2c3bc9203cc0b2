//! SSH signatures (OpenSSH's PROTOCOL.sshsig), as `ssh-keygen -Y sign` makes them, and the list of
//! allowed signers.
//!
//! Such a signature is over a hash of the file, a namespace that says what it is for, and nothing
//! else: it carries no time, so the limits of an allowed signer are compared with the time of
//! judging.

pub(crate) mod allowed;
mod terms;

pub(crate) use allowed::{AllowedError, AllowedSigners};

use crate::answer::facts::KeyFacts;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::pass::{Measured, Wanted};
use crate::bytes::sniff::Kind;
use crate::evidence::openpgp::FORGERS;
use crate::evidence::scheme::{
    KeyOption, KeyOptions, Refusal, Says, Scheme, Subject, Takes, malformed,
};
use allowed::Line;
use base64ct::{Base64, Encoding};
use ed25519_dalek::Verifier;
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, SshSig};
use std::fmt;
use std::time::SystemTime;
use terms::{allows, in_force};

/// The option that names the list of allowed signers.
const FILE_OPTION: &str = "--ssh-allowed-signers";
/// The option that names who must have signed.
const IDENTITY_OPTION: &str = "--ssh-identity";
/// The option that names what it must be for.
const NAMESPACE_OPTION: &str = "--ssh-namespace";
/// The namespace of signatures over files (ssh-keygen(1)).
const NAMESPACE: &str = "file";

const BEGIN: &[u8] = b"-----BEGIN SSH SIGNATURE-----\n";
const END: &str = "\n-----END SSH SIGNATURE-----";
/// Columns of the armor that the parser reads; other writers wrap elsewhere.
const COLUMNS: usize = 70;

/// A signature as it is: nothing in it is authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnverifiedSignature(SshSig);

/// Why a file holds no SSH signature that can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// The armor is broken.
    Armor,
    /// What is inside of the armor is not a signature of version 1.
    Form,
    /// Made with a certificate instead of a key.
    Certificate,
}

impl SignatureFault {
    /// The class that it ends in.
    pub(crate) const fn class(self) -> FailureClass {
        match self {
            Self::Armor | Self::Form => FailureClass::SignatureMalformed,
            Self::Certificate => FailureClass::EvidenceUnsupported,
        }
    }
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Armor => "its armor is broken",
            Self::Form => "what is inside of its armor is not an SSH signature of version 1",
            Self::Certificate => "it was made with an SSH certificate, which is not read here",
        })
    }
}

impl UnverifiedSignature {
    /// Reads a signature file. What follows the armor is ignored, as ssh-keygen does.
    ///
    /// # Errors
    ///
    /// If the file is not a signature of version 1, or made with a certificate.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, SignatureFault> {
        let armored = bytes.strip_prefix(BEGIN).ok_or(SignatureFault::Armor)?;
        let armored = std::str::from_utf8(armored).map_err(|_| SignatureFault::Armor)?;
        let (base64, _) = armored.split_once(END).ok_or(SignatureFault::Armor)?;
        let base64: String = base64.split_ascii_whitespace().collect();
        let raw = Base64::decode_vec(&base64).map_err(|_| SignatureFault::Armor)?;
        let lines = base64.as_bytes().chunks(COLUMNS).flat_map(|line| [line, b"\n"]);
        let pem: Vec<u8> = std::iter::once(BEGIN)
            .chain(lines)
            .chain([END.trim_start().as_bytes(), b"\n"])
            .flatten()
            .copied()
            .collect();
        let Ok(signature) = SshSig::from_pem(&pem) else {
            let certificate = b"-cert-v01@openssh.com";
            return Err(match raw.windows(certificate.len()).any(|part| part == certificate) {
                true => SignatureFault::Certificate,
                false => SignatureFault::Form,
            });
        };
        // PROTOCOL.sshsig wants it ignored where a version gives it a meaning; none does.
        if !signature.reserved().is_empty() {
            return Err(SignatureFault::Form);
        }
        // The parser passes over lengths that do not fit; OpenSSH does not.
        match signature.to_pem(LineEnding::LF).is_ok_and(|again| again.as_bytes() == pem) {
            true => Ok(Self(signature)),
            false => Err(SignatureFault::Form),
        }
    }

    /// The digest that judging it takes.
    pub(crate) fn hash(&self) -> HashName {
        match self.0.hash_alg() {
            HashAlg::Sha256 => HashName::Sha256,
            _ => HashName::Sha512,
        }
    }

    /// SHA-256 fingerprint of the key that it says made it: a claim.
    pub(crate) fn claimed_key(&self) -> String {
        fingerprint(self.0.public_key())
    }

    /// The namespace that it says it is for: a claim.
    pub(crate) fn claimed_namespace(&self) -> &str {
        self.0.namespace()
    }

    /// What the key signed, given the digest of the file (PROTOCOL.sshsig, section 3).
    fn signed(&self, digest: &[u8]) -> Vec<u8> {
        let mut blob = b"SSHSIG".to_vec();
        let hash = self.0.hash_alg();
        for part in
            [self.0.namespace().as_bytes(), self.0.reserved(), hash.as_str().as_bytes(), digest]
        {
            blob.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            blob.extend(part);
        }
        blob
    }
}

/// SHA-256 fingerprint of a key, as ssh-keygen prints it.
pub(crate) fn fingerprint(key: &KeyData) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// What an allowed signer signed. Only [`judge`] makes one: the line is unreachable before.
struct Signed<'a> {
    line: &'a Line,
}

impl Scheme for AllowedSigners {
    type Signature = UnverifiedSignature;
    type KeysError = AllowedError;

    const CHECK: Check = Check::Ssh;
    const NAME: &'static str = "SSH signature";
    const OPTIONS: &'static [KeyOption] = &[
        KeyOption {
            name: FILE_OPTION,
            value: "FILE",
            help: "Who may make SSH signatures, as ssh-keygen -Y verify takes it",
            takes: Takes::File,
        },
        KeyOption {
            name: IDENTITY_OPTION,
            value: "ID",
            help: "Who must have made the SSH signature; default: anyone on the list",
            takes: Takes::Text { with: FILE_OPTION, default: None },
        },
        KeyOption {
            name: NAMESPACE_OPTION,
            value: "NAME",
            help: "What the SSH signature must be for",
            takes: Takes::Text { with: FILE_OPTION, default: Some(NAMESPACE) },
        },
    ];

    fn recognizes(bytes: &[u8]) -> bool {
        bytes.trim_ascii_start().starts_with(BEGIN.trim_ascii_end())
    }

    fn from_options(options: &KeyOptions) -> Result<Option<Self>, Self::KeysError> {
        let Some(path) = options.paths(FILE_OPTION).pop() else { return Ok(None) };
        let namespace = options.text(NAMESPACE_OPTION).unwrap_or_else(|| NAMESPACE.to_owned());
        Ok(Some(Self::read(&path, options.text(IDENTITY_OPTION), namespace)?))
    }

    fn parse(bytes: &[u8]) -> Result<UnverifiedSignature, Refusal> {
        UnverifiedSignature::parse(bytes).map_err(|fault| match (fault, Kind::of(bytes)) {
            (
                SignatureFault::Armor,
                kind @ (Kind::SshPublicKey
                | Kind::SshSecretKey
                | Kind::PemPublicKey
                | Kind::Html
                | Kind::Utf16
                | Kind::Empty),
            ) => malformed(format!("it is {}", kind.advice())),
            (fault, _) => (fault.class(), fault.to_string()),
        })
    }

    fn wants(&self, signature: &UnverifiedSignature, wanted: &mut Wanted) {
        wanted.hashes.insert(signature.hash());
    }

    fn judge(&self, signature: &UnverifiedSignature, subject: &Subject<'_>) -> Finding {
        check(signature, self, subject.measured, subject.now)
    }

    fn says(signature: &UnverifiedSignature) -> Option<Says> {
        Some(Says {
            kind: "ssh-signature",
            name: "an SSH signature".to_owned(),
            claimed_key: signature.claimed_key(),
            prehashed: None,
            claimed_namespace: Some(signature.claimed_namespace().to_owned()),
        })
    }
}

/// Judges a signature over the distfile of which `measured` tells.
pub(crate) fn check(
    signature: &UnverifiedSignature,
    allowed: &AllowedSigners,
    measured: &Measured,
    now: SystemTime,
) -> Finding {
    let key = signature.claimed_key();
    let mut facts = KeyFacts {
        claimed_key: key.clone(),
        hash: Some(signature.0.hash_alg().as_str()),
        ..KeyFacts::default()
    };
    let finding = match judge(signature, allowed, measured, now) {
        Ok(Signed { line }) => {
            let text = format!(
                "these bytes with the signature that the key {key} made for the namespace \"{}\"",
                signature.0.namespace()
            );
            let holder = format!(
                "the holder of the SSH key of {} (line {} of {})",
                line.principals,
                line.number,
                allowed.path().display()
            );
            facts.key = Some(key);
            facts.principals = Some(line.principals.clone());
            facts.namespace = Some(signature.0.namespace().to_owned());
            facts.line = Some(line.number);
            Finding::agrees(Check::Ssh, text, holder).forged_by(FORGERS)
        }
        Err((class, text)) => {
            let mut finding = Finding::of_class(Check::Ssh, class, text);
            if class == FailureClass::SignatureWeak {
                let also = FailureClass::EvidenceUnsupported;
                let text = "a signature by such a key is not computed here, so that it may be over other bytes";
                finding.also.push(also);
                finding = finding.noting(also, text);
            }
            finding
        }
    };
    finding.knowing(facts)
}

/// The steps, in this order: the key is in the list (for the identity that was asked for); it
/// made the signature over these bytes; for the namespace that was asked for; and a line of the list
/// lets it, for that namespace, at `now`.
fn judge<'a>(
    signature: &UnverifiedSignature,
    allowed: &'a AllowedSigners,
    measured: &Measured,
    now: SystemTime,
) -> Result<Signed<'a>, Refusal> {
    let key = signature.0.public_key();
    let name = fingerprint(key);
    let lines: Vec<_> = allowed.lines().iter().filter(|line| line.key == *key).collect();
    if lines.is_empty() {
        let text = format!("made by the key {name}, which no line of the allowed signers holds");
        return Err((FailureClass::SignerUnknown, text));
    }
    supported(key)?;
    let made =
        |digest: &Vec<u8>| key.verify(&signature.signed(digest), signature.0.signature()).is_ok();
    if !measured.digests.get(&signature.hash()).is_some_and(made) {
        let text = format!("the key {name} signed different bytes");
        return Err((FailureClass::SignatureBad, text));
    }
    let namespace = signature.0.namespace();
    if namespace != allowed.namespace() {
        let text = format!(
            "the key {name} made it for the namespace \"{namespace}\", not for \"{}\"",
            allowed.namespace()
        );
        return Err((FailureClass::SignatureBad, text));
    }
    let mut refusal = (
        FailureClass::SignerUnknown,
        format!(
            "made by the key {name}, which is not that of {}",
            allowed.identity().unwrap_or("anybody")
        ),
    );
    for line in lines {
        match allows(line, allowed.identity(), namespace, now) {
            Ok(true) => return Ok(Signed { line }),
            Ok(false) => {}
            Err(reason) => refusal = reason,
        }
    }
    Err(refusal)
}

/// Whether this build can compute signatures by such a key.
fn supported(key: &KeyData) -> Result<(), Refusal> {
    match key {
        KeyData::Rsa(rsa) => {
            let bits = rsa.n.as_positive_bytes().map_or(0, |n| n.len() * 8);
            match bits {
                0..2048 => Err((
                    FailureClass::SignatureWeak,
                    format!("made by an RSA key with {bits} bits, fewer than 2048"),
                )),
                2048..=4096 => Ok(()),
                _ => Err((
                    FailureClass::EvidenceUnsupported,
                    format!("made by an RSA key with {bits} bits, and this build reads 4096"),
                )),
            }
        }
        KeyData::Ecdsa(_)
        | KeyData::Ed25519(_)
        | KeyData::SkEd25519(_)
        | KeyData::SkEcdsaSha2NistP256(_) => Ok(()),
        _ => Err((
            FailureClass::EvidenceUnsupported,
            format!("this build does not compute {} signatures", key.algorithm()),
        )),
    }
}

/// Why `key` could not sign a file now, whatever the list says; `Ok` where it could.
///
/// # Errors
///
/// The class that a signature by it ends in, and why.
pub(crate) fn usable(key: &KeyData) -> Result<(), (FailureClass, String)> {
    supported(key)
}

/// Why `line` lets no one sign a file at `now`; `Ok` where it does.
///
/// # Errors
///
/// The class that a signature ends in, and why.
pub(crate) fn standing(line: &Line, now: SystemTime) -> Result<(), (FailureClass, String)> {
    supported(&line.key)?;
    in_force(line, now)
}
