//! What the fuzz targets in tests/fuzz feed: each reader of hostile bytes, by its name. No part of
//! the library's surface; only there with the feature `fuzzing`.

use crate::bytes::json;
use crate::evidence::checksums::{List, ListFormat, Requested};
use crate::evidence::manifest::Manifest;
use crate::evidence::pep740::Provenance;
use crate::evidence::sigstore::{self, UnverifiedBundle};
use crate::evidence::{ed25519, minisign, openpgp, signify};
use crate::release::archive::{self, Wanted};
use crate::release::bash::Reading;
use crate::release::source;
use std::io::{Write as _, sink};
use std::path::Path;

/// A reader, and its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 12] = [
    ("manifest", manifest),
    ("json", strict_json),
    ("pep740", pep740),
    ("bundle", bundle),
    ("claims", claims),
    ("signify", signify_files),
    ("minisign", minisign_files),
    ("checksums", checksums),
    ("cleartext", cleartext),
    ("archive", archives),
    ("ebuild", ebuild),
    ("attributes", source::fuzz_attributes),
];

/// Feeds `bytes` to the target of that name.
///
/// # Panics
///
/// Where there is none, and where the reader panics: that is a find.
#[allow(clippy::panic)]
pub fn feed(target: &str, bytes: &[u8]) {
    match TARGETS.iter().find(|(name, _)| *name == target) {
        Some((_, read)) => read(bytes),
        None => panic!("no target {target}"),
    }
}

fn manifest(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::parse(Path::new("Manifest"), bytes) {
        for name in manifest.names() {
            let _ = manifest.blake2b(name);
        }
    }
}

fn strict_json(bytes: &[u8]) {
    let Ok(value) = json::parse(bytes, json::Limits::default()) else { return };
    // What is taken is JSON to others, too, and the same.
    let other: Result<serde_json::Value, _> = serde_json::from_slice(bytes);
    assert_eq!(other.ok(), Some(value));
}

fn pep740(bytes: &[u8]) {
    if let Ok(provenance) = Provenance::parse(bytes) {
        assert!(!provenance.attestations().is_empty());
        for attestation in provenance.attestations() {
            let _ = sigstore::describe_attestation(attestation);
        }
    }
}

fn bundle(bytes: &[u8]) {
    for tree in sigstore::documents(bytes).into_iter().flatten() {
        let _ = UnverifiedBundle::of(tree);
    }
}

fn claims(bytes: &[u8]) {
    let _ = sigstore::describe_der(bytes);
}

fn signify_files(bytes: &[u8]) {
    let _ = signify::UnverifiedSignature::parse(bytes);
    let _ = ed25519::PublicKey::parse(Path::new("key"), bytes);
}

fn minisign_files(bytes: &[u8]) {
    let _ = minisign::UnverifiedSignature::parse(bytes);
}

fn checksums(bytes: &[u8]) {
    use ListFormat::{B2, Bsd, OpensslDgst, Sha256, Sha512};
    for format in [Sha256, Sha512, B2, OpensslDgst, Bsd] {
        let name = &b"foo-1.2.tar.gz"[..];
        let list = List::read(bytes, format, &Requested::of([name]));
        let _ = (list.concerns(name), list.wanted(name));
    }
}

fn cleartext(mut bytes: &[u8]) {
    let _ = openpgp::message::read(&mut bytes, &mut sink());
}

/// Archives are files: zip is read from its end.
#[allow(clippy::panic)]
fn archives(bytes: &[u8]) {
    let file = tempfile::NamedTempFile::new().and_then(|mut file| {
        file.write_all(bytes)?;
        Ok(file)
    });
    let Ok(file) = file else { return };
    match archive::read(file.path(), &Wanted::default(), &|_| {}) {
        Err(archive::ArchiveError::Decoder { .. }) => panic!("a decoder panicked"),
        Ok(listing) => assert!(listing.entries.iter().all(|entry| !entry.raw.is_empty())),
        Err(_) => {}
    }
}

fn ebuild(bytes: &[u8]) {
    let known = [("PN", "foo".to_owned()), ("PV", "1.2".to_owned())];
    let text = String::from_utf8_lossy(bytes);
    let _ = Reading::of(&text, &known, |one, other| Some(one.cmp(other)));
}
