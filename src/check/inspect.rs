//! What a file says of itself: keys, signatures, messages.
//!
//! Nothing here is judged over any bytes. What a signature says is a claim, and is kept apart from
//! what a key is, which its self-signatures show.

mod evidence;
mod ssh;

pub(crate) use evidence::ClaimedEvidence;
pub(crate) use ssh::{SshKey, SshSigner};

use crate::bytes::input::{EVIDENCE_LIMIT, InputError, read_operand};
use crate::bytes::sniff::Kind;
use crate::evidence::ed25519::{KeyFault, PublicKey};
use crate::evidence::kinds::SignatureKind;
use crate::evidence::openpgp::armor::{self, ArmorFault};
use crate::evidence::openpgp::describe::{self, Claim, KeyFile, is_named};
use crate::evidence::openpgp::ring::InsteadOfKeys;
use crate::evidence::openpgp::{SignatureFault, UnverifiedSignatures, message};
use crate::evidence::scheme::Says;
use crate::evidence::sigstore::Form;
use serde::Serialize;
use ssh::SshFile;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// A file and what is in it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Inspected {
    /// Its path.
    pub(crate) file: String,
    /// What is in it.
    #[serde(flatten)]
    pub(crate) contents: Contents,
}

/// What is in a file, by the words that JSON has under `kind`.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Contents {
    /// OpenPGP keys.
    OpenpgpKeys(KeyFile),
    /// OpenPGP signatures without the bytes that they are over.
    OpenpgpSignatures(SignatureClaims),
    /// An OpenPGP message that carries its text.
    OpenpgpMessage(SignatureClaims),
    /// A signify or minisign key.
    Ed25519Key {
        /// Its number, in hexadecimal.
        number: String,
    },
    /// SSH public keys.
    SshKeys {
        /// The keys.
        keys: Vec<SshKey>,
    },
    /// A list of allowed SSH signers.
    SshAllowedSigners {
        /// Its lines.
        signers: Vec<SshSigner>,
    },
    /// Something else than OpenPGP in OpenPGP armor, as `gpg --enarmor` puts around any file.
    Enarmored {
        /// What it is.
        inside: Box<Contents>,
    },
    /// A secret key of any kind but OpenPGP, of which nothing is printed.
    SecretKey {
        /// What it is, as a noun phrase.
        what: &'static str,
    },
    /// PEP 740 provenance, or a Sigstore bundle.
    Evidence(ClaimedEvidence),
    /// A kind that is not read here.
    NotRead {
        /// What it seems to be.
        looks_like: &'static str,
        /// What to do with it, as an imperative clause.
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'static str>,
    },
    /// One that is read here, but damaged.
    Unusable {
        /// Why, in a sentence without a full stop.
        fault: String,
    },
    /// A signature of another kind than OpenPGP: it has its own `kind`.
    #[serde(untagged)]
    Signature(Says),
}

/// What signatures say of themselves.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct SignatureClaims {
    /// Signatures that cannot be read.
    pub(crate) unreadable: usize,
    /// What the others claim.
    pub(crate) claims: Vec<Claim>,
}

/// A signature file that is compared with the inspected keys.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Attribution {
    /// The signature file.
    #[serde(flatten)]
    pub(crate) signature: Inspected,
    /// For each claim, the keys that it names.
    pub(crate) named: Vec<Vec<NamedKey>>,
}

/// A key that a signature names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NamedKey {
    /// The key file.
    pub(crate) file: String,
    /// Fingerprint of the certificate.
    pub(crate) certificate: String,
    /// Fingerprint of the key.
    pub(crate) key: String,
}

/// Inspects a file.
///
/// # Errors
///
/// If it cannot be read.
pub(crate) fn inspect(path: &Path, now: SystemTime) -> Result<Inspected, InputError> {
    let bytes = read_operand(path, EVIDENCE_LIMIT)?;
    Ok(Inspected { file: path.display().to_string(), contents: contents(path, &bytes, now) })
}

/// Says which of the keys of `files` the signatures of `path` name.
///
/// # Errors
///
/// If it cannot be read.
pub(crate) fn attribute(
    path: &Path,
    files: &[Inspected],
    now: SystemTime,
) -> Result<Attribution, InputError> {
    let signature = inspect(path, now)?;
    let contents = match &signature.contents {
        Contents::Enarmored { inside } => inside,
        contents => contents,
    };
    let named = match contents {
        Contents::OpenpgpSignatures(claims) | Contents::OpenpgpMessage(claims) => {
            claims.claims.iter().map(|claim| named(claim, files)).collect()
        }
        Contents::Signature(says) => vec![holding(&says.claimed_key, files)],
        _ => Vec::new(),
    };
    Ok(Attribution { signature, named })
}

fn named(claim: &Claim, files: &[Inspected]) -> Vec<NamedKey> {
    let mut found = Vec::new();
    for file in files {
        let Contents::OpenpgpKeys(keys) = &file.contents else { continue };
        for certificate in &keys.keys {
            for key in certificate.keys.iter().filter(|key| is_named(claim, key)) {
                found.push(NamedKey {
                    file: file.file.clone(),
                    certificate: certificate.fingerprint.clone(),
                    key: key.fingerprint.clone(),
                });
            }
        }
    }
    found
}

/// The files that hold the key of this number or fingerprint.
fn holding(claimed: &str, files: &[Inspected]) -> Vec<NamedKey> {
    let holds = |file: &&Inspected| match &file.contents {
        Contents::Ed25519Key { number } => number == claimed,
        Contents::SshKeys { keys } => keys.iter().any(|key| key.fingerprint == claimed),
        Contents::SshAllowedSigners { signers } => {
            signers.iter().any(|signer| signer.key.fingerprint == claimed)
        }
        _ => false,
    };
    let named = |file: &Inspected| NamedKey {
        file: file.file.clone(),
        certificate: claimed.to_owned(),
        key: claimed.to_owned(),
    };
    files.iter().filter(holds).map(named).collect()
}

/// What is in `bytes`. Sigstore bundles and PEP 740 provenance belong here, too: they are JSON
/// documents.
fn contents(path: &Path, bytes: &[u8], now: SystemTime) -> Contents {
    let kind = Kind::of(bytes);
    let looks_like = kind.name();
    let unusable = |fault: &dyn std::fmt::Display| Contents::Unusable { fault: fault.to_string() };
    if kind.is_json() {
        return match ClaimedEvidence::read(bytes) {
            Ok(Ok(evidence)) => Contents::Evidence(evidence),
            Ok(Err(Form::Other)) => Contents::NotRead { looks_like, hint: None },
            Ok(Err(form)) => Contents::NotRead { looks_like: form.advice(), hint: None },
            Err(fault) => unusable(&fault),
        };
    }
    if kind.is_secret() {
        return Contents::SecretKey { what: looks_like };
    }
    if kind.is_archive() {
        return Contents::NotRead { looks_like, hint: kind.hint() };
    }
    match PublicKey::parse(path, bytes) {
        Ok(key) => return Contents::Ed25519Key { number: key.number().to_string() },
        // Whatever its comment says.
        Err(KeyFault::Secret) => {
            return Contents::SecretKey { what: "a signify or minisign secret key" };
        }
        Err(fault) if kind == Kind::Ed25519PublicKey => return unusable(&fault),
        Err(_) => {}
    }
    match SshFile::read(path, bytes, now) {
        Some(Ok(SshFile::Keys(keys))) => return Contents::SshKeys { keys },
        Some(Ok(SshFile::Signers(signers))) => return Contents::SshAllowedSigners { signers },
        Some(Ok(SshFile::Certificate)) => {
            return Contents::NotRead { looks_like: "an SSH certificate", hint: None };
        }
        Some(Err(fault)) if matches!(kind, Kind::Text | Kind::SshPublicKey) => {
            return unusable(&fault);
        }
        _ => {}
    }
    // Debian's tools put OpenPGP armor around any upstream signature.
    let inside = armor::enarmored_file(bytes);
    let inside = inside.filter(|inside| !SignatureKind::of_file(inside).is_openpgp());
    if let Some(inside) = inside {
        return Contents::Enarmored { inside: Box::new(contents(path, &inside, now)) };
    }
    let kind = SignatureKind::of_file(bytes);
    match (!kind.is_openpgp()).then(|| kind.says(bytes)) {
        Some(Ok(Some(says))) => Contents::Signature(says),
        Some(Err((_, fault))) => unusable(&fault),
        None | Some(Ok(None)) => openpgp(bytes, now),
    }
}

/// Keys, signatures or a message: the packets tell.
fn openpgp(bytes: &[u8], now: SystemTime) -> Contents {
    let unusable = |fault: String| Contents::Unusable { fault };
    match UnverifiedSignatures::parse(bytes) {
        Ok(signatures) => Contents::OpenpgpSignatures(claims(&signatures)),
        Err(SignatureFault::Inline | SignatureFault::Armor(ArmorFault::Cleartext)) => {
            match message::read(&mut &*bytes, &mut io::sink()) {
                Ok(message) => Contents::OpenpgpMessage(claims(message.signatures())),
                Err(message::MessageError::Fault(fault)) => unusable(fault.to_string()),
                Err(message::MessageError::Read(error) | message::MessageError::Spool(error)) => {
                    unusable(error.to_string())
                }
            }
        }
        Err(SignatureFault::Armor(ArmorFault::NotOpenPgp(kind))) => {
            Contents::NotRead { looks_like: kind.name(), hint: kind.hint() }
        }
        Err(fault) => match describe::keys(bytes, now) {
            Ok(file) if !file.keys.is_empty() => Contents::OpenpgpKeys(file),
            // What is damaged is damaged as the key that it begins with.
            Ok(_) if fault == SignatureFault::Key => {
                unusable("it holds OpenPGP keys, but none that can be read".to_owned())
            }
            _ if fault == SignatureFault::Empty && Kind::of(bytes) == Kind::OpenpgpKey => {
                unusable(InsteadOfKeys::Nothing.text().replacen("holds", "it holds", 1))
            }
            _ => unusable(fault.to_string()),
        },
    }
}

fn claims(signatures: &UnverifiedSignatures) -> SignatureClaims {
    SignatureClaims { unreadable: signatures.unreadable(), claims: describe::claims(signatures) }
}
