//! What an ebuild repository says of a package: versions, ebuilds, their variables and distfiles.

mod ebuild;
mod metadata;
mod naming;
mod prepare;
mod repository;
mod src_uri;
mod version;

pub(crate) use ebuild::split;
pub(crate) use ebuild::{
    BUNDLES_OF, Ebuild, Expansion, FINGERPRINTS, KEY_PATH, Literal, REPOSITORIES, known_variables,
};
pub(crate) use metadata::{Metadata, Unused, cache_entries};
pub(crate) use naming::{Alike, VersionedName, exchange, occurrences, version_in, versions_like};
pub(crate) use repository::{Repository, is_root, root_above};
pub(crate) use src_uri::SrcUri;
pub(crate) use version::Version;
