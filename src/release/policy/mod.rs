//! What an overlay, or its user, asks of its packages: `metadata/distvouch.toml`.
//!
//! Three places are read, and what is nearer to the package counts: the user's own file, the
//! overlay's `[policy]`, the overlay's `[package."CATEGORY/NAME"]`. Exceptions are the overlay's alone.
//! The files are read strictly: a key that is not known is an error, never a rule that is not applied.

mod file;

pub(crate) use file::PolicyError;

use crate::answer::check::Check;
use crate::answer::kinds::FindingName;
use crate::evidence::expectation::PublisherExpectation;
use crate::evidence::openpgp::PolicyKind;
use crate::evidence::pep740::GITHUB_ISSUER;
use file::{ExceptionTable, File, Settings};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where an overlay keeps it.
pub(crate) const FILE: &str = "metadata/distvouch.toml";

/// A value and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set<T> {
    /// The value.
    pub(crate) value: T,
    /// The file and the line.
    pub(crate) place: FileLine,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileLine {
    /// The file.
    pub(crate) file: PathBuf,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// What is asked of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The checks that must agree.
    pub(crate) require: Option<Set<BTreeSet<Check>>>,
    /// Whether someone must have read the release diff.
    pub(crate) review: Option<Set<bool>>,
    /// The OpenPGP policy.
    pub(crate) openpgp: Option<Set<PolicyKind>>,
    /// Who may be named as publisher: URLs, or their beginnings up to a slash.
    pub(crate) publishers: Option<Set<Vec<String>>>,
    /// Where clones of upstream's repositories are.
    pub(crate) clones: Option<Set<PathBuf>>,
    /// Keys, one of which must have signed the release's tag, or its commit.
    pub(crate) tag_keys: Option<Set<Vec<PathBuf>>>,
    /// What is known and accepted for a while.
    pub(crate) exceptions: Vec<Exception>,
}

/// Something that is known of a package and accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exception {
    /// CATEGORY/NAME.
    pub(crate) package: String,
    /// The version, with or without its revision; `None` for all.
    pub(crate) version: Option<String>,
    /// The class or the kind of finding.
    pub(crate) finding: FindingName,
    /// Why it is accepted.
    pub(crate) reason: String,
    /// The last day on which it is.
    pub(crate) expires: Date,
    /// Where it is.
    pub(crate) place: FileLine,
}

impl Exception {
    /// Whether it is about `version` of the package; what is of no version only one for all is about.
    pub(crate) fn covers(&self, version: Option<&str>) -> bool {
        let plain = |text: &str| match text.rsplit_once("-r") {
            Some((main, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => main.to_owned(),
            _ => text.to_owned(),
        };
        self.version.as_ref().is_none_or(|own| {
            version.is_some_and(|version| own == version || *own == plain(version))
        })
    }

    /// Why it is accepted, and until when.
    pub(crate) fn excuse(&self) -> String {
        format!("until {}: {}", self.expires, self.reason)
    }

    /// Whether its last day is before `today`.
    pub(crate) fn is_over(&self, today: Date) -> bool {
        self.expires < today
    }
}

/// The policies of an overlay and its user.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policies {
    user: Option<(PathBuf, File)>,
    overlay: Option<(PathBuf, File)>,
}

impl Policies {
    /// Reads the policy of the overlay at `root`, if there is one, and the user's.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or is not what it should be.
    pub(crate) fn read(root: Option<&Path>) -> Result<Self, PolicyError> {
        let overlay = root.map(|root| root.join(FILE));
        let user = user_file();
        if let Some((root, path)) = root.zip(overlay.as_deref())
            && file::leads_out(root, path)
        {
            return Err(PolicyError::Elsewhere(path.to_owned()));
        }
        Ok(Self { user: read(user, None)?, overlay: read(overlay, root)? })
    }

    /// The files that were read.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        [&self.user, &self.overlay].into_iter().flatten().map(|(path, _)| path.as_path())
    }

    /// What is asked of `package`, or of any.
    pub(crate) fn of(&self, package: Option<&str>) -> Policy {
        let mut policy = Policy::default();
        for (path, file) in [&self.user, &self.overlay].into_iter().flatten() {
            policy.apply(path, &file.policy);
        }
        if let Some(((path, file), package)) = self.overlay.as_ref().zip(package) {
            if let Some(settings) = file.package(package) {
                policy.apply(path, settings);
            }
            let own = file.exception.iter().filter(|table| table.package.get_ref() == package);
            policy.exceptions = own.map(|table| exception(path, table)).collect();
        }
        policy
    }

    /// All exceptions of the overlay.
    pub(crate) fn exceptions(&self) -> Vec<Exception> {
        let tables = self
            .overlay
            .iter()
            .flat_map(|(path, file)| file.exception.iter().map(move |table| (path, table)));
        tables.map(|(path, table)| exception(path, table)).collect()
    }

    /// The packages that the overlay's file has rules for.
    pub(crate) fn packages(&self) -> Vec<String> {
        let files = self.overlay.iter();
        files.flat_map(|(_, file)| file.package.keys().map(|k| k.get_ref().clone())).collect()
    }
}

impl Policy {
    fn apply(&mut self, path: &Path, settings: &Settings) {
        fn set<T: Clone>(path: &Path, target: &mut Option<Set<T>>, value: Option<&file::At<T>>) {
            if let Some(value) = value {
                let place = FileLine { file: path.to_owned(), line: value.line };
                *target = Some(Set { value: value.value.clone(), place });
            }
        }
        set(path, &mut self.require, settings.require.as_ref());
        set(path, &mut self.review, settings.review.as_ref());
        set(path, &mut self.openpgp, settings.openpgp_policy.as_ref());
        set(path, &mut self.publishers, settings.publishers.as_ref());
        set(path, &mut self.clones, settings.clones.as_ref());
        set(path, &mut self.tag_keys, settings.tag_keys.as_ref());
    }

    /// Why `publisher`, a URL or KIND:VALUE, may not be named; `None` where it may, or nothing says.
    pub(crate) fn refuses(&self, publisher: &str) -> Option<String> {
        let plain =
            |text: &str| text.trim_end_matches('/').trim_end_matches(".git").to_ascii_lowercase();
        self.refuses_unless(publisher, |allowed| match allowed.ends_with('/') {
            true => begins_with(publisher, allowed),
            false => plain(publisher) == plain(allowed),
        })
    }

    /// Why the identity of a certificate, which `issuer` asserts, may not be named as who signs bundles; `None`
    /// where it may, or nothing says.
    ///
    /// A workflow's identity is a URL below that of its repository, an account's is its address; each by the issuer
    /// that vouches for such.
    pub(crate) fn refuses_identity(&self, identity: &str, issuer: Option<&str>) -> Option<String> {
        use PublisherExpectation as P;
        let is_by = |expected: &str| issuer == Some(expected);
        let named = match issuer {
            Some(issuer) => format!("{identity} by the issuer {issuer}"),
            None => identity.to_owned(),
        };
        self.refuses_unless(&named, |allowed| match allowed.ends_with('/') {
            true => begins_with(identity, allowed) && forge_issuer(allowed).is_some_and(is_by),
            false => match P::from_text(allowed) {
                Ok(ref repository @ (P::GitHub { .. } | P::GitLab { .. })) => {
                    begins_with(identity, &format!("{repository}/")) && is_by(repository.issuer())
                }
                Ok(ref account @ (P::Google { ref email } | P::GitHubLogin { ref email })) => {
                    identity == email && is_by(account.issuer())
                }
                Ok(P::CircleCi { .. } | P::ActiveState { .. }) | Err(_) => false,
            },
        })
    }

    fn refuses_unless(&self, named: &str, allows: impl Fn(&str) -> bool) -> Option<String> {
        let publishers = self.publishers.as_ref()?;
        if publishers.value.iter().any(|allowed| allows(allowed)) {
            return None;
        }
        let FileLine { file, line } = &publishers.place;
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        Some(format!("{named} is not among the publishers of {file}, line {line}"))
    }

    /// Which OpenPGP cryptography counts.
    pub(crate) fn openpgp(&self) -> PolicyKind {
        self.openpgp.as_ref().map(|set| set.value).unwrap_or_default()
    }

    /// The checks that are required.
    pub(crate) fn required(&self) -> impl Iterator<Item = Check> {
        self.require.iter().flat_map(|set| set.value.iter().copied())
    }

    /// The exception for a finding of `version`: one that is not over today, if there is one.
    pub(crate) fn exception(
        &self,
        finding: FindingName,
        version: Option<&str>,
        today: Date,
    ) -> Option<&Exception> {
        let mut fitting =
            self.exceptions.iter().filter(|e| e.finding == finding && e.covers(version));
        let current = fitting.clone().find(|exception| !exception.is_over(today));
        current.or_else(|| fitting.next())
    }
}

/// Whether `text` begins with `start`, in whatever case.
/// The issuer of the forge whose repositories' addresses begin with `url`.
fn forge_issuer(url: &str) -> Option<&str> {
    let host = url.strip_prefix("https://")?.split('/').next()?;
    match host.eq_ignore_ascii_case("github.com") {
        true => Some(GITHUB_ISSUER),
        false => url.get(.."https://".len() + host.len()),
    }
}

fn begins_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}

/// The day at `now`, in UTC: the same everywhere. At a time that no calendar has, every exception is over.
pub(crate) fn day(now: SystemTime) -> Date {
    let now = jiff::Timestamp::try_from(now).unwrap_or(jiff::Timestamp::MAX);
    now.to_zoned(TimeZone::UTC).date()
}

fn exception(path: &Path, table: &ExceptionTable) -> Exception {
    Exception {
        package: table.package.get_ref().clone(),
        version: table.version.clone(),
        finding: table.finding,
        reason: table.reason.get_ref().clone(),
        expires: table.expires,
        place: FileLine { file: path.to_owned(), line: table.line },
    }
}

fn read(
    path: Option<PathBuf>,
    root: Option<&Path>,
) -> Result<Option<(PathBuf, File)>, PolicyError> {
    let Some(path) = path.filter(|path| path.symlink_metadata().is_ok()) else { return Ok(None) };
    let file = File::read(&path, root)?;
    Ok(Some((path, file)))
}

/// The user's own file.
pub(crate) fn user_file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".config"));
    let config = set("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home)?;
    Some(config.join("distvouch/policy.toml"))
}
