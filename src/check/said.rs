//! What provenance or bundles say of an archive, anyone who published it.

use super::attested::Question;
use super::bundle::{self, BundleRequest, JudgedBundle, artifact};
use super::provenance;
use crate::answer::finding::Finding;
use crate::bytes::digests::HashName;
use crate::bytes::input::InputError;
use crate::bytes::pass::{self, Wanted};
use crate::evidence::expectation::Pins;
use crate::evidence::pep740::Subject;
use crate::evidence::sigstore::{self, Form, Verifier};
use std::path::Path;

/// One finding for each attestation or bundle in `bytes` about the archive at `path`, which is `name`
/// upstream. No one is expected to have published it, so none agrees.
///
/// # Errors
///
/// If the archive cannot be read.
pub(crate) fn said_of(
    path: &Path,
    name: &str,
    bytes: &[u8],
    verifier: &Verifier,
) -> Result<Vec<Finding>, InputError> {
    let pins = Pins::default();
    let forms = sigstore::documents(bytes).unwrap_or_default();
    let is_bundle = forms.iter().any(|tree| Form::of(tree) == Form::Bundle);
    let bundles = match is_bundle {
        true => sigstore::bundles(bytes).unwrap_or_else(|fault| vec![Err(fault)]),
        false => Vec::new(),
    };
    let mut wanted = Wanted::default();
    wanted.hashes.insert(HashName::Sha256);
    for needs in bundles.iter().flatten().map(|bundle| bundle.needs(None)) {
        wanted.blob |= needs.blob;
        wanted.hashes.extend(needs.sha512.then_some(HashName::Sha512));
    }
    let measured = pass::measure(path, &wanted, &mut |_| {})?;
    let Some(artifact) = artifact(&measured) else { return Ok(Vec::new()) };
    if !is_bundle {
        let Some(sha256) = artifact.sha256 else { return Ok(Vec::new()) };
        return Ok(provenance::check(&provenance::Request {
            provenance: bytes,
            subject: Subject { name, is_named: true, sha256, others: &[] },
            expectation: None,
            pins: &pins,
            verifier,
        }));
    }
    let question = Question { expectation: None, pins: &pins };
    let judged: Vec<_> = sigstore::about(&bundles, name, &artifact)
        .map(|bundle| {
            JudgedBundle::of(BundleRequest {
                bundle,
                name,
                is_named: true,
                artifact,
                policies: &[],
                question,
                verifier,
            })
        })
        .collect();
    Ok(match judged.is_empty() {
        true => vec![bundle::about_others(bundles.len())],
        false => bundle::findings(judged),
    })
}
