//! What an attacker must hold: capabilities, and the computed answer to "what must an attacker
//! hold to pass everything that ran?".
//!
//! A check is described by the sets of capabilities that get past it. Several checks together are
//! passed by the union of one such set from each; [`Attackers::join`] computes these and keeps the
//! minimal ones. Nothing here knows of findings, files or reports.

use std::collections::BTreeSet;
use std::fmt;

/// One kind of access, with the word that JSON and the reports use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Capability {
    /// Upstream's OpenPGP, signify, minisign or Sigstore managed secret key.
    Key,
    /// Commit to the ebuild repository (ebuild, Manifest, key package).
    Gentoo,
    /// Alter bytes between upstream and the machine that fetches.
    Mirror,
    /// Run the package index or its CDN.
    Index,
    /// Upload to the index project with an API token or a maintainer's session.
    Token,
    /// Make the registered publishing workflow run on a ref that it accepts.
    Publish,
    /// Run some workflow of the repository from any branch.
    Branch,
    /// Run code inside the publishing job.
    Job,
    /// Land a commit on the release branch or tag.
    Source,
    /// Mis-issue at Fulcio or the OIDC issuer and hide it from the logs.
    Sigstore,
    /// Be overlooked by the person who read the diff.
    Reviewer,
}

impl Capability {
    /// Every capability, in the order of the reports.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 11] = [
        Self::Key,
        Self::Gentoo,
        Self::Mirror,
        Self::Index,
        Self::Token,
        Self::Publish,
        Self::Branch,
        Self::Job,
        Self::Source,
        Self::Sigstore,
        Self::Reviewer,
    ];

    /// The word, as JSON and the reports print it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Gentoo => "gentoo",
            Self::Mirror => "mirror",
            Self::Index => "index",
            Self::Token => "token",
            Self::Publish => "publish",
            Self::Branch => "branch",
            Self::Job => "job",
            Self::Source => "source",
            Self::Sigstore => "sigstore",
            Self::Reviewer => "reviewer",
        }
    }

    /// The access in a phrase that completes "an attacker who can …".
    pub(crate) const fn phrase(self) -> &'static str {
        match self {
            Self::Key => "sign with upstream's secret key",
            Self::Gentoo => "commit to the ebuild repository (ebuild, Manifest, key package)",
            Self::Mirror => "alter bytes between upstream and the machine that fetches",
            Self::Index => "run the package index or its CDN",
            Self::Token => "upload to the index with an API token or a maintainer's session",
            Self::Publish => "make the registered publishing workflow run on a ref it accepts",
            Self::Branch => "run some workflow of the repository from any branch",
            Self::Job => "run code inside the job that builds or signs the release",
            Self::Source => "land a commit on the release branch or tag",
            Self::Sigstore => "mis-issue at Fulcio or the OIDC issuer and hide it from the logs",
            Self::Reviewer => "get past the person who read the diff",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A set of capabilities that one attacker holds together.
pub(crate) type AccessSet = BTreeSet<Capability>;

/// The minimal sets of capabilities that get past something: an antichain, in a fixed order.
///
/// The identity of [`join`](Self::join) is [`Attackers::anyone`]: the empty set gets past nothing
/// at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attackers(BTreeSet<AccessSet>);

impl Attackers {
    /// Whoever can put bytes in front of the developer: no check stands in the way.
    pub(crate) fn anyone() -> Self {
        Self(BTreeSet::from([AccessSet::new()]))
    }

    /// Each of `capabilities` by itself is enough.
    pub(crate) fn each_of(capabilities: impl IntoIterator<Item = Capability>) -> Self {
        Self(capabilities.into_iter().map(|c| AccessSet::from([c])).collect()).minimal()
    }

    /// What gets past both `self` and `other`: every union of one set from each, minimal.
    #[must_use]
    pub(crate) fn join(&self, other: &Self) -> Self {
        let unions = self.0.iter().flat_map(|a| other.0.iter().map(move |b| a | b));
        Self(unions.collect()).minimal()
    }

    /// What gets past `self` or `other`: the weakest of several distfiles decides.
    #[must_use]
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect()).minimal()
    }

    /// The sets, smallest first.
    ///
    /// Where nothing stood in the way, these are the ways in which a forged release reaches a
    /// developer at all.
    pub(crate) fn sets(&self) -> Vec<AccessSet> {
        if self.is_anyone() {
            return DELIVERY.iter().map(|c| AccessSet::from([*c])).collect();
        }
        let mut sets: Vec<_> = self.0.iter().cloned().collect();
        sets.sort_by_key(|s| (s.len(), s.clone()));
        sets
    }

    /// Whether nothing stood in the way.
    pub(crate) fn is_anyone(&self) -> bool {
        self.0.contains(&AccessSet::new())
    }

    fn minimal(self) -> Self {
        let keep = |s: &AccessSet| !self.0.iter().any(|t| t != s && t.is_subset(s));
        Self(self.0.iter().filter(|s| keep(s)).cloned().collect())
    }
}

/// The capabilities that by themselves put a forged release in front of a developer.
const DELIVERY: [Capability; 8] = [
    Capability::Gentoo,
    Capability::Mirror,
    Capability::Index,
    Capability::Token,
    Capability::Publish,
    Capability::Branch,
    Capability::Job,
    Capability::Source,
];

#[cfg(test)]
mod tests {
    use super::*;
    use Capability::*;

    fn set(capabilities: &[Capability]) -> AccessSet {
        capabilities.iter().copied().collect()
    }

    #[test]
    fn join_keeps_minimal_unions() {
        let signature = Attackers::each_of([Key, Source, Gentoo]);
        let provenance = Attackers::each_of([Publish, Source, Gentoo]);
        assert_eq!(
            signature.join(&provenance).sets(),
            [set(&[Gentoo]), set(&[Source]), set(&[Key, Publish])]
        );
    }

    #[test]
    fn joining_nothing_changes_nothing() {
        let manifest = Attackers::each_of([Gentoo]);
        assert_eq!(Attackers::anyone().join(&manifest), manifest);
        assert_eq!(manifest.join(&Attackers::anyone()), manifest);
    }

    #[test]
    fn nothing_in_the_way_names_the_ways_in() {
        let sets = Attackers::anyone().sets();
        assert!(sets.contains(&set(&[Mirror])) && sets.contains(&set(&[Token])));
        assert!(!sets.contains(&AccessSet::new()));
    }

    #[test]
    fn the_weakest_distfile_decides() {
        let strong = Attackers::each_of([Gentoo]);
        assert!(strong.or(&Attackers::anyone()).is_anyone());
    }

    #[test]
    fn words_are_distinct() {
        let words: BTreeSet<_> = Capability::ALL.iter().map(|c| c.word()).collect();
        assert_eq!(words.len(), Capability::ALL.len());
    }
}
