//! What vouches: Manifests, lists of checksums, signatures of four kinds, PEP 740 provenance and Sigstore
//! bundles; and what the user expects of them.

pub(crate) mod checksums;
pub(crate) mod ed25519;
pub(crate) mod expectation;
pub(crate) mod forgers;
pub(crate) mod kinds;
pub(crate) mod manifest;
pub(crate) mod minisign;
pub(crate) mod openpgp;
pub(crate) mod pep740;
pub(crate) mod scheme;
pub(crate) mod signify;
pub(crate) mod sigstore;
pub(crate) mod ssh;
