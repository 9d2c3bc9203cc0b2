//! Detached signatures of every kind over one distfile, from reading them to judging.
//!
//! The content of a signature file tells its kind, not the suffix: a `.sig` may be OpenPGP, signify
//! or SSH.

use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::compress::StreamFault;
use crate::bytes::input::file_name;
use crate::bytes::pass::{Measured, Wanted};
use crate::bytes::sniff::Kind;
use crate::bytes::suffix;
use crate::evidence::kinds::{Keys, SignatureKind};
use crate::evidence::scheme::{Subject, Unverified};
use crate::evidence::{openpgp, signify};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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
pub(crate) struct Signatures<'k> {
    read: Vec<(PathBuf, Over, Box<dyn Unverified + 'k>)>,
    findings: Vec<Finding>,
}

impl<'k> Signatures<'k> {
    /// Reads the signature file `bytes` and adds what judging it takes to `wanted`, which is that of
    /// the distfile itself.
    pub(crate) fn add(
        &mut self,
        keys: &'k Keys,
        path: &Path,
        bytes: &[u8],
        over: Over,
        wanted: &mut Wanted,
    ) {
        let inside = openpgp::armor::enarmored_file(bytes)
            .filter(|inside| !SignatureKind::of_file(inside).is_openpgp());
        let armored = inside.is_some();
        let bytes = inside.as_deref().unwrap_or(bytes);
        let check = reader(keys, bytes);
        let kind = Kind::of(bytes);
        let looks_like = match armored {
            false => kind.name().to_owned(),
            true => format!("{} in OpenPGP armor", kind.name()),
        };
        let Some(scheme) = keys.scheme(check) else {
            self.add_unjudged(keys, path, bytes, check, &looks_like);
            return;
        };
        match scheme.read(bytes) {
            Ok(signature) => self.push(path, over, signature, wanted),
            Err((class, fault)) => {
                let text = match class {
                    FailureClass::SignatureMalformed => {
                        format!("{} is no {}: {fault}", file_name(path), scheme.name())
                    }
                    _ => format!("{} cannot be judged: {fault}", file_name(path)),
                };
                self.findings.push(unjudged(check, class, text, path, &looks_like));
            }
        }
    }

    fn push(
        &mut self,
        path: &Path,
        over: Over,
        signature: Box<dyn Unverified + 'k>,
        wanted: &mut Wanted,
    ) {
        signature.wants(match over {
            Over::File => wanted,
            Over::Uncompressed => wanted.uncompressed.get_or_insert_default(),
        });
        self.read.push((path.to_owned(), over, signature));
    }

    /// Adds signatures that were read for several distfiles. What does not depend on the distfile is found out
    /// once.
    pub(crate) fn add_shared(&mut self, shared: &'k Self, wanted: &mut Wanted) {
        for (path, over, signature) in &shared.read {
            self.push(path, *over, Box::new(&**signature), wanted);
        }
        self.findings.extend(shared.findings.iter().cloned());
    }

    /// Says of a signature file that there is no key of its kind.
    fn add_unjudged(
        &mut self,
        keys: &Keys,
        path: &Path,
        bytes: &[u8],
        check: Check,
        looks_like: &str,
    ) {
        let name = file_name(path);
        let mut others = keys.schemes().peekable();
        // A file that says by its name what it is belongs to no one else.
        if others.peek().is_none() || (check == Check::Minisign && name.ends_with(".minisig")) {
            let kind = SignatureKind::of_check(check);
            let by = match kind.and_then(|kind| kind.claimed_key(bytes)) {
                Some(claimed) => format!(", which names the key {claimed},"),
                None => ",".to_owned(),
            };
            let what = Kind::of(bytes).name();
            let text = format!("found {name}, {what}{by} but no key to check it with");
            let class = FailureClass::NotCheckedNoExpectation;
            self.findings.push(Finding::of_class(check, class, text));
            return;
        }
        for other in others {
            let hint = Kind::of(bytes).hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            let text = format!("{name} is no {}: it is {looks_like}{hint}", other.name());
            let class = FailureClass::SignatureMalformed;
            self.findings.push(unjudged(other.check(), class, text, path, looks_like));
        }
    }

    /// Whether anything was read, or found wanting, for `check`.
    pub(crate) fn has(&self, check: Check) -> bool {
        self.findings.iter().any(|finding| finding.check == check)
            || self.read.iter().any(|(_, _, signature)| signature.check() == check)
    }

    /// Judges every signature over the distfile `name`, of which `measured` tells.
    pub(crate) fn judge(self, now: SystemTime, name: &str, measured: &Measured) -> Vec<Finding> {
        let mut findings = self.findings;
        for (path, over, signature) in &self.read {
            let finding = match (over, &measured.uncompressed) {
                (Over::File, _) => signature.judge(&Subject { name, measured, now }),
                (Over::Uncompressed, Some(Ok(measured))) => {
                    let name = suffix::without_compression(name).unwrap_or(name);
                    let mut finding = signature.judge(&Subject { name, measured, now });
                    finding.compared =
                        format!("over the uncompressed stream: {}", finding.compared);
                    finding.facts.uncompressed_size = Some(measured.size);
                    finding
                }
                (Over::Uncompressed, Some(Err(fault))) => unreadable(signature.check(), fault),
                // `add` asked for it; should it be missing all the same, nothing agrees.
                (Over::Uncompressed, None) => Finding::of_class(
                    signature.check(),
                    FailureClass::EvidenceUnsupported,
                    "the uncompressed stream was not read",
                ),
            };
            findings.push(finding.read_from(path));
        }
        findings
    }
}

/// The check that a signature file is for.
fn reader(keys: &Keys, bytes: &[u8]) -> Check {
    let check = SignatureKind::of_file(bytes).check;
    // signify reads minisign's legacy form, and ignores the comment behind it.
    let legacy = check == Check::Minisign
        && !keys.has(Check::Minisign)
        && keys.has(Check::Signify)
        && signify::UnverifiedSignature::parse(bytes).is_ok();
    if legacy { Check::Signify } else { check }
}

fn unjudged(
    check: Check,
    class: FailureClass,
    text: String,
    path: &Path,
    looks_like: &str,
) -> Finding {
    let mut finding = Finding::of_class(check, class, text).read_from(path);
    finding.facts.looks_like = Some(looks_like.to_owned());
    finding
}

fn unreadable(check: Check, fault: &StreamFault) -> Finding {
    let text = format!("the signature is over the uncompressed stream, but {fault}");
    Finding::of_class(check, fault.class(), text)
}
