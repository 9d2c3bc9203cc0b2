//! distvouch says, distfile by distfile, who vouches for these bytes and who could still have
//! forged them.
//!
//! The flow goes in one direction. Parsers turn bytes into evidence, which is unauthenticated by
//! type; verifiers turn evidence into facts, which only they can construct; judging compares facts
//! with expectations and yields findings; the report joins findings into attacker sets and prints.
//! No module reaches up: parsers know nothing of judging, judging nothing of printing.

pub mod access;
pub mod archive;
pub mod attestation;
pub mod bump;
pub mod check;
pub mod checksums;
pub mod cli;
pub mod diff;
pub mod digests;
pub mod distfile;
pub mod ed25519;
pub mod error;
pub mod escape;
pub mod expectation;
pub mod explain;
pub mod failure;
pub mod finding;
pub mod gentoo;
pub mod history;
pub mod input;
pub mod inspect;
pub mod json;
pub mod manifest;
pub mod message;
pub mod minisign;
pub mod openpgp;
pub mod pin;
pub mod report;
pub mod requirement;
pub mod review;
pub mod signify;
pub mod sigstore;
pub mod sniff;
pub mod source;
pub mod spool;
pub mod ssh;
pub mod summary;
pub mod uncompress;
