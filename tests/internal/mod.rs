//! Tests of what the program has inside and a user cannot reach: part of the library's own tests,
//! kept here next to the others because they share their corpora and helpers.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../common/mod.rs"]
pub(crate) mod common;
#[path = "../support/mod.rs"]
mod support;

mod archives;
mod ebuild_bash;
mod explain;
mod fuzzing;
mod git_hangs;
mod manifest_corpus;
mod pep740;
mod pep740_tampered;
mod review;
mod sigstore_conformance;
mod sigstore_made;
mod src_uri;
mod uncompress_mutations;
