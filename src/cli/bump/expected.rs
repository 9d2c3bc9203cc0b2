//! What the ebuild's literal variables and the flags expect together.

use super::super::keys::{KeyArgs, key_option};
use super::super::sigstore::SigstoreOptions;
use super::Bump;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::check::bump::{Asked, asked};
use crate::cli::error::UsageError;
use crate::evidence::expectation::{PINS, Pin, Pins};
use crate::release::gentoo::{BUNDLES_OF, Ebuild, Expansion, FINGERPRINTS, KEY_PATH, REPOSITORIES};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the flags and the ebuild say together.
pub(super) struct Expected {
    pub(super) keys: KeyArgs,
    pub(super) sigstore: SigstoreOptions,
    /// The checks that someone expects something of.
    pub(super) checks: BTreeSet<Check>,
    /// What could not be found out.
    pub(super) gaps: Vec<Finding>,
    pub(super) asked: Vec<Asked>,
}

impl Expected {
    /// A flag goes before the variable that says the same.
    pub(super) fn of(flags: &Bump, ebuild: &Ebuild) -> Self {
        let mut checks: BTreeSet<Check> = flags.keys.checks().collect();
        let mut gaps = Vec::new();
        let keys = keys(flags, ebuild, &mut checks, &mut gaps);
        let mut sigstore = sigstore(&flags.sigstore, ebuild);
        let unreadable = unreadable(&flags.sigstore, &sigstore, ebuild);
        if unreadable.is_some() {
            // Pins of no one pin nothing: that provenance is not checked is said.
            (sigstore.repository, sigstore.publisher) = (None, None);
            sigstore.pins = flags.sigstore.pins.clone();
        }
        let set = |variable| ebuild.sets(variable);
        let provenance = REPOSITORIES.into_iter().any(set);
        for (check, expected) in [
            (Check::Sigstore, !sigstore.identity.is_empty() || !sigstore.sigstore_key.is_empty()),
            (Check::Provenance, provenance || flags.sigstore.names_publisher()),
        ] {
            if expected {
                checks.insert(check);
            }
        }
        let asked = asked(ebuild).into_iter().filter(|asked| !answered(flags, asked));
        let asked: Vec<Asked> = asked.chain(unreadable).collect();
        let bundles =
            checks.contains(&Check::Sigstore) || ebuild.signature_check() == Some(Check::Sigstore);
        for asked in &asked {
            let of: &[Check] = match asked.variable {
                // Without a repository they are asked of bundles, with one of bundles as well.
                name if name.starts_with("VERIFY_PROVENANCE_") => match (bundles, provenance) {
                    (true, true) => &[Check::Sigstore, Check::Provenance],
                    (true, false) => &[Check::Sigstore],
                    (false, _) => &[Check::Provenance],
                },
                "PYPI_VERIFY_REPO" => &[Check::Provenance],
                name if name.starts_with("VERIFY_SIG_CERT_") => &[Check::Sigstore],
                name if name.starts_with("VERIFY_SIG_") => {
                    let check = ebuild.signature_check().unwrap_or(Check::Openpgp);
                    checks.insert(check);
                    &[check]
                }
                _ => continue,
            };
            let class = FailureClass::NotCheckedNoExpectation;
            gaps.extend(of.iter().map(|of| Finding::of_class(*of, class, asked.to_string())));
        }
        if ebuild.signature_check() == Some(Check::Sigstore) {
            let of_keys = [KEY_PATH, FINGERPRINTS].into_iter().filter(|name| ebuild.sets(name));
            gaps.extend(of_keys.map(|name| {
                let text = format!(
                    "VERIFY_SIG_METHOD=sigstore goes without {name}: the eclass refuses both"
                );
                Finding::of_class(Check::Sigstore, FailureClass::NotCheckedNoExpectation, text)
            }));
        }
        Self { keys, sigstore, checks, gaps, asked }
    }

    /// How it must have been published. As for the eclass, an ebuild's pins count for the certificates of
    /// bundles without a repository, too.
    ///
    /// # Errors
    ///
    /// If a pin is of no form, or there is no one whose publishing it could pin.
    pub(super) fn pins(&self, flags: &SigstoreOptions) -> Result<Pins, UsageError> {
        let of_ebuild = flags.pins.options().is_empty() && !self.sigstore.identity.is_empty();
        if of_ebuild { self.sigstore.pins_of_anybody() } else { self.sigstore.pins() }
    }
}

/// The keys of the flags, and the one of the ebuild where no flag names any. Which certificates of them
/// count, the ebuild says wherever no flag does.
fn keys(
    flags: &Bump,
    ebuild: &Ebuild,
    checks: &mut BTreeSet<Check>,
    gaps: &mut Vec<Finding>,
) -> KeyArgs {
    let mut keys = flags.keys.clone();
    if ebuild.signature_check() == Some(Check::Openpgp)
        && keys.openpgp.openpgp_fingerprint.is_empty()
    {
        keys.openpgp.openpgp_fingerprint = ebuild.fingerprints();
    }
    let Some(path) = ebuild.literal("VERIFY_SIG_OPENPGP_KEY_PATH") else { return keys };
    let Some(check) = ebuild.signature_check() else { return keys };
    if !Check::SIGNATURES.contains(&check) || keys.has(check) {
        return keys;
    }
    checks.insert(check);
    let path = PathBuf::from(path);
    if let Some(why) = unfit(&path, flags) {
        let text = format!("the ebuild's key file {} does not count: {why}", path.display());
        gaps.push(Finding::of_class(check, FailureClass::NotCheckedNoExpectation, text));
    } else if path.exists() {
        keys.add(check, path);
    } else {
        let flag = key_option(check).map_or("--openpgp-key", |option| option.name);
        let text = format!(
            "the ebuild's key file {} is not there: install its package (see \
             BDEPEND), or pass {flag} FILE",
            path.display()
        );
        gaps.push(Finding::of_class(check, FailureClass::NotCheckedNoExpectation, text));
    }
    keys
}

/// Why a key file that an ebuild names is none that a key package installed.
fn unfit(path: &Path, flags: &Bump) -> Option<&'static str> {
    if !path.is_absolute() {
        return Some("the path is not absolute, and in a build leads elsewhere");
    }
    let real = path.canonicalize().ok()?;
    let distdir = flags.distdir.path().canonicalize().ok()?;
    real.starts_with(distdir)
        .then_some("it is in DISTDIR, so who delivers the release delivers the key as well")
}

fn sigstore(flags: &SigstoreOptions, ebuild: &Ebuild) -> SigstoreOptions {
    let who = ebuild.publisher();
    let who = who.filter(|_| !flags.names_publisher());
    let (url, kind): (Option<&str>, Option<&str>) = match who {
        Some(text) if text.starts_with("https://") => (Some(text), None),
        other => (None, other),
    };
    let managed = !flags.sigstore_key.is_empty();
    let all = |flags: &[String], variable: &str| match (flags, ebuild.literal(variable)) {
        ([], Some(value)) if !managed => vec![value.to_owned()],
        (flags, _) => flags.to_vec(),
    };
    // A number that is not one was asked for: see `asked`.
    let fits = |pin: &Pin, text: &&str| !pin.is_number() || text.parse::<u64>().is_ok();
    let pins = flags.pins.or(|pin| ebuild.literal(pin.variable).filter(|text| fits(pin, text)));
    SigstoreOptions {
        identity: all(&flags.identity, "VERIFY_SIG_CERT_IDENTITY"),
        issuer: all(&flags.issuer, "VERIFY_SIG_CERT_OIDC_ISSUER"),
        sigstore_key: flags.sigstore_key.clone(),
        repository: flags.repository.clone().or_else(|| url.map(str::to_owned)),
        publisher: flags.publisher.clone().or_else(|| kind.map(str::to_owned)),
        pins,
        trusted_root: flags.trusted_root.clone(),
    }
}

/// The ebuild's variable that names who publishes in a way that says no one; none where a flag did.
fn unreadable(
    flags: &SigstoreOptions,
    options: &SigstoreOptions,
    ebuild: &Ebuild,
) -> Option<Asked> {
    if flags.names_publisher() || options.expectation().is_ok() {
        return None;
    }
    let mut publishers = REPOSITORIES.into_iter().chain([BUNDLES_OF]);
    let variable = publishers.find(|name| ebuild.literal(name).is_some())?;
    let why = Expansion::Form(ebuild.literal(variable)?.to_owned());
    Some(Asked { variable, flag: "--repository or --publisher", why })
}

/// Whether a flag said what the ebuild leaves open.
fn answered(flags: &Bump, asked: &Asked) -> bool {
    let (keys, options) = (&flags.keys, &flags.sigstore);
    let key = [Check::Openpgp, Check::Signify, Check::Minisign].map(|check| keys.has(check));
    let key = key.contains(&true);
    match asked.variable {
        "VERIFY_SIG_METHOD" => {
            key || !options.identity.is_empty() || !options.sigstore_key.is_empty()
        }
        "VERIFY_SIG_OPENPGP_KEY_PATH" => key,
        FINGERPRINTS => !keys.openpgp.openpgp_fingerprint.is_empty(),
        "VERIFY_SIG_CERT_IDENTITY" => {
            !options.identity.is_empty() || !options.sigstore_key.is_empty()
        }
        "VERIFY_SIG_CERT_OIDC_ISSUER" => {
            !options.issuer.is_empty() || !options.sigstore_key.is_empty()
        }
        "VERIFY_PROVENANCE_REPO" | "PYPI_VERIFY_REPO" | BUNDLES_OF => options.names_publisher(),
        "VERIFY_PROVENANCE_UPSTREAM_NAMES" => !flags.upstream_name.is_empty(),
        // Only names the project, which nothing here asks the index about.
        "PYPI_PN" => true,
        variable => {
            let pin = PINS.iter().find(|pin| pin.variable == variable);
            pin.is_some_and(|pin| options.pins.has(pin.option))
        }
    }
}
