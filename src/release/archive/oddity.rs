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

    /// The same of an archive whose top-level directory is `new` in place of `old`. Where a symbolic link leads stays.
    pub(crate) fn below(&self, old: &str, new: &str) -> Self {
        let at = |path: &String| moved(path, old, new);
        match self {
            Self::LinkOutside { path, target } => {
                Self::LinkOutside { path: at(path), target: target.clone() }
            }
            Self::Duplicate(path) => Self::Duplicate(at(path)),
            Self::CaseCollision(one, other) => Self::CaseCollision(at(one), at(other)),
            Self::SetId(path) => Self::SetId(at(path)),
            Self::HardLink { path, target } => {
                Self::HardLink { path: at(path), target: at(target) }
            }
            Self::NotUtf8(path) => Self::NotUtf8(at(path)),
            Self::StrangeName(path) => Self::StrangeName(at(path)),
            Self::NoEnd => Self::NoEnd,
            Self::More(count) => Self::More(*count),
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

/// `path`, where it is `old` or below it, as it is below `new`.
fn moved(path: &str, old: &str, new: &str) -> String {
    let (dot, inside) = match path.strip_prefix("./") {
        Some(inside) => ("./", inside),
        None => ("", path),
    };
    match inside.strip_prefix(old).filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        // Without a top-level directory, what is below it is at the top.
        Some(rest) if new.is_empty() => format!("{dot}{}", rest.trim_start_matches('/')),
        Some(rest) => format!("{dot}{new}{rest}"),
        None => path.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_below_another_directory() {
        let link = |path: &str, target: &str| Oddity::LinkOutside {
            path: path.to_owned(),
            target: target.to_owned(),
        };
        for (path, expected) in [
            ("foo-1/a", "foo-2/a"),
            ("./foo-1/foo-1/a", "./foo-2/foo-1/a"),
            ("foo-1", "foo-2"),
            ("foo-10/a", "foo-10/a"),
            ("a/foo-1/b", "a/foo-1/b"),
        ] {
            let old = Oddity::SetId(path.to_owned()).below("foo-1", "foo-2");
            assert_eq!(old, Oddity::SetId(expected.to_owned()));
        }
        // Another target is another link, whatever it has in common with the directory's name.
        let leads = link("foo-1/a", "/opt/foo-1").below("foo-1", "foo-2");
        assert_ne!(leads, link("foo-2/a", "/opt/foo-2"));
        assert_eq!(
            Oddity::SetId("foo-1/a".to_owned()).below("foo-1", ""),
            Oddity::SetId("a".to_owned())
        );
    }
}
