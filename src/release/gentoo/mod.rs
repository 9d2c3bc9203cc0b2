//! What an ebuild repository says of a package: versions, ebuilds and their literal variables.

mod ebuild;
mod version;

pub(crate) use ebuild::split;
pub(crate) use ebuild::{Ebuild, Expansion, Literal, known_variables};
pub(crate) use version::Version;
