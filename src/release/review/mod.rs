//! The record that a person read a release diff, or a release that has none before it, bound to the
//! digests of the archives.
//!
//! One file a record, below the repository's `metadata/`, so that it is versioned and reviewed along
//! with the ebuild and never conflicts with another's. A record can be signed, and imported from
//! another repository. A file that is not a record is refused, and what is around it with it.

mod error;
mod import;
mod judge;
mod record;
mod sign;
mod store;

pub(crate) use error::ReviewError;
pub(crate) use import::import;
pub(crate) use judge::{Before, NAMESPACE, ReviewKeys, Reviews, check, check_new};
pub(crate) use record::{Archive, Record};
pub(crate) use sign::{SigningProgram, sign};
#[cfg(test)]
pub(crate) use store::StoredRecord;
pub(crate) use store::{add, package_of, place_of, places_of, repository};
