//! What is known of one distfile before it is read, and the judging once it was.

use super::attested::Question;
use super::bundle::{self, BundleRequest, artifact, unasked};
use super::inputs::Inputs;
use super::lists::{Lists, SignedList};
use super::manifest as dist_entry;
use super::pairing::{self, Evidence, EvidenceKind};
use super::previous;
use super::provenance;
use super::signatures::{Over, Signatures};
use super::{review, source};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::input::{
    EVIDENCE_LIMIT, InputError, file_name, open_regular, read_bounded, read_operand,
};
use crate::bytes::pass::{Measured, Wanted};
use crate::bytes::sniff::Kind;
use crate::evidence::pep740::Subject;
use crate::evidence::sigstore::{
    self, ArtifactDigests, AttestationFault, BundlePolicy, UnverifiedBundle,
};
use crate::release::continuity::{self, Release};
use std::borrow::Cow;
use std::io::Read as _;
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

impl<'i> Plan<'i> {
    /// Asks for the hashes of the DIST entry of `name`.
    pub(super) fn add_manifest(&mut self, inputs: &Inputs, name: &str) {
        match &inputs.manifest {
            Some(manifest) => self.wanted.hashes.extend(dist_entry::wanted(manifest, name)),
            // What a DIST entry of today would hold, so that the report has it.
            None => self.wanted.hashes.extend([HashName::Blake2b, HashName::Sha512]),
        }
        if inputs.reviews.is_some() {
            self.wanted.hashes.insert(HashName::Blake2b);
        }
        if inputs.locked.contains_key(name) {
            self.wanted.hashes.insert(HashName::Sha256);
        }
    }

    /// Reads the evidence about `name`.
    pub(super) fn add_evidence(&mut self, inputs: &'i Inputs, lists: &'i Lists, name: &str) {
        self.is_content = true;
        let mut evidence = Evidence::beside(&inputs.distdir, name);
        let signatures = match inputs.signatures.get(name) {
            Some(by_hand) => by_hand.clone(),
            None => {
                let over = |over, paths: Vec<PathBuf>| paths.into_iter().map(move |p| (over, p));
                over(Over::File, evidence.signatures)
                    .chain(over(Over::Uncompressed, evidence.uncompressed))
                    .chain(over(Over::File, evidence.minisign))
                    .collect()
            }
        };
        let named_provenance = inputs.provenance.get(name);
        if let Some(paths) = named_provenance {
            evidence.provenance.clone_from(paths);
        }
        let by_hand = inputs.signatures.contains_key(name);
        let upstream_name = inputs.upstream_names.get(name).map_or(name, String::as_str);
        for list in lists.about(upstream_name) {
            self.add_list(Cow::Borrowed(list), upstream_name);
        }
        for (path, bytes) in lists.carrying(upstream_name) {
            self.signatures.add(&inputs.keys, path, bytes, Over::File, &mut self.wanted);
        }
        for (over, path) in &signatures {
            let minisign = pairing::by_suffix(&file_name(path))
                .is_some_and(|(kind, _)| kind == EvidenceKind::Minisign);
            let check = if minisign { Check::Minisign } else { Check::Openpgp };
            let Some(bytes) = self.read(inputs, path, check, by_hand) else { continue };
            if by_hand {
                match SignedList::by_hand(inputs, path, &bytes, upstream_name) {
                    Ok(Some(list)) => {
                        self.add_list(Cow::Owned(list), upstream_name);
                        continue;
                    }
                    Ok(None) => {}
                    Err(error) => self.errors.push(error),
                }
            }
            let kind = Kind::of(&bytes);
            // Paired by hand, a bundle is a signature like any other.
            if kind.is_json() {
                self.add_bundle(inputs, path.clone(), &bytes);
            } else if kind == Kind::BareSignature && inputs.asks_of_bundles() {
                self.findings.push(bare_signature(path, name));
            } else {
                self.signatures.add(&inputs.keys, path, &bytes, *over, &mut self.wanted);
            }
        }
        if inputs.verifier.is_none() {
            // No one asked about it: it is named, and costs nothing.
            let bundles = std::mem::take(&mut evidence.bundles).into_iter();
            let provenance = std::mem::take(&mut evidence.provenance).into_iter();
            self.findings.extend(bundles.map(|path| unasked(Check::Sigstore, &path)));
            self.findings.extend(provenance.map(|path| unasked(Check::Provenance, &path)));
        }
        for path in evidence.bundles {
            if let Some(bytes) = self.read(inputs, &path, Check::Sigstore, false) {
                self.add_bundle(inputs, path, &bytes);
            }
        }
        for path in evidence.provenance {
            self.wanted.hashes.insert(HashName::Sha256);
            let named = named_provenance.is_some();
            if let Some(bytes) = self.read(inputs, &path, Check::Provenance, named) {
                self.provenance.push((path, bytes));
            }
        }
        if let Some(files) = inputs.previous.get(name) {
            match files.read(inputs) {
                Ok(release) => self.previous = Some(release),
                Err(error) => {
                    let class = FailureClass::PreviousUnusable;
                    let text = error.to_string();
                    self.findings.push(Finding::fails(Check::Continuity, class, text));
                    self.errors.extend(files.name.is_none().then_some(error));
                }
            }
        }
        let is_listed = |name: &str| inputs.lists(name);
        self.unfetched = pairing::unfetched(&is_listed, &inputs.distdir, name);
        let has = |check| self.findings.iter().any(|finding: &Finding| finding.check == check);
        let signed = Check::SIGNATURES.map(|check| {
            let none = !self.signatures.has(check) && !self.is_listed_for(check);
            (check, none, FailureClass::SignatureAbsent, "signature")
        });
        let missing = [
            (
                Check::Sigstore,
                self.bundles.is_empty() && !self.is_listed_for(Check::Sigstore),
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
        .chain(signed)
        .filter(|(check, none, ..)| *none && !has(*check) && inputs.require.includes(*check))
        .map(|(check, _, class, what)| match (self.unfetched(check), lists.unread(check)) {
            (Some(file), _) => not_fetched(inputs, check, file),
            (None, Some(finding)) => finding,
            (None, None) if check == Check::Signify && in_header(inputs, name) => {
                let text = format!("{name} is {}", Kind::SignifyGzip.advice());
                Finding::fails(check, FailureClass::EvidenceUnsupported, text)
            }
            (None, None) => lists.near(check, upstream_name).unwrap_or_else(|| {
                let text = absent(name, check, what, lists.about_others(check));
                Finding::fails(check, class, text)
            }),
        })
        .collect::<Vec<_>>();
        self.findings.extend(missing);
        // What is there and of no use is said even where nothing is expected of it.
        for check in [Check::Sigstore].into_iter().chain(Check::SIGNATURES) {
            let has = self.signatures.has(check)
                || self.is_listed_for(check)
                || self.findings.iter().any(|finding: &Finding| finding.check == check);
            let of_no_use = lists.unread(check).or_else(|| lists.near(check, upstream_name));
            self.findings.extend(of_no_use.filter(|_| !has));
        }
        // What the ebuild fetches for a USE flag is said even where nothing is expected of it.
        for (kind, file) in self.unfetched.iter().filter(|_| !inputs.named.is_empty()) {
            let has = |check: &Check| {
                self.signatures.has(*check)
                    || self.findings.iter().any(|finding: &Finding| finding.check == *check)
            };
            if let Some(check) =
                kind.checks().next().filter(|_| !kind.checks().any(|check| has(&check)))
            {
                self.findings.push(not_fetched(inputs, check, file));
            }
        }
    }

    /// Reads evidence for `check`, or another of its kind. What is in its place and cannot be read is
    /// a finding; an error as well where somebody named it.
    fn read(&mut self, inputs: &Inputs, path: &Path, check: Check, named: bool) -> Option<Vec<u8>> {
        let read = if named { read_operand } else { read_bounded };
        let error = match read(path, EVIDENCE_LIMIT) {
            Ok(bytes) => return Some(bytes),
            Err(error) => error,
        };
        let class = match &error {
            InputError::TooLarge { .. } => FailureClass::EvidenceUnsupported,
            _ => FailureClass::EvidenceUnreadable,
        };
        // Which kind of signature it is, only its content would tell.
        let kind = pairing::by_suffix(&file_name(path)).map(|(kind, _)| kind);
        let required = |check: &Check| inputs.require.includes(*check);
        let of_kind = kind.and_then(|kind| kind.checks().find(required));
        let check = if required(&check) { check } else { of_kind.unwrap_or(check) };
        self.findings.push(Finding::fails(check, class, error.to_string()).read_from(path));
        self.errors.extend(named.then_some(error));
        None
    }

    /// The evidence for `check` that is listed and was not fetched.
    fn unfetched(&self, check: Check) -> Option<&str> {
        let fits = |(kind, _): &&(EvidenceKind, String)| kind.checks().any(|of| of == check);
        self.unfetched.iter().find(fits).map(|(_, file)| file.as_str())
    }

    /// Takes evidence that was named and read.
    pub(super) fn add_named(&mut self, inputs: &'i Inputs, named: Named<'_>) {
        let Named { kind, path, bytes } = named;
        match kind {
            NamedKind::Signature(over) => {
                self.signatures.add(&inputs.keys, path, bytes, over, &mut self.wanted);
            }
            NamedKind::Bundle => self.add_bundle(inputs, path.to_owned(), bytes),
            NamedKind::Provenance => {
                self.wanted.hashes.insert(HashName::Sha256);
                self.provenance.push((path.to_owned(), bytes.to_vec()));
            }
        }
    }

    fn add_list(&mut self, list: Cow<'i, SignedList>, name: &str) {
        self.wanted.hashes.extend(list.wanted(name));
        self.lists.push(list);
    }

    fn is_listed_for(&self, check: Check) -> bool {
        self.lists.iter().any(|list| list.is_for(check))
    }

    fn add_bundle(&mut self, inputs: &Inputs, path: PathBuf, bytes: &[u8]) {
        self.wanted.hashes.insert(HashName::Sha256);
        let read = match sigstore::bundles(bytes) {
            Ok(read) => read,
            Err(fault) => vec![Err(fault)],
        };
        for bundle in read.iter().flatten() {
            self.want_bundle(inputs, bundle);
        }
        self.bundles.push(Bundles { path, read });
    }

    fn want_bundle(&mut self, inputs: &Inputs, bundle: &UnverifiedBundle) {
        let policies = inputs.bundle_policies.iter().map(Some).chain([None]);
        for policy in policies.filter(|policy| match policy {
            Some(policy) => matches!(policy, BundlePolicy::ManagedKey(_)) == bundle.is_keyed(),
            None => !bundle.is_keyed(),
        }) {
            let needs = bundle.needs(policy);
            self.wanted.blob |= needs.blob;
            if needs.sha512 {
                self.wanted.hashes.insert(HashName::Sha512);
            }
        }
    }

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
            None => Finding::fails(
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
        if let Some(verifier) = &inputs.verifier {
            let artifact = artifact(measured);
            let question = Question { expectation: inputs.publisher.as_ref(), pins: &inputs.pins };
            for bundles in &self.bundles {
                let check = |bundle: &Result<UnverifiedBundle, AttestationFault>| {
                    bundle::check(&BundleRequest {
                        bundle,
                        name: upstream_name,
                        is_named,
                        artifact,
                        policies: &inputs.bundle_policies,
                        question,
                        verifier,
                    })
                };
                findings.extend(bundles.findings(&artifact, &check));
            }
            let others = in_toto_digests(measured);
            let subject =
                Subject { name: upstream_name, is_named, sha256: artifact.sha256, others: &others };
            for (path, provenance) in &self.provenance {
                let request = provenance::Request {
                    provenance,
                    subject,
                    expectation: inputs.publisher.as_ref(),
                    pins: &inputs.pins,
                    verifier,
                };
                attestations.extend(provenance::examine(&request).into_iter().map(
                    |mut checked| {
                        checked.finding = from(path, checked.finding);
                        checked
                    },
                ));
            }
        }
        if let Some(before) = &self.previous {
            let artifact = artifact(measured);
            let about = self
                .bundles
                .iter()
                .flat_map(|bundles| bundles.about(&artifact).map(|bundle| (&bundles.path, bundle)));
            let bundles = about.map(|(path, bundle)| {
                let facts = bundle.as_ref().map_err(|e| previous::bundle_fault(path, e));
                facts.and_then(|bundle| previous::authenticate(inputs, path, bundle, &artifact))
            });
            let mut now = previous::release(&attestations, bundles.collect(), &findings);
            now.faults.extend(self.unfetched.iter().flat_map(|(kind, file)| {
                kind.checks().map(|check| previous::unfetched(check, file))
            }));
            findings.extend(continuity::judge(before, &now));
        }
        findings.extend(attestations.into_iter().map(|checked| checked.finding));
        findings.extend(self.contents(inputs, name, measured, &findings, progress));
        findings
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

/// What is said of evidence that is listed and not in DISTDIR.
fn not_fetched(inputs: &Inputs, check: Check, file: &str) -> Finding {
    let listed = inputs.manifest.as_ref().is_some_and(|manifest| manifest.has(file));
    let who = if listed { "the Manifest lists" } else { "the ebuild fetches" };
    let text = format!("{who} {file}, which is not in DISTDIR: fetch it");
    Finding::fails(check, FailureClass::NotFetched, text)
}

/// Suffixes of the certificate next to a bare signature, in place of the signature's own.
const CERTIFICATES: [&str; 4] = ["pem", "crt", "cert", "cer"];

/// What is said of a signature that cosign wrote without its log entry.
fn bare_signature(path: &Path, name: &str) -> Finding {
    let own = CERTIFICATES.map(|suffix| path.with_extension(suffix));
    let beside =
        CERTIFICATES.map(|suffix| path.with_file_name(format!("{}.{suffix}", file_name(path))));
    let certificate = own.iter().chain(&beside).find(|path| path.is_file());
    let signature = file_name(path);
    let (with, certificate) = match certificate {
        Some(path) => (format!(", with its certificate {}", file_name(path)), file_name(path)),
        None => (String::new(), "CERTIFICATE".to_owned()),
    };
    let text = format!(
        "{signature} is {}{with}: its log entry is not in it; make a bundle of them: cosign bundle \
         create --artifact {name} --signature {signature} --certificate {certificate} --out \
         {name}.sigstore.json",
        Kind::BareSignature.name()
    );
    Finding::fails(Check::Sigstore, FailureClass::EvidenceUnsupported, text).read_from(path)
}

/// How much of a file is read to tell its kind.
const SNIFFED: u64 = 4096;

/// Whether the distfile has a signify signature in its gzip header.
fn in_header(inputs: &Inputs, name: &str) -> bool {
    let mut start = Vec::new();
    let read = open_regular(&inputs.distdir.join(name))
        .ok()
        .map(|file| file.take(SNIFFED).read_to_end(&mut start));
    matches!(read, Some(Ok(_))) && Kind::of(&start) == Kind::SignifyGzip
}

/// What is said of evidence of which nothing is known.
fn absent(name: &str, check: Check, what: &str, list: Option<&str>) -> String {
    match (check, list) {
        (Check::Provenance, _) => format!("no {name}.provenance in DISTDIR"),
        (_, Some(list)) => {
            format!("no {what} was found in DISTDIR; the signed list {list} does not name it")
        }
        (_, None) => format!("no {what} was found in DISTDIR"),
    }
}

/// The bundles of one file.
struct Bundles {
    path: PathBuf,
    read: Vec<Result<UnverifiedBundle, AttestationFault>>,
}

impl Bundles {
    /// Those that are about `artifact`, by their own word: of several, others are about other files. A
    /// single one is meant for this file, and what cannot be read may be.
    fn about<'s>(
        &'s self,
        artifact: &'s ArtifactDigests<'_>,
    ) -> impl Iterator<Item = &'s Result<UnverifiedBundle, AttestationFault>> {
        self.read.iter().filter(|bundle| match bundle {
            Ok(bundle) => self.read.len() == 1 || bundle.is_about(artifact),
            Err(_) => true,
        })
    }

    /// A finding for each that is about the file: none hides another.
    fn findings(
        &self,
        artifact: &ArtifactDigests<'_>,
        check: &dyn Fn(&Result<UnverifiedBundle, AttestationFault>) -> Finding,
    ) -> Vec<Finding> {
        let mut findings: Vec<_> =
            self.about(artifact).map(|bundle| from(&self.path, check(bundle))).collect();
        let others = self.read.len() - findings.len();
        match findings.first_mut() {
            Some(first) if others > 0 => {
                first.compared = format!(
                    "{} ({others} more of {} are about other files)",
                    first.compared,
                    file_name(&self.path)
                );
            }
            Some(_) => {}
            None => findings.push(from(&self.path, bundle::about_others(self.read.len()))),
        }
        findings
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

fn from(path: &Path, mut finding: Finding) -> Finding {
    // What is wrong with a file itself names the file.
    use FailureClass::{ProvenanceEmpty, ProvenanceMalformed};
    if matches!(finding.class, Some(ProvenanceEmpty | ProvenanceMalformed)) {
        finding.compared = format!("{}: {}", file_name(path), finding.compared);
    }
    finding.read_from(path)
}
