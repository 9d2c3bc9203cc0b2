//! What an attacker must hold: capabilities, and the sets of them that get past something.
//!
//! A check is described by the sets of capabilities that get past it. Several checks together are
//! passed by the union of one such set from each; [`Attackers::join`] computes these and keeps the
//! minimal ones. [`Attackers::delivery`] is a check like the others: forged bytes that no one
//! delivers do no harm. Nothing here knows of findings, files or reports.

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
    /// Run the forge or its CI, or break into it.
    Forge,
    /// Log in as the account that a certificate names: an e-mail address, a user, a service account.
    Account,
    /// Run a public workflow from a repository of one's own, or make a release there, as any account can.
    Caller,
    /// Be overlooked by the person who read the diff.
    Reviewer,
}

impl Capability {
    /// Every capability, in the order of the reports.
    pub(crate) const ALL: [Self; 14] = [
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
        Self::Forge,
        Self::Account,
        Self::Caller,
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
            Self::Forge => "forge",
            Self::Account => "account",
            Self::Caller => "caller",
            Self::Reviewer => "reviewer",
        }
    }

    /// Whether it puts a forged file where the ebuild fetches it. The others make a forgery pass,
    /// and someone still has to deliver it.
    pub(crate) const fn delivers(self) -> bool {
        match self {
            Self::Gentoo
            | Self::Mirror
            | Self::Index
            | Self::Token
            | Self::Publish
            | Self::Job
            | Self::Source
            | Self::Forge => true,
            Self::Key
            | Self::Branch
            | Self::Sigstore
            | Self::Account
            | Self::Caller
            | Self::Reviewer => false,
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
            Self::Forge => "run the forge or its CI, or break into it",
            Self::Account => "log in as the account that the certificate names",
            Self::Caller => "call the public workflow, or make the release, from any repository",
            Self::Reviewer => "get past the person who read the diff",
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Those who can serve other bytes under a file's name, whatever they have of upstream's sources and keys.
pub(crate) const SERVING: [Capability; 5] = [
    Capability::Mirror,
    Capability::Index,
    Capability::Token,
    Capability::Publish,
    Capability::Forge,
];

/// A set of capabilities that one attacker holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct AccessSet(u16);

impl AccessSet {
    /// None at all.
    pub(crate) const fn new() -> Self {
        Self(0)
    }

    /// Whether `capability` is in it.
    pub(crate) const fn contains(self, capability: Capability) -> bool {
        self.0 & 1 << capability as u16 != 0
    }

    /// With `capability`.
    #[must_use]
    pub(crate) const fn with(self, capability: Capability) -> Self {
        Self(self.0 | 1 << capability as u16)
    }

    /// The capabilities of both.
    #[must_use]
    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `other` has all of its capabilities.
    pub(crate) const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// How many there are.
    pub(crate) const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The capabilities, in the order of the reports.
    pub(crate) fn iter(self) -> impl Iterator<Item = Capability> + Clone {
        Capability::ALL.into_iter().filter(move |capability| self.contains(*capability))
    }
}

impl FromIterator<Capability> for AccessSet {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        capabilities.into_iter().fold(Self::new(), Self::with)
    }
}

impl<const N: usize> From<[Capability; N]> for AccessSet {
    fn from(capabilities: [Capability; N]) -> Self {
        capabilities.into_iter().collect()
    }
}

impl fmt::Debug for AccessSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// The minimal sets of capabilities that get past something: an antichain, in a fixed order.
///
/// The identity of [`join`](Self::join) is [`Attackers::anyone`]: the empty set gets past nothing
/// at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attackers(BTreeSet<AccessSet>);

impl Attackers {
    /// No check stands in the way.
    pub(crate) fn anyone() -> Self {
        Self(BTreeSet::from([AccessSet::new()]))
    }

    /// Each capability that delivers a forged file, by itself.
    pub(crate) fn delivery() -> Self {
        Self::each_of(Capability::ALL.into_iter().filter(|capability| capability.delivers()))
    }

    /// Each of `capabilities` by itself is enough.
    pub(crate) fn each_of(capabilities: impl IntoIterator<Item = Capability>) -> Self {
        Self(capabilities.into_iter().map(|c| AccessSet::from([c])).collect()).minimal()
    }

    /// Whether nothing stood in the way.
    pub(crate) fn is_anyone(&self) -> bool {
        self.0.contains(&AccessSet::new())
    }

    /// What gets past both `self` and `other`: every union of one set from each, minimal.
    #[must_use]
    pub(crate) fn join(&self, other: &Self) -> Self {
        let unions = self.0.iter().flat_map(|a| other.0.iter().map(move |b| a.union(*b)));
        Self(unions.collect()).minimal()
    }

    /// What gets past `self` or `other`: the weakest of several distfiles decides.
    #[must_use]
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).copied().collect()).minimal()
    }

    /// The sets, smallest first.
    pub(crate) fn sets(&self) -> Vec<AccessSet> {
        let mut sets: Vec<_> = self.0.iter().copied().collect();
        sets.sort_by_cached_key(|set| (set.len(), set.iter().collect::<Vec<_>>()));
        sets
    }

    fn minimal(self) -> Self {
        let keep = |s: &AccessSet| !self.0.iter().any(|t| t != s && t.is_subset(*s));
        Self(self.0.iter().filter(|s| keep(s)).copied().collect())
    }
}

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
    fn a_key_alone_delivers_nothing() {
        let signature = Attackers::each_of([Key, Gentoo, Job, Source]);
        let sets = signature.join(&Attackers::delivery()).sets();
        let with_key = [Mirror, Index, Token, Publish, Forge].map(|way| set(&[Key, way]));
        let alone = [Gentoo, Job, Source].map(|capability| set(&[capability]));
        let expected: BTreeSet<_> = alone.into_iter().chain(with_key).collect();
        assert_eq!(sets.into_iter().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn the_weakest_distfile_decides() {
        let strong = Attackers::each_of([Gentoo]);
        assert_eq!(strong.or(&Attackers::delivery()), Attackers::delivery());
    }

    #[test]
    fn words_are_distinct() {
        let words: BTreeSet<_> = Capability::ALL.iter().map(|c| c.word()).collect();
        assert_eq!(words.len(), Capability::ALL.len());
    }
}
