//! Makes the facts that continuity compares: of the previous release, and of this one.

use super::bundle::{artifact, other_name};
use super::inputs::{Inputs, Previous};
use super::pairing::{EvidenceKind, by_suffix, looks_like_bundle, signature_of};
use super::provenance::Checked;
use super::signatures::{Over, Signatures};
use crate::answer::facts::Of;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::{HashName, hex};
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, file_name, read_bounded, read_operand};
use crate::bytes::pass::{self, Measured, Wanted};
use crate::bytes::suffix::{self, without_compression};
use crate::evidence::pep740::Provenance;
use crate::evidence::sigstore::{
    self, ArtifactDigests, AttestationFault, BundlePolicy, UnverifiedBundle, Verifier,
};
use crate::release::continuity::{Attested, Fault, Release, ReleaseSigner};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

impl Previous {
    /// Whether reading it takes a verifier of Sigstore evidence.
    pub(crate) fn needs_verifier(&self) -> bool {
        !self.provenance.is_empty()
            || self.signatures.iter().any(|(path, _)| looks_like_bundle(path))
    }

    /// Reads and authenticates it.
    ///
    /// # Errors
    ///
    /// If a file cannot be read. What a file holds makes facts or faults.
    pub(crate) fn read(&self, inputs: &Inputs) -> Result<Release, InputError> {
        let mut release = Release { name: self.name.clone(), ..Release::default() };
        for path in &self.provenance {
            if let Some(verifier) = &inputs.verifier {
                add_provenance(&mut release, path, &self.bytes(path)?, verifier);
            }
        }
        for (signature, distfile) in &self.signatures {
            let bytes = self.bytes(signature)?;
            let signed = signed_file(signature, distfile.as_deref());
            if looks_like_bundle(signature) {
                self.add_bundle(&mut release, signature, &bytes, signed, inputs)?;
            } else {
                self.add_signature(&mut release, signature, &bytes, signed, inputs)?;
            }
        }
        for (kind, file) in &self.unfetched {
            let Some(check) = kind.checks().next() else { continue };
            release.faults.push(unfetched(check, file));
        }
        Ok(release)
    }

    /// What a file with evidence holds: one that was named may be a pipe.
    fn bytes(&self, path: &Path) -> Result<Vec<u8>, InputError> {
        let found = self.name.is_some();
        if found { read_bounded(path, EVIDENCE_LIMIT) } else { read_operand(path, EVIDENCE_LIMIT) }
    }

    /// A signature of the previous release, checked over the file that it is over.
    fn add_signature(
        &self,
        release: &mut Release,
        signature: &Path,
        bytes: &[u8],
        signed: Option<(PathBuf, Over)>,
        inputs: &Inputs,
    ) -> Result<(), InputError> {
        let mut signatures = Signatures::default();
        let mut wanted = Wanted { hashes: self.hashes(), ..Wanted::default() };
        let over = signed.as_ref().map_or(Over::File, |(_, over)| *over);
        signatures.add(&inputs.keys, signature, bytes, over, &mut wanted);
        let Some((path, _)) = signed else {
            release.faults.push(stray(signature, evidence(&signatures)));
            return Ok(());
        };
        let measured = pass::measure(&path, &wanted, &mut |_| {})?;
        if let Some(fault) = self.altered(evidence(&signatures), &path, &measured) {
            release.faults.push(fault);
            return Ok(());
        }
        let name = file_name(&path);
        add_signatures(release, &signatures.judge(inputs.now, &name, &measured));
        release.name.get_or_insert(name);
        Ok(())
    }

    /// A Sigstore bundle of the previous release, checked over the file that it is about.
    fn add_bundle(
        &self,
        release: &mut Release,
        path: &Path,
        bytes: &[u8],
        signed: Option<(PathBuf, Over)>,
        inputs: &Inputs,
    ) -> Result<(), InputError> {
        let bundles = match sigstore::bundles(bytes) {
            Ok(bundles) => bundles,
            Err(error) => {
                release.faults.push(bundle_fault(path, &error));
                return Ok(());
            }
        };
        let Some((distfile, _)) = signed else {
            release.faults.push(stray(path, Check::Sigstore));
            return Ok(());
        };
        let mut wanted = Wanted { hashes: self.hashes(), ..Wanted::default() };
        wanted.hashes.insert(HashName::Sha256);
        for bundle in bundles.iter().flatten() {
            let policies = inputs.bundle_policies.iter().map(Some).chain([None]);
            for needs in policies.map(|policy| bundle.needs(policy)) {
                wanted.blob |= needs.blob;
                if needs.sha512 {
                    wanted.hashes.insert(HashName::Sha512);
                }
            }
        }
        let measured = pass::measure(&distfile, &wanted, &mut |_| {})?;
        if let Some(fault) = self.altered(Check::Sigstore, &distfile, &measured) {
            release.faults.push(fault);
            return Ok(());
        }
        let Some(artifact) = artifact(&measured) else { return Ok(()) };
        for bundle in sigstore::about(&bundles, &file_name(&distfile), &artifact) {
            let facts = match bundle {
                Ok(bundle) => authenticate(inputs, path, bundle, &artifact, None),
                Err(error) => Err(bundle_fault(path, error)),
            };
            add_bundle_facts(release, facts);
        }
        release.name.get_or_insert(file_name(&distfile));
        Ok(())
    }

    /// The hashes of its file that are computed along with what a signature wants.
    fn hashes(&self) -> BTreeSet<HashName> {
        self.blake2b.iter().map(|_| HashName::Blake2b).collect()
    }

    /// What is wrong where its file is not the one that the Manifest lists.
    fn altered(&self, evidence: Check, path: &Path, measured: &Measured) -> Option<Fault> {
        let expected = self.blake2b.as_ref()?;
        let actual = measured.digests.get(&HashName::Blake2b).map(|digest| hex(digest));
        (actual.as_ref() != Some(expected)).then(|| Fault {
            evidence,
            class: FailureClass::ManifestMismatch,
            text: format!("{} is not the file that its DIST entry lists", file_name(path)),
            file: Some(path.to_string_lossy().into_owned()),
        })
    }
}

/// Evidence that is listed and was not fetched.
pub(super) fn unfetched(evidence: Check, file: &str) -> Fault {
    Fault {
        evidence,
        class: FailureClass::NotFetched,
        text: format!("the Manifest lists {file}, which is not in DISTDIR: fetch it"),
        file: Some(file.to_owned()),
    }
}

/// The kind of evidence that was read.
fn evidence(signatures: &Signatures<'_>) -> Check {
    Check::NAMING.into_iter().find(|kind| signatures.has(*kind)).unwrap_or(Check::Openpgp)
}

/// Who signed a Sigstore bundle, or why that cannot be said.
pub(crate) enum BundleFacts {
    /// Whom its certificate names.
    Certified(Attested),
    /// The holder of the key that was given.
    ByKey(ReleaseSigner),
}

/// What is known of this release: the attestations, bundles and signatures that were checked.
pub(crate) fn release(
    attestations: &[Checked],
    bundles: Vec<Result<BundleFacts, Fault>>,
    findings: &[Finding],
) -> Release {
    let mut release = Release::default();
    for Checked { finding, facts, renamed } in attestations {
        match (facts, finding.class) {
            (Some(facts), _) => release.facts.attestations.push(Attested {
                claims: facts.claims().clone(),
                kind: Some(facts.statement().predicate_type.clone()),
                served: *renamed,
            }),
            (None, Some(class)) => release.faults.push(fault(finding, class)),
            (None, None) => {}
        }
    }
    for bundle in bundles {
        add_bundle_facts(&mut release, bundle);
    }
    add_signatures(&mut release, findings);
    release
}

fn fault(finding: &Finding, class: FailureClass) -> Fault {
    let file = finding.facts.file.clone();
    Fault { evidence: finding.check, class, text: finding.compared.clone(), file }
}

/// The provenance of a release whose file is not needed: it says who published.
fn add_provenance(release: &mut Release, path: &Path, bytes: &[u8], verifier: &Verifier) {
    let fault = |class, text| {
        let file = Some(path.to_string_lossy().into_owned());
        Fault { evidence: Check::Provenance, class, text, file }
    };
    let provenance = match Provenance::parse(bytes) {
        Ok(provenance) => provenance,
        Err(error) => {
            release.faults.push(fault(error.class(), error.to_string()));
            return;
        }
    };
    for attestation in provenance.attestations() {
        match verifier.detached(attestation) {
            Ok(facts) => {
                let kind = facts.kind().map(str::to_owned);
                let attested = Attested { claims: facts.claims().clone(), kind, served: false };
                release.facts.attestations.push(attested);
                release.name = release.name.take().or(facts.names().first().cloned());
            }
            Err(error) => release.faults.push(fault(error.class(), error.to_string())),
        }
    }
}

fn stray(signature: &Path, evidence: Check) -> Fault {
    Fault {
        evidence,
        class: FailureClass::SignatureStray,
        text: "what it is over is not there, so it cannot be checked".to_owned(),
        file: Some(signature.to_string_lossy().into_owned()),
    }
}

/// Who signed a bundle: whom its certificate names, or the holder of the key that was given. The file is one
/// of this release by that `name`, if there is one: whether the bundle has another is kept.
pub(crate) fn authenticate(
    inputs: &Inputs,
    path: &Path,
    bundle: &UnverifiedBundle,
    artifact: &ArtifactDigests<'_>,
    name: Option<&str>,
) -> Result<BundleFacts, Fault> {
    let Some(verifier) = &inputs.verifier else {
        return Err(Fault {
            evidence: Check::Sigstore,
            class: FailureClass::NotCheckedBuild,
            text: "no trusted root was read".to_owned(),
            file: Some(path.to_string_lossy().into_owned()),
        });
    };
    let keys = inputs.bundle_policies.iter();
    let keys: Vec<_> =
        keys.filter(|policy| matches!(policy, BundlePolicy::ManagedKey(_))).cloned().collect();
    let facts = match bundle.is_keyed() {
        true => super::bundle::authenticate(verifier, bundle, artifact, &keys),
        false => verifier.signer(bundle, artifact),
    }
    .map_err(|error| bundle_fault(path, &error))?;
    let kind = facts.statement().map(|statement| statement.predicate_type.clone());
    let other = facts.statement().zip(name);
    let other = other.and_then(|(statement, name)| other_name(statement, artifact, name, true));
    let served = other.is_some();
    Ok(match facts.claims() {
        Some(claims) => BundleFacts::Certified(Attested { claims: claims.clone(), kind, served }),
        None => BundleFacts::ByKey(ReleaseSigner {
            evidence: Check::Sigstore,
            identity: "the given key".to_owned(),
            name: None,
            served,
        }),
    })
}

/// Why nothing can be said of who signed a bundle.
pub(crate) fn bundle_fault(path: &Path, error: &AttestationFault) -> Fault {
    Fault {
        evidence: Check::Sigstore,
        class: error.class(),
        text: error.to_string(),
        file: Some(path.to_string_lossy().into_owned()),
    }
}

fn add_bundle_facts(release: &mut Release, bundle: Result<BundleFacts, Fault>) {
    match bundle {
        Ok(BundleFacts::Certified(attested)) => release.facts.bundles.push(attested),
        Ok(BundleFacts::ByKey(signer)) => release.facts.signers.push(signer),
        Err(fault) => release.faults.push(fault),
    }
}

/// What is not told from its findings.
const ATTESTED: [Check; 2] = [Check::Provenance, Check::Sigstore];

fn add_signatures(release: &mut Release, findings: &[Finding]) {
    for finding in findings.iter().filter(|f| !ATTESTED.contains(&f.check)) {
        match finding.class {
            _ if !Check::NAMING.contains(&finding.check) => {}
            None => release.facts.signers.extend(signers(finding)),
            // Nothing was there: the comparison will say that it is missed.
            Some(class) if class.outcome() == Outcome::Absent => {}
            Some(class) => release.faults.push(fault(finding, class)),
        }
    }
}

/// The signers of a finding that agrees: those whose signatures count.
fn signers(finding: &Finding) -> Vec<ReleaseSigner> {
    let signer = |identity: &String, name: &Option<String>| ReleaseSigner {
        evidence: finding.check,
        identity: identity.clone(),
        name: name.clone(),
        served: finding.is_open_to_servers(),
    };
    match &finding.facts.of {
        Of::Openpgp(facts) => {
            let counting = facts.signatures.iter().filter(|judged| judged.class.is_none());
            let makers = counting.filter_map(|judged| judged.signature.maker.as_ref());
            makers.map(|maker| signer(&maker.signer, &maker.user_id)).collect()
        }
        Of::Key(facts) => facts.key.iter().map(|key| signer(key, &facts.principals)).collect(),
        _ => Vec::new(),
    }
}

/// The file that a signature is over, by its name: the one next to it, or the one that compresses
/// what it is over.
fn signed_file(signature: &Path, distfile: Option<&Path>) -> Option<(PathBuf, Over)> {
    let name = signature.file_name()?.to_string_lossy().into_owned();
    let over = |distfile: &Path| {
        let file = distfile.file_name().unwrap_or_default().to_string_lossy();
        let stream = without_compression(&file);
        match stream.is_some() && signature_of(&name) == stream {
            true => Over::Uncompressed,
            false => Over::File,
        }
    };
    if let Some(distfile) = distfile {
        return Some((distfile.to_owned(), over(distfile)));
    }
    let base = by_suffix(&name).filter(|(kind, _)| *kind != EvidenceKind::Provenance)?.1;
    let plain = signature.with_file_name(base);
    let compressed = || suffix::compressed(base).map(|name| signature.with_file_name(name));
    std::iter::once(plain).chain(compressed()).find(|path| path.exists()).map(|path| {
        let over = over(&path);
        (path, over)
    })
}
