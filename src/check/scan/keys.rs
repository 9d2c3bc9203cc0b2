//! The key files that ebuilds name.

use super::Observation;
use crate::answer::failure::FailureClass;
use crate::answer::kinds::{
    KEY_EXPIRED, KEY_EXPIRING, KEY_MISSING, KEY_REVOKED, KEY_UNREADABLE, KEY_WEAK, Kind, Level,
};
use crate::bytes::input::{EVIDENCE_LIMIT, read_bounded};
use crate::evidence::ed25519::PublicKey;
use crate::evidence::openpgp::PolicyKind;
use crate::evidence::openpgp::describe::{self, Certificate, KeyFile, SOON};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What there is to say of a key file.
pub(super) struct KeyReport {
    /// What is found.
    pub(super) findings: Vec<Observation>,
    /// From when on it is another.
    pub(super) until: Option<SystemTime>,
}

/// The OpenPGP key files that were read, each once, by whatever names.
#[derive(Default)]
pub(super) struct Files(BTreeMap<PathBuf, Result<KeyFile, (Kind, String)>>);

impl Files {
    /// What the file at `path` holds, or what is wrong with it.
    fn get(&mut self, path: &Path, now: SystemTime) -> Result<&KeyFile, (Kind, String)> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let file = self.0.entry(real).or_insert_with(|| read(path, now));
        file.as_ref().map_err(Clone::clone)
    }
}

fn read(path: &Path, now: SystemTime) -> Result<KeyFile, (Kind, String)> {
    let shown = path.display();
    let bytes = read_bounded(path, EVIDENCE_LIMIT).map_err(|error| match error.is_missing() {
        true => (KEY_MISSING, format!("{shown} is not there")),
        false => (KEY_UNREADABLE, error.to_string()),
    })?;
    match describe::keys(&bytes, now) {
        Ok(file) if !file.keys.is_empty() => Ok(file),
        Ok(_) => Err((KEY_UNREADABLE, format!("{shown} holds no certificate"))),
        Err(error) => Err((KEY_UNREADABLE, format!("{shown}: {error}"))),
    }
}

/// Looks at an OpenPGP key file that `ebuild` names; `newest` says whether that is the newest version.
pub(super) fn look(
    files: &mut Files,
    path: &Path,
    ebuild: &Path,
    newest: bool,
    now: SystemTime,
) -> KeyReport {
    let shown = path.display();
    let mut report = KeyReport { findings: Vec::new(), until: None };
    let file = match files.get(path, now) {
        Ok(file) => file,
        Err((kind, text)) => {
            report.findings.push(Observation::of(kind, ebuild, text));
            return report;
        }
    };
    report.until = changes(file, now);
    // Where one certificate is as it should be, the others may be those of earlier releases.
    let usable = file.keys.iter().any(|certificate| certificate.refresh.is_empty());
    for certificate in &file.keys {
        for (kind, text) in troubles(certificate) {
            let text = format!("{shown}: {} {text}", certificate.fingerprint);
            let mut observation = Observation::of(kind, ebuild, text);
            if usable || !newest {
                observation.level = Level::Note;
            }
            report.findings.push(observation);
        }
    }
    report
}

/// Looks at a key file of signify or minisign, which says nothing of itself.
pub(super) fn look_plain(path: &Path, ebuild: &Path) -> Option<Observation> {
    match PublicKey::read(path) {
        Ok(_) => None,
        Err(_) if path.symlink_metadata().is_err() => {
            let text = format!("{} is not there", path.display());
            Some(Observation::of(KEY_MISSING, ebuild, text))
        }
        Err(error) => Some(Observation::of(KEY_UNREADABLE, ebuild, error.to_string())),
    }
}

/// What is wrong with a certificate, or will be.
fn troubles(certificate: &Certificate) -> Vec<(Kind, String)> {
    let counts = certificate
        .keys
        .iter()
        .flat_map(|key| &key.policies)
        .any(|word| word.policy == PolicyKind::Gentoo && word.class.is_none());
    let kind = |class: FailureClass| match class {
        FailureClass::KeyRevoked => Some(KEY_REVOKED),
        FailureClass::KeyExpired if counts => Some(KEY_EXPIRING),
        FailureClass::KeyExpired => Some(KEY_EXPIRED),
        // That the strict policy would want more is no news to anyone who did not choose it.
        FailureClass::SignatureWeak if counts => None,
        FailureClass::EvidenceUnsupported => None,
        _ => Some(KEY_WEAK),
    };
    let advice = certificate.refresh.iter();
    advice.filter_map(|advice| Some((kind(advice.class)?, advice.text.clone()))).collect()
}

/// The next moment at which one of the keys begins to be about to expire, or expires.
fn changes(file: &KeyFile, now: SystemTime) -> Option<SystemTime> {
    let expiries = file.keys.iter().flat_map(|certificate| &certificate.keys);
    let expiries = expiries.filter_map(|key| key.expires.as_ref()?.parse::<Timestamp>().ok());
    let moments = expiries.flat_map(|expiry| {
        let expiry = SystemTime::from(expiry);
        [expiry.checked_sub(SOON), Some(expiry)].into_iter().flatten()
    });
    moments.filter(|moment| *moment > now).min()
}
