//! Finds the evidence about a distfile, reads it, and says what is missing.

use super::bundles::Bundles;
use super::{Named, NamedKind, Plan};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::input::{
    EVIDENCE_LIMIT, InputError, file_name, open_regular, read_bounded, read_operand,
};
use crate::bytes::sniff::Kind;
use crate::check::bundle::unasked;
use crate::check::inputs::Inputs;
use crate::check::lists::{Lists, SignedList};
use crate::check::manifest as dist_entry;
use crate::check::pairing::{self, Evidence, EvidenceKind};
use crate::check::signatures::Over;
use crate::evidence::sigstore::{self, BundlePolicy, UnverifiedBundle};
use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The hashes of a DIST entry of today (GLEP 74).
const DIST_HASHES: [HashName; 2] = [HashName::Blake2b, HashName::Sha512];

/// What an attestation may name: each that it does must be that of the file.
const ATTESTED_HASHES: [HashName; 3] = [HashName::Sha256, HashName::Sha512, HashName::Blake2b];

impl<'i> Plan<'i> {
    /// Asks for the hashes of the DIST entry of `name`.
    pub(in crate::check) fn add_manifest(&mut self, inputs: &Inputs, name: &str) {
        match &inputs.manifest {
            Some(manifest) => self.wanted.hashes.extend(dist_entry::wanted(manifest, name)),
            None if inputs.states_digests => self.wanted.hashes.extend(DIST_HASHES),
            None => {}
        }
        if inputs.reviews.is_some() {
            self.wanted.hashes.insert(HashName::Blake2b);
        }
        if inputs.locked.contains_key(name) {
            self.wanted.hashes.insert(HashName::Sha256);
        }
    }

    /// Reads the evidence about `name`.
    pub(in crate::check) fn add_evidence(
        &mut self,
        inputs: &'i Inputs,
        lists: &'i Lists<'i>,
        name: &str,
    ) {
        self.is_content = true;
        let evidence = Evidence::beside(&inputs.distdir, name);
        let upstream_name = inputs.upstream_names.get(name).map_or(name, String::as_str);
        self.findings.extend(lists.left_out());
        for list in lists.about(upstream_name) {
            self.add_list(Cow::Borrowed(list), upstream_name);
        }
        for shared in lists.carrying(upstream_name) {
            self.signatures.add_shared(shared, &mut self.wanted);
        }
        let Evidence { signatures, uncompressed, minisign, bundles, provenance } = evidence;
        let over = |over, paths: Vec<PathBuf>| paths.into_iter().map(move |p| (over, p));
        let beside = over(Over::File, signatures)
            .chain(over(Over::Uncompressed, uncompressed))
            .chain(over(Over::File, minisign));
        self.add_signatures(inputs, name, upstream_name, beside.collect());
        self.add_attestations(inputs, name, bundles, provenance);
        self.add_previous(inputs, name);
        let is_listed = |name: &str| inputs.lists(name);
        self.unfetched = pairing::unfetched(&is_listed, &inputs.distdir, name);
        self.say_missing(inputs, lists, name, upstream_name);
        self.say_unexpected(inputs, lists, upstream_name);
    }

    /// Reads the signatures that somebody named for `name`, else those `beside` it.
    fn add_signatures(
        &mut self,
        inputs: &'i Inputs,
        name: &str,
        upstream_name: &str,
        beside: Vec<(Over, PathBuf)>,
    ) {
        let named = inputs.signatures.get(name);
        let by_hand = named.is_some();
        for (over, path) in named.unwrap_or(&beside) {
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
    }

    /// Reads the bundles beside `name`, and the provenance that somebody named for it, else that beside it.
    fn add_attestations(
        &mut self,
        inputs: &Inputs,
        name: &str,
        bundles: Vec<PathBuf>,
        beside: Vec<PathBuf>,
    ) {
        let named_provenance = inputs.provenance.get(name);
        let provenance = named_provenance.cloned().unwrap_or(beside);
        if inputs.verifier.is_none() {
            // No one asked about it: it is named, and costs nothing.
            let bundles = bundles.iter().map(|path| unasked(Check::Sigstore, path));
            let provenance = provenance.iter().map(|path| unasked(Check::Provenance, path));
            self.findings.extend(bundles.chain(provenance));
            return;
        }
        for path in bundles {
            if let Some(bytes) = self.read(inputs, &path, Check::Sigstore, false) {
                self.add_bundle(inputs, path, &bytes);
            }
        }
        for path in provenance {
            self.wanted.hashes.extend(ATTESTED_HASHES);
            let named = named_provenance.is_some();
            if let Some(bytes) = self.read(inputs, &path, Check::Provenance, named) {
                self.provenance.push((path, bytes));
            }
        }
    }

    /// Reads the evidence of the previous release, where one was named.
    fn add_previous(&mut self, inputs: &Inputs, name: &str) {
        if let Some(files) = inputs.previous.get(name) {
            match files.read(inputs) {
                Ok(release) => self.previous = Some(release),
                Err(error) => {
                    let class = FailureClass::PreviousUnusable;
                    let text = error.to_string();
                    self.findings.push(Finding::of_class(Check::Continuity, class, text));
                    self.errors.extend(files.name.is_none().then_some(error));
                }
            }
        }
    }

    /// Says which evidence is required and not there.
    fn say_missing(&mut self, inputs: &Inputs, lists: &Lists<'_>, name: &str, upstream_name: &str) {
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
                Finding::of_class(check, FailureClass::EvidenceUnsupported, text)
            }
            (None, None) => lists.near(check, upstream_name).unwrap_or_else(|| {
                let text = absent(name, check, what, lists.about_others(check));
                Finding::of_class(check, class, text)
            }),
        })
        .collect::<Vec<_>>();
        self.findings.extend(missing);
    }

    /// Says what of the evidence is of no use or was not fetched, even where nothing is expected of it.
    fn say_unexpected(&mut self, inputs: &Inputs, lists: &Lists<'_>, upstream_name: &str) {
        for check in [Check::Sigstore].into_iter().chain(Check::SIGNATURES) {
            let has = self.signatures.has(check)
                || self.is_listed_for(check)
                || self.findings.iter().any(|finding: &Finding| finding.check == check);
            let of_no_use = lists.unread(check).or_else(|| lists.near(check, upstream_name));
            self.findings.extend(of_no_use.filter(|_| !has));
        }
        // What the ebuild fetches for a USE flag.
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
        self.findings.push(Finding::of_class(check, class, error.to_string()).read_from(path));
        self.errors.extend(named.then_some(error));
        None
    }

    /// The evidence for `check` that is listed and was not fetched.
    fn unfetched(&self, check: Check) -> Option<&str> {
        let fits = |(kind, _): &&(EvidenceKind, String)| kind.checks().any(|of| of == check);
        self.unfetched.iter().find(fits).map(|(_, file)| file.as_str())
    }

    /// Takes evidence that was named and read.
    pub(in crate::check) fn add_named(&mut self, inputs: &'i Inputs, named: Named<'_>) {
        let Named { kind, path, bytes } = named;
        match kind {
            NamedKind::Signature(over) => {
                self.signatures.add(&inputs.keys, path, bytes, over, &mut self.wanted);
            }
            NamedKind::Bundle => self.add_bundle(inputs, path.to_owned(), bytes),
            NamedKind::Provenance => {
                self.wanted.hashes.extend(ATTESTED_HASHES);
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
        self.wanted.hashes.extend(ATTESTED_HASHES);
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
}

/// What is said of evidence that is listed and not in DISTDIR.
fn not_fetched(inputs: &Inputs, check: Check, file: &str) -> Finding {
    let listed = inputs.manifest.as_ref().is_some_and(|manifest| manifest.has(file));
    let who = if listed { "the Manifest lists" } else { "the ebuild fetches" };
    let text = format!("{who} {file}, which is not in DISTDIR: fetch it");
    Finding::of_class(check, FailureClass::NotFetched, text)
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
    Finding::of_class(Check::Sigstore, FailureClass::EvidenceUnsupported, text).read_from(path)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::summary::Clock;
    use std::collections::BTreeSet;
    use std::time::SystemTime;

    /// The hashes that are computed of a file without a Manifest.
    fn hashes(states_digests: bool, provenance: bool) -> BTreeSet<HashName> {
        let clock = (Clock::Bump, SystemTime::UNIX_EPOCH);
        let inputs = Inputs { states_digests, ..Inputs::new(PathBuf::new(), clock.0, clock.1) };
        let mut plan = Plan::default();
        plan.add_manifest(&inputs, "f");
        if provenance {
            let (kind, path) = (NamedKind::Provenance, Path::new("f.provenance"));
            plan.add_named(&inputs, Named { kind, path, bytes: b"{}" });
        }
        plan.wanted.hashes
    }

    #[test]
    fn what_no_one_compares_or_prints_is_not_computed() {
        assert_eq!(hashes(false, false), BTreeSet::new());
        assert_eq!(hashes(true, false), BTreeSet::from(DIST_HASHES));
        // What is compared does not depend on how the report is printed.
        assert_eq!(hashes(false, true), BTreeSet::from(ATTESTED_HASHES));
        assert_eq!(hashes(true, true), BTreeSet::from(ATTESTED_HASHES));
    }
}
