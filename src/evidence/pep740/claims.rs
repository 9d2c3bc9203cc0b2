//! What a Fulcio certificate claims of who signed, and where.
//!
//! The extensions and their names are those of Fulcio's `docs/oid-info.md`, below the arc
//! 1.3.6.1.4.1.57264.1.

use crate::answer::facts::Certificate;
use std::collections::BTreeMap;
use std::fmt;

/// The identity in the certificates by which GitHub attests immutable releases.
pub(crate) const GITHUB_RELEASES: &str = "https://dotcom.releases.github.com";

macro_rules! claims {
    ($($(#[$doc:meta])* $variant:ident $number:literal $name:literal;)+) => {
        /// One claim of a certificate, apart from its issuer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Claim {
            $($(#[$doc])* $variant,)+
        }

        impl Claim {
            /// Every claim, in the order of its number.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The last part of its object identifier.
            pub(crate) const fn number(self) -> u32 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// Its documented name.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

claims! {
    /// The workflow that signed; another than the build config for a reusable workflow.
    BuildSignerUri 9 "Build Signer URI";
    /// The commit that the signing workflow was taken from.
    BuildSignerDigest 10 "Build Signer Digest";
    /// The kind of machine, such as `github-hosted`; CircleCI's value is two quotation marks.
    RunnerEnvironment 11 "Runner Environment";
    /// The repository; CircleCI's has no scheme.
    SourceRepositoryUri 12 "Source Repository URI";
    /// The commit.
    SourceRepositoryDigest 13 "Source Repository Digest";
    /// The branch or tag, in full.
    SourceRepositoryRef 14 "Source Repository Ref";
    /// The forge's number for the repository, which survives renames.
    SourceRepositoryIdentifier 15 "Source Repository Identifier";
    /// The owner.
    SourceRepositoryOwnerUri 16 "Source Repository Owner URI";
    /// The forge's number for the owner.
    SourceRepositoryOwnerIdentifier 17 "Source Repository Owner Identifier";
    /// The workflow that was started, with its ref.
    BuildConfigUri 18 "Build Config URI";
    /// The commit that the started workflow was taken from.
    BuildConfigDigest 19 "Build Config Digest";
    /// The event that started it.
    BuildTrigger 20 "Build Trigger";
    /// The run.
    RunInvocationUri 21 "Run Invocation URI";
    /// Whether the repository was public then.
    SourceRepositoryVisibility 22 "Source Repository Visibility At Signing";
    /// The deployment environment.
    DeploymentEnvironment 23 "Deployment Environment";
    /// The subject of the identity token.
    TokenSubject 24 "Token Subject";
}

impl Claim {
    /// The claim of that number.
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.number() == number)
    }
}

/// The one subject alternative name of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// An address: a person, or a service account.
    Email(String),
    /// A URI: a workflow.
    Uri(String),
}

impl Identity {
    /// The address or URI.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Email(text) | Self::Uri(text) => text,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a certificate claims. Only an authenticated attestation or bundle gives access to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// `None` for GitHub's own attestations of releases.
    pub(crate) issuer: Option<String>,
    pub(crate) identity: Identity,
    pub(crate) claims: BTreeMap<Claim, String>,
}

impl Claims {
    /// Whether GitHub's own authority attests a release with it: no workflow and no issuer is behind
    /// such a certificate. Under the public Sigstore's root none without an issuer is read.
    pub(crate) fn is_github_release(&self) -> bool {
        self.issuer.is_none() && self.identity.as_str() == GITHUB_RELEASES
    }

    /// The OIDC issuer: extension 8, or its deprecated raw twin 1 where 8 is absent.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The subject alternative name.
    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The value of `claim`, where the certificate has it.
    pub(crate) fn get(&self, claim: Claim) -> Option<&str> {
        self.claims.get(&claim).map(String::as_str)
    }

    /// Everything, by the documented names.
    pub(crate) fn by_name(&self) -> Certificate {
        let issuer = self.issuer.iter().map(|issuer| ("Issuer", issuer.clone()));
        let own = issuer.chain([("Subject Alternative Name", self.identity.as_str().to_owned())]);
        let claims = self.claims.iter().map(|(claim, value)| (claim.name(), value.clone()));
        own.into_iter().chain(claims).collect()
    }

    /// The part of `uri` between `prefix` and `@`, where what follows the `@` is the ref or a
    /// commit of this certificate. A path may itself hold an `@`, so the rest has to be known.
    pub(crate) fn path_in<'a>(&self, uri: &'a str, prefix: &str) -> Option<&'a str> {
        use Claim as C;
        let path = uri.strip_prefix(prefix)?;
        let rests = [C::SourceRepositoryRef, C::SourceRepositoryDigest, C::BuildConfigDigest];
        rests.into_iter().filter_map(|claim| self.get(claim)).find_map(|rest| {
            let path = path.strip_suffix(rest)?.strip_suffix('@')?;
            (!path.is_empty()).then_some(path)
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The claims of a GitHub Actions certificate for `v1` of `o/r`, with `changes` made.
    pub(crate) fn github(changes: &[(Claim, Option<&str>)]) -> Claims {
        let workflow = "https://github.com/o/r/.github/workflows/release.yml@refs/tags/v1";
        let commit = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
        let mut claims: BTreeMap<Claim, String> = [
            (Claim::BuildSignerUri, workflow),
            (Claim::BuildSignerDigest, commit),
            (Claim::RunnerEnvironment, "github-hosted"),
            (Claim::SourceRepositoryUri, "https://github.com/o/r"),
            (Claim::SourceRepositoryDigest, commit),
            (Claim::SourceRepositoryRef, "refs/tags/v1"),
            (Claim::SourceRepositoryIdentifier, "11"),
            (Claim::SourceRepositoryOwnerUri, "https://github.com/o"),
            (Claim::SourceRepositoryOwnerIdentifier, "22"),
            (Claim::BuildConfigUri, workflow),
            (Claim::BuildConfigDigest, commit),
            (Claim::BuildTrigger, "push"),
            (Claim::RunInvocationUri, "https://github.com/o/r/actions/runs/1/attempts/1"),
            (Claim::SourceRepositoryVisibility, "public"),
        ]
        .map(|(claim, value)| (claim, value.to_owned()))
        .into();
        for (claim, value) in changes {
            match value {
                Some(value) => claims.insert(*claim, (*value).to_owned()),
                None => claims.remove(claim),
            };
        }
        let issuer = "https://token.actions.githubusercontent.com".to_owned();
        Claims { issuer: Some(issuer), identity: Identity::Uri(workflow.to_owned()), claims }
    }

    #[test]
    fn they_have_the_documented_names() {
        let map = github(&[]).by_name();
        assert_eq!(map.get("Issuer").map(String::as_str), github(&[]).issuer());
        assert_eq!(map.get("Build Trigger").map(String::as_str), Some("push"));
        assert_eq!(map.len(), 16);
        assert!(!map.contains_key("Deployment Environment"));
    }

    #[test]
    fn numbers_are_those_of_the_arc() {
        let numbers: Vec<_> = Claim::ALL.iter().map(|c| c.number()).collect();
        assert_eq!(numbers, (9..=24).collect::<Vec<_>>());
        assert_eq!(Claim::from_number(8), None);
        assert_eq!(Claim::from_number(20), Some(Claim::BuildTrigger));
    }

    #[test]
    fn a_path_ends_where_the_known_ref_begins() {
        let prefix = "https://github.com/o/r/";
        let path = |uri: &str| github(&[]).path_in(uri, prefix).map(str::to_owned);
        let uri = |path: &str, rest: &str| format!("{prefix}{path}@{rest}");
        assert_eq!(path(&uri("a.yml", "refs/tags/v1")).as_deref(), Some("a.yml"));
        assert_eq!(path(&uri("a.yml@b.yml", "refs/tags/v1")).as_deref(), Some("a.yml@b.yml"));
        assert_eq!(path(&uri("a.yml", "refs/tags/v2")), None);
        assert_eq!(path(&uri("", "refs/tags/v1")), None);
        assert_eq!(path("https://github.com/x/r/a.yml@refs/tags/v1"), None);
        let no_ref = github(&[(Claim::SourceRepositoryRef, None)]);
        let by_commit = uri("a.yml", "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a");
        assert_eq!(no_ref.path_in(&by_commit, prefix), Some("a.yml"));
    }
}
