//! What the previous ebuild expected and the new one does not.

use super::package::Package;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::release::gentoo::{
    BUNDLES_OF, Ebuild, FINGERPRINTS, KEY_PATH, REPOSITORIES, known_variables,
};

/// Variables that say the same thing by another name.
const SYNONYMS: [&[&str]; 3] = [
    &REPOSITORIES,
    // A key file stands for a certificate's identity, and the reverse: the method changed.
    &[KEY_PATH, "VERIFY_SIG_CERT_IDENTITY"],
    // Who counts for bundles and provenance counts for bundles; the reverse is less.
    &[BUNDLES_OF, REPOSITORIES[0], REPOSITORIES[1]],
];

/// Variables that expect nothing of anyone.
const NO_EXPECTATION: [&str; 3] =
    ["VERIFY_SIG_METHOD", "VERIFY_PROVENANCE_UPSTREAM_NAMES", "PYPI_PN"];

/// One finding for each expectation of the previous ebuild that the new one lacks. `given` says of a
/// variable that a flag of the command line stands in for it.
///
/// A value that only bash can read is not missing: nothing is known of it. An empty one is: no one is expected
/// by it.
pub(crate) fn dropped(package: &Package, given: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let previous = package.previous_ebuild();
    previous.map_or_else(Vec::new, |previous| dropped_between(&previous, &package.ebuild, given))
}

/// As [`dropped`], between two ebuilds.
pub(crate) fn dropped_between(
    previous: &Ebuild,
    new: &Ebuild,
    given: &dyn Fn(&str) -> bool,
) -> Vec<Finding> {
    let has = |variable: &str| {
        let synonyms = SYNONYMS.iter().find(|names| names.contains(&variable));
        let names = synonyms.copied().unwrap_or_default();
        names.iter().chain([&variable]).any(|name| new.may_set(name))
    };
    known_variables()
        .map(|(variable, _)| variable)
        .filter(|variable| !NO_EXPECTATION.contains(variable))
        .filter(|variable| previous.sets(variable))
        .filter(|variable| !has(variable) && !given(variable))
        .map(|variable| finding(variable, previous, new))
        .collect()
}

fn finding(variable: &str, previous: &Ebuild, new: &Ebuild) -> Finding {
    let check = match variable {
        FINGERPRINTS => Check::Openpgp,
        KEY_PATH => previous.signature_check().unwrap_or(Check::Openpgp),
        BUNDLES_OF => Check::Sigstore,
        name if name.starts_with("VERIFY_SIG_CERT_") => Check::Sigstore,
        _ => Check::Provenance,
    };
    let file = |ebuild: &Ebuild| {
        ebuild.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    };
    let not = match new.variables.contains_key(variable) {
        true => "sets it to nothing",
        false => "does not",
    };
    let text = format!("{} sets {variable}, and {} {not}", file(previous), file(new));
    Finding::of_class(check, FailureClass::ExpectationDropped, text)
}
