//! Every integration test, in one binary: one link, one set of helpers.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;
mod support;

mod asked;
mod attacks;
mod bad_input;
mod bump;
mod bump_exact;
mod bump_record;
mod checksums;
mod continuity;
mod contributing;
mod dependencies;
mod detached;
mod diff;
mod eclass;
mod evidence;
mod explained_commands;
mod guide;
mod handed;
mod handed_badly;
mod inspect;
mod known;
mod layering;
mod manual;
mod message;
mod message_corpus;
mod message_differential;
mod minisign;
mod one_pass;
mod openpgp_corpus;
mod openpgp_mutations;
mod openpgp_situations;
mod output;
mod packaging;
mod parity;
mod pin;
mod planted;
mod policy;
mod provenance_assets;
mod recipes;
mod regenerate;
mod replays;
mod restricted;
mod review;
mod scan;
mod signify;
mod sigstore_knobs;
mod source;
mod source_aimed;
mod source_generated;
mod source_partly;
mod source_planted;
mod source_signed;
mod ssh;
mod transcripts;
mod version;
mod voices;
mod width;
mod without_sigstore;
mod wording;
