//! What is known of one distfile before it is read, and the judging once it was.

mod bundles;
mod collect;

use super::attested::Question;
use super::bundle::{self, BundleRequest, JudgedBundle, artifact};
use super::inputs::Inputs;
use super::lists::SignedList;
use super::manifest as dist_entry;
use super::pairing::EvidenceKind;
use super::previous;
use super::provenance;
use super::signatures::{Over, Signatures};
use super::{review, source};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::input::InputError;
use crate::bytes::pass::{Measured, Wanted};
use crate::evidence::pep740::Subject;
use crate::evidence::sigstore::{self, Verifier};
use crate::release::continuity::{self, Release};
use bundles::{Bundles, from};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// What a file with evidence is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NamedKind {
    /// A detached signature over these bytes.
    Signature(Over),
    /// A Sigstore bundle.
    Bundle,
    /// PEP 740 provenance.
    Provenance,
}

/// Evidence that was named and read.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    /// What it is.
    pub(crate) kind: NamedKind,
    /// Its path.
    pub(crate) path: &'a Path,
    /// Its content.
    pub(crate) bytes: &'a [u8],
}

/// The evidence about one distfile, and what it wants computed.
#[derive(Default)]
pub(super) struct Plan<'i> {
    /// What the pass over the distfile has to compute.
    pub(super) wanted: Wanted,
    /// What can be said already.
    pub(super) findings: Vec<Finding>,
    /// Whether the distfile is more than evidence about another.
    is_content: bool,
    signatures: Signatures<'i>,
    bundles: Vec<Bundles>,
    lists: Vec<Cow<'i, SignedList>>,
    provenance: Vec<(PathBuf, Vec<u8>)>,
    /// The evidence that the Manifest lists and that is not in DISTDIR.
    unfetched: Vec<(EvidenceKind, String)>,
    /// The previous release, where one was named.
    previous: Option<Release>,
    /// Files that were named and cannot be read: what else there is, is judged all the same.
    pub(super) errors: Vec<InputError>,
}

impl Plan<'_> {
    /// Judges everything by what was `measured` of the distfile `name`. `progress` is told how many
    /// bytes were read again.
    pub(super) fn judge(
        mut self,
        inputs: &Inputs,
        name: &str,
        measured: &Measured,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Vec<Finding> {
        let mut findings = std::mem::take(&mut self.findings);
        findings.push(match &inputs.manifest {
            Some(manifest) => dist_entry::check(manifest, name, measured),
            None => Finding::of_class(
                Check::Manifest,
                FailureClass::NotCheckedNoExpectation,
                "no Manifest was given",
            ),
        });
        let upstream_name = inputs.upstream_names.get(name).map_or(name, String::as_str);
        let is_named = !inputs.renamed.contains(name);
        let signatures = std::mem::take(&mut self.signatures);
        findings.extend(signatures.judge(inputs.now, upstream_name, measured));
        findings.extend(self.lists.iter().flat_map(|list| list.judge(upstream_name, measured)));
        let mut attestations = Vec::new();
        let artifact = artifact(measured);
        if let Some((verifier, artifact)) = inputs.verifier.as_ref().zip(artifact) {
            let question = Question { expectation: inputs.publisher.as_ref(), pins: &inputs.pins };
            let judge = |bundle| {
                JudgedBundle::of(BundleRequest {
                    bundle,
                    name: upstream_name,
                    is_named,
                    artifact,
                    policies: &inputs.bundle_policies,
                    question,
                    verifier,
                })
            };
            let judged = self.bundles.iter().map(|bundles| {
                let about = sigstore::about(&bundles.read, upstream_name, &artifact);
                (bundles, about.map(judge).collect::<Vec<_>>())
            });
            let judged: Vec<_> = judged.collect();
            let alone = bundle::alone(judged.iter().flat_map(|(_, judged)| judged), &findings);
            findings.extend(
                judged.into_iter().flat_map(|(bundles, judged)| bundles.findings(judged, alone)),
            );
            let others = in_toto_digests(measured);
            let subject = artifact.sha256.map(|sha256| Subject {
                name: upstream_name,
                is_named,
                sha256,
                others: &others,
            });
            if let Some(subject) = subject {
                attestations = self.attestations(inputs, verifier, subject);
            }
        }
        if let Some(before) = &self.previous {
            let mut facts = Vec::new();
            if let Some(artifact) = &artifact {
                for bundles in &self.bundles {
                    let path = &bundles.path;
                    let about = sigstore::about(&bundles.read, upstream_name, artifact);
                    facts.extend(about.map(|bundle| {
                        let bundle =
                            bundle.as_ref().map_err(|e| previous::bundle_fault(path, e))?;
                        let name = Some(upstream_name);
                        previous::authenticate(inputs, path, bundle, artifact, name)
                    }));
                }
            }
            let mut now = previous::release(&attestations, facts, &findings);
            now.faults.extend(self.unfetched.iter().flat_map(|(kind, file)| {
                kind.checks().map(|check| previous::unfetched(check, file))
            }));
            findings.extend(continuity::judge(before, &now));
        }
        findings.extend(attestations.into_iter().map(|checked| checked.finding));
        findings.extend(self.contents(inputs, name, measured, &findings, progress));
        findings
    }

    /// What the provenance files say of the `subject`.
    fn attestations(
        &self,
        inputs: &Inputs,
        verifier: &Verifier,
        subject: Subject<'_>,
    ) -> Vec<provenance::Checked> {
        let examined = self.provenance.iter().flat_map(|(path, provenance)| {
            let request = provenance::Request {
                provenance,
                subject,
                expectation: inputs.publisher.as_ref(),
                pins: &inputs.pins,
                verifier,
            };
            provenance::examine(&request).into_iter().map(|mut checked| {
                checked.finding = from(path, checked.finding);
                checked
            })
        });
        examined.collect()
    }

    /// What the checks of the archive's contents say.
    fn contents(
        &self,
        inputs: &Inputs,
        name: &str,
        measured: &Measured,
        findings: &[Finding],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Vec<Finding> {
        if !self.is_content {
            return Vec::new();
        }
        let path = inputs.distdir.join(name);
        let source = inputs.source.as_ref().filter(|input| !input.others.contains(name));
        let upstream = inputs.upstream_names.get(name).map_or(name, String::as_str);
        let source = source.map(|input| source::check(input, &path, upstream, findings, progress));
        let reviews = inputs.reviews.as_ref();
        let review = reviews.map(|input| review::check(inputs, input, name, measured));
        let locked = inputs.locked.get(name).zip(measured.digests.get(&HashName::Sha256));
        let locked = locked.and_then(|(locked, digest)| super::locked::check(locked, digest));
        source.into_iter().chain(review).chain(locked).collect()
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
