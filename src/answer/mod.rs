//! What is said: capabilities and attacker sets, failure classes and their texts, findings, the exit status.

pub(crate) mod access;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod facts;
pub(crate) mod failure;
pub(crate) mod finding;
pub(crate) mod kinds;
pub(crate) mod requirement;
pub(crate) mod summary;
