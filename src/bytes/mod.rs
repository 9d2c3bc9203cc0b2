//! Bytes in and out: reading a file once, digests, compression, strict JSON, escaping.

pub(crate) mod compress;
mod compression;
pub(crate) mod digests;
pub(crate) mod escape;
pub(crate) mod input;
pub(crate) mod json;
pub(crate) mod line_ends;
pub(crate) mod output;
pub(crate) mod pass;
pub(crate) mod programs;
pub(crate) mod sniff;
pub(crate) mod suffix;
pub(crate) mod threads;
pub(crate) mod toml;
