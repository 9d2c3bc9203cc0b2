//! What is said: capabilities and attacker sets, failure classes and their texts, findings, the exit status.

pub mod access;
pub mod explain;
pub mod failure;
pub mod finding;
pub mod requirement;
pub mod summary;
