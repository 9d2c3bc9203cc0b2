//! What is unusual about an archive that all programs read alike.

use std::fmt;

/// Something unusual in an archive that programs unpack to the same files all the same. Names are
/// lossy UTF-8: printers escape them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Oddity {
    /// A symbolic link that leads out of the archive.
    LinkOutside {
        /// The link.
        path: String,
        /// Where it leads.
        target: String,
    },
    /// A file that occurs more than once, with the same contents and permissions.
    Duplicate(String),
    /// Two names that differ only in letter case.
    CaseCollision(String, String),
    /// A set-user-id or set-group-id bit.
    SetId(String),
    /// A hard link; compared by the contents of its target.
    HardLink {
        /// The link.
        path: String,
        /// Where it leads.
        target: String,
    },
    /// A name that is not UTF-8.
    NotUtf8(String),
    /// A name with control, directional or invisible characters, or a backslash.
    StrangeName(String),
    /// The tar stream has no end marker.
    NoEnd,
    /// Further oddities that are not listed one by one.
    More(u64),
}

impl Oddity {
    /// The name for JSON.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::LinkOutside { .. } => "link-outside",
            Self::Duplicate(_) => "duplicate",
            Self::CaseCollision(..) => "case-collision",
            Self::SetId(_) => "set-id",
            Self::HardLink { .. } => "hard-link",
            Self::NotUtf8(_) => "not-utf-8",
            Self::StrangeName(_) => "strange-name",
            Self::NoEnd => "no-end",
            Self::More(_) => "more",
        }
    }

    /// Whether ordinary archives have it now and then: said, but not first.
    pub(crate) const fn is_common(&self) -> bool {
        matches!(
            self,
            Self::CaseCollision(..)
                | Self::HardLink { .. }
                | Self::NotUtf8(_)
                | Self::Duplicate(_)
                | Self::NoEnd
                | Self::More(_)
        )
    }
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LinkOutside { path, target } => {
                write!(f, "{path}: symbolic link to {target}, outside of the archive")
            }
            Self::Duplicate(path) => {
                write!(f, "{path}: occurs more than once, with the same contents")
            }
            Self::CaseCollision(one, other) => {
                write!(f, "{one} and {other}: differ only in letter case")
            }
            Self::SetId(path) => write!(f, "{path}: has a set-user-id or set-group-id bit"),
            Self::HardLink { path, target } => write!(f, "{path}: hard link to {target}"),
            Self::NotUtf8(path) => write!(f, "{path}: the name is not UTF-8"),
            Self::StrangeName(path) => {
                write!(
                    f,
                    "{path}: control, directional or invisible characters or a backslash in the name"
                )
            }
            Self::NoEnd => f.write_str("the tar stream has no end marker"),
            Self::More(count) => write!(f, "{count} more oddities of these kinds"),
        }
    }
}
