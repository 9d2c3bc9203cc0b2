//! The program's main job for Rust: judge distfiles, get findings and attacker sets.

use crate::answer::access::AccessSet;
use crate::answer::check::Check;
use crate::answer::finding;
use crate::answer::requirement::Requirement;
use crate::answer::summary::Clock;
use crate::check::{self, Inputs};
use crate::evidence::ed25519::{KeyError, PublicKey};
use crate::evidence::expectation::{ExpectationError, PublisherExpectation};
use crate::evidence::kinds::Keys;
use crate::evidence::manifest::{Manifest, ManifestError};
use crate::evidence::openpgp::{self, KeyRing, PolicyKind, RingError};
use crate::evidence::sigstore::{RootError, TrustedRoot, Verifier};
use crate::evidence::{minisign, signify};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::SystemTime;

/// Distfiles to judge, and what to judge them by: what `distvouch check` is given.
///
/// Evidence is found next to each distfile by its name, as the program does: `.asc`, `.sig`, `.minisig`,
/// `.provenance` and so on. A check is required if something to compare with was given for it.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Distfiles {
    directory: PathBuf,
    names: Vec<String>,
    manifest: Option<PathBuf>,
    openpgp: Vec<PathBuf>,
    signify: Vec<PathBuf>,
    minisign: Vec<PathBuf>,
    repository: Option<String>,
    trusted_root: Option<PathBuf>,
    after_the_bump: bool,
    time: Option<SystemTime>,
}

/// Why nothing could be judged: something that was given cannot be read or used. What is wrong with a
/// distfile or its evidence is a [`Finding`] instead.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] Cause);

/// What cannot be read or used.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
enum Cause {
    Manifest(#[from] ManifestError),
    Publisher(#[from] ExpectationError),
    Root(#[from] RootError),
    Ring(#[from] RingError),
    Key(#[from] KeyError),
}

impl Distfiles {
    /// Distfiles of `directory`.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), ..Self::default() }
    }

    /// Adds the distfile called `name`, a plain file name.
    pub fn file(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Compares sizes and hashes with the DIST entries of a Manifest (GLEP 74).
    pub fn manifest(mut self, path: impl Into<PathBuf>) -> Self {
        self.manifest = Some(path.into());
        self
    }

    /// Takes OpenPGP signatures (RFC 9580) by a key of this file.
    pub fn openpgp_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.openpgp.push(path.into());
        self
    }

    /// Takes signify signatures by this key.
    pub fn signify_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.signify.push(path.into());
        self
    }

    /// Takes minisign signatures by this key.
    pub fn minisign_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.minisign.push(path.into());
        self
    }

    /// Compares provenance (PEP 740) with the repository that must have published, such as
    /// `https://github.com/OWNER/NAME`.
    pub fn repository(mut self, url: impl Into<String>) -> Self {
        self.repository = Some(url.into());
        self
    }

    /// Uses this Sigstore `trusted_root.json` rather than the system's or the built-in one.
    pub fn trusted_root(mut self, path: impl Into<PathBuf>) -> Self {
        self.trusted_root = Some(path.into());
        self
    }

    /// Asks what an attacker needs once the Manifest is recorded, as at `emerge`. Otherwise the question
    /// is that of the bump, where the Manifest protects nothing yet.
    pub fn after_the_bump(mut self) -> Self {
        self.after_the_bump = true;
        self
    }

    /// Judges at `time` rather than now.
    pub fn at(mut self, time: SystemTime) -> Self {
        self.time = Some(time);
        self
    }

    /// Reads every distfile once and judges it.
    ///
    /// # Errors
    ///
    /// If the Manifest, a key or the trusted root cannot be read, or the repository is no URL of a
    /// forge. A distfile that cannot be read is in [`Report::unread`].
    pub fn judge(&self) -> Result<Report, Error> {
        let manifest = self.manifest.as_deref().map(Manifest::read).transpose();
        let manifest = manifest.map_err(Cause::from)?;
        let publisher = self.repository.as_deref().map(PublisherExpectation::from_repository);
        let publisher = publisher.transpose().map_err(Cause::from)?;
        let verifier = match publisher {
            Some(_) => {
                let root = TrustedRoot::load(self.trusted_root.as_deref());
                Some(Verifier::new(root.map_err(Cause::from)?))
            }
            None => None,
        };
        let required = [
            (Check::Manifest, manifest.is_some()),
            (Check::Openpgp, !self.openpgp.is_empty()),
            (Check::Signify, !self.signify.is_empty()),
            (Check::Minisign, !self.minisign.is_empty()),
            (Check::Provenance, publisher.is_some()),
        ];
        let clock = if self.after_the_bump { Clock::Emerge } else { Clock::Bump };
        let now = self.time.unwrap_or_else(SystemTime::now);
        let inputs = Inputs {
            manifest,
            distfiles: self.names.clone(),
            keys: self.keys()?,
            publisher,
            verifier,
            require: Requirement::of(
                required.into_iter().filter(|(_, on)| *on).map(|(check, _)| check),
            ),
            ..Inputs::new(self.directory.clone(), clock, now)
        };
        Ok(Report(check::run(&inputs, &|_| {})))
    }

    fn keys(&self) -> Result<Keys, Error> {
        let read = |paths: &[PathBuf]| PublicKey::read_all(paths).map_err(Cause::from);
        let mut keys = Keys::default();
        if !self.openpgp.is_empty() {
            let ring = KeyRing::read(&self.openpgp, &[]).map_err(Cause::from)?;
            keys.set(openpgp::Keys { ring, policy: PolicyKind::default() });
        }
        if let Some(signify) = read(&self.signify)? {
            keys.set(signify::Keys(signify));
        }
        if let Some(minisign) = read(&self.minisign)? {
            keys.set(minisign::Keys(minisign));
        }
        Ok(keys)
    }
}

/// What there is to say of all distfiles.
#[derive(Debug)]
pub struct Report(check::Report);

impl Report {
    /// The distfiles that could be read, worst first.
    pub fn distfiles(&self) -> impl Iterator<Item = Distfile<'_>> {
        self.0.distfiles.iter().map(Distfile)
    }

    /// Why the others could not, a sentence each that names the file.
    pub fn unread(&self) -> impl Iterator<Item = String> {
        self.0.errors.iter().map(ToString::to_string)
    }

    /// The smallest sets of capabilities with which an attacker gets past every required check and
    /// delivers a forged file. The words are those of `doc/threat-model.md`.
    #[must_use]
    pub fn attackers(&self) -> Vec<BTreeSet<&'static str>> {
        self.0.summary.attackers.sets().into_iter().map(words).collect()
    }

    /// The same, had no provenance been looked at.
    #[must_use]
    pub fn attackers_without_provenance(&self) -> Vec<BTreeSet<&'static str>> {
        self.0.summary.without_provenance.sets().into_iter().map(words).collect()
    }

    /// Whether something required was contradicted, missing, unusable or not checked, or a distfile
    /// could not be read. That nothing was says nothing about the release.
    #[must_use]
    pub fn anything_required_failed(&self) -> bool {
        self.0.status().code() != 0
    }
}

fn words(set: AccessSet) -> BTreeSet<&'static str> {
    set.iter().map(|capability| capability.word()).collect()
}

/// What there is to say of one distfile.
#[derive(Debug, Clone, Copy)]
pub struct Distfile<'a>(&'a check::DistfileReport);

impl<'a> Distfile<'a> {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'a str {
        &self.0.name
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(self) -> u64 {
        self.0.size
    }

    /// What each check says, worst first.
    pub fn findings(self) -> impl Iterator<Item = Finding<'a>> {
        self.0.findings.iter().map(Finding)
    }
}

/// What one check says of one distfile. Text may come from outside and hold control characters.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a>(&'a finding::Finding);

impl<'a> Finding<'a> {
    /// The check: `manifest`, `openpgp`, `provenance` and so on.
    #[must_use]
    pub fn check(self) -> &'static str {
        self.0.check.name()
    }

    /// One of `agrees`, `contradicts`, `absent`, `unusable`, `not-checked`.
    #[must_use]
    pub fn outcome(self) -> &'static str {
        self.0.outcome().word()
    }

    /// The failure class; `None` exactly where the outcome is `agrees`.
    #[must_use]
    pub fn class(self) -> Option<&'static str> {
        self.0.class.map(|class| class.name())
    }

    /// Whether the check was required.
    #[must_use]
    pub fn is_required(self) -> bool {
        self.0.required
    }

    /// What was compared with what, or why nothing was: one sentence.
    #[must_use]
    pub fn compared(self) -> &'a str {
        &self.0.compared
    }

    /// Who vouches for the bytes; empty where no one does.
    #[must_use]
    pub fn vouches(self) -> &'a str {
        &self.0.vouches
    }

    /// The capabilities that by themselves could have forged it.
    #[must_use]
    pub fn forgers(self) -> Vec<&'static str> {
        self.0.forgers.iter().map(|capability| capability.word()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn an_error_says_once_what_is_wrong() {
        let files = [
            Distfiles::in_directory("/nonexistent").manifest("/nonexistent/Manifest"),
            Distfiles::in_directory("/nonexistent").openpgp_key("/nonexistent/key"),
            Distfiles::in_directory("/nonexistent").signify_key("/nonexistent/key"),
            Distfiles::in_directory("/nonexistent").repository("/nonexistent"),
        ];
        for judged in files.map(|files| files.judge()) {
            let Err(error) = judged else { unreachable!() };
            let said = error.to_string();
            assert!(said.contains("/nonexistent"), "{said}");
            let mut beneath = error.source();
            while let Some(source) = beneath {
                assert_ne!(source.to_string(), said);
                beneath = source.source();
            }
        }
    }
}
