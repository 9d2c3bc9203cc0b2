//! The checks over distfiles that are in DISTDIR, with what the ebuild expects.

use super::{Observation, Options};
use crate::answer::failure::Outcome;
use crate::answer::finding::Check;
use crate::answer::kinds::UNREADABLE;
use crate::answer::requirement::Requirement;
use crate::answer::summary::Clock;
use crate::check::bump::may_be_renamed;
use crate::check::inputs::Inputs;
use crate::check::pairing::{EvidenceKind, by_suffix};
use crate::check::run;
use crate::evidence::ed25519::PublicKey;
use crate::evidence::expectation::{PINS, Pins, PublisherExpectation};
use crate::evidence::kinds::Keys;
use crate::evidence::manifest::Manifest;
use crate::evidence::openpgp::{self, KeyRing, PolicyKind};
use crate::evidence::sigstore::{BundlePolicy, TrustedRoot, Verifier};
use crate::evidence::{minisign, signify};
use crate::release::gentoo::{Ebuild, FINGERPRINTS, KEY_PATH, Metadata};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is checked.
pub(super) struct Request<'a> {
    pub(super) options: &'a Options,
    pub(super) manifest: Option<&'a Manifest>,
    pub(super) ebuild: &'a Ebuild,
    /// The ebuild, below the root.
    pub(super) file: &'a Path,
    /// The distfiles that are in DISTDIR.
    pub(super) names: Vec<String>,
    pub(super) metadata: &'a Metadata,
    /// The OpenPGP policy.
    pub(super) openpgp: PolicyKind,
}

/// The key file that an ebuild names, below `root`.
pub(super) fn key_file(ebuild: &Ebuild, root: &Path) -> Option<PathBuf> {
    let path = Path::new(ebuild.literal(KEY_PATH)?);
    Some(root.join(path.strip_prefix("/").ok()?))
}

/// Why the ebuild's fingerprints name no certificates of its key file; nothing where they do, and where the file
/// itself is of no use.
pub(super) fn unfit_fingerprints(ebuild: &Ebuild, path: &Path) -> Option<String> {
    let only = ebuild.fingerprints();
    if only.is_empty() {
        return None;
    }
    let fault = KeyRing::read(&[path.to_owned()], &only).err()?;
    fault.is_of_fingerprint().then(|| format!("{FINGERPRINTS}: {fault}"))
}

/// What the checks say that do not agree.
pub(super) fn findings(request: &Request<'_>) -> Vec<Observation> {
    let attested = |name: &String| {
        let kind = by_suffix(name).map(|(kind, _)| kind);
        matches!(kind, Some(EvidenceKind::Provenance | EvidenceKind::Bundle))
    };
    let root = request
        .names
        .iter()
        .any(attested)
        .then(|| TrustedRoot::load(request.options.trusted_root.as_deref()));
    let verifier = match root.transpose() {
        Ok(root) => root.map(Verifier::new),
        Err(error) => {
            return vec![Observation::of(UNREADABLE, request.file, error.to_string())];
        }
    };
    let inputs = inputs(request, verifier);
    let report = run::run(&inputs, &|_| {});
    let mut found = Vec::new();
    for error in &report.errors {
        found.push(Observation::of(UNREADABLE, request.file, error.to_string()));
    }
    for distfile in &report.distfiles {
        for finding in &distfile.findings {
            let Some(class) = finding.class else { continue };
            // Missing keys and the like are findings of their own.
            if finding.outcome() == Outcome::NotChecked {
                continue;
            }
            let text = format!("{}: {}", finding.check.name(), finding.compared);
            found.push(Observation::of(class, request.file, text).about(&distfile.name));
            // Each is excepted by itself.
            for class in finding.also.iter().filter(|other| **other != class) {
                let said = finding.notes.iter().find(|note| note.class == *class);
                let said = said.map_or(finding.compared.as_str(), |note| note.text.as_str());
                let text = format!("{}: {said}", finding.check.name());
                found.push(Observation::of(*class, request.file, text).about(&distfile.name));
            }
        }
    }
    found
}

fn inputs(request: &Request<'_>, verifier: Option<Verifier>) -> Inputs {
    let ebuild = request.ebuild;
    let key = key_file(ebuild, &request.options.keys).filter(|path| path.is_file());
    let upstream = request.metadata.src_uri.iter().flat_map(|src_uri| &src_uri.files);
    let upstream = upstream.filter_map(|file| Some((file.name.clone(), file.upstream.clone()?)));
    let mut upstream: BTreeMap<String, String> = upstream.collect();
    let array = ebuild.words("VERIFY_PROVENANCE_UPSTREAM_NAMES").iter();
    let array = array.filter_map(|pair| pair.split_once('='));
    upstream.extend(array.map(|(name, upstream)| (name.to_owned(), upstream.to_owned())));
    let renamed = request.names.iter().filter(|name| !upstream.contains_key(*name));
    let renamed = renamed.filter(|name| may_be_renamed(ebuild, request.metadata, name));
    let publisher = publisher(ebuild);
    let content = request.names.iter().any(|name| by_suffix(name).is_none());
    Inputs {
        manifest: request.manifest.cloned(),
        distfiles: if content { request.names.clone() } else { Vec::new() },
        keys: keys(ebuild, key, request.openpgp),
        renamed: renamed.cloned().collect(),
        upstream_names: upstream,
        bundle_policies: bundle_policies(ebuild),
        pins: pins(ebuild),
        publisher,
        verifier,
        require: Requirement::of([Check::Manifest]),
        strict: true,
        states_digests: false,
        shared: true,
        ..Inputs::new(request.options.distdir.clone(), Clock::Emerge, request.options.now)
    }
}

fn keys(ebuild: &Ebuild, path: Option<PathBuf>, policy: PolicyKind) -> Keys {
    let mut keys = Keys::default();
    let Some(path) = path else { return keys };
    let plain = |path: &Path| PublicKey::read(path).ok().map(|key| vec![key]);
    match ebuild.signature_check() {
        Some(Check::Openpgp) => {
            let ring = KeyRing::read(&[path], &ebuild.fingerprints()).ok();
            if let Some(ring) = ring {
                keys.set(openpgp::Keys { ring, policy });
            }
        }
        Some(Check::Signify) => {
            plain(&path).into_iter().for_each(|key| keys.set(signify::Keys(key)))
        }
        Some(Check::Minisign) => {
            plain(&path).into_iter().for_each(|key| keys.set(minisign::Keys(key)))
        }
        _ => {}
    }
    keys
}

fn bundle_policies(ebuild: &Ebuild) -> Vec<BundlePolicy> {
    let identity = ebuild.literal("VERIFY_SIG_CERT_IDENTITY");
    let issuer = ebuild.literal("VERIFY_SIG_CERT_OIDC_ISSUER");
    let policy = identity.zip(issuer).map(|(identity, issuer)| BundlePolicy::Identity {
        identity: identity.to_owned(),
        issuer: Some(issuer.to_owned()),
    });
    policy.into_iter().collect()
}

fn publisher(ebuild: &Ebuild) -> Option<PublisherExpectation> {
    PublisherExpectation::from_text(ebuild.publisher()?).ok()
}

fn pins(ebuild: &Ebuild) -> Pins {
    let mut pins = Pins::default();
    for pin in &PINS {
        let Some(text) = ebuild.literal(pin.variable) else { continue };
        // What is of another form is told of as not known.
        let _ = pin.put(&mut pins, text);
    }
    pins
}
