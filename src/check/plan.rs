//! What is known of one distfile before it is read, and the judging once it was.

use super::Inputs;
use super::manifest as dist_entry;
use super::pairing::Evidence;
use crate::attestation::{self, Subject};
use crate::digests::HashName;
use crate::distfile::{Measured, Wanted};
use crate::error::Error;
use crate::failure::FailureClass;
use crate::finding::{Check, Finding};
use crate::input::{EVIDENCE_LIMIT, InputError, read_bounded};
use crate::openpgp::{self, UnverifiedSignatures};
use crate::sigstore::{self, ArtifactDigests, AttestationFault, BundleRequest, UnverifiedBundle};
use crate::sniff;
use std::path::{Path, PathBuf};

/// The evidence about one distfile, and what it wants computed.
#[derive(Default)]
pub(super) struct Plan {
    /// What the pass over the distfile has to compute.
    pub(super) wanted: Wanted,
    /// What can be said already.
    pub(super) findings: Vec<Finding>,
    openpgp: Vec<(PathBuf, UnverifiedSignatures)>,
    bundles: Vec<(PathBuf, Result<UnverifiedBundle, AttestationFault>)>,
    provenance: Vec<(PathBuf, Vec<u8>)>,
}

impl Plan {
    /// Asks for the hashes of the DIST entry of `name`.
    pub(super) fn add_manifest(&mut self, inputs: &Inputs, name: &str) {
        match &inputs.manifest {
            Some(manifest) => self.wanted.hashes.extend(dist_entry::wanted(manifest, name)),
            // What a DIST entry of today would hold, so that the report has it.
            None => self.wanted.hashes.extend([HashName::Blake2b, HashName::Sha512]),
        }
    }

    /// Reads the evidence about `name`.
    pub(super) fn add_evidence(&mut self, inputs: &Inputs, name: &str) -> Result<(), Error> {
        let mut evidence = Evidence::beside(&inputs.distdir, name);
        if let Some(paths) = inputs.signatures.get(name) {
            evidence.signatures.clone_from(paths);
            evidence.uncompressed.clear();
        }
        if let Some(paths) = inputs.provenance.get(name) {
            evidence.provenance.clone_from(paths);
        }
        for path in evidence.signatures {
            self.add_signature(inputs, path)?;
        }
        for path in evidence.bundles {
            self.add_bundle(inputs, path)?;
        }
        for path in evidence.provenance {
            self.wanted.hashes.insert(HashName::Sha256);
            let bytes = read_evidence(&path)?;
            self.provenance.push((path, bytes));
        }
        let has = |check| self.findings.iter().any(|finding: &Finding| finding.check == check);
        let missing = [
            (Check::Openpgp, self.openpgp.is_empty(), FailureClass::SignatureAbsent, "signature"),
            (
                Check::Sigstore,
                self.bundles.is_empty(),
                FailureClass::SignatureAbsent,
                "Sigstore bundle",
            ),
            (
                Check::Provenance,
                self.provenance.is_empty(),
                FailureClass::ProvenanceAbsent,
                "provenance",
            ),
        ]
        .into_iter()
        .filter(|(check, none, ..)| *none && !has(*check) && inputs.require.includes(*check))
        .map(|(check, _, class, what)| {
            Finding::fails(check, class, format!("no {what} stands beside it"))
        })
        .collect::<Vec<_>>();
        self.findings.extend(missing);
        Ok(())
    }

    fn add_signature(&mut self, inputs: &Inputs, path: PathBuf) -> Result<(), Error> {
        let bytes = read_evidence(&path)?;
        if inputs.ring.is_none() {
            let text = format!("{} is there, but no key was given for it", file_name(&path));
            let class = FailureClass::NotCheckedNoExpectation;
            self.findings.push(Finding::fails(Check::Openpgp, class, text));
            return Ok(());
        }
        match UnverifiedSignatures::parse(&bytes) {
            Ok(signatures) => {
                self.wanted.documents.extend(openpgp::wanted(&signatures));
                self.openpgp.push((path, signatures));
            }
            Err(fault) => {
                let text =
                    format!("{} is no detached OpenPGP signature: {fault}", file_name(&path));
                self.findings.push(
                    Finding::fails(Check::Openpgp, FailureClass::SignatureMalformed, text)
                        .with("file", path.to_string_lossy().into_owned())
                        .with("looks_like", sniff::describe(&bytes)),
                );
            }
        }
        Ok(())
    }

    fn add_bundle(&mut self, inputs: &Inputs, path: PathBuf) -> Result<(), Error> {
        let bundle = UnverifiedBundle::parse(&read_evidence(&path)?);
        self.wanted.hashes.insert(HashName::Sha256);
        if let (Ok(bundle), Some(policy)) = (&bundle, &inputs.bundle_policy) {
            let needs = bundle.needs(policy);
            self.wanted.blob |= needs.blob;
            if needs.sha512 {
                self.wanted.hashes.insert(HashName::Sha512);
            }
        }
        self.bundles.push((path, bundle));
        Ok(())
    }

    /// Judges everything by what was `measured` of the distfile `name`.
    pub(super) fn judge(self, inputs: &Inputs, name: &str, measured: &Measured) -> Vec<Finding> {
        let mut findings = self.findings;
        findings.push(match &inputs.manifest {
            Some(manifest) => dist_entry::check(manifest, name, measured),
            None => Finding::fails(
                Check::Manifest,
                FailureClass::NotCheckedNoExpectation,
                "no Manifest was given",
            ),
        });
        if let Some(ring) = &inputs.ring {
            let circumstances =
                openpgp::Circumstances { ring, policy: inputs.policy, now: inputs.now };
            findings.extend(self.openpgp.iter().map(|(path, signatures)| {
                from(path, openpgp::check(signatures, &measured.documents, circumstances))
            }));
        }
        if let Some(verifier) = &inputs.verifier {
            let artifact = artifact(measured);
            findings.extend(self.bundles.iter().map(|(path, bundle)| {
                let policy = inputs.bundle_policy.as_ref();
                from(
                    path,
                    sigstore::check_bundle(&BundleRequest { bundle, artifact, policy, verifier }),
                )
            }));
            let others = in_toto_digests(measured);
            let subject = Subject {
                name: inputs.upstream_names.get(name).map_or(name, String::as_str),
                sha256: artifact.sha256,
                others: &others,
            };
            for (path, provenance) in &self.provenance {
                let request = attestation::Request {
                    provenance,
                    subject,
                    expectation: inputs.publisher.as_ref(),
                    pins: &inputs.pins,
                    verifier,
                };
                findings.extend(attestation::check(&request).into_iter().map(|f| from(path, f)));
            }
        }
        findings
    }
}

/// The digests of what was measured, in the form that bundles want.
fn artifact(measured: &Measured) -> ArtifactDigests<'_> {
    fn array<const N: usize>(measured: &Measured, name: HashName) -> Option<[u8; N]> {
        measured.digests.get(&name)?.as_slice().try_into().ok()
    }
    ArtifactDigests {
        // Wanted by every bundle and every provenance, so it is there whenever it is looked at.
        sha256: array(measured, HashName::Sha256).unwrap_or_default(),
        sha384: array(measured, HashName::Sha384),
        sha512: array(measured, HashName::Sha512),
        blob: measured.blob.as_deref(),
    }
}

/// The other digests, by in-toto's names.
fn in_toto_digests(measured: &Measured) -> Vec<(&'static str, &[u8])> {
    let name = |hash| match hash {
        HashName::Sha384 => Some("sha384"),
        HashName::Sha512 => Some("sha512"),
        HashName::Blake2b => Some("blake2b"),
        _ => None,
    };
    measured.digests.iter().filter_map(|(hash, d)| Some((name(*hash)?, d.as_slice()))).collect()
}

fn from(path: &Path, finding: Finding) -> Finding {
    finding.with("file", path.to_string_lossy().into_owned())
}

fn read_evidence(path: &Path) -> Result<Vec<u8>, InputError> {
    read_bounded(path, EVIDENCE_LIMIT)
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
