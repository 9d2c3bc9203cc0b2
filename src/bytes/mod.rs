//! Bytes in and out: reading a file once, digests, compression, strict JSON, escaping.

pub mod compress;
pub mod digests;
pub mod escape;
pub mod input;
pub mod json;
pub mod line_ends;
pub mod output;
pub mod pass;
pub mod sniff;
