//! Detached signatures of every kind over one distfile, from reading them to judging.
//!
//! The content of a signature file tells its kind, not the suffix: a `.sig` may be OpenPGP, signify
//! or SSH.

use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::compress::StreamFault;
use crate::bytes::input::file_name;
use crate::bytes::pass::{Measured, Wanted};
use crate::bytes::sniff::{self, Kind, SignatureKind};
use crate::evidence::ed25519::PublicKey;
use crate::evidence::openpgp::{self, KeyRing, PolicyKind, UnverifiedSignatures};
use crate::evidence::ssh::AllowedSigners;
use crate::evidence::{minisign, signify, ssh};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The keys that count, of every kind, and how they are used.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// The OpenPGP keys, if any were given.
    pub(crate) ring: Option<KeyRing>,
    /// Which OpenPGP cryptography counts.
    pub(crate) policy: PolicyKind,
    /// The signify keys.
    pub(crate) signify: Vec<PublicKey>,
    /// The minisign keys.
    pub(crate) minisign: Vec<PublicKey>,
    /// Who may make SSH signatures, if any were given.
    pub(crate) ssh: Option<AllowedSigners>,
}

impl Keys {
    /// Whether there are keys for `check`.
    pub(crate) fn has(&self, check: Check) -> bool {
        match check {
            Check::Openpgp => self.ring.is_some(),
            Check::Signify => !self.signify.is_empty(),
            Check::Minisign => !self.minisign.is_empty(),
            Check::Ssh => self.ssh.is_some(),
            _ => false,
        }
    }
}

/// The checks that a detached signature can be for, each with what its signatures are called.
pub(crate) const KINDS: [(Check, &str); 4] = [
    (Check::Openpgp, "detached OpenPGP signature"),
    (Check::Signify, "signify signature"),
    (Check::Minisign, "minisign signature"),
    (Check::Ssh, "SSH signature"),
];

/// Which bytes a signature is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// The distfile's own.
    File,
    /// Those that the distfile compresses.
    Uncompressed,
}

/// The signatures that were read for one distfile.
#[derive(Debug, Default)]
pub(crate) struct Signatures {
    read: Vec<(PathBuf, Over, Unverified)>,
    findings: Vec<Finding>,
}

#[derive(Debug)]
enum Unverified {
    Openpgp(UnverifiedSignatures),
    Signify(signify::UnverifiedSignature),
    Minisign(minisign::UnverifiedSignature),
    Ssh(ssh::UnverifiedSignature),
}

impl Unverified {
    const fn check(&self) -> Check {
        match self {
            Self::Openpgp(_) => Check::Openpgp,
            Self::Signify(_) => Check::Signify,
            Self::Minisign(_) => Check::Minisign,
            Self::Ssh(_) => Check::Ssh,
        }
    }
}

impl Signatures {
    /// Reads the signature file `bytes` and adds what judging it takes to `wanted`, which is that of
    /// the distfile itself.
    pub(crate) fn add(
        &mut self,
        keys: &Keys,
        path: &Path,
        bytes: &[u8],
        over: Over,
        wanted: &mut Wanted,
    ) {
        let inside = openpgp::armor::enarmored_file(bytes)
            .filter(|inside| sniff::signature_kind(inside) != SignatureKind::Openpgp);
        let armored = inside.is_some();
        let bytes = inside.as_deref().unwrap_or(bytes);
        let check = reader(keys, bytes);
        let looks_like = match (Kind::of(bytes), armored) {
            (kind, false) => kind.advice(),
            (kind, true) => format!("{} in OpenPGP armor", kind.name()),
        };
        if !keys.has(check) {
            self.add_unjudged(keys, path, check, &looks_like);
            return;
        }
        match parse(check, bytes) {
            Ok(signature) => {
                let wanted = match over {
                    Over::File => wanted,
                    Over::Uncompressed => wanted.uncompressed.get_or_insert_default(),
                };
                want(&signature, keys, wanted);
                self.read.push((path.to_owned(), over, signature));
            }
            Err((class, fault)) => {
                let text = match class {
                    FailureClass::SignatureMalformed => {
                        format!("{} is no {}: {fault}", file_name(path), signature_name(check))
                    }
                    _ => format!("{} cannot be judged: {fault}", file_name(path)),
                };
                self.findings.push(unjudged(check, class, text, path, &looks_like));
            }
        }
    }

    /// Says of a signature file that there is no key of its kind.
    fn add_unjudged(&mut self, keys: &Keys, path: &Path, check: Check, looks_like: &str) {
        let name = file_name(path);
        let mut others = KINDS.iter().filter(|(other, _)| keys.has(*other)).peekable();
        // A file that says by its name what it is belongs to nobody else.
        if others.peek().is_none() || (check == Check::Minisign && name.ends_with(".minisig")) {
            let text = format!("{name} is there, {looks_like}, but no key was given for it");
            let class = FailureClass::NotCheckedNoExpectation;
            self.findings.push(Finding::fails(check, class, text));
            return;
        }
        for (other, signature) in others {
            let text = format!("{name} is no {signature}: it is {looks_like}");
            let class = FailureClass::SignatureMalformed;
            self.findings.push(unjudged(*other, class, text, path, looks_like));
        }
    }

    /// Whether anything was read, or found wanting, for `check`.
    pub(crate) fn has(&self, check: Check) -> bool {
        self.findings.iter().any(|finding| finding.check == check)
            || self.read.iter().any(|(_, _, signature)| signature.check() == check)
    }

    /// Judges every signature over the distfile `name`, of which `measured` tells.
    pub(crate) fn judge(
        self,
        keys: &Keys,
        now: SystemTime,
        name: &str,
        measured: &Measured,
    ) -> Vec<Finding> {
        let mut findings = self.findings;
        for (path, over, signature) in &self.read {
            let finding = match (over, &measured.uncompressed) {
                (Over::File, _) => judge(signature, keys, now, name, measured),
                (Over::Uncompressed, Some(Ok(measured))) => {
                    let name = super::pairing::without_compression(name).unwrap_or(name);
                    let mut finding = judge(signature, keys, now, name, measured);
                    finding.compared =
                        format!("over the uncompressed stream: {}", finding.compared);
                    finding.facts.uncompressed_size = Some(measured.size);
                    finding
                }
                (Over::Uncompressed, Some(Err(fault))) => unreadable(signature.check(), fault),
                // `add` asked for it; should it be missing all the same, nothing agrees.
                (Over::Uncompressed, None) => Finding::fails(
                    signature.check(),
                    FailureClass::EvidenceUnsupported,
                    "the uncompressed stream was not read",
                ),
            };
            findings.push(finding.from_file(path));
        }
        findings
    }
}

/// The check that a signature file is for.
fn reader(keys: &Keys, bytes: &[u8]) -> Check {
    match sniff::signature_kind(bytes) {
        SignatureKind::Openpgp => Check::Openpgp,
        SignatureKind::Signify => Check::Signify,
        SignatureKind::Ssh => Check::Ssh,
        // signify reads minisign's legacy form, and ignores the comment behind it.
        SignatureKind::Minisign
            if keys.minisign.is_empty()
                && !keys.signify.is_empty()
                && signify::UnverifiedSignature::parse(bytes).is_ok() =>
        {
            Check::Signify
        }
        SignatureKind::Minisign => Check::Minisign,
    }
}

fn signature_name(check: Check) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == check).map_or("signature", |(_, name)| name)
}

fn parse(check: Check, bytes: &[u8]) -> Result<Unverified, (FailureClass, String)> {
    fn malformed(fault: impl Display) -> (FailureClass, String) {
        (FailureClass::SignatureMalformed, fault.to_string())
    }
    match check {
        Check::Signify => {
            signify::UnverifiedSignature::parse(bytes).map(Unverified::Signify).map_err(malformed)
        }
        Check::Minisign => {
            minisign::UnverifiedSignature::parse(bytes).map(Unverified::Minisign).map_err(malformed)
        }
        Check::Ssh => ssh::UnverifiedSignature::parse(bytes)
            .map(Unverified::Ssh)
            .map_err(|fault| (fault.class(), fault.to_string())),
        _ => UnverifiedSignatures::parse(bytes).map(Unverified::Openpgp).map_err(malformed),
    }
}

fn want(signature: &Unverified, keys: &Keys, wanted: &mut Wanted) {
    match signature {
        Unverified::Openpgp(signatures) => wanted.documents.extend(openpgp::wanted(signatures)),
        Unverified::Signify(signature) => {
            wanted.ed25519.extend(signature.wanted(&keys.signify));
            if signature.has_message() {
                wanted.hashes.extend(signify::list_hashes());
            }
        }
        Unverified::Minisign(signature) => {
            wanted.hashes.extend(signature.hash());
            wanted.ed25519.extend(signature.wanted(&keys.minisign));
        }
        Unverified::Ssh(signature) => {
            wanted.hashes.insert(signature.hash());
        }
    }
}

fn judge(
    signature: &Unverified,
    keys: &Keys,
    now: SystemTime,
    name: &str,
    measured: &Measured,
) -> Finding {
    match signature {
        Unverified::Openpgp(signatures) => keys.ring.as_ref().map(|ring| {
            let circumstances = openpgp::Circumstances { ring, policy: keys.policy, now };
            openpgp::check_file(signatures, &measured.documents, circumstances)
        }),
        Unverified::Signify(signature) => {
            Some(signify::check(signature, &keys.signify, name, measured))
        }
        Unverified::Minisign(signature) => {
            Some(minisign::check(signature, &keys.minisign, measured))
        }
        Unverified::Ssh(signature) => {
            keys.ssh.as_ref().map(|allowed| ssh::check(signature, allowed, measured, now))
        }
    }
    // `add` reads no signature of a kind that no key was given for.
    .unwrap_or_else(|| {
        let class = FailureClass::NotCheckedNoExpectation;
        Finding::fails(signature.check(), class, "no key was given for it")
    })
}

fn unjudged(
    check: Check,
    class: FailureClass,
    text: String,
    path: &Path,
    looks_like: &str,
) -> Finding {
    let mut finding = Finding::fails(check, class, text).from_file(path);
    finding.facts.looks_like = Some(looks_like.to_owned());
    finding
}

fn unreadable(check: Check, fault: &StreamFault) -> Finding {
    let text = format!("the signature is over the uncompressed stream, but {fault}");
    Finding::fails(check, fault.class(), text)
}
