//! The kinds of findings that `distvouch scan` has of its own. Besides, it reports failure classes, of
//! the checks that it runs over distfiles that are in DISTDIR.

use crate::answer::failure::{FailureClass, Outcome};
use std::cmp::Ordering;
use std::fmt;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Worth knowing.
    Note,
    /// Worth mending.
    Warning,
    /// Something is wrong.
    Error,
}

impl Level {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|level| level.name() == name)
    }

    /// The level of a failure class.
    pub(crate) const fn of(class: FailureClass) -> Self {
        match class.outcome() {
            Outcome::Contradicts | Outcome::Unusable => Self::Error,
            Outcome::Absent => Self::Warning,
            Outcome::NotChecked | Outcome::Agrees => Self::Note,
        }
    }
}

/// What a scan finds, and what an exception accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FindingName {
    /// A kind of the scan's own.
    Kind(Kind),
    /// A failure class of a check.
    Class(FailureClass),
}

impl FindingName {
    /// Its name: those of kinds are unlike those of classes.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name,
            Self::Class(class) => class.name(),
        }
    }

    /// How much it matters, if nothing says otherwise.
    pub(crate) const fn level(self) -> Level {
        match self {
            Self::Kind(kind) => kind.level,
            Self::Class(class) => Level::of(class),
        }
    }

    /// That of the name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let kind = || Kind::from_name(name).map(Self::Kind);
        FailureClass::from_name(name).map(Self::Class).or_else(kind)
    }
}

/// By name, as they are listed.
impl Ord for FindingName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for FindingName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for FindingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Kind> for FindingName {
    fn from(kind: Kind) -> Self {
        Self::Kind(kind)
    }
}

impl From<FailureClass> for FindingName {
    fn from(class: FailureClass) -> Self {
        Self::Class(class)
    }
}

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its name, which does not change.
    pub(crate) name: &'static str,
    /// How much it matters.
    pub(crate) level: Level,
    /// What it means, and what to do.
    pub(crate) meaning: &'static str,
}

macro_rules! kinds {
    ($($constant:ident $name:literal $level:ident $meaning:literal;)+) => {
        $(pub(crate) const $constant: Kind =
            Kind { name: $name, level: Level::$level, meaning: $meaning };)+

        /// All of them, by name.
        pub(crate) const KINDS: &[Kind] = &[$($constant),+];
    };
}

kinds! {
    CACHE_UNUSED "cache-unused" Note
        "An entry of `metadata/md5-cache` or of Portage's cache does not match the ebuild or an eclass, so \
         it was not used. Update it: `egencache --update`.";
    DISTFILES_UNKNOWN "distfiles-unknown" Note
        "Only bash knows what the ebuild fetches, and no cache has it, so what it fetches was not looked \
         after; of the Manifest's distfiles those in DISTDIR were. Make a cache: `egencache --update`. A \
         warning where the overlay has a cache that lacks the ebuild.";
    EBUILD_NOT_UNDERSTOOD "ebuild-not-understood" Warning
        "The ebuild's text cannot be followed from a line on, or is beyond a stated limit, so what it \
         expects or fetches is not known. Move that code into a function.";
    EVIDENCE_UNCONDITIONAL "evidence-unconditional" Note
        "A signature or provenance is fetched with every set of USE flags. Put it into `verify-sig? ( … )` \
         or `verify-provenance? ( … )`.";
    EXCEPTION_EXPIRED "exception-expired" Error
        "An exception of `metadata/distvouch.toml` has expired. Mend what it accepted, or renew it with a \
         reason that still holds.";
    EXPECTATION_UNKNOWN "expectation-unknown" Note
        "Only bash knows the value of a variable of verify-sig.eclass. Set it to a literal value.";
    KEY_EXPIRED "key-file-expired" Error
        "A key in the key file of the newest version has expired. Refresh the key package.";
    KEY_EXPIRING "key-file-expiring" Warning
        "A key in the key file expires within 90 days. Look for a refreshed copy.";
    KEY_MISSING "key-file-missing" Note
        "The key file that the ebuild names is not on this system, so its keys were not checked. Install \
         its package, or name the root that has it with `--key-root`.";
    KEY_REVOKED "key-file-revoked" Error
        "A key in the key file is revoked. Refresh the key package, and ask upstream which releases it \
         signed.";
    KEY_UNREADABLE "key-file-unreadable" Error
        "The key file cannot be read as keys.";
    KEY_WEAK "key-file-weak" Warning
        "No signature by this key counts under the policy. Ask upstream for another key.";
    KEY_UNUSED "key-package-unused" Note
        "No ebuild of the overlay names this key package. Remove it, or make the ebuild use it.";
    MANIFEST_MISSING "manifest-missing" Error
        "The package fetches files and has no Manifest. Run `ebuild … manifest` or `pkgdev manifest`.";
    MANIFEST_UNREADABLE "manifest-unreadable" Error
        "The Manifest cannot be read, or can be read in more than one way.";
    PROVENANCE_UNCHECKED "provenance-unchecked" Warning
        "The ebuild fetches provenance or a bundle and names no publisher, so nothing compares it. Set \
         VERIFY_PROVENANCE_REPO and inherit verify-sig, or do not fetch it.";
    PROVENANCE_UNPINNED "provenance-unpinned" Warning
        "Provenance from any workflow, ref and event of the repository would agree. `distvouch pin` prints \
         the pins of a release.";
    REQUIRED_UNMET "required-unmet" Error
        "The policy requires a check of this package, and the ebuild names no key or publisher for it.";
    REVIEW_MISSING "review-missing" Note
        "There is no record that anyone read the newest version: its diff, or all of what has no version \
         before it. `distvouch bump PKGDIR` shows it. An error where the policy requires a record.";
    SIGNATURE_UNCHECKED "signature-unchecked" Warning
        "The ebuild fetches a signature, and nothing checks it. Inherit verify-sig and name a key.";
    SYMLINK_SKIPPED "symlink-skipped" Note
        "A symbolic link is in the place of a category, a package or an ebuild. It was not followed.";
    UNREADABLE "unreadable" Error
        "A file or directory of the overlay cannot be read.";
}

impl Kind {
    /// The kind of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        KINDS.iter().find(|kind| kind.name == name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unlike_those_of_classes_and_in_order() {
        assert!(KINDS.is_sorted_by_key(|kind| kind.name));
        for kind in KINDS {
            assert_eq!(FailureClass::from_name(kind.name), None, "{}", kind.name);
            assert_eq!(FindingName::from_name(kind.name), Some(FindingName::Kind(*kind)));
            assert!(kind.meaning.ends_with('.'), "{}", kind.name);
        }
        for class in FailureClass::ALL {
            assert_eq!(FindingName::from_name(class.name()), Some(FindingName::Class(*class)));
        }
        assert_eq!(FindingName::from_name("Key-File-Weak"), None);
    }
}
