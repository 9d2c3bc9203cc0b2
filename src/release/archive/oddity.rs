//! What an unpacker could be surprised by.

use std::fmt;

/// Something in an archive's structure that unpackers treat differently, or that reaches beyond
/// the directory it is unpacked in. Names are lossy UTF-8: printers escape them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Oddity {
    /// A name with `..` in it.
    ParentDirectory(String),
    /// A name that begins with `/`.
    Absolute(String),
    /// A symbolic link that leads out of the archive.
    LinkOutside {
        /// The link.
        path: String,
        /// Where it leads.
        target: String,
    },
    /// A hard link to something that is not in the archive before it.
    HardLinkOutside {
        /// The link.
        path: String,
        /// Where it leads.
        target: String,
    },
    /// A member below a symbolic link or a file of the same archive.
    ThroughLink {
        /// The member.
        path: String,
        /// The link or file.
        link: String,
    },
    /// Two members of the same name: which one counts depends on the unpacker.
    Duplicate(String),
    /// Two names that differ only in letter case.
    CaseCollision(String, String),
    /// A device node or FIFO.
    Device(String),
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
    /// A member type that is not known, treated as a file like POSIX says.
    UnknownType {
        /// The member.
        path: String,
        /// The tar type flag.
        flag: u8,
    },
    /// The tar header and the pax header before it state different sizes.
    SizeDisagrees(String),
    /// A hard link that states a size, which unpackers skip differently.
    LinkWithData(String),
    /// Bytes other than zero after the end of the archive.
    AfterEnd(u64),
    /// The tar stream has no end marker.
    NoEnd,
    /// The zip's directory and the header in front of a member differ.
    LocalDisagrees {
        /// The member, as the directory names it.
        path: String,
        /// What differs.
        what: &'static str,
    },
    /// Bytes of the zip that no member of the directory accounts for.
    Unlisted(u64),
    /// Two zip members share the same bytes.
    Overlap(String),
    /// Further oddities that are not listed one by one.
    More(u64),
}

impl Oddity {
    /// The name for JSON.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::ParentDirectory(_) => "parent-directory",
            Self::Absolute(_) => "absolute-name",
            Self::LinkOutside { .. } => "link-outside",
            Self::HardLinkOutside { .. } => "hard-link-outside",
            Self::ThroughLink { .. } => "through-link",
            Self::Duplicate(_) => "duplicate",
            Self::CaseCollision(..) => "case-collision",
            Self::Device(_) => "device",
            Self::SetId(_) => "set-id",
            Self::HardLink { .. } => "hard-link",
            Self::NotUtf8(_) => "not-utf-8",
            Self::StrangeName(_) => "strange-name",
            Self::UnknownType { .. } => "unknown-type",
            Self::SizeDisagrees(_) => "size-disagrees",
            Self::LinkWithData(_) => "link-with-data",
            Self::AfterEnd(_) => "after-end",
            Self::NoEnd => "no-end",
            Self::LocalDisagrees { .. } => "local-disagrees",
            Self::Unlisted(_) => "unlisted-bytes",
            Self::Overlap(_) => "overlap",
            Self::More(_) => "more",
        }
    }

    /// Whether two programs that unpack the archive may make different files of it.
    pub(crate) const fn is_ambiguous(&self) -> bool {
        matches!(
            self,
            Self::ParentDirectory(_)
                | Self::Absolute(_)
                | Self::HardLinkOutside { .. }
                | Self::ThroughLink { .. }
                | Self::Duplicate(_)
                | Self::UnknownType { .. }
                | Self::SizeDisagrees(_)
                | Self::LinkWithData(_)
                | Self::AfterEnd(_)
                | Self::LocalDisagrees { .. }
                | Self::Unlisted(_)
                | Self::Overlap(_)
                | Self::More(_)
        )
    }

    /// Whether ordinary archives have it now and then: said, but not first.
    pub(crate) const fn is_common(&self) -> bool {
        matches!(
            self,
            Self::CaseCollision(..)
                | Self::HardLink { .. }
                | Self::NotUtf8(_)
                | Self::NoEnd
                | Self::More(_)
        )
    }
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParentDirectory(path) => {
                write!(f, "{path}: the name climbs out of the directory it is unpacked in")
            }
            Self::Absolute(path) => write!(f, "{path}: the name is absolute"),
            Self::LinkOutside { path, target } => {
                write!(f, "{path}: symbolic link to {target}, outside of the archive")
            }
            Self::HardLinkOutside { path, target } => {
                write!(f, "{path}: hard link to {target}, which is not in the archive before it")
            }
            Self::ThroughLink { path, link } => {
                write!(f, "{path}: lies below {link}, which is a link or a file")
            }
            Self::Duplicate(path) => {
                write!(f, "{path}: occurs more than once; the last one was compared")
            }
            Self::CaseCollision(one, other) => {
                write!(f, "{one} and {other}: differ only in letter case")
            }
            Self::Device(path) => write!(f, "{path}: a device node or FIFO"),
            Self::SetId(path) => write!(f, "{path}: has a set-user-id or set-group-id bit"),
            Self::HardLink { path, target } => write!(f, "{path}: hard link to {target}"),
            Self::NotUtf8(path) => write!(f, "{path}: the name is not UTF-8"),
            Self::StrangeName(path) => {
                write!(
                    f,
                    "{path}: control, directional or invisible characters or a backslash in the name"
                )
            }
            Self::UnknownType { path, flag } => {
                write!(f, "{path}: unknown tar type {flag:#04x}, treated as a file")
            }
            Self::SizeDisagrees(path) => {
                write!(
                    f,
                    "{path}: tar and pax header state different sizes, so unpackers may see different files"
                )
            }
            Self::LinkWithData(path) => {
                write!(
                    f,
                    "{path}: a hard link that states a size, so unpackers may see different files"
                )
            }
            Self::AfterEnd(bytes) => {
                write!(f, "{bytes} bytes other than zero follow the end of the archive")
            }
            Self::NoEnd => f.write_str("the tar stream has no end marker"),
            Self::LocalDisagrees { path, what } => {
                write!(
                    f,
                    "{path}: the zip's directory and the member's own header differ in {what}"
                )
            }
            Self::Unlisted(bytes) => {
                write!(f, "{bytes} bytes of the zip belong to no member that its directory lists")
            }
            Self::Overlap(path) => write!(f, "{path}: shares bytes with another zip member"),
            Self::More(count) => write!(f, "{count} more oddities of these kinds"),
        }
    }
}
