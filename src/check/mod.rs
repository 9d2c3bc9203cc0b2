//! The main job: everything that vouches for a set of distfiles, in one pass over each.

pub(crate) mod attested;
pub(crate) mod bump;
pub(crate) mod bundle;
pub(crate) mod inputs;
pub(crate) mod inspect;
mod lists;
mod locked;
pub(crate) mod manifest;
pub(crate) mod message;
pub(crate) mod operand;
pub(crate) mod pairing;
pub(crate) mod pin;
mod plan;
pub(crate) mod previous;
pub(crate) mod provenance;
pub(crate) mod review;
pub(crate) mod run;
pub(crate) mod said;
pub(crate) mod scan;
pub(crate) mod signatures;
pub(crate) mod source;

pub(crate) use inputs::Inputs;
pub(crate) use run::{DistfileReport, Report, run};
