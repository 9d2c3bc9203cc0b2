//! What vouches: Manifests, lists of checksums, signatures of four kinds, PEP 740 provenance and Sigstore
//! bundles; and what the user expects of them.

pub mod checksums;
pub mod ed25519;
pub mod expectation;
pub mod manifest;
pub mod minisign;
pub mod openpgp;
pub mod pep740;
pub mod signify;
pub mod sigstore;
pub mod ssh;
