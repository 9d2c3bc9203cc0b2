//! `distvouch policy`.

use super::sigstore::SigstoreOptions;
use super::{keys, printed};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::answer::requirement::{Requirement, Status};
use crate::check::inputs::Gap;
use crate::cli::error::{Error, UsageError};
use crate::evidence::sigstore::BundlePolicy;
use crate::release::gentoo::root_above;
use crate::release::policy::{FileLine, Policies, Policy, day};
use crate::release::source::TagKeys;
use crate::report::policy as report;
use clap::Args;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const EXAMPLES: &str = "\
The policy of an overlay is metadata/distvouch.toml; doc/policy.md has all keys. Of several values
the one nearest to the package counts: that of its [package.\"CATEGORY/NAME\"], else that of the
overlay's [policy], else that of the user's file.

Examples:
  # What is asked of the package in this directory, and by which line
  distvouch policy .

  # All rules and exceptions of an overlay
  distvouch policy ~/overlay";

/// Show the policy.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PolicyCommand {
    /// A package's directory, an ebuild, or the root of an overlay
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl PolicyCommand {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If the path is in no repository, or a policy cannot be used.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let (root, package) = place(&self.path)?;
        let policies = Policies::read(Some(&root))?;
        let shown = report::Shown { root: &root, package: package.as_deref(), policies: &policies };
        let mut out = BufWriter::new(io::stdout().lock());
        let result = match self.json {
            true => report::json(&shown, &mut out),
            false => report::text(&shown, &mut out),
        };
        printed(result.and_then(|()| out.flush()))?;
        Ok(Status::Met)
    }
}

/// What the policies ask of the package in `directory`, of which nothing may be known.
///
/// # Errors
///
/// If a policy cannot be used.
pub(crate) fn asked(directory: Option<&Path>) -> Result<Policy, Error> {
    let place = directory.and_then(|directory| place(directory).ok());
    let (root, package) = place.map_or((None, None), |(root, package)| (Some(root), package));
    Ok(Policies::read(root.as_deref())?.of(package.as_deref()))
}

/// The keys whose signatures over tags and commits count, one of which there has to be: of the files that
/// `--tag-key` names, else of those of the policy. `None` where neither names any.
///
/// # Errors
///
/// If a file holds no such keys; where the policy names it, with its line.
pub(crate) fn tag_keys(
    flag: &[PathBuf],
    policy: &Policy,
    now: SystemTime,
) -> Result<Option<TagKeys>, Error> {
    match &policy.tag_keys {
        Some(set) if flag.is_empty() => keys::tag_keys(&set.value, &[], true, now)
            .map_err(|source| Error::TagKeys { place: set.place.clone(), source: source.into() }),
        _ => keys::tag_keys(flag, &[], true, now),
    }
}

/// The classes that exceptions accept of `version`, or of a version that is not known. Those that are
/// over are told of.
pub(crate) fn excuses(
    policy: &Policy,
    version: Option<&str>,
    now: SystemTime,
) -> BTreeMap<FailureClass, String> {
    let today = day(now);
    let mut excuses = BTreeMap::new();
    for class in FailureClass::ALL {
        let exception = policy.exception((*class).into(), version, today);
        let Some(exception) = exception else { continue };
        let FileLine { file, line } = &exception.place;
        if exception.is_over(today) {
            let text = format!(
                "{}:{line}: the exception for {} expired on {}",
                file.display(),
                exception.finding,
                exception.expires
            );
            super::note(&text);
        } else {
            excuses.insert(*class, format!("{} ({}:{line})", exception.excuse(), file.display()));
        }
    }
    excuses
}

/// One finding for each check by which someone is asked for whom the policy does not allow.
///
/// Where a repository or account is named, it is the publisher, and bundles have to be of it whatever identity
/// signed them. Else the identities of `bundles` are.
pub(crate) fn publisher_gaps(
    policy: &Policy,
    options: &SigstoreOptions,
    bundles: &[BundlePolicy],
    require: &Requirement,
) -> Vec<Gap> {
    let gap = |check, text| {
        Gap::of_all(Finding::of_class(check, FailureClass::PublisherNotAllowed, text))
    };
    if let Some(publisher) = options.repository.as_ref().or(options.publisher.as_ref()) {
        let of_bundles = !bundles.is_empty() || require.includes(Check::Sigstore);
        let checks = [Check::Provenance].into_iter().chain(of_bundles.then_some(Check::Sigstore));
        return match policy.refuses(publisher) {
            Some(text) => checks.map(|check| gap(check, text.clone())).collect(),
            None => Vec::new(),
        };
    }
    let refused = bundles.iter().filter_map(|bundle| match bundle {
        BundlePolicy::Identity { identity, issuer } => {
            policy.refuses_identity(identity, issuer.as_deref())
        }
        BundlePolicy::ManagedKey(_) => None,
    });
    refused.map(|text| gap(Check::Sigstore, text)).collect()
}

/// The root of the repository that `path` is in, and the package.
pub(crate) fn place(path: &Path) -> Result<(PathBuf, Option<String>), Error> {
    let no_repository = || UsageError::NoRepository(path.to_owned());
    let real = path.canonicalize().map_err(|_| no_repository())?;
    let directory =
        if real.is_dir() { real.as_path() } else { real.parent().ok_or_else(no_repository)? };
    let root = root_above(directory).ok_or_else(no_repository)?;
    let inner = directory.strip_prefix(root).unwrap_or(Path::new(""));
    let parts: Vec<_> = inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let package = match parts.as_slice() {
        [category, name, ..] => Some(format!("{category}/{name}")),
        _ => None,
    };
    Ok((root.to_owned(), package))
}
